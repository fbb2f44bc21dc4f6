//! Headings as exports write them, and what they mean.

use super::Becomes::{
    self, Agent, Case, Channel, Closed, FirstAnswerTook, FirstAnswered, Opened, Priority, Product, Rated, Reopened,
    Satisfaction, SolutionTook, Solved, Status, Team, Topic,
};
use super::{Certainty, Length};

/// What help desks write for the one of two ratings, and for none.
pub(super) const RATINGS: [&str; 8] = [
    "good",
    "bad",
    "offered",
    "unoffered",
    "goodwithcomment",
    "badwithcomment",
    "good with comment",
    "bad with comment",
];

/// Headings that mean one thing, in small letters and without signs.
const RECOGNISED: &[(Becomes, &[&str])] = &[
    (
        Case,
        &[
            "ticket id",
            "ticket number",
            "ticket no",
            "case id",
            "case number",
            "case no",
            "conversation id",
            "issue key",
            "incident number",
            "request id",
            "ticket key",
        ],
    ),
    (
        Opened,
        &[
            "created at",
            "created",
            "created time",
            "created date",
            "create date",
            "ticket created",
            "ticket created at",
            "created on",
            "creation date",
            "date created",
            "opened at",
            "opened",
            "date time opened",
            "date opened",
            "opened date",
            "open date",
            "conversation started at",
            "conversation created at",
            "ticket created timestamp",
            "started at",
            "case created date",
            "created date time",
        ],
    ),
    (
        FirstAnswered,
        &[
            "first answered at",
            "first response at",
            "first responded at",
            "first reply at",
            "first response date",
            "first agent reply date",
            "first agent response date",
            "first admin reply at",
            "first teammate reply at",
            "agent first response at",
            "first replied at",
            "first agent email response date",
            "initial response at",
        ],
    ),
    (
        Solved,
        &[
            "solved at",
            "solved",
            "resolved at",
            "resolved",
            "resolved time",
            "resolved date",
            "resolution date",
            "date resolved",
            "ticket solved",
            "ticket solved at",
            "solved date",
            "date solved",
            "ticket solved timestamp",
            "resolved on",
        ],
    ),
    (
        Closed,
        &[
            "closed at",
            "closed",
            "closed time",
            "closed date",
            "close date",
            "date closed",
            "date time closed",
            "last closed at",
            "closed on",
            "conversation closed at",
            "first closed at",
            "ticket closed at",
        ],
    ),
    (
        FirstAnswerTook,
        &[
            "first reply time",
            "first response time",
            "time to first response",
            "time to first reply",
            "time to first agent reply",
            "initial response time",
            "first admin response time",
            "time to first answer",
        ],
    ),
    (
        SolutionTook,
        &[
            "full resolution time",
            "resolution time",
            "time to resolution",
            "time to close",
            "time to resolve",
            "time to last close",
            "time to solve",
            "handling time until solved",
        ],
    ),
    (Reopened, &["reopens", "reopen count", "times reopened", "reopened count", "number of reopens", "ticket reopens"]),
    (Status, &["status", "ticket status", "case status", "ticket state", "conversation state"]),
    (Priority, &["priority", "ticket priority", "case priority"]),
    (Channel, &["channel", "ticket channel", "case origin", "ticket source", "contact type", "conversation source"]),
    (Topic, &["topic", "category", "ticket category", "case reason", "request type", "issue type", "ticket type"]),
    (Product, &["product", "ticket product", "product name"]),
    (
        Team,
        &[
            "group",
            "team",
            "ticket group",
            "assigned group",
            "assignment group",
            "assigned team",
            "team assigned",
            "hubspot team",
            "team name",
            "support team",
            "owner team",
        ],
    ),
    (
        Agent,
        &[
            "agent",
            "assignee",
            "assigned to",
            "agent name",
            "assignee name",
            "ticket owner",
            "case owner",
            "teammate assigned",
            "assigned agent",
            "assignee email",
            "case owner alias",
            "teammate currently assigned",
        ],
    ),
    (
        Satisfaction,
        &[
            "satisfaction",
            "satisfaction score",
            "satisfaction rating",
            "ticket satisfaction rating",
            "csat",
            "csat score",
            "csat rating",
            "customer satisfaction",
            "conversation rating",
            "survey results",
        ],
    ),
    (Rated, &["rated at", "satisfaction answered at", "rating date", "survey answered at", "csat answered at"]),
];

/// Headings that can mean something else, too.
const LIKELY: &[(Becomes, &[&str])] = &[
    (Case, &["id", "key", "number", "ticket", "case", "reference", "record id"]),
    (Opened, &["date", "opened time", "received", "received at", "date received", "reported", "reported at"]),
    (Solved, &["resolution", "completed", "completed at", "done at"]),
    (Closed, &["ended at", "end date"]),
    (FirstAnswered, &["first response", "first reply", "answered at"]),
    (Status, &["state", "stage", "ticket stage", "incident state"]),
    (Priority, &["urgency", "severity"]),
    (Channel, &["source", "origin", "via", "medium"]),
    (Topic, &["type", "reason", "case type"]),
    (Team, &["department", "queue", "squad"]),
    (Agent, &["owner", "handled by", "responsible", "resolved by"]),
    (Satisfaction, &["rating", "score", "feedback score", "survey score"]),
    (Reopened, &["reopened"]),
];

/// Units that headings name behind what they measure.
const UNITS: &[(Length, &[&str])] = &[
    (Length::Seconds, &["seconds", "second", "secs", "sec", "s"]),
    (Length::Minutes, &["minutes", "minute", "mins", "min", "m"]),
    (Length::Hours, &["hours", "hour", "hrs", "hr", "h"]),
];

/// What a heading means.
pub(super) fn meaning(heading: &str) -> Option<(Becomes, Certainty)> {
    let texts = [plain(&heading.to_lowercase()), plain(heading)];
    for (known, certainty) in [(RECOGNISED, Certainty::Recognised), (LIKELY, Certainty::Likely)] {
        for text in &texts {
            let bare = without_unit(text);
            for (becomes, headings) in known {
                let text = if becomes.is_length() { bare.as_str() } else { text.as_str() };
                if headings.contains(&text) {
                    return Some((*becomes, certainty));
                }
            }
        }
    }
    None
}

/// The unit that a heading names at its end.
pub(super) fn unit_of(heading: &str) -> Option<Length> {
    let plain = plain(heading);
    let last = plain.split(' ').next_back()?;
    UNITS.iter().find(|(_, words)| words.contains(&last)).map(|(length, _)| *length)
}

/// A heading without the unit, its kind of hours, or the form of a clock at its end.
fn without_unit(plain: &str) -> String {
    let mut words: Vec<&str> = plain.split(' ').collect();
    let dropped = |word: &str| {
        matches!(word, "in" | "hh" | "mm" | "ss" | "calendar" | "business")
            || UNITS.iter().any(|(_, units)| units.contains(&word))
    };
    while words.last().is_some_and(|word| dropped(word)) {
        words.pop();
    }
    words.join(" ")
}

/// A heading in small letters; everything but letters and digits parts words, and so does a capital inside one.
fn plain(heading: &str) -> String {
    let mut text = String::with_capacity(heading.len());
    let mut before = ' ';
    for letter in heading.chars().take(200) {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && before.is_lowercase() {
                text.push(' ');
            }
            text.extend(letter.to_lowercase());
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
        before = letter;
    }
    text.trim().to_owned()
}
