//! All targets of a unit: where each measure stands on the way to its target, and how likely it will be there in time.

use askama::Template;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::scoring::Status;
use evenkeel_model::trajectory::{Forecast, NoForecast};
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{self, Format};
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::page::row::{Row, StatusMark};
use crate::words::{self, capitalised, course, finding, period, spelled};

/// A measure with what its past tells about its deadline.
#[derive(Debug, Clone)]
pub struct Targeted {
    /// The figures.
    pub result: MeasureResult,
    /// Where it will be when its target is due; none without a deadline.
    pub forecast: Option<Result<Forecast, NoForecast>>,
}

/// The targets of a unit. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "targets.html")]
pub struct TargetsPage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about: `Targets of Branch network, October 2026`.
    pub title: String,
    /// How many targets are met, and how many ways are behind.
    pub headline: String,
    /// Measures with a target, in the order of the scorecard.
    pub targets: Vec<TargetLine>,
    /// Measures of the scorecard that have none.
    pub without: Vec<Link>,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TargetLine {
    /// The figures of the measure.
    pub row: Row,
    /// By when the target is to be reached; none without a deadline.
    pub by: Option<String>,
    /// What the way to it asks for by now.
    pub asked_now: Option<String>,
    /// Whether it is there; none where nothing is asked for by now, or the deadline is over.
    pub course: Option<Course>,
    /// The next step of the way before the target.
    pub next: Option<String>,
    /// How likely the target is met when it is due, or that nobody can tell.
    pub forecast: Option<String>,
    /// What stands behind that, in sentences.
    pub because: Vec<String>,
}

/// Where a measure stands on the way to its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Course {
    /// The mark.
    pub mark: StatusMark,
    /// The words: `On course`, `Behind its course, could be chance`.
    pub words: String,
}

impl TargetsPage {
    /// The targets of some measures, in their order.
    #[must_use]
    pub fn new(measures: &[Targeted], context: &Context<'_>) -> Self {
        let links = context.links;
        let title =
            format!("Targets of {}, {}", context.unit_name(), period::name(context.place.period, context.fiscal_year));
        let to = |place: &crate::page::Place| links.targets(place).unwrap_or_else(|| links.scorecard(place));
        let (with, without): (Vec<&Targeted>, Vec<&Targeted>) =
            measures.iter().partition(|one| one.result.has_target());
        let targets: Vec<TargetLine> = with.iter().map(|one| line(one, context)).collect();
        Self {
            frame: Frame::new(&title, context, &to),
            headline: headline(&with),
            title,
            targets,
            without: without
                .into_iter()
                .map(|one| Link {
                    label: one.result.measure.title.clone(),
                    url: links.measure(&one.result.measure.id, &context.place),
                })
                .collect(),
        }
    }
}

fn headline(with: &[&Targeted]) -> String {
    if with.is_empty() {
        return "No measure of this scorecard has a target.".to_owned();
    }
    let met = with.iter().filter(|one| matches!(one.result.status, Status::Met | Status::MetPerhapsByChance)).count();
    let known = with.iter().filter(|one| !matches!(one.result.status, Status::NoData | Status::NoTarget)).count();
    let behind = with
        .iter()
        .filter_map(|one| one.result.on_the_way.as_ref())
        .filter(|way| matches!(way.status, Status::Missed | Status::MissedPerhapsByChance))
        .count();
    let met = match known {
        0 => format!("{}; none has a figure in this period.", number::counted(with.len() as u64, "targets")),
        known => {
            let told = [Some(words::targets_met(met, known)), words::without_figure(with.len() - known)];
            told.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
    match behind {
        0 => met,
        1 => format!("{met} One measure is behind its course."),
        many => format!("{met} {} measures are behind their course.", capitalised(&spelled(many))),
    }
}

fn line(one: &Targeted, context: &Context<'_>) -> TargetLine {
    let Targeted { result, forecast } = one;
    let format: Format = finding::format_of(result, context);
    let way = result.on_the_way.as_ref();
    let told = way.and_then(|way| Some((way, course::on_the_way(way, result, &format, context)?)));
    let today = context.place.period.last_day();
    let future = forecast.as_ref().and_then(|found| Some((found, course::forecast(found, result, &format, context)?)));
    let next = way.and_then(|way| {
        let (deadline, _) = way.trajectory.deadline()?;
        way.trajectory.next_after(today).filter(|(by, _)| *by < deadline)
    });
    let because = told.iter().map(|(_, (_, text))| text.clone());
    let because = because.chain(future.iter().map(|(_, (heading, text))| format!("{heading}. {text}")));
    TargetLine {
        row: Row::new(result, context),
        by: result.targets.by.map(period::deadline),
        asked_now: way.filter(|_| told.is_some()).and_then(|way| way.expected).map(|value| format.goal(value)),
        next: next.map(|(by, value)| format!("{} by {}", format.goal(value), period::deadline(by))),
        forecast: future.as_ref().map(|(found, (heading, _))| match found {
            Ok(Forecast { chance: Some(chance), .. }) => course::chance(*chance),
            _ => heading.clone(),
        }),
        because: because.collect(),
        course: told.map(|(way, (words, _))| Course { mark: way.status.into(), words }),
    }
}
