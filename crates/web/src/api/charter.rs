//! The service charter with the figures of a unit or person.

use axum::routing::get;
use evenkeel_view::page::CharterPage;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, PeriodText, looking};
use crate::error::Failure;
use crate::routes::charter;

/// What is looked at.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Promised {
    /// The identifier or name of a unit, or the identifier of a person. Without it the highest unit that you may see, or
    /// your own record.
    unit: Option<String>,
    /// The promise of which the chain is told, from the whole organisation down. Without it the first.
    promise: Option<String>,
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/charter",
        id: "charter",
        summary: "the service charter",
        says: "What was promised to customers, and whether each promise was kept in a unit. The public edition is at \
               /charter/public.json, for everybody. A look at a person is recorded in the audit trail.",
        query: fields_of::<Promised>,
        data: schema_of::<CharterPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Asked(asked): Asked<Promised>) -> Result<Answer, Failure> {
    let Promised { unit, promise, period } = asked;
    let looking = looking(period, None, None);
    let (place, page) = charter::inside(&caller.world, unit.as_deref(), promise.as_deref(), &looking).await?;
    caller.tells(&place, &page)
}
