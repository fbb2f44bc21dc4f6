//! One state of project and lake, evaluated: everything that pages and commands are made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_engine::explain::Explanation;
use evenkeel_engine::rows::Records;
use evenkeel_engine::{Engine, EngineError, ReadingStore, Scope};
use evenkeel_lake::Lake;
use evenkeel_model::evaluation::{self, Evaluation, MeasureResult, Question, Readings};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::{Formula, Measure, Rows};
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::{Missing, Reading, Subject};
use evenkeel_model::record::{self, ColumnKind};
use evenkeel_model::scorecard::{MeasureUse, Scorecard};
use evenkeel_model::signal::Signal;
use evenkeel_model::target::{Baseline, Normalisation, TargetPlan};
use evenkeel_spec::Project;
use evenkeel_view::assets;
use evenkeel_view::number::{Currency, Format};
use evenkeel_view::page::{
    Arrangement, Column, Context, Detail, Freshness, Links, MeasurePage, NavigationEntry, Place, RowsBehind,
    ScorecardPage, SignalList, UnitEvaluation, UnitLabel, UnitNode, UnitResult,
};
use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;
use tokio::sync::OnceCell;

/// How many periods of history pages show.
const HISTORY: usize = 24;
/// How many rows behind a number are shown at a time.
pub const ROWS: usize = 8;

/// What a world is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The project.
    pub project: Arc<Project>,
    /// The lake.
    pub lake: Lake,
    /// The evaluation instant.
    pub as_of: Timestamp,
    /// How many workers may run side by side.
    pub workers: usize,
}

/// A world that cannot be opened, or cannot answer.
#[derive(Debug, Error)]
pub enum WorldError {
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Mistakes in the expressions of measures; all of them.
    #[error("{} of the measures cannot be worked out", .0.len())]
    Measures(Vec<EngineError>),
    /// The project has no scorecard.
    #[error("the project has no scorecard")]
    NoScorecard,
    /// The period cannot be read.
    #[error(transparent)]
    Period(#[from] evenkeel_model::period::UnreadablePeriod),
    /// There is nothing to show yet.
    #[error("there are no data yet; `evenkeel import` reads the raw files")]
    NoData,
}

/// One state of project and lake, evaluated.
pub struct World {
    project: Arc<Project>,
    engine: Engine,
    scorecard: Scorecard,
    by_perspective: Scorecard,
    months: ReadingStore,
    days: OnceCell<ReadingStore>,
    currency: Currency,
    lake_version: u64,
    loaded_at: Option<Timestamp>,
}

impl World {
    /// Evaluates the present state of the lake.
    pub async fn open(opening: &Opening) -> Result<Self, WorldError> {
        let project = Arc::clone(&opening.project);
        let scorecard = project.scorecards.first().cloned().ok_or(WorldError::NoScorecard)?;
        let snapshot = opening.lake.snapshot().await.map_err(EngineError::from)?;
        let lake_version = snapshot.manifest().version;
        let loaded_at = (lake_version > 0).then_some(snapshot.manifest().written_at);
        let scope = Scope {
            organisation: project.organisation.clone(),
            zone: project.time_zone.clone(),
            fiscal: project.fiscal_year,
            as_of: opening.as_of,
            workers: opening.workers,
        };
        let engine = Engine::open(snapshot, scope).await?;
        let measures: Vec<Arc<Measure>> = project.measures.values().cloned().collect();
        engine.compile(&measures).await.map_err(WorldError::Measures)?;
        let months = engine.store(measures, Grain::Month).await?;
        let mut by_perspective = evaluation::by_perspective(&scorecard, &project.measures);
        // Measures name their perspective in the middle of a line; here it is a title.
        for leg in &mut by_perspective.legs {
            leg.title = evenkeel_view::words::capitalised(&leg.title);
        }
        let currency = Currency::new(project.currency.as_deref().unwrap_or_default());
        Ok(Self {
            project,
            engine,
            scorecard,
            by_perspective,
            months,
            days: OnceCell::new(),
            currency,
            lake_version,
            loaded_at,
        })
    }

    /// The engine behind it.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The project behind it.
    #[must_use]
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// The currency of all money.
    #[must_use]
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// The state of the lake that was evaluated.
    #[must_use]
    pub fn lake_version(&self) -> u64 {
        self.lake_version
    }

    /// The day of the evaluation instant.
    #[must_use]
    pub fn today(&self) -> Date {
        self.engine.today()
    }

    /// Readings for periods of a grain. Days and weeks are worked out when they are first asked for.
    pub async fn store(&self, grain: Grain) -> Result<&ReadingStore, WorldError> {
        match grain {
            Grain::Month | Grain::Quarter | Grain::Year => Ok(&self.months),
            Grain::Day | Grain::Week => {
                let measures: Vec<Arc<Measure>> = self.project.measures.values().cloned().collect();
                Ok(self.days.get_or_try_init(|| self.engine.store(measures, Grain::Day)).await?)
            }
        }
    }

    /// The last whole month for which there are data; the running one when there is no other.
    pub fn default_period(&self) -> Result<Period, WorldError> {
        let periods = self.months.periods(Grain::Month);
        let whole = periods.iter().rev().find(|period| period.end() <= self.today());
        whole.or(periods.last()).copied().ok_or(WorldError::NoData)
    }

    /// Reads a period; the default one when none is given. `2026-YTD` is the year up to the evaluation instant.
    pub fn period(&self, text: Option<&str>) -> Result<Period, WorldError> {
        let fiscal = self.project.fiscal_year;
        match text {
            Some(text) if is_to_date(text) => {
                let year = Period::parse(text.trim_end_matches(YEAR_TO_DATE), fiscal)?;
                Ok(Period::year_to_date(year, self.today(), fiscal))
            }
            Some(text) => Ok(Period::parse(text, self.project.fiscal_year)?),
            None => self.default_period(),
        }
    }

    /// The period that another one is compared with when nothing else is said: the one before it, and for a year to
    /// date the same months of the year before. `text` is how the period was asked for.
    #[must_use]
    pub fn compared_by_default(&self, text: Option<&str>, period: Period) -> Period {
        if text.is_some_and(is_to_date) { period.a_year_earlier() } else { period.previous() }
    }

    /// Finds a unit by identifier or name; the organisation when none is given.
    pub fn unit(&self, name: Option<&str>) -> Result<UnitId, WorldError> {
        let organisation = self.engine.directory().organisation();
        let Some(name) = name else { return Ok(organisation.unit_id(organisation.root()).clone()) };
        match self.engine.subject(name) {
            Ok(Subject::Unit(id)) => Ok(id),
            // A person has no scorecard of their own here.
            Ok(Subject::Person(_)) => Err(EngineError::UnknownSubject { name: name.to_owned(), near: None }.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Finds a unit or person by identifier, or a unit by name; the organisation when none is given.
    pub fn subject(&self, name: Option<&str>) -> Result<Subject, WorldError> {
        match name {
            None => Ok(Subject::Unit(self.unit(None)?)),
            Some(name) => Ok(self.engine.subject(name)?),
        }
    }

    /// Finds a measure.
    pub fn measure(&self, name: &str) -> Result<&Arc<Measure>, WorldError> {
        Ok(Engine::measure(&self.project.measures, name)?)
    }

    /// What people call a unit or person.
    #[must_use]
    pub fn name_of(&self, subject: &Subject) -> String {
        let organisation = self.engine.directory().organisation();
        match subject {
            Subject::Unit(id) => match organisation.unit(id.as_str()) {
                Some(code) => organisation.latest(code).name.clone(),
                None => id.to_string(),
            },
            Subject::Person(id) => organisation
                .person(id.as_str())
                .and_then(|code| organisation.person_at(code).name.clone())
                .unwrap_or_else(|| id.to_string()),
        }
    }

    /// The unit itself and those above it at the end of a period.
    fn path(&self, unit: &UnitId, period: Period) -> Vec<UnitId> {
        let organisation = self.engine.directory().organisation();
        match organisation.unit(unit.as_str()) {
            Some(code) => organisation
                .path(code, period.last_day())
                .iter()
                .map(|code| organisation.unit_id(*code).clone())
                .collect(),
            None => vec![unit.clone(), organisation.unit_id(organisation.root()).clone()],
        }
    }

    /// The last day on which any record lies, as far as it is not in the future.
    fn complete_to(&self) -> Option<Date> {
        self.months.last_day().map(|last| last.min(self.today()))
    }

    /// Readings of a period and of the one that it is compared with, which may be a stretch of days.
    async fn readings(&self, question: &Question) -> Result<Stores<'_>, WorldError> {
        let periods = self.store(question.period.grain()).await?;
        let compared = self.store(question.compare_with.grain()).await?;
        Ok(Stores { periods, compare_with: question.compare_with, compared })
    }

    fn question(&self, place: &Place) -> Question {
        let reach = place.period.reach(self.today(), self.complete_to());
        Question {
            subject: Subject::Unit(place.unit.clone()),
            path: self.path(&place.unit, place.period),
            period: place.period,
            compare_with: place.period.like_for_like(place.compare_with, reach),
            today: self.today(),
            history: HISTORY,
        }
    }

    /// The scorecard held against the readings of a unit.
    pub async fn evaluation(&self, place: &Place) -> Result<Evaluation, WorldError> {
        let question = self.question(place);
        let readings = self.readings(&question).await?;
        let scorecard = match place.arrangement {
            Arrangement::Legs => &self.scorecard,
            Arrangement::Perspectives => &self.by_perspective,
        };
        Ok(evaluation::evaluate(scorecard, &self.project.measures, &question, &readings))
    }

    /// The scorecard page of a unit.
    pub async fn scorecard_page(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<ScorecardPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let context = self.context(place, links, "Scorecard").await?;
        Ok(ScorecardPage::new(&evaluation, &context))
    }

    /// The signals of a unit and of all units below it.
    pub async fn signals(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<SignalList, WorldError> {
        let fiscal = self.project.fiscal_year;
        let period = evenkeel_view::words::period::name(place.period, fiscal);
        let title = format!("{}, {period}", self.name_of(&Subject::Unit(place.unit.clone())));
        let mut units = Vec::new();
        let mut waiting = vec![place.unit.clone()];
        while let Some(unit) = waiting.pop() {
            let there = place.in_unit(&unit);
            units.push(UnitEvaluation {
                evaluation: self.evaluation(&there).await?,
                context: self.context(&there, links, "Signals").await?,
            });
            // Units come by name, each with those below it behind it.
            waiting.extend(self.children(&unit, place.period).into_iter().rev().map(|unit| unit.id));
        }
        Ok(SignalList::new(title, &units))
    }

    /// The page of one measure of a unit, with its rows from `first` on.
    pub async fn measure_page(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        first: usize,
        links: &(dyn Links + Sync),
    ) -> Result<MeasurePage, WorldError> {
        let question = self.question(place);
        let store = &self.readings(&question).await?;
        let usage = self.usage(&measure.id);
        let result = evaluation::evaluate_measure(measure, &usage, &question, store);
        let read_with: Vec<MeasureResult> = measure
            .about
            .read_with
            .iter()
            .filter_map(|id| self.project.measures.get(id))
            .map(|other| evaluation::evaluate_measure(other, &self.usage(&other.id), &question, store))
            .collect();
        let below: Vec<(UnitLabel, MeasureResult)> = self
            .children(&place.unit, place.period)
            .into_iter()
            .map(|unit| {
                let question = self.question(&place.in_unit(&unit.id));
                let result = evaluation::evaluate_measure(measure, &usage, &question, store);
                (unit, result)
            })
            .filter(|(_, result)| result.reading.value.is_some())
            .collect();
        let rows = match measure.formula.rows() {
            Some(rows) => {
                let subject = Subject::Unit(place.unit.clone());
                let records = self.engine.rows(measure, &subject, place.period, first, ROWS).await?;
                Some(self.rows_behind(measure, rows, &records, first))
            }
            // What is worked out from other measures has no rows of its own.
            None => None,
        };
        let (leg, objective) = self.leg_and_objective(&measure.id);
        let plan = evaluation::plan_for(&usage, &question.path);
        let detail = Detail {
            result: &result,
            leg,
            objective,
            normalisation: usage.normalisation,
            baseline_from: match plan.baseline {
                Some(Baseline::Measured(period)) => Some(period),
                _ => None,
            },
            stewards: self.stewards(measure),
            configuration: None,
            read_with: read_with.iter().collect(),
            below_kind: self.kind_below(&place.unit, place.period),
            below: below.iter().map(|(unit, result)| UnitResult { unit: unit.clone(), result }).collect(),
            rows,
        };
        let context = self.context(place, links, "Scorecard").await?;
        Ok(MeasurePage::new(detail, &context))
    }

    /// What stands behind one number.
    pub async fn explanation(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
    ) -> Result<Explanation, WorldError> {
        let store = self.store(period.grain()).await?;
        Ok(self.engine.explain(store, measure, subject, period).await?)
    }

    /// How the scorecard uses a measure; without targets when it does not.
    fn usage(&self, measure: &MeasureId) -> MeasureUse {
        self.scorecard.measures().find(|usage| usage.measure == *measure).cloned().unwrap_or_else(|| MeasureUse {
            measure: measure.clone(),
            key: false,
            weight: 1.0,
            normalisation: Normalisation::Automatic,
            plan: TargetPlan::default(),
            units: BTreeMap::new(),
        })
    }

    fn leg_and_objective(&self, measure: &MeasureId) -> (Option<String>, Option<String>) {
        for leg in &self.scorecard.legs {
            for objective in &leg.objectives {
                if objective.measures.iter().any(|usage| usage.measure == *measure) {
                    return (Some(leg.title.clone()), Some(objective.title.clone()));
                }
            }
        }
        (None, None)
    }

    /// Who looks after the sources that fill the tables of a measure.
    fn stewards(&self, measure: &Measure) -> Vec<String> {
        let tables = evenkeel_engine::session::tables_behind(measure.formula.tables());
        let mut stewards: Vec<String> = self
            .project
            .sources
            .iter()
            .filter(|source| {
                source.tables.iter().any(|mapping| {
                    let shared = ["units", "people", "memberships", "aliases"].contains(&mapping.table.as_str());
                    tables.contains(&mapping.table)
                        && (!shared || measure.formula.tables().contains(&mapping.table.as_str()))
                })
            })
            .filter_map(|source| source.steward.clone())
            .collect();
        stewards.dedup();
        stewards
    }

    fn children(&self, unit: &UnitId, period: Period) -> Vec<UnitLabel> {
        let directory = self.engine.directory();
        let organisation = directory.organisation();
        let mut below: Vec<UnitLabel> = organisation
            .unit(unit.as_str())
            .map(|code| organisation.children(code, period.last_day()))
            .unwrap_or_default()
            .into_iter()
            .map(|child| UnitLabel {
                id: organisation.unit_id(child).clone(),
                name: organisation.stretch(child, period.last_day()).name.clone(),
            })
            .collect();
        if *unit == *organisation.unit_id(organisation.root()) {
            below.extend(directory.unknown_units().into_iter().map(|id| UnitLabel { name: id.to_string(), id }));
        }
        below
    }

    /// The kind of the units directly below, where it is one.
    fn kind_below(&self, unit: &UnitId, period: Period) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let code = organisation.unit(unit.as_str())?;
        self.kind_of_children(code, period)
    }

    fn kind_of_children(&self, unit: UnitCode, period: Period) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let day = period.last_day();
        let mut kinds: Vec<&str> = organisation
            .children(unit, day)
            .into_iter()
            .map(|child| organisation.stretch(child, day).kind.as_str())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        match kinds.as_slice() {
            [only] => Some(only.replace('_', " ")),
            _ => None,
        }
    }

    /// Everything that a page has to know besides the figures.
    async fn context<'a>(
        &self,
        place: &Place,
        links: &'a (dyn Links + Sync),
        current: &str,
    ) -> Result<Context<'a>, WorldError> {
        let organisation = self.engine.directory().organisation();
        let store = self.store(place.period.grain()).await?;
        let periods = store.periods(place.period.grain());
        let first = periods.first().copied().unwrap_or(place.period);
        let mut path = self.path(&place.unit, place.period);
        path.reverse();
        let path = path
            .into_iter()
            .map(|id| {
                let name = match organisation.unit(id.as_str()) {
                    Some(code) => organisation.stretch(code, place.period.last_day()).name.clone(),
                    None => id.to_string(),
                };
                UnitLabel { id, name }
            })
            .collect();
        let home = Place { unit: organisation.unit_id(organisation.root()).clone(), ..place.clone() };
        let measures = self.project.measures.values();
        let earlier = place.period.previous();
        let later = place.period.next();
        Ok(Context {
            organisation: self.project.organisation.clone(),
            place: place.clone(),
            path,
            units: self.menu(place.period),
            earlier: (earlier.start() >= first.start()).then_some(earlier),
            later: (later.start() <= self.today()).then_some(later),
            comparisons: vec![place.period.previous(), place.period.a_year_earlier()],
            arrangements: vec![Arrangement::Legs, Arrangement::Perspectives],
            today: self.today(),
            freshness: Freshness {
                complete_to: self.complete_to(),
                loaded_at: self.loaded_at.map(|at| self.project.time_zone.to_datetime(at)),
            },
            data_version: self.engine.data_version(measures),
            definitions_version: self.definitions_version(),
            currency: self.currency.clone(),
            fiscal_year: self.project.fiscal_year,
            navigation: vec![NavigationEntry {
                label: "Scorecard".to_owned(),
                url: links.scorecard(&home),
                current: current == "Scorecard",
            }],
            footnote: None,
            links,
            assets: assets::Urls::below("/assets/"),
        })
    }

    /// A digest of all definitions in use: it changes when any formula does.
    #[must_use]
    pub fn definitions_version(&self) -> String {
        let all: Vec<String> =
            self.project.measures.values().map(|measure| format!("{} {}", measure.id, measure.definition)).collect();
        blake3::hash(all.join("\n").as_bytes()).to_hex()[..8].to_owned()
    }

    /// All units as a tree, each after the one above it.
    fn menu(&self, period: Period) -> Vec<UnitNode> {
        let organisation = self.engine.directory().organisation();
        let day = period.last_day();
        // Children of all units at once: asking for those of each unit would go through all units every time.
        let mut below: BTreeMap<UnitCode, Vec<UnitCode>> = BTreeMap::new();
        let next_day = day.tomorrow().unwrap_or(Date::MAX);
        for unit in organisation.units() {
            if let Some(parent) = organisation.parent(unit, day)
                && organisation.existed(unit, day, next_day)
            {
                below.entry(parent).or_default().push(unit);
            }
        }
        for children in below.values_mut() {
            children.sort_by_key(|&child| (organisation.stretch(child, day).name.to_lowercase(), child));
        }
        let mut menu = Vec::new();
        let mut open = vec![(organisation.root(), 0)];
        while let Some((unit, depth)) = open.pop() {
            let children = below.get(&unit).map_or(&[][..], Vec::as_slice);
            menu.push(UnitNode {
                id: organisation.unit_id(unit).clone(),
                name: organisation.stretch(unit, day).name.clone(),
                depth,
                below: children.len() as u64,
                below_kind: self.kind_of_children_in(children, day),
            });
            open.extend(children.iter().rev().map(|&child| (child, depth + 1)));
        }
        menu
    }

    fn kind_of_children_in(&self, children: &[UnitCode], day: Date) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let first = organisation.stretch(*children.first()?, day).kind.as_str();
        let same = children.iter().all(|&child| organisation.stretch(child, day).kind == first);
        same.then(|| first.replace('_', " "))
    }
}

/// How a year up to the evaluation instant is asked for, behind its number.
const YEAR_TO_DATE: &str = "-YTD";

/// Whether a year to date is asked for.
fn is_to_date(text: &str) -> bool {
    text.strip_suffix(YEAR_TO_DATE).is_some_and(|year| !year.contains(['-', '.']))
}

/// Readings of periods, and of the one that they are compared with where that is divided otherwise.
struct Stores<'a> {
    periods: &'a ReadingStore,
    compare_with: Period,
    compared: &'a ReadingStore,
}

impl Stores<'_> {
    fn of(&self, period: Period) -> &ReadingStore {
        if period == self.compare_with { self.compared } else { self.periods }
    }
}

impl Readings for Stores<'_> {
    fn reading(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Result<Reading, Missing> {
        self.of(period).reading(measure, subject, period)
    }

    fn likely_range(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Option<(f64, f64)> {
        self.of(period).likely_range(measure, subject, period)
    }

    fn signal(&self, question: &evenkeel_model::signal::Question<'_>) -> Option<Signal> {
        self.periods.signal(question)
    }
}

/// The most columns of a record that a page shows.
const COLUMNS: usize = 7;

impl World {
    /// Records as a page shows them: when and where first, then what tells one row from another. People are not named
    /// on pages that are shared.
    fn rows_behind(&self, measure: &Measure, rows: &Rows, records: &Records, first: usize) -> RowsBehind {
        let table = record::readable_table(&records.table);
        let kind = |name: &str| table.and_then(|table| table.column(name)).map(|column| column.kind);
        let placed_by = rows.period_of.as_str();
        let mut chosen: Vec<usize> = Vec::new();
        let position = |wanted: &str| records.columns.iter().position(|name| name == wanted);
        for wanted in [placed_by, "unit_id", evenkeel_engine::rows::COUNTS_AS] {
            chosen.extend(position(wanted));
        }
        for (place, name) in records.columns.iter().enumerate() {
            let technical = matches!(name.as_str(), "attributes" | "source") || name.starts_with("scale_");
            let varies = records.rows.iter().any(|row| row[place] != records.rows[0][place]);
            if chosen.len() < COLUMNS && !chosen.contains(&place) && !says_who(name) && !technical && varies {
                chosen.push(place);
            }
        }
        let format = Format::of(measure, &self.currency, None);
        let cell = |place: usize, value: Option<&String>| -> String {
            let Some(value) = value else { return String::new() };
            let name = records.columns[place].as_str();
            if name == evenkeel_engine::rows::COUNTS_AS {
                return counts_as(measure, &format, value);
            }
            match kind(name) {
                Some(ColumnKind::Instant) => match value.parse::<Timestamp>() {
                    Ok(at) => {
                        let local = self.project.time_zone.to_datetime(at);
                        evenkeel_view::words::period::instant(local, self.today().year())
                    }
                    Err(_) => value.clone(),
                },
                Some(ColumnKind::Flag) => yes_or_no(value),
                Some(ColumnKind::Number) => value.strip_suffix(".0").unwrap_or(value).to_owned(),
                _ if name == "unit_id" => self.name_of(&Subject::Unit(UnitId::new(value))),
                _ => value.clone(),
            }
        };
        let heading = |place: usize| {
            let name = records.columns[place].trim_end_matches("_id").replace('_', " ");
            match kind(&records.columns[place]) {
                Some(ColumnKind::Number | ColumnKind::Whole) => Column::number(&name),
                _ => Column::text(&name),
            }
        };
        RowsBehind {
            columns: chosen.iter().map(|&place| heading(place)).collect(),
            rows: records
                .rows
                .iter()
                .map(|row| chosen.iter().map(|&place| cell(place, row[place].as_ref())).collect())
                .collect(),
            first: first as u64,
            total: records.total,
            page_size: ROWS as u64,
        }
    }
}

fn yes_or_no(value: &str) -> String {
    if value == "true" { "yes" } else { "no" }.to_owned()
}

/// How a row counts, in the unit of the measure.
fn counts_as(measure: &Measure, format: &Format, value: &str) -> String {
    match (&measure.formula, value.parse::<f64>()) {
        (Formula::Share { .. }, _) => yes_or_no(value),
        (Formula::Mean { .. } | Formula::Quantile { .. } | Formula::Sum { .. }, Ok(number)) => format.text(number),
        (_, Ok(number)) => number.to_string(),
        _ => value.to_owned(),
    }
}

/// Whether a column names a person who works here. Pages that everyone sees, and the files behind them, leave it out.
pub(crate) fn says_who(column: &str) -> bool {
    column.ends_with("person_id") || matches!(column, "assignee_id" | "actor_id" | "evaluator_id" | "entered_by")
}
