//! Tokens with which somebody's programs ask, for whoever made them and for whoever looks after accounts.

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{NewToken, Scope, StateError, Token, TokenId};
use evenkeel_view::page::frame::Choice;
use evenkeel_view::page::{OneTimeToken, TokenLine, TokensPage};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::sign_in::Nothing;
use super::{ACCOUNT, Done, answer_page, links};
use crate::World;
use crate::accounts::TOKEN_PREFIX;
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Person};

/// Where somebody's tokens are.
const TOKENS: &str = "/tokens";
/// For how many days a token may work, and how that is said.
const LASTING: [(i64, &str); 4] = [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year")];
/// For how many days it works when nothing else is chosen.
const USUALLY: i64 = 90;

/// A token to be made.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: String,
    days: String,
    /// What it may do; read, where the form has nothing to choose.
    #[serde(default)]
    may: String,
}

/// What the page says beside the tokens.
#[derive(Default)]
struct Said {
    notice: Option<String>,
    error: Option<String>,
    made: Option<OneTimeToken>,
}

/// The tokens of whoever asks.
pub(crate) async fn show(person: Person, Asked(Query(done)): Asked<Query<Done>>) -> Result<Response, Failure> {
    let notice = done.notice(&[("revoked", "The token was revoked; programs that use it are refused from now on.")]);
    page(&person, StatusCode::OK, Said { notice, ..Said::default() }).await
}

/// Makes one, and shows it once.
pub(crate) async fn make(Shared(state): Shared<State>, filled: Filled<Wanted>) -> Result<Response, Failure> {
    let (Wanted { name, days, may }, person) = filled.by::<AnyTask>(&state)?;
    let refused = |error: String| Said { error: Some(format!("Nothing was made: {error}.")), ..Said::default() };
    let Some((days, _)) = LASTING.iter().find(|(known, _)| known.to_string() == days) else {
        let said = refused(format!("no token works for {days} days"));
        return page(&person, StatusCode::UNPROCESSABLE_ENTITY, said).await;
    };
    let scope = match may.as_str() {
        "" | "read" => Scope::Read,
        "write" if person.world.sends_rows() => Scope::Write,
        _ => {
            let said = refused(
                "only whoever looks after accounts or analyses the record makes a token that sends rows".to_owned(),
            );
            return page(&person, StatusCode::FORBIDDEN, said).await;
        }
    };
    let accounts = &person.accounts;
    let new = NewToken { name: &name, scope, lasts: SignedDuration::from_hours(24 * days) };
    let about = format!("{}, {}, for {days} days", name.trim(), scope.as_str());
    let change = accounts.change(&person.user.sign_in, &about);
    match accounts.store.make_token(person.user.id, new, &accounts.random, change).await {
        Ok(secret) => {
            let made = OneTimeToken { name: name.trim().to_owned(), text: format!("{TOKEN_PREFIX}{}", secret.text()) };
            page(&person, StatusCode::OK, Said { made: Some(made), ..Said::default() }).await
        }
        Err(error @ (StateError::Name(_) | StateError::TokenNameTaken { .. })) => {
            page(&person, StatusCode::UNPROCESSABLE_ENTITY, refused(error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Revokes one of whoever asks.
pub(crate) async fn revoke(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, person) = filled.by::<AnyTask>(&state)?;
    let own = person.accounts.store.tokens(Some(person.user.id)).await?;
    let token = own.iter().find(|token| token.id == TokenId(id)).ok_or_else(unknown)?;
    let change = person.accounts.change(&person.user.sign_in, &token.name);
    if !person.accounts.store.revoke_token(token.id, change).await? {
        return Err(unknown());
    }
    Ok(Redirect::to(&format!("{TOKENS}?done=revoked")).into_response())
}

/// What is said of a token that is not there, or is somebody else's.
pub(super) fn unknown() -> Failure {
    Failure::not_found("There is no such token.")
}

async fn page(person: &Person, status: StatusCode, said: Said) -> Result<Response, Failure> {
    let world = &person.world;
    let tokens = person.accounts.store.tokens(Some(person.user.id)).await?;
    let now = person.accounts.now();
    let url = |token: &Token| format!("{TOKENS}/{}/revoke", token.id.0);
    let page = TokensPage {
        frame: world.frame("API tokens", &links(world), "API tokens"),
        notice: said.notice,
        error: said.error,
        made: said.made,
        tokens: tokens.iter().map(|token| line(token, String::new(), url(token), now, world)).collect(),
        lasting: LASTING
            .map(|(days, label)| Choice { label: label.to_owned(), url: days.to_string(), current: days == USUALLY })
            .into(),
        scopes: if world.sends_rows() { scopes() } else { Vec::new() },
        add_url: TOKENS.to_owned(),
        api_url: "/api".to_owned(),
        account_url: ACCOUNT.to_owned(),
        form_token: person.form_token.clone(),
    };
    answer_page(status, &page)
}

/// What a token may do, to choose from.
fn scopes() -> Vec<Choice> {
    [(Scope::Read, "read what you may see"), (Scope::Write, "send rows into the record")]
        .map(|(scope, label)| Choice {
            label: label.to_owned(),
            url: scope.as_str().to_owned(),
            current: scope == Scope::Read,
        })
        .into()
}

/// A token as pages show it.
pub(super) fn line(token: &Token, owner: String, url: String, now: Timestamp, world: &World) -> TokenLine {
    let day = |at: Timestamp| at.to_zoned(world.project().time_zone.clone()).strftime("%-d %b %Y").to_string();
    let ended = now >= token.expires_at;
    let used = token.used_at.map_or_else(|| "not used yet".to_owned(), |at| format!("last used on {}", day(at)));
    TokenLine {
        name: token.name.clone(),
        owner,
        may: match token.scope {
            Some(Scope::Read) => "Reads what its owner may see".to_owned(),
            Some(Scope::Write) => "Sends rows into the record, and reads nothing".to_owned(),
            None => "Does what a newer version knows, and nothing here".to_owned(),
        },
        state: format!("{} {}", if ended { "Ended on" } else { "Works until" }, day(token.expires_at)),
        ended,
        used: format!("; {used}"),
        url,
    }
}
