//! Scorecards as code.
pub mod code;
mod convert;
pub mod diagnostic;
pub mod digest;
pub mod edit;
pub mod files;
pub mod place;
pub mod project;
mod raw;
pub mod render;
pub mod schema;
mod source_map;
mod suggest;
mod yaml;
#[cfg(test)]
mod tests;
pub use diagnostic::{Diagnostic, Severity};
pub use files::{DiskFiles, Files, MemoryFiles};
pub use place::{SourceFile, Span, Spanned};
pub use project::{Loaded, Project, Storage, load};
pub use source_map::{FormulaPart, FormulaSide, Item, SourceMap};
pub use yaml::{Path, Step, UnreadablePath};
