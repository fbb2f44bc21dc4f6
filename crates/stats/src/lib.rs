//! Statistics on slices.
pub mod agreement;
pub mod case_mix;
pub mod composite;
pub mod control;
pub mod decomposition;
pub mod disclosure;
mod distribution;
mod error;
pub mod funnel;
pub mod interval;
mod least_squares;
pub mod multiplicity;
pub mod quantile;
pub mod queueing;
pub mod random;
pub mod shrinkage;
pub mod signal;
pub mod summary;

pub use error::{Error, Result};
