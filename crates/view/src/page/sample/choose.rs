//! Choosing measures: candidates of every standing, none, and texts that try to be markup; and one of them as those see it who
//! rate, who choose, and who only read.

use evenkeel_model::choice::{
    Alike, Candidate, Chosen, Evidence, EvidenceKind, Mark, Measurability, Opinions, Rating, concerns,
};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;

use super::owed::{frame, text, token};
use super::{FileLinks, Named, Sample, bank};
use crate::assets;
use crate::page::choose::{
    CandidateDetail, ChoosingDetail, Consulted, Lack, MeasuredDetail, ScorecardFile, TypedChoice,
};
use crate::page::{ChoosePage, RatePage};

pub(super) fn pages(assets: &assets::Urls) -> (Vec<Named<ChoosePage>>, Vec<Named<RatePage>>) {
    let lists = ["rich", "empty", "hostile"].map(|name| list(name, assets)).into();
    let rates = ["rich", "consulted", "reading", "hostile"].into_iter().filter_map(|name| rate(name, assets));
    (lists, rates.collect())
}

fn sample(name: &'static str) -> Sample {
    if name == "hostile" {
        Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) }
    } else {
        bank::rich("rich")
    }
}

/// The marks of importance, relevance, impact and usefulness; 9 is none.
fn rating(name: &str, marks: [u8; 4], shown: bool) -> Rating {
    let words = text(name, "Four of ten complaints in 2026 are about waiting (complaint themes, quarter 3).");
    let evidence = shown.then_some(Evidence { kind: EvidenceKind::Complaints, words });
    let [importance, relevance, impact, usefulness] = marks.map(Mark::new);
    Rating { importance, relevance, impact, usefulness, evidence }
}

fn chosen(name: &str, measure: &Measure, leg: &str, serves: Option<&str>) -> Chosen {
    Chosen {
        measure: measure.id.clone(),
        leg: leg.to_owned(),
        objective: text(name, "Customers leave satisfied"),
        key: serves.is_none(),
        for_people: serves.is_some(),
        serves: serves.map(|id| (MeasureId::new(id), 3)),
    }
}

fn details<'a>(name: &'static str, sample: &'a Sample) -> Vec<CandidateDetail<'a>> {
    let of = |(place, measure): (usize, &'a Measure)| {
        let said = match place {
            _ if name == "empty" => Vec::new(),
            0 => vec![
                rating(name, [4, 3, 2, 3], true),
                rating(name, [3, 4, 2, 3], false),
                rating(name, [4, 0, 3, 9], false),
            ],
            1 => vec![rating(name, [3, 4, 4, 1], true)],
            2 => vec![rating(name, [4, 4, 4, 2], false)],
            3 => vec![rating(name, [0, 3, 3, 0], true), rating(name, [1, 3, 3, 0], false)],
            4 => vec![rating(name, [9, 2, 9, 9], false)],
            _ => Vec::new(),
        };
        let (there, lacking) = match place {
            1 => {
                (1, vec![Lack::Column { table: "contacts".to_owned(), column: text(name, "queued_at") }, Lack::Figure])
            }
            2 => (0, vec![Lack::Table(text(name, "observations"))]),
            _ => (3, Vec::new()),
        };
        CandidateDetail {
            measure,
            opinions: Opinions::of(&said),
            chosen: match (name, place) {
                ("empty", _) => None,
                (_, 0) => Some(chosen(name, measure, "customer", None)),
                (_, 1) => Some(chosen(name, measure, "employee", Some("gone"))),
                _ => None,
            },
            rated: place == 0 && !said.is_empty(),
            in_use: place < 2,
            measured: MeasuredDetail {
                measurability: Measurability::new(there, 3, lacking.is_empty()),
                months: if lacking.is_empty() { 12 } else { 0 },
                least_filled: lacking.is_empty().then(|| (text(name, "score"), 0.93)),
                lacking,
            },
        }
    };
    sample.measures.values().map(AsRef::as_ref).enumerate().map(of).collect()
}

fn list(name: &'static str, assets: &assets::Urls) -> Named<ChoosePage> {
    let sample = sample(name);
    let links = FileLinks { sample: name, hostile: name == "hostile" };
    let candidates = details(name, &sample);
    let seen: Vec<Candidate<'_>> = candidates
        .iter()
        .map(|one| Candidate { measure: one.measure, opinions: &one.opinions, chosen: one.chosen.as_ref() })
        .collect();
    let chosen: Vec<&Chosen> = seen.iter().filter_map(|one| one.chosen).collect();
    let alike = match chosen.as_slice() {
        [one, other] => {
            let (one, other) = (one.measure.clone(), other.measure.clone());
            vec![Alike { one, other, months: 34, correlation: 0.93, of_changes: Some(0.12) }]
        }
        _ => Vec::new(),
    };
    let concerns = concerns(&seen, &alike, 0);
    let file = (!chosen.is_empty()).then(|| ScorecardFile {
        path: "scorecards/chosen.yaml".to_owned(),
        text: text(name, "scorecard: chosen\nlegs:\n  customer:\n    objectives: []\n"),
        url: "choose.yaml".to_owned(),
    });
    let consulted = if name == "empty" {
        Consulted::default()
    } else {
        Consulted { analysts: 1, managers: 2, ..Consulted::default() }
    };
    let frame = frame(name, "Choosing measures", assets);
    let mut page = ChoosePage::new(frame, candidates, consulted, &concerns, file, &links);
    page.notice = (name == "rich").then(|| "What you say is kept.".to_owned());
    Named { name, page }
}

/// One measure: as whoever chooses sees it, refused; as whoever is asked; as whoever only reads.
fn rate(name: &'static str, assets: &assets::Urls) -> Option<Named<RatePage>> {
    let of = if name == "hostile" { name } else { "rich" };
    let sample = sample(of);
    let links = FileLinks { sample: of, hostile: of == "hostile" };
    let candidates = details(of, &sample);
    let one = candidates.get(usize::from(name == "consulted") * 3)?;
    let typed = rating(of, [4, 3, 2, 9], true);
    let blank = Rating::default();
    let typed = match name {
        "reading" => None,
        "consulted" => Some(&blank),
        _ => Some(&typed),
    };
    let choosing = matches!(name, "rich" | "hostile").then(|| ChoosingDetail {
        typed: TypedChoice::of(one.measure, one.chosen.as_ref(), None),
        noticed: vec![(MeasureId::new("csat"), text(of, "Customer satisfaction"))],
        objectives: vec![text(of, "We keep our promises")],
        seen: "0f".repeat(8),
    });
    let mut page = RatePage::new(frame(of, "Rating a measure", assets), one, typed, choosing, &links);
    page.form_token = token();
    if name == "rich" {
        page.error = Some("Nothing was changed. Say what is to be achieved.".to_owned());
    }
    Some(Named { name, page })
}
