//! What can be asked, as the document tells it and as the server answers it.

use axum::routing::MethodRouter;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::server::State;

/// Makes a schema, with the definitions that it refers to.
pub(crate) type MakesSchema = fn(&mut SchemaGenerator) -> Schema;

/// A question that programs can ask.
pub(crate) struct Operation {
    /// The address, with names of parameters between braces.
    pub(crate) path: &'static str,
    /// The name for programs that are written from the document.
    pub(crate) id: &'static str,
    /// What it answers, in a few words.
    pub(crate) summary: &'static str,
    /// What it answers.
    pub(crate) says: &'static str,
    /// What may be said in the query.
    pub(crate) query: MakesSchema,
    /// What the answer holds as `data`.
    pub(crate) data: MakesSchema,
    /// Whether there is a form of rows and columns, too.
    pub(crate) table: bool,
    /// What answers.
    pub(crate) answers: MethodRouter<State>,
}

/// The schema of a type.
pub(crate) fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of a type, written out.
pub(crate) fn fields_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}
