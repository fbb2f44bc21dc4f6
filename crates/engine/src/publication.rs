//! What may be told outside, so that none with too few cases can be worked out from what is.

use evenkeel_model::charter::Publication;
use evenkeel_stats::disclosure::{Cell, Policy, parts};

/// Cases, and how many of them went one way, where they go one way or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases {
    /// How many.
    pub all: u64,
    /// How many of them count as yes; none for what is no share.
    pub yes: Option<u64>,
}

impl Cases {
    /// Whether there are some, and each went the same way, so that it is known of every one of them.
    fn agree(self) -> bool {
        self.all > 0 && self.yes.is_some_and(|yes| yes == 0 || yes >= self.all)
    }

    fn without(self, other: Self) -> Self {
        let yes = self.yes.zip(other.yes).map(|(own, other)| own.saturating_sub(other));
        Self { all: self.all.saturating_sub(other.all), yes }
    }
}

/// Whether each of some units may be told, when `total` is told for all of them together. A unit with fewer than
/// `fewest` cases is not, and where it would be the difference between the total and the others, one more is not. What
/// is not told must not be known all the same because every case of it went one way: then units that did not are held
/// back with it, and where there are none, all are. `fewest` is at least [`Publication::LEAST`].
#[must_use]
pub fn told(total: Cases, units: &[Cases], fewest: u32) -> Vec<bool> {
    let minimum = u64::from(fewest.max(Publication::LEAST));
    let policy = Policy { minimum_group: minimum, minimum_unanimous: minimum, minimum_comments: minimum };
    let counts: Vec<u64> = units.iter().map(|unit| unit.all).collect();
    // Parts that are more than their whole cannot be protected by rule: a case may belong to a unit that is not listed.
    let Ok(cells) = parts(total.all, &counts, policy) else { return vec![false; units.len()] };
    let mut told: Vec<bool> = cells.into_iter().map(Cell::is_shown).collect();
    loop {
        let shown = units.iter().zip(&told).filter(|(_, told)| **told);
        let hidden = shown.fold(total, |rest, (unit, _)| rest.without(*unit));
        if !hidden.agree() {
            return told;
        }
        let mixed = (0..units.len()).filter(|&place| told[place] && !units[place].agree());
        match mixed.min_by_key(|&place| units[place].all) {
            Some(place) => told[place] = false,
            None => {
                told.fill(false);
                return told;
            }
        }
    }
}

/// Whether each of some promises about a part of the cases of one measure may be told: `parts` are their cases, and `all`
/// those of a promise about every case, where there is one. None is where one of them has too few, nor where what is left
/// of all cases would be too few.
#[must_use]
pub fn told_of_parts(all: Option<u64>, parts: &[u64], fewest: u32) -> Vec<bool> {
    let minimum = u64::from(fewest.max(Publication::LEAST));
    let few = |count: u64| count > 0 && count < minimum;
    let rest = all.map_or(0, |all| parts.iter().fold(all, |rest, part| rest.saturating_sub(*part)));
    if all.is_some_and(few) || parts.iter().any(|part| few(*part)) || few(rest) {
        return vec![false; parts.len()];
    }
    parts.iter().map(|part| !all.is_some_and(|all| few(all.saturating_sub(*part)))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cases, told, told_of_parts};

    fn counted(total: u64, units: &[u64]) -> Vec<bool> {
        let cases = |all: u64| Cases { all, yes: None };
        told(cases(total), &units.iter().map(|unit| cases(*unit)).collect::<Vec<_>>(), 5)
    }

    fn shares(total: (u64, u64), units: &[(u64, u64)]) -> Vec<bool> {
        let cases = |(yes, all): (u64, u64)| Cases { all, yes: Some(yes) };
        told(cases(total), &units.iter().map(|unit| cases(*unit)).collect::<Vec<_>>(), 5)
    }

    /// The test vectors of the design: 15 = 9 + 6, 13 = 9 + 4, 20 = 8 + 8 + 4.
    #[test]
    fn small_units_cannot_be_worked_out() {
        assert_eq!(counted(15, &[9, 6]), [true, true]);
        assert_eq!(counted(13, &[9, 4]), [false, false]);
        assert_eq!(counted(20, &[8, 8, 4]), [false, true, false]);
        assert_eq!(counted(4, &[4]), [false]);
        assert_eq!(counted(10, &[9, 9]), [false, false]);
    }

    #[test]
    fn what_belongs_to_no_listed_unit_is_a_difference_too() {
        // 30 of 33 cases lie in two units; the other three could be worked out from what is told.
        assert_eq!(counted(33, &[20, 10]).iter().filter(|told| **told).count(), 1);
    }

    /// The one case that went wrong lies in a unit that would be told: then each hidden one is known to have none.
    #[test]
    fn hidden_units_do_not_all_agree() {
        assert_eq!(shares((42, 43), &[(20, 21), (15, 15), (4, 4), (3, 3)]), [false, true, false, false]);
        // With a failure among the hidden ones nobody knows whose it is.
        assert_eq!(shares((41, 43), &[(20, 21), (15, 15), (3, 4), (3, 3)]), [true, true, false, false]);
        // What is not kept anywhere is told by the total already.
        assert_eq!(shares((0, 44), &[(0, 21), (0, 15), (0, 4), (0, 4)]), [false; 4]);
        // Nothing is hidden, so nothing can be worked out.
        assert_eq!(shares((30, 30), &[(20, 20), (10, 10)]), [true, true]);
    }

    #[test]
    fn parts_are_no_difference_of_what_is_told() {
        assert_eq!(told_of_parts(Some(123), &[120, 3], 5), [false, false]);
        assert_eq!(told_of_parts(Some(125), &[120], 5), [true]);
        assert_eq!(told_of_parts(Some(123), &[120], 5), [false]);
        assert_eq!(told_of_parts(Some(123), &[60, 60], 5), [false, false]);
        assert_eq!(told_of_parts(Some(200), &[60, 60], 5), [true, true]);
        assert_eq!(told_of_parts(None, &[60, 4], 5), [false, false]);
        assert_eq!(told_of_parts(Some(60), &[60], 5), [true]);
    }
}
