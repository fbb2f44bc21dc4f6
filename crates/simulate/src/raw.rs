//! Writing raw files in the forms in which the systems of an organisation export them.

use std::fmt::{self, Display, Write as _};
use std::io::{BufWriter, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::clock::Day;
use crate::sink::{Error, Sink};

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path in the sink.
    pub path: String,
    /// How many lines it has, headings included.
    pub lines: u64,
    /// How many bytes it had before compression.
    pub bytes: u64,
}

/// Whether a file is compressed on its way to the sink, and how its letters are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Gzip,
    Windows1252,
}

/// A file that is being written line by line.
struct RawFile {
    written: WrittenFile,
    form: Form,
    out: BufWriter<Box<dyn Write>>,
}

impl RawFile {
    fn create(sink: &mut dyn Sink, path: String, form: Form) -> Result<Self, Error> {
        let file = match sink.create(&path) {
            Ok(file) => file,
            Err(source) => return Err(Error::Write { path, source }),
        };
        let file: Box<dyn Write> = match form {
            // The header of gzip names no time and no system by default, so equal content gives equal bytes.
            Form::Gzip => Box::new(FinishedOnFlush(Some(GzEncoder::new(file, Compression::fast())))),
            Form::Plain | Form::Windows1252 => file,
        };
        let written = WrittenFile { path, lines: 0, bytes: 0 };
        Ok(Self { written, form, out: BufWriter::with_capacity(1 << 16, file) })
    }

    fn line(&mut self, text: &str) -> Result<u64, Error> {
        let encoded;
        let bytes = match self.form {
            Form::Windows1252 => {
                encoded = windows_1252(text);
                encoded.as_slice()
            }
            Form::Plain | Form::Gzip => text.as_bytes(),
        };
        let end: &[u8] = if self.form == Form::Windows1252 { b"\r\n" } else { b"\n" };
        self.out
            .write_all(bytes)
            .and_then(|()| self.out.write_all(end))
            .map_err(|source| Error::Write { path: self.written.path.clone(), source })?;
        self.written.lines += 1;
        self.written.bytes += (bytes.len() + end.len()) as u64;
        Ok(self.written.lines)
    }

    fn close(mut self) -> Result<WrittenFile, Error> {
        match self.out.flush() {
            Ok(()) => Ok(self.written),
            Err(source) => Err(Error::Write { path: self.written.path, source }),
        }
    }
}

/// A gzip stream ends with a checksum, which `flush` alone does not write.
struct FinishedOnFlush(Option<GzEncoder<Box<dyn Write>>>);

impl Write for FinishedOnFlush {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.0 {
            Some(encoder) => encoder.write(bytes),
            None => Err(std::io::ErrorKind::WriteZero.into()),
        }
    }

    /// Nothing is written after a flush here: it ends the file.
    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.take() {
            Some(encoder) => encoder.finish()?.flush(),
            None => Ok(()),
        }
    }
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|letter| match letter {
            '€' => 0x80,
            'Š' => 0x8a,
            'š' => 0x9a,
            'Ž' => 0x8e,
            'ž' => 0x9e,
            '’' => 0x92,
            other => u8::try_from(u32::from(other)).unwrap_or(b'?'),
        })
        .collect()
}

/// The syntax of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Csv { delimiter: char },
    Ndjson,
}

/// How the files of an export are laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) syntax: Syntax,
    pub(crate) columns: &'static [&'static str],
    /// What stands in a CSV cell without a value; NDJSON leaves the field out.
    pub(crate) missing: &'static str,
    /// Lines above the headings.
    pub(crate) preamble: &'static [&'static str],
}

impl Layout {
    pub(crate) const fn csv(delimiter: char, columns: &'static [&'static str]) -> Self {
        Self { syntax: Syntax::Csv { delimiter }, columns, missing: "", preamble: &[] }
    }

    pub(crate) const fn ndjson(columns: &'static [&'static str]) -> Self {
        Self { syntax: Syntax::Ndjson, columns, missing: "", preamble: &[] }
    }
}

/// One value of a row.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// An identifier, an instant, a word of the simulation's own: nothing in it needs quotes.
    Text(&'a dyn Display),
    /// What a person wrote.
    Free(&'a str),
    /// Written without quotes in JSON.
    Number(&'a dyn Display),
    Missing,
}

impl<'a> Cell<'a> {
    pub(crate) fn text<T: Display>(value: Option<&'a T>) -> Self {
        value.map_or(Cell::Missing, |value| Cell::Text(value))
    }

    pub(crate) fn number<T: Display>(value: Option<&'a T>) -> Self {
        value.map_or(Cell::Missing, |value| Cell::Number(value))
    }
}

/// The files of one export: a single one, or one per year.
pub(crate) struct Export {
    layout: Layout,
    files: Vec<RawFile>,
    first_year: i32,
    line: String,
}

impl Export {
    pub(crate) fn single(sink: &mut dyn Sink, path: &str, form: Form, layout: Layout) -> Result<Self, Error> {
        let file = RawFile::create(sink, path.to_owned(), form)?;
        Self { layout, files: vec![file], first_year: i32::MIN, line: String::new() }.with_headings()
    }

    /// One file per year: `{stem}_{year}.{ending}`. Systems pack what no longer changes: past years are compressed, the
    /// last one is written in the form given.
    pub(crate) fn yearly(
        sink: &mut dyn Sink,
        stem: &str,
        ending: &str,
        years: std::ops::RangeInclusive<i32>,
        last: Form,
        layout: Layout,
    ) -> Result<Self, Error> {
        let (first_year, last_year) = (*years.start(), *years.end());
        let mut files = Vec::new();
        for year in years {
            let form = if year == last_year { last } else { Form::Gzip };
            let packed = if form == Form::Gzip { ".gz" } else { "" };
            files.push(RawFile::create(sink, format!("{stem}_{year}.{ending}{packed}"), form)?);
        }
        Self { layout, files, first_year, line: String::new() }.with_headings()
    }

    fn with_headings(mut self) -> Result<Self, Error> {
        if let Syntax::Csv { delimiter } = self.layout.syntax {
            let headings = self.layout.columns.join(&delimiter.to_string());
            for file in &mut self.files {
                for line in self.layout.preamble {
                    file.line(line)?;
                }
                file.line(&headings)?;
            }
        }
        Ok(self)
    }

    fn index(&self, day: Day) -> usize {
        if self.files.len() == 1 {
            return 0;
        }
        (day.year() - self.first_year).clamp(0, self.files.len() as i32 - 1) as usize
    }

    /// The path of the file that holds the rows of this day.
    pub(crate) fn path(&self, day: Day) -> &str {
        &self.files[self.index(day)].written.path
    }

    /// Writes a row, with one cell per column, and says on which line it stands.
    pub(crate) fn row(&mut self, day: Day, cells: &[Cell<'_>]) -> Result<u64, Error> {
        debug_assert_eq!(cells.len(), self.layout.columns.len());
        self.line.clear();
        // Writing to a string cannot fail.
        let _ = match self.layout.syntax {
            Syntax::Csv { delimiter } => write_csv(&mut self.line, cells, delimiter, self.layout.missing),
            Syntax::Ndjson => write_json(&mut self.line, cells, self.layout.columns),
        };
        let index = self.index(day);
        self.files[index].line(&self.line)
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        for file in self.files {
            written.push(file.close()?);
        }
        Ok(())
    }
}

fn write_csv(line: &mut String, cells: &[Cell<'_>], delimiter: char, missing: &str) -> fmt::Result {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            line.push(delimiter);
        }
        match cell {
            Cell::Text(value) | Cell::Number(value) => write!(line, "{value}")?,
            Cell::Free(said) if said.contains([delimiter, '"', '\n']) => {
                write!(line, "\"{}\"", said.replace('"', "\"\""))?;
            }
            Cell::Free(said) => line.push_str(said),
            Cell::Missing => line.push_str(missing),
        }
    }
    Ok(())
}

fn write_json(line: &mut String, cells: &[Cell<'_>], names: &[&str]) -> fmt::Result {
    line.push('{');
    for (name, cell) in names.iter().zip(cells) {
        if matches!(cell, Cell::Missing) {
            continue;
        }
        if line.len() > 1 {
            line.push(',');
        }
        write!(line, "\"{name}\":")?;
        match cell {
            Cell::Text(value) => write!(line, "\"{value}\"")?,
            Cell::Free(said) => write!(line, "\"{}\"", said.replace('\\', "\\\\").replace('"', "\\\""))?,
            Cell::Number(value) => write!(line, "{value}")?,
            Cell::Missing => {}
        }
    }
    line.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut line = String::new();
        let said = "She said \"come back\"; twice";
        write_csv(&mut line, &[Cell::Text(&1), Cell::Missing, Cell::Free(said)], ';', "?").unwrap();
        assert_eq!(line, "1;?;\"She said \"\"come back\"\"; twice\"");
    }

    #[test]
    fn fields_without_a_value_are_left_out() {
        let mut line = String::new();
        write_json(&mut line, &[Cell::Text(&"T1"), Cell::Missing, Cell::Number(&3)], &["ticket", "by", "seq"]).unwrap();
        assert_eq!(line, r#"{"ticket":"T1","seq":3}"#);
    }

    #[test]
    fn letters_of_western_europe() {
        assert_eq!(windows_1252("O’Neill Šárka"), b"O\x92Neill \x8a\xe1rka");
    }
}
