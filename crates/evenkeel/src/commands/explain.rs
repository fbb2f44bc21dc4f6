//! `evenkeel explain`: what stands behind one number.

use std::process::ExitCode;

use evenkeel_engine::EngineError;
use evenkeel_engine::rows::Wanted;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;
use evenkeel_web::provenance;
use serde::Serialize;

use super::{CommandLinks, Session, place};
use crate::arguments::Explain;

/// The explanation for programs.
#[derive(Serialize)]
struct Explained<'a> {
    page: &'a evenkeel_view::page::MeasurePage,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: u64,
    value: Option<f64>,
    missing: Option<String>,
    query: &'a str,
    definition_version: String,
    data_version: &'a str,
    table_versions: &'a std::collections::BTreeMap<String, u64>,
    as_of: String,
}

pub async fn run(session: &Session<'_>, arguments: &Explain) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let measure = world.measure(&arguments.measure)?;
    if let Ok(Subject::Person(_)) = world.subject(arguments.place.unit.as_deref()) {
        if !measure.levels.person {
            return Err(EngineError::not_for_people(measure).into());
        }
        anyhow::bail!("`explain` takes a unit; the records of a person are listed by `evenkeel rows`");
    }
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let links = CommandLinks { fiscal: open.project.fiscal_year };
    let page = world.measure_page(measure, &place, &Wanted::default(), None, &links).await?;
    let subject = Subject::Unit(place.unit.clone());
    let explanation = world.explanation(measure, &subject, world.told_period(measure, &place).await?).await?;
    if session.output.is_json() {
        session.output.json(&Explained {
            page: &page,
            numerator: explanation.reading.numerator,
            denominator: explanation.reading.denominator,
            n: explanation.reading.n,
            value: explanation.reading.value,
            missing: explanation.missing.as_ref().map(|missing| evenkeel_view::words::missing(missing, measure)),
            query: &explanation.query,
            definition_version: explanation.definition.to_string(),
            data_version: &explanation.data_version,
            table_versions: &explanation.table_versions,
            as_of: explanation.as_of.to_string(),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let style = session.output.style(true);
    session.output.text(&terminal::explain(&page, style));
    session.output.text(&provenance(&explanation, style));
    Ok(ExitCode::SUCCESS)
}
