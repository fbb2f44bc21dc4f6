//! The four rules that mark special causes, as executed by `NHSRplotthedots` 0.2.2.
//!
//! 1. *Outside*: strictly beyond a limit.
//! 2. *Trend*: seven successive points strictly rising or strictly falling; a tie breaks it. All of them are marked.
//! 3. *Two of three*: three successive points on one side of the centre, at least two of them beyond the near line. Only
//!    the points beyond the near line are marked.
//! 4. *Shift*: seven successive points strictly on one side of the centre; a point on the centre breaks it. All marked.
//!
//! This order is also the priority of the label where several rules mark a point. Rules never look across phases.

use super::Chart;

/// Whether a point beyond the limits counts as "beyond the near line" for the rule of two in three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TwoOfThree {
    /// The rule is not used.
    Off,
    /// Only points between the near line and the limit count: one point outside plus one near does not fire the rule.
    /// This is what `NHSRplotthedots` does.
    NearOnly,
    /// Points beyond the limit count too, as in most textbooks.
    NearOrBeyond,
}

/// Which rules are used, and their lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Whether points beyond the limits are marked.
    pub outside: bool,
    /// Points of a trend; `None` for no trend rule.
    pub trend: Option<usize>,
    /// The rule of two in three.
    pub two_of_three: TwoOfThree,
    /// Points of a shift; `None` for no shift rule.
    pub shift: Option<usize>,
}

impl Rules {
    /// Seven, seven, and near points only.
    pub const MAKING_DATA_COUNT: Self =
        Self { outside: true, trend: Some(7), two_of_three: TwoOfThree::NearOnly, shift: Some(7) };

    /// Only points beyond the limits.
    pub const OUTSIDE_ONLY: Self = Self { outside: true, trend: None, two_of_three: TwoOfThree::Off, shift: None };
}

/// A rule, in order of priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Beyond a limit.
    Outside,
    /// Steadily rising or falling.
    Trend,
    /// Two of three beyond a near line.
    TwoOfThree,
    /// A run on one side of the centre.
    Shift,
}

/// The side on which a rule marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Above the centre; for a trend, rising.
    Above,
    /// Below the centre; for a trend, falling.
    Below,
}

/// The rules that mark one point, each with its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Marks {
    /// Beyond a limit.
    pub outside: Option<Side>,
    /// Part of a trend. A point where one trend turns into another carries the later one.
    pub trend: Option<Side>,
    /// One of two in three.
    pub two_of_three: Option<Side>,
    /// Part of a shift.
    pub shift: Option<Side>,
}

impl Marks {
    /// The mark with the highest priority.
    #[must_use]
    pub fn first(self) -> Option<(Rule, Side)> {
        let by_priority = [
            (Rule::Outside, self.outside),
            (Rule::Trend, self.trend),
            (Rule::TwoOfThree, self.two_of_three),
            (Rule::Shift, self.shift),
        ];
        by_priority.into_iter().find_map(|(rule, side)| side.map(|side| (rule, side)))
    }

    /// The side on which `rule` marks the point.
    #[must_use]
    pub fn of(self, rule: Rule) -> Option<Side> {
        match rule {
            Rule::Outside => self.outside,
            Rule::Trend => self.trend,
            Rule::TwoOfThree => self.two_of_three,
            Rule::Shift => self.shift,
        }
    }
}

/// Marks every point of the chart. Points without limits can only be part of a trend.
#[must_use]
pub fn evaluate(chart: &Chart) -> Vec<Marks> {
    let mut marks = vec![Marks::default(); chart.points.len()];
    for phase in &chart.phases {
        let points = &chart.points[phase.start..phase.end];
        let marks = &mut marks[phase.start..phase.end];
        let rules = phase.rules;
        let sides: Vec<Option<Side>> = points
            .iter()
            .map(|point| point.limits.and_then(|limits| side(point.value, limits.centre, limits.centre)))
            .collect();
        let outside: Vec<Option<Side>> = points
            .iter()
            .map(|point| point.limits.and_then(|limits| side(point.value, limits.low, limits.high)))
            .collect();
        if rules.outside {
            for (mark, &outside) in marks.iter_mut().zip(&outside) {
                mark.outside = outside;
            }
        }
        if let Some(length) = rules.trend {
            let steps: Vec<Option<Side>> =
                points.windows(2).map(|pair| side(pair[1].adjusted, pair[0].adjusted, pair[0].adjusted)).collect();
            // Six steps of one direction join seven points.
            for (start, run, direction) in runs(&steps) {
                if run + 1 >= length {
                    marks[start..=start + run].iter_mut().for_each(|mark| mark.trend = Some(direction));
                }
            }
        }
        if let Some(length) = rules.shift {
            for (start, run, side) in runs(&sides) {
                if run >= length {
                    marks[start..start + run].iter_mut().for_each(|mark| mark.shift = Some(side));
                }
            }
        }
        if rules.two_of_three != TwoOfThree::Off {
            let near: Vec<bool> = points
                .iter()
                .zip(&outside)
                .map(|(point, outside)| {
                    let beyond = point
                        .limits
                        .is_some_and(|limits| side(point.value, limits.near_low, limits.near_high).is_some());
                    beyond && (outside.is_none() || rules.two_of_three == TwoOfThree::NearOrBeyond)
                })
                .collect();
            for start in 0..points.len().saturating_sub(2) {
                let window = start..start + 3;
                let Some(side) = sides[start] else { continue };
                let same_side = sides[window.clone()].iter().all(|&other| other == Some(side));
                if same_side && near[window.clone()].iter().filter(|&&near| near).count() >= 2 {
                    for i in window.filter(|&i| near[i]) {
                        marks[i].two_of_three = Some(side);
                    }
                }
            }
        }
    }
    marks
}

/// The side of `low..=high` on which `value` lies strictly.
pub(crate) fn side(value: f64, low: f64, high: f64) -> Option<Side> {
    if value > high {
        Some(Side::Above)
    } else if value < low {
        Some(Side::Below)
    } else {
        None
    }
}

/// Start, length and side of each stretch of equal sides.
pub(crate) fn runs(sides: &[Option<Side>]) -> Vec<(usize, usize, Side)> {
    let mut found: Vec<(usize, usize, Side)> = Vec::new();
    for (i, side) in sides.iter().enumerate() {
        let Some(side) = *side else { continue };
        match found.last_mut() {
            Some((start, length, before)) if *start + *length == i && *before == side => *length += 1,
            _ => found.push((i, 1, side)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Baseline, Phase, Series, Settings, chart};
    use super::*;

    /// Monthly satisfaction of worked example D1.
    pub(crate) const D1: [f64; 24] = [
        82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 83.0, 84.0, 86.0, 85.0, 87.0, 86.0,
        88.0, 85.0, 84.0, 86.0, 87.0, 72.0,
    ];
    /// D2 of the same file.
    const D2: [f64; 25] = [
        50.0, 52.0, 49.0, 51.0, 48.0, 50.0, 53.0, 49.0, 51.0, 50.0, 52.0, 48.0, 50.0, 51.0, 49.0, 58.0, 57.0, 50.0,
        51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 50.0,
    ];

    fn labels(values: &[f64], phases: &[Phase], settings: &Settings) -> Vec<(usize, Rule, Side)> {
        let chart = chart(Series::Values(values), phases, settings).unwrap();
        evaluate(&chart)
            .into_iter()
            .enumerate()
            .filter_map(|(i, marks)| marks.first().map(|(rule, side)| (i + 1, rule, side)))
            .collect()
    }

    fn numbers(labels: &[(usize, Rule, Side)], rule: Rule, side: Side) -> Vec<usize> {
        labels.iter().filter(|label| label.1 == rule && label.2 == side).map(|label| label.0).collect()
    }

    #[test]
    fn d1_frozen_after_twelve() {
        let found = labels(&D1, &[Phase::frozen_after(12)], &Settings::MAKING_DATA_COUNT);
        assert_eq!(numbers(&found, Rule::Shift, Side::Above), [13, 14, 15, 16, 18, 20, 21, 22, 23]);
        assert_eq!(numbers(&found, Rule::TwoOfThree, Side::Above), [17, 19]);
        assert_eq!(numbers(&found, Rule::Outside, Side::Below), [24]);
        assert_eq!(found.len(), 12);
    }

    #[test]
    fn d1_with_moving_limits_screened_or_not() {
        let screened = labels(&D1, &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT);
        assert_eq!(numbers(&screened, Rule::Shift, Side::Above), (13..=23).collect::<Vec<_>>());
        assert_eq!(numbers(&screened, Rule::Outside, Side::Below), [24]);
        let unscreened = Settings { screen_moving_ranges: false, ..Settings::MAKING_DATA_COUNT };
        assert_eq!(labels(&D1, &[Phase::WHOLE], &unscreened), screened);
    }

    #[test]
    fn d2_outside_then_trend_then_usual() {
        let found = labels(&D2, &[Phase::frozen_after(15)], &Settings::MAKING_DATA_COUNT);
        assert_eq!(numbers(&found, Rule::Outside, Side::Above), [16, 17]);
        assert_eq!(numbers(&found, Rule::Trend, Side::Above), (18..=24).collect::<Vec<_>>());
        assert_eq!(found.len(), 9);
    }

    #[test]
    fn a_point_outside_counts_as_near_only_where_it_is_said() {
        // Baseline 50 with an average moving range of 2: limits 44.68 and 55.32, near lines at 46.45 and 53.55.
        let mut values: Vec<f64> = (0..14).map(|i| if i % 2 == 0 { 49.0 } else { 51.0 }).collect();
        values.extend([54.0, 56.0, 51.0]);
        let settings = |two_of_three| Settings {
            rules: Rules { two_of_three, ..Rules::MAKING_DATA_COUNT },
            ..Settings::MAKING_DATA_COUNT
        };
        let strict = labels(&values, &[Phase::frozen_after(14)], &settings(TwoOfThree::NearOnly));
        assert!(numbers(&strict, Rule::TwoOfThree, Side::Above).is_empty());
        let textbook = labels(&values, &[Phase::frozen_after(14)], &settings(TwoOfThree::NearOrBeyond));
        assert_eq!(numbers(&textbook, Rule::TwoOfThree, Side::Above), [15]);
        let off = labels(&values, &[Phase::frozen_after(14)], &settings(TwoOfThree::Off));
        assert_eq!(numbers(&off, Rule::Outside, Side::Above), [16]);
    }

    #[test]
    fn ties_break_trends_and_points_on_the_centre_break_shifts() {
        let rising = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(labels(&rising, &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).len(), 7);
        let tied = [1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0];
        let found = labels(&tied, &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT);
        assert!(numbers(&found, Rule::Trend, Side::Above).is_empty());
        let on_centre: Vec<f64> =
            [9.0, 11.0].repeat(6).into_iter().chain([12.0, 12.0, 12.0, 10.0, 12.0, 12.0, 12.0]).collect();
        let found = labels(&on_centre, &[Phase::frozen_after(12)], &Settings::MAKING_DATA_COUNT);
        assert!(numbers(&found, Rule::Shift, Side::Above).is_empty());
    }

    #[test]
    fn rules_do_not_cross_phases() {
        let phases = [Phase::WHOLE, Phase { start: 12, baseline: Baseline::All }];
        let found = labels(&D1, &phases, &Settings::MAKING_DATA_COUNT);
        assert!(numbers(&found, Rule::Shift, Side::Above).is_empty(), "{found:?}");
        let rising: Vec<f64> = (0..10).map(f64::from).collect();
        let cut = [Phase::WHOLE, Phase { start: 5, baseline: Baseline::All }];
        assert!(labels(&rising, &cut, &Settings::MAKING_DATA_COUNT).is_empty());
    }

    #[test]
    fn runs_are_split_by_gaps() {
        let (above, below) = (Some(Side::Above), Some(Side::Below));
        let found = runs(&[above, above, None, above, below, below]);
        assert_eq!(found, [(0, 2, Side::Above), (3, 1, Side::Above), (4, 2, Side::Below)]);
    }
}
