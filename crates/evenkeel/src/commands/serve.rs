//! `evenkeel serve`: the pages.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use evenkeel_web::Server;
use jiff::Timestamp;

use super::{Session, instant};
use crate::arguments::{AsOf, Serve};
use crate::project::{self, OpenProject};

pub async fn run(session: &Session<'_>, arguments: &Serve) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    pages(session, &open, arguments.port, arguments.as_of).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the pages of a project until the program is asked to stop.
pub async fn pages(session: &Session<'_>, open: &OpenProject, port: u16, as_of: AsOf) -> anyhow::Result<()> {
    let opening = open.opening(instant(as_of), session.workers);
    let clock = Arc::new(move || -> Timestamp { instant(as_of) });
    let server = Server::new(opening, clock)
        .await
        .map_err(|error| project::explain_world(&open.project, error, session.output))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = evenkeel_web::server::listen(address)
        .await
        .with_context(|| format!("port {port} cannot be used; choose another with --port, or 0 for any"))?;
    let address = listener.local_addr()?;
    session.output.text(&format!("Serving http://{address}/ (stop with Ctrl-C)\n"));
    server.run(listener, stop_signal()).await?;
    Ok(())
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
