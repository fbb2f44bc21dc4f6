//! `cargo xtask bench`: evenkeel and its peers on the same record, in turn, and every answer checked.
//!
//! Record, reference, checker and peers lie beside the repository in `../shared/bench`; the project that is measured
//! lies in `bench/project`. Times of evenkeel are those of whole processes; peers tell their own, which begin behind
//! the start of Python.

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
    /// Removed before each run.
    fresh: Vec<PathBuf>,
    /// A folder that takes the place of another one before each run, so that every run finds the same state.
    restored: Option<(PathBuf, PathBuf)>,
    /// The figure among those that a peer tells which counts.
    told: &'static str,
}

/// Where everything lies.
struct Ground {
    root: PathBuf,
    shared: PathBuf,
    python: PathBuf,
    evenkeel: PathBuf,
    work: PathBuf,
    data: PathBuf,
    reference: PathBuf,
    as_of: String,
    increment_as_of: String,
}

/// `cargo xtask bench`.
pub fn run(options: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::open()?;
    let has = |name: &str| options.iter().any(|option| option == name);
    let cases = if has("--small") {
        "3e4"
    } else if has("--large") {
        "1e7"
    } else {
        "1e6"
    };
    let ground = Ground::prepare(&workspace, cases)?;
    let project = ground.project("project", &ground.data, "./data")?;
    let import = measured(Command::new(&ground.evenkeel).arg("import").current_dir(&project), &ground.work)?;
    console::out(&format!("import of the whole record as Parquet: {}", told(import)));

    let mut contestants = ground.facts_and_readings(&project)?;
    contestants.extend(ground.pages(&project)?);
    contestants.extend(ground.increment(&project)?);
    if !has("--large") {
        contestants.extend(ground.ingest(cases)?);
    }
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); contestants.len()];
    for round in 1..=RUNS {
        for (contestant, costs) in contestants.iter().zip(&mut costs) {
            let cost = contestant.run(&ground.work)?;
            console::out(&format!("round {round}: {} {}: {}", contestant.workload, contestant.name, told(cost)));
            costs.push(cost);
        }
    }
    report(&contestants, &costs);
    let right = ground.check(&project)?;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Contestant {
    fn run(&self, work: &Path) -> anyhow::Result<Cost> {
        for path in &self.fresh {
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            } else if path.is_file() {
                std::fs::remove_file(path)?;
            }
        }
        if let Some((from, to)) = &self.restored {
            if to.exists() {
                std::fs::remove_dir_all(to)?;
            }
            copy(from, to)?;
        }
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        let (cost, output) = measured_with_output(&mut command, work)?;
        // Peers end with a line of figures; theirs leave out the start of Python.
        let figures = output.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        let seconds = figures.as_ref().and_then(|figures| figures[self.told].as_f64());
        Ok(Cost { seconds: seconds.unwrap_or(cost.seconds), ..cost })
    }
}

impl Ground {
    fn prepare(workspace: &Workspace, cases: &str) -> anyhow::Result<Self> {
        let shared = workspace.root.join("../shared/bench").canonicalize().context("../shared/bench is not there")?;
        let python = PathBuf::from(std::env::var("EVENKEEL_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
        let work = workspace.target.join("bench").join(cases);
        std::fs::create_dir_all(&work)?;
        let (data, reference) = (work.join("data"), work.join("reference"));
        if !data.join("manifest.json").is_file() {
            let arguments = ["--cases", cases, "--out", text(&data)?];
            step("record", &mut script(&python, &shared, "generate.py", &arguments))?;
        }
        if !reference.join("readings_w4.parquet").is_file() {
            let memory = if cases == "1e7" { "14GB" } else { "12GB" };
            let arguments = ["--data", text(&data)?, "--out", text(&reference)?, "--memory", memory];
            step("reference answer", &mut script(&python, &shared, "reference.py", &arguments))?;
        }
        step("build", cargo().args(["build", "--release", "-p", "evenkeel"]).current_dir(&workspace.root))?;
        let evenkeel = workspace.target.join("release").join(format!("evenkeel{}", std::env::consts::EXE_SUFFIX));
        let manifest: Value = serde_json::from_slice(&std::fs::read(data.join("manifest.json"))?)?;
        let instant = |name: &str| manifest[name].as_str().map(str::to_owned).context("the manifest names no instant");
        let (as_of, increment_as_of) = (instant("as_of")?, instant("increment_as_of")?);
        let root = workspace.root.clone();
        Ok(Self { root, shared, python, evenkeel, work, data, reference, as_of, increment_as_of })
    }

    /// A project with some folder as its raw files.
    fn project(&self, name: &str, raw: &Path, storage: &str) -> anyhow::Result<PathBuf> {
        let project = self.work.join(name);
        if project.exists() {
            std::fs::remove_dir_all(&project)?;
        }
        copy(&self.root.join("bench/project"), &project)?;
        let file = project.join("evenkeel.yaml");
        let written = std::fs::read_to_string(&file)?.replace("./data", storage);
        std::fs::write(&file, written)?;
        copy(raw, &project.join("raw"))?;
        // What arrives later belongs to another workload.
        let increment = project.join("raw/increment");
        if increment.is_dir() {
            std::fs::remove_dir_all(increment)?;
        }
        Ok(project)
    }

    fn own(&self, workload: &'static str, project: &Path, arguments: &[&str]) -> Contestant {
        Contestant {
            workload,
            name: "evenkeel",
            program: self.evenkeel.clone(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: project.to_path_buf(),
            fresh: Vec::new(),
            restored: None,
            told: "",
        }
    }

    fn peer(
        &self,
        workload: &'static str,
        name: &'static str,
        task: &str,
        data: &Path,
        told: &'static str,
    ) -> anyhow::Result<Contestant> {
        let out = self.work.join(format!("{name}-{task}"));
        let program = self.shared.join("peers").join(format!("{}_peer.py", name.to_lowercase()));
        let reference = text(&self.reference)?;
        let arguments = [text(&program)?, task, "--data", text(data)?, "--ref", reference, "--out", text(&out)?];
        Ok(Contestant {
            workload,
            name,
            program: self.python.clone(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: self.shared.join("peers"),
            fresh: vec![out],
            restored: None,
            told,
        })
    }

    /// W1 and W2: the facts of all cases, and all readings from them.
    fn facts_and_readings(&self, project: &Path) -> anyhow::Result<Vec<Contestant>> {
        let mut facts = self.own("W1 facts", project, &["facts", "--out", "facts.parquet", "--as-of", &self.as_of]);
        facts.fresh = vec![project.join("data/derived"), project.join("facts.parquet")];
        let period = ["--from", "2024-01", "--to", "2025-12", "--as-of", &self.as_of];
        let arguments: Vec<&str> = ["readings", "--out", "readings.parquet"].into_iter().chain(period).collect();
        Ok(vec![
            facts,
            self.peer("W1 facts", "DuckDB", "W1-best", &self.data, "seconds")?,
            self.peer("W1 facts", "Polars", "W1", &self.data, "seconds")?,
            self.own("W2 scorecard", project, &arguments),
            self.peer("W2 scorecard", "DuckDB", "W2-best", &self.data, "seconds")?,
            self.peer("W2 scorecard", "Polars", "W2", &self.data, "seconds")?,
        ])
    }

    /// W3, by new processes: one department, and a slice of it that no stored reading answers.
    fn pages(&self, project: &Path) -> anyhow::Result<Vec<Contestant>> {
        let page = |out: &'static str| {
            let period = ["--from", "2024-01", "--to", "2025-12", "--unit", "dep-07", "--as-of", &self.as_of];
            ["readings", "--out", out].into_iter().chain(period).collect::<Vec<&str>>()
        };
        let mut sliced = page("sliced.parquet");
        sliced.extend(["--where", "channel = 'email' and priority = 'high'"]);
        for measure in CASE_MEASURES {
            sliced.extend(["--measure", measure]);
        }
        Ok(vec![
            self.own("W3 page", project, &page("page.parquet")),
            self.peer("W3 page", "DuckDB", "W3", &self.data, "page_from_readings_parquet")?,
            self.own("W3 sliced", project, &sliced),
            self.peer("W3 sliced", "DuckDB", "W3", &self.data, "sliced_one_department_parquet")?,
        ])
    }

    /// W4: what arrived later is imported, and the page of one department is asked for.
    fn increment(&self, project: &Path) -> anyhow::Result<Vec<Contestant>> {
        let later = self.project("later", &self.data.join("increment"), "../later-data")?;
        let data = self.work.join("later-data");
        // The registers did not change.
        std::fs::remove_file(later.join("sources/registers.yaml"))?;
        let file = later.join("evenkeel.yaml");
        let written = std::fs::read_to_string(&file)?.replace("sources/registers.yaml, ", "");
        std::fs::write(&file, written)?;
        let script = format!(
            "'{program}' import && '{program}' readings --out page.parquet --from 2024-01 --to 2025-12 --unit dep-07 --as-of {}",
            self.increment_as_of,
            program = text(&self.evenkeel)?,
        );
        let mut own = self.own("W4 increment", &later, &["-c", &script]);
        own.program = PathBuf::from("sh");
        own.restored = Some((project.join("data"), data));
        Ok(vec![own, self.peer("W4 increment", "DuckDB", "W4-incr", &self.data, "seconds")?])
    }

    /// W5: NDJSON and CSV into the lake.
    fn ingest(&self, cases: &str) -> anyhow::Result<Vec<Contestant>> {
        let mut contestants = Vec::new();
        for (form, workload, task) in [("ndjson", "W5 NDJSON", "W5-ndjson"), ("csv", "W5 CSV", "W5-csv")] {
            let data = self.work.join(form);
            if !data.join("manifest.json").is_file() {
                let arguments = ["--cases", cases, "--out", text(&data)?, "--format", form];
                step(form, &mut script(&self.python, &self.shared, "generate.py", &arguments))?;
            }
            let project = self.work.join(format!("project-{form}"));
            if project.exists() {
                std::fs::remove_dir_all(&project)?;
            }
            copy(&self.root.join("bench/ingest"), &project)?;
            let file = project.join("evenkeel.yaml");
            let written = std::fs::read_to_string(&file)?.replace("RAW", text(&data)?).replace("FORM", form);
            std::fs::write(&file, written)?;
            let source = project.join("sources/record.yaml");
            let written = std::fs::read_to_string(&source)?.replace("RAW", text(&data)?).replace("FORM", form);
            std::fs::write(&source, written)?;
            let mut own = self.own(workload, &project, &["import"]);
            own.fresh = vec![project.join("data")];
            contestants.push(own);
            contestants.push(self.peer(workload, "DuckDB", task, &data, "seconds")?);
            contestants.push(self.peer(workload, "Polars", task, &data, "seconds")?);
        }
        Ok(contestants)
    }

    /// Holds every answer against the reference. Gives whether all are right.
    fn check(&self, project: &Path) -> anyhow::Result<bool> {
        let later = self.work.join("later");
        let mut all = Command::new(&self.evenkeel);
        all.args(["facts", "--out", "facts.parquet", "--as-of", &self.increment_as_of]).current_dir(&later);
        step("facts after the increment", &mut all)?;
        let mut all = Command::new(&self.evenkeel);
        all.args(["readings", "--out", "readings.parquet", "--as-of", &self.increment_as_of]).current_dir(&later);
        step("readings after the increment", &mut all)?;
        let mut right = true;
        let names = self.work.join("converted");
        let converted = |file: &str| names.join(file);
        for (folder, as_of, then) in [(project, &self.as_of, None), (&later, &self.increment_as_of, Some("--w4"))] {
            let mut renaming = Command::new(&self.python);
            renaming.arg(self.root.join("bench/convert.py"));
            for (option, file) in [("--facts", "facts.parquet"), ("--readings", "readings.parquet")] {
                renaming.args([option, text(&folder.join(file))?]);
            }
            step("names of the benchmark", renaming.args(["--as-of", as_of, "--out", text(&names)?]))?;
            let (facts, readings) = (converted("case_facts.parquet"), converted("readings.parquet"));
            let mut arguments = vec!["--ref", text(&self.reference)?, "--facts", text(&facts)?];
            arguments.extend(["--readings", text(&readings)?]);
            arguments.extend(then);
            right &= script(&self.python, &self.shared, "check.py", &arguments).status()?.success();
        }
        for (file, sliced) in [("page.parquet", None), ("sliced.parquet", Some("--sliced"))] {
            let mut renaming = Command::new(&self.python);
            renaming.arg(self.root.join("bench/convert.py")).args(["--readings", text(&project.join(file))?]);
            step("names of the benchmark", renaming.args(["--as-of", &self.as_of, "--out", text(&names)?]))?;
            let readings = converted("readings.parquet");
            let mut arguments = vec!["--ref", text(&self.reference)?, "--page", text(&readings)?];
            arguments.extend(sliced);
            right &= script(&self.python, &self.shared, "check.py", &arguments).status()?.success();
        }
        for form in ["ndjson", "csv"] {
            let tables = self.work.join(format!("project-{form}/data/tables"));
            if tables.is_dir() {
                let arguments = ["--clean", text(&self.data)?, "--ingest", text(&tables)?];
                right &= script(&self.python, &self.shared, "check.py", &arguments).status()?.success();
            }
        }
        Ok(right)
    }
}

/// The measures of the benchmark that follow from case facts.
const CASE_MEASURES: [&str; 13] = [
    "first_response_median",
    "first_response_p90",
    "first_response_mean",
    "sla_first_response",
    "sla_resolution",
    "complaint_rate",
    "resolution_median",
    "resolution_p90",
    "one_touch_rate",
    "reopen_rate",
    "transfer_rate",
    "replies_per_resolution",
    "repeat_within_7d",
];

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

/// Runs a command and measures it.
fn measured(command: &mut Command, work: &Path) -> anyhow::Result<Cost> {
    Ok(measured_with_output(command, work)?.0)
}

/// Runs a command and measures it, its memory through `/usr/bin/time` where that is installed. Gives what it printed.
fn measured_with_output(command: &mut Command, work: &Path) -> anyhow::Result<(Cost, String)> {
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
    let output = timed.stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let megabytes = std::fs::read_to_string(&note).ok().and_then(|text| text.trim().parse::<f64>().ok());
    let cost = Cost { seconds, megabytes: megabytes.map(|kilobytes| kilobytes / 1024.0) };
    Ok((cost, String::from_utf8_lossy(&output.stdout).into_owned()))
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
