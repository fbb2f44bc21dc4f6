//! Cells: partial sums per person, unit and slot of time, filled by one scan per table.

mod change;
mod values;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::logical_expr::Expr;
use futures::TryStreamExt;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::columns::{Texts, Words};
use crate::compile::{Adding, Family, Program, StockPlan};
use crate::local_time::LocalTime;
use crate::organisation::Directory;
use crate::session::Session;
use crate::timeline::Timeline;
use crate::{EngineError, apart};

pub use values::Values;

/// Stands for “nobody” and “nowhere”.
pub const NONE: u32 = u32::MAX;

/// Sums are kept in so many parts of one.
pub const PARTS: f64 = 1e9;

/// Where the rows of a cell belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// When.
    pub slot: u32,
    /// The unit; [`NONE`] when it is not known.
    pub unit: u32,
    /// The person; [`NONE`] when it is not known.
    pub person: u32,
}

/// One column of cells. Which of the lists are filled depends on how the column is added up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Rows that had a value.
    pub count: Vec<u64>,
    /// Rows that were true.
    pub trues: Vec<u64>,
    /// Sums, in billionths.
    pub sum: Vec<i128>,
    /// Sums of squares, in billionths.
    pub squares: Vec<i128>,
    /// Values; for distinct counts the code of each value.
    pub values: Values,
}

impl Sums {
    fn grow(&mut self, adding: Adding, cells: usize) {
        match adding {
            Adding::Truth => {
                self.count.resize(cells, 0);
                self.trues.resize(cells, 0);
            }
            Adding::Rows => self.trues.resize(cells, 0),
            Adding::Sum => {
                self.count.resize(cells, 0);
                self.sum.resize(cells, 0);
            }
            Adding::Moments => {
                self.count.resize(cells, 0);
                self.sum.resize(cells, 0);
                self.squares.resize(cells, 0);
            }
            Adding::Values | Adding::Distinct => self.count.resize(cells, 0),
        }
    }

    /// Adds cell `from` of another column to cell `to` of this one.
    pub(crate) fn add(&mut self, to: usize, other: &Sums, from: usize) {
        let add = |mine: &mut Vec<u64>, theirs: &Vec<u64>| {
            if let Some(value) = theirs.get(from) {
                mine[to] += value;
            }
        };
        add(&mut self.count, &other.count);
        add(&mut self.trues, &other.trues);
        if let Some(value) = other.sum.get(from) {
            self.sum[to] = self.sum[to].saturating_add(*value);
        }
        if let Some(value) = other.squares.get(from) {
            self.squares[to] = self.squares[to].saturating_add(*value);
        }
    }
}

/// The cells of one family.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FamilyCells {
    /// Where the rows of each cell belong.
    pub keys: Vec<Key>,
    /// How many rows there are in each cell.
    pub members: Vec<u32>,
    /// One per column of the family.
    pub columns: Vec<Sums>,
    /// Rows that could not be placed in any unit.
    pub unplaced: u64,
    /// Rows that were placed in time.
    pub rows: u64,
    /// The last day on which a row lies, in days since 1970.
    pub last_day: Option<i32>,
    #[serde(skip)]
    positions: HashMap<Key, u32>,
    /// The last cell of each person, by code; rows mostly come in order of time, so that the next one is in it, too.
    #[serde(skip)]
    last: Vec<(Key, u32)>,
}

/// No cell: no slot has this number.
const NOWHERE: (Key, u32) = (Key { slot: u32::MAX, unit: NONE, person: NONE }, 0);

impl FamilyCells {
    fn new(family: &Family) -> Self {
        Self { columns: vec![Sums::default(); family.columns.len()], ..Self::default() }
    }

    #[inline]
    fn cell(&mut self, key: Key) -> u32 {
        // Rows without a person share the first place.
        let place = key.person.wrapping_add(1) as usize;
        if let Some((last, cell)) = self.last.get(place)
            && *last == key
        {
            return *cell;
        }
        let cell = self.find(key);
        if place >= self.last.len() {
            self.last.resize(place + 1, NOWHERE);
        }
        self.last[place] = (key, cell);
        cell
    }

    fn find(&mut self, key: Key) -> u32 {
        let next = self.keys.len() as u32;
        let position = *self.positions.entry(key).or_insert(next);
        if position == next {
            self.keys.push(key);
            self.members.push(0);
        }
        position
    }

    fn merge(&mut self, family: &Family, other: &FamilyCells) {
        let places: Vec<u32> = other.keys.iter().map(|key| self.cell(*key)).collect();
        for (place, members) in places.iter().zip(&other.members) {
            self.members[*place as usize] += members;
        }
        for ((mine, theirs), column) in self.columns.iter_mut().zip(&other.columns).zip(&family.columns) {
            mine.grow(column.adding, self.keys.len());
            for (from, to) in places.iter().enumerate() {
                mine.add(*to as usize, theirs, from);
            }
            mine.values.extend(&theirs.values, &places);
        }
        self.unplaced += other.unplaced;
        self.rows += other.rows;
        self.last_day = self.last_day.max(other.last_day);
    }
}

/// The day on which a row ends that has not ended.
pub const NEVER: i64 = i64::MAX;

/// What begins and ends, per person and unit: changes of the stock by day; or, where rows are kept, the day on which
/// each begins and the day on which it ends.
pub type StockFlows = HashMap<(u32, u32), Vec<(i32, i64)>>;

/// The cells of a whole program, for one segment.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// One per family.
    pub families: Vec<FamilyCells>,
    /// One per stock.
    pub stocks: Vec<StockFlows>,
    /// Whether anything was left out because it happens later.
    pub later: bool,
}

impl Cells {
    pub(crate) fn new(program: &Program) -> Self {
        Self {
            families: program.families.iter().map(FamilyCells::new).collect(),
            stocks: vec![StockFlows::default(); program.stocks.len()],
            later: false,
        }
    }

    /// Lays the values of each cell side by side.
    pub(crate) fn settle(&mut self) {
        for family in &mut self.families {
            for sums in &mut family.columns {
                sums.values.settle(family.keys.len());
            }
        }
    }

    /// Takes over what was filled from another table.
    pub(crate) fn add_table(&mut self, program: &Program, table: &str, other: Cells) {
        for ((mine, other), family) in self.families.iter_mut().zip(other.families).zip(&program.families) {
            if family.table == table {
                *mine = other;
            }
        }
        for ((mine, other), stock) in self.stocks.iter_mut().zip(other.stocks).zip(&program.stocks) {
            if stock.table == table {
                *mine = other;
            }
        }
        self.later |= other.later;
    }
}

/// What a scan needs besides the program.
pub struct Context {
    /// Who is who.
    pub directory: Arc<Directory>,
    /// The days of the project.
    pub local: Arc<LocalTime>,
    /// The slots.
    pub timeline: Arc<Timeline>,
    /// The evaluation instant, in microseconds: what lies behind it is not known yet.
    pub as_of: i64,
    /// The values of distinct counts.
    pub(crate) names: Words,
}

/// Fills the cells of a program; by segment when an expression to divide by is given for each table, and only with the
/// rows for which `condition` is true, where there is one.
pub async fn fill(
    session: &Session,
    program: &Program,
    context: &Arc<Context>,
    segment: Option<&str>,
    condition: Option<&str>,
) -> Result<Vec<(Option<String>, Cells)>, EngineError> {
    let mut segments = Segments::default();
    if segment.is_none() {
        segments.place(program, None);
    }
    for table in program.tables() {
        let scan = Scan::new(session, program, table, segment).await?;
        segments.fill(session, program, context, table, scan, condition).await?;
    }
    segments.cells.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(segments.cells)
}

/// The cells of rows that are not a whole table: those that came, or those that went. `session` sees them in place of
/// the table.
pub(crate) async fn of_some_rows(
    session: &Session,
    program: &Program,
    context: &Arc<Context>,
    table: &str,
) -> Result<Cells, EngineError> {
    let mut segments = Segments::default();
    segments.place(program, None);
    let scan = Scan::new(session, program, table, None).await?;
    segments.fill(session, program, context, table, scan, None).await?;
    Ok(segments.cells.pop().map_or_else(|| Cells::new(program), |(_, cells)| cells))
}

/// The columns of a table that a program reads.
pub(crate) async fn columns(session: &Session, program: &Program, table: &str) -> Result<Vec<String>, EngineError> {
    let scan = Scan::new(session, program, table, None).await?;
    let mut columns: Vec<String> = Vec::new();
    for expression in &scan.expressions {
        columns.extend(expression.column_refs().into_iter().map(|column| column.name.clone()));
    }
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

/// Cells by segment.
#[derive(Default)]
struct Segments {
    cells: Vec<(Option<String>, Cells)>,
    places: HashMap<Option<String>, usize>,
}

impl Segments {
    /// The place of a segment, which is added unless it is there.
    fn place(&mut self, program: &Program, name: Option<String>) -> usize {
        *self.places.entry(name).or_insert_with_key(|name| {
            self.cells.push((name.clone(), Cells::new(program)));
            self.cells.len() - 1
        })
    }

    /// Adds what one scan of a table gives.
    async fn fill(
        &mut self,
        session: &Session,
        program: &Program,
        context: &Arc<Context>,
        table: &str,
        scan: Scan,
        condition: Option<&str>,
    ) -> Result<(), EngineError> {
        let scan = Arc::new(scan);
        let mut rows = session.table(table).await?;
        if let Some(text) = condition {
            let parsed = session.context().parse_sql_expr(text, rows.schema());
            let asked = parsed.as_ref().ok().filter(|_| session.keeps_people_apart());
            if let Some(column) = asked.and_then(|condition| apart::tells_people_apart(condition, table)) {
                let message = apart::refusal(&column);
                return Err(EngineError::Condition { table: table.to_owned(), condition: text.to_owned(), message });
            }
            rows = parsed
                .and_then(|condition| rows.filter(condition))
                .map_err(|error| EngineError::of_condition(table, text, &error))?;
        }
        let query = rows.select(scan.expressions.clone())?;
        let mut workers = Vec::new();
        for stream in session.streams(query).await? {
            let scan = Arc::clone(&scan);
            let context = Arc::clone(context);
            workers.push(tokio::spawn(async move {
                let mut stream = stream;
                let mut partial = Partial::new(&scan);
                while let Some(batch) = stream.try_next().await? {
                    partial.take(&scan, &context, &batch)?;
                }
                Ok::<Partial, EngineError>(partial)
            }));
        }
        for worker in workers {
            let partial = worker.await??;
            for (name, cells) in partial.segments {
                let position = self.place(program, name);
                let target = &mut self.cells[position].1;
                target.later |= cells.later;
                for (own, &family) in cells.families.into_iter().zip(&scan.family_positions) {
                    target.families[family].merge(&program.families[family], &own);
                }
                for (own, &stock) in cells.stocks.into_iter().zip(&scan.stock_positions) {
                    for (key, flows) in own.into_iter().collect::<std::collections::BTreeMap<_, _>>() {
                        target.stocks[stock].entry(key).or_default().extend(flows);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The one scan of a table.
struct Scan {
    expressions: Vec<Expr>,
    source: Option<usize>,
    segment: Option<usize>,
    families: Vec<FamilyScan>,
    family_positions: Vec<usize>,
    stocks: Vec<StockScan>,
    stock_positions: Vec<usize>,
    program: Program,
}

/// Positions of the expressions of a family in the scan.
struct FamilyScan {
    period_of: usize,
    person: Option<usize>,
    unit: Option<usize>,
    columns: Vec<usize>,
}

struct StockScan {
    from: usize,
    until: usize,
    condition: Option<usize>,
    person: Option<usize>,
    unit: Option<usize>,
}

impl Scan {
    async fn new(
        session: &Session,
        program: &Program,
        table: &str,
        segment: Option<&str>,
    ) -> Result<Self, EngineError> {
        let mut list = Expressions::default();
        let mut families = Vec::new();
        let mut family_positions = Vec::new();
        for (position, family) in program.families.iter().enumerate().filter(|(_, family)| family.table == table) {
            families.push(FamilyScan {
                period_of: list.add(&family.period_of),
                person: family.person.as_ref().map(|person| list.add(person)),
                unit: family.unit.as_ref().map(|unit| list.add(unit)),
                columns: family.columns.iter().map(|column| list.add(&column.expression)).collect(),
            });
            family_positions.push(position);
        }
        let mut stocks = Vec::new();
        let mut stock_positions = Vec::new();
        for (position, stock) in program.stocks.iter().enumerate().filter(|(_, stock)| stock.table == table) {
            let StockPlan { from, until, condition, person, unit, .. } = stock;
            stocks.push(StockScan {
                from: list.add(from),
                until: list.add(until),
                condition: condition.as_ref().map(|condition| list.add(condition)),
                person: person.as_ref().map(|person| list.add(person)),
                unit: unit.as_ref().map(|unit| list.add(unit)),
            });
            stock_positions.push(position);
        }
        let frame = session.table(table).await?;
        let segment = match segment {
            Some(text) => {
                let parsed = session.context().parse_sql_expr(text, frame.schema());
                Some(list.add(&parsed.map_err(|error| EngineError::of_segment(table, text, &error))?))
            }
            None => None,
        };
        let source = Some(list.add(&session.context().parse_sql_expr("source", frame.schema())?));
        Ok(Self {
            expressions: list.named(),
            source,
            segment,
            families,
            family_positions,
            stocks,
            stock_positions,
            program: program.clone(),
        })
    }
}

/// Expressions without repetition.
#[derive(Default)]
struct Expressions(Vec<Expr>);

impl Expressions {
    fn add(&mut self, expression: &Expr) -> usize {
        self.0.iter().position(|known| known == expression).unwrap_or_else(|| {
            self.0.push(expression.clone());
            self.0.len() - 1
        })
    }

    fn named(self) -> Vec<Expr> {
        self.0.into_iter().enumerate().map(|(position, expression)| expression.alias(format!("e{position}"))).collect()
    }
}

/// What one worker has added up so far.
struct Partial {
    segments: Vec<(Option<String>, Cells)>,
    names: HashMap<Option<String>, usize>,
}

impl Partial {
    fn new(scan: &Scan) -> Self {
        let mut partial = Self { segments: Vec::new(), names: HashMap::new() };
        if scan.segment.is_none() {
            partial.segment(scan, None);
        }
        partial
    }

    fn segment(&mut self, scan: &Scan, name: Option<&str>) -> usize {
        if let Some(position) = self.names.get(&name.map(str::to_owned)) {
            return *position;
        }
        let cells = Cells {
            families: scan
                .family_positions
                .iter()
                .map(|&family| FamilyCells::new(&scan.program.families[family]))
                .collect(),
            stocks: vec![StockFlows::default(); scan.stocks.len()],
            later: false,
        };
        let name = name.map(str::to_owned);
        self.segments.push((name.clone(), cells));
        self.names.insert(name, self.segments.len() - 1);
        self.segments.len() - 1
    }

    /// Notes whether anything was left out because it happens later; of which segment it is does not matter.
    fn later(&mut self, later: bool) {
        if let Some((_, cells)) = self.segments.first_mut() {
            cells.later |= later;
        }
    }

    fn take(&mut self, scan: &Scan, context: &Context, batch: &RecordBatch) -> Result<(), EngineError> {
        // Without segments all rows go to the first and only list of cells.
        let segments: Option<Vec<usize>> = match scan.segment {
            None => None,
            Some(position) => {
                let texts = Texts::of(batch.column(position))?;
                Some((0..batch.num_rows()).map(|row| self.segment(scan, texts.get(row))).collect())
            }
        };
        let sources = match scan.source {
            Some(position) if context.directory.has_aliases() => Some(Texts::of(batch.column(position))?),
            _ => None,
        };
        let source = |row: usize| sources.as_ref().and_then(|sources| sources.get(row));
        // Families of one table mostly share people and units.
        let mut known: Vec<(Who, usize, Vec<u32>)> = Vec::new();
        for (position, family) in scan.families.iter().enumerate() {
            let (days, later) = days(batch.column(family.period_of), context)?;
            self.later(later);
            let people = codes(&mut known, batch, Who::Person, family.person, |row, id| {
                context.directory.person(source(row), id)
            })?;
            let units =
                codes(&mut known, batch, Who::Unit, family.unit, |row, id| context.directory.unit(source(row), id))?;
            let code = |list: Option<usize>, row: usize| list.map_or(NONE, |list| known[list].2[row]);
            let plan = &scan.program.families[scan.family_positions[position]];
            let mut cells = vec![NONE; batch.num_rows()];
            for row in 0..batch.num_rows() {
                let Some(day) = days[row] else { continue };
                let segment = segments.as_ref().map_or(0, |segments| segments[row]);
                let own = &mut self.segments[segment].1.families[position];
                let person = code(people, row);
                let at_home = if person == NONE { None } else { context.directory.unit_of(person, day) };
                let unit = at_home.unwrap_or_else(|| code(units, row));
                own.rows += 1;
                own.last_day = own.last_day.max(Some(day));
                own.unplaced += u64::from(unit == NONE);
                let cell = own.cell(Key { slot: context.timeline.slot(day), unit, person });
                own.members[cell as usize] += 1;
                cells[row] = cell;
            }
            for (column, &expression) in family.columns.iter().enumerate() {
                let adding = plan.columns[column].adding;
                let array = batch.column(expression);
                let mut sums: Vec<&mut Sums> = Vec::with_capacity(self.segments.len());
                for (_, own) in &mut self.segments {
                    let own = &mut own.families[position];
                    own.columns[column].grow(adding, own.keys.len());
                    sums.push(&mut own.columns[column]);
                }
                Target { sums, segments: segments.as_deref(), cells: &cells }.add(adding, array, &context.names)?;
            }
        }
        for (position, stock) in scan.stocks.iter().enumerate() {
            let (from, begin_later) = days(batch.column(stock.from), context)?;
            let (until, end_later) = days(batch.column(stock.until), context)?;
            self.later(begin_later || end_later);
            let people = codes(&mut known, batch, Who::Person, stock.person, |row, id| {
                context.directory.person(source(row), id)
            })?;
            let units =
                codes(&mut known, batch, Who::Unit, stock.unit, |row, id| context.directory.unit(source(row), id))?;
            let code = |list: Option<usize>, row: usize| list.map_or(NONE, |list| known[list].2[row]);
            // A condition that is nothing but NULL has a type of its own.
            let condition = stock.condition.map(|condition| cast(batch.column(condition), &DataType::Boolean));
            let condition = condition.transpose()?;
            let condition = condition.as_ref().map(AsArray::as_boolean);
            for row in 0..batch.num_rows() {
                let counts = condition.is_none_or(|condition| condition.is_valid(row) && condition.value(row));
                let (Some(from), true) = (from[row], counts) else { continue };
                let segment = segments.as_ref().map_or(0, |segments| segments[row]);
                let (person, unit) = (code(people, row), code(units, row));
                let flows = &mut self.segments[segment].1.stocks[position];
                if scan.program.stocks[scan.stock_positions[position]].keeps_rows {
                    flows.entry((unit, person)).or_default().push((from, until[row].map_or(NEVER, i64::from)));
                    continue;
                }
                add_stock(flows, context, from, until[row], person, unit);
            }
        }
        Ok(())
    }
}

/// Where the rows of a batch are added up: cells of one column, by segment.
struct Target<'a> {
    sums: Vec<&'a mut Sums>,
    segments: Option<&'a [usize]>,
    /// The cell of each row; [`NONE`] for rows that count nowhere.
    cells: &'a [u32],
}

impl Target<'_> {
    fn add(&mut self, adding: Adding, array: &ArrayRef, names: &Words) -> Result<(), EngineError> {
        match adding {
            Adding::Distinct => {
                let texts = Texts::of(array)?;
                let codes = names.codes((0..array.len()).map(|row| texts.get(row)));
                self.each(&codes, |sums, cell, code| {
                    sums.count[cell] += 1;
                    sums.values.push(cell as u32, f64::from(code));
                });
            }
            Adding::Truth | Adding::Rows => {
                let truth = cast(array, &DataType::Boolean)?;
                let truth: Vec<Option<bool>> = truth.as_boolean().iter().collect();
                if adding == Adding::Truth {
                    self.each(&truth, |sums, cell, value| {
                        sums.count[cell] += 1;
                        sums.trues[cell] += u64::from(value);
                    });
                } else {
                    self.each(&truth, |sums, cell, value| sums.trues[cell] += u64::from(value));
                }
            }
            Adding::Sum | Adding::Moments | Adding::Values => {
                let numbers = cast(array, &DataType::Float64)?;
                let numbers: Vec<Option<f64>> = numbers
                    .as_primitive::<Float64Type>()
                    .iter()
                    .map(|number| number.filter(|n| n.is_finite()))
                    .collect();
                match adding {
                    Adding::Sum => self.each(&numbers, |sums, cell, number| {
                        sums.count[cell] += 1;
                        sums.sum[cell] = sums.sum[cell].saturating_add(to_parts(number));
                    }),
                    Adding::Moments => self.each(&numbers, |sums, cell, number| {
                        sums.count[cell] += 1;
                        sums.sum[cell] = sums.sum[cell].saturating_add(to_parts(number));
                        sums.squares[cell] = sums.squares[cell].saturating_add(to_parts(number * number));
                    }),
                    _ => self.each(&numbers, |sums, cell, number| {
                        sums.count[cell] += 1;
                        sums.values.push(cell as u32, number);
                    }),
                }
            }
        }
        Ok(())
    }

    /// Calls `put` with every value of a row that counts.
    #[inline]
    fn each<T: Copy>(&mut self, values: &[Option<T>], put: impl Fn(&mut Sums, usize, T)) {
        for (row, (value, &cell)) in values.iter().zip(self.cells).enumerate() {
            if let Some(value) = value
                && cell != NONE
            {
                let segment = self.segments.map_or(0, |segments| segments[row]);
                put(self.sums[segment], cell as usize, *value);
            }
        }
    }
}

/// A number in billionths; the sums of such do not depend on their order.
fn to_parts(number: f64) -> i128 {
    let parts = (number * PARTS).round();
    // Nearly all numbers fit into 64 bits, for which processors have an instruction.
    if parts.abs() < 9e18 { i128::from(parts as i64) } else { parts as i128 }
}

/// The local day of each row. Rows without one, and rows of the future, have none; whether there are any of the latter.
fn days(column: &ArrayRef, context: &Context) -> Result<(Vec<Option<i32>>, bool), EngineError> {
    let today = context.local.day(context.as_of);
    let mut later = false;
    match column.data_type() {
        DataType::Date32 | DataType::Date64 => {
            let days = cast(column, &DataType::Date32)?;
            let mut known = |day: &i32| {
                later |= *day > today;
                *day <= today
            };
            let days = days.as_primitive::<Date32Type>().iter().map(|day| day.filter(&mut known)).collect();
            Ok((days, later))
        }
        DataType::Timestamp(..) => {
            let instants = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            let mut known = |at: &i64| {
                later |= *at > context.as_of;
                *at <= context.as_of
            };
            let instants = instants.as_primitive::<TimestampMicrosecondType>().iter();
            let days = instants.map(|at| at.filter(&mut known).map(|at| context.local.day(at))).collect();
            Ok((days, later))
        }
        DataType::Null => Ok((vec![None; column.len()], false)),
        other => Err(EngineError::Arrow(arrow::error::ArrowError::CastError(format!(
            "a row is placed in time by an instant or a day, not by a value of type {other}"
        )))),
    }
}

/// What an identifier stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Person,
    Unit,
}

/// The codes of the identifiers in a column, as a position in the list of those that are known.
fn codes(
    known: &mut Vec<(Who, usize, Vec<u32>)>,
    batch: &RecordBatch,
    who: Who,
    position: Option<usize>,
    code: impl Fn(usize, &str) -> u32,
) -> Result<Option<usize>, EngineError> {
    let Some(position) = position else { return Ok(None) };
    if let Some(found) = known.iter().position(|(kind, column, _)| (*kind, *column) == (who, position)) {
        return Ok(Some(found));
    }
    let texts = Texts::of(batch.column(position))?;
    let list = (0..batch.num_rows()).map(|row| texts.get(row).map_or(NONE, |id| code(row, id))).collect();
    known.push((who, position, list));
    Ok(Some(known.len() - 1))
}

/// A row that is open from one day to another, wherever its person goes in between.
fn add_stock(flows: &mut StockFlows, context: &Context, from: i32, until: Option<i32>, person: u32, unit: u32) {
    if until.is_some_and(|until| until <= from) {
        return;
    }
    let mut change = |day: i32, unit: u32, by: i64| flows.entry((unit, person)).or_default().push((day, by));
    let place_on = |day: i32| {
        let home = if person == NONE { None } else { context.directory.unit_of(person, day) };
        home.unwrap_or(unit)
    };
    let mut place = place_on(from);
    change(from, place, 1);
    let organisation = context.directory.organisation();
    if (person as usize) < organisation.person_count() {
        let mut moves: Vec<i32> = Vec::new();
        for (start, end, _) in organisation.places(evenkeel_model::organisation::PersonCode(person)) {
            moves.push(crate::local_time::day_number(start));
            moves.extend(end.map(crate::local_time::day_number));
        }
        moves.sort_unstable();
        for day in moves.into_iter().filter(|day| *day > from && until.is_none_or(|until| *day < until)) {
            let next = place_on(day);
            if next != place {
                change(day, place, -1);
                change(day, next, 1);
                place = next;
            }
        }
    }
    if let Some(until) = until {
        change(until, place, -1);
    }
}
