//! Recommendations: who sends them, who sees which, and what goes with one.

use std::sync::Arc;

use evenkeel_model::measure::Measure;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_state::Recommendation;
use evenkeel_view::page::today::AskedFor;
use evenkeel_view::page::{Arrangement, Links, Place, RecommendationDetail, RecommendationEntry, stage_word};

use super::{World, WorldError};
use crate::viewer::Reach;

impl World {
    /// Whether the viewer asks owners of measures to do something: whoever leads a unit or analyses the record does.
    pub(crate) fn recommends(&self) -> bool {
        self.writes_initiatives()
    }

    /// Whether a recommendation is among those that the viewer sees: whoever is asked and whoever asked, and those who
    /// lead the unit, analyse the record or see the whole organisation. Nobody sees any of a unit that they do not see.
    pub(crate) fn sees_recommendation(&self, one: &Recommendation) -> bool {
        let unit = self.engine.directory().organisation().unit(one.of.unit.as_str());
        let party = [&one.of.owner, &one.asked_by].into_iter().any(|name| name == self.viewer.name());
        let follows = self.sight.figures == Reach::Everywhere || self.sight.leads.holds(unit);
        self.is_signed_in() && self.sees_unit(&one.of.unit) && (party || follows)
    }

    /// A recommendation as pages have it.
    pub(crate) fn recommendation_detail(&self, one: &Recommendation) -> RecommendationDetail {
        let fiscal = self.project.fiscal_year;
        let on = Period::parse(&one.of.period, fiscal)
            .unwrap_or_else(|_| Period::containing(self.local(one.asked_at).date(), Grain::Month, fiscal));
        let place = Place {
            unit: one.of.unit.clone(),
            period: on,
            compare_with: on.previous(),
            arrangement: Arrangement::Legs,
        };
        RecommendationDetail {
            number: one.number,
            what: one.of.what.clone(),
            why: one.of.why.clone(),
            evidence: one.of.evidence.clone(),
            measure: one.of.measure.clone(),
            title: self.title_of(one.of.measure.as_str()),
            unit: self.name_of(&Subject::Unit(one.of.unit.clone())),
            on,
            place,
            owner: one.owner_name.clone(),
            asker: one.asker_name.clone(),
            asked_at: self.local(one.asked_at),
            decide_by: one.of.decide_by,
            answer: one.answer.as_ref().map(|(answer, at, reason)| (*answer, self.local(*at), reason.clone())),
            outcome: one.outcome.clone(),
            own: self.is_asked(one),
            asked: self.asked(one),
        }
    }

    /// Whether the viewer is asked.
    pub(crate) fn is_asked(&self, one: &Recommendation) -> bool {
        one.of.owner == self.viewer.name()
    }

    /// Whether the viewer asked.
    pub(crate) fn asked(&self, one: &Recommendation) -> bool {
        one.asked_by == self.viewer.name()
    }

    /// A recommendation as programs are told of it.
    pub(crate) fn recommendation_entry(&self, one: &Recommendation) -> RecommendationEntry {
        let said = |words: &String| Some(words.clone()).filter(|words| !words.is_empty());
        RecommendationEntry {
            number: one.number,
            stage: stage_word(one.stage(self.today())).to_owned(),
            measure: one.of.measure.to_string(),
            unit: one.of.unit.to_string(),
            period: one.of.period.clone(),
            what: one.of.what.clone(),
            why: one.of.why.clone(),
            evidence: one.of.evidence.lines().map(str::to_owned).collect(),
            owner: one.owner_name.clone(),
            asked_by: one.asker_name.clone(),
            asked_at: one.asked_at,
            decide_by: one.of.decide_by,
            answered_at: one.answer.as_ref().map(|(_, at, _)| *at),
            reason: one.answer.as_ref().and_then(|(_, _, reason)| said(reason)),
            outcome_on: one.outcome.as_ref().map(|(_, on, _)| *on),
            result: one.outcome.as_ref().and_then(|(_, _, words)| said(words)),
            own: self.is_asked(one),
            asked: self.asked(one),
        }
    }

    /// What the figures of a measure say that goes with a recommendation: its signals, and what it puts on watch.
    pub(crate) async fn evidence(
        &self,
        measure: &Arc<Measure>,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<Vec<String>, WorldError> {
        let page = self.measure_charts(measure, place, links).await?;
        let said = page.readings.iter().filter(|reading| reading.signal.is_some() || reading.icon == "watch");
        let mut said: Vec<String> = said.map(|reading| format!("{}. {}", reading.heading, reading.text)).collect();
        let leads = self.scorecard.links.iter().filter(|link| link.from == measure.id);
        for link in leads {
            let moved = self.title_of(link.to.as_str());
            said.push(format!("A link of the scorecard claims that it moves {moved}."));
        }
        Ok(said)
    }

    /// Those among some recommendations that the viewer sent or got, and that nobody has answered.
    pub(super) fn awaited(&self, all: &[Recommendation]) -> Vec<AskedFor> {
        let (today, viewer) = (self.today(), self.viewer.name());
        let own = all.iter().filter(|one| one.stage(today).is_open() && self.sees_unit(&one.of.unit));
        own.filter(|one| one.of.owner == viewer || one.asked_by == viewer).map(|one| self.told(one)).collect()
    }

    fn told(&self, one: &Recommendation) -> AskedFor {
        let own = one.of.owner == self.viewer.name();
        AskedFor {
            number: one.number,
            what: one.of.what.clone(),
            measure: self.title_of(one.of.measure.as_str()),
            unit: self.name_of(&Subject::Unit(one.of.unit.clone())),
            other: if own { one.asker_name.clone() } else { one.owner_name.clone() },
            own,
            decide_by: one.of.decide_by,
        }
    }

    /// Those among some recommendations that wait for the viewer, or for the answer of somebody whom the viewer asked
    /// and whose day is over; what presses first.
    pub(super) fn asked_for(&self, all: &[Recommendation]) -> Vec<AskedFor> {
        let today = self.today();
        let viewer = self.viewer.name();
        let mut found: Vec<AskedFor> = all
            .iter()
            .filter(|one| one.stage(today).is_open() && self.sees_unit(&one.of.unit))
            .filter(|one| one.of.owner == viewer || one.asked_by == viewer && one.of.decide_by < today)
            .map(|one| self.told(one))
            .collect();
        found.sort_by_key(|one| (one.decide_by, one.number));
        found
    }
}
