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

    /// Whether such slots are fine enough for periods of this grain.
    #[must_use]
    pub fn divides(self, grain: Grain) -> bool {
        self >= Self::for_grain(grain)
    }
}

/// Days since 1970 that records may lie on: 1970 to 2100.
const FIRST_DAY: i32 = 0;
const LAST_DAY: i32 = 47_846;

/// The slots of one evaluation.
#[derive(Debug, Clone)]
pub struct Timeline {
    fineness: Fineness,
    /// First day of each slot, ascending.
    starts: Vec<i32>,
    /// Which stretch of the unit tree each slot belongs to.
    epochs: Vec<u32>,
    /// For each day from [`FIRST_DAY`] on, its slot.
    slot_of_day: Vec<u32>,
    /// For each month from January 1970 on, the slot that begins with it.
    slot_of_month: Vec<u32>,
}

impl Timeline {
    /// Divides time. Days before 1970 and after 2100 belong to the first and last slot.
    #[must_use]
    pub fn new(fineness: Fineness, organisation: &Organisation) -> Self {
        let epoch_starts: Vec<i32> =
            (0..organisation.epoch_count()).map(|epoch| day_number(organisation.epoch_start(epoch))).collect();
        let mut starts = Vec::new();
        let mut epochs = Vec::new();
        let mut slot_of_month = Vec::new();
        let mut slot_of_day = Vec::with_capacity((LAST_DAY - FIRST_DAY + 1) as usize);
        let mut epoch = 0;
        for day in FIRST_DAY..=LAST_DAY {
            let mut begins = day == FIRST_DAY;
            while epoch + 1 < epoch_starts.len() && epoch_starts[epoch + 1] <= day {
                epoch += 1;
                begins = true;
            }
            let first_of_month = date_of(day).day() == 1;
            begins |= fineness == Fineness::Days || first_of_month;
            if begins {
                starts.push(day);
                epochs.push(epoch as u32);
            }
            slot_of_day.push(starts.len() as u32 - 1);
            if first_of_month {
                slot_of_month.push(starts.len() as u32 - 1);
            }
        }
        Self { fineness, starts, epochs, slot_of_day, slot_of_month }
    }

    /// Whether its slots are fine enough for periods of this grain.
    #[must_use]
    pub fn divides(&self, grain: Grain) -> bool {
        self.fineness.divides(grain)
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
        // Months are asked for by the million; their slots are known without working out dates.
        let start = period.start();
        if let Some(months) = period.months()
            && start.day() == 1
            && let Ok(first) = usize::try_from((i32::from(start.year()) - 1970) * 12 + i32::from(start.month()) - 1)
            && let (Some(first), Some(end)) =
                (self.slot_of_month.get(first), self.slot_of_month.get(first + months as usize))
        {
            return (*first, *end);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use evenkeel_model::ids::UnitId;
    use evenkeel_model::organisation::UnitStretch;

    proptest::proptest! {
        /// A day lies in the slots of a period exactly when it lies in the period.
        #[test]
        fn the_slots_of_a_period_are_its_days(
            day in 0i32..LAST_DAY, around in -800i32..800, days in proptest::bool::ANY, grain in 0usize..5, first in 1i8..=12,
        ) {
            let stretch = |parent: &str, from: i32| UnitStretch {
                id: UnitId::new("team"),
                name: "Team".to_owned(),
                kind: "team".to_owned(),
                parent: Some(UnitId::new(parent)),
                time_zone: None,
                calendar: None,
                valid_from: date_of(from),
                valid_to: None,
            };
            // The team moves in the middle of some month, which divides a slot.
            let stretches = vec![stretch("north", 0), stretch("south", 10_000)];
            let (organisation, _) = Organisation::build("All", stretches, Vec::new(), &[]);
            let fineness = if days { Fineness::Days } else { Fineness::Months };
            let grain = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year][grain];
            proptest::prop_assume!(days || Fineness::for_grain(grain) == Fineness::Months);
            let timeline = Timeline::new(fineness, &organisation);
            let period = Period::containing(date_of(day), grain, FiscalYear::starting_in(first).unwrap());
            let (from, to) = timeline.slots(period);
            let other = (day + around).clamp(0, LAST_DAY);
            let slot = timeline.slot(other);
            proptest::prop_assert_eq!((from..to).contains(&slot), period.contains(date_of(other)));
        }
    }

    #[test]
    fn a_month_does_not_tell_of_its_weeks() {
        assert!(!Fineness::Months.divides(Grain::Week) && !Fineness::Months.divides(Grain::Day));
        assert!(Fineness::Months.divides(Grain::Month) && Fineness::Months.divides(Grain::Year));
        assert!(Grain::ALL.into_iter().all(|grain| Fineness::Days.divides(grain)));
    }
}
