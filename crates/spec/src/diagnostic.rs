//! What is wrong, where, why it matters and what to do next.
//!
//! A diagnostic carries its places with it, so it can be shown long after its file was read. Everything that
//! finds a mistake in a project file says so with one of these: the checks of this crate, the engine and the
//! import when they come to read SQL.

use serde::Serialize;

use crate::place::Span;

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
            lines: lines.map(|line| LineView { line, text: self.primary.span.file().line(line) }).collect(),
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
    /// What it says, without its line break.
    pub text: &'a str,
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
    use crate::place::SourceFile;

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
