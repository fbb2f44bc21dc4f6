//! What came of the imports of a source that a server began by itself.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    pub begun_at: i64,
    pub succeeded_at: Option<i64>,
    /// How often it failed since it last succeeded; one that has not ended counts as failed until it has.
    pub failures: i64,
    /// Why it failed; empty while it has not ended, and after it has succeeded.
    pub why: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
