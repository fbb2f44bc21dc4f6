//! Figures that were typed, in the record.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::Float64Type;
use deltalake::datafusion::prelude::{SessionContext, col};
use evenkeel_lake::figures::TypedObservation;
use evenkeel_lake::import::Batch;
use evenkeel_lake::{Lake, Rows, Storage, TableChange, tables};
use evenkeel_model::record;
use jiff::Timestamp;
use jiff::civil::date;

fn figure(unit: &str, numerator: f64, approved_at: i64) -> TypedObservation {
    TypedObservation {
        measure: "cost".to_owned(),
        period: date(2026, 10, 1)..=date(2026, 10, 31),
        period_on: date(2026, 10, 31),
        unit: unit.to_owned(),
        numerator,
        denominator: None,
        note: Some("counted by hand".to_owned()),
        entered_by: "milo".to_owned(),
        entered_at: Timestamp::from_second(1).unwrap(),
        approved_at: Timestamp::from_second(approved_at).unwrap(),
    }
}

async fn publish(lake: &Lake, id: &str, figures: &[TypedObservation]) -> TableChange {
    let at = Timestamp::from_second(9).unwrap();
    lake.publish_figures(Batch { id: id.to_owned(), source: "typed".to_owned(), at }, figures).await.unwrap().change
}

#[tokio::test]
async fn a_later_figure_takes_the_place_of_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(Storage::open("data", folder.path()).unwrap());
    let both = [figure("north", 5.0, 100), figure("south", 7.0, 100)];
    let change = publish(&lake, "a", &both).await;
    assert_eq!((change.inserted, change.updated), (2, 0));
    let version = lake.snapshot().await.unwrap().manifest().version;
    // Once more changes nothing, and neither does an older one.
    assert_eq!(publish(&lake, "b", &both).await.unchanged, 2);
    assert_eq!(publish(&lake, "c", &[figure("north", 4.0, 50)]).await.outdated, 1);
    assert_eq!(lake.snapshot().await.unwrap().manifest().version, version);
    assert_eq!(publish(&lake, "d", &[figure("north", 6.0, 200)]).await.updated, 1);
    let snapshot = lake.snapshot().await.unwrap();
    assert!(snapshot.manifest().sources.contains_key("typed"));
    let rows = SessionContext::new().read_table(snapshot.provider("observations").await.unwrap()).unwrap();
    let rows =
        rows.sort_by(vec![col("unit_id")]).unwrap().select(vec![col("numerator")]).unwrap().collect().await.unwrap();
    let found: Vec<f64> =
        rows.iter().flat_map(|batch| batch.column(0).as_primitive::<Float64Type>().values().to_vec()).collect();
    assert_eq!(found, [6.0, 7.0]);
}

/// What a source brings: a figure of one unit on one day of October 2026.
async fn bring(lake: &Lake, unit: &str, day: i8) {
    let at = Timestamp::from_second(1).unwrap();
    let mut import = lake.begin(Batch { id: format!("hr-{unit}"), source: "hr".to_owned(), at }).await.unwrap();
    let schema = tables::arrow_schema(record::table("observations").unwrap());
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
    let columns = schema
        .fields()
        .iter()
        .map(|field| match field.name().as_str() {
            "measure" => text("cost"),
            "unit_id" => text(unit),
            "source" => text("hr"),
            "batch_id" => text("hr"),
            "period_on" => {
                let days = date(1970, 1, 1).until(date(2026, 10, day)).unwrap().get_days();
                Arc::new(Date32Array::from(vec![days]))
            }
            "numerator" => Arc::new(Float64Array::from(vec![1.0])),
            "imported_at" => Arc::new(TimestampMicrosecondArray::from(vec![1]).with_timezone("UTC")),
            _ => new_null_array(field.data_type(), 1),
        })
        .collect();
    let rows =
        Rows { batch: RecordBatch::try_new(schema.clone(), columns).unwrap(), version: vec![0], ordinal: vec![0] };
    import.write("observations", rows).await.unwrap();
    import.finish(&[]).await.unwrap();
}

#[tokio::test]
async fn what_a_source_has_brought_does_not_count_twice() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(Storage::open("data", folder.path()).unwrap());
    // On the first day and in the middle of the period of north; south has nothing in it.
    bring(&lake, "north", 1).await;
    bring(&lake, "middle", 15).await;
    let version = lake.snapshot().await.unwrap().manifest().version;
    let at = Timestamp::from_second(9).unwrap();
    let publish = async |id: &str, figures: &[TypedObservation]| {
        lake.publish_figures(Batch { id: id.to_owned(), source: "typed".to_owned(), at }, figures).await.unwrap()
    };
    let only = publish("a", &[figure("north", 5.0, 100)]).await;
    assert_eq!((only.overtaken.len(), only.change), (1, TableChange::default()));
    assert_eq!(lake.snapshot().await.unwrap().manifest().version, version);
    let september = date(2026, 9, 1)..=date(2026, 9, 30);
    let earlier = TypedObservation { period: september, period_on: date(2026, 9, 30), ..figure("north", 5.0, 100) };
    let other = TypedObservation { measure: "other".to_owned(), ..figure("north", 5.0, 100) };
    let mixed =
        publish("b", &[figure("north", 5.0, 1), figure("south", 7.0, 1), figure("middle", 1.0, 1), earlier, other])
            .await;
    assert_eq!(mixed.overtaken.iter().copied().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(mixed.change.inserted, 3);
    // What was typed before is no source that brings it.
    assert!(publish("c", &[figure("south", 8.0, 2)]).await.overtaken.is_empty());
    // What counts nothing doubles nothing.
    let nothing = TypedObservation {
        period_on: date(2026, 10, 7),
        numerator: 0.0,
        denominator: Some(0.0),
        ..figure("north", 0.0, 3)
    };
    assert!(publish("d", &[nothing]).await.overtaken.is_empty());
}

#[tokio::test]
async fn figures_of_a_source_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(Storage::open("data", folder.path()).unwrap());
    let at = Timestamp::from_second(9).unwrap();
    let publish = async |id: &str, source: &str, figures: &[TypedObservation]| {
        lake.publish_figures(Batch { id: id.to_owned(), source: source.to_owned(), at }, figures).await.unwrap()
    };
    let counted = |unit: &str, below: f64| TypedObservation { denominator: Some(below), ..figure(unit, 2.0, 1) };
    publish("a", "calls", &[counted("north", 3.0), counted("south", 4.0)]).await;
    // Two sources do not bring one figure.
    assert_eq!(publish("b", "typed", &[figure("north", 5.0, 2), figure("west", 1.0, 2)]).await.overtaken.len(), 1);
    let present = lake.snapshot().await.unwrap().figures_of("calls", "cost").await.unwrap();
    let on = |unit: &str| (unit.to_owned(), date(2026, 10, 31));
    assert_eq!(present, [(on("north"), (2.0, Some(3.0))), (on("south"), (2.0, Some(4.0)))].into());
    assert!(lake.snapshot().await.unwrap().figures_of("calls", "other").await.unwrap().is_empty());
}
