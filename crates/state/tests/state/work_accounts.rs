//! Work accounts: whose they are, and that each way back is gone once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use evenkeel_model::access::{Grant, Role};
use evenkeel_state::{Action, Change, Found, Lifetime, NewUser, Origin, Random, StateStore, User, WorkAccount};
use jiff::{SignedDuration, Timestamp};

use super::place::store;

fn random() -> Random {
    let next = AtomicU8::new(1);
    Arc::new(move || Ok([next.fetch_add(1, Ordering::Relaxed); 32]))
}

fn at(minutes: i64) -> Timestamp {
    "2026-11-02T06:10:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn change(about: &str) -> Change<'_> {
    Change { by: "mara", origin: Origin::Pages, about, at: at(0) }
}

fn account(issuer: &str, subject: &str) -> WorkAccount {
    WorkAccount { issuer: format!("https://{issuer}.example"), subject: subject.to_owned() }
}

async fn add(store: &StateStore, sign_in: &str) -> User {
    let new = NewUser { name: sign_in, sign_in, password: None, grants: Vec::new() };
    store.add_user(new, change(sign_in)).await.unwrap()
}

async fn told(store: &StateStore) -> Vec<(Option<Action>, String, String)> {
    let entries = store.trail(None, 100).await.unwrap().entries;
    entries.into_iter().map(|entry| (entry.action, entry.who, entry.about)).collect()
}

#[tokio::test]
async fn an_account_is_one_persons_and_each_has_one_of_a_provider() {
    let (_place, store) = store().await;
    let (rosa, milo) = (add(&store, "rosa").await, add(&store, "milo").await);
    let (one, two) = (account("id", "1"), account("id", "2"));
    assert_eq!(store.user_of_work_account(&one).await.unwrap(), None);
    assert!(store.link_work_account(&rosa, &one, at(1)).await.unwrap());
    assert_eq!(store.user_of_work_account(&one).await.unwrap().map(|user| user.id), Some(rosa.id));
    // Nobody else's, no second one of the same provider, and nothing is told of either.
    let before = told(&store).await;
    assert!(!store.link_work_account(&milo, &one, at(1)).await.unwrap());
    assert!(!store.link_work_account(&rosa, &one, at(1)).await.unwrap());
    assert!(!store.link_work_account(&rosa, &two, at(1)).await.unwrap());
    assert_eq!(told(&store).await, before);
    assert!(before.contains(&(
        Some(Action::WorkAccountLinked),
        "rosa".to_owned(),
        "rosa: 1 at https://id.example".to_owned()
    )));
    // The same subject of another provider is somebody else.
    assert_eq!(store.user_of_work_account(&account("other", "1")).await.unwrap(), None);
    assert!(store.link_work_account(&milo, &account("other", "1"), at(1)).await.unwrap());
    assert!(store.link_work_account(&milo, &two, at(1)).await.unwrap());
    assert_eq!(store.users_with_work_accounts().await.unwrap(), [rosa.id, milo.id].into());
    // Subjects are compared as they are written.
    assert_eq!(store.user_of_work_account(&account("id", "' or 1=1 --")).await.unwrap(), None);
    assert!(store.link_work_account(&add(&store, "a").await, &account("id", "x"), at(1)).await.unwrap());
    assert_eq!(store.user_of_work_account(&account("id", "X")).await.unwrap(), None);

    // Removed, they are signed out, and another one can be linked.
    let session = store.begin_session(rosa.id, &random(), at(2)).await.unwrap();
    assert!(store.remove_work_accounts(rosa.id, change("rosa")).await.unwrap());
    assert!(!store.remove_work_accounts(rosa.id, change("rosa")).await.unwrap());
    assert_eq!(store.session(&session, Lifetime::default(), at(2)).await.unwrap(), Found::Nobody);
    assert_eq!(store.user_of_work_account(&one).await.unwrap(), None);
    assert!(store.link_work_account(&rosa, &account("id", "3"), at(2)).await.unwrap());

    // Whoever may not sign in is linked to nothing, and what is linked stays.
    store.set_active(milo.id, false, change("milo")).await.unwrap();
    assert!(!store.link_work_account(&milo, &account("third", "1"), at(3)).await.unwrap());
    assert_eq!(store.user_of_work_account(&two).await.unwrap().map(|user| user.active), Some(false));
}

#[tokio::test]
async fn a_one_time_link_links_whoever_has_no_password() {
    let (_place, store) = store().await;
    let random = random();
    let rosa = add(&store, "rosa").await;
    let one = account("id", "1");
    let link = store.invite(rosa.id, &random, change("rosa")).await.unwrap();
    let other = add(&store, "milo").await;
    assert!(store.link_work_account(&other, &account("id", "2"), at(0)).await.unwrap());
    // An account of somebody else does not use the link up.
    assert_eq!(store.redeem_with_work_account(&link, &account("id", "2"), at(1)).await.unwrap(), None);
    let entered = store.redeem_with_work_account(&link, &one, at(1)).await.unwrap();
    assert_eq!(entered.map(|user| user.id), Some(rosa.id));
    assert_eq!(store.redeem_with_work_account(&link, &account("id", "3"), at(1)).await.unwrap(), None);
    assert_eq!(store.invited(&link, at(1)).await.unwrap(), None);

    // A link that is over, and one for somebody whose password would go on working.
    let late = store.invite(other.id, &random, change("milo")).await.unwrap();
    let after = at(72 * 60);
    assert_eq!(store.redeem_with_work_account(&late, &account("other", "1"), after).await.unwrap(), None);
    let chosen = store.invite(other.id, &random, change("milo")).await.unwrap();
    store.redeem(&chosen, "hash".to_owned(), at(2)).await.unwrap().unwrap();
    let again = store.invite(other.id, &random, change("milo")).await.unwrap();
    assert_eq!(store.redeem_with_work_account(&again, &account("other", "1"), at(3)).await.unwrap(), None);
    assert!(store.invited(&again, at(3)).await.unwrap().is_some());
}

#[tokio::test]
async fn whoever_is_admitted_is_nobody_else_and_never_the_first() {
    let (_place, store) = store().await;
    let new = |sign_in: &'static str| NewUser { name: "Rosa", sign_in, password: None, grants: Vec::new() };
    assert_eq!(store.admit(new("rosa"), &account("id", "1"), at(0)).await.unwrap(), None);
    assert!(!store.has_users().await.unwrap());
    let first = NewUser {
        name: "Mara",
        sign_in: "mara",
        password: Some("hash".to_owned()),
        grants: vec![Grant::Everywhere(Role::Administrator)],
    };
    store.add_first_user(first, at(0)).await.unwrap();
    let rosa = store.admit(new("Rosa"), &account("id", "1"), at(1)).await.unwrap().unwrap();
    assert_eq!((rosa.sign_in.as_str(), rosa.grants.len(), rosa.has_password), ("rosa", 0, false));
    for (name, subject) in [("mara", "2"), ("rosa", "2"), ("other", "1"), ("a b", "2"), ("", "2")] {
        let admitted = store.admit(new(name), &account("id", subject), at(1)).await.unwrap();
        assert_eq!(admitted, None, "{name} {subject}");
    }
    assert_eq!(store.users().await.unwrap().len(), 2);
    let actions: Vec<_> = told(&store).await.into_iter().map(|(action, who, _)| (action, who)).collect();
    let rosa = |action| (Some(action), "rosa".to_owned());
    assert!(actions.starts_with(&[rosa(Action::WorkAccountLinked), rosa(Action::UserAdded)]), "{actions:?}");
}

#[tokio::test]
async fn a_way_back_is_gone_once() {
    let (_place, store) = store().await;
    let usable = SignedDuration::from_mins(20);
    assert!(store.returns_once("a", usable, at(0)).await.unwrap());
    assert!(!store.returns_once("a", usable, at(0)).await.unwrap());
    assert!(!store.returns_once("a", usable, at(20)).await.unwrap());
    assert!(store.returns_once("b", usable, at(20)).await.unwrap());
    // Of many at once, one is the first.
    let all = futures_of(&store, usable).await;
    assert_eq!(all, 1);
}

async fn futures_of(store: &StateStore, usable: SignedDuration) -> usize {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move { store.returns_once("c", usable, at(21)).await.unwrap() });
    }
    tasks.join_all().await.into_iter().filter(|first| *first).count()
}
