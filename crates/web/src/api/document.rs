//! The `OpenAPI` 3.1 document, made from the operations and from the structs of the answers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::Json;
use axum::response::IntoResponse;
use evenkeel_view::page::{About, Problem};
use evenkeel_view::words::capitalised;
use schemars::SchemaGenerator;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Map, Value, json};

use super::operation::{Operation, Sends, schema_of};
use super::problem::KINDS;
use super::records::{KEY_PATTERN, REPLAYED, tables};
use super::{caller::Form, operations};

/// Where the document is.
pub(super) const PATH: &str = "/api/openapi.json";

/// Where definitions stand in the document.
pub(super) const DEFINITIONS: &str = "#/components/schemas/";

/// What goes wrong only where rows are sent.
const OF_ROWS: [u16; 2] = [415, 422];

static DOCUMENT: LazyLock<Value> = LazyLock::new(made);

/// The `OpenAPI` 3.1 document.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The document, for whoever asks: it tells of no unit and no figure.
pub(super) async fn show() -> impl IntoResponse {
    Json(document())
}

fn made() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.contract = Contract::Serialize;
            settings.meta_schema = None;
        })
        .into_generator();
    let (about, problem) = (schema_of::<About>(&mut generator), schema_of::<Problem>(&mut generator));
    let mut paths = Map::new();
    for operation in operations() {
        let told = told(&operation, &about.clone().to_value(), &mut generator);
        paths.insert(operation.path.to_owned(), json!({ operation.method(): told }));
    }
    let mut schemas = generator.take_definitions(true);
    for schema in schemas.values_mut() {
        without_frame(schema);
    }
    let problem = problem.to_value();
    let mut failures = Map::new();
    for (status, title, next) in KINDS {
        let content = json!({ "application/problem+json": { "schema": problem } });
        failures.insert(name_of(status), json!({ "description": format!("{title}. {next}"), "content": content }));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "evenkeel",
            "version": "1",
            "description": "What the pages of evenkeel show, for programs, and how rows are sent. Whoever asks sees what they would see on the pages.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }, { "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": failures,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "evenkeel", "description": "Whoever is signed in." },
                "token": { "type": "http", "scheme": "bearer", "description": "A token that was made on the page /tokens." },
            },
        },
    });
    keep_what_is_used(&mut document);
    document
}

/// What the document says of an operation.
fn told(operation: &Operation, about: &Value, generator: &mut SchemaGenerator) -> Value {
    if let Some(sends) = &operation.sends {
        return told_of_rows(operation, sends, generator);
    }
    let data = (operation.data)(generator).to_value();
    let answer = json!({
        "type": "object",
        "required": ["about", "data"],
        "properties": { "about": about, "data": data },
        "additionalProperties": false,
    });
    let mut content = json!({ Form::Json.content_type(): { "schema": answer } });
    let mut headers = json!({
        "ETag": { "description": "What the answer is known by.", "schema": { "type": "string" } },
    });
    if operation.table {
        content[Form::Csv.content_type()] = json!({ "schema": { "type": "string" } });
        // Of bytes there is no schema.
        content[Form::Parquet.content_type()] = json!({});
        content[Form::ArrowStream.content_type()] = json!({});
        headers["Link"] = json!({ "description": "Where the part that follows is.", "schema": { "type": "string" } });
    }
    let mut responses = failures(&OF_ROWS);
    let description = format!("{}.", capitalised(operation.summary));
    responses.insert("200".to_owned(), json!({ "description": description, "headers": headers, "content": content }));
    responses.insert("304".to_owned(), json!({ "description": "The answer is the one that you have." }));
    json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.says,
        "parameters": parameters(operation, generator),
        "responses": responses,
    })
}

/// What the document says of an operation that takes rows.
fn told_of_rows(operation: &Operation, sends: &Sends, generator: &mut SchemaGenerator) -> Value {
    let data = (operation.data)(generator).to_value();
    let answer = json!({
        "type": "object",
        "required": ["data"],
        "properties": { "data": data },
        "additionalProperties": false,
    });
    let mut responses = failures(&[]);
    responses.insert(
        "200".to_owned(),
        json!({
            "description": format!("{}.", capitalised(operation.summary)),
            "headers": {
                REPLAYED: {
                    "description": "`true` where this is the answer that was given before.",
                    "schema": { "type": "string" },
                },
            },
            "content": { Form::Json.content_type(): { "schema": answer } },
        }),
    );
    let mut parameters = parameters(operation, generator);
    parameters.push(json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "description": "What you call this push: 1 to 100 letters, digits and signs without spaces. Sent again with the same \
                        key and the same rows within 24 hours, it is answered as before and nothing is done twice; with \
                        other rows it is refused.",
        "schema": { "type": "string", "pattern": KEY_PATTERN },
    }));
    let rows = (sends.rows)(generator).to_value();
    json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.says,
        "security": [{ "token": [] }],
        "parameters": parameters,
        "requestBody": {
            "required": true,
            "description": sends.says,
            "content": { "application/json": { "schema": rows }, "application/x-ndjson": { "schema": { "type": "string" } } },
        },
        "responses": responses,
    })
}

/// The failures of an operation; those that do not happen there are left out.
fn failures(without: &[u16]) -> Map<String, Value> {
    let kinds = KINDS.iter().map(|kind| kind.0).filter(|status| *status != 405 && !without.contains(status));
    kinds
        .map(|status| (status.to_string(), json!({ "$ref": format!("#/components/responses/{}", name_of(status)) })))
        .collect()
}

/// The parameters of an operation, those of the path first.
pub(super) fn parameters(operation: &Operation, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters: Vec<Value> = of_path(operation.path)
        .map(|name| {
            let description = match name {
                "measure" => "The identifier of a measure, as /api/v1/measures has it.",
                "table" => "The table of the service record.",
                _ => "The identifier or name of a unit, as /api/v1/organisation has it.",
            };
            let schema = match name {
                "table" => json!({ "type": "string", "enum": tables().map(|table| table.name).collect::<Vec<_>>() }),
                _ => json!({ "type": "string", "minLength": 1 }),
            };
            json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
        })
        .collect();
    let query = (operation.query)(generator).to_value();
    for (name, schema) in query["properties"].as_object().into_iter().flatten() {
        let with_null = schema;
        let mut schema = without_null(schema.clone());
        // What may be null may be left out.
        let needed = schema == *with_null;
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut told = json!({ "name": name, "in": "query", "description": description, "schema": schema });
        if needed {
            told["required"] = json!(true);
        }
        parameters.push(told);
    }
    parameters
}

/// The names between braces.
pub(super) fn of_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// What is left out of an address is left out, and not told as nothing.
fn without_null(mut schema: Value) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    if let Some(Value::Array(kinds)) = fields.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(mut choices)) = fields.remove("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let Some(Value::Object(only)) = choices.pop() {
            fields.extend(only);
        }
    }
    schema
}

/// Takes out what stands around a page and says nothing to programs.
fn without_frame(schema: &mut Value) {
    let framed = schema["properties"]["frame"]["$ref"] == format!("{DEFINITIONS}Frame");
    if let Some(Value::Object(properties)) = schema.get_mut("properties").filter(|_| framed) {
        properties.remove("frame");
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| name != "frame");
        }
    }
}

/// Leaves out definitions that nothing refers to.
fn keep_what_is_used(document: &mut Value) {
    let mut used = BTreeSet::new();
    let mut open = BTreeSet::new();
    refers_to(&document["paths"], &mut open);
    refers_to(&document["components"]["responses"], &mut open);
    while let Some(name) = open.pop_first() {
        let mut more = BTreeSet::new();
        refers_to(&document["components"]["schemas"][&name], &mut more);
        used.insert(name);
        open.extend(more.difference(&used).cloned().collect::<Vec<_>>());
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.retain(|name, _| used.contains(name));
    }
}

fn refers_to(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix(DEFINITIONS)) {
                found.insert(name.to_owned());
            }
            fields.values().for_each(|value| refers_to(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| refers_to(value, found)),
        _ => {}
    }
}

fn name_of(status: u16) -> String {
    format!("Problem{status}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_is_there_and_has_a_name_of_its_own() {
        let document = document();
        let mut wanted = BTreeSet::new();
        refers_to(document, &mut wanted);
        let there: BTreeSet<String> = document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(wanted, there);
        for name in &there {
            // Two structs of one name are told apart by a number, which another order would give to the other one.
            assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{name} is the name of two structs");
        }
        assert!(!there.contains("Frame"), "what stands around a page is not told");
    }

    #[test]
    fn every_route_and_every_parameter_is_told() {
        let document = document();
        for (path, _) in super::super::table().iter().filter(|(path, _)| path.starts_with("/api/v1/")) {
            let told = &document["paths"][path];
            let told = if told["get"].is_object() { &told["get"] } else { &told["post"] };
            assert!(told["responses"]["200"].is_object(), "{path}");
            for parameter in told["parameters"].as_array().unwrap() {
                assert!(parameter["description"].is_string(), "{path} {parameter}");
            }
        }
    }
}
