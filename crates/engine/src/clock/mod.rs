//! The case clock: what happened to a case, in one pass over its events in time order.
//!
//! Events come in any order and from any file. They are gathered by case ([`gather`]), put in order of time and, at
//! equal instants, of their identifier, and run through [`CaseClock`]. A case whose story has not ended is measured
//! up to the evaluation instant; it is never left out.

pub mod gather;
pub mod hours;

use evenkeel_model::calendar::WorkingHistory;
pub use evenkeel_model::case::Status;

/// Who made something happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The customer.
    Customer,
    /// A human agent.
    Agent,
    /// A bot or an automatic reply.
    Bot,
    /// The system itself, or nobody in particular.
    System,
}

/// What happened. People and units are codes of whoever gathers the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The case was opened.
    Opened,
    /// A message that everyone sees.
    PublicMessage,
    /// The status changed.
    Status(Status),
    /// It was assigned to someone, or to nobody.
    Assignee(Option<u32>),
    /// It was moved to a unit.
    Unit(Option<u32>),
    /// It went to a higher tier.
    Escalated,
    /// It was deleted; it no longer counts.
    Deleted,
    /// Anything that the clock passes over: notes, ratings, priorities, merges.
    Other,
}

/// Something that happened to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What.
    pub what: What,
    /// Who made it happen.
    pub actor: Actor,
    /// The agent who did, if it was one.
    pub agent: Option<u32>,
}

/// A duration by both clocks, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The time that passed.
    pub calendar: i64,
    /// The part of it in which the unit worked; nothing where no calendar is known.
    pub business: i64,
}

impl Span {
    fn add(&mut self, other: Span) {
        self.calendar += other.calendar;
        self.business += other.business;
    }
}

/// An instant with the reading of the clock that runs only while the unit works.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: i64,
    worked: i64,
}

impl Moment {
    fn since(self, earlier: Moment) -> Span {
        Span { calendar: self.at - earlier.at, business: self.worked - earlier.worked }
    }
}

/// What the clock says about a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFacts {
    /// Opened → first public message by a human agent.
    pub first_response: Option<Span>,
    /// Opened → the evaluation instant.
    pub age: Span,
    /// The longest span from the first unanswered customer message to the next public human reply.
    pub next_response_max: Option<Span>,
    /// The sum of these spans.
    pub next_response_sum: Span,
    /// Their number.
    pub next_response_n: u32,
    /// Opened → first change to solved.
    pub first_resolution: Option<Span>,
    /// Opened → last change to solved; none while it is not solved.
    pub full_resolution: Option<Span>,
    /// Time in new, open and hold.
    pub requester_wait: Span,
    /// Time in pending.
    pub agent_wait: Span,
    /// Time in hold.
    pub hold: Span,
    /// Changes from solved to an unsolved status.
    pub reopens: u32,
    /// Public messages by human agents.
    pub agent_replies: u32,
    /// Public messages by the customer.
    pub customer_messages: u32,
    /// When it was last solved; none while unsolved.
    pub solved_at: Option<i64>,
    /// Who held it then, or holds it now.
    pub person: Option<u32>,
    /// Whether it ever went to a higher tier.
    pub escalated: bool,
    /// Distinct human agents who replied or were assigned.
    pub agents_involved: u32,
    /// Distinct units.
    pub units_involved: u32,
    /// Changes of unit or assignee after the first assignment.
    pub transfers: u32,
    /// The status at the evaluation instant.
    pub status: Option<Status>,
}

impl CaseFacts {
    /// Solved, never reopened, and at most one agent reply.
    #[must_use]
    pub fn one_touch(&self) -> bool {
        self.solved_at.is_some() && self.reopens == 0 && self.agent_replies <= 1
    }
}

/// Runs through the events of one case.
#[derive(Debug, Clone)]
pub struct CaseClock<'a> {
    hours: Option<&'a WorkingHistory>,
    facts: CaseFacts,
    opened: Moment,
    status: Status,
    since: Moment,
    opened_by_agent: bool,
    assigned: bool,
    assignee: Option<u32>,
    assignee_when_solved: Option<u32>,
    unanswered_since: Option<Moment>,
    solved: Option<Moment>,
    agents: Vec<u32>,
    units: Vec<u32>,
    deleted: bool,
}

/// An instant by both clocks.
fn moment(hours: Option<&WorkingHistory>, at: i64) -> Moment {
    Moment { at, worked: hours.map_or(0, |hours| hours.clock(at)) }
}

impl<'a> CaseClock<'a> {
    /// A case that was opened at an instant, in a unit that works at certain hours. Histories without a first event
    /// start as `new` there.
    #[must_use]
    pub fn new(opened: i64, unit: Option<u32>, hours: Option<&'a WorkingHistory>) -> Self {
        let opened = moment(hours, opened);
        Self {
            hours,
            facts: CaseFacts::default(),
            opened,
            status: Status::New,
            since: opened,
            opened_by_agent: false,
            assigned: false,
            assignee: None,
            assignee_when_solved: None,
            unanswered_since: None,
            solved: None,
            agents: Vec::new(),
            units: unit.into_iter().collect(),
            deleted: false,
        }
    }

    /// Takes the next event. Events must come in order.
    pub fn apply(&mut self, event: &Event) {
        let now = moment(self.hours, event.at);
        match event.what {
            What::Opened => {
                self.status = Status::New;
                self.since = now;
                self.opened_by_agent = event.actor == Actor::Agent;
            }
            What::Status(status) => self.change_status(status, now),
            What::PublicMessage => self.message(event, now),
            What::Assignee(person) => {
                self.facts.transfers += u32::from(self.assigned);
                self.assigned = true;
                self.assignee = person;
                if let Some(person) = person {
                    note(&mut self.agents, person);
                }
                // Solving and handing over often carry one time stamp; whoever holds it then solved it.
                if self.facts.solved_at == Some(event.at) {
                    self.assignee_when_solved = person;
                }
            }
            What::Unit(unit) => {
                self.facts.transfers += u32::from(self.assigned);
                if let Some(unit) = unit {
                    note(&mut self.units, unit);
                }
            }
            What::Escalated => self.facts.escalated = true,
            What::Deleted => self.deleted = true,
            What::Other => {}
        }
    }

    fn change_status(&mut self, status: Status, now: Moment) {
        self.leave(now);
        let was_solved = self.status == Status::Solved;
        if was_solved && status != Status::Solved {
            self.facts.reopens += 1;
            self.facts.solved_at = None;
            self.solved = None;
        }
        self.status = status;
        self.since = now;
        // Closing what is solved changes nothing about when it was solved.
        if status == Status::Solved && !was_solved {
            self.facts.first_resolution.get_or_insert(now.since(self.opened));
            self.facts.solved_at = Some(now.at);
            self.solved = Some(now);
            self.assignee_when_solved = self.assignee;
        }
    }

    /// Adds the time that the case spent in its status until an instant.
    fn leave(&mut self, now: Moment) {
        let spent = now.since(self.since);
        match self.status {
            Status::New | Status::Open => self.facts.requester_wait.add(spent),
            Status::Hold => {
                self.facts.requester_wait.add(spent);
                self.facts.hold.add(spent);
            }
            Status::Pending => self.facts.agent_wait.add(spent),
            Status::Solved => {}
        }
    }

    fn message(&mut self, event: &Event, now: Moment) {
        match event.actor {
            Actor::Agent => {
                self.facts.agent_replies += 1;
                if let Some(agent) = event.agent {
                    note(&mut self.agents, agent);
                }
                // The message with which an agent opened the case is no response.
                let opening = self.opened_by_agent && self.facts.agent_replies == 1 && event.at == self.opened.at;
                if !opening {
                    self.facts.first_response.get_or_insert(now.since(self.opened));
                }
                if let Some(since) = self.unanswered_since.take() {
                    let span = now.since(since);
                    // Each clock has its own longest wait.
                    let most = self.facts.next_response_max.get_or_insert(span);
                    most.calendar = most.calendar.max(span.calendar);
                    most.business = most.business.max(span.business);
                    self.facts.next_response_sum.add(span);
                    self.facts.next_response_n += 1;
                }
            }
            Actor::Customer => {
                self.facts.customer_messages += 1;
                self.unanswered_since.get_or_insert(now);
            }
            Actor::Bot | Actor::System => {}
        }
    }

    /// What is known at an instant. None when the case was deleted.
    #[must_use]
    pub fn finish(mut self, as_of: i64) -> Option<CaseFacts> {
        if self.deleted {
            return None;
        }
        let now = moment(self.hours, as_of.max(self.since.at));
        self.leave(now);
        let mut facts = self.facts;
        facts.age = now.since(self.opened);
        facts.full_resolution = self.solved.map(|solved| solved.since(self.opened));
        facts.person = if facts.solved_at.is_some() { self.assignee_when_solved } else { self.assignee };
        facts.agents_involved = self.agents.len() as u32;
        facts.units_involved = self.units.len() as u32;
        facts.status = Some(self.status);
        Some(facts)
    }
}

/// Adds a code to a short list of distinct codes.
fn note(codes: &mut Vec<u32>, code: u32) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}

#[cfg(test)]
mod tests {
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
        use std::sync::Arc;

        use evenkeel_model::calendar::{Calendar, Hours, WorkingTime};

        // Thursday, 1 January 1970, is day 4 of the week; work is from 9 to 17 on weekdays.
        let weekdays: Vec<Hours> = (1..=5).map(|weekday| Hours::weekly(weekday, 9 * 60, 17 * 60)).collect();
        let (calendar, problems) = Calendar::build("office", &weekdays, &[]);
        assert!(problems.is_empty());
        let span = 0..40 * 24 * HOUR;
        let working = WorkingTime::new(Arc::new(calendar), jiff::tz::TimeZone::UTC, span);
        let hours: WorkingHistory = Arc::new(working).into();
        // Opened on Friday at 16:00, answered on Monday at 10:00, solved on Tuesday at 9:30.
        let mut clock = CaseClock::new(40 * HOUR, None, Some(&hours));
        let event = |hour: i64, what, actor| Event { at: hour * HOUR, what, actor, agent: Some(7) };
        clock.apply(&event(40, What::Opened, Actor::Customer));
        clock.apply(&event(41, What::PublicMessage, Actor::Customer));
        clock.apply(&event(4 * 24 + 10, What::PublicMessage, Actor::Agent));
        let solved =
            Event { at: (5 * 24 + 9) * HOUR + HOUR / 2, ..event(0, What::Status(Status::Solved), Actor::Agent) };
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
}
