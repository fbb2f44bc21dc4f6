//! Links in Markdown files must lead somewhere, also for people who read the repository elsewhere.

use super::Finding;
use crate::markdown;
use crate::repository::Repository;

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.texts().filter(|(path, _)| is_markdown(path)) {
        for link in markdown::links(text) {
            if let Some((what, advice)) = problem(repository, path, text, &link.target) {
                findings.push(Finding::new(path, link.line, what, advice));
            }
        }
    }
    findings
}

fn problem(repository: &Repository, path: &str, text: &str, target: &str) -> Option<(String, &'static str)> {
    if target.starts_with("file:") || (target.starts_with('/') && !target.starts_with("//")) {
        let advice = "write the target relative to this file";
        return Some((format!("the link `{target}` leads to a place on one machine"), advice));
    }
    if is_elsewhere(target) {
        return None;
    }
    let (place, anchor) = target.split_once('#').map_or((target, None), |(place, anchor)| (place, Some(anchor)));
    let place = place.split('?').next().unwrap_or_default();
    if place.is_empty() && anchor.is_none() {
        return Some(("the link has no target".to_owned(), "name one, or remove the link"));
    }
    let place = decode(place);
    let found = if place.is_empty() { Some(path.to_owned()) } else { resolve(path, &place) };
    let Some(found) = found.filter(|found| repository.has(found)) else {
        let advice = "correct the link, or add the file to the repository";
        return Some((format!("the link `{target}` leads to nothing"), advice));
    };
    let anchor = anchor?;
    // What an anchor means in a file of another kind is up to whoever shows it.
    if !is_markdown(&found) {
        return None;
    }
    let text = if found == path { text } else { repository.text(&found)? };
    if markdown::anchors(text).contains(&decode(anchor)) {
        return None;
    }
    let advice = "take the words of the heading in small letters, with `-` between them";
    Some((format!("the link `{target}` leads to no heading of {found}"), advice))
}

fn is_markdown(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".md")
}

/// Whether the target is on the network or a mail address. It is not looked up: the answer would change by the day.
fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split_once(':').map_or("", |(scheme, _)| scheme);
    target.starts_with("//")
        || (!scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter)))
}

/// The path in the repository that a relative target means, unless it leads out of it.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Replaces `%20` and its like.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let (byte, tail) = match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => (byte, tail.get(2..).unwrap_or_default()),
            None => (first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;

    fn findings(text: &str) -> Vec<String> {
        let other = "# Other\n\n## The end\n";
        printed(&check(&Repository::of(&[
            ("docs/page.md", text),
            ("docs/other.md", other),
            ("docs/a b.png", ""),
            ("README.md", "[ok](docs/page.md)\n"),
            ("src/main.rs", "[no](markdown.md)\n"),
        ])))
    }

    #[test]
    fn links_that_lead_somewhere() {
        let text = "# Page\n\
            [a](other.md) [b](./other.md#the-end) [c](../README.md) [d](#page) [e](../docs/) [f](../src) [g](..)\n\
            [h](https://example.org/x) [i](mailto:a@example.org) ![j](a%20b.png) [k](<a b.png>) [l](../src/main.rs#L1)\n";
        assert_eq!(findings(text), [""; 0]);
    }

    #[test]
    fn links_that_do_not() {
        let text = "# Page\n\
            [a](others.md)\n[b](other.md#end)\n[c](../../README.md)\n[d](#nowhere)\n[e](/etc/hosts)\n\
            ![f](file:///etc/hosts)\n[g]()\n[h](Other.md)\n";
        let what: Vec<String> =
            findings(text).iter().map(|finding| finding.split("; ").next().unwrap().to_owned()).collect();
        assert_eq!(
            what,
            [
                "docs/page.md:2: the link `others.md` leads to nothing",
                "docs/page.md:3: the link `other.md#end` leads to no heading of docs/other.md",
                "docs/page.md:4: the link `../../README.md` leads to nothing",
                "docs/page.md:5: the link `#nowhere` leads to no heading of docs/page.md",
                "docs/page.md:6: the link `/etc/hosts` leads to a place on one machine",
                "docs/page.md:7: the link `file:///etc/hosts` leads to a place on one machine",
                "docs/page.md:8: the link has no target",
                "docs/page.md:9: the link `Other.md` leads to nothing",
            ]
        );
    }
}
