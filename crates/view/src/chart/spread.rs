//! Several values on one line, beside a dashed standard: how far units lie apart.

use askama::Template;

use super::interval::Span;
use super::{Scale, at};

const WIDTH: f64 = 232.0;

/// Values on a line, placed. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/spread.html")]
pub struct Spread {
    goal: Option<String>,
    points: Vec<String>,
    label: String,
}

impl Spread {
    /// Places values on a scale. `label` says in words what the picture shows.
    #[must_use]
    pub fn new(span: Span, values: &[f64], goal: Option<f64>, label: String) -> Self {
        let across = Scale { from: span.low, to: span.high, start: 0.0, end: WIDTH };
        let place = |value: &f64| at(across.clamped(*value));
        let finite = |value: &&f64| value.is_finite();
        Self {
            goal: goal.iter().filter(finite).map(place).next(),
            points: values.iter().filter(finite).map(place).collect(),
            label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_for_each_value() {
        let span = Span { low: 0.6, high: 1.0 };
        let spread = Spread::new(span, &[0.8, 0.9, f64::NAN], Some(0.85), "Two branches".to_owned());
        insta::assert_snapshot!(spread.render().unwrap());
    }
}
