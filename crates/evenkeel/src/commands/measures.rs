//! `evenkeel measures`: the measures of the project and of the built-in library.

use std::process::ExitCode;

use evenkeel_engine::EngineError;
use evenkeel_model::ids::MeasureId;
use evenkeel_spec::{DiskFiles, Loaded, load};
use evenkeel_view::number::Currency;
use evenkeel_view::page::library::Level;
use evenkeel_view::page::{Filter, LibraryLinks, MeasureList, Sheet};
use evenkeel_view::terminal;
use evenkeel_web::Catalogue;

use super::Session;
use crate::arguments::{LevelOfMeasure, Measures, MeasuresCommand};
use crate::project::find;

/// The commands that lead where a link would.
struct Commands;

impl LibraryLinks for Commands {
    fn measures(&self) -> String {
        "evenkeel measures".to_owned()
    }

    fn definition(&self, measure: &MeasureId) -> String {
        format!("evenkeel measures show {measure}")
    }
}

pub fn run(session: &Session<'_>, arguments: &Measures) -> anyhow::Result<ExitCode> {
    let loaded = project_if_any(session)?;
    let catalogue = match loaded.as_ref().and_then(|loaded| loaded.project.as_ref()) {
        Some(project) => Catalogue::of(project),
        None => Catalogue::library(),
    };
    if loaded.is_some_and(|loaded| loaded.project.is_none()) {
        session
            .output
            .note("The project has mistakes, which `evenkeel check` lists; these are the built-in measures alone.");
    }
    match &arguments.command {
        Some(MeasuresCommand::Show { measure }) => show(session, &catalogue, measure),
        None => list(session, &catalogue, arguments),
    }
}

/// The project, where there is one: the library can be read anywhere.
fn project_if_any(session: &Session<'_>) -> anyhow::Result<Option<Loaded>> {
    match find(session.project.as_deref()) {
        Ok(root) => Ok(Some(load(&DiskFiles::new(root)))),
        Err(error) if session.project.is_some() => Err(error),
        Err(_) => Ok(None),
    }
}

fn list(session: &Session<'_>, catalogue: &Catalogue, arguments: &Measures) -> anyhow::Result<ExitCode> {
    let filter = Filter {
        leg: arguments.leg.clone(),
        perspective: arguments.perspective.clone(),
        level: arguments.level.map(|level| match level {
            LevelOfMeasure::Person => Level::Person,
            LevelOfMeasure::Unit => Level::Unit,
        }),
        text: arguments.search.clone().unwrap_or_default(),
    };
    let list = MeasureList::new(&catalogue.listed(), &filter, &Commands);
    if session.output.is_json() {
        session.output.json(&list)?;
    } else {
        session.output.text(&terminal::measures(&list, session.output.style(true)));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(session: &Session<'_>, catalogue: &Catalogue, name: &str) -> anyhow::Result<ExitCode> {
    let Some(listed) = catalogue.find(name) else {
        let near = evenkeel_engine::closest(name, catalogue.identifiers());
        return Err(EngineError::UnknownMeasure { name: name.to_owned(), near }.into());
    };
    let sheet = Sheet::new(listed, &Currency::new(catalogue.currency()), &|id| catalogue.title(id), &Commands);
    if session.output.is_json() {
        session.output.json(&sheet)?;
    } else {
        session.output.text(&terminal::sheet(&sheet, session.output.style(true)));
    }
    Ok(ExitCode::SUCCESS)
}

/// What a project takes from the library, in a sentence or two; nothing where it has nothing to do with it.
pub fn told(loaded: &Loaded) -> Option<String> {
    let names = |ids: &[MeasureId]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let taken = match loaded.library.taken.as_slice() {
        [] => None,
        [one] => Some(format!("1 measure comes from the built-in library: `{one}`.")),
        many => Some(format!("{} measures come from the built-in library: {}.", many.len(), names(many))),
    };
    let replaced = match loaded.library.replaced.as_slice() {
        [] => None,
        [one] => Some(format!("1 of the project's own takes the place of a built-in one: `{one}`.")),
        many => Some(format!("{} of the project's own take the place of built-in ones: {}.", many.len(), names(many))),
    };
    let all: Vec<String> = taken.into_iter().chain(replaced).collect();
    (!all.is_empty()).then(|| format!("{}\n", all.join("\n")))
}
