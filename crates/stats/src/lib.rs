//! Statistics on slices.
mod distribution;
mod error;
pub mod interval;
pub mod quantile;
pub mod random;
pub mod summary;

pub use error::{Error, Result};
