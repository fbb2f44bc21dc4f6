//! The built-in library of measures: definitions in the format of a project, compiled into the program.
//!
//! A measure that a scorecard uses and no file of the project defines is taken from here. Each is a file below
//! `library/`, with everything that is to be said about it and a worked example.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;

use crate::convert;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::SourceFile;
use crate::raw::{self, FromYaml, Reader};
use crate::yaml::{self, Document};

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../library/", $path)))),*]
    };
}

/// The files of the library: path and text.
const FILES: &[(&str, &str)] = files![
    "abandon.yaml",
    "abandon_net.yaml",
    "absence.yaml",
    "acw.yaml",
    "adherence.yaml",
    "aht.yaml",
    "arpc.yaml",
    "asa.yaml",
    "attrition.yaml",
    "attrition_voluntary.yaml",
    "backlog.yaml",
    "backlog_age.yaml",
    "backlog_age_p90.yaml",
    "backlog_old_share.yaml",
    "backlog_over_7d.yaml",
    "bot_resolution.yaml",
    "came_back_new.yaml",
    "cancellations.yaml",
    "certification.yaml",
    "ces2.yaml",
    "ces2_mean.yaml",
    "ces2_top2.yaml",
    "churn.yaml",
    "closed_singly.yaml",
    "clv.yaml",
    "clv_first.yaml",
    "coaching.yaml",
    "complaint_in_time.yaml",
    "complaint_rate.yaml",
    "complaint_rate_customers.yaml",
    "complaint_resolved.yaml",
    "complaint_share.yaml",
    "complaint_time.yaml",
    "complaint_time_p90.yaml",
    "complaint_uphold.yaml",
    "concession.yaml",
    "concession_contact.yaml",
    "conformance.yaml",
    "contact_rate.yaml",
    "contact_rate_orders.yaml",
    "cost_contact.yaml",
    "cost_resolution.yaml",
    "critical_error.yaml",
    "critical_error_share.yaml",
    "csat.yaml",
    "csat_binary.yaml",
    "csat_mean.yaml",
    "csat_top1.yaml",
    "customer_margin.yaml",
    "deflection.yaml",
    "dispute_rate.yaml",
    "dispute_share.yaml",
    "dsat.yaml",
    "empowerment.yaml",
    "engagement.yaml",
    "enps.yaml",
    "esat.yaml",
    "esat_mean.yaml",
    "escalation.yaml",
    "fcr_gross.yaml",
    "fcr_gross_net.yaml",
    "fcr_net.yaml",
    "fcr_once.yaml",
    "fcr_repeat.yaml",
    "fcr_survey.yaml",
    "feedback_answered.yaml",
    "forecast_acc.yaml",
    "frr.yaml",
    "frt.yaml",
    "frt_business.yaml",
    "frt_business_p90.yaml",
    "frt_p90.yaml",
    "hold_share.yaml",
    "inflight.yaml",
    "inflight_cabin.yaml",
    "inflight_crew.yaml",
    "inflight_entertainment.yaml",
    "inflight_food.yaml",
    "inflight_information.yaml",
    "inflow_ratio.yaml",
    "initiative_return.yaml",
    "kb_help.yaml",
    "kb_reuse.yaml",
    "leg_score.yaml",
    "loop_closed.yaml",
    "loyalty_at_risk.yaml",
    "loyalty_favourable.yaml",
    "loyalty_index.yaml",
    "loyalty_recommendation.yaml",
    "loyalty_repurchase.yaml",
    "loyalty_satisfaction.yaml",
    "loyalty_secure.yaml",
    "loyalty_vulnerable.yaml",
    "mishandled_bag.yaml",
    "mishandled_bag_reports.yaml",
    "mystery.yaml",
    "nps.yaml",
    "nps_contact.yaml",
    "nrt.yaml",
    "nrt_longest.yaml",
    "occupancy.yaml",
    "one_touch.yaml",
    "otp_a14.yaml",
    "otp_d14.yaml",
    "product_knowledge.yaml",
    "product_knowledge_pass.yaml",
    "promise_kept.yaml",
    "qa.yaml",
    "qa_agreement.yaml",
    "recognition.yaml",
    "referrals.yaml",
    "refund.yaml",
    "reopen.yaml",
    "replies_per.yaml",
    "repurchase.yaml",
    "retention.yaml",
    "revenue_churn.yaml",
    "rwt.yaml",
    "rwt_p90.yaml",
    "sales_per_customer.yaml",
    "sales_per_visitor.yaml",
    "saves.yaml",
    "self_service.yaml",
    "service_level.yaml",
    "service_level_answered.yaml",
    "service_level_net.yaml",
    "service_margin.yaml",
    "shrinkage.yaml",
    "sla_first.yaml",
    "sla_res.yaml",
    "standard_level.yaml",
    "story_cohesion.yaml",
    "story_official.yaml",
    "survey_offered.yaml",
    "time_proficiency.yaml",
    "training_hours.yaml",
    "transfer.yaml",
    "transfer_calls.yaml",
    "ttr_first.yaml",
    "ttr_full.yaml",
    "ttr_full_business.yaml",
    "ttr_full_p90.yaml",
    "upsell.yaml",
];

/// What the paths of these files begin with in messages.
pub(crate) const FOLDER: &str = "library/";

/// A measure of the library.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) measure: Arc<Measure>,
    pub(crate) document: Arc<Document>,
}

/// Every measure of the library, by its identifier.
///
/// ```
/// let library = evenkeel_spec::library::measures();
/// assert_eq!(library["csat"].title, "Customer satisfaction");
/// ```
#[must_use]
pub fn measures() -> BTreeMap<MeasureId, Arc<Measure>> {
    let entries = identifiers().filter_map(entry);
    entries.map(|entry| (entry.measure.id.clone(), Arc::clone(&entry.measure))).collect()
}

/// The identifiers of all measures of the library, in order.
pub fn identifiers() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, _)| stem(path))
}

/// A measure of the library.
#[must_use]
pub fn measure(id: &str) -> Option<Arc<Measure>> {
    entry(id).map(|entry| Arc::clone(&entry.measure))
}

/// The text of the file that defines a measure of the library.
#[must_use]
pub fn text(id: &str) -> Option<&'static str> {
    FILES.iter().find(|(path, _)| stem(path) == id).map(|(_, text)| *text)
}

/// What is wrong in the files of the library; a test sees to it that nothing is.
#[must_use]
pub fn diagnostics() -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    for (path, text) in FILES {
        read(path, text, &built_in, &mut findings);
    }
    findings.into_vec()
}

/// A measure of the library with its file. Each is read when it is first asked for: a project uses few of them.
pub(crate) fn entry(id: &str) -> Option<&'static Entry> {
    static ENTRIES: LazyLock<Vec<OnceLock<Option<Entry>>>> =
        LazyLock::new(|| FILES.iter().map(|_| OnceLock::new()).collect());
    let place = FILES.iter().position(|(path, _)| stem(path) == id)?;
    let (path, text) = FILES.get(place)?;
    ENTRIES.get(place)?.get_or_init(|| read(path, text, &built_in, &mut Findings::default())).as_ref()
}

/// A measure of the library in a project: where it is worked out from others, those that the project defines take the
/// place of built-in ones.
pub(crate) fn entry_in(id: &str, own: &BTreeMap<MeasureId, Arc<Measure>>) -> Option<Entry> {
    let built_in = entry(id)?;
    if !parts_below(&built_in.measure).iter().any(|part| own.contains_key(&part.id)) {
        return Some(built_in.clone());
    }
    let part = |id: &str| own.get(id).cloned().or_else(|| entry_in(id, own).map(|entry| entry.measure));
    let (path, text) = FILES.iter().find(|(path, _)| stem(path) == id)?;
    read(path, text, &part, &mut Findings::default())
}

/// The measures that one is worked out from, and those that these are worked out from.
pub(crate) fn parts_below(measure: &Measure) -> Vec<&Arc<Measure>> {
    let parts = measure.formula.parts();
    parts.iter().flat_map(|part| std::iter::once(*part).chain(parts_below(part))).collect()
}

fn built_in(id: &str) -> Option<Arc<Measure>> {
    measure(id)
}

/// Reads a file. `part` gives the measures that it may be worked out from.
fn read(path: &str, text: &str, part: &dyn Fn(&str) -> Option<Arc<Measure>>, findings: &mut Findings) -> Option<Entry> {
    let document = Arc::new(yaml::parse(&SourceFile::new(format!("{FOLDER}{path}"), text), findings));
    let subject = format!("measure `{}`", stem(path));
    let raw =
        raw::Measure::from_yaml(document.root.as_ref()?, path, &mut Reader::new(&document, findings, subject.clone()))?;
    let uses = raw.uses();
    let parts = uses.iter().filter_map(|id| part(&id.value)).map(|part| (part.id.clone(), part)).collect();
    let parts = convert::measure(raw, &subject, &parts, &[], findings)?;
    Some(Entry { measure: Arc::new(parts.measure), document })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".yaml").unwrap_or(name)
}

#[cfg(test)]
mod tests;
