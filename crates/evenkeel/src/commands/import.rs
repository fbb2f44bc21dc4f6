//! `evenkeel import`: raw files into the lake.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use evenkeel_ingest::{IngestError, Outcome, Progress, Request};
use evenkeel_model::source::Source;
use evenkeel_spec::Project;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;
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

/// What an import did, for programs.
#[derive(Serialize)]
struct Imported<'a> {
    source: &'a str,
    tables: Vec<ImportedTable<'a>>,
    seconds: f64,
}

#[derive(Serialize)]
struct ImportedTable<'a> {
    table: &'a str,
    read: u64,
    inserted: u64,
    updated: u64,
    unchanged: u64,
    repeated: u64,
    outdated: u64,
    rejected: u64,
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
    let mut results = Vec::new();
    for source in sources {
        let request = request(&open.project, &open.root, instant(as_of));
        let bar = Bar::new(output, &source.name);
        let begun = Instant::now();
        let outcome = evenkeel_ingest::import(&open.lake, source, &request, &bar).await;
        bar.clear();
        match outcome {
            Ok(outcome) => {
                rejected += outcome.rejected();
                if !output.is_json() {
                    output.text(&summary(&outcome, begun.elapsed()));
                }
                results.push((outcome, begun.elapsed()));
            }
            Err(error) => {
                tell(output, &open.project, &error);
                return Ok(None);
            }
        }
    }
    if output.is_json() {
        let all: Vec<Imported<'_>> = results.iter().map(|(outcome, took)| for_programs(outcome, *took)).collect();
        output.json(&all)?;
    } else if rejected > 0 {
        let verb = if rejected == 1 { "row was" } else { "rows were" };
        output.note(&format!("{rejected} {verb} rejected and set aside: `evenkeel rejects` lists them."));
    }
    Ok(Some(rejected))
}

fn for_programs(outcome: &Outcome, took: Duration) -> Imported<'_> {
    let tables = outcome
        .tables
        .iter()
        .map(|table| ImportedTable {
            table: &table.table,
            read: table.change.read,
            inserted: table.change.inserted,
            updated: table.change.updated,
            unchanged: table.change.unchanged,
            repeated: table.change.repeated,
            outdated: table.change.outdated,
            rejected: table.rejected,
        })
        .collect();
    Imported { source: &outcome.source, tables, seconds: took.as_secs_f64() }
}

/// What an import did, line by line.
fn summary(outcome: &Outcome, took: Duration) -> String {
    use evenkeel_view::number::count;
    let mut text = format!("{} in {:.1} s", outcome.source, took.as_secs_f64());
    if outcome.nothing_changed() {
        text.push_str(", nothing changed");
    }
    text.push('\n');
    for table in &outcome.tables {
        let change = table.change;
        let mut parts = vec![format!("{} read", count(change.read + table.rejected))];
        for (number, word) in [
            (change.inserted, "inserted"),
            (change.updated, "updated"),
            (change.unchanged, "unchanged"),
            (change.repeated, "repeated"),
            (change.outdated, "outdated"),
            (table.rejected, "rejected"),
        ] {
            let always = matches!(word, "inserted" | "updated" | "unchanged" | "rejected");
            if always || number > 0 {
                parts.push(format!("{} {word}", count(number)));
            }
        }
        let _ = writeln!(text, "  {:<13} {}", table.table, parts.join(", "));
    }
    text
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
    output.note("Nothing of this source was imported; the lake is as it was.");
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
