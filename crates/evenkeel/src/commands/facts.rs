//! `evenkeel facts`: what the case clock says about each case, as a table.

use std::process::ExitCode;

use anyhow::{Context, bail};
use evenkeel_engine::{Engine, Scope};

use super::{Session, instant};
use crate::arguments::Facts;

pub async fn run(session: &Session<'_>, arguments: &Facts) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    if arguments.out.extension().is_none_or(|ending| ending != "parquet") {
        bail!("`{}` must end in .parquet", arguments.out.display());
    }
    let scope = Scope {
        organisation: open.project.organisation.clone(),
        zone: open.project.time_zone.clone(),
        fiscal: open.project.fiscal_year,
        as_of: instant(arguments.as_of),
        workers: session.workers,
    };
    let engine = Engine::open(open.lake.snapshot().await?, scope).await?;
    let facts = engine.case_facts().await?;
    // The file is put in place when it is whole.
    let part = arguments.out.with_extension("part");
    std::fs::copy(facts.path(), &part).with_context(|| format!("`{}` cannot be written", part.display()))?;
    std::fs::rename(&part, &arguments.out)
        .with_context(|| format!("`{}` cannot be written", arguments.out.display()))?;
    let cases = facts.rows()?;
    if session.output.is_json() {
        session.output.json(&serde_json::json!({ "out": arguments.out, "cases": cases }))?;
    } else {
        session.output.note(&format!("wrote {cases} cases to {}", arguments.out.display()));
    }
    Ok(ExitCode::SUCCESS)
}
