//! Every signal of a unit and of the units below it, worst first.

use std::sync::Arc;

use evenkeel_model::evaluation::{Evaluation, LegResult};
use evenkeel_model::signal::{Judgement, Variation};
use schemars::JsonSchema;
use serde::Serialize;

use crate::page::context::Context;
use crate::page::row::Row;
use crate::words::sentence::Sentence;
use crate::words::signal::Told;
use crate::words::{capitalised, watching};

/// A unit with its evaluation.
#[derive(Clone)]
pub struct UnitEvaluation<'a> {
    /// The scorecard held against the readings of the unit.
    pub evaluation: Arc<Evaluation>,
    /// The page that the unit would have.
    pub context: Context<'a>,
}

/// All signals below a unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SignalList {
    /// What it is about: `Retail, October 2026`.
    pub title: String,
    /// The signals: worse first, then better, then those without judgement; within these by unit and measure.
    pub signals: Vec<SignalLine>,
    /// Measures that a link puts on watch, by unit.
    pub on_watch: Vec<WatchLine>,
    /// How many series were looked at.
    pub series: usize,
    /// How many of them would be marked if nothing had changed anywhere. Series of which that is not known, because
    /// they are too short, do not count.
    pub expected_by_chance: f64,
}

/// A measure on watch.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WatchLine {
    /// The unit.
    pub unit: String,
    /// The measure.
    pub measure: String,
    /// The sentence with its reasons.
    pub text: Sentence,
}

/// One signal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SignalLine {
    /// The unit.
    pub unit: String,
    /// The figures of the measure there.
    pub row: Row,
    /// What it means: `better`, `worse`, `change`.
    pub judgement: &'static str,
    /// The sentence.
    pub text: String,
}

impl SignalList {
    /// The signals of some units.
    #[must_use]
    pub fn new(title: String, units: &[UnitEvaluation<'_>]) -> Self {
        let mut list = Self { title, signals: Vec::new(), on_watch: Vec::new(), series: 0, expected_by_chance: 0.0 };
        for UnitEvaluation { evaluation, context } in units {
            for result in evaluation.legs.iter().flat_map(LegResult::measures) {
                if !result.watch.is_empty() {
                    list.on_watch.push(WatchLine {
                        unit: context.unit_name().to_owned(),
                        measure: result.measure.id.to_string(),
                        text: watching::because(result, context),
                    });
                }
                let Some(signal) = &result.signal else { continue };
                list.series += 1;
                list.expected_by_chance += signal.false_alarm_rate.unwrap_or(0.0);
                let Variation::Signal { judgement, .. } = signal.variation else { continue };
                let Some(told) = Told::new(result, context) else { continue };
                let clause = told.clause_with_meaning().unwrap_or_default();
                list.signals.push(SignalLine {
                    unit: context.unit_name().to_owned(),
                    row: Row::new(result, context),
                    judgement: match judgement {
                        Judgement::Worse => "worse",
                        Judgement::Better => "better",
                        Judgement::NoJudgement => "change",
                    },
                    text: format!("{} {clause}.", capitalised(&result.measure.title)),
                });
            }
        }
        let order = |line: &SignalLine| ["worse", "better", "change"].iter().position(|word| *word == line.judgement);
        // Units keep their order, and measures that of the scorecard.
        list.signals.sort_by_key(order);
        list
    }
}
