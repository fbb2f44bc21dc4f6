//! The record of a person: for them, and for whoever leads them where that is agreed.

use axum::extract::{Path, Query};
use axum::response::{Html, Redirect};
use evenkeel_model::access::Grant;
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_state::{LONGEST_REASON, Origin};
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::{Disputing, LookLine, OwnDispute, PeoplePage, Place};
use serde::Deserialize;

use super::administration::when;
use super::disputes::{row_of, state_of};
use super::{Done, Looking, acts, html, links};
use crate::World;
use crate::accounts::Accounts;
use crate::asked::Asked;
use crate::error::Failure;
use crate::links::Routes;
use crate::visit::{Seen, Who};
use crate::world::record::WantedRecord;

/// How many looks of others are told.
const LOOKS: u64 = 20;

/// What of a record is looked at, as addresses say it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    period: Option<String>,
    /// The measure whose rows are shown.
    rows: Option<String>,
    /// How many of its rows come before the first one shown.
    from: Option<String>,
    /// What was done.
    done: Option<String>,
}

/// Leads whoever has a record of their own to it.
pub(crate) async fn own(Seen(world): Seen) -> Result<Redirect, Failure> {
    let person = world.own_person().ok_or_else(|| {
        Failure::not_found(
            "You have no record here. Whoever looks after accounts gives the role of an agent to those who do.",
        )
    })?;
    Ok(Redirect::to(&address(person)))
}

/// The people of whom somebody may see the records because they lead them.
pub(crate) async fn people(Seen(world): Seen) -> Result<Html<String>, Failure> {
    if !world.leads_people() {
        return Err(Failure::no_page());
    }
    let link = |(person, name): (PersonId, String)| Link { label: name, url: address(&person) };
    let units = world.people_led().into_iter();
    let units = units.map(|(unit, people)| (unit, people.into_iter().map(link).collect())).collect();
    let page = PeoplePage::new(world.frame("People", &links(&world), "People"), units);
    html(&page)
}

/// Where the record of a person is.
pub(crate) fn address(person: &PersonId) -> String {
    Routes::record_of(person.as_str())
}

/// The record of a person.
pub(crate) async fn show(
    Seen(world): Seen,
    who: Who,
    Asked(Path(person)): Asked<Path<String>>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Html<String>, Failure> {
    let person = world.person_of_record(&person)?;
    let accounts = who.accounts()?;
    let form_token = match &who {
        Who::User { session, .. } => Some(session.form_token()),
        _ => None,
    };
    let looking = Looking { period: wanted.period, from: wanted.from, ..Looking::default() };
    let place = Place { unit: UnitId::new(person.as_str()), ..looking.place(&world, None)? };
    let users = accounts.store.users().await?;
    let wanted = WantedRecord {
        person: &person,
        place: &place,
        measure: wanted.rows.as_deref(),
        first: looking.first()?,
        readers: world.readers_of(&person, &users),
        looks: looks(&world, accounts, &person, &users).await?,
        disputes: accounts
            .store
            .disputes(Some(person.as_str()))
            .await?
            .iter()
            .map(|dispute| OwnDispute {
                key: dispute.of.key.clone(),
                row: row_of(dispute),
                why: dispute.of.why.clone(),
                at: when(dispute.raised_at, &world),
                state: state_of(dispute, &world, &users),
                word: dispute.state.as_str(),
            })
            .collect(),
        disputing: form_token.filter(|_| world.is_own(&person)).map(|form_token| Disputing {
            url: format!("{}/dispute", Routes::record_of(person.as_str())),
            form_token,
            period: place.period.id(world.project().fiscal_year),
            longest: LONGEST_REASON,
        }),
        acts: accounts.store.acts_about(&person).await?,
        notice: match wanted.done.as_deref() {
            Some("disputed") => {
                Some("It was taken down. Whoever decides about it sees it now; the answer will stand here.".to_owned())
            }
            Some("already") => Some("Nothing was taken down: this row was disputed before.".to_owned()),
            _ => done.notice(acts::DONE),
        },
    };
    let page = world.record_page(wanted, &Routes { of_person: true, ..links(&world) }).await?;
    html(&page)
}

/// Who else looked at a person, in words.
async fn looks(
    world: &World,
    accounts: &Accounts,
    person: &PersonId,
    users: &[evenkeel_state::User],
) -> Result<Vec<LookLine>, Failure> {
    let is_own = |user: &&evenkeel_state::User| user.grants.contains(&Grant::Own(person.clone()));
    let own: Vec<String> = users.iter().filter(is_own).map(|user| user.sign_in.clone()).collect();
    let found = accounts.store.looks(&world.looks_at(person), &own, LOOKS).await?;
    let name = |sign_in: &str| {
        let known = users.iter().find(|user| user.sign_in == sign_in);
        known.map_or_else(|| sign_in.to_owned(), |user| user.name.clone())
    };
    let line = |look: evenkeel_state::Recorded| LookLine {
        at: when(look.at, world),
        who: match look.origin {
            Some(Origin::CommandLine) => format!("{}, on the command line,", look.who),
            _ => name(&look.who),
        },
        about: look.about,
    };
    Ok(found.into_iter().map(line).collect())
}
