//! `evenkeel compare`: units or people held against a standard, like for like.

use std::process::ExitCode;

use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;

use super::{CommandLinks, Session, place};
use crate::arguments::Compare;
use crate::project;

pub async fn run(session: &Session<'_>, arguments: &Compare) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let measure = world.measure(&arguments.measure)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let sheet = world.comparison_sheet(measure, arguments.by.as_deref(), &place, &links).await;
    let sheet = sheet.map_err(|error| project::explain_world(&open.project, error, session.output))?;
    if session.output.is_json() {
        session.output.json(&sheet)?;
    } else {
        session.output.text(&terminal::comparison(&sheet, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
