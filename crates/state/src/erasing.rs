//! Taking a person out of what people typed, once nothing is to lead from a pseudonym to them.

use evenkeel_model::access::Role;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, ExprTrait, QueryFilter,
};

use crate::acts::delete_acts;
use crate::connect::alone;
use crate::entity::{act, dispute, entry, grant};
use crate::trail::{Action, Change};
use crate::{StateError, StateStore};

/// Who stands in the place of somebody who was erased, where it does not matter which rows they are of.
const SOMEBODY: &str = "somebody who was erased";

/// What was changed when a person was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ErasedPerson {
    /// From how many accounts the record of the person was taken away.
    pub grants: u64,
    /// How many disputes name a pseudonym now.
    pub disputes: u64,
    /// How many entries about them were deleted: what recognised and what helped them.
    pub acts: u64,
}

impl StateStore {
    /// Takes away what leads from rows of the record to a person. Nobody is given their record any more, and their disputes,
    /// which name rows, name the pseudonym. The audit trail says of these disputes no longer of which row they are, and not
    /// who raised them; all else in it stays: it says who looked at whom, and no pseudonym. What was written to recognise or to
    /// help them is deleted: its figures, as they stood, could be found again beside the pseudonym.
    pub async fn erase_person(
        &self,
        person: &str,
        pseudonym: &str,
        change: Change<'_>,
    ) -> Result<ErasedPerson, StateError> {
        self.take_out(person, pseudonym, Some(change)).await
    }

    /// The same again, a moment later: what a server took about them that did not know yet. It is one erasure, told once.
    pub async fn sweep_erased(&self, person: &str, pseudonym: &str) -> Result<ErasedPerson, StateError> {
        self.take_out(person, pseudonym, None).await
    }

    async fn take_out(
        &self,
        person: &str,
        pseudonym: &str,
        change: Option<Change<'_>>,
    ) -> Result<ErasedPerson, StateError> {
        let transaction = alone(&self.database).await?;
        let own = grant::Column::Role.eq(Role::Agent.as_str()).and(grant::Column::Over.eq(person));
        let grants = grant::Entity::delete_many().filter(own).exec(&transaction).await?.rows_affected;
        let disputed = dispute::Entity::find().filter(dispute::Column::Person.eq(person)).all(&transaction).await?;
        untie(&transaction, &disputed).await?;
        dispute::Entity::update_many()
            .col_expr(dispute::Column::Person, SimpleExpr::value(pseudonym))
            .col_expr(dispute::Column::RaisedBy, SimpleExpr::value(SOMEBODY))
            .filter(dispute::Column::Person.eq(person))
            .exec(&transaction)
            .await?;
        let acts = delete_acts(&transaction, act::Column::Person.eq(person)).await?;
        if let Some(change) = change {
            change.write(&transaction, Action::PersonErased).await?;
        }
        transaction.commit().await?;
        if self.database.get_database_backend() == DbBackend::Sqlite {
            // Until then the log of a file holds what was there before. Where others hold it open, it is emptied when they end.
            self.database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(ErasedPerson { grants, disputes: disputed.len() as u64, acts })
    }

    /// Records that what was left of somebody who was erased was forgotten.
    pub async fn record_forgotten(&self, change: Change<'_>) -> Result<(), StateError> {
        change.write(&self.database, Action::ErasedForgotten).await
    }
}

/// Takes out of the audit trail of which rows disputes are, and who raised them.
async fn untie(transaction: &DatabaseTransaction, disputed: &[dispute::Model]) -> Result<(), StateError> {
    if disputed.is_empty() {
        return Ok(());
    }
    let actions = [Action::Disputed, Action::Upheld, Action::Declined].map(Action::as_str);
    // Databases do not agree on which signs of a text stand for others in a pattern, and there are few of these.
    let entries = entry::Entity::find().filter(entry::Column::Action.is_in(actions)).all(transaction).await?;
    for of in disputed {
        let about = format!("{} {}, {}", of.row_table, of.row_key, of.person);
        for found in &entries {
            let rest = found.about.strip_prefix(&about).filter(|rest| rest.is_empty() || rest.starts_with(": "));
            let Some(rest) = rest else { continue };
            let raised = found.action == Action::Disputed.as_str();
            let changed = entry::ActiveModel {
                id: Set(found.id),
                about: Set(format!("a row of {}, {SOMEBODY}{rest}", of.row_table)),
                who: Set(if raised { SOMEBODY.to_owned() } else { found.who.clone() }),
                ..Default::default()
            };
            changed.update(transaction).await?;
        }
    }
    Ok(())
}
