//! Users, grants, sessions, attempts, invitations, audit trail.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    let digest = || ColumnDef::new("digest").text().not_null().primary_key().take();
    let tables = vec![
        table(
            "users",
            vec![
                counted(),
                text("name"),
                ColumnDef::new("sign_in").text().not_null().unique_key().take(),
                ColumnDef::new("password").text().take(),
                ColumnDef::new("active").boolean().not_null().take(),
                whole("created_at"),
                ColumnDef::new("signed_in_at").big_integer().take(),
            ],
        ),
        table("grants", vec![counted(), whole("user_id"), text("role"), text("over")]),
        table("sessions", vec![digest(), whole("user_id"), whole("created_at"), whole("seen_at")]),
        table("attempts", vec![counted(), text("counted_for"), whole("at")]),
        table("invitations", vec![digest(), whole("user_id"), whole("expires_at")]),
        table("trail", vec![counted(), whole("at"), text("who"), text("origin"), text("action"), text("about")]),
    ];
    Step {
        tables,
        indexes: vec![index("grants", "user_id"), index("sessions", "user_id"), index("attempts", "counted_for")],
    }
}
