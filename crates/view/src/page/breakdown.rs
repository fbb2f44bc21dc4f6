//! The figure of a measure divided by an attribute of its rows: each group with its likely range, on one scale.

use evenkeel_model::breakdown::Group;
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::record::{self, ColumnKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::Interval;
use crate::chart::interval::Span;
use crate::number::{self, Figure, Format, Range};
use crate::page::below::{bar_heading, span_of};
use crate::page::context::Context;
use crate::page::row::{StatusMark, counted_noun, goals, likely_range, out_of};
use crate::words;

/// By what a figure can be divided, and the figure of each group where that was asked for.
#[derive(Debug, Clone, Default)]
pub struct BreakdownDetail {
    /// The attributes that are offered.
    pub attributes: Vec<Attribute>,
    /// What was asked for.
    pub divided: Option<Divided>,
}

/// A figure by group.
#[derive(Debug, Clone)]
pub struct Divided {
    /// By what it is divided.
    pub attribute: Attribute,
    /// The measure of each group, in the same unit and period.
    pub groups: Vec<(Group, MeasureResult)>,
}

/// A figure divided by an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Breakdown {
    /// The attribute, as an address has it: `customer.segment`.
    pub by: String,
    /// What it is called: `segment of the customer`.
    pub name: String,
    /// What the bars show and on which scale.
    #[serde(skip)]
    pub bar_heading: String,
    /// The months that all figures are of, where the one that was asked for has too few rows: `2026-08..2026-10`.
    pub rolling: Option<String>,
    /// Why there is no figure of all rows.
    pub missing: Option<String>,
    /// What is counted: `answers`.
    pub counted: String,
    /// In which order the groups stand.
    #[serde(skip)]
    pub order: String,
    /// All rows together.
    pub all: GroupRow,
    /// The groups that have a figure in the period.
    pub groups: Vec<GroupRow>,
}

/// What kind of group it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Rows with one value.
    Value,
    /// Rows with values that are too rare in the whole record to stand by themselves.
    Others,
    /// Rows without a value.
    NotKnown,
    /// All rows.
    All,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GroupRow {
    /// What kind of group it is.
    pub kind: GroupKind,
    /// The value that its rows have in the record; none for what is no single value.
    pub group: Option<String>,
    /// What people call it.
    pub name: String,
    /// The figure.
    pub value: Figure,
    /// The interval that likely holds the true value.
    pub likely_range: Option<Range>,
    /// How many rows stand behind it, or what they are related to.
    pub n: u64,
    /// The same as text.
    #[serde(skip)]
    pub count: String,
    /// Whether the target of the unit is met.
    pub status: StatusMark,
    /// The bar.
    #[serde(skip)]
    pub bar: Interval,
}

impl GroupRow {
    /// Whether it stands for all rows.
    pub(crate) fn is_all(&self) -> bool {
        self.kind == GroupKind::All
    }
}

/// How a figure can be divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownForm {
    /// Where the form is sent.
    pub action: String,
    /// What it sends along.
    pub fields: Vec<(&'static str, String)>,
    /// The attributes: as addresses have them, what they are called, whether it is the present one.
    pub choices: Vec<(String, String, bool)>,
}

impl BreakdownForm {
    /// The form; none where nothing is offered.
    #[must_use]
    pub(crate) fn new(detail: &BreakdownDetail, result: &MeasureResult, context: &Context<'_>) -> Option<Self> {
        let (action, fields) = context.links.breakdown_form(&result.measure.id, &context.place)?;
        let chosen = detail.divided.as_ref().map(|divided| &divided.attribute);
        let mut attributes: Vec<&Attribute> = detail.attributes.iter().collect();
        // One that was asked for by its name need not be among those that are offered.
        attributes.extend(chosen.filter(|chosen| !detail.attributes.contains(chosen)));
        let choice = |attribute: &&Attribute| (attribute.to_string(), name_of(attribute), chosen == Some(*attribute));
        let mut choices: Vec<(String, String, bool)> = attributes.iter().map(choice).collect();
        choices.sort_by(|a, b| a.1.to_lowercase().cmp(&b.1.to_lowercase()).then_with(|| a.0.cmp(&b.0)));
        (!choices.is_empty()).then_some(Self { action, fields, choices })
    }
}

impl Breakdown {
    /// The figure by group, beside that of all rows.
    #[must_use]
    pub fn new(divided: &Divided, whole: &MeasureResult, format: &Format, fiscal: FiscalYear) -> Self {
        // A group may have something above the line alone.
        let known = |result: &MeasureResult| {
            let above = result.reading.numerator.is_some_and(|numerator| numerator != 0.0);
            result.reading.n > 0 || out_of(result) > 0 || above
        };
        let mut groups: Vec<&(Group, MeasureResult)> =
            divided.groups.iter().filter(|(_, result)| known(result)).collect();
        let number = |group: &Group| match group {
            Group::Value(value) => value.parse::<f64>().ok(),
            Group::Others | Group::NotKnown => None,
        };
        let named = |group: &Group| matches!(group, Group::Value(_));
        let values = || groups.iter().filter(|(group, _)| named(group));
        let by_number = values().count() > 0 && values().all(|(group, _)| number(group).is_some());
        groups.sort_by(|(a, of_a), (b, of_b)| {
            let by_value = match (number(a), number(b)) {
                (Some(a), Some(b)) if by_number => a.total_cmp(&b),
                _ if named(a) && named(b) => out_of(of_b).cmp(&out_of(of_a)),
                _ => std::cmp::Ordering::Equal,
            };
            named(b).cmp(&named(a)).then(by_value).then_with(|| a.cmp(b))
        });
        let mut results: Vec<&MeasureResult> = groups.iter().map(|(_, result)| result).collect();
        results.push(whole);
        let span = span_of(&results);
        let has_ranges = results.iter().any(|result| result.likely_range.is_some());
        let counted = counted_noun(&whole.measure);
        let order = if by_number { "by number" } else { "the most frequent first" };
        Self {
            by: divided.attribute.to_string(),
            name: name_of(&divided.attribute),
            bar_heading: bar_heading(whole, has_ranges, span, format),
            counted,
            order: match whole.rolling {
                Some(rolling) => format!("{}, {order}", words::period::over(rolling.period)),
                None => order.to_owned(),
            },
            missing: whole.missing.as_ref().map(|missing| words::missing(missing, &whole.measure)),
            rolling: whole.rolling.map(|rolling| rolling.period.id(fiscal)),
            all: row(GroupKind::All, None, "all".to_owned(), whole, span, format),
            groups: groups
                .into_iter()
                .map(|(group, result)| group_row(&divided.attribute, group, result, span, format))
                .collect(),
        }
    }
}

fn group_row(attribute: &Attribute, group: &Group, result: &MeasureResult, span: Span, format: &Format) -> GroupRow {
    let (kind, value, name) = match group {
        Group::Value(value) => (GroupKind::Value, Some(value.clone()), value_name(attribute, value)),
        Group::Others => (GroupKind::Others, None, "all that are rarer".to_owned()),
        Group::NotKnown => (GroupKind::NotKnown, None, "not recorded".to_owned()),
    };
    row(kind, value, name, result, span, format)
}

fn row(
    kind: GroupKind,
    group: Option<String>,
    name: String,
    result: &MeasureResult,
    span: Span,
    format: &Format,
) -> GroupRow {
    let range = result.likely_range.filter(|_| result.reading.value.is_some());
    let n = out_of(result);
    GroupRow {
        kind,
        group,
        name,
        value: result.reading.value.map_or_else(|| Figure::words("no figure"), |value| format.figure(value)),
        likely_range: likely_range(result, format),
        n,
        count: number::count(n),
        status: result.status.into(),
        bar: Interval::new(span, result.reading.value, range, &goals(result), result.status),
    }
}

/// What people call an attribute.
#[must_use]
pub fn name_of(attribute: &Attribute) -> String {
    let name = match attribute.name.as_str() {
        _ if attribute.origin == Origin::Attributes => format!("{}, as the source says it", attribute.name),
        "is_complaint" => "complaint or not".to_owned(),
        "one_touch" => "solved at one touch or not".to_owned(),
        "repeat_within_7d" => "repeated within 7 days or not".to_owned(),
        "escalated" => "escalated or not".to_owned(),
        "sla_policy" => "service level policy".to_owned(),
        "sla_first_response_state" => "promised first response".to_owned(),
        "sla_next_response_state" => "promised next response".to_owned(),
        "sla_resolution_state" => "promised resolution".to_owned(),
        "sla_requester_wait_state" => "promised waiting time".to_owned(),
        "reopens" => "number of reopenings".to_owned(),
        "transfers" => "number of transfers".to_owned(),
        name => name.replace('_', " "),
    };
    match attribute.origin {
        Origin::Row | Origin::Attributes => name,
        Origin::Case => format!("{name} of the case"),
        Origin::Customer => format!("{name} of the customer"),
    }
}

/// What people call one of its values.
fn value_name(attribute: &Attribute, value: &str) -> String {
    let tables = record::TABLES.iter().chain([&record::CASE_FACTS]);
    let mut columns = tables.filter_map(|table| table.column(&attribute.name));
    let is_flag = attribute.origin != Origin::Attributes && columns.any(|column| column.kind == ColumnKind::Flag);
    match value {
        "true" if is_flag => "yes".to_owned(),
        "false" if is_flag => "no".to_owned(),
        "" => "empty".to_owned(),
        _ => value.to_owned(),
    }
}

impl Breakdown {
    /// What the column of groups is called: `Topic`.
    #[must_use]
    pub fn group_heading(&self) -> String {
        words::capitalised(&self.name)
    }

    /// The groups, and all rows together behind them.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &GroupRow> {
        self.groups.iter().chain(std::iter::once(&self.all))
    }

    /// What the column of counts is called: `Answers`.
    #[must_use]
    pub fn count_heading(&self) -> String {
        words::capitalised(&self.counted)
    }
}
