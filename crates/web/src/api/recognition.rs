//! What was recognised in units. What is written about single people stands on their records and is asked for by no program.

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_view::page::RecognitionList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::part::{MOST, Part};
use super::question::Asked;
use crate::error::Failure;
use crate::server::State;

const PATH: &str = "/api/v1/recognition";

/// Which recognitions are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The identifier or name of a unit, whose own recognitions are wanted. Without it those of all units that you may see.
    unit: Option<String>,
    /// The number of the last recognition that you have; those before it are wanted. Without it the latest.
    #[schemars(range(min = 1))]
    before: Option<i64>,
    /// How many recognitions are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: PATH,
        id: "recognition",
        summary: "what was recognised in units",
        says: "What was recognised in the units that you may see, with the figure on which it rests as it stood then, latest \
               first. Of one that was withdrawn it is told that there was one, and not what it said. What is written about \
               single people is not among them. Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns, \
               where the header `Link` says what follows.",
        query: fields_of::<Wanted>,
        data: schema_of::<RecognitionList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    let world = &caller.world;
    let part = Part::wanted(wanted.before, wanted.limit)?;
    let store = state.access.store().filter(|_| world.sees_units()).ok_or_else(Failure::no_page)?;
    let units = match &wanted.unit {
        Some(name) => vec![world.unit(Some(name))?],
        None => world.seen_units(),
    };
    let acts = store.acts_of_units(&units).await?;
    let all = world.recognition_entries(&acts);
    let (recognition, next) = part.of(all, |one| one.number, PATH, &[("unit", wanted.unit.as_deref())]);
    caller.lists(&RecognitionList { recognition, next: next.clone() }, table, next)
}

fn table(list: &RecognitionList) -> Table {
    let of = || list.recognition.iter();
    Table::default()
        .wholes("number", of().map(|one| Some(one.number)))
        .texts("unit", of().map(|one| Some(one.unit.as_str())))
        .texts("topic", of().map(|one| one.topic.as_deref()))
        .texts("words", of().map(|one| one.words.as_deref()))
        .texts("reward", of().map(|one| one.reward.as_deref()))
        .texts("measure", of().map(|one| one.measure.as_deref()))
        .texts("figure", of().map(|one| one.figure.as_deref()))
        .texts("by", of().map(|one| Some(one.by.as_str())))
        .instants("at", of().map(|one| Some(one.at)))
        .instants("withdrawn_at", of().map(|one| one.withdrawn_at))
        .flags("own", of().map(|one| Some(one.own)))
}
