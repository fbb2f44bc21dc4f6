//! Statistics on slices: what evenkeel counts becomes what it can honestly say.
//!
//! This crate does no input or output and knows no clock, no environment and no random source of its own: a seed or a
//! [`random::Generator`] is a parameter, so the same input gives the same output. Nothing here panics on bad input:
//! functions return [`Error`], or a value whose documentation says "too little data". Figures are fractions (0.85, not
//! 85 %) unless a function says otherwise; rounding, words and colours belong to the view.
//!
//! # Which module answers which question
//!
//! | question | module |
//! |---|---|
//! | How far can this figure be trusted? | [`interval`], [`quantile`] |
//! | Has something changed, or is this usual variation? | [`control`], then [`signal`], the one place that decides |
//! | Where will it be at the deadline? | [`forecast`] |
//! | Which units differ from the whole by more than their size explains? | [`funnel`] |
//! | Who meets the standard, like for like? | [`compare`], built on [`shrinkage`] and [`case_mix`] |
//! | Why did it move? | [`decomposition`] |
//! | Did the initiative work? | [`effect`] |
//! | Does one figure move before another? | [`lead_lag`] |
//! | Do two figures rise and fall together? | [`rank_correlation`] |
//! | Do people agree; do colleagues tell the same story? | [`agreement`] |
//! | How loyal are customers? | [`composite`] |
//! | Is what the telephone system reports plausible? | [`queueing`] |
//! | May this survey result be shown? | [`disclosure`] |
//! | Are cases heaped just under a threshold? | [`heaping`] |
//! | How many of these findings are chance? | [`multiplicity`], [`control::false_alarms`] |
//! | How are quantiles kept in cells that merge? | [`quantile_sketch`] |
//!
//! # How it is checked
//!
//! Tests hold the numbers of published implementations (R, scipy, statsmodels, NIST), with the source beside each.
//! Properties are tested on random input. The example `truth` simulates processes and people whose truth is known and
//! measures coverage, false alarms, time to notice changes, wrong reviews, and calibration, beside what a
//! red/amber/green table or a league table would have done; it fails when a promised property does not hold, and its
//! output is docs/truth.md. The example `whole_organisation` keeps the time for 5,000 people and 20 measures within its budget.

pub mod agreement;
pub mod case_mix;
pub mod compare;
pub mod composite;
pub mod control;
pub mod decomposition;
pub mod disclosure;
mod distribution;
pub mod effect;
mod error;
pub mod forecast;
pub mod funnel;
pub mod heaping;
pub mod interval;
pub mod lead_lag;
mod least_squares;
pub mod multiplicity;
pub mod quantile;
pub mod quantile_sketch;
pub mod queueing;
pub mod random;
pub mod rank_correlation;
pub mod shrinkage;
pub mod signal;
pub mod summary;

pub use error::{Error, Result};
