//! Charts that leave the page: as a table of figures, and as a picture that says what it is about.

use evenkeel_model::ids::MeasureId;

use crate::page::context::Context;
use crate::page::frame::freshness;
use crate::words::period;

/// A chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart<'a> {
    /// The course of a measure.
    Course(&'a MeasureId),
    /// The way of a measure to its target.
    Way(&'a MeasureId),
    /// Units of a kind held against a standard by a measure.
    Funnel(&'a MeasureId, &'a str),
    /// The strategy map.
    Map,
    /// The legs side by side.
    Balance,
}

impl Chart<'_> {
    /// The measure and the word in the names of its files.
    fn name(&self) -> (Option<&str>, &'static str) {
        match self {
            Chart::Course(measure) => (Some(measure.as_str()), "course"),
            Chart::Way(measure) => (Some(measure.as_str()), "way"),
            Chart::Funnel(measure, _) => (Some(measure.as_str()), "funnel"),
            Chart::Map => (None, "map"),
            Chart::Balance => (None, "balance"),
        }
    }
}

/// What a chart takes along when it leaves the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartFile {
    /// The name of its files, without what says their form: `csat-north-2026-10-course`.
    pub name: String,
    /// What the picture is called.
    pub title: String,
    /// The unit of measurement, the period, how far the data reach, and which data they are.
    pub notes: String,
    /// Where its figures are as a file; none where that is not offered.
    pub figures: Option<String>,
}

impl ChartFile {
    /// The files of a chart. `unit` is what its figures are measured in; empty for a plain number.
    pub(crate) fn new(chart: &Chart<'_>, title: &str, unit: &str, context: &Context<'_>) -> Self {
        let place = &context.place;
        let period_id = place.period.id(context.fiscal_year);
        let (measure, word) = chart.name();
        let parts = [measure, Some(place.unit.as_str()), Some(&period_id), Some(word)];
        let name: Vec<String> = parts.into_iter().flatten().map(plain).collect();
        let measured_in = (!unit.is_empty()).then(|| format!("in {unit}"));
        let notes = measured_in.into_iter().chain([
            period::name(place.period, context.fiscal_year),
            freshness(context.freshness, place.period).text,
            format!("data {}", context.data_version),
        ]);
        Self {
            name: name.join("-"),
            title: title.to_owned(),
            notes: notes.collect::<Vec<_>>().join(" · "),
            figures: context.links.chart(chart, place),
        }
    }
}

/// The figures of a chart as a table. Whoever writes it into a file takes care of texts that look like formulas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartFigures {
    /// The name of its file, without what says its form.
    pub name: String,
    /// The names of the columns.
    pub columns: Vec<&'static str>,
    /// The rows, as long as the columns. Numbers are unrounded and in stored units.
    pub rows: Vec<Vec<String>>,
}

/// A number in a table of figures; empty where there is none.
pub(crate) fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Identifiers may hold anything; a file name may not.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_says_measure_unit_and_period() {
        let measure = MeasureId::new("csat");
        for (chart, word) in [
            (Chart::Course(&measure), "course"),
            (Chart::Way(&measure), "way"),
            (Chart::Funnel(&measure, "branch"), "funnel"),
        ] {
            assert_eq!(chart.name(), (Some("csat"), word));
        }
        assert_eq!(Chart::Map.name(), (None, "map"));
        assert_eq!(plain("../a b\"\u{e4}.csv"), "___a_b___csv");
        assert_eq!((cell(Some(-0.5)), cell(None)), ("-0.5".to_owned(), String::new()));
    }
}
