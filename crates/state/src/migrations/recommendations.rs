//! What somebody asks the owner of a measure to do, the answer, and what came of it.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, table, text, whole};

pub(super) fn step() -> Step {
    let perhaps = |name: &'static str| ColumnDef::new(name).text().take();
    let columns = vec![
        counted(),
        text("measure"),
        text("unit"),
        text("period"),
        text("what"),
        text("why"),
        text("evidence"),
        text("owner"),
        text("decide_by"),
        text("asked_by"),
        whole("asked_at"),
        perhaps("answer"),
        ColumnDef::new("answered_at").big_integer().take(),
        perhaps("reason"),
        perhaps("outcome"),
        perhaps("outcome_on"),
        perhaps("result"),
    ];
    Step { tables: vec![table("recommendations", columns)], indexes: Vec::new() }
}
