//! Rows that do not count by a person's decision, worked out by hand at every level; and a record that was worked out
//! after such a decision anew says the same.

use std::fmt::Write as _;
use std::path::Path;

use super::served::{AS_OF, two_branches};
use super::support::{find, readings, succeed};

const SOURCE: &str = "source: decided\nfiles: { exclusions: raw/exclusions.csv }\ntables:\n  \
                      exclusions: select table_name, key, reason, decided_by, at from exclusions\n";

/// Two branches with answers, as everywhere in these tests, and five cases of Ann's and two of Cleo's.
fn project() -> tempfile::TempDir {
    let project = two_branches();
    let write = |path: &str, text: &str| std::fs::write(project.path().join(path), text).unwrap();
    let settings = std::fs::read_to_string(project.path().join("evenkeel.yaml")).unwrap();
    let sources = "sources: [sources/a.yaml, sources/cases.yaml, sources/decided.yaml]";
    write("evenkeel.yaml", &settings.replace("sources: [sources/a.yaml]", sources));
    write(
        "sources/cases.yaml",
        "source: desk\nfiles: { cases: raw/cases.csv, events: raw/events.csv }\ntables:\n  \
         cases: select case_id, opened_at, assignee_id, customer_id, topic, status from cases\n  \
         case_events: select case_id, event_id, at, kind, actor_kind, actor_id, public, field_from, field_to from events\n",
    );
    write("sources/decided.yaml", SOURCE);
    write("raw/exclusions.csv", "table_name,key,reason,decided_by,at\n");
    let (mut cases, mut events) = (
        String::from("case_id,opened_at,assignee_id,customer_id,topic,status\n"),
        String::from("case_id,event_id,at,kind,actor_kind,actor_id,public,field_from,field_to\n"),
    );
    for (number, person) in ["ann", "ann", "ann", "ann", "ann", "cleo", "cleo"].iter().enumerate() {
        let day = 1 + number;
        writeln!(cases, "c{number},2026-10-{day:02}T08:00:00Z,{person},k{number},bill,solved").unwrap();
        writeln!(events, "c{number},0,2026-10-{day:02}T08:30:00Z,assignee,system,,,,{person}").unwrap();
        writeln!(events, "c{number},1,2026-10-{day:02}T09:00:00Z,status,agent,{person},,new,solved").unwrap();
    }
    write("raw/cases.csv", &cases);
    write("raw/events.csv", &events);
    write(
        "measures/solved.yaml",
        "measure: solved\nfrom: case_facts\ncount: rows\nperiod_of: solved_at\nbetter: higher\n",
    );
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    project
}

/// What a measure comes to in October, by whom it is of: out of how many rows, and of shares how many were good.
fn told(project: &Path, measure: &str) -> Vec<String> {
    let found = readings(project, &["--measure", measure, "--from", "2026-10", "--to", "2026-10", "--as-of", AS_OF]);
    let line = |who: &str| {
        let own = found.iter().find(|(about, _)| about.2 == who).map(|(_, reading)| reading);
        own.map(|reading| match reading.denominator {
            Some(of) => format!("{who} {}/{of}", reading.numerator.unwrap_or(f64::NAN)),
            None => format!("{who} {}", reading.value),
        })
    };
    ["ann", "bob", "cleo", "north-1", "lakeside", "whole"].into_iter().filter_map(line).collect()
}

fn exclude(project: &Path, rows: &[(&str, &str)]) {
    let mut text = String::from("table_name,key,reason,decided_by,at\n");
    for (table, key) in rows {
        let key = key.replace('"', "\"\"");
        writeln!(text, "{table},\"{key}\",it was not theirs,milo,2026-11-01T10:00:00Z").unwrap();
    }
    std::fs::write(project.join("raw/exclusions.csv"), text).unwrap();
    succeed(project, &["import", "--as-of", AS_OF]);
}

/// Everything that is told, of whomever and whenever.
fn everything(project: &Path) -> String {
    format!("{:?}", readings(project, &["--as-of", AS_OF]))
}

#[test]
fn what_is_decided_not_to_count_counts_nowhere() {
    let folder = project();
    let project = folder.path();
    // Of the 120 answers every third is bad. Ann, Bob and Cleo have thirty each, ten of them bad; Dan was in the north
    // for the eighteen until the twentieth, six of them bad.
    assert_eq!(
        told(project, "csat"),
        ["ann 20/30", "bob 20/30", "cleo 20/30", "north-1 52/78", "lakeside 28/42", "whole 80/120"]
    );
    assert_eq!(told(project, "solved"), ["ann 5", "cleo 2", "north-1 5", "lakeside 2", "whole 7"]);
    let before = everything(project);

    // The answer a0 was bad, and Ann's; so was the case c2. A key that no row has leaves out nothing.
    let nobody = ("cases", r#"["desk","nobody"]"#);
    exclude(project, &[("responses", r#"["a","a0"]"#), ("cases", r#"["desk","c2"]"#), nobody]);
    assert_eq!(
        told(project, "csat"),
        ["ann 20/29", "bob 20/30", "cleo 20/30", "north-1 52/77", "lakeside 28/42", "whole 80/119"]
    );
    assert_eq!(told(project, "solved"), ["ann 4", "cleo 2", "north-1 4", "lakeside 2", "whole 6"]);
    let rows = succeed(project, &["rows", "csat", "--unit", "ann", "--limit", "0", "--as-of", AS_OF]).out;
    assert!(rows.contains("a4") && !rows.contains(" a0 "), "{rows}");
    let rows = succeed(project, &["rows", "solved", "--unit", "whole", "--limit", "0", "--as-of", AS_OF]).out;
    assert!(rows.contains("c1") && !rows.contains("c2"), "{rows}");
    let said = succeed(project, &["explain", "csat", "--as-of", AS_OF]).out;
    assert!(said.contains("1 row did not count"), "{said}");

    // What is imported later is added to what was worked out, as if all had been worked out anew.
    let answers = project.join("raw/answers.csv");
    let more =
        std::fs::read_to_string(&answers).unwrap() + "b1,2026-10-07T10:00:00Z,ann,5\nb2,2026-10-08T10:00:00Z,cleo,1\n";
    std::fs::write(&answers, more.replace("a0,2026-10-01T10:00:00Z,ann,2", "a0,2026-10-01T10:00:00Z,ann,4")).unwrap();
    let cases = project.join("raw/cases.csv");
    let more = std::fs::read_to_string(&cases).unwrap() + "c9,2026-10-09T08:00:00Z,ann,k2,bill,open\n";
    std::fs::write(&cases, more.replace("k2,bill,solved", "k2,card,solved")).unwrap();
    succeed(project, &["import", "--as-of", AS_OF]);
    // The answer that does not count was corrected in its source, and still does not.
    assert_eq!(
        told(project, "csat"),
        ["ann 21/30", "bob 20/30", "cleo 20/31", "north-1 53/78", "lakeside 28/43", "whole 81/121"]
    );
    let carried = everything(project);
    assert_ne!(carried, before);
    let derived = find(project, "derived");
    std::fs::remove_dir_all(&derived).unwrap();
    assert_eq!(everything(project), carried, "worked out anew, it is the same");
}
