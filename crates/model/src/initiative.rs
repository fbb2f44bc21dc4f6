//! Initiatives: what is done to move measures, by whom, from when to when, and where.

use jiff::civil::Date;
use thiserror::Error;

use crate::ids::{MeasureId, UnitId};
use crate::period::{FiscalYear, Grain, Period};
use crate::signal::{Annotation, AnnotationKind};
use crate::signs::is_unseen;

/// The most characters of a title or an owner.
pub const LONGEST_NAME: usize = 100;
/// The most characters of what an initiative is about.
pub const LONGEST_AIM: usize = 1_000;

/// Something that is done to move measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiative {
    /// The number.
    pub number: i64,
    /// What people call it.
    pub title: String,
    /// What is done, and what is expected of it.
    pub aim: String,
    /// Who answers for it.
    pub owner: String,
    /// The first day.
    pub begins: Date,
    /// The last day; none while it has no end.
    pub ends: Option<Date>,
    /// The units that it touches, each with all below it.
    pub units: Vec<UnitId>,
    /// The measures that it is to move.
    pub measures: Vec<MeasureId>,
}

/// How far an initiative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It has begun and not ended.
    Running,
    /// It has not begun.
    Planned,
    /// Its last day is over.
    Over,
}

/// What an initiative lacks, or has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// No title.
    #[error("it needs a title")]
    NoTitle,
    /// No owner.
    #[error("it needs an owner, who answers for it")]
    NoOwner,
    /// A title or owner that is too long.
    #[error("title and owner have at most {LONGEST_NAME} characters each")]
    LongName,
    /// A title or owner with a sign that nobody sees.
    #[error("title and owner have only signs that can be seen")]
    Unseen,
    /// Too many words about it.
    #[error("what it is about has at most {LONGEST_AIM} characters")]
    LongAim,
    /// The end lies before the beginning.
    #[error("its last day lies before its first")]
    EndsBefore,
    /// No unit.
    #[error("it needs at least one unit that it touches")]
    NoUnit,
    /// No measure.
    #[error("it needs at least one measure that it is to move")]
    NoMeasure,
}

impl Initiative {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Unfit> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        [
            (self.title.trim().is_empty(), Unfit::NoTitle),
            (self.owner.trim().is_empty(), Unfit::NoOwner),
            (long(&self.title, LONGEST_NAME) || long(&self.owner, LONGEST_NAME), Unfit::LongName),
            (self.title.chars().any(is_unseen) || self.owner.chars().any(is_unseen), Unfit::Unseen),
            (long(&self.aim, LONGEST_AIM), Unfit::LongAim),
            (self.ends.is_some_and(|ends| ends < self.begins), Unfit::EndsBefore),
            (self.units.is_empty(), Unfit::NoUnit),
            (self.measures.is_empty(), Unfit::NoMeasure),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect()
    }

    /// How far it is on a day.
    #[must_use]
    pub fn stage(&self, today: Date) -> Stage {
        if today < self.begins {
            Stage::Planned
        } else if self.ends.is_some_and(|ends| ends < today) {
            Stage::Over
        } else {
            Stage::Running
        }
    }

    /// Its beginning as charts have it. It begins no phase: that is for somebody to say in the scorecard file. `part` says
    /// where it is done, when that is a part of what is looked at.
    #[must_use]
    pub fn annotation(&self, part: Option<&str>) -> Annotation {
        let part = part.map_or_else(String::new, |part| format!(", in {part}"));
        Annotation {
            on: Period::containing(self.begins, Grain::Day, FiscalYear::default()),
            kind: AnnotationKind::Initiative,
            what: format!("{}{part}", self.title),
            said_by: Some(self.owner.clone()),
            new_phase: false,
            baseline_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn training() -> Initiative {
        Initiative {
            number: 1,
            title: "Telephone training".to_owned(),
            aim: "Fewer transfers.".to_owned(),
            owner: "Rosa Anand".to_owned(),
            begins: date(2026, 3, 2),
            ends: Some(date(2026, 5, 29)),
            units: vec![UnitId::new("north")],
            measures: vec![MeasureId::new("csat")],
        }
    }

    #[test]
    fn first_and_last_day_belong_to_it() {
        let stage = |month, day| training().stage(date(2026, month, day));
        assert_eq!(
            [stage(3, 1), stage(3, 2), stage(5, 29), stage(5, 30)],
            [Stage::Planned, Stage::Running, Stage::Running, Stage::Over]
        );
        assert_eq!(Initiative { ends: None, ..training() }.stage(date(2030, 1, 1)), Stage::Running);
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        assert_eq!(training().faults(), []);
        let nothing = Initiative {
            title: " ".to_owned(),
            owner: String::new(),
            aim: "x".repeat(1_001),
            ends: Some(date(2026, 3, 1)),
            units: Vec::new(),
            measures: Vec::new(),
            ..training()
        };
        let expected =
            [Unfit::NoTitle, Unfit::NoOwner, Unfit::LongAim, Unfit::EndsBefore, Unfit::NoUnit, Unfit::NoMeasure];
        assert_eq!(nothing.faults(), expected);
        assert_eq!(Initiative { title: "x".repeat(101), ..training() }.faults(), [Unfit::LongName]);
    }

    #[test]
    fn it_is_marked_where_it_began_and_begins_no_phase() {
        let fiscal = FiscalYear::default();
        let said = training().annotation(Some("North"));
        let month = |text| Period::parse(text, fiscal).unwrap();
        // The first whole month of it.
        assert!(said.begins_with(month("2026-04")) && !said.begins_with(month("2026-03")));
        assert_eq!((said.what.as_str(), said.new_phase), ("Telephone training, in North", false));
    }
}
