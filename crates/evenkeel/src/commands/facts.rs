//! `evenkeel facts`: what the case clock says about each case, as a table.

use std::process::ExitCode;

use anyhow::bail;
use evenkeel_web::whole_file::WholeFile;

use super::{Session, instant};
use crate::arguments::Facts;

pub async fn run(session: &Session<'_>, arguments: &Facts) -> anyhow::Result<ExitCode> {
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    if arguments.out.extension().is_none_or(|ending| ending != "parquet") {
        bail!("`{}` must end in .parquet", arguments.out.display());
    }
    // The file says of each case who held, answered and solved it.
    session.looked(&open, &format!("facts of cases, written to {}", arguments.out.display())).await?;
    let engine = open.engine(instant(arguments.as_of), session.workers, session.output).await?;
    let file = WholeFile::create(&arguments.out)?;
    let cases = engine.export_facts(file.handle()?).await?;
    file.finish()?;
    if session.output.is_json() {
        session.output.json(&serde_json::json!({ "out": arguments.out, "cases": cases }))?;
    } else {
        session.output.note(&format!("wrote {cases} cases to {}", arguments.out.display()));
    }
    Ok(ExitCode::SUCCESS)
}
