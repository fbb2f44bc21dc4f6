//! Readings: one measure, one unit or person, one period.

use std::fmt;

use jiff::civil::Date;

use crate::ids::{MeasureId, PersonId, UnitId};

/// What a reading is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A unit, the whole organisation included.
    Unit(UnitId),
    /// One person.
    Person(PersonId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Unit(id) => write!(f, "{id}"),
            Subject::Person(id) => write!(f, "{id}"),
        }
    }
}

/// A measured value with all that is needed to recompute and to judge it.
///
/// Values are in stored units: fractions, seconds, plain numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Above the line; none for a quantile.
    pub numerator: Option<f64>,
    /// Below the line; none for counts, sums and stocks.
    pub denominator: Option<f64>,
    /// How many rows stand behind it.
    pub n: u64,
    /// The value; none where nothing can be said, which is never the same as zero.
    pub value: Option<f64>,
    /// Sum of the squared values of means and net promoter scores, which their intervals need.
    pub sum_of_squares: Option<f64>,
}

impl Reading {
    /// A reading of nothing at all.
    pub const EMPTY: Reading = Reading { numerator: None, denominator: None, n: 0, value: None, sum_of_squares: None };
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No row fell into the period.
    NoRows,
    /// The period has not begun at the evaluation instant.
    NotYet,
    /// It cannot be known before this day: a window has to pass after the end of the period.
    KnownFrom(Date),
    /// The definition changed on this day, inside the period: what it would tell is neither the one nor the other.
    Redefined(Date),
    /// The measure must not be reported at this level.
    NotAtThisLevel,
    /// A measure that it is worked out from has no value.
    Part {
        /// The measure.
        part: MeasureId,
        /// Why that one has none.
        because: Box<Missing>,
    },
    /// It would be divided by zero.
    DividedByZero,
    /// More of its parts have no value than its definition allows.
    TooFewParts {
        /// The parts without a value.
        missing: Vec<MeasureId>,
    },
    /// The readings were worked out for longer periods only.
    TooFine,
    /// So few stand behind it that somebody's answer could be told.
    TooFew,
}
