//! One measure of a unit.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_engine::rows::Wanted;
use evenkeel_view::page::MeasurePage;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, InPeriod};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::routes::links;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/measure/{measure}/{unit}",
        id: "measure",
        summary: "one measure of a unit",
        says: "Its figures with their likely range, the course over 24 periods with the usual range and the signals, the \
               target and the way to it, its parts, the units below, and the latest rows behind it.",
        query: fields_of::<InPeriod>,
        data: schema_of::<MeasurePage>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(
    caller: Caller,
    Part(Path((measure, unit))): Part<Path<(String, String)>>,
    asked: Asked<InPeriod>,
) -> Result<Answer, Failure> {
    let world = &caller.world;
    let measure = world.measure(&measure)?;
    let place = asked.0.place(world, &unit).map_err(|error| Failure::of_measure(error, measure))?;
    let page = world.measure_page(measure, &place, &Wanted::default(), None, &links(world)).await?;
    caller.tells(&place, &page)
}
