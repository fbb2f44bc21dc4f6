//! Loading a file: choosing it, saying what its columns become, and its import.

use super::Named;
use super::owed::{frame, text, token};
use crate::assets;
use crate::page::load::{LoadStep, file_words, headline};
use crate::page::{
    LoadAnswer, LoadChoice, LoadColumn, LoadColumnsPage, LoadMeasure, LoadPage, LoadProgressPage, LoadRejected,
    LoadTrial,
};
use crate::words::rejected::meaning;

const NAMES: [&str; 3] = ["rich", "empty", "hostile"];

pub(super) fn choosing(assets: &assets::Urls) -> Vec<Named<LoadPage>> {
    let page = |name: &'static str| LoadPage {
        frame: frame(name, "Load a file", assets),
        error: (name != "empty")
            .then(|| format!("“{}” was not taken: the file is empty; export it again.", text(name, "tickets.csv"))),
        most: "16 MB".to_owned(),
        sources: if name == "empty" { Vec::new() } else { vec![text(name, "tickets")] },
        url: "/data/load".to_owned(),
        data_url: "data-rich.html".to_owned(),
        form_token: token(),
    };
    NAMES.map(|name| Named { name, page: page(name) }).into()
}

fn choice(value: &str, label: &str, current: bool) -> LoadChoice {
    LoadChoice { value: value.to_owned(), label: label.to_owned(), current }
}

fn rejected(name: &str) -> Vec<LoadRejected> {
    vec![LoadRejected {
        place: text(name, "cases.opened_at"),
        meaning: meaning("bad_instant"),
        rows: "8 rows".to_owned(),
        example: text(name, "line 212: 99.99.9999"),
    }]
}

fn column(name: &str, number: usize) -> LoadColumn {
    let kinds = ["case number", "opened at", "time to the first answer, as counted by the source", "satisfaction"];
    let headings = ["Ticket ID", "Created at", "First reply time", "Smiley", "Assignee", "Field 4471"];
    let becomes = kinds.iter().enumerate().map(|(place, words)| choice(&place.to_string(), words, place == number));
    let asks = matches!(number, 2 | 3) && name != "known";
    let lengths = [choice("", "please choose", true), choice("m", "minutes", false)];
    LoadColumn {
        number,
        heading: text(name, headings.get(number).copied().unwrap_or_default()),
        samples: if number == 4 { Vec::new() } else { vec![text(name, "100482"), text(name, "100483")] },
        hidden: (number == 4).then_some("not shown: figures about people are off in this project"),
        as_before: (name == "known").then_some(if number == 5 {
            "not read by this source"
        } else {
            "as in the files before"
        }),
        becomes: std::iter::once(choice("stays", "stays in your file", number > 3)).chain(becomes).collect(),
        certainty: if asks { "please say more" } else { "recognised" },
        icon: if asks { "warning" } else { "tick" },
        counted: number == 2,
        notes: if number == 1 { vec![text(name, "the day comes first")] } else { Vec::new() },
        question: match number {
            _ if !asks => None,
            2 => Some("neither heading nor cells say whether these are seconds, minutes or hours".to_owned()),
            3 => Some("these are neither whole numbers from 1 to 5 nor “good” and “bad”".to_owned()),
            _ => None,
        },
        lengths: if asks && number == 2 { lengths.into() } else { Vec::new() },
        answers: if asks && number == 3 {
            vec![LoadAnswer {
                number: 0,
                text: text(name, "Very happy"),
                means: vec![choice("", "no answer", false), choice("yes", "satisfied", true)],
            }]
        } else {
            Vec::new()
        },
    }
}

/// With everything that may be asked, read by a source that is there already, and texts that try to be markup.
pub(super) fn columns(assets: &assets::Urls) -> Vec<Named<LoadColumnsPage>> {
    let page = |name: &'static str| {
        let known = name == "known";
        let asked = |choices: &[(&str, &str)]| -> Vec<LoadChoice> {
            let choices = choices.iter().filter(|_| !known);
            choices.map(|(value, label)| choice(value, label, value.is_empty())).collect()
        };
        let measure =
            |title: &str, icon, told: &str| LoadMeasure { title: text(name, title), icon, text: told.to_owned() };
        let measures = vec![
            measure("First response time", "tick", "now: 890 cases in October 2026"),
            measure("Customer satisfaction", "clock", "3 months together: 178 answers"),
            measure("Reopened", "none", "not yet: nothing was recorded in this period"),
        ];
        LoadColumnsPage {
            frame: frame(name, "Load a file", assets),
            headline: headline(892, 8, &measures),
            file: file_words(&text(name, "tickets.csv"), 412_345, 6, "UTF-8 with commas between cells", 4),
            error: (!known).then(|| text(name, "Every date can be read with the day or the month first: say which.")),
            into: vec![
                choice("source:tickets", &text(name, "tickets, as the files before"), known),
                choice("new", "a new source", !known),
            ],
            name: text(name, "tickets_october"),
            known: known
                .then(|| "“tickets” reads it as it reads the files before, by sources/tickets.yaml.".to_owned()),
            columns: (0..6).map(|number| column(name, number)).collect(),
            first: asked(&[("", "please choose"), ("day", "the day comes first: 3 October")]),
            zones: asked(&[("", "UTC, the zone of this project"), ("Europe/Lisbon", "Europe/Lisbon")]),
            trial: Some(LoadTrial {
                taken: vec!["2 units".to_owned(), "892 cases".to_owned()],
                rejected: rejected(name),
                rejected_rows: "8 rows".to_owned(),
                rejected_url: Some("rejected.csv".to_owned()),
                measures,
            }),
            import: Some("Import 892 cases".to_owned()),
            url: "/data/load/0f0f".to_owned(),
            other_url: "load-rich.html".to_owned(),
            form_token: token(),
        }
    };
    ["rich", "known", "hostile"].map(|name| Named { name, page: page(name) }).into()
}

/// While it is imported, when it has ended, when it failed, and with texts that try to be markup.
pub(super) fn progress(assets: &assets::Urls) -> Vec<Named<LoadProgressPage>> {
    let page = |name: &'static str| {
        let file = text(name, "tickets.csv");
        let reads = name == "reading";
        let ended = matches!(name, "rich" | "hostile");
        LoadProgressPage {
            frame: frame(name, "Load a file", assets),
            headline: format!("{file} {}", if reads { "is being imported" } else { "was imported" }),
            file: file_words(&file, 412_345, 6, "UTF-8 with commas between cells", 4),
            state: LoadStep::Reading { table: "cases", rows: 400 }.words(),
            events_url: reads.then(|| "/data/load/0f0f/events".to_owned()),
            failed: matches!(name, "failed" | "hostile").then(|| format!("No file matches {file}.")),
            taken: if ended { vec![text(name, "Cases: 892 new, 0 changed, 0 as before")] } else { Vec::new() },
            rejected: if ended { rejected(name) } else { Vec::new() },
            rejected_url: ended.then(|| "rejected.csv".to_owned()),
            links: if reads { Vec::new() } else { vec![("Scorecard".to_owned(), "scorecard-rich.html".to_owned())] },
            url: "load-progress-reading.html".to_owned(),
        }
    };
    ["reading", "rich", "failed", "hostile"].map(|name| Named { name, page: page(name) }).into()
}
