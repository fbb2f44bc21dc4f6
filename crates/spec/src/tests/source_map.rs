use std::ops::Range;

use evenkeel_model::ids::MeasureId;

use super::{project, sound};
use crate::source_map::{FormulaPart, FormulaSide, Item, SourceMap};

fn map(path: &str, text: &str) -> SourceMap {
    project(&sound().with(path, text)).source_map
}

#[test]
fn from_paths_to_places() {
    let map = map("sources/crm.yaml", super::SOURCE);
    let check = |item: Item<'_>, path: &str, expected: &str| {
        assert_eq!(map.find(item, &path.parse().unwrap()).unwrap().text(), expected, "{path}");
    };
    check(Item::Project, "time_zone", "Africa/Accra");
    check(Item::Project, "sources[0]", "sources/crm.yaml");
    check(Item::Source("crm"), "files.tickets.path", "raw/tickets_*.csv");
    check(Item::Measure("csat"), "share", "score >= 4");
    check(Item::Measure("complaint_time"), "quantile.at", "0.5");
    check(Item::Scorecard("service"), "legs.business.objectives[0].measures[0].target", "-25 %");
    let share = "share".parse().unwrap();
    let key = map.find_key(Item::Measure("csat"), &share).unwrap();
    assert_eq!((key.text(), key.to_string().as_str()), ("share", "measures/csat.yaml:4:1"));
    assert!(map.find(Item::Measure("unknown"), &share).is_none());
    assert_eq!(map.file(Item::Scorecard("service")).unwrap().path(), "scorecards/service.yaml");
}

#[test]
fn inside_a_select_over_several_lines() {
    let select = "select number as case_id,\n       topick as topic\nfrom tickets";
    let text = "\
source: crm
files: { tickets: a.csv }
tables:
  cases:
    select: |
      select number as case_id,
             topick as topic
      from tickets
";
    let map = map("sources/crm.yaml", text);
    let at = select.find("topick").unwrap();
    let span = map.in_select("crm", "cases", at..at + 6).unwrap();
    assert_eq!((span.text(), span.to_string().as_str()), ("topick", "sources/crm.yaml:7:14"));
    // Behind the end, where SQL says that something more was expected.
    assert_eq!(map.in_select("crm", "cases", 999..1000).unwrap().to_string(), "sources/crm.yaml:8:19");
    assert!(map.in_select("crm", "orders", 0..1).is_some(), "what is not there leads to what is nearest");
    assert!(map.in_select("erp", "cases", 0..1).is_none());
}

#[test]
fn inside_a_select_in_the_short_form() {
    let span = map("sources/crm.yaml", super::SOURCE).in_select("crm", "cases", 7..13).unwrap();
    assert_eq!((span.text(), span.to_string().as_str()), ("number", "sources/crm.yaml:5:17"));
}

fn part(text: &str, side: FormulaSide, part: FormulaPart, bytes: Range<usize>) -> String {
    let map = map("measures/x.yaml", &format!("measure: x\nbetter: higher\n{text}\n"));
    let span = map.in_formula(&MeasureId::new("x"), side, part, bytes).unwrap();
    format!("{} {}", span.start().line, span.text())
}

fn condition(text: &str, condition: &str, bytes: Range<usize>) -> String {
    let map = map("measures/x.yaml", &format!("measure: x\nbetter: higher\n{text}\n"));
    let span = map.in_condition(&MeasureId::new("x"), condition, &bytes).unwrap();
    format!("{} {}", span.start().line, span.text())
}

#[test]
fn parts_of_a_formula_with_one_side() {
    let text = "from: responses\nwhere: survey = 'x' and\n  wave = 'y'\nshare: score >= 4\nattribute: none";
    let check = |what, bytes, expected: &str| assert_eq!(part(text, FormulaSide::Whole, what, bytes), expected);
    check(FormulaPart::Of, 0..5, "6 score");
    let both = "survey = 'x' and wave = 'y'";
    assert_eq!(condition(text, both, 0..6), "4 survey");
    assert_eq!(condition(text, both, 17..21), "5 wave");
    check(FormulaPart::Table, 0..9, "3 responses");
    check(FormulaPart::Person, 0..4, "7 none");
    // Where a default of the table holds, the table is what it follows from.
    check(FormulaPart::PeriodOf, 0..11, "3 responses");
    let quantile = "from: calls\nquantile: { of: hold_s, at: 0.5 }\nunit: seconds";
    assert_eq!(part(quantile, FormulaSide::Whole, FormulaPart::Of, 0..6), "4 hold_s");
    let distinct = "from: cases\nratio:\n  numerator: { distinct: customer_id }\n  denominator: rows";
    assert_eq!(part(distinct, FormulaSide::Numerator, FormulaPart::Of, 0..11), "5 customer_id");
    let stock = "from: case_facts\nstock: { until: solved_at }";
    assert_eq!(part(stock, FormulaSide::Whole, FormulaPart::Of, 0..9), "4 solved_at");
}

#[test]
fn parts_of_a_formula_with_two_sides() {
    let text = "\
from: cases
where: is_complaint
rate:
  events: { count: topic = 'card', where: channel = 'x' }
  exposure: { from: orders, count: rows }
  per: 1000";
    let check = |side, what, bytes, expected: &str| assert_eq!(part(text, side, what, bytes), expected);
    assert_eq!(condition(text, "is_complaint", 0..12), "4 is_complaint");
    assert_eq!(condition(text, "channel = 'x'", 0..7), "6 channel");
    assert_eq!(condition(text, "topic = 'card'", 0..5), "6 topic");
    check(FormulaSide::Numerator, FormulaPart::Table, 0..5, "3 cases");
    check(FormulaSide::Denominator, FormulaPart::Table, 0..6, "7 orders");
    check(FormulaSide::Denominator, FormulaPart::Of, 0..4, "7 rows");
    let inherited =
        "from: cases\nwhere: is_complaint\nratio: { numerator: { count: topic = 'card' }, denominator: rows }";
    let check = |side, what, bytes, expected: &str| assert_eq!(part(inherited, side, what, bytes), expected);
    assert_eq!(condition(inherited, "topic = 'card'", 0..5), "5 topic");
    check(FormulaSide::Denominator, FormulaPart::Of, 0..4, "5 rows");
}
