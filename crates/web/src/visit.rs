//! Who asks: the token in the cookie, and what the world looks like to whoever holds it.

use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::response::Response;
use evenkeel_state::{Found, Secret, User};
use evenkeel_view::page::{Listening, SignedIn, Visitor};
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::{self, DeserializeOwned, MapAccess};
use serde::{Deserialize, Deserializer};

use crate::accounts::{Access, Accounts};
use crate::error::Failure;
use crate::server::State;
use crate::viewer::Viewer;
use crate::world::World;

/// The cookie that holds the token.
const COOKIE: &str = "evenkeel";
/// The same cookie, gone.
const FORGOTTEN: &str = "evenkeel=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0";

/// For how many seconds a browser keeps the token of somebody who did not sign in and loads files.
const VISIT: i64 = 12 * 60 * 60;

/// Said on every page of a server that asks nobody to sign in.
const OPEN: &str = "Nobody signs in here: whoever reaches this port sees these pages. Started by “evenkeel serve” alone, \
    it asks everybody to sign in.";

/// Who asks.
pub(crate) enum Who {
    /// Somebody, on a server that asks nobody to sign in.
    Anybody,
    /// Somebody who did not sign in.
    Nobody {
        accounts: Arc<Accounts>,
        /// The token of the visit, with which forms are known.
        visit: Option<Secret>,
        /// Whether they were signed in until their time was over.
        ended: bool,
    },
    /// Somebody who signed in.
    User { accounts: Arc<Accounts>, session: Secret, user: Box<User> },
}

impl Who {
    async fn of(headers: &HeaderMap, state: &State) -> Result<Self, Failure> {
        Self::who(headers, state, true).await
    }

    /// `used`: whether somebody asks, and not a page by itself.
    async fn who(headers: &HeaderMap, state: &State, used: bool) -> Result<Self, Failure> {
        let Access::Accounts(accounts) = &state.access else { return Ok(Self::Anybody) };
        let accounts = Arc::clone(accounts);
        let Some(token) = token(headers) else { return Ok(Self::Nobody { accounts, visit: None, ended: false }) };
        let found = if used { accounts.holder(&token).await? } else { accounts.holder_of_a_page(&token).await? };
        Ok(match found {
            Found::User(user) => Self::User { accounts, session: token, user: Box::new(user) },
            // Whoever was signed in gets another token with the next form.
            Found::Ended => Self::Nobody { accounts, visit: None, ended: true },
            Found::Nobody => Self::Nobody { accounts, visit: Some(token), ended: false },
        })
    }

    /// The world as they see it.
    pub(crate) fn world(&self, state: &State) -> World {
        let present = state.present();
        let live = Some(Listening { url: "/live".to_owned(), version: present.lake_version() });
        match self {
            Who::Anybody => {
                let visitor = Visitor { signed_in: None, strip: Some(OPEN.to_owned()), live };
                present.seen_by(Viewer::Anybody, visitor, None)
            }
            Who::Nobody { .. } => present.seen_by(Viewer::Public, Visitor::default(), None),
            Who::User { accounts, session, user } => {
                let signed_in = SignedIn {
                    name: user.name.clone(),
                    tokens_url: "/tokens".to_owned(),
                    sign_out_url: "/sign-out".to_owned(),
                    form_token: session.form_token(),
                };
                let viewer = Viewer::User { sign_in: user.sign_in.clone(), grants: user.grants.clone() };
                let visitor = Visitor { signed_in: Some(signed_in), strip: None, live };
                let world = present.seen_by(viewer, visitor, Some(accounts.trail()));
                world.with_initiatives(accounts.initiatives()).with_notes(accounts.notes())
            }
        }
    }

    /// The accounts; refused where there are none.
    pub(crate) fn accounts(&self) -> Result<&Arc<Accounts>, Failure> {
        match self {
            Who::Anybody => Err(Failure::not_found("Nobody signs in here; the server was started with `--auth none`.")),
            Who::Nobody { accounts, .. } | Who::User { accounts, .. } => Ok(accounts),
        }
    }

    /// Whether a page of this server was made for them that carries this.
    pub(crate) fn accepts(&self, form: &str) -> bool {
        self.token().is_some_and(|token| token.accepts(form))
    }

    /// The token with which forms are known.
    pub(crate) fn token(&self) -> Option<&Secret> {
        match self {
            Who::Anybody => None,
            Who::Nobody { visit, .. } => visit.as_ref(),
            Who::User { session, .. } => Some(session),
        }
    }
}

impl FromRequestParts<State> for Who {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        Self::of(&parts.headers, state).await
    }
}

/// The world as whoever asks may see it. Whoever has not signed in is sent to where that is done.
pub(crate) struct Seen(pub(crate) World);

impl FromRequestParts<State> for Seen {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        Self::new(&Who::of(&parts.headers, state).await?, parts, state)
    }
}

impl Seen {
    fn new(who: &Who, parts: &Parts, state: &State) -> Result<Self, Failure> {
        if let Who::Nobody { ended, .. } = who {
            let asked = parts.uri.path_and_query().map_or("/", |asked| asked.as_str());
            let next = utf8_percent_encode(asked, NON_ALPHANUMERIC);
            let ended = if *ended { "&ended=yes" } else { "" };
            return Err(Failure::elsewhere(format!("/sign-in?next={next}{ended}")));
        }
        let world = who.world(state);
        has_role(&world)?;
        Ok(Self(world))
    }
}

/// A page that waits for news: it is open before somebody who may see it, who asks for nothing now.
pub(crate) struct Waiting;

impl FromRequestParts<State> for Waiting {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        Seen::new(&Who::who(&parts.headers, state, false).await?, parts, state).map(|_| Self)
    }
}

/// Refuses whoever has no role yet.
pub(crate) fn has_role(world: &World) -> Result<(), Failure> {
    world.inside().map_err(|_| {
        Failure::forbidden(
            "You have no role here yet, so there is nothing to see. Ask whoever looks after accounts for one. \
             What everybody may see is at /charter/public.",
        )
    })
}

/// The world as whoever asks may see it, signed in or not.
pub(crate) struct Anyone(pub(crate) World);

impl FromRequestParts<State> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        Ok(Self(Who::of(&parts.headers, state).await?.world(state)))
    }
}

/// What somebody who signed in must be allowed to do, so that there is anything for them.
pub(crate) trait Task {
    /// Refuses whoever is not.
    fn permitted(world: &World) -> Result<(), Failure>;
}

/// Anything that a role allows.
pub(crate) struct AnyTask;
/// Looking after accounts.
pub(crate) struct Administering;
/// Typing figures.
pub(crate) struct Typing;

impl Task for AnyTask {
    fn permitted(world: &World) -> Result<(), Failure> {
        has_role(world)
    }
}

impl Task for Administering {
    fn permitted(world: &World) -> Result<(), Failure> {
        if world.administers() { Ok(()) } else { Err(Failure::no_page()) }
    }
}

impl Task for Typing {
    fn permitted(world: &World) -> Result<(), Failure> {
        if world.types_figures() { Ok(()) } else { Err(Failure::no_page()) }
    }
}

/// Somebody who signed in and may do something. To everybody else there is nothing here.
pub(crate) struct Allowed<T> {
    pub(crate) world: World,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) user: User,
    pub(crate) form_token: String,
    task: PhantomData<T>,
}

/// Somebody who signed in.
pub(crate) type Person = Allowed<AnyTask>;
/// Somebody who looks after accounts.
pub(crate) type Administrator = Allowed<Administering>;
/// Somebody who types figures.
pub(crate) type Typist = Allowed<Typing>;

impl<T: Task> Allowed<T> {
    fn new(who: Who, state: &State) -> Result<Self, Failure> {
        let world = who.world(state);
        let Who::User { accounts, session, user } = who else { return Err(Failure::no_page()) };
        T::permitted(&world)?;
        Ok(Self { world, accounts, user: *user, form_token: session.form_token(), task: PhantomData })
    }
}

impl<T: Task> FromRequestParts<State> for Allowed<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let who = Who::of(&parts.headers, state).await?;
        Seen::new(&who, parts, state)?;
        Self::new(who, state)
    }
}

/// The sign NUL as forms write it. PostgreSQL keeps no text with it.
const NUL: &[u8] = b"%00";

/// A form that was filled in on a page of this server, by whoever the page was made for.
pub(crate) struct Filled<T> {
    pub(crate) values: T,
    pub(crate) who: Who,
    /// Where it came from, for counting attempts.
    pub(crate) address: String,
}

impl<T> Filled<T> {
    /// The same, from somebody who may do what it asks for.
    pub(crate) fn by<K: Task>(self, state: &State) -> Result<(T, Allowed<K>), Failure> {
        Ok((self.values, Allowed::new(self.who, state)?))
    }
}

/// What every form carries besides its values.
#[derive(Deserialize)]
struct Carried<T> {
    form: String,
    #[serde(flatten)]
    values: T,
}

impl<T: DeserializeOwned> FromRequest<State> for Filled<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        if !is_from_here(request.headers()) {
            return Err(foreign());
        }
        let who = Who::of(request.headers(), state).await?;
        who.accounts()?;
        let address = address(request.extensions());
        let Carried { form, values } = carried(request, state).await?;
        if !who.token().is_some_and(|token| token.accepts(&form)) {
            return Err(foreign());
        }
        Ok(Self { values, who, address })
    }
}

/// What a form carries.
async fn carried<T: DeserializeOwned>(request: Request, state: &State) -> Result<Carried<T>, Failure> {
    let (parts, body) = request.into_parts();
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
    let bytes = bytes.map_err(|_| Failure::bad("This form cannot be read."))?;
    if bytes.contains(&0) || bytes.windows(NUL.len()).any(|window| window == NUL) {
        return Err(Failure::bad(
            "Nothing was sent: a text holds the sign NUL, which cannot be kept. Go back and write it without.",
        ));
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    let filled = Form::<Carried<T>>::from_request(request, state).await;
    Ok(filled.map_err(|_| Failure::bad("This form cannot be read."))?.0)
}

/// A file that was sent from a page of this server, by whoever the page was made for.
pub(crate) struct Uploaded {
    bytes: Vec<u8>,
    who: Who,
}

impl Uploaded {
    /// The file, from somebody who types figures.
    pub(crate) fn by_typist(self, state: &State) -> Result<(Vec<u8>, Typist), Failure> {
        Ok((self.bytes, Typist::new(self.who, state)?))
    }
}

impl FromRequest<State> for Uploaded {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        if !is_from_here(request.headers()) {
            return Err(foreign());
        }
        let who = Who::of(request.headers(), state).await?;
        who.accounts()?;
        let Sent { form, bytes, .. } = sent(request, state).await?;
        if !who.token().is_some_and(|token| token.accepts(&form)) {
            return Err(foreign());
        }
        Ok(Self { bytes, who })
    }
}

/// A file as a form carries it.
struct Sent {
    form: String,
    /// What it is called where it comes from.
    called: String,
    bytes: Vec<u8>,
}

async fn sent(request: Request, state: &State) -> Result<Sent, Failure> {
    let unread = || Failure::bad("This file cannot be read. Nothing was changed.");
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| unread())?;
    let (mut form, mut called, mut bytes) = (String::new(), String::new(), None);
    while let Some(part) = parts.next_field().await.map_err(|_| unread())? {
        match part.name() {
            Some("form") => form = part.text().await.map_err(|_| unread())?,
            Some("file") => {
                called = part.file_name().unwrap_or_default().to_owned();
                bytes = Some(part.bytes().await.map_err(|_| unread())?.to_vec());
            }
            _ => {}
        }
    }
    Ok(Sent { form, called, bytes: bytes.ok_or_else(unread)? })
}

/// Somebody who may load files into the record: who looks after accounts or analyses the record, and where nobody signs in
/// whoever reaches the server from its own machine.
pub(crate) struct Loader {
    pub(crate) world: World,
    /// Who it is, as the audit trail has it.
    pub(crate) by: String,
    /// The token with which their forms are known.
    visit: Secret,
    /// Whether their browser does not have it yet.
    fresh: bool,
}

impl Loader {
    fn new(who: &Who, headers: &HeaderMap, state: &State) -> Result<Self, Failure> {
        if matches!(who, Who::Nobody { .. }) {
            return Err(Failure::no_page());
        }
        let world = who.world(state);
        has_role(&world)?;
        if !world.loads_files() {
            return Err(Failure::no_page());
        }
        let (by, visit) = match who {
            Who::User { session, user, .. } => (user.sign_in.clone(), Some(session.clone())),
            Who::Nobody { .. } => return Err(Failure::no_page()),
            Who::Anybody => (world.viewer_name().to_owned(), token(headers)),
        };
        let fresh = visit.is_none();
        let visit = match (visit, &state.loading) {
            (Some(visit), _) => visit,
            (None, Some(loading)) => loading.secret()?,
            (None, None) => return Err(Failure::no_page()),
        };
        Ok(Self { world, by, visit, fresh })
    }

    /// What their forms carry.
    pub(crate) fn form_token(&self) -> String {
        self.visit.form_token()
    }

    /// An answer that has their browser keep the token, where it does not have it.
    pub(crate) fn kept(&self, mut answer: Response) -> Result<Response, Failure> {
        if self.fresh {
            answer.headers_mut().insert(header::SET_COOKIE, keep(&self.visit, VISIT)?);
        }
        Ok(answer)
    }

    /// Refuses a form that was not made for them.
    fn accepts(&self, form: &str) -> Result<(), Failure> {
        if !self.fresh && self.visit.accepts(form) { Ok(()) } else { Err(foreign()) }
    }
}

impl FromRequestParts<State> for Loader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let who = Who::of(&parts.headers, state).await?;
        Seen::new(&who, parts, state)?;
        Self::new(&who, &parts.headers, state)
    }
}

/// A file that somebody sent who may load it.
pub(crate) struct LoadedFile {
    pub(crate) loader: Loader,
    /// What it is called where it comes from.
    pub(crate) called: String,
    pub(crate) bytes: Vec<u8>,
}

impl FromRequest<State> for LoadedFile {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let loader = sending_loader(request.headers(), state).await?;
        let Sent { form, called, bytes } = sent(request, state).await?;
        loader.accepts(&form)?;
        Ok(Self { loader, called, bytes })
    }
}

/// What somebody decided about a file that they load.
pub(crate) struct LoadForm {
    pub(crate) loader: Loader,
    pub(crate) values: Pairs,
}

impl FromRequest<State> for LoadForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let loader = sending_loader(request.headers(), state).await?;
        let Carried { form, values } = carried(request, state).await?;
        loader.accepts(&form)?;
        Ok(Self { loader, values })
    }
}

/// Whoever sends something from a page of this server, where they may load files.
async fn sending_loader(headers: &HeaderMap, state: &State) -> Result<Loader, Failure> {
    if !is_from_here(headers) {
        return Err(foreign());
    }
    Loader::new(&Who::of(headers, state).await?, headers, state)
}

/// What is said of a form that comes from elsewhere.
fn foreign() -> Failure {
    Failure::forbidden(
        "This form was not sent from a page of this server, or the page is too old. Open the page again and send it from \
         there. Nothing was changed.",
    )
}

/// The values of a form in which a name may stand more than once.
#[derive(Debug, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The first value of a name; empty when there is none.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of a name as people type texts: with the ends of lines as they are kept, and without signs that nobody
    /// sees.
    pub(crate) fn text(&self, name: &str) -> String {
        let lines = self.one(name).replace("\r\n", "\n").replace('\r', "\n");
        let kept: String = lines.chars().filter(|sign| matches!(sign, '\n' | '\t') || !sign.is_control()).collect();
        kept.trim().to_owned()
    }

    /// The first value of a name as a day, written as forms send it: `2026-03-02`.
    pub(crate) fn day(&self, name: &str) -> Option<Date> {
        let text = self.one(name).trim();
        text.parse::<Date>().ok().filter(|day| day.to_string() == text)
    }

    /// Every value of a name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> de::Visitor<'de> for Each {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("names with values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Each)
    }
}

/// Where a question came from, for counting attempts.
pub(crate) fn address(extensions: &Extensions) -> String {
    let info = extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or_else(|| "unknown".to_owned(), |info| info.0.ip().to_string())
}

/// Whether a browser says that a page of this server sent something. Browsers say so with every form.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site");
    let origin = text("origin");
    let host = text("host").unwrap_or_default();
    let own = |origin: &str| {
        let bare = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        bare.is_some_and(|bare| bare.eq_ignore_ascii_case(host))
    };
    (site.is_some() || origin.is_some()) && site.is_none_or(|site| site == "same-origin") && origin.is_none_or(own)
}

/// The token in the cookie.
fn token(headers: &HeaderMap) -> Option<Secret> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let own = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == COOKIE);
    own.map(|(_, value)| value).find_map(Secret::parse)
}

/// The header that has a browser keep a token. Scripts cannot read it, and other sites cannot send it with forms.
pub(crate) fn keep(token: &Secret, seconds: i64) -> Result<HeaderValue, Failure> {
    let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}", token.text());
    HeaderValue::try_from(cookie).map_err(|error| Failure::unwritten(&error))
}

/// The header that has a browser forget its token.
pub(crate) fn forget() -> HeaderValue {
    HeaderValue::from_static(FORGOTTEN)
}

/// Where to go after signing in: a page of this server, else the first one.
pub(crate) fn inside(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if next.starts_with('/') && !next.starts_with("//") && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_forms() {
        let pairs = Pairs(vec![
            ("text".to_owned(), " a\r\n<b>\u{0}\u{7}c \r".to_owned()),
            ("on".to_owned(), " 2026-03-02 ".to_owned()),
            ("at".to_owned(), "2026-03-02T05:00".to_owned()),
        ]);
        assert_eq!(pairs.text("text"), "a\n<b>c");
        assert_eq!(pairs.day("on"), Some(jiff::civil::date(2026, 3, 2)));
        assert_eq!((pairs.day("at"), pairs.day("text"), pairs.day("none")), (None, None, None));
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn from_here(pairs: &[(&'static str, &str)]) -> bool {
        let host = ("host", "127.0.0.1:7070");
        is_from_here(&headers(&pairs.iter().copied().chain([host]).collect::<Vec<_>>()))
    }

    #[test]
    fn forms_come_from_here() {
        assert!(from_here(&[("origin", "http://127.0.0.1:7070")]));
        assert!(from_here(&[("origin", "http://127.0.0.1:7070"), ("sec-fetch-site", "same-origin")]));
        for foreign in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:7071")],
            &[("origin", "http://127.0.0.1:7070.evil.example")],
            &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "http://127.0.0.1:7070"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!from_here(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn a_token_is_read_from_the_cookie() {
        let own = "ab".repeat(32);
        let read = |cookie: &str| token(&headers(&[("cookie", cookie)])).map(|token| token.text());
        assert_eq!(read(&format!("a=b; evenkeel={own}; c=d")), Some(own.clone()));
        assert_eq!(read(&format!("evenkeel=short; evenkeel={own}")), Some(own.clone()));
        for cookie in ["", "evenkeel=", "evenkeel=../../x", &*format!("evenkeel={own}0"), &*format!("xevenkeel={own}")]
        {
            assert_eq!(read(cookie), None, "{cookie}");
        }
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(inside("/scorecard/x?period=2026-10"), "/scorecard/x?period=2026-10");
        for next in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nset-cookie: x", "javascript:x"]
        {
            assert_eq!(inside(next), "/", "{next}");
        }
    }
}
