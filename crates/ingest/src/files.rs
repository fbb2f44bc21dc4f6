//! Which files a source means: patterns, and the bounds of the project.

use std::path::{Component, Path, PathBuf};

use evenkeel_model::source::RawFiles;

use crate::IngestError;
use crate::read::{RawFile, ReadError, display_name};

/// Where raw files may lie.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// The folder of the project.
    pub root: PathBuf,
    /// A further folder below which files may lie.
    pub data_root: Option<PathBuf>,
}

/// The files of one declaration, in the order of their names.
pub(crate) fn resolve(
    source: &str,
    name: &str,
    declared: &RawFiles,
    bounds: &Bounds,
) -> Result<Vec<RawFile>, IngestError> {
    let mut found = Vec::new();
    for pattern in &declared.paths {
        let absolute = bounds.root.join(pattern);
        let outside = |file: &Path| IngestError::Outside {
            source_name: source.to_owned(),
            files: name.to_owned(),
            file: file.display().to_string(),
        };
        if !declared_inside(&normal(&absolute), bounds) {
            return Err(outside(Path::new(pattern)));
        }
        let none = || IngestError::NoFiles {
            source_name: source.to_owned(),
            files: name.to_owned(),
            pattern: pattern.clone(),
        };
        let unreadable = |path: &Path, error: &std::io::Error| IngestError::File {
            source_name: source.to_owned(),
            files: name.to_owned(),
            error: ReadError {
                file: display_name(path, &bounds.root),
                line: None,
                reason: format!("it cannot be read: {error}"),
                help: Some("check that it is there and who may read it, or choose a narrower pattern".to_owned()),
            },
        };
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let paths = glob::glob_with(&in_folder(&bounds.root, pattern), options).map_err(|_| none())?;
        let before = found.len();
        for path in paths {
            let path = path.map_err(|error| unreadable(error.path(), error.error()))?;
            let metadata = path.metadata().map_err(|error| unreadable(&path, &error))?;
            if !metadata.is_file() {
                continue;
            }
            // A link may lead anywhere; what counts is where the file really lies.
            let real = path.canonicalize().map_err(|error| unreadable(&path, &error))?;
            if !inside(&real, bounds) {
                return Err(outside(&path));
            }
            let relative = display_name(&path, &bounds.root);
            found.push(RawFile { path: real, name: relative, bytes: metadata.len() });
        }
        if found.len() == before {
            return Err(none());
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// A pattern below a folder, whose own name is no pattern: a project may lie in `[2026] service`.
fn in_folder(folder: &Path, pattern: &str) -> String {
    if Path::new(pattern).is_absolute() {
        return pattern.to_owned();
    }
    format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()))
}

/// The path without `.` and `..`, so that it can be compared.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    parts
}

/// Whether a path, as it is written, lies below a folder as that one is written, or as it really is.
fn declared_inside(path: &Path, bounds: &Bounds) -> bool {
    folders(bounds).any(|folder| path.starts_with(normal(folder))) || inside(path, bounds)
}

/// Whether a real path lies below a folder as that one really is.
fn inside(path: &Path, bounds: &Bounds) -> bool {
    folders(bounds).any(|folder| path.starts_with(folder.canonicalize().unwrap_or_else(|_| normal(folder))))
}

fn folders(bounds: &Bounds) -> impl Iterator<Item = &PathBuf> {
    [Some(&bounds.root), bounds.data_root.as_ref()].into_iter().flatten()
}
