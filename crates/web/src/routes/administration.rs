//! Accounts and the audit trail, for whoever looks after them.

use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::access::{Grant, Over, Role};
use evenkeel_model::ids::UnitId;
use evenkeel_model::reading::Subject;
use evenkeel_state::{Action, MailChoice, NewUser, StateError, TokenId, User, UserId};
use evenkeel_view::page::frame::{Choice, Link};
use evenkeel_view::page::{AdministrationPage, GrantLine, OneTimeLink, TokenLine, TrailLine, TrailSheet, UserLine};
use jiff::Timestamp;
use serde::Deserialize;

use super::sign_in::Nothing;
use super::{Done, account, answer_page, html, links, tokens};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{Administering, Administrator, Filled};

/// How many entries of the audit trail a page has.
const ENTRIES: u64 = 50;
/// Where the accounts are.
const ACCOUNTS: &str = "/administration";
/// Where the audit trail is.
const TRAIL: &str = "/administration/trail";

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("given", "The role was given."),
    ("taken", "The role was taken away."),
    ("deactivated", "The user was signed out everywhere and cannot sign in any more."),
    ("activated", "The user can sign in again."),
    ("revoked", "The token was revoked; programs that use it are refused from now on."),
    ("mail", "What was chosen for their e-mail holds from now on."),
    (
        "unlinked",
        "The work account was removed, and the user was signed out everywhere. The next one that comes with their name is \
         theirs.",
    ),
    ("nothing", "Nothing was changed: it was so already."),
];

/// Somebody to be added.
#[derive(Deserialize)]
pub(crate) struct Added {
    name: String,
    sign_in: String,
    #[serde(flatten)]
    chosen: Chosen,
}

/// A role that was chosen, and what for.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    role: String,
    unit: String,
    person: String,
}

/// A role to be taken away.
#[derive(Deserialize)]
pub(crate) struct Taken {
    role: String,
    over: String,
}

/// A place in the audit trail.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Before {
    before: Option<String>,
}

impl Chosen {
    /// The grant that was meant; in words why it cannot be given.
    fn grant(&self, world: &World) -> Result<Grant, String> {
        let over = match Role::parse(&self.role).map(Role::over) {
            Some(Over::Unit) => self.unit.trim(),
            Some(Over::Person) => self.person.trim(),
            Some(Over::Everything) | None => "",
        };
        let grant = Grant::new(&self.role, over).map_err(|error| error.to_string())?;
        match &grant {
            Grant::In(_, unit) if !matches!(world.subject(Some(unit.as_str())), Ok(Subject::Unit(_))) => {
                Err(format!("there is no unit `{unit}`"))
            }
            Grant::Own(person) if !world.knows_person(person.as_str()) => {
                Err(format!("nobody in the record has the identifier `{person}`"))
            }
            _ => Ok(grant),
        }
    }
}

/// What the page says beside the accounts.
#[derive(Default)]
struct Said {
    notice: Option<String>,
    error: Option<String>,
    link: Option<OneTimeLink>,
}

/// The accounts.
pub(crate) async fn show(
    administrator: Administrator,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    page(&administrator, StatusCode::OK, Said { notice: done.notice(DONE), ..Said::default() }).await
}

/// Adds somebody, and shows the link with which they choose a password.
pub(crate) async fn add(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    filled: Filled<Added>,
) -> Result<Response, Failure> {
    let (added, administrator) = filled.by::<Administering>(&state)?;
    let grant = match added.chosen.grant(&administrator.world) {
        Ok(grant) => grant,
        Err(why) => return refused(&administrator, format!("Nobody was added: {why}.")).await,
    };
    let accounts = &administrator.accounts;
    let words = words_of(&grant, &administrator.world);
    let new = NewUser { name: &added.name, sign_in: &added.sign_in, password: None, grants: vec![grant] };
    let by = &administrator.user.sign_in;
    let about = format!("{}: {words}", added.sign_in.trim().to_lowercase());
    let user = match accounts.store.add_user(new, accounts.change(by, &about)).await {
        Ok(user) => user,
        Err(error @ (StateError::Name(_) | StateError::NameTaken { .. })) => {
            return refused(&administrator, format!("Nobody was added: {error}.")).await;
        }
        Err(error) => return Err(error.into()),
    };
    with_link(&administrator, &headers, &user, Some(format!("{} was added.", user.name))).await
}

/// Makes a link with which somebody chooses another password.
pub(crate) async fn link(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    headers: HeaderMap,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, administrator) = filled.by::<Administering>(&state)?;
    let user = known(&administrator, id).await?;
    if !user.active {
        return refused(&administrator, format!("{} cannot sign in; activate them first.", user.name)).await;
    }
    with_link(&administrator, &headers, &user, None).await
}

/// Gives somebody a role.
pub(crate) async fn give(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Chosen>,
) -> Result<Response, Failure> {
    let (chosen, administrator) = filled.by::<Administering>(&state)?;
    let user = known(&administrator, id).await?;
    let grant = match chosen.grant(&administrator.world) {
        Ok(grant) => grant,
        Err(why) => return refused(&administrator, format!("No role was given: {why}.")).await,
    };
    let about = format!("{}: {}", user.sign_in, words_of(&grant, &administrator.world));
    let change = administrator.accounts.change(&administrator.user.sign_in, &about);
    let given = administrator.accounts.store.give(user.id, &grant, change).await?;
    Ok(done(if given { "given" } else { "nothing" }))
}

/// Takes a role away.
pub(crate) async fn take(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Taken>,
) -> Result<Response, Failure> {
    let (taken, administrator) = filled.by::<Administering>(&state)?;
    let user = known(&administrator, id).await?;
    let Ok(grant) = Grant::new(&taken.role, &taken.over) else {
        return refused(&administrator, "There is no such role.".to_owned()).await;
    };
    let about = format!("{}: {}", user.sign_in, words_of(&grant, &administrator.world));
    let change = administrator.accounts.change(&administrator.user.sign_in, &about);
    match administrator.accounts.store.take(user.id, &grant, change).await {
        Err(StateError::LastAdministrator) => refused(&administrator, last_administrator()).await,
        other => Ok(done(if other? { "taken" } else { "nothing" })),
    }
}

/// Chooses whether somebody is written to.
pub(crate) async fn mail(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<account::Chosen>,
) -> Result<Response, Failure> {
    let (values, administrator) = filled.by::<Administering>(&state)?;
    let user = known(&administrator, id).await?;
    match crate::mail::chosen(&values.address, &values.rhythm) {
        Ok(chosen) => {
            crate::mail::keep(&administrator.accounts, &administrator.user.sign_in, &user, chosen).await?;
            Ok(done("mail"))
        }
        Err(why) => refused(&administrator, format!("Nothing was changed: {why}.")).await,
    }
}

/// Removes the work account of somebody, who may have got another one.
pub(crate) async fn unlink(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, administrator) = filled.by::<Administering>(&state)?;
    let user = known(&administrator, id).await?;
    let change = administrator.accounts.change(&administrator.user.sign_in, &user.sign_in);
    let removed = administrator.accounts.store.remove_work_accounts(user.id, change).await?;
    Ok(done(if removed { "unlinked" } else { "nothing" }))
}

/// Lets somebody sign in again.
pub(crate) async fn activate(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    set_active(filled.by::<Administering>(&state)?.1, id, true).await
}

/// Signs somebody out, and lets them in no more.
pub(crate) async fn deactivate(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    set_active(filled.by::<Administering>(&state)?.1, id, false).await
}

async fn set_active(administrator: Administrator, id: i64, active: bool) -> Result<Response, Failure> {
    let user = known(&administrator, id).await?;
    let change = administrator.accounts.change(&administrator.user.sign_in, &user.sign_in);
    match administrator.accounts.store.set_active(user.id, active, change).await {
        Err(StateError::LastAdministrator) => refused(&administrator, last_administrator()).await,
        other => Ok(done(match (other?, active) {
            (false, _) => "nothing",
            (true, true) => "activated",
            (true, false) => "deactivated",
        })),
    }
}

/// Revokes a token, whoever made it.
pub(crate) async fn revoke(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Nothing>,
) -> Result<Response, Failure> {
    let (_, administrator) = filled.by::<Administering>(&state)?;
    let all = administrator.accounts.store.tokens(None).await?;
    let token = all.iter().find(|token| token.id == TokenId(id)).ok_or_else(tokens::unknown)?;
    let owner = administrator.accounts.store.user(token.owner).await?;
    let about = format!("{}: {}", owner.map(|owner| owner.sign_in).unwrap_or_default(), token.name);
    let change = administrator.accounts.change(&administrator.user.sign_in, &about);
    let gone = administrator.accounts.store.revoke_token(token.id, change).await?;
    Ok(done(if gone { "revoked" } else { "nothing" }))
}

/// The audit trail.
pub(crate) async fn trail(
    administrator: Administrator,
    Asked(Query(wanted)): Asked<Query<Before>>,
) -> Result<Html<String>, Failure> {
    let unreadable = |text: &String| Failure::bad(format!("`{text}` is no place in the audit trail"));
    let before = wanted.before.map(|text| text.parse::<i64>().map_err(|_| unreadable(&text))).transpose()?;
    let found = administrator.accounts.store.trail(before, ENTRIES).await?;
    let world = &administrator.world;
    let older = found.entries.last().filter(|_| found.more);
    let sheet = TrailSheet {
        frame: world.frame("Audit trail", &links(world), "Administration"),
        lines: found
            .entries
            .iter()
            .map(|entry| TrailLine {
                at: when(entry.at, world),
                who: entry.who.clone(),
                action: entry.action.map_or("something that a newer version knows", Action::as_str).to_owned(),
                about: entry.about.clone(),
                origin: entry.origin.map_or("", evenkeel_state::Origin::as_str).to_owned(),
            })
            .collect(),
        latest: before.map(|_| Link { label: "Latest".to_owned(), url: TRAIL.to_owned() }),
        older: older.map(|last| Link { label: "Older".to_owned(), url: format!("{TRAIL}?before={}", last.number) }),
        administration_url: ACCOUNTS.to_owned(),
    };
    html(&sheet)
}

async fn known(administrator: &Administrator, id: i64) -> Result<User, Failure> {
    let user = administrator.accounts.store.user(UserId(id)).await?;
    user.ok_or_else(|| Failure::not_found("There is no such user."))
}

fn last_administrator() -> String {
    format!("Nothing was changed: {}.", StateError::LastAdministrator)
}

async fn refused(administrator: &Administrator, error: String) -> Result<Response, Failure> {
    page(administrator, StatusCode::UNPROCESSABLE_ENTITY, Said { error: Some(error), ..Said::default() }).await
}

/// Leads back to the accounts, where a word says what was done.
fn done(word: &str) -> Response {
    Redirect::to(&format!("{ACCOUNTS}?done={word}")).into_response()
}

async fn with_link(
    administrator: &Administrator,
    headers: &HeaderMap,
    user: &User,
    notice: Option<String>,
) -> Result<Response, Failure> {
    let accounts = &administrator.accounts;
    let change = accounts.change(&administrator.user.sign_in, &user.sign_in);
    let secret = accounts.store.invite(user.id, &accounts.random, change).await?;
    // Only names of this machine get here.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let link = OneTimeLink { name: user.name.clone(), url: format!("http://{host}/password/{}", secret.text()) };
    page(administrator, StatusCode::OK, Said { notice, link: Some(link), error: None }).await
}

async fn page(administrator: &Administrator, status: StatusCode, said: Said) -> Result<Response, Failure> {
    let world = &administrator.world;
    let users = administrator.accounts.store.users().await?;
    let choices = administrator.accounts.store.mail_choices().await?;
    let linked = administrator.accounts.store.users_with_work_accounts().await?;
    let now = administrator.accounts.now();
    let mut tokens: Vec<TokenLine> = Vec::new();
    for token in administrator.accounts.store.tokens(None).await? {
        let owner = users.iter().find(|user| user.id == token.owner).map(|user| user.sign_in.clone());
        let url = format!("{ACCOUNTS}/tokens/{}/revoke", token.id.0);
        tokens.push(tokens::line(&token, owner.unwrap_or_default(), url, now, world));
    }
    tokens.sort_by(|one, other| (&one.owner, &one.name).cmp(&(&other.owner, &other.name)));
    let page = AdministrationPage {
        frame: world.frame("Administration", &links(world), "Administration"),
        notice: said.notice,
        error: said.error,
        link: said.link,
        users: users.iter().map(|user| line(user, linked.contains(&user.id), &choices, world)).collect(),
        roles: Role::ALL.map(|role| choice(&evenkeel_view::words::capitalised(role.as_str()), role.as_str())).into(),
        units: world.units().iter().map(|unit| choice(&unit.name, unit.id.as_str())).collect(),
        explained: Role::ALL.map(explained).into(),
        add_url: format!("{ACCOUNTS}/users"),
        tokens,
        trail_url: TRAIL.to_owned(),
        webhooks_url: super::webhooks::WEBHOOKS.to_owned(),
        form_token: administrator.form_token.clone(),
    };
    answer_page(status, &page)
}

/// A choice of a form. Most are made viewers, who see least.
fn choice(label: &str, value: &str) -> Choice {
    Choice { label: label.to_owned(), url: value.to_owned(), current: value == Role::Viewer.as_str() }
}

fn line(user: &User, linked: bool, choices: &[MailChoice], world: &World) -> UserLine {
    let choice = choices.iter().find(|choice| choice.user == user.id);
    let state = match (user.active, user.has_password, linked) {
        (false, ..) => "Cannot sign in",
        (true, false, false) => "Has not chosen a password yet",
        (true, true, false) => "Can sign in",
        (true, false, true) => "Can sign in with a work account",
        (true, true, true) => "Can sign in with a password or a work account",
    };
    UserLine {
        name: user.name.clone(),
        sign_in: user.sign_in.clone(),
        state: state.to_owned(),
        active: user.active,
        linked,
        seen: user.signed_in_at.map(|at| format!("; last on {}", when(at, world))).unwrap_or_default(),
        grants: user
            .grants
            .iter()
            .map(|grant| GrantLine {
                words: words_of(grant, world),
                role: grant.role().as_str().to_owned(),
                over: grant.over().to_owned(),
            })
            .collect(),
        mail: account::form(choice, format!("{ACCOUNTS}/users/{}/mail", user.id.0), world),
        url: format!("{ACCOUNTS}/users/{}", user.id.0),
    }
}

/// A grant in words: `manager of Lakeside`.
fn words_of(grant: &Grant, world: &World) -> String {
    match grant {
        Grant::Everywhere(role) => role.to_string(),
        Grant::In(role, unit) => format!("{role} of {}", world.name_of(&Subject::Unit(UnitId::new(unit.as_str())))),
        Grant::Own(person) => format!("agent, with the record of {person}"),
    }
}

/// What a role sees.
fn explained(role: Role) -> (String, String) {
    let sees = match role {
        Role::Administrator => "Accounts and the audit trail; the figures of all units.",
        Role::Insights => {
            "The figures of all units and the rows behind them, without names of people. Types and approves figures."
        }
        Role::Executive => "The figures of all units.",
        Role::Manager => {
            "The figures of a unit and of all below it, and the rows behind them; names and records of people from \
             “people: coaching” on. Types the figures that are asked of these units."
        }
        Role::Agent => "The own record, from “people: own_record” on.",
        Role::Viewer => "The figures of a unit and of all below it.",
    };
    (evenkeel_view::words::capitalised(role.as_str()), sees.to_owned())
}

/// An instant on the clock of the project.
pub(crate) fn when(at: Timestamp, world: &World) -> String {
    at.to_zoned(world.project().time_zone.clone()).strftime("%-d %b %Y %H:%M:%S").to_string()
}
