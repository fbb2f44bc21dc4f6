//! Units held against a standard, like for like.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_view::page::ComparisonPage;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, PeriodText, looking};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

/// What is compared.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Compared {
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
    /// The kind of unit that is compared, as in the file of the comparison: `branch`. Without it the first kind.
    by: Option<String>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/compare/{measure}/{unit}",
        id: "compare",
        summary: "the units below a unit, like for like",
        says: "The units below a unit, held against the standard of the project for a measure, adjusted for their case mix. \
               People are not compared here.",
        query: fields_of::<Compared>,
        data: schema_of::<ComparisonPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(
    caller: Caller,
    Part(Path((measure, unit))): Part<Path<(String, String)>>,
    Asked(Compared { period, by }): Asked<Compared>,
) -> Result<Answer, Failure> {
    let world = &caller.world;
    let measure = world.measure(&measure)?;
    let place = looking(period, None, None).place(world, Some(&unit));
    let place = place.map_err(|error| Failure::of_measure(error, measure))?;
    let page = world.comparison_page(measure, by.as_deref(), &place, &links(world)).await?;
    caller.tells(&place, &page)
}
