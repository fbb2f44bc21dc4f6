//! Everything that must pass before a change is taken, in one run that goes on after a failure.
//!
//! The last line of the standard output counts: `N passed, N failed`. Each check as a whole, such as the format, counts
//! as one test; what could not run counts as one failure, so that nothing is left out silently.

mod browser;
mod count;
mod install;
mod postgres;
mod process;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::workspace::{Workspace, cargo};
use crate::{console, tidy};
use count::{Counter, Format, Tally};

/// `cargo xtask test`.
pub fn run(options: &[String]) -> ExitCode {
    let quick = options.iter().any(|option| option == "--quick");
    let mut report = Report::default();
    match Workspace::open() {
        Ok(workspace) => steps(&workspace, quick, &mut report),
        Err(error) => report.step("workspace", || failure(&format!("{error:#}"))),
    }
    let total = report.total();
    console::out(&report.what_failed());
    console::out(&report.table());
    // Programs read this line; nothing may follow it.
    console::out(&format!("{} passed, {} failed", total.passed, total.failed));
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn steps(workspace: &Workspace, quick: bool, report: &mut Report) {
    let root = workspace.root.as_path();
    let run = |format, arguments: &[&str]| run_command(cargo().args(arguments).current_dir(root), format);

    report.step("format", || run(Format::ExitCode, &["fmt", "--all", "--check"]));
    report.step("tidy", || match tidy::passes(workspace) {
        Ok(true) => Outcome::from(Tally::PASSED),
        Ok(false) => failure("what is listed above is not in order"),
        Err(error) => failure(&format!("{error:#}")),
    });
    if !quick {
        let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        report.step("clippy", || run(Format::ExitCode, &arguments));
    }
    let mut built = false;
    report.step("tests", || {
        let outcome = run_tests(root);
        built = outcome.counted;
        outcome
    });
    if !quick {
        report.step("on PostgreSQL", || {
            if built { postgres::run(root) } else { failure("not run, because the step `tests` built nothing") }
        });
    }
    report.step("documentation tests", || {
        if built {
            // Only crates with examples: the others would be built anew, with other features, to run nothing.
            let crates = with_examples(workspace);
            let mut arguments = vec!["test", "--doc", "--no-fail-fast"];
            for name in &crates {
                arguments.extend(["-p", name]);
            }
            run(Format::Libtest, &arguments)
        } else {
            failure("not run, because the step `tests` built nothing")
        }
    });
    if !quick {
        report.step("browser tests", || {
            if built {
                browser::run(workspace)
            } else {
                failure("not run, because the step `tests` built no program to test")
            }
        });
    }
}

/// The crates whose documentation holds examples.
fn with_examples(workspace: &Workspace) -> Vec<&str> {
    let mut found = Vec::new();
    for member in &workspace.crates {
        let folder = workspace.root.join(&member.manifest).with_file_name("src");
        if has_example(&folder) {
            found.push(member.name.as_str());
        }
    }
    found
}

/// Whether a file below a folder has a code block in its documentation.
fn has_example(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return has_example(&path);
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let is_rust = path.extension().is_some_and(|ending| ending == "rs");
        let begins = |line: &str| ["/// ```", "//! ```"].iter().any(|start| line.trim_start().starts_with(start));
        is_rust && text.lines().any(begins)
    })
}

/// The tests of all crates, with nextest where it is installed: it runs them side by side.
fn run_tests(root: &Path) -> Outcome {
    let mut command = cargo();
    command.current_dir(root);
    if has_nextest() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        run_command(&mut command, Format::Nextest)
    } else {
        console::out("cargo-nextest is not installed; `cargo test` does the same, more slowly");
        // Without names of targets the documentation tests would run here too, and count twice.
        command.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]);
        run_command(&mut command, Format::Libtest)
    }
}

/// Whether cargo-nextest is installed.
fn has_nextest() -> bool {
    cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// What came of a command.
struct Outcome {
    tally: Tally,
    /// Whether it came as far as telling counts. For tests: whether they were built.
    counted: bool,
    /// What failed, each with what it printed.
    failures: Vec<String>,
}

impl From<Tally> for Outcome {
    fn from(tally: Tally) -> Self {
        Self { tally, counted: true, failures: Vec::new() }
    }
}

/// Runs a command, passes its output through, and counts what it tells.
fn run_command(command: &mut Command, format: Format) -> Outcome {
    console::out(&format!("$ {}", shown(command)));
    let mut counter = Counter::new(format);
    let success = match process::stream(command, |line| counter.read(line)) {
        Ok(success) => success,
        Err(error) => {
            let program = command.get_program().to_string_lossy().into_owned();
            return failure(&format!("`{program}` cannot be started: {error}"));
        }
    };
    let counted = counter.has_counts();
    let mut failures = counter.failures();
    if !counted && success {
        failures.push(said("no counts of tests were found in this output, so it counts as one failure"));
    }
    Outcome { tally: counter.finish(success), counted, failures }
}

/// A command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(command.get_program()).to_string_lossy();
    let arguments = command.get_args().map(|argument| format!(" {}", argument.to_string_lossy()));
    format!("{program}{}", arguments.collect::<String>())
}

/// Says why a step failed.
fn failure(why: &str) -> Outcome {
    Outcome { tally: Tally::FAILED, counted: false, failures: vec![said(why)] }
}

fn said(why: &str) -> String {
    console::error(&format!("failed: {why}"));
    why.to_owned()
}

/// What came of each step.
#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    /// Announces a step, runs it and takes its time.
    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Outcome) {
        console::out(&format!("\n── {name} ──"));
        let start = Instant::now();
        let outcome = run();
        let time = start.elapsed();
        let verdict = if outcome.tally.failed == 0 { "passed" } else { "FAILED" };
        console::out(&format!("── {name} {verdict} after {:.1} s ──", time.as_secs_f64()));
        self.steps.push((name, outcome, time));
    }

    fn total(&self) -> Tally {
        self.steps.iter().fold(Tally::default(), |total, (_, outcome, _)| total.plus(outcome.tally))
    }

    /// What failed, told once more where it is found: the whole output is long, and its beginning is often cut.
    fn what_failed(&self) -> String {
        let mut text = String::new();
        for (name, outcome, _) in &self.steps {
            for failure in &outcome.failures {
                let told = format!("\n── failed in {name} ──\n{failure}\n");
                text.push_str(&told);
            }
        }
        text
    }

    fn table(&self) -> String {
        let mut text = format!("\n{:<20}{:>8}{:>8}{:>10}\n", "step", "passed", "failed", "seconds");
        for (name, Outcome { tally, .. }, time) in &self.steps {
            let line = format!("{name:<20}{:>8}{:>8}{:>10.1}\n", tally.passed, tally.failed, time.as_secs_f64());
            text.push_str(&line);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, format: Format) -> (Tally, bool) {
        let outcome = run_command(Command::new("sh").args(["-c", script]), format);
        (outcome.tally, outcome.counted)
    }

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn commands_are_counted() {
        assert_eq!(shell("exit 0", Format::ExitCode), (tally(1, 0), true));
        assert_eq!(shell("echo bad; exit 3", Format::ExitCode), (tally(0, 1), true));
        let summary = "echo '     Summary [   0.084s] 5 tests run: 4 passed, 1 failed, 1 skipped' >&2; exit 100";
        assert_eq!(shell(summary, Format::Nextest), (tally(4, 1), true));
        assert_eq!(shell("echo 'error: could not compile'; exit 101", Format::Nextest), (tally(0, 1), false));
        assert_eq!(shell("exit 0", Format::Nextest), (tally(0, 1), false));
        assert_eq!(shell("echo '# pass 3'; echo '# fail 0'", Format::Node), (tally(3, 0), true));
    }

    #[test]
    fn a_program_that_does_not_exist() {
        let outcome = run_command(&mut Command::new("evenkeel-no-such-program"), Format::ExitCode);
        assert_eq!((outcome.tally, outcome.counted), (tally(0, 1), false));
    }

    #[test]
    fn reports_add_up() {
        let mut report = Report::default();
        report.step("one", || tally(584, 0).into());
        report.step("two", || Outcome { failures: vec!["FAIL a\nwhy".to_owned()], ..tally(1, 2).into() });
        assert_eq!(report.total(), tally(585, 2));
        let table = report.table();
        assert!(table.contains("\none                      584       0"), "{table}");
        assert_eq!(report.what_failed(), "\n── failed in two ──\nFAIL a\nwhy\n");
    }

    #[test]
    fn commands_as_typed() {
        assert_eq!(shown(Command::new("/opt/bin/cargo").args(["fmt", "--all"])), "cargo fmt --all");
    }
}
