//! What somebody chooses for themselves: whether they are written to.

use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_model::digest::Rhythm;
use evenkeel_state::MailChoice;
use evenkeel_view::page::frame::Choice;
use evenkeel_view::page::{AccountPage, Links, MailForm};
use serde::Deserialize;

use super::{ACCOUNT, Done, answer_page, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::mail;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Person};

/// Where and how often somebody wants to be written to.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    pub(super) address: String,
    pub(super) rhythm: String,
}

/// What somebody has chosen.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    person: Person,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    let notice = done.notice(&[("mail", "What you chose holds from now on.")]);
    page(&state, &person, StatusCode::OK, notice, None).await
}

/// Chooses otherwise.
pub(crate) async fn choose(Shared(state): Shared<State>, filled: Filled<Chosen>) -> Result<Response, Failure> {
    let (values, person) = filled.by::<AnyTask>(&state)?;
    match mail::chosen(&values.address, &values.rhythm) {
        Ok(chosen) => {
            mail::keep(&person.accounts, &person.user.sign_in, &person.user, chosen).await?;
            Ok(Redirect::to(&format!("{ACCOUNT}?done=mail")).into_response())
        }
        Err(why) => {
            let error = Some(format!("Nothing was changed: {why}."));
            page(&state, &person, StatusCode::UNPROCESSABLE_ENTITY, None, error).await
        }
    }
}

/// The form for somebody's mail.
pub(super) fn form(choice: Option<&MailChoice>, url: String, world: &World) -> MailForm {
    let rhythm = choice.and_then(|choice| choice.rhythm);
    let when =
        |at: jiff::Timestamp| at.to_zoned(world.project().time_zone.clone()).strftime("%-d %b %Y, %H:%M").to_string();
    let option = |word: &str, label: &str| Choice {
        label: label.to_owned(),
        url: word.to_owned(),
        current: rhythm.map_or("none", Rhythm::as_str) == word,
    };
    MailForm {
        address: choice.map(|choice| choice.address.clone()).unwrap_or_default(),
        rhythms: vec![
            option("none", "Never"),
            option(Rhythm::Daily.as_str(), "Every day"),
            option(Rhythm::Weekly.as_str(), "Every Monday"),
        ],
        sent: choice.and_then(|choice| choice.sent_at).map(|at| format!("The last one was sent on {}.", when(at))),
        failed: choice.and_then(|choice| {
            let why = choice.why.as_ref()?;
            Some(format!("The last one could not be sent on {}: {why}.", when(choice.begun_at)))
        }),
        url,
    }
}

async fn page(
    state: &State,
    person: &Person,
    status: StatusCode,
    notice: Option<String>,
    error: Option<String>,
) -> Result<Response, Failure> {
    let world = &person.world;
    let choice = person.accounts.store.mail_choice(person.user.id).await?;
    let page = AccountPage {
        frame: world.frame("Your e-mail", &links(world), ""),
        notice,
        error,
        sign_in: person.user.sign_in.clone(),
        sends: state.mail.as_ref().map(|mail| mail.at.strftime("%H:%M").to_string()),
        sees_units: world.sees_units(),
        call_backs_url: links(world).call_backs("").filter(|_| world.sees_call_backs()),
        dates_url: links(world).dates().filter(|_| world.sees_units()),
        mail: form(choice.as_ref(), ACCOUNT.to_owned(), world),
        form_token: person.form_token.clone(),
    };
    answer_page(status, &page)
}
