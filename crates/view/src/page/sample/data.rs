//! What the record of the sample bank holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::gaps::Gaps;
use evenkeel_model::measure::{DefinitionVersion, EarlierDefinition, Measure};
use evenkeel_model::record;
use evenkeel_model::schedule::Schedule;
use evenkeel_model::source::{CsvFormat, RawFiles, RawFormat, Source, TableMapping};
use jiff::civil::{date, time};

use super::{FileLinks, Named, Sample, bank};
use crate::assets;
use crate::page::library::LibraryLinks as _;
use crate::page::{
    DataDetail, DataPage, DataSheet, ImportState, LakeState, PeopleInRecord, Rejected, RejectedFiles, TableDifference,
    TableState,
};

/// A lake that is used, one into which nothing was ever imported, and one with names that nobody should give.
pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<DataPage>> {
    let hostile = Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) };
    let samples = [bank::rich("rich"), bank::rich("empty"), hostile];
    samples.into_iter().map(|sample| Named { name: sample.name, page: page(&sample, assets) }).collect()
}

fn page(sample: &Sample, assets: &assets::Urls) -> DataPage {
    let links = FileLinks { sample: sample.name, hostile: sample.hostile };
    let context = sample.context(&links, assets);
    let sources = [source(sample, "crm", &["cases", "responses"]), source(sample, "staff", &["units", "people"])];
    let redefined = sample.measures.get("csat").map(|measure| redefined(sample, measure));
    let empty = sample.name == "empty";
    let detail = DataDetail {
        sources: sources.iter().collect(),
        tables: tables(u64::from(!empty)),
        changed: if empty { BTreeMap::new() } else { [("crm".to_owned(), date(2026, 11, 2).at(6, 10, 0, 0))].into() },
        imports: if empty { BTreeMap::new() } else { imports(sample) },
        rejected: if empty { Rejected::default() } else { rejected() },
        states: if empty { Vec::new() } else { states() },
        earlier_states: !empty,
        people: PeopleInRecord::Named,
        measures: redefined.iter().chain(sample.measures.values().map(Arc::as_ref).skip(1)).collect(),
        rejected_files: Some(RejectedFiles { csv: "rejects.csv".to_owned(), ndjson: "rejects.ndjson".to_owned() }),
    };
    let sheet = DataSheet::new(&detail, &|measure| links.definition(&measure.id), &context);
    DataPage::new(sheet, &context)
}

fn source(sample: &Sample, name: &str, tables: &[&str]) -> Source {
    let text = |text: &str| if sample.hostile { bank::HOSTILE.to_owned() } else { text.to_owned() };
    let files = RawFiles {
        paths: vec![text(&format!("raw/{name}_*.csv"))],
        format: RawFormat::Csv(CsvFormat::default()),
        compression: None,
        missing: Vec::new(),
        columns: Vec::new(),
    };
    let mapping = |table: &&str| TableMapping { table: (*table).to_owned(), select: String::new(), version: None };
    Source {
        name: if name == "crm" { name.to_owned() } else { text(name) },
        steward: (name == "crm").then(|| text("Mara Lindqvist")),
        import: match name {
            "crm" => Some(Schedule::Every { minutes: 15 }),
            _ => Some(Schedule::Daily { at: vec![time(6, 30, 0, 0), time(18, 0, 0, 0)] }),
        },
        files: [("files".to_owned(), files)].into(),
        tables: tables.iter().map(mapping).collect(),
    }
}

/// One source that is imported as planned, or just now, and one whose file is gone.
fn imports(sample: &Sample) -> BTreeMap<String, ImportState> {
    let at = |hour: i8, minute: i8| Some(date(2026, 11, 2).at(hour, minute, 0, 0));
    let fine = ImportState { begun: at(6, 0), succeeded: at(6, 1), next: at(6, 15), ..ImportState::default() };
    let step = Some("Reading case events: 12,000 rows so far.".to_owned());
    let running = ImportState { begun: at(6, 0), open: true, step, ..ImportState::default() };
    let fine = if sample.hostile { fine } else { running };
    let why = "no file matches `raw/staff_*.csv`; check the path, which is taken from the folder of evenkeel.yaml";
    let why = if sample.hostile { bank::HOSTILE } else { why };
    let failing =
        ImportState { begun: at(6, 4), failed: Some((3, why.to_owned())), next: at(6, 12), ..ImportState::default() };
    let staff = if sample.hostile { bank::HOSTILE } else { "staff" };
    [("crm".to_owned(), fine), (staff.to_owned(), failing)].into()
}

/// Tables with so many times their rows.
fn tables(times: u64) -> Vec<TableState> {
    let full = [("cases", 18_420u64), ("responses", 9_411), ("units", 24), ("people", 310)];
    let state = |(name, rows): (&str, u64)| {
        let table = record::table(name)?;
        let rows = rows * times;
        // Every other column is filled, each less than the one before it; the last one is always empty.
        let share = |place: usize| if place + 1 == table.columns.len() { 0 } else { rows - rows * place as u64 / 20 };
        Some(TableState {
            table,
            rows,
            by_source: match name {
                "people" => vec![("old hr".to_owned(), rows)],
                _ => vec![("crm".to_owned(), rows)],
            },
            filled: table.columns.iter().enumerate().map(|(place, column)| (column.name, share(place))).collect(),
            gaps: gaps(name, times),
        })
    };
    full.into_iter().filter_map(state).collect()
}

fn gaps(table: &str, times: u64) -> Gaps {
    if times == 0 {
        return Gaps::default();
    }
    let begun =
        Gaps { first: Some(date(2023, 11, 1)), latest: Some(date(2026, 10, 28)), weekdays: 5, ..Gaps::default() };
    match table {
        "cases" => Gaps {
            missing: [1, 2, 3, 4, 5].map(|day| date(2026, 9, day)).into_iter().chain([date(2026, 10, 29)]).collect(),
            ahead: 2,
            ..begun
        },
        _ => Gaps { latest: Some(date(2026, 11, 1)), ..begun },
    }
}

fn rejected() -> Rejected {
    let mut rejected = Rejected::default();
    let mut count = |column: Option<&str>, value: &str, reason: &str| {
        let column = column.map(str::to_owned);
        rejected.count("crm".to_owned(), "cases".to_owned(), column, Some(value), reason.to_owned());
    };
    for _ in 0..14 {
        count(Some("opened_at"), "32.13.2026", "bad_instant");
    }
    count(Some("opened_at"), "soon", "bad_instant");
    count(Some("assignee_id"), "", "missing_value");
    count(None, "a record with Maria Lopez in it", "bad_row");
    rejected
}

fn states() -> Vec<LakeState> {
    let change = |table: &str, before, after| TableDifference { table: table.to_owned(), before, after };
    let state = |version: u64, changes| LakeState {
        version,
        at: date(2026, 11, 2).at(6, 10, 0, 0),
        sources: vec!["crm".to_owned()],
        changes,
    };
    let mut states = vec![
        state(60, Some(vec![change("cases", 18_400, 18_420), change("responses", 9_411, 9_411)])),
        state(59, Some(vec![change("cases", 18_500, 18_400)])),
        state(58, Some(Vec::new())),
    ];
    states.extend((50..58).rev().map(|version| state(version, Some(vec![change("cases", 1_000, 2_204)]))));
    states.push(state(49, None));
    states
}

fn redefined(sample: &Sample, measure: &Arc<Measure>) -> Measure {
    let reason = if sample.hostile { bank::HOSTILE } else { "chats are asked too" };
    let earlier = EarlierDefinition {
        until: date(2025, 3, 1),
        reason: reason.to_owned(),
        measure: Arc::new(Measure {
            definition: DefinitionVersion { number: 1, ..measure.definition.clone() },
            ..measure.as_ref().clone()
        }),
    };
    Measure {
        definition: DefinitionVersion { number: 2, ..measure.definition.clone() },
        earlier: vec![earlier],
        ..measure.as_ref().clone()
    }
}
