//! What programs were answered when they sent rows.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let pushes = table(
        "pushes",
        vec![
            counted(),
            ColumnDef::new("known_by").text().not_null().unique_key().take(),
            text("digest"),
            text("answer"),
            whole("at"),
        ],
    );
    Step { tables: vec![pushes], indexes: vec![index("pushes", "at")] }
}
