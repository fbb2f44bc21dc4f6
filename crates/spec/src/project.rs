//! A whole project: reading all of its files and putting together what they say.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use evenkeel_model::call_back::Within;
use evenkeel_model::charter::Charter;
use evenkeel_model::collection::Collection;
use evenkeel_model::comparison::Comparison;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Measure, ValueUnit};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::performance::Standard;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::review::Reviews;
use evenkeel_model::schedule::Schedule;
use evenkeel_model::scorecard::Scorecard;
use evenkeel_model::service_level::Policy;
use evenkeel_model::source::Source;
use jiff::tz::TimeZone;

use crate::code;
use crate::convert::{self, Known, Settings};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::digest;
use crate::files::Files;
use crate::library;
use crate::lock::{self, LOCK_FILE};
use crate::place::{SourceFile, Span, Spanned};
use crate::raw::{self, FromYaml, Reader};
use crate::source_map::{Item, SourceMap};
use crate::suggest::{nearest, quoted};
use crate::yaml::{self, Document, Kind, MOST_BYTES, Path};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "evenkeel.yaml";
/// The folder below which every file defines a measure.
pub const MEASURES: &str = "measures";

/// Where a project keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// A folder; relative to the project unless it starts with `/`.
    Folder(String),
    /// An address such as `s3://bucket/prefix`.
    ObjectStore(String),
}

/// Everything that people decide: where data comes from, how measures are worked out, what is to be reached.
#[derive(Debug, Clone)]
pub struct Project {
    /// The name of the organisation.
    pub organisation: String,
    /// Days, weeks and months are those of this zone.
    pub time_zone: TimeZone,
    /// When the fiscal year starts.
    pub fiscal_year: FiscalYear,
    /// The ISO 4217 code of every amount of money in the record.
    pub currency: Option<String>,
    /// What figures about single people may be used for.
    pub people: PeoplePolicy,
    /// The file that says who stands behind the pseudonyms of the data, relative to the project unless it starts with `/`; none
    /// where the data names people as their sources do.
    pub pseudonyms: Option<String>,
    /// For how many months entries about a person are kept.
    pub keep_entries: u32,
    /// Where the data is kept.
    pub storage: Storage,
    /// The address of the database of accounts and audit trail; none for a file beside the data.
    pub state: Option<String>,
    /// The folder outside the project below which raw files may lie.
    pub data_root: Option<String>,
    /// Within which time a customer who gave a low answer is called back.
    pub call_back_within: Within,
    /// When the server imports sources that say nothing of their own; none where that is done by hand.
    pub import: Option<Schedule>,
    /// The sources, in the order in which they are listed.
    pub sources: Vec<Source>,
    /// Every measure that a file of the project defines, in use or not, and those of the built-in library in use.
    pub measures: BTreeMap<MeasureId, Arc<Measure>>,
    /// The scorecards, in the order in which they are listed.
    pub scorecards: Vec<Scorecard>,
    /// The service level policies, in the order in which they are listed: for a case, the first one that fits holds.
    pub service_levels: Vec<Policy>,
    /// The comparisons, in the order in which they are listed.
    pub comparisons: Vec<Comparison>,
    /// The performance standards, in the order in which they are listed.
    pub standards: Vec<Standard>,
    /// The figures that people type, in the order in which they are listed.
    pub collections: Vec<Collection>,
    /// When people look at the scorecard together.
    pub reviews: Option<Reviews>,
    /// What customers are promised, in their words.
    pub charter: Option<Charter>,
    /// Where everything was written.
    pub source_map: SourceMap,
}

impl Project {
    /// Every measure that figures can be asked of: those of the project, and those that follow from its charter.
    #[must_use]
    pub fn all_measures(&self) -> BTreeMap<MeasureId, Arc<Measure>> {
        let mut all = self.measures.clone();
        let own = self.charter.iter().flat_map(Charter::own_measures);
        all.extend(own.map(|measure| (measure.id.clone(), Arc::clone(measure))));
        all
    }

    /// Whether a measure comes from the built-in library.
    #[must_use]
    pub fn is_built_in(&self, measure: &MeasureId) -> bool {
        let file = self.source_map.file(Item::Measure(measure.as_str()));
        file.is_some_and(|file| file.path().starts_with(library::FOLDER))
    }
}

/// What came of reading a project.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The project; none when there is any error.
    pub project: Option<Project>,
    /// Everything that was found, in the order of the files and of the places in them.
    pub diagnostics: Vec<Diagnostic>,
    /// How many files were looked at.
    pub files: usize,
    /// What the built-in library of measures has to do with it.
    pub library: FromLibrary,
}

/// What a project takes from the built-in library of measures, and what it defines in place of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FromLibrary {
    /// The measures that come from the library.
    pub taken: Vec<MeasureId>,
    /// The measures of the library that a file of the project takes the place of.
    pub replaced: Vec<MeasureId>,
}

/// Reads a project and reports everything that is wrong with it.
pub fn load(files: &dyn Files) -> Loaded {
    let mut loader =
        Loader { files, findings: Findings::default(), order: BTreeMap::new(), source_map: SourceMap::default() };
    let settings = loader.settings();
    let sources = loader.sources(&settings);
    // What is promised belongs to the formulas of measures that tell how promises were kept.
    let service_levels = loader.service_levels(&settings);
    let mut measures = loader.measures(&service_levels);
    loader.without_currency(&settings, &measures);
    let scorecards = loader.scorecards(&settings, &measures);
    let comparisons = loader.comparisons(&settings, &measures);
    let standards = loader.standards(&settings, &measures, &comparisons);
    let collections = loader.collections(&settings, &measures);
    let charter = loader.charter(&settings, &measures, &service_levels);
    let used: BTreeSet<MeasureId> = scorecards
        .iter()
        .flat_map(Scorecard::measures)
        .map(|usage| &usage.measure)
        .chain(comparisons.iter().map(|comparison| &comparison.measure))
        .chain(collections.iter().flat_map(|collection| &collection.figures).map(|figure| &figure.measure))
        .chain(charter.iter().flat_map(Charter::named_measures))
        .cloned()
        .collect();
    let library = loader.library(&mut measures, used, &service_levels);
    let listed = Listed { sources, scorecards, service_levels, comparisons, standards, collections, charter };
    loader.finish(settings, listed, measures.sound, library)
}

/// One measure that could be converted, and what only the whole project can check.
struct Defined {
    read_with: Vec<Spanned<String>>,
    unit: Option<Span>,
    /// Where its version is given.
    version: Span,
}

/// One measure as its file has it.
struct Written {
    id: Spanned<String>,
    raw: raw::Measure,
    subject: String,
    document: Arc<Document>,
    /// Whether it can become a measure of the project; what speaks against it has been reported.
    sound: bool,
    /// Whether every key could be read.
    readable: bool,
    /// The measures that it is worked out from.
    uses: Vec<Spanned<String>>,
}

#[derive(Default)]
struct Measures {
    sound: BTreeMap<MeasureId, Arc<Measure>>,
    defined: BTreeMap<MeasureId, Defined>,
    broken: BTreeSet<String>,
}

impl Measures {
    /// Whether a file of the project defines the measure, with mistakes or without.
    fn defines(&self, id: &MeasureId) -> bool {
        self.sound.contains_key(id) || self.broken.contains(id.as_str())
    }
}

/// What the files say that `evenkeel.yaml` lists.
struct Listed {
    sources: Vec<Source>,
    scorecards: Vec<Scorecard>,
    service_levels: Vec<Policy>,
    comparisons: Vec<Comparison>,
    standards: Vec<Standard>,
    collections: Vec<Collection>,
    charter: Option<Charter>,
}

struct Loader<'a> {
    files: &'a dyn Files,
    findings: Findings,
    /// Every file that was looked at, with its place in the order of reading.
    order: BTreeMap<String, usize>,
    source_map: SourceMap,
}

impl Loader<'_> {
    fn settings(&mut self) -> Settings {
        let Some(document) = self.open(PROJECT_FILE, None) else { return Settings::default() };
        let document = Arc::new(document);
        self.source_map.insert(Item::Project, Arc::clone(&document));
        let raw: Option<raw::Project> = self.read(&document, "the project".to_owned(), "organisation: Northmere Bank");
        raw.map(|raw| convert::settings(raw, &mut self.findings)).unwrap_or_default()
    }

    fn sources(&mut self, settings: &Settings) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        for (path, listed_at) in self.listed(&settings.sources, "sources") {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (name, subject) = identity(&document, "source");
            let raw: Option<raw::Source> = self.read(&document, subject, "source: crm");
            if let Some(name) = name {
                self.once(&name, "source", &mut names);
                self.source_map.insert(Item::Source(&name.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                sources.extend(convert::source(
                    raw,
                    settings.data_root.as_deref(),
                    settings.import.as_ref(),
                    &mut self.findings,
                ));
            }
        }
        sources
    }

    fn measures(&mut self, policies: &[Policy]) -> Measures {
        let mut measures = Measures::default();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut written: Vec<Written> = Vec::new();
        for path in self.list(MEASURES) {
            if extension(&path) == Some("yml") {
                let found =
                    Diagnostic::warning(code::UNLISTED_FILE, &self.unread(&path), format!("`{path}` is not read"));
                self.findings.push(found.help("name it `.yaml`, like the other files of the project"));
            }
            if extension(&path) != Some("yaml") {
                continue;
            }
            let Some(document) = self.open(&path, None).map(Arc::new) else {
                measures.broken.insert(stem(&path).to_owned());
                continue;
            };
            let (id, subject) = identity(&document, "measure");
            let errors = self.findings.errors();
            let raw: Option<raw::Measure> = self.read(&document, subject.clone(), "measure: csat");
            let Some(id) = id else {
                measures.broken.insert(stem(&path).to_owned());
                continue;
            };
            let first = self.once(&id, "measure", &mut names);
            let readable = self.findings.errors() == errors;
            let sound = first && readable;
            match raw.filter(|_| !document.cut) {
                Some(raw) => written.push(Written { uses: raw.uses(), id, raw, subject, document, sound, readable }),
                None => {
                    measures.broken.insert(id.value);
                }
            }
        }
        self.in_order_of_use(written, policies, &mut measures);
        self.read_with(&measures);
        self.recorded_formulas(&measures);
        measures
    }

    /// Holds every formula against the one that is recorded for its version, where there is a record.
    fn recorded_formulas(&mut self, measures: &Measures) {
        let bytes = match self.files.read(LOCK_FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let at = self.unread(LOCK_FILE);
                let found = self.unreadable(LOCK_FILE, &error, &at);
                self.findings.push(found);
                return;
            }
        };
        self.unread(LOCK_FILE);
        let file = SourceFile::new(LOCK_FILE, String::from_utf8_lossy(&bytes));
        let lock = lock::read(&file, &mut self.findings);
        for (id, measure) in &measures.sound {
            if let Some(Defined { version, .. }) = measures.defined.get(id) {
                lock.check(measure, version, &mut self.findings);
            }
        }
    }

    /// Converts every measure after those that it is worked out from.
    fn in_order_of_use(&mut self, mut waiting: Vec<Written>, policies: &[Policy], measures: &mut Measures) {
        self.unknown_parts(&mut waiting, measures);
        while !waiting.is_empty() {
            let names: BTreeSet<String> = waiting.iter().map(|written| written.id.value.clone()).collect();
            let (ready, later): (Vec<Written>, Vec<Written>) = std::mem::take(&mut waiting)
                .into_iter()
                .partition(|written| written.uses.iter().all(|part| !names.contains(&part.value)));
            waiting = later;
            if ready.is_empty() {
                self.cycle(&mut waiting, measures);
            }
            for written in ready {
                self.convert(written, policies, measures);
            }
        }
    }

    /// Reports measures that are not defined, where others are worked out from them.
    fn unknown_parts(&mut self, waiting: &mut [Written], measures: &Measures) {
        let defined: BTreeSet<&str> = waiting.iter().map(|written| written.id.value.as_str()).collect();
        let mut found = Vec::new();
        for (position, written) in waiting.iter().enumerate() {
            for part in &written.uses {
                let name = part.value.as_str();
                let built_in = || library::text(name).is_some();
                if defined.contains(name) || measures.broken.contains(name) || built_in() {
                    continue;
                }
                let message = format!("{} is worked out from {}, which is not defined", written.subject, quoted(name));
                let unknown = Diagnostic::error(code::UNKNOWN_MEASURE, &part.span, message);
                let names = defined.iter().copied().chain(measures.broken.iter().map(String::as_str));
                let unknown = match nearest(name, names) {
                    Some(meant) => unknown.label(format!("did you mean `{meant}`?")),
                    None => unknown.help(format!("define it in `measures/{name}.yaml`, or take it out here")),
                };
                found.push((position, unknown));
            }
        }
        for (position, unknown) in found {
            waiting[position].sound = false;
            self.findings.push(unknown);
        }
    }

    /// Reports measures that are worked out from each other, and takes them out of those that wait.
    fn cycle(&mut self, waiting: &mut Vec<Written>, measures: &mut Measures) {
        let position = |name: &str| waiting.iter().position(|written| written.id.value == name);
        // Each of those that wait is worked out from another one of them, so that this path comes back to itself.
        let mut path: Vec<(usize, Span)> = Vec::new();
        let mut at = 0;
        let around = loop {
            let next = waiting[at].uses.iter().find_map(|part| Some((position(&part.value)?, part.span.clone())));
            let Some((next, span)) = next else { break path.clone() };
            path.push((at, span));
            if let Some(start) = path.iter().position(|(known, _)| *known == next) {
                break path[start..].to_vec();
            }
            at = next;
        };
        let names: Vec<String> = around.iter().map(|(at, _)| waiting[*at].id.value.clone()).collect();
        if let (Some((_, span)), Some(first)) = (around.first(), names.first()) {
            let way: Vec<String> = names.iter().chain([first]).map(|name| format!("`{name}`")).collect();
            let message = if names.len() == 1 {
                format!("measure {} is worked out from itself", quoted(first))
            } else {
                format!("measures are worked out from each other: {}", way.join(" → "))
            };
            let mut found = Diagnostic::error(code::CYCLE, span, message);
            for (at, span) in around.iter().skip(1) {
                found = found.related(span, format!("in {}", waiting[*at].subject));
            }
            self.findings.push(found.help("name measures that do not lead back here"));
        }
        waiting.retain(|written| !names.contains(&written.id.value));
        measures.broken.extend(names);
    }

    fn convert(&mut self, written: Written, policies: &[Policy], measures: &mut Measures) {
        let Written { id, raw, subject, document, sound, readable, uses } = written;
        let before = self.findings.len();
        let of_project = |part: &&Spanned<String>| {
            measures.sound.contains_key(part.value.as_str()) || measures.broken.contains(&part.value)
        };
        let mut known = Cow::Borrowed(&measures.sound);
        for part in uses.iter().filter(|part| !of_project(part)) {
            if let Some(entry) = library::entry_in(&part.value, &measures.sound) {
                known.to_mut().insert(entry.measure.id.clone(), entry.measure);
            }
        }
        let parts = convert::measure(raw, &subject, &known, policies, &mut self.findings);
        if !readable {
            // A key that could not be read is there all the same.
            self.findings.retain_from(before, |found| found.code != code::MISSING_KEY);
        }
        match parts {
            Some(convert::MeasureParts { measure, read_with, unit, version }) if sound => {
                self.source_map.insert(Item::Measure(&id.value), document);
                measures.defined.insert(measure.id.clone(), Defined { read_with, unit, version });
                measures.sound.insert(measure.id.clone(), Arc::new(measure));
            }
            _ => {
                measures.broken.insert(id.value);
            }
        }
    }

    fn read_with(&mut self, measures: &Measures) {
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: FiscalYear::default() };
        for (measure, Defined { read_with, .. }) in &measures.defined {
            for other in read_with.iter().filter(|other| !known.defines(&other.value)) {
                let message =
                    format!("measure `{measure}` is to be read with {}, which is not defined", quoted(&other.value));
                let found = Diagnostic::warning(code::UNKNOWN_MEASURE, &other.span, message);
                self.findings.push(known.suggest(&other.value, found));
            }
        }
    }

    fn without_currency(&mut self, settings: &Settings, measures: &Measures) {
        if settings.currency.is_some() || self.project_file_is_faulty() {
            return;
        }
        for (id, measure) in measures.sound.iter().filter(|(_, measure)| measure.unit == ValueUnit::Money) {
            let Some(Defined { unit: Some(span), .. }) = measures.defined.get(id) else { continue };
            let message = format!("measure `{}` is shown in money, and the project names no currency", measure.id);
            let found = Diagnostic::warning(code::MISSING_KEY, span, message);
            self.findings.push(found.help(format!("add `currency: EUR` to {PROJECT_FILE}")));
        }
    }

    fn scorecards(&mut self, settings: &Settings, measures: &Measures) -> Vec<Scorecard> {
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: settings.fiscal_year };
        let mut scorecards = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        for (place, (path, listed_at)) in self.listed(&settings.scorecards, "scorecards").into_iter().enumerate() {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (id, subject) = identity(&document, "scorecard");
            let raw: Option<raw::Scorecard> = self.read(&document, subject.clone(), "scorecard: service");
            if let Some(id) = id {
                if self.once(&id, "scorecard", &mut names) && place > 0 {
                    let message = format!("`{path}` is checked, but only the first scorecard of the list is shown");
                    let found = Diagnostic::warning(code::NOT_SHOWN, &listed_at, message);
                    self.findings.push(found.help("list the one first that pages and commands are to show"));
                }
                self.source_map.insert(Item::Scorecard(&id.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                scorecards.extend(convert::scorecard(raw, &known, &subject, &mut self.findings));
            }
        }
        scorecards
    }

    fn service_levels(&mut self, settings: &Settings) -> Vec<Policy> {
        let mut policies = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        for (path, listed_at) in self.listed(&settings.service_levels, "service_levels") {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (id, subject) = identity(&document, "service_level");
            let raw: Option<raw::ServiceLevel> = self.read(&document, subject, "service_level: standard");
            if let Some(id) = id {
                self.once(&id, "service level", &mut names);
                self.source_map.insert(Item::ServiceLevel(&id.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                policies.extend(convert::service_level(raw, &settings.time_zone, &mut self.findings));
            }
        }
        policies
    }

    fn comparisons(&mut self, settings: &Settings, measures: &Measures) -> Vec<Comparison> {
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: settings.fiscal_year };
        let mut comparisons = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut before = convert::AlreadyCompared::new();
        for (path, listed_at) in self.listed(&settings.comparisons, "comparisons") {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (id, subject) = identity(&document, "comparison");
            let raw: Option<raw::Comparison> = self.read(&document, subject, "comparison: satisfaction");
            if let Some(id) = id {
                self.once(&id, "comparison", &mut names);
                self.source_map.insert(Item::Comparison(&id.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                comparisons.extend(convert::comparison(raw, &known, settings.people, &mut before, &mut self.findings));
            }
        }
        comparisons
    }

    fn standards(&mut self, settings: &Settings, measures: &Measures, comparisons: &[Comparison]) -> Vec<Standard> {
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: settings.fiscal_year };
        let mut standards = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        for (path, listed_at) in self.listed(&settings.standards, "standards") {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (id, subject) = identity(&document, "standard");
            let raw: Option<raw::Standard> = self.read(&document, subject, "standard: adviser");
            if let Some(id) = id {
                self.once(&id, "standard", &mut names);
                self.source_map.insert(Item::Standard(&id.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                let people = settings.people;
                standards.extend(convert::standard(raw, &known, comparisons, people, &mut self.findings));
            }
        }
        standards
    }

    fn collections(&mut self, settings: &Settings, measures: &Measures) -> Vec<Collection> {
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: settings.fiscal_year };
        let mut collections = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut before = convert::AlreadyCollected::new();
        for (path, listed_at) in self.listed(&settings.collections, "collections") {
            let Some(document) = self.open(&path, Some(&listed_at)).map(Arc::new) else { continue };
            let (id, subject) = identity(&document, "collection");
            let raw: Option<raw::Collection> = self.read(&document, subject, "collection: branch_month");
            if let Some(id) = id {
                self.once(&id, "collection", &mut names);
                self.source_map.insert(Item::Collection(&id.value), Arc::clone(&document));
            }
            if let Some(raw) = raw.filter(|_| !document.cut) {
                collections.extend(convert::collection(raw, &known, &mut before, &mut self.findings));
            }
        }
        collections
    }

    fn charter(&mut self, settings: &Settings, measures: &Measures, policies: &[Policy]) -> Option<Charter> {
        let listed = settings.charter.as_ref()?;
        let path = convert::inside_project(listed, &mut self.findings)?;
        let document = Arc::new(self.open(&path, Some(&listed.span))?);
        let (_, subject) = identity(&document, "charter");
        let raw: Option<raw::Charter> = self.read(&document, subject, "charter: customers");
        let cut = document.cut;
        self.source_map.insert(Item::Charter, document);
        let known = Known { measures: &measures.sound, broken: &measures.broken, fiscal: settings.fiscal_year };
        convert::charter(raw.filter(|_| !cut)?, &known, policies, &mut self.findings)
    }

    /// Adds the measures of the library that the project uses: those of its scorecards, comparisons and charter, and those
    /// that a measure in use has to be read with.
    fn library(&mut self, measures: &mut Measures, used: BTreeSet<MeasureId>, policies: &[Policy]) -> FromLibrary {
        let read_with = |measure: &Arc<Measure>| measure.about.read_with.clone();
        let mut wanted: BTreeSet<MeasureId> = measures.sound.values().flat_map(read_with).collect();
        let own = measures.sound.clone();
        for id in used.into_iter().filter(|id| !measures.defines(id)) {
            wanted.extend(library::entry(id.as_str()).iter().flat_map(|entry| read_with(&entry.measure)));
            wanted.insert(id);
        }
        let built_in: Vec<Arc<Measure>> = wanted.iter().filter_map(|id| library::measure(id.as_str())).collect();
        let parts = measures.sound.values().chain(&built_in).flat_map(|measure| library::parts_below(measure));
        let parts: Vec<MeasureId> = parts.map(|part| part.id.clone()).collect();
        wanted.extend(parts);
        let replaced = library::identifiers().map(MeasureId::new).filter(|id| measures.defines(id));
        let mut from_library = FromLibrary { taken: Vec::new(), replaced: replaced.collect() };
        for id in wanted {
            let Some(entry) = library::entry_in(id.as_str(), &own).filter(|_| !measures.defines(&id)) else { continue };
            self.source_map.insert(Item::Measure(id.as_str()), entry.document);
            // What this project promises belongs to the formulas that tell how promises were kept.
            let mut measure = Arc::unwrap_or_clone(entry.measure);
            measure.definition.digest = digest::under(&measure.formula, policies);
            measures.sound.insert(id.clone(), Arc::new(measure));
            from_library.taken.push(id);
        }
        from_library
    }

    /// Reports a second definition of one name. Returns whether this is the first.
    fn once(&mut self, name: &Spanned<String>, what: &str, names: &mut BTreeMap<String, Span>) -> bool {
        let Some(first) = names.get(&name.value) else {
            names.insert(name.value.clone(), name.span.clone());
            return true;
        };
        let message = format!("{what} {} is defined twice", quoted(&name.value));
        let found = Diagnostic::error(code::DEFINED_TWICE, &name.span, message)
            .label("defined again here")
            .related(first, "first defined here");
        self.findings.push(found.help("give one of them another name, or remove it"));
        false
    }

    /// The paths that `evenkeel.yaml` lists, each once and inside the project; what lies in the folder and is not
    /// listed is pointed out.
    fn listed(&mut self, written: &[Spanned<String>], folder: &str) -> Vec<(String, Span)> {
        let mut paths: Vec<(String, Span)> = Vec::new();
        for listed in written {
            let Some(path) = convert::inside_project(listed, &mut self.findings) else { continue };
            match paths.iter().find(|(other, _)| *other == path) {
                Some((_, first)) => {
                    let found =
                        Diagnostic::error(code::LISTED_TWICE, &listed.span, format!("`{path}` is listed twice"))
                            .label("listed again here")
                            .related(first, "first listed here");
                    self.findings.push(found.help("take one of them out"));
                }
                None => paths.push((path, listed.span.clone())),
            }
        }
        self.unlisted(folder, &paths);
        paths
    }

    /// Points out what lies in a folder and is not read. A mistake in the list itself is more likely, so that is
    /// reported alone.
    fn unlisted(&mut self, folder: &str, listed: &[(String, Span)]) {
        let gone = |(path, _): &(String, Span)| self.files.read(path).is_err();
        let Some(at) = self.source_map.find_key(Item::Project, &Path::top().key(folder)) else { return };
        if self.project_file_is_faulty() || listed.iter().any(gone) {
            return;
        }
        let at = if at.text() == folder { at } else { Span::start_of(at.file()) };
        for path in self.list(folder) {
            let yaml = matches!(extension(&path), Some("yaml" | "yml"));
            if yaml && !listed.iter().any(|(listed, _)| *listed == path) {
                let message = format!("`{path}` is not listed under `{folder}` and is not read");
                let found = Diagnostic::warning(code::UNLISTED_FILE, &at, message);
                self.findings.push(found.help("list it, or move it out of the folder"));
            }
        }
    }

    fn project_file_is_faulty(&self) -> bool {
        let in_file = |found: &Diagnostic| found.primary.span.file().path() == PROJECT_FILE;
        self.findings.iter().any(|found| found.severity == Severity::Error && in_file(found))
    }

    fn list(&mut self, folder: &str) -> Vec<String> {
        self.files.list(folder).unwrap_or_else(|error| {
            let at = Span::start_of(&SourceFile::without_text(folder));
            let message = format!("the folder `{folder}` cannot be read: {error}");
            self.findings.push(Diagnostic::error(code::UNREADABLE_FILE, &at, message).help("check who may read it"));
            Vec::new()
        })
    }

    fn unread(&mut self, path: &str) -> Span {
        let next = self.order.len();
        self.order.entry(path.to_owned()).or_insert(next);
        Span::start_of(&SourceFile::without_text(path))
    }

    /// Reads and parses a file. `listed_at` is where the project names it.
    fn open(&mut self, path: &str, listed_at: Option<&Span>) -> Option<Document> {
        let unread = self.unread(path);
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let found = self.unreadable(path, &error, listed_at.unwrap_or(&unread));
                self.findings.push(found);
                return None;
            }
        };
        if bytes.len() > MOST_BYTES {
            let message = format!("the file is larger than {} MiB and was not read", MOST_BYTES / 1024 / 1024);
            let found = Diagnostic::error(code::TOO_LARGE, &unread, message);
            self.findings.push(found.help("raw data belongs into a source; split a long scorecard into several"));
            return None;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                self.findings.push(not_utf8(path, &error));
                return None;
            }
        };
        Some(yaml::parse(&SourceFile::new(path, text), &mut self.findings))
    }

    fn unreadable(&self, path: &str, error: &io::Error, at: &Span) -> Diagnostic {
        if error.kind() != io::ErrorKind::NotFound {
            let found = Diagnostic::error(code::UNREADABLE_FILE, at, format!("`{path}` cannot be read: {error}"));
            return found.help("check that it is a file and who may read it");
        }
        let found = Diagnostic::error(code::MISSING_FILE, at, format!("there is no `{path}`"));
        if path == PROJECT_FILE {
            return found
                .note("it names the organisation and the files that belong to the project")
                .help("go to the folder of a project, or start one with `evenkeel init`");
        }
        let others: Vec<String> =
            ["sources", "scorecards", "service_levels", "comparisons", "standards", "collections"]
                .iter()
                .flat_map(|folder| self.files.list(folder).unwrap_or_default())
                .collect();
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let same_name = || others.iter().map(String::as_str).find(|other| name(other) == name(path));
        match nearest(path, others.iter().map(String::as_str)).or_else(same_name) {
            Some(meant) => found.label(format!("did you mean `{meant}`?")),
            None => found.help("create it, or take it out of the list"),
        }
    }

    /// Reads the raw struct that a file is.
    fn read<T: FromYaml>(&mut self, document: &Document, subject: String, example: &str) -> Option<T> {
        let Some(root) = &document.root else {
            if !document.cut {
                let found = Diagnostic::error(code::EMPTY, &Span::start_of(&document.file), "the file is empty");
                self.findings.push(found.help("write what it is to define, or remove it"));
            }
            return None;
        };
        if root.as_map().is_none() {
            if root.kind != Kind::Refused {
                let message = format!("{subject} is not written as keys with values");
                let found = Diagnostic::error(code::WRONG_TYPE, &document.span(&root.range), message);
                self.findings.push(found.help(format!("begin with `{example}`, and write one key a line")));
            }
            return None;
        }
        let mut reader = Reader::new(document, &mut self.findings, subject);
        T::from_yaml(root, document.file.path(), &mut reader)
    }

    fn finish(
        self,
        settings: Settings,
        listed: Listed,
        measures: BTreeMap<MeasureId, Arc<Measure>>,
        library: FromLibrary,
    ) -> Loaded {
        let place = |found: &Diagnostic| {
            let span = &found.primary.span;
            let file = self.order.get(span.file().path()).copied().unwrap_or(usize::MAX);
            (file, span.range().start, span.range().end)
        };
        let mut diagnostics = self.findings.into_vec();
        diagnostics.sort_by_key(place);
        // Both sides of a ratio can take one and the same mistake from their measure.
        diagnostics.dedup_by(|one, other| place(one) == place(other) && one.message == other.message);
        let sound = diagnostics.iter().all(|found| found.severity != Severity::Error);
        let Settings {
            organisation,
            time_zone,
            fiscal_year,
            currency,
            people,
            pseudonyms,
            keep_entries,
            storage,
            state,
            data_root,
            call_back_within,
            import,
            sources: _,
            scorecards: _,
            service_levels: _,
            comparisons: _,
            standards: _,
            collections: _,
            reviews,
            charter: _,
        } = settings;
        let Listed { sources, scorecards, service_levels, comparisons, standards, collections, charter } = listed;
        let project = Project {
            organisation,
            time_zone,
            fiscal_year,
            currency,
            people,
            pseudonyms,
            keep_entries,
            storage,
            state,
            data_root,
            call_back_within,
            import,
            sources,
            measures,
            scorecards,
            service_levels,
            comparisons,
            standards,
            collections,
            reviews,
            charter,
            source_map: self.source_map,
        };
        Loaded { project: sound.then_some(project), diagnostics, files: self.order.len(), library }
    }
}

/// The name that a file defines, and what to call the file in messages.
fn identity(document: &Document, kind: &str) -> (Option<Spanned<String>>, String) {
    let what = kind.replace('_', " ");
    let node = document.root.as_ref().and_then(|root| root.as_map()?.pair(kind)).map(|pair| &pair.value);
    let text = node.and_then(|node| node.as_scalar()).map(|scalar| scalar.text.trim()).filter(|text| !text.is_empty());
    match (node, text) {
        (Some(node), Some(text)) => {
            let name = Spanned { value: text.to_owned(), span: document.span(&node.range) };
            (Some(name), format!("{what} {}", quoted(text)))
        }
        _ => (None, format!("the {what} in `{}`", document.file.path())),
    }
}

fn extension(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".yaml").unwrap_or(name)
}

fn not_utf8(path: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let bytes = error.as_bytes();
    let message = "the file is not UTF-8 text";
    let help = "save it as UTF-8";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let at = Span::start_of(&SourceFile::without_text(path));
        return Diagnostic::error(code::NOT_UTF8, &at, message).note("it begins like UTF-16").help(help);
    }
    let valid = error.utf8_error().valid_up_to();
    let file = SourceFile::new(path, String::from_utf8_lossy(bytes));
    let at = Span::new(&file, valid..valid + '\u{fffd}'.len_utf8());
    Diagnostic::error(code::NOT_UTF8, &at, message).label("the first byte that is none").help(help)
}
