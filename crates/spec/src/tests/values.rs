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
    insta::assert_snapshot!(check_csv("header: no"), @"");
    insta::assert_snapshot!(check_csv("header: 'false'"), @"");
    insta::assert_snapshot!(check_csv("header: perhaps"), @"");
    insta::assert_snapshot!(check_csv("missing: [null]"), @"");
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
    insta::assert_snapshot!(check_at("'0.5'"), @"");
    insta::assert_snapshot!(check_at("half"), @"");
    insta::assert_snapshot!(check_at(".inf"), @"");
    insta::assert_snapshot!(check_at(".NaN"), @"");
    insta::assert_snapshot!(check_at("1e400"), @"");
    insta::assert_snapshot!(check_at("00.5"), @"");
    insta::assert_snapshot!(check_at("0x1"), @"");
    insta::assert_snapshot!(check_at("90 %"), @"");
    insta::assert_snapshot!(check_at("'0,5'"), @"");
    insta::assert_snapshot!(check_at("[0.5]"), @"");
}
