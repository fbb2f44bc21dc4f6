//! `evenkeel check`: every mistake of a project in one run.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use evenkeel_engine::Engine;
use evenkeel_engine::example::work_out;
use evenkeel_lake::{Lake, Storage};
use evenkeel_spec::diagnostic::summary;
use evenkeel_spec::lock::{self, LOCK_FILE};
use evenkeel_spec::{Diagnostic, DiskFiles, Item, Path, Project, Severity, load};
use evenkeel_web::scope;
use jiff::Timestamp;

use super::{Session, measures};
use crate::arguments::Check;
use crate::commands::import::request;
use crate::project::{diagnose_import, diagnose_measures, find};

pub async fn run(session: &Session<'_>, arguments: &Check) -> anyhow::Result<ExitCode> {
    let root = find(session.project.as_deref())?;
    let loaded = load(&DiskFiles::new(&root));
    let from_library = measures::told(&loaded);
    let mut diagnostics = loaded.diagnostics;
    if let Some(project) = &loaded.project {
        diagnostics.extend(expressions(project, session.workers).await?);
        diagnostics.extend(mappings(project, &root).await);
    }
    if session.output.is_json() {
        let views: Vec<_> = diagnostics.iter().map(Diagnostic::view).collect();
        session.output.json(&views)?;
    } else {
        session.output.diagnostics(&diagnostics);
        session.output.text(&format!("{}.\n", summary(loaded.files, &diagnostics)));
        if let Some(told) = from_library {
            session.output.note(told.trim_end());
        }
    }
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if let (true, false, Some(project)) = (arguments.lock, failed, &loaded.project) {
        record(project, &root, session)?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Adds the formulas of all measures to the record.
fn record(project: &Project, root: &std::path::Path, session: &Session<'_>) -> anyhow::Result<()> {
    let path = root.join(LOCK_FILE);
    let existing = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("`{LOCK_FILE}` cannot be read")),
    };
    let updated = lock::updated(&existing, project.measures.values());
    let added = updated.lines().count().saturating_sub(existing.lines().count());
    if updated != existing {
        std::fs::write(&path, updated).with_context(|| format!("`{LOCK_FILE}` cannot be written"))?;
    }
    session.output.note(&match added {
        0 => format!("{LOCK_FILE} has every formula already"),
        _ => format!("{LOCK_FILE} has the formulas of {} measures", project.measures.len()),
    });
    Ok(())
}

/// Compiles every measure against empty tables.
async fn expressions(project: &Project, workers: usize) -> anyhow::Result<Vec<Diagnostic>> {
    let folder = tempfile::tempdir()?;
    let lake = Lake::new(Storage::open("data", folder.path())?);
    let engine = Engine::open(lake.snapshot().await?, scope(project, Timestamp::UNIX_EPOCH, workers)).await?;
    let measures: Vec<_> = project.all_measures().into_values().collect();
    let Err(errors) = engine.compile(&measures).await else { return examples(project, folder.path()).await };
    let (diagnostics, others) = diagnose_measures(project, errors);
    // What keeps the measures from being looked at must not pass for a project without mistakes.
    match others.into_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok(diagnostics),
    }
}

/// Works out the examples of the project's own measures; those of the library are known to be right.
async fn examples(project: &Project, scratch: &std::path::Path) -> anyhow::Result<Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    for (id, measure) in &project.measures {
        let Some(example) = &measure.example else { continue };
        if project.is_built_in(id) {
            continue;
        }
        let outcome = work_out(scratch, measure, &[Arc::clone(measure)], example).await?;
        let at = |key: &str| project.source_map.find(Item::Measure(id.as_str()), &Path::top().key("example").key(key));
        for difference in outcome.differences {
            let Some(span) = at(difference.of) else { continue };
            let found = match (difference.found, difference.of) {
                (None, _) => "there is none".to_owned(),
                (Some(found), "value") => format!("it is {}", found * measure.unit.factor()),
                (Some(found), _) => format!("it is {found}"),
            };
            let message = format!("`{}` of the example of measure `{id}` does not come out: {found}", difference.of);
            let help = "correct the formula or the example: one of the two is not what is meant";
            diagnostics.push(Diagnostic::at(span, Severity::Error, message).code("example").help(help));
        }
    }
    Ok(diagnostics)
}

/// Plans every mapping, as far as the raw files are there.
async fn mappings(project: &Project, root: &std::path::Path) -> Vec<Diagnostic> {
    let request = request(project, root, Timestamp::UNIX_EPOCH);
    let mut diagnostics = Vec::new();
    for source in &project.sources {
        for error in evenkeel_ingest::check(source, &request).await {
            diagnostics.extend(diagnose_import(project, &error).map(|diagnostic| match error {
                // Files come and go; that none is there is worth a word, but no mistake of the project.
                evenkeel_ingest::IngestError::NoFiles { .. } => {
                    Diagnostic { severity: Severity::Warning, ..diagnostic }
                }
                _ => diagnostic,
            }));
        }
    }
    diagnostics
}
