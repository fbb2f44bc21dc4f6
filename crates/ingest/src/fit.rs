//! Fitting what a SELECT yields to the columns of the service record.
//!
//! Text is read as what its column holds. A cell that cannot be read, a required cell that is missing, a value that
//! the column does not allow or that lies outside its own scale puts the row aside.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use evenkeel_lake::rejects::Reject;
use evenkeel_lake::{Rows, tables};
use evenkeel_model::record::{Column, ColumnKind, Table};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::functions::{self, Faults};
use crate::instant;
use crate::raw_table::{FILE, LINE, RECORD};

/// Whether a column can be made of values of this type.
pub(crate) fn takes(kind: ColumnKind, data_type: &DataType) -> bool {
    let days_or_instants = matches!(data_type, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
    let plain = days_or_instants || data_type.is_numeric() || matches!(data_type, DataType::Boolean);
    is_text(data_type)
        || match kind {
            ColumnKind::Text => plain,
            ColumnKind::Json => false,
            ColumnKind::Instant | ColumnKind::Day => days_or_instants,
            ColumnKind::Number | ColumnKind::Whole => {
                data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Duration(_))
            }
            ColumnKind::Flag => data_type.is_numeric() || matches!(data_type, DataType::Boolean),
        }
}

/// What a column holds, in words.
pub(crate) fn kind_in_words(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "a text",
        ColumnKind::Json => "a JSON map",
        ColumnKind::Instant => "an instant",
        ColumnKind::Day => "a day",
        ColumnKind::Number => "a number",
        ColumnKind::Whole => "a whole number",
        ColumnKind::Flag => "true or false",
    }
}

/// What all rows of one table of one import share.
#[derive(Debug, Clone)]
pub struct Fitting {
    /// The table.
    pub table: &'static Table,
    /// Its schema in the lake.
    schema: SchemaRef,
    /// The source.
    pub source: String,
    /// The import.
    pub batch_id: String,
    /// When it began.
    pub at: Timestamp,
    /// The project's time zone, for texts without an offset.
    pub zone: TimeZone,
    /// Texts that SQL functions could not read.
    pub faults: Arc<Faults>,
    /// The column that decides between rows with one key.
    pub version: Option<String>,
    /// The files that the hidden column counts through.
    pub files: Vec<String>,
}

/// A cell that cannot be read.
struct Fault {
    row: usize,
    column: &'static str,
    value: Option<String>,
    reason: &'static str,
    message: String,
}

impl Fitting {
    /// Prepares the fitting of one table.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "each is one plain fact about the import")]
    pub fn new(
        table: &'static Table,
        source: &str,
        batch_id: &str,
        at: Timestamp,
        zone: &TimeZone,
        faults: &Arc<Faults>,
        version: Option<String>,
        files: Vec<String>,
    ) -> Self {
        Self {
            table,
            schema: tables::arrow_schema(table),
            source: source.to_owned(),
            batch_id: batch_id.to_owned(),
            at,
            zone: zone.clone(),
            faults: Arc::clone(faults),
            version,
            files,
        }
    }

    /// Fits rows; gives those that fit, and why the others do not. `first` is how many rows came before, if they
    /// come in order.
    pub fn fit(&self, batch: &RecordBatch, first: Option<u64>) -> Result<(Rows, Vec<Reject>), ArrowError> {
        let count = batch.num_rows();
        let mut faults = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for column in self.table.all_columns() {
            let given = batch.column_by_name(column.name);
            columns.push(match (column.name, given) {
                ("source", _) => constant_text(&self.source, count),
                ("batch_id", _) => constant_text(&self.batch_id, count),
                ("imported_at", None) => Arc::new(
                    TimestampMicrosecondArray::from(vec![self.at.as_microsecond(); count]).with_timezone("UTC"),
                ),
                (_, None) => new_null_array(&tables::arrow_type(column.kind), count),
                (_, Some(given)) => self.column(column, given, &mut faults)?,
            });
        }
        self.check_scale(&columns, &mut faults);
        let version = self.versions(batch, &columns, &mut faults)?;
        let ordinal = ordinals(batch, first);
        let rows = RecordBatch::try_new(self.schema.clone(), columns)?;
        if faults.is_empty() {
            return Ok((Rows { batch: rows, version, ordinal }, Vec::new()));
        }
        // One reject per row is enough to find it; the first column that is wrong names it.
        faults.sort_by_key(|fault| fault.row);
        faults.dedup_by_key(|fault| fault.row);
        let rejects = faults.iter().map(|fault| self.reject(batch, fault)).collect();
        let mut keep = vec![true; count];
        for fault in &faults {
            keep[fault.row] = false;
        }
        let kept = |row: &usize| keep[*row];
        let version = (0..count).filter(kept).map(|row| version[row]).collect();
        let ordinal = (0..count).filter(kept).map(|row| ordinal[row]).collect();
        let batch = filter_record_batch(&rows, &BooleanArray::from(keep.clone()))?;
        Ok((Rows { batch, version, ordinal }, rejects))
    }

    fn reject(&self, batch: &RecordBatch, fault: &Fault) -> Reject {
        let place = |name: &str| batch.column_by_name(name).cloned();
        let file = place(FILE)
            .and_then(|files| self.files.get(files.as_primitive::<UInt32Type>().value(fault.row) as usize).cloned());
        let line = place(LINE).map(|lines| lines.as_primitive::<Int64Type>().value(fault.row));
        // A row that was put together from many lines has no line; its key then says which it is.
        let message = if line.is_some() {
            fault.message.clone()
        } else {
            format!("{} ({})", fault.message, self.key_of(batch, fault.row))
        };
        let file = file.or_else(|| match self.files.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        });
        Reject {
            source: self.source.clone(),
            table: self.table.name.to_owned(),
            file,
            line,
            column: Some(fault.column.to_owned()),
            value: fault.value.clone(),
            reason: fault.reason.to_owned(),
            message,
        }
    }

    fn key_of(&self, batch: &RecordBatch, row: usize) -> String {
        let mut parts = Vec::new();
        for name in self.table.key {
            if let Some(column) = batch.column_by_name(name) {
                let value = text_of(column, row).unwrap_or_else(|| "missing".to_owned());
                parts.push(format!("{name} {value}"));
            }
        }
        parts.join(", ")
    }

    /// One column in the type of the service record.
    fn column(
        &self,
        column: &'static Column,
        given: &ArrayRef,
        faults: &mut Vec<Fault>,
    ) -> Result<ArrayRef, ArrowError> {
        let fitted = match column.kind {
            ColumnKind::Text => text_column(given)?,
            ColumnKind::Json => json_column(column, given, faults)?,
            ColumnKind::Instant => self.instant_column(column, given, faults)?,
            ColumnKind::Day => self.day_column(column, given, faults)?,
            ColumnKind::Number => number_column(column, given, faults)?,
            ColumnKind::Whole => whole_column(column, given, faults)?,
            ColumnKind::Flag => flag_column(column, given, faults)?,
        };
        if column.required && fitted.null_count() > 0 {
            let is_key = self.table.key.contains(&column.name);
            for row in (0..fitted.len()).filter(|&row| fitted.is_null(row)) {
                faults.push(Fault {
                    row,
                    column: column.name,
                    value: None,
                    reason: if is_key { "missing_key" } else { "missing_value" },
                    message: format!("`{}` is missing", column.name),
                });
            }
        }
        if !column.allowed.is_empty() {
            let texts = fitted.as_string::<i32>();
            for (row, text) in texts.iter().enumerate() {
                if let Some(text) = text
                    && !column.allowed.contains(&text)
                {
                    faults.push(Fault {
                        row,
                        column: column.name,
                        value: Some(text.to_owned()),
                        reason: "unknown_value",
                        message: format!("`{text}` is not one of {}", column.allowed.join(", ")),
                    });
                }
            }
        }
        Ok(fitted)
    }

    fn instant_column(
        &self,
        column: &'static Column,
        given: &ArrayRef,
        faults: &mut Vec<Fault>,
    ) -> Result<ArrayRef, ArrowError> {
        if is_text(given.data_type()) {
            let texts = as_text(given)?;
            let mut values = Vec::with_capacity(texts.len());
            for (row, text) in texts.iter().enumerate() {
                let text = text.filter(|text| !text.trim().is_empty());
                let value = text.and_then(|text| instant::parse(text, &self.zone));
                if let (Some(text), None) = (text, value) {
                    faults.push(bad_instant(row, column.name, text));
                }
                values.push(value);
            }
            return Ok(Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")));
        }
        let micros = match given.data_type() {
            // A day is taken to start where the project is.
            DataType::Date32 | DataType::Date64 => {
                let days = cast(given, &DataType::Date32)?;
                let mut values = Vec::with_capacity(days.len());
                for (row, day) in days.as_primitive::<Date32Type>().iter().enumerate() {
                    let start = day.and_then(|day| self.start_of_day(day));
                    if let (Some(day), None) = (day, start) {
                        let text = self.faults.of_day(day).unwrap_or_else(|| format!("day {day}"));
                        faults.push(bad_day(row, column.name, &text));
                    }
                    values.push(start);
                }
                TimestampMicrosecondArray::from(values).with_timezone("UTC")
            }
            DataType::Timestamp(..) => {
                let micros = cast(given, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                for row in lost(given, &micros) {
                    faults.push(bad_instant(row, column.name, &raw_of(given, row)));
                }
                micros.as_primitive::<TimestampMicrosecondType>().clone().with_timezone("UTC")
            }
            other => return Err(unfit(column, other)),
        };
        for (row, value) in micros.iter().enumerate() {
            if let Some(value) = value
                && !(instant::EARLIEST..=instant::LATEST).contains(&value)
            {
                let text = self.faults.of_instant(value).unwrap_or_else(|| format!("{value} µs"));
                faults.push(bad_instant(row, column.name, &text));
            }
        }
        Ok(Arc::new(micros))
    }

    fn start_of_day(&self, days: i32) -> Option<i64> {
        let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        let start = self.zone.to_ambiguous_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
        Some(start.compatible().ok()?.as_microsecond())
    }

    fn day_column(
        &self,
        column: &'static Column,
        given: &ArrayRef,
        faults: &mut Vec<Fault>,
    ) -> Result<ArrayRef, ArrowError> {
        let bad = |row: usize, text: &str| bad_day(row, column.name, text);
        if is_text(given.data_type()) {
            let texts = as_text(given)?;
            let mut values = Vec::with_capacity(texts.len());
            for (row, text) in texts.iter().enumerate() {
                let text = text.filter(|text| !text.trim().is_empty());
                let value = text.and_then(instant::parse_day);
                if let (Some(text), None) = (text, value) {
                    faults.push(bad(row, text));
                }
                values.push(value);
            }
            return Ok(Arc::new(Date32Array::from(values)));
        }
        match given.data_type() {
            DataType::Date32 | DataType::Date64 => {
                let days = cast(given, &DataType::Date32)?;
                for (row, value) in days.as_primitive::<Date32Type>().iter().enumerate() {
                    if let Some(value) = value
                        && !(instant::FIRST_DAY..=instant::LAST_DAY).contains(&value)
                    {
                        let text = self.faults.of_day(value).unwrap_or_else(|| format!("day {value}"));
                        faults.push(bad(row, &text));
                    }
                }
                Ok(days)
            }
            // The day on which it was, where the project is.
            DataType::Timestamp(..) => {
                let instants = self.instant_column(column, given, faults)?;
                let values: Vec<Option<i32>> = instants
                    .as_primitive::<TimestampMicrosecondType>()
                    .iter()
                    .map(|micros| {
                        let moment = Timestamp::from_microsecond(micros?).ok()?;
                        Some(instant::days(self.zone.to_datetime(moment).date()))
                    })
                    .collect();
                Ok(Arc::new(Date32Array::from(values)))
            }
            other => Err(unfit(column, other)),
        }
    }

    /// An answer must lie on its own scale.
    fn check_scale(&self, columns: &[ArrayRef], faults: &mut Vec<Fault>) {
        if self.table.name != "responses" {
            return;
        }
        let number = |name: &str| {
            let position = self.schema.index_of(name).ok()?;
            columns[position].as_primitive_opt::<Float64Type>()
        };
        let (Some(scores), Some(lowest), Some(highest)) = (number("score"), number("scale_min"), number("scale_max"))
        else {
            return;
        };
        for row in 0..scores.len() {
            if scores.is_null(row) {
                continue;
            }
            let score = scores.value(row);
            let below = lowest.is_valid(row) && score < lowest.value(row);
            let above = highest.is_valid(row) && score > highest.value(row);
            if below || above {
                let end = |bound: &Float64Array, open: &str| {
                    if bound.is_valid(row) { bound.value(row).to_string() } else { open.to_owned() }
                };
                faults.push(Fault {
                    row,
                    column: "score",
                    value: Some(score.to_string()),
                    reason: "out_of_scale",
                    message: format!("{score} lies outside the scale {} to {}", end(lowest, "…"), end(highest, "…")),
                });
            }
        }
    }

    /// What decides between rows with one key: the named column, else when the source imported them, else nothing.
    fn versions(
        &self,
        batch: &RecordBatch,
        fitted: &[ArrayRef],
        faults: &mut Vec<Fault>,
    ) -> Result<Vec<i64>, ArrowError> {
        let given = match &self.version {
            Some(name) => match batch.column_by_name(name) {
                // A column of the record was read already; its instants and numbers are what counts.
                Some(raw) => match self.schema.index_of(name) {
                    Ok(position) => fitted[position].clone(),
                    Err(_) => raw.clone(),
                },
                None => return Ok(vec![0; batch.num_rows()]),
            },
            None => match batch.column_by_name("imported_at") {
                Some(_) => fitted[self.schema.index_of("imported_at")?].clone(),
                None => return Ok(vec![0; batch.num_rows()]),
            },
        };
        let mut versions = Vec::with_capacity(batch.num_rows());
        match given.data_type() {
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => {
                for (row, text) in functions::unreadable(&given, &self.faults) {
                    faults.push(bad_version(row, Some(text)));
                }
                let micros = cast(&given, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                versions
                    .extend(micros.as_primitive::<TimestampMicrosecondType>().iter().map(|at| at.unwrap_or(i64::MIN)));
            }
            data_type if data_type.is_integer() => {
                let whole = cast(&given, &DataType::Int64)?;
                for row in lost(&given, &whole) {
                    faults.push(bad_version(row, Some(raw_of(&given, row))));
                }
                versions.extend(whole.as_primitive::<Int64Type>().iter().map(|whole| whole.unwrap_or(i64::MIN)));
            }
            data_type if data_type.is_numeric() => {
                let numbers = cast(&given, &DataType::Float64)?;
                versions.extend(
                    numbers.as_primitive::<Float64Type>().iter().map(|number| number.map_or(i64::MIN, in_order)),
                );
            }
            data_type if is_text(data_type) => {
                for (row, text) in as_text(&given)?.iter().enumerate() {
                    let text = text.map(str::trim).filter(|text| !text.is_empty());
                    let version = text.map(|text| {
                        // Decimals have another scale than whole numbers, so the two must not meet in one column.
                        text.parse::<i64>().ok().or_else(|| instant::parse(text, &self.zone))
                    });
                    if version == Some(None) {
                        faults.push(bad_version(row, text.map(str::to_owned)));
                    }
                    versions.push(version.flatten().unwrap_or(i64::MIN));
                }
            }
            _ => versions.resize(batch.num_rows(), 0),
        }
        Ok(versions)
    }
}

/// A whole number that keeps the order of numbers with decimals.
fn in_order(number: f64) -> i64 {
    let bits = (number + 0.0).to_bits() as i64;
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// Where each row stands among all rows of the import: by the place of its record where it has one.
fn ordinals(batch: &RecordBatch, first: Option<u64>) -> Vec<u64> {
    match (batch.column_by_name(RECORD), first) {
        (Some(records), _) => records.as_primitive::<UInt64Type>().values().to_vec(),
        (None, Some(first)) => (first..first + batch.num_rows() as u64).collect(),
        (None, None) => vec![0; batch.num_rows()],
    }
}

fn constant_text(text: &str, count: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, count)))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null)
}

fn as_text(given: &ArrayRef) -> Result<StringArray, ArrowError> {
    Ok(cast(given, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn text_of(column: &ArrayRef, row: usize) -> Option<String> {
    let one = column.slice(row, 1);
    let text = cast(&one, &DataType::Utf8).ok()?;
    let text = text.as_string::<i32>();
    text.is_valid(0).then(|| text.value(0).to_owned())
}

fn unfit(column: &Column, data_type: &DataType) -> ArrowError {
    ArrowError::CastError(format!("`{}` cannot be made of values of type {data_type}", column.name))
}

/// The rows whose value a cast could not keep.
fn lost(given: &ArrayRef, cast: &ArrayRef) -> Vec<usize> {
    if given.null_count() == cast.null_count() {
        return Vec::new();
    }
    (0..given.len()).filter(|&row| given.is_valid(row) && cast.is_null(row)).collect()
}

/// A value as it came.
fn raw_of(given: &ArrayRef, row: usize) -> String {
    text_of(given, row).unwrap_or_else(|| "a value without a text".to_owned())
}

fn bad_version(row: usize, value: Option<String>) -> Fault {
    Fault {
        row,
        column: "version",
        value,
        reason: "bad_version",
        message: "it is neither a whole number nor an instant, so it cannot decide between rows with one key"
            .to_owned(),
    }
}

fn far_apart(row: usize, column: &'static str) -> Fault {
    Fault {
        row,
        column,
        value: None,
        reason: "bad_instant",
        message: "it is the time between two instants, and one of them cannot be read".to_owned(),
    }
}

fn bad_instant(row: usize, column: &'static str, text: &str) -> Fault {
    Fault {
        row,
        column,
        value: Some(text.to_owned()),
        reason: "bad_instant",
        message: format!(
            "`{text}` is not an instant; instants are written 2026-10-31T16:52:00Z, or read with instant(text, format, zone)"
        ),
    }
}

fn bad_day(row: usize, column: &'static str, text: &str) -> Fault {
    Fault {
        row,
        column,
        value: Some(text.to_owned()),
        reason: "bad_day",
        message: format!("`{text}` is not a day; days are written 2026-10-31, or read with day(text, format)"),
    }
}

/// Text, in which an empty text is no value.
fn text_column(given: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let texts = as_text(given)?;
    let has_empty = texts.offsets().windows(2).any(|pair| pair[0] == pair[1]);
    let only_nulls = texts.iter().all(|text| text.is_none_or(|text| !text.is_empty()));
    if !has_empty || only_nulls {
        return Ok(Arc::new(texts));
    }
    let mut builder = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
    for text in &texts {
        builder.append_option(text.filter(|text| !text.is_empty()));
    }
    Ok(Arc::new(builder.finish()))
}

fn json_column(column: &'static Column, given: &ArrayRef, faults: &mut Vec<Fault>) -> Result<ArrayRef, ArrowError> {
    let texts = text_column(given)?;
    for (row, text) in texts.as_string::<i32>().iter().enumerate() {
        let Some(text) = text else { continue };
        if let Some((member, value)) = functions::unreadable_member(text) {
            faults.push(Fault {
                row,
                column: column.name,
                value: Some(value.to_owned()),
                reason: "bad_instant",
                message: format!("`{value}` in `{member}` is neither an instant nor a day that its format can read"),
            });
            continue;
        }
        if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_err() {
            faults.push(Fault {
                row,
                column: column.name,
                value: Some(text.to_owned()),
                reason: "bad_json",
                message: "it is not a JSON map; json_map('name', value) makes one".to_owned(),
            });
        }
    }
    Ok(texts)
}

fn bad_number(row: usize, column: &'static str, text: &str, what: &str) -> Fault {
    Fault {
        row,
        column,
        value: Some(text.to_owned()),
        reason: "bad_number",
        message: format!("`{text}` is not {what}; numbers are written 1234.5, without spaces or commas"),
    }
}

fn number_column(column: &'static Column, given: &ArrayRef, faults: &mut Vec<Fault>) -> Result<ArrayRef, ArrowError> {
    let data_type = given.data_type();
    if is_text(data_type) {
        let texts = as_text(given)?;
        let mut values = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            let value = text.and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
            if let (Some(text), None) = (text, value) {
                faults.push(bad_number(row, column.name, text, "a number"));
            }
            values.push(value);
        }
        return Ok(Arc::new(Float64Array::from(values)));
    }
    if !data_type.is_numeric() && !matches!(data_type, DataType::Boolean | DataType::Duration(_)) {
        return Err(unfit(column, data_type));
    }
    let numbers = if let DataType::Duration(_) = data_type {
        // A difference of two instants is a duration; the record keeps seconds.
        let micros = cast(&cast(given, &DataType::Duration(TimeUnit::Microsecond))?, &DataType::Int64)?;
        for row in lost(given, &micros) {
            faults.push(bad_number(row, column.name, &raw_of(given, row), "a number of seconds"));
        }
        for (row, micros) in micros.as_primitive::<Int64Type>().iter().enumerate() {
            // No two instants lie so far apart; one of them could not be read.
            if micros.is_some_and(|micros| micros.unsigned_abs() > instant::LATEST.abs_diff(instant::EARLIEST)) {
                faults.push(far_apart(row, column.name));
            }
        }
        let seconds: Float64Array =
            micros.as_primitive::<Int64Type>().iter().map(|micros| micros.map(|micros| micros as f64 / 1e6)).collect();
        Arc::new(seconds) as ArrayRef
    } else {
        cast(given, &DataType::Float64)?
    };
    for (row, value) in numbers.as_primitive::<Float64Type>().iter().enumerate() {
        if let Some(value) = value
            && !value.is_finite()
        {
            faults.push(bad_number(row, column.name, &value.to_string(), "a number"));
        }
    }
    Ok(numbers)
}

fn whole_column(column: &'static Column, given: &ArrayRef, faults: &mut Vec<Fault>) -> Result<ArrayRef, ArrowError> {
    if given.data_type().is_integer() {
        let whole = cast(given, &DataType::Int64)?;
        for row in lost(given, &whole) {
            faults.push(bad_number(row, column.name, &raw_of(given, row), "a whole number that the record can hold"));
        }
        return Ok(whole);
    }
    let numbers = number_column(column, given, faults)?;
    let mut values = Vec::with_capacity(numbers.len());
    for (row, value) in numbers.as_primitive::<Float64Type>().iter().enumerate() {
        if let Some(value) = value
            && (value.fract() != 0.0 || value.abs() > 9e15)
        {
            faults.push(bad_number(row, column.name, &value.to_string(), "a whole number"));
        }
        values.push(value.map(|value| value as i64));
    }
    Ok(Arc::new(Int64Array::from(values)))
}

fn flag_column(column: &'static Column, given: &ArrayRef, faults: &mut Vec<Fault>) -> Result<ArrayRef, ArrowError> {
    if matches!(given.data_type(), DataType::Boolean) {
        return Ok(given.clone());
    }
    let texts = as_text(given)?;
    let mut values = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        let value = text.and_then(|text| match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        });
        if let (Some(text), None) = (text, value) {
            faults.push(Fault {
                row,
                column: column.name,
                value: Some(text.to_owned()),
                reason: "bad_flag",
                message: format!("`{text}` is neither true nor false"),
            });
        }
        values.push(value);
    }
    Ok(Arc::new(BooleanArray::from(values)))
}
