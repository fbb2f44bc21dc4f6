//! Attributes that make figures like for like: what a case or customer was like before anybody served them.
//!
//! An attribute must tell cases apart and must not tell how they went. Whoever is compared must not choose it either:
//! adjusting for what people decide would excuse the decision. What a column of the service record is in this respect is
//! said here once; what lies in `attributes` is only known by its name.

use std::fmt;

use crate::measure::Expression;
use crate::record;

/// Where the value of an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In a column of the table that the measure reads.
    Row,
    /// In the JSON map `attributes` of that table.
    Attributes,
    /// In a column of the customer that the row names.
    Customer,
    /// In a column of the case that the row names.
    Case,
}

/// An attribute of a case or customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// Where its value stands.
    pub origin: Origin,
    /// Its name there.
    pub name: String,
}

impl Attribute {
    /// Its value as SQL over the rows of the table, where `joined` gives the name of a column that was joined.
    #[must_use]
    pub fn expression(&self, joined: impl Fn(&Self) -> String) -> Expression {
        Expression(match self.origin {
            Origin::Row => self.name.clone(),
            Origin::Attributes => format!("json_text(attributes, '{}')", self.name.replace('\'', "''")),
            Origin::Customer | Origin::Case => joined(self),
        })
    }
}

impl fmt::Display for Attribute {
    /// As a project file has it: `channel`, `attributes.reason`, `customer.segment`, `case.topic`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Row => f.write_str(&self.name),
            Origin::Attributes => write!(f, "attributes.{}", self.name),
            Origin::Customer => write!(f, "customer.{}", self.name),
            Origin::Case => write!(f, "case.{}", self.name),
        }
    }
}

/// Why something is no attribute by which figures can be made like for like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such column.
    Unknown,
    /// It tells how the case went.
    Outcome,
    /// Whoever is compared decides it, or it says who or where they are.
    OwnDecision,
    /// It is different for nearly every row, or says when.
    TooMany,
    /// The rows do not name the case or customer.
    NotNamed,
}

/// Columns that say what a case or customer was like before anybody served them.
const GIVEN: [&str; 14] = [
    "channel",
    "topic",
    "product",
    "priority",
    "is_complaint",
    "segment",
    "region",
    "queue",
    "survey",
    "question",
    "wave",
    "item",
    "section",
    "course",
];

/// Columns that follow from what those who are compared decide, and those that say who and where they are.
const DECIDED: [&str; 17] = [
    "assignee_id",
    "person_id",
    "evaluator_id",
    "unit_id",
    "tags",
    "transferred",
    "transfers",
    "escalated",
    "agents_involved",
    "units_involved",
    "agent_replies",
    "one_touch",
    "hold_s",
    "wrap_s",
    "kind",
    "entered_by",
    "sla_policy",
];

/// Columns that tell rows apart, or say when.
const TOO_MANY: [&str; 8] =
    ["case_id", "call_id", "response_id", "evaluation_id", "order_id", "customer_id", "text", "note"];

/// Parts of names in `attributes` that tell an outcome, or a decision of those who serve.
const TELLS_AN_OUTCOME: [&str; 11] =
    ["score", "satisf", "rating", "result", "solved", "resol", "outcome", "status", "refund", "duration", "reopen"];
const TELLS_A_DECISION: [&str; 8] = ["agent", "staff", "adviser", "owner", "assign", "transfer", "escalat", "team"];

/// The attribute that a text names, for a measure over a table whose formula looks at `counted`.
pub fn attribute(text: &str, table: &str, counted: &str) -> Result<Attribute, Refused> {
    let (origin, name) = match text.split_once('.') {
        None => (Origin::Row, text),
        Some(("attributes", name)) => (Origin::Attributes, name),
        Some(("customer", name)) => (Origin::Customer, name),
        Some(("case", name)) => (Origin::Case, name),
        Some(_) => return Err(Refused::Unknown),
    };
    let found = Attribute { origin, name: name.to_owned() };
    let readable = record::readable_table(table).ok_or(Refused::Unknown)?;
    match origin {
        Origin::Attributes if name.trim().is_empty() => Err(Refused::Unknown),
        Origin::Attributes => {
            let lower = name.to_lowercase();
            if TELLS_AN_OUTCOME.iter().any(|part| lower.contains(part)) || mentions(counted, name) {
                Err(Refused::Outcome)
            } else if tells_a_decision(name) {
                Err(Refused::OwnDecision)
            } else {
                Ok(found)
            }
        }
        Origin::Row => judge(readable, name, counted).map(|()| found),
        Origin::Customer | Origin::Case => {
            let (other, key) =
                if origin == Origin::Customer { ("customers", "customer_id") } else { ("cases", "case_id") };
            if readable.column(key).is_none() {
                return Err(Refused::NotNamed);
            }
            let other = record::table(other).ok_or(Refused::Unknown)?;
            judge(other, name, "").map(|()| found)
        }
    }
}

/// Whether a column of a table can make figures like for like.
fn judge(table: &record::Table, name: &str, counted: &str) -> Result<(), Refused> {
    let column = table.column(name).ok_or(Refused::Unknown)?;
    // What the measure itself looks at is the outcome, whatever it is called.
    if mentions(counted, name) {
        return Err(Refused::Outcome);
    }
    if GIVEN.contains(&name) {
        return Ok(());
    }
    if DECIDED.contains(&name) || column.names_person {
        return Err(Refused::OwnDecision);
    }
    let is_time = matches!(column.kind, record::ColumnKind::Instant | record::ColumnKind::Day);
    let of_import = record::CONVENTIONS.iter().any(|known| known.name == name);
    if TOO_MANY.contains(&name) || is_time || of_import {
        return Err(Refused::TooMany);
    }
    Err(Refused::Outcome)
}

/// The columns of a table that can make figures like for like.
pub fn possible(table: &str) -> impl Iterator<Item = &'static str> {
    let columns = record::readable_table(table).map_or(&[][..], |table| table.columns);
    columns.iter().map(|column| column.name).filter(|name| GIVEN.contains(name))
}

/// Whether a name in `attributes` says who serves, or what they decide.
pub(crate) fn tells_a_decision(name: &str) -> bool {
    let lower = name.to_lowercase();
    TELLS_A_DECISION.iter().any(|part| lower.contains(part))
}

/// Whether an SQL text names something as a word of its own.
fn mentions(sql: &str, name: &str) -> bool {
    sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_cases_and_customers_are_taken() {
        let check = |text: &str, table: &str, origin| {
            let found = attribute(text, table, "score >= 4").unwrap();
            assert_eq!((found.origin, found.to_string().as_str()), (origin, text));
        };
        check("channel", "case_facts", Origin::Row);
        check("priority", "case_facts", Origin::Row);
        check("queue", "calls", Origin::Row);
        check("attributes.reason", "responses", Origin::Attributes);
        check("customer.segment", "responses", Origin::Customer);
        check("case.topic", "responses", Origin::Case);
        let expression = attribute("attributes.it's", "responses", "").unwrap().expression(|_| String::new());
        assert_eq!(expression.as_str(), "json_text(attributes, 'it''s')");
    }

    #[test]
    fn outcomes_decisions_and_names_are_refused() {
        let check = |text: &str, table: &str, counted: &str, why| {
            assert_eq!(attribute(text, table, counted), Err(why), "{text}");
        };
        check("score", "responses", "score >= 4", Refused::Outcome);
        check("first_response_s", "case_facts", "", Refused::Outcome);
        check("sla_resolution_met", "case_facts", "", Refused::Outcome);
        check("reopens", "case_facts", "", Refused::Outcome);
        check("status", "case_facts", "", Refused::Outcome);
        check("is_complaint", "case_facts", "not is_complaint", Refused::Outcome);
        check("attributes.satisfied", "responses", "", Refused::Outcome);
        check("attributes.mood", "responses", "json_text(attributes, 'mood') = 'good'", Refused::Outcome);
        check("person_id", "responses", "", Refused::OwnDecision);
        check("transfers", "case_facts", "", Refused::OwnDecision);
        check("tags", "case_facts", "", Refused::OwnDecision);
        check("attributes.Team", "responses", "", Refused::OwnDecision);
        check("customer_id", "case_facts", "", Refused::TooMany);
        check("opened_at", "case_facts", "", Refused::TooMany);
        check("batch_id", "case_facts", "", Refused::TooMany);
        check("chanel", "case_facts", "", Refused::Unknown);
        check("weather.rain", "case_facts", "", Refused::Unknown);
        check("case.topic", "trainings", "", Refused::NotNamed);
        check("customer.left_on", "responses", "", Refused::TooMany);
    }

    /// Every column of every table is judged on purpose: a number or flag that nobody thought of is an outcome.
    #[test]
    fn given_columns_are_there() {
        let all: Vec<&str> = record::TABLES
            .iter()
            .chain([&record::CASE_FACTS])
            .flat_map(|table| table.columns.iter().map(|column| column.name))
            .collect();
        for name in GIVEN.iter().chain(&DECIDED).chain(&TOO_MANY) {
            assert!(all.contains(name), "no table has `{name}`");
        }
    }
}
