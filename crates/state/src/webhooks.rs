//! Addresses that are told of new signals, which signals were told, and what came of telling them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::connect::{alone, instant, kept};
use crate::entity::{delivery, told_signal, webhook};
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// The most addresses that there can be.
pub const MOST_WEBHOOKS: u64 = 20;
/// How long the list of deliveries goes back.
const DELIVERIES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// For how long it is known that a signal was told. Later it is in no answer any more.
const SIGNALS_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How many names one question asks for.
const AT_ONCE: usize = 500;

/// An address that is told of new signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The number.
    pub id: i64,
    /// The address.
    pub address: String,
    /// Who registered it: the name to sign in with.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be tried, for the first time or again.
    Waiting,
    /// It was taken.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    const ALL: [DeliveryState; 3] = [DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Failed];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
        }
    }
}

/// Something that an address is or was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The number.
    pub id: i64,
    /// The address.
    pub address: String,
    /// What it is about, in words.
    pub about: String,
    /// When it was to be told first.
    pub made_at: Timestamp,
    /// How it stands; waiting where a newer version wrote what is not known here.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// What came of the last attempt, in words; empty before the first.
    pub said: String,
    /// When it is tried next, while it waits.
    pub next_at: Timestamp,
}

/// A delivery that is to be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// The number.
    pub id: i64,
    /// The address.
    pub address: String,
    /// What it is signed with.
    pub secret: String,
    /// What is sent.
    pub body: String,
    /// How often it was tried.
    pub attempts: i64,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about, in words.
    pub about: String,
    /// What is sent.
    pub body: String,
}

impl StateStore {
    /// Registers an address. The signals that there are at that time count as told. `secret` is kept as it is, because
    /// everything that is sent is signed with it. None when there are too many already.
    pub async fn add_webhook(
        &self,
        address: &str,
        secret: &str,
        present: &[String],
        change: Change<'_>,
    ) -> Result<Option<i64>, StateError> {
        let transaction = alone(&self.database).await?;
        if webhook::Entity::find().count(&transaction).await? >= MOST_WEBHOOKS {
            return Ok(None);
        }
        untold(&transaction, present, change.at).await?;
        let model = webhook::ActiveModel {
            id: NotSet,
            address: Set(address.to_owned()),
            secret: Set(secret.to_owned()),
            made_by: Set(change.by.to_owned()),
            made_at: Set(kept(change.at)),
        };
        let id = model.insert(&transaction).await?.id;
        change.write(&transaction, Action::WebhookAdded).await?;
        transaction.commit().await?;
        Ok(Some(id))
    }

    /// Every address, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StateError> {
        let all = webhook::Entity::find().order_by_asc(webhook::Column::Id).all(&self.database).await?;
        let read = |webhook::Model { id, address, made_by, made_at, .. }| Webhook {
            id,
            address,
            made_by,
            made_at: instant(made_at),
        };
        Ok(all.into_iter().map(read).collect())
    }

    /// Removes an address with all that waits for it; false when there is none of that number.
    pub async fn remove_webhook(&self, id: i64, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        if webhook::Entity::delete_by_id(id).exec(&transaction).await?.rows_affected == 0 {
            return Ok(false);
        }
        delivery::Entity::delete_many().filter(delivery::Column::WebhookId.eq(id)).exec(&transaction).await?;
        change.write(&transaction, Action::WebhookRemoved).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Has one address be told something.
    pub async fn tell(&self, webhook: i64, message: &Message, now: Timestamp) -> Result<(), StateError> {
        waiting(&self.database, webhook, message, now).await
    }

    /// Has every address be told of those among these signals that were not told before, all in one message; they count
    /// as told from now on. `message` makes it from their names.
    pub async fn announce(
        &self,
        signals: &[String],
        now: Timestamp,
        message: impl FnOnce(&BTreeSet<String>) -> Option<Message> + Send,
    ) -> Result<usize, StateError> {
        let transaction = alone(&self.database).await?;
        let new = untold(&transaction, signals, now).await?;
        if new.is_empty() {
            return Ok(0);
        }
        let old = kept(now - DELIVERIES_KEPT);
        delivery::Entity::delete_many().filter(delivery::Column::MadeAt.lt(old)).exec(&transaction).await?;
        let old = kept(now - SIGNALS_KEPT);
        told_signal::Entity::delete_many().filter(told_signal::Column::At.lt(old)).exec(&transaction).await?;
        if let Some(message) = message(&new) {
            for webhook in webhook::Entity::find().all(&transaction).await? {
                waiting(&transaction, webhook.id, &message, now).await?;
            }
        }
        transaction.commit().await?;
        Ok(new.len())
    }

    /// Takes deliveries that are to be tried now, the oldest first; at most `most`. Nobody else is given them before `until`,
    /// when they are due again if nothing was said of them: whoever took them was stopped.
    pub async fn take_due_deliveries(
        &self,
        now: Timestamp,
        until: Timestamp,
        most: u64,
    ) -> Result<Vec<DueDelivery>, StateError> {
        let due = delivery::Entity::find()
            .filter(delivery::Column::State.eq(DeliveryState::Waiting.as_str()))
            .filter(delivery::Column::NextAt.lte(kept(now)))
            .order_by_asc(delivery::Column::Id)
            .limit(most)
            .all(&self.database)
            .await?;
        let mut taken = Vec::new();
        for one in due {
            // Of several servers that saw it, the first one has it.
            let mine = delivery::Entity::update_many()
                .col_expr(delivery::Column::NextAt, SimpleExpr::value(kept(until)))
                .filter(delivery::Column::Id.eq(one.id))
                .filter(delivery::Column::State.eq(DeliveryState::Waiting.as_str()))
                .filter(delivery::Column::NextAt.eq(one.next_at))
                .filter(delivery::Column::Attempts.eq(one.attempts))
                .exec(&self.database)
                .await?;
            if mine.rows_affected == 1 {
                taken.push(one);
            }
        }
        let webhooks = webhook::Entity::find().all(&self.database).await?;
        let of = |delivery::Model { id, webhook_id, body, attempts, .. }| {
            let webhook = webhooks.iter().find(|webhook| webhook.id == webhook_id)?;
            let (address, secret) = (webhook.address.clone(), webhook.secret.clone());
            Some(DueDelivery { id, address, secret, body, attempts })
        };
        Ok(taken.into_iter().filter_map(of).collect())
    }

    /// Notes what came of an attempt. `next_at` is when it is tried again, while it waits.
    pub async fn delivery_tried(
        &self,
        id: i64,
        state: DeliveryState,
        said: &str,
        next_at: Timestamp,
    ) -> Result<(), StateError> {
        let change = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, SimpleExpr::value(state.as_str()))
            .col_expr(delivery::Column::Said, SimpleExpr::value(said))
            .col_expr(delivery::Column::NextAt, SimpleExpr::value(kept(next_at)))
            .col_expr(delivery::Column::Attempts, SimpleExpr::from(delivery::Column::Attempts.into_expr()).add(1));
        change.filter(delivery::Column::Id.eq(id)).exec(&self.database).await?;
        Ok(())
    }

    /// The latest deliveries, latest first; at most `most`.
    pub async fn deliveries(&self, most: u64) -> Result<Vec<Delivery>, StateError> {
        let found =
            delivery::Entity::find().order_by_desc(delivery::Column::Id).limit(most).all(&self.database).await?;
        let webhooks = self.webhooks().await?;
        let read = |model: delivery::Model| Delivery {
            id: model.id,
            address: webhooks
                .iter()
                .find(|webhook| webhook.id == model.webhook_id)
                .map_or_else(String::new, |webhook| webhook.address.clone()),
            about: model.about,
            made_at: instant(model.made_at),
            state: DeliveryState::ALL
                .into_iter()
                .find(|state| state.as_str() == model.state)
                .unwrap_or(DeliveryState::Waiting),
            attempts: model.attempts,
            said: model.said,
            next_at: instant(model.next_at),
        };
        Ok(found.into_iter().map(read).collect())
    }
}

/// Those of some signals that were not told, which count as told from now on.
async fn untold(
    transaction: &DatabaseTransaction,
    signals: &[String],
    now: Timestamp,
) -> Result<BTreeSet<String>, StateError> {
    let mut new: BTreeSet<String> = signals.iter().cloned().collect();
    for some in signals.chunks(AT_ONCE) {
        let names = told_signal::Column::Name.is_in(some.iter().map(String::as_str));
        for told in told_signal::Entity::find().filter(names).all(transaction).await? {
            new.remove(&told.name);
        }
    }
    for name in &new {
        let model = told_signal::ActiveModel { id: NotSet, name: Set(name.clone()), at: Set(kept(now)) };
        model.insert(transaction).await?;
    }
    Ok(new)
}

async fn waiting(
    database: &impl ConnectionTrait,
    webhook: i64,
    message: &Message,
    now: Timestamp,
) -> Result<(), StateError> {
    let model = delivery::ActiveModel {
        id: NotSet,
        webhook_id: Set(webhook),
        about: Set(message.about.clone()),
        body: Set(message.body.clone()),
        state: Set(DeliveryState::Waiting.as_str().to_owned()),
        attempts: Set(0),
        said: Set(String::new()),
        made_at: Set(kept(now)),
        next_at: Set(kept(now)),
    };
    model.insert(database).await?;
    Ok(())
}
