//! Text of a section, and the promises it checked.

/// A section of the report.
#[derive(Debug, Default)]
pub struct Report {
    text: String,
    broken: Vec<String>,
}

impl Report {
    /// Starts a section.
    pub fn new(title: &str) -> Self {
        Self { text: format!("## {title}\n"), broken: Vec::new() }
    }

    /// Adds a paragraph.
    pub fn say(&mut self, words: &str) {
        self.text.extend(["\n", words, "\n"]);
    }

    /// Adds a table.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        self.text.push('\n');
        self.text.push_str(&line(&head.iter().map(ToString::to_string).collect::<Vec<_>>()));
        self.text.push_str(&line(&head.iter().map(|_| "---".to_owned()).collect::<Vec<_>>()));
        for row in rows {
            self.text.push_str(&line(row));
        }
    }

    /// States a promise and whether it holds.
    pub fn promise(&mut self, words: &str, holds: bool) {
        self.text.extend(["\n- ", if holds { "**holds:** " } else { "**BROKEN:** " }, words, "\n"]);
        if !holds {
            self.broken.push(words.to_owned());
        }
    }

    /// The Markdown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Promises that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        self.broken.iter().map(String::as_str)
    }
}

/// A share as percent with one decimal; a dash where there is none.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}", 100.0 * share) } else { "–".to_owned() }
}

/// A small share as percent with two decimals.
pub fn fine(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}
