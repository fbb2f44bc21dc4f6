//! The same measure in the units directly below: alphabetical, with bars on one scale.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Formula;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::Interval;
use crate::chart::interval::Span;
use crate::number::Format;
use crate::page::context::{Context, UnitLabel};
use crate::page::row::{Row, counted_noun, goals};
use crate::words;

/// A measure in one of the units below.
#[derive(Debug, Clone)]
pub struct UnitResult<'a> {
    /// The unit.
    pub unit: UnitLabel,
    /// The measure there.
    pub result: &'a MeasureResult,
}

/// The units directly below as a table.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BelowTable {
    /// What it is called: `By branch`.
    pub heading: String,
    /// What the first column is called: `Branch`.
    pub unit_heading: String,
    /// What the bars show and on which scale.
    pub bar_heading: String,
    /// What the column of counts is called: `Answers`.
    pub count_heading: String,
    /// Whether anything is known about the series of any unit; if not, the column of signals is left out.
    pub has_signals: bool,
    /// The units, by name.
    pub rows: Vec<BelowRow>,
}

/// One unit below.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BelowRow {
    /// What people call the unit.
    pub unit: String,
    /// The measure there; its page is that of the unit.
    pub row: Row,
    /// The bar.
    #[serde(skip)]
    pub bar: Interval,
}

impl BelowTable {
    /// The table; none without units below.
    #[must_use]
    pub(crate) fn new(
        units: &[UnitResult<'_>],
        kind: Option<&str>,
        format: &Format,
        context: &Context<'_>,
    ) -> Option<Self> {
        let first = units.first()?;
        let span = span_of(&units.iter().map(|unit| unit.result).collect::<Vec<_>>());
        let mut units: Vec<&UnitResult<'_>> = units.iter().collect();
        units.sort_by_key(|unit| (unit.unit.name.to_lowercase(), unit.unit.id.clone()));
        let kind = kind.unwrap_or("unit");
        let rows: Vec<BelowRow> = units.into_iter().map(|unit| below_row(unit, span, context)).collect();
        let has_ranges = rows.iter().any(|row| row.row.likely_range.is_some());
        Some(Self {
            heading: format!("By {kind}"),
            unit_heading: words::capitalised(kind),
            bar_heading: bar_heading(first.result, has_ranges, span, format),
            has_signals: rows.iter().any(|row| row.row.variation.is_some()),
            count_heading: words::capitalised(&counted_noun(&first.result.measure)),
            rows,
        })
    }
}

fn below_row(unit: &UnitResult<'_>, span: Span, context: &Context<'_>) -> BelowRow {
    let there = Context { place: context.place.in_unit(&unit.unit.id), ..context.clone() };
    let result = unit.result;
    let range = result.likely_range.filter(|_| result.reading.value.is_some());
    BelowRow {
        unit: unit.unit.name.clone(),
        row: Row::new(result, &there),
        bar: Interval::new(span, result.reading.value, range, &goals(result), result.status),
    }
}

/// The scale on which the values, ranges and targets of some results are drawn side by side.
pub(crate) fn span_of(results: &[&MeasureResult]) -> Span {
    let values = || {
        results.iter().flat_map(|result| {
            let range = result.likely_range.filter(|_| result.reading.value.is_some());
            let ends = range.into_iter().flat_map(|(low, high)| [low, high]);
            result.reading.value.into_iter().chain(ends).chain(goals(result))
        })
    };
    let mut span = Span::around(values()).unwrap_or(Span { low: 0.0, high: 1.0 });
    // The air around values ends where values do.
    if values().all(|value| value >= 0.0) {
        span.low = span.low.max(0.0);
    }
    let is_share = |result: &&MeasureResult| {
        let formula = &result.measure.formula;
        matches!(formula, Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. })
    };
    if results.iter().any(is_share) {
        span.high = span.high.min(1.0);
    }
    span
}

/// What the bars of some results show and on which scale.
pub(crate) fn bar_heading(result: &MeasureResult, has_ranges: bool, span: Span, format: &Format) -> String {
    let what = if has_ranges { "Likely range" } else { "Value" };
    let scale = format.range(span.low, span.high).text;
    let goal = if goals(result).is_empty() { "" } else { "; dashed: target" };
    format!("{what}, {scale}{goal}")
}
