use super::*;
use crate::assets;
use crate::page::import::{ImportSummary, Reject, TableCounts};
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
fn charters() {
    let (inside, public) = sample::charters(&assets::Urls::default());
    for sample in inside {
        let text = charter(&sample.page, Style::default());
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{}", sample.name);
        insta::assert_snapshot!(format!("charter_{}", sample.name), text);
    }
    for sample in public {
        let text = charter_public(&sample.page, Style::default());
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{}", sample.name);
        insta::assert_snapshot!(format!("charter_public_{}", sample.name), text);
    }
}

#[test]
fn what_the_record_holds() {
    for sample in sample::data(&assets::Urls::default()) {
        let text = data(&sample.page.sheet, Style::default());
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{}", sample.name);
        insta::assert_snapshot!(format!("data_{}", sample.name), text);
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for sample in sample::data(&assets::Urls::default()) {
        for width in [80, 100, 140] {
            for line in data(&sample.page.sheet, Style { width, ..Style::default() }).lines() {
                assert!(super::width(line) <= width, "{line}");
            }
        }
    }
    let (inside, public) = sample::charters(&assets::Urls::default());
    for width in [80, 100, 140] {
        let style = Style { width, ..Style::default() };
        let texts = inside.iter().map(|sample| charter(&sample.page, style));
        for text in texts.chain(public.iter().map(|sample| charter_public(&sample.page, style))) {
            for line in text.lines() {
                assert!(super::width(line) <= width, "{line}");
            }
        }
    }
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
    let cases = TableCounts {
        table: "cases".to_owned(),
        read: 18_204,
        inserted: 402,
        updated: 31,
        unchanged: 17_766,
        repeated: 3,
        outdated: 0,
        rejected: 2,
    };
    let events =
        TableCounts { table: "case_events".to_owned(), read: 91_020, unchanged: 91_020, ..TableCounts::default() };
    let summary =
        ImportSummary { source: "crm\u{1b}[2J".to_owned(), tables: vec![cases, events.clone()], seconds: 1.25 };
    insta::assert_snapshot!(import(&summary), @r"
    crm[2J in 1.2 s
      cases         18,204 read, 402 inserted, 31 updated, 17,766 unchanged, 3 repeated, 2 rejected
      case_events   91,020 read, 0 inserted, 0 updated, 91,020 unchanged, 0 rejected
    ");
    let nothing = ImportSummary { source: "crm".to_owned(), tables: vec![events], seconds: 0.5 };
    assert!(import(&nothing).starts_with("crm in 0.5 s, nothing changed\n"));
}

#[test]
fn where_a_number_comes_from() {
    let told = Provenance {
        query: "select 1\n  -- unit \u{1b}[2Jx",
        definition: "1-ab12cd34",
        data_version: "9f3c71ae",
        table_versions: &[("responses".to_owned(), 4)].into(),
        as_of: "2026-11-02T06:10:00Z",
        coverage: Some((9_999, 10_000)),
        left_out: 2,
    };
    insta::assert_snapshot!(provenance(&told, Style::default()), @r"

      As a query over the lake
        select 1
          -- unit [2Jx

      Versions
        definition  1-ab12cd34
        data        9f3c71ae
        responses   Delta version 4
        as of       2026-11-02T06:10:00Z

      Of the 10,000 rows of this record that lie in time, 9,999 (99.9 %) belong to a unit; the others
      count for the organisation alone.

      Of the tables that it reads, 2 rows did not count, after disputes that were upheld; they stand in
      `exclusions`. A query tried elsewhere has to leave them out.
    ");
}

#[test]
fn records_as_they_are() {
    let columns = ["case_id".to_owned(), "topic".to_owned()];
    let rows = [vec![Some("1".to_owned()), None], vec![Some("2".to_owned()), Some("loan\u{1b}[2J".to_owned())]];
    let text = records(&columns, &rows, Style::default());
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let lines: Vec<&Vec<&str>> = lines.iter().filter(|line| !line[0].starts_with("─")).collect();
    assert_eq!(lines, [&vec!["case_id", "topic"], &vec!["1"], &vec!["2", "loan[2J"]]);
}

#[test]
fn signals_worst_first() {
    use crate::page::{SignalList, UnitEvaluation};

    let told = |name: &str| {
        sample::with(name, |evaluation, context| {
            let unit = UnitEvaluation { evaluation: evaluation.clone().into(), context: context.clone() };
            signals(&SignalList::new("Branch network, October 2026".to_owned(), &[unit]), Style::default())
        })
    };
    insta::assert_snapshot!("signals_rich", told("rich"));
    insta::assert_snapshot!("signals_quiet", told("quiet"));
}

#[test]
fn targets_with_their_course() {
    for page in sample::targets(&assets::Urls::default())
        .into_iter()
        .filter(|page| ["rich", "bare", "hostile"].contains(&page.name))
    {
        insta::assert_snapshot!(format!("targets_{}", page.name), targets(&page.page, Style::default()));
    }
}

#[test]
fn initiatives_with_their_measures() {
    let (pages, _) = sample::initiatives(&assets::Urls::default());
    for page in pages.into_iter().filter(|page| ["rich", "bare", "hostile"].contains(&page.name)) {
        insta::assert_snapshot!(format!("initiatives_{}", page.name), initiatives(&page.page, Style::default()));
    }
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
