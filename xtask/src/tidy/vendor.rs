//! Files from other projects are listed with their digests, and are what they were.

use std::collections::BTreeSet;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Finding;
use crate::markdown::{self, Table};
use crate::repository::Repository;

/// Where such files lie.
pub const FOLDER: &str = "crates/view/assets/vendor";
const LIST: &str = "VENDOR.md";

pub fn check(repository: &Repository) -> Vec<Finding> {
    let list = format!("{FOLDER}/{LIST}");
    let Some(text) = repository.text(&list) else {
        return if repository.has(FOLDER) {
            vec![Finding::new(list, 1, "the file does not exist", "list every file of the folder in it")]
        } else {
            Vec::new()
        };
    };
    let table = markdown::tables(text).into_iter().find_map(|table| {
        Some((table.column("file")?, table.column("SHA-256")?, table.column("licence text")?, table))
    });
    let Some((file, digest, licence, table)) = table else {
        let what = "there is no table with the columns `file`, `SHA-256` and `licence text`";
        return vec![Finding::new(list, 1, what, "list every file of the folder in one")];
    };
    let (mut findings, listed) = compare(repository, &list, &table, [file, digest, licence]);
    for (name, _) in repository.below(FOLDER).filter(|(name, _)| *name != LIST && !listed.contains(*name)) {
        let advice = format!("list it in {LIST}, with its source, digest and licence, or remove it");
        findings.push(Finding::new(format!("{FOLDER}/{name}"), 1, "the file is not listed", advice));
    }
    findings
}

/// Holds every line of the list against the files; tells also which files it names.
fn compare(
    repository: &Repository,
    list: &str,
    table: &Table,
    [file, digest, licence]: [usize; 3],
) -> (Vec<Finding>, BTreeSet<String>) {
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for (line, cells) in &table.rows {
        let words = |column: usize| cells.get(column).map(|cell| markdown::code_words(cell)).unwrap_or_default();
        let mut wrong = |what: String, advice: &str| findings.push(Finding::new(list, *line, what, advice));
        for name in words(file).into_iter().chain(words(licence)) {
            listed.insert(name.to_owned());
            if repository.bytes(&format!("{FOLDER}/{name}")).is_none() {
                wrong(format!("there is no file `{name}`"), "add it, or correct the line");
            }
        }
        if words(licence).is_empty() {
            wrong("the line names no licence text".to_owned(), "add the text of the licence and name its file");
        }
        let (&[name], &[expected]) = (words(file).as_slice(), words(digest).as_slice()) else {
            wrong("the line does not name one file and one digest".to_owned(), "write both in backticks");
            continue;
        };
        let Some(bytes) = repository.bytes(&format!("{FOLDER}/{name}")) else { continue };
        let found = sha256(bytes);
        if found != expected.to_ascii_lowercase() {
            let what = format!("the SHA-256 of `{name}` is {found}");
            wrong(what, "take the file from the package again, or write down the new version with this digest");
        }
    }
    (findings, listed)
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;

    const HEAD: &str = "| file | package and version | SHA-256 | licence text |\n|---|---|---|---|\n";
    // The published digest of the three letters `abc` (FIPS 180-2, appendix B.1).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn findings(rows: &str, files: &[(&str, &str)]) -> Vec<String> {
        let list = format!("{HEAD}{rows}");
        let paths: Vec<String> = files.iter().map(|(name, _)| format!("{FOLDER}/{name}")).collect();
        let list_path = format!("{FOLDER}/{LIST}");
        let mut all: Vec<(&str, &str)> =
            paths.iter().zip(files).map(|(path, &(_, text))| (path.as_str(), text)).collect();
        all.push((&list_path, &list));
        printed(&check(&Repository::of(&all)))
            .iter()
            .map(|finding| finding.split("; ").next().unwrap().replace(FOLDER, "vendor"))
            .collect()
    }

    #[test]
    fn what_agrees_is_fine() {
        let rows = format!("| `a.js` | a 1.0 | `{ABC}` | `a.txt`, `b.txt` |\n");
        assert_eq!(findings(&rows, &[("a.js", "abc"), ("a.txt", ""), ("b.txt", "")]), [""; 0]);
        assert_eq!(check(&Repository::default()), []);
    }

    #[test]
    fn what_does_not() {
        let rows = format!(
            "| `a.js` | a 1.0 | `{ABC}` | `a.txt` |\n| `b.js` | b 1.0 | `{ABC}` | – |\n| `a.js` | a 1.0 | – | `a.txt` |\n"
        );
        assert_eq!(
            findings(&rows, &[("a.js", ""), ("a.txt", ""), ("c.js", "")]),
            [
                // The published digest of nothing at all.
                "vendor/VENDOR.md:3: the SHA-256 of `a.js` is \
                 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "vendor/VENDOR.md:4: there is no file `b.js`",
                "vendor/VENDOR.md:4: the line names no licence text",
                "vendor/VENDOR.md:5: the line does not name one file and one digest",
                "vendor/c.js:1: the file is not listed",
            ]
        );
    }

    #[test]
    fn no_list() {
        let repository = Repository::of(&[("crates/view/assets/vendor/a.js", "")]);
        assert_eq!(printed(&check(&repository)).len(), 1);
        let repository = Repository::of(&[("crates/view/assets/vendor/VENDOR.md", "words\n")]);
        assert!(printed(&check(&repository))[0].contains("no table"));
    }
}
