use std::collections::BTreeMap;

use evenkeel_model::record;
use evenkeel_model::schedule::Schedule;
use evenkeel_model::source::{Compression, CsvFormat, RawFiles, RawFormat, Source, TableMapping};

use super::names::{self, Form};
use super::{paths, schedule};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{list, nearest, quoted};

/// Labels of encodings that people write, for “did you mean”.
const ENCODINGS: &[&str] = &[
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-5",
    "iso-8859-15",
    "macintosh",
    "ibm866",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "gbk",
    "gb18030",
    "big5",
];

/// A source; `usually` is when sources are imported that do not say it.
pub(crate) fn source(
    raw: raw::Source,
    data_root: Option<&str>,
    usually: Option<&Schedule>,
    findings: &mut Findings,
) -> Option<Source> {
    let raw::Source { source, steward, import, files, tables } = raw;
    let name = source.map(|name| name.with(name.value.0.clone()));
    if let Some(name) = &name {
        names::check(name, "a source", Form::Slug, findings);
    }
    let import = match import {
        Some(import) => schedule::import(import, findings),
        None => usually.cloned(),
    };
    let raw_files = files.map(|files| {
        let mut converted = BTreeMap::new();
        for (name, file) in files.0.0 {
            file_name(&name, findings);
            if let Some(file) = raw_file(&name, file, data_root, findings) {
                converted.insert(name.value, file);
            }
        }
        converted
    });
    let mappings = tables
        .map(|tables| tables.0.0.into_iter().filter_map(|(name, mapping)| table(&name, mapping, findings)).collect());
    Some(Source {
        name: name?.value,
        steward: steward.map(|steward| steward.value.0),
        import,
        files: raw_files?,
        tables: mappings?,
    })
}

/// A file is a table to SQL, which folds unquoted names to small letters and has words of its own.
fn file_name(name: &Spanned<String>, findings: &mut Findings) {
    const WORDS_OF_SQL: &[&str] = &[
        "all",
        "and",
        "as",
        "by",
        "case",
        "cross",
        "except",
        "exists",
        "from",
        "full",
        "group",
        "having",
        "in",
        "inner",
        "intersect",
        "into",
        "is",
        "join",
        "lateral",
        "left",
        "like",
        "limit",
        "natural",
        "not",
        "null",
        "on",
        "or",
        "order",
        "outer",
        "right",
        "select",
        "table",
        "union",
        "using",
        "values",
        "where",
        "window",
        "with",
    ];
    if !names::check(name, "raw files", Form::Identifier, findings) {
        return;
    }
    if WORDS_OF_SQL.contains(&name.value.as_str()) {
        let message = format!("`{}` cannot be the name of raw files: SQL uses the word itself", name.value);
        let found = Diagnostic::error(code::BAD_NAME, &name.span, message);
        findings.push(found.help(format!("call them `{}_files`", name.value)));
    }
}

fn raw_file(
    name: &Spanned<String>,
    file: raw::RawFiles,
    data_root: Option<&str>,
    findings: &mut Findings,
) -> Option<RawFiles> {
    let raw::RawFile {
        path,
        format,
        compression,
        encoding,
        missing,
        columns,
        delimiter,
        quote,
        header,
        skip_rows,
        sheet,
    } = match file {
        raw::RawFiles::Full(file) => *file,
        raw::RawFiles::Paths(paths) => raw::RawFile::of(paths),
    };
    let paths: Vec<Spanned<String>> =
        path?.into_vec().into_iter().map(|path| path.with(path.value.0.clone())).collect();
    if paths.is_empty() {
        let message = format!("`{}` has no path", name.value);
        findings.push(Diagnostic::error(code::EMPTY, &name.span, message).help("write at least one path"));
        return None;
    }
    // Every path is looked at, also behind one that is refused.
    let allowed = paths.iter().filter(|path| !paths::raw_files(path, data_root, findings)).count() == 0;
    let format = Format { told: format_of(name, &paths, format.as_ref(), findings)?, name: &name.value };

    let encoding = encoding.and_then(|label| {
        format.takes(&label, "encoding", &[raw::Format::Csv, raw::Format::Ndjson, raw::Format::Json], findings);
        known_encoding(&label, findings)
    });
    let csv = &[raw::Format::Csv];
    let delimiter = delimiter.and_then(|written| {
        format.takes(&written, "delimiter", csv, findings);
        single_byte(&written, "delimiter", ("tab", b'\t'), findings)
    });
    let quote = quote.and_then(|written| {
        format.takes(&written, "quote", csv, findings);
        if written.value.0 == "none" {
            return Some(None);
        }
        single_byte(&written, "quote", ("none", b'"'), findings).map(Some)
    });
    if let Some(header) = &header {
        format.takes(header, "header", csv, findings);
        if !header.value && columns.is_none() {
            let message = format!("`{}` has no header and names no columns", name.value);
            let found = Diagnostic::error(code::UNFIT_OPTION, &header.span, message);
            findings.push(found.help("add `columns` with the names of all columns, in their order"));
        }
    }
    if let Some(skip_rows) = &skip_rows {
        format.takes(skip_rows, "skip_rows", &[raw::Format::Csv, raw::Format::Xlsx], findings);
    }
    if let Some(sheet) = &sheet {
        format.takes(sheet, "sheet", &[raw::Format::Xlsx], findings);
    }
    let columns = columns.map(|columns| distinct(columns.value, findings)).unwrap_or_default();
    let missing = missing.map(|cells| cells.value.into_iter().map(|cell| cell.value.0).collect()).unwrap_or_default();

    let defaults = CsvFormat::default();
    let encoding = encoding.unwrap_or_else(|| defaults.encoding.clone());
    let skip_rows = skip_rows.map_or(0, |rows| rows.value.0 as usize);
    let format = match format.told {
        raw::Format::Csv => {
            let tab = paths.iter().all(|path| ending(&path.value) == Some("tsv"));
            let csv = CsvFormat {
                delimiter: delimiter.unwrap_or(if tab { b'\t' } else { defaults.delimiter }),
                quote: quote.unwrap_or(defaults.quote),
                header: header.map_or(defaults.header, |header| header.value),
                skip_rows,
                encoding,
            };
            if csv.quote == Some(csv.delimiter) {
                let message = format!("`{}` has the same character between cells and around them", name.value);
                let found = Diagnostic::error(code::UNFIT_OPTION, &name.span, message);
                findings.push(found.help("write another `delimiter`, or `quote: none`"));
            }
            RawFormat::Csv(csv)
        }
        raw::Format::Ndjson => RawFormat::Ndjson { encoding },
        raw::Format::Json => RawFormat::Json { encoding },
        raw::Format::Parquet => RawFormat::Parquet,
        raw::Format::Xlsx => RawFormat::Xlsx { sheet: sheet.map(|sheet| sheet.value.0), skip_rows },
    };
    let compression = compression.map(|compression| match compression.value {
        raw::Compression::None => Compression::None,
        raw::Compression::Gzip => Compression::Gzip,
        raw::Compression::Zstd => Compression::Zstd,
    });
    let paths = paths.into_iter().map(|path| path.value).collect();
    allowed.then_some(RawFiles { paths, format, compression, missing, columns })
}

/// A format, with the files it is of for messages.
struct Format<'a> {
    told: raw::Format,
    name: &'a str,
}

impl Format<'_> {
    /// Reports an option that files of this format do not have.
    fn takes<T>(&self, option: &Spanned<T>, key: &str, formats: &[raw::Format], findings: &mut Findings) {
        if formats.contains(&self.told) {
            return;
        }
        let message = format!("`{key}` says nothing about `{}`, which are {} files", self.name, word(self.told));
        let those = list(formats.iter().map(|format| word(*format)), "and");
        let found =
            Diagnostic::error(code::UNFIT_OPTION, &option.span, message).note(format!("it is for {those} files"));
        findings.push(found.help(format!("take `{key}` out, or correct `format`")));
    }
}

fn word(format: raw::Format) -> &'static str {
    <raw::Format as raw::Choice>::WORDS.iter().find(|(_, other)| *other == format).map_or("", |(word, _)| word)
}

/// The last part of a file name, without the one of its compression.
fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = ["gz", "zst"].iter().find_map(|packed| name.strip_suffix(packed)?.strip_suffix('.')).unwrap_or(name);
    name.rsplit_once('.').map(|(_, ending)| ending)
}

fn format_of(
    name: &Spanned<String>,
    paths: &[Spanned<String>],
    given: Option<&Spanned<raw::Format>>,
    findings: &mut Findings,
) -> Option<raw::Format> {
    if let Some(given) = given {
        return Some(given.value);
    }
    let mut told: Option<(raw::Format, &Spanned<String>)> = None;
    for path in paths {
        let format = match ending(&path.value).map(str::to_ascii_lowercase).as_deref() {
            Some("csv" | "tsv") => raw::Format::Csv,
            Some("ndjson" | "jsonl") => raw::Format::Ndjson,
            Some("json") => raw::Format::Json,
            Some("parquet") => raw::Format::Parquet,
            Some("xlsx") => raw::Format::Xlsx,
            _ => {
                let message = format!("the format of `{}` cannot be told from {}", name.value, quoted(&path.value));
                let found = Diagnostic::error(code::UNKNOWN_FORMAT, &path.span, message);
                let words = <raw::Format as raw::Choice>::WORDS.iter().map(|(word, _)| *word);
                findings.push(found.help(format!("add `format`: {}", list(words, "or"))));
                return None;
            }
        };
        match told {
            Some((first, other)) if first != format => {
                let message = format!("`{}` has files of two formats", name.value);
                let found = Diagnostic::error(code::UNKNOWN_FORMAT, &path.span, message)
                    .label(format!("this is {}", word(format)))
                    .related(&other.span, format!("this is {}", word(first)))
                    .help("give each format a name of its own; a SELECT can put them together with `union all`");
                findings.push(found);
                return None;
            }
            _ => told = Some((format, path)),
        }
    }
    told.map(|(format, _)| format)
}

fn known_encoding(label: &Spanned<raw::Text>, findings: &mut Findings) -> Option<String> {
    let text = label.value.0.as_str();
    if encoding_rs::Encoding::for_label(text.as_bytes()).is_some() {
        return Some(text.to_lowercase());
    }
    let found =
        Diagnostic::error(code::UNKNOWN_ENCODING, &label.span, format!("{} is not a character encoding", quoted(text)));
    let found = match nearest(text, ENCODINGS.iter().copied()) {
        Some(meant) => found.label(format!("did you mean `{meant}`?")),
        None => found,
    };
    findings
        .push(found.help("write a label of the WHATWG Encoding Standard, for example `windows-1252` or `utf-16le`"));
    None
}

/// A delimiter or quote. `word` is the one word that can stand for it.
fn single_byte(
    written: &Spanned<raw::Characters>,
    key: &str,
    (word, byte): (&str, u8),
    findings: &mut Findings,
) -> Option<u8> {
    let text = written.value.0.as_str();
    if text == word {
        return Some(byte);
    }
    let help = match text.as_bytes() {
        [b'\n' | b'\r'] => "lines end with line breaks; they cannot be between cells".to_owned(),
        [one] => return Some(*one),
        b"\\t" => "write `tab`".to_owned(),
        _ if text.chars().count() == 1 => {
            "only characters of one byte can be used, such as `,` `;` `|` `\"`".to_owned()
        }
        _ => format!("write one character between quotes, or `{word}`"),
    };
    let message = format!("`{key}` cannot be {}", quoted(written.span.text()));
    findings.push(Diagnostic::error(code::UNFIT_OPTION, &written.span, message).help(help));
    None
}

/// Names of columns, without the second of two that are alike.
fn distinct(columns: Vec<Spanned<raw::Text>>, findings: &mut Findings) -> Vec<String> {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut names = Vec::new();
    for column in columns {
        let name = column.value.0;
        if let Some(first) = seen.get(&name) {
            let message = format!("column {} is named twice", quoted(&name));
            let found = Diagnostic::error(code::DEFINED_TWICE, &column.span, message);
            findings.push(found.related(first, "first named here").help("give each column a name of its own"));
        } else {
            seen.insert(name.clone(), column.span);
            names.push(name);
        }
    }
    names
}

fn table(name: &Spanned<String>, mapping: raw::TableMapping, findings: &mut Findings) -> Option<TableMapping> {
    let raw::TableSelect { select, version } = match mapping {
        raw::TableMapping::Full(full) => full,
        raw::TableMapping::Select(select) => raw::TableSelect { select: Some(select), version: None },
    };
    let known = known_table(name, findings);
    let select = select?;
    let sql = select.value.0.as_str();
    let first: String = sql.chars().take_while(char::is_ascii_alphabetic).collect();
    if !first.is_empty() && !["select", "with"].contains(&first.to_ascii_lowercase().as_str()) {
        let message = format!("what fills `{}` is not a SELECT", name.value);
        let found = Diagnostic::error(code::WRONG_TYPE, &select.span, message);
        findings.push(found.help("write one SELECT over the files of this source"));
    }
    if let Some(version) = &version {
        let column = version.with(version.value.0.clone());
        let named = names::check(&column, "a column", Form::Identifier, findings);
        let words = || sql.split(|char: char| !char.is_alphanumeric() && char != '_');
        // `*` brings every column of a file, so only the import can tell.
        if named && !sql.contains('*') && !words().any(|word| word.eq_ignore_ascii_case(&column.value)) {
            let message = format!("the SELECT that fills `{}` has no column `{}`", name.value, column.value);
            let found = Diagnostic::error(code::UNKNOWN_COLUMN, &column.span, message)
                .note("`version` is the column that decides which of two rows with one key holds");
            findings.push(found.help(format!("add `{}` to the SELECT", column.value)));
        }
    }
    let mapping = TableMapping {
        table: name.value.clone(),
        select: select.value.0,
        version: version.map(|version| version.value.0),
    };
    known.then_some(mapping)
}

fn known_table(name: &Spanned<String>, findings: &mut Findings) -> bool {
    if record::table(&name.value).is_some() {
        return true;
    }
    let message = format!("the service record has no table {}", quoted(&name.value));
    let found = Diagnostic::error(code::UNKNOWN_TABLE, &name.span, message);
    let tables = || record::TABLES.iter().map(|table| table.name);
    findings.push(if name.value == record::CASE_FACTS.name {
        Diagnostic::error(code::UNKNOWN_TABLE, &name.span, "`case_facts` is not filled by sources")
            .note("evenkeel works it out from `case_events`")
            .help("fill `cases` and `case_events`")
    } else if let Some(meant) = nearest(&name.value, tables()) {
        found.label(format!("did you mean `{meant}`?"))
    } else {
        found.help(format!("tables that can be filled: {}", list(tables(), "and")))
    });
    false
}
