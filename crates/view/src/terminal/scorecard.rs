//! The scorecard in a terminal.

use super::{Style, Tone, blocks, clean, fit, paragraph, push_line, width, wrapped};
use crate::page::scorecard::{LegPanel, ScorecardPage};
use crate::page::{Frame, Row};

/// How many of the newest periods are drawn.
const HISTORY: usize = 12;
/// The longest bar, and the shortest that is still one.
const BAR: usize = 32;
const BAR_LEAST: usize = 8;
/// The most room for a value, a range, a count or a target: their units may be words out of a file.
const FIGURE_MOST: usize = 24;
const FIGURE_LEAST: usize = 12;
/// The least room for names before the course of a measure is left out.
const NAME_LEAST: usize = 18;
/// How many of the newest periods are drawn where signals need the room.
const HISTORY_LEAST: usize = 6;
/// The longest unit that may stand behind a name.
const UNIT_MOST: usize = 14;

/// The scorecard. Key measures are marked with an asterisk.
#[must_use]
pub fn scorecard(page: &ScorecardPage, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &heading(&page.frame, style));
    for line in wrapped(&page.headline, style.width) {
        push_line(&mut out, &style.paint(Tone::Strong, &line));
    }
    out.push('\n');
    let known = page.legs.iter().any(|leg| leg.rows().next().is_some());
    if !known {
        return out;
    }
    legs(&mut out, page, style);
    let layout = Layout::new(page, style);
    push_line(&mut out, &format!("  {}", layout.head(page)));
    push_line(&mut out, &format!("  {}", layout.rule()));
    for leg in &page.legs {
        push_line(
            &mut out,
            &format!(
                "  {}",
                style.paint(Tone::Strong, fit(&leg.title, style.width.saturating_sub(2), false).trim_end())
            ),
        );
        for row in leg.rows() {
            push_line(&mut out, &layout.line(row, style));
        }
    }
    push_line(&mut out, &format!("  {}", layout.rule()));
    paragraph(&mut out, 2, &legend(page, &layout, style), style);
    out.push('\n');
    findings(&mut out, page, style);
    for note in &page.frame.foot {
        paragraph(&mut out, 2, note, style);
    }
    out
}

/// The signals, worst first, and what has to be said about the page. Without signals, a sentence about every leg.
fn findings(out: &mut String, page: &ScorecardPage, style: Style) {
    if !page.look_first.is_empty() {
        push_line(out, &format!("  {}", style.paint(Tone::Strong, "Look at first")));
        for sentence in &page.look_first {
            paragraph(out, 4, &sentence.to_string(), style);
        }
    }
    // What is not about a leg is said in any case: what is on watch, and that the period is still running.
    let said = page.points.iter().filter(|point| page.look_first.is_empty() || point.status.is_none());
    for point in said {
        paragraph(out, 2, &format!("{}. {}", point.about, point.text), style);
    }
}

/// `Northmere Bank / Retail / Branch network        October 2026, compared with September 2026`.
pub(super) fn heading(frame: &Frame, style: Style) -> String {
    let names = frame.path.iter().map(|unit| unit.label.as_str()).chain([frame.unit.as_str()]);
    let path = clean(&names.collect::<Vec<_>>().join(" / "));
    let time = clean(&format!("{}, {}", frame.period, frame.comparison));
    let room = style.width.saturating_sub(width(&time) + 2).max(10);
    format!("{}  {time}", fit(&path, room, false))
}

fn legs(out: &mut String, page: &ScorecardPage, style: Style) {
    let widest =
        |text: &dyn Fn(&LegPanel) -> String| page.legs.iter().map(|leg| width(&clean(&text(leg)))).max().unwrap_or(0);
    let title = widest(&|leg| leg.title.clone()).clamp(8, 24);
    let beside = 2 + 2 + 3 + 2 + 3 + widest(&leg_notes);
    // What the notes and the shortest bar leave is for the names.
    let title = title.min(style.width.saturating_sub(beside + BAR_LEAST)).max(8);
    let around = beside + title;
    let bar = style.width.saturating_sub(around).clamp(BAR_LEAST, BAR);
    for leg in &page.legs {
        push_line(out, &format!("  {}", leg_line(leg, title, bar, style)));
    }
    paragraph(out, 2, &format!("{}.", page.spread), style);
    out.push('\n');
}

fn leg_notes(leg: &LegPanel) -> String {
    let weakness = leg.weakness.iter().map(|weakness| format!("▼ {weakness}"));
    leg.score_notes.iter().cloned().chain(weakness).collect::<Vec<_>>().join(", ")
}

fn leg_line(leg: &LegPanel, title: usize, bar: usize, style: Style) -> String {
    let name = fit(&leg.title, title, false);
    let Some(score) = &leg.score else { return format!("{name}  no score") };
    let share = (score.value.unwrap_or(0.0) / 100.0).clamp(0.0, 1.0);
    let filled = (share * bar as f64).round() as usize;
    let rest = style.paint(Tone::Quiet, &"╌".repeat(bar - filled));
    let notes = clean(&leg_notes(leg));
    let notes = if leg.weakness.is_some() { style.paint(Tone::Bad, &notes) } else { notes };
    format!("{name}  {}  {}{rest}   {notes}", fit(&score.text, 3, true), "━".repeat(filled))
}

/// The widths of the columns, settled by what they hold. Columns that hold nothing are left out.
struct Layout {
    name: usize,
    value: usize,
    range: usize,
    count: usize,
    target: usize,
    history: usize,
    signal: usize,
    reach: usize,
    /// Whether units that are words stand behind the names instead of behind the values, to make room for signals.
    short: bool,
}

impl Layout {
    /// Signals give way first, as their sentences stand below; then the course, then the range, then whatever is too
    /// wide. Names come first.
    fn new(page: &ScorecardPage, style: Style) -> Self {
        let with_signals = Self::fitting(page, style, true);
        if with_signals.signal > 0 && with_signals.room(style) >= NAME_LEAST {
            return with_signals;
        }
        Self::fitting(page, style, false)
    }

    fn fitting(page: &ScorecardPage, style: Style, signals: bool) -> Self {
        let rows = || page.legs.iter().flat_map(LegPanel::rows);
        let widest = |text: &dyn Fn(&Row) -> String, head: &str| {
            let texts = rows().map(|row| width(&clean(&text(row)))).max().unwrap_or(0);
            if texts == 0 { 0 } else { texts.clamp(width(head), FIGURE_MOST) }
        };
        let mut layout = Self {
            name: rows().map(|row| width(&clean(&row.name)) + key(row).len()).max().unwrap_or(0),
            value: widest(&value, "value"),
            range: widest(&range, "likely range"),
            count: widest(&|row| count(row, style), "out of"),
            target: widest(&|row| row.target_short.clone(), "target"),
            history: rows().map(|row| row.history.len().min(HISTORY)).max().unwrap_or(0),
            signal: if signals { widest(&signal, "signal") } else { 0 },
            reach: if signals { widest(&reach, "in reach") } else { 0 },
            short: false,
        };
        if signals {
            if layout.room(style) < layout.name {
                layout.short = true;
                layout.value = widest(&short_value, "value");
                let named = |row: &Row| width(&clean(&row.name)) + width(&unit_behind_name(row)) + key(row).len();
                layout.name = rows().map(named).max().unwrap_or(0);
            }
            let short_by = layout.name.saturating_sub(layout.room(style));
            layout.history = layout.history.saturating_sub(short_by).max(HISTORY_LEAST.min(layout.history));
        } else {
            for give_way in [
                (|layout| layout.history = 0) as fn(&mut Self),
                |layout| layout.range = 0,
                |layout| layout.value = layout.value.min(FIGURE_LEAST),
                |layout| layout.target = layout.target.min(FIGURE_LEAST),
                |layout| layout.count = layout.count.min(FIGURE_LEAST),
            ] {
                if layout.room(style) < NAME_LEAST {
                    give_way(&mut layout);
                }
            }
        }
        layout.name = layout.name.min(layout.room(style)).max(NAME_LEAST);
        layout
    }

    /// What is left for names.
    fn room(&self, style: Style) -> usize {
        let columns = [self.value, self.range, self.count, self.target, self.history, self.signal, self.reach];
        let used: usize = columns.iter().filter(|&&column| column > 0).map(|column| column + 2).sum();
        style.width.saturating_sub(used + 2)
    }

    fn join(cells: [(&str, usize, bool); 8]) -> String {
        let cells = cells.iter().filter(|(_, columns, _)| *columns > 0);
        cells.map(|(text, columns, right)| fit(text, *columns, *right)).collect::<Vec<_>>().join("  ")
    }

    fn head(&self, page: &ScorecardPage) -> String {
        let history =
            format!("{} {}", self.history, clean(&page.history_heading).rsplit(' ').next().unwrap_or_default());
        let history = if width(&history) > self.history { String::new() } else { history };
        Self::join([
            ("measure", self.name, false),
            ("value", self.value, true),
            ("likely range", self.range, false),
            ("out of", self.count, true),
            ("target", self.target, true),
            (&history, self.history, false),
            ("signal", self.signal, false),
            ("in reach", self.reach, false),
        ])
    }

    fn rule(&self) -> String {
        let columns =
            [self.name, self.value, self.range, self.count, self.target, self.history, self.signal, self.reach];
        let used: usize = columns.iter().filter(|&&column| column > 0).map(|column| column + 2).sum();
        "─".repeat(used.saturating_sub(2))
    }

    fn line(&self, row: &Row, style: Style) -> String {
        let mark = row.status.glyph.to_string();
        let tone = match row.status.code {
            "met" | "met-perhaps" => Tone::Good,
            "missed" | "missed-perhaps" => Tone::Bad,
            _ => Tone::Quiet,
        };
        let key = key(row);
        let name = clean(&row.name);
        let unit = if self.short { unit_behind_name(row) } else { String::new() };
        let room = self.name.saturating_sub(key.len() + width(&unit));
        let name = format!("{}{unit}{key}", fit(&name, width(&name).min(room), false));
        let values: Vec<Option<f64>> = row.history.iter().map(|point| point.value.value).collect();
        let newest = &values[values.len().saturating_sub(self.history)..];
        let value = if self.short { short_value(row) } else { value(row) };
        let cells = Self::join([
            (&name, self.name, false),
            (&value, self.value, true),
            (&range(row), self.range, false),
            (&count(row, style), self.count, true),
            (&row.target_short, self.target, true),
            (&blocks(newest), self.history, false),
            (&signal(row), self.signal, false),
            (&reach(row), self.reach, false),
        ]);
        format!("{} {cells}", style.paint(tone, &mark))
    }
}

/// A value of another period is put in brackets.
fn value(row: &Row) -> String {
    match (&row.value_from, row.has_value()) {
        (Some(_), _) => format!("({})", row.value.text),
        (None, true) => row.value.text.clone(),
        (None, false) => "–".to_owned(),
    }
}

/// The unit that [`short_value`] leaves out: `, per 1,000`. Nothing where the name says it already.
fn unit_behind_name(row: &Row) -> String {
    let unit = clean(row.value.unit.trim());
    let said = clean(&row.name).to_lowercase().contains(&unit.to_lowercase());
    if is_word(row) && !said { format!(", {unit}") } else { String::new() }
}

/// Whether the unit of a value is a word that there is room for behind a name.
fn is_word(row: &Row) -> bool {
    row.has_value() && (2..=UNIT_MOST).contains(&width(row.value.unit.trim()))
}

/// A value without a unit that is a word; it stands behind the name.
fn short_value(row: &Row) -> String {
    if !is_word(row) {
        return value(row);
    }
    match (&row.value_from, row.has_value()) {
        (Some(_), _) => format!("({})", row.value.number),
        (None, true) => row.value.number.clone(),
        (None, false) => value(row),
    }
}

fn key(row: &Row) -> &'static str {
    if row.key { " *" } else { "" }
}

fn signal(row: &Row) -> String {
    row.variation.as_ref().map_or_else(String::new, |mark| mark.short.to_owned())
}

fn reach(row: &Row) -> String {
    row.assurance.as_ref().map_or_else(String::new, |mark| mark.short.to_owned())
}

/// A terminal has room for a dash and not for a word.
fn range(row: &Row) -> String {
    row.likely_range.as_ref().map_or_else(String::new, |range| range.short.clone())
}

fn count(row: &Row, style: Style) -> String {
    let count = row.count.as_ref();
    count.map_or_else(String::new, |count| if style.wide { count.text.clone() } else { count.number.clone() })
}

fn legend(page: &ScorecardPage, layout: &Layout, style: Style) -> String {
    let marks = page.legend().into_iter().map(|(mark, words)| format!("{} {words}", mark.glyph));
    let mut text = format!("{}.", marks.collect::<Vec<_>>().join("; "));
    let rows = || page.legs.iter().flat_map(LegPanel::rows);
    if rows().any(|row| row.key) {
        text.push_str(" Key measures are marked *.");
    }
    if layout.range > 0 {
        text.push_str(" The likely range is the 95 % interval.");
    }
    if rows().any(|row| row.value_from.is_some()) {
        text.push_str(" Values in brackets are from an earlier period.");
    }
    if layout.signal > 0 {
        text.push_str(&signal_legend(page));
    }
    if let Some(note) = &page.false_signals {
        text.extend([" ", note.as_str()]);
    }
    if layout.count > 0 && !style.wide {
        text.push_str(" --wide names what is counted.");
    }
    text
}

/// What the words of the two columns mean, as far as they stand there and do not speak for themselves.
fn signal_legend(page: &ScorecardPage) -> String {
    let explain = |column: &dyn Fn(&Row) -> String, words: &[(&str, &str)]| {
        let seen = |word: &str| page.legs.iter().flat_map(LegPanel::rows).any(|row| column(row) == word);
        let seen = words.iter().filter(|(word, _)| seen(word));
        seen.map(|(word, meaning)| format!("{word}: {meaning}")).collect::<Vec<_>>().join("; ")
    };
    let signals = explain(&signal, &[("change", "neither good nor bad"), ("few", "too few points to tell")]);
    let reaches = explain(
        &reach,
        &[
            ("yes", "while nothing changes"),
            ("some", "at times, by chance"),
            ("no", "not until the process changes"),
            ("wait", "just changed"),
        ],
    );
    let part = |head: &str, text: String| if text.is_empty() { text } else { format!(" {head}: {text}.") };
    format!("{}{}", part("Signal", signals), part("In reach", reaches))
}
