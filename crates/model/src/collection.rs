//! Figures that people type: which measures are collected so, of which units, how often, and until when.
//!
//! A collection asks; what it asks for is a figure of one measure, one unit and one period. Whether somebody still owes it
//! follows from what the record holds and from what was typed so far.

use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;

use crate::ids::{MeasureId, UnitId};
use crate::measure::{Amount, Expression, Formula, Measure, Rows};
use crate::organisation::{Organisation, UnitCode};
use crate::period::{FiscalYear, Grain, Period};

/// Figures that are collected together: the same people type them, for the same units, until the same day.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// What is collected.
    pub figures: Vec<Collected>,
    /// How long the periods are.
    pub every: Grain,
    /// Of which units.
    pub units: AskedUnits,
    /// Periods that end on this day or before are not asked for.
    pub begins: Date,
    /// How many days after the last day of a period its figures are due.
    pub due_after: u16,
    /// Who types them.
    pub by: Typist,
    /// Whether somebody else has to approve them before they are shown.
    pub approval: bool,
    /// When a note is required.
    pub note: NoteRule,
}

/// A measure whose figures are typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collected {
    /// The measure.
    pub measure: MeasureId,
    /// The name of its figure in the table `observations`.
    pub figure: String,
    /// Whether there is a second number, below the line.
    pub below_the_line: bool,
}

/// Of which units figures are collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedUnits {
    /// Of the organisation as a whole.
    Whole,
    /// Of every unit of a kind.
    Kind(String),
    /// Of these.
    These(Vec<UnitId>),
}

/// Who types figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typist {
    /// Whoever leads the unit or one above it, and those who analyse the record.
    Manager,
    /// Those who analyse the record.
    Insights,
}

/// When a figure needs a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteRule {
    /// Never.
    Never,
    /// When it misses its target.
    OffTarget,
    /// Always.
    Always,
}

/// Why the figures of a measure cannot be typed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotTyped {
    /// It reads other tables, or is worked out from other measures.
    #[error("it is not worked out from figures in the table `observations`")]
    OtherRows,
    /// It reads several figures, or rows by a condition of their own.
    #[error("the figure that it reads is not named by the condition `measure = '…'` alone")]
    NoName,
    /// What is typed would not be what is added up.
    #[error("it does not add up `numerator`, over `denominator` where it has a second side")]
    OtherAmounts,
}

impl Collected {
    /// What has to be typed for a measure.
    pub fn of(measure: &Measure) -> Result<Self, NotTyped> {
        let (above, below) = match &measure.formula {
            Formula::Sum { rows, of } => ((rows, of), None),
            Formula::Ratio { numerator: one, denominator: other }
            | Formula::Rate { events: one, exposure: other, .. } => {
                let (Amount::Sum(above), Amount::Sum(below)) = (&one.amount, &other.amount) else {
                    return Err(NotTyped::OtherAmounts);
                };
                ((&one.rows, above), Some((&other.rows, below)))
            }
            _ => return Err(NotTyped::OtherRows),
        };
        let figure = figure_of(above.0)?;
        let is = |expression: &Expression, column: &str| expression.as_str().trim() == column;
        if !is(above.1, "numerator") || below.is_some_and(|(_, below)| !is(below, "denominator")) {
            return Err(NotTyped::OtherAmounts);
        }
        if let Some((rows, _)) = below
            && figure_of(rows)? != figure
        {
            return Err(NotTyped::NoName);
        }
        Ok(Self { measure: measure.id.clone(), figure: figure.to_owned(), below_the_line: below.is_some() })
    }
}

/// The figure that rows are about.
fn figure_of(rows: &Rows) -> Result<&str, NotTyped> {
    if rows.table != "observations" || rows.period_of.as_str().trim() != "period_on" {
        return Err(NotTyped::OtherRows);
    }
    let [condition] = rows.conditions.as_slice() else { return Err(NotTyped::NoName) };
    let name = condition.as_str().trim().strip_prefix("measure").map(str::trim_start);
    let name = name.and_then(|rest| rest.strip_prefix('=')).map(str::trim);
    let name = name.and_then(|rest| rest.strip_prefix('\'')?.strip_suffix('\''));
    name.filter(|name| !name.is_empty() && !name.contains('\'')).ok_or(NotTyped::NoName)
}

/// A figure of one measure, one unit and one period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The measure.
    pub measure: MeasureId,
    /// The unit.
    pub unit: UnitId,
    /// The period.
    pub period: Period,
}

/// A figure that a collection asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedFigure<'a> {
    /// The collection.
    pub collection: &'a Collection,
    /// What is typed.
    pub figure: &'a Collected,
    /// Of which unit, for which period.
    pub slot: Slot,
    /// The last day on which it is in time.
    pub due: Date,
}

/// How far a figure has got that was typed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Typed {
    /// It was kept and not sent.
    Draft,
    /// It was sent and waits for approval.
    Waiting,
    /// It was sent back.
    Returned,
    /// It holds.
    Approved,
}

/// Where a figure stands that a collection asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nothing was typed.
    Missing,
    /// It was typed and not sent.
    Draft,
    /// It was sent back to be typed again.
    Returned,
    /// It waits for approval.
    Waiting,
    /// It is there, or approved, or it was approved that there is none.
    Given,
}

impl Standing {
    /// Where a figure stands, by whether the record holds it and by how far the latest one has got that was typed.
    #[must_use]
    pub fn new(recorded: bool, typed: Option<Typed>) -> Self {
        match typed {
            // Whoever corrects what is there owes nothing meanwhile.
            _ if recorded => Self::Given,
            None => Self::Missing,
            Some(Typed::Draft) => Self::Draft,
            Some(Typed::Returned) => Self::Returned,
            Some(Typed::Waiting) => Self::Waiting,
            Some(Typed::Approved) => Self::Given,
        }
    }

    /// Whether somebody still has to type or send it.
    #[must_use]
    pub fn is_owed(self) -> bool {
        matches!(self, Self::Missing | Self::Draft | Self::Returned)
    }
}

impl AskedFigure<'_> {
    /// Whether it is late on a day, while it is owed.
    #[must_use]
    pub fn is_late(&self, today: Date) -> bool {
        today > self.due
    }
}

impl Collection {
    /// The last day on which the figures of a period are in time.
    #[must_use]
    pub fn due(&self, period: Period) -> Date {
        period.last_day().saturating_add(i64::from(self.due_after).days())
    }

    /// Every figure that is asked for on a day: of all periods that have ended, the oldest first, of the units that there
    /// were in each, in the order of their identifiers, in the order of the measures. A unit that opened or closed within
    /// a period is asked for its part of it; its kind is the one that it had last in the period.
    #[must_use]
    pub fn asks(&self, organisation: &Organisation, today: Date, fiscal: FiscalYear) -> Vec<AskedFigure<'_>> {
        let mut asked = Vec::new();
        let mut period = Period::containing(self.begins, self.every, fiscal);
        while period.end() <= today {
            let due = self.due(period);
            for unit in self.units_in(organisation, period) {
                for figure in &self.figures {
                    let unit = organisation.unit_id(unit).clone();
                    let slot = Slot { measure: figure.measure.clone(), unit, period };
                    asked.push(AskedFigure { collection: self, figure, slot, due });
                }
            }
            let next = period.next();
            // At the end of the calendar there is no later period.
            if next.start() <= period.start() {
                break;
            }
            period = next;
        }
        asked
    }

    /// The units that are asked for a period.
    fn units_in(&self, organisation: &Organisation, period: Period) -> Vec<UnitCode> {
        let existed = |unit: &UnitCode| organisation.existed(*unit, period.start(), period.end());
        match &self.units {
            AskedUnits::Whole => vec![organisation.root()],
            AskedUnits::Kind(kind) => {
                let of_kind = |unit: &UnitCode| organisation.stretch(*unit, period.last_day()).kind == *kind;
                organisation.units().filter(existed).filter(of_kind).collect()
            }
            AskedUnits::These(units) => {
                units.iter().filter_map(|unit| organisation.unit(unit.as_str())).filter(existed).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::measure::Side;
    use crate::organisation::UnitStretch;

    fn rows(table: &str, conditions: &[&str]) -> Rows {
        Rows {
            table: table.to_owned(),
            conditions: conditions.iter().map(|text| Expression((*text).to_owned())).collect(),
            period_of: Expression("period_on".to_owned()),
            person: None,
            unit: Some(Expression("unit_id".to_owned())),
        }
    }

    fn sum(text: &str) -> Amount {
        Amount::Sum(Expression(text.to_owned()))
    }

    fn ratio(above: (&[&str], &str), below: (&[&str], &str)) -> Formula {
        let side = |(conditions, of): (&[&str], &str)| Side { rows: rows("observations", conditions), amount: sum(of) };
        Formula::Ratio { numerator: side(above), denominator: side(below) }
    }

    fn typed(formula: Formula) -> Result<(String, bool), NotTyped> {
        let measure = Measure { formula, ..crate::composite::tests::measure("x").as_ref().clone() };
        Collected::of(&measure).map(|collected| (collected.figure, collected.below_the_line))
    }

    #[test]
    fn what_has_to_be_typed_for_a_measure() {
        let cost: &[&str] = &["measure = 'cost'"];
        let above = (cost, "numerator");
        assert_eq!(typed(ratio(above, (cost, "denominator"))), Ok(("cost".to_owned(), true)));
        let of = Expression(" numerator ".to_owned());
        let alone = Formula::Sum { rows: rows("observations", &["measure='visits'"]), of: of.clone() };
        assert_eq!(typed(alone), Ok(("visits".to_owned(), false)));
        assert_eq!(typed(ratio(above, (&["measure = 'people'"], "denominator"))), Err(NotTyped::NoName));
        assert_eq!(typed(ratio(above, (cost, "numerator"))), Err(NotTyped::OtherAmounts));
        let several = Formula::Sum { rows: rows("observations", &["measure in ('a', 'b')"]), of: of.clone() };
        assert_eq!(typed(several), Err(NotTyped::NoName));
        let narrowed = Formula::Sum { rows: rows("observations", &["measure = 'a'", "numerator > 0"]), of: of.clone() };
        assert_eq!(typed(narrowed), Err(NotTyped::NoName));
        assert_eq!(typed(Formula::Sum { rows: rows("orders", &[]), of }), Err(NotTyped::OtherRows));
        assert_eq!(typed(Formula::Count { rows: rows("observations", cost) }), Err(NotTyped::OtherRows));
    }

    fn unit(id: &str, kind: &str, from: Date, to: Option<Date>) -> UnitStretch {
        UnitStretch {
            id: id.into(),
            name: id.to_uppercase(),
            kind: kind.to_owned(),
            parent: (id != "bank").then(|| "bank".into()),
            time_zone: None,
            calendar: None,
            valid_from: from,
            valid_to: to,
        }
    }

    /// A bank with two branches of 2020, one that closed on 10 March 2024, one that opened on 1 March 2024, and a
    /// department that became a branch on 1 April 2024.
    fn organisation() -> Organisation {
        let old = date(2020, 1, 1);
        let units = vec![
            unit("bank", "organisation", old, None),
            unit("east", "branch", old, None),
            unit("west", "branch", old, Some(date(2024, 3, 10))),
            unit("young", "branch", date(2024, 3, 1), None),
            unit("desk", "department", old, Some(date(2024, 4, 1))),
            unit("desk", "branch", date(2024, 4, 1), None),
        ];
        Organisation::build("Bank", units, Vec::new(), &[]).0
    }

    fn collection(every: Grain, begins: Date, due_after: u16, units: AskedUnits) -> Collection {
        let figure = Collected { measure: "cost".into(), figure: "cost".to_owned(), below_the_line: true };
        Collection {
            id: "month".to_owned(),
            title: "Month".to_owned(),
            figures: vec![figure],
            every,
            units,
            begins,
            due_after,
            by: Typist::Manager,
            approval: true,
            note: NoteRule::OffTarget,
        }
    }

    /// What is asked for: unit, period and due day.
    fn asked(collection: &Collection, today: Date) -> Vec<String> {
        let fiscal = FiscalYear::default();
        let asked = collection.asks(&organisation(), today, fiscal);
        asked
            .iter()
            .map(|asked| format!("{} {} {}", asked.slot.unit, asked.slot.period.id(fiscal), asked.due))
            .collect()
    }

    #[test]
    fn a_period_is_asked_for_once_it_has_ended() {
        let monthly = collection(Grain::Month, date(2024, 1, 15), 5, AskedUnits::Whole);
        assert_eq!(asked(&monthly, date(2024, 1, 31)), [""; 0]);
        assert_eq!(asked(&monthly, date(2024, 2, 1)), ["bank 2024-01 2024-02-05"]);
        // The last day of February, in a leap year and in another one.
        let at_once = collection(Grain::Month, date(2024, 2, 1), 0, AskedUnits::Whole);
        assert_eq!(asked(&at_once, date(2024, 2, 29)), [""; 0]);
        assert_eq!(asked(&at_once, date(2024, 3, 1)), ["bank 2024-02 2024-02-29"]);
        let year_after = collection(Grain::Month, date(2025, 2, 1), 1, AskedUnits::Whole);
        assert_eq!(asked(&year_after, date(2025, 3, 1)), ["bank 2025-02 2025-03-01"]);
        assert_eq!(asked(&monthly, date(2023, 1, 1)), [""; 0]);
    }

    #[test]
    fn weeks_and_quarters() {
        let weekly = collection(Grain::Week, date(2024, 12, 25), 2, AskedUnits::Whole);
        assert_eq!(asked(&weekly, date(2025, 1, 6)), ["bank 2024-W52 2024-12-31", "bank 2025-W01 2025-01-07"]);
        let quarterly = collection(Grain::Quarter, date(2024, 1, 1), 10, AskedUnits::Whole);
        assert_eq!(asked(&quarterly, date(2024, 6, 30)), ["bank 2024-Q1 2024-04-10"]);
        let fiscal = FiscalYear::starting_in(2).unwrap();
        let asked = quarterly.asks(&organisation(), date(2024, 5, 1), fiscal);
        let due: Vec<Date> = asked.iter().map(|asked| asked.due).collect();
        assert_eq!(due, [date(2024, 2, 10), date(2024, 5, 10)]);
    }

    #[test]
    fn units_that_open_close_and_change() {
        let branches = AskedUnits::Kind("branch".to_owned());
        let monthly = collection(Grain::Month, date(2024, 2, 1), 5, branches);
        assert_eq!(
            asked(&monthly, date(2024, 5, 1)),
            [
                "east 2024-02 2024-03-05",
                "west 2024-02 2024-03-05",
                "east 2024-03 2024-04-05",
                "west 2024-03 2024-04-05",
                "young 2024-03 2024-04-05",
                "desk 2024-04 2024-05-05",
                "east 2024-04 2024-05-05",
                "young 2024-04 2024-05-05",
            ]
        );
        let named = AskedUnits::These(vec!["young".into(), "nowhere".into()]);
        let monthly = collection(Grain::Month, date(2024, 2, 1), 5, named);
        assert_eq!(asked(&monthly, date(2024, 4, 1)), ["young 2024-03 2024-04-05"]);
    }

    #[test]
    fn what_is_owed_and_what_is_late() {
        for (recorded, typed, standing, owed) in [
            (false, None, Standing::Missing, true),
            (false, Some(Typed::Draft), Standing::Draft, true),
            (false, Some(Typed::Returned), Standing::Returned, true),
            (false, Some(Typed::Waiting), Standing::Waiting, false),
            (false, Some(Typed::Approved), Standing::Given, false),
            (true, None, Standing::Given, false),
            (true, Some(Typed::Draft), Standing::Given, false),
        ] {
            let found = Standing::new(recorded, typed);
            assert_eq!((found, found.is_owed()), (standing, owed), "{recorded} {typed:?}");
        }
        let monthly = collection(Grain::Month, date(2024, 1, 1), 5, AskedUnits::Whole);
        let organisation = organisation();
        let asked = monthly.asks(&organisation, date(2024, 2, 3), FiscalYear::default());
        assert_eq!([5, 6].map(|day| asked[0].is_late(date(2024, 2, day))), [false, true]);
    }
}
