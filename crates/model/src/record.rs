//! The service record: the tables onto which every source is mapped and which every measure reads.
//!
//! This is the one list of tables and columns. The lake derives its schemas from it, the import its checks, the
//! reader of scorecards its defaults and its “did you mean”.

pub mod reference;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// Text; identifiers too.
    Text,
    /// A JSON map, as text.
    Json,
    /// An instant in UTC with microseconds.
    Instant,
    /// A calendar day.
    Day,
    /// A number with decimals; durations in seconds too.
    Number,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
}

/// A column of the service record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// The only values it may have; empty when there is no such list.
    pub allowed: &'static [&'static str],
    /// Whether it says who: a person who works here, by identifier, name or address. Pages that everyone sees leave it
    /// out.
    pub names_person: bool,
}

/// A table of the service record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// The columns that tell one row from another; a repeated import updates by them.
    pub key: &'static [&'static str],
    /// Its own columns, without the [`CONVENTIONS`].
    pub columns: &'static [Column],
    /// The column that places a row in its period unless a measure says otherwise.
    pub period_of: Option<&'static str>,
    /// The column with the person that a row counts for.
    pub person: Option<&'static str>,
    /// The column with the unit that a row counts for.
    pub unit: Option<&'static str>,
}

impl Table {
    /// The column of this name, the conventional ones included.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().chain(CONVENTIONS).find(|column| column.name == name)
    }

    /// Whether its rows come day by day, so that a day without any can be a gap. Rows of the others say what holds from a
    /// day on.
    #[must_use]
    pub fn comes_by_day(&self) -> bool {
        !matches!(self.period_of, None | Some("valid_from" | "hired_on" | "since_on" | "period_on"))
    }

    /// All columns: its own, then the conventional ones.
    pub fn all_columns(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().chain(CONVENTIONS)
    }
}

/// The table of this name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn column(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, required: false, allowed: &[], names_person: false }
}

const fn text(name: &'static str) -> Column {
    column(name, ColumnKind::Text)
}

const fn instant(name: &'static str) -> Column {
    column(name, ColumnKind::Instant)
}

const fn day(name: &'static str) -> Column {
    column(name, ColumnKind::Day)
}

const fn number(name: &'static str) -> Column {
    column(name, ColumnKind::Number)
}

const fn whole(name: &'static str) -> Column {
    column(name, ColumnKind::Whole)
}

const fn flag(name: &'static str) -> Column {
    column(name, ColumnKind::Flag)
}

const fn required(column: Column) -> Column {
    Column { required: true, ..column }
}

/// A text that says who.
const fn person(name: &'static str) -> Column {
    Column { names_person: true, ..text(name) }
}

const fn one_of(column: Column, allowed: &'static [&'static str]) -> Column {
    Column { allowed, ..column }
}

/// The columns that every table carries: source, time of import, batch, and what the model has no column for.
pub const CONVENTIONS: &[Column] = &[
    column("attributes", ColumnKind::Json),
    required(text("source")),
    required(instant("imported_at")),
    required(text("batch_id")),
];

/// What can happen to a case.
pub const EVENT_KINDS: &[&str] = &[
    "opened",
    "message",
    "note",
    "status",
    "assignee",
    "unit",
    "priority",
    "escalated",
    "rating",
    "sla",
    "merged",
    "deleted",
];

/// Who can make it happen.
pub const ACTOR_KINDS: &[&str] = &["customer", "agent", "bot", "system"];

/// Every table that sources are mapped onto.
pub const TABLES: &[Table] = &[
    Table {
        name: "units",
        row: "a place in the organisation, while it held",
        key: &["unit_id", "valid_from"],
        columns: &[
            required(text("unit_id")),
            text("name"),
            text("kind"),
            text("parent_id"),
            text("time_zone"),
            text("calendar"),
            day("valid_from"),
            day("valid_to"),
        ],
        period_of: Some("valid_from"),
        person: None,
        unit: Some("unit_id"),
    },
    Table {
        name: "people",
        row: "an employee",
        key: &["person_id"],
        columns: &[
            required(person("person_id")),
            person("name"),
            person("email"),
            text("role"),
            text("level"),
            day("hired_on"),
            day("left_on"),
            number("fte"),
        ],
        period_of: Some("hired_on"),
        person: Some("person_id"),
        unit: None,
    },
    Table {
        name: "memberships",
        row: "a person in a unit, while it held",
        key: &["person_id", "unit_id", "valid_from"],
        columns: &[required(person("person_id")), required(text("unit_id")), day("valid_from"), day("valid_to")],
        period_of: Some("valid_from"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "customers",
        row: "a customer or account",
        key: &["customer_id"],
        columns: &[
            required(text("customer_id")),
            text("segment"),
            text("region"),
            text("unit_id"),
            day("since_on"),
            day("left_on"),
        ],
        period_of: Some("since_on"),
        person: None,
        unit: Some("unit_id"),
    },
    Table {
        name: "cases",
        row: "a matter that a customer brought: ticket, complaint, request",
        key: &["source", "case_id"],
        columns: &[
            required(text("case_id")),
            required(instant("opened_at")),
            text("channel"),
            text("topic"),
            text("product"),
            text("priority"),
            text("customer_id"),
            text("unit_id"),
            person("assignee_id"),
            text("status"),
            flag("is_complaint"),
            text("tags"),
        ],
        period_of: Some("opened_at"),
        person: Some("assignee_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "case_events",
        row: "something that happened to a case",
        key: &["source", "case_id", "event_id"],
        columns: &[
            required(text("case_id")),
            required(text("event_id")),
            required(instant("at")),
            required(one_of(text("kind"), EVENT_KINDS)),
            one_of(text("actor_kind"), ACTOR_KINDS),
            person("actor_id"),
            flag("public"),
            // For a change of hands, these are people.
            person("field_from"),
            person("field_to"),
        ],
        period_of: Some("at"),
        person: Some("actor_id"),
        unit: None,
    },
    Table {
        name: "calls",
        row: "a real-time contact that queued: call, chat, counter visit",
        key: &["source", "call_id"],
        columns: &[
            required(text("call_id")),
            text("case_id"),
            text("customer_id"),
            text("queue"),
            text("unit_id"),
            person("person_id"),
            text("channel"),
            required(instant("offered_at")),
            instant("answered_at"),
            instant("ended_at"),
            instant("abandoned_at"),
            number("hold_s"),
            number("wrap_s"),
            flag("transferred"),
        ],
        period_of: Some("offered_at"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "responses",
        row: "one question put to one person, answered or not",
        key: &["source", "response_id"],
        columns: &[
            required(text("response_id")),
            text("survey"),
            text("question"),
            number("scale_min"),
            number("scale_max"),
            instant("asked_at"),
            instant("answered_at"),
            number("score"),
            text("choice"),
            text("text"),
            text("case_id"),
            text("call_id"),
            text("customer_id"),
            person("person_id"),
            text("unit_id"),
            text("wave"),
        ],
        period_of: Some("answered_at"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "evaluations",
        row: "one item of one review: quality review, mystery shop, procedure check, knowledge test",
        key: &["source", "evaluation_id", "item"],
        columns: &[
            required(text("evaluation_id")),
            required(text("item")),
            text("kind"),
            required(instant("at")),
            person("person_id"),
            text("unit_id"),
            person("evaluator_id"),
            text("section"),
            number("points"),
            number("max_points"),
            flag("critical"),
            text("case_id"),
        ],
        period_of: Some("at"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "orders",
        row: "a sale",
        key: &["source", "order_id"],
        columns: &[
            required(text("order_id")),
            required(instant("at")),
            text("customer_id"),
            number("amount"),
            text("unit_id"),
            person("person_id"),
            instant("refunded_at"),
            number("refunded_amount"),
        ],
        period_of: Some("at"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "trainings",
        row: "a person and a course",
        key: &["person_id", "course", "completed_on"],
        columns: &[
            required(person("person_id")),
            required(text("course")),
            required(day("completed_on")),
            number("hours"),
            number("score"),
            flag("passed"),
            day("expires_on"),
        ],
        period_of: Some("completed_on"),
        person: Some("person_id"),
        unit: None,
    },
    Table {
        name: "worktime",
        row: "a stretch of a person's time",
        key: &["person_id", "start_at"],
        columns: &[
            required(person("person_id")),
            required(instant("start_at")),
            instant("end_at"),
            one_of(text("kind"), &["scheduled", "handling", "available", "training", "absent"]),
            text("unit_id"),
        ],
        period_of: Some("start_at"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "calendars",
        row: "a stretch of weekly working hours, while it held",
        key: &["calendar", "valid_from", "weekday", "opens_min"],
        columns: &[
            required(text("calendar")),
            day("valid_from"),
            day("valid_to"),
            required(whole("weekday")),
            required(whole("opens_min")),
            required(whole("closes_min")),
        ],
        period_of: None,
        person: None,
        unit: None,
    },
    Table {
        name: "holidays",
        row: "a day, or part of one, that a calendar is closed",
        key: &["calendar", "holiday_on", "from_min"],
        columns: &[
            required(text("calendar")),
            required(day("holiday_on")),
            whole("from_min"),
            whole("to_min"),
            text("name"),
        ],
        period_of: None,
        person: None,
        unit: None,
    },
    Table {
        name: "observations",
        row: "a figure counted elsewhere or typed in",
        key: &["measure", "period_on", "unit_id", "person_id"],
        columns: &[
            required(text("measure")),
            required(day("period_on")),
            text("unit_id"),
            person("person_id"),
            number("numerator"),
            number("denominator"),
            text("note"),
            person("entered_by"),
            instant("entered_at"),
        ],
        period_of: Some("period_on"),
        person: Some("person_id"),
        unit: Some("unit_id"),
    },
    Table {
        name: "aliases",
        row: "a name that a source uses for a unit, person or customer",
        key: &["source", "kind", "id"],
        columns: &[
            required(one_of(text("kind"), &["unit", "person", "customer"])),
            // Identifiers of units, persons and customers alike.
            required(person("id")),
            required(person("canonical_id")),
        ],
        period_of: None,
        person: None,
        unit: None,
    },
    Table {
        name: "exclusions",
        row: "a row that does not count, by a person's decision",
        key: &["table_name", "key"],
        columns: &[
            required(text("table_name")),
            required(text("key")),
            text("reason"),
            person("decided_by"),
            instant("at"),
        ],
        period_of: None,
        person: None,
        unit: None,
    },
];

/// How a promise to a customer can stand.
pub const SLA_STATES: &[&str] = &["met", "breached", "running"];

/// One row per case, derived from its events by the case clock. Sources are never mapped onto it.
pub const CASE_FACTS: Table = Table {
    name: "case_facts",
    row: "a case, with the durations and counts that follow from its events",
    key: &["source", "case_id"],
    columns: &[
        required(text("case_id")),
        required(instant("opened_at")),
        instant("solved_at"),
        text("channel"),
        text("topic"),
        text("product"),
        text("priority"),
        text("customer_id"),
        text("unit_id"),
        person("person_id"),
        text("status"),
        flag("is_complaint"),
        text("tags"),
        number("age_s"),
        number("age_business_s"),
        number("first_response_s"),
        number("first_response_business_s"),
        number("next_response_s_max"),
        number("next_response_business_s_max"),
        number("next_response_s_sum"),
        number("next_response_business_s_sum"),
        whole("next_response_n"),
        number("first_resolution_s"),
        number("first_resolution_business_s"),
        number("full_resolution_s"),
        number("full_resolution_business_s"),
        number("requester_wait_s"),
        number("requester_wait_business_s"),
        number("agent_wait_s"),
        number("agent_wait_business_s"),
        number("hold_s"),
        number("hold_business_s"),
        whole("reopens"),
        whole("agent_replies"),
        whole("customer_messages"),
        whole("agents_involved"),
        whole("units_involved"),
        whole("transfers"),
        flag("escalated"),
        flag("one_touch"),
        flag("repeat_within_7d"),
        text("sla_policy"),
        whole("sla_rule"),
        one_of(text("sla_first_response_state"), SLA_STATES),
        flag("sla_first_response_met"),
        instant("sla_first_response_due_at"),
        instant("sla_first_response_breach_at"),
        person("sla_first_response_breach_person_id"),
        text("sla_first_response_breach_unit_id"),
        one_of(text("sla_next_response_state"), SLA_STATES),
        flag("sla_next_response_met"),
        instant("sla_next_response_due_at"),
        instant("sla_next_response_breach_at"),
        person("sla_next_response_breach_person_id"),
        text("sla_next_response_breach_unit_id"),
        one_of(text("sla_resolution_state"), SLA_STATES),
        flag("sla_resolution_met"),
        instant("sla_resolution_due_at"),
        instant("sla_resolution_breach_at"),
        person("sla_resolution_breach_person_id"),
        text("sla_resolution_breach_unit_id"),
        one_of(text("sla_requester_wait_state"), SLA_STATES),
        flag("sla_requester_wait_met"),
        instant("sla_requester_wait_due_at"),
        instant("sla_requester_wait_breach_at"),
        person("sla_requester_wait_breach_person_id"),
        text("sla_requester_wait_breach_unit_id"),
    ],
    period_of: Some("opened_at"),
    person: Some("person_id"),
    unit: Some("unit_id"),
};

/// The table that a measure may read: one of [`TABLES`], or [`CASE_FACTS`].
#[must_use]
pub fn readable_table(name: &str) -> Option<&'static Table> {
    static FACTS: Table = CASE_FACTS;
    if name == FACTS.name { Some(&FACTS) } else { table(name) }
}

/// Whether an expression over a table mentions a column that says who.
#[must_use]
pub fn mentions_person(table: &str, expression: &str) -> bool {
    let Some(table) = readable_table(table) else { return false };
    let words = expression.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.map(str::to_lowercase).any(|word| table.column(&word).is_some_and(|column| column.names_person))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_placements_name_columns_of_their_table() {
        for table in TABLES.iter().chain([&CASE_FACTS]) {
            let named = table.key.iter().copied().chain(table.period_of).chain(table.person).chain(table.unit);
            for name in named {
                assert!(table.column(name).is_some(), "{}.{name}", table.name);
            }
            let mut names: Vec<_> = table.all_columns().map(|column| column.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{} has a column twice", table.name);
        }
    }

    #[test]
    fn every_person_column_says_who() {
        for table in TABLES.iter().chain([&CASE_FACTS]) {
            let column = table.person.and_then(|name| table.column(name));
            assert!(column.is_none_or(|column| column.names_person), "{}", table.name);
        }
        let says_who = |table: &str, column: &str| mentions_person(table, column);
        assert!(says_who("people", "name") && says_who("people", "email") && says_who("exclusions", "decided_by"));
        assert!(says_who("case_events", "field_to") && !says_who("case_events", "kind"));
        // A holiday has a name too.
        assert!(!says_who("holidays", "name") && !says_who("units", "name"));
    }

    #[test]
    fn expressions_that_mention_people() {
        assert!(mentions_person("cases", "coalesce(Assignee_ID, 'none')"));
        assert!(mentions_person("calls", "\"person_id\""));
        assert!(!mentions_person("cases", "customer_id"));
        assert!(!mentions_person("cases", "assignee_id_hash"));
        assert!(!mentions_person("nowhere", "person_id"));
    }
}
