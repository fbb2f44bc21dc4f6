//! What must not be told, so that nobody's answer is known (docs/adr/0048): readings that rest on too few, those from which
//! one of these could be worked out, and the rows behind both.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::reading::{Missing, Reading};
use evenkeel_stats::disclosure::{Node, Policy, tree};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;

use crate::compile::Parts;
use crate::local_time::date_of;
use crate::readings::{ReadingStore, Who};

/// The units of which a measure tells nothing in a period.
#[derive(Debug, Default)]
pub(crate) struct WithheldUnits {
    /// Those whose figure is withheld.
    figures: HashSet<u32>,
    /// Those of which the rows that lie in no unit below them are withheld.
    own_rows: HashSet<u32>,
    /// The unit above each.
    above: HashMap<u32, u32>,
}

/// How much of a period is told piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InPieces {
    /// Every piece that holds anything is told, or none holds anything.
    Whole,
    /// No piece that holds anything is told.
    Nothing,
    /// Some pieces are told, and some are not.
    Mixed,
}

/// What lies behind the figures of one measure that withholds.
trait Behind {
    /// Fewest that have to stand behind a figure.
    fn fewest(&self) -> u64;
    /// How many stand behind the figure of a unit in a period.
    fn count(&self, unit: u32, period: Period) -> u64;
    /// All units with the one above each at the end of a period, from the top.
    fn units(&self, period: Period) -> Vec<(u32, Option<u32>)>;
    /// How years begin.
    fn fiscal(&self) -> FiscalYear;
    /// The day of the evaluation instant.
    fn today(&self) -> Date;

    /// Which units tell nothing in a period, looked at by itself.
    fn withheld(&self, period: Period) -> Arc<WithheldUnits> {
        Arc::new(withheld_units(self.fewest(), &self.units(period), &|unit| self.count(unit, period)))
    }
}

/// Whether the figure of a unit is told in a period. Months decide for themselves. A quarter or year adds nothing to what is
/// known where all of its months are told; where none is, [`is_told_together`] decides; otherwise those that are missing
/// could be worked out. Several in a row are told where each of them is, for stretches that overlap tell what lies between
/// their ends. Days and weeks would tell parts of months.
fn is_told(behind: &dyn Behind, unit: u32, period: Period) -> bool {
    match period.grain() {
        Grain::Day | Grain::Week => behind.count(unit, period) == 0,
        _ if period.is_span() => in_pieces(behind, unit, period) == InPieces::Whole,
        Grain::Month => !behind.withheld(period).figures.contains(&unit),
        Grain::Quarter | Grain::Year => match in_pieces(behind, unit, period) {
            InPieces::Whole => true,
            InPieces::Nothing => is_told_together(behind, unit, period),
            InPieces::Mixed => false,
        },
    }
}

/// Whether a quarter or year is told of a unit of which none of its months is told. Sums by unit and sums by month tell a
/// number between them wherever only one is open in a row of them; so all units beside it that are not told month by month
/// have to be open in the same months, two units and two months at least.
fn is_told_together(behind: &dyn Behind, unit: u32, period: Period) -> bool {
    let withheld = behind.withheld(period);
    if withheld.figures.contains(&unit) {
        return false;
    }
    let open = months_with_any(behind, unit, period);
    let Some(above) = withheld.above.get(&unit) else { return open.len() > 1 };
    let mut units = 0;
    for (other, _) in withheld.above.iter().filter(|(_, its)| *its == above) {
        match in_pieces(behind, *other, period) {
            InPieces::Whole => {}
            InPieces::Nothing if months_with_any(behind, *other, period) == open => units += 1,
            InPieces::Nothing if behind.count(*other, period) == 0 => {}
            InPieces::Nothing | InPieces::Mixed => return false,
        }
    }
    units > 1 && open.len() > 1 && is_told(behind, *above, period) && has_no_small_rest(behind, *above, period)
}

/// The months of a period in which anything lies behind the figure of a unit.
fn months_with_any(behind: &dyn Behind, unit: u32, period: Period) -> Vec<Period> {
    if period.grain() == Grain::Month && !period.is_span() {
        return if behind.count(unit, period) > 0 { vec![period] } else { Vec::new() };
    }
    pieces(behind, period).into_iter().flat_map(|piece| months_with_any(behind, unit, piece)).collect()
}

/// Whether what lies in a unit and in none below it is enough to be known, or nothing, in each month of a period.
fn has_no_small_rest(behind: &dyn Behind, unit: u32, period: Period) -> bool {
    let pieces = pieces(behind, period);
    if !pieces.is_empty() {
        return pieces.into_iter().all(|piece| has_no_small_rest(behind, unit, piece));
    }
    let withheld = behind.withheld(period);
    let below = withheld.above.iter().filter(|(_, above)| **above == unit);
    let below: u64 = below.map(|(other, _)| behind.count(*other, period)).sum();
    let rest = behind.count(unit, period).saturating_sub(below);
    rest == 0 || rest >= behind.fewest()
}

fn in_pieces(behind: &dyn Behind, unit: u32, period: Period) -> InPieces {
    let (mut some, mut all) = (false, true);
    for piece in pieces(behind, period) {
        if is_told(behind, unit, piece) {
            some |= behind.count(unit, piece) > 0;
        } else if piece.grain() != Grain::Month && in_pieces(behind, unit, piece) == InPieces::Mixed {
            // A quarter that is not told may have months that are.
            return InPieces::Mixed;
        } else {
            // That there is nothing may be withheld as well.
            all = false;
        }
    }
    match (some, all) {
        (_, true) => InPieces::Whole,
        (false, false) => InPieces::Nothing,
        (true, false) => InPieces::Mixed,
    }
}

/// What a period is made of: several in a row of each of them, a year of quarters, a quarter of months. A month has no
/// pieces.
fn pieces(behind: &dyn Behind, period: Period) -> Vec<Period> {
    let smaller = match (period.grain(), period.is_span()) {
        (grain, true) => grain,
        (Grain::Year, false) => Grain::Quarter,
        (Grain::Quarter, false) => Grain::Month,
        (Grain::Month | Grain::Week | Grain::Day, false) => return Vec::new(),
    };
    let mut pieces = Vec::new();
    let mut piece = Period::containing(period.start(), smaller, behind.fiscal());
    while piece.start() < period.end() && piece.start() <= behind.today() {
        pieces.push(piece);
        piece = piece.next();
    }
    pieces
}

/// Which units tell nothing, by how many stand behind each; `units` come from the top.
fn withheld_units(fewest: u64, units: &[(u32, Option<u32>)], count: &dyn Fn(u32) -> u64) -> WithheldUnits {
    let places: BTreeMap<u32, usize> = units.iter().enumerate().map(|(place, (unit, _))| (*unit, place)).collect();
    let node = |(unit, above): &(u32, Option<u32>)| Node {
        parent: above.and_then(|above| places.get(&above).copied()),
        count: count(*unit),
    };
    let mut nodes: Vec<Node> = units.iter().map(node).collect();
    // Whoever moved during the period counts where they were, and the units below where they are at its end: a group holds
    // what lies in it at least.
    let mut below = vec![0_u64; nodes.len()];
    for place in (0..nodes.len()).rev() {
        nodes[place].count = nodes[place].count.max(below[place]);
        if let Some(parent) = nodes[place].parent {
            below[parent] = below[parent].saturating_add(nodes[place].count);
        }
    }
    let above = units.iter().filter_map(|(unit, above)| Some((*unit, (*above)?))).collect();
    let mut withheld = WithheldUnits { above, ..WithheldUnits::default() };
    let policy = Policy { minimum_group: fewest, minimum_unanimous: fewest, minimum_comments: fewest };
    let Ok(cells) = tree(&nodes, policy) else {
        withheld.figures.extend(units.iter().map(|(unit, _)| *unit));
        return withheld;
    };
    for (place, ((unit, _), cell)) in units.iter().zip(cells).enumerate() {
        if !cell.is_shown() {
            withheld.figures.insert(*unit);
        }
        if nodes[place].count - below[place] < fewest {
            withheld.own_rows.insert(*unit);
        }
    }
    withheld
}

/// The figures of a measure in a store.
struct OfMeasure<'a> {
    store: &'a ReadingStore,
    measure: &'a Measure,
    parts: Parts,
}

impl Behind for OfMeasure<'_> {
    fn fewest(&self) -> u64 {
        self.measure.withhold_below.unwrap_or_default().into()
    }

    fn count(&self, unit: u32, period: Period) -> u64 {
        let reading = self.store.raw(self.measure, self.parts, Who::Unit(unit), period);
        // Parts of what is added up, such as hours, count as the whole that they lie in.
        reading.map_or(0, |reading| self.measure.rests_on(&reading).ceil() as u64)
    }

    fn units(&self, period: Period) -> Vec<(u32, Option<u32>)> {
        let organisation = self.store.directory().organisation();
        let day = period.last_day().min(self.today());
        let root = organisation.root().0;
        let placed = |(_, _, unit): (UnitId, String, u32)| {
            if unit as usize >= organisation.unit_count() {
                return (2, unit, Some(root));
            }
            let path = organisation.path(UnitCode(unit), day);
            (path.len(), unit, path.get(1).map(|above| above.0))
        };
        let mut units: Vec<(usize, u32, Option<u32>)> =
            self.store.directory().all_units().into_iter().map(placed).collect();
        units.sort_unstable();
        units.into_iter().map(|(_, unit, above)| (unit, above)).collect()
    }

    fn fiscal(&self) -> FiscalYear {
        self.store.fiscal()
    }

    fn today(&self) -> Date {
        self.store.today()
    }

    fn withheld(&self, period: Period) -> Arc<WithheldUnits> {
        let key = (self.measure.id.clone(), period);
        let known = || self.store.withheld().lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&key).cloned();
        found.unwrap_or_else(|| {
            let count = |unit| self.count(unit, period);
            let found = Arc::new(withheld_units(self.fewest(), &self.units(period), &count));
            known().insert(key, Arc::clone(&found));
            found
        })
    }
}

impl ReadingStore {
    /// The same reading, where a measure that withholds may tell it.
    pub(crate) fn told(
        &self,
        measure: &Measure,
        parts: Parts,
        who: Who,
        period: Period,
        reading: Reading,
    ) -> Result<Reading, Missing> {
        if measure.withhold_below.is_none() {
            return Ok(reading);
        }
        let is_told = !measure.withholds(&reading)
            && match who {
                Who::Unit(unit) => is_told(&OfMeasure { store: self, measure, parts }, unit, period),
                // Answers about a person are withheld by their own number alone.
                Who::Person(_) => true,
            };
        if is_told { Ok(reading) } else { Err(Missing::TooFew) }
    }

    /// Whether the row of a unit and day may be listed: where it lies, the figure of its month is told.
    pub(crate) fn lists_row(&self, measure: &MeasureId, unit: u32, day: i32) -> bool {
        let Some(found) = self.with_parts(measure) else { return true };
        let month = Period::containing(date_of(day), Grain::Month, self.fiscal());
        let Ok(in_force) = found.0.in_force(month) else { return false };
        let (measure, parts) = self.with_parts(&in_force.id).unwrap_or(found);
        if measure.withhold_below.is_none() {
            return true;
        }
        let withheld = OfMeasure { store: self, measure, parts: *parts }.withheld(month);
        !withheld.figures.contains(&unit) && !withheld.own_rows.contains(&unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FEWEST: u64 = 5;
    /// The whole, two departments, and three teams in each.
    const UNITS: [(u32, Option<u32>); 9] = [
        (0, None),
        (1, Some(0)),
        (2, Some(0)),
        (3, Some(1)),
        (4, Some(1)),
        (5, Some(1)),
        (6, Some(2)),
        (7, Some(2)),
        (8, Some(2)),
    ];
    const MONTHS: usize = 12;

    /// How many answers lie in each unit and in none below it, by month of 2026.
    #[derive(Debug, Clone)]
    struct Answers(Vec<[u64; MONTHS]>);

    fn below(unit: u32, other: u32) -> bool {
        let mut at = Some(unit);
        while let Some(above) = at {
            if above == other {
                return true;
            }
            at = UNITS[above as usize].1;
        }
        false
    }

    /// Which months, counted from zero, a period covers.
    fn months(period: Period) -> std::ops::Range<usize> {
        let first = period.start().month() as usize - 1;
        first..first + period.months().unwrap() as usize
    }

    impl Behind for Answers {
        fn fewest(&self) -> u64 {
            FEWEST
        }

        fn count(&self, unit: u32, period: Period) -> u64 {
            let own = UNITS.iter().filter(|(other, _)| below(*other, unit));
            own.flat_map(|(other, _)| months(period).map(|month| self.0[*other as usize][month])).sum()
        }

        fn units(&self, _: Period) -> Vec<(u32, Option<u32>)> {
            UNITS.to_vec()
        }

        fn fiscal(&self) -> FiscalYear {
            FiscalYear::default()
        }

        fn today(&self) -> Date {
            jiff::civil::date(2027, 1, 1)
        }
    }

    fn period(text: &str) -> Period {
        Period::parse(text, FiscalYear::default()).unwrap()
    }

    /// Everything that can be asked for, by month.
    fn periods() -> Vec<Period> {
        let month = |number: usize| period(&format!("2026-{number:02}"));
        let mut all: Vec<Period> = ["2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"].map(period).to_vec();
        for first in 1..=MONTHS {
            all.extend((first..=MONTHS).map(|last| Period::spanning(month(first), month(last)).unwrap()));
        }
        all
    }

    fn answers(rows: &[(u32, usize, u64)]) -> Answers {
        let mut all = vec![[0; MONTHS]; UNITS.len()];
        for (unit, month, count) in rows {
            all[*unit as usize][month - 1] = *count;
        }
        Answers(all)
    }

    fn told(answers: &Answers, unit: u32, of: &str) -> bool {
        let period = period(of);
        answers.count(unit, period) >= FEWEST && is_told(answers, unit, period)
    }

    #[test]
    fn what_could_be_worked_out_is_withheld() {
        // One team has three answers: another one is withheld with it, and the department is told.
        let one = answers(&[(3, 10, 3), (4, 10, 20), (5, 10, 20), (3, 11, 9), (4, 11, 20), (5, 11, 20)]);
        let october: Vec<bool> = [0, 1, 3, 4, 5].map(|unit| told(&one, unit, "2026-10")).to_vec();
        assert_eq!(october, [true, true, false, false, true]);
        assert!(told(&one, 3, "2026-11") && told(&one, 4, "2026-11"));
        // The quarter or the two months of the team would tell its October.
        for stretch in ["2026-Q4", "2026", "2026-10..2026-11"] {
            assert!(!told(&one, 3, stretch) && told(&one, 5, stretch) && told(&one, 1, stretch), "{stretch}");
        }
        // Weeks and days tell parts of months.
        assert!(!is_told(&Weekly, 0, period("2026-W41")));
    }

    #[test]
    fn a_small_team_is_told_by_the_quarter() {
        let pulse = [(3, 7, 3), (3, 8, 2), (3, 9, 4), (4, 7, 3), (4, 8, 4), (4, 9, 3), (5, 7, 4), (5, 8, 3), (5, 9, 4)];
        let small = answers(&pulse);
        for month in ["2026-07", "2026-08", "2026-09"] {
            assert!((3..6).all(|team| !told(&small, team, month)) && told(&small, 1, month), "{month}");
        }
        assert!((3..6).all(|team| told(&small, team, "2026-Q3")));
        assert!(!told(&small, 3, "2026-07..2026-08"));
    }

    /// A week in which ten answered.
    struct Weekly;

    impl Behind for Weekly {
        fn fewest(&self) -> u64 {
            FEWEST
        }

        fn count(&self, _: u32, _: Period) -> u64 {
            10
        }

        fn units(&self, _: Period) -> Vec<(u32, Option<u32>)> {
            vec![(0, None)]
        }

        fn fiscal(&self) -> FiscalYear {
            FiscalYear::default()
        }

        fn today(&self) -> Date {
            jiff::civil::date(2027, 1, 1)
        }
    }

    /// Brings rows into a form in which it can be seen whether another one is made of them.
    fn reduce(rows: &mut Vec<Vec<f64>>) {
        let mut rank = 0;
        for column in 0..rows.first().map_or(0, Vec::len) {
            let largest = (rank..rows.len()).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
            let Some(pivot) = largest.filter(|row| rows[*row][column].abs() > 1e-7) else { continue };
            rows.swap(rank, pivot);
            let own = rows[rank].clone();
            for row in rows.iter_mut().skip(rank + 1) {
                let share = row[column] / own[column];
                for (value, above) in row.iter_mut().zip(&own) {
                    *value -= share * above;
                }
            }
            rank += 1;
        }
        rows.truncate(rank);
    }

    fn is_made_of(rows: &[Vec<f64>], wanted: &[f64]) -> bool {
        let mut rest = wanted.to_vec();
        for row in rows {
            let Some(first) = row.iter().position(|value| value.abs() > 1e-7) else { continue };
            let share = rest[first] / row[first];
            for (value, own) in rest.iter_mut().zip(row) {
                *value -= share * own;
            }
        }
        rest.iter().all(|value| value.abs() < 1e-6)
    }

    /// What lies in a unit and in none below it.
    fn made_of_own(answers: &Answers, unit: u32, period: Period) -> Vec<f64> {
        let mut parts = vec![0.0; UNITS.len() * MONTHS];
        for month in months(period) {
            if answers.0[unit as usize][month] > 0 {
                parts[unit as usize * MONTHS + month] = 1.0;
            }
        }
        parts
    }

    /// What a figure is made of: own rows of units by month, as far as there are any.
    fn made_of(answers: &Answers, unit: u32, period: Period) -> Vec<f64> {
        let mut parts = vec![0.0; UNITS.len() * MONTHS];
        for (other, _) in UNITS.iter().filter(|(other, _)| below(*other, unit)) {
            for month in months(period) {
                if answers.0[*other as usize][month] > 0 {
                    parts[*other as usize * MONTHS + month] = 1.0;
                }
            }
        }
        parts
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        /// No sum and no difference of what is told is the figure of few, in whatever unit and stretch.
        #[test]
        fn nothing_that_is_told_tells_of_few(
            counts in prop::collection::vec(
                prop::array::uniform12(prop_oneof![3 => Just(0_u64), 3 => 1..FEWEST, 4 => FEWEST..30]), UNITS.len()
            )
        ) {
            let mut answers = Answers(counts);
            // Half a year is enough to tell what there is to tell, and quicker.
            for unit in &mut answers.0 {
                unit[6..].fill(0);
            }
            let mut known: Vec<Vec<f64>> = Vec::new();
            let mut few: Vec<Vec<f64>> = Vec::new();
            for period in periods() {
                for (unit, _) in UNITS {
                    let count = answers.count(unit, period);
                    if count >= FEWEST && is_told(&answers, unit, period) {
                        known.push(made_of(&answers, unit, period));
                    } else if count > 0 && count < FEWEST {
                        few.push(made_of(&answers, unit, period));
                    }
                    let own = made_of_own(&answers, unit, period);
                    let count: u64 = months(period).map(|month| answers.0[unit as usize][month]).sum();
                    if count > 0 && count < FEWEST {
                        few.push(own);
                    }
                }
            }
            reduce(&mut known);
            for wanted in few {
                let parts = wanted.iter().enumerate().filter(|(_, part)| **part > 0.0);
                let parts: Vec<(usize, usize)> = parts.map(|(place, _)| (place / MONTHS, place % MONTHS + 1)).collect();
                prop_assert!(!is_made_of(&known, &wanted), "units and months {parts:?}");
            }
        }
    }
}
