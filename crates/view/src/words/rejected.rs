//! Words for rows that were rejected, without what stands in them: a value in the wrong place may say who somebody is.

use evenkeel_model::record;

/// The longest shape that is told.
const LONGEST: usize = 32;

/// What a reason means, and what to do about it.
#[must_use]
pub fn meaning(reason: &str) -> &'static str {
    match reason {
        "bad_instant" => "not an instant; write 2026-10-31T16:52:00Z, or read it with instant(text, format, zone)",
        "bad_day" => "not a day; write 2026-10-31, or read it with day(text, format)",
        "bad_number" => "not a number; write 1234.5, without spaces or commas",
        "bad_flag" => "neither true nor false",
        "bad_json" => "not a JSON map; json_map('name', value) makes one",
        "bad_version" => "neither a whole number nor an instant, so it cannot decide between rows with one key",
        "bad_row" => "a line that cannot be taken apart as the source declares its file",
        "missing_key" => "without what tells one row from another",
        "missing_value" => "without a value that every row has to have",
        "out_of_scale" => "outside of its scale",
        "unknown_value" => "not one of the values that the column may have",
        _ => "cannot be read",
    }
}

/// What a value looks like without saying what it is: a nine for each figure, one `a` for letters in a row, other signs
/// as they are. None where the column says who somebody is, and for a record as a whole.
#[must_use]
pub fn shape(table: &str, column: Option<&str>, value: Option<&str>) -> Option<String> {
    let column = column.and_then(|name| record::readable_table(table)?.column(name))?;
    if column.names_person {
        return None;
    }
    let mut shape = String::new();
    for sign in value?.chars() {
        let told = match sign {
            _ if sign.is_numeric() => '9',
            _ if sign.is_alphabetic() => 'a',
            _ if sign.is_ascii() && !sign.is_control() => sign,
            _ => '·',
        };
        if told == 'a' && shape.ends_with('a') {
            continue;
        }
        if shape.chars().count() >= LONGEST {
            shape.push('…');
            break;
        }
        shape.push(told);
    }
    Some(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_does_not_say_what_it_is() {
        let check = |column: &str, value: &str, told: Option<&str>| {
            assert_eq!(shape("cases", Some(column), Some(value)).as_deref(), told);
        };
        check("opened_at", "32.13.2025 10:00", Some("99.99.9999 99:99"));
        check("opened_at", "Maria Lopez", Some("a a"));
        check("opened_at", "Ærøskøbing\n", Some("a·"));
        check("opened_at", "", Some(""));
        check("assignee_id", "E1042", None);
        check("no_such_column", "x", None);
        assert_eq!(shape("cases", None, Some("Maria")), None);
        assert_eq!(shape("people", Some("left_on"), Some("31/12")).as_deref(), Some("99/99"));
        let long = shape("cases", Some("opened_at"), Some(&"1".repeat(100))).unwrap_or_default();
        assert_eq!(long, format!("{}…", "9".repeat(32)));
    }
}
