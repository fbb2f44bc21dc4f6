//! By what the figure of a measure can be divided on its page: attributes of its rows, of their cases and customers.
//!
//! Unlike a case mix ([`crate::comparison::case_mix`]), which makes figures like for like, a breakdown may show how things
//! went (the state of a case, how often it changed hands). It must not show who: people have their own records, and are
//! compared like for like or not at all.

use crate::comparison::case_mix::{Attribute, Origin, tells_a_decision};
use crate::measure::Measure;
use crate::record::{self, Column, ColumnKind, Table};

/// A group of the rows behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Those with a value.
    Value(String),
    /// Those with values that are too rare to stand by themselves.
    Others,
    /// Those with none.
    NotKnown,
}

/// Texts that tell rows apart, or are written freely; and a unit, which has a table of its own on the page.
const NEVER: [&str; 8] = ["text", "note", "name", "measure", "batch_id", "unit_id", "parent_id", "calendar"];

/// Whole numbers that are small, so that rows can be divided by them.
const SMALL: [&str; 6] =
    ["reopens", "transfers", "agent_replies", "customer_messages", "agents_involved", "units_involved"];

/// Parts of names in `attributes` that say who somebody is.
const WHO: [&str; 9] = ["person", "people", "employee", "handled", "user", "mail", "login", "evaluator", "colleague"];

/// What says the same as another column that is offered, or nothing to a reader.
const REPEATED: [&str; 4] =
    ["sla_first_response_met", "sla_next_response_met", "sla_resolution_met", "sla_requester_wait_met"];

/// The attributes by which the figure of a measure can be divided, as far as the model knows them; what lies in the JSON map
/// `attributes` of a source is known to the record alone. Nothing for measures that are worked out from others, and for
/// those of which small figures are withheld: what a group is told would tell what another one said.
#[must_use]
pub fn attributes(measure: &Measure) -> Vec<Attribute> {
    let earlier = measure.earlier.iter().map(|earlier| earlier.measure.as_ref());
    let mut definitions = earlier.chain([measure]);
    // A part of an earlier definition may be withheld as well.
    if definitions.any(|one| one.withhold_below.is_some() || !one.formula.parts().is_empty()) {
        return Vec::new();
    }
    let tables: Vec<&Table> = measure.tables().into_iter().filter_map(record::readable_table).collect();
    let Some(first) = tables.first() else { return Vec::new() };
    let of = |origin: Origin| move |column: &Column| Attribute { origin, name: column.name.to_owned() };
    let mut found: Vec<Attribute> = offered(first).map(of(Origin::Row)).collect();
    // Rows of the case clock have what their case was like themselves.
    if first.name != "cases" && first.name != "case_facts" {
        found.extend(record::table("cases").into_iter().flat_map(offered).map(of(Origin::Case)));
    }
    if first.name != "customers" {
        found.extend(record::table("customers").into_iter().flat_map(offered).map(of(Origin::Customer)));
    }
    found.retain(|attribute| tables.iter().all(|table| has(table, attribute)));
    // Where a case came from says where its row did, and what is related to each other comes from different sources.
    found.retain(|attribute| attribute.name != "source" || attribute.origin == Origin::Row && tables.len() == 1);
    found
}

/// The attribute that a text names, where it is one of these or lies in the JSON map of all tables of the measure.
#[must_use]
pub fn attribute(text: &str, measure: &Measure) -> Option<Attribute> {
    let known = attributes(measure);
    let name = text.strip_prefix("attributes.").filter(|name| may_divide(name) && !known.is_empty());
    let name = name.filter(|_| measure.tables().len() == 1);
    let of_rows = name.map(|name| Attribute { origin: Origin::Attributes, name: name.to_owned() });
    known.into_iter().find(|attribute| attribute.to_string() == text).or(of_rows)
}

/// Whether a name in the JSON map `attributes` may divide figures: not, where it says who serves.
#[must_use]
pub fn may_divide(name: &str) -> bool {
    let lower = name.to_lowercase();
    let says_who =
        record::TABLES.iter().flat_map(Table::all_columns).any(|column| column.names_person && column.name == lower);
    !name.trim().is_empty() && !says_who && !tells_a_decision(name) && !WHO.iter().any(|part| lower.contains(part))
}

/// Whether rows of a table have an attribute.
fn has(table: &Table, attribute: &Attribute) -> bool {
    match attribute.origin {
        Origin::Row => offered(table).any(|column| column.name == attribute.name),
        Origin::Attributes => table.column("attributes").is_some(),
        Origin::Customer => table.column("customer_id").is_some(),
        Origin::Case => table.column("case_id").is_some(),
    }
}

/// The columns of a table that can divide its rows.
fn offered(table: &Table) -> impl Iterator<Item = &'static Column> + use<> {
    let name = table.name;
    let columns = record::readable_table(name).into_iter().flat_map(Table::all_columns);
    columns.filter(|column| {
        let divides = match column.kind {
            ColumnKind::Text => !column.name.ends_with("_id"),
            ColumnKind::Flag => true,
            ColumnKind::Whole => SMALL.contains(&column.name),
            ColumnKind::Json | ColumnKind::Instant | ColumnKind::Day | ColumnKind::Number => false,
        };
        divides && !column.names_person && !NEVER.contains(&column.name) && !REPEATED.contains(&column.name)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::measure::{Amount, EarlierDefinition, Expression, Formula, Rows, Side};

    fn rows(table: &str) -> Rows {
        let period_of = Expression("at".to_owned());
        Rows { table: table.to_owned(), conditions: Vec::new(), period_of, person: None, unit: None }
    }

    fn measure(formula: Formula) -> Measure {
        Measure { formula, ..crate::composite::tests::measure("m").as_ref().clone() }
    }

    fn names(measure: &Measure) -> Vec<String> {
        attributes(measure).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_rows_cases_and_customers_are_like() {
        let answers = names(&measure(Formula::Count { rows: rows("responses") }));
        let wanted = "survey question choice wave source case.channel case.topic case.product case.priority case.status \
                      case.is_complaint case.tags customer.segment customer.region";
        assert_eq!(answers, wanted.split_whitespace().collect::<Vec<_>>());
        let cases = names(&measure(Formula::Count { rows: rows("case_facts") }));
        for name in ["channel", "sla_resolution_state", "transfers", "one_touch", "customer.segment", "source"] {
            assert!(cases.iter().any(|known| known == name), "{name}: {cases:?}");
        }
    }

    /// Of no table is anybody told who.
    #[test]
    fn nobody_is_told_apart() {
        for table in record::TABLES.iter().chain([&record::CASE_FACTS]) {
            for attribute in attributes(&measure(Formula::Count { rows: rows(table.name) })) {
                let other = match attribute.origin {
                    Origin::Row | Origin::Attributes => table.name,
                    Origin::Case => "cases",
                    Origin::Customer => "customers",
                };
                let column = record::readable_table(other).unwrap().column(&attribute.name).unwrap();
                assert!(!column.names_person && !column.name.ends_with("_id"), "{}.{attribute}", table.name);
            }
        }
        assert!(may_divide("reason") && may_divide("status"));
        for name in ["person_id", "assignee_id", "Handled by", "user", "e-mail", "NAME", "employee"] {
            assert!(!may_divide(name), "{name}");
        }
        assert!(!may_divide("Agent name") && !may_divide("owner") && !may_divide(" "));
    }

    /// What is not known of both sides divides neither.
    #[test]
    fn both_sides_are_divided() {
        let side = |table: &str| Side { rows: rows(table), amount: Amount::Count };
        let ratio =
            |one: &str, other: &str| names(&measure(Formula::Ratio { numerator: side(one), denominator: side(other) }));
        assert_eq!(ratio("case_facts", "calls"), ["channel", "customer.segment", "customer.region"]);
        assert_eq!(ratio("case_facts", "orders"), ["customer.segment", "customer.region"]);
        assert_eq!(ratio("calls", "worktime"), [""; 0]);
    }

    #[test]
    fn what_is_withheld_is_not_divided() {
        let plain = measure(Formula::Count { rows: rows("responses") });
        let withheld = Measure { withhold_below: Some(5), ..plain.clone() };
        assert!(attributes(&withheld).is_empty());
        let mut earlier = plain.clone();
        let until = jiff::civil::date(2026, 1, 1);
        earlier.earlier = vec![EarlierDefinition { until, reason: String::new(), measure: Arc::new(withheld) }];
        assert!(attributes(&earlier).is_empty());
        assert!(!attributes(&plain).is_empty());
    }
}
