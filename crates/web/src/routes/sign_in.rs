//! Signing in and out.

use axum::extract::{Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{Action, Secret};
use evenkeel_view::page::{Door, SignInPage};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Looking, html, links};
use crate::World;
use crate::accounts::{Accounts, SignIn};
use crate::asked::Asked;
use crate::error::Failure;
use crate::openid::{BEGIN, OpenId};
use crate::server::State;
use crate::visit::{Filled, Who, forget, inside, keep};

/// Where somebody wanted to go, and why they are here.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    next: Option<String>,
    /// Their time was over.
    ended: Option<String>,
    /// They signed out.
    left: Option<String>,
}

/// What is typed to sign in.
#[derive(Deserialize)]
pub(crate) struct Typed {
    name: String,
    password: String,
    next: String,
}

/// Nothing is typed to sign out.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// The page to sign in.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    who: Who,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Response, Failure> {
    let world = who.world(&state);
    let next = wanted.next.unwrap_or_default();
    match who {
        Who::Anybody | Who::User { .. } => Ok(Redirect::to(inside(&next)).into_response()),
        Who::Nobody { accounts, visit, .. } => {
            if accounts.code().await?.is_some() {
                return Ok(Redirect::to("/set-up").into_response());
            }
            let notice = if wanted.ended.is_some() {
                Some(format!(
                    "You were signed out after {} minutes without a page, or {} hours after signing in.",
                    accounts.idle_minutes(),
                    accounts.whole_hours()
                ))
            } else {
                let elsewhere = " Whoever uses this browser after you can sign in with your work account until you sign out of \
                    that, too.";
                wanted
                    .left
                    .map(|_| format!("You are signed out.{}", if state.openid.is_some() { elsewhere } else { "" }))
            };
            let page = Attempt { notice, next: inside(&next).to_owned(), ..Attempt::default() };
            page.answer(StatusCode::OK, &world, &accounts, visit, state.openid.as_deref())
        }
    }
}

/// What the page says of an attempt.
#[derive(Default)]
pub(crate) struct Attempt {
    notice: Option<String>,
    /// Why nobody was signed in with a work account.
    refused: Option<String>,
    error: Option<String>,
    sign_in: String,
    next: String,
}

impl Attempt {
    /// Nobody was signed in with a work account.
    pub(crate) fn refused(why: String, next: String) -> Self {
        Self { refused: Some(why), next, ..Self::default() }
    }

    pub(crate) fn answer(
        self,
        status: StatusCode,
        world: &World,
        accounts: &Accounts,
        visit: Option<Secret>,
        openid: Option<&OpenId>,
    ) -> Result<Response, Failure> {
        let visit =
            visit.map_or_else(|| Secret::new(&accounts.random), Ok).map_err(evenkeel_state::StateError::from)?;
        let links = links(world);
        let place = Looking::default().place(world, None).ok();
        let charter = world.project().charter.as_ref().and(place);
        let page = SignInPage {
            frame: world.frame("Sign in", &links, "Sign in"),
            organisation: world.project().organisation.clone(),
            notice: self.notice,
            refused: self.refused,
            work: openid.map(|openid| Door {
                label: openid.button().to_owned(),
                url: format!("{BEGIN}?next={}", utf8_percent_encode(&self.next, NON_ALPHANUMERIC)),
            }),
            error: self.error,
            sign_in: self.sign_in,
            next: self.next,
            charter_url: charter.map(|_| "/charter/public".to_owned()),
            form_token: visit.form_token(),
        };
        Ok((status, [(header::SET_COOKIE, keep(&visit, accounts.kept_for())?)], html(&page)?).into_response())
    }
}

/// Signs in. The token is a new one, whatever the browser had before.
pub(crate) async fn enter(Shared(state): Shared<State>, filled: Filled<Typed>) -> Result<Response, Failure> {
    let Filled { values: Typed { name, password, next }, who, address } = filled;
    let accounts = who.accounts()?;
    let next = inside(&next).to_owned();
    match accounts.sign_in(&name, password, &address).await? {
        SignIn::Right(user) => {
            if let Who::User { session, .. } = &who {
                accounts.store.end_session(session).await?;
            }
            let session = accounts.store.begin_session(user.id, &accounts.random, accounts.now()).await?;
            let kept = keep(&session, accounts.kept_for())?;
            Ok(([(header::SET_COOKIE, kept)], Redirect::to(&next)).into_response())
        }
        SignIn::Wrong { left } => {
            let wait = accounts.wait_minutes();
            let more = match left {
                0 => format!("Wait {wait} minutes before the next try."),
                1 => format!("One try is left, then wait {wait} minutes."),
                left => format!("{left} tries are left, then wait {wait} minutes."),
            };
            let error = Some(format!("Name and password do not match. {more}"));
            let visit = match &who {
                Who::Nobody { visit, .. } => visit.clone(),
                Who::Anybody | Who::User { .. } => None,
            };
            let page = Attempt { error, sign_in: name, next, ..Attempt::default() };
            page.answer(StatusCode::UNAUTHORIZED, &who.world(&state), accounts, visit, state.openid.as_deref())
        }
        SignIn::Wait { seconds } => Err(waiting(seconds)),
    }
}

/// What is said to whoever tried too often.
pub(crate) fn waiting(seconds: u64) -> Failure {
    let minutes = seconds.div_ceil(60);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    Failure::wait(format!("Too many tries have failed. Wait {minutes} {unit}, then try again at /sign-in."), seconds)
}

/// Signs out.
pub(crate) async fn leave(filled: Filled<Nothing>) -> Result<Response, Failure> {
    if let Who::User { accounts, session, user } = &filled.who {
        accounts.store.end_session(session).await?;
        accounts.record(&user.sign_in, Action::SignedOut, &filled.address).await?;
    }
    Ok(([(header::SET_COOKIE, forget())], Redirect::to("/sign-in?left=yes")).into_response())
}
