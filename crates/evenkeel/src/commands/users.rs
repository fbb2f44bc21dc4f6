//! `evenkeel users`: accounts, for whoever operates the machine and may not be able to sign in.

use std::process::ExitCode;
use std::sync::Arc;

use evenkeel_model::access::{Grant, Over, Role};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Change, NewUser, Origin, Random, StateStore, User};
use evenkeel_view::terminal::{Column, Table};
use serde::Serialize;

use super::serve::random_bytes;
use super::trail::operator;
use super::{Session, instant};
use crate::arguments::{AddUser, AsOf, Users, UsersCommand};
use crate::project::OpenProject;

/// Accounts run by the clock, whatever instant figures are of.
const NOW: AsOf = AsOf { as_of: None };

pub async fn run(session: &Session<'_>, arguments: &Users) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let store = StateStore::open(&open.state()?).await?;
    match &arguments.command {
        None => list(session, &open, &store).await?,
        Some(UsersCommand::Add(new)) => add(session, &open, &store, new).await?,
        Some(UsersCommand::Reset { name, port }) => {
            let user = known(&store, name).await?;
            if !user.active {
                anyhow::bail!(
                    "`{}` cannot sign in; whoever administers accounts activates them on the page of accounts first",
                    user.sign_in
                );
            }
            print_link(session, &store, &user, *port).await?;
        }
        Some(UsersCommand::Deactivate { name }) => deactivate(session, &store, name).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A user as programs read one.
#[derive(Serialize)]
struct Told {
    name: String,
    sign_in: String,
    state: &'static str,
    grants: Vec<ToldGrant>,
    signed_in_at: Option<String>,
}

/// A role, and the unit or person that it is given over; none for the whole organisation.
#[derive(Serialize)]
struct ToldGrant {
    role: String,
    over: Option<String>,
}

async fn list(session: &Session<'_>, open: &OpenProject, store: &StateStore) -> anyhow::Result<()> {
    let users = store.users().await?;
    let linked = store.users_with_work_accounts().await?;
    let state = |user: &User| state(user, linked.contains(&user.id));
    let zone = &open.project.time_zone;
    let last = |user: &User| user.signed_in_at.map(|at| at.to_zoned(zone.clone()));
    if session.output.is_json() {
        let told = users.iter().map(|user| Told {
            name: user.name.clone(),
            sign_in: user.sign_in.clone(),
            state: state(user),
            grants: user.grants.iter().map(told_grant).collect(),
            signed_in_at: user.signed_in_at.map(|at| at.to_string()),
        });
        return session.output.json(&told.collect::<Vec<_>>());
    }
    if users.is_empty() {
        session.output.note(
            "There is no account yet. `evenkeel serve` prints a code for the first administrator; `evenkeel users add \
             NAME --role administrator` adds one from here.",
        );
        return Ok(());
    }
    let column = Column::text;
    let table = Table {
        columns: ["signs in as", "name", "roles", "last sign-in", "state"].map(column).into(),
        rows: users
            .iter()
            .map(|user| {
                let roles: Vec<String> = user.grants.iter().map(words).collect();
                vec![
                    user.sign_in.clone(),
                    user.name.clone(),
                    if roles.is_empty() { "none".to_owned() } else { roles.join(", ") },
                    last(user).map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
                    state(user).to_owned(),
                ]
            })
            .collect(),
        wrap_last: false,
    };
    session.output.text(&table.render(session.output.style(false)));
    Ok(())
}

async fn add(session: &Session<'_>, open: &OpenProject, store: &StateStore, new: &AddUser) -> anyhow::Result<()> {
    let grant = grant(session, open, new).await?;
    // Whoever is there first has to be able to add the others: the code of `serve` ends with the first account.
    if grant != Grant::Everywhere(Role::Administrator) && !store.has_users().await? {
        anyhow::bail!(
            "there is no account yet, and the first one has to be an administrator; write `--role administrator`"
        );
    }
    let by = operator();
    let about = format!("{}: {}", new.name.trim().to_lowercase(), words(&grant));
    let change = Change { by: by.name(), origin: Origin::CommandLine, about: &about, at: instant(NOW) };
    let called = new.called.as_deref().unwrap_or(&new.name);
    let added = NewUser { name: called, sign_in: &new.name, password: None, grants: vec![grant] };
    let user = store.add_user(added, change).await?;
    session.output.note(&format!("Added {}, who signs in as {}.", user.name, user.sign_in));
    print_link(session, store, &user, new.port).await
}

/// The grant that is meant, over a unit or person that the record knows.
async fn grant(session: &Session<'_>, open: &OpenProject, new: &AddUser) -> anyhow::Result<Grant> {
    let plain = Grant::new(&new.role, new.over.as_deref().unwrap_or_default())?;
    let over = plain.role().over();
    if over == Over::Everything {
        return Ok(plain);
    }
    let world = session.world(open, NOW).await?;
    match (over, world.subject(Some(plain.over()))?) {
        (Over::Unit, Subject::Unit(unit)) => Ok(Grant::In(plain.role(), unit)),
        (Over::Person, Subject::Person(person)) => Ok(Grant::Own(person)),
        (Over::Person, _) => anyhow::bail!("`{}` is a unit; an agent is given the record of one person", plain.over()),
        (_, _) => anyhow::bail!("`{}` is a person; the role `{}` is given over a unit", plain.over(), plain.role()),
    }
}

async fn deactivate(session: &Session<'_>, store: &StateStore, name: &str) -> anyhow::Result<()> {
    let user = known(store, name).await?;
    let by = operator();
    let change = Change { by: by.name(), origin: Origin::CommandLine, about: &user.sign_in, at: instant(NOW) };
    let said = if store.set_active(user.id, false, change).await? {
        "was signed out everywhere and cannot sign in any more"
    } else {
        "could not sign in before either; nothing was changed"
    };
    session.output.note(&format!("{} {said}.", user.sign_in));
    Ok(())
}

/// A one-time link, as programs read it.
#[derive(Serialize)]
struct Link<'a> {
    sign_in: &'a str,
    link: String,
}

/// Makes a link with which somebody chooses a password, and prints it. An earlier one ends.
async fn print_link(session: &Session<'_>, store: &StateStore, user: &User, port: u16) -> anyhow::Result<()> {
    let random: Random = Arc::new(random_bytes);
    let by = operator();
    let change = Change { by: by.name(), origin: Origin::CommandLine, about: &user.sign_in, at: instant(NOW) };
    let secret = store.invite(user.id, &random, change).await?;
    let link = format!("http://127.0.0.1:{port}/password/{}", secret.text());
    if session.output.is_json() {
        return session.output.json(&Link { sign_in: &user.sign_in, link });
    }
    session.output.note(&format!(
        "With this link {} chooses a password. It works once, within three days, while `evenkeel serve` runs on this port; \
         hand it over in a way that nobody else reads.",
        user.name
    ));
    session.output.text(&format!("{link}\n"));
    Ok(())
}

async fn known(store: &StateStore, name: &str) -> anyhow::Result<User> {
    match store.user_by_sign_in(name).await? {
        Some((user, _)) => Ok(user),
        None => anyhow::bail!("nobody signs in as `{name}`; `evenkeel users` lists everybody"),
    }
}

fn state(user: &User, linked: bool) -> &'static str {
    match (user.active, user.has_password, linked) {
        (false, ..) => "cannot sign in",
        (true, false, false) => "has not chosen a password yet",
        (true, true, false) => "can sign in",
        (true, false, true) => "can sign in with a work account",
        (true, true, true) => "can sign in with a password or a work account",
    }
}

fn told_grant(grant: &Grant) -> ToldGrant {
    let over = Some(grant.over().to_owned()).filter(|over| !over.is_empty());
    ToldGrant { role: grant.role().to_string(), over }
}

/// A grant in words; units and people by identifier, as `--over` takes them.
fn words(grant: &Grant) -> String {
    match grant.over() {
        "" => grant.role().to_string(),
        over => format!("{} of {over}", grant.role()),
    }
}
