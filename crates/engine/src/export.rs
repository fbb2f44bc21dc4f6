//! Readings as a long table, in a file.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, RecordBatch, StringBuilder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use evenkeel_model::evaluation::Readings;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::reading::Subject;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::{EngineError, ReadingStore};

/// Rows per batch.
const ROWS: usize = 65_536;

/// Which readings are written.
#[derive(Debug, Clone)]
pub struct Selection {
    /// `person`, or a kind of unit; all when none is given.
    pub level: Option<String>,
    /// The periods.
    pub periods: Vec<Period>,
    /// The fiscal year, for the names of periods.
    pub fiscal: FiscalYear,
}

/// One reading of the long table.
#[derive(Debug, Clone, PartialEq)]
pub struct LongReading {
    /// The measure.
    pub measure: String,
    /// `person`, or the kind of the unit.
    pub level: String,
    /// The unit or person.
    pub unit: String,
    /// The period.
    pub period: String,
    /// The segment, where rows were divided.
    pub segment: Option<String>,
    /// Above the line.
    pub numerator: Option<f64>,
    /// Below the line.
    pub denominator: Option<f64>,
    /// Rows behind it.
    pub n: u64,
    /// The value.
    pub value: f64,
    /// The version of the definition.
    pub definition_version: String,
    /// The digest of the content that was read.
    pub data_version: String,
}

/// Calls `take` with every reading that has a value: by measure, level, unit and period.
pub fn each(
    store: &ReadingStore,
    segment: Option<&str>,
    selection: &Selection,
    data_version: &dyn Fn(&str) -> String,
    take: &mut dyn FnMut(LongReading) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut subjects: Vec<(String, String, Subject)> = Vec::new();
    for (id, kind, _) in store.directory().all_units() {
        subjects.push((kind, id.to_string(), Subject::Unit(id)));
    }
    for (id, _) in store.directory().all_people() {
        subjects.push(("person".to_owned(), id.to_string(), Subject::Person(id)));
    }
    subjects.retain(|(level, _, _)| selection.level.as_ref().is_none_or(|wanted| wanted == level));
    subjects.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    for measure in store.measures() {
        let data_version = data_version(measure.id.as_str());
        for (level, unit, subject) in &subjects {
            for &period in &selection.periods {
                let Ok(reading) = store.reading(&measure.id, subject, period) else { continue };
                let Some(value) = reading.value else { continue };
                // A count of zero for someone who does not appear at all says nothing.
                if reading.n == 0 && reading.denominator.is_none() && value == 0.0 {
                    continue;
                }
                take(LongReading {
                    measure: measure.id.to_string(),
                    level: level.clone(),
                    unit: unit.clone(),
                    period: period.id(selection.fiscal),
                    segment: segment.map(str::to_owned),
                    numerator: reading.numerator,
                    denominator: reading.denominator,
                    n: reading.n,
                    value,
                    definition_version: measure.definition.to_string(),
                    data_version: data_version.clone(),
                })?;
            }
        }
    }
    Ok(())
}

fn properties() -> Result<WriterProperties, EngineError> {
    Ok(WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build())
}

/// A file of readings.
pub enum Writer<W: Write + Send> {
    /// Apache Parquet.
    Parquet(Box<ArrowWriter<W>>, Columns),
    /// Comma-separated text with a header.
    Csv(W, bool),
}

/// Readings as columns, until there are enough to be written.
pub struct Columns {
    schema: SchemaRef,
    with_segment: bool,
    rows: Vec<LongReading>,
}

fn schema(with_segment: bool) -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str, nullable| Field::new(name, DataType::Float64, nullable);
    let mut fields = vec![text("measure"), text("level"), text("unit"), text("period")];
    if with_segment {
        fields.push(Field::new("segment", DataType::Utf8, true));
    }
    fields.extend([
        number("numerator", true),
        number("denominator", true),
        Field::new("n", DataType::UInt64, false),
        number("value", false),
        text("definition_version"),
        text("data_version"),
    ]);
    Arc::new(Schema::new(fields))
}

impl<W: Write + Send> Writer<W> {
    /// Starts a Parquet file.
    pub fn parquet(file: W, with_segment: bool) -> Result<Self, EngineError> {
        let schema = schema(with_segment);
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties()?))?;
        Ok(Writer::Parquet(Box::new(writer), Columns { schema, with_segment, rows: Vec::new() }))
    }

    /// Starts a CSV file.
    pub fn csv(mut file: W, with_segment: bool) -> Result<Self, EngineError> {
        let names: Vec<String> = schema(with_segment).fields().iter().map(|field| field.name().clone()).collect();
        writeln!(file, "{}", names.join(","))?;
        Ok(Writer::Csv(file, with_segment))
    }

    /// Adds a reading.
    pub fn write(&mut self, reading: LongReading) -> Result<(), EngineError> {
        match self {
            Writer::Csv(file, with_segment) => write_csv(file, &reading, *with_segment),
            Writer::Parquet(writer, columns) => {
                columns.rows.push(reading);
                if columns.rows.len() >= ROWS {
                    writer.write(&columns.take()?)?;
                }
                Ok(())
            }
        }
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(), EngineError> {
        match self {
            Writer::Csv(mut file, _) => Ok(file.flush()?),
            Writer::Parquet(mut writer, mut columns) => {
                let rest = columns.take()?;
                writer.write(&rest)?;
                writer.close()?;
                Ok(())
            }
        }
    }
}

impl Columns {
    fn take(&mut self) -> Result<RecordBatch, EngineError> {
        let rows = std::mem::take(&mut self.rows);
        let text = |pick: fn(&LongReading) -> Option<&str>| -> ArrayRef {
            let mut builder = StringBuilder::new();
            for row in &rows {
                builder.append_option(pick(row));
            }
            Arc::new(builder.finish())
        };
        let number = |pick: fn(&LongReading) -> Option<f64>| -> ArrayRef {
            let mut builder = Float64Builder::new();
            for row in &rows {
                builder.append_option(pick(row));
            }
            Arc::new(builder.finish())
        };
        let mut n = UInt64Builder::new();
        for row in &rows {
            n.append_value(row.n);
        }
        let mut columns = vec![
            text(|row| Some(&row.measure)),
            text(|row| Some(&row.level)),
            text(|row| Some(&row.unit)),
            text(|row| Some(&row.period)),
        ];
        if self.with_segment {
            columns.push(text(|row| row.segment.as_deref()));
        }
        columns.extend([
            number(|row| row.numerator),
            number(|row| row.denominator),
            Arc::new(n.finish()) as ArrayRef,
            number(|row| Some(row.value)),
            text(|row| Some(&row.definition_version)),
            text(|row| Some(&row.data_version)),
        ]);
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

fn write_csv(file: &mut impl Write, row: &LongReading, with_segment: bool) -> Result<(), EngineError> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let mut cells = vec![quoted(&row.measure), quoted(&row.level), quoted(&row.unit), quoted(&row.period)];
    if with_segment {
        cells.push(quoted(row.segment.as_deref().unwrap_or_default()));
    }
    cells.extend([
        number(row.numerator),
        number(row.denominator),
        row.n.to_string(),
        row.value.to_string(),
        quoted(&row.definition_version),
        quoted(&row.data_version),
    ]);
    writeln!(file, "{}", cells.join(","))?;
    Ok(())
}

/// A cell of a CSV file. A text that a spreadsheet would take for a formula is kept from being one.
#[must_use]
pub fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
