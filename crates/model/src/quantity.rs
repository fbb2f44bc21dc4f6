//! Numbers with units, as people write them in a scorecard: `82 %`, `52 h`, `20 s`, `31`, `+15 %`, `+3 points`.

use crate::measure::{DurationUnit, ValueUnit};
use crate::target::Goal;

/// Why a text is not a quantity of the wanted unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// No number where one is needed.
    #[error("`{text}` does not start with a number")]
    NoNumber {
        /// The text.
        text: String,
    },
    /// A duration without a unit could be anything.
    #[error("`{text}` is a duration without a unit")]
    NoUnit {
        /// The text.
        text: String,
    },
    /// The unit does not fit the measure.
    #[error("`{unit}` does not fit a measure that is shown in {wanted}")]
    WrongUnit {
        /// The unit that was written.
        unit: String,
        /// What would fit.
        wanted: String,
    },
}

impl QuantityError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            QuantityError::NoNumber { .. } => "write a number, for example `82 %`, `52 h` or `4.2`".to_owned(),
            QuantityError::NoUnit { text } => {
                format!("write the unit behind the number: `{0} s`, `{0} min`, `{0} h` or `{0} d`", text.trim())
            }
            QuantityError::WrongUnit { wanted, .. } => format!("write the value in {wanted}"),
        }
    }
}

/// Reads a quantity into the stored unit: fractions, seconds, plain numbers.
///
/// A number without a unit is taken in the unit in which the measure is shown (82 means 82 % for a share);
/// durations are the exception and must name theirs.
pub fn parse_quantity(text: &str, unit: &ValueUnit) -> Result<f64, QuantityError> {
    let (number, suffix) = split(text)?;
    to_stored(number, suffix, text, unit)
}

/// Reads a goal: a quantity (`82 %`), a change relative to the baseline (`+15 %`), or an absolute change
/// (`+3 points`, `−2 h`). Only a text that starts with a sign is a change.
pub fn parse_goal(text: &str, unit: &ValueUnit) -> Result<Goal, QuantityError> {
    let trimmed = text.trim();
    let signed = trimmed.starts_with('+') || trimmed.starts_with('-') || trimmed.starts_with('−');
    let (number, suffix) = split(trimmed)?;
    // A score that runs below zero can be named itself: `-10` is a net promoter score, `-10 points` a change.
    let names_a_value = matches!(unit, ValueUnit::Points | ValueUnit::Number { .. } | ValueUnit::Money)
        && suffix.is_empty()
        && !trimmed.starts_with('+');
    if !signed || names_a_value {
        return Ok(Goal::At(to_stored(number, suffix, trimmed, unit)?));
    }
    if is_percent(suffix) {
        return Ok(Goal::Relative(number / 100.0));
    }
    if matches!(unit, ValueUnit::Percent | ValueUnit::Points) && is_points(suffix) {
        return Ok(Goal::Change(number / 100.0));
    }
    Ok(Goal::Change(to_stored(number, suffix, trimmed, unit)?))
}

fn split(text: &str) -> Result<(f64, &str), QuantityError> {
    let text = text.trim();
    let no_number = || QuantityError::NoNumber { text: text.to_owned() };
    let unsigned = text.strip_prefix(['+', '-', '−']).unwrap_or(text).trim_start();
    let negative = text.starts_with(['-', '−']);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(unsigned.len());
    let (digits, suffix) = unsigned.split_at(end);
    let number: f64 = without_grouping(digits).ok_or_else(no_number)?.parse().map_err(|_| no_number())?;
    Ok((if negative { -number } else { number }, suffix.trim()))
}

/// Takes the commas out of `1,250,000`; refuses commas that do not group thousands.
fn without_grouping(digits: &str) -> Option<String> {
    if !digits.contains(',') {
        return Some(digits.to_owned());
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let first_fits = (1..=3).contains(&groups[0].len());
    let rest_fits = groups[1..].iter().all(|group| group.len() == 3);
    if !first_fits || !rest_fits || fraction.contains(',') {
        return None;
    }
    Some(if fraction.is_empty() { groups.concat() } else { format!("{}.{fraction}", groups.concat()) })
}

fn to_stored(number: f64, suffix: &str, text: &str, unit: &ValueUnit) -> Result<f64, QuantityError> {
    let wrong = |wanted: &str| QuantityError::WrongUnit { unit: suffix.to_owned(), wanted: wanted.to_owned() };
    match unit {
        ValueUnit::Percent if suffix.is_empty() || is_percent(suffix) => Ok(number / 100.0),
        ValueUnit::Percent => Err(wrong("per cent (`%`)")),
        ValueUnit::Points if suffix.is_empty() || is_points(suffix) => Ok(number / 100.0),
        ValueUnit::Points => Err(wrong("points from -100 to 100")),
        ValueUnit::Duration(_) if suffix.is_empty() => Err(QuantityError::NoUnit { text: text.to_owned() }),
        ValueUnit::Duration(_) => match duration_unit(suffix) {
            Some(unit) => Ok(number * unit.seconds()),
            None => Err(wrong("a duration (`s`, `min`, `h` or `d`)")),
        },
        ValueUnit::Per { many, .. } if suffix.is_empty() => Ok(number / many),
        ValueUnit::Per { many, of } => Err(wrong(&format!("{of} per {many} (write the number alone)"))),
        ValueUnit::Number { word: Some(word) } if suffix == word => Ok(number),
        ValueUnit::Money | ValueUnit::Count | ValueUnit::Number { .. } if suffix.is_empty() => Ok(number),
        ValueUnit::Money => Err(wrong("the project's currency (write the number alone)")),
        ValueUnit::Count | ValueUnit::Number { .. } => Err(wrong("a plain number")),
    }
}

fn is_percent(suffix: &str) -> bool {
    matches!(suffix, "%" | "percent" | "per cent")
}

fn is_points(suffix: &str) -> bool {
    matches!(suffix, "points" | "point" | "pts")
}

/// The unit of time that a word names.
#[must_use]
pub fn duration_unit(word: &str) -> Option<DurationUnit> {
    Some(match word {
        "s" | "second" | "seconds" => DurationUnit::Seconds,
        "min" | "minute" | "minutes" => DurationUnit::Minutes,
        "h" | "hour" | "hours" => DurationUnit::Hours,
        "d" | "day" | "days" => DurationUnit::Days,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: ValueUnit = ValueUnit::Duration(DurationUnit::Hours);

    #[test]
    fn quantities() {
        let check =
            |text: &str, unit: &ValueUnit, stored: f64| assert_eq!(parse_quantity(text, unit), Ok(stored), "{text}");
        check("82 %", &ValueUnit::Percent, 0.82);
        check("82", &ValueUnit::Percent, 0.82);
        check("52 h", &HOURS, 187_200.0);
        check("20s", &HOURS, 20.0);
        check("1.5 days", &HOURS, 129_600.0);
        check("-12", &ValueUnit::Points, -0.12);
        check("−12 points", &ValueUnit::Points, -0.12);
        check("1,250,000", &ValueUnit::Money, 1_250_000.0);
        check("2.5", &ValueUnit::Per { many: 1000.0, of: "orders".into() }, 0.0025);
    }

    #[test]
    fn what_is_refused() {
        let check = |text: &str, unit: &ValueUnit, message: &str| {
            assert_eq!(parse_quantity(text, unit).unwrap_err().to_string(), message);
        };
        check("fast", &HOURS, "`fast` does not start with a number");
        check("52", &HOURS, "`52` is a duration without a unit");
        check("52 %", &HOURS, "`%` does not fit a measure that is shown in a duration (`s`, `min`, `h` or `d`)");
        check("52 h", &ValueUnit::Percent, "`h` does not fit a measure that is shown in per cent (`%`)");
        check("1,5", &ValueUnit::Count, "`1,5` does not start with a number");
        check("1.2.3", &ValueUnit::Count, "`1.2.3` does not start with a number");
    }

    #[test]
    fn goals() {
        let check = |text: &str, unit: &ValueUnit, goal: Goal| assert_eq!(parse_goal(text, unit), Ok(goal), "{text}");
        check("82 %", &ValueUnit::Percent, Goal::At(0.82));
        check("+15 %", &ValueUnit::Percent, Goal::Relative(0.15));
        check("-25 %", &HOURS, Goal::Relative(-0.25));
        check("+3 points", &ValueUnit::Percent, Goal::Change(0.03));
        check("-2 h", &HOURS, Goal::Change(-7200.0));
        check("-10", &ValueUnit::Points, Goal::At(-0.10));
        check("+10", &ValueUnit::Points, Goal::Change(0.10));
        check("-10 points", &ValueUnit::Points, Goal::Change(-0.10));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,10}") {
            for unit in [ValueUnit::Percent, ValueUnit::Points, HOURS, ValueUnit::Money, ValueUnit::Count] {
                let _ = parse_quantity(&text, &unit);
                if let Ok(goal) = parse_goal(&text, &unit) {
                    proptest::prop_assert!(goal.resolve(Some(1.0)).is_some_and(f64::is_finite));
                }
            }
        }
    }
}
