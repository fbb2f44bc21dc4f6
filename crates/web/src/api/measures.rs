//! The measures, by their definitions.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_view::page::library::Level;
use evenkeel_view::page::{DefinitionPage, Filter, MeasuresPage};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, Nothing};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

/// A level at which a measure may be reported.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LevelAsked")]
enum LevelAsked {
    /// One person.
    Person,
    /// A unit below the whole.
    Unit,
}

/// Which measures are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The leg: `customer`.
    leg: Option<String>,
    /// The perspective: `internal processes`.
    perspective: Option<String>,
    /// The level at which it may be reported.
    level: Option<LevelAsked>,
    /// Words that have to be found in what is said about the measure.
    text: Option<String>,
}

pub(super) fn list_operation() -> Operation {
    Operation {
        path: "/api/v1/measures",
        id: "measures",
        summary: "the measures",
        says: "The measures of the project and those of the built-in library, by leg. Their identifiers are what other \
               addresses take; figures are there of those of the project.",
        query: fields_of::<Wanted>,
        data: schema_of::<MeasuresPage>,
        table: false,
        sends: None,
        answers: get(list),
    }
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/measures/{measure}",
        id: "definition",
        summary: "everything about one measure",
        says: "Its definition line by line, what it needs, what goes wrong with it, and a worked example.",
        query: fields_of::<Nothing>,
        data: schema_of::<DefinitionPage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn list(caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let level = wanted.level.map(|level| match level {
        LevelAsked::Person => Level::Person,
        LevelAsked::Unit => Level::Unit,
    });
    let text = wanted.text.unwrap_or_default();
    let filter = Filter { leg: given(wanted.leg), perspective: given(wanted.perspective), level, text };
    let page = caller.world.measures_page(&filter, &caller.home()?, &links(&caller.world)).await?;
    caller.tells_of_all(&page)
}

async fn show(caller: Caller, Part(Path(measure)): Part<Path<String>>, _: Asked<Nothing>) -> Result<Answer, Failure> {
    let page = caller.world.definition_page(&measure, &caller.home()?, &links(&caller.world)).await?;
    caller.tells_of_all(&page)
}
