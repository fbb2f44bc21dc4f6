//! Signing in with a work account: to the provider, and back from there.

use axum::extract::{Query, State as Shared};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use evenkeel_state::{Secret, StateError};
use serde::Deserialize;

use super::sign_in::{Attempt, waiting};
use crate::asked::Asked;
use crate::error::Failure;
use crate::openid::{Begun, Entered, NotIn, Returned, Trouble, forget};
use crate::server::State;
use crate::visit::{self, Who, inside, keep};

/// Where somebody wanted to go, or the one-time link that they came with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    next: Option<String>,
    link: Option<String>,
    /// What shows that the link stood on a page that was made for this browser.
    form: Option<String>,
}

/// What the provider sends somebody back with. There may be more, which is not read.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

/// Leads to the provider. A link leads here and no form: browsers hold those to this server, wherever they are led then.
pub(crate) async fn begin(
    Shared(state): Shared<State>,
    who: Who,
    headers: HeaderMap,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Response, Failure> {
    let openid = state.openid.as_ref().ok_or_else(Failure::no_page)?;
    let accounts = who.accounts()?;
    if accounts.code().await?.is_some() {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let next = inside(wanted.next.as_deref().unwrap_or_default()).to_owned();
    let invitation = wanted.link.as_deref().map(|link| Secret::parse(link).ok_or_else(Failure::no_page)).transpose()?;
    // Somebody else's link must not link the account of whoever is led here from elsewhere.
    if invitation.is_some() && !who.accepts(wanted.form.as_deref().unwrap_or_default()) {
        return Err(Failure::forbidden(
            "This did not come from a page of this server, or the page is too old. Open the one-time link again.",
        ));
    }
    if invitation.is_none() && matches!(who, Who::User { .. }) {
        return Ok(Redirect::to(&next).into_response());
    }
    let secret = Secret::new(&accounts.random).map_err(StateError::from)?;
    match openid.begin(&secret, &next, invitation, host(&headers), accounts.now()).await {
        Ok(sent) => Ok(([(header::SET_COOKIE, sent.begun.keep()?)], Redirect::to(&sent.to)).into_response()),
        Err(trouble) => refused(&state, &who, next, &NotIn::Provider(trouble)),
    }
}

/// Takes in whoever comes back from the provider.
pub(crate) async fn end(
    Shared(state): Shared<State>,
    who: Who,
    Asked(Query(back)): Asked<Query<Back>>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Failure> {
    let openid = state.openid.as_ref().ok_or_else(Failure::no_page)?;
    let accounts = who.accounts()?;
    if accounts.code().await?.is_some() {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let address = visit::address(&extensions);
    let Some(begun) = Begun::read(&headers, accounts.now()) else {
        return refused(&state, &who, "/".to_owned(), &NotIn::NotBegun);
    };
    if let Some(seconds) = accounts.comes_back(&address).await? {
        return Err(waiting(seconds));
    }
    let next = begun.next.clone();
    let returned = Returned { state: &back.state, code: &back.code, error: &back.error, issuer: back.iss.as_deref() };
    let identity = match openid.end(accounts, &begun, &returned, host(&headers)).await {
        Ok(identity) => identity,
        Err(NotIn::State(error)) => return Err(error.into()),
        Err(why) => return refused(&state, &who, next, &why),
    };
    let user = match accounts.enter(&identity, begun.invitation.as_ref(), openid.admits(), &address).await? {
        Entered::In(user) => user,
        Entered::Nobody { name } => {
            let words = format!(
                "You signed in with your work account, and no account here is yours to use. Ask whoever looks after accounts; \
                 they need this name: {name}"
            );
            return page(&state, &who, StatusCode::FORBIDDEN, next, words);
        }
        Entered::NoLink => {
            let words = "The one-time link was used already, its three days are over, or this work account belongs to \
                         somebody else here. Ask whoever looks after accounts for another link.";
            return page(&state, &who, StatusCode::FORBIDDEN, next, words.to_owned());
        }
    };
    if let Who::User { session, .. } = &who {
        accounts.store.end_session(session).await?;
    }
    let session = accounts.store.begin_session(user.id, &accounts.random, accounts.now()).await?;
    let kept = keep(&session, accounts.kept_for())?;
    Ok((AppendHeaders([(header::SET_COOKIE, kept), (header::SET_COOKIE, forget())]), Redirect::to(&next))
        .into_response())
}

/// By what name this machine was asked; only its own get here.
fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1")
}

/// The page to sign in, with why nobody was signed in. Nothing on it comes from the provider.
fn refused(state: &State, who: &Who, next: String, why: &NotIn) -> Result<Response, Failure> {
    let (status, words) = match why {
        NotIn::NotBegun => (
            StatusCode::BAD_REQUEST,
            "This sign-in was not begun in this browser, was ended before, or took more than ten minutes. Begin again.",
        ),
        NotIn::Declined => {
            (StatusCode::FORBIDDEN, "You were not signed in with your work account. Begin again, or use a password.")
        }
        NotIn::Provider(Trouble::Away) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Where your work account is, nobody answers now. Try again in a minute, or use a password.",
        ),
        NotIn::Provider(Trouble::Refused) => {
            (StatusCode::BAD_REQUEST, "Where your work account is, this sign-in does not count any more. Begin again.")
        }
        NotIn::Provider(Trouble::Wrong) | NotIn::State(_) => (
            StatusCode::BAD_GATEWAY,
            "The answer from where your work account is cannot be used; the log of the server says why. Use a password, or \
             ask whoever looks after this server.",
        ),
    };
    page(state, who, status, next, words.to_owned())
}

fn page(state: &State, who: &Who, status: StatusCode, next: String, refused: String) -> Result<Response, Failure> {
    let page = Attempt::refused(refused, next);
    let visit = who.token().cloned();
    page.answer(status, &who.world(state), who.accounts()?, visit, state.openid.as_deref())
}
