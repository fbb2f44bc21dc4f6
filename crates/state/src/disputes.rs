//! Rows that somebody says are wrong, and what was decided about them. A decision is made once.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::connect::{alone, earlier, instant, kept};
use crate::entity::dispute;
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// The most characters of why a row is wrong, and of the reason of a decision.
pub const LONGEST_REASON: usize = 2000;
/// The most decided disputes that a list has.
const MOST: u64 = 500;
/// The word for a dispute that somebody is upholding: the row is being taken out of the record. It reads as open.
const UPHOLDING: &str = "upholding";
/// How long somebody has for that, before it is taken for given up.
const UPHOLDING_FOR: SignedDuration = SignedDuration::from_mins(2);

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeState {
    /// Nobody has decided.
    Open,
    /// The row is wrong, and does not count any more.
    Upheld,
    /// The row counts as before.
    Declined,
}

impl DisputeState {
    const ALL: [DisputeState; 3] = [DisputeState::Open, DisputeState::Upheld, DisputeState::Declined];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DisputeState::Open => "open",
            DisputeState::Upheld => "upheld",
            DisputeState::Declined => "declined",
        }
    }
}

/// A row of the record of a person that somebody says is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDispute {
    /// The table of the row.
    pub table: String,
    /// The values of its key columns, as JSON.
    pub key: String,
    /// The measure behind which it stands.
    pub measure: String,
    /// The period in which it stands there.
    pub period: String,
    /// The person.
    pub person: String,
    /// The unit of the person; empty where there is none.
    pub unit: String,
    /// Why it is wrong.
    pub why: String,
}

/// A dispute as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its number.
    pub id: i64,
    /// What is disputed.
    pub of: NewDispute,
    /// Who disputed it: the name to sign in with.
    pub raised_by: String,
    /// When.
    pub raised_at: Timestamp,
    /// How it stands.
    pub state: DisputeState,
    /// Who decided, when, and why.
    pub decided: Option<(String, Timestamp, String)>,
}

fn made(model: dispute::Model) -> Dispute {
    let state = DisputeState::ALL.into_iter().find(|state| state.as_str() == model.state).unwrap_or(DisputeState::Open);
    let decided = model.decided_by.zip(model.decided_at).zip(model.reason).filter(|_| state != DisputeState::Open);
    Dispute {
        id: model.id,
        of: NewDispute {
            table: model.row_table,
            key: model.row_key,
            measure: model.measure,
            period: model.period,
            person: model.person,
            unit: model.unit,
            why: model.why,
        },
        raised_by: model.raised_by,
        raised_at: instant(model.raised_at),
        state,
        decided: decided.map(|((by, at), reason)| (by, instant(at), reason)),
    }
}

impl StateStore {
    /// Takes a dispute down; none when the same row of the same person is disputed already or was decided.
    pub async fn dispute(&self, new: NewDispute, change: Change<'_>) -> Result<Option<i64>, StateError> {
        let transaction = alone(&self.database).await?;
        let same = dispute::Entity::find()
            .filter(dispute::Column::Person.eq(new.person.as_str()))
            .filter(dispute::Column::RowTable.eq(new.table.as_str()))
            .filter(dispute::Column::RowKey.eq(new.key.as_str()));
        if same.one(&transaction).await?.is_some() {
            return Ok(None);
        }
        let model = dispute::ActiveModel {
            id: NotSet,
            row_table: Set(new.table),
            row_key: Set(new.key),
            measure: Set(new.measure),
            period: Set(new.period),
            person: Set(new.person),
            unit: Set(new.unit),
            why: Set(new.why),
            raised_by: Set(change.by.to_owned()),
            raised_at: Set(kept(change.at)),
            state: Set(DisputeState::Open.as_str().to_owned()),
            decided_by: Set(None),
            decided_at: Set(None),
            reason: Set(None),
        };
        let id = model.insert(&transaction).await?.id;
        change.write(&transaction, Action::Disputed).await?;
        transaction.commit().await?;
        Ok(Some(id))
    }

    /// One dispute.
    pub async fn dispute_of(&self, id: i64) -> Result<Option<Dispute>, StateError> {
        Ok(dispute::Entity::find_by_id(id).one(&self.database).await?.map(made))
    }

    /// Every dispute that is open and the latest that were decided, of one person where one is named, latest first.
    pub async fn disputes(&self, person: Option<&str>) -> Result<Vec<Dispute>, StateError> {
        let mut query = dispute::Entity::find().order_by_desc(dispute::Column::Id);
        if let Some(person) = person {
            query = query.filter(dispute::Column::Person.eq(person));
        }
        let is_open = dispute::Column::State.is_in([DisputeState::Open.as_str(), UPHOLDING]);
        let decided = query.clone().filter(is_open.clone().not()).limit(MOST).all(&self.database).await?;
        // What waits is in the list however much came after it.
        let open = query.filter(is_open).all(&self.database).await?;
        let mut found: Vec<Dispute> = decided.into_iter().chain(open).map(made).collect();
        found.sort_unstable_by_key(|dispute| std::cmp::Reverse(dispute.id));
        Ok(found)
    }

    /// Says that somebody is about to uphold a dispute, so that nobody declines it while its row is taken out of the
    /// record; false when it was decided, or somebody else is about to. It is ended by [`Self::decide`] or
    /// [`Self::leave_open`], else by time.
    pub async fn begin_upholding(&self, id: i64, by: &str, at: Timestamp) -> Result<bool, StateError> {
        let begun = dispute::Entity::update_many()
            .col_expr(dispute::Column::State, SimpleExpr::value(UPHOLDING))
            .col_expr(dispute::Column::DecidedBy, SimpleExpr::value(by))
            .col_expr(dispute::Column::DecidedAt, SimpleExpr::value(kept(at)))
            .filter(dispute::Column::Id.eq(id))
            .filter(waits(at))
            .exec(&self.database)
            .await?;
        Ok(begun.rows_affected > 0)
    }

    /// Says that what [`Self::begin_upholding`] began came to nothing.
    pub async fn leave_open(&self, id: i64, by: &str, at: Timestamp) -> Result<(), StateError> {
        dispute::Entity::update_many()
            .col_expr(dispute::Column::State, SimpleExpr::value(DisputeState::Open.as_str()))
            .filter(dispute::Column::Id.eq(id))
            .filter(is_upheld_by(by, at))
            .exec(&self.database)
            .await?;
        Ok(())
    }

    /// Decides a dispute: upholds what the same person began to uphold at the same instant, or declines what is open;
    /// false when it is neither any more.
    pub async fn decide(&self, id: i64, upheld: bool, reason: &str, change: Change<'_>) -> Result<bool, StateError> {
        let transaction = alone(&self.database).await?;
        let (state, before) = if upheld {
            (DisputeState::Upheld, is_upheld_by(change.by, change.at))
        } else {
            (DisputeState::Declined, waits(change.at))
        };
        let decided = dispute::Entity::update_many()
            .col_expr(dispute::Column::State, SimpleExpr::value(state.as_str()))
            .col_expr(dispute::Column::DecidedBy, SimpleExpr::value(change.by))
            .col_expr(dispute::Column::DecidedAt, SimpleExpr::value(kept(change.at)))
            .col_expr(dispute::Column::Reason, SimpleExpr::value(reason))
            .filter(dispute::Column::Id.eq(id))
            .filter(before)
            .exec(&transaction)
            .await?;
        if decided.rows_affected == 0 {
            return Ok(false);
        }
        change.write(&transaction, if upheld { Action::Upheld } else { Action::Declined }).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Whether it is open, or whoever was about to uphold it has given up.
fn waits(now: Timestamp) -> SimpleExpr {
    let given_up = dispute::Column::DecidedAt.lt(kept(earlier(now, UPHOLDING_FOR)));
    let given_up = dispute::Column::State.eq(UPHOLDING).and(given_up);
    dispute::Column::State.eq(DisputeState::Open.as_str()).or(given_up)
}

/// Whether somebody is about to uphold it since an instant.
fn is_upheld_by(by: &str, at: Timestamp) -> SimpleExpr {
    let own = dispute::Column::DecidedBy.eq(by).and(dispute::Column::DecidedAt.eq(kept(at)));
    dispute::Column::State.eq(UPHOLDING).and(own)
}
