//! `evenkeel digest`: what somebody would be told by mail.

use std::process::ExitCode;

use evenkeel_model::digest::Rhythm;
use evenkeel_state::StateStore;
use evenkeel_web::mail;

use super::Session;
use crate::arguments::Digest;
use crate::environment;

/// Where the pages are unless a variable says otherwise.
const USUALLY: &str = "http://127.0.0.1:7070";

pub async fn run(session: &Session<'_>, arguments: &Digest) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let store = StateStore::open(&open.state()?).await?;
    let Some((user, _)) = store.user_by_sign_in(&arguments.to).await? else {
        anyhow::bail!("nobody signs in as `{}`; `evenkeel users` lists who does", arguments.to);
    };
    let world = session.world(&open, arguments.as_of).await?;
    let choice = store.mail_choice(user.id).await?;
    let rhythm = choice.as_ref().and_then(|choice| choice.rhythm).unwrap_or(Rhythm::Daily);
    let told = choice.map(|choice| choice.told).unwrap_or_default();
    let address = std::env::var(environment::MAIL_PAGES.name).unwrap_or_else(|_| USUALLY.to_owned());
    let made = mail::digest(&world, &store, &user, rhythm, &told, address.trim_end_matches('/')).await?;
    match made.digest {
        Some(digest) if session.output.is_json() => session.output.json(&digest)?,
        Some(digest) => session.output.text(&format!("Subject: {}\n\n{}", digest.subject, digest.text())),
        None => session.output.note(&format!("There is nothing to tell {}, so nothing would be sent.", user.sign_in)),
    }
    Ok(ExitCode::SUCCESS)
}
