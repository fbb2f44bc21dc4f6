//! The members of one JSON object, without building a tree.
//!
//! Records of service systems are flat objects: short names, short texts and numbers. They are scanned here byte by
//! byte; what is nested is rare and is checked by `serde_json`, without recursion, however deep it is.

use memchr::memchr2;
use serde::de::IgnoredAny;

/// A value as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// `null`.
    Null,
    /// A text without its quotes; escapes stand as written when `escaped`.
    Text {
        /// Between the quotes.
        raw: &'a str,
        /// Whether it holds escapes.
        escaped: bool,
    },
    /// A number, `true`, `false`, an object or an array, as written.
    Other(&'a str),
}

/// Calls `take` with each member of the object. The record must hold one object and nothing else.
pub(crate) fn members<'a>(
    record: &'a str,
    mut take: impl FnMut(&'a str, bool, Value<'a>) -> Result<(), String>,
) -> Result<(), String> {
    let mut scan = Scan { text: record, bytes: record.as_bytes(), at: 0 };
    scan.space();
    if scan.next() != Some(b'{') {
        return Err("it is not a JSON object".to_owned());
    }
    scan.space();
    if scan.peek() == Some(b'}') {
        scan.at += 1;
        return scan.end();
    }
    loop {
        scan.space();
        if scan.peek() != Some(b'"') {
            return Err(scan.expected("a name in quotes"));
        }
        let (name, escaped) = scan.string()?;
        scan.space();
        if scan.next() != Some(b':') {
            scan.at -= 1;
            return Err(scan.expected("a colon"));
        }
        scan.space();
        let value = scan.value()?;
        take(name, escaped, value)?;
        scan.space();
        match scan.next() {
            Some(b',') => {}
            Some(b'}') => return scan.end(),
            _ => {
                scan.at = scan.at.saturating_sub(1);
                return Err(scan.expected("a comma or the end of the object"));
            }
        }
    }
}

/// A text with its escapes resolved; none when an escape is wrong.
pub(crate) fn unescape(raw: &str) -> Result<String, String> {
    let mut quoted = String::with_capacity(raw.len() + 2);
    quoted.push('"');
    quoted.push_str(raw);
    quoted.push('"');
    serde_json::from_str(&quoted).map_err(|_| "it holds an escape that JSON does not have".to_owned())
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> String {
        match self.text.get(self.at.min(self.text.len())..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{what} is expected at character {}, not `{found}`", self.column()),
            None => format!("it ends where {what} is expected: it is cut off"),
        }
    }

    /// The place as people count it: in characters, from 1.
    fn column(&self) -> usize {
        self.text.get(..self.at).map_or(self.at, |before| before.chars().count()) + 1
    }

    fn end(&mut self) -> Result<(), String> {
        self.space();
        if self.at >= self.bytes.len() {
            Ok(())
        } else {
            Err(format!("there is text behind the object, from character {} on", self.column()))
        }
    }

    /// A string, from its opening quote on.
    fn string(&mut self) -> Result<(&'a str, bool), String> {
        let start = self.at + 1;
        let mut from = start;
        let mut escaped = false;
        loop {
            let Some(found) = memchr2(b'"', b'\\', &self.bytes[from.min(self.bytes.len())..]) else {
                return Err("a text in it is never closed: it is cut off".to_owned());
            };
            let at = from + found;
            if self.bytes[at] == b'\\' {
                escaped = true;
                from = at + 2;
                continue;
            }
            // Every byte is looked at, so that the compiler can compare many at a time.
            let control = self.bytes[start..at].iter().fold(0, |count, byte| count + usize::from(*byte < 0x20));
            if control > 0 {
                return Err("a text in it holds a control character, which JSON does not allow".to_owned());
            }
            self.at = at + 1;
            return Ok((&self.text[start..at], escaped));
        }
    }

    fn value(&mut self) -> Result<Value<'a>, String> {
        match self.peek() {
            Some(b'"') => {
                let (raw, escaped) = self.string()?;
                Ok(Value::Text { raw, escaped })
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null").map(|_| Value::Null),
            Some(b't') => self.word("true").map(Value::Other),
            Some(b'f') => self.word("false").map(Value::Other),
            Some(b'{' | b'[') => self.nested(),
            _ => Err(self.expected("a value")),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<&'a str, String> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word) {
            return Err(self.expected("a value"));
        }
        let found = &self.text[self.at..end];
        self.at = end;
        Ok(found)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Value<'a>, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut good = whole > 0 && !(leading_zero && whole > 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= self.digits() > 0;
        }
        if good { Ok(Value::Other(&self.text[start..self.at])) } else { Err("a number in it is not one".to_owned()) }
    }

    fn nested(&mut self) -> Result<Value<'a>, String> {
        let start = self.at;
        let mut values = serde_json::Deserializer::from_str(&self.text[start..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                self.at = start + values.byte_offset();
                Ok(Value::Other(&self.text[start..self.at]))
            }
            _ => Err("an object or array in it is not valid JSON".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(record: &str) -> Result<Vec<(String, String)>, String> {
        let mut found = Vec::new();
        members(record, |name, escaped, value| {
            let name = if escaped { unescape(name)? } else { name.to_owned() };
            let value = match value {
                Value::Null => "null".to_owned(),
                Value::Text { raw, escaped: true } => format!("text {}", unescape(raw)?),
                Value::Text { raw, escaped: false } => format!("text {raw}"),
                Value::Other(raw) => raw.to_owned(),
            };
            found.push((name, value));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn faults_in_words() {
        let check = |record: &str, message: &str| assert_eq!(read(record).unwrap_err(), message, "{record}");
        check("", "it is not a JSON object");
        check("[1]", "it is not a JSON object");
        check("{\"a\":1", "it ends where a comma or the end of the object is expected: it is cut off");
        check("{\"a\" 1}", "a colon is expected at character 6, not `1`");
        check("{\"a\":}", "a value is expected at character 6, not `}`");
        check("{\"a\":1,}", "a name in quotes is expected at character 8, not `}`");
        check("{\"a\":01}", "a number in it is not one");
        check("{\"a\":\"x", "a text in it is never closed: it is cut off");
        check("{\"a\":\"x\\", "a text in it is never closed: it is cut off");
        check("{\"a\":\"x\u{1}\"}", "a text in it holds a control character, which JSON does not allow");
        check("{\"a\":\"\\x\"}", "it holds an escape that JSON does not have");
        check("{\"a\":[1,}", "an object or array in it is not valid JSON");
        check("{\"a\":1} {", "there is text behind the object, from character 9 on");
        check(&format!("{{\"a\":{}}}", "[".repeat(200_000)), "an object or array in it is not valid JSON");
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            (-80_000i32..80_000).prop_map(|eighths| serde_json::Value::from(f64::from(eighths) / 8.0)),
            "\\PC{0,8}|[\"\\\\\n\u{1}]{0,4}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..3)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn good_objects_are_read(map in prop::collection::btree_map("\\PC{0,4}", json(), 0..5), pretty in any::<bool>()) {
            let object = serde_json::Value::Object(map.clone().into_iter().collect());
            let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap();
            let found = read(&text).unwrap();
            prop_assert_eq!(found.len(), map.len());
            for (name, value) in found {
                let read = match value.strip_prefix("text ") {
                    Some(text) => serde_json::Value::from(text),
                    None => serde_json::from_str(&value).unwrap(),
                };
                prop_assert_eq!(&read, &map[&name]);
            }
        }

        /// What `serde_json` refuses is refused, what it takes is taken.
        #[test]
        fn agrees_on_what_is_json(text in "\\{(\"[a]?(\\\\[n\"u0x])?\" ?: ?(-?0?[0-9]?(\\.5?)?(e[+-]?1?)?|tru?e?|null|\"[a\\\\]{0,2}\"|\\[[1,]{0,2}\\]?|\\{\\})?[,x]? ?){0,3}\\}? ?x?") {
            let serde: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&text);
            prop_assert_eq!(read(&text).is_ok(), serde.is_ok(), "{}", text);
        }
    }
}
