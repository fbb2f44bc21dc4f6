//! One measure as a row: status, name, value, likely range, count, target, change, course, signals.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::{Direction, Formula, Measure, ValueUnit};
use evenkeel_model::period::Period;
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;
use evenkeel_model::signal::Judgement;
use evenkeel_model::watch::Watch;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::Sparkline;
use crate::chart::sparkline::Course;
use crate::number::{self, Figure, Format, Range};
use crate::page::context::{Context, Place};
use crate::page::frame::Link;
use crate::page::parts;
use crate::page::signal::{self, SignalMark};
use crate::words::finding::{self, format_of, last_known};
use crate::words::signal::{Told, judgement, usual};
use crate::words::{self, period, watching};

/// The width of a sparkline in a row.
const SPARK_WIDTH: f64 = 96.0;

/// Whether the target is met: a shape and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatusMark {
    /// Name of the shape; the same word serves the API.
    pub code: &'static str,
    /// The words.
    pub words: &'static str,
    /// One character of the same shape, for a terminal.
    #[serde(skip)]
    pub glyph: char,
}

impl From<Status> for StatusMark {
    fn from(status: Status) -> Self {
        let (code, glyph) = match status {
            Status::Met => ("met", '●'),
            Status::MetPerhapsByChance => ("met-perhaps", '○'),
            Status::MissedPerhapsByChance => ("missed-perhaps", '▽'),
            Status::Missed => ("missed", '▼'),
            Status::NoTarget => ("no-target", '–'),
            Status::NoData => ("no-data", '·'),
        };
        Self { code, words: words::status(status), glyph }
    }
}

/// The marks of a status with their words, in the order of the icon language.
#[must_use]
pub fn legend(has_ranges: bool, without_target: bool) -> Vec<(StatusMark, &'static str)> {
    let all = [
        (Status::Met, "met"),
        (Status::MetPerhapsByChance, "met, could be chance"),
        (Status::MissedPerhapsByChance, "missed, could be chance"),
        (Status::Missed, "missed"),
        (Status::NoTarget, "no target"),
        (Status::NoData, "not enough data"),
    ];
    let explained = all.into_iter().filter(|(status, _)| match status {
        // Without likely ranges nothing can be called chance.
        Status::MetPerhapsByChance | Status::MissedPerhapsByChance => has_ranges,
        Status::NoTarget => without_target,
        Status::Met | Status::Missed | Status::NoData => true,
    });
    explained.map(|(status, words)| (StatusMark::from(status), words)).collect()
}

/// How many rows stand behind a number, with the way to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Count {
    /// How many.
    pub n: u64,
    /// With their noun: `2,391 answers`.
    pub text: String,
    /// Without it: `2,391`.
    #[serde(skip)]
    pub number: String,
    /// Where the rows are.
    pub url: String,
}

/// The change against the compared period.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// Unrounded and in stored units; none when one of the two values is missing.
    pub difference: Option<f64>,
    /// In words: `−1.0 pts on Sep`, `no change on Sep`, or why there is none.
    pub text: String,
    /// The rule that marks the latest period as a signal: `outside usual range`; none for usual variation.
    pub signal: Option<String>,
}

/// A note beside a value that is not a plain, complete figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tag {
    /// Name of the icon.
    #[serde(skip)]
    pub icon: &'static str,
    /// The word.
    pub text: String,
}

/// A measure whose real deterioration puts another one on watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Watched {
    /// The identifier of the measure that got worse.
    pub measure: String,
    /// Its name.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// The longest delay after which it is claimed to move the other one, in months.
    pub within_months: u32,
    /// What it shows, and what is claimed: `a real deterioration since April 2026 …`.
    pub text: String,
}

/// One period of the course of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HistoryPoint {
    /// Name of the period as addresses and files have it: `2026-10`.
    pub period: String,
    /// Name of the period for people: `Oct 2026`.
    #[serde(skip)]
    pub name: String,
    /// The value; none where nothing is known.
    pub value: Figure,
    /// The range within which such a value usually falls.
    pub usual_range: Option<Range>,
    /// Whether it is more than usual variation, in words; none where that cannot be told.
    pub signal: Option<String>,
    /// The change of definition with which another series begins here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redefined: Option<String>,
    /// What happened to the measure here, and who says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub happened: Vec<String>,
}

/// One measure as a row.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// The identifier of the measure.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// Whether it is one of the few that are shown first.
    pub key: bool,
    /// Whether the target is met.
    pub status: StatusMark,
    /// The value. Where nothing was recorded in the period, the last one known, with the period in `value_from`.
    pub value: Figure,
    /// The earlier period that the value is from; none when it is from the period of the page.
    pub value_from: Option<String>,
    /// The months that the value, its range and its status are of, where the one of the page has too few rows:
    /// `2026-08..2026-10`. None when it is of the period of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling: Option<String>,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// The rows behind it.
    pub count: Option<Count>,
    /// The target in words.
    pub target: String,
    /// The target, unrounded and in stored units.
    pub target_value: Option<f64>,
    /// The same with signs instead of words, for narrow tables: `≥ 82 %`.
    #[serde(skip)]
    pub target_short: String,
    /// The change against the compared period, or why there is none.
    pub change: Change,
    /// A note beside the value.
    pub tag: Option<Tag>,
    /// Why there is no value.
    pub missing: Option<String>,
    /// The measures that put this one on watch.
    pub watch: Vec<Watched>,
    /// The notes about the period, and where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Link>,
    /// Whether the latest period is more than usual variation.
    pub variation: Option<SignalMark>,
    /// Whether the target will be met while nothing changes.
    pub assurance: Option<SignalMark>,
    /// The range within which the latest value usually falls.
    pub usual_range: Option<Range>,
    /// How good the value is, 0 to 100, unrounded.
    pub score: Option<f64>,
    /// Which definition produced the number.
    pub definition: String,
    /// The last periods, oldest first; empty where nobody reads them ([`Context::tells_history`]).
    pub history: Vec<HistoryPoint>,
    /// The course, drawn.
    #[serde(skip)]
    pub spark: Sparkline,
}

impl Row {
    /// A measure of an evaluation as a row.
    #[must_use]
    pub fn new(result: &MeasureResult, context: &Context<'_>) -> Self {
        let format = format_of(result, context);
        let measure = &result.measure;
        let stale = stale(result);
        let value = match (result.reading.value, stale) {
            (Some(value), _) | (None, Some((_, value))) => format.figure(value),
            (None, None) => Figure::words("no figure"),
        };
        let target = match measure.better {
            Direction::Within { .. } => None,
            _ => result.targets.target,
        };
        Self {
            id: measure.id.to_string(),
            name: measure.title.clone(),
            url: context.links.measure(&measure.id, &context.place),
            key: result.key,
            status: result.status.into(),
            value,
            value_from: stale.map(|(period, _)| period::name(period, context.fiscal_year)),
            rolling: result.rolling.map(|rolling| rolling.period.id(context.fiscal_year)),
            likely_range: likely_range(result, &format),
            count: count(result, context),
            target: words::target(measure.better, result.targets.target, &format),
            target_value: target,
            target_short: target_short(result, &format),
            change: change(result, &format, context),
            tag: tag(result, stale.is_some()),
            watch: watch(result, context),
            notes: notes(result, context),
            missing: result.missing.as_ref().map(|missing| words::missing(missing, measure)),
            variation: signal::variation(result, context),
            assurance: signal::assurance(result, context),
            usual_range: Told::new(result, context).and_then(|told| told.usual_range()),
            score: result.performance,
            definition: measure.in_force(context.place.period).unwrap_or(measure).definition.to_string(),
            history: if context.tells_history { history(result, &format, context) } else { Vec::new() },
            spark: spark(result, context, SPARK_WIDTH),
        }
    }

    /// Whether the latest period is a signal.
    #[must_use]
    pub fn is_signal(&self) -> bool {
        self.variation.as_ref().is_some_and(SignalMark::is_signal)
    }

    /// Whether anything is said about its series.
    #[must_use]
    pub fn has_signs(&self) -> bool {
        self.variation.is_some() || self.assurance.is_some()
    }

    /// Whether there is a value, of whatever period.
    #[must_use]
    pub fn has_value(&self) -> bool {
        self.value.value.is_some()
    }
}

fn watch(result: &MeasureResult, context: &Context<'_>) -> Vec<Watched> {
    let watched = |watch: &Watch| Watched {
        measure: watch.measure.id.to_string(),
        name: watch.measure.title.clone(),
        url: context.links.measure(&watch.measure.id, &context.place),
        within_months: watch.within_months,
        text: watching::watch(watch, context.fiscal_year),
    };
    result.watch.iter().map(watched).collect()
}

/// What keeps a value from being a plain, complete figure.
fn tag(result: &MeasureResult, is_stale: bool) -> Option<Tag> {
    if is_stale {
        return Some(Tag { icon: "clock", text: "stale".to_owned() });
    }
    if let Some(rolling) = &result.rolling {
        return Some(Tag { icon: "clock", text: words::period::over(rolling.period) });
    }
    let present = parts::present(result)?;
    Some(Tag { icon: "flag", text: format!("{} of its weight", number::share(present)) })
}

/// The goals of a result: the target, or the two ends of the range that is best.
#[must_use]
pub fn goals(result: &MeasureResult) -> Vec<f64> {
    match result.measure.better {
        Direction::Within { low, high } => vec![low, high],
        Direction::Neither => Vec::new(),
        Direction::Higher | Direction::Lower => result.targets.target.into_iter().collect(),
    }
}

/// The interval that likely holds the true value, where there is one for the period.
#[must_use]
pub fn likely_range(result: &MeasureResult, format: &Format) -> Option<Range> {
    result.reading.value?;
    let (low, high) = result.likely_range?;
    (low.is_finite() && high.is_finite()).then(|| format.range(low, high))
}

/// What a value is out of: the rows that were counted. A ratio may stand on figures that were counted elsewhere, so
/// that its denominator says more than the number of rows that tell it.
#[must_use]
pub fn out_of(result: &MeasureResult) -> u64 {
    match (&result.measure.formula, result.reading.denominator) {
        (Formula::Ratio { .. } | Formula::Rate { .. }, Some(denominator)) if denominator >= 1.0 => {
            denominator.round() as u64
        }
        _ => result.reading.n,
    }
}

/// What the number that a value is out of counts: for a rate what it is related to, else the noun of the measure.
#[must_use]
pub fn counted_noun(measure: &Measure) -> String {
    match (&measure.formula, &measure.unit) {
        (Formula::Rate { .. }, ValueUnit::Per { of, .. }) if !of.is_empty() => of.clone(),
        (Formula::Rate { exposure, .. }, _) => exposure.rows.table.replace('_', " "),
        _ => measure.noun.clone(),
    }
}

/// The rows behind a result, where it has any.
#[must_use]
pub fn count(result: &MeasureResult, context: &Context<'_>) -> Option<Count> {
    let n = out_of(result);
    let counted = number::counted(n, &counted_noun(&result.measure));
    let has_rows = result.measure.formula.rows().is_some();
    (result.missing.is_none()).then(|| Count {
        n,
        text: if has_rows { counted } else { format!("{counted} in the smallest part") },
        number: number::count(n),
        url: if has_rows {
            let period = result.rolling.map_or(context.place.period, |rolling| rolling.period);
            context.links.rows(&result.measure.id, &Place { period, ..context.place.clone() }, 0)
        } else {
            context.links.measure(&result.measure.id, &context.place)
        },
    })
}

/// How many notes are about the period, with the way to them.
fn notes(result: &MeasureResult, context: &Context<'_>) -> Option<Link> {
    let id = &result.measure.id;
    let count = context.notes.get(&(context.place.unit.clone(), id.clone()))?;
    let url = format!("{}#notes", context.links.measure(id, &context.place));
    Some(Link { label: number::counted(*count, "notes"), url })
}

/// The last periods of a result, worded.
#[must_use]
pub fn history(result: &MeasureResult, format: &Format, context: &Context<'_>) -> Vec<HistoryPoint> {
    let told = Told::new(result, context);
    let periods = || result.history.iter().map(|(period, _)| *period);
    let usual = told.as_ref().map_or_else(|| vec![None; result.history.len()], |told| told.usual_at(periods()));
    let point = |(&(period, value), usual_range): (&(Period, Option<f64>), Option<Range>)| HistoryPoint {
        period: period.id(context.fiscal_year),
        name: period::short(period, context.fiscal_year),
        value: value.map_or_else(|| Figure::words("no figure"), |value| format.figure(value)),
        usual_range,
        signal: told.as_ref().and_then(|told| told.point(period)),
        redefined: begins(result, period),
        happened: happened(result, period),
    };
    result.history.iter().zip(usual).map(point).collect()
}

/// What happened to a measure when a period began, or since the one before it did.
fn happened(result: &MeasureResult, period: Period) -> Vec<String> {
    let here = result.annotations.iter().filter(|said| said.begins_with(period));
    here.map(|said| {
        let phase = if said.new_phase { "New phase: " } else { "" };
        format!("{phase}{}", watching::annotation(said))
    })
    .collect()
}

/// The changes of definition between a period and the one before it in the history.
fn begins(result: &MeasureResult, period: Period) -> Option<String> {
    let at = result.history.iter().position(|(known, _)| *known == period)?;
    let (before, _) = result.history.get(at.checked_sub(1)?)?;
    let changes = result.measure.breaks().into_iter();
    let told: Vec<String> = changes
        .filter(|change| change.on > before.start() && change.on <= period.start())
        .map(|change| words::change_of_definition(&change, &result.measure))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What each period of the history means where it is more than usual variation.
fn judgements(result: &MeasureResult) -> Vec<Option<Judgement>> {
    let Some(signal) = &result.signal else { return Vec::new() };
    let of = |period: Period| signal.points.iter().find(|point| point.period == period);
    result.history.iter().map(|&(period, _)| of(period).and_then(|point| judgement(signal, point))).collect()
}

/// The course of a result as a sparkline.
#[must_use]
pub fn spark(result: &MeasureResult, context: &Context<'_>, width: f64) -> Sparkline {
    let values: Vec<Option<f64>> = result.history.iter().map(|&(_, value)| value).collect();
    let usual = result.signal.as_ref().and_then(usual);
    Sparkline::new(
        &Course {
            values: &values,
            goals: &goals(result),
            usual: usual.map(|usual| (usual.low, usual.high)),
            average: usual.map(|usual| usual.average),
            signals: &judgements(result),
            open: context.is_running(),
            label: spark_label(result, &values, context),
        },
        width,
    )
}

fn spark_label(result: &MeasureResult, values: &[Option<f64>], context: &Context<'_>) -> String {
    let title = &result.measure.title;
    let span = result.history.last().map_or("periods", |&(period, _)| period::plural(period));
    let known = values.iter().flatten();
    let low = known.clone().copied().reduce(f64::min);
    let high = known.copied().reduce(f64::max);
    let range = Told::new(result, context).and_then(|told| told.usual_range());
    let usual = range.map_or_else(String::new, |range| format!("; usual range {}", range.text));
    match (low, high) {
        (Some(low), Some(high)) => {
            let range = format_of(result, context).range(low, high);
            format!("{title}: last {} {span}, from {}{usual}", values.len(), range.text)
        }
        _ => format!("{title}: no figures in {} {span}", values.len()),
    }
}

/// The last known value, where the record of the period is silent but an earlier one is not.
#[must_use]
pub fn stale(result: &MeasureResult) -> Option<(Period, f64)> {
    (result.missing == Some(Missing::NoRows)).then(|| last_known(result)).flatten()
}

/// The change against the compared period, or why there is none.
pub(crate) fn change(result: &MeasureResult, format: &Format, context: &Context<'_>) -> Change {
    let fiscal = context.fiscal_year;
    let place = &context.place;
    let signal = Told::new(result, context).and_then(|told| told.in_short());
    let (compared, period) = finding::compared(result, context);
    let other = period::short_beside(compared, period, fiscal);
    if let Some((last, _)) = stale(result) {
        let name = period::beside(last, place.period, fiscal);
        return Change { difference: None, text: format!("last figure from {name}"), signal };
    }
    if let Some(missing) = &result.missing {
        return Change { difference: None, text: words::missing(missing, &result.measure), signal };
    }
    if let Some(change) = &result.redefined_since {
        let on = period::full_day(change.on);
        return Change { difference: None, text: format!("not compared: redefined on {on}"), signal };
    }
    let difference = result.reading.value.zip(result.before.value).map(|(now, before)| now - before);
    let text = match difference {
        None => format!("nothing in {other} to compare with"),
        Some(difference) => match format.difference(difference) {
            Some(text) => format!("{text} on {other}"),
            None => format!("no change on {other}"),
        },
    };
    Change { difference, text, signal }
}

/// Terminals have the signs that the type of the pages lacks.
fn target_short(result: &MeasureResult, format: &Format) -> String {
    match (result.measure.better, result.targets.target) {
        (Direction::Within { low, high }, _) => format.goal_range_short(low, high),
        (Direction::Higher, Some(target)) => format!("≥{}{}", number::NO_BREAK_SPACE, format.goal_short(target)),
        (Direction::Lower, Some(target)) => format!("≤{}{}", number::NO_BREAK_SPACE, format.goal_short(target)),
        (Direction::Neither, _) | (_, None) => "–".to_owned(),
    }
}

/// What the column of small charts is called: `24 months`.
#[must_use]
pub fn history_heading(length: usize, last: Period) -> String {
    number::counted(length as u64, period::plural(last))
}
