//! “Did you mean”.

/// The candidate that was probably meant; none when nothing is near enough.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody means a short word by a text of a thousand characters, and the distance takes its time to work out.
    if written.is_empty() || written.len() > 100 {
        return None;
    }
    let folded = fold(written);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(&folded, &fold(candidate));
        // A third of the letters may be wrong: `taget` is `target`, `no` is not `on`.
        let allowed = (folded.chars().count().max(candidate.chars().count()) / 3).min(4);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The candidate that differs by a slip of the finger: among many candidates, something is always near.
pub(crate) fn slip<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LETTERS: usize = 2;
    nearest(written, candidates).filter(|meant| strsim::damerau_levenshtein(&fold(written), &fold(meant)) <= LETTERS)
}

/// Capital letters, hyphens, spaces and underscores are no difference.
fn fold(text: &str) -> String {
    text.to_lowercase().replace(['-', ' '], "_")
}

/// `a`, `b` and `c`.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// A text of a file inside a message: in backquotes, on one line, not too long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let one_line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= LONGEST {
        return format!("`{one_line}`");
    }
    let start: String = one_line.chars().take(LONGEST - 1).collect();
    format!("`{start}…`")
}

/// A message that repeats what a file says, on one line and not too long.
pub(crate) fn clipped(text: &str) -> String {
    const LONGEST: usize = 160;
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words() {
        let keys = ["target", "stretch", "red_flag", "baseline", "by", "on"];
        let check = |written: &str, expected: Option<&str>| assert_eq!(nearest(written, keys), expected, "{written}");
        check("taget", Some("target"));
        check("Target", Some("target"));
        check("redflag", Some("red_flag"));
        check("red-flag", Some("red_flag"));
        check("strecth", Some("stretch"));
        check("goal", None);
        check("no", None);
        check("", None);
        check(&"target".repeat(100), None);
    }

    #[test]
    fn the_nearest_of_several() {
        assert_eq!(nearest("scoring", ["score", "scoping", "scaring"]), Some("scoping"));
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn lists_and_quotes() {
        assert_eq!(list([], "or"), "");
        assert_eq!(list(["a"], "or"), "`a`");
        assert_eq!(list(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(quoted(" a\n  b "), "`a b`");
        assert_eq!(quoted(&"x".repeat(90)).chars().count(), 62);
    }
}
