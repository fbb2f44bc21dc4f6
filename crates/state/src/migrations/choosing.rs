//! What people say of measures that may be chosen, and those that were.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let number = |name: &'static str| ColumnDef::new(name).big_integer().take();
    let words = |name: &'static str| ColumnDef::new(name).text().take();
    let flag = |name: &'static str| ColumnDef::new(name).boolean().not_null().take();
    let ratings = vec![
        counted(),
        text("measure"),
        text("rated_by"),
        whole("rated_at"),
        number("importance"),
        number("relevance"),
        number("impact"),
        number("usefulness"),
        words("evidence_kind"),
        words("evidence"),
    ];
    let choices = vec![
        counted(),
        text("measure"),
        text("leg"),
        text("objective"),
        flag("is_key"),
        flag("for_people"),
        words("serves"),
        number("within_months"),
    ];
    Step {
        tables: vec![table("measure_ratings", ratings), table("measure_choices", choices)],
        indexes: vec![index("measure_ratings", "measure")],
    }
}
