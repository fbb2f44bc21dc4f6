//! Imports that servers begin by themselves: when each source was last begun, and what came of it. All servers of a project
//! share it, so that one of them begins what is due and the others see that it was.

use evenkeel_model::schedule::Attempts;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::import;
use crate::{StateError, StateStore};

/// What came of the imports of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The source.
    pub source: String,
    /// When one was last begun.
    pub begun_at: Timestamp,
    /// When one last succeeded.
    pub succeeded_at: Option<Timestamp>,
    /// How many have failed since. One that has not ended counts as failed until it has: its server may be gone.
    pub failures: u32,
    /// Why the last one failed; none while it has not ended, and after it has succeeded.
    pub why: Option<String>,
}

impl ImportRecord {
    /// When it was begun, and how often it failed.
    #[must_use]
    pub fn attempts(&self) -> Attempts {
        Attempts { begun_at: Some(self.begun_at), failures: self.failures }
    }

    /// Whether one was begun and has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.failures > 0 && self.why.is_none()
    }
}

fn read(model: import::Model) -> ImportRecord {
    ImportRecord {
        source: model.source,
        begun_at: instant(model.begun_at),
        succeeded_at: model.succeeded_at.map(instant),
        failures: u32::try_from(model.failures).unwrap_or_default(),
        why: Some(model.why).filter(|why| !why.is_empty()),
    }
}

fn written(record: &ImportRecord) -> import::ActiveModel {
    import::ActiveModel {
        source: Set(record.source.clone()),
        begun_at: Set(kept(record.begun_at)),
        succeeded_at: Set(record.succeeded_at.map(kept)),
        failures: Set(i64::from(record.failures)),
        why: Set(record.why.clone().unwrap_or_default()),
    }
}

/// Puts a row in the place of the one that is there.
async fn put(transaction: &DatabaseTransaction, record: &ImportRecord) -> Result<(), StateError> {
    import::Entity::delete_by_id(record.source.clone()).exec(transaction).await?;
    written(record).insert(transaction).await?;
    Ok(())
}

impl StateStore {
    /// What came of every source that a server has begun to import, by name.
    pub async fn imports(&self) -> Result<Vec<ImportRecord>, StateError> {
        let all = import::Entity::find().order_by_asc(import::Column::Source).all(&self.database).await?;
        Ok(all.into_iter().map(read).collect())
    }

    /// Notes that the import of a source begins, unless another server noted that since `seen` was read; false then.
    pub async fn begin_import(
        &self,
        source: &str,
        seen: Option<&ImportRecord>,
        now: Timestamp,
    ) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = import::Entity::find_by_id(source.to_owned()).one(&transaction).await?.map(read);
        if present.as_ref() != seen {
            return Ok(false);
        }
        let begun = ImportRecord {
            source: source.to_owned(),
            begun_at: now,
            succeeded_at: seen.and_then(|seen| seen.succeeded_at),
            failures: seen.map_or(0, |seen| seen.failures).saturating_add(1),
            why: None,
        };
        put(&transaction, &begun).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Notes how an import ended: when it did, or why it failed.
    pub async fn end_import(&self, source: &str, ended: Result<Timestamp, &str>) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        let Some(model) = import::Entity::find_by_id(source.to_owned()).one(&transaction).await? else {
            return Ok(());
        };
        let mut changed = model.into_active_model();
        match ended {
            Ok(at) => {
                changed.succeeded_at = Set(Some(kept(at)));
                changed.failures = Set(0);
                changed.why = Set(String::new());
            }
            Err(why) => changed.why = Set(why.to_owned()),
        }
        changed.update(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes back that an import was begun, because somebody else was importing: what was there before is there again.
    pub async fn leave_import(&self, source: &str, before: Option<&ImportRecord>) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        match before {
            Some(before) => put(&transaction, before).await?,
            None => {
                import::Entity::delete_by_id(source.to_owned()).exec(&transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}
