//! False alarms: how often the latest point of a stable series is marked.

use crate::processes::Process;
use crate::report::{Report, fine, percent};
use evenkeel_stats::Error;
use evenkeel_stats::control::{Phase, Settings, false_alarms, rules};
use evenkeel_stats::random::Generator;

const SERIES: usize = 10_000;

/// Shares of series.
#[derive(Debug, Clone, Copy, Default)]
struct Rates {
    /// Latest point marked by the four rules without guards.
    plain: f64,
    /// Latest point marked by the product.
    guarded: f64,
    /// Latest point below the long-run mean: red, where the target is what the process delivers.
    red: f64,
    /// Latest point below the one before: a red arrow.
    arrow: f64,
}

/// Measures all processes.
pub fn measure(seed: u64) -> Result<Report, Error> {
    let mut report = Report::new("False alarms on stable series");
    report.say(&format!(
        "{SERIES} series each. The latest point is marked although nothing has changed. *Plain*: the four rules of Making \
         Data Count with screening, on the figures as they are. *Product*: p and u charts for counts, and the guards. \
         *Red*: a red/amber/green table whose target is the process's own mean shows red. *Arrow*: worse than the month \
         before. Standard error at 2 %: 0.14.",
    ));
    let moving = [
        (Process::Normal, 24),
        (Process::Normal, 12),
        (Process::Normal, 36),
        (Process::Binomial(400, 0.85), 24),
        (Process::Binomial(60, 0.8), 24),
        (Process::Poisson(20.0), 24),
        (Process::Lognormal(0.3), 24),
        (Process::Lognormal(0.8), 24),
        (Process::Lognormal(0.8), 36),
        (Process::Gamma(1.0), 24),
        (Process::Gamma(2.0), 24),
        (Process::Autocorrelated(0.3), 24),
        (Process::Autocorrelated(0.5), 24),
        (Process::Autocorrelated(0.7), 24),
        (Process::Autocorrelated(0.85), 24),
        (Process::Autocorrelated(0.5), 36),
        (Process::Binomial(200, 0.99), 24),
        (Process::Binomial(100, 0.98), 24),
        (Process::Binomial(30, 0.97), 24),
        (Process::Binomial(300, 0.999), 24),
        (Process::Poisson(2.0), 24),
        (Process::Seasonal(1.0), 24),
        (Process::Seasonal(2.0), 24),
        (Process::Seasonal(1.0), 36),
    ];
    let frozen = [
        (Process::Normal, 12, 18),
        (Process::Normal, 12, 24),
        (Process::Normal, 12, 36),
        (Process::Normal, 20, 36),
        (Process::Normal, 24, 36),
        (Process::Lognormal(0.8), 20, 30),
        (Process::Autocorrelated(0.5), 24, 36),
        (Process::Binomial(200, 0.99), 20, 30),
        (Process::Lognormal(0.8), 12, 24),
        (Process::Gamma(1.0), 24, 36),
        (Process::Autocorrelated(0.3), 24, 36),
        (Process::Autocorrelated(0.5), 12, 24),
        (Process::Autocorrelated(0.7), 24, 36),
        (Process::Seasonal(1.0), 24, 36),
    ];
    let mut rows = Vec::new();
    let (mut near_normal, mut guarded): (f64, f64) = (0.0, 0.0);
    for (part, (process, points)) in moving.into_iter().enumerate() {
        let found = rates(process, points, Phase::WHOLE, seed, part as u64)?;
        if matches!(process, Process::Normal | Process::Binomial(400, _) | Process::Poisson(20.0)) {
            near_normal = near_normal.max(found.plain).max(found.guarded);
        }
        guarded = guarded.max(found.guarded);
        rows.push(row(&process.name(), points, "moving", found));
    }
    let mut combined = 0.0;
    let mut frozen_worst: f64 = 0.0;
    for (part, (process, baseline, points)) in frozen.into_iter().enumerate() {
        let found = rates(process, points, Phase::frozen_after(baseline), seed, 100 + part as u64)?;
        if process == Process::Normal {
            frozen_worst = frozen_worst.max(found.guarded);
        } else {
            combined = found.guarded.max(combined);
        }
        rows.push(row(&process.name(), points, &format!("first {baseline}"), found));
    }
    report.table(&["process", "points", "limits from", "plain", "product", "red", "arrow"], &rows);
    report.promise(
        "independent near-normal series, moving limits, plain or guarded: at most 2 % false alarms",
        near_normal <= 0.02,
    );
    report.promise(
        "every process with moving limits, with the product's guards: at most 3 % false alarms",
        guarded <= 0.03,
    );
    report.promise("frozen baselines, with the product's guards: at most 3 % false alarms", frozen_worst <= 0.03);
    report.goal(
        &format!(
            "frozen baselines of skewed, autocorrelated or near-ceiling series, with the guards: at most 3 % false alarms \
             (worst {} %)",
            fine(combined)
        ),
        combined <= 0.03,
        "Twenty or so points do not tell the shape or the autocorrelation of a series well enough for limits that are \
         never looked at again.",
    );
    report.say(
        "What the product does about each. Skewed times and amounts: limits on the one of six bent scales that makes the \
         history most symmetric. Autocorrelation: wider limits, longer runs, no trend rule, and a sentence that says so. \
         A yearly wave: it is taken out before limits and rules where a test finds one. Shares and counts: p and u charts, \
         p\u{2032} and u\u{2032} where they vary more than by chance. Near 0 and 100 %: limits from the tails of the \
         distribution itself. Frozen baselines: prediction limits and longer runs, averaged over the autocorrelations that \
         the baseline leaves possible, and a yearly wave only where it stands out from them.",
    );
    scorecard(&mut report, seed)?;
    Ok(report)
}

/// What a scorecard says of its own false signals, beside what happens on stable ones.
fn scorecard(report: &mut Report, seed: u64) -> Result<(), Error> {
    const SCORECARDS: usize = 2_000;
    let measures: Vec<Process> = [
        (Process::Binomial(400, 0.85), 6),
        (Process::Binomial(100, 0.95), 3),
        (Process::Poisson(20.0), 3),
        (Process::Lognormal(0.5), 4),
        (Process::Normal, 3),
        (Process::Autocorrelated(0.3), 1),
    ]
    .into_iter()
    .flat_map(|(process, count)| std::iter::repeat_n(process, count))
    .collect();
    let settings = Settings::guarded(Some(12));
    let points = 24;
    let said = false_alarms::latest_point_rate(points, &settings).unwrap_or(f64::NAN);
    let said = false_alarms::on_scorecard(&vec![said; measures.len()])?;
    let mut generator = Generator::for_part(seed, 1_500);
    let (mut marked, mut any) = (0, 0);
    for _ in 0..SCORECARDS {
        let mut here = 0;
        for process in &measures {
            let figures = process.draw(&mut generator, points, points, 0.0)?;
            let made = figures.chart(0, points, Phase::WHOLE, &settings, true)?;
            here += usize::from(rules::evaluate(&made).last().is_some_and(|marks| marks.first().is_some()));
        }
        marked += here;
        any += usize::from(here > 0);
    }
    let seen = marked as f64 / SCORECARDS as f64;
    report.say(&format!(
        "A scorecard states how many of its signals to expect although nothing has changed. On {SCORECARDS} scorecards of \
         {} stable measures each (nine shares, three counts, four times, three scores, and an autocorrelated one; \
         {points} months):",
        measures.len()
    ));
    report.table(
        &["", "stated", "seen"],
        &[
            vec!["signals per scorecard".to_owned(), format!("{:.2}", said.expected), format!("{seen:.2}")],
            vec![
                "scorecards with at least one".to_owned(),
                format!("{} %", percent(said.chance_of_any)),
                format!("{} %", percent(any as f64 / SCORECARDS as f64)),
            ],
        ],
    );
    report.promise(
        "a scorecard states the number of false signals within 0.1 of what is seen",
        (seen - said.expected).abs() <= 0.1,
    );
    Ok(())
}

/// The first row of the table, for the test of the page.
#[cfg(test)]
pub fn first_row(seed: u64) -> Result<Vec<String>, Error> {
    let found = rates(Process::Normal, 24, Phase::WHOLE, seed, 0)?;
    Ok(row(&Process::Normal.name(), 24, "moving", found))
}

fn row(name: &str, points: usize, limits: &str, found: Rates) -> Vec<String> {
    vec![
        name.to_owned(),
        points.to_string(),
        limits.to_owned(),
        fine(found.plain),
        fine(found.guarded),
        percent(found.red),
        percent(found.arrow),
    ]
}

fn rates(process: Process, points: usize, phase: Phase, seed: u64, part: u64) -> Result<Rates, Error> {
    let mut generator = Generator::for_part(seed, 1_000 + part);
    let guarded = Settings::guarded(Some(12));
    let mut sum = Rates::default();
    let one = 1.0 / SERIES as f64;
    for _ in 0..SERIES {
        let figures = process.draw(&mut generator, points, points, 0.0)?;
        let values = figures.values();
        let latest = values[points - 1];
        let centre = values[..points - 1].iter().sum::<f64>() / (points - 1) as f64;
        let marked = |settings: &Settings, counted: bool| -> Result<f64, Error> {
            let made = figures.chart(0, points, phase, settings, counted)?;
            let last = rules::evaluate(&made).last().copied().unwrap_or_default();
            Ok(if last.first().is_some() { one } else { 0.0 })
        };
        sum.plain += marked(&Settings::MAKING_DATA_COUNT, false)?;
        sum.guarded += marked(&guarded, true)?;
        sum.red += if latest < centre { one } else { 0.0 };
        sum.arrow += if latest < values[points - 2] { one } else { 0.0 };
    }
    Ok(sum)
}
