//! Rows that somebody says are wrong, and what was decided.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    Step {
        tables: vec![table(
            "disputes",
            vec![
                counted(),
                text("row_table"),
                text("row_key"),
                text("measure"),
                text("period"),
                text("person"),
                text("unit"),
                text("why"),
                text("raised_by"),
                whole("raised_at"),
                text("state"),
                ColumnDef::new("decided_by").text().take(),
                ColumnDef::new("decided_at").big_integer().take(),
                ColumnDef::new("reason").text().take(),
            ],
        )],
        indexes: vec![index("disputes", "person"), index("disputes", "state")],
    }
}
