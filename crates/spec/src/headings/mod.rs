//! What the headings of an export most likely mean: which column of the service record each becomes, in which form its
//! times are written, and what cannot be told.
//!
//! Nothing is guessed: what has two readings is asked ([`Question`]), and what is not known stays in the file.

mod head;
mod moments;
mod source;
mod words;

use std::collections::BTreeMap;

pub use head::{Head, LOOKED_AT, Refused, read};
pub use moments::Written;
pub use source::{Asked, Unready, identifier, source_file};

/// A column of an export: its heading, and the cells that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// The heading, as it is written.
    pub heading: String,
    /// Cells from the first rows; empty ones are missing.
    pub cells: Vec<String>,
}

/// What a column of an export becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Becomes {
    /// The identifier of the case.
    Case,
    /// When the case was opened.
    Opened,
    /// When somebody first answered.
    FirstAnswered,
    /// When it was solved.
    Solved,
    /// When it was closed for good.
    Closed,
    /// How long the first answer took, as the source counted it.
    FirstAnswerTook,
    /// How long it took until it was solved, as the source counted it.
    SolutionTook,
    /// How often it was reopened, as the source counted it.
    Reopened,
    /// Where it stands.
    Status,
    /// How urgent it is.
    Priority,
    /// The way it came in.
    Channel,
    /// What it is about.
    Topic,
    /// The product that it concerns.
    Product,
    /// The team that handles it.
    Team,
    /// The person who handles it.
    Agent,
    /// What the customer answered when asked how content they are.
    Satisfaction,
    /// When the customer answered that.
    Rated,
}

impl Becomes {
    /// Everything that a column may become, in the order in which it is offered.
    pub const ALL: [Self; 17] = [
        Self::Case,
        Self::Opened,
        Self::FirstAnswered,
        Self::Solved,
        Self::Closed,
        Self::FirstAnswerTook,
        Self::SolutionTook,
        Self::Reopened,
        Self::Status,
        Self::Priority,
        Self::Channel,
        Self::Topic,
        Self::Product,
        Self::Team,
        Self::Agent,
        Self::Satisfaction,
        Self::Rated,
    ];

    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Case => "case number",
            Self::Opened => "opened at",
            Self::FirstAnswered => "first answered at",
            Self::Solved => "solved at",
            Self::Closed => "closed at",
            Self::FirstAnswerTook => "time to the first answer, as counted by the source",
            Self::SolutionTook => "time to the solution, as counted by the source",
            Self::Reopened => "times reopened, as counted by the source",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Channel => "channel",
            Self::Topic => "topic",
            Self::Product => "product",
            Self::Team => "team",
            Self::Agent => "agent",
            Self::Satisfaction => "satisfaction",
            Self::Rated => "satisfaction answered at",
        }
    }

    /// Whether it holds instants.
    #[must_use]
    pub fn is_moment(self) -> bool {
        matches!(self, Self::Opened | Self::FirstAnswered | Self::Solved | Self::Closed | Self::Rated)
    }

    fn is_length(self) -> bool {
        matches!(self, Self::FirstAnswerTook | Self::SolutionTook)
    }
}

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Somebody chose it.
    ByHand,
    /// The heading says it, and nothing in the cells speaks against it.
    Recognised,
    /// The heading can mean something else, too.
    Likely,
}

impl Certainty {
    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ByHand => "chosen by hand",
            Self::Recognised => "recognised",
            Self::Likely => "likely; please confirm",
        }
    }
}

/// In what a length of time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// A number of seconds.
    Seconds,
    /// A number of minutes.
    Minutes,
    /// A number of hours.
    Hours,
    /// Hours, minutes and perhaps seconds between colons.
    Clock,
}

/// How satisfaction is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Whole numbers from 1 to 5.
    OneToFive,
    /// The words “good” and “bad”.
    GoodOrBad,
    /// In words or numbers of which somebody said what they mean: [`Answers`].
    Said,
}

/// What answers of customers mean, as somebody said. An answer that is in neither list is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Those of customers who are satisfied.
    pub satisfied: Vec<String>,
    /// Those of customers who are not.
    pub dissatisfied: Vec<String>,
}

impl Answers {
    fn is_empty(&self) -> bool {
        self.satisfied.is_empty() && self.dissatisfied.is_empty()
    }
}

/// What has to be known of the cells of a column before they can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    Text,
    /// How its instants are written.
    Moment(Written),
    /// In what its lengths of time are written.
    Length(Length),
    /// How its satisfaction is written.
    Scale(Scale),
}

/// What cannot be told from a file and has to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether the day or the month comes first.
    DayOrMonth,
    /// In which form instants are written.
    MomentForm,
    /// Whether a length of time is in seconds, minutes or hours.
    LengthUnit,
    /// What the answers of customers mean.
    SatisfactionScale,
    /// What was recognised twice: which of the columns is meant.
    WhichColumn,
}

impl Question {
    /// The question as a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DayOrMonth => "every date can be read with the day or the month first: say which",
            Self::MomentForm => "it is not told in which form these times are written",
            Self::LengthUnit => "neither heading nor cells say whether these are seconds, minutes or hours",
            Self::SatisfactionScale => "these are neither whole numbers from 1 to 5 nor “good” and “bad”",
            Self::WhichColumn => "another column was recognised as the same",
        }
    }
}

/// What is proposed for one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The heading.
    pub heading: String,
    /// What it becomes; none when it stays in the file.
    pub becomes: Option<Becomes>,
    /// How its cells are written.
    pub form: Form,
    /// How sure that is.
    pub certainty: Certainty,
    /// What has to be asked before it can be read.
    pub question: Option<Question>,
    /// What answers mean, where somebody said so.
    pub answers: Answers,
}

/// Which of day and month comes first in dates that do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The day.
    Day,
    /// The month.
    Month,
}

/// What somebody chose that a column becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It stays in the file.
    Stays,
    /// It becomes this.
    Becomes(Becomes),
}

/// What somebody decided about one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What it becomes; none where that is left to its heading.
    pub wish: Option<Wish>,
    /// Answers [`Question::LengthUnit`].
    pub length: Option<Length>,
    /// Answers [`Question::SatisfactionScale`].
    pub answers: Answers,
}

/// What somebody decided about an export, where its headings and cells leave it open or mislead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    /// Answers [`Question::DayOrMonth`].
    pub first: Option<First>,
    /// What was decided about columns, by their headings.
    pub columns: BTreeMap<String, Decision>,
}

/// What the columns of an export most likely become. What somebody decided holds, whatever the headings say.
///
/// ```
/// use evenkeel_spec::headings::{propose, Becomes, Column, Decisions, Question};
///
/// let column = |heading: &str, cell: &str| Column { heading: heading.to_owned(), cells: vec![cell.to_owned()] };
/// let proposals = propose(&[column("Ticket ID", "1042"), column("Created at", "03/10/2026 08:12")], &Decisions::default());
/// assert_eq!(proposals[0].becomes, Some(Becomes::Case));
/// assert_eq!(proposals[1].question, Some(Question::DayOrMonth));
/// ```
#[must_use]
pub fn propose(columns: &[Column], decisions: &Decisions) -> Vec<Proposal> {
    // One file is written in one hand: a date that leaves one order only says it for the others.
    let first = decisions.first;
    let none = Decision::default();
    let proposed =
        |column: &Column, first| proposed(column, first, decisions.columns.get(&column.heading).unwrap_or(&none));
    let mut proposals: Vec<Proposal> = columns.iter().map(|column| proposed(column, first)).collect();
    let told = proposals.iter().find_map(|proposal| match proposal.form {
        Form::Moment(written) if proposal.question.is_none() => written.first(),
        _ => None,
    });
    if first.is_none() && told.is_some() {
        for (proposal, column) in proposals.iter_mut().zip(columns) {
            if proposal.question == Some(Question::DayOrMonth) {
                *proposal = proposed(column, told);
            }
        }
    }
    // A column in which nothing stands yet is written as the others are.
    let form = proposals.iter().zip(columns).find_map(|(proposal, column)| match proposal.form {
        Form::Moment(_) if proposal.question.is_none() && !is_empty(column) => Some(proposal.form),
        _ => None,
    });
    if let Some(form) = form {
        for (proposal, _) in proposals.iter_mut().zip(columns).filter(|(_, column)| is_empty(column)) {
            if matches!(proposal.form, Form::Moment(_)) {
                proposal.form = form;
            }
        }
    }
    choose_between_equals(&mut proposals);
    proposals
}

fn is_empty(column: &Column) -> bool {
    column.cells.iter().all(|cell| cell.trim().is_empty())
}

/// Of several columns that would become the same, the surest stays, the first of those that are equally sure. The others
/// are told with a question, and are left out.
fn choose_between_equals(proposals: &mut [Proposal]) {
    for becomes in Becomes::ALL {
        let own = |proposal: &Proposal| proposal.becomes == Some(becomes);
        let Some(best) = proposals.iter().filter(|proposal| own(proposal)).map(rank).min() else { continue };
        let mut taken = false;
        for proposal in proposals.iter_mut().filter(|proposal| own(proposal)) {
            if taken || rank(proposal) != best {
                proposal.becomes = None;
                proposal.question = Some(Question::WhichColumn);
            } else {
                taken = true;
            }
        }
    }
}

fn rank(proposal: &Proposal) -> (Certainty, bool) {
    (proposal.certainty, proposal.question.is_some())
}

fn proposed(column: &Column, first: Option<First>, decision: &Decision) -> Proposal {
    let heading = column.heading.clone();
    let nothing = |certainty: Certainty| Proposal {
        heading: heading.clone(),
        becomes: None,
        form: Form::Text,
        certainty,
        question: None,
        answers: Answers::default(),
    };
    let (becomes, certainty) = match decision.wish {
        Some(Wish::Stays) => return nothing(Certainty::ByHand),
        Some(Wish::Becomes(becomes)) => (becomes, Certainty::ByHand),
        None => match words::meaning(&heading) {
            Some(meant) => meant,
            None => return nothing(Certainty::Likely),
        },
    };
    let cells: Vec<&str> =
        column.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty() && *cell != "-").collect();
    let mut answers = Answers::default();
    let (form, question) = if becomes.is_moment() {
        moments::written(&cells, first)
    } else if becomes.is_length() {
        length(&heading, &cells, decision.length)
    } else if becomes == Becomes::Satisfaction && !decision.answers.is_empty() {
        answers = decision.answers.clone();
        (Form::Scale(Scale::Said), None)
    } else if becomes == Becomes::Satisfaction {
        scale(&cells)
    } else {
        (Form::Text, None)
    };
    // What says when, and holds nothing like a time, is something else.
    let doubtful = question == Some(Question::MomentForm) && certainty == Certainty::Recognised;
    let certainty = if doubtful { Certainty::Likely } else { certainty };
    Proposal { heading, becomes: Some(becomes), form, certainty, question, answers }
}

/// In what a length of time is written. `said` is what somebody says of numbers.
fn length(heading: &str, cells: &[&str], said: Option<Length>) -> (Form, Option<Question>) {
    if !cells.is_empty() && cells.iter().all(|cell| is_clock(cell)) {
        return (Form::Length(Length::Clock), None);
    }
    let numbers = cells.iter().all(|cell| cell.parse::<f64>().is_ok_and(f64::is_finite));
    match said.or_else(|| words::unit_of(heading)).filter(|_| numbers) {
        Some(length) => (Form::Length(length), None),
        None => (Form::Text, Some(Question::LengthUnit)),
    }
}

/// `12:30` or `12:30:05`: hours may be any number.
fn is_clock(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split(':').collect();
    let digits = |part: &&str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
    let below_sixty = |part: &&str| part.len() == 2 && part.parse::<u32>().is_ok_and(|number| number < 60);
    matches!(parts.len(), 2 | 3) && parts.iter().all(digits) && parts.iter().skip(1).all(below_sixty)
}

/// How satisfaction is written.
fn scale(cells: &[&str]) -> (Form, Option<Question>) {
    let word = |cell: &&str| words::RATINGS.contains(&cell.to_lowercase().as_str());
    if !cells.is_empty() && cells.iter().all(word) {
        return (Form::Scale(Scale::GoodOrBad), None);
    }
    let five = |cell: &&str| matches!(*cell, "1" | "2" | "3" | "4" | "5" | "1.0" | "2.0" | "3.0" | "4.0" | "5.0");
    if cells.iter().any(|cell| cell.starts_with(['4', '5'])) && cells.iter().all(five) {
        return (Form::Scale(Scale::OneToFive), None);
    }
    (Form::Text, Some(Question::SatisfactionScale))
}

#[cfg(test)]
mod tests;
