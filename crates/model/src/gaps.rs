//! Days on which rows were to be expected and there are none.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

/// How many weeks before the latest row tell on which days of the week rows come.
const WEEKS: i64 = 13;
/// In how many of them a day of the week must have rows so that it is expected to have some.
const MOST_WEEKS: usize = 11;
/// How many rows it must usually have. Where fewer come, a day without any is nothing unusual.
const FEWEST_ROWS: u64 = 5;

/// Days on which rows were to be expected and there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// The first day with rows.
    pub first: Option<Date>,
    /// The latest day with rows that has begun.
    pub latest: Option<Date>,
    /// On how many days of the week rows are to be expected.
    pub weekdays: usize,
    /// Days without rows on which some were to be expected: in the thirteen weeks up to the latest day, and after it up
    /// to yesterday. The earliest comes first.
    pub missing: Vec<Date>,
    /// How many rows lie on days that have not begun yet.
    pub ahead: u64,
}

/// Looks for days without rows, given how many rows lie on each day. A day of the week is expected to have rows where
/// it had some in at least eleven of the thirteen weeks up to the latest day, and usually five or more.
#[must_use]
pub fn gaps(days: &BTreeMap<Date, u64>, today: Date) -> Gaps {
    let rows_on = |day: Date| days.get(&day).copied().unwrap_or_default();
    let mut with_rows = days.iter().filter(|(day, rows)| **day <= today && **rows > 0).map(|(day, _)| *day);
    let first = with_rows.clone().next();
    let latest = with_rows.next_back();
    let ahead = days.iter().filter(|(day, _)| **day > today).map(|(_, rows)| rows).sum();
    let Some(end) = latest else { return Gaps { ahead, ..Gaps::default() } };
    // Today is still under way: that it has no rows yet says nothing, and those that it has may be a part.
    let settled = today.saturating_sub(1.day());
    let end = end.min(settled);
    let mut expected = Vec::new();
    for back in 0..7 {
        let newest = end.saturating_sub(back.days());
        let mut counts: Vec<u64> = (0..WEEKS).map(|week| rows_on(newest.saturating_sub((7 * week).days()))).collect();
        let weeks = counts.iter().filter(|count| **count > 0).count();
        counts.sort_unstable();
        let usual = counts.get(counts.len() / 2).copied().unwrap_or_default();
        if weeks >= MOST_WEEKS && usual >= FEWEST_ROWS {
            expected.push(newest.weekday());
        }
    }
    let mut missing = Vec::new();
    let mut day = end.saturating_sub((7 * WEEKS - 1).days());
    while !expected.is_empty() && day <= settled {
        if rows_on(day) == 0 && expected.contains(&day.weekday()) {
            missing.push(day);
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    Gaps { first, latest, weekdays: expected.len(), missing, ahead }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;

    /// Rows on every working day from the beginning of 2026 to the end of October.
    fn working_days(rows: u64) -> BTreeMap<Date, u64> {
        let days = date(2026, 1, 1).series(1.day()).take_while(|day| *day <= date(2026, 10, 31));
        days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
            .map(|day| (day, rows))
            .collect()
    }

    #[test]
    fn a_working_day_without_rows_is_missing_and_a_weekend_is_not() {
        let mut days = working_days(40);
        days.remove(&date(2026, 10, 14));
        days.insert(date(2026, 9, 1), 0);
        let found = gaps(&days, date(2026, 11, 2));
        assert_eq!((found.first, found.latest), (Some(date(2026, 1, 1)), Some(date(2026, 10, 30))));
        assert_eq!(found.weekdays, 5);
        assert_eq!(found.missing, [date(2026, 9, 1), date(2026, 10, 14)]);
    }

    #[test]
    fn what_has_stopped_is_missing_up_to_yesterday() {
        let found = gaps(&working_days(40), date(2026, 11, 5));
        assert_eq!(found.missing, [date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)]);
    }

    #[test]
    fn where_few_rows_come_no_day_is_missing() {
        let mut days = working_days(4);
        days.remove(&date(2026, 10, 14));
        let found = gaps(&days, date(2026, 11, 20));
        assert_eq!((found.weekdays, found.missing.len()), (0, 0));
        assert_eq!(gaps(&BTreeMap::new(), date(2026, 11, 20)), Gaps::default());
    }

    #[test]
    fn days_that_have_not_begun_are_told_apart() {
        let mut days = working_days(40);
        days.insert(date(2026, 12, 24), 3);
        let found = gaps(&days, date(2026, 11, 2));
        assert_eq!((found.latest, found.ahead), (Some(date(2026, 10, 30)), 3));
        assert_eq!(found.missing, []);
    }

    proptest! {
        #[test]
        fn what_is_missing_has_no_rows_and_is_over(
            rows in prop::collection::btree_map(0i64..400, 0u64..30, 0..300),
            today in 0i64..500,
        ) {
            let begin = date(2025, 11, 3);
            let days: BTreeMap<Date, u64> = rows.iter().map(|(day, rows)| (begin + day.days(), *rows)).collect();
            let today = begin + today.days();
            let found = gaps(&days, today);
            for day in &found.missing {
                prop_assert!(*day < today && days.get(day).copied().unwrap_or_default() == 0);
            }
            prop_assert!(found.missing.is_empty() || found.weekdays > 0);
        }
    }
}
