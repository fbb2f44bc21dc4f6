//! Ways back from a provider that were gone, each once.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "returned_sign_ins")]
pub struct Model {
    /// The digest of what the browser was sent there with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
