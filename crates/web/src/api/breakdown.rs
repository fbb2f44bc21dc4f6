//! The figure of a measure divided by an attribute of its rows.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_view::page::{Breakdown, GroupKind, GroupRow};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{self, Answer};
use super::caller::{Caller, Form};
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, PeriodText, looking};
use crate::asked::Asked as Part;
use crate::error::Failure;

/// What is divided.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The attribute: a column of the rows (`channel`), of their case (`case.topic`) or customer (`customer.segment`), or
    /// what a source has beside the columns of the record (`attributes.reason`), for whoever may see the rows. The answer to
    /// a wrong one names those that there are.
    by: String,
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/breakdown/{measure}/{unit}",
        id: "breakdown",
        summary: "the figure of a measure by group",
        says: "The figure of a unit divided by an attribute of its rows, each group with its likely range: the thirty values \
               that are the most frequent in the whole record, all rarer ones together, and the rows without a value. \
               Measures that are worked out from others, and those of which small figures are withheld, are not divided. \
               Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns.",
        query: fields_of::<Wanted>,
        data: schema_of::<Breakdown>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(
    caller: Caller,
    Part(Path((measure, unit))): Part<Path<(String, String)>>,
    Asked(Wanted { by, period }): Asked<Wanted>,
) -> Result<Answer, Failure> {
    let form = caller.form()?;
    let world = &caller.world;
    let measure = world.measure(&measure)?;
    let place = looking(period, None, None).place(world, Some(&unit));
    let place = place.map_err(|error| Failure::of_measure(error, measure))?;
    let breakdown = world.breakdown(measure, &place, &by).await?;
    match form {
        Form::Json => caller.tells(&place, &breakdown),
        form => answer::table(form, &table(&breakdown), None),
    }
}

/// The groups, and all rows together as the last row.
fn table(breakdown: &Breakdown) -> Table {
    let rows: Vec<&GroupRow> = breakdown.groups.iter().chain([&breakdown.all]).collect();
    let kind = |kind: GroupKind| match kind {
        GroupKind::Value => "value",
        GroupKind::Others => "others",
        GroupKind::NotKnown => "not_known",
        GroupKind::All => "all",
    };
    let range = |row: &&GroupRow| row.likely_range.as_ref().map(|range| (range.low, range.high));
    Table::default()
        .texts("kind", rows.iter().map(|row| Some(kind(row.kind))))
        .texts("group", rows.iter().map(|row| row.group.as_deref()))
        .numbers("value", rows.iter().map(|row| row.value.value))
        .numbers("low", rows.iter().map(|row| range(row).map(|(low, _)| low)))
        .numbers("high", rows.iter().map(|row| range(row).map(|(_, high)| high)))
        .wholes("n", rows.iter().map(|row| i64::try_from(row.n).ok()))
        .texts("status", rows.iter().map(|row| Some(row.status.code)))
}
