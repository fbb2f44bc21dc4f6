//! Whether promises were kept.

use crate::calendar::WorkingHistory;
use crate::case::{Status, Statuses};

use super::{Clock, Promise, Target, Targets};

/// What happened to a case, as far as promises ask. Instants are microseconds since 1970; every list is in order of
/// time. What happened before the opening counts as happening at the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeline<'a> {
    /// When it was opened; it is `new` then.
    pub opened_at: i64,
    /// Changes of status. Of several at one instant the last one holds.
    pub statuses: &'a [(i64, Status)],
    /// Public messages by human agents, without the one with which an agent opened the case.
    pub agent_messages: &'a [i64],
    /// Public messages by the customer. Where both write at one instant, the agent answers the customer.
    pub customer_messages: &'a [i64],
    /// Who held the case from when on; none is nobody. People are numbers of whoever asks.
    pub assignees: &'a [(i64, Option<u32>)],
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Kept.
    Met,
    /// Broken, whatever happens from now on.
    Breached,
    /// Still open, and there is time left.
    Running,
}

/// How one target of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Met, breached or running.
    pub state: State,
    /// The earliest instant at which the promised time was or will be used up, as long as the clock does not stop
    /// again. None while the clock stands still with time left, or when so much business time never passes.
    pub due_at: Option<i64>,
    /// Who held the case when a target was breached; none when nobody did, or it was not breached.
    pub holder: Option<u32>,
    /// What the clock reads, in microseconds: at the answer, or now. Of several waits for a response, the longest.
    pub elapsed: i64,
    /// Whether it runs, and its clock stands still because of the status.
    pub paused: bool,
}

impl Verdict {
    /// When it was breached: the instant at which it was due. None when it was not breached.
    #[must_use]
    pub fn breach_at(&self) -> Option<i64> {
        self.due_at.filter(|_| self.state == State::Breached)
    }
}

impl State {
    /// Its name in the case facts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Met => "met",
            State::Breached => "breached",
            State::Running => "running",
        }
    }
}

/// How the targets of a case stand. None where nothing was promised, where nothing of the kind happened, or where the
/// promise is in business time and no working calendar is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdicts {
    /// Opened → first public message by a human agent.
    pub first_response: Option<Verdict>,
    /// Waits of the customer for the next response. Breached when any was too long; then due, breach and holder are
    /// those of the first such wait. Else running when one is open, else met, with what is due of the last one.
    pub next_response: Option<Verdict>,
    /// Opened → solved.
    pub resolution: Option<Verdict>,
    /// Time in new, open and hold.
    pub requester_wait: Option<Verdict>,
}

impl Verdicts {
    /// How one promise stands.
    #[must_use]
    pub fn of(&self, promise: Promise) -> Option<Verdict> {
        match promise {
            Promise::FirstResponse => self.first_response,
            Promise::NextResponse => self.next_response,
            Promise::Resolution => self.resolution,
            Promise::RequesterWait => self.requester_wait,
        }
    }
}

impl Targets {
    /// How the targets stand at an instant. What happened after it is not known yet. Business time is that of the
    /// unit whose calendars are given.
    #[must_use]
    pub fn judge(&self, timeline: &Timeline, business: Option<&WorkingHistory>, as_of: i64) -> Verdicts {
        let story = Story::new(timeline, business, as_of);
        Verdicts {
            first_response: self.first_response.and_then(|target| story.first_response(target)),
            next_response: self.next_response.and_then(|target| {
                let judged_as_first = usize::from(self.first_response.is_some());
                story.next_response(target, judged_as_first)
            }),
            resolution: self.resolution.and_then(|target| story.resolution(target)),
            requester_wait: self.requester_wait.and_then(|target| {
                let pending = Statuses::of(&[Status::Pending]);
                story.resolution(target.pausing(target.pauses.and(pending)))
            }),
        }
    }
}

/// A timeline up to the instant of evaluation.
struct Story<'a> {
    opened_at: i64,
    as_of: i64,
    statuses: &'a [(i64, Status)],
    agent_messages: &'a [i64],
    customer_messages: &'a [i64],
    assignees: &'a [(i64, Option<u32>)],
    business: Option<&'a WorkingHistory>,
    /// Since when it is solved; none while it is not.
    solved_at: Option<i64>,
}

/// What a clock did from one instant to another.
struct Run {
    elapsed: i64,
    due_at: Option<i64>,
    paused: bool,
}

impl<'a> Story<'a> {
    fn new(timeline: &Timeline<'a>, business: Option<&'a WorkingHistory>, as_of: i64) -> Self {
        let statuses = known(timeline.statuses, |(at, _)| *at, as_of);
        let mut solved_at = None;
        for (place, &(at, status)) in statuses.iter().enumerate() {
            if statuses.get(place + 1).is_some_and(|next| next.0 == at) {
                continue;
            }
            // Closing what is solved changes nothing about when it was solved.
            solved_at = if status == Status::Solved { solved_at.or(Some(at.max(timeline.opened_at))) } else { None };
        }
        Self {
            opened_at: timeline.opened_at,
            as_of: as_of.max(timeline.opened_at),
            statuses,
            agent_messages: known(timeline.agent_messages, |at| *at, as_of),
            customer_messages: known(timeline.customer_messages, |at| *at, as_of),
            assignees: known(timeline.assignees, |(at, _)| *at, as_of),
            business,
            solved_at,
        }
    }

    fn first_response(&self, target: Target) -> Option<Verdict> {
        self.wait(target, self.opened_at, self.agent_messages.first().copied())
    }

    fn resolution(&self, target: Target) -> Option<Verdict> {
        self.wait(target, self.opened_at, self.solved_at)
    }

    /// Waits that the first so many messages of agents end are left out.
    fn next_response(&self, target: Target, left_out: usize) -> Option<Verdict> {
        let mut whole: Option<Verdict> = None;
        let mut waiting = self.customer_messages;
        while let Some(&since) = waiting.first() {
            let answered = self.agent_messages.partition_point(|at| *at < since);
            let answer = self.agent_messages.get(answered).copied();
            if answered >= left_out
                && let Some(verdict) = self.wait(target, since.max(self.opened_at), answer)
            {
                whole = Some(whole.map_or(verdict, |whole| whole.with(verdict)));
            }
            let Some(answer) = answer else { break };
            waiting = &waiting[waiting.partition_point(|at| *at <= answer)..];
        }
        whole
    }

    /// Judges the time from one instant until another, or until now where that one is not there.
    fn wait(&self, target: Target, from: i64, until: Option<i64>) -> Option<Verdict> {
        let business = match target.clock {
            Clock::Calendar => None,
            Clock::Business => Some(self.business?),
        };
        let Run { elapsed, due_at, paused } = self.run(target, business, from, until.map(|until| until.max(from)));
        let state = if elapsed > target.within() {
            State::Breached
        } else if until.is_some() {
            State::Met
        } else if self.solved_at.is_some() {
            // Nobody waits any more, and nothing tells whether the promise would have been kept.
            return None;
        } else {
            State::Running
        };
        let holder = due_at.filter(|_| state == State::Breached).and_then(|due| self.holder(due));
        Some(Verdict { state, due_at, holder, elapsed, paused: paused && state == State::Running })
    }

    /// Runs a clock through the statuses.
    fn run(&self, target: Target, business: Option<&WorkingHistory>, from: i64, until: Option<i64>) -> Run {
        let clock = |at: i64| business.map_or(at, |business| business.clock(at));
        let after = |at: i64, left: i64| match business {
            Some(business) => business.after(at, left),
            None => at.checked_add(left),
        };
        let stops = target.pauses.and(Statuses::of(&[Status::Solved]));
        let mut next = self.statuses.partition_point(|(at, _)| *at <= from);
        let mut status = next.checked_sub(1).map_or(Status::New, |last| self.statuses[last].1);
        let to = until.unwrap_or(self.as_of).max(from);
        // What changes at the instant of an answer comes after it; what changed now has changed.
        let end = next + self.statuses[next..].partition_point(|(at, _)| *at < to || until.is_none() && *at == to);
        let (mut since, mut reading) = (from, clock(from));
        let (mut elapsed, mut due_at) = (0i64, None);
        loop {
            let change = self.statuses[..end].get(next);
            let at = change.map_or(to, |(at, _)| *at);
            let now = clock(at);
            if !stops.has(status) {
                let passed = now.saturating_sub(reading);
                if due_at.is_none() && elapsed.saturating_add(passed) >= target.within() {
                    due_at = after(since, target.within() - elapsed);
                }
                elapsed = elapsed.saturating_add(passed);
            }
            let Some((_, changed)) = change else { break };
            (since, reading, status) = (at, now, *changed);
            next += 1;
        }
        let paused = stops.has(status);
        if due_at.is_none() && !paused {
            due_at = after(to, target.within() - elapsed);
        }
        Run { elapsed, due_at, paused }
    }

    /// Who held the case when something fell due. Whoever takes it over at that instant had no time for it.
    fn holder(&self, due: i64) -> Option<u32> {
        let before = self.assignees.partition_point(|(at, _)| *at < due);
        let upto = self.assignees.partition_point(|(at, _)| *at <= due);
        let held = if before > 0 { before } else { upto };
        self.assignees[..held].last().and_then(|(_, person)| *person)
    }
}

impl Verdict {
    /// Two waits for a response, the later one second, as one.
    fn with(self, later: Verdict) -> Verdict {
        let telling = match (self.state, later.state) {
            (State::Breached, _) => self,
            _ => later,
        };
        Verdict { elapsed: self.elapsed.max(later.elapsed), ..telling }
    }
}

/// The part of a list that happened until an instant.
fn known<T>(list: &[T], at: impl Fn(&T) -> i64, as_of: i64) -> &[T] {
    &list[..list.partition_point(|event| at(event) <= as_of)]
}
