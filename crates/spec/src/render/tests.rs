use super::*;

fn diagnostic(text: &str, marked: &str) -> Diagnostic {
    let file = SourceFile::new("measures/customer/csat.yaml", text);
    let start = text.find(marked).unwrap();
    let span = Span::new(&file, start..start + marked.len());
    Diagnostic::error("x", &span, "unknown key `taget` in measure `csat`").label("did you mean `target`?")
}

#[test]
fn the_look_of_a_finding() {
    let text = "1\n2\n3\n4\n5\n6\ndirection: up\nred_flag: 74\ntaget: 82\nstretch: 86\n";
    let found = diagnostic(text, "taget").note("without a target, the status cannot be worked out");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:9:1
       |
     7 | direction: up
     8 | red_flag: 74
     9 | taget: 82
       | ^^^^^ did you mean `target`?
    10 | stretch: 86
       |
       = without a target, the status cannot be worked out
    ");
}

#[test]
fn marks_on_the_last_line_need_no_frame_below() {
    let text = "better: lower\ntarget: 5.00\nred_flag: 4.50";
    let found = diagnostic(text, "4.50").help("swap the two values,\nor set `better: higher`").note("it matters");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:3:11
       |
     1 | better: lower
     2 | target: 5.00
     3 | red_flag: 4.50
       |           ^^^^ did you mean `target`?
       = it matters
       = help: swap the two values,
               or set `better: higher`
    ");
}

#[test]
fn a_second_place_in_the_same_file() {
    let text = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\na: 8\nh: 9\n";
    let file = SourceFile::new("a.yaml", text);
    let found = Diagnostic::warning("x", &Span::new(&file, 35..36), "`a` is given twice")
        .label("given again here")
        .related(&Span::new(&file, 0..1), "first given here")
        .help("remove one of them");
    insta::assert_snapshot!(plain(&found), @"
    warning: `a` is given twice
      --> a.yaml:8:1
       |
     1 | a: 1
       | - first given here
    ...
     6 | f: 6
     7 | g: 7
     8 | a: 8
       | ^ given again here
     9 | h: 9
       |
       = help: remove one of them
    ");
    let near = Diagnostic::error("x", &Span::new(&file, 15..16), "near")
        .related(&Span::new(&file, 0..1), "one line between is shown")
        .related(&Span::new(&file, 15..19), "two on one line");
    insta::assert_snapshot!(plain(&near), @"
    error: near
      --> a.yaml:4:1
       |
     1 | a: 1
       | - one line between is shown
     2 | b: 2
     3 | c: 3
     4 | d: 4
       | ^
       | ---- two on one line
     5 | e: 5
    ");
}

#[test]
fn a_second_place_in_another_file() {
    let one = SourceFile::new("measures/a.yaml", "measure: csat\ntitle: A\n");
    let other = SourceFile::new("measures/b.yaml", "# B\nmeasure: csat\n");
    let gone = SourceFile::without_text("measures/c.yaml");
    let found = Diagnostic::error("x", &Span::new(&one, 9..13), "measure `csat` is defined twice")
        .related(&Span::new(&other, 13..17), "and here")
        .related(&Span::start_of(&gone), "")
        .note("why");
    insta::assert_snapshot!(plain(&found), @"
    error: measure `csat` is defined twice
      --> measures/a.yaml:1:10
       |
     1 | measure: csat
       |          ^^^^
     2 | title: A
       |
      ::: measures/b.yaml:2:10
       |
     2 | measure: csat
       |          ---- and here
       |
      ::: measures/c.yaml
       = why
    ");
}

#[test]
fn a_file_without_text() {
    let gone = SourceFile::without_text("evenkeel.yaml");
    let found =
        Diagnostic::error("x", &Span::start_of(&gone), "there is no `evenkeel.yaml`").help("run `evenkeel init`");
    insta::assert_snapshot!(plain(&found), @"
    error: there is no `evenkeel.yaml`
      --> evenkeel.yaml
       = help: run `evenkeel init`
    ");
}

#[test]
fn tabs_and_wide_characters() {
    let found = diagnostic("\ttitle:\t顧客満足度 taget\n", "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:15
       |
     1 |     title:    顧客満足度 taget
       |                          ^^^^^ did you mean `target`?
    ");
    let found = diagnostic("title: e\u{301}te\u{301} 👩\u{200d}🚒 taget\n", "taget");
    insta::assert_snapshot!(plain(&found).replace('\u{301}', "+"), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:18
       |
     1 | title: e+te+ 👩‍🚒 taget
       |               ^^^^^ did you mean `target`?
    ");
    let found = diagnostic("title: 顧客満足度\n", "満足");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:10
       |
     1 | title: 顧客満足度
       |            ^^^^ did you mean `target`?
    ");
}

#[test]
fn line_breaks_of_other_systems() {
    let found = diagnostic("a: 1\r\ntaget: 2\r\nb: 3\r\n", "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:2:1
       |
     1 | a: 1
     2 | taget: 2
       | ^^^^^ did you mean `target`?
     3 | b: 3
    ");
    assert!(!plain(&found).contains('\r'));
    let found = diagnostic("\u{feff}taget: 2", "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:1
       |
     1 | taget: 2
       | ^^^^^ did you mean `target`?
    ");
}

#[test]
fn long_lines_are_clipped_around_the_marks() {
    let long = "0123456789".repeat(30);
    let found = diagnostic(&format!("{long} taget {long}\n"), "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:302
       |
     1 | …12345678901234567890123456789 taget 01234567890123456789012345678901234567890123456789012345678901…
       |                                ^^^^^ did you mean `target`?
    ");
    let found = diagnostic(&format!("taget: {long}\n"), "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:1
       |
     1 | taget: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890…
       | ^^^^^ did you mean `target`?
    ");
    let found = diagnostic(&format!("a: {long}\n"), &long);
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:4
       |
     1 | a: 01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234…
       |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `target`?
    ");
    let wide = "字".repeat(200);
    let found = diagnostic(&format!("{wide} taget {wide}\n"), "taget");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:1:202
       |
     1 | …字字字字字字字字字字字字字字 taget 字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字…
       |                               ^^^^^ did you mean `target`?
    ");
}

#[test]
fn a_place_over_several_lines_is_marked_on_its_first() {
    let found = diagnostic("select: |\n  select a   \n  from b\nc: 1\n", "select a   \n  from b");
    insta::assert_snapshot!(plain(&found), @"
    error: unknown key `taget` in measure `csat`
      --> measures/customer/csat.yaml:2:3
       |
     1 | select: |
     2 |   select a
       |   ^^^^^^^^ did you mean `target`?
     3 |   from b
    ");
}

#[test]
fn a_place_without_width_gets_one_mark() {
    let file = SourceFile::new("a.yaml", "a:\n");
    let found = Diagnostic::error("x", &Span::new(&file, 2..2), "`a` has no value").label("here");
    insta::assert_snapshot!(plain(&found), @"
    error: `a` has no value
      --> a.yaml:1:3
       |
     1 | a:
       |   ^ here
    ");
    let empty = SourceFile::new("a.yaml", "");
    let found = Diagnostic::error("x", &Span::start_of(&empty), "the file is empty");
    insta::assert_snapshot!(plain(&found), @"
    error: the file is empty
      --> a.yaml:1:1
       |
     1 |
       | ^
    ");
}

#[test]
fn a_file_cannot_command_the_terminal() {
    let text = "a: \u{1b}[31m\u{202e}taget\n";
    let file = SourceFile::new("\u{1b}.yaml", text);
    let found = Diagnostic::error("x", &Span::new(&file, 3..8), "`\u{1b}[31m`\nnext").label("\u{7}");
    assert!(!plain(&found).contains(['\u{1b}', '\u{202e}', '\u{7}']));
    insta::assert_snapshot!(plain(&found), @"
    error: `�[31m` next
      --> �.yaml:1:4
       |
     1 | a: �[31m�taget
       |    ^^^^^ �
    ");
}

#[test]
fn colour_only_when_asked() {
    let found = diagnostic("taget: 82\nb: 1\n", "taget").help("x");
    assert!(!plain(&found).contains('\u{1b}'));
    let coloured = render(&found, Colour::Ansi);
    insta::assert_snapshot!(coloured.replace('\u{1b}', "␛"), @"
    ␛[1;31merror␛[0m␛[1m: unknown key `taget` in measure `csat`␛[0m
    ␛[1;34m  -->␛[0m measures/customer/csat.yaml:1:1
    ␛[1;34m   |␛[0m
    ␛[1;34m 1 |␛[0m taget: 82
    ␛[1;34m   |␛[0m ␛[1;31m^^^^^ did you mean `target`?␛[0m
    ␛[1;34m 2 |␛[0m b: 1
    ␛[1;34m   |␛[0m
    ␛[1;34m   =␛[0m ␛[1mhelp: ␛[0mx
    ");
    // Taking the colours out leaves the plain text.
    let mut plain_again = coloured;
    for sequence in ["\u{1b}[1;31m", "\u{1b}[1;33m", "\u{1b}[1;34m", "\u{1b}[1m", "\u{1b}[0m"] {
        plain_again = plain_again.replace(sequence, "");
    }
    assert_eq!(plain_again, plain(&found));
}

proptest::proptest! {
    #[test]
    fn any_place_in_any_text_can_be_shown(text in "(?s).{0,60}", from in 0usize..80, to in 0usize..80) {
        let file = SourceFile::new("a.yaml", text);
        let found = Diagnostic::error("x", &Span::new(&file, from..to), "m")
            .related(&Span::new(&file, to..from), "y");
        let shown = plain(&found);
        proptest::prop_assert!(shown.lines().count() < 20);
        proptest::prop_assert!(shown.chars().all(|char| char == '\n' || !char.is_control()));
    }
}
