//! Which program asks, and in which form it wants to be answered.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use evenkeel_engine::table::Table;
use evenkeel_state::{Scope, User};
use evenkeel_view::page::{Arrangement, Place, Visitor};
use serde::Serialize;

use super::answer::{self, Answer};
use crate::World;
use crate::accounts::{Access, Accounts, Bearer};
use crate::error::Failure;
use crate::server::State;
use crate::viewer::Viewer;
use crate::visit::{Who, address, has_role};

/// A form in which an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a page shows.
    Json,
    /// Rows and columns as text.
    Csv,
    /// The same as a file of typed columns.
    Parquet,
    /// The same as a stream of typed columns.
    ArrowStream,
}

/// The world as whichever program asks may see it.
pub(crate) struct Caller {
    pub(crate) world: World,
    /// What the header `Accept` says.
    accept: String,
}

impl FromRequestParts<State> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let accept = accepted(&parts.headers);
        if let (Some(typed), Access::Accounts(accounts)) = (bearer(&parts.headers)?, &state.access) {
            return match accounts.bearer(&typed, &address(&parts.extensions)).await? {
                Bearer::Owner { token, .. } if token.scope != Some(Scope::Read) => {
                    let why = format!("The token `{}` sends rows, and reads nothing.", token.name);
                    Err(Failure::forbidden(why).helped("make one that reads on the page /tokens"))
                }
                Bearer::Owner { user, token } => {
                    let viewer = Viewer::User { sign_in: user.sign_in, grants: user.grants };
                    let trail = accounts.trail_of_token(token.name);
                    let world = state.present().seen_by(viewer, Visitor::default(), Some(trail));
                    let world = world.with_initiatives(accounts.initiatives()).with_notes(accounts.notes());
                    Self::new(world, accept)
                }
                Bearer::Wrong => Err(no_token()),
                Bearer::Wait { seconds } => Err(too_many(seconds)),
            };
        }
        let who = Who::from_request_parts(parts, state).await?;
        if let Who::Nobody { ended, .. } = who {
            let why = if ended { "You were signed in until your time was over." } else { "Nobody is signed in." };
            return Err(Failure::unknown(why));
        }
        Self::new(who.world(state), accept)
    }
}

/// A program that sends rows, for somebody who may.
pub(crate) struct Sender {
    pub(crate) world: World,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) user: User,
    /// What the owner calls the token.
    pub(crate) token: String,
}

impl FromRequestParts<State> for Sender {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        // A browser sends its cookie wherever a page leads it, and so it is no permission to change anything.
        let typed = bearer(&parts.headers)?;
        let typed =
            typed.ok_or_else(|| Failure::unknown("Rows are sent with a token; to be signed in is not enough."))?;
        let Access::Accounts(accounts) = &state.access else {
            let why = "Nobody signs in here, so that nobody can be allowed to send rows.";
            return Err(Failure::forbidden(why).helped("start the server without `--auth none`"));
        };
        let (user, token) = match accounts.bearer(&typed, &address(&parts.extensions)).await? {
            Bearer::Owner { user, token } => (*user, token),
            Bearer::Wrong => return Err(no_token()),
            Bearer::Wait { seconds } => return Err(too_many(seconds)),
        };
        if token.scope != Some(Scope::Write) {
            let why = format!("The token `{}` reads, and sends no rows.", token.name);
            return Err(Failure::forbidden(why).helped(
                "whoever looks after accounts or analyses the record makes one that sends rows on the page /tokens",
            ));
        }
        let viewer = Viewer::User { sign_in: user.sign_in.clone(), grants: user.grants.clone() };
        let world = state.present().seen_by(viewer, Visitor::default(), None);
        has_role(&world)?;
        if !world.sends_rows() {
            let why = "Rows are sent for those who look after accounts or analyse the record; the owner of this token \
                       does neither any more.";
            return Err(Failure::forbidden(why));
        }
        Ok(Self { world, accounts: Arc::clone(accounts), user, token: token.name })
    }
}

fn no_token() -> Failure {
    Failure::unknown(
        "There is no such token; it may have ended or been revoked, or its owner may not sign in any more.",
    )
}

fn too_many(seconds: u64) -> Failure {
    Failure::wait("Too many tokens from this address were wrong.", seconds)
}

impl Caller {
    fn new(world: World, accept: String) -> Result<Self, Failure> {
        has_role(&world)?;
        Ok(Self { world, accept })
    }

    /// The form of an answer that is JSON, or rows and columns where a program asks for them.
    pub(crate) fn form(&self) -> Result<Form, Failure> {
        chosen(&self.accept, &Form::OF_TABLES)
    }

    /// A list about no unit and no period, in the form that a program likes best. `next` is where the part is that follows.
    pub(crate) fn lists<T: Serialize>(
        &self,
        list: &T,
        table: impl FnOnce(&T) -> Table,
        next: Option<String>,
    ) -> Result<Answer, Failure> {
        match self.form()? {
            Form::Json => answer::json(&self.world.about_answer(None), list),
            form => answer::table(form, &table(list), next),
        }
    }

    /// An answer about a place.
    pub(crate) fn tells<T: Serialize>(&self, place: &Place, data: &T) -> Result<Answer, Failure> {
        chosen(&self.accept, &[Form::Json])?;
        answer::json(&self.world.about_answer(Some(place)), data)
    }

    /// An answer about no unit and no period.
    pub(crate) fn tells_of_all<T: Serialize>(&self, data: &T) -> Result<Answer, Failure> {
        chosen(&self.accept, &[Form::Json])?;
        answer::json(&self.world.about_answer(None), data)
    }

    /// A place for pages that are about no unit.
    pub(crate) fn home(&self) -> Result<Place, Failure> {
        let (world, period) = (&self.world, self.world.default_period()?);
        let (unit, compare_with) = (world.unit(None)?, period.previous());
        Ok(Place { unit, period, compare_with, arrangement: Arrangement::Legs })
    }
}

/// The token that a program sends; none when it sends nothing, and so asks by the cookie of whoever is signed in.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::unknown("There is more than one header `Authorization`."));
    }
    let typed = value.to_str().ok().and_then(|value| value.split_once(' '));
    let token =
        typed.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim().to_owned());
    token.map(Some).ok_or_else(|| Failure::unknown("The header `Authorization` is not `Bearer` and a token."))
}

fn accepted(headers: &HeaderMap) -> String {
    let all = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    all.collect::<Vec<_>>().join(",")
}

/// The form that a program likes best among those that there are; the first of them when it does not say.
fn chosen(accept: &str, offered: &[Form]) -> Result<Form, Failure> {
    let mut wanted: Vec<(f32, Form)> = Vec::new();
    let mut says_nothing = true;
    for part in accept.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        says_nothing = false;
        let (kind, parameters) = part.split_once(';').unwrap_or((part, ""));
        let quality = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
        let quality = quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
        let kind = kind.trim().to_ascii_lowercase();
        // Of the forms that a program leaves open, the first.
        let form = match kind.strip_suffix('*') {
            Some("*/") => offered.first(),
            Some(start) if start.ends_with('/') => offered.iter().find(|form| form.content_type().starts_with(start)),
            Some(_) => None,
            None => offered.iter().find(|form| form.content_type() == kind),
        };
        wanted.extend(form.filter(|_| quality > 0.0).map(|form| (quality, *form)));
    }
    if says_nothing {
        wanted.extend(offered.first().map(|form| (1.0, *form)));
    }
    // Among those that are liked equally, the first.
    let best = wanted.iter().rev().max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, form)| *form).ok_or_else(|| {
        let forms: Vec<&str> = offered.iter().map(|form| form.content_type()).collect();
        Failure::not_acceptable(format!(
            "The header `Accept` asks for something else than there is here: {}.",
            evenkeel_view::words::listed(&forms)
        ))
    })
}

impl Form {
    /// The forms of what is rows and columns.
    pub(crate) const OF_TABLES: [Form; 4] = [Form::Json, Form::Csv, Form::Parquet, Form::ArrowStream];

    /// How it is named in headers.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::Csv => "text/csv",
            Form::Parquet => "application/vnd.apache.parquet",
            Form::ArrowStream => "application/vnd.apache.arrow.stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_liked_best() {
        for (accept, form) in [
            ("", Form::Json),
            ("*/*", Form::Json),
            ("text/csv", Form::Csv),
            ("text/csv;q=0.5, application/json", Form::Json),
            ("application/json;q=0.5, text/csv;q=0.9", Form::Csv),
            ("application/json, text/csv", Form::Json),
            ("text/html, application/xml;q=0.9, */*;q=0.8", Form::Json),
            ("Text/CSV; charset=utf-8", Form::Csv),
            ("text/*", Form::Csv),
            ("application/*", Form::Json),
            ("application/vnd.apache.parquet", Form::Parquet),
            ("application/vnd.apache.arrow.stream, text/csv;q=0.9, */*;q=0.1", Form::ArrowStream),
        ] {
            assert_eq!(chosen(accept, &Form::OF_TABLES).unwrap(), form, "{accept}");
        }
        for accept in [
            "text/html",
            "application/json;q=0",
            "text/csv;q=x",
            "image/png, text/html",
            "application/vnd.apache.*",
            "application/vnd.apache.arrow.file",
        ] {
            assert!(chosen(accept, &Form::OF_TABLES).is_err(), "{accept}");
        }
        for accept in ["text/csv", "application/vnd.apache.parquet"] {
            assert!(chosen(accept, &[Form::Json]).is_err(), "{accept}");
        }
    }
}
