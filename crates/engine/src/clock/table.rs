//! The table of case facts: what the clock says beside what the row of each case says.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, BooleanBufferBuilder, BooleanBuilder, DictionaryArray, Float64Array, Int32Array, Int64Builder,
    RecordBatch, StringArray, StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow::buffer::NullBuffer;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use evenkeel_lake::columnar_file::ColumnarFile;
use evenkeel_lake::scan::{Batches, Form, Piece};
use evenkeel_model::record::{CASE_FACTS, ColumnKind};

use super::gather::{Cases, Facts, Told};
use super::hours::Hours;
use super::promises::{Column as Promised, Promises};
use super::{CaseFacts, Span, Status};
use crate::EngineError;
use crate::columns::column;
use crate::side_by_side::{self, Queue};

/// The name of the table.
pub const TABLE: &str = "case_facts";
/// Rows per row group: what one thread works on at a time.
const ROWS: usize = 131_072;
/// Rows per batch.
const AT_A_TIME: usize = 2048;

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

/// The schema in which batches are written: texts with few different words as codes.
fn stored() -> SchemaRef {
    let fields: Vec<Field> = schema()
        .fields()
        .iter()
        .map(|field| match (field.data_type(), origin(field.name())) {
            (DataType::Utf8View, Origin::Row(Form::Codes) | Origin::Status) => {
                let codes = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Field::new(field.name(), codes, true)
            }
            _ => field.as_ref().clone(),
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn create(file: File, stored: &SchemaRef) -> Result<ColumnarFile, EngineError> {
    let names = stored.fields().iter().map(|field| field.name().as_str());
    let unlike: Vec<&str> = names
        .filter(|name| {
            let origin = origin(name);
            *name == "case_id" || matches!(origin, Origin::Seconds(..) | Origin::Solved)
        })
        .chain(["opened_at"])
        .collect();
    Ok(ColumnarFile::create(file, Arc::clone(stored), &unlike)?)
}

/// Where a column of the table comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// The row of the case.
    Row(Form),
    Seconds(fn(&CaseFacts) -> Option<Span>, Clock),
    Whole(fn(&CaseFacts) -> u32),
    Solved,
    Escalated,
    OneTouch,
    Repeat,
    Person,
    Status,
    Promised(Promised),
}

/// By which clock a duration is told.
#[derive(Clone, Copy)]
enum Clock {
    Calendar,
    Business,
}

fn origin(name: &str) -> Origin {
    use Clock::{Business, Calendar};
    if let Some(promised) = Promised::of(name) {
        return Origin::Promised(promised);
    }
    match name {
        "solved_at" => Origin::Solved,
        "person_id" => Origin::Person,
        "status" => Origin::Status,
        "escalated" => Origin::Escalated,
        "one_touch" => Origin::OneTouch,
        "repeat_within_7d" => Origin::Repeat,
        "age_s" => Origin::Seconds(|facts| Some(facts.age), Calendar),
        "age_business_s" => Origin::Seconds(|facts| Some(facts.age), Business),
        "first_response_s" => Origin::Seconds(|facts| facts.first_response, Calendar),
        "first_response_business_s" => Origin::Seconds(|facts| facts.first_response, Business),
        "next_response_s_max" => Origin::Seconds(|facts| facts.next_response_max, Calendar),
        "next_response_business_s_max" => Origin::Seconds(|facts| facts.next_response_max, Business),
        "next_response_s_sum" => Origin::Seconds(next_response_sum, Calendar),
        "next_response_business_s_sum" => Origin::Seconds(next_response_sum, Business),
        "first_resolution_s" => Origin::Seconds(|facts| facts.first_resolution, Calendar),
        "first_resolution_business_s" => Origin::Seconds(|facts| facts.first_resolution, Business),
        "full_resolution_s" => Origin::Seconds(|facts| facts.full_resolution, Calendar),
        "full_resolution_business_s" => Origin::Seconds(|facts| facts.full_resolution, Business),
        "requester_wait_s" => Origin::Seconds(|facts| Some(facts.requester_wait), Calendar),
        "requester_wait_business_s" => Origin::Seconds(|facts| Some(facts.requester_wait), Business),
        "agent_wait_s" => Origin::Seconds(|facts| Some(facts.agent_wait), Calendar),
        "agent_wait_business_s" => Origin::Seconds(|facts| Some(facts.agent_wait), Business),
        "hold_s" => Origin::Seconds(|facts| Some(facts.hold), Calendar),
        "hold_business_s" => Origin::Seconds(|facts| Some(facts.hold), Business),
        "next_response_n" => Origin::Whole(|facts| facts.next_response_n),
        "reopens" => Origin::Whole(|facts| facts.reopens),
        "agent_replies" => Origin::Whole(|facts| facts.agent_replies),
        "customer_messages" => Origin::Whole(|facts| facts.customer_messages),
        "agents_involved" => Origin::Whole(|facts| facts.agents_involved),
        "units_involved" => Origin::Whole(|facts| facts.units_involved),
        "transfers" => Origin::Whole(|facts| facts.transfers),
        // Identifiers differ from case to case; the other columns have few words.
        "case_id" | "customer_id" | "attributes" => Origin::Row(Form::Plain),
        _ => Origin::Row(Form::Codes),
    }
}

fn next_response_sum(facts: &CaseFacts) -> Option<Span> {
    (facts.next_response_n > 0).then_some(facts.next_response_sum)
}

/// Columns of the row of a case that stand in for what no event told.
const STAND_IN: [(&str, Form); 2] = [("assignee_id", Form::Plain), ("status", Form::Plain)];

/// Everything that the table is made from.
pub(crate) struct Sources<'a> {
    pub(crate) cases: &'a Cases,
    pub(crate) facts: &'a Facts,
    pub(crate) hours: &'a Hours,
    pub(crate) promises: Option<&'a Promises>,
    pub(crate) words: &'a [String],
}

impl Sources<'_> {
    /// Writes the table as a Parquet file. Gives the number of its rows.
    pub(crate) fn write(&self, file: File, workers: usize) -> Result<usize, EngineError> {
        let stored = stored();
        let file = Mutex::new(create(file, &stored)?);
        let rows = Mutex::new(Rows::new(self.cases, workers)?);
        let counts = side_by_side::run(workers, || {
            let mut count = 0;
            loop {
                let next = rows.lock().unwrap_or_else(PoisonError::into_inner).next()?;
                let Some((number, first_cases)) = next else { return Ok(count) };
                let mut batches = Vec::new();
                for (rows, first) in &first_cases {
                    // So many that what the clock says about them stays in the caches for all columns.
                    for from in (0..rows.num_rows()).step_by(AT_A_TIME) {
                        let some = rows.slice(from, AT_A_TIME.min(rows.num_rows() - from));
                        batches.push(self.batch(&some, first + from, &stored)?);
                    }
                }
                count += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
                let factory = file.lock().unwrap_or_else(PoisonError::into_inner).encoder();
                let encoded = factory.encode(number, &batches)?;
                file.lock().unwrap_or_else(PoisonError::into_inner).take(number, Some(encoded))?;
            }
        })?;
        file.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        Ok(counts.into_iter().sum())
    }

    /// The table for some rows of cases, the first of which has this number.
    fn batch(&self, rows: &RecordBatch, first: usize, schema: &SchemaRef) -> Result<RecordBatch, EngineError> {
        let cases = first..first + rows.num_rows();
        let told: Vec<&Told> = cases.clone().map(|case| self.facts.of(self.cases, case)).collect();
        // Business time is not known where no calendar says when the unit works.
        let by_hours: Vec<bool> = cases.clone().map(|case| self.cases.has_hours(case, self.hours)).collect();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            columns.push(match origin(field.name()) {
                Origin::Row(_) => Arc::clone(column(rows, field.name())?),
                Origin::Seconds(of, Clock::Calendar) => {
                    seconds(told.iter().map(|told| told.facts.as_ref().and_then(of).map(|span| span.calendar)))
                }
                Origin::Seconds(of, Clock::Business) => seconds(told.iter().zip(&by_hours).map(|(told, by_hours)| {
                    let span = told.facts.as_ref().and_then(of);
                    span.filter(|_| *by_hours).map(|span| span.business)
                })),
                Origin::Whole(of) => {
                    let mut builder = Int64Builder::with_capacity(told.len());
                    for told in &told {
                        builder.append_option(told.facts.as_ref().map(|facts| i64::from(of(facts))));
                    }
                    Arc::new(builder.finish())
                }
                Origin::Solved => {
                    let mut builder = TimestampMicrosecondBuilder::with_capacity(told.len());
                    for told in &told {
                        builder.append_option(told.facts.as_ref().and_then(|facts| facts.solved_at));
                    }
                    Arc::new(builder.finish().with_timezone("UTC"))
                }
                Origin::Escalated => flags(told.iter().map(|told| told.facts.as_ref().map(|facts| facts.escalated))),
                Origin::OneTouch => flags(told.iter().map(|told| told.facts.as_ref().map(CaseFacts::one_touch))),
                Origin::Repeat => flags(cases.clone().map(|case| self.facts.repeat(case))),
                Origin::Person => self.people(rows, &told)?,
                Origin::Status => statuses(rows, &told)?,
                Origin::Promised(promised) => {
                    let judged = told.iter().map(|told| told.judged.as_deref());
                    promised.fill(self.promises, judged, self.words, field.data_type())
                }
            });
        }
        let batch = RecordBatch::try_new(Arc::clone(schema), columns)?;
        if told.iter().all(|told| told.facts.is_some()) {
            return Ok(batch);
        }
        // Deleted cases do not count.
        Ok(filter_record_batch(&batch, &told.iter().map(|told| Some(told.facts.is_some())).collect())?)
    }

    fn people(&self, rows: &RecordBatch, told: &[&Told]) -> Result<ArrayRef, EngineError> {
        let assignees = texts(rows, "assignee_id")?;
        let mut builder = StringViewBuilder::with_capacity(told.len());
        for (row, told) in told.iter().enumerate() {
            builder.append_option(match &told.facts {
                Some(facts) if told.by_events => facts.person.map(|person| self.words[person as usize].as_str()),
                _ => assignees.is_valid(row).then(|| assignees.value(row)),
            });
        }
        Ok(Arc::new(builder.finish()))
    }
}

fn texts<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a arrow::array::StringViewArray, EngineError> {
    use arrow::array::AsArray;
    Ok(column(rows, name)?.as_string_view())
}

/// The status by the events, else that of the row, which may be any word.
fn statuses(rows: &RecordBatch, told: &[&Told]) -> Result<ArrayRef, EngineError> {
    let own = texts(rows, "status")?;
    let mut words: Vec<&str> = Status::ALL.iter().map(|status| status.name()).collect();
    let mut keys: Vec<Option<i32>> = Vec::with_capacity(told.len());
    for (row, told) in told.iter().enumerate() {
        let by_events = told.facts.as_ref().filter(|_| told.by_events).and_then(|facts| facts.status);
        keys.push(match by_events {
            Some(status) => Some(status as i32),
            None if own.is_valid(row) && !told.by_events => {
                let word = own.value(row);
                let known = words.iter().position(|known| *known == word);
                Some(known.unwrap_or_else(|| {
                    words.push(word);
                    words.len() - 1
                }) as i32)
            }
            None => None,
        });
    }
    let words = StringArray::from_iter_values(words);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), Arc::new(words))?))
}

fn seconds(micros: impl ExactSizeIterator<Item = Option<i64>>) -> ArrayRef {
    let mut known = BooleanBufferBuilder::new(micros.len());
    let mut values = Vec::with_capacity(micros.len());
    for micros in micros {
        known.append(micros.is_some());
        values.push(micros.unwrap_or_default() as f64 / 1e6);
    }
    Arc::new(Float64Array::new(values.into(), Some(NullBuffer::new(known.finish()))))
}

fn flags(flags: impl ExactSizeIterator<Item = Option<bool>>) -> ArrayRef {
    let mut builder = BooleanBuilder::with_capacity(flags.len());
    for flag in flags {
        builder.append_option(flag);
    }
    Arc::new(builder.finish())
}

/// The rows of all cases, in the order of their numbers.
struct Rows<'a> {
    cases: &'a Cases,
    pieces: Vec<(&'a Piece, usize)>,
    columns: Vec<(&'static str, Form)>,
    piece: usize,
    open: Option<Batches>,
    /// All rows, where they are so few that they were read at once.
    read: Option<Numbered>,
    next_case: usize,
    number: usize,
}

/// Rows with the number of the first case in them.
type Numbered = Vec<(RecordBatch, usize)>;

impl<'a> Rows<'a> {
    fn new(cases: &'a Cases, workers: usize) -> Result<Self, EngineError> {
        let mut columns: Vec<(&'static str, Form)> = STAND_IN.to_vec();
        for column in CASE_FACTS.all_columns() {
            if let Origin::Row(form) = origin(column.name)
                && !matches!(column.name, "imported_at" | "batch_id")
            {
                columns.push((column.name, form));
            }
        }
        let pieces: Vec<(&Piece, usize)> = cases.pieces().collect();
        // A few rows of many row groups take as long to find as all of them, and belong into one.
        let few = pieces.len() > 1 && cases.count() <= ROWS;
        let read = if few { Some(Self::all(cases, &pieces, &columns, workers)?) } else { None };
        Ok(Self { cases, pieces, columns, piece: 0, open: None, read, next_case: 0, number: 0 })
    }

    /// Reads all rows side by side.
    fn all(
        cases: &Cases,
        pieces: &[(&Piece, usize)],
        columns: &[(&'static str, Form)],
        workers: usize,
    ) -> Result<Numbered, EngineError> {
        let queue = Queue::new(pieces.len());
        let read = side_by_side::run(workers.min(pieces.len()), || {
            let mut own: Numbered = Vec::new();
            while let Some(next) = queue.take() {
                let (piece, mut first) = pieces[next];
                for batch in piece.read(columns)? {
                    let batch = known(cases, batch?)?;
                    let rows = batch.num_rows();
                    own.push((batch, first));
                    first += rows;
                }
            }
            Ok(own)
        })?;
        let mut rows: Numbered = read.into_iter().flatten().collect();
        rows.sort_by_key(|(_, first)| *first);
        Ok(rows)
    }

    /// The rows of the next row group, with its number.
    fn next(&mut self) -> Result<Option<(usize, Numbered)>, EngineError> {
        let mut rows: Numbered = self.read.take().unwrap_or_default();
        if !rows.is_empty() {
            self.piece = self.pieces.len();
        }
        let mut count = rows.iter().map(|(batch, _)| batch.num_rows()).sum::<usize>();
        while count < ROWS {
            let batches = match &mut self.open {
                Some(batches) => batches,
                None => {
                    let Some((piece, first)) = self.pieces.get(self.piece) else { break };
                    self.piece += 1;
                    self.next_case = *first;
                    self.open.insert(piece.read(&self.columns)?)
                }
            };
            match batches.next() {
                None => self.open = None,
                Some(batch) => {
                    let batch = known(self.cases, batch?)?;
                    let first = self.next_case;
                    self.next_case += batch.num_rows();
                    count += batch.num_rows();
                    rows.push((batch, first));
                }
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some((self.number - 1, rows)))
    }
}

/// The rows that are cases of this evaluation.
fn known(cases: &Cases, batch: RecordBatch) -> Result<RecordBatch, EngineError> {
    let opened = column(&batch, "opened_at")?;
    let kept: Vec<bool> = (0..batch.num_rows()).map(|row| cases.counts(opened, row)).collect();
    if kept.iter().all(|kept| *kept) { Ok(batch) } else { Ok(filter_record_batch(&batch, &kept.into())?) }
}
