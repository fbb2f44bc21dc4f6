//! Dates as other calendars read them: iCalendar, RFC 5545. Every date is a whole day.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

/// The most octets of a line, without its end.
const LONGEST: usize = 75;
/// The end of a line.
const END: &str = "\r\n";

/// A date as a calendar has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What stays the same when the calendar is read again.
    pub uid: String,
    /// The day.
    pub day: Date,
    /// What it is.
    pub title: String,
    /// What else is said about it.
    pub about: String,
    /// Where more of it stands, as a whole address.
    pub url: Option<String>,
}

/// A calendar with its entries, as it stood at an instant.
#[must_use]
pub fn written(name: &str, entries: &[Entry], at: Timestamp) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//evenkeel//evenkeel//EN");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("X-WR-CALNAME", &escaped(name));
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT12H");
    for entry in entries {
        lines.add("BEGIN", "VEVENT");
        lines.add("UID", &escaped(&entry.uid));
        lines.add("DTSTAMP", &at.strftime("%Y%m%dT%H%M%SZ").to_string());
        lines.add("DTSTART;VALUE=DATE", &day(entry.day));
        // The end does not belong to it.
        lines.add("DTEND;VALUE=DATE", &day(entry.day.saturating_add(1.day())));
        lines.add("SUMMARY", &escaped(&entry.title));
        if !entry.about.is_empty() {
            lines.add("DESCRIPTION", &escaped(&entry.about));
        }
        if let Some(url) = entry.url.as_ref().filter(|url| url.bytes().all(|byte| byte.is_ascii_graphic())) {
            lines.add("URL", url);
        }
        // Nobody is busy all day because something is due.
        lines.add("TRANSP", "TRANSPARENT");
        lines.add("END", "VEVENT");
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// A text as a value: with what has a meaning marked as text, and without signs that no line may hold.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | ';' | ',' => value.extend(['\\', sign]),
            '\n' => value.push_str("\\n"),
            sign if sign.is_control() && sign != '\t' => {}
            sign => value.push(sign),
        }
    }
    value
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds a line, folded where it is too long. No sign is divided.
    fn add(&mut self, name: &str, value: &str) {
        let mut room = LONGEST;
        for sign in format!("{name}:{value}").chars() {
            if sign.len_utf8() > room {
                self.0.push_str(END);
                self.0.push(' ');
                room = LONGEST - 1;
            }
            self.0.push(sign);
            room -= sign.len_utf8();
        }
        self.0.push_str(END);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn entry(title: &str, about: &str) -> Entry {
        Entry {
            uid: "review-1@evenkeel".to_owned(),
            day: date(2026, 12, 31),
            title: title.to_owned(),
            about: about.to_owned(),
            url: Some("https://evenkeel.example/scorecard/north?period=2026-11".to_owned()),
        }
    }

    fn calendar(title: &str, about: &str) -> String {
        written("Dates", &[entry(title, about)], "2026-11-02T06:10:00Z".parse().unwrap())
    }

    /// What a reader makes of the value of a line: unfolded, and with its marks undone.
    fn read(calendar: &str, name: &str) -> Option<String> {
        let unfolded = calendar.replace("\r\n ", "");
        let line =
            unfolded.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::to_owned))?;
        let mut text = String::new();
        let mut signs = line.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => match signs.next() {
                    Some('n') => text.push('\n'),
                    Some(marked) => text.push(marked),
                    None => return None,
                },
                sign => text.push(sign),
            }
        }
        Some(text)
    }

    #[test]
    fn a_date_is_a_whole_day() {
        let said = calendar("Review, monthly", "");
        let expected = "BEGIN:VEVENT\r\nUID:review-1@evenkeel\r\nDTSTAMP:20261102T061000Z\r\nDTSTART;VALUE=DATE:20261231\r\n\
                        DTEND;VALUE=DATE:20270101\r\nSUMMARY:Review\\, monthly\r\nURL:https://";
        assert!(said.contains(expected), "{said}");
        assert!(
            said.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && said.ends_with("END:VCALENDAR\r\n"),
            "{said}"
        );
        assert!(!said.contains("DESCRIPTION"));
    }

    #[test]
    fn no_text_adds_a_line() {
        let said = calendar("x\r\nEND:VEVENT\r\nBEGIN:VALARM", "a;b\\,c\u{0}\nd");
        assert_eq!(said.matches("\r\nEND:VEVENT").count(), 1, "{said}");
        assert_eq!(read(&said, "SUMMARY").unwrap(), "x\nEND:VEVENT\nBEGIN:VALARM");
        assert_eq!(read(&said, "DESCRIPTION").unwrap(), "a;b\\,c\nd");
        let strange = Entry { url: Some("https://x/\r\nA:b".to_owned()), ..entry("x", "") };
        assert!(!written("Dates", &[strange], Timestamp::UNIX_EPOCH).contains("A:b"));
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_line_is_long(title in "\\PC{0,200}", about in "[\\PC\n;,\\\\€😀]{1,300}") {
            let said = calendar(&title, &about);
            prop_assert_eq!(read(&said, "SUMMARY").unwrap(), title);
            prop_assert_eq!(read(&said, "DESCRIPTION").unwrap(), about);
            for line in said.split("\r\n") {
                prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{}", line);
            }
        }
    }
}
