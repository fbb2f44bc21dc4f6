//! `evenkeel targets`: whether targets are met, and will be.

use std::process::ExitCode;

use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;

use super::{CommandLinks, Session, place};
use crate::arguments::Targets;

pub async fn run(session: &Session<'_>, arguments: &Targets) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let page = world.targets(&place, &links).await?;
    if session.output.is_json() {
        session.output.json(&page)?;
    } else {
        session.output.text(&terminal::targets(&page, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
