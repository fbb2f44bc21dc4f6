//! The figures of charts, as CSV files.

use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use evenkeel_engine::export::quoted;
use evenkeel_view::page::{ChartFigures, MeasurePage};

use super::{Looking, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// The scores of the legs.
pub(crate) async fn balance(
    Seen(world): Seen,
    Asked(Path(unit)): Asked<Path<String>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    let place = looking.place(&world, Some(&unit))?;
    file(world.scorecard_page(&place, &links(&world)).await?.balance_figures())
}

/// What the strategy map shows.
pub(crate) async fn map(Seen(world): Seen, Asked(Query(looking)): Asked<Query<Looking>>) -> Result<Response, Failure> {
    let place = looking.place_of_query(&world)?;
    file(world.map_page(&place, &links(&world)).await?.figures())
}

/// The course of a measure.
pub(crate) async fn course(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    file(charts(&world, &measure, &unit, &looking).await?.course_figures())
}

/// The way of a measure to its target.
pub(crate) async fn way(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    file(charts(&world, &measure, &unit, &looking).await?.way_figures())
}

/// Units held against a standard.
pub(crate) async fn funnel(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    let measure = world.measure(&measure)?;
    let place = looking.place(&world, Some(&unit)).map_err(|error| Failure::of_measure(error, measure))?;
    file(world.comparison_page(measure, looking.by(), &place, &links(&world)).await?.funnel_figures())
}

async fn charts(world: &World, measure: &str, unit: &str, looking: &Looking) -> Result<MeasurePage, Failure> {
    let measure = world.measure(measure)?;
    let place = looking.place(world, Some(unit)).map_err(|error| Failure::of_measure(error, measure))?;
    Ok(world.measure_charts(measure, &place, &links(world)).await?)
}

/// The file of a chart; refused where there is no chart.
fn file(figures: Option<ChartFigures>) -> Result<Response, Failure> {
    let none = || Failure::not_found("There is no such chart for this unit and period. Its page says why.");
    let figures = figures.ok_or_else(none)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", figures.name)),
    ];
    Ok((headers, csv(&figures)).into_response())
}

/// A table as comma-separated text. Spreadsheets take a file for UTF-8 by the mark in front of it.
fn csv(figures: &ChartFigures) -> String {
    let mut text = format!("\u{feff}{}\r\n", figures.columns.join(","));
    for row in &figures.rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_stays_a_text() {
        let figures = ChartFigures {
            name: "x".to_owned(),
            columns: vec!["name", "value"],
            rows: vec![
                vec!["=cmd|' /C calc'!A0".to_owned(), "-0.5".to_owned()],
                vec!["a, \"b\"".to_owned(), String::new()],
            ],
        };
        assert_eq!(csv(&figures), "\u{feff}name,value\r\n'=cmd|' /C calc'!A0,-0.5\r\n\"a, \"\"b\"\"\",\r\n");
    }
}
