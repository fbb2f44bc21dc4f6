use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Choice, Filled, Quantity, Text, choice};
use crate::place::Spanned;
use crate::yaml::Node;

/// A collection: figures that people type, of which units, how often and until when.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Collection {
    /// The identifier.
    #[schemars(required)]
    pub(crate) collection: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// The measures whose figures are typed: sums, ratios and rates over one figure of the table `observations`.
    #[schemars(required)]
    pub(crate) measures: Option<Filled<Vec<Spanned<Text>>>>,
    /// How long the periods are.
    #[schemars(required)]
    pub(crate) every: Option<Spanned<Every>>,
    /// Every unit of this kind is asked, for example `branch`. Without it and `units`, the organisation as a whole is.
    pub(crate) kind: Option<Spanned<Text>>,
    /// These units are asked, by their identifiers.
    pub(crate) units: Option<Filled<Vec<Spanned<Text>>>>,
    /// A day of the first period that is asked for, for example `2026-10-01`.
    #[schemars(required)]
    pub(crate) begins: Option<Spanned<Text>>,
    /// How long after the last day of a period its figures are due: `5 days`. Default `5 days`.
    pub(crate) due: Option<Spanned<Quantity>>,
    /// Who types them. Default `manager`.
    pub(crate) by: Option<Spanned<By>>,
    /// Whether somebody else approves them before they are shown. Default `required`.
    pub(crate) approval: Option<Spanned<Approval>>,
    /// When a note is required. Default `off target`.
    pub(crate) note: Option<Spanned<Note>>,
}

impl FromYaml for Collection {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let collection = Self {
            collection: fields.required("collection", "collection: branch_month"),
            title: fields.optional("title"),
            measures: fields.required("measures", "measures: [cost_contact]"),
            every: fields.required("every", "every: month"),
            kind: fields.optional("kind"),
            units: fields.optional("units"),
            begins: fields.required("begins", "begins: 2026-10-01"),
            due: fields.optional("due"),
            by: fields.optional("by"),
            approval: fields.optional("approval"),
            note: fields.optional("note"),
        };
        fields.finish();
        Some(collection)
    }
}

/// How long the periods of a collection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Every {
    Week,
    Month,
    Quarter,
    Year,
}

impl Choice for Every {
    const WORDS: &'static [(&'static str, Self)] =
        &[("week", Self::Week), ("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];
}

impl FromYaml for Every {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// Who types figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum By {
    Manager,
    Insights,
}

impl Choice for By {
    const WORDS: &'static [(&'static str, Self)] = &[("manager", Self::Manager), ("insights", Self::Insights)];
}

impl FromYaml for By {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// Whether figures have to be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Approval {
    Required,
    None,
}

impl Choice for Approval {
    const WORDS: &'static [(&'static str, Self)] = &[("required", Self::Required), ("none", Self::None)];
}

impl FromYaml for Approval {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// When a figure needs a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(inline)]
pub(crate) enum Note {
    #[schemars(rename = "off target")]
    OffTarget,
    #[schemars(rename = "always")]
    Always,
    #[schemars(rename = "never")]
    Never,
}

impl Choice for Note {
    const WORDS: &'static [(&'static str, Self)] =
        &[("off target", Self::OffTarget), ("always", Self::Always), ("never", Self::Never)];
}

impl FromYaml for Note {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}
