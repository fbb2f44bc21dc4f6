//! The page of a measure.

use axum::extract::{Path, Query};
use axum::response::Html;

use super::{Done, Looking, html, links, notes};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Html<String>, Failure> {
    let measure = world.measure(&measure)?;
    let place = looking.place(&world, Some(&unit)).map_err(|error| Failure::of_measure(error, measure))?;
    let mut page = world.measure_page(measure, &place, &looking.rows()?, looking.by(), &links(&world)).await?;
    page.notice = done.notice(notes::DONE);
    html(&page)
}
