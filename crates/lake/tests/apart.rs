//! Pseudonyms in the place of people: which cells are replaced, and which say something else.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array};
use arrow::datatypes::DataType;
use evenkeel_lake::import::Batch;
use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::scan::Form;
use evenkeel_lake::{Lake, LakeError, Rows, Storage, tables};
use evenkeel_model::record;
use evenkeel_pseudonym::KeyFile;
use jiff::Timestamp;
use tempfile::TempDir;

fn key(folder: &TempDir, path: &str) -> KeyFile {
    let next = AtomicU8::new(1);
    KeyFile::new(folder.path().join(path), Arc::new(move || Some([next.fetch_add(1, Ordering::Relaxed); 32])))
}

fn lake(folder: &TempDir) -> Lake {
    Lake::new(Storage::open("data", folder.path()).unwrap())
}

fn batch(number: u32) -> Batch {
    Batch { id: format!("b{number}"), source: "crm".to_owned(), at: Timestamp::UNIX_EPOCH }
}

/// Rows with texts in these columns; the others stay empty.
fn rows(table: &str, columns: &[&str], texts: &[&[&str]]) -> Rows {
    let schema = tables::arrow_schema(record::table(table).unwrap());
    let count = texts.len();
    let cells = schema.fields().iter().map(|field| -> ArrayRef {
        if let Some(place) = columns.iter().position(|name| name == field.name()) {
            let some = |text: &&[&str]| Some(text[place]).filter(|text| !text.is_empty()).map(str::to_owned);
            return Arc::new(texts.iter().map(some).collect::<StringArray>());
        }
        match (field.name().as_str(), field.data_type()) {
            ("source", _) => Arc::new(StringArray::from(vec!["crm"; count])),
            (_, DataType::Timestamp(..)) => {
                Arc::new(TimestampMicrosecondArray::from(vec![1; count]).with_timezone("UTC"))
            }
            (_, other) => new_null_array(other, count),
        }
    });
    let batch = RecordBatch::try_new(Arc::clone(&schema), cells.collect()).unwrap();
    Rows { batch, version: vec![0; count], ordinal: (0..count as u64).collect() }
}

/// The texts of a column of a table, in the order of another one.
async fn column(lake: &Lake, table: &str, by: &str, name: &str) -> Vec<Option<String>> {
    let snapshot = lake.snapshot().await.unwrap().without_excluded().await.unwrap();
    let mut found = Vec::new();
    for piece in snapshot.pieces(table).await.unwrap() {
        for batch in piece.read(&[(by, Form::Plain), (name, Form::Plain)]).unwrap() {
            let batch = batch.unwrap();
            let text = |column: usize| arrow::compute::cast(batch.column(column), &DataType::Utf8).unwrap();
            let (by, texts) = (text(0), text(1));
            let (by, texts) = (by.as_string::<i32>(), texts.as_string::<i32>());
            let cell = |row: usize| texts.is_valid(row).then(|| texts.value(row).to_owned());
            found.extend((0..batch.num_rows()).map(|row| (by.value(row).to_owned(), cell(row))));
        }
    }
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn cells_that_say_who_are_replaced_and_others_are_not() {
    let folder = TempDir::new().unwrap();
    let file = key(&folder, "keys/people.key");
    let lake = lake(&folder).with_pseudonyms(file.clone()).unwrap();
    let mut import = lake.begin(batch(1)).await.unwrap();
    let events = ["case_id", "event_id", "kind", "actor_kind", "actor_id", "field_to"];
    let told: [&[&str]; 4] = [
        &["c", "1", "assignee", "agent", "E1", "E2"],
        &["c", "2", "status", "agent", "E2", "solved"],
        &["c", "3", "message", "customer", "C77", ""],
        &["c", "4", "note", "", "E1", ""],
    ];
    import.write("case_events", rows("case_events", &events, &told)).await.unwrap();
    let aliases: [&[&str]; 2] = [&["unit", "BR01", "ashgrove"], &["person", "login7", "E1"]];
    import.write("aliases", rows("aliases", &["kind", "id", "canonical_id"], &aliases)).await.unwrap();
    let people: [&[&str]; 2] = [&["E1", "Ann", "ann@bank", "adviser"], &["E2", "", "", "manager"]];
    import.write("people", rows("people", &["person_id", "name", "email", "role"], &people)).await.unwrap();
    let trainings: [&[&str]; 2] = [&["E1", "a"], &["E1", "b"]];
    let mut trained = rows("trainings", &["person_id", "course"], &trainings);
    trained.ordinal = vec![0, 1];
    import.write("trainings", trained).await.unwrap();
    // A decision that a source brings names the row as the source does.
    let decided: [&[&str]; 1] = [&["trainings", r#"["E1","a",null]"#, "E2"]];
    import.write("exclusions", rows("exclusions", &["table_name", "key", "decided_by"], &decided)).await.unwrap();
    let reject = Reject {
        source: "crm".to_owned(),
        table: "cases".to_owned(),
        file: Some("raw/cases.csv".to_owned()),
        line: Some(7),
        column: Some("opened_at".to_owned()),
        value: Some("Ann Ash".to_owned()),
        reason: "bad_instant".to_owned(),
        message: "`Ann Ash` is not an instant".to_owned(),
    };
    import.reject([reject.clone()]).unwrap();
    assert!(file.read().unwrap().is_none(), "nothing is kept before the rows are");
    import.finish(&[]).await.unwrap();

    let known = file.read().unwrap().unwrap();
    let of = |person: &str| Some(known.known(person).unwrap().pseudonym.clone());
    let (ann, bob, login) = (of("E1"), of("E2"), of("login7"));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        column(&lake, "case_events", "event_id", "actor_id").await,
        [ann.clone(), bob.clone(), text("C77"), ann.clone()]
    );
    assert_eq!(column(&lake, "case_events", "event_id", "field_to").await, [bob.clone(), text("solved"), None, None]);
    assert_eq!(column(&lake, "aliases", "kind", "id").await, [login.clone(), text("BR01")]);
    assert_eq!(column(&lake, "aliases", "kind", "canonical_id").await, [ann.clone(), text("ashgrove")]);
    assert_eq!(column(&lake, "people", "role", "person_id").await, [ann.clone(), bob.clone()]);
    assert_eq!(column(&lake, "people", "role", "name").await, [None, None]);
    assert_eq!(column(&lake, "people", "role", "email").await, [None, None]);
    assert_eq!(known.known("E1").unwrap().email.as_deref(), Some("ann@bank"));
    assert!(known.known("C77").is_none() && known.known("BR01").is_none());
    // The row that was decided on is found, whatever stands for its person.
    assert_eq!(column(&lake, "trainings", "course", "course").await, [text("b")]);
    let snapshot = lake.snapshot().await.unwrap();
    assert_eq!(snapshot.aliases_of(ann.as_deref().unwrap()).await.unwrap(), [login.unwrap()]);
    let kept = rejects::list(&snapshot, None, None).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].value.is_none() && !kept[0].message.contains("Ann"), "{:?}", kept[0]);
    assert_eq!((kept[0].line, kept[0].reason.as_str()), (Some(7), "bad_instant"));
}

#[tokio::test]
async fn a_lake_and_its_key_belong_together() {
    let folder = TempDir::new().unwrap();
    let refused = lake(&folder).with_pseudonyms(key(&folder, "data/keys/people.key"));
    assert!(matches!(refused, Err(LakeError::KeyInLake { .. })));
    let apart = lake(&folder).with_pseudonyms(key(&folder, "people.key")).unwrap();
    let mut import = apart.begin(batch(1)).await.unwrap();
    import.write("people", rows("people", &["person_id"], &[&["E1"]])).await.unwrap();
    assert!(matches!(apart.begin(batch(2)).await, Err(LakeError::Busy { .. })));
    import.finish(&[]).await.unwrap();
    assert!(matches!(lake(&folder).begin(batch(2)).await, Err(LakeError::NoKeyNamed { .. })));
    assert!(lake(&folder).snapshot().await.unwrap().people().unknown().is_some());
    std::fs::remove_file(folder.path().join("people.key")).unwrap();
    assert!(matches!(apart.begin(batch(2)).await, Err(LakeError::Key(_))));
    assert!(apart.snapshot().await.unwrap().people().unknown().is_some());
    assert!(!folder.path().join("people.key").exists());
}
