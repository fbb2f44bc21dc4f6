//! Rows that somebody says are wrong, and what was decided about them.

use std::collections::BTreeSet;

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_model::ids::PersonId;
use evenkeel_view::page::DisputeList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::part::{MOST, Part};
use super::question::Asked;
use crate::error::Failure;
use crate::server::State;

const PATH: &str = "/api/v1/disputes";

/// Which disputes are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The number of the last dispute that you have; those before it are wanted. Without it the latest.
    #[schemars(range(min = 1))]
    before: Option<i64>,
    /// How many disputes are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: PATH,
        id: "disputes",
        summary: "rows that somebody says are wrong",
        says: "The rows of your own record that you disputed, and those that you see as somebody who decides about them; each \
               with how it stands, latest first. It is told whose row it is where you may see that, and that look is recorded \
               in the audit trail. Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns, where the header \
               `Link` says what follows.",
        query: fields_of::<Wanted>,
        data: schema_of::<DisputeList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    // What cannot be told in the form that is asked for is no look at anybody.
    caller.form()?;
    let world = &caller.world;
    let part = Part::wanted(wanted.before, wanted.limit)?;
    let concerned = world.decides() || world.own_record().is_some();
    let store = state.access.store().filter(|_| concerned).ok_or_else(Failure::no_page)?;
    let mut all = store.disputes(None).await?;
    all.retain(|dispute| world.sees_dispute(dispute) || world.is_own(&PersonId::new(&dispute.of.person)));
    let (all, next) = part.of(all, |dispute| dispute.id, PATH, &[]);
    let people: BTreeSet<PersonId> = all.iter().map(|dispute| PersonId::new(&dispute.of.person)).collect();
    let others: Vec<PersonId> =
        people.into_iter().filter(|person| world.names_person(person) && !world.is_own(person)).collect();
    world.looked_at_disputes(&others).await?;
    let users = store.users().await?;
    let disputes = all.iter().map(|dispute| world.dispute_entry(dispute, &users)).collect();
    caller.lists(&DisputeList { disputes, next: next.clone() }, table, next)
}

fn table(list: &DisputeList) -> Table {
    let of = || list.disputes.iter();
    Table::default()
        .wholes("number", of().map(|one| Some(one.number)))
        .texts("state", of().map(|one| Some(one.state.as_str())))
        .texts("table", of().map(|one| Some(one.table.as_str())))
        .texts("key", of().map(|one| Some(one.key.as_str())))
        .texts("measure", of().map(|one| Some(one.measure.as_str())))
        .texts("period", of().map(|one| Some(one.period.as_str())))
        .texts("person", of().map(|one| one.person.as_deref()))
        .texts("unit", of().map(|one| one.unit.as_deref()))
        .texts("why", of().map(|one| Some(one.why.as_str())))
        .instants("raised_at", of().map(|one| Some(one.raised_at)))
        .texts("decided_by", of().map(|one| one.decided_by.as_deref()))
        .instants("decided_at", of().map(|one| one.decided_at))
        .texts("reason", of().map(|one| one.reason.as_deref()))
        .flags("own", of().map(|one| Some(one.own)))
}
