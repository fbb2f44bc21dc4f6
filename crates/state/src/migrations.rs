//! The forms of the database, one step each. A step is never changed once it was released.

mod accounts;
mod acts;
mod call_backs;
mod choosing;
mod date_addresses;
mod disputes;
mod figures;
mod imports;
mod initiatives;
mod looks;
mod mail;
mod notes;
mod pushes;
mod recommendations;
mod tokens;
mod webhooks;
mod work_accounts;

use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Query, Table, TableCreateStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction};

use crate::StateError;
use crate::connect::alone;

/// Each step, in the order in which they are taken. A new one comes at the end.
const STEPS: &[fn() -> Step] = &[
    accounts::step,
    figures::step,
    looks::step,
    disputes::step,
    tokens::step,
    initiatives::step,
    pushes::step,
    webhooks::step,
    imports::step,
    mail::step,
    notes::step,
    recommendations::step,
    call_backs::step,
    date_addresses::step,
    acts::step,
    choosing::step,
    work_accounts::step,
];
/// The table that says which form the database has.
const FORM: &str = "form";

/// What a step adds.
struct Step {
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
}

/// Brings a database to the newest form.
pub(crate) async fn run(database: &DatabaseConnection) -> Result<(), StateError> {
    // Another program may be doing the same: the one that comes second waits, and finds nothing left to do.
    let transaction = alone(database).await?;
    let mut table = Table::create();
    transaction.execute(table.table(FORM).if_not_exists().col(ColumnDef::new("number").integer().not_null())).await?;
    let found = number(&transaction).await?;
    let newest = i32::try_from(STEPS.len()).unwrap_or(i32::MAX);
    if found > newest {
        return Err(StateError::Newer { found, known: newest });
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        let Step { tables, indexes } = step();
        for table in tables {
            transaction.execute(&table).await?;
        }
        for index in indexes {
            transaction.execute(&index).await?;
        }
    }
    if found < newest {
        transaction.execute(Query::delete().from_table(FORM)).await?;
        let mut insert = Query::insert();
        transaction.execute(insert.into_table(FORM).columns(["number"]).values_panic([newest.into()])).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The form of the database; 0 when there is nothing in it.
async fn number(transaction: &DatabaseTransaction) -> Result<i32, StateError> {
    let row = transaction.query_one(Query::select().column("number").from(FORM)).await?;
    Ok(row.map(|row| row.try_get("", "number")).transpose()?.unwrap_or(0))
}

/// A table with its columns.
fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table
}

/// An index over one column of a table.
fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("{table}_by_{column}")).table(table).col(column).take()
}

/// An index over columns of a table that are not the same together in two rows.
fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).unique().take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A column that counts the rows.
fn counted() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take()
}

/// A column that holds a text.
fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A column that holds a whole number; instants are milliseconds since 1970.
fn whole(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}
