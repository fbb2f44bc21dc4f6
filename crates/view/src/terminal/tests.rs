use super::*;
use crate::assets;
use crate::page::import::{FileRejects, ImportSummary, Reject, TableCounts};
use crate::page::sample;

fn page(name: &str) -> crate::page::ScorecardPage {
    let pages = sample::scorecards(&assets::Urls::default());
    pages.into_iter().find(|sample| sample.name == name).unwrap().page
}

fn measure(name: &str) -> crate::page::MeasurePage {
    let pages = sample::measures(&assets::Urls::default());
    pages.into_iter().find(|sample| sample.name == name).unwrap().page
}

#[test]
fn scorecards() {
    for name in ["rich", "quiet", "bare", "running", "silent", "empty", "long"] {
        insta::assert_snapshot!(format!("scorecard_{name}"), scorecard(&page(name), Style::default()));
    }
    let wide = Style { width: 120, wide: true, colour: false };
    insta::assert_snapshot!("scorecard_wide", scorecard(&page("rich"), wide));
}

#[test]
fn explanations() {
    for name in ["rich", "silent"] {
        insta::assert_snapshot!(format!("explain_{name}"), explain(&measure(name), Style::default()));
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for sample in sample::scorecards(&assets::Urls::default()) {
        for width in [80, 100, 140] {
            let text = scorecard(&sample.page, Style { width, ..Style::default() });
            for line in text.lines() {
                assert!(super::width(line) <= width, "{}: {line}", sample.name);
            }
        }
    }
}

#[test]
fn names_cannot_steer_the_terminal() {
    let texts = [scorecard(&page("hostile"), Style::default()), explain(&measure("hostile"), Style::default())];
    for text in texts {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }
    let coloured = scorecard(&page("rich"), Style { colour: true, ..Style::default() });
    assert!(coloured.contains("\u{1b}[33m▼"));
}

#[test]
fn imports() {
    let summary = ImportSummary {
        source: "crm".to_owned(),
        tables: vec![
            TableCounts {
                table: "cases".to_owned(),
                read: 18_204,
                added: 402,
                changed: 31,
                unchanged: 17_769,
                rejected: 2,
            },
            TableCounts {
                table: "case_events".to_owned(),
                read: 91_020,
                added: 2_010,
                unchanged: 89_010,
                ..TableCounts::default()
            },
        ],
        rejects: vec![FileRejects {
            file: "raw/tickets_2026-10.csv".to_owned(),
            rows: 2,
            example: "line 1,204, column opened: “29/02/2026” is not a day; write 2026-02-28".to_owned(),
        }],
        data_version: Some("9f3c71ae".to_owned()),
        list_rejects: "evenkeel rejects --source crm".to_owned(),
    };
    insta::assert_snapshot!(import(&summary, Style::default()));
    let nothing = ImportSummary { source: "crm".to_owned(), ..ImportSummary::default() };
    insta::assert_snapshot!(import(&nothing, Style::default()), @"crm: nothing to read.");
}

#[test]
fn signals_worst_first() {
    use crate::page::{SignalList, UnitEvaluation};

    let told = |name: &str| {
        sample::with(name, |evaluation, context| {
            let unit = UnitEvaluation { evaluation: evaluation.clone(), context: context.clone() };
            signals(&SignalList::new("Branch network, October 2026".to_owned(), &[unit]), Style::default())
        })
    };
    insta::assert_snapshot!("signals_rich", told("rich"));
    insta::assert_snapshot!("signals_quiet", told("quiet"));
}

#[test]
fn readings() {
    use crate::number::Currency;
    use crate::page::readings::{Entry, readings};
    use evenkeel_model::period::FiscalYear;
    use evenkeel_model::reading::{Missing, Reading};

    sample::with("rich", |evaluation, context| {
        let results: Vec<_> =
            evaluation.legs.iter().flat_map(evenkeel_model::evaluation::LegResult::measures).collect();
        let entry = |place: usize, reading| Entry {
            measure: &results[place].measure,
            subject: "Branch network".to_owned(),
            period: context.place.period,
            reading,
            likely_range: results[place].likely_range,
        };
        let entries = [
            entry(6, Ok(results[6].reading)),
            entry(12, Ok(results[12].reading)),
            entry(7, Err(Missing::NoRows)),
            entry(2, Ok(Reading::EMPTY)),
        ];
        let lines = readings(&entries, &Currency::new("GBP"), FiscalYear::default());
        insta::assert_snapshot!("readings", super::readings(&lines).render(Style::default()));
        insta::assert_snapshot!("readings_json", serde_json::to_string_pretty(&lines[0]).unwrap());
        let full = super::readings(&lines[..1]).render(Style::default());
        assert!(!full.contains("why not"), "a column that would be empty is left out");
    });
}

#[test]
fn rejected_rows() {
    let reject = Reject {
        file: "raw/tickets_2026-10.csv".to_owned(),
        line: Some(1204),
        column: "opened".to_owned(),
        value: "29/02/2026\u{1b}[2J".to_owned(),
        reason: "not a day that exists; write for example 2026-02-28".to_owned(),
    };
    insta::assert_snapshot!(rejects(&[reject.clone(), Reject { line: None, ..reject }]).render(Style::default()));
}

#[test]
fn tables_give_way_where_they_can() {
    let table = Table {
        columns: vec![Column::text("file"), Column::number("line"), Column::text("reason")],
        rows: vec![
            vec![
                "raw/tickets_2026-10.csv".to_owned(),
                "1,204".to_owned(),
                "“five” is not a number from 1 to 5".to_owned(),
            ],
            vec!["答え.csv".to_owned(), "7".to_owned()],
        ],
        wrap_last: false,
    };
    insta::assert_snapshot!(table.render(Style { width: 40, ..Style::default() }));
}

#[test]
fn texts_fit() {
    let check = |text: &str, columns: usize, right: bool, wanted: &str| assert_eq!(fit(text, columns, right), wanted);
    check("abc", 5, false, "abc  ");
    check("abc", 5, true, "  abc");
    check("abcdef", 5, false, "abcd…");
    check("答え答え", 5, false, "答え…");
    check("", 0, false, "");
    assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    assert_eq!(blocks(&[Some(1.0), None, Some(2.0)]), "▁·█");
    assert_eq!(blocks(&[None]), "");
    assert_eq!(blocks(&[Some(1.0), Some(1.0)]), "▄▄");
}
