//! Statistics on slices.
pub mod control;
mod distribution;
mod error;
pub mod interval;
mod least_squares;
pub mod quantile;
pub mod random;
pub mod signal;
pub mod summary;

pub use error::{Error, Result};
