//! Text of a section, with the promises and goals that it checked.

/// A section of the report.
#[derive(Debug, Default)]
pub struct Report {
    text: String,
    statements: Vec<Statement>,
}

/// What was wanted, and whether it came out so.
#[derive(Debug)]
struct Statement {
    words: String,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Holds,
    /// A goal that is not reached, and is told as such.
    Missed,
    /// A promise that must hold does not.
    Broken,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Missed => "missed",
            Outcome::Broken => "BROKEN",
        }
    }
}

impl Report {
    /// Starts a section.
    pub fn new(title: &str) -> Self {
        Self { text: format!("## {title}\n"), statements: Vec::new() }
    }

    /// Adds a paragraph.
    pub fn say(&mut self, words: &str) {
        self.text.extend(["\n", words, "\n"]);
    }

    /// Adds a table.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        self.text.push('\n');
        self.text.push_str(&line(&head.iter().map(ToString::to_string).collect::<Vec<_>>()));
        self.text.push_str(&line(&head.iter().map(|_| "---".to_owned()).collect::<Vec<_>>()));
        for row in rows {
            self.text.push_str(&line(row));
        }
    }

    /// States a promise and whether it holds. A broken one is an error.
    pub fn promise(&mut self, words: &str, holds: bool) {
        self.state(words, if holds { Outcome::Holds } else { Outcome::Broken }, "");
    }

    /// States a goal and whether it is reached; where it is not, why.
    pub fn goal(&mut self, words: &str, reached: bool, why: &str) {
        self.state(words, if reached { Outcome::Holds } else { Outcome::Missed }, why);
    }

    fn state(&mut self, words: &str, outcome: Outcome, why: &str) {
        let why = if outcome == Outcome::Missed { format!(". {why}") } else { String::new() };
        self.text.extend(["\n- **", outcome.word(), ":** ", words, &why, "\n"]);
        self.statements.push(Statement { words: words.to_owned(), outcome });
    }

    /// One line per promise and goal, for the beginning of the document.
    pub fn summary(&self) -> String {
        let mut lines = String::new();
        for statement in &self.statements {
            lines.push_str(&line(&[statement.words.clone(), statement.outcome.word().to_owned()]));
        }
        lines
    }

    /// The Markdown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Promises that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        self.statements
            .iter()
            .filter(|statement| statement.outcome == Outcome::Broken)
            .map(|statement| statement.words.as_str())
    }
}

/// A row of a table as it stands in the document.
pub fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A share as percent with one decimal; a dash where there is none.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}", 100.0 * share) } else { "–".to_owned() }
}

/// A small share as percent with two decimals.
pub fn fine(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}
