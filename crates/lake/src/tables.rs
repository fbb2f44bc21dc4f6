//! Arrow schemas of the tables, derived from the one list in [`evenkeel_model::record`].

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use evenkeel_model::record::{Column, ColumnKind, Table};

/// The version of the schemas. It is raised with every change of a column, together with a migration.
pub const SCHEMA_VERSION: u32 = 1;

/// The Arrow type that a column is stored in.
#[must_use]
pub fn arrow_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text | ColumnKind::Json => DataType::Utf8,
        ColumnKind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnKind::Day => DataType::Date32,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Whole => DataType::Int64,
        ColumnKind::Flag => DataType::Boolean,
    }
}

/// A column as an Arrow field. All are nullable, so that a later version may leave one out.
#[must_use]
pub fn arrow_field(column: &Column) -> Field {
    Field::new(column.name, arrow_type(column.kind), true)
}

/// The schema of a table: its own columns, then the conventional ones.
#[must_use]
pub fn arrow_schema(table: &Table) -> SchemaRef {
    Arc::new(Schema::new(table.all_columns().map(arrow_field).collect::<Vec<_>>()))
}
