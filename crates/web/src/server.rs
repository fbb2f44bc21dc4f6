//! Answering requests from the present world, and noticing new data.

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use evenkeel_lake::Lake;
use evenkeel_model::ids::PersonId;
use evenkeel_spec::Project;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::accounts::{Access, Accounts};
use crate::error::Failure;
use crate::imports::{Imports, import_when_due};
use crate::limits::{self, Arrivals, Limits, Places};
use crate::live::Live;
use crate::loading::Loading;
use crate::mail::{Mail, send_when_due};
use crate::metrics::{self, Metrics};
use crate::openid::OpenId;
use crate::publishing::{count_or_later, publish_or_later};
use crate::world::{Opening, World, WorldError};
use crate::{api, connections, headers, openid, routes, webhooks};

/// Gives the evaluation instant. The binary reads the clock; tests give a fixed one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How hard pages are compressed: harder takes as long as making the page, and saves a tenth of it.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(2);
/// How often the lake is asked whether there is something new.
const WATCH: Duration = Duration::from_secs(2);

/// What all requests share.
#[derive(Clone)]
pub(crate) struct State {
    present: Arc<RwLock<Arc<World>>>,
    pub(crate) access: Access,
    /// Gives the instant for which pages are made.
    clock: Clock,
    /// Where figures go that were typed.
    pub(crate) lake: Lake,
    /// What open pages hear.
    pub(crate) live: Live,
    /// Held while rows are taken that a program sent.
    pub(crate) pushing: Arc<Mutex<()>>,
    /// Whether webhooks may lead into the own network.
    pub(crate) private_webhooks: bool,
    pub(crate) metrics: Arc<Metrics>,
    /// What imports without being asked; none on a server that does not.
    pub(crate) imports: Option<Arc<Imports>>,
    /// What takes files that people load; none on a server that takes none.
    pub(crate) loading: Option<Arc<Loading>>,
    /// The project as its files said it last; pages show it as soon as its figures are worked out.
    declared: Arc<RwLock<Arc<Project>>>,
    /// What sends digests; none on a server that sends none.
    pub(crate) mail: Option<Arc<Mail>>,
    /// By what people sign in beside their passwords; none on a server that has passwords alone.
    pub(crate) openid: Option<Arc<OpenId>>,
    /// The digest of what programs send that read the metrics; none when this machine alone reads them.
    pub(crate) metrics_token: Option<blake3::Hash>,
}

impl State {
    /// The present world, as the public sees it. A request keeps the one it began with.
    pub(crate) fn present(&self) -> Arc<World> {
        Arc::clone(&self.present.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Refuses what is about to be kept of somebody who was erased, of whom the world that is shown may not know it yet.
    pub(crate) fn refuse_erased(&self, person: &PersonId) -> Result<(), Failure> {
        let Some(key) = self.lake.key() else { return Ok(()) };
        let key = key.read().map_err(|error| Failure::failed(&error))?;
        let is_erased = key.is_some_and(|key| key.erased_as(person.as_str()).is_some());
        if is_erased { Err(Failure::no_page()) } else { Ok(()) }
    }

    /// The project as its files said it last.
    pub(crate) fn project(&self) -> Arc<Project> {
        Arc::clone(&self.declared.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Has pages show another form of the project.
    pub(crate) fn declare(&self, project: Arc<Project>) {
        *self.declared.write().unwrap_or_else(std::sync::PoisonError::into_inner) = project;
    }

    /// Whether a form of the project has given way to a later one.
    pub(crate) fn is_outdated(&self, project: &Arc<Project>) -> bool {
        !Arc::ptr_eq(&self.project(), project)
    }

    /// The evaluation instant.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn replace(&self, world: World, took: Duration) {
        self.metrics.opened(world.lake_version(), took);
        let (version, loaded_at) = (world.lake_version(), world.loaded_at());
        *self.present.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(world);
        // Only now, so that whoever hears of it and asks gets it.
        self.live.shown(version, loaded_at);
    }
}

/// Every path with what answers there. Whatever shows something of the organisation takes the world through
/// [`Seen`](crate::visit::Seen), and so sees it as whoever asks may.
fn table() -> Vec<(&'static str, MethodRouter<State>)> {
    let mut table = pages();
    table.extend(accounts());
    table.extend(api::table());
    table
}

fn pages() -> Vec<(&'static str, MethodRouter<State>)> {
    vec![
        ("/", get(routes::home)),
        ("/scorecard/{unit}", get(routes::scorecard::show)),
        ("/scorecard/{unit}/balance.csv", get(routes::charts::balance)),
        ("/targets/{unit}", get(routes::targets::show)),
        ("/today", get(routes::today::show)),
        ("/people", get(routes::record::people)),
        ("/record", get(routes::record::own)),
        ("/record/{person}", get(routes::record::show)),
        ("/record/{person}/dispute", post(routes::disputes::dispute)),
        ("/record/{person}/act", get(routes::acts::blank_of_person).post(routes::acts::add_of_person)),
        ("/record/{person}/acts.csv", get(routes::acts::file)),
        ("/recognition", get(routes::acts::list)),
        ("/recognition/new", get(routes::acts::blank_of_unit).post(routes::acts::add_of_unit)),
        ("/acts/{act}", get(routes::acts::show)),
        ("/acts/{act}/withdraw", post(routes::acts::withdraw)),
        ("/acts/{act}/acknowledge", post(routes::acts::acknowledge)),
        ("/acts/{act}/answer", post(routes::acts::answer)),
        ("/acts/{act}/follow-up", post(routes::acts::follow_up)),
        ("/disputes", get(routes::disputes::list)),
        ("/disputes/{dispute}/decide", post(routes::disputes::decide)),
        ("/map", get(routes::map::show)),
        ("/initiatives", get(routes::initiatives::list).post(routes::initiatives::add)),
        ("/initiatives/new", get(routes::initiatives::blank)),
        ("/initiatives/{number}", get(routes::initiatives::show).post(routes::initiatives::change)),
        ("/initiatives/{number}/withdraw", post(routes::initiatives::withdraw)),
        ("/map.csv", get(routes::charts::map)),
        ("/guide", get(routes::guide::show)),
        ("/data", get(routes::data::show)),
        ("/data/{file}", get(routes::data::rejected)),
        ("/data/events", get(routes::data::events)),
        ("/data/load", get(routes::load::choose).post(routes::load::take)),
        ("/data/load/{draft}", get(routes::load::show).post(routes::load::say)),
        ("/data/load/{draft}/rejected.csv", get(routes::load::rejected)),
        ("/data/load/{draft}/events", get(routes::load::events)),
        ("/search", get(routes::search::show)),
        ("/charter", get(routes::charter::show)),
        ("/charter/public", get(routes::charter::public)),
        ("/charter/public.json", get(routes::charter::data)),
        ("/measures", get(routes::measures::list)),
        ("/measures/{measure}", get(routes::measures::show)),
        ("/choose", get(routes::choose::list)),
        ("/choose.yaml", get(routes::choose::file)),
        ("/choose/{measure}", get(routes::choose::show).post(routes::choose::rate)),
        ("/choose/{measure}/choice", post(routes::choose::choose)),
        ("/choose/{measure}/drop", post(routes::choose::drop)),
        ("/measure/{measure}/{unit}", get(routes::measure::show)),
        ("/measure/{measure}/{unit}/note", get(routes::notes::blank).post(routes::notes::add)),
        ("/notes/{note}/withdraw", post(routes::notes::withdraw)),
        ("/notes/{note}/read", post(routes::notes::read)),
        (
            "/measure/{measure}/{unit}/recommendation",
            get(routes::recommendations::blank).post(routes::recommendations::send),
        ),
        ("/recommendations", get(routes::recommendations::list)),
        ("/recommendations/{number}", get(routes::recommendations::show)),
        ("/recommendations/{number}/answer", post(routes::recommendations::answer)),
        ("/recommendations/{number}/outcome", post(routes::recommendations::follow_up)),
        ("/calendar", get(routes::dates::show)),
        ("/calendar.ics", get(routes::dates::file)),
        ("/calendar/address", post(routes::dates::make)),
        ("/calendar/address/revoke", post(routes::dates::revoke)),
        ("/calendar/{file}", get(routes::dates::subscribed)),
        ("/call-backs", get(routes::call_backs::list)),
        ("/call-backs/{source}/{response}", get(routes::call_backs::show).post(routes::call_backs::step)),
        ("/measure/{measure}/{unit}/course.csv", get(routes::charts::course)),
        ("/measure/{measure}/{unit}/way.csv", get(routes::charts::way)),
        ("/compare/{measure}", get(routes::compare::all)),
        ("/compare/{measure}/{unit}", get(routes::compare::show)),
        ("/compare/{measure}/{unit}/funnel.csv", get(routes::charts::funnel)),
        ("/rows/{measure}/{unit}", get(routes::rows::file)),
        ("/explain/{measure}/{unit}", get(routes::explain::show)),
        ("/owed", get(routes::owed::show).post(routes::owed::take)),
        ("/owed.csv", get(routes::owed_file::write)),
        ("/owed/file", post(routes::owed_file::read)),
        ("/owed/all", get(routes::owed::matrix)),
        ("/owed/approval", get(routes::owed::approval)),
        ("/owed/approval/{figure}", post(routes::owed::decide)),
        ("/live", get(routes::live::listen)),
        ("/assets/{name}", get(routes::assets::file)),
        ("/health", get(routes::operations::health)),
        ("/ready", get(routes::operations::ready)),
        ("/metrics", get(routes::operations::metrics)),
    ]
}

/// Where people sign in, look after their own account, and administrators after those of others.
fn accounts() -> Vec<(&'static str, MethodRouter<State>)> {
    vec![
        ("/administration", get(routes::administration::show)),
        ("/administration/trail", get(routes::administration::trail)),
        ("/administration/users", post(routes::administration::add)),
        ("/administration/users/{user}/give", post(routes::administration::give)),
        ("/administration/users/{user}/take", post(routes::administration::take)),
        ("/administration/users/{user}/link", post(routes::administration::link)),
        ("/administration/users/{user}/mail", post(routes::administration::mail)),
        ("/administration/users/{user}/unlink", post(routes::administration::unlink)),
        ("/administration/users/{user}/activate", post(routes::administration::activate)),
        ("/administration/users/{user}/deactivate", post(routes::administration::deactivate)),
        ("/administration/tokens/{token}/revoke", post(routes::administration::revoke)),
        ("/administration/webhooks", get(routes::webhooks::show).post(routes::webhooks::add)),
        ("/administration/webhooks/{webhook}/remove", post(routes::webhooks::remove)),
        ("/administration/webhooks/{webhook}/test", post(routes::webhooks::test)),
        ("/account", get(routes::account::show).post(routes::account::choose)),
        ("/tokens", get(routes::tokens::show).post(routes::tokens::make)),
        ("/tokens/{token}/revoke", post(routes::tokens::revoke)),
        ("/sign-in", get(routes::sign_in::show).post(routes::sign_in::enter)),
        (openid::BEGIN, get(routes::openid::begin)),
        (openid::BACK, get(routes::openid::end)),
        ("/sign-out", post(routes::sign_in::leave)),
        ("/set-up", get(routes::set_up::show).post(routes::set_up::enter)),
        ("/password/{link}", get(routes::password::show).post(routes::password::choose)),
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
    limits: Limits,
}

impl Server {
    /// Evaluates the lake for the first time.
    pub async fn new(opening: Opening, clock: Clock, access: Access, limits: Limits) -> Result<Self, WorldError> {
        let begun = Instant::now();
        let world = World::open(&opening).await?;
        warn_of_unknown(&world);
        let metrics = Arc::new(Metrics::new());
        metrics.opened(world.lake_version(), begun.elapsed());
        let lake = opening.lake.clone();
        let live = Live::new(world.lake_version(), world.loaded_at(), limits.connections / 2);
        let present = Arc::new(RwLock::new(Arc::new(world)));
        let declared = Arc::new(RwLock::new(Arc::clone(&opening.project)));
        let state = State {
            present,
            access,
            clock: Arc::clone(&clock),
            lake,
            live,
            pushing: Arc::default(),
            private_webhooks: false,
            imports: None,
            loading: None,
            declared,
            mail: None,
            openid: None,
            metrics,
            metrics_token: None,
        };
        Ok(Self { state, opening, clock, limits })
    }

    /// The same server, of which the metrics are told to whoever sends this token, and to nobody else.
    #[must_use]
    pub fn with_metrics_token(mut self, token: &str) -> Self {
        self.state.metrics_token = Some(blake3::hash(token.as_bytes()));
        self
    }

    /// The same server, of which webhooks may lead into the own network.
    #[must_use]
    pub fn with_private_webhooks(mut self, private: bool) -> Self {
        self.state.private_webhooks = private;
        self
    }

    /// The same server, which imports sources when they are due.
    #[must_use]
    pub fn with_imports(mut self, imports: Imports) -> Self {
        self.state.imports = Some(Arc::new(imports));
        self
    }

    /// The same server, on which people load files.
    #[must_use]
    pub fn with_loading(mut self, loading: Loading) -> Self {
        self.state.loading = Some(Arc::new(loading));
        self
    }

    /// The same server, which sends digests to those who chose so.
    #[must_use]
    pub fn with_mail(mut self, mail: Mail) -> Self {
        self.state.mail = Some(Arc::new(mail));
        self
    }

    /// The same server, where people sign in with work accounts, too.
    #[must_use]
    pub fn with_openid(mut self, openid: OpenId) -> Self {
        self.state.openid = Some(Arc::new(openid));
        self
    }

    /// The routes, for tests and for [`Server::run`].
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        for (path, answers) in table() {
            router = router.route(path, answers);
        }
        // How much is taken is decided by `limits::arrived`, for every address.
        let mut router =
            router.fallback(routes::nothing).layer(DefaultBodyLimit::disable()).with_state(self.state.clone());
        router = router.layer(from_fn_with_state(Places::new(self.limits), limits::in_turn));
        router = router.layer(from_fn_with_state(Arrivals::new(self.limits), limits::arrived));
        if matches!(self.state.access, Access::Accounts(_)) {
            // What somebody saw must not be found in the browser after they signed out.
            let unkept = HeaderValue::from_static("no-store");
            router = router.layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, unkept));
        }
        router = router.layer(from_fn(headers::own_name));
        router = router.layer(from_fn(api::answered));
        for layer in headers::security() {
            router = router.layer(layer);
        }
        router = router.layer(CompressionLayer::new().quality(COMPRESSION).compress_when(
            // A Parquet file is compressed already.
            DefaultPredicate::new().and(NotForContentType::const_new("application/vnd.apache.parquet")),
        ));
        router.layer(from_fn_with_state(self.state.clone(), metrics::counted))
    }

    /// Answers requests until `stop` ends.
    pub async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (router, limits, metrics) = (self.router(), self.limits, Arc::clone(&self.state.metrics));
        let live = self.state.live.clone();
        let telling = match &self.state.access {
            Access::Accounts(accounts) => {
                Some(tokio::spawn(webhooks::keep_telling(self.state.clone(), Arc::clone(accounts))))
            }
            Access::Open => None,
        };
        let sources = self.state.clone();
        let importing = tokio::spawn(async move {
            if let Some(imports) = &sources.imports {
                // Files that are loaded change the project: what is due is read in its present form.
                import_when_due(imports, || sources.project(), &sources.lake).await;
            }
        });
        let sharing = self.state.clone();
        let sending = tokio::spawn(async move {
            if let Some(mail) = &sharing.mail {
                send_when_due(mail, &sharing).await;
            }
        });
        let watch = tokio::spawn(watch(self.state, self.opening, self.clock));
        let stop = async {
            stop.await;
            live.end();
        };
        connections::answer(listener, router, limits, &metrics, stop).await;
        watch.abort();
        if let Some(telling) = telling {
            telling.abort();
        }
        importing.abort();
        sending.abort();
    }
}

/// Says in the log that nobody can be told who stands behind pseudonyms, where that is so.
fn warn_of_unknown(world: &World) {
    if let Some(error) = world.people().unknown() {
        tracing::warn!(%error, "people are told by pseudonym, and nobody sees a record of their own; figures of units are as they were");
    }
}

/// Binds an address. Port 0 takes any that is free.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Puts a new world in place when new data have landed or a new day has begun.
async fn watch(state: State, opening: Opening, clock: Clock) {
    let mut counted = None;
    loop {
        tokio::time::sleep(WATCH).await;
        if let Access::Accounts(accounts) = &state.access {
            publish_or_later(accounts, &state.lake).await;
            count_or_later(accounts, &state.lake, &state.present(), clock(), &mut counted).await;
            if let Err(error) = accounts.read_initiatives().await {
                tracing::warn!(%error, "initiatives cannot be read; pages stay as they are");
            }
            if let Err(error) = accounts.read_notes().await {
                tracing::warn!(%error, "notes cannot be read; pages stay as they are");
            }
            forget_acts(accounts, &state.project().time_zone).await;
        }
        if let Some(loading) = &state.loading {
            loading.forget_old();
        }
        let present = state.present();
        let now = clock();
        let project = state.project();
        let declared_anew = !Arc::ptr_eq(&project, present.project());
        let new_day = project.time_zone.to_datetime(now).date() != present.today();
        let (newest, people) = match opening.lake.snapshot().await {
            Ok(snapshot) => (snapshot.manifest().version, snapshot.people().clone()),
            Err(error) => {
                tracing::warn!(%error, "the lake cannot be read; pages stay as they are");
                state.metrics.looked(true);
                continue;
            }
        };
        // Somebody who was erased must not be shown any more, and whoever was given a name is.
        if newest == present.lake_version() && !new_day && !declared_anew && people.is_as(present.people()) {
            state.metrics.looked(false);
            continue;
        }
        let begun = Instant::now();
        let opened = World::open(&Opening { project, as_of: now, ..opening.clone() }).await;
        state.metrics.looked(opened.is_err());
        match opened {
            Ok(world) => {
                tracing::info!(version = newest, "new data are shown");
                warn_of_unknown(&world);
                state.replace(world, begun.elapsed());
            }
            Err(error) => tracing::warn!(%error, "new data cannot be evaluated; pages stay as they are"),
        }
    }
}

/// Deletes what is written about people and of which the last day is over.
async fn forget_acts(accounts: &Accounts, zone: &TimeZone) {
    let at = accounts.now();
    match accounts.store.forget_acts(zone.to_datetime(at).date(), at).await {
        Ok(0) => {}
        Ok(deleted) => tracing::info!(deleted, "entries about people were deleted: their last day is over"),
        Err(error) => tracing::warn!(%error, "entries whose last day is over cannot be deleted; it is tried again"),
    }
}
