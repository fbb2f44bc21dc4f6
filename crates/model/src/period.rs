//! Periods: the days, weeks, months, quarters and years that readings belong to.
//!
//! Weeks are ISO 8601 weeks (Monday first, week 1 holds the first Thursday). Quarters and years follow the
//! fiscal year of the project; a fiscal year is named after the calendar year in which it *ends*, so with a
//! fiscal year that starts in April, `2026` runs from April 2025 to March 2026. With a start in January the
//! two kinds of year are the same.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday, date};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A calendar day in the project's time zone.
    Day,
    /// An ISO 8601 week.
    Week,
    /// A calendar month.
    Month,
    /// A quarter of the fiscal year.
    Quarter,
    /// A fiscal year.
    Year,
}

impl Grain {
    /// Every grain, shortest first.
    pub const ALL: [Grain; 5] = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year];

    /// The word that commands and files use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Year => "year",
        }
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Grain {
    type Err = UnknownGrain;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Grain::ALL.into_iter().find(|grain| grain.as_str() == text).ok_or_else(|| UnknownGrain(text.to_owned()))
    }
}

/// The text is not the name of a grain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of period: write day, week, month, quarter or year")]
pub struct UnknownGrain(pub String);

/// The month in which the fiscal year starts, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FiscalYear(i8);

impl Default for FiscalYear {
    /// The fiscal year is the calendar year.
    fn default() -> Self {
        Self(1)
    }
}

impl FiscalYear {
    /// A fiscal year that starts on the first day of `month`; `None` when that is not a month.
    #[must_use]
    pub fn starting_in(month: i8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self(month))
    }

    /// The first month, 1 to 12.
    #[must_use]
    pub fn first_month(self) -> i8 {
        self.0
    }
}

/// One day, week, month, quarter or year, or several of one kind in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    grain: Grain,
    start: Date,
    /// How many of the grain in a row; at least one.
    count: u16,
}

impl Period {
    /// The period of this grain that contains the day.
    #[must_use]
    pub fn containing(day: Date, grain: Grain, fiscal: FiscalYear) -> Self {
        let start = match grain {
            Grain::Day => day,
            Grain::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Grain::Month => day.first_of_month(),
            Grain::Quarter => {
                let months_in = (day.month() - fiscal.0).rem_euclid(3);
                day.first_of_month().saturating_sub(i64::from(months_in).months())
            }
            Grain::Year => {
                let months_in = (day.month() - fiscal.0).rem_euclid(12);
                day.first_of_month().saturating_sub(i64::from(months_in).months())
            }
        };
        Self { grain, start, count: 1 }
    }

    /// From the beginning of one period to the end of another of the same grain: `2016-02..2017-02`. None when the
    /// last one begins before the first, or the two are not of one grain.
    #[must_use]
    pub fn spanning(first: Self, last: Self) -> Option<Self> {
        if first.grain != last.grain || last.start < first.start {
            return None;
        }
        let mut count = 0u16;
        let mut at = first.single();
        while at.start < last.end() {
            count = count.checked_add(1)?;
            at = at.next();
        }
        Some(Self { count, ..first })
    }

    /// The first of the periods in a row.
    fn single(self) -> Self {
        Self { count: 1, ..self }
    }

    /// Whether this is several periods in a row.
    #[must_use]
    pub fn is_span(self) -> bool {
        self.count > 1
    }

    /// Which kind of period this is; of several in a row, which kind each of them is.
    #[must_use]
    pub fn grain(self) -> Grain {
        self.grain
    }

    /// The first day.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// How many months it has; none for days and weeks.
    #[must_use]
    pub fn months(self) -> Option<u32> {
        let months = match self.grain {
            Grain::Day | Grain::Week => return None,
            Grain::Month => 1,
            Grain::Quarter => 3,
            Grain::Year => 12,
        };
        Some(months * u32::from(self.count))
    }

    /// The first day that no longer belongs to the period.
    #[must_use]
    pub fn end(self) -> Date {
        self.start.saturating_add(self.length())
    }

    fn length(self) -> jiff::Span {
        let count = i64::from(self.count);
        match self.grain {
            Grain::Day => count.days(),
            Grain::Week => count.weeks(),
            Grain::Month => count.months(),
            Grain::Quarter => (3 * count).months(),
            Grain::Year => (12 * count).months(),
        }
    }

    /// The last day that belongs to the period.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.end().saturating_sub(1.day())
    }

    /// Whether the day belongs to the period.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end()
    }

    /// The next period of the same length.
    #[must_use]
    pub fn next(self) -> Self {
        Self { start: self.end(), ..self }
    }

    /// The period before, of the same length.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { start: self.start.saturating_sub(self.length()), ..self }
    }

    /// The same period one year earlier. For weeks that is 52 weeks earlier, so that weekdays match.
    #[must_use]
    pub fn a_year_earlier(self) -> Self {
        let start = match self.grain {
            Grain::Week => self.start.saturating_sub(52.weeks()),
            _ => self.start.saturating_sub(12.months()),
        };
        Self { start, ..self }
    }

    /// The last day of this period for which there can be figures: the day to which the record reaches, when it lies in
    /// the period and the period is still running; else `today`.
    #[must_use]
    pub fn reach(self, today: Date, complete_to: Option<Date>) -> Date {
        complete_to.filter(|day| self.contains(today) && self.contains(*day)).map_or(today, |day| day.min(today))
    }

    /// What this period, as far as it has gone on `today`, is compared with: the same stretch of an earlier one, so
    /// that a part is never held against a whole. To 12 November that is 1 to 12 October, or 1 January to 12 November of
    /// the year before. A period that has ended, and one that has not begun, is compared with the whole of the other.
    #[must_use]
    pub fn like_for_like(self, other: Self, today: Date) -> Self {
        if today < self.start || today >= self.end() || other.start >= self.start {
            return other;
        }
        let last = match self.grain {
            Grain::Day | Grain::Week => {
                let passed = self.start.until(today).map_or(0, |span| span.get_days());
                other.start.saturating_add(i64::from(passed).days())
            }
            Grain::Month | Grain::Quarter | Grain::Year => {
                let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
                today.saturating_sub((months(self.start) - months(other.start)).months())
            }
        };
        if last >= other.last_day() {
            return other;
        }
        let day = |start: Date| Self { grain: Grain::Day, start, count: 1 };
        Self::spanning(day(other.start), day(last)).unwrap_or(other)
    }

    /// The months of a year up to the one that holds `today`; all of them once the year has ended, and the first one
    /// before it begins.
    #[must_use]
    pub fn year_to_date(year: Self, today: Date, fiscal: FiscalYear) -> Self {
        let month = |day: Date| Self::containing(day, Grain::Month, fiscal);
        let last = today.clamp(year.start, year.last_day());
        Self::spanning(month(year.start), month(last)).unwrap_or(year)
    }

    /// The `count` periods that end with this one, oldest first.
    #[must_use]
    pub fn trailing(self, count: usize) -> Vec<Self> {
        let mut periods = Vec::with_capacity(count);
        let mut period = self;
        for _ in 0..count {
            periods.push(period);
            period = period.previous();
        }
        periods.reverse();
        periods
    }

    /// The name that commands, files and addresses use: `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q4`, `2026`; for
    /// several in a row the first and the last: `2026-08..2026-10`.
    #[must_use]
    pub fn id(self, fiscal: FiscalYear) -> String {
        if let Some((first, last)) = self.ends(fiscal) {
            return format!("{}..{}", first.id(fiscal), last.id(fiscal));
        }
        match self.grain {
            Grain::Day => self.start.to_string(),
            Grain::Week => {
                let week = self.start.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Grain::Month => format!("{:04}-{:02}", self.start.year(), self.start.month()),
            Grain::Quarter => {
                let quarter = (self.start.month() - fiscal.0).rem_euclid(12) / 3 + 1;
                format!("{:04}-Q{quarter}", self.fiscal_year(fiscal))
            }
            Grain::Year => format!("{:04}", self.fiscal_year(fiscal)),
        }
    }

    /// The first and the last of several in a row; none for a single period.
    #[must_use]
    pub fn ends(self, fiscal: FiscalYear) -> Option<(Self, Self)> {
        (self.count > 1).then(|| (self.single(), Period::containing(self.last_day(), self.grain, fiscal)))
    }

    /// The calendar year in which the fiscal year of this period ends.
    #[must_use]
    pub fn fiscal_year(self, fiscal: FiscalYear) -> i16 {
        Period::containing(self.start, Grain::Year, fiscal).last_day().year()
    }

    /// Reads the form that [`Period::id`] writes.
    pub fn parse(text: &str, fiscal: FiscalYear) -> Result<Self, UnreadablePeriod> {
        let period = match text.split_once("..") {
            Some((first, last)) => {
                read(first, fiscal).zip(read(last, fiscal)).and_then(|(first, last)| Self::spanning(first, last))
            }
            None => read(text, fiscal),
        };
        period.ok_or_else(|| UnreadablePeriod(text.to_owned()))
    }
}

/// The text is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a period: write a day (2026-10-05), week (2026-W41), month (2026-10), quarter (2026-Q4), year (2026), or a first and a last one (2026-08..2026-10)"
)]
pub struct UnreadablePeriod(pub String);

fn read(text: &str, fiscal: FiscalYear) -> Option<Period> {
    let (year_text, rest) = match text.split_once('-') {
        Some((year, rest)) => (year, Some(rest)),
        None => (text, None),
    };
    if year_text.len() != 4 || !year_text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i16 = year_text.parse().ok()?;
    // Leaves room for arithmetic on both sides of every date that is accepted.
    if !(1..=9000).contains(&year) {
        return None;
    }
    let Some(rest) = rest else {
        return Some(fiscal_start(year, 0, Grain::Year, fiscal));
    };
    if let Some(week) = rest.strip_prefix('W') {
        let week = two_digits(week)?;
        let start = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        return Some(Period { grain: Grain::Week, start, count: 1 });
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = match quarter {
            "1" => 1,
            "2" => 2,
            "3" => 3,
            "4" => 4,
            _ => return None,
        };
        return Some(fiscal_start(year, (quarter - 1) * 3, Grain::Quarter, fiscal));
    }
    if let Some((month, day)) = rest.split_once('-') {
        let start = Date::new(year, two_digits(month)?, two_digits(day)?).ok()?;
        return Some(Period { grain: Grain::Day, start, count: 1 });
    }
    let start = Date::new(year, two_digits(rest)?, 1).ok()?;
    Some(Period { grain: Grain::Month, start, count: 1 })
}

/// The period that starts `months_in` months into the fiscal year that ends in calendar year `year`.
fn fiscal_start(year: i16, months_in: i32, grain: Grain, fiscal: FiscalYear) -> Period {
    let first_year = if fiscal.0 == 1 { year } else { year - 1 };
    let start = date(first_year, fiscal.0, 1).saturating_add(months_in.months());
    Period { grain, start, count: 1 }
}

fn two_digits(text: &str) -> Option<i8> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> FiscalYear {
        FiscalYear::default()
    }

    #[test]
    fn a_part_is_compared_with_a_part() {
        let period = |text: &str| Period::parse(text, calendar()).unwrap();
        let check = |this: &str, other: &str, today: Date, expected: &str| {
            let found = period(this).like_for_like(period(other), today);
            assert_eq!(found.id(calendar()), expected, "{this} on {today} with {other}");
        };
        check("2026-11", "2026-10", date(2026, 11, 12), "2026-10-01..2026-10-12");
        check("2026-11", "2026-10", date(2026, 11, 1), "2026-10-01");
        check("2026-11", "2025-11", date(2026, 11, 12), "2025-11-01..2025-11-12");
        check("2026-Q4", "2026-Q3", date(2026, 11, 12), "2026-07-01..2026-08-12");
        check("2026-01..2026-11", "2025-01..2025-11", date(2026, 11, 12), "2025-01-01..2025-11-12");
        check("2026-W46", "2026-W45", date(2026, 11, 11), "2026-11-02..2026-11-04");
        // After 28 days of March all of February has passed.
        check("2026-03", "2026-02", date(2026, 3, 27), "2026-02-01..2026-02-27");
        check("2026-03", "2026-02", date(2026, 3, 30), "2026-02");
        // What has ended is compared with the whole, and so is what has not begun.
        check("2026-11", "2026-10", date(2026, 12, 1), "2026-10");
        check("2026-11", "2026-10", date(2026, 10, 31), "2026-10");
        check("2026-10", "2026-11", date(2026, 10, 5), "2026-11");
    }

    #[test]
    fn how_far_figures_reach() {
        let november = Period::parse("2026-11", calendar()).unwrap();
        assert_eq!(november.reach(date(2026, 11, 12), Some(date(2026, 11, 9))), date(2026, 11, 9));
        assert_eq!(november.reach(date(2026, 11, 12), Some(date(2026, 10, 20))), date(2026, 11, 12));
        assert_eq!(november.reach(date(2026, 11, 12), None), date(2026, 11, 12));
        assert_eq!(november.reach(date(2026, 12, 12), Some(date(2026, 11, 9))), date(2026, 12, 12));
    }

    #[test]
    fn years_to_date() {
        let check = |year: &str, today: Date, fiscal: FiscalYear, expected: &str| {
            let year = Period::parse(year, fiscal).unwrap();
            assert_eq!(Period::year_to_date(year, today, fiscal).id(fiscal), expected);
        };
        check("2026", date(2026, 11, 12), calendar(), "2026-01..2026-11");
        check("2026", date(2026, 1, 2), calendar(), "2026-01");
        check("2025", date(2026, 11, 12), calendar(), "2025-01..2025-12");
        check("2027", date(2026, 11, 12), april(), "2026-04..2026-11");
    }

    fn april() -> FiscalYear {
        FiscalYear::starting_in(4).unwrap()
    }

    #[test]
    fn names_and_bounds() {
        let check = |text: &str, fiscal: FiscalYear, start: &str, last: &str| {
            let period = Period::parse(text, fiscal).unwrap();
            assert_eq!(period.start().to_string(), start, "{text}");
            assert_eq!(period.last_day().to_string(), last, "{text}");
            assert_eq!(period.id(fiscal), text);
        };
        check("2026-10-05", calendar(), "2026-10-05", "2026-10-05");
        check("2026-W41", calendar(), "2026-10-05", "2026-10-11");
        // The first ISO week of 2026 starts in 2025.
        check("2026-W01", calendar(), "2025-12-29", "2026-01-04");
        check("2020-W53", calendar(), "2020-12-28", "2021-01-03");
        check("2026-10", calendar(), "2026-10-01", "2026-10-31");
        check("2024-02", calendar(), "2024-02-01", "2024-02-29");
        check("2026-Q4", calendar(), "2026-10-01", "2026-12-31");
        check("2026", calendar(), "2026-01-01", "2026-12-31");
        check("2026", april(), "2025-04-01", "2026-03-31");
        check("2026-Q1", april(), "2025-04-01", "2025-06-30");
        check("2026-Q4", april(), "2026-01-01", "2026-03-31");
        check("2026-08..2026-10", calendar(), "2026-08-01", "2026-10-31");
        check("2025-W52..2026-W01", calendar(), "2025-12-22", "2026-01-04");
        check("2026-Q1..2026-Q2", april(), "2025-04-01", "2025-09-30");
    }

    #[test]
    fn what_is_not_a_period() {
        for text in [
            "",
            "26",
            "2026-13",
            "2026-00",
            "2026-W54",
            "2025-W53",
            "2026-Q5",
            "2026-Q0",
            "2026-2-1",
            "october",
            "2026-10-32",
            "20261",
            "2026-Q11",
            "+026",
            "9999",
            "2026-10..2026-08",
            "2026-10..2026",
            "2026-10..2026-10..2026-10",
            "2026-10..",
            "..",
        ] {
            assert!(Period::parse(text, calendar()).is_err(), "{text}");
        }
    }

    #[test]
    fn neighbours() {
        let period = Period::parse("2026-03", calendar()).unwrap();
        assert_eq!(period.previous().id(calendar()), "2026-02");
        assert_eq!(period.next().id(calendar()), "2026-04");
        assert_eq!(period.a_year_earlier().id(calendar()), "2025-03");
        let names: Vec<String> = period.trailing(3).into_iter().map(|p| p.id(calendar())).collect();
        assert_eq!(names, ["2026-01", "2026-02", "2026-03"]);
    }

    proptest::proptest! {
        #[test]
        fn every_day_lies_in_exactly_one_period(days in 0i64..40_000, month in 1i8..=12) {
            let fiscal = FiscalYear::starting_in(month).unwrap();
            let day = date(1970, 1, 1).saturating_add(days.days());
            for grain in Grain::ALL {
                let period = Period::containing(day, grain, fiscal);
                proptest::prop_assert!(period.contains(day));
                proptest::prop_assert!(!period.next().contains(day));
                proptest::prop_assert!(!period.previous().contains(day));
                proptest::prop_assert_eq!(period.next().previous(), period);
                proptest::prop_assert_eq!(Period::parse(&period.id(fiscal), fiscal), Ok(period));
                proptest::prop_assert_eq!(Period::containing(period.last_day(), grain, fiscal), period);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            if let Ok(period) = Period::parse(&text, calendar()) {
                proptest::prop_assert_eq!(period.id(calendar()), text);
            }
        }
    }
}
