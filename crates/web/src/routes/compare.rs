//! The page on which units are held against a standard, like for like.

use axum::extract::{Path, Query};
use axum::response::Html;

use super::{Looking, html, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// The units below the whole organisation.
pub(crate) async fn all(
    Seen(world): Seen,
    Asked(Path(measure)): Asked<Path<String>>,
    looking: Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    page(&world, &measure, None, &looking.0.0).await
}

/// The units below one unit.
pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    looking: Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    page(&world, &measure, Some(&unit), &looking.0.0).await
}

async fn page(world: &World, measure: &str, unit: Option<&str>, looking: &Looking) -> Result<Html<String>, Failure> {
    let measure = world.measure(measure)?;
    let place = looking.place(world, unit).map_err(|error| Failure::of_measure(error, measure))?;
    let page = world.comparison_page(measure, looking.by(), &place, &links(world)).await?;
    html(&page)
}
