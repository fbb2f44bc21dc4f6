//! The scorecard of a unit.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_view::page::ScorecardPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InPeriod};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/scorecard/{unit}",
        id: "scorecard",
        summary: "the scorecard of a unit",
        says: "Legs or perspectives with their objectives and measures: value, likely range, target, status, signal, course.",
        query: fields_of::<InPeriod>,
        data: schema_of::<ScorecardPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Part(Path(unit)): Part<Path<String>>, asked: Asked<InPeriod>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world, &unit)?;
    let page = caller.world.scorecard_page(&place, &links(&caller.world)).await?;
    caller.tells(&place, &page)
}
