//! What was found, by kind.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::counted;
use crate::page::context::Context;
use crate::page::frame::Frame;
use crate::page::guide::anchor;
use crate::search::{Asked, Findable, Fit, search};
use crate::words::help::WORDS;
use crate::words::listed;

/// How many of a kind are shown.
const SHOWN: usize = 12;
/// How many letters of what is asked are shown.
pub const LONGEST: usize = 200;

/// What kind of thing something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A measure with figures.
    Measure,
    /// A unit.
    Unit,
    /// Somebody whose record whoever reads may see.
    Person,
    /// A promise of the charter.
    Promise,
    /// A leg, a perspective or an objective.
    Group,
    /// A page.
    Page,
    /// What a word means.
    Word,
    /// A measure that could be used.
    Library,
}

const KINDS: [Kind; 8] =
    [Kind::Measure, Kind::Unit, Kind::Person, Kind::Promise, Kind::Group, Kind::Page, Kind::Word, Kind::Library];

impl Kind {
    /// Above a list of them.
    fn heading(self) -> &'static str {
        match self {
            Kind::Measure => "Measures",
            Kind::Unit => "Units",
            Kind::Person => "People",
            Kind::Promise => "Promises",
            Kind::Group => "Legs, perspectives and objectives",
            Kind::Page => "Pages",
            Kind::Word => "What words mean",
            Kind::Library => "Measures to choose from",
        }
    }

    /// How many of them.
    fn counted(self, n: usize) -> String {
        let noun = match self {
            Kind::Measure => "measures",
            Kind::Unit => "units",
            Kind::Person => "people",
            Kind::Promise => "promises",
            Kind::Group => "parts of the scorecard",
            Kind::Page => "pages",
            Kind::Word => "words",
            Kind::Library => "measures to choose from",
        };
        match (self, n) {
            (Kind::Person, 1) => counted(1, "person"),
            (Kind::Group, 1) => counted(1, "part of the scorecard"),
            (Kind::Library, 1) => counted(1, "measure to choose from"),
            (_, n) => counted(n as u64, noun),
        }
    }
}

/// Something that can be found. People are found by those alone who may see their records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What kind of thing it is.
    pub kind: Kind,
    /// What people call it.
    pub title: String,
    /// What else it is called.
    pub names: Vec<String>,
    /// What is said about it.
    pub said: Vec<String>,
    /// A few words beside it.
    pub note: String,
    /// Where it is; none for something that is told at once.
    pub url: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hit {
    /// What people call it.
    pub title: String,
    /// A few words beside it.
    pub note: String,
    /// Where it is.
    pub url: Option<String>,
}

/// What was found of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HitGroup {
    /// The kind.
    pub kind: Kind,
    /// In words.
    pub heading: &'static str,
    /// How many were found.
    pub found: usize,
    /// The best of them, the best first.
    pub hits: Vec<Hit>,
    /// What is said of those that are not shown.
    pub more: Option<String>,
}

/// The page of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was asked.
    pub asked: String,
    /// What came of it.
    pub lead: String,
    /// What was found: the kind with the best one first.
    pub groups: Vec<HitGroup>,
}

impl SearchPage {
    /// The page of what fits. The meanings of words are looked through too.
    #[must_use]
    pub fn new(asked: &str, items: &[Item], context: &Context<'_>) -> Self {
        let asked: String = asked.trim().chars().take(LONGEST).collect();
        let words = WORDS.iter().map(|word| Item {
            kind: Kind::Word,
            title: word.word.to_owned(),
            names: word.also.iter().map(|name| (*name).to_owned()).collect(),
            said: Vec::new(),
            note: word.means.to_owned(),
            url: context.links.guide(&context.place).map(|guide| format!("{guide}#{}", anchor(word.word))),
        });
        let items: Vec<Item> = items.iter().cloned().chain(words).collect();
        let groups = found(&asked, &items);
        let title = if asked.is_empty() { "Search".to_owned() } else { format!("Search for {asked}") };
        let again = |place: &_| context.links.found(&asked, place).unwrap_or_default();
        let mut frame = Frame::new(&title, context, &again);
        if let Some(form) = &mut frame.search {
            form.asked.clone_from(&asked);
        }
        Self { lead: lead(&asked, &groups), frame, asked, groups }
    }
}

fn found(asked: &str, items: &[Item]) -> Vec<HitGroup> {
    let things: Vec<Findable<'_>> = items
        .iter()
        .map(|item| Findable {
            title: &item.title,
            names: item.names.iter().map(String::as_str).collect(),
            said: item.said.iter().map(String::as_str).collect(),
        })
        .collect();
    let ranked = search(&Asked::new(asked), &things);
    let best = |kind: Kind| ranked.iter().find(|(place, _)| items[*place].kind == kind).map(|(_, fit)| *fit);
    // Of kinds that fit alike, the usual order holds; what has no figures comes after what has some.
    let mut kinds: Vec<(Fit, Kind)> = KINDS.into_iter().filter_map(|kind| Some((best(kind)?, kind))).collect();
    kinds.sort_by_key(|(fit, kind)| (*kind == Kind::Library, *fit));
    kinds
        .into_iter()
        .map(|(_, kind)| {
            let own: Vec<&Item> =
                ranked.iter().filter_map(|(place, _)| items.get(*place)).filter(|item| item.kind == kind).collect();
            let hit = |item: &&Item| Hit { title: item.title.clone(), note: item.note.clone(), url: item.url.clone() };
            let more = own.len().saturating_sub(SHOWN);
            HitGroup {
                kind,
                heading: kind.heading(),
                found: own.len(),
                hits: own.iter().take(SHOWN).map(hit).collect(),
                more: (more > 0).then(|| format!("and {} more; another word narrows it down", kind.counted(more))),
            }
        })
        .collect()
}

fn lead(asked: &str, groups: &[HitGroup]) -> String {
    if asked.is_empty() {
        return "Measures, units, promises, pages and the meanings of words can be found by what they are called."
            .to_owned();
    }
    if groups.is_empty() {
        return "Nothing is called like that. A shorter word, or the beginning of one, finds more.".to_owned();
    }
    let counts: Vec<String> = groups.iter().map(|group| group.kind.counted(group.found)).collect();
    format!("Found: {}.", listed(&counts))
}
