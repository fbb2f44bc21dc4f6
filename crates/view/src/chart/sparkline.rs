//! The course of a measure in the height of a line: gaps for missing values, target dashed, last value marked. Behind
//! it lies the usual range; what is more than usual variation carries a shape of its own.

use askama::Template;
use evenkeel_model::signal::Judgement;

use super::{Scale, at, extent};

const HEIGHT: f64 = 34.0;
const MARGIN: f64 = 3.6;
/// Room for the last mark, so that it is never cut.
const RIGHT: f64 = 6.0;
const LEFT: f64 = 2.0;

/// What a sparkline shows.
#[derive(Debug, Clone, Default)]
pub struct Course<'a> {
    /// Values, oldest first, in any one unit; none where nothing is known.
    pub values: &'a [Option<f64>],
    /// Target, or the two ends of the range that is best.
    pub goals: &'a [f64],
    /// The range within which values usually fall, where it is known.
    pub usual: Option<(f64, f64)>,
    /// The middle of that range.
    pub average: Option<f64>,
    /// What each value means where it is more than usual variation, as long as the values; or nothing at all.
    pub signals: &'a [Option<Judgement>],
    /// Whether the last period is still running.
    pub open: bool,
    /// The description in words.
    pub label: String,
}

/// A sparkline, placed. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/sparkline.html")]
pub struct Sparkline {
    label: String,
    width: String,
    usual: Option<Band>,
    average: Option<String>,
    goals: Vec<String>,
    line: String,
    lone: Vec<(String, String)>,
    signals: Vec<Sign>,
    last: Option<Last>,
}

#[derive(Debug, Clone, PartialEq)]
struct Band {
    top: String,
    height: String,
}

/// A shape around a point: a circle for better, a triangle for worse, a diamond where neither way is good.
#[derive(Debug, Clone, PartialEq)]
struct Sign {
    class: &'static str,
    path: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Last {
    x: String,
    y: String,
    open: bool,
}

impl Sparkline {
    /// Places a course on a picture of this width.
    #[must_use]
    pub fn new(course: &Course<'_>, width: f64) -> Self {
        let known = || course.values.iter().flatten().copied();
        let usual = course.usual.into_iter().flat_map(|(low, high)| [low, high]);
        let mut picture = Self {
            label: course.label.clone(),
            width: at(width),
            usual: None,
            average: None,
            goals: Vec::new(),
            line: String::new(),
            lone: Vec::new(),
            signals: Vec::new(),
            last: None,
        };
        let Some((low, high)) = extent(known().chain(usual).chain(course.goals.iter().copied())) else {
            return picture;
        };
        if known().next().is_none() {
            return picture;
        }
        let down = Scale { from: high, to: low, start: MARGIN, end: HEIGHT - MARGIN };
        let last_place = course.values.len().saturating_sub(1).max(1) as f64;
        let across = Scale { from: 0.0, to: last_place, start: LEFT, end: width - RIGHT };
        picture.usual = course
            .usual
            .map(|(low, high)| Band { top: at(down.place(high)), height: at(down.place(low) - down.place(high)) });
        picture.average = course.average.map(|average| at(down.clamped(average)));
        picture.goals = course.goals.iter().map(|&goal| at(down.place(goal))).collect();
        picture.trace(course.values, across, down);
        picture.last = course.values.iter().rposition(Option::is_some).and_then(|place| {
            let value = course.values[place].filter(|value| value.is_finite())?;
            let newest = place + 1 == course.values.len();
            Some(Last { x: at(across.place(place as f64)), y: at(down.place(value)), open: course.open && newest })
        });
        let last = course.values.iter().rposition(Option::is_some);
        for (place, judgement) in course.signals.iter().enumerate() {
            let value = course.values.get(place).copied().flatten().filter(|value| value.is_finite());
            let Some((judgement, value)) = judgement.zip(value) else { continue };
            let size = if Some(place) == last { 3.4 } else { 1.9 };
            picture.signals.push(Sign::new(judgement, across.place(place as f64), down.place(value), size));
        }
        picture
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Draws stretches without a gap as lines, and values between two gaps as dots.
    fn trace(&mut self, values: &[Option<f64>], across: Scale, down: Scale) {
        let known = |place: usize| values.get(place).copied().flatten().filter(|value| value.is_finite());
        for place in 0..values.len() {
            let Some(value) = known(place) else { continue };
            let (x, y) = (at(across.place(place as f64)), at(down.place(value)));
            let is_joined = place.checked_sub(1).and_then(known).is_some();
            if is_joined || known(place + 1).is_some() {
                self.line.push(if is_joined { 'L' } else { 'M' });
                self.line.extend([x.as_str(), " ", y.as_str()]);
            } else if place + 1 != values.len() {
                self.lone.push((x, y));
            }
        }
    }
}

impl Sign {
    /// The shape around a point, with half its width.
    fn new(judgement: Judgement, x: f64, y: f64, size: f64) -> Self {
        let (s, x0, x1) = (at(size), x - size, x + size);
        let (class, path) = match judgement {
            Judgement::Better => (
                "better",
                format!("M{} {}a{s} {s} 0 1 0 {w} 0a{s} {s} 0 1 0 -{w} 0z", at(x0), at(y), w = at(size * 2.0)),
            ),
            Judgement::Worse => {
                ("worse", format!("M{} {}H{}L{} {}z", at(x0), at(y - size * 0.8), at(x1), at(x), at(y + size * 0.9)))
            }
            Judgement::NoJudgement => (
                "change",
                format!(
                    "M{} {}L{} {y}L{} {}L{} {y}z",
                    at(x),
                    at(y - size),
                    at(x1),
                    at(x),
                    at(y + size),
                    at(x0),
                    y = at(y)
                ),
            ),
        };
        Self { class, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(values: &[Option<f64>], goals: &[f64], open: bool) -> String {
        let course = Course { values, goals, open, label: "A & B".to_owned(), ..Course::default() };
        Sparkline::new(&course, 96.0).render().unwrap()
    }

    #[test]
    fn gaps_stay_gaps() {
        insta::assert_snapshot!(svg(&[Some(1.0), Some(2.0), None, Some(1.5), None, Some(3.0)], &[2.5], false));
    }

    #[test]
    fn a_running_period_ends_in_an_open_mark() {
        assert!(svg(&[Some(1.0), Some(2.0)], &[], true).contains("last open"));
        assert!(!svg(&[Some(1.0), None], &[], true).contains("last open"));
    }

    #[test]
    fn nothing_is_drawn_without_values() {
        insta::assert_snapshot!(svg(&[None, None], &[2.5], false));
        insta::assert_snapshot!(svg(&[], &[], false), @r#"<span class="unseen">A &#38; B</span>"#);
    }

    #[test]
    fn equal_and_infinite_values_do_no_harm() {
        let picture = svg(&[Some(1.0), Some(1.0), Some(f64::INFINITY), Some(1.0)], &[1.0], false);
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
    }

    #[test]
    fn signals_have_a_shape_of_their_own() {
        let course = Course {
            values: &[Some(1.0), Some(4.0), Some(2.0), None],
            signals: &[Some(Judgement::Worse), Some(Judgement::NoJudgement), Some(Judgement::Better), None],
            average: Some(2.0),
            ..Course::default()
        };
        insta::assert_snapshot!(Sparkline::new(&course, 96.0).render().unwrap());
    }

    #[test]
    fn the_usual_range_lies_behind() {
        let course = Course { values: &[Some(1.0), Some(4.0)], usual: Some((0.0, 2.0)), ..Course::default() };
        let picture = Sparkline::new(&course, 96.0).render().unwrap();
        assert!(picture.contains(r#"<rect class="usual" y="17" width="96" height="13.4"/>"#), "{picture}");
    }
}
