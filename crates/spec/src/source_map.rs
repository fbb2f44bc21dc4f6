//! From a part of the project back to where it was written.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;

use crate::convert::inherits;
use crate::place::{SourceFile, Span};
use crate::yaml::{Document, Kind, Map, Node, Path};

/// Something that a file of the project defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item<'a> {
    /// `evenkeel.yaml`.
    Project,
    /// A source, by its name.
    Source(&'a str),
    /// A measure, by its identifier.
    Measure(&'a str),
    /// A scorecard, by its identifier.
    Scorecard(&'a str),
    /// A service level policy, by its identifier.
    ServiceLevel(&'a str),
    /// A comparison, by its identifier.
    Comparison(&'a str),
    /// A performance standard, by its identifier.
    Standard(&'a str),
    /// A collection, by its identifier.
    Collection(&'a str),
    /// The service charter.
    Charter,
}

/// A side of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormulaSide {
    /// The only one.
    Whole,
    /// The numerator of a ratio, or the events of a rate.
    Numerator,
    /// The denominator of a ratio, or the exposure of a rate.
    Denominator,
}

/// A part of one side of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormulaPart {
    /// The table.
    Table,
    /// What places a row in a period.
    PeriodOf,
    /// What names the person.
    Person,
    /// What names the unit.
    Unit,
    /// What is added up, averaged or looked at.
    Of,
}

/// Where everything in a project was written.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    documents: BTreeMap<(u8, String), Arc<Document>>,
}

impl SourceMap {
    pub(crate) fn insert(&mut self, item: Item<'_>, document: Arc<Document>) {
        self.documents.insert(key(item), document);
    }

    fn document(&self, item: Item<'_>) -> Option<&Document> {
        self.documents.get(&key(item)).map(Arc::as_ref)
    }

    /// The file that defines something.
    #[must_use]
    pub fn file(&self, item: Item<'_>) -> Option<&Arc<SourceFile>> {
        self.document(item).map(|document| &document.file)
    }

    /// Where the value at a path was written. Where the path leads further than the file does, because a default
    /// holds, it is the deepest value on the way.
    #[must_use]
    pub fn find(&self, item: Item<'_>, path: &Path) -> Option<Span> {
        let document = self.document(item)?;
        document.nearest(path).map(|found| document.span(&found.node.range))
    }

    /// Where the key in front of a value was written; the value itself where it has none.
    #[must_use]
    pub fn find_key(&self, item: Item<'_>, path: &Path) -> Option<Span> {
        let document = self.document(item)?;
        let found = document.nearest(path)?;
        Some(document.span(&found.key.unwrap_or_else(|| found.node.range.clone())))
    }

    /// Where bytes of a text value were written, for example of an SQL expression over several lines. Bytes beyond
    /// the text lead to its end.
    #[must_use]
    pub fn in_text(&self, item: Item<'_>, path: &Path, bytes: Range<usize>) -> Option<Span> {
        let document = self.document(item)?;
        Some(in_node(document, document.nearest(path)?.node, &bytes))
    }

    /// Where bytes of the SELECT that fills a table were written.
    #[must_use]
    pub fn in_select(&self, source: &str, table: &str, bytes: Range<usize>) -> Option<Span> {
        // In the short form the SELECT is the value of the table itself, which is where the search ends.
        let path = Path::top().key("tables").key(table).key("select");
        self.in_text(Item::Source(source), &path, bytes)
    }

    /// Where bytes of a part of a formula were written. What a side takes from the measure is found at the measure;
    /// where a default holds, it is what the default follows from.
    #[must_use]
    pub fn in_formula(
        &self,
        measure: &MeasureId,
        side: FormulaSide,
        part: FormulaPart,
        bytes: Range<usize>,
    ) -> Option<Span> {
        let document = self.document(Item::Measure(measure.as_str()))?;
        let measure = document.root.as_ref()?.as_map()?;
        let side = side_node(measure, side);
        let own = match side {
            Some(side) => side.as_map(),
            None => Some(measure),
        };
        let node = side.unwrap_or(document.root.as_ref()?);
        let own_text = |key: &str| own.and_then(|own| own.pair(key)).map(|pair| &pair.value);
        let of_measure = |key: &str| measure.pair(key).map(|pair| &pair.value);
        let shares = inherits(own_text("from").and_then(text), of_measure("from").and_then(text));
        let find = |key: &str| own_text(key).or_else(|| of_measure(key).filter(|_| shares));
        let table = || find("from").unwrap_or(node);
        let node = match part {
            FormulaPart::Table => table(),
            FormulaPart::PeriodOf => find("period_of").unwrap_or_else(table),
            FormulaPart::Person => find("attribute").unwrap_or_else(table),
            FormulaPart::Unit => find("unit_of").unwrap_or_else(table),
            FormulaPart::Of => match side {
                Some(side) => amount(side),
                None => expression(measure).unwrap_or(node),
            },
        };
        Some(in_node(document, node, &bytes))
    }

    /// Where bytes of one condition of a measure were written: of its `where`, or of the `where` or `count` of a side. None
    /// where no condition of its file reads so.
    #[must_use]
    pub fn in_condition(&self, measure: &MeasureId, condition: &str, bytes: &Range<usize>) -> Option<Span> {
        let document = self.document(Item::Measure(measure.as_str()))?;
        let measure = document.root.as_ref()?.as_map()?;
        let sides = [FormulaSide::Numerator, FormulaSide::Denominator];
        let sides = sides.into_iter().filter_map(|side| side_node(measure, side)?.as_map());
        let maps = sides.chain([measure]);
        let written = maps.flat_map(|map| ["where", "count"].into_iter().filter_map(|key| map.pair(key)));
        let node = written.map(|pair| &pair.value).find(|node| text(node) == Some(condition.trim()))?;
        Some(in_node(document, node, bytes))
    }
}

fn key(item: Item<'_>) -> (u8, String) {
    match item {
        Item::Project => (0, String::new()),
        Item::Source(name) => (1, name.to_owned()),
        Item::Measure(id) => (2, id.to_owned()),
        Item::Scorecard(id) => (3, id.to_owned()),
        Item::ServiceLevel(id) => (4, id.to_owned()),
        Item::Comparison(id) => (5, id.to_owned()),
        Item::Standard(id) => (6, id.to_owned()),
        Item::Charter => (7, String::new()),
        Item::Collection(id) => (8, id.to_owned()),
    }
}

fn text(node: &Node) -> Option<&str> {
    node.as_scalar().map(|scalar| scalar.text.trim())
}

fn side_node(measure: &Map, side: FormulaSide) -> Option<&Node> {
    let (in_ratio, in_rate) = match side {
        FormulaSide::Whole => return None,
        FormulaSide::Numerator => ("numerator", "events"),
        FormulaSide::Denominator => ("denominator", "exposure"),
    };
    let of = |kind: &str, side: &str| Some(&measure.pair(kind)?.value.as_map()?.pair(side)?.value);
    of("ratio", in_ratio).or_else(|| of("rate", in_rate))
}

/// What one side of a ratio or rate adds up.
fn amount(side: &Node) -> &Node {
    let inside = side.as_map().and_then(|map| ["sum", "distinct", "count"].iter().find_map(|key| map.pair(key)));
    inside.map_or(side, |pair| &pair.value)
}

/// What is added up, averaged or looked at.
fn expression(measure: &Map) -> Option<&Node> {
    let kind = &crate::raw::KINDS.iter().find_map(|kind| measure.pair(kind))?.value;
    let inside = kind.as_map().and_then(|map| ["of", "until", "reached"].iter().find_map(|key| map.pair(key)));
    Some(inside.map_or(kind, |pair| &pair.value))
}

/// Where bytes of a text were written. Reading takes white space off both ends of it.
pub(crate) fn in_node(document: &Document, node: &Node, bytes: &Range<usize>) -> Span {
    let Kind::Scalar(scalar) = &node.kind else { return document.span(&node.range) };
    let leading = scalar.text.len() - scalar.text.trim_start().len();
    let length = scalar.text.trim().len();
    let start = document.offset_in_file(node, leading + bytes.start.min(length));
    let last = bytes.end.min(length).saturating_sub(1).max(bytes.start);
    let last = document.offset_in_file(node, leading + last).max(start);
    let width =
        document.file.text()[last..].chars().next().filter(|char| !char.is_whitespace()).map_or(0, char::len_utf8);
    document.span(&(start..last + width))
}
