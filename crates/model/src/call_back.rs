//! Closing the loop: a low answer of a customer is called back within a promise, something comes of it, and it is closed.
//!
//! What was done about an answer is a list of steps, each with who and when. Nothing is changed in it: a step that was
//! wrong is taken back by another one.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

use crate::calendar::WorkingHistory;
use crate::measure::{DurationUnit, ValueUnit};
use crate::quantity::parse_quantity;

/// The name of the figures that say how many low answers were called back in time.
pub const FIGURE: &str = "loop_closed";
/// The most characters of what is said about a step.
pub const LONGEST_WORDS: usize = 2_000;
/// The most working days within which somebody may be called back.
const MOST_DAYS: u16 = 60;
/// The longest time around the clock, in seconds: sixty days.
const LONGEST_S: f64 = 60.0 * 86_400.0;
/// After how many days without one that is worked a calendar is taken for one that never opens.
const BARREN_DAYS: i32 = 400;
const HOUR_S: i64 = 3_600;

/// Within which time a customer who gave a low answer is called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// By the close of so many working days after the day of the answer, by the calendar of the unit.
    WorkingDays(u16),
    /// So many seconds around the clock.
    Seconds(u32),
}

impl Default for Within {
    fn default() -> Self {
        Self::WorkingDays(1)
    }
}

/// A text that is no time within which somebody is called back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no time from 1 min to 60 days")]
pub struct UnreadWithin {
    /// The text.
    pub text: String,
}

impl FromStr for Within {
    type Err = UnreadWithin;

    fn from_str(text: &str) -> Result<Self, UnreadWithin> {
        let unread = || UnreadWithin { text: text.to_owned() };
        let trimmed = text.trim();
        let days = ["working days", "working day"].into_iter().find_map(|unit| trimmed.strip_suffix(unit));
        if let Some(days) = days {
            let days: u16 = days.trim().parse().map_err(|_| unread())?;
            return if (1..=MOST_DAYS).contains(&days) { Ok(Self::WorkingDays(days)) } else { Err(unread()) };
        }
        let seconds = parse_quantity(trimmed, &ValueUnit::Duration(DurationUnit::Seconds)).map_err(|_| unread())?;
        if (60.0..=LONGEST_S).contains(&seconds) { Ok(Self::Seconds(seconds as u32)) } else { Err(unread()) }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |n: i64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        f.write_str(&match self {
            Within::WorkingDays(days) => several(i64::from(*days), "working day", "working days"),
            Within::Seconds(seconds) => match i64::from(*seconds) {
                s if s % (24 * HOUR_S) == 0 && s > 24 * HOUR_S => several(s / (24 * HOUR_S), "day", "days"),
                s if s % HOUR_S == 0 => several(s / HOUR_S, "hour", "hours"),
                s => several(s / 60, "minute", "minutes"),
            },
        })
    }
}

impl Within {
    /// How many days it takes at most to use the time up, where a week has two working days.
    #[must_use]
    pub fn most_days(self) -> u32 {
        match self {
            Within::WorkingDays(days) => u32::from(days) * 7 / 2 + 7,
            Within::Seconds(seconds) => seconds.div_ceil(24 * 3_600),
        }
    }

    /// The instant by which somebody is called back who answered at another one. `hours` is when the unit works; without a
    /// calendar every day is a working day until midnight.
    #[must_use]
    pub fn due(self, answered_at: Timestamp, hours: Option<&WorkingHistory>, zone: &TimeZone) -> Timestamp {
        let days = match self {
            Within::Seconds(seconds) => return later(answered_at, i64::from(seconds)),
            Within::WorkingDays(days) => days,
        };
        let working = hours.map(|hours| hours.at(answered_at.as_microsecond()));
        let zone = working.map_or(zone, |working| working.zone());
        let answered_on = zone.to_datetime(answered_at).date();
        let mut left = days;
        for ahead in 1..=BARREN_DAYS {
            let Ok(day) = answered_on.checked_add(ahead.days()) else { break };
            let closes = match working {
                None => Some(24 * 60),
                // A calendar that is always open names no hours.
                Some(working) if working.calendar().is_always() => Some(24 * 60),
                Some(working) => working.calendar().open_on(day).into_iter().map(|(_, to)| to).max(),
            };
            let Some(closes) = closes else { continue };
            left -= 1;
            if left == 0 {
                return at_minute(day, closes, zone).unwrap_or(answered_at);
            }
        }
        // A calendar that does not open any more: the same in days.
        later(answered_at, i64::from(days) * 24 * HOUR_S)
    }
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(seconds.seconds()).unwrap_or(Timestamp::MAX)
}

fn at_minute(day: Date, minute: i64, zone: &TimeZone) -> Option<Timestamp> {
    let at = day.at(0, 0, 0, 0).checked_add(minute.minutes()).ok()?;
    zone.to_ambiguous_zoned(at).compatible().ok().map(|zoned| zoned.timestamp())
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// What had gone wrong was put right.
    PutRight,
    /// It was explained, and nothing is left to be done.
    Explained,
    /// Something was promised that is still to be done.
    Promised,
    /// Somebody else takes care of it.
    PassedOn,
    /// The customer does not want to be called about it.
    NotWanted,
    /// The customer could not be reached.
    NotReached,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 6] = [
        Outcome::PutRight,
        Outcome::Explained,
        Outcome::Promised,
        Outcome::PassedOn,
        Outcome::NotWanted,
        Outcome::NotReached,
    ];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::PutRight => "put_right",
            Outcome::Explained => "explained",
            Outcome::Promised => "promised",
            Outcome::PassedOn => "passed_on",
            Outcome::NotWanted => "not_wanted",
            Outcome::NotReached => "not_reached",
        }
    }

    /// The outcome of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// A step that somebody takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// They take it upon themselves to call.
    Take,
    /// They do not any more.
    GiveBack,
    /// They called at this instant and reached nobody.
    Try(Timestamp),
    /// They spoke to the customer at this instant.
    Call(Timestamp),
    /// They say what came of it.
    Say(Outcome),
    /// Nothing is left to be done.
    Close,
    /// The last step that holds was wrong, and does not hold.
    Undo,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was done.
    pub step: Step,
    /// Who did it: the name to sign in with.
    pub by: String,
    /// When it was written down.
    pub at: Timestamp,
}

/// How far an answer is. The order is that of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody has spoken to the customer.
    New,
    /// Somebody has.
    Called,
    /// It is said what came of it.
    Outcome,
    /// Nothing is left to be done.
    Closed,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Stage; 4] = [Stage::New, Stage::Called, Stage::Outcome, Stage::Closed];
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is closed.
    #[error("it is closed; take the last step back to go on")]
    Closed,
    /// Whoever gives it back does not have it.
    #[error("it is given back by whoever has taken it")]
    NotYours,
    /// Whoever takes it has it.
    #[error("you have taken it already")]
    YoursAlready,
    /// The customer was called before they answered, or later than now.
    #[error("the call lies before the answer, or is still to come")]
    NotThen,
    /// Somebody has spoken to the customer already.
    #[error("somebody has spoken to the customer already")]
    CalledAlready,
    /// Nobody has called.
    #[error("write the call down first")]
    NotCalled,
    /// Somebody was reached.
    #[error("somebody has spoken to the customer, so they were reached")]
    Reached,
    /// Nobody has said what came of it.
    #[error("say what came of it first")]
    NoOutcome,
    /// There is no step that could be taken back.
    #[error("there is no step to take back")]
    Nothing,
}

/// What was done about an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallBack {
    /// Who has taken it: the name to sign in with.
    pub holder: Option<String>,
    /// When somebody called and reached nobody, the latest last.
    pub tries: Vec<Timestamp>,
    /// When the customer was spoken to, and by whom.
    pub called: Option<(Timestamp, String)>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Whether nothing is left to be done.
    pub closed: bool,
    /// How many steps hold.
    pub standing: usize,
}

impl CallBack {
    /// Where some steps lead, in the order in which they were taken. What was taken back does not count.
    #[must_use]
    pub fn of(steps: &[Taken]) -> Self {
        let mut standing: Vec<&Taken> = Vec::new();
        for taken in steps {
            if taken.step == Step::Undo {
                standing.pop();
            } else {
                standing.push(taken);
            }
        }
        let mut state = Self { standing: standing.len(), ..Self::default() };
        for taken in standing {
            match taken.step {
                Step::Take => state.holder = Some(taken.by.clone()),
                Step::GiveBack => state.holder = None,
                Step::Try(at) => state.tries.push(at),
                Step::Call(at) => state.called = Some((at, taken.by.clone())),
                Step::Say(outcome) => state.outcome = Some(outcome),
                Step::Close => state.closed = true,
                Step::Undo => {}
            }
        }
        state
    }

    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.closed, self.outcome, &self.called) {
            (true, ..) => Stage::Closed,
            (false, Some(_), _) => Stage::Outcome,
            (false, None, Some(_)) => Stage::Called,
            (false, None, None) => Stage::New,
        }
    }

    /// Whether the customer waits for a call of which the time is used up.
    #[must_use]
    pub fn is_overdue(&self, due_at: Timestamp, now: Timestamp) -> bool {
        self.stage() == Stage::New && due_at < now
    }

    /// Whether a step may follow, taken by somebody now, about an answer of some instant.
    pub fn takes(&self, step: Step, by: &str, answered_at: Timestamp, now: Timestamp) -> Result<(), Refused> {
        if self.closed && step != Step::Undo {
            return Err(Refused::Closed);
        }
        let then = |at: Timestamp| if answered_at <= at && at <= now { Ok(()) } else { Err(Refused::NotThen) };
        match step {
            Step::Take if self.holder.as_deref() == Some(by) => Err(Refused::YoursAlready),
            Step::GiveBack if self.holder.as_deref() != Some(by) => Err(Refused::NotYours),
            Step::Try(_) | Step::Call(_) if self.called.is_some() => Err(Refused::CalledAlready),
            Step::Try(at) | Step::Call(at) => then(at),
            Step::Say(Outcome::NotReached) if self.called.is_some() => Err(Refused::Reached),
            Step::Say(Outcome::NotReached) if self.tries.is_empty() => Err(Refused::NotCalled),
            Step::Say(outcome) if outcome != Outcome::NotReached && self.called.is_none() => Err(Refused::NotCalled),
            Step::Close if self.outcome.is_none() => Err(Refused::NoOutcome),
            Step::Undo if self.standing == 0 => Err(Refused::Nothing),
            _ => Ok(()),
        }
    }

    /// Whether the promise was kept, and since when that is so: since the call where it was in time, else since the
    /// time was used up. None while both can still come.
    #[must_use]
    pub fn kept(&self, due_at: Timestamp, now: Timestamp) -> Option<(bool, Timestamp)> {
        match &self.called {
            Some((at, _)) if *at <= due_at => Some((true, *at)),
            _ if due_at < now => Some((false, due_at)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::calendar::{Calendar, Holiday, Hours, WorkingTime};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// From nine to five on weekdays, in London; closed on 2 November 2026.
    fn office() -> WorkingHistory {
        let hours: Vec<Hours> = (1..=5).map(|weekday| Hours::weekly(weekday, 9 * 60, 17 * 60)).collect();
        let calendar = Calendar::build("office", &hours, &[Holiday::on(date(2026, 11, 2))]).0;
        let zone = TimeZone::get("Europe/London").unwrap();
        Arc::new(WorkingTime::new(Arc::new(calendar), zone, 0..0)).into()
    }

    #[test]
    fn a_promise_is_written_as_people_say_it() {
        for (text, within) in [
            ("1 working day", Within::WorkingDays(1)),
            (" 2 working days ", Within::WorkingDays(2)),
            ("4 h", Within::Seconds(14_400)),
            ("90 min", Within::Seconds(5_400)),
            ("2 d", Within::Seconds(172_800)),
        ] {
            assert_eq!(text.parse(), Ok(within), "{text}");
        }
        for text in ["", "soon", "0 working days", "61 working days", "-1 working day", "1", "0 h", "61 d", "1 month"] {
            assert!(text.parse::<Within>().is_err(), "{text}");
        }
        let said = |text: &str| text.parse::<Within>().unwrap().to_string();
        assert_eq!(
            ["1 working day", "3 working days", "1 d", "2 d", "1 h", "90 min"].map(said),
            ["1 working day", "3 working days", "24 hours", "2 days", "1 hour", "90 minutes"]
        );
    }

    #[test]
    fn a_working_day_is_one_of_the_calendar_of_the_unit() {
        let office = office();
        let due = |answered: &str, days| {
            Within::WorkingDays(days).due(at(answered), Some(&office), &TimeZone::UTC).to_string()
        };
        // Tuesday: by the close of Wednesday. Friday: Monday is closed, so by that of Tuesday. So is Saturday.
        assert_eq!(due("2026-10-27T10:00:00Z", 1), "2026-10-28T17:00:00Z");
        assert_eq!(due("2026-10-30T10:00:00Z", 1), "2026-11-03T17:00:00Z");
        assert_eq!(due("2026-10-31T23:00:00Z", 1), "2026-11-03T17:00:00Z");
        assert_eq!(due("2026-10-30T10:00:00Z", 2), "2026-11-04T17:00:00Z");
        // In summer the office closes an hour earlier in UTC.
        assert_eq!(due("2026-07-01T10:00:00Z", 1), "2026-07-02T16:00:00Z");
        // Without a calendar every day is one, to its end in the zone of the project.
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let bare = Within::WorkingDays(1).due(at("2026-10-30T10:00:00Z"), None, &tokyo);
        assert_eq!(bare, at("2026-10-31T15:00:00Z"));
        let clock = Within::Seconds(3_600).due(at("2026-10-30T23:30:00Z"), Some(&office), &TimeZone::UTC);
        assert_eq!(clock, at("2026-10-31T00:30:00Z"));
    }

    #[test]
    fn a_calendar_that_never_opens_ends_all_the_same() {
        let calendar = Calendar::build("never", &[], &[]).0;
        let never: WorkingHistory = Arc::new(WorkingTime::new(Arc::new(calendar), TimeZone::UTC, 0..0)).into();
        let due = Within::WorkingDays(2).due(at("2026-10-30T10:00:00Z"), Some(&never), &TimeZone::UTC);
        assert_eq!(due, at("2026-11-01T10:00:00Z"));
        assert!(Within::WorkingDays(60).due(Timestamp::MAX, None, &TimeZone::UTC) <= Timestamp::MAX);
    }

    const ANSWERED: &str = "2026-11-02T08:00:00Z";
    const NOW: &str = "2026-11-02T12:00:00Z";

    fn taken(steps: &[(Step, &str)]) -> Vec<Taken> {
        steps.iter().map(|(step, by)| Taken { step: *step, by: (*by).to_owned(), at: at(NOW) }).collect()
    }

    #[test]
    fn steps_follow_one_another() {
        let call = Step::Call(at("2026-11-02T11:00:00Z"));
        let attempt = Step::Try(at("2026-11-02T10:00:00Z"));
        let after = |steps: &[(Step, &str)], next: Step| {
            CallBack::of(&taken(steps)).takes(next, "rosa", at(ANSWERED), at(NOW)).err()
        };
        assert_eq!(after(&[], Step::Take), None);
        assert_eq!(after(&[(Step::Take, "rosa")], Step::Take), Some(Refused::YoursAlready));
        // Somebody else may take it over.
        assert_eq!(after(&[(Step::Take, "ben")], Step::Take), None);
        assert_eq!(after(&[(Step::Take, "ben")], Step::GiveBack), Some(Refused::NotYours));
        assert_eq!(after(&[], call), None);
        assert_eq!(after(&[], Step::Call(at("2026-11-02T07:59:00Z"))), Some(Refused::NotThen));
        assert_eq!(after(&[], Step::Call(at("2026-11-02T12:01:00Z"))), Some(Refused::NotThen));
        assert_eq!(after(&[(call, "rosa")], call), Some(Refused::CalledAlready));
        assert_eq!(after(&[(call, "rosa")], attempt), Some(Refused::CalledAlready));
        assert_eq!(after(&[], Step::Say(Outcome::Explained)), Some(Refused::NotCalled));
        assert_eq!(after(&[(attempt, "rosa")], Step::Say(Outcome::Explained)), Some(Refused::NotCalled));
        assert_eq!(after(&[], Step::Say(Outcome::NotReached)), Some(Refused::NotCalled));
        assert_eq!(after(&[(attempt, "rosa")], Step::Say(Outcome::NotReached)), None);
        assert_eq!(after(&[(call, "rosa")], Step::Say(Outcome::NotReached)), Some(Refused::Reached));
        assert_eq!(after(&[(call, "rosa")], Step::Close), Some(Refused::NoOutcome));
        let said = [(call, "rosa"), (Step::Say(Outcome::Promised), "rosa")];
        // What came of it may change while it is open.
        assert_eq!(after(&said, Step::Say(Outcome::PutRight)), None);
        assert_eq!(after(&said, Step::Close), None);
        let closed = [said[0], said[1], (Step::Close, "rosa")];
        assert_eq!(after(&closed, Step::Take), Some(Refused::Closed));
        assert_eq!(after(&closed, Step::Undo), None);
        assert_eq!(after(&[], Step::Undo), Some(Refused::Nothing));
    }

    #[test]
    fn a_step_that_was_taken_back_does_not_hold() {
        let call = Step::Call(at("2026-11-02T11:00:00Z"));
        let steps = [(Step::Take, "ben"), (call, "ben"), (Step::Undo, "rosa")];
        let state = CallBack::of(&taken(&steps));
        assert_eq!((state.stage(), state.holder.as_deref()), (Stage::New, Some("ben")));
        let stages: Vec<Stage> =
            [(call, "ben"), (Step::Say(Outcome::PutRight), "ben"), (Step::Close, "rosa"), (Step::Undo, "rosa")]
                .iter()
                .scan(Vec::new(), |done, next| {
                    done.push(*next);
                    Some(CallBack::of(&taken(done)).stage())
                })
                .collect();
        assert_eq!(stages, [Stage::Called, Stage::Outcome, Stage::Closed, Stage::Outcome]);
    }

    #[test]
    fn a_promise_is_kept_by_the_call_and_broken_by_the_clock() {
        let due = at("2026-11-02T11:30:00Z");
        let none = CallBack::default();
        assert_eq!(none.kept(due, at("2026-11-02T11:30:00Z")), None);
        assert_eq!(none.kept(due, at(NOW)), Some((false, due)));
        assert!(none.is_overdue(due, at(NOW)) && !none.is_overdue(due, due));
        let called = |when: &str| CallBack::of(&taken(&[(Step::Call(at(when)), "rosa")]));
        let early = called("2026-11-02T11:00:00Z");
        assert_eq!(early.kept(due, at("2026-11-02T11:10:00Z")), Some((true, at("2026-11-02T11:00:00Z"))));
        // A call that came late is told, and keeps no promise.
        assert_eq!(called("2026-11-02T11:45:00Z").kept(due, at(NOW)), Some((false, due)));
        assert!(!called("2026-11-02T11:45:00Z").is_overdue(due, at(NOW)));
        // Whoever was only tried was not spoken to.
        let tried = CallBack::of(&taken(&[(Step::Try(at("2026-11-02T11:00:00Z")), "rosa")]));
        assert_eq!(tried.kept(due, at(NOW)), Some((false, due)));
    }
}
