//! The case clock: worked examples, and a count minute by minute that shares no code with it.

use std::sync::Arc;

use evenkeel_model::calendar::{self, Calendar, WorkingTime};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::{collection, option, sample};

use super::*;

const HOUR: i64 = 3_600_000_000;

fn run(events: &[(i64, What, Actor)], as_of: i64) -> CaseFacts {
    let mut clock = CaseClock::new(0, Some(1), None);
    for &(hour, what, actor) in events {
        clock.apply(&Event { at: hour * HOUR, what, actor, agent: (actor == Actor::Agent).then_some(7) });
    }
    clock.finish(as_of * HOUR).unwrap()
}

/// A span without a calendar.
fn span(hours: i64) -> Span {
    Span { calendar: hours * HOUR, business: 0 }
}

#[test]
fn a_plain_case() {
    let facts = run(
        &[
            (0, What::Opened, Actor::Customer),
            (0, What::PublicMessage, Actor::Customer),
            (0, What::PublicMessage, Actor::Bot),
            (1, What::Assignee(Some(7)), Actor::System),
            (2, What::PublicMessage, Actor::Agent),
            (2, What::Status(Status::Pending), Actor::Agent),
            (5, What::Status(Status::Open), Actor::Customer),
            (6, What::Status(Status::Solved), Actor::Agent),
            (9, What::Status(Status::Solved), Actor::System),
        ],
        100,
    );
    assert_eq!(facts.first_response, Some(span(2)));
    assert_eq!(facts.first_resolution, Some(span(6)));
    assert_eq!(facts.full_resolution, Some(span(6)));
    assert_eq!((facts.requester_wait, facts.agent_wait, facts.hold), (span(3), span(3), span(0)));
    assert_eq!((facts.person, facts.solved_at), (Some(7), Some(6 * HOUR)));
    assert_eq!((facts.next_response_n, facts.next_response_max), (1, Some(span(2))));
    assert!(facts.one_touch());
}

#[test]
fn a_reopened_case_is_not_solved_until_it_is() {
    let events = [
        (0, What::Opened, Actor::Customer),
        (1, What::Assignee(Some(7)), Actor::System),
        (2, What::Status(Status::Solved), Actor::Agent),
        (4, What::Status(Status::Open), Actor::Customer),
        (5, What::Assignee(Some(8)), Actor::System),
    ];
    let facts = run(&events, 10);
    assert_eq!((facts.reopens, facts.solved_at, facts.full_resolution), (1, None, None));
    assert_eq!(facts.first_resolution, Some(span(2)));
    assert_eq!(facts.requester_wait, span(8), "it still waits");
    assert_eq!((facts.person, facts.transfers), (Some(8), 1));
}

#[test]
fn an_opening_message_by_an_agent_is_no_response() {
    let facts = run(
        &[
            (0, What::Opened, Actor::Agent),
            (0, What::PublicMessage, Actor::Agent),
            (3, What::PublicMessage, Actor::Agent),
        ],
        10,
    );
    assert_eq!((facts.first_response, facts.agent_replies), (Some(span(3)), 2));
}

#[test]
fn without_a_first_event_the_case_starts_when_it_was_opened() {
    let facts = run(&[(4, What::Status(Status::Hold), Actor::Agent)], 10);
    assert_eq!((facts.requester_wait, facts.hold), (span(10), span(6)));
    assert_eq!(facts.status, Some(Status::Hold));
}

#[test]
fn a_deleted_case_does_not_count() {
    let mut clock = CaseClock::new(0, None, None);
    clock.apply(&Event { at: 1, what: What::Deleted, actor: Actor::System, agent: None });
    assert_eq!(clock.finish(10), None);
}

#[test]
fn business_time_passes_while_the_unit_works() {
    // Thursday, 1 January 1970, is day 4 of the week; work is from 9 to 17 on weekdays.
    let weekdays: Vec<calendar::Hours> =
        (1..=5).map(|weekday| calendar::Hours::weekly(weekday, 9 * 60, 17 * 60)).collect();
    let (calendar, problems) = Calendar::build("office", &weekdays, &[]);
    assert!(problems.is_empty());
    let span = 0..40 * 24 * HOUR;
    let working = WorkingTime::new(Arc::new(calendar), TimeZone::UTC, span);
    let hours: WorkingHistory = Arc::new(working).into();
    // Opened on Friday at 16:00, answered on Monday at 10:00, solved on Tuesday at 9:30.
    let mut clock = CaseClock::new(40 * HOUR, None, Some(&hours));
    let event = |hour: i64, what, actor| Event { at: hour * HOUR, what, actor, agent: Some(7) };
    clock.apply(&event(40, What::Opened, Actor::Customer));
    clock.apply(&event(41, What::PublicMessage, Actor::Customer));
    clock.apply(&event(4 * 24 + 10, What::PublicMessage, Actor::Agent));
    let solved = Event { at: (5 * 24 + 9) * HOUR + HOUR / 2, ..event(0, What::Status(Status::Solved), Actor::Agent) };
    clock.apply(&solved);
    let facts = clock.finish(30 * 24 * HOUR).unwrap();
    let business = |span: Option<Span>| span.unwrap().business / (HOUR / 2);
    assert_eq!(facts.first_response.unwrap().calendar, 66 * HOUR);
    // One hour on Friday, one on Monday.
    assert_eq!(business(facts.first_response), 4);
    assert_eq!(business(facts.next_response_max), 2);
    // One hour on Friday, eight on Monday, a half on Tuesday.
    assert_eq!(business(facts.full_resolution), 19);
    assert_eq!(facts.requester_wait, facts.full_resolution.unwrap());
}

#[test]
fn what_is_told_from_before_the_opening_happens_at_it() {
    let facts = run(
        &[
            (-3, What::Status(Status::Open), Actor::System),
            (-2, What::Assignee(Some(7)), Actor::System),
            (-2, What::PublicMessage, Actor::Customer),
            (-1, What::PublicMessage, Actor::Agent),
            (-1, What::Status(Status::Solved), Actor::Agent),
        ],
        10,
    );
    assert_eq!((facts.first_response, facts.full_resolution), (Some(span(0)), Some(span(0))));
    assert_eq!((facts.next_response_max, facts.next_response_n), (Some(span(0)), 1));
    assert_eq!((facts.requester_wait, facts.solved_at, facts.person), (span(0), Some(0), Some(7)));
    // A case that is solved before it is opened, and stays so.
    let facts = run(&[(-5, What::Status(Status::Solved), Actor::System)], -2);
    assert_eq!((facts.age, facts.requester_wait), (span(0), span(0)));
}

#[test]
fn a_late_first_event_does_not_take_time_away() {
    // The row says zero; the log of the source begins an hour later.
    let facts = run(&[(1, What::Opened, Actor::Customer), (3, What::Status(Status::Pending), Actor::Agent)], 10);
    assert_eq!((facts.requester_wait, facts.agent_wait), (span(3), span(7)));
    // At one instant the identifiers of events tell nothing about their order.
    let facts = run(&[(0, What::Status(Status::Solved), Actor::Agent), (0, What::Opened, Actor::Customer)], 10);
    assert_eq!((facts.status, facts.solved_at, facts.reopens), (Some(Status::Solved), Some(0), 0));
}

#[test]
fn the_opening_message_of_an_agent_may_be_told_before_the_opening() {
    let message = |hour: i64| (hour, What::PublicMessage, Actor::Agent);
    let facts = run(&[message(0), (0, What::Opened, Actor::Agent), message(3)], 10);
    assert_eq!(facts.first_response, Some(span(3)));
    let facts = run(&[message(1), (2, What::Opened, Actor::Agent), message(3)], 10);
    assert_eq!(facts.first_response, Some(span(3)));
    // A message after the opening answers, and so does any message where the customer opened the case.
    let facts = run(&[(0, What::Opened, Actor::Agent), message(1)], 10);
    assert_eq!(facts.first_response, Some(span(1)));
    let facts = run(&[(0, What::Opened, Actor::Customer), message(0), message(3)], 10);
    assert_eq!(facts.first_response, Some(span(0)));
}

#[test]
fn nobody_waits_for_a_response_while_the_case_is_solved() {
    let asked = |hour: i64| (hour, What::PublicMessage, Actor::Customer);
    let answered = |hour: i64| (hour, What::PublicMessage, Actor::Agent);
    let status = |hour: i64, status| (hour, What::Status(status), Actor::Agent);
    // Asked at 1, solved without an answer from 3 to 20, answered at 22.
    let facts = run(&[asked(1), status(3, Status::Solved), status(20, Status::Open), answered(22)], 30);
    assert_eq!((facts.next_response_sum, facts.next_response_n), (span(4), 1));
    // Thanks after the end, and a word back.
    let facts = run(&[status(3, Status::Solved), asked(5), answered(9)], 30);
    assert_eq!((facts.next_response_max, facts.next_response_n), (Some(span(0)), 1));
    // The message that reopens the case waits from then on, whichever of the two is told first.
    for reopening in [[asked(20), status(20, Status::Open)], [status(20, Status::Open), asked(20)]] {
        let [one, other] = reopening;
        let facts = run(&[status(3, Status::Solved), one, other, answered(22)], 30);
        assert_eq!(facts.next_response_max, Some(span(2)));
    }
}

#[test]
fn at_one_instant_the_agent_answers_the_customer() {
    let asked = (5, What::PublicMessage, Actor::Customer);
    let answered = (5, What::PublicMessage, Actor::Agent);
    for events in [[asked, answered], [answered, asked]] {
        let facts = run(&events, 30);
        assert_eq!((facts.next_response_max, facts.next_response_n), (Some(span(0)), 1));
    }
    let earlier = (2, What::PublicMessage, Actor::Customer);
    for events in [[earlier, asked, answered], [earlier, answered, asked]] {
        let facts = run(&events, 30);
        assert_eq!((facts.next_response_max, facts.next_response_n), (Some(span(3)), 1));
    }
}

#[test]
fn transfers_begin_after_the_first_assignment_to_a_person() {
    let assignee = |hour: i64, person: Option<u32>| (hour, What::Assignee(person), Actor::System);
    let unit = |hour: i64, unit: u32| (hour, What::Unit(Some(unit)), Actor::System);
    let transfers = |events: &[(i64, What, Actor)]| run(events, 30).transfers;
    assert_eq!(transfers(&[unit(1, 2), assignee(2, None), unit(3, 3), assignee(4, Some(7))]), 0);
    assert_eq!(transfers(&[assignee(1, Some(7)), unit(2, 2), assignee(3, None), assignee(4, Some(8))]), 3);
    // What a source tells as a hand-over is one, although nothing seems to change.
    assert_eq!(transfers(&[assignee(1, Some(7)), assignee(2, Some(7)), unit(3, 1)]), 2);
}

// The count. Time goes in minutes; a minute is counted as a whole by what holds at its beginning. Each fact is worked
// out for itself from the list of events, as its definition reads.

const MINUTE: i64 = 60_000_000;
/// So many minutes after the opening are counted at most.
const LIMIT: i64 = 400;

#[derive(Debug, Clone)]
struct PlainStory {
    /// In the order in which the clock sees them.
    events: Vec<Event>,
    /// Whether the unit works, by minutes after the opening.
    open: Vec<bool>,
    as_of: i64,
}

impl PlainStory {
    /// The minute of an event.
    fn at(event: &Event) -> i64 {
        (event.at / MINUTE).max(0)
    }

    /// The minutes of all events that are something.
    fn minutes(&self, wanted: impl Fn(&Event) -> bool) -> Vec<i64> {
        self.events.iter().filter(|event| wanted(event)).map(Self::at).collect()
    }

    fn messages(&self, actor: Actor) -> Vec<i64> {
        self.minutes(|event| event.what == What::PublicMessage && event.actor == actor)
    }

    /// Changes of status: minute and status.
    fn statuses(&self) -> Vec<(i64, Status)> {
        let status = |event: &Event| match event.what {
            What::Status(status) => Some((Self::at(event), status)),
            _ => None,
        };
        self.events.iter().filter_map(status).collect()
    }

    fn status(&self, minute: i64) -> Status {
        self.statuses().into_iter().rfind(|(at, _)| *at <= minute).map_or(Status::New, |(_, status)| status)
    }

    /// The minutes of a stretch in which the case has one of these statuses, by both clocks.
    fn count(&self, from: i64, to: i64, statuses: &[Status]) -> Span {
        let minutes: Vec<i64> = (from..to).filter(|minute| statuses.contains(&self.status(*minute))).collect();
        let open = minutes.iter().filter(|minute| self.open[**minute as usize]).count() as i64;
        Span { calendar: minutes.len() as i64 * MINUTE, business: open * MINUTE }
    }

    fn since_opening(&self, minute: i64) -> Span {
        self.count(0, minute, &Status::ALL)
    }

    fn opened_with_a_message(&self) -> bool {
        let opened = self.events.iter().find(|event| event.what == What::Opened);
        let by_agent = opened.filter(|opened| opened.actor == Actor::Agent).map(Self::at);
        by_agent.is_some_and(|opened| self.messages(Actor::Agent).first().is_some_and(|first| *first <= opened))
    }

    fn first_response(&self) -> Option<Span> {
        let replies = self.messages(Actor::Agent);
        replies.get(usize::from(self.opened_with_a_message())).map(|at| self.since_opening(*at))
    }

    /// Every wait for a response that was answered.
    fn waits(&self) -> Vec<Span> {
        let (asked, answered) = (self.messages(Actor::Customer), self.messages(Actor::Agent));
        let mut waits = Vec::new();
        let mut since = None;
        for minute in 0..=self.as_of {
            if asked.contains(&minute) {
                since = since.or(Some(minute));
            }
            if let Some(from) = since.filter(|_| answered.contains(&minute)) {
                waits.push(self.count(from, minute, &[Status::New, Status::Open, Status::Pending, Status::Hold]));
                since = None;
            }
        }
        waits
    }

    fn facts(&self) -> CaseFacts {
        let statuses: Vec<(i64, Status)> = [(0, Status::New)].into_iter().chain(self.statuses()).collect();
        let solved: Vec<i64> = statuses
            .windows(2)
            .filter(|pair| pair[0].1 != Status::Solved && pair[1].1 == Status::Solved)
            .map(|pair| pair[1].0)
            .collect();
        let reopens = statuses.windows(2).filter(|pair| pair[0].1 == Status::Solved && pair[1].1 != Status::Solved);
        let status = statuses[statuses.len() - 1].1;
        let solved_at = solved.last().copied().filter(|_| status == Status::Solved);
        let holders: Vec<(i64, Option<u32>)> = self
            .events
            .iter()
            .filter_map(
                |event| if let What::Assignee(person) = event.what { Some((Self::at(event), person)) } else { None },
            )
            .collect();
        let held = |until: i64| holders.iter().rfind(|(at, _)| *at <= until).and_then(|(_, person)| *person);
        let first_assigned = self.events.iter().position(|event| matches!(event.what, What::Assignee(Some(_))));
        let hand_over = |event: &&Event| matches!(event.what, What::Assignee(_) | What::Unit(_));
        let mut agents: Vec<u32> = holders.iter().filter_map(|(_, person)| *person).collect();
        agents.extend(
            self.events
                .iter()
                .filter(|event| event.what == What::PublicMessage && event.actor == Actor::Agent)
                .filter_map(|event| event.agent),
        );
        agents.sort_unstable();
        agents.dedup();
        let mut units: Vec<u32> = vec![1];
        units
            .extend(self.events.iter().filter_map(|event| if let What::Unit(unit) = event.what { unit } else { None }));
        units.sort_unstable();
        units.dedup();
        let waits = self.waits();
        let mut sum = Span::default();
        for wait in &waits {
            sum.add(*wait);
        }
        CaseFacts {
            first_response: self.first_response(),
            age: self.since_opening(solved_at.unwrap_or(self.as_of)),
            next_response_max: (!waits.is_empty()).then(|| Span {
                calendar: waits.iter().map(|wait| wait.calendar).max().unwrap_or_default(),
                business: waits.iter().map(|wait| wait.business).max().unwrap_or_default(),
            }),
            next_response_sum: sum,
            next_response_n: waits.len() as u32,
            first_resolution: solved.first().map(|at| self.since_opening(*at)),
            full_resolution: solved_at.map(|at| self.since_opening(at)),
            requester_wait: self.count(0, self.as_of, &[Status::New, Status::Open, Status::Hold]),
            agent_wait: self.count(0, self.as_of, &[Status::Pending]),
            hold: self.count(0, self.as_of, &[Status::Hold]),
            reopens: reopens.count() as u32,
            agent_replies: self.messages(Actor::Agent).len() as u32,
            customer_messages: self.messages(Actor::Customer).len() as u32,
            solved_at: solved_at.map(|at| at * MINUTE),
            person: held(solved_at.unwrap_or(self.as_of)),
            escalated: self.events.iter().any(|event| event.what == What::Escalated),
            agents_involved: agents.len() as u32,
            units_involved: units.len() as u32,
            transfers: first_assigned
                .map_or(0, |first| self.events[first + 1..].iter().filter(hand_over).count() as u32),
            status: Some(status),
        }
    }
}

fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        1 => Just(What::Opened),
        6 => Just(What::PublicMessage),
        6 => sample::select(Status::ALL.to_vec()).prop_map(What::Status),
        3 => option::of(6u32..9).prop_map(What::Assignee),
        1 => option::of(1u32..4).prop_map(What::Unit),
        1 => option::of(1u32..4).prop_map(What::LeftUnit),
        1 => option::of(1u32..4).prop_map(What::LeftPriority),
        1 => Just(What::Escalated),
        1 => Just(What::Other),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let actor = sample::select(vec![Actor::Customer, Actor::Agent, Actor::Bot, Actor::System]);
    // Few different minutes, so that many events fall on one; some of them lie before the opening.
    (-5i64..60, 1i64..6, any_what(), actor, option::of(6u32..10)).prop_map(|(minute, far, what, actor, agent)| Event {
        at: minute * far * MINUTE,
        what,
        actor,
        agent: agent.filter(|_| actor == Actor::Agent),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn facts_are_what_the_minutes_say(
        mut events in collection::vec(any_event(), 0..24),
        after in 0i64..60,
        hours in collection::vec((0i64..1440, 1i64..200), 0..12),
    ) {
        events.sort_by_key(|event| event.at);
        let as_of = events.iter().map(PlainStory::at).max().unwrap_or(0) + after;
        let rows: Vec<calendar::Hours> = (1..=7)
            .flat_map(|day| hours.iter().map(move |&(from, long)| calendar::Hours::weekly(day, from, (from + long).min(1440))))
            .collect();
        let (rules, problems) = Calendar::build("any", &rows, &[]);
        prop_assert!(problems.is_empty());
        let working: WorkingHistory = Arc::new(WorkingTime::new(Arc::new(rules), TimeZone::UTC, 0..LIMIT * MINUTE)).into();
        let open = (0..LIMIT).map(|minute| hours.iter().any(|(from, long)| (*from..from + long).contains(&minute))).collect();
        let story = PlainStory { events, open, as_of };
        let mut clock = CaseClock::new(0, Some(1), Some(&working));
        for event in &story.events {
            clock.apply(event);
        }
        prop_assert_eq!(clock.finish(as_of * MINUTE), Some(story.facts()));
    }

    /// What promises ask is the same story, and keeping it changes no fact.
    #[test]
    fn the_story_for_promises(mut events in collection::vec(any_event(), 0..24)) {
        events.sort_by_key(|event| event.at);
        let as_of = LIMIT * MINUTE;
        let mut clocks = [CaseClock::new(0, Some(1), None), CaseClock::new(0, Some(1), None).telling()];
        for clock in &mut clocks {
            for event in &events {
                clock.apply(event);
            }
        }
        let [plain, telling] = clocks;
        let (facts, told) = telling.finish_with_story(as_of).unwrap();
        prop_assert_eq!(plain.finish_with_story(as_of), Some((facts.clone(), Story::default())));
        let plain = PlainStory { events, open: Vec::new(), as_of: LIMIT };
        let instants = |minutes: Vec<i64>| -> Vec<i64> { minutes.into_iter().map(|minute| minute * MINUTE).collect() };
        let statuses = plain.statuses().into_iter().map(|(at, status)| (at * MINUTE, status)).collect::<Vec<_>>();
        prop_assert_eq!(told.statuses, statuses);
        prop_assert_eq!(&told.customer_messages, &instants(plain.messages(Actor::Customer)));
        let mut replies = instants(plain.messages(Actor::Agent));
        replies.drain(..usize::from(plain.opened_with_a_message()));
        prop_assert_eq!(told.agent_messages, replies);
        let of = |what: fn(What) -> Option<Option<u32>>| -> Vec<(i64, Option<u32>)> {
            let told = |event: &Event| Some((event.at.max(0), what(event.what)?));
            plain.events.iter().filter_map(told).collect()
        };
        prop_assert_eq!(told.assignees, of(|what| if let What::Assignee(person) = what { Some(person) } else { None }));
        prop_assert_eq!(told.units, of(|what| if let What::Unit(unit) = what { Some(unit) } else { None }));
        let first = |what: fn(What) -> Option<Option<u32>>| of(what).first().and_then(|(_, code)| *code);
        prop_assert_eq!(told.first_unit, first(|what| if let What::LeftUnit(unit) = what { Some(unit) } else { None }));
        let priority = first(|what| if let What::LeftPriority(code) = what { Some(code) } else { None });
        prop_assert_eq!(told.first_priority, priority);
    }

    /// Whatever the order in which messages of one instant come, answers and waits are the same.
    #[test]
    fn messages_of_one_instant_have_no_order(events in collection::vec(any_event(), 0..24)) {
        let rank = |event: &Event| match (event.what, event.actor) {
            (What::PublicMessage, Actor::Customer) => 1,
            (What::PublicMessage, _) => 2,
            _ => 0,
        };
        let facts = |reverse: bool| {
            let mut events = events.clone();
            events.sort_by_key(|event| (PlainStory::at(event), if reverse { -rank(event) } else { rank(event) }));
            let mut clock = CaseClock::new(0, None, None);
            for event in &events {
                clock.apply(event);
            }
            let CaseFacts { first_response, next_response_max, next_response_sum, next_response_n, .. } =
                clock.finish(LIMIT * MINUTE).unwrap();
            (first_response, next_response_max, next_response_sum, next_response_n)
        };
        prop_assert_eq!(facts(false), facts(true));
    }
}
