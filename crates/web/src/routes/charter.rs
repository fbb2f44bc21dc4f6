//! The service charter: inside the organisation, and its public edition.

use axum::Json;
use axum::extract::Query;
use axum::response::Html;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::{CharterPage, Place, PublicCharter};
use serde::Deserialize;

use super::{Looking, html, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::links::Routes;
use crate::visit::{Anyone, Seen};
use crate::world::told::place_of;

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
    Seen(world): Seen,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let Wanted { unit, promise, period, compare, view } = wanted;
    let looking = Looking { period, compare, view, ..Looking::default() };
    let (_, page) = inside(&world, unit.as_deref(), promise.as_deref(), &looking).await?;
    html(&page)
}

/// The charter with the figures of a unit or person, and the place it is about. Without a name it is about the own record
/// of whoever sees no units.
pub(crate) async fn inside(
    world: &World,
    name: Option<&str>,
    promise: Option<&str>,
    looking: &Looking,
) -> Result<(Place, CharterPage), Failure> {
    let subject = match (name, world.own_record()) {
        (None, Some(own)) if !world.sees_units() => Subject::Person(own.clone()),
        _ => world.subject(name)?,
    };
    let place = place_of(&subject, &looking.place(world, None)?);
    let links = Routes { of_person: matches!(subject, Subject::Person(_)), ..links(world) };
    let page = world.charter_page(&subject, &place, promise, &links).await?;
    Ok((place, page))
}

/// The public edition.
pub(crate) async fn public(
    Anyone(world): Anyone,
    Asked(Query(edition)): Asked<Query<Edition>>,
) -> Result<Html<String>, Failure> {
    let page = made(&world, edition).await?;
    html(&page)
}

/// The public edition for programs.
pub(crate) async fn data(
    Anyone(world): Anyone,
    Asked(Query(edition)): Asked<Query<Edition>>,
) -> Result<Json<PublicCharter>, Failure> {
    Ok(Json(made(&world, edition).await?))
}

async fn made(world: &World, edition: Edition) -> Result<PublicCharter, Failure> {
    let period = world.published(edition.period.as_deref())?.id(world.project().fiscal_year);
    let looking = Looking { period: Some(period), ..Looking::default() };
    let place = looking.place(world, None)?;
    Ok(world.charter_public(&place, &links(world)).await?)
}
