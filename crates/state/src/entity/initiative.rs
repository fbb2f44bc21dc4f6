//! Something that is done to move measures. Days are written as in ISO 8601, lists as JSON.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "initiatives")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub title: String,
    pub aim: String,
    pub owner: String,
    pub begins: String,
    pub ends: Option<String>,
    pub units: String,
    pub measures: String,
    /// Whether it was taken back; it is kept, because the audit trail speaks of it.
    pub withdrawn: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
