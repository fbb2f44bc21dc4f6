//! Work accounts: with which account of a provider somebody signs in (OpenID Connect).
//!
//! An account is known by the address of its provider and by what that calls it for good (`iss` and `sub`), never by an e-mail
//! address, which may be given to somebody else.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};

use crate::connect::{alone, earlier, kept};
use crate::entity::{invitation, returned_sign_in, session, user, work_account};
use crate::trail::{Action, Change, Origin};
use crate::users::insert;
use crate::{NewUser, Secret, StateError, StateStore, User, UserId};

/// An account of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkAccount {
    /// The address of the provider.
    pub issuer: String,
    /// What the provider calls it, for good.
    pub subject: String,
}

impl WorkAccount {
    fn is_it(&self) -> Condition {
        let subject = work_account::Column::Subject.eq(self.subject.as_str());
        Condition::all().add(work_account::Column::Issuer.eq(self.issuer.as_str())).add(subject)
    }

    /// Links it to somebody who may sign in; false when it is somebody's already, or when they have another one of this
    /// provider.
    async fn link(&self, database: &impl ConnectionTrait, id: UserId, at: Timestamp) -> Result<bool, StateError> {
        let active = user::Column::Id.eq(id.0).and(user::Column::Active.eq(true));
        if user::Entity::find().filter(active).count(database).await? == 0 {
            return Ok(false);
        }
        let of_user = Condition::all()
            .add(work_account::Column::Issuer.eq(self.issuer.as_str()))
            .add(work_account::Column::UserId.eq(id.0));
        let any = Condition::any().add(self.is_it()).add(of_user);
        if work_account::Entity::find().filter(any).count(database).await? > 0 {
            return Ok(false);
        }
        let model = work_account::ActiveModel {
            id: NotSet,
            issuer: Set(self.issuer.clone()),
            subject: Set(self.subject.clone()),
            user_id: Set(id.0),
            linked_at: Set(kept(at)),
        };
        model.insert(database).await?;
        Ok(true)
    }

    /// What the trail says of a link that somebody makes by signing in.
    async fn note(&self, database: &impl ConnectionTrait, sign_in: &str, at: Timestamp) -> Result<(), StateError> {
        let about = format!("{sign_in}: {} at {}", self.subject, self.issuer);
        let change = Change { by: sign_in, origin: Origin::Pages, about: &about, at };
        change.write(database, Action::WorkAccountLinked).await
    }
}

impl StateStore {
    /// Whose account it is, whether or not they may sign in.
    pub async fn user_of_work_account(&self, account: &WorkAccount) -> Result<Option<User>, StateError> {
        let found = work_account::Entity::find().filter(account.is_it()).one(&self.database).await?;
        match found {
            Some(found) => self.user(UserId(found.user_id)).await,
            None => Ok(None),
        }
    }

    /// Who has an account of a provider.
    pub async fn users_with_work_accounts(&self) -> Result<BTreeSet<UserId>, StateError> {
        let all = work_account::Entity::find().all(&self.database).await?;
        Ok(all.into_iter().map(|account| UserId(account.user_id)).collect())
    }

    /// Links an account to somebody, who signs in with it from now on; false, and nothing happens, when it is somebody's
    /// already, when they have another one of this provider, or when they may not sign in.
    pub async fn link_work_account(
        &self,
        user: &User,
        account: &WorkAccount,
        now: Timestamp,
    ) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        if !account.link(&transaction, user.id, now).await? {
            return Ok(false);
        }
        account.note(&transaction, &user.sign_in, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Uses a one-time link to link an account instead of choosing a password. Nobody when the link cannot be used, when
    /// they have a password, which would go on working, or when the account cannot be linked.
    pub async fn redeem_with_work_account(
        &self,
        secret: &Secret,
        account: &WorkAccount,
        now: Timestamp,
    ) -> Result<Option<User>, StateError> {
        let invited = self.invited(secret, now).await?.filter(|user| !user.has_password);
        let Some(user) = invited else { return Ok(None) };
        let transaction = alone(&self.database).await?;
        let used = invitation::Entity::delete_by_id(secret.digest()).exec(&transaction).await?;
        if used.rows_affected != 1 || !account.link(&transaction, user.id, now).await? {
            return Ok(None);
        }
        account.note(&transaction, &user.sign_in, now).await?;
        transaction.commit().await?;
        Ok(Some(user))
    }

    /// Adds somebody whom nobody added, with their account. Nobody before there is a first administrator, when somebody else
    /// signs in by the name, when it cannot be used, or when the account is somebody's already.
    pub async fn admit(
        &self,
        new: NewUser<'_>,
        account: &WorkAccount,
        now: Timestamp,
    ) -> Result<Option<User>, StateError> {
        let transaction = alone(&self.database).await?;
        if user::Entity::find().count(&transaction).await? == 0 {
            return Ok(None);
        }
        let id = match insert(&transaction, new, now).await {
            Ok(id) => id,
            Err(StateError::Name(_) | StateError::NameTaken { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(added) = user::Entity::find_by_id(id.0).one(&transaction).await? else { return Ok(None) };
        if !account.link(&transaction, id, now).await? {
            return Ok(None);
        }
        let change = Change { by: &added.sign_in, origin: Origin::Pages, about: &added.sign_in, at: now };
        change.write(&transaction, Action::UserAdded).await?;
        account.note(&transaction, &added.sign_in, now).await?;
        transaction.commit().await?;
        self.user(id).await
    }

    /// Removes the accounts of somebody, who is signed out everywhere; false when they have none, and nothing happens.
    pub async fn remove_work_accounts(&self, id: UserId, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let own = work_account::Column::UserId.eq(id.0);
        let gone = work_account::Entity::delete_many().filter(own).exec(&transaction).await?;
        if gone.rows_affected == 0 {
            return Ok(false);
        }
        session::Entity::delete_many().filter(session::Column::UserId.eq(id.0)).exec(&transaction).await?;
        change.write(&transaction, Action::WorkAccountRemoved).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether a way back from a provider is gone for the first time; it is remembered for as long as it could be used.
    pub async fn returns_once(&self, state: &str, usable: SignedDuration, now: Timestamp) -> Result<bool, StateError> {
        let digest = blake3::hash(state.as_bytes()).to_hex().to_string();
        let transaction = alone(&self.database).await?;
        let over = returned_sign_in::Column::At.lt(kept(earlier(now, usable)));
        returned_sign_in::Entity::delete_many().filter(over).exec(&transaction).await?;
        if returned_sign_in::Entity::find_by_id(digest.as_str()).one(&transaction).await?.is_some() {
            return Ok(false);
        }
        returned_sign_in::ActiveModel { digest: Set(digest), at: Set(kept(now)) }.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
