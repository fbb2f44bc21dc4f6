//! Readings as a list: measures, units and periods, each with its value and what it is made of.

use evenkeel_model::evaluation::known;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::reading::{Missing, Reading};
use serde::Serialize;

use crate::number::{self, Currency, Figure, Format, Range};
use crate::words::{self, period};

/// One reading with what it is about.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// What people call the unit or person.
    pub subject: String,
    /// The period.
    pub period: Period,
    /// The reading, or why there is none.
    pub reading: Result<Reading, Missing>,
    /// The interval that likely holds the true value.
    pub likely_range: Option<(f64, f64)>,
}

/// One reading, worded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadingLine {
    /// The identifier of the measure.
    pub measure: String,
    /// Its name.
    pub title: String,
    /// The unit or person.
    pub subject: String,
    /// The period as addresses and files have it.
    pub period: String,
    /// The period for people.
    #[serde(skip)]
    pub period_name: String,
    /// The value.
    pub value: Figure,
    /// Above the line, in stored units.
    pub numerator: Option<f64>,
    /// Below the line, in stored units.
    pub denominator: Option<f64>,
    /// How many rows stand behind it.
    pub n: u64,
    /// With their noun.
    pub count: String,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// Why there is no value.
    pub missing: Option<String>,
    /// The same for a narrow column.
    #[serde(skip)]
    pub missing_short: &'static str,
    /// Which definition produced it.
    pub definition: String,
}

/// Words for every entry, in the order given.
#[must_use]
pub fn readings(entries: &[Entry<'_>], currency: &Currency, fiscal: FiscalYear) -> Vec<ReadingLine> {
    entries.iter().map(|entry| line(entry, currency, fiscal)).collect()
}

fn line(entry: &Entry<'_>, currency: &Currency, fiscal: FiscalYear) -> ReadingLine {
    let measure = entry.measure;
    let (reading, missing) = known(entry.reading.clone());
    let format = Format::of(measure, currency, reading.value);
    let range = entry.likely_range.filter(|_| reading.value.is_some());
    ReadingLine {
        measure: measure.id.to_string(),
        title: measure.title.clone(),
        subject: entry.subject.clone(),
        period: entry.period.id(fiscal),
        period_name: period::short(entry.period, fiscal),
        value: reading.value.map_or_else(|| Figure::words("no figure"), |value| format.figure(value)),
        numerator: reading.numerator,
        denominator: reading.denominator,
        n: reading.n,
        count: number::counted(reading.n, &measure.noun),
        likely_range: range.map(|(low, high)| format.range(low, high)),
        missing: missing.as_ref().map(|missing| words::missing(missing, measure)),
        missing_short: missing.as_ref().map_or("", words::missing_short),
        definition: measure.definition.to_string(),
    }
}
