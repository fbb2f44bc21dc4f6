//! Customers. None is stored: everything about a customer follows from the number, so that a bank of any size
//! fits into the same memory.

use crate::bank::network::PLACES;
use crate::clock::{Day, Month};
use crate::draw::{Draw, evenly, fixed};

/// Customers who leave within a month; 91.8 % stay for a year.
const LEAVING: f64 = 0.0071;
/// Active customers at the beginning, at scale 1.
const AT_FIRST: f64 = 46_000.0;
/// Months before the history begins, so that retention over twelve months is known from its first month on.
const RUN_UP: i32 = 13;
const MONTHS: usize = 60;

const SINCE: u64 = 1;
const STAYS: u64 = 2;
const LEAVES_ON: u64 = 3;
const SEGMENT: u64 = 4;

/// Everyone who was a customer at some time during the history or the year before.
pub(crate) struct Customers {
    seed: u64,
    begin: Month,
    at_first: u64,
    per_month: u64,
    /// The share of customers who are still there after so many months.
    survival: [f64; MONTHS],
    /// The branches of a hundred customers, and the other way round: which of a hundred belong to each branch.
    branches: Vec<usize>,
    of_branch: Vec<Vec<u64>>,
}

impl Customers {
    pub(crate) fn new(seed: u64, scale: f64, first: Month) -> Self {
        let mut survival = [1.0; MONTHS];
        for month in 1..MONTHS {
            survival[month] = survival[month - 1] * (1.0 - LEAVING);
        }
        let in_order: Vec<usize> = PLACES
            .iter()
            .enumerate()
            .flat_map(|(position, place)| std::iter::repeat_n(position, place.customers as usize))
            .collect();
        // New customers go round the branches in steps of 37, which meets each of the hundred once.
        let branches: Vec<usize> = (0..100).map(|number| in_order[number * 37 % 100]).collect();
        let belong = |branch: usize| (0..100).filter(|&number| branches[number as usize] == branch).collect();
        let of_branch = (0..PLACES.len()).map(belong).collect();
        let at_first = ((AT_FIRST * scale) as u64).max(200);
        let per_month = ((AT_FIRST * scale * LEAVING * 1.02) as u64).max(1);
        Self { seed, begin: first.plus(-RUN_UP), at_first, per_month, survival, branches, of_branch }
    }

    /// How many there are until the end of the month.
    pub(crate) fn until(&self, month: Month) -> u64 {
        self.at_first + self.per_month * (month.0 + 1 - self.begin.0).max(0) as u64
    }

    fn draw(&self, purpose: u64, customer: u64) -> f64 {
        fixed(self.seed, purpose, customer)
    }

    fn day_of(&self, month: Month, purpose: u64, customer: u64) -> Day {
        month.first_day().plus((self.draw(purpose, customer) * f64::from(month.last_day().day_of_month())) as i32)
    }

    pub(crate) fn since(&self, customer: u64) -> Day {
        match customer.checked_sub(self.at_first) {
            Some(new) => self.day_of(self.begin.plus((new / self.per_month) as i32), SINCE, customer),
            None => self.begin.first_day().plus(-30 - (self.draw(SINCE, customer) * 7000.0) as i32),
        }
    }

    pub(crate) fn left(&self, customer: u64) -> Option<Day> {
        let joined = customer.checked_sub(self.at_first).map_or(self.begin, |new| {
            // Nobody leaves in the month of joining, so leaving never comes before joining.
            self.begin.plus((new / self.per_month) as i32 + 1)
        });
        // Evenly spread, as many leave in each month as should, and retention over twelve months is stable.
        let stays = evenly(self.seed, STAYS, customer);
        let months = self.survival.partition_point(|&share| share > stays);
        (months < MONTHS).then(|| self.day_of(joined.plus(months as i32 - 1), LEAVES_ON, customer))
    }

    pub(crate) fn branch(&self, customer: u64) -> usize {
        self.branches[(customer % 100) as usize]
    }

    pub(crate) fn segment(&self, customer: u64) -> &'static str {
        match self.draw(SEGMENT, customer) {
            share if share < 0.08 => "Business",
            share if share < 0.22 => "Premier",
            _ => "Personal",
        }
    }

    /// Somebody who is a customer on the day; of this branch, where one is given.
    pub(crate) fn someone(&self, branch: Option<usize>, day: Day, draw: &mut Draw) -> u64 {
        let count = self.until(day.month());
        loop {
            let drawn = draw.below(count as usize) as u64;
            let customer = branch.map_or(drawn, |branch| drawn / 100 * 100 + draw.one_of(&self.of_branch[branch]));
            if self.since(customer) <= day && self.left(customer).is_none_or(|left| day < left) {
                return customer;
            }
        }
    }
}

/// The number as it is written.
pub(crate) fn number(customer: u64) -> String {
    format!("C{:07}", 1_000_000 + customer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_stay_for_a_year() {
        let customers = Customers::new(5, 1.0, Month(2023 * 12 + 10));
        let end = Month(2026 * 12 + 9).last_day();
        let year_before = Month(2025 * 12 + 9).last_day();
        let there = |customer: u64, day: Day| {
            customers.since(customer) <= day && customers.left(customer).is_none_or(|left| left > day)
        };
        let before: Vec<u64> = (0..customers.until(end.month())).filter(|&c| there(c, year_before)).collect();
        let stayed = before.iter().filter(|&&customer| there(customer, end)).count() as f64;
        let share = stayed / before.len() as f64;
        assert!((share - 0.918).abs() < 0.004, "{share}");
        assert!((before.len() as f64 / AT_FIRST - 1.0).abs() < 0.05, "{}", before.len());
        assert!((0..70_000).all(|c| customers.left(c).is_none_or(|left| left >= customers.since(c))));
    }
}
