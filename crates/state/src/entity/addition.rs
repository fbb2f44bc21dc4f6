//! What was added to a recognition, or to what somebody is helped on with.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "additions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub act_id: i64,
    pub kind: String,
    pub words: String,
    /// When somebody looks again; none where this is the end of it.
    pub look_again: Option<String>,
    pub added_by: String,
    pub added_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
