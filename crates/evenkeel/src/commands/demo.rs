//! `evenkeel demo`: a bank from simulation to page.

use std::process::ExitCode;
use std::time::Instant;

use evenkeel_model::source::Source;
use evenkeel_simulate::bank::Settings;
use evenkeel_web::Limits;
use jiff::civil::time;

use super::{Session, import, init, score, serve};
use crate::arguments::{AsOf, Auth, Demo, Score, View, Where};
use crate::project;

pub async fn run(session: &Session<'_>, arguments: &Demo) -> anyhow::Result<ExitCode> {
    let output = session.output;
    if arguments.dir.join("evenkeel.yaml").is_file() {
        output.note(&format!("Using the bank in `{}`.", arguments.dir.display()));
    } else {
        let begun = Instant::now();
        let outcome = init::write_bank(&arguments.dir, arguments.seed, arguments.scale)?;
        let bytes: u64 = outcome.files.iter().map(|file| file.bytes).sum();
        output.note(&format!(
            "Simulated a bank in `{}`: {} raw files, {:.0} MB, three years, in {:.1} s.",
            arguments.dir.display(),
            outcome.files.len(),
            bytes as f64 / 1e6,
            begun.elapsed().as_secs_f64()
        ));
    }
    let Some(open) = project::open(arguments.dir.canonicalize()?, output)? else { return Ok(ExitCode::FAILURE) };
    // The demonstration always stands on the same morning, two days after the simulated record ends.
    let morning =
        Settings::demonstration().last_day.saturating_add(jiff::Span::new().days(2)).to_datetime(time(6, 10, 0, 0));
    let as_of = AsOf { as_of: Some(morning.to_zoned(open.project.time_zone.clone())?.timestamp()) };
    let sources: Vec<&Source> = open.project.sources.iter().collect();
    if import::sources_into_lake(session, &open, &sources, as_of).await?.is_none() {
        return Ok(ExitCode::FAILURE);
    }
    let world = session.world(&open, as_of).await?;
    let place = Where { unit: None, period: None, as_of };
    let shown = Score { place, view: View::Legs, compare: None, wide: false };
    output.text("\n");
    score::print(&world, &shown, output).await?;
    drop(world);
    if arguments.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    output.text("\n");
    // Made-up people need no accounts; a first look is one command.
    serve::pages(session, &open, arguments.port, Auth::None, as_of, Limits::default(), false).await?;
    Ok(ExitCode::SUCCESS)
}
