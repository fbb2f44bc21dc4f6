//! `evenkeel serve`: the pages.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use evenkeel_state::{StateStore, Unrandom};
use evenkeel_web::mail::{self, Mail, MailServer};
use evenkeel_web::openid::{Issuer, OpenId, Settings};
use evenkeel_web::{Access, Accounts, Clock, Imports, Limits, Loading, Server};
use jiff::Timestamp;

use super::{Session, instant};
use crate::arguments::{AsOf, Auth, Serve};
use crate::environment::{self, Variable};
use crate::project::{self, OpenProject};

pub async fn run(session: &Session<'_>, arguments: &Serve) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let limits = Limits {
        connections: arguments.limits.connections,
        requests: arguments.limits.requests,
        arrival: Duration::from_secs(arguments.limits.arrival),
        answer: Duration::from_secs(arguments.limits.answer),
        ..Limits::default()
    };
    let private = arguments.private_webhooks;
    pages(session, &open, arguments.port, arguments.auth, arguments.as_of, limits, private).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the pages of a project until the program is asked to stop.
pub async fn pages(
    session: &Session<'_>,
    open: &OpenProject,
    port: u16,
    auth: Auth,
    as_of: AsOf,
    limits: Limits,
    private_webhooks: bool,
) -> anyhow::Result<()> {
    let opening = open.opening(instant(as_of), session.workers);
    let clock = Arc::new(move || -> Timestamp { instant(as_of) });
    // Sessions and schedules run by the clock, whatever instant the figures are of.
    let now: Clock = Arc::new(|| instant(AsOf { as_of: None }));
    // A source that is loaded in the browser later is imported as the project says.
    let scheduled = open.project.import.is_some() || open.project.sources.iter().any(|source| source.import.is_some());
    let store = match auth {
        Auth::None if !scheduled => None,
        _ => Some(StateStore::open(&open.state()?).await?),
    };
    let access = match (auth, &store) {
        (Auth::Accounts, Some(store)) => {
            Access::Accounts(Arc::new(Accounts::new(store.clone(), Arc::new(random_bytes), now.clone()).await?))
        }
        _ => Access::Open,
    };
    let server = Server::new(opening, clock, access.clone(), limits)
        .await
        .map_err(|error| project::explain_world(&open.project, error, session.output))?;
    let server = server.with_private_webhooks(private_webhooks);
    let server = match metrics_token()? {
        Some(token) => server.with_metrics_token(&token),
        None => server,
    };
    let server = match store {
        Some(store) => {
            let root = open.root.clone();
            server.with_imports(Imports {
                store,
                random: Arc::new(random_bytes),
                root,
                clock: now.clone(),
                running: Arc::default(),
            })
        }
        None => server,
    };
    let loading = Loading::new(open.root.clone(), open.state()?, Arc::new(random_bytes), now.clone(), session.workers);
    let server = server.with_loading(loading);
    let server = match mail(now)? {
        Some(mail) => server.with_mail(mail),
        None => server,
    };
    let server = match openid()?.filter(|_| matches!(access, Access::Accounts(_))) {
        Some(openid) => server.with_openid(openid),
        None => server,
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = evenkeel_web::server::listen(address)
        .await
        .with_context(|| format!("port {port} cannot be used; choose another with --port, or 0 for any"))?;
    let address = listener.local_addr()?;
    session.output.text(&format!("Serving http://{address}/ (stop with Ctrl-C)\n"));
    match &access {
        Access::Open => session.output.note(
            "WARNING: nobody has to sign in (--auth none). Whoever reaches this port on this machine sees these pages.",
        ),
        Access::Accounts(accounts) => {
            if let Some(code) = accounts.code().await? {
                session.output.text(&format!(
                    "There is no account yet. Open http://{address}/set-up and enter the code {code}\n"
                ));
            }
        }
    }
    server.run(listener, stop_signal()).await;
    Ok(())
}

/// What programs send that read the metrics; none where this machine alone reads them.
fn metrics_token() -> anyhow::Result<Option<String>> {
    const FEWEST: usize = 16;
    let name = environment::METRICS_TOKEN.name;
    match std::env::var(name) {
        Err(std::env::VarError::NotPresent) => Ok(None),
        Ok(token) if token.len() >= FEWEST && token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(token)),
        _ => bail!(
            "the environment variable {name} cannot be used: it has to have {FEWEST} or more letters, digits and \
             signs, for example the output of `openssl rand -hex 32`; without it this machine alone reads the metrics"
        ),
    }
}

/// How mail is sent; none where no mail server is named.
fn mail(clock: Clock) -> anyhow::Result<Option<Mail>> {
    let Some(server) = given(environment::SMTP_URL)? else { return Ok(None) };
    // The address of the server may hold a password, so that it is not repeated.
    let server = MailServer::parse(&server).map_err(|why| unusable(environment::SMTP_URL, &why))?;
    let from = mail::sender(&needed(environment::MAIL_FROM)?).map_err(|why| unusable(environment::MAIL_FROM, &why))?;
    let address = needed(environment::MAIL_PAGES)?.trim_end_matches('/').to_owned();
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return Err(unusable(environment::MAIL_PAGES, "it begins neither with https:// nor with http://"));
    }
    let at = given(environment::MAIL_AT)?.unwrap_or_else(|| "07:00".to_owned());
    let at = jiff::civil::Time::strptime("%H:%M", &at).map_err(|_| {
        unusable(environment::MAIL_AT, "it is no time of day; write hours and minutes, for example `07:00`")
    })?;
    Ok(Some(Mail { server, from, address, at, clock }))
}

/// The provider by which people sign in beside their passwords; none where none is named.
fn openid() -> anyhow::Result<Option<OpenId>> {
    let Some(written) = given(environment::OPENID_ISSUER)? else {
        return match given(environment::OPENID_CLIENT)? {
            Some(_) => Err(unusable(environment::OPENID_ISSUER, "it is missing")),
            None => Ok(None),
        };
    };
    let issuer = Issuer::parse(&written).map_err(|why| unusable(environment::OPENID_ISSUER, &why))?;
    let plain = |variable: Variable, text: String| {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(text) } else { Err(unusable(variable, "it is empty, or holds a space or another unusual sign")) }
    };
    let client_id = plain(environment::OPENID_CLIENT, needed(environment::OPENID_CLIENT)?)?;
    let secret_file = environment::OPENID_SECRET_FILE;
    let client_secret = match (given(environment::OPENID_SECRET)?, given(secret_file)?) {
        (Some(_), Some(_)) => return Err(unusable(secret_file, "EVENKEEL_OPENID_SECRET is there as well")),
        (secret, None) => secret.map(|secret| plain(environment::OPENID_SECRET, secret)).transpose()?,
        (None, Some(path)) => {
            let read = std::fs::read_to_string(&path);
            let secret = read.map_err(|error| unusable(secret_file, &format!("`{path}` cannot be read: {error}")))?;
            Some(plain(secret_file, secret.trim().to_owned())?)
        }
    };
    let pages = given(environment::OPENID_PAGES)?.map(|pages| pages.trim_end_matches('/').to_owned());
    if pages.as_ref().is_some_and(|pages| !pages.starts_with("https://") && !pages.starts_with("http://")) {
        return Err(unusable(environment::OPENID_PAGES, "it begins neither with https:// nor with http://"));
    }
    let button = given(environment::OPENID_BUTTON)?.unwrap_or_else(|| "Continue with your work account".to_owned());
    if button.trim().is_empty() || button.chars().count() > 100 {
        return Err(unusable(environment::OPENID_BUTTON, "it is empty, or longer than 100 characters"));
    }
    let claim = given(environment::OPENID_CLAIM)?.map(|claim| plain(environment::OPENID_CLAIM, claim)).transpose()?;
    let admits = match given(environment::OPENID_UNKNOWN)?.as_deref() {
        None | Some("refuse") => false,
        Some("admit") => true,
        Some(_) => return Err(unusable(environment::OPENID_UNKNOWN, "it is neither `refuse` nor `admit`")),
    };
    let claim = claim.unwrap_or_else(|| "email".to_owned());
    let settings = Settings { issuer, client_id, client_secret, pages, button, claim, admits };
    let openid = OpenId::new(settings).map_err(|why| anyhow::anyhow!("no provider can be asked: {why}"))?;
    Ok(Some(openid))
}

/// What a variable holds.
fn given(variable: Variable) -> anyhow::Result<Option<String>> {
    match std::env::var(variable.name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(unusable(variable, "it is no text")),
    }
}

/// What a variable holds without which the others mean nothing.
fn needed(variable: Variable) -> anyhow::Result<String> {
    given(variable)?.ok_or_else(|| unusable(variable, "it is missing"))
}

/// What is said of a variable that cannot be meant.
fn unusable(variable: Variable, why: &str) -> anyhow::Error {
    anyhow::anyhow!("the environment variable {} cannot be used: {why}. {}", variable.name, variable.meaning)
}

/// Random bytes of the system.
pub fn random_bytes() -> Result<[u8; 32], Unrandom> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Unrandom)?;
    Ok(bytes)
}

/// Ends when the program is asked to stop.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
