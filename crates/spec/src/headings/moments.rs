//! In which form instants are written.

use jiff::fmt::strtime::BrokenDownTime;

use super::{First, Form, Question};

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// As ISO 8601 has it.
    Iso {
        /// Whether every cell says its zone.
        zoned: bool,
    },
    /// As a format says.
    As {
        /// The date in the letters of `instant(text, format, zone)`.
        date: &'static str,
        /// The time, with what stands before it.
        time: &'static str,
    },
}

impl Written {
    /// Which of day and month comes first, where both are numbers.
    #[must_use]
    pub fn first(self) -> Option<First> {
        match self {
            Self::As { date, .. } if date.starts_with("%d") && date.contains("%m") => Some(First::Day),
            Self::As { date, .. } if date.starts_with("%m") => Some(First::Month),
            _ => None,
        }
    }

    /// Whether every cell says its zone, so that none has to be known.
    #[must_use]
    pub fn zoned(self) -> bool {
        match self {
            Self::Iso { zoned } => zoned,
            Self::As { date, time } => date == "%s" || time.ends_with("%z") || time.ends_with("%Q"),
        }
    }
}

const DATES: [&str; 19] = [
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b %y",
];
const TIMES: [&str; 15] = [
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %I:%M%p",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    ", %I:%M:%S %p",
    " %H:%M:%S %z",
    " %H:%M %z",
    " %H:%M:%S %Q",
    " %H:%M %Q",
    " at %I:%M %p",
];
/// How many cells decide.
const MOST: usize = 2_000;

/// In which form cells are written. One in ten may be broken: such rows are put aside by the import.
pub(super) fn written(cells: &[&str], first: Option<First>) -> (Form, Option<Question>) {
    let cells: Vec<&str> = cells.iter().take(MOST).copied().collect();
    let enough = cells.len() - cells.len() / 10;
    let most = |reads: &dyn Fn(&str) -> bool| cells.iter().filter(|cell| reads(cell)).count() >= enough;
    // A column that is still empty is read as the common form, and what comes later is checked then.
    if most(&|cell| iso(cell).is_some()) {
        let zoned = !cells.is_empty() && cells.iter().filter_map(|cell| iso(cell)).all(|zoned| zoned);
        return (Form::Moment(Written::Iso { zoned }), None);
    }
    if most(&|cell| cell.len() == 10 && cell.bytes().all(|byte| byte.is_ascii_digit())) {
        return (Form::Moment(Written::As { date: "%s", time: "" }), None);
    }
    let mut found: Vec<(usize, Written)> = Vec::new();
    for date in DATES {
        for time in TIMES {
            let format = format!("{date}{time}");
            let count = cells.iter().filter(|cell| reads(&format, cell)).count();
            if count >= enough {
                found.push((count, Written::As { date, time }));
            }
        }
    }
    let best = found.iter().map(|(count, _)| *count).max();
    let best: Vec<Written> =
        found.into_iter().filter(|(count, _)| Some(*count) == best).map(|(_, form)| form).collect();
    let with = |wanted: First| best.iter().copied().find(|written| written.first() == Some(wanted));
    match (with(First::Day), with(First::Month), first) {
        (Some(day), Some(_), Some(First::Day)) => (Form::Moment(day), None),
        (Some(_), Some(month), Some(First::Month)) => (Form::Moment(month), None),
        (Some(day), Some(_), None) => (Form::Moment(day), Some(Question::DayOrMonth)),
        _ => match best.first() {
            Some(written) => (Form::Moment(*written), None),
            None => (Form::Text, Some(Question::MomentForm)),
        },
    }
}

/// Whether a text is ISO 8601, and then whether it names its zone.
fn iso(cell: &str) -> Option<bool> {
    let (day, rest) = cell.split_at_checked(10)?;
    day.parse::<jiff::civil::Date>().ok()?;
    if rest.is_empty() {
        return Some(false);
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    if time.contains(' ') || time.len() < 5 {
        return None;
    }
    let bare = time.trim_end_matches(['Z', 'z']);
    let (clock, offset) = bare.split_once(['+', '-']).map_or((bare, None), |(clock, offset)| (clock, Some(offset)));
    clock.parse::<jiff::civil::Time>().ok()?;
    let sound = |offset: &str| {
        matches!(offset.len(), 2 | 4 | 5) && offset.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    offset.is_none_or(sound).then_some(offset.is_some() || bare.len() < time.len())
}

/// Whether a text can be read with a format. A year outside of this age is a sign of another format.
fn reads(format: &str, cell: &str) -> bool {
    let Ok(read) = BrokenDownTime::parse(format, cell) else { return false };
    read.to_date().is_ok_and(|date| (1980..2100).contains(&date.year()))
}
