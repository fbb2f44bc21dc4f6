//! `evenkeel rejects`: the rows that could not be read.

use std::process::ExitCode;

use evenkeel_lake::rejects;
use evenkeel_view::terminal;

use super::Session;
use crate::arguments::Rejects;

/// How many are listed for people unless they say otherwise.
const FOR_PEOPLE: usize = 50;

pub async fn run(session: &Session<'_>, arguments: &Rejects) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let snapshot = open.lake.snapshot().await?;
    if let Some(source) = &arguments.source
        && !open.project.sources.iter().any(|known| known.name == *source)
    {
        anyhow::bail!("there is no source `{source}`");
    }
    let usual = if session.output.is_json() { 0 } else { FOR_PEOPLE };
    let limit = Some(arguments.limit.unwrap_or(usual)).filter(|limit| *limit > 0);
    let found = rejects::list(&snapshot, arguments.source.as_deref(), limit).await?;
    if session.output.is_json() {
        session.output.json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        session.output.note("No rows were rejected.");
        return Ok(ExitCode::SUCCESS);
    }
    let shown = found.len();
    let rows: Vec<evenkeel_view::page::import::Reject> = found
        .into_iter()
        .map(|reject| evenkeel_view::page::import::Reject {
            file: reject.file.unwrap_or_default(),
            line: reject.line.and_then(|line| u64::try_from(line).ok()),
            column: reject.column.map_or_else(|| reject.table.clone(), |column| format!("{}.{column}", reject.table)),
            value: reject.value.unwrap_or_default(),
            reason: reject.message,
        })
        .collect();
    session.output.text(&terminal::rejects(&rows).render(session.output.style(false)));
    let total = rejects::count(&snapshot, arguments.source.as_deref()).await?;
    if (shown as u64) < total {
        session.output.note(&format!("{shown} of {total}; `--limit 0` lists all."));
    }
    Ok(ExitCode::SUCCESS)
}
