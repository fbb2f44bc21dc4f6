//! The rows behind a number, a page of them at a time.

use std::fmt::Write as _;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Amount, Expression, Formula, Measure, ValueUnit};
use evenkeel_model::period::Period;
use evenkeel_model::record::{self, ColumnKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{self, Currency, Format};
use crate::page::context::{Context, Place};
use crate::words::{self, period};

/// The most columns of a record that a page shows.
const COLUMNS: usize = 7;

/// A column of a table of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
    /// How it puts the rows in order; none where it does not.
    #[serde(skip)]
    pub order: Option<ColumnOrder>,
}

/// How a column puts rows in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOrder {
    /// The order to ask for, as addresses have it: `-opened_at`.
    pub word: String,
    /// Where the rows are in that order.
    pub url: String,
    /// The order in which it has put them: `ascending` or `descending`; none while another column does.
    pub now: Option<&'static str>,
}

impl Column {
    /// A column of texts.
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: false, order: None }
    }

    /// A column of numbers. The cells carry their units.
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: true, order: None }
    }
}

/// Some of the rows behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsBehind {
    /// The columns.
    pub columns: Vec<Column>,
    /// The order that was asked for, as addresses have it.
    pub order: Option<String>,
    /// The cells, as texts.
    pub rows: Vec<Vec<String>>,
    /// How many rows come before the first of these.
    pub first: u64,
    /// How many rows there are in all.
    pub total: u64,
    /// How many more are withheld, so that nobody's answer is known.
    pub withheld: u64,
    /// How many rows a page has.
    pub page_size: u64,
}

/// Rows behind a number as they lie in the service record.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    /// The names of the columns.
    pub columns: &'a [String],
    /// Which column tells how a row counts, where there is one.
    pub counts_as: Option<usize>,
    /// Whether each column can put the rows in order.
    pub orders: &'a [bool],
    /// The column that has, and whether its largest value comes first; none where the latest come first.
    pub order: Option<(&'a str, bool)>,
    /// The cells: instants in ISO 8601, numbers with a point.
    pub rows: &'a [Vec<Option<String>>],
    /// How many rows come before the first of these.
    pub first: u64,
    /// How many rows there are in all.
    pub total: u64,
    /// How many more are withheld, so that nobody's answer is known.
    pub withheld: u64,
    /// How many rows a page has.
    pub page_size: u64,
}

/// What it takes to write cells of the record for people.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The zone of the project.
    pub zone: &'a TimeZone,
    /// The year that instants leave out.
    pub year: i16,
    /// The currency of all money.
    pub currency: &'a Currency,
    /// What people call a unit, by its identifier.
    pub unit_name: &'a dyn Fn(&str) -> String,
    /// Whether the reader may see who people are.
    pub names_people: bool,
}

/// Which of some columns of a measure's rows may be seen by everyone: those that do not say who.
#[must_use]
pub fn for_everyone(measure: &Measure, recorded: &Recorded<'_>) -> Vec<usize> {
    let table = table_of(measure);
    let says_who = |place: usize| {
        if recorded.counts_as == Some(place) {
            return counts_people(measure);
        }
        let name = recorded.columns[place].as_str();
        table.and_then(|table| table.column(name)).is_some_and(|column| column.names_person)
    };
    (0..recorded.columns.len()).filter(|&place| !says_who(place)).collect()
}

/// Whether the rows count different people, so that how a row counts says who.
fn counts_people(measure: &Measure) -> bool {
    let Some(rows) = measure.formula.rows() else { return false };
    counted_value(&measure.formula).is_some_and(|of| record::mentions_person(&rows.table, of.as_str()))
}

/// What different values are counted of; none where values are not told apart.
fn counted_value(formula: &Formula) -> Option<&Expression> {
    match formula {
        Formula::Ratio { numerator: side, .. } | Formula::Rate { events: side, .. } => match &side.amount {
            Amount::Distinct(of) => Some(of),
            Amount::Count | Amount::Sum(_) => None,
        },
        Formula::Distinct { of, .. } => Some(of),
        _ => None,
    }
}

/// The table that the rows of a measure come from.
fn table_of(measure: &Measure) -> Option<&'static record::Table> {
    measure.formula.rows().and_then(|rows| record::readable_table(&rows.table))
}

impl RowsBehind {
    /// Rows of the record as a page shows them: when and where first, then how they count, then what tells one row
    /// from another. People are named only for a reader who may see who they are.
    #[must_use]
    pub fn new(measure: &Measure, recorded: &Recorded<'_>, reader: &Reader<'_>) -> Self {
        Self::of(measure, recorded, reader, &chosen(measure, recorded, reader.names_people))
    }

    /// The same without how rows count, and that in words for each row.
    #[must_use]
    pub fn with_counts(measure: &Measure, recorded: &Recorded<'_>, reader: &Reader<'_>) -> (Self, Vec<String>) {
        let mut chosen = chosen(measure, recorded, reader.names_people);
        chosen.retain(|place| recorded.counts_as != Some(*place));
        let format = Format::of(measure, reader.currency, None);
        // What says who is not told here either.
        let place = recorded.counts_as.filter(|_| !counts_people(measure));
        let value = |row: &Vec<Option<String>>| {
            let value = place.and_then(|place| row[place].as_deref());
            value.map_or_else(String::new, |value| counts_as(measure, &format, value))
        };
        let counts = recorded.rows.iter().map(|row| words::record::counts(measure, &value(row))).collect();
        (Self::of(measure, recorded, reader, &chosen), counts)
    }

    fn of(measure: &Measure, recorded: &Recorded<'_>, reader: &Reader<'_>, chosen: &[usize]) -> Self {
        let table = table_of(measure);
        let kind = |place: usize| {
            let column = table.and_then(|table| table.column(&recorded.columns[place]));
            column.map(|column| column.kind).filter(|_| recorded.counts_as != Some(place))
        };
        let format = Format::of(measure, reader.currency, None);
        let cell = |place: usize, value: Option<&String>| -> String {
            let Some(value) = value else { return String::new() };
            if recorded.counts_as == Some(place) {
                return counts_as(measure, &format, value);
            }
            match kind(place) {
                Some(ColumnKind::Instant) => match value.parse::<Timestamp>() {
                    Ok(at) => period::instant(reader.zone.to_datetime(at), reader.year),
                    Err(_) => value.clone(),
                },
                Some(ColumnKind::Flag) => yes_or_no(value),
                Some(ColumnKind::Number) => value.strip_suffix(".0").unwrap_or(value).to_owned(),
                _ if recorded.columns[place] == "unit_id" => (reader.unit_name)(value),
                _ => value.clone(),
            }
        };
        let heading = |place: usize| {
            if recorded.counts_as == Some(place) {
                return Column::text(if counted_value(&measure.formula).is_some() {
                    "value counted"
                } else {
                    "counts as"
                });
            }
            let name = recorded.columns[place].trim_end_matches("_id").replace('_', " ");
            match kind(place) {
                Some(ColumnKind::Number | ColumnKind::Whole) => Column::number(&name),
                _ => Column::text(&name),
            }
        };
        Self {
            columns: chosen
                .iter()
                .map(|&place| Column { order: column_order(measure, recorded, place, kind(place)), ..heading(place) })
                .collect(),
            order: recorded.order.map(|(column, descending)| order_word(column, descending)),
            rows: recorded
                .rows
                .iter()
                .map(|row| chosen.iter().map(|&place| cell(place, row[place].as_ref())).collect())
                .collect(),
            first: recorded.first,
            total: recorded.total,
            withheld: recorded.withheld,
            page_size: recorded.page_size,
        }
    }
}

/// The columns that a page shows, in their order.
fn chosen(measure: &Measure, recorded: &Recorded<'_>, names_people: bool) -> Vec<usize> {
    let open = if names_people { (0..recorded.columns.len()).collect() } else { for_everyone(measure, recorded) };
    let named = |wanted: &str| recorded.columns.iter().position(|name| name == wanted);
    let placed_by = measure.formula.rows().and_then(|rows| named(rows.period_of.as_str()));
    let ordered_by = recorded.order.and_then(|(column, _)| named(column));
    let first = [placed_by, named("unit_id"), recorded.counts_as, ordered_by];
    let mut chosen: Vec<usize> = Vec::with_capacity(COLUMNS);
    for place in first.into_iter().flatten() {
        if open.contains(&place) && !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    for place in open {
        let name = recorded.columns[place].as_str();
        let technical = matches!(name, "attributes" | "source") || name.starts_with("scale_");
        let varies = recorded.rows.iter().any(|row| row[place] != recorded.rows[0][place]);
        if chosen.len() < COLUMNS && !chosen.contains(&place) && !technical && varies {
            chosen.push(place);
        }
    }
    chosen
}

/// How a column puts the rows in order: the largest or latest first when it is asked for the first time, texts from the
/// beginning of the alphabet; the other way round when it has put them in order already.
fn column_order(
    measure: &Measure,
    recorded: &Recorded<'_>,
    place: usize,
    kind: Option<ColumnKind>,
) -> Option<ColumnOrder> {
    if !recorded.orders.get(place).copied().unwrap_or_default() {
        return None;
    }
    let name = recorded.columns[place].as_str();
    let placed_by = measure.formula.rows().map(|rows| rows.period_of.as_str());
    let now = match recorded.order {
        Some((column, descending)) => (column == name).then_some(descending),
        None => (placed_by == Some(name)).then_some(true),
    };
    let is_text = matches!(kind, Some(ColumnKind::Text | ColumnKind::Json));
    let word = order_word(name, now.map_or(!is_text, |descending| !descending));
    let now = now.map(|descending| if descending { "descending" } else { "ascending" });
    Some(ColumnOrder { word, url: String::new(), now })
}

fn order_word(column: &str, descending: bool) -> String {
    format!("{}{column}", if descending { "-" } else { "" })
}

fn yes_or_no(value: &str) -> String {
    if value == "true" { "yes" } else { "no" }.to_owned()
}

/// How a row counts: in the unit of the measure where it is one of the values that the measure adds up, averages or
/// orders.
fn counts_as(measure: &Measure, format: &Format, value: &str) -> String {
    // A value that is only told apart from others stays as it was written.
    if counted_value(&measure.formula).is_some() {
        return value.to_owned();
    }
    let in_unit = match &measure.formula {
        Formula::Mean { .. } | Formula::Quantile { .. } | Formula::Sum { .. } => true,
        // So much time or money per row, or per something else: above the line stands the same.
        Formula::Ratio { .. } => matches!(measure.unit, ValueUnit::Duration(_) | ValueUnit::Money),
        _ => false,
    };
    match (&measure.formula, value.parse::<f64>()) {
        (Formula::Share { .. }, _) => yes_or_no(value),
        (_, Ok(number)) if in_unit => format.text(number),
        (_, Ok(number)) => number::plain(number),
        _ => value.to_owned(),
    }
}

/// Some of the rows behind a number, with the way to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowsTable {
    /// The columns.
    pub columns: Vec<Column>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// Which rows these are: `1 to 8 of 2,391`.
    pub showing: String,
    /// How many rows there are in all.
    pub total: u64,
    /// Whether more rows are withheld.
    pub withholds: bool,
    /// Where the rows before are.
    pub earlier: Option<String>,
    /// Where the rows after are.
    pub later: Option<String>,
    /// All rows as a file.
    pub file: Option<String>,
}

impl RowsTable {
    /// The rows behind a measure; `period` is the one that its figure is of.
    #[must_use]
    pub(crate) fn new(rows: RowsBehind, measure: &MeasureId, period: Period, context: &Context<'_>) -> Self {
        let place = Place { period, ..context.place.clone() };
        let shown = rows.rows.len() as u64;
        let last = rows.first + shown;
        let step = rows.page_size.max(1);
        let links = context.links;
        let in_order = |order: &str, first: u64| links.rows_in_order(measure, &place, order, first);
        let at = |first: u64| {
            let ordered = rows.order.as_deref().and_then(|order| in_order(order, first));
            ordered.unwrap_or_else(|| links.rows(measure, &place, first))
        };
        let mut columns = rows.columns;
        for column in &mut columns {
            column.order = column.order.take().and_then(|order| {
                let url = in_order(&order.word, 0)?;
                Some(ColumnOrder { url, ..order })
            });
        }
        let mut showing = if shown == 0 {
            format!("none of {}", number::count(rows.total))
        } else {
            format!("{} to {} of {}", number::count(rows.first + 1), number::count(last), number::count(rows.total))
        };
        if rows.withheld > 0 {
            write!(showing, "; {} withheld, so that nobody’s answer is known", number::count(rows.withheld)).ok();
        }
        Self {
            showing,
            total: rows.total,
            withholds: rows.withheld > 0,
            earlier: (rows.first > 0).then(|| at(rows.first.saturating_sub(step))),
            later: (last < rows.total && shown > 0).then(|| at(last)),
            file: context.links.rows_file(measure, &place).filter(|_| rows.total > 0),
            columns,
            rows: rows.rows,
        }
    }

    /// The cells of a row with the columns they stand in. Cells without a column are left out.
    #[must_use]
    pub fn cells<'a>(&'a self, row: &'a [String]) -> Vec<(&'a Column, &'a str)> {
        self.columns.iter().zip(row.iter().map(String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_model::measure::{About, DefinitionVersion, Direction, DurationUnit, Levels, Rows, Side};

    use super::*;

    fn rows(table: &str, period_of: &str) -> Rows {
        let period_of = Expression(period_of.to_owned());
        Rows { table: table.to_owned(), conditions: Vec::new(), period_of, person: None, unit: None }
    }

    fn measure(formula: Formula, unit: ValueUnit) -> Measure {
        Measure {
            id: MeasureId::new("m"),
            title: "M".to_owned(),
            leg: None,
            perspective: None,
            noun: "rows".to_owned(),
            unit,
            decimals: None,
            better: Direction::Higher,
            levels: Levels { person: true, unit: true },
            formula,
            wait: None,
            withhold_below: None,
            example: None,
            earlier: Vec::new(),
            about: About::default(),
            definition: DefinitionVersion { number: 1, digest: "0".to_owned() },
        }
    }

    fn ratio(table: &str, amount: Amount, unit: ValueUnit) -> Measure {
        let side = |amount| Side { rows: rows(table, "offered_at"), amount };
        measure(Formula::Ratio { numerator: side(amount), denominator: side(Amount::Count) }, unit)
    }

    fn of(text: &str) -> Expression {
        Expression(text.to_owned())
    }

    /// Headings and cells of records, the first column telling how they count where `counts` says so.
    fn shown(measure: &Measure, names: &[&str], counts: bool, records: &[&[&str]]) -> (Vec<String>, Vec<Vec<String>>) {
        let columns: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let rows: Vec<Vec<Option<String>>> =
            records.iter().map(|row| row.iter().map(|cell| Some((*cell).to_owned())).collect()).collect();
        let counts_as = counts.then_some(0);
        let recorded = Recorded {
            columns: &columns,
            counts_as,
            orders: &[],
            order: None,
            rows: &rows,
            first: 0,
            total: 2,
            withheld: 0,
            page_size: 8,
        };
        let unit_name = |id: &str| format!("unit {id}");
        let currency = Currency::new("GBP");
        let reader = Reader {
            zone: &TimeZone::UTC,
            year: 2026,
            currency: &currency,
            unit_name: &unit_name,
            names_people: false,
        };
        let page = RowsBehind::new(measure, &recorded, &reader);
        let plain = |cell: String| cell.replace(number::NO_BREAK_SPACE, " ");
        let cells = page.rows.into_iter().map(|row| row.into_iter().map(plain).collect()).collect();
        (page.columns.into_iter().map(|column| column.name).collect(), cells)
    }

    #[test]
    fn people_are_not_named() {
        let staff = measure(Formula::Count { rows: rows("people", "hired_on") }, ValueUnit::Count);
        let (columns, cells) = shown(
            &staff,
            &["person_id", "name", "email", "role", "hired_on"],
            false,
            &[&["p1", "Ann", "a@x", "agent", "2020-01-01"], &["p2", "Bo", "b@x", "lead", "2021-01-01"]],
        );
        assert_eq!(columns, ["hired on", "role"]);
        assert_eq!(cells, [["2020-01-01", "agent"], ["2021-01-01", "lead"]]);
    }

    #[test]
    fn different_people_are_not_named_by_how_a_row_counts() {
        let names = ["counts_as", "call_id", "person_id", "offered_at"];
        let records: &[&[&str]] =
            &[&["007", "c1", "007", "2026-10-05T09:30:00Z"], &["8", "c2", "8", "2026-10-06T10:00:00Z"]];
        let people = ratio("calls", Amount::Distinct(of("person_id")), ValueUnit::Number { word: None });
        assert_eq!(shown(&people, &names, true, records).0, ["offered at", "call"]);
        let kind =
            measure(Formula::Distinct { rows: rows("calls", "offered_at"), of: of("person_id") }, ValueUnit::Count);
        assert_eq!(shown(&kind, &names, true, records).0, ["offered at", "call"]);
        let customers = ratio("calls", Amount::Distinct(of("customer_id")), ValueUnit::Number { word: None });
        let (columns, cells) = shown(&customers, &names, true, records);
        assert_eq!(columns, ["offered at", "value counted", "call"]);
        // An identifier stays as it was written.
        assert_eq!(cells[0], ["5 Oct 09:30", "007", "c1"]);
    }

    #[test]
    fn how_a_row_counts_has_the_unit_of_the_measure() {
        let hours = ValueUnit::Duration(DurationUnit::Hours);
        let check = |measure: &Measure, value: &str, text: &str| {
            assert_eq!(shown(measure, &["counts_as"], true, &[&[value]]).1[0], [text]);
        };
        let calls = || rows("calls", "offered_at");
        check(&measure(Formula::Mean { rows: calls(), of: of("hold_s") }, hours.clone()), "5400.0", "1.5 h");
        check(&measure(Formula::Sum { rows: calls(), of: of("hold_s") }, hours.clone()), "5400.0", "1.5 h");
        check(&ratio("calls", Amount::Sum(of("hold_s")), hours), "5400.0", "1.5 h");
        check(&ratio("calls", Amount::Sum(of("hold_s")), ValueUnit::Percent), "5400.0", "5,400");
        check(&measure(Formula::Share { rows: calls(), of: of("transferred") }, ValueUnit::Percent), "true", "yes");
    }
}
