//! Low answers of customers, and what was done about each.

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_state::AnswerKey;
use evenkeel_view::page::CallBackList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::part::MOST;
use super::question::Asked;
use super::rows::within;
use crate::error::Failure;
use crate::server::State;
use crate::world::call_backs::{entry, key};

const PATH: &str = "/api/v1/call_backs";
/// The entries of one answer, when nothing is said.
const USUAL: u32 = 100;
/// The furthest entry.
const LAST: u64 = 1_000_000_000;

/// Which low answers are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// How many answers come before the first one that is wanted. Without it none.
    #[schemars(range(max = LAST))]
    from: Option<u64>,
    /// How many answers are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: PATH,
        id: "call_backs",
        summary: "low answers of customers, and what was done about them",
        says: "The low answers, until 60 days after their time was used up, of the units whose rows you may see or in which you work, latest first; each \
               with the time until which somebody is to call, who has taken it, how far it is, and what came of it. Asked for \
               as `text/csv`, Parquet or Arrow, the same as rows and columns, where the header `Link` says what follows.",
        query: fields_of::<Wanted>,
        data: schema_of::<CallBackList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    caller.form()?;
    let world = &caller.world;
    let limit = within("limit", wanted.limit.unwrap_or(USUAL), 1, MOST)?;
    let from = within("from", wanted.from.unwrap_or_default(), 0, LAST)?;
    let store = state.access.store().filter(|_| world.sees_call_backs()).ok_or_else(Failure::no_page)?;
    let now = state.now();
    let mut answers = world.low_answers(world.listed_after(now)).await?;
    answers.sort_by(|one, other| {
        (other.answered_at, &one.source, &one.response_id).cmp(&(one.answered_at, &other.source, &other.response_id))
    });
    let after = from + u64::from(limit);
    let next = (after < answers.len() as u64).then(|| format!("{PATH}?from={after}&limit={limit}"));
    let answers: Vec<_> = answers.into_iter().skip(from as usize).take(limit as usize).collect();
    let keys: Vec<AnswerKey> = answers.iter().map(key).collect();
    let steps = store.call_backs_about(&keys).await?;
    let told = |answer| entry(answer, steps.get(&key(answer)), now);
    let call_backs = answers.iter().map(told).collect();
    caller.lists(&CallBackList { call_backs, next: next.clone() }, table, next)
}

fn table(list: &CallBackList) -> Table {
    let of = || list.call_backs.iter();
    Table::default()
        .texts("source", of().map(|one| Some(one.source.as_str())))
        .texts("response", of().map(|one| Some(one.response.as_str())))
        .texts("unit", of().map(|one| Some(one.unit.as_str())))
        .texts("question", of().map(|one| one.question.as_deref()))
        .numbers("score", of().map(|one| Some(one.score)))
        .numbers("lowest", of().map(|one| Some(one.lowest)))
        .numbers("highest", of().map(|one| Some(one.highest)))
        .texts("text", of().map(|one| one.text.as_deref()))
        .texts("case", of().map(|one| one.case.as_deref()))
        .texts("customer", of().map(|one| Some(one.customer.as_str())))
        .instants("answered_at", of().map(|one| Some(one.answered_at)))
        .instants("due_at", of().map(|one| Some(one.due_at)))
        .texts("stage", of().map(|one| Some(one.stage.as_str())))
        .flags("overdue", of().map(|one| Some(one.overdue)))
        .flags("in_time", of().map(|one| one.in_time))
        .texts("taken_by", of().map(|one| one.taken_by.as_deref()))
        .instants("called_at", of().map(|one| one.called_at))
        .texts("outcome", of().map(|one| one.outcome.as_deref()))
}
