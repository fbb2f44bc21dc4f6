//! Expressions where pseudonyms stand for people: what can be asked of them, and what would be answered wrongly.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use evenkeel_model::record;

/// Columns that may be people and may be something else, which only another column tells.
const SOMETIMES: [&str; 2] = ["field_from", "field_to"];
/// Columns of `people` that stand empty.
const EMPTY: [&str; 2] = ["name", "email"];

/// The first column of which an expression asks what a pseudonym does not answer: who somebody is, not whether two are
/// the same.
pub(crate) fn tells_people_apart(expression: &Expr, table: &str) -> Option<String> {
    let table = record::readable_table(table)?;
    let empty = |expression: &Expr| match expression {
        Expr::Column(column) if table.name == "people" && EMPTY.contains(&column.name.as_str()) => {
            Some(column.name.clone())
        }
        _ => None,
    };
    let mut found = None;
    let walked = expression.apply(|node| {
        found = empty(node).or_else(|| asked(node, table));
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    // Nothing in it fails.
    walked.ok().and(found)
}

/// What is said of an expression that asks too much of a column.
pub(crate) fn refusal(column: &str) -> String {
    format!("`{column}` tells nobody apart in this project, which keeps people apart by pseudonyms")
}

/// The column of a person that a part of an expression asks too much of.
fn asked(node: &Expr, table: &record::Table) -> Option<String> {
    let may_be_asked = match node {
        Expr::Alias(_) | Expr::Cast(_) | Expr::TryCast(_) | Expr::IsNull(_) | Expr::IsNotNull(_) => true,
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let same =
                matches!(op, Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom);
            *op == Operator::StringConcat || same && person(left, table).is_some() && person(right, table).is_some()
        }
        Expr::ScalarFunction(function) => keeps_apart(function.name()),
        Expr::Case(case) => case.expr.is_none(),
        _ => false,
    };
    if may_be_asked {
        return None;
    }
    let mut found = None;
    let walked = node.apply_children(|child| {
        found = person(child, table);
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    walked.ok().and(found)
}

/// Whether what a function gives differs where people do, and says no more of them: texts may be put together to be
/// counted, and something may stand in for nobody.
fn keeps_apart(function: &str) -> bool {
    matches!(function, "coalesce" | "nullif" | "nvl" | "concat" | "concat_ws")
}

/// The column of the person that an expression yields; none where it yields something else.
fn person(expression: &Expr, table: &record::Table) -> Option<String> {
    match expression {
        Expr::Column(column) => {
            let name = column.name.as_str();
            let names = table.column(name).is_some_and(|column| column.names_person);
            (names && !SOMETIMES.contains(&name)).then(|| name.to_owned())
        }
        Expr::Alias(alias) => person(&alias.expr, table),
        Expr::Cast(cast) => person(&cast.expr, table),
        Expr::TryCast(cast) => person(&cast.expr, table),
        Expr::ScalarFunction(function) if keeps_apart(function.name()) => {
            function.args.iter().find_map(|argument| person(argument, table))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::StringConcat, right }) => {
            person(left, table).or_else(|| person(right, table))
        }
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
            results.into_iter().find_map(|then| person(then, table))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::common::DFSchema;
    use datafusion::prelude::SessionContext;

    use super::*;

    #[test]
    fn who_somebody_is_cannot_be_asked_of_a_pseudonym() {
        let context = SessionContext::new();
        let ask = |table: &str, text: &str| {
            let columns = record::readable_table(table).unwrap().all_columns();
            let fields: Vec<Field> = columns.map(|column| Field::new(column.name, DataType::Utf8, true)).collect();
            let schema = DFSchema::try_from(Arc::new(Schema::new(fields))).unwrap();
            tells_people_apart(&context.parse_sql_expr(text, &schema).unwrap(), table)
        };
        for asked in [
            "person_id is not null",
            "person_id",
            "coalesce(evaluator_id, person_id)",
            "coalesce(person_id, '') || ' ' || item",
            "coalesce(person_id, 'nobody') <> coalesce(evaluator_id, 'nobody')",
            "person_id <> evaluator_id and kind = 'quality'",
            "case when kind = 'quality' then evaluator_id else person_id end",
            "cast(person_id as varchar) = evaluator_id",
        ] {
            assert_eq!(ask("evaluations", asked), None, "{asked}");
        }
        for asked in [
            "person_id = 'E1'",
            "person_id in ('E1', 'E2')",
            "person_id like 'E%'",
            "'E1' <> coalesce(person_id, evaluator_id)",
            "length(person_id) > 3",
            "person_id < evaluator_id",
            "person_id || 'x' = 'E1x'",
            "coalesce(person_id, 'nobody') = 'nobody'",
            "substr(person_id, 1, 1)",
            "case person_id when 'E1' then 'a' else 'b' end",
            "not (kind = 'quality' and cast(person_id as varchar) = 'E1')",
        ] {
            assert_eq!(ask("evaluations", asked).as_deref(), Some("person_id"), "{asked}");
        }
        assert_eq!(ask("people", "name is not null").as_deref(), Some("name"));
        assert_eq!(ask("case_events", "field_to = 'solved'"), None);
        assert_eq!(
            ask("case_facts", "sla_resolution_breach_person_id = 'E1'").as_deref(),
            Some("sla_resolution_breach_person_id")
        );
    }
}
