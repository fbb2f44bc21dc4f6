//! What one person is told by mail: what asks for their attention, as their page of today has it. Only what names nobody is told;
//! everything else is counted, because mail is read on the way by others than it is for.

use std::fmt::Write as _;

use askama::Template;
use serde::Serialize;

use crate::page::today::{Item, Panel, TodayPage};
use crate::words::sentence::Span;

/// Kinds of things that a digest tells: no name of a person and no words of one stand in them. Of others it says how many
/// there are.
const TOLD: [&str; 4] = ["figures", "disputes", "signals", "dates"];
/// Kinds of things that a digest leaves to the page.
const LEFT_OUT: [&str; 2] = ["watch", "silent"];
/// The kind of things that are told once.
const SIGNALS: &str = "signals";

/// What a digest is made from.
#[derive(Debug, Clone)]
pub struct DigestDetail<'a> {
    /// The name of the organisation.
    pub organisation: &'a str,
    /// What people call whoever it is for.
    pub name: &'a str,
    /// `daily` or `weekly`.
    pub rhythm: &'a str,
    /// The page of today of each highest unit that they see, and where it is, below the address of the pages.
    pub pages: Vec<(TodayPage, String)>,
    /// The signals that were told in the last digest.
    pub told: &'a [String],
    /// The address of the pages, without a slash at its end.
    pub address: &'a str,
    /// Where whoever it is for stops it, below that address.
    pub stop: &'a str,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "digest.html")]
pub struct Digest {
    /// What it is about, in one line.
    pub subject: String,
    /// Whom it is for.
    pub name: String,
    /// What asks for attention, unit by unit.
    pub units: Vec<DigestUnit>,
    /// Why it came, before the address where it is stopped.
    pub why: String,
    /// Where that is.
    pub stop: String,
}

/// What asks for attention in a unit and directly below it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestUnit {
    /// What is looked at, and as of when.
    pub lead: String,
    /// By kind.
    pub sections: Vec<DigestSection>,
    /// Where the page is that has all of it.
    pub url: String,
}

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestSection {
    /// What they are.
    pub heading: String,
    /// Each with when and what.
    pub lines: Vec<DigestLine>,
    /// What is said of the others.
    pub more: Option<String>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestLine {
    /// When, or how bad.
    pub when: String,
    /// What it is.
    pub text: String,
    /// Where there is more about it.
    pub url: Option<String>,
}

/// A signal by which it is known whether it was told.
fn named(item: &Item) -> String {
    format!("{} {}", item.when, plain(item))
}

fn plain(item: &Item) -> String {
    let words = |span: &Span| match span {
        Span::Text(text) | Span::Code(text) | Span::Link { text, .. } => text.clone(),
    };
    item.text.spans().iter().map(words).collect()
}

impl DigestDetail<'_> {
    /// The signals that there are, to be remembered until the next digest.
    #[must_use]
    pub fn signals(&self) -> Vec<String> {
        let panels = self.pages.iter().flat_map(|(page, _)| &page.panels).filter(|panel| panel.id == SIGNALS);
        panels.flat_map(|panel| panel.items.iter().map(named)).collect()
    }

    fn line(&self, item: &Item) -> DigestLine {
        let url = item.text.spans().iter().find_map(|span| match span {
            Span::Link { url, .. } => Some(format!("{}{url}", self.address)),
            _ => None,
        });
        DigestLine { when: item.when.clone(), text: plain(item), url }
    }

    fn section(&self, panel: &Panel) -> Option<DigestSection> {
        if LEFT_OUT.contains(&panel.id) {
            return None;
        }
        if !TOLD.contains(&panel.id) {
            let heading = format!("{}: {}", panel.heading, panel.count);
            return Some(DigestSection { heading, lines: Vec::new(), more: None });
        }
        let new = |item: &&Item| panel.id != SIGNALS || !self.told.contains(&named(item));
        let lines: Vec<DigestLine> = panel.items.iter().filter(new).map(|item| self.line(item)).collect();
        (!lines.is_empty()).then(|| DigestSection {
            heading: panel.heading.to_owned(),
            lines,
            more: panel.more.clone(),
        })
    }
}

impl Digest {
    /// The message; none when there is nothing to say.
    #[must_use]
    pub fn new(detail: &DigestDetail<'_>) -> Option<Self> {
        let units: Vec<DigestUnit> = detail
            .pages
            .iter()
            .map(|(page, url)| DigestUnit {
                lead: page.lead.clone(),
                sections: page.panels.iter().filter_map(|panel| detail.section(panel)).collect(),
                url: format!("{}{url}", detail.address),
            })
            .filter(|unit| !unit.sections.is_empty())
            .collect();
        let kinds = units.iter().flat_map(|unit| &unit.sections).count();
        (kinds > 0).then(|| Self {
            subject: format!(
                "{}: {} for you",
                detail.organisation,
                if kinds == 1 { "one thing asks".to_owned() } else { format!("{kinds} kinds of things ask") }
            ),
            name: detail.name.to_owned(),
            units,
            why: format!(
                "You get this {} message because you, or whoever looks after accounts, chose so.",
                detail.rhythm
            ),
            stop: format!("{}{}", detail.address, detail.stop),
        })
    }

    /// The message as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("Hello {},\n", self.name);
        // Writing to a text does not fail.
        for unit in &self.units {
            writeln!(out, "\n{}", unit.lead).ok();
            for section in &unit.sections {
                writeln!(out, "\n{}", section.heading).ok();
                for line in &section.lines {
                    writeln!(out, "- {}: {}", line.when, line.text).ok();
                }
                if let Some(more) = &section.more {
                    writeln!(out, "  {more}").ok();
                }
            }
            writeln!(out, "\nAll of it: {}", unit.url).ok();
        }
        writeln!(out, "\n-- \n{} To stop it: {}", self.why, self.stop).ok();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;
    use crate::page::sample;

    fn detail<'a>(page: &TodayPage, told: &'a [String]) -> DigestDetail<'a> {
        DigestDetail {
            organisation: "Northmere Bank",
            name: "Rosa <b>",
            rhythm: "daily",
            pages: vec![(page.clone(), "/today?unit=lakeside".to_owned())],
            told,
            address: "https://pages.example",
            stop: "/account",
        }
    }

    #[test]
    fn cases_are_counted_and_signals_told_once() {
        let pages = sample::todays(&assets::Urls::default());
        let page = &pages.iter().find(|named| named.name == "rich").unwrap().page;
        let first = detail(page, &[]);
        let digest = Digest::new(&first).unwrap();
        insta::assert_snapshot!(digest.text());
        for named in ["Case ", "Rosa Anand", "Daniel Ferreira", "Jon Abara", "second line", "with somebody in"] {
            let on_page = page.render().unwrap().contains(named);
            assert!(on_page && !digest.text().contains(named), "{named}: {}", digest.text());
        }
        let html = digest.render().unwrap();
        assert!(!html.contains("Rosa <b>") && html.contains("href=\"https://pages.example/account\""), "{html}");
        let told = first.signals();
        assert!(!told.is_empty());
        let again = Digest::new(&detail(page, &told)).unwrap();
        let has_signals = |digest: &Digest| {
            let heading = page.panels.iter().find(|panel| panel.id == SIGNALS).unwrap().heading;
            digest.text().contains(heading)
        };
        assert!(has_signals(&digest) && !has_signals(&again));
    }
}
