//! Low answers that are called back: all of them with how far each is, and one with its steps and what can be done next.

use askama::Template;
use evenkeel_model::call_back::{CallBack, LONGEST_WORDS, Outcome, Refused, Stage, Step};
use jiff::civil::DateTime;
use serde::Serialize;

use crate::number::plain;
use crate::page::context::Links;
use crate::page::frame::{Choice, Frame, Link, StageCount};
use crate::words::{self, capitalised, period};

/// How many answers the list shows.
pub const SHOWN: usize = 100;

/// A low answer with what was done about it.
#[derive(Debug, Clone)]
pub struct CallBackDetail {
    /// The source.
    pub source: String,
    /// Its identifier there.
    pub response: String,
    /// When it was given, on the clock of the project.
    pub at: DateTime,
    /// Until when somebody has to call.
    pub due: DateTime,
    /// The unit that it counts for, by the name people read.
    pub unit: String,
    /// What was asked.
    pub question: Option<String>,
    /// The answer and the ends of its scale.
    pub score: (f64, f64, f64),
    /// What the customer wrote.
    pub text: Option<String>,
    /// The case, where it is about one.
    pub case: Option<String>,
    /// Who gave it, as the record says it.
    pub customer: String,
    /// How far it is.
    pub state: CallBack,
    /// What people call whoever has taken it.
    pub holder: Option<String>,
    /// Everything that was done, the first first.
    pub steps: Vec<StepDetail>,
    /// Whether the time is used up and nobody has spoken to the customer.
    pub overdue: bool,
    /// Whether the promise was kept; none while that is open.
    pub kept: Option<bool>,
    /// Whether whoever reads has taken it.
    pub own: bool,
    /// Whether whoever reads may do something about it.
    pub may: bool,
}

impl CallBackDetail {
    /// By what presses first: what is overdue, then by the time that is left; what is closed comes last, the latest
    /// first.
    fn order(&self) -> (bool, bool, bool, DateTime) {
        let stage = self.state.stage();
        (stage == Stage::Closed, !self.overdue, stage != Stage::New, self.due)
    }
}

/// A step that was taken.
#[derive(Debug, Clone)]
pub struct StepDetail {
    /// What was done.
    pub step: Step,
    /// When somebody called, where it was a call.
    pub called_at: Option<DateTime>,
    /// What people call whoever did it.
    pub by: String,
    /// When it was written down.
    pub at: DateTime,
    /// The words about it.
    pub words: String,
}

/// Which answers are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Those that are not closed.
    #[default]
    Open,
    /// Those among them that are overdue.
    Overdue,
    /// Those among them that nobody has taken.
    Free,
    /// Those among them that whoever reads has taken.
    Own,
    /// Those that are closed.
    Closed,
    /// All of them.
    All,
}

impl Shown {
    const ALL: [Shown; 6] = [Shown::Open, Shown::Overdue, Shown::Free, Shown::Own, Shown::Closed, Shown::All];

    /// The word for it in addresses; none for what is listed unasked.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Shown::Open => "",
            Shown::Overdue => "overdue",
            Shown::Free => "free",
            Shown::Own => "own",
            Shown::Closed => "closed",
            Shown::All => "all",
        }
    }

    /// What a word of an address means; what is open where it means nothing.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|shown| shown.as_str() == word).unwrap_or_default()
    }

    fn label(self) -> &'static str {
        match self {
            Shown::Open => "Open",
            Shown::Overdue => "Overdue",
            Shown::Free => "Taken by nobody",
            Shown::Own => "Taken by me",
            Shown::Closed => "Closed",
            Shown::All => "All",
        }
    }

    fn holds(self, detail: &CallBackDetail) -> bool {
        let open = detail.state.stage() != Stage::Closed;
        match self {
            Shown::Open => open,
            Shown::Overdue => detail.overdue,
            Shown::Free => open && detail.state.holder.is_none(),
            Shown::Own => open && detail.own,
            Shown::Closed => !open,
            Shown::All => true,
        }
    }
}

/// How far an answer is, in words: `To be called, tried once`.
#[must_use]
pub fn stage(state: &CallBack) -> String {
    match (state.stage(), state.tries.len()) {
        (Stage::New, 0) => "To be called".to_owned(),
        (Stage::New, 1) => "To be called, tried once".to_owned(),
        (Stage::New, tries) => format!("To be called, tried {} times", words::spelled(tries)),
        (Stage::Called, _) => "Called; what came of it is to be said".to_owned(),
        (Stage::Outcome, _) => format!("{}; to be closed", said(state)),
        (Stage::Closed, _) => format!("Closed: {}", uncapitalised(said(state))),
    }
}

fn said(state: &CallBack) -> &'static str {
    state.outcome.map_or("Nothing was said", outcome)
}

/// The text with a small first letter.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What came of a call, in words.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::PutRight => "What went wrong was put right",
        Outcome::Explained => "Explained, nothing else to be done",
        Outcome::Promised => "Something was promised",
        Outcome::PassedOn => "Passed on to somebody else",
        Outcome::NotWanted => "The customer does not want to be called",
        Outcome::NotReached => "The customer could not be reached",
    }
}

/// Why a step was not taken, and what to do.
#[must_use]
pub fn refusal(refused: Refused) -> String {
    format!("{}.", capitalised(&refused.to_string()))
}

/// The answer in words: `2 on a scale from 1 to 5`.
fn score((score, lowest, highest): (f64, f64, f64)) -> String {
    format!("{} on a scale from {} to {}", plain(score), plain(lowest), plain(highest))
}

/// The list. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "call_backs.html")]
pub struct CallBacksPage {
    /// What stands around it.
    pub frame: Frame,
    /// What waits.
    pub headline: String,
    /// The promise.
    pub lead: String,
    /// How many there are of each stage.
    pub counts: Vec<StageCount>,
    /// Which are listed.
    pub choices: Vec<Choice>,
    /// Those that are listed: what presses first.
    pub lines: Vec<CallBackLine>,
    /// What is said of the others.
    pub more: Option<String>,
    /// The measure of how many were called back in time.
    pub measure: Option<Link>,
}

/// One answer of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallBackLine {
    /// The answer, and where it stands.
    pub answer: Link,
    /// What it is about.
    pub about: String,
    /// How far it is.
    pub stage: String,
    /// Whether the time is used up.
    pub overdue: bool,
    /// Until when somebody has to call.
    pub due: String,
    /// Who has taken it.
    pub holder: String,
}

impl CallBacksPage {
    /// The list as somebody sees it. `all` is everything that they see; `within` is the promise: `1 working day`.
    #[must_use]
    pub fn new(
        frame: Frame,
        all: &[CallBackDetail],
        chosen: Shown,
        (within, now): (&str, DateTime),
        links: &dyn Links,
    ) -> Self {
        let year = now.year();
        let count = |at: Stage| all.iter().filter(|one| one.state.stage() == at).count();
        let mut listed: Vec<&CallBackDetail> = all.iter().filter(|one| chosen.holds(one)).collect();
        listed.sort_by_key(|one| one.order());
        let more = listed.len().saturating_sub(SHOWN);
        let line = |one: &CallBackDetail| CallBackLine {
            answer: Link {
                label: score(one.score),
                url: links.call_back(&one.source, &one.response).unwrap_or_default(),
            },
            about: about(one, year),
            stage: stage(&one.state),
            overdue: one.overdue,
            due: period::instant(one.due, year),
            holder: one.holder.clone().unwrap_or_else(|| "nobody".to_owned()),
        };
        let stages = [
            (Stage::New, "to be called"),
            (Stage::Called, "called, outcome to be said"),
            (Stage::Outcome, "outcome said, to be closed"),
            (Stage::Closed, "closed"),
        ];
        let counts = stages.map(|(at, stage)| StageCount { stage, count: count(at) });
        Self {
            frame,
            headline: headline(count(Stage::New), all.iter().filter(|one| one.overdue).count(), all.len()),
            lead: format!(
                "A customer who answers in the lowest quarter of a scale is called within {within}. Then somebody says what \
                 came of it, and closes it when nothing is left to be done."
            ),
            counts: counts.into_iter().filter(|counted| counted.count > 0).collect(),
            choices: Shown::ALL
                .map(|choice| Choice {
                    label: choice.label().to_owned(),
                    url: links.call_backs(choice.as_str()).unwrap_or_default(),
                    current: choice == chosen,
                })
                .into(),
            lines: listed.into_iter().take(SHOWN).map(line).collect(),
            more: (more > 0).then(|| format!("and {} more", crate::number::count(more as u64))),
            measure: None,
        }
    }
}

fn about(one: &CallBackDetail, year: i16) -> String {
    let mut about = vec![one.unit.clone()];
    about.extend(one.question.as_ref().map(|question| format!("question “{question}”")));
    about.extend(one.case.as_ref().map(|case| format!("case {case}")));
    about.push(period::instant(one.at, year));
    about.join(", ")
}

fn headline(waiting: usize, overdue: usize, all: usize) -> String {
    let customers = |n: usize| if n == 1 { "customer waits" } else { "customers wait" };
    match (waiting, overdue) {
        (0, _) if all == 0 => "No customer has given a low score of late".to_owned(),
        (0, _) => "Every customer who gave a low score was called".to_owned(),
        (n, 0) => format!("{} {} for a call", capitalised(&words::spelled(n)), customers(n)),
        (n, late) if n == late => {
            let time = if n == 1 { "the time for it is" } else { "the time for all of them is" };
            format!("{} {} for a call, and {time} used up", capitalised(&words::spelled(n)), customers(n))
        }
        (n, late) => {
            let is = if late == 1 { "is" } else { "are" };
            let (n_words, late) = (capitalised(&words::spelled(n)), words::spelled(late));
            format!("{n_words} {} for a call; {late} {is} overdue", customers(n))
        }
    }
}

/// One answer, with its steps and what can be done next.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "call_back.html")]
pub struct CallBackPage {
    /// What stands around it.
    pub frame: Frame,
    /// The answer in words.
    pub title: String,
    /// How far it is.
    pub stage: String,
    /// Whether the time is used up.
    pub overdue: bool,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// Why what was sent was not taken.
    #[serde(skip)]
    pub error: Option<String>,
    /// The unit.
    pub unit: String,
    /// When the answer was given.
    pub given: String,
    /// Until when somebody has to call, and whether they did.
    pub due: String,
    /// What was asked.
    pub question: Option<String>,
    /// What the customer wrote.
    pub text: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// Who gave it, as the record says it.
    pub customer: String,
    /// Who has taken it.
    pub holder: Option<String>,
    /// Everything that was done.
    pub steps: Vec<StepLine>,
    /// Where steps are sent; none for whoever takes none.
    #[serde(skip)]
    pub action: Option<String>,
    /// What can be done with one button.
    #[serde(skip)]
    pub buttons: Vec<StepButton>,
    /// Whether a call can be written down.
    #[serde(skip)]
    pub calls: bool,
    /// What can be said to have come of it.
    #[serde(skip)]
    pub outcomes: Vec<OutcomeChoice>,
    /// How many steps there were when the page was made.
    #[serde(skip)]
    pub seen: usize,
    /// Where the list is.
    #[serde(skip)]
    pub list: String,
    /// The instant of now, as forms have it.
    #[serde(skip)]
    pub now: String,
    /// The earliest instant of a call, as forms have it.
    #[serde(skip)]
    pub earliest: String,
    /// What was typed.
    #[serde(skip)]
    pub typed: String,
    /// The most characters of it.
    #[serde(skip)]
    pub longest: usize,
    /// What the forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// A step of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepLine {
    /// When it was written down.
    pub at: String,
    /// Who, and what was done: `Rosa Anand spoke to the customer on 2 Nov 10:40`.
    pub done: String,
    /// The words about it.
    pub words: String,
}

/// A step that is taken with one button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepButton {
    /// The word for it in forms.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether it is what comes next.
    pub next: bool,
}

/// Something that may have come of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeChoice {
    /// The word for it in forms.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether it was said.
    pub chosen: bool,
}

impl CallBackPage {
    /// The page of one. `reader` is the name to sign in with of whoever reads.
    #[must_use]
    pub fn new(frame: Frame, one: &CallBackDetail, now: DateTime, links: &dyn Links) -> Self {
        let year = now.year();
        let state = &one.state;
        let (stage_now, open) = (state.stage(), state.stage() != Stage::Closed);
        let due = period::instant(one.due, year);
        let choice = |said: Outcome| {
            let reached = said != Outcome::NotReached;
            let fits = if reached { state.called.is_some() } else { state.called.is_none() && !state.tries.is_empty() };
            fits.then(|| OutcomeChoice {
                value: said.as_str(),
                label: outcome(said),
                chosen: state.outcome == Some(said),
            })
        };
        let button = |value, label, next| StepButton { value, label, next };
        let take = if state.holder.is_some() { "Take it over" } else { "Take it" };
        let buttons = [
            (open && !one.own, button("take", take, true)),
            (stage_now == Stage::Outcome, button("close", "Close it", true)),
            (open && one.own, button("give_back", "Give it back", false)),
            (state.standing > 0, button("undo", "Take the last step back", false)),
        ];
        let step = |step: &StepDetail| StepLine {
            at: period::instant(step.at, year),
            done: format!("{} {}", step.by, done(step, year)),
            words: step.words.clone(),
        };
        Self {
            frame,
            title: score(one.score),
            stage: stage(state),
            overdue: one.overdue,
            notice: None,
            error: None,
            unit: one.unit.clone(),
            given: period::instant(one.at, year),
            due: match one.kept {
                Some(true) => format!("{due}; the promise was kept"),
                Some(false) => format!("{due}; the promise was not kept"),
                None => due,
            },
            question: one.question.clone(),
            text: one.text.clone(),
            case: one.case.clone(),
            customer: one.customer.clone(),
            holder: one.holder.clone(),
            steps: one.steps.iter().map(step).collect(),
            action: links.call_back(&one.source, &one.response).filter(|_| one.may),
            buttons: buttons.into_iter().filter_map(|(fits, button)| fits.then_some(button)).collect(),
            calls: stage_now == Stage::New,
            outcomes: Outcome::ALL.into_iter().filter(|_| open).filter_map(choice).collect(),
            seen: one.steps.len(),
            list: links.call_backs("").unwrap_or_default(),
            now: minute(now),
            earliest: minute(one.at),
            typed: String::new(),
            longest: LONGEST_WORDS,
            form_token: String::new(),
        }
    }
}

/// An instant as forms have it: `2026-11-02T06:10`.
fn minute(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn done(step: &StepDetail, year: i16) -> String {
    let when = step.called_at.map_or_else(String::new, |at| format!(" on {}", period::instant(at, year)));
    match step.step {
        Step::Take => "took it".to_owned(),
        Step::GiveBack => "gave it back".to_owned(),
        Step::Try(_) => format!("called{when} and reached nobody"),
        Step::Call(_) => format!("spoke to the customer{when}"),
        Step::Say(said) => format!("said what came of it: {}", uncapitalised(outcome(said))),
        Step::Close => "closed it".to_owned(),
        Step::Undo => "took the step before back".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_said_first() {
        let said = |waiting, overdue, all| headline(waiting, overdue, all);
        assert_eq!(said(0, 0, 0), "No customer has given a low score of late");
        assert_eq!(said(0, 0, 3), "Every customer who gave a low score was called");
        assert_eq!(said(1, 0, 3), "One customer waits for a call");
        assert_eq!(said(1, 1, 3), "One customer waits for a call, and the time for it is used up");
        assert_eq!(said(3, 1, 3), "Three customers wait for a call; one is overdue");
    }
}
