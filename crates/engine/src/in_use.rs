//! Files beside the lake that a process uses. Whoever uses one, or is still writing it, holds a shared lock on it, so that
//! no other process takes it away.

use std::fs::File;
use std::path::Path;

use tempfile::NamedTempFile;

/// Holds a file in use. Where the system has no locks, files are removed as if nobody used them.
pub(crate) fn hold(file: &File) {
    let _ = file.lock_shared();
}

/// A new file that is held in use, and goes unless it is kept.
pub(crate) fn new_file(folder: &Path, prefix: &str, ending: &str) -> std::io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new().prefix(prefix).suffix(ending).tempfile_in(folder)?;
        hold(file.as_file());
        // Before it was held, another process may have taken it for one that nobody uses.
        if file.path().is_file() {
            return Ok(file);
        }
    }
}

/// Removes a file that nobody holds. That it cannot be removed harms nothing.
pub(crate) fn remove_unless_used(path: &Path) {
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(path);
    }
}
