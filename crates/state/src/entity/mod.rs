//! The tables, as SeaORM sees them. Instants are milliseconds since 1970.

pub mod attempt;
pub mod dispute;
pub mod entry;
pub mod figure;
pub mod grant;
pub mod initiative;
pub mod invitation;
pub mod look;
pub mod mention;
pub mod note;
pub mod recommendation;
pub mod session;
pub mod token;
pub mod user;
