//! Figures as people type them: what can be read, what is impossible, what is asked about once, and what needs a note.

use thiserror::Error;

use crate::collection::{Collected, NoteRule};
use crate::measure::{Measure, ValueUnit};
use crate::signal::UsualRange;
use crate::typed_number::{TypedNumber, UnreadNumber};

/// The most characters of a note.
pub const LONGEST_NOTE: usize = 500;
/// The most characters of what is kept of a number that cannot be read.
pub const LONGEST_NUMBER: usize = 60;

/// A value this many times as large or as small as all before it is asked about, where no usual range is known.
const FAR: f64 = 10.0;

/// Why there is no figure for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absence {
    /// Nobody counted.
    NotCounted,
    /// What it is counted with did not work.
    OutOfOrder,
    /// The unit was closed.
    Closed,
    /// There was nothing that could be counted.
    NothingToCount,
}

impl Absence {
    /// Every reason.
    pub const ALL: [Absence; 4] = [Self::NotCounted, Self::OutOfOrder, Self::Closed, Self::NothingToCount];

    /// The words for it, as they are kept and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Absence::NotCounted => "it was not counted",
            Absence::OutOfOrder => "what it is counted with did not work",
            Absence::Closed => "the unit was closed",
            Absence::NothingToCount => "there was nothing to count",
        }
    }

    /// The reason of some words.
    #[must_use]
    pub fn parse(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == words)
    }
}

/// What was typed for one figure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The figure, or what stands above the line.
    pub numerator: String,
    /// What stands below the line; empty where there is no line.
    pub denominator: String,
    /// What has to be known about it.
    pub note: String,
    /// Why there is none; empty where there is one.
    pub absence: String,
    /// Whether an unusual value was confirmed.
    pub sure: bool,
}

/// A figure in stored units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amounts {
    /// The figure, or what stands above the line.
    pub numerator: f64,
    /// What stands below the line.
    pub denominator: Option<f64>,
}

impl Amounts {
    /// The value that they come to.
    #[must_use]
    pub fn value(self) -> f64 {
        self.denominator.map_or(self.numerator, |below| self.numerator / below)
    }
}

/// What is known about a figure before it is typed, in stored units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The values of the periods before, oldest first.
    pub before: Vec<f64>,
    /// The usual range.
    pub usual: Option<UsualRange>,
    /// The target.
    pub target: Option<f64>,
    /// Whether the record holds a figure that this one takes the place of.
    pub corrects: bool,
}

/// Which of the two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The figure, or what stands above the line.
    Numerator,
    /// What stands below the line.
    Denominator,
    /// The note.
    Note,
    /// The reason why there is none.
    Absence,
}

/// What makes an entry impossible.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Impossible {
    /// A number cannot be read.
    #[error(transparent)]
    Number(#[from] UnreadNumber),
    /// One of two numbers is missing.
    #[error("one of the two numbers is missing; type both, or choose a reason why there is none")]
    OneMissing,
    /// Nothing can be divided by it.
    #[error("the number of {0} has to be more than 0; where there were none, choose “there was nothing to count”")]
    NothingBelow(String),
    /// There cannot be less than none.
    #[error("a number of {0} cannot be below 0; type 0 where there were none")]
    Negative(String),
    /// There are only whole ones.
    #[error("a number of {0} has to be whole; type it without decimals")]
    NotWhole(String),
    /// A per cent sign behind something else.
    #[error("this figure is not typed in per cent; take the sign away, and type the number itself")]
    NotPercent,
    /// A figure and a reason why there is none.
    #[error("there is a figure and a reason why there is none; take one of them away")]
    Both,
    /// A reason that is not in the list.
    #[error("choose a reason from the list")]
    UnknownReason,
    /// What is there can be replaced, and not taken away.
    #[error(
        "the record holds a figure for this period; type the right one, because it can be replaced and not taken away"
    )]
    CannotTakeAway,
    /// A note that is too long.
    #[error("the note is longer than {LONGEST_NOTE} characters; shorten it")]
    LongNote,
}

/// What an entry comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked {
    /// Nothing was typed.
    Empty,
    /// It cannot be.
    Impossible {
        /// Where.
        side: Side,
        /// What.
        what: Impossible,
    },
    /// It can be, and is far from what was before: has it been looked at?
    Unusual(Amounts),
    /// It needs a note.
    NoteMissing {
        /// The figure.
        amounts: Option<Amounts>,
        /// Whether because it misses its target.
        off_target: bool,
    },
    /// It can be sent.
    Ready(Amounts),
    /// There is none, and that can be sent.
    Absent(Absence),
}

impl Entry {
    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.numerator, &self.denominator, &self.note, &self.absence].iter().all(|text| text.trim().is_empty())
    }

    /// Holds the entry against what is collected and what is known.
    #[must_use]
    pub fn check(&self, collected: &Collected, measure: &Measure, rule: NoteRule, known: &Known) -> Checked {
        let wrong = |side: Side, what: Impossible| Checked::Impossible { side, what };
        if self.is_empty() {
            return Checked::Empty;
        }
        if self.note.chars().count() > LONGEST_NOTE {
            return wrong(Side::Note, Impossible::LongNote);
        }
        let typed = |text: &str| !text.trim().is_empty();
        let (above, below) = (typed(&self.numerator), typed(&self.denominator) && collected.below_the_line);
        let no_note = self.note.trim().is_empty();
        if typed(&self.absence) {
            return match Absence::parse(&self.absence) {
                None => wrong(Side::Absence, Impossible::UnknownReason),
                Some(_) if above || below => wrong(Side::Absence, Impossible::Both),
                Some(_) if known.corrects => wrong(Side::Absence, Impossible::CannotTakeAway),
                Some(_) if rule == NoteRule::Always && no_note => {
                    Checked::NoteMissing { amounts: None, off_target: false }
                }
                Some(reason) => Checked::Absent(reason),
            };
        }
        if !above && !below {
            // A note alone says nothing yet.
            return Checked::Empty;
        }
        let amounts = match self.amounts(collected, measure) {
            Ok(amounts) => amounts,
            Err((side, what)) => return wrong(side, what),
        };
        let value = amounts.value();
        if known.is_unusual(value) && !self.sure {
            return Checked::Unusual(amounts);
        }
        let off_target = measure.better.meets(value, known.target) == Some(false);
        let needed = match rule {
            NoteRule::Never => known.corrects,
            NoteRule::OffTarget => off_target || known.corrects,
            NoteRule::Always => true,
        };
        if needed && no_note {
            Checked::NoteMissing { amounts: Some(amounts), off_target }
        } else {
            Checked::Ready(amounts)
        }
    }

    fn amounts(&self, collected: &Collected, measure: &Measure) -> Result<Amounts, (Side, Impossible)> {
        let is_missing = |text: &str| text.trim().is_empty();
        let at = |side: Side| move |what: Impossible| (side, what);
        let read = |text: &str, side: Side| TypedNumber::read(text).map_err(|error| (side, error.into()));
        let percent = measure.unit == ValueUnit::Percent;
        if !collected.below_the_line {
            let typed = read(&self.numerator, Side::Numerator)?;
            if typed.percent && !percent {
                return Err((Side::Numerator, Impossible::NotPercent));
            }
            if measure.unit == ValueUnit::Count {
                counted(typed.value, &measure.noun).map_err(at(Side::Numerator))?;
            }
            return Ok(Amounts { numerator: typed.value / measure.unit.factor(), denominator: None });
        }
        if is_missing(&self.numerator) {
            return Err((Side::Numerator, Impossible::OneMissing));
        }
        if is_missing(&self.denominator) {
            return Err((Side::Denominator, Impossible::OneMissing));
        }
        let (above, below) = (read(&self.numerator, Side::Numerator)?, read(&self.denominator, Side::Denominator)?);
        if below.percent {
            return Err((Side::Denominator, Impossible::NotPercent));
        }
        if below.value <= 0.0 {
            return Err((Side::Denominator, Impossible::NothingBelow(measure.noun.clone())));
        }
        if above.percent && !percent {
            return Err((Side::Numerator, Impossible::NotPercent));
        }
        // A share of what is below the line.
        let numerator = if above.percent { above.value / 100.0 * below.value } else { above.value };
        Ok(Amounts { numerator, denominator: Some(below.value) })
    }
}

/// Whether a number can be one of whole things.
fn counted(value: f64, noun: &str) -> Result<(), Impossible> {
    if value < 0.0 {
        return Err(Impossible::Negative(noun.to_owned()));
    }
    if value.fract() != 0.0 {
        return Err(Impossible::NotWhole(noun.to_owned()));
    }
    Ok(())
}

impl Known {
    /// Whether a value lies outside of the usual range; where none is known, whether it is far from all before it.
    #[must_use]
    pub fn is_unusual(&self, value: f64) -> bool {
        if let Some(usual) = self.usual {
            return value < usual.low || value > usual.high;
        }
        let sizes = || self.before.iter().map(|value| value.abs()).filter(|size| *size > 0.0);
        let (Some(smallest), Some(largest)) = (sizes().reduce(f64::min), sizes().reduce(f64::max)) else {
            return false;
        };
        value.abs() > largest * FAR || (value != 0.0 && value.abs() < smallest / FAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Direction, DurationUnit};

    fn measure(unit: ValueUnit) -> Measure {
        let base = crate::composite::tests::measure("cost");
        Measure { unit, noun: "contacts".to_owned(), better: Direction::Lower, ..base.as_ref().clone() }
    }

    fn collected(below_the_line: bool) -> Collected {
        Collected { measure: "cost".into(), figure: "cost".to_owned(), below_the_line }
    }

    fn known() -> Known {
        let usual = Some(UsualRange { low: 2.0, average: 5.0, high: 9.0 });
        Known { before: vec![4.0, 5.0, 6.0], usual, target: Some(6.0), corrects: false }
    }

    fn ratio(numerator: &str, denominator: &str, note: &str) -> Checked {
        let entry = Entry {
            numerator: numerator.to_owned(),
            denominator: denominator.to_owned(),
            note: note.to_owned(),
            ..Entry::default()
        };
        entry.check(&collected(true), &measure(ValueUnit::Money), NoteRule::OffTarget, &known())
    }

    fn alone(text: &str, unit: ValueUnit) -> Result<f64, String> {
        let entry = Entry { numerator: text.to_owned(), sure: true, ..Entry::default() };
        match entry.check(&collected(false), &measure(unit), NoteRule::Never, &Known::default()) {
            Checked::Ready(amounts) => Ok(amounts.value()),
            Checked::Impossible { what, .. } => Err(what.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_numbers_are_divided() {
        let ready = Checked::Ready(Amounts { numerator: 1500.0, denominator: Some(300.0) });
        assert_eq!(ratio("£1 500,00", "300", ""), ready);
        assert_eq!(ratio("", "", ""), Checked::Empty);
        assert_eq!(ratio("", "", "later"), Checked::Empty);
        let wrong = |side, what| Checked::Impossible { side, what };
        assert_eq!(ratio("1500", "", ""), wrong(Side::Denominator, Impossible::OneMissing));
        assert_eq!(ratio("", "300", ""), wrong(Side::Numerator, Impossible::OneMissing));
        let nothing = Impossible::NothingBelow("contacts".to_owned());
        assert_eq!(ratio("0", "0", ""), wrong(Side::Denominator, nothing.clone()));
        assert_eq!(ratio("5", "-1", ""), wrong(Side::Denominator, nothing));
        assert_eq!(ratio("5 %", "10", ""), wrong(Side::Numerator, Impossible::NotPercent));
        assert!(matches!(ratio("=1", "10", ""), Checked::Impossible { side: Side::Numerator, .. }));
    }

    #[test]
    fn off_target_needs_a_note() {
        let missing = Amounts { numerator: 700.0, denominator: Some(100.0) };
        assert_eq!(ratio("700", "100", ""), Checked::NoteMissing { amounts: Some(missing), off_target: true });
        assert_eq!(ratio("700", "100", "Two heating bills."), Checked::Ready(missing));
        assert_eq!(ratio("600", "100", ""), Checked::Ready(Amounts { numerator: 600.0, ..missing }));
        let long = "x".repeat(LONGEST_NOTE + 1);
        assert!(matches!(ratio("600", "100", &long), Checked::Impossible { side: Side::Note, .. }));
        // What takes the place of a figure always says why.
        let entry = Entry { numerator: "500".to_owned(), denominator: "100".to_owned(), ..Entry::default() };
        let known = Known { corrects: true, ..known() };
        let checked = entry.check(&collected(true), &measure(ValueUnit::Money), NoteRule::Never, &known);
        assert!(matches!(checked, Checked::NoteMissing { off_target: false, .. }), "{checked:?}");
    }

    #[test]
    fn what_is_unusual_is_asked_about_once() {
        let unusual = Amounts { numerator: 1000.0, denominator: Some(100.0) };
        assert_eq!(ratio("1000", "100", "Yes."), Checked::Unusual(unusual));
        let entry = Entry {
            numerator: "1000".to_owned(),
            denominator: "100".to_owned(),
            note: "Yes.".to_owned(),
            sure: true,
            ..Entry::default()
        };
        let checked = entry.check(&collected(true), &measure(ValueUnit::Money), NoteRule::OffTarget, &known());
        assert_eq!(checked, Checked::Ready(unusual));
        let known = Known { before: vec![12.0, 0.0, 8.0], ..Known::default() };
        for (value, unusual) in [(120.0, false), (121.0, true), (0.8, false), (0.7, true), (0.0, false), (-130.0, true)]
        {
            assert_eq!(known.is_unusual(value), unusual, "{value}");
        }
        assert!(!Known::default().is_unusual(1e9));
    }

    #[test]
    fn one_number_is_in_the_unit_of_its_measure() {
        let hours = ValueUnit::Duration(DurationUnit::Hours);
        assert_eq!(alone("2,5", hours), Ok(9000.0));
        assert_eq!(alone("85 %", ValueUnit::Percent), Ok(0.85));
        assert_eq!(alone("85", ValueUnit::Percent), Ok(0.85));
        assert_eq!(alone("-12.40", ValueUnit::Money), Ok(-12.4));
        assert_eq!(alone("0", ValueUnit::Count), Ok(0.0));
        assert!(alone("-1", ValueUnit::Count).unwrap_err().contains("below 0"));
        assert!(alone("1.5", ValueUnit::Count).unwrap_err().contains("whole"));
        assert!(alone("5 %", ValueUnit::Count).unwrap_err().contains("per cent"));
    }

    #[test]
    fn a_share_of_what_is_below_the_line() {
        let entry = Entry { numerator: "85 %".to_owned(), denominator: "200".to_owned(), ..Entry::default() };
        let checked = entry.check(&collected(true), &measure(ValueUnit::Percent), NoteRule::Never, &Known::default());
        assert_eq!(checked, Checked::Ready(Amounts { numerator: 170.0, denominator: Some(200.0) }));
    }

    #[test]
    fn absence_has_a_reason_from_the_list() {
        let absent = |absence: &str, numerator: &str, corrects: bool| {
            let entry = Entry { absence: absence.to_owned(), numerator: numerator.to_owned(), ..Entry::default() };
            let known = Known { corrects, ..known() };
            entry.check(&collected(true), &measure(ValueUnit::Money), NoteRule::OffTarget, &known)
        };
        let wrong = |what| Checked::Impossible { side: Side::Absence, what };
        assert_eq!(absent("the unit was closed", "", false), Checked::Absent(Absence::Closed));
        assert_eq!(absent("holiday", "", false), wrong(Impossible::UnknownReason));
        assert_eq!(absent("the unit was closed", "5", false), wrong(Impossible::Both));
        assert_eq!(absent("the unit was closed", "", true), wrong(Impossible::CannotTakeAway));
    }
}
