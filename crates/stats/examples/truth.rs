//! The yardstick: the statistics of this crate on processes and people whose truth is known.
//!
//! Prints a report in Markdown, with seeds, and beside each result what a red/amber/green table or a raw league table
//! would have shown on the same data. Ends with an error when a promised property does not hold.
//!
//! ```sh
//! cargo run --release -p evenkeel-stats --example truth
//! ```
//!
//! Names of sections after it (`coverage`, `false_alarms`, `changes`, `people`, `calibration`) run only those.

#[path = "truth/calibration.rs"]
mod calibration;
#[path = "truth/changes.rs"]
mod changes;
#[path = "truth/coverage.rs"]
mod coverage;
#[path = "truth/false_alarms.rs"]
mod false_alarms;
#[path = "truth/people.rs"]
mod people;
#[path = "truth/processes.rs"]
mod processes;
#[path = "truth/report.rs"]
mod report;

use evenkeel_stats::Error;
use report::Report;
use std::io::Write;

/// Everything random follows from this.
const SEED: u64 = 20_261_121;

type Section = fn(u64) -> Result<Report, Error>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let all: [(&str, Section); 5] = [
        ("coverage", coverage::measure),
        ("false_alarms", false_alarms::measure),
        ("changes", changes::measure),
        ("people", people::measure),
        ("calibration", calibration::measure),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let sections: Vec<Section> = all.into_iter().filter(|(name, _)| chosen(name)).map(|(_, section)| section).collect();
    // Sections do not depend on each other, so two cores share them; their order in the report stays.
    let reports = std::thread::scope(|scope| {
        let running: Vec<_> = sections.iter().map(|section| scope.spawn(|| section(SEED))).collect();
        running
            .into_iter()
            .map(|section| section.join().map_err(|_| "a section ended early")?.map_err(Into::into))
            .collect::<Result<Vec<Report>, Box<dyn std::error::Error>>>()
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "# Statistics on known truth\n\nSeed {SEED}. All rates in percent unless a heading says otherwise.\n"
    )?;
    for report in &reports {
        writeln!(out, "{}", report.text())?;
    }
    let broken: Vec<&str> = reports.iter().flat_map(Report::broken).collect();
    if broken.is_empty() {
        writeln!(out, "All promised properties hold.")?;
        Ok(())
    } else {
        Err(format!("{} promised properties do not hold:\n{}", broken.len(), broken.join("\n")).into())
    }
}
