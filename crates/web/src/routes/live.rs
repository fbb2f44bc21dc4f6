//! What open pages hear: server-sent events.

use std::time::Duration;

use axum::extract::State as Shared;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};

use crate::error::Failure;
use crate::server::State;
use crate::visit::Waiting;

/// How often something is sent, so that nothing on the way takes the connection for dead.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// In how many seconds a page that found no place may ask again.
pub(super) const LATER: u64 = 60;

pub(crate) async fn listen(Waiting: Waiting, Shared(state): Shared<State>) -> Result<impl IntoResponse, Failure> {
    let full = || Failure::busy("Too many open pages listen for new data. Load the page again to see them.", LATER);
    let stream = state.live.listen().ok_or_else(full)?;
    let events = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([(header::CACHE_CONTROL, "no-store")], events))
}
