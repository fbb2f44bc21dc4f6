//! Running the program, and reading what it wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder beside the repository that holds what must not be committed, if it is there.
/// Whoever skips a test for lack of it must be told, so this says so.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let found = repository().parent().map(|above| above.join("shared").join(folder)).filter(|path| path.is_dir());
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
        {
            eprintln!("SKIPPED: ../shared/{folder} is not there, nothing was compared");
        }
    }
    found
}

/// The program on a project, with everything that could differ between machines switched off.
pub fn evenkeel(project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.current_dir(project).env("NO_COLOR", "1").env_remove("EVENKEEL_LOG").env_remove("EVENKEEL_METRICS_TOKEN");
    command
}

/// What the program said when it ran to its end.
pub struct Said {
    /// The exit code.
    pub code: Option<i32>,
    /// The result.
    pub out: String,
    /// Everything beside the result.
    pub err: String,
}

/// Runs the program with these arguments.
pub fn run(project: &Path, arguments: &[&str]) -> Said {
    let Output { status, stdout, stderr } = evenkeel(project).args(arguments).output().unwrap();
    Said { code: status.code(), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() }
}

/// Runs the program; anything but success ends the test with what it said.
pub fn succeed(project: &Path, arguments: &[&str]) -> Said {
    let said = run(project, arguments);
    assert_eq!(said.code, Some(0), "evenkeel {arguments:?}\n{}\n{}", said.out, said.err);
    said
}

/// One line of `evenkeel readings --out FILE.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The numerator, where the measure has one.
    pub numerator: Option<f64>,
    /// The denominator, where the measure has one.
    pub denominator: Option<f64>,
    /// How many rows of the record stand behind it.
    pub n: u64,
    /// The value in the unit that the measure is computed in.
    pub value: f64,
}

/// What a reading is about: measure, level, unit, period, segment (empty where readings are not divided).
pub type About = (String, String, String, String, String);

/// All readings that the program writes with these arguments.
pub fn readings(project: &Path, arguments: &[&str]) -> BTreeMap<About, Reading> {
    let out = project.join("readings.csv");
    let mut all = vec!["readings", "--out", "readings.csv"];
    all.extend(arguments);
    succeed(project, &all);
    let mut reader = csv::Reader::from_path(&out).unwrap();
    let headers = reader.headers().unwrap().clone();
    let mut found = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let text = |name: &str| {
            let at = headers.iter().position(|header| header == name);
            at.and_then(|at| record.get(at)).unwrap_or_default().to_owned()
        };
        let number = |name: &str| text(name).parse::<f64>().ok();
        let about = (text("measure"), text("level"), text("unit"), text("period"), text("segment"));
        let reading = Reading {
            numerator: number("numerator"),
            denominator: number("denominator"),
            n: text("n").parse().unwrap(),
            value: number("value").unwrap(),
        };
        assert!(found.insert(about.clone(), reading).is_none(), "{about:?} stands there twice");
    }
    found
}

/// Copies a folder with everything below it.
pub fn copy_all(from: &Path, to: &Path) {
    copy_but(from, to, "");
}

/// Copies a project without what an import left there.
pub fn copy_project(from: &Path, to: &Path) {
    copy_but(from, to, "data");
}

fn copy_but(from: &Path, to: &Path, left_out: &str) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if !entry.file_type().unwrap().is_dir() {
            std::fs::copy(entry.path(), target).unwrap();
        } else if entry.file_name() != left_out {
            copy_but(&entry.path(), &target, left_out);
        }
    }
}

/// A file or folder of this name, somewhere in a folder.
pub fn find(folder: &Path, name: &str) -> PathBuf {
    let mut open = vec![folder.to_path_buf()];
    let mut found = None;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_name() == name {
                found = Some(entry.path());
            } else if entry.path().is_dir() {
                open.push(entry.path());
            }
        }
    }
    found.unwrap()
}
