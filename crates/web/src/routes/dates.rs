//! Dates that matter: the page, the file for other calendars, and the secret address at which they read it.

use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_state::{Secret, StateStore};
use evenkeel_view::icalendar;
use evenkeel_view::page::dates::DateDetail;
use evenkeel_view::page::{DatesPage, Visitor};
use evenkeel_view::words::period;

use super::sign_in::Nothing;
use super::{Done, answer_page, links};
use crate::World;
use crate::accounts::{Access, Calendar};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::viewer::Viewer;
use crate::visit::{AnyTask, Filled, Person, address};

/// Where the dates are.
const DATES: &str = "/calendar";
/// The file of whoever is signed in.
const FILE: &str = "/calendar.ics";
/// How the name of the file ends at a secret address.
const ENDING: &str = ".ics";

/// The page.
pub(crate) async fn show(person: Person, Asked(Query(done)): Asked<Query<Done>>) -> Result<Response, Failure> {
    let notice =
        done.notice(&[("revoked", "The address was revoked; calendars that read it find nothing from now on.")]);
    page(&person, StatusCode::OK, notice, None).await
}

/// The file, for whoever is signed in.
pub(crate) async fn file(Shared(state): Shared<State>, person: Person) -> Result<Response, Failure> {
    let dates = dates(&person.world, &person.accounts.store).await?;
    Ok(written(&state, &person.world, &dates))
}

/// The file at a secret address. One that was revoked, or never was, is answered like any page that does not exist.
pub(crate) async fn subscribed(
    Shared(state): Shared<State>,
    Asked(Path(name)): Asked<Path<String>>,
    parts: axum::http::Extensions,
) -> Result<Response, Failure> {
    let Access::Accounts(accounts) = &state.access else { return Err(Failure::no_page()) };
    let secret = name.strip_suffix(ENDING).and_then(Secret::parse);
    let user = match accounts.calendar(secret.as_ref(), &address(&parts)).await? {
        Calendar::Of(user) => user,
        Calendar::Nobody => return Err(Failure::no_page()),
        Calendar::Wait { seconds } => {
            return Err(Failure::wait("Too many addresses of calendars were wrong.", seconds));
        }
    };
    let viewer = Viewer::User { sign_in: user.sign_in, grants: user.grants };
    let world = state.present().seen_by(viewer, Visitor::default(), None).with_initiatives(accounts.initiatives());
    let dates = dates(&world, &accounts.store).await?;
    Ok(written(&state, &world, &dates))
}

/// Makes the secret address, or another one in its place.
pub(crate) async fn make(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, person) = filled.by::<AnyTask>(&state)?;
    seen(&person.world)?;
    let accounts = &person.accounts;
    let change = accounts.change(&person.user.sign_in, "");
    let secret = accounts.store.make_date_address(person.user.id, &accounts.random, change).await?;
    // Browsers say with every form where it comes from, which is where people open the pages.
    let own = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let made = format!("{own}{DATES}/{}{ENDING}", secret.text());
    page(&person, StatusCode::OK, None, Some(made)).await
}

/// Revokes it.
pub(crate) async fn revoke(Shared(state): Shared<State>, filled: Filled<Nothing>) -> Result<Response, Failure> {
    let (_, person) = filled.by::<AnyTask>(&state)?;
    seen(&person.world)?;
    let accounts = &person.accounts;
    accounts.store.revoke_date_address(person.user.id, accounts.change(&person.user.sign_in, "")).await?;
    Ok(Redirect::to(&format!("{DATES}?done=revoked")).into_response())
}

/// Refuses whoever sees no unit, to whom no date matters.
fn seen(world: &World) -> Result<(), Failure> {
    if world.sees_units() { Ok(()) } else { Err(Failure::no_page()) }
}

/// The dates of whoever looks.
async fn dates(world: &World, store: &StateStore) -> Result<Vec<DateDetail>, Failure> {
    seen(world)?;
    let typed = if world.types_figures() { store.figures().await? } else { Vec::new() };
    Ok(world.dates(&typed, &store.recommendations().await?, &links(world)).await?)
}

/// The dates as a file.
fn written(state: &State, world: &World, dates: &[DateDetail]) -> Response {
    let organisation = &world.project().organisation;
    let open_at = state.mail.as_ref().map(|mail| mail.address.as_str());
    let entry = |date: &DateDetail| {
        let known = format!("{organisation}\n{}\n{}", date.kind.as_str(), date.id);
        let digest = blake3::hash(known.as_bytes()).to_hex();
        date.entry(format!("{}@evenkeel", digest.get(..32).unwrap_or_default()), open_at)
    };
    let entries: Vec<_> = dates.iter().map(entry).collect();
    let text = icalendar::written(&format!("{organisation}: dates"), &entries, state.now());
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"evenkeel.ics\"");
    ([kind, name], text).into_response()
}

async fn page(
    person: &Person,
    status: StatusCode,
    notice: Option<String>,
    made: Option<String>,
) -> Result<Response, Failure> {
    let (world, store) = (&person.world, &person.accounts.store);
    let dates = dates(world, store).await?;
    let zone = &world.project().time_zone;
    let address = store.date_address(person.user.id).await?;
    let page = DatesPage {
        notice,
        made,
        file_url: FILE.to_owned(),
        address_since: address.map(|address| period::full_day(zone.to_datetime(address.made_at).date())),
        make_url: format!("{DATES}/address"),
        revoke_url: format!("{DATES}/address/revoke"),
        form_token: person.form_token.clone(),
        ..DatesPage::new(world.frame("Dates", &links(world), "Today"), &dates, world.today())
    };
    answer_page(status, &page)
}
