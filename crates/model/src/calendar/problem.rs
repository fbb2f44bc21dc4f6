//! What can be wrong with the rows of a calendar.

use std::fmt;

use jiff::civil::Date;

use super::{Holiday, HolidayOn, Hours};

/// A row of a calendar that cannot be right; it was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The calendar.
    pub calendar: String,
    /// The row.
    pub row: Row,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "calendar `{}`, {}: {}; the row was left out", self.calendar, self.row, self.reason)
    }
}

/// A row as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Of the table `calendars`.
    Hours(Hours),
    /// Of the table `holidays`.
    Holiday(Holiday),
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Row::Hours(hours) => {
                write!(f, "hours of weekday {}", hours.weekday)?;
                hours.valid_from.map_or(Ok(()), |from| write!(f, " from {from} on"))
            }
            Row::Holiday(Holiday { on: HolidayOn::Date(day), .. }) => write!(f, "holiday on {day}"),
            Row::Holiday(Holiday { on: HolidayOn::Yearly { month, day }, .. }) => {
                write!(f, "holiday each year on {month:02}-{day:02}")
            }
        }
    }
}

/// What is wrong with a row of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The weekday is none.
    #[error("there is no weekday {weekday}; write 1 for Monday to 7 for Sunday")]
    Weekday {
        /// What the row says.
        weekday: i64,
    },
    /// A minute is outside of the day.
    #[error("`{column}` is {value}; write minutes after local midnight, 0 to 1440 (the next midnight)")]
    Minute {
        /// The column.
        column: &'static str,
        /// What the row says.
        value: i64,
    },
    /// It ends before it begins, or at once.
    #[error(
        "`{to_name}` ({to}) is not after `{from_name}` ({from}); what runs past midnight takes two rows, one to 1440 \
         and one from 0 on the next day"
    )]
    Order {
        /// The column of the beginning.
        from_name: &'static str,
        /// The beginning.
        from: i64,
        /// The column of the end.
        to_name: &'static str,
        /// The end.
        to: i64,
    },
    /// There is no day on which it holds.
    #[error("`valid_to` ({to}), the first day on which it no longer holds, is not after `valid_from` ({from})")]
    NeverHolds {
        /// First day.
        from: Date,
        /// First day on which it no longer holds.
        to: Date,
    },
    /// No year has this day.
    #[error("no year has a day {day} in month {month}")]
    NoSuchDay {
        /// What the row says.
        month: i8,
        /// What the row says.
        day: i8,
    },
}

/// The text is not the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone; write a name of the IANA database, such as `Europe/London`")]
pub struct UnknownZone(pub String);
