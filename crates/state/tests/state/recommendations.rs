//! A recommendation is answered once, by whoever was asked, and followed up once, when it was accepted.

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::recommendation::{Answer, Outcome, Stage};
use evenkeel_state::{Change, NewRecommendation, Origin};
use jiff::civil::date;

use super::place::store;

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: "2026-11-02T06:10:00Z".parse().unwrap() }
}

#[tokio::test]
async fn one_answer_and_one_outcome() {
    let (_place, store) = store().await;
    let new = NewRecommendation {
        measure: MeasureId::new("engagement"),
        unit: UnitId::new("north"),
        period: "2026-10".to_owned(),
        what: "Ask what changed in April".to_owned(),
        why: "“Engagement” fell,\nand satisfaction follows.".to_owned(),
        evidence: "A real deterioration since April 2026.".to_owned(),
        owner: "ruth".to_owned(),
        decide_by: date(2026, 11, 17),
    };
    let first = store.recommend(&new, change("ines", "first")).await.unwrap();
    let second = store.recommend(&new, change("ines", "second")).await.unwrap();
    let all = store.recommendations().await.unwrap();
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [second, first]);
    assert_eq!(
        (&all[0].of, all[0].asked_by.as_str(), all[0].stage(date(2026, 11, 18))),
        (&new, "ines", Stage::Overdue)
    );

    let on = date(2026, 12, 1);
    // Nothing comes of what nobody has accepted, and nobody answers for somebody else.
    assert!(!store.follow_up(first, (Outcome::Done, on), "", change("ines", "first")).await.unwrap());
    assert!(!store.answer_recommendation(first, Answer::Accepted, "", change("ines", "first")).await.unwrap());
    assert!(
        store.answer_recommendation(first, Answer::Accepted, "From Monday", change("ruth", "first")).await.unwrap()
    );
    assert!(!store.answer_recommendation(first, Answer::Declined, "No", change("ruth", "first")).await.unwrap());
    assert!(!store.answer_recommendation(second, Answer::Declined, " ", change("ruth", "second")).await.unwrap());
    assert!(store.answer_recommendation(second, Answer::Declined, "Too dear", change("ruth", "second")).await.unwrap());
    assert!(!store.follow_up(second, (Outcome::Done, on), "", change("ruth", "second")).await.unwrap());
    assert!(!store.follow_up(first, (Outcome::Done, on), "", change("mallory", "first")).await.unwrap());
    assert!(store.follow_up(first, (Outcome::NotDone, on), "No time", change("ines", "first")).await.unwrap());
    assert!(!store.follow_up(first, (Outcome::Done, on), "", change("ines", "first")).await.unwrap());

    let all = store.recommendations().await.unwrap();
    let told = |place: usize| all[place].answer.as_ref().map(|(answer, _, reason)| (*answer, reason.as_str()));
    assert_eq!((told(1), told(0)), (Some((Answer::Accepted, "From Monday")), Some((Answer::Declined, "Too dear"))));
    assert_eq!(all[1].outcome, Some((Outcome::NotDone, on, "No time".to_owned())));
    assert_eq!(all[1].stage(on), Stage::NotDone);

    let trail = store.trail(None, 10).await.unwrap().entries;
    let done: Vec<&str> = trail.iter().rev().map(|entry| entry.action.unwrap().as_str()).collect();
    assert_eq!(
        done,
        [
            "sent a recommendation",
            "sent a recommendation",
            "accepted a recommendation",
            "declined a recommendation",
            "followed a recommendation up"
        ]
    );
}
