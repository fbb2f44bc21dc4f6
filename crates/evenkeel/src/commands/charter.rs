//! `evenkeel charter`: which promises to customers were kept.

use std::process::ExitCode;

use evenkeel_model::ids::UnitId;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::{Arrangement, Place};
use evenkeel_view::terminal;

use super::{CommandLinks, Session};
use crate::arguments::Charter;
use crate::project;

pub async fn run(session: &Session<'_>, arguments: &Charter) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let output = session.output;
    let links = CommandLinks { fiscal: world.project().fiscal_year };
    let text = arguments.place.period.as_deref();
    let period = if arguments.public { world.published(text) } else { world.period(text) };
    let period = period.map_err(|error| project::explain_world(&open.project, error, output))?;
    let subject = world.subject(arguments.place.unit.as_deref())?;
    // Links of the page name a person as they name a unit: by identifier.
    let unit = match &subject {
        Subject::Unit(unit) => unit.clone(),
        Subject::Person(person) => UnitId::new(person.as_str()),
    };
    let compare_with = world.compared_by_default(text, period);
    let place = Place { unit, period, compare_with, arrangement: Arrangement::Legs };
    if arguments.public {
        let page = world.charter_public(&place, &links).await;
        let page = page.map_err(|error| project::explain_world(&open.project, error, output))?;
        if output.is_json() {
            output.json(&page)?;
        } else {
            output.text(&terminal::charter_public(&page, output.style(false)));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let page = world.charter_page(&subject, &place, arguments.promise.as_deref(), &links).await;
    let page = page.map_err(|error| project::explain_world(&open.project, error, output))?;
    if output.is_json() {
        output.json(&page)?;
    } else {
        output.text(&terminal::charter(&page, output.style(false)));
    }
    Ok(ExitCode::SUCCESS)
}
