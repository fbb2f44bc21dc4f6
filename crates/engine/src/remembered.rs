//! What is worked out from all the values behind a reading, kept for the next who asks. Counts and sums are merged at once;
//! a quantile of a year of the whole organisation takes a million values.

use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;

/// With fewer values than this, working it out is as quick as looking it up.
const MANY: u64 = 128;

/// Answers by what was asked.
#[derive(Debug)]
pub(crate) struct Remembered<K, T>(RwLock<HashMap<K, T>>);

impl<K, T> Default for Remembered<K, T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, T: Copy> Remembered<K, T> {
    /// The answer to a question about so many values.
    pub(crate) fn of(&self, question: K, values: u64, work_out: impl FnOnce() -> T) -> T {
        if values < MANY {
            return work_out();
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&question).copied();
        known.unwrap_or_else(|| {
            // Two who ask at once both work it out, and come to the same.
            let answer = work_out();
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(question, answer);
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn many_values_are_gone_through_once() {
        let remembered = Remembered::default();
        let times = Cell::new(0);
        let ask = |question: u8, values: u64| {
            remembered.of(question, values, || {
                times.set(times.get() + 1);
                u64::from(question) * 10
            })
        };
        assert_eq!((ask(1, MANY), ask(1, MANY), ask(2, MANY)), (10, 10, 20));
        assert_eq!(times.get(), 2);
        assert_eq!((ask(3, MANY - 1), ask(3, MANY - 1)), (30, 30));
        assert_eq!(times.get(), 4);
    }
}
