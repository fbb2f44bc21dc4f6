//! Who is signed in.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::connect::{instant, kept};
use crate::entity::{grant, session, user};
use crate::users::made;
use crate::{Random, Secret, StateError, StateStore, User, UserId};

/// How much later a session has to be used for its time to be written down again.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How long somebody stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without asking for anything.
    pub idle: SignedDuration,
    /// Altogether.
    pub whole: SignedDuration,
}

impl Default for Lifetime {
    /// Half an hour without asking for anything, twelve hours altogether.
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), whole: SignedDuration::from_hours(12) }
    }
}

impl Lifetime {
    fn is_over(&self, created: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        now.duration_since(seen) >= self.idle || now.duration_since(created) >= self.whole
    }
}

/// What a token leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Somebody is signed in.
    User(User),
    /// Somebody was, until their time was over.
    Ended,
    /// Nobody ever was, or they signed out.
    Nobody,
}

impl StateStore {
    /// Signs somebody in. The token is always a new one.
    pub async fn begin_session(&self, id: UserId, random: &Random, now: Timestamp) -> Result<Secret, StateError> {
        let secret = Secret::new(random)?;
        let at = kept(now);
        let session = session::ActiveModel {
            digest: Set(secret.digest()),
            user_id: Set(id.0),
            created_at: Set(at),
            seen_at: Set(at),
        };
        session.insert(&self.database).await?;
        let seen = user::ActiveModel { id: Set(id.0), signed_in_at: Set(Some(at)), ..Default::default() };
        seen.update(&self.database).await?;
        Ok(secret)
    }

    /// Who holds a token. Using it keeps the session from ending.
    pub async fn session(&self, secret: &Secret, life: Lifetime, now: Timestamp) -> Result<Found, StateError> {
        self.found(secret, life, now, true).await
    }

    /// The same, where nobody asks for anything: the session is not used by it, and ends as it would have.
    pub async fn session_unused(&self, secret: &Secret, life: Lifetime, now: Timestamp) -> Result<Found, StateError> {
        self.found(secret, life, now, false).await
    }

    async fn found(&self, secret: &Secret, life: Lifetime, now: Timestamp, used: bool) -> Result<Found, StateError> {
        // One question for all of it, because every page asks it: a row per grant, or one without.
        let held = session::Entity::find_by_id(secret.digest())
            .find_also_related(user::Entity)
            .and_also_related(grant::Entity)
            .order_by_asc(grant::Column::Id)
            .all(&self.database)
            .await?;
        let (mut sessions, mut users, mut grants) = (Vec::new(), Vec::new(), Vec::new());
        for (session, user, grant) in held {
            sessions.push(session);
            users.extend(user);
            grants.extend(grant);
        }
        let Some(found) = sessions.pop() else { return Ok(Found::Nobody) };
        let seen = instant(found.seen_at);
        if life.is_over(instant(found.created_at), seen, now) {
            session::Entity::delete_by_id(secret.digest()).exec(&self.database).await?;
            return Ok(Found::Ended);
        }
        let Some(user) = users.pop().filter(|user| user.active) else { return Ok(Found::Nobody) };
        if used && now.duration_since(seen) >= NOTED_EVERY {
            let own = session::Column::Digest.eq(secret.digest());
            let later = session::Entity::update_many().col_expr(session::Column::SeenAt, kept(now).into());
            // While others write, reading goes on: what is not noted now is noted with the next page.
            later.filter(own).exec(&self.database).await.ok();
        }
        Ok(Found::User(made(user, &grants)?))
    }

    /// Signs out.
    pub async fn end_session(&self, secret: &Secret) -> Result<(), StateError> {
        session::Entity::delete_by_id(secret.digest()).exec(&self.database).await?;
        Ok(())
    }

    /// How many sessions have not ended.
    pub async fn open_sessions(&self, life: Lifetime, now: Timestamp) -> Result<u64, StateError> {
        let used = session::Column::SeenAt.gt(kept(now) - life.idle.as_millis() as i64);
        let young = session::Column::CreatedAt.gt(kept(now) - life.whole.as_millis() as i64);
        Ok(session::Entity::find().filter(used.and(young)).count(&self.database).await?)
    }

    /// Removes sessions whose time is over.
    pub async fn clear_sessions(&self, life: Lifetime, now: Timestamp) -> Result<(), StateError> {
        let idle = session::Column::SeenAt.lte(kept(now) - life.idle.as_millis() as i64);
        let over = session::Column::CreatedAt.lte(kept(now) - life.whole.as_millis() as i64);
        session::Entity::delete_many().filter(idle.or(over)).exec(&self.database).await?;
        Ok(())
    }
}
