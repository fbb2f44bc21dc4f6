//! To whom digests are sent, and that each is sent once.

use evenkeel_model::access::{Grant, Role};
use evenkeel_model::digest::Rhythm;
use evenkeel_state::{Action, Change, NewUser, Origin, StateStore};
use jiff::Timestamp;

use super::place::store;

#[tokio::test]
async fn one_of_two_servers_sends_a_digest() {
    let (place, one) = store().await;
    let other = StateStore::open(&place.location).await.unwrap();
    let at: Timestamp = "2026-11-02T06:00:00Z".parse().unwrap();
    let grants = vec![Grant::Everywhere(Role::Administrator)];
    let new = NewUser { name: "Mara", sign_in: "mara", password: Some("hash".to_owned()), grants };
    let user = one.add_first_user(new, at).await.unwrap().id;
    assert_eq!(one.mail_choice(user).await.unwrap(), None);
    let change = Change { by: "mara", origin: Origin::Pages, about: "daily", at };
    one.choose_mail(user, "mara@bank.example", Some(Rhythm::Daily), change).await.unwrap();
    let seen = other.mail_choices().await.unwrap().remove(0);
    assert_eq!((seen.begun_at, seen.unsent(), seen.rhythm), (at, None, Some(Rhythm::Daily)));

    let now: Timestamp = "2026-11-02T07:00:00Z".parse().unwrap();
    let both = tokio::join!(one.begin_mail(&seen, now), other.begin_mail(&seen, now));
    assert_ne!(both.0.unwrap(), both.1.unwrap());
    // A server that is killed now leaves this, and nobody tries again: it may have been sent.
    assert_eq!(one.mail_choice(user).await.unwrap().unwrap().unsent(), None);

    one.mail_not_sent(user, "no answer").await.unwrap();
    let failed = one.mail_choice(user).await.unwrap().unwrap();
    assert_eq!((failed.unsent(), failed.why.as_deref()), (Some(1), Some("no answer")));
    assert!(one.begin_mail(&failed, now).await.unwrap());
    one.mail_sent(user, Some(now), &["csat".to_owned()]).await.unwrap();
    let sent = one.mail_choice(user).await.unwrap().unwrap();
    assert_eq!((sent.unsent(), sent.sent_at, sent.told), (None, Some(now), vec!["csat".to_owned()]));
    let trail = one.trail(None, 10).await.unwrap();
    assert!(trail.entries.iter().any(|entry| entry.action == Some(Action::MailChosen)), "{:?}", trail.entries);
}
