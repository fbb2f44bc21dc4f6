//! `evenkeel init`: a new project.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use evenkeel_simulate::bank::{self, Settings};

use super::Session;
use crate::arguments::{Init, Template};

pub fn run(session: &Session<'_>, arguments: &Init) -> anyhow::Result<ExitCode> {
    let folder = &arguments.dir;
    if folder.join("evenkeel.yaml").exists() {
        bail!("`{}` already holds a project", folder.display());
    }
    match arguments.template {
        Template::Blank => write_files(folder, &evenkeel_spec::template::blank())?,
        Template::Bank => {
            write_bank(folder, arguments.seed, arguments.scale)?;
        }
        Template::SupportDesk => write_files(folder, &evenkeel_spec::template::support_desk())?,
    }
    let name = folder.display();
    let next = match arguments.template {
        Template::SupportDesk => {
            "evenkeel source add FILE, with a CSV export of your help desk, or load it in the browser: evenkeel serve"
        }
        Template::Blank | Template::Bank => "evenkeel import && evenkeel score",
    };
    session.output.note(&format!("Made a project in `{name}`. Next: cd {name} && {next}"));
    Ok(ExitCode::SUCCESS)
}

fn write_files(folder: &Path, files: &[(&str, &str)]) -> anyhow::Result<()> {
    for (path, contents) in files {
        let mut file = create(folder, path)?;
        file.write_all(contents.as_bytes()).with_context(|| format!("`{path}` cannot be written"))?;
    }
    Ok(())
}

fn create(folder: &Path, path: &str) -> std::io::Result<File> {
    let path = folder.join(path);
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above)?;
    }
    File::create(path)
}

/// Writes the project of the bank and simulates its raw files.
pub fn write_bank(folder: &Path, seed: u64, scale: f64) -> anyhow::Result<bank::Outcome> {
    let settings = Settings { seed, scale, ..Settings::demonstration() };
    let target = folder.to_path_buf();
    let mut sink = move |path: &str| -> std::io::Result<Box<dyn Write>> { Ok(Box::new(create(&target, path)?)) };
    let outcome = bank::simulate(&settings, &mut sink).context("the bank cannot be simulated")?;
    // The project comes last, so that a folder with a project is a whole one.
    write_files(folder, &evenkeel_simulate::template::bank())?;
    Ok(outcome)
}
