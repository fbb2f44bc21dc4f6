//! Recommendations: the register full and empty, three of them, and the form of one.

use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::recommendation::{Answer, Outcome, faults};
use jiff::civil::{Date, date};

use super::owed::{frame, text, token};
use super::{FileLinks, Named, Recommendations, bank};
use crate::assets;
use crate::page::initiatives::Tick;
use crate::page::recommendations::{Chosen, TypedRecommendation, fault};
use crate::page::{RecommendPage, RecommendationDetail, RecommendationPage, RecommendationsPage};

const TODAY: Date = date(2026, 11, 2);

pub(super) fn pages(assets: &assets::Urls) -> Recommendations {
    let list = |name: &'static str| {
        let links = FileLinks { sample: name, hostile: name == "hostile" };
        let all = if name == "empty" { Vec::new() } else { register(name) };
        let frame = frame(name, "Recommendations", assets);
        Named { name, page: RecommendationsPage::new(frame, &all, Chosen::All, TODAY, &links) }
    };
    // One to be answered, one of which somebody says what came of it, and one that is over.
    let one = |(name, place): (&'static str, usize)| {
        let links = FileLinks { sample: name, hostile: name == "hostile" };
        let of = if name == "hostile" { name } else { "rich" };
        let all = register(of);
        let detail = all.get(place)?;
        let frame = frame(of, "Recommendation", assets);
        let mut page = RecommendationPage::new(frame, detail, TODAY, FiscalYear::default(), &links);
        if name == "rich" {
            page.error = Some("Nothing was changed. Declining needs a reason.".to_owned());
        }
        page.initiative_url = (name == "accepted").then(|| "initiative-rich.html".to_owned());
        page.form_token = token();
        Some(Named { name, page })
    };
    let ones = [("rich", 0), ("accepted", 2), ("done", 4), ("hostile", 0)].into_iter().filter_map(one).collect();
    let form = |name: &'static str| {
        let tick = |value: &str, label: &str, chosen| Tick {
            value: text(name, value),
            label: text(name, label),
            depth: 0,
            chosen,
        };
        let owners = if name == "empty" {
            Vec::new()
        } else {
            vec![tick("daniel", "Daniel Ferreira", false), tick("ruth", "Ruth Adair", true)]
        };
        let typed = TypedRecommendation {
            what: String::new(),
            why: text(name, "Engagement has fallen since April, and satisfaction follows it."),
            decide_by: "2026-11-01".to_owned(),
        };
        let wrong = faults("", "why", date(2026, 11, 1), TODAY);
        let title = text(name, "A recommendation about engagement, Branch network");
        let mut page = RecommendPage::new(frame(name, "A recommendation", assets), title, typed, owners, token());
        if name != "empty" {
            let said: Vec<String> = wrong.into_iter().map(fault).collect();
            page.error = Some(format!("Nothing was sent. {}", said.join(" ")));
            page.evidence = vec![text(name, "A real deterioration. Seven months in a row below the average.")];
            page.stewards = Some(text(name, "Mara Lindqvist"));
        }
        Named { name, page }
    };
    let names = ["rich", "empty", "hostile"];
    Recommendations { register: names.map(list).into(), ones, forms: names.map(form).into() }
}

fn register(name: &'static str) -> Vec<RecommendationDetail> {
    let place = bank::rich("rich").place;
    let one = |number: i64, what: &str, day: Date| RecommendationDetail {
        number,
        what: text(name, what),
        why: text(name, "Satisfaction follows it within four months.\nTwo branches have asked for it."),
        evidence: text(name, "A real deterioration. Seven months in a row below the average."),
        measure: MeasureId::new("engagement"),
        title: text(name, "Engagement pulse"),
        unit: text(name, "Branch network"),
        on: place.period,
        place: place.clone(),
        owner: text(name, "Daniel Ferreira"),
        asker: text(name, "Ingrid Voss"),
        asked_at: date(2026, 10, 12).at(9, 5, 0, 0),
        decide_by: day,
        answer: None,
        outcome: None,
        own: true,
        asked: false,
    };
    let reason = text(name, "Advice would suffer; the papers take the time, not the talk.");
    let at = date(2026, 10, 20).at(16, 30, 0, 0);
    let accepted = Some((Answer::Accepted, at, text(name, "Begins on 9 November")));
    vec![
        one(1, "Give branches a second line when the counter system is down", date(2026, 10, 26)),
        one(2, "Ask branches with a signal what changed in April; bring two proposals", date(2026, 11, 17)),
        RecommendationDetail {
            answer: accepted.clone(),
            ..one(3, "Send lending papers back the same day", date(2026, 10, 26))
        },
        RecommendationDetail {
            answer: Some((Answer::Declined, at, reason)),
            own: false,
            ..one(4, "Shorten the mortgage talk to 45 minutes", date(2026, 10, 19))
        },
        RecommendationDetail {
            answer: accepted,
            outcome: Some((Outcome::Done, date(2026, 11, 1), text(name, "Two greeters in each branch"))),
            ..one(5, "A greeter at the door", date(2026, 10, 26))
        },
    ]
}
