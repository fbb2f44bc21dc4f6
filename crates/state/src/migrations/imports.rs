//! When a server last imported each source by itself, and what came of it.

use sea_orm::sea_query::ColumnDef;

use super::{Step, table, text, whole};

pub(super) fn step() -> Step {
    let columns = vec![
        ColumnDef::new("source").text().not_null().primary_key().take(),
        whole("begun_at"),
        ColumnDef::new("succeeded_at").big_integer().take(),
        whole("failures"),
        text("why"),
    ];
    Step { tables: vec![table("imports", columns)], indexes: Vec::new() }
}
