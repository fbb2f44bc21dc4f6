//! `evenkeel source`: from an export to a source.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use evenkeel_model::people::PeoplePolicy;
use evenkeel_spec::headings::{self, Asked, Becomes, Decisions, First, Form, Head, Proposal, Question, Unready};
use evenkeel_web::sources::{self, Export, NewSource, NotAdded, safe_name};
use serde::Serialize;

use super::{Session, instant};
use crate::arguments::{AddSource, AsOf, Order, Source, SourceCommand};

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
    let head = sources::head(file)?;
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = safe_name(arguments.name.as_deref().unwrap_or(&stem));
    let export = Export { file, called: &stem, at: instant(AsOf { as_of: None }) };
    if let Some(known) = open.project.sources.iter().find(|source| source.name == name) {
        sources::fits(&open.root, known, &head).map_err(|error| refused(file, error))?;
        let kept = sources::add(&open.root, &name, &export, None).map_err(|error| refused(file, error))?;
        let said =
            if kept.known { "holds this very file already" } else { "is the new file, and is read as the ones before" };
        session.output.note(&format!("`{}` {said}. Next: evenkeel import {name} && evenkeel score", kept.path));
        return Ok(ExitCode::SUCCESS);
    }

    let first = arguments.dates.map(|order| match order {
        Order::DayFirst => First::Day,
        Order::MonthFirst => First::Month,
    });
    let proposals = headings::propose(&head.columns, &Decisions { first, ..Decisions::default() });
    let pattern = sources::pattern(&name);
    let asked = Asked {
        name: &name,
        path: &pattern,
        encoding: &head.encoding,
        delimiter: head.delimiter,
        zone: open.project.time_zone.iana_name().unwrap_or("UTC"),
        other_zone: None,
        people: open.project.people != PeoplePolicy::Off,
    };
    tell(session, &asked, &proposals)?;
    let (new, _) = NewSource::plan(&open.root, &asked, &proposals).map_err(|error| refused(file, error))?;
    sources::add(&open.root, &name, &export, Some(&new)).map_err(|error| refused(file, error))?;
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
        "Wrote sources/{name}.yaml, which says how `{pattern}` is read; change it where it is wrong.{zone}\n\
         Next: evenkeel import {name} && evenkeel score"
    ));
    Ok(ExitCode::SUCCESS)
}

/// Whether a case stands in more than one of the rows that were looked at.
fn repeats(head: &Head, proposals: &[Proposal]) -> bool {
    let case = proposals.iter().zip(&head.columns).find(|(proposal, _)| proposal.becomes == Some(Becomes::Case));
    let mut seen = HashSet::new();
    case.is_some_and(|(_, column)| column.cells.iter().filter(|cell| !cell.is_empty()).any(|cell| !seen.insert(cell)))
}

/// Why nothing was written, and what to do.
fn refused(file: &Path, error: NotAdded) -> anyhow::Error {
    let help = match &error {
        NotAdded::Unready(unready) => {
            let help = match unready {
                Unready::Open { question: Question::DayOrMonth, .. } => "add --dates day-first or --dates month-first",
                Unready::Lacking(_) => "rename the heading in the file, or write the source by hand",
                Unready::Open { .. } | Unready::Heading(_) => "correct it in the file, or write the source by hand",
            };
            return anyhow::anyhow!("`{}` cannot be taken in yet: {unready}; {help}", file.display());
        }
        NotAdded::OtherFiles { .. } | NotAdded::Exists { .. } => "choose another name with --name",
        NotAdded::Missing { .. } => "export the same columns again, or give the file a source of its own with --name",
        NotAdded::WrittenOtherwise { .. } => {
            "export it in the same way, or give the file a source of its own with --name"
        }
        NotAdded::List(_) => "add the source to `sources` by hand",
        NotAdded::Unread { .. } | NotAdded::Refused { .. } | NotAdded::Mistake(_) | NotAdded::Write { .. } => {
            return error.into();
        }
    };
    anyhow::anyhow!("{error}; {help}")
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
