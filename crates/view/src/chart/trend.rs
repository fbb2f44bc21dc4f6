//! The course of a measure on its own page: option data for `ECharts`, with every text ready made.
//!
//! The usual range lies behind the course as a band, its average as a thin line; both go in steps where every period
//! has its own. A point that is more than usual variation has the shape of its judgement.
//!
//! Colours are given as `var(--name)`; the script reads them from the style sheet, so the chart follows the
//! theme. Formatters cannot be written in JSON, so the texts of tips and axis marks travel beside the option.

use std::fmt;

use evenkeel_model::signal::{Judgement, UsualRange};
use serde_json::{Value, json};

use super::extent;
use crate::html::is_steering;
use crate::number::Format;

/// A triangle that points down, as in the icons.
const TRIANGLE: &str = "path://M0 0H12L6 10.5Z";

/// What the chart shows.
#[derive(Debug, Clone)]
pub struct Course<'a> {
    /// Names of the periods, oldest first, with the value in stored units where there is one.
    pub points: &'a [Point],
    /// Horizontal lines: target, ends of the best range, stretch.
    pub lines: &'a [Line],
    /// How numbers are written.
    pub format: &'a Format,
    /// Whether the last period is still running.
    pub open: bool,
}

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The name in the tip: `Oct 2026`.
    pub name: String,
    /// The value in stored units.
    pub value: Option<f64>,
    /// What the tip says about a missing value.
    pub missing: String,
    /// The range within which such a value usually falls.
    pub usual: Option<UsualRange>,
    /// What it means where it is more than usual variation.
    pub judgement: Option<Judgement>,
    /// More lines for the tip: usual range, signal.
    pub notes: Vec<String>,
    /// Why another series begins here, in a word or two: the definition has changed, or a new phase began.
    pub begins: Option<&'static str>,
    /// Whether the axis names this period; the chart leaves names out where they would touch.
    pub named: bool,
    /// The numbers of the notes about it; empty without any.
    pub mark: String,
}

/// A horizontal line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is: `target 82 %`.
    pub label: String,
    /// Where, in stored units.
    pub value: f64,
    /// Whether it is the line that counts; others are drawn lighter.
    pub main: bool,
}

/// Option data for one chart, fit to stand inside a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    block: Value,
}

/// Writes the JSON so that nothing in it can end the script element around it, and nothing unseen turns its texts.
impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json: String = self.block.to_string().chars().filter(|&c| !is_steering(c)).collect();
        f.write_str(&json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
    }
}

impl Trend {
    /// The chart of a course; none when there is no value to draw.
    #[must_use]
    pub fn new(course: &Course<'_>) -> Option<Self> {
        let plotted = |value: f64| course.format.plotted(value);
        let values = course.points.iter().filter_map(|point| point.value);
        let lines = course.lines.iter().map(|line| line.value);
        values.clone().find(|value| value.is_finite())?;
        let usual = course.points.iter().filter_map(|point| point.usual).flat_map(|usual| [usual.low, usual.high]);
        let (low, high) = extent(values.chain(lines).chain(usual).map(plotted))?;
        let axis = Axis::over(low, high, course.format.most());
        let ticks: Vec<String> = axis.ticks().map(|tick| course.format.tick(tick, axis.digits())).collect();
        // The figure at the last point stands in the middle above it, or below it.
        let last = course.points.iter().filter_map(|point| point.value).next_back();
        let figure = last.map_or(0, |value| course.format.text(value).chars().count());
        let half = 10 + figure * 4;
        let labels = course.lines.iter().map(|line| line.label.chars().count()).max().map_or(24, |n| 18 + n * 7);
        let right = labels.max(half);
        let near_top = last.is_some_and(|value| plotted(value) > axis.high - (axis.high - axis.low) * 0.1);
        let top = if near_top { 34 } else { 14 };
        let left = 14 + ticks.iter().map(|tick| tick.chars().count()).max().unwrap_or(0) * 7;
        let names: Vec<&str> = axis_names(course.points, 7);
        let few_names: Vec<&str> = axis_names(course.points, 3);
        let option = json!({
            "animation": false,
            "textStyle": { "fontSize": 12.5, "color": "var(--ink-2)" },
            "grid": { "left": left, "right": right, "top": top, "bottom": 28 },
            "tooltip": {
                "trigger": "axis",
                "showContent": false,
                "axisPointer": { "lineStyle": { "color": "var(--line-2)" } },
            },
            "xAxis": {
                "type": "category",
                "boundaryGap": false,
                "data": names,
                "axisLine": { "lineStyle": { "color": "var(--line-2)" } },
                "axisTick": { "show": false },
                "axisLabel": { "color": "var(--ink-2)", "fontSize": 12.5, "interval": 0, "hideOverlap": true },
            },
            "yAxis": {
                "type": "value",
                "min": axis.low,
                "max": axis.high,
                "interval": axis.step,
                "axisLine": { "show": false },
                "axisTick": { "show": false },
                "axisLabel": { "color": "var(--ink-2)", "fontSize": 12.5 },
                "splitLine": { "lineStyle": { "color": "var(--line)" } },
            },
            "series": series(course, axis.low),
        });
        let narrow = json!({
            "grid": { "right": half.max(34) },
            "xAxis": { "data": few_names },
            "series": [{ "markLine": { "data": narrowed(mark_lines(course)) } }],
        });
        let tips: Vec<String> = course.points.iter().map(|point| tip(point, course.format)).collect();
        Some(Self { block: json!({ "option": option, "narrow": narrow, "tips": tips, "ticks": ticks }) })
    }
}

/// The course comes first; a narrow screen changes it by its place. Where the definition has changed, another line
/// begins: what was measured before is not joined to what is measured since.
fn series(course: &Course<'_>, bottom: f64) -> Vec<Value> {
    let line = |data: Vec<Value>| {
        json!({
            "type": "line",
            "z": 4,
            "symbol": "circle",
            "symbolSize": 5,
            "showAllSymbol": true,
            "lineStyle": { "color": "var(--ink-2)", "width": 1.75 },
            "itemStyle": { "color": "var(--noise)" },
            "emphasis": { "disabled": true },
            "data": data,
        })
    };
    let all = data(course);
    let mut ends: Vec<usize> = (0..all.len()).filter(|&place| course.points[place].begins.is_some()).collect();
    let newest = ends.last().copied().unwrap_or(0);
    let stretch = |from: usize, to: usize| -> Vec<Value> {
        let inside =
            |(place, value): (usize, &Value)| if (from..to).contains(&place) { value.clone() } else { Value::Null };
        all.iter().enumerate().map(inside).collect()
    };
    let mut course_line = line(stretch(newest, all.len()));
    course_line["markLine"] =
        json!({ "symbol": "none", "silent": true, "animation": false, "data": mark_lines(course) });
    let mut series = vec![course_line];
    ends.insert(0, 0);
    ends.dedup();
    for (from, to) in ends.iter().zip(ends.iter().skip(1)) {
        series.push(line(stretch(*from, *to)));
    }
    if course.points.iter().any(|point| point.usual.is_some()) {
        series.extend(band(course));
    }
    if course.points.iter().any(|point| !point.mark.is_empty()) {
        series.push(marks(course, bottom));
    }
    series
}

/// The numbers of notes along the axis, each in the period that it is about.
fn marks(course: &Course<'_>, bottom: f64) -> Value {
    let mark = |point: &Point| {
        if point.mark.is_empty() {
            return Value::Null;
        }
        let width = 12 + 7 * point.mark.chars().count();
        json!({
            "value": bottom,
            "symbol": "roundRect",
            "symbolSize": [width, 18],
            "symbolOffset": [0, -13],
            "label": {
                "show": true,
                "position": "inside",
                "formatter": point.mark,
                "fontSize": 11.5,
                "fontWeight": 600,
                "color": "var(--ink)",
            },
        })
    };
    json!({
        "type": "line",
        "z": 5,
        "lineStyle": { "width": 0 },
        "itemStyle": { "color": "var(--surface)", "borderColor": "var(--ink-2)", "borderWidth": 1 },
        "showAllSymbol": true,
        "silent": true,
        "emphasis": { "disabled": true },
        "data": course.points.iter().map(mark).collect::<Vec<Value>>(),
    })
}

/// Two stacked lines with the area between them, and the average.
fn band(course: &Course<'_>) -> [Value; 3] {
    let of = |pick: fn(UsualRange) -> f64| -> Vec<Option<f64>> {
        course.points.iter().map(|point| point.usual.map(|usual| course.format.plotted(pick(usual)))).collect()
    };
    let line = |data: Vec<Option<f64>>, width: f64| {
        json!({
            "type": "line",
            "z": 1,
            "data": data,
            "step": "middle",
            "symbol": "none",
            "silent": true,
            "emphasis": { "disabled": true },
            "lineStyle": { "color": "var(--line-2)", "width": width },
        })
    };
    let mut low = line(of(|usual| usual.low), 0.0);
    let mut height = line(of(|usual| usual.high - usual.low), 0.0);
    for part in [&mut low, &mut height] {
        part["stack"] = json!("usual");
        // Ranges may lie on both sides of zero.
        part["stackStrategy"] = json!("all");
    }
    height["areaStyle"] = json!({ "color": "var(--band)", "opacity": 1 });
    [low, height, line(of(|usual| usual.average), 1.0)]
}

/// The shape and colour of a point that is more than usual variation.
fn shape(judgement: Judgement) -> Value {
    match judgement {
        Judgement::Better => json!({ "symbol": "circle", "symbolSize": 9, "itemStyle": { "color": "var(--good)" } }),
        Judgement::Worse => {
            json!({ "symbol": TRIANGLE, "symbolSize": [11, 10], "itemStyle": { "color": "var(--bad)" } })
        }
        Judgement::NoJudgement => {
            json!({ "symbol": "diamond", "symbolSize": 11, "itemStyle": { "color": "var(--neutral)" } })
        }
    }
}

fn data(course: &Course<'_>) -> Vec<Value> {
    let last = course.points.iter().rposition(|point| point.value.is_some());
    let newest = course.points.len().saturating_sub(1);
    let before = last.and_then(|last| course.points[..last].iter().rev().find_map(|point| point.value));
    let item = |(place, point): (usize, &Point)| {
        let Some(value) = point.value.filter(|value| value.is_finite()) else { return Value::Null };
        let plotted = course.format.plotted(value);
        if Some(place) != last {
            let Some(judgement) = point.judgement else { return json!(plotted) };
            let mut item = shape(judgement);
            item["value"] = json!(plotted);
            return item;
        }
        // The text stays clear of the line that leads to the mark.
        let side = if before.is_some_and(|before| before > value) { "bottom" } else { "top" };
        let mut item = json!({
            "value": plotted,
            "symbolSize": 9,
            "label": {
                "show": true,
                "position": side,
                "distance": 8,
                "formatter": course.format.text(value),
                "fontWeight": 600,
                "fontSize": 14,
                "color": "var(--ink)",
                "backgroundColor": "var(--surface)",
                "padding": [0, 2],
            },
        });
        if let Some(Value::Object(shape)) = point.judgement.map(shape) {
            for (key, value) in shape {
                item[key] = value;
            }
        }
        if course.open && place == newest {
            item["itemStyle"] = json!({ "color": "var(--surface)", "borderColor": "var(--noise)", "borderWidth": 2 });
        }
        item
    };
    course.points.iter().enumerate().map(item).collect()
}

fn mark_lines(course: &Course<'_>) -> Vec<Value> {
    let line = |line: &Line| {
        let (colour, weight, dashes) =
            if line.main { ("var(--ink)", 600, [5.0, 4.0]) } else { ("var(--ink-3)", 400, [1.5, 3.0]) };
        json!({
            "yAxis": course.format.plotted(line.value),
            "lineStyle": { "color": colour, "width": 1, "type": dashes },
            "label": {
                "show": true,
                "position": "end",
                "distance": 6,
                "formatter": line.label,
                "color": colour,
                "fontWeight": weight,
                "fontSize": 12.5,
            },
        })
    };
    let begins = |place: usize, why: &str| {
        json!({
            "xAxis": place,
            "lineStyle": { "color": "var(--ink-3)", "width": 1, "type": [1.5, 3.0] },
            "label": { "show": true, "position": "insideEndTop", "formatter": why, "color": "var(--ink-3)", "fontSize": 12.5 },
        })
    };
    let changes = course.points.iter().enumerate().filter_map(|(place, point)| Some(begins(place, point.begins?)));
    course.lines.iter().map(line).chain(changes).collect()
}

/// On a narrow screen the labels of lines move inside.
fn narrowed(mut lines: Vec<Value>) -> Vec<Value> {
    for line in &mut lines {
        line["label"]["position"] = json!("insideStartTop");
        // There it lies over the course.
        line["label"]["backgroundColor"] = json!("var(--surface)");
        line["label"]["padding"] = json!([1, 3]);
    }
    lines
}

/// Names for the axis, at most `most` of them; the others are empty.
fn axis_names(points: &[Point], most: usize) -> Vec<&str> {
    let named: Vec<usize> = (0..points.len()).filter(|&place| points[place].named).collect();
    let every = named.len().div_ceil(most).max(1);
    let keep: Vec<usize> = named.iter().rev().step_by(every).copied().collect();
    let name = |place: usize| if keep.contains(&place) { points[place].name.as_str() } else { "" };
    (0..points.len()).map(name).collect()
}

fn tip(point: &Point, format: &Format) -> String {
    let text = point.value.map_or_else(|| point.missing.clone(), |value| format.text(value));
    let lines = [point.name.as_str(), text.as_str()].into_iter().chain(point.notes.iter().map(String::as_str));
    lines.collect::<Vec<_>>().join("\n")
}

/// An axis with round marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
}

impl Axis {
    /// About six marks, each a round number, that enclose all values. `most` is what no value can exceed.
    pub(super) fn over(low: f64, high: f64, most: Option<f64>) -> Self {
        let size = high.abs().max(low.abs());
        // Less than that is the dust of arithmetic and not a difference.
        let width = if high - low > size * 1e-9 { high - low } else { size.max(1.0) * 0.2 };
        let rough = width / 5.0;
        let magnitude = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * magnitude)
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * magnitude);
        // A little air, but never below zero for values that are not.
        let from = if low >= 0.0 { (low - width * 0.08).max(0.0) } else { low - width * 0.08 };
        let room = high + width * 0.08;
        let to = most.filter(|&most| high <= most).map_or(room, |most| room.min(most));
        Self { low: round((from / step).floor() * step), high: round((to / step).ceil() * step), step }
    }

    pub(super) fn ticks(self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count).map(move |place| round(self.low + place as f64 * self.step))
    }

    /// Decimals that a mark needs.
    pub(super) fn digits(self) -> usize {
        // Every mark is a multiple of the step.
        (0..MOST_DIGITS).find(|&digits| is_whole(self.step * 10f64.powi(digits))).unwrap_or(MOST_DIGITS) as usize
    }
}

/// The most decimals of a mark.
const MOST_DIGITS: i32 = 12;

fn is_whole(value: f64) -> bool {
    value >= 0.5 && (value - value.round()).abs() < value * 1e-6
}

/// Takes the dust out of multiples of decimal fractions, however small they are.
fn round(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_marks() {
        let check = |low: f64, high: f64, most: Option<f64>, marks: &str| {
            let axis = Axis::over(low, high, most);
            let found: Vec<String> = axis.ticks().map(|tick| format!("{tick:.*}", axis.digits())).collect();
            assert_eq!(found.join(" "), marks, "{low} to {high}");
        };
        check(75.4, 84.5, Some(100.0), "74 76 78 80 82 84 86");
        check(4.71, 5.2, None, "4.6 4.7 4.8 4.9 5.0 5.1 5.2 5.3");
        check(0.0, 100.0, Some(100.0), "0 20 40 60 80 100");
        check(92.0, 100.0, Some(100.0), "90 92 94 96 98 100");
        check(0.0, 104.0, Some(100.0), "0 25 50 75 100 125");
        check(-12.0, 8.0, None, "-15 -10 -5 0 5 10");
        check(0.0, 0.0, None, "0.00 0.05");
        // Numbers far below what is usually shown.
        check(0.0, 4e-10, None, "0.0000000000 0.0000000001 0.0000000002 0.0000000003 0.0000000004 0.0000000005");
        check(
            2e-300,
            9e-300,
            None,
            "0.000000000000 0.000000000000 0.000000000000 0.000000000000 0.000000000000 0.000000000000",
        );
        check(1e9, 1e9 + 1e-7, None, "950000000 1000000000 1050000000");
        check(1_200_000.0, 1_900_000.0, None, "1000000 1200000 1400000 1600000 1800000 2000000");
    }

    fn point(name: &str) -> Point {
        Point {
            name: name.to_owned(),
            value: None,
            missing: String::new(),
            usual: None,
            judgement: None,
            notes: Vec::new(),
            begins: None,
            mark: String::new(),
            named: true,
        }
    }

    #[test]
    fn signals_have_a_shape_and_a_band_behind() {
        let usual = Some(UsualRange { low: -1.0, average: 1.0, high: 3.0 });
        let with = |name: &str, value: f64, judgement| Point { value: Some(value), usual, judgement, ..point(name) };
        let points = [
            with("a", 5.0, Some(Judgement::Better)),
            with("b", 2.0, None),
            with("c", -4.0, Some(Judgement::Worse)),
            with("d", 4.0, Some(Judgement::NoJudgement)),
        ];
        crate::page::sample::with("rich", |evaluation, context| {
            let result = evaluation.legs[0].measures().nth(2).unwrap();
            let format = &crate::words::finding::format_of(result, context);
            let trend = Trend::new(&Course { points: &points, lines: &[], format, open: false }).unwrap();
            let series = &trend.block["option"]["series"];
            let symbols: Vec<&Value> =
                series[0]["data"].as_array().unwrap().iter().map(|item| &item["symbol"]).collect();
            assert_eq!(symbols, [&json!("circle"), &Value::Null, &json!(TRIANGLE), &json!("diamond")]);
            assert_eq!(series[0]["data"][3]["itemStyle"]["color"], "var(--neutral)");
            assert_eq!(series[1]["data"], json!([-1.0, -1.0, -1.0, -1.0]));
            assert_eq!(series[2]["data"], json!([4.0, 4.0, 4.0, 4.0]));
            assert_eq!(series[3]["data"], json!([1.0, 1.0, 1.0, 1.0]));
        });
    }

    /// What was measured before a change of definition or of phase is not joined to what is measured since.
    #[test]
    fn a_new_definition_or_phase_begins_a_line_of_its_own() {
        let with = |name: &str, value: f64, begins| Point { value: Some(value), begins, ..point(name) };
        let why = Some("new phase");
        let points = [with("a", 5.0, None), with("b", 2.0, None), with("c", 4.0, why), with("d", 3.0, None)];
        crate::page::sample::with("rich", |evaluation, context| {
            let result = evaluation.legs[0].measures().nth(2).unwrap();
            let format = &crate::words::finding::format_of(result, context);
            let trend = Trend::new(&Course { points: &points, lines: &[], format, open: false }).unwrap();
            let series = trend.block["option"]["series"].as_array().unwrap();
            assert_eq!(series.len(), 2);
            let known = |line: &Value| -> Vec<bool> {
                line["data"].as_array().unwrap().iter().map(|item| !item.is_null()).collect()
            };
            assert_eq!(known(&series[0]), [false, false, true, true], "the present definition comes first");
            assert_eq!(known(&series[1]), [true, true, false, false]);
            let marks = series[0]["markLine"]["data"].as_array().unwrap();
            assert_eq!((&marks[0]["xAxis"], &marks[0]["label"]["formatter"]), (&json!(2), &json!("new phase")));
        });
    }

    #[test]
    fn no_text_ends_the_script_around_it() {
        let hostile = "</script><!-- &";
        let point = Point { value: Some(1.0), notes: vec![hostile.to_owned()], ..point(hostile) };
        let line = Line { label: hostile.to_owned(), value: 1.0, main: true };
        let written = crate::page::sample::with("rich", |evaluation, context| {
            let result = &evaluation.legs[0].objectives[0].measures[0];
            let format = &crate::words::finding::format_of(result, context);
            let course = Course { points: &[point], lines: &[line], format, open: true };
            Trend::new(&course).unwrap().to_string()
        });
        assert!(!written.contains(['<', '>', '&']), "{written}");
        let block: Value = serde_json::from_str(&written).unwrap();
        assert!(block["tips"][0].as_str().unwrap().starts_with(hostile));
    }

    #[test]
    fn names_thin_out_from_the_newest() {
        let points: Vec<Point> = ["a", "b", "c", "d", "e"].map(point).to_vec();
        assert_eq!(axis_names(&points, 3), ["a", "", "c", "", "e"]);
        assert_eq!(axis_names(&points, 7), ["a", "b", "c", "d", "e"]);
    }
}
