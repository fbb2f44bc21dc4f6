//! The strategy map: a column for each leg with its objectives and measures, and an arrow for each declared link.
//!
//! Places are worked out here, so that the picture needs no script and never moves. Arrows lie behind the boxes.

use askama::Template;

use super::at;

const COLUMN: f64 = 300.0;
const GAP: f64 = 116.0;
/// Room to the right of the last column, for arrows inside of it.
const EDGE: f64 = 64.0;
const TOP: f64 = 34.0;
const OBJECTIVE: f64 = 30.0;
const BOX: f64 = 50.0;
const BETWEEN: f64 = 8.0;
const AFTER: f64 = 12.0;
/// Mean widths of a letter in the two sizes of type, for a guess of how much fits.
const LETTER: f64 = 7.4;
const SMALL: f64 = 6.6;
const HEAD: f64 = 9.0;

/// A measure in the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which one it is; links name it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// The value.
    pub value: String,
    /// The name of the shape of its status.
    pub mark: &'static str,
    /// The name of the icon of its latest signal.
    pub sign: Option<&'static str>,
    /// Its state in a few words: `target missed, signal: worse`.
    pub state: String,
    /// Whether it is on watch.
    pub on_watch: bool,
}

/// A column of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The leg or perspective.
    pub title: String,
    /// Its objectives with their measures.
    pub objectives: Vec<(String, Vec<Node>)>,
}

/// An arrow of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Its number in the table beside the picture.
    pub number: usize,
    /// Whether it puts its end on watch.
    pub watches: bool,
}

/// The map, placed. It writes itself as SVG.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "chart/map.html")]
pub struct StrategyMap {
    label: String,
    width: String,
    height: String,
    titles: Vec<Text>,
    objectives: Vec<Text>,
    boxes: Vec<Placed>,
    arrows: Vec<PlacedArrow>,
}

#[derive(Debug, Clone, PartialEq)]
struct Text {
    x: String,
    y: String,
    words: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Placed {
    node: Node,
    column: usize,
    left: f64,
    top: f64,
    name: String,
    state: String,
    label: String,
}

#[derive(Debug, Clone, PartialEq)]
struct PlacedArrow {
    path: String,
    head: String,
    x: String,
    y: String,
    text_y: String,
    number: usize,
    watches: bool,
}

impl StrategyMap {
    /// Places columns and arrows. Arrows of which an end stands in no column are left to the table.
    #[must_use]
    pub fn new(label: String, columns: &[Column], arrows: &[Arrow]) -> Self {
        let mut titles = Vec::new();
        let mut objectives = Vec::new();
        let mut boxes: Vec<Placed> = Vec::new();
        let mut height: f64 = TOP;
        for (column, leg) in columns.iter().enumerate() {
            let left = column as f64 * (COLUMN + GAP);
            let text = |y: f64, words: String| Text { x: at(left), y: at(y), words };
            titles.push(text(16.0, cut(&leg.title, COLUMN / 9.0)));
            let mut top = TOP;
            for (objective, nodes) in &leg.objectives {
                objectives.push(text(top + OBJECTIVE - 11.0, cut(objective, COLUMN / SMALL)));
                top += OBJECTIVE;
                for node in nodes {
                    let beside = |icon: bool| COLUMN - 40.0 - if icon { 40.0 } else { 0.0 };
                    boxes.push(Placed {
                        name: cut(&node.name, beside(node.sign.is_some()) / LETTER),
                        state: cut(&format!("{} · {}", node.value, node.state), beside(node.on_watch) / SMALL),
                        label: format!("{}: {}, {}", node.name, node.value, node.state),
                        node: node.clone(),
                        column,
                        left,
                        top,
                    });
                    top += BOX + BETWEEN;
                }
                top += AFTER;
            }
            height = height.max(top);
        }
        let width = columns.len() as f64 * (COLUMN + GAP) - GAP + EDGE;
        Self {
            label,
            width: at(width.max(COLUMN)),
            height: at(height),
            titles,
            objectives,
            arrows: placed(&boxes, arrows),
            boxes,
        }
    }
}

/// The two ends of an arrow, as places among the boxes.
struct Ends<'a> {
    arrow: &'a Arrow,
    from: usize,
    to: usize,
}

fn placed(boxes: &[Placed], arrows: &[Arrow]) -> Vec<PlacedArrow> {
    let find = |id: &str| boxes.iter().position(|placed| placed.node.id == id);
    let all: Vec<Ends<'_>> = arrows
        .iter()
        .filter_map(|arrow| Some(Ends { arrow, from: find(&arrow.from)?, to: find(&arrow.to)? }))
        .filter(|ends| ends.from != ends.to)
        .collect();
    // Arrows that begin or end on the same side of a box share it.
    let sides: Vec<[(usize, bool); 2]> = all
        .iter()
        .map(|ends| {
            let (one, other) = (boxes[ends.from].column, boxes[ends.to].column);
            [(ends.from, one <= other), (ends.to, one >= other)]
        })
        .collect();
    let port = |place: usize, end: usize| {
        let side = sides[place][end];
        let sharing: Vec<(usize, usize)> = (0..sides.len())
            .flat_map(|arrow| [(arrow, 0), (arrow, 1)])
            .filter(|(arrow, end)| sides[*arrow][*end] == side)
            .collect();
        let own = sharing.iter().position(|known| *known == (place, end)).unwrap_or_default();
        let placed = &boxes[side.0];
        let x = if side.1 { placed.left + COLUMN } else { placed.left };
        (x, placed.top + BOX * (own + 1) as f64 / (sharing.len() + 1) as f64)
    };
    all.iter()
        .enumerate()
        .map(|(place, ends)| {
            let ((x1, y1), (x2, y2)) = (port(place, 0), port(place, 1));
            let outward = |end: usize| if sides[place][end].1 { 1.0 } else { -1.0 };
            // The line ends where the head begins.
            let tip = x2 + outward(1) * 2.0;
            let end = tip + outward(1) * HEAD;
            let bend = if boxes[ends.from].column == boxes[ends.to].column {
                // Inside of one column the line bows out beside it, not beyond the edge of the picture.
                EDGE * 0.75
            } else {
                (x2 - x1).abs() * 0.45
            };
            let (c1, c2) = (x1 + outward(0) * bend, end + outward(1) * bend);
            // Numbers of neighbouring arrows keep apart, and all stay beside the column where the arrow begins.
            let curve = [(x1, y1), (c1, y1), (c2, y2), (end, y2)];
            let beside = x1 + outward(0) * GAP * [0.5, 0.28, 0.72][place % 3];
            let (x, y) = on_curve(
                curve,
                if boxes[ends.from].column == boxes[ends.to].column { 0.5 } else { share_at(curve, beside) },
            );
            PlacedArrow {
                path: format!(
                    "M{} {}C{} {} {} {} {} {}",
                    at(x1),
                    at(y1),
                    at(c1),
                    at(y1),
                    at(c2),
                    at(y2),
                    at(end),
                    at(y2)
                ),
                head: format!("M{} {}L{} {}L{} {}z", at(tip), at(y2), at(end), at(y2 - 5.0), at(end), at(y2 + 5.0)),
                x: at(x),
                y: at(y),
                text_y: at(y + 4.0),
                number: ends.arrow.number,
                watches: ends.arrow.watches,
            }
        })
        .collect()
}

/// A point on a curve, a share of the way along.
fn on_curve(points: [(f64, f64); 4], share: f64) -> (f64, f64) {
    let rest = 1.0 - share;
    let weights = [rest.powi(3), 3.0 * rest * rest * share, 3.0 * rest * share * share, share.powi(3)];
    let sum =
        |pick: fn(&(f64, f64)) -> f64| points.iter().zip(weights).map(|(point, weight)| pick(point) * weight).sum();
    (sum(|point| point.0), sum(|point| point.1))
}

/// How far along a curve, that runs from one side to the other, lies a place between its ends.
fn share_at(points: [(f64, f64); 4], x: f64) -> f64 {
    let forwards = points[3].0 >= points[0].0;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..30 {
        let middle = f64::midpoint(low, high);
        if (on_curve(points, middle).0 < x) == forwards { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// As many letters as there is room for.
fn cut(text: &str, room: f64) -> String {
    let room = room as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

impl Placed {
    fn x(&self, offset: f64) -> String {
        at(self.left + offset)
    }

    fn y(&self, offset: f64) -> String {
        at(self.top + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str) -> Node {
        Node {
            id: id.to_owned(),
            name: format!("The name of {id} is too long to stand in a single line of the map"),
            url: format!("/{id}"),
            value: "82 %".to_owned(),
            mark: "met",
            sign: Some("vi-common"),
            state: "target met, usual variation".to_owned(),
            on_watch: id == "c",
        }
    }

    fn arrow(from: &str, to: &str, number: usize) -> Arrow {
        Arrow { from: from.to_owned(), to: to.to_owned(), number, watches: number == 1 }
    }

    #[test]
    fn arrows_forwards_backwards_and_beside() {
        let column = |title: &str, ids: &[&str]| Column {
            title: title.to_owned(),
            objectives: vec![("An objective".to_owned(), ids.iter().map(|id| node(id)).collect())],
        };
        let columns = [column("Employee", &["a", "b"]), column("Customer", &["c"])];
        let arrows = [
            arrow("a", "c", 1),
            arrow("b", "c", 2),
            arrow("a", "b", 3),
            arrow("c", "b", 4),
            arrow("a", "none", 5),
            arrow("a", "a", 6),
        ];
        let map = StrategyMap::new("A map".to_owned(), &columns, &arrows);
        assert_eq!(map.arrows.len(), 4);
        insta::assert_snapshot!(map.render().unwrap());
    }

    #[test]
    fn nothing_to_draw() {
        let map = StrategyMap::new(String::new(), &[], &[]);
        assert_eq!((map.width.as_str(), map.height.as_str()), ("300", "34"));
    }

    #[test]
    fn a_point_on_a_line_lies_on_it() {
        let (x, y) = on_curve([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], 0.25);
        assert!((x - 0.75).abs() < 1e-12 && (y - 0.75).abs() < 1e-12);
    }
}
