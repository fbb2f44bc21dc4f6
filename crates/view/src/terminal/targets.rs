//! Targets in a terminal.

use super::{Style, Tone, clean, paragraph, push_line};
use crate::page::targets::TargetsPage;

/// Each target with where its measure stands on the way to it, and how likely it is met in time.
#[must_use]
pub fn targets(page: &TargetsPage, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&page.title)));
    paragraph(&mut out, 2, &clean(&page.headline), style);
    for line in &page.targets {
        out.push('\n');
        let by = line.by.as_ref().map_or_else(|| ", without a deadline".to_owned(), |by| format!(" by {by}"));
        let mark = line.row.status.glyph;
        let said = format!("{mark} {}: {}. Target {}{by}.", line.row.name, line.row.value.text, line.row.target);
        paragraph(&mut out, 2, &clean(&said), style);
        for sentence in &line.because {
            paragraph(&mut out, 6, &clean(sentence), style);
        }
    }
    if !page.without.is_empty() {
        out.push('\n');
        let names: Vec<&str> = page.without.iter().map(|measure| measure.label.as_str()).collect();
        paragraph(&mut out, 2, &clean(&format!("Without a target: {}.", names.join(", "))), style);
    }
    out
}
