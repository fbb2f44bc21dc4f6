//! With which accounts of providers people sign in, and which ways back from a provider were gone.

use sea_orm::sea_query::ColumnDef;

use super::{Step, counted, table, text, unique, whole};

pub(super) fn step() -> Step {
    const ACCOUNTS: &str = "work_accounts";
    let accounts =
        table(ACCOUNTS, vec![counted(), text("issuer"), text("subject"), whole("user_id"), whole("linked_at")]);
    let returned = vec![ColumnDef::new("digest").text().not_null().primary_key().take(), whole("at")];
    Step {
        tables: vec![accounts, table("returned_sign_ins", returned)],
        indexes: vec![
            unique("work_accounts_of_one", ACCOUNTS, &["issuer", "subject"]),
            unique("work_accounts_once", ACCOUNTS, &["issuer", "user_id"]),
        ],
    }
}
