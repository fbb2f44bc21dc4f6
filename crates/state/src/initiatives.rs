//! Initiatives, as people write them down.

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::Initiative;
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::connect::alone;
use crate::entity::initiative;
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// A list as it is kept.
fn list<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    serde_json::Value::from(ids.collect::<Vec<_>>()).to_string()
}

fn read(model: initiative::Model) -> Option<Initiative> {
    let ids = |kept: &str| serde_json::from_str::<Vec<String>>(kept).ok();
    Some(Initiative {
        number: model.id,
        title: model.title,
        aim: model.aim,
        owner: model.owner,
        begins: model.begins.parse().ok()?,
        ends: model.ends.map(|ends| ends.parse()).transpose().ok()?,
        units: ids(&model.units)?.into_iter().map(UnitId::new).collect(),
        measures: ids(&model.measures)?.into_iter().map(MeasureId::new).collect(),
    })
}

fn written(initiative: &Initiative) -> initiative::ActiveModel {
    initiative::ActiveModel {
        id: NotSet,
        title: Set(initiative.title.clone()),
        aim: Set(initiative.aim.clone()),
        owner: Set(initiative.owner.clone()),
        begins: Set(initiative.begins.to_string()),
        ends: Set(initiative.ends.map(|ends| ends.to_string())),
        units: Set(list(initiative.units.iter().map(UnitId::as_str))),
        measures: Set(list(initiative.measures.iter().map(MeasureId::as_str))),
        withdrawn: Set(false),
    }
}

impl StateStore {
    /// All initiatives that were not withdrawn, by their first day and number.
    pub async fn initiatives(&self) -> Result<Vec<Initiative>, StateError> {
        let present = initiative::Entity::find().filter(initiative::Column::Withdrawn.eq(false));
        let present = present.order_by_asc(initiative::Column::Begins).order_by_asc(initiative::Column::Id);
        // What a newer version wrote in another way is none of ours.
        Ok(present.all(&self.database).await?.into_iter().filter_map(read).collect())
    }

    /// Writes an initiative down and returns its number; the one it has is not looked at.
    pub async fn add_initiative(&self, new: &Initiative, change: Change<'_>) -> Result<i64, StateError> {
        let transaction = alone(&self.database).await?;
        let added = written(new).insert(&transaction).await?;
        change.write(&transaction, Action::InitiativeAdded).await?;
        transaction.commit().await?;
        Ok(added.id)
    }

    /// Writes an initiative down in another way; false when it is not what was `seen` of it any more.
    pub async fn change_initiative(
        &self,
        seen: &Initiative,
        changed: &Initiative,
        change: Change<'_>,
    ) -> Result<bool, StateError> {
        let model = initiative::ActiveModel { id: Unchanged(seen.number), ..written(changed) };
        self.put_initiative(seen, model, Action::InitiativeChanged, change).await
    }

    /// Takes an initiative back; false when it is not what was `seen` of it any more.
    pub async fn withdraw_initiative(&self, seen: &Initiative, change: Change<'_>) -> Result<bool, StateError> {
        let model = initiative::ActiveModel { id: Unchanged(seen.number), withdrawn: Set(true), ..Default::default() };
        self.put_initiative(seen, model, Action::InitiativeWithdrawn, change).await
    }

    async fn put_initiative(
        &self,
        seen: &Initiative,
        model: initiative::ActiveModel,
        action: Action,
        change: Change<'_>,
    ) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = initiative::Entity::find_by_id(seen.number).one(&transaction).await?;
        if present.filter(|present| !present.withdrawn).and_then(read).as_ref() != Some(seen) {
            return Ok(false);
        }
        model.update(&transaction).await?;
        change.write(&transaction, action).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
