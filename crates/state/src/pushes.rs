//! What programs were answered when they sent rows, so that they may send them again when they did not hear the answer.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::connect::{alone, earlier, kept};
use crate::entity::push;
use crate::trail::{Action, Change};
use crate::{StateError, StateStore, UserId};

/// For how long answers are kept.
const ANSWERS_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long it takes to take a push. A server that has not answered by then was ended, most likely; if not, the same rows
/// are taken twice, which changes nothing.
const TAKES: SignedDuration = SignedDuration::from_mins(1);

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

/// What is known of a push when it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushState {
    /// Nothing: whoever asks takes it now, and nobody else does.
    Yours,
    /// Another server takes rows of this digest by that name, or did and was ended before it could answer.
    Elsewhere {
        /// The digest of what was sent there.
        digest: String,
    },
    /// It was answered.
    Answered(KeptAnswer),
}

impl StateStore {
    /// Begins to take a push, unless it was answered, or is taken elsewhere. The same rows that were begun elsewhere long
    /// ago, and never answered, are begun again; others are not sent by that name.
    pub async fn begin_push(&self, key: PushKey<'_>, digest: &str, now: Timestamp) -> Result<PushState, StateError> {
        let transaction = alone(&self.database).await?;
        let old = push::Column::At.lte(kept(earlier(now, ANSWERS_KEPT)));
        push::Entity::delete_many().filter(old).exec(&transaction).await?;
        let found = push::Entity::find().filter(push::Column::KnownBy.eq(key.known_by())).one(&transaction).await?;
        if let Some(push::Model { digest: before, answer, at, .. }) = found {
            if !answer.is_empty() {
                return Ok(PushState::Answered(KeptAnswer { digest: before, answer }));
            }
            if before != digest || at > kept(earlier(now, TAKES)) {
                return Ok(PushState::Elsewhere { digest: before });
            }
        }
        put(&transaction, key, digest.to_owned(), String::new(), now).await?;
        transaction.commit().await?;
        Ok(PushState::Yours)
    }

    /// Leaves a push of which nothing was taken, so that other rows may be sent by that name.
    pub async fn leave_push(&self, key: PushKey<'_>) -> Result<(), StateError> {
        let unanswered = push::Column::KnownBy.eq(key.known_by()).and(push::Column::Answer.eq(""));
        push::Entity::delete_many().filter(unanswered).exec(&self.database).await?;
        Ok(())
    }

    /// Keeps what was answered to a push, and says in the trail that there was one.
    pub async fn keep_answer(&self, key: PushKey<'_>, given: KeptAnswer, change: Change<'_>) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        put(&transaction, key, given.digest, given.answer, change.at).await?;
        change.write(&transaction, Action::Pushed).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Writes what is known of a push in place of what was known.
async fn put(
    transaction: &DatabaseTransaction,
    key: PushKey<'_>,
    digest: String,
    answer: String,
    at: Timestamp,
) -> Result<(), StateError> {
    let before = push::Column::KnownBy.eq(key.known_by());
    push::Entity::delete_many().filter(before).exec(transaction).await?;
    let model = push::ActiveModel {
        id: NotSet,
        known_by: Set(key.known_by()),
        digest: Set(digest),
        answer: Set(answer),
        at: Set(kept(at)),
    };
    model.insert(transaction).await?;
    Ok(())
}
