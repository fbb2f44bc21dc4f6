//! Scorecards as code: the files of a project, what is wrong with them, and changes to them.
//!
//! [`load`] reads a whole project and returns it together with everything that was found. Reading never stops at a
//! mistake: one run lists all mistakes of all files, each with its place, the reason why it matters and what to do.
//!
//! ```
//! use evenkeel_spec::{MemoryFiles, load, render};
//!
//! let files = MemoryFiles::default()
//!     .with("evenkeel.yaml", "organisation: Northmere Bank\n")
//!     .with("measures/csat.yaml", "measure: csat\nfrom: responses\nshare: scor\nbetter: higher\n");
//! let loaded = load(&files);
//! assert!(loaded.project.is_none());
//! assert_eq!(
//!     render::plain(&loaded.diagnostics[0]),
//!     "\
//! error: `responses` has no column `scor`
//!   --> measures/csat.yaml:3:8
//!    |
//!  1 | measure: csat
//!  2 | from: responses
//!  3 | share: scor
//!    |        ^^^^ did you mean `score`?
//!  4 | better: higher
//! "
//! );
//! ```
//!
//! The way of a file: bytes → `yaml` (a tree in which everything knows its place) → `raw` (one struct per mapping,
//! exactly as written) → `convert` (the types of the model, with the checks that need to understand the values) →
//! [`Project`]. [`schema`] is made from the raw structs, [`edit`] works on the tree, and [`SourceMap`] leads back from
//! the model to the files.
//!
//! Invariants: this crate reads files only through [`Files`], knows no clock and prints nothing. SQL inside the files
//! is text here; the engine and the import read it and report with [`Diagnostic`] what they find.

pub mod chosen;
pub mod code;
mod convert;
pub mod diagnostic;
pub mod digest;
pub mod edit;
pub mod files;
pub mod headings;
pub mod library;
pub mod lock;
pub mod place;
pub mod project;
mod raw;
pub mod render;
pub mod schema;
mod source_map;
mod suggest;
pub mod template;
mod yaml;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use files::{DiskFiles, Files, MemoryFiles};
pub use place::{Position, SourceFile, Span, Spanned};
pub use project::{FromLibrary, Loaded, Project, Storage, load};
pub use source_map::{FormulaPart, FormulaSide, Item, SourceMap};
pub use yaml::{Path, Step, UnreadablePath};

#[cfg(test)]
#[expect(clippy::too_many_lines, reason = "each finding is shown whole")]
mod tests;
