//! Pages for a terminal: the same words in a hundred columns, readable without colour.
//!
//! Texts from files may hold characters that steer a terminal; they are left out here, so that a name cannot
//! move the cursor or change the colour.

mod charter;
mod comparison;
mod data;
mod explain;
mod import;
mod initiatives;
mod library;
mod provenance;
mod records;
mod scorecard;
mod signals;
mod standards;
pub mod table;
mod targets;

pub use charter::{charter, charter_public};
pub use comparison::comparison;
pub use data::data;
pub use explain::explain;
pub use import::{import, rejects};
pub use initiatives::initiatives;
pub use library::{measures, sheet};
pub use provenance::{Provenance, provenance};
pub use records::records;
pub use scorecard::scorecard;
pub use signals::signals;
pub use standards::standards;
pub use table::Table;
pub use targets::targets;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::html::is_steering;
pub use crate::page::Column;

/// How a terminal is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How many columns there are.
    pub width: usize,
    /// Whether colour may repeat what the shapes say.
    pub colour: bool,
    /// Whether counts name what is counted: `2,391 answers` instead of `2,391`.
    pub wide: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, colour: false, wide: false }
    }
}

/// What a colour stands for. The colours are those that a terminal theme assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Quiet,
    Strong,
}

impl Style {
    fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "34",
            Tone::Bad => "33",
            Tone::Quiet => "2",
            Tone::Strong => "1",
        };
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The text on one line, without anything that steers the terminal, with plain spaces.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|&c| !is_steering(c))
        .map(|c| if matches!(c, '\n' | '\t' | '\u{a0}') { ' ' } else { c })
        .collect()
}

fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in exactly so many columns: filled up, or cut with an ellipsis.
fn fit(text: &str, columns: usize, right: bool) -> String {
    let text = clean(text);
    let text = if width(&text) > columns { cut(&text, columns) } else { text };
    let gap = " ".repeat(columns.saturating_sub(width(&text)));
    if right { format!("{gap}{text}") } else { format!("{text}{gap}") }
}

fn cut(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = UnicodeWidthChar::width(c).unwrap_or(0);
        if used + wide + 1 > columns {
            break;
        }
        out.push(c);
        used += wide;
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The text in lines of at most so many columns, broken at spaces.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let text = clean(text);
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word = if width(word) > columns { cut(word, columns) } else { word.to_owned() };
        let line = lines.last_mut().map(|line| (width(line), line));
        match line {
            Some((0, line)) => line.push_str(&word),
            Some((used, line)) if used + 1 + width(&word) <= columns => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// Adds the title of a section, with an empty line before it.
fn section(out: &mut String, title: &str, style: Style) {
    out.push('\n');
    push_line(out, &format!("  {}", style.paint(Tone::Strong, &clean(title))));
}

/// Adds wrapped text with an indentation.
fn paragraph(out: &mut String, indent: usize, text: &str, style: Style) {
    let space = " ".repeat(indent);
    for line in wrapped(text, style.width.saturating_sub(indent).max(20)) {
        push_line(out, &format!("{space}{line}"));
    }
}

/// Adds a line without spaces at its end.
fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A course in eighths of a line; a gap is a dot.
fn blocks(values: &[Option<f64>]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (Some(low), Some(high)) = (known().reduce(f64::min), known().reduce(f64::max)) else {
        return String::new();
    };
    let block = |value: &Option<f64>| match value.filter(|value| value.is_finite()) {
        None => '·',
        Some(_) if high <= low => BLOCKS[3],
        Some(value) => BLOCKS[(((value - low) / (high - low)) * 7.0).round() as usize],
    };
    values.iter().map(block).collect()
}

#[cfg(test)]
mod tests;
