//! Simulated organisations: their raw exports, with a planted truth, and the templates that map them.
//!
//! A worked example teaches only when its answer is known. Each organisation here is simulated with effects that
//! are written down as data ([`bank::Truth`]): which unit is truly better, what an initiative changed, what moves
//! what, and after how long. Whatever the product says about the organisation can be held against that.
//!
//! The files are raw exports as the systems of such an organisation write them: several formats, two ways of
//! writing dates, missing cells, a few broken rows. They are not in the product's own schema; the SQL in the
//! [`template`] maps them onto the service record.
//!
//! Equal settings give equal bytes on every machine. Nothing here reads the clock, the environment or a random
//! source, and files are written through a [`Sink`] only.

pub mod bank;
mod clock;
mod draw;
mod raw;
mod sink;
pub mod template;

pub use raw::WrittenFile;
pub use sink::{Error, Sink};
