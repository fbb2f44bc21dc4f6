//! Signing in, setting up, choosing a password, administering accounts, and the audit trail.
//!
//! Forms carry a token by which the server knows that they come from a page of its own, and work without scripts.

use askama::Template;
use serde::Serialize;

use crate::page::frame::{Choice, Frame, Link};

/// A way in with a work account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Door {
    /// What the button says.
    pub label: String,
    /// Where it leads.
    #[serde(skip)]
    pub url: String,
}

/// Where somebody signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// What stands around it.
    pub frame: Frame,
    /// The name of the organisation.
    pub organisation: String,
    /// What happened before: signed out, or a session that ended.
    pub notice: Option<String>,
    /// Why nobody was signed in with a work account.
    pub refused: Option<String>,
    /// The way in with a work account, where there is one.
    pub work: Option<Door>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// What was typed as name.
    pub sign_in: String,
    /// The page that was asked for.
    pub next: String,
    /// Where the public edition of the charter is.
    pub charter_url: Option<String>,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// Where the first administrator is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    /// What stands around it.
    pub frame: Frame,
    /// The name of the organisation.
    pub organisation: String,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// What was typed as name.
    pub name: String,
    /// What was typed as name to sign in with.
    pub sign_in: String,
    /// The fewest characters of a password.
    pub shortest: usize,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// Where somebody chooses a password with a one-time link.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// What stands around it.
    pub frame: Frame,
    /// What people call them.
    pub name: String,
    /// What they sign in with.
    pub sign_in: String,
    /// The way in with a work account instead, where there is one.
    pub work: Option<Door>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Where the form leads.
    #[serde(skip)]
    pub url: String,
    /// The fewest characters of a password.
    pub shortest: usize,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// A link that is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneTimeLink {
    /// Whom it is for.
    pub name: String,
    /// The link.
    #[serde(skip)]
    pub url: String,
}

/// Where somebody is written to, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailForm {
    /// The address; empty where none was given.
    pub address: String,
    /// How often, to choose from.
    pub rhythms: Vec<Choice>,
    /// When the last message was sent, in words.
    pub sent: Option<String>,
    /// Why the last one was not.
    pub failed: Option<String>,
    /// Where the form leads.
    #[serde(skip)]
    pub url: String,
}

/// What somebody chooses for themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// What they sign in with.
    pub sign_in: String,
    /// At which time of day messages are sent; none where the server sends none.
    pub sends: Option<String>,
    /// Whether there is anything to write to them about.
    pub sees_units: bool,
    /// Where low scores are that they call back, or read; none for whom there are none.
    pub call_backs_url: Option<String>,
    /// Where dates are; none for whom none matter.
    pub dates_url: Option<String>,
    /// Where and how often.
    pub mail: MailForm,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// A role that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantLine {
    /// In words: `manager of Lakeside`.
    pub words: String,
    /// The role, as forms say it.
    pub role: String,
    /// The unit or person, as forms say it.
    pub over: String,
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserLine {
    /// What people call them.
    pub name: String,
    /// What they sign in with.
    pub sign_in: String,
    /// Whether they can sign in, in words.
    pub state: String,
    /// Whether they may.
    pub active: bool,
    /// Whether they do so with a work account.
    pub linked: bool,
    /// When they signed in last, in words.
    pub seen: String,
    /// What they may see and do.
    pub grants: Vec<GrantLine>,
    /// Whether they are written to.
    pub mail: MailForm,
    /// Where forms about them lead.
    #[serde(skip)]
    pub url: String,
}

/// A token that is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneTimeToken {
    /// What its owner calls it.
    pub name: String,
    /// The token.
    #[serde(skip)]
    pub text: String,
}

/// A token with which a program asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenLine {
    /// What its owner calls it.
    pub name: String,
    /// Whose it is; empty on the page of the owner.
    pub owner: String,
    /// What may be done with it, in words.
    pub may: String,
    /// Until when it works, or since when no more, in words.
    pub state: String,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was used last, in words.
    pub used: String,
    /// Where the form that revokes it leads.
    #[serde(skip)]
    pub url: String,
}

/// The tokens with which somebody's programs ask.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "tokens.html")]
pub struct TokensPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// A token that was just made.
    pub made: Option<OneTimeToken>,
    /// The tokens, by name.
    pub tokens: Vec<TokenLine>,
    /// For how long a new one may work: label and number of days.
    pub lasting: Vec<Choice>,
    /// What a new one may do: label and word; empty where there is nothing to choose.
    pub scopes: Vec<Choice>,
    /// Where the form to make one leads.
    #[serde(skip)]
    pub add_url: String,
    /// Where it is explained how programs ask.
    pub api_url: String,
    /// Where somebody chooses whether they are written to.
    pub account_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// Accounts: users and what they may see.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "administration.html")]
pub struct AdministrationPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// A link that was just made.
    pub link: Option<OneTimeLink>,
    /// Everybody, by name.
    pub users: Vec<UserLine>,
    /// The roles to choose from: label and word.
    pub roles: Vec<Choice>,
    /// The units to choose from: name and identifier.
    pub units: Vec<Choice>,
    /// What each role sees.
    pub explained: Vec<(String, String)>,
    /// Where the form to add somebody leads.
    #[serde(skip)]
    pub add_url: String,
    /// The tokens of everybody, by owner.
    pub tokens: Vec<TokenLine>,
    /// Where the audit trail is.
    pub trail_url: String,
    /// Where the addresses are that are told of new signals.
    pub webhooks_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// An address that is told of new signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookLine {
    /// The address.
    pub address: String,
    /// Who registered it and when, in words.
    pub made: String,
    /// Where its forms lead.
    #[serde(skip)]
    pub url: String,
}

/// Something that an address is or was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryLine {
    /// When it was to be told first.
    pub at: String,
    /// The address.
    pub address: String,
    /// What it is about.
    pub about: String,
    /// How it stands.
    pub state: String,
    /// What came of the last attempt; empty before the first.
    pub said: String,
}

/// The addresses that are told of new signals.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// The secret of an address that was just registered.
    pub made: Option<OneTimeToken>,
    /// The addresses, the oldest first.
    pub webhooks: Vec<WebhookLine>,
    /// The latest messages, latest first.
    pub deliveries: Vec<DeliveryLine>,
    /// Where the form to register one leads.
    #[serde(skip)]
    pub add_url: String,
    /// Where administration begins.
    pub administration_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// Something that was done or looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailLine {
    /// When, in words.
    pub at: String,
    /// Who.
    pub who: String,
    /// What.
    pub action: String,
    /// About whom or what.
    pub about: String,
    /// Where it was done.
    pub origin: String,
}

/// The audit trail, latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "trail.html")]
pub struct TrailSheet {
    /// What stands around it.
    pub frame: Frame,
    /// What was recorded.
    pub lines: Vec<TrailLine>,
    /// Where the latest is, when this is not it.
    pub latest: Option<Link>,
    /// Where older entries are.
    pub older: Option<Link>,
    /// Where the accounts are.
    pub administration_url: String,
}
