use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::signals::Signals;
use super::values::{Choice, Entries, Filled, Number, Quantity, Text, choice};
use crate::place::Spanned;
use crate::yaml::{Kind, Node};

/// A scorecard: legs, objectives, the measures in use, and their targets.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Scorecard {
    /// The identifier.
    #[schemars(required)]
    pub(crate) scorecard: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// Points between legs that are still in balance. Default 20.
    #[schemars(range(min = 0, max = 100))]
    pub(crate) imbalance: Option<Spanned<Number>>,
    /// Where a month has fewer rows than this behind a share, a mean, a ratio or a percentile, the last three months are told instead,
    /// or the last six. Default: every month is told by itself.
    #[schemars(range(min = 2, max = 10000))]
    pub(crate) rolling_below: Option<Spanned<Number>>,
    /// The legs, in the order in which they are shown.
    #[schemars(required)]
    pub(crate) legs: Option<Filled<Entries<Leg>>>,
    /// Which measure is claimed to move which other. A real deterioration of the first puts the other on watch.
    pub(crate) links: Option<Vec<Link>>,
}

impl FromYaml for Scorecard {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let scorecard = Self {
            scorecard: fields.required("scorecard", "scorecard: service"),
            title: fields.optional("title"),
            imbalance: fields.optional("imbalance"),
            rolling_below: fields.optional("rolling_below"),
            legs: fields.required("legs", "legs:"),
            links: fields.optional("links"),
        };
        fields.finish();
        Some(scorecard)
    }
}

/// A leg of the scorecard.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Leg {
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// Its weight in the whole. Default 1.
    #[schemars(range(min = 0))]
    pub(crate) weight: Option<Spanned<Number>>,
    /// What is to be achieved.
    #[schemars(required)]
    pub(crate) objectives: Option<Filled<Vec<Objective>>>,
}

impl FromYaml for Leg {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("leg `{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let leg = Self {
            title: fields.optional("title"),
            weight: fields.optional("weight"),
            objectives: fields.required("objectives", "objectives:"),
        };
        fields.finish();
        Some(leg)
    }
}

/// What is to be achieved, and the measures that tell.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Objective {
    /// In words.
    #[schemars(required)]
    pub(crate) objective: Option<Spanned<Text>>,
    /// Its weight in the leg. Default 1.
    #[schemars(range(min = 0))]
    pub(crate) weight: Option<Spanned<Number>>,
    /// The measures that tell.
    #[schemars(required)]
    pub(crate) measures: Option<Filled<Vec<MeasureUse>>>,
}

impl FromYaml for Objective {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let title = title_of(node, "objective");
        let place = match title {
            Some(title) => format!("objective {} of {}", crate::suggest::quoted(title), reader.subject),
            None => format!("an objective of {}", reader.subject),
        };
        let mut fields = reader.fields(node, name, place)?;
        let objective = Self {
            objective: fields.required("objective", "objective: Complaints settled quickly"),
            weight: fields.optional("weight"),
            measures: fields.required("measures", "measures:"),
        };
        fields.finish();
        Some(objective)
    }
}

pub(super) fn title_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    Some(&node.as_map()?.pair(key)?.value.as_scalar()?.text)
}

/// A measure in a scorecard, with its targets.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct MeasureUse {
    /// Which measure.
    #[schemars(rename = "use", required)]
    pub(crate) measure: Option<Spanned<Text>>,
    /// Whether it is shown first. Where no measure of a leg says so, it is the first measure of the first two
    /// objectives.
    pub(crate) key: Option<Spanned<bool>>,
    /// Its weight in the objective. Default 1.
    #[schemars(range(min = 0))]
    pub(crate) weight: Option<Spanned<Number>>,
    /// How its value becomes a score. Default `automatic`.
    pub(crate) normalise: Option<Spanned<Normalise>>,
    #[schemars(flatten)]
    pub(crate) plan: Plan,
    /// Other targets for single units, and the units below them.
    pub(crate) units: Option<Entries<UnitPlan>>,
    /// How its signals are found, and what happened to it.
    pub(crate) signals: Option<Signals>,
}

impl FromYaml for MeasureUse {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = match title_of(node, "use") {
            Some(measure) => format!("measure {} of {}", crate::suggest::quoted(measure), reader.subject),
            None => format!("a measure of {}", reader.subject),
        };
        let mut fields = reader.fields(node, name, place)?;
        let mut measure_use = Self {
            measure: fields.required("use", "use: complaint_time"),
            key: fields.optional("key"),
            weight: fields.optional("weight"),
            plan: Plan::read(&mut fields),
            normalise: fields.optional("normalise"),
            units: fields.optional("units"),
            signals: fields.optional("signals"),
        };
        measure_use.plan.sound &= measure_use.normalise.is_some() == fields.has("normalise");
        fields.finish();
        Some(measure_use)
    }
}

/// Baseline, targets and deadline.
#[derive(Debug, Clone, JsonSchema)]
pub(crate) struct Plan {
    /// Where it came from: a value, or a past period in which the unit's own value is taken.
    pub(crate) baseline: Option<Baseline>,
    /// A value (`24 h`), relative to the baseline (`-25 %`), or a change (`-2 h`, `+3 points`).
    pub(crate) target: Option<Spanned<Quantity>>,
    /// Beyond the target.
    pub(crate) stretch: Option<Spanned<Quantity>>,
    /// Where it becomes unacceptable.
    pub(crate) red_flag: Option<Spanned<Quantity>>,
    /// The period by whose end the target is to be reached, for example `2026-12`.
    pub(crate) by: Option<Spanned<Text>>,
    /// Values on the way to the target, each behind the period by whose end it is to be reached.
    pub(crate) milestones: Option<Filled<Entries<Spanned<Quantity>>>>,
    /// Whether all that is given could be read.
    #[schemars(skip)]
    pub(crate) sound: bool,
}

impl Plan {
    fn read(fields: &mut super::read::Fields<'_, '_, '_>) -> Self {
        let before = fields.reader.findings.errors();
        let mut plan = Self {
            baseline: fields.optional("baseline"),
            target: fields.optional("target"),
            stretch: fields.optional("stretch"),
            red_flag: fields.optional("red_flag"),
            by: fields.optional("by"),
            milestones: fields.optional("milestones"),
            sound: true,
        };
        plan.sound = fields.reader.findings.errors() == before;
        plan
    }
}

/// What one unit is to reach.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct UnitPlan {
    #[schemars(flatten)]
    pub(crate) plan: Plan,
}

impl FromYaml for UnitPlan {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("unit `{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let plan = Self { plan: Plan::read(&mut fields) };
        fields.finish();
        Some(plan)
    }
}

/// Where a measure came from.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Baseline {
    /// A value.
    Value(Spanned<Quantity>),
    /// The unit's own value in a past period.
    Measured(Measured),
}

impl FromYaml for Baseline {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => Measured::from_yaml(node, name, reader).map(Self::Measured),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Value),
        }
    }
}

/// The unit's own value in a past period.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Measured {
    /// The period, for example `2025-10`.
    #[schemars(required)]
    pub(crate) measured: Option<Spanned<Text>>,
}

impl FromYaml for Measured {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let measured = Self { measured: fields.required("measured", "measured: 2025-10") };
        fields.finish();
        Some(measured)
    }
}

/// How a value becomes a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Normalise {
    /// Goal and red flag where both are given, else baseline and target; a band for a measure that is best within
    /// a range.
    Automatic,
    /// 0 at the baseline, 100 at the target.
    #[schemars(rename = "baseline to target")]
    BaselineToTarget,
    /// 33.3 at the red flag, 66.7 at the target, on in both directions.
    #[schemars(rename = "goal and red flag")]
    GoalAndRedFlag,
    /// 100 inside the range, falling to 0 outside.
    Band,
    /// 100 when met, else 0.
    Binary,
}

impl Choice for Normalise {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("automatic", Self::Automatic),
        ("baseline to target", Self::BaselineToTarget),
        ("goal and red flag", Self::GoalAndRedFlag),
        ("band", Self::Band),
        ("binary", Self::Binary),
    ];
}

impl FromYaml for Normalise {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// One measure is claimed to move another.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Link {
    /// The leading measure.
    #[schemars(required)]
    pub(crate) from: Option<Spanned<Text>>,
    /// The lagging measure.
    #[schemars(required)]
    pub(crate) to: Option<Spanned<Text>>,
    /// The longest delay, for example `3 months`.
    #[schemars(required)]
    pub(crate) within: Option<Spanned<Text>>,
}

impl FromYaml for Link {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("a link of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let link = Self {
            from: fields.required("from", "from: esat"),
            to: fields.required("to", "to: csat"),
            within: fields.required("within", "within: 3 months"),
        };
        fields.finish();
        Some(link)
    }
}
