//! All targets of a unit.

use axum::extract::{Path, Query};
use axum::response::Html;

use super::{Looking, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Path(unit)): Asked<Path<String>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place(&world, Some(&unit))?;
    let page = world.targets(&place, &links(&world)).await?;
    html(&page)
}
