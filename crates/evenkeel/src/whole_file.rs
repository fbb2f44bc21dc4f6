//! Files that are whole or not there.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

/// A file that appears under its name when it is whole. Until then it lies beside it under a name of its own, and goes
/// away when it is given up.
pub struct WholeFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".evenkeel-").suffix(".part");
        // Who may read it is for the system to say, as for any other file.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).with_context(|| format!("`{}` cannot be written", path.display()))?;
        Ok(Self { file, path: path.to_path_buf() })
    }

    /// What is written goes here.
    pub fn handle(&self) -> anyhow::Result<File> {
        self.file.reopen().with_context(|| format!("`{}` cannot be written", self.path.display()))
    }

    /// Puts the file in its place.
    pub fn finish(self) -> anyhow::Result<()> {
        let path = self.path;
        self.file.persist(&path).with_context(|| format!("`{}` cannot be written", path.display()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let given_up = WholeFile::create(&path).unwrap();
        given_up.handle().unwrap().write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(given_up);
        assert_eq!(names(), 0);
        let file = WholeFile::create(&path).unwrap();
        file.handle().unwrap().write_all(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(names(), 1);
        assert!(WholeFile::create(&folder.path().join("nowhere/out.csv")).is_err());
    }
}
