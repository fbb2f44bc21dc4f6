//! `cargo xtask bench`: evenkeel and its peers on the same record, in turn, and every answer checked.
//!
//! Record, reference, checker and peers lie beside the repository in `../shared/bench`; the project that is measured
//! lies in `bench/project`. All figures are of whole processes.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::console;
use crate::workspace::{Workspace, cargo};

/// How often each contestant runs.
const RUNS: usize = 3;

/// What a process took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    seconds: f64,
    /// Peak resident memory in megabytes, where the system tells it.
    megabytes: Option<f64>,
}

/// One contestant in one workload.
struct Contestant {
    workload: &'static str,
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

/// `cargo xtask bench`.
pub fn run(options: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::open()?;
    let small = options.iter().any(|option| option == "--small");
    let cases = if small { "3e4" } else { "1e6" };
    let shared = workspace.root.join("../shared/bench").canonicalize().context("../shared/bench is not there")?;
    let python = PathBuf::from(std::env::var("EVENKEEL_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    let work = workspace.target.join("bench").join(cases);
    std::fs::create_dir_all(&work)?;
    let (data, reference) = (work.join("data"), work.join("reference"));

    if !data.join("manifest.json").is_file() {
        let arguments = ["--cases", cases, "--out", text(&data)?];
        step("record", &mut script(&python, &shared, "generate.py", &arguments))?;
    }
    if !reference.join("readings.parquet").is_file() {
        let arguments = ["--data", text(&data)?, "--out", text(&reference)?, "--work", "W1,W2"];
        step("reference answer", &mut script(&python, &shared, "reference.py", &arguments))?;
    }
    step("build", cargo().args(["build", "--release", "-p", "evenkeel"]).current_dir(&workspace.root))?;
    let evenkeel = workspace.target.join("release").join(format!("evenkeel{}", std::env::consts::EXE_SUFFIX));

    let project = prepare(&workspace.root, &work, &data)?;
    let import = measured(Command::new(&evenkeel).arg("import").current_dir(&project), &work)?;
    console::out(&format!("import of the record: {}", told(import)));

    let manifest: Value = serde_json::from_slice(&std::fs::read(data.join("manifest.json"))?)?;
    let as_of = manifest["as_of"].as_str().context("the manifest names no instant")?.to_owned();
    let contestants = contestants(&evenkeel, &project, &python, &shared, &data, &reference, &work, &as_of)?;
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); contestants.len()];
    for round in 1..=RUNS {
        for (contestant, costs) in contestants.iter().zip(&mut costs) {
            let cost = measured(
                Command::new(&contestant.program).args(&contestant.arguments).current_dir(&contestant.folder),
                &work,
            )?;
            console::out(&format!("round {round}: {} {}: {}", contestant.workload, contestant.name, told(cost)));
            costs.push(cost);
        }
    }
    report(&contestants, &costs);

    let (facts, readings) = (project.join("facts.parquet"), project.join("readings.parquet"));
    let converted = work.join("converted");
    let convert = workspace.root.join("bench/convert.py");
    let mut renaming = Command::new(&python);
    renaming.arg(convert).args(["--facts", text(&facts)?, "--readings", text(&readings)?, "--as-of", &as_of]);
    step("names of the benchmark", renaming.args(["--out", text(&converted)?]))?;
    let checked = script(
        &python,
        &shared,
        "check.py",
        &[
            "--ref",
            text(&reference)?,
            "--facts",
            text(&converted.join("case_facts.parquet"))?,
            "--readings",
            text(&converted.join("readings.parquet"))?,
        ],
    )
    .status()?;
    Ok(if checked.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The project with the record as its raw files.
fn prepare(root: &Path, work: &Path, data: &Path) -> anyhow::Result<PathBuf> {
    let project = work.join("project");
    if project.exists() {
        std::fs::remove_dir_all(&project)?;
    }
    copy(&root.join("bench/project"), &project)?;
    copy(data, &project.join("raw"))?;
    // What arrives later belongs to another workload.
    let increment = project.join("raw/increment");
    if increment.is_dir() {
        std::fs::remove_dir_all(increment)?;
    }
    Ok(project)
}

#[expect(clippy::too_many_arguments, reason = "each is one place or name that the contestants share")]
fn contestants(
    evenkeel: &Path,
    project: &Path,
    python: &Path,
    shared: &Path,
    data: &Path,
    reference: &Path,
    work: &Path,
    as_of: &str,
) -> anyhow::Result<Vec<Contestant>> {
    let own = |workload, arguments: &[&str]| Contestant {
        workload,
        name: "evenkeel",
        program: evenkeel.to_path_buf(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        folder: project.to_path_buf(),
    };
    let peer = |workload, name, file: &str, task: &str| -> anyhow::Result<Contestant> {
        let out = work.join(format!("{name}-{task}"));
        let program = shared.join("peers").join(file);
        let arguments = [text(&program)?, task, "--data", text(data)?, "--ref", text(reference)?, "--out", text(&out)?];
        Ok(Contestant {
            workload,
            name,
            program: python.to_path_buf(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: shared.join("peers"),
        })
    };
    Ok(vec![
        own("W1 case facts", &["facts", "--out", "facts.parquet", "--as-of", as_of]),
        peer("W1 case facts", "DuckDB", "duckdb_peer.py", "W1-best")?,
        peer("W1 case facts", "Polars", "polars_peer.py", "W1")?,
        // evenkeel keeps no case facts between two commands, so this works them out as well.
        own(
            "W2 scorecard",
            &["readings", "--out", "readings.parquet", "--from", "2024-01", "--to", "2025-12", "--as-of", as_of],
        ),
        peer("W2 scorecard", "DuckDB", "duckdb_peer.py", "W2-best")?,
        peer("W2 scorecard", "Polars", "polars_peer.py", "W2")?,
    ])
}

fn report(contestants: &[Contestant], costs: &[Vec<Cost>]) {
    console::out(&format!(
        "\n{:<16}{:<10}{:>8}{:>8}{:>10}{:>22}",
        "workload", "who", "least", "median", "memory", "evenkeel is so fast"
    ));
    let mut own = 0.0;
    for (contestant, costs) in contestants.iter().zip(costs) {
        let mut seconds: Vec<f64> = costs.iter().map(|cost| cost.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let (Some(least), Some(median)) = (seconds.first(), seconds.get(seconds.len() / 2)) else { continue };
        let memory = costs.iter().filter_map(|cost| cost.megabytes).fold(0.0, f64::max);
        let ratio = if contestant.name == "evenkeel" {
            own = *median;
            String::new()
        } else {
            format!("{:.2} times", median / own)
        };
        let Contestant { workload, name, .. } = contestant;
        console::out(&format!("{workload:<16}{name:<10}{least:>7.2}s{median:>7.2}s{memory:>7.0} MB{ratio:>22}"));
    }
}

fn script(python: &Path, folder: &Path, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(python);
    command.arg(folder.join(name)).args(arguments).current_dir(folder);
    command
}

fn step(name: &str, command: &mut Command) -> anyhow::Result<()> {
    console::out(&format!("{name} …"));
    let status = command.status().with_context(|| format!("{name}: it cannot be started"))?;
    ensure!(status.success(), "{name}: it failed");
    Ok(())
}

/// Runs a command and measures it, its memory through `/usr/bin/time` where that is installed.
fn measured(command: &mut Command, work: &Path) -> anyhow::Result<Cost> {
    let meter = Path::new("/usr/bin/time");
    let note = work.join("memory");
    let mut timed = if meter.is_file() {
        let mut timed = Command::new(meter);
        timed.args(["-f", "%M", "-o", text(&note)?]).arg(command.get_program()).args(command.get_args());
        timed
    } else {
        let mut plain = Command::new(command.get_program());
        plain.args(command.get_args());
        plain
    };
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    let begun = Instant::now();
    let output = timed.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let megabytes = std::fs::read_to_string(&note).ok().and_then(|text| text.trim().parse::<f64>().ok());
    Ok(Cost { seconds, megabytes: megabytes.map(|kilobytes| kilobytes / 1024.0) })
}

fn told(cost: Cost) -> String {
    let memory = cost.megabytes.map_or_else(String::new, |megabytes| format!(", {megabytes:.0} MB"));
    format!("{:.2} s{memory}", cost.seconds)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("`{}` is not a text", path.display()))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
