//! Recognitions of people and units, and what people are helped on with. What was written is never changed: its author takes
//! it back, and more is added. What is about a person is deleted when its time is over.

use std::collections::BTreeMap;

use evenkeel_model::act::{ActKind, AdditionKind, Evidence, next_look};
use evenkeel_model::ids::{MeasureId, PersonId, UnitId};
use evenkeel_model::reading::Subject;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, Select,
};

use crate::connect::{alone, instant, kept};
use crate::entity::{act, addition};
use crate::trail::{Action, Change, Entry, Origin, write};
use crate::users::names;
use crate::{StateError, StateStore};

/// Who is said in the trail to do what a server does by itself.
const SERVER: &str = "evenkeel";

/// An act to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// What is done.
    pub kind: ActKind,
    /// Whom or what it is about.
    pub about: Subject,
    /// What for, or on what.
    pub topic: String,
    /// What is said, or was agreed.
    pub words: String,
    /// What goes with a recognition; empty where there is nothing.
    pub reward: String,
    /// The figure on which it rests, where there is one.
    pub evidence: Option<Evidence>,
    /// On which day it is looked at again.
    pub look_again: Option<Date>,
    /// The last day for which it is kept; none for what is about a unit.
    pub kept_until: Option<Date>,
}

/// Something that is added to an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAddition {
    /// What it is.
    pub kind: AdditionKind,
    /// What is said.
    pub words: String,
    /// On which day it is looked at once more; none where this is the end of it.
    pub look_again: Option<Date>,
}

/// Something that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// What was added.
    pub of: NewAddition,
    /// Who added it: the name to sign in with.
    pub by: String,
    /// What people call them.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

/// An act as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its number.
    pub number: i64,
    /// What was written down.
    pub of: NewAct,
    /// Who decided and wrote it down: the name to sign in with.
    pub by: String,
    /// What people call them.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// What was added, in the order of time.
    pub additions: Vec<Addition>,
}

impl Act {
    /// On which day it is looked at again; none when that is over, or it was taken back.
    #[must_use]
    pub fn next_look(&self) -> Option<Date> {
        let follow_ups = self.additions.iter().filter(|addition| addition.of.kind == AdditionKind::FollowedUp);
        next_look(self.of.look_again, follow_ups.map(|addition| addition.of.look_again))
            .filter(|_| self.withdrawn_at.is_none())
    }

    /// Whether the person has said that they have seen it.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        self.additions.iter().any(|addition| addition.of.kind == AdditionKind::Acknowledged)
    }

    /// Whether something of a kind can be added: nothing to what was taken back, nothing of the person by the author, and
    /// nothing about what nobody looks at any more.
    fn takes(&self, kind: AdditionKind, by: &str) -> bool {
        self.withdrawn_at.is_none()
            && match kind {
                AdditionKind::Acknowledged => self.by != by && !self.is_acknowledged(),
                AdditionKind::Answered => self.by != by,
                AdditionKind::FollowedUp => self.next_look().is_some(),
            }
    }
}

fn day(kept: Option<String>) -> Option<Date> {
    kept.and_then(|day| day.parse().ok())
}

fn evidence(model: &act::Model) -> Option<Evidence> {
    Some(Evidence {
        measure: MeasureId::new(model.measure.as_ref()?),
        title: model.title.clone()?,
        period: model.period.clone()?,
        value: model.shown.clone()?,
        count: model.counted.clone(),
        likely_range: model.likely_range.clone(),
        change: model.difference.clone(),
        state: model.standing.clone(),
        data_version: model.data_version.clone()?,
    })
}

/// An act of the database; none where a newer version wrote what this one does not know.
fn read(model: act::Model, additions: Vec<Addition>, names: &BTreeMap<String, String>) -> Option<Act> {
    let about = match (&model.person, &model.unit) {
        (Some(person), _) => Subject::Person(PersonId::new(person)),
        (None, Some(unit)) => Subject::Unit(UnitId::new(unit)),
        (None, None) => return None,
    };
    let evidence = evidence(&model);
    Some(Act {
        number: model.id,
        of: NewAct {
            kind: ActKind::parse(&model.kind)?,
            about,
            topic: model.topic,
            words: model.words,
            reward: model.reward,
            evidence,
            look_again: day(model.look_again),
            kept_until: day(model.kept_until),
        },
        by_name: named(names, &model.written_by),
        by: model.written_by,
        at: instant(model.written_at),
        withdrawn_at: model.withdrawn_at.map(instant),
        additions,
    })
}

fn named(names: &BTreeMap<String, String>, sign_in: &str) -> String {
    names.get(sign_in).cloned().unwrap_or_else(|| sign_in.to_owned())
}

/// Acts with what was added to them, latest first.
async fn found(query: Select<act::Entity>, database: &impl ConnectionTrait) -> Result<Vec<Act>, StateError> {
    let models = query.order_by_desc(act::Column::Id).all(database).await?;
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let names = names(database).await?;
    let mut additions: BTreeMap<i64, Vec<Addition>> = BTreeMap::new();
    let numbers: Vec<i64> = models.iter().map(|model| model.id).collect();
    let all = addition::Entity::find().order_by_asc(addition::Column::Id);
    for model in all.filter(addition::Column::ActId.is_in(numbers)).all(database).await? {
        let Some(kind) = AdditionKind::parse(&model.kind) else { continue };
        let of = NewAddition { kind, words: model.words, look_again: day(model.look_again) };
        let by_name = named(&names, &model.added_by);
        let addition = Addition { of, by: model.added_by, by_name, at: instant(model.added_at) };
        additions.entry(model.act_id).or_default().push(addition);
    }
    let act = |model: act::Model| {
        let added = additions.remove(&model.id).unwrap_or_default();
        read(model, added, &names)
    };
    Ok(models.into_iter().filter_map(act).collect())
}

impl StateStore {
    /// Writes an act down and returns its number.
    pub async fn add_act(&self, new: &NewAct, change: Change<'_>) -> Result<i64, StateError> {
        let transaction = alone(&self.database).await?;
        let (person, unit) = match &new.about {
            Subject::Person(person) => (Some(person.to_string()), None),
            Subject::Unit(unit) => (None, Some(unit.to_string())),
        };
        let evidence = new.evidence.as_ref();
        let model = act::ActiveModel {
            id: NotSet,
            kind: Set(new.kind.as_str().to_owned()),
            person: Set(person),
            unit: Set(unit),
            topic: Set(new.topic.clone()),
            words: Set(new.words.clone()),
            reward: Set(new.reward.clone()),
            measure: Set(evidence.map(|evidence| evidence.measure.to_string())),
            title: Set(evidence.map(|evidence| evidence.title.clone())),
            period: Set(evidence.map(|evidence| evidence.period.clone())),
            shown: Set(evidence.map(|evidence| evidence.value.clone())),
            counted: Set(evidence.and_then(|evidence| evidence.count.clone())),
            likely_range: Set(evidence.and_then(|evidence| evidence.likely_range.clone())),
            difference: Set(evidence.and_then(|evidence| evidence.change.clone())),
            standing: Set(evidence.and_then(|evidence| evidence.state.clone())),
            data_version: Set(evidence.map(|evidence| evidence.data_version.clone())),
            look_again: Set(new.look_again.map(|day| day.to_string())),
            kept_until: Set(new.kept_until.map(|day| day.to_string())),
            written_by: Set(change.by.to_owned()),
            written_at: Set(kept(change.at)),
            withdrawn_at: Set(None),
        };
        let number = model.insert(&transaction).await?.id;
        let action = if new.kind.is_development() { Action::DevelopmentWritten } else { Action::Recognised };
        change.write(&transaction, action).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// One act.
    pub async fn act(&self, number: i64) -> Result<Option<Act>, StateError> {
        Ok(found(act::Entity::find_by_id(number), &self.database).await?.pop())
    }

    /// Everything about a person, latest first.
    pub async fn acts_about(&self, person: &PersonId) -> Result<Vec<Act>, StateError> {
        found(act::Entity::find().filter(act::Column::Person.eq(person.as_str())), &self.database).await
    }

    /// Everything about some units, latest first.
    pub async fn acts_of_units(&self, units: &[UnitId]) -> Result<Vec<Act>, StateError> {
        let any = act::Column::Unit.is_in(units.iter().map(UnitId::as_str));
        found(act::Entity::find().filter(any), &self.database).await
    }

    /// Everything that somebody is to look at again up to a day, that day included, the earliest first.
    pub async fn acts_to_look_at(&self, up_to: Date) -> Result<Vec<Act>, StateError> {
        let open = act::Column::LookAgain.is_not_null().and(act::Column::WithdrawnAt.is_null());
        let mut acts = found(act::Entity::find().filter(open), &self.database).await?;
        acts.retain(|act| act.next_look().is_some_and(|day| day <= up_to));
        acts.sort_by_key(|act| (act.next_look(), act.number));
        Ok(acts)
    }

    /// Adds something to an act; false where it does not take it.
    pub async fn add_to_act(&self, number: i64, new: &NewAddition, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let act = found(act::Entity::find_by_id(number), &transaction).await?.pop();
        if !act.is_some_and(|act| act.takes(new.kind, change.by)) {
            return Ok(false);
        }
        let model = addition::ActiveModel {
            id: NotSet,
            act_id: Set(number),
            kind: Set(new.kind.as_str().to_owned()),
            words: Set(new.words.clone()),
            look_again: Set(new.look_again.map(|day| day.to_string())),
            added_by: Set(change.by.to_owned()),
            added_at: Set(kept(change.at)),
        };
        model.insert(&transaction).await?;
        let action = match new.kind {
            AdditionKind::Acknowledged => Action::ActAcknowledged,
            AdditionKind::Answered => Action::ActAnswered,
            AdditionKind::FollowedUp => Action::ActFollowedUp,
        };
        change.write(&transaction, action).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes an act back; false when it is not theirs who asks, or was taken back already.
    pub async fn withdraw_act(&self, number: i64, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let withdrawn = act::Entity::update_many()
            .col_expr(act::Column::WithdrawnAt, SimpleExpr::value(kept(change.at)))
            .filter(act::Column::Id.eq(number))
            .filter(act::Column::WrittenBy.eq(change.by))
            .filter(act::Column::WithdrawnAt.is_null())
            .exec(&transaction)
            .await?;
        if withdrawn.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, Action::ActWithdrawn).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes everything of which the last day is over, with what was added, and returns how much that was. The trail says
    /// how much, and not of whom.
    pub async fn forget_acts(&self, today: Date, now: Timestamp) -> Result<u64, StateError> {
        // Days as they are kept sort as texts do.
        let over = act::Column::KeptUntil.lt(today.to_string());
        // Nearly always there is nothing, and then nobody waits for anybody.
        if act::Entity::find().filter(over.clone()).one(&self.database).await?.is_none() {
            return Ok(0);
        }
        let transaction = alone(&self.database).await?;
        let deleted = delete_acts(&transaction, over).await?;
        if deleted > 0 {
            let about = format!("{deleted} about people, of which the last day is over");
            let (who, action) = (SERVER.to_owned(), Action::ActsForgotten);
            write(&transaction, &Entry { who, origin: Origin::Server, action, about }, now).await?;
        }
        transaction.commit().await?;
        Ok(deleted)
    }
}

/// Deletes some of what was written, with what was added, and returns how many those were.
pub(crate) async fn delete_acts(transaction: &DatabaseTransaction, which: SimpleExpr) -> Result<u64, StateError> {
    let gone: Vec<i64> =
        act::Entity::find().filter(which).all(transaction).await?.into_iter().map(|model| model.id).collect();
    addition::Entity::delete_many().filter(addition::Column::ActId.is_in(gone.clone())).exec(transaction).await?;
    Ok(act::Entity::delete_many().filter(act::Column::Id.is_in(gone)).exec(transaction).await?.rows_affected)
}
