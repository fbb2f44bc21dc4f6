//! One state of project and lake, evaluated: everything that pages and commands are made from, as one viewer sees it.

mod acts;
mod breakdown;
pub(crate) mod call_backs;
mod charter;
pub(crate) mod choose;
mod data;
mod dates;
mod disputes;
mod guide;
mod initiatives;
mod loading;
mod map;
mod notes;
pub(crate) mod owed;
pub(crate) mod readings;
mod recommendations;
pub(crate) mod record;
mod search;
mod today;
pub(crate) mod told;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{self, Arc, PoisonError};

use evenkeel_engine::comparison::{Question as CompareQuestion, Strata};
use evenkeel_engine::explain::Explanation;
use evenkeel_engine::observed::Observations;
use evenkeel_engine::rows::{COUNTS_AS, Records, Wanted as WantedRows};
use evenkeel_engine::{Engine, EngineError, ReadingStore, Scope};
use evenkeel_lake::{Lake, People};
use evenkeel_model::comparison::{Compared, Comparison, Peers, Standing};
use evenkeel_model::evaluation::{self, Evaluation, MeasureResult, Question, Readings};
use evenkeel_model::ids::{MeasureId, PersonId, UnitId};
use evenkeel_model::initiative::Initiative;
use evenkeel_model::measure::Measure;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::{Missing, Subject};
use evenkeel_model::rolling;
use evenkeel_model::scorecard::{MeasureUse, Scorecard};
use evenkeel_model::signal::{self, SignalPlan};
use evenkeel_model::target::{Baseline, Normalisation, TargetPlan};
use evenkeel_model::trajectory::{Forecast, NoForecast};
use evenkeel_model::watch::{self, Watch};
use evenkeel_spec::Project;
use evenkeel_state::{LookedAt, Note, StateError};
use evenkeel_view::assets;
use evenkeel_view::number::Currency;
use evenkeel_view::page::frame::{Choice, Frame};
use evenkeel_view::page::standards::{Group, PersonRecord};
use evenkeel_view::page::{
    Arrangement, BreakdownDetail, ComparedGroup, ComparisonPage, ComparisonSheet, Context, DefinitionPage, Detail,
    Filter, Freshness, LibraryLinks as _, Links, MeasureList, MeasurePage, MeasuresPage, NavigationEntry, Place,
    RatingSheet, Reader, Recorded, RowsBehind, ScorecardPage, Sheet, SignalList, Targeted, TargetsPage, UnitEvaluation,
    UnitLabel, UnitNode, UnitResult, Visitor, for_everyone,
};
use evenkeel_view::terminal::{self, Provenance, Style};
use hashlink::LruCache;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use thiserror::Error;
use tokio::sync::{Mutex, OnceCell};

use crate::catalogue::Catalogue;
use crate::links::Routes;
use crate::viewer::{NotRecorded, Reach, Sight, Trail, Viewer};

/// How many periods of history pages show.
const HISTORY: usize = 24;
/// Of how many places the evaluation is remembered. Of twenty measures one takes about a tenth of a megabyte.
const REMEMBERED: usize = 1000;
/// Of how many days the tree of units is remembered.
const MENUS: usize = 30;
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

/// What the engine has to know of a project.
#[must_use]
pub fn scope(project: &Project, as_of: Timestamp, workers: usize) -> Scope {
    Scope {
        organisation: project.organisation.clone(),
        zone: project.time_zone.clone(),
        fiscal: project.fiscal_year,
        service_levels: project.service_levels.clone().into(),
        as_of,
        workers,
        people_apart: project.pseudonyms.is_some(),
    }
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
    /// What people typed cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The project has no scorecard.
    #[error("the project has no scorecard")]
    NoScorecard,
    /// A scorecard or page was asked for of a person.
    #[error("there is no unit `{name}`; scorecards and pages are about units")]
    Person {
        /// Who was asked for.
        name: String,
    },
    /// The period cannot be read.
    #[error(transparent)]
    Period(#[from] evenkeel_model::period::UnreadablePeriod),
    /// Nobody is compared by a measure.
    #[error("`{measure}` is not compared: no file of the project says with which standard")]
    NoComparison {
        /// The measure.
        measure: String,
    },
    /// Somebody else is compared by a measure.
    #[error("`{measure}` does not compare `{asked}`")]
    NotCompared {
        /// The measure.
        measure: String,
        /// Who was asked for.
        asked: String,
        /// Who is compared.
        compared: Vec<String>,
    },
    /// A figure is not divided by something.
    #[error("`{measure}` is not divided by `{by}`")]
    NotDivided {
        /// The measure.
        measure: String,
        /// What was asked for.
        by: String,
        /// By what it is.
        known: Vec<String>,
    },
    /// The project has no performance standards.
    #[error("the project has no performance standards")]
    NoStandard,
    /// A page was asked to compare people.
    #[error(
        "single people are not compared on pages; `evenkeel compare {measure} \
         --by person` does so for whoever leads them"
    )]
    PeopleOnPages {
        /// The measure.
        measure: String,
    },
    /// Nobody has agreed to people being compared or rated.
    #[error("people are not {what} while evenkeel.yaml says `people: {policy}`")]
    PeopleOff {
        /// What was asked for.
        what: &'static str,
        /// What is allowed.
        policy: PeoplePolicy,
    },
    /// The project has no charter.
    #[error("the project has no charter; `charter: charter.yaml` in evenkeel.yaml names one")]
    NoCharter,
    /// The public edition does not tell a period.
    #[error(
        "the public edition does not tell `{period}`: it tells whole {every}s that are over, the latest of them {latest}"
    )]
    NotPublished {
        /// What was asked for.
        period: String,
        /// How long the periods are that it tells.
        every: Grain,
        /// The latest of them.
        latest: String,
    },
    /// The charter has no such promise.
    #[error("the charter has no promise `{name}` in this period; it has {}", known.join(", "))]
    UnknownPromise {
        /// What was asked for.
        name: String,
        /// The promises that there are.
        known: Vec<String>,
    },
    /// The rows behind figures are not shown to whoever asks.
    #[error("the rows behind figures are shown to whoever leads the unit, and to those who analyse the record")]
    NoRows,
    /// What the record holds is not shown to whoever asks.
    #[error("what the record holds is shown to those who see the whole organisation")]
    NotTheRecord,
    /// Nobody has signed in.
    #[error("this is shown to those who sign in")]
    Outside,
    /// A look at people could not be recorded.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    /// There is nothing to show yet.
    #[error("there are no data yet; `evenkeel import` reads the raw files")]
    NoData,
}

impl WorldError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            WorldError::Engine(error) => error.help(),
            WorldError::NoComparison { measure } => Some(format!(
                "write `comparisons/{measure}.yaml` with `comparison`, `measure: {measure}`, `compares`, `minimum` and \
                 `recognition`, and list it in evenkeel.yaml under `comparisons`"
            )),
            WorldError::NotCompared { compared, .. } => {
                Some(format!("ask for {}, or add it to `compares`", evenkeel_view::words::listed(compared)))
            }
            WorldError::NotDivided { known, .. } if known.is_empty() => Some(
                "measures that are worked out from others, and those of which small figures are withheld, are divided by \
                 nothing; ask for one of the measures that it is worked out from"
                    .to_owned(),
            ),
            WorldError::NotDivided { known, .. } => Some(format!("ask for one of these: {}", known.join(", "))),
            WorldError::NotPublished { latest, .. } => Some(format!(
                "ask for `--period {latest}`; `publication: {{ every: quarter }}` in the charter file has longer periods told"
            )),
            WorldError::NoStandard => Some(
                "write `standards/adviser.yaml` with `standard` and `elements`, and list it in evenkeel.yaml under \
                 `standards`"
                    .to_owned(),
            ),
            WorldError::PeopleOff { .. } => Some(
                "what figures about single people may be used for is agreed first; then write `people: own_record` to \
                 hold a person to promises, `people: coaching` to compare them too, or `people: appraisal` to rate \
                 them. Figures of units are told without it"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// One state of project and lake, evaluated, for whoever looks.
pub struct Evaluated {
    project: Arc<Project>,
    /// Every measure that figures can be asked of: those of the project, and those that follow from its charter.
    measures: BTreeMap<MeasureId, Arc<Measure>>,
    engine: Engine,
    scorecard: Scorecard,
    by_perspective: Scorecard,
    months: ReadingStore,
    days: OnceCell<ReadingStore>,
    /// Readings by case mix, by comparison and by whether they tell of days.
    strata: Mutex<BTreeMap<(String, bool), Arc<Strata>>>,
    breakdowns: breakdown::Breakdowns,
    /// The scorecard held against the readings of units, of the places that were asked for last.
    evaluations: Mutex<LruCache<Place, Arc<Evaluation>>>,
    /// All units as a tree, on the days that were asked for last.
    menus: sync::Mutex<LruCache<Date, Arc<[UnitNode]>>>,
    holdings: OnceCell<data::Holdings>,
    observations: OnceCell<Observations>,
    candidates: OnceCell<choose::Candidates>,
    currency: Currency,
    versions: Versions,
    lake_version: u64,
    people: People,
    loaded_at: Option<Timestamp>,
}

/// By what figures can be told apart that were worked out from other data, or otherwise.
struct Versions {
    /// A digest of the data behind all measures.
    data: String,
    /// A digest of all definitions.
    definitions: String,
}

impl Versions {
    fn of(measures: &BTreeMap<MeasureId, Arc<Measure>>, engine: &Engine) -> Self {
        let all: Vec<String> =
            measures.values().map(|measure| format!("{} {}", measure.id, measure.definition)).collect();
        let definitions = blake3::hash(all.join("\n").as_bytes()).to_hex()[..8].to_owned();
        Self { data: engine.data_version(measures.values()), definitions }
    }
}

/// One state of project and lake, evaluated, as one viewer sees it: what the viewer may not see is in no answer.
#[derive(Clone)]
pub struct World {
    evaluated: Arc<Evaluated>,
    viewer: Viewer,
    sight: Arc<Sight>,
    visitor: Visitor,
    trail: Option<Arc<dyn Trail>>,
    /// What people have written down that is done to move measures.
    initiatives: Arc<[Initiative]>,
    /// What people wrote beside figures, by the day that it is about.
    notes: Arc<[Note]>,
}

impl Deref for World {
    type Target = Evaluated;

    fn deref(&self) -> &Evaluated {
        &self.evaluated
    }
}

impl World {
    /// Evaluates the present state of the lake. Nobody has signed in to it yet: it shows what the public may see.
    pub async fn open(opening: &Opening) -> Result<Self, WorldError> {
        let project = Arc::clone(&opening.project);
        let scorecard = project.scorecards.first().cloned().ok_or(WorldError::NoScorecard)?;
        let snapshot = opening.lake.snapshot().await.map_err(EngineError::from)?;
        let lake_version = snapshot.manifest().version;
        let people = snapshot.people().clone();
        let loaded_at = (lake_version > 0).then_some(snapshot.manifest().written_at);
        let engine = Engine::open(snapshot, scope(&project, opening.as_of, opening.workers)).await?;
        let all = project.all_measures();
        let measures: Vec<Arc<Measure>> = all.values().cloned().collect();
        engine.compile(&measures).await.map_err(WorldError::Measures)?;
        let months = engine.store(measures, Grain::Month).await?;
        let mut by_perspective = evaluation::by_perspective(&scorecard, &project.measures);
        // Measures name their perspective in the middle of a line; here it is a title.
        for leg in &mut by_perspective.legs {
            leg.title = evenkeel_view::words::capitalised(&leg.title);
        }
        let versions = Versions::of(&all, &engine);
        let currency = Currency::new(project.currency.as_deref().unwrap_or_default());
        let evaluated = Arc::new(Evaluated {
            project,
            measures: all,
            engine,
            scorecard,
            by_perspective,
            months,
            days: OnceCell::new(),
            strata: Mutex::default(),
            breakdowns: breakdown::Breakdowns::default(),
            evaluations: Mutex::new(LruCache::new(REMEMBERED)),
            menus: sync::Mutex::new(LruCache::new(MENUS)),
            holdings: OnceCell::new(),
            observations: OnceCell::new(),
            candidates: OnceCell::new(),
            currency,
            versions,
            lake_version,
            people,
            loaded_at,
        });
        Ok(Self::seen(evaluated, Viewer::Public, Visitor::default(), None))
    }

    /// The same state as another viewer sees it. `visitor` is what the frame of pages says of them; without a trail no
    /// people are shown.
    #[must_use]
    pub fn seen_by(&self, viewer: Viewer, visitor: Visitor, trail: Option<Arc<dyn Trail>>) -> Self {
        Self::seen(Arc::clone(&self.evaluated), viewer, visitor, trail)
    }

    fn seen(evaluated: Arc<Evaluated>, viewer: Viewer, visitor: Visitor, trail: Option<Arc<dyn Trail>>) -> Self {
        let engine = &evaluated.engine;
        let organisation = engine.directory().organisation();
        let sight = Arc::new(Sight::new(&viewer, organisation, evaluated.project.people, engine.today()));
        Self { evaluated, viewer, sight, visitor, trail, initiatives: Arc::default(), notes: Arc::default() }
    }

    /// Whether the viewer looks after accounts.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.sight.administers
    }

    /// Whether programs of the viewer may send rows into the record.
    pub(crate) fn sends_rows(&self) -> bool {
        self.sight.administers || self.sight.analyses
    }

    /// Whether there is anything here for the viewer but what the public sees.
    pub(crate) fn inside(&self) -> Result<(), WorldError> {
        if self.sight.inside { Ok(()) } else { Err(WorldError::Outside) }
    }

    /// Whether the figures of any unit may be seen.
    #[must_use]
    pub fn sees_units(&self) -> bool {
        !self.sight.tops.is_empty()
    }

    /// Whether the viewer sees the whole organisation, and so what its record holds.
    #[must_use]
    pub fn sees_the_record(&self) -> bool {
        self.sight.figures == Reach::Everywhere
    }

    /// Whether rows of a unit may be seen.
    pub(crate) fn sees_rows(&self, unit: &UnitId) -> bool {
        self.sight.rows.holds(self.engine.directory().organisation().unit(unit.as_str()))
    }

    /// The own record of the viewer, where there is one and where it may be shown.
    #[must_use]
    pub fn own_record(&self) -> Option<&PersonId> {
        self.sight.own.first().filter(|_| self.project.people != PeoplePolicy::Off)
    }

    /// Whether figures of a unit or person may be seen.
    fn may_see(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Unit(id) => self.sees_unit(id),
            Subject::Person(id) => self.sight.own.contains(id) || self.sees_people(subject),
        }
    }

    fn sees_unit(&self, unit: &UnitId) -> bool {
        self.sight.figures.holds(self.engine.directory().organisation().unit(unit.as_str()))
    }

    /// Whether it may be seen who the people of a unit, or a person, are.
    fn sees_people(&self, subject: &Subject) -> bool {
        let organisation = self.engine.directory().organisation();
        let unit = match subject {
            Subject::Unit(id) => organisation.unit(id.as_str()),
            Subject::Person(id) => {
                organisation.person(id.as_str()).and_then(|code| organisation.unit_of(code, self.today()))
            }
        };
        self.sight.people.holds(unit)
    }

    /// Refuses what may not be seen in the words for what does not exist.
    fn allowed(&self, subject: &Subject) -> Result<(), WorldError> {
        if self.may_see(subject) { Ok(()) } else { Err(self.unknown(&subject.to_string())) }
    }

    /// What is said of a name that means nothing to the viewer, whether or not it means something to others.
    fn unknown(&self, name: &str) -> WorldError {
        let organisation = self.engine.directory().organisation();
        let seen = organisation.units().filter(|unit| self.sight.figures.holds(Some(*unit)));
        let names: Vec<&str> = seen
            .flat_map(|unit| [organisation.unit_id(unit).as_str(), organisation.latest(unit).name.as_str()])
            .collect();
        EngineError::UnknownSubject { name: name.to_owned(), near: evenkeel_engine::closest(name, names) }.into()
    }

    /// Records a look at people, before they are shown.
    async fn looked(&self, about: &str, at: &LookedAt) -> Result<(), WorldError> {
        match &self.trail {
            Some(trail) => Ok(trail.looked(&self.viewer, about, at).await?),
            None => Err(NotRecorded("there is none".to_owned()).into()),
        }
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

    /// Who the people of that state are.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// When that state was written; none before anything was imported.
    #[must_use]
    pub fn loaded_at(&self) -> Option<Timestamp> {
        self.loaded_at
    }

    /// The day of the evaluation instant.
    #[must_use]
    pub fn today(&self) -> Date {
        self.engine.today()
    }

    /// Readings for periods of a grain. Days and weeks are worked out when they are first asked for.
    async fn store(&self, grain: Grain) -> Result<&ReadingStore, WorldError> {
        match grain {
            Grain::Month | Grain::Quarter | Grain::Year => Ok(&self.months),
            Grain::Day | Grain::Week => {
                let measures: Vec<Arc<Measure>> = self.measures.values().cloned().collect();
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

    /// The instant for which the figures are.
    pub(crate) fn instant(&self) -> Timestamp {
        self.engine.scope().as_of
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

    /// The highest units that the viewer sees.
    pub(crate) fn top_units(&self) -> Vec<UnitId> {
        let organisation = self.engine.directory().organisation();
        self.sight.tops.iter().map(|top| organisation.unit_id(*top).clone()).collect()
    }

    /// Where the viewer begins: the whole organisation for whoever sees all of it, else the highest unit that is seen.
    fn home(&self) -> UnitId {
        let organisation = self.engine.directory().organisation();
        match (self.sight.tops.first(), self.sight.own.first()) {
            (Some(top), _) => organisation.unit_id(*top).clone(),
            // Pages name a person as they name a unit: by identifier.
            (None, Some(person)) => UnitId::new(person.as_str()),
            (None, None) => organisation.unit_id(organisation.root()).clone(),
        }
    }

    /// Finds a unit by identifier or name; where the viewer begins when none is given.
    pub fn unit(&self, name: Option<&str>) -> Result<UnitId, WorldError> {
        let Some(name) = name else { return Ok(self.home()) };
        match self.subject(Some(name))? {
            Subject::Unit(id) => Ok(id),
            // A person has no scorecard of their own here.
            Subject::Person(_) => Err(WorldError::Person { name: name.to_owned() }),
        }
    }

    /// Finds a unit or person by identifier, or a unit by name; where the viewer begins when none is given. What the
    /// viewer may not see does not exist.
    pub fn subject(&self, name: Option<&str>) -> Result<Subject, WorldError> {
        let Some(name) = name else { return Ok(Subject::Unit(self.home())) };
        let found = self.engine.subject(name).ok().filter(|subject| self.may_see(subject));
        let organisation = self.engine.directory().organisation();
        // A unit that is seen may have the name of one that is not.
        let named = || {
            let mut seen = organisation.units().filter(|unit| self.sight.figures.holds(Some(*unit)));
            let unit = seen.find(|unit| organisation.latest(*unit).name.eq_ignore_ascii_case(name))?;
            Some(Subject::Unit(organisation.unit_id(unit).clone()))
        };
        found.or_else(named).ok_or_else(|| self.unknown(name))
    }

    /// Finds a measure.
    pub fn measure(&self, name: &str) -> Result<&Arc<Measure>, WorldError> {
        Ok(Engine::measure(&self.measures, name)?)
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

    /// Readings for everything that is asked of a place: its period, the one it is compared with, which may be a stretch
    /// of days, and those in which baselines were measured.
    async fn store_for(&self, place: &Place) -> Result<&ReadingStore, WorldError> {
        let plans = self.scorecard.measures().flat_map(|usage| usage.units.values().chain([&usage.plan]));
        let baselines = plans.filter_map(|plan| match plan.baseline {
            Some(Baseline::Measured(period)) => Some(period.grain()),
            _ => None,
        });
        let compared = self.question(place).compare_with.grain();
        let grains = [place.period.grain(), compared].into_iter().chain(baselines);
        self.store(grains.min().unwrap_or(place.period.grain())).await
    }

    fn question(&self, place: &Place) -> Question {
        let reach = place.period.reach(self.today(), self.months.last_day().map(|last| last.min(self.today())));
        Question {
            subject: Subject::Unit(place.unit.clone()),
            path: self.path(&place.unit, place.period),
            period: place.period,
            compare_with: place.period.like_for_like(place.compare_with, reach),
            today: self.today(),
            rolling_below: self.scorecard.rules.rolling_below,
            history: HISTORY,
        }
    }

    /// The scorecard held against the readings of a unit.
    pub async fn evaluation(&self, place: &Place) -> Result<Arc<Evaluation>, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        let mut evaluation = self.evaluated_at(place).await?;
        if !self.initiatives.is_empty() {
            self.mark_initiatives(Arc::make_mut(&mut evaluation), place);
        }
        Ok(evaluation)
    }

    /// The same as everybody sees it. The data behind a world never change, so it is worked out once.
    async fn evaluated_at(&self, place: &Place) -> Result<Arc<Evaluation>, WorldError> {
        if let Some(known) = self.evaluations.lock().await.get(place) {
            return Ok(Arc::clone(known));
        }
        let question = self.question(place);
        let store = self.store_for(place).await?;
        let scorecard = match place.arrangement {
            Arrangement::Legs => &self.scorecard,
            Arrangement::Perspectives => &self.by_perspective,
        };
        // Two who ask at once both work it out, and come to the same.
        let evaluation = Arc::new(evaluation::evaluate(scorecard, &self.project.measures, &question, store));
        self.evaluations.lock().await.insert(place.clone(), Arc::clone(&evaluation));
        Ok(evaluation)
    }

    /// The scorecard page of a unit.
    pub async fn scorecard_page(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<ScorecardPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let context = self.context(place, links, "Scorecard").await?;
        Ok(ScorecardPage::new(&evaluation, &context))
    }

    /// The same for a browser, which draws the history of its measures and does not tell it.
    pub async fn scorecard_to_show(
        &self,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<ScorecardPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let context = Context { tells_history: false, ..self.context(place, links, "Scorecard").await? };
        let page = ScorecardPage::new(&evaluation, &context);
        if !self.is_signed_in() {
            return Ok(page);
        }
        Ok(page.with_recognition(self.acts_on(&Subject::Unit(place.unit.clone())), &context))
    }

    /// The targets of a unit, each with where its measure will be when it is due.
    pub async fn targets(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<TargetsPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let (store, question) = (self.store_for(place).await?, self.question(place));
        let objectives = evaluation.legs.iter().flat_map(|leg| &leg.objectives);
        let targeted: Vec<Targeted> = objectives
            .flat_map(|objective| &objective.measures)
            .map(|result| {
                let forecast = forecast(result, &self.usage(&result.measure.id), &question, store);
                Targeted { result: result.clone(), forecast }
            })
            .collect();
        let context = self.context(place, links, "Targets").await?;
        Ok(TargetsPage::new(&targeted, &context))
    }

    /// The signals of a unit and of all units below it.
    pub async fn signals(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<SignalList, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        let fiscal = self.project.fiscal_year;
        let period = evenkeel_view::words::period::name(place.period, fiscal);
        let title = format!("{}, {period}", self.name_of(&Subject::Unit(place.unit.clone())));
        let mut evaluations = Vec::new();
        for unit in self.with_below(&place.unit, &self.menu(place.period)) {
            let there = place.in_unit(&unit);
            evaluations.push((self.evaluation(&there).await?, there));
        }
        // What is the same for all units is worked out once.
        let context = self.context(place, links, "Signals").await?;
        let units: Vec<UnitEvaluation> = evaluations
            .into_iter()
            .map(|(evaluation, there)| UnitEvaluation {
                evaluation,
                context: Context { path: self.labels(&there), place: there, ..context.clone() },
            })
            .collect();
        Ok(SignalList::new(title, &units))
    }

    /// How the project compares by a measure, and who is asked for: `by` is a word for people or for a kind of unit;
    /// without it the first kind of unit is taken, and else people.
    pub fn comparison(&self, measure: &Measure, by: Option<&str>) -> Result<(&Comparison, &Peers), WorldError> {
        let all = || {
            self.project
                .comparisons
                .iter()
                .filter(|comparison| comparison.measure == measure.id)
                .flat_map(|comparison| comparison.peers.iter().map(move |peers| (comparison, peers)))
        };
        let wanted = match by {
            Some(word) => {
                let same = |peers: &Peers| {
                    *peers == Peers::parse(word) || evenkeel_view::words::comparison::plural(peers) == *word
                };
                all().find(|(_, peers)| same(peers))
            }
            None => all().find(|(_, peers)| **peers != Peers::People).or_else(|| all().next()),
        };
        let people = by.is_some_and(|word| Peers::parse(word) == Peers::People);
        if people && !measure.levels.person {
            return Err(EngineError::not_for_people(measure).into());
        }
        let Some((comparison, peers)) = wanted else {
            let compared: Vec<String> = all().map(|(_, peers)| peers.as_str().to_owned()).collect();
            return Err(match by {
                Some(asked) if !compared.is_empty() => {
                    WorldError::NotCompared { measure: measure.id.to_string(), asked: asked.to_owned(), compared }
                }
                _ => WorldError::NoComparison { measure: measure.id.to_string() },
            });
        };
        if *peers == Peers::People && !self.project.people.allows_comparison() {
            return Err(WorldError::PeopleOff { what: "compared", policy: self.project.people });
        }
        Ok((comparison, peers))
    }

    /// Units or people below a unit, held against a standard like for like.
    pub async fn comparison_sheet(
        &self,
        measure: &Arc<Measure>,
        by: Option<&str>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<ComparisonSheet, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        let (comparison, peers) = self.comparison(measure, by)?;
        if *peers == Peers::People {
            let about = self.about(&format!("comparison of people by {}", measure.id), place);
            self.looked(&about, &LookedAt::PeopleOf(place.unit.clone())).await?;
        }
        self.held_against(measure, (comparison, peers), place, links, ComparisonSheet::new).await
    }

    /// What `tell` makes of the units or people of a place, held against a standard.
    async fn held_against<T>(
        &self,
        measure: &Arc<Measure>,
        (comparison, peers): (&Comparison, &Peers),
        place: &Place,
        links: &(dyn Links + Sync),
        tell: impl FnOnce(&ComparedGroup<'_>, &Context<'_>) -> T,
    ) -> Result<T, WorldError> {
        let compared = self.compared(comparison, peers, measure, place.period).await?;
        let context = self.context(place, links, "Scorecard").await?;
        let shown = |subject: &Subject| self.is_shown(subject, place);
        let name = |subject: &Subject| self.name_of(subject);
        let measure = measure.in_force(place.period).unwrap_or(measure);
        let group = ComparedGroup { comparison, measure, peers, compared: &compared, shown: &shown, name: &name };
        Ok(tell(&group, &context))
    }

    /// The page of a comparison. People are compared on the command line alone.
    pub async fn comparison_page(
        &self,
        measure: &Arc<Measure>,
        by: Option<&str>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<ComparisonPage, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        let units: Vec<&str> = self.kinds_compared(measure);
        let by = by.or(units.first().copied());
        let (comparison, peers) = self.comparison(measure, by)?;
        if *peers == Peers::People {
            return Err(WorldError::PeopleOnPages { measure: measure.id.to_string() });
        }
        let choices = units.iter().filter_map(|kind| {
            Some(Choice {
                label: evenkeel_view::words::capitalised(&evenkeel_view::words::comparison::plural(&Peers::parse(
                    kind,
                ))),
                url: links.compare(&measure.id, place, Some(kind))?,
                current: peers.as_str() == *kind,
            })
        });
        let choices = choices.collect();
        let tell = |group: &ComparedGroup<'_>, context: &Context<'_>| ComparisonPage::new(group, choices, context);
        self.held_against(measure, (comparison, peers), place, links, tell).await
    }

    /// Whether a unit or person is shown in a comparison within a place.
    fn is_shown(&self, subject: &Subject, place: &Place) -> bool {
        self.engine.belongs(subject, place.unit.as_str(), place.period) && self.may_see(subject)
    }

    /// What the audit trail says of a look: `what, place, period`.
    fn about(&self, what: &str, place: &Place) -> String {
        format!("{what}, {}, {}", place.unit, place.period.id(self.project.fiscal_year))
    }

    /// People below a unit, rated against the performance standards of their roles; one of them when a name is given.
    pub async fn ratings(
        &self,
        person: Option<&str>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<RatingSheet, WorldError> {
        if !self.project.people.allows_appraisal() {
            return Err(WorldError::PeopleOff { what: "rated", policy: self.project.people });
        }
        if self.project.standards.is_empty() {
            return Err(WorldError::NoStandard);
        }
        let only = person.map(|name| self.engine.person(name)).transpose()?;
        match &only {
            Some(person) => self.allowed(&Subject::Person(person.clone()))?,
            None => self.allowed(&Subject::Unit(place.unit.clone()))?,
        }
        let whom = only.as_ref().map_or_else(|| "people".to_owned(), ToString::to_string);
        let at = only
            .as_ref()
            .map_or_else(|| LookedAt::PeopleOf(place.unit.clone()), |person| LookedAt::Person(person.clone()));
        self.looked(&self.about(&format!("rating of {whom}"), place), &at).await?;
        self.rated(only.as_ref(), place, links).await
    }

    /// People rated against the performance standards of their roles, of whom the look is recorded already.
    async fn rated(
        &self,
        only: Option<&PersonId>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<RatingSheet, WorldError> {
        // What a comparison says is the same for all standards, so each is worked out once.
        let mut by_measure: BTreeMap<MeasureId, BTreeMap<Subject, Standing>> = BTreeMap::new();
        for element in self.project.standards.iter().flat_map(|standard| &standard.elements) {
            if by_measure.contains_key(&element.measure) {
                continue;
            }
            let measure = self.measure(element.measure.as_str())?;
            let (comparison, peers) = self.comparison(measure, Some(Peers::People.as_str()))?;
            let compared = self.compared(comparison, peers, measure, place.period).await?;
            let standings = compared.standings.into_iter().map(|standing| (standing.subject.clone(), standing));
            by_measure.insert(element.measure.clone(), standings.collect());
        }
        let roles = self.engine.roles().await?;
        let organisation = self.engine.directory().organisation();
        let mut groups = Vec::with_capacity(self.project.standards.len());
        for standard in &self.project.standards {
            let mut people = Vec::new();
            for code in organisation.people() {
                let id = &organisation.person_at(code).id;
                let subject = Subject::Person(id.clone());
                let role = roles.get(id);
                let asked = match only {
                    Some(only) => only == id,
                    // Whoever left before the end of the period is rated only when asked for by name.
                    None => self.engine.is_at_work(id, place.unit.as_str(), place.period),
                };
                if !asked || !self.may_see(&subject) || !standard.is_for(role.map(String::as_str)) {
                    continue;
                }
                let mut elements = Vec::with_capacity(standard.elements.len());
                for element in &standard.elements {
                    let standing = by_measure.get(&element.measure).and_then(|all| all.get(&subject)).cloned();
                    elements.push((self.measure(element.measure.as_str())?.as_ref(), standing));
                }
                people.push(PersonRecord {
                    id: id.to_string(),
                    name: self.name_of(&subject),
                    role: role.cloned(),
                    elements,
                });
            }
            groups.push(Group { standard, people });
        }
        // A person has the standards of one role; those of the others say nothing.
        groups.retain(|group| only.is_none() || !group.people.is_empty());
        Ok(RatingSheet::new(&groups, &self.context(place, links, "Scorecard").await?))
    }

    /// The kinds of unit that are compared by a measure.
    fn kinds_compared(&self, measure: &Measure) -> Vec<&str> {
        let of_measure = self.project.comparisons.iter().filter(|comparison| comparison.measure == measure.id);
        of_measure
            .flat_map(|comparison| &comparison.peers)
            .filter(|peers| **peers != Peers::People)
            .map(Peers::as_str)
            .collect()
    }

    async fn compared(
        &self,
        comparison: &Comparison,
        peers: &Peers,
        measure: &Arc<Measure>,
        period: Period,
    ) -> Result<Compared, WorldError> {
        let strata = self.strata(comparison, measure, period.grain()).await?;
        Ok(self.engine.compare(&strata, &CompareQuestion { comparison, peers, period })?)
    }

    /// Readings of a measure by the case mix of a comparison. They are worked out once for each.
    async fn strata(
        &self,
        comparison: &Comparison,
        measure: &Arc<Measure>,
        grain: Grain,
    ) -> Result<Arc<Strata>, WorldError> {
        let days = matches!(grain, Grain::Day | Grain::Week);
        let mut known = self.strata.lock().await;
        let key = (comparison.id.clone(), days);
        if let Some(strata) = known.get(&key) {
            return Ok(Arc::clone(strata));
        }
        let grain = if days { Grain::Day } else { Grain::Month };
        let strata = Arc::new(self.engine.strata(measure, &comparison.case_mix, grain).await?);
        known.insert(key, Arc::clone(&strata));
        Ok(strata)
    }

    /// The page of one measure of a unit, with a page of its rows from the first wanted one on; divided by an attribute
    /// where `by` names one.
    pub async fn measure_page(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        wanted: &WantedRows,
        by: Option<&str>,
        links: &(dyn Links + Sync),
    ) -> Result<MeasurePage, WorldError> {
        let unit = Subject::Unit(place.unit.clone());
        self.allowed(&unit)?;
        // A page of the command line is shown around; there, people are named by `evenkeel rows` alone.
        let names = matches!(self.viewer, Viewer::User { .. }) && self.sees_people(&unit);
        let period = self.told_period(measure, place).await?;
        let wanted = WantedRows { limit: ROWS, ..wanted.clone() };
        let rows = match self.records(measure, &unit, period, &wanted, names).await {
            Ok(records) => {
                Some(self.rows_behind(measure.in_force(place.period).unwrap_or(measure), &records, wanted.first, names))
            }
            Err(WorldError::NoRows) => None,
            // The page then says that the measure is not reported here or withheld, or names what it is worked out from.
            Err(WorldError::Engine(
                EngineError::NotForUnits { .. } | EngineError::NoOwnRows { .. } | EngineError::TooFew { .. },
            )) => None,
            Err(error) => return Err(error),
        };
        let breakdown = self.breakdown_detail(measure, place, by).await?;
        self.measure_page_with(measure, place, rows, breakdown, links).await
    }

    /// The page of a measure without the rows behind it, for its charts alone: nobody is looked at.
    pub async fn measure_charts(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<MeasurePage, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        self.measure_page_with(measure, place, None, BreakdownDetail::default(), links).await
    }

    /// The period that the figure of a measure is of: that of the place, or several months where it has too few rows.
    pub async fn told_period(&self, measure: &Measure, place: &Place) -> Result<Period, WorldError> {
        let (store, question) = (self.store_for(place).await?, self.question(place));
        Ok(rolling::rolling(measure, &question, store).map_or(place.period, |rolling| rolling.period))
    }

    async fn measure_page_with(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        rows: Option<RowsBehind>,
        breakdown: BreakdownDetail,
        links: &(dyn Links + Sync),
    ) -> Result<MeasurePage, WorldError> {
        let store = self.store_for(place).await?;
        let question = self.question(place);
        let usage = self.usage(&measure.id);
        let mut result = evaluation::evaluate_measure(measure, &usage, &question, store);
        result.watch = self.watches(&measure.id, &question, store);
        self.mark_initiatives_of(&mut result, place);
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
            breakdown,
            rows,
            forecast: forecast(&result, &usage, &question, store),
            compared: !self.kinds_compared(measure).is_empty(),
            notes: self.notes_beside(&measure.id, &place.unit, place.period),
            recommends: self.recommends(),
            recognition: self.is_signed_in().then(|| self.acts_on(&Subject::Unit(place.unit.clone()))),
        };
        let context = self.context(place, links, "Scorecard").await?;
        Ok(MeasurePage::new(detail, &context))
    }

    /// What puts a measure on watch in the unit and period of a question.
    fn watches(&self, measure: &MeasureId, question: &Question, store: &ReadingStore) -> Vec<Watch> {
        let links = self.scorecard.links.iter().filter(|link| link.to == *measure);
        links
            .filter_map(|link| {
                let leading = self.project.measures.get(&link.from)?;
                let result = evaluation::evaluate_measure(leading, &self.usage(&link.from), question, store);
                watch::along(link, self.leg_and_objective(&link.from).0.as_deref()?, &result)
            })
            .collect()
    }

    /// The records behind one number, those that are wanted. Those of a reading that is withheld are withheld with it.
    /// Columns that say who are there only for a viewer who may see that.
    pub async fn rows(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
        wanted: &WantedRows,
    ) -> Result<Records, WorldError> {
        let names = self.project.people != PeoplePolicy::Off && self.sees_people(subject);
        self.records(measure, subject, period, wanted, names).await
    }

    /// The records behind one number, with the columns that say who where `names` says so.
    async fn records(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
        wanted: &WantedRows,
        names: bool,
    ) -> Result<Records, WorldError> {
        let (records, says_who) = self.found_records(measure, subject, period, wanted, names).await?;
        if matches!(subject, Subject::Person(_)) || says_who {
            let period = period.id(self.project.fiscal_year);
            let at = match subject {
                Subject::Person(person) => LookedAt::Person(person.clone()),
                Subject::Unit(unit) => LookedAt::PeopleOf(unit.clone()),
            };
            self.looked(&format!("rows of {}, {subject}, {period}", measure.id), &at).await?;
        }
        Ok(records)
    }

    /// The same, before the look is recorded, and whether they say who somebody is.
    async fn found_records(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
        wanted: &WantedRows,
        names: bool,
    ) -> Result<(Records, bool), WorldError> {
        self.allowed(subject)?;
        match subject {
            Subject::Unit(unit) => {
                if !self.sees_rows(unit) {
                    return Err(WorldError::NoRows);
                }
            }
            Subject::Person(_) => {
                let policy = self.project.people;
                if policy == PeoplePolicy::Off {
                    return Err(WorldError::PeopleOff { what: "shown their rows", policy });
                }
            }
        }
        let store = self.store(period.grain()).await?;
        if store.reading(&measure.id, subject, period) == Err(Missing::TooFew) {
            return Err(EngineError::too_few(measure).into());
        }
        let mut records = self.engine.rows(store, measure, subject, period, wanted).await?;
        let open = for_everyone(measure.in_force(period).unwrap_or(measure), &recorded(&records, wanted.first));
        let says_who = open.len() < records.columns.len();
        if names {
            self.hide_strangers(&mut records, &open);
        } else {
            records.keep_columns(&open);
        }
        // Where there is no row, nobody is told of.
        let told = names && says_who && records.total > 0;
        Ok((records, told))
    }

    /// Empties what says who, where that is somebody whose record the viewer may not see: rows of earlier periods tell of
    /// people who are elsewhere today. `open` are the columns that say nothing of people.
    fn hide_strangers(&self, records: &mut Records, open: &[usize]) {
        let says_who: Vec<usize> = (0..records.columns.len()).filter(|place| !open.contains(place)).collect();
        let (ids, others): (Vec<usize>, Vec<usize>) = says_who.into_iter().partition(|&place| {
            let name = records.columns[place].as_str();
            name.ends_with("_id") || name.starts_with("field_")
        });
        for row in &mut records.rows {
            let mut hidden = false;
            for &place in &ids {
                let is_strange = |id: &String| !self.may_see(&Subject::Person(PersonId::new(id)));
                if row[place].take_if(|id| is_strange(id)).is_some() {
                    hidden |= records.columns[place].ends_with("_id");
                }
            }
            // Names and addresses are those of the identifiers beside them.
            for &place in others.iter().filter(|_| hidden) {
                row[place] = None;
            }
        }
    }

    /// The page of all measures that there are to choose from.
    pub async fn measures_page(
        &self,
        filter: &Filter,
        place: &Place,
        links: &Routes,
    ) -> Result<MeasuresPage, WorldError> {
        self.inside()?;
        let catalogue = Catalogue::of(&self.project);
        let list = MeasureList::new(&catalogue.listed(), filter, links);
        let page = MeasuresPage::new(list, &self.context(place, links, "Measures").await?);
        Ok(MeasuresPage { choosing_url: self.sees_choosing().then(|| links.choosing()), ..page })
    }

    /// The page of everything about one measure, of the project or of the built-in library.
    pub async fn definition_page(
        &self,
        name: &str,
        place: &Place,
        links: &Routes,
    ) -> Result<DefinitionPage, WorldError> {
        self.inside()?;
        let catalogue = Catalogue::of(&self.project);
        let Some(listed) = catalogue.find(name) else {
            let near = evenkeel_engine::closest(name, catalogue.identifiers());
            return Err(EngineError::UnknownMeasure { name: name.to_owned(), near }.into());
        };
        let shown = self.project.measures.get(name).filter(|_| self.sees_units());
        let figures = shown.map(|measure| links.measure(&measure.id, place));
        let sheet = Sheet::new(listed, &self.currency, &|id| catalogue.title(id), links);
        let context = self.context(place, links, "Measures").await?;
        Ok(DefinitionPage::new(sheet, figures, links, &context))
    }

    /// What stands behind one number.
    pub async fn explanation(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
    ) -> Result<Explanation, WorldError> {
        self.allowed(subject)?;
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
            signals: SignalPlan::default(),
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
    pub(crate) fn stewards(&self, measure: &Measure) -> Vec<String> {
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
        stewards.sort();
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
            .filter(|child| self.sight.figures.holds(Some(*child)))
            .map(|child| UnitLabel {
                id: organisation.unit_id(child).clone(),
                name: organisation.stretch(child, period.last_day()).name.clone(),
            })
            .collect();
        if *unit == *organisation.unit_id(organisation.root()) && self.sight.figures == Reach::Everywhere {
            below.extend(directory.unknown_units().into_iter().map(|id| UnitLabel { name: id.to_string(), id }));
        }
        below
    }

    /// A unit and all units below it, each after the one above it; `all` are those of the menu.
    fn with_below(&self, unit: &UnitId, all: &[UnitNode]) -> Vec<UnitId> {
        let own = all.iter().position(|node| node.id == *unit);
        let rest = own.map_or(&[][..], |own| &all[own + 1..]);
        let depth = own.map_or(0, |own| all[own].depth);
        let below = rest.iter().take_while(|node| node.depth > depth).map(|node| node.id.clone());
        let directory = self.engine.directory();
        let organisation = directory.organisation();
        let is_top = *unit == *organisation.unit_id(organisation.root()) && self.sight.figures == Reach::Everywhere;
        let unknown = if is_top { directory.unknown_units() } else { Vec::new() };
        [unit.clone()].into_iter().chain(below).chain(unknown).collect()
    }

    /// The units from the top down to the one of a place.
    fn labels(&self, place: &Place) -> Vec<UnitLabel> {
        let organisation = self.engine.directory().organisation();
        let label = |id: UnitId| {
            let name = match organisation.unit(id.as_str()) {
                Some(code) => organisation.stretch(code, place.period.last_day()).name.clone(),
                None => id.to_string(),
            };
            UnitLabel { id, name }
        };
        let seen = |id: &UnitId| *id == place.unit || self.sees_unit(id);
        self.path(&place.unit, place.period).into_iter().rev().filter(seen).map(label).collect()
    }

    /// The kind of the units directly below, where it is one.
    fn kind_below(&self, unit: &UnitId, period: Period) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let code = organisation.unit(unit.as_str())?;
        self.kind_of(&organisation.children(code, period.last_day()), period.last_day())
    }

    /// Records as a page shows them.
    fn rows_behind(&self, measure: &Measure, records: &Records, first: usize, names: bool) -> RowsBehind {
        let unit_name = |id: &str| self.name_of(&Subject::Unit(UnitId::new(id)));
        let reader = Reader {
            zone: &self.project.time_zone,
            year: self.today().year(),
            currency: &self.currency,
            unit_name: &unit_name,
            names_people: names,
        };
        RowsBehind::new(measure, &recorded(records, first), &reader)
    }

    /// Everything that a page has to know besides the figures.
    async fn context<'a>(
        &self,
        place: &Place,
        links: &'a (dyn Links + Sync),
        current: &str,
    ) -> Result<Context<'a>, WorldError> {
        let store = self.store(place.period.grain()).await?;
        let periods = store.periods(place.period.grain());
        let first = periods.first().copied().unwrap_or(place.period);
        let home = Place { unit: self.home(), ..place.clone() };
        let earlier = place.period.previous();
        let later = place.period.next();
        let mut comparisons = vec![earlier, place.period.a_year_earlier()];
        // The year before is the period before.
        comparisons.dedup();
        let complete_to = store.last_day().map(|last| last.min(self.today()));
        Ok(Context {
            organisation: self.project.organisation.clone(),
            place: place.clone(),
            path: self.labels(place),
            units: self.menu(place.period),
            earlier: (earlier.start() >= first.start()).then_some(earlier),
            later: (later.start() <= self.today()).then_some(later),
            comparisons,
            arrangements: vec![Arrangement::Legs, Arrangement::Perspectives],
            today: self.today(),
            freshness: Freshness {
                begins: store.first_day(),
                complete_to,
                loaded_at: self.loaded_at.map(|at| self.local(at)),
            },
            data_version: self.versions.data.clone(),
            definitions_version: self.versions.definitions.clone(),
            currency: self.currency.clone(),
            fiscal_year: self.project.fiscal_year,
            navigation: self.entries(&home, links, current),
            notes: Arc::new(self.note_counts(place.period)),
            footnote: None,
            visitor: self.visitor.clone(),
            links,
            assets: assets::Urls::below("/assets/"),
            tells_history: true,
        })
    }

    /// An instant on the clock of the project.
    fn local(&self, at: Timestamp) -> DateTime {
        self.project.time_zone.to_datetime(at)
    }

    /// The main navigation.
    fn entries(&self, home: &Place, links: &dyn Links, current: &str) -> Vec<NavigationEntry> {
        let entry = |(label, url): (&str, Option<String>)| {
            Some(NavigationEntry { label: label.to_owned(), url: url?, current: current == label })
        };
        self.navigation(home, links).into_iter().filter_map(entry).collect()
    }

    /// The pages that there are, by the word that leads to each.
    fn navigation(&self, home: &Place, links: &dyn Links) -> Vec<(&'static str, Option<String>)> {
        let seen = self.sees_units();
        let charter = self.project.charter.as_ref().filter(|_| seen || self.own_record().is_some());
        vec![
            ("Today", links.today(home).filter(|_| seen)),
            ("My record", links.own_record().filter(|_| self.own_record().is_some())),
            ("People", links.people().filter(|_| self.leads_people())),
            ("Scorecard", seen.then(|| links.scorecard(home))),
            ("Targets", links.targets(home).filter(|_| seen)),
            ("Strategy map", links.map(home).filter(|_| seen)),
            ("Initiatives", links.initiatives(home).filter(|_| seen && self.is_signed_in())),
            ("Charter", charter.and_then(|_| links.charter(home, None))),
            ("Figures", links.owed().filter(|_| self.types_figures() && self.is_signed_in())),
            ("Data", links.data().filter(|_| self.sees_the_record())),
            ("Measures", links.library().filter(|_| self.sight.inside)),
            ("Disputes", links.disputes().filter(|_| self.decides())),
            ("Administration", links.administration().filter(|_| self.administers())),
        ]
    }

    /// What stands around a page that needs no figures.
    #[must_use]
    pub fn frame(&self, title: &str, links: &dyn Links, current: &str) -> Frame {
        let period = Period::containing(self.today(), Grain::Month, self.project.fiscal_year);
        let period = self.default_period().unwrap_or(period);
        let place =
            Place { unit: self.home(), period, compare_with: period.previous(), arrangement: Arrangement::Legs };
        let urls = assets::Urls::below("/assets/");
        let bare = Frame::bare(title, &self.project.organisation, self.visitor.clone(), "/", &urls);
        Frame { navigation: self.entries(&place, links, current), ..bare }
    }

    /// The units that the viewer sees, each after the one above it, with how deep it lies.
    #[must_use]
    pub fn units(&self) -> Vec<UnitNode> {
        self.menu(Period::containing(self.today(), Grain::Day, self.project.fiscal_year)).to_vec()
    }

    /// Whether the record knows a person; only for whoever looks after accounts.
    #[must_use]
    pub fn knows_person(&self, id: &str) -> bool {
        self.administers() && self.engine.directory().known_person(id).is_some()
    }

    /// The units that the viewer sees as a tree, each after the one above it.
    fn menu(&self, period: Period) -> Arc<[UnitNode]> {
        let day = period.last_day();
        if self.sight.figures != Reach::Everywhere {
            return self.tree(day).into();
        }
        // Most people see all units, and every page shows them.
        let mut menus = self.menus.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = menus.get(&day) {
            return Arc::clone(known);
        }
        let menu: Arc<[UnitNode]> = self.tree(day).into();
        menus.insert(day, Arc::clone(&menu));
        menu
    }

    fn tree(&self, day: Date) -> Vec<UnitNode> {
        let organisation = self.engine.directory().organisation();
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
            children.sort_by_cached_key(|&child| (organisation.stretch(child, day).name.to_lowercase(), child));
        }
        let mut menu = Vec::new();
        let mut open = vec![(organisation.root(), 0)];
        while let Some((unit, depth)) = open.pop() {
            let children = below.get(&unit).map_or(&[][..], Vec::as_slice);
            let seen = self.sight.figures.holds(Some(unit));
            if seen {
                let seen_below: Vec<UnitCode> =
                    children.iter().copied().filter(|child| self.sight.figures.holds(Some(*child))).collect();
                menu.push(UnitNode {
                    id: organisation.unit_id(unit).clone(),
                    name: organisation.stretch(unit, day).name.clone(),
                    depth,
                    below: seen_below.len() as u64,
                    below_kind: self.kind_of(&seen_below, day),
                });
            }
            // What lies below a unit that is not seen begins where that unit would have stood.
            let deeper = depth + usize::from(seen);
            open.extend(children.iter().rev().map(|&child| (child, deeper)));
        }
        menu
    }

    /// The kind of some units on a day, where it is one.
    fn kind_of(&self, units: &[UnitCode], day: Date) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let first = organisation.stretch(*units.first()?, day).kind.as_str();
        let same = units.iter().all(|&unit| organisation.stretch(unit, day).kind == first);
        same.then(|| first.replace('_', " "))
    }
}

/// How a year up to the evaluation instant is asked for, behind its number.
const YEAR_TO_DATE: &str = "-YTD";

/// Whether a year to date is asked for.
fn is_to_date(text: &str) -> bool {
    text.strip_suffix(YEAR_TO_DATE).is_some_and(|year| !year.contains(['-', '.']))
}

/// Where a measure will be when its target is due; none without target or deadline. It is read from the same periods
/// as its signal: one that is still running does not count.
fn forecast(
    result: &MeasureResult,
    usage: &MeasureUse,
    question: &Question,
    store: &ReadingStore,
) -> Option<Result<Forecast, NoForecast>> {
    let deadline = result.targets.by.filter(|_| result.has_target())?;
    let running = question.today < question.period.end();
    let asked = signal::Question {
        measure: &result.measure.id,
        subject: &question.subject,
        period: if running { question.period.previous() } else { question.period },
        better: result.measure.better,
        target: result.targets.target,
        plan: &usage.signals,
    };
    Some(store.forecast(&asked, deadline))
}

/// Records as the view takes them; `first` of them come before.
pub(crate) fn recorded(records: &Records, first: usize) -> Recorded<'_> {
    Recorded {
        columns: &records.columns,
        counts_as: records.columns.iter().position(|name| name == COUNTS_AS),
        orders: &records.orders,
        order: records.order.as_ref().map(|order| (order.column.as_str(), order.descending)),
        rows: &records.rows,
        first: first as u64,
        total: records.total,
        withheld: records.withheld,
        page_size: ROWS as u64,
    }
}

/// What a number was worked out from, as text.
#[must_use]
pub fn provenance(explanation: &Explanation, style: Style) -> String {
    let told = Provenance {
        query: &explanation.query,
        definition: &explanation.definition.to_string(),
        data_version: &explanation.data_version,
        table_versions: &explanation.table_versions,
        as_of: &explanation.as_of.to_string(),
        coverage: explanation.coverage,
        left_out: explanation.left_out,
    };
    terminal::provenance(&told, style)
}
