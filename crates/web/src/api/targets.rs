//! The targets of a unit.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_view::page::TargetsPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InPeriod};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/targets/{unit}",
        id: "targets",
        summary: "the targets of a unit",
        says: "Every measure with a target: what is asked now, the way to it, and where the measure will be when the target is due.",
        query: fields_of::<InPeriod>,
        data: schema_of::<TargetsPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Part(Path(unit)): Part<Path<String>>, asked: Asked<InPeriod>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world, &unit)?;
    let page = caller.world.targets(&place, &links(&caller.world)).await?;
    caller.tells(&place, &page)
}
