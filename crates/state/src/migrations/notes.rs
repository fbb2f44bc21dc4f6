//! What people write beside figures, and whom they mention.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let notes = vec![
        counted(),
        text("measure"),
        text("unit"),
        text("period"),
        text("last_day"),
        text("words"),
        text("written_by"),
        whole("written_at"),
        ColumnDef::new("withdrawn_at").big_integer().take(),
    ];
    let mentions = vec![counted(), whole("note_id"), text("sign_in"), ColumnDef::new("read_at").big_integer().take()];
    Step {
        tables: vec![table("notes", notes), table("mentions", mentions)],
        indexes: vec![index("mentions", "note_id")],
    }
}
