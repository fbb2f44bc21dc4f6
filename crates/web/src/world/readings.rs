//! Readings of a world as a long table, some at a time.

use std::sync::Arc;

use evenkeel_model::evaluation::Readings as _;
use evenkeel_model::ids::UnitId;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_view::page::ReadingLine;

use super::{World, WorldError};
use crate::viewer::Reach;

/// Which readings are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    /// One measure; all of them when none is given.
    pub(crate) measure: Option<String>,
    /// One unit; all that the viewer sees when none is given.
    pub(crate) unit: Option<String>,
    /// The first period.
    pub(crate) from: Option<String>,
    /// The last period.
    pub(crate) to: Option<String>,
    /// The measure, unit and period of the reading after which to go on.
    pub(crate) after: Option<[String; 3]>,
    /// The most that are wanted.
    pub(crate) limit: usize,
}

impl World {
    /// The readings that have a value, by measure, unit and period, and whether there are more. People are not told.
    pub(crate) async fn readings(&self, selected: &Selected) -> Result<(Vec<ReadingLine>, bool), WorldError> {
        let fiscal = self.project.fiscal_year;
        let parse = |text: &Option<String>| text.as_deref().map(|text| self.period(Some(text))).transpose();
        let (from, to) = (parse(&selected.from)?, parse(&selected.to)?);
        let grain = from.or(to).map_or(Grain::Month, Period::grain);
        let measures: Vec<&Arc<Measure>> = match &selected.measure {
            Some(name) => vec![self.measure(name)?],
            None => self.project.measures.keys().filter_map(|id| self.measures.get(id)).collect(),
        };
        let units = match &selected.unit {
            Some(name) => vec![self.unit(Some(name))?],
            None => self.units_seen(),
        };
        let store = self.store(grain).await?;
        let mut periods = store.periods(grain);
        periods.retain(|period| {
            from.is_none_or(|from| period.start() >= from.start()) && to.is_none_or(|to| period.end() <= to.end())
        });
        let named: Vec<(Period, String)> = periods.into_iter().map(|period| (period, period.id(fiscal))).collect();
        let mut found: Vec<ReadingLine> = Vec::new();
        for measure in measures {
            let data_version = self.engine.data_version([measure]);
            for unit in &units {
                for (period, name) in &named {
                    if selected.after.as_ref().is_some_and(|after| !follows((measure, unit, *period), after, &named)) {
                        continue;
                    }
                    let subject = Subject::Unit(unit.clone());
                    let Ok(reading) = store.reading(&measure.id, &subject, *period) else { continue };
                    let Some(value) = reading.value else { continue };
                    // A count of zero for a unit that does not appear at all says nothing.
                    let of_rows = measure.formula.rows().is_some();
                    if of_rows && reading.n == 0 && reading.denominator.is_none() && value == 0.0 {
                        continue;
                    }
                    if found.len() == selected.limit {
                        return Ok((found, true));
                    }
                    let range = store.likely_range(&measure.id, &subject, *period);
                    found.push(ReadingLine {
                        measure: measure.id.to_string(),
                        level: self.level_of(unit),
                        unit: unit.to_string(),
                        period: name.clone(),
                        numerator: reading.numerator,
                        denominator: reading.denominator,
                        n: reading.n,
                        value,
                        low: range.map(|(low, _)| low),
                        high: range.map(|(_, high)| high),
                        definition_version: measure.in_force(*period).unwrap_or(measure).definition.to_string(),
                        data_version: data_version.clone(),
                    });
                }
            }
        }
        Ok((found, false))
    }

    /// The units of which figures are seen, by identifier.
    fn units_seen(&self) -> Vec<UnitId> {
        let directory = self.engine.directory();
        let organisation = directory.organisation();
        let seen = organisation.units().filter(|unit| self.sight.figures.holds(Some(*unit)));
        let mut units: Vec<UnitId> = seen.map(|unit| organisation.unit_id(unit).clone()).collect();
        if self.sight.figures == Reach::Everywhere {
            units.extend(directory.unknown_units());
        }
        units.sort();
        units
    }

    /// The kind of a unit; that of one of which only facts speak is not known.
    fn level_of(&self, unit: &UnitId) -> String {
        let organisation = self.engine.directory().organisation();
        let code = organisation.unit(unit.as_str());
        code.map_or_else(|| "unit".to_owned(), |code| organisation.latest(code).kind.clone())
    }
}

/// Whether a reading comes after the one that somebody has already.
fn follows(
    (measure, unit, period): (&Measure, &UnitId, Period),
    [last_measure, last_unit, last_period]: &[String; 3],
    named: &[(Period, String)],
) -> bool {
    let last_period = named.iter().find(|(_, name)| name == last_period).map(|(period, _)| *period);
    let here = (measure.id.as_str(), unit.as_str(), Some(period));
    here > (last_measure.as_str(), last_unit.as_str(), last_period)
}
