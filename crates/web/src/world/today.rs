//! What asks for attention in a unit now.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_engine::attention::{Attention, LowAnswer, LowAnswers, OpenCase};
use evenkeel_model::call_back::Stage;
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::reading::Subject;
use evenkeel_state::{Act, AnswerKey, CallBackSteps, Dispute, DisputeState, Recommendation, StateStore, TypedFigure};
use evenkeel_view::page::call_backs::stage;
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::today::{LowCall, LowScore, Pressing, PressingCase, PressingFigure, SHOWN};
use evenkeel_view::page::{Context, Links, Place, TodayDetail, TodayPage, UnitEvaluation};
use jiff::{Timestamp, ToSpan};

use super::call_backs::key;
use super::owed::AskedNow;
use super::{World, WorldError};

/// How many hours before its time is used up a promise is near.
const HOURS_NEAR: i64 = 48;
/// To the rows of how many measures a kind of things leads.
const MEASURES: usize = 4;
/// For how many hours a low answer asks for a call where nobody writes down that there was one: seven days.
const HOURS_LOW: i64 = 7 * 24;

/// What waits for somebody to type or to decide.
#[derive(Debug, Default)]
pub struct Waiting {
    /// When it was looked for: pages may be of figures that are older.
    pub(crate) now: Timestamp,
    /// Everything that people typed: what was sent is not owed any more, though the record may not hold it yet.
    pub(crate) figures: Vec<TypedFigure>,
    /// The disputes that wait for the viewer, the oldest first.
    pub(crate) disputes: Vec<Dispute>,
    /// Everything that somebody was asked to do.
    pub(crate) recommendations: Vec<Recommendation>,
    /// Low answers of customers in the unit.
    pub(crate) low_answers: Vec<LowAnswer>,
    /// What was done about them; none where nobody writes it down.
    pub(crate) call_backs: Option<BTreeMap<AnswerKey, CallBackSteps>>,
    /// Everything that somebody is to look at again by today.
    pub(crate) acts: Vec<Act>,
}

impl World {
    /// What waits for the viewer in the record, and in the store of what people type.
    pub(crate) async fn waiting(
        &self,
        store: Option<&StateStore>,
        place: &Place,
        now: Timestamp,
    ) -> Result<Waiting, WorldError> {
        let written_down = store.is_some() && self.is_signed_in();
        // Single answers are rows, and so for whoever may see these.
        let low_answers = if self.sees_rows(&place.unit) {
            // What is overdue must not go from the page because it has been so for long, where calls are written down.
            let week_ago = || now.saturating_sub(HOURS_LOW.hours()).unwrap_or(now);
            let after = if written_down { self.listed_after(now) } else { week_ago() };
            let within = self.project.call_back_within;
            self.engine.low_answers(LowAnswers { unit: &place.unit, after, only: None, within }).await?
        } else {
            Vec::new()
        };
        let Some(store) = store else { return Ok(Waiting { now, low_answers, ..Waiting::default() }) };
        let figures = if self.types_figures() { store.figures().await? } else { Vec::new() };
        let mut disputes = if self.decides() { store.disputes(None).await? } else { Vec::new() };
        disputes.retain(|dispute| {
            let in_unit = self.is_in(&PersonId::new(&dispute.of.person), place.unit.as_str());
            dispute.state == DisputeState::Open && self.may_decide(dispute) && in_unit
        });
        disputes.reverse();
        let recommendations = if self.is_signed_in() { store.recommendations().await? } else { Vec::new() };
        let keys: Vec<AnswerKey> = low_answers.iter().map(key).collect();
        let call_backs = if written_down { Some(store.call_backs_about(&keys).await?) } else { None };
        let acts = if self.leads_people() { store.acts_to_look_at(self.today()).await? } else { Vec::new() };
        Ok(Waiting { now, figures, disputes, recommendations, low_answers, call_backs, acts })
    }

    /// What asks for attention in a unit and the units directly below it.
    pub async fn today_page(
        &self,
        place: &Place,
        links: &(dyn Links + Sync),
        waiting: &Waiting,
    ) -> Result<TodayPage, WorldError> {
        let below = self.children(&place.unit, place.period).into_iter().map(|label| label.id);
        let mut evaluations = Vec::new();
        for unit in [place.unit.clone()].into_iter().chain(below) {
            let there = place.in_unit(&unit);
            evaluations.push((self.evaluation(&there).await?, there));
        }
        let now = self.engine.scope().as_of;
        let until = now.saturating_add(HOURS_NEAR.hours()).unwrap_or(now);
        // Single cases are rows, and so for whoever may see these.
        let sees_rows = self.sees_rows(&place.unit);
        let Attention { rows: cases, total: all_cases } = if sees_rows {
            self.engine.pressing_cases(&place.unit, until, SHOWN).await?
        } else {
            Attention { rows: Vec::new(), total: 0 }
        };
        let answers = self.still_low(&waiting.low_answers, waiting.call_backs.as_ref(), waiting.now, links);
        let charter = self.project.charter.as_ref();
        let version = charter.and_then(|charter| charter.version_on(place.period.last_day()));
        let store = self.store_for(place).await?;
        let owed = self.figures_to_type(place, &waiting.figures).await?;
        // What holds links stays out of everything that waits.
        let context = self.context(place, links, "Today").await?;
        let units = evaluations.into_iter().map(|(evaluation, there)| UnitEvaluation {
            evaluation,
            context: Context { path: self.labels(&there), place: there, ..context.clone() },
        });
        let organisation = self.engine.directory().organisation();
        let is_whole = place.unit == *organisation.unit_id(organisation.root());
        let subject = Subject::Unit(place.unit.clone());
        let results = charter.into_iter().flat_map(|charter| {
            let promises = version.iter().flat_map(|version| &version.promises);
            promises.map(|promise| (promise, charter.result(promise, &subject, is_whole, place.period, store)))
        });
        let detail = TodayDetail {
            units: units.collect(),
            cases: Pressing { rows: cases.into_iter().map(|case| self.pressing(case)).collect(), total: all_cases },
            answers,
            call_within: waiting.call_backs.as_ref().map(|_| self.project.call_back_within.to_string()),
            owed,
            case_rows: self.measures_over("case_facts", place, links),
            answer_rows: self.measures_over("responses", place, links),
            promises: results.collect(),
            review: charter.and_then(|charter| charter.version_on(self.today())).and_then(|version| version.review),
            disputes: (
                waiting
                    .disputes
                    .iter()
                    .map(|dispute| (self.local(dispute.raised_at), self.title_of(&dispute.of.measure)))
                    .collect(),
                links.disputes().unwrap_or_default(),
            ),
            mentions: self.unread_mentions(),
            asked_for: self.asked_for(&waiting.recommendations),
            dated: self.is_signed_in(),
            development: self.due_acts(&waiting.acts, place),
            now: self.local(now),
        };
        Ok(TodayPage::new(&detail, &context))
    }

    /// The figures of a unit and of all below it that the viewer has to type.
    async fn figures_to_type(
        &self,
        place: &Place,
        typed: &[TypedFigure],
    ) -> Result<Pressing<PressingFigure>, WorldError> {
        if !self.types_figures() {
            return Ok(Pressing { rows: Vec::new(), total: 0 });
        }
        let asked = self.asked_figures(typed).await?;
        let organisation = self.engine.directory().organisation();
        let mut owed: Vec<&AskedNow<'_>> = Vec::new();
        for asked in asked.iter().filter(|asked| asked.standing.is_owed()) {
            let unit = organisation.unit(asked.asked.slot.unit.as_str());
            let path = unit.map_or(&[][..], |unit| organisation.path(unit, self.today()));
            if path.iter().any(|unit| *organisation.unit_id(*unit) == place.unit) {
                owed.push(asked);
            }
        }
        let total = owed.len() as u64;
        let mut rows = Vec::new();
        for asked in owed.into_iter().take(SHOWN) {
            rows.push(PressingFigure {
                measure: asked.measure.title.clone(),
                unit: self.name_of(&Subject::Unit(asked.asked.slot.unit.clone())),
                period: asked.asked.slot.period,
                due: asked.asked.due,
                late: asked.asked.is_late(self.today()),
            });
        }
        Ok(Pressing { rows, total })
    }

    /// Measures of the scorecard about customers whose rows come from a table, with the way to these rows.
    fn measures_over(&self, table: &str, place: &Place, links: &(dyn Links + Sync)) -> Vec<Link> {
        let used = self.scorecard.measures().filter_map(|usage| self.measures.get(&usage.measure));
        let fitting = used.filter(|measure| {
            let of_customers = measure.leg.as_deref().is_none_or(|leg| leg == "customer");
            of_customers && measure.formula.rows().is_some_and(|rows| rows.table == table)
        });
        let link =
            |measure: &Arc<Measure>| Link { label: measure.title.clone(), url: links.rows(&measure.id, place, 0) };
        fitting.map(link).take(MEASURES).collect()
    }

    /// What people call a measure.
    pub(crate) fn title_of(&self, id: &str) -> String {
        self.measures.get(id).map_or_else(|| id.to_owned(), |measure| measure.title.clone())
    }

    fn pressing(&self, case: OpenCase) -> PressingCase {
        PressingCase {
            unit: case.unit.map(|unit| self.name_of(&Subject::Unit(UnitId::new(&unit)))),
            case: case.case_id,
            topic: case.topic,
            promise: case.promise.name(),
            due: self.local(case.due_at),
            overdue: case.overdue,
        }
    }

    /// Low answers that are not closed. Where it is written down who called, what presses comes first: what is overdue, then
    /// by the time that is left; else the latest.
    fn still_low(
        &self,
        answers: &[LowAnswer],
        steps: Option<&BTreeMap<AnswerKey, CallBackSteps>>,
        now: Timestamp,
        links: &(dyn Links + Sync),
    ) -> Pressing<LowScore> {
        let mut rows = Vec::new();
        for answer in answers {
            let call = steps.map(|steps| {
                let state = steps.get(&key(answer)).map(CallBackSteps::state).unwrap_or_default();
                let url = links.call_back(&answer.source, &answer.response_id).unwrap_or_default();
                let overdue = state.is_overdue(answer.due_at, now);
                let at = state.stage();
                let due = self.local(answer.due_at);
                (at, LowCall { url, stage: stage(&state), due, waits: at == Stage::New, overdue })
            });
            if call.as_ref().is_some_and(|(at, _)| *at == Stage::Closed) {
                continue;
            }
            rows.push(LowScore {
                at: self.local(answer.answered_at),
                unit: answer.unit.as_ref().map(|unit| self.name_of(&Subject::Unit(UnitId::new(unit)))),
                question: answer.question.clone(),
                case: answer.case_id.clone(),
                score: (answer.score, answer.lowest, answer.highest),
                call: call.map(|(_, call)| call),
            });
        }
        rows.sort_by_key(|row| row.call.as_ref().map(|call| (!call.overdue, !call.waits, call.due)));
        let total = rows.len() as u64;
        rows.truncate(SHOWN);
        Pressing { rows, total }
    }
}
