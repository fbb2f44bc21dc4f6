//! Figures that were typed, in the record.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use deltalake::datafusion::prelude::{SessionContext, col};
use evenkeel_lake::figures::TypedObservation;
use evenkeel_lake::import::Batch;
use evenkeel_lake::{Lake, Storage, TableChange};
use jiff::Timestamp;
use jiff::civil::date;

fn figure(unit: &str, numerator: f64, approved_at: i64) -> TypedObservation {
    TypedObservation {
        measure: "cost".to_owned(),
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
    lake.publish_figures(Batch { id: id.to_owned(), source: "typed".to_owned(), at }, figures).await.unwrap()
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
