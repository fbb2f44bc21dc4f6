//! The service charter in a terminal, inside and for the public.

use super::{Style, Tone, fit, paragraph, push_line, section, width, wrapped};
use crate::page::charter::{Chain, CharterPage, PromiseLine, VerdictMark};
use crate::page::charter_public::{PublicCharter, PublicLine};

/// How wide the column of verdicts is: `Not kept, narrowly`.
const VERDICT: usize = 18;

fn tone(mark: VerdictMark) -> Tone {
    match mark.code {
        "met" | "met-perhaps" => Tone::Good,
        "missed" | "missed-perhaps" => Tone::Bad,
        _ => Tone::Quiet,
    }
}

/// A verdict as its shape and its words.
fn verdict(mark: VerdictMark, style: Style) -> String {
    style.paint(tone(mark), &format!("{} {}", mark.glyph, mark.words))
}

/// A title, in as many lines as it takes.
fn strong(out: &mut String, text: &str, style: Style) {
    for line in wrapped(text, style.width) {
        push_line(out, &style.paint(Tone::Strong, &line));
    }
}

/// The charter inside the organisation.
#[must_use]
pub fn charter(page: &CharterPage, style: Style) -> String {
    let mut out = String::new();
    let about = format!("{}, {}, {}", page.title, page.subject, page.frame.period);
    strong(&mut out, &about, style);
    out.push('\n');
    paragraph(&mut out, 2, &page.headline, style);
    paragraph(&mut out, 2, &page.lead, style);
    if !page.version.is_empty() {
        paragraph(&mut out, 2, &page.version, style);
    }
    for promise in &page.promises {
        out.push('\n');
        told(&mut out, promise, style);
    }
    if let Some(chain) = &page.chain {
        levels(&mut out, chain, style);
    }
    if !page.integrity.is_empty() {
        section(&mut out, "Do the figures come about as they seem to?", style);
        for line in &page.integrity {
            let sign = line.sign.as_ref().filter(|sign| sign.is_signal());
            let signal = sign.map_or_else(String::new, |sign| format!(" {}.", sign.words));
            paragraph(&mut out, 4, &format!("{}. {}: {}{signal}", line.words(), line.name, line.text), style);
        }
    }
    if !page.unproven.is_empty() {
        section(&mut out, "Promised, and not measured yet", style);
        for promise in &page.unproven {
            paragraph(&mut out, 4, &format!("· “{}” {}.", promise.words, promise.why), style);
        }
    }
    if !page.without_promise.is_empty() {
        section(&mut out, "Measures that no promise rests on", style);
        let names: Vec<String> =
            page.without_promise.iter().map(|measure| format!("{} ({})", measure.name, measure.leg)).collect();
        paragraph(&mut out, 4, &format!("{}.", names.join(", ")), style);
    }
    out
}

fn told(out: &mut String, promise: &PromiseLine, style: Style) {
    paragraph(out, 2, &format!("“{}”", promise.words), style);
    push_line(out, &format!("    {}", verdict(promise.verdict, style)));
    paragraph(out, 4, &format!("Standard: {}, by {}.", promise.standard, promise.measure.label), style);
    paragraph(out, 4, &promise.evidence, style);
    if let Some(overdue) = &promise.overdue {
        paragraph(out, 4, &format!("{overdue}."), style);
    }
    if let Some(rolling) = &promise.rolling {
        let text = format!("{}: {}, {}, {}.", rolling.name, rolling.value.text, rolling.words, rolling.count);
        paragraph(out, 4, &text, style);
    }
    if let Some(sign) = promise.variation.as_ref().filter(|sign| sign.is_signal()) {
        paragraph(out, 4, &format!("{}.", sign.words), style);
    }
    if let Some(below) = &promise.below {
        paragraph(out, 4, &format!("{}: {}.", below.heading, below.text), style);
    }
    for served in &promise.served_by {
        let by = served.kept_by.as_ref().map_or_else(String::new, |by| format!(", {by}"));
        let text = format!(
            "{} rests on {}: {} ({}{by})",
            served.status.glyph, served.name, served.value.text, served.standard
        );
        paragraph(out, 4, &text, style);
    }
    let mut beside = Vec::new();
    if let Some(owner) = &promise.owner {
        beside.push(format!("Owner: {owner}."));
    }
    if let Some(remedy) = &promise.remedy {
        beside.push(format!("If it is not kept: {remedy}"));
    }
    if !beside.is_empty() {
        paragraph(out, 4, &beside.join(" "), style);
    }
}

fn levels(out: &mut String, chain: &Chain, style: Style) {
    section(out, "One chain, from the promise to a case", style);
    paragraph(out, 4, &format!("“{}”", chain.words), style);
    let (value, range, count) = (8, 14, 10);
    // Four columns of two spaces between five, an indentation of four, and a shape with its space before the verdict.
    let name = style.width.saturating_sub(4 + 8 + value + range + count + 2 + VERDICT).max(12);
    let head = [
        fit("Level", name, false),
        fit("Figure", value, true),
        fit("Likely range", range, true),
        fit(&chain.count_heading, count, true),
    ];
    push_line(out, &format!("    {}", head.join("  ")));
    for link in &chain.links {
        let indent = " ".repeat(2 * link.depth);
        let kind = link.kind.as_ref().map_or_else(String::new, |kind| format!(" ({kind})"));
        let here = if link.current { " *" } else { "" };
        let label = fit(&format!("{indent}{}{kind}{here}", link.name), name, false);
        let Some(rows) = &link.count else {
            let rest = style.width.saturating_sub(4 + width(&label) + 2);
            push_line(out, &format!("    {label}  {}", fit(&link.value.text, rest, false)));
            continue;
        };
        let likely = link.likely_range.as_ref().map(|range| range.short.clone()).unwrap_or_default();
        let cells = [
            label,
            fit(&link.value.text, value, true),
            fit(&likely, range, true),
            fit(&rows.number, count, true),
            verdict(link.verdict, style),
        ];
        push_line(out, &format!("    {}", cells.join("  ")));
    }
}

/// The public edition.
#[must_use]
pub fn charter_public(page: &PublicCharter, style: Style) -> String {
    let mut out = String::new();
    strong(&mut out, &format!("{}, {}", page.organisation, page.period), style);
    paragraph(&mut out, 0, &page.title, style);
    out.push('\n');
    paragraph(&mut out, 2, &page.lead, style);
    for promise in &page.promises {
        out.push('\n');
        public_promise(&mut out, promise, style);
    }
    if !page.unproven.is_empty() {
        section(&mut out, "Not measured yet", style);
        for promise in &page.unproven {
            paragraph(&mut out, 4, &format!("· “{}” {}.", promise.words, promise.why), style);
        }
    }
    if let Some(contact) = &page.contact {
        section(&mut out, "If something went wrong", style);
        paragraph(&mut out, 4, contact, style);
    }
    section(&mut out, "How we measure", style);
    paragraph(&mut out, 4, &page.how.join(" "), style);
    paragraph(&mut out, 4, &page.seal, style);
    out
}

fn public_promise(out: &mut String, promise: &PublicLine, style: Style) {
    paragraph(out, 2, &promise.words, style);
    push_line(out, &format!("    {}", verdict(promise.verdict, style)));
    let count = promise.count.as_ref().map_or_else(String::new, |count| format!(" ({count})"));
    paragraph(out, 4, &format!("{}{count}; promised: {}.", promise.value, promise.standard), style);
    if let Some(note) = &promise.note {
        paragraph(out, 4, note, style);
    }
    if let Some(rolling) = &promise.rolling {
        paragraph(out, 4, &format!("{rolling}."), style);
    }
    for unit in &promise.units {
        paragraph(out, 6, &format!("{}: {}, {}", unit.name, unit.value, unit.verdict.words.to_lowercase()), style);
    }
    if let Some(withheld) = &promise.withheld {
        paragraph(out, 6, &format!("{withheld}."), style);
    }
    if let Some(conditions) = &promise.conditions {
        paragraph(out, 4, conditions, style);
    }
    if let Some(remedy) = &promise.remedy {
        paragraph(out, 4, &format!("If we do not: {remedy}"), style);
    }
}
