//! What was promised for each case, and whether it was kept.
//!
//! The rules stand in [`evenkeel_model::service_level`]: which policy holds for a case, when a promise is met, when it is
//! due and who held the case when it was broken. Here cases are brought before them, with the priority and the unit that
//! they had when they were opened as far as events tell, and the answers become columns of the case facts.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int64Builder, StringViewBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use arrow::datatypes::DataType;
use evenkeel_model::calendar::WorkingHistory;
use evenkeel_model::case::Status;
use evenkeel_model::service_level::{Attributes, Policy, Promise, State, Timeline, choose};
use hashbrown::HashMap;
use jiff::civil::Date;

use super::Story;
use crate::EngineError;
use crate::cells::NONE;
use crate::columns::{Texts, column};
use crate::local_time::{LocalTime, date_of};
use crate::organisation::Directory;
use crate::session::Session;

/// How the columns begin that are worked out here.
const PREFIX: &str = "sla_";

/// The policies of a project, and what they ask about customers and units.
#[derive(Debug)]
pub(crate) struct Promises {
    policies: Arc<[Policy]>,
    segments: HashMap<String, String>,
    directory: Arc<Directory>,
    local: LocalTime,
}

/// What the row of a case says, as far as policies ask, in codes of words; [`NONE`] where it says nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) source: u32,
    pub(crate) priority: u32,
    pub(crate) channel: u32,
    pub(crate) topic: u32,
    pub(crate) segment: u32,
    /// Who holds it now; asked only where no event is told.
    pub(crate) assignee: u32,
    /// Whether it is solved now; asked only where no event is told.
    pub(crate) solved: bool,
}

impl Row {
    /// What the row says, each text in the code that `code` finds for it.
    pub(crate) fn new(texts: &RowTexts<'_>, promises: &Promises, mut code: impl FnMut(&str) -> u32) -> Self {
        let mut code = |text: Option<&str>| text.map_or(NONE, &mut code);
        let segment = texts.customer.and_then(|customer| promises.segments.get(customer));
        Self {
            source: code(texts.source),
            priority: code(texts.priority),
            channel: code(texts.channel),
            topic: code(texts.topic),
            segment: code(segment.map(String::as_str)),
            assignee: code(texts.assignee),
            solved: texts.status.and_then(Status::of) == Some(Status::Solved),
        }
    }
}

/// The texts of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTexts<'a> {
    pub(crate) source: Option<&'a str>,
    pub(crate) priority: Option<&'a str>,
    pub(crate) channel: Option<&'a str>,
    pub(crate) topic: Option<&'a str>,
    pub(crate) customer: Option<&'a str>,
    pub(crate) assignee: Option<&'a str>,
    pub(crate) status: Option<&'a str>,
}

/// A case that is to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    /// When it was opened, in microseconds since 1970.
    pub(crate) opened_at: i64,
    /// The unit that its row names, as its source calls it.
    pub(crate) unit: Option<u32>,
    /// What its row says.
    pub(crate) row: &'a Row,
    /// What its events say; none where there are none.
    pub(crate) story: Option<&'a Story>,
    /// The hours of its unit.
    pub(crate) hours: Option<&'a WorkingHistory>,
}

/// How one promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    promise: Promise,
    state: State,
    due_at: Option<i64>,
    breach_at: Option<i64>,
    person: Option<u32>,
    unit: Option<u32>,
}

/// What was promised for a case, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The place of the policy.
    policy: u32,
    /// The place of the rule.
    rule: u32,
    /// The promises that can be judged.
    standings: Box<[Standing]>,
}

impl Judged {
    /// Whether any promise is neither kept nor broken yet.
    pub(crate) fn is_running(&self) -> bool {
        self.standings.iter().any(|standing| standing.state == State::Running)
    }
}

impl Promises {
    /// The policies of a project; none when there are none.
    pub(crate) async fn load(
        session: &Session,
        directory: &Arc<Directory>,
        local: &LocalTime,
        policies: &Arc<[Policy]>,
    ) -> Result<Option<Self>, EngineError> {
        if policies.is_empty() {
            return Ok(None);
        }
        let by_segment = policies.iter().any(Policy::asks_for_segments);
        let segments = if by_segment { segments(session).await? } else { HashMap::new() };
        let policies = Arc::clone(policies);
        Ok(Some(Self { policies, segments, directory: Arc::clone(directory), local: local.clone() }))
    }

    /// The policy at a place of the list.
    fn id(&self, place: u32) -> Option<&str> {
        self.policies.get(place as usize).map(Policy::id)
    }

    /// What was promised for a case, and how it stands at an instant; none where nothing was. `words` tells what codes
    /// mean.
    pub(crate) fn judge(&self, case: &Case<'_>, words: &[String], as_of: i64) -> Option<Judged> {
        let Case { opened_at, row, story, .. } = *case;
        let word = |code: u32| words.get(code as usize).map(String::as_str);
        let first_unit = story.and_then(|story| story.first_unit).or(case.unit);
        let first_priority = story.and_then(|story| story.first_priority).unwrap_or(row.priority);
        let opened_on = date_of(self.local.day(opened_at));
        let units = first_unit.and_then(word).map(|unit| self.above(word(row.source), unit, opened_on));
        let attributes = Attributes {
            priority: word(first_priority),
            channel: word(row.channel),
            segment: word(row.segment),
            topic: word(row.topic),
            units: units.as_deref().unwrap_or_default(),
        };
        let chosen = choose(&self.policies, opened_at, &attributes)?;
        let policy = self.policies.iter().position(|policy| policy.id() == chosen.policy.id())?;
        let mut judged = Judged { policy: policy as u32, rule: chosen.rule as u32, standings: Box::default() };
        let by_row = [(opened_at, (row.assignee != NONE).then_some(row.assignee))];
        let timeline = match story {
            Some(story) => Timeline {
                opened_at,
                statuses: &story.statuses,
                agent_messages: &story.agent_messages,
                customer_messages: &story.customer_messages,
                assignees: &story.assignees,
            },
            // Nothing tells when it was answered or solved.
            None if row.solved => return Some(judged),
            None => Timeline { opened_at, assignees: &by_row, ..Timeline::default() },
        };
        let verdicts = chosen.targets().judge(&timeline, case.hours, as_of);
        let standing = |promise: Promise| {
            let verdict = verdicts.of(promise)?;
            let breach_at = verdict.breach_at();
            Some(Standing {
                promise,
                state: verdict.state,
                due_at: verdict.due_at,
                breach_at,
                person: verdict.holder,
                unit: breach_at.and_then(|at| unit_before(at, story, first_unit)),
            })
        };
        judged.standings = Promise::ALL.into_iter().filter_map(standing).collect();
        Some(judged)
    }

    /// The identifiers of a unit and of the units above it on a day.
    fn above<'a>(&'a self, source: Option<&str>, unit: &'a str, day: Date) -> Vec<&'a str> {
        let organisation = self.directory.organisation();
        match self.directory.unit_in_tree(source, unit) {
            Some(unit) => {
                organisation.path(unit, day).iter().map(|unit| organisation.unit_id(*unit).as_str()).collect()
            }
            // Units of which only facts speak lie directly under the organisation.
            None => vec![unit, organisation.unit_id(organisation.root()).as_str()],
        }
    }
}

/// The unit of a case before an instant. One that takes it over at that instant had no time for it.
fn unit_before(at: i64, story: Option<&Story>, first_unit: Option<u32>) -> Option<u32> {
    let before = story.and_then(|story| story.units.iter().rfind(|(from, _)| *from < at));
    before.map_or(first_unit, |(_, unit)| *unit)
}

async fn segments(session: &Session) -> Result<HashMap<String, String>, EngineError> {
    let mut segments = HashMap::new();
    for batch in session.collect(session.table("customers").await?).await? {
        let customers = Texts::of(column(&batch, "customer_id")?)?;
        let own = Texts::of(column(&batch, "segment")?)?;
        for row in 0..batch.num_rows() {
            if let (Some(customer), Some(segment)) = (customers.get(row), own.get(row)) {
                segments.insert(customer.to_owned(), segment.to_owned());
            }
        }
    }
    Ok(segments)
}

/// What a column tells about one promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    State,
    Met,
    DueAt,
    BreachAt,
    Person,
    Unit,
}

/// A column of the case facts that is worked out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column(Tells);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Which policy holds.
    Policy,
    /// Which rule of it.
    Rule,
    /// Something about a promise.
    Of(Promise, About),
}

impl Column {
    /// The column of this name; none where another part of the clock works it out.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.strip_prefix(PREFIX)?;
        match name {
            "policy" => return Some(Self(Tells::Policy)),
            "rule" => return Some(Self(Tells::Rule)),
            _ => {}
        }
        Promise::ALL.into_iter().find_map(|promise| {
            let about = match name.strip_prefix(promise.name())? {
                "_state" => About::State,
                "_met" => About::Met,
                "_due_at" => About::DueAt,
                "_breach_at" => About::BreachAt,
                "_breach_person_id" => About::Person,
                "_breach_unit_id" => About::Unit,
                _ => return None,
            };
            Some(Self(Tells::Of(promise, about)))
        })
    }

    /// The column for some cases, with what was judged of each. `words` tells what codes mean.
    pub(crate) fn fill<'a>(
        self,
        promises: Option<&Promises>,
        cases: impl ExactSizeIterator<Item = Option<&'a Judged>>,
        words: &[String],
        data_type: &DataType,
    ) -> ArrayRef {
        let Some(promises) = promises else { return new_null_array(data_type, cases.len()) };
        let word = |code: u32| words.get(code as usize).map(String::as_str);
        let (promise, about) = match self.0 {
            Tells::Policy => {
                return texts(cases.map(|judged| judged.and_then(|judged| promises.id(judged.policy))));
            }
            Tells::Rule => {
                let mut builder = Int64Builder::with_capacity(cases.len());
                cases.for_each(|judged| {
                    builder.append_option(judged.map(|judged| i64::from(judged.rule) + 1));
                });
                return Arc::new(builder.finish());
            }
            Tells::Of(promise, about) => (promise, about),
        };
        let standings =
            cases.map(|judged| judged.and_then(|judged| judged.standings.iter().find(|own| own.promise == promise)));
        match about {
            About::State => texts(standings.map(|own| own.map(|own| own.state.name()))),
            About::Met => {
                let mut builder = BooleanBuilder::with_capacity(standings.len());
                standings.for_each(|own| {
                    builder.append_option(own.and_then(|own| match own.state {
                        State::Met => Some(true),
                        State::Breached => Some(false),
                        State::Running => None,
                    }));
                });
                Arc::new(builder.finish())
            }
            About::DueAt => instants(standings.map(|own| own.and_then(|own| own.due_at))),
            About::BreachAt => instants(standings.map(|own| own.and_then(|own| own.breach_at))),
            About::Person => texts(standings.map(|own| own.and_then(|own| own.person).and_then(word))),
            About::Unit => texts(standings.map(|own| own.and_then(|own| own.unit).and_then(word))),
        }
    }
}

fn texts<'a>(texts: impl ExactSizeIterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(texts.len());
    texts.for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

fn instants(instants: impl ExactSizeIterator<Item = Option<i64>>) -> ArrayRef {
    let mut builder = TimestampMicrosecondBuilder::with_capacity(instants.len());
    instants.for_each(|instant| builder.append_option(instant));
    Arc::new(builder.finish().with_timezone("UTC"))
}

#[cfg(test)]
mod tests {
    use evenkeel_model::record::CASE_FACTS;

    use super::*;

    #[test]
    fn every_column_of_promises_is_filled() {
        let filled: Vec<&str> =
            CASE_FACTS.columns.iter().map(|column| column.name).filter(|name| Column::of(name).is_some()).collect();
        let named: Vec<&str> =
            CASE_FACTS.columns.iter().map(|column| column.name).filter(|name| name.starts_with(PREFIX)).collect();
        assert_eq!(filled, named);
        assert_eq!(named.len(), 2 + 4 * 6);
    }

    #[test]
    fn the_unit_before_a_breach() {
        let story = Story { units: vec![(5, Some(2)), (7, None), (9, Some(3))], ..Story::default() };
        let at = |instant| unit_before(instant, Some(&story), Some(1));
        assert_eq!([5, 6, 8, 9, 10].map(at), [Some(1), Some(2), None, None, Some(3)]);
        assert_eq!(unit_before(10, None, None), None);
        assert_eq!(unit_before(10, None, Some(1)), Some(1));
    }
}
