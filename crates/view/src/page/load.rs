//! Loading a file: choosing it, saying what its columns become, and how far its import has come. Each step is a page, and its
//! forms work without scripts.

use askama::Template;
use evenkeel_model::evaluation::{Question, Readings};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::rolling::rolling;
use serde::Serialize;

use crate::number::{NO_BREAK_SPACE, count, counted};
use crate::page::frame::Frame;
use crate::words::{capitalised, missing, period};

/// Choosing a file.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "load.html")]
pub struct LoadPage {
    /// What stands around it.
    pub frame: Frame,
    /// Why the file before was not taken.
    pub error: Option<String>,
    /// How large a file may be: `16 MB`.
    pub most: String,
    /// Sources that read files which were loaded before.
    pub sources: Vec<String>,
    /// Where the form leads.
    #[serde(skip)]
    pub url: String,
    /// Where the page of the record is.
    pub data_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// One of several values of a field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadChoice {
    /// What the form sends.
    pub value: String,
    /// The words.
    pub label: String,
    /// Whether it is the present one.
    pub current: bool,
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadColumn {
    /// Its place, from 0.
    pub number: usize,
    /// Its heading.
    pub heading: String,
    /// Some of its cells.
    pub samples: Vec<String>,
    /// Why its cells are not shown.
    pub hidden: Option<&'static str>,
    /// What a source that is there already does with it; none where the source is new.
    pub as_before: Option<&'static str>,
    /// What it may become.
    pub becomes: Vec<LoadChoice>,
    /// How sure the proposal is.
    pub certainty: &'static str,
    /// The icon of that.
    pub icon: &'static str,
    /// Whether its lengths of time are as the source counts them.
    pub counted: bool,
    /// What is to be known about it.
    pub notes: Vec<String>,
    /// What is asked about it.
    pub question: Option<String>,
    /// In what its lengths of time are, where that is asked.
    pub lengths: Vec<LoadChoice>,
    /// What its answers mean, where that is asked: each answer with what it may mean.
    pub answers: Vec<LoadAnswer>,
}

/// One answer of customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadAnswer {
    /// Its place among the answers of the column, from 0.
    pub number: usize,
    /// The answer.
    pub text: String,
    /// What it may mean.
    pub means: Vec<LoadChoice>,
}

/// Rows that would be put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadRejected {
    /// Table and column, as the record names them.
    pub place: String,
    /// What is wrong.
    pub meaning: &'static str,
    /// How many rows.
    pub rows: String,
    /// Where the first of them stands: `line 212: 99.99.9999`.
    pub example: String,
}

/// What a measure of the scorecard could tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadMeasure {
    /// The measure.
    pub title: String,
    /// The icon: `tick`, `clock` or `none`.
    pub icon: &'static str,
    /// In words: `now: 1,790 cases in October 2026`.
    pub text: String,
}

/// What would come of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadTrial {
    /// How many rows each table would get: `892 cases`.
    pub taken: Vec<String>,
    /// What would be put aside, by reason.
    pub rejected: Vec<LoadRejected>,
    /// How many rows that is, in words.
    pub rejected_rows: String,
    /// Where the rows are as a file.
    pub rejected_url: Option<String>,
    /// What the measures of the scorecard could tell.
    pub measures: Vec<LoadMeasure>,
}

/// What the columns of a file become.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "load_columns.html")]
pub struct LoadColumnsPage {
    /// What stands around it.
    pub frame: Frame,
    /// What is to be known first.
    pub headline: String,
    /// What the file is.
    pub file: String,
    /// Why it cannot be imported yet.
    pub error: Option<String>,
    /// The source that reads it.
    pub into: Vec<LoadChoice>,
    /// The name of a new source.
    pub name: String,
    /// Said where a source that is there reads it as it reads the files before.
    pub known: Option<String>,
    /// Its columns.
    pub columns: Vec<LoadColumn>,
    /// Whether day or month comes first, where that is asked.
    pub first: Vec<LoadChoice>,
    /// Of which zone times are that name none, where there are any.
    pub zones: Vec<LoadChoice>,
    /// What would come of it.
    pub trial: Option<LoadTrial>,
    /// What the button to import says; none where it cannot be imported yet.
    pub import: Option<String>,
    /// Where the form leads.
    #[serde(skip)]
    pub url: String,
    /// Where another file is chosen.
    pub other_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// How far the import of a file has come.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "load_progress.html")]
pub struct LoadProgressPage {
    /// What stands around it.
    pub frame: Frame,
    /// What is to be known first.
    pub headline: String,
    /// What the file is.
    pub file: String,
    /// What happens now: `Reading cases: 400 rows`.
    pub state: String,
    /// Where events say how it goes on; none when it has ended.
    pub events_url: Option<String>,
    /// Why it failed, and what to do.
    pub failed: Option<String>,
    /// What came of it, table by table.
    pub taken: Vec<String>,
    /// What was put aside, by reason.
    pub rejected: Vec<LoadRejected>,
    /// Where the rows are as a file.
    pub rejected_url: Option<String>,
    /// Where it goes on: words and addresses.
    pub links: Vec<(String, String)>,
    /// Where this page is.
    pub url: String,
}

/// What an import does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadStep<'a> {
    /// Somebody else is importing.
    Waiting,
    /// A table is being filled.
    Reading {
        /// The table.
        table: &'a str,
        /// How many rows were read for it so far.
        rows: u64,
    },
    /// What was read is put into the record.
    Merging,
    /// Figures are being worked out.
    WorkingOut,
}

impl LoadStep<'_> {
    /// The words for it.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            LoadStep::Waiting => "Waiting: another import is running.".to_owned(),
            LoadStep::Reading { table, rows: 0 } => format!("Reading {}.", table.replace('_', " ")),
            LoadStep::Reading { table, rows } => {
                format!("Reading {}: {} so far.", table.replace('_', " "), counted(rows, "rows"))
            }
            LoadStep::Merging => "Putting the rows into the record.".to_owned(),
            LoadStep::WorkingOut => "The rows are in the record. Working out the figures.".to_owned(),
        }
    }
}

/// What is to be known first of a file: `892 of 900 cases can be imported. Four measures work at once.`
#[must_use]
pub fn headline(cases: u64, rejected: u64, measures: &[LoadMeasure]) -> String {
    let now = measures.iter().filter(|measure| measure.icon == "tick").count() as u64;
    let later = measures.iter().filter(|measure| measure.icon == "clock").count() as u64;
    let rows = match rejected {
        0 => format!("{} can be imported.", counted(cases, "cases")),
        _ => format!("{} can be imported; {} would be put aside.", counted(cases, "cases"), counted(rejected, "rows")),
    };
    let together = if later == 0 { String::new() } else { format!(", {} over several months", count(later)) };
    capitalised(&format!("{rows} {} of the scorecard would have a figure{together}.", counted(now, "measures")))
}

/// What a file is: `tickets.csv, 412 kB, 13 columns, read as UTF-8 with commas between cells. 10 headings recognised.`
#[must_use]
pub fn file_words(name: &str, bytes: u64, columns: usize, written: &str, recognised: usize) -> String {
    format!(
        "{name}, {}, {}, read as {written}. {} of the headings {} recognised.",
        size(bytes),
        counted(columns as u64, "columns"),
        count(recognised as u64),
        if recognised == 1 { "was" } else { "were" }
    )
}

/// How large a file is: `412 kB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KILO: u64 = 1000;
    match bytes {
        0..KILO => counted(bytes, "bytes"),
        KILO..1_000_000 => format!("{}{NO_BREAK_SPACE}kB", count(bytes / KILO)),
        _ => format!("{}{NO_BREAK_SPACE}MB", count(bytes / (KILO * KILO))),
    }
}

impl LoadMeasure {
    /// What a measure could tell where a question asks, as the scorecard would: in a month, over several where one has too
    /// few rows, or why not. No question where no row has a day.
    #[must_use]
    pub fn new(measure: &Measure, question: Option<&Question>, fiscal: FiscalYear, readings: &dyn Readings) -> Self {
        let title = capitalised(&measure.title);
        let Some(question) = question else {
            return Self { title, icon: "none", text: "no row of the file has a day".to_owned() };
        };
        let rolling = rolling(measure, question, readings);
        let period = rolling.map_or(question.period, |rolling| rolling.period);
        match readings.reading(&measure.id, &question.subject, period) {
            Ok(reading) if reading.value.is_some() => {
                let (rows, name) = (counted(reading.n, &measure.noun), period::name(period, fiscal));
                match rolling {
                    None => Self { title, icon: "tick", text: format!("now: {rows} in {name}") },
                    Some(_) => Self { title, icon: "clock", text: format!("{name} together: {rows}") },
                }
            }
            Ok(_) => Self { title, icon: "none", text: "not yet: nothing in the file tells it".to_owned() },
            Err(why) => Self { title, icon: "none", text: format!("not yet: {}", missing(&why, measure)) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_files_and_steps() {
        assert_eq!(size(412_345).replace(NO_BREAK_SPACE, " "), "412 kB");
        assert_eq!(size(2_500_000).replace(NO_BREAK_SPACE, " "), "2 MB");
        assert_eq!(LoadStep::Reading { table: "case_events", rows: 0 }.words(), "Reading case events.");
        let measure = |icon| LoadMeasure { title: String::new(), icon, text: String::new() };
        let told = headline(892, 8, &[measure("tick"), measure("clock"), measure("none")]);
        assert_eq!(
            told.replace(NO_BREAK_SPACE, " "),
            "892 cases can be imported; 8 rows would be put aside. 1 measure of the scorecard would have a figure, 1 over \
             several months."
        );
    }
}
