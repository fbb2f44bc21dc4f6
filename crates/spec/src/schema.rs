//! JSON Schemas of the files of a project, so that editors complete and check while people type.
//!
//! They are made from the raw structs that the files are read into. A schema knows less than `check` does: it sees
//! one file at a time and no measure's unit.

use evenkeel_model::record;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use crate::raw;

/// Every schema, as the name of its file and its text.
///
/// ```
/// let names: Vec<&str> = evenkeel_spec::schema::all().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(
///     names,
///     [
///         "project.schema.json",
///         "source.schema.json",
///         "measure.schema.json",
///         "scorecard.schema.json",
///         "service_level.schema.json",
///         "comparison.schema.json",
///         "standard.schema.json",
///         "collection.schema.json",
///         "charter.schema.json"
///     ]
/// );
/// ```
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("project.schema.json", text::<raw::Project>("evenkeel.yaml")),
        ("source.schema.json", text::<raw::Source>("A source of an evenkeel project")),
        ("measure.schema.json", text::<raw::Measure>("A measure of an evenkeel project")),
        ("scorecard.schema.json", text::<raw::Scorecard>("A scorecard of an evenkeel project")),
        ("service_level.schema.json", text::<raw::ServiceLevel>("A service level policy of an evenkeel project")),
        ("comparison.schema.json", text::<raw::Comparison>("A fair comparison of an evenkeel project")),
        ("standard.schema.json", text::<raw::Standard>("A performance standard of an evenkeel project")),
        ("collection.schema.json", text::<raw::Collection>("Figures that people type in an evenkeel project")),
        ("charter.schema.json", text::<raw::Charter>("The service charter of an evenkeel project")),
    ]
}

fn text<T: JsonSchema>(title: &str) -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    format!("{:#}\n", tidy(schema))
}

/// Takes out what comes from Rust and is not true of the files: a key is there with a value, or not there at all.
fn tidy(schema: Schema) -> Value {
    let mut value = schema.to_value();
    tidied(&mut value);
    value
}

fn tidied(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(tidied),
        Value::Object(object) => {
            for list in ["type", "enum"] {
                if let Some(Value::Array(names)) = object.get_mut(list) {
                    names.retain(|name| name != "null" && !name.is_null());
                }
            }
            if let Some(Value::Array(types)) = object.get("type")
                && let [one] = types.as_slice()
            {
                let one = one.clone();
                object.insert("type".to_owned(), one);
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                // The lines of a comment end where the source is as wide as it may be.
                *text = text.replace('\n', " ");
            }
            only_choice(object);
            object.values_mut().for_each(tidied);
        }
        _ => {}
    }
}

/// Where nothing but one choice and null is left, the choice itself is the schema; what is said about the key goes
/// before what is said about its type.
fn only_choice(object: &mut Map<String, Value>) {
    for choice in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = object.get_mut(choice) else { continue };
        choices.retain(|choice| choice.get("type") != Some(&Value::from("null")));
        let [Value::Object(only)] = choices.as_slice() else { continue };
        let only = only.clone();
        object.remove(choice);
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

/// Lists the tables that a measure can read.
pub(crate) fn readable_tables(schema: &mut Schema) {
    let names = record::TABLES.iter().map(|table| table.name).chain([record::CASE_FACTS.name]);
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), names.collect());
}

/// Lists the tables that a source can fill.
pub(crate) fn tables_to_fill(schema: &mut Schema) {
    let names: Value = record::TABLES.iter().map(|table| table.name).collect();
    schema.insert("propertyNames".to_owned(), serde_json::json!({ "enum": names }));
}

#[cfg(test)]
mod tests;
