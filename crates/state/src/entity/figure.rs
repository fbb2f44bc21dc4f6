//! A figure that somebody typed. Days are written as in ISO 8601.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "figures")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub measure: String,
    pub figure: String,
    pub unit: String,
    pub first_day: String,
    pub last_day: String,
    pub standing: String,
    pub above_typed: String,
    pub below_typed: String,
    pub note: String,
    pub absence: String,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    pub typed_by: String,
    pub typed_at: i64,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    pub reason: Option<String>,
    pub published: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
