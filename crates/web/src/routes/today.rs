//! What asks for attention now.

use axum::extract::Query;
use axum::response::Html;
use evenkeel_model::ids::PersonId;
use evenkeel_state::{Dispute, DisputeState};
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
    // Those that wait for whoever looks, of the people of the unit.
    let mut waiting: Vec<Dispute> = match &who {
        Who::User { accounts, .. } if world.decides() => accounts.store.disputes(None).await?,
        _ => Vec::new(),
    };
    waiting.retain(|dispute| {
        let in_unit = world.is_in(&PersonId::new(&dispute.of.person), place.unit.as_str());
        dispute.state == DisputeState::Open && world.may_decide(dispute) && in_unit
    });
    waiting.reverse();
    let page = world.today_page(&place, &waiting, &links(&world)).await?;
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}
