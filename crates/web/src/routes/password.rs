//! Choosing a password with a one-time link.

use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{Passwords, SHORTEST_PASSWORD, Secret, StateError, User};
use evenkeel_view::page::{Door, PasswordPage};
use serde::Deserialize;

use super::{html, links};
use crate::accounts::Accounts;
use crate::asked::Asked;
use crate::error::Failure;
use crate::openid::BEGIN;
use crate::server::State;
use crate::visit::{Filled, Who, keep};

/// What is typed.
#[derive(Deserialize)]
pub(crate) struct Typed {
    password: String,
}

fn used() -> Failure {
    Failure::not_found(
        "This link was used already, or its three days are over. Ask whoever looks after accounts for another.",
    )
}

/// Whom a link is for.
async fn invited(accounts: &Accounts, link: &str) -> Result<(Secret, User), Failure> {
    let secret = Secret::parse(link).ok_or_else(used)?;
    let user = accounts.store.invited(&secret, accounts.now()).await?.ok_or_else(used)?;
    Ok((secret, user))
}

/// The page to choose a password.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    who: Who,
    Asked(Path(link)): Asked<Path<String>>,
) -> Result<Response, Failure> {
    let (_, user) = invited(who.accounts()?, &link).await?;
    answer(StatusCode::OK, &who, &state, &link, &user, None)
}

/// Chooses a password. Whoever did signs in with it.
pub(crate) async fn choose(
    Shared(state): Shared<State>,
    Asked(Path(link)): Asked<Path<String>>,
    filled: Filled<Typed>,
) -> Result<Response, Failure> {
    let Filled { values: Typed { password }, who, .. } = filled;
    let accounts = who.accounts()?;
    let (secret, user) = invited(accounts, &link).await?;
    if let Err(error) = Passwords::check(&password, &user.sign_in) {
        let error = Some(format!("This cannot be used: {error}."));
        return answer(StatusCode::UNPROCESSABLE_ENTITY, &who, &state, &link, &user, error);
    }
    let hash = accounts.passwords.hash(password).await?;
    accounts.store.redeem(&secret, hash, accounts.now()).await?.ok_or_else(used)?;
    Ok(Redirect::to("/sign-in").into_response())
}

fn answer(
    status: StatusCode,
    who: &Who,
    state: &State,
    link: &str,
    user: &User,
    error: Option<String>,
) -> Result<Response, Failure> {
    let accounts = who.accounts()?;
    let token = match who {
        Who::Nobody { visit: Some(token), .. } | Who::User { session: token, .. } => token.clone(),
        _ => Secret::new(&accounts.random).map_err(StateError::from)?,
    };
    let world = who.world(state);
    // Whoever has a password chooses another one: with a work account beside it, the old one would go on working.
    let openid = state.openid.as_ref().filter(|_| !user.has_password);
    let page = PasswordPage {
        frame: world.frame("Choose a password", &links(&world), "Choose a password"),
        name: user.name.clone(),
        sign_in: user.sign_in.clone(),
        work: openid.map(|openid| Door {
            label: openid.button().to_owned(),
            url: format!("{BEGIN}?link={link}&form={}", token.form_token()),
        }),
        error,
        url: format!("/password/{link}"),
        shortest: SHORTEST_PASSWORD,
        form_token: token.form_token(),
    };
    Ok((status, [(header::SET_COOKIE, keep(&token, accounts.kept_for())?)], html(&page)?).into_response())
}
