//! The signals of a unit and of all units below it.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_view::page::SignalList;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InPeriod};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/signals/{unit}",
        id: "signals",
        summary: "the signals of a unit and of all below it",
        says: "What is more than usual variation, and what is on watch because of it; with how many series were looked at and how many signals chance alone would give.",
        query: fields_of::<InPeriod>,
        data: schema_of::<SignalList>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Part(Path(unit)): Part<Path<String>>, asked: Asked<InPeriod>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world, &unit)?;
    let page = caller.world.signals(&place, &links(&caller.world)).await?;
    caller.tells(&place, &page)
}
