//! Decisions have a number each.

use std::collections::BTreeMap;

use super::Finding;
use crate::repository::Repository;

const FOLDER: &str = "docs/adr";

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, _) in repository.below(FOLDER).filter(|(name, _)| *name != "README.md") {
        let path = format!("{FOLDER}/{name}");
        let Some(number) = number(name) else {
            let what = "the name of a decision begins with its number";
            findings.push(Finding::new(path, 1, what, "rename it, as in 0012-what-was-decided.md"));
            continue;
        };
        match taken.get(number) {
            Some(other) => {
                let what = format!("{other} has the number {number} too");
                findings.push(Finding::new(path, 1, what, "give the newer one the next free number"));
            }
            None => {
                taken.insert(number, name);
            }
        }
    }
    findings
}

/// The number in `0012-what-was-decided.md`.
fn number(name: &str) -> Option<&str> {
    let (number, words) = name.strip_suffix(".md")?.split_once('-')?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_words = !words.is_empty()
        && words.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (is_number && is_words).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::printed;

    #[test]
    fn numbers() {
        let repository = Repository::of(&[
            ("docs/adr/0001-one.md", ""),
            ("docs/adr/0002-two.md", ""),
            ("docs/adr/0002-zwei.md", ""),
            ("docs/adr/3-three.md", ""),
            ("docs/adr/0004_four.md", ""),
            ("docs/adr/README.md", ""),
            ("docs/other.md", ""),
        ]);
        let advice = "the name of a decision begins with its number; rename it, as in 0012-what-was-decided.md";
        assert_eq!(
            printed(&check(&repository)),
            [
                "docs/adr/0002-zwei.md:1: 0002-two.md has the number 0002 too; give the newer one the next free number"
                    .to_owned(),
                format!("docs/adr/0004_four.md:1: {advice}"),
                format!("docs/adr/3-three.md:1: {advice}"),
            ]
        );
    }
}
