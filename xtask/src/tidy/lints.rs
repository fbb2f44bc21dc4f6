//! Every crate says what it is for, and keeps to the lints of the workspace.

use super::Finding;
use crate::repository::Repository;
use crate::workspace::Crate;

pub fn check(repository: &Repository, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in crates {
        for root in &one.roots {
            let text = repository.text(root).unwrap_or_default();
            if !text.lines().any(|line| line.starts_with("//!")) {
                let advice = "begin the file with `//!` and what the crate is for";
                findings.push(Finding::new(root, 1, "the crate has no docstring", advice));
            }
        }
        if !keeps_the_lints(repository.text(&one.manifest).unwrap_or_default()) {
            let what = "the lints of the workspace do not apply here";
            findings.push(Finding::new(&one.manifest, 1, what, "add `[lints]` with `workspace = true`"));
        }
    }
    findings
}

fn keeps_the_lints(manifest: &str) -> bool {
    let mut section = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let line = line.replace(' ', "");
        (section == "[lints]" && line == "workspace=true") || (section.is_empty() && line == "lints.workspace=true")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;

    #[test]
    fn docstring_and_lints() {
        let one = |folder: &str| Crate {
            manifest: format!("{folder}/Cargo.toml"),
            roots: vec![format!("{folder}/src/lib.rs")],
            ..Crate::default()
        };
        let repository = Repository::of(&[
            ("good/Cargo.toml", "[package]\nname = \"good\"\n\n[lints]\nworkspace = true\n"),
            ("good/src/lib.rs", "//! Good.\n"),
            ("bad/Cargo.toml", "[lints]\n\n[package]\nworkspace = true\n"),
            ("bad/src/lib.rs", "// Bad.\n/// Function.\nfn f() {}\n"),
        ]);
        assert_eq!(
            printed(&check(&repository, &[one("good"), one("bad")])),
            [
                "bad/src/lib.rs:1: the crate has no docstring; begin the file with `//!` and what the crate is for",
                "bad/Cargo.toml:1: the lints of the workspace do not apply here; add `[lints]` with \
                 `workspace = true`",
            ]
        );
        assert!(keeps_the_lints("lints.workspace = true\n[package]\n"));
    }
}
