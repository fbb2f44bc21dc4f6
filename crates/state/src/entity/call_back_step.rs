//! What was done about low answers of customers, a row for each step. None is ever changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_back_steps")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The source of the answer, and its identifier there.
    pub source: String,
    pub response: String,
    /// When the answer was given.
    pub answered_at: i64,
    /// Which step about this answer it is, from 1.
    pub number: i64,
    pub step: String,
    /// When somebody called, where the step is a call.
    pub called_at: Option<i64>,
    /// What came of it, where the step says so.
    pub outcome: Option<String>,
    pub words: String,
    pub taken_by: String,
    pub taken_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
