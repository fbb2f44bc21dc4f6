//! One measure of a unit in a period: what it says, how it is defined, what lies below and behind it.

use askama::Template;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::{Direction, Measure, ValueUnit};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;
use evenkeel_model::target::Normalisation;
use evenkeel_model::trajectory::{Forecast, NoForecast};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::trend::{self, Line};
use crate::chart::{Sparkline, Trend};
use crate::number::Format;
use crate::page::below::{BelowTable, UnitResult};
use crate::page::breakdown::{Breakdown, BreakdownDetail, BreakdownForm};
use crate::page::chart_file::{Chart, ChartFigures, ChartFile, cell};
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::page::notes::{self, NoteLine, NotesDetail};
use crate::page::parts::PartsTable;
use crate::page::row::{self, Row, StatusMark};
use crate::page::rows_behind::{RowsBehind, RowsTable};
use crate::page::signal::{self, SignalMark};
use crate::page::way::Way;
use crate::words::definition::{self, Fact};
use crate::words::signal::{Told, is_readable, judgement, usual_of};
use crate::words::{self, course, finding, period, reading, scoring, watching};

/// The width of the sparkline beside a guard-rail.
const GUARD_WIDTH: f64 = 280.0;

/// What the page of a measure is made from.
#[derive(Debug, Clone)]
pub struct Detail<'a> {
    /// The measure in the unit and period of the page.
    pub result: &'a MeasureResult,
    /// The leg it stands in.
    pub leg: Option<String>,
    /// The objective it stands for.
    pub objective: Option<String>,
    /// How its value becomes a score.
    pub normalisation: Normalisation,
    /// The period in which the baseline was measured, where it was.
    pub baseline_from: Option<Period>,
    /// Who looks after the sources it reads.
    pub stewards: Vec<String>,
    /// The measure as its file has it; told from the formula where it is not given.
    pub configuration: Option<String>,
    /// The measures that it must be read with, in the same unit and period.
    pub read_with: Vec<&'a MeasureResult>,
    /// The kind of place that lies directly below: `branch`.
    pub below_kind: Option<String>,
    /// The same measure in the units directly below.
    pub below: Vec<UnitResult<'a>>,
    /// By what it can be divided, and how it is.
    pub breakdown: BreakdownDetail,
    /// The rows behind the number.
    pub rows: Option<RowsBehind>,
    /// Where it will be when its target is due, or why nobody can tell; none without a deadline.
    pub forecast: Option<Result<Forecast, NoForecast>>,
    /// Whether units are compared by it like for like.
    pub compared: bool,
    /// What people wrote beside it.
    pub notes: NotesDetail,
    /// Whether whoever reads asks owners of measures to do something.
    pub recommends: bool,
    /// Whether whoever reads recognises the unit; none where nobody does.
    pub recognition: Option<bool>,
}

/// The page of a measure. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "measure.html")]
pub struct MeasurePage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// Leg and objective.
    pub eyebrow: String,
    /// What it means.
    pub means: Option<String>,
    /// The figures of the page.
    pub row: Row,
    /// What stands beside the value: range, count, target, stretch, baseline.
    pub beside: Vec<Beside>,
    /// What the figures say.
    pub readings: Vec<Reading>,
    /// What the course is called: `Month by month`.
    pub trend_heading: String,
    /// What the band behind the course is; none without a usual range.
    pub trend_note: Option<String>,
    /// The course in one sentence.
    pub trend_label: String,
    /// Whether the periods of the course have a usual range.
    pub has_usual: bool,
    /// The changes of definition that are kept, the latest first.
    pub redefined: Vec<String>,
    /// Earlier stretches that were more than usual variation, newest first.
    pub earlier_signals: Vec<SignalMark>,
    /// How signals were found; nothing without a series.
    pub method: Vec<Fact>,
    /// What happened to the measure and who says so, the latest first.
    pub annotations: Vec<String>,
    /// What people wrote beside it, about the latest day first.
    pub notes: Vec<NoteLine>,
    /// Where notes of units below are.
    pub notes_below: Vec<Link>,
    /// Where a note is written; none for whoever may not.
    #[serde(skip)]
    pub note_form_url: Option<String>,
    /// Where the owners of this measure, and of those that put it on watch, are asked to do something, and where the unit is
    /// recognised.
    #[serde(skip)]
    pub recommend: Vec<Link>,
    /// Where the measure should be by now on the way to its target, unrounded and in stored units.
    pub expected_by_now: Option<f64>,
    /// The steps of that way, the target last.
    pub trajectory: Vec<Step>,
    /// Where it will be when its target is due.
    pub forecast: Option<ForecastFigures>,
    /// What stands in place of a course without a single value.
    #[serde(skip)]
    pub no_course: &'static str,
    /// The measures that it is worked out from.
    pub parts: Option<PartsTable>,
    /// The definition line by line.
    pub definition: Vec<Fact>,
    /// Which definition it is: `version 2 (ab12cd34)`.
    pub version: String,
    /// The definition as it is configured.
    pub configured: String,
    /// What goes wrong with it.
    pub pitfalls: Vec<String>,
    /// The measures that it must be read with.
    pub read_with: Vec<Guard>,
    /// How the score comes about.
    pub scoring: Vec<String>,
    /// The units directly below.
    pub below: Option<BelowTable>,
    /// The figure divided by an attribute, where that was asked for. Programs ask for it by itself.
    #[serde(skip)]
    pub breakdown: Option<Breakdown>,
    /// Where it is divided.
    #[serde(skip)]
    pub breakdown_form: Option<BreakdownForm>,
    /// The rows behind the number.
    pub rows: Option<RowsTable>,
    /// Where units are compared by it like for like.
    pub compare_url: Option<String>,
    /// How the number came about, step by step.
    pub explain_url: Option<String>,
    /// The course, as option data.
    #[serde(skip)]
    pub trend: Option<Trend>,
    /// The files of the course.
    #[serde(skip)]
    pub course_file: ChartFile,
    /// The files of the way to its target.
    #[serde(skip)]
    pub way_file: ChartFile,
    /// What the lines across the course are: `target 84 %`.
    #[serde(skip)]
    pub lines: Vec<String>,
    /// The way to its target, drawn and as a table. As data it is `trajectory`.
    #[serde(skip)]
    pub way: Option<Way>,
}

/// A figure beside the value, with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Beside {
    /// What it is.
    pub term: String,
    /// The figure.
    pub text: String,
    /// Where it leads.
    pub url: Option<String>,
}

/// A value to be reached by a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Step {
    /// The last day by which it is to be reached.
    pub by: Date,
    /// The value, unrounded and in stored units.
    pub value: f64,
}

/// Where a measure will be when its target is due, unrounded and in stored units.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ForecastFigures {
    /// The period in which it is due: `2026-12`.
    pub period: String,
    /// So many periods lie between the latest figure and that one.
    pub ahead: usize,
    /// So many figures the forecast rests on.
    pub points: usize,
    /// Lower end of the range that holds in eight of ten cases.
    pub low: f64,
    /// As likely exceeded as not.
    pub median: f64,
    /// Upper end of that range.
    pub high: f64,
    /// The probability of meeting the target in that period; none where neither way is better.
    pub chance: Option<f64>,
}

/// What the figures say: a mark, a few words, a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reading {
    /// The status it speaks of, where it speaks of one.
    pub status: Option<StatusMark>,
    /// What it says about the series, where it speaks of that.
    pub signal: Option<SignalMark>,
    /// The name of its icon where it speaks of something else.
    #[serde(skip)]
    pub icon: &'static str,
    /// A few words.
    pub heading: String,
    /// A sentence or two.
    pub text: String,
}

/// A measure that has to be read together with the one of the page.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Guard {
    /// Its figures.
    pub row: Row,
    /// Its course, drawn wider than in a row.
    #[serde(skip)]
    pub spark: Sparkline,
}

impl MeasurePage {
    /// The page of a measure.
    #[must_use]
    pub fn new(detail: Detail<'_>, context: &Context<'_>) -> Self {
        let result = detail.result;
        let measure = &result.measure;
        let in_force = measure.in_force(context.place.period).unwrap_or(measure);
        let format = finding::format_of(result, context);
        let links = context.links;
        let (compared, of) = finding::compared(result, context);
        let other = period::beside(compared, of, context.fiscal_year);
        let title = format!("{}, {}", measure.title, context.unit_name());
        let mut row = Row::new(result, context);
        let periods: Vec<Period> = result.history.iter().map(|(period, _)| *period).collect();
        let marks = notes::mark(&mut row, &periods, &detail.notes.notes);
        let told = Told::new(result, context);
        let written = notes::Told::new(&detail.notes, measure, context);
        Self {
            frame: Frame::new(&title, context, &|place| links.measure(&measure.id, place)),
            notice: None,
            eyebrow: [detail.leg.as_deref(), detail.objective.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            means: measure.about.means.clone(),
            beside: beside(&row, &detail, &format, context),
            readings: readings(&detail, &format, context),
            trend_heading: one_by_one(context.place.period),
            trend_note: told.as_ref().and_then(Told::band).map(|band| words::capitalised(&band)),
            trend_label: trend_label(&row, result, context),
            has_usual: row.history.iter().any(|point| point.usual_range.is_some()),
            redefined: measure
                .breaks()
                .iter()
                .rev()
                .map(|change| words::capitalised(&words::change_of_definition(change, measure)))
                .collect(),
            // Where nothing can be told yet, nothing was worked out either.
            method: told
                .as_ref()
                .filter(|told| is_readable(told.signal()))
                .map(|told| watching::method(&told.signal().method, context.fiscal_year))
                .unwrap_or_default(),
            annotations: result
                .annotations
                .iter()
                .rev()
                .map(|said| watching::dated(said, context.fiscal_year))
                .collect(),
            notes: written.lines,
            notes_below: written.below,
            note_form_url: written.form_url,
            recommend: recommend(&detail, context),
            expected_by_now: result.on_the_way.as_ref().and_then(|way| way.expected),
            trajectory: result
                .on_the_way
                .iter()
                .flat_map(|way| way.trajectory.steps())
                .map(|&(by, value)| Step { by, value })
                .collect(),
            forecast: detail.forecast.and_then(Result::ok).map(|forecast| ForecastFigures {
                period: forecast.period.id(context.fiscal_year),
                ahead: forecast.ahead,
                points: forecast.points,
                low: forecast.low,
                median: forecast.median,
                high: forecast.high,
                chance: forecast.chance,
            }),
            earlier_signals: told.as_ref().map(earlier_signals).unwrap_or_default(),
            no_course: reading::no_course(result),
            parts: PartsTable::new(result, context),
            definition: definition::facts(in_force, &format, &detail.stewards),
            version: format!("version {} ({})", in_force.definition.number, in_force.definition.digest),
            configured: detail.configuration.clone().unwrap_or_else(|| definition::configured(in_force)),
            pitfalls: measure.about.pitfalls.iter().map(|pitfall| words::capitalised(pitfall)).collect(),
            read_with: detail.read_with.iter().map(|result| guard(result, context)).collect(),
            scoring: scoring::explained(result, detail.normalisation, &format, &other),
            below: BelowTable::new(&detail.below, detail.below_kind.as_deref(), &format, context),
            breakdown: detail
                .breakdown
                .divided
                .as_ref()
                .map(|divided| Breakdown::new(divided, result, &format, context.fiscal_year)),
            breakdown_form: BreakdownForm::new(&detail.breakdown, result, context),
            rows: detail.rows.map(|rows| RowsTable::new(rows, &measure.id, of, context)),
            compare_url: links.compare(&measure.id, &context.place, None).filter(|_| detail.compared),
            explain_url: links
                .explain(&measure.id, &context.place)
                .filter(|_| result.missing != Some(Missing::NotAtThisLevel)),
            trend: trend(&row, result, &format, &marks, context),
            course_file: ChartFile::new(&Chart::Course(&measure.id), &title, &format.measured_in(), context),
            way_file: ChartFile::new(
                &Chart::Way(&measure.id),
                &format!("{title}: the way to the target"),
                &format.measured_in(),
                context,
            ),
            lines: trend_lines(result, &format).into_iter().map(|line| line.label).collect(),
            way: Way::new(result, detail.forecast.and_then(Result::ok).as_ref(), &format, context),
            row,
        }
    }
}

impl MeasurePage {
    /// Whether there is anything to say of single periods.
    fn tells_of_periods(&self) -> bool {
        self.has_usual || !self.redefined.is_empty() || self.row.history.iter().any(|point| !point.happened.is_empty())
    }

    /// The figures of the course; none without a course.
    #[must_use]
    pub fn course_figures(&self) -> Option<ChartFigures> {
        self.trend.as_ref()?;
        let lines = self.lines.join("; ");
        let row = |point: &row::HistoryPoint| {
            let usual = point.usual_range.as_ref();
            let notes: Vec<&str> =
                point.redefined.iter().chain(&point.happened).chain(&point.signal).map(String::as_str).collect();
            vec![
                self.row.id.clone(),
                self.frame.unit.clone(),
                point.period.clone(),
                cell(point.value.value),
                point.value.text.clone(),
                cell(usual.map(|range| range.low)),
                cell(usual.map(|range| range.high)),
                lines.clone(),
                notes.join("; "),
            ]
        };
        Some(ChartFigures {
            name: self.course_file.name.clone(),
            columns: vec!["measure", "unit", "period", "value", "shown", "usual_low", "usual_high", "lines", "notes"],
            rows: self.row.history.iter().map(row).collect(),
        })
    }

    /// The figures of the way to the target; none without a way that is drawn.
    #[must_use]
    pub fn way_figures(&self) -> Option<ChartFigures> {
        let way = self.way.as_ref().filter(|way| way.chart.is_some())?;
        let row = |kind: &str, when: String, value: Option<f64>, ends: [Option<f64>; 2], shown: &str, outcome: &str| {
            let [low, high] = ends.map(cell);
            let about = [self.row.id.clone(), self.frame.unit.clone(), kind.to_owned(), when];
            about.into_iter().chain([cell(value), low, high, shown.to_owned(), outcome.to_owned()]).collect()
        };
        let figures = self
            .row
            .history
            .iter()
            .map(|point| row("figure", point.period.clone(), point.value.value, [None; 2], &point.value.text, ""));
        let steps = self.trajectory.iter().zip(&way.steps).map(|(step, told)| {
            row("step", step.by.to_string(), Some(step.value), [None; 2], &told.goal, told.outcome)
        });
        let forecast = self.forecast.iter().map(|forecast| {
            let ends = [Some(forecast.low), Some(forecast.high)];
            row(
                "forecast",
                forecast.period.clone(),
                Some(forecast.median),
                ends,
                "",
                "eight of ten such cases lie from low to high",
            )
        });
        Some(ChartFigures {
            name: self.way_file.name.clone(),
            columns: vec!["measure", "unit", "kind", "when", "value", "low", "high", "shown", "outcome"],
            rows: figures.chain(steps).chain(forecast).collect(),
        })
    }
}

/// The ways to ask the owner of a measure to do something: of one that leads to this one first, since there it begins. Then
/// the way to recognise the unit.
fn recommend(detail: &Detail<'_>, context: &Context<'_>) -> Vec<Link> {
    let leading = detail.result.watch.iter().map(|watch| watch.measure.as_ref());
    let measures = leading.chain([detail.result.measure.as_ref()]).filter(|_| detail.recommends);
    let link = |measure: &Measure| {
        let label = format!("Recommend something to the owner of {}", measure.title);
        Some(Link { label, url: context.links.recommendation_form(&measure.id, &context.place)? })
    };
    let unit = context.unit_name();
    let form = context.links.recognition_form(Some(&detail.result.measure.id), &context.place);
    let form = form.filter(|_| detail.recognition == Some(true) && detail.result.reading.value.is_some());
    let form = form.map(|url| Link { label: format!("Recognise {unit} for this"), url });
    let list = context.links.recognition(&context.place).filter(|_| detail.recognition.is_some());
    let list = list.map(|url| Link { label: format!("What was recognised in {unit}"), url });
    measures.filter_map(link).chain(form).chain(list).collect()
}

fn beside(row: &Row, detail: &Detail<'_>, format: &Format, context: &Context<'_>) -> Vec<Beside> {
    let targets = &detail.result.targets;
    let plain = |term: &str, text: String| Beside { term: term.to_owned(), text, url: None };
    let mut beside = Vec::new();
    if let Some(from) = &row.value_from {
        beside.push(plain("from", from.clone()));
    }
    match &row.likely_range {
        Some(range) => beside.push(plain("likely range", range.text.clone())),
        None if detail.result.measure.formula.rows().is_none() && row.value_from.is_none() && row.has_value() => {
            beside.push(plain("likely range", "none can be justified".to_owned()));
        }
        None => {}
    }
    if let Some(count) = &row.count {
        // A measure that counts its rows says their number as its value; then this is only the way to them.
        let counts_rows = detail.result.measure.unit == ValueUnit::Count;
        let term = if detail.result.measure.formula.rows().is_none() {
            "in its smallest part".to_owned()
        } else if counts_rows {
            "rows".to_owned()
        } else {
            row::counted_noun(&detail.result.measure)
        };
        beside.push(Beside { term, text: count.number.clone(), url: Some(count.url.clone()) });
    }
    if detail.result.reading.value.is_some() {
        beside.push(plain("change", row.change.text.clone()));
    }
    let by = targets.by.map_or_else(String::new, |by| format!(" by {}", period::deadline(by)));
    beside.push(plain("target", format!("{}{by}", row.target)));
    for (term, goal) in [("stretch", targets.stretch), ("red flag", targets.red_flag)] {
        if let Some(goal) = goal {
            beside.push(plain(term, format.goal(goal)));
        }
    }
    if let Some(baseline) = targets.baseline {
        let from = detail.baseline_from.map(|from| period::name(from, context.fiscal_year));
        let term = from.map_or_else(|| "baseline".to_owned(), |from| format!("baseline, {from}"));
        beside.push(plain(&term, format.text(baseline)));
    }
    beside
}

/// Whether the target is met, whether something has changed, whether the target will be met, and how far the way to it
/// has been gone.
fn readings(detail: &Detail<'_>, format: &Format, context: &Context<'_>) -> Vec<Reading> {
    let result = detail.result;
    let plain =
        |icon: &'static str, heading: String, text: String| Reading { status: None, signal: None, icon, heading, text };
    let met = plain("", reading::heading(result).to_owned(), reading::target(result, format, context));
    let mut readings = vec![Reading { status: Some(result.status.into()), ..met }];
    if let Some(told) = Told::new(result, context) {
        let said = told.changed();
        let mark = signal::variation(result, context);
        readings.push(Reading { signal: mark, ..plain("", said.heading, said.text) });
        if let Some(said) = told.assurance() {
            let mark = signal::assurance(result, context);
            readings.push(Reading { signal: mark, ..plain("", said.heading, said.text) });
        }
        if let Some((heading, text)) = watching::phase(told.signal(), context.fiscal_year) {
            readings.push(plain("flag", heading, text));
        }
    }
    if let Some(heading) = watching::on_watch(&result.watch) {
        readings.push(plain("watch", heading, watched(result, context)));
    }
    if let Some(way) = &result.on_the_way
        && let Some((heading, text)) = course::on_the_way(way, result, format, context)
    {
        readings.push(Reading { status: Some(way.status.into()), ..plain("", heading, text) });
    }
    if let Some(forecast) = &detail.forecast
        && let Some((heading, text)) = course::forecast(forecast, result, format, context)
    {
        readings.push(plain("ahead", heading, text));
    }
    let from = detail.baseline_from.map(|from| period::name(from, context.fiscal_year));
    if let Some((heading, text)) = reading::way(result, from.as_deref(), format) {
        readings.push(plain("flag", heading, text));
    }
    if let Some((heading, text)) = finding::running(context)
        && result.status != Status::NoData
    {
        readings.push(plain("clock", heading, text));
    }
    readings
}

/// Why the measure is on watch, and what that means.
fn watched(result: &MeasureResult, context: &Context<'_>) -> String {
    let reasons: Vec<String> = result
        .watch
        .iter()
        .map(|watch| {
            let shows = watching::watch(watch, context.fiscal_year);
            format!("{} shows {shows}.", watch.measure.title)
        })
        .collect();
    format!("{} That is a reason to look, and no verdict on this measure.", reasons.join(" "))
}

fn earlier_signals(told: &Told<'_>) -> Vec<SignalMark> {
    told.history().into_iter().map(|finding| signal::of_finding(finding, told.earlier(finding))).collect()
}

fn guard(result: &MeasureResult, context: &Context<'_>) -> Guard {
    Guard { row: Row::new(result, context), spark: row::spark(result, context, GUARD_WIDTH) }
}

/// `Month by month`.
fn one_by_one(period: Period) -> String {
    let one = period::singular(period);
    format!("{} by {one}", words::capitalised(one))
}

fn trend_label(row: &Row, result: &MeasureResult, context: &Context<'_>) -> String {
    let by = period::singular(context.place.period);
    let ends = result.history.first().zip(result.history.last());
    let span = ends.map_or_else(String::new, |((first, _), (last, _))| {
        let name = |period: &Period| period::name(*period, context.fiscal_year);
        format!(", {} to {}", name(first), name(last))
    });
    let usual = row.usual_range.as_ref().map_or_else(String::new, |range| format!(" Usual range: {}.", range.text));
    let signal = row.variation.as_ref().map_or_else(String::new, |mark| format!(" {}.", mark.words));
    format!("{} by {by}{span}. Target: {}.{usual}{signal}", row.name, row.target)
}

fn trend(row: &Row, result: &MeasureResult, format: &Format, marks: &[String], context: &Context<'_>) -> Option<Trend> {
    let grain = context.place.period.grain();
    let told = Told::new(result, context);
    let points: Vec<trend::Point> = result
        .history
        .iter()
        .zip(&row.history)
        .zip(marks)
        .map(|((&(period, value), point), mark)| {
            let known = told.as_ref().and_then(|told| Some((told.signal(), told.at(period)?)));
            let usual = point.usual_range.as_ref().map(|range| format!("usual range {}", range.text));
            trend::Point {
                name: point.name.clone(),
                value,
                missing: "no figure".to_owned(),
                usual: known.and_then(|(signal, point)| usual_of(signal, point)),
                judgement: known.and_then(|(signal, point)| judgement(signal, point)),
                notes: usual
                    .into_iter()
                    .chain(point.signal.as_deref().map(lower_first))
                    .chain(point.redefined.clone())
                    .chain(point.happened.iter().cloned())
                    .collect(),
                begins: if point.redefined.is_some() {
                    Some("redefined")
                } else {
                    begins_phase(result, period).then_some("new phase")
                },
                named: is_named(period, grain, result.history.len()),
                mark: mark.clone(),
            }
        })
        .collect();
    let lines = trend_lines(result, format);
    let course = trend::Course { points: &points, lines: &lines, format, open: context.is_running() };
    Trend::new(&course)
}

/// Whether a phase begins with a period.
fn begins_phase(result: &MeasureResult, period: Period) -> bool {
    result.annotations.iter().any(|said| said.new_phase && said.begins_with(period))
}

/// Inside a tip the words go on after others.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn trend_lines(result: &MeasureResult, format: &Format) -> Vec<Line> {
    if let Direction::Within { low, high } = result.measure.better {
        let line = |word: &str, value: f64| Line { label: format!("{word} {}", format.goal(value)), value, main: true };
        return vec![line("from", low), line("to", high)];
    }
    let line = |word: &str, value: Option<f64>, main: bool| {
        value.map(|value| Line { label: format!("{word} {}", format.goal(value)), value, main })
    };
    let target = line("target", result.targets.target, true);
    let stretch = line("stretch", result.targets.stretch, false);
    target.into_iter().chain(stretch).collect()
}

/// Which periods the axis may name: those on which people divide a year.
fn is_named(period: Period, grain: Grain, length: usize) -> bool {
    let start = period.start();
    match grain {
        Grain::Day => start.day() == 1 || start.day() == 15,
        Grain::Month if length > 13 => start.month() % 6 == 1,
        Grain::Month => start.month() % 3 == 1,
        Grain::Week | Grain::Quarter | Grain::Year => true,
    }
}
