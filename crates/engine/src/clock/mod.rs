//! The case clock: what happened to a case, in one pass over its events in time order.
//!
//! Events come in any order and from any file. They are gathered by case ([`gather`]), put in order of time and, at
//! equal instants, of their identifier, and run through [`CaseClock`]. A case whose story has not ended is measured
//! up to the evaluation instant; it is never left out.

pub mod gather;

/// The statuses of a case. `closed` is `solved` for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nobody has taken it up.
    New,
    /// It waits on us.
    Open,
    /// It waits on the customer.
    Pending,
    /// It waits on a third party.
    Hold,
    /// It is solved.
    Solved,
}

impl Status {
    /// The status of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "new" => Status::New,
            "open" => Status::Open,
            "pending" => Status::Pending,
            "hold" => Status::Hold,
            "solved" | "closed" => Status::Solved,
            _ => return None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Open => "open",
            Status::Pending => "pending",
            Status::Hold => "hold",
            Status::Solved => "solved",
        }
    }
}

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

/// What the clock says about a case. Durations are microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFacts {
    /// Opened → first public message by a human agent.
    pub first_response: Option<i64>,
    /// The longest span from the first unanswered customer message to the next public human reply.
    pub next_response_max: Option<i64>,
    /// The sum of these spans.
    pub next_response_sum: i64,
    /// Their number.
    pub next_response_n: u32,
    /// Opened → first change to solved.
    pub first_resolution: Option<i64>,
    /// Opened → last change to solved; none while it is not solved.
    pub full_resolution: Option<i64>,
    /// Time in new, open and hold.
    pub requester_wait: i64,
    /// Time in pending.
    pub agent_wait: i64,
    /// Time in hold.
    pub hold: i64,
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
pub struct CaseClock {
    facts: CaseFacts,
    opened: i64,
    status: Status,
    since: i64,
    opened_by_agent: bool,
    assigned: bool,
    assignee: Option<u32>,
    assignee_when_solved: Option<u32>,
    unanswered_since: Option<i64>,
    agents: Vec<u32>,
    units: Vec<u32>,
    deleted: bool,
}

impl CaseClock {
    /// A case that was opened at an instant, in a unit. Histories without a first event start as `new` there.
    #[must_use]
    pub fn new(opened: i64, unit: Option<u32>) -> Self {
        Self {
            facts: CaseFacts::default(),
            opened,
            status: Status::New,
            since: opened,
            opened_by_agent: false,
            assigned: false,
            assignee: None,
            assignee_when_solved: None,
            unanswered_since: None,
            agents: Vec::new(),
            units: unit.into_iter().collect(),
            deleted: false,
        }
    }

    /// Takes the next event. Events must come in order.
    pub fn apply(&mut self, event: &Event) {
        match event.what {
            What::Opened => {
                self.status = Status::New;
                self.since = event.at;
                self.opened_by_agent = event.actor == Actor::Agent;
            }
            What::Status(status) => self.change_status(status, event.at),
            What::PublicMessage => self.message(event),
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

    fn change_status(&mut self, status: Status, at: i64) {
        self.leave(at);
        let was_solved = self.status == Status::Solved;
        if was_solved && status != Status::Solved {
            self.facts.reopens += 1;
            self.facts.solved_at = None;
        }
        self.status = status;
        self.since = at;
        // Closing what is solved changes nothing about when it was solved.
        if status == Status::Solved && !was_solved {
            self.facts.first_resolution.get_or_insert(at - self.opened);
            self.facts.solved_at = Some(at);
            self.assignee_when_solved = self.assignee;
        }
    }

    /// Adds the time that the case spent in its status until an instant.
    fn leave(&mut self, at: i64) {
        let spent = at - self.since;
        match self.status {
            Status::New | Status::Open => self.facts.requester_wait += spent,
            Status::Hold => {
                self.facts.requester_wait += spent;
                self.facts.hold += spent;
            }
            Status::Pending => self.facts.agent_wait += spent,
            Status::Solved => {}
        }
    }

    fn message(&mut self, event: &Event) {
        match event.actor {
            Actor::Agent => {
                self.facts.agent_replies += 1;
                if let Some(agent) = event.agent {
                    note(&mut self.agents, agent);
                }
                // The message with which an agent opened the case is no response.
                let opening = self.opened_by_agent && self.facts.agent_replies == 1 && event.at == self.opened;
                if !opening {
                    self.facts.first_response.get_or_insert(event.at - self.opened);
                }
                if let Some(since) = self.unanswered_since.take() {
                    let span = event.at - since;
                    self.facts.next_response_max =
                        Some(self.facts.next_response_max.map_or(span, |most| most.max(span)));
                    self.facts.next_response_sum += span;
                    self.facts.next_response_n += 1;
                }
            }
            Actor::Customer => {
                self.facts.customer_messages += 1;
                self.unanswered_since.get_or_insert(event.at);
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
        self.leave(as_of.max(self.since));
        let mut facts = self.facts;
        facts.full_resolution = facts.solved_at.map(|at| at - self.opened);
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
        let mut clock = CaseClock::new(0, Some(1));
        for &(hour, what, actor) in events {
            clock.apply(&Event { at: hour * HOUR, what, actor, agent: (actor == Actor::Agent).then_some(7) });
        }
        clock.finish(as_of * HOUR).unwrap()
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
        assert_eq!(facts.first_response, Some(2 * HOUR));
        assert_eq!(facts.first_resolution, Some(6 * HOUR));
        assert_eq!(facts.full_resolution, Some(6 * HOUR));
        assert_eq!((facts.requester_wait, facts.agent_wait, facts.hold), (3 * HOUR, 3 * HOUR, 0));
        assert_eq!((facts.person, facts.solved_at), (Some(7), Some(6 * HOUR)));
        assert_eq!((facts.next_response_n, facts.next_response_max), (1, Some(2 * HOUR)));
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
        assert_eq!(facts.first_resolution, Some(2 * HOUR));
        assert_eq!(facts.requester_wait, 8 * HOUR, "it still waits");
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
        assert_eq!((facts.first_response, facts.agent_replies), (Some(3 * HOUR), 2));
    }

    #[test]
    fn without_a_first_event_the_case_starts_when_it_was_opened() {
        let facts = run(&[(4, What::Status(Status::Hold), Actor::Agent)], 10);
        assert_eq!((facts.requester_wait, facts.hold), (10 * HOUR, 6 * HOUR));
        assert_eq!(facts.status, Some(Status::Hold));
    }

    #[test]
    fn a_deleted_case_does_not_count() {
        let mut clock = CaseClock::new(0, None);
        clock.apply(&Event { at: 1, what: What::Deleted, actor: Actor::System, agent: None });
        assert_eq!(clock.finish(10), None);
    }
}
