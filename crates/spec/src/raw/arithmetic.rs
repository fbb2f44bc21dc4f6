//! Formulas over measures: `(cost - refunds) / cases`.
//!
//! sum     = product (("+" | "-" | "−") product)*
//! product = factor (("*" | "×" | "/" | "÷") factor)*
//! factor  = ("-" | "−") factor | "(" sum ")" | number | measure

use std::borrow::Cow;
use std::ops::Range;

use evenkeel_model::arithmetic::{Arithmetic, Operator};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{FromYaml, Reader};
use super::values::Text;
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::place::{Span, Spanned};
use crate::source_map::in_node;
use crate::suggest::quoted;
use crate::yaml::Node;

/// The most numbers, names and signs of one formula. What is longer is better told in several measures.
const MOST_TOKENS: usize = 200;

/// A formula over measures.
#[derive(Debug, Clone)]
pub(crate) struct OfMeasures {
    /// The formula; measures are named by their position in `names`.
    pub(crate) arithmetic: Arithmetic,
    /// The measures, each once, in the order in which they are first named.
    pub(crate) names: Vec<Spanned<String>>,
}

impl FromYaml for OfMeasures {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::from_yaml(node, name, reader)?.0;
        let place = |bytes: Range<usize>| in_node(reader.document, node, &bytes);
        match read(&text, &place) {
            Ok(formula) => Some(formula),
            Err(found) => {
                reader.report(found);
                None
            }
        }
    }
}

impl JsonSchema for OfMeasures {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OfMeasures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(Operator),
    Open,
    Close,
}

type Place<'a> = &'a dyn Fn(Range<usize>) -> Span;

/// Reads a formula; the first mistake ends it, because nobody knows what the rest was meant to be.
fn read(text: &str, place: Place<'_>) -> Result<OfMeasures, Diagnostic> {
    let tokens = tokens(text, place)?;
    if tokens.len() > MOST_TOKENS {
        let found = wrong(&place(0..text.len()), format!("the formula has more than {MOST_TOKENS} parts"));
        return Err(found.help("make measures of its parts, and name those"));
    }
    let mut parser = Parser { tokens, next: 0, names: Vec::new(), end: place(text.len()..text.len()) };
    let arithmetic = parser.sum()?;
    if let Some((token, span)) = parser.peek() {
        return Err(match token {
            Token::Close => wrong(span, "this bracket closes none".to_owned()).help("take it out, or open one before"),
            _ => wrong(span, format!("a sign is missing before {}", quoted(span.text())))
                .help("write `+`, `-`, `*` or `/` between the two"),
        });
    }
    if parser.names.is_empty() {
        let found = wrong(&place(0..text.len()), "the formula names no measure".to_owned());
        return Err(found.help("name the measures by their identifiers: `cost / cases`"));
    }
    Ok(OfMeasures { arithmetic, names: parser.names })
}

fn wrong(span: &Span, message: String) -> Diagnostic {
    Diagnostic::error(code::FORMULA, span, message)
}

fn tokens(text: &str, place: Place<'_>) -> Result<Vec<(Token, Span)>, Diagnostic> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(char) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match char {
            _ if char.is_whitespace() => {
                at += char.len_utf8();
                continue;
            }
            '+' => (Token::Sign(Operator::Plus), 1),
            '-' | '−' => (Token::Sign(Operator::Minus), char.len_utf8()),
            '*' | '×' => (Token::Sign(Operator::Times), char.len_utf8()),
            '/' | '÷' => (Token::Sign(Operator::DividedBy), char.len_utf8()),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            _ if char.is_ascii_digit() || char == '.' => number(rest, at, place)?,
            _ if char.is_alphabetic() || char == '_' => {
                let named = |char: char| char.is_alphanumeric() || char == '_';
                let length = rest.find(|char: char| !named(char)).unwrap_or(rest.len());
                (Token::Name(rest[..length].to_owned()), length)
            }
            _ => {
                let span = place(at..at + char.len_utf8());
                let found = wrong(&span, format!("{} has no meaning in a formula over measures", quoted(span.text())));
                return Err(match char {
                    '%' => found.help("shares are fractions here: write `0.05` for 5 %"),
                    _ => found.help("write numbers, measures, `+`, `-`, `*`, `/` and round brackets"),
                });
            }
        };
        tokens.push((token, place(at..at + length)));
        at += length;
    }
    Ok(tokens)
}

/// A number as it is written elsewhere in project files: digits, and a point before decimals.
fn number(rest: &str, at: usize, place: Place<'_>) -> Result<(Token, usize), Diagnostic> {
    let length =
        rest.find(|char: char| !(char.is_alphanumeric() || matches!(char, '.' | ',' | '_'))).unwrap_or(rest.len());
    let written = &rest[..length];
    let plain = written.chars().all(|char| char.is_ascii_digit() || char == '.');
    match written.parse::<f64>() {
        Ok(value) if plain && value.is_finite() => Ok((Token::Number(value), length)),
        _ => {
            let found = Diagnostic::error(
                code::BAD_NUMBER,
                &place(at..at + length),
                format!("{} is not a number", quoted(written)),
            );
            Err(found.help("write digits, with a point before decimals and nothing between thousands: `1500.5`"))
        }
    }
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    next: usize,
    names: Vec<Spanned<String>>,
    /// Behind the last character, where something is missing at the end.
    end: Span,
}

impl Parser {
    fn peek(&self) -> Option<&(Token, Span)> {
        self.tokens.get(self.next)
    }

    fn sign(&mut self, wanted: [Operator; 2]) -> Option<Operator> {
        let Some((Token::Sign(sign), _)) = self.peek() else { return None };
        let sign = *sign;
        if !wanted.contains(&sign) {
            return None;
        }
        self.next += 1;
        Some(sign)
    }

    fn sum(&mut self) -> Result<Arithmetic, Diagnostic> {
        let mut left = self.product()?;
        while let Some(operator) = self.sign([Operator::Plus, Operator::Minus]) {
            left = Arithmetic::operation(operator, left, self.product()?);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Arithmetic, Diagnostic> {
        let mut left = self.factor()?;
        while let Some(operator) = self.sign([Operator::Times, Operator::DividedBy]) {
            left = Arithmetic::operation(operator, left, self.factor()?);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Arithmetic, Diagnostic> {
        let Some((token, span)) = self.peek().cloned() else {
            let found = wrong(&self.end, "the formula ends where a number or a measure is needed".to_owned());
            return Err(found.help("write what is still missing, or take the sign before it out"));
        };
        self.next += 1;
        match token {
            Token::Number(value) => Ok(Arithmetic::Number(value)),
            Token::Name(name) => Ok(Arithmetic::Part(self.position(name, span))),
            Token::Sign(Operator::Minus) => Ok(Arithmetic::Negative(Box::new(self.factor()?))),
            Token::Open => {
                let inside = self.sum()?;
                match self.peek() {
                    Some((Token::Close, _)) => {
                        self.next += 1;
                        Ok(inside)
                    }
                    Some((_, other)) => {
                        let found = wrong(other, format!("a sign is missing before {}", quoted(other.text())));
                        Err(found.help("write `+`, `-`, `*` or `/` between the two"))
                    }
                    None => Err(wrong(&span, "this bracket is never closed".to_owned()).help("close it with `)`")),
                }
            }
            Token::Sign(_) | Token::Close => {
                let message = format!("a number or a measure is needed before {}", quoted(span.text()));
                Err(wrong(&span, message).help("write what is still missing, or take it out"))
            }
        }
    }

    fn position(&mut self, name: String, span: Span) -> usize {
        self.names.iter().position(|known| known.value == name).unwrap_or_else(|| {
            self.names.push(Spanned { value: name, span });
            self.names.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::place::SourceFile;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<OfMeasures, Diagnostic> {
        let file = SourceFile::new("measures/x.yaml", text);
        read(text, &|bytes| Span::new(&file, bytes))
    }

    /// The formula as it was understood.
    fn understood(text: &str) -> String {
        let formula = parsed(text).unwrap();
        formula.arithmetic.written(&|position| formula.names[position].value.clone())
    }

    #[test]
    fn products_come_before_sums_and_brackets_before_both() {
        let check = |text: &str, expected: &str| assert_eq!(understood(text), expected, "{text}");
        check("a+b*c", "a + b × c");
        check("(a+b)*c", "(a + b) × c");
        check("a - b - c", "a − b − c");
        check("a - (b - c)", "a − (b − c)");
        check("a / b / c", "a ÷ b ÷ c");
        check("((a))", "a");
        check("-a + 1", "−a + 1");
        check("2 × a ÷ b − .5", "2 × a ÷ b − 0.5");
        check("1 - first_contact", "1 − first_contact");
    }

    #[test]
    fn a_measure_that_is_named_twice_is_one_part() {
        let formula = parsed("a / (a + b)").unwrap();
        let names: Vec<&str> = formula.names.iter().map(|name| name.value.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(formula.arithmetic.value(&[3.0, 1.0]), Some(0.75));
    }

    #[test]
    fn mistakes() {
        let texts = [
            "a +",
            "* a",
            "a b",
            "a (b)",
            "(a + b",
            "a + b)",
            "()",
            "a % 2",
            "a + 1,000",
            "1.2.3 * a",
            "2e3 * a",
            "7",
            "a ^ 2",
            "(a b)",
        ];
        let mut out = String::new();
        for text in texts {
            let found = parsed(text).unwrap_err();
            let range = found.primary.span.range();
            let help = found.help.unwrap_or_default();
            writeln!(out, "{text} [{}..{}] {} -- {help}", range.start, range.end, found.message).unwrap();
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn depth_has_an_end() {
        assert!(parsed(&"(".repeat(100_000)).is_err());
        assert!(parsed(&format!("{}a", "-".repeat(100_000))).is_err());
        assert!(parsed(&format!("a{}", "+a".repeat(100_000))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ab1-9 .()+*/%-]{0,30}") {
            if let Ok(formula) = parsed(&text) {
                // What was understood is understood again in the same way.
                let once = formula.arithmetic.written(&|position| formula.names[position].value.clone());
                prop_assert_eq!(understood(&once), once);
            }
        }
    }
}
