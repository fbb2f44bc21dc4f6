//! What can go wrong in the engine.

use datafusion::common::{DataFusionError, Diagnostic};
use evenkeel_model::measure::Measure;
use evenkeel_model::reading::Subject;
use evenkeel_model::record;
use thiserror::Error;

use crate::rows::{COUNTS_AS, orders};

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
    #[error("there is no measure `{name}`{}", did_you_mean(near.as_deref()))]
    UnknownMeasure {
        /// What was asked for.
        name: String,
        /// The measure that was probably meant.
        near: Option<String>,
    },
    /// There is no such unit or person.
    #[error("there is no unit or person `{name}`{}", did_you_mean(near.as_deref()))]
    UnknownSubject {
        /// What was asked for.
        name: String,
        /// The unit that was probably meant.
        near: Option<String>,
    },
    /// Rows cannot be divided by an expression.
    #[error("rows of `{table}` cannot be divided by `{expression}`: {message}")]
    Segment {
        /// The table.
        table: String,
        /// The expression.
        expression: String,
        /// What is wrong with it.
        message: String,
    },
    /// Rows cannot be chosen by a condition.
    #[error("rows of `{table}` cannot be chosen by `{condition}`: {message}")]
    Condition {
        /// The table.
        table: String,
        /// The condition.
        condition: String,
        /// What is wrong with it.
        message: String,
    },
    /// A measure was to be made of nothing.
    #[error("no measure was asked for")]
    NoMeasure,
    /// A measure must not be asked for at this level.
    #[error("`{measure}` is not told of one person{}", because(reason.as_deref()))]
    NotForPeople {
        /// The measure.
        measure: String,
        /// Why, and where to look instead, in sentences.
        reason: Option<String>,
    },
    /// So few stand behind a reading, or behind what could be worked out from it, that what they said could be told.
    #[error(
        "`{measure}` is withheld here: fewer than {fewest} stand behind it, or behind what could be worked out from it, so \
         nothing is shown that could tell who said what"
    )]
    TooFew {
        /// The measure.
        measure: String,
        /// How many have to stand behind a reading.
        fewest: u32,
    },
    /// A measure must not be asked for at this level.
    #[error("`{measure}` is not reported for single units")]
    NotForUnits {
        /// The measure.
        measure: String,
    },
    /// A measure that is worked out from other measures has no rows of its own.
    #[error("`{measure}` has no rows of its own: it is worked out from other measures")]
    NoOwnRows {
        /// The measure.
        measure: String,
        /// The measures that it is worked out from.
        parts: Vec<String>,
    },
    /// Rows cannot be put in order by a column.
    #[error("the rows of `{measure}` are not put in order by `{column}`")]
    NotInOrder {
        /// The measure.
        measure: String,
        /// The column that was asked for.
        column: String,
        /// The columns that put them in order.
        known: Vec<&'static str>,
    },
    /// A measure cannot be compared fairly.
    #[error("`{measure}` cannot be compared fairly: how it varies by chance is not known, or it has no better end")]
    NotComparable {
        /// The measure.
        measure: String,
    },
    /// The case mix divides cases into more groups than can be compared.
    #[error("the case mix divides cases into {found} groups; with more than {most}, hardly any two are alike")]
    TooManyGroups {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// The statistics refuse the numbers of a comparison.
    #[error("the comparison cannot be worked out: {0}")]
    Statistics(#[from] evenkeel_stats::Error),
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
            EngineError::TooFew { .. } => Some("ask for a larger unit, or for a whole quarter or year".to_owned()),
            // The reason says where to look instead.
            EngineError::NotForPeople { reason: Some(_), .. } => None,
            EngineError::NotForPeople { reason: None, .. } => {
                Some("ask for a unit; for a person, choose a measure that `levels` allows".to_owned())
            }
            EngineError::NoOwnRows { parts, .. } => {
                Some(format!("ask for the rows of one of its parts: {}", parts.join(", ")))
            }
            EngineError::NotInOrder { known, .. } => {
                Some(format!("ask for one of these, with `-` before it for the largest first: {}", known.join(", ")))
            }
            EngineError::TooManyGroups { .. } => {
                Some("take an attribute with many values out of `case_mix`".to_owned())
            }
            EngineError::NotForUnits { .. } => {
                Some("ask for the whole organisation, or choose a measure that `levels` allows".to_owned())
            }
            _ => None,
        }
    }

    /// The error for a level that `levels` does not allow.
    pub(crate) fn not_at_this_level(measure: &Measure, subject: &Subject) -> EngineError {
        match subject {
            Subject::Person(_) => EngineError::not_for_people(measure),
            Subject::Unit(_) => EngineError::NotForUnits { measure: measure.id.to_string() },
        }
    }

    /// The error for a measure that says nothing about one person.
    #[must_use]
    pub fn not_for_people(measure: &Measure) -> EngineError {
        EngineError::NotForPeople { measure: measure.id.to_string(), reason: measure.about.not_for_people.clone() }
    }

    /// The error for a column that puts no rows in order.
    pub(crate) fn not_in_order(measure: &Measure, column: &str) -> EngineError {
        let table = measure.formula.rows().and_then(|rows| record::readable_table(&rows.table));
        let columns = table.into_iter().flat_map(record::Table::all_columns).map(|column| column.name);
        EngineError::NotInOrder {
            measure: measure.id.to_string(),
            column: column.to_owned(),
            known: [COUNTS_AS].into_iter().chain(columns).filter(|column| orders(measure, column)).collect(),
        }
    }

    /// The error for a reading that is withheld.
    #[must_use]
    pub fn too_few(measure: &Measure) -> EngineError {
        EngineError::TooFew { measure: measure.id.to_string(), fewest: measure.withhold_below.unwrap_or_default() }
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

/// A reason in sentences behind a statement.
fn because(reason: Option<&str>) -> String {
    reason.map(|reason| format!(". {}", reason.trim_end_matches('.'))).unwrap_or_default()
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// The known name that is nearest to a wrong one, if one is near enough to be a slip.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_lowercase();
    let near = |known: &'a str| {
        let distance = strsim::damerau_levenshtein(&wanted, &known.to_lowercase());
        (distance <= 1 + known.chars().count().min(name.chars().count()) / 4).then_some((distance, known))
    };
    known.into_iter().filter_map(near).min().map(|(_, known)| known.to_owned())
}

impl EngineError {
    /// An expression that rows cannot be divided by.
    pub(crate) fn of_segment(table: &str, expression: &str, error: &DataFusionError) -> EngineError {
        let (message, help) = reword(error.find_root());
        let message = help.map_or(message.clone(), |help| format!("{message}; {help}"));
        EngineError::Segment { table: table.to_owned(), expression: expression.to_owned(), message }
    }

    /// A condition that rows cannot be chosen by.
    pub(crate) fn of_condition(table: &str, condition: &str, error: &DataFusionError) -> EngineError {
        let (message, help) = reword(error.find_root());
        let help = help.map_or_else(String::new, |help| format!("{help}; "));
        let message = format!("{message}; {help}a condition has to fit every table that the chosen measures read");
        EngineError::Condition { table: table.to_owned(), condition: condition.to_owned(), message }
    }
}

fn reword(error: &DataFusionError) -> (String, Option<String>) {
    if let DataFusionError::SchemaError(schema, _) = error
        && let datafusion::common::SchemaError::FieldNotFound { field, valid_fields } = schema.as_ref()
    {
        let names: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
        let help = match closest(&field.name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
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
