//! From instants to the days of the project's time zone, fast.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};

const DAY: i64 = 86_400_000_000;

/// Days since 1970 of a date.
#[must_use]
pub fn day_number(date: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(date).map_or(0, |span| span.get_days())
}

/// The date of a number of days since 1970; the nearest one when it lies outside the calendar.
#[must_use]
pub fn date_of(day: i32) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new().try_days(day).map_or(epoch, |span| epoch.saturating_add(span))
}

/// The offsets of a time zone over the years that records speak of.
#[derive(Debug, Clone)]
pub struct LocalTime {
    zone: TimeZone,
    /// From which instant on (microseconds) which offset (microseconds) holds.
    offsets: Vec<(i64, i64)>,
}

impl LocalTime {
    /// Learns the offsets of a zone from 1970 to 2100; outside, the nearest one is taken.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        let offset_at = |moment: Timestamp| i64::from(zone.to_offset(moment).seconds()) * 1_000_000;
        let mut offsets = vec![(i64::MIN, offset_at(Timestamp::UNIX_EPOCH))];
        let last = Timestamp::from_second(4_102_444_800).unwrap_or(Timestamp::MAX);
        for transition in zone.following(Timestamp::UNIX_EPOCH) {
            if transition.timestamp() > last {
                break;
            }
            offsets
                .push((transition.timestamp().as_microsecond(), i64::from(transition.offset().seconds()) * 1_000_000));
        }
        Self { zone, offsets }
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day of the zone on which an instant lies, in days since 1970.
    #[must_use]
    pub fn day(&self, micros: i64) -> i32 {
        let after = self.offsets.partition_point(|(from, _)| *from <= micros);
        let offset = self.offsets[after.saturating_sub(1)].1;
        (micros.saturating_add(offset)).div_euclid(DAY) as i32
    }

    /// The instant at which a day begins.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        date.to_zoned(self.zone.clone()).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn agrees_with_the_calendar(seconds in 0i64..4_000_000_000, zone in proptest::sample::select(vec!["UTC", "Africa/Accra", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])) {
            let zone = TimeZone::get(zone).unwrap();
            let local = LocalTime::new(zone.clone());
            let moment = Timestamp::from_second(seconds).unwrap();
            let date = zone.to_datetime(moment).date();
            proptest::prop_assert_eq!(date_of(local.day(moment.as_microsecond())), date);
            proptest::prop_assert_eq!(date_of(day_number(date)), date);
        }
    }
}
