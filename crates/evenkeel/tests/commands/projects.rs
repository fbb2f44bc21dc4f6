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

/// A support desk, and an export beside it.
fn desk(name: &str, export: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "desk", "--template", "support-desk"]);
    std::fs::write(folder.path().join(name), export).unwrap();
    folder
}

const EXPORT: &str = "\
Ticket ID;Created at;First reply time (min);Solved at;Status;Group;Satisfaction Score;Reopens;Note
1;28/10/2026 08:12;30;28/10/2026 10:12;Solved;Orders;Good;0;=1+1
2;28/10/2026 09:00;90;28/10/2026 13:00;Closed;Orders;Bad;1;
3;29/10/2026 09:00;60;;Open;Returns;Offered;0;
";

#[test]
fn one_export_becomes_a_scorecard_in_three_commands() {
    let folder = desk("Tickets October.csv", EXPORT.as_bytes());
    let project = folder.path().join("desk");
    let added = succeed(&project, &["source", "add", "../Tickets October.csv"]);
    insta::assert_snapshot!("desk_added", format!("{}{}", added.out, added.err));
    let imported = succeed(&project, &["import"]);
    assert!(imported.out.contains("0 rejected"), "{}", imported.out);
    insta::assert_snapshot!("desk_score", succeed(&project, &["score", "--as-of", "2026-11-02T06:10:00Z"]).out);

    // The next export of the same columns takes the place of the first, and changes what it knows better.
    let later = EXPORT.replace("3;29/10/2026 09:00;60;;Open", "3;29/10/2026 09:00;60;30/10/2026 09:00;Solved");
    std::fs::write(folder.path().join("Tickets October.csv"), later).unwrap();
    let again = succeed(&project, &["source", "add", "../Tickets October.csv"]);
    assert!(again.err.contains("read as the ones before"), "{}", again.err);
    let imported = succeed(&project, &["import", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&imported.out).unwrap();
    let tables = told[0]["tables"].as_array().unwrap();
    let cases = tables.iter().find(|table| table["table"] == "cases").unwrap();
    assert_eq!((&cases["inserted"], &cases["updated"], &cases["unchanged"]), (&0.into(), &1.into(), &2.into()));
    // One without a column that the first had is not taken in.
    std::fs::write(folder.path().join("Tickets October.csv"), "Ticket ID;Created at\n1;28/10/2026 08:12\n").unwrap();
    let less = run(&project, &["source", "add", "../Tickets October.csv"]);
    assert!(less.code == Some(1) && less.err.contains("`First reply time (min)`"), "{}", less.err);
}

#[test]
fn a_month_with_too_few_answers_is_told_with_those_before_it() {
    let mut export = String::from("Ticket ID,Created at,Solved at,Status,Satisfaction Score\n");
    for month in 5..=10 {
        for number in 1..=12 {
            let score = if month == 10 || number > 6 { "Good" } else { "Bad" };
            let day = format!("2026-{month:02}-{number:02}");
            writeln!(export, "{month}-{number},{day}T08:00:00Z,{day}T10:00:00Z,Solved,{score}").unwrap();
        }
    }
    let folder = desk("tickets.csv", export.as_bytes());
    let project = folder.path().join("desk");
    succeed(&project, &["source", "add", "../tickets.csv"]);
    succeed(&project, &["import"]);
    let score = |extra: &[&str]| {
        let told = succeed(&project, &[&["score", "--as-of", "2026-11-02T06:10:00Z"], extra].concat()).out;
        told.replace('\u{a0}', " ")
    };
    let told: serde_json::Value = serde_json::from_str(&score(&["--period", "2026-10", "--format", "json"])).unwrap();
    let rows: Vec<&serde_json::Value> = told["legs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|leg| leg["key"].as_array().into_iter().chain(leg["rest"].as_array()).flatten())
        .flat_map(|group| group["rows"].as_array().unwrap())
        .collect();
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id}"));
    // 6 + 6 + 12 of three times 12; the three months before have 6 of 12 each.
    let csat = row("csat_binary");
    assert_eq!((&csat["rolling"], &csat["count"]["n"]), (&"2026-08..2026-10".into(), &36.into()), "{csat}");
    assert!((csat["value"]["value"].as_f64().unwrap() - 24.0 / 36.0).abs() < 1e-9, "{csat}");
    assert!((csat["change"]["difference"].as_f64().unwrap() - (24.0 / 36.0 - 0.5)).abs() < 1e-9, "{csat}");
    assert_eq!(row("inflow")["rolling"], serde_json::Value::Null, "{told}");
    // What stands behind the figure is of the same months.
    let explained =
        succeed(&project, &["explain", "csat_binary", "--period", "2026-10", "--as-of", "2026-11-02T06:10:00Z"]);
    assert!(explained.out.contains("1 to 8 of 36"), "{}", explained.out);
    assert!(explained.out.contains("2026-08-01"), "{}", explained.out);
    let shown = score(&["--period", "2026-10"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("Good ratings over 3 months"), "{shown}");
    // Without the line in the scorecard every month is told by itself.
    change(&project, "scorecards/desk.yaml", "rolling_below: 30\n", "");
    assert!(!score(&["--period", "2026-10"]).contains("Over several months"));
}

#[test]
fn exports_in_other_encodings_are_taken_in() {
    let text = "Ticket ID,Created at,Group\n1,28/10/2026 08:12,Größe\n";
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let windows: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    for export in [utf_16, windows] {
        let folder = desk("tickets.csv", &export);
        let project = folder.path().join("desk");
        succeed(&project, &["source", "add", "../tickets.csv"]);
        let imported = succeed(&project, &["import"]);
        assert!(imported.out.contains("0 rejected"), "{}", imported.out);
        let scored = succeed(&project, &["score", "--unit", "Größe", "--as-of", "2026-11-02T06:10:00Z"]);
        assert!(scored.out.contains("Größe"), "{}", scored.out);
    }
}

#[test]
fn what_cannot_be_taken_in_changes_nothing() {
    for (export, says) in [
        ("Ticket ID,Created at\n1,03/10/2026\n", "--dates day-first"),
        ("Nr,Wann\n1,2026-10-28\n", "no column is the case number"),
        ("<!doctype html><title>Sign in</title>", "web page"),
        ("Ticket ID,Created at\n1,\x002026\n", "zero byte"),
        ("Ticket ID,Created at\n1,\"2026-10-28\n", "never closed"),
    ] {
        let folder = desk("tickets.csv", export.as_bytes());
        let project = folder.path().join("desk");
        let before = std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap();
        let said = run(&project, &["source", "add", "../tickets.csv"]);
        assert!(said.code == Some(1) && said.err.contains(says), "{}\nshould say {says}", said.err);
        assert_eq!(std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap(), before);
        assert!(!project.join("raw").exists() && !project.join("sources").exists());
    }
    let folder = desk("tickets.csv", b"Ticket ID,Created at\n1,03/10/2026\n");
    succeed(&folder.path().join("desk"), &["source", "add", "../tickets.csv", "--dates", "month-first"]);
}

#[test]
fn a_real_export_is_taken_in() {
    let Some(data) = super::support::shared("data") else { return };
    let mut text = String::new();
    let packed = std::fs::File::open(data.join("uci_incident_event_log.csv.gz")).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    let folder = desk("incidents.csv", text.as_bytes());
    let project = folder.path().join("desk");
    let added = succeed(&project, &["source", "add", "../incidents.csv"]);
    for line in
        ["opened_at                opened at", "resolved_at              solved at", "caller_id                stays"]
    {
        assert!(added.out.contains(line), "{}", added.out);
    }
    // It is a log with many rows for each incident, which is said, and makes no more cases of them than there are.
    assert!(added.err.contains("more than one row"), "{}", added.err);
    let imported = succeed(&project, &["import"]);
    assert!(imported.out.contains("141,712 read, 24,918 inserted"), "{}", imported.out);
}

#[test]
fn who_handled_a_case_is_left_out_unless_the_project_lets_it_in() {
    let export = "Ticket ID,Created at,Assignee\n1,2026-10-28,Mara\n1,2026-10-28,Milo\n";
    let folder = desk("tickets.csv", export.as_bytes());
    let project = folder.path().join("desk");
    let added = succeed(&project, &["source", "add", "../tickets.csv"]);
    assert!(added.out.contains("agent, left out: `people` in evenkeel.yaml is off"), "{}", added.out);
    assert!(added.err.contains("more than one row"), "{}", added.err);
    let source = std::fs::read_to_string(project.join("sources/tickets.yaml")).unwrap();
    assert!(!source.contains("Assignee"), "{source}");
}
