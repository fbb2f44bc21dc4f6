//! One number explained in a terminal: what it says, how it is defined, how it is scored, where it comes from.

use super::scorecard::heading;
use super::{Column, Style, Table, Tone, blocks, clean, fit, paragraph, push_line, section, width};
use crate::page::MeasurePage;
use crate::page::below::BelowTable;
use crate::page::parts::{PartLine, PartsTable};

/// How many of the newest periods are listed.
const LISTED: usize = 12;

/// The page of a measure as text.
#[must_use]
pub fn explain(page: &MeasurePage, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &heading(&page.frame, style));
    let title = format!("{}  {}", clean(&page.row.name), clean(&page.row.value.text));
    push_line(&mut out, &style.paint(Tone::Strong, &title));
    if let Some(means) = &page.means {
        paragraph(&mut out, 0, means, style);
    }
    out.push('\n');
    pairs(&mut out, page.beside.iter().map(|figure| (figure.term.clone(), figure.text.clone())), style);
    out.push('\n');
    for reading in &page.readings {
        let mark = reading.status.map_or_else(String::new, |status| format!("{} ", status.glyph));
        paragraph(&mut out, 2, &format!("{mark}{}. {}", reading.heading, reading.text), style);
    }
    for line in &page.scoring {
        paragraph(&mut out, 2, line, style);
    }
    if let Some(parts) = &page.parts {
        section(&mut out, "Worked out from", style);
        for line in [Some(&parts.rule), parts.gap.as_ref()].into_iter().flatten() {
            paragraph(&mut out, 2, line, style);
        }
        indented(&mut out, &parts_table(parts), style);
    }
    section(&mut out, &format!("Definition, {}", page.version), style);
    pairs(&mut out, page.definition.iter().map(|fact| (fact.term.to_owned(), fact.text.to_string())), style);
    for change in &page.redefined {
        paragraph(&mut out, 2, &format!("{change}."), style);
    }
    section(&mut out, "As configured", style);
    for line in page.configured.lines() {
        push_line(&mut out, &format!("  {}", clean(line)));
    }
    history(&mut out, page, style);
    if let Some(below) = &page.below {
        section(&mut out, &below.heading, style);
        indented(&mut out, &below_table(below), style);
    }
    if let Some(rows) = &page.rows
        && !rows.rows.is_empty()
    {
        section(&mut out, &format!("The rows behind it, {}", rows.showing), style);
        indented(
            &mut out,
            &Table { columns: rows.columns.clone(), rows: rows.rows.clone(), ..Table::default() },
            style,
        );
    }
    out.push('\n');
    for note in &page.frame.foot {
        paragraph(&mut out, 2, note, style);
    }
    out
}

/// Terms to the left, what they say to the right.
pub(super) fn pairs(out: &mut String, pairs: impl Iterator<Item = (String, String)>, style: Style) {
    let pairs: Vec<(String, String)> = pairs.collect();
    let terms = pairs.iter().map(|(term, _)| width(&clean(term))).max().unwrap_or(0).min(24);
    for (term, text) in pairs {
        for (place, line) in super::wrapped(&text, style.width.saturating_sub(terms + 4).max(20)).iter().enumerate() {
            let term = if place == 0 { term.as_str() } else { "" };
            push_line(out, &format!("  {}  {line}", fit(term, terms, false)));
        }
    }
}

fn history(out: &mut String, page: &MeasurePage, style: Style) {
    let values: Vec<Option<f64>> = page.row.history.iter().map(|point| point.value.value).collect();
    if values.iter().all(Option::is_none) {
        return;
    }
    section(out, &page.trend_heading, style);
    push_line(out, &format!("  {}", blocks(&values)));
    let newest = page.row.history.iter().rev().take(LISTED);
    let mut columns = vec![Column::text("period"), Column::number("value")];
    let redefined = page.row.history.iter().any(|point| point.redefined.is_some());
    if page.has_usual || redefined {
        columns.extend([Column::number("usual range"), Column::text("signal")]);
    }
    let rows = newest.map(|point| {
        let usual = point.usual_range.as_ref().map_or_else(String::new, |range| range.text.clone());
        let notes = point.signal.iter().chain(&point.redefined).cloned();
        let signal = notes.collect::<Vec<_>>().join("; ");
        vec![point.name.clone(), point.value.text.clone(), usual, signal]
    });
    indented(out, &Table { columns, rows: rows.collect(), ..Table::default() }, style);
    if !page.annotations.is_empty() {
        section(out, "What happened", style);
        for happened in &page.annotations {
            paragraph(out, 2, &format!("{happened}."), style);
        }
    }
    if !page.method.is_empty() {
        section(out, "How signals are found", style);
        pairs(out, page.method.iter().map(|fact| (fact.term.to_owned(), fact.text.to_string())), style);
    }
    if !page.earlier_signals.is_empty() {
        section(out, "Earlier signals", style);
        for mark in &page.earlier_signals {
            paragraph(out, 2, &mark.words, style);
        }
    }
}

fn parts_table(parts: &PartsTable) -> Table {
    let mut columns = vec![Column::text("measure"), Column::number("value"), Column::text("out of")];
    if parts.weighted {
        columns.extend([Column::number("weight"), Column::number("0 to 100"), Column::text("scale")]);
    }
    let row = |part: &PartLine| {
        let mut cells = vec![part.name.clone(), part.value.text.clone(), part.count.clone()];
        if let Some(place) = &part.place {
            cells.extend([place.weight_text.clone(), place.scaled_text.clone(), place.scale.clone()]);
        }
        cells
    };
    Table { columns, rows: parts.parts.iter().map(row).collect(), ..Table::default() }
}

fn below_table(below: &BelowTable) -> Table {
    let row = |row: &crate::page::below::BelowRow| {
        let range = row.row.likely_range.as_ref().map_or_else(String::new, |range| range.text.clone());
        let count = row.row.count.as_ref().map_or_else(String::new, |count| count.text.clone());
        let signal = row.row.variation.as_ref().map_or("", |mark| mark.short);
        let status = row.row.status.glyph.to_string();
        vec![status, row.unit.clone(), row.row.value.text.clone(), range, count, signal.to_owned()]
    };
    let mut columns = vec![
        Column::text(""),
        Column::text(&below.unit_heading.to_lowercase()),
        Column::number("value"),
        Column::number("likely range"),
        Column::number("out of"),
    ];
    if below.has_signals {
        columns.push(Column::text("signal"));
    }
    Table { columns, rows: below.rows.iter().map(row).collect(), ..Table::default() }
}

pub(super) fn indented(out: &mut String, table: &Table, style: Style) {
    let narrower = Style { width: style.width.saturating_sub(2), ..style };
    for line in table.render(narrower).lines() {
        push_line(out, &format!("  {line}"));
    }
}
