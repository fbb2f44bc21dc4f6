//! Charters of the sample organisations.

use std::sync::Arc;

use evenkeel_model::charter::{
    BesideThreshold, Charter, Course, InternalStandard, Promise, PromiseResult, Proof, Publication, Standard, Version,
};
use evenkeel_model::evaluation::{self, MeasureResult};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::{Levels, Measure};
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_model::scorecard::MeasureUse;
use evenkeel_model::target::{Goal, Normalisation, TargetPlan};
use jiff::civil::date;

use super::{FileLinks, Named, Sample, all, bank};
use crate::assets;
use crate::page::charter_public::PublicUnit;
use crate::page::context::UnitLabel;
use crate::page::{ChainLink, CharterDetail, CharterPage, PromiseDetail, PublicCharter, PublicDetail, PublicPromise};

/// Which samples have a charter.
const SAMPLES: [&str; 5] = ["rich", "bare", "silent", "long", "hostile"];

/// The charter of some samples, inside and for the public, and one of a period before there was a charter.
pub(super) fn pages(assets: &assets::Urls) -> (Vec<Named<CharterPage>>, Vec<Named<PublicCharter>>) {
    let mut inside = Vec::new();
    let mut public = Vec::new();
    for sample in all().into_iter().filter(|sample| SAMPLES.contains(&sample.name)) {
        let (page, edition) = both(&sample, assets);
        inside.push(Named { name: sample.name, page });
        public.push(Named { name: sample.name, page: edition });
    }
    let mut before = bank::rich("before");
    before.place.period = Period::containing(date(2024, 5, 1), before.place.period.grain(), FiscalYear::default());
    before.place.compare_with = before.place.period.previous();
    let (page, edition) = both(&before, assets);
    inside.push(Named { name: before.name, page });
    public.push(Named { name: before.name, page: edition });
    (inside, public)
}

fn both(sample: &Sample, assets: &assets::Urls) -> (CharterPage, PublicCharter) {
    let links = FileLinks { sample: sample.name, hostile: sample.hostile };
    let context = sample.context(&links, assets);
    let charter = charter(sample);
    let version = charter.version_on(sample.place.period.last_day());
    let promises: Vec<&Promise> = version.iter().flat_map(|version| &version.promises).collect();
    let look = Look { sample, charter: &charter };
    let without = version.map(|version| version.without_promise(&sample.scorecard)).unwrap_or_default();
    let detail = CharterDetail {
        charter: &charter,
        version,
        subject: context.unit_name().to_owned(),
        promises: promises.iter().map(|promise| look.promise(promise)).collect(),
        courses: Look::courses(&promises),
        integrity: look.integrity(),
        chosen: promises.first().copied(),
        chain: promises.first().map(|promise| look.chain(promise)).unwrap_or_default(),
        without_promise: without
            .into_iter()
            .filter_map(|(leg, id)| Some((leg.to_owned(), sample.measures.get(id)?.title.clone(), id.clone())))
            .collect(),
        published: sample.place.period,
    };
    let told = promises.iter().filter(|promise| promise.public);
    let edition =
        PublicDetail { charter: &charter, version, promises: told.map(|promise| look.public(promise)).collect() };
    (CharterPage::new(&detail, &context), PublicCharter::new(&edition, &context))
}

struct Look<'a> {
    sample: &'a Sample,
    charter: &'a Charter,
}

impl<'a> Look<'a> {
    fn result(&self, promise: &Promise, unit: &UnitId, period: Period) -> PromiseResult {
        self.charter.result(promise, &Subject::Unit(unit.clone()), false, period, &self.sample.world)
    }

    fn rolling(&self, promise: &Promise) -> Option<PromiseResult> {
        let Sample { place, .. } = self.sample;
        let period = self.charter.rolling(promise, place.period, FiscalYear::default())?;
        Some(self.result(promise, &place.unit, period))
    }

    fn figures(&self, measure: &Arc<Measure>, standard: Option<f64>) -> MeasureResult {
        let usage = MeasureUse {
            measure: measure.id.clone(),
            key: false,
            weight: 1.0,
            normalisation: Normalisation::Automatic,
            plan: TargetPlan { target: standard.map(Goal::At), ..TargetPlan::default() },
            units: std::collections::BTreeMap::new(),
            signals: evenkeel_model::signal::SignalPlan::default(),
        };
        let question = self.sample.question(&self.sample.place.unit);
        evaluation::evaluate_measure(measure, &usage, &question, &self.sample.world)
    }

    /// Measures that say something, nothing noticeable, and nothing at all.
    fn integrity(&self) -> Vec<MeasureResult> {
        let measures = ["waiting", "response_rate", "first_contact"].into_iter();
        measures.filter_map(|id| self.sample.measures.get(id)).map(|measure| self.figures(measure, None)).collect()
    }

    /// A promise whose cases are heaped, one where they are not, and one with too few to say.
    fn courses(promises: &[&'a Promise]) -> Vec<(&'a Promise, Course)> {
        let course = |counts, factor, is_heaped| Course { counts, factor, is_heaped };
        let found = [
            course([80, 95, 40, 50], Some(2.87), true),
            course([160, 80, 40, 20], Some(1.0), false),
            course([9, 8, 7, 6], None, false),
        ];
        let settled = promises.iter().filter(|promise| promise.id == "settled");
        settled.flat_map(|promise| found.map(|course| (*promise, course))).collect()
    }

    fn branches(&self) -> Vec<UnitLabel> {
        let below = self.sample.units.iter().filter(|unit| unit.depth == 3);
        below.map(|unit| UnitLabel { id: unit.id.clone(), name: unit.name.clone() }).collect()
    }

    fn promise(&self, promise: &'a Promise) -> PromiseDetail<'a> {
        let place = &self.sample.place;
        let proof = promise.proof.as_ref();
        let of = |unit: UnitLabel| {
            let result = self.result(promise, &unit.id, place.period);
            (unit, result)
        };
        let served_by = promise.served_by.iter().filter_map(|standard| {
            let measure = self.sample.measures.get(&standard.measure)?;
            Some((standard, self.figures(measure, standard.standard)))
        });
        PromiseDetail {
            promise,
            named: proof.and_then(|proof| self.sample.measures.get(&proof.named).cloned()),
            figures: proof.map(|proof| self.figures(&proof.measure, Some(proof.standard.value))),
            result: self.result(promise, &place.unit, place.period),
            rolling: self.rolling(promise),
            below: self.branches().into_iter().map(of).collect(),
            served_by: served_by.collect(),
        }
    }

    fn chain(&self, promise: &Promise) -> Vec<ChainLink> {
        let place = &self.sample.place;
        let link = |label: UnitLabel, kind: Option<&str>| ChainLink {
            kind: kind.map(ToOwned::to_owned),
            current: label.id == place.unit,
            is_person: false,
            result: self.result(promise, &label.id, place.period),
            label,
        };
        let above = self.sample.path.iter().map(|unit| link(unit.clone(), None));
        above.chain(self.branches().into_iter().map(|unit| link(unit, Some("branch")))).collect()
    }

    fn public(&self, promise: &'a Promise) -> PublicPromise<'a> {
        let place = &self.sample.place;
        let measure = promise.proof.as_ref().and_then(|proof| self.sample.measures.get(&proof.named));
        let unit = |unit: UnitLabel| {
            let result = self.result(promise, &unit.id, place.period);
            let shown = result.reading.n >= 60;
            PublicUnit { name: unit.name, result: shown.then_some(result) }
        };
        PublicPromise {
            promise,
            named: measure.cloned(),
            result: self.result(promise, &place.unit, place.period),
            rolling: self.rolling(promise),
            units: if promise.id == "satisfied" { self.branches().into_iter().map(unit).collect() } else { Vec::new() },
        }
    }
}

/// The promise as one about a threshold, with cases that are past it and still open.
fn within_two_days(sample: &Sample, promise: Promise) -> Promise {
    let proof = promise.proof.map(|proof| Proof {
        named: MeasureId::new("complaint_time"),
        overdue: sample.measures.get("complaint_rate").cloned(),
        beside_threshold: Some(BesideThreshold {
            width: 4.0 * 3600.0,
            counts: [0; 4].map(|_| Arc::clone(&proof.measure)),
        }),
        standard: Standard { threshold: Some(48.0 * 3600.0), ..proof.standard },
        ..proof
    });
    Promise { proof, ..promise }
}

/// Six promises: kept, kept narrowly, not kept, with a threshold, with too few cases, and one that nothing proves.
pub(super) fn charter(sample: &Sample) -> Charter {
    let text = |plain: &str| match sample.name {
        "hostile" => bank::HOSTILE.to_owned(),
        "long" => bank::LONG.to_owned(),
        _ => plain.to_owned(),
    };
    let promise = |id: &str, words: &str| Promise {
        id: id.to_owned(),
        words: text(words),
        conditions: Some(text("During opening hours, for any matter.")),
        remedy: Some(text("An appointment at a time you choose, the same day.")),
        owner: Some(text("Jon Abara")),
        proof: None,
        expected: None,
        served_by: Vec::new(),
        levels: Levels { person: false, unit: true },
        fewest: 20,
        public: true,
    };
    let proven = |id: &str, words: &str, measure: &str, standard: Standard| {
        let proof = sample.measures.get(measure).map(|found| Proof {
            measure: Arc::clone(found),
            named: found.id.clone(),
            overdue: None,
            beside_threshold: None,
            standard,
        });
        Promise { proof, ..promise(id, words) }
    };
    let at = |value: f64| Standard { value, threshold: None };
    let served = |measure: &str, standard: Option<f64>, kept_by: Option<&str>| InternalStandard {
        measure: MeasureId::new(measure),
        standard,
        kept_by: kept_by.map(text),
    };
    let promises = vec![
        Promise {
            served_by: vec![served("knowledge", None, Some("branch teams")), served("backlog", Some(1000.0), None)],
            ..proven("satisfied", "You will leave satisfied.", "csat", at(0.82))
        },
        Promise {
            conditions: None,
            remedy: None,
            ..proven("first_time", "We will settle your matter at the first contact.", "first_contact", at(0.70))
        },
        within_two_days(
            sample,
            proven("settled", "We will settle your complaint within two days.", "waiting", at(0.8)),
        ),
        Promise { fewest: 200_000, ..proven("stay", "You will want to stay with us.", "retention", at(0.9)) },
        Promise { public: false, ..proven("recommended", "You will recommend us.", "nps", at(0.3)) },
        Promise {
            expected: Period::parse("2027-01", FiscalYear::default()).ok(),
            ..promise("fees", "We will tell you 30 days before any fee changes.")
        },
    ];
    Charter {
        id: "customers".to_owned(),
        title: text("What we promise our customers"),
        contact: Some(text("Tell any member of staff, or write to Customer Care.")),
        integrity: Vec::new(),
        publication: Publication { fewest: 20, kind: Some("branch".to_owned()), every: Grain::Month },
        versions: vec![Version { valid_from: date(2025, 1, 1), review: Some(date(2027, 3, 15)), promises }],
    }
}
