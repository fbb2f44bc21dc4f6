//! Secret addresses at which calendars read the dates of a user. Everybody has one at most, and its digest is kept.

use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};

use crate::connect::{alone, instant, kept};
use crate::entity::{date_address, user};
use crate::trail::{Action, Change};
use crate::{Random, Secret, StateError, StateStore, User, UserId};

/// An address at which calendars read the dates of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateAddress {
    /// When it was made.
    pub made_at: Timestamp,
}

impl StateStore {
    /// Makes an address for somebody; one that they had is worth nothing from then on. It is told once.
    pub async fn make_date_address(
        &self,
        owner: UserId,
        random: &Random,
        change: Change<'_>,
    ) -> Result<Secret, StateError> {
        let secret = Secret::new(random)?;
        let transaction = alone(&self.database).await?;
        if user::Entity::find_by_id(owner.0).filter(user::Column::Active.eq(true)).one(&transaction).await?.is_none() {
            return Err(StateError::NoUser);
        }
        let of_owner = date_address::Column::UserId.eq(owner.0);
        date_address::Entity::delete_many().filter(of_owner).exec(&transaction).await?;
        let model = date_address::ActiveModel {
            id: NotSet,
            user_id: Set(owner.0),
            digest: Set(secret.digest()),
            made_at: Set(kept(change.at)),
        };
        model.insert(&transaction).await?;
        change.write(&transaction, Action::DateAddressMade).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// The address of somebody; none while they have none.
    pub async fn date_address(&self, owner: UserId) -> Result<Option<DateAddress>, StateError> {
        let of_owner = date_address::Column::UserId.eq(owner.0);
        let found = date_address::Entity::find().filter(of_owner).one(&self.database).await?;
        Ok(found.map(|model| DateAddress { made_at: instant(model.made_at) }))
    }

    /// Revokes the address of somebody; false when there is none, and nothing happens.
    pub async fn revoke_date_address(&self, owner: UserId, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let of_owner = date_address::Column::UserId.eq(owner.0);
        let gone = date_address::Entity::delete_many().filter(of_owner).exec(&transaction).await?;
        if gone.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, Action::DateAddressRevoked).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whose dates are read at an address, as they are now; nobody's when it was revoked or never was, and when its owner
    /// may not sign in.
    pub async fn date_address_holder(&self, secret: &Secret) -> Result<Option<User>, StateError> {
        let known = date_address::Column::Digest.eq(secret.digest());
        let Some(model) = date_address::Entity::find().filter(known).one(&self.database).await? else {
            return Ok(None);
        };
        Ok(self.user(UserId(model.user_id)).await?.filter(|user| user.active))
    }
}
