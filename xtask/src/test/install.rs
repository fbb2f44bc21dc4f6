//! Installing what the tests need and the machine lacks.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use super::process;
use crate::console;

/// Installs packages with apt-get.
pub fn install(missing: &[&str]) -> Result<(), String> {
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    let path = std::env::var_os("PATH");
    let path = path.as_deref();
    if find("apt-get", path).is_none() {
        return Err(format!("missing: {names}. There is no apt-get here to install them with: install them by hand"));
    }
    console::out(&format!("missing: {names}; installing with apt-get"));
    // Without sudo apt-get itself says what it lacks.
    let sudo = !is_root() && find("sudo", path).is_some();
    for arguments in [vec!["update"], [&["install", "--yes", "--no-install-recommends"], missing].concat()] {
        let mut command = Command::new(if sudo { "sudo" } else { "env" });
        // Not as a variable of this process, which sudo would not hand on.
        let command = if sudo { command.arg("env") } else { &mut command };
        let command = command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(arguments);
        console::out(&format!("$ {}", super::shown(command)));
        // A failed update is no reason to stop: the lists may be fresh enough.
        let _ = process::stream(command, |_| {}).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Whether whoever tests may do everything.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The file of a program.
pub fn find(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(path?).map(|folder| folder.join(name)).find(|file| file.is_file())
}
