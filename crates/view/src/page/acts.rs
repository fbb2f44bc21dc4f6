//! Recognition and development: what was written about a person or a unit, and the form with which it is. Nothing here is
//! counted by person, and nothing is put into an order by value.

use askama::Template;
use evenkeel_model::act::{ActKind, AdditionKind, Evidence, LONGEST_TOPIC, LONGEST_WORDS, Unfit};
use evenkeel_model::comparison::State;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::period::{FiscalYear, Period};
use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::number::{Format, counted};
use crate::page::context::{Context, Links};
use crate::page::frame::{Frame, Link};
use crate::page::initiatives::Tick;
use crate::page::row;
use crate::words::comparison::state as words_of_state;
use crate::words::{capitalised, period};

/// An act with what whoever reads has to do with it.
#[derive(Debug, Clone)]
pub struct ActDetail {
    /// Its number.
    pub number: i64,
    /// What is done.
    pub kind: ActKind,
    /// The unit that it is about, by the name that people read; none on the record of a person.
    pub unit: Option<String>,
    /// What for, or on what.
    pub topic: String,
    /// What is said, or was agreed.
    pub words: String,
    /// What goes with a recognition; empty where there is nothing.
    pub reward: String,
    /// The figure on which it rests.
    pub evidence: Option<Evidence>,
    /// On which day it is looked at again; none when that is over.
    pub look_again: Option<Date>,
    /// The last day for which it is kept.
    pub kept_until: Option<Date>,
    /// Who decided and wrote it down, by the name that people read.
    pub by: String,
    /// When, on the clock of the project.
    pub at: DateTime,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime>,
    /// What was added, in the order of time.
    pub additions: Vec<AdditionDetail>,
    /// Whether whoever reads wrote it.
    pub own: bool,
    /// Whether it is about whoever reads.
    pub of_reader: bool,
    /// Whether whoever reads leads the person.
    pub leads: bool,
}

/// Something that was added to an act.
#[derive(Debug, Clone)]
pub struct AdditionDetail {
    /// What it is.
    pub kind: AdditionKind,
    /// What is said.
    pub words: String,
    /// On which day somebody looks once more.
    pub look_again: Option<Date>,
    /// Who added it, by the name that people read.
    pub by: String,
    /// When, on the clock of the project.
    pub at: DateTime,
}

/// One act as a page tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActLine {
    /// Its number.
    pub number: i64,
    /// What was done, for whom where that is a unit: `Recognition`, `Recognition of North`.
    pub heading: String,
    /// What for, or on what; empty when it was taken back.
    pub topic: String,
    /// By whom and when: `Milo Brandt, 2 November 2026`.
    pub written: String,
    /// What is said; empty when it was taken back.
    pub words: String,
    /// What goes with it.
    pub reward: Option<String>,
    /// The figure on which it rests, as it stood then.
    pub evidence: Option<String>,
    /// When it is looked at again: `Looked at again on 24 November 2026.`
    pub look_again: Option<String>,
    /// Whether that day has come.
    pub due: bool,
    /// What was added: who and when, and the words.
    pub additions: Vec<AdditionLine>,
    /// When and by whom it was taken back.
    pub withdrawn: Option<String>,
    /// Until when it is kept.
    pub kept: Option<String>,
    /// Where whoever it is about says that they have seen it.
    #[serde(skip)]
    pub acknowledge_url: Option<String>,
    /// Where they answer.
    #[serde(skip)]
    pub answer_url: Option<String>,
    /// Where it is said what came of it.
    #[serde(skip)]
    pub follow_up_url: Option<String>,
    /// Where its author takes it back.
    #[serde(skip)]
    pub withdraw_url: Option<String>,
}

/// Something that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdditionLine {
    /// Who, what and when.
    pub lead: String,
    /// What is said.
    pub words: String,
}

/// What is done, in words.
fn kind(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Recognition => "Recognition",
        ActKind::Coaching => "Coaching talk",
        ActKind::Training => "Training",
        ActKind::Agreement => "Agreement",
    }
}

/// The figure on which an act rests, in words: `Satisfied, October 2026: 66.7 %, 30 answers, likely 48.8 to 80.8 %`.
#[must_use]
pub fn told(evidence: &Evidence, fiscal: FiscalYear) -> String {
    let name =
        Period::parse(&evidence.period, fiscal).map_or_else(|_| evidence.period.clone(), |of| period::name(of, fiscal));
    let mut said = vec![format!("{}, {name}: {}", evidence.title, evidence.value)];
    said.extend(evidence.count.clone());
    said.extend(evidence.likely_range.as_ref().map(|range| format!("likely {range}")));
    said.extend(evidence.change.clone());
    said.extend(evidence.state.as_ref().map(|state| format!("in the comparison: {}", state.to_lowercase())));
    said.join(", ")
}

/// A figure of a unit or person with what it takes to keep it as it is shown; none where there is none. `state` is the one
/// in the comparison, where there is one.
#[must_use]
pub fn evidence(result: &MeasureResult, state: Option<State>, context: &Context<'_>) -> Option<Evidence> {
    let value = result.reading.value.filter(|_| result.missing.is_none())?;
    let measure = &result.measure;
    let format = Format::of(measure, &context.currency, result.targets.target);
    let difference = row::change(result, &format, context);
    Some(Evidence {
        measure: measure.id.clone(),
        title: measure.title.clone(),
        period: result.rolling.map_or(context.place.period, |rolling| rolling.period).id(context.fiscal_year),
        value: format.figure(value).text,
        count: row::count(result, context).map(|count| count.text),
        likely_range: row::likely_range(result, &format).map(|range| range.text),
        change: difference.difference.map(|_| difference.text),
        state: state.map(|state| words_of_state(state).to_owned()),
        data_version: context.data_version.clone(),
    })
}

impl ActLine {
    /// An act as somebody reads it on a day.
    #[must_use]
    pub fn new(detail: &ActDetail, today: Date, fiscal: FiscalYear, links: &dyn Links) -> Self {
        let stands = detail.withdrawn_at.is_none();
        let day = |at: DateTime| period::full_day(at.date());
        let seen = detail.additions.iter().any(|added| added.kind == AdditionKind::Acknowledged);
        let step = |step: &'static str, may: bool| links.act(detail.number, Some(step)).filter(|_| may && stands);
        let addition = |added: &AdditionDetail| AdditionLine {
            lead: match (added.kind, added.look_again) {
                (AdditionKind::Acknowledged, _) => format!("{} has seen it, {}.", added.by, day(added.at)),
                (AdditionKind::Answered, _) => format!("{} answered on {}:", added.by, day(added.at)),
                (AdditionKind::FollowedUp, None) => {
                    format!("{} looked at it on {}, and that was the end of it:", added.by, day(added.at))
                }
                (AdditionKind::FollowedUp, Some(next)) => format!(
                    "{} looked at it on {}, and looks again on {}:",
                    added.by,
                    day(added.at),
                    period::full_day(next)
                ),
            },
            words: added.words.clone(),
        };
        // What its author took back goes; what the person said about it is theirs.
        let kept = |added: &&AdditionDetail| stands || added.kind == AdditionKind::Answered;
        let heading = match &detail.unit {
            Some(unit) => format!("{} of {unit}", kind(detail.kind)),
            None => kind(detail.kind).to_owned(),
        };
        Self {
            number: detail.number,
            heading,
            topic: if stands { detail.topic.clone() } else { String::new() },
            written: format!("{}, {}", detail.by, day(detail.at)),
            words: if stands { detail.words.clone() } else { String::new() },
            reward: Some(detail.reward.clone()).filter(|reward| stands && !reward.is_empty()),
            evidence: detail.evidence.as_ref().filter(|_| stands).map(|evidence| told(evidence, fiscal)),
            look_again: detail.look_again.filter(|_| stands).map(|on| {
                let words = if on <= today { "To be looked at again since" } else { "Looked at again on" };
                format!("{words} {}", period::full_day(on))
            }),
            due: stands && detail.look_again.is_some_and(|on| on <= today),
            additions: detail.additions.iter().filter(kept).map(addition).collect(),
            withdrawn: detail.withdrawn_at.map(|at| format!("{} withdrew this on {}.", detail.by, day(at))),
            kept: detail.kept_until.map(|last| format!("Kept until {}.", period::full_day(last))),
            acknowledge_url: step("acknowledge", detail.of_reader && !seen),
            answer_url: step("answer", detail.of_reader && detail.kind.is_development()),
            follow_up_url: step("follow-up", detail.leads && detail.look_again.is_some()),
            withdraw_url: step("withdraw", detail.own),
        }
    }
}

/// Recognition and development on the record of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActsOfPerson {
    /// Everything, latest first.
    pub acts: Vec<ActLine>,
    /// Who reads it, and how long it is kept.
    pub note: String,
    /// Where something is written down; nothing for whoever does not lead the person.
    #[serde(skip)]
    pub forms: Vec<Link>,
    /// A copy of everything, for whoever it is about.
    #[serde(skip)]
    pub file: Option<String>,
}

/// What is written about a person, before it is worded.
#[derive(Debug, Clone, Default)]
pub struct ActsDetail {
    /// Everything, latest first.
    pub acts: Vec<ActDetail>,
    /// Whether whoever reads writes it.
    pub leads: bool,
    /// For how many months it is kept.
    pub months: u32,
}

impl ActsOfPerson {
    pub(crate) fn new(detail: &ActsDetail, person: &str, own: bool, context: &Context<'_>) -> Self {
        let links = context.links;
        let line = |act: &ActDetail| ActLine::new(act, context.today, context.fiscal_year, links);
        let form = |development, label: &str| {
            Some(Link { label: label.to_owned(), url: links.act_form(person, &context.place, development)? })
        };
        let forms = [form(false, "Recognise"), form(true, "Write down coaching, training or an agreement")];
        Self {
            acts: detail.acts.iter().map(line).collect(),
            note: format!(
                "read by {} and whoever leads {}; what is new is kept for {}",
                if own { "you" } else { "the person" },
                if own { "you" } else { "them" },
                counted(u64::from(detail.months), "months")
            ),
            forms: forms.into_iter().flatten().filter(|_| detail.leads).collect(),
            file: links.acts_file(person).filter(|_| own),
        }
    }
}

/// What was recognised in a unit and in those below it. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "recognition.html")]
pub struct RecognitionPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// What it is about.
    pub title: String,
    /// Everything, latest first.
    pub acts: Vec<ActLine>,
    /// Where the unit is recognised; none for whoever does not lead it.
    #[serde(skip)]
    pub form_url: Option<String>,
}

impl RecognitionPage {
    /// The page of a unit. `leads` says whether whoever reads recognises it.
    #[must_use]
    pub fn new(acts: &[ActDetail], leads: bool, context: &Context<'_>) -> Self {
        let to = |place: &crate::page::Place| context.links.recognition(place).unwrap_or_default();
        let title = format!("Recognition in {}", context.unit_name());
        let line = |act: &ActDetail| ActLine::new(act, context.today, context.fiscal_year, context.links);
        Self {
            frame: Frame::new(&title, context, &to),
            notice: None,
            acts: acts.iter().map(line).collect(),
            form_url: context.links.recognition_form(None, &context.place).filter(|_| leads),
            title,
        }
    }
}

/// The form with which an act is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "act.html")]
pub struct ActPage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about.
    pub title: String,
    /// Who reads it, and what becomes of it.
    pub lead: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// The kinds to choose from; nothing for a recognition.
    pub kinds: Vec<Tick>,
    /// What stands in the boxes.
    pub typed: TypedAct,
    /// The figures that may go with it, in words.
    pub figures: Vec<Tick>,
    /// The period that these are of.
    pub period: String,
    /// The data that they come from, by which it is known that they are still those that were shown.
    #[serde(skip)]
    pub shown: String,
    /// Where the form is sent.
    pub action: String,
    /// Where whoever writes came from.
    pub back: Link,
    /// The most characters of what it is about.
    pub longest_topic: usize,
    /// The most characters of the words.
    pub longest_words: usize,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// What somebody typed, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TypedAct {
    /// What is done.
    pub kind: Option<&'static str>,
    /// What for, or on what.
    pub topic: String,
    /// What is said, or was agreed.
    pub words: String,
    /// What goes with a recognition.
    pub reward: String,
    /// When it is looked at again, as `2026-11-17`.
    pub look_again: String,
    /// The measure of which a figure goes with it.
    pub measure: String,
}

/// Whom or what a form is about.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'a> {
    /// A unit, by its name.
    Unit(&'a str),
    /// A person, by their name, and the last day for which it is kept.
    Person(&'a str, Date),
}

impl ActPage {
    /// An empty form: of a recognition, or of something by which a person is helped on. `figures` may go with it.
    #[must_use]
    pub fn new(
        frame: Frame,
        recipient: Recipient<'_>,
        development: bool,
        typed: TypedAct,
        figures: &[Evidence],
        (period, fiscal): (Period, FiscalYear),
    ) -> Self {
        let (Recipient::Unit(name) | Recipient::Person(name, _)) = recipient;
        let title = if development { format!("Development of {name}") } else { format!("Recognise {name}") };
        let readers = match recipient {
            Recipient::Unit(_) => {
                "Whoever sees this unit reads it. It is about what was achieved together: name nobody alone.".to_owned()
            }
            Recipient::Person(_, until) => format!(
                "{name} reads it on the own record, and whoever leads {name}; nobody else does. It is kept until {} and \
                 deleted then.",
                period::full_day(until)
            ),
        };
        let tick = |evidence: &Evidence| Tick {
            value: evidence.measure.to_string(),
            label: told(evidence, fiscal),
            depth: 0,
            chosen: typed.measure == evidence.measure.as_str(),
        };
        let kinds = ActKind::DEVELOPMENT.map(|of| Tick {
            value: of.as_str().to_owned(),
            label: kind(of).to_owned(),
            depth: 0,
            chosen: typed.kind == Some(of.as_str()),
        });
        Self {
            frame,
            title,
            lead: format!("{readers} It is never changed afterwards: you can withdraw it, and that is told."),
            error: None,
            kinds: if development { kinds.into() } else { Vec::new() },
            figures: figures.iter().map(tick).collect(),
            period: self::period::name(period, fiscal),
            shown: figures.first().map(|evidence| evidence.data_version.clone()).unwrap_or_default(),
            typed,
            action: String::new(),
            back: Link { label: String::new(), url: String::new() },
            longest_topic: LONGEST_TOPIC,
            longest_words: LONGEST_WORDS,
            form_token: String::new(),
        }
    }
}

/// What is wrong with an act, as a sentence.
#[must_use]
pub fn fault(unfit: Unfit) -> String {
    format!("{}.", capitalised(&unfit.to_string()))
}
