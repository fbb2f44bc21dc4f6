//! Writing to the terminal: results to the standard output, everything else to the standard error.

#![expect(clippy::print_stderr, reason = "this is the one place that prints")]
#![expect(clippy::unused_self, reason = "whoever prints must hold the one output")]

use std::io::{IsTerminal, Write};

use evenkeel_spec::Diagnostic;
use evenkeel_spec::render::{self, Colour};
use evenkeel_view::terminal::Style;
use evenkeel_web::WorldError;
use serde::Serialize;

use crate::arguments::{Color, Format};

/// How results are written.
pub struct Output {
    format: Format,
    colour: bool,
    colour_of_errors: bool,
}

impl Output {
    /// Decides about colour once.
    pub fn new(format: Format, color: Color) -> Self {
        let plain = std::env::var_os(crate::environment::NO_COLOR.name).is_some_and(|value| !value.is_empty());
        let decide = |terminal: bool| match color {
            Color::Auto => terminal && !plain,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            format,
            colour: decide(std::io::stdout().is_terminal()),
            colour_of_errors: decide(std::io::stderr().is_terminal()),
        }
    }

    /// Whether programs read the result.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// How tables and scorecards are laid out.
    pub fn style(&self, wide: bool) -> Style {
        Style { colour: self.colour, wide, ..Style::default() }
    }

    /// Prints text as it is. A reader that has seen enough, such as `head`, is no mistake.
    pub fn text(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    /// Prints a value for programs.
    pub fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        self.text(&text);
        Ok(())
    }

    /// Tells something beside the result.
    pub fn note(&self, text: &str) {
        if !self.is_json() {
            eprintln!("{text}");
        }
    }

    /// Whether a progress bar makes sense.
    pub fn shows_progress(&self) -> bool {
        !self.is_json() && std::io::stderr().is_terminal()
    }

    /// Prints what is wrong in a project.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        if self.is_json() {
            let views: Vec<_> = diagnostics.iter().map(Diagnostic::view).collect();
            if let Ok(text) = serde_json::to_string_pretty(&views) {
                eprintln!("{text}");
            }
            return;
        }
        let colour = if self.colour_of_errors { Colour::Ansi } else { Colour::Never };
        eprint!("{}", render::render_all(diagnostics, colour));
    }

    /// Prints an error with its causes.
    pub fn error(&self, error: &anyhow::Error) {
        let mut text = String::from("error: ");
        let mut causes = error.chain();
        if let Some(first) = causes.next() {
            text.push_str(&first.to_string());
        }
        let mut last = text.clone();
        for cause in causes {
            let cause = cause.to_string();
            // Wrappers often repeat what they wrap.
            if !last.contains(&cause) {
                text.push_str("\n  because ");
                text.push_str(&cause);
            }
            last = cause;
        }
        if let Some(help) = error.downcast_ref::<WorldError>().and_then(WorldError::help) {
            text.push_str("\n  help: ");
            text.push_str(&help);
        }
        eprintln!("{text}");
    }

    /// Prints what to do about an error.
    pub fn help(&self, help: &str) {
        eprintln!("  help: {help}");
    }
}
