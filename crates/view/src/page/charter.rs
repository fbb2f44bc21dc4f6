//! The service charter inside the organisation: each promise with its standard, what it rests on, the units that keep
//! it, and one chain from the organisation down.

use std::sync::Arc;

use askama::Template;
use evenkeel_model::charter::{
    Certainty, Charter, Course, InternalStandard, Promise, PromiseResult, Tally, Verdict, Version,
};
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Period;
use evenkeel_model::scoring::Status;
use evenkeel_model::signal::Signal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::interval::Span;
use crate::chart::spread::Spread;
use crate::chart::{Interval, Sparkline};
use crate::number::{self, Figure, Format, Range};
use crate::page::context::{Context, Place, UnitLabel};
use crate::page::frame::{Choice, Frame, Link};
use crate::page::row::{self, Count, Row, StatusMark};
use crate::page::signal::SignalMark;
use crate::words::charter as words_of;
use crate::words::{self, period};

/// Whether a promise was kept: a shape and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VerdictMark {
    /// Name of the shape.
    pub code: &'static str,
    /// The words.
    pub words: &'static str,
    /// One character of the same shape, for a terminal.
    #[serde(skip)]
    pub glyph: char,
}

impl From<&Verdict> for VerdictMark {
    fn from(verdict: &Verdict) -> Self {
        use evenkeel_model::charter::Certainty::WithinChance;
        let (code, glyph) = match verdict {
            Verdict::Kept(WithinChance) => ("met-perhaps", '○'),
            Verdict::Kept(_) => ("met", '●'),
            Verdict::NotKept(WithinChance) => ("missed-perhaps", '▽'),
            Verdict::NotKept(_) => ("missed", '▼'),
            Verdict::TooFew | Verdict::NotMeasured(_) => ("no-data", '·'),
        };
        Self { code, words: words_of::verdict(verdict), glyph }
    }
}

/// A promise with all that was found out about it.
#[derive(Debug, Clone)]
pub struct PromiseDetail<'a> {
    /// The promise.
    pub promise: &'a Promise,
    /// The measure that the charter names; none while nothing proves the promise.
    pub named: Option<Arc<Measure>>,
    /// The measure that proves it, held against the standard; none while nothing does.
    pub figures: Option<MeasureResult>,
    /// Whether it was kept in the period.
    pub result: PromiseResult,
    /// Whether it was kept in the twelve months up to the end of the period; none where that is no longer stretch.
    pub rolling: Option<PromiseResult>,
    /// Whether it was kept in the units directly below.
    pub below: Vec<(UnitLabel, PromiseResult)>,
    /// The internal standards that it rests on.
    pub served_by: Vec<(&'a InternalStandard, MeasureResult)>,
}

/// One level of the chain from the promise down.
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// The unit or person.
    pub label: UnitLabel,
    /// What kind of place it is: `branch`, `person`.
    pub kind: Option<String>,
    /// Whether it is the one that is looked at.
    pub current: bool,
    /// Whether it is one person.
    pub is_person: bool,
    /// Whether the promise was kept there.
    pub result: PromiseResult,
}

/// What the page of a charter is made from.
#[derive(Debug, Clone)]
pub struct CharterDetail<'a> {
    /// The charter.
    pub charter: &'a Charter,
    /// The version in force; none before the first one.
    pub version: Option<&'a Version>,
    /// Whom it is about: a unit or a person.
    pub subject: String,
    /// The promises, in the order of the charter.
    pub promises: Vec<PromiseDetail<'a>>,
    /// The promise of which the chain is told.
    pub chosen: Option<&'a Promise>,
    /// The organisation first, then down to what is looked at and the units below it.
    pub chain: Vec<ChainLink>,
    /// How cases lie beside the thresholds of promises.
    pub courses: Vec<(&'a Promise, Course)>,
    /// Measures about how figures come about.
    pub integrity: Vec<MeasureResult>,
    /// Measures of the scorecard that no promise rests on: leg, name, identifier.
    pub without_promise: Vec<(String, String, MeasureId)>,
    /// The latest period of which the public edition tells, up to the end of this one.
    pub published: Period,
}

/// The page of a charter. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "charter.html")]
pub struct CharterPage {
    /// What stands around it.
    pub frame: Frame,
    /// The name of the charter.
    pub title: String,
    /// Whom it is about: a unit or a person.
    pub subject: String,
    /// From when on it holds, and when it is looked at again.
    pub version: String,
    /// The result, as a sentence.
    pub headline: String,
    /// What the result means and what it leaves out.
    pub lead: String,
    /// How many promises there are of each verdict.
    pub result: ResultCounts,
    /// The promises that a measure proves.
    pub promises: Vec<PromiseLine>,
    /// The promises that nothing proves yet.
    pub unproven: Vec<Unproven>,
    /// One promise from the organisation down.
    pub chain: Option<Chain>,
    /// Whether figures come about as they seem to.
    pub integrity: Vec<IntegrityLine>,
    /// Measures of the scorecard that no promise rests on.
    pub without_promise: Vec<WithoutPromise>,
    /// Where the public edition is.
    pub public_url: Option<String>,
}

/// How many promises there are of each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResultCounts {
    /// Met their standard.
    pub kept: usize,
    /// Of those, with a likely range that includes the standard.
    pub kept_narrowly: usize,
    /// Did not meet their standard.
    pub not_kept: usize,
    /// Of those, with a likely range that includes the standard.
    pub not_kept_narrowly: usize,
    /// Had too few cases.
    pub too_few: usize,
    /// Were not measured.
    pub not_measured: usize,
}

impl From<Tally> for ResultCounts {
    fn from(tally: Tally) -> Self {
        let Tally { kept, kept_narrowly, not_kept, not_kept_narrowly, too_few, not_measured } = tally;
        Self { kept, kept_narrowly, not_kept, not_kept_narrowly, too_few, not_measured }
    }
}

/// One promise that a measure proves.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PromiseLine {
    /// The identifier.
    pub id: String,
    /// The promise in the customer's words.
    pub words: String,
    /// When it holds.
    pub conditions: Option<String>,
    /// What the customer gets when it was not kept.
    pub remedy: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What has to be reached, in words.
    pub standard: String,
    /// The same, unrounded and in stored units.
    pub standard_value: f64,
    /// The measure that proves it.
    pub measure: Link,
    /// Whether it was kept.
    pub verdict: VerdictMark,
    /// The figure.
    pub value: Figure,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// The rows behind it.
    pub count: Option<Count>,
    /// What the verdict rests on.
    pub evidence: String,
    /// How many cases are past their time and still open, in words; none where the record cannot tell.
    pub overdue: Option<String>,
    /// The same as a number.
    pub overdue_count: Option<u64>,
    /// The twelve months up to the end of the period.
    pub rolling: Option<Rolling>,
    /// Whether the latest period is more than usual variation.
    pub variation: Option<SignalMark>,
    /// The course.
    pub history: Vec<row::HistoryPoint>,
    /// The units directly below: how many kept it, in words.
    pub below: Option<Below>,
    /// The internal standards that it rests on.
    pub served_by: Vec<Served>,
    /// Whether the public edition tells it.
    pub public: bool,
    /// Whether it is told of single people.
    pub for_people: bool,
    /// Where its chain is.
    pub chain_url: Option<String>,
    /// Which definition produced the figure.
    pub definition: String,
    /// The course, drawn.
    #[serde(skip)]
    pub spark: Option<Sparkline>,
}

/// A promise over the twelve months up to the end of the period.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rolling {
    /// The stretch of time, as addresses and files have it.
    pub period: String,
    /// The same for people: `12 months to October 2026`.
    pub name: String,
    /// Whether it was kept.
    pub verdict: VerdictMark,
    /// The same in the middle of a line.
    #[serde(skip)]
    pub words: String,
    /// The figure.
    pub value: Figure,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// How many cases stand behind it.
    pub count: String,
}

/// How a promise stands in the units directly below.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Below {
    /// What they are: `Branches`.
    pub heading: String,
    /// How many kept it, in words.
    pub text: String,
    /// The scale, in words.
    pub scale: String,
    /// The figures, drawn.
    #[serde(skip)]
    pub spread: Spread,
}

/// An internal standard.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Served {
    /// The identifier of the measure.
    pub id: String,
    /// The name of the measure.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// Who keeps it.
    pub kept_by: Option<String>,
    /// What it has to reach.
    pub standard: String,
    /// Its value in the same unit and period.
    pub value: Figure,
    /// Whether that is reached.
    pub status: StatusMark,
}

/// A promise that nothing proves yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unproven {
    /// The identifier.
    pub id: String,
    /// The promise in the customer's words.
    pub words: String,
    /// When it holds.
    pub conditions: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why there is no figure, and when there will be.
    pub why: String,
    /// Whether the public edition tells it.
    pub public: bool,
}

/// One promise from the organisation down.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Chain {
    /// The identifier of the promise.
    pub promise: String,
    /// The promise in the customer's words.
    pub words: String,
    /// What the bars show and on which scale.
    pub bar_heading: String,
    /// What the column of counts is called.
    pub count_heading: String,
    /// The levels.
    pub links: Vec<ChainLine>,
    /// The promises to choose from.
    pub choices: Vec<Choice>,
}

/// One level of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChainLine {
    /// What people call the unit or person.
    pub name: String,
    /// The identifier.
    pub id: String,
    /// What kind of place it is.
    pub kind: Option<String>,
    /// How far down, 0 to 6.
    pub depth: usize,
    /// Whether it is the one that is looked at.
    pub current: bool,
    /// Where its charter is.
    pub url: Option<String>,
    /// Whether the promise was kept there.
    pub verdict: VerdictMark,
    /// The figure, or why there is none.
    pub value: Figure,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// The rows behind it.
    pub count: Option<Count>,
    /// The bar.
    #[serde(skip)]
    pub bar: Option<Interval>,
}

/// One thing that was looked at to see whether figures come about as they seem to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct IntegrityLine {
    /// What was looked at.
    pub name: String,
    /// Where more of it is.
    pub url: Option<String>,
    /// `look` where there is something to look at, `quiet` where not, `unknown` where the record cannot tell.
    pub state: &'static str,
    /// What was found.
    pub text: String,
    /// What the series says, where there is one.
    pub sign: Option<SignalMark>,
}

impl IntegrityLine {
    /// The state in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.state {
            "look" => "Look here",
            "quiet" => "Nothing noticeable",
            _ => "Cannot be told",
        }
    }
}

/// A measure of the scorecard that no promise rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WithoutPromise {
    /// The leg that it stands in.
    pub leg: String,
    /// Its name.
    pub name: String,
    /// The identifier.
    pub id: String,
    /// Where its page is.
    pub url: String,
}

impl CharterPage {
    /// The page of a charter.
    #[must_use]
    pub fn new(detail: &CharterDetail<'_>, context: &Context<'_>) -> Self {
        let links = context.links;
        let chosen = detail.chosen.map(|promise| promise.id.as_str());
        let to = |place: &Place| links.charter(place, chosen).unwrap_or_default();
        let tally = Tally::of(detail.promises.iter().map(|promise| &promise.result.verdict));
        let proven = detail.promises.iter().filter(|promise| promise.promise.proof.is_some());
        let unproven = detail.promises.iter().filter(|promise| promise.promise.proof.is_none());
        let headline = match detail.version {
            Some(_) => words_of::result(&tally),
            None => "No charter was in force in this period.".to_owned(),
        };
        Self {
            frame: Frame::new(&format!("{}, {}", detail.charter.title, detail.subject), context, &to),
            title: detail.charter.title.clone(),
            subject: detail.subject.clone(),
            version: version_text(detail),
            headline,
            lead: lead(detail, &tally),
            result: tally.into(),
            promises: proven.filter_map(|promise| line(promise, context)).collect(),
            unproven: unproven.map(|promise| self::unproven(promise.promise, context)).collect(),
            chain: chain(detail, context),
            integrity: integrity(detail, context),
            without_promise: detail
                .without_promise
                .iter()
                .map(|(leg, name, id)| WithoutPromise {
                    leg: leg.clone(),
                    name: name.clone(),
                    id: id.to_string(),
                    url: links.measure(id, &context.place),
                })
                .collect(),
            public_url: links.charter_public(&Place { period: detail.published, ..context.place.clone() }),
        }
    }
}

/// How the bar of a figure is drawn: as its verdict says, which is decided elsewhere.
fn status(verdict: &Verdict) -> Status {
    match verdict {
        Verdict::Kept(Certainty::WithinChance) => Status::MetPerhapsByChance,
        Verdict::Kept(_) => Status::Met,
        Verdict::NotKept(Certainty::WithinChance) => Status::MissedPerhapsByChance,
        Verdict::NotKept(_) => Status::Missed,
        Verdict::TooFew | Verdict::NotMeasured(_) => Status::NoTarget,
    }
}

fn version_text(detail: &CharterDetail<'_>) -> String {
    let Some(version) = detail.version else { return String::new() };
    let from = period::full_day(version.valid_from);
    match version.review {
        Some(review) => format!("In force since {from}; to be reviewed by {}.", period::full_day(review)),
        None => format!("In force since {from}."),
    }
}

fn lead(detail: &CharterDetail<'_>, tally: &Tally) -> String {
    if detail.version.is_none() {
        return "What was promised later is not held against earlier periods.".to_owned();
    }
    let missed: Vec<String> = detail
        .promises
        .iter()
        .filter(|promise| matches!(promise.result.verdict, Verdict::NotKept(_)))
        .map(|promise| format!("“{}”", promise.promise.words.trim_end_matches('.')))
        .collect();
    let missed = match missed.as_slice() {
        [] => String::new(),
        missed => format!("Not kept: {}.", missed.join("; ")),
    };
    let counted =
        "The result is this count, never a pooled percentage, so that a large promise cannot hide a small one.";
    let parts = [missed, words_of::sureness(tally), counted.to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How the figures of a promise are written.
fn format_of(figures: &MeasureResult, context: &Context<'_>) -> Format {
    words::finding::format_of(figures, context)
}

fn line(detail: &PromiseDetail<'_>, context: &Context<'_>) -> Option<PromiseLine> {
    let promise = detail.promise;
    let (proof, figures, named) = (promise.proof.as_ref()?, detail.figures.as_ref()?, detail.named.as_ref()?);
    let format = format_of(figures, context);
    let named_format = Format::of(named, &context.currency, proof.standard.threshold);
    let result = &detail.result;
    let judged = result.reading.value.is_some();
    let row = Row::new(figures, context);
    let standard = words_of::standard(proof, named, &format, &named_format);
    Some(PromiseLine {
        id: promise.id.clone(),
        words: promise.words.clone(),
        conditions: promise.conditions.clone(),
        remedy: promise.remedy.clone(),
        owner: promise.owner.clone(),
        standard,
        standard_value: proof.standard.value,
        measure: Link { label: named.title.clone(), url: context.links.measure(&proof.measure.id, &context.place) },
        verdict: (&result.verdict).into(),
        value: figure(result, &format),
        likely_range: range(result, &format),
        count: row.count.filter(|_| judged),
        evidence: words_of::evidence(promise, result, proof, &format, context.fiscal_year),
        overdue: result.overdue.map(|count| words::capitalised(&words_of::overdue(count))),
        overdue_count: result.overdue,
        rolling: detail.rolling.as_ref().map(|rolling| self::rolling(rolling, &proof.measure, &format, context)),
        variation: row.variation,
        history: row.history,
        below: below(detail, &format, proof.standard.value, context),
        served_by: detail.served_by.iter().map(|(standard, result)| served(standard, result, context)).collect(),
        public: promise.public,
        for_people: promise.levels.person,
        chain_url: context.links.charter(&context.place, Some(&promise.id)).map(|url| format!("{url}#chain")),
        definition: row.definition,
        spark: Some(row.spark),
    })
}

fn figure(result: &PromiseResult, format: &Format) -> Figure {
    result.reading.value.map_or_else(|| Figure::words("no figure"), |value| format.figure(value))
}

fn range(result: &PromiseResult, format: &Format) -> Option<Range> {
    result.reading.value?;
    result.likely_range.map(|(low, high)| format.range(low, high))
}

fn rolling(rolling: &PromiseResult, measure: &Measure, format: &Format, context: &Context<'_>) -> Rolling {
    Rolling {
        period: rolling.period.id(context.fiscal_year),
        name: rolling_name(rolling.period),
        verdict: (&rolling.verdict).into(),
        words: words_of::verdict(&rolling.verdict).to_lowercase(),
        value: figure(rolling, format),
        likely_range: range(rolling, format),
        count: words_of::counted(measure, rolling),
    }
}

/// `12 months to October 2026`.
pub(super) fn rolling_name(period: Period) -> String {
    let months = number::counted(u64::from(period.months().unwrap_or(0)), "months");
    format!("{months} to {}", period::month_of(period.last_day()))
}

fn served(standard: &InternalStandard, result: &MeasureResult, context: &Context<'_>) -> Served {
    let row = Row::new(result, context);
    Served {
        id: row.id,
        name: row.name,
        url: row.url,
        kept_by: standard.kept_by.clone(),
        standard: row.target,
        value: if row.value_from.is_none() { row.value } else { Figure::words("no figure") },
        status: row.status,
    }
}

fn unproven(promise: &Promise, context: &Context<'_>) -> Unproven {
    Unproven {
        id: promise.id.clone(),
        words: promise.words.clone(),
        conditions: promise.conditions.clone(),
        owner: promise.owner.clone(),
        why: words::capitalised(&words_of::nothing_proves_it(promise, context.fiscal_year)),
        public: promise.public,
    }
}

fn integrity(detail: &CharterDetail<'_>, context: &Context<'_>) -> Vec<IntegrityLine> {
    let mut lines = Vec::new();
    for (promise, course) in &detail.courses {
        let told = detail.promises.iter().find(|told| told.promise.id == promise.id);
        let (Some(proof), Some(named)) = (&promise.proof, told.and_then(|told| told.named.as_ref())) else { continue };
        let Some((threshold, beside)) = proof.standard.threshold.zip(proof.beside_threshold.as_ref()) else { continue };
        let format = Format::of(named, &context.currency, Some(threshold));
        let limit = |steps: f64| words_of::limit(threshold + steps * beside.width, &named.unit, &format);
        let limits = [limit(-1.0), limit(0.0), limit(1.0)];
        lines.push(IntegrityLine {
            name: format!("Heaped just inside the threshold: “{}”", promise.words.trim_end_matches('.')),
            url: Some(context.links.measure(&proof.measure.id, &context.place)),
            state: match course.factor {
                None => "unknown",
                Some(_) if course.is_heaped => "look",
                Some(_) => "quiet",
            },
            text: words_of::heaping(course, &limits),
            sign: None,
        });
    }
    for result in &detail.integrity {
        let row = Row::new(result, context);
        let value = format!("{} of {}.", row.value.text, row.count.as_ref().map_or("", |count| count.text.as_str()));
        let worse = result.signal.as_ref().is_some_and(Signal::is_worse);
        let (state, text) = match &row.missing {
            Some(why) => ("unknown", format!("{}.", words::capitalised(why))),
            None if worse => ("look", value),
            None => ("quiet", value),
        };
        lines.push(IntegrityLine { name: row.name, url: Some(row.url), state, text, sign: row.variation });
    }
    lines
}

/// The scale that holds all values and the standard; a share ends at 100 %.
fn scale(values: impl Iterator<Item = f64>, standard: f64, format: &Format) -> Span {
    let mut span = Span::around(values.chain([standard])).unwrap_or(Span { low: 0.0, high: 1.0 });
    span.low = span.low.max(0.0);
    if format.most().is_some() {
        span.high = span.high.min(1.0);
    }
    span
}

fn below(detail: &PromiseDetail<'_>, format: &Format, standard: f64, context: &Context<'_>) -> Option<Below> {
    if detail.below.is_empty() {
        return None;
    }
    let judged: Vec<&PromiseResult> =
        detail.below.iter().map(|(_, result)| result).filter(|result| result.reading.value.is_some()).collect();
    if judged.is_empty() {
        return None;
    }
    let tally = Tally::of(detail.below.iter().map(|(_, result)| &result.verdict));
    let here = context.units.iter().find(|unit| unit.id == context.place.unit);
    let kind = here.and_then(|unit| unit.below_kind.as_deref()).unwrap_or("unit");
    let many = number::plural(kind);
    let mut parts = Vec::new();
    if tally.judged() > 0 {
        parts.push(format!("{} of {} kept it", tally.kept, number::counted(tally.judged() as u64, &many)));
    }
    if tally.too_few > 0 {
        let verb = if tally.too_few == 1 { "has" } else { "have" };
        parts.push(format!("{} {verb} too few cases to say", number::count(tally.too_few as u64)));
    }
    let values: Vec<f64> = judged.iter().filter_map(|result| result.reading.value).collect();
    let span = scale(values.iter().copied(), standard, format);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let label = format!(
        "{} between {}; standard {}",
        words::capitalised(&number::counted(values.len() as u64, &many)),
        format.range(low, high).text.replace(" to ", " and "),
        format.goal(standard)
    );
    Some(Below {
        heading: words::capitalised(&many),
        text: parts.join(", "),
        scale: format!("{}; dashed: standard", format.range(span.low, span.high).text),
        spread: Spread::new(span, &values, Some(standard), label),
    })
}

fn chain(detail: &CharterDetail<'_>, context: &Context<'_>) -> Option<Chain> {
    let promise = detail.chosen?;
    let proof = promise.proof.as_ref()?;
    let of_promise = detail.promises.iter().find(|line| line.promise.id == promise.id)?;
    let format = format_of(of_promise.figures.as_ref()?, context);
    let judged = detail.chain.iter().map(|link| &link.result).filter(|result| result.reading.value.is_some());
    let values = judged.flat_map(|result| {
        let ends = result.likely_range.into_iter().flat_map(|(low, high)| [low, high]);
        result.reading.value.into_iter().chain(ends)
    });
    let span = scale(values, proof.standard.value, &format);
    let current = detail.chain.iter().position(|link| link.current).unwrap_or(0);
    let line = |(position, link): (usize, &ChainLink)| {
        let depth = position.min(current + 1).min(6);
        let there = context.place.in_unit(&link.label.id);
        let result = &link.result;
        let judged = result.reading.value.is_some();
        let mark: VerdictMark = (&result.verdict).into();
        ChainLine {
            name: link.label.name.clone(),
            id: link.label.id.to_string(),
            kind: link.kind.clone(),
            depth,
            current: link.current,
            url: context.links.charter(&there, Some(&promise.id)).filter(|_| !link.is_person),
            verdict: mark,
            value: match &result.verdict {
                Verdict::NotMeasured(why) => {
                    Figure::words(&words_of::unmeasured(why, promise, &proof.measure, context.fiscal_year))
                }
                _ => figure(result, &format),
            },
            likely_range: range(result, &format),
            count: judged.then(|| {
                let n = proof.measure.rests_on(&result.reading).round() as u64;
                Count {
                    n,
                    text: number::counted(n, &proof.measure.noun),
                    number: number::count(n),
                    url: context.links.rows(&proof.measure.id, &there, 0),
                }
            }),
            bar: judged.then(|| {
                let status = status(&result.verdict);
                Interval::new(span, result.reading.value, result.likely_range, &[proof.standard.value], status)
            }),
        }
    };
    let choices = detail.promises.iter().filter(|line| line.promise.proof.is_some()).filter_map(|line| {
        Some(Choice {
            label: line.promise.words.clone(),
            url: format!("{}#chain", context.links.charter(&context.place, Some(&line.promise.id))?),
            current: line.promise.id == promise.id,
        })
    });
    Some(Chain {
        promise: promise.id.clone(),
        words: promise.words.clone(),
        bar_heading: format!("Likely range, {}; dashed: standard", format.range(span.low, span.high).text),
        count_heading: words::capitalised(&proof.measure.noun),
        links: detail.chain.iter().enumerate().map(line).collect(),
        choices: choices.collect(),
    })
}
