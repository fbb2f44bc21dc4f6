//! What asks for attention now.

use axum::extract::{Query, State as Shared};
use axum::response::Html;

use super::{Looking, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::Seen;

pub(crate) async fn show(
    Shared(state): Shared<State>,
    Seen(world): Seen,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place_of_query(&world)?;
    let waiting = world.waiting(state.access.store(), &place, state.now()).await?;
    let page = world.today_page(&place, &links(&world), &waiting).await?;
    html(&page)
}
