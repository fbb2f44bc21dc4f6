//! Figures that people type: drafts, what waits for approval, what was sent back, and what holds.
//!
//! A figure that holds is never changed: one that takes its place is a row of its own, so that both stay.

use evenkeel_model::collection::Typed;
use evenkeel_model::typed_figure::Amounts;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::figure;
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// The number of a figure that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureId(pub i64);

/// What a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureKey {
    /// The measure.
    pub measure: String,
    /// The unit.
    pub unit: String,
    /// The first day of the period.
    pub first_day: Date,
    /// The last day of the period.
    pub last_day: Date,
}

/// What somebody typed for one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFigure {
    /// What it is about.
    pub key: FigureKey,
    /// The name of the figure in the record.
    pub figure: String,
    /// The first number as it was typed.
    pub above_typed: String,
    /// The second number as it was typed.
    pub below_typed: String,
    /// What has to be known about it.
    pub note: String,
    /// Why there is none.
    pub absence: String,
    /// What the numbers come to; none while they cannot be read, and where there is no figure.
    pub amounts: Option<Amounts>,
    /// How far it gets: kept, waiting, or approved where nobody has to approve.
    pub typed: Typed,
    /// What the audit trail says of it.
    pub about: String,
    /// The latest figure of the same key that whoever typed this one had seen.
    pub seen: Option<SeenFigure>,
}

/// A figure as somebody saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenFigure {
    /// The number.
    pub id: FigureId,
    /// How far it had got.
    pub typed: Typed,
    /// When it was typed.
    pub typed_at: Timestamp,
}

/// A figure that was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedFigure {
    /// The number.
    pub id: FigureId,
    /// What it is about.
    pub key: FigureKey,
    /// The name of the figure in the record.
    pub figure: String,
    /// How far it has got.
    pub typed: Typed,
    /// The first number as it was typed.
    pub above_typed: String,
    /// The second number as it was typed.
    pub below_typed: String,
    /// What has to be known about it.
    pub note: String,
    /// Why there is none; empty where there is one.
    pub absence: String,
    /// What the numbers come to.
    pub amounts: Option<Amounts>,
    /// Who typed it, by the name to sign in with.
    pub typed_by: String,
    /// When.
    pub typed_at: Timestamp,
    /// Who approved it or sent it back.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was sent back.
    pub reason: Option<String>,
    /// Whether the record holds it.
    pub published: bool,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It was made.
    Done,
    /// Somebody else was quicker, or it was typed again meanwhile.
    Changed,
    /// Nobody decides on what they typed themselves.
    Own,
}

fn word(typed: Typed) -> &'static str {
    match typed {
        Typed::Draft => "draft",
        Typed::Waiting => "waiting",
        Typed::Returned => "returned",
        Typed::Approved => "approved",
    }
}

fn read(model: figure::Model) -> Option<TypedFigure> {
    let all = [Typed::Draft, Typed::Waiting, Typed::Returned, Typed::Approved];
    // What a newer version wrote is none of ours.
    let typed = all.into_iter().find(|typed| word(*typed) == model.standing)?;
    let key = FigureKey {
        measure: model.measure,
        unit: model.unit,
        first_day: model.first_day.parse().ok()?,
        last_day: model.last_day.parse().ok()?,
    };
    Some(TypedFigure {
        id: FigureId(model.id),
        key,
        figure: model.figure,
        typed,
        above_typed: model.above_typed,
        below_typed: model.below_typed,
        note: model.note,
        absence: model.absence,
        amounts: model.numerator.map(|numerator| Amounts { numerator, denominator: model.denominator }),
        typed_by: model.typed_by,
        typed_at: instant(model.typed_at),
        decided_by: model.decided_by,
        decided_at: model.decided_at.map(instant),
        reason: model.reason,
        published: model.published,
    })
}

impl StateStore {
    /// Every figure that was typed, the oldest first.
    pub async fn figures(&self) -> Result<Vec<TypedFigure>, StateError> {
        let found = figure::Entity::find().order_by_asc(figure::Column::Id).all(&self.database).await?;
        Ok(found.into_iter().filter_map(read).collect())
    }

    /// The figures that hold and that the record does not have yet, the oldest first.
    pub async fn unpublished_figures(&self) -> Result<Vec<TypedFigure>, StateError> {
        let held = figure::Column::Standing.eq(word(Typed::Approved)).and(figure::Column::Published.eq(false));
        let held = held.and(figure::Column::Numerator.is_not_null());
        let found = figure::Entity::find().filter(held).order_by_asc(figure::Column::Id).all(&self.database).await?;
        Ok(found.into_iter().filter_map(read).collect())
    }

    /// Notes that the record holds figures.
    pub async fn figures_published(&self, ids: &[FigureId]) -> Result<(), StateError> {
        for id in ids {
            let changed = figure::ActiveModel { id: Unchanged(id.0), published: Set(true), ..Default::default() };
            changed.update(&self.database).await?;
        }
        Ok(())
    }

    /// Sends figures back that were approved and that the record cannot take, all for one reason.
    pub async fn return_overtaken_figures(
        &self,
        ids: &[FigureId],
        reason: &str,
        change: Change<'_>,
    ) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        for id in ids {
            let found = figure::Entity::find_by_id(id.0).one(&transaction).await?;
            let open = |model: &figure::Model| model.standing == word(Typed::Approved) && !model.published;
            let Some(model) = found.filter(open) else { continue };
            let about =
                format!("{} of {}, {} to {}: {reason}", model.measure, model.unit, model.first_day, model.last_day);
            let returned = figure::ActiveModel {
                id: Unchanged(id.0),
                standing: Set(word(Typed::Returned).to_owned()),
                decided_by: Set(Some(change.by.to_owned())),
                decided_at: Set(Some(kept(change.at))),
                reason: Set(Some(reason.to_owned())),
                ..Default::default()
            };
            returned.update(&transaction).await?;
            Change { about: &about, ..change }.write(&transaction, Action::FigureReturned).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Keeps or sends figures, all together with what the trail says of each. A draft and what was sent back are typed
    /// over. Those about something that waits for approval, or that somebody else typed since it was seen, are left as
    /// they are: gives their keys.
    pub async fn type_figures(&self, new: &[NewFigure], change: Change<'_>) -> Result<Vec<FigureKey>, StateError> {
        let transaction = alone(&self.database).await?;
        let mut left = Vec::new();
        for typed in new {
            let latest = latest(&transaction, &typed.key).await?;
            let waits = latest.as_ref().is_some_and(|model| model.standing == word(Typed::Waiting));
            if waits || !is_seen(latest.as_ref(), typed.seen) {
                left.push(typed.key.clone());
                continue;
            }
            let open = latest.filter(|model| model.standing != word(Typed::Approved)).map(|model| model.id);
            // Whose approval is not asked for decides alone.
            let alone = typed.typed == Typed::Approved;
            let model = figure::ActiveModel {
                id: open.map_or(NotSet, Unchanged),
                measure: Set(typed.key.measure.clone()),
                figure: Set(typed.figure.clone()),
                unit: Set(typed.key.unit.clone()),
                first_day: Set(typed.key.first_day.to_string()),
                last_day: Set(typed.key.last_day.to_string()),
                standing: Set(word(typed.typed).to_owned()),
                above_typed: Set(typed.above_typed.clone()),
                below_typed: Set(typed.below_typed.clone()),
                note: Set(typed.note.clone()),
                absence: Set(typed.absence.clone()),
                numerator: Set(typed.amounts.map(|amounts| amounts.numerator)),
                denominator: Set(typed.amounts.and_then(|amounts| amounts.denominator)),
                typed_by: Set(change.by.to_owned()),
                typed_at: Set(kept(change.at)),
                decided_by: Set(alone.then(|| change.by.to_owned())),
                decided_at: Set(alone.then(|| kept(change.at))),
                reason: Set(None),
                published: Set(false),
            };
            if open.is_some() {
                model.update(&transaction).await?;
            } else {
                model.insert(&transaction).await?;
            }
            let action = if typed.typed == Typed::Draft { Action::FigureKept } else { Action::FigureSent };
            Change { about: &typed.about, ..change }.write(&transaction, action).await?;
        }
        transaction.commit().await?;
        Ok(left)
    }

    /// Takes drafts away that somebody emptied, each with what they had seen of it; one that somebody else typed since
    /// then stays.
    pub async fn forget_drafts(&self, emptied: &[(FigureKey, Option<SeenFigure>)]) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        for (key, seen) in emptied {
            let latest = latest(&transaction, key).await?.filter(|model| is_seen(Some(model), *seen));
            let draft = latest.filter(|model| model.standing == word(Typed::Draft));
            if let Some(draft) = draft {
                figure::Entity::delete_by_id(draft.id).exec(&transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Approves a figure that waits, or sends it back with a reason. `seen` is when the one was typed that was looked at.
    pub async fn decide_figure(
        &self,
        id: FigureId,
        seen: Timestamp,
        reason: Option<&str>,
        change: Change<'_>,
    ) -> Result<Decided, StateError> {
        let transaction = alone(&self.database).await?;
        let found = figure::Entity::find_by_id(id.0).one(&transaction).await?;
        let waits = |model: &figure::Model| model.standing == word(Typed::Waiting) && model.typed_at == kept(seen);
        let Some(model) = found.filter(waits) else { return Ok(Decided::Changed) };
        if model.typed_by == change.by {
            return Ok(Decided::Own);
        }
        let (typed, action) = match reason {
            None => (Typed::Approved, Action::FigureApproved),
            Some(_) => (Typed::Returned, Action::FigureReturned),
        };
        let changed = figure::ActiveModel {
            id: Unchanged(id.0),
            standing: Set(word(typed).to_owned()),
            decided_by: Set(Some(change.by.to_owned())),
            decided_at: Set(Some(kept(change.at))),
            reason: Set(reason.map(str::to_owned)),
            ..Default::default()
        };
        changed.update(&transaction).await?;
        change.write(&transaction, action).await?;
        transaction.commit().await?;
        Ok(Decided::Done)
    }
}

/// Whether a figure is as somebody saw it, or there is none and they saw none.
fn is_seen(latest: Option<&figure::Model>, seen: Option<SeenFigure>) -> bool {
    let now = latest.map(|model| (model.id, model.standing.as_str(), model.typed_at));
    now == seen.map(|seen| (seen.id.0, word(seen.typed), kept(seen.typed_at)))
}

/// The latest figure of a key.
async fn latest(database: &impl ConnectionTrait, key: &FigureKey) -> Result<Option<figure::Model>, StateError> {
    let same = figure::Column::Measure.eq(key.measure.as_str()).and(figure::Column::Unit.eq(key.unit.as_str()));
    let same = same.and(figure::Column::FirstDay.eq(key.first_day.to_string()));
    let same = same.and(figure::Column::LastDay.eq(key.last_day.to_string()));
    Ok(figure::Entity::find().filter(same).order_by_desc(figure::Column::Id).one(database).await?)
}
