//! Values behind percentiles and distinct counts. Those that come lie in any order; those that are kept lie side by side by
//! cell and in little room, so that a file with the values of millions of cases is read in a moment.

use hashbrown::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The values of one column of cells; for distinct counts the code of each value.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Where the values of each cell begin among `numbers`, and behind the last cell where they end.
    starts: Vec<u32>,
    numbers: Numbers,
    /// Those that came since, with their cell.
    loose: Vec<(u32, f64)>,
}

/// Numbers in as little room as they allow.
#[derive(Debug, Clone)]
enum Numbers {
    /// Whole numbers from 0 to 2³² - 1, such as seconds and codes.
    Whole(Vec<u32>),
    /// Any others.
    Any(Vec<f64>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Whole(Vec::new())
    }
}

/// Whether a value is a whole number of 32 bits, to the last of its own.
fn is_whole(value: f64) -> bool {
    f64::from(value as u32).to_bits() == value.to_bits()
}

impl Values {
    /// Adds the value of a row.
    #[inline]
    pub(crate) fn push(&mut self, cell: u32, value: f64) {
        self.loose.push((cell, value));
    }

    /// Adds the values of another column; `places` are the cells here for those of the other.
    pub(crate) fn extend(&mut self, other: &Values, places: &[u32]) {
        self.loose.reserve(other.count());
        other.each(|cell, value| self.loose.push((places[cell as usize], value)));
    }

    /// How many there are.
    fn count(&self) -> usize {
        self.loose.len() + self.starts.last().map_or(0, |end| *end as usize)
    }

    /// Where the values of a cell lie side by side.
    fn range(&self, cell: usize) -> std::ops::Range<usize> {
        match (self.starts.get(cell), self.starts.get(cell + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// Calls `take` with each value and its cell.
    pub(crate) fn each(&self, mut take: impl FnMut(u32, f64)) {
        for cell in 0..self.starts.len().saturating_sub(1) {
            match &self.numbers {
                Numbers::Whole(numbers) => {
                    numbers[self.range(cell)].iter().for_each(|number| take(cell as u32, f64::from(*number)));
                }
                Numbers::Any(numbers) => numbers[self.range(cell)].iter().for_each(|number| take(cell as u32, *number)),
            }
        }
        self.loose.iter().for_each(|(cell, value)| take(*cell, *value));
    }

    /// Lays all values of so many cells side by side.
    pub(crate) fn settle(&mut self, cells: usize) {
        if self.count() == 0 {
            return;
        }
        let loose = std::mem::take(&mut self.loose);
        if loose.is_empty() {
            let end = self.starts.last().copied().unwrap_or(0);
            self.starts.resize(self.starts.len().max(cells + 1), end);
            return;
        }
        let (starts, numbers) = match std::mem::take(&mut self.numbers) {
            Numbers::Whole(numbers) if loose.iter().all(|(_, value)| is_whole(*value)) => {
                let (starts, numbers) = side_by_side(&self.starts, &numbers, &loose, cells, |value| value as u32);
                (starts, Numbers::Whole(numbers))
            }
            numbers => {
                let numbers = match numbers {
                    Numbers::Whole(numbers) => numbers.into_iter().map(f64::from).collect(),
                    Numbers::Any(numbers) => numbers,
                };
                let (starts, numbers) = side_by_side(&self.starts, &numbers, &loose, cells, |value| value);
                (starts, Numbers::Any(numbers))
            }
        };
        (self.starts, self.numbers) = (starts, numbers);
    }

    /// Adds the values of a cell to a list. They must have been laid side by side.
    #[inline]
    pub(crate) fn of_cell(&self, cell: usize, into: &mut Vec<f64>) {
        match &self.numbers {
            Numbers::Whole(numbers) => into.extend(numbers[self.range(cell)].iter().map(|number| f64::from(*number))),
            Numbers::Any(numbers) => into.extend_from_slice(&numbers[self.range(cell)]),
        }
    }

    /// Takes values away; `places` are the cells here, of so many, for those of the values. False when one of them is not there.
    pub(crate) fn take_away(&mut self, gone: &Values, places: &[u32], cells: usize) -> bool {
        if gone.count() == 0 {
            return true;
        }
        self.settle(cells);
        let mut left: HashMap<(u32, u64), u32> = HashMap::with_capacity(gone.count());
        gone.each(|cell, value| *left.entry((places[cell as usize], value.to_bits())).or_default() += 1);
        let mut touched: Vec<u32> = left.keys().map(|(cell, _)| *cell).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut stays = |cell: u32, value: f64| match left.get_mut(&(cell, value.to_bits())) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        match &mut self.numbers {
            Numbers::Whole(numbers) => {
                *numbers = without(numbers, &mut self.starts, &touched, |cell, value| stays(cell, f64::from(value)));
            }
            Numbers::Any(numbers) => *numbers = without(numbers, &mut self.starts, &touched, stays),
        }
        left.values().all(|count| *count == 0)
    }

    /// Leaves out the cells that are not kept, in which there are no values.
    pub(crate) fn leave_out(&mut self, kept: &[bool]) {
        self.settle(kept.len());
        let mut cell = 0;
        // Behind the starts of all cells lies the end of the last.
        self.starts.retain(|_| {
            let stays = kept.get(cell).copied().unwrap_or(true);
            cell += 1;
            stays
        });
    }
}

/// Numbers that lie side by side, and those that came since, side by side; and where those of each cell begin.
fn side_by_side<T: Copy + Default>(
    starts: &[u32],
    numbers: &[T],
    loose: &[(u32, f64)],
    cells: usize,
    convert: impl Fn(f64) -> T,
) -> (Vec<u32>, Vec<T>) {
    let cells = cells.max(starts.len().saturating_sub(1));
    let mut all = vec![0u32; cells + 1];
    for (cell, own) in starts.windows(2).enumerate() {
        all[cell + 1] = own[1] - own[0];
    }
    for (cell, _) in loose {
        all[*cell as usize + 1] += 1;
    }
    for cell in 1..all.len() {
        all[cell] += all[cell - 1];
    }
    let mut next = all.clone();
    let mut together = vec![T::default(); numbers.len() + loose.len()];
    for (cell, own) in starts.windows(2).enumerate() {
        let own = &numbers[own[0] as usize..own[1] as usize];
        let place = next[cell] as usize;
        together[place..place + own.len()].copy_from_slice(own);
        next[cell] += own.len() as u32;
    }
    for (cell, value) in loose {
        let place = &mut next[*cell as usize];
        together[*place as usize] = convert(*value);
        *place += 1;
    }
    (all, together)
}

/// Numbers without those of some cells that do not stay.
fn without<T: Copy>(
    numbers: &[T],
    starts: &mut [u32],
    touched: &[u32],
    mut stays: impl FnMut(u32, T) -> bool,
) -> Vec<T> {
    let mut rest = Vec::with_capacity(numbers.len());
    let mut done = 0;
    let mut cells = touched.iter().peekable();
    let mut gone = 0;
    for cell in 0..starts.len() {
        // What lies before the start of this cell is where it belongs by now.
        let from = starts[cell] as usize;
        starts[cell] -= gone;
        if cells.next_if(|touched| **touched as usize == cell).is_some() {
            let to = starts.get(cell + 1).map_or(from, |to| *to as usize);
            rest.extend_from_slice(&numbers[done..from]);
            rest.extend(numbers[from..to].iter().copied().filter(|number| stays(cell as u32, *number)));
            done = to;
            gone = (done - rest.len()) as u32;
        }
    }
    rest.extend_from_slice(&numbers[done..]);
    rest
}

/// As they are kept: bytes of numbers, which are taken over as they are and not one by one.
impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let starts: Vec<u8> = self.starts.iter().flat_map(|start| start.to_le_bytes()).collect();
        let (whole, numbers): (bool, Vec<u8>) = match &self.numbers {
            Numbers::Whole(numbers) => (true, numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
            Numbers::Any(numbers) => (false, numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
        };
        (Bytes(&starts), whole, Bytes(&numbers), &self.loose).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (starts, whole, numbers, loose) = <(&[u8], bool, &[u8], Vec<(u32, f64)>)>::deserialize(deserializer)?;
        let narrow = |bytes: &[u8]| bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let numbers = if whole {
            Numbers::Whole(narrow(numbers))
        } else {
            Numbers::Any(numbers.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
        };
        Ok(Self { starts: narrow(starts), numbers, loose })
    }
}

/// Written as bytes and not as a list of numbers.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CELLS: usize = 5;

    fn values(rows: &[(u32, f64)]) -> Values {
        let mut values = Values::default();
        for (cell, value) in rows {
            values.push(*cell, *value);
        }
        values
    }

    /// The bits of the values of each cell, in order.
    fn of_cells(values: &Values, cells: usize) -> Vec<Vec<u64>> {
        let mut values = values.clone();
        values.settle(cells);
        let of_cell = |cell: usize| {
            let mut own = Vec::new();
            values.of_cell(cell, &mut own);
            let mut own: Vec<u64> = own.into_iter().map(f64::to_bits).collect();
            own.sort_unstable();
            own
        };
        (0..cells).map(of_cell).collect()
    }

    fn some_rows() -> impl Strategy<Value = Vec<(u32, f64)>> {
        let value = prop_oneof![
            4 => (0_u32..4).prop_map(f64::from),
            1 => prop::sample::select(vec![-0.0, 0.5, -3.0, 4_294_967_295.0, 4_294_967_296.0, 1e300]),
        ];
        prop::collection::vec((0..CELLS as u32, value), 0..60)
    }

    proptest! {
        /// However they came together, were kept and were read again, each cell has its values to the last bit.
        #[test]
        fn values_stay_what_they_are(first in some_rows(), then in some_rows(), gone in 0usize..60) {
            let all = [first.clone(), then.clone()].concat();
            let expected = of_cells(&values(&all), CELLS);
            let mut changed = values(&first);
            changed.settle(CELLS);
            changed.extend(&values(&then), &[0, 1, 2, 3, 4]);
            prop_assert_eq!(&of_cells(&changed, CELLS), &expected);
            changed.settle(CELLS + 2);
            let kept = postcard::to_allocvec(&changed).unwrap();
            let read: Values = postcard::from_bytes(&kept).unwrap();
            prop_assert_eq!(&of_cells(&read, CELLS), &expected);
            // What is taken away was not there.
            let (gone, rest) = all.split_at(gone.min(all.len()));
            let mut less = read.clone();
            prop_assert!(less.take_away(&values(gone), &[0, 1, 2, 3, 4], CELLS + 2));
            prop_assert_eq!(of_cells(&less, CELLS), of_cells(&values(rest), CELLS));
            let mut one = values(&[(2, 77.25)]);
            one.settle(CELLS);
            prop_assert!(!less.take_away(&one, &[0, 1, 2, 3, 4], CELLS + 2));
        }

        #[test]
        fn cells_without_values_are_left_out(rows in some_rows(), settled in any::<bool>()) {
            let empty: Vec<bool> = (0..CELLS as u32).map(|cell| rows.iter().all(|(of, _)| *of != cell)).collect();
            let kept: Vec<bool> = empty.iter().map(|empty| !empty).collect();
            let mut fewer = values(&rows);
            if settled {
                fewer.settle(CELLS);
            }
            fewer.leave_out(&kept);
            let mut expected = of_cells(&values(&rows), CELLS);
            expected.retain(|own| !own.is_empty());
            prop_assert_eq!(of_cells(&fewer, expected.len()), expected);
        }
    }

    #[test]
    fn seconds_take_four_bytes_and_nothing_is_rounded() {
        let mut seconds = values(&[(1, 60.0), (0, 4_294_967_295.0)]);
        seconds.settle(2);
        assert!(matches!(seconds.numbers, Numbers::Whole(_)));
        seconds.push(0, 0.5);
        seconds.settle(2);
        assert_eq!(
            of_cells(&seconds, 2),
            [vec![0.5_f64.to_bits(), 4_294_967_295.0_f64.to_bits()], vec![60.0_f64.to_bits()]]
        );
        assert!(!is_whole(-0.0) && !is_whole(f64::NAN) && !is_whole(4_294_967_296.0) && is_whole(0.0));
    }
}
