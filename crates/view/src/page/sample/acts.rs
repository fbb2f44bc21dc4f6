//! Recognition and development: of a unit, on a record, and the forms.

use evenkeel_model::act::{ActKind, AdditionKind, Draft, Evidence};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::FiscalYear;
use jiff::civil::{Date, date};

use super::owed::{frame, text, token};
use super::{Acts, FileLinks, Named, Sample, bank};
use crate::assets;
use crate::page::acts::fault;
use crate::page::frame::Link;
use crate::page::{ActDetail, ActPage, ActsDetail, AdditionDetail, Recipient, RecognitionPage, TypedAct};

const TODAY: Date = date(2026, 11, 2);
const LAST_DAY: Date = date(2028, 11, 2);

pub(super) fn pages(assets: &assets::Urls) -> Acts {
    let list = |name: &'static str| {
        let sample = match name {
            "hostile" => Sample { hostile: true, ..bank::renamed(name, bank::HOSTILE) },
            _ => bank::rich(name),
        };
        let links = FileLinks { sample: name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        let all = if name == "empty" { Vec::new() } else { of_units(name) };
        let mut page = RecognitionPage::new(&all, name != "empty", &context);
        page.notice = (name == "rich").then(|| "It was written down. Whoever sees the unit reads it.".to_owned());
        Named { name, page }
    };
    let form = |name: &'static str| {
        let development = name == "development";
        let person = text(name, "Sana Ibrahim");
        let unit = text(name, "Branch network");
        let recipient = if development { Recipient::Person(&person, LAST_DAY) } else { Recipient::Unit(&unit) };
        let typed = TypedAct {
            kind: development.then(|| ActKind::Coaching.as_str()),
            topic: String::new(),
            words: text(name, "Two talks, and one call that we listen to together."),
            reward: if development { String::new() } else { text(name, "Breakfast for everybody") },
            look_again: if development { "2026-11-01".to_owned() } else { String::new() },
            measure: "csat".to_owned(),
        };
        let draft = Draft {
            kind: if development { ActKind::Coaching } else { ActKind::Recognition },
            topic: "",
            words: "words",
            reward: "",
            look_again: Some(date(2026, 11, 1)),
        };
        let wrong: Vec<String> = draft.faults(TODAY, Some(LAST_DAY)).into_iter().map(fault).collect();
        let about = (bank::rich(name).place.period, FiscalYear::default());
        let title = if development { "Development" } else { "Recognition" };
        let mut page =
            ActPage::new(frame(name, title, assets), recipient, development, typed, &[evidence(name)], about);
        page.error = Some(format!("Nothing was written down. {}", wrong.join(" ")));
        "act-rich.html".clone_into(&mut page.action);
        page.back = Link { label: "Back to the record".to_owned(), url: "record-rich.html".to_owned() };
        page.form_token = token();
        Named { name, page }
    };
    Acts {
        lists: ["rich", "empty", "hostile"].map(list).into(),
        forms: ["rich", "development", "hostile"].map(form).into(),
    }
}

fn evidence(name: &str) -> Evidence {
    Evidence {
        measure: MeasureId::new("csat"),
        title: text(name, "Customer satisfaction"),
        period: "2026-10".to_owned(),
        value: "86.1 %".to_owned(),
        count: Some(text(name, "360 answers")),
        likely_range: Some("82.2 to 89.3 %".to_owned()),
        change: Some("+3.4 pts on Sep".to_owned()),
        state: Some("Recognise".to_owned()),
        data_version: "9f3c71ae".to_owned(),
    }
}

fn one(name: &str, number: i64, kind: ActKind, topic: &str, words: &str) -> ActDetail {
    ActDetail {
        number,
        kind,
        unit: None,
        topic: text(name, topic),
        words: text(name, words),
        reward: String::new(),
        evidence: None,
        look_again: None,
        kept_until: Some(LAST_DAY),
        by: text(name, "Priya Nadar"),
        at: date(2026, 10, 12).at(9, 5, 0, 0),
        withdrawn_at: None,
        additions: Vec::new(),
        own: false,
        of_reader: false,
        leads: false,
    }
}

fn of_units(name: &str) -> Vec<ActDetail> {
    let unit = |number, topic, words| ActDetail {
        unit: Some(text(name, "Castlegate")),
        kept_until: None,
        ..one(name, number, ActKind::Recognition, topic, words)
    };
    vec![
        ActDetail {
            evidence: Some(evidence(name)),
            reward: text(name, "Breakfast for everybody"),
            own: true,
            ..unit(
                4,
                "Six months above the line",
                "You greet at the door and nobody waits.\nOther branches come to see how.",
            )
        },
        ActDetail {
            withdrawn_at: Some(date(2026, 10, 14).at(8, 0, 0, 0)),
            ..unit(3, "The queue in September", "It was the other branch.")
        },
    ]
}

/// What stands on the record of a person.
pub(super) fn of_person(name: &str, own: bool) -> ActsDetail {
    let added = |kind, words: &str, by: &str, look_again| AdditionDetail {
        kind,
        words: if words.is_empty() { String::new() } else { text(name, words) },
        look_again,
        by: text(name, by),
        at: date(2026, 10, 20).at(16, 30, 0, 0),
    };
    let acts = vec![
        ActDetail {
            look_again: Some(date(2026, 11, 1)),
            of_reader: own,
            leads: !own,
            own: !own,
            additions: vec![
                added(AdditionKind::Acknowledged, "", "Sana Ibrahim", None),
                added(
                    AdditionKind::Answered,
                    "The hard ones come on Mondays; I want to see those first.",
                    "Sana Ibrahim",
                    None,
                ),
                added(
                    AdditionKind::FollowedUp,
                    "One call listened to, one to go.",
                    "Priya Nadar",
                    Some(date(2026, 11, 1)),
                ),
            ],
            ..one(
                name,
                6,
                ActKind::Coaching,
                "Difficult refunds",
                "Two talks, and one call that we listen to together.",
            )
        },
        ActDetail {
            evidence: Some(evidence(name)),
            of_reader: own,
            ..one(name, 5, ActKind::Recognition, "The returns guide", "Four teams use what you wrote.")
        },
        ActDetail {
            withdrawn_at: Some(date(2026, 10, 14).at(8, 0, 0, 0)),
            ..one(name, 2, ActKind::Training, "Lending papers", "Not yours after all.")
        },
    ];
    ActsDetail { acts, leads: !own, months: 24 }
}
