//! What people wrote, as programs are told of it: notes, recommendations, rows that were disputed, what was recognised in units,
//! and what was done about low answers.

use evenkeel_model::call_back;
use evenkeel_model::recommendation::Stage;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// Notes beside figures, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoteList {
    /// The notes of units that whoever asks sees.
    pub notes: Vec<NoteEntry>,
    /// Where the notes after these are; none when these are the last.
    pub next: Option<String>,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoteEntry {
    /// Its number.
    pub number: i64,
    /// The identifier of the measure beside which it stands.
    pub measure: String,
    /// The identifier of the unit.
    pub unit: String,
    /// The period or day that it is about: `2026-10`.
    pub period: String,
    /// The last day of that.
    pub last_day: Date,
    /// What is said; none when it was taken back.
    pub text: Option<String>,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whom it mentions.
    pub mentions: Vec<String>,
    /// When it was taken back; none while it stands.
    pub withdrawn_at: Option<Timestamp>,
    /// Whether whoever asks wrote it.
    pub own: bool,
}

/// Recommendations, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecommendationList {
    /// Those that whoever asks sees.
    pub recommendations: Vec<RecommendationEntry>,
    /// Where the recommendations after these are; none when these are the last.
    pub next: Option<String>,
}

/// One recommendation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecommendationEntry {
    /// Its number.
    pub number: i64,
    /// How far it is: `overdue`, `waiting`, `accepted`, `done`, `not_done` or `declined`.
    pub stage: String,
    /// The identifier of the measure that it is about.
    pub measure: String,
    /// The identifier of the unit.
    pub unit: String,
    /// The period in which the signal was seen: `2026-10`.
    pub period: String,
    /// What is to be done.
    pub what: String,
    /// Why, in the words of whoever asked.
    pub why: String,
    /// What the figures said when it was sent.
    pub evidence: Vec<String>,
    /// Who is asked.
    pub owner: String,
    /// Who asked.
    pub asked_by: String,
    /// When it was sent.
    pub asked_at: Timestamp,
    /// The last day for an answer.
    pub decide_by: Date,
    /// When it was answered; none while it waits.
    pub answered_at: Option<Timestamp>,
    /// The reason of the answer; none where nothing was said.
    pub reason: Option<String>,
    /// The day of which it was said what came of it.
    pub outcome_on: Option<Date>,
    /// What came of it; none where nothing was said.
    pub result: Option<String>,
    /// Whether it was sent to whoever asks for this list.
    pub own: bool,
    /// Whether whoever asks for this list sent it.
    pub asked: bool,
}

/// Rows that somebody says are wrong, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DisputeList {
    /// Those of the own record, and those that whoever asks sees as somebody who decides.
    pub disputes: Vec<DisputeEntry>,
    /// Where the disputes after these are; none when these are the last.
    pub next: Option<String>,
}

/// One dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DisputeEntry {
    /// Its number.
    pub number: i64,
    /// How it stands: `open`, `upheld` or `declined`.
    pub state: String,
    /// The table of the row.
    pub table: String,
    /// The values of its key columns, as a JSON array.
    pub key: String,
    /// The identifier of the measure behind which it stands.
    pub measure: String,
    /// The period in which it stands there: `2026-10`.
    pub period: String,
    /// The identifier of the person in whose record it stands; none for whoever may not see who it is.
    pub person: Option<String>,
    /// The identifier of the unit in which the person is today.
    pub unit: Option<String>,
    /// Why it is wrong, in the words of the person.
    pub why: String,
    /// When it was disputed.
    pub raised_at: Timestamp,
    /// Who decided; none while nobody has.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The reason of the decision.
    pub reason: Option<String>,
    /// Whether the row stands in the record of whoever asks.
    pub own: bool,
}

/// What was recognised in units, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecognitionList {
    /// Recognitions of units that whoever asks sees.
    pub recognition: Vec<RecognitionEntry>,
    /// Where the recognitions after these are; none when these are the last.
    pub next: Option<String>,
}

/// One recognition of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecognitionEntry {
    /// Its number.
    pub number: i64,
    /// The identifier of the unit.
    pub unit: String,
    /// What for; none when it was withdrawn.
    pub topic: Option<String>,
    /// What is said; none when it was withdrawn.
    pub words: Option<String>,
    /// What goes with it, where anything does.
    pub reward: Option<String>,
    /// The identifier of the measure on which it rests, where it rests on one.
    pub measure: Option<String>,
    /// The figure of that measure as it was shown then.
    pub figure: Option<String>,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When it was withdrawn; none while it stands.
    pub withdrawn_at: Option<Timestamp>,
    /// Whether whoever asks wrote it.
    pub own: bool,
}

/// Low answers of customers, latest first.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CallBackList {
    /// Those that whoever asks sees.
    pub call_backs: Vec<CallBackEntry>,
    /// Where the answers after these are; none when these are the last.
    pub next: Option<String>,
}

/// A low answer, and what was done about it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CallBackEntry {
    /// The source.
    pub source: String,
    /// Its identifier there.
    pub response: String,
    /// The identifier of the unit that it counts for.
    pub unit: String,
    /// What was asked.
    pub question: Option<String>,
    /// The answer.
    pub score: f64,
    /// The lower end of the scale.
    pub lowest: f64,
    /// The upper end of the scale.
    pub highest: f64,
    /// What the customer wrote.
    pub text: Option<String>,
    /// The case, where it is about one.
    pub case: Option<String>,
    /// Who gave it, as the record says it.
    pub customer: String,
    /// When it was given.
    pub answered_at: Timestamp,
    /// Until when somebody is to call.
    pub due_at: Timestamp,
    /// How far it is: `new`, `called`, `outcome` (it is said what came of it) or `closed`.
    pub stage: String,
    /// Whether the time is used up and nobody has spoken to the customer.
    pub overdue: bool,
    /// Whether the customer was called in time; none while that is open.
    pub in_time: Option<bool>,
    /// Who has taken it; none where nobody has.
    pub taken_by: Option<String>,
    /// When the customer was spoken to; none where nobody has.
    pub called_at: Option<Timestamp>,
    /// What came of it: `put_right`, `explained`, `promised`, `passed_on`, `not_wanted` or `not_reached`.
    pub outcome: Option<String>,
}

/// The word of how far a low answer is, for programs.
#[must_use]
pub fn call_back_word(stage: call_back::Stage) -> &'static str {
    match stage {
        call_back::Stage::New => "new",
        call_back::Stage::Called => "called",
        call_back::Stage::Outcome => "outcome",
        call_back::Stage::Closed => "closed",
    }
}

/// The word of a stage for programs.
#[must_use]
pub fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Overdue => "overdue",
        Stage::Waiting => "waiting",
        Stage::Accepted => "accepted",
        Stage::Done => "done",
        Stage::NotDone => "not_done",
        Stage::Declined => "declined",
    }
}
