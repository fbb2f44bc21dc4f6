//! What asks for attention now.

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_view::page::TodayPage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InUnit};
use crate::error::Failure;
use crate::routes::links;
use crate::server::State;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/today",
        id: "today",
        summary: "what asks for attention now",
        says: "Signals, what is on watch, open cases near a promise, low answers, promises that are not kept, and reviews that are due.",
        query: fields_of::<InUnit>,
        data: schema_of::<TodayPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, asked: Asked<InUnit>) -> Result<Answer, Failure> {
    let place = asked.0.place(&caller.world)?;
    let waiting = caller.world.waiting(state.access.store(), &place, state.now()).await?;
    let page = caller.world.today_page(&place, &links(&caller.world), &waiting).await?;
    caller.tells(&place, &page)
}
