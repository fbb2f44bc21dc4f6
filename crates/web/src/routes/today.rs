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
    // What was sent is not owed any more, though the record may not hold it yet.
    let typed = if world.types_figures() { who.accounts()?.store.figures().await? } else { Vec::new() };
    let page = world.today_page(&place, &links(&world), &typed).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}
