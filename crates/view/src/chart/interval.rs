//! A value with its likely range on a line, beside a dashed target.

use askama::Template;

use super::{Scale, at, extent};
use evenkeel_model::scoring::Status;

const WIDTH: f64 = 240.0;

/// The common scale of several interval bars, one below the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Left end.
    pub low: f64,
    /// Right end.
    pub high: f64,
}

impl Span {
    /// The scale that holds all values, widened a little; none when there are none.
    #[must_use]
    pub fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = extent(values)?;
        let margin = if high > low { (high - low) * 0.06 } else { high.abs().max(1e-9) * 0.1 };
        Some(Self { low: low - margin, high: high + margin })
    }
}

/// An interval bar, placed. It writes itself as SVG; its text stands in the cells beside it.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/interval.html")]
pub struct Interval {
    goals: Vec<String>,
    range: Option<(String, String)>,
    point: Option<String>,
    /// `met` or `missed` where that is sure, else empty.
    state: &'static str,
}

impl Interval {
    /// Places a value on the common scale.
    #[must_use]
    pub fn new(span: Span, value: Option<f64>, range: Option<(f64, f64)>, goals: &[f64], status: Status) -> Self {
        let across = Scale { from: span.low, to: span.high, start: 0.0, end: WIDTH };
        let finite = |value: &f64| value.is_finite();
        Self {
            goals: goals.iter().filter(|goal| finite(goal)).map(|&goal| at(across.clamped(goal))).collect(),
            range: range
                .filter(|(low, high)| finite(low) && finite(high))
                .map(|(low, high)| (at(across.clamped(low)), at(across.clamped(high)))),
            point: value.filter(finite).map(|value| at(across.clamped(value))),
            state: match status {
                Status::Met => "met",
                Status::Missed => "missed",
                _ => "",
            },
        }
    }

    fn is_triangle(&self) -> bool {
        self.state == "missed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_tells_the_state() {
        let span = Span { low: 0.0, high: 100.0 };
        let bar = |status| Interval::new(span, Some(75.0), Some((60.0, 90.0)), &[82.0], status).render().unwrap();
        insta::assert_snapshot!(bar(Status::Met));
        insta::assert_snapshot!(bar(Status::Missed));
    }

    #[test]
    fn a_range_beyond_the_scale_ends_at_its_edge() {
        let bar = Interval::new(Span { low: 0.0, high: 1.0 }, None, Some((-3.0, 9.0)), &[], Status::NoData);
        assert_eq!(bar.range, Some(("0".to_owned(), "240".to_owned())));
        assert_eq!(bar.point, None);
    }

    #[test]
    fn one_value_has_a_scale_too() {
        let span = Span::around([0.0].into_iter()).unwrap();
        assert!(span.low < span.high);
        assert_eq!(Span::around(std::iter::empty()), None);
    }
}
