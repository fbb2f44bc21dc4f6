//! Setting up the first administrator.

use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{SHORTEST_PASSWORD, Secret, StateError};
use evenkeel_view::page::SetUpPage;
use serde::Deserialize;

use super::sign_in::waiting;
use super::{html, links};
use crate::World;
use crate::accounts::{Accounts, SetUp};
use crate::error::Failure;
use crate::server::State;
use crate::visit::{Filled, Who, keep};

/// What is typed to be set up.
#[derive(Default, Deserialize)]
pub(crate) struct Typed {
    code: String,
    name: String,
    sign_in: String,
    password: String,
}

/// The page to be set up, as long as there is nobody.
pub(crate) async fn show(Shared(state): Shared<State>, who: Who) -> Result<Response, Failure> {
    let accounts = who.accounts()?;
    if accounts.code().await?.is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    answer(StatusCode::OK, &who, accounts, &who.world(&state), &Typed::default(), None)
}

/// Sets up the first administrator and signs them in.
pub(crate) async fn enter(Shared(state): Shared<State>, filled: Filled<Typed>) -> Result<Response, Failure> {
    let Filled { mut values, who, address } = filled;
    let accounts = who.accounts()?;
    if accounts.code().await?.is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let password = std::mem::take(&mut values.password);
    let done = accounts.set_up(&values.code, &values.name, &values.sign_in, password, &address).await?;
    let error = match done {
        SetUp::Done(user) => {
            let session = accounts.store.begin_session(user.id, &accounts.random, accounts.now()).await?;
            let kept = keep(&session, accounts.kept_for())?;
            return Ok(([(header::SET_COOKIE, kept)], Redirect::to("/administration")).into_response());
        }
        SetUp::Wait { seconds } => return Err(waiting(seconds)),
        SetUp::WrongCode => "This is not the code that the program printed.".to_owned(),
        SetUp::Unfit(why) => format!("This cannot be used: {why}."),
    };
    answer(StatusCode::UNPROCESSABLE_ENTITY, &who, accounts, &who.world(&state), &values, Some(error))
}

fn answer(
    status: StatusCode,
    who: &Who,
    accounts: &Accounts,
    world: &World,
    typed: &Typed,
    error: Option<String>,
) -> Result<Response, Failure> {
    let visit = match who {
        Who::Nobody { visit: Some(visit), .. } => visit.clone(),
        _ => Secret::new(&accounts.random).map_err(StateError::from)?,
    };
    let page = SetUpPage {
        frame: world.frame("Set up", &links(world), "Set up"),
        organisation: world.project().organisation.clone(),
        error,
        name: typed.name.clone(),
        sign_in: typed.sign_in.clone(),
        shortest: SHORTEST_PASSWORD,
        form_token: visit.form_token(),
    };
    Ok((status, [(header::SET_COOKIE, keep(&visit, accounts.kept_for())?)], html(&page)?).into_response())
}
