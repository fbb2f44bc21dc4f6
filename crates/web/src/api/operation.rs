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
    /// What is sent; none where something is only asked.
    pub(crate) sends: Option<Sends>,
    /// What answers.
    pub(crate) answers: MethodRouter<State>,
}

/// What is sent with a question.
pub(crate) struct Sends {
    /// What it is.
    pub(crate) rows: MakesSchema,
    /// What it is, in words.
    pub(crate) says: String,
    /// A command that sends some.
    pub(crate) example: &'static str,
}

impl Operation {
    /// How it is asked, as the document names it.
    pub(crate) fn method(&self) -> &'static str {
        if self.sends.is_some() { "post" } else { "get" }
    }
}

/// The schema of a type.
pub(crate) fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of a type, written out.
pub(crate) fn fields_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}
