//! All rows behind a number, as a CSV file.

use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use evenkeel_engine::export::quoted;
use evenkeel_engine::rows::{Records, Wanted};
use evenkeel_view::number::count;
use evenkeel_view::page::chart_file::plain;

use super::Looking;
use crate::asked::Asked;
use crate::error::Failure;
use crate::visit::Seen;

/// The most rows that one file holds.
const MOST: usize = 1_000_000;

pub(crate) async fn file(
    Seen(world): Seen,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    let measure = world.measure(&measure)?;
    let subject = world.subject(Some(&unit)).map_err(|error| Failure::of_measure(error, measure))?;
    let period = looking.place(&world, None)?.period;
    let wanted = Wanted { first: 0, limit: MOST, ..looking.rows()? };
    let records = world.rows(measure, &subject, period, &wanted).await?;
    if let Some(message) = too_many(records.total) {
        return Err(Failure::bad(message));
    }
    let text = csv(&records);
    let name = format!(
        "{}-{}-{}.csv",
        plain(measure.id.as_str()),
        plain(&subject.to_string()),
        plain(&period.id(world.project().fiscal_year))
    );
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, text).into_response())
}

/// Records as comma-separated text. Columns that say who are there only for whoever may see that.
pub(crate) fn csv(records: &Records) -> String {
    let mut text = String::new();
    let header: Vec<String> = records.columns.iter().map(|name| quoted(name)).collect();
    text.push_str(&header.join(","));
    text.push('\n');
    for row in &records.rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell.as_deref().unwrap_or_default())).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// What is said of more rows than a file holds; a file that ends early would look whole.
fn too_many(rows: u64) -> Option<String> {
    (rows > MOST as u64).then(|| {
        format!(
            "There are {} rows behind this number, and one file holds at most {}. Choose a shorter period or a smaller \
             unit; `evenkeel rows` with `--limit 0` lists them all.",
            count(rows),
            count(MOST as u64)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_refused() {
        assert_eq!(too_many(1_000_000), None);
        assert!(too_many(1_000_001).is_some_and(|said| said.starts_with("There are 1,000,001 rows")));
    }
}
