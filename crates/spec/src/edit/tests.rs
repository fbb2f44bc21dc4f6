use super::*;

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

/// Sets the value at `at` to a text.
fn set_text(text: &str, at: &str, value: &str, expected: &str) {
    assert_eq!(set(text, &path(at), &Value::text(value)).as_deref(), Ok(expected), "{text:?} {at}");
}

#[test]
fn single_values_keep_what_stands_around_them() {
    set_text("a: 1   # why\nb: 2\n", "a", "24 h", "a: 24 h   # why\nb: 2\n");
    set_text("a: { use: x, target: 24 h }  # c\n", "a.target", "30 h", "a: { use: x, target: 30 h }  # c\n");
    set_text("a: [x , y ,z]\n", "a[1]", "w", "a: [x , w ,z]\n");
    set_text("a:\n- x # 1\n- y # 2\n", "a[0]", "w", "a:\n- w # 1\n- y # 2\n");
    set_text("a: plain\n  on two # c\nb: 1", "a", "w", "a: w # c\nb: 1");
    set_text("\u{feff}a: 1\r\nb: 2\r\n", "a", "x", "\u{feff}a: x\r\nb: 2\r\n");
    set_text("a :  1\n", "a", "x", "a :  x\n");
    set_text("\"a\": 1\n", "a", "x", "\"a\": x\n");
}

#[test]
fn quotes_stay_and_come_where_they_are_needed() {
    set_text("a: 'it''s' # c\n", "a", "o'clock", "a: 'o''clock' # c\n");
    set_text("a: \"x\"\n", "a", "say \"y\"", "a: \"say \\\"y\\\"\"\n");
    set_text("a: x\n", "a", "82", "a: '82'\n");
    set_text("a: x\n", "a", "no", "a: 'no'\n");
    set_text("a: x\n", "a", "null", "a: 'null'\n");
    set_text("a: x\n", "a", "", "a: ''\n");
    set_text("a: x\n", "a", "% of 'all'", "a: \"% of 'all'\"\n");
    set_text("a: x\n", "a", "a: b", "a: 'a: b'\n");
    set_text("a: x\n", "a", "a # b", "a: 'a # b'\n");
    set_text("a: x\n", "a", "-25 %", "a: -25 %\n");
    set_text("a: x\n", "a", "- x", "a: '- x'\n");
    set_text("a: x\n", "a", "+3 points", "a: +3 points\n");
    set_text("a: x\n", "a", "12:30", "a: '12:30'\n");
    set_text("a: x\n", "a", " x ", "a: ' x '\n");
    set_text("a: x\n", "a", "a, b", "a: a, b\n");
    set_text("a: [x]\n", "a[0]", "a, b", "a: ['a, b']\n");
    set_text("a: x\n", "a", "tab\there", "a: \"tab\\there\"\n");
    set_text("a: [x]\n", "a[0]", "two\nlines", "a: [\"two\\nlines\"]\n");
}

#[test]
fn values_of_all_kinds() {
    let check =
        |value: &Value, expected: &str| assert_eq!(set("a: 1 # c\n", &path("a"), value).as_deref(), Ok(expected));
    check(&Value::Number(82.0), "a: 82 # c\n");
    check(&Value::Number(-0.5), "a: -0.5 # c\n");
    check(&Value::Flag(true), "a: true # c\n");
    check(&Value::List(vec![Value::text("a"), Value::Number(1.0)]), "a: [a, 1] # c\n");
    let map = Value::Map(vec![("use".to_owned(), Value::text("csat")), ("a: b".to_owned(), Value::List(Vec::new()))]);
    check(&map, "a: { use: csat, 'a: b': [] } # c\n");
    check(&Value::Map(Vec::new()), "a: {} # c\n");
    assert_eq!(set("a: 1\n", &path("a"), &Value::Number(f64::NAN)), Err(EditError::NotFinite));
}

#[test]
fn blocks_of_text() {
    let block = "a: |  # sql\n  select 1\n\n  from x\n\n# b\nb: 2\n";
    set_text(block, "a", "30 h", "a: 30 h  # sql\n\n# b\nb: 2\n");
    set_text(block, "a", "x\ny\n", "a: |  # sql\n  x\n  y\n\n# b\nb: 2\n");
    set_text("a: >-\n      x\n      y\nb: 2\n", "a", "p\n\nq", "a: |-\n      p\n\n      q\nb: 2\n");
    set_text("a: x # c\nb: 2\n", "a", "p\n  q", "a: |- # c\n  p\n    q\nb: 2\n");
    set_text("- x\n- y", "[1]", "p\nq", "- x\n- |-\n  p\n  q");
    set_text("- |\n  x\n- y", "[0]", "p", "- p\n- y");
    set_text("a:\n  b: x\r\n", "a.b", "p\nq", "a:\n  b: |-\n    p\n    q\r\n");
    set_text("a: |+\n  x\n\nb: 1\n", "a", "w", "a: w\n\nb: 1\n");
    // What no block can hold goes between quotes.
    set_text("a: x\n", "a", " p\nq", "a: \" p\\nq\"\n");
    set_text("a: x\n", "a", "p\n\n", "a: \"p\\n\\n\"\n");
    set_text("delimiter: |\nb: 1\n", "delimiter", ";", "delimiter: ;\nb: 1\n");
}

#[test]
fn values_that_take_several_lines() {
    set_text("a: # c\n  - x\n  - y # d\nb: 1\n", "a", "z", "a: z # c\nb: 1\n");
    set_text("a:\n  b:\n    c: 1\n  d: 2\n", "a.b", "z", "a:\n  b: z\n  d: 2\n");
    set_text("- a: 1\n  b: 2\n- c\n", "[0]", "z", "- z\n- c\n");
    set_text("a: [x,\n  y]  # c\n", "a", "z", "a: z  # c\n");
}

#[test]
fn keys_without_values_are_filled() {
    set_text("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n");
    set_text("a:   # c\nb: 1\n", "a", "x", "a: x   # c\nb: 1\n");
    set_text("a: {b: , c: }\n", "a.b", "x", "a: {b: x , c: }\n");
    set_text("a: {b, c}\n", "a.c", "x", "a: {b, c: x}\n");
    set_text("a: # c\nb: 1\n", "a", "x\ny", "a: |- # c\n  x\n  y\nb: 1\n");
    set_text("legs:\n", "legs.customer.title", "C", "legs: { customer: { title: C } }\n");
}

#[test]
fn keys_that_are_missing_are_added() {
    set_text("a:\n  b: 1 # c\n  # last\nc: 1\n", "a.d", "x", "a:\n  b: 1 # c\n  d: x\n  # last\nc: 1\n");
    set_text("a: {b: 1}  # c\n", "a.d", "x", "a: {b: 1, d: x}  # c\n");
    set_text("a: { b: 1, }\n", "a.d", "x", "a: { b: 1, d: x, }\n");
    set_text("a: {b: 1,\n    c: 2 # c\n   }\n", "a.d", "x", "a: {b: 1,\n    c: 2, d: x # c\n   }\n");
    set_text("a: {b: }\n", "a.d", "x", "a: {b:, d: x }\n");
    set_text("a: {}\n", "a.d", "x", "a: { d: x }\n");
    set_text("- use: x\n  weight: 2", "[0].target", "x", "- use: x\n  weight: 2\n  target: x");
    set_text("a: 1\r\n", "b", "x", "a: 1\r\nb: x\r\n");
    set_text("a: |\n  x\n\nc: 1\n", "b.d", "x", "a: |\n  x\n\nc: 1\nb: { d: x }\n");
    set_text("a:\n  b: |\n    x\n\n", "a.c", "w", "a:\n  b: |\n    x\n  c: w\n\n");
    set_text("a:\n  b: |+\n    x\n\n", "a.c", "w", "a:\n  b: |+\n    x\n\n  c: w\n");
    set_text("a: 1\n", "select", "x\ny", "a: 1\nselect: |-\n  x\n  y\n");
    set_text("# only a comment", "a.b", "x", "# only a comment\na: { b: x }\n");
    set_text("", "a", "x", "a: x\n");
    set_text("a: 1\n", "\"b: c\"", "x", "a: 1\n'b: c': x\n");
}

#[test]
fn items_are_added() {
    let check = |text: &str, at: &str, expected: &str| {
        assert_eq!(add(text, &path(at), &Value::text("z")).as_deref(), Ok(expected), "{text:?}");
    };
    check("a:\n  - x # c\n  # last\nb: 1\n", "a", "a:\n  - x # c\n  - z\n  # last\nb: 1\n");
    check("a:\n- x\nb: 1\n", "a", "a:\n- x\n- z\nb: 1\n");
    check("a: [x]\n", "a", "a: [x, z]\n");
    check("a: []\n", "a", "a: [z]\n");
    check("a:\n", "a", "a: [z]\n");
    check("a: 1\n", "b.c", "a: 1\nb: { c: [z] }\n");
    check("- - x\n  - y\n- w", "[0]", "- - x\n  - y\n  - z\n- w");
    let used = Value::Map(vec![("use".to_owned(), Value::text("csat")), ("weight".to_owned(), Value::Number(2.0))]);
    let file = "measures:\n  - { use: a }\n";
    let expected = "measures:\n  - { use: a }\n  - { use: csat, weight: 2 }\n";
    assert_eq!(add(file, &path("measures"), &used).as_deref(), Ok(expected));
}

#[test]
fn values_are_removed() {
    let check = |text: &str, at: &str, expected: &str| {
        assert_eq!(remove(text, &path(at)).as_deref(), Ok(expected), "{text:?} {at}");
    };
    check("a: 1\nb: 2 # two\n# three\nc: 3\n", "b", "a: 1\n# three\nc: 3\n");
    check("a: 1\nb: 2", "b", "a: 1");
    check("a: 1\r\nb: 2", "b", "a: 1");
    check("a: 1\nb:\n  c: |\n    x\n\nd: 2\n", "b", "a: 1\n\nd: 2\n");
    check("a:\n  b: 1\nc: 2\n", "a.b", "a: {}\nc: 2\n");
    check("a: # c\n  - x\nc: 2\n", "a[0]", "a: [] # c\nc: 2\n");
    check("a: 1\n", "a", "{}\n");
    check("- use: x # c\n  weight: 2\n", "[0].use", "- weight: 2\n");
    check("- use: x\n  # about weight\n  weight: 2\n", "[0].use", "- \n  # about weight\n  weight: 2\n");
    check("- use: x\n  weight: 2\n", "[0].weight", "- use: x\n");
    check("a:\n  - x\n  # about y\n  - y\n  - z # c\n", "a[1]", "a:\n  - x\n  # about y\n  - z # c\n");
    check("- - x\n  - y\n", "[0][0]", "- - y\n");
    check("a: {b: 1, c: 2 , d: 3}\n", "a.b", "a: {c: 2 , d: 3}\n");
    check("a: {b: 1, c: 2 , d: 3}\n", "a.c", "a: {b: 1, d: 3}\n");
    check("a: {b: 1, c: 2 , d: 3}\n", "a.d", "a: {b: 1, c: 2}\n");
    check("a: { b: 1 }\n", "a.b", "a: {}\n");
    check("a: [x, y,]\n", "a[1]", "a: [x,]\n");
    check("a: [\n  x, # about x\n  y,\n  z\n]\n", "a[1]", "a: [\n  x, # about x\n  z\n]\n");
    check("a: [ x, # about x\n  y ]\n", "a[1]", "a: [ x, # about x\n  ]\n");
    check("a: [ x, # about x\n  y ]\n", "a[0]", "a: [ # about x\n  y ]\n");
    check("a: {b, c: }\n", "a.b", "a: {c: }\n");
    check("? a\n: 1\n? b\n: 2\n", "a", "? b\n: 2\n");
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let text = |at: &str| set("a: 1\nb: [x]\n", &path(at), &Value::text("x")).unwrap_err().to_string();
    insta::assert_snapshot!(text("a.b"), @"`a.b` is not a mapping");
    insta::assert_snapshot!(text("a[0]"), @"`a[0]` is not a list");
    insta::assert_snapshot!(text("b[1]"), @"there is no value `b[1]` in the file that could be changed");
    insta::assert_snapshot!(text("b.c"), @"`b.c` is not a mapping");
    insta::assert_snapshot!(text("c[0]"), @"there is no value `c[0]` in the file that could be changed");
    insta::assert_snapshot!(remove("a: 1\n", &path("b.c")).unwrap_err(), @"there is no value `b.c` in the file that could be changed");
    insta::assert_snapshot!(remove("a: 1\n", &Path::top()).unwrap_err(), @"there is no value `` in the file that could be changed");
    insta::assert_snapshot!(add("a: 1\n", &path("a"), &Value::text("x")).unwrap_err(), @"`a` is not a list");
    insta::assert_snapshot!(set("a: [1\n", &path("a"), &Value::text("x")).unwrap_err(), @"the file cannot be edited because it cannot be read: line 1: `[` is not closed");
    // The empty line would become part of the block above.
    let kept = "a: |+\n  x\nb: 1\n\nc: 2\n";
    insta::assert_snapshot!(remove(kept, &path("b")).unwrap_err(), @"`b` is written in a way that cannot be changed automatically; change it by hand");
}

mod random;
