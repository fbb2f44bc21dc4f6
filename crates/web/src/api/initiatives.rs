//! What is done to move measures.

use axum::routing::get;
use evenkeel_view::page::InitiativesPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InUnit};
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/initiatives",
        id: "initiatives",
        summary: "what is done to move the measures of a unit",
        says: "The initiatives that people have written down for the unit, or for one below or above it: those that run, \
               those that are planned, and those that are over, each with its units as far as you may see them and with the \
               figures of its measures. That a figure moved after one began proves no cause.",
        query: fields_of::<InUnit>,
        data: schema_of::<InitiativesPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, asked: Asked<InUnit>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world)?;
    let page = caller.world.initiatives_page(&place, &links(&caller.world)).await?;
    caller.tells(&place, &page)
}
