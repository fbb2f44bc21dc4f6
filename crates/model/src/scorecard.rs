//! Scorecards: legs, objectives, and the measures that they rest on.

use std::collections::BTreeMap;

use crate::ids::{MeasureId, UnitId};
use crate::signal::SignalPlan;
use crate::target::{Normalisation, TargetPlan};

/// A balanced scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// Employee, customer, business; or any other named set, in the order in which they are shown.
    pub legs: Vec<Leg>,
    /// What is claimed to lead to what.
    pub links: Vec<Link>,
    /// How scores are put together.
    pub rules: ScoreRules,
}

/// How scores are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreRules {
    /// Legs that lie further apart than this many points are out of balance.
    pub imbalance: f64,
    /// Scores below this count as this inside the geometric mean, so that one zero does not erase a leg.
    pub floor: f64,
    /// Where a month has fewer rows than this behind a measure, the last three or six months are told; none where every
    /// month is told by itself.
    pub rolling_below: Option<u64>,
}

impl Default for ScoreRules {
    fn default() -> Self {
        Self { imbalance: 20.0, floor: 5.0, rolling_below: None }
    }
}

/// One leg of the scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    /// The identifier: `employee`, `customer`, `business`.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// Its weight in the whole.
    pub weight: f64,
    /// What is to be achieved.
    pub objectives: Vec<Objective>,
}

/// What is to be achieved, and the measures that tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// In words.
    pub title: String,
    /// Its weight in the leg.
    pub weight: f64,
    /// The measures.
    pub measures: Vec<MeasureUse>,
}

/// A measure in a scorecard, with its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureUse {
    /// Which measure.
    pub measure: MeasureId,
    /// Whether it is one of the few that are shown first.
    pub key: bool,
    /// Its weight in the objective.
    pub weight: f64,
    /// How its value becomes a score.
    pub normalisation: Normalisation,
    /// What everyone is to reach.
    pub plan: TargetPlan,
    /// What single units, and the units below them, are to reach instead.
    pub units: BTreeMap<UnitId, TargetPlan>,
    /// How its signals are found.
    pub signals: SignalPlan,
}

/// One measure is claimed to move another.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The leading measure.
    pub from: MeasureId,
    /// The lagging measure.
    pub to: MeasureId,
    /// The longest delay, in months.
    pub within_months: u32,
}

impl Scorecard {
    /// Every measure in use, in the order of the scorecard.
    pub fn measures(&self) -> impl Iterator<Item = &MeasureUse> {
        self.legs.iter().flat_map(|leg| leg.objectives.iter()).flat_map(|objective| objective.measures.iter())
    }
}
