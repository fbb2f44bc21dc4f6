//! What holds for every simulated bank: equal settings, equal files; nothing broken but what is listed; a sound
//! organisation; cases that could have happened.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Bank, bank};
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::organisation::{Membership, Organisation, UnitStretch};
use evenkeel_simulate::bank::{Settings, simulate};
use evenkeel_simulate::template;
use jiff::civil::{Date, DateTime};

const SCALE: f64 = 0.02;

/// FNV-1a over paths and unpacked contents. Compressed bytes may change with the compressor, what is in them not.
fn digest(bank: &Bank) -> u64 {
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in bank.files.iter().flat_map(|(path, contents)| path.bytes().chain(contents.iter().copied())) {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    digest
}

const DIGEST: u64 = 7_097_900_519_212_421_813;

#[test]
fn equal_settings_give_equal_files() {
    let first = bank(7, 0.005);
    let second = bank(7, 0.005);
    assert_eq!(first.outcome, second.outcome);
    assert!(first.files == second.files);
    assert!(first.files != bank(8, 0.005).files);
    assert_eq!(digest(&first), DIGEST, "the simulation has changed: if it was meant to, pin the new digest");
}

#[test]
fn volumes_follow_the_scale() {
    let (small, large) = (bank(7, SCALE), bank(7, 3.0 * SCALE));
    for prefix in ["raw/crm/tickets", "raw/counter/visits", "raw/phone/calls", "raw/core/customers"] {
        let ratio = large.lines(prefix).len() as f64 / small.lines(prefix).len() as f64;
        assert!((2.6..3.4).contains(&ratio), "{prefix}: {ratio}");
    }
    for (bank, scale) in [(&small, SCALE), (&large, 3.0 * SCALE)] {
        let cases = bank.lines("raw/crm/tickets").len() as f64;
        assert!((45_000.0..60_000.0).contains(&(cases / scale)), "{cases}");
        for file in &bank.outcome.files {
            assert_eq!(bank.files[&file.path].len() as u64, file.bytes, "{}", file.path);
        }
    }
}

const EVENTS: [&str; 7] = ["created", "reply", "note", "state", "owner", "team", "escalation"];
const ACTORS: [&str; 4] = ["customer", "agent", "bot", "system"];

#[test]
fn only_the_listed_rows_are_broken() {
    let bank = bank(11, SCALE);
    let mut found: BTreeSet<(String, u64)> = BTreeSet::new();
    let mut check = |prefix: &str, delimiter: char, fits: &dyn Fn(&[&str]) -> bool| {
        for (path, number, line) in bank.lines(prefix) {
            if number > 1 && !fits(&line.split(delimiter).collect::<Vec<_>>()) {
                found.insert((path.to_owned(), number));
            }
        }
    };
    let day_first = |text: &str| DateTime::strptime("%d/%m/%Y %H:%M", text).is_ok();
    let local = |text: &str| text.parse::<DateTime>().is_ok();
    check("raw/crm/tickets", ';', &|row| row[0] != "?" && day_first(row[1]));
    check("raw/counter/visits", ',', &|row| local(row[4]));
    check("raw/phone/calls", ',', &|row| row[7].is_empty() || row[7].parse::<u32>().is_ok());
    check("raw/survey/sms", ';', &|row| row[10] == "n/a" || matches!(row[10].parse(), Ok(1..=5)));
    check("raw/learning/tests", ',', &|row| local(row[2]));
    check("raw/learning/certificates", ';', &|row| !row[2].is_empty());
    check("raw/sales/contracts", ';', &|row| row[6].parse::<f64>().is_ok());
    for (path, number, line) in bank.lines("raw/crm/log") {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |name: &str| event[name].as_str().unwrap_or_default();
        if !EVENTS.contains(&word("event")) || !ACTORS.contains(&word("by")) || word("at").is_empty() {
            found.insert((path.to_owned(), number));
        }
    }
    let listed: BTreeSet<(String, u64)> =
        bank.outcome.rejects.iter().map(|reject| (reject.file.clone(), reject.line)).collect();
    assert_eq!(found, listed);
    assert_eq!(listed.len(), 11);
    for reject in &bank.outcome.rejects {
        let line = bank.lines(&reject.file).into_iter().find(|&(_, number, _)| number == reject.line).unwrap().2;
        let value = reject.value.as_deref().unwrap_or_default();
        assert!(line.contains(value), "{line} has no {value}");
        let table = evenkeel_model::record::table(reject.table).unwrap();
        assert!(table.column(reject.column).is_some(), "{}.{}", reject.table, reject.column);
    }
}

#[test]
fn repeated_keys_are_listed() {
    let bank = bank(11, SCALE);
    let mut found = BTreeSet::new();
    for (prefix, delimiter) in
        [("raw/crm/tickets", ';'), ("raw/survey/sms", ';'), ("raw/core/customers", ','), ("raw/counter/visits", ',')]
    {
        let mut keys = BTreeMap::new();
        for (path, number, line) in bank.lines(prefix).into_iter().filter(|line| line.1 > 1) {
            let key = line.split(delimiter).next().unwrap();
            if let Some(first) = keys.insert(key, number).filter(|_| key != "?") {
                // The first of two states of a ticket adds nothing; elsewhere it is the second of two equal rows.
                let adds_nothing = if prefix == "raw/crm/tickets" { first } else { number };
                found.insert((path.to_owned(), adds_nothing));
            }
        }
    }
    let listed: BTreeSet<_> = bank.outcome.repeated.iter().map(|row| (row.file.clone(), row.line)).collect();
    assert_eq!(found, listed);
    assert_eq!(listed.len(), 5);
}

fn organisation(bank: &Bank) -> (Organisation, Vec<Membership>) {
    let day = |text: &str| -> Option<Date> { (!text.is_empty()).then(|| text.parse().unwrap()) };
    let units = bank.cells("raw/hr/units.csv", ',').into_iter().map(|row| UnitStretch {
        id: UnitId::new(row[0]),
        name: row[1].to_owned(),
        kind: row[2].to_owned(),
        parent: (!row[3].is_empty()).then(|| UnitId::new(row[3])),
        time_zone: None,
        calendar: Some(row[4].to_owned()),
        valid_from: day(row[5]).unwrap(),
        valid_to: day(row[6]),
    });
    let memberships: Vec<Membership> = bank
        .cells("raw/hr/assignments.csv", ',')
        .into_iter()
        .map(|row| Membership {
            person: PersonId::new(row[0]),
            unit: UnitId::new(row[1]),
            valid_from: day(row[2]).unwrap(),
            valid_to: day(row[3]),
        })
        .collect();
    let (organisation, problems) = Organisation::build("Northmere Bank", units.collect(), vec![], &memberships);
    assert_eq!(problems, []);
    (organisation, memberships)
}

#[test]
fn the_organisation_is_sound() {
    let bank = bank(11, SCALE);
    let (organisation, memberships) = organisation(&bank);
    let last = jiff::civil::date(2026, 10, 31);
    let names = |unit: &str, day: Date| -> Vec<String> {
        let unit = organisation.unit(unit).unwrap();
        organisation.children(unit, day).into_iter().map(|child| organisation.unit_id(child).to_string()).collect()
    };
    assert_eq!(organisation.unit_id(organisation.root()).as_str(), "northmere");
    assert_eq!(names("northmere", last), ["business-banking", "retail"]);
    assert_eq!(names("branch-network", last).len(), 12);
    assert_eq!(names("contact-centre", last).len(), 4);
    let before = jiff::civil::date(2025, 3, 31);
    assert_eq!(names("branch-network", before).len(), 11);
    assert!(names("business-banking", before).contains(&"kingsford".to_owned()));
    let moved = memberships.windows(2).filter(|pair| pair[0].person == pair[1].person).count();
    assert!(moved > 5, "{moved} people moved");
    let left = memberships.iter().filter(|membership| membership.valid_to.is_some()).count() - moved;
    assert!((60..140).contains(&left), "{left} people left");
}

/// The states that may follow a state.
fn may_follow(from: &str, to: &str) -> bool {
    matches!(
        (from, to),
        ("New" | "Waiting customer" | "Waiting third party", "Open")
            | ("Open", "Waiting customer" | "Waiting third party" | "Resolved")
            | ("Resolved", "Open" | "Closed")
    )
}

#[test]
fn cases_could_have_happened() {
    let bank = bank(11, SCALE);
    let (organisation, _) = organisation(&bank);
    let broken: BTreeSet<(&str, u64)> =
        bank.outcome.rejects.iter().map(|reject| (reject.file.as_str(), reject.line)).collect();
    let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
    let tickets: BTreeMap<String, String> =
        bank.cells("raw/crm/tickets", ';').into_iter().map(|row| (row[0].to_owned(), row[9].to_owned())).collect();
    let mut cases: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
    for (path, number, line) in bank.lines("raw/crm/log") {
        if !broken.contains(&(path, number)) {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            cases.entry(event["ticket"].as_str().unwrap().to_owned()).or_default().push(event);
        }
    }
    assert!(cases.len() > 800);
    for (ticket, events) in cases {
        let (mut before, mut state, mut owner) = (String::new(), "New".to_owned(), None);
        for (position, event) in events.iter().enumerate() {
            let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            assert_eq!(event["seq"], position as u64 + 1, "{ticket}");
            assert_eq!(word("event") == "created", position == 0, "{ticket}");
            assert!(word("at") >= before, "{ticket}: {} comes before {before}", word("at"));
            match word("event").as_str() {
                "state" => {
                    assert_eq!(word("from"), state, "{ticket}");
                    state = word("to");
                    assert!(may_follow(&word("from"), &state), "{ticket}: {} to {state}", word("from"));
                }
                "owner" => {
                    assert_eq!(Some(word("from")).filter(|from| !from.is_empty()), owner, "{ticket}");
                    owner = Some(word("to"));
                }
                _ => {}
            }
            if word("by") == "agent" {
                let day = word("at").parse::<jiff::Timestamp>().unwrap().to_zoned(london.clone()).date();
                let person = organisation.person(&word("who")).unwrap();
                assert!(organisation.unit_of(person, day).is_some(), "{ticket}: {} has left by {day}", word("who"));
            }
            before = word("at");
        }
        assert!(before.as_str() < "2026-11-01", "{ticket} goes on after the end");
        assert_eq!(tickets[&ticket], state, "{ticket}");
    }
}

#[test]
fn the_template_reads_every_raw_file() {
    let bank = bank(11, SCALE);
    let written: BTreeSet<&str> = bank.files.keys().map(String::as_str).collect();
    let mut read = BTreeSet::new();
    for (path, text) in template::bank().into_iter().filter(|(path, _)| path.starts_with("sources/")) {
        for pattern in text.split([' ', ',', '[', ']', '\n']).filter(|word| word.starts_with("raw/")) {
            let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
            let matching: Vec<&str> = written
                .iter()
                .copied()
                .filter(|file| {
                    if pattern.contains('*') {
                        file.starts_with(start) && file.ends_with(end)
                    } else {
                        *file == pattern
                    }
                })
                .collect();
            assert!(!matching.is_empty(), "{path} reads {pattern}, which is not written");
            read.extend(matching);
        }
    }
    assert_eq!(read, written);
}

#[test]
fn the_history_ends_on_any_day() {
    for (end, effect_from) in [("2025-03-15", "2024-09-01"), ("2028-02-29", "2027-08-01")] {
        let last_day: Date = end.parse().unwrap();
        let bank = common::run(&Settings { seed: 3, scale: 0.005, last_day });
        assert_eq!(bank.outcome.rejects.len(), 11);
        let fall = bank.outcome.truth.effects.iter().find(|effect| effect.measure == "engagement").unwrap();
        assert_eq!(fall.from.to_string(), effect_from);
        let visits = bank.cells("raw/counter/visits", ',');
        let days = visits.iter().filter_map(|row| row[4].parse::<DateTime>().ok()).map(DateTime::date);
        let (first, last) = days.fold((Date::MAX, Date::MIN), |(first, last), day| (first.min(day), last.max(day)));
        assert!(last <= last_day && last >= last_day.saturating_sub(jiff::ToSpan::days(7)), "{last}");
        assert_eq!((first.year(), first.month()), (last_day.year() - 3, last_day.month() + 1));
    }
}

#[test]
fn settings_have_limits() {
    let mut sink = |_: &str| -> std::io::Result<Box<dyn std::io::Write>> { Ok(Box::new(std::io::sink())) };
    let mut refused =
        |scale: f64| simulate(&Settings { scale, ..Settings::demonstration() }, &mut sink).unwrap_err().to_string();
    assert_eq!(refused(0.0), "scale 0 is outside of 0 (exclusive) to 1000");
    assert_eq!(refused(f64::NAN), "scale NaN is outside of 0 (exclusive) to 1000");
}
