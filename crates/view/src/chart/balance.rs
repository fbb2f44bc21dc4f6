//! The legs side by side: a ring for the score before, a mark for the score now, and the tolerance below the
//! strongest. A leg beyond the tolerance gets a triangle.

use askama::Template;

use super::{Scale, at};
use crate::number;

const FIRST_ROW: f64 = 34.0;
const ROW: f64 = 25.0;
/// Where the scale ends; the score stands to its right.
const END: f64 = 400.0;
/// Mean width of a letter of the labels, for a guess of how much fits.
const LETTER: f64 = 7.2;
const LABEL_MOST: f64 = 150.0;

/// One leg of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct LegScore {
    /// Its name.
    pub title: String,
    /// Its score, 0 to 100.
    pub now: Option<f64>,
    /// Its score in the period that it is compared with.
    pub before: Option<f64>,
    /// Whether it has any weight in the whole; only then does it count in the balance.
    pub counts: bool,
    /// Whether it lies further below the strongest than is allowed.
    pub low: bool,
}

/// The words around the picture.
#[derive(Debug, Clone, Copy)]
pub struct BalanceWords<'a> {
    /// What it is called.
    pub heading: &'a str,
    /// How far the legs lie apart.
    pub state: &'a str,
    /// The period that it is compared with.
    pub before: &'a str,
}

/// The picture, placed. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/balance.html")]
pub struct Balance {
    label: String,
    heading: String,
    state: String,
    beyond: bool,
    caption: String,
    height: String,
    start: String,
    tolerance: Option<Tolerance>,
    rows: Vec<Row>,
    ticks: Vec<(String, u32)>,
    bottom: Bottom,
}

#[derive(Debug, Clone, PartialEq)]
struct Tolerance {
    x: String,
    width: String,
    height: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    title: String,
    full_title: Option<String>,
    y: String,
    text_y: String,
    now: Option<String>,
    before: Option<String>,
    score: String,
    low: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Bottom {
    axis: String,
    ticks: String,
    state: String,
    caption: String,
}

impl Balance {
    /// Places the legs. `beyond` says whether they lie further apart than `allowed` points.
    #[must_use]
    pub fn new(words: &BalanceWords<'_>, legs: &[LegScore], allowed: f64, beyond: bool) -> Self {
        let longest = legs.iter().map(|leg| leg.title.chars().count()).max().unwrap_or(0) as f64;
        let start = (longest * LETTER).clamp(60.0, LABEL_MOST) + 18.0;
        let across = Scale { from: 0.0, to: 100.0, start, end: END };
        let letters = (LABEL_MOST / LETTER) as usize;
        let rows = legs.iter().enumerate().map(|(place, leg)| row(place, leg, across, letters)).collect();
        let strongest = legs.iter().filter(|leg| leg.counts).filter_map(|leg| leg.now).reduce(f64::max);
        let below = FIRST_ROW + legs.len() as f64 * ROW;
        let tolerance = strongest.map(|strongest| {
            let left = across.clamped(strongest - allowed);
            Tolerance { x: at(left), width: at(across.clamped(strongest) - left), height: at(legs.len() as f64 * ROW) }
        });
        Self {
            label: label(legs, words.state),
            heading: words.heading.to_owned(),
            state: words.state.to_owned(),
            beyond,
            caption: format!("Ring: {}. Shaded: {} below the strongest.", words.before, number::rounded(allowed, 0)),
            height: at(below + 54.0),
            start: at(start),
            tolerance,
            rows,
            ticks: [0, 25, 50, 75, 100].map(|tick| (at(across.place(f64::from(tick))), tick)).to_vec(),
            bottom: Bottom {
                axis: at(below - 10.0),
                ticks: at(below + 8.0),
                state: at(below + 31.0),
                caption: at(below + 48.0),
            },
        }
    }
}

fn row(place: usize, leg: &LegScore, across: Scale, letters: usize) -> Row {
    let y = FIRST_ROW + place as f64 * ROW;
    let fits = leg.title.chars().count() <= letters;
    let short = || leg.title.chars().take(letters - 1).chain(['…']).collect();
    Row {
        title: if fits { leg.title.clone() } else { short() },
        full_title: (!fits).then(|| leg.title.clone()),
        y: at(y),
        text_y: at(y + 4.0),
        now: leg.now.map(|score| at(across.clamped(score))),
        before: leg.before.map(|score| at(across.clamped(score))),
        score: leg.now.map_or_else(|| "none".to_owned(), |score| number::score(score).text),
        low: leg.low,
    }
}

fn label(legs: &[LegScore], state: &str) -> String {
    let parts: Vec<String> = legs
        .iter()
        .map(|leg| {
            let now = leg.now.map_or_else(|| "no score".to_owned(), |score| number::score(score).text);
            let before = leg.before.map_or_else(String::new, |score| format!(", before {}", number::score(score).text));
            format!("{} {now}{before}", leg.title)
        })
        .collect();
    format!("Scores: {}. {state}.", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(title: &str, now: Option<f64>, before: Option<f64>, low: bool) -> LegScore {
        LegScore { title: title.to_owned(), now, before, counts: true, low }
    }

    #[test]
    fn three_legs() {
        let legs = [
            leg("Employee", Some(47.6), Some(54.2), true),
            leg("Customer", Some(65.6), None, false),
            leg("A perspective with a long name", None, Some(75.0), false),
        ];
        let state = "Spread 29 points, more than the 20 allowed: imbalance";
        let words = BalanceWords { heading: "Balance of the legs", state, before: "Oct 2025" };
        insta::assert_snapshot!(Balance::new(&words, &legs, 20.0, true).render().unwrap());
    }

    #[test]
    fn the_tolerance_ends_at_the_scale() {
        let picture = Balance::new(
            &BalanceWords { heading: "", state: "", before: "" },
            &[leg("A", Some(10.0), None, false)],
            20.0,
            false,
        );
        assert_eq!(picture.tolerance.unwrap().x, picture.start);
    }
}
