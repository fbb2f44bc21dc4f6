//! Open stretches worked out day by day: what everything else is compiled from.

use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};

use super::Calendar;

pub(super) const MINUTE: i64 = 60_000_000;
pub(super) const DAY: i64 = 86_400_000_000;

/// Calls `take` with every open stretch of `from..to` in order, until it breaks. Stretches do not overlap; they may
/// touch at midnight and where the clocks change.
///
/// The zone is walked piece by piece between changes of its offset. Within a piece, local time and instants differ
/// by a constant, so there is no local time that is skipped or ambiguous.
pub(super) fn each_open<B>(
    calendar: &Calendar,
    zone: &TimeZone,
    from: i64,
    to: i64,
    mut take: impl FnMut(i64, i64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    // Before the year −9999 and after 9999 there are no dates, so nothing is open.
    let from = from.max(Timestamp::MIN.as_microsecond());
    let to = to.min(Timestamp::MAX.as_microsecond());
    let Ok(first) = Timestamp::from_microsecond(from) else { return ControlFlow::Continue(()) };
    let micros = |seconds: i32| i64::from(seconds) * 1_000_000;
    let mut offset = micros(zone.to_offset(first).seconds());
    let mut piece = from;
    for change in zone.following(first) {
        let at = change.timestamp().as_microsecond();
        if at >= to {
            break;
        }
        days_of_piece(calendar, piece, at, offset, &mut take)?;
        piece = at;
        offset = micros(change.offset().seconds());
    }
    days_of_piece(calendar, piece, to, offset, &mut take)
}

fn days_of_piece<B>(
    calendar: &Calendar,
    from: i64,
    to: i64,
    offset: i64,
    take: &mut impl FnMut(i64, i64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    if from >= to {
        return ControlFlow::Continue(());
    }
    let (local_from, local_to) = (from + offset, to + offset);
    let mut number = local_from.div_euclid(DAY) as i32;
    let mut date = date_of(number);
    loop {
        let midnight = i64::from(number) * DAY;
        if midnight >= local_to {
            return ControlFlow::Continue(());
        }
        let mut flow = ControlFlow::Continue(());
        calendar.each_stretch(date, number, |opens, closes| {
            let opens = (midnight + opens * MINUTE).max(local_from);
            let closes = (midnight + closes * MINUTE).min(local_to);
            if opens < closes && flow.is_continue() {
                flow = take(opens - offset, closes - offset);
            }
        });
        flow?;
        number += 1;
        let Ok(next) = date.tomorrow() else { return ControlFlow::Continue(()) };
        date = next;
    }
}

/// The date of a number of days since 1970; the nearest one when there is none.
fn date_of(number: i32) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new().try_days(number).map_or(epoch, |days| epoch.saturating_add(days))
}
