use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Choice, Filled, OneOrMany, Quantity, Text, choice};
use crate::place::{Span, Spanned};
use crate::yaml::{Kind, Node};

/// A service level policy: what is promised to customers, for which cases, from which day on.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ServiceLevel {
    /// The identifier.
    #[schemars(required)]
    pub(crate) service_level: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// What was and is promised. The version in force when a case was opened holds for the whole of its life.
    #[schemars(required)]
    pub(crate) versions: Option<Filled<Vec<Version>>>,
}

impl FromYaml for ServiceLevel {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let service_level = Self {
            service_level: fields.required("service_level", "service_level: standard"),
            title: fields.optional("title"),
            versions: fields.required("versions", "versions:"),
        };
        fields.finish();
        Some(service_level)
    }
}

/// What was promised from a day on.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Version {
    /// The first day on which cases that are opened fall under it, for example `2026-01-01`. Without it, it holds from
    /// the beginning.
    pub(crate) from: Option<Spanned<Text>>,
    /// In order: the first one that fits a case holds.
    #[schemars(required)]
    pub(crate) rules: Option<Filled<Vec<Rule>>>,
    /// Where to say something about the whole.
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for Version {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("a version of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let version = Self {
            from: fields.optional("from"),
            rules: fields.required("rules", "rules: [{ first_response: 4 h }]"),
            at,
        };
        fields.finish();
        Some(version)
    }
}

/// What is promised for some cases. Where it promises nothing, nothing is promised for them, and no later rule is tried.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rule {
    /// For which cases. Default all.
    pub(crate) when: Option<Spanned<Conditions>>,
    /// From the opening to the first public message of an agent.
    pub(crate) first_response: Option<Promise>,
    /// From each first unanswered message of the customer to the next public message of an agent.
    pub(crate) next_response: Option<Promise>,
    /// From the opening until it is solved.
    pub(crate) resolution: Option<Promise>,
    /// The time in which it is new, open or on hold, until it is solved.
    pub(crate) requester_wait: Option<Promise>,
    /// Where to say something about the whole.
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for Rule {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("a rule of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let rule = Self {
            when: fields.optional("when"),
            first_response: fields.optional("first_response"),
            next_response: fields.optional("next_response"),
            resolution: fields.optional("resolution"),
            requester_wait: fields.optional("requester_wait"),
            at,
        };
        fields.finish();
        Some(rule)
    }
}

/// The values that one condition takes.
pub(crate) type Values = Spanned<OneOrMany<Spanned<Text>>>;

/// For which cases a rule is: those that have one of the values of every condition, as they were opened.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Conditions {
    /// Priorities.
    pub(crate) priority: Option<Values>,
    /// Channels.
    pub(crate) channel: Option<Values>,
    /// Segments of the customer.
    pub(crate) segment: Option<Values>,
    /// Topics.
    pub(crate) topic: Option<Values>,
    /// Units, by their identifiers; each stands for the units below it too.
    pub(crate) unit: Option<Values>,
}

impl FromYaml for Conditions {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of a rule of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let conditions = Self {
            priority: fields.optional("priority"),
            channel: fields.optional("channel"),
            segment: fields.optional("segment"),
            topic: fields.optional("topic"),
            unit: fields.optional("unit"),
        };
        fields.finish();
        Some(conditions)
    }
}

/// So much time, around the clock; or with what there is to say about how it is counted.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Promise {
    /// Around the clock, without pauses.
    Within(Spanned<Quantity>),
    /// Time and how it is counted.
    Full(TimedPromise),
}

impl FromYaml for Promise {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => TimedPromise::from_yaml(node, name, reader).map(Self::Full),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Within),
        }
    }
}

/// So much time and how it is counted.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct TimedPromise {
    /// How much time, for example `4 h`.
    #[schemars(required)]
    pub(crate) within: Option<Spanned<Quantity>>,
    /// `calendar` counts around the clock, `business` in the working hours of the unit. Default `calendar`.
    pub(crate) clock: Option<Spanned<Clock>>,
    /// The statuses in which the clock stands still. Solved is always one of them.
    pub(crate) pauses: Option<Spanned<OneOrMany<Spanned<Pause>>>>,
}

impl FromYaml for TimedPromise {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of a rule of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let promise = Self {
            within: fields.required("within", "within: 4 h"),
            clock: fields.optional("clock"),
            pauses: fields.optional("pauses"),
        };
        fields.finish();
        Some(promise)
    }
}

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Clock {
    Calendar,
    Business,
}

impl Choice for Clock {
    const WORDS: &'static [(&'static str, Self)] = &[("calendar", Self::Calendar), ("business", Self::Business)];
}

impl FromYaml for Clock {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// A status in which a clock may stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Pause {
    Pending,
    Hold,
}

impl Choice for Pause {
    const WORDS: &'static [(&'static str, Self)] = &[("pending", Self::Pending), ("hold", Self::Hold)];
}

impl FromYaml for Pause {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}
