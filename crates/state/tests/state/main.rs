//! What people type, on a temporary file or on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a failed expectation is the result of a test")]

mod acts;
mod call_backs;
mod choosing;
mod date_addresses;
mod figures;
mod imports;
mod initiatives;
mod mail;
mod notes;
mod place;
mod recommendations;
mod store;
mod work_accounts;
