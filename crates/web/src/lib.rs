//! The web server.
//!
//! A [`World`] is one state of the project and the lake, evaluated and ready to be asked; [`server`] answers requests
//! from the present one and puts a new one in its place when new data have landed.

mod asked;
mod catalogue;
mod error;
mod headers;
pub mod links;
mod routes;
pub mod server;
pub mod world;

pub use catalogue::Catalogue;
pub use server::{Clock, Server};
pub use world::{Opening, World, WorldError, provenance, scope};
