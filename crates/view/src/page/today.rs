//! What asks for attention now, each with its reason and the way to it. Only what the record can tell, and about no
//! person.

use askama::Template;
use evenkeel_model::act::ActKind;
use evenkeel_model::charter::{Certainty, Promise, PromiseResult, Verdict};
use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::Period;
use evenkeel_model::signal::{Judgement, Variation};
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{counted, plain};
use crate::page::context::{Context, Place};
use crate::page::frame::{Frame, Link};
use crate::page::signal;
use crate::page::signals::UnitEvaluation;
use crate::words::finding::format_of;
use crate::words::sentence::Sentence;
use crate::words::signal::Told;
use crate::words::{self, capitalised, listed, period, shortened, watching};

/// How many things of a kind are shown.
pub const SHOWN: usize = 8;
/// How much of a note is told.
const LONGEST_WORDS: usize = 160;
/// How many days ahead dates are told.
const DAYS_AHEAD: i32 = 45;

/// What the record can tell about today.
#[derive(Clone)]
pub struct TodayDetail<'a> {
    /// The unit that is looked at, then the units directly below it.
    pub units: Vec<UnitEvaluation<'a>>,
    /// Open cases near or past a promise.
    pub cases: Pressing<PressingCase>,
    /// Low answers of customers in the last days, without those that are closed.
    pub answers: Pressing<LowScore>,
    /// Within which time they are called back, where that is written down: `1 working day`.
    pub call_within: Option<String>,
    /// Figures that whoever looks has to type, the oldest first.
    pub owed: Pressing<PressingFigure>,
    /// Measures of which cases are the rows, with the way to these.
    pub case_rows: Vec<Link>,
    /// Measures of which answers of customers are the rows, with the way to these.
    pub answer_rows: Vec<Link>,
    /// The promises of the charter with their results in the period.
    pub promises: Vec<(&'a Promise, PromiseResult)>,
    /// The day by which people look at the charter again.
    pub review: Option<Date>,
    /// Disputes that wait for whoever looks, the oldest first: when and about which measure; and where they are decided.
    pub disputes: (Vec<(DateTime, String)>, String),
    /// Notes that mention whoever looks and that they have not read, the oldest first.
    pub mentions: Vec<Mentioned>,
    /// Recommendations that wait for whoever looks, or that they sent and nobody answered in time; what presses first.
    pub asked_for: Vec<AskedFor>,
    /// Whether dates are kept for whoever looks, who signed in.
    pub dated: bool,
    /// What is to be looked at again with people whom whoever looks leads; the earliest first.
    pub development: Vec<DueAct>,
    /// The instant that it is now, on the clock of the project.
    pub now: DateTime,
}

/// The first of some things, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Pressing<T> {
    /// The first of them.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// An open case near or past a promise.
#[derive(Debug, Clone, PartialEq)]
pub struct PressingCase {
    /// Its identifier.
    pub case: String,
    /// The unit, by the name people read.
    pub unit: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// The promise: `first_response`.
    pub promise: &'static str,
    /// When its time is used up, or was.
    pub due: DateTime,
    /// Whether it is over.
    pub overdue: bool,
}

/// A low answer of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct LowScore {
    /// When it was given.
    pub at: DateTime,
    /// The unit, by the name people read.
    pub unit: Option<String>,
    /// What was asked.
    pub question: Option<String>,
    /// The case, where it is about one.
    pub case: Option<String>,
    /// The answer and the ends of its scale.
    pub score: (f64, f64, f64),
    /// How far it is with the call; none where nobody writes that down.
    pub call: Option<LowCall>,
}

/// How far it is with the call about a low answer.
#[derive(Debug, Clone, PartialEq)]
pub struct LowCall {
    /// Where that stands.
    pub url: String,
    /// How far it is, in words.
    pub stage: String,
    /// Until when somebody has to call.
    pub due: DateTime,
    /// Whether nobody has spoken to the customer yet.
    pub waits: bool,
    /// Whether the time for it is used up.
    pub overdue: bool,
}

/// A figure that whoever looks has to type.
#[derive(Debug, Clone, PartialEq)]
pub struct PressingFigure {
    /// What people call the measure.
    pub measure: String,
    /// The unit, by the name people read.
    pub unit: String,
    /// The period that it is of.
    pub period: Period,
    /// The last day on which it is in time.
    pub due: Date,
    /// Whether that is over.
    pub late: bool,
}

/// A recommendation that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// Its number.
    pub number: i64,
    /// What is to be done.
    pub what: String,
    /// What people call the measure that it is about.
    pub measure: String,
    /// The unit, by the name people read.
    pub unit: String,
    /// Whoever asks, or whoever is asked: the one who does not look.
    pub other: String,
    /// Whether whoever looks is asked.
    pub own: bool,
    /// The last day for an answer.
    pub decide_by: Date,
}

/// Something that is to be looked at again with somebody. It names nobody, so that opening a page is no look at a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAct {
    /// Its number.
    pub number: i64,
    /// What was done.
    pub kind: ActKind,
    /// The unit of the person today, by the name people read.
    pub unit: String,
    /// The day.
    pub on: Date,
}

/// A note that mentions whoever looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Mentioned {
    /// Its number.
    pub number: i64,
    /// When it was written.
    pub at: DateTime,
    /// Who wrote it.
    pub by: String,
    /// The measure beside which it stands.
    pub measure: MeasureId,
    /// What people call that.
    pub title: String,
    /// The unit, by the name people read.
    pub unit: String,
    /// The period that it is about.
    pub on: Period,
    /// Where the measure is looked at.
    pub place: Place,
    /// What is said.
    pub text: String,
}

/// The page of today.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "today.html")]
pub struct TodayPage {
    /// What stands around it.
    pub frame: Frame,
    /// The headline.
    pub headline: String,
    /// What is looked at.
    pub lead: String,
    /// All dates that matter.
    #[serde(skip)]
    pub dates_url: Option<String>,
    /// What asks for attention, by kind. Kinds without anything are left out.
    pub panels: Vec<Panel>,
}

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Panel {
    /// A name for the address.
    pub id: &'static str,
    /// What they are.
    pub heading: &'static str,
    /// How many there are.
    pub count: u64,
    /// The words below the number: `cases near or past a promise`.
    pub counted: String,
    /// Why they are told.
    pub note: String,
    /// The first of them.
    pub items: Vec<Item>,
    /// What is said of the others.
    pub more: Option<String>,
    /// Where all of them are.
    #[serde(skip)]
    pub all: Option<Link>,
    /// Measures with the way to their rows, where such things stand among others.
    pub rows: Vec<Link>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Item {
    /// When, or how bad: `Overdue since 30 Oct 17:00`.
    pub when: String,
    /// Whether it is late or worse, which a sign says too.
    pub pressing: bool,
    /// The name of the icon of a signal.
    #[serde(skip)]
    pub sign: Option<&'static str>,
    /// What it is, and why, with the way to it.
    pub text: Sentence,
    /// What can be done about it here: the words, and where they are sent.
    #[serde(skip)]
    pub act: Option<Link>,
}

impl TodayPage {
    /// The page of what asks for attention.
    #[must_use]
    pub fn new(detail: &TodayDetail<'_>, context: &Context<'_>) -> Self {
        let own = detail.units.first().map(|unit| &unit.evaluation);
        let panels: Vec<Panel> = [
            cases(detail, context).map(|panel| Panel { rows: detail.case_rows.clone(), ..panel }),
            answers(detail, context).map(|panel| Panel { rows: detail.answer_rows.clone(), ..panel }),
            figures(detail, context),
            mentions(detail, context),
            recommendations(detail, context),
            disputes(detail, context),
            development(detail, context),
            signals(detail, context),
            promises(detail, context),
            own.and_then(|own| watch(own, context)),
            own.and_then(|own| silent(own, context)),
            own.and_then(|own| dates(own, detail.review, context)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let to = |place: &_| context.links.today(place).unwrap_or_default();
        let below = detail.units.len().saturating_sub(1) as u64;
        let where_to = match below {
            0 => context.unit_name().to_owned(),
            below => format!("{} and {} directly below", context.unit_name(), counted(below, "units")),
        };
        Self {
            frame: Frame::new("Today", context, &to),
            headline: headline(&panels),
            lead: format!(
                "{where_to}, as of {}. Figures are those of {}.",
                period::instant(detail.now, detail.now.year()),
                period::name(context.place.period, context.fiscal_year)
            ),
            dates_url: context.links.dates().filter(|_| detail.dated),
            panels,
        }
    }
}

fn headline(panels: &[Panel]) -> String {
    if panels.is_empty() {
        return "Nothing asks for you today. Everything that is measured varies as usual, and no date is near."
            .to_owned();
    }
    let said: Vec<&str> = panels.iter().map(|panel| panel.counted.as_str()).collect();
    capitalised(&format!("{}.", listed(&said)))
}

fn panel(
    id: &'static str,
    heading: &'static str,
    total: u64,
    noun: &str,
    note: String,
    items: Vec<Item>,
) -> Option<Panel> {
    let more = total.saturating_sub(items.len() as u64);
    (total > 0).then(|| Panel {
        id,
        heading,
        count: total,
        counted: noun.to_owned(),
        note,
        items,
        more: (more > 0).then(|| format!("and {} more", crate::number::count(more))),
        all: None,
        rows: Vec::new(),
    })
}

/// One thing or several, each with its own words.
fn several(n: u64, one: &str, many: &str) -> String {
    let n_words = words::spelled(usize::try_from(n).unwrap_or(usize::MAX));
    if n == 1 { format!("one {one}") } else { format!("{n_words} {many}") }
}

fn cases(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let year = context.today.year();
    let item = |case: &PressingCase| {
        let due = period::instant(case.due, year);
        let promise = case.promise.replace('_', " ");
        let mut about = vec![format!("Case {}", case.case)];
        about.extend(case.topic.clone());
        about.extend(case.unit.clone());
        let state = if case.overdue { "the time for it is used up and the case is open" } else { "the case is open" };
        Item {
            when: if case.overdue { format!("Overdue since {due}") } else { format!("Due {due}") },
            pressing: case.overdue,
            sign: None,
            text: Sentence::plain(format!("{}: {promise}; {state}.", about.join(", "))),
            act: None,
        }
    };
    let total = detail.cases.total;
    panel(
        "cases",
        "Cases near or past a promise",
        total,
        &several(total, "case is near or past a promise", "cases are near or past a promise"),
        "by the service level; those past their time first, then by the time that is left".to_owned(),
        detail.cases.rows.iter().map(item).collect(),
    )
}

fn answers(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let year = context.today.year();
    let item = |answer: &LowScore| {
        let (score, lowest, highest) = answer.score;
        let mut about = vec![format!("{} on a scale from {} to {}", plain(score), plain(lowest), plain(highest))];
        about.extend(answer.question.as_ref().map(|question| format!("question “{question}”")));
        about.extend(answer.case.as_ref().map(|case| format!("case {case}")));
        about.extend(answer.unit.clone());
        let about = about.join(", ");
        let Some(call) = &answer.call else {
            return Item {
                when: period::instant(answer.at, year),
                pressing: false,
                sign: None,
                text: Sentence::plain(format!("{about}.")),
                act: None,
            };
        };
        let due = period::instant(call.due, year);
        Item {
            when: match (call.overdue, call.waits) {
                (true, _) => format!("Overdue since {due}"),
                (false, true) => format!("Call by {due}"),
                (false, false) => format!("Answer of {}", period::instant(answer.at, year)),
            },
            pressing: call.overdue,
            sign: None,
            text: Sentence::default().link(about, call.url.clone()).text(format!(". {}.", call.stage)),
            act: None,
        }
    };
    let total = detail.answers.total;
    let note = "answers of customers in the lowest quarter of their scale";
    let panel = panel(
        "answers",
        "Low scores to call back",
        total,
        &match &detail.call_within {
            Some(_) => several(total, "low score is still open", "low scores are still open"),
            None => several(total, "low score waits for a call", "low scores wait for a call"),
        },
        match &detail.call_within {
            Some(within) => format!("{note} that are not closed; whoever gave one is called within {within}"),
            None => format!("{note} in the last seven days; whether somebody has called already is not in the record"),
        },
        detail.answers.rows.iter().map(item).collect(),
    )?;
    let all = context.links.call_backs("").filter(|_| detail.call_within.is_some());
    Some(Panel { all: all.map(|url| Link { label: "All low scores to call back".to_owned(), url }), ..panel })
}

/// Figures to be typed.
fn figures(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let url = context.links.owed()?;
    let item = |figure: &PressingFigure| {
        let due = period::day(figure.due);
        let name = period::name(figure.period, context.fiscal_year);
        Item {
            when: if figure.late { format!("Late since {due}") } else { format!("Due {due}") },
            pressing: figure.late,
            sign: None,
            text: Sentence::default()
                .link(figure.measure.clone(), url.clone())
                .text(format!(", {}, {name}.", figure.unit)),
            act: None,
        }
    };
    let total = detail.owed.total;
    panel(
        "figures",
        "Figures to be typed",
        total,
        &several(total, "figure has to be typed", "figures have to be typed"),
        "asked of you by the project; the oldest first".to_owned(),
        detail.owed.rows.iter().map(item).collect(),
    )
}

/// Notes that mention whoever looks.
fn mentions(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let item = |note: &Mentioned| {
        let url = format!("{}#note-{}", context.links.measure(&note.measure, &note.place), note.number);
        let on = period::name(note.on, context.fiscal_year);
        Item {
            when: format!("Since {}", period::instant(note.at, context.today.year())),
            pressing: false,
            sign: None,
            text: Sentence::plain(format!("{} on ", note.by)).link(note.title.clone(), url).text(format!(
                ", {}, {on}: “{}”",
                note.unit,
                shortened(&note.text, LONGEST_WORDS)
            )),
            act: context.links.note_read(note.number).map(|url| Link { label: "I have read it".to_owned(), url }),
        }
    };
    let total = detail.mentions.len() as u64;
    panel(
        "mentions",
        "Notes that mention you",
        total,
        &several(total, "note mentions you", "notes mention you"),
        "until you say that you have read them; the oldest first".to_owned(),
        detail.mentions.iter().take(SHOWN).map(item).collect(),
    )
}

/// Recommendations without an answer.
fn recommendations(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let item = |one: &AskedFor| {
        let overdue = one.decide_by < context.today;
        let day = period::full_day(one.decide_by);
        let who = if one.own {
            format!("{} asks you, about {}, {}: ", one.other, one.measure, one.unit)
        } else {
            format!("You asked {}, about {}, {}: ", one.other, one.measure, one.unit)
        };
        // What people type ends as they please; the sentence ends once.
        let what = one.what.trim_end().trim_end_matches('.');
        Item {
            when: if overdue { format!("Overdue since {day}") } else { format!("Answer by {day}") },
            pressing: overdue,
            sign: None,
            text: Sentence::plain(who)
                .link(what.to_owned(), context.links.recommendation(one.number).unwrap_or_default())
                .text(if what.ends_with(['?', '!']) { "" } else { "." }),
            act: None,
        }
    };
    let total = detail.asked_for.len() as u64;
    panel(
        "recommendations",
        "Recommendations without an answer",
        total,
        &several(total, "recommendation has no answer", "recommendations have no answer"),
        "sent to you, and those of yours whose day is over; a reasoned no is an answer too".to_owned(),
        detail.asked_for.iter().take(SHOWN).map(item).collect(),
    )
}

/// Rows that somebody says are wrong.
fn disputes(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let (waiting, url) = &detail.disputes;
    let item = |(at, measure): &(DateTime, String)| Item {
        when: format!("Since {}", period::instant(*at, context.today.year())),
        pressing: false,
        sign: None,
        text: Sentence::plain(format!("{measure}: somebody says that a row is wrong. "))
            .link("Decide", url.clone())
            .text("."),
        act: None,
    };
    let total = waiting.len() as u64;
    panel(
        "disputes",
        "Disputed rows",
        total,
        &several(total, "disputed row waits for a decision", "disputed rows wait for a decision"),
        "a row of somebody’s record that they say is wrong; the oldest first".to_owned(),
        waiting.iter().take(SHOWN).map(item).collect(),
    )
}

/// Signals of the latest period, new ones first, then those for the worse.
fn signals(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let mut found: Vec<((bool, usize), Item)> = Vec::new();
    for UnitEvaluation { evaluation, context: there } in &detail.units {
        for result in evaluation.legs.iter().flat_map(LegResult::measures) {
            let Some(signal) = &result.signal else { continue };
            let (Variation::Signal { judgement, .. }, Some(told)) = (signal.variation, Told::new(result, there)) else {
                continue;
            };
            let latest = signal.finding.map_or(evaluation.period, |finding| finding.until);
            let before = told.at(latest.previous()).and_then(|point| words::signal::judgement(signal, point));
            let is_new = before.is_none();
            let url = context.links.measure(&result.measure.id, &there.place);
            let clause = told.clause_with_meaning().unwrap_or_default();
            let order = [Judgement::Worse, Judgement::Better, Judgement::NoJudgement];
            let rank = order.iter().position(|known| *known == judgement).unwrap_or(order.len());
            let text = Sentence::default()
                .link(result.measure.title.clone(), url)
                .text(format!(", {}: {clause}.", there.unit_name()));
            let item = Item {
                when: if is_new { "New".to_owned() } else { "Goes on".to_owned() },
                pressing: is_new && judgement == Judgement::Worse,
                sign: signal::variation(result, there).map(|mark| mark.icon),
                text,
                act: None,
            };
            found.push(((!is_new, rank), item));
        }
    }
    found.sort_by_key(|(order, _)| *order);
    let total = found.len() as u64;
    let new = found.iter().filter(|((old, _), _)| !old).count() as u64;
    let noun = match new {
        0 => several(total, "signal goes on", "signals go on"),
        new => several(new, "signal is new", "signals are new"),
    };
    panel(
        "signals",
        "Signals",
        total,
        &noun,
        "more than usual variation in the latest period; new ones first".to_owned(),
        found.into_iter().take(SHOWN).map(|(_, item)| item).collect(),
    )
}

/// What is to be looked at again with people.
fn development(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let item = |due: &DueAct| {
        let words = match due.kind {
            ActKind::Coaching => "A coaching talk",
            ActKind::Training => "A training",
            ActKind::Agreement | ActKind::Recognition => "An agreement",
        };
        let url = context.links.act(due.number, None).unwrap_or_default();
        Item {
            when: if due.on < context.today {
                format!("Since {}", period::full_day(due.on))
            } else {
                "Today".to_owned()
            },
            pressing: due.on < context.today,
            sign: None,
            text: Sentence::default().link(words, url).text(format!(" with somebody in {}.", due.unit)),
            act: None,
        }
    };
    let total = detail.development.len() as u64;
    panel(
        "development",
        "Coaching due",
        total,
        &several(total, "talk or agreement is to be looked at again", "talks or agreements are to be looked at again"),
        "by the day that was named; with whom stands on the record, and to open it is a look that the person is told of"
            .to_owned(),
        detail.development.iter().take(SHOWN).map(item).collect(),
    )
}

fn promises(detail: &TodayDetail<'_>, context: &Context<'_>) -> Option<Panel> {
    let at_risk = |verdict: &Verdict| match verdict {
        Verdict::NotKept(_) => Some(true),
        Verdict::Kept(Certainty::WithinChance) => Some(false),
        _ => None,
    };
    let mut broken: Vec<(bool, Item)> = Vec::new();
    for (promise, result) in &detail.promises {
        let Some(missed) = at_risk(&result.verdict) else { continue };
        let url = context.links.charter(&context.place, Some(&promise.id)).unwrap_or_default();
        let owner = promise.owner.as_ref().map_or_else(String::new, |owner| format!(" {owner} answers for it."));
        broken.push((
            missed,
            Item {
                when: words::charter::verdict(&result.verdict).to_owned(),
                pressing: missed,
                sign: None,
                text: Sentence::plain("“").link(promise.words.clone(), url).text(format!("”{owner}")),
                act: None,
            },
        ));
    }
    broken.sort_by_key(|(missed, _)| !missed);
    let total = broken.len() as u64;
    let missed = broken.iter().filter(|(missed, _)| *missed).count() as u64;
    let noun = match missed {
        0 => several(total, "promise is kept narrowly", "promises are kept narrowly"),
        missed => several(missed, "promise was not kept", "promises were not kept"),
    };
    panel(
        "promises",
        "Promises broken or at risk",
        total,
        &noun,
        format!("of the charter, {}", period::when(context.place.period, context.fiscal_year)),
        broken.into_iter().take(SHOWN).map(|(_, item)| item).collect(),
    )
}

fn watch(own: &Evaluation, context: &Context<'_>) -> Option<Panel> {
    let watched: Vec<&MeasureResult> =
        own.legs.iter().flat_map(LegResult::measures).filter(|result| !result.watch.is_empty()).collect();
    let item = |result: &&MeasureResult| Item {
        when: "On watch".to_owned(),
        pressing: false,
        sign: None,
        text: watching::because(result, context),
        act: None,
    };
    let total = watched.len() as u64;
    panel(
        "watch",
        "On watch",
        total,
        &several(total, "measure is on watch", "measures are on watch"),
        "a link leads there from a measure that really got worse; a reason to look, never a status".to_owned(),
        watched.iter().take(SHOWN).map(item).collect(),
    )
}

/// Measures that had figures before and have none in the period.
fn silent(own: &Evaluation, context: &Context<'_>) -> Option<Panel> {
    let last =
        |result: &MeasureResult| result.history.iter().rev().find(|(_, value)| value.is_some()).map(|(at, _)| *at);
    let missing: Vec<(&MeasureResult, evenkeel_model::period::Period)> = own
        .legs
        .iter()
        .flat_map(LegResult::measures)
        .filter(|result| result.reading.value.is_none())
        .filter_map(|result| Some((result, last(result)?)))
        .collect();
    let item = |(result, at): &(&MeasureResult, evenkeel_model::period::Period)| Item {
        when: format!("Last {} {}", period::preposition(*at), period::short(*at, context.fiscal_year)),
        pressing: false,
        sign: None,
        text: Sentence::default()
            .link(result.measure.title.clone(), context.links.measure(&result.measure.id, &context.place))
            .text(result.missing.as_ref().map_or_else(
                || ".".to_owned(),
                |missing| format!(": {}.", words::missing(missing, &result.measure).trim_end_matches('.')),
            )),
        act: None,
    };
    let total = missing.len() as u64;
    panel(
        "silent",
        "Measures without a recent figure",
        total,
        &several(total, "measure has no recent figure", "measures have no recent figure"),
        "they had one before".to_owned(),
        missing.iter().take(SHOWN).map(item).collect(),
    )
}

/// The review of the charter, and milestones and deadlines of targets that are not reached yet.
fn dates(own: &Evaluation, review: Option<Date>, context: &Context<'_>) -> Option<Panel> {
    let today = context.today;
    let days = |day: Date| today.until(day).map_or(i32::MAX, |span| span.get_days());
    let mut found: Vec<(Date, Item)> = Vec::new();
    let when = |day: Date| match days(day) {
        ..=-1 => format!("Was due {}", period::full_day(day)),
        0 => "Today".to_owned(),
        left => format!("{}, in {}", period::day(day), counted(u64::from(left.unsigned_abs()), "days")),
    };
    if let Some(day) = review.filter(|day| days(*day) <= DAYS_AHEAD) {
        let url = context.links.charter(&context.place, None).unwrap_or_default();
        let text = Sentence::plain("The ").link("charter", url).text(" is to be reviewed.");
        found.push((day, Item { when: when(day), pressing: day < today, sign: None, text, act: None }));
    }
    for result in own.legs.iter().flat_map(LegResult::measures) {
        let Some(way) = &result.on_the_way else { continue };
        let deadline = way.trajectory.deadline();
        let next = way.trajectory.next_after(today.yesterday().unwrap_or(today));
        let Some((day, goal)) = next.or(deadline).filter(|(day, _)| (0..=DAYS_AHEAD).contains(&days(*day))) else {
            continue;
        };
        let better = result.measure.better;
        let reached = result.reading.value.is_some_and(|value| better.meets(value, Some(goal)) != Some(false));
        if reached {
            continue;
        }
        let format = format_of(result, context);
        let kind = if deadline.is_some_and(|(last, _)| last == day) { "target" } else { "milestone" };
        let now = result
            .reading
            .value
            .map_or_else(|| "there is no figure now".to_owned(), |value| format!("it is {} now", format.text(value)));
        let text = Sentence::default()
            .link(result.measure.title.clone(), context.links.measure(&result.measure.id, &context.place))
            .text(format!(": {kind} of {}; {now}.", format.goal(goal)));
        found.push((day, Item { when: when(day), pressing: false, sign: None, text, act: None }));
    }
    found.sort_by_key(|(day, _)| *day);
    let total = found.len() as u64;
    panel(
        "dates",
        "Dates",
        total,
        &several(total, "date is near", "dates are near"),
        format!("reviews, milestones and deadlines in the next {DAYS_AHEAD} days"),
        found.into_iter().take(SHOWN).map(|(_, item)| item).collect(),
    )
}
