//! From a byte of a text value to the byte of the file that it was written with.

use super::{Scalar, Style};

/// The offset inside `raw`, the text of the file that the scalar was read from.
///
/// The characters of the value are found again in the file one after the other. Between two of them the file may
/// have more white space than the value, because lines are folded and indentation is taken away, so a place that
/// is white space itself is only found to within the run of white space it lies in. All others are exact.
pub(super) fn in_source(raw: &str, scalar: &Scalar, offset: usize) -> usize {
    let written = written(raw, scalar.style);
    let mut index = 0;
    for (position, char) in scalar.text.char_indices() {
        if position > offset {
            break;
        }
        let found = match written.get(index) {
            Some((_, same)) if *same == char => index,
            // A folded line break: the next thing in the file is the line break itself, or what follows it.
            _ if char.is_whitespace() => {
                if position + char.len_utf8() > offset {
                    return written.get(index).map_or(raw.len(), |(at, _)| *at);
                }
                continue;
            }
            _ => match written[index.min(written.len())..].iter().position(|(_, other)| *other == char) {
                Some(further) => index + further,
                None => return raw.len(),
            },
        };
        if position + char.len_utf8() > offset {
            return written[found].0;
        }
        index = found + 1;
    }
    // Just behind the last character that was found, so that “unexpected end” points there.
    match index.checked_sub(1).and_then(|last| written.get(last)) {
        Some((at, _)) => written.get(index).map_or(raw.trim_end().len(), |(next, _)| *next).max(*at),
        None => 0,
    }
}

/// What the file says, character by character, with escapes resolved.
fn written(raw: &str, style: Style) -> Vec<(usize, char)> {
    match style {
        Style::Plain | Style::Literal | Style::Folded => raw.char_indices().collect(),
        Style::SingleQuoted => {
            let mut characters = Vec::new();
            let mut inside = raw.char_indices().skip(1).peekable();
            while let Some((at, char)) = inside.next() {
                if char == '\'' && inside.next_if(|(_, next)| *next == '\'').is_none() {
                    break;
                }
                characters.push((at, char));
            }
            characters
        }
        Style::DoubleQuoted => double_quoted(raw),
    }
}

fn double_quoted(raw: &str) -> Vec<(usize, char)> {
    let mut characters = Vec::new();
    let mut inside = raw.char_indices().skip(1);
    while let Some((at, char)) = inside.next() {
        let meant = match char {
            '"' => break,
            '\\' => {
                let Some((_, escape)) = inside.next() else { break };
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                if digits > 0 {
                    let code: String = inside.by_ref().take(digits).map(|(_, digit)| digit).collect();
                    u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
                } else {
                    named_escape(escape)
                }
            }
            _ => Some(char),
        };
        characters.extend(meant.map(|meant| (at, meant)));
    }
    characters
}

fn named_escape(escape: char) -> Option<char> {
    Some(match escape {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        // An escaped line break stands for nothing.
        '\n' | '\r' => return None,
        other => other,
    })
}
