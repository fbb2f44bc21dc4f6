//! Initiatives: what of them a viewer sees, who writes them down, and where they are marked.

use std::sync::Arc;

use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::Initiative;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::initiatives::Tick;
use evenkeel_view::page::{InitiativeDetail, InitiativesPage, Links, Place};
use evenkeel_view::words::listed;

use super::{World, WorldError};

/// How many units are named beside a mark on a chart.
const NAMED: usize = 2;

/// How far an initiative touches a unit.
enum Touch {
    /// It is done in all of it.
    Wholly,
    /// It is done in a part of it, which is named as far as the viewer may see it.
    InPart(String),
}

impl World {
    /// The same world with what people have written down that is done to move measures.
    #[must_use]
    pub fn with_initiatives(mut self, initiatives: Arc<[Initiative]>) -> Self {
        self.initiatives = initiatives;
        self
    }

    /// Whether the viewer writes initiatives down for any unit.
    pub(crate) fn writes_initiatives(&self) -> bool {
        self.is_signed_in() && (self.sight.analyses || self.sight.leads.is_somewhere())
    }

    /// Whether the viewer writes initiatives down for these units: whoever leads all of them, or analyses the record.
    pub(crate) fn writes_initiatives_for(&self, units: &[UnitId]) -> bool {
        let organisation = self.engine.directory().organisation();
        let leads =
            |unit: &UnitId| organisation.unit(unit.as_str()).is_some_and(|unit| self.sight.leads.holds(Some(unit)));
        self.writes_initiatives() && (self.sight.analyses || units.iter().all(leads))
    }

    /// An initiative that the viewer may change.
    pub(crate) fn initiative_to_change(&self, number: i64) -> Option<&Initiative> {
        let found = self.initiatives.iter().find(|initiative| initiative.number == number)?;
        self.writes_initiatives_for(&found.units).then_some(found)
    }

    /// The units for which the viewer may write an initiative down: those of today, and those that it has already and that
    /// were closed since. Those of `chosen` are ticked.
    pub(crate) fn units_to_tick(&self, kept: &[UnitId], chosen: &[UnitId]) -> Vec<Tick> {
        let tick = |id: &UnitId, label: String, depth| Tick {
            value: id.to_string(),
            chosen: chosen.contains(id),
            label,
            depth,
        };
        let mut units = self.units();
        units.retain(|unit| self.writes_initiatives_for(std::slice::from_ref(&unit.id)));
        let closed = kept.iter().filter(|kept| self.sees_unit(kept) && units.iter().all(|unit| unit.id != **kept));
        let closed: Vec<Tick> = closed.map(|id| tick(id, self.name_of(&Subject::Unit(id.clone())), 0)).collect();
        units.into_iter().map(|unit| tick(&unit.id, unit.name, unit.depth.min(6))).chain(closed).collect()
    }

    /// The measures of the scorecard, and those that an initiative has already. Those of `chosen` are ticked.
    pub(crate) fn measures_to_tick(&self, kept: &[MeasureId], chosen: &[MeasureId]) -> Vec<Tick> {
        let used: Vec<&MeasureId> = self.scorecard.measures().map(|usage| &usage.measure).collect();
        let known = used.iter().copied().filter(|id| self.measures.contains_key(*id));
        let gone = kept.iter().filter(|kept| !used.contains(kept));
        known
            .chain(gone)
            .map(|id| Tick {
                value: id.to_string(),
                label: self.title_of(id.as_str()),
                depth: 0,
                chosen: chosen.contains(id),
            })
            .collect()
    }

    /// The initiatives that touch a unit.
    pub async fn initiatives_page(
        &self,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<InitiativesPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let results: Vec<&MeasureResult> = evaluation.legs.iter().flat_map(LegResult::measures).collect();
        let touching = self.initiatives.iter().filter(|initiative| self.touches(initiative, place).is_some());
        let details: Vec<InitiativeDetail<'_>> = touching
            .map(|initiative| {
                let seen: Vec<&UnitId> = initiative.units.iter().filter(|unit| self.sees_unit(unit)).collect();
                InitiativeDetail {
                    initiative,
                    hidden_units: initiative.units.len() - seen.len(),
                    units: seen
                        .into_iter()
                        .map(|unit| (unit.clone(), self.name_of(&Subject::Unit(unit.clone()))))
                        .collect(),
                    measures: initiative
                        .measures
                        .iter()
                        .map(|id| {
                            let result = results.iter().find(|result| result.measure.id == *id).copied();
                            result.ok_or_else(|| self.title_of(id.as_str()))
                        })
                        .collect(),
                    may_change: self.writes_initiatives_for(&initiative.units),
                }
            })
            .collect();
        let new_url = links.initiative_form().filter(|_| self.writes_initiatives());
        let context = self.context(place, links, "Initiatives").await?;
        let page = InitiativesPage::new(&details, new_url, &context);
        // Where nobody signs in, nobody is asked for anything.
        let register = page.register.clone().filter(|_| self.is_signed_in());
        Ok(InitiativesPage { register, ..page })
    }

    /// Marks what was done on the measures of an evaluation.
    pub(super) fn mark_initiatives(&self, evaluation: &mut Evaluation, place: &Place) {
        for leg in &mut evaluation.legs {
            for objective in &mut leg.objectives {
                for result in &mut objective.measures {
                    self.mark_initiatives_of(result, place);
                }
            }
        }
    }

    /// Marks what was done on one measure.
    pub(super) fn mark_initiatives_of(&self, result: &mut MeasureResult, place: &Place) {
        let own = self.initiatives.iter().filter(|initiative| initiative.measures.contains(&result.measure.id));
        for initiative in own {
            match self.touches(initiative, place) {
                Some(Touch::Wholly) => result.annotations.push(initiative.annotation(None)),
                Some(Touch::InPart(part)) => result.annotations.push(initiative.annotation(Some(&part))),
                None => {}
            }
        }
        result.annotations.sort_by_key(|said| said.on.start());
    }

    /// The initiatives that touch a unit that the viewer sees.
    pub(super) fn seen_initiatives(&self) -> impl Iterator<Item = &Initiative> {
        let (organisation, today) = (self.engine.directory().organisation(), self.today());
        let touched = move |unit: &UnitId| {
            let Some(unit) = organisation.unit(unit.as_str()) else { return false };
            let above = |top: &UnitCode| organisation.path(*top, today).contains(&unit);
            self.sight.figures.holds(Some(unit)) || self.sight.tops.iter().any(above)
        };
        self.initiatives.iter().filter(move |initiative| initiative.units.iter().any(&touched))
    }

    /// How far an initiative touches a unit; none where it does not.
    fn touches(&self, initiative: &Initiative, place: &Place) -> Option<Touch> {
        let organisation = self.engine.directory().organisation();
        let here = organisation.unit(place.unit.as_str())?;
        let day = place.period.last_day();
        let units: Vec<UnitCode> =
            initiative.units.iter().filter_map(|unit| organisation.unit(unit.as_str())).collect();
        if units.iter().any(|unit| organisation.path(here, day).contains(unit)) {
            return Some(Touch::Wholly);
        }
        let below: Vec<UnitCode> =
            units.into_iter().filter(|unit| organisation.path(*unit, day).contains(&here)).collect();
        if below.is_empty() {
            return None;
        }
        let mut names: Vec<String> = below
            .iter()
            .filter(|unit| self.sight.figures.holds(Some(**unit)))
            .map(|unit| organisation.stretch(*unit, day).name.clone())
            .take(NAMED)
            .collect();
        let more = below.len() - names.len();
        if more > 0 {
            names.push(evenkeel_view::number::counted(more as u64, if names.is_empty() { "units" } else { "more" }));
        }
        Some(Touch::InPart(listed(&names)))
    }
}
