//! Attempts to sign in: whoever guesses has to wait.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::attempt;
use crate::{StateError, StateStore};

/// How many attempts may fail, and for how long they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For one name.
    pub of_name: usize,
    /// From one address.
    pub of_address: usize,
    /// How long an attempt counts.
    pub within: SignedDuration,
}

impl Default for Limits {
    /// Five for a name, thirty from an address, for a quarter of an hour.
    fn default() -> Self {
        Self { of_name: 5, of_address: 30, within: SignedDuration::from_mins(15) }
    }
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may.
    Allowed {
        /// How many more may fail after it.
        left: usize,
    },
    /// Too many have failed.
    Wait {
        /// Until when.
        until: Timestamp,
    },
}

impl StateStore {
    /// Counts an attempt before it is made, so that many at once are counted too. A name is counted whether or not
    /// there is somebody of it.
    pub async fn attempt(
        &self,
        name: &str,
        address: &str,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Attempt, StateError> {
        // One after the other: another attempt must not take away what this one counts.
        let transaction = alone(&self.database).await?;
        let ended = attempt::Column::At.lte(kept(now) - limits.within.as_millis() as i64);
        attempt::Entity::delete_many().filter(ended).exec(&transaction).await?;
        let mut made = Vec::new();
        let mut left = usize::MAX;
        for (key, most) in [(of_name(name), limits.of_name), (of_address(address), limits.of_address)] {
            let own = attempt::ActiveModel { id: NotSet, counted_for: Set(key.clone()), at: Set(kept(now)) };
            made.push(own.insert(&transaction).await?.id);
            let all = attempt::Entity::find().filter(attempt::Column::CountedFor.eq(key));
            let all = all.order_by_asc(attempt::Column::Id).all(&transaction).await?;
            if all.len() > most {
                // What is refused does not count, so that the wait ends.
                attempt::Entity::delete_many().filter(attempt::Column::Id.is_in(made)).exec(&transaction).await?;
                transaction.commit().await?;
                let counted = all.len() - 1;
                let frees = all.get(counted.saturating_sub(most)).map_or(now, |oldest| instant(oldest.at));
                return Ok(Attempt::Wait { until: frees.saturating_add(limits.within).unwrap_or(Timestamp::MAX) });
            }
            left = left.min(most - all.len());
        }
        transaction.commit().await?;
        Ok(Attempt::Allowed { left })
    }

    /// An attempt has succeeded: those for the name count no more, and one less from the address.
    pub async fn succeeded(&self, name: &str, address: &str) -> Result<(), StateError> {
        self.forgive(name).await?;
        let from = attempt::Entity::find().filter(attempt::Column::CountedFor.eq(of_address(address)));
        if let Some(last) = from.order_by_desc(attempt::Column::Id).one(&self.database).await? {
            attempt::Entity::delete_by_id(last.id).exec(&self.database).await?;
        }
        Ok(())
    }

    /// Attempts for a name count no more.
    pub async fn forgive(&self, name: &str) -> Result<(), StateError> {
        attempt::Entity::delete_many()
            .filter(attempt::Column::CountedFor.eq(of_name(name)))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

/// Names and addresses are kept as digests: what is typed as a name may be a password.
fn of_name(name: &str) -> String {
    blake3::hash(format!("name {}", name.trim().to_lowercase()).as_bytes()).to_hex().to_string()
}

fn of_address(address: &str) -> String {
    blake3::hash(format!("address {address}").as_bytes()).to_hex().to_string()
}
