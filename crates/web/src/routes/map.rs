//! The strategy map.

use axum::extract::Query;
use axum::response::Html;
use evenkeel_view::page::Template;
use serde::Deserialize;

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// What is looked at, as addresses say it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    unit: Option<String>,
    period: Option<String>,
    compare: Option<String>,
    view: Option<String>,
}

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let Wanted { unit, period, compare, view } = wanted;
    let looking = Looking { period, compare, view, ..Looking::default() };
    let place = looking.place(&world, unit.as_deref())?;
    let page = world.map_page(&place, &links(&world)).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}
