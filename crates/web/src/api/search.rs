//! What is found when something is asked for.

use axum::routing::get;
use evenkeel_view::page::SearchPage;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::Asked;
use crate::error::Failure;
use crate::routes::links;

/// What is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The words.
    q: Option<String>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/search",
        id: "search",
        summary: "what is found",
        says: "Measures, units, promises, pages and words of the glossary in which all words are found.",
        query: fields_of::<Wanted>,
        data: schema_of::<SearchPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    let (world, place) = (&caller.world, caller.home()?);
    let page = world.search_page(&wanted.q.unwrap_or_default(), &place, &links(world)).await?;
    caller.tells_of_all(&page)
}
