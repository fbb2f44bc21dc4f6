//! What is done to move measures.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, table, text};

pub(super) fn step() -> Step {
    let columns = vec![
        counted(),
        text("title"),
        text("aim"),
        text("owner"),
        text("begins"),
        ColumnDef::new("ends").text().take(),
        text("units"),
        text("measures"),
        ColumnDef::new("withdrawn").boolean().not_null().take(),
    ];
    Step { tables: vec![table("initiatives", columns)], indexes: Vec::new() }
}
