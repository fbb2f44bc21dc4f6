//! Users and what they may do.

use std::collections::BTreeMap;

use evenkeel_model::access::{Grant, Role};
use evenkeel_model::signs::is_unseen;
use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    SqlErr,
};
use thiserror::Error;

use crate::connect::{alone, instant, kept};
use crate::entity::{date_address, grant, invitation, session, token, user};
use crate::trail::{Action, Change, Origin};
use crate::{StateError, StateStore};

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// What people call each user, by sign-in name.
pub(crate) async fn names(database: &impl ConnectionTrait) -> Result<BTreeMap<String, String>, StateError> {
    let users = user::Entity::find().all(database).await?;
    Ok(users.into_iter().map(|user| (user.sign_in, user.name)).collect())
}

/// The number of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The number.
    pub id: UserId,
    /// What people call them.
    pub name: String,
    /// What they type to sign in, in small letters.
    pub sign_in: String,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// Whether they may sign in.
    pub active: bool,
    /// When they signed in last.
    pub signed_in_at: Option<Timestamp>,
    /// What they may see and do.
    pub grants: Vec<Grant>,
}

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// What people call them.
    pub name: &'a str,
    /// What they type to sign in.
    pub sign_in: &'a str,
    /// The hash of a password; none while they have to choose one.
    pub password: Option<String>,
    /// What they may see and do.
    pub grants: Vec<Grant>,
}

/// A name that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnfitName {
    /// Nothing was given.
    #[error("the {0} is missing")]
    Empty(&'static str),
    /// Too long.
    #[error("the {0} is longer than {LONGEST_NAME} characters")]
    TooLong(&'static str),
    /// Something that cannot be seen or typed.
    #[error("the {0} holds a line break or another sign that cannot be seen")]
    Unseen(&'static str),
    /// A space in what is typed to sign in.
    #[error("the name to sign in with holds a space")]
    Space,
}

/// A name without spaces around it.
pub(crate) fn fit<'a>(text: &'a str, what: &'static str) -> Result<&'a str, UnfitName> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UnfitName::Empty(what));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(UnfitName::TooLong(what));
    }
    if text.chars().any(is_unseen) {
        return Err(UnfitName::Unseen(what));
    }
    Ok(text)
}

/// What somebody signs in with, as it is kept.
fn sign_in_name(text: &str) -> Result<String, UnfitName> {
    let text = fit(text, "name to sign in with")?;
    if text.contains(char::is_whitespace) {
        return Err(UnfitName::Space);
    }
    Ok(text.to_lowercase())
}

impl StateStore {
    /// Whether there is anybody.
    pub async fn has_users(&self) -> Result<bool, StateError> {
        Ok(user::Entity::find().count(&self.database).await? > 0)
    }

    /// Adds the first user; refused when there is anybody. They are recorded to have added themselves.
    pub async fn add_first_user(&self, new: NewUser<'_>, now: Timestamp) -> Result<User, StateError> {
        let transaction = alone(&self.database).await?;
        if user::Entity::find().count(&transaction).await? > 0 {
            return Err(StateError::NotFirst);
        }
        let sign_in = sign_in_name(new.sign_in)?;
        let id = insert(&transaction, new, now).await?;
        let change = Change { by: &sign_in, origin: Origin::Pages, about: &sign_in, at: now };
        change.write(&transaction, Action::UserAdded).await?;
        transaction.commit().await?;
        self.user(id).await?.ok_or(StateError::NoUser)
    }

    /// Adds a user.
    pub async fn add_user(&self, new: NewUser<'_>, change: Change<'_>) -> Result<User, StateError> {
        let transaction = alone(&self.database).await?;
        let id = insert(&transaction, new, change.at).await?;
        change.write(&transaction, Action::UserAdded).await?;
        transaction.commit().await?;
        self.user(id).await?.ok_or(StateError::NoUser)
    }

    /// All users, by name.
    pub async fn users(&self) -> Result<Vec<User>, StateError> {
        let mut grants = grant::Entity::find().order_by_asc(grant::Column::Id).all(&self.database).await?;
        let mut users = Vec::new();
        for model in user::Entity::find().order_by_asc(user::Column::Id).all(&self.database).await? {
            let own: Vec<grant::Model>;
            (own, grants) = grants.into_iter().partition(|grant| grant.user_id == model.id);
            users.push(made(model, &own)?);
        }
        users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
        Ok(users)
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StateError> {
        let Some(model) = user::Entity::find_by_id(id.0).one(&self.database).await? else { return Ok(None) };
        self.with_grants(model).await.map(Some)
    }

    /// The user of a name to sign in with, and the hash of the password.
    pub async fn user_by_sign_in(&self, sign_in: &str) -> Result<Option<(User, Option<String>)>, StateError> {
        let Ok(sign_in) = sign_in_name(sign_in) else { return Ok(None) };
        let found = user::Entity::find().filter(user::Column::SignIn.eq(sign_in)).one(&self.database).await?;
        let Some(model) = found else { return Ok(None) };
        let password = model.password.clone();
        Ok(Some((self.with_grants(model).await?, password)))
    }

    /// Gives somebody a grant; false when they have it, and nothing happens.
    pub async fn give(&self, id: UserId, given: &Grant, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        if user::Entity::find_by_id(id.0).one(&transaction).await?.is_none() {
            return Err(StateError::NoUser);
        }
        if grant::Entity::find().filter(is_grant(id, given)).count(&transaction).await? > 0 {
            return Ok(false);
        }
        insert_grants(&transaction, id.0, std::slice::from_ref(given)).await?;
        change.write(&transaction, Action::Given).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a grant away; false when they never had it, and nothing happens. Refused when nobody could administer
    /// accounts any more.
    pub async fn take(&self, id: UserId, taken: &Grant, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let gone = grant::Entity::delete_many().filter(is_grant(id, taken)).exec(&transaction).await?;
        if gone.rows_affected == 0 {
            return Ok(false);
        }
        if taken.role() == Role::Administrator {
            someone_administers(&transaction).await?;
        }
        change.write(&transaction, Action::Taken).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Lets somebody sign in or not; false when that is so already, and nothing happens. Whoever may not any more is
    /// signed out at once, and one-time links, tokens and the address of a calendar end.
    pub async fn set_active(&self, id: UserId, active: bool, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = user::Entity::find_by_id(id.0).one(&transaction).await?.ok_or(StateError::NoUser)?;
        if present.active == active {
            return Ok(false);
        }
        let changed = user::ActiveModel { id: Set(id.0), active: Set(active), ..Default::default() };
        changed.update(&transaction).await?;
        if !active {
            session::Entity::delete_many().filter(session::Column::UserId.eq(id.0)).exec(&transaction).await?;
            invitation::Entity::delete_many().filter(invitation::Column::UserId.eq(id.0)).exec(&transaction).await?;
            token::Entity::delete_many().filter(token::Column::UserId.eq(id.0)).exec(&transaction).await?;
            let of_owner = date_address::Column::UserId.eq(id.0);
            date_address::Entity::delete_many().filter(of_owner).exec(&transaction).await?;
            let role = grant::Column::Role.eq(Role::Administrator.as_str());
            let administered = grant::Entity::find().filter(grant::Column::UserId.eq(id.0).and(role));
            if administered.one(&transaction).await?.is_some() {
                someone_administers(&transaction).await?;
            }
        }
        change.write(&transaction, if active { Action::Activated } else { Action::Deactivated }).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn with_grants(&self, model: user::Model) -> Result<User, StateError> {
        let own = grant::Entity::find().filter(grant::Column::UserId.eq(model.id)).order_by_asc(grant::Column::Id);
        made(model, &own.all(&self.database).await?)
    }
}

pub(crate) fn made(model: user::Model, grants: &[grant::Model]) -> Result<User, StateError> {
    let grants = grants.iter().map(|grant| Grant::new(&grant.role, &grant.over)).collect::<Result<_, _>>()?;
    Ok(User {
        id: UserId(model.id),
        name: model.name,
        sign_in: model.sign_in,
        has_password: model.password.is_some(),
        active: model.active,
        signed_in_at: model.signed_in_at.map(instant),
        grants,
    })
}

/// Adds somebody; the change is written into the trail by whoever calls.
pub(crate) async fn insert(
    database: &impl ConnectionTrait,
    new: NewUser<'_>,
    now: Timestamp,
) -> Result<UserId, StateError> {
    let sign_in = sign_in_name(new.sign_in)?;
    let model = user::ActiveModel {
        id: NotSet,
        name: Set(fit(new.name, "name")?.to_owned()),
        sign_in: Set(sign_in.clone()),
        password: Set(new.password),
        active: Set(true),
        created_at: Set(kept(now)),
        signed_in_at: Set(None),
    };
    let inserted = model.insert(database).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StateError::NameTaken { sign_in },
        _ => error.into(),
    })?;
    insert_grants(database, inserted.id, &new.grants).await?;
    Ok(UserId(inserted.id))
}

async fn insert_grants(database: &impl ConnectionTrait, user: i64, grants: &[Grant]) -> Result<(), StateError> {
    for given in grants {
        let model = grant::ActiveModel {
            id: NotSet,
            user_id: Set(user),
            role: Set(given.role().as_str().to_owned()),
            over: Set(given.over().to_owned()),
        };
        model.insert(database).await?;
    }
    Ok(())
}

/// Whether a row gives somebody a grant.
fn is_grant(id: UserId, given: &Grant) -> SimpleExpr {
    let own = grant::Column::UserId.eq(id.0).and(grant::Column::Role.eq(given.role().as_str()));
    own.and(grant::Column::Over.eq(given.over()))
}

/// Whether somebody is left who can sign in, because they have chosen a password, and administers accounts.
async fn someone_administers(database: &impl ConnectionTrait) -> Result<(), StateError> {
    let role = grant::Column::Role.eq(Role::Administrator.as_str());
    let administrators = grant::Entity::find().filter(role).all(database).await?;
    let ids = administrators.into_iter().map(|grant| grant.user_id);
    let active = user::Column::Id.is_in(ids).and(user::Column::Active.eq(true));
    let active = active.and(user::Column::Password.is_not_null());
    match user::Entity::find().filter(active).count(database).await? {
        0 => Err(StateError::LastAdministrator),
        _ => Ok(()),
    }
}
