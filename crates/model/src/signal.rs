//! Signals: whether a measure shows more than its usual variation, and whether it will meet its target.
//!
//! What is decided here once, the icon, the mark of each point, the sentence and the alert all repeat. How it is decided
//! belongs to the statistics; these are the results in the words of the domain.

mod plan;

pub use plan::{Annotation, AnnotationKind, FEWEST_FROZEN, Rules, Screening, SignalPlan, Window};

use crate::ids::MeasureId;
use crate::measure::Direction;
use crate::period::{Grain, Period};
use crate::reading::Subject;

/// So many periods are looked at, the one asked for included: enough for limits that hold still, few enough that
/// they describe the process of today. Three years of quarters, two of months, one of weeks, a quarter of days.
#[must_use]
pub fn periods_of_history(grain: Grain) -> usize {
    match grain {
        Grain::Day => 90,
        Grain::Week => 52,
        Grain::Month => 24,
        Grain::Quarter => 12,
        Grain::Year => 10,
    }
}

/// A series that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The measure.
    pub measure: &'a MeasureId,
    /// The unit or person.
    pub subject: &'a Subject,
    /// The last period; it must have ended.
    pub period: Period,
    /// Which direction is good.
    pub better: Direction,
    /// What is to be reached.
    pub target: Option<f64>,
    /// How signals are found.
    pub plan: &'a SignalPlan,
}

/// Which side of its average a measure lies on; for a trend, whether it rises or falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above, or rising.
    Above,
    /// Below, or falling.
    Below,
}

/// What a signal means for those who care about the measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// In the good direction.
    Better,
    /// In the bad direction.
    Worse,
    /// Neither direction is good.
    NoJudgement,
}

/// The rule that marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Beyond the usual range.
    Outside,
    /// Steadily rising or falling.
    Trend,
    /// Two of three close to the edge of the usual range.
    TwoOfThree,
    /// A run on one side of the average.
    Shift,
}

/// The usual range of a period, in stored units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsualRange {
    /// Its lower end.
    pub low: f64,
    /// The average.
    pub average: f64,
    /// Its upper end.
    pub high: f64,
}

/// A period of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Which one.
    pub period: Period,
    /// The value.
    pub value: f64,
    /// What it is compared with; none with too few periods.
    pub usual: Option<UsualRange>,
    /// What it means that it is more than usual variation; none where it is not.
    pub judgement: Option<Judgement>,
}

/// Whether the latest period is more than usual variation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variation {
    /// There are too few periods to tell.
    TooFewPoints,
    /// It is not.
    Usual,
    /// It is.
    Signal {
        /// Whether that is good.
        judgement: Judgement,
        /// To which side.
        side: Side,
    },
}

/// Whether the target will be met while nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Assurance {
    /// There is no target.
    NoTarget,
    /// There are too few periods to tell.
    TooFewPoints,
    /// Something has just changed: what was before promises nothing.
    Wait,
    /// The whole usual range is on the right side.
    WillMeet,
    /// The target lies within the usual range.
    Sometimes,
    /// The whole usual range is on the wrong side.
    WillMiss,
}

/// A stretch of periods that a rule marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The side.
    pub side: Side,
    /// What it means.
    pub judgement: Judgement,
    /// The first period of the stretch.
    pub since: Period,
    /// Its last period.
    pub until: Period,
    /// Periods in the stretch; for two of three, the marked ones.
    pub run_length: usize,
}

/// What a reader should know about the usual range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Caveat {
    /// It comes from few periods and will still move.
    Trial {
        /// From so many.
        points: usize,
        /// From so many on it is firm.
        firm_from: usize,
        /// Whether it holds for good all the same.
        frozen: bool,
    },
    /// The baseline that the scorecard names has too few periods of this length, so all periods were taken.
    ShortBaseline {
        /// So many.
        points: usize,
        /// So many are needed.
        needed: usize,
    },
    /// Nothing varies, so there is none.
    NoVariation,
    /// Values are skewed, so it reaches further to one side.
    Skewed,
    /// Successive periods resemble each other, so it was widened.
    Autocorrelated,
    /// A yearly wave was taken out before.
    Seasonal,
    /// Counts vary more than chance alone would have it, so it was widened.
    Overdispersed,
    /// Few events are expected, so it follows their exact distribution.
    FewEvents,
}

/// The kind of chart behind a usual range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartKind {
    /// Individual values, with limits from the steps between them.
    Individuals,
    /// Shares, with binomial limits.
    P,
    /// Shares that vary more than binomially.
    PPrime,
    /// Rates of events, with Poisson limits.
    U,
    /// Rates that vary more than by Poisson's law.
    UPrime,
    /// Numbers of events, with Poisson limits.
    C,
    /// Times between events.
    T,
}

/// How a usual range was worked out and what was looked for: two correct tools agree only where these do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// The kind of chart.
    pub chart: ChartKind,
    /// The rules that were asked for.
    pub rules: Rules,
    /// Whether exceptional steps were left out.
    pub screening: Screening,
    /// The periods that the latest usual range comes from: the first, the last, and how many have a figure.
    pub baseline: (Period, Period, usize),
    /// Whether it holds for good, or moves on with the periods.
    pub frozen: bool,
}

/// Everything that a series says.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// How it was worked out.
    pub method: Method,
    /// What somebody said when the present phase began; none in the first one.
    pub phase: Option<Annotation>,
    /// The periods that have a value, oldest first.
    pub points: Vec<Point>,
    /// Whether the latest one is more than usual variation.
    pub variation: Variation,
    /// Whether the target will be met.
    pub assurance: Assurance,
    /// What the latest period shows; none for usual variation.
    pub finding: Option<Finding>,
    /// All stretches that a rule marks, by their beginning.
    pub history: Vec<Finding>,
    /// What to know about the usual range.
    pub caveats: Vec<Caveat>,
    /// How often the latest point of such a series is marked although nothing has changed; none where that is not known.
    pub false_alarm_rate: Option<f64>,
}

impl Signal {
    /// Whether the latest period is a real deterioration.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        matches!(self.variation, Variation::Signal { judgement: Judgement::Worse, .. })
    }

    /// The usual range of the latest period.
    #[must_use]
    pub fn usual(&self) -> Option<UsualRange> {
        self.points.last().and_then(|point| point.usual)
    }
}
