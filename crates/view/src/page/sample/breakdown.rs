//! A figure divided by topic: one group far below, one of few, and those without a topic.

use evenkeel_model::breakdown::Group;
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::scoring;

use super::bank;
use crate::page::{BreakdownDetail, Divided};

/// What a figure can be divided by and, where it is to be `told`, how it is.
pub(super) fn by_topic(result: &MeasureResult, hostile: bool, told: bool) -> BreakdownDetail {
    let attribute = |origin: Origin, name: &str| Attribute { origin, name: name.to_owned() };
    let mut attributes = vec![
        attribute(Origin::Case, "topic"),
        attribute(Origin::Row, "survey"),
        attribute(Origin::Customer, "segment"),
    ];
    if hostile {
        attributes.push(attribute(Origin::Attributes, bank::HOSTILE));
    }
    let Some(value) = result.reading.value.filter(|_| told) else {
        return BreakdownDetail { attributes, divided: None };
    };
    let group = |group: Group, value: f64, half: f64, n: u64| {
        let mut result = result.clone();
        (result.reading.value, result.reading.n) = (Some(value), n);
        result.likely_range = Some((value - half, value + half));
        let target = result.targets.target;
        result.status = scoring::status(Some(value), result.likely_range, target, result.measure.better);
        (group, result)
    };
    let named = |name: &str| Group::Value(if hostile { bank::HOSTILE.to_owned() } else { name.to_owned() });
    let groups = vec![
        group(named("disputed card payments"), 0.88 * value, 0.04, 402),
        group(named("accounts"), 1.05 * value, 0.03, 951),
        group(named("loans"), value, 0.05, 331),
        group(Group::Others, 1.02 * value, 0.02, 679),
        group(Group::NotKnown, 0.97 * value, 0.14, 28),
    ];
    BreakdownDetail { divided: Some(Divided { attribute: attributes[0].clone(), groups }), attributes }
}
