use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Choice, Filled, Text, choice};
use crate::place::{Span, Spanned};
use crate::yaml::Node;

/// How the signals of a measure are found.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Signals {
    /// The rules that mark periods. Default all four.
    pub(crate) rules: Option<Filled<Vec<Spanned<SignalRule>>>>,
    /// Whether exceptional steps from one period to the next are left out when the usual range is worked out. Default
    /// `true`.
    pub(crate) screening: Option<Spanned<bool>>,
    /// The periods that the usual range comes from, for good. Without it the range moves on with the periods.
    pub(crate) baseline: Option<BaselineWindow>,
    /// What happened to the measure.
    pub(crate) annotations: Option<Filled<Vec<Annotation>>>,
}

impl FromYaml for Signals {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let signals = Self {
            rules: fields.optional("rules"),
            screening: fields.optional("screening"),
            baseline: fields.optional("baseline"),
            annotations: fields.optional("annotations"),
        };
        fields.finish();
        Some(signals)
    }
}

/// A rule that marks periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum SignalRule {
    /// Beyond the usual range.
    Outside,
    /// Seven rising or seven falling in a row.
    Trend,
    /// Two of three close to the edge of the usual range.
    #[schemars(rename = "two of three")]
    TwoOfThree,
    /// Seven in a row on one side of the average.
    Shift,
}

impl Choice for SignalRule {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("outside", Self::Outside),
        ("trend", Self::Trend),
        ("two of three", Self::TwoOfThree),
        ("shift", Self::Shift),
    ];
}

impl FromYaml for SignalRule {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// Periods from one to another.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct BaselineWindow {
    /// The first period, for example `2025-01`.
    #[schemars(required)]
    pub(crate) from: Option<Spanned<Text>>,
    /// The last period, for example `2025-12`.
    #[schemars(required)]
    pub(crate) until: Option<Spanned<Text>>,
}

impl FromYaml for BaselineWindow {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let window =
            Self { from: fields.required("from", "from: 2025-01"), until: fields.required("until", "until: 2025-12") };
        fields.finish();
        Some(window)
    }
}

/// Something that happened to a measure.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Annotation {
    /// When, for example `2025-03` or `2025-03-10`.
    #[schemars(required)]
    pub(crate) since: Option<Spanned<Text>>,
    /// What, in words.
    #[schemars(required)]
    pub(crate) what: Option<Spanned<Text>>,
    /// What kind of thing. Default `event`.
    pub(crate) kind: Option<Spanned<AnnotationKind>>,
    /// Who says so. A new phase needs it.
    pub(crate) said_by: Option<Spanned<Text>>,
    /// Whether the process is another one from then on: neither usual range nor rules look across. Default `false`.
    pub(crate) new_phase: Option<Spanned<bool>>,
    /// The last period of the new phase that its usual range comes from, for good. Without it the range moves on with
    /// the periods.
    pub(crate) baseline_until: Option<Spanned<Text>>,
    /// Where the annotation is written.
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for Annotation {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("an annotation of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let annotation = Self {
            since: fields.required("since", "since: 2025-03"),
            what: fields.required("what", "what: New telephone system"),
            kind: fields.optional("kind"),
            said_by: fields.optional("said_by"),
            new_phase: fields.optional("new_phase"),
            baseline_until: fields.optional("baseline_until"),
            at: fields.at(),
        };
        fields.finish();
        Some(annotation)
    }
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum AnnotationKind {
    /// Something was done to move the measure.
    Initiative,
    /// The measure means something else from then on, or is recorded in another way.
    Definition,
    /// Anything else.
    Event,
}

impl Choice for AnnotationKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("initiative", Self::Initiative), ("definition", Self::Definition), ("event", Self::Event)];
}

impl FromYaml for AnnotationKind {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}
