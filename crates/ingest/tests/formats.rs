//! Good files of every kind arrive whole.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod common;

use std::io::Write;
use std::sync::Arc;

use common::{Project, csv, json, ndjson};
use datafusion::arrow::array::{
    Array, ArrayRef, Date32Array, Float64Array, Int8Array, Int32Array, Int64Array, NullArray, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt64Array,
};
use evenkeel_model::source::{CsvFormat, RawFormat, TableMapping};

const CASES: &str =
    "id,opened,topic\n1,2026-10-31T16:52:00Z,card\n2,2026-10-31 16:52,\"loan, \"\"big\"\"\"\n3,2026-07-01,\n";

async fn cases(project: &Project) -> String {
    project.query("cases", "select case_id, opened_at, topic, source, batch_id from cases order by case_id").await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn csv_plain_and_compressed() {
    let mut plain = Project::of_cases(csv(), "raw/a.csv", CASES.as_bytes());
    insta::assert_snapshot!(plain.story().await, @"cases: 3 read, 3 inserted, 0 updated, 0 unchanged, 0 repeated, 0 rejected");
    let expected = cases(&plain).await;
    insta::assert_snapshot!(expected, @r#"
    +---------+----------------------+-------------+--------+----------+
    | case_id | opened_at            | topic       | source | batch_id |
    +---------+----------------------+-------------+--------+----------+
    | 1       | 2026-10-31T16:52:00Z | card        | crm    | b1       |
    | 2       | 2026-10-31T16:52:00Z | loan, "big" | crm    | b1       |
    | 3       | 2026-06-30T23:00:00Z |             | crm    | b1       |
    +---------+----------------------+-------------+--------+----------+
    "#);
    let compressed = [gzip(CASES.as_bytes()), zstd::encode_all(CASES.as_bytes(), 1).unwrap()];
    for bytes in compressed {
        let mut project = Project::of_cases(csv(), "raw/a.csv", &bytes);
        project.import().await.unwrap();
        assert_eq!(cases(&project).await, expected);
    }
}

#[tokio::test]
async fn csv_in_other_dialects() {
    let format = CsvFormat {
        delimiter: b';',
        quote: Some(b'\''),
        header: false,
        skip_rows: 2,
        encoding: "windows-1252".to_owned(),
    };
    let text = b"exported on Monday\r\n;;\r\n1;2026-10-31T16:52:00Z;'caf\xe9; bar'\r\n2;2026-10-31T16:52:00Z;?\r\n";
    let mut project = Project::of_cases(RawFormat::Csv(format), "a.csv", text);
    project.declared("tickets").columns = vec!["id".into(), "opened".into(), "topic".into()];
    project.declared("tickets").missing = vec!["?".into()];
    project.import().await.unwrap();
    insta::assert_snapshot!(project.query("cases", "select case_id, topic from cases order by 1").await, @"
    +---------+-----------+
    | case_id | topic     |
    +---------+-----------+
    | 1       | café; bar |
    | 2       |           |
    +---------+-----------+
    ");
    let utf16: Vec<u8> = "\u{feff}id\topened\ttopic\n1\t2026-10-31T16:52:00Z\tcafé\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let format = CsvFormat { delimiter: b'\t', quote: None, encoding: "utf-16le".to_owned(), ..CsvFormat::default() };
    let mut project = Project::of_cases(RawFormat::Csv(format), "a.csv", &utf16);
    project.import().await.unwrap();
    assert!(project.query("cases", "select topic from cases").await.contains("café"));
}

#[tokio::test]
async fn lines_and_arrays_of_json() {
    let lines = "{\"id\":1,\"opened\":\"2026-10-31T16:52:00Z\",\"topic\":\"card\"}\n{\"topic\":null,\"id\":\"2\",\"opened\":\"2026-10-31T16:52:00+01:00\"}\n";
    let mut project = Project::of_cases(ndjson(), "a.ndjson", lines.as_bytes());
    project.import().await.unwrap();
    let expected = cases(&project).await;
    insta::assert_snapshot!(expected, @"
    +---------+----------------------+-------+--------+----------+
    | case_id | opened_at            | topic | source | batch_id |
    +---------+----------------------+-------+--------+----------+
    | 1       | 2026-10-31T16:52:00Z | card  | crm    | b1       |
    | 2       | 2026-10-31T15:52:00Z |       | crm    | b1       |
    +---------+----------------------+-------+--------+----------+
    ");
    let array = format!("[\n{}\n]\n", lines.trim().replace('\n', ",\n"));
    let mut project = Project::of_cases(json(), "a.json", array.as_bytes());
    project.import().await.unwrap();
    assert_eq!(cases(&project).await, expected);
}

#[tokio::test]
async fn workbooks() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().set_name("Notes").unwrap();
    let sheet = workbook.add_worksheet().set_name("Tickets").unwrap();
    let moment = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-10-31T16:52:30").unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    sheet.write(0, 0, "Tickets of October").unwrap();
    for (column, name) in ["id", "opened", "topic", "cost"].into_iter().enumerate() {
        sheet.write(1, column as u16, name).unwrap();
    }
    sheet.write(2, 0, 1).unwrap();
    sheet.write_with_format(2, 1, &moment, &format).unwrap();
    sheet.write(2, 2, "card").unwrap();
    sheet.write(4, 0, "T-2").unwrap();
    sheet.write(4, 1, "2026-10-31T16:52:30Z").unwrap();
    sheet.write(4, 3, 1.25).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let format = RawFormat::Xlsx { sheet: Some("Tickets".to_owned()), skip_rows: 1 };
    let mut project = Project::new().file("a.xlsx", &bytes).declare("tickets", &["a.xlsx"], format).map(
        "cases",
        "select id as case_id, opened as opened_at, topic, json_map('cost', cast(cost as double)) as attributes from tickets",
    );
    project.import().await.unwrap();
    insta::assert_snapshot!(project.query("cases", "select case_id, opened_at, topic, attributes from cases order by 1").await, @r#"
    +---------+----------------------+-------+---------------+
    | case_id | opened_at            | topic | attributes    |
    +---------+----------------------+-------+---------------+
    | 1       | 2026-10-31T16:52:30Z | card  |               |
    | T-2     | 2026-10-31T16:52:30Z |       | {"cost":1.25} |
    +---------+----------------------+-------+---------------+
    "#);
}

#[tokio::test]
async fn parquet_keeps_its_types() {
    let mut first = Project::of_cases(csv(), "a.csv", CASES.as_bytes());
    first.import().await.unwrap();
    // The lake's own data file is as good a Parquet file as any.
    let folder = first.folder.path().join("data/tables/cases");
    let file = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .find(|file| file.path().extension().is_some_and(|end| end == "parquet"));
    let bytes = std::fs::read(file.unwrap().path()).unwrap();
    let mut project = Project::new()
        .file("raw/cases.parquet", &bytes)
        .declare("tickets", &["raw/*.parquet"], RawFormat::Parquet)
        .map("cases", "select case_id, opened_at, topic from tickets");
    project.import().await.unwrap();
    assert_eq!(cases(&project).await, cases(&first).await);
}

#[tokio::test]
async fn many_files_with_a_column_that_only_some_have() {
    let mut project = Project::of_cases(csv(), "raw/t_1.csv", b"id,opened,topic\n1,2026-01-01,card\n")
        .file("raw/t_2.csv", b"opened,id\n2026-01-02,2\n");
    project.declared("tickets").paths = vec!["raw/t_*.csv".to_owned()];
    let error = project.import().await.unwrap_err();
    assert_eq!(error.to_string(), "source `crm`: `raw/t_2.csv`: it has no column `topic`, which the mapping reads");
    project.declared("tickets").columns = vec!["topic".to_owned()];
    assert_eq!(project.import().await.unwrap().tables[0].change.inserted, 2);
}

#[tokio::test]
async fn odd_dates_with_a_named_zone() {
    let text = "number,opened\n1,29/2/2016 01:16\n2,30/2/2016 01:16\n3,\n";
    let mut project = Project::new().file("log.csv", text.as_bytes()).declare("log", &["log.csv"], csv()).map(
        "cases",
        "select number as case_id, instant(opened, '%d/%m/%Y %H:%M', 'America/New_York') as opened_at from log",
    );
    insta::assert_snapshot!(project.story().await, @"
    cases: 1 read, 1 inserted, 0 updated, 0 unchanged, 0 repeated, 2 rejected
      log.csv:3 opened_at [30/2/2016 01:16] bad_instant: `30/2/2016 01:16` is not an instant; instants are written 20
      log.csv:4 opened_at missing_value: `opened_at` is missing
    ");
    insta::assert_snapshot!(project.query("cases", "select case_id, opened_at from cases").await, @"
    +---------+----------------------+
    | case_id | opened_at            |
    +---------+----------------------+
    | 1       | 2016-02-29T06:16:00Z |
    +---------+----------------------+
    ");
}

#[tokio::test]
async fn rows_from_unions_joins_and_groups() {
    let log = "ticket,seq,what,at,who\nT1,1,opened,2026-01-01T10:00:00Z,ann\nT1,2,closed,2026-01-02T10:00:00Z,bob\nT2,1,opened,never,ann\n";
    let people = "login,person\nann,P1\nbob,P2\n";
    let mut project = Project::new()
        .file("log.csv", log.as_bytes())
        .file("people.csv", people.as_bytes())
        .declare("log", &["log.csv"], csv())
        .declare("people", &["people.csv"], csv())
        .map("cases", "select ticket as case_id, min(at) as opened_at from log group by ticket")
        .map(
            "case_events",
            "select ticket as case_id, seq as event_id, at, 'opened' as kind, p.person as actor_id from log l left join people p on l.who = p.login where what = 'opened'
             union all
             select ticket, seq, at, 'status', null from log where what = 'closed'",
        );
    insta::assert_snapshot!(project.story().await, @"
    cases: 1 read, 1 inserted, 0 updated, 0 unchanged, 0 repeated, 1 rejected
    case_events: 2 read, 2 inserted, 0 updated, 0 unchanged, 0 repeated, 1 rejected
      log.csv:4 at [never] bad_instant: `never` is not an instant; instants are written 2026-10-31T1
      log.csv:0 opened_at [never] bad_instant: `never` is not an instant; instants are written 2026-10-31T1
    ");
    insta::assert_snapshot!(project.query("case_events", "select case_id, event_id, kind, actor_id from case_events order by 1, 2").await, @"
    +---------+----------+--------+----------+
    | case_id | event_id | kind   | actor_id |
    +---------+----------+--------+----------+
    | T1      | 1        | opened | P1       |
    | T1      | 2        | status |          |
    +---------+----------+--------+----------+
    ");
}

#[tokio::test]
async fn the_last_row_holds_unless_a_version_says_otherwise() {
    let text = "id,opened,topic,rev\n1,2026-01-01,old,9\n1,2026-01-01,new,10\n1,2026-01-01,stray,2\n";
    let mut by_place = Project::of_cases(csv(), "a.csv", text.as_bytes());
    by_place.import().await.unwrap();
    assert!(cases(&by_place).await.contains("stray"));
    let mut by_version = Project::of_cases(csv(), "a.csv", text.as_bytes());
    by_version.source.tables = vec![TableMapping {
        table: "cases".to_owned(),
        select: "select id as case_id, opened as opened_at, topic, rev from tickets".to_owned(),
        version: Some("rev".to_owned()),
    }];
    by_version.import().await.unwrap();
    assert!(cases(&by_version).await.contains("new"));
}

#[tokio::test]
async fn twice_the_same_changes_nothing() {
    let mut project = Project::of_cases(csv(), "raw/a.csv", CASES.as_bytes());
    project.import().await.unwrap();
    let version = project.lake().snapshot().await.unwrap().manifest().version;
    let again = project.import().await.unwrap();
    assert!(again.nothing_changed());
    assert_eq!(again.tables[0].change.unchanged, 3);
    assert_eq!(project.lake().snapshot().await.unwrap().manifest().version, version);
}

fn parquet_file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn column(values: impl Array + 'static) -> ArrayRef {
    Arc::new(values)
}

/// The first file says nothing about the others: not by what it lacks, and not by how small its numbers are.
#[tokio::test]
async fn parquet_files_of_one_table_have_one_type() {
    let day = || column(Date32Array::from(vec![20_000]));
    let file = |id: &str, topic: ArrayRef, size: ArrayRef, cost: ArrayRef| {
        let id = column(StringArray::from(vec![id]));
        parquet_file(vec![("id", id), ("opened", day()), ("topic", topic), ("size", size), ("cost", cost)])
    };
    let nothing = column(NullArray::new(1));
    let first = file("1", nothing.clone(), column(Int8Array::from(vec![7])), column(Int32Array::from(vec![3])));
    let second = file(
        "2",
        column(StringArray::from(vec!["card"])),
        column(Int64Array::from(vec![5_000_000_000])),
        column(Float64Array::from(vec![2.5])),
    );
    let third = file("3", nothing, column(UInt64Array::from(vec![u64::MAX])), column(Int64Array::from(vec![1 << 53])));
    let mut project = Project::new()
        .file("p1.parquet", &first)
        .file("p2.parquet", &second)
        .file("p3.parquet", &third)
        .declare("tickets", &["p*.parquet"], RawFormat::Parquet)
        .map(
            "cases",
            "select id as case_id, opened as opened_at, topic, cast(size as varchar) as product, cast(cost as varchar) as priority from tickets",
        );
    project.import().await.unwrap();
    let found = project.query("cases", "select case_id, topic, product, priority from cases order by 1").await;
    insta::assert_snapshot!("parquet_types", found);
    let too_large = file(
        "4",
        column(StringArray::from(vec!["x"])),
        column(Int64Array::from(vec![1])),
        column(Int64Array::from(vec![(1 << 53) + 1])),
    );
    let mut project = project.file("p4.parquet", &too_large);
    assert!(project.import().await.is_err(), "a number that would become another one is refused");
}

/// A clock without a zone is that of the project, in Parquet as in text.
#[tokio::test]
async fn parquet_clocks_without_a_zone() {
    let noon = 1_783_944_000_000_000;
    let file = parquet_file(vec![
        ("id", column(StringArray::from(vec!["1"]))),
        ("opened", column(TimestampMicrosecondArray::from(vec![noon]))),
        ("topic", column(StringArray::from(vec!["no zone"]))),
    ]);
    let mut project = Project::of_cases(RawFormat::Parquet, "a.parquet", &file);
    project.import().await.unwrap();
    let without = cases(&project).await;
    let file = parquet_file(vec![
        ("id", column(StringArray::from(vec!["1"]))),
        ("opened", column(TimestampMicrosecondArray::from(vec![noon]).with_timezone("UTC"))),
        ("topic", column(StringArray::from(vec!["UTC"]))),
    ]);
    let mut project = Project::of_cases(RawFormat::Parquet, "a.parquet", &file);
    project.import().await.unwrap();
    insta::assert_snapshot!("parquet_clocks", format!("{without}\n{}", cases(&project).await));
}

/// Whole numbers of the record have a sign; larger ones must not go missing.
#[tokio::test]
async fn whole_numbers_beyond_the_record() {
    let file = parquet_file(vec![
        ("minute", column(UInt64Array::from(vec![60, u64::MAX]))),
        ("on", column(Date32Array::from(vec![20_000, 20_001]))),
    ]);
    let mut project = Project::new()
        .file("h.parquet", &file)
        .declare("h", &["h.parquet"], RawFormat::Parquet)
        .map("holidays", "select 'main' as calendar, \"on\" as holiday_on, minute as from_min from h");
    insta::assert_snapshot!("whole_numbers_beyond_the_record", project.story().await);
}

/// One line may hold a whole array; its records are told apart all the same.
#[tokio::test]
async fn an_array_on_one_line() {
    let record = |id: &str, topic: &str| format!("{{\"id\":\"{id}\",\"opened\":\"2026-10-31\",\"topic\":\"{topic}\"}}");
    let array = format!(
        "[{},{},{{\"id\":1,\"id\":2}},{{\"id\":3,\"id\":4}},{}]",
        record("a", "first"),
        record("b", "only"),
        record("a", "last")
    );
    let mut project = Project::of_cases(json(), "a.json", array.as_bytes());
    insta::assert_snapshot!("array_on_one_line", project.story().await);
    insta::assert_snapshot!(
        "array_on_one_line_cases",
        project.query("cases", "select case_id, topic from cases order by 1").await
    );
}

#[tokio::test]
async fn a_long_array_is_read_block_by_block() {
    let count = 120_000;
    let records: Vec<String> =
        (0..count).map(|id| format!("{{\"id\":{id},\"opened\":\"2026-10-31\",\"topic\":\"t{id}\"}}")).collect();
    let text = format!("[\n{}\n]", records.join(",\n"));
    assert!(text.len() > 4 << 20, "more than one block");
    let mut project = Project::of_cases(json(), "a.json", text.as_bytes());
    let outcome = project.import().await.unwrap();
    assert_eq!((outcome.tables[0].change.inserted, outcome.tables[0].rejected), (count, 0));
}

/// A project may lie in a folder whose name would be a pattern.
#[tokio::test]
async fn a_folder_with_brackets() {
    let mut project = Project::of_cases(csv(), "[2026] raw/a.csv", CASES.as_bytes());
    project.declared("tickets").paths = vec!["*.csv".to_owned()];
    let root = project.folder.path().join("[2026] raw");
    let outcome = project.import_from(&root).await.unwrap();
    assert_eq!(outcome.tables[0].change.inserted, 3);
}
