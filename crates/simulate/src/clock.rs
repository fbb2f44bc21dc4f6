//! Days and moments on the wall clock of the simulated organisation, which is in London.
//!
//! Hundreds of thousands of moments are written, so days are plain numbers here. Nothing happens between midnight
//! and 03:00, so a moment on the wall clock is always exactly one instant.

use std::fmt;

use jiff::civil::Date;

/// A calendar day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    pub(crate) fn of(date: Date) -> Self {
        Self::from_parts(i32::from(date.year()), i32::from(date.month()), i32::from(date.day()))
    }

    /// Howard Hinnant's `days_from_civil`: years start in March, so that leap days come last.
    pub(crate) fn from_parts(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month and day of month.
    pub(crate) fn parts(self) -> (i32, i32, i32) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        (year_of_era + era * 400 + i32::from(month <= 2), month, day)
    }

    pub(crate) fn year(self) -> i32 {
        self.parts().0
    }

    pub(crate) fn day_of_month(self) -> i32 {
        self.parts().2
    }

    pub(crate) fn month(self) -> Month {
        let (year, month, _) = self.parts();
        Month(year * 12 + month - 1)
    }

    /// 1 is Monday.
    pub(crate) fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7) + 1
    }

    pub(crate) fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    pub(crate) fn next(self) -> Self {
        self.plus(1)
    }

    /// This moment of the day on the wall clock.
    pub(crate) fn at(self, second: i32) -> Moment {
        Moment { day: self, second }
    }

    /// Summer time, from the last Sunday of March to the last Sunday of October.
    fn is_summer(self) -> bool {
        let (year, month, _) = self.parts();
        let last_sunday = || {
            let last = Self::from_parts(year, month, 31);
            last.plus(-(last.weekday() % 7))
        };
        match month {
            3 => self >= last_sunday(),
            10 => self < last_sunday(),
            _ => (4..=9).contains(&month),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A calendar month, counted from the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(pub(crate) i32);

impl Month {
    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    pub(crate) fn first_day(self) -> Day {
        Day::from_parts(self.0.div_euclid(12), self.of_year(), 1)
    }

    pub(crate) fn last_day(self) -> Day {
        self.plus(1).first_day().plus(-1)
    }

    /// 1 is January.
    pub(crate) fn of_year(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.of_year())
    }
}

/// A moment on the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) day: Day,
    /// Seconds after midnight.
    pub(crate) second: i32,
}

impl Moment {
    /// So many seconds later. What would fall into the silent hours of the night is moved to the morning.
    pub(crate) fn plus(self, seconds: f64) -> Self {
        let total = i64::from(self.second) + seconds.max(0.0) as i64;
        let day = self.day.plus((total / 86_400) as i32);
        let second = (total % 86_400) as i32;
        day.at(if second < 6 * 3600 && day != self.day { 6 * 3600 + second / 4 } else { second })
    }

    /// Seconds from an earlier moment to this one.
    pub(crate) fn since(self, earlier: Moment) -> i64 {
        i64::from(self.day.0 - earlier.day.0) * 86_400 + i64::from(self.second - earlier.second)
    }

    /// Written with `Z`: `2026-10-31T16:52:10Z`.
    pub(crate) fn utc(self) -> Utc {
        Utc(self)
    }

    /// Written without a zone: `2026-10-31T16:52:10`.
    pub(crate) fn local(self) -> Local {
        Local(self)
    }

    /// Written as the English do, without seconds: `31/10/2026 16:52`.
    pub(crate) fn day_first(self) -> DayFirst {
        DayFirst(self)
    }
}

pub(crate) struct Utc(Moment);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = if self.0.day.is_summer() { 3600 } else { 0 };
        write!(f, "{}Z", Local(Moment { second: self.0.second - offset, ..self.0 }))
    }
}

pub(crate) struct Local(Moment);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.second;
        write!(f, "{}T{:02}:{:02}:{:02}", self.0.day, second / 3600, second / 60 % 60, second % 60)
    }
}

pub(crate) struct DayFirst(Moment);

impl fmt::Display for DayFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.day.parts();
        let second = self.0.second;
        write!(f, "{day:02}/{month:02}/{year:04} {:02}:{:02}", second / 3600, second / 60 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn days_agree_with_the_calendar() {
        let mut calendar = date(1999, 12, 25);
        let mut day = Day::of(calendar);
        for _ in 0..12_000 {
            assert_eq!(day.to_string(), calendar.to_string());
            assert_eq!(day.weekday(), i32::from(calendar.weekday().to_monday_one_offset()));
            assert_eq!(day, Day::of(calendar));
            calendar = calendar.saturating_add(1.day());
            day = day.next();
        }
        assert_eq!(Day::of(date(1970, 1, 1)).0, 0);
    }

    #[test]
    fn moments_agree_with_the_time_zone() {
        let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
        for date in [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2024, 10, 27)] {
            let wanted = date.at(10, 5, 9, 0).to_zoned(london.clone()).unwrap().timestamp();
            assert_eq!(Day::of(date).at(10 * 3600 + 309).utc().to_string(), wanted.to_string());
        }
    }

    #[test]
    fn moments_are_written() {
        let moment = Day::of(date(2026, 10, 31)).at(16 * 3600 + 52 * 60 + 10);
        assert_eq!(moment.day_first().to_string(), "31/10/2026 16:52");
        assert_eq!(moment.local().to_string(), "2026-10-31T16:52:10");
        assert_eq!(moment.plus(86_400.0).to_string_local(), "2026-11-01T16:52:10");
        assert_eq!(moment.plus(8.0 * 3600.0).to_string_local(), "2026-11-01T06:13:02");
    }

    impl Moment {
        fn to_string_local(self) -> String {
            self.local().to_string()
        }
    }
}
