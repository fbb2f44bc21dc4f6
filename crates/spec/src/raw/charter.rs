use schemars::JsonSchema;

use super::measure::Level;
use super::read::{FromYaml, Reader};
use super::scorecard::title_of;
use super::values::{Filled, Quantity, Text, Whole};
use crate::place::{Span, Spanned};
use crate::suggest::quoted;
use crate::yaml::{Kind, Node};

/// The service charter: what customers are promised, in their words.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Charter {
    /// The identifier.
    #[schemars(required)]
    pub(crate) charter: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// What a customer can do when something went wrong.
    pub(crate) contact: Option<Spanned<Text>>,
    /// Whether a promise was kept is said of so many cases or more. Default 20.
    pub(crate) fewest: Option<Spanned<Whole>>,
    /// What the public edition may tell.
    pub(crate) publication: Option<Publication>,
    /// Measures that tell whether figures come about as they seem to, shown beside the promises. Default
    /// `came_back_new`, `survey_offered` and `closed_singly` of the built-in library.
    pub(crate) integrity: Option<Vec<Spanned<Text>>>,
    /// What was and is promised, the earliest first.
    #[schemars(required)]
    pub(crate) versions: Option<Filled<Vec<CharterVersion>>>,
}

impl FromYaml for Charter {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let charter = Self {
            charter: fields.required("charter", "charter: customers"),
            title: fields.optional("title"),
            contact: fields.optional("contact"),
            fewest: fields.optional("fewest"),
            publication: fields.optional("publication"),
            integrity: fields.optional("integrity"),
            versions: fields.required("versions", "versions:"),
        };
        fields.finish();
        Some(charter)
    }
}

/// What the public edition may tell.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Publication {
    /// A figure that rests on fewer cases is withheld. Default 20.
    pub(crate) fewest: Option<Spanned<Whole>>,
    /// The kind of unit below the organisation that is told, for example `branch`. Default none.
    pub(crate) kind: Option<Spanned<Text>>,
    /// How long the periods are that are told: `month`, `quarter` or `year`. Default `month`.
    pub(crate) every: Option<Spanned<Text>>,
}

impl FromYaml for Publication {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let publication =
            Self { fewest: fields.optional("fewest"), kind: fields.optional("kind"), every: fields.optional("every") };
        fields.finish();
        Some(publication)
    }
}

/// What is promised from a day on.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct CharterVersion {
    /// The first day on which it holds, for example `2026-01-01`. It holds until the next one does.
    #[schemars(required)]
    pub(crate) valid_from: Option<Spanned<Text>>,
    /// The day by which people look at the charter again.
    pub(crate) review: Option<Spanned<Text>>,
    /// The promises, in the order in which they are told.
    #[schemars(required)]
    pub(crate) promises: Option<Filled<Vec<CharterPromise>>>,
}

impl FromYaml for CharterVersion {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("a version of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let version = Self {
            valid_from: fields.required("valid_from", "valid_from: 2026-01-01"),
            review: fields.optional("review"),
            promises: fields.required("promises", "promises:"),
        };
        fields.finish();
        Some(version)
    }
}

/// One promise to customers.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct CharterPromise {
    /// The identifier, the same in every version.
    #[schemars(required)]
    pub(crate) promise: Option<Spanned<Text>>,
    /// The promise in the customer's words.
    #[schemars(required)]
    pub(crate) words: Option<Spanned<Text>>,
    /// When it holds, in the customer's words.
    pub(crate) conditions: Option<Spanned<Text>>,
    /// The measure that proves it. Without one, the promise is told as not measured yet.
    pub(crate) measure: Option<Spanned<Text>>,
    /// A condition in SQL over the columns of the measure's table: only rows that meet it fall under the promise.
    #[schemars(rename = "where")]
    pub(crate) condition: Option<Spanned<Text>>,
    /// What has to be reached: a value of the measure (`80 %`), or a threshold and the share of cases that keep to it.
    pub(crate) standard: Option<PromiseStandard>,
    /// Who answers for it.
    pub(crate) owner: Option<Spanned<Text>>,
    /// What the customer gets when it was not kept.
    pub(crate) remedy: Option<Spanned<Text>>,
    /// The period in which the first figure is expected, while there is no measure.
    pub(crate) expected: Option<Spanned<Text>>,
    /// The internal standards that it rests on.
    pub(crate) served_by: Option<Vec<ServedBy>>,
    /// Where it is told. Default as the measure is.
    pub(crate) levels: Option<Spanned<Vec<Spanned<Level>>>>,
    /// Whether it was kept is said of so many cases or more. Default as the charter says.
    pub(crate) fewest: Option<Spanned<Whole>>,
    /// Whether the public edition tells it. Default no.
    pub(crate) public: Option<Spanned<bool>>,
    /// Where to say something about the whole.
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for CharterPromise {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = match title_of(node, "promise") {
            Some(promise) => format!("promise {} of {}", quoted(promise), reader.subject),
            None => format!("a promise of {}", reader.subject),
        };
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let promise = Self {
            promise: fields.required("promise", "promise: answered_quickly"),
            words: fields.required("words", "words: We will answer you within four hours."),
            conditions: fields.optional("conditions"),
            measure: fields.optional("measure"),
            condition: fields.optional("where"),
            standard: fields.optional("standard"),
            owner: fields.optional("owner"),
            remedy: fields.optional("remedy"),
            expected: fields.optional("expected"),
            served_by: fields.optional("served_by"),
            levels: fields.optional("levels"),
            fewest: fields.optional("fewest"),
            public: fields.optional("public"),
            at,
        };
        fields.finish();
        Some(promise)
    }
}

/// What has to be reached.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum PromiseStandard {
    /// A value of the measure.
    Value(Spanned<Quantity>),
    /// A threshold and how often it is kept to.
    Often(OftenWithin),
}

impl PromiseStandard {
    /// Where it was written.
    pub(crate) fn span(&self) -> &Span {
        match self {
            Self::Value(value) => &value.span,
            Self::Often(often) => &often.at,
        }
    }
}

impl FromYaml for PromiseStandard {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => OftenWithin::from_yaml(node, name, reader).map(Self::Often),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Value),
        }
    }
}

/// A threshold, and the share of cases that keep to it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct OftenWithin {
    /// What a single case has to reach, in the unit of the measure: `4 h`.
    pub(crate) threshold: Option<Spanned<Quantity>>,
    /// How many cases of a hundred have to reach it: `95 %`.
    pub(crate) share: Option<Spanned<Quantity>>,
    /// Where to say something about the whole.
    #[schemars(skip)]
    pub(crate) at: Span,
    /// Whether all that is given could be read. What could not must not be reported as missing too.
    #[schemars(skip)]
    pub(crate) sound: bool,
}

impl FromYaml for OftenWithin {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let at = reader.span(node);
        let place = format!("`{name}` of a promise of {}", reader.subject);
        let before = reader.findings.errors();
        let mut fields = reader.fields(node, name, place)?;
        let (threshold, share) = (fields.optional("threshold"), fields.optional("share"));
        fields.finish();
        Some(Self { threshold, share, at, sound: reader.findings.errors() == before })
    }
}

/// An internal standard: a measure, or with what there is to say about it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum ServedBy {
    /// A measure of the project; it has the target of the scorecard.
    Measure(Spanned<Text>),
    /// A measure with a standard of its own.
    Full(InternalStandard),
}

impl FromYaml for ServedBy {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => InternalStandard::from_yaml(node, name, reader).map(Self::Full),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Measure),
        }
    }
}

/// A measure with a standard of its own.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct InternalStandard {
    /// The measure.
    #[schemars(required)]
    pub(crate) measure: Option<Spanned<Text>>,
    /// The value that it has to reach. Default the target of the scorecard.
    pub(crate) standard: Option<Spanned<Quantity>>,
    /// Who keeps it: a role, a team, a department.
    pub(crate) kept_by: Option<Spanned<Text>>,
}

impl FromYaml for InternalStandard {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("an internal standard of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let standard = Self {
            measure: fields.required("measure", "measure: frt"),
            standard: fields.optional("standard"),
            kept_by: fields.optional("kept_by"),
        };
        fields.finish();
        Some(standard)
    }
}
