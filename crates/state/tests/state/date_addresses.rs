//! Addresses at which calendars read: one for each user, told once, renewed and revoked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use evenkeel_model::access::{Grant, Role};
use evenkeel_state::{Action, Change, NewUser, Origin, Random, Secret};
use jiff::Timestamp;

use super::place::store;

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: "2026-11-02T06:10:00Z".parse().unwrap() }
}

#[tokio::test]
async fn an_address_is_renewed_and_revoked() {
    let (_place, store) = store().await;
    let next = AtomicU8::new(1);
    let random: Random = Arc::new(move || Ok([next.fetch_add(1, Ordering::Relaxed); 32]));
    let now: Timestamp = "2026-11-02T06:10:00Z".parse().unwrap();
    let grants = vec![Grant::Everywhere(Role::Administrator)];
    let new = NewUser { name: "Mara", sign_in: "mara", password: None, grants };
    let user = store.add_first_user(new, now).await.unwrap();
    assert!(store.date_address(user.id).await.unwrap().is_none());
    assert!(!store.revoke_date_address(user.id, change("mara", "")).await.unwrap());

    let first = store.make_date_address(user.id, &random, change("mara", "")).await.unwrap();
    assert_eq!(store.date_address_holder(&first).await.unwrap().map(|user| user.sign_in).as_deref(), Some("mara"));
    assert_eq!(store.date_address(user.id).await.unwrap().unwrap().made_at, now);
    let second = store.make_date_address(user.id, &random, change("mara", "")).await.unwrap();
    let stranger = Secret::new(&random).unwrap();
    for gone in [&first, &stranger] {
        assert!(store.date_address_holder(gone).await.unwrap().is_none());
    }
    assert!(store.date_address_holder(&second).await.unwrap().is_some());
    assert!(store.revoke_date_address(user.id, change("mara", "")).await.unwrap());
    assert!(store.date_address_holder(&second).await.unwrap().is_none());
    let trail = store.trail(None, 10).await.unwrap().entries;
    let done: Vec<&str> = trail.iter().rev().filter_map(|entry| entry.action.map(Action::as_str)).collect();
    assert!(
        done.ends_with(&["made a calendar address", "made a calendar address", "revoked a calendar address"]),
        "{done:?}"
    );
    // Whoever may not sign in any more, and then may again, has no address that others know.
    let other = NewUser { name: "Rosa", sign_in: "rosa", password: None, grants: Vec::new() };
    let rosa = store.add_user(other, change("mara", "rosa")).await.unwrap();
    let known = store.make_date_address(rosa.id, &random, change("rosa", "")).await.unwrap();
    assert!(store.set_active(rosa.id, false, change("mara", "rosa")).await.unwrap());
    assert!(store.set_active(rosa.id, true, change("mara", "rosa")).await.unwrap());
    assert!(store.date_address_holder(&known).await.unwrap().is_none());
}
