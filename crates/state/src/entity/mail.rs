//! To whom digests are sent by mail.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    pub address: String,
    /// How often; empty for never.
    pub rhythm: String,
    /// When one was last begun; when it was chosen, before the first.
    pub begun_at: i64,
    pub sent_at: Option<i64>,
    pub failures: i64,
    /// Why the last one was not sent; empty otherwise.
    pub why: String,
    /// The signals that were told in the last one, as JSON.
    pub told: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
