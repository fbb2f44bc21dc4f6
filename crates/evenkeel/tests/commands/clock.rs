//! What the case clock says about the cases of a whole project: calendars of units that change, holidays, moves.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use super::support::{run, succeed};

/// A project of units, calendars, cases and their events. Days and hours are those of London.
const FILES: [(&str, &str); 5] = [
    (
        "evenkeel.yaml",
        "organisation: Clockwork\ntime_zone: Europe/London\nsources: [sources/desk.yaml]\nscorecards: [scorecards/all.yaml]\n",
    ),
    (
        "sources/desk.yaml",
        "source: desk\nfiles:\n  units: raw/units.csv\n  calendars: raw/calendars.csv\n  holidays: raw/holidays.csv\n  \
         cases: raw/cases.csv\n  events: raw/events.csv\ntables:\n  \
         units: select unit_id, kind, parent_id, calendar, time_zone, valid_from, valid_to from units\n  \
         calendars: select calendar, weekday, opens_min, closes_min, valid_from, valid_to from calendars\n  \
         holidays: select calendar, holiday_on, from_min, to_min from holidays\n  \
         cases: select case_id, opened_at, unit_id from cases\n  \
         case_events: select case_id, event_id, at, kind, actor_kind, actor_id, public, field_to from events\n",
    ),
    ("measures/inflow.yaml", "measure: inflow\nfrom: case_facts\ncount: rows\nbetter: lower\n"),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures: [{ use: inflow }]\n",
    ),
    ("raw/events.csv", "case_id,event_id,at,kind,actor_kind,actor_id,public,field_to\n"),
];

/// Monday to Friday, between these hours.
fn weekdays(calendar: &str, opens: u32, closes: u32, from: &str, to: &str) -> String {
    (1..=5).fold(String::new(), |mut rows, weekday| {
        writeln!(rows, "{calendar},{weekday},{},{},{from},{to}", opens * 60, closes * 60).unwrap();
        rows
    })
}

fn write(project: &Path, name: &str, text: &str) {
    let path = project.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A project with these units, calendars, holidays and cases, imported.
fn imported(units: &str, calendars: &str, holidays: &str, cases: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        write(folder.path(), name, text);
    }
    for (name, header, rows) in [
        ("units", "unit_id,kind,parent_id,calendar,time_zone,valid_from,valid_to", units),
        ("calendars", "calendar,weekday,opens_min,closes_min,valid_from,valid_to", calendars),
        ("holidays", "calendar,holiday_on,from_min,to_min", holidays),
        ("cases", "case_id,opened_at,unit_id", cases),
    ] {
        write(folder.path(), &format!("raw/{name}.csv"), &format!("{header}\n{rows}"));
    }
    let said = succeed(folder.path(), &["import"]);
    let all = said.out.lines().filter(|line| line.contains("rejected")).all(|line| line.contains(" 0 rejected"));
    assert!(all, "{}", said.out);
    folder
}

/// One column of the case facts, by case.
fn facts(project: &Path, column: &str, as_of: &str) -> BTreeMap<String, Option<String>> {
    let year = &as_of[..4];
    let said =
        succeed(project, &["rows", "inflow", "--limit", "0", "--period", year, "--as-of", as_of, "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let at = |name: &str| listed["columns"].as_array().unwrap().iter().position(|column| column == name);
    let case = at("case_id").unwrap();
    let text = |row: &serde_json::Value, at: usize| row[at].as_str().map(str::to_owned);
    let rows = listed["rows"].as_array().unwrap().iter();
    rows.map(|row| (text(row, case).unwrap(), at(column).and_then(|at| text(row, at)))).collect()
}

/// How old each case is in hours of work.
fn business_hours(project: &Path, as_of: &str) -> BTreeMap<String, Option<f64>> {
    let ages = facts(project, "age_business_s", as_of);
    ages.into_iter().map(|(case, age)| (case, age.map(|age| age.parse::<f64>().unwrap() / 3600.0))).collect()
}

#[track_caller]
fn check(project: &TempDir, as_of: &str, wanted: &[(&str, Option<f64>)]) {
    let wanted: BTreeMap<String, Option<f64>> =
        wanted.iter().map(|(case, hours)| ((*case).to_owned(), *hours)).collect();
    assert_eq!(business_hours(project.path(), as_of), wanted);
}

/// The unit stays where it is, and works by other hours from Wednesday on.
#[test]
fn a_unit_that_gets_another_calendar() {
    let units = "whole,organisation,,office,,,\n\
                 team,team,whole,early,,2020-01-01,2026-03-04\n\
                 team,team,whole,late,,2026-03-04,\n";
    let calendars =
        weekdays("office", 9, 17, "", "") + &weekdays("early", 6, 10, "", "") + &weekdays("late", 12, 22, "", "");
    // Monday, 2 March 2026, at 8:00; Tuesday at 8:00; Wednesday at 8:00.
    let cases = "monday,2026-03-02T08:00:00Z,team\ntuesday,2026-03-03T08:00:00Z,team\nwednesday,2026-03-04T08:00:00Z,team\n\
                 elsewhere,2026-03-02T08:00:00Z,whole\nnowhere,2026-03-02T08:00:00Z,\n";
    let project = imported(units, &calendars, "", cases);
    // Two hours on Monday, four on Tuesday, ten on each day from Wednesday to Thursday.
    check(
        &project,
        "2026-03-05T23:00:00Z",
        &[
            ("monday", Some(2.0 + 4.0 + 10.0 + 10.0)),
            ("tuesday", Some(2.0 + 10.0 + 10.0)),
            ("wednesday", Some(20.0)),
            ("elsewhere", Some(32.0)),
            ("nowhere", Some(32.0)),
        ],
    );
}

/// Neither the unit nor its place changes, but the hours of the unit above do.
#[test]
fn a_unit_above_that_gets_another_calendar() {
    let units = "whole,organisation,,,,,\n\
                 area,department,whole,early,,2020-01-01,2026-03-04\n\
                 area,department,whole,late,,2026-03-04,\n\
                 team,team,area,,,,\n";
    let calendars = weekdays("early", 6, 10, "", "") + &weekdays("late", 12, 22, "", "");
    let cases = "a,2026-03-02T08:00:00Z,team\nb,2026-03-02T08:00:00Z,whole\n";
    let project = imported(units, &calendars, "", cases);
    // The organisation as a whole has no calendar.
    check(&project, "2026-03-05T23:00:00Z", &[("a", Some(2.0 + 4.0 + 10.0 + 10.0)), ("b", None)]);
}

#[test]
fn a_unit_that_moves_under_another_one() {
    let units = "whole,organisation,,,,,\n\
                 east,department,whole,early,,,\n\
                 west,department,whole,late,,,\n\
                 team,team,east,,,2020-01-01,2026-03-04\n\
                 team,team,west,,,2026-03-04,\n";
    let calendars = weekdays("early", 6, 10, "", "") + &weekdays("late", 12, 22, "", "");
    let project = imported(units, &calendars, "", "a,2026-03-02T08:00:00Z,team\n");
    check(&project, "2026-03-05T23:00:00Z", &[("a", Some(2.0 + 4.0 + 10.0 + 10.0))]);
}

/// The clock on the wall is another one from Wednesday on.
#[test]
fn a_unit_that_gets_another_time_zone() {
    let units = "whole,organisation,,office,,,\n\
                 team,team,whole,,,2020-01-01,2026-03-04\n\
                 team,team,whole,,Asia/Tokyo,2026-03-04,\n";
    let calendars = weekdays("office", 9, 17, "", "");
    // Tuesday at 16:00 in London. In Tokyo it is nine hours later: eight hours of work end there at 8:00 UTC.
    let project = imported(units, &calendars, "", "a,2026-03-03T16:00:00Z,team\n");
    check(&project, "2026-03-04T07:00:00Z", &[("a", Some(1.0 + 7.0))]);
    check(&project, "2026-03-04T12:00:00Z", &[("a", Some(1.0 + 8.0))]);
}

/// In a stretch in which neither the unit nor one above it has a calendar, no business time passes.
#[test]
fn a_stretch_without_a_calendar() {
    let units = "whole,organisation,,,,,\n\
                 team,team,whole,early,,2020-01-01,2026-03-03\n\
                 team,team,whole,,,2026-03-03,2026-03-05\n\
                 team,team,whole,late,,2026-03-05,\n";
    let calendars = weekdays("early", 6, 10, "", "") + &weekdays("late", 12, 22, "", "");
    let project = imported(units, &calendars, "", "a,2026-03-02T08:00:00Z,team\n");
    check(&project, "2026-03-04T23:00:00Z", &[("a", Some(2.0))]);
    check(&project, "2026-03-05T23:00:00Z", &[("a", Some(12.0))]);
}

/// A unit that no longer exists works as it last did, as it also keeps its place in the organisation.
#[test]
fn a_unit_that_ended() {
    let units = "whole,organisation,,late,,,\nteam,team,whole,early,,2020-01-01,2026-03-04\n";
    let calendars = weekdays("early", 6, 10, "", "") + &weekdays("late", 12, 22, "", "");
    let project = imported(units, &calendars, "", "a,2026-03-02T08:00:00Z,team\n");
    check(&project, "2026-03-05T23:00:00Z", &[("a", Some(2.0 + 4.0 * 3.0))]);
}

#[test]
fn holidays_of_a_whole_day_and_of_a_part_of_one() {
    let units = "whole,organisation,,office,,,\nteam,team,whole,other,,,\n";
    let calendars = weekdays("office", 9, 17, "", "") + &weekdays("other", 9, 17, "", "");
    // Tuesday is closed, Wednesday from noon on, Thursday until ten, Friday for lunch.
    let holidays = "office,2026-03-03,,\noffice,2026-03-04,720,\noffice,2026-03-05,,600\noffice,2026-03-06,720,780\n";
    let cases = "a,2026-03-02T09:00:00Z,whole\nb,2026-03-02T09:00:00Z,team\n";
    let project = imported(units, &calendars, holidays, cases);
    check(&project, "2026-03-02T23:00:00Z", &[("a", Some(8.0)), ("b", Some(8.0))]);
    check(&project, "2026-03-03T23:00:00Z", &[("a", Some(8.0)), ("b", Some(16.0))]);
    check(&project, "2026-03-04T23:00:00Z", &[("a", Some(11.0)), ("b", Some(24.0))]);
    check(&project, "2026-03-05T23:00:00Z", &[("a", Some(18.0)), ("b", Some(32.0))]);
    check(&project, "2026-03-06T23:00:00Z", &[("a", Some(25.0)), ("b", Some(40.0))]);
}

/// A calendar itself may change, and the clocks go forward in the night to Sunday, 29 March 2026.
#[test]
fn hours_that_change_and_summer_time() {
    let units = "whole,organisation,,office,,,\n";
    let calendars = weekdays("office", 9, 17, "", "2026-03-30")
        + &weekdays("office", 0, 24, "2026-03-30", "")
        + "office,7,0,360,,\n";
    // Friday at 16:00; on Sunday the hours until six are only five; on Monday it is open from local midnight.
    let project = imported(units, &calendars, "", "a,2026-03-27T16:00:00Z,whole\n");
    check(&project, "2026-03-29T12:00:00Z", &[("a", Some(1.0 + 5.0))]);
    check(&project, "2026-03-30T00:00:00Z", &[("a", Some(1.0 + 5.0 + 1.0))]);
}

/// A case that a source dates a hundred years back is measured all the same.
#[test]
fn a_case_from_long_ago() {
    let units = "whole,organisation,,office,,,\n";
    let calendars = weekdays("office", 9, 17, "", "");
    let cases = "old,1900-01-01T00:00:00Z,whole\na,2026-03-02T08:00:00Z,whole\n";
    let project = imported(units, &calendars, "", cases);
    check(&project, "2026-03-02T11:00:00Z", &[("a", Some(2.0))]);
}

/// What cannot be right is listed by `rebuild`, with what was assumed.
#[test]
fn problems_of_calendars_are_listed() {
    let units = "whole,organisation,,office,Europe/Lundon,,\n\
                 area,department,whole,closed,,,\n\
                 team,team,area,ofice,Mars/Base,2020-01-01,2026-01-01\n\
                 team,team,whole,ofice,Europe/Paris,2026-01-01,\n";
    let calendars =
        weekdays("office", 9, 17, "", "") + "office,8,540,1020,,\noffice,6,1020,540,,\noffice,6,540,2000,,\n";
    let holidays = "office,2026-03-03,900,600\nclosed,2026-03-03,,\n";
    let project = imported(units, &calendars, holidays, "a,2026-03-02T08:00:00Z,team\n");
    let said = succeed(project.path(), &["rebuild", "--as-of", "2026-03-05T00:00:00Z"]);
    insta::assert_snapshot!(said.err);
    let said = run(project.path(), &["rebuild", "--as-of", "2026-03-05T00:00:00Z", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told["problems"].as_array().unwrap().len(), 8, "{}", said.out);
    // The nearest calendar and zone that exist hold: 9 to 17 in Paris, from 8:00 UTC on.
    check(&project, "2026-03-02T23:00:00Z", &[("a", Some(8.0))]);
}
