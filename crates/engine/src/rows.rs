//! The records behind a number.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{SortOptions, cast, concat, filter_record_batch, rank};
use arrow::datatypes::{DataType, Date32Type, Field, FieldRef, Schema, TimeUnit, TimestampMicrosecondType};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::{DataFrame, col};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Amount, Expression, Formula, Measure};
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_model::record::{self, ColumnKind};
use jiff::Timestamp;

use crate::columns::Texts;
use crate::compile::expression;
use crate::local_time::{date_of, day_number};
use crate::table::Table;
use crate::{Engine, EngineError, ReadingStore};

/// Which of the records behind a number are wanted, and in what order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How many come before the first one.
    pub first: usize,
    /// How many at most.
    pub limit: usize,
    /// The column by which they are put in order; without one the latest come first.
    pub order: Option<Order>,
}

/// A column by which records are put in order. Records without a value come last in either direction; among equal ones
/// the latest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its name.
    pub column: String,
    /// Whether the largest value comes first.
    pub descending: bool,
}

impl Order {
    /// Reads `column`, or `-column` for the largest first.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix('-') {
            Some(column) => Self { column: column.to_owned(), descending: true },
            None => Self { column: text.to_owned(), descending: false },
        }
    }
}

impl fmt::Display for Order {
    /// As [`Order::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.column)
    }
}

/// Whether the rows of a measure may be put in order by a column. What says who may not order them: an order of people
/// would tell which rows are of one person even where the person is not named.
#[must_use]
pub fn orders(measure: &Measure, column: &str) -> bool {
    let Some(rows) = measure.formula.rows() else { return false };
    if column == COUNTS_AS {
        return counted_by(&measure.formula).is_some_and(|(_, of)| !record::mentions_person(&rows.table, of.as_str()));
    }
    record::readable_table(&rows.table)
        .and_then(|table| table.column(column))
        .is_some_and(|column| !column.names_person && column.kind != ColumnKind::Json)
}

/// Records behind a number, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The table that they come from.
    pub table: String,
    /// The columns; the first may be [`COUNTS_AS`].
    pub columns: Vec<String>,
    /// What each of them holds.
    pub kinds: Vec<ColumnKind>,
    /// Whether each of them can put the rows in order.
    pub orders: Vec<bool>,
    /// The column by which they are in order; none where the latest come first.
    pub order: Option<Order>,
    /// The rows from the wanted one on.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many there are in all, of those that may be listed.
    pub total: u64,
    /// How many are withheld, because they are among so few of their unit and month that somebody's answer could be told.
    pub withheld: u64,
}

impl Records {
    /// The same with every column as what it holds.
    #[must_use]
    pub fn typed(&self) -> Table {
        let mut table = Table::default();
        for (place, (name, kind)) in self.columns.iter().zip(&self.kinds).enumerate() {
            let cells: Vec<Option<&str>> =
                self.rows.iter().map(|row| row.get(place).and_then(Option::as_deref)).collect();
            table = table.written(name, *kind, &cells);
        }
        table
    }

    /// Keeps the columns at these places, and no others.
    pub fn keep_columns(&mut self, kept: &[usize]) {
        let pick = |cells: &mut Vec<Option<String>>| {
            let mut all = std::mem::take(cells);
            *cells = kept.iter().map(|&place| all[place].take()).collect();
        };
        self.columns = kept.iter().map(|&place| self.columns[place].clone()).collect();
        self.kinds = kept.iter().map(|&place| self.kinds[place]).collect();
        self.orders = kept.iter().map(|&place| self.orders[place]).collect();
        self.rows.iter_mut().for_each(pick);
    }
}

/// The name of the column that tells how a row counts: true or false, a number, or the value that is told apart from
/// others. Rows that count as one each have none.
pub const COUNTS_AS: &str = "counts_as";

const PERIOD: &str = "__evenkeel_period";
const PERSON: &str = "__evenkeel_person";
const UNIT: &str = "__evenkeel_unit";
const COUNTS: &str = "__evenkeel_counts";

impl Engine {
    /// The records behind a measure of a unit or person in a period: those that are wanted. `store` has the readings of the
    /// measure, which tell what is withheld.
    pub async fn rows(
        &self,
        store: &ReadingStore,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
        wanted: &Wanted,
    ) -> Result<Records, EngineError> {
        let organisation = self.directory().organisation();
        let allowed = match subject {
            Subject::Person(_) => measure.levels.person,
            Subject::Unit(id) => measure.levels.unit || id == organisation.unit_id(organisation.root()),
        };
        if !allowed {
            return Err(EngineError::not_at_this_level(measure, subject));
        }
        let in_force = measure.in_force(period).unwrap_or(measure);
        let measure = &Arc::new(in_force.clone());
        self.prepare(std::slice::from_ref(measure)).await?;
        let Some(rows) = measure.formula.rows() else {
            let parts = measure.formula.parts().iter().map(|part| part.id.to_string()).collect();
            return Err(EngineError::NoOwnRows { measure: measure.id.to_string(), parts });
        };
        let frame = self.session().table(&rows.table).await?;
        if let Some(order) = wanted.order.as_ref().filter(|order| !orders(measure, &order.column)) {
            return Err(EngineError::not_in_order(measure, &order.column));
        }
        let parse = |field, text| expression(self.session(), (&rows.table, &frame), measure, field, text);
        let names: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut columns: Vec<Expr> = names.iter().map(|name| col(format!("\"{name}\""))).collect();
        columns.push(parse("period_of", &rows.period_of)?.alias(PERIOD));
        if let Some(person) = &rows.person {
            columns.push(parse("attribute", person)?.alias(PERSON));
        }
        if let Some(unit) = &rows.unit {
            columns.push(parse("unit_of", unit)?.alias(UNIT));
        }
        let counted = counted_by(&measure.formula);
        if let Some((field, of)) = counted {
            let of = parse(field, of)?;
            // What is added up may be true or false in the record, and counts as one or zero.
            let adds_up = matches!(
                measure.formula,
                Formula::Sum { .. }
                    | Formula::Mean { .. }
                    | Formula::NetPromoterScore { .. }
                    | Formula::Quantile { .. }
            );
            let of = if adds_up { datafusion::logical_expr::cast(of, DataType::Float64) } else { of };
            columns.push(of.alias(COUNTS));
        }
        let mut query = frame.clone();
        for condition in &rows.conditions {
            query = query.filter(parse("where", condition)?)?;
        }
        let placed = Placed::of(&measure.formula);
        let is_stock = placed != Placed::InThePeriod;
        // What has not ended or not been reached counts all the same.
        let may_be_unknown = is_stock || matches!(measure.formula, Formula::Cohort { .. });
        if let (Some((field, of)), false) = (counted, may_be_unknown) {
            // Rows for which there is nothing to count are not behind the number.
            query = query.filter(parse(field, of)?.is_not_null())?;
        }
        // Whole days around the period, so that files without any of them are passed over; the exact days of the
        // project's zone are looked at row by row.
        let at = cast_to_instant(parse("period_of", &rows.period_of)?);
        let to = self.local().start_of(period.end()).as_microsecond();
        query = query.filter(at.clone().lt(instant(to.saturating_add(DAY))))?;
        match &measure.formula {
            // Of a stock, what was still open at the end of the period or, where that lies ahead, is open now.
            Formula::Stock { until, .. } => {
                let until = cast_to_instant(parse("stock", until)?);
                let end = to.min(self.scope().as_of.as_microsecond()).saturating_sub(2 * DAY);
                query = query.filter(until.clone().is_null().or(until.gt_eq(instant(end))))?;
            }
            // Of those that may be kept or lost, what was still open on the day before the period.
            Formula::Retention { until, lost, .. } => {
                let until = cast_to_instant(parse(if *lost { "churn" } else { "retention" }, until)?);
                let start = self.local().start_of(period.start()).as_microsecond().saturating_sub(2 * DAY);
                query = query.filter(until.clone().is_null().or(until.gt_eq(instant(start))))?;
            }
            _ => {
                let from = self.local().start_of(period.start()).as_microsecond().saturating_sub(DAY);
                query = query.filter(at.gt_eq(instant(from)))?;
            }
        }
        let query = query.select(columns)?;
        let kinds = kinds_of(&query);
        let batches = self.session().collect(query).await?;
        let mut kept: Vec<RecordBatch> = Vec::new();
        let withholding = measure.withhold_below.map(|_| (store, &measure.id));
        let mut withheld = 0;
        for batch in batches {
            let mask = self.mask(&batch, subject, period, placed, withholding, &mut withheld)?;
            kept.push(self.with_people(&filter_record_batch(&batch, &mask)?, &rows.table)?);
        }
        let shown: Vec<String> =
            names.into_iter().filter(|name| !matches!(name.as_str(), "imported_at" | "batch_id")).collect();
        // What ends a stock is among the columns of the record already, and every row of it counts as one.
        let found = page(&kept, &rows.table, (shown, &kinds), counted.is_some() && !is_stock, wanted)?;
        let ordering = found.columns.iter().map(|column| orders(measure, column)).collect();
        Ok(Records { withheld, orders: ordering, order: wanted.order.clone(), ..found })
    }

    /// Which rows belong to the unit or person and period, without those that must not be listed, which are counted.
    fn mask(
        &self,
        batch: &RecordBatch,
        subject: &Subject,
        period: Period,
        placed: Placed,
        withholding: Option<(&ReadingStore, &MeasureId)>,
        withheld: &mut u64,
    ) -> Result<BooleanArray, EngineError> {
        let days = self.days(column(batch, PERIOD)?)?;
        let ends = if placed == Placed::InThePeriod { None } else { Some(self.days(column(batch, COUNTS)?)?) };
        let people = batch.column_by_name(PERSON).map(Texts::of).transpose()?;
        let units = batch.column_by_name(UNIT).map(Texts::of).transpose()?;
        let sources = batch.column_by_name("source").map(Texts::of).transpose()?;
        let directory = self.directory();
        let organisation = directory.organisation();
        let last_day = match placed {
            Placed::BeforeThePeriod => period.start().yesterday().unwrap_or(period.start()),
            Placed::InThePeriod | Placed::AtItsEnd => period.last_day().min(self.today()),
        };
        let mut mask = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let Some(day) = days[row] else {
                mask.push(false);
                continue;
            };
            // A stock is what is open at the end of the period, and what may be kept or lost is what was open before
            // it; anything else is what fell into it.
            let (in_time, placed_on) = match &ends {
                Some(ends) => {
                    let open = date_of(day) <= last_day && ends[row].is_none_or(|end| date_of(end) > last_day);
                    (open, last_day)
                }
                None => (period.contains(date_of(day)), date_of(day)),
            };
            if !in_time {
                mask.push(false);
                continue;
            }
            let source = sources.as_ref().and_then(|sources| sources.get(row));
            let person = people.as_ref().and_then(|people| people.get(row)).map(|id| directory.person(source, id));
            let belongs = match subject {
                Subject::Person(id) => person.is_some() && person == directory.known_person(id.as_str()),
                Subject::Unit(id) => {
                    let wanted = directory.known_unit(id.as_str());
                    let home = person.and_then(|person| directory.unit_of(person, day_number(placed_on)));
                    let unit = home.or_else(|| {
                        units.as_ref().and_then(|units| units.get(row)).map(|id| directory.unit(source, id))
                    });
                    let epoch = organisation.epoch_of(placed_on);
                    let root = organisation.root().0;
                    let lies_there = match (unit, wanted) {
                        (_, Some(wanted)) if wanted == root => true,
                        (Some(unit), Some(wanted)) => directory.lies_in(epoch, unit, wanted),
                        _ => false,
                    };
                    let lists = || match withholding {
                        Some((store, measure)) => store.lists_row(measure, unit.unwrap_or(root), day_number(placed_on)),
                        None => true,
                    };
                    *withheld += u64::from(lies_there && !lists());
                    lies_there && lists()
                }
            };
            mask.push(belongs);
        }
        Ok(BooleanArray::from(mask))
    }

    /// The same rows with those who stand behind pseudonyms, where the lake has pseudonyms and their key is there.
    fn with_people(&self, batch: &RecordBatch, table: &str) -> Result<RecordBatch, EngineError> {
        let directory = self.directory();
        let (Some(key), Some(table)) = (directory.behind().key(), record::readable_table(table)) else {
            return Ok(batch.clone());
        };
        let people = batch.column_by_name("person_id").map(Texts::of).transpose()?;
        let schema = batch.schema();
        let mut fields: Vec<FieldRef> = Vec::with_capacity(batch.num_columns());
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            let name = field.name().as_str();
            let is_person = table.column(name).is_some_and(|column| column.names_person);
            let is_text = matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
            if !(is_text && (is_person || name == COUNTS)) {
                fields.push(Arc::clone(field));
                columns.push(Arc::clone(column));
                continue;
            }
            let texts = Texts::of(column)?;
            let of_person = |row: usize| people.as_ref().and_then(|people| key.behind(people.get(row)?));
            let told = |row: usize| match (table.name, name) {
                ("people", "name") => of_person(row).and_then(|known| known.name.as_deref()),
                ("people", "email") => of_person(row).and_then(|known| known.email.as_deref()),
                _ => texts.get(row).map(|text| directory.revealed(text)),
            };
            fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
            columns.push(Arc::new((0..batch.num_rows()).map(told).collect::<StringArray>()));
        }
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }

    fn days(&self, column: &ArrayRef) -> Result<Vec<Option<i32>>, EngineError> {
        let as_of = self.scope().as_of.as_microsecond();
        match column.data_type() {
            DataType::Date32 | DataType::Date64 => {
                let today = self.local().day(as_of);
                let days = cast(column, &DataType::Date32)?;
                Ok(days.as_primitive::<Date32Type>().iter().map(|day| day.filter(|day| *day <= today)).collect())
            }
            _ => {
                let instants = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                Ok(instants
                    .as_primitive::<TimestampMicrosecondType>()
                    .iter()
                    .map(|at| at.filter(|at| *at <= as_of).map(|at| self.local().day(at)))
                    .collect())
            }
        }
    }
}

/// Where in time a row has to lie to count for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    /// It fell into the period.
    InThePeriod,
    /// It was open at the end of the period.
    AtItsEnd,
    /// It was open on the day before the period.
    BeforeThePeriod,
}

impl Placed {
    fn of(formula: &Formula) -> Self {
        match formula {
            Formula::Stock { .. } => Placed::AtItsEnd,
            Formula::Retention { .. } => Placed::BeforeThePeriod,
            _ => Placed::InThePeriod,
        }
    }
}

const DAY: i64 = 86_400_000_000;

/// An instant, in microseconds, as part of a query.
pub(crate) fn instant(micros: i64) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())))
}

/// What tells how a row counts, with the field of the definition in which it stands; none where rows count as one each.
fn counted_by(formula: &Formula) -> Option<(&'static str, &Expression)> {
    match formula {
        Formula::Share { of, .. } => Some(("share", of)),
        Formula::Sum { of, .. } => Some(("sum", of)),
        Formula::Mean { of, .. } => Some(("mean", of)),
        Formula::NetPromoterScore { of, .. } => Some(("nps", of)),
        Formula::Quantile { of, .. } => Some(("quantile", of)),
        Formula::Ratio { numerator, .. } => match &numerator.amount {
            Amount::Sum(of) | Amount::Distinct(of) => Some(("numerator", of)),
            Amount::Count => None,
        },
        Formula::Rate { events, .. } => match &events.amount {
            Amount::Sum(of) | Amount::Distinct(of) => Some(("events", of)),
            Amount::Count => None,
        },
        Formula::Distinct { of, .. } => Some(("distinct", of)),
        Formula::Retention { until, lost, .. } => Some((if *lost { "churn" } else { "retention" }, until)),
        Formula::Cohort { reached, .. } => Some(("cohort", reached)),
        Formula::Count { .. } | Formula::OfMeasures { .. } | Formula::Composite(_) => None,
        Formula::Stock { until, .. } => Some(("stock", until)),
    }
}

fn cast_to_instant(of: Expr) -> Expr {
    datafusion::logical_expr::cast(of, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, EngineError> {
    crate::columns::column(batch, name)
}

/// The columns that tell one row of a table from another, as far as they are there.
fn key_columns(table: &str, shown: &[String]) -> Vec<String> {
    let key = record::readable_table(table).map_or(&[][..], |table| table.key);
    // Identifiers tell a reader more than the source does.
    let key = key.iter().copied().filter(|name| *name != "source").chain(["source"]).map(str::to_owned);
    key.filter(|name| shown.contains(name)).collect()
}

/// Where a row stands among all of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Placing {
    /// The place that the wanted order gives it.
    rank: u32,
    /// When it was.
    latest: Reverse<i64>,
    /// What tells it from the others.
    key: Vec<String>,
    batch: usize,
    row: usize,
}

/// The place that an order gives to each row of all batches, one batch after the other; nothing without an order.
fn ranks(batches: &[RecordBatch], order: Option<&Order>) -> Result<Vec<u32>, EngineError> {
    let Some(order) = order else { return Ok(Vec::new()) };
    let name = if order.column == COUNTS_AS { COUNTS } else { order.column.as_str() };
    let mut columns = Vec::with_capacity(batches.len());
    for batch in batches {
        let cells = column(batch, name)?;
        // Texts lie as codes, too, and are put in order without regard to their case.
        columns.push(match kind_of(cells.data_type()) {
            ColumnKind::Text | ColumnKind::Json => {
                let texts = Texts::of(cells)?;
                let lower = (0..cells.len()).map(|row| texts.get(row).map(str::to_lowercase));
                Arc::new(lower.collect::<StringArray>()) as ArrayRef
            }
            _ => Arc::clone(cells),
        });
    }
    let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let options = SortOptions { descending: order.descending, nulls_first: false };
    Ok(rank(concat(&columns)?.as_ref(), Some(options))?)
}

/// Rows of all batches in the wanted order, latest first and then by their key, cut to a page.
fn page(
    batches: &[RecordBatch],
    table: &str,
    (mut shown, kinds): (Vec<String>, &BTreeMap<String, ColumnKind>),
    has_counts: bool,
    wanted: &Wanted,
) -> Result<Records, EngineError> {
    // Workers read side by side, so the order of batches means nothing.
    let key_columns = key_columns(table, &shown);
    let tells_who = key_columns.iter().any(|name| record::mentions_person(table, name));
    let mut ranks = ranks(batches, wanted.order.as_ref())?.into_iter();
    let mut keys: Vec<Placing> = Vec::new();
    // Columns in which no row has anything are left out.
    let mut filled = vec![false; shown.len()];
    for (position, batch) in batches.iter().enumerate() {
        let period = column(batch, PERIOD)?;
        let order = match period.data_type() {
            DataType::Timestamp(..) => {
                cast(&cast(period, &DataType::Timestamp(TimeUnit::Microsecond, None))?, &DataType::Int64)?
            }
            _ => cast(&cast(period, &DataType::Int32)?, &DataType::Int64)?,
        };
        let order = order.as_primitive::<arrow::datatypes::Int64Type>();
        let key: Vec<Texts> = key_columns
            .iter()
            .map(|name| Texts::of(&cast(column(batch, name)?, &DataType::Utf8)?))
            .collect::<Result<_, EngineError>>()?;
        for row in 0..batch.num_rows() {
            let key: Vec<String> = key.iter().map(|part| part.get(row).unwrap_or_default().to_owned()).collect();
            // Nobody's rows stand at one place among those of one instant, so that no order tells which are of one person.
            let key = if tells_who { vec![blake3::hash(key.join("\u{1f}").as_bytes()).to_string()] } else { key };
            let rank = ranks.next().unwrap_or_default();
            keys.push(Placing { rank, latest: Reverse(order.value(row)), key, batch: position, row });
        }
        for (name, filled) in shown.iter().zip(&mut filled) {
            let values = column(batch, name)?;
            *filled |= values.null_count() < values.len();
        }
    }
    keys.sort_unstable();
    let mut filled = filled.into_iter();
    // Where there is no row at all, all of them stay: a file without any column cannot be read.
    shown.retain(|_| filled.next().unwrap_or(false) || keys.is_empty());
    let kind = |name: &str| kinds.get(name).copied().unwrap_or(ColumnKind::Text);
    let mut columns = Vec::new();
    if has_counts {
        columns.push(COUNTS_AS.to_owned());
    }
    columns.extend(shown.iter().cloned());
    let kinds = has_counts.then_some(COUNTS).into_iter().chain(shown.iter().map(String::as_str)).map(kind).collect();
    let mut rows = Vec::new();
    for Placing { batch, row, .. } in keys.iter().skip(wanted.first).take(wanted.limit) {
        let batch = &batches[*batch];
        let mut cells = Vec::with_capacity(columns.len());
        if has_counts {
            cells.push(text(column(batch, COUNTS)?, *row)?);
        }
        for name in &shown {
            cells.push(text(column(batch, name)?, *row)?);
        }
        rows.push(cells);
    }
    let total = keys.len() as u64;
    Ok(Records { table: table.to_owned(), columns, kinds, orders: Vec::new(), order: None, rows, total, withheld: 0 })
}

/// What the columns of a query hold, by their names.
fn kinds_of(query: &DataFrame) -> BTreeMap<String, ColumnKind> {
    let fields = query.schema().fields().iter();
    fields.map(|field| (field.name().clone(), kind_of(field.data_type()))).collect()
}

/// What a column of a type holds.
fn kind_of(data_type: &DataType) -> ColumnKind {
    match data_type {
        DataType::Boolean => ColumnKind::Flag,
        DataType::Date32 | DataType::Date64 => ColumnKind::Day,
        DataType::Timestamp(..) => ColumnKind::Instant,
        DataType::Dictionary(_, of) => kind_of(of),
        whole if whole.is_integer() => ColumnKind::Whole,
        number if number.is_numeric() => ColumnKind::Number,
        _ => ColumnKind::Text,
    }
}

/// A cell as text: instants in ISO 8601.
fn text(column: &ArrayRef, row: usize) -> Result<Option<String>, EngineError> {
    if column.is_null(row) {
        return Ok(None);
    }
    if let DataType::Timestamp(..) = column.data_type() {
        let instants = cast(&column.slice(row, 1), &DataType::Timestamp(TimeUnit::Microsecond, None))?;
        let micros = instants.as_primitive::<TimestampMicrosecondType>().value(0);
        return Ok(Timestamp::from_microsecond(micros).ok().map(|at| at.to_string()));
    }
    let value = cast(&column.slice(row, 1), &DataType::Utf8)?;
    Ok(Some(value.as_string::<i32>().value(0).to_owned()))
}
