//! What a number was worked out from, in a terminal: the same as a query, and the versions of everything.

use std::collections::BTreeMap;

use super::{Style, clean, paragraph, push_line, section};
use crate::number;

/// What a number was worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Provenance<'a> {
    /// The same as a query over the lake.
    pub query: &'a str,
    /// Which definition it is.
    pub definition: &'a str,
    /// The digest of the content that was read.
    pub data_version: &'a str,
    /// The Delta version of each table that was read.
    pub table_versions: &'a BTreeMap<String, u64>,
    /// The evaluation instant, in ISO 8601.
    pub as_of: &'a str,
    /// Of the rows behind the measure, how many belong to a unit, and how many there are.
    pub coverage: Option<(u64, u64)>,
    /// How many rows of the tables that were read do not count by a person's decision.
    pub left_out: u64,
}

/// What a number was worked out from, as text.
#[must_use]
pub fn provenance(provenance: &Provenance<'_>, style: Style) -> String {
    let mut out = String::new();
    section(&mut out, "As a query over the lake", style);
    for line in provenance.query.lines() {
        push_line(&mut out, &format!("    {}", clean(line)));
    }
    section(&mut out, "Versions", style);
    let mut version = |of: &str, which: &str| push_line(&mut out, &format!("    {:<11} {}", clean(of), clean(which)));
    version("definition", provenance.definition);
    version("data", provenance.data_version);
    for (table, delta) in provenance.table_versions {
        version(table, &format!("Delta version {delta}"));
    }
    version("as of", provenance.as_of);
    if let Some((placed, rows)) = provenance.coverage.filter(|(_, rows)| *rows > 0) {
        out.push('\n');
        paragraph(&mut out, 2, &coverage(placed, rows), style);
    }
    if provenance.left_out > 0 {
        out.push('\n');
        paragraph(&mut out, 2, &left_out(provenance.left_out), style);
    }
    out
}

fn left_out(rows: u64) -> String {
    format!(
        "Of the tables that it reads, {} did not count, after disputes that were upheld; they stand in `exclusions`. A query \
         tried elsewhere has to leave them out.",
        number::counted(rows, "rows")
    )
}

fn coverage(placed: u64, rows: u64) -> String {
    // Nearly all is not all, whatever rounding says.
    let share = (placed as f64 / rows as f64 * 1000.0).floor() / 10.0;
    let (all, placed) = (number::counted(rows, "rows"), number::count(placed));
    let share = number::rounded(share, 1);
    format!(
        "Of the {all} of this record that lie in time, {placed} ({share} %) belong to a unit; the others count for the organisation alone."
    )
}
