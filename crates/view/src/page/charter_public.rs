//! The public edition of the service charter: what was promised and how often it was kept, for people outside.
//!
//! It tells of no person, of units below the organisation only where the charter allows it, and withholds figures that
//! rest on too few cases. What it withholds is not in the page in any form.

use std::sync::Arc;

use askama::Template;
use evenkeel_model::charter::{Certainty, Charter, Promise, PromiseResult, Publication, Tally, Verdict, Version};
use evenkeel_model::measure::{Measure, ValueUnit};
use serde::Serialize;

use crate::number::{self, Format};
use crate::page::charter::{ResultCounts, VerdictMark, rolling_name};
use crate::page::context::Context;
use crate::page::frame::Frame;
use crate::words::charter as words_of;
use crate::words::{self, period};

/// A promise that may be told, with what was found out about it.
#[derive(Debug, Clone)]
pub struct PublicPromise<'a> {
    /// The promise.
    pub promise: &'a Promise,
    /// The measure that the charter names; none while nothing proves the promise.
    pub named: Option<Arc<Measure>>,
    /// Whether it was kept in the period.
    pub result: PromiseResult,
    /// The same over the twelve months up to its end; none where a period in it is withheld.
    pub rolling: Option<PromiseResult>,
    /// Units that may be told, by name.
    pub units: Vec<PublicUnit>,
}

/// A unit in the public edition.
#[derive(Debug, Clone)]
pub struct PublicUnit {
    /// What people call it.
    pub name: String,
    /// Whether the promise was kept there; none where that is withheld.
    pub result: Option<PromiseResult>,
}

/// What the public edition is made from.
#[derive(Debug, Clone)]
pub struct PublicDetail<'a> {
    /// The charter.
    pub charter: &'a Charter,
    /// The version in force; none before the first one.
    pub version: Option<&'a Version>,
    /// The promises that are public, in the order of the charter.
    pub promises: Vec<PublicPromise<'a>>,
}

/// The public edition. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "charter_public.html")]
pub struct PublicCharter {
    /// What stands around it: no navigation.
    pub frame: Frame,
    /// The name of the organisation.
    pub organisation: String,
    /// The name of the charter.
    pub title: String,
    /// The period.
    pub period: String,
    /// The result in words.
    pub lead: String,
    /// How many promises there are of each verdict.
    pub result: ResultCounts,
    /// The promises that a measure proves.
    pub promises: Vec<PublicLine>,
    /// The promises that nothing proves yet.
    pub unproven: Vec<PublicUnproven>,
    /// What a customer can do when something went wrong.
    pub contact: Option<String>,
    /// How it was measured, sentence by sentence.
    pub how: Vec<String>,
    /// What the figures were worked out from.
    pub seal: String,
    /// Where the same stands for programs.
    pub data_url: Option<String>,
}

/// One promise in the public edition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublicLine {
    /// The identifier.
    pub id: String,
    /// The promise in the customer's words.
    pub words: String,
    /// When it holds.
    pub conditions: Option<String>,
    /// What the customer gets when it was not kept.
    pub remedy: Option<String>,
    /// What has to be reached, in words.
    pub standard: String,
    /// Whether it was kept.
    pub verdict: VerdictMark,
    /// The figure; why there is none where it is withheld or missing.
    pub value: String,
    /// What it is out of: `4,404 of 5,200`; none where it is withheld.
    pub count: Option<String>,
    /// What chance leaves open.
    pub note: Option<String>,
    /// The twelve months up to the end of the period.
    pub rolling: Option<String>,
    /// Units that may be told.
    pub units: Vec<PublicUnitLine>,
    /// How many others there are, in words; none where all are told.
    pub withheld: Option<String>,
}

/// A unit in the public edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicUnitLine {
    /// What people call it.
    pub name: String,
    /// The figure.
    pub value: String,
    /// Whether the promise was kept there.
    pub verdict: VerdictMark,
}

/// A promise that nothing proves yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicUnproven {
    /// The identifier.
    pub id: String,
    /// The promise in the customer's words.
    pub words: String,
    /// Why there is no figure, and when there will be.
    pub why: String,
}

impl PublicCharter {
    /// The public edition.
    #[must_use]
    pub fn new(detail: &PublicDetail<'_>, context: &Context<'_>) -> Self {
        let charter = detail.charter;
        let rules = &charter.publication;
        let told: Vec<(&PublicPromise<'_>, Verdict)> =
            detail.promises.iter().map(|promise| (promise, public_verdict(promise, rules))).collect();
        let tally = Tally::of(told.iter().map(|(_, verdict)| verdict));
        let name = words::capitalised(&period::name(context.place.period, context.fiscal_year));
        let unproven = detail.promises.iter().filter(|promise| promise.promise.proof.is_none());
        Self {
            frame: Frame {
                navigation: Vec::new(),
                foot: Vec::new(),
                ..Frame::about(&format!("{}, {name}", charter.title), context)
            },
            organisation: context.organisation.clone(),
            title: charter.title.clone(),
            period: name,
            lead: lead(detail, &tally),
            result: tally.into(),
            promises: told.iter().filter_map(|(promise, verdict)| line(promise, verdict, rules, context)).collect(),
            unproven: unproven
                .map(|promise| PublicUnproven {
                    id: promise.promise.id.clone(),
                    words: promise.promise.words.clone(),
                    why: words::capitalised(&words_of::nothing_proves_it(promise.promise, context.fiscal_year)),
                })
                .collect(),
            contact: charter.contact.clone(),
            how: how(detail),
            seal: seal(context),
            data_url: context.links.charter_public_data(&context.place),
        }
    }
}

/// The verdict that may be told: a figure that is withheld has none.
fn public_verdict(promise: &PublicPromise<'_>, rules: &Publication) -> Verdict {
    match &promise.promise.proof {
        Some(proof) if rules.withholds(proof, &promise.result) => Verdict::TooFew,
        _ => promise.result.verdict.clone(),
    }
}

fn lead(detail: &PublicDetail<'_>, tally: &Tally) -> String {
    if detail.version.is_none() {
        return "No charter was in force in this period.".to_owned();
    }
    let parts = [words_of::result(tally), words_of::sureness(tally)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn line(
    promise: &PublicPromise<'_>,
    verdict: &Verdict,
    rules: &Publication,
    context: &Context<'_>,
) -> Option<PublicLine> {
    let written = promise.promise;
    let (proof, named) = (written.proof.as_ref()?, promise.named.as_ref()?);
    let result = &promise.result;
    let format = Format::of(&proof.measure, &context.currency, result.reading.value.or(Some(proof.standard.value)))
        .telling_apart(result.reading.value, Some(proof.standard.value));
    let named_format = Format::of(named, &context.currency, proof.standard.threshold);
    let withheld = rules.withholds(proof, result);
    let value = match (&result.verdict, result.reading.value) {
        _ if withheld => WITHHELD.to_owned(),
        (Verdict::NotMeasured(why), _) => {
            words::capitalised(&words_of::unmeasured(why, written, &proof.measure, context.fiscal_year))
        }
        (_, Some(value)) => format.text(value),
        (_, None) => "No figure".to_owned(),
    };
    let shown = !withheld && result.reading.value.is_some();
    let units = promise.units.iter().filter_map(|unit| {
        let told = unit.result.as_ref()?;
        Some(PublicUnitLine {
            name: unit.name.clone(),
            value: told.reading.value.map_or_else(|| "no figure".to_owned(), |value| format.text(value)),
            verdict: (&told.verdict).into(),
        })
    });
    Some(PublicLine {
        id: written.id.clone(),
        words: written.words.clone(),
        conditions: written.conditions.clone(),
        remedy: written.remedy.clone(),
        standard: words_of::standard(proof, named, &format, &named_format),
        verdict: verdict.into(),
        value,
        count: shown.then(|| count(&proof.measure, result)),
        note: narrow(verdict, &proof.measure, result, &format),
        rolling: rolling(promise, &format),
        units: units.collect(),
        withheld: withheld_units(promise),
    })
}

/// Which units are not told is not told either: only how many.
fn withheld_units(promise: &PublicPromise<'_>) -> Option<String> {
    let all = promise.units.len() as u64;
    let withheld = promise.units.iter().filter(|unit| unit.result.is_none()).count() as u64;
    (withheld > 0).then(|| {
        format!(
            "{} of {} withheld, so that no small number can be worked out",
            number::count(withheld),
            number::counted(all, "units")
        )
    })
}

/// Whether the figure itself or another one rests on too few is not told.
const WITHHELD: &str = "Withheld, so that no small number can be worked out";

/// `4,404 of 5,200 visits`; for what is no share, the cases alone.
fn count(measure: &Measure, result: &PromiseResult) -> String {
    let counted = words_of::counted(measure, result);
    match result.reading.numerator {
        Some(numerator) if measure.unit == ValueUnit::Percent => {
            format!("{} of {counted}", number::count(numerator.round() as u64))
        }
        _ => counted,
    }
}

fn narrow(verdict: &Verdict, measure: &Measure, result: &PromiseResult, format: &Format) -> Option<String> {
    let (Verdict::Kept(Certainty::WithinChance) | Verdict::NotKept(Certainty::WithinChance)) = verdict else {
        return None;
    };
    let (low, high) = result.likely_range?;
    let counted = words_of::counted(measure, result);
    Some(format!(
        "With {counted}, the true figure probably lies between {}.",
        format.range(low, high).text.replace(" to ", " and ")
    ))
}

fn rolling(promise: &PublicPromise<'_>, format: &Format) -> Option<String> {
    let rolling = promise.rolling.as_ref()?;
    let value = rolling.reading.value?;
    let words = words_of::verdict(&rolling.verdict).to_lowercase();
    Some(format!("{}: {}, {words}", rolling_name(rolling.period), format.text(value)))
}

fn how(detail: &PublicDetail<'_>) -> Vec<String> {
    let rules = &detail.charter.publication;
    let mut how = vec![
        "A promise counts as kept when its figure reaches the standard; exactly on it counts. We never add different promises into one percentage.".to_owned(),
        "“Narrowly” means that the likely range includes the standard: with figures like these it encloses the true value 95 times in 100.".to_owned(),
    ];
    if detail.promises.iter().any(|promise| promise.result.overdue.is_some()) {
        how.push("Cases that are past their time and still open count as not kept.".to_owned());
    }
    how.push(format!(
        "Figures are of whole {}s that are over. Those that rest on fewer than {} cases are withheld, and so is what they \
         could be worked out from; nothing is told of single people.",
        rules.every.as_str(),
        number::count(rules.fewest().into())
    ));
    how
}

fn seal(context: &Context<'_>) -> String {
    let to = context.freshness.complete_to.map(|day| format!("Data to {}. ", period::full_day(day)));
    format!(
        "{}Definitions {}, data {}. Any figure can be recomputed from them.",
        to.unwrap_or_default(),
        context.definitions_version,
        context.data_version
    )
}
