//! From an export to a source of the project: what has to be written for it, and writing it. Pages and the command line do
//! it alike.
//!
//! Every file that is loaded is kept under a name of its own in `raw/NAME/`, all of which the source reads, in the order in
//! which they were loaded: the newest row of a case holds, and nothing of an earlier file is lost.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use evenkeel_model::source::{RawFormat, Source};
use evenkeel_spec::edit::{self, EditError, Value};
use evenkeel_spec::headings::{self, Asked, Head, LOOKED_AT, Proposal, Refused, Unready};
use evenkeel_spec::{DiskFiles, Files, Loaded, Severity, template};
use jiff::Timestamp;
use thiserror::Error;

use crate::whole_file::{Unwritten, WholeFile};

/// The file that lists the sources of a project.
const PROJECT: &str = "evenkeel.yaml";
/// The longest name of a source that is made from that of a file.
const LONGEST_NAME: usize = 40;
/// How many files may be loaded into a source within one second.
const MOST_ALIKE: usize = 99;

/// Why an export did not become part of a source.
#[derive(Debug, Error)]
pub enum NotAdded {
    /// The file cannot be read.
    #[error("`{file}` cannot be read")]
    Unread {
        /// The file.
        file: String,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The file is no export.
    #[error("`{file}` cannot be read: {refused}")]
    Refused {
        /// The file.
        file: String,
        /// Why.
        refused: Refused,
    },
    /// A source of the name reads other files.
    #[error("there is a source `{name}` already, and it reads other files than those in `raw/{name}/`")]
    OtherFiles {
        /// The source.
        name: String,
    },
    /// A column is missing that the files before have.
    #[error("the file before this one has a column `{heading}`, which is missing here")]
    Missing {
        /// Its heading.
        heading: String,
    },
    /// The file is written in another way than the source declares.
    #[error("the files of this source are written in {declared}, this one in {found}")]
    WrittenOtherwise {
        /// How the source declares them.
        declared: String,
        /// How this one is written.
        found: String,
    },
    /// No source file can be written yet.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// A file is there that was not made for this source.
    #[error("`{path}` exists already")]
    Exists {
        /// The file.
        path: String,
    },
    /// The list of sources cannot be changed.
    #[error("evenkeel.yaml cannot be changed: {0}")]
    List(#[from] EditError),
    /// With the new source the project would have a mistake.
    #[error("with this source the project would have a mistake: {0}")]
    Mistake(String),
    /// A file of the project cannot be written.
    #[error("`{path}` cannot be written")]
    Write {
        /// The file, relative to the project.
        path: String,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// A name that can be that of a file and of a source, whatever the export was called.
#[must_use]
pub fn safe_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if name.len() >= LONGEST_NAME {
            break;
        }
    }
    let name = name.trim_end_matches('_');
    // What YAML takes for a number, a truth value or nothing would be no name.
    let words = ["", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    if words.contains(&name) || name.starts_with(|letter: char| letter.is_ascii_digit()) {
        return format!("export_{name}").trim_end_matches('_').to_owned();
    }
    name.to_owned()
}

/// The raw files of a source that was made from an export, as its file says it.
#[must_use]
pub fn pattern(name: &str) -> String {
    format!("raw/{name}/*.csv")
}

/// The name under which a source has its one set of raw files, where it reads those that were loaded for it alone.
#[must_use]
pub fn loaded_files(source: &Source) -> Option<&str> {
    let mut files = source.files.iter();
    let (name, declared) = files.next().filter(|_| files.next().is_none())?;
    (declared.paths == [pattern(&source.name)]).then_some(name.as_str())
}

/// The beginning of an export.
///
/// # Errors
/// When the file cannot be read or is no export.
pub fn head(file: &Path) -> Result<Head, NotAdded> {
    let named = || file.display().to_string();
    let unread = |error| NotAdded::Unread { file: named(), error };
    let mut bytes = Vec::new();
    // One byte more tells whether that was all.
    let most = u64::try_from(LOOKED_AT).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file).map_err(unread)?.take(most).read_to_end(&mut bytes).map_err(unread)?;
    headings::read(&bytes, bytes.len() <= LOOKED_AT).map_err(|refused| NotAdded::Refused { file: named(), refused })
}

/// Refuses an export that a source which is there already could not read as its files before.
///
/// # Errors
/// When the source reads other files, or the export lacks a column or is written in another way.
pub fn fits(root: &Path, source: &Source, head: &Head) -> Result<(), NotAdded> {
    let Some(declared) = loaded_files(source).and_then(|name| source.files.get(name)) else {
        return Err(NotAdded::OtherFiles { name: source.name.clone() });
    };
    if let Some(before) = newest(&root.join("raw").join(&source.name)) {
        let before = self::head(&before)?;
        let mut read = before.columns.iter().filter(|column| reads(source, &column.heading));
        if let Some(column) = read.find(|column| !has(head, &column.heading)) {
            return Err(NotAdded::Missing { heading: column.heading.clone() });
        }
    }
    if let RawFormat::Csv(format) = &declared.format
        && (char::from(format.delimiter) != head.delimiter || !format.encoding.eq_ignore_ascii_case(&head.encoding))
    {
        return Err(NotAdded::WrittenOtherwise {
            declared: written(&format.encoding, char::from(format.delimiter)),
            found: written(&head.encoding, head.delimiter),
        });
    }
    Ok(())
}

fn has(head: &Head, heading: &str) -> bool {
    head.columns.iter().any(|column| column.heading == heading)
}

/// Whether the SELECTs of a source name a column.
#[must_use]
pub fn reads(source: &Source, heading: &str) -> bool {
    let identifier = headings::identifier(heading);
    source.tables.iter().any(|table| {
        // Columns are named with quotation marks in what is written here; somebody may have written another SELECT.
        let word = |part: &str| part.eq_ignore_ascii_case(heading.trim());
        let plain = || table.select.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(word);
        table.select.contains(&identifier) || !table.select.contains('"') && plain()
    })
}

/// The sources that read loaded files of which an export may be another one, the likeliest first: those that could read it, and
/// those of which it has most of the columns that they read. Of one that it lacks a column of, [`fits`] says so.
#[must_use]
pub fn likely<'a>(root: &Path, sources: &'a [Source], head: &Head) -> Vec<&'a Source> {
    let mut found: Vec<(usize, bool, &Source)> = Vec::new();
    for source in sources.iter().filter(|source| loaded_files(source).is_some()) {
        let before = newest(&root.join("raw").join(&source.name)).and_then(|before| self::head(&before).ok());
        let columns = before.map(|before| before.columns).unwrap_or_default();
        let read: Vec<&str> =
            columns.iter().map(|column| column.heading.as_str()).filter(|heading| reads(source, heading)).collect();
        let here = read.iter().filter(|heading| has(head, heading)).count();
        let fits = fits(root, source, head).is_ok();
        if fits || here * 2 > read.len() {
            found.push((here, fits, source));
        }
    }
    found.sort_by_key(|(here, fits, _)| std::cmp::Reverse((*here, *fits)));
    found.into_iter().map(|(_, _, source)| source).collect()
}

/// How an export is written, in words.
pub(crate) fn written(encoding: &str, delimiter: char) -> String {
    let between = match delimiter {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "vertical bars",
        _ => "another sign",
    };
    format!("{} with {between} between cells", encoding.to_uppercase())
}

/// The file of a folder whose name comes last: that which was loaded last.
fn newest(folder: &Path) -> Option<PathBuf> {
    let paths = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    paths.filter(|path| is_loaded(path) && path.is_file()).max()
}

/// Whether a file is one that the source reads, and not one that is still being written.
fn is_loaded(path: &Path) -> bool {
    let hidden = path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'));
    !hidden && path.extension().is_some_and(|ending| ending == "csv")
}

/// What has to be written so that a project has a source, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// Files by their paths in the project; the first is new, the others take the place of what is there.
    files: Vec<(String, String)>,
}

impl NewSource {
    /// What has to be written for a mapping: the source, the scorecard that goes with it, and the list of the project.
    ///
    /// # Errors
    /// When the mapping is not ready, a file of that name is there, or the project would have a mistake with it.
    pub fn plan(root: &Path, asked: &Asked<'_>, proposals: &[Proposal]) -> Result<(Self, Loaded), NotAdded> {
        let path = format!("sources/{}.yaml", asked.name);
        let text = headings::source_file(proposals, asked)?;
        for taken in [path.clone(), format!("raw/{}", asked.name)] {
            if root.join(&taken).symlink_metadata().is_ok() {
                return Err(NotAdded::Exists { path: taken });
            }
        }
        let unread = |error| NotAdded::Unread { file: PROJECT.to_owned(), error };
        let before = std::fs::read_to_string(root.join(PROJECT)).map_err(unread)?;
        let sources = "sources".parse().map_err(|_| NotAdded::Mistake("`sources` is no path".to_owned()))?;
        let list = edit::add(&before, &sources, &Value::text(&path))?;
        let mut files = vec![(path, text)];
        // A scorecard that somebody changed is theirs.
        let (scorecard, untouched) = template::SUPPORT_DESK_SCORECARD;
        if std::fs::read_to_string(root.join(scorecard)).is_ok_and(|text| text == untouched) {
            files.push((scorecard.to_owned(), template::support_desk_scorecard(proposals)));
        }
        files.push((PROJECT.to_owned(), list));
        let planned = Self { files };
        let loaded = planned.tried(root);
        if loaded.project.is_none() {
            let mut errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            let first = errors.next().map(|first| first.message.clone());
            return Err(NotAdded::Mistake(first.unwrap_or_default()));
        }
        Ok((planned, loaded))
    }

    /// The project as it would be.
    fn tried(&self, root: &Path) -> Loaded {
        evenkeel_spec::load(&Planned { disk: DiskFiles::new(root), files: &self.files })
    }
}

/// The files of a project with those that are not written yet.
struct Planned<'a> {
    disk: DiskFiles,
    files: &'a [(String, String)],
}

impl Files for Planned<'_> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut all = self.disk.list(folder)?;
        let inside = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        all.extend(self.files.iter().map(|(path, _)| path).filter(inside).cloned());
        all.sort();
        all.dedup();
        Ok(all)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.files.iter().find(|(known, _)| known == path) {
            Some((_, text)) => Ok(text.clone().into_bytes()),
            None => self.disk.read(path),
        }
    }
}

/// An export that is to be read by a source.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The file.
    pub file: &'a Path,
    /// What it was called, without folder and ending.
    pub called: &'a str,
    /// When it is loaded.
    pub at: Timestamp,
}

/// Where a file was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its path in the project.
    pub path: String,
    /// Whether it lay there already, under whatever name.
    pub known: bool,
}

/// Keeps an export among the raw files of a source and, where the source is new, writes what it needs, the list of the
/// project last. What fails leaves nothing behind.
///
/// # Errors
/// When a file cannot be written, or one is there that must not be written over.
pub fn add(root: &Path, name: &str, export: &Export<'_>, new: Option<&NewSource>) -> Result<Kept, NotAdded> {
    let folder = root.join("raw").join(name);
    let mut undo = Undo::default();
    let kept = keep(root, name, export);
    if let Ok(kept) = &kept
        && !kept.known
    {
        undo.made.push(root.join(&kept.path));
    }
    let added = kept.and_then(|kept| {
        let mut files = new.iter().flat_map(|new| &new.files);
        if let Some((path, text)) = files.next() {
            put(root, path, text, true)?;
            undo.made.push(root.join(path));
        }
        for (path, text) in files {
            let unread = |error| NotAdded::Unread { file: path.clone(), error };
            let before = std::fs::read(root.join(path)).map_err(unread)?;
            put(root, path, text, false)?;
            undo.changed.push((root.join(path), before));
        }
        Ok(kept)
    });
    if added.is_err() {
        undo.all();
        if new.is_some() {
            // A folder that holds something is not taken away.
            drop(std::fs::remove_dir(folder));
        }
    }
    added
}

/// What was written, in case the rest cannot be.
#[derive(Default)]
struct Undo {
    /// Files that were not there.
    made: Vec<PathBuf>,
    /// Files that were another before.
    changed: Vec<(PathBuf, Vec<u8>)>,
}

impl Undo {
    fn all(self) {
        for path in self.made {
            // What cannot be removed is read by no source, because the list of the project does not name it.
            drop(std::fs::remove_file(path));
        }
        for (path, before) in self.changed {
            if let Err(error) = replace(&path, &before) {
                tracing::error!(path = %path.display(), %error, "a file of the project could not be written back");
            }
        }
    }
}

/// Puts an export among the raw files of a source, unless the very same file is there already.
fn keep(root: &Path, name: &str, export: &Export<'_>) -> Result<Kept, NotAdded> {
    let inside = format!("raw/{name}");
    let folder = root.join(&inside);
    let unread = |error| NotAdded::Unread { file: export.file.display().to_string(), error };
    if let Some(known) = same(&folder, export.file).map_err(unread)? {
        return Ok(Kept { path: format!("{inside}/{known}"), known: true });
    }
    let at = export.at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let called = safe_name(export.called);
    // The source reads its files in the order of their names, which has to be that in which they were loaded.
    for number in 1 + loaded_at(&folder, &at)..=MOST_ALIKE {
        let path = format!("{inside}/{at}_{number:02}_{called}.csv");
        match copy(root, &path, export.file) {
            Ok(()) => return Ok(Kept { path, known: false }),
            Err(NotAdded::Write { error, .. }) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(NotAdded::Exists { path: format!("{inside}/{at}_{called}.csv") })
}

/// The highest number of the files that were loaded within one second.
fn loaded_at(folder: &Path, at: &str) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |name: &str| name.strip_prefix(at)?.strip_prefix('_')?.split('_').next()?.parse().ok();
    entries.filter_map(|entry| number(entry.file_name().to_str()?)).max().unwrap_or(0)
}

/// The file of a folder that holds the same as another one.
fn same(folder: &Path, file: &Path) -> io::Result<Option<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = std::fs::metadata(file)?.len();
    let own = digest(file)?;
    for entry in entries {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_read = metadata.is_file() && is_loaded(&entry.path());
        if is_read && metadata.len() == length && digest(&entry.path())? == own {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn digest(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut BufReader::new(File::open(path)?), &mut hasher)?;
    Ok(hasher.finalize())
}

/// Writes a file of the project; a new one must not be there yet.
fn put(root: &Path, path: &str, text: &str, new: bool) -> Result<(), NotAdded> {
    let failed = |error: io::Error| NotAdded::Write { path: path.to_owned(), error };
    if !new {
        return replace(&root.join(path), text.as_bytes()).map_err(|error| failed(error.error));
    }
    let file = begin(root, path)?;
    let told = |error: Unwritten| failed(error.error);
    file.handle().map_err(told)?.write_all(text.as_bytes()).map_err(failed)?;
    file.finish_new().map_err(told)
}

/// Writes a file that is there anew: where it lies, also when that is behind a link, and for those who could read it before.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Unwritten> {
    let failed = |error: io::Error| Unwritten { path: path.to_path_buf(), error };
    let file = WholeFile::replace(&path.canonicalize().map_err(failed)?)?;
    file.handle()?.write_all(bytes).map_err(failed)?;
    file.finish()
}

fn copy(root: &Path, path: &str, from: &Path) -> Result<(), NotAdded> {
    let file = begin(root, path)?;
    let failed = |error: io::Error| NotAdded::Write { path: path.to_owned(), error };
    let told = |error: Unwritten| failed(error.error);
    let mut read = File::open(from).map_err(|error| NotAdded::Unread { file: from.display().to_string(), error })?;
    io::copy(&mut read, &mut file.handle().map_err(told)?).map_err(failed)?;
    file.finish_new().map_err(told)
}

fn begin(root: &Path, path: &str) -> Result<WholeFile, NotAdded> {
    let failed = |error: io::Error| NotAdded::Write { path: path.to_owned(), error };
    let whole = root.join(path);
    if let Some(folder) = whole.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    WholeFile::create(&whole).map_err(|error| failed(error.error))
}

#[cfg(test)]
mod tests {
    use evenkeel_spec::headings::{Decisions, propose};

    use super::*;

    const EXPORT: &str = "Ticket ID,Created at\n1,2026-10-28 08:00\n";

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in template::support_desk() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn files(folder: &Path) -> Vec<String> {
        ["raw", "sources"].iter().flat_map(|inside| DiskFiles::new(folder).list(inside).unwrap()).collect()
    }

    fn add_export(root: &Path, text: &str, second: i64) -> Result<Kept, NotAdded> {
        let outside = tempfile::tempdir().unwrap();
        let file = outside.path().join("export.csv");
        std::fs::write(&file, text).unwrap();
        let head = head(&file)?;
        let pattern = pattern("desk");
        let asked = Asked {
            name: "desk",
            path: &pattern,
            encoding: &head.encoding,
            delimiter: head.delimiter,
            zone: "UTC",
            other_zone: None,
            people: false,
        };
        let loaded = evenkeel_spec::load(&DiskFiles::new(root)).project.unwrap();
        let known = loaded.sources.iter().find(|source| source.name == "desk");
        let new = match known {
            Some(source) => {
                fits(root, source, &head)?;
                None
            }
            None => Some(NewSource::plan(root, &asked, &propose(&head.columns, &Decisions::default()))?.0),
        };
        let at = Timestamp::from_second(second).unwrap();
        add(root, "desk", &Export { file: &file, called: "../Tickets (1)", at }, new.as_ref())
    }

    #[test]
    fn names_are_safe() {
        for (text, name) in [
            ("tickets", "tickets"),
            ("Tickets October (1)", "tickets_october_1"),
            ("../../etc/passwd", "etc_passwd"),
            ("C:\\\\con\\0.csv", "c_con_0_csv"),
            ("2026-10", "export_2026_10"),
            ("...", "export"),
            ("no", "export_no"),
            ("Größe", "gr_e"),
        ] {
            assert_eq!(safe_name(text), name);
        }
    }

    #[test]
    fn every_file_is_kept_and_none_twice() {
        let folder = project();
        let root = folder.path();
        let first = add_export(root, EXPORT, 0).unwrap();
        assert_eq!(first, Kept { path: "raw/desk/19700101T000000Z_01_tickets_1.csv".to_owned(), known: false });
        assert!(add_export(root, EXPORT, 5).unwrap().known);
        let second = add_export(root, &EXPORT.replace("\n1,", "\n2,"), 0).unwrap();
        assert_eq!(second.path, "raw/desk/19700101T000000Z_02_tickets_1.csv");
        assert_eq!(files(root), [&first.path, &second.path, "sources/desk.yaml"]);
        let missing = add_export(root, "Ticket ID,Other\n1,2\n", 9).unwrap_err();
        assert!(missing.to_string().contains("`Created at`"), "{missing}");
        let tabs = add_export(root, &EXPORT.replace(',', "\t"), 9).unwrap_err();
        assert!(tabs.to_string().ends_with("this one in UTF-8 with tabs between cells"), "{tabs}");
        assert_eq!(files(root).len(), 3);
    }

    #[test]
    fn columns_that_nothing_reads_may_come_and_go() {
        let folder = project();
        let root = folder.path();
        add_export(root, "Ticket ID,Created at,Tags\n1,2026-10-28 08:00,a\n", 0).unwrap();
        add_export(root, "Ticket ID,Created at\n2,2026-10-28 08:00\n", 5).unwrap();
        add_export(root, "Ticket ID,Created at,Smiley\n3,2026-10-28 08:00,b\n", 9).unwrap();
        let loaded = evenkeel_spec::load(&DiskFiles::new(root)).project.unwrap();
        let likely = |text: &str| {
            let head = headings::read(text.as_bytes(), true).unwrap();
            likely(root, &loaded.sources, &head).iter().map(|source| source.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(likely("Ticket ID,Created at\n1,2026-10-28 08:00\n"), ["desk"]);
        // Half of what is read is not most of it.
        assert!(likely("Ticket ID,Opened\n1,2026-10-28 08:00\n").is_empty());
        assert!(likely("Survey,Score\n1,2\n").is_empty());
    }

    #[test]
    fn files_of_one_second_are_read_in_the_order_in_which_they_came() {
        let folder = project();
        let root = folder.path();
        add_export(root, EXPORT, 0).unwrap();
        let outside = tempfile::tempdir().unwrap();
        let file = outside.path().join("a.csv");
        std::fs::write(&file, EXPORT.replace("\n1,", "\n2,")).unwrap();
        let kept = keep(root, "desk", &Export { file: &file, called: "a", at: Timestamp::UNIX_EPOCH }).unwrap();
        assert_eq!(kept.path, "raw/desk/19700101T000000Z_02_a.csv");
    }

    #[cfg(unix)]
    #[test]
    fn files_of_the_project_stay_where_and_whose_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = project();
        let elsewhere = tempfile::tempdir().unwrap();
        let (link, kept) = (folder.path().join(PROJECT), elsewhere.path().join("managed.yaml"));
        std::fs::rename(&link, &kept).unwrap();
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&kept, &link).unwrap();
        add_export(folder.path(), EXPORT, 0).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::read_to_string(&kept).unwrap().contains("sources/desk.yaml"));
        assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_was_changed_before_something_failed_is_changed_back() {
        let folder = project();
        let root = folder.path();
        let (scorecard, untouched) = template::SUPPORT_DESK_SCORECARD;
        let new = NewSource {
            files: vec![
                ("sources/desk.yaml".to_owned(), "source: desk\n".to_owned()),
                (scorecard.to_owned(), "changed".to_owned()),
                ("nowhere.yaml".to_owned(), "nothing is here to be changed".to_owned()),
            ],
        };
        let file = root.join("export.csv");
        std::fs::write(&file, EXPORT).unwrap();
        let export = Export { file: &file, called: "a", at: Timestamp::UNIX_EPOCH };
        assert!(add(root, "desk", &export, Some(&new)).is_err());
        assert_eq!(std::fs::read_to_string(root.join(scorecard)).unwrap(), untouched);
        assert!(files(root).is_empty() && !root.join("raw/desk").exists(), "{:?}", files(root));
    }

    #[test]
    fn what_is_there_is_not_written_over_and_what_fails_leaves_nothing() {
        let folder = project();
        let root = folder.path();
        std::fs::create_dir(root.join("sources")).unwrap();
        std::fs::write(root.join("sources/desk.yaml"), "mine").unwrap();
        assert_eq!(add_export(root, EXPORT, 0).unwrap_err().to_string(), "`sources/desk.yaml` exists already");
        assert_eq!(std::fs::read_to_string(root.join("sources/desk.yaml")).unwrap(), "mine");
        assert_eq!(files(root), ["sources/desk.yaml"]);

        // A file lies where the folder of raw files would be.
        let folder = project();
        let root = folder.path();
        std::fs::write(root.join("raw"), "").unwrap();
        let before = std::fs::read_to_string(root.join(PROJECT)).unwrap();
        let refused = add_export(root, EXPORT, 0).unwrap_err();
        assert!(matches!(refused, NotAdded::Write { .. }), "{refused}");
        assert!(!root.join("sources").exists());
        assert_eq!(std::fs::read_to_string(root.join(PROJECT)).unwrap(), before);
    }
}
