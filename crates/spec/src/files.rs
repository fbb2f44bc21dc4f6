//! Where the files of a project are read from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use crate::yaml::MOST_BYTES;

/// The files of a project. Paths are relative to it and have `/` between their parts.
pub trait Files {
    /// Every file below a folder, in order; none where the folder does not exist.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// What a file holds. An implementation may stop reading when a file is larger than any project file is.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// A project in a folder of this machine. Names that begin with `.` are passed over.
#[derive(Debug, Clone)]
pub struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The project in the folder that holds `evenkeel.yaml`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Files for DiskFiles {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut files = BTreeSet::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let entries = match fs::read_dir(self.root.join(&folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let entry = entry?;
                // A name that is not Unicode cannot be written in a project file either.
                let Ok(name) = entry.file_name().into_string() else { continue };
                // Editors and version control keep files of their own beside those that they edit.
                if name.starts_with('.') {
                    continue;
                }
                let path = format!("{folder}/{name}");
                // A link to a folder is not followed: it could lead in a circle.
                if entry.file_type()?.is_dir() {
                    open.push(path);
                } else {
                    files.insert(path);
                }
            }
        }
        Ok(files.into_iter().collect())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let path = self.root.join(path);
        let kind = fs::metadata(&path)?;
        if kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        // Opening a pipe would wait for somebody to write into it.
        if !kind.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        let mut bytes = Vec::new();
        fs::File::open(&path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A project in memory, for tests and for what has not been saved yet.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFiles {
    /// Adds a file, or replaces it.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, contents: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), contents.into());
        self
    }
}

impl Files for MemoryFiles {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        Ok(self.files.keys().filter(|path| path.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_list_and_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = MemoryFiles::default();
        for path in ["evenkeel.yaml", "measures/b.yaml", "measures/customer/a.yaml", "measures.txt"] {
            let on_disk = folder.path().join(path);
            fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
            fs::write(&on_disk, path).unwrap();
            memory = memory.with(path, path);
        }
        let disk = DiskFiles::new(folder.path());
        for files in [&disk as &dyn Files, &memory] {
            assert_eq!(files.list("measures").unwrap(), ["measures/b.yaml", "measures/customer/a.yaml"]);
            assert_eq!(files.list("sources").unwrap(), [] as [&str; 0]);
            assert_eq!(files.read("measures/b.yaml").unwrap(), b"measures/b.yaml");
            assert_eq!(files.read("gone.yaml").unwrap_err().kind(), io::ErrorKind::NotFound);
        }
        assert_eq!(disk.read("measures").unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn hidden_files_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("measures/.git")).unwrap();
        for path in ["measures/.#csat.yaml", "measures/.git/config.yaml", "measures/csat.yaml"] {
            fs::write(folder.path().join(path), "").unwrap();
        }
        assert_eq!(DiskFiles::new(folder.path()).list("measures").unwrap(), ["measures/csat.yaml"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_circle_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("measures")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("measures/up")).unwrap();
        assert_eq!(DiskFiles::new(folder.path()).list("measures").unwrap(), ["measures/up"]);
    }
}
