//! What is said around the record of a person: how rows count, what it may be used for, and who sees it.

use evenkeel_model::measure::{Formula, Measure};
use evenkeel_model::people::PeoplePolicy;

/// How a row counts, in words; `value` is what it counts as, written in the unit of the measure.
#[must_use]
pub fn counts(measure: &Measure, value: &str) -> String {
    let with = |words: &str| if value.is_empty() { words.to_owned() } else { format!("{words}: {value}") };
    match &measure.formula {
        Formula::Share { .. } if value == "yes" => "counts, and meets it".to_owned(),
        Formula::Share { .. } => "counts, and does not meet it".to_owned(),
        Formula::Ratio { .. } | Formula::Rate { .. } => with("counts above the line"),
        Formula::Stock { .. } => "was open at the end of the period".to_owned(),
        Formula::Retention { .. } => with("was there before the period; ended"),
        Formula::Cohort { .. } => with("counts; reached"),
        Formula::Distinct { .. } => with("counts once"),
        Formula::Count { .. } | Formula::OfMeasures { .. } | Formula::Composite(_) => "counts as one".to_owned(),
        Formula::Sum { .. } | Formula::Mean { .. } | Formula::NetPromoterScore { .. } | Formula::Quantile { .. } => {
            with("counts with")
        }
    }
}

/// What the project allows figures about people to be used for.
#[must_use]
pub fn policy(policy: PeoplePolicy) -> &'static str {
    match policy {
        PeoplePolicy::Off => "Nothing is told about single people, to nobody.",
        PeoplePolicy::OwnRecord => "Each person sees the own record, and nobody else does.",
        PeoplePolicy::Coaching => {
            "Each person sees the own record. Whoever leads them sees it too, to coach them; nobody is rated."
        }
        PeoplePolicy::Appraisal => {
            "Each person sees the own record. Whoever leads them sees it too, to coach them and to rate them against \
             what is expected of the role."
        }
    }
}

/// Where else the figures of people are, beside the pages.
#[must_use]
pub fn beside_the_pages() -> &'static str {
    "Whoever runs evenkeel on its machine could read the files of the record; every look with evenkeel’s commands is in \
     the audit trail as well."
}
