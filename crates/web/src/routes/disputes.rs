//! Disputed rows: whoever leads the unit decides, or those who analyse the record; never the person themselves.

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_lake::exclusions::Exclusion;
use evenkeel_lake::{Lake, LakeError};
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Dispute, DisputeState, LONGEST_REASON, NewDispute, User};
use evenkeel_view::page::{DisputeLine, DisputesPage};
use serde::Deserialize;

use super::administration::when;
use super::{Done, html, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::links::{Routes, part};
use crate::server::State;
use crate::visit::{AnyTask, Filled, Person};

/// Where disputes are.
pub(crate) const DISPUTES: &str = "/disputes";

/// A row that somebody says is wrong.
#[derive(Deserialize)]
pub(crate) struct Disputed {
    measure: String,
    period: String,
    key: String,
    why: String,
}

/// A decision.
#[derive(Deserialize)]
pub(crate) struct Decision {
    decision: String,
    reason: String,
}

/// A text that has to be there and must not be too long.
fn reasoned<'a>(text: &'a str, what: &str) -> Result<&'a str, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::bad(format!("Nothing was sent: {what} is missing. Go back and write it.")));
    }
    if text.chars().count() > LONGEST_REASON {
        return Err(Failure::bad(format!(
            "Nothing was sent: {what} is longer than {LONGEST_REASON} characters. Go back and shorten it."
        )));
    }
    Ok(text)
}

/// Takes down that a row is wrong.
pub(crate) async fn dispute(
    Shared(state): Shared<State>,
    Asked(Path(person)): Asked<Path<String>>,
    filled: Filled<Disputed>,
) -> Result<Redirect, Failure> {
    let (disputed, Person { world, accounts, user, .. }) = filled.by::<AnyTask>(&state)?;
    let person = world.person_of_record(&person)?;
    if !world.is_own(&person) {
        return Err(Failure::forbidden("A row is disputed by the person whose record it stands in."));
    }
    let Disputed { measure, period, key, why } = disputed;
    let why = reasoned(&why, "what is wrong with the row")?;
    let measure = world.measure(&measure)?;
    let period = world.period(Some(&period))?;
    let table = world.disputable(measure, &person, period, &key).await?;
    let table = table.ok_or_else(|| Failure::not_found("There is no such row in this record any more."))?;
    let period = period.id(world.project().fiscal_year);
    let new = NewDispute {
        table: table.to_owned(),
        measure: measure.id.to_string(),
        period: period.clone(),
        person: person.to_string(),
        unit: world.unit_id_of(&person),
        why: why.to_owned(),
        key,
    };
    let about = format!("{table} {}, {person}", new.key);
    state.refuse_erased(&person)?;
    let taken = accounts.store.dispute(new, accounts.change(&user.sign_in, &about)).await?;
    let done = if taken.is_some() { "disputed" } else { "already" };
    let measure = part(measure.id.as_str());
    let record = Routes::record_of(person.as_str());
    Ok(Redirect::to(&format!("{record}?period={period}&rows={measure}&done={done}#disputes")))
}

/// What is said of what was decided.
const DECIDED: &[(&str, &str)] = &[
    ("upheld", "The row does not count any more. The figures are worked out again within seconds."),
    ("declined", "The row counts as before. The person reads the reason in their record."),
    ("already", "Nothing was changed: somebody else has decided, or is about to."),
    (
        "gone",
        "Nothing was decided: this row does not count any more by an earlier decision, so it cannot be told that it \
         counts. Uphold the dispute, so that the person reads what holds.",
    ),
];

/// What waits for a decision.
pub(crate) async fn list(
    Person { world, accounts, form_token, .. }: Person,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Html<String>, Failure> {
    if !world.decides() {
        return Err(Failure::no_page());
    }
    let mut all = accounts.store.disputes(None).await?;
    all.retain(|dispute| world.sees_dispute(dispute));
    let named: BTreeSet<PersonId> = all.iter().map(|dispute| PersonId::new(&dispute.of.person)).collect();
    let named: Vec<PersonId> = named.into_iter().filter(|person| world.names_person(person)).collect();
    world.looked_at_disputes(&named).await?;
    let users = accounts.store.users().await?;
    let (mut open, decided): (Vec<Dispute>, Vec<Dispute>) =
        all.into_iter().partition(|dispute| dispute.state == DisputeState::Open);
    open.reverse();
    let page = DisputesPage {
        frame: world.frame("Disputed rows", &links(&world), "Disputes"),
        notice: done.notice(DECIDED),
        open: open.iter().map(|dispute| line(dispute, &world, &users)).collect(),
        decided: decided.iter().map(|dispute| line(dispute, &world, &users)).collect(),
        longest: LONGEST_REASON,
        form_token,
    };
    html(&page)
}

/// Decides.
pub(crate) async fn decide(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Decision>,
) -> Result<Response, Failure> {
    let (decided, Person { world, accounts, user, .. }) = filled.by::<AnyTask>(&state)?;
    let no_dispute = || Failure::not_found("There is no such dispute.");
    let dispute = accounts.store.dispute_of(id).await?.ok_or_else(no_dispute)?;
    if !world.sees_dispute(&dispute) {
        return Err(no_dispute());
    }
    if !world.may_decide(&dispute) {
        return Err(Failure::forbidden("Somebody else decides about this row: it is your own."));
    }
    let upheld = match decided.decision.as_str() {
        "uphold" => true,
        "decline" => false,
        _ => return Err(Failure::bad("Say whether the dispute is upheld or declined.")),
    };
    let reason = reasoned(&decided.reason, "the reason")?;
    let already = || Ok(Redirect::to(&format!("{DISPUTES}?done=already")).into_response());
    if dispute.state != DisputeState::Open {
        return already();
    }
    let about = format!("{} {}, {}: {reason}", dispute.of.table, dispute.of.key, dispute.of.person);
    let change = accounts.change(&user.sign_in, &about);
    if !upheld {
        // By the dispute of another person, a source, or a decision that was published when the server ended.
        match does_not_count(&state.lake, &dispute).await {
            Ok(false) => {}
            Ok(true) => return Ok(Redirect::to(&format!("{DISPUTES}?done=gone")).into_response()),
            Err(error) => {
                tracing::error!(%error, "a dispute could not be declined");
                let said = "Nothing was decided: the record cannot be read. The log of the server says why.\n";
                return Ok((StatusCode::INTERNAL_SERVER_ERROR, said).into_response());
            }
        }
    }
    if upheld {
        let row = Exclusion {
            table: dispute.of.table.clone(),
            key: dispute.of.key.clone(),
            reason: reason.to_owned(),
            decided_by: user.sign_in.clone(),
            at: change.at,
        };
        // While the row is taken out of the record nobody declines, on another server either.
        if !accounts.store.begin_upholding(id, change.by, change.at).await? {
            return already();
        }
        let batch = format!("dispute-{id}-{}", row.at.as_millisecond());
        // What could not be published is not marked as upheld.
        let published = publish(state.lake.clone(), batch, row).await;
        if published.is_err() {
            accounts.store.leave_open(id, change.by, change.at).await?;
        }
        match published {
            Ok(()) => {}
            Err(error) if error.is_busy() => {
                let said = "Nothing was decided: an import is running. Try again when it has ended.\n";
                return Ok((StatusCode::SERVICE_UNAVAILABLE, said).into_response());
            }
            Err(error) => {
                tracing::error!(%error, "a dispute could not be upheld");
                let said = "Nothing was decided: the record cannot be written. The log of the server says why.\n";
                return Ok((StatusCode::INTERNAL_SERVER_ERROR, said).into_response());
            }
        }
    }
    let done = accounts.store.decide(id, upheld, reason, change).await?;
    let word = match (done, upheld) {
        (false, _) => "already",
        (true, true) => "upheld",
        (true, false) => "declined",
    };
    Ok(Redirect::to(&format!("{DISPUTES}?done={word}")).into_response())
}

/// Publishes that a row does not count. An import waits for the disk, so it has a thread of its own.
async fn publish(lake: Lake, batch: String, row: Exclusion) -> Result<(), LakeError> {
    let handle = tokio::runtime::Handle::current();
    let published = tokio::task::spawn_blocking(move || handle.block_on(lake.exclude(&batch, &row))).await;
    published.map_err(|error| LakeError::from(std::io::Error::other(error)))?
}

/// Whether a row does not count already.
async fn does_not_count(lake: &Lake, dispute: &Dispute) -> Result<bool, LakeError> {
    lake.snapshot().await?.excludes(&dispute.of.table, &dispute.of.key).await
}

/// How a dispute stands, in words.
pub(crate) fn state_of(dispute: &Dispute, world: &World, users: &[User]) -> String {
    let Some((by, at, reason)) = &dispute.decided else { return "open: nobody has decided yet".to_owned() };
    let name = users.iter().find(|user| user.sign_in == *by).map_or(by.as_str(), |user| user.name.as_str());
    format!("{} by {name} on {}: {reason}", dispute.state.as_str(), when(*at, world))
}

fn line(dispute: &Dispute, world: &World, users: &[User]) -> DisputeLine {
    let of = &dispute.of;
    let person = PersonId::new(&of.person);
    let named = world.names_person(&person);
    let unit = world.unit_id_of(&person);
    let unit = if unit.is_empty() { String::new() } else { world.name_of(&Subject::Unit(UnitId::new(unit))) };
    let who = match (named, unit.is_empty()) {
        (true, true) => world.name_of(&Subject::Person(person.clone())),
        (true, false) => format!("{}, {unit}", world.name_of(&Subject::Person(person.clone()))),
        (false, true) => "somebody".to_owned(),
        (false, false) => format!("somebody in {unit}"),
    };
    let measure = world.title_of(&of.measure);
    let record = format!("{}?period={}&rows={}#rows", Routes::record_of(&of.person), of.period, part(&of.measure));
    DisputeLine {
        who,
        row: row_of(dispute),
        measure: format!("{measure}, {}", of.period),
        why: of.why.clone(),
        at: when(dispute.raised_at, world),
        state: state_of(dispute, world, users),
        record_url: named.then_some(record),
        decide_url: world.may_decide(dispute).then(|| format!("{DISPUTES}/{}/decide", dispute.id)),
    }
}

/// The row of a dispute in words: `responses: a, a0`.
pub(crate) fn row_of(dispute: &Dispute) -> String {
    let parts: Vec<Option<String>> = serde_json::from_str(&dispute.of.key).unwrap_or_default();
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", dispute.of.table.replace('_', " "), parts.join(", "))
}
