//! What the server tells those who operate it: numbers about requests, data and sessions, and nothing about anybody.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::server;

/// The route of an address that there is none for.
const NO_ROUTE: &str = "none";

/// Where the bounds of the histogram lie, in seconds: most pages take milliseconds, and an answer is given up after a
/// minute.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0, 60.0];

/// What a request is counted under. A route is told as it is written in the table, without the names in an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
    status: &'static str,
}

/// What a time is counted under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

type Number = Gauge<f64, AtomicU64>;

/// The numbers.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    answering: Family<Route, Histogram>,
    refused: Counter,
    data_version: Gauge,
    age: Number,
    opening: Number,
    failed: Gauge,
    sessions: Gauge,
    database: Gauge,
    /// Since when the present world is shown.
    shown: Mutex<Instant>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Before anything was asked.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("evenkeel");
        let requests = Family::<Asked, Counter>::default();
        let answering = Family::<Route, Histogram>::new_with_constructor(|| Histogram::new(BOUNDS));
        let metrics = Self {
            requests: requests.clone(),
            answering: answering.clone(),
            refused: Counter::default(),
            data_version: Gauge::default(),
            age: Number::default(),
            opening: Number::default(),
            failed: Gauge::default(),
            sessions: Gauge::default(),
            database: Gauge::default(),
            shown: Mutex::new(Instant::now()),
            registry: Registry::default(),
        };
        let seconds = || Unit::Seconds;
        registry.register("requests", "Requests, by method, route and class of status", requests);
        registry.register_with_unit("answering", "Until an answer begins, by route", seconds(), answering);
        let refused = "Connections that were refused because too many were open";
        registry.register("connections_refused", refused, metrics.refused.clone());
        let version = "The version of the data that pages show; it grows with each import";
        registry.register("data_version", version, metrics.data_version.clone());
        let age = "How long the present state of project and data has been shown";
        registry.register_with_unit("world_age", age, seconds(), metrics.age.clone());
        let opening = "How long it took to work out the present state of project and data";
        registry.register_with_unit("world_opening", opening, seconds(), metrics.opening.clone());
        let failed = "1 when the last look for new data failed, so that pages may be old";
        registry.register("look_failed", failed, metrics.failed.clone());
        registry.register("sessions", "Sessions that have not ended", metrics.sessions.clone());
        let database = "1 when the database of accounts answers, or none is needed";
        registry.register("database_up", database, metrics.database.clone());
        Self { registry, ..metrics }
    }

    /// A new state of project and data is shown; working it out took this long.
    pub(crate) fn opened(&self, version: u64, took: Duration) {
        self.data_version.set(i64::try_from(version).unwrap_or(i64::MAX));
        self.opening.set(took.as_secs_f64());
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// It was looked for new data, in vain or not.
    pub(crate) fn looked(&self, failed: bool) {
        self.failed.set(i64::from(failed));
    }

    /// A connection was refused.
    pub(crate) fn refused(&self) {
        self.refused.inc();
    }

    fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let asked = Asked { method: name_of(method), route: route.to_owned(), status: class_of(status) };
        self.requests.get_or_create(&asked).inc();
        self.answering.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Everything, as Prometheus reads it. `sessions` is how many have not ended; none when the database does not answer.
    pub(crate) fn told(&self, sessions: Option<u64>) -> Result<String, fmt::Error> {
        let shown = *self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        self.age.set(shown.elapsed().as_secs_f64());
        self.database.set(i64::from(sessions.is_some()));
        self.sessions.set(sessions.and_then(|sessions| i64::try_from(sessions).ok()).unwrap_or_default());
        let mut told = String::new();
        text::encode(&mut told, &self.registry)?;
        Ok(told)
    }
}

/// Counts an answer. Methods that nobody needs are counted as one, because whoever asks can make any number of them up.
pub(crate) async fn counted(State(state): State<server::State>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let answer = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    state.metrics.answered(&method, route, answer.status(), begun.elapsed());
    answer
}

fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_prometheus_reads_them() {
        let metrics = Metrics::new();
        metrics.opened(7, Duration::from_millis(1500));
        metrics.looked(true);
        metrics.refused();
        for (method, status, milliseconds) in [(Method::GET, 200, 3), (Method::GET, 204, 30), (Method::TRACE, 405, 1)] {
            let status = StatusCode::from_u16(status).unwrap();
            metrics.answered(&method, "/scorecard/{unit}", status, Duration::from_millis(milliseconds));
        }
        let told = metrics.told(Some(4)).unwrap();
        for line in [
            "# TYPE evenkeel_requests counter",
            "evenkeel_requests_total{method=\"GET\",route=\"/scorecard/{unit}\",status=\"2xx\"} 2",
            "evenkeel_requests_total{method=\"other\",route=\"/scorecard/{unit}\",status=\"4xx\"} 1",
            "# TYPE evenkeel_answering_seconds histogram",
            "evenkeel_answering_seconds_bucket{le=\"0.001\",route=\"/scorecard/{unit}\"} 1",
            "evenkeel_answering_seconds_bucket{le=\"0.005\",route=\"/scorecard/{unit}\"} 2",
            "evenkeel_answering_seconds_bucket{le=\"+Inf\",route=\"/scorecard/{unit}\"} 3",
            "evenkeel_answering_seconds_count{route=\"/scorecard/{unit}\"} 3",
            "evenkeel_connections_refused_total 1",
            "evenkeel_data_version 7",
            "evenkeel_world_opening_seconds 1.5",
            "evenkeel_look_failed 1",
            "evenkeel_sessions 4",
            "evenkeel_database_up 1",
            "# EOF",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is missing:\n{told}");
        }
        assert!(metrics.told(None).unwrap().contains("evenkeel_database_up 0"));
    }
}
