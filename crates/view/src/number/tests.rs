use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{
    About, DefinitionVersion, Direction, DurationUnit, Expression, Formula, Levels, Measure, Rows, ValueUnit,
};

use super::*;

fn measure(unit: ValueUnit, decimals: Option<u8>) -> Measure {
    let rows = Rows {
        table: "responses".to_owned(),
        conditions: Vec::new(),
        period_of: Expression("answered_at".to_owned()),
        person: None,
        unit: None,
    };
    Measure {
        id: MeasureId::new("m"),
        title: "M".to_owned(),
        leg: None,
        perspective: None,
        noun: "answers".to_owned(),
        unit,
        decimals,
        better: Direction::Higher,
        levels: Levels { person: true, unit: true },
        withhold_below: None,
        formula: Formula::Count { rows },
        wait: None,
        about: About::default(),
        earlier: Vec::new(),
        example: None,
        definition: DefinitionVersion { number: 1, digest: "0".to_owned() },
    }
}

fn format(unit: ValueUnit, reference: f64) -> Format {
    Format::of(&measure(unit, None), &Currency::new("GBP"), Some(reference))
}

/// Tables are written with plain spaces and hyphens.
fn plain(text: &str) -> String {
    text.replace(NO_BREAK_SPACE, " ").replace(MINUS, "-")
}

const HOURS: ValueUnit = ValueUnit::Duration(DurationUnit::Hours);
const DAYS: ValueUnit = ValueUnit::Duration(DurationUnit::Days);

fn number(word: Option<&str>) -> ValueUnit {
    ValueUnit::Number { word: word.map(ToOwned::to_owned) }
}

fn per(many: f64) -> ValueUnit {
    ValueUnit::Per { many, of: "orders".to_owned() }
}

#[test]
fn values() {
    let check = |unit: ValueUnit, stored: f64, text: &str| {
        assert_eq!(plain(&format(unit, stored).text(stored)), text);
    };
    check(ValueUnit::Percent, 0.824, "82.4 %");
    check(ValueUnit::Percent, 1.0, "100.0 %");
    check(ValueUnit::Percent, 0.0034, "0.34 %");
    check(ValueUnit::Percent, 0.0, "0.0 %");
    check(ValueUnit::Points, 0.31, "31 points");
    check(ValueUnit::Points, -0.124, "-12 points");
    check(ValueUnit::Points, 0.01, "1 point");
    check(ValueUnit::Points, -0.001, "0 points");
    check(HOURS, 79_560.0, "22.1 h");
    check(HOURS, 720_000.0, "200 h");
    check(ValueUnit::Duration(DurationUnit::Minutes), 2_290.0, "38.2 min");
    check(ValueUnit::Duration(DurationUnit::Seconds), 17.25, "17.2 s");
    check(DAYS, 241_920.0, "2.8 days");
    check(ValueUnit::Money, 4.8612, "£4.86");
    check(ValueUnit::Money, -4.8612, "-£4.86");
    check(ValueUnit::Money, -0.001, "£0.00");
    check(ValueUnit::Money, 1_250_000.4, "£1,250,000");
    check(ValueUnit::Count, 1903.0, "1,903 answers");
    check(ValueUnit::Count, 1.0, "1 answer");
    check(number(None), 0.7412, "0.74");
    check(number(None), 68.94, "68.9");
    check(number(Some("stars")), 4.215, "4.21 stars");
    check(per(1000.0), 0.00231, "2.31 per 1,000");
    check(per(1000.0), 0.062, "62.0 per 1,000");
    check(per(1.5), 2.0, "3.00 per 1.5");
    check(ValueUnit::Percent, f64::NAN, "not known");
}

#[test]
fn a_measure_settles_its_own_decimals() {
    let check = |unit: ValueUnit, decimals: u8, stored: f64, text: &str| {
        let format = Format::of(&measure(unit, Some(decimals)), &Currency::new("GBP"), Some(stored));
        assert_eq!(plain(&format.text(stored)), text);
    };
    check(ValueUnit::Percent, 0, 0.824, "82 %");
    check(ValueUnit::Percent, 2, 0.824, "82.40 %");
    check(DAYS, 0, 86_400.0, "1 day");
    check(ValueUnit::Money, 0, 4.86, "£5");
}

#[test]
fn goals() {
    let check = |unit: ValueUnit, reference: f64, stored: f64, text: &str| {
        assert_eq!(plain(&format(unit, reference).goal(stored)), text);
    };
    check(ValueUnit::Percent, 0.796, 0.82, "82 %");
    check(ValueUnit::Percent, 0.796, 0.915, "91.5 %");
    check(ValueUnit::Percent, 0.796, 0.9155, "91.55 %");
    check(ValueUnit::Percent, 0.796, 0.928_05, "92.8 %");
    check(ValueUnit::Points, 0.31, -0.1, "-10 points");
    check(HOURS, 80_000.0, 86_400.0, "24 h");
    check(ValueUnit::Money, 4.86, 5.0, "£5.00");
    check(ValueUnit::Money, 1_200_000.0, 1_250_000.0, "£1,250,000");
    check(per(1000.0), 0.00231, 0.0025, "2.50 per 1,000");
    check(number(None), 0.74, 0.8, "0.80");
    check(ValueUnit::Count, 800.0, 1000.0, "1,000 answers");
}

#[test]
fn ranges() {
    let check = |unit: ValueUnit, low: f64, high: f64, text: &str| {
        assert_eq!(plain(&format(unit, high).range(low, high).text), text);
    };
    check(ValueUnit::Percent, 0.779, 0.8124, "77.9 to 81.2 %");
    check(ValueUnit::Money, 4.79, 4.93, "£4.79 to £4.93");
    check(ValueUnit::Money, -1.0, 1.0, "-£1.00 to £1.00");
    check(ValueUnit::Points, -0.12, 0.04, "-12 to 4 points");
    check(HOURS, 72_000.0, 90_000.0, "20.0 to 25.0 h");
    let percent = format(ValueUnit::Percent, 0.124);
    assert_eq!(plain(&percent.goal_range(0.10, 0.15)), "10 to 15 %");
    assert_eq!(plain(&percent.goal_range_short(0.10, 0.15)), "10–15 %");
    assert_eq!(plain(&percent.range(0.1, 0.15).short), "10.0–15.0 %");
    assert_eq!(plain(&format(per(1000.0), 0.00231).range(0.002, 0.003).short), "2.00–3.00");
    assert_eq!(plain(&format(ValueUnit::Points, 0.3).goal_short(0.3)), "30");
}

#[test]
fn differences() {
    let check = |unit: ValueUnit, reference: f64, difference: f64, cell: Option<&str>, sentence: Option<&str>| {
        let format = format(unit, reference);
        assert_eq!(format.difference(difference).as_deref().map(plain).as_deref(), cell);
        assert_eq!(format.distance(difference).as_deref().map(plain).as_deref(), sentence);
    };
    check(ValueUnit::Percent, 0.8, 0.003, Some("+0.3 pts"), Some("0.3 points"));
    check(ValueUnit::Percent, 0.8, -0.01, Some("-1.0 pts"), Some("1.0 point"));
    check(ValueUnit::Percent, 0.8, -0.0004, None, None);
    check(ValueUnit::Percent, 0.8, f64::NAN, None, None);
    check(ValueUnit::Points, 0.3, 0.02, Some("+2 pts"), Some("2 points"));
    check(ValueUnit::Money, 4.86, -0.04, Some("-£0.04"), Some("£0.04"));
    check(ValueUnit::Money, 4.86, -0.004, None, None);
    check(HOURS, 80_000.0, 7_200.0, Some("+2.0 h"), Some("2.0 h"));
    check(ValueUnit::Count, 1903.0, -12.0, Some("-12 answers"), Some("12 answers"));
    check(per(1000.0), 0.00231, 0.000_12, Some("+0.12 per 1,000"), Some("0.12 per 1,000"));
}

#[test]
fn a_miss_by_a_hair_is_seen() {
    let check = |stored: f64, target: f64, text: &str| {
        let format = format(ValueUnit::Percent, stored).telling_apart(Some(stored), Some(target));
        assert_eq!(plain(&format.text(stored)), text);
    };
    check(0.8196, 0.82, "81.96 %");
    check(0.819_96, 0.82, "81.996 %");
    check(0.82, 0.82, "82.0 %");
    check(0.81, 0.82, "81.0 %");
    check(0.819_999_9, 0.82, "82.0000 %");
}

#[test]
fn currencies() {
    let check = |code: &str, stored: f64, text: &str| {
        let format = Format::of(&measure(ValueUnit::Money, None), &Currency::new(code), Some(stored));
        assert_eq!(plain(&format.text(stored)), text);
    };
    check("GBP", 41.2, "£41.20");
    check("eur", 41.2, "€41.20");
    check("GHS", 41.2, "GHS 41.20");
    check("GHS", -41.2, "-GHS 41.20");
    check("JPY", 412.0, "¥412");
    check("KWD", 1.2, "KWD 1.200");
}

#[test]
fn numbers_without_a_unit() {
    for (value, text) in [(1250.0, "1,250"), (0.5, "0.5"), (-7200.25, "−7,200.25"), (100.0, "100"), (0.0, "0")] {
        assert_eq!(super::plain(value), text);
    }
}

#[test]
fn counts_and_scores() {
    let check = |n: u64, noun: &str, text: &str| assert_eq!(plain(&counted(n, noun)), text);
    check(2391, "answers", "2,391 answers");
    check(1, "answers", "1 answer");
    check(1, "people", "1 person");
    check(1, "replies", "1 reply");
    check(1, "searches", "1 search");
    check(1, "cases", "1 case");
    check(1, "addresses", "1 address");
    check(1, "staff", "1 staff");
    check(1, "time series", "1 time series");
    check(1, "dishes", "1 dish");
    check(1_234_567, "contacts", "1,234,567 contacts");
    for (one, many) in
        [("branch", "branches"), ("team", "teams"), ("agency", "agencies"), ("day", "days"), ("series", "series")]
    {
        assert_eq!(plural(one), many);
    }
    assert_eq!(score(47.6).text, "48");
    assert_eq!(score_difference(-6.2).as_deref(), Some("−6"));
    assert_eq!(score_difference(0.4), None);
    assert_eq!(score_difference(-0.4), None);
}

#[test]
fn ticks_say_their_unit() {
    assert_eq!(plain(&format(ValueUnit::Percent, 0.8).tick(80.0, 0)), "80 %");
    assert_eq!(plain(&format(ValueUnit::Money, 4.0).tick(4.5, 1)), "£4.50");
    assert_eq!(plain(&format(ValueUnit::Money, 4.0).tick(4.0, 0)), "£4");
    assert_eq!(plain(&format(ValueUnit::Points, 0.3).tick(-20.0, 0)), "-20");
    assert_eq!(plain(&format(HOURS, 3600.0).tick(24.0, 0)), "24 h");
    assert_eq!(plain(&format(ValueUnit::Count, 3600.0).tick(1500.0, 0)), "1,500");
}

proptest::proptest! {
    #[test]
    fn zero_is_never_signed(value in -1e9f64..1e9, digits in 0usize..4) {
        let text = rounded(value, digits);
        if is_zero(&text) {
            proptest::prop_assert!(!text.starts_with(MINUS));
        }
    }

    #[test]
    fn no_hyphen_stands_for_minus(value in -1e6f64..1e6) {
        for unit in [ValueUnit::Percent, ValueUnit::Points, HOURS, ValueUnit::Money, ValueUnit::Count, per(1000.0)] {
            let format = format(unit, value);
            for text in [format.text(value), format.goal(value), format.range(value, value + 1.0).text] {
                proptest::prop_assert!(!text.contains('-'), "{}", text);
            }
        }
    }
}
