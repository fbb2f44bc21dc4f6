use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Filled, Number, OneOrMany, Quantity, Text};
use crate::place::{Span, Spanned};
use crate::yaml::Node;

/// A performance standard: what is expected of a role, element by element, in five levels.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Standard {
    /// The identifier.
    #[schemars(required)]
    pub(crate) standard: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// The role that it is for, or several, as the table `people` names them. Default everybody.
    pub(crate) role: Option<Spanned<OneOrMany<Spanned<Text>>>>,
    /// The day on which it was fixed, for example `2026-01-04`.
    pub(crate) fixed_on: Option<Spanned<Text>>,
    /// What is expected, at least one of it critical.
    #[schemars(required)]
    pub(crate) elements: Option<Filled<Vec<Element>>>,
}

impl FromYaml for Standard {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let standard = Self {
            standard: fields.required("standard", "standard: adviser"),
            title: fields.optional("title"),
            role: fields.optional("role"),
            fixed_on: fields.optional("fixed_on"),
            elements: fields.required("elements", "elements:"),
        };
        fields.finish();
        Some(standard)
    }
}

/// One element of a standard. Levels follow from the adjusted figure of a comparison of people.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Element {
    /// In words, for example `Customers leave satisfied`.
    #[schemars(required)]
    pub(crate) element: Option<Spanned<Text>>,
    /// Whether the whole is unacceptable when this element is. Default false.
    pub(crate) critical: Option<Spanned<bool>>,
    /// Its weight among the elements. Default 1.
    #[schemars(range(min = 0))]
    pub(crate) weight: Option<Spanned<Number>>,
    /// The measure; a comparison has to compare people by it.
    #[schemars(required)]
    pub(crate) measure: Option<Spanned<Text>>,
    /// What is expected. It is written first; the other levels are told from it.
    #[schemars(required)]
    pub(crate) fully_successful: Option<Spanned<Quantity>>,
    /// Below it a critical element is unacceptable.
    pub(crate) minimally_successful: Option<Spanned<Quantity>>,
    /// Clearly more than what is expected.
    pub(crate) exceeds: Option<Spanned<Quantity>>,
    /// As good as can be asked for.
    pub(crate) outstanding: Option<Spanned<Quantity>>,
    /// Where to say something about the whole.
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for Element {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("an element of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let element = Self {
            element: fields.required("element", "element: Customers leave satisfied"),
            critical: fields.optional("critical"),
            weight: fields.optional("weight"),
            measure: fields.required("measure", "measure: csat"),
            fully_successful: fields.required("fully_successful", "fully_successful: 78 %"),
            minimally_successful: fields.optional("minimally_successful"),
            exceeds: fields.optional("exceeds"),
            outstanding: fields.optional("outstanding"),
            at,
        };
        fields.finish();
        Some(element)
    }
}
