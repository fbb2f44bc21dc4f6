//! Initiatives are written down, changed and taken back, and the trail says by whom.

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::initiative::Initiative;
use evenkeel_state::{Change, Origin};
use jiff::civil::date;

use super::place::store;

fn change(about: &str) -> Change<'_> {
    Change { by: "ines", origin: Origin::Pages, about, at: "2026-11-02T06:10:00Z".parse().unwrap() }
}

#[tokio::test]
async fn what_is_written_is_read() {
    let (_place, store) = store().await;
    let mut training = Initiative {
        number: 0,
        title: "Training, with “signs” and 'quotes'".to_owned(),
        aim: "Fewer\ntransfers.".to_owned(),
        owner: "Rosa".to_owned(),
        begins: date(2026, 3, 2),
        ends: None,
        units: vec![UnitId::new("north"), UnitId::new("a \"b\", c")],
        measures: vec![MeasureId::new("csat")],
    };
    training.number = store.add_initiative(&training, change("training")).await.unwrap();
    let earlier = Initiative { title: "Earlier".to_owned(), begins: date(2025, 1, 1), ..training.clone() };
    let earlier = Initiative { number: store.add_initiative(&earlier, change("earlier")).await.unwrap(), ..earlier };
    assert_eq!(store.initiatives().await.unwrap(), [earlier.clone(), training.clone()]);

    let before = training.clone();
    training.ends = Some(date(2026, 5, 29));
    assert!(store.change_initiative(&before, &training, change("training")).await.unwrap());
    // Nobody changes or withdraws what they have not seen.
    assert!(!store.change_initiative(&before, &before, change("training")).await.unwrap());
    assert!(!store.withdraw_initiative(&before, change("training")).await.unwrap());
    assert_eq!(store.initiatives().await.unwrap(), [earlier.clone(), training.clone()]);

    assert!(store.withdraw_initiative(&earlier, change("earlier")).await.unwrap());
    assert!(!store.withdraw_initiative(&earlier, change("earlier")).await.unwrap());
    assert!(!store.change_initiative(&earlier, &earlier, change("earlier")).await.unwrap());
    let unknown = Initiative { number: 99, ..earlier.clone() };
    assert!(!store.change_initiative(&unknown, &earlier, change("earlier")).await.unwrap());
    assert_eq!(store.initiatives().await.unwrap(), [training]);

    let trail = store.trail(None, 10).await.unwrap().entries;
    let told: Vec<String> =
        trail.iter().rev().map(|entry| format!("{} {}", entry.action.unwrap().as_str(), entry.about)).collect();
    assert_eq!(
        told,
        [
            "wrote down an initiative training",
            "wrote down an initiative earlier",
            "changed an initiative training",
            "withdrew an initiative earlier"
        ]
    );
}
