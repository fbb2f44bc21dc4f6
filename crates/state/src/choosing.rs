//! What people say of measures that may be chosen, each for themselves, and those that were chosen.

use evenkeel_model::choice::{Chosen, Evidence, EvidenceKind, Mark, Rating};
use evenkeel_model::ids::MeasureId;
use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::{measure_choice, measure_rating};
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// What one person says of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureRating {
    /// The measure.
    pub measure: MeasureId,
    /// Who says so: the name to sign in with.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they say.
    pub rating: Rating,
}

/// A mark as it is read; none where a newer version wrote one that is none of ours.
fn mark(kept: Option<i64>) -> Option<Mark> {
    kept.and_then(|number| u8::try_from(number).ok()).and_then(Mark::new)
}

fn read_rating(model: measure_rating::Model) -> MeasureRating {
    let kind = model.evidence_kind.as_deref().and_then(EvidenceKind::parse);
    MeasureRating {
        measure: MeasureId::new(model.measure),
        by: model.rated_by,
        at: instant(model.rated_at),
        rating: Rating {
            importance: mark(model.importance),
            relevance: mark(model.relevance),
            impact: mark(model.impact),
            usefulness: mark(model.usefulness),
            evidence: kind.zip(model.evidence).map(|(kind, words)| Evidence { kind, words }),
        },
    }
}

fn read_choice(model: measure_choice::Model) -> Chosen {
    let months = model.within_months.and_then(|months| u32::try_from(months).ok());
    Chosen {
        measure: MeasureId::new(model.measure),
        leg: model.leg,
        objective: model.objective,
        key: model.is_key,
        for_people: model.for_people,
        serves: model.serves.map(MeasureId::new).zip(months),
    }
}

async fn present_choice(
    database: &impl ConnectionTrait,
    measure: &MeasureId,
) -> Result<Option<measure_choice::Model>, StateError> {
    let of_measure = measure_choice::Entity::find().filter(measure_choice::Column::Measure.eq(measure.as_str()));
    Ok(of_measure.one(database).await?)
}

impl StateStore {
    /// Takes down what somebody says of a measure, in place of what they said of it before. A rating that says nothing takes
    /// theirs back. What others say is not touched.
    pub async fn rate_measure(
        &self,
        measure: &MeasureId,
        rating: &Rating,
        change: Change<'_>,
    ) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        let own =
            measure_rating::Column::Measure.eq(measure.as_str()).and(measure_rating::Column::RatedBy.eq(change.by));
        let removed = measure_rating::Entity::delete_many().filter(own).exec(&transaction).await?;
        if rating.is_empty() {
            if removed.rows_affected == 0 {
                return Ok(());
            }
            change.write(&transaction, Action::RatingWithdrawn).await?;
            transaction.commit().await?;
            return Ok(());
        }
        let number = |mark: Option<Mark>| mark.map(|mark| i64::from(mark.number()));
        let model = measure_rating::ActiveModel {
            id: NotSet,
            measure: Set(measure.to_string()),
            rated_by: Set(change.by.to_owned()),
            rated_at: Set(kept(change.at)),
            importance: Set(number(rating.importance)),
            relevance: Set(number(rating.relevance)),
            impact: Set(number(rating.impact)),
            usefulness: Set(number(rating.usefulness)),
            evidence_kind: Set(rating.evidence.as_ref().map(|evidence| evidence.kind.as_str().to_owned())),
            evidence: Set(rating.evidence.as_ref().map(|evidence| evidence.words.clone())),
        };
        model.insert(&transaction).await?;
        change.write(&transaction, Action::MeasureRated).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What everybody says of measures, by measure and then by when it was said.
    pub async fn measure_ratings(&self) -> Result<Vec<MeasureRating>, StateError> {
        let all = measure_rating::Entity::find()
            .order_by_asc(measure_rating::Column::Measure)
            .order_by_asc(measure_rating::Column::Id);
        Ok(all.all(&self.database).await?.into_iter().map(read_rating).collect())
    }

    /// The measures that were chosen, in the order in which that was done.
    pub async fn chosen_measures(&self) -> Result<Vec<Chosen>, StateError> {
        let all = measure_choice::Entity::find().order_by_asc(measure_choice::Column::Id);
        Ok(all.all(&self.database).await?.into_iter().map(read_choice).collect())
    }

    /// Chooses a measure, or changes how it was chosen; false when that is not what was `seen` any more, because somebody
    /// else has chosen otherwise meanwhile.
    pub async fn choose_measure(
        &self,
        seen: Option<&Chosen>,
        chosen: &Chosen,
        change: Change<'_>,
    ) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = present_choice(&transaction, &chosen.measure).await?;
        if present.clone().map(read_choice).as_ref() != seen {
            return Ok(false);
        }
        let model = measure_choice::ActiveModel {
            id: NotSet,
            measure: Set(chosen.measure.to_string()),
            leg: Set(chosen.leg.clone()),
            objective: Set(chosen.objective.clone()),
            is_key: Set(chosen.key),
            for_people: Set(chosen.for_people),
            serves: Set(chosen.serves.as_ref().map(|(serves, _)| serves.to_string())),
            within_months: Set(chosen.serves.as_ref().map(|(_, months)| i64::from(*months))),
        };
        match present {
            Some(present) => {
                measure_choice::ActiveModel { id: Unchanged(present.id), ..model }.update(&transaction).await?;
            }
            None => {
                model.insert(&transaction).await?;
            }
        }
        change.write(&transaction, Action::MeasureChosen).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Chooses a measure no more; false when it was not chosen as it was `seen`.
    pub async fn drop_measure(&self, seen: &Chosen, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let present = present_choice(&transaction, &seen.measure).await?;
        let Some(present) = present.filter(|present| read_choice(present.clone()) == *seen) else { return Ok(false) };
        measure_choice::Entity::delete_by_id(present.id).exec(&transaction).await?;
        change.write(&transaction, Action::MeasureDropped).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
