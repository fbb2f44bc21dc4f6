//! Notes are written, mention people until these have read them, and are taken back by whoever wrote them.

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_state::{Change, NewNote, NewUser, Origin};
use jiff::Timestamp;
use jiff::civil::date;

use super::place::store;

fn at() -> Timestamp {
    "2026-11-02T06:10:00Z".parse().unwrap()
}

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: at() }
}

#[tokio::test]
async fn a_note_stays_until_its_author_takes_it_back() {
    let (_place, store) = store().await;
    let milo = NewUser { name: "Milo Brandt", sign_in: "milo", password: None, grants: Vec::new() };
    store.add_first_user(milo, at()).await.unwrap();
    assert_eq!(store.notes().await.unwrap(), []);
    let before = store.notes_version().await.unwrap();

    let later = NewNote {
        measure: MeasureId::new("csat"),
        unit: UnitId::new("north"),
        period: "2026-10".to_owned(),
        last_day: date(2026, 10, 31),
        text: "The lift was out of order.\n'quotes' and “signs”".to_owned(),
        mentions: vec!["ines".to_owned(), "milo".to_owned()],
    };
    let first = store.add_note(&later, change("milo", "csat")).await.unwrap();
    let earlier =
        NewNote { period: "2026-10-05".to_owned(), last_day: date(2026, 10, 5), mentions: Vec::new(), ..later.clone() };
    let second = store.add_note(&earlier, change("ines", "csat")).await.unwrap();
    let notes = store.notes().await.unwrap();
    // By the day that they are about.
    assert_eq!(notes.iter().map(|note| note.number).collect::<Vec<_>>(), [second, first]);
    let note = &notes[1];
    assert_eq!((note.text.as_str(), note.by.as_str(), note.by_name.as_str()), (&*later.text, "milo", "Milo Brandt"));
    let told = |store_notes: &[evenkeel_state::Note]| -> Vec<(String, bool)> {
        let of_first = store_notes.iter().find(|note| note.number == first).unwrap();
        of_first.mentions.iter().map(|mention| (mention.name.clone(), mention.read)).collect()
    };
    // Whoever is no user any more keeps the name to sign in with.
    assert_eq!(told(&notes), [("ines".to_owned(), false), ("Milo Brandt".to_owned(), false)]);

    assert!(store.read_mention(first, "milo", at()).await.unwrap());
    for (number, name) in [(first, "milo"), (first, "nobody"), (second, "milo"), (99, "milo")] {
        assert!(!store.read_mention(number, name, at()).await.unwrap(), "{number} {name}");
    }
    assert_eq!(told(&store.notes().await.unwrap())[1], ("Milo Brandt".to_owned(), true));

    // Nobody takes back what somebody else wrote, and nobody anything twice.
    assert!(!store.withdraw_note(first, change("ines", "csat")).await.unwrap());
    assert!(store.withdraw_note(first, change("milo", "csat")).await.unwrap());
    assert!(!store.withdraw_note(first, change("milo", "csat")).await.unwrap());
    let notes = store.notes().await.unwrap();
    assert_eq!(notes.iter().map(|note| note.withdrawn_at.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_ne!(store.notes_version().await.unwrap(), before);

    let trail = store.trail(None, 10).await.unwrap().entries;
    let done: Vec<&str> = trail.iter().rev().skip(1).map(|entry| entry.action.unwrap().as_str()).collect();
    assert_eq!(done, ["wrote a note", "wrote a note", "withdrew a note"]);
}
