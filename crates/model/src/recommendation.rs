//! Recommendations: somebody who saw a signal asks the owner of a measure to do something, and gets an answer by a day.

use jiff::civil::Date;
use thiserror::Error;

use crate::signs::is_unseen;

/// The most characters of what to do.
pub const LONGEST_WHAT: usize = 200;
/// The most characters of why, of the reason of an answer, and of what came of it.
pub const LONGEST_WHY: usize = 2_000;

/// What the owner answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It will be done.
    Accepted,
    /// It will not be done, for a reason.
    Declined,
}

impl Answer {
    /// Whether a reason may go with it: a no needs one.
    #[must_use]
    pub fn takes(self, reason: &str) -> bool {
        self == Answer::Accepted || !reason.trim().is_empty()
    }
}

/// What came of a recommendation that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not done after all.
    NotDone,
}

/// How far a recommendation is. The order is that of a list: what presses first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody has answered, and the day is over.
    Overdue,
    /// Nobody has answered yet.
    Waiting,
    /// It was accepted, and nobody has said what came of it.
    Accepted,
    /// It was done.
    Done,
    /// It was accepted and not done.
    NotDone,
    /// It was declined.
    Declined,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 6] =
        [Stage::Overdue, Stage::Waiting, Stage::Accepted, Stage::Done, Stage::NotDone, Stage::Declined];

    /// How far a recommendation is on a day. The last day belongs to the time that there is for an answer.
    #[must_use]
    pub fn on(today: Date, decide_by: Date, answer: Option<Answer>, outcome: Option<Outcome>) -> Self {
        match (answer, outcome) {
            (None, _) if decide_by < today => Stage::Overdue,
            (None, _) => Stage::Waiting,
            (Some(Answer::Declined), _) => Stage::Declined,
            (Some(Answer::Accepted), None) => Stage::Accepted,
            (Some(Answer::Accepted), Some(Outcome::Done)) => Stage::Done,
            (Some(Answer::Accepted), Some(Outcome::NotDone)) => Stage::NotDone,
        }
    }

    /// Whether somebody has still to answer.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Overdue | Stage::Waiting)
    }
}

/// What a recommendation lacks, or has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// It does not say what to do.
    #[error("say what is to be done")]
    NoWhat,
    /// It has a sign that nobody sees.
    #[error("what is to be done has only signs that can be seen")]
    Unseen,
    /// What to do is too long.
    #[error("what is to be done has at most {LONGEST_WHAT} characters")]
    LongWhat,
    /// It does not say why.
    #[error("say why: what the figures show, and what you expect of it")]
    NoWhy,
    /// Why is too long.
    #[error("why it is to be done has at most {LONGEST_WHY} characters")]
    LongWhy,
    /// The day is over.
    #[error("the day by which an answer is wanted is over already")]
    Over,
}

/// Everything that is wrong with a recommendation that is sent today.
#[must_use]
pub fn faults(what: &str, why: &str, decide_by: Date, today: Date) -> Vec<Unfit> {
    let long = |text: &str, most: usize| text.chars().count() > most;
    [
        (what.trim().is_empty(), Unfit::NoWhat),
        (what.chars().any(is_unseen), Unfit::Unseen),
        (long(what, LONGEST_WHAT), Unfit::LongWhat),
        (why.trim().is_empty(), Unfit::NoWhy),
        (long(why, LONGEST_WHY), Unfit::LongWhy),
        (decide_by < today, Unfit::Over),
    ]
    .into_iter()
    .filter_map(|(wrong, fault)| wrong.then_some(fault))
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_day_is_in_time() {
        let by = date(2026, 11, 17);
        let stage = |day, answer, outcome| Stage::on(date(2026, 11, day), by, answer, outcome);
        assert_eq!(stage(17, None, None), Stage::Waiting);
        assert_eq!(stage(18, None, None), Stage::Overdue);
        // An answer ends the waiting, however late it came.
        assert_eq!(stage(30, Some(Answer::Declined), None), Stage::Declined);
        assert_eq!(stage(30, Some(Answer::Accepted), None), Stage::Accepted);
        assert_eq!(stage(1, Some(Answer::Accepted), Some(Outcome::Done)), Stage::Done);
        assert_eq!(stage(1, Some(Answer::Accepted), Some(Outcome::NotDone)), Stage::NotDone);
        let open: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| stage.is_open()).collect();
        assert_eq!(open, [Stage::Overdue, Stage::Waiting]);
        assert!(Stage::ALL.is_sorted());
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let today = date(2026, 11, 2);
        assert_eq!(faults("Ask branches", "A signal since April", today, today), []);
        assert_eq!(faults("a\u{202e}b", "why", today, today), [Unfit::Unseen]);
        let (long_what, long_why) = ("x".repeat(201), "x".repeat(2_001));
        assert_eq!(faults(&long_what, &long_why, today, today), [Unfit::LongWhat, Unfit::LongWhy]);
        assert_eq!(faults(" ", "", date(2026, 11, 1), today), [Unfit::NoWhat, Unfit::NoWhy, Unfit::Over]);
    }
}
