//! Imports that servers begin by themselves.

use evenkeel_state::StateStore;
use jiff::Timestamp;

use super::place::store;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn one_of_two_servers_begins_what_is_due() {
    let (place, one) = store().await;
    let other = StateStore::open(&place.location).await.unwrap();
    let now = at("2026-11-05T06:00:00Z");
    let both = tokio::join!(one.begin_import("crm", None, now), other.begin_import("crm", None, now));
    assert_ne!(both.0.unwrap(), both.1.unwrap());
    let seen = other.imports().await.unwrap();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].is_open());
    assert_eq!((seen[0].begun_at, seen[0].failures), (now, 1));

    one.end_import("crm", Ok(at("2026-11-05T06:01:00Z"))).await.unwrap();
    let seen = other.imports().await.unwrap();
    assert!(!seen[0].is_open());
    assert_eq!((seen[0].succeeded_at, seen[0].failures), (Some(at("2026-11-05T06:01:00Z")), 0));

    // What was read before the other one began is not enough.
    let later = at("2026-11-05T07:00:00Z");
    assert!(one.begin_import("crm", Some(&seen[0]), later).await.unwrap());
    assert!(!other.begin_import("crm", Some(&seen[0]), later).await.unwrap());
    one.end_import("crm", Err("no file")).await.unwrap();
    let failed = one.imports().await.unwrap();
    assert_eq!((failed[0].why.as_deref(), failed[0].failures), (Some("no file"), 1));
    assert_eq!(failed[0].succeeded_at, seen[0].succeeded_at);
}

#[tokio::test]
async fn what_was_left_to_somebody_else_is_as_it_was() {
    let folder = TempDir::new().unwrap();
    let store = StateStore::open(&Location::new(None, folder.path()).unwrap()).await.unwrap();
    let now = at("2026-11-05T06:00:00Z");
    assert!(store.begin_import("crm", None, now).await.unwrap());
    store.leave_import("crm", None).await.unwrap();
    assert_eq!(store.imports().await.unwrap(), []);
    assert!(store.begin_import("crm", None, now).await.unwrap());
    store.end_import("crm", Err("no file")).await.unwrap();
    let before = store.imports().await.unwrap();
    assert!(store.begin_import("crm", before.first(), at("2026-11-05T06:01:00Z")).await.unwrap());
    store.leave_import("crm", before.first()).await.unwrap();
    assert_eq!(store.imports().await.unwrap(), before);
}
