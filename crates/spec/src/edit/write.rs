//! Values as YAML.

use std::fmt::Write as _;

use super::Value;
use crate::yaml::Style;

/// Where a value is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Inside brackets or braces.
    pub(super) flow: bool,
    /// The quotes that stood there before.
    pub(super) style: Option<Style>,
}

/// A value on one line.
pub(super) fn value(value: &Value, setting: Setting) -> String {
    let inside = Setting { flow: true, style: None };
    match value {
        Value::Text(text) => scalar(text, setting),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| self::value(item, inside)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
        Value::Map(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key, inside), self::value(value, inside)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

/// A text on one line, with quotes where it needs them or had them.
pub(super) fn scalar(text: &str, setting: Setting) -> String {
    let double_only = text.chars().any(|char| char.is_control() || needs_escape(char));
    match setting.style {
        _ if double_only => double_quoted(text),
        Some(Style::DoubleQuoted) => double_quoted(text),
        Some(Style::SingleQuoted) => single_quoted(text),
        _ if can_be_plain(text, setting.flow) => text.to_owned(),
        _ if text.contains('\'') => double_quoted(text),
        _ => single_quoted(text),
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if char.is_control() || needs_escape(char) => {
                let _ = write!(out, "\\U{:08X}", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Characters that readers of YAML take for line breaks, or drop.
fn needs_escape(char: char) -> bool {
    matches!(char, '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn can_be_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let starts = match first {
        // `-25 %` is a text; `- 25` would be a list.
        '-' => second.is_some_and(|char| char.is_alphanumeric() || char == '.'),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
            false
        }
        _ => true,
    };
    let digits_and_colons = text.chars().all(|char| char.is_ascii_digit() || char == ':');
    let has_a_meaning = text.trim() != text
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.starts_with("...")
        || is_other_type(text)
        // Some readers take 12:30 for a number to the base of 60.
        || (text.contains(':') && digits_and_colons)
        || (flow && text.contains([',', '[', ']', '{', '}', ':']));
    starts && !has_a_meaning
}

/// Whether a reader of YAML 1.2, or of the older 1.1, would take the text for something else than a text.
pub(super) fn is_other_type(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | ".inf" | "-.inf" | "+.inf" | ".nan"
    );
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let radix = ["0x", "0o", "0b"].iter().any(|prefix| {
        unsigned.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|char| char.is_ascii_hexdigit() || char == '_')
        })
    });
    let digits = unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.');
    let number = digits && unsigned.replace('_', "").parse::<f64>().is_ok();
    text.is_empty() || word || radix || number
}

/// A text of several lines as a block behind `|`: its header and its lines, each with its indentation. None where it
/// cannot be written so, or has only one line.
pub(super) fn block(text: &str, indent: usize) -> Option<(&'static str, Vec<String>)> {
    let (header, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let fits = body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && text.chars().all(|char| char == '\n' || !(char.is_control() || needs_escape(char)))
        && body.split('\n').all(|line| line.is_empty() || !line.trim().is_empty());
    fits.then(|| {
        let lines =
            body.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") });
        (header, lines.collect())
    })
}
