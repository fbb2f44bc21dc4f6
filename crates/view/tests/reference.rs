//! The reference of the built-in measures, and how they are shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_spec::library;
use evenkeel_view::number::Currency;
use evenkeel_view::page::library::Level;
use evenkeel_view::page::{Filter, Listed, MeasureList, Origin, Sheet};
use evenkeel_view::reference::{Anchors, markdown};
use evenkeel_view::terminal::{self, Style};

const GENERATED: &str = "<!-- From here on written from the definitions. -->\n";

fn listed(measures: &BTreeMap<MeasureId, Arc<Measure>>) -> Vec<Listed<'_>> {
    measures.values().map(|measure| Listed { measure, origin: Origin::Library, configuration: None }).collect()
}

fn sheet(measures: &BTreeMap<MeasureId, Arc<Measure>>, id: &str) -> Sheet {
    let named = |id: &MeasureId| measures.get(id).map(|measure| measure.title.clone());
    let listed = Listed { measure: &measures[id], origin: Origin::Library, configuration: None };
    Sheet::new(listed, &Currency::new("EUR"), &named, &Anchors)
}

#[test]
fn the_reference_is_fresh() {
    let measures = library::measures();
    let list = MeasureList::new(&listed(&measures), &Filter::default(), &Anchors);
    let sheets: Vec<Sheet> = measures.keys().map(|id| sheet(&measures, id.as_str())).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/measures.md");
    let found = std::fs::read_to_string(&path).unwrap();
    let (preface, _) = found.split_once(GENERATED).unwrap();
    let fresh = format!("{preface}{GENERATED}{}", markdown(&list, &sheets));
    if std::env::var("EVENKEEL_REFRESH").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &fresh).unwrap();
        return;
    }
    assert!(
        found == fresh,
        "docs/reference/measures.md is stale; run this test with EVENKEEL_REFRESH=1 to write it again"
    );
}

#[test]
fn filters() {
    let measures = library::measures();
    let listed = listed(&measures);
    let check = |filter: Filter, some: &[&str], not: &[&str]| {
        let list = MeasureList::new(&listed, &filter, &Anchors);
        let ids: Vec<&str> = list.groups.iter().flat_map(|group| &group.cards).map(|card| card.id.as_str()).collect();
        for id in some {
            assert!(ids.contains(id), "{filter:?} lacks {id}: {ids:?}");
        }
        for id in not {
            assert!(!ids.contains(id), "{filter:?} has {id}");
        }
    };
    check(Filter::default(), &["csat", "asa", "esat", "arpc"], &[]);
    check(Filter { leg: Some("employee".to_owned()), ..Filter::default() }, &["esat"], &["csat", "arpc"]);
    let perspective = Some("Internal Processes".to_owned());
    check(Filter { perspective, ..Filter::default() }, &["asa", "frt"], &["csat", "esat"]);
    check(Filter { level: Some(Level::Person), ..Filter::default() }, &["csat", "frt"], &["asa", "nps", "backlog"]);
    check(Filter { text: "seconds BUSY".to_owned(), ..Filter::default() }, &[], &["csat"]);
    check(Filter { text: "gave up".to_owned(), ..Filter::default() }, &["abandon", "asa"], &["csat"]);
    let list = MeasureList::new(&listed, &Filter { text: "no such thing".to_owned(), ..Filter::default() }, &Anchors);
    assert!(list.groups.is_empty());
    assert_eq!(list.showing.replace('\u{a0}', " "), format!("0 of {} measures", measures.len()));
}

#[test]
fn in_a_terminal() {
    let measures = library::measures();
    insta::assert_snapshot!("service_level", terminal::sheet(&sheet(&measures, "service_level"), Style::default()));
    insta::assert_snapshot!("esat", terminal::sheet(&sheet(&measures, "esat"), Style::default()));
    let filter = Filter { text: "abandon".to_owned(), ..Filter::default() };
    let list = MeasureList::new(&listed(&measures), &filter, &Anchors);
    insta::assert_snapshot!("list", terminal::measures(&list, Style::default()));
}
