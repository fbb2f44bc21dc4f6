//! Open time against a count, minute by minute, that shares no code with what it judges.

use std::sync::Arc;

use jiff::civil::{DateTime, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Zones with every kind of change, each with the first of five years in which it has some: changes at midnight and at
/// one minute past, of half an hour, backwards in spring, a day that never was, an offset that moved for good.
const ZONES: [(&str, i16, usize); 11] = [
    ("Europe/London", 2019, 10),
    ("America/New_York", 2019, 10),
    ("Australia/Lord_Howe", 2019, 10),
    ("Asia/Kathmandu", 1984, 1),
    ("America/Sao_Paulo", 2013, 10),
    ("Africa/Casablanca", 2018, 10),
    ("Asia/Tehran", 2018, 8),
    ("Pacific/Apia", 2009, 6),
    ("America/St_Johns", 2008, 10),
    ("Europe/Dublin", 2019, 10),
    ("Antarctica/Troll", 2019, 10),
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(zone: &TimeZone, text: &str) -> i64 {
    text.parse::<DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp().as_microsecond()
}

fn compiled(calendar: &Calendar, zone: &TimeZone, from: &str, to: &str) -> WorkingTime {
    let span = at(zone, &format!("{from}T00:00"))..at(zone, &format!("{to}T00:00"));
    WorkingTime::new(Arc::new(calendar.clone()), zone.clone(), span)
}

fn built(hours: &[Hours], holidays: &[Holiday]) -> Calendar {
    let (calendar, problems) = Calendar::build("test", hours, holidays);
    assert_eq!(problems, []);
    calendar
}

fn office(holidays: &[Holiday]) -> Calendar {
    built(&(1..=5).map(|weekday| Hours::weekly(weekday, 540, 1020)).collect::<Vec<_>>(), holidays)
}

// The count.

/// Whether the rows of a calendar say that a local minute is open.
fn open_by_rows(hours: &[Hours], holidays: &[Holiday], local: DateTime) -> bool {
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let today = local.date();
    let holds = |row: &&Hours| {
        row.weekday == i64::from(today.weekday().to_monday_one_offset())
            && row.valid_from.is_none_or(|from| from <= today)
            && row.valid_to.is_none_or(|to| today < to)
    };
    let newest = hours.iter().filter(holds).map(|row| row.valid_from).max();
    let open = hours
        .iter()
        .filter(holds)
        .filter(|row| Some(row.valid_from) == newest)
        .any(|row| row.opens_min <= minute && minute < row.closes_min);
    let closed = holidays.iter().any(|holiday| {
        let on = match holiday.on {
            HolidayOn::Date(day) => day == today,
            HolidayOn::Yearly { month, day } => (month, day) == (today.month(), today.day()),
        };
        on && holiday.from_min.is_none_or(|from| from <= minute) && holiday.to_min.is_none_or(|to| minute < to)
    });
    open && !closed
}

/// What the clock on the wall shows at the beginning of each minute from an instant to another.
fn wall(zone: &TimeZone, from: i64, to: i64) -> Vec<DateTime> {
    let local = |minute: i64| zone.to_datetime(Timestamp::from_microsecond(from + minute * MINUTE).unwrap());
    (0..(to - from) / MINUTE).map(local).collect()
}

fn open_minutes(wall: &[DateTime], hours: &[Hours], holidays: &[Holiday]) -> Vec<bool> {
    wall.iter().map(|local| open_by_rows(hours, holidays, *local)).collect()
}

/// Holds everything that can be asked about a stretch of time against the count of its minutes.
fn check(working: &WorkingTime, from: i64, open: &[bool], what: &str) {
    let at = |minute: usize| from + minute as i64 * MINUTE;
    let whole = open.iter().filter(|open| **open).count() as i64;
    assert_eq!(working.open_micros(from, at(open.len())), whole * MINUTE, "{what}, as a whole");
    let mut passed = 0;
    for (minute, &is_open) in open.iter().enumerate() {
        let now = at(minute);
        if minute % 7 == 0 || minute > 0 && open[minute - 1] != is_open {
            assert_eq!(working.open_micros(from, now), passed * MINUTE, "{what}, until minute {minute}");
            assert_eq!(working.is_open(now), is_open, "{what}, at minute {minute}");
            let halfway = passed * MINUTE + if is_open { MINUTE / 2 } else { 0 };
            assert_eq!(working.open_micros(from, now + MINUTE / 2), halfway, "{what}, in minute {minute}");
            if passed > 0 {
                let last = open[..minute].iter().rposition(|open| *open).unwrap();
                assert_eq!(working.after(from, passed * MINUTE), Some(at(last + 1)), "{what}, {passed} minutes on");
            }
            if let Some(next) = open[minute..].iter().position(|open| *open) {
                let opens = at(minute + next);
                assert_eq!(working.next_opening(now), Some(opens), "{what}, next after minute {minute}");
            }
        }
        passed += i64::from(is_open);
    }
}

fn rows(kind: usize) -> (Vec<Hours>, Vec<Holiday>) {
    let week = |parts: &[(i64, i64)]| -> Vec<Hours> {
        (1..=7).flat_map(|day| parts.iter().map(move |&(from, to)| Hours::weekly(day, from, to))).collect()
    };
    match kind {
        0 => (week(&[(0, 1440)]), vec![]),
        // Hours that begin and end inside what is skipped or repeated, at one, two and three o'clock and at midnight.
        1 => (week(&[(90, 150)]), vec![]),
        2 => (week(&[(0, 30), (61, 119), (121, 165), (1410, 1440)]), vec![]),
        3 => (week(&[(540, 750), (795, 1020)]), vec![]),
        _ => (week(&[(0, 1380)]), (1..=12).map(|month| Holiday::yearly(month, 28).between(100, 140)).collect()),
    }
}

#[test]
fn every_change_of_the_clocks_in_eleven_zones() {
    for (name, year, at_least) in ZONES {
        let zone = zone(name);
        let (first, end) = (date(year, 1, 1), date(year + 5, 1, 1));
        let start = |day: Date| day.to_zoned(zone.clone()).unwrap().timestamp();
        let calendars: Vec<_> = (0..5)
            .map(|kind| {
                let (hours, holidays) = rows(kind);
                let span = start(first).as_microsecond()..start(end).as_microsecond();
                let working = WorkingTime::new(Arc::new(built(&hours, &holidays)), zone.clone(), span);
                (hours, holidays, working)
            })
            .collect();
        let mut changes = 0;
        let mut offset = zone.to_offset(start(first));
        for change in zone.following(start(first)).take_while(|change| change.timestamp() < start(end)) {
            // Some entries change the name of the zone's time only.
            if change.offset() == offset {
                continue;
            }
            offset = change.offset();
            changes += 1;
            let from = change.timestamp().as_microsecond() - 30 * HOUR;
            let wall = wall(&zone, from, from + 60 * HOUR);
            for (hours, holidays, working) in &calendars {
                let what = format!("{name}, {}", change.timestamp());
                check(working, from, &open_minutes(&wall, hours, holidays), &what);
            }
        }
        assert!(changes >= at_least, "{name}: {changes}");
    }
}

#[test]
fn a_year_of_office_days() {
    // 2024 has 262 weekdays, eight of them bank holidays in England.
    let zone = zone("Europe/London");
    let working = compiled(&office(&[]), &zone, "2024-01-01", "2025-01-01");
    let (from, to) = (at(&zone, "2024-01-01T00:00"), at(&zone, "2025-01-01T00:00"));
    assert_eq!(working.open_micros(from, to), 262 * 8 * HOUR);
    let bank = ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"];
    let holidays = bank.map(|day| Holiday::on(format!("2024-{day}").parse().unwrap()));
    let working = compiled(&office(&holidays), &zone, "2024-01-01", "2025-01-01");
    assert_eq!(working.open_micros(from, to), 254 * 8 * HOUR);
}

// Worked examples.

/// The open minutes between two local times, asked inside and outside of the compiled span.
fn minutes(calendar: &Calendar, zone_name: &str, from: &str, to: &str) -> i64 {
    let zone = zone(zone_name);
    let (from, to) = (at(&zone, from), at(&zone, to));
    let inside = WorkingTime::new(Arc::new(calendar.clone()), zone.clone(), from - DAY..to + DAY);
    let outside = WorkingTime::new(Arc::new(calendar.clone()), zone, 0..0);
    assert!(inside.covers(from) && inside.covers(to) && outside.covers(from) == calendar.is_always());
    let open = inside.open_micros(from, to);
    assert_eq!(outside.open_micros(from, to), open);
    assert_eq!(inside.open_micros(to, from), -open);
    assert_eq!(open % MINUTE, 0);
    open / MINUTE
}

#[test]
fn over_a_weekend_and_holidays() {
    let friday_to_monday =
        |calendar: &Calendar| minutes(calendar, "Europe/London", "2026-11-20T16:30", "2026-11-23T09:30");
    assert_eq!(friday_to_monday(&office(&[])), 60);
    assert_eq!(friday_to_monday(&office(&[Holiday::on(date(2026, 11, 23))])), 30, "Monday is closed");
    assert_eq!(friday_to_monday(&office(&[Holiday::on(date(2026, 11, 23)).between(0, 555)])), 45, "until 9:15");
    assert_eq!(friday_to_monday(&office(&[Holiday::on(date(2026, 11, 20)).between(1005, 1440)])), 45, "from 16:45");
    assert_eq!(friday_to_monday(&office(&[Holiday::on(date(2026, 11, 21))])), 60, "Saturday was closed anyway");
    let parts = [Holiday::on(date(2026, 11, 23)).between(0, 550), Holiday::on(date(2026, 11, 23)).between(545, 555)];
    assert_eq!(friday_to_monday(&office(&parts)), 45, "parts that overlap");
    assert_eq!(friday_to_monday(&Calendar::always("always")), 65 * 60);
}

#[test]
fn a_week_with_a_holiday_between() {
    let week =
        |holidays: &[Holiday]| minutes(&office(holidays), "America/New_York", "2026-11-23T12:00", "2026-11-27T10:00");
    assert_eq!(week(&[]), (5 + 3 * 8 + 1) * 60);
    assert_eq!(week(&[Holiday::on(date(2026, 11, 26))]), (5 + 2 * 8 + 1) * 60);
    assert_eq!(week(&[Holiday::yearly(11, 26)]), (5 + 2 * 8 + 1) * 60);
}

#[test]
fn a_night_shift_is_two_rows() {
    let mut hours: Vec<Hours> = (1..=5).map(|day| Hours::weekly(day, 1320, 1440)).collect();
    hours.extend((2..=6).map(|day| Hours::weekly(day, 0, 360)));
    let night = built(&hours, &[]);
    assert_eq!(minutes(&night, "Europe/London", "2026-11-20T20:00", "2026-11-21T12:00"), 480);
    let zone = zone("Europe/London");
    let working = compiled(&night, &zone, "2026-11-01", "2026-11-30");
    assert_eq!(working.stretches().len(), 20, "midnight does not cut a night in two");
}

#[test]
fn the_clocks_change_during_opening_hours() {
    let always_open = built(&(1..=7).map(|day| Hours::weekly(day, 0, 1440)).collect::<Vec<_>>(), &[]);
    let nightly = built(&[Hours::weekly(7, 60, 240)], &[]);
    let check = |calendar: &Calendar, zone: &str, from: &str, to: &str, wanted: i64| {
        assert_eq!(minutes(calendar, zone, from, to), wanted, "{zone} {from}");
    };
    check(&always_open, "Europe/London", "2026-03-29T00:00", "2026-03-30T00:00", 23 * 60);
    check(&always_open, "Europe/London", "2026-10-25T00:00", "2026-10-26T00:00", 25 * 60);
    check(&always_open, "Australia/Lord_Howe", "2026-04-05T00:00", "2026-04-06T00:00", 24 * 60 + 30);
    check(&always_open, "Australia/Lord_Howe", "2026-10-04T00:00", "2026-10-05T00:00", 24 * 60 - 30);
    // Berlin skips 2:00 to 3:00 on 29 March 2026 and repeats it on 25 October: from 1:00 to 4:00 are two and four hours.
    check(&nightly, "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T12:00", 120);
    check(&nightly, "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T12:00", 240);
    check(&nightly, "Europe/Berlin", "2026-11-01T00:00", "2026-11-01T12:00", 180);
    // An opening in the gap takes effect at its end; hours that lie in it altogether are not there.
    check(&built(&[Hours::weekly(7, 150, 240)], &[]), "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T12:00", 60);
    check(&built(&[Hours::weekly(7, 125, 175)], &[]), "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T12:00", 0);
    // Hours that begin among repeated times are open in both passes.
    check(&built(&[Hours::weekly(7, 150, 240)], &[]), "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T12:00", 120);
    // Samoa had no 30 December 2011, a Friday.
    check(&office(&[]), "Pacific/Apia", "2011-12-29T00:00", "2012-01-03T00:00", 2 * 8 * 60);
}

#[test]
fn hours_that_change() {
    let changed = date(2026, 7, 1);
    let week = |from: i64, to: i64| (1..=5).map(move |day| Hours::weekly(day, from, to));
    // Told with an end, and simply told anew: the same.
    let ended: Vec<Hours> =
        week(540, 1020).map(|row| row.until(changed)).chain(week(600, 960).map(|row| row.from(changed))).collect();
    let anew: Vec<Hours> = week(540, 1020).chain(week(600, 960).map(|row| row.from(changed))).collect();
    for hours in [ended, anew] {
        let calendar = built(&hours, &[]);
        // Tuesday noon to Thursday noon: 5 hours, 6 on the Wednesday, 2.
        assert_eq!(minutes(&calendar, "Europe/London", "2026-06-30T12:00", "2026-07-02T12:00"), 13 * 60);
    }
    // A season, with hours on Saturdays besides; then the usual hours again.
    let mut season: Vec<Hours> = week(540, 1020).collect();
    season.extend((1..=6).map(|day| Hours::weekly(day, 480, 1200).from(date(2026, 12, 1)).until(date(2026, 12, 25))));
    let season = built(&season, &[]);
    let on = |day| season.open_on(day);
    assert_eq!(on(date(2026, 11, 30)), [(540, 1020)]);
    assert_eq!(on(date(2026, 12, 1)), [(480, 1200)]);
    assert_eq!(on(date(2026, 12, 5)), [(480, 1200)]);
    assert_eq!(on(date(2026, 12, 6)), []);
    assert_eq!(on(date(2026, 12, 24)), [(480, 1200)]);
    assert_eq!(on(date(2026, 12, 25)), [(540, 1020)]);
}

#[test]
fn overlapping_and_touching_hours_are_one_stretch() {
    let rows = [(780, 1020), (540, 720), (720, 780), (600, 660)].map(|(from, to)| Hours::weekly(1, from, to));
    assert_eq!(built(&rows, &[]).open_on(date(2026, 11, 23)), [(540, 1020)]);
    let lunch = [(540, 720), (780, 1020)].map(|(from, to)| Hours::weekly(1, from, to));
    assert_eq!(built(&lunch, &[]).open_on(date(2026, 11, 23)), [(540, 720), (780, 1020)]);
    let left = |from: i64, to: i64| {
        built(&lunch, &[Holiday::on(date(2026, 11, 23)).between(from, to)]).open_on(date(2026, 11, 23))
    };
    assert_eq!(left(700, 800), [(540, 700), (800, 1020)]);
    assert_eq!(left(540, 600), [(600, 720), (780, 1020)]);
    assert_eq!(left(720, 780), [(540, 720), (780, 1020)]);
    assert_eq!(left(780, 1020), [(540, 720)]);
}

#[test]
fn when_it_is_due() {
    let zone = zone("Europe/London");
    let working = compiled(&office(&[]), &zone, "2026-11-01", "2026-12-01");
    let check = |from: &str, hours: i64, wanted: &str| {
        assert_eq!(working.after(at(&zone, from), hours * HOUR), Some(at(&zone, wanted)), "{from} + {hours}");
    };
    check("2026-11-20T16:30", 1, "2026-11-23T09:30");
    check("2026-11-20T16:30", 0, "2026-11-20T16:30");
    check("2026-11-21T12:00", 0, "2026-11-21T12:00");
    check("2026-11-20T09:00", 8, "2026-11-20T17:00");
    check("2026-11-20T05:00", 8, "2026-11-20T17:00");
    check("2026-11-20T09:00", 80, "2026-12-03T17:00");
    check("2020-06-05T16:00", 2, "2020-06-08T10:00");
    check("2026-10-30T16:00", 2, "2026-11-02T10:00");
    check("2031-06-06T16:00", 2, "2031-06-09T10:00");
    check("2026-11-20T09:00", 8 * 261, "2027-11-19T17:00");
    assert_eq!(working.next_opening(at(&zone, "2026-11-20T17:00")), Some(at(&zone, "2026-11-23T09:00")));
    assert_eq!(working.next_opening(at(&zone, "2026-11-30T17:00")), Some(at(&zone, "2026-12-01T09:00")));
    assert_eq!(working.next_opening(at(&zone, "2026-11-23T10:00")), Some(at(&zone, "2026-11-23T10:00")));
}

#[test]
fn what_never_opens_again() {
    let zone = zone("Europe/London");
    let closed_down: Vec<Hours> = (1..=5).map(|day| Hours::weekly(day, 540, 1020).until(date(2026, 11, 20))).collect();
    let every_day: Vec<Holiday> = (1..=12)
        .flat_map(|month| (1..=31).map(move |day| Holiday::yearly(month, day)))
        .filter(|holiday| holiday.check().is_ok())
        .collect();
    for calendar in [built(&closed_down, &[]), built(&[], &[]), office(&every_day)] {
        for (from, to) in [("2026-11-01", "2026-12-01"), ("2030-01-01", "2030-01-01")] {
            let working = compiled(&calendar, &zone, from, to);
            let friday = at(&zone, "2026-11-20T09:00");
            assert_eq!(working.next_opening(friday), None);
            assert_eq!(working.after(friday, 1), None);
            assert_eq!(working.after(friday, 0), Some(friday));
            assert_eq!(working.open_micros(friday, friday + 3000 * DAY), 0);
            assert!(!working.is_open(friday));
        }
    }
    let working = compiled(&built(&closed_down, &[]), &zone, "2026-11-01", "2026-12-01");
    let thursday = at(&zone, "2026-11-19T16:00");
    assert_eq!(working.after(thursday, HOUR), Some(thursday + HOUR));
    assert_eq!(working.after(thursday, HOUR + 1), None);
    // Open on 29 February only where it is a Friday: 2036, then 2064.
    let leap_fridays: Vec<Holiday> = every_day.into_iter().filter(|day| *day != Holiday::yearly(2, 29)).collect();
    let leap_fridays = built(&[Hours::weekly(5, 540, 1020)], &leap_fridays);
    let working = compiled(&leap_fridays, &zone, "2026-11-01", "2026-12-01");
    assert_eq!(working.next_opening(thursday), Some(at(&zone, "2036-02-29T09:00")));
    assert_eq!(working.after(thursday, 9 * HOUR), Some(at(&zone, "2064-02-29T10:00")));
    // Then 2092 and, because 2100 is no leap year, 2104.
    assert_eq!(working.after(thursday, 25 * HOUR), Some(at(&zone, "2104-02-29T10:00")));
    assert_eq!(working.after(thursday, 100_000 * HOUR), None);
}

#[test]
fn the_ends_of_time() {
    let zone = zone("Europe/London");
    for calendar in [office(&[]), Calendar::always("always")] {
        for (from, to) in [(i64::MIN, i64::MIN), (0, 1), (5, 0), (i64::MAX, i64::MAX)] {
            let working = WorkingTime::new(Arc::new(calendar.clone()), zone.clone(), from..to);
            for instant in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
                assert!(working.is_open(instant) || !calendar.is_always());
                assert!(working.next_opening(instant).is_none_or(|opens| opens >= instant));
                assert!(working.after(instant, 1).is_none_or(|due| due > instant));
            }
        }
    }
    let working = WorkingTime::new(Arc::new(office(&[])), zone, 0..DAY);
    assert_eq!(working.after(i64::MAX, 1), None);
    assert_eq!(working.next_opening(i64::MAX), None);
    assert!(working.open_micros(0, Timestamp::MAX.as_microsecond()) > 0);
    let always = WorkingTime::always();
    assert_eq!(always.open_micros(-5, 7), 12);
    assert_eq!(always.after(-5, 12), Some(7));
    assert_eq!(always.after(i64::MAX, 12), None);
    assert!(always.covers(i64::MIN) && always.stretches().is_empty());
}

#[test]
fn rows_that_cannot_be_right() {
    let may = date(2026, 5, 1);
    let hours = [
        Hours::weekly(8, 540, 1020),
        Hours::weekly(1, 1020, 540).from(may),
        Hours::weekly(2, 540, 540),
        Hours::weekly(3, -1, 540),
        Hours::weekly(4, 540, 1441),
        Hours::weekly(5, 540, 1020).from(may).until(may),
        Hours::weekly(6, 540, 1020),
    ];
    let holidays = [
        Holiday::yearly(2, 30),
        Holiday::on(may).between(600, 600),
        Holiday { to_min: Some(2000), ..Holiday::on(may) },
        Holiday { from_min: Some(1200), ..Holiday::on(date(2026, 5, 2)) },
    ];
    let (calendar, problems) = Calendar::build("branch", &hours, &holidays);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "calendar `branch`, hours of weekday 8: there is no weekday 8; write 1 for Monday to 7 for Sunday; the row was left out",
            "calendar `branch`, hours of weekday 1 from 2026-05-01 on: `closes_min` (540) is not after `opens_min` (1020); what runs past midnight takes two rows, one to 1440 and one from 0 on the next day; the row was left out",
            "calendar `branch`, hours of weekday 2: `closes_min` (540) is not after `opens_min` (540); what runs past midnight takes two rows, one to 1440 and one from 0 on the next day; the row was left out",
            "calendar `branch`, hours of weekday 3: `opens_min` is -1; write minutes after local midnight, 0 to 1440 (the next midnight); the row was left out",
            "calendar `branch`, hours of weekday 4: `closes_min` is 1441; write minutes after local midnight, 0 to 1440 (the next midnight); the row was left out",
            "calendar `branch`, hours of weekday 5 from 2026-05-01 on: `valid_to` (2026-05-01), the first day on which it no longer holds, is not after `valid_from` (2026-05-01); the row was left out",
            "calendar `branch`, holiday each year on 02-30: no year has a day 30 in month 2; the row was left out",
            "calendar `branch`, holiday on 2026-05-01: `to_min` (600) is not after `from_min` (600); what runs past midnight takes two rows, one to 1440 and one from 0 on the next day; the row was left out",
            "calendar `branch`, holiday on 2026-05-01: `to_min` is 2000; write minutes after local midnight, 0 to 1440 (the next midnight); the row was left out",
        ]
    );
    assert_eq!(calendar.open_on(date(2026, 5, 2)), [(540, 1020)]);
    assert_eq!(calendar.open_on(date(2026, 5, 1)), []);
}

#[test]
fn zones_by_name() {
    let database = jiff::tz::db();
    assert_eq!(time_zone("Europe/London", database).unwrap().iana_name(), Some("Europe/London"));
    for name in ["Europe/Londn", "", "Etc/Unknown"] {
        let error = time_zone(name, database).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{name}` is not a time zone; write a name of the IANA database, such as `Europe/London`")
        );
    }
}

#[test]
fn a_case_that_lives_through_a_change_of_its_calendar() {
    let zone = zone("Europe/London");
    let whole = |calendar: Calendar| Arc::new(compiled(&calendar, &zone, "2026-01-01", "2027-01-01"));
    let early: Vec<Hours> = (1..=7).map(|day| Hours::weekly(day, 480, 720)).collect();
    let moved = at(&zone, "2026-07-01T00:00");
    let history = WorkingHistory::new(vec![
        (moved, whole(built(&early, &[]))),
        (at(&zone, "2026-01-01T00:00"), whole(office(&[]))),
    ])
    .unwrap();
    let opened = at(&zone, "2026-06-30T16:00");
    let check = |to: &str, hours: i64| {
        let to = at(&zone, to);
        assert_eq!(history.open_micros(opened, to), hours * HOUR);
        assert_eq!(history.open_micros(to, opened), -hours * HOUR);
        assert_eq!(history.after(opened, hours * HOUR), Some(to));
    };
    check("2026-06-30T17:00", 1);
    check("2026-07-01T09:00", 2);
    check("2026-07-01T12:00", 5);
    check("2026-07-04T10:00", 15);
    assert_eq!(history.next_opening(at(&zone, "2026-06-30T17:00")), Some(at(&zone, "2026-07-01T08:00")));
    assert!(history.is_open(opened) && !history.is_open(at(&zone, "2026-07-01T15:00")));
    // The first calendar holds before its beginning too.
    assert_eq!(history.open_micros(at(&zone, "2025-12-30T09:00"), at(&zone, "2025-12-31T09:00")), 8 * HOUR);
    assert!(!history.covers(at(&zone, "2025-12-30T09:00")) && history.covers(opened));

    // To around the clock and back, within one instant for one of them.
    let always = Arc::new(WorkingTime::always());
    let (from, to) = (at(&zone, "2026-07-03T20:00"), at(&zone, "2026-07-05T20:00"));
    let office = whole(office(&[]));
    let history =
        WorkingHistory::new(vec![(0, always.clone()), (0, office.clone()), (from, always.clone()), (to, office)])
            .unwrap();
    assert_eq!(history.open_micros(from - 4 * HOUR, to + 14 * HOUR), HOUR + 48 * HOUR + HOUR);
    assert_eq!(history.after(from - 4 * HOUR, 50 * HOUR), Some(to + 14 * HOUR));
    assert_eq!(history.next_opening(from - HOUR), Some(from));
    assert!(!history.is_open(from - 1) && history.is_open(from) && history.is_open(to - 1) && !history.is_open(to));
    assert!(WorkingHistory::new(vec![]).is_none());
    assert_eq!(WorkingHistory::always().open_micros(3, 10), 7);
}

// Properties.

fn any_hours() -> impl Strategy<Value = Vec<Hours>> {
    let first = date(2023, 12, 20);
    let day = move |days: i32| first.checked_add(days.days()).unwrap();
    let row = (1i64..=7, 0i64..1440, 1i64..=1440, proptest::option::of(0..40i32), proptest::option::of(1..40i32));
    let row = row.prop_map(move |(weekday, from, length, start, lasts)| Hours {
        weekday,
        opens_min: from,
        closes_min: (from + length).min(1440),
        valid_from: start.map(day),
        valid_to: lasts.map(|lasts| day(start.unwrap_or(0) + lasts)),
    });
    proptest::collection::vec(row, 0..30)
}

fn any_holidays() -> impl Strategy<Value = Vec<Holiday>> {
    let part = proptest::option::of((0i64..1440, 1i64..=1440));
    let row = (0..30i32, any::<bool>(), part).prop_map(|(days, yearly, part)| {
        let day = date(2023, 12, 20).checked_add(days.days()).unwrap();
        let holiday = if yearly { Holiday::yearly(day.month(), day.day()) } else { Holiday::on(day) };
        part.map_or(holiday, |(from, length)| holiday.between(from, (from + length).min(1440)))
    });
    proptest::collection::vec(row, 0..6)
}

/// Any instant of the weeks around New Year 2024, with microseconds.
fn any_instant() -> std::ops::Range<i64> {
    let first = 1_703_030_400_000_000;
    first..first + 40 * DAY
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    proptest::sample::select(ZONES.map(|(name, ..)| name).to_vec()).prop_map(zone)
}

fn any_working() -> impl Strategy<Value = WorkingTime> {
    (any_hours(), any_holidays(), any_zone(), any_instant(), 0..30 * DAY).prop_map(
        |(hours, holidays, zone, from, length)| {
            WorkingTime::new(Arc::new(built(&hours, &holidays)), zone, from..from + length)
        },
    )
}

fn any_history() -> impl Strategy<Value = WorkingHistory> {
    proptest::collection::vec((any_instant(), any_working().prop_map(Arc::new)), 1..5)
        .prop_map(|changes| WorkingHistory::new(changes).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_calendar_is_what_its_minutes_say(
        hours in any_hours(),
        holidays in any_holidays(),
        zone in any_zone(),
        begin in 0i64..30 * 24 * 60,
        span in (-5i64..25, 0i64..20),
    ) {
        let from = any_instant().start + begin * MINUTE;
        // The span may cover all of it, part of it or none.
        let covered = from + span.0 * DAY..from + (span.0 + span.1) * DAY;
        let working = WorkingTime::new(Arc::new(built(&hours, &holidays)), zone.clone(), covered);
        let wall = wall(&zone, from, from + 5 * DAY);
        check(&working, from, &open_minutes(&wall, &hours, &holidays), "");
    }

    #[test]
    fn histories_are_what_the_minutes_of_each_calendar_say(
        parts in proptest::collection::vec((any_hours(), any_zone(), 0i64..5 * 24 * 60), 1..4),
        begin in 0i64..30 * 24 * 60,
    ) {
        let from = any_instant().start + begin * MINUTE;
        let changes = parts.iter().map(|(hours, zone, minute)| {
            let working = WorkingTime::new(Arc::new(built(hours, &[])), zone.clone(), from..from + 3 * DAY);
            (from + minute * MINUTE, Arc::new(working))
        });
        let history = WorkingHistory::new(changes.collect()).unwrap();
        let first = parts.iter().map(|part| part.2).min().unwrap();
        let mut passed = 0;
        for minute in 0..5 * 24 * 60 {
            let now = from + minute * MINUTE;
            prop_assert_eq!(history.open_micros(from, now), passed * MINUTE);
            // The latest beginning holds, of equal ones the latter; before all of them, the first.
            let asked = minute.max(first);
            let latest = parts.iter().map(|part| part.2).filter(|start| *start <= asked).max().unwrap();
            let (hours, zone, _) = parts.iter().rfind(|part| part.2 == latest).unwrap();
            let local = zone.to_datetime(Timestamp::from_microsecond(now).unwrap());
            passed += i64::from(open_by_rows(hours, &[], local));
        }
    }

    #[test]
    fn open_time_adds_up(history in any_history(), a in any_instant(), b in any_instant(), c in any_instant()) {
        let open = |from, to| history.open_micros(from, to);
        prop_assert_eq!(open(a, b) + open(b, c), open(a, c));
        prop_assert_eq!(open(a, b), -open(b, a));
        prop_assert!(a > b || (0..=b - a).contains(&open(a, b)));
    }

    #[test]
    fn due_is_the_earliest_instant_with_so_much_open_time(
        history in any_history(),
        from in any_instant(),
        wanted in 1..9 * DAY,
    ) {
        if let Some(due) = history.after(from, wanted) {
            prop_assert_eq!(history.open_micros(from, due), wanted);
            prop_assert_eq!(history.open_micros(from, due - 1), wanted - 1);
        } else {
            prop_assert!(history.open_micros(from, from + 4000 * DAY) < wanted);
        }
    }

    #[test]
    fn the_next_opening_is_the_first_open_instant(history in any_history(), from in any_instant()) {
        if let Some(opens) = history.next_opening(from) {
            prop_assert!(opens >= from && history.is_open(opens));
            prop_assert_eq!(history.open_micros(from, opens), 0);
            prop_assert_eq!(history.is_open(from), opens == from);
        } else {
            prop_assert_eq!(history.open_micros(from, from + 4000 * DAY), 0);
        }
    }

    #[test]
    fn the_span_changes_no_answer(working in any_working(), a in any_instant(), b in any_instant()) {
        let bare = WorkingTime::new(Arc::new(working.calendar().clone()), working.zone().clone(), 0..0);
        prop_assert_eq!(working.open_micros(a, b), bare.open_micros(a, b));
        prop_assert_eq!(working.after(a, (b - a).abs()), bare.after(a, (b - a).abs()));
        prop_assert_eq!(working.next_opening(a), bare.next_opening(a));
        prop_assert_eq!(working.is_open(a), bare.is_open(a));
    }

    #[test]
    fn stretches_tell_it_all(working in any_working(), a in any_instant(), b in any_instant()) {
        let stretches = working.stretches();
        for pair in stretches.windows(2) {
            prop_assert!(pair[0].to < pair[1].from);
            prop_assert_eq!(pair[1].before - pair[0].before, pair[0].to - pair[0].from);
        }
        if working.covers(a) && working.covers(b) && !working.calendar().is_always() {
            let sum: i64 = stretches.iter().map(|open| (open.to.min(b) - open.from.max(a)).max(0)).sum();
            prop_assert_eq!(working.open_micros(a, b).max(0), sum);
        }
    }
}
