//! `evenkeel people`: who stands behind the pseudonyms of the lake, and taking somebody out.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use evenkeel_lake::Snapshot;
use evenkeel_pseudonym::{Erased, KeyFile, PeopleKey};
use evenkeel_state::{Change, ErasedPerson, Origin, StateStore};
use evenkeel_view::terminal::{Column, Table};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::trail::operator;
use super::{Session, instant};
use crate::arguments::{AsOf, People, PeopleCommand};
use crate::project::{OpenProject, with_help};

/// People are erased by the clock, whatever instant figures are of.
const NOW: AsOf = AsOf { as_of: None };
/// How long what a server was about to keep when the key was written takes at most to be kept.
const SERVERS_KNOW: Duration = Duration::from_secs(2);

pub async fn run(session: &Session<'_>, arguments: &People) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let Some(key) = open.lake.key() else {
        bail!(
            "evenkeel.yaml has no `pseudonyms`, so the lake names people as their sources do and there is nothing to take \
             them out of"
        );
    };
    let snapshot = open.lake.snapshot().await?;
    match &arguments.command {
        None => list(session, &open, key, &snapshot)?,
        Some(PeopleCommand::Erase { person }) => erase(session, &open, key, &snapshot, person).await?,
        Some(PeopleCommand::Forget { pseudonym }) => forget(session, &open, key, &snapshot, pseudonym).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is told of a key, for programs.
#[derive(Serialize)]
struct Told {
    key: String,
    people: usize,
    erased: Vec<ToldErased>,
}

/// Somebody who was erased, for programs.
#[derive(Serialize)]
struct ToldErased {
    pseudonym: String,
    named_at: Option<String>,
}

/// The key by which the lake was written; where nothing was imported, there is none.
fn of_lake(snapshot: &Snapshot) -> anyhow::Result<&str> {
    if let Some(error) = snapshot.people().unknown() {
        return Err(with_help(error));
    }
    match &snapshot.manifest().people_key {
        Some(key) => Ok(key),
        None => bail!("nothing was imported under pseudonyms yet; `evenkeel import` makes the key"),
    }
}

fn list(session: &Session<'_>, open: &OpenProject, key: &KeyFile, snapshot: &Snapshot) -> anyhow::Result<()> {
    let known = key.read_as(of_lake(snapshot)?)?;
    let people = known.people().count();
    let erased: Vec<&Erased> = known.erased().collect();
    if session.output.is_json() {
        let erased = erased.iter().map(|erased| ToldErased {
            pseudonym: erased.pseudonym.clone(),
            named_at: erased.named_at.map(|at| at.to_string()),
        });
        let told = Told { key: known.id().to_owned(), people, erased: erased.collect() };
        return session.output.json(&told);
    }
    session.output.text(&format!("The key knows {}: `{}`.\n", counted(people), key.path().display()));
    if erased.is_empty() {
        session.output.text("Nobody was erased.\n");
        return Ok(());
    }
    let column = Column::text;
    let table = Table {
        columns: ["erased", "named by raw files last"].map(column).into(),
        rows: erased
            .iter()
            .map(|erased| vec![erased.pseudonym.clone(), named(erased, &open.project.time_zone)])
            .collect(),
        wrap_last: false,
    };
    session.output.text(&table.render(session.output.style(false)));
    Ok(())
}

fn named(erased: &Erased, zone: &TimeZone) -> String {
    match erased.named_at {
        Some(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        None => "not since".to_owned(),
    }
}

fn counted(people: usize) -> String {
    if people == 1 { "one person".to_owned() } else { format!("{people} people") }
}

/// The identifier of a person, by that or by a name that nobody else has.
fn identifier(key: &PeopleKey, person: &str) -> anyhow::Result<String> {
    if let Some(known) = key.known(person) {
        return Ok(known.person.clone());
    }
    let mut called =
        key.people().filter(|known| known.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(person)));
    match (called.next(), called.next()) {
        (Some(known), None) => Ok(known.person.clone()),
        (Some(_), Some(_)) => bail!("several people are called `{person}`; say the identifier"),
        (None, _) => bail!("the key knows nobody of the identifier or name `{person}`; nothing was changed"),
    }
}

/// What erasing came to, for programs.
#[derive(Serialize)]
struct ToldErasing {
    identifiers: usize,
    grants: u64,
    disputes: u64,
}

async fn erase(
    session: &Session<'_>,
    open: &OpenProject,
    key: &KeyFile,
    snapshot: &Snapshot,
    person: &str,
) -> anyhow::Result<()> {
    let now = instant(NOW);
    let mut writer = key.write(Some(of_lake(snapshot)?), now).map_err(|error| with_help(&error.into()))?;
    if writer.key().known(person).is_none()
        && let Some(pseudonym) = writer.key().erased_as(person)
    {
        let by = operator();
        let change = Change { by: by.name(), origin: Origin::CommandLine, about: person, at: now };
        let swept = StateStore::open(&open.state()?).await?.erase_person(person, pseudonym, change).await?;
        return told_again(session, person, swept);
    }
    let person = identifier(writer.key(), person)?;
    // What sources call the person besides leads to them as well.
    let mut identifiers = vec![person.clone()];
    if let Some(known) = writer.key().known(&person) {
        let aliases = snapshot.aliases_of(&known.pseudonym).await?;
        let others = aliases.iter().filter_map(|alias| Some(writer.key().behind(alias)?.person.clone()));
        identifiers.extend(others.filter(|other| *other != person));
    }
    let by = operator();
    let store = StateStore::open(&open.state()?).await?;
    let mut changed = ErasedPerson::default();
    let mut swept = Vec::new();
    // The key comes last: until it is written, the same command does what is left to do.
    for identifier in &identifiers {
        let Some(pseudonym) = writer.key().known(identifier).map(|known| known.pseudonym.clone()) else { continue };
        swept.push((identifier, pseudonym.clone()));
        let change = Change { by: by.name(), origin: Origin::CommandLine, about: identifier, at: now };
        let erased = store.erase_person(identifier, &pseudonym, change).await?;
        changed.grants += erased.grants;
        changed.disputes += erased.disputes;
    }
    for identifier in &identifiers {
        writer.erase(identifier);
    }
    writer.keep()?;
    // A server looks into the key before it keeps anything about somebody; what it had looked for by then is kept by now.
    tokio::time::sleep(SERVERS_KNOW).await;
    for (identifier, pseudonym) in swept {
        let late = store.sweep_erased(identifier, &pseudonym).await?;
        changed.grants += late.grants;
        changed.disputes += late.disputes;
    }
    let (grants, disputes) = (changed.grants, changed.disputes);
    if session.output.is_json() {
        return session.output.json(&ToldErasing { identifiers: identifiers.len(), grants, disputes });
    }
    // The pseudonym is not told: what stands on a screen would lead from it to the person.
    let besides = match identifiers.len() - 1 {
        0 => String::new(),
        1 => ", and so is the other identifier that sources have for them".to_owned(),
        more => format!(", and so are {more} other identifiers that sources have for them"),
    };
    session.output.text(&format!("{person} is taken out of the key{besides}. Every sum is as it was.\n"));
    if grants > 0 {
        session.output.text(
            "Their record was taken away from the account that had it; `evenkeel users deactivate` ends an account.\n",
        );
    }
    if disputes > 0 {
        session.output.text("The audit trail no longer says which rows they disputed.\n");
    }
    session.output.note(
        "What lies elsewhere still names them: backups of the key, raw files, and files that were written for others. A raw \
         file that names them is noticed when it is imported; `evenkeel people` tells when that was last so.",
    );
    Ok(())
}

/// What came of erasing somebody who was erased before.
fn told_again(session: &Session<'_>, person: &str, swept: ErasedPerson) -> anyhow::Result<()> {
    let ErasedPerson { grants, disputes, acts } = swept;
    if session.output.is_json() {
        return session.output.json(&ToldErasing { identifiers: 0, grants, disputes });
    }
    let found = grants + disputes + acts;
    session.output.text(&if found == 0 {
        format!("{person} was erased before, and nothing of them was left.\n")
    } else {
        format!("{person} was erased before; what was written about them since is gone now ({found} entries).\n")
    });
    Ok(())
}

async fn forget(
    session: &Session<'_>,
    open: &OpenProject,
    key: &KeyFile,
    snapshot: &Snapshot,
    pseudonym: &str,
) -> anyhow::Result<()> {
    let now = instant(NOW);
    let mut writer = key.write(Some(of_lake(snapshot)?), now).map_err(|error| with_help(&error.into()))?;
    let Some(erased) = writer.forget(pseudonym) else {
        bail!("nobody who was erased has the pseudonym `{pseudonym}`; `evenkeel people` lists those that there are");
    };
    let by = operator();
    let change = Change { by: by.name(), origin: Origin::CommandLine, about: pseudonym, at: now };
    StateStore::open(&open.state()?).await?.record_forgotten(change).await?;
    writer.keep()?;
    session.output.text(&format!("What was left of {pseudonym} is forgotten.\n"));
    if erased.named_at.is_some() {
        session.output.note(&format!(
            "warning: raw files named them last on {}. Where they still do, the next import brings rows that are told apart by \
             person (trainings, worktime, memberships) a second time.",
            named(&erased, &open.project.time_zone)
        ));
    }
    Ok(())
}
