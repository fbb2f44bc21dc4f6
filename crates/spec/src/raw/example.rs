use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{FromYaml, Reader};
use super::values::{Entries, Filled, Quantity, Text, Whole, scalar};
use crate::place::{Span, Spanned};
use crate::yaml::Node;

/// A few rows of the service record, and what has to come of them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Example {
    /// What the rows are, in words.
    pub(crate) says: Option<Spanned<Text>>,
    /// The period, for example `2026-10`. Days are those of UTC.
    #[schemars(required)]
    pub(crate) period: Option<Spanned<Text>>,
    /// The day or instant (in UTC) as of which it is worked out. Default the end of the period.
    pub(crate) as_of: Option<Spanned<Text>>,
    /// Rows, by table of the service record: a line of columns and a line for each row, with `|` between cells. An
    /// empty cell is missing. In a column `times` stands how many rows there are of a kind.
    #[schemars(required)]
    pub(crate) rows: Option<Filled<Entries<Rows>>>,
    /// The expected value, in the unit of the measure.
    #[schemars(required)]
    pub(crate) value: Option<Spanned<Quantity>>,
    /// What is expected above the line.
    pub(crate) numerator: Option<Spanned<Quantity>>,
    /// What is expected below the line.
    pub(crate) denominator: Option<Spanned<Quantity>>,
    /// How many rows are expected to stand behind it.
    pub(crate) n: Option<Spanned<Whole>>,
}

impl FromYaml for Example {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let example = Self {
            says: fields.optional("says"),
            period: fields.required("period", "period: 2026-10"),
            as_of: fields.optional("as_of"),
            rows: fields.required("rows", "rows:` with a table and its rows"),
            value: fields.required("value", "value: 78 %"),
            numerator: fields.optional("numerator"),
            denominator: fields.optional("denominator"),
            n: fields.optional("n"),
        };
        fields.finish();
        Some(example)
    }
}

/// The rows of one table: lines of cells, the first of which names the columns.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) lines: Vec<Line>,
}

/// One line of cells.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) cells: Vec<Spanned<String>>,
    pub(crate) at: Span,
}

impl FromYaml for Rows {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let text = &scalar(node, name, "lines of cells with `|` between them", reader)?.text;
        let span = |from: usize, length: usize| {
            let start = reader.document.offset_in_file(node, from);
            reader.document.span(&(start..start + length))
        };
        let mut lines = Vec::new();
        let mut line_start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim();
            if !content.is_empty() {
                let mut cells = Vec::new();
                let mut cell_start = line_start;
                for cell in line.split('|') {
                    let leading = cell.len() - cell.trim_start().len();
                    let value = cell.trim().to_owned();
                    cells.push(Spanned { span: span(cell_start + leading, value.len()), value });
                    cell_start += cell.len() + 1;
                }
                let leading = line.len() - line.trim_start().len();
                lines.push(Line { cells, at: span(line_start + leading, content.len()) });
            }
            line_start += line.len();
        }
        Some(Self { lines })
    }
}

impl JsonSchema for Rows {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rows".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
