//! The repository's own rules. Every finding comes out in one run: where, what, what to do.

mod decisions;
mod edges;
mod links;
mod lints;
mod text;
mod vendor;

use std::fmt;
use std::process::ExitCode;

use crate::console;
use crate::repository::Repository;
use crate::workspace::Workspace;

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the root.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    fn new(file: impl Into<String>, line: usize, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into(), advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.what, self.advice)
    }
}

/// `cargo xtask tidy`.
pub fn run(_options: &[String]) -> anyhow::Result<ExitCode> {
    Ok(if passes(&Workspace::open()?)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every finding, and tells whether there is none.
pub fn passes(workspace: &Workspace) -> anyhow::Result<bool> {
    let repository = Repository::read(&workspace.root)?;
    let findings = check(&repository, workspace);
    for finding in &findings {
        console::out(&finding.to_string());
    }
    let files = repository.files().count();
    console::out(&match findings.len() {
        0 => format!("tidy: {files} files, nothing to do"),
        1 => format!("tidy: {files} files, 1 finding"),
        count => format!("tidy: {files} files, {count} findings"),
    });
    Ok(findings.is_empty())
}

fn check(repository: &Repository, workspace: &Workspace) -> Vec<Finding> {
    let mut findings = edges::check(repository, &workspace.crates);
    findings.extend(links::check(repository));
    findings.extend(text::check(repository));
    findings.extend(vendor::check(repository));
    findings.extend(lints::check(repository, &workspace.crates));
    findings.extend(decisions::check(repository));
    findings.sort();
    findings.dedup();
    findings
}

/// Findings as they are printed, for tests.
#[cfg(test)]
fn printed(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}
