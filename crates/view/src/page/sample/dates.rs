//! Dates of a year, none, and texts that try to be markup.

use jiff::civil::{Date, date};

use super::Named;
use super::owed::{frame, text, token};
use crate::assets;
use crate::page::DatesPage;
use crate::page::dates::{DateDetail, DateKind};

const TODAY: Date = date(2026, 11, 2);

pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<DatesPage>> {
    let page = |name: &'static str| {
        let dates = if name == "empty" { Vec::new() } else { dates(name) };
        let page = DatesPage {
            file_url: "calendar.ics".to_owned(),
            make_url: "dates.html".to_owned(),
            revoke_url: "dates.html".to_owned(),
            address_since: (name == "rich").then(|| "12 October 2026".to_owned()),
            made: (name == "hostile").then(|| "https://evenkeel.example/calendar/0f0f.ics".to_owned()),
            form_token: token(),
            ..DatesPage::new(frame(name, "Dates", assets), &dates, TODAY)
        };
        Named { name, page }
    };
    ["rich", "empty", "hostile"].map(page).into()
}

fn dates(name: &'static str) -> Vec<DateDetail> {
    let one = |day: Date, kind: DateKind, what: &str, about: &str| DateDetail {
        day,
        kind,
        what: text(name, what),
        about: if about.is_empty() { String::new() } else { text(name, about) },
        id: what.to_owned(),
        url: "scorecard-rich.html".to_owned(),
    };
    vec![
        one(date(2026, 11, 1), DateKind::Begins, "Telephone training", "Rosa Anand, Ashgrove"),
        one(date(2026, 11, 5), DateKind::Figures, "Branch figures of the month, October 2026", "3 figures"),
        one(date(2026, 11, 12), DateKind::Review, "October 2026", ""),
        one(date(2026, 11, 17), DateKind::Answer, "Ask what changed in April", "Engagement pulse, Ashgrove"),
        one(date(2026, 11, 30), DateKind::CharterReview, "Service charter", ""),
        one(date(2026, 12, 31), DateKind::Milestone, "Customer satisfaction", "everyone"),
        one(date(2027, 6, 30), DateKind::Target, "Customer satisfaction", "Ashgrove"),
    ]
}
