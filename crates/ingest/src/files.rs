//! Which files a source means: patterns, and the bounds of the project.

use std::path::{Component, Path, PathBuf};

use evenkeel_model::source::RawFiles;

use crate::IngestError;
use crate::read::{RawFile, display_name};

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
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let paths = glob::glob_with(&absolute.to_string_lossy(), options).map_err(|_| none())?;
        let before = found.len();
        for path in paths.flatten() {
            let Ok(metadata) = path.metadata() else { continue };
            if !metadata.is_file() {
                continue;
            }
            // A link may lead anywhere; what counts is where the file really lies.
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
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
