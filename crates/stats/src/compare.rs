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
//! [`crate::shrinkage`]), never on rank: everybody can be recognised, and nobody needs to be. *Review* rests on the
//! person's own record alone, because nobody should come under review, or be spared it, for how others did. It opens a
//! conversation that a person leads; it decides nothing.
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

pub use means::{MeanRecord, means};
pub use rates::{RateRecord, rates};
pub use shares::{ShareRecord, shares};

use crate::error::{Error, Result, require_count, require_finite};
use crate::interval::{Interval, Level};
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
    /// How many times more figures vary between periods than by chance; 1 when they do not, or when it was not asked.
    pub dispersion: f64,
    /// Whether the mean of all misses the minimum line. Then the process is to be looked at before anybody is reviewed:
    /// a common cause is nobody's shortfall.
    pub process_first: bool,
}

impl Comparison {
    fn new(standings: Vec<Standing>, mean_and_spread: Option<(f64, f64)>, dispersion: f64, standard: Standard) -> Self {
        Self {
            standings,
            mean: mean_and_spread.map(|both| both.0),
            spread: mean_and_spread.map(|both| both.1),
            dispersion,
            process_first: mean_and_spread.is_some_and(|(mean, _)| standard.misses(mean, standard.minimum)),
        }
    }
}

/// What a family of figures (shares, rates, means) finds out about one person or unit.
struct Evidence {
    observations: f64,
    figure: f64,
    /// Latest period, with what is known of all.
    posterior: Posterior,
    /// Recognition and minimum line, where the posterior is.
    lines: [f64; 2],
    /// All review periods, own record only; `None` when one of them is too small.
    own_record: Option<f64>,
    /// Whether the figure itself missed the minimum in each review period.
    missed_all: bool,
}

/// Turns evidence into a standing. `to_all` moves a figure from the own mix to that of all.
fn stand(evidence: &Evidence, standard: Standard, settings: &Settings, to_all: impl Fn(f64) -> f64) -> Standing {
    if evidence.observations < settings.minimum_observations {
        return Standing { state: State::NotEnoughData, ..blank(evidence.observations, evidence.figure) };
    }
    let [meets_recognition, meets_minimum] = evidence.lines.map(|line| standard.met(evidence.posterior, line));
    let consistent = evidence.missed_all && evidence.own_record.is_some_and(|met| met < settings.review_below);
    let state = if consistent {
        State::Review
    } else if meets_recognition >= settings.recognise_from {
        State::Recognise
    } else if meets_minimum < settings.develop_below {
        State::Develop
    } else {
        State::OnStandard
    };
    Standing {
        state,
        estimate: Some(to_all(evidence.posterior.mean())),
        interval: Some(evidence.posterior.interval(settings.level).map(to_all)),
        meets_recognition: Some(meets_recognition),
        meets_minimum: Some(meets_minimum),
        own_record: evidence.own_record,
        ..blank(evidence.observations, evidence.figure)
    }
}

fn blank(observations: f64, figure: f64) -> Standing {
    Standing {
        state: State::NotEnoughData,
        observations,
        figure: figure.is_finite().then_some(figure),
        estimate: None,
        interval: None,
        meets_recognition: None,
        meets_minimum: None,
        own_record: None,
    }
}

/// The last `count` periods of a history, latest last; `None` when there are fewer.
fn latest<T>(history: &[T], count: usize) -> Option<&[T]> {
    history.len().checked_sub(count).map(|start| &history[start..])
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
