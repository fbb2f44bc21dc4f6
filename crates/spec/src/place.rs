//! Files as they were written, and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file of the project, with its text where it could be read.
pub struct SourceFile {
    path: String,
    text: Option<String>,
    /// Byte offset of the first character of each line. A byte-order mark belongs to no line.
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// A file that was read. `path` is relative to the project and has `/` between its parts.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let line_starts = line_starts(&text);
        Arc::new(Self { path: path.into(), text: Some(text), line_starts })
    }

    /// A file that is missing or cannot be read as text; diagnostics about it name the file and no line.
    pub fn without_text(path: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: None, line_starts: vec![0] })
    }

    /// The path, relative to the project.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text; empty when the file could not be read.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Whether there is a text to point into.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.text.is_some()
    }

    /// How many lines the file has; an empty last line counts.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// Line and column of a byte offset. An offset inside a character or beyond the end is moved back.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text(), offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts[line - 1];
        let column = self.text().get(start..offset).map_or(0, |before| before.chars().count());
        Position { line, column: column + 1 }
    }

    /// The byte range of a line, counted from 1, without its line break; empty when there is no such line.
    #[must_use]
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return 0..0 };
        let end = self.line_starts.get(line).copied().unwrap_or(self.text().len());
        let text = &self.text()[*start..end];
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        *start..*start + text.len()
    }

    /// A line, counted from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        &self.text()[self.line_range(line)]
    }
}

impl fmt::Debug for SourceFile {
    /// The text is left out: it would drown everything that holds a span.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("path", &self.path).finish_non_exhaustive()
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let bytes = text.as_bytes();
    let mut starts = vec![first];
    for (index, byte) in bytes.iter().enumerate() {
        let ends_line = match byte {
            b'\n' => true,
            // YAML takes a carriage return alone for a line break too.
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            starts.push(index + 1);
        }
    }
    starts
}

/// The nearest offset at or before this one that lies between two characters of the text.
pub(crate) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A place for a person: line and column, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A stretch of a file, as bytes. It keeps its file alive and can therefore be shown at any time.
#[derive(Clone)]
pub struct Span {
    file: Arc<SourceFile>,
    start: usize,
    end: usize,
}

impl Span {
    /// The bytes `range` of the file, moved to character boundaries inside the file.
    #[must_use]
    pub fn new(file: &Arc<SourceFile>, range: Range<usize>) -> Self {
        let start = floor_char_boundary(file.text(), range.start);
        let end = floor_char_boundary(file.text(), range.end).max(start);
        Self { file: Arc::clone(file), start, end }
    }

    /// The start of the file, for what concerns the file as a whole.
    #[must_use]
    pub fn start_of(file: &Arc<SourceFile>) -> Self {
        let start = file.line_starts[0];
        Self::new(file, start..start)
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The bytes of the file that it covers.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> Position {
        self.file.position(self.start)
    }

    /// Where it ends: the first position that no longer belongs to it.
    #[must_use]
    pub fn end(&self) -> Position {
        self.file.position(self.end)
    }

    /// What stands there.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.file.text()[self.start..self.end]
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.start();
        write!(f, "{}:{line}:{column}", self.file.path)
    }
}

/// A value and the place where it was written.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned { value, span: self.span.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, offset: usize, line: usize, column: usize, shown: &str) {
        let file = SourceFile::new("f.yaml", text);
        assert_eq!(file.position(offset), Position { line, column }, "{text:?} at {offset}");
        assert_eq!(file.line(line), shown, "{text:?} at {offset}");
    }

    #[test]
    fn lines_and_columns() {
        check("", 0, 1, 1, "");
        check("a: 1", 3, 1, 4, "a: 1");
        check("a: 1\nb: 2\n", 5, 2, 1, "b: 2");
        check("a: 1\nb: 2\n", 10, 3, 1, "");
        check("a: 1\r\nb: 2\r\n", 6, 2, 1, "b: 2");
        check("a: 1\rb: 2", 5, 2, 1, "b: 2");
        // Columns count characters, not bytes; an offset inside a character is moved back.
        check("é: ü", 4, 1, 4, "é: ü");
        check("é: ü", 1, 1, 1, "é: ü");
        // The byte-order mark takes no column.
        check("\u{feff}a: 1", 3, 1, 1, "a: 1");
        check("a", 99, 1, 2, "a");
    }

    #[test]
    fn there_is_no_line_before_the_first_or_after_the_last() {
        let file = SourceFile::new("f.yaml", "a\nb");
        assert_eq!(file.line_count(), 2);
        assert_eq!(file.line(0), "");
        assert_eq!(file.line(3), "");
    }

    #[test]
    fn spans_stay_inside_their_file() {
        let file = SourceFile::new("f.yaml", "é: ü");
        let span = Span::new(&file, 1..99);
        assert_eq!(span.text(), "é: ü");
        assert_eq!(span.to_string(), "f.yaml:1:1");
        assert_eq!(Span::start_of(&SourceFile::without_text("gone.yaml")).text(), "");
    }
}
