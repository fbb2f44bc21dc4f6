//! The store, on a temporary file or on PostgreSQL: users, sessions, attempts, links, trail.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use evenkeel_model::access::{Grant, Role};
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_state::{
    Action, Attempt, Change, DeliveryState, DisputeState, Entry, Found, KeptAnswer, Lifetime, Limits, Location,
    LookedAt, Message, NewDispute, NewToken, NewUser, Origin, PushKey, PushState, Random, Scope, Secret, StateError,
    StateStore, User,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait as _;

use super::place::store;

/// Bytes that differ every time, and are the same on every run.
fn random() -> Random {
    let next = AtomicU64::new(1);
    Arc::new(move || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Ok(std::array::from_fn(|at| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 8 * 8)) as u8 ^ at as u8))
    })
}

fn at(minutes: i64) -> Timestamp {
    "2026-11-02T06:10:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn new<'a>(name: &'a str, sign_in: &'a str, grants: Vec<Grant>) -> NewUser<'a> {
    NewUser { name, sign_in, password: Some("hash".to_owned()), grants }
}

/// What the trail says of a change that a test makes.
fn change(minutes: i64) -> Change<'static> {
    Change { by: "mara", origin: Origin::Pages, about: "a change", at: at(minutes) }
}

async fn administrator(store: &StateStore) -> User {
    store
        .add_first_user(new("Mara Lindqvist", "Mara", vec![Grant::Everywhere(Role::Administrator)]), at(0))
        .await
        .unwrap()
}

#[tokio::test]
async fn users_and_their_grants() {
    let (_place, store) = store().await;
    assert!(!store.has_users().await.unwrap());
    let mara = administrator(&store).await;
    assert!(store.has_users().await.unwrap());
    let refused = store.add_first_user(new("Other", "other", Vec::new()), at(0)).await.unwrap_err();
    assert!(matches!(refused, StateError::NotFirst), "{refused}");

    let over = vec![Grant::In(Role::Manager, UnitId::new("lakeside")), Grant::Own(PersonId::new("E1"))];
    let rosa = store.add_user(new("Rosa Anand", " rosa@northmere.example ", over.clone()), change(1)).await.unwrap();
    assert_eq!((rosa.sign_in.as_str(), &rosa.grants), ("rosa@northmere.example", &over));
    let taken = store.add_user(new("Rosa Two", "ROSA@northmere.example", Vec::new()), change(1)).await.unwrap_err();
    assert!(matches!(taken, StateError::NameTaken { .. }), "{taken}");
    for (name, sign_in) in
        [("", "x"), ("A", ""), ("A", "a b"), ("A\u{202e}B", "x"), ("A\nB", "x"), (&*"n".repeat(101), "x")]
    {
        let refused = store.add_user(new(name, sign_in, Vec::new()), change(1)).await.unwrap_err();
        assert!(matches!(refused, StateError::Name(_)), "{name:?} {sign_in:?}: {refused}");
    }
    let names: Vec<String> = store.users().await.unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Mara Lindqvist", "Rosa Anand"]);

    // Capital letters do not matter when signing in; mark-up is a text like any other.
    let (found, password) = store.user_by_sign_in("Rosa@Northmere.example").await.unwrap().unwrap();
    assert_eq!((found.id, password.as_deref()), (rosa.id, Some("hash")));
    assert!(store.user_by_sign_in("' or 1=1 --").await.unwrap().is_none());
    let odd = store.add_user(new("<script>", "';drop_table_users;--", Vec::new()), change(1)).await.unwrap();
    assert_eq!(store.user(odd.id).await.unwrap().unwrap().name, "<script>");

    assert!(store.give(rosa.id, &Grant::Everywhere(Role::Executive), change(1)).await.unwrap());
    assert!(!store.give(rosa.id, &Grant::Everywhere(Role::Executive), change(1)).await.unwrap());
    assert_eq!(store.user(rosa.id).await.unwrap().unwrap().grants.len(), 3);
    store.take(rosa.id, &over[0], change(1)).await.unwrap();
    assert_eq!(store.user(rosa.id).await.unwrap().unwrap().grants.len(), 2);

    // Somebody must be left who can let others in.
    let own = Grant::Everywhere(Role::Administrator);
    assert!(matches!(store.take(mara.id, &own, change(1)).await.unwrap_err(), StateError::LastAdministrator));
    assert!(matches!(store.set_active(mara.id, false, change(1)).await.unwrap_err(), StateError::LastAdministrator));
    assert!(store.user(mara.id).await.unwrap().unwrap().active);
    store.give(rosa.id, &own, change(1)).await.unwrap();
    store.set_active(mara.id, false, change(1)).await.unwrap();
    assert!(matches!(store.set_active(rosa.id, false, change(1)).await.unwrap_err(), StateError::LastAdministrator));
    store.set_active(mara.id, true, change(1)).await.unwrap();
    store.take(rosa.id, &own, change(1)).await.unwrap();
    // Whoever has not chosen a password yet cannot let anybody in.
    let unset = NewUser { password: None, ..new("Bea", "bea", vec![own.clone()]) };
    store.add_user(unset, change(1)).await.unwrap();
    assert!(matches!(store.take(mara.id, &own, change(1)).await.unwrap_err(), StateError::LastAdministrator));
}

/// While the only administrator has not chosen a password, everybody else can still be turned away.
#[tokio::test]
async fn whoever_administers_nothing_is_not_the_last_who_does() {
    let (_place, store) = store().await;
    let everywhere = vec![Grant::Everywhere(Role::Administrator)];
    store.add_user(NewUser { password: None, ..new("Bea", "bea", everywhere) }, change(0)).await.unwrap();
    let executive = Grant::Everywhere(Role::Executive);
    let rosa = store.add_user(new("Rosa", "rosa", vec![executive.clone()]), change(0)).await.unwrap();
    assert!(store.take(rosa.id, &executive, change(1)).await.unwrap());
    assert!(store.set_active(rosa.id, false, change(1)).await.unwrap());
}

/// What is changed is in the trail, once, and what is not changed is not.
#[tokio::test]
async fn changes_and_their_entries_go_together() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let role = Grant::Everywhere(Role::Executive);
    let count = || async { store.trail(None, 100).await.unwrap().entries.len() };
    assert_eq!(count().await, 1);
    for (given, entries) in [(true, 2), (false, 2)] {
        assert_eq!(store.give(mara.id, &role, change(1)).await.unwrap(), given);
        assert_eq!(count().await, entries);
    }
    for (taken, entries) in [(true, 3), (false, 3)] {
        assert_eq!(store.take(mara.id, &role, change(1)).await.unwrap(), taken);
        assert_eq!(count().await, entries);
    }
    assert!(!store.set_active(mara.id, true, change(1)).await.unwrap());
    assert!(matches!(store.set_active(mara.id, false, change(1)).await.unwrap_err(), StateError::LastAdministrator));
    assert_eq!(count().await, 3);
    let link = store.invite(mara.id, &random(), change(1)).await.unwrap();
    store.redeem(&link, "other".to_owned(), at(2)).await.unwrap().unwrap();
    let trail = store.trail(None, 2).await.unwrap().entries;
    let actions: Vec<_> = trail.iter().map(|entry| (entry.action.unwrap(), entry.who.as_str())).collect();
    assert_eq!(actions, [(Action::PasswordChosen, "mara"), (Action::LinkMade, "mara")]);
}

/// Where the trail cannot be written, nothing is changed: as when the disk is full, or the program dies in between.
#[tokio::test]
async fn nothing_is_changed_that_cannot_be_recorded() {
    let (place, store) = store().await;
    let Location::File(file) = &place.location else { return };
    let mara = administrator(&store).await;
    let address = format!("sqlite://{}", file.display());
    let database = sea_orm::Database::connect(address).await.unwrap();
    let refusal = "create trigger nope before insert on trail begin select raise(abort, 'full'); end";
    database.execute_unprepared(refusal).await.unwrap();
    let role = Grant::Everywhere(Role::Executive);
    store.give(mara.id, &role, change(1)).await.unwrap_err();
    store.add_user(new("Bea", "bea", vec![Grant::Everywhere(Role::Administrator)]), change(1)).await.unwrap_err();
    store.invite(mara.id, &random(), change(1)).await.unwrap_err();
    database.execute_unprepared("drop trigger nope").await.unwrap();
    assert_eq!(store.user(mara.id).await.unwrap().unwrap().grants, mara.grants);
    assert_eq!(store.users().await.unwrap().len(), 1);
    store.give(mara.id, &role, change(1)).await.unwrap();
}

#[tokio::test]
async fn sessions_end() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let (random, life) = (random(), Lifetime::default());
    let begin = || store.begin_session(mara.id, &random, at(0));
    let found = |secret: Secret, minute| {
        let store = store.clone();
        async move { store.session(&secret, life, at(minute)).await.unwrap() }
    };
    let is_user = |found: &Found| matches!(found, Found::User(_));

    let (first, second) = (begin().await.unwrap(), begin().await.unwrap());
    assert_ne!(first, second);
    assert!(is_user(&found(first.clone(), 29).await));
    // Used in between, it does not end half an hour after it began.
    assert!(is_user(&found(first.clone(), 58).await));
    assert_eq!(found(first.clone(), 88).await, Found::Ended);
    assert_eq!(found(first, 88).await, Found::Nobody);
    assert_eq!(found(second.clone(), 30).await, Found::Ended);

    // In constant use it ends after twelve hours.
    let third = begin().await.unwrap();
    for minute in (0..720).step_by(20) {
        assert!(is_user(&found(third.clone(), minute).await), "{minute}");
    }
    assert_eq!(found(third, 720).await, Found::Ended);

    // A page that asks by itself keeps nobody signed in.
    let waiting = begin().await.unwrap();
    for minute in [10, 20, 29] {
        assert!(is_user(&store.session_unused(&waiting, life, at(minute)).await.unwrap()), "{minute}");
    }
    assert_eq!(store.session_unused(&waiting, life, at(30)).await.unwrap(), Found::Ended);

    let fourth = begin().await.unwrap();
    store.end_session(&fourth).await.unwrap();
    assert_eq!(found(fourth, 1).await, Found::Nobody);
    assert_eq!(found(Secret::parse(&"0".repeat(64)).unwrap(), 1).await, Found::Nobody);

    let rosa = store.add_user(new("Rosa", "rosa", Vec::new()), change(0)).await.unwrap();
    let fifth = store.begin_session(rosa.id, &random, at(0)).await.unwrap();
    store.set_active(rosa.id, false, change(1)).await.unwrap();
    assert_eq!(found(fifth, 1).await, Found::Nobody);

    // One that ended unnoticed is forgotten when sessions are cleared; without that it would be told as ended.
    let sixth = begin().await.unwrap();
    store.answers().await.unwrap();
    for (minute, open) in [(0, 1), (29, 1), (30, 0)] {
        assert_eq!(store.open_sessions(life, at(minute)).await.unwrap(), open, "{minute}");
    }
    store.clear_sessions(life, at(2000)).await.unwrap();
    assert_eq!(found(sixth, 2000).await, Found::Nobody);
}

#[tokio::test]
async fn whoever_guesses_waits() {
    let (_place, store) = store().await;
    let limits = Limits { of_name: 3, of_address: 5, within: SignedDuration::from_mins(15) };
    let attempt = |name: &'static str, address: &'static str, minute| {
        let store = store.clone();
        async move { store.attempt(name, address, limits, at(minute)).await.unwrap() }
    };
    assert_eq!(attempt("mara", "a", 0).await, Attempt::Allowed { left: 2 });
    assert_eq!(attempt("MARA ", "b", 1).await, Attempt::Allowed { left: 1 });
    assert_eq!(attempt("mara", "c", 2).await, Attempt::Allowed { left: 0 });
    for minute in 2..15 {
        assert_eq!(attempt("mara", "d", minute).await, Attempt::Wait { until: at(15) });
    }
    // The oldest of them counts no more, so that one more is allowed.
    assert_eq!(attempt("mara", "d", 15).await, Attempt::Allowed { left: 0 });
    assert_eq!(attempt("mara", "d", 15).await, Attempt::Wait { until: at(16) });

    // Many names from one address.
    for name in ["n1", "n2", "n3", "n4", "n5"] {
        assert!(matches!(attempt(name, "e", 20).await, Attempt::Allowed { .. }), "{name}");
    }
    assert_eq!(attempt("n6", "e", 21).await, Attempt::Wait { until: at(35) });
    // What was refused was not counted for the name either.
    assert_eq!(attempt("n6", "f", 21).await, Attempt::Allowed { left: 2 });
    store.succeeded("n6", "f").await.unwrap();
    assert_eq!(attempt("n6", "f", 21).await, Attempt::Allowed { left: 2 });
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_too() {
    let (_place, store) = store().await;
    let limits = Limits { of_name: 3, of_address: 100, within: SignedDuration::from_mins(15) };
    let attempts = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.attempt("mara", "a", limits, at(0)).await.unwrap() })
    });
    let attempts: Vec<_> = attempts.collect();
    let mut allowed = 0;
    for attempt in attempts {
        allowed += usize::from(matches!(attempt.await.unwrap(), Attempt::Allowed { .. }));
    }
    assert!(allowed <= 3, "{allowed}");
}

#[tokio::test]
async fn a_link_works_once() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let random = random();
    let session = store.begin_session(mara.id, &random, at(0)).await.unwrap();
    let earlier = store.invite(mara.id, &random, change(0)).await.unwrap();
    let link = store.invite(mara.id, &random, change(0)).await.unwrap();
    assert!(store.invited(&earlier, at(1)).await.unwrap().is_none());
    assert_eq!(store.invited(&link, at(1)).await.unwrap().map(|user| user.id), Some(mara.id));
    assert!(store.invited(&link, at(72 * 60)).await.unwrap().is_none());
    assert!(store.redeem(&earlier, "x".to_owned(), at(1)).await.unwrap().is_none());
    assert!(store.redeem(&link, "second".to_owned(), at(1)).await.unwrap().is_some());
    assert!(store.redeem(&link, "third".to_owned(), at(1)).await.unwrap().is_none());
    assert_eq!(store.user_by_sign_in("mara").await.unwrap().unwrap().1.as_deref(), Some("second"));
    // Whoever was signed in with the earlier password is not any more.
    assert_eq!(store.session(&session, Lifetime::default(), at(1)).await.unwrap(), Found::Nobody);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let rosa = store.add_user(new("Rosa", "rosa", Vec::new()), change(0)).await.unwrap();
    let given = |answer: &str| KeptAnswer { digest: "d".to_owned(), answer: answer.to_owned() };
    let key = |owner, name| PushKey { owner, name };
    let begun = async |key, minutes| store.begin_push(key, "d", at(minutes)).await.unwrap();
    assert_eq!(begun(key(mara.id, "one"), 0).await, PushState::Yours);
    store.keep_answer(key(mara.id, "one"), given("first"), change(0)).await.unwrap();
    assert_eq!(begun(key(mara.id, "one"), 60).await, PushState::Answered(given("first")));
    // It is that of one push of one owner.
    assert_eq!(begun(key(mara.id, "two"), 60).await, PushState::Yours);
    assert_eq!(begun(key(rosa.id, "one"), 60).await, PushState::Yours);
    assert_eq!(begun(key(mara.id, "one"), 24 * 60).await, PushState::Yours);
    store.keep_answer(key(mara.id, "one"), given("second"), change(25 * 60)).await.unwrap();
    assert_eq!(begun(key(mara.id, "one"), 26 * 60).await, PushState::Answered(given("second")));
    let trail = store.trail(None, 10).await.unwrap().entries;
    assert_eq!(trail.iter().filter(|entry| entry.action == Some(Action::Pushed)).count(), 2);
}

/// Several servers may be sent the same rows at once, or other rows by the same name: one of them takes them.
#[tokio::test]
async fn a_push_is_taken_by_one_server() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let key = PushKey { owner: mara.id, name: "one" };
    let (one, other) = tokio::join!(store.begin_push(key, "a", at(0)), store.begin_push(key, "b", at(0)));
    let said = [one.unwrap(), other.unwrap()];
    assert_eq!(said.iter().filter(|said| **said == PushState::Yours).count(), 1, "{said:?}");
    let taken = if said[0] == PushState::Yours { "a" } else { "b" };
    let elsewhere = PushState::Elsewhere { digest: taken.to_owned() };
    assert!(said.contains(&elsewhere), "{said:?}");
    assert_eq!(store.begin_push(key, taken, at(0)).await.unwrap(), elsewhere);
    // A server that says nothing for long was ended. The same rows may be sent again, and no others.
    assert_eq!(store.begin_push(key, "c", at(6)).await.unwrap(), elsewhere);
    assert_eq!(store.begin_push(key, taken, at(6)).await.unwrap(), PushState::Yours);
    assert_eq!(store.begin_push(key, taken, at(6)).await.unwrap(), elsewhere);
    // What was refused leaves its name to others; what was answered keeps it.
    store.leave_push(key).await.unwrap();
    assert_eq!(store.begin_push(key, "c", at(8)).await.unwrap(), PushState::Yours);
    let given = KeptAnswer { digest: "c".to_owned(), answer: "taken".to_owned() };
    store.keep_answer(key, given.clone(), change(8)).await.unwrap();
    store.leave_push(key).await.unwrap();
    assert_eq!(store.begin_push(key, "c", at(9)).await.unwrap(), PushState::Answered(given));
}

#[tokio::test]
async fn a_signal_is_told_once_and_to_every_address() {
    let (_place, store) = store().await;
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<String>>();
    let announce = async |told: &[&str], minutes: i64| {
        let message = |new: &BTreeSet<String>| {
            let about = new.iter().cloned().collect::<Vec<_>>().join(" ");
            Some(Message { about, body: "{}".to_owned() })
        };
        store.announce(&names(told), at(minutes), message).await.unwrap()
    };
    // What is there when an address is registered counts as told.
    let first = store.add_webhook("https://one.example/", "s1", &names(&["a"]), change(0)).await.unwrap().unwrap();
    let second =
        store.add_webhook("https://two.example/", "s2", &names(&["a", "b"]), change(0)).await.unwrap().unwrap();
    assert_eq!(announce(&["a", "b"], 1).await, 0);
    assert_eq!(announce(&["a", "c", "d"], 2).await, 2);
    assert_eq!(announce(&["c", "d"], 3).await, 0);
    // Whoever takes them has them alone, and somebody else has them when nothing is said of them for long.
    let (one, other) =
        tokio::join!(store.take_due_deliveries(at(3), at(4), 10), store.take_due_deliveries(at(3), at(4), 10));
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 2);
    assert!(store.take_due_deliveries(at(3), at(4), 10).await.unwrap().is_empty());
    let due = store.take_due_deliveries(at(4), at(30), 10).await.unwrap();
    assert_eq!(due.iter().map(|due| due.secret.as_str()).collect::<Vec<_>>(), ["s1", "s2"]);

    // One is taken, the other is tried again later.
    store.delivery_tried(due[0].id, DeliveryState::Delivered, "answered 200", at(4)).await.unwrap();
    store.delivery_tried(due[1].id, DeliveryState::Waiting, "answered 500", at(5)).await.unwrap();
    assert!(store.take_due_deliveries(at(4), at(30), 10).await.unwrap().is_empty());
    let again = store.take_due_deliveries(at(5), at(30), 10).await.unwrap();
    assert_eq!((again.len(), again[0].attempts, again[0].address.as_str()), (1, 1, "https://two.example/"));
    let listed = store.deliveries(10).await.unwrap();
    let told: Vec<_> = listed.iter().map(|one| (one.about.as_str(), one.state, one.said.as_str())).collect();
    assert_eq!(
        told,
        [("c d", DeliveryState::Waiting, "answered 500"), ("c d", DeliveryState::Delivered, "answered 200")]
    );
    // With an address goes what waits for it.
    assert!(store.remove_webhook(second, change(6)).await.unwrap());
    assert!(!store.remove_webhook(second, change(6)).await.unwrap());
    assert_eq!(store.deliveries(10).await.unwrap().len(), 1);
    assert_eq!(store.webhooks().await.unwrap().iter().map(|webhook| webhook.id).collect::<Vec<_>>(), [first]);
}

#[tokio::test]
async fn tokens_end() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let rosa = store.add_user(new("Rosa", "rosa", Vec::new()), change(0)).await.unwrap();
    let random = random();
    let wanted = |name: &'static str| NewToken { name, scope: Scope::Read, lasts: SignedDuration::from_mins(90) };
    let nightly = store.make_token(rosa.id, wanted(" nightly "), &random, change(0)).await.unwrap();
    let report = store.make_token(rosa.id, wanted("report"), &random, change(0)).await.unwrap();
    // Another owner may call one the same.
    let other = store.make_token(mara.id, wanted("nightly"), &random, change(0)).await.unwrap();
    assert!(nightly != report && nightly != other);
    let taken = store.make_token(rosa.id, wanted("nightly"), &random, change(0)).await.unwrap_err();
    assert!(matches!(taken, StateError::TokenNameTaken { .. }), "{taken}");
    for unfit in ["", "a\nb"] {
        let refused = store.make_token(rosa.id, wanted(unfit), &random, change(0)).await.unwrap_err();
        assert!(matches!(refused, StateError::Name(_)), "{refused}");
    }

    let holder = |secret: Secret, minutes: i64| {
        let store = store.clone();
        async move { store.token_holder(&secret, at(minutes)).await.unwrap() }
    };
    let (owner, token) = holder(nightly.clone(), 1).await.unwrap();
    assert_eq!((owner.id, token.name.as_str(), token.scope), (rosa.id, "nightly", Some(Scope::Read)));
    assert_eq!((token.used_at, token.expires_at), (None, at(90)));
    // Its use is noted, once a minute at most.
    assert_eq!(holder(nightly.clone(), 1).await.unwrap().1.used_at, Some(at(1)));
    holder(nightly.clone(), 2).await.unwrap();
    assert_eq!(store.tokens(Some(rosa.id)).await.unwrap()[0].used_at, Some(at(2)));
    // It has its owner's rights of now.
    let role = Grant::In(Role::Viewer, UnitId::new("north"));
    store.give(rosa.id, &role, change(2)).await.unwrap();
    assert_eq!(holder(nightly.clone(), 3).await.unwrap().0.grants, [role]);
    // A session is no token, and a token no session.
    let session = store.begin_session(rosa.id, &random, at(3)).await.unwrap();
    assert!(holder(session, 3).await.is_none());
    assert_eq!(store.session(&nightly, Lifetime::default(), at(3)).await.unwrap(), Found::Nobody);

    assert!(holder(nightly.clone(), 90).await.is_none(), "it ends");
    assert!(store.revoke_token(token.id, change(4)).await.unwrap());
    assert!(!store.revoke_token(token.id, change(4)).await.unwrap());
    assert!(holder(nightly, 4).await.is_none());
    assert!(holder(report.clone(), 4).await.is_some());
    // Whoever may not sign in asks no more, and neither do their programs when they may again.
    store.set_active(rosa.id, false, change(5)).await.unwrap();
    assert!(holder(report.clone(), 5).await.is_none());
    let refused = store.make_token(rosa.id, wanted("late"), &random, change(5)).await.unwrap_err();
    assert!(matches!(refused, StateError::NoUser), "{refused}");
    store.set_active(rosa.id, true, change(6)).await.unwrap();
    assert!(holder(report, 6).await.is_none());
    let left = store.tokens(None).await.unwrap();
    assert_eq!(left.iter().map(|token| token.owner).collect::<Vec<_>>(), [mara.id]);
    let trail = store.trail(None, 50).await.unwrap().entries;
    let count = |action: Action| trail.iter().filter(|entry| entry.action == Some(action)).count();
    assert_eq!((count(Action::TokenMade), count(Action::TokenRevoked)), (3, 1));
}

#[tokio::test]
async fn the_trail_is_paged() {
    let (place, store) = store().await;
    let entry = |number: usize| Entry {
        who: "mara".to_owned(),
        origin: Origin::CommandLine,
        action: Action::LookedAtPeople,
        about: format!("charter of E{number}"),
    };
    for number in 0..7 {
        store.record(&entry(number), at(number as i64)).await.unwrap();
    }
    // What was recorded is there when the database is opened again.
    drop(store);
    let store = StateStore::open(&place.location).await.unwrap();
    let page = store.trail(None, 3).await.unwrap();
    let about: Vec<&str> = page.entries.iter().map(|entry| entry.about.as_str()).collect();
    assert_eq!((about, page.more), (vec!["charter of E6", "charter of E5", "charter of E4"], true));
    assert_eq!((page.entries[0].at, page.entries[0].origin), (at(6), Some(Origin::CommandLine)));
    let page = store.trail(Some(page.entries[2].number), 3).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (3, true));
    let page = store.trail(Some(page.entries[2].number), 3).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (1, false));
    assert_eq!(page.entries[0].action, Some(Action::LookedAtPeople));
}

/// Whoever reads the file finds nothing to sign in with.
#[tokio::test]
async fn people_are_told_who_looked() {
    let (_place, store) = store().await;
    let ann = LookedAt::Person(PersonId::new("ann"));
    let north = LookedAt::PeopleOf(UnitId::new("north"));
    let looks = [
        ("anna", "record of ann", ann.clone()),
        ("milo", "record of ann", ann.clone()),
        ("milo", "record of bob", LookedAt::Person(PersonId::new("bob"))),
        ("ines", "rows of csat, north", north.clone()),
        ("wim", "rows of csat, west", LookedAt::PeopleOf(UnitId::new("west"))),
        // A unit may have the identifier of a person.
        ("wim", "rows of csat, ann", LookedAt::PeopleOf(UnitId::new("ann"))),
        ("root", "readings of people", LookedAt::Everybody),
    ];
    for (minute, (who, about, at_whom)) in looks.iter().enumerate() {
        let entry = Entry {
            who: (*who).to_owned(),
            origin: Origin::Pages,
            action: Action::LookedAtPeople,
            about: (*about).to_owned(),
        };
        store.record_look(&entry, at_whom, at(minute as i64)).await.unwrap();
    }
    let told = async |most| -> Vec<(String, String)> {
        let found = store.looks(&[ann.clone(), north.clone(), LookedAt::Everybody], &["anna".to_owned()], most).await;
        found.unwrap().into_iter().map(|look| (look.who, look.about)).collect()
    };
    let said = |who: &str, about: &str| (who.to_owned(), about.to_owned());
    let all = [said("root", "readings of people"), said("ines", "rows of csat, north"), said("milo", "record of ann")];
    assert_eq!(told(10).await, all);
    assert_eq!(told(2).await, all[..2]);
    assert_eq!(store.trail(None, 10).await.unwrap().entries.len(), 7, "looks stand in the trail as well");
}

/// A dispute of Ann about a row.
fn of(key: &str) -> NewDispute {
    NewDispute {
        table: "responses".to_owned(),
        key: key.to_owned(),
        measure: "csat".to_owned(),
        period: "2026-10".to_owned(),
        person: "ann".to_owned(),
        unit: "north".to_owned(),
        why: "It was not me.".to_owned(),
    }
}

#[tokio::test]
async fn what_waits_is_in_the_list_however_much_came_after_it() {
    let (_place, store) = store().await;
    let first = store.dispute(of("[0]"), change(0)).await.unwrap().unwrap();
    for number in 1..=501 {
        let later = store.dispute(of(&format!("[{number}]")), change(number)).await.unwrap().unwrap();
        assert!(store.decide(later, false, "No.", change(number)).await.unwrap());
    }
    let all = store.disputes(None).await.unwrap();
    assert_eq!((all.len(), all.last().map(|dispute| dispute.id)), (501, Some(first)));
    assert!(all.is_sorted_by(|one, other| one.id > other.id), "latest first");
}

#[tokio::test]
async fn a_dispute_is_decided_once() {
    let (_place, store) = store().await;
    let first = store.dispute(of("[1]"), change(0)).await.unwrap().unwrap();
    assert_eq!(store.dispute(of("[1]"), change(1)).await.unwrap(), None, "a row is disputed once");
    let second = store.dispute(of("[2]"), change(2)).await.unwrap().unwrap();
    // While somebody is about to uphold it, nobody else decides; once that came to nothing, it is open again.
    let at = |number| change(number).at;
    assert!(!store.decide(first, true, "Right.", change(3)).await.unwrap());
    assert!(store.begin_upholding(first, change(3).by, at(3)).await.unwrap());
    assert!(!store.begin_upholding(first, "somebody else", at(3)).await.unwrap());
    assert!(!store.decide(first, false, "No.", change(3)).await.unwrap());
    assert_eq!(store.dispute_of(first).await.unwrap().unwrap().state, DisputeState::Open);
    store.leave_open(first, "somebody else", at(3)).await.unwrap();
    assert!(!store.begin_upholding(first, change(3).by, at(3)).await.unwrap());
    store.leave_open(first, change(3).by, at(3)).await.unwrap();
    assert!(store.begin_upholding(first, change(3).by, at(3)).await.unwrap());
    // Whoever ended without a word has given up after a while.
    let later = at(3) + SignedDuration::from_mins(3);
    assert!(store.begin_upholding(first, change(3).by, later).await.unwrap());
    assert!(!store.decide(first, true, "Right.", change(3)).await.unwrap());
    store.leave_open(first, change(3).by, later).await.unwrap();
    assert!(store.begin_upholding(first, change(3).by, at(3)).await.unwrap());
    assert!(store.decide(first, true, "Right.", change(3)).await.unwrap());
    assert!(!store.decide(first, false, "No.", change(4)).await.unwrap());
    assert!(store.decide(second, false, "No.", change(5)).await.unwrap());
    assert!(!store.decide(99, true, "What?", change(5)).await.unwrap());
    let all = store.disputes(Some("ann")).await.unwrap();
    let states: Vec<DisputeState> = all.iter().map(|dispute| dispute.state).collect();
    assert_eq!(states, [DisputeState::Declined, DisputeState::Upheld]);
    assert_eq!(all[1].decided, Some(("mara".to_owned(), at(3), "Right.".to_owned())));
    assert_eq!(store.disputes(Some("bob")).await.unwrap(), []);
    let trail = store.trail(None, 9).await.unwrap().entries;
    let done: Vec<Option<Action>> = trail.iter().map(|entry| entry.action).collect();
    assert_eq!(done, [Action::Declined, Action::Upheld, Action::Disputed, Action::Disputed].map(Some));
}

#[tokio::test]
async fn the_file_holds_no_secret() {
    let (place, store) = store().await;
    let mara = administrator(&store).await;
    let random = random();
    let session = store.begin_session(mara.id, &random, at(0)).await.unwrap();
    let link = store.invite(mara.id, &random, change(0)).await.unwrap();
    let lasts = SignedDuration::from_mins(1);
    let wanted = NewToken { name: "nightly", scope: Scope::Read, lasts };
    let token = store.make_token(mara.id, wanted, &random, change(0)).await.unwrap();
    store.attempt("my password by mistake", "10.0.0.1", Limits::default(), at(0)).await.unwrap();
    drop(store);
    let mut kept = Vec::new();
    for file in std::fs::read_dir(place.folder.path()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let text = String::from_utf8_lossy(&kept);
    for secret in [session.text(), link.text(), token.text(), "my password".to_owned()] {
        assert!(!text.contains(&secret));
    }
    // What is kept of it is there, so that the right bytes were looked at; on a server there are none.
    if !kept.is_empty() {
        assert!(text.contains("mara"));
    }
}

#[tokio::test]
async fn nothing_leads_from_a_disputed_row_to_a_person_who_was_erased() {
    let (_place, store) = store().await;
    let mara = administrator(&store).await;
    let own = vec![Grant::Own(PersonId::new("ann")), Grant::In(Role::Viewer, UnitId::new("north"))];
    let anna = store.add_user(new("Anna", "anna", own), change(1)).await.unwrap();
    // Signs that stand for others in a pattern stand for themselves here.
    let key = r#"["a\"%_","a0"]"#;
    let about = format!("responses {key}, ann");
    let raised = Change { by: "anna", about: &about, ..change(2) };
    let first = store.dispute(of(key), raised).await.unwrap().unwrap();
    let decided = format!("{about}: Not so.");
    assert!(store.decide(first, false, "Not so.", Change { about: &decided, ..change(3) }).await.unwrap());
    let others = NewDispute { person: "annabel".to_owned(), ..of(key) };
    let others_about = format!("responses {key}, annabel");
    store.dispute(others, Change { about: &others_about, ..change(4) }).await.unwrap().unwrap();

    let erased = store.erase_person("ann", "p-1", Change { about: "ann", ..change(5) }).await.unwrap();
    assert_eq!((erased.grants, erased.disputes), (1, 1));
    let anna = store.user(anna.id).await.unwrap().unwrap();
    assert_eq!(anna.grants, [Grant::In(Role::Viewer, UnitId::new("north"))]);
    assert_eq!(store.user(mara.id).await.unwrap().unwrap().grants, [Grant::Everywhere(Role::Administrator)]);
    let dispute = store.dispute_of(first).await.unwrap().unwrap();
    assert_eq!((dispute.of.person.as_str(), dispute.of.key.as_str()), ("p-1", key));
    assert!(dispute.raised_by != "anna");
    let entries = store.trail(None, 100).await.unwrap().entries;
    let told = |action: Action| -> Vec<(String, String)> {
        let same = entries.iter().filter(|entry| entry.action == Some(action));
        same.map(|entry| (entry.who.clone(), entry.about.clone())).collect()
    };
    let pair = |who: &str, about: &str| (who.to_owned(), about.to_owned());
    let somebody = "somebody who was erased";
    assert_eq!(
        told(Action::Disputed),
        [pair("mara", &others_about), pair(somebody, &format!("a row of responses, {somebody}"))]
    );
    assert_eq!(told(Action::Declined), [pair("mara", &format!("a row of responses, {somebody}: Not so."))]);
    assert_eq!(told(Action::PersonErased), [pair("mara", "ann")]);
    assert!(entries.iter().all(|entry| !entry.about.contains("p-1")), "the trail has no pseudonym of them");
    let again = store.erase_person("ann", "p-1", change(6)).await.unwrap();
    assert_eq!((again.grants, again.disputes), (0, 0));
}
