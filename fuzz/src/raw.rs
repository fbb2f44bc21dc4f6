//! Targets for the parsers of raw files.

use evenkeel_ingest::instant;
use evenkeel_ingest::read::csv::{self, Dialect};
use evenkeel_ingest::read::json;
use jiff::tz::TimeZone;

/// The bytes as CSV in several dialects. Whatever they are, cells never hold more than the text did.
pub fn csv(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (delimiter, quote) in [(b',', Some(b'"')), (b';', Some(b'\'')), (b'\t', None)] {
        let records = csv::records(Dialect { delimiter, quote }, &text);
        let held: usize = records.iter().flatten().map(String::len).sum();
        assert!(held <= text.len());
    }
}

/// The bytes as lines of JSON. A line gives a row, a fault or nothing, and never two of them.
pub fn ndjson(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (rows, bad) = json::rows(&text, &["a", "id", "opened_at"]);
    assert!(rows.len() + bad.len() <= text.lines().count() + 1);
    assert!(rows.iter().all(|row| row.len() == 3));
}

/// The bytes as an instant or a day, with a format of their own behind the first line.
pub fn instant(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (text, format) = text.split_once('\n').unwrap_or((text, "%d/%m/%Y %H:%M"));
    let Ok(zone) = TimeZone::get("America/New_York") else { return };
    for zone in [&zone, &TimeZone::UTC] {
        if let Some(micros) = instant::parse(text, zone) {
            assert!(jiff::Timestamp::from_microsecond(micros).is_ok());
        }
        let _ = instant::parse_format(text, format, zone);
    }
    let _ = (instant::parse_day(text), instant::parse_day_format(text, format));
}
