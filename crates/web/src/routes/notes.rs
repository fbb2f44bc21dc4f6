//! Notes beside figures: writing one, taking it back, and having read one that mentions somebody.

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_state::{LONGEST_NOTE, NewNote, User};
use evenkeel_view::page::{Links, NotePage, Place};
use serde::Deserialize;

use super::{Looking, answer_page, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person};

/// What is said on the page of a measure of what was done with its notes.
pub(crate) const DONE: &[(&str, &str)] = &[
    ("noted", "The note was kept."),
    ("withdrawn", "The note was withdrawn. That there was one is still told."),
    ("read", "The note is off your page of today."),
];

/// A note as it was typed.
#[derive(Default)]
struct Typed {
    period: String,
    text: String,
    mentions: BTreeSet<String>,
}

/// Where somebody comes from who says that they have read a note.
#[derive(Deserialize)]
pub(crate) struct Read {
    #[serde(default)]
    from: String,
}

/// An empty form.
pub(crate) async fn blank(
    writer: Person,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    let measure = writer.world.measure(&measure)?;
    let place = looking.place(&writer.world, Some(&unit))?;
    let typed = Typed { period: place.period.id(writer.world.project().fiscal_year), ..Typed::default() };
    let users = writer.accounts.store.users().await?;
    form(&writer, StatusCode::OK, (measure, &place), &typed, &users, &[])
}

/// Keeps a note.
pub(crate) async fn add(
    Shared(state): Shared<State>,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let world = &writer.world;
    let measure = world.measure(&measure)?;
    let place = looking.place(world, Some(&unit))?;
    let fiscal = world.project().fiscal_year;
    let typed = Typed {
        period: values.one("period").trim().to_owned(),
        text: values.text("text"),
        mentions: values.all("mention").map(str::to_owned).collect(),
    };
    let mut wrong = Vec::new();
    if typed.text.is_empty() {
        wrong.push("The note says nothing.".to_owned());
    }
    if typed.text.chars().count() > LONGEST_NOTE {
        wrong.push(format!("The note is longer than {LONGEST_NOTE} characters."));
    }
    let period = Period::parse(&typed.period, fiscal).map_err(|error| wrong.push(format!("{error}."))).ok();
    let users = writer.accounts.store.users().await?;
    let readers = world.who_sees(&place.unit, &users);
    let reads = |name: &str| readers.iter().any(|user| user.sign_in == name) || name == writer.user.sign_in;
    let mut mentions = typed.mentions.clone();
    mentions.extend(mentioned(&typed.text));
    // Whoever does not see the unit is told of like somebody who does not exist.
    for name in mentions.iter().filter(|name| !reads(name)) {
        wrong.push(format!("“@{name}” is nobody who sees this unit; choose from the list, or leave the @ out."));
    }
    mentions.remove(&writer.user.sign_in);
    let (Some(period), []) = (period, wrong.as_slice()) else {
        return form(&writer, StatusCode::UNPROCESSABLE_ENTITY, (measure, &place), &typed, &users, &wrong);
    };
    let new = NewNote {
        measure: measure.id.clone(),
        unit: place.unit.clone(),
        period: period.id(fiscal),
        last_day: period.last_day(),
        text: typed.text,
        mentions: mentions.into_iter().collect(),
    };
    let about = format!("{}, {}, {}: {}", new.measure, new.unit, new.period, new.text);
    writer.accounts.store.add_note(&new, writer.accounts.change(&writer.user.sign_in, &about)).await?;
    writer.accounts.read_notes().await?;
    Ok(Redirect::to(&beside(&links(world).measure(&measure.id, &place), "noted")).into_response())
}

/// Takes a note back.
pub(crate) async fn withdraw(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Redirect, Failure> {
    let (_, Person { world, accounts, user, .. }) = filled.by::<AnyTask>(&state)?;
    let note = world.note(number).filter(|note| note.by == user.sign_in).ok_or_else(Failure::no_page)?;
    let about = format!("{}, {}, {}, note {number}", note.measure, note.unit, note.period);
    if !accounts.store.withdraw_note(number, accounts.change(&user.sign_in, &about)).await? {
        return Err(Failure::no_page());
    }
    accounts.read_notes().await?;
    Ok(Redirect::to(&beside(&links(&world).measure(&note.measure, &world.place_of_note(note)), "withdrawn")))
}

/// Takes down that somebody has read a note that mentions them.
pub(crate) async fn read(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Read>,
) -> Result<Redirect, Failure> {
    let (Read { from }, Person { world, accounts, user, .. }) = filled.by::<AnyTask>(&state)?;
    let is_mentioned = |name: &str| name == user.sign_in;
    let note = world.note(number).filter(|note| note.mentions.iter().any(|mention| is_mentioned(&mention.sign_in)));
    let note = note.ok_or_else(Failure::no_page)?;
    accounts.store.read_mention(number, &user.sign_in, accounts.now()).await?;
    accounts.read_notes().await?;
    if from == "today" {
        return Ok(Redirect::to("/today"));
    }
    Ok(Redirect::to(&beside(&links(&world).measure(&note.measure, &world.place_of_note(note)), "read")))
}

/// The notes of a page of a measure, where something was done with them.
fn beside(measure: &str, done: &str) -> String {
    format!("{measure}&done={done}#notes")
}

/// The form with what was typed, and what is wrong with it.
fn form(
    writer: &Person,
    status: StatusCode,
    (measure, place): (&Measure, &Place),
    typed: &Typed,
    users: &[User],
    wrong: &[String],
) -> Result<Response, Failure> {
    let (world, links) = (&writer.world, links(&writer.world));
    let people = world.people_to_tick(&place.unit, users, |name| typed.mentions.contains(name));
    let page = NotePage {
        frame: world.frame("A note", &links, "Scorecard"),
        title: format!("A note on {}, {}", measure.title, world.name_of(&Subject::Unit(place.unit.clone()))),
        error: (!wrong.is_empty()).then(|| format!("Nothing was kept. {}", wrong.join(" "))),
        period: typed.period.clone(),
        text: typed.text.clone(),
        people,
        action: links.note_form(&measure.id, place).unwrap_or_default(),
        back: links.measure(&measure.id, place),
        longest: LONGEST_NOTE,
        form_token: writer.form_token.clone(),
    };
    answer_page(status, &page)
}

/// The names behind every @ that begins a word.
fn mentioned(text: &str) -> BTreeSet<String> {
    let named = |word: &str| {
        let name = word.trim_start_matches(['(', '“', '"', '\'']).strip_prefix('@')?;
        let name = name.trim_end_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        (!name.is_empty()).then_some(name)
    };
    text.split_whitespace().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_mentioned() {
        let names = |text: &str| mentioned(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(names("@Mara, see (@milo) and “@ines@bank.example”."), "ines@bank.example mara milo");
        // An address of somebody, a price and a lone sign mention nobody.
        assert_eq!(names("mail mara@bank.example, 3 @ 5 or @!"), "");
    }
}
