//! Which crate uses which: the table in ARCHITECTURE.md and the Cargo.toml files must say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::markdown::{self, Table};
use crate::repository::Repository;
use crate::workspace::{Crate, short};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const HEADING: &str = "Code map";

/// The crates that may know how data are stored and queried.
const KNOW_THE_ENGINE: [&str; 3] = ["engine", "ingest", "lake"];

/// The storage and the query engine, by the names of their packages. A `*` stands for any end of the name.
const ENGINE: [&str; 6] = ["arrow*", "buoyant_kernel*", "datafusion*", "delta_kernel*", "deltalake*", "parquet*"];

/// The crates that only calculate.
const CALCULATE: [&str; 2] = ["model", "stats"];

/// What a crate that only calculates has no use for: tasks, files elsewhere, the network.
const OUTSIDE_WORLD: [&str; 8] =
    ["async-*", "axum*", "futures*", "hyper*", "object_store*", "reqwest*", "tokio*", "tower*"];

pub fn check(repository: &Repository, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = forbidden(repository, crates);
    let Some(text) = repository.text(ARCHITECTURE) else {
        let advice = format!("write it, with a table `crate | lives here | may use` under `## {HEADING}`");
        findings.push(Finding::new(ARCHITECTURE, 1, "the file does not exist", advice));
        return findings;
    };
    let table = markdown::tables(text)
        .into_iter()
        .filter(|table| table.heading == HEADING)
        .find_map(|table| Some((table.column("crate")?, table.column("may use")?, table)));
    match table {
        Some((name, may_use, table)) => findings.extend(compare(repository, crates, &table, name, may_use)),
        None => {
            let what = format!("there is no table `crate | lives here | may use` under `## {HEADING}`");
            findings.push(Finding::new(ARCHITECTURE, 1, what, "add it: it says which crate may use which"));
        }
    }
    findings
}

/// Packages that a crate must not use at all, whatever the table says.
fn forbidden(repository: &Repository, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in crates {
        let name = one.short_name();
        for dependency in &one.dependencies {
            let is_in = |packages: &[&str]| packages.iter().any(|pattern| fits(pattern, &dependency.package));
            let package = &dependency.package;
            let line = line_of(repository, one, &dependency.key);
            if is_in(&ENGINE) && !KNOW_THE_ENGINE.contains(&name) {
                let what = format!("`{name}` uses `{package}`");
                let advice = format!("go through one of the crates that may: {}", KNOW_THE_ENGINE.join(", "));
                findings.push(Finding::new(&one.manifest, line, what, advice));
            }
            if is_in(&OUTSIDE_WORLD) && CALCULATE.contains(&name) {
                let what = format!("`{name}` uses `{package}`, but it only calculates");
                findings.push(Finding::new(&one.manifest, line, what, "move what needs it to another crate"));
            }
        }
    }
    findings
}

/// Whether a package is meant by a pattern of the lists above.
fn fits(pattern: &str, package: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => package.starts_with(start),
        None => pattern == package,
    }
}

fn compare(
    repository: &Repository,
    crates: &[Crate],
    table: &Table,
    name_column: usize,
    use_column: usize,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let known: BTreeMap<&str, &Crate> = crates.iter().map(|one| (one.short_name(), one)).collect();
    let mut listed = BTreeSet::new();
    for (line, cells) in &table.rows {
        let cell = |column: usize| cells.get(column).map_or("", String::as_str);
        let Some(&name) = markdown::code_words(cell(name_column)).first() else {
            let advice = "write the name of the crate in backticks";
            findings.push(Finding::new(ARCHITECTURE, *line, "the line names no crate", advice));
            continue;
        };
        let name = short(name);
        let Some(one) = known.get(name) else {
            let what = format!("there is no crate `{name}` in the workspace");
            findings.push(Finding::new(ARCHITECTURE, *line, what, "correct the name or remove the line"));
            continue;
        };
        if !listed.insert(name) {
            let what = format!("`{name}` stands in the table twice");
            findings.push(Finding::new(ARCHITECTURE, *line, what, "remove one of the lines"));
            continue;
        }
        findings.extend(compare_line(repository, &known, one, *line, cell(use_column)));
    }
    for one in crates.iter().filter(|one| !listed.contains(one.short_name())) {
        let what = format!("`{}` is missing in the table", one.short_name());
        let advice = format!("add a line for {}", one.manifest.trim_end_matches("/Cargo.toml"));
        findings.push(Finding::new(ARCHITECTURE, table.line, what, advice));
    }
    findings
}

fn compare_line(
    repository: &Repository,
    known: &BTreeMap<&str, &Crate>,
    one: &Crate,
    line: usize,
    may_use: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = one.short_name();
    let allowed: BTreeSet<&str> = markdown::code_words(may_use).into_iter().map(short).collect();
    if allowed.is_empty() && !["–", "—", "-"].contains(&may_use) {
        let what = format!("what `{name}` may use cannot be read");
        findings.push(Finding::new(ARCHITECTURE, line, what, "write names of crates in backticks, or `–` for none"));
        return findings;
    }
    let used: BTreeMap<&str, &str> = one
        .dependencies
        .iter()
        .map(|dependency| (short(&dependency.package), dependency.key.as_str()))
        .filter(|(package, _)| known.contains_key(package))
        .collect();
    for (&other, key) in used.iter().filter(|(other, _)| !allowed.contains(*other)) {
        let what = format!("`{name}` uses `{other}`, which {ARCHITECTURE} does not allow");
        let advice = "remove the dependency, or allow it in the table with a decision in docs/adr";
        findings.push(Finding::new(&one.manifest, line_of(repository, one, key), what, advice));
    }
    for other in allowed.iter().filter(|other| !used.contains_key(*other)) {
        let what = if known.contains_key(other) {
            format!("`{name}` may use `{other}` but does not")
        } else {
            format!("`{name}` may use `{other}`, which is no crate of the workspace")
        };
        findings.push(Finding::new(ARCHITECTURE, line, what, "take it out of the table"));
    }
    findings
}

/// The line of a crate's Cargo.toml that names a dependency.
fn line_of(repository: &Repository, one: &Crate, key: &str) -> usize {
    let text = repository.text(&one.manifest).unwrap_or_default();
    let names = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(names).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;
    use crate::workspace::Dependency;

    fn member(name: &str, dependencies: &[&str]) -> Crate {
        let dependency = |name: &&str| Dependency { package: (*name).to_owned(), key: (*name).to_owned() };
        Crate {
            name: name.to_owned(),
            manifest: format!("crates/{}/Cargo.toml", short(name)),
            dependencies: dependencies.iter().map(dependency).collect(),
            ..Crate::default()
        }
    }

    fn findings(rows: &str, crates: &[Crate]) -> Vec<String> {
        let text = format!("# A\n\n## Code map\n\n| crate | lives here | may use |\n|---|---|---|\n{rows}");
        let manifest = "[dependencies]\narrow.workspace = true\nevenkeel-model.workspace = true\n";
        let repository = Repository::of(&[(ARCHITECTURE, &text), ("crates/web/Cargo.toml", manifest)]);
        printed(&check(&repository, crates))
    }

    #[test]
    fn what_agrees_is_fine() {
        let crates = [
            member("evenkeel", &["evenkeel-model", "clap"]),
            member("evenkeel-model", &["jiff"]),
            member("evenkeel-lake", &["evenkeel-model", "arrow", "tokio"]),
        ];
        let rows = "| `model` | types | – |\n| `lake` | tables | `model` |\n| `evenkeel` | commands | `model` |\n";
        assert_eq!(findings(rows, &crates), [""; 0]);
    }

    #[test]
    fn edges_that_disagree() {
        let crates = [
            member("evenkeel-model", &[]),
            member("evenkeel-stats", &[]),
            member("evenkeel-web", &["evenkeel-model"]),
            member("xtask", &[]),
        ];
        let rows = "| `model` | types | `gone` |\n| `web` | pages | `stats` |\n| `web` | again | – |\n\
                    | `old` | – | – |\n| words | – | – |\n| `stats` | – | everything |\n";
        assert_eq!(
            findings(rows, &crates),
            [
                "ARCHITECTURE.md:7: `model` may use `gone`, which is no crate of the workspace; take it out of the table",
                "crates/web/Cargo.toml:3: `web` uses `model`, which ARCHITECTURE.md does not allow; remove the \
                 dependency, or allow it in the table with a decision in docs/adr",
                "ARCHITECTURE.md:8: `web` may use `stats` but does not; take it out of the table",
                "ARCHITECTURE.md:9: `web` stands in the table twice; remove one of the lines",
                "ARCHITECTURE.md:10: there is no crate `old` in the workspace; correct the name or remove the line",
                "ARCHITECTURE.md:11: the line names no crate; write the name of the crate in backticks",
                "ARCHITECTURE.md:12: what `stats` may use cannot be read; write names of crates in backticks, or \
                 `–` for none",
                "ARCHITECTURE.md:5: `xtask` is missing in the table; add a line for crates/xtask",
            ]
        );
    }

    #[test]
    fn rooms_of_the_engine() {
        let mut web = member("evenkeel-web", &["arrow", "evenkeel-model"]);
        web.dependencies.push(Dependency { package: "buoyant_kernel".to_owned(), key: "delta_kernel".to_owned() });
        let crates = [member("evenkeel-model", &["futures-util", "jiff"]), web];
        let rows = "| `model` | types | – |\n| `web` | pages | `model` |\n";
        assert_eq!(
            findings(rows, &crates),
            [
                "crates/model/Cargo.toml:1: `model` uses `futures-util`, but it only calculates; move what needs it \
                 to another crate",
                "crates/web/Cargo.toml:2: `web` uses `arrow`; go through one of the crates that may: engine, ingest, \
                 lake",
                "crates/web/Cargo.toml:1: `web` uses `buoyant_kernel`; go through one of the crates that may: engine, \
                 ingest, lake",
            ]
        );
    }

    #[test]
    fn no_document_and_no_table() {
        let crates = [member("evenkeel-model", &[])];
        assert_eq!(printed(&check(&Repository::default(), &crates)).len(), 1);
        let repository = Repository::of(&[(ARCHITECTURE, "## Code map\n\n| crate | purpose |\n|---|---|\n")]);
        let findings = printed(&check(&repository, &crates));
        assert!(findings[0].starts_with("ARCHITECTURE.md:1: there is no table"), "{findings:?}");
    }
}
