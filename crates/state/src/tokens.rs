//! Tokens with which programs ask in the name of a user.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::{token, user};
use crate::trail::{Action, Change};
use crate::users::fit;
use crate::{Random, Secret, StateError, StateStore, User, UserId};

/// How much later a token has to be used for that to be written down again.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// What a program may do with a token. It may never do what its owner may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read what the owner may see.
    Read,
    /// Send rows into the record, for as long as the owner may, and read nothing.
    Write,
}

impl Scope {
    const ALL: [Scope; 2] = [Scope::Read, Scope::Write];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
        }
    }
}

/// The number of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

/// A token with which a program asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The number.
    pub id: TokenId,
    /// Whose it is.
    pub owner: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What may be done with it; none when a newer version wrote it, and then nothing may.
    pub scope: Option<Scope>,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// What its owner calls it; no two of one owner are called the same, because the trail names them so.
    pub name: &'a str,
    /// What may be done with it.
    pub scope: Scope,
    /// How long it works.
    pub lasts: SignedDuration,
}

impl StateStore {
    /// Makes a token for somebody. It is told once, and its digest kept.
    pub async fn make_token(
        &self,
        owner: UserId,
        new: NewToken<'_>,
        random: &Random,
        change: Change<'_>,
    ) -> Result<Secret, StateError> {
        let name = fit(new.name, "name of the token")?;
        let secret = Secret::new(random)?;
        let transaction = alone(&self.database).await?;
        if user::Entity::find_by_id(owner.0).filter(user::Column::Active.eq(true)).one(&transaction).await?.is_none() {
            return Err(StateError::NoUser);
        }
        let same = token::Column::UserId.eq(owner.0).and(token::Column::Name.eq(name));
        if token::Entity::find().filter(same).count(&transaction).await? > 0 {
            return Err(StateError::TokenNameTaken { name: name.to_owned() });
        }
        let model = token::ActiveModel {
            id: NotSet,
            digest: Set(secret.digest()),
            user_id: Set(owner.0),
            name: Set(name.to_owned()),
            scope: Set(new.scope.as_str().to_owned()),
            created_at: Set(kept(change.at)),
            expires_at: Set(kept(change.at) + new.lasts.as_millis() as i64),
            used_at: Set(None),
        };
        model.insert(&transaction).await?;
        change.write(&transaction, Action::TokenMade).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Who asks with a token, as they are now; nobody when it has ended, was revoked, or never was, and when its owner may
    /// not sign in.
    pub async fn token_holder(&self, secret: &Secret, now: Timestamp) -> Result<Option<(User, Token)>, StateError> {
        let valid = token::Column::Digest.eq(secret.digest()).and(token::Column::ExpiresAt.gt(kept(now)));
        let Some(model) = token::Entity::find().filter(valid).one(&self.database).await? else { return Ok(None) };
        let found = read(model);
        let Some(owner) = self.user(found.owner).await?.filter(|user| user.active) else { return Ok(None) };
        if found.used_at.is_none_or(|used| now.duration_since(used) >= NOTED_EVERY) {
            let later = token::Entity::update_many().col_expr(token::Column::UsedAt, kept(now).into());
            // While others write, reading goes on: what is not noted now is noted with the next question.
            later.filter(token::Column::Id.eq(found.id.0)).exec(&self.database).await.ok();
        }
        Ok(Some((owner, found)))
    }

    /// All tokens, or those of one owner, by name; those that have ended among them.
    pub async fn tokens(&self, owner: Option<UserId>) -> Result<Vec<Token>, StateError> {
        let mut query = token::Entity::find().order_by_asc(token::Column::Name).order_by_asc(token::Column::Id);
        if let Some(owner) = owner {
            query = query.filter(token::Column::UserId.eq(owner.0));
        }
        Ok(query.all(&self.database).await?.into_iter().map(read).collect())
    }

    /// Revokes a token; false when there is none of that number, and nothing happens.
    pub async fn revoke_token(&self, id: TokenId, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let gone = token::Entity::delete_by_id(id.0).exec(&transaction).await?;
        if gone.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, Action::TokenRevoked).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn read(model: token::Model) -> Token {
    Token {
        id: TokenId(model.id),
        owner: UserId(model.user_id),
        name: model.name,
        scope: Scope::ALL.into_iter().find(|scope| scope.as_str() == model.scope),
        expires_at: instant(model.expires_at),
        used_at: model.used_at.map(instant),
    }
}
