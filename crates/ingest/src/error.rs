//! Faults that end an import.

use thiserror::Error;

use crate::read::ReadError;

/// A place in the SQL text of a mapping, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlPosition {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A fault that ends an import. The lake stays as it was.
#[derive(Debug, Error)]
pub enum IngestError {
    /// No file has a name that fits.
    #[error("source `{source_name}`: no file matches `{pattern}`")]
    NoFiles {
        /// The source.
        source_name: String,
        /// The name under which SQL sees the files.
        files: String,
        /// What was looked for.
        pattern: String,
    },
    /// A file lies where the project may not read.
    #[error("source `{source_name}`: `{file}` lies outside the project")]
    Outside {
        /// The source.
        source_name: String,
        /// The name under which SQL sees the files.
        files: String,
        /// The file.
        file: String,
    },
    /// A file cannot be read as declared.
    #[error("source `{source_name}`: {error}")]
    File {
        /// The source.
        source_name: String,
        /// The name under which SQL sees the files.
        files: String,
        /// What is wrong.
        error: ReadError,
    },
    /// A SELECT cannot be planned, or fails while it runs.
    #[error("source `{source_name}`, table `{table}`: {message}")]
    Sql {
        /// The source.
        source_name: String,
        /// The table of the service record that the SELECT fills.
        table: String,
        /// What is wrong.
        message: String,
        /// Where in the SELECT, where that is known.
        position: Option<SqlPosition>,
        /// What to do about it.
        help: Option<String>,
    },
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] evenkeel_lake::LakeError),
}

impl IngestError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            IngestError::NoFiles { .. } => {
                Some("check the path; it is taken from the folder of evenkeel.yaml".to_owned())
            }
            IngestError::Outside { .. } => {
                Some("files outside the project are read only below `data_root` of evenkeel.yaml".to_owned())
            }
            IngestError::File { error, .. } => error.help.clone(),
            IngestError::Sql { help, .. } => help.clone(),
            IngestError::Lake(error) => error.help(),
        }
    }
}
