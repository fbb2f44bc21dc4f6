//! A fair comparison in a terminal.

use evenkeel_model::comparison::State;

use super::{Style, Tone, clean, paragraph, push_line};
use crate::page::comparison::{ComparisonSheet, StandingRow};

/// Everybody who is compared, by state and by name within it, with the evidence.
#[must_use]
pub fn comparison(sheet: &ComparisonSheet, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&sheet.title)));
    out.push('\n');
    paragraph(&mut out, 2, &clean(&format!("{}.", sheet.headline)), style);
    paragraph(&mut out, 2, &clean(&sheet.lead), style);
    for count in sheet.counts.iter().filter(|count| count.count > 0) {
        out.push('\n');
        let tone = match count.state.state {
            State::Recognise => Tone::Good,
            State::Develop | State::Review => Tone::Bad,
            State::OnStandard | State::NotEnoughData => Tone::Quiet,
        };
        let heading = format!("{} {}", count.state.sign, count.state.words);
        push_line(&mut out, &format!("  {}  {}", style.paint(tone, &heading), count.count));
        paragraph(&mut out, 4, &clean(&count.rule), style);
        for row in sheet.rows.iter().filter(|row| row.state == count.state) {
            paragraph(&mut out, 4, &clean(&format!("{}: {}{}", row.name, evidence(row), row.sentence)), style);
        }
    }
    for (heading, sentences) in [("Before anybody acts", &sheet.cautions), ("How this is worked out", &sheet.method)] {
        if sentences.is_empty() {
            continue;
        }
        out.push('\n');
        push_line(&mut out, &format!("  {}", style.paint(Tone::Strong, heading)));
        for sentence in sentences {
            paragraph(&mut out, 4, &clean(sentence), style);
        }
    }
    out
}

/// What was counted and what it becomes: `86.1 % of 360 answers; adjusted 85.1 %, likely 81.8 to 88.2 %.`
fn evidence(row: &StandingRow) -> String {
    // Without enough data the sentence says all there is.
    let (Some(adjusted), Some(range)) = (&row.adjusted, &row.likely_range) else { return String::new() };
    format!("{} on {}; adjusted {}, likely {}. ", row.measured.text, row.count, adjusted.text, range.text)
}
