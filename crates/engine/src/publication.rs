//! Which units of one table may be told outside, so that none with too few cases can be worked out from the others.

use evenkeel_model::charter::Publication;
use evenkeel_stats::disclosure::{Cell, Policy, parts};

/// Whether each of some units may be told, when `total` cases are told for all of them together. A unit with fewer than
/// `fewest` cases is not, and where it would be the difference between the total and the others, one more is not. `fewest`
/// is at least [`Publication::LEAST`].
#[must_use]
pub fn told(total: u64, counts: &[u64], fewest: u32) -> Vec<bool> {
    let minimum = u64::from(fewest.max(Publication::LEAST));
    let policy = Policy { minimum_group: minimum, minimum_unanimous: minimum, minimum_comments: minimum };
    // Parts that are more than their whole cannot be protected by rule: a case may belong to a unit that is not listed.
    match parts(total, counts, policy) {
        Ok(cells) => cells.into_iter().map(Cell::is_shown).collect(),
        Err(_) => vec![false; counts.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    /// The test vectors of the design: 15 = 9 + 6, 13 = 9 + 4, 20 = 8 + 8 + 4.
    #[test]
    fn small_units_cannot_be_worked_out() {
        assert_eq!(told(15, &[9, 6], 5), [true, true]);
        assert_eq!(told(13, &[9, 4], 5), [false, false]);
        assert_eq!(told(20, &[8, 8, 4], 5), [false, true, false]);
        assert_eq!(told(4, &[4], 5), [false]);
        assert_eq!(told(10, &[9, 9], 5), [false, false]);
    }

    #[test]
    fn what_belongs_to_no_listed_unit_is_a_difference_too() {
        // 30 of 33 cases lie in two units; the other three could be worked out from what is told.
        assert_eq!(told(33, &[20, 10], 5).iter().filter(|told| **told).count(), 1);
    }
}
