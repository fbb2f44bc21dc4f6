//! Tokens with which programs ask.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let tokens = table(
        "tokens",
        vec![
            counted(),
            ColumnDef::new("digest").text().not_null().unique_key().take(),
            whole("user_id"),
            text("name"),
            text("scope"),
            whole("created_at"),
            whole("expires_at"),
            ColumnDef::new("used_at").big_integer().take(),
        ],
    );
    Step { tables: vec![tokens], indexes: vec![index("tokens", "user_id")] }
}
