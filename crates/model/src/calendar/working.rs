//! A calendar in a time zone, worked out in advance.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Calendar;
use super::walk::{DAY, each_open};

/// A stretch of open time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// The first instant of it, in microseconds since 1970.
    pub from: i64,
    /// The first instant after it.
    pub to: i64,
    /// The open time of the span before it, in microseconds.
    pub before: i64,
}

/// Blocks are 2³⁶ microseconds long, about 19 hours: a shift instead of a division, and rarely more than two stretches
/// in each.
const BLOCK: u32 = 36;
/// Where nothing opens for so many years in which only yearly holidays change, nothing ever will: after 28 years, or 40
/// across a year such as 2100, every date has fallen on every weekday.
const BARREN_DAYS: i64 = 41 * 366;
/// Outside of the compiled span, days are worked out in stretches of so many.
const CHUNK: i64 = 400 * DAY;

/// A block of time with the stretches in it. The first two stand in the block itself, so that most questions touch one
/// place in memory and take no branch that depends on the instant.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// The open time of the span before the block.
    before: i64,
    /// The first stretch as far as it lies behind the beginning of the block; an empty one where there is none.
    first: (i64, i64),
    second: (i64, i64),
    /// Whether there are more than two.
    more: bool,
    /// The place of the first stretch that ends after the block begins.
    place: u32,
}

/// How open time passes by one calendar in one time zone.
///
/// The open stretches of a span of years are worked out in advance; questions about instants inside of it take some
/// nanoseconds. Questions about other instants get the same right answers, worked out day by day each time: choose
/// the span from the earliest and latest instant of the data.
#[derive(Debug, Clone)]
pub struct WorkingTime {
    calendar: Arc<Calendar>,
    zone: TimeZone,
    always: bool,
    span: Range<i64>,
    /// In order, neither overlapping nor touching. The last one is a sentinel that never opens.
    opens: Vec<Open>,
    blocks: Vec<Block>,
    total: i64,
}

impl WorkingTime {
    /// Works out a calendar in a zone over a span of instants, in microseconds since 1970. The span may be empty.
    ///
    /// Ten years of a usual office take about 300 kB.
    #[must_use]
    pub fn new(calendar: Arc<Calendar>, zone: TimeZone, span: Range<i64>) -> Self {
        let start = span.start.max(Timestamp::MIN.as_microsecond());
        let span = start..span.end.min(Timestamp::MAX.as_microsecond()).max(start);
        let always = calendar.is_always();
        let mut this = Self { calendar, zone, always, span, opens: Vec::new(), blocks: Vec::new(), total: 0 };
        if !always {
            this.compile();
        }
        this
    }

    fn compile(&mut self) {
        let opens = &mut self.opens;
        let mut total = 0;
        let _: ControlFlow<()> = each_open(&self.calendar, &self.zone, self.span.start, self.span.end, |from, to| {
            match opens.last_mut() {
                Some(last) if last.to == from => last.to = to,
                _ => opens.push(Open { from, to, before: total }),
            }
            total += to - from;
            ControlFlow::Continue(())
        });
        opens.push(Open { from: i64::MAX, to: i64::MAX, before: total });
        self.total = total;
        let count = (self.span.end - self.span.start + (1 << BLOCK) - 1) >> BLOCK;
        let mut place = 0;
        self.blocks = (0..count)
            .map(|block| {
                let begins = self.span.start + (block << BLOCK);
                let ends = begins + (1 << BLOCK);
                while self.opens[place].to <= begins {
                    place += 1;
                }
                let inside = |next: usize| self.opens.get(place + next).filter(|open| open.from < ends);
                let part = |next| inside(next).map_or((0, 0), |open: &Open| (open.from.max(begins), open.to));
                let open = self.opens[place];
                Block {
                    before: open.before + begins.saturating_sub(open.from).max(0),
                    first: part(0),
                    second: part(1),
                    more: inside(2).is_some(),
                    place: place as u32,
                }
            })
            .collect();
    }

    /// Open around the clock: open time is calendar time.
    #[must_use]
    pub fn always() -> Self {
        Self::new(Arc::new(Calendar::always("always")), TimeZone::UTC, 0..0)
    }

    /// The calendar.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the instant lies in the span that was worked out in advance.
    #[must_use]
    pub fn covers(&self, at: i64) -> bool {
        self.always || self.span.contains(&at)
    }

    /// The open stretches of the span, in order, neither overlapping nor touching; empty when it never closes.
    #[must_use]
    pub fn stretches(&self) -> &[Open] {
        &self.opens[..self.opens.len().saturating_sub(1)]
    }

    fn block(&self, at: i64) -> &Block {
        &self.blocks[((at - self.span.start) >> BLOCK) as usize]
    }

    /// The place of the first stretch that ends after an instant of the span; the sentinel where there is none.
    fn place(&self, at: i64) -> usize {
        let mut place = self.block(at).place as usize;
        while self.opens[place].to <= at {
            place += 1;
        }
        place
    }

    /// The reading of a clock that runs while it is open, in microseconds. It means nothing by itself; the difference
    /// of two readings is the open time between their instants, so a walk along a timeline takes one reading for each
    /// event.
    #[must_use]
    #[inline]
    pub fn clock(&self, at: i64) -> i64 {
        if !self.span.contains(&at) || self.always {
            return self.clock_outside(at);
        }
        let block = self.block(at);
        if block.more {
            return self.clock_at_stretch(at);
        }
        let part = |(from, to): (i64, i64)| at.max(from).min(to) - from;
        block.before + part(block.first) + part(block.second)
    }

    fn clock_at_stretch(&self, at: i64) -> i64 {
        let open = self.opens[self.place(at)];
        // The sentinel lies so far off that the difference may not fit.
        open.before + at.saturating_sub(open.from).max(0)
    }

    #[cold]
    fn clock_outside(&self, at: i64) -> i64 {
        if self.always {
            at
        } else if at < self.span.start {
            -self.walked(at, self.span.start)
        } else {
            self.total + self.walked(self.span.end, at)
        }
    }

    /// Open time worked out day by day.
    fn walked(&self, from: i64, to: i64) -> i64 {
        let mut sum = 0;
        let _: ControlFlow<()> = each_open(&self.calendar, &self.zone, from, to, |from, to| {
            sum += to - from;
            ControlFlow::Continue(())
        });
        sum
    }

    /// The open time between two instants, in microseconds; negative where the second one is earlier. So
    /// `open_micros(a, b) + open_micros(b, c) == open_micros(a, c)` in any order.
    #[must_use]
    #[inline]
    pub fn open_micros(&self, from: i64, to: i64) -> i64 {
        self.clock(to).saturating_sub(self.clock(from))
    }

    /// The earliest instant by which so much open time has passed since `from`: when something is due. Time that is
    /// used up exactly at closing is due then, not at the next opening. Without open time to wait for it is `from`;
    /// none when so much never passes.
    #[must_use]
    pub fn after(&self, from: i64, open_micros: i64) -> Option<i64> {
        if open_micros <= 0 {
            return Some(from);
        }
        if self.always {
            return from.checked_add(open_micros);
        }
        let mut at = from;
        let mut left = open_micros;
        if at < self.span.start {
            match self.walk_for(at, self.span.start, left) {
                Ok(found) => return Some(found),
                Err(still) => left = still,
            }
            at = self.span.start;
        }
        if at < self.span.end {
            let place = self.place(at);
            let wanted = self.clock(at).saturating_add(left);
            if wanted <= self.total {
                return Some(self.at_reading(place, wanted));
            }
            left = wanted - self.total;
            at = self.span.end;
        }
        self.after_span(at, left)
    }

    /// The instant at which the clock first reads so much, which is more than at the stretch in this place and at
    /// most the total. The stretch is found by doubling steps: due times are mostly near.
    fn at_reading(&self, place: usize, wanted: i64) -> i64 {
        let opens = &self.opens;
        let mut step = 1;
        while opens.get(place + step).is_some_and(|open| open.before < wanted) {
            step *= 2;
        }
        let from = place + step / 2;
        let to = opens.len().min(place + step);
        let found = from + opens[from..to].partition_point(|open| open.before < wanted) - 1;
        opens[found].from + (wanted - opens[found].before)
    }

    /// Looks for the instant day by day; what is left of the time where it does not pass.
    fn walk_for(&self, from: i64, to: i64, open_micros: i64) -> Result<i64, i64> {
        let mut left = open_micros;
        let flow = each_open(&self.calendar, &self.zone, from, to, |from, to| {
            if left <= to - from {
                return ControlFlow::Break(from + left);
            }
            left -= to - from;
            ControlFlow::Continue(())
        });
        match flow {
            ControlFlow::Break(found) => Ok(found),
            ControlFlow::Continue(()) => Err(left),
        }
    }

    #[cold]
    fn after_span(&self, from: i64, open_micros: i64) -> Option<i64> {
        let last = Timestamp::MAX.as_microsecond();
        // Two days more than the local date, for any offset of the zone.
        let settled = (i64::from(self.calendar.settled) + 2).saturating_mul(DAY);
        let mut at = from.max(Timestamp::MIN.as_microsecond());
        let mut left = open_micros;
        let mut barren_since = at.max(settled);
        while at < last {
            if at >= settled && (self.calendar.ends() || at - barren_since > BARREN_DAYS * DAY) {
                return None;
            }
            let end = last.min(at.saturating_add(CHUNK));
            match self.walk_for(at, end, left) {
                Ok(found) => return Some(found),
                Err(still) => {
                    if still < left {
                        barren_since = end.max(settled);
                    }
                    left = still;
                }
            }
            at = end;
        }
        None
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn is_open(&self, at: i64) -> bool {
        if self.span.contains(&at) && !self.always {
            self.opens[self.place(at)].from <= at
        } else {
            self.always || self.walk_for(at, at.saturating_add(1), 1).is_ok()
        }
    }

    /// The first instant at or after this one at which it is open; none when it never opens again.
    #[must_use]
    pub fn next_opening(&self, at: i64) -> Option<i64> {
        if self.always {
            return Some(at);
        }
        if self.span.contains(&at) {
            let place = self.place(at);
            if place < self.stretches().len() {
                return Some(self.opens[place].from.max(at));
            }
        }
        // The first microsecond of open time has passed one after it began.
        self.after(at, 1).map(|passed| passed - 1)
    }
}
