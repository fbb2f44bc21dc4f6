//! Records of a person that are made up: with levels, rows and looks of others; and where nothing is told.

use evenkeel_model::evaluation::LegResult;
use evenkeel_model::people::PeoplePolicy;

use super::{Named, Sample, acts, all};
use crate::assets;
use crate::page::ActsDetail;
use crate::page::record::{Disputing, LookLine, OwnDispute, RecordDetail, RecordPage, RowsOf};
use crate::page::sample::FileLinks;
use crate::page::standards::{RatedElement, RatedGroup, RatedPerson, RatingSheet};

/// Makes them.
pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<RecordPage>> {
    let samples = all().into_iter().filter(|sample| matches!(sample.name, "rich" | "silent" | "empty" | "hostile"));
    samples.map(|sample| Named { name: sample.name, page: page(&sample, assets) }).collect()
}

fn page(sample: &Sample, assets: &assets::Urls) -> RecordPage {
    let links = FileLinks { sample: sample.name, hostile: sample.hostile };
    let context = sample.context(&links, assets);
    let evaluation = sample.evaluation();
    let results: Vec<_> = evaluation.legs.iter().flat_map(LegResult::measures).take(6).cloned().collect();
    let told = sample.name != "empty";
    let chosen = results.iter().find(|result| result.measure.formula.rows().is_some()).cloned().filter(|_| told);
    let name = sample.text("Sana Ibrahim of the desk");
    let rows = chosen.as_ref().map(|result| {
        let mut rows = sample.rows_behind(result);
        let place = rows.columns.iter().position(|column| column.name == "counts as");
        if let Some(place) = place {
            rows.columns.remove(place);
            rows.rows.iter_mut().for_each(|row| drop(row.remove(place)));
        }
        let counts = rows.rows.iter().map(|_| "counts, and meets it".to_owned()).collect();
        let keys = rows.rows.iter().enumerate().map(|(number, _)| format!("[\"desk\",\"{number}\"]")).collect();
        RowsOf { measure: &result.measure, rows, counts, keys }
    });
    let look = |who: &str, about: &str| LookLine {
        at: "2 Nov 2026 09:14:30".to_owned(),
        who: sample.text(who),
        about: about.to_owned(),
    };
    let detail = RecordDetail {
        id: "u-114",
        unit: Some(sample.text("Cedar, a team of the desk")),
        own: sample.name == "rich",
        policy: if told { PeoplePolicy::Appraisal } else { PeoplePolicy::Off },
        results,
        ratings: (sample.name == "rich").then(|| ratings(&name)),
        rows,
        readers: vec![sample.text("Priya Nadar, manager of Cedar.")],
        looks: if sample.name == "silent" {
            Vec::new()
        } else {
            vec![look("Priya Nadar of Cedar", "record of u-114, 2026-10")]
        },
        never: vec!["Solved at first contact".to_owned(), "Net promoter score".to_owned()],
        charter_url: told.then(|| "charter-rich.html".to_owned()),
        disputes: if told { vec![disputed(sample)] } else { Vec::new() },
        disputing: (sample.name == "rich").then(|| Disputing {
            url: "record-rich.html".to_owned(),
            form_token: "0f".repeat(32),
            period: "2026-10".to_owned(),
            longest: 2000,
        }),
        acts: told.then(|| match sample.name {
            "silent" => ActsDetail { months: 24, ..ActsDetail::default() },
            name => acts::of_person(name, name == "rich"),
        }),
        notice: None,
        name,
    };
    RecordPage::new(detail, &context)
}

fn disputed(sample: &Sample) -> OwnDispute {
    OwnDispute {
        key: r#"["desk","1"]"#.to_owned(),
        row: sample.text("responses: desk, a-70655"),
        why: sample.text("The customer meant the branch that was closed."),
        at: "1 Nov 2026 16:02:11".to_owned(),
        state: "open: nobody has decided yet".to_owned(),
        word: "open",
    }
}

/// Levels of two elements, of which one rests on too few.
fn ratings(name: &str) -> RatingSheet {
    let element = |title: &str, critical, level, words, sentence: &str, could_be: Option<&str>| RatedElement {
        title: title.to_owned(),
        critical,
        measure: "csat".to_owned(),
        level,
        words,
        measured: None,
        observations: 0.0,
        adjusted: None,
        likely_range: None,
        could_be: could_be.map(str::to_owned),
        sentence: sentence.to_owned(),
    };
    let sentence = "94.1 % on 410 cases; adjusted 94.0 %, likely 92.1 to 95.6 %.";
    let elements = vec![
        element("Cases stay closed", true, "fully-successful", "Fully Successful", sentence, None),
        element("Quality of the work", false, "not-rated", "Not rated", "12 reviews: too few to rate.", None),
    ];
    let person = RatedPerson {
        id: "u-114".to_owned(),
        name: name.to_owned(),
        role: Some("adviser".to_owned()),
        level: "fully-successful",
        words: "Fully Successful",
        sentence: None,
        elements,
    };
    let standard = RatedGroup {
        id: "adviser".to_owned(),
        title: "What is expected of advisers".to_owned(),
        expected: vec!["Cases stay closed (critical): Fully Successful at least 93 %.".to_owned()],
        people: vec![person],
    };
    RatingSheet {
        title: "Performance standards, October 2026".to_owned(),
        lead: crate::words::standards::lead(None),
        standards: vec![standard],
    }
}
