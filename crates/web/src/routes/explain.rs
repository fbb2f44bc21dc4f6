//! How a number came about, step by step, as plain text.

use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::IntoResponse;
use evenkeel_engine::rows::Wanted;
use evenkeel_model::reading::Subject;
use evenkeel_view::terminal::{self, Style};

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;
use crate::world::provenance;

pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<impl IntoResponse, Failure> {
    let measure = world.measure(&measure)?;
    let place = looking.place(&world, Some(&unit)).map_err(|error| Failure::of_measure(error, measure))?;
    let page = world.measure_page(measure, &place, &Wanted::default(), None, &links(&world)).await?;
    let period = world.told_period(measure, &place).await?;
    let explanation = world.explanation(measure, &Subject::Unit(place.unit.clone()), period).await?;
    let style = Style::default();
    let text = format!("{}{}", terminal::explain(&page, style), provenance(&explanation, style));
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text))
}
