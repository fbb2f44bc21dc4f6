//! Sentences with links in them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain words.
    Text(String),
    /// Words that lead somewhere.
    Link {
        /// The words.
        text: String,
        /// Where they lead.
        url: String,
    },
    /// Something as it is written in a file: a column, an expression.
    Code(String),
}

/// A sentence, or a few, with links in it. Serialises as its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, JsonSchema)]
#[schemars(with = "String")]
pub struct Sentence {
    spans: Vec<Span>,
}

impl Sentence {
    /// A sentence without a link.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { spans: vec![Span::Text(text.into())] }
    }

    /// A sentence in which names as they are written in a file stand between backquotes.
    #[must_use]
    pub fn marked(text: &str) -> Self {
        text.split('`').enumerate().fold(Self::default(), |sentence, (place, part)| match part {
            "" => sentence,
            _ if place % 2 == 1 => sentence.code(part),
            _ => sentence.text(part),
        })
    }

    /// Adds words.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.spans.push(Span::Text(text.into()));
        self
    }

    /// Adds words that lead somewhere.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, url: impl Into<String>) -> Self {
        self.spans.push(Span::Link { text: text.into(), url: url.into() });
        self
    }

    /// Adds something as it is written in a file.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.spans.push(Span::Code(text.into()));
        self
    }

    /// Adds another sentence without a space between them.
    #[must_use]
    pub fn join(mut self, other: Sentence) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// The parts.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for span in &self.spans {
            match span {
                Span::Text(text) | Span::Link { text, .. } | Span::Code(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backquotes() {
        let marked = Sentence::marked("a row with `score` and `n`");
        assert_eq!(marked, Sentence::plain("a row with ").code("score").text(" and ").code("n"));
        assert_eq!(Sentence::marked("plain"), Sentence::plain("plain"));
    }
}
