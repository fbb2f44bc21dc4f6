use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Filled, Quantity, Text, Whole};
use crate::place::Spanned;
use crate::yaml::Node;

/// A fair comparison: who is compared by which measure with which standard, like for like.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Comparison {
    /// The identifier.
    #[schemars(required)]
    pub(crate) comparison: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// The measure: a share, a rate of counted events, a mean or a net promoter score.
    #[schemars(required)]
    pub(crate) measure: Option<Spanned<Text>>,
    /// Who is compared, each among themselves: `people`, or kinds of unit such as `branch`.
    #[schemars(required)]
    pub(crate) compares: Option<Filled<Vec<Spanned<Text>>>>,
    /// Only those below this unit, by its identifier. Default all.
    pub(crate) below: Option<Spanned<Text>>,
    /// What cases and customers are like, so that figures are compared like for like: columns of the table of the
    /// measure, or `attributes.…`, `customer.…`, `case.…`. Default no adjustment.
    pub(crate) case_mix: Option<Filled<Vec<Spanned<Text>>>>,
    /// What everybody is to reach.
    #[schemars(required)]
    pub(crate) minimum: Option<Spanned<Quantity>>,
    /// From here on a result deserves recognition.
    #[schemars(required)]
    pub(crate) recognition: Option<Spanned<Quantity>>,
    /// The day on which lines and rules were fixed, for example `2026-01-04`.
    pub(crate) fixed_on: Option<Spanned<Text>>,
    /// Recognise from this probability of meeting the recognition line. Default 80 %.
    pub(crate) recognise_from: Option<Spanned<Quantity>>,
    /// Develop below this probability of meeting the minimum line. Default 25 %.
    pub(crate) develop_below: Option<Spanned<Quantity>>,
    /// When a review is proposed.
    pub(crate) review: Option<Review>,
    /// Fewest observations, or exposure, in a period; below it there is no state. Default 30.
    pub(crate) minimum_observations: Option<Spanned<Whole>>,
}

impl FromYaml for Comparison {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let comparison = Self {
            comparison: fields.required("comparison", "comparison: satisfaction"),
            title: fields.optional("title"),
            measure: fields.required("measure", "measure: csat"),
            compares: fields.required("compares", "compares: [branch]"),
            below: fields.optional("below"),
            case_mix: fields.optional("case_mix"),
            minimum: fields.required("minimum", "minimum: 78 %"),
            recognition: fields.required("recognition", "recognition: 82 %"),
            fixed_on: fields.optional("fixed_on"),
            recognise_from: fields.optional("recognise_from"),
            develop_below: fields.optional("develop_below"),
            review: fields.optional("review"),
            minimum_observations: fields.optional("minimum_observations"),
        };
        fields.finish();
        Some(comparison)
    }
}

/// When a review is proposed.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Review {
    /// Latest periods that must all point the same way, 2 or more. Default 3.
    #[schemars(range(min = 2))]
    pub(crate) periods: Option<Spanned<Whole>>,
    /// Below this probability of meeting the minimum line over all of them, from the own record alone. Default 0.09 %.
    pub(crate) below: Option<Spanned<Quantity>>,
    /// The highest expected share of chance findings among the reviews. Default 5 %.
    pub(crate) false_discoveries: Option<Spanned<Quantity>>,
}

impl FromYaml for Review {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let review = Self {
            periods: fields.optional("periods"),
            below: fields.optional("below"),
            false_discoveries: fields.optional("false_discoveries"),
        };
        fields.finish();
        Some(review)
    }
}
