use super::*;
use crate::diagnostic::{Diagnostic, Findings};
use crate::render;

fn read(text: &str) -> (Document, Vec<Diagnostic>) {
    let file = SourceFile::new("a.yaml", text);
    let mut findings = Findings::default();
    let document = parse(&file, &mut findings);
    (document, findings.into_vec())
}

/// What was written for each value, in the order of the file.
fn written(document: &Document) -> Vec<String> {
    fn walk(document: &Document, node: &Node, out: &mut Vec<String>) {
        match &node.kind {
            Kind::List(list) => list.items.iter().for_each(|item| walk(document, item, out)),
            Kind::Map(map) => {
                for pair in &map.pairs {
                    out.push(format!("{}:", document.span(&pair.key_range).text()));
                    walk(document, &pair.value, out);
                }
            }
            _ => out.push(document.span(&node.range).text().to_owned()),
        }
    }
    let mut out = Vec::new();
    if let Some(root) = &document.root {
        walk(document, root, &mut out);
    }
    out
}

#[test]
fn every_value_knows_its_place() {
    let check = |text: &str, expected: &[&str]| {
        let (document, diagnostics) = read(text);
        assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
        assert_eq!(written(&document), expected, "{text:?}");
    };
    check("", &[]);
    check("# nothing\n", &[]);
    check("a: 1\nb: [1,2 , {c: d }]  # x\n", &["a:", "1", "b:", "1", "2", "c:", "d"]);
    check("a: 'it''s' # x\nb: \"q\\n\"", &["a:", "'it''s'", "b:", "\"q\\n\""]);
    check("a: |\n  x\n   y\n\n\nb: >-\n  z\n", &["a:", "x\n   y", "b:", "z"]);
    check("a:\n  - x: 1\n    y:\n  - z\n", &["a:", "x:", "1", "y:", "y", "z"]);
    check("a: plain\n  on two lines # x\n", &["a:", "plain\n  on two lines"]);
    check("\u{feff}a: 字\r\nb: é\r\n", &["a:", "字", "b:", "é"]);
    check("---\na: 1\n...\n", &["a:", "1"]);
    check("? a\n: b\n", &["a:", "b"]);
}

#[test]
fn a_block_ends_with_its_last_value() {
    let (document, _) = read("a:\n  b: 1\n  c: |\n    x\n\n# about d\nd: 2\n");
    let root = document.root.as_ref().unwrap();
    let a = &root.as_map().unwrap().pair("a").unwrap().value;
    assert_eq!(document.span(&a.range).text(), "b: 1\n  c: |\n    x");
    assert_eq!(document.span(&root.range).text(), document.file.text().trim_end());
}

fn complaints(text: &str) -> String {
    let (_, diagnostics) = read(text);
    render::render_all(&diagnostics, render::Colour::Never)
}

#[test]
fn duplicate_keys() {
    insta::assert_snapshot!(complaints("target: 1\nb: {x: 1, x: 2}\ntarget: 2\n"), @"
    error: key `x` is given twice
      --> a.yaml:2:11
       |
     1 | target: 1
     2 | b: {x: 1, x: 2}
       |           ^ given again here
       |     - first given here
     3 | target: 2
       |
       = help: remove one of the two, or put both values under one key

    error: key `target` is given twice
      --> a.yaml:3:1
       |
     1 | target: 1
       | ------ first given here
     2 | b: {x: 1, x: 2}
     3 | target: 2
       | ^^^^^^ given again here
       = help: remove one of the two, or put both values under one key
    ");
}

#[test]
fn what_yaml_has_and_project_files_do_not() {
    insta::assert_snapshot!(complaints("where: *.csv\n"), @"
    error: a value that starts with `*` is a YAML alias
      --> a.yaml:1:8
       |
     1 | where: *.csv
       |        ^^^^^
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: put quotes around the whole value, or write the value out here
    ");
    insta::assert_snapshot!(complaints("a: &x 1\nb: *x\n"), @"
    error: a value that starts with `&` is a YAML anchor
      --> a.yaml:1:4
       |
     1 | a: &x 1
       |    ^^
     2 | b: *x
       |
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: put quotes around the whole value, or write the value out where it is needed

    error: a value that starts with `*` is a YAML alias
      --> a.yaml:2:4
       |
     1 | a: &x 1
     2 | b: *x
       |    ^^
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: put quotes around the whole value, or write the value out here
    ");
    insta::assert_snapshot!(complaints("where: !is_complaint\n"), @"
    error: a value that starts with `!` is a YAML tag
      --> a.yaml:1:8
       |
     1 | where: !is_complaint
       |        ^^^^^^^^^^^^^
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: put quotes around the whole value
    ");
    insta::assert_snapshot!(complaints("a: 1\n---\nb: 2\n---\nc: 3\n"), @"
    error: a second document begins here
      --> a.yaml:2:1
       |
     1 | a: 1
     2 | ---
       | ^^^
     3 | b: 2
       |
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: put it into a file of its own
    ");
    insta::assert_snapshot!(complaints("[a, b]: 1\n? \n: 2\n"), @"
    error: a key has to be a word
      --> a.yaml:1:1
       |
     1 | [a, b]: 1
       | ^^^^^^
     2 | ?
       |
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: write `word: value`

    error: a key has to be a word
      --> a.yaml:3:1
       |
     1 | [a, b]: 1
     2 | ?
     3 | : 2
       | ^
       = project files use plain YAML without anchors, aliases, tags or several documents
       = help: write `word: value`
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "each finding is shown whole")]
fn mistakes_of_syntax() {
    insta::assert_snapshot!(complaints("a: 1\ntitle: Calls: answered\n"), @r#"
    error: a `:` cannot stand here
      --> a.yaml:2:13
       |
     1 | a: 1
     2 | title: Calls: answered
       |             ^
       = help: put quotes around the whole value: `"…"` if the `:` belongs to it; otherwise begin the
               key on a line of its own, as far in as the keys beside it
    "#);
    insta::assert_snapshot!(complaints("a:\n\tb: 2\n"), @"
    error: a tab stands where only spaces can
      --> a.yaml:2:1
       |
     1 | a:
     2 |     b: 2
       | ^
       = help: indent with spaces
    ");
    insta::assert_snapshot!(complaints("a: 1\n\tb: 2\n"), @"
    error: a tab stands where only spaces can
      --> a.yaml:1:4
       |
     1 | a: 1
       |    ^
     2 |     b: 2
       |
       = help: indent with spaces
    ");
    insta::assert_snapshot!(complaints("unit: %\n"), @r#"
    error: a value cannot start with `%`
      --> a.yaml:1:7
       |
     1 | unit: %
       |       ^
       = help: put quotes around the whole value: `"…"`
    "#);
    insta::assert_snapshot!(complaints("unit: @x\n"), @r#"
    error: a value cannot start with `@`
      --> a.yaml:1:7
       |
     1 | unit: @x
       |       ^
       = help: put quotes around the whole value: `"…"`
    "#);
    insta::assert_snapshot!(complaints("a: [1, 2\nb: 3\n"), @"
    error: `[` is not closed
      --> a.yaml:1:4
       |
     1 | a: [1, 2
       |    ^ opened here
     2 | b: 3
       |
       = help: write `]` behind the last value
    ");
    insta::assert_snapshot!(complaints("a: { use: x, target: 3\nb: 3\n"), @"
    error: `{` is not closed
      --> a.yaml:1:4
       |
     1 | a: { use: x, target: 3
       |    ^ opened here
     2 | b: 3
       |
       = help: write `}` behind the last value
    ");
    insta::assert_snapshot!(complaints("a: [1, 2"), @"
    error: `[` is not closed
      --> a.yaml:1:4
       |
     1 | a: [1, 2
       |    ^ opened here
       = help: write `]` behind the last value
    ");
    insta::assert_snapshot!(complaints("a: 1]\nb: ]\n"), @r#"
    error: a bracket closes what was not opened
      --> a.yaml:2:4
       |
     1 | a: 1]
     2 | b: ]
       |    ^
       = help: remove it, or put quotes around the whole value: `"…"`
    "#);
    insta::assert_snapshot!(complaints("a: \"open\nb: 3\n"), @r#"
    error: the quote is not closed
      --> a.yaml:1:4
       |
     1 | a: "open
       |    ^ opened here
     2 | b: 3
       |
       = help: write the same quote behind the value; a `'` inside single quotes is written `''`
    "#);
    insta::assert_snapshot!(complaints("quote: '\nb: 3\n"), @"
    error: the quote is not closed
      --> a.yaml:1:8
       |
     1 | quote: '
       |        ^ opened here
     2 | b: 3
       |
       = help: write the same quote behind the value; a `'` inside single quotes is written `''`
    ");
    insta::assert_snapshot!(complaints("quote: '''\n"), @"
    error: the quote is not closed
      --> a.yaml:1:8
       |
     1 | quote: '''
       |        ^ opened here
       = help: write the same quote behind the value; a `'` inside single quotes is written `''`
    ");
    insta::assert_snapshot!(complaints("a: \"\\d\"\n"), @r#"
    error: a `\` inside double quotes starts an escape that YAML does not know
      --> a.yaml:1:4
       |
     1 | a: "\d"
       |    ^
       = help: use single quotes, in which `\` stands for itself, or write `\\`
    "#);
    insta::assert_snapshot!(complaints("a: 'x' and 'y'\n"), @"
    error: a value goes on behind its closing quote
      --> a.yaml:1:8
       |
     1 | a: 'x' and 'y'
       |        ^
       = help: put the whole value between quotes; a `'` inside single quotes is written `''`
    ");
    insta::assert_snapshot!(complaints("a:\n  b: 1\n c: 2\n"), @"
    error: the line does not line up with the lines that it belongs to
      --> a.yaml:3:2
       |
     1 | a:
     2 |   b: 1
     3 |  c: 2
       |  ^
       = help: begin keys of one mapping, and the `-` of one list, in the same column
    ");
    insta::assert_snapshot!(complaints("a:\n  - b\n - c\n"), @"
    error: the line does not line up with the lines that it belongs to
      --> a.yaml:3:2
       |
     1 | a:
     2 |   - b
     3 |  - c
       |  ^
       = help: begin keys of one mapping, and the `-` of one list, in the same column
    ");
    insta::assert_snapshot!(complaints("a: - b\n"), @"
    error: a list with `-` cannot begin here
      --> a.yaml:1:4
       |
     1 | a: - b
       |    ^
       = help: begin it on the next line, or write the list as `[a, b]`
    ");
    insta::assert_snapshot!(complaints("a: 1\nb\nc: 1\n"), @"
    error: there is no `:` behind the key
      --> a.yaml:2:1
       |
     1 | a: 1
     2 | b
       | ^
     3 | c: 1
       |
       = help: write `key: value`, with a space behind the `:`
    ");
    insta::assert_snapshot!(complaints("where: > 5\n"), @r#"
    error: a value that starts with `>` or `|` is a block of text that begins on the next line
      --> a.yaml:1:8
       |
     1 | where: > 5
       |        ^
       = help: put quotes around the whole value: `"…"`
    "#);
    insta::assert_snapshot!(complaints("%YAML 1.1\n---\na: 1\n"), @"
    error: a line cannot start with `%`
      --> a.yaml:1:1
       |
     1 | %YAML 1.1
       | ^
     2 | ---
       |
       = help: remove the line
    ");
    insta::assert_snapshot!(complaints("a: [-, ?]\n"), @r#"
    error: this is not valid YAML: plain scalar cannot start with '-' followed by ,[]{}
      --> a.yaml:1:5
       |
     1 | a: [-, ?]
       |     ^
       = help: put quotes around the whole value: `"…"` if it is meant as text
    "#);
    insta::assert_snapshot!(complaints("a: 1 #\u{0}\nb: \u{1}\n"), @"
    error: a control character (U+0000) stands here
      --> a.yaml:1:7
       |
     1 | a: 1 #�
       |       ^
     2 | b: �
       |
       = help: remove it
    ");
}

#[test]
fn too_deep_too_large_too_many() {
    insta::assert_snapshot!(complaints(&format!("a: {}1{}\n", "[".repeat(100), "]".repeat(100))), @"
    error: values are nested too deep to be read
      --> a.yaml:1:68
       |
     1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
       |                                                                    ^
       = help: no file of a project needs that
    ");
    let block = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<Vec<_>>().concat();
    assert!(complaints(&block).contains("nested too deep"));
    insta::assert_snapshot!(complaints(&"# x\n".repeat(2_000_000)), @"
    error: the file is larger than 4 MiB and was not read
      --> a.yaml:1:1
       |
     1 | # x
       | ^
     2 | # x
       |
       = help: raw data belongs into a source; split a long scorecard into several
    ");
    insta::assert_snapshot!(complaints(&"- \n".repeat(200_001)), @"
    error: the file has more than 200000 values and was not read
      --> a.yaml:1:1
       |
     1 | -
       | ^
     2 | -
    ");
}

#[test]
fn what_precedes_a_mistake_of_syntax_is_kept() {
    let check = |text: &str, expected: &[&str]| {
        let (document, diagnostics) = read(text);
        assert_eq!(diagnostics.len(), 1, "{text}");
        assert!(document.cut);
        assert_eq!(written(&document), expected, "{text:?}");
    };
    check("a: 1\nb: [1, 2\nc: 3\n", &["a:", "1"]);
    check("a:\n  b: 1\n  c: 2\n d: 3\n", &["a:", "b:", "1", "c:", "2"]);
    check("a:\n  - b: 1\n    c: x: y\n", &["a:", "b:", "1"]);
    check("a: x: y\n", &[]);
    check("a: 1\nb: \"open\nc: 1\n", &["a:", "1"]);
}

#[test]
fn paths_lead_to_nodes() {
    let (document, _) = read("legs:\n  customer: [x, {target: 82}]\n");
    let check = |path: &str, expected: &str, rest: usize| {
        let found = document.nearest(&path.parse().unwrap()).unwrap();
        assert_eq!((document.span(&found.node.range).text(), found.rest), (expected, rest), "{path}");
    };
    check("legs.customer[1].target", "82", 0);
    check("legs.customer[0]", "x", 0);
    check("legs.customer[1].stretch", "{target: 82}", 1);
    check("legs.customer[7].target", "[x, {target: 82}]", 2);
    check("legs.customer.target", "[x, {target: 82}]", 1);
}

#[test]
fn from_a_value_back_into_the_file() {
    let check = |text: &str, marked: &str, found: &str| {
        let (document, diagnostics) = read(text);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let node = &document.root.as_ref().unwrap().as_map().unwrap().pairs[0].value;
        let offset = node.as_scalar().unwrap().text.find(marked).unwrap();
        let at = document.offset_in_file(node, offset);
        assert!(document.file.text()[at..].starts_with(found), "{text:?}: {:?}", &document.file.text()[at..]);
    };
    check("a: select x from t\n", "from", "from");
    check("a: select x\n    from t\n", "from", "from");
    check("a: |\n  select x\n    from t\n   where y\n", "where", "where");
    check("a: >\n  select x,\n  y\n\n  from t\n", "from", "from");
    check("a: 'it''s x'\n", "s x", "s x");
    check("a: \"\\\"\\u00e9\\\" x\\n y\"\n", "y", "y");
    check("a: \"\\\"\\u00e9\\\" x\"\n", "é", "\\u00e9");
    check("a: |\r\n  select x\r\n  from t\r\n", "from", "from");
}

#[test]
fn an_offset_behind_the_end_points_behind_the_last_character() {
    let (document, _) = read("a: |\n  select x\n  from\n\nb: 1\n");
    let node = &document.root.as_ref().unwrap().as_map().unwrap().pairs[0].value;
    let at = document.offset_in_file(node, 999);
    assert_eq!(document.file.position(at), crate::place::Position { line: 3, column: 7 });
}

proptest::proptest! {
    #[test]
    fn each_visible_character_of_a_value_is_found_in_the_file(
        words in proptest::collection::vec("[a-z=<>(),.*]{1,5}|[0-9']{1,3}|\"", 1..20),
        breaks in proptest::collection::vec(0usize..4, 20),
        header in 0usize..2,
    ) {
        let mut text = String::from(["a: |\n", "a: >\n"][header]);
        text.push_str("  x");
        for (word, wide) in words.iter().zip(breaks) {
            text.push_str([" ", "  ", "\n  ", "\n\n    "][wide]);
            text.push_str(word);
        }
        text.push('\n');
        let (document, diagnostics) = read(&text);
        proptest::prop_assert!(diagnostics.is_empty());
        let node = &document.root.as_ref().unwrap().as_map().unwrap().pairs[0].value;
        let value = &node.as_scalar().unwrap().text;
        for (offset, char) in value.char_indices().filter(|(_, char)| !char.is_whitespace()) {
            let at = document.offset_in_file(node, offset);
            proptest::prop_assert_eq!(text[at..].chars().next(), Some(char));
        }
    }
}
