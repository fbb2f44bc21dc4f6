//! Fair comparison: people or units held against a standard, like for like.
//!
//! A standard has two lines that are fixed beforehand. Each person or unit gets one of five states from the probability
//! that its true figure meets them, never from a rank. How the state is decided belongs to the statistics
//! (`evenkeel_stats::compare::decide`), so that the simulations which measure how often it errs measure this product;
//! what is asked and what is answered is said here, in the words of the domain.

pub mod case_mix;

use jiff::civil::Date;

use crate::ids::{MeasureId, UnitId};
use crate::measure::{Amount, Formula};
use crate::period::Period;
use crate::reading::Subject;

pub use case_mix::Attribute;

/// Who is compared with one standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peers {
    /// People.
    People,
    /// Units of one kind, in the words of the organisation: `branch`, `team`, `department`.
    Units(String),
}

impl Peers {
    /// The word for them in project files and on the command line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Peers::People => PEOPLE,
            Peers::Units(kind) => kind,
        }
    }

    /// What a word means: `people` and `person`, or a kind of unit.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        if word == PEOPLE || word == "person" { Peers::People } else { Peers::Units(word.to_owned()) }
    }
}

/// The word for people.
const PEOPLE: &str = "people";

/// The two lines of a standard, in stored units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lines {
    /// What everybody is to reach.
    pub minimum: f64,
    /// From here on a result deserves recognition.
    pub recognition: f64,
}

/// What decides about states. The defaults are those of the statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Recognise from this probability of meeting the recognition line.
    pub recognise_from: f64,
    /// Develop below this probability of meeting the minimum line.
    pub develop_below: f64,
    /// Review below this probability of meeting the minimum line over all review periods, from the own record alone.
    pub review_below: f64,
    /// Latest periods that must all point the same way for a review.
    pub review_periods: u32,
    /// Highest expected share of chance findings among the reviews.
    pub false_discoveries: f64,
    /// Fewest observations (or exposure) in a period.
    pub minimum_observations: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            recognise_from: 0.80,
            develop_below: 0.25,
            review_below: 0.0009,
            review_periods: 3,
            false_discoveries: 0.05,
            minimum_observations: 30.0,
        }
    }
}

/// A comparison as it was set up.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// What is compared.
    pub measure: MeasureId,
    /// Who is compared; each of them among themselves.
    pub peers: Vec<Peers>,
    /// Only those below this unit; none for all.
    pub below: Option<UnitId>,
    /// The attributes of cases and customers that make figures like for like; none for no adjustment.
    pub case_mix: Vec<Attribute>,
    /// The standard.
    pub lines: Lines,
    /// The day on which lines and rules were fixed, where it was told.
    pub fixed_on: Option<Date>,
    /// What decides about states.
    pub rules: Rules,
}

/// Figures that can be compared: those about which it is known how they vary by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// So many out of so many.
    Shares,
    /// Events per exposure.
    Rates,
    /// Means of values.
    Means,
}

impl Family {
    /// The family of a measure; none where nothing is known about chance, or nothing relates a number to its size.
    #[must_use]
    pub fn of(formula: &Formula) -> Option<Self> {
        match formula {
            Formula::Share { .. } | Formula::Cohort { .. } | Formula::Retention { .. } => Some(Family::Shares),
            Formula::Rate { events, .. } if events.amount == Amount::Count => Some(Family::Rates),
            Formula::Mean { .. } | Formula::NetPromoterScore { .. } => Some(Family::Means),
            _ => None,
        }
    }
}

/// The state of a person or unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Surely enough at the recognition line.
    Recognise,
    /// Nothing to single out.
    OnStandard,
    /// Probably below the minimum line: coaching, training, a change of process.
    Develop,
    /// Below the minimum line in every one of the last periods: a person is asked to look at it. Nothing follows by itself.
    Review,
    /// Too few observations.
    NotEnoughData,
}

impl State {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] =
        [State::Recognise, State::OnStandard, State::Develop, State::Review, State::NotEnoughData];
}

/// Where a figure lies in the funnel of all figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// Within the inner limits.
    Inside,
    /// Beyond an inner limit, above or below.
    BeyondInner,
    /// Beyond an outer limit, above or below.
    BeyondOuter,
}

/// What is known of one person or unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Who.
    pub subject: Subject,
    /// The state.
    pub state: State,
    /// Observations (or exposure) in the period.
    pub observations: f64,
    /// The figure as it was counted; none without observations.
    pub figure: Option<f64>,
    /// The figure that all together would have had with the same cases; none without adjustment.
    pub expected: Option<f64>,
    /// The figure moved to the cases of all, before it is pulled towards all; none without observations.
    pub like_for_like: Option<f64>,
    /// The adjusted figure: like for like, and pulled towards all by as much as own data leave doubt.
    pub adjusted: Option<f64>,
    /// Its likely range.
    pub likely_range: Option<(f64, f64)>,
    /// Probability that the true figure meets the recognition line.
    pub meets_recognition: Option<f64>,
    /// Probability that the true figure meets the minimum line.
    pub meets_minimum: Option<f64>,
    /// Probability that the own record over all review periods meets the minimum line; none when one is too small.
    pub own_record: Option<f64>,
    /// In how many of the review periods the figure itself missed the minimum line, like for like.
    pub periods_missed: u32,
    /// Where it lies in the funnel; none where there is no funnel.
    pub position: Option<Position>,
}

/// The limits of the funnel for so many observations, or so much exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelLimits {
    /// So many observations, or so much exposure.
    pub observations: f64,
    /// Outer limits, between which 99.8 % lie.
    pub outer: (f64, f64),
    /// Inner limits, between which 95 % lie.
    pub inner: (f64, f64),
}

/// A funnel: limits around what all together have, narrower for those with more observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// What all together have.
    pub centre: f64,
    /// Whether limits are wider than chance alone would have them, because the units differ for many small reasons.
    pub widened: bool,
    /// Limits from few observations to many.
    pub limits: Vec<FunnelLimits>,
}

/// A comparison, worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The period.
    pub period: Period,
    /// The review periods, the latest last; the period itself is one of them.
    pub review_periods: Vec<Period>,
    /// Everybody who had any observation, or was there; by state and then by identifier.
    pub standings: Vec<Standing>,
    /// The figure of all who are compared, together.
    pub of_all: Option<f64>,
    /// Mean and standard deviation of true figures, at the mix of all; none when nothing was borrowed.
    pub spread: Option<(f64, f64)>,
    /// How many observations what is known of all weighs in an adjusted figure; none where that is not one number.
    pub borrowed: Option<f64>,
    /// How many times more figures vary between periods than by chance; 1 when they do not.
    pub dispersion: f64,
    /// Whether all together miss the minimum line, so that the process is to be looked at before anybody is.
    pub process_first: bool,
    /// The funnel; none for fewer than three, and where all figures have no spread at all.
    pub funnel: Option<Funnel>,
    /// How many states the adjustment for case mix changes; none without adjustment.
    pub changed_by_case_mix: Option<u32>,
}
