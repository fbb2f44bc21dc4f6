//! Lists of what people wrote: the latest first, some at a time.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::rows::within;
use crate::error::Failure;
use crate::links;

/// The most entries of one answer.
pub(super) const MOST: u32 = 1_000;
/// The entries of one answer, when nothing is said.
const USUAL: u32 = 100;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The number that is too high for it.
    before: i64,
    limit: u32,
}

impl Part {
    /// The part that a program asks for.
    pub(super) fn wanted(before: Option<i64>, limit: Option<u32>) -> Result<Self, Failure> {
        let before = within("before", before.unwrap_or(i64::MAX), 1, i64::MAX)?;
        let limit = within("limit", limit.unwrap_or(USUAL), 1, MOST)?;
        Ok(Self { before, limit })
    }

    /// The entries of the part, among all that whoever asks sees, and the address of the part that follows: that of `path`
    /// with the same choice.
    pub(super) fn of<T>(
        self,
        mut all: Vec<T>,
        number: impl Fn(&T) -> i64,
        path: &str,
        choice: &[(&str, Option<&str>)],
    ) -> (Vec<T>, Option<String>) {
        let limit = self.limit as usize;
        all.retain(|one| number(one) < self.before);
        all.sort_by_key(|one| Reverse(number(one)));
        let more = all.len() > limit;
        all.truncate(limit);
        let next = all.last().filter(|_| more).map(|last| {
            let mut next = format!("{path}?limit={limit}&before={}", number(last));
            for (name, value) in choice {
                if let Some(value) = value {
                    // Writing into a text does not fail.
                    let _ = write!(next, "&{name}={}", links::part(value));
                }
            }
            next
        });
        (all, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_nothing_is_told_twice() {
        let all: Vec<i64> = vec![3, 9, 1, 7];
        let choice = [("unit", Some("a b")), ("show", None)];
        let part = |before, limit| Part::wanted(before, Some(limit)).unwrap().of(all.clone(), |n| *n, "/x", &choice);
        assert_eq!(part(None, 3), (vec![9, 7, 3], Some("/x?limit=3&before=3&unit=a%20b".to_owned())));
        assert_eq!(part(Some(3), 3), (vec![1], None));
        assert_eq!(part(None, 4), (vec![9, 7, 3, 1], None));
        assert_eq!(part(Some(1), 4), (vec![], None));
        assert!(Part::wanted(Some(0), None).is_err() && Part::wanted(None, Some(0)).is_err());
        assert!(Part::wanted(None, Some(MOST + 1)).is_err());
    }
}
