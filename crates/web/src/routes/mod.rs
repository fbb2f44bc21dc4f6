//! Routes: a file per page.

pub(crate) mod account;
pub(crate) mod acts;
pub(crate) mod administration;
pub(crate) mod assets;
pub(crate) mod call_backs;
pub(crate) mod charter;
pub(crate) mod charts;
pub(crate) mod choose;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod dates;
pub(crate) mod disputes;
pub(crate) mod explain;
pub(crate) mod guide;
pub(crate) mod initiatives;
pub(crate) mod live;
pub(crate) mod load;
pub(crate) mod map;
pub(crate) mod measure;
pub(crate) mod measures;
pub(crate) mod notes;
pub(crate) mod openid;
pub(crate) mod operations;
pub(crate) mod owed;
pub(crate) mod owed_file;
pub(crate) mod password;
pub(crate) mod recommendations;
pub(crate) mod record;
pub(crate) mod rows;
pub(crate) mod scorecard;
pub(crate) mod search;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod targets;
pub(crate) mod today;
pub(crate) mod tokens;
pub(crate) mod webhooks;

use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_engine::rows::{Order, Wanted};
use evenkeel_view::number::counted;
use evenkeel_view::page::{Arrangement, FirstPage, LibraryLinks, Links, Place, Template};
use serde::Deserialize;

use crate::error::Failure;
use crate::links::Routes;
use crate::visit::Seen;
use crate::{World, WorldError};

/// Where somebody chooses whether they are written to.
pub(crate) const ACCOUNT: &str = "/account";

/// What is looked at, as addresses say it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Looking {
    /// The unit, on pages of which the path does not name it.
    unit: Option<String>,
    period: Option<String>,
    compare: Option<String>,
    view: Option<String>,
    /// How many rows come before the first one shown.
    from: Option<String>,
    /// Who is compared: a kind of unit. Or by what a figure is divided: an attribute.
    by: Option<String>,
    /// The column by which rows are put in order.
    order: Option<String>,
}

impl Looking {
    /// What is looked at.
    pub(crate) fn new(period: Option<String>, compare: Option<String>, view: Option<String>) -> Self {
        Self { period, compare, view, ..Self::default() }
    }

    /// The kind of unit that is compared, or the attribute by which a figure is divided.
    pub(crate) fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }

    /// How many rows come before the first one shown.
    pub(crate) fn first(&self) -> Result<usize, Failure> {
        match &self.from {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| Failure::bad(format!("`{text}` is not the number of a row"))),
        }
    }

    /// The rows that are wanted.
    pub(crate) fn rows(&self) -> Result<Wanted, Failure> {
        Ok(Wanted {
            first: self.first()?,
            order: self.order.as_deref().filter(|order| !order.is_empty()).map(Order::parse),
            ..Wanted::default()
        })
    }

    /// The place that is meant, on pages of which the path does not name the unit.
    pub(crate) fn place_of_query(&self, world: &World) -> Result<Place, WorldError> {
        self.place(world, self.unit.as_deref())
    }

    /// The place that is meant.
    pub(crate) fn place(&self, world: &World, unit: Option<&str>) -> Result<Place, WorldError> {
        let period = world.period(self.period.as_deref())?;
        let compare_with = match &self.compare {
            Some(text) => world.period(Some(text))?,
            None => world.compared_by_default(self.period.as_deref(), period),
        };
        let arrangement =
            if self.view.as_deref() == Some("perspectives") { Arrangement::Perspectives } else { Arrangement::Legs };
        Ok(Place { unit: world.unit(unit)?, period, compare_with, arrangement })
    }
}

/// What was done just before, as an address says it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
}

impl Done {
    /// The words for it: one of these and nothing else, so that an address puts no words on a page.
    pub(crate) fn notice(&self, known: &[(&str, &str)]) -> Option<String> {
        let done = self.done.as_deref()?;
        known.iter().find(|(word, _)| *word == done).map(|(_, words)| (*words).to_owned())
    }
}

/// A page as it is sent.
fn html(page: &impl Template) -> Result<Html<String>, Failure> {
    page.render().map(Html).map_err(|error| Failure::unwritten(&error))
}

/// A page as an answer.
pub(crate) fn answer_page(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    Ok((status, html(page)?).into_response())
}

/// The addresses of a world.
pub(crate) fn links(world: &World) -> Routes {
    Routes { fiscal: world.project().fiscal_year, of_person: false }
}

/// The first page: the scorecard of the whole organisation, or of the highest unit that somebody sees; the own record of
/// whoever sees nothing else.
pub(crate) async fn home(Seen(world): Seen) -> Result<Response, Failure> {
    let links = links(&world);
    if !world.sees_units() && world.own_record().is_none() {
        return Ok(Redirect::to(&links.measures()).into_response());
    }
    let place = match Looking::default().place(&world, None) {
        Err(WorldError::NoData) => return first(&world, links),
        place => place?,
    };
    let own = links.own_record().filter(|_| !world.sees_units());
    Ok(Redirect::to(&own.unwrap_or_else(|| links.scorecard(&place))).into_response())
}

/// What to do while there is nothing to show.
fn first(world: &World, links: Routes) -> Result<Response, Failure> {
    let page = FirstPage {
        frame: world.frame("No data yet", &links, ""),
        organisation: world.project().organisation.clone(),
        sources: counted(world.project().sources.len() as u64, "sources"),
        load_url: world.loads_files().then(|| load::LOAD.to_owned()),
    };
    answer_page(StatusCode::OK, &page)
}

/// Everything else.
pub(crate) async fn nothing(asked: Uri) -> impl IntoResponse {
    Failure::not_found(if asked.path().starts_with("/api/") {
        format!("There is no address `{}`.", asked.path())
    } else {
        "There is no page at this address.".to_owned()
    })
}
