//! Single values: texts, numbers, words of a fixed set, lists.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{FromYaml, Reader};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::place::{Span, Spanned};
use crate::suggest::{list, nearest, quoted};
use crate::yaml::{Kind, Node, Scalar, Style};

impl<T: FromYaml> FromYaml for Spanned<T> {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let span = reader.span(node);
        T::from_yaml(node, name, reader).map(|value| Self { value, span })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

const A_TEXT: &str = "a text";

/// A text as it was written: `024` stays `024`, `no` stays `no`, `2026` is a text like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl FromYaml for Text {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let scalar = scalar(node, name, A_TEXT, reader)?;
        let text = scalar.text.trim();
        if text.is_empty() && scalar.style != Style::Plain {
            let message = format!("`{name}` in {} is an empty text", reader.subject);
            let found = Diagnostic::error(code::EMPTY_VALUE, &reader.span(node), message);
            let found = match scalar.style {
                Style::Literal | Style::Folded => found
                    .note("`|` and `>` begin a block of text on the next line")
                    .help("put them between quotes to mean the characters"),
                _ => found.help("write a text, or take the key out"),
            };
            reader.report(found);
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A cell, delimiter or quote: white space counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Characters(pub(crate) String);

impl FromYaml for Characters {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let written = scalar(node, name, A_TEXT, reader)?;
        if written.text.trim().is_empty() && matches!(written.style, Style::Literal | Style::Folded) {
            return Text::from_yaml(node, name, reader).map(|text| Self(text.0));
        }
        Some(Self(written.text.clone()))
    }
}

impl JsonSchema for Characters {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Characters".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Text::json_schema(generator)
    }
}

/// A value with its unit, as written: `82`, `82 %`, `52 h`, `-25 %`. What it means depends on the measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity(pub(crate) String);

impl FromYaml for Quantity {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let scalar = scalar(node, name, "a value such as `82 %` or `52 h`", reader)?;
        let text = scalar.text.trim();
        let span = reader.span(node);
        let (digits, _) = text.split_at(text.find(|char: char| !is_numeric(char)).unwrap_or(text.len()));
        let rest = &text[digits.len()..];
        if not_finite(text) {
            let message = format!("`{name}` cannot be {}", quoted(text));
            reader
                .report(Diagnostic::error(code::BAD_NUMBER, &span, message).help("write a number, for example `82 %`"));
            return None;
        }
        if digits.ends_with(|char: char| char.is_ascii_digit()) && is_exponent(rest) {
            let message = format!("`{name}` is written with an exponent");
            reader.report(
                Diagnostic::error(code::BAD_NUMBER, &span, message).help("write the number out, for example `1,500`"),
            );
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

fn is_numeric(char: char) -> bool {
    char.is_ascii_digit() || matches!(char, '+' | '-' | '−' | '.' | ',')
}

fn is_exponent(text: &str) -> bool {
    let Some(power) = text.strip_prefix(['e', 'E']) else { return false };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_finite(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    matches!(unsigned, ".inf" | ".nan" | "nan" | "inf" | "infinity")
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"] })
    }
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl FromYaml for Number {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        number(node, name, "a number", reader).map(Self)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// A whole number that is not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) u32);

impl FromYaml for Whole {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let value = number(node, name, "a whole number", reader)?;
        if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            return Some(Self(value as u32));
        }
        let message = format!("`{name}` in {} needs a whole number that is not negative", reader.subject);
        let span = reader.span(node);
        reader.report(Diagnostic::error(code::BAD_NUMBER, &span, message).help("write `0`, `1`, `2` and so on"));
        None
    }
}

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

fn number(node: &Node, name: &str, wanted: &str, reader: &mut Reader<'_>) -> Option<f64> {
    let scalar = scalar(node, name, wanted, reader)?;
    let text = scalar.text.trim();
    let help = match read_number(text) {
        Ok(value) if scalar.style == Style::Plain => return Some(value),
        Ok(_) => format!("take the quotes away: `{name}: {text}`"),
        Err(Some(help)) => help,
        Err(None) if wanted == "a number" => "write a number such as `0.9`".to_owned(),
        Err(None) => "write a number such as `3`".to_owned(),
    };
    let message = format!("`{name}` in {} needs {wanted}, not {}", reader.subject, quoted(reader.span(node).text()));
    let span = reader.span(node);
    reader.report(Diagnostic::error(code::BAD_NUMBER, &span, message).help(help));
    None
}

/// Reads decimal numbers; what other readers of YAML would take for another number is refused, with help where there
/// is more to say than how to write a number.
fn read_number(text: &str) -> Result<f64, Option<String>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if not_finite(text) {
        return Err(None);
    }
    if let Some(share) = text.strip_suffix('%').and_then(|share| share.trim().parse::<f64>().ok()) {
        return Err(Some(format!("write it as a number: `{}`", share / 100.0)));
    }
    if let Some((whole, decimals)) = unsigned.split_once(',')
        && decimals.len() != 3
        && [whole, decimals].iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(Some(format!("write a point before decimals: `{}`", text.replace(',', "."))));
    }
    if unsigned.contains([',', '_']) {
        let help = format!("write nothing between thousands: `{}`", text.replace([',', '_'], ""));
        return Err(Some(help));
    }
    if !unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.') {
        return Err(None);
    }
    let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    if leading_zero {
        return Err(Some(
            "a number with a leading zero is octal to some readers of YAML: take the zero away".to_owned(),
        ));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(Some("write a smaller number".to_owned())),
        Err(_) => Err(None),
    }
}

impl FromYaml for bool {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let scalar = scalar(node, name, "`true` or `false`", reader)?;
        let meant = match scalar.text.trim().to_ascii_lowercase().as_str() {
            "true" if scalar.style == Style::Plain => return Some(true),
            "false" if scalar.style == Style::Plain => return Some(false),
            "true" | "yes" | "on" | "y" | "1" => Some("true"),
            "false" | "no" | "off" | "n" | "0" => Some("false"),
            _ => None,
        };
        let written = quoted(reader.span(node).text());
        let message = format!("`{name}` in {} needs `true` or `false`, not {written}", reader.subject);
        let found = Diagnostic::error(code::WRONG_TYPE, &reader.span(node), message);
        reader.report(match meant {
            Some(meant) => found.help(format!("write `{name}: {meant}`")),
            None => found.help("write one of the two"),
        });
        None
    }
}

/// One word out of a fixed set.
pub(crate) trait Choice: Copy + 'static {
    /// The words and what each stands for.
    const WORDS: &'static [(&'static str, Self)];
}

/// Reads a word of a fixed set.
pub(crate) fn choice<T: Choice>(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<T> {
    let scalar = scalar(node, name, "a word", reader)?;
    let text = scalar.text.trim();
    let found = T::WORDS.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        unknown_word(text, T::WORDS.iter().map(|(word, _)| *word), &reader.span(node), name, reader);
    }
    found.map(|(_, value)| *value)
}

pub(crate) fn unknown_word(
    text: &str,
    words: impl Iterator<Item = &'static str> + Clone,
    span: &Span,
    name: &str,
    reader: &mut Reader<'_>,
) {
    let message = format!("`{name}` in {} cannot be {}", reader.subject, quoted(text));
    let found = Diagnostic::error(code::UNKNOWN_WORD, span, message);
    let found = match nearest(text, words.clone()) {
        Some(meant) => found.label(format!("did you mean `{meant}`?")),
        None => found,
    };
    reader.report(found.help(format!("write {}", list(words, "or"))));
}

/// One value, or a list of them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

impl<T: FromYaml> FromYaml for OneOrMany<T> {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::List(_) => Vec::from_yaml(node, name, reader).map(Self::Many),
            _ => T::from_yaml(node, name, reader).map(Self::One),
        }
    }
}

impl<T: FromYaml> FromYaml for Vec<T> {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let Kind::List(list) = &node.kind else {
            let help = match node.as_scalar() {
                Some(scalar) if !is_null(scalar) => format!("write `{name}: [{}]`", scalar.text.trim()),
                _ => format!("write `{name}: [a, b]`, or one item a line, each behind `- `"),
            };
            reader.wrong_type(node, name, "a list", &help);
            return None;
        };
        Some(list.items.iter().filter_map(|item| T::from_yaml(item, name, reader)).collect())
    }
}

/// A mapping with keys of its own, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Entries<T>(pub(crate) Vec<(Spanned<String>, T)>);

impl<T: FromYaml> FromYaml for Entries<T> {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let Kind::Map(map) = &node.kind else {
            reader.wrong_type(
                node,
                name,
                "names with values",
                "write `name: value` lines, further in than the key above them",
            );
            return None;
        };
        let entries = map.pairs.iter().filter_map(|pair| {
            let key = Spanned { value: pair.key.clone(), span: reader.document.span(&pair.key_range) };
            T::from_yaml(&pair.value, &pair.key, reader).map(|value| (key, value))
        });
        Some(Self(entries.collect()))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("EntriesOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}

/// A list or mapping that has to hold something.
#[derive(Debug, Clone)]
pub(crate) struct Filled<T>(pub(crate) T);

impl<T: FromYaml> FromYaml for Filled<T> {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let empty = match &node.kind {
            Kind::List(list) => list.items.is_empty(),
            Kind::Map(map) => map.pairs.is_empty(),
            _ => false,
        };
        // After a mistake of syntax nobody knows what else was to come.
        if empty && !reader.document.cut {
            let message = format!("`{name}` in {} is empty", reader.subject);
            let span = reader.span(node);
            reader.report(
                Diagnostic::error(code::EMPTY, &span, message)
                    .help("add at least one, or take the key out with what it belongs to"),
            );
            return None;
        }
        T::from_yaml(node, name, reader).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Filled<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Filled{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let least = if schema.get("items").is_some() { "minItems" } else { "minProperties" };
        schema.insert(least.to_owned(), 1.into());
        schema
    }
}

/// The scalar of a node; everything else is reported.
pub(crate) fn scalar<'n>(node: &'n Node, name: &str, wanted: &str, reader: &mut Reader<'_>) -> Option<&'n Scalar> {
    let Some(scalar) = node.as_scalar() else {
        let help = match &node.kind {
            Kind::Map(map) if map.flow && wanted == A_TEXT => "put quotes around a text that starts with `{`",
            Kind::List(list) if list.flow && wanted == A_TEXT => "put quotes around a text that starts with `[`",
            _ => "write one value behind the key",
        };
        reader.wrong_type(node, name, wanted, help);
        return None;
    };
    if is_null(scalar) {
        reader.no_value(node, name);
        return None;
    }
    Some(scalar)
}

fn is_null(scalar: &Scalar) -> bool {
    scalar.style == Style::Plain && matches!(scalar.text.as_str(), "~" | "null" | "Null" | "NULL")
}
