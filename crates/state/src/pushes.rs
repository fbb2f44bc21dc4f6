//! What programs were answered when they sent rows, so that they may send them again when they did not hear the answer.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::connect::{alone, earlier, kept};
use crate::entity::push;
use crate::trail::{Action, Change};
use crate::{StateError, StateStore, UserId};

/// For how long answers are kept.
const ANSWERS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A push, as its program names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushKey<'a> {
    /// Whose program it is.
    pub owner: UserId,
    /// What the program calls the push.
    pub name: &'a str,
}

impl PushKey<'_> {
    fn known_by(&self) -> String {
        format!("{}/{}", self.owner.0, self.name)
    }
}

/// What a program was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The digest of what it had sent.
    pub digest: String,
    /// The answer.
    pub answer: String,
}

impl StateStore {
    /// What was answered to a push; none when there was none of that name, or it was too long ago.
    pub async fn answer_to(&self, key: PushKey<'_>, now: Timestamp) -> Result<Option<KeptAnswer>, StateError> {
        let found = push::Entity::find()
            .filter(push::Column::KnownBy.eq(key.known_by()))
            .filter(push::Column::At.gt(kept(earlier(now, ANSWERS_KEPT))));
        let found = found.one(&self.database).await?;
        Ok(found.map(|push::Model { digest, answer, .. }| KeptAnswer { digest, answer }))
    }

    /// Keeps what was answered to a push, and says in the trail that there was one.
    pub async fn keep_answer(&self, key: PushKey<'_>, given: KeptAnswer, change: Change<'_>) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        let old = push::Column::At.lte(kept(earlier(change.at, ANSWERS_KEPT)));
        let gone = Condition::any().add(old).add(push::Column::KnownBy.eq(key.known_by()));
        push::Entity::delete_many().filter(gone).exec(&transaction).await?;
        let model = push::ActiveModel {
            id: NotSet,
            known_by: Set(key.known_by()),
            digest: Set(given.digest),
            answer: Set(given.answer),
            at: Set(kept(change.at)),
        };
        model.insert(&transaction).await?;
        change.write(&transaction, Action::Pushed).await?;
        transaction.commit().await?;
        Ok(())
    }
}
