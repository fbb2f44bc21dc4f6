//! Cells changed by rows that go and rows that come. Sums of whole numbers can be taken back without a trace.

use hashbrown::HashMap;

use super::{Cells, FamilyCells, Sums};
use crate::compile::{Family, Program};

impl Cells {
    /// What they are when some rows went and some came, of which these are the cells. None when only all rows tell.
    pub(crate) fn changed(mut self, program: &Program, removed: &Cells, added: &Cells) -> Option<Self> {
        for (position, family) in program.families.iter().enumerate() {
            let (mine, removed, added) =
                (&mut self.families[position], &removed.families[position], &added.families[position]);
            let last_day = if removed.last_day < mine.last_day {
                mine.last_day.max(added.last_day)
            } else if added.last_day >= mine.last_day {
                added.last_day
            } else {
                // Only all rows tell which of them is the last one now.
                return None;
            };
            mine.find_positions();
            if !mine.take_away(family, removed) {
                return None;
            }
            mine.merge(family, added);
            mine.tidy();
            mine.last_day = last_day;
        }
        for ((mine, removed), added) in self.stocks.iter_mut().zip(&removed.stocks).zip(&added.stocks) {
            for (key, flows) in removed {
                let own = mine.get_mut(key)?;
                let mut gone: HashMap<(i32, i64), u32> = HashMap::new();
                for flow in flows {
                    *gone.entry(*flow).or_default() += 1;
                }
                own.retain(|flow| match gone.get_mut(flow) {
                    Some(left) if *left > 0 => {
                        *left -= 1;
                        false
                    }
                    _ => true,
                });
                if gone.values().any(|left| *left > 0) {
                    return None;
                }
                if own.is_empty() {
                    mine.remove(key);
                }
            }
            for (key, flows) in added {
                mine.entry(*key).or_default().extend(flows);
            }
        }
        self.later |= added.later;
        Some(self)
    }
}

impl Sums {
    /// Takes cell `from` of another column away from cell `to` of this one. False when less was there.
    fn subtract(&mut self, to: usize, other: &Sums, from: usize) -> bool {
        let take = |mine: &mut Vec<u64>, theirs: &Vec<u64>| match theirs.get(from) {
            Some(value) => mine[to].checked_sub(*value).map(|rest| mine[to] = rest).is_some(),
            None => true,
        };
        if let Some(value) = other.sum.get(from) {
            self.sum[to] = self.sum[to].saturating_sub(*value);
        }
        if let Some(value) = other.squares.get(from) {
            self.squares[to] = self.squares[to].saturating_sub(*value);
        }
        take(&mut self.count, &other.count) && take(&mut self.trues, &other.trues)
    }
}

impl FamilyCells {
    /// Takes away rows that were added before. False when one of them never was here.
    fn take_away(&mut self, family: &Family, other: &FamilyCells) -> bool {
        let mut places = Vec::with_capacity(other.keys.len());
        for (key, members) in other.keys.iter().zip(&other.members) {
            match self.positions.get(key) {
                Some(place) if self.members[*place as usize] >= *members => {
                    self.members[*place as usize] -= members;
                    places.push(*place);
                }
                _ => return false,
            }
        }
        for ((mine, theirs), column) in self.columns.iter_mut().zip(&other.columns).zip(&family.columns) {
            mine.grow(column.adding, self.keys.len());
            for (from, to) in places.iter().enumerate() {
                if !mine.subtract(*to as usize, theirs, from) {
                    return false;
                }
            }
            if !mine.values.take_away(&theirs.values, &places, self.keys.len()) {
                return false;
            }
        }
        self.unplaced = self.unplaced.saturating_sub(other.unplaced);
        self.rows = self.rows.saturating_sub(other.rows);
        true
    }

    /// Leaves out the cells in which there are no rows.
    fn tidy(&mut self) {
        if self.members.iter().all(|members| *members > 0) {
            return;
        }
        let kept: Vec<bool> = self.members.iter().map(|members| *members > 0).collect();
        keep(&mut self.keys, &kept);
        keep(&mut self.members, &kept);
        for sums in &mut self.columns {
            keep(&mut sums.count, &kept);
            keep(&mut sums.trues, &kept);
            keep(&mut sums.sum, &kept);
            keep(&mut sums.squares, &kept);
            sums.values.leave_out(&kept);
        }
        self.last.clear();
        self.find_positions();
    }

    fn find_positions(&mut self) {
        self.positions = self.keys.iter().enumerate().map(|(place, key)| (*key, place as u32)).collect();
    }
}

/// Leaves out of a list what is not kept; a list that is not filled stays as it is.
fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut next = kept.iter();
    list.retain(|_| next.next().copied().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::lit;
    use proptest::prelude::*;

    use super::*;
    use crate::cells::Key;
    use crate::compile::{Adding, Column, StockPlan};

    /// The day, person and value of a row.
    type Row = (i32, u32, Option<u8>);

    fn program() -> Program {
        let all = [Adding::Truth, Adding::Rows, Adding::Sum, Adding::Moments, Adding::Values, Adding::Distinct];
        let columns = all.map(|adding| Column { expression: lit(1), adding }).to_vec();
        let table = "cases".to_owned();
        let family = Family { table, period_of: lit(1), person: None, unit: None, columns };
        let stock = StockPlan {
            table: "cases".to_owned(),
            from: lit(1),
            until: lit(1),
            condition: None,
            person: None,
            unit: None,
            keeps_rows: false,
        };
        Program { families: vec![family], stocks: vec![stock], ..Program::default() }
    }

    fn cells(program: &Program, rows: &[Row]) -> Cells {
        let mut cells = Cells::new(program);
        let family = &mut cells.families[0];
        for &(day, person, value) in rows {
            let cell = family.cell(Key { slot: day as u32 / 30, unit: person / 2, person }) as usize;
            family.members[cell] += 1;
            family.rows += 1;
            family.last_day = family.last_day.max(Some(day));
            for (sums, column) in family.columns.iter_mut().zip(&program.families[0].columns) {
                sums.grow(column.adding, family.keys.len());
                let Some(value) = value else { continue };
                if !matches!(column.adding, Adding::Rows) {
                    sums.count[cell] += 1;
                }
                match column.adding {
                    Adding::Truth | Adding::Rows => sums.trues[cell] += u64::from(value > 3),
                    Adding::Sum => sums.sum[cell] += i128::from(value),
                    Adding::Moments => {
                        sums.sum[cell] += i128::from(value);
                        sums.squares[cell] += i128::from(value).pow(2);
                    }
                    Adding::Values | Adding::Distinct => sums.values.push(cell as u32, f64::from(value)),
                }
            }
            let flows = cells.stocks[0].entry((person / 2, person)).or_default();
            flows.push((day, 1));
            flows.extend(value.map(|value| (day + i32::from(value), -1)));
        }
        cells
    }

    /// What cells say, whatever the order of their rows was.
    fn said(cells: &Cells) -> impl PartialEq + std::fmt::Debug + use<> {
        let family = &cells.families[0];
        let mut places: Vec<usize> = (0..family.keys.len()).collect();
        places.sort_by_key(|place| family.keys[*place]);
        let told: Vec<_> = places
            .iter()
            .map(|&place| {
                let columns: Vec<_> = family
                    .columns
                    .iter()
                    .map(|sums| {
                        let mut values: Vec<u64> = Vec::new();
                        sums.values.each(|cell, value| {
                            if cell as usize == place {
                                values.push(value.to_bits());
                            }
                        });
                        values.sort_unstable();
                        let one = |list: &Vec<u64>| list.get(place).copied();
                        let wide = |list: &Vec<i128>| list.get(place).copied();
                        (one(&sums.count), one(&sums.trues), wide(&sums.sum), wide(&sums.squares), values)
                    })
                    .collect();
                (family.keys[place], family.members[place], columns)
            })
            .collect();
        let mut stock: Vec<_> = cells.stocks[0].iter().map(|(key, flows)| (*key, flows.clone())).collect();
        for (_, flows) in &mut stock {
            flows.sort_unstable();
        }
        stock.sort_unstable();
        (told, stock, family.rows, family.last_day)
    }

    proptest! {
        /// Rows that go and rows that come leave the cells of the rows that are there then.
        #[test]
        fn a_difference_leaves_no_trace(
            rows in prop::collection::vec((0i32..90, 0u32..4, prop::option::of(0u8..6)), 0..60),
            gone in prop::collection::vec(any::<bool>(), 60),
            come in prop::collection::vec((0i32..95, 0u32..5, prop::option::of(0u8..6)), 0..20),
        ) {
            let program = program();
            let part = |is_gone: bool| -> Vec<Row> {
                rows.iter().zip(&gone).filter(|(_, gone)| **gone == is_gone).map(|(row, _)| *row).collect()
            };
            let (removed, stayed) = (part(true), part(false));
            let changed = cells(&program, &rows).changed(&program, &cells(&program, &removed), &cells(&program, &come));
            let last = |rows: &[Row]| rows.iter().map(|(day, _, _)| *day).max();
            // Nothing tells the last day that is left, unless it is a later one of the rows that come.
            let untold = !removed.is_empty() && last(&removed) == last(&rows) && last(&come) < last(&rows);
            prop_assert_eq!(changed.is_none(), untold);
            if let Some(changed) = changed {
                let whole: Vec<Row> = stayed.into_iter().chain(come).collect();
                prop_assert_eq!(said(&changed), said(&cells(&program, &whole)));
            }
        }

        /// Rows that never were there cannot be taken away without being noticed, where that makes a difference.
        #[test]
        fn what_never_was_there_cannot_go(person in 0u32..3, value in 0u8..6) {
            let program = program();
            let there = cells(&program, &[(10, 1, Some(2)), (40, 1, Some(2))]);
            let changed = there.changed(&program, &cells(&program, &[(10, person, Some(value))]), &cells(&program, &[]));
            prop_assert_eq!(changed.is_some(), (person, value) == (1, 2));
        }
    }
}
