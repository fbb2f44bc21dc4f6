//! The files that belong to the repository.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

/// Every file of the repository by its path, with forward slashes, relative to the root.
///
/// New files count before they are added to version control, so that a mistake in them shows before the commit.
/// Ignored files do not.
#[derive(Debug, Default)]
pub struct Repository {
    files: BTreeMap<String, Vec<u8>>,
}

impl Repository {
    /// Reads all files.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let paths = match tracked(root) {
            Some(paths) => paths,
            // A copy without version control, such as a downloaded archive, is checked all the same.
            None => walk(root)?,
        };
        let mut files = BTreeMap::new();
        for path in paths {
            let place = root.join(&path);
            // A file that was deleted and not yet committed is still listed.
            if place.is_file() {
                let bytes = std::fs::read(&place).with_context(|| format!("{path} cannot be read"))?;
                files.insert(path, bytes);
            }
        }
        Ok(Self { files })
    }

    /// A repository that exists only in memory.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect() }
    }

    /// Every file in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Every file below a folder: its path relative to that folder, and its content.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &[u8])> {
        self.files().filter_map(move |(path, bytes)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, bytes)))
    }

    /// The content of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The text of a file, if there is such a file and it is text.
    pub fn text(&self, path: &str) -> Option<&str> {
        as_text(self.bytes(path)?)
    }

    /// Every file that is text.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter_map(|(path, bytes)| Some((path, as_text(bytes)?)))
    }

    /// Whether a path is a file or a folder with files. The empty path is the root.
    pub fn has(&self, path: &str) -> bool {
        path.is_empty() || self.files.contains_key(path) || self.below(path).next().is_some()
    }
}

/// Bytes as text, unless they are something else.
fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// What version control knows, or nothing when there is none.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        // Build machines often check out as another user, and git then refuses to look. Listing files is harmless.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let paths = String::from_utf8_lossy(&output.stdout);
    let paths: Vec<String> = paths.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    // An archive that was unpacked inside of another repository which ignores it.
    if paths.is_empty() { None } else { Some(paths) }
}

/// Every file below the root that the root's `.gitignore` does not name.
fn walk(root: &Path) -> anyhow::Result<Vec<String>> {
    let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let place = root.join(&folder);
        for entry in std::fs::read_dir(&place).with_context(|| format!("{} cannot be listed", place.display()))? {
            let entry = entry.with_context(|| format!("{} cannot be listed", place.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if name == ".git" || ignored.lines().any(|pattern| ignores(pattern, &path)) {
                continue;
            }
            // Links to folders are not followed: they may lead in circles.
            let kind = entry.file_type().with_context(|| format!("{path} cannot be read"))?;
            if kind.is_dir() {
                folders.push(path);
            } else {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

/// Whether a line of `.gitignore` names this path. Understands what this repository uses: names, paths from the root,
/// and `*` within a name.
fn ignores(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim().trim_end_matches('/');
    if pattern.is_empty() || pattern.starts_with('#') {
        return false;
    }
    if pattern.contains('/') {
        let wanted: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
        let parts: Vec<&str> = path.split('/').collect();
        wanted.len() == parts.len() && wanted.iter().zip(parts).all(|(pattern, part)| names(pattern, part))
    } else {
        path.rsplit('/').next().is_some_and(|name| names(pattern, name))
    }
}

/// Whether a pattern with `*` fits a name.
fn names(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).any(|skip| tail.get(skip..).is_some_and(|remainder| names(rest, remainder)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders() {
        let repository = Repository::of(&[("README.md", "hello"), ("docs/adr/1.md", ""), ("docs2/x", "a\0b")]);
        assert!(repository.has("README.md"));
        assert!(repository.has("docs/adr"));
        assert!(repository.has(""));
        assert!(!repository.has("doc"));
        assert!(!repository.has("docs/adr/1"));
        assert_eq!(repository.below("docs").map(|(path, _)| path).collect::<Vec<_>>(), ["adr/1.md"]);
        assert_eq!(repository.text("README.md"), Some("hello"));
        assert_eq!(repository.text("docs2/x"), None);
        assert_eq!(repository.texts().count(), 2);
    }

    #[test]
    fn patterns() {
        assert!(ignores("/target", "target"));
        assert!(!ignores("/target", "crates/target"));
        assert!(ignores("node_modules", "tests/browser/node_modules"));
        assert!(ignores("/examples/*/data", "examples/staff/data"));
        assert!(!ignores("/examples/*/data", "examples/staff/sources"));
        assert!(!ignores("/examples/*/data", "examples/data"));
        assert!(ignores("*.orig", "crates/a.orig"));
        assert!(!ignores("# comment", "# comment"));
        assert!(!ignores("", "a"));
        assert!(names("a*b*c", "a-é-b-c"));
        assert!(!names("a*b", "a-c"));
    }

    #[test]
    fn a_copy_without_version_control() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["src", "target/debug", "src/node_modules", ".git"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        for path in ["src/main.rs", "README.md", "target/debug/x", "src/node_modules/y", ".git/HEAD"] {
            std::fs::write(root.join(path), "text").unwrap();
        }
        std::fs::write(root.join(".gitignore"), "/target\nnode_modules\n").unwrap();
        let mut paths = walk(root).unwrap();
        paths.sort();
        assert_eq!(paths, [".gitignore", "README.md", "src/main.rs"]);
        // `.git` above is not a repository, so `read` has to walk as well.
        assert_eq!(Repository::read(root).unwrap().files().count(), 3);
    }
}
