//! Figures from elsewhere that programs send: by measure, unit and period.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use evenkeel_ingest::push::{Form, MOST_ROWS};
use evenkeel_model::collection::Collected;
use evenkeel_model::period::Period;
use evenkeel_model::record;
use evenkeel_view::page::PushAnswer;
use evenkeel_view::words::listed;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::{RawValue, to_raw_value};

use super::caller::Sender;
use super::operation::{Operation, Sends, fields_of, schema_of};
use super::question::Asked;
use super::records::{Wanted, answered, form_of, pushed};
use crate::World;
use crate::error::Failure;
use crate::limits::LARGEST_PUSH;
use crate::server::State;

/// The table that figures are rows of.
const TABLE: &str = "observations";

/// A figure as a row: columns with values, each as it was written.
type Row = BTreeMap<String, Box<RawValue>>;

/// A figure as it was sent: names with values, each as it was written, a name that stands there twice twice.
struct Sent(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Sent;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Sent, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = object.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Sent(pairs))
            }
        }

        reader.deserialize_map(Pairs)
    }
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/observations",
        id: "push_observations",
        summary: "takes figures that are worked out elsewhere",
        says: "Each by `measure`, `unit`, `period` and `value` (or `numerator` and `denominator`), with a `note` where something \
               has to be known about it: rows of the table `observations`, taken and checked as all rows are that programs \
               send. A figure takes the place of the one that was sent before for the same measure, unit and period; one \
               that people typed here and that the record holds stays, and one that still waits is not approved any more.",
        query: fields_of::<Wanted>,
        data: schema_of::<PushAnswer>,
        table: false,
        sends: Some(Sends {
            rows: figures,
            says: format!(
                "At most {MOST_ROWS} figures and {} kB: a JSON array of objects, or one object per line.",
                LARGEST_PUSH / 1024
            ),
            example: "curl -X POST -H 'Authorization: Bearer evk_…' -H 'Idempotency-Key: cost-2026-10' \\\n  \
                      -H 'Content-Type: application/json' \\\n  \
                      -d '[{\"measure\": \"cost_contact\", \"unit\": \"branch-07\", \"period\": \"2026-10\", \"value\": 1250.5}]' \\\n  \
                      http://127.0.0.1:7070/api/v1/observations",
        }),
        answers: post(take),
    }
}

fn figures(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ROWS,
        "items": {
            "type": "object",
            "required": ["measure", "unit", "period"],
            // They are two names of the same.
            "not": { "required": ["value", "numerator"] },
            "properties": {
                "measure": { "type": "string", "description": "The identifier of a measure, or the name of its figure." },
                "unit": { "type": "string", "description": "The identifier of the unit." },
                "period": { "type": "string", "description": "The period: `2026-10`, `2026-Q4`, or its last day." },
                "value": { "type": "number", "description": "The figure, or what stands above the line." },
                "numerator": { "type": "number", "description": "The same as `value`." },
                "denominator": { "type": "number", "minimum": 0, "description": "What stands below the line." },
                "note": { "type": "string", "description": "What has to be known about it." },
            },
        },
    })
}

async fn take(
    Shared(state): Shared<State>,
    sender: Sender,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let table = record::table(TABLE).ok_or_else(Failure::no_page)?;
    let rows = rows(&sender.world, form_of(&headers)?, &body)?;
    let pushed = pushed(&sender, table, wanted, &headers, Form::Lines, rows)?;
    answered(state, sender, pushed).await
}

/// Figures as rows of the table, one per line. Whatever is no figure stays as it is, and is rejected with its place.
fn rows(world: &World, form: Form, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let unread = |error: &dyn std::fmt::Display| {
        Failure::bad(format!("What was sent cannot be read: {error}. Nothing was changed."))
            .helped("as `application/json` send one array of objects; as `application/x-ndjson` one object per line")
    };
    let figures = Figures::of(world);
    let mut lines = Vec::new();
    match form {
        Form::Array => {
            let all: Vec<Box<RawValue>> = serde_json::from_slice(body).map_err(|error| unread(&error))?;
            for written in &all {
                // An array may be laid out over several lines, and a row is one.
                lines.push(figures.line(&written.get().replace(['\n', '\r'], " "))?);
            }
        }
        Form::Lines => {
            let text = std::str::from_utf8(body).map_err(|error| unread(&error))?;
            for line in text.lines() {
                lines.push(figures.line(line)?);
            }
        }
    }
    Ok(lines.join("\n").into_bytes())
}

/// The figures that the measures of a project read.
struct Figures<'a> {
    world: &'a World,
    /// By the identifier of the measure.
    of_measure: BTreeMap<String, String>,
    names: BTreeSet<String>,
}

impl<'a> Figures<'a> {
    fn of(world: &'a World) -> Self {
        let read = world.project().measures.values().filter_map(|measure| Collected::of(measure).ok());
        let of_measure: BTreeMap<String, String> =
            read.map(|collected| (collected.measure.to_string(), collected.figure)).collect();
        let names = of_measure.values().cloned().collect();
        Self { world, of_measure, names }
    }

    /// What was sent as a line. Whatever is no figure stays as it is.
    fn line(&self, written: &str) -> Result<String, Failure> {
        match serde_json::from_str::<Sent>(written) {
            Ok(sent) => self.row(sent),
            Err(_) => Ok(written.to_owned()),
        }
    }

    /// A figure as a row.
    fn row(&self, sent: Sent) -> Result<String, Failure> {
        let mut row = Row::new();
        for (name, value) in sent.0 {
            let text = || serde_json::from_str::<String>(value.get()).ok();
            let (column, value) = match name.as_str() {
                "measure" => {
                    let text = text().ok_or_else(|| unfit("`measure` is no text"))?;
                    (name, self.figure(&text)?)
                }
                "unit" => ("unit_id".to_owned(), value),
                "period" => ("period_on".to_owned(), text().and_then(|text| self.last_day(&text)).unwrap_or(value)),
                "value" => ("numerator".to_owned(), value),
                "denominator" if is_negative(&value) => return Err(unfit("`denominator` is below zero")),
                _ => (name, value),
            };
            if row.contains_key(&column) {
                let says = format!("A figure says twice what its `{column}` is. Nothing was changed.");
                return Err(Failure::unfit(says).helped("send `value`, or `numerator` and `denominator`"));
            }
            row.insert(column, value);
        }
        serde_json::to_string(&row).map_err(|error| Failure::failed(&error))
    }

    /// The name of the figure that is meant. One that no measure reads would never be seen.
    fn figure(&self, name: &str) -> Result<Box<RawValue>, Failure> {
        let figure = self.of_measure.get(name).map(String::as_str).or_else(|| self.names.get(name).map(String::as_str));
        let Some(figure) = figure else {
            let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
            let name: String = name.chars().take(100).collect();
            let says = format!("No measure of the project reads a figure `{name}`. Nothing was changed.");
            let help =
                if known.is_empty() { "none reads any".to_owned() } else { format!("there are {}", listed(&known)) };
            return Err(Failure::unfit(says).helped(help));
        };
        to_raw_value(figure).map_err(|error| Failure::failed(&error))
    }

    /// The last day of a period; none where it is none.
    fn last_day(&self, text: &str) -> Option<Box<RawValue>> {
        let period = Period::parse(text, self.world.project().fiscal_year).ok()?;
        to_raw_value(&period.last_day().to_string()).ok()
    }
}

/// A figure that cannot be one.
fn unfit(why: &str) -> Failure {
    Failure::unfit(format!("A figure cannot be taken: {why}. Nothing was changed."))
        .helped("send `measure`, `unit`, `period` and `value`, or `numerator` and a `denominator` of zero or more")
}

/// Whether a number as it was written, as a number or as text, is below zero.
fn is_negative(value: &RawValue) -> bool {
    let number = serde_json::from_str::<f64>(value.get()).ok();
    let written = || serde_json::from_str::<String>(value.get()).ok()?.trim().parse::<f64>().ok();
    number.or_else(written).is_some_and(|number| number < 0.0)
}
