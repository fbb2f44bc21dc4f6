//! Measures to choose from: a list that can be narrowed down, and everything about one of them.
//!
//! Neither is about a unit or a period. Both tell a measure by its definition alone: those of the project and those of
//! the built-in library alike.

use askama::Template;
use evenkeel_model::example::Example;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Direction, Levels, Measure, Timing};
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{self, Currency, Format};
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::words::definition::{self, Fact};
use crate::words::{self, capitalised};

/// Where a measure is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the built-in library.
    Library,
    /// In a file of the project.
    Project,
    /// In a file of the project, in place of one of that name in the library.
    Replaced,
}

impl Origin {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Origin::Library => "the built-in library",
            Origin::Project => "this project",
            Origin::Replaced => "this project, in place of the built-in one",
        }
    }
}

/// A measure, and where it is defined.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// Where it is defined.
    pub origin: Origin,
    /// Its file, without the example; told from the formula where it is not given.
    pub configuration: Option<&'a str>,
}

/// A level at which a measure may be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One person.
    Person,
    /// A unit below the whole.
    Unit,
}

impl Level {
    /// The word in addresses and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Person => "person",
            Level::Unit => "unit",
        }
    }

    /// The level that a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Level::Person, Level::Unit].into_iter().find(|level| level.as_str() == word)
    }
}

/// Which measures are wanted. What is left open lets all of them pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The leg.
    pub leg: Option<String>,
    /// The perspective.
    pub perspective: Option<String>,
    /// The level at which it may be reported.
    pub level: Option<Level>,
    /// Words, all of which have to be found in what is said about the measure.
    pub text: String,
}

impl Filter {
    /// Whether a measure is wanted.
    #[must_use]
    pub fn admits(&self, measure: &Measure) -> bool {
        let same = |wanted: &Option<String>, given: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| given.as_ref().is_some_and(|given| given.eq_ignore_ascii_case(wanted)))
        };
        let level = match self.level {
            Some(Level::Person) => measure.levels.person,
            Some(Level::Unit) => measure.levels.unit,
            None => true,
        };
        same(&self.leg, &measure.leg)
            && same(&self.perspective, &measure.perspective)
            && level
            && self.found_in(measure)
    }

    fn found_in(&self, measure: &Measure) -> bool {
        let about = &measure.about;
        let said = [measure.id.as_str(), &measure.title, &measure.noun]
            .into_iter()
            .chain(about.means.as_deref())
            .chain(about.needs.iter().chain(&about.pitfalls).chain(&about.moved_by).map(String::as_str));
        let said = said.collect::<Vec<_>>().join(" ").to_lowercase();
        self.text.to_lowercase().split_whitespace().all(|word| said.contains(word))
    }
}

/// Where the pages about measures are.
pub trait LibraryLinks {
    /// The list of measures.
    fn measures(&self) -> String;

    /// Everything about one measure.
    fn definition(&self, measure: &MeasureId) -> String;

    /// The candidates for a scorecard in their order.
    fn choosing(&self) -> String {
        self.measures()
    }

    /// Where somebody says what they think of a candidate.
    fn rate(&self, measure: &MeasureId) -> String {
        self.definition(measure)
    }
}

/// A list of measures, narrowed down.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MeasureList {
    /// How many are shown: `34 of 120 measures`.
    pub showing: String,
    /// The measures by leg, in the order of the legs.
    pub groups: Vec<Group>,
    /// What the leg can be narrowed down to.
    pub legs: Vec<Choosable>,
    /// What the perspective can be narrowed down to.
    pub perspectives: Vec<Choosable>,
    /// What the level can be narrowed down to.
    pub levels: Vec<Choosable>,
    /// The words that are searched for.
    pub text: String,
    /// Where the list of all is.
    pub all_url: String,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Choosable {
    /// What addresses say.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The measures of one leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MeasureGroup")]
pub struct Group {
    /// The leg.
    pub title: String,
    /// Its measures, by name.
    pub cards: Vec<Card>,
}

/// A measure in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Card {
    /// The identifier, which a scorecard uses.
    pub id: String,
    /// The name.
    pub title: String,
    /// What it means.
    pub means: String,
    /// The perspective.
    pub perspective: String,
    /// Which way is better, for which levels, and when it moves.
    pub notes: Vec<String>,
    /// Where it is defined.
    pub origin: Origin,
    /// Where everything about it is.
    pub url: String,
}

impl MeasureList {
    /// The measures that a filter lets pass.
    #[must_use]
    pub fn new(measures: &[Listed<'_>], filter: &Filter, links: &dyn LibraryLinks) -> Self {
        let wanted: Vec<&Listed<'_>> = measures.iter().filter(|listed| filter.admits(listed.measure)).collect();
        let mut groups: Vec<Group> = Vec::new();
        for leg in in_order(measures.iter().map(|listed| listed.measure.leg.as_deref().unwrap_or(NO_LEG)), LEGS) {
            let own = wanted.iter().filter(|listed| listed.measure.leg.as_deref().unwrap_or(NO_LEG) == leg);
            let mut cards: Vec<Card> = own.map(|listed| card(listed, links)).collect();
            cards.sort_by(|one, other| (&one.title, &one.id).cmp(&(&other.title, &other.id)));
            if !cards.is_empty() {
                groups.push(Group { title: capitalised(leg), cards });
            }
        }
        let all = measures.len() as u64;
        let showing = if wanted.len() == measures.len() {
            number::counted(all, "measures")
        } else {
            format!("{} of {}", number::count(wanted.len() as u64), number::counted(all, "measures"))
        };
        let choices = |values: Vec<&str>, chosen: Option<&str>| {
            let chosen_is = |value: &str| chosen.is_some_and(|chosen| chosen.eq_ignore_ascii_case(value));
            values
                .into_iter()
                .map(|value| Choosable { value: value.to_owned(), label: capitalised(value), chosen: chosen_is(value) })
                .collect()
        };
        let legs = in_order(measures.iter().filter_map(|listed| listed.measure.leg.as_deref()), LEGS);
        let perspectives =
            in_order(measures.iter().filter_map(|listed| listed.measure.perspective.as_deref()), PERSPECTIVES);
        Self {
            showing,
            groups,
            legs: choices(legs, filter.leg.as_deref()),
            perspectives: choices(perspectives, filter.perspective.as_deref()),
            levels: [(Level::Unit, "Units"), (Level::Person, "People")]
                .map(|(level, label)| Choosable {
                    value: level.as_str().to_owned(),
                    label: label.to_owned(),
                    chosen: filter.level == Some(level),
                })
                .to_vec(),
            text: filter.text.clone(),
            all_url: links.measures(),
        }
    }
}

/// Where measures stand that say nothing about their leg.
const NO_LEG: &str = "no leg";
const LEGS: &[&str] = &["employee", "customer", "business"];
const PERSPECTIVES: &[&str] = &["financial", "customer", "internal processes", "learning and growth"];

/// Each word once: those that are known first, in their own order, then the others by name.
fn in_order<'a>(words: impl Iterator<Item = &'a str>, known: &[&str]) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.collect();
    let place = |word: &str| known.iter().position(|known| *known == word).unwrap_or(known.len());
    words.sort_by(|one, other| (place(one), *one).cmp(&(place(other), *other)));
    words.dedup();
    words
}

fn card(listed: &Listed<'_>, links: &dyn LibraryLinks) -> Card {
    let measure = listed.measure;
    Card {
        id: measure.id.to_string(),
        title: measure.title.clone(),
        means: measure.about.means.clone().unwrap_or_default(),
        perspective: measure.perspective.clone().unwrap_or_default(),
        notes: [Some(way(measure.better).to_owned()), Some(for_whom(measure.levels).to_owned()), timing(measure)]
            .into_iter()
            .flatten()
            .collect(),
        origin: listed.origin,
        url: links.definition(&measure.id),
    }
}

fn way(better: Direction) -> &'static str {
    match better {
        Direction::Higher => "higher is better",
        Direction::Lower => "lower is better",
        Direction::Within { .. } => "best within a range",
        Direction::Neither => "context only",
    }
}

fn for_whom(levels: Levels) -> &'static str {
    match (levels.unit, levels.person) {
        (true, true) => "units and people",
        (true, false) => "units, not people",
        (false, true) => "people",
        (false, false) => "the whole only",
    }
}

fn timing(measure: &Measure) -> Option<String> {
    measure.about.timing.map(|timing| match timing {
        Timing::Leading => "leading".to_owned(),
        Timing::Lagging => "lagging".to_owned(),
    })
}

/// Everything about one measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sheet {
    /// The identifier, which a scorecard uses.
    pub id: String,
    /// The name.
    pub title: String,
    /// What it means.
    pub means: Option<String>,
    /// Leg and perspective.
    pub eyebrow: String,
    /// Where it is defined.
    pub origin: &'static str,
    /// The definition line by line.
    pub definition: Vec<Fact>,
    /// Why it says nothing about one person, and where to look instead.
    pub not_for_people: Option<String>,
    /// What has to be in the record.
    pub needs: Vec<String>,
    /// What goes wrong with it.
    pub pitfalls: Vec<String>,
    /// The measures that it must be read with.
    pub read_with: Vec<Link>,
    /// Where the formula comes from.
    pub sources: Vec<String>,
    /// A few rows, and what comes of them.
    pub example: Option<WorkedExample>,
    /// Which definition it is.
    pub version: String,
    /// The definition as it is configured.
    pub configured: String,
}

/// A few rows, and what comes of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WorkedExample {
    /// What the rows are, in words.
    pub says: Option<String>,
    /// The rows, by table.
    pub tables: Vec<WorkedTable>,
    /// What comes of them: `820 of 1,000 calls are 82 %`.
    pub result: String,
    /// The same as number, in stored units.
    pub value: f64,
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkedTable {
    /// The table of the service record.
    pub table: String,
    /// The columns; where rows are repeated, the first says how often.
    pub columns: Vec<WorkedColumn>,
    /// The cells; a dash where a value is missing.
    pub rows: Vec<Vec<String>>,
}

/// A column of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkedColumn {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers.
    pub numeric: bool,
}

impl Sheet {
    /// Everything about a measure. `named` gives the name of another one.
    #[must_use]
    pub fn new(
        listed: Listed<'_>,
        currency: &Currency,
        named: &dyn Fn(&MeasureId) -> Option<String>,
        links: &dyn LibraryLinks,
    ) -> Self {
        let measure = listed.measure;
        let about = &measure.about;
        let reference = measure.example.as_ref().map(|example| example.expected.value);
        let format = Format::of(measure, currency, reference);
        let leg = measure.leg.as_ref().map(|leg| format!("{} leg", capitalised(leg)));
        let perspective = measure.perspective.as_ref().map(|perspective| capitalised(perspective));
        Self {
            id: measure.id.to_string(),
            title: measure.title.clone(),
            means: about.means.clone(),
            eyebrow: leg.into_iter().chain(perspective).collect::<Vec<_>>().join(" · "),
            origin: listed.origin.words(),
            definition: definition::facts(measure, &format, &[]),
            not_for_people: about.not_for_people.clone().filter(|_| !measure.levels.person),
            needs: sentences(&about.needs),
            pitfalls: sentences(&about.pitfalls),
            read_with: about
                .read_with
                .iter()
                .map(|id| Link { label: named(id).unwrap_or_else(|| id.to_string()), url: links.definition(id) })
                .collect(),
            sources: about.sources.clone(),
            example: measure.example.as_ref().map(|example| worked(example, measure, &format)),
            version: format!("version {} ({})", measure.definition.number, measure.definition.digest),
            configured: listed.configuration.map_or_else(|| definition::configured(measure), ToOwned::to_owned),
        }
    }
}

fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| capitalised(text)).collect()
}

fn worked(example: &Example, measure: &Measure, format: &Format) -> WorkedExample {
    let tables = example
        .tables
        .iter()
        .map(|table| {
            let repeated = table.rows.iter().any(|row| row.times != 1);
            let numeric = |place: usize| {
                use evenkeel_model::example::Cell;
                let number = |cell: Option<&Cell>| matches!(cell, Some(Cell::Number(..) | Cell::Whole(_)));
                table.rows.iter().any(|row| number(row.cells.get(place)))
            };
            let times = repeated.then(|| WorkedColumn { name: "rows".to_owned(), numeric: true });
            let own = table
                .columns
                .iter()
                .enumerate()
                .map(|(place, name)| WorkedColumn { name: name.clone(), numeric: numeric(place) });
            let rows = table.rows.iter().map(|row| {
                let times = repeated.then(|| number::count(u64::from(row.times)));
                let cells = row.cells.iter().map(evenkeel_model::example::Cell::text);
                times.into_iter().chain(cells.map(|cell| if cell.is_empty() { "–".to_owned() } else { cell })).collect()
            });
            WorkedTable {
                table: table.table.clone(),
                columns: times.into_iter().chain(own).collect(),
                rows: rows.collect(),
            }
        })
        .collect();
    WorkedExample {
        says: example.says.clone(),
        tables,
        result: result(example, measure, format),
        value: example.expected.value,
    }
}

/// What comes of the rows: `82 % (820 out of 1,000), from 1,000 calls`.
fn result(example: &Example, measure: &Measure, format: &Format) -> String {
    let expected = &example.expected;
    let value = format.text(expected.value);
    let plain = |number: f64| {
        if number.fract() == 0.0 { number::count(number as u64) } else { number::rounded(number, 2) }
    };
    let parts = match (expected.numerator, expected.denominator) {
        (Some(above), Some(below)) => format!(" ({} out of {})", plain(above), plain(below)),
        (None, Some(below)) => format!(" (out of {})", plain(below)),
        _ => String::new(),
    };
    let rows = expected.n.map_or_else(String::new, |n| format!(", from {}", number::counted(n, &measure.noun)));
    format!("{value}{parts}{rows}")
}

/// The page of all measures.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "measures.html")]
pub struct MeasuresPage {
    /// What stands around it.
    pub frame: Frame,
    /// The measures.
    pub list: MeasureList,
    /// Where some of them are chosen; none for whoever has no part in that.
    #[serde(skip)]
    pub choosing_url: Option<String>,
}

impl MeasuresPage {
    /// The page of a list.
    #[must_use]
    pub fn new(list: MeasureList, context: &Context<'_>) -> Self {
        Self { frame: Frame::about("Measures", context), list, choosing_url: None }
    }
}

/// The page of the definition of one measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "definition.html")]
pub struct DefinitionPage {
    /// What stands around it.
    pub frame: Frame,
    /// Everything about the measure.
    pub sheet: Sheet,
    /// Where the list of all is.
    pub list_url: String,
    /// Where the figures of the measure are, where the project has it.
    pub figures_url: Option<String>,
}

impl DefinitionPage {
    /// The page of a measure. `figures_url` leads to its figures.
    #[must_use]
    pub fn new(sheet: Sheet, figures_url: Option<String>, links: &dyn LibraryLinks, context: &Context<'_>) -> Self {
        let title = words::capitalised(&sheet.title);
        Self { frame: Frame::about(&title, context), sheet, list_url: links.measures(), figures_url }
    }
}
