//! What people wrote beside figures.

use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_view::page::NoteList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::part::{MOST, Part};
use super::question::Asked;
use crate::error::Failure;

const PATH: &str = "/api/v1/notes";

/// Which notes are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The identifier or name of a unit, whose own notes are wanted. Without it those of all units that you may see.
    unit: Option<String>,
    /// The identifier of a measure. Without it all measures.
    measure: Option<String>,
    /// The number of the last note that you have; those before it are wanted. Without it the latest.
    #[schemars(range(min = 1))]
    before: Option<i64>,
    /// How many notes are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: PATH,
        id: "notes",
        summary: "what people wrote beside figures",
        says: "The notes of the units that you may see, latest first. Of one that was taken back it is told that there was one, \
               and not what it said. Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns, where the header \
               `Link` says what follows.",
        query: fields_of::<Wanted>,
        data: schema_of::<NoteList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    let world = &caller.world;
    let part = Part::wanted(wanted.before, wanted.limit)?;
    if !world.sees_units() {
        return Err(Failure::no_page());
    }
    let unit = wanted.unit.as_deref().map(|name| world.unit(Some(name))).transpose()?;
    let measure = wanted.measure.as_deref().map(|name| world.measure(name)).transpose()?;
    let notes = world.note_entries(unit.as_ref(), measure.map(|measure| &measure.id));
    let choice = [("unit", wanted.unit.as_deref()), ("measure", wanted.measure.as_deref())];
    let (notes, next) = part.of(notes, |note| note.number, PATH, &choice);
    caller.lists(&NoteList { notes, next: next.clone() }, table, next)
}

fn table(list: &NoteList) -> Table {
    let of = || list.notes.iter();
    let mentions: Vec<String> = of().map(|note| note.mentions.join(", ")).collect();
    Table::default()
        .wholes("number", of().map(|note| Some(note.number)))
        .texts("measure", of().map(|note| Some(note.measure.as_str())))
        .texts("unit", of().map(|note| Some(note.unit.as_str())))
        .texts("period", of().map(|note| Some(note.period.as_str())))
        .days("last_day", of().map(|note| Some(note.last_day)))
        .texts("text", of().map(|note| note.text.as_deref()))
        .texts("by", of().map(|note| Some(note.by.as_str())))
        .instants("at", of().map(|note| Some(note.at)))
        .texts("mentions", mentions.iter().map(|names| Some(names.as_str())))
        .instants("withdrawn_at", of().map(|note| note.withdrawn_at))
        .flags("own", of().map(|note| Some(note.own)))
}
