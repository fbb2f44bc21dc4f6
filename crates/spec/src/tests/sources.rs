use evenkeel_model::schedule::Schedule;
use evenkeel_model::source::{Compression, CsvFormat, RawFormat};

use jiff::civil::time;

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
fn when_a_source_is_imported() {
    let import = |project_says: &str, source_says: &str| {
        let source = SOURCE.replacen("source: crm\n", &format!("source: crm\n{source_says}"), 1);
        let sound = sound().with("sources/crm.yaml", source);
        let whole = PROJECT.replacen("currency: GBP\n", &format!("currency: GBP\n{project_says}"), 1);
        project(&sound.with("evenkeel.yaml", whole)).sources.remove(0).import
    };
    let daily = |times: &[(i8, i8)]| {
        Some(Schedule::Daily { at: times.iter().map(|(hour, minute)| time(*hour, *minute, 0, 0)).collect() })
    };
    let every = |minutes: u32| Some(Schedule::Every { minutes });
    assert_eq!(import("", ""), None);
    assert_eq!(import("", "import: by hand\n"), None);
    assert_eq!(import("", "import: { every: 15 minutes }\n"), every(15));
    assert_eq!(import("", "import:\n  every: 2 h\n"), every(120));
    assert_eq!(import("", "import: { every: 7 days }\n"), every(7 * 24 * 60));
    assert_eq!(import("", "import: { daily: 6:30 }\n"), daily(&[(6, 30)]));
    assert_eq!(import("", "import: { daily: [18:00, 06:30] }\n"), daily(&[(6, 30), (18, 0)]));
    assert_eq!(import("import: { every: 1 h }\n", ""), every(60));
    assert_eq!(import("import: { every: 1 h }\n", "import: { daily: 00:00 }\n"), daily(&[(0, 0)]));
    assert_eq!(import("import: { every: 1 h }\n", "import: by hand\n"), None);
}

#[test]
fn mistakes_in_when_a_source_is_imported() {
    let check = |written: &str| {
        with("sources/crm.yaml", &SOURCE.replacen("source: crm\n", &format!("source: crm\nimport: {written}\n"), 1))
    };
    let all = [
        "daily",
        "{ every: 15 }",
        "{ every: 20 s }",
        "{ every: 8 days }",
        "{ daily: 24:00 }",
        "{ daily: noon }",
        "{ daily: [06:30, 6:30] }",
        "{ daily: [] }",
        "{ every: 1 h, daily: 06:30 }",
        "{}",
        "{ weekly: Monday }",
    ];
    insta::assert_snapshot!(all.map(check).join("\n"));
}

#[test]
fn keys_of_sources() {
    insta::assert_snapshot!(with("sources/crm.yaml", "source: crm\nfile: { a: a.csv }\n"), @"
    error: `tables` is missing in source `crm`
      --> sources/crm.yaml:1:1
       |
     1 | source: crm
       | ^^^^^^
     2 | file: { a: a.csv }
       |
       = help: add `tables: { cases: select number as case_id, opened_at from tickets }`

    error: unknown key `file` in source `crm`
      --> sources/crm.yaml:2:1
       |
     1 | source: crm
     2 | file: { a: a.csv }
       | ^^^^ did you mean `files`?
    ");
    insta::assert_snapshot!(file("tickets: { paths: a.csv, delimeter: ';' }"), @"
    error: unknown key `paths` in files `tickets` of source `crm`
      --> sources/crm.yaml:3:14
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { paths: a.csv, delimeter: ';' }
       |              ^^^^^ did you mean `path`?
     4 | tables:

    error: unknown key `delimeter` in files `tickets` of source `crm`
      --> sources/crm.yaml:3:28
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { paths: a.csv, delimeter: ';' }
       |                            ^^^^^^^^^ did you mean `delimiter`?
     4 | tables:
    ");
    insta::assert_snapshot!(table("cases: { sql: select 1 }"), @"
    error: `select` is missing in table `cases` of source `crm`
      --> sources/crm.yaml:5:10
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   cases: { sql: select 1 }
       |          ^^^^^^^^^^^^^^^^^
       = help: add `select: select number as case_id, opened_at from tickets`

    error: unknown key `sql` in table `cases` of source `crm`
      --> sources/crm.yaml:5:12
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   cases: { sql: select 1 }
       |            ^^^
       = help: keys that can stand here: `select` and `version`
    ");
    insta::assert_snapshot!(with("sources/crm.yaml", "source: crm\nfiles: {}\ntables: []\n"), @"
    error: `files` in source `crm` is empty
      --> sources/crm.yaml:2:8
       |
     1 | source: crm
     2 | files: {}
       |        ^^
     3 | tables: []
       |
       = help: add at least one, or take the key out with what it belongs to

    error: `tables` in source `crm` is empty
      --> sources/crm.yaml:3:9
       |
     1 | source: crm
     2 | files: {}
     3 | tables: []
       |         ^^
       = help: add at least one, or take the key out with what it belongs to
    ");
}

#[test]
fn names_of_sources_and_files() {
    insta::assert_snapshot!(replaced("sources/crm.yaml", SOURCE, "crm", "The CRM"), @"
    error: `The CRM` cannot be the name of a source
      --> sources/crm.yaml:1:9
       |
     1 | source: The CRM
       |         ^^^^^^^
     2 | files:
       |
       = a name begins with a letter, has small letters, digits, `_` and `-`, and at most 64 characters
       = help: write `the_crm`
    ");
    insta::assert_snapshot!(file("Tickets 2026: a.csv"), @"
    error: `Tickets 2026` cannot be the name of raw files
      --> sources/crm.yaml:3:3
       |
     1 | source: crm
     2 | files:
     3 |   Tickets 2026: a.csv
       |   ^^^^^^^^^^^^
     4 | tables:
       |
       = a name begins with a letter, has small letters, digits and `_`, and at most 64 characters
       = help: write `tickets_2026`
    ");
    insta::assert_snapshot!(file("24h: a.csv"), @"
    error: `24h` cannot be the name of raw files
      --> sources/crm.yaml:3:3
       |
     1 | source: crm
     2 | files:
     3 |   24h: a.csv
       |   ^^^
     4 | tables:
       |
       = help: a name begins with a letter, has small letters, digits and `_`, and at most 64 characters
    ");
    insta::assert_snapshot!(file("order: a.csv"), @"
    error: `order` cannot be the name of raw files: SQL uses the word itself
      --> sources/crm.yaml:3:3
       |
     1 | source: crm
     2 | files:
     3 |   order: a.csv
       |   ^^^^^
     4 | tables:
       |
       = help: call them `order_files`
    ");
}

#[test]
fn formats() {
    insta::assert_snapshot!(file("tickets: raw/tickets.txt"), @"
    error: the format of `tickets` cannot be told from `raw/tickets.txt`
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: raw/tickets.txt
       |            ^^^^^^^^^^^^^^^
     4 | tables:
       |
       = help: add `format`: `csv`, `ndjson`, `json`, `parquet` or `xlsx`
    ");
    insta::assert_snapshot!(file("tickets: raw/*"), @"
    error: the format of `tickets` cannot be told from `raw/*`
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: raw/*
       |            ^^^^^
     4 | tables:
       |
       = help: add `format`: `csv`, `ndjson`, `json`, `parquet` or `xlsx`
    ");
    insta::assert_snapshot!(file("tickets: [a.csv, b.json]"), @"
    error: `tickets` has files of two formats
      --> sources/crm.yaml:3:20
       |
     1 | source: crm
     2 | files:
     3 |   tickets: [a.csv, b.json]
       |                    ^^^^^^ this is json
       |             ----- this is csv
     4 | tables:
       |
       = help: give each format a name of its own; a SELECT can put them together with `union all`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, format: cvs }"), @"
    error: `format` in source `crm` cannot be `cvs`
      --> sources/crm.yaml:3:35
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, format: cvs }
       |                                   ^^^ did you mean `csv`?
     4 | tables:
       |
       = help: write `csv`, `ndjson`, `json`, `parquet` or `xlsx`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, compression: zip }"), @"
    error: `compression` in source `crm` cannot be `zip`
      --> sources/crm.yaml:3:40
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, compression: zip }
       |                                        ^^^ did you mean `gzip`?
     4 | tables:
       |
       = help: write `none`, `gzip` or `zstd`
    ");
    insta::assert_snapshot!(file("tickets: []"), @"
    error: `tickets` has no path
      --> sources/crm.yaml:3:3
       |
     1 | source: crm
     2 | files:
     3 |   tickets: []
       |   ^^^^^^^
     4 | tables:
       |
       = help: write at least one path
    ");
}

#[test]
fn options_that_do_not_fit() {
    insta::assert_snapshot!(file("tickets: { path: a.ndjson, delimiter: ';', header: true, sheet: A }"), @"
    error: `delimiter` says nothing about `tickets`, which are ndjson files
      --> sources/crm.yaml:3:41
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.ndjson, delimiter: ';', header: true, sheet: A }
       |                                         ^^^
     4 | tables:
       |
       = it is for `csv` files
       = help: take `delimiter` out, or correct `format`

    error: `header` says nothing about `tickets`, which are ndjson files
      --> sources/crm.yaml:3:54
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.ndjson, delimiter: ';', header: true, sheet: A }
       |                                                      ^^^^
     4 | tables:
       |
       = it is for `csv` files
       = help: take `header` out, or correct `format`

    error: `sheet` says nothing about `tickets`, which are ndjson files
      --> sources/crm.yaml:3:67
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.ndjson, delimiter: ';', header: true, sheet: A }
       |                                                                   ^
     4 | tables:
       |
       = it is for `xlsx` files
       = help: take `sheet` out, or correct `format`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.parquet, encoding: utf-8, skip_rows: 1 }"), @"
    error: `encoding` says nothing about `tickets`, which are parquet files
      --> sources/crm.yaml:3:41
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.parquet, encoding: utf-8, skip_rows: 1 }
       |                                         ^^^^^
     4 | tables:
       |
       = it is for `csv`, `ndjson` and `json` files
       = help: take `encoding` out, or correct `format`

    error: `skip_rows` says nothing about `tickets`, which are parquet files
      --> sources/crm.yaml:3:59
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.parquet, encoding: utf-8, skip_rows: 1 }
       |                                                           ^
     4 | tables:
       |
       = it is for `csv` and `xlsx` files
       = help: take `skip_rows` out, or correct `format`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, header: false }"), @"
    error: `tickets` has no header and names no columns
      --> sources/crm.yaml:3:35
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, header: false }
       |                                   ^^^^^
     4 | tables:
       |
       = help: add `columns` with the names of all columns, in their order
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, columns: [a, b, a] }"), @"
    error: column `a` is named twice
      --> sources/crm.yaml:3:43
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, columns: [a, b, a] }
       |                                           ^
       |                                     - first named here
     4 | tables:
       |
       = help: give each column a name of its own
    ");
}

#[test]
fn delimiters_and_quotes() {
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: '||' }"), @"
    error: `delimiter` cannot be `'||'`
      --> sources/crm.yaml:3:38
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, delimiter: '||' }
       |                                      ^^^^
     4 | tables:
       |
       = help: write one character between quotes, or `tab`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: § }"), @r#"
    error: `delimiter` cannot be `§`
      --> sources/crm.yaml:3:38
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, delimiter: § }
       |                                      ^
     4 | tables:
       |
       = help: only characters of one byte can be used, such as `,` `;` `|` `"`
    "#);
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: '\\t' }"), @r"
    error: `delimiter` cannot be `'\t'`
      --> sources/crm.yaml:3:38
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, delimiter: '\t' }
       |                                      ^^^^
     4 | tables:
       |
       = help: write `tab`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, delimiter: \"\\n\" }"), @r#"
    error: `delimiter` cannot be `"\n"`
      --> sources/crm.yaml:3:38
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, delimiter: "\n" }
       |                                      ^^^^
     4 | tables:
       |
       = help: lines end with line breaks; they cannot be between cells
    "#);
    insta::assert_snapshot!(file("tickets:\n    path: a.csv\n    delimiter: |\n    header: true"), @"
    error: `delimiter` in source `crm` is an empty text
      --> sources/crm.yaml:5:16
       |
     3 |   tickets:
     4 |     path: a.csv
     5 |     delimiter: |
       |                ^
     6 |     header: true
       |
       = `|` and `>` begin a block of text on the next line
       = help: put them between quotes to mean the characters
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, quote: '\"\"' }"), @r#"
    error: `quote` cannot be `'""'`
      --> sources/crm.yaml:3:34
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, quote: '""' }
       |                                  ^^^^
     4 | tables:
       |
       = help: write one character between quotes, or `none`
    "#);
    insta::assert_snapshot!(file("tickets: { path: a.csv, quote: ',' }"), @"
    error: `tickets` has the same character between cells and around them
      --> sources/crm.yaml:3:3
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, quote: ',' }
       |   ^^^^^^^
     4 | tables:
       |
       = help: write another `delimiter`, or `quote: none`
    ");
}

#[test]
fn encodings() {
    insta::assert_snapshot!(file("tickets: { path: a.csv, encoding: windows1252x }"), @"
    error: `windows1252x` is not a character encoding
      --> sources/crm.yaml:3:37
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, encoding: windows1252x }
       |                                     ^^^^^^^^^^^^ did you mean `windows-1252`?
     4 | tables:
       |
       = help: write a label of the WHATWG Encoding Standard, for example `windows-1252` or `utf-16le`
    ");
    insta::assert_snapshot!(file("tickets: { path: a.csv, encoding: EBCDIC }"), @"
    error: `EBCDIC` is not a character encoding
      --> sources/crm.yaml:3:37
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, encoding: EBCDIC }
       |                                     ^^^^^^
     4 | tables:
       |
       = help: write a label of the WHATWG Encoding Standard, for example `windows-1252` or `utf-16le`
    ");
    assert_eq!(file("tickets: { path: a.csv, encoding: latin1 }"), "");
}

#[test]
fn tables_of_sources() {
    insta::assert_snapshot!(table("case: select 1"), @"
    error: the service record has no table `case`
      --> sources/crm.yaml:5:3
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   case: select 1
       |   ^^^^ did you mean `cases`?
    ");
    insta::assert_snapshot!(table("tickets: select 1"), @"
    error: the service record has no table `tickets`
      --> sources/crm.yaml:5:3
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   tickets: select 1
       |   ^^^^^^^
       = help: tables that can be filled: `units`, `people`, `memberships`, `customers`, `cases`,
               `case_events`, `calls`, `responses`, `evaluations`, `orders`, `trainings`, `worktime`,
               `calendars`, `holidays`, `observations`, `aliases` and `exclusions`
    ");
    insta::assert_snapshot!(table("case_facts: select 1"), @"
    error: `case_facts` is not filled by sources
      --> sources/crm.yaml:5:3
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   case_facts: select 1
       |   ^^^^^^^^^^
       = evenkeel works it out from `case_events`
       = help: fill `cases` and `case_events`
    ");
    insta::assert_snapshot!(table("cases: insert into tickets values (1)"), @"
    error: what fills `cases` is not a SELECT
      --> sources/crm.yaml:5:10
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   cases: insert into tickets values (1)
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: write one SELECT over the files of this source
    ");
    insta::assert_snapshot!(table("cases: { select: select a from tickets, version: revision }"), @"
    error: the SELECT that fills `cases` has no column `revision`
      --> sources/crm.yaml:5:52
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   cases: { select: select a from tickets, version: revision }
       |                                                    ^^^^^^^^
       = `version` is the column that decides which of two rows with one key holds
       = help: add `revision` to the SELECT
    ");
    insta::assert_snapshot!(table("cases: [select 1]"), @"
    error: `cases` in source `crm` needs a text, not a list
      --> sources/crm.yaml:5:10
       |
     3 |   tickets: raw/tickets_*.csv
     4 | tables:
     5 |   cases: [select 1]
       |          ^^^^^^^^^^
       = help: put quotes around a text that starts with `[`
    ");
    assert_eq!(table("cases: { select: select * from tickets, version: revision }"), "");
    assert_eq!(table("cases: with t as (select 1) select * from t"), "");
}

#[test]
fn places_of_raw_files() {
    insta::assert_snapshot!(file("tickets: ../exports/a.csv"), @"
    error: `../exports/a.csv` lies outside the project
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: ../exports/a.csv
       |            ^^^^^^^^^^^^^^^^
     4 | tables:
       |
       = a project that anybody may edit must not read any file of the machine it runs on
       = help: name the folder above it as `data_root` in evenkeel.yaml, or put the files into the
               project
    ");
    insta::assert_snapshot!(file("tickets: raw/**/../../a.csv"), @"
    error: `raw/**/../../a.csv` goes up with `..` behind a pattern
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: raw/**/../../a.csv
       |            ^^^^^^^^^^^^^^^^^^
     4 | tables:
       |
       = nobody can tell in advance where such a path leads
       = help: write the folders out
    ");
    insta::assert_snapshot!(file("tickets: s3://bucket/a.csv"), @"
    error: `s3://bucket/a.csv` is an address, not a path
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: s3://bucket/a.csv
       |            ^^^^^^^^^^^^^^^^^
     4 | tables:
       |
       = help: fetch the files first; evenkeel reads no files over `s3`
    ");
    insta::assert_snapshot!(file("tickets: C:/exports/a.csv"), @"
    error: `C:/exports/a.csv` begins with a drive
      --> sources/crm.yaml:3:12
       |
     1 | source: crm
     2 | files:
     3 |   tickets: C:/exports/a.csv
       |            ^^^^^^^^^^^^^^^^
     4 | tables:
       |
       = help: write the path from the folder of `evenkeel.yaml`
    ");
    let files = sound()
        .with("evenkeel.yaml", format!("{PROJECT}data_root: ../exports\n"))
        .with("sources/crm.yaml", SOURCE.replace("raw/tickets_*.csv", "[../exports/a.csv, ../secrets/b.csv]"));
    insta::assert_snapshot!(findings(&files), @"
    error: `../secrets/b.csv` lies outside the project
      --> sources/crm.yaml:3:31
       |
     1 | source: crm
     2 | files:
     3 |   tickets: [../exports/a.csv, ../secrets/b.csv]
       |                               ^^^^^^^^^^^^^^^^
     4 | tables:
       |
       = a project that anybody may edit must not read any file of the machine it runs on
       = help: raw files outside the project have to lie below `data_root`, which is `../exports`
    ");
}
