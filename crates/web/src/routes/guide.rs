//! The guided reading for newcomers.

use axum::extract::Query;
use axum::response::Html;
use evenkeel_view::page::Template;

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place_of_query(&world)?;
    let page = world.guide_page(&place, &links(&world)).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}
