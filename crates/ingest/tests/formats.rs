//! Good files of every kind arrive whole.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod common;

use std::io::Write;

use common::{Project, csv, json, ndjson, xlsx};
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
    assert!(matches!(xlsx(), RawFormat::Xlsx { .. }));
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
