//! All measures that there are to choose from: those of a project, and those of the built-in library.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_spec::{Item, Project, library};
use evenkeel_view::page::{Listed, Origin};

/// One measure with where it is defined and how it is written there.
struct Entry {
    measure: Arc<Measure>,
    origin: Origin,
    configuration: Option<String>,
}

/// All measures that there are to choose from.
pub struct Catalogue {
    entries: BTreeMap<MeasureId, Entry>,
    currency: String,
}

impl Catalogue {
    /// The measures of the library alone.
    #[must_use]
    pub fn library() -> Self {
        let entry = |(id, measure): (MeasureId, Arc<Measure>)| {
            let configuration = library::text(id.as_str()).map(without_example);
            (id, Entry { measure, origin: Origin::Library, configuration })
        };
        Self { entries: library::measures().into_iter().map(entry).collect(), currency: String::new() }
    }

    /// The measures of a project, and those of the library that it does not replace.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let mut catalogue = Self { currency: project.currency.clone().unwrap_or_default(), ..Self::library() };
        for (id, measure) in &project.measures {
            let origin = match catalogue.entries.get(id) {
                _ if project.is_built_in(id) => Origin::Library,
                Some(_) => Origin::Replaced,
                None => Origin::Project,
            };
            let file = project.source_map.file(Item::Measure(id.as_str()));
            let configuration = file.map(|file| without_example(file.text()));
            catalogue.entries.insert(id.clone(), Entry { measure: Arc::clone(measure), origin, configuration });
        }
        catalogue
    }

    /// The measures themselves, by identifier.
    pub(crate) fn measures(&self) -> impl Iterator<Item = &Arc<Measure>> {
        self.entries.values().map(|entry| &entry.measure)
    }

    /// One of them.
    pub(crate) fn measure(&self, id: &MeasureId) -> Option<&Arc<Measure>> {
        self.entries.get(id).map(|entry| &entry.measure)
    }

    /// All of them, by identifier.
    #[must_use]
    pub fn listed(&self) -> Vec<Listed<'_>> {
        self.entries.values().map(listed).collect()
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Listed<'_>> {
        self.entries.get(id).map(listed)
    }

    /// What people call one of them.
    #[must_use]
    pub fn title(&self, id: &MeasureId) -> Option<String> {
        self.entries.get(id).map(|entry| entry.measure.title.clone())
    }

    /// The identifiers.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(MeasureId::as_str)
    }

    /// The currency of the project; empty without one.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

fn listed(entry: &Entry) -> Listed<'_> {
    Listed { measure: &entry.measure, origin: entry.origin, configuration: entry.configuration.as_deref() }
}

/// The file without its worked example, which is shown as a table. In the library, and by custom, it comes last.
fn without_example(text: &str) -> String {
    let end = text.find("\nexample:").map_or(text.len(), |at| at + 1);
    let rest = text[end..].split_once('\n').map_or("", |(_, rest)| rest);
    let only_example = rest.lines().all(|line| line.is_empty() || line.starts_with([' ', '#']));
    if only_example { text[..end].trim_end().to_owned() } else { text.trim_end().to_owned() }
}
