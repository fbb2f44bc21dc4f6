//! With which accounts of providers people sign in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_accounts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The address of the provider.
    pub issuer: String,
    /// What the provider calls them, for good.
    pub subject: String,
    pub user_id: i64,
    pub linked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
