//! Mistakes of YAML syntax in plain words.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::ErrorKind;

use crate::code;
use crate::diagnostic::Diagnostic;
use crate::place::{SourceFile, Span};

const QUOTES: &str = "put quotes around the whole value: `\"…\"`";

/// What was being read when the mistake was met.
#[derive(Default)]
pub(super) struct Open {
    /// Where the innermost list in brackets or mapping in braces begins.
    pub(super) flow: Option<usize>,
    /// The key whose value was being read.
    pub(super) key: Option<Range<usize>>,
}

/// The diagnostic for what the parser says at byte `at`.
pub(super) fn diagnostic(file: &Arc<SourceFile>, kind: &ErrorKind, at: usize, open: &Open) -> Diagnostic {
    let text = file.text();
    let place = |offset: usize| {
        let end = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, |char| match char {
            '\n' | '\r' => 0,
            _ => char.len_utf8(),
        });
        Span::new(file, offset..offset + end)
    };
    let error = |offset: usize, message: String| Diagnostic::error(code::YAML_SYNTAX, &place(offset), message);
    if let Some(start) = open.flow.filter(|start| never_closed(file, kind, *start, at)) {
        let bracket = &text[start..=start];
        let closing = if bracket == "[" { "]" } else { "}" };
        return error(start, format!("`{bracket}` is not closed"))
            .label("opened here")
            .help(format!("write `{closing}` behind the last value"));
    }
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            // The parser stops before the tab or behind it.
            let line = file.line_range(file.position(at).line);
            let tab = text[line.clone()].find('\t').map_or(at, |column| line.start + column);
            error(tab, "a tab stands where only spaces can".to_owned()).help("indent with spaces")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            let otherwise = "otherwise begin the key on a line of its own, as far in as the keys beside it";
            error(at, "a `:` cannot stand here".to_owned())
                .help(format!("{QUOTES} if the `:` belongs to it; {otherwise}"))
        }
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            let name = format!("U+{:04X}", u32::from(*character));
            error(at, format!("a control character ({name}) stands here")).help("remove it")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            error(at, format!("a value cannot start with `{character}`")).help(QUOTES)
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = open.key.as_ref().and_then(|key| opening_quote(text, key.end, at)).unwrap_or(at);
            error(quote, "the quote is not closed".to_owned())
                .label("opened here")
                .help("write the same quote behind the value; a `'` inside single quotes is written `''`")
        }
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => {
            error(at, "a `\\` inside double quotes starts an escape that YAML does not know".to_owned())
                .help("use single quotes, in which `\\` stands for itself, or write `\\\\`")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            error(at, "a value goes on behind its closing quote".to_owned())
                .help("put the whole value between quotes; a `'` inside single quotes is written `''`")
        }
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            error(at, "a bracket closes what was not opened".to_owned()).help(format!("remove it, or {QUOTES}"))
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent => {
            error(at, "the line does not line up with the lines that it belongs to".to_owned())
                .help("begin keys of one mapping, and the `-` of one list, in the same column")
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            error(at, "a list with `-` cannot begin here".to_owned())
                .help("begin it on the next line, or write the list as `[a, b]`")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            error(at, "there is no `:` behind the key".to_owned())
                .help("write `key: value`, with a space behind the `:`")
        }
        ErrorKind::InvalidBlockScalarHeader => {
            error(at, "a value that starts with `>` or `|` is a block of text that begins on the next line".to_owned())
                .help(QUOTES)
        }
        ErrorKind::RecursionLimitExceeded => {
            error(at, "values are nested too deep to be read".to_owned()).help("no file of a project needs that")
        }
        ErrorKind::DirectiveDisallowed => error(at, "a line cannot start with `%`".to_owned()).help("remove the line"),
        other => error(at, format!("this is not valid YAML: {other}")).help(format!("{QUOTES} if it is meant as text")),
    }
}

/// Whether what the parser complains about is that the bracket at `start` was left open.
fn never_closed(file: &SourceFile, kind: &ErrorKind, start: usize, at: usize) -> bool {
    let later_line = file.position(start).line < file.position(at).line;
    match kind {
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEof => true,
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::MappingValueNotAllowed
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey => later_line,
        _ => false,
    }
}

fn opening_quote(text: &str, from: usize, to: usize) -> Option<usize> {
    let between = text.get(from..to)?;
    let start = between.find(['"', '\''])?;
    between[..start].chars().all(|char| char == ':' || char.is_whitespace()).then_some(from + start)
}
