//! What the record holds: sources, freshness, coverage, rejected rows, versions. About the whole organisation, and about
//! no person.

use std::collections::BTreeMap;

use askama::Template;
use evenkeel_model::gaps::Gaps;
use evenkeel_model::measure::Measure;
use evenkeel_model::record::Table;
use evenkeel_model::source::Source;
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{self, count, counted};
use crate::page::context::Context;
use crate::page::frame::Frame;
use crate::words::schedule::schedule_in_words;
use crate::words::sentence::Sentence;
use crate::words::{capitalised, listed, period, rejected};

/// How many missing days are named.
const DAYS_NAMED: usize = 4;
/// How many states of the lake are shown before the others are folded.
const STATES_SHOWN: usize = 8;
/// How many shapes of rejected values are told.
const SHAPES: usize = 3;
/// How many shapes are remembered while rejected rows are counted.
const SHAPES_KEPT: usize = 64;

/// What the record holds, for the page to word.
#[derive(Debug, Clone)]
pub struct DataDetail<'a> {
    /// The sources of the project, in its order.
    pub sources: Vec<&'a Source>,
    /// What the tables hold that have been filled or that a source fills, in the order of the record.
    pub tables: Vec<TableState>,
    /// When each source last brought something new, on the clock of the project.
    pub changed: BTreeMap<String, DateTime>,
    /// What came of the imports that a server began by itself; those sources alone of which that is known.
    pub imports: BTreeMap<String, ImportState>,
    /// Rows that could not be read.
    pub rejected: Rejected,
    /// The states of the lake that are kept, the newest first.
    pub states: Vec<LakeState>,
    /// Whether the state before the last of them is not kept any more.
    pub earlier_states: bool,
    /// How the record speaks of people.
    pub people: PeopleInRecord,
    /// The measures of the project.
    pub measures: Vec<&'a Measure>,
    /// Where the rejected rows are as files.
    pub rejected_files: Option<RejectedFiles>,
}

/// How a record speaks of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleInRecord {
    /// As its sources do.
    Named,
    /// By pseudonyms, and the key that says who they are is there.
    Apart,
    /// By pseudonyms, and the key is not there.
    Unknown,
}

/// What came of the imports of a source that a server began by itself, on the clock of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportState {
    /// When one was last begun.
    pub begun: Option<DateTime>,
    /// When one last succeeded.
    pub succeeded: Option<DateTime>,
    /// Whether one was begun and has not ended.
    pub open: bool,
    /// What it does now, in words; none where no server says.
    pub step: Option<String>,
    /// How many have failed since, and why the last one did.
    pub failed: Option<(u32, String)>,
    /// When the next one is due.
    pub next: Option<DateTime>,
}

/// Where the rejected rows are as files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RejectedFiles {
    /// For a spreadsheet.
    pub csv: String,
    /// For programs: a JSON object per line.
    pub ndjson: String,
}

/// What one table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// The table.
    pub table: &'static Table,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them came from each source.
    pub by_source: Vec<(String, u64)>,
    /// In how many rows each of its own columns has a value.
    pub filled: Vec<(&'static str, u64)>,
    /// Days without rows.
    pub gaps: Gaps,
}

/// One state of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeState {
    /// Its number.
    pub version: u64,
    /// When it was put in place, on the clock of the project.
    pub at: DateTime,
    /// The sources that brought something new.
    pub sources: Vec<String>,
    /// What it changed, table by table; none where the state before is not kept.
    pub changes: Option<Vec<TableDifference>>,
}

/// What a state of the lake changed in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDifference {
    /// The table.
    pub table: String,
    /// How many rows there were before.
    pub before: u64,
    /// How many there are since.
    pub after: u64,
}

/// Rejected rows, counted one by one. What stands in them is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejected {
    groups: BTreeMap<(String, String, Option<String>, String), Counted>,
    total: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counted {
    rows: u64,
    shapes: BTreeMap<String, u64>,
}

impl Rejected {
    /// Counts one rejected row.
    pub fn count(
        &mut self,
        source: String,
        table: String,
        column: Option<String>,
        value: Option<&str>,
        reason: String,
    ) {
        let shape = rejected::shape(&table, column.as_deref(), value);
        let group = self.groups.entry((source, table, column, reason)).or_default();
        group.rows += 1;
        self.total += 1;
        if let Some(shape) = shape
            && (group.shapes.len() < SHAPES_KEPT || group.shapes.contains_key(&shape))
        {
            *group.shapes.entry(shape).or_default() += 1;
        }
    }

    /// How many rows of a source were rejected for a table.
    fn of(&self, source: &str, table: &str) -> u64 {
        let own = self.groups.iter().filter(|((from, to, _, _), _)| from == source && to == table);
        own.map(|(_, group)| group.rows).sum()
    }
}

/// The page of what the record holds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "data.html")]
pub struct DataPage {
    /// What stands around it.
    pub frame: Frame,
    /// What it shows.
    pub sheet: DataSheet,
    /// Where whoever may do so loads a file.
    #[serde(skip)]
    pub load_url: Option<String>,
    /// Where an open page hears of the steps of imports; none where no server begins any.
    #[serde(skip)]
    pub events_url: Option<String>,
}

/// What the record holds, worded.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DataSheet {
    /// What is to be known first.
    pub lead: String,
    /// The sources.
    pub sources: Vec<SourceLine>,
    /// How fresh each table is that comes day by day.
    pub freshness: Vec<FreshnessLine>,
    /// How far each table is filled.
    pub coverage: Vec<CoverageLine>,
    /// Rejected rows by reason.
    pub rejected: Vec<RejectedLine>,
    /// How many rows were rejected.
    pub rejected_rows: u64,
    /// Where they are as files.
    pub rejected_files: Option<RejectedFiles>,
    /// The states of the lake, the newest first.
    pub states: Vec<StateLine>,
    /// States that come after these, further back.
    pub older_states: Vec<StateLine>,
    /// A word on states that are not kept any more.
    pub states_note: Option<&'static str>,
    /// Measures whose definition has changed.
    pub redefined: Vec<RedefinedLine>,
    /// What is said of the other definitions.
    pub definitions: String,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SourceLine {
    /// Its name.
    pub name: String,
    /// Who looks after it.
    pub steward: Option<String>,
    /// Where its files lie, as the project says it.
    pub files: Vec<String>,
    /// When it last brought something new.
    pub changed: String,
    /// When it is imported, and what came of that.
    pub import: ImportLine,
    /// What came of it, table by table.
    pub tables: Vec<SourceTable>,
    /// Something to be known about it.
    pub note: Option<&'static str>,
}

/// When a source is imported, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportLine {
    /// How often: `every 15 minutes`.
    pub plan: String,
    /// When a server last imported it: `Last: 2 Nov, 06:30`; none where people import it by hand.
    pub last: Option<String>,
    /// When that is next due.
    pub next: Option<String>,
    /// How often it failed since it last succeeded, and why.
    pub failed: Option<Sentence>,
}

/// What came of a source in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceTable {
    /// The table.
    pub table: String,
    /// Rows in the record that came from it.
    pub rows: u64,
    /// Rows that were rejected.
    pub rejected: u64,
    /// In words: `1,204 kept, 3 rejected`.
    pub text: String,
}

/// How fresh one table is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FreshnessLine {
    /// The table.
    pub table: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// How many rows it has, in words.
    pub rows: String,
    /// The first day with rows.
    pub from: Option<Date>,
    /// The latest day with rows.
    pub to: Option<Date>,
    /// From when to when, in words.
    pub reach: String,
    /// Days without rows on which some were to be expected.
    pub missing: Vec<Date>,
    /// The same in words, with rows that lie ahead.
    pub text: String,
}

/// How far one table is filled.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CoverageLine {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// The share of rows that name a person, 0 to 1; none where the table has no such column.
    pub person: Option<f64>,
    /// In words.
    pub person_text: String,
    /// The share of rows that name a unit, 0 to 1; none where the table has no such column.
    pub unit: Option<f64>,
    /// In words.
    pub unit_text: String,
    /// Columns without any value.
    pub empty: Vec<&'static str>,
    /// All columns of its own with the share of rows that have a value.
    pub columns: Vec<ColumnLine>,
}

/// How far one column is filled.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ColumnLine {
    /// Its name.
    pub name: &'static str,
    /// In how many rows it has a value.
    pub rows: u64,
    /// In words: `82 %`.
    pub share: String,
}

/// Rejected rows of one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RejectedLine {
    /// The source.
    pub source: String,
    /// Table and column, as the record names them.
    pub place: String,
    /// A name for programs: `bad_instant`.
    pub reason: String,
    /// What that means.
    pub meaning: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The same as text.
    pub rows_text: String,
    /// What the values look like, the most frequent first; nothing where they could say who somebody is.
    pub shapes: Vec<String>,
}

/// One state of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StateLine {
    /// Its number.
    pub version: u64,
    /// When it was put in place.
    pub at: String,
    /// The sources that brought something new.
    pub sources: String,
    /// What changed.
    pub text: String,
}

/// A measure whose definition has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RedefinedLine {
    /// The name.
    pub title: String,
    /// Where everything about it is.
    pub url: String,
    /// Which version holds.
    pub version: u32,
    /// Since when, and why.
    pub changes: Vec<String>,
}

impl DataSheet {
    /// What the record holds. `definition` says where everything about a measure is.
    #[must_use]
    pub fn new(detail: &DataDetail<'_>, definition: &dyn Fn(&Measure) -> String, context: &Context<'_>) -> Self {
        let year = context.today.year();
        let mut states: Vec<StateLine> = detail.states.iter().map(|state| state_line(state, year)).collect();
        let older_states = states.split_off(STATES_SHOWN.min(states.len()));
        let by_day = detail.tables.iter().filter(|state| state.table.comes_by_day() && state.rows > 0);
        let redefined: Vec<RedefinedLine> =
            detail.measures.iter().filter_map(|measure| redefined(measure, definition)).collect();
        Self {
            lead: lead(detail),
            sources: sources(detail, year),
            freshness: by_day.map(freshness).collect(),
            coverage: detail.tables.iter().filter(|state| state.rows > 0).map(coverage).collect(),
            rejected: rejected_lines(&detail.rejected),
            rejected_rows: detail.rejected.total,
            rejected_files: detail.rejected_files.clone().filter(|_| detail.rejected.total > 0),
            states,
            older_states,
            states_note: detail.earlier_states.then_some("States before these are not kept any more."),
            definitions: definitions(detail.measures.len(), redefined.len(), context),
            redefined,
        }
    }
}

impl DataPage {
    /// The page of a sheet.
    #[must_use]
    pub fn new(sheet: DataSheet, context: &Context<'_>) -> Self {
        Self { frame: Frame::about("Data", context), sheet, load_url: None, events_url: None }
    }
}

fn lead(detail: &DataDetail<'_>) -> String {
    let rows: u64 = detail.tables.iter().map(|state| state.rows).sum();
    let filled = detail.tables.iter().filter(|state| state.rows > 0).count() as u64;
    if rows == 0 {
        return "Nothing has been imported yet. `evenkeel import` reads the raw files.".to_owned();
    }
    let sources = counted(detail.sources.len() as u64, "sources");
    let fill = if detail.sources.len() == 1 { "fills" } else { "fill" };
    let latest = detail.tables.iter().filter(|state| state.table.comes_by_day()).filter_map(|state| state.gaps.latest);
    let reach =
        latest.max().map_or_else(String::new, |day| format!(" The latest row lies on {}.", period::full_day(day)));
    let rejected = match detail.rejected.total {
        0 => " No row was rejected.".to_owned(),
        1 => " One row was rejected.".to_owned(),
        rows => format!(" {} were rejected.", counted(rows, "rows")),
    };
    let people = match detail.people {
        PeopleInRecord::Named => "",
        PeopleInRecord::Apart => {
            " Pseudonyms stand for people in it; who they are is kept apart, in a file of its own."
        }
        PeopleInRecord::Unknown => {
            " Pseudonyms stand for people in it, and the key that says who they are cannot be read: people are told by \
             pseudonym, and nobody sees a record of their own. Figures of units are as they were."
        }
    };
    format!(
        "{} {fill} {} of the service record with {}.{reach}{rejected}{people}",
        capitalised(&sources),
        counted(filled, "tables"),
        counted(rows, "rows")
    )
}

fn sources(detail: &DataDetail<'_>, year: i16) -> Vec<SourceLine> {
    let has_rows = |name: &str| detail.tables.iter().any(|state| state.by_source.iter().any(|(from, _)| from == name));
    let changed = |name: &str| match detail.changed.get(name) {
        Some(at) => period::instant(*at, year),
        None if has_rows(name) => "not known".to_owned(),
        None => "nothing imported yet".to_owned(),
    };
    let table = |name: &str, source: &str| {
        let state = detail.tables.iter().find(|state| state.table.name == name);
        let from = state.and_then(|state| state.by_source.iter().find(|(from, _)| from == source));
        let rows = from.map_or(0, |(_, rows)| *rows);
        let rejected = detail.rejected.of(source, name);
        let text = match rejected {
            0 => format!("{} kept", count(rows)),
            _ => format!("{} kept, {} rejected", count(rows), count(rejected)),
        };
        SourceTable { table: name.to_owned(), rows, rejected, text }
    };
    let mut lines: Vec<SourceLine> = detail
        .sources
        .iter()
        .map(|source| SourceLine {
            name: source.name.clone(),
            steward: source.steward.clone(),
            files: source.files.values().flat_map(|files| files.paths.iter().cloned()).collect(),
            changed: changed(&source.name),
            import: import_line(source, detail.imports.get(&source.name), year),
            tables: source.tables.iter().map(|mapping| table(&mapping.table, &source.name)).collect(),
            note: None,
        })
        .collect();
    let declared = |name: &str| detail.sources.iter().any(|source| source.name == name);
    let mut others: Vec<&str> = detail
        .tables
        .iter()
        .flat_map(|state| state.by_source.iter().map(|(name, _)| name.as_str()))
        .filter(|name| !declared(name))
        .collect();
    others.sort_unstable();
    others.dedup();
    for name in others {
        let own = detail.tables.iter().filter(|state| state.by_source.iter().any(|(from, _)| from == name));
        lines.push(SourceLine {
            name: name.to_owned(),
            steward: None,
            files: Vec::new(),
            changed: changed(name),
            import: ImportLine { plan: "not any more".to_owned(), last: None, next: None, failed: None },
            tables: own.map(|state| table(state.table.name, name)).collect(),
            note: Some("The project does not declare this source any more; its rows still count."),
        });
    }
    lines
}

/// When a source is imported, and what came of that.
fn import_line(source: &Source, state: Option<&ImportState>, year: i16) -> ImportLine {
    let Some(schedule) = &source.import else {
        return ImportLine { plan: "by hand".to_owned(), last: None, next: None, failed: None };
    };
    let at = |at: &DateTime| period::instant(*at, year);
    let last = match state {
        // Nobody knows, or nothing is known: no server looks after this page.
        None => None,
        Some(ImportState { begun: Some(begun), open: true, step: Some(step), .. }) => {
            Some(format!("Begun {}. {}", at(begun), step.trim_end_matches('.')))
        }
        Some(ImportState { begun: Some(begun), open: true, .. }) => Some(format!("Begun {}, not ended yet", at(begun))),
        Some(ImportState { succeeded: Some(succeeded), .. }) => Some(format!("Last: {}", at(succeeded))),
        Some(_) => Some("Last: never".to_owned()),
    };
    let failed = state.and_then(|state| {
        let (times, why) = state.failed.as_ref()?;
        let begun = state.begun.as_ref().map_or_else(String::new, |begun| format!(", last {}", at(begun)));
        let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
        Some(Sentence::marked(&format!("Failed {times}{begun}: {why}.")))
    });
    let next = state.and_then(|state| state.next.as_ref()).map(|next| format!("Next: {}", at(next)));
    ImportLine { plan: schedule_in_words(schedule), last, next, failed }
}

fn freshness(state: &TableState) -> FreshnessLine {
    let gaps = &state.gaps;
    let reach = match (gaps.first, gaps.latest) {
        (Some(first), Some(latest)) => format!("{} to {}", period::full_day(first), period::full_day(latest)),
        _ => "no row has a day".to_owned(),
    };
    let mut said = Vec::new();
    if gaps.weekdays == 0 {
        said.push("Rows come too seldom to say on which days some are missing".to_owned());
    } else if gaps.missing.is_empty() {
        said.push("No day is missing".to_owned());
    } else {
        said.push(missing(&gaps.missing, gaps.latest));
    }
    if gaps.ahead > 0 {
        said.push(format!("{} on days that are still to come", counted(gaps.ahead, "rows")));
    }
    FreshnessLine {
        table: state.table.name,
        row: state.table.row,
        rows: count(state.rows),
        from: gaps.first,
        to: gaps.latest,
        reach,
        missing: gaps.missing.clone(),
        text: format!("{}.", said.join("; ")),
    }
}

/// `21 days missing since the latest row; 1 day missing before: 14 October 2026`.
fn missing(days: &[Date], latest: Option<Date>) -> String {
    let (before, since): (Vec<Date>, Vec<Date>) = days.iter().partition(|day| latest.is_some_and(|end| **day < end));
    let named = |days: &[Date]| {
        let names: Vec<String> = days.iter().take(DAYS_NAMED).map(|day| period::day(*day)).collect();
        match days.len().saturating_sub(DAYS_NAMED) {
            0 => listed(&names),
            more => format!("{} and {} more", names.join(", "), count(more as u64)),
        }
    };
    let mut said = Vec::new();
    if !since.is_empty() {
        said.push(format!("{} missing since the latest row", counted(since.len() as u64, "days")));
    }
    if !before.is_empty() {
        let lead = if since.is_empty() { "missing" } else { "missing before" };
        said.push(format!("{} {lead}: {}", counted(before.len() as u64, "days"), named(&before)));
    }
    said.join("; ")
}

fn coverage(state: &TableState) -> CoverageLine {
    let filled = |name: &str| state.filled.iter().find(|(column, _)| *column == name).map(|(_, rows)| *rows);
    let share = |rows: u64| rows as f64 / state.rows as f64;
    let of = |column: Option<&str>| column.and_then(filled).map(share);
    let text = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), cautious);
    let (person, unit) = (of(state.table.person), of(state.table.unit));
    CoverageLine {
        table: state.table.name,
        rows: state.rows,
        person,
        person_text: text(person),
        unit,
        unit_text: text(unit),
        empty: state.filled.iter().filter(|(_, rows)| *rows == 0).map(|(name, _)| *name).collect(),
        columns: state
            .filled
            .iter()
            .map(|(name, rows)| ColumnLine { name, rows: *rows, share: cautious(share(*rows)) })
            .collect(),
    }
}

/// A share that says neither all nor nothing where that is not so.
fn cautious(share: f64) -> String {
    let words = |figure: &str| format!("{figure}{}%", number::NO_BREAK_SPACE);
    match share {
        share if share > 0.995 && share < 1.0 => words("over 99"),
        share if share > 0.0 && share < 0.005 => words("under 1"),
        share => number::share(share),
    }
}

fn rejected_lines(rejected: &Rejected) -> Vec<RejectedLine> {
    let line = |((source, table, column, reason), group): (&(String, String, Option<String>, String), &Counted)| {
        let mut shapes: Vec<(&String, u64)> = group.shapes.iter().map(|(shape, rows)| (shape, *rows)).collect();
        shapes.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        RejectedLine {
            source: source.clone(),
            place: column.as_ref().map_or_else(|| table.clone(), |column| format!("{table}.{column}")),
            reason: reason.clone(),
            meaning: rejected::meaning(reason),
            rows: group.rows,
            rows_text: count(group.rows),
            shapes: shapes.into_iter().take(SHAPES).map(|(shape, _)| shape.clone()).collect(),
        }
    };
    let mut lines: Vec<RejectedLine> = rejected.groups.iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.rows));
    lines
}

fn state_line(state: &LakeState, year: i16) -> StateLine {
    let text = match &state.changes {
        None => "The state before is not kept, so that it cannot be said what changed.".to_owned(),
        Some(changes) if changes.is_empty() => "No content.".to_owned(),
        Some(changes) => changes.iter().map(difference).collect::<Vec<_>>().join(", "),
    };
    StateLine { version: state.version, at: period::instant(state.at, year), sources: state.sources.join(", "), text }
}

/// `cases +1,204`; `people changed` where there are as many as before.
fn difference(change: &TableDifference) -> String {
    let table = if change.table == "rejects" { "rejected rows" } else { change.table.as_str() };
    match (change.after.checked_sub(change.before), change.before.checked_sub(change.after)) {
        (Some(more), _) if more > 0 => format!("{table} +{}", count(more)),
        (_, Some(fewer)) if fewer > 0 => format!("{table} {}{}", number::MINUS, count(fewer)),
        _ => format!("{table} changed"),
    }
}

fn redefined(measure: &Measure, definition: &dyn Fn(&Measure) -> String) -> Option<RedefinedLine> {
    if measure.earlier.is_empty() {
        return None;
    }
    let change = |change: evenkeel_model::measure::Break| {
        format!("version {} from {}: {}", change.version, period::full_day(change.on), change.reason)
    };
    Some(RedefinedLine {
        title: capitalised(&measure.title),
        url: definition(measure),
        version: measure.definition.number,
        changes: measure.breaks().into_iter().filter(|change| change.measure == measure.id).map(change).collect(),
    })
}

fn definitions(measures: usize, redefined: usize, context: &Context<'_>) -> String {
    let digest = &context.definitions_version;
    let all = counted(measures as u64, "measures");
    match redefined {
        0 => format!("All {all} have had one definition from the beginning. Definitions in use: {digest}."),
        _ => format!(
            "{} of {all} had another definition before; nothing is compared across the change. Definitions in use: {digest}.",
            count(redefined as u64)
        ),
    }
}
