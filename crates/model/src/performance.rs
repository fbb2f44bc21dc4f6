//! Performance standards: what is expected of a role, in five levels per element, and the level of a person.
//!
//! *Fully Successful* is written first; the other levels are told from it. The level of an element follows from the
//! adjusted figure of a fair comparison. The whole is *Unacceptable* if and only if a critical element is, and *not rated*
//! where too little is known. Levels are in an order and have no distances, so they are never averaged: the whole is the
//! highest level that at least half of the weight reaches. No share of people is meant to have any level.

use jiff::civil::Date;

use crate::ids::MeasureId;
use crate::measure::Direction;

/// A level, from the lowest to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Below what can be accepted.
    Unacceptable,
    /// Short of what is expected, and acceptable for a time.
    MinimallySuccessful,
    /// What is expected.
    FullySuccessful,
    /// Clearly more than what is expected.
    ExceedsFullySuccessful,
    /// As good as can be asked for.
    Outstanding,
}

impl Level {
    /// All of them, from the lowest to the highest.
    pub const ALL: [Self; 5] = [
        Level::Unacceptable,
        Level::MinimallySuccessful,
        Level::FullySuccessful,
        Level::ExceedsFullySuccessful,
        Level::Outstanding,
    ];
}

/// From which adjusted figure on a level is reached, in stored units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// What is expected.
    pub fully_successful: f64,
    /// Below it a critical element is unacceptable; for others there may be none.
    pub minimally_successful: Option<f64>,
    /// Clearly more; none where there is no such level.
    pub exceeds: Option<f64>,
    /// As good as can be asked for; none where there is no such level.
    pub outstanding: Option<f64>,
}

/// One element of a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// In words: `Customers leave satisfied`.
    pub title: String,
    /// Whether the whole is unacceptable when this is.
    pub critical: bool,
    /// Its weight among the elements.
    pub weight: f64,
    /// What tells; people are compared by it.
    pub measure: MeasureId,
    /// Its levels.
    pub thresholds: Thresholds,
}

/// What is expected of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// The roles that it is for, as the record names them; empty for everybody.
    pub roles: Vec<String>,
    /// The day on which it was fixed, where it was told.
    pub fixed_on: Option<Date>,
    /// The elements, in the order of the file.
    pub elements: Vec<Element>,
}

impl Standard {
    /// Whether it is for people of this role.
    #[must_use]
    pub fn is_for(&self, role: Option<&str>) -> bool {
        self.roles.is_empty() || role.is_some_and(|role| self.roles.iter().any(|known| known == role))
    }
}

/// The level of an element with this adjusted figure.
#[must_use]
pub fn level(figure: f64, thresholds: &Thresholds, better: Direction) -> Level {
    let reaches = |line: f64| better.meets(figure, Some(line)) == Some(true);
    if thresholds.outstanding.is_some_and(reaches) {
        Level::Outstanding
    } else if thresholds.exceeds.is_some_and(reaches) {
        Level::ExceedsFullySuccessful
    } else if reaches(thresholds.fully_successful) {
        Level::FullySuccessful
    } else if thresholds.minimally_successful.is_none_or(reaches) {
        Level::MinimallySuccessful
    } else {
        Level::Unacceptable
    }
}

/// An element as it was rated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rated {
    /// Whether it is critical.
    pub critical: bool,
    /// Its weight.
    pub weight: f64,
    /// Its level; none where too little is known.
    pub level: Option<Level>,
}

/// The whole of all elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whole {
    /// A level.
    Level(Level),
    /// A critical element is not rated, so the whole is not.
    CriticalNotRated,
    /// Less than half of the weight is rated.
    TooLittleRated,
}

/// The whole of some elements.
#[must_use]
pub fn whole(elements: &[Rated]) -> Whole {
    let critical = || elements.iter().filter(|element| element.critical);
    if critical().any(|element| element.level == Some(Level::Unacceptable)) {
        return Whole::Level(Level::Unacceptable);
    }
    if critical().any(|element| element.level.is_none()) {
        return Whole::CriticalNotRated;
    }
    let all: f64 = elements.iter().map(|element| element.weight).sum();
    let weight_at = |least: Option<Level>| -> f64 {
        elements.iter().filter(|element| element.level.is_some() && element.level >= least).map(|one| one.weight).sum()
    };
    let rated = weight_at(None);
    if rated <= 0.0 || rated < all / 2.0 {
        return Whole::TooLittleRated;
    }
    let reached = Level::ALL.into_iter().rev().find(|level| weight_at(Some(*level)) >= rated / 2.0);
    // Only a critical element makes the whole unacceptable.
    let level = reached.unwrap_or(Level::MinimallySuccessful).max(Level::MinimallySuccessful);
    let held_back = critical().any(|element| element.level < Some(Level::FullySuccessful));
    Whole::Level(if held_back { level.min(Level::FullySuccessful) } else { level })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHARES: Thresholds = Thresholds {
        fully_successful: 0.78,
        minimally_successful: Some(0.72),
        exceeds: Some(0.82),
        outstanding: Some(0.88),
    };

    #[test]
    fn levels_begin_at_their_lines() {
        let check = |figure: f64, wanted| assert_eq!(level(figure, &SHARES, Direction::Higher), wanted, "{figure}");
        check(0.88, Level::Outstanding);
        check(0.8799, Level::ExceedsFullySuccessful);
        check(0.82, Level::ExceedsFullySuccessful);
        check(0.78, Level::FullySuccessful);
        check(0.7799, Level::MinimallySuccessful);
        check(0.72, Level::MinimallySuccessful);
        check(0.7199, Level::Unacceptable);
        let two = Thresholds { minimally_successful: None, exceeds: None, outstanding: None, ..SHARES };
        assert_eq!(level(0.1, &two, Direction::Higher), Level::MinimallySuccessful);
        assert_eq!(level(1.0, &two, Direction::Higher), Level::FullySuccessful);
        let complaints = Thresholds {
            fully_successful: 0.03,
            minimally_successful: Some(0.05),
            exceeds: Some(0.02),
            outstanding: None,
        };
        assert_eq!(level(0.03, &complaints, Direction::Lower), Level::FullySuccessful);
        assert_eq!(level(0.06, &complaints, Direction::Lower), Level::Unacceptable);
        assert_eq!(level(0.01, &complaints, Direction::Lower), Level::ExceedsFullySuccessful);
    }

    fn rated(critical: bool, weight: f64, level: Option<Level>) -> Rated {
        Rated { critical, weight, level }
    }

    #[test]
    fn the_whole_is_what_half_of_the_weight_reaches() {
        let full = Some(Level::FullySuccessful);
        let top = Some(Level::Outstanding);
        let low = Some(Level::MinimallySuccessful);
        let one = |level| rated(false, 1.0, level);
        assert_eq!(whole(&[one(full), one(top), one(low)]), Whole::Level(Level::FullySuccessful));
        assert_eq!(whole(&[one(top), one(full)]), Whole::Level(Level::Outstanding));
        assert_eq!(whole(&[one(top), rated(false, 2.0, full)]), Whole::Level(Level::FullySuccessful));
        // A critical element that is short holds the whole back.
        assert_eq!(whole(&[rated(true, 1.0, low), one(top), one(top)]), Whole::Level(Level::FullySuccessful));
        // What is unacceptable and not critical never makes the whole so.
        assert_eq!(whole(&[one(Some(Level::Unacceptable))]), Whole::Level(Level::MinimallySuccessful));
        assert_eq!(whole(&[one(None), one(None), one(top)]), Whole::TooLittleRated);
        assert_eq!(whole(&[rated(true, 1.0, None), one(top)]), Whole::CriticalNotRated);
        let unacceptable = rated(true, 1.0, Some(Level::Unacceptable));
        assert_eq!(whole(&[unacceptable, rated(true, 1.0, None)]), Whole::Level(Level::Unacceptable));
        assert_eq!(whole(&[]), Whole::TooLittleRated);
        assert_eq!(whole(&[rated(false, 0.0, top)]), Whole::TooLittleRated);
    }

    fn elements() -> impl Strategy<Value = Vec<Rated>> {
        let level = prop::option::weighted(0.85, prop::sample::select(Level::ALL.to_vec()));
        let element = (any::<bool>(), 0.5..4.0_f64, level).prop_map(|(critical, weight, level)| Rated {
            critical,
            weight,
            level,
        });
        prop::collection::vec(element, 1..7)
    }

    proptest! {
        #[test]
        fn unacceptable_if_and_only_if_a_critical_element_is(elements in elements()) {
            let critical = elements.iter().any(|one| one.critical && one.level == Some(Level::Unacceptable));
            prop_assert_eq!(whole(&elements) == Whole::Level(Level::Unacceptable), critical);
        }

        #[test]
        fn a_better_element_never_lowers_the_whole(elements in elements(), place in 0_usize..7, to in 0_usize..5) {
            let place = place % elements.len();
            let mut better = elements.clone();
            let before = elements[place].level;
            prop_assume!(before.is_some());
            better[place].level = before.max(Some(Level::ALL[to]));
            let rank = |whole: Whole| match whole {
                Whole::Level(level) => Some(level),
                Whole::CriticalNotRated | Whole::TooLittleRated => None,
            };
            if let (Some(one), Some(other)) = (rank(whole(&elements)), rank(whole(&better))) {
                prop_assert!(one <= other);
            }
        }

        #[test]
        fn the_order_of_elements_does_not_matter(elements in elements()) {
            let mut backwards = elements.clone();
            backwards.reverse();
            prop_assert_eq!(whole(&elements), whole(&backwards));
        }
    }
}
