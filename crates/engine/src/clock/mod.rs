//! The case clock: what happened to a case, in one pass over its events in time order.
//!
//! Events come in any order and from any file. They are gathered by case ([`gather`]), put in order of time and, at
//! equal instants, of the text of their identifier, and run through [`CaseClock`]. A case whose story has not ended is
//! measured up to the evaluation instant; it is never left out.
//!
//! Cases and events are read straight from the data files ([`gather`], [`events`]); the result are files
//! ([`table`], [`store`]) that queries see as the table `case_facts`. What changes later is worked out for the cases that
//! it touches alone ([`carried`]), from the events that are kept of each ([`history`]).
//!
//! # Rules
//! - The row of the case says when it was opened. It is `new` from then until its first change of status, whether an
//!   `opened` event is told or not; such an event only says who opened it.
//! - What is told to have happened before the opening counts as happening at the opening. No duration is negative.
//! - The first public message of an agent is no response where an agent opened the case and the message is not later
//!   than the `opened` event. Of several such events the first one counts.
//! - A wait for a response runs from the first unanswered public message of the customer to the next public message of
//!   an agent; at one instant the agent answers the customer. The time for which the case is solved is no part of it,
//!   for nobody waits then. It is the rule of [`evenkeel_model::service_level`] too.
//! - A transfer is an assignment, also to nobody, or a move to a unit that is told after the first assignment to a
//!   person. Sources tell such events when something changes; one that repeats what held before counts all the same.
//! - Merging a case into another one changes nothing here: it has its own life until then, and a status that says how
//!   it ended. What happened to the other case belongs to that one.

mod carried;
mod events;
mod gather;
mod history;
pub mod hours;
mod promises;
mod register;
mod store;
pub mod table;
#[cfg(test)]
mod tests;

pub(crate) use store::KeptFacts;

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
    /// It was moved away from a unit; none where that is not told.
    LeftUnit(Option<u32>),
    /// It had another priority until then; none where that is not told.
    LeftPriority(Option<u32>),
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
    /// Opened → solved, or the evaluation instant while it is not.
    pub age: Span,
    /// The longest span from the first unanswered customer message to the next public human reply, without the time
    /// for which the case was solved.
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
    /// Assignments and moves to a unit after the first assignment to a person.
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

/// What happened to a case, as far as promises to its customer ask. Instants are microseconds since 1970, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// Changes of status.
    pub statuses: Vec<(i64, Status)>,
    /// Public messages by human agents, without the one with which an agent opened the case.
    pub agent_messages: Vec<i64>,
    /// Public messages by the customer.
    pub customer_messages: Vec<i64>,
    /// Who held it from when on.
    pub assignees: Vec<(i64, Option<u32>)>,
    /// Which unit it was in from when on.
    pub units: Vec<(i64, Option<u32>)>,
    /// The unit that the first move took it away from, where one is told.
    pub first_unit: Option<u32>,
    /// The priority that the first change took away, where one is told.
    pub first_priority: Option<u32>,
}

/// A wait for a response.
#[derive(Debug, Clone, Copy)]
struct Wait {
    since: Moment,
    /// For how long the case had been solved before.
    solved: Span,
}

/// A public message of an agent.
#[derive(Debug, Clone, Copy)]
struct Reply {
    at: i64,
    answers: bool,
}

/// Runs through the events of one case.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each tells whether one kind of event has come")]
pub struct CaseClock<'a> {
    hours: Option<&'a WorkingHistory>,
    facts: CaseFacts,
    opened: Moment,
    status: Status,
    since: Moment,
    /// Who opened it and when, as far as an event tells.
    opened_by: Option<(Actor, i64)>,
    assigned: bool,
    assignee: Option<u32>,
    assignee_when_solved: Option<u32>,
    /// For how long it was solved, until the status that it is in now.
    solved_time: Span,
    wait: Option<Wait>,
    last_reply: Option<Reply>,
    first_reply: Option<Moment>,
    second_reply: Option<Moment>,
    solved: Option<Moment>,
    agents: Vec<u32>,
    units: Vec<u32>,
    /// Whether a move, and a change of priority, has been told.
    moved: bool,
    reranked: bool,
    /// Kept only where somebody asks for it.
    story: Option<Box<Story>>,
    deleted: bool,
}

/// An instant by both clocks.
fn moment(hours: Option<&WorkingHistory>, at: i64) -> Moment {
    Moment { at, worked: hours.map_or(0, |hours| hours.clock(at)) }
}

impl<'a> CaseClock<'a> {
    /// A case that was opened at an instant, in a unit that works at certain hours.
    #[must_use]
    pub fn new(opened: i64, unit: Option<u32>, hours: Option<&'a WorkingHistory>) -> Self {
        let opened = moment(hours, opened);
        Self {
            hours,
            facts: CaseFacts::default(),
            opened,
            status: Status::New,
            since: opened,
            opened_by: None,
            assigned: false,
            assignee: None,
            assignee_when_solved: None,
            solved_time: Span::default(),
            wait: None,
            last_reply: None,
            first_reply: None,
            second_reply: None,
            solved: None,
            agents: Vec::new(),
            units: unit.into_iter().collect(),
            moved: false,
            reranked: false,
            story: None,
            deleted: false,
        }
    }

    /// The same clock, which also keeps what promises ask; see [`CaseClock::finish_with_story`].
    #[must_use]
    pub fn telling(self) -> Self {
        Self { story: Some(Box::default()), ..self }
    }

    /// Takes the next event. Events must come in order.
    pub fn apply(&mut self, event: &Event) {
        let now = moment(self.hours, event.at.max(self.opened.at));
        match event.what {
            What::Opened => {
                self.opened_by.get_or_insert((event.actor, now.at));
            }
            What::Status(status) => self.change_status(status, now),
            What::PublicMessage => self.message(event, now),
            What::LeftUnit(unit) => {
                if let (Some(story), false) = (&mut self.story, self.moved) {
                    story.first_unit = unit;
                }
                self.moved = true;
            }
            What::LeftPriority(priority) => {
                if let (Some(story), false) = (&mut self.story, self.reranked) {
                    story.first_priority = priority;
                }
                self.reranked = true;
            }
            What::Assignee(person) => {
                if let Some(story) = &mut self.story {
                    story.assignees.push((now.at, person));
                }
                self.facts.transfers += u32::from(self.assigned);
                self.assigned |= person.is_some();
                self.assignee = person;
                if let Some(person) = person {
                    note(&mut self.agents, person);
                }
                // Solving and handing over often carry one time stamp; whoever holds it then solved it.
                if self.facts.solved_at == Some(now.at) {
                    self.assignee_when_solved = person;
                }
            }
            What::Unit(unit) => {
                if let Some(story) = &mut self.story {
                    story.units.push((now.at, unit));
                }
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
        if let Some(story) = &mut self.story {
            story.statuses.push((now.at, status));
        }
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
            Status::Solved => self.solved_time.add(spent),
        }
    }

    /// For how long it was solved until an instant.
    fn solved_until(&self, now: Moment) -> Span {
        let mut solved = self.solved_time;
        if self.status == Status::Solved {
            solved.add(now.since(self.since));
        }
        solved
    }

    fn message(&mut self, event: &Event, now: Moment) {
        match event.actor {
            Actor::Agent => {
                if let Some(story) = &mut self.story {
                    story.agent_messages.push(now.at);
                }
                self.facts.agent_replies += 1;
                if let Some(agent) = event.agent {
                    note(&mut self.agents, agent);
                }
                match self.facts.agent_replies {
                    1 => self.first_reply = Some(now),
                    2 => self.second_reply = Some(now),
                    _ => {}
                }
                let wait = self.wait.take();
                let answered_at_once = self.last_reply.is_some_and(|reply| reply.at == now.at && reply.answers);
                self.last_reply = Some(Reply { at: now.at, answers: wait.is_some() || answered_at_once });
                if let Some(wait) = wait {
                    let mut span = now.since(wait.since);
                    let solved = self.solved_until(now);
                    span.calendar -= solved.calendar - wait.solved.calendar;
                    span.business -= solved.business - wait.solved.business;
                    self.end_wait(span);
                }
            }
            Actor::Customer => {
                if let Some(story) = &mut self.story {
                    story.customer_messages.push(now.at);
                }
                self.facts.customer_messages += 1;
                match &mut self.last_reply {
                    // An agent wrote at the same instant; the order of identifiers tells nothing about who was first.
                    Some(reply) if reply.at == now.at => {
                        if !std::mem::replace(&mut reply.answers, true) {
                            self.end_wait(Span::default());
                        }
                    }
                    _ => {
                        let solved = self.solved_until(now);
                        self.wait.get_or_insert(Wait { since: now, solved });
                    }
                }
            }
            Actor::Bot | Actor::System => {}
        }
    }

    fn end_wait(&mut self, span: Span) {
        // Each clock has its own longest wait.
        let most = self.facts.next_response_max.get_or_insert(span);
        most.calendar = most.calendar.max(span.calendar);
        most.business = most.business.max(span.business);
        self.facts.next_response_sum.add(span);
        self.facts.next_response_n += 1;
    }

    /// Whether the first public message of an agent is the one with which an agent opened the case.
    fn opened_with_a_message(&self) -> bool {
        match (self.first_reply, self.opened_by) {
            (Some(first), Some((Actor::Agent, opened_at))) => first.at <= opened_at,
            _ => false,
        }
    }

    /// What is known at an instant. None when the case was deleted.
    #[must_use]
    pub fn finish(self, as_of: i64) -> Option<CaseFacts> {
        self.finish_with_story(as_of).map(|(facts, _)| facts)
    }

    /// What is known at an instant, and what promises ask where the clock was told to keep it. None when the case was
    /// deleted.
    #[must_use]
    pub fn finish_with_story(mut self, as_of: i64) -> Option<(CaseFacts, Story)> {
        if self.deleted {
            return None;
        }
        let now = moment(self.hours, as_of.max(self.since.at));
        self.leave(now);
        let opened_with_a_message = self.opened_with_a_message();
        let first_response = if opened_with_a_message { self.second_reply } else { self.first_reply };
        let mut story = self.story.map(|story| *story).unwrap_or_default();
        if opened_with_a_message && !story.agent_messages.is_empty() {
            story.agent_messages.remove(0);
        }
        let mut facts = self.facts;
        facts.first_response = first_response.map(|response| response.since(self.opened));
        facts.age = self.solved.unwrap_or(now).since(self.opened);
        facts.full_resolution = self.solved.map(|solved| solved.since(self.opened));
        facts.person = if facts.solved_at.is_some() { self.assignee_when_solved } else { self.assignee };
        facts.agents_involved = self.agents.len() as u32;
        facts.units_involved = self.units.len() as u32;
        facts.status = Some(self.status);
        Some((facts, story))
    }
}

/// Adds a code to a short list of distinct codes.
fn note(codes: &mut Vec<u32>, code: u32) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}
