//! The units.

use axum::routing::get;
use evenkeel_view::page::{UnitEntry, UnitTree};

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, Nothing};
use crate::error::Failure;

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/organisation",
        id: "organisation",
        summary: "the units",
        says: "The units that you may see today, each after the one above it. Their identifiers are what other addresses \
               take. People are not told.",
        query: fields_of::<Nothing>,
        data: schema_of::<UnitTree>,
        table: false,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, _: Asked<Nothing>) -> Result<Answer, Failure> {
    // The units on the way down to the present one.
    let mut way: Vec<String> = Vec::new();
    let mut units = Vec::new();
    for unit in caller.world.units() {
        way.truncate(unit.depth);
        units.push(UnitEntry {
            id: unit.id.to_string(),
            name: unit.name,
            above: way.last().cloned(),
            depth: unit.depth,
            below: unit.below,
            below_kind: unit.below_kind,
        });
        way.push(unit.id.to_string());
    }
    caller.tells_of_all(&UnitTree { units })
}
