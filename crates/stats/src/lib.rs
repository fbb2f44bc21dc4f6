//! Statistics on slices.
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
pub mod interval;
pub mod lead_lag;
mod least_squares;
pub mod multiplicity;
pub mod quantile;
pub mod quantile_sketch;
pub mod queueing;
pub mod random;
pub mod shrinkage;
pub mod signal;
pub mod summary;

pub use error::{Error, Result};
