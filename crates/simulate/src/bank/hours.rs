//! When the places are open: weekly hours, and the bank holidays of England.

use crate::clock::{Day, Moment};

/// A working calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hours {
    Branch,
    ContactCentre,
    Business,
}

const HOUR: i32 = 3600;

impl Hours {
    pub(crate) const ALL: [Hours; 3] = [Hours::Branch, Hours::ContactCentre, Hours::Business];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Hours::Branch => "branch",
            Hours::ContactCentre => "contact-centre",
            Hours::Business => "business",
        }
    }

    /// Opening and closing on an ordinary weekday, in seconds after midnight; 1 is Monday.
    pub(crate) fn weekly(self, weekday: i32) -> Option<(i32, i32)> {
        match (self, weekday) {
            (Hours::Branch, 1..=5) => Some((9 * HOUR + HOUR / 2, 16 * HOUR + HOUR / 2)),
            (Hours::Branch, 6) => Some((9 * HOUR + HOUR / 2, 13 * HOUR)),
            (Hours::ContactCentre, 1..=5) => Some((8 * HOUR, 20 * HOUR)),
            (Hours::ContactCentre, 6) | (Hours::Business, 1..=5) => Some((9 * HOUR, 17 * HOUR)),
            (Hours::ContactCentre, _) => Some((10 * HOUR, 16 * HOUR)),
            _ => None,
        }
    }

    /// What is left of the day on a holiday: the contact centre answers from 10 to 16, but not at Christmas and New Year.
    pub(crate) fn on_holiday(self, name: &str) -> Option<(i32, i32)> {
        let closed = matches!(name, "Christmas Day" | "Boxing Day" | "New Year's Day");
        (self == Hours::ContactCentre && !closed).then_some((10 * HOUR, 16 * HOUR))
    }
}

/// The opening hours of every day that a simulation touches.
pub(crate) struct OpeningHours {
    holidays: Vec<(Day, &'static str)>,
}

impl OpeningHours {
    pub(crate) fn new(years: std::ops::RangeInclusive<i32>) -> Self {
        Self { holidays: years.flat_map(bank_holidays).collect() }
    }

    pub(crate) fn holidays(&self) -> &[(Day, &'static str)] {
        &self.holidays
    }

    /// When it opens and closes on the day; none when it does not open.
    pub(crate) fn on(&self, hours: Hours, day: Day) -> Option<(i32, i32)> {
        match self.holidays.binary_search_by_key(&day, |holiday| holiday.0) {
            Ok(found) => hours.on_holiday(self.holidays[found].1),
            Err(_) => hours.weekly(day.weekday()),
        }
    }

    /// The moment after so many seconds of open time.
    pub(crate) fn after(&self, hours: Hours, from: Moment, seconds: f64) -> Moment {
        let mut left = seconds as i32;
        let mut now = from;
        loop {
            if let Some((opens, closes)) = self.on(hours, now.day) {
                let begin = now.second.max(opens);
                if begin + left < closes {
                    return now.day.at(begin + left);
                }
                left -= (closes - begin).max(0);
            }
            now = now.day.next().at(0);
        }
    }
}

/// The bank holidays of one year in England, in order.
fn bank_holidays(year: i32) -> Vec<(Day, &'static str)> {
    let first_monday = |month: i32| {
        let first = Day::from_parts(year, month, 1);
        first.plus((8 - first.weekday()) % 7)
    };
    let last_monday = |month: i32| {
        let last = Day::from_parts(year, month, 31);
        last.plus(1 - last.weekday())
    };
    let next_weekday = |day: Day| match day.weekday() {
        6 => day.plus(2),
        7 => day.next(),
        _ => day,
    };
    let easter = easter_sunday(year);
    let christmas = Day::from_parts(year, 12, 25);
    // When Christmas falls on a weekend, the days in lieu follow on Monday and Tuesday.
    let (christmas, boxing) = match christmas.weekday() {
        5 => (christmas, christmas.plus(3)),
        6 => (christmas.plus(2), christmas.plus(3)),
        7 => (christmas.plus(2), christmas.next()),
        _ => (christmas, christmas.next()),
    };
    let mut days = vec![
        (next_weekday(Day::from_parts(year, 1, 1)), "New Year's Day"),
        (easter.plus(-2), "Good Friday"),
        (easter.next(), "Easter Monday"),
        (first_monday(5), "Early May bank holiday"),
        (last_monday(5), "Spring bank holiday"),
        (last_monday(8), "Summer bank holiday"),
        (christmas, "Christmas Day"),
        (boxing, "Boxing Day"),
    ];
    days.sort_unstable();
    days
}

/// Easter Sunday by the anonymous Gregorian algorithm.
fn easter_sunday(year: i32) -> Day {
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let correction = (golden + 11 * moon + 22 * weekday) / 451;
    let sum = moon + weekday - 7 * correction + 114;
    Day::from_parts(year, sum / 31, sum % 31 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_of_england() {
        let check = |year: i32, wanted: [&str; 8]| {
            let days: Vec<String> = bank_holidays(year).into_iter().map(|(day, _)| day.to_string()).collect();
            assert_eq!(days, wanted.map(|day| format!("{year}-{day}")));
        };
        check(2024, ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"]);
        check(2026, ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]);
        check(2027, ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]);
        check(2022, ["01-03", "04-15", "04-18", "05-02", "05-30", "08-29", "12-26", "12-27"]);
    }

    #[test]
    fn work_waits_for_the_doors_to_open() {
        let hours = OpeningHours::new(2026..=2026);
        let friday = Day::from_parts(2026, 10, 30);
        let check = |hours_of: Hours, from: Moment, seconds: f64, wanted: &str| {
            assert_eq!(hours.after(hours_of, from, seconds).local().to_string(), wanted);
        };
        check(Hours::Branch, friday.at(16 * HOUR), 3600.0, "2026-10-31T10:00:00");
        check(Hours::Business, friday.at(18 * HOUR), 60.0, "2026-11-02T09:01:00");
        check(Hours::ContactCentre, friday.at(7 * HOUR), 0.0, "2026-10-30T08:00:00");
    }
}
