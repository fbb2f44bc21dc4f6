//! Numbers as people read them: units, decimals, signs, ranges.
//!
//! Stored values are fractions, seconds and plain numbers; this module is the only place that turns them into
//! text. Three rules hold everywhere: the minus sign is U+2212, a no-break space stands before a unit, and a
//! number that rounds to zero never carries a sign.

use evenkeel_model::measure::{DurationUnit, Measure, ValueUnit};
use schemars::JsonSchema;
use serde::Serialize;

mod currency;
mod fixed;

pub use currency::Currency;
pub(crate) use fixed::fixed;

/// The space between a number and its unit: a line must not break there.
pub const NO_BREAK_SPACE: char = '\u{a0}';
/// The minus sign.
pub const MINUS: char = '\u{2212}';

/// A number as a page shows it, with the unrounded value beside it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figure {
    /// Unrounded and in stored units: fractions, seconds, plain numbers. None when there is nothing to say.
    pub value: Option<f64>,
    /// The whole text: `82.4 %`, `£4.86`.
    pub text: String,
    /// The part that is set large: `82.4`, `£4.86`.
    #[serde(skip)]
    pub number: String,
    /// The part that is set small, the space before it included; empty when there is none.
    #[serde(skip)]
    pub unit: String,
}

impl Figure {
    /// A figure that stands for no number, in words.
    #[must_use]
    pub fn words(text: &str) -> Self {
        Self { value: None, text: text.to_owned(), number: text.to_owned(), unit: String::new() }
    }
}

/// Two figures that enclose something, as one text: `77.9 to 81.2 %`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Range {
    /// Lower end, unrounded and in stored units.
    pub low: f64,
    /// Upper end, unrounded and in stored units.
    pub high: f64,
    /// The whole text.
    pub text: String,
    /// The text for narrow places: `77.9–81.2 %`, and no unit that is a word.
    #[serde(skip)]
    pub short: String,
}

/// How the numbers of one measure are written. The decimals are settled once, so that a value, its range and its
/// change can be compared digit by digit.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    unit: ValueUnit,
    noun: String,
    currency: Currency,
    digits: usize,
}

impl Format {
    /// The format for a measure. `reference` is the value that settles the decimals where the measure does not
    /// say: small numbers get more of them.
    #[must_use]
    pub fn of(measure: &Measure, currency: &Currency, reference: Option<f64>) -> Self {
        let mut format = Self {
            unit: measure.unit.clone(),
            noun: measure.noun.clone(),
            currency: currency.clone(),
            digits: usize::from(measure.decimals.unwrap_or(0)),
        };
        if measure.decimals.is_none() {
            format.digits = format.usual_digits(reference.unwrap_or(0.0));
        }
        format
    }

    /// The same format with as many more decimals, three at most, as it takes to see that the value is not on the
    /// target. Without it, a miss by a hair would read `82.0 %` against `at least 82 %`.
    #[must_use]
    pub fn telling_apart(mut self, value: Option<f64>, target: Option<f64>) -> Self {
        let (Some(value), Some(target)) = (value, target) else { return self };
        let most = self.digits + 3;
        while value != target && self.digits < most && self.shown(value) == self.shown(target) {
            self.digits += 1;
        }
        self
    }

    /// A value with its unit.
    #[must_use]
    pub fn figure(&self, value: f64) -> Figure {
        if !value.is_finite() {
            return Figure::words("not known");
        }
        let number = self.with_symbol(value, &self.shown(value));
        let unit = self.unit_behind(&number);
        Figure { value: Some(value), text: format!("{number}{unit}"), number, unit }
    }

    /// A value with its unit, as text.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        self.figure(value).text
    }

    /// A goal: like a value, but a fraction of zero is left out (`82 %`), and one more decimal is spent where it
    /// makes the goal exact, because goals are chosen and not measured.
    #[must_use]
    pub fn goal(&self, value: f64) -> String {
        let number = self.goal_number(value);
        format!("{number}{}", self.unit_behind(&number))
    }

    /// Two ends, the unit once: `77.9 to 81.2 %`, `£4.79 to £4.93`.
    #[must_use]
    pub fn range(&self, low: f64, high: f64) -> Range {
        let number = |value: f64| self.with_symbol(value, &self.shown(value));
        let (from, to) = (number(low), number(high));
        Range {
            low,
            high,
            text: format!("{from} to {to}{}", self.unit_behind(&to)),
            short: format!("{from}–{to}{}", self.symbol_behind(&to)),
        }
    }

    /// A goal for narrow places, without a unit that is a word: `82 %`, `2.50`.
    #[must_use]
    pub fn goal_short(&self, value: f64) -> String {
        let number = self.goal_number(value);
        format!("{number}{}", self.symbol_behind(&number))
    }

    /// Two goals for narrow places: `10–15 %`.
    #[must_use]
    pub fn goal_range_short(&self, low: f64, high: f64) -> String {
        let (from, to) = (self.goal_number(low), self.goal_number(high));
        format!("{from}–{to}{}", self.symbol_behind(&to))
    }

    /// Two goals, the unit once: `10 to 15 %`.
    #[must_use]
    pub fn goal_range(&self, low: f64, high: f64) -> String {
        let (from, to) = (self.goal_number(low), self.goal_number(high));
        format!("{from} to {to}{}", self.unit_behind(&to))
    }

    /// A difference with its sign, for narrow places: `+0.3 pts`, `−£0.04`. None when it is smaller than rounding.
    #[must_use]
    pub fn difference(&self, difference: f64) -> Option<String> {
        let rounded = self.shown(difference.abs());
        if !difference.is_finite() || is_zero(&rounded) {
            return None;
        }
        let sign = if difference < 0.0 { MINUS } else { '+' };
        let number = self.with_symbol(0.0, &rounded);
        let unit = match self.unit {
            ValueUnit::Percent | ValueUnit::Points => format!("{NO_BREAK_SPACE}pts"),
            _ => self.unit_behind(&number),
        };
        Some(format!("{sign}{number}{unit}"))
    }

    /// The size of a difference, for sentences: `1.0 point`, `£0.04`. None when it is smaller than rounding.
    #[must_use]
    pub fn distance(&self, difference: f64) -> Option<String> {
        let rounded = self.shown(difference.abs());
        if !difference.is_finite() || is_zero(&rounded) {
            return None;
        }
        let number = self.with_symbol(0.0, &rounded);
        let unit = match self.unit {
            ValueUnit::Percent | ValueUnit::Points => points_behind(&number),
            _ => self.unit_behind(&number),
        };
        Some(format!("{number}{unit}"))
    }

    /// The value as it is plotted: in the unit of the axis, unrounded.
    #[must_use]
    pub fn plotted(&self, value: f64) -> f64 {
        value * self.unit.factor()
    }

    /// What figures are measured in: `%`, `h`, `£`, `answers`, `per 1,000 orders`; empty for a plain number.
    #[must_use]
    pub fn measured_in(&self) -> String {
        match &self.unit {
            ValueUnit::Money => self.currency.symbol().clone(),
            ValueUnit::Per { many, of } => format!("per {} {of}", count_of(*many)).trim_end().to_owned(),
            // As it stands behind more than one.
            _ => self.unit_behind("2").trim().to_owned(),
        }
    }

    /// The largest number that can occur, in the unit of the axis; none where there is no limit.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        matches!(self.unit, ValueUnit::Percent | ValueUnit::Points).then_some(100.0)
    }

    /// A mark of an axis, given in the unit of the axis: `82 %`, `£5`.
    #[must_use]
    pub fn tick(&self, plotted: f64, digits: usize) -> String {
        // Nobody writes £5.6.
        let digits = if self.unit == ValueUnit::Money && digits == 1 { 2 } else { digits };
        let number = self.with_symbol(plotted, &grouped(&rounded(plotted, digits)));
        match self.unit {
            ValueUnit::Percent | ValueUnit::Duration(_) => format!("{number}{}", self.unit_behind(&number)),
            _ => number,
        }
    }

    fn goal_number(&self, value: f64) -> String {
        let plotted = value * self.unit.factor();
        let exact = |digits: usize| {
            let back: f64 = rounded(plotted, digits).replace(MINUS, "-").parse().unwrap_or(f64::NAN);
            (back - plotted).abs() <= plotted.abs().max(1.0) * 1e-9
        };
        let digits = if !exact(self.digits) && exact(self.digits + 1) { self.digits + 1 } else { self.digits };
        let keep_fraction = self.unit == ValueUnit::Money && self.digits > 0;
        let digits = if exact(0) && !keep_fraction { 0 } else { digits };
        self.with_symbol(value, &grouped(&rounded(plotted, digits)))
    }

    /// The number without its unit, rounded and grouped.
    fn shown(&self, value: f64) -> String {
        grouped(&rounded(value * self.unit.factor(), self.digits))
    }

    /// Puts a currency in front, behind the sign.
    fn with_symbol(&self, value: f64, number: &str) -> String {
        if self.unit != ValueUnit::Money {
            return number.to_owned();
        }
        let symbol = self.currency.symbol();
        match number.strip_prefix(MINUS) {
            Some(rest) if value < 0.0 => format!("{MINUS}{symbol}{rest}"),
            _ => format!("{symbol}{number}"),
        }
    }

    fn unit_behind(&self, number: &str) -> String {
        let word = match &self.unit {
            ValueUnit::Money | ValueUnit::Number { word: None } => return String::new(),
            ValueUnit::Points => return points_behind(number),
            ValueUnit::Percent => "%",
            ValueUnit::Duration(DurationUnit::Days) if number == "1" => "day",
            ValueUnit::Duration(DurationUnit::Days) => "days",
            ValueUnit::Duration(unit) => unit.symbol(),
            ValueUnit::Count if number == "1" => return format!("{NO_BREAK_SPACE}{}", singular(&self.noun)),
            ValueUnit::Count => &self.noun,
            ValueUnit::Number { word: Some(word) } => word,
            ValueUnit::Per { many, .. } => return format!("{NO_BREAK_SPACE}per{NO_BREAK_SPACE}{}", count_of(*many)),
        };
        if word.is_empty() { String::new() } else { format!("{NO_BREAK_SPACE}{word}") }
    }

    /// The unit where it is a sign and not a word.
    fn symbol_behind(&self, number: &str) -> String {
        match self.unit {
            ValueUnit::Percent | ValueUnit::Duration(_) => self.unit_behind(number),
            _ => String::new(),
        }
    }

    /// Three digits that matter for most units; whole numbers for what cannot be split.
    fn usual_digits(&self, reference: f64) -> usize {
        let size = (reference * self.unit.factor()).abs();
        match &self.unit {
            ValueUnit::Count | ValueUnit::Points => 0,
            ValueUnit::Percent if size > 0.0 && size < 1.0 => 2,
            ValueUnit::Percent => 1,
            ValueUnit::Duration(_) => usize::from(size < 100.0),
            ValueUnit::Money => {
                if size < 1000.0 {
                    self.currency.minor_digits()
                } else {
                    0
                }
            }
            ValueUnit::Number { .. } | ValueUnit::Per { .. } => match size {
                size if size < 10.0 => 2,
                size if size < 100.0 => 1,
                _ => 0,
            },
        }
    }
}

/// A number of rows with what they are called: `2,391 answers`, `1 answer`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    let word = if n == 1 { singular(noun) } else { noun.to_owned() };
    format!("{}{NO_BREAK_SPACE}{word}", count(n))
}

/// A whole number with its thousands grouped: `2,391`.
#[must_use]
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// A share of a whole, for sentences: `67 %`.
#[must_use]
pub fn share(share: f64) -> String {
    format!("{}{NO_BREAK_SPACE}%", rounded(share * 100.0, 0))
}

/// A number without a unit, with as many decimals as it needs, four at most: `1,250`, `0.5`.
#[must_use]
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "not known".to_owned();
    }
    let text = rounded(value, 4);
    grouped(text.trim_end_matches('0').trim_end_matches('.'))
}

/// A score from 0 to 100, without decimals.
#[must_use]
pub fn score(value: f64) -> Figure {
    if !value.is_finite() {
        return Figure::words("not known");
    }
    let number = rounded(value, 0);
    Figure { value: Some(value), text: number.clone(), number, unit: String::new() }
}

/// A difference between scores: `+2`, `−6`; none when it is smaller than rounding.
#[must_use]
pub fn score_difference(difference: f64) -> Option<String> {
    let rounded = rounded(difference.abs(), 0);
    (difference.is_finite() && !is_zero(&rounded))
        .then(|| format!("{}{rounded}", if difference < 0.0 { MINUS } else { '+' }))
}

/// Rounds to so many decimals and writes the minus sign, but never before a zero.
pub(crate) fn rounded(value: f64, digits: usize) -> String {
    let digits_only = fixed(value.abs(), digits);
    if value < 0.0 && !is_zero(&digits_only) { format!("{MINUS}{digits_only}") } else { digits_only }
}

fn is_zero(number: &str) -> bool {
    !number.contains(|c: char| c.is_ascii_digit() && c != '0')
}

fn count_of(many: f64) -> String {
    let digits = usize::from(many.fract() != 0.0);
    grouped(&rounded(many, digits))
}

fn points_behind(number: &str) -> String {
    let one = matches!(number, "1" | "1.0" | "−1" | "−1.0");
    format!("{NO_BREAK_SPACE}{}", if one { "point" } else { "points" })
}

/// Puts commas between the thousands of a number that is already rounded.
fn grouped(number: &str) -> String {
    let (sign, unsigned) = match number.strip_prefix(MINUS) {
        Some(rest) => ("−", rest),
        None => ("", number),
    };
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// The singular of a noun, as far as the usual endings go; other nouns are left as they are.
#[must_use]
pub fn singular(noun: &str) -> String {
    const ENDINGS: [(&str, &str); 8] = [
        ("people", "person"),
        ("series", "series"),
        ("sses", "ss"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("ies", "y"),
        ("s", ""),
    ];
    if noun.ends_with("ss") {
        return noun.to_owned();
    }
    ENDINGS
        .iter()
        .find_map(|(plural, singular)| noun.strip_suffix(plural).map(|stem| format!("{stem}{singular}")))
        .unwrap_or_else(|| noun.to_owned())
}

/// The plural of a noun, by the usual endings.
#[must_use]
pub fn plural(noun: &str) -> String {
    if noun.ends_with("series") {
        return noun.to_owned();
    }
    if noun.ends_with("person") {
        return noun.replace("person", "people");
    }
    let before_y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match before_y {
        Some(stem) if !stem.is_empty() => format!("{stem}ies"),
        _ if ["s", "x", "ch", "sh"].iter().any(|ending| noun.ends_with(ending)) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests;
