//! A funnel: figures against the number of observations behind them, with limits that narrow as the number grows.
//!
//! Drawn on the server, once for a wide and once for a narrow screen, because letters must not shrink with the drawing.
//! Marks have the shape of their state; names stand beside those that are singled out, and beside others where there is
//! room.

use askama::Template;
use evenkeel_model::comparison::Funnel;

use super::trend::Axis;
use super::{Scale, at, extent, open};
use crate::number::{self, Format};

/// One person or unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<'a> {
    /// What people call it.
    pub name: &'a str,
    /// How many observations.
    pub observations: f64,
    /// The figure, like for like, in stored units.
    pub value: f64,
    /// The name of its icon: `recognise`, `on-standard` …
    pub code: &'static str,
    /// Whether it is singled out.
    pub stands_out: bool,
}

/// A horizontal line with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is: `minimum 78 %`.
    pub label: String,
    /// Where, in stored units.
    pub value: f64,
    /// How it is drawn: `centre`, `minimum`, `recognition`.
    pub class: &'static str,
}

/// A funnel, placed. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/funnel.html")]
pub struct FunnelChart {
    label: String,
    drawings: [Drawing; 2],
}

/// The funnel at one size.
#[derive(Debug, Clone, PartialEq)]
struct Drawing {
    class: &'static str,
    width: f64,
    height: f64,
    left: String,
    right: String,
    bottom: String,
    outer: String,
    inner: String,
    edges: Vec<String>,
    lines: Vec<PlacedLine>,
    ticks: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    marks: Vec<Mark>,
    names: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq)]
struct PlacedLine {
    class: &'static str,
    y: String,
    label: String,
    label_x: String,
    label_y: String,
    anchor: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
struct Mark {
    code: &'static str,
    x: String,
    y: String,
    size: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Name {
    x: String,
    y: String,
    anchor: &'static str,
    text: String,
    stands_out: bool,
}

/// A rectangle that is taken: left, top, right, bottom.
type Box = (f64, f64, f64, f64);

/// The width of a letter and the height of a line.
const LETTER: f64 = 6.7;
const LINE_HEIGHT: f64 = 14.0;
const MARK: f64 = 14.0;

impl FunnelChart {
    /// The funnel of some figures; none when there is nothing to draw. `label` says it in words.
    #[must_use]
    pub fn new(funnel: &Funnel, points: &[Point<'_>], lines: &[Line], format: &Format, label: String) -> Option<Self> {
        let wide = Drawing::new("wide", (640.0, 380.0), funnel, points, lines, format)?;
        let narrow = Drawing::new("narrow", (340.0, 330.0), funnel, points, lines, format)?;
        Some(Self { label, drawings: [wide, narrow] })
    }
}

impl Drawing {
    fn new(
        class: &'static str,
        (width, height): (f64, f64),
        funnel: &Funnel,
        points: &[Point<'_>],
        lines: &[Line],
        format: &Format,
    ) -> Option<Self> {
        let is_wide = class == "wide";
        let plotted = |value: f64| format.plotted(value);
        let most = points.iter().map(|point| point.observations).fold(0.0, f64::max);
        // Limits of the smallest reach far beyond any figure; they are cut at the frame.
        let middle = funnel.limits.get(funnel.limits.len() / 4)?;
        let values = points.iter().map(|point| point.value).chain(lines.iter().map(|line| line.value));
        let (low, high) = extent(values.chain([middle.inner.0, middle.inner.1]).map(plotted))?;
        let upright = Axis::over(low, high, format.most());
        let across = Axis::over(0.0, most, None);
        let ticks: Vec<String> = upright.ticks().map(|tick| format.tick(tick, upright.digits())).collect();
        let longest = ticks.iter().map(|tick| tick.chars().count()).max().unwrap_or(0) as f64;
        let left = 12.0 + longest * LETTER;
        let label_width = lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0) as f64 * LETTER;
        let right = if is_wide { width - label_width - 12.0 } else { width - 8.0 };
        let bottom = height - 30.0;
        let x = Scale { from: 0.0, to: across.high, start: left, end: right };
        let y = Scale { from: upright.low, to: upright.high, start: bottom, end: 10.0 };
        let to_y = |value: f64| y.clamped(plotted(value));
        let within: Vec<(f64, &evenkeel_model::comparison::FunnelLimits)> = funnel
            .limits
            .iter()
            .map(|limits| (x.place(limits.observations), limits))
            .filter(|(place, _)| *place <= right + 0.5)
            .collect();
        let edge = |pick: &dyn Fn(&evenkeel_model::comparison::FunnelLimits) -> f64| -> Vec<(f64, f64)> {
            within.iter().map(|(place, limits)| (*place, to_y(pick(limits)))).collect()
        };
        let outer = [edge(&|limits| limits.outer.0), edge(&|limits| limits.outer.1)];
        let inner = [edge(&|limits| limits.inner.0), edge(&|limits| limits.inner.1)];
        let mut drawing = Self {
            class,
            width,
            height,
            left: at(left),
            right: at(right),
            bottom: at(bottom),
            outer: area(&outer),
            inner: area(&inner),
            edges: outer.iter().chain(&inner).map(|edge| open(edge)).collect(),
            lines: Vec::new(),
            ticks: upright.ticks().zip(ticks).map(|(tick, text)| (at(y.place(tick)), text)).collect(),
            columns: across
                .ticks()
                .filter(|tick| *tick > 0.0 && tick.fract() == 0.0)
                .map(|tick| (at(x.place(tick)), number::plain(tick)))
                .collect(),
            marks: Vec::new(),
            names: Vec::new(),
        };
        let mut taken: Vec<Box> = Vec::new();
        for point in points {
            let (px, py) = (x.clamped(point.observations), to_y(point.value));
            drawing.marks.push(Mark { code: point.code, x: at(px - MARK / 2.0), y: at(py - MARK / 2.0), size: MARK });
            taken.push((px - 7.0, py - 7.0, px + 7.0, py + 7.0));
        }
        drawing.place_lines(lines, is_wide, (left, right), &to_y, &mut taken);
        let room = (left, 4.0, right, bottom);
        let mut order: Vec<&Point<'_>> = points.iter().collect();
        order.sort_by_key(|point| !point.stands_out);
        for point in order.into_iter().filter(|point| point.stands_out || is_wide) {
            let centre = (x.clamped(point.observations), to_y(point.value));
            drawing.names.extend(name(point, centre, room, &mut taken));
        }
        Some(drawing)
    }

    /// Lines keep their places. On a wide screen their labels stand beside them and move apart where they would touch; on a
    /// narrow one the outer two have labels, above and below.
    fn place_lines(
        &mut self,
        lines: &[Line],
        is_wide: bool,
        (left, right): (f64, f64),
        to_y: &impl Fn(f64) -> f64,
        taken: &mut Vec<Box>,
    ) {
        let mut placed: Vec<(f64, &Line)> = lines.iter().map(|line| (to_y(line.value), line)).collect();
        placed.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut last = f64::NEG_INFINITY;
        let count = placed.len();
        for (place, (y, line)) in placed.into_iter().enumerate() {
            let mut label = line.label.clone();
            let (label_x, label_y, anchor) = if is_wide {
                let label_y = (y + 4.0).max(last + LINE_HEIGHT);
                last = label_y;
                (right + 6.0, label_y, "start")
            } else {
                if place > 0 && place + 1 < count {
                    label.clear();
                }
                let label_y = if place == 0 { y - 5.0 } else { y + LINE_HEIGHT };
                let from = (right - label.chars().count() as f64 * LETTER).max(left);
                taken.push((from, label_y - LINE_HEIGHT + 3.0, right, label_y + 3.0));
                (right, label_y, "end")
            };
            self.lines.push(PlacedLine {
                class: line.class,
                y: at(y),
                label,
                label_x: at(label_x),
                label_y: at(label_y),
                anchor,
            });
        }
    }
}

/// A name on the first side of its mark on which it touches nothing; none where it would.
fn name(point: &Point<'_>, (x, y): (f64, f64), room: Box, taken: &mut Vec<Box>) -> Option<Name> {
    let width = point.name.chars().count() as f64 * LETTER;
    let sides = [
        (x + 10.0, y + 4.0, "start", x + 10.0),
        (x - 10.0, y + 4.0, "end", x - 10.0 - width),
        (x, y - 11.0, "middle", x - width / 2.0),
        (x, y + 20.0, "middle", x - width / 2.0),
    ];
    for (text_x, text_y, anchor, from) in sides {
        let own = (from, text_y - 11.0, from + width, text_y + 3.0);
        let inside = own.0 >= room.0 && own.1 >= room.1 && own.2 <= room.2 && own.3 <= room.3;
        let free = |other: &Box| own.2 <= other.0 || other.2 <= own.0 || own.3 <= other.1 || other.3 <= own.1;
        // The mark itself stands beside the name and not in its way.
        if inside && taken.iter().all(free) {
            taken.push(own);
            return Some(Name {
                x: at(text_x),
                y: at(text_y),
                anchor,
                text: point.name.to_owned(),
                stands_out: point.stands_out,
            });
        }
    }
    None
}

/// The area between a lower and an upper edge.
fn area([lower, upper]: &[Vec<(f64, f64)>; 2]) -> String {
    let around: Vec<(f64, f64)> = lower.iter().chain(upper.iter().rev()).copied().collect();
    format!("{}Z", open(&around))
}
