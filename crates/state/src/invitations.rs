//! One-time links with which somebody chooses a password.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use crate::connect::{alone, kept};
use crate::entity::{invitation, session, user};
use crate::trail::{Action, Change, Origin};
use crate::{Random, Secret, StateError, StateStore, User, UserId};

/// How long a link can be used.
const USABLE: SignedDuration = SignedDuration::from_hours(72);

impl StateStore {
    /// A link for somebody; an earlier one ends.
    pub async fn invite(&self, id: UserId, random: &Random, change: Change<'_>) -> Result<Secret, StateError> {
        let secret = Secret::new(random)?;
        let transaction = alone(&self.database).await?;
        invitation::Entity::delete_many().filter(invitation::Column::UserId.eq(id.0)).exec(&transaction).await?;
        let expires_at = kept(change.at) + USABLE.as_millis() as i64;
        let link =
            invitation::ActiveModel { digest: Set(secret.digest()), user_id: Set(id.0), expires_at: Set(expires_at) };
        link.insert(&transaction).await?;
        change.write(&transaction, Action::LinkMade).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Whom a link is for; nobody when it was used, has ended, or never was.
    pub async fn invited(&self, secret: &Secret, now: Timestamp) -> Result<Option<User>, StateError> {
        let valid = invitation::Column::Digest.eq(secret.digest()).and(invitation::Column::ExpiresAt.gt(kept(now)));
        let Some(found) = invitation::Entity::find().filter(valid).one(&self.database).await? else { return Ok(None) };
        Ok(self.user(UserId(found.user_id)).await?.filter(|user| user.active))
    }

    /// Uses a link for nothing but to be gone, because whoever holds it came in otherwise; false when it was gone before.
    pub async fn use_up(&self, secret: &Secret) -> Result<bool, StateError> {
        Ok(invitation::Entity::delete_by_id(secret.digest()).exec(&self.database).await?.rows_affected == 1)
    }

    /// Uses a link: the password becomes another one, every session of the user ends, and attempts for the name count no
    /// more. Nobody when the link cannot be used.
    pub async fn redeem(&self, secret: &Secret, password: String, now: Timestamp) -> Result<Option<User>, StateError> {
        let Some(user) = self.invited(secret, now).await? else { return Ok(None) };
        let transaction = alone(&self.database).await?;
        let used = invitation::Entity::delete_by_id(secret.digest()).exec(&transaction).await?;
        if used.rows_affected != 1 {
            return Ok(None);
        }
        let changed = user::ActiveModel { id: Set(user.id.0), password: Set(Some(password)), ..Default::default() };
        changed.update(&transaction).await?;
        session::Entity::delete_many().filter(session::Column::UserId.eq(user.id.0)).exec(&transaction).await?;
        let change = Change { by: &user.sign_in, origin: Origin::Pages, about: &user.sign_in, at: now };
        change.write(&transaction, Action::PasswordChosen).await?;
        transaction.commit().await?;
        self.forgive(&user.sign_in).await?;
        Ok(Some(user))
    }
}
