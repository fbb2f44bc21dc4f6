//! What somebody asks the owner of a measure to do. It is answered once, by the owner, and followed up once.

use std::collections::BTreeMap;

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::recommendation::{Answer, Outcome, Stage};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::recommendation;
use crate::trail::{Action, Change};
use crate::users::names;
use crate::{StateError, StateStore};

/// A recommendation to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecommendation {
    /// The measure that it is about.
    pub measure: MeasureId,
    /// The unit.
    pub unit: UnitId,
    /// The period in which the signal was seen, as addresses name it.
    pub period: String,
    /// What is to be done.
    pub what: String,
    /// Why, in the words of whoever asks.
    pub why: String,
    /// What the figures said when it was sent.
    pub evidence: String,
    /// Who is asked: the name to sign in with.
    pub owner: String,
    /// The last day for an answer.
    pub decide_by: Date,
}

/// A recommendation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// Its number.
    pub number: i64,
    /// What was sent.
    pub of: NewRecommendation,
    /// What people call whoever is asked.
    pub owner_name: String,
    /// Who asked: the name to sign in with.
    pub asked_by: String,
    /// What people call whoever asked.
    pub asker_name: String,
    /// When.
    pub asked_at: Timestamp,
    /// The answer, when it was given, and its reason.
    pub answer: Option<(Answer, Timestamp, String)>,
    /// What came of it, on which day, and the words about it.
    pub outcome: Option<(Outcome, Date, String)>,
}

impl Recommendation {
    /// How far it is on a day.
    #[must_use]
    pub fn stage(&self, today: Date) -> Stage {
        let answer = self.answer.as_ref().map(|(answer, ..)| *answer);
        Stage::on(today, self.of.decide_by, answer, self.outcome.as_ref().map(|(outcome, ..)| *outcome))
    }
}

fn answer_word(answer: Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::NotDone => "not done",
    }
}

fn read(model: recommendation::Model, names: &BTreeMap<String, String>) -> Option<Recommendation> {
    let named = |sign_in: &str| names.get(sign_in).cloned().unwrap_or_else(|| sign_in.to_owned());
    let word = model.answer.as_deref();
    let answer = [Answer::Accepted, Answer::Declined].into_iter().find(|answer| word == Some(answer_word(*answer)));
    let word = model.outcome.as_deref();
    let outcome = [Outcome::Done, Outcome::NotDone].into_iter().find(|outcome| word == Some(outcome_word(*outcome)));
    let outcome_on = model.outcome_on.as_deref().and_then(|day| day.parse().ok());
    Some(Recommendation {
        number: model.id,
        owner_name: named(&model.owner),
        asker_name: named(&model.asked_by),
        of: NewRecommendation {
            measure: MeasureId::new(model.measure),
            unit: UnitId::new(model.unit),
            period: model.period,
            what: model.what,
            why: model.why,
            evidence: model.evidence,
            owner: model.owner,
            // What a newer version wrote in another way is none of ours.
            decide_by: model.decide_by.parse().ok()?,
        },
        asked_by: model.asked_by,
        asked_at: instant(model.asked_at),
        answer: answer
            .zip(model.answered_at)
            .map(|(answer, at)| (answer, instant(at), model.reason.unwrap_or_default())),
        outcome: outcome.zip(outcome_on).map(|(outcome, on)| (outcome, on, model.result.unwrap_or_default())),
    })
}

impl StateStore {
    /// Sends a recommendation and returns its number.
    pub async fn recommend(&self, new: &NewRecommendation, change: Change<'_>) -> Result<i64, StateError> {
        let transaction = alone(&self.database).await?;
        let model = recommendation::ActiveModel {
            id: NotSet,
            measure: Set(new.measure.to_string()),
            unit: Set(new.unit.to_string()),
            period: Set(new.period.clone()),
            what: Set(new.what.clone()),
            why: Set(new.why.clone()),
            evidence: Set(new.evidence.clone()),
            owner: Set(new.owner.clone()),
            decide_by: Set(new.decide_by.to_string()),
            asked_by: Set(change.by.to_owned()),
            asked_at: Set(kept(change.at)),
            answer: Set(None),
            answered_at: Set(None),
            reason: Set(None),
            outcome: Set(None),
            outcome_on: Set(None),
            result: Set(None),
        };
        let number = model.insert(&transaction).await?.id;
        change.write(&transaction, Action::Recommended).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// All recommendations, latest first.
    pub async fn recommendations(&self) -> Result<Vec<Recommendation>, StateError> {
        let names = names(&self.database).await?;
        let all = recommendation::Entity::find().order_by_desc(recommendation::Column::Id).all(&self.database).await?;
        Ok(all.into_iter().filter_map(|model| read(model, &names)).collect())
    }

    /// Answers a recommendation; false when it is not for whoever answers, or was answered already.
    pub async fn answer_recommendation(
        &self,
        number: i64,
        answer: Answer,
        reason: &str,
        change: Change<'_>,
    ) -> Result<bool, StateError> {
        if !answer.takes(reason) {
            return Ok(false);
        }
        let transaction = alone(&self.database).await?;
        let answered = recommendation::Entity::update_many()
            .col_expr(recommendation::Column::Answer, SimpleExpr::value(answer_word(answer)))
            .col_expr(recommendation::Column::AnsweredAt, SimpleExpr::value(kept(change.at)))
            .col_expr(recommendation::Column::Reason, SimpleExpr::value(reason))
            .filter(recommendation::Column::Id.eq(number))
            .filter(recommendation::Column::Owner.eq(change.by))
            .filter(recommendation::Column::Answer.is_null())
            .exec(&transaction)
            .await?;
        if answered.rows_affected == 0 {
            return Ok(false);
        }
        let action = match answer {
            Answer::Accepted => Action::RecommendationAccepted,
            Answer::Declined => Action::RecommendationDeclined,
        };
        change.write(&transaction, action).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Says what came of a recommendation that was accepted; false when it was not, somebody has said so already, or
    /// whoever says so neither asked nor was asked.
    pub async fn follow_up(
        &self,
        number: i64,
        (outcome, on): (Outcome, Date),
        result: &str,
        change: Change<'_>,
    ) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let followed = recommendation::Entity::update_many()
            .col_expr(recommendation::Column::Outcome, SimpleExpr::value(outcome_word(outcome)))
            .col_expr(recommendation::Column::OutcomeOn, SimpleExpr::value(on.to_string()))
            .col_expr(recommendation::Column::Result, SimpleExpr::value(result))
            .filter(recommendation::Column::Id.eq(number))
            .filter(recommendation::Column::Owner.eq(change.by).or(recommendation::Column::AskedBy.eq(change.by)))
            .filter(recommendation::Column::Answer.eq(answer_word(Answer::Accepted)))
            .filter(recommendation::Column::Outcome.is_null())
            .exec(&transaction)
            .await?;
        if followed.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, Action::RecommendationFollowedUp).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
