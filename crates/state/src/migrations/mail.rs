//! To whom digests are sent by mail, and what came of the last one.

use sea_orm::sea_query::ColumnDef;

use super::{Step, table, text, whole};

pub(super) fn step() -> Step {
    let columns = vec![
        ColumnDef::new("user_id").big_integer().not_null().primary_key().take(),
        text("address"),
        text("rhythm"),
        whole("begun_at"),
        ColumnDef::new("sent_at").big_integer().take(),
        whole("failures"),
        text("why"),
        text("told"),
    ];
    Step { tables: vec![table("mail", columns)], indexes: Vec::new() }
}
