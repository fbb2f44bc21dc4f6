//! Rows that programs send: checked as those of files, taken whole, and put aside where they do not fit.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod common;

use std::fmt::Write as _;

use common::{Project, ndjson};
use evenkeel_ingest::Request;
use evenkeel_ingest::push::{Form, MOST_ROWS, PushError, Pushed, REJECTS_KEPT, Taken, push};
use evenkeel_model::record;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

fn cases(name: &str, form: Form, body: &str) -> Pushed {
    Pushed {
        table: record::table("cases").unwrap(),
        source: "push".to_owned(),
        version: None,
        name: name.to_owned(),
        corrects: None,
        form,
        body: body.as_bytes().to_vec(),
    }
}

async fn pushed_at(project: &Project, pushed: &Pushed, after: SignedDuration) -> Result<Taken, PushError> {
    let request = Request {
        root: project.folder.path().to_path_buf(),
        data_root: None,
        zone: TimeZone::get("Europe/Lisbon").unwrap(),
        now: Timestamp::from_second(1_800_000_000).unwrap() + after,
        batch_id: format!("p{}-{}", after.as_secs(), pushed.name),
    };
    push(&project.lake(), pushed, &request, 100).await
}

async fn story(project: &Project, pushed: &Pushed) -> String {
    match pushed_at(project, pushed, SignedDuration::ZERO).await {
        Ok(Taken { change, rejected, rejects }) => {
            let mut story = format!(
                "{} read, {} inserted, {} updated, {} unchanged, {} repeated, {} outdated, {rejected} rejected",
                change.read, change.inserted, change.updated, change.unchanged, change.repeated, change.outdated
            );
            for reject in rejects {
                let (line, column) = (reject.line.unwrap(), reject.column.unwrap_or_default());
                write!(story, "\n{line} {column} {} {}", reject.reason, reject.message).unwrap();
            }
            story
        }
        Err(error) => format!("{error}; {}", error.help().unwrap_or_default()),
    }
}

#[tokio::test]
async fn rows_are_taken_by_key_in_both_forms() {
    let project = Project::new();
    let two = r#"[{"case_id": "1", "opened_at": "2026-10-31T16:52:00Z", "attributes": {"a":
        [1, "\n"]}}, {"case_id": 2, "opened_at": "2026-10-31 16:52"}]"#;
    insta::assert_snapshot!(story(&project, &cases("a", Form::Array, two)).await, @"2 read, 2 inserted, 0 updated, 0 unchanged, 0 repeated, 0 outdated, 0 rejected");
    insta::assert_snapshot!(story(&project, &cases("b", Form::Array, two)).await, @"2 read, 0 inserted, 0 updated, 2 unchanged, 0 repeated, 0 outdated, 0 rejected");
    let lines = "{\"case_id\":\"2\",\"opened_at\":\"2026-10-31 16:52\",\"topic\":\"card\"}\n\n{\"case_id\":\"3\",\"opened_at\":\"2026-07-01\"}\n{\"case_id\":\"3\",\"opened_at\":\"2026-07-02\"}";
    insta::assert_snapshot!(story(&project, &cases("c", Form::Lines, lines)).await, @"3 read, 1 inserted, 1 updated, 0 unchanged, 1 repeated, 0 outdated, 0 rejected");
    let there =
        project.query("cases", "select case_id, opened_at, topic, source, attributes from cases order by case_id");
    insta::assert_snapshot!(there.await, @r#"
    +---------+----------------------+-------+--------+--------------------------+
    | case_id | opened_at            | topic | source | attributes               |
    +---------+----------------------+-------+--------+--------------------------+
    | 1       | 2026-10-31T16:52:00Z |       | push   | {"a":         [1, "\n"]} |
    | 2       | 2026-10-31T16:52:00Z | card  | push   |                          |
    | 3       | 2026-07-01T23:00:00Z |       | push   |                          |
    +---------+----------------------+-------+--------+--------------------------+
    "#);
}

#[tokio::test]
async fn rows_that_do_not_fit_are_listed_by_their_place_and_kept_until_they_are_put_right() {
    let project = Project::new();
    let some = r#"[{"case_id": "1", "opened_at": "soon"}, {"opened_at": "2026-10-31"}, {"case_id": "3", "opened_at": "2026-07-01"}]"#;
    insta::assert_snapshot!(story(&project, &cases("a", Form::Array, some)).await, @"
    1 read, 1 inserted, 0 updated, 0 unchanged, 0 repeated, 0 outdated, 2 rejected
    1 opened_at bad_instant `soon` is not an instant; instants are written 2026-10-31T16:52:00Z, or read with instant(text, format, zone)
    2 case_id missing_key `case_id` is missing
    ");
    let lines = "{\"case_id\":\"4\"}\n{\"case_id\":\n{\"case_id\":\"5\",\"opened_at\":\"2026-07-01\"}";
    insta::assert_snapshot!(story(&project, &cases("b", Form::Lines, lines)).await, @"
    1 read, 1 inserted, 0 updated, 0 unchanged, 0 repeated, 0 outdated, 2 rejected
    1 opened_at missing_value `opened_at` is missing
    2  bad_row it ends where a value is expected: it is cut off
    ");
    let of = async |name: &str| {
        let all = project.rejects().await;
        all.into_iter().filter(|reject| reject.file.as_deref() == Some(name)).count()
    };
    assert_eq!((of("push a").await, of("push b").await), (2, 2));
    let right = r#"[{"case_id": "1", "opened_at": "2026-10-30"}]"#;
    let corrects = Pushed { corrects: Some("a".to_owned()), ..cases("c", Form::Array, right) };
    pushed_at(&project, &corrects, SignedDuration::from_hours(1)).await.unwrap();
    assert_eq!((of("push a").await, of("push b").await), (0, 2));
    let later = REJECTS_KEPT + SignedDuration::from_hours(2);
    pushed_at(&project, &cases("d", Form::Array, right), later).await.unwrap();
    assert_eq!(of("push b").await, 0);
}

#[tokio::test]
async fn what_cannot_be_taken_leaves_the_record_alone() {
    let project = Project::new();
    let many = format!("[{}]", vec!["{\"case_id\":\"1\"}"; MOST_ROWS + 1].join(","));
    let mut told = Vec::new();
    for (form, body) in [
        (Form::Array, ""),
        (Form::Array, "[]"),
        (Form::Lines, "\n \n"),
        (Form::Array, "[1]"),
        (Form::Array, "[{\"case_id\":\"1\"}"),
        (Form::Array, "{\"case_id\":\"1\"}"),
        (Form::Lines, "[{\"case_id\":\"1\"}]"),
        (Form::Array, "[{\"case_id\":\"1\",\"opend_at\":\"2026-10-30\"}]"),
        (Form::Array, "[{\"case_id\":\"1\",\"source\":\"crm\"}]"),
        (Form::Array, "[{\"case_id\":\"1\",\"customer name\":\"Ann\"}]"),
        (Form::Array, &*many),
    ] {
        told.push(story(&project, &cases("a", form, body)).await);
    }
    insta::assert_snapshot!(told.join("\n"), @"
    what was sent cannot be read: `push a`, line 1: it is empty: there is no array; as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per line
    there are no rows; send a JSON array of objects, or one object per line
    there are no rows; send a JSON array of objects, or one object per line
    what was sent cannot be read: `push a`, line 1: it is not an array of objects; as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per line
    what was sent cannot be read: `push a`, line 1: it ends inside the array: the file is cut off; as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per line
    what was sent cannot be read: `push a`, line 1: it is not an array of objects; as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per line
    what was sent cannot be read: `push a`: it is one JSON array, not one object per line; as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per line
    rows have `opend_at`, which `cases` does not have; did you mean `opened_at`?
    rows have `source`, which evenkeel fills itself; leave it out; `?source=` in the address says of which source rows are
    rows have `customer name`, which `cases` does not have; its columns are case_id, opened_at, channel, topic, product, priority, customer_id, unit_id, assignee_id, status, is_complaint, tags; anything else goes into the object `attributes`
    there are 10001 rows; at most 10000 are taken at once; send them in several pushes, each with a key of its own
    ");
    assert_eq!(project.lake().snapshot().await.unwrap().manifest().version, 0);
    // While an import runs nothing is taken, and whoever pushed may come again.
    let batch =
        evenkeel_lake::import::Batch { id: "x".to_owned(), source: "crm".to_owned(), at: Timestamp::UNIX_EPOCH };
    let running = project.lake().begin(batch).await.unwrap();
    let good = cases("a", Form::Array, "[{\"case_id\":\"1\",\"opened_at\":\"2026-10-30\"}]");
    assert!(pushed_at(&project, &good, SignedDuration::ZERO).await.unwrap_err().is_busy());
    drop(running);
    assert_eq!(pushed_at(&project, &good, SignedDuration::ZERO).await.unwrap().change.inserted, 1);
}

/// Rows of a source that has files, too: its version decides, whichever way a row came.
#[tokio::test]
async fn a_declared_source_is_pushed_to_by_its_version() {
    let mut project = Project::new()
        .file("a.ndjson", b"{\"id\":\"1\",\"at\":\"2026-10-01\",\"seen\":3}\n")
        .declare("tickets", &["a.ndjson"], ndjson())
        .map("cases", "select id as case_id, at as opened_at, seen from tickets");
    project.source.tables[0].version = Some("seen".to_owned());
    project.import().await.unwrap();
    let of = |name: &str, body: &str| Pushed {
        source: "crm".to_owned(),
        version: Some("seen".to_owned()),
        ..cases(name, Form::Array, body)
    };
    let told = [
        story(&project, &of("a", r#"[{"case_id":"1","opened_at":"2026-10-02","seen":2}]"#)).await,
        story(&project, &of("b", r#"[{"case_id":"1","opened_at":"2026-10-03","seen":4}]"#)).await,
        story(&project, &of("c", r#"[{"case_id":"1","opened_at":"2026-10-04"}]"#)).await,
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    1 read, 0 inserted, 0 updated, 0 unchanged, 0 repeated, 1 outdated, 0 rejected
    1 read, 0 inserted, 1 updated, 0 unchanged, 0 repeated, 0 outdated, 0 rejected
    no row has `seen`, which decides between rows of source `crm`; send `seen` with every row, as the mapping of the source does
    ");
    assert_eq!(project.import().await.unwrap().tables[0].change.outdated, 1);
}
