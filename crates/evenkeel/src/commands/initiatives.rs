//! `evenkeel initiatives`: what is done to move measures.

use std::process::ExitCode;

use evenkeel_state::StateStore;
use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;

use super::{CommandLinks, Session, place};
use crate::arguments::Initiatives;

pub async fn run(session: &Session<'_>, arguments: &Initiatives) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let written = StateStore::open(&open.state()?).await?.initiatives().await?;
    let world = world.with_initiatives(written.into());
    let place = place(&world, &arguments.place, None, Arrangement::Legs)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let page = world.initiatives_page(&place, &links).await?;
    if session.output.is_json() {
        session.output.json(&page)?;
    } else {
        session.output.text(&terminal::initiatives(&page, session.output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
