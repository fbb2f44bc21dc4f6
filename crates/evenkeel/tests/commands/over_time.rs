//! What a scorecard says about the course of a measure: phases, links, targets over time, on a small record.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{run, succeed};

/// Satisfied answers out of a hundred, month by month from January 2024 on; nothing in it ever changes.
const STEADY: [usize; 12] = [80, 82, 78, 81, 79, 83, 80, 77, 81, 82, 79, 80];
/// Thirty months, the last one June 2026.
const MONTHS: usize = 30;
/// The first day that is not known yet.
const AS_OF: &str = "2026-07-01T00:00:00Z";

const SCORECARD: &str = "\
scorecard: all
legs:
  employee:
    objectives:
      - objective: People stay
        measures: [{ use: pulse, target: 70 %, red_flag: 40 % }]
  customer:
    objectives:
      - objective: Customers are satisfied
        measures:
          - use: csat
            baseline: { measured: 2025-06 }
            target: 85 %
            by: 2026-12
            milestones: { 2026-09: 84 % }
            signals:
              annotations:
                - { since: 2024-09, what: survey moved to the app, kind: definition }
                - since: 2025-07
                  what: new telephone system
                  kind: initiative
                  said_by: Ana Reis
                  new_phase: true
links:
  - { from: pulse, to: csat, within: 6 months }
";

/// A hundred answers to either question in each month. The pulse falls from 70 to 50 for the last three.
fn answers() -> String {
    let mut text = String::from("response_id,survey,answered_at,unit_id,score\n");
    for month in 0..MONTHS {
        let (year, of_year) = (2024 + month / 12, month % 12 + 1);
        let pulse = STEADY[(month + 5) % 12] - if month + 3 >= MONTHS { 30 } else { 10 };
        for (survey, satisfied) in [("csat", STEADY[month % 12]), ("pulse", pulse)] {
            for number in 0..100 {
                let score = if number < satisfied { 5 } else { 2 };
                let id = format!("{survey}-{month}-{number}");
                writeln!(text, "{id},{survey},{year}-{of_year:02}-15T10:00:00Z,t1,{score}").unwrap();
            }
        }
    }
    text
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    let measure = |id: &str, title: &str| {
        format!(
            "measure: {id}\ntitle: {title}\nfrom: responses\nwhere: survey = '{id}'\nshare: score >= 4\nbetter: higher\n"
        )
    };
    for (name, text) in [
        (
            "evenkeel.yaml",
            "organisation: Whole\ntime_zone: UTC\nstorage: ./data\nsources: [sources/a.yaml]\nscorecards: [scorecards/all.yaml]\n"
                .to_owned(),
        ),
        (
            "sources/a.yaml",
            "source: a\nfiles: { units: raw/units.csv, responses: raw/responses.csv }\n\
             tables:\n  units: select unit_id, kind from units\n  \
             responses: select response_id, survey, answered_at, unit_id, score from responses\n"
                .to_owned(),
        ),
        ("raw/units.csv", "unit_id,kind\nt1,team\n".to_owned()),
        ("raw/responses.csv", answers()),
        ("measures/csat.yaml", measure("csat", "Customer satisfaction")),
        ("measures/pulse.yaml", measure("pulse", "Engagement pulse")),
        ("scorecards/all.yaml", SCORECARD.to_owned()),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    succeed(folder.path(), &["check"]);
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    folder
}

fn json(project: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--as-of", AS_OF, "--format", "json"]);
    serde_json::from_str(&succeed(project, &all).out.replace('\u{a0}', " ")).unwrap()
}

fn text(project: &Path, arguments: &[&str]) -> String {
    let mut all = arguments.to_vec();
    all.extend(["--as-of", AS_OF]);
    let said = succeed(project, &all).out;
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page of satisfaction in a period.
fn page_of_csat(project: &Path, period: &str) -> Value {
    json(project, &["explain", "csat", "--period", period])["page"].clone()
}

/// The readings of the page of satisfaction in a period, as headings with their texts.
fn said_of_csat(project: &Path, period: &str) -> Vec<(String, String)> {
    let page = page_of_csat(project, period);
    let readings = page["readings"].as_array().unwrap().iter();
    let plain = |value: &Value| value.as_str().unwrap().to_owned();
    readings.map(|reading| (plain(&reading["heading"]), plain(&reading["text"]))).collect()
}

#[test]
fn a_deterioration_puts_the_linked_measure_on_watch() {
    let folder = project();
    let page = json(folder.path(), &["score", "--period", "2026-06"]);
    let row = |leg: usize| &page["legs"][leg]["key"][0]["rows"][0];
    assert_eq!(row(0)["variation"]["code"], "worse-low", "{}", row(0));
    assert_eq!(row(0)["watch"], Value::Array(Vec::new()));
    let watch = &row(1)["watch"][0];
    assert_eq!((&watch["measure"], &watch["within_months"]), (&"pulse".into(), &6.into()));
    assert_eq!(row(1)["variation"]["code"], "usual", "the watched measure keeps its own judgement");
    let said = text(folder.path(), &["score", "--period", "2026-06"]);
    assert!(
        said.contains("On watch. Customer satisfaction, because Engagement pulse shows a real deterioration"),
        "{said}"
    );
    let page = said_of_csat(folder.path(), "2026-06");
    assert!(page.iter().any(|(heading, _)| heading == "On watch: Engagement pulse got worse"), "{page:?}");
    // Before it fell, nothing is on watch.
    let before = json(folder.path(), &["score", "--period", "2026-03"]);
    assert_eq!(before["legs"][1]["key"][0]["rows"][0]["watch"], Value::Array(Vec::new()));
}

#[test]
fn a_phase_that_somebody_began_divides_the_series() {
    let folder = project();
    let page = page_of_csat(folder.path(), "2026-06");
    let happened = [
        "July 2025: New telephone system (initiative), said by Ana Reis; a new phase",
        "September 2024: Survey moved to the app (another definition)",
    ];
    assert_eq!(page["annotations"], serde_json::json!(happened));
    let method = page["method"].as_array().unwrap();
    let from = method.iter().find(|fact| fact["term"] == "Usual range from").unwrap();
    assert_eq!(from["text"], "12 figures, July 2025 to June 2026; it moves on with them");
    let said = said_of_csat(folder.path(), "2026-06");
    assert!(said.iter().any(|(heading, _)| heading == "New phase since July 2025"), "{said:?}");
    // Two months into the phase nothing is told about it, and the range of the phase before stands where it was.
    let said = said_of_csat(folder.path(), "2025-08");
    assert!(said.iter().any(|(heading, _)| heading == "Too few months to tell"), "{said:?}");
    let page = page_of_csat(folder.path(), "2025-08");
    let history = page["row"]["history"].as_array().unwrap();
    let usual = |at: usize| &history[history.len() - at]["usual_range"];
    assert!(usual(1).is_null() && usual(2).is_null() && !usual(3).is_null(), "{history:?}");
    // A month before it began, the phase is not known.
    let said = said_of_csat(folder.path(), "2025-06");
    assert!(said.iter().all(|(heading, _)| !heading.starts_with("New phase")), "{said:?}");
}

#[test]
fn a_baseline_holds_the_usual_range() {
    let folder = project();
    let path = folder.path().join("scorecards/all.yaml");
    let usual = |signals: &str| {
        let from = SCORECARD.find("            signals:").unwrap();
        let to = SCORECARD.find("links:").unwrap();
        let written = format!("{}{signals}{}", &SCORECARD[..from], &SCORECARD[to..]);
        std::fs::write(&path, written).unwrap();
        let page = page_of_csat(folder.path(), "2026-06");
        let from = page["method"].as_array().unwrap().iter().find(|fact| fact["term"] == "Usual range from").unwrap();
        from["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(usual(""), "24 figures, July 2024 to June 2026; it moves on with them");
    let held = "            signals: { baseline: { from: 2024-02, until: 2025-01 } }\n";
    assert_eq!(usual(held), "12 figures, February 2024 to January 2025; it stays as it is");
}

#[test]
fn targets_over_time() {
    let folder = project();
    let page = page_of_csat(folder.path(), "2026-06");
    let forecast = &page["forecast"];
    assert_eq!(
        (&forecast["period"], &forecast["ahead"], &forecast["points"]),
        (&"2026-12".into(), &6.into(), &12.into())
    );
    let number = |value: &Value| value.as_f64().unwrap();
    let (low, high, chance) = (number(&forecast["low"]), number(&forecast["high"]), number(&forecast["chance"]));
    assert!(0.74 < low && low < 0.80 && 0.80 < high && high < 0.86 && chance < 0.15, "{forecast}");
    // From 83 % in June 2025 to 84 % by the end of September 2026: 365 of 457 days are gone.
    assert!((number(&page["expected_by_now"]) - (0.83 + 0.01 * 365.0 / 457.0)).abs() < 1e-9);
    let said = said_of_csat(folder.path(), "2026-06");
    let (_, course) = said.iter().find(|(heading, _)| heading.starts_with("Behind its course")).unwrap();
    assert!(course.contains("asks for 83.8 %; it is 83.0 %. Next comes 84 % by September 2026."), "{course}");
    // Too few months of the phase, and a deadline further ahead than figures reach back.
    let refused =
        |period: &str| said_of_csat(folder.path(), period).into_iter().find(|(heading, _)| heading == "No forecast");
    assert_eq!(
        refused("2026-01").unwrap().1,
        "Seven months of the present phase have a figure; a forecast needs eight."
    );
    assert_eq!(
        refused("2026-02").unwrap().1,
        "The target is due in ten months, and only eight months have a figure. A forecast reaches no further ahead than figures reach back."
    );
    assert!(refused("2026-06").is_none());
}

#[test]
fn likely_ranges_in_the_long_table() {
    let folder = project();
    succeed(
        folder.path(),
        &["readings", "--out", "r.csv", "--measure", "csat", "--from", "2024-01", "--to", "2024-01", "--as-of", AS_OF],
    );
    let mut reader = csv::Reader::from_path(folder.path().join("r.csv")).unwrap();
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(headers[4..9], ["numerator", "denominator", "n", "value", "low"]);
    assert_eq!(headers[9], "high");
    for record in reader.records() {
        let record = record.unwrap();
        let number = |at: usize| record[at].parse::<f64>().unwrap();
        // Wilson's interval of 80 out of 100.
        assert!((number(8) - 0.711_170_8).abs() < 1e-6 && (number(9) - 0.866_633_1).abs() < 1e-6, "{record:?}");
    }
    succeed(folder.path(), &["readings", "--out", "r.parquet", "--measure", "csat", "--as-of", AS_OF]);
}

#[test]
fn a_phase_that_nobody_says_is_refused_with_its_line() {
    let folder = project();
    let path = folder.path().join("scorecards/all.yaml");
    std::fs::write(&path, SCORECARD.replace("                  said_by: Ana Reis\n", "")).unwrap();
    let said = run(folder.path(), &["check"]);
    let told = format!("{}{}", said.out, said.err);
    assert_eq!(said.code, Some(1));
    assert!(
        told.contains("a new phase does not say who says so") && told.contains("scorecards/all.yaml:19:"),
        "{told}"
    );
}
