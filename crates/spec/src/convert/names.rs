//! Names that people give.

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::suggest::quoted;

const LONGEST: usize = 64;

/// What a name may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Small letters, digits, `_` and `-`: sources, scorecards, legs.
    Slug,
    /// Small letters, digits and `_`: what SQL sees, and measures, whose names become names of columns.
    Identifier,
}

/// Checks a name. `what` says of what it is, in messages: `a source`.
pub(super) fn check(name: &Spanned<String>, what: &str, form: Form, findings: &mut Findings) -> bool {
    let text = name.value.as_str();
    let fits = |char: char| {
        char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_' || (char == '-' && form == Form::Slug)
    };
    let starts = text.starts_with(|char: char| char.is_ascii_lowercase() || (char == '_' && form == Form::Identifier));
    if starts && text.chars().all(fits) && text.len() <= LONGEST {
        return true;
    }
    let signs = match form {
        Form::Slug => "small letters, digits, `_` and `-`",
        Form::Identifier => "small letters, digits and `_`",
    };
    let message = format!("{} cannot be the name of {what}", quoted(text));
    let found = Diagnostic::error(code::BAD_NAME, &name.span, message);
    let rule = format!("a name begins with a letter, has {signs}, and at most {LONGEST} characters");
    findings.push(match better(text, form) {
        Some(better) => found.note(rule).help(format!("write `{better}`")),
        None => found.help(rule),
    });
    false
}

/// The nearest name that could be one.
fn better(text: &str, form: Form) -> Option<String> {
    let mut name = String::new();
    for char in text.to_lowercase().chars() {
        match char {
            'a'..='z' | '0'..='9' => name.push(char),
            '-' if form == Form::Slug => name.push('-'),
            _ if !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    let name = name.trim_matches(['_', '-']);
    (name.starts_with(|char: char| char.is_ascii_lowercase()) && name.len() <= LONGEST).then(|| name.to_owned())
}

/// The name people read, where none is given: `complaint_time` becomes `Complaint time`.
pub(super) fn title(id: &str) -> String {
    let spaced = id.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
