//! Readings of a whole organisation against an answer that is worked out row by row in the plainest way: people who
//! move, units that move, people and units that no file speaks of, names that sources use, a zone with summer time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use tempfile::TempDir;

use super::support::{About, Reading, readings, succeed};

/// Plain numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

struct Case {
    opened: Zoned,
    solved: Option<Zoned>,
    person: Option<&'static str>,
    unit: Option<&'static str>,
    good: Option<bool>,
    score: Option<f64>,
}

struct Order {
    day: Date,
    person: Option<&'static str>,
    unit: Option<&'static str>,
}

const PEOPLE: [&str; 6] = ["ada", "ben", "cleo", "dan", "eve", "stranger"];
const UNITS: [&str; 5] = ["t1", "t2", "t3", "t4", "nowhere"];

/// Which unit a person belongs to on a day.
fn home(person: &str, day: Date) -> Option<&'static str> {
    match person {
        // Moves in the middle of a month.
        "ada" if day < date(2025, 2, 20) => Some("t1"),
        "ada" => Some("t3"),
        // Is away for a while.
        "ben" if day < date(2025, 3, 10) => Some("t2"),
        "ben" if day < date(2025, 4, 5) => None,
        "ben" => Some("t2"),
        "cleo" => Some("t3"),
        // Leads the department itself.
        "dan" => Some("d1"),
        // Eve is known and belongs nowhere; the stranger is not known at all.
        _ => None,
    }
}

/// The unit above on a day.
fn above(unit: &str, day: Date) -> Option<&'static str> {
    match unit {
        "t1" | "t2" => Some("d1"),
        // Moves to the other department in the middle of a month.
        "t3" if day < date(2025, 3, 15) => Some("d1"),
        "t3" | "t4" => Some("d2"),
        "d1" | "d2" | "nowhere" => Some("whole"),
        _ => None,
    }
}

const FILES: [(&str, &str); 23] = [
    (
        "evenkeel.yaml",
        "organisation: Roll-up\npeople: own_record\ntime_zone: America/New_York\nfiscal_year_starts: 4\nstorage: ./data\n\
         sources: [sources/a.yaml, sources/b.yaml]\nscorecards: [scorecards/all.yaml]\n",
    ),
    (
        "sources/a.yaml",
        "source: a\nfiles:\n  units: raw/units.csv\n  people: raw/people.csv\n  memberships: raw/memberships.csv\n  cases: raw/cases.csv\n\
         tables:\n  units: select unit_id, kind, parent_id, valid_from, valid_to from units\n  people: select person_id from people\n  \
         memberships: select person_id, unit_id, valid_from, valid_to from memberships\n  \
         cases: select case_id, opened_at, unit_id, assignee_id, json_map('good', good, 'score', score, 'solved', solved) as attributes from cases\n",
    ),
    (
        "sources/b.yaml",
        "source: b\nfiles:\n  orders: raw/orders.csv\n  names: raw/names.csv\ntables:\n  \
         orders: select order_id, at, unit_id, person_id from orders\n  aliases: select kind, id, canonical_id from names\n",
    ),
    (
        "raw/units.csv",
        "unit_id,kind,parent_id,valid_from,valid_to\nd1,department,,,\nd2,department,,,\nt1,team,d1,,\nt2,team,d1,,\n\
         t3,team,d1,2020-01-01,2025-03-15\nt3,team,d2,2025-03-15,\nt4,team,d2,,\n",
    ),
    ("raw/people.csv", "person_id\nada\nben\ncleo\ndan\neve\n"),
    (
        "raw/memberships.csv",
        "person_id,unit_id,valid_from,valid_to\nada,t1,2020-01-01,2025-02-20\nada,t3,2025-02-20,\nben,t2,,2025-03-10\n\
         ben,t2,2025-04-05,\ncleo,t3,,\ndan,d1,,\n",
    ),
    // The source of the orders writes names of its own.
    ("raw/names.csv", "kind,id,canonical_id\nperson,A. Lovelace,ada\nunit,Team Four,t4\n"),
    (
        "measures/good.yaml",
        "measure: good\nfrom: cases\nshare: json_text(attributes, 'good') = 'yes'\nbetter: higher\n",
    ),
    ("measures/inflow.yaml", "measure: inflow\nfrom: cases\ncount: rows\nbetter: lower\n"),
    (
        "measures/score.yaml",
        "measure: score\nfrom: cases\nmean: cast(json_text(attributes, 'score') as double)\nbetter: higher\n",
    ),
    (
        "measures/loyal.yaml",
        "measure: loyal\nfrom: cases\nnps: cast(json_text(attributes, 'score') as double)\nbetter: higher\n",
    ),
    (
        "measures/high.yaml",
        "measure: high\nfrom: cases\nquantile: { of: \"cast(json_text(attributes, 'score') as double)\", at: 0.8 }\nbetter: higher\n",
    ),
    (
        "measures/spread.yaml",
        "measure: spread\nfrom: cases\nratio: { numerator: { sum: \"cast(json_text(attributes, 'score') as double)\" }, denominator: rows }\nbetter: higher\n",
    ),
    (
        "measures/contact_rate.yaml",
        "measure: contact_rate\nrate: { events: { from: cases, count: rows }, exposure: { from: orders, count: rows }, per: 100 }\nbetter: lower\n",
    ),
    (
        "measures/orders_each.yaml",
        "measure: orders_each\nfrom: orders\nratio: { numerator: rows, denominator: { distinct: person_id } }\nbetter: higher\n",
    ),
    (
        "measures/backlog.yaml",
        "measure: backlog\nfrom: cases\nstock: { until: \"cast(json_text(attributes, 'solved') as timestamp)\" }\nbetter: lower\n",
    ),
    (
        "measures/kept.yaml",
        "measure: kept\nfrom: cases\nretention: { until: \"cast(json_text(attributes, 'solved') as timestamp)\" }\nbetter: lower\n",
    ),
    (
        "measures/gone.yaml",
        "measure: gone\nfrom: cases\nchurn: { until: \"cast(json_text(attributes, 'solved') as timestamp)\" }\nbetter: higher\n",
    ),
    (
        "measures/prompt.yaml",
        "measure: prompt\nfrom: cases\ncohort: { reached: \"cast(json_text(attributes, 'solved') as timestamp)\", within: 10 days }\nbetter: higher\n",
    ),
    ("measures/sellers.yaml", "measure: sellers\nfrom: orders\ndistinct: person_id\nbetter: neither\n"),
    ("measures/per_seller.yaml", "measure: per_seller\nformula: 3 * inflow / (orders_each + 1)\nbetter: lower\n"),
    (
        "measures/blend.yaml",
        "measure: blend\ncomposite:\n  needs: 50 %\n  parts:\n    - { use: good, weight: 2, worst: 0 %, best: 80 % }\n    - { use: score, worst: 10, best: 2 }\nbetter: higher\n",
    ),
    (
        "scorecards/all.yaml",
        "scorecard: all\ntitle: All\nlegs:\n  customer:\n    title: Customer\n    objectives:\n      - objective: All\n        measures:\n          - { use: good, baseline: 40 %, target: 60 % }\n",
    ),
];

struct Record {
    cases: Vec<Case>,
    orders: Vec<Order>,
}

fn record() -> Record {
    let zone = TimeZone::get("America/New_York").unwrap();
    let mut numbers = Numbers(20);
    let pick = |numbers: &mut Numbers, names: &[&'static str]| {
        let at = numbers.below(names.len() as u64 + 2) as usize;
        names.get(at).copied()
    };
    let mut cases = Vec::new();
    for _ in 0..1500 {
        let minutes = numbers.below(180 * 24 * 60) as i64;
        let opened = date(2024, 12, 20).to_zoned(zone.clone()).unwrap() + minutes.minutes();
        let solved = (numbers.below(5) > 0).then(|| &opened + (numbers.below(50 * 24 * 60) as i64).minutes());
        cases.push(Case {
            opened,
            solved,
            person: pick(&mut numbers, &PEOPLE),
            unit: pick(&mut numbers, &UNITS),
            good: [None, Some(true), Some(false)][numbers.below(3) as usize],
            score: (numbers.below(4) > 0).then(|| numbers.below(101) as f64 / 10.0),
        });
    }
    let mut orders = Vec::new();
    for _ in 0..900 {
        orders.push(Order {
            day: date(2024, 12, 20) + (numbers.below(180) as i64).days(),
            person: pick(&mut numbers, &PEOPLE),
            unit: pick(&mut numbers, &UNITS),
        });
    }
    Record { cases, orders }
}

fn write(project: &Path, record: &Record) {
    for (name, text) in FILES {
        let path = project.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut cases = String::from("case_id,opened_at,unit_id,assignee_id,good,score,solved\n");
    for (number, case) in record.cases.iter().enumerate() {
        let good = case.good.map_or("", |good| if good { "yes" } else { "no" });
        let score = case.score.map(|score| score.to_string()).unwrap_or_default();
        let solved = case.solved.as_ref().map(|at| at.timestamp().to_string()).unwrap_or_default();
        let (unit, person) = (case.unit.unwrap_or_default(), case.person.unwrap_or_default());
        writeln!(cases, "{number},{},{unit},{person},{good},{score},{solved}", case.opened.timestamp()).unwrap();
    }
    std::fs::write(project.join("raw/cases.csv"), cases).unwrap();
    let mut orders = String::from("order_id,at,unit_id,person_id\n");
    for (number, order) in record.orders.iter().enumerate() {
        let person = order.person.map_or("", |person| if person == "ada" { "A. Lovelace" } else { person });
        let unit = order.unit.map_or("", |unit| if unit == "t4" { "Team Four" } else { unit });
        // Shortly before midnight in New York it is the next day in UTC.
        let at = order.day.at(23, 30, 0, 0).in_tz("America/New_York").unwrap().timestamp();
        writeln!(orders, "{number},{at},{unit},{person}").unwrap();
    }
    std::fs::write(project.join("raw/orders.csv"), orders).unwrap();
}

/// A period, by its first day and the first day after it.
type Days = (Date, Date);

/// Everyone for whom something counts that happened to a person and in a unit on a day: level and name.
fn counts_for(person: Option<&str>, unit: Option<&str>, day: Date) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(person) = person {
        found.push(("person".to_owned(), person.to_owned()));
    }
    let mut place = person.and_then(|person| home(person, day)).or(unit);
    while let Some(unit) = place {
        let level = match unit {
            "nowhere" => "unit",
            "whole" => "organisation",
            team if team.starts_with('t') => "team",
            _ => "department",
        };
        found.push((level.to_owned(), unit.to_owned()));
        place = above(unit, day);
    }
    if !found.iter().any(|(level, _)| level == "organisation") {
        found.push(("organisation".to_owned(), "whole".to_owned()));
    }
    found
}

/// All rows that count for someone in a period.
fn gather<T>(
    rows: &[T],
    days: Days,
    of: impl Fn(&T) -> (Option<&str>, Option<&str>, Date),
) -> BTreeMap<(String, String), Vec<&T>> {
    let mut found: BTreeMap<(String, String), Vec<&T>> = BTreeMap::new();
    for row in rows {
        let (person, unit, day) = of(row);
        if day >= days.0 && day < days.1 {
            for who in counts_for(person, unit, day) {
                found.entry(who).or_default().push(row);
            }
        }
    }
    found
}

/// Every reading of a period, in the plainest way.
fn expected(record: &Record, days: Days, name: &str) -> BTreeMap<About, Reading> {
    let mut all = BTreeMap::new();
    let mut put = |measure: &str, who: &(String, String), reading: Reading| {
        let about = (measure.to_owned(), who.0.clone(), who.1.clone(), name.to_owned(), String::new());
        all.insert(about, reading);
    };
    let cases = gather(&record.cases, days, |case| (case.person, case.unit, case.opened.date()));
    let orders = gather(&record.orders, days, |order| (order.person, order.unit, order.day));
    for (who, rows) in &cases {
        let judged: Vec<bool> = rows.iter().filter_map(|case| case.good).collect();
        let good = judged.iter().filter(|good| **good).count() as f64;
        let n = judged.len() as u64;
        if n > 0 {
            let reading = Reading { numerator: Some(good), denominator: Some(n as f64), n, value: good / n as f64 };
            put("good", who, reading);
        }
        let total = rows.len() as f64;
        put("inflow", who, Reading { numerator: Some(total), denominator: None, n: rows.len() as u64, value: total });
        let mut scores: Vec<f64> = rows.iter().filter_map(|case| case.score).collect();
        scores.sort_by(f64::total_cmp);
        let sum: f64 = scores.iter().sum();
        let n = scores.len() as u64;
        if n > 0 {
            let mean = Reading { numerator: Some(sum), denominator: Some(n as f64), n, value: sum / n as f64 };
            put("score", who, mean);
            let fans = scores.iter().filter(|score| **score >= 9.0).count() as f64;
            let critics = scores.iter().filter(|score| **score <= 6.0).count() as f64;
            let (numerator, value) = (Some(fans - critics), (fans - critics) / n as f64);
            put("loyal", who, Reading { numerator, denominator: Some(n as f64), n, value });
            // The smallest score with at least four fifths of all at or below it.
            let rank = (1..=scores.len()).find(|rank| rank * 5 >= scores.len() * 4).unwrap();
            put("high", who, Reading { numerator: None, denominator: Some(n as f64), n, value: scores[rank - 1] });
        }
        let prompt = rows.iter().filter(|case| {
            let solved = case.solved.as_ref();
            solved.is_some_and(|at| at.timestamp().as_second() - case.opened.timestamp().as_second() <= 864_000)
        });
        let (prompt, all) = (prompt.count() as f64, rows.len() as u64);
        put(
            "prompt",
            who,
            Reading { numerator: Some(prompt), denominator: Some(total), n: all, value: prompt / total },
        );
        let spread = Reading { numerator: Some(sum), denominator: Some(total), n: all, value: sum / total };
        put("spread", who, spread);
    }
    for (who, rows) in &orders {
        let events = cases.get(who).map_or(0, Vec::len);
        let (numerator, denominator) = (Some(events as f64), Some(rows.len() as f64));
        let value = events as f64 / rows.len() as f64;
        // Someone who sold in two units counts in each of them, and once above.
        let sellers: BTreeSet<&str> = rows.iter().filter_map(|order| order.person).collect();
        if !sellers.is_empty() {
            let different = sellers.len() as f64;
            let n = rows.iter().filter(|order| order.person.is_some()).count() as u64;
            put("sellers", who, Reading { numerator: Some(different), denominator: None, n, value: different });
            let (numerator, n) = (rows.len() as f64, rows.len() as u64);
            let denominator = Some(sellers.len() as f64);
            let value = numerator / sellers.len() as f64;
            put("orders_each", who, Reading { numerator: Some(numerator), denominator, n, value });
        }
        put("contact_rate", who, Reading { numerator, denominator, n: events.max(rows.len()) as u64, value });
    }
    let mut backlog: BTreeMap<(String, String), u64> = BTreeMap::new();
    for case in &record.cases {
        let open = case.opened.date() < days.1 && case.solved.as_ref().is_none_or(|at| at.date() >= days.1);
        if open {
            // A case that waits goes with its person, and with its unit in the tree of the last day.
            for who in counts_for(case.person, case.unit, days.1.yesterday().unwrap()) {
                *backlog.entry(who).or_default() += 1;
            }
        }
    }
    for (who, n) in backlog {
        put("backlog", &who, Reading { numerator: Some(n as f64), denominator: None, n, value: n as f64 });
    }
    let eve = days.0.yesterday().unwrap();
    let mut stayed: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for case in &record.cases {
        let open_after = |day: Date| case.solved.as_ref().is_none_or(|at| at.date() > day);
        if case.opened.date() <= eve && open_after(eve) {
            // Whoever moves on in the period is kept by the unit of the day before it.
            for who in counts_for(case.person, case.unit, eve) {
                let counts = stayed.entry(who).or_default();
                counts.0 += 1;
                counts.1 += u64::from(open_after(days.1.yesterday().unwrap()));
            }
        }
    }
    for (who, (there, kept)) in stayed {
        for (measure, counted) in [("kept", kept), ("gone", there - kept)] {
            let (numerator, denominator) = (Some(counted as f64), Some(there as f64));
            put(measure, &who, Reading { numerator, denominator, n: there, value: counted as f64 / there as f64 });
        }
    }
    over_measures(&mut all);
    all
}

/// The measures that are worked out from other measures.
fn over_measures(all: &mut BTreeMap<About, Reading>) {
    let of = |measure: &str, about: &About| {
        let about = (measure.to_owned(), about.1.clone(), about.2.clone(), about.3.clone(), about.4.clone());
        all.get(&about).cloned()
    };
    let mut found = Vec::new();
    let everyone: BTreeSet<About> = all
        .keys()
        .map(|about| (String::new(), about.1.clone(), about.2.clone(), about.3.clone(), about.4.clone()))
        .collect();
    for about in everyone {
        let mut put = |measure: &str, n: u64, value: f64| {
            let reading = Reading { numerator: None, denominator: None, n, value };
            found.push((
                (measure.to_owned(), about.1.clone(), about.2.clone(), about.3.clone(), about.4.clone()),
                reading,
            ));
        };
        if let (Some(inflow), Some(each)) = (of("inflow", &about), of("orders_each", &about)) {
            put("per_seller", inflow.n.min(each.n), 3.0 * inflow.value / (each.value + 1.0));
        }
        // Good cases carry two thirds of the weight, which is enough; scores alone are not.
        if let Some(good) = of("good", &about) {
            let on_scale = (good.value / 0.8 * 100.0).min(100.0);
            match of("score", &about) {
                Some(score) => {
                    let low_is_good = ((10.0 - score.value) / 8.0 * 100.0).clamp(0.0, 100.0);
                    put("blend", good.n.min(score.n), (2.0 * on_scale + low_is_good) / 3.0);
                }
                None => put("blend", good.n, on_scale),
            }
        }
    }
    all.extend(found);
}

/// Compares; counts of nothing may stand there as zero or not at all.
fn compare(found: &BTreeMap<About, Reading>, expected: &BTreeMap<About, Reading>, period: &str) {
    let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9 * a.abs().max(1.0),
        (None, None) => true,
        _ => false,
    };
    let keys: BTreeSet<&About> = found.keys().filter(|about| about.3 == period).chain(expected.keys()).collect();
    for about in keys {
        match (found.get(about), expected.get(about)) {
            (Some(found), Some(expected)) => {
                let same = close(found.numerator, expected.numerator)
                    && close(found.denominator, expected.denominator)
                    && close(Some(found.value), Some(expected.value))
                    && found.n == expected.n;
                assert!(same, "{about:?}: {found:?} instead of {expected:?}");
            }
            (Some(found), None) => assert_eq!(found.value, 0.0, "{about:?} stands there, {found:?}"),
            (None, Some(expected)) => assert_eq!(expected.n, 0, "{about:?} is missing, {expected:?}"),
            (None, None) => {}
        }
    }
}

/// What the organisation is called in readings does not matter here.
fn root_by_level(found: BTreeMap<About, Reading>) -> BTreeMap<About, Reading> {
    let rename = |about: About| {
        if about.1 == "organisation" { (about.0, about.1, "whole".into(), about.3, about.4) } else { about }
    };
    found.into_iter().map(|(about, reading)| (rename(about), reading)).collect()
}

#[test]
fn every_level_and_period() {
    let folder = TempDir::new().unwrap();
    let record = record();
    write(folder.path(), &record);
    succeed(folder.path(), &["check"]);
    succeed(folder.path(), &["import"]);
    let as_of = Timestamp::from_second(1_767_225_600).unwrap().to_string();
    let mut compared = 0;
    let periods: [(&str, Days); 9] = [
        ("2025-01", (date(2025, 1, 1), date(2025, 2, 1))),
        ("2025-02", (date(2025, 2, 1), date(2025, 3, 1))),
        ("2025-03", (date(2025, 3, 1), date(2025, 4, 1))),
        ("2025-04", (date(2025, 4, 1), date(2025, 5, 1))),
        ("2025-02-20", (date(2025, 2, 20), date(2025, 2, 21))),
        // Summer time begins on the last day of this week.
        ("2025-W10", (date(2025, 3, 3), date(2025, 3, 10))),
        ("2025-W01", (date(2024, 12, 30), date(2025, 1, 6))),
        // The fiscal year is named after the year in which it ends.
        ("2025-Q4", (date(2025, 1, 1), date(2025, 4, 1))),
        ("2025", (date(2024, 4, 1), date(2025, 4, 1))),
    ];
    for (name, days) in periods {
        let found = readings(folder.path(), &["--from", name, "--to", name, "--as-of", &as_of]);
        let found = root_by_level(found);
        assert!(found.keys().any(|about| about.3 == name), "no readings of {name}");
        let expected = expected(&record, days, name);
        compare(&found, &expected, name);
        compared += expected.len();
    }
    assert!(compared > 500, "only {compared} readings were compared");
}
