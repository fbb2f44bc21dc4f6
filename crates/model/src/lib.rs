//! The language of the scorecard: measures, targets, units, periods, readings, scores.
//!
//! This crate is the innermost room. It does no input or output, knows no clock, no environment and no
//! random source, and depends on nothing but a calendar library. Everything here is plain data and plain
//! functions, so every rule of the product can be tested without a file.
//!
//! Terms are explained in GLOSSARY.md at the root of the repository.

pub mod access;
pub mod act;
pub mod arithmetic;
pub mod breakdown;
pub mod calendar;
pub mod call_back;
pub mod case;
pub mod charter;
pub mod choice;
pub mod collection;
pub mod comparison;
pub mod composite;
pub mod derived;
pub mod digest;
pub mod evaluation;
pub mod example;
pub mod gaps;
pub mod ids;
pub mod initiative;
pub mod measure;
pub mod organisation;
pub mod people;
pub mod performance;
pub mod period;
pub mod quantity;
pub mod reading;
pub mod recommendation;
pub mod record;
pub mod review;
pub mod rolling;
pub mod schedule;
pub mod scorecard;
pub mod scoring;
pub mod service_level;
pub mod signal;
pub mod signs;
pub mod source;
pub mod target;
pub mod trajectory;
pub mod typed_figure;
pub mod typed_number;
pub mod watch;
