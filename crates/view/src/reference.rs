//! The reference of the built-in measures as Markdown, written from their definitions.
//!
//! `docs/reference/measures.md` holds the result behind a preface that is written by hand, and a test holds the two
//! together.

use std::fmt::Write as _;

use evenkeel_model::ids::MeasureId;

use crate::number::NO_BREAK_SPACE;
use crate::page::library::{LibraryLinks, MeasureList, Sheet, WorkedTable};

/// Places inside the page.
pub struct Anchors;

impl LibraryLinks for Anchors {
    fn measures(&self) -> String {
        "#measures".to_owned()
    }

    fn definition(&self, measure: &MeasureId) -> String {
        format!("#{measure}")
    }
}

/// The list and one section for each measure, in the order of the list.
#[must_use]
pub fn markdown(list: &MeasureList, sheets: &[Sheet]) -> String {
    let mut out = String::new();
    for group in &list.groups {
        line(&mut out, &format!("\n### {}\n", group.title));
        line(&mut out, "| used as | measure | what it means |\n|---|---|---|");
        for card in &group.cards {
            let cells = [format!("[`{}`]({})", card.id, card.url), card.title.clone(), card.means.clone()];
            line(&mut out, &format!("| {} |", cells.map(|cell| in_cell(&cell)).join(" | ")));
        }
    }
    line(&mut out, "\n## One by one");
    let ids = list.groups.iter().flat_map(|group| &group.cards).map(|card| &card.id);
    for sheet in ids.filter_map(|id| sheets.iter().find(|sheet| sheet.id == *id)) {
        section(&mut out, sheet);
    }
    out.replace(NO_BREAK_SPACE, " ")
}

fn section(out: &mut String, sheet: &Sheet) {
    line(out, &format!("\n### {}\n", sheet.id));
    line(out, &format!("**{}**, {}", sheet.title, sheet.eyebrow));
    if let Some(means) = &sheet.means {
        line(out, &format!("\n{means}"));
    }
    line(out, "\n| | |\n|---|---|");
    for fact in &sheet.definition {
        line(out, &format!("| {} | {} |", fact.term, in_cell(&fact.text.to_string())));
    }
    if let Some(reason) = &sheet.not_for_people {
        line(out, &format!("| Not for one person | {} |", in_cell(reason)));
    }
    let lists = [("Needs", &sheet.needs), ("Goes wrong", &sheet.pitfalls), ("Formula from", &sheet.sources)];
    for (term, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        line(out, &format!("| {term} | {} |", in_cell(&items.join("; "))));
    }
    if !sheet.read_with.is_empty() {
        let others = sheet.read_with.iter().map(|other| format!("[{}]({})", other.label, other.url));
        line(out, &format!("| Read with | {} |", in_cell(&others.collect::<Vec<_>>().join(", "))));
    }
    line(out, &format!("\n```yaml\n{}\n```", sheet.configured));
    if let Some(example) = &sheet.example {
        line(out, &format!("\nExample. {}", example.says.as_deref().unwrap_or_default()));
        for table in &example.tables {
            rows(out, table);
        }
        line(out, &format!("\nResult: **{}**", example.result));
    }
}

fn rows(out: &mut String, table: &WorkedTable) {
    let names = table.columns.iter().map(|column| in_cell(&column.name)).collect::<Vec<_>>();
    line(out, &format!("\nRows of `{}`:\n\n| {} |\n|{}", table.table, names.join(" | "), "---|".repeat(names.len())));
    for row in &table.rows {
        let cells = row.iter().map(|cell| in_cell(cell)).collect::<Vec<_>>();
        line(out, &format!("| {} |", cells.join(" | ")));
    }
}

/// A text inside a cell of a table.
fn in_cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
