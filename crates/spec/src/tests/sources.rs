use evenkeel_model::source::{Compression, CsvFormat, RawFormat};

use super::{PROJECT, SOURCE, findings, project, replaced, sound, with};

fn file(written: &str) -> String {
    replaced("sources/crm.yaml", SOURCE, "tickets: raw/tickets_*.csv", written)
}

fn table(written: &str) -> String {
    let original = "cases: select number as case_id, opened as opened_at from tickets";
    replaced("sources/crm.yaml", SOURCE, original, written)
}

#[test]
fn what_a_source_says() {
    let text = "\
source: crm
steward: Service operations
files:
  tickets: raw/tickets_*.csv
  both: [a.ndjson, b.jsonl.gz]
  tabbed: a.tsv.zst
  log:
    path: [raw/log_*.txt]
    format: ndjson
    compression: gzip
    encoding: Windows-1252
    missing: [\"?\"]
    columns: [rating]
  sheet: { path: a.xlsx, sheet: Branches, skip_rows: 2 }
  odd: { path: a.csv, delimiter: \"|\", quote: none, header: false, columns: [a, b], skip_rows: 1 }
tables:
  case_events:
    select: |
      select ticket as case_id, seq as event_id, at, kind, revision
      from log
    version: revision
  cases: select 1
";
    let read = project(&sound().with("sources/crm.yaml", text)).sources.remove(0);
    assert_eq!((read.name.as_str(), read.steward.as_deref()), ("crm", Some("Service operations")));
    let csv = CsvFormat::default;
    assert_eq!(read.files["tickets"].paths, ["raw/tickets_*.csv"]);
    assert_eq!(read.files["tickets"].format, RawFormat::Csv(csv()));
    assert_eq!(read.files["both"].format, RawFormat::Ndjson { encoding: "utf-8".to_owned() });
    assert_eq!(read.files["tabbed"].format, RawFormat::Csv(CsvFormat { delimiter: b'\t', ..csv() }));
    let log = &read.files["log"];
    assert_eq!(log.format, RawFormat::Ndjson { encoding: "windows-1252".to_owned() });
    assert_eq!(log.compression, Some(Compression::Gzip));
    assert_eq!((log.missing.join(","), log.columns.join(",")), ("?".to_owned(), "rating".to_owned()));
    let sheet = RawFormat::Xlsx { sheet: Some("Branches".to_owned()), skip_rows: 2 };
    assert_eq!(read.files["sheet"].format, sheet);
    let odd = CsvFormat { delimiter: b'|', quote: None, header: false, skip_rows: 1, ..csv() };
    assert_eq!(read.files["odd"].format, RawFormat::Csv(odd));
    let tables: Vec<&str> = read.tables.iter().map(|table| table.table.as_str()).collect();
    assert_eq!(tables, ["case_events", "cases"], "in the order of the file");
    assert_eq!(read.tables[0].version.as_deref(), Some("revision"));
    assert!(read.tables[0].select.ends_with("from log"), "without the line break at the end");
}

#[test]
fn keys_of_sources() {
    insta::assert_snapshot!(with("sources/crm.yaml", "source: crm\nfile: { a: a.csv }\n"), @"");
    insta::assert_snapshot!(file("tickets: { paths: a.csv, delimeter: ';' }"), @"");
    insta::assert_snapshot!(table("cases: { sql: select 1 }"), @"");
    insta::assert_snapshot!(with("sources/crm.yaml", "source: crm\nfiles: {}\ntables: []\n"), @"");
}

#[test]
fn names_of_sources_and_files() {
    insta::assert_snapshot!(replaced("sources/crm.yaml", SOURCE, "crm", "The CRM"), @"");
    insta::assert_snapshot!(file("Tickets 2026: a.csv"), @"");
    insta::assert_snapshot!(file("24h: a.csv"), @"");
    insta::assert_snapshot!(file("order: a.csv"), @"");
}

#[test]
fn formats() {
    insta::assert_snapshot!(file("tickets: raw/tickets.txt"), @"");
    insta::assert_snapshot!(file("tickets: raw/*"), @"");
    insta::assert_snapshot!(file("tickets: [a.csv, b.json]"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, format: cvs }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, compression: zip }"), @"");
    insta::assert_snapshot!(file("tickets: []"), @"");
}

#[test]
fn options_that_do_not_fit() {
    insta::assert_snapshot!(file("tickets: { path: a.ndjson, delimiter: ';', header: true, sheet: A }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.parquet, encoding: utf-8, skip_rows: 1 }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, header: false }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, columns: [a, b, a] }"), @"");
}

#[test]
fn delimiters_and_quotes() {
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: '||' }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: § }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: '\\t' }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: \"\\n\" }"), @"");
    insta::assert_snapshot!(file("tickets:\n    path: a.csv\n    delimiter: |\n    header: true"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, quote: '\"\"' }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, quote: ',' }"), @"");
}

#[test]
fn encodings() {
    insta::assert_snapshot!(file("tickets: { path: a.csv, encoding: windows1252x }"), @"");
    insta::assert_snapshot!(file("tickets: { path: a.csv, encoding: EBCDIC }"), @"");
    assert_eq!(file("tickets: { path: a.csv, encoding: latin1 }"), "");
}

#[test]
fn tables_of_sources() {
    insta::assert_snapshot!(table("case: select 1"), @"");
    insta::assert_snapshot!(table("tickets: select 1"), @"");
    insta::assert_snapshot!(table("case_facts: select 1"), @"");
    insta::assert_snapshot!(table("cases: insert into tickets values (1)"), @"");
    insta::assert_snapshot!(table("cases: { select: select a from tickets, version: revision }"), @"");
    insta::assert_snapshot!(table("cases: [select 1]"), @"");
    assert_eq!(table("cases: { select: select * from tickets, version: revision }"), "");
    assert_eq!(table("cases: with t as (select 1) select * from t"), "");
}

#[test]
fn places_of_raw_files() {
    insta::assert_snapshot!(file("tickets: ../exports/a.csv"), @"");
    insta::assert_snapshot!(file("tickets: raw/**/../../a.csv"), @"");
    insta::assert_snapshot!(file("tickets: s3://bucket/a.csv"), @"");
    insta::assert_snapshot!(file("tickets: C:/exports/a.csv"), @"");
    let files = sound()
        .with("evenkeel.yaml", format!("{PROJECT}data_root: ../exports\n"))
        .with("sources/crm.yaml", SOURCE.replace("raw/tickets_*.csv", "[../exports/a.csv, ../secrets/b.csv]"));
    insta::assert_snapshot!(findings(&files), @"");
}
