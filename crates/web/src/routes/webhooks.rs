//! Addresses that are told of new signals, for whoever looks after accounts.

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{Delivery, DeliveryState, MOST_WEBHOOKS, Secret, StateError, Webhook};
use evenkeel_view::number::counted;
use evenkeel_view::page::{DeliveryLine, OneTimeToken, WebhookLine, WebhooksPage};
use jiff::Timestamp;
use serde::Deserialize;

use super::sign_in::Nothing;
use super::{Done, answer_page, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{Administering, Administrator, Filled};
use crate::webhooks::{Signals, address};

/// Where the addresses are.
pub(super) const WEBHOOKS: &str = "/administration/webhooks";
/// What the text of a secret begins with, by which those who search for lost secrets find it.
const SECRET_PREFIX: &str = "evs_";
/// How many deliveries the page shows.
const SHOWN: u64 = 50;

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("removed", "The address was removed; nothing is sent there any more."),
    ("test", "A test is on its way. In a few seconds the list of messages says what came of it."),
];

/// An address to be told.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    address: String,
}

/// What the page says beside the addresses.
#[derive(Default)]
struct Said {
    notice: Option<String>,
    error: Option<String>,
    made: Option<OneTimeToken>,
}

/// The addresses, and what they were told.
pub(crate) async fn show(
    administrator: Administrator,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    page(&administrator, StatusCode::OK, Said { notice: done.notice(DONE), ..Said::default() }).await
}

/// Registers an address, and shows once what its messages are signed with.
pub(crate) async fn add(Shared(state): Shared<State>, filled: Filled<Wanted>) -> Result<Response, Failure> {
    let (Wanted { address: typed }, administrator) = filled.by::<Administering>(&state)?;
    let refused = |why: String| Said { error: Some(format!("Nothing was registered: {why}.")), ..Said::default() };
    let url = match address(&typed) {
        Ok(url) => url.to_string(),
        Err(why) => return page(&administrator, StatusCode::UNPROCESSABLE_ENTITY, refused(why)).await,
    };
    let accounts = &administrator.accounts;
    let secret = Secret::new(&accounts.random).map_err(StateError::from)?;
    let secret = format!("{SECRET_PREFIX}{}", secret.text());
    let present = Signals::of(&state.present()).await.map(|signals| signals.names()).unwrap_or_default();
    let change = accounts.change(&administrator.user.sign_in, &url);
    if accounts.store.add_webhook(&url, &secret, &present, change).await?.is_none() {
        let why = format!("there are {MOST_WEBHOOKS} already");
        return page(&administrator, StatusCode::UNPROCESSABLE_ENTITY, refused(why)).await;
    }
    let made = OneTimeToken { name: url, text: secret };
    page(&administrator, StatusCode::OK, Said { made: Some(made), ..Said::default() }).await
}

/// Removes one.
pub(crate) async fn remove(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, administrator) = filled.by::<Administering>(&state)?;
    let webhook = found(&administrator, id).await?;
    let change = administrator.accounts.change(&administrator.user.sign_in, &webhook.address);
    if !administrator.accounts.store.remove_webhook(id, change).await? {
        return Err(unknown());
    }
    Ok(Redirect::to(&format!("{WEBHOOKS}?done=removed")).into_response())
}

/// Has one be told something that is not new.
pub(crate) async fn test(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, administrator) = filled.by::<Administering>(&state)?;
    let webhook = found(&administrator, id).await?;
    let accounts = &administrator.accounts;
    let now = accounts.now();
    let signals = Signals::of(&state.present()).await.ok_or_else(|| {
        Failure::not_found("There are no data yet, so that there is nothing to tell. Import a source: evenkeel import")
    })?;
    accounts.store.tell(webhook.id, &signals.test(now), now).await?;
    Ok(Redirect::to(&format!("{WEBHOOKS}?done=test")).into_response())
}

async fn found(administrator: &Administrator, id: i64) -> Result<Webhook, Failure> {
    let all = administrator.accounts.store.webhooks().await?;
    all.into_iter().find(|webhook| webhook.id == id).ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::not_found("There is no such address.")
}

async fn page(administrator: &Administrator, status: StatusCode, said: Said) -> Result<Response, Failure> {
    let (world, store) = (&administrator.world, &administrator.accounts.store);
    let zone = &world.project().time_zone;
    let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%-d %b %Y %H:%M").to_string();
    let line = |webhook: Webhook| WebhookLine {
        made: format!("Registered by {} on {}", webhook.made_by, at(webhook.made_at)),
        url: format!("{WEBHOOKS}/{}", webhook.id),
        address: webhook.address,
    };
    let message = |delivery: Delivery| DeliveryLine {
        at: at(delivery.made_at),
        address: delivery.address.clone(),
        about: delivery.about.clone(),
        state: match delivery.state {
            DeliveryState::Delivered => "Delivered",
            DeliveryState::Failed => "Given up",
            DeliveryState::Waiting if delivery.attempts == 0 => "Not sent yet",
            DeliveryState::Waiting => "To be sent again",
        }
        .to_owned(),
        said: match delivery.state {
            _ if delivery.attempts == 0 => String::new(),
            DeliveryState::Waiting => {
                format!(
                    "{}; {} so far, next at {}",
                    delivery.said,
                    counted_attempts(delivery.attempts),
                    at(delivery.next_at)
                )
            }
            _ => format!("{}; {}", delivery.said, counted_attempts(delivery.attempts)),
        },
    };
    let page = WebhooksPage {
        frame: world.frame("Webhooks", &links(world), "Administration"),
        notice: said.notice,
        error: said.error,
        made: said.made,
        webhooks: store.webhooks().await?.into_iter().map(line).collect(),
        deliveries: store.deliveries(SHOWN).await?.into_iter().map(message).collect(),
        add_url: WEBHOOKS.to_owned(),
        administration_url: "/administration".to_owned(),
        form_token: administrator.form_token.clone(),
    };
    answer_page(status, &page)
}

fn counted_attempts(attempts: i64) -> String {
    counted(attempts.unsigned_abs(), "attempts")
}
