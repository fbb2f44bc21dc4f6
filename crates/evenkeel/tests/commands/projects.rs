//! Projects that somebody writes: the empty one, and ones with mistakes in them.

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use super::support::{run, succeed};

fn blank() -> TempDir {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    folder
}

/// Puts other words into a file of a project.
fn change(project: &Path, file: &str, from: &str, to: &str) {
    let path = project.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn the_blank_project_works_at_once() {
    let folder = blank();
    let project = folder.path().join("service");
    insta::assert_snapshot!("blank_check", succeed(&project, &["check"]).out);
    let imported = succeed(&project, &["import"]);
    assert!(imported.out.contains("0 rejected"), "{}", imported.out);
    let scored = succeed(&project, &["score", "--as-of", "2026-11-02T06:10:00Z"]);
    insta::assert_snapshot!("blank_score", scored.out);
    // A folder that holds something is left alone.
    let again = run(folder.path(), &["init", "service", "--template", "blank"]);
    assert_eq!(again.code, Some(1), "{}{}", again.out, again.err);
}

#[test]
fn nothing_works_without_a_project_and_that_is_said() {
    let folder = TempDir::new().unwrap();
    let said = run(folder.path(), &["score"]);
    assert_eq!(said.code, Some(1));
    insta::assert_snapshot!(said.err.replace(folder.path().canonicalize().unwrap().to_str().unwrap(), "[folder]"));
}

#[test]
fn a_project_is_found_from_below() {
    let folder = blank();
    let project = folder.path().join("service");
    let said = succeed(&project.join("raw"), &["check"]);
    assert!(said.out.contains("no mistakes"), "{}", said.out);
}

#[test]
fn before_the_first_import_there_is_nothing_and_that_is_said() {
    let folder = blank();
    let project = folder.path().join("service");
    let said = run(&project, &["score", "--as-of", "2026-11-02T06:10:00Z"]);
    insta::assert_snapshot!(format!("[exit code {}]\n{}{}", said.code.unwrap(), said.out, said.err));
}

#[test]
fn all_mistakes_of_a_project_in_one_run() {
    let folder = blank();
    let project = folder.path().join("service");
    change(&project, "evenkeel.yaml", "time_zone: UTC", "time_zone: Europe/Lissabon");
    change(&project, "sources/desk.yaml", "steward:", "stewart:");
    change(&project, "measures/complaints.yaml", "better: lower", "better: smaller");
    change(&project, "scorecards/service.yaml", "use: csat", "use: csatt");
    let said = run(&project, &["check"]);
    assert_eq!(said.code, Some(1));
    insta::assert_snapshot!(format!("{}{}", said.out, said.err));
    // Nothing else runs on such a project either.
    for command in [&["import"][..], &["score"], &["serve"]] {
        assert_eq!(run(&project, command).code, Some(1), "{command:?}");
    }
}

/// What cannot be read as declared stops the import; the lake stays as it was.
#[test]
fn an_import_that_cannot_be_right_leaves_the_lake_alone() {
    let mut all = String::new();
    for (name, file, from, to) in [
        ("a column that is not there", "sources/desk.yaml", "channel,", "chanel,"),
        ("no such table", "sources/desk.yaml", "from cases\n    where", "from tickets\n    where"),
        ("SQL that is none", "sources/desk.yaml", "number as case_id,\n      opened", "number number number"),
        ("a column that the record lacks", "sources/desk.yaml", "channel,", "channel as colour,"),
        ("SQL that fails", "sources/desk.yaml", "topic,", "cast(1 / (length(topic) * 0) as varchar) as topic,"),
        (
            "a file behind the back of `files`",
            "sources/desk.yaml",
            "from cases\n    where",
            "from 'raw/cases.csv'\n    where",
        ),
        ("no such file", "sources/desk.yaml", "raw/cases.csv", "raw/tickets.csv"),
        ("a path outside", "sources/desk.yaml", "raw/cases.csv", "../../etc/passwd"),
        ("an encoding", "raw/cases.csv", "number", "\u{fffd}\u{0}number"),
    ] {
        let folder = blank();
        let project = folder.path().join("service");
        succeed(&project, &["import"]);
        let as_of = ["score", "--as-of", "2026-11-02T06:10:00Z"];
        let before = succeed(&project, &as_of).out;
        let original = std::fs::read_to_string(project.join(file)).unwrap();
        change(&project, file, from, to);
        let said = run(&project, &["import"]);
        let root = folder.path().canonicalize().unwrap();
        let text = said.err.replace(root.to_str().unwrap(), "[folder]");
        writeln!(all, "--- {name}\n{}{text}[exit code {}]\n", said.out, said.code.unwrap()).unwrap();
        assert_eq!(said.code, Some(1), "{name}: {}{}", said.out, said.err);
        std::fs::write(project.join(file), original).unwrap();
        assert_eq!(succeed(&project, &as_of).out, before, "{name}");
    }
    insta::assert_snapshot!(all);
}

/// A row that cannot be read is set aside with its place; the others are imported.
#[test]
fn rows_that_cannot_be_read_are_listed() {
    let folder = blank();
    let project = folder.path().join("service");
    let path = project.join("raw/cases.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let rows = lines.len() - 1;
    let columns = lines[0].split(',').count();
    let opened = lines[0].split(',').position(|name| name == "opened").unwrap();
    let broken: Vec<String> = (0..columns).map(|at| if at == opened { "soon" } else { "x" }.to_owned()).collect();
    lines.push(broken.join(","));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let said = succeed(&project, &["import"]);
    let cases = said.out.lines().find(|line| line.trim_start().starts_with("cases")).unwrap();
    assert!(cases.contains(&format!("{rows} inserted")), "{cases}");
    assert!(cases.contains("1 rejected"), "{cases}");
    insta::assert_snapshot!("blank_rejects", succeed(&project, &["rejects"]).out);
    assert_eq!(run(&project, &["import", "--strict"]).code, Some(1));
    // Put right, it is imported, and no longer listed.
    std::fs::write(&path, text).unwrap();
    let said = succeed(&project, &["import"]);
    assert!(said.out.contains("0 rejected"), "{}", said.out);
    assert!(succeed(&project, &["rejects"]).err.contains("No rows were rejected."));
}

/// A folder for raw files may be reached by a link; links that lead out of it may not be followed.
#[cfg(unix)]
#[test]
fn raw_files_may_lie_behind_a_link() {
    use std::os::unix::fs::symlink;

    let folder = blank();
    let project = folder.path().join("service");
    let real = folder.path().join("real");
    std::fs::create_dir(&real).unwrap();
    std::fs::rename(project.join("raw/cases.csv"), real.join("cases.csv")).unwrap();
    symlink(&real, folder.path().join("exports")).unwrap();
    change(&project, "evenkeel.yaml", "storage: ./data", "storage: ./data\ndata_root: ../exports");
    change(&project, "sources/desk.yaml", "raw/cases.csv", "../exports/cases.csv");
    let said = succeed(&project, &["import"]);
    assert!(said.out.contains("0 rejected"), "{}", said.out);
    let secret = folder.path().join("secret.csv");
    std::fs::rename(real.join("cases.csv"), &secret).unwrap();
    symlink(&secret, real.join("cases.csv")).unwrap();
    let said = run(&project, &["import"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("lies outside the project"), "{}", said.err);
}

#[test]
fn schemas_are_written_for_editors() {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["schema", "--out", "schemas"]);
    let mut count = 0;
    for entry in std::fs::read_dir(folder.path().join("schemas")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(schema["properties"].is_object(), "{text}");
        count += 1;
    }
    assert_eq!(count, 9);
}
