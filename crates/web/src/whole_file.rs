//! Files that are whole or not there.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// A file that could not be written.
#[derive(Debug, Error)]
#[error("`{}` cannot be written", path.display())]
pub struct Unwritten {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub error: io::Error,
}

/// A file that appears under its name when it is whole. Until then it lies beside it under a name of its own, and goes
/// away when it is given up.
pub struct WholeFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file.
    ///
    /// # Errors
    /// When nothing can be written into its folder.
    pub fn create(path: &Path) -> Result<Self, Unwritten> {
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
        let file = builder.tempfile_in(folder).map_err(|error| Unwritten { path: path.to_path_buf(), error })?;
        Ok(Self { file, path: path.to_path_buf() })
    }

    /// Begins a file that takes the place of another one, with its owner and its rights.
    ///
    /// # Errors
    /// When there is none, nothing can be written into its folder, or it cannot be given to that owner.
    pub fn replace(path: &Path) -> Result<Self, Unwritten> {
        let failed = |error| Unwritten { path: path.to_path_buf(), error };
        let before = std::fs::metadata(path).map_err(failed)?;
        let whole = Self::create(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, chown};
            let own = whole.file.as_file().metadata().map_err(failed)?;
            if (own.uid(), own.gid()) != (before.uid(), before.gid()) {
                chown(whole.file.path(), Some(before.uid()), Some(before.gid())).map_err(failed)?;
            }
        }
        whole.file.as_file().set_permissions(before.permissions()).map_err(failed)?;
        Ok(whole)
    }

    /// What is written goes here.
    ///
    /// # Errors
    /// When the file is not there any more.
    pub fn handle(&self) -> Result<File, Unwritten> {
        self.file.reopen().map_err(|error| Unwritten { path: self.path.clone(), error })
    }

    /// Puts the file in its place, whatever was there before.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn finish(self) -> Result<(), Unwritten> {
        let path = self.path;
        self.file.persist(&path).map_err(|error| Unwritten { path, error: error.error })?;
        Ok(())
    }

    /// Puts the file in its place, where there must be none.
    ///
    /// # Errors
    /// When there is one, or the file cannot be put there.
    pub fn finish_new(self) -> Result<(), Unwritten> {
        let path = self.path;
        self.file.persist_noclobber(&path).map_err(|error| Unwritten { path, error: error.error })?;
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
        let write = |text: &str| {
            let file = WholeFile::create(&path).unwrap();
            file.handle().unwrap().write_all(text.as_bytes()).unwrap();
            file
        };
        write("whole").finish_new().unwrap();
        let second = write("second").finish_new().unwrap_err();
        assert_eq!(second.error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole");
        write("another").finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another");
        assert_eq!(names(), 1);
        assert!(WholeFile::create(&folder.path().join("nowhere/out.csv")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_takes_the_place_of_a_file_is_read_by_the_same() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evenkeel.yaml");
        assert!(WholeFile::replace(&path).is_err());
        std::fs::write(&path, "before").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let file = WholeFile::replace(&path).unwrap();
        file.handle().unwrap().write_all(b"after").unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
