//! `evenkeel source`: from an export to a source.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_spec::edit::{self, Value};
use evenkeel_spec::headings::{self, Asked, Becomes, First, Form, Head, LOOKED_AT, Proposal, Question, Unready};
use evenkeel_spec::template;
use serde::Serialize;

use super::{Session, quoted};
use crate::arguments::{AddSource, Order, Source, SourceCommand};
use crate::project::OpenProject;
use crate::whole_file::WholeFile;

/// What became of an export, for programs.
#[derive(Serialize)]
struct Added<'a> {
    source: &'a str,
    file: &'a str,
    columns: Vec<ColumnTold<'a>>,
}

/// What became of one of its columns.
#[derive(Serialize)]
struct ColumnTold<'a> {
    heading: &'a str,
    becomes: Option<&'static str>,
    question: Option<&'static str>,
    /// Why it is not taken over although it was recognised.
    left_out: Option<&'static str>,
}

pub fn run(session: &Session<'_>, arguments: &Source) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        SourceCommand::Add(arguments) => add(session, arguments),
    }
}

fn add(session: &Session<'_>, arguments: &AddSource) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let head = head(file)?;
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = safe_name(arguments.name.as_deref().unwrap_or(&stem));
    let raw = format!("raw/{name}.csv");
    if let Some(known) = open.project.sources.iter().find(|source| source.name == name) {
        if !known.files.values().any(|files| files.paths.contains(&raw)) {
            bail!("there is a source `{name}` already, and it reads other files; choose another name with --name");
        }
        same_headings(&open.root.join(&raw), &head)?;
        copy(file, &open.root.join(&raw))?;
        session.output.note(&format!(
            "`{raw}` is the new file, and is read as the one before. Next: evenkeel import {name} && evenkeel score"
        ));
        return Ok(ExitCode::SUCCESS);
    }

    let first = arguments.dates.map(|order| match order {
        Order::DayFirst => First::Day,
        Order::MonthFirst => First::Month,
    });
    let proposals = headings::propose(&head.columns, first);
    let asked = Asked {
        name: &name,
        path: &raw,
        encoding: &head.encoding,
        delimiter: head.delimiter,
        zone: open.project.time_zone.iana_name().unwrap_or("UTC"),
        people: open.project.people != PeoplePolicy::Off,
    };
    tell(session, &asked, &proposals)?;
    let text = headings::source_file(&proposals, &asked).map_err(|unready| refused(file, &unready))?;
    write(&open, file, &asked, &text, &proposals)?;
    if repeats(&head, &proposals) {
        session.output.note(
            "Cases have more than one row in this file. One row of each is kept: if the file is a log of events, export one row \
             for each case instead.",
        );
    }
    let says_its_zone = |proposal: &Proposal| !matches!(proposal.form, Form::Moment(written) if !written.zoned());
    let zone = if proposals.iter().all(says_its_zone) {
        String::new()
    } else {
        format!(" Times without a zone are those of {}.", asked.zone)
    };
    session.output.note(&format!(
        "Wrote sources/{name}.yaml, which says how `{raw}` is read; change it where it is wrong.{zone}\n\
         Next: evenkeel import {name} && evenkeel score"
    ));
    Ok(ExitCode::SUCCESS)
}

/// The beginning of the export.
fn head(file: &Path) -> anyhow::Result<Head> {
    let named = || format!("`{}` cannot be read", file.display());
    let mut bytes = Vec::new();
    // One byte more tells whether that was all.
    let most = u64::try_from(LOOKED_AT).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file).with_context(named)?.take(most).read_to_end(&mut bytes).with_context(named)?;
    headings::read(&bytes, bytes.len() <= LOOKED_AT).with_context(named)
}

/// A newer file can be read as the one before only when it has the same headings, written in the same way.
fn same_headings(before: &Path, head: &Head) -> anyhow::Result<()> {
    if !before.exists() {
        return Ok(());
    }
    let before = self::head(before)?;
    for column in &before.columns {
        if !head.columns.iter().any(|other| other.heading == column.heading) {
            bail!(
                "the file before this one has a column `{}`, which is missing here; export the same columns again, or give \
                 the file a source of its own with --name",
                column.heading
            );
        }
    }
    // A file of ASCII signs alone is told as UTF-8 and can be read as Windows-1252 as well.
    if before.delimiter != head.delimiter || before.encoding != head.encoding {
        bail!(
            "the file before this one was written in {} with {:?} between cells, this one in {} with {:?}; export it in the \
             same way, or change `encoding` and `delimiter` in the source",
            before.encoding,
            before.delimiter,
            head.encoding,
            head.delimiter
        );
    }
    Ok(())
}

/// Whether a case stands in more than one of the rows that were looked at.
fn repeats(head: &Head, proposals: &[Proposal]) -> bool {
    let case = proposals.iter().zip(&head.columns).find(|(proposal, _)| proposal.becomes == Some(Becomes::Case));
    let mut seen = HashSet::new();
    case.is_some_and(|(_, column)| column.cells.iter().filter(|cell| !cell.is_empty()).any(|cell| !seen.insert(cell)))
}

/// Why no source was written, and what to do.
fn refused(file: &Path, unready: &Unready) -> anyhow::Error {
    let help = match unready {
        Unready::Open { question: Question::DayOrMonth, .. } => "; add --dates day-first or --dates month-first",
        Unready::Lacking(_) => "; rename the heading in the file, or write the source by hand",
        Unready::Open { .. } | Unready::Heading(_) => "; correct it in the file, or write the source by hand",
    };
    anyhow::anyhow!("`{}` cannot be taken in yet: {unready}{help}", file.display())
}

/// Says what becomes of each column.
fn tell(session: &Session<'_>, asked: &Asked<'_>, proposals: &[Proposal]) -> anyhow::Result<()> {
    let columns: Vec<ColumnTold<'_>> = proposals
        .iter()
        .map(|proposal| ColumnTold {
            heading: &proposal.heading,
            becomes: proposal.becomes.map(Becomes::words),
            question: proposal.question.map(Question::words),
            left_out: (proposal.becomes == Some(Becomes::Agent) && !asked.people)
                .then_some("`people` in evenkeel.yaml is off"),
        })
        .collect();
    if session.output.is_json() {
        return session.output.json(&Added { source: asked.name, file: asked.path, columns });
    }
    // A heading is a stranger's text: signs that steer a terminal are not passed on.
    let shown = |heading: &str| -> String { heading.chars().filter(|sign| !sign.is_control()).take(40).collect() };
    let width = columns.iter().map(|column| shown(column.heading).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for column in &columns {
        let becomes = column.becomes.unwrap_or("stays in the file");
        let question = column.question.map(|question| format!(" ({question})")).unwrap_or_default();
        let left_out = column.left_out.map(|why| format!(", left out: {why}")).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  {becomes}{left_out}{question}", shown(column.heading));
    }
    session.output.text(&text);
    Ok(())
}

/// Writes the raw file, the source, the scorecard that goes with it, and, last, the list of the project.
fn write(open: &OpenProject, file: &Path, asked: &Asked<'_>, text: &str, proposals: &[Proposal]) -> anyhow::Result<()> {
    let (name, raw) = (asked.name, asked.path);
    let source = format!("sources/{name}.yaml");
    for path in [&source, raw] {
        if open.root.join(path).exists() && !same_file(file, &open.root.join(path)) {
            bail!("`{path}` exists already; choose another name with --name");
        }
    }
    let listed = open.root.join("evenkeel.yaml");
    let before = std::fs::read_to_string(&listed).context("evenkeel.yaml cannot be read")?;
    let sources = "sources".parse().map_err(|_| anyhow::anyhow!("`sources` is no path"))?;
    let after = edit::add(&before, &sources, &Value::text(&source))
        .with_context(|| format!("evenkeel.yaml cannot be changed; add {} to `sources` by hand", quoted(&source)))?;
    copy(file, &open.root.join(raw))?;
    put(&open.root.join(&source), text)?;
    // A scorecard that somebody changed is theirs.
    let (path, untouched) = template::SUPPORT_DESK_SCORECARD;
    let scorecard = open.root.join(path);
    if std::fs::read_to_string(&scorecard).is_ok_and(|text| text == untouched) {
        put(&scorecard, &template::support_desk_scorecard(proposals))?;
    }
    put(&listed, &after)
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    make_folder(path)?;
    let file = WholeFile::create(path)?;
    file.handle()?.write_all(text.as_bytes()).with_context(|| format!("`{}` cannot be written", path.display()))?;
    file.finish()
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if same_file(from, to) {
        return Ok(());
    }
    make_folder(to)?;
    let file = WholeFile::create(to)?;
    let mut read = File::open(from).with_context(|| format!("`{}` cannot be read", from.display()))?;
    std::io::copy(&mut read, &mut file.handle()?).with_context(|| format!("`{}` cannot be written", to.display()))?;
    file.finish()
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    }
    Ok(())
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// A name that can be that of a file and of a source, whatever the export was called.
fn safe_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if name.len() >= 40 {
            break;
        }
    }
    let name = name.trim_end_matches('_');
    // What YAML takes for a number, a truth value or nothing would be no name.
    let words = ["", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    if words.contains(&name) || name.starts_with(|letter: char| letter.is_ascii_digit()) {
        return format!("export_{name}").trim_end_matches('_').to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        for (text, name) in [
            ("tickets", "tickets"),
            ("Tickets October (1)", "tickets_october_1"),
            ("../../etc/passwd", "etc_passwd"),
            ("2026-10", "export_2026_10"),
            ("...", "export"),
            ("no", "export_no"),
            ("Größe", "gr_e"),
        ] {
            assert_eq!(safe_name(text), name);
        }
    }
}
