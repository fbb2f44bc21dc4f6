//! Initiatives: the list, and writing one down.

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::{Initiative, LONGEST_AIM, LONGEST_NAME};
use evenkeel_view::page::Template;
use evenkeel_view::page::initiatives::{InitiativePage, TypedInitiative, fault, refusal};
use jiff::civil::Date;
use serde::Deserialize;

use super::{Done, Looking, links, recommendations};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person, Seen};

/// Where the list is.
const LIST: &str = "/initiatives";

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("added", "The initiative was written down."),
    ("changed", "The initiative was changed."),
    ("withdrawn", "The initiative was withdrawn."),
];

/// What an initiative comes of.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct From {
    recommendation: Option<i64>,
}

/// The initiatives of a unit.
pub(crate) async fn list(
    Seen(world): Seen,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Html<String>, Failure> {
    let place = looking.place_of_query(&world)?;
    let mut page = world.initiatives_page(&place, &links(&world)).await?;
    page.notice = done.notice(DONE);
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}

/// An empty form, or one that begins with what a recommendation says.
pub(crate) async fn blank(writer: Person, Asked(Query(from)): Asked<Query<From>>) -> Result<Response, Failure> {
    writes(&writer)?;
    let Some(number) = from.recommendation else {
        return form(&writer, StatusCode::OK, None, TypedInitiative::default(), (&[], &[]), &[]);
    };
    let one = recommendations::seen(&writer, number).await?;
    let typed = TypedInitiative {
        title: one.of.what.chars().take(LONGEST_NAME).collect(),
        aim: one.of.why.chars().take(LONGEST_AIM).collect(),
        owner: one.owner_name.clone(),
        begins: writer.world.today().to_string(),
        ends: String::new(),
    };
    form(&writer, StatusCode::OK, None, typed, (&[one.of.unit], &[one.of.measure]), &[])
}

/// The form of one.
pub(crate) async fn show(writer: Person, Asked(Path(number)): Asked<Path<i64>>) -> Result<Response, Failure> {
    let found = writer.world.initiative_to_change(number).ok_or_else(Failure::no_page)?;
    let typed = TypedInitiative {
        title: found.title.clone(),
        aim: found.aim.clone(),
        owner: found.owner.clone(),
        begins: found.begins.to_string(),
        ends: found.ends.map(|ends| ends.to_string()).unwrap_or_default(),
    };
    form(&writer, StatusCode::OK, Some(number), typed, (&found.units, &found.measures), &[])
}

/// Writes one down.
pub(crate) async fn add(Shared(state): Shared<State>, filled: Filled<Pairs>) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    writes(&writer)?;
    take(&writer, None, &values).await
}

/// Writes one down in another way.
pub(crate) async fn change(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    writer.world.initiative_to_change(number).ok_or_else(Failure::no_page)?;
    take(&writer, Some(number), &values).await
}

/// Takes one back.
pub(crate) async fn withdraw(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (_, writer) = filled.by::<AnyTask>(&state)?;
    let found = writer.world.initiative_to_change(number).ok_or_else(Failure::no_page)?;
    let accounts = &writer.accounts;
    let about = format!("{} ({number})", found.title);
    if !accounts.store.withdraw_initiative(number, accounts.change(&writer.user.sign_in, &about)).await? {
        return Err(Failure::no_page());
    }
    accounts.read_initiatives().await?;
    Ok(Redirect::to(&format!("{LIST}?done=withdrawn")).into_response())
}

/// Keeps what was typed, or says what is wrong with it.
async fn take(writer: &Person, number: Option<i64>, values: &Pairs) -> Result<Response, Failure> {
    let typed = TypedInitiative {
        title: values.one("title").trim().to_owned(),
        aim: values.one("aim").trim().replace("\r\n", "\n"),
        owner: values.one("owner").trim().to_owned(),
        begins: values.one("begins").trim().to_owned(),
        ends: values.one("ends").trim().to_owned(),
    };
    let units: Vec<UnitId> = values.all("unit").map(UnitId::new).collect();
    let measures: Vec<MeasureId> = values.all("measure").map(MeasureId::new).collect();
    let mut errors = Vec::new();
    let mut day = |text: &str, which: &str| {
        let read = text.parse::<Date>().ok();
        if read.is_none() {
            errors.push(format!("The {which} is no day; write it as 2026-03-02."));
        }
        read
    };
    let begins = day(&typed.begins, "first day");
    let ends = if typed.ends.is_empty() { None } else { day(&typed.ends, "last day") };
    let initiative = Initiative {
        number: number.unwrap_or_default(),
        title: typed.title.clone(),
        aim: typed.aim.clone(),
        owner: typed.owner.clone(),
        begins: begins.unwrap_or_default(),
        ends: ends.filter(|_| begins.is_some()),
        units,
        measures,
    };
    errors.extend(initiative.faults().into_iter().map(fault));
    let world = &writer.world;
    // What cannot be ticked was not offered, and is answered like what does not exist.
    let offered = world.units_to_tick(&[]);
    if !initiative.units.iter().all(|unit| offered.iter().any(|tick| tick.value == unit.as_str())) {
        errors.push("One of the units is not among those that you lead.".to_owned());
    }
    let offered = world.measures_to_tick(&[]);
    if !initiative.measures.iter().all(|measure| offered.iter().any(|tick| tick.value == measure.as_str())) {
        errors.push("One of the measures does not stand in the scorecard.".to_owned());
    }
    if !errors.is_empty() {
        let chosen = (initiative.units.as_slice(), initiative.measures.as_slice());
        return form(writer, StatusCode::UNPROCESSABLE_ENTITY, number, typed, chosen, &errors);
    }
    let accounts = &writer.accounts;
    let done = if let Some(number) = number {
        let about = format!("{} ({number})", initiative.title);
        let change = accounts.change(&writer.user.sign_in, &about);
        if !accounts.store.change_initiative(&initiative, change).await? {
            return Err(Failure::no_page());
        }
        "changed"
    } else {
        let change = accounts.change(&writer.user.sign_in, &initiative.title);
        accounts.store.add_initiative(&initiative, change).await?;
        "added"
    };
    accounts.read_initiatives().await?;
    Ok(Redirect::to(&format!("{LIST}?done={done}")).into_response())
}

/// The form with what was typed, and what is wrong with it.
fn form(
    writer: &Person,
    status: StatusCode,
    number: Option<i64>,
    typed: TypedInitiative,
    (units, measures): (&[UnitId], &[MeasureId]),
    errors: &[String],
) -> Result<Response, Failure> {
    let world = &writer.world;
    let frame = world.frame("Initiative", &links(world), "Initiatives");
    let (units, measures) = (world.units_to_tick(units), world.measures_to_tick(measures));
    let page = InitiativePage {
        title: if number.is_some() { "Change an initiative" } else { "A new initiative" }.to_owned(),
        error: refusal(errors),
        list: LIST.to_owned(),
        action: number.map_or_else(|| LIST.to_owned(), |number| format!("{LIST}/{number}")),
        withdraw: number.map(|number| format!("{LIST}/{number}/withdraw")),
        ..InitiativePage::new(frame, typed, units, measures, writer.form_token.clone())
    };
    let html = page.render().map_err(|error| Failure::unwritten(&error))?;
    Ok((status, Html(html)).into_response())
}

/// Refuses whoever writes none down as if there were no form.
fn writes(writer: &Person) -> Result<(), Failure> {
    if writer.world.writes_initiatives() { Ok(()) } else { Err(Failure::no_page()) }
}
