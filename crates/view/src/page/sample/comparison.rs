//! Comparisons that are made up: twelve branches of every state, two that have nobody to learn from, and none at all.

use std::collections::BTreeMap;

use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::comparison::{
    Attribute, Compared, Comparison, Funnel, FunnelLimits, Lines, Peers, Position, Rules, Standing, State,
};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use jiff::civil::date;

use super::bank;

/// A comparison, and what came of it.
pub(super) struct Made {
    pub(super) comparison: Comparison,
    pub(super) peers: Peers,
    pub(super) compared: Compared,
    pub(super) names: BTreeMap<String, String>,
}

/// Name, good answers, answers, adjusted share, likely range, chance of the minimum and of recognition, chance that the
/// own record meets the minimum, months missed, state.
type Branch = (&'static str, f64, f64, [f64; 3], [f64; 2], f64, u32, State);

const BRANCHES: [Branch; 12] = [
    ("Ashgrove", 182.0, 230.0, [0.791, 0.743, 0.836], [0.679, 0.11], 0.66, 1, State::OnStandard),
    ("Birchwood", 95.0, 120.0, [0.791, 0.729, 0.847], [0.65, 0.17], 0.58, 1, State::OnStandard),
    ("Castlegate", 310.0, 360.0, [0.851, 0.814, 0.884], [0.999, 0.94], 0.998, 0, State::Recognise),
    ("Dunmore", 44.0, 52.0, [0.815, 0.74, 0.881], [0.84, 0.47], 0.88, 0, State::OnStandard),
    ("Eastquay", 150.0, 200.0, [0.748, 0.7, 0.79], [0.2, 0.01], 0.14, 2, State::Develop),
    ("Fairholm", 260.0, 330.0, [0.788, 0.747, 0.827], [0.65, 0.06], 0.62, 1, State::OnStandard),
    ("Glenside", 71.0, 90.0, [0.789, 0.721, 0.85], [0.62, 0.18], 0.57, 1, State::OnStandard),
    ("Hartwell", 120.0, 170.0, [0.776, 0.714, 0.833], [0.46, 0.07], 0.39, 2, State::OnStandard),
    ("Inverlea", 18.0, 24.0, [0.0, 0.0, 0.0], [0.0, 0.0], 0.0, 0, State::NotEnoughData),
    ("Jubilee Street", 405.0, 480.0, [0.838, 0.806, 0.867], [0.999, 0.86], 0.999, 0, State::Recognise),
    ("Kingsford", 88.0, 100.0, [0.845, 0.79, 0.893], [0.98, 0.81], 0.99, 0, State::Recognise),
    ("Lakeside", 160.0, 235.0, [0.704, 0.651, 0.754], [0.001, 0.000_1], 0.000_2, 3, State::Review),
];

fn standing(branch: &Branch) -> Standing {
    let (name, good, answers, [adjusted, low, high], [minimum, recognition], own, missed, state) = *branch;
    let known = state != State::NotEnoughData;
    // Hartwell handles more disputes than the others.
    let expected = if name == "Hartwell" { 0.745 } else { 0.796 };
    let figure = good / answers;
    Standing {
        subject: Subject::Unit(UnitId::new(name.to_lowercase().replace(' ', "-"))),
        state,
        observations: answers,
        figure: Some(figure),
        expected: Some(expected),
        like_for_like: Some(figure + 0.796 - expected),
        adjusted: known.then_some(adjusted),
        likely_range: known.then_some((low, high)),
        meets_recognition: known.then_some(recognition),
        meets_minimum: known.then_some(minimum),
        own_record: known.then_some(own),
        periods_missed: missed,
        position: Some(if name == "Lakeside" { Position::BeyondInner } else { Position::Inside }),
    }
}

fn limits() -> Vec<FunnelLimits> {
    let at = |observations: u64| {
        let error = (0.8 * 0.2 / observations as f64 + 0.0016_f64).sqrt();
        let between = |z: f64| ((0.796 - z * error).max(0.0), (0.796 + z * error).min(1.0));
        FunnelLimits { observations: observations as f64, outer: between(3.09), inner: between(1.96) }
    };
    [19, 24, 30, 40, 55, 80, 120, 180, 260, 380, 519].map(at).into()
}

fn comparison(peers: &Peers, case_mix: Vec<Attribute>) -> Comparison {
    Comparison {
        id: "satisfaction".to_owned(),
        title: "Customer satisfaction, like for like".to_owned(),
        measure: MeasureId::new("csat"),
        peers: vec![peers.clone()],
        below: None,
        case_mix,
        lines: Lines { minimum: 0.78, recognition: 0.82 },
        fixed_on: Some(date(2026, 1, 4)),
        rules: Rules::default(),
    }
}

fn compared(period: Period, standings: Vec<Standing>) -> Compared {
    Compared {
        period,
        review_periods: period.trailing(3),
        standings,
        of_all: Some(0.796),
        spread: Some((0.79, 0.051)),
        borrowed: Some(62.7),
        dispersion: 1.0,
        process_first: false,
        funnel: Some(Funnel { centre: 0.796, widened: true, limits: limits() }),
        changed_by_case_mix: Some(1),
    }
}

/// Twelve branches of every state; with `hostile` names.
pub(super) fn rich(period: Period, hostile: bool) -> Made {
    let peers = Peers::Units("branch".to_owned());
    let reason = Attribute { origin: Origin::Attributes, name: "reason".to_owned() };
    let text = |name: &str| if hostile { bank::HOSTILE.to_owned() } else { name.to_owned() };
    Made {
        comparison: comparison(&peers, vec![reason]),
        compared: compared(period, BRANCHES.iter().map(standing).collect()),
        names: BRANCHES.iter().map(|branch| (branch.0.to_lowercase().replace(' ', "-"), text(branch.0))).collect(),
        peers,
    }
}

/// Two branches without adjustment: nobody to learn from, and restless months.
pub(super) fn few(period: Period) -> Made {
    let peers = Peers::Units("branch".to_owned());
    let two = [&BRANCHES[0], &BRANCHES[11]];
    let standings =
        two.map(|branch| Standing { expected: None, like_for_like: None, position: None, ..standing(branch) });
    Made {
        comparison: Comparison { fixed_on: None, ..comparison(&peers, Vec::new()) },
        compared: Compared {
            spread: None,
            borrowed: None,
            dispersion: 1.64,
            process_first: true,
            funnel: None,
            changed_by_case_mix: None,
            ..compared(period, standings.into())
        },
        names: two.map(|branch| (branch.0.to_lowercase(), branch.0.to_owned())).into(),
        peers,
    }
}

/// Nobody has any figures.
pub(super) fn none(period: Period) -> Made {
    let made = few(period);
    Made {
        compared: Compared {
            standings: Vec::new(),
            of_all: None,
            process_first: false,
            dispersion: 1.0,
            ..made.compared
        },
        ..made
    }
}
