//! The reference of the service record, written from the catalogue.
//!
//! Names, order, kinds, keys, placement and the words that are allowed come from the catalogue; what each column means
//! stands here. `docs/reference/service-record.md` holds the result behind a preface that is written by hand, and a
//! test holds the two together.

use std::fmt::Write as _;

use super::{CASE_FACTS, CONVENTIONS, Column, ColumnKind, TABLES, Table};

/// What columns mean, in the order of the catalogue.
type Meanings = &'static [(&'static str, &'static str)];

/// What the columns that every table carries mean.
const OF_CONVENTIONS: Meanings = &[
    ("attributes", "What the table has no column for, made with `json_map`."),
    ("source", "The source that the row comes from. The import fills it."),
    ("imported_at", "When the import began. The import fills it, unless the SELECT yields it."),
    ("batch_id", "The import that brought the row. The import fills it."),
];

/// What the columns of each table mean.
const OF_TABLES: &[(&str, Meanings)] = &[
    (
        "units",
        &[
            ("unit_id", "The unit, by one identifier for all sources."),
            ("name", "What people call it; the identifier where it is missing."),
            ("kind", "The kind of place in words of your own, for example `branch`; `unit` where it is missing."),
            ("parent_id", "The unit above. A unit without one lies directly under the organisation."),
            ("time_zone", "The IANA name of its time zone."),
            ("calendar", "Its calendar in `calendars`."),
            ("valid_from", "The first day on which name, kind and place held; since ever where it is missing."),
            ("valid_to", "The first day on which they no longer held; missing while they hold."),
        ],
    ),
    (
        "people",
        &[
            ("person_id", "The employee, by one identifier for all sources."),
            ("name", "What people call the employee; the identifier where it is missing."),
            ("email", "The address for electronic mail."),
            ("role", "What the employee does, in words of your own."),
            ("level", "The rank, in words of your own."),
            ("hired_on", "The day on which the employee began."),
            ("left_on", "The day on which the employee left; missing until then."),
            ("fte", "The share of a full working week: 1 is full time."),
        ],
    ),
    (
        "memberships",
        &[
            ("person_id", "The person."),
            ("unit_id", "The unit. A membership in a unit that is not in `units` is passed over."),
            ("valid_from", "The first day; since ever where it is missing."),
            ("valid_to", "The first day on which it no longer held; missing while it holds."),
        ],
    ),
    (
        "customers",
        &[
            ("customer_id", "The customer, by one identifier for all sources."),
            ("segment", "The group of customers, in words of your own."),
            ("region", "Where the customer is, in words of your own."),
            ("unit_id", "The unit that looks after the customer."),
            ("since_on", "The day on which the customer came."),
            ("left_on", "The day on which the customer left; missing until then."),
        ],
    ),
    (
        "cases",
        &[
            ("case_id", "The case, by the identifier of its source."),
            ("opened_at", "When it was opened."),
            ("channel", "The way it came in, in words of your own."),
            ("topic", "What it is about, in words of your own."),
            ("product", "The product that it concerns."),
            ("priority", "How urgent it is, in words of your own."),
            ("customer_id", "The customer who brought it."),
            ("unit_id", "The unit that handles it."),
            ("assignee_id", "The person who handles it."),
            ("status", "`new`, `open`, `pending`, `hold`, `solved` or `closed`; other words are kept as they are."),
            ("is_complaint", "Whether it is a complaint."),
            ("tags", "Labels, as one text."),
        ],
    ),
    (
        "case_events",
        &[
            ("case_id", "The case that it happened to."),
            ("event_id", "The event within its case. At equal instants the order of these decides."),
            ("at", "When it happened."),
            ("kind", "What happened."),
            ("actor_kind", "Who made it happen; nobody in particular where it is missing."),
            ("actor_id", "The person who made it happen."),
            ("public", "Whether the customer sees it. A message counts only when this is true."),
            ("field_from", "What held before."),
            ("field_to", "What holds now: the status, the person or the unit."),
        ],
    ),
    (
        "calls",
        &[
            ("call_id", "The contact, by the identifier of its source."),
            ("case_id", "The case that it belongs to."),
            ("customer_id", "The customer."),
            ("queue", "The queue in which the customer waited."),
            ("unit_id", "The unit that was to answer."),
            ("person_id", "The person who answered."),
            ("channel", "The kind of contact, in words of your own, for example `phone` or `counter`."),
            ("offered_at", "When the wait began."),
            ("answered_at", "When somebody answered; missing when nobody did."),
            ("ended_at", "When it ended."),
            ("abandoned_at", "When the customer gave up; missing when the customer did not."),
            ("hold_s", "How long the customer was put on hold, in seconds."),
            ("wrap_s", "How long the work after the contact took, in seconds."),
            ("transferred", "Whether it was passed on to somebody else."),
        ],
    ),
    (
        "responses",
        &[
            ("response_id", "The question as put to one person, by the identifier of its source."),
            ("survey", "The survey, in words of your own."),
            ("question", "The question, in words of your own."),
            ("scale_min", "The lowest answer that can be given."),
            ("scale_max", "The highest answer that can be given."),
            ("asked_at", "When it was asked."),
            ("answered_at", "When it was answered; missing when it was not."),
            ("score", "The answer as a number. One below `scale_min` or above `scale_max` puts the row aside."),
            ("choice", "The answer as one of several words."),
            ("text", "The answer in the words of the person."),
            ("case_id", "The case that it is about."),
            ("call_id", "The contact that it is about."),
            ("customer_id", "The customer who was asked."),
            ("person_id", "The employee whom it is about."),
            ("unit_id", "The unit that it is about."),
            ("wave", "The round of the survey, for example a month."),
        ],
    ),
    (
        "evaluations",
        &[
            ("evaluation_id", "The review, by the identifier of its source."),
            ("item", "The item of the review."),
            ("kind", "The kind of review, in words of your own, for example `mystery shop`."),
            ("at", "When the review took place."),
            ("person_id", "The person who was reviewed."),
            ("unit_id", "The unit that was reviewed."),
            ("evaluator_id", "The person who reviewed."),
            ("section", "The part of the form in which the item stands."),
            ("points", "The points that were given."),
            ("max_points", "The points that could be given."),
            ("critical", "Whether the item is a critical one."),
            ("case_id", "The case that was reviewed."),
        ],
    ),
    (
        "orders",
        &[
            ("order_id", "The sale, by the identifier of its source."),
            ("at", "When it was made."),
            ("customer_id", "The customer."),
            ("amount", "What was sold for, in the currency of the project."),
            ("unit_id", "The unit that sold."),
            ("person_id", "The person who sold."),
            ("refunded_at", "When money was paid back; missing when none was."),
            ("refunded_amount", "How much was paid back, in the currency of the project."),
        ],
    ),
    (
        "trainings",
        &[
            ("person_id", "The person."),
            ("course", "The course."),
            ("completed_on", "The day on which it was completed."),
            ("hours", "How long it took, in hours."),
            ("score", "The result, as a number."),
            ("passed", "Whether it was passed."),
            ("expires_on", "The day from which it no longer holds; missing when it does not expire."),
        ],
    ),
    (
        "worktime",
        &[
            ("person_id", "The person."),
            ("start_at", "When it began."),
            ("end_at", "When it ended."),
            ("kind", "What the time was for."),
            ("unit_id", "The unit that the person worked for."),
        ],
    ),
    (
        "calendars",
        &[
            ("calendar", "The name of the calendar."),
            ("valid_from", "The first day on which the hours held; since ever where it is missing."),
            ("valid_to", "The first day on which they no longer held; missing while they hold."),
            ("weekday", "The day of the week: 1 is Monday, 7 is Sunday."),
            ("opens_min", "When the hours begin, in minutes after midnight."),
            ("closes_min", "When they end, in minutes after midnight."),
        ],
    ),
    (
        "holidays",
        &[
            ("calendar", "The name of the calendar."),
            ("holiday_on", "The day."),
            ("from_min", "From when on it is closed, in minutes after midnight; the whole day where it is missing."),
            ("to_min", "Until when it is closed, in minutes after midnight; the whole day where it is missing."),
            ("name", "What people call the day."),
        ],
    ),
    (
        "observations",
        &[
            ("measure", "The name of the figure, by which a measure picks it in its `where`."),
            ("period_on", "A day of the period that the figure is about."),
            ("unit_id", "The unit that it is about."),
            ("person_id", "The person whom it is about."),
            ("numerator", "The figure, or what stands above the line."),
            ("denominator", "What stands below the line; missing when there is no line."),
            ("note", "What has to be known about it."),
            ("entered_by", "Who typed it in."),
            ("entered_at", "When it was typed in."),
        ],
    ),
    (
        "aliases",
        &[
            ("kind", "What the name is for."),
            ("id", "What the source says."),
            ("canonical_id", "The identifier in the record."),
        ],
    ),
    (
        "exclusions",
        &[
            ("table_name", "The table of the row."),
            ("key", "The key of the row."),
            ("reason", "Why it does not count."),
            ("decided_by", "Who decided."),
            ("at", "When."),
        ],
    ),
    (
        "case_facts",
        &[
            ("case_id", "As in `cases`."),
            ("opened_at", "As in `cases`."),
            ("solved_at", "When it was last solved; missing while it is not solved."),
            ("channel", "As in `cases`."),
            ("topic", "As in `cases`."),
            ("product", "As in `cases`."),
            ("priority", "As in `cases`."),
            ("customer_id", "As in `cases`."),
            ("unit_id", "As in `cases`."),
            ("person_id", "Who held it when it was last solved; while it is not solved, who holds it."),
            ("status", "The status after the last event; `closed` is told as `solved`."),
            ("is_complaint", "As in `cases`."),
            ("tags", "As in `cases`."),
            ("age_s", "From its opening until it was solved, or to the evaluation instant while it is not."),
            ("age_business_s", "The same within the working hours of its unit; missing where no calendar is known."),
            ("first_response_s", "From its opening to the first answer of an agent; missing until there is one."),
            (
                "first_response_business_s",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("next_response_s_max", "The longest wait for an answer; missing when nothing was answered."),
            (
                "next_response_business_s_max",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("next_response_s_sum", "The sum of these waits; missing when nothing was answered."),
            (
                "next_response_business_s_sum",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("next_response_n", "How many such waits there were."),
            ("first_resolution_s", "From its opening until it was first solved; missing until then."),
            (
                "first_resolution_business_s",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("full_resolution_s", "From its opening until it was last solved; missing while it is not solved."),
            (
                "full_resolution_business_s",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("requester_wait_s", "How long it was new, open or on hold."),
            (
                "requester_wait_business_s",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("agent_wait_s", "How long it was pending."),
            (
                "agent_wait_business_s",
                "The same within the working hours of its unit; missing where no calendar is known.",
            ),
            ("hold_s", "How long it was on hold."),
            ("hold_business_s", "The same within the working hours of its unit; missing where no calendar is known."),
            ("reopens", "How often it went from solved to another status."),
            ("agent_replies", "Public messages of agents."),
            ("customer_messages", "Public messages of the customer."),
            ("agents_involved", "How many people it was assigned to, or who answered as agents."),
            ("units_involved", "How many units it was in."),
            ("transfers", "How often it was assigned anew or moved to a unit after it was first assigned to a person."),
            ("escalated", "Whether it was ever escalated."),
            ("one_touch", "Whether it is solved, was never reopened, and took at most one public message of an agent."),
            (
                "repeat_within_7d",
                "Whether the customer came again with the topic within seven days after it was solved.",
            ),
            ("sla_policy", "The service level policy that holds for it; missing where none does."),
            ("sla_rule", "Which rule of that policy, from 1, in the version in force when it was opened."),
            (
                "sla_first_response_state",
                "How the promise about the first response stands; missing where nothing was promised or judged.",
            ),
            (
                "sla_first_response_met",
                "Whether it was kept; missing while it runs, and where nothing was promised or judged.",
            ),
            ("sla_first_response_due_at", "When the time is or was used up; missing while its clock stands still."),
            ("sla_first_response_breach_at", "When it was broken; missing where it was not."),
            ("sla_first_response_breach_person_id", "Who held the case then; missing where nobody did."),
            ("sla_first_response_breach_unit_id", "The unit that the case was in then."),
            (
                "sla_next_response_state",
                "How the promise about the next responses stands; missing where nothing was promised or judged.",
            ),
            (
                "sla_next_response_met",
                "Whether it was kept; missing while it runs, and where nothing was promised or judged.",
            ),
            (
                "sla_next_response_due_at",
                "Of the first wait that was too long, else of the latest one. When the time is or was used up; missing while its clock stands still.",
            ),
            ("sla_next_response_breach_at", "When it was broken; missing where it was not."),
            ("sla_next_response_breach_person_id", "Who held the case then; missing where nobody did."),
            ("sla_next_response_breach_unit_id", "The unit that the case was in then."),
            (
                "sla_resolution_state",
                "How the promise about the resolution stands; missing where nothing was promised or judged.",
            ),
            (
                "sla_resolution_met",
                "Whether it was kept; missing while it runs, and where nothing was promised or judged.",
            ),
            ("sla_resolution_due_at", "When the time is or was used up; missing while its clock stands still."),
            ("sla_resolution_breach_at", "When it was broken; missing where it was not."),
            ("sla_resolution_breach_person_id", "Who held the case then; missing where nobody did."),
            ("sla_resolution_breach_unit_id", "The unit that the case was in then."),
            (
                "sla_requester_wait_state",
                "How the promise about the wait of the customer stands; missing where nothing was promised or judged.",
            ),
            (
                "sla_requester_wait_met",
                "Whether it was kept; missing while it runs, and where nothing was promised or judged.",
            ),
            ("sla_requester_wait_due_at", "When the time is or was used up; missing while its clock stands still."),
            ("sla_requester_wait_breach_at", "When it was broken; missing where it was not."),
            ("sla_requester_wait_breach_person_id", "Who held the case then; missing where nobody did."),
            ("sla_requester_wait_breach_unit_id", "The unit that the case was in then."),
        ],
    ),
];

/// What a column means.
#[must_use]
pub fn meaning(table: &str, column: &str) -> &'static str {
    let own = OF_TABLES.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| *columns);
    own.iter().chain(OF_CONVENTIONS).find(|(name, _)| *name == column).map_or("", |(_, meaning)| *meaning)
}

/// What a column holds, in words.
fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Json => "JSON map",
        ColumnKind::Instant => "instant",
        ColumnKind::Day => "day",
        ColumnKind::Number => "number",
        ColumnKind::Whole => "whole number",
        ColumnKind::Flag => "true or false",
    }
}

/// Names as they stand in files.
fn names(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Where the rows of a table count unless a measure says otherwise.
fn placement(table: &Table) -> String {
    let time = match table.period_of {
        Some(column) => format!("By default `{column}` puts a row into its period"),
        None => "No column puts a row into a period by default".to_owned(),
    };
    let place = match (table.person, table.unit) {
        (Some(person), Some(unit)) => {
            format!("the person in `{person}` and that person's unit on the day, else for the unit in `{unit}`")
        }
        (Some(person), None) => format!("the person in `{person}` and that person's unit on the day"),
        (None, Some(unit)) => format!("the unit in `{unit}`"),
        (None, None) => "the organisation as a whole".to_owned(),
    };
    format!("{time}; a row counts for {place}.")
}

/// The columns of a table, as a table.
fn columns(out: &mut String, table: &str, columns: &[Column]) {
    out.push_str("| column | type | required | meaning |\n|---|---|---|---|\n");
    for column in columns {
        let required = if column.required { "yes" } else { "no" };
        let meaning = meaning(table, column.name);
        // Writing to a string cannot fail.
        let _ = write!(out, "| `{}` | {} | {required} | {meaning}", column.name, kind(column.kind));
        if !column.allowed.is_empty() {
            let _ = write!(out, " One of {}.", names(column.allowed));
        }
        out.push_str(" |\n");
    }
}

fn section(out: &mut String, table: &Table) {
    let key = names(table.key);
    let _ = writeln!(out, "\n### {}\nOne row is {}. Key: {key}. {}\n", table.name, table.row, placement(table));
    columns(out, table.name, table.columns);
}

/// The tables and columns of the service record as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from("## Columns that every table has\n\n");
    columns(&mut out, "", CONVENTIONS);
    out.push_str("\n## Tables that sources fill\n\n| table | one row is | key |\n|---|---|---|\n");
    for table in TABLES {
        let _ = writeln!(out, "| [`{0}`](#{0}) | {1} | {2} |", table.name, table.row, names(table.key));
    }
    for table in TABLES {
        section(&mut out, table);
    }
    out.push_str("\n## The table that evenkeel works out\n");
    out.push_str("Sources are not mapped onto it. Of the columns that every table has it carries `attributes` and\n");
    out.push_str("`source`, as in `cases`. Its durations are seconds.\n");
    section(&mut out, &CASE_FACTS);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../../../docs/reference/service-record.md");
    const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/service-record.md");
    /// What stands above this line is written by hand.
    const MARK: &str = "<!-- Everything below is written from the catalogue by a test. -->\n\n";

    #[test]
    fn the_document_says_what_the_catalogue_says() {
        let (preface, _) = DOCUMENT.split_once(MARK).unwrap();
        let wanted = format!("{preface}{MARK}{}", reference());
        if std::env::var("EVENKEEL_REFRESH").is_ok_and(|value| value == "1") {
            std::fs::write(PLACE, wanted).unwrap();
            return;
        }
        assert!(
            DOCUMENT == wanted,
            "docs/reference/service-record.md is stale; run this test with EVENKEEL_REFRESH=1 to write it again"
        );
    }

    #[test]
    fn every_column_has_one_meaning() {
        let wanted: Vec<(&str, Vec<&str>)> = TABLES
            .iter()
            .chain([&CASE_FACTS])
            .map(|table| (table.name, table.columns.iter().map(|column| column.name).collect()))
            .collect();
        let told: Vec<(&str, Vec<&str>)> = OF_TABLES
            .iter()
            .map(|(table, columns)| (*table, columns.iter().map(|(name, _)| *name).collect()))
            .collect();
        assert_eq!(told, wanted);
        let conventions: Vec<&str> = CONVENTIONS.iter().map(|column| column.name).collect();
        assert_eq!(OF_CONVENTIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), conventions);
        let all = OF_TABLES.iter().flat_map(|(_, columns)| columns.iter()).chain(OF_CONVENTIONS);
        for (name, meaning) in all {
            // A bar or a line break would end the cell of the table.
            assert!(meaning.ends_with('.') && !meaning.contains(['|', '\n']), "{name}: {meaning}");
        }
    }
}
