//! A measure that was chosen, and how it stands in the scorecard. There is one row for each measure.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "measure_choices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub measure: String,
    pub leg: String,
    pub objective: String,
    pub is_key: bool,
    pub for_people: bool,
    /// The measure that it is claimed to move, and within how many months; both or neither.
    pub serves: Option<String>,
    pub within_months: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
