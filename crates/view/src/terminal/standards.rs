//! Performance standards in a terminal.

use super::{Style, Tone, clean, paragraph, push_line};
use crate::page::standards::RatingSheet;
use crate::words::standards::critical;

/// The people of each standard by name, with the level and the evidence of each element.
#[must_use]
pub fn standards(sheet: &RatingSheet, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&sheet.title)));
    for group in &sheet.standards {
        out.push('\n');
        push_line(&mut out, &format!("  {}", style.paint(Tone::Strong, &clean(&group.title))));
        for expected in &group.expected {
            paragraph(&mut out, 2, &clean(expected), style);
        }
        if group.people.is_empty() {
            paragraph(&mut out, 2, "Nobody here has this role.", style);
        }
        for person in &group.people {
            out.push('\n');
            push_line(&mut out, &format!("  {}: {}", clean(&person.name), style.paint(Tone::Strong, person.words)));
            if let Some(sentence) = &person.sentence {
                paragraph(&mut out, 4, &clean(sentence), style);
            }
            for element in &person.elements {
                let could_be = element
                    .could_be
                    .as_ref()
                    .map_or_else(String::new, |levels| format!(" With that range it could be anything from {levels}."));
                let said = format!(
                    "{}{}: {}. {}{could_be}",
                    element.title,
                    critical(element.critical),
                    element.words,
                    element.sentence
                );
                paragraph(&mut out, 4, &clean(&said), style);
            }
        }
    }
    out.push('\n');
    for sentence in &sheet.lead {
        paragraph(&mut out, 2, &clean(sentence), style);
    }
    out
}
