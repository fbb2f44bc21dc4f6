//! Facts that are carried on from one import and one instant to the next are those that are worked out as a whole.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{readings, succeed};

const FILES: [(&str, &str); 12] = [
    (
        "evenkeel.yaml",
        "organisation: Onward\ntime_zone: Europe/London\nsources: [sources/desk.yaml]\nscorecards: [scorecards/all.yaml]\n\
         service_levels: [service_levels/all.yaml]\n",
    ),
    (
        "service_levels/all.yaml",
        "service_level: all\nversions:\n  - rules:\n      - when: { priority: high }\n        first_response: 1 h\n        \
         resolution: { within: 2 d, pauses: [pending, hold] }\n      \
         - first_response: { within: 8 h, clock: business }\n        next_response: 3 h\n        \
         requester_wait: { within: 3 d, pauses: hold }\n",
    ),
    (
        "sources/desk.yaml",
        "source: desk\nfiles:\n  units: raw/units.csv\n  calendars: raw/calendars.csv\n  \
         people: raw/people.csv\n  cases: raw/cases.csv\n  events: raw/events.csv\n  answers: raw/answers.csv\ntables:\n  \
         units: select unit_id, kind, parent_id, calendar from units\n  \
         people: select person_id from people\n  memberships: select person_id, unit_id from people\n  \
         calendars: select calendar, weekday, opens_min, closes_min from calendars\n  \
         responses: select response_id, answered_at, person_id, score from answers\n  \
         cases: select case_id, opened_at, unit_id, customer_id, topic, priority, assignee_id, status from cases\n  \
         case_events: select case_id, event_id, at, kind, actor_kind, actor_id, public, field_from, field_to from events\n",
    ),
    ("measures/cases.yaml", "measure: cases\nfrom: case_facts\ncount: rows\nbetter: lower\n"),
    ("measures/answered.yaml", "measure: answered\nfrom: case_facts\nshare: sla_first_response_met\nbetter: higher\n"),
    (
        "measures/slow.yaml",
        "measure: slow\nfrom: case_facts\nquantile: { of: full_resolution_s, at: 0.9 }\nperiod_of: solved_at\nbetter: lower\n",
    ),
    (
        "measures/back.yaml",
        "measure: back\nfrom: case_facts\nshare: repeat_within_7d\nperiod_of: solved_at\nbetter: lower\n",
    ),
    ("measures/waiting.yaml", "measure: waiting\nfrom: case_facts\nmean: requester_wait_s\nbetter: lower\n"),
    ("measures/asking.yaml", "measure: asking\nfrom: case_facts\ndistinct: customer_id\nbetter: lower\n"),
    (
        "measures/open.yaml",
        "measure: open\nfrom: case_facts\nstock: { until: solved_at }\nperiod_of: opened_at\nbetter: lower\n",
    ),
    ("measures/praise.yaml", "measure: praise\nfrom: responses\nmean: score\nperiod_of: answered_at\nbetter: higher\n"),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures: [{ use: answered }]\n",
    ),
];

/// Numbers that look drawn by lot and are the same every time.
struct Lot(u64);

impl Lot {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// An instant so many minutes after the year began.
fn instant(minute: u64) -> String {
    let (day, minute) = (minute / 1440, minute % 1440);
    format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", 1 + day / 28, 1 + day % 28, minute / 60, minute % 60)
}

struct Case {
    opened: u64,
    row: String,
}

struct Record {
    lot: Lot,
    cases: Vec<Case>,
    events: String,
    event: u64,
    answers: String,
}

impl Record {
    fn row(&mut self) -> String {
        let unit = self.lot.one_of(&["north", "south", "", "elsewhere"]);
        let customer = self.lot.below(12);
        let topic = self.lot.one_of(&["bill", "bill", "card", ""]);
        let priority = self.lot.one_of(&["high", "low"]);
        let person = self.lot.one_of(&["ann", "bob", ""]);
        let status = self.lot.one_of(&["open", "solved"]);
        format!("{unit},c{customer},{topic},{priority},{person},{status}")
    }

    fn open(&mut self, opened: u64) {
        let row = self.row();
        self.cases.push(Case { opened, row });
    }

    fn tell(&mut self, case: u64, at: u64, kind: &str, actor: &str, from: &str, to: &str) {
        self.event += 1;
        // Some identifiers are no numbers, and at one instant their texts decide.
        let id = if self.event.is_multiple_of(7) {
            format!("x{}", 99 - self.event % 90)
        } else {
            format!("e{:06}", self.event)
        };
        let agent = if actor == "agent" { self.lot.one_of(&["ann", "bob", "cleo"]) } else { "" };
        let at = instant(at);
        writeln!(self.events, "k{case},{case}-{id},{at},{kind},{actor},{agent},true,{from},{to}").unwrap();
    }

    /// Something that happens to a case.
    fn happen(&mut self, case: u64, at: u64) {
        match self.lot.below(9) {
            0 | 1 => self.tell(case, at, "message", "agent", "", ""),
            2 => self.tell(case, at, "message", "customer", "", ""),
            3 => {
                let person = self.lot.one_of(&["ann", "bob", "cleo", "dora"]);
                self.tell(case, at, "assignee", "system", "", person);
            }
            4 => self.tell(case, at, "unit", "system", "north", "south"),
            5 => self.tell(case, at, "priority", "system", "low", "high"),
            6 | 7 => {
                let status = self.lot.one_of(&["open", "pending", "hold", "solved", "solved"]);
                self.tell(case, at, "status", "agent", "", status);
            }
            _ if self.lot.below(12) == 0 => self.tell(case, at, "deleted", "system", "", ""),
            _ => self.tell(case, at, "note", "agent", "", ""),
        }
    }

    fn write(&self, project: &Path) {
        let mut cases = "case_id,opened_at,unit_id,customer_id,topic,priority,assignee_id,status\n".to_owned();
        for (number, case) in self.cases.iter().enumerate() {
            writeln!(cases, "k{number},{},{}", instant(case.opened), case.row).unwrap();
        }
        std::fs::write(project.join("raw/cases.csv"), cases).unwrap();
        let header = "case_id,event_id,at,kind,actor_kind,actor_id,public,field_from,field_to\n";
        std::fs::write(project.join("raw/events.csv"), format!("{header}{}", self.events)).unwrap();
        std::fs::write(
            project.join("raw/answers.csv"),
            format!("response_id,answered_at,person_id,score\n{}", self.answers),
        )
        .unwrap();
    }
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let raw = folder.path().join("raw");
    std::fs::create_dir_all(&raw).unwrap();
    std::fs::write(
        raw.join("units.csv"),
        "unit_id,kind,parent_id,calendar\nwhole,organisation,,office\nnorth,team,whole,\nsouth,team,whole,late\n",
    )
    .unwrap();
    std::fs::write(raw.join("people.csv"), "person_id,unit_id\nann,north\nbob,south\n").unwrap();
    let hours = (1..=5).fold("calendar,weekday,opens_min,closes_min\n".to_owned(), |mut rows, day| {
        writeln!(rows, "office,{day},540,1020\nlate,{day},720,1320").unwrap();
        rows
    });
    std::fs::write(raw.join("calendars.csv"), hours).unwrap();
    folder
}

/// All facts, in an order of their own.
fn facts(project: &Path, as_of: &str) -> Vec<String> {
    let arguments = ["rows", "cases", "--limit", "0", "--period", "2026", "--as-of", as_of, "--format", "json"];
    let listed: Value = serde_json::from_str(&succeed(project, &arguments).out).unwrap();
    let mut rows: Vec<String> = listed["rows"].as_array().unwrap().iter().map(Value::to_string).collect();
    rows.sort_unstable();
    rows
}

/// How many files the newest facts lie in.
fn parts(project: &Path) -> usize {
    let lists = std::fs::read_dir(project.join("data/derived")).unwrap().flatten();
    let lists = lists.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("case_facts-") && Path::new(&name).extension().is_some_and(|ending| ending == "json")
    });
    let newest = lists.max_by_key(|entry| entry.metadata().unwrap().modified().unwrap()).unwrap();
    let list: Value = serde_json::from_slice(&std::fs::read(newest.path()).unwrap()).unwrap();
    list["parts"].as_array().unwrap().len()
}

#[test]
fn facts_and_readings_are_those_of_the_whole() {
    onward(1);
}

#[test]
fn facts_and_readings_of_another_record() {
    onward(2);
}

fn onward(seed: u64) {
    let folder = project();
    let project = folder.path();
    let mut record =
        Record { lot: Lot(seed), cases: Vec::new(), events: String::new(), event: 0, answers: String::new() };
    // Most cases of the first months have ended.
    for case in 0..120 {
        let opened = record.lot.below(100 * 1440);
        record.open(opened);
        for _ in 0..4 {
            let at = opened + record.lot.below(4 * 1440);
            record.happen(case, at);
        }
        if record.lot.below(20) > 0 {
            record.tell(case, opened + 5 * 1440, "status", "agent", "", "solved");
        }
    }
    let mut now = 110 * 1440;
    let mut carried = 0;
    for round in 0..7 {
        record.write(project);
        if round % 4 != 3 {
            succeed(project, &["import"]);
        }
        let as_of = instant(now);
        let of = ["--as-of", &as_of];
        let read_on = readings(project, &of);
        let on = facts(project, &as_of);
        carried += usize::from(parts(project) > 1);
        assert!(parts(project) <= 8);
        let kept = project.join("data/derived");
        std::fs::rename(&kept, project.join("data/aside")).unwrap();
        let read_whole = readings(project, &of);
        assert!(read_whole.len() > 50, "{}", read_whole.len());
        assert_eq!(on, facts(project, &as_of), "seed {seed}, round {round}");
        assert_eq!(read_on, read_whole, "seed {seed}, round {round}");
        // A file of all facts has one order, whatever was known before.
        let file = |name: &str| {
            succeed(project, &["facts", "--out", name, "--as-of", &as_of]);
            std::fs::read(project.join(name)).unwrap()
        };
        let exported = file("whole.parquet");
        std::fs::remove_dir_all(&kept).unwrap();
        std::fs::rename(project.join("data/aside"), &kept).unwrap();
        if round == 2 {
            assert!(file("on.parquet") == exported, "seed {seed}");
        }

        now += record.lot.below(6 * 1440);
        for _ in 0..record.lot.below(4) {
            let opened = now - record.lot.below(1440);
            record.open(opened);
        }
        let cases = record.cases.len() as u64;
        for _ in 0..record.lot.below(14) {
            // Mostly of late, now and then about a case that nobody knows yet.
            let case = if record.lot.below(3) == 0 { record.lot.below(cases) } else { cases - record.lot.below(12) };
            let at = record.cases.get(case as usize).map_or(now - 60, |case| case.opened);
            let at = at + record.lot.below(now - at + 1);
            record.happen(case, at);
        }
        for _ in 0..record.lot.below(3) {
            let case = record.lot.below(cases) as usize;
            record.cases[case].row = record.row();
        }
        for _ in 0..3 {
            let (at, score) = (instant(now - record.lot.below(60 * 1440)), record.lot.below(6));
            let (id, person) = (record.lot.below(60), record.lot.one_of(&["ann", "bob", "eve"]));
            // One that comes again with another score takes the place of the first.
            record.answers = record
                .answers
                .lines()
                .filter(|line| !line.starts_with(&format!("r{id},")))
                .fold(String::new(), |all, line| all + line + "\n");
            writeln!(record.answers, "r{id},{at},{person},{score}").unwrap();
        }
        // Once, something is told before it happens.
        if round == 5 {
            record.tell(3, now + 1440, "message", "agent", "", "");
        }
    }
    assert!(carried >= 3, "seed {seed}: carried on {carried} times");
}
