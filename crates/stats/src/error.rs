//! What can be wrong with an input.
//!
//! Every fallible function of this crate returns [`Error`]. A function returns an error when the question cannot be
//! answered at all (no data, a negative count, lengths that differ); it returns a value that says "too little data"
//! where that is a legitimate answer of the product, such as a state "not enough data".

/// Why a statistic could not be computed.
///
/// `what` and its companions name the offending input in words that can be shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number lies outside the range in which the question makes sense.
    #[error("{what} must lie between {low} and {high}, got {value}")]
    OutOfRange {
        /// The input.
        what: &'static str,
        /// What was given.
        value: f64,
        /// Smallest permitted value.
        low: f64,
        /// Largest permitted value.
        high: f64,
    },
    /// A number that must be above zero is not.
    #[error("{what} must be above zero, got {value}")]
    NotPositive {
        /// The input.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A value is infinite or not a number.
    #[error("{what} is not a finite number at position {index}")]
    NotFinite {
        /// The input.
        what: &'static str,
        /// Position of the first such value, counted from 0.
        index: usize,
    },
    /// A part is larger than its whole, as in 11 successes out of 10.
    #[error("{part} ({part_value}) exceeds {whole} ({whole_value})")]
    PartExceedsWhole {
        /// The part.
        part: &'static str,
        /// What was given for the part.
        part_value: f64,
        /// The whole.
        whole: &'static str,
        /// What was given for the whole.
        whole_value: f64,
    },
    /// There are fewer values than the method needs.
    #[error("too few {what}: {have}, at least {need} are needed")]
    TooFew {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        have: usize,
        /// How many there must be.
        need: usize,
    },
    /// Two inputs that belong together row by row have different lengths.
    #[error("{left} and {right} differ in length: {left_length} and {right_length}")]
    LengthMismatch {
        /// The first input.
        left: &'static str,
        /// The second input.
        right: &'static str,
        /// Length of the first input.
        left_length: usize,
        /// Length of the second input.
        right_length: usize,
    },
    /// Positions (of phases, of a change) are not increasing, or lie outside the series.
    #[error("{what} at position {index} is out of order or outside the series")]
    BadPosition {
        /// What the position marks.
        what: &'static str,
        /// The position.
        index: usize,
    },
    /// All values are equal, so nothing can be said about variation.
    #[error("{what} does not vary")]
    Constant {
        /// The input.
        what: &'static str,
    },
    /// The columns of a regression depend on each other.
    #[error("the columns of {what} depend on each other")]
    Collinear {
        /// The regression.
        what: &'static str,
    },
    /// A stratum occurs in the data but not in the reference, so no expected value exists for it.
    #[error("stratum {stratum} has no reference")]
    NoReference {
        /// Position of the stratum.
        stratum: usize,
    },
    /// An iteration did not settle.
    #[error("{what} did not settle")]
    NoConvergence {
        /// The method.
        what: &'static str,
    },
}

/// The result of a fallible function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Refuses slices with a value that is infinite or not a number.
pub(crate) fn require_finite(what: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { what, index }),
        None => Ok(()),
    }
}

/// Refuses fewer than `need` values.
pub(crate) fn require_count(what: &'static str, have: usize, need: usize) -> Result<()> {
    if have < need { Err(Error::TooFew { what, have, need }) } else { Ok(()) }
}

/// Refuses two slices of different length.
pub(crate) fn require_same_length(
    left: &'static str,
    left_length: usize,
    right: &'static str,
    right_length: usize,
) -> Result<()> {
    if left_length == right_length {
        Ok(())
    } else {
        Err(Error::LengthMismatch { left, right, left_length, right_length })
    }
}

/// Refuses zero, negative numbers, infinities and NaN.
pub(crate) fn require_positive(what: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(Error::NotPositive { what, value }) }
}

/// Refuses what lies outside of `low..=high`, and NaN.
pub(crate) fn require_within(what: &'static str, value: f64, low: f64, high: f64) -> Result<()> {
    if value >= low && value <= high { Ok(()) } else { Err(Error::OutOfRange { what, value, low, high }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_input_and_the_fault() {
        let too_few = require_count("answers", 3, 5).unwrap_err();
        assert_eq!(too_few.to_string(), "too few answers: 3, at least 5 are needed");
        let not_finite = require_finite("values", &[1.0, f64::NAN]).unwrap_err();
        assert_eq!(not_finite.to_string(), "values is not a finite number at position 1");
        let lengths = require_same_length("counts", 2, "totals", 3).unwrap_err();
        assert_eq!(lengths.to_string(), "counts and totals differ in length: 2 and 3");
        assert!(require_positive("exposure", f64::INFINITY).is_err());
        assert!(require_within("level", f64::NAN, 0.0, 1.0).is_err());
    }
}
