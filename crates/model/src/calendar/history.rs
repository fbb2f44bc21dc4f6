//! The calendars of one unit, one after the other.

use std::sync::Arc;

use super::WorkingTime;

/// How open time passes in a place whose calendar or time zone changes. A case that lives through a change is
/// measured by each calendar as long as that one holds.
#[derive(Debug, Clone)]
pub struct WorkingHistory {
    /// By beginning; the first one reaches back without limit, as the first stretch of a unit does.
    pieces: Vec<Piece>,
    /// From when on each piece but the first holds.
    changes: Vec<i64>,
}

#[derive(Debug, Clone)]
struct Piece {
    working: Arc<WorkingTime>,
    /// What to add to the piece's own clock so that the clocks of all pieces are one.
    shift: i64,
}

impl From<Arc<WorkingTime>> for WorkingHistory {
    /// One calendar, always.
    fn from(working: Arc<WorkingTime>) -> Self {
        Self { pieces: vec![Piece { working, shift: 0 }], changes: Vec::new() }
    }
}

impl WorkingHistory {
    /// The calendars of a place, each from an instant on (microseconds since 1970), in any order. Of two that begin
    /// at one instant, the latter in the list holds. None when the list is empty.
    #[must_use]
    pub fn new(mut changes: Vec<(i64, Arc<WorkingTime>)>) -> Option<Self> {
        // The latter of two comes first, so that it is the one which stays.
        changes.reverse();
        changes.sort_by_key(|(from, _)| *from);
        changes.dedup_by_key(|(from, _)| *from);
        let starts = changes.iter().skip(1).map(|(from, _)| *from).collect();
        let mut pieces: Vec<Piece> = Vec::with_capacity(changes.len());
        for (from, working) in changes {
            let piece = match pieces.last() {
                None => Piece { working, shift: 0 },
                Some(last) => {
                    let shift = last.clock(from).saturating_sub(working.clock(from));
                    Piece { working, shift }
                }
            };
            pieces.push(piece);
        }
        (!pieces.is_empty()).then_some(Self { pieces, changes: starts })
    }

    /// Open around the clock: open time is calendar time.
    #[must_use]
    pub fn always() -> Self {
        Arc::new(WorkingTime::always()).into()
    }

    fn place(&self, at: i64) -> usize {
        // There are few, so counting them all beats branches that nobody can predict.
        self.changes.iter().filter(|change| **change <= at).count()
    }

    /// The calendar and zone that hold at an instant.
    #[must_use]
    pub fn at(&self, at: i64) -> &Arc<WorkingTime> {
        &self.pieces[self.place(at)].working
    }

    /// Whether the instant lies in the span that was worked out in advance for the calendar that holds then.
    #[must_use]
    pub fn covers(&self, at: i64) -> bool {
        self.at(at).covers(at)
    }

    /// The reading of a clock that runs while the place is open; see [`WorkingTime::clock`].
    #[must_use]
    #[inline]
    pub fn clock(&self, at: i64) -> i64 {
        self.pieces[self.place(at)].clock(at)
    }

    /// The open time between two instants, in microseconds; negative where the second one is earlier.
    #[must_use]
    #[inline]
    pub fn open_micros(&self, from: i64, to: i64) -> i64 {
        self.clock(to).saturating_sub(self.clock(from))
    }

    /// The earliest instant by which so much open time has passed since `from`; see [`WorkingTime::after`].
    #[must_use]
    pub fn after(&self, from: i64, open_micros: i64) -> Option<i64> {
        let mut at = from;
        let mut left = open_micros;
        let mut place = self.place(from);
        while let Some(&change) = self.changes.get(place) {
            let open = self.pieces[place].working.open_micros(at, change);
            if left <= open {
                break;
            }
            left -= open;
            at = change;
            place += 1;
        }
        self.pieces[place].working.after(at, left)
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn is_open(&self, at: i64) -> bool {
        self.at(at).is_open(at)
    }

    /// The first instant at or after this one at which it is open; none when it never opens again.
    #[must_use]
    pub fn next_opening(&self, at: i64) -> Option<i64> {
        let mut at = at;
        for (place, piece) in self.pieces.iter().enumerate().skip(self.place(at)) {
            let change = self.changes.get(place).copied();
            let opens = piece.working.next_opening(at);
            if opens.is_some() && (change.is_none() || opens < change) {
                return opens;
            }
            at = change?;
        }
        None
    }
}

impl Piece {
    #[inline]
    fn clock(&self, at: i64) -> i64 {
        self.working.clock(at).saturating_add(self.shift)
    }
}
