//! `evenkeel standards`: people rated against the performance standards of their roles.

use std::process::ExitCode;

use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;

use super::{CommandLinks, Session, place};
use crate::arguments::Standards;
use crate::project;

pub async fn run(session: &Session<'_>, arguments: &Standards) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let sheet = world.ratings(arguments.person.as_deref(), &place, &links).await;
    let sheet = sheet.map_err(|error| project::explain_world(&open.project, error, session.output))?;
    if session.output.is_json() {
        session.output.json(&sheet)?;
    } else {
        session.output.text(&terminal::standards(&sheet, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
