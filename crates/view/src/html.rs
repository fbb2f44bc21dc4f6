//! Escaping for the templates: markup, and characters that would steer what is read.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

/// Escapes markup, and leaves out characters that are not seen but change what is: control characters, and the
/// marks that turn the direction of all text that follows. A name out of a file could otherwise reverse the
/// sentence around it.
#[derive(Debug, Clone, Copy)]
pub struct Seen;

impl Escaper for Seen {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for part in text.split(is_steering) {
            Html.write_escaped_str(&mut dest, part)?;
        }
        Ok(())
    }
}

/// Whether the character is not seen itself but steers a terminal or turns the direction of text.
#[must_use]
pub fn is_steering(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_steering_left_out() {
        let check = |text: &str, written: &str| {
            let mut out = String::new();
            Seen.write_escaped_str(&mut out, text).unwrap();
            assert_eq!(out, written);
        };
        check("a < b & \"c\"", "a &#60; b &#38; &#34;c&#34;");
        check("\u{1b}[31mred\u{202e}der\u{0}", "[31mredder");
        check("two\nlines", "two\nlines");
        check("שלום, ok", "שלום, ok");
    }
}
