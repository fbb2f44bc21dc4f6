//! What programs are told besides what pages show, and the page that explains how they ask.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;

use crate::page::frame::Frame;
use crate::words::sentence::Sentence;

/// What an answer is about, and which data and definitions it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct About {
    /// The identifier of the unit; none where the answer is about no unit.
    pub unit: Option<String>,
    /// The name of the unit.
    pub unit_name: Option<String>,
    /// The period as addresses have it: `2026-10`; none where the answer is about no period.
    pub period: Option<String>,
    /// The period it is compared with.
    pub compared_with: Option<String>,
    /// The day for which everything was worked out, as `2026-11-02`.
    pub today: String,
    /// The last day of which the record tells anything.
    pub complete_to: Option<String>,
    /// When data were loaded last, as `2026-11-02T06:10:00Z`.
    pub loaded_at: Option<String>,
    /// A digest of the data behind all measures: it changes when any of them do.
    pub data_version: String,
    /// A digest of all definitions in use: it changes when any formula does.
    pub definitions_version: String,
}

/// The units that whoever asks may see, each after the one above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitTree {
    /// The units.
    pub units: Vec<UnitEntry>,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitEntry {
    /// The identifier, which stays the same when the name changes.
    pub id: String,
    /// The name.
    pub name: String,
    /// The identifier of the unit above it; none for the highest that whoever asks may see.
    pub above: Option<String>,
    /// How many units that may be seen lie above it.
    pub depth: usize,
    /// How many units lie directly below it.
    pub below: u64,
    /// What the units directly below it are, where they are of one kind.
    pub below_kind: Option<String>,
}

/// Some of the rows behind a number, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowsList {
    /// The table of the service record that they come from.
    pub table: String,
    /// How many rows there are in all.
    pub total: u64,
    /// How many more are withheld, because their units, or units beside them, had so few that month that somebody's answer
    /// could be told.
    pub withheld: u64,
    /// How many of them come before the first one here.
    pub from: u64,
    /// The names of the columns. Those that say who are there only for whoever may see that.
    pub columns: Vec<String>,
    /// The cells of each row, in the order of the columns; none where nothing is known.
    pub rows: Vec<Vec<Option<String>>>,
    /// Where the rows after these are; none when these are the last.
    pub next: Option<String>,
}

/// Readings as a long table: by measure, unit and period.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReadingList {
    /// The readings that have a value. What is missing or withheld is not among them.
    pub readings: Vec<ReadingLine>,
    /// Where the readings after these are; none when these are the last.
    pub next: Option<String>,
}

/// One reading, in the units in which it is stored: fractions, seconds, plain numbers.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReadingLine {
    /// The identifier of the measure.
    pub measure: String,
    /// The kind of the unit.
    pub level: String,
    /// The identifier of the unit.
    pub unit: String,
    /// The period, as addresses have it.
    pub period: String,
    /// Above the line; none for a quantile.
    pub numerator: Option<f64>,
    /// Below the line; none for counts, sums and stocks.
    pub denominator: Option<f64>,
    /// How many rows of the record stand behind it.
    pub n: u64,
    /// The value.
    pub value: f64,
    /// The lower end of the likely range.
    pub low: Option<f64>,
    /// The upper end of the likely range.
    pub high: Option<f64>,
    /// The version of the definition.
    pub definition_version: String,
    /// A digest of the data behind the measure.
    pub data_version: String,
}

/// What came of rows that a program sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PushAnswer {
    /// The table of the service record.
    pub table: String,
    /// The source that the rows are of.
    pub source: String,
    /// How many rows were sent.
    pub rows: u64,
    /// Rows with a key that was not there before.
    pub added: u64,
    /// Rows that took the place of the one with their key.
    pub changed: u64,
    /// Rows that were there already, the same.
    pub unchanged: u64,
    /// Rows that gave way to another row with their key that was sent with them.
    pub repeated: u64,
    /// Rows that gave way to a newer one with their key that was there before.
    pub outdated: u64,
    /// Rows that do not fit and were put aside.
    pub rejected: u64,
    /// The first of those, at most 200.
    pub rejects: Vec<PushReject>,
}

/// A row that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PushReject {
    /// Which of the rows: its place in the array, or its line.
    pub line: Option<i64>,
    /// The column that is wrong; none where it is the row as a whole.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// The kind of fault, in one word.
    pub reason: String,
    /// What is wrong.
    pub message: String,
    /// What it means, and what to do about it.
    pub next: String,
}

/// An error as RFC 9457 has it (`application/problem+json`): what is wrong, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Where this kind of error is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in a few words that are the same for all errors of this kind.
    pub title: String,
    /// The status of the answer.
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// What is wrong with this question, and why.
    pub detail: String,
    /// What to do next.
    pub next: String,
    /// What was asked for.
    pub instance: String,
}

/// A field of the form with which a question is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiParameter {
    /// Its name.
    pub name: String,
    /// Whether it is a part of the path, and so always there.
    pub in_path: bool,
    /// What it says.
    pub says: Sentence,
    /// What there is to choose from; empty where anything may be typed.
    pub choices: Vec<String>,
    /// What the field holds at first.
    pub value: String,
}

/// A question that programs can ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiEntry {
    /// A word for it, by which addresses on the page lead to it.
    pub id: String,
    /// How it is asked: `GET`, or `POST` where rows are sent.
    pub method: &'static str,
    /// The address, with names of parameters between braces.
    pub path: String,
    /// What it answers, in a few words.
    pub summary: String,
    /// What it answers.
    pub says: Sentence,
    /// What may be said.
    pub parameters: Vec<ApiParameter>,
    /// The forms in which it answers.
    pub forms: Vec<String>,
    /// An address that can be opened as it is, or a command where something is sent.
    pub example: String,
}

/// A kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiProblem {
    /// The status.
    pub status: u16,
    /// What is wrong.
    pub title: String,
    /// What to do next.
    pub next: Sentence,
}

/// The page that explains how programs ask, and on which it can be tried.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "api.html")]
pub struct ApiPage {
    /// What stands around it.
    pub frame: Frame,
    /// Where the same is for programs.
    pub document_url: String,
    /// Where tokens are made; none where nobody signs in.
    pub tokens_url: Option<String>,
    /// What can be asked.
    pub entries: Vec<ApiEntry>,
    /// What can go wrong.
    pub problems: Vec<ApiProblem>,
    /// The script with which a question is tried on the page.
    #[serde(skip)]
    pub script: String,
}
