//! What asks for attention now: open cases near or past a promise, and low answers of customers. Nothing of it says who
//! works on it.

use arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::col;
use evenkeel_model::call_back::Within;
use evenkeel_model::ids::UnitId;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::service_level::Promise;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::hours::Hours;
use crate::columns::{Texts, column};
use crate::local_time::day_number;
use crate::organisation::Directory;
use crate::rows::instant as micros;
use crate::{Engine, EngineError};

/// Rows that ask for attention: the first of them, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention<T> {
    /// The first of them.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// An open case near or past a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Its identifier.
    pub case_id: String,
    /// The unit of the case, as its source names it.
    pub unit: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// The promise whose time is used up first.
    pub promise: Promise,
    /// When that is, or was.
    pub due_at: Timestamp,
    /// Whether it is over.
    pub overdue: bool,
}

/// An answer of a customer in the lowest quarter of its scale.
#[derive(Debug, Clone, PartialEq)]
pub struct LowAnswer {
    /// The source.
    pub source: String,
    /// Its identifier there.
    pub response_id: String,
    /// Who gave it, as the record says it.
    pub customer_id: String,
    /// When it was given.
    pub answered_at: Timestamp,
    /// Until when whoever gave it is called back.
    pub due_at: Timestamp,
    /// The unit that it counts for: that of its day.
    pub home: UnitId,
    /// The unit in which it is looked after today, where the organisation knows it.
    pub now_in: Option<UnitCode>,
    /// The unit, as its source names it.
    pub unit: Option<String>,
    /// What was asked.
    pub question: Option<String>,
    /// What the customer wrote.
    pub text: Option<String>,
    /// The case, where it is about one.
    pub case_id: Option<String>,
    /// The answer.
    pub score: f64,
    /// The lower end of the scale.
    pub lowest: f64,
    /// The upper end of the scale.
    pub highest: f64,
}

/// Which low answers are asked for.
#[derive(Debug, Clone, Copy)]
pub struct LowAnswers<'a> {
    /// The unit that they belong to today, with all below it.
    pub unit: &'a UnitId,
    /// Only those that were given after this instant.
    pub after: Timestamp,
    /// Only the one of this source and identifier.
    pub only: Option<(&'a str, &'a str)>,
    /// Within which time customers are called back.
    pub within: Within,
}

impl Engine {
    /// Open cases of a unit of which a promise is past its time, or will be by an instant: those past it first, then by
    /// the time that is left. A case stands there once, with the promise that comes first.
    pub async fn pressing_cases(
        &self,
        unit: &UnitId,
        until: Timestamp,
        limit: usize,
    ) -> Result<Attention<OpenCase>, EngineError> {
        if self.scope().service_levels.is_empty() {
            return Ok(Attention { rows: Vec::new(), total: 0 });
        }
        self.prepare_facts().await?;
        let frame = self.session().table("case_facts").await?;
        let mut pressing: Option<Expr> = None;
        let mut wanted = vec!["source", "case_id", "unit_id", "person_id", "topic", "first_response_s"];
        let names: Vec<[String; 3]> = Promise::ALL.iter().map(|promise| columns_of(*promise)).collect();
        for [state, due, breach] in &names {
            let soon = col(state).eq(lit("running")).and(col(due).lt_eq(micros(until.as_microsecond())));
            let condition = soon.or(col(state).eq(lit("breached")));
            pressing = Some(pressing.map_or(condition.clone(), |before| before.or(condition)));
            wanted.extend([state.as_str(), due.as_str(), breach.as_str()]);
        }
        let query = frame.filter(col("solved_at").is_null())?;
        let query = if let Some(pressing) = pressing { query.filter(pressing)? } else { query };
        let mut found = Vec::new();
        for batch in self.session().collect(query.select_columns(&wanted)?).await? {
            let own = self.rows_of(&batch, unit)?;
            let (cases, units, topics) =
                (texts(&batch, "case_id")?, texts(&batch, "unit_id")?, texts(&batch, "topic")?);
            let answered = column(&batch, "first_response_s")?;
            for row in own {
                let mut first: Option<(bool, Timestamp, Promise)> = None;
                for (promise, [state, due, breach]) in Promise::ALL.into_iter().zip(&names) {
                    let states = texts(&batch, state)?;
                    let overdue = match states.get(row) {
                        Some("running") => false,
                        // A response that came late is given all the same; the next ones have a clock of their own.
                        Some("breached") if promise == Promise::NextResponse => continue,
                        Some("breached") if promise == Promise::FirstResponse && answered.is_valid(row) => continue,
                        Some("breached") => true,
                        _ => continue,
                    };
                    let Some(due_at) = instant(&batch, if overdue { breach } else { due }, row)? else { continue };
                    let candidate = (!overdue, due_at);
                    if (overdue || due_at <= until) && first.is_none_or(|(over, at, _)| candidate < (!over, at)) {
                        first = Some((overdue, due_at, promise));
                    }
                }
                let Some((overdue, due_at, promise)) = first else { continue };
                found.push(OpenCase {
                    case_id: cases.get(row).unwrap_or_default().to_owned(),
                    unit: units.get(row).map(str::to_owned),
                    topic: topics.get(row).map(str::to_owned),
                    promise,
                    due_at,
                    overdue,
                });
            }
        }
        found.sort_by(|one, other| {
            (!one.overdue, one.due_at, &one.case_id).cmp(&(!other.overdue, other.due_at, &other.case_id))
        });
        let total = found.len() as u64;
        found.truncate(limit);
        Ok(Attention { rows: found, total })
    }

    /// Answers of customers in the lowest quarter of their scale, given after an instant and up to the evaluation
    /// instant, the latest first. Answers that no customer stands behind are none of them: surveys of colleagues are
    /// anonymous.
    pub async fn low_answers(&self, asked: LowAnswers<'_>) -> Result<Vec<LowAnswer>, EngineError> {
        let frame = self.session().table("responses").await?;
        let wanted = [
            "source",
            "response_id",
            "answered_at",
            "unit_id",
            "person_id",
            "question",
            "text",
            "case_id",
            "customer_id",
            "score",
            "scale_min",
            "scale_max",
        ];
        let reach = (col("scale_max") - col("scale_min")) * lit(0.25);
        let low = (col("score") - col("scale_min")).lt_eq(reach).and(col("scale_max").gt(col("scale_min")));
        let given = col("answered_at")
            .gt(micros(asked.after.as_microsecond()))
            .and(col("answered_at").lt_eq(micros(self.scope().as_of.as_microsecond())));
        let mut query = frame.filter(col("customer_id").is_not_null().and(low).and(given))?;
        if let Some((source, response)) = asked.only {
            query = query.filter(col("source").eq(lit(source)).and(col("response_id").eq(lit(response))))?;
        }
        let organisation = self.directory().organisation();
        let (root, today) = (organisation.root(), self.today());
        let in_tree = |unit: u32| Some(UnitCode(unit)).filter(|unit| (unit.0 as usize) < organisation.unit_count());
        // Calendars are read once, when there is anything of which the time could run.
        let mut hours: Option<Hours> = None;
        let mut found = Vec::new();
        for batch in self.session().collect(query.select_columns(&wanted)?).await? {
            let whose = Whose::of(&batch)?;
            let own = self.rows_of(&batch, asked.unit)?;
            let (sources, ids) = (texts(&batch, "source")?, texts(&batch, "response_id")?);
            let (units, questions) = (texts(&batch, "unit_id")?, texts(&batch, "question")?);
            let (cases, customers) = (texts(&batch, "case_id")?, texts(&batch, "customer_id")?);
            let said = texts(&batch, "text")?;
            let number = |name: &str| -> Result<Float64Array, EngineError> {
                Ok(cast(column(&batch, name)?, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            };
            let (scores, lowest, highest) = (number("score")?, number("scale_min")?, number("scale_max")?);
            let answered = cast(column(&batch, "answered_at")?, &DataType::Int64)?;
            let answered = answered.as_primitive::<Int64Type>();
            for row in own {
                let Ok(answered_at) = Timestamp::from_microsecond(answered.value(row)) else { continue };
                let given_on = self.scope().zone.to_datetime(answered_at).date();
                let home = whose.home(self.directory(), row, given_on).and_then(in_tree).unwrap_or(root);
                let hours = match &mut hours {
                    Some(hours) => hours,
                    none => none.insert(Hours::load(self.session(), self.directory(), self.local(), 0..0).await?),
                };
                let working = hours.of(Some(home.0));
                let organisation = self.directory().organisation();
                let zone = hours.zone_of(organisation, home, given_on).unwrap_or(&self.scope().zone);
                found.push(LowAnswer {
                    source: sources.get(row).unwrap_or_default().to_owned(),
                    response_id: ids.get(row).unwrap_or_default().to_owned(),
                    customer_id: customers.get(row).unwrap_or_default().to_owned(),
                    answered_at,
                    due_at: asked.within.due(answered_at, working, zone),
                    home: organisation.unit_id(home).clone(),
                    now_in: whose.home(self.directory(), row, today).and_then(in_tree),
                    unit: units.get(row).map(str::to_owned),
                    question: questions.get(row).map(str::to_owned),
                    text: said.get(row).map(str::to_owned),
                    case_id: cases.get(row).map(str::to_owned),
                    score: scores.value(row),
                    lowest: lowest.value(row),
                    highest: highest.value(row),
                });
            }
        }
        found.sort_by(|one, other| {
            let newest = other.answered_at.cmp(&one.answered_at);
            newest.then_with(|| (&one.source, &one.response_id).cmp(&(&other.source, &other.response_id)))
        });
        Ok(found)
    }

    /// The rows of a batch that belong to a unit today: by their person where that one is in a unit, else by the unit
    /// that they name.
    fn rows_of(&self, batch: &RecordBatch, unit: &UnitId) -> Result<Vec<usize>, EngineError> {
        let directory = self.directory();
        let organisation = directory.organisation();
        let Some(wanted) = directory.known_unit(unit.as_str()) else { return Ok(Vec::new()) };
        if wanted == organisation.root().0 {
            return Ok((0..batch.num_rows()).collect());
        }
        let today = self.today();
        let epoch = organisation.epoch_of(today);
        let whose = Whose::of(batch)?;
        let belongs = |row: &usize| {
            let own = whose.home(directory, *row, today);
            own.is_some_and(|own| directory.lies_in(epoch, own, wanted))
        };
        Ok((0..batch.num_rows()).filter(belongs).collect())
    }
}

/// Whose the rows of a batch are.
struct Whose {
    sources: Texts,
    people: Texts,
    units: Texts,
}

impl Whose {
    fn of(batch: &RecordBatch) -> Result<Self, EngineError> {
        Ok(Self {
            sources: texts(batch, "source")?,
            people: texts(batch, "person_id")?,
            units: texts(batch, "unit_id")?,
        })
    }

    /// The unit that a row belongs to on a day: that of its person, else the one that it names.
    fn home(&self, directory: &Directory, row: usize, day: Date) -> Option<u32> {
        let source = self.sources.get(row);
        let home = self.people.get(row).map(|person| directory.person(source, person));
        let home = home.and_then(|person| directory.unit_of(person, day_number(day)));
        home.or_else(|| self.units.get(row).map(|unit| directory.unit(source, unit)))
    }
}

/// The columns that tell the state of a promise, when it is due, and when it was broken.
fn columns_of(promise: Promise) -> [String; 3] {
    ["state", "due_at", "breach_at"].map(|what| format!("sla_{}_{what}", promise.name()))
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Texts, EngineError> {
    Texts::of(column(batch, name)?)
}

fn instant(batch: &RecordBatch, name: &str, row: usize) -> Result<Option<Timestamp>, EngineError> {
    let micros = cast(column(batch, name)?, &DataType::Int64)?;
    let micros = micros.as_primitive::<Int64Type>();
    Ok(micros.is_valid(row).then(|| Timestamp::from_microsecond(micros.value(row)).ok()).flatten())
}
