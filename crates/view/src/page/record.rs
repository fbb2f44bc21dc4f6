//! The record of one person: what is known of them, on which rows it rests, and who sees it.

use askama::Template;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;
use serde::Serialize;

use crate::chart::Interval;
use crate::chart::interval::Span;
use crate::number::{Figure, Format, Range, count};
use crate::page::acts::{ActLine, ActsDetail, ActsOfPerson};
use crate::page::context::Context;
use crate::page::frame::{Choice, Frame};
use crate::page::row;
use crate::page::rows_behind::{Column, RowsBehind};
use crate::page::standards::{RatedGroup, RatingSheet};
use crate::words::{self, capitalised, period, record};

/// What the record of a person is made from.
pub struct RecordDetail<'a> {
    /// The identifier.
    pub id: &'a str,
    /// What people call them.
    pub name: String,
    /// The unit that they are in at the end of the period.
    pub unit: Option<String>,
    /// Whether they read it themselves.
    pub own: bool,
    /// What figures about people may be used for.
    pub policy: PeoplePolicy,
    /// The measures that are permitted for people.
    pub results: Vec<MeasureResult>,
    /// The elements of performance standards, where people are rated.
    pub ratings: Option<RatingSheet>,
    /// The rows of one of the measures.
    pub rows: Option<RowsOf<'a>>,
    /// Who sees it, besides the person.
    pub readers: Vec<String>,
    /// Who else looked, latest first.
    pub looks: Vec<LookLine>,
    /// Measures that are never told of a single person.
    pub never: Vec<String>,
    /// What was promised to customers, with their part in it.
    pub charter_url: Option<String>,
    /// What the person disputed, latest first.
    pub disputes: Vec<OwnDispute>,
    /// What it takes to dispute a row; none for whoever may not.
    pub disputing: Option<Disputing>,
    /// Recognition and development; none where nothing is told of single people.
    pub acts: Option<ActsDetail>,
    /// What was done.
    pub notice: Option<String>,
}

/// A row that the person disputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnDispute {
    /// The key by which rows tell that they are disputed.
    #[serde(skip)]
    pub key: String,
    /// The row: `responses: a, a0`.
    pub row: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: String,
    /// How it stands.
    pub state: String,
    /// The same in a word.
    pub word: &'static str,
}

/// What it takes to dispute a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputing {
    /// Where the form leads.
    pub url: String,
    /// What it carries.
    pub form_token: String,
    /// The period, as addresses have it.
    pub period: String,
    /// The most characters of the reason.
    pub longest: usize,
}

/// Some of the rows of a person behind a measure.
pub struct RowsOf<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// The rows, without how they count.
    pub rows: RowsBehind,
    /// How each counts, in words.
    pub counts: Vec<String>,
    /// The key of each, where rows of the table can be disputed.
    pub keys: Vec<String>,
}

/// A look of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookLine {
    /// When, in words.
    pub at: String,
    /// Who.
    pub who: String,
    /// At what.
    pub about: String,
}

/// The record of a person. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// What stands around it.
    pub frame: Frame,
    /// The title: `Your record`, `The record of Ann`.
    pub title: String,
    /// What it is about.
    pub lead: String,
    /// Why nothing is shown; none where something is.
    pub nothing: Option<String>,
    /// Lengths of time to choose from.
    pub periods: Vec<Choice>,
    /// The elements of performance standards.
    pub standards: Vec<RatedGroup>,
    /// How to read these.
    pub standards_lead: Vec<String>,
    /// The measures.
    pub measures: Vec<RecordMeasure>,
    /// A bar for each measure, on a scale of its own.
    #[serde(skip)]
    pub bars: Vec<Option<Interval>>,
    /// The rows of one measure.
    pub rows: Option<RecordRows>,
    /// What figures about people may be used for.
    pub policy: String,
    /// The word of it in evenkeel.yaml.
    pub policy_word: &'static str,
    /// Who sees it.
    pub readers: Vec<String>,
    /// Where figures are beside the pages.
    pub beside: &'static str,
    /// Who else looked.
    pub looks: Vec<LookLine>,
    /// Measures that are never told of a single person.
    pub never: String,
    /// What was promised to customers.
    #[serde(skip)]
    pub charter_url: Option<String>,
    /// Whether they read it themselves.
    pub own: bool,
    /// What the person disputed.
    pub disputes: Vec<OwnDispute>,
    /// What it takes to dispute a row.
    #[serde(skip)]
    pub disputing: Option<Disputing>,
    /// Recognition and development; none where nothing is told of single people.
    pub recognition: Option<ActsOfPerson>,
    /// What was done.
    #[serde(skip)]
    pub notice: Option<String>,
}

/// A measure of a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordMeasure {
    /// The identifier.
    pub id: String,
    /// The name.
    pub title: String,
    /// The value; words where there is none.
    pub value: Figure,
    /// Why there is no value.
    pub why_not: Option<String>,
    /// The likely range.
    pub likely_range: Option<Range>,
    /// What was counted: `30 answers`.
    pub count: Option<String>,
    /// What the unit of the person is to reach.
    pub target: Option<String>,
    /// What it is and how it is worked out.
    #[serde(skip)]
    pub definition_url: String,
    /// Where its rows are.
    #[serde(skip)]
    pub rows_url: Option<String>,
    /// Whether its rows are shown.
    pub shown: bool,
}

/// Some rows of a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordRows {
    /// The measure.
    pub measure: String,
    /// The name of the measure.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<RecordRow>,
    /// Which these are: `1 to 8 of 30`.
    pub showing: String,
    /// Where those before are.
    #[serde(skip)]
    pub earlier: Option<String>,
    /// Where those after are.
    #[serde(skip)]
    pub later: Option<String>,
    /// All of them as a file.
    #[serde(skip)]
    pub file: Option<String>,
}

/// One row of a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordRow {
    /// The cells.
    pub cells: Vec<String>,
    /// How it counts.
    pub counts: String,
    /// Its key, where it can be disputed.
    #[serde(skip)]
    pub key: Option<String>,
    /// How a dispute of it stands.
    pub disputed: Option<&'static str>,
}

impl RecordPage {
    /// The page of a person.
    #[must_use]
    pub fn new(detail: RecordDetail<'_>, context: &Context<'_>) -> Self {
        let title = if detail.own { "Your record".to_owned() } else { format!("The record of {}", detail.name) };
        let to = |place: &crate::page::Place| context.links.record(detail.id, place, None).unwrap_or_default();
        let place = &context.place;
        let frame = Frame {
            path: Vec::new(),
            unit: detail.name.clone(),
            units: Vec::new(),
            comparison: String::new(),
            comparisons: Vec::new(),
            ..Frame::new(&title, context, &to)
        };
        let last = place.period.last_day().min(context.today);
        let periods = [Grain::Month, Grain::Quarter, Grain::Year].map(|grain| {
            let of = Period::containing(last, grain, context.fiscal_year);
            Choice {
                label: capitalised(&period::name(of, context.fiscal_year)),
                url: to(&place.in_period(of)),
                current: of == place.period,
            }
        });
        let shown = detail.rows.as_ref().map(|rows| rows.measure.id.clone());
        let (measures, bars) =
            detail.results.iter().map(|result| measure(result, detail.id, shown.as_ref(), context)).unzip();
        let (standards, standards_lead) =
            detail.ratings.map_or_else(Default::default, |sheet| (sheet.standards, sheet.lead));
        let at = |unit: &str| format!("{} in {unit}", detail.name);
        let who =
            if detail.own { String::new() } else { detail.unit.as_deref().map_or(detail.name.clone(), at) + ". " };
        Self {
            lead: format!(
                "{who}What the service record says of one person, {}: each figure with the range in which the true one \
                 likely lies, and every row behind it.",
                period::when(place.period, context.fiscal_year)
            ),
            nothing: (detail.policy == PeoplePolicy::Off).then(|| {
                "Nothing is told about single people here, not to themselves either: evenkeel.yaml says `people: off`. \
                 What figures about people may be used for is agreed first; then the project says so."
                    .to_owned()
            }),
            periods: periods.into(),
            standards,
            standards_lead,
            measures,
            bars,
            rows: detail.rows.map(|rows| record_rows(rows, detail.id, &detail.disputes, context)),
            disputes: detail.disputes,
            disputing: detail.disputing,
            recognition: detail.acts.map(|acts| ActsOfPerson::new(&acts, detail.id, detail.own, context)),
            notice: detail.notice,
            policy: record::policy(detail.policy).to_owned(),
            policy_word: detail.policy.as_str(),
            readers: detail.readers,
            beside: record::beside_the_pages(),
            looks: detail.looks,
            never: words::listed(&detail.never),
            charter_url: detail.charter_url,
            own: detail.own,
            frame,
            title,
        }
    }

    /// What was written about the person, latest first.
    fn acts(&self) -> &[ActLine] {
        self.recognition.as_ref().map_or(&[], |recognition| recognition.acts.as_slice())
    }

    /// The measures with their bars.
    fn measures_with_bars(&self) -> impl Iterator<Item = (&RecordMeasure, &Option<Interval>)> {
        self.measures.iter().zip(&self.bars)
    }
}

fn measure(
    result: &MeasureResult,
    person: &str,
    shown: Option<&MeasureId>,
    context: &Context<'_>,
) -> (RecordMeasure, Option<Interval>) {
    let measure = &result.measure;
    let format = Format::of(measure, &context.currency, result.targets.target);
    let likely_range = row::likely_range(result, &format);
    let goals = row::goals(result);
    let has_rows = measure.formula.rows().is_some() && result.missing != Some(Missing::TooFew);
    let rows_url = has_rows
        .then(|| context.links.record(person, &context.place, Some((&measure.id, 0))))
        .flatten()
        .filter(|_| result.reading.n > 0);
    let why_not = result.missing.as_ref().map(|missing| match missing {
        Missing::TooFew => "withheld: too few people answered for this to be shown".to_owned(),
        other => words::missing(other, measure),
    });
    let told = RecordMeasure {
        id: measure.id.to_string(),
        title: measure.title.clone(),
        value: result.reading.value.map_or_else(|| Figure::words("–"), |value| format.figure(value)),
        why_not,
        count: row::count(result, context).map(|count| count.text),
        target: result.has_target().then(|| words::target(measure.better, result.targets.target, &format)),
        definition_url: context.links.measure(&measure.id, &context.place),
        rows_url,
        shown: shown == Some(&measure.id),
        likely_range: likely_range.clone(),
    };
    let range = likely_range.map(|range| (range.low, range.high));
    let ends = range.into_iter().flat_map(|(low, high)| [low, high]).chain(result.reading.value);
    // A bar says something only where there is a range; whether a target is met is not said of one person.
    let span = range.and_then(|_| Span::around(ends.chain(goals.iter().copied())));
    let bar = span.map(|span| Interval::new(span, result.reading.value, range, &goals, Status::NoTarget));
    (told, bar)
}

fn record_rows(of: RowsOf<'_>, person: &str, disputes: &[OwnDispute], context: &Context<'_>) -> RecordRows {
    let RowsOf { measure, rows, counts, keys } = of;
    let mut keys = keys.into_iter();
    let number = rows.rows.len() as u64;
    let last = rows.first + number;
    let step = rows.page_size.max(1);
    let at = |first: u64| context.links.record(person, &context.place, Some((&measure.id, first)));
    RecordRows {
        measure: measure.id.to_string(),
        title: measure.title.clone(),
        showing: if number == 0 {
            format!("none of {}", count(rows.total))
        } else {
            format!("{} to {} of {}", count(rows.first + 1), count(last), count(rows.total))
        },
        earlier: (rows.first > 0).then(|| at(rows.first.saturating_sub(step))).flatten(),
        later: (last < rows.total && number > 0).then(|| at(last)).flatten(),
        file: context.links.rows_file(&measure.id, &context.place).filter(|_| rows.total > 0),
        columns: rows.columns,
        rows: rows
            .rows
            .into_iter()
            .zip(counts)
            .map(|(cells, counts)| {
                let key = keys.next();
                let known = disputes.iter().find(|dispute| key.as_ref() == Some(&dispute.key));
                RecordRow { cells, counts, disputed: known.map(|dispute| dispute.word), key }
            })
            .collect(),
    }
}

impl RecordRows {
    /// The cells of a row with the columns they stand in.
    #[must_use]
    pub fn cells<'a>(&'a self, row: &'a RecordRow) -> Vec<(&'a Column, &'a str)> {
        self.columns.iter().zip(row.cells.iter().map(String::as_str)).collect()
    }
}
