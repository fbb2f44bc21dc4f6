//! The stretches of time into which cells are divided.
//!
//! A *slot* is the finest stretch that is ever asked for: a day, or a month. A slot never spans a change of the unit
//! tree, so that all of it rolls up to the same units.

use evenkeel_model::organisation::Organisation;
use evenkeel_model::period::{FiscalYear, Grain, Period};

use crate::local_time::{date_of, day_number};

/// How fine the slots are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fineness {
    /// Months: enough for months, quarters and years.
    Months,
    /// Days: enough for every period.
    Days,
}

impl Fineness {
    /// What periods of this grain need.
    #[must_use]
    pub fn for_grain(grain: Grain) -> Self {
        match grain {
            Grain::Day | Grain::Week => Fineness::Days,
            Grain::Month | Grain::Quarter | Grain::Year => Fineness::Months,
        }
    }
}

/// Days since 1970 that records may lie on: 1970 to 2100.
const FIRST_DAY: i32 = 0;
const LAST_DAY: i32 = 47_846;

/// The slots of one evaluation.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// First day of each slot, ascending.
    starts: Vec<i32>,
    /// Which stretch of the unit tree each slot belongs to.
    epochs: Vec<u32>,
    /// For each day from [`FIRST_DAY`] on, its slot.
    slot_of_day: Vec<u32>,
}

impl Timeline {
    /// Divides time. Days before 1970 and after 2100 belong to the first and last slot.
    #[must_use]
    pub fn new(fineness: Fineness, organisation: &Organisation) -> Self {
        let epoch_starts: Vec<i32> =
            (0..organisation.epoch_count()).map(|epoch| day_number(organisation.epoch_start(epoch))).collect();
        let mut starts = Vec::new();
        let mut epochs = Vec::new();
        let mut slot_of_day = Vec::with_capacity((LAST_DAY - FIRST_DAY + 1) as usize);
        let mut epoch = 0;
        for day in FIRST_DAY..=LAST_DAY {
            let mut begins = day == FIRST_DAY;
            while epoch + 1 < epoch_starts.len() && epoch_starts[epoch + 1] <= day {
                epoch += 1;
                begins = true;
            }
            begins |= match fineness {
                Fineness::Days => true,
                Fineness::Months => date_of(day).day() == 1,
            };
            if begins {
                starts.push(day);
                epochs.push(epoch as u32);
            }
            slot_of_day.push(starts.len() as u32 - 1);
        }
        Self { starts, epochs, slot_of_day }
    }

    /// The slot of a day.
    #[must_use]
    pub fn slot(&self, day: i32) -> u32 {
        self.slot_of_day[(day.clamp(FIRST_DAY, LAST_DAY) - FIRST_DAY) as usize]
    }

    /// The stretch of the unit tree that a slot belongs to.
    #[must_use]
    pub fn epoch(&self, slot: u32) -> usize {
        self.epochs[slot as usize] as usize
    }

    /// First day of a slot.
    #[must_use]
    pub fn start(&self, slot: u32) -> i32 {
        self.starts[slot as usize]
    }

    /// The slots of a period: the first, and the first that no longer belongs to it.
    #[must_use]
    pub fn slots(&self, period: Period) -> (u32, u32) {
        let first = self.slot(day_number(period.start()));
        let end = day_number(period.end());
        let last = self.starts.partition_point(|start| *start < end) as u32;
        (first, last.max(first))
    }

    /// The periods from the one that holds the first slot to the one that holds the last.
    #[must_use]
    pub fn periods(&self, first_slot: u32, last_slot: u32, grain: Grain, fiscal: FiscalYear) -> Vec<Period> {
        let mut period = Period::containing(date_of(self.start(first_slot)), grain, fiscal);
        let end = date_of(self.start(last_slot));
        let mut periods = Vec::new();
        while period.start() <= end {
            periods.push(period);
            period = period.next();
        }
        periods
    }
}
