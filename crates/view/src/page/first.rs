//! The first page of a project that has no data yet.

use askama::Template;
use serde::Serialize;

use crate::page::frame::Frame;

/// What to do before there is anything to show.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "first.html")]
pub struct FirstPage {
    /// What stands around it.
    pub frame: Frame,
    /// The name of the organisation.
    pub organisation: String,
    /// How many sources the project names.
    pub sources: String,
    /// Where whoever may do so loads a file.
    pub load_url: Option<String>,
}
