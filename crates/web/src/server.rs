//! Answering requests from the present world, and noticing new data.

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use crate::world::{Opening, World, WorldError};
use crate::{headers, routes};

/// Gives the evaluation instant. The binary reads the clock; tests give a fixed one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How often the lake is asked whether there is something new.
const WATCH: Duration = Duration::from_secs(2);

/// What all requests share.
#[derive(Clone)]
pub(crate) struct State {
    present: Arc<RwLock<Arc<World>>>,
}

impl State {
    /// The present world. A request keeps the one it began with.
    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.present.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn replace(&self, world: World) {
        *self.present.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(world);
    }
}

/// A server that is ready to run.
pub struct Server {
    state: State,
    opening: Opening,
    clock: Clock,
}

impl Server {
    /// Evaluates the lake for the first time.
    pub async fn new(opening: Opening, clock: Clock) -> Result<Self, WorldError> {
        let world = World::open(&opening).await?;
        Ok(Self { state: State { present: Arc::new(RwLock::new(Arc::new(world))) }, opening, clock })
    }

    /// The routes, for tests and for [`Server::run`].
    pub fn router(&self) -> Router {
        let mut router = Router::new()
            .route("/", get(routes::home))
            .route("/scorecard/{unit}", get(routes::scorecard::show))
            .route("/targets/{unit}", get(routes::targets::show))
            .route("/charter", get(routes::charter::show))
            .route("/charter/public", get(routes::charter::public))
            .route("/charter/public.json", get(routes::charter::data))
            .route("/today", get(routes::today::show))
            .route("/map", get(routes::map::show))
            .route("/data", get(routes::data::show))
            .route("/data/{file}", get(routes::data::rejected))
            .route("/search", get(routes::search::show))
            .route("/measures", get(routes::measures::list))
            .route("/measures/{measure}", get(routes::measures::show))
            .route("/measure/{measure}/{unit}", get(routes::measure::show))
            .route("/compare/{measure}", get(routes::compare::all))
            .route("/compare/{measure}/{unit}", get(routes::compare::show))
            .route("/rows/{measure}/{unit}", get(routes::rows::file))
            .route("/explain/{measure}/{unit}", get(routes::explain::show))
            .route("/assets/{name}", get(routes::assets::file))
            .route("/health", get(routes::health))
            .fallback(routes::nothing)
            .with_state(self.state.clone());
        router = router.layer(axum::middleware::from_fn(headers::own_name));
        for layer in headers::security() {
            router = router.layer(layer);
        }
        router.layer(CompressionLayer::new())
    }

    /// Answers requests until `stop` ends.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let router = self.router();
        let watch = tokio::spawn(watch(self.state, self.opening, self.clock));
        let served = axum::serve(listener, router).with_graceful_shutdown(stop).await;
        watch.abort();
        served
    }
}

/// Binds an address. Port 0 takes any that is free.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Puts a new world in place when new data have landed or a new day has begun.
async fn watch(state: State, opening: Opening, clock: Clock) {
    loop {
        tokio::time::sleep(WATCH).await;
        let present = state.world();
        let now = clock();
        let new_day = opening.project.time_zone.to_datetime(now).date() != present.today();
        let newest = match opening.lake.snapshot().await {
            Ok(snapshot) => snapshot.manifest().version,
            Err(error) => {
                tracing::warn!(%error, "the lake cannot be read; pages stay as they are");
                continue;
            }
        };
        if newest == present.lake_version() && !new_day {
            continue;
        }
        match World::open(&Opening { as_of: now, ..opening.clone() }).await {
            Ok(world) => {
                tracing::info!(version = newest, "new data are shown");
                state.replace(world);
            }
            Err(error) => tracing::warn!(%error, "new data cannot be evaluated; pages stay as they are"),
        }
    }
}
