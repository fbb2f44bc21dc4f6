//! The yardstick: the statistics of this crate on processes and people whose truth is known.
//!
//! Prints a report in Markdown, with seeds, and beside each result what a red/amber/green table or a raw league table
//! would have shown on the same data. Ends with an error when a promised property does not hold. `cargo xtask truth`
//! keeps the report as docs/truth.md:
//!
//! ```sh
//! cargo xtask truth
//! cargo run --release -p evenkeel-stats --example truth
//! ```
//!
//! Names of sections after the second one (`coverage`, `false_alarms`, `changes`, `people`, `calibration`) run only those.

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
    write!(out, "{}", introduction(SEED))?;
    for report in &reports {
        write!(out, "{}", report.summary())?;
    }
    for report in &reports {
        write!(out, "\n{}", report.text())?;
    }
    let broken: Vec<&str> = reports.iter().flat_map(Report::broken).collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!("{} promised properties do not hold:\n{}", broken.len(), broken.join("\n")).into())
    }
}

/// What stands before the tables.
fn introduction(seed: u64) -> String {
    format!(
        "# Statistics on known truth\n\n\
         How far the statistics of evenkeel can be trusted, measured on processes and people whose truth is known because \
         they are simulated. `cargo xtask truth` writes this page, and `cargo xtask truth --check` tells whether it is \
         still what the code writes. Do not edit it: it comes from `crates/stats/examples/truth`.\n\n\
         Everything random follows from the seed {seed}; each row of a table has a part of its own of that generator, so \
         that a row does not change when another one does. All rates are percent unless a heading says otherwise. \
         The processes are simple, and real ones are worse: what does not hold here does not hold anywhere, what holds \
         here is not proved for your figures.\n\n\
         | goal or promise | outcome |\n| --- | --- |\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: &str = include_str!("../../../docs/truth.md");

    #[test]
    fn the_page_begins_with_seed_and_settings() {
        assert!(KEPT.starts_with(&introduction(SEED)), "run `cargo xtask truth`");
    }

    /// Rows that are quick to work out stand in the page as they come out now: all that are summed instead of simulated,
    /// and one that is simulated.
    #[test]
    fn the_page_is_what_the_code_writes() {
        let mut rows = coverage::summed_rows().unwrap();
        rows.push(false_alarms::first_row(SEED).unwrap());
        assert!(rows.len() >= 20);
        for row in rows {
            let row = report::line(&row);
            assert!(KEPT.contains(&row), "docs/truth.md lacks this row; run `cargo xtask truth`:\n{row}");
        }
    }

    #[test]
    fn no_promise_is_broken_and_a_missed_goal_says_why() {
        assert!(!KEPT.contains("BROKEN"));
        for line in KEPT.lines().filter(|line| line.starts_with("- **missed:**")) {
            assert!(line.contains(". "), "{line}");
        }
    }
}
