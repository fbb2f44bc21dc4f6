//! Low answers that are called back: who sees which, who does something about them, and how many were called in time.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_engine::EngineError;
use evenkeel_engine::attention::{LowAnswer, LowAnswers};
use evenkeel_model::call_back::{FIGURE, Step};
use evenkeel_model::ids::UnitId;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::reading::Subject;
use evenkeel_state::{AnswerKey, CallBackSteps};
use evenkeel_view::page::call_backs::StepDetail;
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::{Arrangement, Links, Place};
use evenkeel_view::page::{CallBackDetail, CallBackEntry, call_back_word};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::{World, WorldError};

/// For how many days an answer is on the list after its time is used up.
const DAYS_LISTED: i64 = 60;

/// How many low answers were called back in time, and how many were due, by unit and day.
#[derive(Debug, Default)]
pub(crate) struct CalledBack {
    /// In time, and due.
    pub(crate) counted: BTreeMap<(UnitId, Date), (u32, u32)>,
    /// When the next is due, and more has to be counted.
    pub(crate) next_due: Option<Timestamp>,
}

/// The key of an answer.
pub(crate) fn key(answer: &LowAnswer) -> AnswerKey {
    AnswerKey { source: answer.source.clone(), response: answer.response_id.clone() }
}

/// A low answer with what was done about it, as programs are told of it.
pub(crate) fn entry(answer: &LowAnswer, steps: Option<&CallBackSteps>, now: Timestamp) -> CallBackEntry {
    let steps = steps.cloned().unwrap_or_default();
    let state = steps.state();
    let holder = state.holder.as_deref();
    CallBackEntry {
        source: answer.source.clone(),
        response: answer.response_id.clone(),
        unit: answer.home.to_string(),
        question: answer.question.clone(),
        score: answer.score,
        lowest: answer.lowest,
        highest: answer.highest,
        text: answer.text.clone(),
        case: answer.case_id.clone(),
        customer: answer.customer_id.clone(),
        answered_at: answer.answered_at,
        due_at: answer.due_at,
        stage: call_back_word(state.stage()).to_owned(),
        overdue: state.is_overdue(answer.due_at, now),
        in_time: state.kept(answer.due_at, now).map(|(kept, _)| kept),
        taken_by: steps.holder_name(holder),
        called_at: state.called.as_ref().map(|(at, _)| *at),
        outcome: state.outcome.map(|outcome| outcome.as_str().to_owned()),
    }
}

impl World {
    /// Whether there are low answers that the viewer sees: those who read rows do, and those who work in a unit.
    pub(crate) fn sees_call_backs(&self) -> bool {
        self.is_signed_in() && (self.sight.rows.is_somewhere() || !self.works_in().is_empty())
    }

    /// The units in which the people work today who are the viewer.
    fn works_in(&self) -> BTreeSet<UnitCode> {
        let organisation = self.engine.directory().organisation();
        let unit = |person: &evenkeel_model::ids::PersonId| {
            organisation.person(person.as_str()).and_then(|code| organisation.unit_of(code, self.today()))
        };
        self.sight.own.iter().filter_map(unit).collect()
    }

    /// Whether the viewer does something about low answers of a unit: whoever leads it or works in it does.
    fn calls_back_in(&self, unit: Option<UnitCode>) -> bool {
        self.is_signed_in()
            && (self.sight.leads.holds(unit) || unit.is_some_and(|unit| self.works_in().contains(&unit)))
    }

    /// Whether the viewer does something about a low answer.
    pub(crate) fn calls_back(&self, answer: &LowAnswer) -> bool {
        self.calls_back_in(answer.now_in)
    }

    fn sees_call_back(&self, answer: &LowAnswer) -> bool {
        self.is_signed_in() && (self.sight.rows.holds(answer.now_in) || self.calls_back_in(answer.now_in))
    }

    /// Low answers from wherever, given after an instant, or a single one.
    async fn all_low_answers(
        &self,
        after: Timestamp,
        only: Option<(&str, &str)>,
    ) -> Result<Vec<LowAnswer>, EngineError> {
        let organisation = self.engine.directory().organisation();
        let unit = organisation.unit_id(organisation.root());
        self.engine.low_answers(LowAnswers { unit, after, only, within: self.project.call_back_within }).await
    }

    /// From when on low answers are listed.
    pub(crate) fn listed_after(&self, now: Timestamp) -> Timestamp {
        let days = DAYS_LISTED + i64::from(self.project.call_back_within.most_days());
        now.saturating_sub((days * 24).hours()).unwrap_or(now)
    }

    /// The low answers that the viewer sees, given after an instant.
    pub(crate) async fn low_answers(&self, after: Timestamp) -> Result<Vec<LowAnswer>, WorldError> {
        let mut answers = self.all_low_answers(after, None).await?;
        answers.retain(|answer| self.sees_call_back(answer));
        Ok(answers)
    }

    /// A low answer that the viewer sees.
    pub(crate) async fn low_answer(&self, about: &AnswerKey) -> Result<Option<LowAnswer>, WorldError> {
        let found = self.all_low_answers(Timestamp::MIN, Some((&about.source, &about.response))).await?;
        Ok(found.into_iter().find(|answer| self.sees_call_back(answer)))
    }

    /// A low answer with what was done about it, as pages have it.
    pub(crate) fn call_back_detail(
        &self,
        answer: &LowAnswer,
        steps: Option<&CallBackSteps>,
        now: Timestamp,
    ) -> CallBackDetail {
        let steps = steps.cloned().unwrap_or_default();
        let state = steps.state();
        let told = |step: &evenkeel_state::CallBackStep| StepDetail {
            step: step.taken.step,
            called_at: match step.taken.step {
                Step::Try(at) | Step::Call(at) => Some(self.local(at)),
                _ => None,
            },
            by: step.name.clone(),
            at: self.local(step.taken.at),
            words: step.words.clone(),
        };
        let holder = state.holder.as_deref();
        let named = steps.holder_name(holder);
        CallBackDetail {
            source: answer.source.clone(),
            response: answer.response_id.clone(),
            at: self.local(answer.answered_at),
            due: self.local(answer.due_at),
            unit: self.name_of(&Subject::Unit(answer.home.clone())),
            question: answer.question.clone(),
            score: (answer.score, answer.lowest, answer.highest),
            text: answer.text.clone(),
            case: answer.case_id.clone(),
            customer: answer.customer_id.clone(),
            overdue: state.is_overdue(answer.due_at, now),
            kept: state.kept(answer.due_at, now).map(|(kept, _)| kept),
            own: holder == Some(self.viewer.name()),
            may: self.calls_back(answer),
            holder: named,
            steps: steps.0.iter().map(told).collect(),
            state,
        }
    }

    /// An instant on the clock of the project.
    pub(crate) fn clock_of(&self, at: Timestamp) -> DateTime {
        self.local(at)
    }

    /// The measure of how many were called back in time, where the project has it and the viewer sees its figures.
    pub(crate) fn measure_of_call_backs(&self, links: &dyn Links) -> Option<Link> {
        let measure = self.measures.get(FIGURE).filter(|_| self.sees_units())?;
        let period = self.default_period().ok()?;
        let compare_with = period.previous();
        let place = Place { unit: self.home(), period, compare_with, arrangement: Arrangement::Legs };
        Some(Link { label: measure.title.clone(), url: links.measure(&measure.id, &place) })
    }

    /// How many low answers were called back in time since people began to write that down, of all units. An answer counts
    /// on the day of the call that kept the promise, else on the day on which its time was used up; until then it does not
    /// count. What was due before anybody began does not count either.
    pub(crate) async fn called_back(
        &self,
        steps: &BTreeMap<AnswerKey, CallBackSteps>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<CalledBack, WorldError> {
        let mut found = CalledBack::default();
        for answer in self.all_low_answers(self.listed_after(since), None).await? {
            if answer.due_at < since {
                continue;
            }
            let state = steps.get(&key(&answer)).map(CallBackSteps::state).unwrap_or_default();
            let Some((kept, at)) = state.kept(answer.due_at, now) else {
                found.next_due = Some(found.next_due.map_or(answer.due_at, |next| next.min(answer.due_at)));
                continue;
            };
            let (in_time, due) = found.counted.entry((answer.home, self.local(at).date())).or_default();
            *in_time += u32::from(kept);
            *due += 1;
        }
        Ok(found)
    }
}
