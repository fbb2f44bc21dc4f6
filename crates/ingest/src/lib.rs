//! The import: raw files onto the service record.
//!
//! A source declares raw files and one SELECT per table. The files appear to SQL as tables of text
//! ([`raw_table`]); a SELECT is planned once ([`mapping`]), its rows are fitted to the columns of the service record
//! and checked ([`fit`]), and what fits goes to the lake in one import.
//!
//! Two kinds of fault are kept apart. A file that cannot be read as declared, or SQL that fails, is an
//! [`IngestError`]: the import ends and the lake stays as it was. A row that cannot be read is a
//! [`evenkeel_lake::rejects::Reject`]: it is kept aside, and the other rows are imported.

mod error;
mod files;
pub mod fit;
pub mod functions;
mod import;
pub mod instant;
mod mapping;
pub mod push;
mod raw_table;
pub mod read;

pub use error::{IngestError, SqlPosition};
pub use import::{Outcome, Progress, Request, TableOutcome, Unwatched, check, import};
