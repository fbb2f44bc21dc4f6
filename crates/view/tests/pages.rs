//! Every sample page is rendered, held against what holds for all pages, and kept as a snapshot.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeSet;

use evenkeel_view::assets;
use evenkeel_view::page::sample::Named;
use evenkeel_view::page::{Template, sample};
use serde::Serialize;

const RENDERS: &str = "a sample page renders";

/// A page by name, as HTML and as JSON.
type Shown = (String, String, serde_json::Value);

fn shown<P: Template + Serialize>(kind: &str, name: &str, page: &P) -> Shown {
    (format!("{kind}_{name}"), page.render().expect(RENDERS), serde_json::to_value(page).expect(RENDERS))
}

fn all_of<P: Template + Serialize>(kind: &str, samples: &[Named<P>]) -> Vec<Shown> {
    samples.iter().map(|sample| shown(kind, sample.name, &sample.page)).collect()
}

/// Every page.
fn pages() -> Vec<Shown> {
    let urls = assets::Urls::below("/assets/");
    let (lists, definitions) = sample::library(&urls);
    let (charters, editions) = sample::charters(&urls);
    let (owed, approvals) = sample::owed(&urls);
    let (initiatives, forms) = sample::initiatives(&urls);
    let sample::Acts { lists: recognised, forms: acting } = sample::acts(&urls);
    let (candidates, rates) = sample::choosing(&urls);
    let sample::Loads { choosing, columns, progress } = sample::loads(&urls);
    let sample::Recommendations { register, ones, forms: asking } = sample::recommendations(&urls);
    let sample::CallBacks { list: low_scores, ones: low_score } = sample::call_backs(&urls);
    let mut pages = [
        all_of("scorecard", &sample::scorecards(&urls)),
        all_of("today", &sample::todays(&urls)),
        all_of("owed", &owed),
        all_of("approval", &approvals),
        all_of("owed_matrix", &sample::matrices(&urls)),
        all_of("record", &sample::records(&urls)),
        all_of("disputes", &sample::disputes(&urls)),
        all_of("people", &sample::people(&urls)),
        all_of("map", &sample::maps(&urls)),
        all_of("recommendations", &register),
        all_of("recommendation", &ones),
        all_of("recommend", &asking),
        all_of("dates", &sample::dates(&urls)),
        all_of("call_backs", &low_scores),
        all_of("call_back", &low_score),
        all_of("recognition", &recognised),
        all_of("act", &acting),
        all_of("choose", &candidates),
        all_of("rate", &rates),
        all_of("note", &sample::notes(&urls)),
        all_of("guide", &sample::guides(&urls)),
        all_of("initiatives", &initiatives),
        all_of("initiative", &forms),
        all_of("data", &sample::data(&urls)),
        all_of("load", &choosing),
        all_of("load_columns", &columns),
        all_of("load_progress", &progress),
        all_of("search", &sample::searches(&urls)),
        all_of("measure", &sample::measures(&urls)),
        all_of("comparison", &sample::comparisons(&urls)),
        all_of("targets", &sample::targets(&urls)),
        all_of("measures", &lists),
        all_of("definition", &definitions),
        all_of("charter", &charters),
        all_of("charter_public", &editions),
    ]
    .concat();
    let sample::accounts::Pages {
        sign_in,
        first,
        set_up,
        password,
        administration,
        account,
        tokens,
        webhooks,
        api,
        trail,
    } = sample::accounts(&urls);
    pages.extend(sign_in.iter().map(|(name, page)| shown("sign_in", name, page)));
    pages.extend(first.iter().map(|(name, page)| shown("first", name, page)));
    pages.extend(set_up.iter().map(|(name, page)| shown("set_up", name, page)));
    pages.extend(password.iter().map(|(name, page)| shown("password", name, page)));
    pages.extend(administration.iter().map(|(name, page)| shown("administration", name, page)));
    pages.extend(webhooks.iter().map(|(name, page)| shown("webhooks", name, page)));
    pages.extend(account.iter().map(|(name, page)| shown("account", name, page)));
    pages.extend(tokens.iter().map(|(name, page)| shown("tokens", name, page)));
    pages.extend(api.iter().map(|(name, page)| shown("api", name, page)));
    pages.extend(trail.iter().map(|(name, page)| shown("trail", name, page)));
    pages
}

#[test]
fn snapshots() {
    let mut settings = insta::Settings::clone_current();
    // Digests of assets change with every touch of the style sheet, and the icons are the same on every page.
    settings.add_filter(r"\.[0-9a-f]{16}\.", ".[hash].");
    settings.add_filter(r#"<svg class="unseen" width="0"[\s\S]*?</svg>"#, "[icons]");
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, html, _) in pages() {
            insta::assert_snapshot!(name, html);
        }
    });
}

#[test]
fn json_has_the_same_content_with_raw_numbers() {
    for (name, _, json) in pages() {
        if name == "scorecard_rich" {
            let mut row = json["legs"][1]["key"][0]["rows"][0].clone();
            let history = row["history"].as_array_mut().unwrap();
            assert_eq!(history.len(), 24);
            history.truncate(1);
            insta::assert_snapshot!("scorecard_rich_row", serde_json::to_string_pretty(&row).unwrap());
        }
        assert!(json["frame"]["title"].is_string(), "{name}");
    }
}

#[test]
fn no_page_needs_an_exception_to_the_policy() {
    for (name, html, _) in pages() {
        let elements = tags(&html);
        for tag in &elements {
            assert!(!tag.contains(" style="), "{name}: {tag}");
            // What stands between quotes is a value; an event handler is a name.
            let handler = tag.split('"').step_by(2).any(|names| names.trim_start().starts_with("on"));
            assert!(!handler, "{name}: {tag}");
            let script = tag.starts_with("script");
            assert!(!script || tag.contains(" src=") || tag.contains("application/json"), "{name}: {tag}");
        }
        let outside = |text: &str| html.contains(&format!("src=\"{text}")) || html.contains(&format!("href=\"{text}"));
        assert!(!outside("http") && !outside("//"), "{name} fetches something from elsewhere");
    }
}

#[test]
fn texts_stay_texts() {
    for (name, html, _) in pages().into_iter().filter(|(name, ..)| name.ends_with("hostile")) {
        for forbidden in ["<script>", "<img", "</script><", "\u{1b}", "\u{202e}", "&amp;{{"] {
            let found = html.find(forbidden).map(|at| &html[at..(at + 80).min(html.len())]);
            assert!(found.is_none_or(|found| found.starts_with("</script></body")), "{name}: {found:?}");
        }
        assert!(html.contains("&#60;script&#62;alert(1)"), "{name}");
    }
}

#[test]
fn structure() {
    for (name, html, _) in pages() {
        let elements = tags(&html);
        let count = |start: &str| elements.iter().filter(|tag| tag.split(' ').next() == Some(start)).count();
        assert_eq!((count("h1"), count("main"), count("header") >= 1, count("footer")), (1, 1, true, 1), "{name}");
        let ids: Vec<&str> = elements.iter().filter_map(|tag| attribute(tag, "id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} uses an id twice");
        for tag in &elements {
            if let Some(target) = attribute(tag, "href").and_then(|href| href.strip_prefix('#')) {
                assert!(unique.contains(target), "{name}: nothing has the id {target}");
            }
            for attr in ["aria-labelledby", "data-chart"] {
                assert!(attribute(tag, attr).is_none_or(|target| unique.contains(target)), "{name}: {tag}");
            }
            if tag.starts_with("svg") {
                // A picture says all at once; a group of links has a name, and each link its own.
                let named = ["role=\"img\" aria-label=", "role=\"group\" aria-label="];
                let said = named.iter().any(|name| tag.contains(name)) || tag.contains("aria-hidden=\"true\"");
                let inside = tag == "svg class=\"icon\"";
                assert!(said || inside, "{name}: {tag} has neither words nor is it hidden");
            }
        }
        balanced(&name, &elements);
    }
}

/// A signal is told by its shape and in words; colour only repeats it. Where nothing is known about any series, there
/// are no columns of signals.
#[test]
fn signals_are_never_said_by_colour_alone() {
    for (name, html, json) in pages() {
        let elements = tags(&html);
        let signs = elements.iter().filter(|tag| tag.starts_with("svg class=\"sign ")).count();
        for tag in elements.iter().filter(|tag| tag.starts_with("svg class=\"sign ")) {
            let icon = attribute(tag, "class").and_then(|class| class.strip_prefix("sign ")).expect("an icon");
            assert!(html.contains(&format!("<use href=\"#{icon}\"/>")), "{name}: {icon}");
            let words = attribute(tag, "aria-label");
            assert!(words.is_some_and(|words| !words.is_empty()) || tag.contains("aria-hidden"), "{name}: {tag}");
        }
        // Circle, triangle and diamond: one shape for each meaning.
        for (class, lines, arcs) in [("better", 0, 2), ("worse", 1, 0), ("change", 3, 0)] {
            for tag in elements.iter().filter(|tag| tag.starts_with(&format!("path class=\"{class}\""))) {
                let path = attribute(tag, "d").expect("a path");
                assert_eq!((path.matches('L').count(), path.matches('a').count()), (lines, arcs), "{name}: {tag}");
            }
        }
        if json["has_signals"] == false {
            assert_eq!(signs, 0, "{name}");
        }
    }
}

/// Every line of the tables of legs has as many cells as its head.
#[test]
fn rows_have_a_cell_for_every_column() {
    for (name, html, _) in pages().into_iter().filter(|(name, ..)| name.starts_with("scorecard")) {
        for table in html.split("role=\"table\"").skip(1) {
            let heads = table.matches("role=\"columnheader\"").count();
            let rows = table.split("class=\"row\" role=\"row\"").skip(1);
            for row in rows {
                let row = row.split("role=\"row\"").next().unwrap_or_default();
                let row = row.split("role=\"rowgroup\"").next().unwrap_or_default();
                let cells = row.matches("role=\"cell\"").count() + row.matches("role=\"rowheader\"").count();
                assert_eq!(cells, heads, "{name}");
            }
        }
    }
}

/// Numbers on pages never show a sign before zero, a hyphen for a minus, or something that is not a number.
#[test]
fn no_page_shows_a_broken_number() {
    for (name, html, _) in pages() {
        for broken in ["NaN", "inf ", ">-0", "\u{2212}0.0 ", "\u{2212}0 ", "None", "Some("] {
            assert!(!html.contains(broken), "{name} shows {broken}");
        }
    }
}

/// The insides of all tags, without those in scripts of data.
fn tags(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let mut quoted = false;
        let end = inner.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = end.expect("every tag ends");
        let tag = &inner[..end];
        tags.push(tag.to_owned());
        rest = &inner[end + 1..];
        if tag.starts_with("script") {
            rest = &rest[rest.find("</script>").expect("every script ends")..];
        }
    }
    tags
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

/// Every element that is opened is closed, in order.
fn balanced(page: &str, tags: &[String]) {
    const VOID: [&str; 4] = ["meta", "link", "input", "!doctype"];
    let mut open: Vec<&str> = Vec::new();
    for tag in tags {
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{page}");
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "{page}");
}
