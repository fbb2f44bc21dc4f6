//! Diagnostics as text for a terminal.
//!
//! The text can be understood without colour; colour is added only where the caller asks for it. Whatever a file
//! contains, the marks stand under the right characters, a line stays a line, and nothing in a file can send
//! commands to the terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::place::{SourceFile, Span};

/// Longer lines are clipped around the marks.
const WIDEST_LINE: usize = 100;
/// How much of a clipped line is left to see before the marks.
const KEPT_BEFORE: usize = 30;
const LINES_BEFORE: usize = 2;
const LINES_AFTER: usize = 1;

/// Whether the text carries ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// With ANSI sequences.
    Ansi,
}

/// One diagnostic, several lines, each with a line break at its end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, colour: Colour) -> String {
    let mut out = Out { text: String::new(), colour, gutter: gutter(diagnostic) };
    let severity = match diagnostic.severity {
        Severity::Error => Paint::Error,
        Severity::Warning => Paint::Warning,
    };
    out.paint(severity, diagnostic.severity.as_str());
    out.paint(Paint::Strong, &format!(": {}", printable(&diagnostic.message)));
    out.text.push('\n');

    let mut ends_with_marks = true;
    for (index, (file, marks)) in blocks(diagnostic, severity).into_iter().enumerate() {
        if index > 0 && !out.text.ends_with("|\n") {
            out.bar();
        }
        ends_with_marks = out.block(index, &file, &marks);
    }
    if !ends_with_marks && (!diagnostic.notes.is_empty() || diagnostic.help.is_some()) {
        out.bar();
    }
    for note in &diagnostic.notes {
        out.remark("", note);
    }
    if let Some(help) = &diagnostic.help {
        out.remark("help: ", help);
    }
    out.text
}

/// One diagnostic without colour.
#[must_use]
pub fn plain(diagnostic: &Diagnostic) -> String {
    render(diagnostic, Colour::Never)
}

/// Many diagnostics, with an empty line between them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], colour: Colour) -> String {
    let texts: Vec<String> = diagnostics.iter().map(|diagnostic| render(diagnostic, colour)).collect();
    texts.join("\n")
}

/// The lines around a place: two before, one after, without empty lines at the edges.
pub(crate) fn shown_lines(span: &Span) -> RangeInclusive<usize> {
    let file = span.file();
    if !file.has_text() {
        return RangeInclusive::new(1, 0);
    }
    let line = span.start().line;
    let mut first = line.saturating_sub(LINES_BEFORE).max(1);
    while first < line && file.line(first).trim().is_empty() {
        first += 1;
    }
    let mut last = (line + LINES_AFTER).min(file.line_count());
    while last > line && file.line(last).trim().is_empty() {
        last -= 1;
    }
    first..=last
}

/// A stretch of one line that gets marks under it.
struct Mark {
    /// Byte range inside the line.
    from: usize,
    to: usize,
    text: String,
    paint: Paint,
    sign: char,
}

/// What is shown of one file: its lines, each with its marks.
struct Marks {
    at: Option<(usize, usize)>,
    lines: BTreeMap<usize, Vec<Mark>>,
}

fn blocks(diagnostic: &Diagnostic, severity: Paint) -> Vec<(Arc<SourceFile>, Marks)> {
    let mut blocks: Vec<(Arc<SourceFile>, Marks)> = Vec::new();
    let labels = std::iter::once((&diagnostic.primary, severity, '^'))
        .chain(diagnostic.related.iter().map(|label| (label, Paint::Frame, '-')));
    for (label, paint, sign) in labels {
        let file = label.span.file();
        let known = blocks.iter().position(|(other, _)| other.path() == file.path());
        let index = known.unwrap_or_else(|| {
            let start = label.span.start();
            let at = file.has_text().then_some((start.line, start.column));
            blocks.push((Arc::clone(file), Marks { at, lines: BTreeMap::new() }));
            blocks.len() - 1
        });
        if !file.has_text() {
            continue;
        }
        let lines = &mut blocks[index].1.lines;
        if sign == '^' {
            for line in shown_lines(&label.span) {
                lines.entry(line).or_default();
            }
        }
        lines.entry(label.span.start().line).or_default().push(mark(label, paint, sign));
    }
    blocks
}

/// The marks for a label. A place that runs over several lines is marked on its first one.
fn mark(label: &Label, paint: Paint, sign: char) -> Mark {
    let range = label.span.range();
    let line = label.span.file().line_range(label.span.start().line);
    let from = range.start.clamp(line.start, line.end);
    let to = range.end.clamp(from, line.end);
    let trimmed = label.span.file().text()[from..to].trim_end().len();
    Mark { from: from - line.start, to: from - line.start + trimmed, text: printable(&label.text), paint, sign }
}

fn gutter(diagnostic: &Diagnostic) -> usize {
    let related = diagnostic.related.iter().map(|label| label.span.start().line);
    let last = related.chain([*shown_lines(&diagnostic.primary.span).end()]).max().unwrap_or(0);
    last.to_string().len().max(2)
}

#[derive(Debug, Clone, Copy)]
enum Paint {
    Error,
    Warning,
    Frame,
    Strong,
}

struct Out {
    text: String,
    colour: Colour,
    gutter: usize,
}

impl Out {
    fn paint(&mut self, paint: Paint, text: &str) {
        let sequence = match paint {
            Paint::Error => "\u{1b}[1;31m",
            Paint::Warning => "\u{1b}[1;33m",
            Paint::Frame => "\u{1b}[1;34m",
            Paint::Strong => "\u{1b}[1m",
        };
        match self.colour {
            Colour::Never => self.text.push_str(text),
            Colour::Ansi => {
                let _ = write!(self.text, "{sequence}{text}\u{1b}[0m");
            }
        }
    }

    /// A line of the frame that says nothing.
    fn bar(&mut self) {
        self.paint(Paint::Frame, &format!("{:1$} |", "", self.gutter));
        self.text.push('\n');
    }

    /// Returns whether the last line shown is one of marks.
    fn block(&mut self, index: usize, file: &SourceFile, marks: &Marks) -> bool {
        let arrow = if index == 0 { "-->" } else { ":::" };
        self.paint(Paint::Frame, &format!("{:1$}{arrow}", "", self.gutter));
        self.text.push(' ');
        self.text.push_str(&printable(file.path()));
        let Some((line, column)) = marks.at else {
            self.text.push('\n');
            return true;
        };
        let _ = writeln!(self.text, ":{line}:{column}");
        self.bar();
        let mut previous: Option<usize> = None;
        let mut ends_with_marks = false;
        for (number, line_marks) in &marks.lines {
            match previous {
                // One line left out takes no less room than saying so.
                Some(previous) if previous + 2 == *number => self.line(file, previous + 1, &[]),
                Some(previous) if previous + 1 < *number => {
                    self.paint(Paint::Frame, "...");
                    self.text.push('\n');
                }
                _ => {}
            }
            self.line(file, *number, line_marks);
            previous = Some(*number);
            ends_with_marks = !line_marks.is_empty();
        }
        ends_with_marks
    }

    fn line(&mut self, file: &SourceFile, number: usize, marks: &[Mark]) {
        let line = file.line(number);
        let clip = Clip::around(line, marks.first());
        self.paint(Paint::Frame, &format!("{number:>0$} |", self.gutter));
        if !clip.text.is_empty() {
            self.text.push(' ');
            self.text.push_str(&clip.text);
        }
        self.text.push('\n');
        for mark in marks {
            let from = clip.column(line, mark.from);
            let to = clip.column(line, mark.to).max(from + 1);
            self.paint(Paint::Frame, &format!("{:1$} |", "", self.gutter));
            let _ = write!(self.text, " {:from$}", "");
            let mut signs: String = std::iter::repeat_n(mark.sign, to - from).collect();
            if !mark.text.is_empty() {
                let _ = write!(signs, " {}", mark.text);
            }
            self.paint(mark.paint, &signs);
            self.text.push('\n');
        }
    }

    /// A note or help under the lines. Long ones are broken between words.
    fn remark(&mut self, kind: &str, text: &str) {
        self.paint(Paint::Frame, &format!("{:1$} =", "", self.gutter));
        self.text.push(' ');
        self.paint(Paint::Strong, kind);
        let indent = self.gutter + " = ".len() + kind.len();
        for (index, line) in text.lines().flat_map(|line| broken(line, WIDEST_LINE - indent)).enumerate() {
            if index > 0 {
                let _ = write!(self.text, "{:indent$}", "");
            }
            self.text.push_str(&printable(&line));
            self.text.push('\n');
        }
    }
}

/// Breaks a line between words, but never inside backquotes, which hold what is to be written.
fn broken(line: &str, widest: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut inside_quotes = false;
    for word in line.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if !last.is_empty() && !inside_quotes && last.width() + 1 + word.width() > widest {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
        inside_quotes ^= word.matches('`').count() % 2 == 1;
    }
    lines
}

/// A line as it is shown: tabs widened, clipped when it is too long.
struct Clip {
    text: String,
    /// Columns cut off at the left, less the one of the sign that says so.
    shift: usize,
}

impl Clip {
    fn around(line: &str, mark: Option<&Mark>) -> Self {
        // Nothing beyond this can be shown, and measuring a line of a million characters takes its time.
        let start = mark.map_or(0, |mark| mark.from);
        let end = crate::place::floor_char_boundary(line, start.saturating_add(8 * WIDEST_LINE));
        let shown = expanded(line[..end].trim_end());
        let whole = end == line.len();
        if whole && shown.width() <= WIDEST_LINE {
            return Self { text: shown, shift: 0 };
        }
        let (from, to) = mark.map_or((0, 0), |mark| (column(line, mark.from), column(line, mark.to)));
        let first = if to.min(from + KEPT_BEFORE) < WIDEST_LINE { 0 } else { from.saturating_sub(KEPT_BEFORE) };
        let mut text = String::new();
        let mut cut = 0;
        let mut width = 0;
        let mut clipped_at_end = false;
        for char in shown.chars() {
            let char_width = char.to_string().width();
            if cut < first {
                cut += char_width;
            } else if width + char_width > WIDEST_LINE - 2 {
                clipped_at_end = true;
                break;
            } else {
                text.push(char);
                width += char_width;
            }
        }
        if clipped_at_end || !whole {
            text.push('…');
        }
        if cut == 0 {
            return Self { text, shift: 0 };
        }
        Self { text: format!("…{text}"), shift: cut - 1 }
    }

    /// The column of a byte offset of the line in the text that is shown.
    fn column(&self, line: &str, offset: usize) -> usize {
        column(line, offset).saturating_sub(self.shift).min(self.text.width())
    }
}

fn column(line: &str, offset: usize) -> usize {
    expanded(&line[..offset]).width()
}

/// The line with tabs as four spaces and signs for characters that have no shape of their own.
fn expanded(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for char in line.chars() {
        match char {
            '\t' => text.push_str("    "),
            _ => text.push(visible(char)),
        }
    }
    text
}

/// Text of a message on one line, without anything that a terminal would act on.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if matches!(char, '\n' | '\r' | '\t') { ' ' } else { visible(char) }).collect()
}

fn visible(char: char) -> char {
    let hidden = char.is_control()
        // Marks that turn the direction of the text around, and invisible marks at the start of a file.
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}');
    if hidden { '\u{fffd}' } else { char }
}

#[cfg(test)]
mod tests;
