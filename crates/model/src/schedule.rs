//! When something is due that is done again and again. Days and times of day are those of a time zone; instants are
//! parameters, as everywhere here.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// After how many minutes what failed is tried again for the first time; the stretch doubles with each failure.
const FIRST_RETRY: i64 = 1;
/// The longest stretch between two attempts, in minutes, unless the schedule itself is slower.
const LONGEST_RETRY: i64 = 60;
/// How many times of day a schedule may have.
pub const MOST_TIMES: usize = 24;
/// The shortest and the longest stretch between two times, in minutes.
pub const STRETCHES: std::ops::RangeInclusive<u32> = 1..=7 * 24 * 60;

/// How often something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Again and again, so many minutes after it was begun.
    Every {
        /// The minutes.
        minutes: u32,
    },
    /// Every day at these times of day, in their order.
    Daily {
        /// The times of day.
        at: Vec<Time>,
    },
}

/// What came of it so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// When it was last begun; none before the first time.
    pub begun_at: Option<Timestamp>,
    /// How often it has failed since it last succeeded.
    pub failures: u32,
}

impl Schedule {
    /// The first instant after another at which it is to be done. A time of day that a clock skips, because it is put
    /// forward, comes as much later as the clock is put forward; one that comes twice counts the first time alone.
    #[must_use]
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Schedule::Every { minutes } => {
                after.saturating_add(SignedDuration::from_mins(i64::from(*minutes))).unwrap_or(Timestamp::MAX)
            }
            Schedule::Daily { at } => {
                let first = zone.to_datetime(after).date().saturating_sub(1.day());
                // Clocks are never put forward or back by two days.
                let days = first.series(1.day()).take(4);
                let instants = days.flat_map(|day| at.iter().map(move |time| day.to_datetime(*time)));
                let instants = instants.filter_map(|local| zone.to_timestamp(local).ok());
                instants.filter(|instant| *instant > after).min().unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// When it is to be done again. What was never begun is due now. What failed is tried again sooner than planned, after
    /// stretches that double.
    #[must_use]
    pub fn due(&self, attempts: &Attempts, now: Timestamp, zone: &TimeZone) -> Timestamp {
        // An attempt that lies ahead was made by a clock that went wrong, and nothing waits for that.
        let Some(begun_at) = attempts.begun_at.filter(|begun_at| *begun_at <= now) else { return now };
        let planned = self.next(begun_at, zone);
        if attempts.failures == 0 { planned } else { planned.min(retry(begun_at, attempts.failures)) }
    }
}

/// When something is tried again that has failed so many times, the last time when it was begun then.
#[must_use]
pub fn retry(begun_at: Timestamp, failures: u32) -> Timestamp {
    // More doublings than these lie beyond the longest wait.
    let minutes = (FIRST_RETRY << failures.saturating_sub(1).min(6)).min(LONGEST_RETRY);
    begun_at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn daily(times: &[(i8, i8)]) -> Schedule {
        Schedule::Daily { at: times.iter().map(|(hour, minute)| time(*hour, *minute, 0, 0)).collect() }
    }

    /// The times that follow an instant.
    fn following(schedule: &Schedule, after: &str, zone: &TimeZone, count: usize) -> Vec<String> {
        let mut last = at(after);
        let mut found = Vec::new();
        for _ in 0..count {
            last = schedule.next(last, zone);
            found.push(last.to_string());
        }
        found
    }

    #[test]
    fn minutes_are_minutes_whatever_clocks_do() {
        let every = Schedule::Every { minutes: 15 };
        let berlin = zone("Europe/Berlin");
        assert_eq!(
            following(&every, "2026-10-25T00:50:00Z", &berlin, 2),
            ["2026-10-25T01:05:00Z", "2026-10-25T01:20:00Z"]
        );
    }

    #[test]
    fn a_time_of_day_is_that_of_the_time_zone() {
        let new_york = zone("America/New_York");
        assert_eq!(
            following(&daily(&[(6, 30), (18, 0)]), "2026-07-01T10:30:00Z", &new_york, 3),
            ["2026-07-01T22:00:00Z", "2026-07-02T10:30:00Z", "2026-07-02T22:00:00Z"]
        );
        // Almost a day ahead of, and behind, the day that it is in Greenwich.
        assert_eq!(
            following(&daily(&[(0, 0)]), "2026-07-01T09:59:59Z", &zone("Pacific/Kiritimati"), 2),
            ["2026-07-01T10:00:00Z", "2026-07-02T10:00:00Z"]
        );
        assert_eq!(
            following(&daily(&[(23, 59)]), "2026-07-01T10:59:00Z", &zone("Pacific/Pago_Pago"), 1),
            ["2026-07-02T10:59:00Z"]
        );
    }

    #[test]
    fn a_time_that_the_clock_skips_comes_later_that_day() {
        let berlin = zone("Europe/Berlin");
        // On 29 March 2026, three o'clock follows a second after one fifty-nine.
        assert_eq!(
            following(&daily(&[(2, 30)]), "2026-03-28T12:00:00Z", &berlin, 3),
            ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]
        );
        // With the one an hour later it falls together, and is done once.
        assert_eq!(
            following(&daily(&[(2, 30), (3, 30)]), "2026-03-29T00:00:00Z", &berlin, 2),
            ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
        );
    }

    #[test]
    fn a_time_that_comes_twice_counts_once() {
        // On 25 October 2026, two to three o'clock comes twice.
        assert_eq!(
            following(&daily(&[(2, 30)]), "2026-10-24T12:00:00Z", &zone("Europe/Berlin"), 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn a_day_that_a_place_left_out_is_passed_over() {
        // Samoa went from 29 to 31 December 2011.
        let apia = zone("Pacific/Apia");
        let found = following(&daily(&[(8, 0)]), "2011-12-29T17:00:00Z", &apia, 2);
        assert_eq!(found, ["2011-12-29T18:00:00Z", "2011-12-30T18:00:00Z"]);
    }

    #[test]
    fn what_was_never_done_or_was_missed_is_due_once() {
        let (utc, schedule, now) = (TimeZone::UTC, daily(&[(6, 0)]), at("2026-11-05T09:00:00Z"));
        assert_eq!(schedule.due(&Attempts::default(), now, &utc), now);
        let missed = Attempts { begun_at: Some(at("2026-11-01T06:00:01Z")), failures: 0 };
        assert_eq!(schedule.due(&missed, now, &utc), at("2026-11-02T06:00:00Z"));
        let done = Attempts { begun_at: Some(now), failures: 0 };
        assert_eq!(schedule.due(&done, now, &utc), at("2026-11-06T06:00:00Z"));
        let ahead = Attempts { begun_at: Some(at("2036-11-01T06:00:01Z")), failures: 0 };
        assert_eq!(schedule.due(&ahead, now, &utc), now);
    }

    #[test]
    fn what_failed_is_tried_again_at_growing_distances() {
        let (utc, now) = (TimeZone::UTC, at("2026-11-05T06:00:00Z"));
        let minutes = |schedule: &Schedule, failures: u32| {
            let due = schedule.due(&Attempts { begun_at: Some(now), failures }, now, &utc);
            due.duration_since(now).as_mins()
        };
        let daily = daily(&[(6, 0)]);
        let found: Vec<i64> = [0, 1, 2, 3, 6, 7, 100, u32::MAX].map(|failures| minutes(&daily, failures)).into();
        assert_eq!(found, [1440, 1, 2, 4, 32, 60, 60, 60]);
        let often = Schedule::Every { minutes: 5 };
        assert_eq!([1, 3, 4, 9].map(|failures| minutes(&often, failures)), [1, 4, 5, 5]);
    }
}
