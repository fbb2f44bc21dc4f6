//! Bad input: a clear error or a listed reject, and nothing lost.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod common;

use std::fmt::Write as _;
use std::io::Write as _;

use common::{Project, csv, json, ndjson, xlsx};
use evenkeel_model::source::{CsvFormat, RawFormat};

async fn story(format: RawFormat, name: &str, bytes: &[u8]) -> String {
    Project::of_cases(format, name, bytes).story().await
}

async fn csv_story(text: &str) -> String {
    story(csv(), "a.csv", text.as_bytes()).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const HEAD: &str = "id,opened,topic\n";

#[tokio::test]
async fn csv_files() {
    let mut all = String::new();
    let mut tell = |name: &str, story: String| {
        writeln!(all, "--- {name}\n{}", story.trim_end()).unwrap();
    };
    tell("empty file", csv_story("").await);
    tell("only a header", csv_story(HEAD).await);
    tell("one row", csv_story(&format!("{HEAD}1,2026-01-01,a")).await);
    tell(
        "cut off inside quotes",
        csv_story(&format!("{HEAD}1,2026-01-01,a\n2,2026-01-01,\"b\n3,2026-01-01,c\n")).await,
    );
    tell("cut off inside a row", csv_story(&format!("{HEAD}1,2026-01-01,a\n2,2026")).await);
    tell(
        "text behind a closing quote",
        csv_story(&format!("{HEAD}1,2026-01-01,\"a\"bc\n2,2026-01-01,\"b\" \n3,\"2026-01-01\"x,c\n")).await,
    );
    tell("too many and too few cells", csv_story(&format!("{HEAD}1,2026-01-01,a,b\n2\n3,2026-01-01,c\n")).await);
    tell(
        "wrong types",
        csv_story(&format!("{HEAD}1,yesterday,a\n2,2024-02-30T10:00:00Z,b\n3,12,c\n4,2026-01-01,d\n")).await,
    );
    tell("missing key", csv_story(&format!("{HEAD},2026-01-01,a\n  ,2026-01-01,b\n3,2026-01-01,c\n")).await);
    tell("repeated keys", csv_story(&format!("{HEAD}1,2026-01-01,a\n1,2026-01-01,b\n1,2026-01-01,b\n")).await);
    tell("a column twice", csv_story("id,opened,id\n1,2026-01-01,2\n").await);
    tell("a missing column", csv_story("id,opend,topic\n1,2026-01-01,2\n").await);
    tell("wrong encoding", story(csv(), "a.csv", b"id,opened,topic\n1,2026-01-01,caf\xe9\n").await);
    let utf16: Vec<u8> = "\u{feff}id,opened,topic\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    tell("another Unicode", story(csv(), "a.csv", &utf16).await);
    let latin = RawFormat::Csv(CsvFormat { encoding: "latin-9".to_owned(), ..CsvFormat::default() });
    tell("an encoding that does not exist", story(latin, "a.csv", HEAD.as_bytes()).await);
    let shift = RawFormat::Csv(CsvFormat { encoding: "shift_jis".to_owned(), ..CsvFormat::default() });
    tell("bytes that the encoding lacks", story(shift, "a.csv", b"id,opened,topic\n1,2026-01-01,\x81\xff\n").await);
    let mut cut = gzip(format!("{HEAD}{}", "1,2026-01-01,a\n".repeat(5000)).as_bytes());
    cut.truncate(cut.len() / 2);
    tell("cut off gzip", story(csv(), "a.csv.gz", &cut).await);
    tell("no gzip at all", story(csv(), "a.csv.gz", &[0x1f, 0x8b, 1, 2, 3, 4]).await);
    tell("nul bytes", csv_story(&format!("{HEAD}1,2026-01-01,a\0b\n")).await);
    let huge = "x".repeat(3 << 20);
    tell("a huge field", csv_story(&format!("{HEAD}1,2026-01-01,{huge}\n2,{huge},b\n3,2026-01-01,c\n")).await);
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn ndjson_files() {
    let mut all = String::new();
    let mut tell = |name: &str, story: String| writeln!(all, "--- {name}\n{}", story.trim_end()).unwrap();
    let lines = |text: String| async move { story(ndjson(), "a.ndjson", text.as_bytes()).await };
    let good = "{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"}\n";
    tell("empty file", lines(String::new()).await);
    tell("cut off line", lines(format!("{good}{{\"id\":\"2\",\"opened\":\"2026-")).await);
    tell("no objects", lines(format!("{good}[1,2]\n42\nnull\n\"text\"\n")).await);
    tell(
        "broken in the middle",
        lines(format!("{good}{{\"id\":\"2\",,}}\n{{\"id\":\"3\",\"opened\":\"2026-01-01\"}}\n")).await,
    );
    tell("a key twice", lines(format!("{good}{{\"id\":\"2\",\"id\":\"3\",\"opened\":\"2026-01-01\"}}\n")).await);
    tell("wrong types", lines(format!("{good}{{\"id\":[1],\"opened\":{{\"at\":1}},\"topic\":true}}\n")).await);
    tell(
        "wrong encoding",
        story(ndjson(), "a.ndjson", b"{\"id\":\"caf\xe9\",\"opened\":\"2026-01-01\",\"topic\":1}\n").await,
    );
    tell("a missing key in every line", lines("{\"id\":\"1\",\"topic\":\"a\"}\n".to_owned()).await);
    tell("one array", story(ndjson(), "a.ndjson", b"[{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"}]").await);
    let deep = format!("{good}{{\"id\":{}1{},\"opened\":\"2026-01-01\"}}\n", "[".repeat(100_000), "]".repeat(100_000));
    tell("deep nesting", lines(deep).await);
    let huge = "x".repeat(5 << 20);
    tell("a huge field", lines(format!("{good}{{\"id\":\"2\",\"opened\":\"{huge}\",\"topic\":\"b\"}}\n")).await);
    tell("half a surrogate", lines(format!("{good}{{\"id\":\"\\ud800\",\"opened\":\"2026-01-01\"}}\n")).await);
    tell(
        "array: cut off",
        story(json(), "a.json", b"[{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"},\n{\"id\":").await,
    );
    tell("array: no end", story(json(), "a.json", b"[{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"}").await);
    tell(
        "array: one object",
        story(json(), "a.json", b"{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"}").await,
    );
    tell(
        "array: more behind it",
        story(json(), "a.json", b"[{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"}] x").await,
    );
    tell("array: a bad element", story(json(), "a.json", b"[{\"id\":\"1\",\"opened\":\"2026-01-01\",\"topic\":\"a\"},\n{\"id\":tru},{\"id\":\"3\",\"opened\":\"2026-01-01\"}]").await);
    insta::assert_snapshot!(all);
}

fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn workbooks() {
    let mut all = String::new();
    let mut tell = |name: &str, story: String| writeln!(all, "--- {name}\n{}", story.trim_end()).unwrap();
    let head: &[&str] = &["id", "opened", "topic"];
    let good = workbook(&[head, &["1", "2026-01-01", "a"]]);
    tell("good", story(xlsx(), "a.xlsx", &good).await);
    tell("cut off", story(xlsx(), "a.xlsx", &good[..good.len() / 2]).await);
    tell("no workbook", story(xlsx(), "a.xlsx", b"id,opened,topic\n").await);
    tell("empty file", story(xlsx(), "a.xlsx", b"").await);
    tell("empty sheet", story(xlsx(), "a.xlsx", &workbook(&[])).await);
    let other = RawFormat::Xlsx { sheet: Some("Tickets".to_owned()), skip_rows: 0 };
    tell("no such sheet", story(other, "a.xlsx", &good).await);
    tell("a column twice", story(xlsx(), "a.xlsx", &workbook(&[&["id", "opened", "id"]])).await);
    tell("a missing column", story(xlsx(), "a.xlsx", &workbook(&[&["id", "topic"], &["1", "a"]])).await);
    tell(
        "wrong types",
        story(xlsx(), "a.xlsx", &workbook(&[head, &["1", "soon", "a"], &["2", "2026-01-01", "b"]])).await,
    );
    tell(
        "missing key",
        story(xlsx(), "a.xlsx", &workbook(&[head, &["", "2026-01-01", "a"], &["2", "2026-01-01"]])).await,
    );
    tell(
        "repeated keys",
        story(xlsx(), "a.xlsx", &workbook(&[head, &["1", "2026-01-01", "a"], &["1", "2026-01-01", "b"]])).await,
    );
    let far = RawFormat::Xlsx { sheet: None, skip_rows: 90 };
    tell("header below the sheet", story(far, "a.xlsx", &good).await);
    insta::with_settings!({filters => vec![(r"cannot be read as an Excel workbook: .*", "cannot be read as an Excel workbook: …")]}, {
        insta::assert_snapshot!(all);
    });
}

fn parquet_file(columns: Vec<(&str, datafusion::arrow::array::ArrayRef)>) -> Vec<u8> {
    let batch = datafusion::arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[tokio::test]
async fn parquet_files() {
    use datafusion::arrow::array::{
        ArrayRef, Date32Array, Float64Array, Int64Array, ListArray, StringArray, TimestampMillisecondArray,
    };
    use std::sync::Arc;
    let mut all = String::new();
    let mut tell = |name: &str, story: String| writeln!(all, "--- {name}\n{}", story.trim_end()).unwrap();
    let text = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
    let day = Arc::new(Date32Array::from(vec![20_000, 20_001])) as ArrayRef;
    let ids = text(vec![Some("1"), Some("2")]);
    let topics = text(vec![Some("a"), None]);
    let good = parquet_file(vec![("id", ids.clone()), ("opened", day.clone()), ("topic", topics.clone())]);
    let file = |bytes: Vec<u8>| async move { story(RawFormat::Parquet, "a.parquet", &bytes).await };
    tell("good", file(good.clone()).await);
    tell("cut off", file(good[..good.len() / 2].to_vec()).await);
    tell("no Parquet", file(b"id,opened,topic\n".to_vec()).await);
    tell("empty file", file(Vec::new()).await);
    let mut damaged = good.clone();
    for byte in &mut damaged[8..40] {
        *byte ^= 0x5a;
    }
    tell("damaged inside", file(damaged).await);
    tell("a missing column", file(parquet_file(vec![("id", ids.clone()), ("topic", topics.clone())])).await);
    let numbers = Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
    tell(
        "numbers for instants",
        file(parquet_file(vec![("id", numbers.clone()), ("opened", numbers.clone()), ("topic", topics.clone())])).await,
    );
    let lists = Arc::new(ListArray::from_iter_primitive::<datafusion::arrow::datatypes::Int64Type, _, _>(vec![
        Some(vec![Some(1)]),
        None,
    ])) as ArrayRef;
    tell(
        "lists for instants",
        file(parquet_file(vec![("id", ids.clone()), ("opened", lists), ("topic", topics.clone())])).await,
    );
    let far = Arc::new(TimestampMillisecondArray::from(vec![i64::MAX / 2000, 0])) as ArrayRef;
    tell(
        "an instant beyond every calendar",
        file(parquet_file(vec![("id", ids.clone()), ("opened", far), ("topic", topics.clone())])).await,
    );
    tell(
        "missing key",
        file(parquet_file(vec![
            ("id", text(vec![None, Some("")])),
            ("opened", day.clone()),
            ("topic", topics.clone()),
        ]))
        .await,
    );
    tell(
        "repeated keys",
        file(parquet_file(vec![
            ("id", text(vec![Some("1"), Some("1")])),
            ("opened", day.clone()),
            ("topic", topics.clone()),
        ]))
        .await,
    );
    let floats = Arc::new(Float64Array::from(vec![f64::NAN, 1.5])) as ArrayRef;
    let mut orders = Project::new()
        .file("o.parquet", &parquet_file(vec![("id", ids.clone()), ("at", day.clone()), ("amount", floats)]))
        .declare("o", &["o.parquet"], RawFormat::Parquet)
        .map("orders", "select id as order_id, at, amount from o");
    tell("not a number", orders.story().await);
    let mut two = Project::of_cases(RawFormat::Parquet, "p1.parquet", &good).file(
        "p2.parquet",
        &parquet_file(vec![("id", numbers.clone()), ("opened", numbers.clone()), ("topic", topics.clone())]),
    );
    two.declared("tickets").paths = vec!["p*.parquet".to_owned()];
    tell("two files of different types", two.story().await);
    insta::with_settings!({filters => vec![(r"cannot be read as Parquet: .*", "cannot be read as Parquet: …")]}, {
        insta::assert_snapshot!(all);
    });
}

#[tokio::test]
async fn sql() {
    let mut all = String::new();
    let mut tell = |name: &str, story: String| writeln!(all, "--- {name}\n{}", story.trim_end()).unwrap();
    let run = |select: &'static str| async move {
        let mut project = Project::new()
            .file("a.csv", b"id,Opened At,topic\n1,2026-01-01,a\n2,2026-01-01,7\n")
            .file("secret.csv", b"password\n1234\n")
            .declare("tickets", &["a.csv"], csv())
            .map("cases", select);
        project.story().await
    };
    tell(
        "a missing column",
        run("select id as case_id, \"Opened At\" as opened_at,\n  topc as topic from tickets").await,
    );
    tell("a missing table", run("select id as case_id from ticket").await);
    tell("a file that is not declared", run("select * from 'secret.csv'").await);
    tell("a slip", run("select id as case_id\n  form tickets").await);
    tell("two statements", run("select 1; select 2").await);
    tell("something else than a SELECT", run("create table x as select 1").await);
    tell("writing a file", run("copy (select 1) to 'out.csv'").await);
    tell(
        "an unknown target column",
        run("select id as case_id, \"Opened At\" as opened_at, topic as topics from tickets").await,
    );
    tell(
        "a column of no use",
        run("select id as case_id, \"Opened At\" as opened_at, topic as satisfaction from tickets").await,
    );
    tell("a required column left out", run("select id as case_id from tickets").await);
    tell(
        "a reserved column",
        run("select id as case_id, \"Opened At\" as opened_at, 'x' as source from tickets").await,
    );
    tell(
        "a cast that fails",
        run("select cast(topic as bigint) as case_id, \"Opened At\" as opened_at from tickets").await,
    );
    tell("an unknown function", run("select id as case_id, to_instant(\"Opened At\") as opened_at from tickets").await);
    tell(
        "an unknown time zone",
        run("select id as case_id, instant(\"Opened At\", '%Y', 'Mars/Base') as opened_at from tickets").await,
    );
    tell("division by zero", run("select id as case_id, \"Opened At\" as opened_at, cast(1 / (cast(id as bigint) - 1) as varchar) as topic from tickets").await);
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn files_out_of_bounds() {
    let mut all = String::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.csv"), "id,opened,topic\n1,2026-01-01,a\n").unwrap();
    let absolute = outside.path().join("a.csv");
    let mut project = Project::of_cases(csv(), "a.csv", b"");
    for path in ["../a.csv", absolute.to_str().unwrap(), "nothing_*.csv", "sub/../../a.csv"] {
        project.declared("tickets").paths = vec![path.to_owned()];
        all.push_str(&project.story().await);
    }
    let link = project.folder.path().join("link.csv");
    std::os::unix::fs::symlink(&absolute, &link).unwrap();
    project.declared("tickets").paths = vec!["link.csv".to_owned()];
    all.push_str(&project.story().await);
    // What matches and cannot be read is not passed over.
    std::os::unix::fs::symlink(project.folder.path().join("gone.csv"), project.folder.path().join("dead.csv")).unwrap();
    project.declared("tickets").paths = vec!["*.csv".to_owned()];
    std::fs::remove_file(&link).unwrap();
    all.push_str(&project.story().await);
    let outside = outside.path().display().to_string();
    let own = project.folder.path().display().to_string();
    insta::assert_snapshot!(all.replace(&outside, "<outside>").replace(&own, "<project>"));
}

/// Whatever SQL makes of a text that cannot be read, its row is set aside with that text.
#[tokio::test]
async fn unreadable_texts_behind_functions() {
    let mut all = String::new();
    let text = "id,opened,due,rev\n1,01/02/2026,03/02/2026,1\n2,01/02/2026,soon,2\n3,never,03/02/2026,3\n4,01/02/2026,03/02/2026,2.5\n";
    for (name, select) in [
        (
            "in a JSON map",
            "select id as case_id, day(opened, '%d/%m/%Y') as opened_at, json_map('due', instant(due, '%d/%m/%Y', 'UTC'), 'due day', day(due, '%d/%m/%Y')) as attributes, rev from tickets",
        ),
        (
            "in a condition",
            "select id as case_id, instant('2026-02-01') as opened_at, rev from tickets where instant(due, '%d/%m/%Y', 'UTC') > instant('2026-01-01')",
        ),
        (
            "in a calculation",
            "select id as case_id, instant('2026-02-01') as opened_at, json_map('days', cast(date_part('epoch', instant(due, '%d/%m/%Y', 'UTC') - instant(opened, '%d/%m/%Y', 'UTC')) / 86400 as bigint)) as attributes, rev from tickets",
        ),
        (
            "as a version",
            "select id as case_id, instant('2026-02-01') as opened_at, instant(due, '%d/%m/%Y', 'UTC') as rev from tickets",
        ),
        ("a day for an instant", "select id as case_id, day(opened, '%d/%m/%Y') as opened_at, rev from tickets"),
    ] {
        let mut project = Project::new().file("a.csv", text.as_bytes()).declare("tickets", &["a.csv"], csv());
        project.source.tables = vec![evenkeel_model::source::TableMapping {
            table: "cases".to_owned(),
            select: select.to_owned(),
            version: Some("rev".to_owned()),
        }];
        writeln!(all, "--- {name}\n{}", project.story().await.trim_end()).unwrap();
    }
    insta::assert_snapshot!(all);
}

/// A time between two instants of which one cannot be read is no time.
#[tokio::test]
async fn times_between_instants() {
    let text = "id,at,until\n1,2026-01-01,2026-01-02\n2,2026-01-01,soon\n3,soon,soon\n";
    let mut project = Project::new().file("a.csv", text.as_bytes()).declare("t", &["a.csv"], csv()).map(
        "calls",
        "select id as call_id, instant('2026-01-01') as offered_at, instant(until) - instant(at) as hold_s from t",
    );
    let story = project.story().await;
    let held = project.query("calls", "select call_id, hold_s from calls order by 1").await;
    insta::assert_snapshot!(format!("{story}{held}"));
}
