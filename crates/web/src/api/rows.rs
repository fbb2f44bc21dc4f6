//! The rows behind a number.

use axum::extract::Path;
use axum::routing::get;
use evenkeel_engine::rows::{self, Order};
use evenkeel_view::page::RowsList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{self, Answer};
use super::caller::{Caller, Form};
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, PeriodText, looking};
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::links;
use crate::routes::rows::csv;
use crate::world::told::place_of;

/// The most rows of one answer.
const MOST: u32 = 10_000;
/// The rows of one answer, when nothing is said.
const USUAL: u32 = 100;
/// The furthest row.
const LAST: u64 = 1_000_000_000;

/// Which rows are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
    /// How many rows come before the first one that is wanted. Without it none.
    #[schemars(range(max = LAST))]
    from: Option<u64>,
    /// The column by which the rows are put in order, with `-` before it for the largest value first: `-opened_at`.
    /// Columns that say who put nothing in order. Without it the latest come first.
    order: Option<String>,
    /// How many rows are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/rows/{measure}/{unit}",
        id: "rows",
        summary: "the rows behind a number",
        says: "The rows of the record that a measure counts, of a unit or a person, latest first unless `order` says otherwise; for whoever may see them. They are of the period that was asked for, also where the \
               scorecard tells a figure of several months because one has too few rows (`rolling`). \
               Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns, where the header `Link` says what \
               follows. A look at people is recorded in the audit trail.",
        query: fields_of::<Wanted>,
        data: schema_of::<RowsList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(
    caller: Caller,
    Part(Path((name, unit))): Part<Path<(String, String)>>,
    Asked(Wanted { period, from, order, limit }): Asked<Wanted>,
) -> Result<Answer, Failure> {
    let form = caller.form()?;
    let world = &caller.world;
    let measure = world.measure(&name)?;
    let subject = world.subject(Some(&unit)).map_err(|error| Failure::of_measure(error, measure))?;
    let looked = looking(period, None, None).place(world, None)?;
    let limit = within("limit", limit.unwrap_or(USUAL), 1, MOST)?;
    let from = within("from", from.unwrap_or_default(), 0, LAST)?;
    let order = order.as_deref().filter(|order| !order.is_empty()).map(Order::parse);
    let wanted = rows::Wanted { first: from as usize, limit: limit as usize, order };
    let records = world.rows(measure, &subject, looked.period, &wanted).await?;
    let shown = records.rows.len() as u64;
    let after = from + shown;
    let next = (shown > 0 && after < records.total).then(|| {
        let (measure, period) = (links::part(measure.id.as_str()), looked.period.id(world.project().fiscal_year));
        let unit = links::part(&subject.to_string());
        let order = wanted.order.as_ref().map(|order| format!("&order={}", links::part(&order.to_string())));
        let order = order.unwrap_or_default();
        format!("/api/v1/rows/{measure}/{unit}?period={period}{order}&from={after}&limit={limit}")
    });
    match form {
        Form::Csv => Ok(answer::csv(csv(&records), next)),
        Form::Parquet | Form::ArrowStream => answer::table(form, &records.typed(), next),
        Form::Json => {
            let place = place_of(&subject, &looked);
            let list = RowsList {
                table: records.table,
                total: records.total,
                withheld: records.withheld,
                from,
                columns: records.columns,
                rows: records.rows,
                next,
            };
            caller.tells(&place, &list)
        }
    }
}

/// A number, where it lies within its bounds.
pub(super) fn within<N: Copy + PartialOrd + std::fmt::Display>(
    name: &str,
    given: N,
    low: N,
    high: N,
) -> Result<N, Failure> {
    if given < low || given > high {
        return Err(Failure::bad(format!("`{name}` is {given}; it has to lie between {low} and {high}.")));
    }
    Ok(given)
}
