//! Figures that people type: kept, sent, approved, sent back, and typed again.

use evenkeel_model::collection::Typed;
use evenkeel_model::typed_figure::Amounts;
use evenkeel_state::{
    Change, Decided, FigureId, FigureKey, NewFigure, Origin, SeenFigure, StateError, StateStore, TypedFigure,
};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::place::store;

fn at(minutes: i64) -> Timestamp {
    "2026-11-02T06:10:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn change(by: &'static str, minutes: i64) -> Change<'static> {
    Change { by, origin: Origin::Pages, about: "cost of north", at: at(minutes) }
}

fn key(unit: &str) -> FigureKey {
    FigureKey {
        measure: "cost".to_owned(),
        unit: unit.to_owned(),
        first_day: date(2026, 10, 1),
        last_day: date(2026, 10, 31),
    }
}

fn figure(unit: &str, number: f64, typed: Typed) -> NewFigure {
    NewFigure {
        key: key(unit),
        figure: "cost".to_owned(),
        above_typed: number.to_string(),
        below_typed: "10".to_owned(),
        note: String::new(),
        absence: String::new(),
        amounts: Some(Amounts { numerator: number, denominator: Some(10.0) }),
        typed,
        about: format!("cost of {unit}: {number}"),
        seen: None,
    }
}

async fn all(store: &StateStore) -> Vec<(String, Typed, Option<f64>)> {
    let told = |figure: TypedFigure| (figure.key.unit, figure.typed, figure.amounts.map(|amounts| amounts.numerator));
    store.figures().await.unwrap().into_iter().map(told).collect()
}

/// The latest figure of a key, as it is now.
async fn seen(store: &StateStore, key: &FigureKey) -> Option<SeenFigure> {
    let latest = store.figures().await.unwrap().into_iter().rfind(|figure| figure.key == *key)?;
    Some(SeenFigure { id: latest.id, typed: latest.typed, typed_at: latest.typed_at })
}

/// Types figures, having seen what was typed before.
async fn typed_as_seen(
    store: &StateStore,
    figures: &[NewFigure],
    change: Change<'_>,
) -> Result<Vec<FigureKey>, StateError> {
    let mut typed = Vec::new();
    for figure in figures {
        typed.push(NewFigure { seen: seen(store, &figure.key).await, ..figure.clone() });
    }
    store.type_figures(&typed, change).await
}

#[tokio::test]
async fn nothing_is_typed_over_unseen() {
    let (_place, store) = store().await;
    let draft = [figure("north", 5.0, Typed::Draft)];
    assert_eq!(store.type_figures(&draft, change("milo", 0)).await.unwrap(), []);
    // Mia saw the page while there was nothing, or while it said something else.
    let mia = NewFigure { typed: Typed::Waiting, ..figure("north", 6.0, Typed::Draft) };
    assert_eq!(store.type_figures(std::slice::from_ref(&mia), change("mia", 1)).await.unwrap(), [key("north")]);
    let old = seen(&store, &key("north")).await;
    assert_eq!(typed_as_seen(&store, &draft, change("milo", 2)).await.unwrap(), []);
    assert_eq!(store.type_figures(&[NewFigure { seen: old, ..mia }], change("mia", 3)).await.unwrap(), [key("north")]);
    assert_eq!(all(&store).await, [("north".to_owned(), Typed::Draft, Some(5.0))]);
}

/// Many people send the same figure in the same moment: one of them does, and the others are told.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_the_same_moment_one_of_them_types() {
    let (_place, store) = store().await;
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..16 {
        let store = store.clone();
        sending.spawn(async move {
            let new = [figure("north", f64::from(number), Typed::Waiting)];
            store.type_figures(&new, change("milo", 0)).await.unwrap().len()
        });
    }
    let left: usize = sending.join_all().await.into_iter().sum();
    assert_eq!((left, all(&store).await.len()), (15, 1));
}

#[tokio::test]
async fn what_the_record_cannot_take_is_sent_back() {
    let (_place, store) = store().await;
    let both = [figure("north", 5.0, Typed::Approved), figure("south", 7.0, Typed::Approved)];
    typed_as_seen(&store, &both, change("milo", 0)).await.unwrap();
    let ids: Vec<FigureId> = store.unpublished_figures().await.unwrap().iter().map(|figure| figure.id).collect();
    store.figures_published(&ids[1..]).await.unwrap();
    store.return_overtaken_figures(&ids, "A source brought it.", change("evenkeel", 1)).await.unwrap();
    let returned = store.figures().await.unwrap()[0].clone();
    assert_eq!((returned.typed, returned.reason.as_deref()), (Typed::Returned, Some("A source brought it.")));
    assert_eq!(all(&store).await[1], ("south".to_owned(), Typed::Approved, Some(7.0)));
    assert_eq!(store.unpublished_figures().await.unwrap(), []);
    let trail = store.trail(None, 1).await.unwrap().entries;
    assert_eq!(trail[0].about, "cost of north, 2026-10-01 to 2026-10-31: A source brought it.");
}

#[tokio::test]
async fn from_a_draft_to_what_holds() {
    let (_place, store) = store().await;
    typed_as_seen(&store, &[figure("north", 5.0, Typed::Draft)], change("milo", 0)).await.unwrap();
    typed_as_seen(
        &store,
        &[figure("north", 6.0, Typed::Waiting), figure("south", 1.0, Typed::Draft)],
        change("milo", 1),
    )
    .await
    .unwrap();
    let north = ("north".to_owned(), Typed::Waiting, Some(6.0));
    assert_eq!(all(&store).await, [north.clone(), ("south".to_owned(), Typed::Draft, Some(1.0))]);
    // What waits is not typed over, and who typed it does not approve it.
    let left = typed_as_seen(&store, &[figure("north", 7.0, Typed::Waiting)], change("milo", 2)).await.unwrap();
    assert_eq!((left, all(&store).await.first().cloned()), (vec![key("north")], Some(north)));
    let waiting = store.figures().await.unwrap()[0].clone();
    let decide = |by, seen, reason, minute| store.decide_figure(waiting.id, seen, reason, change(by, minute));
    assert_eq!(decide("milo", waiting.typed_at, None, 3).await.unwrap(), Decided::Own);
    // Neither is what was looked at before it was typed again.
    assert_eq!(decide("ines", at(0), None, 3).await.unwrap(), Decided::Changed);
    assert_eq!(decide("ines", waiting.typed_at, Some("one bill twice"), 4).await.unwrap(), Decided::Done);
    assert_eq!(decide("ines", waiting.typed_at, None, 5).await.unwrap(), Decided::Changed);
    let returned = store.figures().await.unwrap()[0].clone();
    assert_eq!((returned.typed, returned.reason.as_deref()), (Typed::Returned, Some("one bill twice")));
    assert_eq!(returned.decided_by.as_deref(), Some("ines"));
    assert_eq!(store.unpublished_figures().await.unwrap(), []);

    typed_as_seen(&store, &[figure("north", 8.0, Typed::Waiting)], change("milo", 6)).await.unwrap();
    assert_eq!(decide("ines", at(6), None, 7).await.unwrap(), Decided::Done);
    let held = store.unpublished_figures().await.unwrap();
    assert_eq!(
        held.iter().map(|figure| (figure.typed, figure.decided_at)).collect::<Vec<_>>(),
        [(Typed::Approved, Some(at(7)))]
    );
    store.figures_published(&[held[0].id]).await.unwrap();
    assert_eq!(store.unpublished_figures().await.unwrap(), []);

    // What takes its place stands beside it.
    typed_as_seen(&store, &[figure("north", 9.0, Typed::Waiting)], change("milo", 8)).await.unwrap();
    let units: Vec<(String, Typed, Option<f64>)> = all(&store).await;
    assert_eq!(
        units.iter().filter(|(unit, ..)| unit == "north").map(|(_, typed, _)| *typed).collect::<Vec<_>>(),
        [Typed::Approved, Typed::Waiting]
    );

    let trail = store.trail(None, 50).await.unwrap().entries;
    let said: Vec<String> = trail
        .iter()
        .rev()
        .map(|entry| format!("{} {} {}", entry.who, entry.action.unwrap().as_str(), entry.about))
        .collect();
    assert_eq!(
        said,
        [
            "milo kept a figure cost of north: 5",
            "milo sent a figure cost of north: 6",
            "milo kept a figure cost of south: 1",
            "ines sent a figure back cost of north",
            "milo sent a figure cost of north: 8",
            "ines approved a figure cost of north",
            "milo sent a figure cost of north: 9",
        ]
    );
}

#[tokio::test]
async fn drafts_that_were_emptied_are_gone() {
    let (_place, store) = store().await;
    typed_as_seen(
        &store,
        &[figure("north", 5.0, Typed::Draft), figure("south", 5.0, Typed::Approved)],
        change("milo", 0),
    )
    .await
    .unwrap();
    // One that somebody else typed meanwhile stays.
    store.forget_drafts(&[(key("north"), None)]).await.unwrap();
    assert_eq!(all(&store).await.len(), 2);
    let keys = [key("north"), key("south"), key("west")];
    let mut emptied = Vec::new();
    for key in keys {
        emptied.push((key.clone(), seen(&store, &key).await));
    }
    store.forget_drafts(&emptied).await.unwrap();
    assert_eq!(all(&store).await, [("south".to_owned(), Typed::Approved, Some(5.0))]);
    // Where nobody has to approve, it holds at once.
    assert_eq!(store.unpublished_figures().await.unwrap().len(), 1);
}
