//! Agents of known quality: who is recognised is truly better, and nobody is reviewed who meets the standard.
//!
//! The states come from the same functions as in the product, over three years of the messages that the bank sends.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::rc::Rc;

use evenkeel_simulate::bank::{self, Outcome, Settings};
use evenkeel_stats::case_mix::{Stratum, indirect};
use evenkeel_stats::compare::{self, Better, ShareRecord, Standard, State};
use evenkeel_stats::interval::proportion::Proportion;

/// Twice the staff of the demonstration, each with as many customers.
const SCALE: f64 = 2.0;
const STANDARD: Standard = Standard { minimum: 0.78, recognition: 0.84, better: Better::Higher };
/// The years, by their first month.
const PERIODS: [&str; 3] = ["2023-11", "2024-11", "2025-11"];

/// A file of which the contents are kept.
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The answers of one person: by year and matter, and how good the places were in which they were given.
#[derive(Default)]
struct Person {
    strata: [BTreeMap<String, Stratum>; 3],
    answers: f64,
    of_places: f64,
}

/// The bank, and the lines of the text messages.
fn messages() -> (Outcome, Vec<String>) {
    let mut kept: BTreeMap<String, Rc<RefCell<Vec<u8>>>> = BTreeMap::new();
    let mut sink = |path: &str| -> io::Result<Box<dyn Write>> {
        if !path.starts_with("raw/survey/sms") {
            return Ok(Box::new(io::sink()));
        }
        Ok(Box::new(Kept(Rc::clone(kept.entry(path.to_owned()).or_default()))))
    };
    let settings = Settings { scale: SCALE, seed: 31, ..Settings::demonstration() };
    let outcome = bank::simulate(&settings, &mut sink).unwrap();
    let mut lines = Vec::new();
    for bytes in kept.into_values() {
        let bytes = bytes.take();
        let mut text = String::new();
        // Past years are compressed.
        if bytes.starts_with(&[0x1f, 0x8b]) {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        lines.extend(text.lines().map(str::to_owned));
    }
    (outcome, lines)
}

fn people(outcome: &Outcome, lines: &[String]) -> BTreeMap<String, Person> {
    let places: BTreeMap<&str, f64> =
        outcome.truth.branches.iter().map(|branch| (branch.unit, branch.like_for_like / 100.0)).collect();
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for line in lines {
        let row: Vec<&str> = line.split(';').collect();
        let Ok(score @ 1..=5) = row[10].parse::<u8>() else { continue };
        let month = format!("{}-{}", &row[2][6..10], &row[2][3..5]);
        let Some(period) = PERIODS.iter().rposition(|first| month.as_str() >= *first) else { continue };
        let person = people.entry(row[8].to_owned()).or_default();
        let stratum = person.strata[period].entry(row[3].to_owned()).or_insert(Stratum { successes: 0, total: 0 });
        stratum.successes += u64::from(score >= 4);
        stratum.total += 1;
        person.answers += 1.0;
        person.of_places += places.get(row[9]).copied().unwrap_or(0.0);
    }
    people
}

#[test]
fn recognised_people_are_truly_better_and_nobody_is_reviewed_wrongly() {
    let (outcome, lines) = messages();
    let people = people(&outcome, &lines);
    let matters: Vec<&String> = {
        let mut all: Vec<&String> =
            people.values().flat_map(|person| person.strata.iter().flat_map(BTreeMap::keys)).collect();
        all.sort();
        all.dedup();
        all
    };
    let of = |person: &Person, period: usize| -> Vec<Stratum> {
        let none = Stratum { successes: 0, total: 0 };
        matters.iter().map(|matter| person.strata[period].get(*matter).copied().unwrap_or(none)).collect()
    };
    let reference: Vec<Vec<Stratum>> = (0..PERIODS.len())
        .map(|period| {
            let mut all = vec![Stratum { successes: 0, total: 0 }; matters.len()];
            for person in people.values() {
                for (sum, own) in all.iter_mut().zip(of(person, period)) {
                    sum.successes += own.successes;
                    sum.total += own.total;
                }
            }
            all
        })
        .collect();
    let histories: Vec<Vec<Option<ShareRecord>>> = people
        .values()
        .map(|person| {
            (0..PERIODS.len())
                .map(|period| {
                    let strata = of(person, period);
                    let found = indirect(&strata, &reference[period]).ok()?;
                    let share = Proportion::new(found.observed, found.total).unwrap();
                    Some(ShareRecord { share, expected: Some(found.expected_share()) })
                })
                .collect()
        })
        .collect();
    let found = compare::shares(&histories, STANDARD, &compare::Settings::default()).unwrap();

    // What each person truly achieves with the cases of all: what all achieve, and by how much the person and the places
    // differ from all.
    let own: BTreeMap<&str, f64> =
        outcome.truth.people.iter().map(|person| (person.person.as_str(), person.like_for_like / 100.0)).collect();
    let differs = |name: &str, person: &Person| own[name] + person.of_places / person.answers;
    let answers: f64 = people.values().map(|person| person.answers).sum();
    let mean_difference: f64 =
        people.iter().map(|(name, person)| differs(name, person) * person.answers).sum::<f64>() / answers;
    let latest = &reference[PERIODS.len() - 1];
    let achieved = latest.iter().map(|stratum| stratum.successes as f64).sum::<f64>()
        / latest.iter().map(|stratum| stratum.total as f64).sum::<f64>();
    let truth: Vec<f64> =
        people.iter().map(|(name, person)| achieved + differs(name, person) - mean_difference).collect();

    let with = |state: State| -> Vec<f64> {
        found.standings.iter().zip(&truth).filter(|(standing, _)| standing.state == state).map(|(_, t)| *t).collect()
    };
    let (recognised, reviewed, developed) = (with(State::Recognise), with(State::Review), with(State::Develop));
    let told = format!(
        "{} people, {} recognised, {} to develop, {} reviewed",
        truth.len(),
        recognised.len(),
        developed.len(),
        reviewed.len()
    );
    assert!(truth.len() > 300 && recognised.len() > 20 && reviewed.len() > 5, "{told}");
    assert!(recognised.iter().all(|truth| *truth >= STANDARD.minimum), "{told}: {recognised:?}");
    let rightly = recognised.iter().filter(|truth| **truth >= STANDARD.recognition - 0.01).count();
    assert!(rightly as f64 >= 0.8 * recognised.len() as f64, "{told}: only {rightly} deserve it");
    assert!(reviewed.iter().all(|truth| *truth < STANDARD.minimum), "{told}: {reviewed:?}");
}
