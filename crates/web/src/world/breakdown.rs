//! The figure of a measure divided by an attribute of its rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_engine::breakdown::Breakdown as Readings;
use evenkeel_model::breakdown::{Group, attribute, attributes};
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::evaluation::{self, Question};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_view::number::Format;
use evenkeel_view::page::{Breakdown, BreakdownDetail, Divided, Place};
use hashlink::LruCache;
use tokio::sync::Mutex;

use super::{World, WorldError};

/// How many breakdowns are remembered.
const REMEMBERED: usize = 20;

/// Which readings: of a measure, by an attribute, and whether they tell of days.
type Key = (MeasureId, Attribute, bool);

/// What was divided already, and what there is to divide by.
pub(super) struct Breakdowns {
    readings: Mutex<LruCache<Key, Arc<Readings>>>,
    /// Attributes of the JSON map of the rows of each measure.
    of_rows: Mutex<BTreeMap<MeasureId, Vec<Attribute>>>,
}

impl Default for Breakdowns {
    fn default() -> Self {
        Self { readings: Mutex::new(LruCache::new(REMEMBERED)), of_rows: Mutex::default() }
    }
}

impl World {
    /// By what the figure of a measure can be divided on the page of a unit and, where `by` asks for it, the figure of each
    /// group. What a source has beside the columns of the record is shown to whoever sees the rows of the unit: nobody
    /// knows what it says.
    pub(super) async fn breakdown_detail(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        by: Option<&str>,
    ) -> Result<BreakdownDetail, WorldError> {
        let sees_rows = self.sees_rows(&place.unit);
        let mut offered = attributes(measure);
        if !offered.is_empty() && sees_rows {
            offered.extend(self.attributes_of_rows(measure).await?);
        }
        let Some(by) = by.filter(|by| !by.is_empty()) else {
            return Ok(BreakdownDetail { attributes: offered, divided: None });
        };
        let refused = || WorldError::NotDivided {
            measure: measure.id.to_string(),
            by: by.to_owned(),
            known: offered.iter().map(ToString::to_string).collect(),
        };
        let found = attribute(by, measure).filter(|found| found.origin != Origin::Attributes || sees_rows);
        let attribute = found.ok_or_else(refused)?;
        let period = self.told_period(measure, place).await?;
        let readings = self.divided(measure, &attribute, period).await?;
        // A name that no row has is a slip; what is offered is among some rows at least.
        if !offered.contains(&attribute) && !readings.groups().any(|(group, _)| matches!(group, Group::Value(_))) {
            return Err(refused());
        }
        // Under whatever name a source has people: they divide nothing.
        if attribute.origin == Origin::Attributes && readings.groups().any(|(group, _)| self.says_who(group)) {
            return Err(refused());
        }
        let question = Question { period, rolling_below: None, history: 1, ..self.question(place) };
        let usage = self.usage(&measure.id);
        let groups = readings
            .groups()
            .map(|(group, store)| (group.clone(), evaluation::evaluate_measure(measure, &usage, &question, store)))
            .collect();
        Ok(BreakdownDetail { attributes: offered, divided: Some(Divided { attribute, groups }) })
    }

    /// Whether a group is that of somebody who works here, by identifier or name.
    fn says_who(&self, group: &Group) -> bool {
        let Group::Value(value) = group else { return false };
        let organisation = self.engine.directory().organisation();
        let named = |code| organisation.person_at(code).name.as_deref() == Some(value.as_str());
        self.engine.directory().known_person(value).is_some() || organisation.people().any(named)
    }

    /// The figure of a measure by group, for programs.
    pub async fn breakdown(&self, measure: &Arc<Measure>, place: &Place, by: &str) -> Result<Breakdown, WorldError> {
        self.allowed(&Subject::Unit(place.unit.clone()))?;
        let detail = self.breakdown_detail(measure, place, Some(by)).await?;
        let (store, question) = (self.store_for(place).await?, self.question(place));
        let whole = evaluation::evaluate_measure(measure, &self.usage(&measure.id), &question, store);
        let format = Format::of(measure.in_force(place.period).unwrap_or(measure), &self.currency, None);
        match detail.divided {
            Some(divided) => Ok(Breakdown::new(&divided, &whole, &format, self.project.fiscal_year)),
            None => Err(WorldError::NotDivided {
                measure: measure.id.to_string(),
                by: by.to_owned(),
                known: detail.attributes.iter().map(ToString::to_string).collect(),
            }),
        }
    }

    /// Readings by group. They are worked out once, and one after the other: each of them reads all rows.
    async fn divided(
        &self,
        measure: &Arc<Measure>,
        attribute: &Attribute,
        period: Period,
    ) -> Result<Arc<Readings>, WorldError> {
        let days = matches!(period.grain(), Grain::Day | Grain::Week);
        let key = (measure.id.clone(), attribute.clone(), days);
        let mut known = self.breakdowns.readings.lock().await;
        if let Some(readings) = known.get(&key) {
            return Ok(Arc::clone(readings));
        }
        let grain = if days { Grain::Day } else { Grain::Month };
        let readings = Arc::new(self.engine.breakdown(measure, attribute, grain).await?);
        known.insert(key, Arc::clone(&readings));
        Ok(readings)
    }

    async fn attributes_of_rows(&self, measure: &Arc<Measure>) -> Result<Vec<Attribute>, WorldError> {
        let mut known = self.breakdowns.of_rows.lock().await;
        if let Some(attributes) = known.get(&measure.id) {
            return Ok(attributes.clone());
        }
        let attributes = self.engine.attributes_of_rows(measure).await?;
        known.insert(measure.id.clone(), attributes.clone());
        Ok(attributes)
    }
}
