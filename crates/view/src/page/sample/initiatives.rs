//! Initiatives: three, none, and the form of one.

use evenkeel_model::evaluation::{LegResult, MeasureResult};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::Initiative;
use jiff::civil::date;

use super::{FileLinks, Named, Sample, bank};
use crate::assets;
use crate::page::frame::Frame;
use crate::page::initiatives::{Tick, TypedInitiative, fault, refusal};
use crate::page::{InitiativeDetail, InitiativePage, InitiativesPage, Links};

pub(super) fn pages(assets: &assets::Urls) -> (Vec<Named<InitiativesPage>>, Vec<Named<InitiativePage>>) {
    let mut lists = Vec::new();
    let mut forms = Vec::new();
    let samples =
        [bank::rich("rich"), Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) }, bank::rich("none")];
    for sample in samples {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        let evaluation = sample.evaluation();
        let all = if sample.name == "none" { Vec::new() } else { three(&sample) };
        let results: Vec<&MeasureResult> = evaluation.legs.iter().flat_map(LegResult::measures).collect();
        let details: Vec<InitiativeDetail<'_>> = all
            .iter()
            .map(|initiative| InitiativeDetail {
                initiative,
                units: initiative.units.iter().map(|unit| (unit.clone(), sample.text("Branch network"))).collect(),
                hidden_units: usize::from(initiative.number == 2) * 3,
                measures: initiative
                    .measures
                    .iter()
                    .map(|id| {
                        let result = results.iter().find(|result| result.measure.id == *id).copied();
                        result.ok_or_else(|| sample.text("Handling time"))
                    })
                    .collect(),
                may_change: initiative.number == 1,
            })
            .collect();
        let new_url = links.initiative(0);
        lists.push(Named { name: sample.name, page: InitiativesPage::new(&details, new_url, &context) });
        let Some(first) = all.first() else { continue };
        let typed = TypedInitiative {
            title: first.title.clone(),
            aim: first.aim.clone(),
            owner: first.owner.clone(),
            begins: first.begins.to_string(),
            ends: String::new(),
        };
        let tick =
            |label: &str, depth, chosen| Tick { value: sample.text(label), label: sample.text(label), depth, chosen };
        let units = vec![tick("Northmere Bank", 0, false), tick("Retail", 1, false), tick("Branch network", 2, true)];
        let measures = vec![tick("Satisfied customers", 0, true), tick("Handling time", 0, false)];
        let frame = Frame::about("Initiative", &context);
        let mut page = InitiativePage::new(frame, typed, units, measures, "0f".repeat(16));
        page.action = links.file("initiatives");
        page.list = links.file("initiatives");
        page.withdraw = Some(links.file("initiatives"));
        page.seen = Some("0f".repeat(8));
        let nothing = Initiative { units: Vec::new(), ends: Some(date(2020, 1, 1)), ..first.clone() };
        page.error = refusal(&nothing.faults().into_iter().map(fault).collect::<Vec<_>>());
        forms.push(Named { name: sample.name, page });
    }
    (lists, forms)
}

fn three(sample: &Sample) -> Vec<Initiative> {
    let one = |number, title: &str, begins, ends, measures: &[&str]| Initiative {
        number,
        title: sample.text(title),
        aim: sample.text("Everybody who answers the telephone is trained for half a day.\nFewer calls are handed on."),
        owner: sample.text("Rosa Anand"),
        begins,
        ends,
        units: vec![UnitId::new("branch-network")],
        measures: measures.iter().map(|id| MeasureId::new(*id)).collect(),
    };
    vec![
        one(1, "Telephone training", date(2026, 3, 2), None, &["csat", "handling_time"]),
        one(2, "Saturday opening", date(2027, 1, 9), None, &["csat"]),
        one(3, "One form for all complaints", date(2025, 4, 1), Some(date(2025, 9, 30)), &["engagement"]),
    ]
}
