//! What is wrong, where, why it matters and what to do next.
//!
//! A diagnostic carries its places with it, so it can be shown long after its file was read. Everything that
//! finds a mistake in a project file says so with one of these: the checks of this crate, the engine and the
//! import when they come to read SQL.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::code;
use crate::place::{SourceFile, Span, floor_char_boundary};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The project cannot be used.
    Error,
    /// The project can be used, but probably not as meant.
    Warning,
}

impl Severity {
    /// The word in front of the message.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A place and what there is to say about it.
#[derive(Debug, Clone)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words under the marks; may be empty.
    pub text: String,
}

/// One finding.
///
/// ```
/// use evenkeel_spec::{Diagnostic, Severity, SourceFile, Span, render};
///
/// let file = SourceFile::new("measures/csat.yaml", "measure: csat\nshare: scoore >= 4\n");
/// let place = Span::new(&file, 21..27);
/// let diagnostic = Diagnostic::at(place, Severity::Error, "`responses` has no column `scoore`")
///     .code("unknown-column")
///     .label("did you mean `score`?");
/// assert_eq!(
///     render::plain(&diagnostic),
///     "error: `responses` has no column `scoore`\n  --> measures/csat.yaml:2:8\n   |\n 1 | measure: csat\n 2 \
///      | share: scoore >= 4\n   |        ^^^^^^ did you mean `score`?\n"
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A name that stays the same when the wording changes, for example `unknown-key`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place that it is about.
    pub primary: Label,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// Why it matters.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding about a place.
    #[must_use]
    pub fn at(span: Span, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: "",
            message: message.into(),
            primary: Label { span, text: String::new() },
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    pub(crate) fn error(code: &'static str, span: &Span, message: impl Into<String>) -> Self {
        Self::at(span.clone(), Severity::Error, message).code(code)
    }

    pub(crate) fn warning(code: &'static str, span: &Span, message: impl Into<String>) -> Self {
        Self::at(span.clone(), Severity::Warning, message).code(code)
    }

    /// Gives it a name that stays the same when the wording changes.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// A few words under the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Another place that belongs to it.
    #[must_use]
    pub fn related(mut self, span: &Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span: span.clone(), text: text.into() });
        self
    }

    /// Why it matters.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// What to do next.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The form for programs, for `--format json`.
    #[must_use]
    pub fn view(&self) -> DiagnosticView<'_> {
        let place = PlaceView::of(&self.primary);
        let lines = crate::render::shown_lines(&self.primary.span);
        DiagnosticView {
            severity: self.severity,
            code: self.code,
            message: &self.message,
            place,
            lines: lines.map(|line| LineView::of(self.primary.span.file(), line)).collect(),
            related: self.related.iter().map(PlaceView::of).collect(),
            notes: &self.notes,
            help: self.help.as_deref(),
        }
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

/// What was found so far. A file that is no project file at all would fill the screen many times over, so only the
/// first findings of each file are kept; that there were more, and how bad they were, is not lost.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Diagnostic>,
    /// How many there were in each file, and the worst of those that were not kept.
    files: BTreeMap<String, (usize, Option<Severity>)>,
    errors: usize,
}

impl Findings {
    /// So many findings of one file are kept.
    pub(crate) const MOST: usize = 100;

    pub(crate) fn push(&mut self, found: Diagnostic) {
        self.errors += usize::from(found.severity == Severity::Error);
        let path = found.primary.span.file().path();
        let (count, worst) = match self.files.get_mut(path) {
            Some(file) => file,
            None => self.files.entry(path.to_owned()).or_default(),
        };
        *count += 1;
        if *count <= Self::MOST {
            self.kept.push(found);
        } else {
            *worst = Some(worst.map_or(found.severity, |worst| worst.min(found.severity)));
        }
    }

    /// How many errors there were so far, kept or not.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Whether nothing more is kept of this file, so that it is not worth while to think about wording.
    pub(crate) fn is_full(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(|(count, _)| *count >= Self::MOST)
    }

    /// How many are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Drops those that were kept from number `from` on and do not fit.
    pub(crate) fn retain_from(&mut self, from: usize, fits: impl Fn(&Diagnostic) -> bool) {
        let mut index = 0;
        self.kept.retain(|found| {
            index += 1;
            index <= from || fits(found)
        });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// All that were kept, and one for each file of which not all were.
    pub(crate) fn into_vec(mut self) -> Vec<Diagnostic> {
        for (path, (_, worst)) in self.files {
            let Some(severity) = worst else { continue };
            let file = self.kept.iter().map(|found| found.primary.span.file()).find(|file| file.path() == path);
            let Some(at) = file.map(Span::start_of) else { continue };
            let message = format!("the file has more than {} mistakes; the others are not listed", Self::MOST);
            self.kept.push(Diagnostic::at(at, severity, message).code(code::TOO_MANY).help("correct these first"));
        }
        self.kept
    }
}

/// A diagnostic for programs.
#[derive(Debug, Clone, Serialize)]
pub struct DiagnosticView<'a> {
    /// `error` or `warning`.
    pub severity: Severity,
    /// A name that stays the same when the wording changes.
    pub code: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// Where.
    #[serde(flatten)]
    pub place: PlaceView<'a>,
    /// The line itself, with the lines around it.
    pub lines: Vec<LineView<'a>>,
    /// Other places that belong to it.
    pub related: Vec<PlaceView<'a>>,
    /// Why it matters.
    pub notes: &'a [String],
    /// What to do next.
    pub help: Option<&'a str>,
}

/// A place for programs. Lines and columns are counted from 1, columns in characters; the end is exclusive.
/// They are left out where a file could not be read.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceView<'a> {
    /// The path, relative to the project.
    pub file: &'a str,
    /// The first line.
    pub line: Option<usize>,
    /// The first column.
    pub column: Option<usize>,
    /// The last line.
    pub end_line: Option<usize>,
    /// The column after the last.
    pub end_column: Option<usize>,
    /// A few words about the place.
    pub label: &'a str,
}

impl<'a> PlaceView<'a> {
    fn of(label: &'a Label) -> Self {
        let positions = label.span.file().has_text().then(|| (label.span.start(), label.span.end()));
        Self {
            file: label.span.file().path(),
            line: positions.map(|(start, _)| start.line),
            column: positions.map(|(start, _)| start.column),
            end_line: positions.map(|(_, end)| end.line),
            end_column: positions.map(|(_, end)| end.column),
            label: &label.text,
        }
    }
}

/// A line of a file for programs.
#[derive(Debug, Clone, Serialize)]
pub struct LineView<'a> {
    /// Its number, counted from 1.
    pub line: usize,
    /// What it says, without its line break; of a very long line, only the beginning.
    pub text: &'a str,
}

impl<'a> LineView<'a> {
    fn of(file: &'a SourceFile, line: usize) -> Self {
        const LONGEST: usize = 2000;
        let text = file.line(line);
        Self { line, text: &text[..floor_char_boundary(text, LONGEST)] }
    }
}

/// What `check` ends with: `checked 46 files: 2 errors, 1 warning`.
#[must_use]
pub fn summary(files: usize, diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let many = |count: usize, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let found = match (errors, warnings) {
        (0, 0) => "no mistakes".to_owned(),
        (_, 0) => many(errors, "error"),
        (0, _) => many(warnings, "warning"),
        _ => format!("{}, {}", many(errors, "error"), many(warnings, "warning")),
    };
    format!("checked {}: {found}", many(files, "file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_for_programs() {
        let file = SourceFile::new("a.yaml", "x: 1\ntaget: 82\ny: 2\n");
        let gone = SourceFile::without_text("gone.yaml");
        let diagnostic = Diagnostic::error("unknown-key", &Span::new(&file, 5..10), "unknown key `taget`")
            .label("did you mean `target`?")
            .related(&Span::start_of(&gone), "here")
            .note("why")
            .help("what next");
        insta::assert_snapshot!(serde_json::to_string_pretty(&diagnostic).unwrap(), @r#"
        {
          "severity": "error",
          "code": "unknown-key",
          "message": "unknown key `taget`",
          "file": "a.yaml",
          "line": 2,
          "column": 1,
          "end_line": 2,
          "end_column": 6,
          "label": "did you mean `target`?",
          "lines": [
            {
              "line": 1,
              "text": "x: 1"
            },
            {
              "line": 2,
              "text": "taget: 82"
            },
            {
              "line": 3,
              "text": "y: 2"
            }
          ],
          "related": [
            {
              "file": "gone.yaml",
              "line": null,
              "column": null,
              "end_line": null,
              "end_column": null,
              "label": "here"
            }
          ],
          "notes": [
            "why"
          ],
          "help": "what next"
        }
        "#);
    }

    #[test]
    fn summaries() {
        let file = SourceFile::new("a.yaml", "");
        let error = Diagnostic::error("x", &Span::start_of(&file), "x");
        let warning = Diagnostic::warning("x", &Span::start_of(&file), "x");
        let check = |files, list: &[&Diagnostic], expected: &str| {
            let list: Vec<Diagnostic> = list.iter().map(|one| (*one).clone()).collect();
            assert_eq!(summary(files, &list), expected);
        };
        check(1, &[], "checked 1 file: no mistakes");
        check(46, &[&error, &error, &warning], "checked 46 files: 2 errors, 1 warning");
        check(2, &[&error], "checked 2 files: 1 error");
        check(2, &[&warning, &warning], "checked 2 files: 2 warnings");
    }
}
