//! The charter, from its file to what it tells of the organisation, teams, people and the public.

use std::fmt::Write as _;

use tempfile::TempDir;

use super::support::{run, succeed};

const AS_OF: &str = "2026-03-31T12:00:00Z";
const OVER: &str = "2026-04-10T12:00:00Z";

/// Two teams with complaints that took a day or ten, and some that are open: since a day, and since ten.
fn files() -> Vec<(&'static str, String)> {
    let mut cases = "case_id,opened_at,unit_id,assignee_id,status,is_complaint\n".to_owned();
    let mut events = "case_id,event_id,at,kind,actor_kind,actor_id,field_from,field_to\n".to_owned();
    let mut add = |id: &str, unit: &str, person: &str, opened: u32, solved: Option<u32>, complaint: bool| {
        let status = if solved.is_some() { "solved" } else { "open" };
        writeln!(cases, "{id},2026-03-{opened:02}T08:00:00Z,{unit},{person},{status},{complaint}").unwrap();
        writeln!(events, "{id},1,2026-03-{opened:02}T08:00:00Z,opened,system,,,new").unwrap();
        writeln!(events, "{id},2,2026-03-{opened:02}T08:00:00Z,assignee,system,,,{person}").unwrap();
        if let Some(solved) = solved {
            writeln!(events, "{id},3,2026-03-{solved:02}T08:00:00Z,status,agent,{person},new,solved").unwrap();
        }
    };
    for case in 0..6 {
        add(&format!("quick{case}"), "north", "ann", 2, Some(3), true);
        add(&format!("south{case}"), "south", "cleo", 2, Some(4), true);
    }
    for case in 0..2 {
        add(&format!("slow{case}"), "north", "bob", 2, Some(12), true);
    }
    add("overdue", "north", "ann", 20, None, true);
    add("running", "north", "ann", 30, None, true);
    add("other", "north", "ann", 2, Some(20), false);
    let file = |path: &'static str, text: &str| (path, text.to_owned());
    vec![
        file(
            "evenkeel.yaml",
            "organisation: Promises\npeople: coaching\nsources: [sources/desk.yaml]\nscorecards: [scorecards/all.yaml]\ncharter: charter.yaml\n",
        ),
        file("charter.yaml", CHARTER),
        file(
            "sources/desk.yaml",
            "source: desk\nfiles:\n  units: raw/units.csv\n  people: raw/people.csv\n  cases: raw/cases.csv\n  events: raw/events.csv\ntables:\n  \
             units: select unit_id, kind, parent_id, name from units\n  people: select person_id, name from people\n  \
             memberships: select person_id, unit_id from people\n  \
             cases: select case_id, opened_at, unit_id, assignee_id, status, is_complaint from cases\n  \
             case_events: select case_id, event_id, at, kind, actor_kind, actor_id, field_from, field_to from events\n",
        ),
        file(
            "measures/complaint_time.yaml",
            "measure: complaint_time\nunit: hours\nnoun: complaints\nfrom: case_facts\nwhere: is_complaint\nquantile: { of: full_resolution_s, at: 0.5 }\nperiod_of: solved_at\nbetter: lower\n",
        ),
        file("measures/cases.yaml", "measure: cases\nfrom: case_facts\ncount: rows\nbetter: lower\nlevels: [unit]\n"),
        file(
            "scorecards/all.yaml",
            "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures: [{ use: cases, target: 20 }]\n  business:\n    objectives:\n      - objective: Few\n        measures: [{ use: complaint_time, target: 30 h }]\n",
        ),
        file(
            "raw/units.csv",
            "unit_id,kind,parent_id,name\nwhole,organisation,,Promises\nnorth,team,whole,North\nsouth,team,whole,South\n",
        ),
        file("raw/people.csv", "person_id,name,unit_id\nann,Ann,north\nbob,Bob,north\ncleo,Cleo,south\n"),
        ("raw/cases.csv", cases),
        ("raw/events.csv", events),
    ]
}

const CHARTER: &str = "\
charter: customers
title: What we promise
contact: Tell us.
fewest: 4
publication: { fewest: 8, kind: team }
versions:
  - valid_from: 2025-01-01
    review: 2027-01-01
    promises:
      - promise: settled
        words: We will settle your complaint within five days.
        measure: complaint_time
        standard: { threshold: 5 d, share: 80 % }
        owner: Dora
        served_by: [{ measure: cases, standard: 20, kept_by: teams }]
        public: true
      - promise: quickly
        words: And half of them within two days.
        measure: complaint_time
        where: topic is null
        standard: { threshold: 2 d, share: 50 % }
      - promise: fees
        words: We will tell you before any fee changes.
        expected: 2027-01
        public: true
";

fn project(files: &[(&'static str, String)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn imported() -> TempDir {
    let folder = project(&files());
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    folder
}

fn json(folder: &TempDir, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["charter", "--format", "json", "--period", "2026-03", "--as-of", AS_OF];
    all.extend(arguments);
    serde_json::from_str(&succeed(folder.path(), &all).out).unwrap()
}

/// The public edition of March, which is over.
fn published(folder: &TempDir) -> serde_json::Value {
    let arguments = ["charter", "--public", "--format", "json", "--period", "2026-03", "--as-of", OVER];
    serde_json::from_str(&succeed(folder.path(), &arguments).out).unwrap()
}

/// Fourteen complaints were settled, two of them late, and one is open for ten days; one that is open for a day is not
/// due. So twelve of fifteen were settled in time, and the standard of 80 % is met exactly.
#[test]
fn what_is_past_its_time_and_open_counts() {
    let folder = imported();
    let found = json(&folder, &[]);
    let settled = &found["promises"][0];
    assert_eq!(settled["value"]["value"], 0.8);
    assert_eq!(settled["count"]["n"], 15);
    assert_eq!(settled["overdue_count"], 1);
    assert_eq!(settled["verdict"]["words"], "Kept, narrowly");
    assert_eq!(found["result"]["kept"], 2);
    assert_eq!(found["result"]["not_measured"], 1);
    // Before the five days of the open case were over, it was not counted at all.
    let earlier = ["charter", "--format", "json", "--period", "2026-03", "--as-of", "2026-03-24T12:00:00Z"];
    let earlier: serde_json::Value = serde_json::from_str(&succeed(folder.path(), &earlier).out).unwrap();
    assert_eq!(earlier["promises"][0]["count"]["n"], 14);
    assert_eq!(earlier["promises"][0]["overdue_count"], 0);
    // The rows are those that count, and each says for what.
    let rows = ["rows", "charter-settled", "--period", "2026-03", "--as-of", AS_OF, "--limit", "0", "--format", "json"];
    let rows: serde_json::Value = serde_json::from_str(&succeed(folder.path(), &rows).out).unwrap();
    assert_eq!(rows["total"], 15);
    let explained = succeed(folder.path(), &["explain", "charter-settled", "--period", "2026-03", "--as-of", AS_OF]);
    assert!(explained.out.contains("full_resolution_s"), "{}", explained.out);
}

#[test]
fn teams_and_people() {
    let folder = imported();
    let verdicts = |found: &serde_json::Value| {
        let links = found["chain"]["links"].as_array().unwrap().clone();
        let line = |link: &serde_json::Value| {
            let text = |key: &str| link[key].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {} {}",
                text("name"),
                link["value"]["text"].as_str().unwrap(),
                link["verdict"]["words"].as_str().unwrap()
            )
        };
        links.iter().map(line).collect::<Vec<_>>().join("; ").replace('\u{a0}', " ")
    };
    let whole = json(&folder, &["--promise", "settled"]);
    assert_eq!(
        verdicts(&whole),
        "Promises 80.0 % Kept, narrowly; North 66.7 % Not kept, narrowly; South 100.0 % Kept, narrowly"
    );
    let ann = json(&folder, &["--unit", "ann", "--promise", "settled"]);
    assert_eq!(
        verdicts(&ann),
        "Promises 80.0 % Kept, narrowly; North 66.7 % Not kept, narrowly; Ann 85.7 % Kept, narrowly"
    );
    assert_eq!(ann["promises"][0]["count"]["n"], 7);
    let bob = json(&folder, &["--unit", "bob"]);
    assert_eq!(bob["promises"][0]["verdict"]["words"], "Too few to say");
    assert_eq!(bob["result"]["too_few"], 2);
}

/// Forty complaints took just under five days and five just over, where two and two lie further away.
#[test]
fn heaping_is_found_and_never_told_of_people() {
    let mut heaped = files();
    for case in 0..49 {
        let day = [9, 10, 8, 11][usize::from(case >= 40) + usize::from(case >= 45) + usize::from(case >= 47)];
        let (opened, solved) = ("2026-03-05T08:00:00Z", format!("2026-03-{day:02}T20:00:00Z"));
        let (cases, events) = (heaped.len() - 2, heaped.len() - 1);
        writeln!(heaped[cases].1, "heap{case},{opened},south,cleo,solved,true").unwrap();
        writeln!(heaped[events].1, "heap{case},1,{opened},opened,system,,,new").unwrap();
        writeln!(heaped[events].1, "heap{case},2,{solved},status,agent,cleo,new,solved").unwrap();
    }
    let folder = project(&heaped);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let whole = json(&folder, &[]);
    let lines = whole["integrity"].as_array().unwrap();
    let states: Vec<&str> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states[..2], ["look", "unknown"], "{lines:#?}");
    assert_eq!(lines.len(), 5);
    let text = lines[0]["text"].as_str().unwrap().replace('\u{a0}', " ");
    assert!(text.starts_with("40 took 4 days to 5 days, 5 took 5 days to 6 days."), "{text}");
    assert_eq!(json(&folder, &["--unit", "cleo"])["integrity"], serde_json::json!([]));
    assert!(published(&folder).get("integrity").is_none());
}

#[test]
fn as_text() {
    let folder = imported();
    let told = |arguments: &[&str], as_of: &str| {
        let place = ["--period", "2026-03", "--as-of", as_of];
        succeed(folder.path(), &[&["charter"], arguments, &place].concat()).out
    };
    let all = [told(&[], AS_OF), told(&["--unit", "ann"], AS_OF), told(&["--public"], OVER)];
    insta::assert_snapshot!("charter", all.join("\n=====\n\n"));
}

/// Two teams with nine and six cases: six are too few to be published, and nine are not told either, because the total
/// of fifteen is.
#[test]
fn the_public_edition_tells_nothing_else() {
    let folder = imported();
    let found = published(&folder);
    assert_eq!(found["promises"][0]["units"], serde_json::json!([]));
    let withheld = found["promises"][0]["withheld"].as_str().unwrap().replace('\u{a0}', " ");
    assert!(withheld.starts_with("2 of 2 units withheld"), "{withheld}");
    let text = found.to_string();
    for hidden in ["Ann", "Bob", "Cleo", "ann", "quickly", "half of them", "Dora", "66.7", "served"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    assert_eq!(found["promises"].as_array().unwrap().len(), 1);
    assert_eq!(found["unproven"].as_array().unwrap().len(), 1);
    // A month with too few cases has no figure at all.
    let mut few = files();
    few[1].1 = CHARTER.replace("fewest: 8", "fewest: 30");
    let folder = project(&few);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let found = published(&folder);
    assert_eq!(found["promises"][0]["value"], "Withheld, so that no small number can be worked out");
    let text = found.to_string();
    assert!(!text.contains("80.0") && !text.contains("15 complaints") && !text.contains("0.8"), "{text}");
}

/// What the differences between published figures would tell of is not published: days, quarters beside months, a month
/// that goes on.
#[test]
fn the_public_edition_tells_whole_months_that_are_over() {
    let folder = imported();
    for period in ["2026-03-02", "2026-Q1", "2026", "2026-02..2026-03", "2026-YTD", "2026-04"] {
        let said = run(folder.path(), &["charter", "--public", "--period", period, "--as-of", OVER]);
        assert_eq!(said.code, Some(1), "{period}");
        assert!(said.err.contains("it tells whole months that are over, the latest of them 2026-03"), "{}", said.err);
    }
    // Nothing is told of March on its last day.
    let said = succeed(folder.path(), &["charter", "--public", "--as-of", AS_OF]);
    assert!(said.out.contains("February 2026"), "{}", said.out);
}

/// Of fifteen complaints thirteen or so lie in one promise and the others in another: neither is told beside the whole.
#[test]
fn promises_about_parts_are_no_differences() {
    let mut files = files();
    let promise = |id: &str, condition: &str| {
        format!(
            "      - promise: {id}\n        words: About {id}.\n        measure: complaint_time\n        where: {condition}\n        \
             standard: {{ threshold: 5 d, share: 80 % }}\n        public: true\n"
        )
    };
    let parts = promise("most", "case_id <> 'slow0'") + &promise("one", "case_id = 'slow0'");
    files[1].1 = CHARTER
        .replace("      - promise: fees", &format!("{parts}      - promise: fees"))
        .replace("fewest: 8", "fewest: 3");
    let folder = project(&files);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let found = published(&folder);
    let value = |place: usize| found["promises"][place]["value"].as_str().unwrap().replace('\u{a0}', " ");
    assert_eq!(value(0), "80.0 %");
    for place in [1, 2] {
        assert_eq!(value(place), "Withheld, so that no small number can be worked out");
        assert!(found["promises"][place]["count"].is_null() && found["promises"][place]["rolling"].is_null());
    }
}

/// What a measure withholds itself is withheld here, and what it could be worked out from with it.
#[test]
fn what_a_measure_withholds_is_no_gap() {
    let mut files = files();
    files[1].1 = CHARTER.replace("publication: { fewest: 8", "publication: { fewest: 3");
    for (path, text) in &mut files {
        if *path == "measures/complaint_time.yaml" {
            text.push_str("withhold_below: 7\n");
        }
    }
    let folder = project(&files);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let found = published(&folder);
    assert_eq!(found["promises"][0]["units"], serde_json::json!([]), "{found}");
    assert!(found["promises"][0]["withheld"].as_str().unwrap().starts_with('2'), "{found}");
}

#[test]
fn mistakes() {
    let said = |charter: String| {
        let mut wrong = files();
        wrong[1].1 = charter;
        let folder = project(&wrong);
        let said = run(folder.path(), &["check"]);
        assert_eq!(said.code, Some(1));
        said.err + &said.out
    };
    insta::assert_snapshot!(
        "mistakes_in_charters",
        [
            said(CHARTER.replace("where: topic is null", "where: topc is null")),
            said(CHARTER.replace("where: topic is null", "where: topic is")),
            // A condition that would close the bracket around it and let every row count.
            said(CHARTER.replace("where: topic is null", "where: topic is null) or (true")),
            said(CHARTER.replace("{ threshold: 2 d, share: 50 % }", "{ share: 50 % }")),
        ]
        .join("\n")
    );
    let folder = imported();
    let no_promise = run(folder.path(), &["charter", "--promise", "setled", "--as-of", AS_OF]);
    assert_eq!(no_promise.code, Some(1));
    assert!(no_promise.err.contains("it has `settled`, `quickly`, `fees`"), "{}", no_promise.err);
    let both = run(folder.path(), &["charter", "--public", "--unit", "north"]);
    assert_eq!(both.code, Some(2));
    let mut off = files();
    off[0].1 = off[0].1.replace("people: coaching\n", "");
    let folder = project(&off);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let said = run(folder.path(), &["charter", "--unit", "ann", "--as-of", AS_OF]);
    assert!(
        said.err.contains("people are not held to promises while evenkeel.yaml says `people: off`"),
        "{}",
        said.err
    );
    assert!(said.err.contains("write `people: own_record` to hold a person to promises"), "{}", said.err);
    let mut without = files();
    without[0].1 = without[0].1.replace("charter: charter.yaml\n", "");
    let folder = project(&without);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    let said = run(folder.path(), &["charter", "--as-of", AS_OF]);
    assert!(said.err.contains("the project has no charter"), "{}", said.err);
}
