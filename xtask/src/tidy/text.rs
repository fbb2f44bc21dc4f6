//! What no file of the repository may hold.
//!
//! What is looked for is put together from parts here, so that this file does not find itself.

use super::{Finding, vendor};
use crate::repository::Repository;

/// Larger files make every copy of the repository slow for ever.
const LARGEST: usize = 2_000_000;

/// Folders that exist on the machine of whoever wrote the file.
const PRIVATE_FOLDERS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

const UNFINISHED: [&str; 2] = [concat!("db", "g!("), concat!("to", "do!(")];

/// What a merge writes around the sides of a conflict, and between them.
const CONFLICT_SIDES: [&str; 3] = [concat!("<<<", "<<<<"), concat!("|||", "||||"), concat!(">>>", ">>>>")];
const CONFLICT_MIDDLE: &str = concat!("===", "====");

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Data and captured results hold what they hold.
const AS_THEY_ARE: [&str; 4] = [".csv", ".proptest-regressions", ".snap", ".tsv"];

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Files of other projects stay as they came.
    for (path, bytes) in repository.files().filter(|(path, _)| !path.starts_with(vendor::FOLDER)) {
        if bytes.len() > LARGEST {
            let what = format!("the file has {} bytes", bytes.len());
            let advice = format!("keep files below {LARGEST} bytes: generate it, or fetch it when it is needed");
            findings.push(Finding::new(path, 1, what, advice));
        }
    }
    for (path, text) in repository.texts().filter(|(path, _)| !path.starts_with(vendor::FOLDER)) {
        let kind = Kind::of(path);
        // Not `lines`, which hides a carriage return.
        for (index, line) in text.split('\n').enumerate() {
            let problems = in_line(kind, line);
            findings.extend(problems.into_iter().map(|(what, advice)| Finding::new(path, index + 1, what, advice)));
        }
        if kind != Kind::AsItIs && !text.is_empty() && !text.ends_with('\n') {
            let advice = "add one".to_owned();
            findings.push(Finding::new(path, text.lines().count(), "the last line has no end of line", advice));
        }
    }
    findings
}

/// What is special about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rust,
    Yaml,
    CargoLock,
    PackageLock,
    /// Nobody wrote it by hand, so that its spaces mean something.
    AsItIs,
    Other,
}

impl Kind {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name {
            "Cargo.lock" => Self::CargoLock,
            "package-lock.json" => Self::PackageLock,
            _ if ends(&[".rs"]) => Self::Rust,
            _ if ends(&[".yaml", ".yml"]) => Self::Yaml,
            _ if ends(&AS_THEY_ARE) => Self::AsItIs,
            _ => Self::Other,
        }
    }
}

/// What is wrong with a line, and what to do.
fn in_line(kind: Kind, line: &str) -> Vec<(String, &'static str)> {
    let mut problems = Vec::new();
    for folder in PRIVATE_FOLDERS.iter().filter(|folder| names_folder(line, folder)) {
        problems.push((format!("`{folder}` is a folder of one machine"), "write the path relative to the repository"));
    }
    if is_conflict(line) {
        problems.push(("a conflict of a merge was left here".to_owned(), "decide which side stays"));
    }
    if kind != Kind::AsItIs && line.ends_with(char::is_whitespace) {
        problems.push(("white space at the end of the line".to_owned(), "remove it"));
    }
    if (kind == Kind::Rust || kind == Kind::Yaml) && line.contains('\t') {
        let advice = if kind == Kind::Rust { r"indent with spaces; in a text write \t" } else { "indent with spaces" };
        problems.push(("a tab".to_owned(), advice));
    }
    if kind == Kind::Rust {
        for word in UNFINISHED.iter().filter(|word| names_macro(line, word)) {
            problems.push((format!("`{word}…)` is left over from work in progress"), "remove it"));
        }
    }
    if kind == Kind::CargoLock
        && let Some(source) = line.strip_prefix("source = ")
        && source.trim_matches('"') != CRATES_IO
    {
        let advice = "lock against crates.io, without a replaced source";
        problems.push((format!("the source {source} is not crates.io"), advice));
    }
    if kind == Kind::PackageLock && line.contains("\"resolved\":") {
        let advice = "keep `omit-lockfile-registry-resolved=true` in .npmrc and write the file again with npm install";
        problems.push(("the address of a registry is locked".to_owned(), advice));
    }
    problems
}

/// Whether a path from the root of a machine begins here. Within an address or a longer path the same letters mean
/// something else.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        !line[..start].ends_with(|letter: char| letter.is_alphanumeric() || "_-.~}*".contains(letter))
    })
}

/// Whether a macro is called here; it may be the end of a longer name.
fn names_macro(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(start, _)| !line[..start].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
}

fn is_conflict(line: &str) -> bool {
    // A longer row of equals signs underlines something.
    line == CONFLICT_MIDDLE
        || CONFLICT_SIDES.iter().any(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;

    fn findings(path: &str, text: &str) -> Vec<String> {
        printed(&check(&Repository::of(&[(path, text)])))
            .iter()
            .map(|finding| finding.split("; ").next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn folders_of_one_machine() {
        let [work, root, home] = PRIVATE_FOLDERS;
        let text =
            format!("see {work}x\nhttps://example.org{work}x\n'{root}'\n~{home}\nfile://{home}me\n./tests{work}\n");
        assert_eq!(
            findings("a.txt", &text),
            [
                format!("a.txt:1: `{work}` is a folder of one machine"),
                format!("a.txt:3: `{root}` is a folder of one machine"),
                format!("a.txt:5: `{home}` is a folder of one machine"),
            ]
        );
    }

    #[test]
    fn work_in_progress() {
        let [debug, later] = UNFINISHED;
        let text = format!("    let x = {debug}1);\n    {later})\n    my_{later})\n");
        let expected = [
            format!("a.rs:1: `{debug}…)` is left over from work in progress"),
            format!("a.rs:2: `{later}…)` is left over from work in progress"),
        ];
        assert_eq!(findings("a.rs", &text), expected);
        // A document may speak about them.
        assert_eq!(findings("a.md", &text), [""; 0]);
    }

    #[test]
    fn conflicts() {
        let [open, middle, close] = ["<", "=", ">"].map(|mark| mark.repeat(7));
        let text = format!("{open} HEAD\na\n{middle}\nb\n{close} branch\n{middle}==\n{open}<\n");
        let lines: Vec<String> =
            [1, 3, 5].map(|line| format!("a.md:{line}: a conflict of a merge was left here")).into();
        assert_eq!(findings("a.md", &text), lines);
    }

    #[test]
    fn spaces() {
        assert_eq!(
            findings("a.md", "a \nb\t\nc"),
            [
                "a.md:1: white space at the end of the line",
                "a.md:2: white space at the end of the line",
                "a.md:3: the last line has no end of line",
            ]
        );
        assert_eq!(findings("a.rs", "\ta\n"), ["a.rs:1: a tab"]);
        assert_eq!(findings("a.rs", "a\r\nb\n"), ["a.rs:1: white space at the end of the line"]);
        assert_eq!(findings("a.yaml", "a:\tb\n"), ["a.yaml:1: a tab"]);
        assert_eq!(findings("a.js", "\ta\n"), [""; 0]);
        assert_eq!(findings("a.csv", "a \nb"), [""; 0]);
        assert_eq!(findings("empty.txt", ""), [""; 0]);
    }

    #[test]
    fn lock_files() {
        let text = format!("source = \"{CRATES_IO}\"\nsource = \"registry+https://mirror.example.org/index\"\n");
        let expected = "fuzz/Cargo.lock:2: the source \"registry+https://mirror.example.org/index\" is not crates.io";
        assert_eq!(findings("fuzz/Cargo.lock", &text), [expected]);
        assert_eq!(findings("Cargo.toml", &text), [""; 0]);
        let text = "{\n  \"resolved\": \"https://mirror.example.org/x.tgz\"\n}\n";
        assert_eq!(
            findings("tests/package-lock.json", text),
            ["tests/package-lock.json:2: the address of a registry is locked"]
        );
    }

    #[test]
    fn large_files() {
        let text = "a".repeat(LARGEST - 1) + "\n";
        assert_eq!(findings("a.txt", &text), [""; 0]);
        let text = "a".repeat(LARGEST) + "\n";
        assert_eq!(findings("a.txt", &text), ["a.txt:1: the file has 2000001 bytes"]);
        assert_eq!(findings("crates/view/assets/vendor/a.js", &text), [""; 0]);
    }
}
