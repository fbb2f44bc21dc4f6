//! When each unit works: the calendars of the record, resolved for the places that cases are in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use evenkeel_model::calendar::{Calendar, Holiday, HolidayOn, Hours as OpenHours, WorkingHistory, WorkingTime};
use evenkeel_model::organisation::UnitCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::EngineError;
use crate::local_time::{LocalTime, date_of};
use crate::organisation::{Directory, Texts, column};
use crate::session::Session;

/// The working time of each unit: that of its calendar, else of the nearest unit above that has one.
pub struct Hours {
    units: Vec<Option<Arc<WorkingHistory>>>,
    organisation: Option<Arc<WorkingHistory>>,
}

impl Hours {
    /// Reads the calendars and works them out over a span of instants, in microseconds since 1970.
    pub async fn load(
        session: &Session,
        directory: &Directory,
        local: &LocalTime,
        span: Range<i64>,
    ) -> Result<Self, EngineError> {
        let calendars = calendars(session).await?;
        let organisation = directory.organisation();
        let mut known: BTreeMap<(String, String), Arc<WorkingTime>> = BTreeMap::new();
        let mut working = |calendar: &str, zone: Option<&str>| -> Option<Arc<WorkingTime>> {
            let rules = calendars.get(calendar)?;
            // A zone that nobody knows is told by `check`; here the project's own is the nearest to it.
            let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or_else(|| local.zone().clone());
            let name = zone.iana_name().unwrap_or_default().to_owned();
            let built = known
                .entry((calendar.to_owned(), name))
                .or_insert_with(|| Arc::new(WorkingTime::new(Arc::clone(rules), zone, span.clone())));
            Some(Arc::clone(built))
        };
        let mut units: Vec<Option<Arc<WorkingHistory>>> = Vec::with_capacity(organisation.unit_count());
        for unit in organisation.units() {
            let mut changes: Vec<(i64, Arc<WorkingTime>)> = Vec::new();
            for epoch in 0..organisation.epoch_count() {
                let day = organisation.epoch_start(epoch);
                let path: Vec<UnitCode> = organisation.path_in(epoch, unit).to_vec();
                let calendar = path.iter().find_map(|above| organisation.stretch(*above, day).calendar.as_deref());
                let zone = path.iter().find_map(|above| organisation.stretch(*above, day).time_zone.as_deref());
                let Some(next) = calendar.and_then(|calendar| working(calendar, zone)) else { continue };
                if changes.last().is_none_or(|(_, last)| !Arc::ptr_eq(last, &next)) {
                    changes.push((local.start_of(day).as_microsecond(), next));
                }
            }
            units.push(WorkingHistory::new(changes).map(Arc::new));
        }
        let organisation = units.get(organisation.root().0 as usize).cloned().flatten();
        Ok(Self { units, organisation })
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

/// The calendars of the record by their names.
async fn calendars(session: &Session) -> Result<BTreeMap<String, Arc<Calendar>>, EngineError> {
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
    // Rows that cannot be right are left out; the calendar holds without them.
    let build =
        |name: &str, hours: &[OpenHours], holidays: &[Holiday]| Arc::new(Calendar::build(name, hours, holidays).0);
    Ok(hours.into_iter().map(|(name, (own, holidays))| (name.clone(), build(&name, &own, &holidays))).collect())
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
