//! Rows that somebody says are wrong.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disputes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub row_table: String,
    /// The values of its key columns, as JSON.
    pub row_key: String,
    pub measure: String,
    pub period: String,
    pub person: String,
    /// The unit of the person when it was disputed; empty where there was none.
    pub unit: String,
    pub why: String,
    pub raised_by: String,
    pub raised_at: i64,
    pub state: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
