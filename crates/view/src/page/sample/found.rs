//! What is found in the sample bank.

use super::{FileLinks, Named, Sample, bank};
use crate::assets;
use crate::page::SearchPage;
use crate::page::context::Links as _;
use crate::page::search::{Item, Kind};

/// Much that fits, nothing, nothing asked, and what tries to be markup.
pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<SearchPage>> {
    let hostile = Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) };
    let samples = [
        (bank::rich("rich"), "satis"),
        (bank::rich("none"), "zeppelin"),
        (bank::rich("empty"), "  "),
        (hostile, bank::HOSTILE),
    ];
    let page = |(sample, asked): (Sample, &str)| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        Named { name: sample.name, page: SearchPage::new(asked, &items(&sample, &links), &context) }
    };
    samples.into_iter().map(page).collect()
}

fn items(sample: &Sample, links: &FileLinks) -> Vec<Item> {
    let measures = sample.measures.values().map(|measure| Item {
        kind: Kind::Measure,
        title: measure.title.clone(),
        names: vec![measure.id.to_string(), measure.noun.clone()],
        said: measure.about.means.iter().cloned().collect(),
        note: measure.about.means.clone().unwrap_or_default(),
        url: Some(links.measure(&measure.id, &sample.place)),
    });
    // More than are shown.
    let units = (1..=14).flat_map(|_| &sample.units).map(|unit| Item {
        kind: Kind::Unit,
        title: unit.name.clone(),
        names: vec![format!("satisfied-{}", unit.id)],
        said: Vec::new(),
        note: "Retail".to_owned(),
        url: Some(links.scorecard(&sample.place.in_unit(&unit.id))),
    });
    measures.chain(units).collect()
}
