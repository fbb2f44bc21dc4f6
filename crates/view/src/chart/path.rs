//! The way to a target: figures up to now, the steps to be reached by their days, and where the figure will be when the
//! target is due.
//!
//! Drawn on the server, once for a wide and once for a narrow screen, because letters must not shrink with the drawing.
//! What it shows stands in a table beside it.

use askama::Template;
use evenkeel_model::period::Period;
use evenkeel_model::trajectory::{Forecast, Trajectory};
use jiff::civil::Date;

use super::trend::Axis;
use super::{Scale, at, extent, open};
use crate::number::Format;
use crate::words::period;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    /// Figures of the past periods, oldest first, in stored units.
    pub history: &'a [(Period, Option<f64>)],
    /// The steps to be reached.
    pub trajectory: &'a Trajectory,
    /// Where the figure will be when the target is due; none where nobody can tell.
    pub forecast: Option<&'a Forecast>,
    /// How numbers are written.
    pub format: &'a Format,
}

/// The drawing. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/path.html")]
pub struct PathChart {
    label: String,
    drawings: [Drawing; 2],
}

/// The way at one size.
#[derive(Debug, Clone, PartialEq)]
struct Drawing {
    class: &'static str,
    width: f64,
    height: f64,
    left: String,
    right: String,
    bottom: String,
    ticks: Vec<(String, String)>,
    days: Vec<Day>,
    way: String,
    course: Vec<String>,
    dots: Vec<(String, String)>,
    steps: Vec<PlacedStep>,
    range: Option<Range>,
}

/// A day that the axis names.
#[derive(Debug, Clone, PartialEq)]
struct Day {
    x: String,
    text: String,
    anchor: &'static str,
}

/// A step of the way.
#[derive(Debug, Clone, PartialEq)]
struct PlacedStep {
    x: String,
    y: String,
    mark: String,
    label: String,
    label_y: String,
    anchor: &'static str,
}

/// Where the figure will be.
#[derive(Debug, Clone, PartialEq)]
struct Range {
    x: String,
    low: String,
    high: String,
    median: String,
}

/// The width of a letter and half the size of a mark.
const LETTER: f64 = 6.7;
const HALF: f64 = 4.5;

impl PathChart {
    /// The way to a target; none without any figure. `label` says it in words.
    #[must_use]
    pub fn new(path: &Path<'_>, label: String) -> Option<Self> {
        let wide = Drawing::new("wide", (920.0, 280.0), path)?;
        let narrow = Drawing::new("narrow", (340.0, 220.0), path)?;
        Some(Self { label, drawings: [wide, narrow] })
    }
}

impl Drawing {
    fn new(class: &'static str, (width, height): (f64, f64), path: &Path<'_>) -> Option<Self> {
        let Path { history, trajectory, forecast, format } = *path;
        let plotted = |value: f64| format.plotted(value);
        let steps = trajectory.steps();
        let known: Vec<(Date, Option<f64>)> = history
            .iter()
            .map(|(period, value)| (period.last_day(), value.filter(|value| value.is_finite())))
            .collect();
        let first = known.iter().position(|(_, value)| value.is_some())?;
        let known = &known[first..];
        let ahead = forecast.into_iter().flat_map(|forecast| [forecast.low, forecast.median, forecast.high]);
        let values =
            known.iter().filter_map(|(_, value)| *value).chain(steps.iter().map(|(_, value)| *value)).chain(ahead);
        let (low, high) = extent(values.map(plotted))?;
        let upright = Axis::over(low, high, format.most());
        let ticks: Vec<String> = upright.ticks().map(|tick| format.tick(tick, upright.digits())).collect();
        let longest = ticks.iter().map(|tick| tick.chars().count()).max().unwrap_or(0) as f64;
        let from = known.first()?.0.min(steps.first()?.0);
        let due = forecast.map_or(from, |forecast| forecast.period.last_day());
        let to = known.last()?.0.max(steps.last()?.0).max(due);
        let days_between = |day: Date| f64::from((day - from).get_days());
        let (left, right, bottom) = (12.0 + longest * LETTER, width - 14.0, height - 26.0);
        let x = Scale { from: 0.0, to: days_between(to).max(1.0), start: left, end: right };
        let y = Scale { from: upright.low, to: upright.high, start: bottom, end: 14.0 };
        let to_y = |value: f64| y.clamped(plotted(value));
        let place = |day: Date, value: f64| (x.place(days_between(day)), to_y(value));
        let mut course = Vec::new();
        let mut stretch: Vec<(f64, f64)> = Vec::new();
        let mut dots = Vec::new();
        for (day, value) in known {
            match value {
                Some(value) => {
                    let (px, py) = place(*day, *value);
                    dots.push((at(px), at(py)));
                    stretch.push((px, py));
                }
                // Over a period without a figure nothing is joined.
                None if !stretch.is_empty() => course.push(open(&std::mem::take(&mut stretch))),
                None => {}
            }
        }
        if !stretch.is_empty() {
            course.push(open(&stretch));
        }
        let way: Vec<(f64, f64)> = steps.iter().map(|(day, value)| place(*day, *value)).collect();
        let today = known.last()?.0;
        let middle = f64::midpoint(left, right);
        let placed = steps.iter().zip(&way).map(|((day, value), (px, py))| {
            // The label stands on the side on which the course is not.
            let apart = |known: &&(Date, Option<f64>)| (known.0 - *day).get_days().abs();
            let near = known.iter().filter(|(_, value)| value.is_some()).min_by_key(apart);
            let above = near.and_then(|(_, figure)| *figure).is_none_or(|figure| to_y(figure) > *py);
            let label_y = if (above && *py > 26.0) || *py > bottom - 22.0 { py - 10.0 } else { py + 20.0 };
            PlacedStep {
                x: at(*px),
                y: at(*py),
                mark: format!(
                    "M{} {}L{} {}L{} {}L{} {}Z",
                    at(*px),
                    at(py - HALF),
                    at(px + HALF),
                    at(*py),
                    at(*px),
                    at(py + HALF),
                    at(px - HALF),
                    at(*py)
                ),
                label: format.goal(*value),
                label_y: at(label_y),
                anchor: if *px > middle { "end" } else { "start" },
            }
        });
        let axis = |day: Date| x.place(days_between(day));
        Some(Self {
            class,
            width,
            height,
            left: at(left),
            right: at(right),
            bottom: at(bottom),
            ticks: upright.ticks().zip(&ticks).map(|(tick, text)| (at(y.place(tick)), text.clone())).collect(),
            days: days([from, today, steps.last()?.0], (left, right), &axis),
            way: open(&way),
            course,
            dots,
            steps: placed.collect(),
            range: forecast.map(|forecast| {
                let (px, low) = place(due, forecast.low);
                let (_, high) = place(due, forecast.high);
                let (_, median) = place(due, forecast.median);
                Range { x: at(px), low: at(low), high: at(high), median: at(median) }
            }),
        })
    }
}

/// Names of the first day, the latest figure and the deadline. The ends have names; the latest figure has one where it
/// touches neither.
fn days([from, latest, end]: [Date; 3], (left, right): (f64, f64), axis: &impl Fn(Date) -> f64) -> Vec<Day> {
    let room = |day: Date| period::month_of(day).chars().count() as f64 * LETTER + 8.0;
    let half = room(latest) / 2.0;
    let mut named: Vec<(Date, &'static str)> = vec![(from, "start")];
    if axis(latest) - half > left + room(from) && axis(latest) + half < right - room(end) {
        named.push((latest, "middle"));
    }
    if end > from {
        named.push((end, "end"));
    }
    named.into_iter().map(|(day, anchor)| Day { x: at(axis(day)), text: period::month_of(day), anchor }).collect()
}

#[cfg(test)]
mod tests {
    use evenkeel_model::evaluation::{LegResult, MeasureResult};
    use evenkeel_model::period::FiscalYear;
    use evenkeel_model::target::{Baseline, Goal, Milestone, TargetPlan};
    use jiff::civil::date;

    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text, FiscalYear::default()).unwrap()
    }

    fn drawn(history: &[(Period, Option<f64>)], forecast: Option<&Forecast>) -> Option<PathChart> {
        let plan = TargetPlan {
            baseline: Some(Baseline::Measured(period("2026-01"))),
            target: Some(Goal::At(0.90)),
            by: Some(date(2026, 12, 31)),
            milestones: vec![Milestone { by: date(2026, 6, 30), goal: Goal::At(0.86) }],
            ..TargetPlan::default()
        };
        let trajectory = Trajectory::of(&plan, Some(0.80)).unwrap();
        crate::page::sample::with("rich", |evaluation, context| {
            let shares = |result: &&MeasureResult| result.measure.id.as_str() == "csat";
            let result = evaluation.legs.iter().flat_map(LegResult::measures).find(shares).unwrap();
            let format = crate::words::finding::format_of(result, context);
            PathChart::new(&Path { history, trajectory: &trajectory, forecast, format: &format }, "The way.".to_owned())
        })
    }

    #[test]
    fn steps_figures_and_forecast_have_their_places() {
        let months = ["2026-01", "2026-02", "2026-03", "2026-04"].map(period);
        let values = [Some(0.80), Some(0.82), None, Some(0.84)];
        let history: Vec<(Period, Option<f64>)> = months.into_iter().zip(values).collect();
        let forecast = Forecast {
            period: period("2026-12"),
            ahead: 8,
            points: 24,
            low: 0.84,
            median: 0.87,
            high: 0.91,
            chance: Some(0.2),
        };
        let chart = drawn(&history, Some(&forecast)).unwrap();
        for drawing in &chart.drawings {
            // Nothing is joined over the month without a figure.
            assert_eq!((drawing.course.len(), drawing.dots.len(), drawing.steps.len()), (2, 3, 3));
            let x: Vec<f64> = drawing.steps.iter().map(|step| step.x.parse().unwrap()).collect();
            let y: Vec<f64> = drawing.steps.iter().map(|step| step.y.parse().unwrap()).collect();
            assert!(x.is_sorted() && y.is_sorted_by(|one, other| one > other), "{x:?} {y:?}");
            // The first step is the first figure, and the range stands at the deadline.
            assert_eq!((&drawing.steps[0].x, &drawing.steps[0].y), (&drawing.dots[0].0, &drawing.dots[0].1));
            let range = drawing.range.as_ref().unwrap();
            assert_eq!(range.x, drawing.steps[2].x);
        }
        assert!(drawn(&history, None).unwrap().drawings.iter().all(|drawing| drawing.range.is_none()));
    }

    #[test]
    fn without_a_figure_there_is_no_drawing() {
        assert_eq!(drawn(&[], None), None);
        assert_eq!(drawn(&[(period("2026-01"), None), (period("2026-02"), Some(f64::NAN))], None), None);
        // One figure is enough, and so is one behind the deadline.
        assert!(drawn(&[(period("2027-03"), Some(0.91))], None).is_some());
    }
}
