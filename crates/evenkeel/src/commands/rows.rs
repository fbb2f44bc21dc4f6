//! `evenkeel rows`: the records behind one number.

use std::process::ExitCode;

use evenkeel_engine::rows::{Order, Wanted};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::Place;
use evenkeel_view::terminal;
use serde::Serialize;

use super::Session;
use crate::arguments::Rows;

/// The records for programs.
#[derive(Serialize)]
struct Listed {
    table: String,
    total: u64,
    withheld: u64,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

pub async fn run(session: &Session<'_>, arguments: &Rows) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let world = session.world(&open, arguments.place.as_of).await?;
    let measure = world.measure(&arguments.measure)?;
    let subject = world.subject(arguments.place.unit.as_deref())?;
    let period = world.period(arguments.place.period.as_deref())?;
    let limit = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let order = arguments.order.as_deref().map(Order::parse);
    let wanted = Wanted { first: arguments.offset, limit, order };
    let records = world.rows(measure, &subject, period, &wanted).await?;
    if session.output.is_json() {
        session.output.json(&Listed {
            table: records.table,
            total: records.total,
            withheld: records.withheld,
            columns: records.columns,
            rows: records.rows,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    if open.project.people == PeoplePolicy::Off {
        session.output.note("Columns that say who are left out, because evenkeel.yaml says `people: off`.");
    }
    let shown = records.rows.len();
    session.output.text(&terminal::records(&records.columns, &records.rows, session.output.style(true)));
    let first = arguments.offset + usize::from(shown > 0);
    session.output.note(&format!(
        "{first} to {} of {} rows of {} behind `{}`, {}, {}",
        arguments.offset + shown,
        records.total,
        records.table,
        measure.id,
        world.name_of(&subject),
        period.id(open.project.fiscal_year),
    ));
    if records.withheld > 0 {
        session.output.note(&format!(
            "{} more are withheld, so that nobody's answer is known: their units, or units beside them, had too few that month.",
            records.withheld
        ));
    }
    if let Subject::Unit(unit) = &subject {
        let place = Place { period, ..world.whole() }.in_unit(unit);
        let told = world.told_period(measure, &place).await?;
        if told != period {
            let told = told.id(open.project.fiscal_year);
            session.output.note(&format!(
                "The scorecard tells {told}, because this month has too few rows; --period {told} lists theirs."
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
