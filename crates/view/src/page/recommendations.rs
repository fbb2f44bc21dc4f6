//! Recommendations: the register, one of them with its answer, and the form with which one is sent.

use askama::Template;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::recommendation::{Answer, LONGEST_WHAT, LONGEST_WHY, Outcome, Stage, Unfit};
use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::page::context::{Links, Place};
use crate::page::frame::{Choice, Frame, Link, StageCount};
use crate::page::initiatives::Tick;
use crate::words::{self, capitalised, listed, period};

/// A recommendation with what the reader has to do with it.
#[derive(Debug, Clone)]
pub struct RecommendationDetail {
    /// Its number.
    pub number: i64,
    /// What is to be done.
    pub what: String,
    /// Why, in the words of whoever asks.
    pub why: String,
    /// What the figures said when it was sent, a line each.
    pub evidence: String,
    /// The measure that it is about.
    pub measure: MeasureId,
    /// What people call it.
    pub title: String,
    /// The unit, by the name that people read.
    pub unit: String,
    /// The period in which the signal was seen.
    pub on: Period,
    /// Where the measure is looked at.
    pub place: Place,
    /// Who is asked, by the name that people read.
    pub owner: String,
    /// Who asks, by the name that people read.
    pub asker: String,
    /// When it was sent, on the clock of the project.
    pub asked_at: DateTime,
    /// The last day for an answer.
    pub decide_by: Date,
    /// The answer, when it was given, and its reason.
    pub answer: Option<(Answer, DateTime, String)>,
    /// What came of it, on which day, and the words about it.
    pub outcome: Option<(Outcome, Date, String)>,
    /// Whether whoever reads is asked.
    pub own: bool,
    /// Whether whoever reads asked.
    pub asked: bool,
}

impl RecommendationDetail {
    /// How far it is on a day.
    #[must_use]
    pub fn stage(&self, today: Date) -> Stage {
        let answer = self.answer.as_ref().map(|(answer, ..)| *answer);
        Stage::on(today, self.decide_by, answer, self.outcome.as_ref().map(|(outcome, ..)| *outcome))
    }
}

/// Which recommendations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chosen {
    /// All of them.
    #[default]
    All,
    /// Those that nobody has answered.
    Open,
    /// Those among them of which the day is over.
    Overdue,
    /// Those that were answered.
    Decided,
    /// Those that were sent to whoever reads.
    Own,
    /// Those that whoever reads sent.
    Asked,
}

impl Chosen {
    const ALL: [Chosen; 6] = [Chosen::All, Chosen::Open, Chosen::Overdue, Chosen::Decided, Chosen::Own, Chosen::Asked];

    /// The word for it in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Chosen::All => "all",
            Chosen::Open => "open",
            Chosen::Overdue => "overdue",
            Chosen::Decided => "decided",
            Chosen::Own => "own",
            Chosen::Asked => "asked",
        }
    }

    /// What a word of an address means; everything where it means nothing.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|chosen| chosen.as_str() == word).unwrap_or_default()
    }

    fn label(self) -> &'static str {
        match self {
            Chosen::All => "All",
            Chosen::Open => "Open",
            Chosen::Overdue => "Overdue",
            Chosen::Decided => "Decided",
            Chosen::Own => "Sent to me",
            Chosen::Asked => "Sent by me",
        }
    }

    fn holds(self, detail: &RecommendationDetail, today: Date) -> bool {
        let stage = detail.stage(today);
        match self {
            Chosen::All => true,
            Chosen::Open => stage.is_open(),
            Chosen::Overdue => stage == Stage::Overdue,
            Chosen::Decided => !stage.is_open(),
            Chosen::Own => detail.own,
            Chosen::Asked => detail.asked,
        }
    }
}

/// How far a recommendation is, in words.
#[must_use]
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Overdue => "No answer, overdue",
        Stage::Waiting => "Waiting for an answer",
        Stage::Accepted => "Accepted",
        Stage::Done => "Done",
        Stage::NotDone => "Accepted, not done",
        Stage::Declined => "Declined",
    }
}

/// The register. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "recommendations.html")]
pub struct RecommendationsPage {
    /// What stands around it.
    pub frame: Frame,
    /// What waits.
    pub headline: String,
    /// How many there are of each stage.
    pub counts: Vec<StageCount>,
    /// Which are listed.
    pub choices: Vec<Choice>,
    /// Those that are listed: what presses first, then by the day.
    pub lines: Vec<RecommendationLine>,
    /// Whether answers come in time: `Answered by the day: 5 of 6.`
    pub in_time: Option<String>,
}

/// One recommendation of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecommendationLine {
    /// What is to be done, and where it stands.
    pub what: Link,
    /// The measure, with its page.
    pub measure: Link,
    /// The unit.
    pub unit: String,
    /// How far it is.
    pub stage: &'static str,
    /// Whether the day is over.
    pub overdue: bool,
    /// Who is asked.
    pub owner: String,
    /// Who asks, and since when.
    pub sent: String,
    /// The last day for an answer.
    pub by: String,
    /// The reason of the answer, or what came of it.
    pub said: String,
}

impl RecommendationsPage {
    /// The register as somebody sees it on a day. `all` is everything that they see.
    #[must_use]
    pub fn new(frame: Frame, all: &[RecommendationDetail], chosen: Chosen, today: Date, links: &dyn Links) -> Self {
        let count = |stage: Stage| all.iter().filter(|one| one.stage(today) == stage).count();
        let mut listed: Vec<&RecommendationDetail> = all.iter().filter(|one| chosen.holds(one, today)).collect();
        listed.sort_by_key(|one| (one.stage(today), one.decide_by, one.number));
        let line = |one: &RecommendationDetail| RecommendationLine {
            what: Link { label: one.what.clone(), url: links.recommendation(one.number).unwrap_or_default() },
            measure: Link { label: one.title.clone(), url: links.measure(&one.measure, &one.place) },
            unit: one.unit.clone(),
            stage: stage(one.stage(today)),
            overdue: one.stage(today) == Stage::Overdue,
            owner: one.owner.clone(),
            sent: format!("{} by {}", period::day(one.asked_at.date()), one.asker),
            by: period::full_day(one.decide_by),
            said: match (&one.outcome, &one.answer) {
                (Some((_, on, words)), _) => said(&period::full_day(*on), words),
                (None, Some((_, at, reason))) => said(&period::full_day(at.date()), reason),
                (None, None) => String::new(),
            },
        };
        let counts = Stage::ALL.map(|at| StageCount { stage: stage(at), count: count(at) });
        Self {
            frame,
            headline: headline(count(Stage::Waiting), count(Stage::Overdue), all.len()),
            counts: counts.into_iter().filter(|counted| counted.count > 0).collect(),
            choices: Chosen::ALL
                .map(|choice| Choice {
                    label: choice.label().to_owned(),
                    url: links.recommendations(choice.as_str()).unwrap_or_default(),
                    current: choice == chosen,
                })
                .into(),
            lines: listed.into_iter().map(line).collect(),
            in_time: in_time(all, today),
        }
    }
}

fn said(when: &str, words: &str) -> String {
    if words.is_empty() { when.to_owned() } else { format!("{when}: {words}") }
}

fn headline(waiting: usize, overdue: usize, all: usize) -> String {
    let said = |n: usize, one: &str, many: &str| {
        let form = if n == 1 { one } else { many };
        (n > 0).then(|| format!("{} {form}", words::spelled(n)))
    };
    let parts: Vec<String> = [
        said(waiting, "recommendation waits for an answer", "recommendations wait for an answer"),
        said(overdue, "is overdue", "are overdue"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (parts.is_empty(), all) {
        (true, 0) => "Nobody has recommended anything yet".to_owned(),
        (true, _) => "Every recommendation has its answer".to_owned(),
        (false, _) if waiting == 0 => {
            format!("{} {}", capitalised(&words::spelled(overdue)), plural(overdue))
        }
        (false, _) => capitalised(&listed(&parts)),
    }
}

fn plural(overdue: usize) -> &'static str {
    if overdue == 1 {
        "recommendation has no answer, and its day is over"
    } else {
        "recommendations have no answer, and their days are over"
    }
}

/// How many were answered by their day, among those that were answered or are overdue. There is no count per person.
fn in_time(all: &[RecommendationDetail], today: Date) -> Option<String> {
    let due: Vec<&RecommendationDetail> =
        all.iter().filter(|one| one.answer.is_some() || one.stage(today) == Stage::Overdue).collect();
    let met = due.iter().filter(|one| one.answer.as_ref().is_some_and(|(_, at, _)| at.date() <= one.decide_by)).count();
    (!due.is_empty()).then(|| format!("Answered by the day: {met} of {}.", due.len()))
}

/// One recommendation, with its answer or the form of one.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "recommendation.html")]
pub struct RecommendationPage {
    /// What stands around it.
    pub frame: Frame,
    /// What is to be done.
    pub what: String,
    /// How far it is.
    pub stage: &'static str,
    /// Whether the day is over.
    pub overdue: bool,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// Why what was sent was not taken.
    #[serde(skip)]
    pub error: Option<String>,
    /// The measure, with its page.
    pub measure: Link,
    /// The unit and the period.
    pub place: String,
    /// Who is asked.
    pub owner: String,
    /// Who asks, and since when.
    pub sent: String,
    /// The last day for an answer.
    pub by: String,
    /// Why.
    pub why: String,
    /// What the figures said when it was sent.
    pub evidence: Vec<String>,
    /// The answer, with its day and its reason.
    pub answer: Option<String>,
    /// What came of it, with its day and the words about it.
    pub outcome: Option<String>,
    /// Where the answer is sent; none for whoever is not asked.
    #[serde(skip)]
    pub answer_url: Option<String>,
    /// Where it is said what came of it; none for whoever does not say so.
    #[serde(skip)]
    pub outcome_url: Option<String>,
    /// Where it is written down as an initiative.
    #[serde(skip)]
    pub initiative_url: Option<String>,
    /// Where the register is.
    #[serde(skip)]
    pub register: String,
    /// The day of today, as forms have it.
    #[serde(skip)]
    pub today: String,
    /// What was typed as a reason or result.
    #[serde(skip)]
    pub typed: String,
    /// The most characters of a reason or result.
    #[serde(skip)]
    pub longest: usize,
    /// What the forms carry.
    #[serde(skip)]
    pub form_token: String,
}

impl RecommendationPage {
    /// The page of one on a day. Where forms lead is for whoever makes the page.
    #[must_use]
    pub fn new(frame: Frame, one: &RecommendationDetail, today: Date, fiscal: FiscalYear, links: &dyn Links) -> Self {
        let at = one.stage(today);
        let answer = one.answer.as_ref().map(|(answer, at, reason)| {
            let word = match answer {
                Answer::Accepted => "Accepted",
                Answer::Declined => "Declined",
            };
            said(&format!("{word} by {} on {}", one.owner, period::full_day(at.date())), reason)
        });
        let outcome = one.outcome.as_ref().map(|(outcome, on, words)| {
            let word = match outcome {
                Outcome::Done => "Done",
                Outcome::NotDone => "Not done, said",
            };
            said(&format!("{word} on {}", period::full_day(*on)), words)
        });
        Self {
            frame,
            what: one.what.clone(),
            stage: stage(at),
            overdue: at == Stage::Overdue,
            notice: None,
            error: None,
            measure: Link { label: one.title.clone(), url: links.measure(&one.measure, &one.place) },
            place: format!("{}, {}", one.unit, period::name(one.on, fiscal)),
            owner: one.owner.clone(),
            sent: format!("{}, {}", one.asker, period::full_day(one.asked_at.date())),
            by: period::full_day(one.decide_by),
            why: one.why.clone(),
            evidence: one.evidence.lines().map(str::to_owned).collect(),
            answer,
            outcome,
            answer_url: links.recommendation_answer(one.number).filter(|_| one.own && at.is_open()),
            outcome_url: links
                .recommendation_outcome(one.number)
                .filter(|_| (one.own || one.asked) && at == Stage::Accepted),
            initiative_url: None,
            register: links.recommendations(Chosen::All.as_str()).unwrap_or_default(),
            today: today.to_string(),
            typed: String::new(),
            longest: LONGEST_WHY,
            form_token: String::new(),
        }
    }
}

/// The form with which a recommendation is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "recommend.html")]
pub struct RecommendPage {
    /// What stands around it.
    pub frame: Frame,
    /// The measure and the unit.
    pub title: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// What the figures say, which goes with it.
    pub evidence: Vec<String>,
    /// Who looks after the data of the measure, where the project says so.
    pub stewards: Option<String>,
    /// Those who may be asked.
    pub owners: Vec<Tick>,
    /// What stands in the boxes.
    pub typed: TypedRecommendation,
    /// Where the form is sent.
    pub action: String,
    /// Where the measure is.
    pub back: String,
    /// The most characters of what is to be done.
    pub longest_what: usize,
    /// The most characters of why.
    pub longest_why: usize,
    /// What the form carries.
    #[serde(skip)]
    pub form_token: String,
}

/// What somebody typed, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TypedRecommendation {
    /// What is to be done.
    pub what: String,
    /// Why.
    pub why: String,
    /// The last day for an answer, as `2026-11-17`.
    pub decide_by: String,
}

impl RecommendPage {
    /// The form for a measure of a unit. `frame` stands around it.
    #[must_use]
    pub fn new(frame: Frame, title: String, typed: TypedRecommendation, owners: Vec<Tick>, form_token: String) -> Self {
        Self {
            frame,
            title,
            error: None,
            evidence: Vec::new(),
            stewards: None,
            owners,
            typed,
            action: String::new(),
            back: String::new(),
            longest_what: LONGEST_WHAT,
            longest_why: LONGEST_WHY,
            form_token,
        }
    }
}

/// What is wrong with a recommendation, as a sentence.
#[must_use]
pub fn fault(unfit: Unfit) -> String {
    format!("{}.", capitalised(&unfit.to_string()))
}
