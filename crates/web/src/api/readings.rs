//! Readings as a long table.

use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_view::page::ReadingList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::question::{Asked, PeriodText};
use super::rows::within;
use crate::error::Failure;
use crate::links::part;
use crate::world::readings::Selected;

/// The most readings of one answer.
const MOST: u32 = 10_000;
/// The readings of one answer, when nothing is said.
const USUAL: u32 = 1_000;

/// Which readings are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The identifier of a measure. Without it all measures of the project.
    measure: Option<String>,
    /// The identifier or name of a unit. Without it all units that you may see.
    unit: Option<String>,
    /// The first period; its length is that of all. Without it the first month of which anything is known.
    from: Option<PeriodText>,
    /// The period with which they end. Without it the one in which today lies.
    to: Option<PeriodText>,
    /// The reading after which to go on, as `next` has it: measure, unit and period with spaces between.
    #[schemars(regex(pattern = "^[^ ]+ [^ ]+ [^ ]+$"))]
    after: Option<String>,
    /// How many readings are wanted at most. Without it 1,000.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/readings",
        id: "readings",
        summary: "readings as a long table",
        says: "Numerator, denominator, number of rows, value and likely range of every measure, unit and period that you may \
               see, by measure, unit and period. Asked for as `text/csv`, Parquet or Arrow, the same with the columns of \
               `evenkeel readings`, where the header `Link` says what follows. People are not told.",
        query: fields_of::<Wanted>,
        data: schema_of::<ReadingList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    // What cannot be told in the form that is asked for is not worked out.
    caller.form()?;
    let limit = within("limit", wanted.limit.unwrap_or(USUAL), 1, MOST)?;
    let text = |period: &Option<PeriodText>| period.as_ref().map(|PeriodText(text)| text.clone());
    let selected = Selected {
        measure: wanted.measure.clone(),
        unit: wanted.unit.clone(),
        from: text(&wanted.from),
        to: text(&wanted.to),
        after: wanted.after.as_deref().map(place_after).transpose()?,
        limit: limit as usize,
    };
    let (readings, more) = caller.world.readings(&selected).await?;
    let last = readings.last().filter(|_| more);
    let next = last.map(|last| {
        let mut next = format!("/api/v1/readings?limit={limit}");
        for (name, value) in [
            ("measure", selected.measure.as_ref()),
            ("unit", selected.unit.as_ref()),
            ("from", selected.from.as_ref()),
            ("to", selected.to.as_ref()),
        ] {
            if let Some(value) = value {
                next.extend(["&", name, "=", &part(value)]);
            }
        }
        let place = [&last.measure, &last.unit, &last.period].map(|text| part(text)).join(" ");
        format!("{next}&after={}", part(&place))
    });
    caller.lists(&ReadingList { readings, next: next.clone() }, table, next)
}

/// The measure, unit and period of the last reading that a program has.
fn place_after(text: &str) -> Result<[String; 3], Failure> {
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let parts: Vec<&str> = text.split(' ').collect();
    match parts.as_slice() {
        [measure, unit, period] if parts.iter().all(|part| !part.is_empty()) => {
            Ok([decoded(measure), decoded(unit), decoded(period)])
        }
        _ => Err(Failure::bad(format!(
            "`{text}` is no place in the readings; take it as the answer before has it as `next`."
        ))),
    }
}

/// The columns of `evenkeel readings`.
fn table(list: &ReadingList) -> Table {
    let of = || list.readings.iter();
    Table::default()
        .texts("measure", of().map(|reading| Some(reading.measure.as_str())))
        .texts("level", of().map(|reading| Some(reading.level.as_str())))
        .texts("unit", of().map(|reading| Some(reading.unit.as_str())))
        .texts("period", of().map(|reading| Some(reading.period.as_str())))
        .numbers("numerator", of().map(|reading| reading.numerator))
        .numbers("denominator", of().map(|reading| reading.denominator))
        .wholes("n", of().map(|reading| i64::try_from(reading.n).ok()))
        .numbers("value", of().map(|reading| Some(reading.value)))
        .numbers("low", of().map(|reading| reading.low))
        .numbers("high", of().map(|reading| reading.high))
        .texts("definition_version", of().map(|reading| Some(reading.definition_version.as_str())))
        .texts("data_version", of().map(|reading| Some(reading.data_version.as_str())))
}
