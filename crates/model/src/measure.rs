//! Measures: what is counted, over which rows, shown in which unit.
//!
//! A measure aggregates numerators and denominators first and divides last, at every level of the
//! organisation. The SQL expressions inside a [`Formula`] are text here; the engine compiles them.

use std::fmt;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::arithmetic::Arithmetic;
use crate::composite::Composite;
use crate::example::Example;
use crate::ids::MeasureId;
use crate::period::Period;
use crate::reading::Reading;

/// An SQL expression over the columns of one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expression(pub String);

impl Expression {
    /// The SQL text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which rows of which table count, and what places each of them in time and in the organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rows {
    /// A table of the service record, or `case_facts`.
    pub table: String,
    /// Rows for which not all of these are true are left out. Each stands by itself: none can reach into another one.
    pub conditions: Vec<Expression>,
    /// The instant or day that puts a row into its period; rows without one are left out.
    pub period_of: Expression,
    /// The person that the row counts for.
    pub person: Option<Expression>,
    /// The unit that the row counts for when it has no person, or the person had no unit on that day.
    pub unit: Option<Expression>,
}

/// What is added up over the rows of one side of a ratio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// The number of rows.
    Count,
    /// The sum of an expression; rows where it is NULL add nothing.
    Sum(Expression),
    /// How many different values an expression has; NULL is none of them. It does not add up: a customer who came to
    /// two branches counts once in each, and once in the unit above.
    Distinct(Expression),
}

/// One side of a ratio: rows and what is added up over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Where the rows come from.
    pub rows: Rows,
    /// What is added up.
    pub amount: Amount,
}

/// Which value stands for a quantile when it falls between two observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuantileMethod {
    /// The smallest value with at least the wanted share of all values at or below it.
    NearestRank,
    /// Linear interpolation between the two neighbours ("type 7": R, numpy and spreadsheets).
    Interpolated,
}

/// How a measure is worked out.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// Rows for which `of` is true, out of the rows for which it is true or false. Stored as a fraction, 0 to 1.
    Share {
        /// The rows.
        rows: Rows,
        /// True, false, or NULL for rows that are left out.
        of: Expression,
    },
    /// How many rows.
    Count {
        /// The rows.
        rows: Rows,
    },
    /// The sum of an expression.
    Sum {
        /// The rows.
        rows: Rows,
        /// What is added up.
        of: Expression,
    },
    /// The mean of an expression over the rows where it is not NULL.
    Mean {
        /// The rows.
        rows: Rows,
        /// What is averaged.
        of: Expression,
    },
    /// One sum divided by another.
    Ratio {
        /// Above the line.
        numerator: Side,
        /// Below the line.
        denominator: Side,
    },
    /// Events per so many units of exposure, which may come from another table. Stored per one unit.
    Rate {
        /// What is counted.
        events: Side,
        /// What it is related to.
        exposure: Side,
        /// Shown per this many units of exposure, for example 1,000.
        per: f64,
    },
    /// Share of answers 9 and 10 minus share of answers 0 to 6. Stored from −1 to 1.
    NetPromoterScore {
        /// The rows.
        rows: Rows,
        /// The answer, 0 to 10; NULL is left out.
        of: Expression,
    },
    /// A percentile of an expression, from all values and never from other percentiles.
    Quantile {
        /// The rows.
        rows: Rows,
        /// The values; NULL is left out.
        of: Expression,
        /// Which one: 0.5 is the median.
        at: f64,
        /// What to do between two values.
        method: QuantileMethod,
    },
    /// How many rows are open at the end of the period: begun before it, and not ended before it.
    Stock {
        /// The rows; `period_of` is when a row begins to count.
        rows: Rows,
        /// When it stops counting; NULL while it still counts.
        until: Expression,
    },
    /// How many different values an expression has over the rows; NULL is none of them.
    Distinct {
        /// The rows.
        rows: Rows,
        /// What is told apart.
        of: Expression,
    },
    /// Of the rows that were there when the period began, the share that was still there, or was lost, when it ended.
    /// Rows that begin in the period do not count. A row belongs to the unit of its person on the day before the period.
    Retention {
        /// The rows; `period_of` is the day on which a row begins.
        rows: Rows,
        /// The day on which it ends; NULL while it has not ended.
        until: Expression,
        /// Whether those that were lost are counted, and not those that were kept.
        lost: bool,
    },
    /// Of the rows that entered in the period, the share that reached something within a time of their own.
    Cohort {
        /// The rows; `period_of` is when a row enters.
        rows: Rows,
        /// When it reaches what is asked for; NULL while it has not.
        reached: Expression,
        /// How long it has for that.
        within: Window,
    },
    /// Arithmetic over the readings of other measures, at every level and in every period.
    OfMeasures {
        /// What is worked out; parts are named by their position.
        arithmetic: Arithmetic,
        /// The measures, in the order in which they are first named.
        parts: Vec<Arc<Measure>>,
    },
    /// Several measures on one scale from 0 to 100, weighted.
    Composite(Composite),
}

/// A stretch of time that has to pass before something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// How long it is, in seconds.
    pub seconds: u32,
}

impl Window {
    /// So many days of 24 hours.
    #[must_use]
    pub fn of_days(days: u16) -> Self {
        Self { seconds: u32::from(days) * SECONDS_OF_A_DAY }
    }

    /// The whole days after which it has passed.
    #[must_use]
    pub fn days(self) -> u32 {
        self.seconds.div_ceil(SECONDS_OF_A_DAY)
    }
}

impl fmt::Display for Window {
    /// `7 days`, `36 hours`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(SECONDS_OF_A_DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
        let (size, word) =
            units.into_iter().find(|(size, _)| self.seconds.is_multiple_of(*size)).unwrap_or((1, "second"));
        let many = self.seconds / size;
        write!(f, "{many} {word}{}", if many == 1 { "" } else { "s" })
    }
}

const SECONDS_OF_A_DAY: u32 = 86_400;

impl Formula {
    /// The tables that the formula reads, those of other measures included, without repetition.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let own = self.all_rows().into_iter().map(|rows| rows.table.as_str());
        let of_parts = self.parts().into_iter().flat_map(|part| part.tables());
        let mut tables: Vec<&str> = Vec::new();
        for table in own.chain(of_parts) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        tables
    }

    /// The rows that it reads itself, those of the numerator first where there are two sides; none for what is worked out
    /// from other measures.
    #[must_use]
    pub fn all_rows(&self) -> Vec<&Rows> {
        match self {
            Formula::Ratio { numerator: one, denominator: other }
            | Formula::Rate { events: one, exposure: other, .. } => {
                vec![&one.rows, &other.rows]
            }
            Formula::Share { rows, .. }
            | Formula::Count { rows }
            | Formula::Sum { rows, .. }
            | Formula::Mean { rows, .. }
            | Formula::NetPromoterScore { rows, .. }
            | Formula::Quantile { rows, .. }
            | Formula::Distinct { rows, .. }
            | Formula::Retention { rows, .. }
            | Formula::Cohort { rows, .. }
            | Formula::Stock { rows, .. } => vec![rows],
            Formula::OfMeasures { .. } | Formula::Composite(_) => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub fn all_rows_mut(&mut self) -> Vec<&mut Rows> {
        match self {
            Formula::Ratio { numerator: one, denominator: other }
            | Formula::Rate { events: one, exposure: other, .. } => {
                vec![&mut one.rows, &mut other.rows]
            }
            Formula::Share { rows, .. }
            | Formula::Count { rows }
            | Formula::Sum { rows, .. }
            | Formula::Mean { rows, .. }
            | Formula::NetPromoterScore { rows, .. }
            | Formula::Quantile { rows, .. }
            | Formula::Distinct { rows, .. }
            | Formula::Retention { rows, .. }
            | Formula::Cohort { rows, .. }
            | Formula::Stock { rows, .. } => vec![rows],
            Formula::OfMeasures { .. } | Formula::Composite(_) => Vec::new(),
        }
    }

    /// The expressions over each of the rows that it reads itself: conditions, what places a row in time, and what is added
    /// up; without those that say whom a row counts for.
    #[must_use]
    pub fn expressions(&self) -> Vec<(&Rows, Vec<&Expression>)> {
        fn with<'a>(rows: &'a Rows, more: Option<&'a Expression>) -> (&'a Rows, Vec<&'a Expression>) {
            (rows, rows.conditions.iter().chain([&rows.period_of]).chain(more).collect())
        }
        fn of_side(side: &Side) -> (&Rows, Vec<&Expression>) {
            match &side.amount {
                Amount::Count => with(&side.rows, None),
                Amount::Sum(of) | Amount::Distinct(of) => with(&side.rows, Some(of)),
            }
        }
        match self {
            Formula::Ratio { numerator: one, denominator: other }
            | Formula::Rate { events: one, exposure: other, .. } => vec![of_side(one), of_side(other)],
            Formula::Count { rows } => vec![with(rows, None)],
            Formula::Share { rows, of }
            | Formula::Sum { rows, of }
            | Formula::Mean { rows, of }
            | Formula::NetPromoterScore { rows, of }
            | Formula::Quantile { rows, of, .. }
            | Formula::Distinct { rows, of }
            | Formula::Retention { rows, until: of, .. }
            | Formula::Cohort { rows, reached: of, .. }
            | Formula::Stock { rows, until: of } => vec![with(rows, Some(of))],
            Formula::OfMeasures { .. } | Formula::Composite(_) => Vec::new(),
        }
    }

    /// The rows that stand behind a single number: those of the numerator where there are two sides. None for what is
    /// worked out from other measures.
    #[must_use]
    pub fn rows(&self) -> Option<&Rows> {
        self.all_rows().into_iter().next()
    }

    /// The measures that it is worked out from, in the order of the definition; none for what is worked out from rows.
    #[must_use]
    pub fn parts(&self) -> Vec<&Arc<Measure>> {
        match self {
            Formula::OfMeasures { parts, .. } => parts.iter().collect(),
            Formula::Composite(composite) => composite.parts.iter().map(|part| &part.measure).collect(),
            _ => Vec::new(),
        }
    }

    /// The word for the kind of measure.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Formula::Share { .. } => "share",
            Formula::Count { .. } => "count",
            Formula::Sum { .. } => "sum",
            Formula::Mean { .. } => "mean",
            Formula::Ratio { .. } => "ratio",
            Formula::Rate { .. } => "rate",
            Formula::NetPromoterScore { .. } => "net promoter score",
            Formula::Quantile { .. } => "quantile",
            Formula::Stock { .. } => "stock",
            Formula::Distinct { .. } => "number of different values",
            Formula::Retention { lost: false, .. } => "retention",
            Formula::Retention { lost: true, .. } => "churn",
            Formula::Cohort { .. } => "cohort",
            Formula::OfMeasures { .. } => "formula",
            Formula::Composite(_) => "composite",
        }
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Best inside a range, bounds included.
    Within {
        /// Lower bound, in stored units.
        low: f64,
        /// Upper bound, in stored units.
        high: f64,
    },
    /// Context only: neither way is better.
    Neither,
}

impl Direction {
    /// Whether a value is on the good side of a line, exactly on it included; inside of a range no line is asked for. None
    /// where neither direction is better, and where a line is missing.
    #[must_use]
    pub fn meets(self, value: f64, line: Option<f64>) -> Option<bool> {
        match self {
            Direction::Higher => line.map(|line| value >= line),
            Direction::Lower => line.map(|line| value <= line),
            Direction::Within { low, high } => Some(low <= value && value <= high),
            Direction::Neither => None,
        }
    }
}

/// The unit in which values are shown. Stored values are fractions, seconds, or plain numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueUnit {
    /// A stored fraction shown as per cent; differences are points.
    Percent,
    /// A stored fraction from −1 to 1 shown from −100 to 100.
    Points,
    /// Stored seconds.
    Duration(DurationUnit),
    /// The project's reporting currency.
    Money,
    /// Whole things.
    Count,
    /// A plain number, perhaps with a word behind it.
    Number {
        /// The word, for example `points`.
        word: Option<String>,
    },
    /// Stored per one, shown per so many.
    Per {
        /// How many, for example 1,000.
        many: f64,
        /// Of what, for example `orders`.
        of: String,
    },
}

impl ValueUnit {
    /// What a stored value is multiplied with to be shown.
    #[must_use]
    pub fn factor(&self) -> f64 {
        match self {
            ValueUnit::Percent | ValueUnit::Points => 100.0,
            ValueUnit::Duration(unit) => 1.0 / unit.seconds(),
            ValueUnit::Per { many, .. } => *many,
            ValueUnit::Money | ValueUnit::Count | ValueUnit::Number { .. } => 1.0,
        }
    }
}

/// The unit in which a duration is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

impl DurationUnit {
    /// How many seconds one of it has.
    #[must_use]
    pub fn seconds(self) -> f64 {
        match self {
            DurationUnit::Seconds => 1.0,
            DurationUnit::Minutes => 60.0,
            DurationUnit::Hours => 3600.0,
            DurationUnit::Days => 86400.0,
        }
    }

    /// The short form behind a number: s, min, h, d.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            DurationUnit::Seconds => "s",
            DurationUnit::Minutes => "min",
            DurationUnit::Hours => "h",
            DurationUnit::Days => "d",
        }
    }
}

/// The levels at which a measure may be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// Fit for one person.
    pub person: bool,
    /// Fit for units below the whole.
    pub unit: bool,
}

/// What a reader has to know about a measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// What it means, in one or two sentences.
    pub means: Option<String>,
    /// How the record behind it comes about.
    pub collected: Option<String>,
    /// What moves it.
    pub moved_by: Vec<String>,
    /// The measures that it must be read with.
    pub read_with: Vec<MeasureId>,
    /// What goes wrong with it.
    pub pitfalls: Vec<String>,
    /// What has to be in the record.
    pub needs: Vec<String>,
    /// Whether it moves before or after the result that it is held to lead to.
    pub timing: Option<Timing>,
    /// Why it says nothing about one person, and where to look instead.
    pub not_for_people: Option<String>,
    /// Where the formula comes from.
    pub sources: Vec<String>,
}

/// Whether a measure moves before or after what it is held to lead to. That is a claim; a scorecard tests it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timing {
    /// It moves first: there is time to act.
    Leading,
    /// It tells how things turned out.
    Lagging,
}

/// Which definition produced a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefinitionVersion {
    /// Counted by people: 1, 2, …
    pub number: u32,
    /// Digest of the formula, so that a change without a new number cannot hide.
    pub digest: String,
}

impl fmt::Display for DefinitionVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, self.digest)
    }
}

/// A measure: its formula and all that is said about it. Targets live in the scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The identifier.
    pub id: MeasureId,
    /// The name people read.
    pub title: String,
    /// Identifier of the leg it belongs to by nature: `employee`, `customer`, `business`.
    pub leg: Option<String>,
    /// The Kaplan/Norton perspective it belongs to.
    pub perspective: Option<String>,
    /// What one counted row is called, in the plural: `answers`, `cases`.
    pub noun: String,
    /// Shown in this unit.
    pub unit: ValueUnit,
    /// Digits after the decimal point; chosen by the view where not given.
    pub decimals: Option<u8>,
    /// Which way is better.
    pub better: Direction,
    /// Where it may be reported.
    pub levels: Levels,
    /// A reading on fewer than this is withheld, so that nobody's answer can be told; see [`Measure::withholds`].
    pub withhold_below: Option<u32>,
    /// How it is worked out.
    pub formula: Formula,
    /// How long after the end of a period its figure is known, and not before; none where it is known at once.
    pub wait: Option<Window>,
    /// What a reader has to know.
    pub about: About,
    /// A few rows, and what has to come of them.
    pub example: Option<Example>,
    /// Which definition this is.
    pub definition: DefinitionVersion,
    /// Definitions that held before, the latest first.
    pub earlier: Vec<EarlierDefinition>,
}

/// A definition that held before another one.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierDefinition {
    /// The first day on which it no longer held.
    pub until: Date,
    /// Why it was changed then.
    pub reason: String,
    /// The measure as it was: its formula and its version.
    pub measure: Arc<Measure>,
}

/// A day on which the definition behind a series changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// The first day of the new definition.
    pub on: Date,
    /// The measure whose definition changed: the one itself, or one that it is worked out from.
    pub measure: MeasureId,
    /// What people call that measure.
    pub title: String,
    /// The version that holds from then on.
    pub version: u32,
    /// Why it was changed.
    pub reason: String,
}

impl Measure {
    /// The definition behind the figure of a period. On the day of a change inside of it there is none that holds for
    /// all of it.
    pub fn in_force(&self, period: Period) -> Result<&Measure, Date> {
        let mut definition = self;
        for earlier in &self.earlier {
            if period.start() >= earlier.until {
                break;
            }
            if period.end() > earlier.until {
                return Err(earlier.until);
            }
            definition = &earlier.measure;
        }
        Ok(definition)
    }

    /// The days on which the definition changed, or that of a measure that it is worked out from; the first one first.
    #[must_use]
    pub fn breaks(&self) -> Vec<Break> {
        let mut version = self.definition.number;
        let mut breaks = Vec::new();
        for earlier in &self.earlier {
            breaks.push(Break {
                on: earlier.until,
                measure: self.id.clone(),
                title: self.title.clone(),
                version,
                reason: earlier.reason.clone(),
            });
            version = earlier.measure.definition.number;
        }
        breaks.extend(self.formula.parts().into_iter().flat_map(|part| part.breaks()));
        breaks.sort();
        breaks.dedup();
        breaks
    }

    /// The tables that its figures are read from, by whichever definition, without repetition.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.measure.formula.tables());
        let mut tables: Vec<&str> = Vec::new();
        for table in self.formula.tables().into_iter().chain(earlier) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        tables
    }

    /// The last change of definition between two periods: what was measured in the one is not what was measured in the
    /// other.
    #[must_use]
    pub fn break_between(&self, one: Period, other: Period) -> Option<Break> {
        let (first, last) = (one.start().min(other.start()), one.start().max(other.start()));
        self.breaks().into_iter().rev().find(|change| change.on > first && change.on <= last)
    }

    /// The first day on which the figure of a period is known.
    #[must_use]
    pub fn known_from(&self, period: Period) -> Date {
        let days = self.wait.map_or(0, |wait| i64::from(wait.days()));
        period.end().saturating_add(days.days())
    }

    /// How many stand behind a reading. A figure that was counted elsewhere is one row whatever stands behind it; it
    /// rests on what is added up below the line.
    #[must_use]
    pub fn rests_on(&self, reading: &Reading) -> f64 {
        let counted_elsewhere = match &self.formula {
            Formula::Ratio { denominator: below, .. } | Formula::Rate { exposure: below, .. } => {
                matches!(below.amount, Amount::Sum(_))
            }
            _ => false,
        };
        match reading.denominator {
            Some(below) if counted_elsewhere => below,
            _ => reading.n as f64,
        }
    }

    /// Whether a reading rests on so few that it must not be told.
    #[must_use]
    pub fn withholds(&self, reading: &Reading) -> bool {
        let Some(fewest) = self.withhold_below else { return false };
        reading.value.is_some() && self.rests_on(reading) < f64::from(fewest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A measure with three definitions: 1 until March 2025, 2 until April 2026, 3 since.
    fn redefined() -> Measure {
        let base = crate::composite::tests::measure("csat");
        let version = |number: u32| {
            let definition = DefinitionVersion { number, digest: "0".to_owned() };
            Measure { definition, ..base.as_ref().clone() }
        };
        let earlier = |number, until, reason: &str| EarlierDefinition {
            until,
            reason: reason.to_owned(),
            measure: Arc::new(version(number)),
        };
        Measure {
            earlier: vec![
                earlier(2, jiff::civil::date(2026, 4, 1), "another scale"),
                earlier(1, jiff::civil::date(2025, 3, 1), "another question"),
            ],
            ..version(3)
        }
    }

    #[test]
    fn the_definition_behind_a_period() {
        let measure = redefined();
        let version = |text: &str| {
            let period = Period::parse(text, crate::period::FiscalYear::default()).unwrap();
            measure.in_force(period).map(|measure| measure.definition.number)
        };
        assert_eq!(version("2026-04"), Ok(3));
        assert_eq!(version("2026-03"), Ok(2));
        assert_eq!(version("2025-03"), Ok(2));
        assert_eq!(version("2025-02"), Ok(1));
        assert_eq!(version("2025-Q1"), Err(jiff::civil::date(2025, 3, 1)));
        assert_eq!(version("2026"), Err(jiff::civil::date(2026, 4, 1)));
        assert_eq!(version("2027"), Ok(3));
    }

    #[test]
    fn changes_of_a_measure_and_of_its_parts() {
        let part = Arc::new(redefined());
        let arithmetic = crate::arithmetic::Arithmetic::Part(0);
        let formula = Formula::OfMeasures { arithmetic, parts: vec![part] };
        let whole = Measure { formula, ..crate::composite::tests::measure("index").as_ref().clone() };
        let found: Vec<(String, u32)> =
            whole.breaks().into_iter().map(|change| (change.on.to_string(), change.version)).collect();
        assert_eq!(found, [("2025-03-01".to_owned(), 2), ("2026-04-01".to_owned(), 3)]);
        let period = |text: &str| Period::parse(text, crate::period::FiscalYear::default()).unwrap();
        let between =
            |one: &str, other: &str| whole.break_between(period(one), period(other)).map(|change| change.version);
        assert_eq!(between("2026-03", "2026-04"), Some(3));
        assert_eq!(between("2026-04", "2025-01"), Some(3));
        assert_eq!(between("2026-05", "2026-04"), None);
        assert_eq!(between("2025-04", "2025-04"), None);
    }

    #[test]
    fn windows_in_words_and_days() {
        let check = |seconds: u32, text: &str, days: u32| {
            let window = Window { seconds };
            assert_eq!((window.to_string().as_str(), window.days()), (text, days));
        };
        check(604_800, "7 days", 7);
        check(86_400, "1 day", 1);
        check(129_600, "36 hours", 2);
        check(90, "90 seconds", 1);
        assert_eq!(Window::of_days(7).seconds, 604_800);
    }
}
