//! Whom a look in the audit trail was at.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "looks")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The entry of the trail.
    pub entry_id: i64,
    /// A person, the people of a unit, or everybody.
    pub kind: String,
    /// The person or unit; empty for everybody.
    pub subject: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
