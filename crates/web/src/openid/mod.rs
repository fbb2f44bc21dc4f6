//! Signing in with a work account: an account of a provider that speaks OpenID Connect, by an authorization code with PKCE.
//!
//! The provider says who somebody is, and nothing else: what they may see is decided here. It is asked when somebody signs in
//! and never before, so that the server starts, and passwords work, while it is away.

mod begun;
mod entering;
mod provider;
mod token;

use evenkeel_state::{Secret, StateError, WorkAccount};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Map, Value};

pub(crate) use begun::{Begun, forget};
pub(crate) use entering::Entered;
pub(crate) use provider::Trouble;

use crate::accounts::Accounts;
use crate::webhooks::is_local;
use provider::{Provider, code_of};

/// Where a sign-in begins.
pub(crate) const BEGIN: &str = "/sign-in/openid";
/// Where the provider leads back to.
pub(crate) const BACK: &str = "/sign-in/openid/return";
/// For how long a way back is remembered that was gone.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(20);
/// The longest code of a provider.
const LONGEST_CODE: usize = 4096;
/// The claim that holds an e-mail address.
const EMAIL: &str = "email";

/// The address of a provider.
#[derive(Debug, Clone)]
pub struct Issuer {
    url: Url,
    /// As it was written, which is what the provider calls itself.
    written: String,
}

impl Issuer {
    /// Reads one; in words why it cannot be the address of a provider.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| "it is no address; write https://host/path".to_owned())?;
        let plain = url.scheme() == "http" && is_local(&url);
        if url.scheme() != "https" && !plain {
            return Err("it begins with https://; http:// is for this machine alone".to_owned());
        }
        let more = url.query().is_some() || url.fragment().is_some();
        if more || !url.username().is_empty() || url.password().is_some() {
            return Err("it holds something besides host and path".to_owned());
        }
        Ok(Self { url, written: text.to_owned() })
    }
}

/// How a provider is used.
#[derive(Clone)]
pub struct Settings {
    /// Its address.
    pub issuer: Issuer,
    /// What the provider calls this server.
    pub client_id: String,
    /// By what it knows this server; none where PKCE is enough for it.
    pub client_secret: Option<String>,
    /// Where people open the pages; none where they do so at the address at which the server listens.
    pub pages: Option<String>,
    /// What the button says.
    pub button: String,
    /// The claim that holds the name by which somebody was added.
    pub claim: String,
    /// Whether people come in whom nobody added.
    pub admits: bool,
}

/// A provider by which people sign in.
pub struct OpenId {
    settings: Settings,
    provider: Provider,
}

/// Where a browser is sent, and what it keeps meanwhile.
pub(crate) struct Sent {
    pub(crate) to: String,
    pub(crate) begun: Begun,
}

/// What somebody came back with.
pub(crate) struct Returned<'a> {
    pub(crate) state: &'a str,
    pub(crate) code: &'a str,
    /// Why there is no code, as the provider names it.
    pub(crate) error: &'a str,
    /// Who says that it sends them; some providers do not say it.
    pub(crate) issuer: Option<&'a str>,
}

/// Why somebody does not get in.
#[derive(Debug)]
pub(crate) enum NotIn {
    /// The sign-in was not begun in this browser, took too long, or was ended before.
    NotBegun,
    /// They, or the provider, did not want to.
    Declined,
    /// The provider cannot be used.
    Provider(Trouble),
    /// The database cannot be used.
    State(StateError),
}

impl From<StateError> for NotIn {
    fn from(error: StateError) -> Self {
        NotIn::State(error)
    }
}

/// Who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// With which account.
    pub(crate) account: WorkAccount,
    /// The name by which they may have been added, where the provider vouches for it.
    pub(crate) sign_in: Option<String>,
    /// What people call them.
    pub(crate) called: Option<String>,
}

impl OpenId {
    /// A provider. Nothing is asked of it yet.
    pub fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { provider: Provider::new(settings.clone())?, settings })
    }

    /// What the button says.
    pub(crate) fn button(&self) -> &str {
        &self.settings.button
    }

    /// Whether people come in whom nobody added.
    pub(crate) fn admits(&self) -> bool {
        self.settings.admits
    }

    /// Where the provider leads back to, for whoever asked this machine by `host`.
    fn back(&self, host: &str) -> String {
        self.settings.pages.as_ref().map_or_else(|| format!("http://{host}{BACK}"), |pages| format!("{pages}{BACK}"))
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(
        &self,
        secret: &Secret,
        next: &str,
        invitation: Option<Secret>,
        host: &str,
        now: Timestamp,
    ) -> Result<Sent, Trouble> {
        let metadata = self.provider.metadata(now).await?;
        let begun = Begun::new(secret, next, invitation, now);
        let mut to = Url::parse(&metadata.authorization_endpoint).map_err(|_| Trouble::Wrong)?;
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email profile")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.back(host))
            .append_pair("state", &begun.state())
            .append_pair("nonce", &begun.nonce())
            .append_pair("code_challenge", &begun.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(Sent { to: to.into(), begun })
    }

    /// Who came back from the provider to end what their browser began.
    pub(crate) async fn end(
        &self,
        accounts: &Accounts,
        begun: &Begun,
        returned: &Returned<'_>,
        host: &str,
    ) -> Result<Identity, NotIn> {
        let now = accounts.now();
        // What is remembered is the state itself, not how it was written in the address.
        if !begun.is_state(returned.state) || !accounts.store.returns_once(&begun.state(), REMEMBERED, now).await? {
            return Err(NotIn::NotBegun);
        }
        if returned.issuer.is_some_and(|issuer| issuer != self.settings.issuer.written) {
            tracing::warn!("somebody came back from another provider than the one they were sent to");
            return Err(NotIn::Provider(Trouble::Wrong));
        }
        if !returned.error.is_empty() {
            tracing::info!(said = code_of(returned.error), "the provider did not sign somebody in");
            let away = ["temporarily_unavailable", "server_error"].contains(&returned.error);
            return Err(if away { NotIn::Provider(Trouble::Away) } else { NotIn::Declined });
        }
        if returned.code.is_empty() || returned.code.len() > LONGEST_CODE {
            return Err(NotIn::Provider(Trouble::Refused));
        }
        let (verifier, nonce, back) = (begun.verifier(), begun.nonce(), self.back(host));
        let ended = self.provider.exchange(returned.code, &verifier, &nonce, &back, now).await;
        let (claims, further) = ended.map_err(NotIn::Provider)?;
        let more = match further.filter(|_| self.name_in(&claims.others).is_none()) {
            Some(further) => self.provider.more(&further, &claims.sub).await,
            None => None,
        };
        // Address and vouching come from the same place.
        let sign_in = self.name_in(more.as_ref().unwrap_or(&claims.others));
        let called =
            [Some(&claims.others), more.as_ref()].into_iter().flatten().find_map(|claims| text(claims, "name"));
        let account = WorkAccount { issuer: self.settings.issuer.written.clone(), subject: claims.sub };
        Ok(Identity { account, sign_in, called })
    }

    /// The name by which somebody may have been added. An e-mail address counts only where the provider says that it made
    /// sure of it; another claim does because whoever set the server up named it.
    fn name_in(&self, claims: &Map<String, Value>) -> Option<String> {
        let sure = match claims.get("email_verified") {
            Some(Value::Bool(sure)) => *sure,
            // Some providers write it as a text.
            Some(Value::String(sure)) => sure == "true",
            _ => false,
        };
        let name = text(claims, &self.settings.claim).filter(|_| self.settings.claim != EMAIL || sure)?;
        // Names are compared in small letters. A sign that only looks like the capital of another must not become that.
        (name.to_lowercase() == name.to_ascii_lowercase()).then_some(name)
    }
}

/// A claim that is a text.
fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.trim();
    token::is_subject(text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_of_providers() {
        for good in
            ["https://id.example", "https://10.0.0.7/realms/bank", "http://127.0.0.1:8080", "http://localhost/x"]
        {
            assert!(Issuer::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "id.example",
            "http://id.example",
            "http://10.0.0.7/",
            "https://me:secret@id.example",
            "https://id.example/?a=b",
            "https://id.example/#a",
            "file:///etc/passwd",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_e_mail_address_counts_only_where_the_provider_made_sure_of_it() {
        let open = |claim: &str| {
            let settings = Settings {
                issuer: Issuer::parse("https://id.example").unwrap(),
                client_id: "scorecard".to_owned(),
                client_secret: None,
                pages: None,
                button: String::new(),
                claim: claim.to_owned(),
                admits: false,
            };
            OpenId::new(settings).unwrap()
        };
        let name = |claim: &str, claims: Value| open(claim).name_in(claims.as_object().unwrap());
        let email = "rosa@bank.example";
        assert_eq!(name("email", json!({ "email": email, "email_verified": true })).as_deref(), Some(email));
        assert_eq!(name("email", json!({ "email": email, "email_verified": "true" })).as_deref(), Some(email));
        for unsure in [json!(false), json!("false"), json!(1), Value::Null] {
            assert_eq!(name("email", json!({ "email": email, "email_verified": unsure })), None);
        }
        assert_eq!(name("email", json!({ "email": email })), None);
        assert_eq!(name("email", json!({ "email": [email], "email_verified": true })), None);
        assert_eq!(name("email", json!({ "preferred_username": "rosa", "email_verified": true })), None);
        assert_eq!(name("preferred_username", json!({ "preferred_username": " rosa " })).as_deref(), Some("rosa"));
        assert_eq!(name("preferred_username", json!({ "preferred_username": "ro\u{200b}sa" })), None);
        // The sign of the unit kelvin is a k in small letters.
        assert_eq!(name("email", json!({ "email": "mar\u{212a}@bank.example", "email_verified": true })), None);
        assert_eq!(
            name("preferred_username", json!({ "preferred_username": "J\u{f6}rg" })).as_deref(),
            Some("J\u{f6}rg")
        );
    }
}
