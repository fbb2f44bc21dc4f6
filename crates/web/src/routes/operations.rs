//! How the server is, for those who operate it and for their programs.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, State as FromState};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::accounts::Access;
use crate::error::Failure;
use crate::server::State;

/// How long lake and database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// After how many seconds it is worth asking again.
const AGAIN: u64 = 5;

/// How `OpenMetrics` is named, which Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a proxy adds that passes on what others ask.
const PASSED_ON: [HeaderName; 2] = [header::FORWARDED, HeaderName::from_static("x-forwarded-for")];

/// Says that the server answers.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Says whether pages can be made: the lake is readable, and the database of accounts answers.
pub(crate) async fn ready(FromState(state): FromState<State>) -> Result<String, Failure> {
    let newest = tokio::time::timeout(PATIENCE, state.lake.snapshot()).await;
    let mut wrong = Vec::new();
    match &newest {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the lake cannot be read");
            wrong.push("The lake cannot be read. The log of the server says why.");
        }
        Err(_) => wrong.push("The lake does not answer."),
    }
    if !database_answers(&state).await {
        wrong.push("The database of accounts does not answer.");
    }
    if wrong.is_empty() {
        Ok(format!("ready\ndata version {}\n", state.present().lake_version()))
    } else {
        Err(Failure::busy(wrong.join("\n"), AGAIN))
    }
}

async fn database_answers(state: &State) -> bool {
    let Some(store) = state.access.store() else { return true };
    match tokio::time::timeout(PATIENCE, store.answers()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database of accounts does not answer");
            false
        }
        Err(_) => false,
    }
}

/// Numbers about the server. Who holds the token that the server was started with reads them; without such a token, whoever
/// asks from this machine itself.
pub(crate) async fn metrics(
    FromState(state): FromState<State>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Failure> {
    let right = match &state.metrics_token {
        Some(token) => sent_token(&headers).is_some_and(|sent| blake3::hash(sent.as_bytes()) == *token),
        None => is_of_this_machine(&headers, &extensions),
    };
    if !right {
        return Ok(refused(state.metrics_token.is_some()));
    }
    let sessions = match &state.access {
        Access::Open => Some(0),
        Access::Accounts(accounts) => {
            tokio::time::timeout(PATIENCE, accounts.open_sessions()).await.ok().and_then(Result::ok)
        }
    };
    let told = state.metrics.told(sessions).map_err(|error| Failure::unwritten(&error))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS))], told).into_response())
}

/// What is said to whoever may not read the numbers.
fn refused(asks_for_token: bool) -> Response {
    if !asks_for_token {
        let said =
            "Without EVENKEEL_METRICS_TOKEN these numbers are told to this machine alone, and not through a proxy.";
        return Failure::forbidden(said).into_response();
    }
    let said =
        "Send `Authorization: Bearer` with the text that EVENKEEL_METRICS_TOKEN held when the server was started.";
    let mut response = Failure::unknown(said).into_response();
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"evenkeel metrics\""));
    response
}

fn sent_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether somebody on this machine asks, and not a proxy on it for somebody elsewhere.
fn is_of_this_machine(headers: &HeaderMap, extensions: &Extensions) -> bool {
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    address.as_ref().is_some_and(IpAddr::is_loopback) && !PASSED_ON.iter().any(|name| headers.contains_key(name))
}
