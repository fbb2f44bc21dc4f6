//! The page of what the record holds, and its rejected rows as files.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State as Shared};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use evenkeel_engine::export::quoted;
use evenkeel_lake::rejects::Reject;
use evenkeel_view::number::count;
use evenkeel_view::page::ImportState;
use evenkeel_view::words::rejected::{meaning, shape};
use serde::{Deserialize, Serialize};

use super::live::{HEARTBEAT, LATER};
use super::load::LOAD;
use super::{html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::Seen;
use crate::{World, WorldError};

/// The most rows that one file holds.
const MOST: usize = 1_000_000;

/// What the record holds.
pub(crate) async fn show(Shared(state): Shared<State>, Seen(world): Seen) -> Result<Html<String>, Failure> {
    let mut page = world.data_page(imports(&state, &world).await?, &links(&world)).await?;
    page.events_url = state.imports.is_some().then(|| "/data/events".to_owned());
    page.load_url = world.loads_files().then(|| LOAD.to_owned());
    html(&page)
}

/// How far the import comes that this server began by itself: an event for each step, upon which an open page asks again.
pub(crate) async fn events(Shared(state): Shared<State>, Seen(world): Seen) -> Result<impl IntoResponse, Failure> {
    if !world.sees_the_record() {
        return Err(WorldError::NotTheRecord.into());
    }
    let imports = state.imports.as_ref().ok_or_else(Failure::no_page)?;
    let told = |_: &_| (Event::default().event("step").data("step"), false);
    let full = || Failure::busy("Too many open pages listen. Load the page again to see how far it is.", LATER);
    let stream = state.live.follow(imports.running.watch(), told).ok_or_else(full)?;
    let events = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([(header::CACHE_CONTROL, "no-store")], events))
}

/// What came of the imports that this server and others began by themselves.
pub(crate) async fn imports(state: &State, world: &World) -> Result<BTreeMap<String, ImportState>, Failure> {
    match &state.imports {
        Some(imports) => Ok(imports.states(world.project()).await?),
        None => Ok(BTreeMap::new()),
    }
}

/// Which rejected rows are wanted.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    source: Option<String>,
}

/// A rejected row as everyone may see it: where it is and what is wrong, but not what stands there.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Told {
    source: String,
    table: String,
    file: Option<String>,
    line: Option<i64>,
    column: Option<String>,
    reason: String,
    meaning: &'static str,
    looks_like: Option<String>,
}

impl From<Reject> for Told {
    fn from(reject: Reject) -> Self {
        let Reject { source, table, file, line, column, value, reason, .. } = reject;
        let looks_like = shape(&table, column.as_deref(), value.as_deref());
        Self { meaning: meaning(&reason), looks_like, source, table, file, line, column, reason }
    }
}

/// The rejected rows as a file.
pub(crate) async fn rejected(
    Seen(world): Seen,
    Asked(Path(form)): Asked<Path<String>>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Response, Failure> {
    let write: fn(&[Told]) -> Result<String, serde_json::Error> = match form.as_str() {
        "rejected.csv" => |rows| Ok(csv(rows)),
        "rejected.ndjson" => ndjson,
        _ => return Err(Failure::not_found("There is no such file; there are rejected.csv and rejected.ndjson.")),
    };
    let content_type = if form.ends_with("csv") { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
    let source = wanted.source.as_deref();
    let total = world.rejected_count(source).await?;
    if total > MOST as u64 {
        let said = "rows were rejected, and one file holds at most";
        let (total, most) = (count(total), count(MOST as u64));
        return Err(Failure::bad(format!(
            "{total} {said} {most}. Ask for one source with `?source=`; `evenkeel rejects --limit 0` lists them all."
        )));
    }
    let rows: Vec<Told> = world.rejected(source, MOST).await?.into_iter().map(Told::from).collect();
    let text = write(&rows).map_err(|error| Failure::unwritten(&error))?;
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{form}\"")),
    ];
    Ok((headers, text).into_response())
}

/// Rejected rows as a file that everyone may see.
pub(crate) fn told_as_csv(rejects: impl Iterator<Item = Reject>) -> String {
    csv(&rejects.map(Told::from).collect::<Vec<_>>())
}

fn csv(rows: &[Told]) -> String {
    let mut text = "source,table,file,line,column,reason,meaning,looks_like\n".to_owned();
    for row in rows {
        let line = row.line.map(|line| line.to_string());
        let or_empty = |cell: &Option<String>| quoted(cell.as_deref().unwrap_or_default());
        let cells = [
            quoted(&row.source),
            quoted(&row.table),
            or_empty(&row.file),
            or_empty(&line),
            or_empty(&row.column),
            quoted(&row.reason),
            quoted(row.meaning),
            or_empty(&row.looks_like),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn ndjson(rows: &[Told]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&serde_json::to_string(row)?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(table: &str, column: Option<&str>, value: &str) -> Reject {
        Reject {
            source: "crm".to_owned(),
            table: table.to_owned(),
            file: Some("=cmd|raw/a.csv".to_owned()),
            line: Some(7),
            column: column.map(str::to_owned),
            value: Some(value.to_owned()),
            reason: "bad_instant".to_owned(),
            message: format!("`{value}` is not an instant"),
        }
    }

    #[test]
    fn files_do_not_say_what_stands_in_a_wrong_place_and_hold_no_formula() {
        let rows = [
            reject("cases", Some("opened_at"), "=HYPERLINK(\"Maria Lopez\")"),
            reject("cases", Some("assignee_id"), "E1042"),
            reject("cases", None, "a whole record with Maria Lopez"),
        ];
        let told: Vec<Told> = rows.into_iter().map(Told::from).collect();
        for text in [csv(&told), ndjson(&told).unwrap()] {
            for said in ["Maria", "Lopez", "E1042", "1042"] {
                assert!(!text.contains(said), "{said} in {text}");
            }
        }
        let text = csv(&told);
        assert_eq!(text.lines().count(), 4);
        let first = text.lines().nth(1).unwrap();
        assert!(first.starts_with("crm,cases,'=cmd|raw/a.csv,7,opened_at,bad_instant,"), "{first}");
        assert!(first.ends_with("\"'=a(\"\"a a\"\")\""), "{first}");
    }
}
