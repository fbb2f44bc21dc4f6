//! Values that other readers of YAML take for something else are handled on purpose.

use evenkeel_model::source::{CsvFormat, RawFormat};

use super::{CSAT, SOURCE, project, replaced, sound};

fn csv(options: &str) -> CsvFormat {
    let text = SOURCE.replace("raw/tickets_*.csv", &format!("{{ path: a.csv, {options} }}"));
    match project(&sound().with("sources/crm.yaml", text)).sources[0].files["tickets"].format.clone() {
        RawFormat::Csv(csv) => csv,
        other => panic!("{other:?}"),
    }
}

fn title(written: &str) -> String {
    let text = CSAT.replace("Customer satisfaction", written);
    project(&sound().with("measures/csat.yaml", text)).measures["csat"].title.clone()
}

#[test]
fn texts_are_taken_as_written() {
    let check = |written: &str, read: &str| assert_eq!(title(written), read, "{written}");
    check("2026", "2026");
    check("024", "024");
    check("no", "no");
    check("yes", "yes");
    check("0x1F", "0x1F");
    check("1.50", "1.50");
    check("2026-12-31", "2026-12-31");
    check("true", "true");
    check("\"null\"", "null");
    check("'it''s'", "it's");
    check(" padded   # comment", "padded");
    check("|\n  a block\n  of text", "a block\nof text");
}

#[test]
fn cells_and_signs_keep_their_white_space() {
    assert_eq!(csv("delimiter: \"\\t\"").delimiter, b'\t');
    assert_eq!(csv("delimiter: tab").delimiter, b'\t');
    assert_eq!(csv("delimiter: ' '").delimiter, b' ');
    assert_eq!(csv("delimiter: ;").delimiter, b';');
    assert_eq!(csv("quote: none").quote, None);
    assert_eq!(csv("quote: \"'\"").quote, Some(b'\''));
    assert!(!csv("header: false, columns: [number, opened]").header);
    let text = SOURCE.replace("raw/tickets_*.csv", "{ path: a.csv, missing: [024, 'null', -1, ' - ', no, 1e3] }");
    let read = project(&sound().with("sources/crm.yaml", text));
    assert_eq!(read.sources[0].files["tickets"].missing, ["024", "null", "-1", " - ", "no", "1e3"]);
}

fn check_csv(options: &str) -> String {
    replaced("sources/crm.yaml", SOURCE, "raw/tickets_*.csv", &format!("{{ path: a.csv, {options} }}"))
}

#[test]
fn words_that_other_readers_take_for_booleans() {
    insta::assert_snapshot!(check_csv("header: no"), @"
    error: `header` in source `crm` needs `true` or `false`, not `no`
      --> sources/crm.yaml:3:35
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, header: no }
       |                                   ^^
     4 | tables:
       |
       = help: write `header: false`
    ");
    insta::assert_snapshot!(check_csv("header: 'false'"), @"
    error: `header` in source `crm` needs `true` or `false`, not `'false'`
      --> sources/crm.yaml:3:35
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, header: 'false' }
       |                                   ^^^^^^^
     4 | tables:
       |
       = help: write `header: false`
    ");
    insta::assert_snapshot!(check_csv("header: perhaps"), @"
    error: `header` in source `crm` needs `true` or `false`, not `perhaps`
      --> sources/crm.yaml:3:35
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, header: perhaps }
       |                                   ^^^^^^^
     4 | tables:
       |
       = help: write one of the two
    ");
    insta::assert_snapshot!(check_csv("missing: [null]"), @"
    error: `missing` in source `crm` has no value
      --> sources/crm.yaml:3:37
       |
     1 | source: crm
     2 | files:
     3 |   tickets: { path: a.csv, missing: [null] }
       |                                     ^^^^
     4 | tables:
       |
       = help: write a value behind it, or take the key out; for the text `null`, put it between quotes
    ");
}

fn check_at(at: &str) -> String {
    let quantile = format!("quantile: {{ of: score, at: {at} }}");
    let text = CSAT.replace("share: score >= 4", &quantile);
    // The scorecard has targets in per cent.
    replaced("measures/csat.yaml", &text, "better", "unit: percent\nbetter")
}

#[test]
fn numbers() {
    for fine in ["0.5", ".5", "0", "1", "5e-1", "+0.5"] {
        assert_eq!(check_at(fine), "", "{fine}");
    }
    insta::assert_snapshot!(check_at("'0.5'"), @"
    error: `at` in measure `csat` needs a number, not `'0.5'`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: '0.5' }
       |                            ^^^^^
     5 | unit: percent
       |
       = help: take the quotes away: `at: 0.5`
    ");
    insta::assert_snapshot!(check_at("half"), @"
    error: `at` in measure `csat` needs a number, not `half`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: half }
       |                            ^^^^
     5 | unit: percent
       |
       = help: write a number such as `0.9`
    ");
    insta::assert_snapshot!(check_at(".inf"), @"
    error: `at` in measure `csat` needs a number, not `.inf`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: .inf }
       |                            ^^^^
     5 | unit: percent
       |
       = help: write a number such as `0.9`
    ");
    insta::assert_snapshot!(check_at(".NaN"), @"
    error: `at` in measure `csat` needs a number, not `.NaN`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: .NaN }
       |                            ^^^^
     5 | unit: percent
       |
       = help: write a number such as `0.9`
    ");
    insta::assert_snapshot!(check_at("1e400"), @"
    error: `at` in measure `csat` needs a number, not `1e400`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 1e400 }
       |                            ^^^^^
     5 | unit: percent
       |
       = help: write a smaller number
    ");
    insta::assert_snapshot!(check_at("00.5"), @"
    error: `at` in measure `csat` needs a number, not `00.5`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 00.5 }
       |                            ^^^^
     5 | unit: percent
       |
       = help: a number with a leading zero is octal to some readers of YAML: take the zero away
    ");
    insta::assert_snapshot!(check_at("0x1"), @"
    error: `at` in measure `csat` needs a number, not `0x1`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 0x1 }
       |                            ^^^
     5 | unit: percent
       |
       = help: write a number such as `0.9`
    ");
    insta::assert_snapshot!(check_at("90 %"), @"
    error: `at` in measure `csat` needs a number, not `90 %`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 90 % }
       |                            ^^^^
     5 | unit: percent
       |
       = help: write it as a number: `0.9`
    ");
    insta::assert_snapshot!(check_at("'0,5'"), @"
    error: `at` in measure `csat` needs a number, not `'0,5'`
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: '0,5' }
       |                            ^^^^^
     5 | unit: percent
       |
       = help: write a point before decimals: `0.5`
    ");
    insta::assert_snapshot!(check_at("[0.5]"), @"
    error: `at` in measure `csat` needs a number, not a list
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: [0.5] }
       |                            ^^^^^
     5 | unit: percent
       |
       = help: write one value behind the key
    ");
}
