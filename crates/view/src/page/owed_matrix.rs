//! Who owes what: figures by unit and measure, those who owe most first.

use std::collections::BTreeMap;

use askama::Template;
use evenkeel_model::collection::Standing;
use evenkeel_model::period::{FiscalYear, Period};
use jiff::civil::Date;
use serde::Serialize;

use crate::number::{counted, plain};
use crate::page::frame::Frame;
use crate::words::period;

/// The most units of a table.
const UNITS: usize = 60;

/// A figure that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixCell {
    /// What people call the collection.
    pub collection: String,
    /// What people call the measure.
    pub measure: String,
    /// What people call the unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// The last day on which it is in time.
    pub due: Date,
    /// Where it stands.
    pub standing: Standing,
    /// Whether it would be late, were it owed.
    pub late: bool,
}

/// Who owes what.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "owed_matrix.html")]
pub struct MatrixPage {
    /// What stands around it.
    pub frame: Frame,
    /// The headline.
    pub headline: String,
    /// A table for each collection and period, the latest first. Earlier ones are left out when nothing of them is owed.
    pub sheets: Vec<MatrixSheet>,
    /// Where figures are typed.
    pub owed_url: String,
}

/// The figures of a collection and period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatrixSheet {
    /// Collection and period.
    pub heading: String,
    /// Until when they are due, and how many are there.
    pub note: String,
    /// The measures.
    pub measures: Vec<String>,
    /// Units that owe something, or of which something waits; those who owe most first.
    pub rows: Vec<MatrixRow>,
    /// What is said of the others.
    pub rest: Option<String>,
}

/// The figures of a unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatrixRow {
    /// What people call it.
    pub unit: String,
    /// Where each measure stands.
    pub marks: Vec<MatrixMark>,
}

/// Where a figure stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixMark {
    /// In words.
    pub words: &'static str,
    /// The name of the shape beside the words.
    pub mark: &'static str,
}

impl MatrixPage {
    /// The page of some figures.
    #[must_use]
    pub fn new(frame: Frame, cells: &[MatrixCell], fiscal: FiscalYear) -> Self {
        let mut sheets: BTreeMap<(&str, Date), Vec<&MatrixCell>> = BTreeMap::new();
        let mut latest: BTreeMap<&str, Date> = BTreeMap::new();
        for cell in cells {
            sheets.entry((&cell.collection, cell.period.end())).or_default().push(cell);
            let last = latest.entry(&cell.collection).or_insert(cell.period.end());
            *last = cell.period.end().max(*last);
        }
        let shown = |((collection, end), cells): &((&str, Date), Vec<&MatrixCell>)| {
            latest.get(collection) == Some(end) || cells.iter().any(|cell| cell.standing.is_owed())
        };
        let mut sheets: Vec<((&str, Date), Vec<&MatrixCell>)> = sheets.into_iter().filter(shown).collect();
        sheets.sort_by_key(|((_, end), _)| std::cmp::Reverse(*end));
        let owed = cells.iter().filter(|cell| cell.standing.is_owed()).count();
        let late = cells.iter().filter(|cell| cell.standing.is_owed() && cell.late).count();
        let headline = match (owed, late) {
            (0, _) => "Nobody owes a figure".to_owned(),
            (owed, 0) => format!("{} still to come, none late", counted(owed as u64, "figures")),
            (owed, late) => format!("{} still to come, {} late", counted(owed as u64, "figures"), plain(late as f64)),
        };
        Self {
            frame,
            headline,
            sheets: sheets.iter().filter_map(|(_, cells)| sheet(cells, fiscal)).collect(),
            owed_url: "/owed".to_owned(),
        }
    }
}

fn sheet(cells: &[&MatrixCell], fiscal: FiscalYear) -> Option<MatrixSheet> {
    let first = cells.first()?;
    let mut measures: Vec<String> = Vec::new();
    let mut units: BTreeMap<&str, BTreeMap<&str, &MatrixCell>> = BTreeMap::new();
    for cell in cells {
        if !measures.contains(&cell.measure) {
            measures.push(cell.measure.clone());
        }
        units.entry(&cell.unit).or_default().insert(&cell.measure, cell);
    }
    let owes = |figures: &BTreeMap<&str, &MatrixCell>| figures.values().filter(|cell| cell.standing.is_owed()).count();
    let is_done = |figures: &BTreeMap<&str, &MatrixCell>| figures.values().all(|cell| cell.standing == Standing::Given);
    let done = units.values().filter(|figures| is_done(figures)).count();
    let mut open: Vec<(&str, BTreeMap<&str, &MatrixCell>)> =
        units.into_iter().filter(|(_, figures)| !is_done(figures)).collect();
    // Names are in order already, and stay so among those who owe as much.
    open.sort_by_key(|(_, figures)| std::cmp::Reverse(owes(figures)));
    let more = open.len().saturating_sub(UNITS);
    let row = |(unit, figures): (&str, BTreeMap<&str, &MatrixCell>)| MatrixRow {
        unit: unit.to_owned(),
        marks: measures.iter().map(|measure| mark(figures.get(measure.as_str()).copied())).collect(),
    };
    let rows = open.into_iter().take(UNITS).map(row).collect();
    let told = |many: usize, one: &str, several: &str| {
        (many > 0).then(|| format!("{} {}.", counted(many as u64, "units"), if many == 1 { one } else { several }))
    };
    let more = told(more, "is not shown", "are not shown");
    let done = told(done, "owes nothing", "owe nothing");
    let rest: Vec<String> = more.into_iter().chain(done).collect();
    let given = cells.iter().filter(|cell| cell.standing == Standing::Given).count();
    Some(MatrixSheet {
        heading: format!("{}, {}", first.collection, period::name(first.period, fiscal)),
        note: format!(
            "due on {}; {} of {} are there",
            period::full_day(first.due),
            plain(given as f64),
            counted(cells.len() as u64, "figures")
        ),
        measures,
        rows,
        rest: (!rest.is_empty()).then(|| rest.join(" ")),
    })
}

fn mark(cell: Option<&MatrixCell>) -> MatrixMark {
    let (words, mark) = match cell.map(|cell| (cell.standing, cell.late)) {
        None => ("not asked", "no-target"),
        Some((Standing::Given, _)) => ("there", "met"),
        Some((Standing::Waiting, _)) => ("waits for approval", "met-perhaps"),
        Some((Standing::Returned, true)) => ("late, sent back", "missed"),
        Some((Standing::Returned, false)) => ("sent back", "missed-perhaps"),
        Some((Standing::Draft, true)) => ("late, draft", "missed"),
        Some((Standing::Draft, false)) => ("draft", "no-data"),
        Some((Standing::Missing, true)) => ("late", "missed"),
        Some((Standing::Missing, false)) => ("not typed yet", "no-data"),
    };
    MatrixMark { words, mark }
}

#[cfg(test)]
mod tests {
    use evenkeel_model::period::Grain;
    use jiff::civil::date;

    use super::*;
    use crate::assets;
    use crate::page::context::Visitor;

    #[test]
    fn those_who_owe_most_come_first() {
        let period = |month: i8| Period::containing(date(2026, month, 1), Grain::Month, FiscalYear::default());
        let cell = |unit: &str, measure: &str, month: i8, standing: Standing| MatrixCell {
            collection: "Branches".to_owned(),
            measure: measure.to_owned(),
            unit: unit.to_owned(),
            period: period(month),
            due: date(2026, month + 1, 5),
            standing,
            late: month == 9,
        };
        let cells = [
            cell("Ash", "Cost", 8, Standing::Given),
            cell("Ash", "Cost", 9, Standing::Missing),
            cell("Elm", "Cost", 9, Standing::Given),
            cell("Ash", "Cost", 10, Standing::Given),
            cell("Ash", "Visits", 10, Standing::Given),
            cell("Elm", "Cost", 10, Standing::Waiting),
            cell("Elm", "Visits", 10, Standing::Draft),
            cell("Oak", "Cost", 10, Standing::Missing),
            cell("Oak", "Visits", 10, Standing::Returned),
        ];
        let frame = Frame::bare("x", "x", Visitor::default(), "/", &assets::Urls::default());
        let page = MatrixPage::new(frame, &cells, FiscalYear::default());
        assert_eq!(page.headline.replace('\u{a0}', " "), "4 figures still to come, 1 late");
        let told: Vec<String> = page
            .sheets
            .iter()
            .map(|sheet| {
                let rows = sheet.rows.iter().map(|row| {
                    let marks: Vec<&str> = row.marks.iter().map(|mark| mark.words).collect();
                    format!("{}: {}", row.unit, marks.join(", "))
                });
                let rest = sheet.rest.clone().unwrap_or_default().replace('\u{a0}', " ");
                format!("{} | {} | {rest}", sheet.heading, rows.collect::<Vec<_>>().join("; "))
            })
            .collect();
        assert_eq!(
            told,
            [
                "Branches, October 2026 | Oak: not typed yet, sent back; Elm: waits for approval, draft | 1 unit owes nothing.",
                "Branches, September 2026 | Ash: late | 1 unit owes nothing.",
            ]
        );
    }
}
