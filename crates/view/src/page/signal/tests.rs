use evenkeel_model::signal::{ChartKind, Method, Point, Rules, Screening, Signal, UsualRange};
use std::sync::Arc;

use super::*;
use crate::page::sample;

const ICONS: &str = include_str!("../../../templates/parts/icons.html");
const STYLE: &str = include_str!("../../../assets/style/marks.css");

/// The two marks of satisfaction with this signal.
fn marks(better: Direction, said: Variation, reach: Assurance) -> (Option<SignalMark>, Option<SignalMark>) {
    sample::with("rich", |evaluation, context| {
        let mut result = evaluation.legs[1].objectives[0].measures[0].clone();
        Arc::make_mut(&mut result.measure).better = better;
        let usual = Some(UsualRange { low: 0.77, average: 0.8, high: 0.83 });
        result.signal = Some(Signal {
            method: Method {
                chart: ChartKind::P,
                rules: Rules::ALL,
                screening: Screening::On,
                baseline: (context.place.period, context.place.period, 1),
                frozen: false,
            },
            phase: None,
            points: vec![Point { period: context.place.period, value: 0.8, usual, judgement: None }],
            variation: said,
            assurance: reach,
            finding: None,
            history: Vec::new(),
            caveats: Vec::new(),
            false_alarm_rate: None,
        });
        (variation(&result, context), assurance(&result, context))
    })
}

/// Every mark that can occur has an icon, a colour and words, and no two share their words or their shape.
#[test]
fn every_mark_is_drawn() {
    let mut all = Vec::new();
    let signal = |judgement, side| Variation::Signal { judgement, side };
    for said in [
        Variation::TooFewPoints,
        Variation::Usual,
        signal(Judgement::Better, Side::Above),
        signal(Judgement::Better, Side::Below),
        signal(Judgement::Worse, Side::Above),
        signal(Judgement::Worse, Side::Below),
        signal(Judgement::NoJudgement, Side::Above),
        signal(Judgement::NoJudgement, Side::Below),
    ] {
        let (mark, _) = marks(Direction::Higher, said, Assurance::NoTarget);
        let mark = mark.unwrap();
        assert_eq!(mark.is_signal(), matches!(said, Variation::Signal { .. }));
        all.push(mark);
    }
    let mut unique: Vec<(&str, &str, &str)> =
        all.iter().map(|mark| (mark.icon, mark.code, mark.words.as_str())).collect();
    unique.sort_unstable();
    unique.dedup_by_key(|(icon, ..)| *icon);
    assert_eq!(unique.len(), 8);
    let band = Direction::Within { low: 0.7, high: 0.9 };
    let above = Direction::Within { low: 0.5, high: 0.6 };
    let under = Direction::Within { low: 0.9, high: 0.95 };
    for (better, reach, icon) in [
        (Direction::Higher, Assurance::TooFewPoints, "as-none"),
        (Direction::Higher, Assurance::Wait, "as-none"),
        (Direction::Higher, Assurance::Sometimes, "as-hm"),
        (Direction::Higher, Assurance::WillMeet, "as-pass-up"),
        (Direction::Lower, Assurance::WillMeet, "as-pass-down"),
        (band, Assurance::WillMeet, "as-pass-within"),
        (Direction::Higher, Assurance::WillMiss, "as-fail-up"),
        (Direction::Lower, Assurance::WillMiss, "as-fail-down"),
        (under, Assurance::WillMiss, "as-fail-up"),
        (above, Assurance::WillMiss, "as-fail-down"),
    ] {
        let (_, mark) = marks(better, Variation::Usual, reach);
        let mark = mark.unwrap();
        assert_eq!(mark.icon, icon);
        all.push(mark);
    }
    for mark in all {
        assert!(!mark.words.is_empty());
        assert!(ICONS.contains(&format!("<symbol id=\"{}\"", mark.icon)), "{}", mark.icon);
        let colour = [" ", ","].iter().any(|end| STYLE.contains(&format!(".{}{end}", mark.icon)));
        assert!(colour, "{}", mark.icon);
    }
    assert_eq!(marks(Direction::Higher, Variation::Usual, Assurance::NoTarget).1, None);
}
