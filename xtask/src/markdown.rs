//! As much of Markdown as the checks need: links, anchors and tables.

use std::collections::{BTreeMap, BTreeSet};

/// Where a document leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its line, from 1.
    pub line: usize,
    /// The target as written.
    pub target: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The heading above it, as written.
    pub heading: String,
    /// The line of its head, from 1.
    pub line: usize,
    /// The cells of its head.
    pub head: Vec<String>,
    /// The lines below, each with its line number and its cells.
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// The number of the column with this head.
    pub fn column(&self, head: &str) -> Option<usize> {
        self.head.iter().position(|cell| cell == head)
    }
}

/// Every link, image and reference of a document.
pub fn links(text: &str) -> Vec<Link> {
    let prose = prose(text);
    let mut links = Vec::new();
    for (start, opening) in
        ["](", "href=\"", "src=\""].iter().flat_map(|opening| prose.match_indices(*opening)).collect::<BTreeMap<_, _>>()
    {
        let rest = &prose[start + opening.len()..];
        let target = if opening == "](" { destination(rest) } else { rest.split('"').next().unwrap_or_default() };
        if !prose[..start].ends_with('\\') {
            links.push(Link { line: line_of(&prose, start), target: target.to_owned() });
        }
    }
    // `[label]: target` on a line of its own.
    for (index, line) in prose.lines().enumerate() {
        if let Some((label, target)) = line.trim_start().split_once("]: ")
            && label.starts_with('[')
            && !label.starts_with("[^")
        {
            links.push(Link { line: index + 1, target: destination(target).to_owned() });
        }
    }
    links.sort_by_key(|link| link.line);
    links
}

/// The target at the start of what stands in the brackets of a link, without a title.
fn destination(rest: &str) -> &str {
    let rest = rest.trim_start();
    if let Some(inner) = rest.strip_prefix('<') {
        return inner.split(['>', '\n']).next().unwrap_or_default();
    }
    let mut depth = 0_usize;
    for (index, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return &rest[..index],
            ')' => depth -= 1,
            _ if letter.is_whitespace() => return &rest[..index],
            _ => {}
        }
    }
    rest
}

/// Everything in a document that a link may lead to with `#`, by the rules of GitHub.
pub fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let mut anchors = BTreeSet::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (_, heading) in headings(text, &prose) {
        let slug = slug(heading);
        let count = seen.entry(slug.clone()).or_default();
        anchors.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
    for opening in [" id=\"", " name=\""] {
        for (start, _) in prose.match_indices(opening) {
            anchors.extend(prose[start + opening.len()..].split('"').next().map(str::to_owned));
        }
    }
    anchors
}

/// The headings of a document with their lines, from 1.
fn headings<'a>(text: &'a str, prose: &str) -> Vec<(usize, &'a str)> {
    let mut headings = Vec::new();
    let mut above: Option<&str> = None;
    for (index, (line, prose)) in text.lines().zip(prose.lines()).enumerate() {
        let underline = prose.trim();
        if let Some(heading) = heading(prose).and(heading(line)) {
            headings.push((index + 1, heading));
            above = None;
            continue;
        }
        // A paragraph of one line that is underlined.
        let underlined = !underline.is_empty() && ["=", "-"].iter().any(|mark| underline.replace(mark, "").is_empty());
        if let Some(above) = above.filter(|_| underlined) {
            headings.push((index, above.trim()));
        }
        let paragraph = !underline.is_empty() && !underlined && !underline.starts_with(['|', '>', '-', '*', '+']);
        above = if paragraph { Some(line) } else { None };
    }
    headings
}

/// The text of a heading: `## Text`.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let text = text.strip_prefix(' ').filter(|_| (1..=6).contains(&level))?;
    let text = text.trim();
    // Number signs at the end close the heading.
    let open = text.trim_end_matches('#');
    Some(if open.ends_with(' ') { open.trim_end() } else { text })
}

/// The anchor that GitHub gives to a heading.
fn slug(heading: &str) -> String {
    // Of a link only its text stands in the heading.
    let mut text = String::new();
    let mut rest = heading;
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = &after[destination(after).len()..];
    }
    text.push_str(rest);
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ if letter.is_alphanumeric() => Some(letter),
            _ => None,
        })
        .collect()
}

/// The tables of a document.
pub fn tables(text: &str) -> Vec<Table> {
    let prose = prose(text);
    let headings = headings(text, &prose);
    let lines: Vec<(&str, &str)> = text.lines().zip(prose.lines()).collect();
    let mut tables = Vec::new();
    let mut index = 0;
    while index + 1 < lines.len() {
        let is_head = lines[index].1.contains('|') && is_ruler(lines[index + 1].1);
        if !is_head {
            index += 1;
            continue;
        }
        let above = headings.iter().rev().find(|(line, _)| *line <= index);
        let rows: Vec<_> = lines
            .iter()
            .enumerate()
            .skip(index + 2)
            .take_while(|(_, (_, prose))| prose.contains('|'))
            .map(|(row, (line, _))| (row + 1, cells(line)))
            .collect();
        let next = index + 2 + rows.len();
        tables.push(Table {
            heading: above.map_or_else(String::new, |&(_, heading)| heading.to_owned()),
            line: index + 1,
            head: cells(lines[index].0),
            rows,
        });
        index = next;
    }
    tables
}

/// Whether this is the line between the head of a table and its rows.
fn is_ruler(line: &str) -> bool {
    line.contains('|') && line.contains('-') && line.chars().all(|letter| "|-: ".contains(letter))
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    // A bar with a backslash belongs to the text.
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for letter in line.chars() {
        match cells.last_mut() {
            Some(cell) if letter != '|' || escaped => cell.push(letter),
            _ => cells.push(String::new()),
        }
        escaped = letter == '\\';
    }
    cells.iter().map(|cell| cell.trim().replace("\\|", "|")).collect()
}

/// Everything between backticks: `` `model`, `stats` `` → `model`, `stats`.
pub fn code_words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The same lines, with spaces instead of everything that is code or a comment.
fn prose(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut list = false;
    // Indented lines are code only where no paragraph goes on.
    let mut paragraph = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(open) = fence {
            if trimmed.starts_with(open) && trimmed.trim_end().trim_start_matches(&open[..1]).is_empty() {
                fence = None;
            }
            lines.push(blank(line));
            continue;
        }
        let mark = ["`", "~"].iter().find_map(|mark| {
            let length = trimmed.len() - trimmed.trim_start_matches(mark).len();
            (length >= 3).then(|| &trimmed[..length])
        });
        if let Some(mark) = mark {
            fence = Some(mark);
            paragraph = false;
            lines.push(blank(line));
            continue;
        }
        let number = trimmed.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let item = ["- ", "* ", "+ "].iter().any(|mark| trimmed.starts_with(mark))
            || (number.len() < trimmed.len() && [". ", ") "].iter().any(|mark| number.starts_with(mark)));
        let is_code = indent >= 4 && !list && !paragraph && !trimmed.is_empty();
        if is_code {
            lines.push(blank(line));
            continue;
        }
        if item {
            list = true;
        } else if indent == 0 && !trimmed.is_empty() && !paragraph {
            list = false;
        }
        paragraph = !trimmed.is_empty() && heading(line).is_none();
        lines.push(line.to_owned());
    }
    let mut prose = lines.join("\n");
    prose = without(&prose, |rest| {
        let inner = rest.strip_prefix("<!--")?;
        Some(inner.find("-->").map_or(rest.len(), |end| end + "<!--".len() + "-->".len()))
    });
    without(&prose, |rest| {
        let length = rest.len() - rest.trim_start_matches('`').len();
        if length == 0 {
            return None;
        }
        Some(code_end(rest, length).unwrap_or(length))
    })
}

/// The length of inline code which begins with this many backticks. It ends with as many, in the same paragraph.
fn code_end(rest: &str, length: usize) -> Option<usize> {
    let paragraph = rest.split("\n\n").next().unwrap_or(rest);
    let mut at = length;
    while let Some(found) = paragraph.get(at..)?.find('`') {
        let start = at + found;
        let run = paragraph[start..].len() - paragraph[start..].trim_start_matches('`').len();
        at = start + run;
        if run == length {
            return Some(at);
        }
    }
    None
}

/// The text with spaces for every piece whose length `piece` tells, given the text from there on.
fn without(text: &str, piece: impl Fn(&str) -> Option<usize>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (length, keep) = match piece(rest) {
            Some(length) => (length.max(letter.len_utf8()), false),
            None => (letter.len_utf8(), true),
        };
        let (head, tail) = rest.split_at(length);
        if keep {
            result.push_str(head);
        } else {
            result.push_str(&blank(head));
        }
        rest = tail;
    }
    result
}

/// Spaces instead of everything but the ends of lines.
fn blank(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<(usize, String)> {
        links(text).into_iter().map(|link| (link.line, link.target)).collect()
    }

    fn found(line: usize, target: &str) -> (usize, String) {
        (line, target.to_owned())
    }

    #[test]
    fn links_of_every_kind() {
        let text = "\
See [one](a.md), [the\nother](b.md#x \"title\") and ![image](c.png).\n\
[![badge](d.svg)](e.md) [`code`](f(1).md) [spaces](<g h.md>)\n\
<a href=\"i.md\"><img src=\"j.png\"></a>\n\n\
[k]: k.md\n[^1]: a note\n";
        let expected = [
            (1, "a.md"),
            (2, "b.md#x"),
            (2, "c.png"),
            (3, "d.svg"),
            (3, "e.md"),
            (3, "f(1).md"),
            (3, "g h.md"),
            (4, "i.md"),
            (4, "j.png"),
            (6, "k.md"),
        ];
        assert_eq!(targets(text), expected.map(|(line, target)| found(line, target)));
    }

    #[test]
    fn code_and_comments_hold_no_links() {
        let text = "\
# Title\n\
\x20   indented [a](1.md)\n\
\n\
```sh\n[b](2.md)\n~~~\n```\n\
Inline `[c](3.md)` and ``[d](`4.md)`` and `one over\ntwo [e](5.md) lines`.\n\
<!-- [f](6.md)\n[g](7.md) -->\n\
~~~~\n```\n[h](8.md)\n~~~~\n\
A lonely ` then [yes](9.md) \\[no\\](10.md).\n";
        assert_eq!(targets(text), [found(16, "9.md")]);
    }

    #[test]
    fn indented_lines_of_lists_and_paragraphs_are_text() {
        let text = "1. first\n\n    [a](a.md)\n\nParagraph\n    [b](b.md)\n\n    [code](c.md)\n\n    [code](d.md)\n";
        assert_eq!(targets(text), [found(3, "a.md"), found(6, "b.md")]);
    }

    #[test]
    fn anchors_as_github_makes_them() {
        let text = "\
# Code map\n\
## What's new in 1.2? (soon)\n\
### `as_of` & [links](x.md) – done ##\n\
## Twice\n## Twice\n## Twice\n\
Under line\n==========\n\
```\n# not this\n```\n\
#not this either\n\
## Größe\n\
<a id=\"by-hand\"></a>\n\
| a |\n|---|\n";
        let expected = [
            "as_of--links--done",
            "by-hand",
            "code-map",
            "größe",
            "twice",
            "twice-1",
            "twice-2",
            "under-line",
            "whats-new-in-12-soon",
        ];
        let anchors = anchors(text);
        assert_eq!(anchors.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn tables_with_their_headings() {
        let text = "\
# Title\n\
| lonely | line |\n\
\n\
## Code map\n\
Text.\n\
\n\
| crate | lives here | may use |\n|---|:--|---:|\n\
| `model` | types \\| more | – |\n\
| `lake` | tables | `model`, `stats` |\n\
\n\
```\n| a |\n|---|\n```\n\
## Later\n\
a | b\n--|--\n1 | 2\n";
        let tables = tables(text);
        assert_eq!(tables.len(), 2);
        assert_eq!((tables[0].heading.as_str(), tables[0].line), ("Code map", 7));
        assert_eq!(tables[0].column("may use"), Some(2));
        assert_eq!(tables[0].rows[0], (9, vec!["`model`".to_owned(), "types | more".to_owned(), "–".to_owned()]));
        assert_eq!(tables[0].rows[1].0, 10);
        assert_eq!(code_words(&tables[0].rows[1].1[2]), ["model", "stats"]);
        assert_eq!((tables[1].heading.as_str(), tables[1].rows.len()), ("Later", 1));
    }
}
