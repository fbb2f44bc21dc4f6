//! `evenkeel score`: the scorecard of a unit on the terminal.

use std::process::ExitCode;

use evenkeel_view::page::Arrangement;
use evenkeel_view::terminal;
use evenkeel_web::World;

use super::{CommandLinks, Session, place};
use crate::arguments::{Score, View};
use crate::output::Output;

pub async fn run(session: &Session<'_>, arguments: &Score) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    print(&world, arguments, session.output).await?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the scorecard.
pub async fn print(world: &World, arguments: &Score, output: &Output) -> anyhow::Result<()> {
    let arrangement = match arguments.view {
        View::Legs => Arrangement::Legs,
        View::Perspectives => Arrangement::Perspectives,
    };
    let place = place(world, &arguments.place, arguments.compare.as_deref(), arrangement)?;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let page = world.scorecard_page(&place, &links).await?;
    if output.is_json() {
        return output.json(&page);
    }
    output.text(&terminal::scorecard(&page, output.style(arguments.wide)));
    Ok(())
}
