//! What people write beside figures. Days are written as in ISO 8601.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub measure: String,
    pub unit: String,
    /// What it is about, as addresses name periods and days.
    pub period: String,
    /// The last day of that.
    pub last_day: String,
    pub words: String,
    pub written_by: String,
    pub written_at: i64,
    /// When it was taken back; it is kept, because the audit trail speaks of it.
    pub withdrawn_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
