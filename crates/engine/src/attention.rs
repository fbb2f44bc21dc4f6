//! What asks for attention now: open cases near or past a promise, and low answers of customers. Nothing of it says who
//! works on it.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::col;
use evenkeel_model::ids::UnitId;
use evenkeel_model::service_level::Promise;
use jiff::Timestamp;

use crate::columns::{Texts, column};
use crate::local_time::day_number;
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
    /// When it was given.
    pub answered_at: Timestamp,
    /// The unit, as its source names it.
    pub unit: Option<String>,
    /// What was asked.
    pub question: Option<String>,
    /// The case, where it is about one.
    pub case_id: Option<String>,
    /// The answer.
    pub score: f64,
    /// The lower end of the scale.
    pub lowest: f64,
    /// The upper end of the scale.
    pub highest: f64,
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
    pub async fn low_answers(
        &self,
        unit: &UnitId,
        after: Timestamp,
        limit: usize,
    ) -> Result<Attention<LowAnswer>, EngineError> {
        let frame = self.session().table("responses").await?;
        let wanted = [
            "source",
            "response_id",
            "answered_at",
            "unit_id",
            "person_id",
            "question",
            "case_id",
            "score",
            "scale_min",
            "scale_max",
        ];
        let reach = (col("scale_max") - col("scale_min")) * lit(0.25);
        let low = (col("score") - col("scale_min")).lt_eq(reach).and(col("scale_max").gt(col("scale_min")));
        let given = col("answered_at")
            .gt(micros(after.as_microsecond()))
            .and(col("answered_at").lt_eq(micros(self.scope().as_of.as_microsecond())));
        let query = frame.filter(col("customer_id").is_not_null().and(low).and(given))?;
        let mut found = Vec::new();
        for batch in self.session().collect(query.select_columns(&wanted)?).await? {
            let own = self.rows_of(&batch, unit)?;
            let (units, questions) = (texts(&batch, "unit_id")?, texts(&batch, "question")?);
            let (cases, ids) = (texts(&batch, "case_id")?, texts(&batch, "response_id")?);
            let number = |name: &str, row: usize| -> Result<f64, EngineError> {
                Ok(cast(column(&batch, name)?, &DataType::Float64)?.as_primitive::<Float64Type>().value(row))
            };
            for row in own {
                let Some(answered_at) = instant(&batch, "answered_at", row)? else { continue };
                let answer = LowAnswer {
                    answered_at,
                    unit: units.get(row).map(str::to_owned),
                    question: questions.get(row).map(str::to_owned),
                    case_id: cases.get(row).map(str::to_owned),
                    score: number("score", row)?,
                    lowest: number("scale_min", row)?,
                    highest: number("scale_max", row)?,
                };
                found.push((ids.get(row).unwrap_or_default().to_owned(), answer));
            }
        }
        found.sort_by(|one, other| other.1.answered_at.cmp(&one.1.answered_at).then_with(|| one.0.cmp(&other.0)));
        let total = found.len() as u64;
        Ok(Attention { rows: found.into_iter().take(limit).map(|(_, answer)| answer).collect(), total })
    }

    /// The rows of a batch that belong to a unit today: by their person where that one is in a unit, else by the unit
    /// that they name.
    fn rows_of(&self, batch: &RecordBatch, unit: &UnitId) -> Result<Vec<usize>, EngineError> {
        let (sources, people, units) = (texts(batch, "source")?, texts(batch, "person_id")?, texts(batch, "unit_id")?);
        let directory = self.directory();
        let organisation = directory.organisation();
        let Some(wanted) = directory.known_unit(unit.as_str()) else { return Ok(Vec::new()) };
        let today = self.today();
        let epoch = organisation.epoch_of(today);
        let belongs = |row: &usize| {
            if wanted == organisation.root().0 {
                return true;
            }
            let source = sources.get(*row);
            let home = people.get(*row).map(|person| directory.person(source, person));
            let home = home.and_then(|person| directory.unit_of(person, day_number(today)));
            let own = home.or_else(|| units.get(*row).map(|unit| directory.unit(source, unit)));
            own.is_some_and(|own| directory.lies_in(epoch, own, wanted))
        };
        Ok((0..batch.num_rows()).filter(belongs).collect())
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
