//! Charts. Small ones are SVG made here; the trend of a measure is option data for a chart library, which one
//! static script draws. Every chart has a description in words, and a table beside or below it.

pub mod balance;
pub mod funnel;
pub mod interval;
pub mod map;
pub mod path;
pub mod sparkline;
pub mod spread;
pub mod trend;

pub use balance::Balance;
pub use funnel::FunnelChart;
pub use interval::Interval;
pub use map::StrategyMap;
pub use path::PathChart;
pub use sparkline::Sparkline;
pub use trend::Trend;

use crate::number;

/// A coordinate in SVG: one decimal is finer than a screen.
fn at(coordinate: f64) -> String {
    let mut text = number::fixed(coordinate, 1);
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    if text == "-0" { "0".to_owned() } else { text }
}

/// A straight scale from values to coordinates.
#[derive(Debug, Clone, Copy)]
struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// `from` falls on `start` and `to` on `end`. Without any extent everything falls on the middle.
    fn place(self, value: f64) -> f64 {
        if self.to == self.from {
            return f64::midpoint(self.start, self.end);
        }
        self.start + (value - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    /// As [`Scale::place`], but never beyond the ends.
    fn clamped(self, value: f64) -> f64 {
        self.place(value).clamp(self.start.min(self.end), self.start.max(self.end))
    }
}

/// The smallest and largest of the finite values.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

/// The path along some points.
fn open(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        path.push(if place == 0 { 'M' } else { 'L' });
        path.push_str(&at(*x));
        path.push(' ');
        path.push_str(&at(*y));
    }
    path
}
