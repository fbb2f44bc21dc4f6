//! Signs that a reader does not see, with which one name is made to look like another.

/// Whether a sign is none that a name may hold: it cannot be seen, or turns the direction of writing.
#[must_use]
pub fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
