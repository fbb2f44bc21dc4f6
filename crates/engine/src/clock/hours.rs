//! When each unit works: the calendars of the record, resolved for the places that cases are in.
//!
//! A unit works by its own calendar, else by that of the nearest unit above it that has one, in its own time zone, else
//! in the nearest one above, else in that of the project. All of it may change from day to day: the unit moves, or it or
//! a unit above it gets another calendar or zone. As everywhere, a day that no stretch of a unit covers belongs to the
//! stretch before it, and days before the first stretch belong to the first one. While neither a unit nor one above it
//! has a calendar, none of its time is business time; where that has always been so, business time is not known at all.
//!
//! A case is measured by the hours of the unit that its row names, for the whole of its life, wherever it was before:
//! its durations stay comparable with those of the other cases of that unit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use evenkeel_model::calendar::{
    self, Calendar, Holiday, HolidayOn, Hours as OpenHours, UnknownZone, WorkingHistory, WorkingTime, time_zone,
};
use evenkeel_model::ids::UnitId;
use evenkeel_model::organisation::{Organisation, UnitCode, UnitStretch};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::EngineError;
use crate::columns::{Texts, column};
use crate::local_time::{LocalTime, date_of};
use crate::organisation::Directory;
use crate::session::Session;

/// Working time is compiled for the years from 1970 to 2100, as far as there are cases. Earlier and later instants are
/// mistakes of a source; they get the same right answers, only more slowly.
const YEARS: Range<i64> = 0..4_102_444_800_000_000;

/// Something about calendars in the record that cannot be right, and what was assumed instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A row of a calendar cannot be right; it was left out.
    Row(calendar::Problem),
    /// The calendar of a unit is not in the record; the unit counts as having none of its own.
    UnknownCalendar {
        /// The unit.
        unit: UnitId,
        /// The name that has no rows.
        calendar: String,
    },
    /// The time zone of a unit does not exist; the unit counts as having none of its own.
    UnknownZone {
        /// The unit.
        unit: UnitId,
        /// What stands there.
        zone: UnknownZone,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Row(problem) => problem.fmt(f),
            Problem::UnknownCalendar { unit, calendar } => write!(
                f,
                "unit `{unit}` works by calendar `{calendar}`, which is not in the calendars table; that of the nearest \
                 unit above was used"
            ),
            Problem::UnknownZone { unit, zone } => {
                write!(f, "unit `{unit}`: {zone}; that of the nearest unit above, else of the project, was used")
            }
        }
    }
}

/// What is wrong with the calendars of the record, and with what its units say about them.
pub async fn problems(session: &Session, directory: &Directory) -> Result<Vec<Problem>, EngineError> {
    let (calendars, rows) = calendars(session).await?;
    let mut problems: Vec<Problem> = rows.into_iter().map(Problem::Row).collect();
    let organisation = directory.organisation();
    let mut zones = Zones::default();
    for unit in organisation.units() {
        // A mistake that stands in several stretches is told once.
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for stretch in organisation.stretches(unit) {
            let id = || stretch.id.clone();
            if let Some(name) = stretch.calendar.as_deref().filter(|name| !calendars.contains_key(*name))
                && seen.insert(name)
            {
                problems.push(Problem::UnknownCalendar { unit: id(), calendar: name.to_owned() });
            }
            if let Some(name) = stretch.time_zone.as_deref()
                && zones.get(name).is_none()
                && seen.insert(name)
            {
                problems.push(Problem::UnknownZone { unit: id(), zone: UnknownZone(name.to_owned()) });
            }
        }
    }
    Ok(problems)
}

/// The working time of each unit.
pub struct Hours {
    units: Vec<Option<Arc<WorkingHistory>>>,
    organisation: Option<Arc<WorkingHistory>>,
    zones: Zones,
}

impl Hours {
    /// Reads the calendars and works them out over a span of instants, in microseconds since 1970.
    pub async fn load(
        session: &Session,
        directory: &Directory,
        local: &LocalTime,
        span: Range<i64>,
    ) -> Result<Self, EngineError> {
        let (calendars, _) = calendars(session).await?;
        let span = span.start.max(YEARS.start)..span.end.min(YEARS.end);
        let closed = Arc::new(WorkingTime::new(Arc::new(Calendar::build("", &[], &[]).0), TimeZone::UTC, 0..0));
        let mut zones = Zones::default();
        let mut known: BTreeMap<(&str, Option<&str>), Arc<WorkingTime>> = BTreeMap::new();
        let organisation = directory.organisation();
        let mut units: Vec<Option<Arc<WorkingHistory>>> = Vec::with_capacity(organisation.unit_count());
        for unit in organisation.units() {
            let mut changes: Vec<(i64, Arc<WorkingTime>)> = Vec::new();
            let mut has_calendar = false;
            for day in days_of_change(organisation, unit) {
                let calendar = nearest(organisation, unit, day, |at| calendars.get_key_value(at.calendar.as_deref()?));
                let zone = nearest(organisation, unit, day, |at| {
                    at.time_zone.as_deref().filter(|name| zones.get(name).is_some())
                });
                has_calendar |= calendar.is_some();
                let next = match calendar {
                    None => Arc::clone(&closed),
                    Some((name, rules)) => Arc::clone(known.entry((name.as_str(), zone)).or_insert_with(|| {
                        let zone = zone.and_then(|name| zones.get(name)).unwrap_or_else(|| local.zone().clone());
                        Arc::new(WorkingTime::new(Arc::clone(rules), zone, span.clone()))
                    })),
                };
                if changes.last().is_none_or(|(_, last)| !Arc::ptr_eq(last, &next)) {
                    changes.push((local.start_of(day).as_microsecond(), next));
                }
            }
            units.push(if has_calendar { WorkingHistory::new(changes).map(Arc::new) } else { None });
        }
        let organisation = units.get(organisation.root().0 as usize).cloned().flatten();
        Ok(Self { units, organisation, zones })
    }

    /// The time zone of a unit on a day: its own, else that of the nearest unit above that has one; none where none has.
    #[must_use]
    pub fn zone_of(&self, organisation: &Organisation, unit: UnitCode, day: Date) -> Option<&TimeZone> {
        let known = |stretch: &UnitStretch| self.zones.0.get(stretch.time_zone.as_deref()?)?.as_ref();
        organisation.path(unit, day).iter().find_map(|above| known(organisation.stretch(*above, day)))
    }

    /// The working time of a unit by its code; that of the organisation for other places. None without a calendar.
    #[must_use]
    pub fn of(&self, unit: Option<u32>) -> Option<&WorkingHistory> {
        match unit.and_then(|unit| self.units.get(unit as usize)) {
            Some(known) => known.as_deref(),
            None => self.organisation.as_deref(),
        }
    }
}

/// The days on which the place, calendar or time zone of a unit, or of a unit above it at any time, may change; the
/// first one reaches back without limit.
fn days_of_change(organisation: &Organisation, unit: UnitCode) -> BTreeSet<Date> {
    let mut days = BTreeSet::from([Date::MIN]);
    let mut above = vec![unit, organisation.root()];
    let mut next = 0;
    while let Some(&unit) = above.get(next) {
        for stretch in organisation.stretches(unit) {
            days.insert(stretch.valid_from);
            if let Some(parent) = stretch.parent.as_ref().and_then(|parent| organisation.unit(parent.as_str()))
                && !above.contains(&parent)
            {
                above.push(parent);
            }
        }
        next += 1;
    }
    days
}

/// What is found at a unit on a day, else at the nearest unit above where anything is.
fn nearest<'a, T>(
    organisation: &'a Organisation,
    unit: UnitCode,
    day: Date,
    mut find: impl FnMut(&'a UnitStretch) -> Option<T>,
) -> Option<T> {
    organisation.path(unit, day).iter().find_map(|above| find(organisation.stretch(*above, day)))
}

/// Time zones by their names. They are looked up in the database that is part of the program, so that a record means
/// the same on every machine, and then in the one of the machine, which may be newer.
#[derive(Default)]
struct Zones(BTreeMap<String, Option<TimeZone>>);

impl Zones {
    fn get(&mut self, name: &str) -> Option<TimeZone> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let zone = time_zone(name, &TimeZoneDatabase::bundled()).or_else(|_| time_zone(name, jiff::tz::db())).ok();
        self.0.insert(name.to_owned(), zone.clone());
        zone
    }
}

/// The calendars of the record by their names, and the rows that cannot be right.
async fn calendars(
    session: &Session,
) -> Result<(BTreeMap<String, Arc<Calendar>>, Vec<calendar::Problem>), EngineError> {
    let mut hours: BTreeMap<String, (Vec<OpenHours>, Vec<Holiday>)> = BTreeMap::new();
    for batch in session.collect(session.table("calendars").await?).await? {
        let names = Texts::of(column(&batch, "calendar")?)?;
        let (from, to) = (days(&batch, "valid_from")?, days(&batch, "valid_to")?);
        let (weekdays, opens) = (whole(&batch, "weekday")?, whole(&batch, "opens_min")?);
        let closes = whole(&batch, "closes_min")?;
        for row in 0..batch.num_rows() {
            let known = (names.get(row), number(&weekdays, row), number(&opens, row), number(&closes, row));
            if let (Some(name), Some(weekday), Some(opens_min), Some(closes_min)) = known {
                let (valid_from, valid_to) = (day(&from, row), day(&to, row));
                let own = OpenHours { weekday, opens_min, closes_min, valid_from, valid_to };
                hours.entry(name.to_owned()).or_default().0.push(own);
            }
        }
    }
    for batch in session.collect(session.table("holidays").await?).await? {
        let names = Texts::of(column(&batch, "calendar")?)?;
        let on = days(&batch, "holiday_on")?;
        let (from, to) = (whole(&batch, "from_min")?, whole(&batch, "to_min")?);
        for row in 0..batch.num_rows() {
            if let (Some(name), Some(on)) = (names.get(row), day(&on, row)) {
                let holiday =
                    Holiday { on: HolidayOn::Date(on), from_min: number(&from, row), to_min: number(&to, row) };
                hours.entry(name.to_owned()).or_default().1.push(holiday);
            }
        }
    }
    let mut calendars = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, (mut hours, mut holidays)) in hours {
        // Rows come in any order; what is said about them must not depend on it.
        hours.sort_by_key(|row| (row.valid_from, row.weekday, row.opens_min, row.closes_min));
        holidays.sort_by_key(|row| (date_on(row), row.from_min, row.to_min));
        let (calendar, wrong) = Calendar::build(&name, &hours, &holidays);
        problems.extend(wrong);
        // Holidays of a calendar that has no hours are no calendar: a unit that names it would never open.
        if !hours.is_empty() {
            calendars.insert(name, Arc::new(calendar));
        }
    }
    Ok((calendars, problems))
}

fn date_on(holiday: &Holiday) -> Option<Date> {
    match holiday.on {
        HolidayOn::Date(day) => Some(day),
        HolidayOn::Yearly { .. } => None,
    }
}

fn days(batch: &RecordBatch, name: &str) -> Result<ArrayRef, EngineError> {
    Ok(cast(column(batch, name)?, &DataType::Date32)?)
}

fn whole(batch: &RecordBatch, name: &str) -> Result<ArrayRef, EngineError> {
    Ok(cast(column(batch, name)?, &DataType::Int64)?)
}

fn day(column: &ArrayRef, row: usize) -> Option<Date> {
    let days = column.as_primitive::<Date32Type>();
    days.is_valid(row).then(|| date_of(days.value(row)))
}

fn number(column: &ArrayRef, row: usize) -> Option<i64> {
    let numbers = column.as_primitive::<Int64Type>();
    numbers.is_valid(row).then(|| numbers.value(row))
}
