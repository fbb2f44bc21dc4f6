//! Which roles users have.

use sea_orm::entity::prelude::*;

use super::user;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: i64,
    pub role: String,
    /// The unit or person; empty for the whole organisation.
    pub over: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<user::Entity> for Entity {
    fn to() -> RelationDef {
        Self::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id).into()
    }
}

impl ActiveModelBehavior for ActiveModel {}
