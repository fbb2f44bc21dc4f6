//! What is found when something is asked for.

use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;

use super::{Looking, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// What is asked for, and where one stands. A form sends what is left open as an empty text.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    q: Option<String>,
    unit: Option<String>,
    period: Option<String>,
    compare: Option<String>,
    view: Option<String>,
}

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let Wanted { q, unit, period, compare, view } = wanted;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let looking = Looking { period: given(period), compare: given(compare), view, ..Looking::default() };
    let place = looking.place(&world, given(unit).as_deref())?;
    let page = world.search_page(&q.unwrap_or_default(), &place, &links(&world)).await?;
    html(&page)
}
