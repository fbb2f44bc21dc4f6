//! People or units held against a standard, like for like: states with their evidence, never an order by value.

use askama::Template;
use evenkeel_model::comparison::{Compared, Comparison, Peers, Position, Standing, State};
use evenkeel_model::ids::UnitId;
use evenkeel_model::measure::Measure;
use evenkeel_model::reading::Subject;
use evenkeel_model::scoring::Status;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::funnel::{Line, Point};
use crate::chart::interval::Span;
use crate::chart::{FunnelChart, Interval};
use crate::number::{self, Figure, Format, Range};
use crate::page::chart_file::{Chart, ChartFigures, ChartFile, cell};
use crate::page::context::Context;
use crate::page::frame::{Choice, Frame};
use crate::words::comparison::{Told, chance, plural, singular, state as words_of_state};
use crate::words::{capitalised, period};

/// What a sheet is made from.
#[derive(Clone, Copy)]
pub struct ComparedGroup<'a> {
    /// The comparison as it was set up.
    pub comparison: &'a Comparison,
    /// What is compared.
    pub measure: &'a Measure,
    /// Who is compared.
    pub peers: &'a Peers,
    /// What came of it.
    pub compared: &'a Compared,
    /// Those who are shown; states do not depend on it.
    pub shown: &'a dyn Fn(&Subject) -> bool,
    /// What people call somebody or a unit.
    pub name: &'a dyn Fn(&Subject) -> String,
}

/// A comparison with every word.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparisonSheet {
    /// What it is about: `Customer satisfaction: branches, October 2026`.
    pub title: String,
    /// How many have which state.
    pub headline: String,
    /// What is compared with what.
    pub lead: String,
    /// The measure.
    pub measure: String,
    /// The name of the measure.
    pub measure_title: String,
    /// Who is compared, in the plural: `branches`.
    pub peers: String,
    /// The period.
    pub period: String,
    /// What everybody is to reach.
    pub minimum: Figure,
    /// From here on a result is recognised.
    pub recognition: Figure,
    /// What figures are adjusted for; none without adjustment.
    pub adjusted_for: Option<String>,
    /// The states, with how many have each and when it is given.
    pub counts: Vec<StateCount>,
    /// Everybody who is shown: by state, and by name within it.
    pub rows: Vec<StandingRow>,
    /// What to mind before anybody acts.
    pub cautions: Vec<String>,
    /// How it was worked out.
    pub method: Vec<String>,
    /// What the first column is called: `Branch`.
    #[serde(skip)]
    pub heading: String,
    /// What the column of counts is called: `Answers`.
    #[serde(skip)]
    pub count_heading: String,
}

/// A state as a mark with its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StateMark {
    /// The state itself, for what depends on it.
    #[serde(skip)]
    pub state: State,
    /// A name for the API, and that of its icon: `recognise`, `on-standard`, `develop`, `review`, `not-enough-data`.
    pub code: &'static str,
    /// The words.
    pub words: &'static str,
    /// A sign for a terminal.
    #[serde(skip)]
    pub sign: &'static str,
}

impl StateMark {
    /// The mark of a state.
    #[must_use]
    pub fn of(state: State) -> Self {
        let (code, sign) = match state {
            State::Recognise => ("recognise", "★"),
            State::OnStandard => ("on-standard", "○"),
            State::Develop => ("develop", "▽"),
            State::Review => ("review", "▼"),
            State::NotEnoughData => ("not-enough-data", "⬚"),
        };
        Self { state, code, words: words_of_state(state), sign }
    }
}

/// How many have a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StateCount {
    /// The state.
    pub state: StateMark,
    /// How many.
    pub count: usize,
    /// When it is given.
    pub rule: String,
}

/// One person or unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StandingRow {
    /// The identifier.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The state.
    pub state: StateMark,
    /// What was counted.
    pub measured: Figure,
    /// How many observations.
    pub observations: f64,
    /// The same in words: `360 answers`.
    pub count: String,
    /// What all together would have had with the same cases.
    pub expected: Option<Figure>,
    /// Like for like, before it is pulled towards all.
    pub like_for_like: Option<Figure>,
    /// Like for like and pulled towards all by as much as own data leave doubt.
    pub adjusted: Option<Figure>,
    /// The likely range of the adjusted figure.
    pub likely_range: Option<Range>,
    /// The chance of meeting the minimum.
    pub meets_minimum: Option<Chance>,
    /// The chance of reaching the line for recognition.
    pub meets_recognition: Option<Chance>,
    /// The chance that the own record over all review periods meets the minimum.
    pub own_record: Option<Chance>,
    /// In how many of the review periods it was short of the minimum, like for like.
    pub periods_missed: u32,
    /// Where it lies in the funnel.
    pub position: Option<&'static str>,
    /// The sentence with the evidence.
    pub sentence: String,
    /// Where its rows are.
    pub rows: String,
    /// Where its own page is.
    #[serde(skip)]
    pub url: String,
}

/// A probability with its words.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Chance {
    /// From 0 to 1.
    pub value: f64,
    /// `96 %`, `over 99 %`.
    pub text: String,
}

impl Chance {
    fn new(value: f64) -> Self {
        Self { value, text: chance(value) }
    }
}

impl ComparisonSheet {
    /// The sheet of a comparison.
    #[must_use]
    pub fn new(group: &ComparedGroup<'_>, context: &Context<'_>) -> Self {
        let ComparedGroup { comparison, measure, peers, compared, shown, name } = *group;
        let format = Format::of(measure, &context.currency, Some(comparison.lines.minimum));
        let told = Told { comparison, measure, peers, compared, format: &format, fiscal: context.fiscal_year };
        let standings: Vec<&Standing> = compared.standings.iter().filter(|standing| shown(&standing.subject)).collect();
        let mut rows: Vec<StandingRow> =
            standings.iter().map(|standing| row(standing, name(&standing.subject), &told, context)).collect();
        let order = |row: &StandingRow| {
            let state = State::ALL.iter().position(|state| StateMark::of(*state) == row.state);
            (state, row.name.to_lowercase(), row.id.clone())
        };
        rows.sort_by_cached_key(order);
        let counts = State::ALL.map(|state| StateCount {
            state: StateMark::of(state),
            count: standings.iter().filter(|standing| standing.state == state).count(),
            rule: told.rule(state),
        });
        Self {
            title: format!(
                "{}: {}, {}",
                measure.title,
                plural(peers),
                period::name(compared.period, context.fiscal_year)
            ),
            headline: told.headline(&standings),
            lead: told.lead(),
            measure: measure.id.to_string(),
            measure_title: measure.title.clone(),
            peers: plural(peers),
            period: compared.period.id(context.fiscal_year),
            minimum: goal(&format, comparison.lines.minimum),
            recognition: goal(&format, comparison.lines.recognition),
            adjusted_for: told.adjusted_for(),
            counts: counts.into(),
            rows,
            cautions: told.cautions(&standings),
            method: told.method(),
            heading: capitalised(&singular(peers)),
            count_heading: capitalised(&told.noun()),
        }
    }
}

/// A line, written as goals are.
fn goal(format: &Format, value: f64) -> Figure {
    Figure { text: format.goal(value), ..format.figure(value) }
}

fn row(standing: &Standing, name: String, told: &Told<'_>, context: &Context<'_>) -> StandingRow {
    let format = told.format;
    let figure = |value: Option<f64>| value.map(|value| format.figure(value));
    let id = match &standing.subject {
        Subject::Unit(id) => id.to_string(),
        Subject::Person(id) => id.to_string(),
    };
    // The command that shows rows takes people where it takes units.
    let place = context.place.in_unit(&UnitId::new(&id));
    StandingRow {
        name,
        state: StateMark::of(standing.state),
        measured: standing.figure.map_or_else(|| Figure::words("–"), |value| format.figure(value)),
        observations: standing.observations,
        count: told.observations(standing),
        expected: figure(standing.expected),
        like_for_like: figure(standing.like_for_like).filter(|_| standing.expected.is_some()),
        adjusted: figure(standing.adjusted),
        likely_range: standing.likely_range.map(|(low, high)| format.range(low, high)),
        meets_minimum: standing.meets_minimum.map(Chance::new),
        meets_recognition: standing.meets_recognition.map(Chance::new),
        own_record: standing.own_record.map(Chance::new),
        periods_missed: standing.periods_missed,
        position: standing.position.map(|position| match position {
            Position::Inside => "inside",
            Position::BeyondInner => "outside of the inner limits",
            Position::BeyondOuter => "outside of the outer limits",
        }),
        sentence: told.sentence(standing),
        rows: context.links.rows(&told.measure.id, &place, 0),
        url: context.links.measure(&told.measure.id, &place),
        id,
    }
}

impl StandingRow {
    /// How many observations, as a number.
    #[must_use]
    pub fn count_number(&self) -> String {
        number::count(self.observations.round() as u64)
    }

    /// Whether it is singled out.
    fn stands_out(&self) -> bool {
        matches!(self.state.state, State::Recognise | State::Develop | State::Review)
    }
}

impl ComparisonSheet {
    /// One of those who are compared: `branch`.
    #[must_use]
    pub fn heading_lower(&self) -> String {
        self.heading.to_lowercase()
    }
}

/// The page of a comparison of units. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "comparison.html")]
pub struct ComparisonPage {
    /// What stands around it.
    pub frame: Frame,
    /// The comparison.
    pub sheet: ComparisonSheet,
    /// Who may be compared by this measure; nothing is offered with fewer than two.
    pub choices: Vec<Choice>,
    /// The page of the measure.
    #[serde(skip)]
    pub measure_url: String,
    /// What the limits of the funnel allow for.
    #[serde(skip)]
    pub funnel_note: String,
    /// What the bars show and on which scale.
    #[serde(skip)]
    pub bar_note: String,
    /// The files of the funnel.
    #[serde(skip)]
    pub funnel_file: ChartFile,
    /// The funnel; for three or more.
    #[serde(skip)]
    pub funnel: Option<FunnelChart>,
    /// A bar for each row.
    #[serde(skip)]
    pub bars: Vec<Interval>,
}

impl ComparisonPage {
    /// The page of a comparison. `choices` are all kinds of unit that the measure compares, each with its address.
    #[must_use]
    pub fn new(group: &ComparedGroup<'_>, choices: Vec<Choice>, context: &Context<'_>) -> Self {
        let sheet = ComparisonSheet::new(group, context);
        let ComparedGroup { comparison, measure, compared, .. } = *group;
        let format = Format::of(measure, &context.currency, Some(comparison.lines.minimum));
        let goals = [comparison.lines.minimum, comparison.lines.recognition];
        let ends = sheet.rows.iter().flat_map(|row| {
            let range = row.likely_range.as_ref().into_iter().flat_map(|range| [range.low, range.high]);
            row.adjusted.as_ref().and_then(|figure| figure.value).into_iter().chain(range)
        });
        let span = Span::around(ends.chain(goals)).unwrap_or(Span { low: 0.0, high: 1.0 });
        let bars = sheet.rows.iter().map(|row| {
            let status = match row.state.state {
                State::Recognise => Status::Met,
                State::Develop | State::Review => Status::Missed,
                State::OnStandard | State::NotEnoughData => Status::NoTarget,
            };
            let range = row.likely_range.as_ref().map(|range| (range.low, range.high));
            Interval::new(span, row.adjusted.as_ref().and_then(|figure| figure.value), range, &goals, status)
        });
        let bars = bars.collect();
        let links = context.links;
        let to = |place: &crate::page::Place| {
            links
                .compare(&measure.id, place, Some(group.peers.as_str()))
                .unwrap_or_else(|| links.measure(&measure.id, place))
        };
        Self {
            frame: Frame::new(&sheet.title, context, &to),
            choices,
            measure_url: links.measure(&measure.id, &context.place),
            funnel_note: {
                let allowed = match compared.funnel.as_ref().map(|funnel| funnel.widened) {
                    Some(true) => "the usual differences between them",
                    _ => "chance",
                };
                format!("by number of {}; limits allow for {allowed}", sheet.count_heading.to_lowercase())
            },
            bar_note: format!("bars on a scale {}, dashed: both lines", format.range(span.low, span.high).text),
            funnel_file: ChartFile::new(
                &Chart::Funnel(&measure.id, group.peers.as_str()),
                &format!("{}: {} within {}", sheet.measure_title, sheet.peers, context.unit_name()),
                &format.measured_in(),
                context,
            ),
            funnel: funnel(&sheet, compared, comparison, &format),
            bars,
            sheet,
        }
    }

    /// The figures of the funnel; none without one.
    #[must_use]
    pub fn funnel_figures(&self) -> Option<ChartFigures> {
        self.funnel.as_ref()?;
        let sheet = &self.sheet;
        let row = |row: &StandingRow| {
            vec![
                sheet.measure.clone(),
                sheet.period.clone(),
                row.id.clone(),
                row.name.clone(),
                row.observations.to_string(),
                cell(row.measured.value),
                row.measured.text.clone(),
                cell(row.like_for_like.as_ref().and_then(|figure| figure.value)),
                row.position.unwrap_or_default().to_owned(),
                row.state.words.to_owned(),
                cell(sheet.minimum.value),
                cell(sheet.recognition.value),
            ]
        };
        Some(ChartFigures {
            name: self.funnel_file.name.clone(),
            columns: vec![
                "measure",
                "period",
                "unit",
                "name",
                "observations",
                "value",
                "shown",
                "like_for_like",
                "position",
                "state",
                "minimum",
                "recognition",
            ],
            rows: sheet.rows.iter().map(row).collect(),
        })
    }

    /// The rows with their bars.
    fn rows_with_bars(&self) -> impl Iterator<Item = (&StandingRow, &Interval)> {
        self.sheet.rows.iter().zip(&self.bars)
    }
}

fn funnel(
    sheet: &ComparisonSheet,
    compared: &Compared,
    comparison: &Comparison,
    format: &Format,
) -> Option<FunnelChart> {
    let funnel = compared.funnel.as_ref()?;
    let points: Vec<Point<'_>> = sheet
        .rows
        .iter()
        .filter_map(|row| {
            let figure = row.like_for_like.as_ref().unwrap_or(&row.measured);
            Some(Point {
                name: &row.name,
                observations: row.observations,
                value: figure.value?,
                code: row.state.code,
                stands_out: row.stands_out(),
            })
        })
        .collect();
    let line = |word: &str, value: f64, text: String, class| Line { label: format!("{word} {text}"), value, class };
    let lines = [
        line("recognised from", comparison.lines.recognition, sheet.recognition.text.clone(), "recognition"),
        line("all", funnel.centre, format.text(funnel.centre), "centre"),
        line("minimum", comparison.lines.minimum, sheet.minimum.text.clone(), "minimum"),
    ];
    let outside: Vec<&str> = sheet
        .rows
        .iter()
        .filter(|row| row.position.is_some_and(|position| position != "inside"))
        .map(|row| row.name.as_str())
        .collect();
    let who = match outside.as_slice() {
        [] => format!("All {} lie inside of the limits.", sheet.peers),
        [only] => format!("Only {only} lies outside of the inner limits."),
        several => format!("{} lie outside of the inner limits.", crate::words::listed(several)),
    };
    let label = format!(
        "Funnel plot of {} {}: {} against number of {}. {who}",
        sheet.rows.len(),
        sheet.peers,
        sheet.measure_title,
        sheet.count_heading.to_lowercase(),
    );
    FunnelChart::new(funnel, &points, &lines, format, label)
}
