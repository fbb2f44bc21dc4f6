//! From raw structs to the types of the model, with the checks that need to understand what the values mean.
//!
//! Every conversion takes its raw struct apart field by field, so that a new key does not build until something is
//! done with it. A conversion reports all it finds and returns nothing when an error makes its result useless.

mod charter;
mod collection;
mod comparison;
mod derived;
mod example;
mod formula;
mod measure;
mod names;
mod paths;
mod plan;
mod project;
mod schedule;
mod scorecard;
mod service_level;
mod signals;
mod source;
mod standard;
mod unit;
mod versions;
mod window;

pub(crate) use charter::charter;
pub(crate) use collection::{AlreadyCollected, collection};
pub(crate) use comparison::{AlreadyCompared, comparison};
pub(crate) use formula::inherits;
pub(crate) use measure::{MeasureParts, measure};
pub(crate) use paths::inside_project;
pub(crate) use project::{Settings, settings};
pub(crate) use scorecard::{Known, scorecard};
pub(crate) use service_level::service_level;
pub(crate) use source::source;
pub(crate) use standard::standard;

/// A number of months as files have it: `3 months`.
fn months(text: &str, most: u32) -> Option<u32> {
    let number = text.strip_suffix("months").or_else(|| text.strip_suffix("month")).map(str::trim);
    number.and_then(|number| number.parse().ok()).filter(|months| (1..=most).contains(months))
}
