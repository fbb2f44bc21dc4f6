//! The form of a note.

use super::Named;
use super::owed::{frame, text, token};
use crate::assets;
use crate::page::NotePage;
use crate::page::initiatives::Tick;

pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<NotePage>> {
    ["rich", "empty", "hostile"].map(|name| Named { name, page: page(name, assets) }).into()
}

fn page(name: &'static str, assets: &assets::Urls) -> NotePage {
    let tick = |value: &str, label: &str, chosen| Tick {
        value: text(name, value),
        label: text(name, label),
        depth: 0,
        chosen,
    };
    let is_empty = name == "empty";
    NotePage {
        frame: frame(name, "Note", assets),
        title: text(name, "A note on customer satisfaction, Lakeside"),
        error: (!is_empty)
            .then(|| "Nothing was kept. “@mila” is nobody who sees this unit; choose from the list.".to_owned()),
        period: if is_empty { "2026-10".to_owned() } else { text(name, "2026-10-05") },
        text: if is_empty { String::new() } else { text(name, "The lift was out of order. @mila knows since when.") },
        people: if is_empty {
            Vec::new()
        } else {
            vec![tick("ines", "Ines Duarte", false), tick("mara", "Mara Osei", true)]
        },
        action: "note-rich.html".to_owned(),
        back: "measure-rich.html".to_owned(),
        longest: 2000,
        form_token: token(),
    }
}
