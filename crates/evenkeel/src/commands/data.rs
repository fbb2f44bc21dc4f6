//! `evenkeel data`: what the record holds.

use std::collections::BTreeMap;
use std::process::ExitCode;

use evenkeel_view::terminal;

use super::{CommandLinks, Session};
use crate::arguments::Data;

pub async fn run(session: &Session<'_>, arguments: &Data) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.as_of).await?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let definition = |measure: &evenkeel_model::measure::Measure| format!("evenkeel measures show {}", measure.id);
    let sheet = world.data_sheet(None, BTreeMap::new(), &definition, &links).await?;
    if session.output.is_json() {
        session.output.json(&sheet)?;
    } else {
        session.output.text(&terminal::data(&sheet, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
