//! The strategy map.

use axum::routing::get;
use evenkeel_view::page::MapPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InUnit};
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/map",
        id: "map",
        summary: "the strategy map",
        says: "The objectives with their measures, and the links that are claimed between them.",
        query: fields_of::<InUnit>,
        data: schema_of::<MapPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, asked: Asked<InUnit>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world)?;
    let page = caller.world.map_page(&place, &links(&caller.world)).await?;
    caller.tells(&place, &page)
}
