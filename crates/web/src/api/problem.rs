//! Errors of the API, as RFC 9457 has them, and answers that a program has already.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use evenkeel_view::page::Problem;

use super::operation::Operation;
use crate::error::Said;

/// The statuses of errors that the API answers with, each with what is wrong and what to do next.
pub(crate) const KINDS: [(u16, &str, &str); 14] = [
    (400, "The question cannot be read", "The page /api says what each address takes."),
    (
        401,
        "It is not known who asks",
        "Send `Authorization: Bearer` with a token that was made on the page /tokens, or sign in at /sign-in.",
    ),
    (403, "This may not be seen", "Ask whoever looks after accounts for a role that sees it."),
    (
        404,
        "There is nothing here",
        "The page /api lists the addresses; /api/v1/organisation and /api/v1/measures list what there is.",
    ),
    (405, "This cannot be done here", "The header `Allow` says what can."),
    (406, "It is not told in this form", "Ask for `application/json`, or leave the header `Accept` out."),
    (408, "The question does not arrive", "Send it at once."),
    (413, "The question is too large", "Leave the body out; where rows are sent, send fewer at once."),
    (415, "It is not read in this form", "Send `application/json` or `application/x-ndjson`, as it is and in UTF-8."),
    (421, "The server has another name", "Ask 127.0.0.1 or localhost."),
    (422, "What was sent cannot be taken", "Nothing was changed. The field `detail` says what to put right."),
    (429, "Too many tokens were wrong", "Wait for as many seconds as the header `Retry-After` says."),
    (500, "The server failed", "The log of the server says why."),
    (503, "The server has too much to do", "Wait for as many seconds as the header `Retry-After` says."),
];

/// Whether an address is one for programs.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Answers programs: whatever goes wrong is told as a problem, and what a program has already is not told again.
pub(crate) async fn answered(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !is_for_programs(&path) {
        return next.run(request).await;
    }
    let known = known_tags(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        return told(response, path);
    }
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    match tag {
        Some(tag) if status == StatusCode::OK && known.iter().any(|known| known == tag || known == "*") => {
            unchanged(response)
        }
        _ => response,
    }
}

/// The tags of the answers that a program has; what is marked as weak counts too (RFC 9110, section 13.1.2).
fn known_tags(headers: &HeaderMap) -> Vec<String> {
    let all = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let tags = all.flat_map(|value| value.split(','));
    tags.map(|tag| tag.trim().trim_start_matches("W/").to_owned()).filter(|tag| !tag.is_empty()).collect()
}

fn unchanged(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// An error as a problem. Its other headers stay, because they say how long to wait and what can be done.
fn told(response: Response, instance: String) -> Response {
    let (parts, _) = response.into_parts();
    let status = parts.status.as_u16();
    let kind = KINDS.iter().find(|kind| kind.0 == status);
    let title = kind.map_or_else(|| parts.status.canonical_reason().unwrap_or("Something is wrong"), |kind| kind.1);
    let said = parts.extensions.get::<Said>();
    let detail = said.map_or_else(|| of_no_handler(parts.status, &instance), |said| said.message.clone());
    let next = said.and_then(|said| said.help.clone()).map(|help| evenkeel_view::words::capitalised(&help));
    let problem = Problem {
        kind: format!("/api#problem-{status}"),
        title: title.to_owned(),
        status,
        detail,
        next: next.unwrap_or_else(|| kind.map_or("The page /api says what can be asked.", |kind| kind.2).to_owned()),
        instance,
    };
    let Ok(text) = serde_json::to_string(&problem) else { return parts.status.into_response() };
    let mut response = (parts.status, text).into_response();
    for (name, value) in &parts.headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if parts.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"evenkeel\""));
    }
    response
}

/// What is said of an error that no handler met.
fn of_no_handler(status: StatusCode, instance: &str) -> String {
    let takes_rows = |operation: &Operation| {
        let start = operation.path.split('{').next().unwrap_or_default();
        operation.sends.is_some() && instance.starts_with(start)
    };
    match status {
        StatusCode::METHOD_NOT_ALLOWED if super::operations().iter().any(takes_rows) => {
            format!("`{instance}` takes what is sent with POST.")
        }
        StatusCode::METHOD_NOT_ALLOWED => format!("`{instance}` is asked with GET."),
        StatusCode::MISDIRECTED_REQUEST => "This server answers to 127.0.0.1 and localhost alone.".to_owned(),
        _ => "The server refused this question.".to_owned(),
    }
}
