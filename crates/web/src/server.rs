//! Answering requests from the present world, and noticing new data.

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::routing::{MethodRouter, get, post};
use evenkeel_lake::Lake;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::accounts::Access;
use crate::publishing::publish;
use crate::world::{Opening, World, WorldError};
use crate::{api, headers, routes};

/// Gives the evaluation instant. The binary reads the clock; tests give a fixed one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long requests that have begun are waited for when the server is stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the lake is asked whether there is something new.
const WATCH: Duration = Duration::from_secs(2);

/// What all requests share.
#[derive(Clone)]
pub(crate) struct State {
    present: Arc<RwLock<Arc<World>>>,
    pub(crate) access: Access,
    /// Where figures go that were typed.
    pub(crate) lake: Lake,
    /// Held while a dispute is decided.
    pub(crate) deciding: Arc<Mutex<()>>,
}

impl State {
    /// The present world, as the public sees it. A request keeps the one it began with.
    pub(crate) fn present(&self) -> Arc<World> {
        Arc::clone(&self.present.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn replace(&self, world: World) {
        *self.present.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(world);
    }
}

/// The most bytes of a form.
const LARGEST_FORM: usize = 32 * 1024;
/// The most bytes of a grid of figures.
const LARGEST_GRID: usize = 256 * 1024;
/// The most bytes of a file of figures.
const LARGEST_FILE: usize = 2 * 1024 * 1024;

/// Every path with what answers there. Whatever shows something of the organisation takes the world through
/// [`Seen`](crate::visit::Seen), and so sees it as whoever asks may.
fn table() -> Vec<(&'static str, MethodRouter<State>)> {
    let mut table = pages();
    table.extend(api::table());
    table
}

fn pages() -> Vec<(&'static str, MethodRouter<State>)> {
    vec![
        ("/", get(routes::home)),
        ("/scorecard/{unit}", get(routes::scorecard::show)),
        ("/targets/{unit}", get(routes::targets::show)),
        ("/today", get(routes::today::show)),
        ("/people", get(routes::record::people)),
        ("/record", get(routes::record::own)),
        ("/record/{person}", get(routes::record::show)),
        ("/record/{person}/dispute", post(routes::disputes::dispute)),
        ("/disputes", get(routes::disputes::list)),
        ("/disputes/{dispute}/decide", post(routes::disputes::decide)),
        ("/map", get(routes::map::show)),
        ("/guide", get(routes::guide::show)),
        ("/data", get(routes::data::show)),
        ("/data/{file}", get(routes::data::rejected)),
        ("/search", get(routes::search::show)),
        ("/charter", get(routes::charter::show)),
        ("/charter/public", get(routes::charter::public)),
        ("/charter/public.json", get(routes::charter::data)),
        ("/measures", get(routes::measures::list)),
        ("/measures/{measure}", get(routes::measures::show)),
        ("/measure/{measure}/{unit}", get(routes::measure::show)),
        ("/compare/{measure}", get(routes::compare::all)),
        ("/compare/{measure}/{unit}", get(routes::compare::show)),
        ("/rows/{measure}/{unit}", get(routes::rows::file)),
        ("/explain/{measure}/{unit}", get(routes::explain::show)),
        ("/owed", get(routes::owed::show).post(routes::owed::take).layer(DefaultBodyLimit::max(LARGEST_GRID))),
        ("/owed.csv", get(routes::owed_file::write)),
        ("/owed/file", post(routes::owed_file::read).layer(DefaultBodyLimit::max(LARGEST_FILE))),
        ("/owed/all", get(routes::owed::matrix)),
        ("/owed/approval", get(routes::owed::approval)),
        ("/owed/approval/{figure}", post(routes::owed::decide)),
        ("/administration", get(routes::administration::show)),
        ("/administration/trail", get(routes::administration::trail)),
        ("/administration/users", post(routes::administration::add)),
        ("/administration/users/{user}/give", post(routes::administration::give)),
        ("/administration/users/{user}/take", post(routes::administration::take)),
        ("/administration/users/{user}/link", post(routes::administration::link)),
        ("/administration/users/{user}/activate", post(routes::administration::activate)),
        ("/administration/users/{user}/deactivate", post(routes::administration::deactivate)),
        ("/administration/tokens/{token}/revoke", post(routes::administration::revoke)),
        ("/tokens", get(routes::tokens::show).post(routes::tokens::make)),
        ("/tokens/{token}/revoke", post(routes::tokens::revoke)),
        ("/sign-in", get(routes::sign_in::show).post(routes::sign_in::enter)),
        ("/sign-out", post(routes::sign_in::leave)),
        ("/set-up", get(routes::set_up::show).post(routes::set_up::enter)),
        ("/password/{link}", get(routes::password::show).post(routes::password::choose)),
        ("/assets/{name}", get(routes::assets::file)),
        ("/health", get(routes::health)),
    ]
}

/// Every path that the server answers, as it is written in the table of routes; for the test of rights.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    table().into_iter().map(|(path, _)| path).collect()
}

/// A server that is ready to run.
pub struct Server {
    state: State,
    opening: Opening,
    clock: Clock,
}

impl Server {
    /// Evaluates the lake for the first time.
    pub async fn new(opening: Opening, clock: Clock, access: Access) -> Result<Self, WorldError> {
        let world = World::open(&opening).await?;
        let lake = opening.lake.clone();
        let present = Arc::new(RwLock::new(Arc::new(world)));
        Ok(Self { state: State { present, access, lake, deciding: Arc::default() }, opening, clock })
    }

    /// The routes, for tests and for [`Server::run`].
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        for (path, answers) in table() {
            router = router.route(path, answers);
        }
        let mut router =
            router.fallback(routes::nothing).layer(DefaultBodyLimit::max(LARGEST_FORM)).with_state(self.state.clone());
        if matches!(self.state.access, Access::Accounts(_)) {
            // What somebody saw must not be found in the browser after they signed out.
            let unkept = HeaderValue::from_static("no-store");
            router = router.layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, unkept));
        }
        router = router.layer(axum::middleware::from_fn(headers::own_name));
        router = router.layer(axum::middleware::from_fn(api::answered));
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
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stopped, is_stopping) = tokio::sync::oneshot::channel();
        let stop = async move {
            stop.await;
            stopped.send(()).ok();
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(stop).into_future();
        // Whoever never ends a request must not keep the server from ending.
        let patience = async move {
            if is_stopping.await.is_ok() {
                tokio::time::sleep(PATIENCE).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            ended = served => ended,
            () = patience => Ok(()),
        };
        watch.abort();
        ended
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
        if let Access::Accounts(accounts) = &state.access
            && let Err(error) = publish(accounts, &state.lake).await
        {
            // An import may be running; the next round tries again.
            tracing::info!(%error, "typed figures are put into the record later");
        }
        let present = state.present();
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
