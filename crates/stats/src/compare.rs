//! Fair comparison of people and units with a standard: who is recognised, who is offered development, who is looked at.
//!
//! A standard has two lines, both fixed beforehand: the *recognition* line, and the *minimum* line. Each person or unit
//! gets one of five states from the probability that its true figure meets them, like for like:
//!
//! | state | rule (with the default settings) |
//! |---|---|
//! | not enough data | fewer observations in the latest period than the minimum number |
//! | review | in each of the last three periods the figure itself is below the minimum line, and all three together leave a probability below 0.0009 for meeting it |
//! | recognise | the probability of meeting the recognition line is at least 80 % |
//! | develop | the probability of meeting the minimum line is below 25 % |
//! | on standard | everything else |
//!
//! Recognition and development rest on the posterior of the latest period (own figure and what is known of all,
//! [`crate::shrinkage`]; for shares averaged over the priors that all leave possible), never on rank: everybody can be recognised, and nobody needs to be. *Review* rests on the
//! person's own record alone, because nobody should come under review, or be spared it, for how others did. It opens a
//! conversation that a person leads; it decides nothing.
//!
//! *Many at once*: among thousands, some own records fall short by chance alone. Their probabilities are therefore also
//! adjusted for their number ([`crate::multiplicity::benjamini_hochberg`]), and a review needs the adjusted one too. The
//! probabilities behind recognition and development need no such correction: what is known of all pulls each of them
//! towards the others. [`decide`] is the one place where evidence becomes a state.
//!
//! *Like for like*: where an expected figure is given (what the reference would have achieved with the same cases), the
//! lines move with it and the data stay as they were counted. Shares move on the logit scale, rates in proportion, means
//! by difference. Estimates are shown moved back to the mix of all.
//!
//! *Ups and downs*: a person's months vary more than by chance of counting (a hard week, a new product). This extra
//! variation is estimated from the months of all and takes weight from everybody's data, so that two bad months with a
//! common reason are not evidence about one person.
//!
//! *Common causes*: where all together miss the minimum line, [`Comparison::process_first`] says so. Expected figures of
//! the same period take common causes out of the comparison.
//!
//! The `truth` example measures all this on people whose quality is known.

mod means;
mod rates;
mod shares;

pub use means::{MeanRecord, means, pooled_variance};
pub use rates::{RateRecord, rates};
pub use shares::{ShareRecord, shares};

use crate::error::{Error, Result, require_count, require_finite};
use crate::interval::{Interval, Level};
use crate::multiplicity::benjamini_hochberg;
use crate::shrinkage::Posterior;

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Better {
    /// The more the better: a line is met at it or above.
    Higher,
    /// The less the better: a line is met at it or below.
    Lower,
}

/// The two lines of a standard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// From here on a result deserves recognition.
    pub recognition: f64,
    /// What everybody is to reach.
    pub minimum: f64,
    /// Which direction is good.
    pub better: Better,
}

impl Standard {
    fn check(self) -> Result<()> {
        require_finite("lines of the standard", &[self.recognition, self.minimum])?;
        let in_order = match self.better {
            Better::Higher => self.recognition >= self.minimum,
            Better::Lower => self.recognition <= self.minimum,
        };
        if in_order {
            Ok(())
        } else {
            Err(Error::PartExceedsWhole {
                part: "minimum line",
                part_value: self.minimum,
                whole: "recognition line",
                whole_value: self.recognition,
            })
        }
    }

    /// Probability that the true value meets `line`.
    fn met(self, posterior: Posterior, line: f64) -> f64 {
        match self.better {
            Better::Higher => posterior.probability_at_least(line),
            Better::Lower => posterior.probability_at_most(line),
        }
    }

    /// Whether a figure itself is on the wrong side of `line`.
    fn misses(self, figure: f64, line: f64) -> bool {
        match self.better {
            Better::Higher => figure < line,
            Better::Lower => figure > line,
        }
    }
}

/// What decides about states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Recognise from this probability of meeting the recognition line.
    pub recognise_from: f64,
    /// Develop below this probability of meeting the minimum line.
    pub develop_below: f64,
    /// Review below this probability of meeting the minimum line over all review periods, from the own record alone.
    pub review_below: f64,
    /// Number of latest periods that must all point the same way for a review.
    pub review_periods: usize,
    /// Highest expected share of chance findings among all reviews (Benjamini and Hochberg 1995).
    pub false_discoveries: f64,
    /// Fewest observations (or exposure) in a period.
    pub minimum_observations: f64,
    /// Whether variation between periods beyond chance is estimated and taken into account.
    pub ups_and_downs: bool,
    /// Level of the interval of the estimate.
    pub level: Level,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recognise_from: 0.80,
            develop_below: 0.25,
            review_below: 0.0009,
            review_periods: 3,
            false_discoveries: 0.05,
            minimum_observations: 30.0,
            ups_and_downs: true,
            level: Level::P95,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        for (what, value) in [
            ("probability of recognition", self.recognise_from),
            ("probability of development", self.develop_below),
            ("probability of review", self.review_below),
            ("share of chance findings", self.false_discoveries),
        ] {
            if !(value > 0.0 && value < 1.0) {
                return Err(Error::OutOfRange { what, value, low: 0.0, high: 1.0 });
            }
        }
        require_count("review periods", self.review_periods, 2)?;
        crate::error::require_positive("minimum number of observations", self.minimum_observations)
    }
}

/// The state of a person or unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Surely enough at the recognition line (star).
    Recognise,
    /// Neither (grey ring).
    OnStandard,
    /// Probably below the minimum line: coaching, training, process change (outlined triangle).
    Develop,
    /// Consistently below the minimum line: a person looks at it (filled triangle).
    Review,
    /// Too few observations (dotted square).
    NotEnoughData,
}

/// What is known of one person or unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// Observations (or exposure) in the latest period.
    pub observations: f64,
    /// The figure as counted; `None` without observations.
    pub figure: Option<f64>,
    /// The figure moved to the mix of all, before it is pulled towards anything; `None` without observations.
    pub like_for_like: Option<f64>,
    /// Like-for-like estimate, pulled towards all; `None` without enough data.
    pub estimate: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Probability of meeting the recognition line.
    pub meets_recognition: Option<f64>,
    /// Probability of meeting the minimum line.
    pub meets_minimum: Option<f64>,
    /// Probability of meeting the minimum line over all review periods, from the own record; `None` when one of them has
    /// too few observations.
    pub own_record: Option<f64>,
    /// The same, adjusted for the number of people or units that are compared.
    pub own_record_adjusted: Option<f64>,
    /// In how many of the review periods the figure itself was on the wrong side of the minimum line, like for like.
    /// Periods with too few observations are none of them.
    pub periods_missed: usize,
}

/// What is known of one person or unit when its state is decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Observations (or exposure) in the latest period.
    pub observations: f64,
    /// Probability of meeting the recognition line.
    pub meets_recognition: f64,
    /// Probability of meeting the minimum line.
    pub meets_minimum: f64,
    /// Probability of meeting the minimum line over all review periods, from the own record.
    pub own_record: Option<f64>,
    /// The same, adjusted for the number of people or units.
    pub own_record_adjusted: Option<f64>,
    /// In how many of the review periods the figure itself missed the minimum line.
    pub periods_missed: usize,
}

/// The state that follows from what is known. No rank and no figure of anybody else enters here.
///
/// ```
/// use evenkeel_stats::compare::{Known, Settings, State, decide};
///
/// let known = Known {
///     observations: 120.0,
///     meets_recognition: 0.01,
///     meets_minimum: 0.04,
///     own_record: Some(0.0001),
///     own_record_adjusted: Some(0.002),
///     periods_missed: 3,
/// };
/// assert_eq!(decide(&known, &Settings::default()), State::Review);
/// assert_eq!(decide(&Known { periods_missed: 2, ..known }, &Settings::default()), State::Develop);
/// ```
#[must_use]
pub fn decide(known: &Known, settings: &Settings) -> State {
    let short = known.own_record.is_some_and(|met| met < settings.review_below)
        && known.own_record_adjusted.is_some_and(|met| met <= settings.false_discoveries);
    if known.observations < settings.minimum_observations {
        State::NotEnoughData
    } else if short && known.periods_missed >= settings.review_periods {
        State::Review
    } else if known.meets_recognition >= settings.recognise_from {
        State::Recognise
    } else if known.meets_minimum < settings.develop_below {
        State::Develop
    } else {
        State::OnStandard
    }
}

/// The comparison of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// One standing per person or unit, in the order of the input.
    pub standings: Vec<Standing>,
    /// Mean of true figures, at the mix of all; `None` when nothing was borrowed.
    pub mean: Option<f64>,
    /// Standard deviation of true figures between people or units; `None` when nothing was borrowed, which is so with
    /// fewer than three of them, or when all figures are equal.
    pub spread: Option<f64>,
    /// How many observations what is known of all weighs in an estimate; `None` when nothing was borrowed.
    pub borrowed: Option<f64>,
    /// How many times more figures vary between periods than by chance; 1 when they do not, or when it was not asked.
    pub dispersion: f64,
    /// Whether the mean of all misses the minimum line. Then the process is to be looked at before anybody is reviewed:
    /// a common cause is nobody's shortfall.
    pub process_first: bool,
}

impl Comparison {
    fn new(
        mut standings: Vec<Standing>,
        borrowed: Option<Borrowed>,
        dispersion: f64,
        standard: Standard,
        settings: &Settings,
    ) -> Result<Self> {
        let judged: Vec<usize> = (0..standings.len()).filter(|&place| standings[place].own_record.is_some()).collect();
        let alone: Vec<f64> = judged.iter().filter_map(|&place| standings[place].own_record).collect();
        for (&place, adjusted) in judged.iter().zip(benjamini_hochberg(&alone)?) {
            standings[place].own_record_adjusted = Some(adjusted);
        }
        for standing in &mut standings {
            if let (Some(meets_recognition), Some(meets_minimum)) = (standing.meets_recognition, standing.meets_minimum)
            {
                let known = Known {
                    observations: standing.observations,
                    meets_recognition,
                    meets_minimum,
                    own_record: standing.own_record,
                    own_record_adjusted: standing.own_record_adjusted,
                    periods_missed: standing.periods_missed,
                };
                standing.state = decide(&known, settings);
            }
        }
        Ok(Self {
            standings,
            mean: borrowed.map(|all| all.mean),
            spread: borrowed.map(|all| all.spread),
            borrowed: borrowed.map(|all| all.weight * dispersion),
            dispersion,
            process_first: borrowed.is_some_and(|all| standard.misses(all.mean, standard.minimum)),
        })
    }
}

/// What is known of all, which an estimate borrows from.
#[derive(Debug, Clone, Copy)]
struct Borrowed {
    mean: f64,
    spread: f64,
    /// How many observations without ups and downs it weighs.
    weight: f64,
}

/// What a family of figures (shares, rates, means) finds out about one person or unit.
struct Evidence {
    observations: f64,
    figure: f64,
    /// The figure moved to the mix of all.
    like_for_like: f64,
    /// Latest period, with what is known of all.
    judged: Judged,
    /// All review periods, own record only.
    own: OwnRecord,
}

/// What the posterior of the latest period says, at the mix of all.
struct Judged {
    estimate: f64,
    interval: Interval,
    meets_recognition: f64,
    meets_minimum: f64,
}

impl Judged {
    /// `lines` are the recognition and the minimum line where the posterior is; `to_all` moves a figure from there to the
    /// mix of all.
    fn of(
        posterior: Posterior,
        lines: [f64; 2],
        standard: Standard,
        settings: &Settings,
        to_all: impl Fn(f64) -> f64,
    ) -> Self {
        let [meets_recognition, meets_minimum] = lines.map(|line| standard.met(posterior, line));
        Self {
            estimate: to_all(posterior.mean()),
            interval: posterior.interval(settings.level).map(to_all),
            meets_recognition,
            meets_minimum,
        }
    }
}

/// What the own record over the review periods says.
#[derive(Debug, Clone, Copy, Default)]
struct OwnRecord {
    /// Probability that it meets the minimum line; `None` when one of the periods is too small.
    met: Option<f64>,
    /// In how many periods the figure itself missed the minimum line.
    missed: usize,
}

/// Turns evidence into a standing, of which only the state is still open.
fn stand(evidence: &Evidence, settings: &Settings) -> Standing {
    if evidence.observations < settings.minimum_observations {
        return blank(evidence.observations, evidence.figure, evidence.like_for_like);
    }
    Standing {
        estimate: Some(evidence.judged.estimate),
        interval: Some(evidence.judged.interval),
        meets_recognition: Some(evidence.judged.meets_recognition),
        meets_minimum: Some(evidence.judged.meets_minimum),
        own_record: evidence.own.met,
        periods_missed: evidence.own.missed,
        ..blank(evidence.observations, evidence.figure, evidence.like_for_like)
    }
}

fn blank(observations: f64, figure: f64, like_for_like: f64) -> Standing {
    Standing {
        state: State::NotEnoughData,
        observations,
        figure: figure.is_finite().then_some(figure),
        like_for_like: like_for_like.is_finite().then_some(like_for_like),
        estimate: None,
        interval: None,
        meets_recognition: None,
        meets_minimum: None,
        own_record: None,
        own_record_adjusted: None,
        periods_missed: 0,
    }
}

/// The last `count` periods of a history, latest last; fewer where there are not as many.
fn latest<T>(history: &[T], count: usize) -> &[T] {
    &history[history.len().saturating_sub(count)..]
}

/// Sums of squared standardised distances between periods and their degrees of freedom, as a ratio of at least 1.
#[derive(Debug, Clone, Copy, Default)]
struct Dispersion {
    squares: f64,
    degrees: f64,
}

impl Dispersion {
    /// Distances of one person's periods, each squared and divided by its chance variance.
    fn add(&mut self, squares: &[f64]) {
        if squares.len() > 1 {
            self.squares += squares.iter().sum::<f64>();
            self.degrees += squares.len() as f64 - 1.0;
        }
    }

    /// 1 unless the ratio is higher than chance would make it in nineteen of twenty cases: weight is not taken from
    /// everybody's data because of noise in this very estimate. Otherwise the ratio and one standard error of it, so that
    /// the same noise does not make reviews too frequent.
    fn ratio(self) -> f64 {
        let ratio = self.squares / self.degrees;
        let error = (2.0 / self.degrees).sqrt();
        if ratio > 1.0 + 1.645 * error { ratio * (1.0 + error) } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> impl Strategy<Value = Known> {
        let share = 0.0..=1.0_f64;
        let own = prop::option::of(prop_oneof![0.0..0.002_f64, 0.0..1.0_f64]);
        (0.0..200.0_f64, share.clone(), share, own, 1.0..50.0_f64, 0_usize..5).prop_map(
            |(observations, meets_recognition, meets_minimum, own_record, factor, periods_missed)| Known {
                observations,
                // Whoever meets the recognition line meets the minimum line.
                meets_recognition: meets_recognition * meets_minimum,
                meets_minimum,
                own_record,
                own_record_adjusted: own_record.map(|met: f64| (met * factor).min(1.0)),
                periods_missed,
            },
        )
    }

    /// From the least to the most worrying.
    fn order(state: State) -> Option<u8> {
        match state {
            State::Recognise => Some(0),
            State::OnStandard => Some(1),
            State::Develop => Some(2),
            State::Review => Some(3),
            State::NotEnoughData => None,
        }
    }

    proptest! {
        #[test]
        fn a_review_needs_enough_data_every_period_and_all_together(known in known()) {
            let settings = Settings::default();
            if decide(&known, &settings) == State::Review {
                prop_assert!(known.observations >= settings.minimum_observations);
                prop_assert!(known.periods_missed >= settings.review_periods);
                prop_assert!(known.own_record.unwrap() < settings.review_below);
                prop_assert!(known.own_record_adjusted.unwrap() <= settings.false_discoveries);
            }
            if known.observations < settings.minimum_observations {
                prop_assert_eq!(decide(&known, &settings), State::NotEnoughData);
            }
        }

        #[test]
        fn better_evidence_never_leads_to_a_worse_state(known in known(), by in 0.0..1.0_f64) {
            let settings = Settings::default();
            let better = Known {
                meets_recognition: known.meets_recognition + by * (1.0 - known.meets_recognition),
                meets_minimum: known.meets_minimum + by * (1.0 - known.meets_minimum),
                periods_missed: known.periods_missed.saturating_sub(1),
                ..known
            };
            prop_assert!(order(decide(&better, &settings)) <= order(decide(&known, &settings)));
        }
    }

    #[test]
    fn among_many_a_chance_shortfall_is_no_review() {
        let short = Known {
            observations: 100.0,
            meets_recognition: 0.0,
            meets_minimum: 0.1,
            own_record: Some(0.0005),
            own_record_adjusted: Some(0.0005),
            periods_missed: 3,
        };
        assert_eq!(decide(&short, &Settings::default()), State::Review);
        let of_many = Known { own_record_adjusted: Some(0.4), ..short };
        assert_eq!(decide(&of_many, &Settings::default()), State::Develop);
    }
}
