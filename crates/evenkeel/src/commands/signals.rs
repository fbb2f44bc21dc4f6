//! `evenkeel signals`: what has changed, in a unit and everything below it.

use std::process::ExitCode;

use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;

use super::{CommandLinks, Session, place};
use crate::arguments::Signals;

pub async fn run(session: &Session<'_>, arguments: &Signals) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let list = world.signals(&place, &links).await?;
    if session.output.is_json() {
        session.output.json(&list)?;
    } else {
        session.output.text(&terminal::signals(&list, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
