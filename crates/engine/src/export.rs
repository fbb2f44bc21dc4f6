//! Readings as a long table, in a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Builder, Int32Array, RecordBatch, StringArray, UInt64Builder, new_null_array,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use evenkeel_lake::columnar_file::ColumnarFile;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::reading::{Reading, Subject};

use crate::likely_range::Known;
use crate::readings::Who;
use crate::side_by_side::{self, Queue};
use crate::{EngineError, ReadingStore};

/// Which readings are written.
#[derive(Debug, Clone)]
pub struct Selection {
    /// `person`, or a kind of unit; all when none is given.
    pub level: Option<String>,
    /// One unit or person; all when none is given.
    pub subject: Option<Subject>,
    /// Whether single people are told.
    pub people: bool,
    /// The periods.
    pub periods: Vec<Period>,
    /// The fiscal year, for the names of periods.
    pub fiscal: FiscalYear,
}

/// The long table, ready to be written.
pub struct LongTable<'a> {
    stores: &'a [(Option<String>, ReadingStore)],
    /// The digest of the content behind each measure, by its identifier.
    data_versions: &'a BTreeMap<String, String>,
    periods: &'a [Period],
    names: Vec<String>,
    with_segment: bool,
    selection: &'a Selection,
    workers: usize,
}

/// The readings of one measure in one segment.
struct Part<'a> {
    segment: Option<&'a str>,
    store: &'a ReadingStore,
    measure: &'a Arc<Measure>,
}

/// The units and people of a store, each with its level, in the order of the table.
struct Subjects {
    levels: Vec<String>,
    names: Vec<String>,
    /// Positions of level and name.
    all: Vec<(usize, Who)>,
}

impl Subjects {
    fn of(store: &ReadingStore, selection: &Selection) -> Self {
        let mut all: Vec<(String, String, Who)> = Vec::new();
        for (id, kind, code) in store.directory().all_units() {
            all.push((kind, id.to_string(), Who::Unit(code)));
        }
        for (id, code) in store.directory().all_people().into_iter().filter(|_| selection.people) {
            all.push(("person".to_owned(), id.to_string(), Who::Person(code)));
        }
        all.retain(|(level, name, who)| {
            let this = match (&selection.subject, who) {
                (None, _) => true,
                (Some(Subject::Unit(id)), Who::Unit(_)) => id.as_str() == name,
                (Some(Subject::Person(id)), Who::Person(_)) => id.as_str() == name,
                _ => false,
            };
            this && selection.level.as_ref().is_none_or(|wanted| wanted == level)
        });
        all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let mut levels: Vec<String> = all.iter().map(|(level, _, _)| level.clone()).collect();
        levels.dedup();
        let place = |level: &str| levels.iter().position(|known| known == level).unwrap_or_default();
        let placed = all.iter().map(|(level, _, who)| (place(level), *who)).collect();
        Self { levels, names: all.into_iter().map(|(_, name, _)| name).collect(), all: placed }
    }
}

/// Readings of one measure, as positions in the lists of names and numbers.
#[derive(Default)]
struct Found {
    levels: Vec<i32>,
    subjects: Vec<i32>,
    periods: Vec<i32>,
    readings: Vec<(Reading, f64)>,
    /// The likely range of each reading.
    ranges: Vec<Option<(f64, f64)>>,
}

impl<'a> LongTable<'a> {
    /// The readings of some stores, one per segment.
    #[must_use]
    pub fn new(
        stores: &'a [(Option<String>, ReadingStore)],
        selection: &'a Selection,
        data_versions: &'a BTreeMap<String, String>,
        with_segment: bool,
        workers: usize,
    ) -> Self {
        Self {
            stores,
            data_versions,
            periods: &selection.periods,
            names: selection.periods.iter().map(|period| period.id(selection.fiscal)).collect(),
            with_segment,
            selection,
            workers,
        }
    }

    /// Writes every reading that has a value as a Parquet file: by segment, measure, level, unit and period. Gives
    /// their number.
    pub fn parquet(&self, file: File) -> Result<u64, EngineError> {
        let schema = schema(self.with_segment);
        let file = Mutex::new(ColumnarFile::create(file, Arc::clone(&schema), &["numerator", "value", "low", "high"])?);
        let parts = self.parts();
        let subjects: Vec<Subjects> =
            self.stores.iter().map(|(_, store)| Subjects::of(store, self.selection)).collect();
        let queue = Queue::new(parts.len());
        let counts = side_by_side::run(self.workers.min(parts.len()), || {
            let mut count = 0;
            let encoder = file.lock().unwrap_or_else(PoisonError::into_inner).encoder();
            while let Some(number) = queue.take() {
                let (store, part) = &parts[number];
                let found = self.find(part, &subjects[*store]);
                count += found.readings.len() as u64;
                let encoded = if found.readings.is_empty() {
                    None
                } else {
                    Some(encoder.encode(number, &[self.batch(part, &subjects[*store], &found, &schema)?])?)
                };
                file.lock().unwrap_or_else(PoisonError::into_inner).take(number, encoded)?;
            }
            Ok(count)
        })?;
        file.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        Ok(counts.into_iter().sum())
    }

    /// Writes the same as comma-separated text with a header.
    pub fn csv(&self, file: File) -> Result<u64, EngineError> {
        let mut file = BufWriter::new(file);
        let names: Vec<String> = schema(self.with_segment).fields().iter().map(|field| field.name().clone()).collect();
        writeln!(file, "{}", names.join(","))?;
        let mut count = 0;
        for (store, part) in self.parts() {
            let subjects = Subjects::of(&self.stores[store].1, self.selection);
            let found = self.find(&part, &subjects);
            let definitions = self.definitions(part.measure);
            for row in 0..found.readings.len() {
                self.write_row(&mut file, &part, &subjects, &found, &definitions, row)?;
                count += 1;
            }
        }
        file.flush()?;
        Ok(count)
    }

    /// What is written one after the other, each with the position of its store.
    fn parts(&self) -> Vec<(usize, Part<'a>)> {
        let mut parts = Vec::new();
        for (position, (segment, store)) in self.stores.iter().enumerate() {
            for measure in store.measures() {
                parts.push((position, Part { segment: segment.as_deref(), store, measure }));
            }
        }
        parts
    }

    /// The definition behind the figures of each period.
    fn definitions(&self, measure: &Measure) -> Vec<String> {
        let in_force = |period: &Period| measure.in_force(*period).unwrap_or(measure).definition.to_string();
        self.periods.iter().map(in_force).collect()
    }

    fn find(&self, part: &Part, subjects: &Subjects) -> Found {
        let mut found = Found::default();
        let mut ranges = Known::default();
        let Some(measure) = part.store.with_parts(&part.measure.id) else { return found };
        for (subject, (level, who)) in subjects.all.iter().enumerate() {
            for (position, &period) in self.periods.iter().enumerate() {
                let Ok(reading) = part.store.reading_of(measure, *who, period) else { continue };
                let Some(value) = reading.value else { continue };
                // A count of zero for someone who does not appear at all says nothing.
                let of_rows = part.measure.formula.rows().is_some();
                if of_rows && reading.n == 0 && reading.denominator.is_none() && value == 0.0 {
                    continue;
                }
                found.levels.push(*level as i32);
                found.subjects.push(subject as i32);
                found.periods.push(position as i32);
                found.ranges.push(part.store.likely_range_of(&measure.0, *who, period, &reading, &mut ranges));
                found.readings.push((reading, value));
            }
        }
        found
    }

    fn data_version(&self, measure: &Measure) -> &str {
        self.data_versions.get(measure.id.as_str()).map_or("", String::as_str)
    }

    fn batch(
        &self,
        part: &Part,
        subjects: &Subjects,
        found: &Found,
        schema: &SchemaRef,
    ) -> Result<RecordBatch, EngineError> {
        let rows = found.readings.len();
        let number = |pick: fn(&Reading) -> Option<f64>| -> ArrayRef {
            let mut builder = Float64Builder::with_capacity(rows);
            for (reading, _) in &found.readings {
                builder.append_option(pick(reading));
            }
            Arc::new(builder.finish())
        };
        let end = |pick: fn((f64, f64)) -> f64| -> ArrayRef {
            let mut builder = Float64Builder::with_capacity(rows);
            for range in &found.ranges {
                builder.append_option(range.map(pick));
            }
            Arc::new(builder.finish())
        };
        let mut n = UInt64Builder::with_capacity(rows);
        let mut values = Float64Builder::with_capacity(rows);
        for (reading, value) in &found.readings {
            n.append_value(reading.n);
            values.append_value(*value);
        }
        let mut columns = vec![
            same(part.measure.id.as_str(), rows)?,
            coded(found.levels.clone(), &subjects.levels)?,
            coded(found.subjects.clone(), &subjects.names)?,
            coded(found.periods.clone(), &self.names)?,
        ];
        if self.with_segment {
            columns.push(match part.segment {
                Some(segment) => same(segment, rows)?,
                None => new_null_array(&codes(), rows),
            });
        }
        columns.extend([
            number(|reading| reading.numerator),
            number(|reading| reading.denominator),
            Arc::new(n.finish()) as ArrayRef,
            Arc::new(values.finish()),
            end(|(low, _)| low),
            end(|(_, high)| high),
            coded(found.periods.clone(), &self.definitions(part.measure))?,
            same(self.data_version(part.measure), rows)?,
        ]);
        Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
    }

    fn write_row(
        &self,
        file: &mut impl Write,
        part: &Part,
        subjects: &Subjects,
        found: &Found,
        definitions: &[String],
        row: usize,
    ) -> Result<(), EngineError> {
        let (reading, value) = &found.readings[row];
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let mut cells = vec![
            quoted(part.measure.id.as_str()),
            quoted(&subjects.levels[found.levels[row] as usize]),
            quoted(&subjects.names[found.subjects[row] as usize]),
            quoted(&self.names[found.periods[row] as usize]),
        ];
        if self.with_segment {
            cells.push(quoted(part.segment.unwrap_or_default()));
        }
        cells.extend([
            number(reading.numerator),
            number(reading.denominator),
            reading.n.to_string(),
            value.to_string(),
            number(found.ranges[row].map(|(low, _)| low)),
            number(found.ranges[row].map(|(_, high)| high)),
            quoted(&definitions[found.periods[row] as usize]),
            quoted(self.data_version(part.measure)),
        ]);
        writeln!(file, "{}", cells.join(","))?;
        Ok(())
    }
}

fn codes() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn schema(with_segment: bool) -> SchemaRef {
    let text = |name: &str| Field::new(name, codes(), false);
    let number = |name: &str, nullable| Field::new(name, DataType::Float64, nullable);
    let mut fields = vec![text("measure"), text("level"), text("unit"), text("period")];
    if with_segment {
        fields.push(Field::new("segment", codes(), true));
    }
    fields.extend([
        number("numerator", true),
        number("denominator", true),
        Field::new("n", DataType::UInt64, false),
        number("value", false),
        number("low", true),
        number("high", true),
        text("definition_version"),
        text("data_version"),
    ]);
    Arc::new(Schema::new(fields))
}

/// A column that says one thing throughout.
fn same(text: &str, rows: usize) -> Result<ArrayRef, EngineError> {
    coded(vec![0; rows], &[text.to_owned()])
}

fn coded(codes: Vec<i32>, texts: &[String]) -> Result<ArrayRef, EngineError> {
    let texts = StringArray::from_iter_values(texts);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(codes), Arc::new(texts))?))
}

/// A cell of a CSV file. A text that a spreadsheet would take for a formula is kept from being one; a number with a
/// sign is no formula and stays as it is.
#[must_use]
pub fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Whether a text is a number in figures. Names such as `inf` are none.
fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E')) && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts_and_numbers_are_numbers() {
        for (text, cell) in [
            ("-12.5", "-12.5"),
            ("+3", "+3"),
            ("-1e-7", "-1e-7"),
            ("-1+1", "'-1+1"),
            ("-inf", "'-inf"),
            ("=1", "'=1"),
            ("@x", "'@x"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=a,b", "\"'=a,b\""),
            ("plain", "plain"),
        ] {
            assert_eq!(quoted(text), cell, "{text}");
        }
    }
}
