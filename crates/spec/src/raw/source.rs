use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::schedule::Import;
use super::values::{Characters, Choice, Entries, Filled, OneOrMany, Text, Whole, choice};
use crate::place::Spanned;
use crate::schema::tables_to_fill;
use crate::yaml::{Kind, Node};

/// A source: raw files, and the SQL that maps them onto the service record.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Source {
    /// The name of the source, which every row that comes from it carries.
    #[schemars(required)]
    pub(crate) source: Option<Spanned<Text>>,
    /// Who looks after it.
    pub(crate) steward: Option<Spanned<Text>>,
    /// When `evenkeel serve` imports it by itself, or `by hand`. Default: as `evenkeel.yaml` says.
    pub(crate) import: Option<Import>,
    /// The raw files, by the names under which SQL sees them. SQL sees these and nothing else.
    #[schemars(required)]
    pub(crate) files: Option<Filled<Entries<RawFiles>>>,
    /// For each table of the service record that the source fills, the SELECT that fills it.
    #[schemars(required, transform = tables_to_fill)]
    pub(crate) tables: Option<Filled<Entries<TableMapping>>>,
}

impl FromYaml for Source {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let source = Self {
            source: fields.required("source", "source: crm"),
            steward: fields.optional("steward"),
            import: fields.optional("import"),
            files: fields.required("files", "files: { tickets: raw/tickets_*.csv }"),
            tables: fields.required("tables", "tables: { cases: select number as case_id, opened_at from tickets }"),
        };
        fields.finish();
        Some(source)
    }
}

/// Raw files that are read alike and appear as one table: a path, or a path with what there is to say about them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum RawFiles {
    /// Paths, with everything by default.
    Paths(OneOrMany<Spanned<Text>>),
    /// Paths and how to read them.
    Full(Box<RawFile>),
}

impl FromYaml for RawFiles {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => RawFile::from_yaml(node, name, reader).map(|file| Self::Full(Box::new(file))),
            _ => OneOrMany::from_yaml(node, name, reader).map(Self::Paths),
        }
    }
}

/// Raw files and how to read them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct RawFile {
    /// Where they lie, relative to the project. `*`, `?` and `**` match many.
    #[schemars(required)]
    pub(crate) path: Option<OneOrMany<Spanned<Text>>>,
    /// The format. By the ending of the name where not given.
    pub(crate) format: Option<Spanned<Format>>,
    /// The compression. Told from the first bytes where not given.
    pub(crate) compression: Option<Spanned<Compression>>,
    /// The character encoding, by its label, for example `windows-1252`. Default `utf-8`.
    pub(crate) encoding: Option<Spanned<Text>>,
    /// Cells that mean “missing”. Empty cells always do.
    pub(crate) missing: Option<Spanned<Vec<Spanned<Characters>>>>,
    /// Columns that only some files or lines have. All columns where there is no header.
    pub(crate) columns: Option<Spanned<Vec<Spanned<Text>>>>,
    /// CSV only: the character between cells, or `tab`. Default `,`.
    pub(crate) delimiter: Option<Spanned<Characters>>,
    /// CSV only: the character around cells, or `none`. Default `"`.
    pub(crate) quote: Option<Spanned<Characters>>,
    /// CSV only: whether the first line names the columns. Default true.
    pub(crate) header: Option<Spanned<bool>>,
    /// CSV and XLSX only: lines above the header that are passed over. Default 0.
    pub(crate) skip_rows: Option<Spanned<Whole>>,
    /// XLSX only: the sheet. Default the first.
    pub(crate) sheet: Option<Spanned<Text>>,
}

impl FromYaml for RawFile {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("files `{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let file = Self {
            path: fields.required("path", "path: raw/tickets_*.csv"),
            format: fields.optional("format"),
            compression: fields.optional("compression"),
            encoding: fields.optional("encoding"),
            missing: fields.optional("missing"),
            columns: fields.optional("columns"),
            delimiter: fields.optional("delimiter"),
            quote: fields.optional("quote"),
            header: fields.optional("header"),
            skip_rows: fields.optional("skip_rows"),
            sheet: fields.optional("sheet"),
        };
        fields.finish();
        Some(file)
    }
}

/// The format of raw files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Format {
    Csv,
    Ndjson,
    Json,
    Parquet,
    Xlsx,
}

impl Choice for Format {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("csv", Self::Csv),
        ("ndjson", Self::Ndjson),
        ("json", Self::Json),
        ("parquet", Self::Parquet),
        ("xlsx", Self::Xlsx),
    ];
}

impl FromYaml for Format {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// The compression of raw files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Choice for Compression {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("gzip", Self::Gzip), ("zstd", Self::Zstd)];
}

impl FromYaml for Compression {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// What fills one table of the service record: a SELECT, or a SELECT with what there is to say about it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum TableMapping {
    /// A SELECT.
    Select(Spanned<Text>),
    /// A SELECT and how its rows are merged.
    Full(TableSelect),
}

impl FromYaml for TableMapping {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => TableSelect::from_yaml(node, name, reader).map(Self::Full),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Select),
        }
    }
}

/// A SELECT and how its rows are merged.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct TableSelect {
    /// One SELECT over the files of the source. Its columns are those of the table.
    #[schemars(required)]
    pub(crate) select: Option<Spanned<Text>>,
    /// A column of the SELECT: of two rows with one key, the one with the higher value holds.
    pub(crate) version: Option<Spanned<Text>>,
}

impl FromYaml for TableSelect {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("table `{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let select = Self {
            select: fields.required("select", "select: select number as case_id, opened_at from tickets"),
            version: fields.optional("version"),
        };
        fields.finish();
        Some(select)
    }
}

impl RawFile {
    /// Paths with nothing said about them.
    pub(crate) fn of(path: OneOrMany<Spanned<Text>>) -> Self {
        Self {
            path: Some(path),
            format: None,
            compression: None,
            encoding: None,
            missing: None,
            columns: None,
            delimiter: None,
            quote: None,
            header: None,
            skip_rows: None,
            sheet: None,
        }
    }
}
