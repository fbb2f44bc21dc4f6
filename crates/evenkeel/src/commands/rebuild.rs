//! `evenkeel rebuild`: everything again, from the lake.

use std::process::ExitCode;
use std::time::Instant;

use evenkeel_model::period::Grain;
use evenkeel_web::WorldError;
use serde::Serialize;

use super::{Session, instant};
use crate::arguments::Rebuild;
use crate::project::explain_world;

/// One step and how long it took.
#[derive(Serialize)]
struct Step {
    step: &'static str,
    seconds: f64,
}

pub async fn run(session: &Session<'_>, arguments: &Rebuild) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let mut steps = Vec::new();
    let mut begun = Instant::now();
    let mut step = |name: &'static str| {
        steps.push(Step { step: name, seconds: begun.elapsed().as_secs_f64() });
        begun = Instant::now();
    };
    let engine = open.engine(instant(arguments.as_of), session.workers, session.output).await?;
    step("organisation");
    let measures: Vec<_> = open.project.all_measures().into_values().collect();
    let explain = |errors| explain_world(&open.project, WorldError::Measures(errors), session.output);
    engine.compile(&measures).await.map_err(explain)?;
    step("case facts");
    let store = engine.store(measures.clone(), Grain::Month).await?;
    step("cells and readings");
    let organisation = engine.directory().problems().iter().map(ToString::to_string);
    let calendars = engine.calendar_problems().await?;
    let problems: Vec<String> = organisation.chain(calendars.iter().map(ToString::to_string)).collect();
    let periods = store.periods(Grain::Month).len();
    let data_version = engine.data_version(&measures);
    if session.output.is_json() {
        session.output.json(&serde_json::json!({
            "measures": measures.len(), "months": periods, "data_version": data_version,
            "problems": problems, "steps": steps,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for problem in problems {
        session.output.note(&format!("warning: {problem}"));
    }
    if arguments.timings {
        for step in &steps {
            session.output.text(&format!("  {:<20} {:>8.2} s\n", step.step, step.seconds));
        }
    }
    session
        .output
        .text(&format!("Worked out {} measures over {periods} months; data version {data_version}.\n", measures.len()));
    Ok(ExitCode::SUCCESS)
}
