//! `cargo xtask truth`: the page on which the statistics are measured against a known truth.
//!
//! The example `truth` of the crate `stats` works it out, in release mode, because there is much to simulate.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, ensure};

use crate::console;
use crate::workspace::{Workspace, cargo};

/// Where the page lies.
const PAGE: &str = "docs/truth.md";

/// `cargo xtask truth`.
pub fn run(options: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::open()?;
    let written = simulate(&workspace.root)?;
    let page = workspace.root.join(PAGE);
    if !options.iter().any(|option| option == "--check") {
        std::fs::write(&page, &written).with_context(|| format!("{PAGE} cannot be written"))?;
        console::out(&format!("{PAGE} is written"));
        return Ok(ExitCode::SUCCESS);
    }
    let kept = std::fs::read_to_string(&page).with_context(|| format!("{PAGE} cannot be read"))?;
    match first_difference(&kept, &written) {
        None => {
            console::out(&format!("{PAGE} is what the code writes"));
            Ok(ExitCode::SUCCESS)
        }
        Some((line, kept, written)) => {
            console::error(&format!(
                "{PAGE}:{line} is not what the code writes\n  there:   {kept}\n  written: {written}\nrun `cargo xtask truth`"
            ));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The page as the code writes it now. A promise that does not hold is an error.
fn simulate(root: &Path) -> anyhow::Result<String> {
    let mut command: Command = cargo();
    command
        .args(["run", "--quiet", "--release", "-p", "evenkeel-stats", "--example", "truth"])
        .current_dir(root)
        .stderr(Stdio::inherit());
    let output = command.output().context("Cargo cannot be started")?;
    ensure!(output.status.success(), "the simulation failed, or a promise does not hold; nothing is written");
    String::from_utf8(output.stdout).context("the simulation wrote something that is not text")
}

/// The first line in which two texts differ, counted from 1, with both versions.
fn first_difference<'a>(kept: &'a str, written: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut kept, mut written) = (kept.lines(), written.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (kept.next(), written.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => return Some((line, one.unwrap_or("(ends)"), other.unwrap_or("(ends)"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_where_they_begin() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some((2, "(ends)", "b")));
        assert_eq!(first_difference("", "a\n"), Some((1, "(ends)", "a")));
    }
}
