//! Gathering the events of each case, and the table of case facts that follows.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringViewBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use datafusion::prelude::{col, lit};
use datafusion::scalar::ScalarValue;
use evenkeel_model::record::{CASE_FACTS, ColumnKind};
use futures::TryStreamExt;
use hashbrown::HashMap;

use super::{Actor, CaseClock, CaseFacts, Event, Status, What};
use crate::EngineError;
use crate::clock::hours::Hours;
use crate::local_time::LocalTime;
use crate::organisation::{Directory, Texts, column};
use crate::session::Session;

const DAY: i64 = 86_400_000_000;
/// The name of the table of case facts.
pub const TABLE: &str = "case_facts";
/// Events are gathered in so many groups of cases, so that each group is small enough to be put in order quickly.
const GROUPS: usize = 64;

/// The schema of `case_facts` as queries see it.
#[must_use]
pub fn schema() -> SchemaRef {
    let fields: Vec<Field> = CASE_FACTS
        .all_columns()
        .filter(|column| !matches!(column.name, "imported_at" | "batch_id"))
        .map(|column| {
            let data_type = match column.kind {
                ColumnKind::Text | ColumnKind::Json => DataType::Utf8View,
                ColumnKind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                ColumnKind::Day => DataType::Date32,
                ColumnKind::Number => DataType::Float64,
                ColumnKind::Whole => DataType::Int64,
                ColumnKind::Flag => DataType::Boolean,
            };
            Field::new(column.name, data_type, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

/// Words to codes and back.
#[derive(Default)]
struct Words {
    codes: HashMap<String, u32>,
    words: Vec<String>,
}

impl Words {
    fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.codes.insert(word.to_owned(), code);
        code
    }
}

/// The events of one group of cases, not yet in order.
#[derive(Default)]
struct Group {
    events: Vec<(u32, Event, u32)>,
    /// Identifiers of the events, one after the other.
    ids: Vec<u8>,
    id_ends: Vec<u32>,
}

impl Group {
    fn push(&mut self, case: u32, event: Event, id: &str) {
        self.events.push((case, event, self.id_ends.len() as u32));
        self.ids.extend_from_slice(id.as_bytes());
        self.id_ends.push(self.ids.len() as u32);
    }

    fn sorted(mut self) -> Vec<(u32, Event)> {
        let ids = &self.ids;
        let ends = &self.id_ends;
        let id = |place: u32| {
            let start = if place == 0 { 0 } else { ends[place as usize - 1] as usize };
            &ids[start..ends[place as usize] as usize]
        };
        self.events.sort_unstable_by(|a, b| (a.0, a.1.at).cmp(&(b.0, b.1.at)).then_with(|| id(a.2).cmp(id(b.2))));
        self.events.into_iter().map(|(case, event, _)| (case, event)).collect()
    }
}

/// The cases of the record, with codes in the order of their rows.
struct Cases {
    rows: RecordBatch,
    opened: Vec<i64>,
    units: Vec<Option<u32>>,
    codes: HashMap<(u32, String), u32>,
}

/// Works out the facts of every case as of an instant, in microseconds.
pub async fn case_facts(
    session: &Session,
    directory: &Directory,
    local: &LocalTime,
    as_of: i64,
) -> Result<Vec<RecordBatch>, EngineError> {
    let mut words = Words::default();
    let mut sources = Words::default();
    let cases = load_cases(session, as_of, &mut words, &mut sources).await?;
    let groups = gather(session, as_of, &cases, &mut words, &mut sources).await?;
    let first = cases.opened.iter().copied().min().unwrap_or(as_of);
    let hours = Hours::load(session, directory, local, first..as_of.saturating_add(1)).await?;
    let places = places(&cases, directory)?;
    let new_clock = |case: usize| CaseClock::new(cases.opened[case], cases.units[case], hours.of(places[case]));
    let mut facts: Vec<Option<CaseFacts>> = vec![None; cases.opened.len()];
    let mut seen = vec![false; cases.opened.len()];
    for group in groups {
        let events = group.sorted();
        for run in events.chunk_by(|a, b| a.0 == b.0) {
            let case = run[0].0 as usize;
            let mut clock = new_clock(case);
            for (_, event) in run {
                clock.apply(event);
            }
            facts[case] = clock.finish(as_of);
            seen[case] = true;
        }
    }
    // A case of which no event is told is known by its own row alone.
    for case in 0..cases.opened.len() {
        if !seen[case] {
            facts[case] = new_clock(case).finish(as_of);
        }
    }
    let by_hours: Vec<bool> = places.iter().map(|place| hours.of(*place).is_some()).collect();
    let batch = table(&cases, &facts, &seen, &by_hours, &words, as_of)?;
    Ok(vec![batch])
}

/// The code of the unit that each case is in.
fn places(cases: &Cases, directory: &Directory) -> Result<Vec<Option<u32>>, EngineError> {
    let units = Texts::of(column(&cases.rows, "unit_id")?)?;
    let sources = Texts::of(column(&cases.rows, "source")?)?;
    let place = |row: usize| units.get(row).map(|unit| directory.unit(sources.get(row), unit));
    Ok((0..cases.rows.num_rows()).map(place).collect())
}

fn at_most(name: &str, as_of: i64) -> datafusion::prelude::Expr {
    col(name).lt_eq(lit(ScalarValue::TimestampMicrosecond(Some(as_of), Some("UTC".into()))))
}

async fn load_cases(
    session: &Session,
    as_of: i64,
    words: &mut Words,
    sources: &mut Words,
) -> Result<Cases, EngineError> {
    let wanted = [
        "source",
        "case_id",
        "opened_at",
        "channel",
        "topic",
        "product",
        "priority",
        "customer_id",
        "unit_id",
        "assignee_id",
        "status",
        "is_complaint",
        "tags",
        "attributes",
    ];
    let query = session.table("cases").await?.filter(at_most("opened_at", as_of))?.select(wanted.map(col).to_vec())?;
    let batches = session.collect(query).await?;
    let rows = match batches.first() {
        Some(first) => concat_batches(&first.schema(), &batches)?,
        None => {
            let query = session.table("cases").await?.select(wanted.map(col).to_vec())?;
            RecordBatch::new_empty(Arc::new(query.schema().as_arrow().clone()))
        }
    };
    let instants = micros(column(&rows, "opened_at")?)?;
    let ids = Texts::of(column(&rows, "case_id")?)?;
    let source_names = Texts::of(column(&rows, "source")?)?;
    let unit_names = Texts::of(column(&rows, "unit_id")?)?;
    let count = rows.num_rows();
    let mut cases = Cases {
        opened: Vec::with_capacity(count),
        units: Vec::with_capacity(count),
        codes: HashMap::with_capacity(count),
        rows: rows.clone(),
    };
    for row in 0..count {
        let opened = instants.as_primitive::<TimestampMicrosecondType>();
        cases.opened.push(if opened.is_valid(row) { opened.value(row) } else { 0 });
        cases.units.push(unit_names.get(row).map(|unit| words.code(unit)));
        let source = sources.code(source_names.get(row).unwrap_or_default());
        cases.codes.insert((source, ids.get(row).unwrap_or_default().to_owned()), row as u32);
    }
    Ok(cases)
}

fn micros(column: &ArrayRef) -> Result<ArrayRef, EngineError> {
    Ok(cast(column, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))?)
}

async fn gather(
    session: &Session,
    as_of: i64,
    cases: &Cases,
    words: &mut Words,
    sources: &mut Words,
) -> Result<Vec<Group>, EngineError> {
    let wanted =
        ["source", "case_id", "event_id", "at", "kind", "actor_kind", "actor_id", "public", "field_to"].map(col);
    let query = session.table("case_events").await?.filter(at_most("at", as_of))?.select(wanted.to_vec())?;
    let mut groups: Vec<Group> = (0..GROUPS).map(|_| Group::default()).collect();
    let per_group = cases.opened.len() / GROUPS + 1;
    let mut stream = query.execute_stream().await?;
    let mut key = (0, String::new());
    while let Some(batch) = stream.try_next().await? {
        let text = |name: &str| -> Result<Texts, EngineError> { Texts::of(column(&batch, name)?) };
        let (source_names, case_ids, event_ids) = (text("source")?, text("case_id")?, text("event_id")?);
        let (kinds, actor_kinds, actor_ids) = (text("kind")?, text("actor_kind")?, text("actor_id")?);
        let targets = text("field_to")?;
        let instants = micros(column(&batch, "at")?)?;
        let instants = instants.as_primitive::<TimestampMicrosecondType>();
        let public = column(&batch, "public")?.as_boolean();
        for row in 0..batch.num_rows() {
            key.0 = sources.code(source_names.get(row).unwrap_or_default());
            key.1.clear();
            key.1.push_str(case_ids.get(row).unwrap_or_default());
            // Events of cases that are not in the record are kept in the lake and wait for their case.
            let Some(&case) = cases.codes.get(&key) else { continue };
            let actor = match actor_kinds.get(row) {
                Some("customer") => Actor::Customer,
                Some("agent") => Actor::Agent,
                Some("bot") => Actor::Bot,
                _ => Actor::System,
            };
            let is_public = public.is_valid(row) && public.value(row);
            let target = targets.get(row);
            let what = match kinds.get(row) {
                Some("opened") => What::Opened,
                Some("message") if is_public => What::PublicMessage,
                Some("status") => match target.and_then(Status::of) {
                    Some(status) => What::Status(status),
                    None => What::Other,
                },
                Some("assignee") => What::Assignee(target.map(|person| words.code(person))),
                Some("unit") => What::Unit(target.map(|unit| words.code(unit))),
                Some("escalated") => What::Escalated,
                Some("deleted") => What::Deleted,
                _ => What::Other,
            };
            let agent = match (actor, actor_ids.get(row)) {
                (Actor::Agent, Some(agent)) => Some(words.code(agent)),
                _ => None,
            };
            let event = Event { at: instants.value(row), what, actor, agent };
            groups[case as usize / per_group].push(case, event, event_ids.get(row).unwrap_or_default());
        }
    }
    Ok(groups)
}

/// Whether the same customer opened another case with the same topic within seven days after this one was solved;
/// none until seven days have passed, or when customer or topic is not known.
fn repeats(cases: &Cases, facts: &[Option<CaseFacts>], as_of: i64) -> Result<Vec<Option<bool>>, EngineError> {
    let customers = Texts::of(column(&cases.rows, "customer_id")?)?;
    let topics = Texts::of(column(&cases.rows, "topic")?)?;
    let mut opened: HashMap<(&str, &str), Vec<i64>> = HashMap::new();
    for (case, &at) in cases.opened.iter().enumerate() {
        if let (Some(customer), Some(topic), Some(_)) = (customers.get(case), topics.get(case), &facts[case]) {
            opened.entry((customer, topic)).or_default().push(at);
        }
    }
    for instants in opened.values_mut() {
        instants.sort_unstable();
    }
    let mut repeats = Vec::with_capacity(facts.len());
    for (case, facts) in facts.iter().enumerate() {
        let solved = facts.as_ref().and_then(|facts| facts.solved_at).filter(|solved| solved + 7 * DAY <= as_of);
        let repeat = match (solved, customers.get(case), topics.get(case)) {
            (Some(solved), Some(customer), Some(topic)) => {
                let instants = opened.get(&(customer, topic)).map_or(&[][..], Vec::as_slice);
                let after = instants.partition_point(|at| *at <= solved);
                Some(instants.get(after).is_some_and(|at| *at <= solved + 7 * DAY))
            }
            _ => None,
        };
        repeats.push(repeat);
    }
    Ok(repeats)
}

/// A column that is worked out from the facts.
enum Derived {
    Text(StringViewBuilder),
    Instant(TimestampMicrosecondBuilder),
    Seconds(Float64Builder),
    Whole(Int64Builder),
    Flag(BooleanBuilder),
}

impl Derived {
    fn finish(self) -> ArrayRef {
        match self {
            Derived::Text(mut builder) => Arc::new(builder.finish()),
            Derived::Instant(mut builder) => Arc::new(builder.finish().with_timezone("UTC")),
            Derived::Seconds(mut builder) => Arc::new(builder.finish()),
            Derived::Whole(mut builder) => Arc::new(builder.finish()),
            Derived::Flag(mut builder) => Arc::new(builder.finish()),
        }
    }
}

fn table(
    cases: &Cases,
    facts: &[Option<CaseFacts>],
    seen: &[bool],
    by_hours: &[bool],
    words: &Words,
    as_of: i64,
) -> Result<RecordBatch, EngineError> {
    let repeats = repeats(cases, facts, as_of)?;
    let assignees = Texts::of(column(&cases.rows, "assignee_id")?)?;
    let own_status = Texts::of(column(&cases.rows, "status")?)?;
    let kept: Vec<usize> = (0..facts.len()).filter(|&case| facts[case].is_some()).collect();
    let taken = arrow::array::UInt32Array::from_iter_values(kept.iter().map(|&case| case as u32));
    let schema = schema();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let name = field.name().as_str();
        let mut derived = match name {
            "person_id" | "status" => Derived::Text(StringViewBuilder::new()),
            "solved_at" => Derived::Instant(TimestampMicrosecondBuilder::new()),
            _ if name.ends_with("_s") || name.contains("_s_") => Derived::Seconds(Float64Builder::new()),
            "next_response_n" | "reopens" | "agent_replies" | "customer_messages" | "agents_involved"
            | "units_involved" | "transfers" => Derived::Whole(Int64Builder::new()),
            "escalated" | "one_touch" | "repeat_within_7d" => Derived::Flag(BooleanBuilder::new()),
            _ => {
                let own = cast(column(&cases.rows, name)?, field.data_type())?;
                columns.push(arrow::compute::take(&own, &taken, None)?);
                continue;
            }
        };
        for &case in &kept {
            let Some(facts) = &facts[case] else { continue };
            match &mut derived {
                Derived::Text(builder) => builder.append_option(match name {
                    "person_id" if seen[case] => facts.person.map(|person| words.words[person as usize].as_str()),
                    "person_id" => assignees.get(case),
                    _ if seen[case] => facts.status.map(Status::name),
                    _ => own_status.get(case),
                }),
                Derived::Instant(builder) => builder.append_option(facts.solved_at),
                Derived::Seconds(builder) => {
                    builder.append_option(duration(facts, name, by_hours[case]).map(|micros| micros as f64 / 1e6));
                }
                Derived::Whole(builder) => builder.append_value(i64::from(number(facts, name))),
                Derived::Flag(builder) => builder.append_option(match name {
                    "escalated" => Some(facts.escalated),
                    "one_touch" => Some(facts.one_touch()),
                    _ => repeats[case],
                }),
            }
        }
        columns.push(derived.finish());
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// A duration in microseconds. Business time is not known where no calendar says when the unit works.
fn duration(facts: &CaseFacts, name: &str, by_hours: bool) -> Option<i64> {
    let (plain, business) = match name.split_once("_business_s") {
        Some((before, behind)) => (format!("{before}_s{behind}"), true),
        None => (name.to_owned(), false),
    };
    let found = match plain.as_str() {
        "age_s" => Some(facts.age),
        "first_response_s" => facts.first_response,
        "next_response_s_max" => facts.next_response_max,
        "next_response_s_sum" => (facts.next_response_n > 0).then_some(facts.next_response_sum),
        "first_resolution_s" => facts.first_resolution,
        "full_resolution_s" => facts.full_resolution,
        "requester_wait_s" => Some(facts.requester_wait),
        "agent_wait_s" => Some(facts.agent_wait),
        "hold_s" => Some(facts.hold),
        _ => None,
    };
    if business { found.filter(|_| by_hours).map(|span| span.business) } else { found.map(|span| span.calendar) }
}

fn number(facts: &CaseFacts, name: &str) -> u32 {
    match name {
        "next_response_n" => facts.next_response_n,
        "reopens" => facts.reopens,
        "agent_replies" => facts.agent_replies,
        "customer_messages" => facts.customer_messages,
        "agents_involved" => facts.agents_involved,
        "units_involved" => facts.units_involved,
        "transfers" => facts.transfers,
        _ => 0,
    }
}
