//! The way to a target on the page of a measure: the steps with what became of them, and the drawing.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::trajectory::{Forecast, Trajectory};
use jiff::civil::Date;

use crate::chart::PathChart;
use crate::chart::path::Path;
use crate::number::Format;
use crate::page::context::Context;
use crate::words::period;

/// The way to a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// What it is called: `The way to 84 %`.
    pub heading: String,
    /// What the drawing shows beside the figures.
    pub note: String,
    /// The drawing; none without any figure.
    pub chart: Option<PathChart>,
    /// The steps in the order of time, the target last.
    pub steps: Vec<WayStep>,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayStep {
    /// By when.
    pub by: String,
    /// What is to be reached by then.
    pub goal: String,
    /// The figure of the period that the day lies in; none while that goes on or lies ahead.
    pub figure: Option<String>,
    /// What became of it: `reached`, `not reached`, `ahead`.
    pub outcome: &'static str,
}

impl Way {
    /// The way of a measure; none without a target and deadline.
    #[must_use]
    pub fn new(
        result: &MeasureResult,
        forecast: Option<&Forecast>,
        format: &Format,
        context: &Context<'_>,
    ) -> Option<Self> {
        let trajectory = &result.on_the_way.as_ref()?.trajectory;
        let (by, target) = trajectory.deadline()?;
        let heading = format!("The way to {} by {}", format.goal(target), period::deadline(by));
        let note = match forecast {
            Some(_) => "dashed: the way; bar: where the figure will be in eight of ten such cases",
            None => "dashed: the way",
        };
        let steps = steps(result, trajectory, format, context);
        let told = steps.iter().map(|step| match &step.figure {
            Some(figure) => format!("{} by {}: {figure}, {}", step.goal, step.by, step.outcome),
            None => format!("{} by {}: {}", step.goal, step.by, step.outcome),
        });
        let label = format!("{}. {}.", heading, told.collect::<Vec<_>>().join("; "));
        let path = Path { history: &result.history, trajectory, forecast, format };
        Some(Self { heading, note: note.to_owned(), chart: PathChart::new(&path, label), steps })
    }
}

fn steps(result: &MeasureResult, trajectory: &Trajectory, format: &Format, context: &Context<'_>) -> Vec<WayStep> {
    // A period that goes on has not decided yet.
    let over = if context.is_running() { context.place.period.start() } else { context.place.period.end() };
    let figure_on = |day: Date| {
        let found = result.history.iter().find(|(period, _)| period.contains(day) && period.end() <= over);
        found.and_then(|(_, value)| *value)
    };
    let step = |(place, &(by, goal)): (usize, &(Date, f64))| {
        let figure = figure_on(by);
        let outcome = match figure {
            _ if place == 0 && Some(goal) == result.targets.baseline => "baseline",
            Some(value) => match result.measure.better.meets(value, Some(goal)) {
                Some(true) => "reached",
                Some(false) => "not reached",
                None => "no direction is better",
            },
            None if by >= over => "ahead",
            None => "no figure",
        };
        // A figure that just misses its goal must not look equal to it.
        let format = format.clone().telling_apart(figure, Some(goal));
        WayStep {
            by: period::deadline(by),
            goal: format.goal(goal),
            figure: figure.map(|value| format.text(value)),
            outcome,
        }
    };
    trajectory.steps().iter().enumerate().map(step).collect()
}
