//! What was done about a low answer: steps that follow one another, and two people who act at once.

use evenkeel_model::call_back::{Outcome, Refused, Stage, Step};
use evenkeel_state::{AnswerKey, Change, NewStep, Origin, Stepped};
use jiff::Timestamp;

use super::place::store;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: at("2026-11-02T06:10:00Z") }
}

#[tokio::test]
async fn steps_are_added_and_nothing_is_changed_unseen() {
    let (_place, store) = store().await;
    assert_eq!(store.calling_back_since().await.unwrap(), None);
    let key = AnswerKey { source: "survey".to_owned(), response: "a“1”/2".to_owned() };
    let new = |seen: usize, step: Step| NewStep {
        about: &key,
        answered_at: at("2026-11-01T10:00:00Z"),
        seen,
        step,
        words: "It <rang>,\nand rang.",
        now: at("2026-11-02T06:00:00Z"),
    };
    let call = Step::Call(at("2026-11-02T05:00:00Z"));
    assert_eq!(store.step(new(0, Step::Take), change("milo", "a")).await.unwrap(), Stepped::Taken);
    // Whoever has not seen that it was taken changes nothing.
    assert_eq!(store.step(new(0, call), change("mia", "a")).await.unwrap(), Stepped::Overtaken);
    assert_eq!(store.step(new(1, call), change("mia", "a")).await.unwrap(), Stepped::Taken);
    let refused = store.step(new(2, Step::Close), change("mia", "a")).await.unwrap();
    assert_eq!(refused, Stepped::Refused(Refused::NoOutcome));
    let late = store.step(new(2, Step::Try(at("2026-11-02T06:00:01Z"))), change("mia", "a")).await.unwrap();
    assert_eq!(late, Stepped::Refused(Refused::CalledAlready));
    for (seen, step) in
        [(2, Step::Say(Outcome::PassedOn)), (3, Step::Undo), (4, Step::Say(Outcome::PutRight)), (5, Step::Close)]
    {
        assert_eq!(store.step(new(seen, step), change("milo", "a")).await.unwrap(), Stepped::Taken, "{step:?}");
    }

    let all = store.call_backs().await.unwrap();
    let steps = &all[&key];
    let (state, first) = (steps.state(), &steps.0[0]);
    assert_eq!(
        (state.stage(), state.outcome, state.holder.as_deref()),
        (Stage::Closed, Some(Outcome::PutRight), Some("milo"))
    );
    assert_eq!(state.called, Some((at("2026-11-02T05:00:00Z"), "mia".to_owned())));
    assert_eq!((steps.seen(), first.words.as_str(), first.taken.by.as_str()), (6, "It <rang>,\nand rang.", "milo"));
    // Answers are found by both parts of their keys, and others are left out.
    let elsewhere = AnswerKey { source: "other".to_owned(), ..key.clone() };
    assert!(store.call_backs_about(std::slice::from_ref(&elsewhere)).await.unwrap().is_empty());
    let many: Vec<AnswerKey> = (0..1_200).map(|n| AnswerKey { response: n.to_string(), ..key.clone() }).collect();
    let asked = [many, vec![elsewhere, key.clone(), key.clone()]].concat();
    assert_eq!(store.call_backs_about(&asked).await.unwrap(), all);
    let (last, since) = store.calling_back_since().await.unwrap().unwrap();
    assert_eq!(since, at("2026-11-02T06:00:00Z"));
    // Another answer has steps of its own.
    let other = AnswerKey { response: "b".to_owned(), ..key.clone() };
    let step = NewStep { about: &other, ..new(0, Step::Take) };
    assert_eq!(store.step(step, change("milo", "b")).await.unwrap(), Stepped::Taken);
    assert!(store.calling_back_since().await.unwrap().unwrap().0 > last);
    let trail = store.trail(None, 20).await.unwrap().entries;
    let written =
        trail.iter().filter(|entry| entry.action.is_some_and(|did| did.as_str() == "took a step about a low score"));
    assert_eq!(written.count(), 7);
    // When it was given may be corrected meanwhile, and all that was done is still about it.
    let corrected = NewStep { answered_at: at("2026-11-01T23:00:00Z"), ..new(6, Step::Undo) };
    assert_eq!(store.step(corrected, change("milo", "a")).await.unwrap(), Stepped::Taken);
    assert_eq!(store.call_backs_about(std::slice::from_ref(&key)).await.unwrap()[&key].seen(), 7);
}
