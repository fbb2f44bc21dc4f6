//! The tests of the pages in a real browser, and what they need.
//!
//! They fail where they cannot run: a machine without a browser must not look like one where the pages work.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::count::{Format, Tally};
use super::install::{find, install};
use super::{Outcome, failure, run_command};
use crate::console;
use crate::workspace::Workspace;

/// Where the tests lie.
const FOLDER: &str = "tests/browser";

/// The names under which systems install a browser that the tests can drive.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs them against the program that the unit tests have built.
pub fn run(workspace: &Workspace) -> Outcome {
    match prepare(workspace) {
        Ok(mut tests) => run_command(&mut tests, Format::Node),
        Err(why) => failure(&why),
    }
}

/// The command that runs the tests, once everything for it is there.
fn prepare(workspace: &Workspace) -> Result<Command, String> {
    let folder = workspace.root.join(FOLDER);
    let program = workspace.target.join("debug").join(format!("evenkeel{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        return Err(format!("there is no {}; `cargo build --workspace` makes it", program.display()));
    }
    let package = std::fs::read_to_string(folder.join("package.json"))
        .map_err(|error| format!("{FOLDER}/package.json cannot be read: {error}"))?;
    let needed = needed_node(&package)?;
    install_missing()?;
    let browser = browser().ok_or_else(|| match chosen_browser() {
        Some(chosen) => format!("CHROMIUM is set to {}, which does not start", chosen.display()),
        None => "there is no Chromium or Chrome that starts. Install one, or set CHROMIUM to the path of its program; \
                 Ubuntu's own package needs snap, which containers do not have"
            .to_owned(),
    })?;
    let node = version(Path::new("node")).and_then(|version| major(&version));
    let node = node.ok_or("`node` does not start; install Node.js from https://nodejs.org")?;

    if !run_command(npm(&folder).args(["ci", "--prefer-offline"]), Format::ExitCode).tally.eq(&Tally::PASSED) {
        return Err("`npm ci` could not install what the browser tests use".to_owned());
    }
    let mut tests = npm(&folder);
    if node < needed {
        // Older systems package an older Node.js. The npm registry has newer ones, which need no installation.
        console::out(&format!("Node.js {node} is older than {needed}; the tests run with one from the npm registry"));
        tests.args(["exec", "--yes", &format!("--package=node@{needed}"), "--", "npm", "test"]);
    } else {
        tests.arg("test");
    }
    tests.env("EVENKEEL", program).env("CHROMIUM", browser);
    Ok(tests)
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    command
}

/// The version of Node.js that package.json asks for, as in `"engines": { "node": ">=20" }`.
fn needed_node(package: &str) -> Result<u32, String> {
    serde_json::from_str::<Value>(package)
        .ok()
        .and_then(|package| major(package["engines"]["node"].as_str()?.strip_prefix(">=")?))
        .ok_or_else(|| format!("{FOLDER}/package.json names no version of Node.js as `\"node\": \">=20\"`"))
}

/// The first number of a version: `v20.20.2` → 20.
fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Installs with apt-get what is missing.
fn install_missing() -> Result<(), String> {
    let mut missing = Vec::new();
    if version(Path::new("node")).is_none() {
        missing.push("nodejs");
    }
    if version(Path::new("npm")).is_none() {
        missing.push("npm");
    }
    // A browser that was chosen and does not start is a mistake to correct, not a reason to install another.
    if browser().is_none() && chosen_browser().is_none() {
        missing.push("chromium");
    }
    install(&missing)
}

/// A browser that starts: the one in CHROMIUM, or the first that is installed.
fn browser() -> Option<PathBuf> {
    choose(chosen_browser(), std::env::var_os("PATH").as_deref()).into_iter().find(|program| version(program).is_some())
}

/// The browser that a person has chosen.
fn chosen_browser() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The browsers to try, in this order. What a person has chosen is not replaced by something else.
fn choose(chosen: Option<PathBuf>, path: Option<&OsStr>) -> Vec<PathBuf> {
    match chosen {
        Some(chosen) => vec![chosen],
        None => BROWSERS.iter().filter_map(|name| find(name, path)).collect(),
    }
}

/// What a program answers to `--version`, if it starts at all. (Ubuntu's `chromium-browser` may be there and not
/// start.)
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("words"), None);
        assert_eq!(needed_node(r#"{"engines": {"node": ">=20"}}"#), Ok(20));
        assert_eq!(needed_node(r#"{"engines": {"node": ">=20.11"}}"#), Ok(20));
        assert!(needed_node("{}").is_err());
        assert!(needed_node("").is_err());
    }

    #[test]
    fn programs_on_the_path() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let place = |folder: usize, name: &str| folders[folder].path().join(name);
        std::fs::write(place(0, "google-chrome"), "").unwrap();
        std::fs::write(place(1, "chromium"), "").unwrap();
        std::fs::create_dir(place(0, "chromium")).unwrap();
        let path = std::env::join_paths(folders.iter().map(tempfile::TempDir::path)).unwrap();
        assert_eq!(find("chromium", Some(&path)), Some(place(1, "chromium")));
        assert_eq!(find("sudo", Some(&path)), None);
        assert_eq!(find("chromium", None), None);
        assert_eq!(choose(None, Some(&path)), [place(1, "chromium"), place(0, "google-chrome")]);
        assert_eq!(choose(Some(PathBuf::from("/opt/chrome")), Some(&path)), [PathBuf::from("/opt/chrome")]);
    }

    #[test]
    fn what_starts_has_a_version() {
        assert!(version(Path::new("evenkeel-no-such-program")).is_none());
        assert!(version(Path::new("false")).is_none());
    }

    #[test]
    fn no_program_to_test() {
        let folder = tempfile::tempdir().unwrap();
        let workspace =
            Workspace { root: folder.path().to_owned(), target: folder.path().join("target"), crates: Vec::new() };
        let why = prepare(&workspace).unwrap_err();
        assert!(why.contains("cargo build --workspace"), "{why}");
    }
}
