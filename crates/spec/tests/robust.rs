//! No file stops the reader, keeps it busy for long, or gets more out of it than a finding.
//!
//! The fuzz targets do the same with bytes that they choose themselves; they need a nightly compiler.

#![expect(clippy::expect_used, reason = "the fuzz targets end where something is not as it must be")]

use std::time::{Duration, Instant};

use evenkeel_spec::template;
use proptest::prelude::*;
use proptest::sample::Index;

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

/// Valid files of every kind.
fn valid() -> Vec<String> {
    let reference = include_str!("../../../docs/reference/project-files.md");
    let blocks = reference.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let template = template::blank().into_iter().map(|(_, text)| text);
    blocks.chain(template).map(str::to_owned).collect()
}

/// What is put into a valid file, or takes the place of a part of it.
const PIECES: &[&str] = &[
    "\n",
    "\r",
    "\t",
    "  ",
    ": ",
    "- ",
    "? ",
    "#",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!t ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    "\\",
    "%",
    "@",
    "---\n",
    "...\n",
    "~",
    "null",
    ".inf",
    "1e400",
    "-0",
    "0x1f",
    "\u{feff}",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "字",
    "é",
    "\u{1f469}\u{200d}\u{1f692}",
    "<<: ",
    "target: ",
    "where: a -- b",
    "/*",
    "..",
    "../../",
];

/// Exports of help desks, in several ways of writing.
const EXPORTS: &[&str] = &[
    "Ticket ID,Created at,First response at,Solved at,Assignee,Group,Priority,Status,Satisfaction\n\
     1,28/10/2026 08:12,28/10/2026 09:00,29/10/2026 10:00,Ann,Billing,High,Solved,Good\n2,29/10/2026 08:12,,,,,,Open,\n",
    "Id;Opened;Closed;Team;\"CSAT \"\"score\"\"\"\r\n7;2026-10-28T08:12:00Z;2026-10-28T09:12:00Z;'Tech: 1';5\r\n",
    "key\tcreated\tresolved\ttime to first response\n A-1 \t03/04/2026\t04/05/2026\t00:45:10\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_files(
        file in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), 0usize..40, any::<Index>(), any::<bool>()), 1..6),
    ) {
        let files = valid();
        let mut bytes = file.get(&files).clone().into_bytes();
        for (at, length, piece, cut_in_character) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            let piece = piece.get(PIECES).as_bytes();
            // Half a character is what a broken download ends with.
            let piece = if cut_in_character { &piece[..piece.len().div_ceil(2)] } else { piece };
            bytes.splice(start..end, piece.iter().copied());
        }
        targets::project_yaml(&bytes);
    }

    #[test]
    fn lines_in_another_order(file in any::<Index>(), swaps in proptest::collection::vec((any::<Index>(), any::<Index>()), 1..5)) {
        let files = valid();
        let mut lines: Vec<&str> = file.get(&files).lines().collect();
        for (one, other) in swaps {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
        targets::project_yaml(lines.join("\n").as_bytes());
    }

    #[test]
    fn exports_of_help_desks(
        export in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), 0usize..12, any::<Index>()), 0..6),
    ) {
        let mut bytes = export.get(EXPORTS).as_bytes().to_vec();
        for (at, length, piece) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece.get(PIECES).bytes());
        }
        targets::headings(&bytes);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        targets::project_yaml(&bytes);
        targets::quantity(&bytes);
    }

    #[test]
    fn any_quantity(text in "[-+−]?[0-9.,]{0,20} ?[a-z%]{0,6}") {
        targets::quantity(text.as_bytes());
    }
}

/// Files that are small to write and made to be large to read.
#[test]
fn files_that_mean_harm() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &('b'..='z')
            .map(|name| format!("{name}: &{name} [*a, *a, *a, *a, *a, *a, *a, *a]\n"))
            .collect::<Vec<_>>()
            .concat();
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let size = 40_000;
    for (name, text) in [
        ("aliases of aliases", bomb),
        ("nesting in brackets", many("[", size)),
        ("nesting in braces", many("{a: ", size)),
        ("nesting in lines", (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<Vec<_>>().concat()),
        ("nesting of dashes", many("- ", size)),
        ("one long list", format!("a: [{}]", many("x, ", size))),
        ("one long line", format!("measure: {}", many("x", size))),
        ("one long key", format!("{}: 1", many("x", size))),
        ("one open quote", format!("a: \"{}", many("x\n ", size))),
        ("keys that are alike", many("a: 1\n", size)),
        ("keys that are unknown", (0..2_000).map(|key| format!("key{key}: 1\n")).collect::<Vec<_>>().concat()),
        ("keys without values", many("? \n", size)),
        ("anchors", (0..2_000).map(|key| format!("k{key}: &a{key} x\n")).collect::<Vec<_>>().concat()),
        ("documents", many("---\n", size)),
        ("comments", many("# x\n", size)),
        ("directives", many("%TAG ! tag:x\n", size)),
        ("escapes", format!("a: \"{}\"", many("\\x41", size))),
        ("folded lines", format!("a: >\n{}", many("  x\n\n", size))),
        ("empty lines", many("\n", size)),
        ("tabs", many("\t", size)),
        ("colons", many(":", size)),
        ("white space", format!("a:{}1", many(" ", size))),
    ] {
        let begun = Instant::now();
        targets::project_yaml(text.as_bytes());
        let took = begun.elapsed();
        // Each is read some fifty times, by an unoptimised build and perhaps on a busy machine; anything that takes
        // more than linear time would take minutes.
        assert!(took < Duration::from_secs(30), "{name} took {took:?}");
    }
}
