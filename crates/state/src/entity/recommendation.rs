//! What somebody asks the owner of a measure to do. Days are written as in ISO 8601.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub measure: String,
    pub unit: String,
    /// The period in which the signal was seen, as addresses name it.
    pub period: String,
    pub what: String,
    pub why: String,
    /// What the figures said when it was sent.
    pub evidence: String,
    pub owner: String,
    pub decide_by: String,
    pub asked_by: String,
    pub asked_at: i64,
    pub answer: Option<String>,
    pub answered_at: Option<i64>,
    pub reason: Option<String>,
    pub outcome: Option<String>,
    pub outcome_on: Option<String>,
    pub result: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
