//! What people say of measures that may be chosen is kept apart by who says it, and choices are not overwritten unseen.

use evenkeel_model::choice::{Chosen, Evidence, EvidenceKind, Mark, Rating};
use evenkeel_model::ids::MeasureId;
use evenkeel_state::{Change, Origin};

use super::place::store;

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: "2026-11-02T06:10:00Z".parse().unwrap() }
}

#[tokio::test]
async fn nobody_changes_what_somebody_else_says() {
    let (_place, store) = store().await;
    let csat = MeasureId::new("csat");
    let rating = |mark, words: &str| Rating {
        importance: Mark::new(mark),
        impact: Mark::new(0),
        evidence: Some(Evidence { kind: EvidenceKind::Survey, words: words.to_owned() }),
        ..Rating::default()
    };
    let said = async || {
        let all = store.measure_ratings().await.unwrap();
        all.into_iter().map(|one| (one.by, one.rating)).collect::<Vec<_>>()
    };
    store.rate_measure(&csat, &rating(4, "“Waiting”\nsay 40 %"), change("ines", "csat")).await.unwrap();
    store.rate_measure(&csat, &rating(1, "'; drop table measure_ratings; --"), change("milo", "csat")).await.unwrap();
    store.rate_measure(&MeasureId::new("frt"), &rating(3, "x"), change("ines", "frt")).await.unwrap();
    store.rate_measure(&csat, &rating(2, "Half of them"), change("ines", "csat")).await.unwrap();
    let milo = ("milo".to_owned(), rating(1, "'; drop table measure_ratings; --"));
    let ines = ("ines".to_owned(), rating(2, "Half of them"));
    assert_eq!(said().await, [milo.clone(), ines, ("ines".to_owned(), rating(3, "x"))]);

    // A rating that says nothing takes the own one back, once.
    store.rate_measure(&csat, &Rating::default(), change("ines", "csat")).await.unwrap();
    store.rate_measure(&csat, &Rating::default(), change("ines", "csat")).await.unwrap();
    assert_eq!(said().await, [milo, ("ines".to_owned(), rating(3, "x"))]);
    let trail = store.trail(None, 10).await.unwrap().entries;
    let done: Vec<&str> = trail.iter().rev().map(|entry| entry.action.unwrap().as_str()).collect();
    assert_eq!(done, ["rated a measure", "rated a measure", "rated a measure", "rated a measure", "withdrew a rating"]);
}

#[tokio::test]
async fn a_choice_is_not_overwritten_unseen() {
    let (_place, store) = store().await;
    let chosen = |objective: &str, serves: Option<&str>| Chosen {
        measure: MeasureId::new("frt"),
        leg: "customer".to_owned(),
        objective: objective.to_owned(),
        key: true,
        for_people: false,
        serves: serves.map(|id| (MeasureId::new(id), 3)),
    };
    let (first, second) = (chosen("Answered “at once”", Some("csat")), chosen("Answered: today", None));
    assert!(store.choose_measure(None, &first, change("ines", "frt")).await.unwrap());
    // Whoever saw nothing chosen, or something else, is told so.
    assert!(!store.choose_measure(None, &second, change("ivan", "frt")).await.unwrap());
    assert!(!store.choose_measure(Some(&second), &second, change("ivan", "frt")).await.unwrap());
    assert_eq!(store.chosen_measures().await.unwrap(), std::slice::from_ref(&first));
    assert!(store.choose_measure(Some(&first), &second, change("ivan", "frt")).await.unwrap());
    assert!(!store.drop_measure(&first, change("ines", "frt")).await.unwrap());
    assert_eq!(store.chosen_measures().await.unwrap(), std::slice::from_ref(&second));
    assert!(store.drop_measure(&second, change("ines", "frt")).await.unwrap());
    assert!(!store.drop_measure(&second, change("ines", "frt")).await.unwrap());
    assert_eq!(store.chosen_measures().await.unwrap(), []);
    let trail = store.trail(None, 10).await.unwrap().entries;
    let done: Vec<&str> = trail.iter().rev().map(|entry| entry.action.unwrap().as_str()).collect();
    assert_eq!(done, ["chose a measure", "chose a measure", "dropped a measure"]);
}
