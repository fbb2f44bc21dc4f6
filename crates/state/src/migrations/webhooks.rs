//! Addresses that are told of new signals.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let webhooks =
        table("webhooks", vec![counted(), text("address"), text("secret"), text("made_by"), whole("made_at")]);
    let deliveries = table(
        "deliveries",
        vec![
            counted(),
            whole("webhook_id"),
            text("about"),
            text("body"),
            text("state"),
            whole("attempts"),
            text("said"),
            whole("made_at"),
            whole("next_at"),
        ],
    );
    let name = ColumnDef::new("name").text().not_null().unique_key().take();
    let told = table("told_signals", vec![counted(), name, whole("at")]);
    Step { tables: vec![webhooks, deliveries, told], indexes: vec![index("deliveries", "state")] }
}
