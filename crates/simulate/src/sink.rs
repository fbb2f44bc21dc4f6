//! Where the raw files go. The crate itself opens no file.

use std::io::{self, Write};

/// Something that files can be created in: a folder, an archive, a map in memory.
pub trait Sink {
    /// Creates the file at a relative path with `/` between its parts, and everything above it. Several files are
    /// open at the same time.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>>;
}

impl<F> Sink for F
where
    F: FnMut(&str) -> io::Result<Box<dyn Write>>,
{
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        self(path)
    }
}

/// Why a simulation stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The path that was given to the [`Sink`].
        path: String,
        /// What the sink said.
        source: io::Error,
    },
    /// A setting is outside of what can be simulated.
    #[error("{setting} {value} is outside of {range}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
}
