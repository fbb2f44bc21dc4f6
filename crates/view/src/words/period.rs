//! Names of periods and days.

use evenkeel_model::period::{FiscalYear, Grain, Period};
use jiff::civil::{Date, DateTime};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The full name: `5 October 2026`, `week 41 of 2026`, `October 2026`, `Q4 2026`, `2026`. Quarters and years of a
/// fiscal year that is not the calendar year say so.
#[must_use]
pub fn name(period: Period, fiscal: FiscalYear) -> String {
    if let Some(days) = days_of_a_month(period) {
        return format!("{days} {} {}", month(period.start()), period.start().year());
    }
    if let Some((first, last)) = period.ends(fiscal) {
        return format!("{} to {}", beside(first, last, fiscal), name(last, fiscal));
    }
    let start = period.start();
    match period.grain() {
        Grain::Day => format!("{} {} {}", start.day(), month(start), start.year()),
        Grain::Week => {
            let week = start.iso_week_date();
            format!("week {} of {}", week.week(), week.year())
        }
        Grain::Month => format!("{} {}", month(start), start.year()),
        Grain::Quarter if is_calendar(fiscal) => format!("{} {}", quarter(period, fiscal), start.year()),
        Grain::Quarter => format!("{} of fiscal year {}", quarter(period, fiscal), period.fiscal_year(fiscal)),
        Grain::Year if is_calendar(fiscal) => start.year().to_string(),
        Grain::Year => format!("fiscal year {}", period.fiscal_year(fiscal)),
    }
}

/// When something was so: `in October 2026`, `on 5 October 2026`, `from January to October 2026`.
#[must_use]
pub fn when(period: Period, fiscal: FiscalYear) -> String {
    format!("{} {}", preposition(period), name(period, fiscal))
}

/// How many months in a row a figure is of: `over 3 months`.
#[must_use]
pub fn over(months: Period) -> String {
    format!("over {} months", months.months().unwrap_or(1))
}

/// The word before a period when something was so in it.
#[must_use]
pub fn preposition(period: Period) -> &'static str {
    if period.is_span() {
        "from"
    } else if period.grain() == Grain::Day {
        "on"
    } else {
        "in"
    }
}

/// A short name with its year, for axes and tables: `5 Oct 2026`, `W41 2026`, `Oct 2026`, `Q4 2026`, `FY 2026`.
#[must_use]
pub fn short(period: Period, fiscal: FiscalYear) -> String {
    if let Some(days) = days_of_a_month(period) {
        return format!("{days} {} {}", short_month(period.start()), period.start().year());
    }
    if let Some((first, last)) = period.ends(fiscal) {
        return format!("{} to {}", short_beside(first, last, fiscal), short(last, fiscal));
    }
    let start = period.start();
    match period.grain() {
        Grain::Day => format!("{} {}", day(start), start.year()),
        Grain::Week => {
            let week = start.iso_week_date();
            format!("W{} {}", week.week(), week.year())
        }
        Grain::Month => format!("{} {}", short_month(start), start.year()),
        Grain::Quarter => format!("{} {}", quarter(period, fiscal), period.fiscal_year(fiscal)),
        Grain::Year if is_calendar(fiscal) => start.year().to_string(),
        Grain::Year => format!("FY {}", period.fiscal_year(fiscal)),
    }
}

/// The name beside another period: the year is left out where it is the same, and in the neighbouring period.
/// `September` beside October 2026, `October 2025` beside October 2026.
#[must_use]
pub fn beside(period: Period, other: Period, fiscal: FiscalYear) -> String {
    let start = period.start();
    if let Some(days) = days_of_a_month(period)
        && start.year() == other.start().year()
    {
        return format!("{days} {}", month(start));
    }
    if period.ends(fiscal).is_some() || !leaves_year_out(period, other, fiscal) {
        return name(period, fiscal);
    }
    match period.grain() {
        Grain::Day => format!("{} {}", start.day(), month(start)),
        Grain::Week => format!("week {}", start.iso_week_date().week()),
        Grain::Month => month(start).to_owned(),
        Grain::Quarter => quarter(period, fiscal),
        Grain::Year => name(period, fiscal),
    }
}

/// As [`beside`], short: `Sep`, `Oct 2025`.
#[must_use]
pub fn short_beside(period: Period, other: Period, fiscal: FiscalYear) -> String {
    if let Some(days) = days_of_a_month(period)
        && period.start().year() == other.start().year()
    {
        return format!("{days} {}", short_month(period.start()));
    }
    if period.ends(fiscal).is_some() || !leaves_year_out(period, other, fiscal) {
        return short(period, fiscal);
    }
    match period.grain() {
        Grain::Day => day(period.start()),
        Grain::Week => format!("W{}", period.start().iso_week_date().week()),
        Grain::Month => short_month(period.start()).to_owned(),
        Grain::Quarter => quarter(period, fiscal),
        Grain::Year => short(period, fiscal),
    }
}

/// Several days of one month: `1 to 12`. None for any other period.
fn days_of_a_month(period: Period) -> Option<String> {
    let (first, last) = (period.start(), period.last_day());
    let several = period.grain() == Grain::Day && first < last;
    (several && first.first_of_month() == last.first_of_month()).then(|| format!("{} to {}", first.day(), last.day()))
}

/// A day without its year: `31 Oct`.
#[must_use]
pub fn day(date: Date) -> String {
    format!("{} {}", date.day(), short_month(date))
}

/// A day with its year: `31 October 2026`.
#[must_use]
pub fn full_day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// The month that a day lies in: `October 2026`.
#[must_use]
pub fn month_of(date: Date) -> String {
    format!("{} {}", month(date), date.year())
}

/// An instant on the clock of the project: `2 Nov 06:10`, with the year where it is not the one that is meant.
#[must_use]
pub fn instant(at: DateTime, year: i16) -> String {
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    if at.year() == year {
        format!("{} {time}", day(at.date()))
    } else {
        format!("{} {} {time}", day(at.date()), at.year())
    }
}

/// The day by which something is due, as the end of the month where it is one: `December 2026`, `15 March 2027`.
#[must_use]
pub fn deadline(by: Date) -> String {
    if by == by.last_of_month() { format!("{} {}", month(by), by.year()) } else { full_day(by) }
}

/// The word for a period like this one: `month`. Several in a row are a `period`.
#[must_use]
pub fn singular(period: Period) -> &'static str {
    if period.is_span() { "period" } else { period.grain().as_str() }
}

/// The word for periods like this one: `months`. Several in a row, again and again, are `periods`.
#[must_use]
pub fn plural(period: Period) -> &'static str {
    if period.is_span() {
        return "periods";
    }
    match period.grain() {
        Grain::Day => "days",
        Grain::Week => "weeks",
        Grain::Month => "months",
        Grain::Quarter => "quarters",
        Grain::Year => "years",
    }
}

fn month(date: Date) -> &'static str {
    MONTHS[(date.month() - 1) as usize]
}

fn short_month(date: Date) -> &'static str {
    &month(date)[..3]
}

fn quarter(period: Period, fiscal: FiscalYear) -> String {
    let months_in = (period.start().month() - fiscal.first_month()).rem_euclid(12);
    format!("Q{}", months_in / 3 + 1)
}

fn is_calendar(fiscal: FiscalYear) -> bool {
    fiscal.first_month() == 1
}

fn leaves_year_out(period: Period, other: Period, fiscal: FiscalYear) -> bool {
    let same_year = match period.grain() {
        Grain::Year => false,
        Grain::Week => period.start().iso_week_date().year() == other.start().iso_week_date().year(),
        Grain::Quarter => period.fiscal_year(fiscal) == other.fiscal_year(fiscal),
        Grain::Day | Grain::Month => period.start().year() == other.start().year(),
    };
    same_year || (period.grain() != Grain::Year && (period == other.previous() || period == other.next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar() -> FiscalYear {
        FiscalYear::default()
    }

    fn april() -> FiscalYear {
        FiscalYear::starting_in(4).unwrap()
    }

    #[test]
    fn several_in_a_row_are_not_called_by_the_length_of_one() {
        let period = |id: &str| Period::parse(id, calendar()).unwrap();
        assert_eq!((singular(period("2026-10")), plural(period("2026-10"))), ("month", "months"));
        let span = period("2026-08..2026-10");
        assert_eq!((singular(span), plural(span)), ("period", "periods"));
    }

    #[test]
    fn when_something_was() {
        let check = |id: &str, said: &str| {
            assert_eq!(when(Period::parse(id, calendar()).unwrap(), calendar()), said);
        };
        check("2026-10-05", "on 5 October 2026");
        check("2026-W41", "in week 41 of 2026");
        check("2026-10", "in October 2026");
        check("2026", "in 2026");
        check("2026-08..2026-10", "from August to October 2026");
    }

    #[test]
    fn names() {
        let check = |id: &str, fiscal: FiscalYear, full: &str, brief: &str| {
            let period = Period::parse(id, fiscal).unwrap();
            assert_eq!(name(period, fiscal), full);
            assert_eq!(short(period, fiscal), brief);
        };
        check("2026-10-05", calendar(), "5 October 2026", "5 Oct 2026");
        check("2026-W41", calendar(), "week 41 of 2026", "W41 2026");
        // The first week of 2026 begins in 2025.
        check("2026-W01", calendar(), "week 1 of 2026", "W1 2026");
        check("2026-10", calendar(), "October 2026", "Oct 2026");
        check("2026-10", april(), "October 2026", "Oct 2026");
        check("2026-Q4", calendar(), "Q4 2026", "Q4 2026");
        check("2026-Q4", april(), "Q4 of fiscal year 2026", "Q4 2026");
        check("2026", calendar(), "2026", "2026");
        check("2026", april(), "fiscal year 2026", "FY 2026");
    }

    #[test]
    fn beside_another_period() {
        let check = |id: &str, other: &str, full: &str, brief: &str| {
            let read = |text| Period::parse(text, calendar()).unwrap();
            assert_eq!(beside(read(id), read(other), calendar()), full);
            assert_eq!(short_beside(read(id), read(other), calendar()), brief);
        };
        check("2026-09", "2026-10", "September", "Sep");
        check("2025-10", "2026-10", "October 2025", "Oct 2025");
        check("2026-10-01..2026-10-12", "2026-11", "1 to 12 October", "1 to 12 Oct");
        check("2025-10-01..2025-10-12", "2026-10", "1 to 12 October 2025", "1 to 12 Oct 2025");
        check("2025-07-01..2025-08-12", "2025-Q4", "1 July to 12 August 2025", "1 Jul to 12 Aug 2025");
        check("2025-12", "2026-01", "December", "Dec");
        check("2025-W41", "2026-W41", "week 41 of 2025", "W41 2025");
        check("2026-W40", "2026-W41", "week 40", "W40");
        check("2025-Q4", "2026-Q1", "Q4", "Q4");
        check("2025", "2026", "2025", "2025");
    }

    #[test]
    fn days_and_deadlines() {
        assert_eq!(day(date(2026, 10, 31)), "31 Oct");
        assert_eq!(deadline(date(2026, 12, 31)), "December 2026");
        assert_eq!(deadline(date(2027, 3, 15)), "15 March 2027");
        assert_eq!(instant(date(2026, 11, 2).at(6, 10, 0, 0), 2026), "2 Nov 06:10");
        assert_eq!(instant(date(2027, 1, 2).at(6, 10, 0, 0), 2026), "2 Jan 2027 06:10");
    }
}
