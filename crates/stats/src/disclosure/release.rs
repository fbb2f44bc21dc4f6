//! Differencing over everything that was shown before: filters, time windows, overlapping groups.
//!
//! Each release shows the sum (or mean) of a group of respondents. By adding and subtracting releases one can work out
//! the sum of other groups. [`Audit`] refuses a release after which some combination would concern fewer people than
//! the minimum.
//!
//! How it decides: respondents who were in exactly the same releases form an *atom*. Sums that can be worked out are the
//! row space of the table "release × atom". A combination that concerns only the atoms of a set S exists exactly when
//! the rows of S in a basis of the null space depend on each other. All sets with fewer people than the minimum are
//! tried; arithmetic is exact, modulo the prime 2⁶¹ - 1.

use super::Policy;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Sets of atoms that are tried before a release is refused as too intricate to judge.
const MOST_SETS: usize = 60_000;

/// What was decided about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It may be shown.
    Permitted,
    /// It has fewer people than the minimum.
    TooSmall,
    /// Together with what was shown before, it would reveal a sum over so few people.
    Reveals {
        /// How many people the revealed combination concerns at most.
        people: u64,
    },
    /// So many small overlaps exist that the check would take too long; refused to be safe.
    TooIntricate,
}

/// Remembers the groups that were shown and judges further ones.
///
/// ```
/// use evenkeel_stats::disclosure::{Policy, release::{Audit, Verdict}};
///
/// let mut audit = Audit::new(Policy::default())?;
/// let spring: Vec<u64> = (0..30).collect();
/// let one_week_later: Vec<u64> = (2..32).collect();
/// assert_eq!(audit.release(&spring), Verdict::Permitted);
/// assert_eq!(audit.release(&one_week_later), Verdict::Reveals { people: 4 });
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    policy: Policy,
    released: Vec<BTreeSet<u64>>,
}

impl Audit {
    /// An audit of one survey: nothing has been shown yet.
    pub fn new(policy: Policy) -> Result<Self> {
        policy.check()?;
        Ok(Self { policy, released: Vec::new() })
    }

    /// The groups shown so far.
    pub fn released(&self) -> impl Iterator<Item = &BTreeSet<u64>> {
        self.released.iter()
    }

    /// Judges a group, by the numbers of its respondents (repetitions do not matter), without showing it.
    #[must_use]
    pub fn check(&self, respondents: &[u64]) -> Verdict {
        let group: BTreeSet<u64> = respondents.iter().copied().collect();
        self.judge(&group)
    }

    /// Judges a group and, where it is permitted, counts it as shown.
    pub fn release(&mut self, respondents: &[u64]) -> Verdict {
        let group: BTreeSet<u64> = respondents.iter().copied().collect();
        let verdict = self.judge(&group);
        if verdict == Verdict::Permitted && !self.released.contains(&group) {
            self.released.push(group);
        }
        verdict
    }

    fn judge(&self, group: &BTreeSet<u64>) -> Verdict {
        if (group.len() as u64) < self.policy.minimum_group {
            return Verdict::TooSmall;
        }
        if self.released.contains(group) {
            return Verdict::Permitted;
        }
        let atoms = atoms(&self.released, group);
        let rows = self.released.len() + 1;
        let table: Vec<Vec<u64>> =
            (0..rows).map(|row| atoms.keys().map(|pattern| u64::from(pattern[row])).collect()).collect();
        let basis = null_space(table, atoms.len());
        let sizes: Vec<u64> = atoms.values().copied().collect();
        let mut search = Search { basis: &basis, sizes: &sizes, minimum: self.policy.minimum_group, tried: 0 };
        search.run(0, &mut Vec::new(), 0)
    }
}

/// Membership pattern over all releases and the new group, with the number of respondents who have it.
fn atoms(released: &[BTreeSet<u64>], group: &BTreeSet<u64>) -> BTreeMap<Vec<bool>, u64> {
    let everyone: BTreeSet<u64> = released.iter().chain(std::iter::once(group)).flatten().copied().collect();
    let mut atoms = BTreeMap::new();
    for respondent in everyone {
        let pattern: Vec<bool> =
            released.iter().chain(std::iter::once(group)).map(|set| set.contains(&respondent)).collect();
        *atoms.entry(pattern).or_insert(0) += 1;
    }
    atoms
}

/// Depth-first search through sets of atoms with fewer people than the minimum.
struct Search<'a> {
    /// One row per atom.
    basis: &'a [Vec<u64>],
    sizes: &'a [u64],
    minimum: u64,
    tried: usize,
}

impl Search<'_> {
    /// Extends `reduced`, the reduced rows of the atoms chosen so far (`people` respondents), by atoms from `next` on.
    fn run(&mut self, next: usize, reduced: &mut Vec<(usize, Vec<u64>)>, people: u64) -> Verdict {
        for atom in next..self.sizes.len() {
            let people = people + self.sizes[atom];
            if people >= self.minimum {
                continue;
            }
            self.tried += 1;
            if self.tried > MOST_SETS {
                return Verdict::TooIntricate;
            }
            let mut row = self.basis[atom].clone();
            for (pivot, chosen) in reduced.iter() {
                subtract(&mut row, chosen, *pivot);
            }
            let Some(pivot) = row.iter().position(|&value| value != 0) else {
                return Verdict::Reveals { people };
            };
            scale(&mut row, pivot);
            reduced.push((pivot, row));
            let verdict = self.run(atom + 1, reduced, people);
            reduced.pop();
            if verdict != Verdict::Permitted {
                return verdict;
            }
        }
        Verdict::Permitted
    }
}

/// 2⁶¹ - 1.
const PRIME: u64 = (1 << 61) - 1;

fn multiply(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn negate(a: u64) -> u64 {
    if a == 0 { 0 } else { PRIME - a }
}

/// The inverse by Fermat's little theorem.
fn invert(a: u64) -> u64 {
    let (mut power, mut result, mut exponent) = (a, 1, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, power);
        }
        power = multiply(power, power);
        exponent >>= 1;
    }
    result
}

/// Divides the row by its value at `pivot`.
fn scale(row: &mut [u64], pivot: usize) {
    let inverse = invert(row[pivot]);
    for value in row.iter_mut() {
        *value = multiply(*value, inverse);
    }
}

/// Subtracts the multiple of `other` (whose value at `pivot` is 1) that makes the row zero there.
fn subtract(row: &mut [u64], other: &[u64], pivot: usize) {
    let factor = negate(row[pivot]);
    if factor != 0 {
        for (value, &taken) in row.iter_mut().zip(other) {
            *value = (*value + multiply(factor, taken)) % PRIME;
        }
    }
}

/// A basis of the null space of the table, one row per column of the table.
fn null_space(mut table: Vec<Vec<u64>>, columns: usize) -> Vec<Vec<u64>> {
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..columns {
        let done = pivots.len();
        let Some(found) = (done..table.len()).find(|&row| table[row][column] != 0) else { continue };
        table.swap(done, found);
        scale(&mut table[done], column);
        let chosen = table[done].clone();
        for (row, values) in table.iter_mut().enumerate() {
            if row != done {
                subtract(values, &chosen, column);
            }
        }
        pivots.push(column);
    }
    let free: Vec<usize> = (0..columns).filter(|column| !pivots.contains(column)).collect();
    (0..columns)
        .map(|column| match pivots.iter().position(|&pivot| pivot == column) {
            Some(row) => free.iter().map(|&other| negate(table[row][other])).collect(),
            None => free.iter().map(|&other| u64::from(other == column)).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn audit() -> Audit {
        Audit::new(Policy::default()).unwrap()
    }

    fn range(from: u64, to: u64) -> Vec<u64> {
        (from..to).collect()
    }

    #[test]
    fn a_part_whose_remainder_is_small_is_refused() {
        let mut audit = audit();
        assert_eq!(audit.release(&range(0, 13)), Verdict::Permitted);
        assert_eq!(audit.release(&range(0, 9)), Verdict::Reveals { people: 4 });
        assert_eq!(audit.release(&range(0, 4)), Verdict::TooSmall);
        assert_eq!(audit.release(&range(0, 8)), Verdict::Permitted);
    }

    #[test]
    fn the_last_of_several_parts_is_refused() {
        let mut audit = audit();
        assert_eq!(audit.release(&range(0, 20)), Verdict::Permitted);
        assert_eq!(audit.release(&range(0, 8)), Verdict::Permitted);
        assert_eq!(audit.release(&range(8, 16)), Verdict::Reveals { people: 4 }, "20 - 8 - 8");
    }

    #[test]
    fn windows_that_differ_by_few_are_refused() {
        let mut audit = audit();
        assert_eq!(audit.release(&range(0, 40)), Verdict::Permitted);
        assert_eq!(audit.check(&range(2, 42)), Verdict::Reveals { people: 4 });
        assert_eq!(audit.check(&range(0, 44)), Verdict::Reveals { people: 4 });
        assert_eq!(audit.release(&range(5, 45)), Verdict::Permitted);
        assert_eq!(audit.released().count(), 2);
    }

    #[test]
    fn combinations_of_three_are_found() {
        // A and B overlap in three people; A or B was shown, so A + B - (A or B) gives the overlap.
        let mut audit = audit();
        assert_eq!(audit.release(&range(0, 20)), Verdict::Permitted);
        assert_eq!(audit.release(&range(17, 40)), Verdict::Permitted, "three unknown sums from two releases");
        assert_eq!(audit.release(&range(0, 40)), Verdict::Reveals { people: 3 });
    }

    #[test]
    fn the_same_group_again_tells_nothing_new() {
        let mut audit = audit();
        assert_eq!(audit.release(&[1, 2, 3, 4, 5, 5, 5]), Verdict::Permitted);
        assert_eq!(audit.release(&[5, 4, 3, 2, 1]), Verdict::Permitted);
        assert_eq!(audit.released().count(), 1);
    }

    #[test]
    fn too_intricate_is_refused() {
        // Nine groups by the bits of the respondent's number: each of 400 people is an atom of its own.
        let mut audit = Audit { policy: Policy::default(), released: Vec::new() };
        for bit in 0..9 {
            audit.released.push((0..400).filter(|person| person >> bit & 1 == 1).collect());
        }
        assert_eq!(audit.check(&range(0, 250)), Verdict::TooIntricate);
    }

    #[test]
    fn arithmetic_inverts() {
        for a in [1, 2, 12_345, PRIME - 1] {
            assert_eq!(multiply(a, invert(a)), 1);
        }
        assert_eq!(negate(0), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// Brute force over small whole coefficients: no permitted sequence lets a sum over 1 to 4 people be formed.
        #[test]
        fn no_combination_of_permitted_releases_concerns_few(groups in prop::collection::vec(prop::collection::btree_set(0_u64..16, 5..14), 2..6)) {
            let mut audit = audit();
            for group in &groups {
                audit.release(&group.iter().copied().collect::<Vec<_>>());
            }
            let released: Vec<_> = audit.released().cloned().collect();
            let mut coefficients = vec![-2_i64; released.len()];
            loop {
                let concerned = (0..16_u64)
                    .filter(|person| {
                        released.iter().zip(&coefficients).filter(|(set, _)| set.contains(person)).map(|(_, c)| c).sum::<i64>() != 0
                    })
                    .count();
                prop_assert!(concerned == 0 || concerned >= 5, "{:?} with {:?}", released, coefficients);
                let Some(place) = coefficients.iter().position(|&c| c < 2) else { break };
                coefficients[place] += 1;
                coefficients[..place].fill(-2);
            }
        }
    }
}
