//! Addresses at which calendars read the dates of a user.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, table, whole};

pub(super) fn step() -> Step {
    let columns = vec![
        counted(),
        ColumnDef::new("user_id").big_integer().not_null().unique_key().take(),
        ColumnDef::new("digest").text().not_null().unique_key().take(),
        whole("made_at"),
    ];
    Step { tables: vec![table("date_addresses", columns)], indexes: Vec::new() }
}
