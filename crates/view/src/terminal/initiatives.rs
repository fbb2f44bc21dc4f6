//! Initiatives in a terminal.

use super::{Style, Tone, clean, paragraph, push_line};
use crate::page::InitiativesPage;

/// Each initiative with its units and the figures of its measures, those that run first.
#[must_use]
pub fn initiatives(page: &InitiativesPage, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&page.title)));
    paragraph(&mut out, 2, &clean(&page.lead), style);
    for group in &page.groups {
        out.push('\n');
        push_line(&mut out, &style.paint(Tone::Strong, group.heading));
        for one in &group.initiatives {
            paragraph(&mut out, 2, &clean(&format!("{}: {}. {}", one.title, one.when, one.owner)), style);
            if !one.aim.is_empty() {
                paragraph(&mut out, 6, &clean(&one.aim), style);
            }
            let mut units: Vec<&str> = one.units.iter().map(|unit| unit.label.as_str()).collect();
            units.extend(one.more_units.as_deref());
            paragraph(&mut out, 6, &clean(&format!("In {}.", units.join(", "))), style);
            for measure in &one.measures {
                let mark = measure.status.as_ref().map_or_else(String::new, |status| format!("{} ", status.glyph));
                let value = if measure.value.is_empty() { String::new() } else { format!(": {}", measure.value) };
                paragraph(&mut out, 6, &clean(&format!("{mark}{}{value}", measure.name)), style);
            }
        }
    }
    out
}
