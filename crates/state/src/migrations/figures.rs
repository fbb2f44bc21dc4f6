//! Figures that people typed.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let amount = |name: &'static str| ColumnDef::new(name).double().take();
    let perhaps = |name: &'static str| ColumnDef::new(name).text().take();
    let columns = vec![
        counted(),
        text("measure"),
        text("figure"),
        text("unit"),
        text("first_day"),
        text("last_day"),
        text("standing"),
        text("above_typed"),
        text("below_typed"),
        text("note"),
        text("absence"),
        amount("numerator"),
        amount("denominator"),
        text("typed_by"),
        whole("typed_at"),
        perhaps("decided_by"),
        ColumnDef::new("decided_at").big_integer().take(),
        perhaps("reason"),
        ColumnDef::new("published").boolean().not_null().take(),
    ];
    Step {
        tables: vec![table("figures", columns)],
        indexes: vec![index("figures", "unit"), index("figures", "standing")],
    }
}
