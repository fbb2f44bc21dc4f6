//! Several months in a row, where one alone rests on too few rows to say anything.

use crate::evaluation::{Question, Readings, known};
use crate::measure::{Formula, Measure};
use crate::period::{Grain, Period};
use crate::reading::{Missing, Reading};

/// The numbers of months in a row that are tried, one after the other.
const MONTHS: [usize; 2] = [3, 6];

/// The months in a row that a reading covers in the place of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rolling {
    /// These months; the last one is the month that was asked about.
    pub period: Period,
    /// As many months, with which they are compared.
    pub compare_with: Period,
}

/// The months in a row of which a measure is told, where the month that is asked about has fewer rows than the question wants: the
/// last three, or the last six where these are too few as well. None where the month stands for itself, and where more
/// months would mean something else: a number of cases in three months cannot be held against the target of one. Of
/// answers that are withheld where they are few, months in a row would tell what those of a single month were.
#[must_use]
pub fn rolling(measure: &Measure, question: &Question, readings: &dyn Readings) -> Option<Rolling> {
    let fewest = question.rolling_below?;
    let month = question.period;
    let is_month = month.grain() == Grain::Month && !month.is_span();
    if !is_month || !is_relative(&measure.formula) || measure.withhold_below.is_some() {
        return None;
    }
    let read = |period| known(readings.reading(&measure.id, &question.subject, period));
    let (alone, missing) = read(month);
    let is_silent = matches!(missing, None | Some(Missing::NoRows | Missing::DividedByZero));
    if !is_silent || alone.n >= fewest {
        return None;
    }
    let mut found: Option<(Period, Reading)> = None;
    for months in MONTHS {
        let first = month.trailing(months).first().copied()?;
        let period = Period::spanning(first, month)?;
        let (reading, missing) = read(period);
        // What was measured by another definition, or before there was a record, adds nothing.
        let fewer = found.as_ref().map_or(alone.n, |(_, shorter)| shorter.n);
        if missing.is_none() && reading.n > fewer {
            found = Some((period, reading));
        }
        if reading.n >= fewest {
            break;
        }
    }
    let (period, _) = found?;
    let year_before = question.compare_with.start() == month.a_year_earlier().start();
    let compare_with = if year_before { period.a_year_earlier() } else { period.previous() };
    Some(Rolling { period, compare_with })
}

/// Whether a value of several months can be held against that of one.
fn is_relative(formula: &Formula) -> bool {
    match formula {
        Formula::Share { .. }
        | Formula::Mean { .. }
        | Formula::Ratio { .. }
        | Formula::Rate { .. }
        | Formula::NetPromoterScore { .. }
        | Formula::Quantile { .. }
        | Formula::Cohort { .. } => true,
        Formula::Count { .. }
        | Formula::Sum { .. }
        | Formula::Stock { .. }
        | Formula::Distinct { .. }
        | Formula::Retention { .. }
        | Formula::OfMeasures { .. }
        | Formula::Composite(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::evaluation::evaluate_measure;
    use crate::ids::{MeasureId, UnitId};
    use crate::measure::{About, DefinitionVersion, Direction, Expression, Levels, Rows, ValueUnit};
    use crate::period::FiscalYear;
    use crate::reading::{Reading, Subject};
    use crate::scorecard::MeasureUse;
    use crate::signal::{self, Signal, SignalPlan};
    use crate::target::{Normalisation, TargetPlan};

    /// So many rows a month, and of each month the value that its number says.
    struct Monthly(BTreeMap<String, u64>);

    impl Monthly {
        fn from(months: &[(&str, u64)]) -> Self {
            Self(months.iter().map(|(month, n)| ((*month).to_owned(), *n)).collect())
        }
    }

    impl Readings for Monthly {
        fn reading(&self, _: &MeasureId, _: &Subject, period: Period) -> Result<Reading, Missing> {
            let mut n = 0;
            let mut month = Period::containing(period.start(), Grain::Month, FiscalYear::default());
            while month.start() < period.end() {
                n += self.0.get(&month.id(FiscalYear::default())).copied().unwrap_or(0);
                month = month.next();
            }
            Ok(Reading { n, value: (n > 0).then_some(n as f64), ..Reading::EMPTY })
        }

        fn likely_range(&self, _: &MeasureId, _: &Subject, period: Period) -> Option<(f64, f64)> {
            Some((0.0, f64::from(period.months()?)))
        }

        fn signal(&self, _: &signal::Question<'_>) -> Option<Signal> {
            None
        }
    }

    fn measure(formula: fn(Rows) -> Formula) -> Arc<Measure> {
        let rows = Rows {
            table: "responses".to_owned(),
            conditions: Vec::new(),
            period_of: Expression("answered_at".to_owned()),
            person: None,
            unit: None,
        };
        Arc::new(Measure {
            id: MeasureId::new("csat"),
            title: "Satisfied customers".to_owned(),
            leg: None,
            perspective: None,
            noun: "answers".to_owned(),
            unit: ValueUnit::Count,
            decimals: None,
            better: Direction::Higher,
            levels: Levels { person: true, unit: true },
            formula: formula(rows),
            wait: None,
            earlier: Vec::new(),
            about: About::default(),
            example: None,
            withhold_below: None,
            definition: DefinitionVersion { number: 1, digest: "0".to_owned() },
        })
    }

    fn mean(rows: Rows) -> Formula {
        Formula::Mean { rows, of: Expression("score".to_owned()) }
    }

    fn question(period: &str) -> Question {
        let period = Period::parse(period, FiscalYear::default()).unwrap();
        Question {
            subject: Subject::Unit(UnitId::new("desk")),
            path: Vec::new(),
            period,
            compare_with: period.previous(),
            today: period.end(),
            rolling_below: Some(30),
            history: 1,
        }
    }

    /// The months that are told, and those with which they are compared.
    fn told(measure: &Measure, question: &Question, months: &[(&str, u64)]) -> Option<(String, String)> {
        let name = |period: Period| period.id(FiscalYear::default());
        let found = rolling(measure, question, &Monthly::from(months))?;
        Some((name(found.period), name(found.compare_with)))
    }

    fn both(period: &str, compare_with: &str) -> (String, String) {
        (period.to_owned(), compare_with.to_owned())
    }

    #[test]
    fn as_many_months_as_it_takes() {
        let (csat, october) = (measure(mean), question("2026-10"));
        assert_eq!(told(&csat, &october, &[("2026-10", 30)]), None);
        let three = [("2026-08", 10), ("2026-09", 11), ("2026-10", 9)];
        assert_eq!(told(&csat, &october, &three), Some(both("2026-08..2026-10", "2026-05..2026-07")));
        let six = [("2026-05", 20), ("2026-09", 11), ("2026-10", 9)];
        assert_eq!(told(&csat, &october, &six), Some(both("2026-05..2026-10", "2025-11..2026-04")));
        // Six are the most, however few that is, and no more are taken than add something.
        assert_eq!(told(&csat, &october, &[("2026-04", 90), ("2026-10", 9)]), None);
        let few = [("2026-09", 1), ("2026-10", 9)];
        assert_eq!(told(&csat, &october, &few), Some(both("2026-08..2026-10", "2026-05..2026-07")));
        // A month in which nothing was recorded is told with those before it.
        assert_eq!(told(&csat, &october, &[("2026-09", 40)]), Some(both("2026-08..2026-10", "2026-05..2026-07")));
    }

    #[test]
    fn compared_with_the_year_before_where_that_was_asked_for() {
        let october = question("2026-10");
        let year = Question { compare_with: october.period.a_year_earlier(), ..october };
        let three = [("2026-08", 10), ("2026-09", 11), ("2026-10", 9)];
        assert_eq!(told(&measure(mean), &year, &three), Some(both("2026-08..2026-10", "2025-08..2025-10")));
    }

    #[test]
    fn what_is_not_told_of_several_months() {
        let three = [("2026-08", 10), ("2026-09", 11), ("2026-10", 9)];
        let csat = measure(mean);
        for period in ["2026-Q4", "2026", "2026-10-05", "2026-W41", "2026-09..2026-10"] {
            assert_eq!(told(&csat, &question(period), &three), None, "{period}");
        }
        assert_eq!(told(&csat, &Question { rolling_below: None, ..question("2026-10") }, &three), None);
        assert_eq!(told(&measure(|rows| Formula::Count { rows }), &question("2026-10"), &three), None);
        let withheld = Measure { withhold_below: Some(5), ..(*csat).clone() };
        assert_eq!(told(&withheld, &question("2026-10"), &three), None);
    }

    #[test]
    fn value_range_and_comparison_are_of_the_same_months() {
        let months = [("2026-05", 1), ("2026-06", 2), ("2026-08", 10), ("2026-09", 11), ("2026-10", 9)];
        let usage = MeasureUse {
            measure: MeasureId::new("csat"),
            key: false,
            weight: 1.0,
            normalisation: Normalisation::Automatic,
            plan: TargetPlan::default(),
            units: BTreeMap::new(),
            signals: SignalPlan::default(),
        };
        let result = evaluate_measure(&measure(mean), &usage, &question("2026-10"), &Monthly::from(&months));
        assert_eq!((result.reading.n, result.before.n, result.likely_range), (30, 3, Some((0.0, 3.0))));
        // The course stays one of months.
        assert_eq!(result.history.last().and_then(|(_, value)| *value), Some(9.0));
    }
}
