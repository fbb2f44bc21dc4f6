//! What happened to a measure, how its signals were found, and what puts it on watch, in words.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::signal::{Annotation, AnnotationKind, ChartKind, Method, Rules, Screening, Signal};
use evenkeel_model::watch::Watch;

use crate::number;
use crate::page::context::Context;
use crate::words::definition::Fact;
use crate::words::sentence::Sentence;
use crate::words::{capitalised, listed, period};

/// What happened and who says so: `New telephone system (initiative), said by Ana Reis`.
#[must_use]
pub fn annotation(said: &Annotation) -> String {
    let kind = match said.kind {
        AnnotationKind::Initiative => " (initiative)",
        AnnotationKind::Definition => " (another definition)",
        AnnotationKind::Event => "",
    };
    let by = said.said_by.as_ref().map_or_else(String::new, |by| format!(", said by {by}"));
    format!("{}{kind}{by}", capitalised(&said.what))
}

/// The same as a line of a list: `March 2025: New telephone system (initiative), said by Ana Reis; a new phase`.
#[must_use]
pub fn dated(said: &Annotation, fiscal: FiscalYear) -> String {
    let phase = if said.new_phase { "; a new phase" } else { "" };
    format!("{}: {}{phase}", capitalised(&period::name(said.on, fiscal)), annotation(said))
}

/// The phase that a measure is in, where one was begun: a few words and a sentence.
#[must_use]
pub fn phase(signal: &Signal, fiscal: FiscalYear) -> Option<(String, String)> {
    let said = signal.phase.as_ref()?;
    let heading = format!("New phase since {}", period::name(said.on, fiscal));
    Some((heading, format!("{}. Neither usual range nor rules look across its beginning.", annotation(said))))
}

/// How signals were found, line by line.
#[must_use]
pub fn method(method: &Method, fiscal: FiscalYear) -> Vec<Fact> {
    let fact = |term, text: String| Fact { term, text: Sentence::plain(text) };
    let screening = match method.screening {
        Screening::On => "exceptional steps from one figure to the next are left out of the usual range",
        Screening::Off => "every step from one figure to the next counts for the usual range",
    };
    vec![
        fact("Chart", chart(method.chart).to_owned()),
        fact("Usual range from", baseline(method, fiscal)),
        fact("Rules", rules(method.rules)),
        fact("Screening", screening.to_owned()),
    ]
}

fn chart(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Individuals => "individual values, with limits from the steps between them (XmR)",
        ChartKind::P => "shares, with the limits of chance (p chart)",
        ChartKind::PPrime => "shares that vary more than by chance (p′ chart)",
        ChartKind::U => "rates of events, with the limits of chance (u chart)",
        ChartKind::UPrime => "rates of events that vary more than by chance (u′ chart)",
        ChartKind::C => "numbers of events, with the limits of chance (c chart)",
        ChartKind::T => "times between rare events (t chart)",
    }
}

fn baseline(method: &Method, fiscal: FiscalYear) -> String {
    let (first, last, points) = method.baseline;
    let span =
        Period::spanning(first, last).map_or_else(|| period::name(last, fiscal), |span| period::name(span, fiscal));
    let count = number::counted(points as u64, "figures");
    if method.frozen {
        format!("{count}, {span}; it stays as it is")
    } else {
        format!("{count}, {span}; it moves on with them")
    }
}

fn rules(rules: Rules) -> String {
    let named = [
        (rules.outside, "outside of the usual range"),
        (rules.trend, "seven rising or falling in a row"),
        (rules.two_of_three, "two of three near the edge"),
        (rules.shift, "seven in a row on one side of the average"),
    ];
    let chosen: Vec<&str> = named.into_iter().filter(|(chosen, _)| *chosen).map(|(_, words)| words).collect();
    listed(&chosen)
}

/// Why a measure is on watch, about the measure that got worse: `a real deterioration since April 2026 in the leg
/// Employee, claimed to move this measure within 6 months`.
#[must_use]
pub fn watch(watch: &Watch, fiscal: FiscalYear) -> String {
    let when = if watch.finding.run_length > 1 {
        format!("since {}", period::name(watch.finding.since, fiscal))
    } else {
        period::when(watch.finding.until, fiscal)
    };
    let months = number::counted(u64::from(watch.within_months), "months");
    format!("a real deterioration {when} ({}), claimed to move this measure within {months}", watch.leg)
}

/// A measure on watch with its reasons: `Customer satisfaction, because Engagement shows a real deterioration …`.
#[must_use]
pub fn because(result: &MeasureResult, context: &Context<'_>) -> Sentence {
    let link = |measure: &Measure| context.links.measure(&measure.id, &context.place);
    let mut text = Sentence::default().link(result.measure.title.clone(), link(&result.measure)).text(", because ");
    for (place, reason) in result.watch.iter().enumerate() {
        if place > 0 {
            text = text.text(", and ");
        }
        let shows = watch(reason, context.fiscal_year);
        text = text.link(reason.measure.title.clone(), link(&reason.measure)).text(format!(" shows {shows}"));
    }
    text.text(".")
}

/// The measures that put another one on watch, as a few words: `On watch: engagement`.
#[must_use]
pub fn on_watch(watches: &[Watch]) -> Option<String> {
    let names: Vec<&str> = watches.iter().map(|watch| title(&watch.measure)).collect();
    (!names.is_empty()).then(|| format!("On watch: {} got worse", listed(&names)))
}

fn title(measure: &Measure) -> &str {
    &measure.title
}
