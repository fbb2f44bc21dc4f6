//! Tables of texts: aligned columns, cut to the width of the terminal.

use serde::Serialize;

use super::{Column, Style, fit, push_line, width, wrapped};

/// A table of texts: readings, rejects, rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The cells. Missing ones are empty, those without a column are left out.
    pub rows: Vec<Vec<String>>,
    /// Whether the last column goes on below where it is too long, instead of being cut.
    pub wrap_last: bool,
}

impl Table {
    /// The table in the width of the terminal. Text columns give way, the widest first, down to eight columns.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let widths = self.widths(style);
        let line = |cells: &dyn Fn(usize) -> String| {
            let parts = self
                .columns
                .iter()
                .enumerate()
                .map(|(place, column)| fit(&cells(place), widths[place], column.numeric));
            parts.collect::<Vec<_>>().join("  ")
        };
        let mut out = String::new();
        push_line(&mut out, &line(&|place| self.columns[place].name.clone()));
        let all = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        push_line(&mut out, &"─".repeat(all));
        for row in &self.rows {
            let last = self.columns.len().saturating_sub(1);
            let rest = match row.get(last).filter(|_| self.wrap_last) {
                Some(text) => wrapped(text, widths[last]),
                None => Vec::new(),
            };
            push_line(
                &mut out,
                &line(&|place| match rest.first() {
                    Some(first) if place == last => first.clone(),
                    _ => row.get(place).cloned().unwrap_or_default(),
                }),
            );
            let indent = all - widths.last().copied().unwrap_or(0);
            for text in rest.iter().skip(1) {
                push_line(&mut out, &format!("{}{text}", " ".repeat(indent)));
            }
        }
        out
    }

    fn widths(&self, style: Style) -> Vec<usize> {
        const LEAST: usize = 8;
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, column)| {
                let cells = self.rows.iter().filter_map(|row| row.get(place));
                cells.map(|cell| width(&super::clean(cell))).chain([width(&column.name)]).max().unwrap_or(0)
            })
            .collect();
        let gaps = 2 * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > style.width {
            let widest = (0..widths.len())
                .filter(|&place| !self.columns[place].numeric && widths[place] > LEAST)
                .max_by_key(|&place| (widths[place], std::cmp::Reverse(place)));
            match widest {
                Some(place) => widths[place] -= 1,
                None => break,
            }
        }
        widths
    }
}
