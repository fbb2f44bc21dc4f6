//! Signals in a terminal.

use super::{Style, Tone, clean, paragraph, push_line};
use crate::number;
use crate::page::signals::SignalList;

/// The signals, with how many would be there by chance.
#[must_use]
pub fn signals(list: &SignalList, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&list.title)));
    out.push('\n');
    let mut judgement = "";
    for line in &list.signals {
        if line.judgement != judgement {
            judgement = line.judgement;
            let (heading, tone) = match judgement {
                "worse" => ("▼ Worse", Tone::Bad),
                "better" => ("● Better", Tone::Good),
                _ => ("◆ Changed", Tone::Strong),
            };
            push_line(&mut out, &format!("  {}", style.paint(tone, heading)));
        }
        paragraph(&mut out, 4, &clean(&format!("{}: {} Now {}.", line.unit, line.text, line.row.value.text)), style);
    }
    if list.signals.is_empty() {
        paragraph(
            &mut out,
            2,
            "No signal: everything is usual variation, or there are too few periods to tell.",
            style,
        );
    }
    if !list.on_watch.is_empty() {
        push_line(&mut out, &format!("  {}", style.paint(Tone::Strong, "◎ On watch")));
        for line in &list.on_watch {
            paragraph(&mut out, 4, &clean(&format!("{}: {}", line.unit, line.text)), style);
        }
    }
    out.push('\n');
    let series = number::counted(list.series as u64, "series");
    let expected = number::rounded(list.expected_by_chance, 1);
    let looked =
        format!("{series} looked at. If nothing had changed anywhere, about {expected} would be marked by chance.");
    paragraph(&mut out, 2, &looked, style);
    out
}
