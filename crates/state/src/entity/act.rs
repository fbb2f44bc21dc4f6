//! Recognitions of people and units, and what people are helped on with. Days are written as in ISO 8601.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    /// The person that it is about; none where it is about a unit.
    pub person: Option<String>,
    /// The unit that it is about; none where it is about a person.
    pub unit: Option<String>,
    pub topic: String,
    pub words: String,
    pub reward: String,
    /// The figure that goes with it, as it was shown.
    pub measure: Option<String>,
    pub title: Option<String>,
    pub period: Option<String>,
    pub shown: Option<String>,
    pub counted: Option<String>,
    pub likely_range: Option<String>,
    pub difference: Option<String>,
    pub standing: Option<String>,
    pub data_version: Option<String>,
    pub look_again: Option<String>,
    /// The last day for which it is kept; none where it is about a unit.
    pub kept_until: Option<String>,
    pub written_by: String,
    pub written_at: i64,
    /// When it was taken back.
    pub withdrawn_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
