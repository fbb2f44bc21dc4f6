//! The planted story is in the data: figures are worked out from the raw records and held against [`Truth`].
//!
//! One test, so that the bank is simulated once. Tolerances are about three standard errors at this scale.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod common;

use std::collections::BTreeMap;

use common::{Bank, bank};
use evenkeel_simulate::bank::{Change, Truth};

const SCALE: f64 = 0.35;

/// Counts of something good, and of all, by a key.
#[derive(Default)]
struct Shares(BTreeMap<String, (f64, f64)>);

impl Shares {
    fn add(&mut self, key: &str, good: bool) {
        let entry = self.0.entry(key.to_owned()).or_default();
        *entry = (entry.0 + f64::from(u8::from(good)), entry.1 + 1.0);
    }

    /// In per cent, over all keys that fit.
    fn share(&self, fits: impl Fn(&str) -> bool) -> f64 {
        let (good, all) =
            self.0.iter().filter(|(key, _)| fits(key)).fold((0.0, 0.0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
        100.0 * good / all
    }
}

fn near(what: &str, value: f64, wanted: f64, tolerance: f64) {
    assert!((value - wanted).abs() <= tolerance, "{what}: {value:.2} instead of {wanted:.2}");
}

/// `31/10/2026 16:52` as `2026-10`.
fn month_of(day_first: &str) -> String {
    format!("{}-{}", &day_first[6..10], &day_first[3..5])
}

fn points(truth: &Truth, measure: &str) -> f64 {
    let effect = truth.effects.iter().find(|effect| effect.measure == measure).unwrap();
    match effect.change {
        Change::Points(points) => points,
        Change::Relative(share) => share * 100.0,
    }
}

#[test]
fn the_planted_story_is_in_the_data() {
    let bank = bank(7, SCALE);
    employees(&bank);
    satisfaction(&bank);
    waiting(&bank);
    money_and_loyalty(&bank);
}

fn employees(bank: &Bank) {
    let truth = &bank.outcome.truth;
    let (mut pulse, mut content) = (Shares::default(), Shares::default());
    for (_, _, line) in bank.lines("raw/survey/pulse").into_iter().skip(1) {
        let (rest, answer) = line.rsplit_once(',').unwrap();
        let cells: Vec<&str> = rest.splitn(4, ',').collect();
        let (wave, unit, statement) = (cells[1], cells[2], cells[3]);
        if answer != "?" {
            let agrees = answer.parse::<u8>().unwrap() >= 4;
            if statement.contains("satisfied") {
                content.add(&format!("{wave} {unit}"), agrees);
            } else {
                pulse.add(wave, agrees);
            }
        }
    }
    let fall = pulse.share(|wave| wave >= "2026-04") - pulse.share(|wave| ("2025-02".."2026-04").contains(&wave));
    near("fall of engagement", fall, points(truth, "engagement") - 0.6, 1.5);
    let contact_centre = |from: &str, to: &str| content.share(|key| (from..to).contains(&key) && key.contains(" cc-"));
    let rise = contact_centre("2025-09", "2026-04") / contact_centre("2024-09", "2025-09") - 1.0;
    // Engagement lay higher in the second of the two periods, which adds three. A team of fifty is a small sample.
    near("rise of satisfaction in the contact centre", rise * 100.0, points(truth, "esat") + 3.0, 12.0);
}

fn satisfaction(bank: &Bank) {
    let truth = &bank.outcome.truth;
    let (mut months, mut branches, mut at_counter) = (Shares::default(), Shares::default(), Shares::default());
    let mut disputes = Shares::default();
    for row in bank.cells("raw/survey/sms", ';') {
        let Ok(score @ 1..=5) = row[10].parse::<u8>() else { continue };
        let (month, unit, about) = (month_of(row[2]), row[9], row[3]);
        months.add(&month, score >= 4);
        disputes.add(&month, about == "Disputes and complaints");
        branches.add(unit, score >= 4);
        if about == "Counter service" {
            at_counter.add(unit, score >= 4);
        }
    }
    let before = months.share(|month| ("2025-11".."2026-08").contains(&month));
    let after = months.share(|month| month == "2026-08" || month == "2026-09");
    near("fall of satisfaction", after - before, points(truth, "csat") - 0.3, 2.5);
    let more = disputes.share(|month| month == "2026-10") / disputes.share(|month| month < "2026-10");
    assert!((1.15..1.8).contains(&more), "disputes are {more:.2} times as frequent");
    let network = at_counter.share(|_| true);
    for branch in &truth.branches {
        let like_for_like = at_counter.share(|unit| unit == branch.unit) - network;
        near(branch.unit, like_for_like, branch.like_for_like, 7.0);
    }
    let network = branches.share(|unit| truth.branches.iter().any(|branch| branch.unit == unit));
    let raw = |branch: &str| branches.share(|unit| unit == branch) - network;
    let like_for_like = |branch: &str| truth.branches.iter().find(|truth| truth.unit == branch).unwrap().like_for_like;
    assert!(raw("castlegate") > 3.0 && raw("lakeside") < -5.0, "{} {}", raw("castlegate"), raw("lakeside"));
    assert!(raw("hartwell") < -4.0 && like_for_like("hartwell") == 0.0, "{}", raw("hartwell"));
}

fn waiting(bank: &Bank) {
    let truth = &bank.outcome.truth;
    let effect = truth.effects.iter().find(|effect| effect.measure == "counter_wait").unwrap();
    let mut codes: BTreeMap<&str, bool> = BTreeMap::new();
    for row in bank.cells("raw/counter/branches.csv", ',') {
        codes.insert(row[0], effect.units.contains(&row[1]));
    }
    let second = |text: &str| -> f64 {
        let part = |from: usize| text[from..from + 2].parse::<f64>().unwrap();
        part(11) * 3600.0 + part(14) * 60.0 + part(17)
    };
    // Sum of waits and number of visits: without and with a greeter, before and since.
    let mut waits = [[(0.0, 0.0); 2]; 2];
    let mut in_time = Shares::default();
    for row in bank.cells("raw/counter/visits", ',') {
        let (greeter, since) = (codes[row[1]], &row[4][..7] >= "2024-12");
        let wait = if row[5] == "?" { f64::INFINITY } else { second(row[5]) - second(row[4]) };
        if wait.is_finite() {
            let sum = &mut waits[usize::from(greeter)][usize::from(since)];
            *sum = (sum.0 + wait, sum.1 + 1.0);
        }
        in_time.add(&format!("{greeter} {since}"), wait <= 600.0);
    }
    let mean = |greeter: usize, since: usize| waits[greeter][since].0 / waits[greeter][since].1;
    // Long waits are cut off by those who walk out, so means change by a little less than each wait does.
    let change = (mean(1, 1) / mean(1, 0)) / (mean(0, 1) / mean(0, 0)) - 1.0;
    near("change of the wait", change * 100.0, points(truth, "counter_wait") + 1.5, 2.5);
    let share = |key: &str| in_time.share(|other| other == key);
    near("served in time without a greeter", share("false true") - share("false false"), 0.0, 1.2);
    near("served in time with a greeter", share("true true") - share("true false"), 7.6, 1.2);
}

fn money_and_loyalty(bank: &Bank) {
    let truth = &bank.outcome.truth;
    let mut costs: BTreeMap<bool, (f64, f64)> = BTreeMap::new();
    let finance = bank.lines("raw/figures/finance").into_iter().skip(3);
    for row in finance.map(|(_, _, line)| line.split(';').collect::<Vec<_>>()) {
        if row[1] == "cost_contact" {
            let sum = costs.entry(row[0] >= "2026-05").or_default();
            *sum = (sum.0 + row[3].parse::<f64>().unwrap(), sum.1 + row[4].parse::<f64>().unwrap());
        }
    }
    let cost = |since: bool| costs[&since].0 / costs[&since].1;
    near(
        "change of the cost of a contact",
        (cost(true) / cost(false) - 1.0) * 100.0,
        points(truth, "cost_contact"),
        1.0,
    );

    let customers = bank.cells("raw/core/customers", ',');
    let wanted = truth.stable.iter().find(|stable| stable.measure == "retention").unwrap().value;
    for row in bank.cells("raw/core/months", ',') {
        let (today, year_before) = (row[1], row[2]);
        let there = |customer: &[&str], day: &str| customer[4] <= day && (customer[5] == "?" || customer[5] > day);
        let mut stayed = Shares::default();
        for customer in customers.iter().filter(|customer| there(customer, year_before)) {
            stayed.add("all", there(customer, today));
        }
        near(today, stayed.share(|_| true), wanted, 0.4);
    }
    let mut accepted = (0.0, 0.0);
    for row in bank.cells("raw/sales/offers", ',') {
        accepted = (accepted.0 + row[3].parse::<f64>().unwrap(), accepted.1 + row[2].parse::<f64>().unwrap());
    }
    near("offers accepted", 100.0 * accepted.0 / accepted.1, 12.4, 0.7);
}
