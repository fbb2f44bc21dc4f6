//! The service charter: inside the organisation, and its public edition.

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::response::Html;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::{PublicCharter, Template};
use serde::Deserialize;

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;

/// What is looked at, as addresses say it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    unit: Option<String>,
    promise: Option<String>,
    period: Option<String>,
    compare: Option<String>,
    view: Option<String>,
}

/// Which period the public edition is of.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Edition {
    period: Option<String>,
}

/// The charter with the figures of one unit.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let world = state.world();
    let Wanted { unit, promise, period, compare, view } = wanted;
    let looking = Looking { period, compare, view, ..Looking::default() };
    let place = looking.place(&world, unit.as_deref())?;
    let subject = Subject::Unit(place.unit.clone());
    let page = world.charter_page(&subject, &place, promise.as_deref(), &links(&world)).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}

/// The public edition.
pub(crate) async fn public(
    Shared(state): Shared<State>,
    Asked(Query(edition)): Asked<Query<Edition>>,
) -> Result<Html<String>, Failure> {
    let page = made(&state, edition).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}

/// The public edition for programs.
pub(crate) async fn data(
    Shared(state): Shared<State>,
    Asked(Query(edition)): Asked<Query<Edition>>,
) -> Result<Json<PublicCharter>, Failure> {
    Ok(Json(made(&state, edition).await?))
}

async fn made(state: &State, edition: Edition) -> Result<PublicCharter, Failure> {
    let world = state.world();
    let period = world.published(edition.period.as_deref())?.id(world.project().fiscal_year);
    let looking = Looking { period: Some(period), ..Looking::default() };
    let place = looking.place(&world, None)?;
    Ok(world.charter_public(&place, &links(&world)).await?)
}
