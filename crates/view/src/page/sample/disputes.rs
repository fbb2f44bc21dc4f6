//! Disputed rows and lists of people that are made up.

use super::Named;
use super::owed::{frame, text, token};
use crate::assets;
use crate::page::frame::Link;
use crate::page::{DisputeLine, DisputesPage, PeoplePage};

/// Makes the pages of disputes.
pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<DisputesPage>> {
    ["rich", "empty", "hostile"].map(|name| Named { name, page: page(name, assets) }).into()
}

/// Makes the lists of people.
pub(super) fn people(assets: &assets::Urls) -> Vec<Named<PeoplePage>> {
    let person = |name: &str, words: &str| Link { label: text(name, words), url: "record-rich.html".to_owned() };
    let made = |name: &'static str| {
        let units = match name {
            "empty" => Vec::new(),
            _ => vec![
                (text(name, "Cedar"), vec![person(name, "Rosa Anand"), person(name, "Sana Ibrahim of the desk")]),
                (text(name, "Lakeside"), vec![person(name, "Isla O’Neill")]),
            ],
        };
        Named { name, page: PeoplePage::new(frame(name, "People", assets), units) }
    };
    ["rich", "empty", "hostile"].map(made).into()
}

fn page(name: &'static str, assets: &assets::Urls) -> DisputesPage {
    let line = |number: u64, who: &str, state: &str| DisputeLine {
        who: text(name, who),
        row: text(name, &format!("responses: contact_survey, S{number}")),
        measure: text(name, "Customer satisfaction, 2026-10"),
        why: text(name, "The customer meant the cashier at the next counter; I was at lunch."),
        at: "1 Nov 2026 16:02:11".to_owned(),
        state: text(name, state),
        record_url: (number == 1).then(|| "record-rich.html".to_owned()),
        decide_url: (number < 3).then(|| format!("/disputes/{number}/decide")),
    };
    let open = vec![
        line(1, "Isla O’Neill, Lakeside", "open: nobody has decided yet"),
        line(2, "somebody in Lakeside", "open: nobody has decided yet"),
        line(3, "Rosa Anand, Cedar", "open: nobody has decided yet"),
    ];
    let said = "upheld by Milo Brandt on 2 Nov 2026 09:14:30: the log of the terminal shows it twice";
    let decided = vec![line(4, "Isla O’Neill, Lakeside", said)];
    DisputesPage {
        frame: frame(name, "Disputed rows", assets),
        notice: (name == "rich").then(|| "Nothing was changed: somebody else has decided, or is about to.".to_owned()),
        open: if name == "empty" { Vec::new() } else { open },
        decided: if name == "empty" { Vec::new() } else { decided },
        longest: 2000,
        form_token: token(),
    }
}
