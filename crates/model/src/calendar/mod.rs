//! Working calendars: when a place is open, and how much open time passes between two instants.
//!
//! A **calendar** is weekly hours and holidays in *local* time. It says nothing about a time zone: one calendar may
//! serve offices in several. In a zone and over a span of years it becomes a [`WorkingTime`], which answers in
//! nanoseconds; the calendars that one unit had one after the other are a [`WorkingHistory`].
//!
//! # What is open
//! An instant is open when the clock on the wall of the place shows an open time: its local date has a stretch of
//! hours around its local time, and no holiday covers that time. Everything about daylight saving follows from this
//! one sentence:
//! - hours inside which the clocks go forward are shorter by what is skipped; an opening time that is skipped takes
//!   effect at the end of the gap, a day that is skipped (Apia, 30 December 2011) has no open time;
//! - hours inside which the clocks go back are longer by what is repeated, and hours that begin or end among the
//!   repeated times are open in both passes;
//! - a day that is closed by a holiday runs from one local midnight to the next, however long it is.
//!
//! # Days and minutes
//! Hours are minutes after local midnight, 0 to 1440 (the next midnight). Opening belongs to the open time, closing
//! does not. Hours past midnight are two rows: to 1440, and from 0 on the next weekday.
//!
//! As with units and memberships, `valid_from` is the first day on which a row holds and `valid_to` the first day on
//! which it no longer does. Where rows of one weekday hold on the same day with different `valid_from`, those that
//! began last hold alone: hours that are simply told anew replace the old ones, weekday by weekday, and hours for a
//! season give way to the usual ones when they end.
//!
//! Instants are microseconds since 1970 in UTC, as everywhere in the engine; durations are microseconds.

mod history;
mod problem;
#[cfg(test)]
mod tests;
mod walk;
mod working;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};

pub use history::WorkingHistory;
pub use problem::{Problem, Reason, Row, UnknownZone};
pub use working::{Open, WorkingTime};

/// Minutes of a day on the wall, without the days on which the clocks change.
const DAY_MINUTES: i64 = 1440;

/// A row of the table `calendars`: a stretch of weekly hours, while it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i64,
    /// Minutes after local midnight, 0 to 1439.
    pub opens_min: i64,
    /// Minutes after local midnight, 1 to 1440.
    pub closes_min: i64,
    /// First day on which this holds; none reaches back without limit.
    pub valid_from: Option<Date>,
    /// First day on which it no longer holds; none while it holds.
    pub valid_to: Option<Date>,
}

impl Hours {
    /// Hours that have always held and still do.
    #[must_use]
    pub fn weekly(weekday: i64, opens_min: i64, closes_min: i64) -> Self {
        Self { weekday, opens_min, closes_min, valid_from: None, valid_to: None }
    }

    /// The same hours, first on this day.
    #[must_use]
    pub fn from(self, first: Date) -> Self {
        Self { valid_from: Some(first), ..self }
    }

    /// The same hours, no longer on this day.
    #[must_use]
    pub fn until(self, end: Date) -> Self {
        Self { valid_to: Some(end), ..self }
    }

    /// What cannot be right about the row.
    pub fn check(&self) -> Result<(), Reason> {
        if !(1..=7).contains(&self.weekday) {
            return Err(Reason::Weekday { weekday: self.weekday });
        }
        check_stretch(self.opens_min, self.closes_min, "opens_min", "closes_min")?;
        match (self.valid_from, self.valid_to) {
            (Some(from), Some(to)) if to <= from => Err(Reason::NeverHolds { from, to }),
            _ => Ok(()),
        }
    }

    fn starts(&self) -> i32 {
        self.valid_from.map_or(i32::MIN, day_number)
    }

    fn holds_on(&self, day: i32) -> bool {
        self.starts() <= day && self.valid_to.is_none_or(|end| day < day_number(end))
    }
}

/// Which day a holiday is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayOn {
    /// One day.
    Date(Date),
    /// Each year on this day of the calendar. 29 February comes in leap years only.
    Yearly {
        /// 1 to 12.
        month: i8,
        /// 1 to 31, as far as the month goes.
        day: i8,
    },
}

/// A row of the table `holidays`: a day, or part of one, that a calendar is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// Which day.
    pub on: HolidayOn,
    /// Minutes after local midnight from which it is closed; none is the beginning of the day.
    pub from_min: Option<i64>,
    /// Minutes after local midnight until which it is closed; none is the end of the day.
    pub to_min: Option<i64>,
}

impl Holiday {
    /// Closed all day.
    #[must_use]
    pub fn on(day: Date) -> Self {
        Self { on: HolidayOn::Date(day), from_min: None, to_min: None }
    }

    /// Closed all day, each year.
    #[must_use]
    pub fn yearly(month: i8, day: i8) -> Self {
        Self { on: HolidayOn::Yearly { month, day }, from_min: None, to_min: None }
    }

    /// The same holiday, closed only between two minutes after local midnight.
    #[must_use]
    pub fn between(self, from_min: i64, to_min: i64) -> Self {
        Self { from_min: Some(from_min), to_min: Some(to_min), ..self }
    }

    /// What cannot be right about the row.
    pub fn check(&self) -> Result<(), Reason> {
        if let HolidayOn::Yearly { month, day } = self.on
            // A leap year has every day that any year has.
            && Date::new(2000, month, day).is_err()
        {
            return Err(Reason::NoSuchDay { month, day });
        }
        let (from, to) = self.part();
        check_stretch(from, to, "from_min", "to_min")
    }

    fn part(&self) -> (i64, i64) {
        (self.from_min.unwrap_or(0), self.to_min.unwrap_or(DAY_MINUTES))
    }
}

fn check_stretch(from: i64, to: i64, from_name: &'static str, to_name: &'static str) -> Result<(), Reason> {
    for (column, value) in [(from_name, from), (to_name, to)] {
        if !(0..=DAY_MINUTES).contains(&value) {
            return Err(Reason::Minute { column, value });
        }
    }
    if from < to { Ok(()) } else { Err(Reason::Order { from_name, from, to_name, to }) }
}

/// A stretch of one day in minutes after local midnight; the end does not belong to it.
type Minutes = (i64, i64);

/// The week that holds from a day on, until the next one does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Week {
    from: i32,
    /// Monday first; in order, neither overlapping nor touching.
    days: [Vec<Minutes>; 7],
}

/// Weekly hours and holidays in local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    /// By day, the first one reaching back without limit.
    weeks: Vec<Week>,
    dated: BTreeMap<i32, Vec<Minutes>>,
    yearly: BTreeMap<(i8, i8), Vec<Minutes>>,
    /// From this day on nothing changes any more but yearly holidays.
    settled: i32,
}

impl Calendar {
    /// Builds a calendar from its rows, in any order. Rows that cannot be right are left out and listed.
    ///
    /// Overlapping and touching hours of a weekday are one stretch. A calendar without hours is always closed.
    #[must_use]
    pub fn build(name: &str, hours: &[Hours], holidays: &[Holiday]) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut keep = |row: Row, checked: Result<(), Reason>| match checked {
            Ok(()) => true,
            Err(reason) => {
                problems.push(Problem { calendar: name.to_owned(), row, reason });
                false
            }
        };
        let hours: Vec<Hours> = hours.iter().copied().filter(|row| keep(Row::Hours(*row), row.check())).collect();
        let mut dated: BTreeMap<i32, Vec<Minutes>> = BTreeMap::new();
        let mut yearly: BTreeMap<(i8, i8), Vec<Minutes>> = BTreeMap::new();
        for holiday in holidays {
            if !keep(Row::Holiday(*holiday), holiday.check()) {
                continue;
            }
            match holiday.on {
                HolidayOn::Date(day) => dated.entry(day_number(day)).or_default().push(holiday.part()),
                HolidayOn::Yearly { month, day } => yearly.entry((month, day)).or_default().push(holiday.part()),
            }
        }
        let weeks = build_weeks(&hours);
        let last_week = weeks.last().map_or(i32::MIN, |week| week.from);
        let settled = dated.last_key_value().map_or(last_week, |(day, _)| last_week.max(day + 1));
        (Self { name: name.to_owned(), weeks, dated, yearly, settled }, problems)
    }

    /// Open around the clock, every day: its open time is calendar time.
    #[must_use]
    pub fn always(name: &str) -> Self {
        let hours: Vec<Hours> = (1..=7).map(|weekday| Hours::weekly(weekday, 0, DAY_MINUTES)).collect();
        Self::build(name, &hours, &[]).0
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it never closes.
    #[must_use]
    pub fn is_always(&self) -> bool {
        let open = |day: &Vec<Minutes>| day.as_slice() == [(0, DAY_MINUTES)];
        self.dated.is_empty() && self.yearly.is_empty() && self.weeks.iter().all(|week| week.days.iter().all(open))
    }

    /// The open stretches of a day in minutes after local midnight, in order. The end does not belong to a stretch.
    #[must_use]
    pub fn open_on(&self, day: Date) -> Vec<(i64, i64)> {
        let mut stretches = Vec::new();
        self.each_stretch(day, day_number(day), |from, to| stretches.push((from, to)));
        stretches
    }

    /// Calls `take` with the open stretches of a day. `number` is the same day in days since 1970.
    fn each_stretch(&self, day: Date, number: i32, mut take: impl FnMut(i64, i64)) {
        let week = &self.weeks[self.weeks.partition_point(|week| week.from <= number).saturating_sub(1)];
        // 1 January 1970 was a Thursday.
        let hours = &week.days[(number + 3).rem_euclid(7) as usize];
        if hours.is_empty() {
            return;
        }
        let mut closed: &[Minutes] = self.dated.get(&number).map_or(&[], Vec::as_slice);
        let both: Vec<Minutes>;
        if let Some(yearly) = self.yearly.get(&(day.month(), day.day())) {
            both = [closed, yearly.as_slice()].concat();
            closed = &both;
        }
        if closed.is_empty() {
            for &(from, to) in hours {
                take(from, to);
            }
            return;
        }
        let closed = merged(closed.to_vec());
        for &(mut from, to) in hours {
            for &(closes, reopens) in &closed {
                if closes < to && from < reopens {
                    if from < closes {
                        take(from, closes);
                    }
                    from = reopens;
                }
            }
            if from < to {
                take(from, to);
            }
        }
    }

    /// Whether it is closed for good from the day on after which nothing changes.
    fn ends(&self) -> bool {
        self.weeks.last().is_none_or(|week| week.days.iter().all(Vec::is_empty))
    }
}

/// The weeks that hold one after the other.
fn build_weeks(hours: &[Hours]) -> Vec<Week> {
    let mut starts: Vec<i32> = vec![i32::MIN];
    for row in hours {
        starts.extend(row.valid_from.map(day_number));
        starts.extend(row.valid_to.map(day_number));
    }
    starts.sort_unstable();
    starts.dedup();
    let mut weeks: Vec<Week> = Vec::with_capacity(starts.len());
    for from in starts {
        let mut days: [Vec<Minutes>; 7] = Default::default();
        for (day, weekday) in days.iter_mut().zip(1..) {
            let holds = |row: &&Hours| row.weekday == weekday && row.holds_on(from);
            let latest = hours.iter().filter(holds).map(Hours::starts).max();
            let rows = hours.iter().filter(holds).filter(|row| Some(row.starts()) == latest);
            *day = merged(rows.map(|row| (row.opens_min, row.closes_min)).collect());
        }
        if weeks.last().is_none_or(|week| week.days != days) {
            weeks.push(Week { from, days });
        }
    }
    weeks
}

/// In order, with overlapping and touching stretches made one.
fn merged(mut stretches: Vec<Minutes>) -> Vec<Minutes> {
    stretches.sort_unstable();
    let mut merged: Vec<Minutes> = Vec::with_capacity(stretches.len());
    for (from, to) in stretches {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// Looks up a time zone by its IANA name. Which database to ask is the caller's to say: reading one is not for here.
pub fn time_zone(name: &str, database: &TimeZoneDatabase) -> Result<TimeZone, UnknownZone> {
    match database.get(name) {
        // jiff knows a zone that stands for “not known”; it would pass for UTC.
        Ok(zone) if !zone.is_unknown() => Ok(zone),
        _ => Err(UnknownZone(name.to_owned())),
    }
}

/// Days since 1970.
fn day_number(day: Date) -> i32 {
    date(1970, 1, 1).until(day).map_or(0, |span| span.get_days())
}
