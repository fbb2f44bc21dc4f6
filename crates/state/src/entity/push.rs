//! What programs were answered when they sent rows.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pushes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose program sent them, and what it calls the push.
    pub known_by: String,
    /// The digest of what was sent.
    pub digest: String,
    /// What was answered; empty while the rows are being taken.
    pub answer: String,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
