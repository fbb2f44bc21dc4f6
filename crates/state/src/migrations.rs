//! The forms of the database, one step each. A step is never changed once it was released.

use sea_orm::sea_query::{ColumnDef, Index, Query, Table, TableCreateStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};

use crate::StateError;
use crate::connect::alone;

/// The newest form.
const NEWEST: i32 = 1;
/// The table that says which form the database has.
const FORM: &str = "form";

/// Brings a database to the newest form.
pub(crate) async fn run(database: &DatabaseConnection) -> Result<(), StateError> {
    // Another program may be doing the same: the one that comes second waits, and finds nothing left to do.
    let transaction = database.begin_with_options(alone()).await?;
    let mut table = Table::create();
    transaction.execute(table.table(FORM).if_not_exists().col(ColumnDef::new("number").integer().not_null())).await?;
    let found = number(&transaction).await?;
    if found > NEWEST {
        return Err(StateError::Newer { found, known: NEWEST });
    }
    if found < 1 {
        first(&transaction).await?;
    }
    if found < NEWEST {
        transaction.execute(Query::delete().from_table(FORM)).await?;
        let mut insert = Query::insert();
        transaction.execute(insert.into_table(FORM).columns(["number"]).values_panic([NEWEST.into()])).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The form of the database; 0 when there is nothing in it.
async fn number(transaction: &DatabaseTransaction) -> Result<i32, StateError> {
    let row = transaction.query_one(Query::select().column("number").from(FORM)).await?;
    Ok(row.map(|row| row.try_get("", "number")).transpose()?.unwrap_or(0))
}

/// Users, grants, sessions, attempts, invitations, audit trail.
async fn first(transaction: &DatabaseTransaction) -> Result<(), StateError> {
    let text = |name: &'static str| ColumnDef::new(name).text().not_null().take();
    let number = |name: &'static str| ColumnDef::new(name).big_integer().not_null().take();
    let counted = || ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take();
    let named = || ColumnDef::new("digest").text().not_null().primary_key().take();
    let table = |name: &'static str, columns: Vec<ColumnDef>| -> TableCreateStatement {
        let mut table = Table::create();
        table.table(name);
        for column in columns {
            table.col(column);
        }
        table
    };
    for table in [
        table(
            "users",
            vec![
                counted(),
                text("name"),
                ColumnDef::new("sign_in").text().not_null().unique_key().take(),
                ColumnDef::new("password").text().take(),
                ColumnDef::new("active").boolean().not_null().take(),
                number("created_at"),
                ColumnDef::new("signed_in_at").big_integer().take(),
            ],
        ),
        table("grants", vec![counted(), number("user_id"), text("role"), text("over")]),
        table("sessions", vec![named(), number("user_id"), number("created_at"), number("seen_at")]),
        table("attempts", vec![counted(), text("counted_for"), number("at")]),
        table("invitations", vec![named(), number("user_id"), number("expires_at")]),
        table("trail", vec![counted(), number("at"), text("who"), text("origin"), text("action"), text("about")]),
    ] {
        transaction.execute(&table).await?;
    }
    for (table, column) in [("grants", "user_id"), ("sessions", "user_id"), ("attempts", "counted_for")] {
        let mut index = Index::create();
        transaction.execute(index.name(format!("{table}_by_{column}")).table(table).col(column)).await?;
    }
    Ok(())
}
