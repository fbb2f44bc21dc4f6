//! When people look at the scorecard together.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::period::{FiscalYear, Grain, Period};

/// The latest day of a month on which reviews are: every month has it.
pub const LATEST_DAY: i8 = 28;

/// Every period is looked at after it is over, on the same day of the month that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviews {
    /// The periods that are looked at: months, quarters or years.
    pub every: Grain,
    /// The day of the month, from 1 to [`LATEST_DAY`].
    pub day: i8,
}

impl Reviews {
    /// The reviews from a day to another one, each with the period that is looked at, the earliest first.
    #[must_use]
    pub fn between(self, first: Date, last: Date, fiscal: FiscalYear) -> Vec<(Date, Period)> {
        let mut found = Vec::new();
        // The review of a period comes in the month after it.
        let mut period = Period::containing(first.saturating_sub(1.month()), self.every, fiscal);
        // At the end of the calendar a period is cut short, and nothing comes after it.
        while period.end() <= last && period.end() < Date::MAX {
            let day = period.end().saturating_add(i64::from(self.day - 1).days());
            if (first..=last).contains(&day) {
                found.push((day, period));
            }
            period = period.next();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn told(every: Grain, day: i8, first: Date, last: Date) -> Vec<String> {
        let fiscal = FiscalYear::default();
        let reviews = Reviews { every, day }.between(first, last, fiscal);
        reviews.into_iter().map(|(day, period)| format!("{day} {}", period.id(fiscal))).collect()
    }

    #[test]
    fn every_period_has_its_day() {
        let year = (date(2026, 11, 2), date(2027, 1, 31));
        assert_eq!(
            told(Grain::Month, 12, year.0, year.1),
            ["2026-11-12 2026-10", "2026-12-12 2026-11", "2027-01-12 2026-12"]
        );
        assert_eq!(told(Grain::Quarter, 28, year.0, year.1), ["2027-01-28 2026-Q4"]);
        // The first and the last day belong to it.
        assert_eq!(told(Grain::Month, 2, year.0, date(2026, 12, 2)), ["2026-11-02 2026-10", "2026-12-02 2026-11"]);
        assert!(told(Grain::Year, 12, year.0, date(2027, 1, 11)).is_empty());
        assert!(told(Grain::Month, 1, Date::MAX, Date::MAX).is_empty());
    }
}
