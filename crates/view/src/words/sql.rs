//! Simple SQL conditions in words.
//!
//! Most conditions of a scorecard are a few comparisons joined by AND. Those are said in words; everything else
//! is shown as it is written, because a wrong paraphrase is worse than code.

use crate::number::{self, NO_BREAK_SPACE};

/// The expression in words, or none when it is more than a few plain comparisons.
#[must_use]
pub fn in_words(expression: &str) -> Option<String> {
    let tokens = tokens(expression)?;
    let parts: Vec<String> = split(&tokens)?.into_iter().map(comparison).collect::<Option<_>>()?;
    Some(parts.join(", "))
}

/// The name of a column in words: `answered_at` is “answered”, `full_resolution_s` “full resolution”.
#[must_use]
pub fn column_in_words(column: &str) -> Option<String> {
    let plain = column.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !plain || column.is_empty() {
        return None;
    }
    let stem = ["_at", "_on", "_s", "_id"].iter().find_map(|ending| column.strip_suffix(ending)).unwrap_or(column);
    Some(stem.replace('_', " "))
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Literal(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 10] = [">=", "<=", "<>", "!=", "=", ">", "<", "(", ")", ","];

/// None for everything that does not belong to a plain comparison: arithmetic, casts, functions, comments.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].to_owned()));
            length
        } else if first.is_ascii_digit() {
            let length = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            tokens.push(Token::Literal(rest[..length].to_owned()));
            length
        } else if first == '\'' {
            let inner = rest[1..].find('\'')?;
            tokens.push(Token::Literal(format!("“{}”", &rest[1..=inner])));
            inner + 2
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol))?;
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

/// Splits at AND, except at the one inside BETWEEN … AND; none when there is an OR.
fn split(tokens: &[Token]) -> Option<Vec<&[Token]>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut between = false;
    for (place, token) in tokens.iter().enumerate() {
        match keyword(token).as_deref() {
            Some("or" | "case" | "select" | "exists" | "like" | "ilike") => return None,
            Some("between") => between = true,
            Some("and") if between => between = false,
            Some("and") => {
                parts.push(&tokens[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    Some(parts)
}

fn keyword(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) => Some(word.to_ascii_lowercase()),
        _ => None,
    }
}

fn comparison(tokens: &[Token]) -> Option<String> {
    match tokens {
        [Token::Word(flag)] if !matches!(flag.to_ascii_lowercase().as_str(), "true" | "false" | "null") => {
            flag_in_words(flag)
        }
        [Token::Word(not), Token::Word(flag)] if not.eq_ignore_ascii_case("not") => {
            flag_in_words(flag).map(|flag| format!("not {flag}"))
        }
        [Token::Word(column), Token::Word(is), Token::Word(null)]
            if is.eq_ignore_ascii_case("is") && null.eq_ignore_ascii_case("null") =>
        {
            column_in_words(column).map(|column| format!("{column} not known"))
        }
        [Token::Word(column), Token::Word(is), Token::Word(not), Token::Word(null)]
            if is.eq_ignore_ascii_case("is")
                && not.eq_ignore_ascii_case("not")
                && null.eq_ignore_ascii_case("null") =>
        {
            column_in_words(column).map(|column| format!("{column} known"))
        }
        [Token::Word(column), Token::Symbol(symbol), Token::Literal(value)] => {
            let relation = match *symbol {
                "=" => "",
                "<>" | "!=" => "other than ",
                ">=" => "at least ",
                "<=" => "at most ",
                ">" => "more than ",
                "<" => "less than ",
                _ => return None,
            };
            Some(format!("{} {relation}{}", column_in_words(column)?, value_in_words(column, value)))
        }
        [Token::Word(column), Token::Word(between), Token::Literal(low), Token::Word(_), Token::Literal(high)]
            if between.eq_ignore_ascii_case("between") =>
        {
            let value = |value: &str| value_in_words(column, value);
            Some(format!("{} {} to {}", column_in_words(column)?, value(low), value(high)))
        }
        [Token::Word(column), Token::Word(within), Token::Symbol("("), list @ .., Token::Symbol(")")]
            if within.eq_ignore_ascii_case("in") =>
        {
            Some(format!("{} {}", column_in_words(column)?, alternatives(column, list)?))
        }
        _ => None,
    }
}

/// A column that is true or false: `is_complaint` is “is complaint”.
fn flag_in_words(flag: &str) -> Option<String> {
    let plain = flag.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && !flag.is_empty()).then(|| flag.replace('_', " "))
}

/// A value beside its column. The name of the column says that seconds are meant, and is told without it; so the value
/// is told with its unit: `24 h` for 86400.
fn value_in_words(column: &str, value: &str) -> String {
    let seconds = value.parse::<u64>().ok().filter(|_| column.ends_with("_s"));
    match seconds {
        None if column.ends_with("_s") && value.parse::<f64>().is_ok() => format!("{value}{NO_BREAK_SPACE}s"),
        None => value.to_owned(),
        Some(seconds) => {
            let units = [(3600, "h"), (60, "min")];
            let whole = units.into_iter().find(|(length, _)| seconds > 0 && seconds % length == 0);
            let (length, unit) = whole.unwrap_or((1, "s"));
            format!("{}{NO_BREAK_SPACE}{unit}", number::count(seconds / length))
        }
    }
}

fn alternatives(column: &str, tokens: &[Token]) -> Option<String> {
    let mut values = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match (place % 2, token) {
            (0, Token::Literal(value)) => values.push(value_in_words(column, value)),
            (1, Token::Symbol(",")) => {}
            _ => return None,
        }
    }
    match values.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        [rest @ .., last] => Some(format!("{} or {last}", rest.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_comparisons_are_said_in_words() {
        let check = |sql: &str, words: &str| {
            let said = in_words(sql).map(|said| said.replace(NO_BREAK_SPACE, " "));
            assert_eq!(said.as_deref(), Some(words), "{sql}");
        };
        check("score >= 4", "score at least 4");
        check("score in (4, 5)", "score 4 or 5");
        check("score between 4 and 5", "score 4 to 5");
        check("SCORE BETWEEN 4 AND 5 AND wave = '2026-10'", "SCORE 4 to 5, wave “2026-10”");
        check("is_complaint", "is complaint");
        check("NOT abandoned", "not abandoned");
        check("answered_at is not null and question = 'csat'", "answered known, question “csat”");
        check("answered_at is null", "answered not known");
        check("channel <> 'chat'", "channel other than “chat”");
        check("full_resolution_s < 86400", "full resolution less than 24 h");
        check("hold_s between 90 and 5400", "hold 90 s to 90 min");
        check("hold_s in (1, 0, 1.5)", "hold 1 s, 0 s or 1.5 s");
        check("agents_involved >= 3600", "agents involved at least 3600");
        check("kind in ('a', 'b', 'c')", "kind “a”, “b” or “c”");
    }

    #[test]
    fn everything_else_stays_code() {
        for sql in [
            "",
            "a or b",
            "score + 1 > 4",
            "extract(month from at) = 4",
            "score >= 4 -- good",
            "name like 'x%'",
            "attributes -> 'x' = 'y'",
            "score in ()",
            "score in (4 5)",
            "null",
            "quote = 'it''s'",
            "(score >= 4)",
        ] {
            assert_eq!(in_words(sql), None, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_said_or_left(text in "\\PC{0,40}") {
            let _ = in_words(&text);
            let _ = column_in_words(&text);
        }
    }
}
