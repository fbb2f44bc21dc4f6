//! What asks for attention now.

use axum::extract::Query;
use axum::response::Html;
use evenkeel_view::page::Template;

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::{Seen, Who};

pub(crate) async fn show(
    Seen(world): Seen,
    who: Who,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place_of_query(&world)?;
    let waiting = world.waiting(who.store(), &place).await?;
    let page = world.today_page(&place, &links(&world), &waiting).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}
