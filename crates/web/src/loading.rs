//! Files that people load: kept aside until somebody has said what their columns become, tried out, and imported while
//! somebody watches or not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use evenkeel_ingest::Progress;
use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::{Lake, Storage};
use evenkeel_model::source::Source;
use evenkeel_spec::headings::{Asked, Decisions, Head, Proposal, propose};
use evenkeel_spec::{DiskFiles, Project, load};
use evenkeel_state::{Action, Entry, Location, Origin, Random, Secret, StateError, StateStore};
use evenkeel_view::page::LoadMeasure;
use evenkeel_view::page::load::LoadStep;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::{Mutex as Turn, OnceCell, watch};

use crate::imports::{Ended, request, run};
use crate::server::{Clock, State};
use crate::sources::{self, Export, NewSource, NotAdded};
use crate::world::{Opening, World};

/// The file of a draft within its folder.
const FILE: &str = "export.csv";
/// How many files wait for what is said of them; the oldest gives way.
const MOST: usize = 16;
/// How long one waits.
const KEPT: Duration = Duration::from_hours(2);
/// How much of a secret tells one draft from another.
const TELLS_APART: usize = 32;
/// How long a file is tried out at most.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many rows that were put aside are kept for the file of them.
pub(crate) const MOST_REJECTS: usize = 10_000;
/// How often it is looked whether somebody else has ended.
const LOOK: Duration = Duration::from_secs(2);
/// How often it is looked for another import to end, and for figures to be worked out.
const LOOKS: usize = 300;

/// What is needed so that people can load files.
pub struct Loading {
    root: PathBuf,
    random: Random,
    clock: Clock,
    workers: usize,
    state: Location,
    store: OnceCell<StateStore>,
    drafts: Mutex<Vec<Arc<Draft>>>,
    /// Held while the project is changed, so that of two files one comes after the other.
    changing: Turn<()>,
    /// Held while a file is tried out: that takes the machine.
    trying: Turn<()>,
}

/// A file that was sent.
pub(crate) struct Draft {
    pub(crate) id: String,
    /// Who sent it; nobody else sees it.
    by: String,
    /// What it was called.
    pub(crate) called: String,
    pub(crate) bytes: u64,
    pub(crate) head: Head,
    folder: TempDir,
    sent: Instant,
    said: Mutex<Arc<Said>>,
    stage: watch::Sender<Stage>,
}

/// What somebody said of a file, and what would come of it.
#[derive(Clone)]
pub(crate) struct Said {
    /// The source that reads it.
    pub(crate) name: String,
    /// Whether that source is there already.
    pub(crate) known: bool,
    /// What was decided about its columns.
    pub(crate) decisions: Decisions,
    /// The zone of times that name none, where it is not that of the project.
    pub(crate) zone: Option<String>,
    /// What came of trying it out, or why it cannot be imported.
    pub(crate) trial: Result<Arc<Trial>, String>,
}

/// What would come of a file.
pub(crate) struct Trial {
    /// How many rows each table would get.
    pub(crate) taken: Vec<(String, u64)>,
    /// How many rows would be put aside.
    pub(crate) rejected: u64,
    /// Those, as far as they are kept.
    pub(crate) rejects: Vec<Reject>,
    /// What the measures of the scorecard could tell.
    pub(crate) measures: Vec<LoadMeasure>,
}

/// How far a file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Somebody says what its columns become.
    Said,
    /// It is being imported.
    Importing(Step),
    /// It was imported.
    Done(Vec<TableDone>),
    /// It was not.
    Failed(String),
}

/// What came of a file in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableDone {
    pub(crate) table: String,
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) rejected: u64,
}

/// What an import does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Waiting,
    Reading { table: String, rows: u64 },
    Merging,
    WorkingOut,
}

impl Step {
    /// The words for it.
    pub(crate) fn words(&self) -> String {
        let step = match self {
            Step::Waiting => LoadStep::Waiting,
            Step::Reading { table, rows } => LoadStep::Reading { table, rows: *rows },
            Step::Merging => LoadStep::Merging,
            Step::WorkingOut => LoadStep::WorkingOut,
        };
        step.words()
    }
}

/// Tells those who watch a draft how far its import has come.
struct Watched(watch::Sender<Stage>);

impl Progress for Watched {
    fn table(&self, table: &str, _: u64) {
        self.0.send_replace(Stage::Importing(Step::Reading { table: table.to_owned(), rows: 0 }));
    }

    fn read(&self, _: u64, now: u64) {
        self.0.send_if_modified(|stage| match stage {
            Stage::Importing(Step::Reading { rows, .. }) if *rows != now => {
                *rows = now;
                true
            }
            _ => false,
        });
    }

    fn merging(&self) {
        self.0.send_replace(Stage::Importing(Step::Merging));
    }
}

/// A folder for what people sent, which nobody else on the machine reads; it goes away when it is given up.
fn private_folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("evenkeel-loaded-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Draft {
    /// What was said of it.
    pub(crate) fn said(&self) -> Arc<Said> {
        Arc::clone(&locked(&self.said))
    }

    /// How far it has come.
    pub(crate) fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    /// How far it comes from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    /// What it was called, without its ending.
    pub(crate) fn stem(&self) -> &str {
        Path::new(&self.called).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// What its columns become by what was said.
    pub(crate) fn proposals(&self, decisions: &Decisions) -> Vec<Proposal> {
        propose(&self.head.columns, decisions)
    }

    /// Whether it is the one that is being imported, from now on; false where that was said before.
    fn begin(&self) -> bool {
        self.stage.send_if_modified(|stage| {
            let waits = *stage == Stage::Said;
            if waits {
                *stage = Stage::Importing(Step::Waiting);
            }
            waits
        })
    }
}

/// What has to be written so that a draft is read, and the project as it would be.
struct Plan {
    project: Arc<Project>,
    source: Source,
    new: Option<NewSource>,
}

impl Loading {
    /// Files are loaded into the project in a folder. What is done is recorded in the state at a location, which is opened when it
    /// is first needed. `clock` is the present, whatever instant pages are of.
    #[must_use]
    pub fn new(root: PathBuf, state: Location, random: Random, clock: Clock, workers: usize) -> Self {
        Self {
            root,
            random,
            clock,
            workers,
            state,
            store: OnceCell::new(),
            drafts: Mutex::default(),
            changing: Turn::default(),
            trying: Turn::default(),
        }
    }

    /// A secret that nobody knows.
    pub(crate) fn secret(&self) -> Result<Secret, StateError> {
        Ok(Secret::new(&self.random)?)
    }

    /// Keeps a file aside that was sent.
    pub(crate) fn keep(&self, by: &str, called: String, bytes: &[u8], head: Head) -> Result<Arc<Draft>, NotAdded> {
        let unkept = |error: std::io::Error| NotAdded::Write { path: called.clone(), error };
        let folder = private_folder().map_err(unkept)?;
        std::fs::write(folder.path().join(FILE), bytes).map_err(unkept)?;
        let id = self.secret().map_err(|error| unkept(std::io::Error::other(error)))?.text();
        let said = Said {
            name: String::new(),
            known: false,
            decisions: Decisions::default(),
            zone: None,
            trial: Err(String::new()),
        };
        let draft = Arc::new(Draft {
            id: id.get(..TELLS_APART).unwrap_or_default().to_owned(),
            by: by.to_owned(),
            called,
            bytes: bytes.len() as u64,
            head,
            folder,
            sent: Instant::now(),
            said: Mutex::new(Arc::new(said)),
            stage: watch::Sender::new(Stage::Said),
        });
        self.forget_old();
        let mut drafts = locked(&self.drafts);
        if drafts.len() >= MOST
            && let Some(oldest) = drafts.iter().position(|draft| !matches!(draft.stage(), Stage::Importing(_)))
        {
            drafts.remove(oldest);
        }
        drafts.push(Arc::clone(&draft));
        Ok(draft)
    }

    /// Forgets the files that nobody said anything of for long; asked for again and again.
    pub(crate) fn forget_old(&self) {
        let is_kept = |draft: &Arc<Draft>| draft.sent.elapsed() < KEPT || matches!(draft.stage(), Stage::Importing(_));
        locked(&self.drafts).retain(is_kept);
    }

    /// A file that somebody sent; none where it is somebody else's, or is not kept any more.
    pub(crate) fn draft(&self, by: &str, id: &str) -> Option<Arc<Draft>> {
        let drafts = locked(&self.drafts);
        drafts.iter().find(|draft| draft.id == id && draft.by == by && draft.sent.elapsed() < KEPT).cloned()
    }

    /// The sources of a project of which an export may be another file, the likeliest first.
    pub(crate) fn readers<'a>(&self, project: &'a Project, head: &Head) -> Vec<&'a Source> {
        sources::likely(&self.root, &project.sources, head)
    }

    /// Says what a file becomes, and tries it out.
    pub(crate) async fn say(&self, draft: &Draft, said: Said, project: &Arc<Project>, as_of: Timestamp) {
        let trial = match self.plan(draft, &said, project) {
            Ok(plan) => self.tried(draft, plan, as_of).await,
            Err(error) => Err(told(&error)),
        };
        *locked(&draft.said) = Arc::new(Said { trial, ..said });
    }

    fn plan(&self, draft: &Draft, said: &Said, project: &Arc<Project>) -> Result<Plan, NotAdded> {
        let found = |project: &Project| project.sources.iter().find(|source| source.name == said.name).cloned();
        if said.known {
            let source = found(project).ok_or_else(|| NotAdded::OtherFiles { name: said.name.clone() })?;
            sources::fits(&self.root, &source, &draft.head)?;
            return Ok(Plan { project: Arc::clone(project), source, new: None });
        }
        if found(project).is_some() {
            return Err(NotAdded::Exists { path: format!("sources/{}.yaml", said.name) });
        }
        let pattern = sources::pattern(&said.name);
        let asked = Asked {
            name: &said.name,
            path: &pattern,
            encoding: &draft.head.encoding,
            delimiter: draft.head.delimiter,
            zone: project.time_zone.iana_name().unwrap_or("UTC"),
            other_zone: said.zone.as_deref(),
            people: project.people != evenkeel_model::people::PeoplePolicy::Off,
        };
        let (new, loaded) = NewSource::plan(&self.root, &asked, &draft.proposals(&said.decisions))?;
        let project = loaded.project.ok_or_else(|| NotAdded::Mistake(String::new()))?;
        let source = found(&project).ok_or_else(|| NotAdded::Mistake("the source is not in it".to_owned()))?;
        Ok(Plan { project: Arc::new(project), source, new: Some(new) })
    }

    /// Imports a file into a lake of its own, which is thrown away, and asks the measures of the scorecard.
    async fn tried(&self, draft: &Draft, plan: Plan, as_of: Timestamp) -> Result<Arc<Trial>, String> {
        let late = || {
            format!(
                "It could not be tried out within {} seconds. Load a smaller file, for example of one month.",
                PATIENCE.as_secs()
            )
        };
        let busy = |_| "Other files are being tried out. Look again in a moment.".to_owned();
        let _alone = tokio::time::timeout(PATIENCE, self.trying.lock()).await.map_err(busy)?;
        tokio::time::timeout(PATIENCE, self.try_out(draft, plan, as_of)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn try_out(&self, draft: &Draft, plan: Plan, as_of: Timestamp) -> Result<Arc<Trial>, String> {
        let failed = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "a file could not be tried out");
            "It could not be tried out. The log of the server says why.".to_owned()
        };
        let Plan { project, mut source, .. } = plan;
        for files in source.files.values_mut() {
            files.paths = vec![FILE.to_owned()];
        }
        let folder = private_folder().map_err(|error| failed(&error))?;
        let place = folder.path().to_string_lossy().into_owned();
        let lake = Lake::new(Storage::open(&place, folder.path()).map_err(|error| failed(&error))?);
        let mut wanted =
            request(draft.folder.path(), &project, (self.clock)(), &self.random).map_err(|error| failed(&error))?;
        wanted.data_root = None;
        let outcome = match run(&source, wanted, &lake, Arc::new(evenkeel_ingest::Unwatched)).await {
            Ended::Well(outcome) => outcome,
            Ended::Failed(why) => return Err(format!("It cannot be imported: {why}.")),
            Ended::Busy | Ended::Stopped => return Err("It was not tried out to the end. Look again.".to_owned()),
        };
        let snapshot = lake.snapshot().await.map_err(|error| failed(&error))?;
        let rejects = rejects::list(&snapshot, None, Some(MOST_REJECTS)).await.map_err(|error| failed(&error))?;
        let opening = Opening { project, lake, as_of, workers: self.workers };
        let world = World::open(&opening).await.map_err(|error| failed(&error))?;
        Ok(Arc::new(Trial {
            taken: outcome.tables.iter().map(|table| (table.table.clone(), table.change.inserted)).collect(),
            rejected: outcome.rejected(),
            rejects,
            measures: world.could_tell(),
        }))
    }

    /// Imports a file as it was said: what is needed is written into the project now, and the rows are read in the background.
    /// False where that was begun before.
    pub(crate) async fn begin(self: &Arc<Self>, draft: &Arc<Draft>, state: &State) -> Result<bool, Failed> {
        if !draft.begin() {
            return Ok(false);
        }
        let (loading, draft, state) = (Arc::clone(self), Arc::clone(draft), state.clone());
        // Whatever has begun goes on when whoever asked has gone away.
        let writing = tokio::spawn(async move {
            match loading.write(&draft, &state).await {
                Ok((project, source)) => {
                    tokio::spawn(async move { loading.import(&draft, &project, &source, &state).await });
                    Ok(true)
                }
                Err(error) => {
                    draft.stage.send_replace(Stage::Said);
                    Err(error)
                }
            }
        });
        writing.await.unwrap_or(Err(Failed::GivenUp))
    }

    /// Puts a file, and its source where that is new, into the project, which the server then knows.
    async fn write(&self, draft: &Draft, state: &State) -> Result<(Arc<Project>, Source), Failed> {
        let _alone = self.changing.lock().await;
        let said = draft.said();
        // Somebody may have changed the files of the project since the server read them.
        let present = load(&DiskFiles::new(&self.root)).project.map(Arc::new).ok_or(Failed::Mistakes)?;
        let opened = state.project();
        // Rows would go where the server was told to write when it was started, and names with them.
        if (&present.storage, &present.pseudonyms) != (&opened.storage, &opened.pseudonyms) {
            return Err(Failed::Moved);
        }
        let plan = self.plan(draft, &said, &present)?;
        self.can_be_shown(&plan.project, state.now()).await?;
        // What cannot be recorded is not done.
        let file = format!("{} ({} bytes), into source {}", draft.called, draft.bytes, said.name);
        self.record(state, &draft.by, Action::FileLoaded, file).await?;
        if plan.new.is_some() {
            self.record(state, &draft.by, Action::SourceAdded, said.name.clone()).await?;
        }
        let export = Export { file: &draft.file(), called: draft.stem(), at: (self.clock)() };
        sources::add(&self.root, &said.name, &export, plan.new.as_ref())?;
        state.declare(Arc::clone(&plan.project));
        Ok((plan.project, plan.source))
    }

    /// Whether pages can show a project: files that hold together may still ask for columns that no table has.
    async fn can_be_shown(&self, project: &Arc<Project>, as_of: Timestamp) -> Result<(), Failed> {
        let folder = private_folder().map_err(|_| Failed::GivenUp)?;
        let storage = Storage::open(&folder.path().to_string_lossy(), folder.path()).map_err(|_| Failed::GivenUp)?;
        let opening = Opening { project: Arc::clone(project), lake: Lake::new(storage), as_of, workers: self.workers };
        World::open(&opening).await.map(drop).map_err(|error| {
            tracing::warn!(%error, "a file was not taken into a project that pages could not show");
            Failed::Mistakes
        })
    }

    async fn record(&self, state: &State, by: &str, action: Action, about: String) -> Result<(), StateError> {
        let entry = Entry { who: by.to_owned(), origin: Origin::Pages, action, about };
        let store = match state.access.store() {
            Some(store) => store,
            None => self.store.get_or_try_init(|| StateStore::open(&self.state)).await?,
        };
        store.record(&entry, (self.clock)()).await
    }

    async fn import(&self, draft: &Draft, project: &Arc<Project>, source: &Source, state: &State) {
        let ended = self.imported(draft, project, source, state).await;
        if let Err(why) = &ended {
            tracing::warn!(source = source.name, why, "a file that was loaded could not be imported");
        }
        draft.stage.send_replace(ended.map_or_else(Stage::Failed, Stage::Done));
    }

    async fn imported(
        &self,
        draft: &Draft,
        project: &Arc<Project>,
        source: &Source,
        state: &State,
    ) -> Result<Vec<TableDone>, String> {
        for _ in 0..LOOKS {
            let wanted =
                request(&self.root, project, (self.clock)(), &self.random).map_err(|error| error.to_string())?;
            match run(source, wanted, &state.lake, Arc::new(Watched(draft.stage.clone()))).await {
                Ended::Well(outcome) => {
                    draft.stage.send_replace(Stage::Importing(Step::WorkingOut));
                    shown(project, state).await;
                    let done = |table: &evenkeel_ingest::TableOutcome| TableDone {
                        table: table.table.clone(),
                        inserted: table.change.inserted,
                        updated: table.change.updated,
                        unchanged: table.change.unchanged,
                        rejected: table.rejected,
                    };
                    return Ok(outcome.tables.iter().map(done).collect());
                }
                Ended::Busy => {
                    draft.stage.send_replace(Stage::Importing(Step::Waiting));
                    tokio::time::sleep(LOOK).await;
                }
                Ended::Failed(why) => return Err(why),
                Ended::Stopped => return Err("the server was stopped".to_owned()),
            }
        }
        Err("another import did not end".to_owned())
    }
}

/// Waits until pages show what was imported.
async fn shown(project: &Arc<Project>, state: &State) {
    let Ok(snapshot) = state.lake.snapshot().await else { return };
    let version = snapshot.manifest().version;
    for _ in 0..LOOKS {
        let present = state.present();
        if present.lake_version() >= version && (Arc::ptr_eq(present.project(), project) || state.is_outdated(project))
        {
            return;
        }
        tokio::time::sleep(LOOK / 4).await;
    }
}

/// Why a file was not taken into the project.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// What is wrong with it, or with the folder of the project.
    #[error(transparent)]
    NotAdded(#[from] NotAdded),
    /// It could not be recorded.
    #[error(transparent)]
    State(#[from] StateError),
    /// The files of the project have mistakes.
    #[error("the files of the project have mistakes")]
    Mistakes,
    /// The server was started with another place for the record, or with another key of people.
    #[error("the project keeps its record elsewhere, or under other names, than the server")]
    Moved,
    /// It was given up half-way.
    #[error("writing was given up")]
    GivenUp,
}

/// What is wrong with a file, and what to do, for whoever loads it on a page.
pub(crate) fn told(error: &NotAdded) -> String {
    // Names stand between quotation marks on pages.
    let mut opens = false;
    let quoted = |sign: char| match sign {
        '`' => {
            opens = !opens;
            if opens { '“' } else { '”' }
        }
        sign => sign,
    };
    said(error).chars().map(quoted).collect()
}

fn said(error: &NotAdded) -> String {
    use evenkeel_spec::headings::{Question, Unready};
    let help = match error {
        NotAdded::Refused { refused, .. } => {
            return format!("{}.", evenkeel_view::words::capitalised(&refused.to_string()));
        }
        NotAdded::Unready(Unready::Open { question: Question::DayOrMonth, .. }) => "Choose it above the columns",
        NotAdded::Unready(Unready::Lacking(_)) => "Choose it in the list below",
        NotAdded::Unready(Unready::Open { .. }) => "Choose another column for it, or let it stay in the file",
        NotAdded::Unready(Unready::Heading(_)) => "Correct it in the file",
        NotAdded::OtherFiles { .. } | NotAdded::Exists { .. } => "Choose another name for the source",
        NotAdded::Missing { .. } => "Export the same columns again, or make a new source of it",
        NotAdded::WrittenOtherwise { .. } => "Export it in the same way, or make a new source of it",
        NotAdded::List(_) => "Whoever looks after the project adds the source to `sources` by hand",
        NotAdded::Mistake(_) => "`evenkeel check` lists what is wrong in the project",
        NotAdded::Unread { .. } | NotAdded::Write { .. } => {
            return format!(
                "{}{}. Nothing was imported. Whoever looks after this server has to let it write into the folder of the project.",
                evenkeel_view::words::capitalised(&error.to_string()),
                std::error::Error::source(error).map_or_else(String::new, |why| format!(": {why}")),
            );
        }
    };
    format!("{}. {help}.", evenkeel_view::words::capitalised(&error.to_string()))
}

/// Rows that were put aside, by what is wrong: how many, and the first of them.
pub(crate) fn by_reason(rejects: &[Reject]) -> Vec<(String, &Reject, u64)> {
    let mut groups: BTreeMap<(String, &str), (&Reject, u64)> = BTreeMap::new();
    for reject in rejects {
        let place = match &reject.column {
            Some(column) => format!("{}.{column}", reject.table),
            None => reject.table.clone(),
        };
        let group = groups.entry((place, reject.reason.as_str())).or_insert((reject, 0));
        if reject.line < group.0.line {
            group.0 = reject;
        }
        group.1 += 1;
    }
    let mut lines: Vec<_> = groups.into_iter().map(|((place, _), (first, rows))| (place, first, rows)).collect();
    lines.sort_by_key(|(_, _, rows)| std::cmp::Reverse(*rows));
    lines
}
