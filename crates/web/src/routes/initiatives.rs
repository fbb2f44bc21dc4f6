//! Initiatives: the list, and writing one down.

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::{Initiative, LONGEST_AIM, LONGEST_NAME};
use evenkeel_view::page::initiatives::{InitiativePage, TypedInitiative, fault, refusal};
use serde::Deserialize;

use super::{Done, Looking, answer_page, html, links, recommendations};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person, Seen};

/// How much of a digest tells what was seen of an initiative from what it is now.
const MARK: usize = 16;
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
    html(&page)
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

/// By what a form knows again what an initiative was when its page was made.
fn mark(initiative: &Initiative) -> String {
    let Initiative { number, title, aim, owner, begins, ends, units, measures } = initiative;
    let mut texts = vec![number.to_string(), title.clone(), aim.clone(), owner.clone(), begins.to_string()];
    texts.push(ends.map(|ends| ends.to_string()).unwrap_or_default());
    texts.extend(units.iter().map(|unit| format!("unit {unit}")));
    texts.extend(measures.iter().map(|measure| format!("measure {measure}")));
    blake3::hash(texts.join("\0").as_bytes()).to_hex().chars().take(MARK).collect()
}

/// The units and measures that an initiative has, which it may keep whatever is offered today.
fn kept(present: Option<&Initiative>) -> (&[UnitId], &[MeasureId]) {
    present.map_or((&[], &[]), |present| (&present.units, &present.measures))
}

/// What stands in a list, each once.
fn once<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = Vec::new();
    for one in all {
        if !known.contains(&one) {
            known.push(one);
        }
    }
    known
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
    form(&writer, StatusCode::OK, Some(found), typed, (&found.units, &found.measures), &[])
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
    let present = writer.world.initiative_to_change(number).ok_or_else(Failure::no_page)?;
    take(&writer, Some(present), &values).await
}

/// Takes one back.
pub(crate) async fn withdraw(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let found = writer.world.initiative_to_change(number).ok_or_else(Failure::no_page)?;
    let accounts = &writer.accounts;
    let about = format!("{} ({number})", found.title);
    let seen = values.one("seen") == mark(found);
    let change = accounts.change(&writer.user.sign_in, &about);
    if !seen || !accounts.store.withdraw_initiative(found, change).await? {
        return Err(Failure::conflict(
            "Nothing was withdrawn: somebody changed this initiative after the page was made. Go back and look at it as \
             it is now.",
        ));
    }
    accounts.read_initiatives().await?;
    Ok(Redirect::to(&format!("{LIST}?done=withdrawn")).into_response())
}

/// Keeps what was typed, or says what is wrong with it.
async fn take(writer: &Person, present: Option<&Initiative>, values: &Pairs) -> Result<Response, Failure> {
    let typed = TypedInitiative {
        title: values.one("title").trim().to_owned(),
        aim: values.text("aim"),
        owner: values.one("owner").trim().to_owned(),
        begins: values.one("begins").trim().to_owned(),
        ends: values.one("ends").trim().to_owned(),
    };
    let units: Vec<UnitId> = once(values.all("unit").map(UnitId::new));
    let measures: Vec<MeasureId> = once(values.all("measure").map(MeasureId::new));
    let mut errors = Vec::new();
    let mut day = |name: &str, which: &str| {
        let read = values.day(name);
        if read.is_none() {
            errors.push(format!("The {which} is no day; write it as 2026-03-02."));
        }
        read
    };
    let begins = day("begins", "first day");
    let ends = if typed.ends.is_empty() { None } else { day("ends", "last day") };
    let initiative = Initiative {
        number: present.map_or(0, |present| present.number),
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
    let (kept_units, kept_measures) = kept(present);
    let offered = world.units_to_tick(kept_units, &[]);
    if !initiative.units.iter().all(|unit| offered.iter().any(|tick| tick.value == unit.as_str())) {
        errors.push("One of the units is not among those that you lead.".to_owned());
    }
    let offered = world.measures_to_tick(kept_measures, &[]);
    if !initiative.measures.iter().all(|measure| offered.iter().any(|tick| tick.value == measure.as_str())) {
        errors.push("One of the measures does not stand in the scorecard.".to_owned());
    }
    let chosen = (initiative.units.as_slice(), initiative.measures.as_slice());
    if !errors.is_empty() {
        return form(writer, StatusCode::UNPROCESSABLE_ENTITY, present, typed, chosen, &errors);
    }
    let accounts = &writer.accounts;
    let done = if let Some(present) = present {
        let about = format!("{} ({})", initiative.title, initiative.number);
        let change = accounts.change(&writer.user.sign_in, &about);
        let seen = values.one("seen") == mark(present);
        if !seen || !accounts.store.change_initiative(present, &initiative, change).await? {
            let meanwhile = "Somebody changed this initiative after the page was made. What you typed stands below: keep \
                             it if it is to take the place of that.";
            return form(writer, StatusCode::CONFLICT, Some(present), typed, chosen, &[meanwhile.to_owned()]);
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
    present: Option<&Initiative>,
    typed: TypedInitiative,
    (units, measures): (&[UnitId], &[MeasureId]),
    errors: &[String],
) -> Result<Response, Failure> {
    let world = &writer.world;
    let frame = world.frame("Initiative", &links(world), "Initiatives");
    let (kept_units, kept_measures) = kept(present);
    let (units, measures) = (world.units_to_tick(kept_units, units), world.measures_to_tick(kept_measures, measures));
    let page = InitiativePage {
        title: if present.is_some() { "Change an initiative" } else { "A new initiative" }.to_owned(),
        error: refusal(errors),
        list: LIST.to_owned(),
        action: present.map_or_else(|| LIST.to_owned(), |present| format!("{LIST}/{}", present.number)),
        withdraw: present.map(|present| format!("{LIST}/{}/withdraw", present.number)),
        seen: present.map(mark),
        ..InitiativePage::new(frame, typed, units, measures, writer.form_token.clone())
    };
    answer_page(status, &page)
}

/// Refuses whoever writes none down as if there were no form.
fn writes(writer: &Person) -> Result<(), Failure> {
    if writer.world.writes_initiatives() { Ok(()) } else { Err(Failure::no_page()) }
}
