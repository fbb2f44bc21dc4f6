//! Who is signed in.

use sea_orm::entity::prelude::*;

use super::user;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// The digest of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    pub user_id: i64,
    pub created_at: i64,
    pub seen_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<user::Entity> for Entity {
    fn to() -> RelationDef {
        Self::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id).into()
    }
}

impl ActiveModelBehavior for ActiveModel {}
