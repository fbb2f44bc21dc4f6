//! The pages of measures to choose from.

use axum::extract::{Path, Query};
use axum::response::Html;
use evenkeel_view::page::Filter;
use evenkeel_view::page::library::Level;
use serde::Deserialize;

use super::{Looking, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// What the list is narrowed down to. A form sends what is left open as an empty text.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    leg: Option<String>,
    perspective: Option<String>,
    level: Option<String>,
    text: Option<String>,
}

impl Wanted {
    fn filter(self) -> Result<Filter, Failure> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let level = match given(self.level) {
            None => None,
            Some(word) => Some(
                Level::parse(&word).ok_or_else(|| Failure::bad(format!("`{word}` is neither `person` nor `unit`")))?,
            ),
        };
        Ok(Filter {
            leg: given(self.leg),
            perspective: given(self.perspective),
            level,
            text: given(self.text).unwrap_or_default(),
        })
    }
}

/// The list.
pub(crate) async fn list(
    Seen(world): Seen,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let place = Looking::default().place(&world, None)?;
    let page = world.measures_page(&wanted.filter()?, &place, &links(&world)).await?;
    html(&page)
}

/// Everything about one measure.
pub(crate) async fn show(
    Seen(world): Seen,
    Asked(Path(measure)): Asked<Path<String>>,
) -> Result<Html<String>, Failure> {
    let place = Looking::default().place(&world, None)?;
    let page = world.definition_page(&measure, &place, &links(&world)).await?;
    html(&page)
}
