//! The engine as others use it: a session, the organisation, compiled measures.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::Arc;

use evenkeel_lake::Snapshot;
use evenkeel_model::ids::{MeasureId, PersonId};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Grain};
use evenkeel_model::reading::Subject;
use evenkeel_model::service_level::Policy;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::OnceCell;

use crate::cells::{self, Cells, Context};
use crate::clock::{KeptFacts, hours, table};
use crate::columns::Words;
use crate::compile::{Program, compile};
use crate::error::{EngineError, closest};
use crate::kept_cells::{self, Tables};
use crate::local_time::LocalTime;
use crate::organisation::{self, Directory};
use crate::readings::ReadingStore;
use crate::session::{Session, tables_behind};
use crate::timeline::{Fineness, Timeline};

/// What an evaluation needs to know besides the lake.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The name of the organisation.
    pub organisation: String,
    /// The project's time zone.
    pub zone: TimeZone,
    /// The project's fiscal year.
    pub fiscal: FiscalYear,
    /// What is promised to customers, in the order in which policies are tried.
    pub service_levels: Arc<[Policy]>,
    /// The evaluation instant.
    pub as_of: Timestamp,
    /// How many workers may run side by side.
    pub workers: usize,
    /// Whether pseudonyms stand for people, so that no expression may ask for one by identifier or name.
    pub people_apart: bool,
}

/// Which readings are wanted.
#[derive(Debug, Clone)]
pub struct Request {
    /// The measures.
    pub measures: Vec<Arc<Measure>>,
    /// The shortest periods that will be asked for.
    pub grain: Grain,
    /// A column or expression by which rows are divided.
    pub segment: Option<String>,
    /// A condition in SQL, over the columns of every table that the measures read; only rows that meet it count.
    pub condition: Option<String>,
}

/// One state of the lake, evaluated at one instant.
pub struct Engine {
    session: Session,
    scope: Scope,
    directory: Arc<Directory>,
    local: Arc<LocalTime>,
    facts: OnceCell<KeptFacts>,
    /// Whether cells are kept beside the lake.
    keeps: bool,
}

impl Engine {
    /// Opens a state of the lake.
    pub async fn open(snapshot: Snapshot, scope: Scope) -> Result<Self, EngineError> {
        let snapshot = snapshot.without_excluded().await?;
        let engine =
            Self::over(Session::new(snapshot, scope.workers)?.with_people_apart(scope.people_apart), scope).await?;
        Ok(Self { keeps: true, ..engine })
    }

    /// Opens a session that is there already, whose tables need not be those of its lake.
    pub(crate) async fn over(session: Session, scope: Scope) -> Result<Self, EngineError> {
        let directory = Arc::new(Directory::load(&session, &scope.organisation).await?);
        let local = Arc::new(LocalTime::new(scope.zone.clone()));
        Ok(Self { session, scope, directory, local, facts: OnceCell::new(), keeps: false })
    }

    /// Who is who.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// What it was opened with.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The query session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The days of the project.
    #[must_use]
    pub fn local(&self) -> &LocalTime {
        &self.local
    }

    /// The day of the evaluation instant.
    #[must_use]
    pub fn today(&self) -> Date {
        self.scope.zone.to_datetime(self.scope.as_of).date()
    }

    /// The digest of the content behind some measures.
    #[must_use]
    pub fn data_version<'a>(&self, measures: impl IntoIterator<Item = &'a Arc<Measure>>) -> String {
        let tables = self.tables_behind(measures.into_iter().flat_map(|measure| measure.tables()));
        self.session.snapshot().data_version(tables.iter().map(String::as_str))
    }

    /// The Delta version of each table behind a measure.
    #[must_use]
    pub fn table_versions(&self, measure: &Measure) -> BTreeMap<String, u64> {
        let tables = self.tables_behind(measure.tables());
        self.session.snapshot().table_versions(tables.iter().map(String::as_str))
    }

    /// How many rows of the tables behind a measure do not count by a person's decision.
    #[must_use]
    pub fn left_out(&self, measure: &Measure) -> u64 {
        let tables = self.tables_behind(measure.tables());
        tables.iter().map(|table| self.session.snapshot().excluded(table)).sum()
    }

    fn tables_behind<'a>(&self, tables: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let mut tables = tables_behind(tables);
        // Of customers, promises ask the segment; nothing else of the clock does.
        if tables.contains("case_events") && self.scope.service_levels.iter().any(Policy::asks_for_segments) {
            tables.insert("customers".to_owned());
        }
        tables
    }

    /// Makes the derived tables that some measures read.
    pub(crate) async fn prepare(&self, measures: &[Arc<Measure>]) -> Result<(), EngineError> {
        let needs_facts = measures.iter().any(|measure| measure.tables().contains(&"case_facts"));
        if needs_facts { self.prepare_facts().await } else { Ok(()) }
    }

    /// Makes the facts of all cases readable.
    pub(crate) async fn prepare_facts(&self) -> Result<(), EngineError> {
        if !self.session.context().table_exist(table::TABLE)? {
            let facts = self.case_facts().await?;
            self.session.put(table::TABLE, facts.files(), table::schema())?;
        }
        Ok(())
    }

    /// What the case clock says about each case, as of the evaluation instant.
    async fn case_facts(&self) -> Result<&KeptFacts, EngineError> {
        self.facts.get_or_try_init(|| self.open_facts(false)).await
    }

    /// Writes what the case clock says about each case into a Parquet file, in the order of the record. Gives the number
    /// of cases.
    pub async fn export_facts(&self, out: File) -> Result<u64, EngineError> {
        let facts = self.open_facts(true).await?;
        facts.copy_to(out)?;
        Ok(facts.rows())
    }

    async fn open_facts(&self, as_a_whole: bool) -> Result<KeptFacts, EngineError> {
        let Scope { service_levels, as_of, workers, .. } = &self.scope;
        let (session, directory, as_of) = (&self.session, &self.directory, as_of.as_microsecond());
        KeptFacts::open(session, directory, &self.local, service_levels, as_of, *workers, as_a_whole).await
    }

    /// What cannot be right about the calendars of the record, and what was assumed instead.
    pub async fn calendar_problems(&self) -> Result<Vec<hours::Problem>, EngineError> {
        hours::problems(&self.session, &self.directory).await
    }

    /// What each person does, in the words of the record.
    pub async fn roles(&self) -> Result<BTreeMap<PersonId, String>, EngineError> {
        organisation::roles(&self.session).await
    }

    /// Compiles measures against the tables of the record; all mistakes are given.
    pub async fn compile(&self, measures: &[Arc<Measure>]) -> Result<Program, Vec<EngineError>> {
        self.prepare(measures).await.map_err(|error| vec![error])?;
        compile(&self.session, measures).await
    }

    /// Works out readings. One store per segment when rows are divided, else one.
    pub async fn readings(&self, request: &Request) -> Result<Vec<(Option<String>, ReadingStore)>, EngineError> {
        self.readings_in_at_most(request, usize::MAX).await
    }

    /// Works out readings, and refuses when rows are divided into more than so many segments.
    pub(crate) async fn readings_in_at_most(
        &self,
        request: &Request,
        most: usize,
    ) -> Result<Vec<(Option<String>, ReadingStore)>, EngineError> {
        let program = self.compile(&request.measures).await.map_err(first)?;
        let timeline = Arc::new(Timeline::new(Fineness::for_grain(request.grain), self.directory.organisation()));
        let context = Context {
            directory: Arc::clone(&self.directory),
            local: Arc::clone(&self.local),
            timeline: Arc::clone(&timeline),
            as_of: self.scope.as_of.as_microsecond(),
            names: Words::default(),
        };
        let segments = match (request.segment.as_deref(), request.condition.as_deref()) {
            (None, None) if self.keeps => vec![(None, self.kept_cells(&program, context, request.grain).await?)],
            (segment, condition) => {
                cells::fill(&self.session, &program, &Arc::new(context), segment, condition).await?
            }
        };
        if segments.len() > most {
            return Err(EngineError::TooManyGroups { found: segments.len(), most });
        }
        let mut stores = Vec::with_capacity(segments.len());
        for (name, cells) in segments {
            let (fiscal, today) = (self.scope.fiscal, self.today());
            let workers = self.scope.workers;
            stores
                .push((name, ReadingStore::new(&program, cells, &self.directory, &timeline, fiscal, today, workers)?));
        }
        Ok(stores)
    }

    /// The cells of all rows.
    async fn kept_cells(&self, program: &Program, context: Context, grain: Grain) -> Result<Cells, EngineError> {
        let mut tables = Tables::new();
        for name in program.tables() {
            let pieces = match name {
                table::TABLE => self.case_facts().await?.pieces()?,
                _ => self.session.snapshot().pieces(name).await?,
            };
            tables.insert(name.to_owned(), pieces);
        }
        // What places rows besides their own columns.
        let organisation = self.session.snapshot().data_version(tables_behind([]).iter().map(String::as_str));
        let zone = self.scope.zone.iana_name().unwrap_or("unknown");
        let about = format!("{organisation} {zone} {:?}", Fineness::for_grain(grain));
        kept_cells::fill(&self.session, program, context, tables, &about).await
    }

    /// Works out readings without segments.
    pub async fn store(&self, measures: Vec<Arc<Measure>>, grain: Grain) -> Result<ReadingStore, EngineError> {
        let request = Request { measures, grain, segment: None, condition: None };
        let mut stores = self.readings(&request).await?;
        match stores.pop() {
            Some((_, store)) => Ok(store),
            None => Err(EngineError::Query(datafusion::error::DataFusionError::Internal(
                "a program without segments gave no cells".to_owned(),
            ))),
        }
    }

    /// The unit or person of a name; units first. With several of a name the identifier decides.
    pub fn subject(&self, name: &str) -> Result<Subject, EngineError> {
        let organisation = self.directory.organisation();
        if let Some(unit) = self.directory.known_unit(name) {
            let id = if (unit as usize) < organisation.unit_count() {
                organisation.unit_id(evenkeel_model::organisation::UnitCode(unit)).clone()
            } else {
                evenkeel_model::ids::UnitId::new(name)
            };
            return Ok(Subject::Unit(id));
        }
        for unit in organisation.units() {
            if organisation.latest(unit).name.eq_ignore_ascii_case(name) {
                return Ok(Subject::Unit(organisation.unit_id(unit).clone()));
            }
        }
        if self.directory.known_person(name).is_some() {
            return Ok(Subject::Person(evenkeel_model::ids::PersonId::new(name)));
        }
        let units: Vec<&str> = organisation
            .units()
            .flat_map(|unit| [organisation.unit_id(unit).as_str(), organisation.latest(unit).name.as_str()])
            .collect();
        Err(EngineError::UnknownSubject { name: name.to_owned(), near: closest(name, units) })
    }

    /// The person of an identifier, or of a name that nobody else has.
    pub fn person(&self, name: &str) -> Result<PersonId, EngineError> {
        let organisation = self.directory.organisation();
        if self.directory.known_person(name).is_some() {
            return Ok(PersonId::new(name));
        }
        let mut named = organisation
            .people()
            .map(|code| organisation.person_at(code))
            .filter(|person| person.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
        match (named.next(), named.next()) {
            (Some(person), None) => Ok(person.id.clone()),
            // Several people of one name are told apart by their identifiers only.
            _ => Err(EngineError::UnknownSubject { name: name.to_owned(), near: None }),
        }
    }

    /// The measure of a name among some.
    pub fn measure<'a>(
        measures: &'a BTreeMap<MeasureId, Arc<Measure>>,
        name: &str,
    ) -> Result<&'a Arc<Measure>, EngineError> {
        measures.get(name).ok_or_else(|| EngineError::UnknownMeasure {
            name: name.to_owned(),
            near: closest(name, measures.keys().map(MeasureId::as_str)),
        })
    }
}

fn first(errors: Vec<EngineError>) -> EngineError {
    errors.into_iter().next().unwrap_or(EngineError::NoMeasure)
}
