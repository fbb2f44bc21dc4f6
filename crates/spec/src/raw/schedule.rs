use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::values::{Choice, OneOrMany, Quantity, Text, choice, scalar};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::place::{Span, Spanned};
use crate::suggest::quoted;
use crate::yaml::{Kind, Node};

/// When a server imports by itself: `by hand`, so never, or times.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Import {
    /// Never.
    ByHand(ByHand),
    /// At these times.
    Times(Times),
}

impl FromYaml for Import {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(written) if ByHand::WORDS.iter().any(|(word, _)| *word == written.text.trim()) => {
                choice(node, name, reader).map(Self::ByHand)
            }
            Kind::Scalar(_) => {
                let text = scalar(node, name, "`by hand`, or times", reader)?.text.trim();
                let message = format!("`{name}` in {} cannot be {}", reader.subject, quoted(text));
                let found = Diagnostic::error(code::BAD_SCHEDULE, &reader.span(node), message);
                let help =
                    format!("write `by hand`, `{{ every: 15 minutes }}` or `{{ daily: 06:30 }}` behind `{name}`");
                reader.report(found.help(help));
                None
            }
            _ => Times::from_yaml(node, name, reader).map(Self::Times),
        }
    }
}

/// That people import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(inline)]
pub(crate) enum ByHand {
    #[schemars(rename = "by hand")]
    ByHand,
}

impl Choice for ByHand {
    const WORDS: &'static [(&'static str, Self)] = &[("by hand", Self::ByHand)];
}

/// When something is done again and again: either `every` or `daily`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Times {
    /// How long after it was begun it is done again: `15 minutes`, `2 h`. A minute to seven days.
    pub(crate) every: Option<Spanned<Quantity>>,
    /// At which times of day, in the time zone of the project: `06:30`.
    pub(crate) daily: Option<Spanned<OneOrMany<Spanned<Text>>>>,
    /// Where to say that nothing is said.
    #[schemars(skip)]
    pub(crate) silent: Option<Span>,
}

impl FromYaml for Times {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let silent = (!fields.has("every") && !fields.has("daily")).then(|| fields.at());
        let times = Self { every: fields.optional("every"), daily: fields.optional("daily"), silent };
        fields.finish();
        Some(times)
    }
}
