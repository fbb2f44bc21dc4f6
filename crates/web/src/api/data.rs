//! What the record holds.

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_view::page::DataPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, Nothing};
use crate::error::Failure;
use crate::routes::data::imports;
use crate::routes::links;
use crate::server::State;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/data",
        id: "data",
        summary: "what the record holds",
        says: "Sources with how fresh they are, days without rows, how many rows were rejected and why, and the versions of \
               the record. For those who see the whole organisation.",
        query: fields_of::<Nothing>,
        data: schema_of::<DataPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, _: Asked<Nothing>) -> Result<Answer, Failure> {
    let imports = imports(&state, &caller.world).await?;
    let page = caller.world.data_page(imports, &links(&caller.world)).await?;
    caller.tells_of_all(&page)
}
