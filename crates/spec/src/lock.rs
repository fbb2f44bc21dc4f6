//! The record of known formulas: which digest each version of each measure has.
//!
//! A formula that changes while its version does not rewrites history in silence. The record stands in a file of the
//! project, under version control like the others, and is written by `evenkeel check --lock`. Each line has a measure,
//! a version and a digest; lines of versions and measures that are gone stay.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{DefinitionVersion, Measure};

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{SourceFile, Span};
use crate::suggest::quoted;

/// The file that holds the record.
pub const LOCK_FILE: &str = "measures.lock";

const HEAD: &str =
    "# Which formula each version of a measure has. Written by `evenkeel check --lock`; keep it with the project.\n";

/// What is known of formulas: the digest of each version of each measure, and where it is recorded.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    known: BTreeMap<(String, u32), (String, Span)>,
}

/// Reads the record, and reports lines that are none.
pub(crate) fn read(file: &Arc<SourceFile>, findings: &mut Findings) -> Lock {
    let mut lock = Lock::default();
    for number in 1..=file.line_count() {
        let line = file.line(number);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let span = Span::new(file, file.line_range(number));
        let Some((measure, version, digest)) = entry(line) else {
            let message = format!("{} is not a measure, a version and a digest", quoted(line));
            let found = Diagnostic::error(code::BAD_LOCK, &span, message);
            findings.push(found.help("take the line out; `evenkeel check --lock` writes those that are missing"));
            continue;
        };
        if let Some((other, first)) =
            lock.known.insert((measure.to_owned(), version), (digest.to_owned(), span.clone()))
            && other != digest
        {
            let message = format!("version {version} of {} is recorded with two formulas", quoted(measure));
            let found = Diagnostic::error(code::BAD_LOCK, &span, message).related(&first, "recorded first here");
            findings.push(found.help("keep the line of the formula that figures were published with"));
        }
    }
    lock
}

/// The measure, version and digest of a line.
fn entry(line: &str) -> Option<(&str, u32, &str)> {
    let mut words = line.split_whitespace();
    let (measure, version, digest) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let sound = digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    (sound && words.next().is_none()).then_some((measure, version, digest))
}

impl Lock {
    /// Reports a measure whose formula is another than the one that is recorded for its version.
    pub(crate) fn check(&self, measure: &Measure, at: &Span, findings: &mut Findings) {
        let earlier = measure.earlier.iter().map(|earlier| &earlier.measure.definition);
        for definition in std::iter::once(&measure.definition).chain(earlier) {
            self.check_version(measure, definition, at, findings);
        }
    }

    fn check_version(&self, measure: &Measure, definition: &DefinitionVersion, at: &Span, findings: &mut Findings) {
        let number = definition.number;
        let Some((digest, recorded)) = self.known.get(&(measure.id.to_string(), number)) else { return };
        if *digest == definition.digest {
            return;
        }
        if number != measure.definition.number {
            let message = format!("version {number} of measure `{}` is not the formula that it was", measure.id);
            let found = Diagnostic::error(code::CHANGED_FORMULA, at, message)
                .related(recorded, "recorded with another formula here")
                .help("write the earlier definition under `versions` as it was");
            findings.push(found);
            return;
        }
        let highest = self.known.keys().filter(|(id, _)| id == measure.id.as_str()).map(|(_, number)| *number).max();
        let next = highest.unwrap_or(number).max(number).saturating_add(1);
        let message = format!("the formula of measure `{}` has changed, and its version is still {number}", measure.id);
        let found = Diagnostic::error(code::CHANGED_FORMULA, at, message)
            .related(recorded, "recorded with another formula here")
            .note("figures that were published with the earlier formula would change in silence")
            .help(format!("write `version: {next}` and keep the earlier one under `versions`; if no figure was published with it, take the recorded line out"));
        findings.push(found);
    }
}

/// The record with the formulas of these measures added. A version that is recorded is never recorded anew.
#[must_use]
pub fn updated<'a>(existing: &str, measures: impl IntoIterator<Item = &'a Arc<Measure>>) -> String {
    let mut lines: BTreeMap<(&str, u32), &str> = BTreeMap::new();
    let measures: Vec<(&MeasureId, u32, &str)> = measures
        .into_iter()
        .flat_map(|measure| {
            let own = std::iter::once(&measure.definition);
            let earlier = measure.earlier.iter().map(|earlier| &earlier.measure.definition);
            own.chain(earlier).map(|definition| (&measure.id, definition.number, definition.digest.as_str()))
        })
        .collect();
    for (measure, version, digest) in existing.lines().filter(|line| !line.starts_with('#')).filter_map(entry) {
        lines.entry((measure, version)).or_insert(digest);
    }
    for (measure, version, digest) in &measures {
        lines.entry((measure.as_str(), *version)).or_insert(digest);
    }
    let mut text = HEAD.to_owned();
    for ((measure, version), digest) in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{measure} {version} {digest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{CSAT, findings, project, sound};

    fn recorded() -> String {
        updated("", project(&sound()).measures.values())
    }

    #[test]
    fn what_is_recorded_is_found_again() {
        let lock = recorded();
        assert_eq!(lock.lines().count(), 1 + 5);
        assert_eq!(findings(&sound().with(LOCK_FILE, lock.clone())), "");
        assert_eq!(updated(&lock, project(&sound()).measures.values()), lock);
    }

    #[test]
    fn wording_and_white_space_change_no_formula() {
        let text = CSAT.replace("title: Customer satisfaction", "title: Satisfied").replace("score >= 4", "score>=4");
        assert_eq!(findings(&sound().with("measures/csat.yaml", text).with(LOCK_FILE, recorded())), "");
    }

    #[test]
    fn a_changed_formula_needs_a_new_version() {
        let changed = CSAT.replace("score >= 4", "score >= 5");
        let files = sound().with("measures/csat.yaml", changed.clone()).with(LOCK_FILE, recorded());
        insta::assert_snapshot!(findings(&files));
        let files = sound().with("measures/csat.yaml", format!("{changed}version: 1\n")).with(LOCK_FILE, recorded());
        insta::assert_snapshot!(findings(&files));
        let counted_up = sound().with("measures/csat.yaml", format!("{changed}version: 2\n"));
        assert_eq!(findings(&counted_up.clone().with(LOCK_FILE, recorded())), "");
        // Both versions are recorded from then on.
        let lock = updated(&recorded(), project(&counted_up).measures.values());
        assert_eq!(lock.lines().filter(|line| line.starts_with("csat ")).count(), 2);
    }

    #[test]
    fn what_is_recorded_is_never_recorded_anew() {
        let changed = sound().with("measures/csat.yaml", CSAT.replace("score >= 4", "score >= 5"));
        assert_eq!(updated(&recorded(), project(&changed).measures.values()), recorded());
    }

    #[test]
    fn another_formula_of_a_part_is_another_formula_of_the_whole() {
        let whole = "measure: discontent\nformula: 1 - csat\nbetter: lower\n";
        let files = sound().with("measures/discontent.yaml", whole);
        let lock = updated("", project(&files).measures.values());
        let changed = format!("{}version: 2\n", CSAT.replace("score >= 4", "score >= 5"));
        insta::assert_snapshot!(findings(&files.with("measures/csat.yaml", changed).with(LOCK_FILE, lock)));
    }

    #[test]
    fn lines_that_are_none() {
        let lock = "csat 1\nnps one 0a1b2c3d\n# a comment\n\ngone 3 0a1b2c3d\nold 1 0a1b2c3d\nold 1 ffffffff\n";
        insta::assert_snapshot!(findings(&sound().with(LOCK_FILE, lock)));
    }
}
