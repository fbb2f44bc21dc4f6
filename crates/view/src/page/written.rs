//! What people wrote, as programs are told of it: notes, recommendations, and rows that were disputed.

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
