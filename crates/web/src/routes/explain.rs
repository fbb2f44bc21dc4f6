//! How a number came about, step by step, as plain text.

use std::fmt::Write as _;

use axum::extract::{Path, Query, State as Shared};
use axum::http::header;
use axum::response::IntoResponse;
use evenkeel_engine::explain::Explanation;
use evenkeel_model::reading::Subject;
use evenkeel_view::terminal::{self, Style};

use super::{Looking, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;

pub(crate) async fn show(
    Shared(state): Shared<State>,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<impl IntoResponse, Failure> {
    let world = state.world();
    let place = looking.place(&world, Some(&unit))?;
    let measure = world.measure(&measure)?;
    let page = world.measure_page(measure, &place, 0, &links(&world)).await?;
    let explanation = world.explanation(measure, &Subject::Unit(place.unit.clone()), place.period).await?;
    let text = format!("{}\n{}", terminal::explain(&page, Style::default()), provenance(&explanation));
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text))
}

/// What a number was computed from: the same as a query, and the versions of everything.
#[must_use]
pub fn provenance(explanation: &Explanation) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "  As a query over the lake");
    for line in explanation.query.lines() {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text, "\n  Versions");
    let _ = writeln!(text, "    definition  {}", explanation.definition);
    let _ = writeln!(text, "    data        {}", explanation.data_version);
    for (table, version) in &explanation.table_versions {
        let _ = writeln!(text, "    {table:<11} Delta version {version}");
    }
    let _ = writeln!(text, "    as of       {}", explanation.as_of);
    if let Some((placed, rows)) = explanation.coverage
        && rows > 0
    {
        let share = placed as f64 / rows as f64 * 100.0;
        let _ = writeln!(
            text,
            "\n  Of the {rows} rows of this record that lie in time, {placed} ({share:.1} %) belong to a unit; the others count for the organisation alone."
        );
    }
    text
}
