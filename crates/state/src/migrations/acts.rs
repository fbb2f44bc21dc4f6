//! Recognitions of people and units, what people are helped on with, and what was added.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let perhaps = |name: &'static str| ColumnDef::new(name).text().take();
    let acts = vec![
        counted(),
        text("kind"),
        perhaps("person"),
        perhaps("unit"),
        text("topic"),
        text("words"),
        text("reward"),
        perhaps("measure"),
        perhaps("title"),
        perhaps("period"),
        perhaps("shown"),
        perhaps("counted"),
        perhaps("likely_range"),
        perhaps("difference"),
        perhaps("standing"),
        perhaps("data_version"),
        perhaps("look_again"),
        perhaps("kept_until"),
        text("written_by"),
        whole("written_at"),
        ColumnDef::new("withdrawn_at").big_integer().take(),
    ];
    let additions = vec![
        counted(),
        whole("act_id"),
        text("kind"),
        text("words"),
        perhaps("look_again"),
        text("added_by"),
        whole("added_at"),
    ];
    Step {
        tables: vec![table("acts", acts), table("additions", additions)],
        indexes: vec![index("acts", "person"), index("acts", "unit"), index("additions", "act_id")],
    }
}
