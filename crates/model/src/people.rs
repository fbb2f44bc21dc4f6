//! What figures about single people may be used for. Nothing, unless the project says so.

use std::fmt;

/// For how many months entries about a person are kept where the project says nothing else.
pub const KEPT_MONTHS: u32 = 24;
/// The most months for which they may be kept.
pub const MOST_KEPT_MONTHS: u32 = 120;

/// What figures about single people may be used for; each allows what those before it allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PeoplePolicy {
    /// People are neither compared nor rated.
    #[default]
    Off,
    /// Each person sees the own record, and nobody else does.
    OwnRecord,
    /// Whoever leads a team may compare its members with a standard, in order to coach them.
    Coaching,
    /// People may also be rated against performance standards.
    Appraisal,
}

impl PeoplePolicy {
    /// The word in project files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PeoplePolicy::Off => "off",
            PeoplePolicy::OwnRecord => "own_record",
            PeoplePolicy::Coaching => "coaching",
            PeoplePolicy::Appraisal => "appraisal",
        }
    }

    /// Whether people may be compared with each other's standard.
    #[must_use]
    pub fn allows_comparison(self) -> bool {
        self >= PeoplePolicy::Coaching
    }

    /// Whether people may be rated.
    #[must_use]
    pub fn allows_appraisal(self) -> bool {
        self >= PeoplePolicy::Appraisal
    }
}

impl fmt::Display for PeoplePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
