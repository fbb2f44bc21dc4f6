//! What people write beside figures, and whom they mention. The words of a note are never changed.

use std::collections::BTreeMap;

use evenkeel_model::ids::{MeasureId, UnitId};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::connect::{alone, instant, kept};
use crate::entity::{mention, note};
use crate::trail::{Action, Change};
use crate::users::names;
use crate::{StateError, StateStore};

/// The most characters of a note.
pub const LONGEST_NOTE: usize = 2000;

/// A note to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNote {
    /// The measure beside which it stands.
    pub measure: MeasureId,
    /// The unit.
    pub unit: UnitId,
    /// The period or day that it is about, as addresses name it.
    pub period: String,
    /// The last day of that.
    pub last_day: Date,
    /// What is said.
    pub text: String,
    /// The names to sign in with of those whom it mentions.
    pub mentions: Vec<String>,
}

/// Somebody whom a note mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The name to sign in with.
    pub sign_in: String,
    /// What people call them.
    pub name: String,
    /// Whether they have said that they read it.
    pub read: bool,
}

/// A note as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub number: i64,
    /// The measure beside which it stands.
    pub measure: MeasureId,
    /// The unit.
    pub unit: UnitId,
    /// The period or day that it is about, as addresses name it.
    pub period: String,
    /// The last day of that.
    pub last_day: Date,
    /// What is said.
    pub text: String,
    /// Who wrote it: the name to sign in with.
    pub by: String,
    /// What people call whoever wrote it.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// Whom it mentions.
    pub mentions: Vec<Mention>,
}

/// Tells whether notes have changed: how many there are, how many were taken back, and how many mentions were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotesVersion(u64, u64, u64);

impl StateStore {
    /// Writes a note and returns its number.
    pub async fn add_note(&self, new: &NewNote, change: Change<'_>) -> Result<i64, StateError> {
        let transaction = alone(&self.database).await?;
        let model = note::ActiveModel {
            id: NotSet,
            measure: Set(new.measure.to_string()),
            unit: Set(new.unit.to_string()),
            period: Set(new.period.clone()),
            last_day: Set(new.last_day.to_string()),
            words: Set(new.text.clone()),
            written_by: Set(change.by.to_owned()),
            written_at: Set(kept(change.at)),
            withdrawn_at: Set(None),
        };
        let number = model.insert(&transaction).await?.id;
        for sign_in in &new.mentions {
            let sign_in = Set(sign_in.clone());
            let model = mention::ActiveModel { id: NotSet, note_id: Set(number), sign_in, read_at: Set(None) };
            model.insert(&transaction).await?;
        }
        change.write(&transaction, Action::NoteWritten).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// All notes, those that were taken back included, by the day that they are about and by number.
    pub async fn notes(&self) -> Result<Vec<Note>, StateError> {
        let names = names(&self.database).await?;
        let named = |sign_in: &str| names.get(sign_in).cloned().unwrap_or_else(|| sign_in.to_owned());
        let mut mentions: BTreeMap<i64, Vec<Mention>> = BTreeMap::new();
        for model in mention::Entity::find().order_by_asc(mention::Column::Id).all(&self.database).await? {
            let name = named(&model.sign_in);
            let mention = Mention { sign_in: model.sign_in, name, read: model.read_at.is_some() };
            mentions.entry(model.note_id).or_default().push(mention);
        }
        let all = note::Entity::find().order_by_asc(note::Column::LastDay).order_by_asc(note::Column::Id);
        let read = |model: note::Model| {
            Some(Note {
                number: model.id,
                measure: MeasureId::new(model.measure),
                unit: UnitId::new(model.unit),
                period: model.period,
                // What a newer version wrote in another way is none of ours.
                last_day: model.last_day.parse().ok()?,
                text: model.words,
                by_name: named(&model.written_by),
                by: model.written_by,
                at: instant(model.written_at),
                withdrawn_at: model.withdrawn_at.map(instant),
                mentions: mentions.remove(&model.id).unwrap_or_default(),
            })
        };
        Ok(all.all(&self.database).await?.into_iter().filter_map(read).collect())
    }

    /// What differs whenever notes do.
    pub async fn notes_version(&self) -> Result<NotesVersion, StateError> {
        let withdrawn = note::Entity::find().filter(note::Column::WithdrawnAt.is_not_null());
        let read = mention::Entity::find().filter(mention::Column::ReadAt.is_not_null());
        let database = &self.database;
        let written = note::Entity::find().count(database).await?;
        Ok(NotesVersion(written, withdrawn.count(database).await?, read.count(database).await?))
    }

    /// Takes a note back; false when it is not theirs who asks, or was taken back already.
    pub async fn withdraw_note(&self, number: i64, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let withdrawn = note::Entity::update_many()
            .col_expr(note::Column::WithdrawnAt, SimpleExpr::value(kept(change.at)))
            .filter(note::Column::Id.eq(number))
            .filter(note::Column::WrittenBy.eq(change.by))
            .filter(note::Column::WithdrawnAt.is_null())
            .exec(&transaction)
            .await?;
        if withdrawn.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, Action::NoteWithdrawn).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes down that somebody has read a note that mentions them; false when it does not, or they have said so already.
    /// That is no decision, and not in the audit trail.
    pub async fn read_mention(&self, number: i64, sign_in: &str, at: Timestamp) -> Result<bool, StateError> {
        let read = mention::Entity::update_many()
            .col_expr(mention::Column::ReadAt, SimpleExpr::value(kept(at)))
            .filter(mention::Column::NoteId.eq(number).and(mention::Column::SignIn.eq(sign_in)))
            .filter(mention::Column::ReadAt.is_null())
            .exec(&self.database)
            .await?;
        Ok(read.rows_affected > 0)
    }
}
