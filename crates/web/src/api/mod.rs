//! What programs ask for: the same as pages show, as JSON, below `/api/v1`; and what they send.
//!
//! Each answer is made from the struct of a page, by a [`World`](crate::World) that one viewer sees, so that rights and
//! words are those of the pages. A resource is a file here; it hands over an [`Operation`], which is the route and what
//! the document says of it, so that neither can be without the other.

mod answer;
mod breakdown;
mod call_backs;
mod caller;
mod charter;
mod compare;
mod data;
mod disputes;
mod document;
mod initiatives;
mod map;
mod measure;
mod measures;
mod notes;
mod observations;
mod operation;
mod organisation;
mod page;
mod part;
mod problem;
mod question;
mod readings;
mod recognition;
mod recommendations;
mod records;
mod rows;
mod scorecard;
mod search;
mod signals;
mod targets;
mod today;

use axum::routing::{MethodRouter, get};

pub use document::document;
use operation::Operation;
pub(crate) use problem::answered;

use crate::server::State;

/// Everything that can be asked, in the order of the document.
fn operations() -> Vec<Operation> {
    vec![
        organisation::operation(),
        scorecard::operation(),
        targets::operation(),
        measure::operation(),
        breakdown::operation(),
        signals::operation(),
        compare::operation(),
        map::operation(),
        initiatives::operation(),
        recommendations::operation(),
        notes::operation(),
        disputes::operation(),
        recognition::operation(),
        call_backs::operation(),
        today::operation(),
        charter::operation(),
        measures::list_operation(),
        measures::operation(),
        rows::operation(),
        readings::operation(),
        data::operation(),
        search::operation(),
        records::operation(),
        observations::operation(),
    ]
}

/// The routes for programs, and the page that explains them.
pub(crate) fn table() -> Vec<(&'static str, MethodRouter<State>)> {
    let explained = [("/api", get(page::show)), (document::PATH, get(document::show))];
    let asked = operations().into_iter().map(|operation| (operation.path, operation.answers));
    explained.into_iter().chain(asked).collect()
}
