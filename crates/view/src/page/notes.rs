//! What people write beside the figures of a measure, and the form with which they do.

use askama::Template;
use evenkeel_model::ids::UnitId;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Period;
use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::counted;
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::page::initiatives::Tick;
use crate::page::row::Row;
use crate::words::{capitalised, period, shortened};

/// How much of a note is said where it is marked in the course.
const LONGEST_MARK: usize = 60;

/// What is written beside a measure of a unit, as far as whoever reads may see it.
#[derive(Debug, Clone, Default)]
pub struct NotesDetail {
    /// The notes of the unit, by the day that they are about.
    pub notes: Vec<NoteDetail>,
    /// The units below of which there are notes, with how many.
    pub below: Vec<(UnitId, String, u64)>,
    /// Whether whoever reads may write one.
    pub may_write: bool,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteDetail {
    /// Its number.
    pub number: i64,
    /// The period or day that it is about.
    pub on: Period,
    /// What is said.
    pub text: String,
    /// Who wrote it, by the name that people read.
    pub by: String,
    /// When, on the clock of the project.
    pub at: DateTime,
    /// Whom it mentions, by the names that people read.
    pub mentions: Vec<String>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime>,
    /// Whether whoever reads wrote it.
    pub own: bool,
    /// Whether it mentions whoever reads, who has not said yet that they read it.
    pub unread: bool,
}

/// One note on the page of its measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoteLine {
    /// Which of the notes of the page it is, by the day that they are about: the mark in the course.
    pub mark: usize,
    /// Its number among all notes.
    pub number: i64,
    /// The period or day that it is about: `2026-10`.
    pub period: String,
    /// The same for people: `October 2026`.
    #[serde(skip)]
    pub when: String,
    /// What is said; empty when it was taken back.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    /// When: `2 Nov 16:02`.
    pub at: String,
    /// Whom it mentions.
    pub mentions: Vec<String>,
    /// When it was taken back; none while it stands.
    pub withdrawn: Option<String>,
    /// Where it is taken back; none for whoever did not write it.
    #[serde(skip)]
    pub withdraw_url: Option<String>,
    /// Where whoever it mentions says that they read it.
    #[serde(skip)]
    pub read_url: Option<String>,
}

/// Everything of the page of a measure that is about notes.
pub(crate) struct Told {
    /// The notes, those about the latest day first.
    pub(crate) lines: Vec<NoteLine>,
    /// Where notes of units below are.
    pub(crate) below: Vec<Link>,
    /// Where one is written.
    pub(crate) form_url: Option<String>,
}

impl Told {
    pub(crate) fn new(detail: &NotesDetail, measure: &Measure, context: &Context<'_>) -> Self {
        let links = context.links;
        let year = context.today.year();
        let line = |(place, note): (usize, &NoteDetail)| NoteLine {
            mark: place + 1,
            number: note.number,
            period: note.on.id(context.fiscal_year),
            when: capitalised(&period::name(note.on, context.fiscal_year)),
            text: if note.withdrawn_at.is_some() { String::new() } else { note.text.clone() },
            by: note.by.clone(),
            at: period::instant(note.at, year),
            mentions: note.mentions.clone(),
            withdrawn: note.withdrawn_at.map(|at| period::instant(at, year)),
            withdraw_url: links.note_withdraw(note.number).filter(|_| note.own && note.withdrawn_at.is_none()),
            read_url: links.note_read(note.number).filter(|_| note.unread && note.withdrawn_at.is_none()),
        };
        let below = |(unit, name, count): &(UnitId, String, u64)| Link {
            label: format!("{name}: {}", counted(*count, "notes")),
            url: format!("{}#notes", links.measure(&measure.id, &context.place.in_unit(unit))),
        };
        Self {
            lines: detail.notes.iter().enumerate().map(line).rev().collect(),
            below: detail.below.iter().map(below).collect(),
            form_url: links.note_form(&measure.id, &context.place).filter(|_| detail.may_write),
        }
    }
}

/// Marks notes on the periods of a course in which the last day lies that they are about. Gives the marks of each period.
pub(crate) fn mark(row: &mut Row, periods: &[Period], notes: &[NoteDetail]) -> Vec<String> {
    let mut marks = Vec::with_capacity(periods.len());
    for (point, period) in row.history.iter_mut().zip(periods) {
        let mut here = Vec::new();
        for (place, note) in notes.iter().enumerate() {
            if note.withdrawn_at.is_some() || !period.contains(note.on.last_day()) {
                continue;
            }
            let mark = (place + 1).to_string();
            let words = shortened(&note.text, LONGEST_MARK);
            point.happened.push(format!("Note {mark} by {}: “{words}”", note.by));
            here.push(mark);
        }
        marks.push(here.join(", "));
    }
    marks
}

/// The form with which a note is written.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "note.html")]
pub struct NotePage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about.
    pub title: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// The period or day that it is about, as it was typed.
    pub period: String,
    /// What is said, as it was typed.
    pub text: String,
    /// Those who may be mentioned.
    pub people: Vec<Tick>,
    /// Where the form is sent.
    pub action: String,
    /// Where the measure is.
    pub back: String,
    /// The most characters of a note.
    pub longest: usize,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}
