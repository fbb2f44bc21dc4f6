//! Numbers as people type and paste them: `1,234.5`, `1.234,5`, `1 234,5`, `£165.50`, `85 %`, `−3`.
//!
//! A sign that could be the decimal one or one between thousands is not guessed at.

use thiserror::Error;

/// A number that was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypedNumber {
    /// The number as it stands, before a per cent sign.
    pub value: f64,
    /// Whether a per cent sign stands behind it.
    pub percent: bool,
}

/// Why a text cannot be read as one number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadNumber {
    /// It begins like a formula of a spreadsheet.
    #[error("“{0}” is a formula; paste its result, as a number")]
    Formula(String),
    /// It is no number.
    #[error("“{0}” is not a number; write digits, for example 1234.5 or 1234,5")]
    NoNumber(String),
    /// The only comma or point stands where thousands and decimals look alike.
    #[error("“{text}” can be read as {whole} and as {decimal}; write {whole} or {decimal}0")]
    TwoWays {
        /// What was typed.
        text: String,
        /// Without the sign.
        whole: String,
        /// With a decimal point.
        decimal: String,
    },
    /// More digits than a number keeps.
    #[error("“{0}” has more than 15 digits")]
    TooLong(String),
}

/// How much of an unread text is told.
const TOLD: usize = 40;
/// The most digits that a number keeps exactly.
const MOST_DIGITS: usize = 15;

impl TypedNumber {
    /// Reads a number that was typed or pasted.
    pub fn read(text: &str) -> Result<Self, UnreadNumber> {
        let told: String = text.trim().chars().take(TOLD).collect();
        let unread = || UnreadNumber::NoNumber(told.clone());
        let text = text.trim();
        if text.starts_with(['=', '@']) || (text.starts_with(['+', '-']) && text.contains(['(', '!', '*', '/'])) {
            return Err(UnreadNumber::Formula(told));
        }
        let (text, percent) = match text.strip_suffix('%') {
            Some(before) => (before.trim_end(), true),
            None => (text, false),
        };
        let (text, negative) = sign(text);
        let text = text.trim_matches(|char: char| "£$€¥₵₦".contains(char) || char.is_whitespace());
        let (text, negative_behind) = sign(text);
        // One sign, before or after the currency.
        if negative && negative_behind {
            return Err(unread());
        }
        let plain = plain(text).ok_or_else(unread)?;
        let digits = plain.whole.len() + plain.decimals.len();
        if digits > MOST_DIGITS {
            return Err(UnreadNumber::TooLong(told));
        }
        if plain.two_ways {
            let sign = if negative || negative_behind { "-" } else { "" };
            let cut = plain.whole.len().saturating_sub(3);
            let (before, after) = plain.whole.split_at_checked(cut).ok_or_else(unread)?;
            let (whole, decimal) = (format!("{sign}{}", plain.whole), format!("{sign}{before}.{after}"));
            return Err(UnreadNumber::TwoWays { text: told, whole, decimal });
        }
        let value: f64 = format!("{}.{}", plain.whole, plain.decimals).parse().map_err(|_| unread())?;
        let value = if negative || negative_behind { -value } else { value };
        // Nothing is less than nothing.
        Ok(Self { value: if value == 0.0 { 0.0 } else { value }, percent })
    }
}

/// A text without the sign before it.
fn sign(text: &str) -> (&str, bool) {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}

/// The digits of a number.
struct Plain {
    whole: String,
    decimals: String,
    /// Whether the last three digits could be decimals as well.
    two_ways: bool,
}

/// Takes the digits of a number apart.
fn plain(text: &str) -> Option<Plain> {
    let kept: String = text.chars().filter(|char| !char.is_whitespace() || *char == '\t').collect();
    let spaced = spaced_as_thousands(text);
    let kept: String = kept.chars().filter(|char| !matches!(char, '\'' | '’')).collect();
    if kept.is_empty() || !kept.chars().all(|char| char.is_ascii_digit() || matches!(char, ',' | '.')) || !spaced {
        return None;
    }
    let (commas, points) = (kept.matches(',').count(), kept.matches('.').count());
    let decimal = match (commas, points) {
        (0, 0) => None,
        // Both stand there: the last one is the decimal one, and stands there once.
        (_, 1) if commas > 0 && kept.rfind('.') > kept.rfind(',') => Some('.'),
        (1, _) if points > 0 && kept.rfind(',') > kept.rfind('.') => Some(','),
        (1, 0) => Some(','),
        (0, 1) => Some('.'),
        // Several of one kind stand between thousands.
        (_, 0) | (0, _) => None,
        _ => return None,
    };
    let (whole, decimals) = match decimal {
        Some(sign) => kept.rsplit_once(sign)?,
        None => (kept.as_str(), ""),
    };
    let groups: Vec<&str> = whole.split([',', '.']).collect();
    if !are_thousands(&groups) || (decimal.is_some() && decimals.is_empty()) {
        return None;
    }
    let whole: String = groups.concat();
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let alone = decimal.is_some() && commas + points == 1;
    let already_grouped = text.trim().contains(|char: char| char.is_whitespace() || matches!(char, '\'' | '’'));
    let two_ways =
        alone && !already_grouped && decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    Some(if two_ways {
        Plain { whole: format!("{whole}{decimals}"), decimals: String::new(), two_ways }
    } else {
        Plain { whole: if whole.is_empty() { "0".to_owned() } else { whole }, decimals: decimals.to_owned(), two_ways }
    })
}

/// Whether spaces and apostrophes stand between thousands, where there are any.
fn spaced_as_thousands(text: &str) -> bool {
    let whole = text.trim().split([',', '.']).next().unwrap_or_default();
    let rest = text.trim().get(whole.len()..).unwrap_or_default();
    let is_space = |char: char| char.is_whitespace() || matches!(char, '\'' | '’');
    let groups: Vec<&str> = whole.split(is_space).collect();
    !rest.contains(is_space) && !text.contains(['\n', '\t']) && are_thousands(&groups)
}

/// Whether texts are groups of three digits, but for the first one.
fn are_thousands(groups: &[&str]) -> bool {
    match groups {
        [_] => true,
        [first, others @ ..] => (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> f64 {
        let TypedNumber { value, percent } = TypedNumber::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!percent, "{text}");
        value
    }

    #[test]
    fn numbers_of_many_places() {
        for (text, value) in [
            ("0", 0.0),
            ("34", 34.0),
            (" 34 ", 34.0),
            ("+34", 34.0),
            ("-3", -3.0),
            ("−3,5", -3.5),
            ("-0", 0.0),
            ("12.40", 12.4),
            ("12,40", 12.4),
            (".5", 0.5),
            (",5", 0.5),
            ("0,125", 0.125),
            ("0.125", 0.125),
            ("1234,567", 1234.567),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("1.234.567", 1_234_567.0),
            ("1.234.567,89", 1_234_567.89),
            ("1 234", 1234.0),
            ("1\u{a0}234,5", 1234.5),
            ("1\u{202f}234\u{202f}567", 1_234_567.0),
            ("12’345.50", 12345.5),
            ("12'345", 12345.0),
            ("1 234,567", 1234.567),
            ("£165.50", 165.5),
            ("165,50 €", 165.5),
            ("-£3", -3.0),
            ("£-3", -3.0),
            ("₵ 12", 12.0),
        ] {
            assert_eq!(read(text), value, "{text}");
        }
        assert!(!read("-0").is_sign_negative());
        assert_eq!(TypedNumber::read("85 %"), Ok(TypedNumber { value: 85.0, percent: true }));
        assert_eq!(TypedNumber::read("-8,5%"), Ok(TypedNumber { value: -8.5, percent: true }));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_guessed() {
        for text in ["1,234", "1.234", "999,000", "£1,234"] {
            let refused = TypedNumber::read(text).unwrap_err();
            assert!(matches!(refused, UnreadNumber::TwoWays { .. }), "{text}: {refused}");
        }
        let refused = TypedNumber::read("-1,234").unwrap_err().to_string();
        assert_eq!(refused, "“-1,234” can be read as -1234 and as -1.234; write -1234 or -1.2340");
        // What is proposed can be read.
        assert_eq!(read("-1.2340"), -1.234);
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            "%",
            ".",
            "abc",
            "12 h",
            "1,23,456",
            "1.234,5.6",
            "12,34,5",
            "1 23",
            "12.",
            "1e5",
            "NaN",
            "inf",
            "--3",
            "-£-3",
            "1 2",
            "0x10",
            "١٢",
            "1\t2",
            "1\n2",
            "1234567890123456",
            "1 234.5 6",
        ] {
            assert!(TypedNumber::read(text).is_err(), "{text:?}");
        }
        for text in ["=1+1", "@SUM(A1)", "+SUM(A1)", "-cmd|'/C calc'!A0"] {
            assert!(matches!(TypedNumber::read(text), Err(UnreadNumber::Formula(_))), "{text}");
        }
    }
}
