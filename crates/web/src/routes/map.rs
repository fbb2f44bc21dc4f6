//! The strategy map.

use axum::extract::Query;
use axum::response::Html;

use super::{Looking, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place_of_query(&world)?;
    let page = world.map_page(&place, &links(&world)).await?;
    html(&page)
}
