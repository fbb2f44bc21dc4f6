//! The tables, as SeaORM sees them. Instants are milliseconds since 1970.

pub mod act;
pub mod addition;
pub mod attempt;
pub mod call_back_step;
pub mod date_address;
pub mod delivery;
pub mod dispute;
pub mod entry;
pub mod figure;
pub mod grant;
pub mod import;
pub mod initiative;
pub mod invitation;
pub mod look;
pub mod mail;
pub mod measure_choice;
pub mod measure_rating;
pub mod mention;
pub mod note;
pub mod push;
pub mod recommendation;
pub mod session;
pub mod token;
pub mod told_signal;
pub mod user;
pub mod webhook;
