//! How much is taken from those who ask: how large a request is, how long it takes, and how many there are at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::Semaphore;

use crate::error::Failure;

/// The most bytes that are taken where nothing else is said: a form.
const LARGEST: usize = 32 * 1024;

/// The most bytes of rows that a program sends. The import learns the names of columns from the first four megabytes, so that
/// none can be overlooked in this.
pub(crate) const LARGEST_PUSH: usize = 4000 * 1024;

/// The most bytes of a file that somebody loads.
pub(crate) const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// How many of the largest requests are taken in at once: they lie in memory before anybody knows who sends them.
const MOST_LARGE: usize = 4;

/// The most bytes that are taken elsewhere: a file and what is said of it, a grid of figures, a file of them, and rows; a path
/// that ends with `/` stands for all below it.
const LARGER: [(&str, usize); 6] = [
    ("/data/load", LARGEST_FILE),
    ("/data/load/", 256 * 1024),
    ("/owed", 256 * 1024),
    ("/owed/file", 2 * 1024 * 1024),
    ("/api/v1/records/", LARGEST_PUSH),
    ("/api/v1/observations", LARGEST_PUSH),
];

/// How many times as long a file may take to arrive as anything else: 16 MB within a minute are 2 Mbit a second.
const LONGER: u32 = 4;

/// The most bytes that are taken at an address.
fn most_of(path: &str) -> usize {
    let is_at = |larger: &str| path == larger || larger.ends_with('/') && path.starts_with(larger);
    LARGER.iter().find(|(larger, _)| is_at(larger)).map_or(LARGEST, |(_, most)| *most)
}

/// What whoever is refused for want of room should wait, in seconds.
const WAIT: u64 = 2;

/// How much is taken at once, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many connections may be open.
    pub connections: usize,
    /// How many requests are worked on.
    pub requests: usize,
    /// How long a client may take to send the head of a request, and then its body. An idle connection ends after it too.
    pub arrival: Duration,
    /// How long an answer may take to be made.
    pub answer: Duration,
    /// How old a connection becomes before no further request is taken on it.
    pub connection: Duration,
}

impl Default for Limits {
    /// For a few hundred people who work at the same time.
    fn default() -> Self {
        Self {
            connections: 512,
            requests: 256,
            arrival: Duration::from_secs(15),
            answer: Duration::from_mins(1),
            connection: Duration::from_mins(10),
        }
    }
}

/// The places for requests that are worked on.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    limits: Limits,
    free: Arc<Semaphore>,
}

impl Places {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, free: Arc::new(Semaphore::new(limits.requests)) }
    }
}

/// The places for large requests that arrive.
#[derive(Debug, Clone)]
pub(crate) struct Arrivals {
    limits: Limits,
    large: Arc<Semaphore>,
}

impl Arrivals {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, large: Arc::new(Semaphore::new(MOST_LARGE)) }
    }
}

/// Addresses that say how the server is; they answer when it has too much to do. It is not ready then.
fn is_about_the_server(path: &str) -> bool {
    ["/health", "/metrics"].contains(&path)
}

/// Answers as many requests at once as there are places, each for as long as an answer may take.
pub(crate) async fn in_turn(State(places): State<Places>, request: Request, next: Next) -> Response {
    if is_about_the_server(request.uri().path()) {
        return next.run(request).await;
    }
    let Ok(_place) = places.free.try_acquire() else {
        return Failure::busy("Too many ask at the same time. Ask again in a moment.", WAIT).into_response();
    };
    let most = places.limits.answer;
    tokio::time::timeout(most, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!(seconds = most.as_secs(), "an answer took too long and was given up");
        let message =
            format!("No answer was found within {} seconds, so the search was ended. Ask again.", most.as_secs());
        Failure::busy(message, WAIT).into_response()
    })
}

/// Takes in the whole of a request before anybody works on it, so that whoever sends slowly keeps nobody from being
/// answered.
pub(crate) async fn arrived(State(arrivals): State<Arrivals>, request: Request, next: Next) -> Response {
    let limits = arrivals.limits;
    let most = most_of(request.uri().path());
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    // What is announced to be too large is not waited for.
    if body.size_hint().lower() > most as u64 {
        return Failure::too_large(most).into_response();
    }
    let _place = if most > LARGEST_PUSH {
        let Ok(place) = arrivals.large.try_acquire() else {
            return Failure::busy("Too many files are sent at the same time. Send yours again in a moment.", WAIT)
                .into_response();
        };
        Some(place)
    } else {
        None
    };
    let arrival = if most > LARGEST_PUSH { limits.arrival * LONGER } else { limits.arrival };
    match tokio::time::timeout(arrival, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => next.run(Request::from_parts(parts, Body::from(whole.to_bytes()))).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => Failure::too_large(most).into_response(),
        Ok(Err(_)) => Failure::bad("What was sent broke off. Nothing was changed.").into_response(),
        Err(_) => Failure::too_slow(arrival.as_secs()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::http::{StatusCode, header};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tokio::sync::Notify;
    use tower::Service;

    use super::*;

    async fn asked(router: &Router, path: &str) -> (StatusCode, bool, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = router.clone().call(request).await.unwrap();
        let (status, waits) = (answer.status(), answer.headers().contains_key(header::RETRY_AFTER));
        let bytes = to_bytes(answer.into_body(), 1024).await.unwrap();
        (status, waits, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// One place, and an address that says when it is asked and answers when it is told to.
    struct OnePlace {
        router: Router,
        begun: Arc<Notify>,
        go: Arc<Notify>,
    }

    fn one_place(answer: Duration) -> OnePlace {
        let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begins, goes) = (Arc::clone(&begun), Arc::clone(&go));
        let slow = move || {
            let (begins, goes) = (Arc::clone(&begins), Arc::clone(&goes));
            async move {
                begins.notify_one();
                goes.notified().await;
                "done"
            }
        };
        let limits = Limits { requests: 1, answer, ..Limits::default() };
        let router = Router::new().route("/slow", get(slow)).route("/health", get(|| async { "ok" }));
        OnePlace { router: router.layer(from_fn_with_state(Places::new(limits), in_turn)), begun, go }
    }

    #[tokio::test]
    async fn whoever_finds_no_place_is_asked_to_come_again() {
        let OnePlace { router, begun, go } = one_place(Duration::from_mins(1));
        let first = tokio::spawn({
            let router = router.clone();
            async move { asked(&router, "/slow").await.0 }
        });
        begun.notified().await;
        let (status, waits, words) = asked(&router, "/slow").await;
        assert_eq!((status, waits), (StatusCode::SERVICE_UNAVAILABLE, true));
        assert!(words.contains("Ask again"), "{words}");
        assert_eq!(asked(&router, "/health").await.0, StatusCode::OK);
        go.notify_one();
        assert_eq!(first.await.unwrap(), StatusCode::OK);
        go.notify_one();
        assert_eq!(asked(&router, "/slow").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_given_up_and_frees_its_place() {
        let OnePlace { router, go, .. } = one_place(Duration::from_millis(20));
        let (status, waits, words) = asked(&router, "/slow").await;
        assert_eq!((status, waits), (StatusCode::SERVICE_UNAVAILABLE, true));
        assert!(words.contains("No answer was found"), "{words}");
        go.notify_one();
        assert_eq!(asked(&router, "/slow").await.0, StatusCode::OK);
    }
}
