//! Promises: worked examples, and a count minute by minute that shares no code with what it judges.

use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::calendar::{Calendar, Hours, WorkingHistory, WorkingTime};
use crate::case::Status;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const ANN: u32 = 1;
const BOB: u32 = 2;

use Status::{Hold, New, Open, Pending, Solved};

/// A case that was opened at hour zero, told in hours.
#[derive(Default)]
struct Told {
    statuses: Vec<(i64, Status)>,
    agent: Vec<i64>,
    customer: Vec<i64>,
    assignees: Vec<(i64, Option<u32>)>,
}

impl Told {
    fn judge(&self, targets: &Targets, business: Option<&WorkingHistory>, as_of: i64) -> Verdicts {
        let statuses: Vec<_> = self.statuses.iter().map(|(at, status)| (at * HOUR, *status)).collect();
        let hours = |list: &[i64]| -> Vec<i64> { list.iter().map(|at| at * HOUR).collect() };
        let (agent, customer) = (hours(&self.agent), hours(&self.customer));
        let assignees: Vec<_> = self.assignees.iter().map(|(at, person)| (at * HOUR, *person)).collect();
        let timeline = Timeline {
            opened_at: 0,
            statuses: &statuses,
            agent_messages: &agent,
            customer_messages: &customer,
            assignees: &assignees,
        };
        targets.judge(&timeline, business, as_of * HOUR)
    }
}

fn hours(hours: u32, clock: Clock) -> Target {
    Target::new(hours * 3600, clock)
}

fn first(target: Target) -> Targets {
    Targets { first_response: Some(target), ..Targets::default() }
}

fn next(target: Target) -> Targets {
    Targets { next_response: Some(target), ..Targets::default() }
}

fn resolution(target: Target) -> Targets {
    Targets { resolution: Some(target), ..Targets::default() }
}

fn wait(target: Target) -> Targets {
    Targets { requester_wait: Some(target), ..Targets::default() }
}

/// State, when due in hours, hours on the clock.
fn said(verdict: Option<Verdict>) -> Option<(State, Option<i64>, i64)> {
    let verdict = verdict?;
    assert_eq!(verdict.breach_at().is_some(), verdict.state == State::Breached);
    Some((verdict.state, verdict.due_at.map(|due| due / HOUR), verdict.elapsed / HOUR))
}

use State::{Breached, Met, Running};

#[test]
fn a_first_response() {
    let targets = first(hours(4, Clock::Calendar));
    let check = |told: &Told, as_of: i64, wanted: Option<(State, Option<i64>, i64)>| {
        assert_eq!(said(told.judge(&targets, None, as_of).first_response), wanted, "as of {as_of}");
    };
    let quiet = Told::default();
    check(&quiet, 0, Some((Running, Some(4), 0)));
    check(&quiet, 4, Some((Running, Some(4), 4)));
    check(&quiet, 5, Some((Breached, Some(4), 5)));
    let answered = Told { agent: vec![4, 9], ..Told::default() };
    check(&answered, 3, Some((Running, Some(4), 3)));
    check(&answered, 20, Some((Met, Some(4), 4)));
    let late = Told { agent: vec![5], ..Told::default() };
    check(&late, 4, Some((Running, Some(4), 4)));
    check(&late, 20, Some((Breached, Some(4), 5)));
    // Solved without an answer: nobody waits, unless the time was used up before.
    let solved = Told { statuses: vec![(3, Solved)], ..Told::default() };
    check(&solved, 2, Some((Running, Some(4), 2)));
    check(&solved, 100, None);
    let solved_late = Told { statuses: vec![(5, Solved)], ..Told::default() };
    check(&solved_late, 100, Some((Breached, Some(4), 5)));
    // Reopened, it goes on where it stood.
    let reopened = Told { statuses: vec![(3, Solved), (50, Open)], ..Told::default() };
    check(&reopened, 50, Some((Running, Some(51), 3)));
    check(&reopened, 52, Some((Breached, Some(51), 5)));
    // Waiting on the customer does not excuse from a first response, unless the policy says so.
    let asked = Told { statuses: vec![(1, Pending)], ..Told::default() };
    check(&asked, 6, Some((Breached, Some(4), 6)));
    let pausing = first(hours(4, Clock::Calendar).pausing(Statuses::of(&[Pending])));
    let verdict = asked.judge(&pausing, None, 6).first_response;
    assert_eq!(said(verdict), Some((Running, None, 1)));
    assert!(verdict.unwrap().paused);
}

#[test]
fn the_next_response() {
    let targets = next(hours(4, Clock::Calendar));
    let check = |told: &Told, as_of: i64, wanted: Option<(State, Option<i64>, i64)>| {
        assert_eq!(said(told.judge(&targets, None, as_of).next_response), wanted, "as of {as_of}");
    };
    check(&Told::default(), 9, None);
    // The second message at 11 waits since the first one at 10.
    let told = Told { customer: vec![0, 10, 11, 20], agent: vec![1, 12, 26], ..Told::default() };
    check(&told, 0, Some((Running, Some(4), 0)));
    check(&told, 5, Some((Met, Some(4), 1)));
    check(&told, 11, Some((Running, Some(14), 1)));
    check(&told, 13, Some((Met, Some(14), 2)));
    check(&told, 25, Some((Breached, Some(24), 5)));
    check(&told, 30, Some((Breached, Some(24), 6)));
    // The first breach is the one that is told, the longest wait the one that is read.
    let twice = Told { customer: vec![0, 20], agent: vec![5, 40], ..Told::default() };
    check(&twice, 50, Some((Breached, Some(4), 20)));
    let mended = Told { customer: vec![0, 20], agent: vec![5, 21], ..Told::default() };
    check(&mended, 50, Some((Breached, Some(4), 5)));
    // An answer at the instant of the message is one; a second message of the agent answers nothing.
    let at_once = Told { customer: vec![3], agent: vec![3, 9], ..Told::default() };
    check(&at_once, 50, Some((Met, Some(7), 0)));
    // Thanks, and solved: nobody waits. When it is reopened, the wait goes on.
    let thanks = Told { customer: vec![0, 10], agent: vec![1], statuses: vec![(11, Solved)], ..Told::default() };
    check(&thanks, 10, Some((Running, Some(14), 1)));
    check(&thanks, 99, Some((Met, Some(4), 1)));
    let again =
        Told { customer: vec![10, 60], agent: vec![62], statuses: vec![(11, Solved), (60, Open)], ..Told::default() };
    check(&again, 40, None);
    check(&again, 99, Some((Met, Some(63), 3)));
}

#[test]
fn the_wait_for_the_first_response_is_judged_once() {
    let both = Targets {
        first_response: Some(hours(4, Clock::Calendar)),
        next_response: Some(hours(1, Clock::Calendar)),
        ..Targets::default()
    };
    let told = Told { customer: vec![0, 10], agent: vec![3, 11], ..Told::default() };
    let verdicts = told.judge(&both, None, 2);
    assert_eq!((said(verdicts.first_response), verdicts.next_response), (Some((Running, Some(4), 2)), None));
    let verdicts = told.judge(&both, None, 20);
    assert_eq!(said(verdicts.first_response), Some((Met, Some(4), 3)));
    assert_eq!(said(verdicts.next_response), Some((Met, Some(11), 1)));
    assert_eq!((verdicts.resolution, verdicts.requester_wait), (None, None), "nothing was promised");
}

#[test]
fn a_resolution_with_and_without_pauses() {
    let told =
        Told { statuses: vec![(2, Open), (4, Pending), (14, Hold), (20, Open), (22, Solved)], ..Told::default() };
    let check = |pauses: &[Status], as_of: i64, wanted: (State, Option<i64>, i64)| {
        let targets = resolution(hours(10, Clock::Calendar).pausing(Statuses::of(pauses)));
        let verdict = told.judge(&targets, None, as_of).resolution;
        assert_eq!(said(verdict), Some(wanted), "{pauses:?} as of {as_of}");
    };
    check(&[], 9, (Running, Some(10), 9));
    check(&[], 22, (Breached, Some(10), 22));
    check(&[Pending], 4, (Running, None, 4));
    check(&[Pending], 10, (Running, None, 4));
    check(&[Pending], 14, (Running, Some(20), 4));
    check(&[Pending], 20, (Running, Some(20), 10));
    check(&[Pending], 30, (Breached, Some(20), 12));
    check(&[Pending, Hold], 19, (Running, None, 4));
    check(&[Pending, Hold], 21, (Running, Some(26), 5));
    check(&[Pending, Hold], 22, (Met, Some(26), 6));
    check(&[Pending, Hold], 99, (Met, Some(26), 6));
    // A clock that stops when the time is just used up has not run beyond it.
    let used_up = Told { statuses: vec![(10, Pending), (30, Solved)], ..Told::default() };
    let targets = resolution(hours(10, Clock::Calendar).pausing(Statuses::of(&[Pending])));
    assert_eq!(said(used_up.judge(&targets, None, 20).resolution), Some((Running, Some(10), 10)));
    assert_eq!(said(used_up.judge(&targets, None, 40).resolution), Some((Met, Some(10), 10)));
    // Solved while the clock stood still: when it would have been due cannot be told.
    let answered = Told { statuses: vec![(3, Pending), (30, Solved)], ..Told::default() };
    assert_eq!(said(answered.judge(&targets, None, 40).resolution), Some((Met, None, 3)));
}

#[test]
fn a_reopened_case_goes_on_where_its_clock_stood() {
    let told =
        Told { statuses: vec![(6, Solved), (30, Open), (32, Solved), (33, Solved), (40, Open)], ..Told::default() };
    let targets = resolution(hours(10, Clock::Calendar));
    let check = |as_of: i64, wanted: (State, Option<i64>, i64)| {
        assert_eq!(said(told.judge(&targets, None, as_of).resolution), Some(wanted), "as of {as_of}");
    };
    check(5, (Running, Some(10), 5));
    check(6, (Met, Some(10), 6));
    check(29, (Met, Some(10), 6));
    check(30, (Running, Some(34), 6));
    check(34, (Met, Some(34), 8));
    check(41, (Running, Some(42), 9));
    check(43, (Breached, Some(42), 11));
    // Reopened and solved at one instant, it was never reopened.
    let at_once = Told { statuses: vec![(6, Solved), (30, Open), (30, Solved)], ..Told::default() };
    assert_eq!(said(at_once.judge(&targets, None, 40).resolution), Some((Met, Some(10), 6)));
    // A breach is not mended by solving and reopening.
    let late = Told { statuses: vec![(12, Solved), (30, Open)], ..Told::default() };
    for as_of in [11, 12, 20, 31] {
        assert_eq!(late.judge(&targets, None, as_of).resolution.unwrap().breach_at(), Some(10 * HOUR));
    }
}

#[test]
fn the_requester_waits_in_new_open_and_hold() {
    let told =
        Told { statuses: vec![(2, Open), (4, Pending), (14, Hold), (20, Open), (22, Solved)], ..Told::default() };
    let check = |target: Target, as_of: i64, wanted: (State, Option<i64>, i64)| {
        assert_eq!(said(told.judge(&wait(target), None, as_of).requester_wait), Some(wanted), "as of {as_of}");
    };
    let target = hours(10, Clock::Calendar);
    check(target, 10, (Running, None, 4));
    check(target, 18, (Running, Some(20), 8));
    check(target, 50, (Breached, Some(20), 12));
    check(target.pausing(Statuses::of(&[Hold])), 50, (Met, Some(26), 6));
}

#[test]
fn a_breach_belongs_to_who_held_the_case() {
    let targets = resolution(hours(10, Clock::Calendar));
    let holder = |assignees: &[(i64, Option<u32>)], as_of: i64| {
        let told = Told { assignees: assignees.to_vec(), ..Told::default() };
        told.judge(&targets, None, as_of).resolution.unwrap().holder
    };
    let handed_over = [(0, Some(ANN)), (9, Some(BOB)), (12, Some(ANN))];
    assert_eq!(holder(&handed_over, 9), None, "nothing is breached yet");
    assert_eq!(holder(&handed_over, 20), Some(BOB));
    assert_eq!(holder(&[(0, Some(ANN)), (10, Some(BOB))], 20), Some(ANN), "Bob had no time for it");
    assert_eq!(holder(&[(0, Some(ANN)), (11, Some(BOB))], 20), Some(ANN));
    assert_eq!(holder(&[(0, Some(ANN)), (9, None)], 20), None);
    assert_eq!(holder(&[(12, Some(ANN))], 20), None);
    assert_eq!(holder(&[(10, Some(ANN))], 20), Some(ANN), "nobody held it before");
    assert_eq!(holder(&[], 20), None);
}

/// Monday to Friday, 9 to 17, in UTC. 1 January 1970 was a Thursday.
fn office() -> WorkingHistory {
    let hours: Vec<Hours> = (1..=5).map(|weekday| Hours::weekly(weekday, 540, 1020)).collect();
    let calendar = Arc::new(Calendar::build("office", &hours, &[]).0);
    Arc::new(WorkingTime::new(calendar, TimeZone::UTC, 0..30 * DAY)).into()
}

#[test]
fn business_hours() {
    let office = office();
    let targets = first(hours(10, Clock::Business));
    // Opened on Thursday at midnight: eight hours on Thursday, two on Friday.
    let check = |answer: Option<i64>, as_of: i64, wanted: (State, Option<i64>, i64)| {
        let told = Told { agent: answer.into_iter().collect(), ..Told::default() };
        assert_eq!(said(told.judge(&targets, Some(&office), as_of).first_response), Some(wanted), "as of {as_of}");
    };
    check(None, 5, (Running, Some(35), 0));
    check(None, 20, (Running, Some(35), 8));
    check(None, 35, (Running, Some(35), 10));
    check(None, 36, (Breached, Some(35), 11));
    check(Some(35), 50, (Met, Some(35), 10));
    check(Some(60), 80, (Breached, Some(35), 16));
    // A whole day of work is used up at 17:00. Until it opens on Friday, no working time is lost.
    let day = first(hours(8, Clock::Business));
    let told = |answer: i64| Told { agent: vec![answer], ..Told::default() };
    assert_eq!(said(told(20).judge(&day, Some(&office), 90).first_response), Some((Met, Some(17), 8)));
    assert_eq!(said(Told::default().judge(&day, Some(&office), 33).first_response), Some((Running, Some(17), 8)));
    assert_eq!(said(told(34).judge(&day, Some(&office), 90).first_response), Some((Breached, Some(17), 9)));
    // Without a calendar nothing can be said.
    assert_eq!(told(20).judge(&day, None, 90).first_response, None);
    // Around the clock, business time is calendar time.
    let always = WorkingHistory::always();
    for as_of in [3, 8, 9] {
        let same = first(hours(8, Clock::Calendar));
        assert_eq!(told(99).judge(&day, Some(&always), as_of), told(99).judge(&same, None, as_of));
    }
}

#[test]
fn pauses_and_business_hours_together() {
    let office = office();
    let targets = resolution(hours(10, Clock::Business).pausing(Statuses::of(&[Pending])));
    // Thursday 9:00 to 12:00 runs, pending until Monday noon (hour 108), then five hours that day.
    let told = Told { statuses: vec![(12, Pending), (108, Open), (130, Solved)], ..Told::default() };
    let check = |as_of: i64, wanted: (State, Option<i64>, i64)| {
        assert_eq!(said(told.judge(&targets, Some(&office), as_of).resolution), Some(wanted), "as of {as_of}");
    };
    check(12, (Running, None, 3));
    check(108, (Running, Some(131), 3));
    check(120, (Running, Some(131), 8));
    check(140, (Met, Some(131), 9));
}

#[test]
fn what_never_opens_is_never_due() {
    let closed = Arc::new(WorkingTime::new(Arc::new(Calendar::build("closed", &[], &[]).0), TimeZone::UTC, 0..DAY));
    let verdict = Told::default().judge(&first(hours(1, Clock::Business)), Some(&closed.into()), 1000).first_response;
    assert_eq!(said(verdict), Some((Running, None, 0)));
    assert!(!verdict.unwrap().paused);
}

// Policies.

fn rule(when: Conditions, first_hours: u32) -> Rule {
    Rule { when, targets: first(hours(first_hours, Clock::Calendar)) }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_first_rule_that_fits() {
    let urgent = Conditions { priority: words(&["urgent", "high"]), ..Conditions::default() };
    let north = Conditions { unit: words(&["north"]), channel: words(&["email"]), ..Conditions::default() };
    let gold = Conditions { segment: words(&["gold"]), topic: words(&["card"]), ..Conditions::default() };
    let rules = vec![rule(urgent, 1), rule(north, 2), rule(gold, 3)];
    let policies = [
        Policy::new("strict", "Strict", vec![Version { valid_from: 0, rules }]).unwrap(),
        Policy::new("rest", "Everyone", vec![Version { valid_from: 100, rules: vec![rule(Conditions::default(), 9)] }])
            .unwrap(),
    ];
    let check = |opened_at: i64, case: Attributes, wanted: Option<(&str, u32)>| {
        let chosen = choose(&policies, opened_at, &case);
        let found = chosen.map(|chosen| {
            (chosen.policy.id(), chosen.targets().first_response.map_or(0, |target| target.within_s / 3600))
        });
        assert_eq!(found, wanted, "{case:?} at {opened_at}");
    };
    let any = Attributes::default();
    check(100, Attributes { priority: Some("high"), ..any }, Some(("strict", 1)));
    check(100, Attributes { priority: Some("low"), ..any }, Some(("rest", 9)));
    check(100, any, Some(("rest", 9)));
    check(99, any, None);
    check(-1, Attributes { priority: Some("high"), ..any }, None);
    let team = ["team-1", "north", "whole"];
    check(100, Attributes { units: &team, channel: Some("email"), ..any }, Some(("strict", 2)));
    check(100, Attributes { units: &team, channel: Some("phone"), ..any }, Some(("rest", 9)));
    check(100, Attributes { units: &team, ..any }, Some(("rest", 9)));
    let urgent = Attributes { units: &team, channel: Some("email"), priority: Some("urgent"), ..any };
    check(100, urgent, Some(("strict", 1)));
    check(100, Attributes { segment: Some("gold"), topic: Some("card"), ..any }, Some(("strict", 3)));
    check(100, Attributes { segment: Some("gold"), ..any }, Some(("rest", 9)));
}

#[test]
fn the_version_in_force_at_the_opening() {
    let version = |valid_from: i64, hours: u32| Version { valid_from, rules: vec![rule(Conditions::default(), hours)] };
    let policy = Policy::new("all", "All", vec![version(100 * HOUR, 2), version(0, 4)]).unwrap();
    assert_eq!(policy.name(), "All");
    assert_eq!(policy.versions().iter().map(|version| version.valid_from).collect::<Vec<_>>(), [0, 100 * HOUR]);
    let policies = [policy];
    let check = |opened_at: i64, answered_at: i64, wanted: State| {
        let targets = choose(&policies, opened_at, &Attributes::default()).unwrap().targets();
        let timeline = Timeline { opened_at, agent_messages: &[answered_at], ..Timeline::default() };
        assert_eq!(targets.judge(&timeline, None, 200 * HOUR).first_response.unwrap().state, wanted);
    };
    // Three hours are in time by the old version and late by the new one.
    check(90 * HOUR, 93 * HOUR, Met);
    check(99 * HOUR, 102 * HOUR, Met);
    check(100 * HOUR, 103 * HOUR, Breached);
    check(100 * HOUR, 102 * HOUR, Met);
}

#[test]
fn policies_that_cannot_be_right() {
    let version = |hours: u32| Version { valid_from: 7, rules: vec![rule(Conditions::default(), hours)] };
    let said = |versions: Vec<Version>| Policy::new("gold", "Gold", versions).unwrap_err().to_string();
    assert_eq!(said(vec![]), "policy `gold` has no version; write at least one, with the day from which it holds");
    assert_eq!(
        said(vec![version(1), version(2)]),
        "two versions of policy `gold` begin at one instant; which of them holds then cannot be told"
    );
    assert_eq!(
        said(vec![version(0)]),
        "policy `gold` promises `first_response` within 0 seconds; leave the target out or give it time"
    );
}

// The count. Time goes in minutes; a minute is counted as a whole by what holds at its beginning.

#[derive(Debug, Clone)]
struct Story {
    statuses: Vec<(i64, Status)>,
    agent: Vec<i64>,
    customer: Vec<i64>,
    assignees: Vec<(i64, Option<u32>)>,
    as_of: i64,
}

/// So many minutes after the opening are counted at most.
const LIMIT: i64 = 5 * 24 * 60;

impl Story {
    fn status(&self, minute: i64) -> Status {
        self.statuses.iter().rev().find(|(at, _)| *at <= minute).map_or(New, |(_, status)| *status)
    }

    /// Counts one wait, and how the clock would go on from its end.
    fn count(&self, from: i64, until: Option<i64>, target: Target, open: &[bool]) -> Option<Verdict> {
        let end = until.unwrap_or(self.as_of);
        let runs = |status: Status| status != Solved && !target.pauses.has(status);
        let within = i64::from(target.within_s / 60);
        let (mut elapsed, mut counted, mut due) = (0, 0, None);
        let mut status = self.status(from);
        for minute in from..LIMIT {
            // What happens at the instant of an answer comes after it; from there on the clock is only looked at.
            if minute < end || until.is_none() && minute == end {
                status = self.status(minute);
            }
            if runs(status) && (target.clock == Clock::Calendar || open[minute as usize]) {
                elapsed += i64::from(minute < end);
                counted += 1;
                if counted == within {
                    due = Some(minute + 1);
                }
            }
        }
        let state = match until {
            _ if elapsed > within => Breached,
            Some(_) => Met,
            None if self.status(end) == Solved => return None,
            None => Running,
        };
        let held = due.and_then(|due| {
            let before: Vec<_> = self.assignees.iter().filter(|(at, _)| *at <= self.as_of && *at < due).collect();
            let at: Vec<_> = self.assignees.iter().filter(|(at, _)| *at <= self.as_of && *at == due).collect();
            before.last().or(at.last()).and_then(|(_, person)| *person)
        });
        Some(Verdict {
            state,
            due_at: due.map(|due| due * MINUTE),
            holder: held.filter(|_| state == Breached),
            elapsed: elapsed * MINUTE,
            paused: state == Running && !runs(self.status(end)),
        })
    }

    fn solved_at(&self) -> Option<i64> {
        (0..=self.as_of).rev().take_while(|minute| self.status(*minute) == Solved).last()
    }

    fn verdicts(&self, targets: &Targets, open: &[bool]) -> Verdicts {
        let answer = |since: i64| self.agent.iter().copied().find(|at| *at >= since && *at <= self.as_of);
        let mut next: Option<Verdict> = None;
        let mut since: Option<i64> = None;
        // Minute by minute: a message of the customer starts a wait unless one is on, an answer ends it.
        for minute in 0..=self.as_of {
            if self.customer.contains(&minute) {
                since.get_or_insert(minute);
            }
            let Some(from) = since else { continue };
            let answered = self.agent.contains(&minute);
            if answered || minute == self.as_of {
                let until = answered.then_some(minute);
                let is_first = !self.agent.iter().any(|at| *at < minute && *at <= self.as_of);
                let verdict = targets.next_response.and_then(|target| self.count(from, until, target, open));
                if let Some(verdict) = verdict.filter(|_| !(is_first && targets.first_response.is_some())) {
                    let longest = next.map_or(0, |next| next.elapsed).max(verdict.elapsed);
                    let kept = next.filter(|next| next.state == Breached).unwrap_or(verdict);
                    next = Some(Verdict { elapsed: longest, ..kept });
                }
                if answered {
                    since = None;
                }
            }
        }
        Verdicts {
            first_response: targets.first_response.and_then(|target| self.count(0, answer(0), target, open)),
            next_response: next,
            resolution: targets.resolution.and_then(|target| self.count(0, self.solved_at(), target, open)),
            requester_wait: targets.requester_wait.and_then(|target| {
                let with_pending =
                    Status::ALL.into_iter().filter(|status| *status == Pending || target.pauses.has(*status));
                let pauses = Statuses::of(&with_pending.collect::<Vec<_>>());
                self.count(0, self.solved_at(), Target { pauses, ..target }, open)
            }),
        }
    }
}

fn any_minutes(most: usize) -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(0i64..240, 0..most).prop_map(|mut minutes| {
        minutes.sort_unstable();
        minutes
    })
}

fn any_story() -> impl Strategy<Value = Story> {
    let statuses = proptest::collection::vec((0i64..240, proptest::sample::select(Status::ALL.to_vec())), 0..7);
    let assignees = proptest::collection::vec((0i64..240, proptest::option::of(0u32..4)), 0..5);
    (statuses, any_minutes(5), any_minutes(6), assignees, 0i64..300).prop_map(
        |(mut statuses, agent, customer, mut assignees, as_of)| {
            statuses.sort_by_key(|(at, _)| *at);
            assignees.sort_by_key(|(at, _)| *at);
            Story { statuses, agent, customer, assignees, as_of }
        },
    )
}

fn any_target() -> impl Strategy<Value = Option<Target>> {
    let pauses = proptest::collection::vec(proptest::sample::select(vec![Pending, Hold]), 0..3);
    let clock = proptest::sample::select(vec![Clock::Calendar, Clock::Business]);
    let target = (1u32..120, clock, pauses)
        .prop_map(|(minutes, clock, pauses)| Target::new(minutes * 60, clock).pausing(Statuses::of(&pauses)));
    proptest::option::weighted(0.8, target)
}

fn any_targets() -> impl Strategy<Value = Targets> {
    (any_target(), any_target(), any_target(), any_target()).prop_map(
        |(first_response, next_response, resolution, requester_wait)| Targets {
            first_response,
            next_response,
            resolution,
            requester_wait,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn verdicts_are_what_the_minutes_say(
        story in any_story(),
        targets in any_targets(),
        hours in proptest::collection::vec((0i64..1440, 1i64..200), 0..12),
        begin in 0i64..1440,
    ) {
        // The same hours every day, so that there is open time in the minutes that are counted, and after them.
        let rows: Vec<Hours> = (1..=7)
            .flat_map(|weekday| hours.iter().map(move |&(from, long)| Hours::weekly(weekday, from, (from + long).min(1440))))
            .collect();
        let working = WorkingTime::new(Arc::new(Calendar::build("any", &rows, &[]).0), TimeZone::UTC, 0..6 * DAY);
        let open: Vec<bool> = (begin..begin + LIMIT)
            .map(|minute| hours.iter().any(|(from, long)| (*from..from + long).contains(&(minute % 1440))))
            .collect();
        let begin = begin * MINUTE;
        let instants = |minutes: &[i64]| -> Vec<i64> { minutes.iter().map(|minute| begin + minute * MINUTE).collect() };
        let statuses: Vec<_> = story.statuses.iter().map(|(at, status)| (begin + at * MINUTE, *status)).collect();
        let assignees: Vec<_> = story.assignees.iter().map(|(at, person)| (begin + at * MINUTE, *person)).collect();
        let timeline = Timeline {
            opened_at: begin,
            statuses: &statuses,
            agent_messages: &instants(&story.agent),
            customer_messages: &instants(&story.customer),
            assignees: &assignees,
        };
        // What falls due after the minutes that are counted is not seen by the count.
        let seen = |verdict: Option<Verdict>| {
            verdict.map(|verdict| Verdict { due_at: verdict.due_at.filter(|due| *due <= begin + LIMIT * MINUTE), ..verdict })
        };
        let judged = targets.judge(&timeline, Some(&Arc::new(working).into()), begin + story.as_of * MINUTE);
        let counted = story.verdicts(&targets, &open);
        let shifted = |verdict: Option<Verdict>| {
            verdict.map(|verdict| Verdict { due_at: verdict.due_at.map(|due| due + begin), ..verdict })
        };
        prop_assert_eq!(seen(judged.first_response), shifted(counted.first_response));
        prop_assert_eq!(seen(judged.next_response), shifted(counted.next_response));
        prop_assert_eq!(seen(judged.resolution), shifted(counted.resolution));
        prop_assert_eq!(seen(judged.requester_wait), shifted(counted.requester_wait));
    }

    #[test]
    fn a_breach_stays_one(story in any_story(), targets in any_targets(), later in 0i64..200) {
        let statuses: Vec<_> = story.statuses.iter().map(|(at, status)| (at * MINUTE, *status)).collect();
        let minutes = |list: &[i64]| -> Vec<i64> { list.iter().map(|at| at * MINUTE).collect() };
        let assignees: Vec<_> = story.assignees.iter().map(|(at, person)| (at * MINUTE, *person)).collect();
        let timeline = Timeline {
            opened_at: 0,
            statuses: &statuses,
            agent_messages: &minutes(&story.agent),
            customer_messages: &minutes(&story.customer),
            assignees: &assignees,
        };
        let always = WorkingHistory::always();
        let judge = |as_of: i64| targets.judge(&timeline, Some(&always), as_of * MINUTE);
        let (now, then) = (judge(story.as_of), judge(story.as_of + later));
        for (now, then) in [
            (now.first_response, then.first_response),
            (now.next_response, then.next_response),
            (now.resolution, then.resolution),
            (now.requester_wait, then.requester_wait),
        ] {
            if let Some(now) = now.filter(|now| now.state == Breached) {
                let then = then.unwrap();
                prop_assert_eq!((then.state, then.due_at, then.holder), (Breached, now.due_at, now.holder));
            }
        }
    }
}
