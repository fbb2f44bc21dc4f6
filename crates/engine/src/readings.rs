//! Readings: cells merged up the organisation and along time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use evenkeel_model::derived;
use evenkeel_model::evaluation::Readings;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Formula, Measure, QuantileMethod};
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::reading::{Missing, Reading, Subject};
use evenkeel_model::signal::{Question, Signal, periods_of_history};
use evenkeel_model::trajectory::{Forecast, NoForecast};
use hashbrown::HashMap;
use jiff::civil::Date;

use crate::EngineError;
use crate::cells::{Cells, FamilyCells, NONE, PARTS, StockFlows, Sums, Values};
use crate::compile::{Adding, Parts, Place, Program};
use crate::forecast;
use crate::likely_range::{self, Known};
use crate::local_time::{date_of, day_number};
use crate::organisation::Directory;
use crate::remembered::Remembered;
use crate::side_by_side::{self, Queue};
use crate::signals;
use crate::timeline::Timeline;
use crate::withheld::WithheldUnits;

/// Cells of one family, merged for every unit and person, in order of subject and slot.
#[derive(Debug)]
struct Rolled {
    /// Where the entries of each unit begin; one more than there are units.
    units: Vec<u32>,
    /// Where the entries of each person begin; one more than there are people.
    people: Vec<u32>,
    slots: Vec<u32>,
    columns: Vec<Sums>,
    /// For columns of values: the base cells that each entry is made of.
    cell_starts: Vec<u32>,
    cells: Vec<u32>,
    /// For columns of values: the values of each base cell, side by side.
    values: Vec<Values>,
    first_slot: u32,
    last_slot: u32,
}

/// The stock of one unit or person on one day.
type StockOnDay = Arc<HashMap<Who, i64>>;

/// A unit or person by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Unit(u32),
    Person(u32),
}

/// One column of values of a unit or person in some slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ValuesOf {
    place: Place,
    who: Who,
    slots: (u32, u32),
}

/// Which quantile of values; its share by its bits, as it was written in the definition.
type QuantileOf = (ValuesOf, u64, QuantileMethod);

/// How many rows are open in one unit with one person after each day on which that changed.
type Levels = ((u32, u32), Vec<(i32, i64)>);

#[derive(Debug)]
struct Stock {
    flows: Vec<Levels>,
    first_day: i32,
    on_day: Mutex<HashMap<i32, StockOnDay>>,
}

/// Of those that were there at one time, how many there were and how many were there at a later time.
type StayedBetween = Arc<HashMap<Who, (u64, u64)>>;

/// Rows that begin and end, with the two days of each.
#[derive(Debug)]
struct Staying {
    rows: Vec<Levels>,
    first_day: Option<i32>,
    between: Mutex<HashMap<(i32, i32), StayedBetween>>,
}

impl Staying {
    fn new(rows: StockFlows) -> Self {
        let mut rows: Vec<Levels> = rows.into_iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        let first_day = rows.iter().flat_map(|(_, days)| days.iter().map(|(from, _)| *from)).min();
        Self { rows, first_day, between: Mutex::default() }
    }
}

/// All readings of some measures, ready to be looked up.
#[derive(Debug)]
pub struct ReadingStore {
    measures: BTreeMap<MeasureId, (Arc<Measure>, Parts)>,
    asked: BTreeSet<MeasureId>,
    adding: Vec<Vec<Adding>>,
    families: Vec<Rolled>,
    stocks: Vec<Stock>,
    staying: Vec<Staying>,
    directory: Arc<Directory>,
    timeline: Arc<Timeline>,
    fiscal: FiscalYear,
    today: Date,
    coverage: Vec<(u64, u64)>,
    last_day: Option<i32>,
    quantiles: Remembered<QuantileOf, Option<f64>>,
    ranges: Remembered<QuantileOf, Option<(f64, f64)>>,
    different: Remembered<ValuesOf, usize>,
    withheld: Mutex<HashMap<(MeasureId, Period), Arc<WithheldUnits>>>,
}

impl ReadingStore {
    /// Merges cells, on so many threads.
    pub fn new(
        program: &Program,
        cells: Cells,
        directory: &Arc<Directory>,
        timeline: &Arc<Timeline>,
        fiscal: FiscalYear,
        today: Date,
        workers: usize,
    ) -> Result<Self, EngineError> {
        let adding: Vec<Vec<Adding>> =
            program.families.iter().map(|family| family.columns.iter().map(|column| column.adding).collect()).collect();
        let coverage = cells.families.iter().map(|family| (family.rows - family.unplaced, family.rows)).collect();
        let last_day = cells.families.iter().filter_map(|family| family.last_day).max();
        let cells_of: Vec<Mutex<FamilyCells>> = cells.families.into_iter().map(Mutex::new).collect();
        let queue = Queue::new(cells_of.len());
        let rolled = side_by_side::run(workers.min(cells_of.len()), || {
            let mut rolled = Vec::new();
            while let Some(family) = queue.take() {
                let cells = std::mem::take(&mut *cells_of[family].lock().unwrap_or_else(PoisonError::into_inner));
                rolled.push((family, roll(cells, &adding[family], directory, timeline)));
            }
            Ok(rolled)
        })?;
        let mut families: Vec<(usize, Rolled)> = rolled.into_iter().flatten().collect();
        families.sort_by_key(|(family, _)| *family);
        let families = families.into_iter().map(|(_, rolled)| rolled).collect();
        let mut stocks = Vec::new();
        let mut staying = Vec::new();
        for (plan, flows) in program.stocks.iter().zip(cells.stocks) {
            let (levels, rows) =
                if plan.keeps_rows { (StockFlows::default(), flows) } else { (flows, StockFlows::default()) };
            stocks.push(stock(levels));
            staying.push(Staying::new(rows));
        }
        Ok(Self {
            measures: program.measures.clone(),
            asked: program.asked.clone(),
            adding,
            families,
            stocks,
            staying,
            directory: Arc::clone(directory),
            timeline: Arc::clone(timeline),
            fiscal,
            today,
            coverage,
            last_day,
            quantiles: Remembered::default(),
            ranges: Remembered::default(),
            different: Remembered::default(),
            withheld: Mutex::default(),
        })
    }

    /// Who is who.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// The measures that were asked for.
    pub fn measures(&self) -> impl Iterator<Item = &Arc<Measure>> {
        self.measures.values().map(|(measure, _)| measure).filter(|measure| self.asked.contains(&measure.id))
    }

    /// Of the rows behind a measure, how many belong to a unit, and how many there are.
    #[must_use]
    pub fn coverage(&self, measure: &MeasureId) -> Option<(u64, u64)> {
        match self.measures.get(measure)?.1 {
            Parts::One(place) | Parts::Two(place, _) => self.coverage.get(place.family).copied(),
            Parts::Stock(_) | Parts::Staying(_) | Parts::OtherMeasures => None,
        }
    }

    /// The last day on which any record lies.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.last_day.map(date_of)
    }

    /// The first slot in which any record lies.
    fn first_slot(&self) -> Option<u32> {
        let families = self.families.iter().filter(|family| !family.slots.is_empty()).map(|family| family.first_slot);
        families.chain(self.first_slot_of_stocks()).min()
    }

    fn first_slot_of_stocks(&self) -> Option<u32> {
        let stocks = self.stocks.iter().filter(|stock| !stock.flows.is_empty()).map(|stock| stock.first_day);
        let staying = self.staying.iter().filter_map(|staying| staying.first_day);
        stocks.chain(staying).map(|day| self.timeline.slot(day)).min()
    }

    /// The first day of the day or month in which the first record lies.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        self.first_slot().map(|slot| date_of(self.timeline.start(slot)))
    }

    /// The periods of a grain for which there is any record, none of them in the future.
    #[must_use]
    pub fn periods(&self, grain: Grain) -> Vec<Period> {
        let last = self.families.iter().filter(|family| !family.slots.is_empty()).map(|family| family.last_slot).max();
        let today = self.timeline.slot(day_number(self.today));
        let Some(first) = self.first_slot() else { return Vec::new() };
        let last = if self.first_slot_of_stocks().is_some() { today } else { last.unwrap_or(today).min(today) };
        self.timeline.periods(first, last.max(first), grain, self.fiscal)
    }

    /// A measure with what it is made of.
    pub(crate) fn with_parts(&self, measure: &MeasureId) -> Option<&(Arc<Measure>, Parts)> {
        self.measures.get(measure)
    }

    /// One reading of a unit or person by code, where the measure may be reported for them.
    pub(crate) fn reading_of(
        &self,
        (measure, parts): &(Arc<Measure>, Parts),
        who: Who,
        period: Period,
    ) -> Result<Reading, Missing> {
        let root = self.directory.organisation().root().0;
        match who {
            Who::Person(_) if !measure.levels.person => Err(Missing::NotAtThisLevel),
            Who::Unit(code) if !measure.levels.unit && code != root => Err(Missing::NotAtThisLevel),
            _ => self.read(measure, *parts, who, period),
        }
    }

    fn read(&self, measure: &Measure, parts: Parts, who: Who, period: Period) -> Result<Reading, Missing> {
        if period.start() > self.today {
            return Err(Missing::NotYet);
        }
        let in_force = measure.in_force(period).map_err(Missing::Redefined)?;
        if in_force.id != measure.id {
            let Some((earlier, parts)) = self.measures.get(&in_force.id) else { return Err(Missing::NoRows) };
            return self.read(earlier, *parts, who, period);
        }
        let known_from = measure.known_from(period);
        if measure.wait.is_some() && self.today < known_from {
            return Err(Missing::KnownFrom(known_from));
        }
        let reading = self.raw(measure, parts, who, period)?;
        // Here and not where readings are handed out, so that nothing that is worked out from it tells it either.
        self.told(measure, parts, who, period, reading)
    }

    /// A reading before anything is withheld, of a measure in force.
    pub(crate) fn raw(&self, measure: &Measure, parts: Parts, who: Who, period: Period) -> Result<Reading, Missing> {
        match parts {
            Parts::One(place) => Ok(self.single(measure, place, who, period)),
            Parts::Two(above, below) => Ok(self.ratio(measure, above, below, who, period)),
            Parts::Stock(stock) => Ok(self.stock_at(stock, who, period)),
            Parts::Staying(position) => Ok(self.stayed(measure, position, who, period)),
            Parts::OtherMeasures => self.of_measures(measure, who, period),
        }
    }

    /// How years begin.
    pub(crate) fn fiscal(&self) -> FiscalYear {
        self.fiscal
    }

    /// The day of the evaluation instant.
    pub(crate) fn today(&self) -> Date {
        self.today
    }

    /// Which units tell nothing, by measure and period, as far as somebody asked.
    pub(crate) fn withheld(&self) -> &Mutex<HashMap<(MeasureId, Period), Arc<WithheldUnits>>> {
        &self.withheld
    }

    /// A reading that is worked out from those of other measures, of the same unit or person and period.
    fn of_measures(&self, measure: &Measure, who: Who, period: Period) -> Result<Reading, Missing> {
        let read = |part: &Arc<Measure>| match self.measures.get(&part.id) {
            Some((part, parts)) => self.read(part, *parts, who, period),
            None => Err(Missing::NoRows),
        };
        let parts: Vec<Result<Reading, Missing>> = measure.formula.parts().into_iter().map(read).collect();
        derived::reading(&measure.formula, &parts).unwrap_or(Err(Missing::NoRows))
    }

    fn single(&self, measure: &Measure, place: Place, who: Who, period: Period) -> Reading {
        let family = &self.families[place.family];
        let values = ValuesOf { place, who, slots: self.timeline.slots(period) };
        let total = family.total(place.column, &family.entries(who, values.slots));
        let covered = family.covers(values.slots);
        match &measure.formula {
            Formula::Count { .. } if covered => Reading {
                numerator: Some(total.trues as f64),
                denominator: None,
                n: total.trues,
                value: Some(total.trues as f64),
                sum_of_squares: None,
            },
            Formula::Sum { .. } if covered => {
                let sum = total.sum as f64 / PARTS;
                Reading {
                    numerator: Some(sum),
                    denominator: None,
                    n: total.count,
                    value: Some(sum),
                    sum_of_squares: None,
                }
            }
            Formula::Distinct { .. } if covered => {
                let different = self.different_in(values, total.count) as f64;
                Reading {
                    numerator: Some(different),
                    denominator: None,
                    n: total.count,
                    value: Some(different),
                    sum_of_squares: None,
                }
            }
            Formula::Quantile { at, method, .. } if total.count > 0 => {
                let asked = (values, at.to_bits(), *method);
                let value = self.quantiles.of(asked, total.count, || quantile(self.values_of(values), *at, *method));
                Reading {
                    numerator: None,
                    denominator: Some(total.count as f64),
                    n: total.count,
                    value,
                    sum_of_squares: None,
                }
            }
            Formula::Share { .. } | Formula::Cohort { .. } if total.count > 0 => Reading {
                numerator: Some(total.trues as f64),
                denominator: Some(total.count as f64),
                n: total.count,
                value: Some(total.trues as f64 / total.count as f64),
                sum_of_squares: None,
            },
            Formula::Mean { .. } | Formula::NetPromoterScore { .. } if total.count > 0 => {
                let sum = total.sum as f64 / PARTS;
                Reading {
                    numerator: Some(sum),
                    denominator: Some(total.count as f64),
                    n: total.count,
                    value: Some(sum / total.count as f64),
                    sum_of_squares: Some(total.squares as f64 / PARTS),
                }
            }
            _ => Reading::EMPTY,
        }
    }

    fn ratio(&self, measure: &Measure, above: Place, below: Place, who: Who, period: Period) -> Reading {
        let slots = self.timeline.slots(period);
        let side = |place: Place| {
            let family = &self.families[place.family];
            let values = ValuesOf { place, who, slots };
            let total = family.total(place.column, &family.entries(who, slots));
            match self.adding[place.family][place.column] {
                Adding::Rows | Adding::Truth => (total.trues as f64, total.trues),
                Adding::Distinct => (self.different_in(values, total.count) as f64, total.count),
                _ => (total.sum as f64 / PARTS, total.count),
            }
        };
        let (numerator, events) = side(above);
        let (denominator, rows) = side(below);
        // The rows behind a rate lie on either side; those behind a number of different values on the other.
        let distinct = self.adding[below.family][below.column] == Adding::Distinct;
        let n = if distinct || matches!(measure.formula, Formula::Rate { .. }) { events.max(rows) } else { rows };
        let has_value = denominator != 0.0;
        Reading {
            numerator: Some(numerator),
            denominator: Some(denominator),
            n: if has_value { n } else { 0 },
            value: has_value.then(|| numerator / denominator),
            sum_of_squares: None,
        }
    }

    fn values_of(&self, ValuesOf { place, who, slots }: ValuesOf) -> Vec<f64> {
        let family = &self.families[place.family];
        family.values_of(place.column, &family.entries(who, slots))
    }

    /// How many different ones there are among so many values.
    fn different_in(&self, values: ValuesOf, count: u64) -> usize {
        self.different.of(values, count, || different(self.values_of(values)))
    }

    fn stock_at(&self, position: usize, who: Who, period: Period) -> Reading {
        let stock = &self.stocks[position];
        let last_day = day_number(period.last_day().min(self.today));
        if last_day < stock.first_day {
            return Reading::EMPTY;
        }
        let on_day = self.stock_on(stock, last_day);
        let open = on_day.get(&who).copied().unwrap_or(0).max(0);
        Reading {
            numerator: Some(open as f64),
            denominator: None,
            n: open as u64,
            value: Some(open as f64),
            sum_of_squares: None,
        }
    }

    /// Of those that were there on the day before a period, how many were kept or lost at its end.
    fn stayed(&self, measure: &Measure, position: usize, who: Who, period: Period) -> Reading {
        let before = day_number(period.start()) - 1;
        let last = day_number(period.last_day().min(self.today));
        let counted = self.stayed_between(&self.staying[position], before, last);
        let Some(&(there, kept)) = counted.get(&who) else { return Reading::EMPTY };
        let lost = matches!(measure.formula, Formula::Retention { lost: true, .. });
        let numerator = if lost { there - kept } else { kept };
        Reading {
            numerator: Some(numerator as f64),
            denominator: Some(there as f64),
            n: there,
            value: Some(numerator as f64 / there as f64),
            sum_of_squares: None,
        }
    }

    /// Who was there at the end of one day and of those at the end of another, for everyone; worked out once for two
    /// days. A row belongs to the unit of its person on the first of them, so that those who move on are still kept,
    /// and what is counted is what the stock was then.
    fn stayed_between(&self, staying: &Staying, before: i32, last: i32) -> StayedBetween {
        let mut known = staying.between.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&(before, last)) {
            return Arc::clone(found);
        }
        let epoch = self.directory.organisation().epoch_of(date_of(before));
        let mut counted: HashMap<Who, (u64, u64)> = HashMap::new();
        for ((unit, person), rows) in &staying.rows {
            let (mut there, mut kept) = (0, 0);
            for &(from, until) in rows {
                if from <= before && until > i64::from(before) {
                    there += 1;
                    kept += u64::from(until > i64::from(last));
                }
            }
            if there == 0 {
                continue;
            }
            let mut add = |who: Who| {
                let sums = counted.entry(who).or_default();
                sums.0 += there;
                sums.1 += kept;
            };
            let home = if *person == NONE { None } else { self.directory.unit_of(*person, before) };
            if *person != NONE {
                add(Who::Person(*person));
            }
            match home.unwrap_or(*unit) {
                NONE => add(Who::Unit(self.directory.organisation().root().0)),
                unit => self.directory.each_above(epoch, unit, |above| add(Who::Unit(above))),
            }
        }
        let counted = Arc::new(counted);
        known.insert((before, last), Arc::clone(&counted));
        counted
    }

    /// What is open at the end of a day, for everyone; worked out once per day that is asked for.
    fn stock_on(&self, stock: &Stock, day: i32) -> StockOnDay {
        let mut known = stock.on_day.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&day) {
            return Arc::clone(found);
        }
        let epoch = self.directory.organisation().epoch_of(date_of(day));
        let mut open: HashMap<Who, i64> = HashMap::new();
        for ((unit, person), flows) in &stock.flows {
            let after = flows.partition_point(|(at, _)| *at <= day);
            let Some(&(_, level)) = flows.get(after.wrapping_sub(1)) else { continue };
            if level == 0 {
                continue;
            }
            if *person != NONE {
                *open.entry(Who::Person(*person)).or_default() += level;
            }
            if *unit == NONE {
                *open.entry(Who::Unit(self.directory.organisation().root().0)).or_default() += level;
            } else {
                self.directory.each_above(epoch, *unit, |above| *open.entry(Who::Unit(above)).or_default() += level);
            }
        }
        let open = Arc::new(open);
        known.insert(day, Arc::clone(&open));
        open
    }

    fn who(&self, subject: &Subject) -> Option<Who> {
        match subject {
            Subject::Unit(id) => self.directory.known_unit(id.as_str()).map(Who::Unit),
            Subject::Person(id) => self.directory.known_person(id.as_str()).map(Who::Person),
        }
    }
}

impl Readings for ReadingStore {
    fn reading(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Result<Reading, Missing> {
        match self.who(subject) {
            Some(who) => match self.measures.get(measure) {
                // A week that lies in one month must not be told as the whole month.
                Some(_) if !self.timeline.divides(period.grain()) => Err(Missing::TooFine),
                Some(measure) => self.reading_of(measure, who, period),
                None => Err(Missing::NoRows),
            },
            None => match (self.measures.get(measure), subject) {
                (Some((measure, _)), Subject::Person(_)) if !measure.levels.person => Err(Missing::NotAtThisLevel),
                (Some((measure, _)), Subject::Unit(_)) if !measure.levels.unit => Err(Missing::NotAtThisLevel),
                _ => Err(Missing::NoRows),
            },
        }
    }

    fn likely_range(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Option<(f64, f64)> {
        let reading = self.reading(measure, subject, period).ok()?;
        let (measure, _) = self.measures.get(measure)?;
        self.likely_range_of(measure, self.who(subject)?, period, &reading, &mut Known::default())
    }

    fn signal(&self, question: &Question<'_>) -> Option<Signal> {
        let (definition, series) = self.series(question)?;
        signals::read(definition, question, &series)
    }
}

impl ReadingStore {
    /// The likely range of a reading of a unit or person by code.
    pub(crate) fn likely_range_of(
        &self,
        measure: &Measure,
        who: Who,
        period: Period,
        reading: &Reading,
        known: &mut Known,
    ) -> Option<(f64, f64)> {
        let (measure, parts) = self.measures.get(&measure.in_force(period).ok()?.id)?;
        if let Formula::OfMeasures { arithmetic, parts } = &measure.formula {
            // Two parts are measured on the same people and cases, and nothing is known about how they vary together.
            let only = self.measures.get(&parts.get(arithmetic.only_part()?)?.id)?;
            let of_part = self.reading_of(only, who, period).ok()?;
            return arithmetic.range(self.likely_range_of(&only.0, who, period, &of_part, known)?);
        }
        let (Formula::Quantile { at, method, .. }, Parts::One(place)) = (&measure.formula, parts) else {
            return likely_range::of(&measure.formula, reading, known);
        };
        let values = ValuesOf { place: *place, who, slots: self.timeline.slots(period) };
        let asked = (values, at.to_bits(), *method);
        self.ranges.of(asked, reading.n, || likely_range::of_quantile(&self.values_of(values), *at))
    }

    /// Where the figure of a measure will be when its target is due, from the same series as its signal.
    pub fn forecast(&self, question: &Question<'_>, deadline: Date) -> Result<Forecast, NoForecast> {
        let (definition, series) = self.series(question).ok_or(NoForecast::NoSeries)?;
        forecast::read(definition, question, &series, deadline, self.fiscal)
    }

    /// The definition in force and the readings up to a period, oldest first; none for a span of periods, which has no
    /// periods like it before.
    fn series(&self, question: &Question<'_>) -> Option<(&Measure, Vec<(Period, Reading)>)> {
        if question.period.ends(self.fiscal).is_some() {
            return None;
        }
        let (measure, _) = self.measures.get(question.measure)?;
        let definition = measure.in_force(question.period).ok()?;
        // What was measured by another definition is another series.
        let same = |period: Period| measure.break_between(period, question.period).is_none();
        let series = question
            .period
            .trailing(self.periods_of(question))
            .into_iter()
            .filter(|period| question.plan.baseline.is_none_or(|baseline| period.start() >= baseline.from.start()))
            .filter(|period| same(*period))
            .filter_map(|period| Some((period, self.reading(question.measure, question.subject, period).ok()?)))
            .collect();
        Some((definition, series))
    }

    /// How many periods are looked at: the usual number, and as many more as a baseline that holds for good lies back.
    fn periods_of(&self, question: &Question<'_>) -> usize {
        let least = periods_of_history(question.period.grain());
        let Some(back_to) = question.plan.reaches_back_to().map(Period::start) else { return least };
        // Nothing lies before the first record, however far back a baseline is said to begin.
        let back_to = self.first_day().map_or(back_to, |first| back_to.max(first));
        let mut period = question.period;
        let mut count = 1;
        while period.start() > back_to {
            period = period.previous();
            count += 1;
        }
        count.max(least)
    }
}

/// Sums over several entries.
#[derive(Default)]
struct Total {
    count: u64,
    trues: u64,
    sum: i128,
    squares: i128,
}

impl Rolled {
    /// The entries of a unit or person in some slots.
    fn entries(&self, who: Who, (first, end): (u32, u32)) -> std::ops::Range<usize> {
        let (starts, code) = match who {
            Who::Unit(code) => (&self.units, code as usize),
            Who::Person(code) => (&self.people, code as usize),
        };
        let (Some(&from), Some(&to)) = (starts.get(code), starts.get(code + 1)) else { return 0..0 };
        let own = &self.slots[from as usize..to as usize];
        let low = from as usize + own.partition_point(|slot| *slot < first);
        let high = from as usize + own.partition_point(|slot| *slot < end);
        low..high
    }

    fn total(&self, column: usize, entries: &std::ops::Range<usize>) -> Total {
        let sums = &self.columns[column];
        let mut total = Total::default();
        for entry in entries.clone() {
            total.count += sums.count.get(entry).copied().unwrap_or(0);
            total.trues += sums.trues.get(entry).copied().unwrap_or(0);
            total.sum = total.sum.saturating_add(sums.sum.get(entry).copied().unwrap_or(0));
            total.squares = total.squares.saturating_add(sums.squares.get(entry).copied().unwrap_or(0));
        }
        total
    }

    fn values_of(&self, column: usize, entries: &std::ops::Range<usize>) -> Vec<f64> {
        let Some(of_cells) = self.values.get(column) else { return Vec::new() };
        let mut values = Vec::new();
        for entry in entries.clone() {
            let cells = &self.cells[self.cell_starts[entry] as usize..self.cell_starts[entry + 1] as usize];
            for &cell in cells {
                of_cells.of_cell(cell as usize, &mut values);
            }
        }
        values
    }

    /// Whether the record reaches into these slots, so that no row means zero.
    fn covers(&self, (first, end): (u32, u32)) -> bool {
        !self.slots.is_empty() && first <= self.last_slot && end > self.first_slot
    }
}

/// Merges the cells of one family for every unit and person.
fn roll(family: FamilyCells, adding: &[Adding], directory: &Directory, timeline: &Timeline) -> Rolled {
    let units = directory.all_units().len();
    let people = directory.all_people().len();
    let root = directory.organisation().root().0;
    // Which base cells belong to which subject: units first, then people.
    let each_member = |take: &mut dyn FnMut(usize, u32, u32)| {
        for (cell, key) in family.keys.iter().enumerate() {
            let cell = cell as u32;
            if key.unit == NONE {
                take(root as usize, key.slot, cell);
            } else {
                let epoch = timeline.epoch(key.slot);
                directory.each_above(epoch, key.unit, |above| take(above as usize, key.slot, cell));
            }
            if key.person != NONE {
                take(units + key.person as usize, key.slot, cell);
            }
        }
    };
    let mut firsts = vec![0usize; units + people + 1];
    each_member(&mut |subject, _, _| firsts[subject + 1] += 1);
    for subject in 1..firsts.len() {
        firsts[subject] += firsts[subject - 1];
    }
    let mut next = firsts.clone();
    let mut members = vec![(0u32, 0u32); firsts[units + people]];
    each_member(&mut |subject, slot, cell| {
        members[next[subject]] = (slot, cell);
        next[subject] += 1;
    });
    let mut starts = vec![0u32; units + people + 1];
    let mut slots = Vec::new();
    let mut cell_starts = vec![0u32];
    let mut cells: Vec<u32> = Vec::with_capacity(members.len());
    for subject in 0..units + people {
        let own = &mut members[firsts[subject]..firsts[subject + 1]];
        own.sort_unstable();
        for entry in own.chunk_by(|a, b| a.0 == b.0) {
            slots.push(entry[0].0);
            cells.extend(entry.iter().map(|member| member.1));
            cell_starts.push(cells.len() as u32);
        }
        starts[subject + 1] = slots.len() as u32;
    }
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (mut base, &adding) in family.columns.into_iter().zip(adding) {
        base.values.settle(family.keys.len());
        let mut sums = sized(adding, slots.len());
        for entry in 0..slots.len() {
            for &cell in &cells[cell_starts[entry] as usize..cell_starts[entry + 1] as usize] {
                sums.add(entry, &base, cell as usize);
            }
        }
        columns.push(sums);
        values.push(base.values);
    }
    let first_slot = family.keys.iter().map(|key| key.slot).min().unwrap_or(0);
    let last_slot = family.keys.iter().map(|key| key.slot).max().unwrap_or(0);
    let people_starts = starts[units..].to_vec();
    starts.truncate(units + 1);
    Rolled { units: starts, people: people_starts, slots, columns, cell_starts, cells, values, first_slot, last_slot }
}

fn sized(adding: Adding, entries: usize) -> Sums {
    let mut sums = Sums::default();
    if adding != Adding::Rows {
        sums.count = vec![0; entries];
    }
    if matches!(adding, Adding::Truth | Adding::Rows) {
        sums.trues = vec![0; entries];
    }
    if matches!(adding, Adding::Sum | Adding::Moments) {
        sums.sum = vec![0; entries];
    }
    if adding == Adding::Moments {
        sums.squares = vec![0; entries];
    }
    sums
}

fn stock(flows: StockFlows) -> Stock {
    let mut flows: Vec<Levels> = flows.into_iter().collect();
    flows.sort_unstable_by_key(|(key, _)| *key);
    let mut first_day = i32::MAX;
    for (_, changes) in &mut flows {
        changes.sort_unstable();
        let mut level = 0;
        for change in changes.iter_mut() {
            level += change.1;
            change.1 = level;
        }
        if let Some((day, _)) = changes.first() {
            first_day = first_day.min(*day);
        }
    }
    Stock { flows, first_day, on_day: Mutex::default() }
}

/// How many different codes there are.
fn different(mut codes: Vec<f64>) -> usize {
    codes.sort_unstable_by(f64::total_cmp);
    codes.dedup();
    codes.len()
}

/// A quantile of values in any order.
fn quantile(mut values: Vec<f64>, at: f64, method: QuantileMethod) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let last = values.len() - 1;
    match method {
        QuantileMethod::NearestRank => {
            // The small step back keeps shares such as 0.9 of 10 from being rounded up to the next rank.
            let rank = ((at * values.len() as f64 - 1e-9).ceil().max(1.0) as usize).min(values.len());
            let (_, value, _) = values.select_nth_unstable_by(rank - 1, f64::total_cmp);
            Some(*value)
        }
        QuantileMethod::Interpolated => {
            let place = at * last as f64;
            let below = (place.floor() as usize).min(last);
            let (_, value, above) = values.select_nth_unstable_by(below, f64::total_cmp);
            let value = *value;
            let next = above.iter().copied().fold(f64::INFINITY, f64::min);
            let share = place - below as f64;
            Some(if share > 0.0 && next.is_finite() { value + share * (next - value) } else { value })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let data: Vec<f64> =
            "3 5 7 8 8 9 10 11 12 12 13 14 15 18 21 25 33 41 60 120".split(' ').map(|n| n.parse().unwrap()).collect();
        let check = |at, method, value| assert_eq!(quantile(data.clone(), at, method), Some(value));
        check(0.5, QuantileMethod::Interpolated, 12.5);
        check(0.5, QuantileMethod::NearestRank, 12.0);
        // Type 7 of Hyndman and Fan gives 42.9, nearest rank 41.
        assert!((quantile(data.clone(), 0.9, QuantileMethod::Interpolated).unwrap() - 42.9).abs() < 1e-9);
        check(0.9, QuantileMethod::NearestRank, 41.0);
        check(1.0, QuantileMethod::NearestRank, 120.0);
        assert_eq!(quantile(vec![7.0], 0.9, QuantileMethod::Interpolated), Some(7.0));
        assert_eq!(quantile(vec![], 0.5, QuantileMethod::NearestRank), None);
    }
}
