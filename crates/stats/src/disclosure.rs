//! Disclosure control: which survey results can be shown without telling what a single person answered.
//!
//! Terms:
//! - A *cell* is one group of a table: a team of a department, an answer of a question.
//! - *Primary suppression* hides cells with fewer answers than the minimum.
//! - *Complementary suppression* hides further cells, because a single hidden cell is its parent minus the shown ones.
//! - *Differencing* works out a small group from two large ones, such as two time windows or two filters that differ by
//!   few people; [`release`] looks for that over everything that was shown before.
//! - *Attribute disclosure*: when all members of a group gave the same answer, the minimum number protects nobody.
//!
//! What is protected are the answers of cells below the minimum, and their number: with everything that is published
//! (parent, shown cells, and why each hidden cell is hidden), at least two numbers remain possible for each of them.
//! Cells are chosen for complementary suppression by their place, never by their size, so knowing the rule tells nothing.

pub mod release;

use crate::error::{Error, Result, require_count};

/// How small is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Fewest answers with which a cell may be shown.
    pub minimum_group: u64,
    /// Fewest answers with which "all agree" may be said.
    pub minimum_unanimous: u64,
    /// Fewest comments behind a theme from which words may be quoted.
    pub minimum_comments: u64,
}

impl Default for Policy {
    /// Five answers, ten for "all agree", ten comments.
    fn default() -> Self {
        Self { minimum_group: 5, minimum_unanimous: 10, minimum_comments: 10 }
    }
}

impl Policy {
    /// Refuses minima under which nothing would be protected: groups below 3, or laxer minima for the stricter cases.
    pub fn check(self) -> Result<()> {
        require_count("minimum group", self.minimum_group as usize, 3)?;
        require_count("minimum for a unanimous group", self.minimum_unanimous as usize, self.minimum_group as usize)?;
        require_count("minimum of comments", self.minimum_comments as usize, self.minimum_group as usize)
    }
}

/// Whether a cell is shown, and if not, the reason that a page may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Shown. A cell without answers is shown as empty.
    Shown,
    /// Hidden: fewer answers than the minimum (and at least one).
    TooSmall,
    /// Hidden: so that another cell cannot be worked out.
    Complementary,
    /// Hidden, and neither the reason nor whether it is empty must be told, because that would give a number away.
    Withheld,
    /// Hidden, because the cell above it is.
    ParentHidden,
}

impl Cell {
    /// Whether the cell's figures may be shown.
    #[must_use]
    pub fn is_shown(self) -> bool {
        self == Cell::Shown
    }
}

/// Decides about the parts of a group whose own figures are shown.
///
/// `total` may exceed the sum of `counts`: the rest are people of the group who are in none of the parts. They are
/// shown nowhere but can be worked out, so they take part as a hidden cell when there are fewer than the minimum.
///
/// ```
/// use evenkeel_stats::disclosure::{Cell, Policy, parts};
///
/// let policy = Policy::default();
/// assert_eq!(parts(15, &[9, 6], policy)?, [Cell::Shown, Cell::Shown]);
/// assert!(parts(13, &[9, 4], policy)?.iter().all(|cell| !cell.is_shown()), "13 - 9 would reveal the four");
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn parts(total: u64, counts: &[u64], policy: Policy) -> Result<Vec<Cell>> {
    policy.check()?;
    let sum = sum(counts.iter().copied());
    if sum > total {
        return Err(Error::PartExceedsWhole {
            part: "sum of the parts",
            part_value: sum as f64,
            whole: "total",
            whole_value: total as f64,
        });
    }
    let minimum = policy.minimum_group;
    if total < minimum {
        // The group itself must not be shown, so neither can anything below it.
        return Ok(counts.iter().map(|&n| if n == 0 { Cell::Shown } else { Cell::ParentHidden }).collect());
    }
    let small = |n: u64| n > 0 && n < minimum;
    let mut cells: Vec<Cell> = counts.iter().map(|&n| if small(n) { Cell::TooSmall } else { Cell::Shown }).collect();
    let rest = total - sum;
    let first_small = cells.iter().position(|&cell| cell == Cell::TooSmall);
    let start = first_small.map_or(0, |i| i + 1);
    let open = |cells: &[Cell]| exposed(cells, counts, small(rest).then_some(rest), minimum);
    for step in 0..counts.len() {
        if !open(&cells) {
            return Ok(cells);
        }
        let i = (start + step) % counts.len();
        if cells[i] == Cell::Shown && counts[i] > 0 {
            cells[i] = Cell::Complementary;
        }
    }
    if open(&cells) {
        // Nothing is left to hide. Without the reasons, and with the empty cells hidden too, the numbers stay open.
        cells.fill(Cell::Withheld);
    }
    Ok(cells)
}

/// A sum that ends at the largest number instead of overflowing.
fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Whether the hidden cells can be worked out, or form too small a group together.
fn exposed(cells: &[Cell], counts: &[u64], small_rest: Option<u64>, minimum: u64) -> bool {
    let mut hidden: Vec<(u64, bool)> = cells
        .iter()
        .zip(counts)
        .filter(|(cell, _)| **cell != Cell::Shown)
        .map(|(cell, &n)| (n, *cell == Cell::TooSmall))
        .collect();
    hidden.extend(small_rest.map(|n| (n, true)));
    if hidden.is_empty() {
        return false;
    }
    let sum = sum(hidden.iter().map(|(n, _)| *n));
    if hidden.len() == 1 || sum < minimum {
        return true;
    }
    // What the reasons say: a cell that is too small has 1 to minimum - 1 answers, a complementary one the minimum or
    // more. A number is given away when only one remains possible.
    let least = |is_small: bool| if is_small { 1 } else { minimum };
    let most = |is_small: bool| if is_small { minimum - 1 } else { sum };
    let all_least = self::sum(hidden.iter().map(|&(_, is_small)| least(is_small)));
    let all_most = self::sum(hidden.iter().map(|&(_, is_small)| most(is_small)));
    hidden.iter().any(|&(_, is_small)| {
        let high = most(is_small).min(sum.saturating_sub(all_least - least(is_small)));
        let low = least(is_small).max(sum.saturating_sub(all_most - most(is_small)));
        low == high
    })
}

/// A group in a tree of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node {
    /// Position of the group above; it must come earlier in the list. `None` for a root.
    pub parent: Option<usize>,
    /// Answers of the group, those of the groups below included.
    pub count: u64,
}

/// Decides about a whole tree, from the top: below a hidden group nothing is shown.
pub fn tree(nodes: &[Node], policy: Policy) -> Result<Vec<Cell>> {
    policy.check()?;
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut cells = vec![Cell::Shown; nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        match node.parent {
            None => {
                if node.count > 0 && node.count < policy.minimum_group {
                    cells[i] = Cell::TooSmall;
                }
            }
            Some(parent) if parent < i => children[parent].push(i),
            Some(_) => return Err(Error::BadPosition { what: "parent of a group", index: i }),
        }
    }
    for (i, below) in children.iter().enumerate() {
        let counts: Vec<u64> = below.iter().map(|&child| nodes[child].count).collect();
        let decided = parts(nodes[i].count, &counts, policy)?;
        for (&child, cell) in below.iter().zip(decided) {
            let hidden_above = !cells[i].is_shown() && nodes[child].count > 0;
            cells[child] = if hidden_above { Cell::ParentHidden } else { cell };
        }
    }
    Ok(cells)
}

/// What may be said about the answers of one group to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// The number of people per answer, or any summary of it.
    Show,
    /// Nothing: too few answers.
    TooFew,
    /// Nothing: all, or all but one, gave the same answer, so it would be known of each.
    Unanimous,
    /// "All agree" or "nearly all agree", because the group is large enough for that not to single anybody out.
    AllAgree,
}

/// Decides about the distribution of answers of a group.
///
/// A group in which one person differs counts as unanimous: that person knows the answers of all others.
///
/// ```
/// use evenkeel_stats::disclosure::{Distribution, Policy, distribution};
///
/// assert_eq!(distribution(&[6, 0, 0], Policy::default())?, Distribution::Unanimous);
/// assert_eq!(distribution(&[4, 2, 1], Policy::default())?, Distribution::Show);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn distribution(counts: &[u64], policy: Policy) -> Result<Distribution> {
    policy.check()?;
    let total = sum(counts.iter().copied());
    let most = counts.iter().copied().max().unwrap_or(0);
    Ok(if total < policy.minimum_group {
        Distribution::TooFew
    } else if total - most > 1 {
        Distribution::Show
    } else if total >= policy.minimum_unanimous {
        Distribution::AllAgree
    } else {
        Distribution::Unanimous
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decide(total: u64, counts: &[u64]) -> Vec<Cell> {
        parts(total, counts, Policy::default()).unwrap()
    }

    #[test]
    fn worked_cases() {
        assert_eq!(decide(13, &[9, 4]), [Cell::Complementary, Cell::TooSmall]);
        assert_eq!(decide(15, &[9, 6]), [Cell::Shown, Cell::Shown]);
        assert_eq!(decide(20, &[8, 8, 4]), [Cell::Complementary, Cell::Shown, Cell::TooSmall]);
    }

    #[test]
    fn people_in_no_part_are_worked_out_too() {
        // Technology 9 of 13 is disabled, because the rest of 4 is then known; with a rest of 6 it is allowed.
        assert!(!decide(13, &[9])[0].is_shown());
        assert!(decide(15, &[9])[0].is_shown());
        assert_eq!(decide(20, &[8, 9]), [Cell::Complementary, Cell::Shown]);
    }

    #[test]
    fn hidden_cells_must_be_a_group_together() {
        let cells = decide(20, &[1, 1, 9, 9]);
        assert_eq!(cells.iter().filter(|cell| !cell.is_shown()).count(), 3, "two people are too few: {cells:?}");
    }

    #[test]
    fn a_complement_of_exactly_the_minimum_would_tell() {
        // Hidden 1 + 5 = 6 leaves only 1 for the small cell, because the other has 5 at least.
        let cells = decide(15, &[1, 5, 9]);
        assert_eq!(cells, [Cell::TooSmall, Cell::Complementary, Cell::Complementary]);
        assert_eq!(decide(6, &[1, 5]), [Cell::Withheld, Cell::Withheld]);
        assert_eq!(decide(8, &[4, 0, 4]), [Cell::Withheld, Cell::Withheld, Cell::Withheld]);
    }

    #[test]
    fn empty_cells_protect_nobody() {
        assert_eq!(decide(13, &[0, 9, 4]), [Cell::Shown, Cell::Complementary, Cell::TooSmall]);
        assert_eq!(decide(9, &[0, 9]), [Cell::Shown, Cell::Shown]);
    }

    #[test]
    fn small_groups_hide_everything_below() {
        assert_eq!(decide(4, &[3, 1, 0]), [Cell::ParentHidden, Cell::ParentHidden, Cell::Shown]);
        assert!(parts(5, &[3, 3], Policy::default()).is_err());
        assert!(parts(5, &[u64::MAX, u64::MAX], Policy::default()).is_err());
        assert!(parts(9, &[9], Policy { minimum_group: 2, ..Policy::default() }).is_err());
        assert!(Policy { minimum_unanimous: 4, ..Policy::default() }.check().is_err());
    }

    #[test]
    fn below_a_hidden_group_nothing_is_shown() {
        let node = |parent, count| Node { parent, count };
        let nodes = [
            node(None, 33),
            node(Some(0), 13),
            node(Some(0), 16),
            node(Some(0), 4),
            node(Some(1), 7),
            node(Some(1), 6),
            node(Some(2), 8),
            node(Some(2), 8),
        ];
        let cells = tree(&nodes, Policy::default()).unwrap();
        assert_eq!(cells[..4], [Cell::Shown, Cell::Complementary, Cell::Shown, Cell::TooSmall]);
        assert_eq!(cells[4..6], [Cell::ParentHidden, Cell::ParentHidden]);
        assert_eq!(cells[6..], [Cell::Shown, Cell::Shown]);
        assert!(tree(&[node(Some(1), 5), node(None, 9)], Policy::default()).is_err());
        assert_eq!(tree(&[node(None, 3)], Policy::default()).unwrap(), [Cell::TooSmall]);
    }

    #[test]
    fn unanimous_groups_are_protected() {
        let policy = Policy::default();
        assert_eq!(distribution(&[3, 1], policy), Ok(Distribution::TooFew));
        assert_eq!(distribution(&[9, 0], policy), Ok(Distribution::Unanimous));
        assert_eq!(distribution(&[8, 1], policy), Ok(Distribution::Unanimous));
        assert_eq!(distribution(&[10, 0], policy), Ok(Distribution::AllAgree));
        assert_eq!(distribution(&[11, 1], policy), Ok(Distribution::AllAgree));
        assert_eq!(distribution(&[10, 2], policy), Ok(Distribution::Show));
        assert_eq!(distribution(&[], policy), Ok(Distribution::TooFew));
    }

    /// All ways in which the hidden cells could be filled, given what is published.
    fn possible(hidden: &[Cell], sum: u64, minimum: u64) -> Vec<Vec<u64>> {
        let Some((&first, rest)) = hidden.split_first() else {
            return if sum == 0 { vec![vec![]] } else { vec![] };
        };
        (0..=sum)
            .filter(|&n| match first {
                Cell::TooSmall => n > 0 && n < minimum,
                Cell::Complementary => n >= minimum,
                _ => true,
            })
            .flat_map(|n| {
                possible(rest, sum - n, minimum).into_iter().map(move |mut tail| {
                    tail.insert(0, n);
                    tail
                })
            })
            .collect()
    }

    #[test]
    fn three_single_people_do_not_give_themselves_away() {
        let policy = Policy { minimum_group: 3, minimum_unanimous: 10, minimum_comments: 10 };
        assert_eq!(parts(3, &[1, 1, 1], policy).unwrap(), [Cell::Withheld; 3], "one of them might be empty");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]
        #[test]
        fn no_small_cell_can_be_derived(counts in prop::collection::vec(0_u64..14, 1..6), minimum in 3_u64..7) {
            let total: u64 = counts.iter().sum();
            let policy = Policy { minimum_group: minimum, minimum_unanimous: 10, minimum_comments: 10 };
            prop_assume!(total >= minimum);
            let cells = parts(total, &counts, policy).unwrap();
            for (cell, &n) in cells.iter().zip(&counts) {
                prop_assert!(!cell.is_shown() || n == 0 || n >= minimum, "a small cell is shown");
            }
            let hidden: Vec<usize> = (0..counts.len()).filter(|&i| !cells[i].is_shown()).collect();
            if !hidden.is_empty() {
                let sum: u64 = hidden.iter().map(|&i| counts[i]).sum();
                prop_assert!(hidden.len() >= 2 && sum >= minimum, "the hidden cells are a small group or a single cell");
                let reasons: Vec<Cell> = hidden.iter().map(|&i| cells[i]).collect();
                let ways = possible(&reasons, sum, minimum);
                for (place, &i) in hidden.iter().enumerate() {
                    prop_assert!(ways.iter().any(|way| way[place] != counts[i]), "{:?} {:?} gives cell {} away", counts, cells, i);
                }
            }
        }

        #[test]
        fn large_cells_alone_are_all_shown(counts in prop::collection::vec(5_u64..40, 1..8)) {
            let total: u64 = counts.iter().sum();
            prop_assert!(decide(total, &counts).iter().all(|cell| cell.is_shown()));
        }
    }
}
