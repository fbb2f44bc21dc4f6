//! Finding and opening the project, and telling mistakes by their place in its files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use evenkeel_engine::{Engine, EngineError};
use evenkeel_ingest::IngestError;
use evenkeel_lake::{Lake, LakeError, People, Storage};
use evenkeel_model::ids::MeasureId;
use evenkeel_pseudonym::KeyFile;
use evenkeel_spec::{
    Diagnostic, DiskFiles, FormulaPart, FormulaSide, Item, Path as YamlPath, Project, Severity, Span, load,
};
use evenkeel_state::Location;
use evenkeel_web::{Opening, WorldError, scope};
use jiff::Timestamp;

use crate::commands::random_bytes;
use crate::output::Output;

/// A project that was read without a mistake.
pub struct OpenProject {
    /// Its folder.
    pub root: PathBuf,
    /// What its files say.
    pub project: Arc<Project>,
    /// Its lake.
    pub lake: Lake,
}

/// The folder of the project: the given one, else the nearest from here upwards that has an `evenkeel.yaml`.
pub fn find(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(folder) = given {
        if folder.join("evenkeel.yaml").is_file() {
            return Ok(folder.canonicalize()?);
        }
        bail!("there is no evenkeel.yaml in `{}`; make a project with `evenkeel init`", folder.display());
    }
    let here = std::env::current_dir().context("the present folder cannot be read")?;
    for folder in here.ancestors() {
        if folder.join("evenkeel.yaml").is_file() {
            return Ok(folder.to_path_buf());
        }
    }
    bail!("there is no evenkeel.yaml here or above; make a project with `evenkeel init`, or name it with --project")
}

/// Reads a project. Mistakes are printed; none is returned when there is any.
pub fn open(root: PathBuf, output: &Output) -> anyhow::Result<Option<OpenProject>> {
    let loaded = load(&DiskFiles::new(&root));
    let errors: Vec<Diagnostic> =
        loaded.diagnostics.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    let Some(project) = loaded.project.filter(|_| errors.is_empty()) else {
        output.diagnostics(&errors);
        output.note(&format!("{}. Nothing was done.", evenkeel_spec::diagnostic::summary(loaded.files, &errors)));
        return Ok(None);
    };
    let lake = lake(&project, &root)?;
    Ok(Some(OpenProject { root, project: Arc::new(project), lake }))
}

/// The lake of a project, with the key of its pseudonyms where it has any.
pub fn lake(project: &Project, root: &Path) -> anyhow::Result<Lake> {
    let lake = Lake::new(storage(project, root)?);
    let Some(key) = &project.pseudonyms else { return Ok(lake) };
    let random = Arc::new(|| random_bytes().ok());
    lake.with_pseudonyms(KeyFile::new(root.join(key), random)).map_err(|error| with_help(&error))
}

/// An error of the lake, with what to do about it.
pub fn with_help(error: &LakeError) -> anyhow::Error {
    match error.help() {
        Some(help) => anyhow::anyhow!("{error}\n  help: {help}"),
        None => anyhow::anyhow!("{error}"),
    }
}

/// Says why nobody can be told who stands behind pseudonyms, where that is so. Figures do not suffer.
pub fn tell_unknown(people: &People, output: &Output) {
    if let Some(error) = people.unknown() {
        let help = error.help().map_or_else(String::new, |help| format!(" Help: {help}."));
        output.note(&format!(
            "warning: {error}. People are told by pseudonym and nobody sees a record of their own; figures of units are as \
             they were.{help}"
        ));
    }
}

/// Where the project keeps its data.
pub fn storage(project: &Project, root: &Path) -> anyhow::Result<Storage> {
    let location = match &project.storage {
        evenkeel_spec::Storage::Folder(folder) => folder,
        evenkeel_spec::Storage::ObjectStore(address) => address,
    };
    Ok(Storage::open(location, root)?)
}

impl OpenProject {
    /// The engine on the present state of the lake.
    pub async fn engine(&self, as_of: Timestamp, workers: usize, output: &Output) -> anyhow::Result<Engine> {
        let snapshot = self.lake.snapshot().await?;
        tell_unknown(snapshot.people(), output);
        Ok(Engine::open(snapshot, scope(&self.project, as_of, workers)).await?)
    }

    /// Where accounts and the audit trail lie.
    pub fn state(&self) -> anyhow::Result<Location> {
        let folder = storage(&self.project, &self.root)?.folder().to_path_buf();
        Ok(Location::new(self.project.state.as_deref(), &folder)?)
    }

    /// What a world of this project is opened with.
    pub fn opening(&self, as_of: Timestamp, workers: usize) -> Opening {
        Opening { project: Arc::clone(&self.project), lake: self.lake.clone(), as_of, workers }
    }
}

/// A fault of an import, by its place in the project where it has one.
pub fn diagnose_import(project: &Project, error: &IngestError) -> Option<Diagnostic> {
    let map = &project.source_map;
    let (span, message) = match error {
        IngestError::NoFiles { source_name, files, .. }
        | IngestError::Outside { source_name, files, .. }
        | IngestError::File { source_name, files, .. } => {
            let path = YamlPath::top().key("files").key(files);
            let message = match error {
                IngestError::NoFiles { pattern, .. } => format!("no file matches `{pattern}`"),
                IngestError::Outside { file, .. } => format!("`{file}` lies outside the project"),
                IngestError::File { error, .. } => error.to_string(),
                _ => error.to_string(),
            };
            (map.find(Item::Source(source_name), &path)?, message)
        }
        IngestError::Sql { source_name, table, message, position, .. } => {
            let mapping = project
                .sources
                .iter()
                .find(|source| source.name == *source_name)?
                .tables
                .iter()
                .find(|mapping| mapping.table == *table)?;
            let bytes = position.map_or(0..mapping.select.len().min(1), |position| {
                word_at(&mapping.select, position.line, position.column)
            });
            let message = format!("{message}, in the mapping of `{table}`");
            (map.in_select(source_name, table, bytes)?, message)
        }
        IngestError::Lake(_) => return None,
    };
    let diagnostic = Diagnostic::at(span, Severity::Error, message).code("import");
    Some(match error.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// A mistake in an expression of a measure, by its place.
fn diagnose_measure(project: &Project, error: &EngineError) -> Option<Diagnostic> {
    let EngineError::Measure { measure, field, expression, message, position, help } = error else { return None };
    let side = match *field {
        "numerator" | "events" => FormulaSide::Numerator,
        "denominator" | "exposure" => FormulaSide::Denominator,
        _ => FormulaSide::Whole,
    };
    let part = match *field {
        "period_of" => FormulaPart::PeriodOf,
        "attribute" => FormulaPart::Person,
        "unit_of" => FormulaPart::Unit,
        _ => FormulaPart::Of,
    };
    let bytes = match position {
        Some((line, column)) => word_at(expression, *line, *column),
        None => 0..expression.len(),
    };
    let span: Span = match measure.split_once('@') {
        None if in_charter(project, measure, field).is_some() => in_charter(project, measure, field)?,
        // An expression of an earlier definition.
        Some((measure, _)) => project.source_map.find_key(Item::Measure(measure), &YamlPath::top().key("versions"))?,
        None => {
            let (map, id) = (&project.source_map, MeasureId::new(measure));
            let condition = (*field == "where").then(|| map.in_condition(&id, expression, &bytes)).flatten();
            condition.or_else(|| map.in_formula(&id, side, part, bytes))?
        }
    };
    let diagnostic = Diagnostic::at(span, Severity::Error, format!("{message}, in `{field}` of measure `{measure}`"))
        .code("expression");
    Some(match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// Of what is wrong with measures that follow from one promise, keeps what is said of the first of them.
fn without_echoes(project: &Project, mut errors: Vec<EngineError>) -> Vec<EngineError> {
    let id = |error: &EngineError| match error {
        EngineError::Measure { measure, .. } => Some(measure.clone()),
        _ => None,
    };
    let broken: Vec<String> = errors.iter().filter_map(id).collect();
    let promises = project.charter.iter().flat_map(|charter| &charter.versions).flat_map(|version| &version.promises);
    let mut echoes: Vec<&str> = Vec::new();
    for proof in promises.filter_map(|promise| promise.proof.as_ref()) {
        let own = proof.own_measures().map(|measure| measure.id.as_str());
        let wrong = own.filter(|own| broken.iter().any(|other| other == own));
        echoes.extend(wrong.skip(1));
    }
    errors.retain(|error| !id(error).is_some_and(|measure| echoes.contains(&measure.as_str())));
    errors
}

/// The place of an expression of a measure that follows from the charter: its condition where that is at fault, else
/// the measure that it follows from.
fn in_charter(project: &Project, measure: &str, field: &str) -> Option<Span> {
    for (position, version) in project.charter.as_ref()?.versions.iter().enumerate() {
        for (place, promise) in version.promises.iter().enumerate() {
            let Some(proof) = &promise.proof else { continue };
            if !proof.own_measures().any(|own| own.id.as_str() == measure) {
                continue;
            }
            let path = YamlPath::top().key("versions").index(position).key("promises").index(place);
            let keys = if field == "where" { ["where", "measure"] } else { ["measure", "promise"] };
            let found = keys.map(|key| {
                let span = project.source_map.find_key(Item::Charter, &path.clone().key(key))?;
                (span.text() == key).then(|| project.source_map.find(Item::Charter, &path.clone().key(key)))?
            });
            return found.into_iter().flatten().next();
        }
    }
    None
}

/// The bytes of the word at a line and column of a text, both from 1.
fn word_at(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(line_start..).unwrap_or_default();
    let start = line_start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    let word = text.get(start..).unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length =
        word.find(|c: char| !is_word(c)).unwrap_or(word.len()).max(word.chars().next().map_or(0, char::len_utf8));
    start..start + length
}

/// Prints what kept a world from being opened, with its place where it has one.
pub fn explain_world(project: &Project, error: WorldError, output: &Output) -> anyhow::Error {
    let errors = match error {
        WorldError::Measures(errors) => errors,
        WorldError::Engine(error @ EngineError::Measure { .. }) => vec![error],
        other => return other.into(),
    };
    let (diagnostics, others) = diagnose_measures(project, errors);
    output.diagnostics(&diagnostics);
    let count = diagnostics.len();
    match others.into_iter().next() {
        // What has no place in a file of the project is told by itself; nothing is passed over.
        Some(error) => error.into(),
        None => {
            anyhow::anyhow!("{count} expression{} cannot be worked out", if count == 1 { "" } else { "s of measures" })
        }
    }
}

/// What is wrong with measures: mistakes with their places, and errors that have none.
pub fn diagnose_measures(project: &Project, errors: Vec<EngineError>) -> (Vec<Diagnostic>, Vec<EngineError>) {
    let mut diagnostics = Vec::new();
    let mut others = Vec::new();
    for error in without_echoes(project, errors) {
        match diagnose_measure(project, &error) {
            Some(diagnostic) => diagnostics.push(diagnostic),
            None => others.push(error),
        }
    }
    (diagnostics, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_by_place() {
        let text = "select id,\n  topc as topic\nfrom t";
        assert_eq!(&text[word_at(text, 2, 3)], "topc");
        assert_eq!(&text[word_at(text, 1, 8)], "id");
        assert_eq!(&text[word_at(text, 1, 10)], ",");
        assert_eq!(word_at(text, 9, 9), text.len()..text.len());
    }
}
