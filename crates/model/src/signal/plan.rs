//! How the signals of a measure are found, as a scorecard says it: rules, baseline, and what is known about its history.
//!
//! An annotation says what happened. It begins a new phase only where a person says so: a process that became another
//! one is a judgement, and no formula makes it.

use crate::period::Period;

/// The fewest figures from which limits hold for good. From fewer, more than three in a hundred stable series would be
/// marked each period.
pub const FEWEST_FROZEN: u16 = 12;

/// How the signals of one measure are found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignalPlan {
    /// The rules in use.
    pub rules: Rules,
    /// Whether exceptional steps from one period to the next are left out when the usual range is worked out.
    pub screening: Screening,
    /// The periods that the usual range of the first phase comes from, for good; where none are named, it comes from all
    /// periods and moves on with them.
    pub baseline: Option<Window>,
    /// What happened, in the order of time.
    pub annotations: Vec<Annotation>,
}

impl SignalPlan {
    /// The annotations that begin a new phase, in the order of time.
    pub fn phases(&self) -> impl Iterator<Item = &Annotation> {
        self.annotations.iter().filter(|annotation| annotation.new_phase)
    }

    /// The first period without which a usual range that holds for good cannot be worked out.
    #[must_use]
    pub fn reaches_back_to(&self) -> Option<Period> {
        let of_phases = self.phases().filter(|phase| phase.baseline_until.is_some()).map(|phase| phase.on);
        self.baseline.map(|baseline| baseline.from).into_iter().chain(of_phases).min_by_key(|period| period.start())
    }
}

/// The rules that mark periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each rule can be chosen for itself")]
pub struct Rules {
    /// Beyond the usual range.
    pub outside: bool,
    /// Steadily rising or falling.
    pub trend: bool,
    /// Two of three close to the edge of the usual range.
    pub two_of_three: bool,
    /// A run on one side of the average.
    pub shift: bool,
}

impl Rules {
    /// None of them.
    pub const NONE: Self = Self { outside: false, trend: false, two_of_three: false, shift: false };
    /// All of them, as the programme "Making Data Count" uses them.
    pub const ALL: Self = Self { outside: true, trend: true, two_of_three: true, shift: true };
}

impl Default for Rules {
    fn default() -> Self {
        Self::ALL
    }
}

/// Whether exceptional steps from one period to the next are left out when the usual range is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screening {
    /// Steps of 3.267 average steps and more are left out.
    #[default]
    On,
    /// All steps count.
    Off,
}

/// Periods from one to another, both of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first one.
    pub from: Period,
    /// The last one.
    pub until: Period,
}

/// Something that happened to a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// When, as it was written: a day, a month, a year.
    pub on: Period,
    /// What kind of thing.
    pub kind: AnnotationKind,
    /// What, in words.
    pub what: String,
    /// Who says so.
    pub said_by: Option<String>,
    /// Whether the process is another one from then on, so that neither usual range nor rules look across.
    pub new_phase: bool,
    /// The last period of the new phase that its usual range comes from, for good; where none is named, it comes from
    /// all periods of the phase and moves on with them.
    pub baseline_until: Option<Period>,
}

impl Annotation {
    /// Whether a period is the first one that begins on the day of the annotation or later.
    #[must_use]
    pub fn begins_with(&self, period: Period) -> bool {
        period.start() >= self.on.start() && period.previous().start() < self.on.start()
    }
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnnotationKind {
    /// Something was done to move the measure.
    Initiative,
    /// The measure means something else from then on, or is recorded in another way.
    Definition,
    /// Anything else.
    Event,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::FiscalYear;

    fn period(text: &str) -> Period {
        Period::parse(text, FiscalYear::default()).unwrap()
    }

    fn annotation(on: &str) -> Annotation {
        Annotation {
            on: period(on),
            kind: AnnotationKind::Initiative,
            what: "greeters at the doors".to_owned(),
            said_by: None,
            new_phase: true,
            baseline_until: None,
        }
    }

    #[test]
    fn a_phase_begins_with_the_first_period_that_lies_behind_its_day() {
        let march = annotation("2025-03");
        assert!(march.begins_with(period("2025-03")) && !march.begins_with(period("2025-04")));
        assert!(!march.begins_with(period("2025-02")));
        // Most of the first quarter lies before March.
        assert!(march.begins_with(period("2025-Q2")) && !march.begins_with(period("2025-Q1")));
        let amid = annotation("2025-03-10");
        assert!(amid.begins_with(period("2025-04")) && amid.begins_with(period("2025-03-10")));
    }

    #[test]
    fn a_range_that_holds_for_good_needs_its_baseline() {
        let mut plan = SignalPlan { annotations: vec![annotation("2025-03")], ..SignalPlan::default() };
        assert_eq!(plan.reaches_back_to(), None);
        plan.annotations[0].baseline_until = Some(period("2026-02"));
        assert_eq!(plan.reaches_back_to(), Some(period("2025-03")));
        plan.baseline = Some(Window { from: period("2024-01"), until: period("2024-12") });
        assert_eq!(plan.reaches_back_to(), Some(period("2024-01")));
    }
}
