//! Signals as marks: whether the latest period is more than usual variation, and whether the target will be met.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Direction;
use evenkeel_model::signal::{Assurance, Finding, Judgement, Side, Variation};
use schemars::JsonSchema;
use serde::Serialize;

use crate::page::context::Context;
use crate::words::signal::{Told, usual};

/// A mark with its words: an icon that says by its shape what the series says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignalMark {
    /// A name for the API: `usual`, `worse-low`, `will-meet`.
    pub code: &'static str,
    /// The words.
    pub words: String,
    /// The name of the icon.
    #[serde(skip)]
    pub icon: &'static str,
    /// One short word, for a terminal.
    #[serde(skip)]
    pub short: &'static str,
}

impl SignalMark {
    /// Whether it says that something has changed.
    #[must_use]
    pub fn is_signal(&self) -> bool {
        matches!(self.short, "better" | "worse" | "change")
    }
}

/// Whether the latest period is more than usual variation; none where nothing is known about the series.
#[must_use]
pub fn variation(result: &MeasureResult, context: &Context<'_>) -> Option<SignalMark> {
    let told = Told::new(result, context)?;
    let words = told.variation();
    let (code, icon, short) = match told.signal().variation {
        Variation::TooFewPoints => ("few", "vi-few", "few"),
        Variation::Usual => ("usual", "vi-common", "usual"),
        Variation::Signal { judgement, side } => leaving(judgement, side),
    };
    Some(SignalMark { code, words, icon, short })
}

/// The mark of a stretch of the past.
#[must_use]
pub fn of_finding(finding: &Finding, words: String) -> SignalMark {
    let (code, icon, short) = leaving(finding.judgement, finding.side);
    SignalMark { code, words, icon, short }
}

fn leaving(judgement: Judgement, side: Side) -> (&'static str, &'static str, &'static str) {
    match (judgement, side) {
        (Judgement::Better, Side::Above) => ("better-high", "vi-better-high", "better"),
        (Judgement::Better, Side::Below) => ("better-low", "vi-better-low", "better"),
        (Judgement::Worse, Side::Above) => ("worse-high", "vi-worse-high", "worse"),
        (Judgement::Worse, Side::Below) => ("worse-low", "vi-worse-low", "worse"),
        (Judgement::NoJudgement, Side::Above) => ("change-high", "vi-neutral-high", "change"),
        (Judgement::NoJudgement, Side::Below) => ("change-low", "vi-neutral-low", "change"),
    }
}

/// Whether the target will be met while nothing changes; none without a target.
#[must_use]
pub fn assurance(result: &MeasureResult, context: &Context<'_>) -> Option<SignalMark> {
    let told = Told::new(result, context)?;
    let words = told.in_reach()?;
    let better = result.measure.better;
    let (code, icon, short) = match told.signal().assurance {
        Assurance::NoTarget => return None,
        Assurance::TooFewPoints => ("few", "as-none", ""),
        Assurance::Wait => ("wait", "as-none", "wait"),
        Assurance::Sometimes => ("sometimes", "as-hm", "some"),
        Assurance::WillMeet => ("will-meet", clear_of_target(better), "yes"),
        Assurance::WillMiss => ("will-miss", short_of_target(better, result), "no"),
    };
    Some(SignalMark { code, words, icon, short })
}

/// The block of the usual range lies on the good side of the line.
fn clear_of_target(better: Direction) -> &'static str {
    match better {
        Direction::Lower => "as-pass-down",
        Direction::Within { .. } => "as-pass-within",
        Direction::Higher | Direction::Neither => "as-pass-up",
    }
}

/// The block lies on the wrong side; for a range that is best, above or below it.
fn short_of_target(better: Direction, result: &MeasureResult) -> &'static str {
    let beyond = match better {
        Direction::Within { high, .. } => result.signal.as_ref().and_then(usual).is_some_and(|usual| usual.low > high),
        Direction::Lower => true,
        Direction::Higher | Direction::Neither => false,
    };
    if beyond { "as-fail-down" } else { "as-fail-up" }
}

#[cfg(test)]
mod tests;
