//! Acts: what somebody does because of what figures show. A recognition, of a person or a unit; coaching, training or an
//! agreement, with one person.

use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;

use crate::ids::MeasureId;
use crate::signs::is_unseen;

/// The most characters of what an act is about, and of a reward.
pub const LONGEST_TOPIC: usize = 200;
/// The most characters of the words of an act, and of what is added to it.
pub const LONGEST_WORDS: usize = 2_000;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActKind {
    /// Somebody is thanked for what was achieved, or got better.
    Recognition,
    /// A talk that helps somebody on.
    Coaching,
    /// Something is to be learnt.
    Training,
    /// Two agree on something.
    Agreement,
}

impl ActKind {
    /// Every kind.
    pub const ALL: [ActKind; 4] = [ActKind::Recognition, ActKind::Coaching, ActKind::Training, ActKind::Agreement];
    /// Those by which somebody is helped on. They are about one person, and are looked at again.
    pub const DEVELOPMENT: [ActKind; 3] = [ActKind::Coaching, ActKind::Training, ActKind::Agreement];

    /// The word for it, as it is kept and as forms say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ActKind::Recognition => "recognition",
            ActKind::Coaching => "coaching",
            ActKind::Training => "training",
            ActKind::Agreement => "agreement",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether somebody is helped on by it.
    #[must_use]
    pub fn is_development(self) -> bool {
        Self::DEVELOPMENT.contains(&self)
    }
}

/// What is added to an act, which itself is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdditionKind {
    /// The person says that they have seen it.
    Acknowledged,
    /// The person says something about it.
    Answered,
    /// Whoever leads the person says what came of it, and whether it is looked at once more.
    FollowedUp,
}

impl AdditionKind {
    const ALL: [AdditionKind; 3] = [AdditionKind::Acknowledged, AdditionKind::Answered, AdditionKind::FollowedUp];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AdditionKind::Acknowledged => "acknowledged",
            AdditionKind::Answered => "answered",
            AdditionKind::FollowedUp => "followed up",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The figure on which an act rests, as pages showed it when the act was written: later data do not rewrite it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The measure.
    pub measure: MeasureId,
    /// What people called it.
    pub title: String,
    /// The period, as addresses name it.
    pub period: String,
    /// The value: `66.7 %`.
    pub value: String,
    /// On how much it rested: `30 answers`.
    pub count: Option<String>,
    /// The likely range.
    pub likely_range: Option<String>,
    /// The change against the period before: `+3.0 pts on Sep`.
    pub change: Option<String>,
    /// The state in the comparison, where there was one: `on standard`.
    pub state: Option<String>,
    /// The digest of the data behind it.
    pub data_version: String,
}

/// An act as somebody wants to write it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft<'a> {
    /// What is done.
    pub kind: ActKind,
    /// What it is about, or what for.
    pub topic: &'a str,
    /// What is said, or was agreed.
    pub words: &'a str,
    /// What goes with a recognition; empty where there is nothing.
    pub reward: &'a str,
    /// On which day it is looked at again.
    pub look_again: Option<Date>,
}

/// What an act lacks, or has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// It does not say what it is about.
    #[error("say in a few words what it is about")]
    NoTopic,
    /// It has a sign that nobody sees.
    #[error("what it is about, and what goes with it, have only signs that can be seen")]
    Unseen,
    /// What it is about is too long.
    #[error("what it is about has at most {LONGEST_TOPIC} characters")]
    LongTopic,
    /// It says nothing.
    #[error("write the words that the person or the unit reads")]
    NoWords,
    /// The words are too long.
    #[error("the words have at most {LONGEST_WORDS} characters")]
    LongWords,
    /// What goes with it is too long.
    #[error("what goes with it has at most {LONGEST_TOPIC} characters")]
    LongReward,
    /// Nobody would look at it again.
    #[error("say on which day you look at it again")]
    NoDay,
    /// The day is over.
    #[error("the day on which you look at it again is over already")]
    Over,
    /// By that day it is not there any more.
    #[error("the day on which you look at it again lies after the last day for which it is kept")]
    TooLate,
}

impl Draft<'_> {
    /// Everything that is wrong with an act that is written down today; `kept_until` is the last day for which it is
    /// kept, where there is one.
    #[must_use]
    pub fn faults(&self, today: Date, kept_until: Option<Date>) -> Vec<Unfit> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        let develops = self.kind.is_development();
        let day = self.look_again.filter(|_| develops);
        [
            (self.topic.trim().is_empty(), Unfit::NoTopic),
            (self.topic.chars().chain(self.reward.chars()).any(is_unseen), Unfit::Unseen),
            (long(self.topic, LONGEST_TOPIC), Unfit::LongTopic),
            (self.words.trim().is_empty(), Unfit::NoWords),
            (long(self.words, LONGEST_WORDS), Unfit::LongWords),
            (long(self.reward, LONGEST_TOPIC), Unfit::LongReward),
            (develops && day.is_none(), Unfit::NoDay),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .chain(day.and_then(|day| unfit_day(day, today, kept_until)))
        .collect()
    }
}

/// What is wrong with a day on which an act is to be looked at again.
#[must_use]
pub fn unfit_day(day: Date, today: Date, kept_until: Option<Date>) -> Option<Unfit> {
    if day < today {
        return Some(Unfit::Over);
    }
    kept_until.is_some_and(|last| day > last).then_some(Unfit::TooLate)
}

/// The last day for which an act about a person is kept that is written down on a day.
#[must_use]
pub fn kept_until(written_on: Date, months: u32) -> Date {
    written_on.saturating_add(i64::from(months).months())
}

/// On which day an act is looked at again: as it said first, or as the last of those says who looked at it since; none
/// when that was the end of it.
#[must_use]
pub fn next_look(first: Option<Date>, follow_ups: impl IntoIterator<Item = Option<Date>>) -> Option<Date> {
    follow_ups.into_iter().last().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 2);

    fn draft(kind: ActKind, look_again: Option<Date>) -> Draft<'static> {
        Draft { kind, topic: "Returns", words: "The guide that four teams use.", reward: "", look_again }
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let last = Some(date(2028, 11, 2));
        assert_eq!(draft(ActKind::Recognition, None).faults(TODAY, last), []);
        assert_eq!(draft(ActKind::Coaching, Some(TODAY)).faults(TODAY, last), []);
        assert_eq!(draft(ActKind::Coaching, last).faults(TODAY, last), []);
        for (day, fault) in
            [(None, Unfit::NoDay), (Some(date(2026, 11, 1)), Unfit::Over), (Some(date(2028, 11, 3)), Unfit::TooLate)]
        {
            assert_eq!(draft(ActKind::Agreement, day).faults(TODAY, last), [fault], "{day:?}");
            // Nobody comes back to a thank-you.
            assert_eq!(draft(ActKind::Recognition, day).faults(TODAY, last), [], "{day:?}");
        }
        let long = "x".repeat(2_001);
        let empty = Draft { topic: " ", words: "", reward: &long, ..draft(ActKind::Training, None) };
        assert_eq!(empty.faults(TODAY, last), [Unfit::NoTopic, Unfit::NoWords, Unfit::LongReward, Unfit::NoDay]);
        let long = Draft { topic: &long, words: &long, reward: "a\u{202e}b", ..draft(ActKind::Recognition, None) };
        assert_eq!(long.faults(TODAY, None), [Unfit::Unseen, Unfit::LongTopic, Unfit::LongWords]);
    }

    #[test]
    fn the_last_who_looked_says_when_somebody_looks_again() {
        let (first, second) = (Some(date(2026, 11, 24)), Some(date(2026, 12, 15)));
        assert_eq!(next_look(first, []), first);
        assert_eq!(next_look(first, [second]), second);
        assert_eq!(next_look(first, [second, None]), None);
        assert_eq!(next_look(None, []), None);
    }

    #[test]
    fn kept_for_whole_months() {
        assert_eq!(kept_until(TODAY, 24), date(2028, 11, 2));
        assert_eq!(kept_until(date(2026, 1, 31), 1), date(2026, 2, 28));
        assert_eq!(kept_until(Date::MAX, 24), Date::MAX);
    }

    #[test]
    fn words_are_read_back() {
        for kind in ActKind::ALL {
            assert_eq!(ActKind::parse(kind.as_str()), Some(kind));
            assert_eq!(kind.is_development(), kind != ActKind::Recognition);
        }
        for kind in AdditionKind::ALL {
            assert_eq!(AdditionKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!((ActKind::parse("badge"), AdditionKind::parse("")), (None, None));
    }
}
