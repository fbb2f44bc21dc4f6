//! `evenkeel import`: raw files into the lake.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use evenkeel_ingest::{IngestError, Outcome, Progress, Request};
use evenkeel_model::source::Source;
use evenkeel_spec::Project;
use evenkeel_view::page::import::{ImportSummary, TableCounts};
use evenkeel_view::terminal;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Session, instant};
use crate::arguments::{AsOf, Import};
use crate::output::Output;
use crate::project::{OpenProject, diagnose_import};

pub async fn run(session: &Session<'_>, arguments: &Import) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let sources: Vec<&Source> = match &arguments.source {
        None => open.project.sources.iter().collect(),
        Some(name) => match open.project.sources.iter().find(|source| source.name == *name) {
            Some(source) => vec![source],
            None => {
                let known: Vec<&str> = open.project.sources.iter().map(|source| source.name.as_str()).collect();
                bail!("there is no source `{name}`; the project has {}", known.join(", "));
            }
        },
    };
    let imported = sources_into_lake(session, &open, &sources, arguments.as_of).await?;
    let Some(rejected) = imported else { return Ok(ExitCode::FAILURE) };
    Ok(if arguments.strict && rejected > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Imports sources one after the other and prints what came of each. Gives the number of rejected rows; none when
/// one of them failed, which was printed.
pub async fn sources_into_lake(
    session: &Session<'_>,
    open: &OpenProject,
    sources: &[&Source],
    as_of: AsOf,
) -> anyhow::Result<Option<u64>> {
    let output = session.output;
    let mut rejected = 0;
    let mut summaries: Vec<ImportSummary> = Vec::new();
    let begun_at = instant(as_of);
    for (place, source) in sources.iter().enumerate() {
        let request = request(&open.project, &open.root, instant(as_of));
        let bar = Bar::new(output, &source.name);
        let begun = Instant::now();
        let outcome = evenkeel_ingest::import(&open.lake, source, &request, &bar).await;
        bar.clear();
        match outcome {
            Ok(outcome) => {
                rejected += outcome.rejected();
                let summary = summary(&outcome, begun.elapsed());
                if !output.is_json() {
                    output.text(&terminal::import(&summary));
                }
                summaries.push(summary);
            }
            Err(error) => {
                // The sources before it are in the lake.
                if output.is_json() {
                    output.json(&summaries)?;
                }
                tell(output, &open.project, &error);
                output.note(&given_up(sources, place));
                return Ok(None);
            }
        }
    }
    tell_erased(open, begun_at, output);
    if output.is_json() {
        output.json(&summaries)?;
    } else if rejected > 0 {
        let verb = if rejected == 1 { "row was" } else { "rows were" };
        output.note(&format!("{rejected} {verb} rejected and set aside: `evenkeel rejects` lists them."));
    }
    Ok(Some(rejected))
}

/// Says that raw files name people who were erased, where they do.
fn tell_erased(open: &OpenProject, begun_at: Timestamp, output: &Output) {
    let key = open.lake.key().and_then(|key| key.read().ok().flatten());
    let named =
        key.map_or(0, |key| key.erased().filter(|erased| erased.named_at.is_some_and(|at| at >= begun_at)).count());
    if named > 0 {
        let who =
            if named == 1 { "somebody who was erased".to_owned() } else { format!("{named} people who were erased") };
        output.note(&format!(
            "Raw files still name {who}. Their rows came under the pseudonym that they had, so nothing counts twice; \
             whoever has the raw files knows who they are."
        ));
    }
}

/// What the import of a source did.
fn summary(outcome: &Outcome, took: Duration) -> ImportSummary {
    let tables = outcome
        .tables
        .iter()
        .map(|table| TableCounts {
            table: table.table.clone(),
            read: table.change.read + table.rejected,
            inserted: table.change.inserted,
            updated: table.change.updated,
            unchanged: table.change.unchanged,
            repeated: table.change.repeated,
            outdated: table.change.outdated,
            rejected: table.rejected,
        })
        .collect();
    ImportSummary { source: outcome.source.clone(), tables, seconds: took.as_secs_f64() }
}

/// What an import needs to know about a project.
pub fn request(project: &Project, root: &Path, now: Timestamp) -> Request {
    // The instant tells people when it was; the random part keeps two imports of one second apart.
    let unique = Uuid::new_v4().simple().to_string();
    Request {
        root: root.to_path_buf(),
        data_root: project.data_root.as_ref().map(|folder| root.join(folder)),
        zone: project.time_zone.clone(),
        now,
        batch_id: format!("{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), &unique[..8]),
    }
}

/// Prints a fault of an import, with its place in the project where it has one.
fn tell(output: &Output, project: &Project, error: &IngestError) {
    match diagnose_import(project, error) {
        Some(diagnostic) => output.diagnostics(&[diagnostic]),
        None => {
            output.error(&anyhow::anyhow!(error.to_string()));
            if let Some(help) = error.help() {
                output.help(&help);
            }
        }
    }
}

/// What became of the sources when the one in some place could not be imported.
fn given_up(sources: &[&Source], failed: usize) -> String {
    let named = |sources: &[&Source]| {
        sources.iter().map(|source| format!("`{}`", source.name)).collect::<Vec<String>>().join(", ")
    };
    let (before, after) = (&sources[..failed], &sources[failed + 1..]);
    let mut told = match before {
        [] => format!("Nothing of source `{}` was imported; the lake is as it was.", sources[failed].name),
        _ => format!(
            "Nothing of source `{}` was imported. In the lake are those before it: {}.",
            sources[failed].name,
            named(before)
        ),
    };
    if !after.is_empty() {
        told = format!("{told} Not tried: {}.", named(after));
    }
    told
}

/// A progress bar, on a terminal.
struct Bar {
    bar: Option<ProgressBar>,
    source: String,
}

impl Bar {
    fn new(output: &Output, source: &str) -> Self {
        let bar = output.shows_progress().then(|| {
            let bar = ProgressBar::new(0);
            let template = "{msg:32} {wide_bar} {bytes} of {total_bytes}, {eta} left";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { bar, source: source.to_owned() }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn table(&self, table: &str, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(bytes);
            bar.set_message(format!("{}: {table}", self.source));
        }
    }

    fn read(&self, bytes: u64, _: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }

    fn merging(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}: merging", self.source));
        }
    }
}
