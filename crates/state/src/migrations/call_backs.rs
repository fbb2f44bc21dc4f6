//! What was done about low answers of customers.

use sea_orm::sea_query::{ColumnDef, Index};

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let columns = vec![
        counted(),
        text("source"),
        text("response"),
        whole("answered_at"),
        whole("number"),
        text("step"),
        ColumnDef::new("called_at").big_integer().take(),
        ColumnDef::new("outcome").text().take(),
        text("words"),
        text("taken_by"),
        whole("taken_at"),
    ];
    let once = Index::create()
        .name("call_back_steps_once")
        .table("call_back_steps")
        .col("source")
        .col("response")
        .col("number")
        .unique()
        .take();
    Step {
        tables: vec![table("call_back_steps", columns)],
        indexes: vec![once, index("call_back_steps", "answered_at")],
    }
}
