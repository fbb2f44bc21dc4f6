//! Service level policies: what was promised for a case, and whether it was kept.
//!
//! A **policy** has versions; a version has rules; a rule says for which cases it is and sets up to four **targets**:
//! first response, next response, resolution, requester wait. [`choose`] finds the rule for a case, and
//! [`Targets::judge`] says of each target whether it was met, was breached or still runs.
//!
//! # Which promise
//! The version in force **when the case was opened** holds for the whole life of the case: a promise is made when the
//! customer comes, and a later policy rewrites no history. Rules are tried in order and the first one that fits is
//! taken, as are policies in [`choose`].
//!
//! # What a clock counts
//! - **First response**: opened → first public message by a human agent.
//! - **Next response**: each first unanswered message of the customer → next public message by a human agent. Every
//!   one must be in time. Where the rule has a target for the first response, that one alone judges the wait for it.
//! - **Resolution**: opened → solved. A case that is reopened goes on where its clock stood: being reopened gives no
//!   fresh time, and the time for which it was solved does not count.
//! - **Requester wait**: the time in new, open and hold, until solved.
//!
//! Each runs in calendar time or in the business time of the unit, and stands still in the statuses in which the target
//! says so. No clock runs while a case is solved, for nobody waits then. A case that was solved without the answer
//! that a target is about is not judged by it, unless the time was used up before: then the promise was broken, and
//! solving the case does not mend that.
//!
//! # Met and breached
//! A target is met when its clock reads *at most* what was promised, and breached as soon as it reads more. So a verdict
//! always agrees with the duration that is published beside it. It is **due** at the earliest instant at which the
//! time is used up. In business time that may be the end of a working day: an answer before the next day begins is
//! still in time, because the clock has not moved. A breach carries the instant at which it was due, and **who held
//! the case then**; whoever takes it over at that very instant is not charged.
//!
//! Instants are microseconds since 1970 in UTC.

#[cfg(test)]
mod tests;
mod verdict;

use crate::case::Statuses;

pub use verdict::{State, Timeline, Verdict, Verdicts};

/// What can be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// Opened → first public message by a human agent.
    FirstResponse,
    /// Each first unanswered message of the customer → next public message by a human agent.
    NextResponse,
    /// Opened → solved.
    Resolution,
    /// Time in new, open and hold.
    RequesterWait,
}

impl Promise {
    /// All of them, in the order in which they are told.
    pub const ALL: [Promise; 4] =
        [Promise::FirstResponse, Promise::NextResponse, Promise::Resolution, Promise::RequesterWait];

    /// Its name in project files, and in the columns of the case facts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Promise::FirstResponse => "first_response",
            Promise::NextResponse => "next_response",
            Promise::Resolution => "resolution",
            Promise::RequesterWait => "requester_wait",
        }
    }
}

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// Around the clock.
    #[default]
    Calendar,
    /// In the working calendar of the unit.
    Business,
}

/// So much time, on such a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What was promised, in seconds.
    pub within_s: u32,
    /// How time is counted.
    pub clock: Clock,
    /// In which statuses the clock stands still, besides solved.
    pub pauses: Statuses,
}

impl Target {
    /// So many seconds, without pauses.
    #[must_use]
    pub fn new(within_s: u32, clock: Clock) -> Self {
        Self { within_s, clock, pauses: Statuses::NONE }
    }

    /// The same target, with a clock that stands still in these statuses.
    #[must_use]
    pub fn pausing(self, pauses: Statuses) -> Self {
        Self { pauses, ..self }
    }

    /// What was promised, in microseconds.
    #[must_use]
    pub fn within(&self) -> i64 {
        i64::from(self.within_s) * 1_000_000
    }
}

/// What is promised for a case; none where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Targets {
    /// Opened → first public message by a human agent.
    pub first_response: Option<Target>,
    /// Each first unanswered message of the customer → next public message by a human agent.
    pub next_response: Option<Target>,
    /// Opened → solved.
    pub resolution: Option<Target>,
    /// Time in new, open and hold. It always stands still in pending; with hold as a pause it is the time for which the
    /// case waits on us alone.
    pub requester_wait: Option<Target>,
}

impl Targets {
    /// The target of one promise.
    #[must_use]
    pub fn of(&self, promise: Promise) -> Option<Target> {
        match promise {
            Promise::FirstResponse => self.first_response,
            Promise::NextResponse => self.next_response,
            Promise::Resolution => self.resolution,
            Promise::RequesterWait => self.requester_wait,
        }
    }
}

/// For which cases a rule is. An empty list takes any case; else the case must have one of the values, and a case of
/// which the value is not known has none of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Priorities.
    pub priority: Vec<String>,
    /// Channels.
    pub channel: Vec<String>,
    /// Segments of the customer.
    pub segment: Vec<String>,
    /// Topics.
    pub topic: Vec<String>,
    /// Units; each stands for the units below it too.
    pub unit: Vec<String>,
}

/// What a case is, as far as rules ask.
///
/// Where history tells, these are the values at the time of opening. Values that change later, a lowered priority for
/// example, would change the promise after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes<'a> {
    /// Its priority.
    pub priority: Option<&'a str>,
    /// Its channel.
    pub channel: Option<&'a str>,
    /// The segment of its customer.
    pub segment: Option<&'a str>,
    /// Its topic.
    pub topic: Option<&'a str>,
    /// Its unit and the units above it.
    pub units: &'a [&'a str],
}

impl Conditions {
    /// Whether a case is one of those.
    #[must_use]
    pub fn fit(&self, case: &Attributes) -> bool {
        let fits = |wanted: &[String], value: &[&str]| {
            wanted.is_empty() || wanted.iter().any(|wanted| value.contains(&wanted.as_str()))
        };
        fits(&self.priority, case.priority.as_slice())
            && fits(&self.channel, case.channel.as_slice())
            && fits(&self.segment, case.segment.as_slice())
            && fits(&self.topic, case.topic.as_slice())
            && fits(&self.unit, case.units)
    }
}

/// What is promised for some cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// For which cases.
    pub when: Conditions,
    /// What is promised. A rule without targets says that nothing is, and no later rule is tried.
    pub targets: Targets,
}

/// What a policy said from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The first instant at which a case that is opened falls under it.
    pub valid_from: i64,
    /// In order: the first one that fits holds.
    pub rules: Vec<Rule>,
}

impl Version {
    /// The place of the first rule that fits a case.
    #[must_use]
    pub fn rule(&self, case: &Attributes) -> Option<usize> {
        self.rules.iter().position(|rule| rule.when.fit(case))
    }
}

/// Promises to customers, and what they were before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    id: String,
    name: String,
    versions: Vec<Version>,
}

/// A policy that says nothing, or two things at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// There is no version.
    #[error("policy `{policy}` has no version; write at least one, with the day from which it holds")]
    NoVersion {
        /// The policy.
        policy: String,
    },
    /// Two versions begin at one instant.
    #[error("two versions of policy `{policy}` begin at one instant; which of them holds then cannot be told")]
    TwoAtOnce {
        /// The policy.
        policy: String,
        /// The instant, in microseconds since 1970.
        valid_from: i64,
    },
    /// A promise of no time at all.
    #[error("policy `{policy}` promises `{target}` within 0 seconds; leave the target out or give it time")]
    NoTime {
        /// The policy.
        policy: String,
        /// Which target.
        target: &'static str,
    },
}

impl Policy {
    /// A policy with its versions, in any order.
    pub fn new(id: &str, name: &str, mut versions: Vec<Version>) -> Result<Self, PolicyError> {
        let policy = || id.to_owned();
        if versions.is_empty() {
            return Err(PolicyError::NoVersion { policy: policy() });
        }
        versions.sort_by_key(|version| version.valid_from);
        if let Some(pair) = versions.windows(2).find(|pair| pair[0].valid_from == pair[1].valid_from) {
            return Err(PolicyError::TwoAtOnce { policy: policy(), valid_from: pair[0].valid_from });
        }
        for rule in versions.iter().flat_map(|version| &version.rules) {
            for promise in Promise::ALL {
                if rule.targets.of(promise).is_some_and(|target| target.within_s == 0) {
                    return Err(PolicyError::NoTime { policy: policy(), target: promise.name() });
                }
            }
        }
        Ok(Self { id: policy(), name: name.to_owned(), versions })
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its versions, oldest first.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Whether any rule is for customers of some segments only.
    #[must_use]
    pub fn asks_for_segments(&self) -> bool {
        self.versions.iter().flat_map(|version| &version.rules).any(|rule| !rule.when.segment.is_empty())
    }

    /// The version in force at an instant; none before the first one.
    #[must_use]
    pub fn version_at(&self, at: i64) -> Option<&Version> {
        self.versions[..self.versions.partition_point(|version| version.valid_from <= at)].last()
    }
}

/// The promise that holds for a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// By which policy.
    pub policy: &'a Policy,
    /// By which version of it.
    pub version: &'a Version,
    /// By which of its rules, from zero.
    pub rule: usize,
}

impl Chosen<'_> {
    /// What is promised.
    #[must_use]
    pub fn targets(&self) -> Targets {
        self.version.rules[self.rule].targets
    }
}

/// The promise for a case: of the policies in order, the first one whose version in force at the opening has a rule
/// that fits. None when there is none.
#[must_use]
pub fn choose<'a>(policies: &'a [Policy], opened_at: i64, case: &Attributes) -> Option<Chosen<'a>> {
    policies.iter().find_map(|policy| {
        let version = policy.version_at(opened_at)?;
        Some(Chosen { policy, version, rule: version.rule(case)? })
    })
}
