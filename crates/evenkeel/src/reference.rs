//! The reference of everything that can be set: commands and their options, environment variables, keys of `evenkeel.yaml`.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::environment;

const PREFACE: &str = "# Configuration

<!-- Written from the definitions; a test in crates/evenkeel/src/reference.rs fails when this is stale. -->

Everything that can be set: options of commands, environment variables, and the keys of `evenkeel.yaml`. What the other files of a
project hold stands in [project-files.md](project-files.md).
";

/// The whole reference, as Markdown.
fn markdown() -> String {
    let command = Arguments::command();
    let mut text = format!("{PREFACE}\n## Options of every command\n");
    arguments(&mut text, &command);
    text.push_str("\n## Commands\n");
    for command in command.get_subcommands() {
        tell(&mut text, "evenkeel", command);
    }
    text.push_str("\n## Environment variables\n| variable | what it is for |\n|---|---|\n");
    for variable in environment::ALL {
        writeln!(text, "| `{}` | {} |", variable.name, cell(variable.meaning)).unwrap();
    }
    text.push_str("\n## Keys of evenkeel.yaml\n| key | what it is |\n|---|---|\n");
    for (key, meaning) in keys() {
        writeln!(text, "| `{key}` | {} |", cell(&meaning)).unwrap();
    }
    text
}

/// A command, and those below it.
fn tell(text: &mut String, above: &str, command: &Command) {
    let name = format!("{above} {}", command.get_name());
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    write!(text, "\n### {name}\n{}\n", sentence(&about)).unwrap();
    arguments(text, command);
    for below in command.get_subcommands() {
        tell(text, &name, below);
    }
}

fn arguments(text: &mut String, command: &Command) {
    let shown: Vec<&Arg> = command.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
    if shown.is_empty() {
        return;
    }
    text.push_str("\n| option | what it is | default |\n|---|---|---|\n");
    for argument in shown {
        let help =
            argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
        let choices: Vec<String> = if argument.get_action().takes_values() {
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect()
        } else {
            Vec::new()
        };
        let choices = if choices.is_empty() { String::new() } else { format!(" One of {}.", choices.join(", ")) };
        let defaults: Vec<String> = argument
            .get_default_values()
            .iter()
            .filter(|_| argument.get_action().takes_values())
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        let default = match (defaults.is_empty(), argument.is_required_set()) {
            (false, _) => defaults.join(", "),
            (true, true) => "has to be given".to_owned(),
            (true, false) => String::new(),
        };
        let help = cell(&format!("{}{choices}", sentence(&help)));
        writeln!(text, "| `{}` | {help} | {default} |", written(argument)).unwrap();
    }
}

/// How an argument is written on a command line.
fn written(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let value = value.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
    match argument.get_long() {
        None => value,
        Some(long) if argument.get_action().takes_values() => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
    }
}

/// The keys of `evenkeel.yaml`, from the schema that editors check it with.
fn keys() -> Vec<(String, String)> {
    let (_, schema) = evenkeel_spec::schema::all().remove(0);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let required = schema["required"].as_array().unwrap();
    let properties = schema["properties"].as_object().unwrap();
    let told = properties.iter().map(|(key, property)| {
        let mut meaning = property["description"].as_str().unwrap().to_owned();
        if let Some(choices) = property["enum"].as_array() {
            let choices: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.as_str().unwrap())).collect();
            write!(meaning, " One of {}.", choices.join(", ")).unwrap();
        }
        if required.iter().any(|required| required == key) {
            meaning.push_str(" It has to be given.");
        }
        (key.clone(), meaning)
    });
    told.collect()
}

/// A text that ends as a sentence.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// A text that fits into the cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    let fresh = markdown();
    if std::env::var("EVENKEEL_REFRESH").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &fresh).unwrap();
        return;
    }
    assert!(
        std::fs::read_to_string(&path).is_ok_and(|found| found == fresh),
        "docs/reference/configuration.md is stale; run this test with EVENKEEL_REFRESH=1 to write it again"
    );
}

#[test]
fn everything_is_told() {
    let told = markdown();
    for line in [
        "| `--arrival SECONDS` | How many seconds a request may take to arrive: its head, and then its body. Idle connections \
         end after it too. | `15` |",
        "### evenkeel users add",
        "| `EVENKEEL_LOG` |",
        "| `organisation` | The name of the organisation. It has to be given. |",
        "| `people` |",
        "One of `off`, `own_record`, `coaching`, `appraisal`.",
    ] {
        assert!(told.contains(line), "{line} is missing:\n{told}");
    }
    // Nothing is set that nobody can read about.
    assert!(!told.contains("|  |  |"), "{told}");
}
