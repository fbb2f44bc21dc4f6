//! Asking a provider: what it says of itself, its keys, and for tokens. It may be down, slow or wrong at any time.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::form_urlencoded;

use super::Settings;
use super::token::{Claims, Expected, Keys, Untrusted, read};
use crate::webhooks::is_local;

/// How long the provider may take to answer one question.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of an answer.
const LARGEST: usize = 256 * 1024;
/// For how long what the provider says of itself counts.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// For how long it counts while the provider does not say it again.
const USABLE: SignedDuration = SignedDuration::from_hours(24);
/// How long nobody asks again after the provider did not answer.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// How long nobody asks again for keys, whatever tokens are signed with.
const KEYS_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Why nobody signs in by way of the provider now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not answer, or not in time.
    Away,
    /// It answers with something that cannot be used.
    Wrong,
    /// It does not take what the browser brought back.
    Refused,
}

/// What a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What is known of a provider.
#[derive(Debug, Clone)]
struct Known {
    metadata: Metadata,
    keys: Keys,
    at: Timestamp,
}

/// What came of asking a provider what it is.
#[derive(Debug, Default)]
struct Looked {
    known: Option<Known>,
    failed: Option<(Timestamp, Trouble)>,
    /// When keys were asked for because a token was signed with another one.
    keys_at: Option<Timestamp>,
}

/// What the provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// Why it gives none.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// With what the provider is asked for more about somebody.
pub(super) struct Further {
    url: String,
    token: String,
}

/// A provider, asked when somebody signs in.
pub(super) struct Provider {
    settings: Settings,
    client: Client,
    /// Held while it is asked, so that many who sign in at once ask once.
    looked: Mutex<Looked>,
}

impl Provider {
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        // Nothing leads elsewhere; the proxies of the environment count, because a provider may be outside of the own network.
        let mut client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .user_agent("evenkeel");
        if is_local(&settings.issuer.url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| error.to_string())?;
        Ok(Self { settings, client, looked: Mutex::default() })
    }

    /// What the provider says of itself.
    pub(super) async fn metadata(&self, now: Timestamp) -> Result<Metadata, Trouble> {
        Ok(self.known(now).await?.metadata)
    }

    async fn known(&self, now: Timestamp) -> Result<Known, Trouble> {
        let mut looked = self.looked.lock().await;
        let within = |at: Timestamp, most: SignedDuration| now.duration_since(at).abs() < most;
        if let Some(known) = looked.known.as_ref().filter(|known| within(known.at, FRESH)) {
            return Ok(known.clone());
        }
        let failed = match looked.failed.filter(|(at, _)| within(*at, PAUSE)) {
            Some((_, trouble)) => trouble,
            None => match self.look(now).await {
                Ok(known) => {
                    looked.known = Some(known.clone());
                    looked.failed = None;
                    return Ok(known);
                }
                Err(trouble) => {
                    looked.failed = Some((now, trouble));
                    trouble
                }
            },
        };
        looked.known.as_ref().filter(|known| within(known.at, USABLE)).cloned().ok_or(failed)
    }

    /// Asks the provider what it is, and for its keys.
    async fn look(&self, now: Timestamp) -> Result<Known, Trouble> {
        let issuer = self.settings.issuer.written.as_str();
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = self.read(self.client.get(self.endpoint(&url)?)).await?;
        if metadata.issuer != issuer {
            return Err(wrong("the provider calls itself by another address than EVENKEEL_OPENID_ISSUER says"));
        }
        self.endpoint(&metadata.authorization_endpoint)?;
        self.endpoint(&metadata.token_endpoint)?;
        let keys = self.keys(&metadata).await?;
        Ok(Known { metadata, keys, at: now })
    }

    async fn keys(&self, metadata: &Metadata) -> Result<Keys, Trouble> {
        self.read(self.client.get(self.endpoint(&metadata.jwks_uri)?)).await
    }

    /// The keys, asked for again where that was not done just now.
    async fn keys_again(&self, now: Timestamp) -> Option<Keys> {
        let mut looked = self.looked.lock().await;
        if looked.keys_at.is_some_and(|at| now.duration_since(at).abs() < KEYS_PAUSE) {
            // Somebody else may have asked while this one waited.
            return looked.known.as_ref().map(|known| known.keys.clone());
        }
        looked.keys_at = Some(now);
        let metadata = looked.known.as_ref().map(|known| known.metadata.clone())?;
        let keys = self.keys(&metadata).await.ok()?;
        if let Some(known) = &mut looked.known {
            known.keys = keys.clone();
        }
        Some(keys)
    }

    /// An address that the provider names: encrypted, or on this machine where the provider is.
    fn endpoint(&self, text: &str) -> Result<Url, Trouble> {
        let url = Url::parse(text).map_err(|_| wrong("the provider names something that is no address"))?;
        let plain = url.scheme() == "http" && is_local(&url) && self.settings.issuer.url.scheme() == "http";
        if url.scheme() == "https" || plain {
            Ok(url)
        } else {
            Err(wrong("the provider names an address that is not encrypted"))
        }
    }

    /// Exchanges a code for what the provider says of whoever signed in, and for what further questions are asked with.
    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &str,
        nonce: &str,
        back: &str,
        now: Timestamp,
    ) -> Result<(Claims, Option<Further>), Trouble> {
        let Known { metadata, keys, .. } = self.known(now).await?;
        let tokens = self.tokens(&metadata, code, verifier, back).await?;
        let issuer = self.settings.issuer.written.as_str();
        let expected = Expected { issuer, client: &self.settings.client_id, nonce, now };
        let mut found = read(&tokens.id_token, &keys, &expected);
        if found.as_ref().err() == Some(&Untrusted::UnknownKey)
            && let Some(keys) = self.keys_again(now).await
        {
            found = read(&tokens.id_token, &keys, &expected);
        }
        let claims = found.map_err(|untrusted| {
            let why = match untrusted {
                Untrusted::UnknownKey => "it is signed with a key that the provider does not publish",
                Untrusted::Because(why) => why,
            };
            tracing::warn!(why, "a token of the provider does not count");
            Trouble::Wrong
        })?;
        let further = metadata.userinfo_endpoint.zip(tokens.access_token).map(|(url, token)| Further { url, token });
        Ok((claims, further))
    }

    async fn tokens(&self, metadata: &Metadata, code: &str, verifier: &str, back: &str) -> Result<Tokens, Trouble> {
        let asked = self.client.post(self.endpoint(&metadata.token_endpoint)?).header("accept", "application/json");
        let (head, form) = self.proof(metadata, code, verifier, back);
        let asked = match head {
            Some(head) => asked.header("authorization", head),
            None => asked,
        };
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body(form);
        let (status, body) = ask(asked).await?;
        if status == StatusCode::BAD_REQUEST || status == StatusCode::UNAUTHORIZED {
            let said = serde_json::from_slice::<Refusal>(&body).map(|refusal| refusal.error).unwrap_or_default();
            tracing::warn!(status = status.as_u16(), said = code_of(&said), "the provider gives no token");
            // A code that is too old or was used is the browser's; everything else is a matter of the settings.
            return Err(if said == "invalid_grant" { Trouble::Refused } else { Trouble::Wrong });
        }
        understood(status, &body)
    }

    /// What is sent to exchange a code: by what the provider knows this server, in the head where it takes that there, and
    /// the form.
    fn proof(&self, metadata: &Metadata, code: &str, verifier: &str, back: &str) -> (Option<String>, String) {
        let Settings { client_id, client_secret, .. } = &self.settings;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code").append_pair("code", code);
        form.append_pair("redirect_uri", back).append_pair("code_verifier", verifier);
        // Without a word, a provider takes the secret in the head of the request.
        let ways = metadata.token_endpoint_auth_methods_supported.as_deref();
        let in_head = ways.is_none_or(|ways| ways.iter().any(|way| way == "client_secret_basic"));
        let mut head = None;
        match client_secret {
            Some(secret) if in_head => {
                let written = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let both = STANDARD.encode(format!("{}:{}", written(client_id), written(secret)));
                head = Some(format!("Basic {both}"));
            }
            Some(secret) => {
                form.append_pair("client_id", client_id).append_pair("client_secret", secret);
            }
            None => {
                form.append_pair("client_id", client_id);
            }
        }
        (head, form.finish())
    }

    /// What the provider says of somebody beside their token; nothing where it cannot be used.
    pub(super) async fn more(&self, further: &Further, subject: &str) -> Option<Map<String, Value>> {
        let asked = self.client.get(self.endpoint(&further.url).ok()?);
        let asked = asked.header("authorization", format!("Bearer {}", further.token));
        let more: Map<String, Value> = self.read(asked).await.ok()?;
        // What is said of somebody else is not theirs.
        (more.get("sub").and_then(Value::as_str) == Some(subject)).then_some(more)
    }

    async fn read<T: DeserializeOwned>(&self, asked: RequestBuilder) -> Result<T, Trouble> {
        let (status, body) = ask(asked.header("accept", "application/json")).await?;
        understood(status, &body)
    }
}

/// Asks, and takes in as much as an answer may have.
async fn ask(asked: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Trouble> {
    let away = |error: reqwest::Error| {
        // The address may hold a code, so that it is not told.
        let error = error.without_url();
        tracing::warn!(%error, "the provider of work accounts does not answer");
        Trouble::Away
    };
    let mut answer = asked.send().await.map_err(away)?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(away)? {
        if body.len() + piece.len() > LARGEST {
            return Err(wrong("the provider answers with more than is taken"));
        }
        body.extend_from_slice(&piece);
    }
    if answer.status().is_server_error() {
        tracing::warn!(status = answer.status().as_u16(), "the provider of work accounts does not work");
        return Err(Trouble::Away);
    }
    Ok((answer.status(), body))
}

fn understood<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Trouble> {
    if !status.is_success() {
        tracing::warn!(status = status.as_u16(), "the provider of work accounts refuses");
        return Err(Trouble::Wrong);
    }
    serde_json::from_slice(body).map_err(|error| {
        tracing::warn!(line = error.line(), column = error.column(), "the provider's answer cannot be read");
        Trouble::Wrong
    })
}

/// Something that the provider should not say.
fn wrong(why: &'static str) -> Trouble {
    tracing::warn!(why, "the provider of work accounts cannot be used");
    Trouble::Wrong
}

/// A word by which a provider names an error; anything else is not told.
pub(super) fn code_of(said: &str) -> &str {
    let plain = said.len() <= 40 && said.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { said } else { "something unreadable" }
}
