//! Digests: what one person is told by mail, at most once a day, and when.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::schedule::{Schedule, retry};

/// How often one digest is tried again before the next one is waited for.
pub const MOST_TRIES: u32 = 8;

/// How often somebody is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Every day.
    Daily,
    /// Every Monday.
    Weekly,
}

impl Rhythm {
    /// All of them.
    pub const ALL: [Rhythm; 2] = [Rhythm::Daily, Rhythm::Weekly];

    /// The word for it, as it is kept and as forms say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Rhythm::Daily => "daily",
            Rhythm::Weekly => "weekly",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.as_str() == word)
    }

    /// The first instant after another at which somebody is written to, at a time of day.
    #[must_use]
    pub fn next(self, at: Time, after: Timestamp, zone: &TimeZone) -> Timestamp {
        let daily = Schedule::Daily { at: vec![at] };
        let mut next = daily.next(after, zone);
        if self == Rhythm::Weekly {
            // One Monday in a row of eight days, also where a place once left one out.
            for _ in 0..14 {
                if zone.to_datetime(next).weekday() == Weekday::Monday {
                    break;
                }
                next = daily.next(next, zone);
            }
        }
        next
    }

    /// When somebody is written to next. What is known not to have been sent is tried again a few times, at growing distances;
    /// what may have been sent is not.
    #[must_use]
    pub fn due(self, at: Time, begun_at: Timestamp, unsent: Option<u32>, zone: &TimeZone) -> Timestamp {
        let planned = self.next(at, begun_at, zone);
        match unsent {
            Some(failures) if failures < MOST_TRIES => planned.min(retry(begun_at, failures)),
            _ => planned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn weeks_begin_on_monday_and_days_at_the_hour_of_the_place() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = time(7, 0, 0, 0);
        let next = |rhythm: Rhythm, after: &str| rhythm.next(at, after.parse().unwrap(), &zone).to_string();
        // 25 October 2026 is the Sunday on which clocks are put back.
        assert_eq!(next(Rhythm::Daily, "2026-10-24T05:00:00Z"), "2026-10-25T06:00:00Z");
        assert_eq!(next(Rhythm::Weekly, "2026-10-19T05:00:00Z"), "2026-10-26T06:00:00Z");
        assert_eq!(next(Rhythm::Weekly, "2026-10-19T04:59:59Z"), "2026-10-19T05:00:00Z");
    }

    #[test]
    fn what_was_not_sent_is_tried_again_and_then_left() {
        let (zone, at) = (TimeZone::UTC, time(7, 0, 0, 0));
        let begun: Timestamp = "2026-11-02T07:00:00Z".parse().unwrap();
        let due = |unsent: Option<u32>| Rhythm::Daily.due(at, begun, unsent, &zone).to_string();
        assert_eq!(due(None), "2026-11-03T07:00:00Z");
        assert_eq!(due(Some(1)), "2026-11-02T07:01:00Z");
        assert_eq!(due(Some(7)), "2026-11-02T08:00:00Z");
        assert_eq!(due(Some(8)), "2026-11-03T07:00:00Z");
    }
}
