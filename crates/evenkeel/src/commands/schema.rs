//! `evenkeel schema`: JSON Schemas of the project files.

use std::process::ExitCode;

use anyhow::Context;

use super::Session;
use crate::arguments::Schema;

pub fn run(session: &Session<'_>, arguments: &Schema) -> anyhow::Result<ExitCode> {
    let schemas = evenkeel_spec::schema::all();
    let Some(folder) = &arguments.out else {
        if session.output.is_json() {
            let all: std::collections::BTreeMap<&str, serde_json::Value> = schemas
                .iter()
                .map(|(name, text)| Ok((*name, serde_json::from_str(text)?)))
                .collect::<Result<_, serde_json::Error>>()?;
            session.output.json(&all)?;
            return Ok(ExitCode::SUCCESS);
        }
        for (name, text) in &schemas {
            session.output.text(&format!("# {name}\n{text}\n"));
        }
        session.output.note("`--out DIR` writes them to files.");
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    for (name, text) in &schemas {
        let file = folder.join(name);
        std::fs::write(&file, text).with_context(|| format!("`{}` cannot be written", file.display()))?;
        session.output.note(&format!("wrote {}", file.display()));
    }
    Ok(ExitCode::SUCCESS)
}
