//! Digests by mail: what one person is told, at most once a day, when they or whoever looks after accounts chose so.

mod smtp;

use std::sync::Arc;
use std::time::Duration;

use evenkeel_model::digest::Rhythm;
use evenkeel_state::{MailChoice, StateError, StateStore, User};
use evenkeel_view::page::{Arrangement, Digest, DigestDetail, Links, Place, Template, Visitor};
use futures::FutureExt;
use jiff::civil::Time;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use thiserror::Error;

pub use smtp::MailServer;

use self::smtp::Unsent;
use crate::accounts::{Access, Accounts};
use crate::error::Failure;
use crate::routes::{ACCOUNT, links};
use crate::server::{Clock, State};
use crate::viewer::Viewer;
use crate::world::{World, WorldError};

/// How often it is looked whether a digest is due.
const LOOK: Duration = Duration::from_secs(5);

/// What is needed to send mail.
pub struct Mail {
    /// Who takes it.
    pub server: MailServer,
    /// Whom it comes from.
    pub from: Mailbox,
    /// Where people open the pages, without a slash at the end.
    pub address: String,
    /// At which time of day digests are sent, in the time zone of the project.
    pub at: Time,
    /// When it is now, whatever instant the pages are of.
    pub clock: Clock,
}

/// Why a digest cannot be made.
#[derive(Debug, Error)]
pub enum DigestError {
    /// The figures cannot be read.
    #[error(transparent)]
    World(#[from] WorldError),
    /// What people typed cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A digest, and the signals that there are; these are remembered, so that the next one does not tell them again.
pub struct Made {
    /// The message; none when there is nothing to say.
    pub digest: Option<Digest>,
    /// The signals.
    pub signals: Vec<String>,
}

/// An address that mail can be sent to, or why not.
pub(crate) fn address(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let parsed: Result<Address, _> = typed.parse();
    // Longer ones are not allowed in mail (RFC 5321).
    let fits = typed.len() <= 254 && typed.is_ascii();
    match parsed {
        Ok(address) if fits => Ok(address.to_string()),
        _ => Err("that is no e-mail address; write one such as name@example.org".to_owned()),
    }
}

/// Who mail comes from: an address, or `Name <address>`.
pub fn sender(typed: &str) -> Result<Mailbox, String> {
    typed.parse().map_err(|_| "it is neither an e-mail address nor `Name <address>`".to_owned())
}

/// What somebody is told. Everything comes from the pages of today that they would open themselves.
pub async fn digest(
    world: &World,
    store: &StateStore,
    user: &User,
    rhythm: Rhythm,
    told: &[String],
    address: &str,
) -> Result<Made, DigestError> {
    let viewer = Viewer::User { sign_in: user.sign_in.clone(), grants: user.grants.clone() };
    // Nobody is named in what a digest tells, so that there is no look to be recorded.
    let world = world.seen_by(viewer, Visitor::default(), None);
    let world = world.with_initiatives(store.initiatives().await?.into()).with_notes(store.notes().await?.into());
    let links = links(&world);
    let mut pages = Vec::new();
    for place in world.top_places()? {
        let waiting = world.waiting(Some(store), &place, world.instant()).await?;
        // Boxed, because the compiler does not follow so many futures in each other.
        let page = world.today_page(&place, &links, &waiting).boxed().await?;
        pages.push((page, links.today(&place).unwrap_or_default()));
    }
    let detail = DigestDetail {
        organisation: &world.project().organisation,
        name: &user.name,
        rhythm: rhythm.as_str(),
        pages,
        told,
        address,
        stop: ACCOUNT,
    };
    Ok(Made { digest: Digest::new(&detail), signals: detail.signals() })
}

impl World {
    /// The highest units that the viewer sees, in the latest period; none before there are data.
    fn top_places(&self) -> Result<Vec<Place>, WorldError> {
        if !self.sees_units() {
            return Ok(Vec::new());
        }
        let period = match self.default_period() {
            Err(WorldError::NoData) => return Ok(Vec::new()),
            period => period?,
        };
        let compare_with = self.compared_by_default(None, period);
        let place = |unit| Place { unit, period, compare_with, arrangement: Arrangement::Legs };
        Ok(self.top_units().into_iter().map(place).collect())
    }
}

/// Sends every digest when it is due, until it is dropped.
pub(crate) async fn send_when_due(mail: &Mail, state: &State) {
    let Access::Accounts(accounts) = &state.access else { return };
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = mail.send_what_is_due(accounts, state).await {
            tracing::warn!(%error, "digests wait: what came of the last ones cannot be read or noted");
        }
    }
}

impl Mail {
    async fn send_what_is_due(&self, accounts: &Arc<Accounts>, state: &State) -> Result<(), StateError> {
        let choices = accounts.store.mail_choices().await?;
        for choice in choices {
            let Some(rhythm) = choice.rhythm else { continue };
            let present = state.present();
            let now = (self.clock)();
            let due = rhythm.due(self.at, choice.begun_at, choice.unsent(), &present.project().time_zone);
            if due > now {
                continue;
            }
            let Some(user) = accounts.store.user(choice.user).await?.filter(|user| user.active) else { continue };
            if !accounts.store.begin_mail(&choice, now).await? {
                continue;
            }
            let sent = self.send(&present, &accounts.store, &user, &choice, rhythm).boxed().await;
            match sent {
                Ok((sent, signals)) => {
                    accounts.store.mail_sent(choice.user, sent.then(|| (self.clock)()), &signals).await?;
                }
                Err(Unsent::Known(why)) => {
                    tracing::warn!(why, "a digest could not be sent");
                    accounts.store.mail_not_sent(choice.user, &why).await?;
                }
                Err(Unsent::Perhaps(why)) => {
                    tracing::warn!(why, "a digest may not have been sent; it is not sent again");
                }
            }
        }
        Ok(())
    }

    /// Whether anything was sent, and the signals that there are.
    async fn send(
        &self,
        world: &World,
        store: &StateStore,
        user: &User,
        choice: &MailChoice,
        rhythm: Rhythm,
    ) -> Result<(bool, Vec<String>), Unsent> {
        let made = digest(world, store, user, rhythm, &choice.told, &self.address).boxed().await;
        let Made { digest, signals } = made.map_err(|error| Unsent::Known(error.to_string()))?;
        let Some(digest) = digest else { return Ok((false, signals)) };
        let unwritten =
            |error: &dyn std::fmt::Display| Unsent::Known(format!("the message cannot be written: {error}"));
        let html = digest.render().map_err(|error| unwritten(&error))?;
        let to: Address = choice.address.parse().map_err(|error| unwritten(&error))?;
        // A name with signs of its own is put between quotes by the library.
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(user.name.clone()), to))
            .subject(&digest.subject)
            .multipart(MultiPart::alternative_plain_html(digest.text(), html))
            .map_err(|error| unwritten(&error))?;
        self.server.send(&message).await?;
        Ok((true, signals))
    }
}

/// What was chosen in a form: where somebody is written to, and how often; or why that cannot be.
pub(crate) fn chosen(typed: &str, rhythm: &str) -> Result<(String, Option<Rhythm>), String> {
    let rhythm = match rhythm {
        "none" => None,
        word => Some(Rhythm::parse(word).ok_or_else(|| format!("there is no rhythm `{word}`"))?),
    };
    if rhythm.is_none() && typed.trim().is_empty() {
        return Ok((String::new(), None));
    }
    Ok((address(typed)?, rhythm))
}

/// Keeps what was chosen.
pub(crate) async fn keep(
    accounts: &Accounts,
    by: &str,
    user: &User,
    (address, rhythm): (String, Option<Rhythm>),
) -> Result<(), Failure> {
    let rhythm_told = rhythm.map_or("no messages", Rhythm::as_str);
    let about = format!("{rhythm_told} for {}", user.sign_in);
    accounts.store.choose_mail(user.id, &address, rhythm, accounts.change(by, &about)).await?;
    Ok(())
}
