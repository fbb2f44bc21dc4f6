//! What a case can be: its statuses.

use std::fmt;

/// The statuses of a case. `closed` is `solved` for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nobody has taken it up.
    New,
    /// It waits on us.
    Open,
    /// It waits on the customer.
    Pending,
    /// It waits on a third party.
    Hold,
    /// It is solved.
    Solved,
}

impl Status {
    /// Every status, in the order in which a case usually goes through them.
    pub const ALL: [Status; 5] = [Status::New, Status::Open, Status::Pending, Status::Hold, Status::Solved];

    /// The status of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "new" => Status::New,
            "open" => Status::Open,
            "pending" => Status::Pending,
            "hold" => Status::Hold,
            "solved" | "closed" => Status::Solved,
            _ => return None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Open => "open",
            Status::Pending => "pending",
            Status::Hold => "hold",
            Status::Solved => "solved",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Some of the statuses.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Statuses(u8);

impl Statuses {
    /// None of them.
    pub const NONE: Statuses = Statuses(0);

    /// These ones.
    #[must_use]
    pub const fn of(statuses: &[Status]) -> Self {
        let mut set = 0;
        let mut place = 0;
        while place < statuses.len() {
            set |= 1 << statuses[place] as u8;
            place += 1;
        }
        Self(set)
    }

    /// These, and those of another set.
    #[must_use]
    pub const fn and(self, others: Statuses) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether the status is one of them.
    #[must_use]
    pub const fn has(self, status: Status) -> bool {
        self.0 & (1 << status as u8) != 0
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Status::ALL.into_iter().filter(|status| self.has(*status))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sets() {
        for status in Status::ALL {
            assert_eq!(Status::of(status.name()), Some(status));
            assert!(Statuses::of(&[status]).has(status));
            assert!(!Statuses::NONE.has(status));
        }
        assert_eq!(Status::of("closed"), Some(Status::Solved));
        assert_eq!(Status::of("Open"), None);
        let waiting = Statuses::of(&[Status::Pending]).and(Statuses::of(&[Status::Hold]));
        assert_eq!(Status::ALL.map(|status| waiting.has(status)), [false, false, true, true, false]);
        assert_eq!(format!("{waiting:?}"), "{Pending, Hold}");
    }
}
