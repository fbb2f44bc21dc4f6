//! Imports that the server begins by itself, one after the other, when their time has come.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use evenkeel_ingest::{IngestError, Outcome, Progress, Request};
use evenkeel_lake::Lake;
use evenkeel_model::schedule::{Attempts, Schedule};
use evenkeel_model::source::Source;
use evenkeel_spec::Project;
use evenkeel_state::{ImportRecord, Random, StateError, StateStore, Unrandom};
use evenkeel_view::page::ImportState;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::loading::Step;
use crate::publishing::batch_id;
use crate::server::Clock;

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(2);

/// What is needed to import without being asked.
pub struct Imports {
    /// Where it is kept what came of them.
    pub store: StateStore,
    /// Tells one import from another of the same second.
    pub random: Random,
    /// The folder of the project.
    pub root: PathBuf,
    /// When it is now, whatever instant the pages are of.
    pub clock: Clock,
    /// How far the one has come that runs now.
    pub running: Arc<Running>,
}

/// How far an import has come that the server began by itself, and of which source it is.
#[derive(Debug)]
pub struct Running(watch::Sender<Option<(String, Option<Step>)>>);

impl Default for Running {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Running {
    /// Where the import of a source is, in words; none where this server does not import it now.
    fn told(&self, source: &str) -> Option<String> {
        let at = self.0.borrow();
        let (_, step) = at.as_ref().filter(|(running, _)| running == source)?;
        step.as_ref().map(Step::words)
    }

    /// Hears of every step.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<(String, Option<Step>)>> {
        self.0.subscribe()
    }

    fn begins(&self, step: Step) {
        self.0.send_modify(|at| {
            if let Some((_, now)) = at {
                *now = Some(step);
            }
        });
    }
}

impl Progress for Running {
    fn table(&self, table: &str, _: u64) {
        self.begins(Step::Reading { table: table.to_owned(), rows: 0 });
    }

    fn read(&self, _: u64, now: u64) {
        self.0.send_if_modified(|at| match at {
            Some((_, Some(Step::Reading { rows, .. }))) if *rows != now => {
                *rows = now;
                true
            }
            _ => false,
        });
    }

    fn merging(&self) {
        self.begins(Step::Merging);
    }
}

/// How an import that was begun ended.
pub(crate) enum Ended {
    /// It succeeded.
    Well(Box<Outcome>),
    /// Somebody else is importing, or was while it ran; nothing was kept of it.
    Busy,
    /// It failed, and why.
    Failed(String),
    /// The server ends.
    Stopped,
}

/// Imports every source of a project whenever it is due, until it is dropped. `project` gives its present form.
pub(crate) async fn import_when_due(imports: &Imports, project: impl Fn() -> Arc<Project>, lake: &Lake) {
    loop {
        tokio::time::sleep(LOOK).await;
        let project = project();
        if scheduled(&project).next().is_none() {
            continue;
        }
        if let Err(error) = imports.import_what_is_due(&project, lake).await {
            tracing::warn!(%error, "scheduled imports wait: what came of the last ones cannot be read or noted");
        }
    }
}

impl Imports {
    /// What came of the imports of each source that has a schedule, on the clock of the project.
    pub(crate) async fn states(&self, project: &Project) -> Result<BTreeMap<String, ImportState>, StateError> {
        let records = self.store.imports().await?;
        let (zone, now) = (&project.time_zone, (self.clock)());
        let local = |at: Timestamp| zone.to_datetime(at);
        let state = |(source, schedule): (&Source, &Schedule)| {
            let record = records.iter().find(|record| record.source == source.name);
            let next = schedule.due(&attempts(record), now, zone).max(now);
            let state = ImportState {
                begun: record.map(|record| local(record.begun_at)),
                succeeded: record.and_then(|record| record.succeeded_at).map(local),
                open: record.is_some_and(ImportRecord::is_open),
                step: self.running.told(&source.name),
                failed: record.and_then(|record| Some((record.failures, record.why.clone()?))),
                next: (!record.is_some_and(ImportRecord::is_open)).then(|| local(next)),
            };
            (source.name.clone(), state)
        };
        Ok(scheduled(project).map(state).collect())
    }

    /// Imports what is due, what has waited longest first.
    async fn import_what_is_due(&self, project: &Project, lake: &Lake) -> Result<(), StateError> {
        let records = self.store.imports().await?;
        let now = (self.clock)();
        let mut due: Vec<(Timestamp, &Source, Option<&ImportRecord>)> = scheduled(project)
            .map(|(source, schedule)| {
                let record = records.iter().find(|record| record.source == source.name);
                (schedule.due(&attempts(record), now, &project.time_zone), source, record)
            })
            .filter(|(at, _, _)| *at <= now)
            .collect();
        due.sort_by_key(|(at, _, _)| *at);
        for (_, source, record) in due {
            // Another server may have begun it since.
            if !self.store.begin_import(&source.name, record, (self.clock)()).await? {
                continue;
            }
            self.running.0.send_replace(Some((source.name.clone(), None)));
            let ended = self.import(source, project, lake).await;
            match ended {
                Ended::Well(outcome) => {
                    self.store.end_import(&source.name, Ok((self.clock)())).await?;
                    let (source, rejected) = (&source.name, outcome.rejected());
                    tracing::info!(source, rejected, changed = !outcome.nothing_changed(), "a source was imported");
                }
                Ended::Busy => {
                    self.store.leave_import(&source.name, record).await?;
                    self.running.0.send_replace(None);
                    // Whoever imports will not be done before the next look.
                    return Ok(());
                }
                Ended::Failed(why) => {
                    tracing::warn!(source = source.name, why, "a source could not be imported");
                    self.store.end_import(&source.name, Err(&why)).await?;
                }
                Ended::Stopped => {}
            }
            // What is told of its end lies there already.
            self.running.0.send_replace(None);
        }
        Ok(())
    }

    async fn import(&self, source: &Source, project: &Project, lake: &Lake) -> Ended {
        match request(&self.root, project, (self.clock)(), &self.random) {
            Ok(request) => run(source, request, lake, Arc::clone(&self.running) as Arc<dyn Progress>).await,
            Err(error) => Ended::Failed(error.to_string()),
        }
    }
}

/// What an import of a project needs to know.
pub(crate) fn request(root: &Path, project: &Project, now: Timestamp, random: &Random) -> Result<Request, Unrandom> {
    Ok(Request {
        root: root.to_path_buf(),
        data_root: project.data_root.as_ref().map(|folder| root.join(folder)),
        zone: project.time_zone.clone(),
        now,
        batch_id: batch_id(random, now)?,
    })
}

/// Imports a source. It ends with whoever waits for it, so that a server that is stopped does not first import to the end.
pub(crate) async fn run(source: &Source, request: Request, lake: &Lake, progress: Arc<dyn Progress>) -> Ended {
    let (_waiting, mut abandoned) = watch::channel(());
    let (lake, source, runtime) = (lake.clone(), source.clone(), Handle::current());
    let work = move || {
        runtime.block_on(async {
            tokio::select! {
                outcome = evenkeel_ingest::import(&lake, &source, &request, progress.as_ref()) => Some(outcome),
                _ = abandoned.changed() => None,
            }
        })
    };
    // On a thread of its own, because reading and merging must not keep requests waiting.
    match tokio::task::spawn_blocking(work).await {
        Ok(Some(Ok(outcome))) => Ended::Well(Box::new(outcome)),
        Ok(Some(Err(IngestError::Lake(error)))) if error.is_busy() => Ended::Busy,
        Ok(Some(Err(error))) => Ended::Failed(why(&error)),
        Ok(None) => Ended::Stopped,
        Err(_) => Ended::Failed("the import ended early, by a mistake in evenkeel".to_owned()),
    }
}

/// The sources that are imported without being asked for.
fn scheduled(project: &Project) -> impl Iterator<Item = (&Source, &Schedule)> {
    project.sources.iter().filter_map(|source| Some((source, source.import.as_ref()?)))
}

fn attempts(record: Option<&ImportRecord>) -> Attempts {
    record.map_or_else(Attempts::default, ImportRecord::attempts)
}

/// Why an import failed, for pages: never what stands in a file, which may say who somebody is. Commands say that.
fn why(error: &IngestError) -> String {
    match error {
        IngestError::NoFiles { pattern, .. } => format!("no file matches `{pattern}`"),
        IngestError::Outside { file, .. } => format!("`{file}` lies outside of the project"),
        IngestError::File { error, .. } => {
            let line = error.line.map_or_else(String::new, |line| format!(", near line {line}"));
            format!(
                "`{}` cannot be read as the source declares it{line}; `evenkeel import` says what is wrong",
                error.file
            )
        }
        IngestError::Sql { table, .. } => {
            format!("the SELECT that fills `{table}` cannot be worked out; `evenkeel import` says what is wrong")
        }
        IngestError::Lake(_) => "the lake cannot be read or written; `evenkeel import` says what is wrong".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_lake::LakeError;

    use super::*;

    #[test]
    fn how_far_an_import_has_come_is_told_of_its_source_alone() {
        let running = Running::default();
        running.table("cases", 10);
        assert_eq!(running.told("crm"), None);
        running.0.send_replace(Some(("crm".to_owned(), None)));
        assert_eq!(running.told("crm"), None);
        running.table("case_events", 10);
        running.read(5, 12);
        assert_eq!(running.told("crm").unwrap().replace('\u{a0}', " "), "Reading case events: 12 rows so far.");
        assert_eq!(running.told("phone"), None);
        running.merging();
        assert_eq!(running.told("crm").as_deref(), Some("Putting the rows into the record."));
    }

    #[test]
    fn reasons_name_files_and_never_what_stands_in_them() {
        let sql = IngestError::Sql {
            source_name: "crm".to_owned(),
            table: "cases".to_owned(),
            message: "`Maria Lopez` is no number".to_owned(),
            position: None,
            help: Some("correct Maria Lopez".to_owned()),
        };
        let lake = IngestError::Lake(LakeError::Io(std::io::Error::other("Maria Lopez")));
        for error in [sql, lake] {
            let told = why(&error);
            assert!(!told.contains("Maria") && told.contains("`evenkeel import`"), "{told}");
        }
        let none = IngestError::NoFiles {
            source_name: "crm".to_owned(),
            files: "tickets".to_owned(),
            pattern: "raw/*.csv".to_owned(),
        };
        assert_eq!(why(&none), "no file matches `raw/*.csv`");
    }
}
