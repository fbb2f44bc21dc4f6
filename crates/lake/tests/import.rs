//! Imports against a plain map: whatever happens in between, the lake holds what the map holds.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array};
use arrow::datatypes::DataType;
use deltalake::datafusion::prelude::{SessionContext, col};
use evenkeel_lake::import::Batch;
use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::{Lake, LakeError, Rows, Storage, TableChange, tables};
use evenkeel_model::record;
use jiff::Timestamp;

fn lake(folder: &Path) -> Lake {
    Lake::new(Storage::open("data", folder).unwrap())
}

fn batch(number: u32) -> Batch {
    Batch { id: format!("b{number}"), source: "crm".to_owned(), at: Timestamp::from_second(i64::from(number)).unwrap() }
}

/// Cases with a topic each; the other columns stay empty.
fn cases(rows: &[(&str, &str)], versions: Option<&[i64]>, first_ordinal: u64, batch: &str) -> Rows {
    let table = record::table("cases").unwrap();
    let schema = tables::arrow_schema(table);
    let text = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let columns = schema
        .fields()
        .iter()
        .map(|field| match field.name().as_str() {
            "case_id" => text(rows.iter().map(|row| row.0).collect()),
            "topic" => text(rows.iter().map(|row| row.1).collect()),
            "source" => text(vec!["crm"; rows.len()]),
            "batch_id" => text(vec![batch; rows.len()]),
            "imported_at" => Arc::new(TimestampMicrosecondArray::from(vec![1; rows.len()]).with_timezone("UTC")),
            _ => new_null_array(field.data_type(), rows.len()),
        })
        .collect();
    Rows {
        batch: RecordBatch::try_new(schema.clone(), columns).unwrap(),
        version: versions.map_or_else(|| vec![0; rows.len()], <[i64]>::to_vec),
        ordinal: (first_ordinal..).take(rows.len()).collect(),
    }
}

async fn import(lake: &Lake, number: u32, rows: &[(&str, &str)]) -> TableChange {
    let mut import = lake.begin(batch(number)).await.unwrap();
    import.write("cases", cases(rows, None, 0, &format!("b{number}"))).await.unwrap();
    import.finish(&[]).await.unwrap()["cases"]
}

/// What a query over the table finds.
async fn content(lake: &Lake) -> BTreeMap<String, String> {
    let snapshot = lake.snapshot().await.unwrap();
    let context = SessionContext::new();
    let rows = context.read_table(snapshot.provider("cases").await.unwrap()).unwrap();
    let batches = rows.select(vec![col("case_id"), col("topic")]).unwrap().collect().await.unwrap();
    let mut found = BTreeMap::new();
    for batch in batches {
        let text = |index: usize| arrow::compute::cast(batch.column(index), &DataType::Utf8).unwrap();
        let (keys, topics) = (text(0), text(1));
        for row in 0..batch.num_rows() {
            let key = keys.as_string::<i32>().value(row).to_owned();
            let topics = topics.as_string::<i32>();
            let topic = if topics.is_valid(row) { topics.value(row) } else { "" };
            assert_eq!(found.insert(key.clone(), topic.to_owned()), None, "{key} stands twice");
        }
    }
    assert_eq!(found.len() as u64, snapshot.manifest().tables.get("cases").map_or(0, |table| table.rows));
    found
}

fn expected(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
    rows.iter().map(|(key, topic)| ((*key).to_owned(), (*topic).to_owned())).collect()
}

#[tokio::test]
async fn a_new_lake_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    assert_eq!(content(&lake).await, BTreeMap::new());
    assert_eq!(lake.snapshot().await.unwrap().manifest().version, 0);
}

#[tokio::test]
async fn rows_are_inserted_updated_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    let change = import(&lake, 1, &[("a", "1"), ("b", "1"), ("c", "1")]).await;
    assert_eq!(change, TableChange { read: 3, inserted: 3, ..TableChange::default() });
    let first = lake.snapshot().await.unwrap().data_version(["cases"]);

    let change = import(&lake, 2, &[("b", "2"), ("c", "1"), ("d", "1"), ("d", "2")]).await;
    assert_eq!(
        change,
        TableChange { read: 4, inserted: 1, updated: 1, unchanged: 1, repeated: 1, ..TableChange::default() }
    );
    assert_eq!(content(&lake).await, expected(&[("a", "1"), ("b", "2"), ("c", "1"), ("d", "2")]));
    let second = lake.snapshot().await.unwrap();
    assert_ne!(second.data_version(["cases"]), first);

    let change = import(&lake, 3, &[("b", "2"), ("c", "1"), ("d", "2")]).await;
    assert_eq!(change, TableChange { read: 3, unchanged: 3, ..TableChange::default() });
    let third = lake.snapshot().await.unwrap();
    assert_eq!(third.manifest().version, second.manifest().version, "nothing changed, so there is no new state");
}

#[tokio::test]
async fn the_higher_version_holds_within_and_across_imports() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    let mut one = lake.begin(batch(1)).await.unwrap();
    one.write("cases", cases(&[("a", "new"), ("a", "old"), ("b", "2")], Some(&[5, 4, 2]), 0, "b1")).await.unwrap();
    one.finish(&[]).await.unwrap();
    assert_eq!(content(&lake).await, expected(&[("a", "new"), ("b", "2")]));

    let mut two = lake.begin(batch(2)).await.unwrap();
    two.write("cases", cases(&[("a", "stale"), ("b", "3")], Some(&[4, 3]), 0, "b2")).await.unwrap();
    let change = two.finish(&[]).await.unwrap()["cases"];
    assert_eq!((change.outdated, change.updated), (1, 1));
    assert_eq!(content(&lake).await, expected(&[("a", "new"), ("b", "3")]));
}

#[tokio::test]
async fn equal_content_has_an_equal_digest_whatever_led_to_it() {
    let rows = [("a", "1"), ("b", "2"), ("c", "3")];
    let one = tempfile::tempdir().unwrap();
    let at_once = lake(one.path());
    import(&at_once, 1, &rows).await;
    let two = tempfile::tempdir().unwrap();
    let in_steps = lake(two.path());
    import(&in_steps, 1, &[("c", "0"), ("b", "2")]).await;
    import(&in_steps, 2, &[("c", "3")]).await;
    import(&in_steps, 3, &[("a", "1")]).await;
    let version = async |lake: &Lake| lake.snapshot().await.unwrap().data_version(["cases"]);
    assert_eq!(version(&at_once).await, version(&in_steps).await);
}

#[tokio::test]
async fn what_never_ended_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    import(&lake, 1, &[("a", "1")]).await;
    let before = lake.snapshot().await.unwrap();

    let mut lost = lake.begin(batch(2)).await.unwrap();
    lost.write("cases", cases(&[("a", "lost"), ("z", "lost")], None, 0, "b2")).await.unwrap();
    assert!(matches!(lake.begin(batch(9)).await, Err(LakeError::Busy { .. })), "only one import at a time");
    drop(lost);
    // Large files are written under another name first, and a process may die meanwhile.
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("index")).unwrap();
    let half = [data.join("tables/cases/part-b2-0001.parquet#1"), data.join("index/b2-cases.keys#1")];
    // An import whose name begins alike ended long ago.
    let other = data.join("index/b22-cases.keys");
    for file in half.iter().chain([&other]) {
        std::fs::write(file, "half").unwrap();
    }
    assert_eq!(lake.snapshot().await.unwrap().manifest(), before.manifest());

    import(&lake, 3, &[("b", "1")]).await;
    assert_eq!(content(&lake).await, expected(&[("a", "1"), ("b", "1")]));
    let running = folder.path().join("data/running");
    assert_eq!(std::fs::read_dir(running).unwrap().count(), 0);
    assert!(half.iter().all(|file| !file.exists()) && other.exists());
}

#[tokio::test]
async fn a_lake_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    import(&lake, 1, &[("a", "1")]).await;
    let file = folder.path().join("data/manifest/00000000000000000001.json");
    let newer = std::fs::read_to_string(&file).unwrap().replace("\"schema\": 1", "\"schema\": 2");
    std::fs::write(&file, newer).unwrap();
    assert!(matches!(lake.snapshot().await, Err(LakeError::TooNew { found: 2, .. })));
    assert!(matches!(lake.begin(batch(2)).await, Err(LakeError::TooNew { found: 2, .. })));
}

#[tokio::test]
async fn many_imports_keep_the_index_small() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    for number in 1..=30 {
        let topic = number.to_string();
        import(&lake, number, &[("a", &topic), ("b", &topic), ("c", "same")]).await;
    }
    let snapshot = lake.snapshot().await.unwrap();
    let runs = &snapshot.manifest().tables["cases"].index;
    let files: Vec<&str> = runs.iter().flat_map(|run| &run.files).map(|file| file.path.as_str()).collect();
    assert!(files.len() <= 12, "{files:?}");
    assert_eq!(content(&lake).await, expected(&[("a", "30"), ("b", "30"), ("c", "same")]));
}

#[tokio::test]
async fn an_index_that_points_into_a_file_that_is_gone_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    import(&lake, 1, &[("a", "1")]).await;
    let file = folder.path().join("data/manifest/00000000000000000001.json");
    let damaged = std::fs::read_to_string(&file).unwrap().replace("part-b1-0000.parquet", "part-b0-0000.parquet");
    std::fs::write(&file, damaged).unwrap();
    let mut second = lake.begin(batch(2)).await.unwrap();
    second.write("cases", cases(&[("a", "2")], None, 0, "b2")).await.unwrap();
    assert!(matches!(second.finish(&[]).await, Err(LakeError::Damaged { .. })));
}

#[tokio::test]
async fn commits_that_the_manifest_never_named_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    import(&lake, 1, &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"), ("f", "1")]).await;
    import(&lake, 2, &[("a", "2"), ("x", "1")]).await;
    // As if the process had died after the commit of the table and before the manifest.
    let manifests = folder.path().join("data/manifest");
    std::fs::remove_file(manifests.join("00000000000000000002.json")).unwrap();
    std::fs::write(folder.path().join("data/running/b2"), "").unwrap();
    assert_eq!(content(&lake).await.get("a").unwrap(), "1");

    let change = import(&lake, 3, &[("a", "3"), ("b", "1")]).await;
    assert_eq!((change.updated, change.unchanged), (1, 1));
    let all = expected(&[("a", "3"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"), ("f", "1")]);
    assert_eq!(content(&lake).await, all);
    // A table whose very first commit was lost starts from nothing.
    std::fs::remove_file(manifests.join("00000000000000000001.json")).unwrap();
    std::fs::remove_file(manifests.join("00000000000000000002.json")).unwrap();
    import(&lake, 4, &[("q", "1")]).await;
    assert_eq!(content(&lake).await, expected(&[("q", "1")]));
}

fn reject(file: &str, line: i64) -> Reject {
    Reject {
        source: "crm".into(),
        table: "cases".into(),
        file: Some(file.into()),
        line: Some(line),
        column: Some("opened_at".into()),
        value: Some("yesterday".into()),
        reason: "bad_instant".into(),
        message: "`yesterday` is not an instant".into(),
    }
}

#[tokio::test]
async fn rejects_say_what_is_wrong_now() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path());
    let run = async |number: u32, rejected: Vec<Reject>, files: &[&str]| {
        let mut import = lake.begin(batch(number)).await.unwrap();
        import.reject(rejected).unwrap();
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        import.finish(&files).await.unwrap();
        rejects::list(&lake.snapshot().await.unwrap(), None, None).await.unwrap()
    };
    let many: Vec<Reject> = (1..=25_000).map(|line| reject("a.csv", line)).collect();
    assert_eq!(run(1, many.clone(), &["a.csv", "b.csv"]).await, many);
    let version = lake.snapshot().await.unwrap().manifest().version;
    assert_eq!(run(2, many, &["a.csv", "b.csv"]).await.len(), 25_000);
    assert_eq!(lake.snapshot().await.unwrap().manifest().version, version, "the same rejects are no change");
    assert_eq!(run(3, vec![reject("b.csv", 7)], &["b.csv"]).await.len(), 25_001);
    assert_eq!(run(4, vec![reject("a.csv", 1)], &["a.csv"]).await, [reject("a.csv", 1), reject("b.csv", 7)]);
    assert_eq!(run(5, vec![], &["a.csv", "b.csv"]).await, []);
}

mod random {
    use super::*;
    use proptest::prelude::*;

    /// Whether an import ends, and its rows: key, topic, version.
    type Step = (bool, Vec<(u8, u8, i8)>);

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let row = (0u8..40, 0u8..4, 0i8..3);
        prop::collection::vec((prop::bool::weighted(0.8), prop::collection::vec(row, 0..60)), 1..14)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn the_lake_holds_what_a_map_holds(steps in steps()) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let lake = lake(folder.path());
                let mut map: BTreeMap<String, (i64, String)> = BTreeMap::new();
                for (number, (ends, rows)) in steps.iter().enumerate() {
                    let texts: Vec<(String, String)> =
                        rows.iter().map(|(key, topic, _)| (format!("k{key}"), format!("t{topic}"))).collect();
                    let pairs: Vec<(&str, &str)> = texts.iter().map(|(key, topic)| (key.as_str(), topic.as_str())).collect();
                    let versions: Vec<i64> = rows.iter().map(|row| i64::from(row.2)).collect();
                    let mut import = lake.begin(batch(number as u32)).await.unwrap();
                    let half = pairs.len() / 2;
                    let id = format!("b{number}");
                    import.write("cases", cases(&pairs[..half], Some(&versions[..half]), 0, &id)).await.unwrap();
                    import.write("cases", cases(&pairs[half..], Some(&versions[half..]), half as u64, &id)).await.unwrap();
                    if !ends {
                        continue;
                    }
                    import.finish(&[]).await.unwrap();
                    for ((key, topic), version) in texts.iter().zip(&versions) {
                        let newer = map.get(key).is_none_or(|(held, _)| version >= held);
                        if newer {
                            map.insert(key.clone(), (*version, topic.clone()));
                        }
                    }
                }
                let found = content(&lake).await;
                let wanted: BTreeMap<String, String> = map.into_iter().map(|(key, (_, topic))| (key, topic)).collect();
                assert_eq!(found, wanted);
            });
        }
    }
}
