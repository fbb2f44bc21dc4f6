//! Who may sign in.

use sea_orm::entity::prelude::*;

use super::grant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    /// What is typed to sign in, in small letters.
    #[sea_orm(unique)]
    pub sign_in: String,
    /// The argon2id hash; none until a password was chosen.
    pub password: Option<String>,
    pub active: bool,
    pub created_at: i64,
    pub signed_in_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<grant::Entity> for Entity {
    fn to() -> RelationDef {
        <grant::Entity as Related<Self>>::to().rev()
    }
}

impl ActiveModelBehavior for ActiveModel {}
