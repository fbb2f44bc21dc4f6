//! What was done about low answers of customers. Steps are added and never changed.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_model::call_back::{CallBack, Outcome, Step, Taken};
use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::call_back_step;
use crate::trail::{Action, Change};
use crate::users::names;
use crate::{StateError, StateStore};

/// How many answers are asked for at once; databases bound the number of values in a question.
const MOST_ASKED: usize = 500;

/// An answer of the record, as its source names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerKey {
    /// The source.
    pub source: String,
    /// The identifier of the answer there.
    pub response: String,
}

/// A step about an answer, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBackStep {
    /// What was done, by whom, and when that was written down.
    pub taken: Taken,
    /// What people call whoever did it.
    pub name: String,
    /// The words about it.
    pub words: String,
}

/// Everything that was done about an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallBackSteps(pub Vec<CallBackStep>);

impl CallBackSteps {
    /// Where the steps lead.
    #[must_use]
    pub fn state(&self) -> CallBack {
        let taken: Vec<Taken> = self.0.iter().map(|step| step.taken.clone()).collect();
        CallBack::of(&taken)
    }

    /// What people call whoever has the answer, by the name with which they sign in.
    #[must_use]
    pub fn holder_name(&self, holder: Option<&str>) -> Option<String> {
        self.0.iter().find(|step| Some(step.taken.by.as_str()) == holder).map(|step| step.name.clone())
    }

    /// How many steps there are, by which two people who act at once are told apart.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.0.len()
    }
}

/// A step to be taken about an answer.
#[derive(Debug, Clone, Copy)]
pub struct NewStep<'a> {
    /// The answer.
    pub about: &'a AnswerKey,
    /// When it was given.
    pub answered_at: Timestamp,
    /// How many steps whoever takes this one has seen.
    pub seen: usize,
    /// What is done.
    pub step: Step,
    /// The words about it.
    pub words: &'a str,
    /// Now, as figures are evaluated.
    pub now: Timestamp,
}

/// What came of a step that somebody took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// It was written down.
    Taken,
    /// Somebody else took one meanwhile.
    Overtaken,
    /// It cannot follow what was done.
    Refused(evenkeel_model::call_back::Refused),
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Take => "take",
        Step::GiveBack => "give back",
        Step::Try(_) => "try",
        Step::Call(_) => "call",
        Step::Say(_) => "say",
        Step::Close => "close",
        Step::Undo => "undo",
    }
}

/// A step as it was kept; none when a newer version wrote it.
fn read(model: &call_back_step::Model) -> Option<Step> {
    let called_at = model.called_at.map(instant);
    Some(match model.step.as_str() {
        "take" => Step::Take,
        "give back" => Step::GiveBack,
        "try" => Step::Try(called_at?),
        "call" => Step::Call(called_at?),
        "say" => Step::Say(Outcome::parse(model.outcome.as_deref()?)?),
        "close" => Step::Close,
        "undo" => Step::Undo,
        _ => return None,
    })
}

fn about(model: &call_back_step::Model) -> AnswerKey {
    AnswerKey { source: model.source.clone(), response: model.response.clone() }
}

fn in_order(
    models: Vec<call_back_step::Model>,
    names: &BTreeMap<String, String>,
) -> BTreeMap<AnswerKey, CallBackSteps> {
    let mut all: BTreeMap<AnswerKey, CallBackSteps> = BTreeMap::new();
    for model in models {
        let Some(step) = read(&model) else { continue };
        let name = names.get(&model.taken_by).cloned().unwrap_or_else(|| model.taken_by.clone());
        all.entry(about(&model)).or_default().0.push(CallBackStep {
            taken: Taken { step, by: model.taken_by, at: instant(model.taken_at) },
            name,
            words: model.words,
        });
    }
    all
}

impl StateStore {
    /// What was done about all answers.
    pub async fn call_backs(&self) -> Result<BTreeMap<AnswerKey, CallBackSteps>, StateError> {
        let steps = call_back_step::Entity::find().order_by_asc(call_back_step::Column::Id);
        Ok(in_order(steps.all(&self.database).await?, &names(&self.database).await?))
    }

    /// What was done about these answers. They are found by their keys: a source may correct when one was given.
    pub async fn call_backs_about(
        &self,
        answers: &[AnswerKey],
    ) -> Result<BTreeMap<AnswerKey, CallBackSteps>, StateError> {
        let mut found = Vec::new();
        for some in answers.chunks(MOST_ASKED) {
            let responses = some.iter().map(|answer| answer.response.as_str());
            let steps = call_back_step::Entity::find()
                .filter(call_back_step::Column::Response.is_in(responses))
                .order_by_asc(call_back_step::Column::Id);
            found.extend(steps.all(&self.database).await?);
        }
        let wanted: BTreeSet<&AnswerKey> = answers.iter().collect();
        found.retain(|model| wanted.contains(&about(model)));
        found.sort_by_key(|model| model.id);
        found.dedup_by_key(|model| model.id);
        Ok(in_order(found, &names(&self.database).await?))
    }

    /// The number of the latest step about any answer, and when the first was taken; none before anybody has begun.
    pub async fn calling_back_since(&self) -> Result<Option<(i64, Timestamp)>, StateError> {
        let steps = || call_back_step::Entity::find();
        let first = steps().order_by_asc(call_back_step::Column::Id).one(&self.database).await?;
        let last = steps().order_by_desc(call_back_step::Column::Id).one(&self.database).await?;
        Ok(first.zip(last).map(|(first, last)| (last.id, instant(first.taken_at))))
    }

    /// Takes a step about an answer, unless somebody else took one meanwhile or it cannot follow.
    pub async fn step(&self, new: NewStep<'_>, change: Change<'_>) -> Result<Stepped, StateError> {
        let transaction = alone(&self.database).await?;
        let of_answer = call_back_step::Column::Source
            .eq(new.about.source.as_str())
            .and(call_back_step::Column::Response.eq(new.about.response.as_str()));
        let present = call_back_step::Entity::find().filter(of_answer).order_by_asc(call_back_step::Column::Id);
        let present = in_order(present.all(&transaction).await?, &BTreeMap::new());
        let present = present.get(new.about).cloned().unwrap_or_default();
        if present.seen() != new.seen {
            return Ok(Stepped::Overtaken);
        }
        if let Err(refused) = present.state().takes(new.step, change.by, new.answered_at, new.now) {
            return Ok(Stepped::Refused(refused));
        }
        let model = call_back_step::ActiveModel {
            id: NotSet,
            source: Set(new.about.source.clone()),
            response: Set(new.about.response.clone()),
            answered_at: Set(kept(new.answered_at)),
            number: Set(i64::try_from(new.seen).unwrap_or(i64::MAX).saturating_add(1)),
            step: Set(word(new.step).to_owned()),
            called_at: Set(match new.step {
                Step::Try(at) | Step::Call(at) => Some(kept(at)),
                _ => None,
            }),
            outcome: Set(match new.step {
                Step::Say(outcome) => Some(outcome.as_str().to_owned()),
                _ => None,
            }),
            words: Set(new.words.to_owned()),
            taken_by: Set(change.by.to_owned()),
            taken_at: Set(kept(new.now)),
        };
        model.insert(&transaction).await?;
        change.write(&transaction, Action::CalledBack).await?;
        transaction.commit().await?;
        Ok(Stepped::Taken)
    }
}
