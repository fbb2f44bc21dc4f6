//! The scorecard of a unit in a period.

use askama::Template;
use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult, ObjectiveResult};
use evenkeel_model::scoring::Status;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::Balance;
use crate::chart::balance::{BalanceWords, LegScore};
use crate::number::{self, Figure};
use crate::page::chart_file::{Chart, ChartFigures, ChartFile, cell};
use crate::page::context::{Arrangement, Context};
use crate::page::frame::{Choice, Frame, Link};
use crate::page::row::{self, Row, StatusMark, history_heading};
use crate::page::signal::{self, SignalMark};
use crate::words::sentence::Sentence;
use crate::words::signal::false_signals;
use crate::words::{self, finding, listed, period, watching};

/// How many signals are named one by one.
const NAMED: usize = 3;

/// The scorecard of a unit in a period. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "scorecard.html")]
pub struct ScorecardPage {
    /// What stands around it.
    pub frame: Frame,
    /// At most two sentences on where things stand.
    pub headline: String,
    /// One sentence per leg, and what else has to be said first.
    pub points: Vec<Point>,
    /// The strongest signals, the bad ones first, at most three.
    pub look_first: Vec<Sentence>,
    /// How far the legs lie apart, in words.
    pub spread: String,
    /// The same, unrounded.
    pub spread_value: Option<f64>,
    /// Whether that is further than the scorecard allows.
    pub out_of_balance: bool,
    /// All legs together.
    pub whole: Option<Figure>,
    /// The legs.
    pub legs: Vec<LegPanel>,
    /// The ways of grouping to choose from.
    pub arrangements: Vec<Choice>,
    /// What the column of values is called.
    pub value_heading: String,
    /// What the column of small charts is called.
    pub history_heading: String,
    /// What has to be known about the page.
    pub notes: Vec<String>,
    /// Whether any row has a likely range; if none has, its column is left out.
    pub has_ranges: bool,
    /// Whether anything is known about any series; if not, the columns of signals are left out.
    pub has_signals: bool,
    /// How many false signals to expect.
    pub false_signals: Option<String>,
    /// The files of that drawing.
    #[serde(skip)]
    pub balance_file: ChartFile,
    /// The legs side by side, drawn; none with fewer than two.
    #[serde(skip)]
    pub balance: Option<Balance>,
    /// How many legs stand in one line.
    #[serde(skip)]
    pub across: usize,
    /// Where newcomers are led through it; none where that is not offered.
    #[serde(skip)]
    pub guide: Option<String>,
    /// The ways to what was recognised in the unit, and to recognising it; nothing where nobody does.
    #[serde(skip)]
    pub recognition: Vec<Link>,
}

/// A sentence with a mark.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Point {
    /// The status it speaks of; none for a note about the page itself.
    pub status: Option<StatusMark>,
    /// The signal it speaks of; then its mark stands in place of that of the status.
    pub variation: Option<SignalMark>,
    /// The name of its icon where it speaks of neither.
    #[serde(skip)]
    pub icon: &'static str,
    /// What it is about: the name of a leg.
    pub about: String,
    /// The sentence.
    pub text: Sentence,
}

/// One leg.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LegPanel {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// Its score; none when no measure has one.
    pub score: Option<Figure>,
    /// Its score in the compared period, unrounded.
    pub score_before: Option<f64>,
    /// The change of the score, and how much of the leg it rests on.
    pub score_notes: Vec<String>,
    /// What is wrong with its balance: `weakest leg`.
    pub weakness: Option<String>,
    /// The key measures by objective.
    pub key: Vec<Group>,
    /// The other measures by objective.
    pub rest: Vec<Group>,
    /// What the fold with the other measures is called.
    pub rest_heading: String,
}

impl LegPanel {
    /// Every row, key measures first.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.key.iter().chain(&self.rest).flat_map(|group| group.rows.iter())
    }

    /// The rows of the other measures.
    pub fn rest_rows(&self) -> impl Iterator<Item = &Row> {
        self.rest.iter().flat_map(|group| group.rows.iter())
    }
}

/// The measures of one objective.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// The objective in words.
    pub objective: String,
    /// Its measures.
    pub rows: Vec<Row>,
}

impl ScorecardPage {
    /// The page of an evaluation.
    #[must_use]
    pub fn new(evaluation: &Evaluation, context: &Context<'_>) -> Self {
        let links = context.links;
        let legs: Vec<LegPanel> = evaluation.legs.iter().map(|leg| panel(leg, evaluation, context)).collect();
        let has_ranges = legs.iter().flat_map(LegPanel::rows).any(|row| row.likely_range.is_some());
        let has_signals = legs.iter().flat_map(LegPanel::rows).any(Row::has_signs);
        let false_signals = false_signals(evaluation);
        let history = evaluation.legs.iter().flat_map(LegResult::measures).map(|result| result.history.len()).max();
        Self {
            frame: Frame::new(context.unit_name(), context, &|place| links.scorecard(place)),
            headline: finding::headline(evaluation, context),
            points: points(evaluation, context),
            look_first: finding::signals(evaluation, NAMED, context),
            spread: finding::spread(evaluation),
            spread_value: evaluation.spread,
            out_of_balance: evaluation.out_of_balance,
            whole: evaluation.whole.value.map(number::score),
            notes: notes(&legs, evaluation, context.place.arrangement),
            arrangements: arrangements(context),
            value_heading: words::capitalised(&period::name(evaluation.period, context.fiscal_year)),
            history_heading: history_heading(history.unwrap_or(0), evaluation.period),
            balance_file: ChartFile::new(
                &Chart::Balance,
                &format!("{}, {}", balance_heading(context), context.unit_name()),
                "points of a score from 0 to 100",
                context,
            ),
            balance: balance(evaluation, context),
            across: across(legs.len()),
            guide: links.guide(&context.place),
            recognition: Vec::new(),
            has_ranges,
            has_signals,
            false_signals,
            legs,
        }
    }

    /// The same with the ways to what was recognised in the unit, and to recognising it for whoever leads it.
    #[must_use]
    pub fn with_recognition(mut self, leads: bool, context: &Context<'_>) -> Self {
        let unit = context.unit_name();
        let form = context.links.recognition_form(None, &context.place).filter(|_| leads);
        let form = form.map(|url| Link { label: format!("Recognise {unit}"), url });
        let list = context.links.recognition(&context.place);
        let list = list.map(|url| Link { label: format!("What was recognised in {unit}"), url });
        self.recognition = form.into_iter().chain(list).collect();
        self
    }

    /// The scores of the legs; none without a drawing of them.
    #[must_use]
    pub fn balance_figures(&self) -> Option<ChartFigures> {
        self.balance.as_ref()?;
        let row = |leg: &LegPanel| {
            vec![
                self.frame.unit.clone(),
                leg.id.clone(),
                leg.title.clone(),
                cell(leg.score.as_ref().and_then(|score| score.value)),
                leg.score.as_ref().map_or_else(String::new, |score| score.text.clone()),
                cell(leg.score_before),
                leg.weakness.clone().unwrap_or_default(),
            ]
        };
        Some(ChartFigures {
            name: self.balance_file.name.clone(),
            columns: vec!["unit", "leg", "name", "score", "shown", "score_before", "weakness"],
            rows: self.legs.iter().map(row).collect(),
        })
    }

    /// Whether there is any measure to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.legs.iter().all(|leg| leg.rows().next().is_none())
    }

    /// The marks that the legend explains, in the order of the icon language.
    #[must_use]
    pub fn legend(&self) -> Vec<(StatusMark, &'static str)> {
        let no_target = StatusMark::from(Status::NoTarget);
        let without_target = self.legs.iter().flat_map(LegPanel::rows).any(|row| row.status == no_target);
        row::legend(self.has_ranges, without_target)
    }
}

fn points(evaluation: &Evaluation, context: &Context<'_>) -> Vec<Point> {
    let mut points: Vec<Point> = evaluation
        .legs
        .iter()
        .filter(|_| !finding::is_silent(evaluation))
        .filter_map(|leg| {
            let said = finding::leg(leg, context)?;
            let variation = said.signal.and_then(|result| signal::variation(result, context));
            Some(Point {
                status: Some(said.status.into()),
                variation,
                icon: "",
                about: leg.title.clone(),
                text: said.text,
            })
        })
        .collect();
    points.extend(watches(evaluation, context));
    points.extend(rolling(evaluation, context));
    if let Some((about, mut text)) = finding::running(context) {
        if evaluation.legs.iter().flat_map(LegResult::measures).any(|result| result.signal.is_some()) {
            let last = period::beside(evaluation.period.previous(), evaluation.period, context.fiscal_year);
            text.extend([" Signals are read up to ", last.as_str(), "."]);
        }
        points.push(Point { status: None, variation: None, icon: "clock", about, text: Sentence::plain(text) });
    }
    points
}

/// The measures that are told of several months, because the one of the page has too few rows.
fn rolling(evaluation: &Evaluation, context: &Context<'_>) -> Option<Point> {
    let measures = evaluation.legs.iter().flat_map(LegResult::measures);
    let over: Vec<String> = measures
        .filter_map(|result| Some(format!("{} {}", result.measure.title, period::over(result.rolling?.period))))
        .collect();
    let name = words::capitalised(&period::name(evaluation.period, context.fiscal_year));
    let text = format!("{name} alone has too few rows for some measures, so they are told of more: {}.", listed(&over));
    let about = "Over several months".to_owned();
    (!over.is_empty()).then(|| Point {
        status: None,
        variation: None,
        icon: "clock",
        about,
        text: Sentence::plain(text),
    })
}

/// The measures on watch, each with its reasons; at most so many of them.
fn watches(evaluation: &Evaluation, context: &Context<'_>) -> Vec<Point> {
    let on_watch: Vec<&MeasureResult> =
        evaluation.legs.iter().flat_map(LegResult::measures).filter(|result| !result.watch.is_empty()).collect();
    let mut points: Vec<Point> =
        on_watch.iter().take(NAMED).map(|result| watch_point(watching::because(result, context))).collect();
    if on_watch.len() > NAMED {
        let more = words::spelled(on_watch.len() - NAMED);
        points.push(watch_point(Sentence::plain(format!("{} more; their rows say why.", words::capitalised(&more)))));
    }
    points
}

fn watch_point(text: Sentence) -> Point {
    Point { status: None, variation: None, icon: "watch", about: "On watch".to_owned(), text }
}

fn panel(leg: &LegResult, evaluation: &Evaluation, context: &Context<'_>) -> LegPanel {
    // A leg without key measures shows all of them.
    let any_key = leg.measures().any(|result| result.key);
    let groups = |key: bool| -> Vec<Group> {
        leg.objectives
            .iter()
            .map(|objective| group(objective, context, |result| if any_key { result.key == key } else { key }))
            .filter(|group| !group.rows.is_empty())
            .collect()
    };
    let (key, rest) = (groups(true), groups(false));
    let others = rest.iter().map(|group| group.rows.len()).sum::<usize>();
    let with_signal = rest.iter().flat_map(|group| &group.rows).filter(|row| row.is_signal()).count();
    LegPanel {
        id: leg.id.clone(),
        title: leg.title.clone(),
        score: leg.score.value.map(number::score),
        score_before: leg.before.value,
        score_notes: score_notes(leg, evaluation, context),
        weakness: weakness(leg, evaluation, context.place.arrangement),
        key,
        rest,
        rest_heading: rest_heading(others, with_signal),
    }
}

/// `4 more measures, 1 with a signal`.
fn rest_heading(others: usize, with_signal: usize) -> String {
    let measures = if others == 1 { "measure" } else { "measures" };
    match with_signal {
        0 => format!("{others} more {measures}"),
        n => format!("{others} more {measures}, {n} with a signal"),
    }
}

fn group(objective: &ObjectiveResult, context: &Context<'_>, wanted: impl Fn(&MeasureResult) -> bool) -> Group {
    let rows = objective.measures.iter().filter(|result| wanted(result));
    Group { objective: objective.title.clone(), rows: rows.map(|result| Row::new(result, context)).collect() }
}

fn score_notes(leg: &LegResult, evaluation: &Evaluation, context: &Context<'_>) -> Vec<String> {
    let other = period::short_beside(evaluation.compare_with, evaluation.period, context.fiscal_year);
    let mut notes = Vec::new();
    if let (Some(now), Some(before)) = (leg.score.value, leg.before.value) {
        notes.push(match number::score_difference(now - before) {
            Some(difference) => format!("{difference} on {other}"),
            None => format!("no change on {other}"),
        });
    }
    let all = leg.measures().count();
    let scored = leg.measures().filter(|result| result.performance.is_some()).count();
    if leg.score.value.is_some() && scored < all {
        notes.push(format!("from {scored} of {all} measures"));
    }
    notes
}

/// The legs that lie further below the strongest than is allowed; the lowest of them is named as such.
fn weakness(leg: &LegResult, evaluation: &Evaluation, arrangement: Arrangement) -> Option<String> {
    if !is_low(leg, evaluation) {
        return None;
    }
    let lowest = finding::scored(evaluation).map(|(_, score)| score).reduce(f64::min);
    let words = if leg.score.value == lowest { "weakest" } else { "weak" };
    Some(format!("{words} {}", arrangement.singular()))
}

fn is_low(leg: &LegResult, evaluation: &Evaluation) -> bool {
    let strongest = finding::scored(evaluation).map(|(_, score)| score).reduce(f64::max);
    match (leg.score.value.filter(|_| leg.weight > 0.0), strongest) {
        (Some(score), Some(strongest)) => evaluation.out_of_balance && strongest - score > evaluation.rules.imbalance,
        _ => false,
    }
}

fn balance(evaluation: &Evaluation, context: &Context<'_>) -> Option<Balance> {
    let legs: Vec<LegScore> = evaluation
        .legs
        .iter()
        .map(|leg| LegScore {
            title: leg.title.clone(),
            now: leg.score.value,
            before: leg.before.value,
            counts: leg.weight > 0.0,
            low: is_low(leg, evaluation),
        })
        .collect();
    let known = legs.iter().filter(|leg| leg.now.is_some() || leg.before.is_some()).count();
    (known >= 2).then(|| {
        let words = BalanceWords {
            heading: &balance_heading(context),
            state: &finding::spread(evaluation),
            before: &period::short_beside(evaluation.compare_with, evaluation.period, context.fiscal_year),
        };
        Balance::new(&words, &legs, evaluation.rules.imbalance, evaluation.out_of_balance)
    })
}

fn balance_heading(context: &Context<'_>) -> String {
    format!("Balance of the {}", context.place.arrangement.plural())
}

fn arrangements(context: &Context<'_>) -> Vec<Choice> {
    if context.arrangements.len() < 2 {
        return Vec::new();
    }
    let choice = |&arrangement: &Arrangement| Choice {
        label: words::capitalised(arrangement.plural()),
        url: context.links.scorecard(&context.place.arranged(arrangement)),
        current: arrangement == context.place.arrangement,
    };
    context.arrangements.iter().map(choice).collect()
}

fn notes(legs: &[LegPanel], evaluation: &Evaluation, arrangement: Arrangement) -> Vec<String> {
    let all = legs.iter().flat_map(LegPanel::rows).count();
    if all == 0 {
        return Vec::new();
    }
    let mut notes = Vec::new();
    let measures = if all == 1 { "measure" } else { "measures" };
    let folded = legs.iter().any(|leg| !leg.rest.is_empty());
    notes.push(if folded {
        format!(
            "{all} {measures}; the key ones of each {} come first. They were chosen in advance, not by result.",
            arrangement.singular()
        )
    } else {
        format!("{all} {measures}.")
    });
    let silent = evaluation.legs.iter().flat_map(LegResult::measures).filter(|result| result.status == Status::NoData);
    match silent.count() {
        0 => {}
        1 => notes.push("One carries no verdict; it leaves the score and is not counted as zero.".to_owned()),
        n => notes.push(format!(
            "{} carry no verdict; they leave the score and are not counted as zero.",
            words::capitalised(&words::spelled(n))
        )),
    }
    if legs.iter().any(|leg| leg.score.is_some()) {
        notes.push(
            "Scores are weighted geometric means, so a strong measure cannot fully buy back a weak one.".to_owned(),
        );
    }
    notes
}

/// Three legs stand side by side, four in two lines.
fn across(legs: usize) -> usize {
    match legs {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::sample;

    #[test]
    fn a_browser_shows_the_same_where_no_history_is_told() {
        for name in ["rich", "hostile"] {
            sample::with(name, |evaluation, context| {
                let told = ScorecardPage::new(&evaluation, context);
                let drawn = Context { tells_history: false, ..context.clone() };
                let drawn = ScorecardPage::new(&evaluation, &drawn);
                assert_ne!(told, drawn, "{name}");
                assert_eq!(told.render().unwrap(), drawn.render().unwrap(), "{name}");
            });
        }
    }
}
