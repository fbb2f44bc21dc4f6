//! Real changes: how soon a shift of one, two or three standard deviations is noticed.

use crate::processes::Process;
use crate::report::{Report, percent};
use evenkeel_stats::Error;
use evenkeel_stats::control::{Phase, Settings, rules};
use evenkeel_stats::effect::{difference, interrupted};
use evenkeel_stats::lead_lag::{self, Verdict};
use evenkeel_stats::random::Generator;

const SERIES: usize = 2_000;
/// Stable points before the change, and points of a window with moving limits.
const BEFORE: usize = 24;
/// Points after the change that are watched.
const AFTER: usize = 12;

/// Measures the time to detection, and the tests of effects and leads.
pub fn measure(seed: u64) -> Result<Report, Error> {
    let mut report = Report::new("Time to notice a change");
    report.say(&format!(
        "{SERIES} series: {BEFORE} stable points, then a lasting worsening. Each month the latest point is read from the \
         latest {BEFORE} points (moving) or from limits frozen after {BEFORE}. Share noticed within so many months, and \
         the median month. The red/amber/green table (red when worse than the old mean by 5 % of it, mean ten deviations \
         from zero) is fast and wrong: beside it, how often it was red in the month *before* the change.",
    ));
    let cells = [
        (Process::Normal, Phase::WHOLE),
        (Process::Normal, Phase::frozen_after(BEFORE)),
        (Process::Binomial(200, 0.85), Phase::WHOLE),
        (Process::Lognormal(0.8), Phase::WHOLE),
        (Process::Autocorrelated(0.5), Phase::WHOLE),
        (Process::Seasonal(1.0), Phase::WHOLE),
        (Process::Binomial(200, 0.98), Phase::WHOLE),
    ];
    let mut rows = Vec::new();
    let mut three_sigma = 1.0;
    for (part, (process, phase)) in cells.into_iter().enumerate() {
        for shift in [1.0, 2.0, 3.0] {
            for guarded in [false, true] {
                let found = detect(process, phase, shift, guarded, seed, part as u64)?;
                if process == Process::Normal && shift == 3.0 && guarded && phase == Phase::WHOLE {
                    three_sigma = found.within(6);
                }
                rows.push(vec![
                    process.name(),
                    if phase == Phase::WHOLE { "moving" } else { "frozen" }.to_owned(),
                    format!("{shift} sd"),
                    if guarded { "product" } else { "plain" }.to_owned(),
                    percent(found.within(1)),
                    percent(found.within(3)),
                    percent(found.within(6)),
                    percent(found.within(12)),
                    found.median(),
                    percent(found.red_before),
                ]);
            }
        }
    }
    report.table(&["process", "limits", "shift", "rules", "1", "3", "6", "12", "median month", "red before"], &rows);
    report.promise(
        "a shift of three deviations on a normal series is noticed within six months in 85 %",
        three_sigma >= 0.85,
    );
    effects(&mut report, seed)?;
    leads(&mut report, seed)?;
    Ok(report)
}

/// Month of detection per series (from 1), `None` when not within the months watched.
struct Detection {
    months: Vec<Option<usize>>,
    red_before: f64,
}

impl Detection {
    fn within(&self, months: usize) -> f64 {
        self.months.iter().flatten().filter(|&&month| month <= months).count() as f64 / self.months.len() as f64
    }

    fn median(&self) -> String {
        let mut sorted: Vec<usize> = self.months.iter().map(|month| month.unwrap_or(usize::MAX)).collect();
        sorted.sort_unstable();
        let middle = sorted[sorted.len() / 2];
        if middle == usize::MAX { format!("over {AFTER}") } else { middle.to_string() }
    }
}

fn detect(process: Process, phase: Phase, shift: f64, guarded: bool, seed: u64, part: u64) -> Result<Detection, Error> {
    // The same series for plain and guarded rules.
    let mut generator = Generator::for_part(seed, 2_000 + 10 * part + shift as u64);
    let settings = if guarded { Settings::guarded(Some(12)) } else { Settings::MAKING_DATA_COUNT };
    let mut months = Vec::with_capacity(SERIES);
    let mut red = 0;
    for _ in 0..SERIES {
        let figures = process.draw(&mut generator, BEFORE + AFTER, BEFORE, shift)?;
        let mut found = None;
        for month in 1..=AFTER {
            let to = BEFORE + month;
            let from = if phase == Phase::WHOLE { to - BEFORE } else { 0 };
            let made = figures.chart(from, to, phase, &settings, guarded)?;
            if rules::evaluate(&made).last().is_some_and(|marks| marks.first().is_some()) {
                found = Some(month);
                break;
            }
        }
        months.push(found);
        let values = figures.values();
        let mean = values[..BEFORE].iter().sum::<f64>() / BEFORE as f64;
        let variance = values[..BEFORE].iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (BEFORE - 1) as f64;
        // 5 % of a mean of ten deviations is half a deviation.
        red += usize::from(values[BEFORE - 1] > mean + 0.5 * variance.sqrt());
    }
    Ok(Detection { months, red_before: red as f64 / SERIES as f64 })
}

/// False findings and power of the tests of initiatives.
fn effects(report: &mut Report, seed: u64) -> Result<(), Error> {
    let mut generator = Generator::for_part(seed, 3_000);
    let runs = 2_000;
    let mut rows = Vec::new();
    let mut permutation = 0.0;
    for (name, autocorrelation, effect) in [
        ("nothing happened, independent months", 0.0, 0.0),
        ("nothing happened, autocorrelation 0.4", 0.4, 0.0),
        ("level rises by 2 sd", 0.0, 2.0),
    ] {
        let (mut robust, mut before_after) = (0, 0);
        for _ in 0..runs {
            let mut at = generator.normal();
            let series: Vec<f64> = (0..24)
                .map(|t| {
                    at = autocorrelation * at + f64::sqrt(1.0 - autocorrelation * autocorrelation) * generator.normal();
                    at + if t >= 12 { effect } else { 0.0 }
                })
                .collect();
            let fitted = interrupted::segmented(&series, 12, interrupted::Coding::ZeroAtFirst, 2)?;
            robust += usize::from(fitted.mean_effect(24)?.p_value() < 0.05);
            // What a slide with two averages would call an effect: any difference above half a deviation.
            let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
            before_after += usize::from((mean(&series[12..]) - mean(&series[..12])).abs() > 0.5);
        }
        rows.push(vec![
            format!("interrupted series, 12 + 12 months: {name}"),
            percent(f64::from(robust as u32) / f64::from(runs)),
            percent(f64::from(before_after as u32) / f64::from(runs)),
        ]);
    }
    for (name, effect) in [("nothing happened", 0.0), ("treated units rise by 2 sd", 2.0)] {
        let (mut permuted, mut clustered) = (0, 0);
        for run in 0..runs {
            let mut unit = |shift: f64| {
                let level = 3.0 * generator.normal();
                difference::Unit { before: level + generator.normal(), after: level + generator.normal() + shift }
            };
            let treated: Vec<_> = (0..5).map(|_| unit(effect)).collect();
            let others: Vec<_> = (0..5).map(|_| unit(0.0)).collect();
            let found = difference::estimate(&treated, &others, seed + u64::from(run as u32))?;
            permuted += usize::from(found.permutation_p < 0.05);
            clustered += usize::from(found.clustered(10)?.p_value() < 0.05);
        }
        let share = f64::from(permuted as u32) / f64::from(runs);
        if effect == 0.0 {
            permutation = share;
        }
        rows.push(vec![
            format!("5 + 5 units, exact permutation (clustered error in the last column): {name}"),
            percent(share),
            percent(f64::from(clustered as u32) / f64::from(runs)),
        ]);
    }
    report.say(
        "Initiatives: share of studies that find an effect at the 5 % level; last column: a before-and-after slide.",
    );
    report.table(&["design", "found", "compared with"], &rows);
    report.promise("the permutation test finds an effect where there is none in at most 6 %", permutation <= 0.06);
    report.say(
        "Errors are widened by the autocorrelation of the residuals; Newey and West's would find an effect where there is \
         none in 16 % (independent months) and 26 % (autocorrelation 0.4). Twice twelve months notice only large effects.",
    );
    Ok(())
}

/// Links between figures that have nothing to do with each other, and real ones.
fn leads(report: &mut Report, seed: u64) -> Result<(), Error> {
    let mut generator = Generator::for_part(seed, 4_000);
    let runs = 1_500;
    let mut rows = Vec::new();
    let mut wrong = 0.0;
    for (name, strength, points) in [
        ("two unrelated walks", 0.0, 36),
        ("y follows x after two months, strength 0.6, 24 points", 0.6, 24),
        ("y follows x after two months, strength 0.6, 36 points", 0.6, 36),
    ] {
        let (mut supported, mut reversed, mut in_levels) = (0, 0, 0);
        for _ in 0..runs {
            let steps: Vec<f64> = (0..points + 2).map(|_| generator.normal()).collect();
            let (mut x, mut y) = (Vec::new(), Vec::new());
            let (mut at_x, mut at_y) = (0.0, 0.0);
            for t in 2..points + 2 {
                at_x += steps[t];
                at_y += strength * steps[t - 2] + f64::sqrt(1.0 - strength * strength) * generator.normal();
                x.push(at_x);
                y.push(at_y);
            }
            if let Some(link) = lead_lag::judge(&x, &y, 3, 0.05)? {
                supported += usize::from(link.verdict == Verdict::Supported);
                reversed += usize::from(link.verdict == Verdict::Reversed);
            }
            let strongest = (0..=3)
                .map(|lag| lead_lag::cross_correlation(&x, &y, lag).map(f64::abs))
                .try_fold(0.0_f64, |most, one| one.map(|one| most.max(one)))?;
            in_levels += usize::from(strongest > lead_lag::correlation_bound(points));
        }
        let share = |count: usize| count as f64 / f64::from(runs);
        if strength == 0.0 {
            wrong = share(supported);
        }
        rows.push(vec![
            name.to_owned(),
            percent(share(supported)),
            percent(share(reversed)),
            percent(share(in_levels)),
        ]);
    }
    report.say("Leads: share of pairs judged so; last column: a correlation of the levels beyond its bound, as a spreadsheet shows it.");
    report.table(&["pair", "supported", "reversed", "correlated in levels"], &rows);
    report.promise("unrelated figures are called a lead in at most 5 %", wrong <= 0.05);
    Ok(())
}
