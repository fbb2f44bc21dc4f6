//! What somebody says of a measure that may be chosen. Marks are numbers from 0 to 4.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "measure_ratings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub measure: String,
    pub rated_by: String,
    pub rated_at: i64,
    pub importance: Option<i64>,
    pub relevance: Option<i64>,
    pub impact: Option<i64>,
    pub usefulness: Option<i64>,
    /// What the evidence comes from, and what it says; both or neither.
    pub evidence_kind: Option<String>,
    pub evidence: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
