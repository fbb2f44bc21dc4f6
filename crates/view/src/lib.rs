//! What people see: pages, wording, number formats, charts, templates, the terminal.
//!
//! A page is a plain struct, built once from an evaluation ([`page`]); HTML, JSON and the terminal are exporters
//! of that struct. Rounding, locale, colour and words live here and nowhere else. There is no input or output in
//! this crate, and no clock: whoever calls it hands over everything that a page has to know.
//!
//! - [`number`] turns stored values into text.
//! - [`words`] makes the sentences.
//! - [`chart`] draws small charts as SVG and describes large ones for the chart library.
//! - [`search`] finds things by what they are called.
//! - [`page`] puts all of it together.
//! - [`terminal`] lays a page out in a hundred columns.
//! - [`reference`] writes the reference of measures as Markdown.
//! - [`assets`] holds style, scripts and type.

pub mod assets;
pub mod chart;
pub mod html;
pub mod icalendar;
pub mod number;
pub mod page;
pub mod reference;
pub mod search;
pub mod terminal;
pub mod words;
