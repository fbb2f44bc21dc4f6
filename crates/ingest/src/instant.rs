//! Instants and days from text.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

/// The first and last instant that a record may name, in microseconds: the years 1 to 9998.
pub(crate) const EARLIEST: i64 = -62_135_596_800_000_000;
/// See [`EARLIEST`].
pub(crate) const LATEST: i64 = 253_370_764_800_000_000;

/// The first and last day that a record may name.
pub(crate) const FIRST_DAY: i32 = (EARLIEST / 86_400_000_000) as i32;
/// See [`FIRST_DAY`].
pub(crate) const LAST_DAY: i32 = (LATEST / 86_400_000_000) as i32;

/// Microseconds since 1970 of an ISO 8601 text. Without an offset the wall clock of `zone` is meant; without a time,
/// the start of the day. None when it is not one.
#[must_use]
pub fn parse(text: &str, zone: &TimeZone) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    let day = civil_day(bytes.get(..10)?)?;
    let mut rest = &bytes[10..];
    if rest.is_empty() {
        return wall_clock(i64::from(day) * 86_400_000_000, zone);
    }
    if !matches!(rest[0], b'T' | b't' | b' ') {
        return None;
    }
    rest = &rest[1..];
    let hour = two_digits(rest)?;
    let minute = two_digits(rest.get(3..)?)?;
    if rest[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    rest = &rest[5..];
    let mut second = 0;
    let mut micros = 0;
    if rest.first() == Some(&b':') {
        second = two_digits(&rest[1..])?;
        if second > 59 {
            return None;
        }
        rest = &rest[3..];
        if matches!(rest.first(), Some(b'.' | b',')) {
            let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            for place in 0..6 {
                let digit = if place < digits { i64::from(rest[1 + place] - b'0') } else { 0 };
                micros = micros * 10 + digit;
            }
            rest = &rest[1 + digits..];
        }
    }
    let wall = i64::from(day) * 86_400_000_000
        + (i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)) * 1_000_000
        + micros;
    let offset = match rest {
        [] => return wall_clock(wall, zone),
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let hours = two_digits(rest)?;
            let minutes = match &rest[2..] {
                [] => 0,
                [b':', rest @ ..] if rest.len() == 2 => two_digits(rest)?,
                rest if rest.len() == 2 => two_digits(rest)?,
                _ => return None,
            };
            if hours > 15 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    in_range(wall - offset * 1_000_000)
}

fn in_range(micros: i64) -> Option<i64> {
    (EARLIEST..=LATEST).contains(&micros).then_some(micros)
}

/// The instant at which the clock of `zone` shows this. A time that it shows twice is the first of the two, one that
/// it skips is moved on by the gap.
pub(crate) fn wall_clock(wall: i64, zone: &TimeZone) -> Option<i64> {
    if *zone == TimeZone::UTC {
        return in_range(wall);
    }
    let moment = jiff::Timestamp::from_microsecond(wall).ok()?;
    let civil = TimeZone::UTC.to_datetime(moment);
    in_range(zone.to_ambiguous_timestamp(civil).compatible().ok()?.as_microsecond())
}

/// Days since 1970 of an ISO 8601 day; a time behind it is passed over.
#[must_use]
pub fn parse_day(text: &str) -> Option<i32> {
    let bytes = text.trim().as_bytes();
    let day = civil_day(bytes.get(..10)?)?;
    matches!(bytes.get(10), None | Some(b'T' | b't' | b' ')).then_some(day)
}

fn two_digits(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    }
}

/// Days since 1970 of `YYYY-MM-DD`.
fn civil_day(bytes: &[u8]) -> Option<i32> {
    let year = i32::from(two_digits(bytes)?) * 100 + i32::from(two_digits(&bytes[2..])?);
    let month = two_digits(&bytes[5..])?;
    let day = two_digits(&bytes[8..])?;
    if bytes[4] != b'-' || bytes[7] != b'-' || !(1..=9998).contains(&year) {
        return None;
    }
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    Some(days_from_civil(year, i32::from(month), i32::from(day)))
}

/// Days since 1970 in the proleptic Gregorian calendar. The year is taken to start in March, so that the leap day
/// is the last of its year.
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Days since 1970.
pub(crate) fn days(date: Date) -> i32 {
    days_from_civil(i32::from(date.year()), i32::from(date.month()), i32::from(date.day()))
}

/// Microseconds since 1970 of a text in a format such as `%d/%m/%Y %H:%M`. A zone or offset in the text counts;
/// without one the wall clock of `zone` is meant.
#[must_use]
pub fn parse_format(text: &str, format: &str, zone: &TimeZone) -> Option<i64> {
    let parsed = BrokenDownTime::parse(format, text.trim()).ok()?;
    // A zone in the text says more than the argument.
    if parsed.iana_time_zone().is_some() {
        return in_range(parsed.to_zoned().ok()?.timestamp().as_microsecond());
    }
    // An offset in the text does too, and seconds since 1970 need neither.
    if let Ok(timestamp) = parsed.to_timestamp() {
        return in_range(timestamp.as_microsecond());
    }
    let civil: DateTime = match parsed.to_datetime() {
        Ok(civil) => civil,
        Err(_) => parsed.to_date().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    in_range(zone.to_ambiguous_timestamp(civil).compatible().ok()?.as_microsecond())
}

/// Days since 1970 of a text in a format such as `%d/%m/%Y`.
#[must_use]
pub fn parse_day_format(text: &str, format: &str) -> Option<i32> {
    let parsed = BrokenDownTime::parse(format, text.trim()).ok()?;
    let day = match parsed.to_date() {
        Ok(day) => day,
        // Seconds since 1970 are counted in UTC.
        Err(_) => TimeZone::UTC.to_datetime(parsed.to_timestamp().ok()?).date(),
    };
    Some(days(day)).filter(|days| (FIRST_DAY..=LAST_DAY).contains(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn iso_texts() {
        let check = |text: &str, zone_name: &str, expected: &str| {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(parse(text, &zone(zone_name)), Some(expected.as_microsecond()), "{text}");
        };
        check("2024-02-29T10:11:12Z", "UTC", "2024-02-29T10:11:12Z");
        check(" 2024-02-29 10:11 ", "UTC", "2024-02-29T10:11:00Z");
        check("2024-02-29T10:11:12.5+02:00", "UTC", "2024-02-29T08:11:12.5Z");
        check("2024-02-29T10:11:12.123456789-0130", "UTC", "2024-02-29T11:41:12.123456Z");
        check("2024-02-29T10:11:12+05", "UTC", "2024-02-29T05:11:12Z");
        check("2024-07-01", "Europe/Lisbon", "2024-06-30T23:00:00Z");
        check("2024-07-01T12:00", "Europe/Lisbon", "2024-07-01T11:00:00Z");
        // Shown twice: the first. Skipped: moved on by the hour.
        check("2024-10-27T01:30:00", "Europe/Lisbon", "2024-10-27T00:30:00Z");
        check("2024-03-31T01:30:00", "Europe/Lisbon", "2024-03-31T01:30:00Z");
    }

    #[test]
    fn what_is_no_instant() {
        for text in [
            "",
            "yesterday",
            "2024-13-45T00:00:00Z",
            "2024-02-30T10:00:00Z",
            "2023-02-29",
            "2024-02-29T24:00:00Z",
            "2024-02-29T10:60",
            "2024-02-29T10:11:60Z",
            "2024-02-29X10:11",
            "2024-02-29T10",
            "2024-02-29T10:11:12.Z",
            "2024-02-29T10:11:12+",
            "2024-02-29T10:11:12+1",
            "2024-02-29T10:11:12 UTC",
            "0000-01-01",
            "9999-12-31",
            "24-02-29",
            "2024/02/29",
            "+002024-01-01",
        ] {
            assert_eq!(parse(text, &TimeZone::UTC), None, "{text}");
        }
    }

    #[test]
    fn texts_in_a_format() {
        let check = |text: &str, format: &str, zone_name: &str, expected: Option<&str>| {
            let expected = expected.map(|text| text.parse::<Timestamp>().unwrap().as_microsecond());
            assert_eq!(parse_format(text, format, &zone(zone_name)), expected, "{text}");
        };
        check("29/2/2016 01:16", "%d/%m/%Y %H:%M", "UTC", Some("2016-02-29T01:16:00Z"));
        check("1/12/2016 9:05", "%d/%m/%Y %H:%M", "Europe/Lisbon", Some("2016-12-01T09:05:00Z"));
        check("7/30/2013", "%m/%d/%Y", "America/New_York", Some("2013-07-30T04:00:00Z"));
        check("30/7/2013", "%m/%d/%Y", "UTC", None);
        check("29/2/2015 01:16", "%d/%m/%Y %H:%M", "UTC", None);
        check("29/2/2016 01:16 and more", "%d/%m/%Y %H:%M", "UTC", None);
        check("2016-02-29 01:16 +0200", "%Y-%m-%d %H:%M %z", "UTC", Some("2016-02-28T23:16:00Z"));
        check("1456708560", "%s", "Europe/Lisbon", Some("2016-02-29T01:16:00Z"));
        check("2016-07-29 12:00 Asia/Tokyo", "%Y-%m-%d %H:%M %Q", "Europe/Lisbon", Some("2016-07-29T03:00:00Z"));
        assert_eq!(parse_day_format("7/29/2013", "%m/%d/%Y"), parse_day("2013-07-29"));
        assert_eq!(parse_day_format("1456708560", "%s"), parse_day("2016-02-29"));
        assert_eq!(parse_day_format("31/12/9999", "%d/%m/%Y"), None);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_jiff(micros in EARLIEST..LATEST, digits in 0usize..=6) {
            let step = 10i64.pow(6 - digits as u32);
            let micros = micros - micros.rem_euclid(step);
            let moment = Timestamp::from_microsecond(micros).unwrap();
            let text = format!("{moment:.digits$}");
            proptest::prop_assert_eq!(parse(&text, &TimeZone::UTC), Some(micros));
            let date = TimeZone::UTC.to_datetime(moment).date();
            proptest::prop_assert_eq!(days(date), micros.div_euclid(86_400_000_000) as i32);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,32}", format in "[%a-zA-Z/: .-]{0,8}") {
            let zone = zone("Europe/Lisbon");
            let _ = (parse(&text, &zone), parse_day(&text), parse_format(&text, &format, &zone), parse_day_format(&text, &format));
        }
    }
}
