//! To whom digests are sent by mail, how often, and what came of the last one. All servers of a project share it, so that
//! one of them sends what is due, and none of them sends it again.

use evenkeel_model::digest::Rhythm;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::{mail, user};
use crate::trail::{Action, Change};
use crate::{StateError, StateStore, UserId};

/// What somebody chose, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailChoice {
    /// Who.
    pub user: UserId,
    /// Where they are written to.
    pub address: String,
    /// How often; none for never.
    pub rhythm: Option<Rhythm>,
    /// When a digest was last begun; when it was chosen, before the first.
    pub begun_at: Timestamp,
    /// When one was last sent.
    pub sent_at: Option<Timestamp>,
    /// How many tries have failed since.
    pub failures: u32,
    /// Why the last one was not sent; none while it has not ended, and when it was.
    pub why: Option<String>,
    /// The signals that were told in the last one.
    pub told: Vec<String>,
}

impl MailChoice {
    /// How often it is known that the last one was not sent; none where it was, or may have been.
    #[must_use]
    pub fn unsent(&self) -> Option<u32> {
        self.why.as_ref().map(|_| self.failures)
    }
}

fn read(model: mail::Model) -> MailChoice {
    MailChoice {
        user: UserId(model.user_id),
        address: model.address,
        rhythm: Rhythm::parse(&model.rhythm),
        begun_at: instant(model.begun_at),
        sent_at: model.sent_at.map(instant),
        failures: u32::try_from(model.failures).unwrap_or_default(),
        why: Some(model.why).filter(|why| !why.is_empty()),
        // What a newer version wrote in another way was told to nobody here.
        told: serde_json::from_str(&model.told).unwrap_or_default(),
    }
}

impl StateStore {
    /// What somebody chose; none when they never did.
    pub async fn mail_choice(&self, user: UserId) -> Result<Option<MailChoice>, StateError> {
        Ok(mail::Entity::find_by_id(user.0).one(&self.database).await?.map(read))
    }

    /// What everybody chose who did.
    pub async fn mail_choices(&self) -> Result<Vec<MailChoice>, StateError> {
        let all = mail::Entity::find().order_by_asc(mail::Column::UserId).all(&self.database).await?;
        Ok(all.into_iter().map(read).collect())
    }

    /// Chooses where somebody is written to and how often. The first digest comes at the next time after that.
    pub async fn choose_mail(
        &self,
        user: UserId,
        address: &str,
        rhythm: Option<Rhythm>,
        change: Change<'_>,
    ) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        if user::Entity::find_by_id(user.0).one(&transaction).await?.is_none() {
            return Err(StateError::NoUser);
        }
        let chosen = mail::ActiveModel {
            user_id: Set(user.0),
            address: Set(address.to_owned()),
            rhythm: Set(rhythm.map_or("", Rhythm::as_str).to_owned()),
            begun_at: Set(kept(change.at)),
            sent_at: Set(None),
            failures: Set(0),
            why: Set(String::new()),
            told: Set("[]".to_owned()),
        };
        mail::Entity::delete_by_id(user.0).exec(&transaction).await?;
        chosen.insert(&transaction).await?;
        change.write(&transaction, Action::MailChosen).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that a digest begins, unless somebody noted anything since `seen` was read; false then.
    pub async fn begin_mail(&self, seen: &MailChoice, now: Timestamp) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = mail::Entity::find().filter(mail::Column::UserId.eq(seen.user.0)).one(&transaction).await?;
        let Some(model) = present.filter(|model| read(model.clone()) == *seen) else { return Ok(false) };
        let mut begun = model.into_active_model();
        begun.begun_at = Set(kept(now));
        begun.failures = Set(i64::from(seen.failures).saturating_add(1));
        begun.why = Set(String::new());
        begun.update(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Notes that a digest was sent, with the signals that it told; `at` is none when there was nothing to say.
    pub async fn mail_sent(&self, user: UserId, at: Option<Timestamp>, told: &[String]) -> Result<(), StateError> {
        let Some(model) = mail::Entity::find_by_id(user.0).one(&self.database).await? else { return Ok(()) };
        let mut sent = model.into_active_model();
        if let Some(at) = at {
            sent.sent_at = Set(Some(kept(at)));
        }
        sent.failures = Set(0);
        sent.told = Set(serde_json::Value::from(told.to_vec()).to_string());
        sent.update(&self.database).await?;
        Ok(())
    }

    /// Notes that a digest is known not to have been sent, and why.
    pub async fn mail_not_sent(&self, user: UserId, why: &str) -> Result<(), StateError> {
        let Some(model) = mail::Entity::find_by_id(user.0).one(&self.database).await? else { return Ok(()) };
        let mut failed = model.into_active_model();
        failed.why = Set(why.to_owned());
        failed.update(&self.database).await?;
        Ok(())
    }
}
