//! Recognitions and development entries are taken back by their authors alone, added to, and deleted when their time is over.

use evenkeel_model::act::{ActKind, AdditionKind, Evidence};
use evenkeel_model::ids::{MeasureId, PersonId, UnitId};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Change, NewAct, NewAddition, Origin};
use jiff::civil::{Date, date};

use super::place::store;

const LAST_DAY: Date = date(2028, 11, 2);

fn change<'a>(by: &'a str, about: &'a str) -> Change<'a> {
    Change { by, origin: Origin::Pages, about, at: "2026-11-02T06:10:00Z".parse().unwrap() }
}

fn ann() -> Subject {
    Subject::Person(PersonId::new("ann"))
}

fn new(kind: ActKind, about: Subject) -> NewAct {
    let of_person = matches!(about, Subject::Person(_));
    NewAct {
        kind,
        about,
        topic: "Difficult refunds".to_owned(),
        words: "“Two talks”,\nand one call listened to.".to_owned(),
        reward: if kind == ActKind::Recognition { "an afternoon off".to_owned() } else { String::new() },
        evidence: Some(Evidence {
            measure: MeasureId::new("csat"),
            title: "Satisfied".to_owned(),
            period: "2026-10".to_owned(),
            value: "66.7 %".to_owned(),
            count: Some("30 answers".to_owned()),
            likely_range: Some("48.8 to 80.8 %".to_owned()),
            change: None,
            state: Some("on standard".to_owned()),
            data_version: "9f3c71ae".to_owned(),
        }),
        look_again: kind.is_development().then(|| date(2026, 11, 24)),
        kept_until: of_person.then_some(LAST_DAY),
    }
}

fn addition(kind: AdditionKind, words: &str, look_again: Option<Date>) -> NewAddition {
    NewAddition { kind, words: words.to_owned(), look_again }
}

#[tokio::test]
async fn what_was_written_stays_as_it_was_shown() {
    let (_place, store) = store().await;
    let thanks = new(ActKind::Recognition, ann());
    let coaching = NewAct { evidence: None, ..new(ActKind::Coaching, ann()) };
    let of_unit = new(ActKind::Recognition, Subject::Unit(UnitId::new("ann")));
    let first = store.add_act(&thanks, change("milo", "ann")).await.unwrap();
    let second = store.add_act(&coaching, change("milo", "ann")).await.unwrap();
    let third = store.add_act(&of_unit, change("milo", "unit ann")).await.unwrap();

    // A unit that has the name of a person is another thing.
    let about = store.acts_about(&PersonId::new("ann")).await.unwrap();
    assert_eq!(about.iter().map(|act| act.number).collect::<Vec<_>>(), [second, first]);
    assert_eq!((&about[0].of, &about[1].of), (&coaching, &thanks));
    assert_eq!((about[1].by.as_str(), about[1].next_look(), about[0].next_look()), ("milo", None, coaching.look_again));
    let of_units = store.acts_of_units(&[UnitId::new("ann"), UnitId::new("north")]).await.unwrap();
    assert_eq!(of_units.iter().map(|act| (act.number, &act.of)).collect::<Vec<_>>(), [(third, &of_unit)]);
    assert!(store.acts_of_units(&[UnitId::new("north")]).await.unwrap().is_empty());
    assert!(store.acts_about(&PersonId::new("bob")).await.unwrap().is_empty());
    assert_eq!(store.act(third + 1).await.unwrap(), None);

    // Its author takes it back, once, and nobody else does.
    assert!(!store.withdraw_act(first, change("mallory", "ann")).await.unwrap());
    assert!(store.withdraw_act(first, change("milo", "ann")).await.unwrap());
    assert!(!store.withdraw_act(first, change("milo", "ann")).await.unwrap());
    let withdrawn = store.act(first).await.unwrap().unwrap();
    assert!(withdrawn.withdrawn_at.is_some());
    assert_eq!(withdrawn.of, thanks);
    let seen = addition(AdditionKind::Acknowledged, "", None);
    assert!(!store.add_to_act(first, &seen, change("anna", "ann")).await.unwrap());

    // What stands in the trail says of whom and never what.
    let trail = store.trail(None, 10).await.unwrap().entries;
    let told: Vec<String> = trail
        .iter()
        .rev()
        .map(|entry| format!("{} {}: {}", entry.who, entry.action.unwrap().as_str(), entry.about))
        .collect();
    assert_eq!(
        told,
        [
            "milo recognised somebody: ann",
            "milo wrote a development entry: ann",
            "milo recognised somebody: unit ann",
            "milo withdrew a recognition or development entry: ann",
        ]
    );
}

#[tokio::test]
async fn what_is_added_ends_it_or_names_another_day() {
    let (_place, store) = store().await;
    let number = store.add_act(&new(ActKind::Agreement, ann()), change("milo", "ann")).await.unwrap();
    let thanks = store.add_act(&new(ActKind::Recognition, ann()), change("milo", "ann")).await.unwrap();
    let due = async |day| {
        let due = store.acts_to_look_at(day).await.unwrap();
        due.into_iter().map(|act| act.number).collect::<Vec<_>>()
    };
    assert_eq!(due(date(2026, 11, 23)).await, Vec::<i64>::new());
    assert_eq!(due(date(2026, 11, 24)).await, [number]);

    let add = async |number, new: NewAddition, by| store.add_to_act(number, &new, change(by, "ann")).await.unwrap();
    let seen = || addition(AdditionKind::Acknowledged, "", None);
    let answered = |words: &str| addition(AdditionKind::Answered, words, None);
    let followed = |words: &str, day| addition(AdditionKind::FollowedUp, words, day);
    // Nobody acknowledges or answers what they wrote themselves.
    assert!(!add(number, seen(), "milo").await && !add(number, answered("Right."), "milo").await);
    assert!(add(number, seen(), "anna").await && !add(number, seen(), "anna").await);
    assert!(add(number, answered("First I want to see the calls."), "anna").await);
    assert!(add(number, answered("They were two."), "anna").await);
    assert!(!add(thanks, followed("", None), "milo").await, "nobody looks at a thank-you again");
    let later = Some(date(2026, 12, 15));
    assert!(add(number, followed("Half way", later), "milo").await);
    assert_eq!(due(date(2026, 12, 14)).await, Vec::<i64>::new());
    assert_eq!(due(date(2026, 12, 15)).await, [number]);
    assert!(add(number, followed("Done", None), "lena").await);
    assert!(!add(number, followed("Once more", later), "milo").await, "it has ended");
    assert_eq!(due(date(2027, 12, 15)).await, Vec::<i64>::new());

    let act = store.act(number).await.unwrap().unwrap();
    assert!(act.is_acknowledged());
    let told: Vec<_> = act.additions.iter().map(|added| (added.by.as_str(), added.of.words.as_str())).collect();
    assert_eq!(
        told,
        [
            ("anna", ""),
            ("anna", "First I want to see the calls."),
            ("anna", "They were two."),
            ("milo", "Half way"),
            ("lena", "Done")
        ]
    );
}

#[tokio::test]
async fn what_is_about_a_person_goes_when_its_time_is_over() {
    let (_place, store) = store().await;
    let now = "2028-11-03T00:00:01Z".parse().unwrap();
    let person = store.add_act(&new(ActKind::Coaching, ann()), change("milo", "ann")).await.unwrap();
    let north = new(ActKind::Recognition, Subject::Unit(UnitId::new("north")));
    let unit = store.add_act(&north, change("milo", "north")).await.unwrap();
    let longer = NewAct { kept_until: Some(date(2028, 11, 3)), ..new(ActKind::Coaching, ann()) };
    let longer = store.add_act(&longer, change("milo", "ann")).await.unwrap();
    let seen = addition(AdditionKind::Acknowledged, "", None);
    assert!(store.add_to_act(person, &seen, change("anna", "ann")).await.unwrap());

    assert_eq!(store.forget_acts(LAST_DAY, now).await.unwrap(), 0, "the last day belongs to the time");
    assert_eq!(store.forget_acts(LAST_DAY.tomorrow().unwrap(), now).await.unwrap(), 1);
    assert_eq!(store.forget_acts(LAST_DAY.tomorrow().unwrap(), now).await.unwrap(), 0);
    assert_eq!(store.act(person).await.unwrap(), None);
    assert!(store.act(unit).await.unwrap().is_some() && store.act(longer).await.unwrap().is_some());
    // What was added is gone too, and does not turn up again with another number.
    assert!(
        !store.add_to_act(person, &addition(AdditionKind::Answered, "x", None), change("anna", "ann")).await.unwrap()
    );
    let last = store.trail(None, 1).await.unwrap().entries.remove(0);
    assert_eq!(
        (last.who.as_str(), last.origin, last.action.unwrap().as_str()),
        ("evenkeel", Some(Origin::Server), "deleted entries")
    );
    assert_eq!(last.about, "1 about people, of which the last day is over");
}

#[tokio::test]
async fn what_is_about_somebody_who_is_erased_is_deleted() {
    let (_place, store) = store().await;
    let coaching = store.add_act(&new(ActKind::Coaching, ann()), change("milo", "ann")).await.unwrap();
    let seen = addition(AdditionKind::Acknowledged, "", None);
    assert!(store.add_to_act(coaching, &seen, change("anna", "ann")).await.unwrap());
    let bob = Subject::Person(PersonId::new("bob"));
    let other = store.add_act(&new(ActKind::Coaching, bob), change("milo", "bob")).await.unwrap();
    store.erase_person("ann", "p-1", change("mara", "ann")).await.unwrap();
    assert_eq!(store.act(coaching).await.unwrap(), None);
    assert!(store.acts_about(&PersonId::new("p-1")).await.unwrap().is_empty());
    assert!(store.act(other).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_deleted_is_in_no_file_either() {
    let (place, store) = store().await;
    let kept = || {
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(place.folder.path()).unwrap() {
            bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    for number in 0..25 {
        let words = format!("Zealously answered {number}.");
        let about = NewAct { words, ..new(ActKind::Recognition, ann()) };
        store.add_act(&about, change("milo", "ann")).await.unwrap();
    }
    // On a server there are no files to look at.
    if !kept().is_empty() {
        assert!(kept().contains("Zealously answered 7."));
    }
    store.erase_person("ann", "p-1", change("mara", "ann")).await.unwrap();
    assert!(!kept().contains("Zealously"));
}
