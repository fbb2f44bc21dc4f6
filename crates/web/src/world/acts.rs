//! Recognition and development: who writes it about whom, who reads it, and on which figures it rests.

use std::sync::Arc;

use evenkeel_model::act::{Evidence, kept_until};
use evenkeel_model::comparison::{Peers, State};
use evenkeel_model::evaluation;
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::reading::Subject;
use evenkeel_state::{Act, Addition, LookedAt};
use evenkeel_view::page::acts::{evidence, told};
use evenkeel_view::page::today::DueAct;
use evenkeel_view::page::{ActDetail, ActsDetail, AdditionDetail, Links, Place, RecognitionEntry, RecognitionPage};
use jiff::Timestamp;
use jiff::civil::Date;

use super::told::place_of;
use super::{World, WorldError};

impl World {
    /// Whether the viewer writes acts about a unit or person: whoever leads the unit, or leads the person where that is
    /// agreed. Nobody writes about themselves.
    pub(crate) fn acts_on(&self, subject: &Subject) -> bool {
        let leads = match subject {
            Subject::Unit(id) => {
                let unit = self.engine.directory().organisation().unit(id.as_str());
                unit.is_some() && self.sight.leads.holds(unit)
            }
            Subject::Person(id) => self.sees_people(subject) && !self.is_own(id),
        };
        self.is_signed_in() && leads
    }

    /// Whether an act is among those that the viewer reads: of a unit that they see; of a person, where the record may be
    /// seen.
    pub(crate) fn sees_act(&self, act: &Act) -> bool {
        let told = match &act.of.about {
            Subject::Unit(_) => true,
            Subject::Person(_) => self.project.people != PeoplePolicy::Off,
        };
        self.is_signed_in() && told && self.may_see(&act.of.about)
    }

    /// An act as pages have it.
    fn act_detail(&self, act: &Act) -> ActDetail {
        let (unit, of_reader) = match &act.of.about {
            Subject::Unit(_) => (Some(self.name_of(&act.of.about)), false),
            Subject::Person(person) => (None, self.is_own(person)),
        };
        let addition = |added: &Addition| AdditionDetail {
            kind: added.of.kind,
            words: added.of.words.clone(),
            look_again: added.of.look_again,
            by: added.by_name.clone(),
            at: self.local(added.at),
        };
        ActDetail {
            number: act.number,
            kind: act.of.kind,
            unit,
            topic: act.of.topic.clone(),
            words: act.of.words.clone(),
            reward: act.of.reward.clone(),
            evidence: act.of.evidence.clone(),
            look_again: act.next_look(),
            kept_until: act.of.kept_until,
            by: act.by_name.clone(),
            at: self.local(act.at),
            withdrawn_at: act.withdrawn_at.map(|at| self.local(at)),
            additions: act.additions.iter().map(addition).collect(),
            own: act.by == self.viewer.name(),
            of_reader,
            leads: self.acts_on(&act.of.about),
        }
    }

    /// What stands on the record of a person; none where nothing is told of single people.
    pub(super) fn acts_of_person(&self, person: &PersonId, acts: &[Act]) -> Option<ActsDetail> {
        let about = Subject::Person(person.clone());
        let seen = acts.iter().filter(|act| act.of.about == about && self.sees_act(act));
        (self.project.people != PeoplePolicy::Off && self.is_signed_in()).then(|| ActsDetail {
            acts: seen.map(|act| self.act_detail(act)).collect(),
            leads: self.acts_on(&about),
            months: self.project.keep_entries,
        })
    }

    /// The units of a page of recognition: the one that is looked at and those below it.
    pub(crate) fn recognised_units(&self, place: &Place) -> Vec<UnitId> {
        self.with_below(&place.unit, &self.menu(place.period))
    }

    /// The page of what was recognised in a unit and below it.
    pub(crate) async fn recognition_page(
        &self,
        place: &Place,
        acts: &[Act],
        links: &(dyn Links + Sync),
    ) -> Result<RecognitionPage, WorldError> {
        let unit = Subject::Unit(place.unit.clone());
        self.allowed(&unit)?;
        let of_units = acts.iter().filter(|act| matches!(act.of.about, Subject::Unit(_)));
        let seen: Vec<ActDetail> = of_units.filter(|act| self.sees_act(act)).map(|act| self.act_detail(act)).collect();
        let context = self.context(place, links, "Scorecard").await?;
        Ok(RecognitionPage::new(&seen, self.acts_on(&unit), &context))
    }

    /// Those among some acts that are recognitions of units which the viewer sees, as programs are told of them.
    pub(crate) fn recognition_entries(&self, acts: &[Act]) -> Vec<RecognitionEntry> {
        let fiscal = self.project.fiscal_year;
        let entry = |act: &Act| {
            let Subject::Unit(unit) = &act.of.about else { return None };
            let stands = act.withdrawn_at.is_none();
            let said = |text: &str| (stands && !text.is_empty()).then(|| text.to_owned());
            let evidence = act.of.evidence.as_ref().filter(|_| stands);
            self.sees_act(act).then(|| RecognitionEntry {
                number: act.number,
                unit: unit.to_string(),
                topic: said(&act.of.topic),
                words: said(&act.of.words),
                reward: said(&act.of.reward),
                measure: evidence.map(|evidence| evidence.measure.to_string()),
                figure: evidence.map(|evidence| told(evidence, fiscal)),
                by: act.by_name.clone(),
                at: act.at,
                withdrawn_at: act.withdrawn_at,
                own: act.by == self.viewer.name(),
            })
        };
        acts.iter().filter_map(entry).collect()
    }

    /// All units that the viewer sees.
    pub(crate) fn seen_units(&self) -> Vec<UnitId> {
        let organisation = self.engine.directory().organisation();
        let ids = organisation.units().map(|unit| organisation.unit_id(unit).clone());
        ids.filter(|id| self.may_see(&Subject::Unit(id.clone()))).collect()
    }

    /// Records that the copy was looked at that a person has of what is written about them.
    pub(crate) async fn looked_at_acts(&self, person: &PersonId) -> Result<(), WorldError> {
        self.looked(&format!("copy of the entries about {person}"), &LookedAt::Person(person.clone())).await
    }

    /// The last day for which an act about a person is kept that is written down at an instant.
    pub(crate) fn kept_until(&self, now: Timestamp) -> Date {
        kept_until(self.local(now).date(), self.project.keep_entries)
    }

    /// The figures that may go with an act about a unit or person, as they stand now. Those of a person are a look at them.
    pub(crate) async fn figures_of(
        &self,
        subject: &Subject,
        place: &Place,
        links: &(dyn Links + Sync),
    ) -> Result<Vec<Evidence>, WorldError> {
        self.allowed(subject)?;
        let place = &place_of(subject, place);
        let measures: Vec<&Arc<Measure>> = match subject {
            Subject::Unit(_) => {
                self.scorecard.measures().filter_map(|usage| self.measures.get(&usage.measure)).collect()
            }
            Subject::Person(person) => {
                let about = self.about("figures for an entry", place);
                self.looked(&about, &LookedAt::Person(person.clone())).await?;
                self.project.measures.values().filter(|measure| measure.levels.person).collect()
            }
        };
        let store = self.store_for(place).await?;
        let question = match subject {
            // As the scorecard tells it: of several months, where one has too few rows.
            Subject::Unit(_) => self.question(place),
            Subject::Person(_) => self.question_about(subject, place),
        };
        let mut found = Vec::new();
        for measure in measures {
            let result = evaluation::evaluate_measure(measure, &self.usage(&measure.id), &question, store);
            if result.reading.value.is_none() {
                continue;
            }
            // Units and people are compared by the period alone.
            let state = match result.rolling {
                None => self.state_of(measure, subject, place).await?,
                Some(_) => None,
            };
            found.push((result, state));
        }
        // What holds links stays out of everything that waits.
        let context = self.context(place, links, "Scorecard").await?;
        Ok(found.into_iter().filter_map(|(result, state)| evidence(&result, state, &context)).collect())
    }

    /// The state of a unit or person in the comparison by a measure, where they are compared.
    async fn state_of(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        place: &Place,
    ) -> Result<Option<State>, WorldError> {
        let by = match subject {
            Subject::Person(_) => Peers::People.as_str().to_owned(),
            Subject::Unit(id) => {
                let organisation = self.engine.directory().organisation();
                let Some(code) = organisation.unit(id.as_str()) else { return Ok(None) };
                organisation.stretch(code, place.period.last_day()).kind.clone()
            }
        };
        let Ok((comparison, peers)) = self.comparison(measure, Some(&by)) else { return Ok(None) };
        let compared = self.compared(comparison, peers, measure, place.period).await?;
        Ok(compared.standings.into_iter().find(|standing| standing.subject == *subject).map(|found| found.state))
    }

    /// Those among some acts that the viewer is to look at again by today with people of a unit.
    pub(super) fn due_acts(&self, acts: &[Act], place: &Place) -> Vec<DueAct> {
        let due = |act: &Act| {
            let Subject::Person(person) = &act.of.about else { return None };
            let on: Date = act.next_look().filter(|on| *on <= self.today())?;
            let unit = self.unit_id_of(person);
            (self.acts_on(&act.of.about) && self.is_in(person, place.unit.as_str())).then(|| DueAct {
                number: act.number,
                kind: act.of.kind,
                unit: self.name_of(&Subject::Unit(UnitId::new(&unit))),
                on,
            })
        };
        acts.iter().filter_map(due).collect()
    }
}
