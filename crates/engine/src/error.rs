//! What can go wrong in the engine.

use datafusion::common::{DataFusionError, Diagnostic};
use thiserror::Error;

/// An error of the engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// An SQL expression of a measure cannot be compiled.
    #[error("measure `{measure}`, `{field}`: {message}")]
    Measure {
        /// The measure.
        measure: String,
        /// The key of the measure file that holds the expression.
        field: &'static str,
        /// The expression.
        expression: String,
        /// What is wrong with it.
        message: String,
        /// Where in the expression: line and column, from 1.
        position: Option<(usize, usize)>,
        /// What to do about it.
        help: Option<String>,
    },
    /// There is no such measure.
    #[error("there is no measure `{0}`")]
    UnknownMeasure(String),
    /// There is no such unit or person.
    #[error("there is no unit or person `{0}`")]
    UnknownSubject(String),
    /// A measure must not be asked for at this level.
    #[error("`{measure}` is a measure of the whole operation; it is not reported for one person")]
    NotForPeople {
        /// The measure.
        measure: String,
    },
    /// The lake cannot be read.
    #[error(transparent)]
    Lake(#[from] evenkeel_lake::LakeError),
    /// A query failed.
    #[error("a query failed: {0}")]
    Query(#[from] DataFusionError),
    /// Columns do not have the type that they must have.
    #[error("the record does not have the columns that it must have: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A file cannot be written.
    #[error("the file cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A file cannot be written.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// A background task died.
    #[error("a background task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl EngineError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            EngineError::Measure { help, .. } => help.clone(),
            EngineError::NotForPeople { .. } => {
                Some("ask for a unit; for a person, choose a measure that `levels` allows".to_owned())
            }
            _ => None,
        }
    }

    /// An error of an expression, in the words of the project.
    pub(crate) fn of_expression(
        measure: &str,
        field: &'static str,
        expression: &str,
        error: &DataFusionError,
    ) -> EngineError {
        let position = error
            .diagnostic()
            .and_then(|diagnostic: &Diagnostic| diagnostic.span)
            .map(|span| (span.start.line as usize, span.start.column as usize));
        let root = error.find_root();
        let (message, help) = reword(root);
        EngineError::Measure {
            measure: measure.to_owned(),
            field,
            expression: expression.to_owned(),
            message,
            position,
            help,
        }
    }
}

fn reword(error: &DataFusionError) -> (String, Option<String>) {
    if let DataFusionError::SchemaError(schema, _) = error
        && let datafusion::common::SchemaError::FieldNotFound { field, valid_fields } = schema.as_ref()
    {
        let names: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
        let near = names
            .iter()
            .map(|name| (strsim::damerau_levenshtein(name, &field.name), *name))
            .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
            .min();
        let help = match near {
            Some((_, near)) => format!("did you mean `{near}`?"),
            None => format!("the columns are: {}", names.join(", ")),
        };
        return (format!("there is no column `{}`", field.name), Some(help));
    }
    let text = error.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    let line = line
        .trim_start_matches("Error during planning: ")
        .trim_start_matches("SQL error: ")
        .trim_start_matches("Schema error: ");
    let line = line.strip_prefix("ParserError(\"").and_then(|rest| rest.strip_suffix("\")")).unwrap_or(line);
    (line.to_owned(), None)
}
