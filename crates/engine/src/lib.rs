//! The engine: from the service record to readings.
//!
//! Measures are compiled into one query per table ([`compile`]); its rows are added up into *cells*, partial sums
//! per person, unit and stretch of time ([`cells`]); every level of the organisation and every period is then a
//! merge of cells ([`readings`]), never a second scan. Facts about cases come from the case clock ([`clock`]), one
//! pass over the events of each case.
//!
//! Sums are kept as whole numbers of billionths, so that they do not depend on the order in which rows come: equal
//! content gives equal readings, to the last bit.

pub mod alike;
mod apart;
pub mod attention;
mod attributes;
pub mod breakdown;
pub mod cells;
pub mod clock;
mod columns;
pub mod comparison;
pub mod compile;
pub mod contents;
mod error;
mod evaluate;
pub mod example;
pub mod explain;
pub mod export;
mod files_table;
mod forecast;
mod in_use;
pub mod integrity;
mod kept_cells;
mod likely_range;
pub mod local_time;
pub mod needs;
pub mod observed;
pub mod organisation;
pub mod publication;
pub mod readings;
mod remembered;
pub mod rows;
pub mod session;
mod side_by_side;
mod signals;
pub mod table;
pub mod timeline;
mod withheld;

pub use error::{EngineError, closest};
pub use evaluate::{Engine, Request, Scope};
pub use readings::ReadingStore;
