//! Secrets: random texts that whoever holds them may use, and what is kept of them.

use std::fmt;
use std::sync::Arc;

use blake3::Hash;
use thiserror::Error;

/// Gives 32 random bytes. The binary asks the system; tests give fixed ones.
pub type Random = Arc<dyn Fn() -> Result<[u8; 32], Unrandom> + Send + Sync>;

/// The system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the system gives no random bytes, without which no secret can be made")]
pub struct Unrandom;

/// What forms are bound to a session with. Another purpose needs another text.
const FORMS: &str = "evenkeel 2026-11 form token";

/// 256 random bits: the token of a session, of a visit, or of a one-time link.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    /// A secret is never written to a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new one.
    pub fn new(random: &Random) -> Result<Self, Unrandom> {
        Ok(Self(random()?))
    }

    /// Reads one; none when the text is not 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The text that its holder keeps.
    #[must_use]
    pub fn text(&self) -> String {
        Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// What the database keeps. The secret cannot be found from it.
    #[must_use]
    pub fn digest(&self) -> String {
        blake3::hash(&self.0).to_hex().to_string()
    }

    /// What a form carries, so that it is known to come from a page of whoever holds the secret. The secret cannot be
    /// found from it.
    #[must_use]
    pub fn form_token(&self) -> String {
        Hash::from_bytes(blake3::derive_key(FORMS, &self.0)).to_hex().to_string()
    }

    /// Whether a form carries the right token. Takes the same time wherever the two differ.
    #[must_use]
    pub fn accepts(&self, form_token: &str) -> bool {
        // Hashes of blake3 are compared in constant time.
        Hash::from_hex(form_token).is_ok_and(|given| given == Hash::from_bytes(blake3::derive_key(FORMS, &self.0)))
    }

    /// A short code that a person can type: four groups of four letters and digits, 80 bits of the secret.
    #[must_use]
    pub fn code(&self) -> String {
        // Crockford's digits: no letter that looks like another.
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let digits: Vec<char> = self.0[..16].iter().map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// Whether somebody typed the code of this secret; case, spaces and hyphens do not matter.
    #[must_use]
    pub fn is_code(&self, typed: &str) -> bool {
        let plain = |text: &str| {
            let read = |char: char| match char.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            text.chars().filter(char::is_ascii_alphanumeric).map(read).collect::<String>()
        };
        // Digests are compared in constant time.
        blake3::hash(plain(typed).as_bytes()) == blake3::hash(plain(&self.code()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_secret_survives_its_text(bytes: [u8; 32]) {
            let secret = Secret(bytes);
            prop_assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
            prop_assert!(secret.accepts(&secret.form_token()));
            prop_assert!(secret.is_code(&secret.code().to_lowercase().replace('-', " ")));
        }

        #[test]
        fn nothing_else_is_accepted(bytes: [u8; 32], other: [u8; 32], text in "\\PC{0,80}") {
            let secret = Secret(bytes);
            prop_assert!(!secret.accepts(&text));
            prop_assert!(!secret.accepts(&secret.text()) && !secret.accepts(&secret.digest()));
            prop_assert_eq!(secret.accepts(&Secret(other).form_token()), bytes == other);
            prop_assert!(Secret::parse(&text).is_none() || text.len() == 64);
        }
    }

    #[test]
    fn a_secret_is_not_logged() {
        assert_eq!(format!("{:?}", Secret([7; 32])), "Secret(…)");
    }

    #[test]
    fn a_code_can_be_typed() {
        let secret = Secret(std::array::from_fn(|at| (at as u8).wrapping_mul(9)));
        assert_eq!(secret.code(), "09JV-4DPZ-8HT3-CNY7");
        assert!(secret.is_code("o9jv 4dpz-8ht3cny7"));
        assert!(!secret.is_code("09JV-4DPZ-8HT3-CNY8") && !secret.is_code(""));
    }
}
