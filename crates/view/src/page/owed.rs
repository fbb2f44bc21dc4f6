//! Figures to be typed: what somebody owes, with what was before beside each box; and what waits to be approved.
//!
//! Forms carry a token by which the server knows that they come from a page of its own, and work without scripts.

use std::sync::Arc;

use askama::Template;
use evenkeel_model::collection::Typed;
use evenkeel_model::measure::{Direction, Measure, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::typed_figure::{Absence, Amounts, Checked, Entry, Known, LONGEST_NOTE, LONGEST_NUMBER, Side};
use jiff::civil::Date;
use serde::Serialize;

use crate::number::{Currency, Format, NO_BREAK_SPACE, counted, plain};
use crate::page::frame::{Frame, Link};
use crate::words::{capitalised, period};

/// A figure that somebody owes.
#[derive(Debug, Clone)]
pub struct OwedDetail {
    /// The measure.
    pub measure: Arc<Measure>,
    /// Whether there is a second number.
    pub below_the_line: bool,
    /// What people call the unit.
    pub unit: String,
    /// What the form says to mean the figure.
    pub key: String,
    /// The period.
    pub period: Period,
    /// The last day on which it is in time.
    pub due: Date,
    /// Whether that is over.
    pub late: bool,
    /// Whether somebody else approves it.
    pub approval: bool,
    /// What was typed so far.
    pub entry: Entry,
    /// What the form says to mean what was kept when the page was made.
    pub shown: String,
    /// What it comes to.
    pub checked: Checked,
    /// What is known.
    pub known: Known,
    /// The values of the periods before, oldest first.
    pub before: Vec<(Period, Option<f64>)>,
    /// Why it was sent back, and by whom.
    pub returned: Option<(String, String)>,
}

/// A figure that was sent.
#[derive(Debug, Clone)]
pub struct SentDetail {
    /// The measure.
    pub measure: Arc<Measure>,
    /// What people call the unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// How far it has got.
    pub typed: Typed,
    /// What it comes to.
    pub amounts: Option<Amounts>,
    /// What it takes the place of.
    pub replaces: Option<Amounts>,
    /// Why there is none; empty where there is one.
    pub absence: String,
    /// What has to be known about it.
    pub note: String,
    /// Who typed it.
    pub typed_by: String,
    /// When, in words.
    pub typed_at: String,
    /// Who approved it.
    pub decided_by: Option<String>,
    /// What is known.
    pub known: Known,
    /// Where it is decided on; none for whoever may not.
    pub decide_url: Option<String>,
    /// Which version of it was looked at.
    pub seen: String,
    /// Where it is typed again.
    pub correct_url: Option<String>,
}

/// How figures are told.
#[derive(Debug, Clone)]
pub struct Telling<'a> {
    /// How periods are named.
    pub fiscal: FiscalYear,
    /// The currency of money.
    pub currency: &'a Currency,
}

/// What somebody owes.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "owed.html")]
pub struct OwedPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// The headline.
    pub headline: String,
    /// What follows when something is sent.
    pub lead: String,
    /// Figures by unit and period.
    pub groups: Vec<OwedGroup>,
    /// What is said of those that are not shown.
    pub more: Option<String>,
    /// How many are ready, wrong, and empty, in words.
    pub counts: Vec<String>,
    /// What was sent and is not decided on, or was lately.
    pub sent: Vec<SentLine>,
    /// Rows of a file that could not be sent.
    pub rejected: Vec<RejectedRow>,
    /// Reasons why there is no figure.
    pub absences: Vec<&'static str>,
    /// Other pages about figures.
    pub links: Vec<Link>,
    /// Where the form leads.
    #[serde(skip)]
    pub url: String,
    /// Where a file is sent.
    #[serde(skip)]
    pub file_url: String,
    /// The most characters of a number and of a note.
    #[serde(skip)]
    pub longest: (usize, usize),
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// Figures of one unit and period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwedGroup {
    /// Unit and period.
    pub heading: String,
    /// Until when they are due.
    pub due: String,
    /// Whether that is over.
    pub late: bool,
    /// The names of the periods before.
    pub before: String,
    /// The name of the period.
    pub period: String,
    /// The figures.
    pub rows: Vec<OwedRow>,
}

/// A figure to be typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwedRow {
    /// Its place on the page, by which its boxes are named.
    pub number: usize,
    /// What the form says to mean it.
    #[serde(skip)]
    pub key: String,
    /// What the form says to mean what was kept when the page was made.
    #[serde(skip)]
    pub shown: String,
    /// What people call the measure.
    pub label: String,
    /// The same with the unit, for whoever hears the page.
    pub full_label: String,
    /// What is typed: its unit.
    pub unit: String,
    /// What stands below the line; none where there is no line.
    pub below: Option<String>,
    /// The values before.
    pub before: String,
    /// The usual range.
    pub usual: String,
    /// The target.
    pub target: String,
    /// What was typed.
    pub numerator: String,
    /// What was typed below the line.
    pub denominator: String,
    /// The note that was typed.
    pub note: String,
    /// The reason that was chosen.
    pub absence: String,
    /// What is wrong, and with which box.
    pub problem: Option<String>,
    /// Which box that is: `numerator`, `denominator`, `note`, `absence`.
    pub wrong: &'static str,
    /// What is asked about once.
    pub question: Option<String>,
    /// Whether that was confirmed.
    pub sure: bool,
    /// What else is said of it.
    pub said: Option<String>,
}

/// A figure that was sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentLine {
    /// Measure, unit and period.
    pub about: String,
    /// The figure in words.
    pub figure: String,
    /// The numbers that it comes from.
    pub amounts: Option<String>,
    /// Usual range and target.
    pub expected: String,
    /// What has to be known about it.
    pub note: String,
    /// How far it has got, who typed it, and when.
    pub state: String,
    /// Where it is decided on.
    #[serde(skip)]
    pub decide_url: Option<String>,
    /// Which version of it was looked at.
    #[serde(skip)]
    pub seen: String,
    /// Where it is typed again.
    pub correct_url: Option<String>,
}

/// What waits to be approved.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "approval.html")]
pub struct ApprovalPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// The headline.
    pub headline: String,
    /// What waits.
    pub lines: Vec<SentLine>,
    /// What is said of those that are not shown.
    pub more: Option<String>,
    /// Where somebody types.
    pub owed_url: String,
    /// What forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// What was said before: what was done, and what could not be.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// What was done.
    pub notice: Option<String>,
    /// What could not be done.
    pub error: Option<String>,
    /// Rows of a file that could not be sent.
    pub rejected: Vec<RejectedRow>,
}

/// A row of a file that could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    /// The line of the file.
    pub line: u64,
    /// The column.
    pub column: String,
    /// The figure, as the file names it.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// A figure as a row of a file, in the order of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// What stands in each column.
    pub cells: [String; 13],
}

/// A figure as a row of the file that is filled in and loaded again.
#[must_use]
pub fn file_row(detail: &OwedDetail, telling: &Telling<'_>) -> FileRow {
    let told = row(0, detail, telling);
    let cells = [
        told.key,
        told.label,
        detail.unit.clone(),
        period::name(detail.period, telling.fiscal),
        detail.due.to_string(),
        told.before,
        told.usual,
        told.target,
        told.numerator,
        told.denominator,
        told.note,
        told.absence,
        String::new(),
    ];
    // No-break spaces are for pages; spreadsheets show them as they please.
    FileRow { cells: cells.map(|cell| cell.replace(NO_BREAK_SPACE, " ")) }
}

/// Why a figure cannot be sent: the column of the file, and the reason; none where nothing speaks against it.
#[must_use]
pub fn refusal(detail: &OwedDetail, telling: &Telling<'_>) -> Option<(&'static str, String)> {
    let told = row(0, detail, telling);
    if let Some(problem) = told.problem {
        return Some((if told.wrong == "absence" { "no figure because" } else { told.wrong }, problem));
    }
    match detail.checked {
        Checked::Unusual(_) => {
            Some(("sure", format!("{} Then confirm it; in a file, write yes into the column “sure”.", told.question?)))
        }
        _ => None,
    }
}

impl OwedPage {
    /// The page of what somebody owes; `total` is how many figures there are, of which those of `details` are shown.
    #[must_use]
    pub fn new(
        frame: Frame,
        details: &[OwedDetail],
        total: usize,
        sent: &[SentDetail],
        telling: &Telling<'_>,
        said: Said,
        links: Vec<Link>,
    ) -> Self {
        let mut groups: Vec<(String, OwedGroup)> = Vec::new();
        for (number, detail) in details.iter().enumerate() {
            let name = period::name(detail.period, telling.fiscal);
            let heading = format!("{}, {name}", detail.unit);
            let row = row(number, detail, telling);
            match groups.last_mut().filter(|(known, group)| *known == heading && group.due == due(detail)) {
                Some((_, group)) => group.rows.push(row),
                None => {
                    let names = detail.before.iter().map(|(before, _)| period::short(*before, telling.fiscal));
                    let group = OwedGroup {
                        heading: heading.clone(),
                        due: due(detail),
                        late: detail.late,
                        before: names.collect::<Vec<_>>().join(", "),
                        period: capitalised(&name),
                        rows: vec![row],
                    };
                    groups.push((heading, group));
                }
            }
        }
        let late = details.iter().filter(|detail| detail.late).count();
        let headline = match (total, late) {
            (0, _) => "You owe no figures".to_owned(),
            (_, 0) => format!("{} to be typed", counted(total as u64, "figures")),
            (_, late) => {
                format!("{} to be typed, {} of them late", counted(total as u64, "figures"), plain(late as f64))
            }
        };
        let approval = details.iter().any(|detail| detail.approval);
        let lead = match (details.is_empty(), approval) {
            (true, _) => "Figures appear here when a period has ended.",
            (_, true) => "What you send is approved or sent back by somebody else, and is shown once it is approved.",
            (_, false) => "What you send is shown at once.",
        };
        let left = total.saturating_sub(details.len());
        Self {
            frame,
            notice: said.notice,
            error: said.error,
            headline,
            lead: lead.to_owned(),
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            more: (left > 0).then(|| format!("{} more {} when these are sent.", plain(left as f64), follow(left))),
            counts: counts(details),
            sent: sent.iter().map(|sent| line(sent, telling)).collect(),
            rejected: said.rejected,
            absences: Absence::ALL.map(Absence::as_str).into(),
            links,
            url: "/owed".to_owned(),
            file_url: "/owed/file".to_owned(),
            longest: (LONGEST_NUMBER, LONGEST_NOTE),
            form_token: String::new(),
        }
    }

    /// The same with what forms carry.
    #[must_use]
    pub fn with_token(self, form_token: String) -> Self {
        Self { form_token, ..self }
    }
}

impl ApprovalPage {
    /// The page of what waits to be approved; `total` is how many figures there are, of which those of `waiting` are shown.
    #[must_use]
    pub fn new(
        frame: Frame,
        waiting: &[SentDetail],
        total: usize,
        telling: &Telling<'_>,
        said: Said,
        form_token: String,
    ) -> Self {
        let left = total.saturating_sub(waiting.len());
        let headline = match total {
            0 => "No figure waits for your approval".to_owned(),
            count => format!("{} to be approved", counted(count as u64, "figures")),
        };
        Self {
            frame,
            notice: said.notice,
            error: said.error,
            headline,
            lines: waiting.iter().map(|sent| line(sent, telling)).collect(),
            more: (left > 0)
                .then(|| format!("{} more {} when these are decided on.", plain(left as f64), follow(left))),
            owed_url: "/owed".to_owned(),
            form_token,
        }
    }
}

fn due(detail: &OwedDetail) -> String {
    let day = period::full_day(detail.due);
    if detail.late { format!("was due on {day}") } else { format!("due on {day}") }
}

fn counts(details: &[OwedDetail]) -> Vec<String> {
    let mut numbers = [0_u64; 4];
    for detail in details {
        let place = match detail.checked {
            Checked::Ready(_) | Checked::Absent(_) => 0,
            Checked::Impossible { .. } | Checked::Unusual(_) => 1,
            Checked::NoteMissing { .. } => 2,
            Checked::Empty => 3,
        };
        numbers[place] += 1;
    }
    let words = ["ready", "to check", "without a note", "empty"];
    let told = numbers.into_iter().zip(words).filter(|(number, _)| *number > 0);
    told.map(|(number, word)| format!("{} {word}", plain(number as f64))).collect()
}

fn format(measure: &Measure, known: &Known, telling: &Telling<'_>) -> Format {
    Format::of(measure, telling.currency, known.target.or(known.before.last().copied()))
}

fn usual(format: &Format, known: &Known) -> String {
    known.usual.map_or_else(|| "not known yet".to_owned(), |usual| format.range(usual.low, usual.high).text)
}

fn target(measure: &Measure, format: &Format, known: &Known) -> String {
    match (measure.better, known.target) {
        (Direction::Within { low, high }, _) => format.goal_range(low, high),
        (Direction::Higher, Some(target)) => format!("at least {}", format.goal(target)),
        (Direction::Lower, Some(target)) => format!("at most {}", format.goal(target)),
        _ => "none".to_owned(),
    }
}

fn row(number: usize, detail: &OwedDetail, telling: &Telling<'_>) -> OwedRow {
    let OwedDetail { measure, entry, known, .. } = detail;
    let format = format(measure, known, telling);
    let before =
        detail.before.iter().map(|(_, value)| value.map_or_else(|| "–".to_owned(), |value| format.goal_short(value)));
    let (problem, wrong) = match &detail.checked {
        Checked::Impossible { side, what } => (Some(capitalised(&format!("{what}."))), name_of(*side)),
        Checked::NoteMissing { off_target: true, .. } => (Some("Off target, so a note is needed.".to_owned()), "note"),
        Checked::NoteMissing { .. } if known.corrects => {
            (Some("It takes the place of another figure, so a note is needed.".to_owned()), "note")
        }
        Checked::NoteMissing { .. } => (Some("A note is needed.".to_owned()), "note"),
        _ => (None, ""),
    };
    let question = match &detail.checked {
        Checked::Unusual(amounts) => Some(question(*amounts, &format, known)),
        _ if entry.sure => Some("This figure is unusual and right.".to_owned()),
        _ => None,
    };
    let read = match &detail.checked {
        Checked::Ready(amounts) if amounts.denominator.is_some() => {
            Some(format!("Comes to {}.", format.text(amounts.value())))
        }
        Checked::Ready(amounts) => Some(format!("Read as {}.", format.text(amounts.value()))),
        Checked::Absent(_) => Some("Told as not measured, not as zero.".to_owned()),
        _ => None,
    };
    let returned = detail.returned.as_ref().map(|(by, why)| format!("Sent back by {by}: {why}"));
    let said: Vec<String> = returned.into_iter().chain(read).collect();
    OwedRow {
        number,
        key: detail.key.clone(),
        shown: detail.shown.clone(),
        label: measure.title.clone(),
        full_label: format!("{}, {}, {}", measure.title, detail.unit, period::name(detail.period, telling.fiscal)),
        unit: unit(measure, detail.below_the_line, telling.currency),
        below: detail.below_the_line.then(|| measure.noun.clone()),
        before: before.collect::<Vec<_>>().join(" · "),
        usual: usual(&format, known),
        target: target(measure, &format, known),
        numerator: entry.numerator.clone(),
        denominator: entry.denominator.clone(),
        note: entry.note.clone(),
        absence: entry.absence.clone(),
        problem,
        wrong,
        question,
        sure: entry.sure,
        said: (!said.is_empty()).then(|| said.join(" ")),
    }
}

fn name_of(side: Side) -> &'static str {
    match side {
        Side::Numerator => "numerator",
        Side::Denominator => "denominator",
        Side::Note => "note",
        Side::Absence => "absence",
    }
}

fn question(amounts: Amounts, format: &Format, known: &Known) -> String {
    let value = format.text(amounts.value());
    match known.usual {
        Some(usual) => {
            format!("{value} is outside of the usual {}. It is right.", format.range(usual.low, usual.high).text)
        }
        None => format!("{value} is far from the figures before. It is right."),
    }
}

/// What is typed.
fn unit(measure: &Measure, below_the_line: bool, currency: &Currency) -> String {
    if below_the_line {
        return format!("over the number of {}", measure.noun);
    }
    match &measure.unit {
        ValueUnit::Percent => "in per cent".to_owned(),
        ValueUnit::Points => "points".to_owned(),
        ValueUnit::Duration(unit) => format!("in {}", unit.symbol()),
        ValueUnit::Money => format!("in {}", currency.code()),
        ValueUnit::Count => measure.noun.clone(),
        ValueUnit::Number { word } => word.clone().unwrap_or_else(|| "a number".to_owned()),
        ValueUnit::Per { many, of } => format!("per {} {of}", plain(*many)),
    }
}

fn line(sent: &SentDetail, telling: &Telling<'_>) -> SentLine {
    let format = format(&sent.measure, &sent.known, telling);
    let told = |amounts: Amounts| format.text(amounts.value());
    let figure = match (sent.amounts, sent.replaces) {
        (None, _) => format!("No figure: {}", sent.absence),
        (Some(amounts), Some(before)) => format!("{} in place of {}", told(amounts), told(before)),
        (Some(amounts), None) => told(amounts),
    };
    let amounts = sent.amounts.and_then(|amounts| {
        let below = amounts.denominator?;
        Some(format!("{} over {} {}", plain(amounts.numerator), plain(below), sent.measure.noun))
    });
    let state = match (sent.typed, &sent.decided_by) {
        (Typed::Waiting, _) => "waits for approval".to_owned(),
        (Typed::Approved, Some(by)) if *by != sent.typed_by => format!("approved by {by}"),
        (Typed::Approved, _) => "holds".to_owned(),
        (Typed::Returned, Some(by)) => format!("sent back by {by}"),
        (Typed::Returned, None) => "sent back".to_owned(),
        (Typed::Draft, _) => "kept as draft".to_owned(),
    };
    SentLine {
        about: format!("{}, {}, {}", sent.measure.title, sent.unit, period::name(sent.period, telling.fiscal)),
        figure,
        amounts,
        expected: format!(
            "Usual range {}; target {}",
            usual(&format, &sent.known),
            target(&sent.measure, &format, &sent.known)
        ),
        note: sent.note.clone(),
        state: format!("{}, typed by {} on {}", capitalised(&state), sent.typed_by, sent.typed_at),
        decide_url: sent.decide_url.clone(),
        seen: sent.seen.clone(),
        correct_url: sent.correct_url.clone(),
    }
}

fn follow(left: usize) -> &'static str {
    if left == 1 { "follows" } else { "follow" }
}
