//! The web server.
//!
//! A [`World`] is one state of the project and the lake, evaluated and ready to be asked; [`server`] answers requests
//! from the present one and puts a new one in its place when new data have landed.

pub mod accounts;
pub mod api;
mod asked;
mod catalogue;
mod connections;
mod error;
mod headers;
mod imports;
mod limits;
pub mod links;
mod live;
mod loading;
pub mod mail;
mod metrics;
pub mod openid;
mod publishing;
mod routes;
pub mod server;
pub mod sources;
mod viewer;
mod visit;
mod webhooks;
pub mod whole_file;
pub mod world;

pub use accounts::{Access, Accounts};
pub use catalogue::Catalogue;
pub use imports::Imports;
pub use limits::Limits;
pub use loading::Loading;
pub use server::{Clock, Server};
pub use viewer::{NotRecorded, Trail, Viewer};
pub use world::{Opening, World, WorldError, provenance, scope};
