//! A sign-in that was begun: what the browser keeps until it comes back from the provider.
//!
//! The server keeps nothing, so that nobody fills it by beginning. Everything by which the way back is known follows from a
//! secret in a cookie: whoever comes back with another browser, or changed anything in the cookie, is not known.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blake3::Hash;
use evenkeel_state::Secret;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use crate::error::Failure;
use crate::visit::inside;

/// The cookie.
const COOKIE: &str = "evenkeel_sign_in";
/// The cookie, gone.
const FORGOTTEN: &str = "evenkeel_sign_in=; HttpOnly; SameSite=Lax; Path=/sign-in/openid; Max-Age=0";
/// How long somebody may take at the provider.
pub(super) const USABLE: SignedDuration = SignedDuration::from_mins(10);
/// The longest address of the page that was asked for. A browser keeps cookies of four kilobytes.
const LONGEST: usize = 900;

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    /// What the browser keeps, with which the rest is bound to it.
    kept: String,
    /// The page that was asked for.
    pub(crate) next: String,
    /// The one-time link with which it was begun.
    pub(crate) invitation: Option<Secret>,
}

impl Begun {
    /// Begins one.
    pub(super) fn new(secret: &Secret, next: &str, invitation: Option<Secret>, now: Timestamp) -> Self {
        let next = if next.len() > LONGEST { "/" } else { inside(next) };
        let written = utf8_percent_encode(next, NON_ALPHANUMERIC);
        let link = invitation.as_ref().map(Secret::text).unwrap_or_default();
        let at = now.as_second();
        Self { kept: format!("{}.{at}.{link}.{written}", secret.text()), next: next.to_owned(), invitation }
    }

    /// The one that a browser began, if it did not take too long.
    pub(crate) fn read(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, kept) = pairs.find(|(name, _)| *name == COOKIE)?;
        let mut parts = kept.splitn(4, '.');
        let (secret, at, link, next) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Secret::parse(secret)?;
        let at: i64 = at.parse().ok()?;
        let invitation = if link.is_empty() { None } else { Some(Secret::parse(link)?) };
        let next = percent_decode_str(next).decode_utf8().ok()?;
        let age = now.as_second().checked_sub(at)?;
        let young = (0..USABLE.as_secs()).contains(&age);
        young.then(|| Self { kept: kept.to_owned(), next: inside(&next).to_owned(), invitation })
    }

    /// What follows from what is kept, for one purpose.
    fn derived(&self, purpose: &str) -> Hash {
        Hash::from_bytes(blake3::derive_key(purpose, self.kept.as_bytes()))
    }

    /// What comes back from the provider in the address.
    pub(super) fn state(&self) -> String {
        self.derived("evenkeel 2026-11 sign-in state").to_hex().to_string()
    }

    /// Whether this came back.
    pub(super) fn is_state(&self, returned: &str) -> bool {
        // Hashes of blake3 are compared in constant time.
        Hash::from_hex(returned).is_ok_and(|given| given == self.derived("evenkeel 2026-11 sign-in state"))
    }

    /// What comes back from the provider in the token.
    pub(super) fn nonce(&self) -> String {
        self.derived("evenkeel 2026-11 sign-in nonce").to_hex().to_string()
    }

    /// What only this browser's sign-in can show when the code is exchanged (PKCE).
    pub(super) fn verifier(&self) -> String {
        self.derived("evenkeel 2026-11 sign-in verifier").to_hex().to_string()
    }

    /// What the provider is told of it beforehand.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// The header that has a browser keep it. It comes along when the provider leads back here, and nowhere else.
    pub(crate) fn keep(&self) -> Result<HeaderValue, Failure> {
        let cookie = format!(
            "{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/sign-in/openid; Max-Age={}",
            self.kept,
            USABLE.as_secs()
        );
        HeaderValue::try_from(cookie).map_err(|error| Failure::unwritten(&error))
    }
}

/// The header that has a browser forget what it kept.
pub(crate) fn forget() -> HeaderValue {
    HeaderValue::from_static(FORGOTTEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: &str) -> Secret {
        Secret::parse(&byte.repeat(32)).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn cookie(begun: &Begun) -> String {
        begun.keep().unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    fn read(cookie: &str, now: Timestamp) -> Option<Begun> {
        let headers = [(header::COOKIE, HeaderValue::from_str(&format!("a=b; {cookie}")).unwrap())];
        Begun::read(&headers.into_iter().collect(), now)
    }

    #[test]
    fn what_was_begun_is_found_again_in_the_same_browser_for_ten_minutes() {
        let begun = Begun::new(&secret("ab"), "/today?unit=a.b&period=2026-10", Some(secret("cd")), at(0));
        assert_eq!(read(&cookie(&begun), at(599)), Some(begun.clone()));
        assert_eq!((read(&cookie(&begun), at(600)), read(&cookie(&begun), at(-1))), (None, None));
        assert!(begun.is_state(&begun.state()) && !begun.is_state(&begun.nonce()) && !begun.is_state(""));
        let texts = [begun.state(), begun.nonce(), begun.verifier(), begun.challenge()];
        assert!(texts.iter().all(|text| (43..=128).contains(&text.len())));
        assert!(texts.iter().enumerate().all(|(at, text)| !texts[at + 1..].contains(text)));
    }

    #[test]
    fn nothing_in_it_is_changed_unseen() {
        let begun = Begun::new(&secret("ab"), "/today", None, at(0));
        let cookie = cookie(&begun);
        for (one, other) in [("abab", "abac"), (".1800000000.", ".1800000001."), ("today", "tokens")] {
            let changed = read(&cookie.replacen(one, other, 1), at(1)).unwrap();
            assert!(!changed.is_state(&begun.state()), "{one}");
            assert_ne!((changed.nonce(), changed.verifier()), (begun.nonce(), begun.verifier()));
        }
        for broken in ["", "evenkeel_sign_in=", "evenkeel_sign_in=abab.1..", "evenkeel_sign_in=...", "evenkeel=x"] {
            assert_eq!(read(broken, at(1)), None, "{broken}");
        }
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", &*format!("/{}", "a".repeat(1_000))] {
            assert_eq!(Begun::new(&secret("ab"), next, None, at(0)).next, "/", "{next}");
        }
        let cookie = cookie(&Begun::new(&secret("ab"), "/", None, at(0)));
        let led = cookie.strip_suffix("%2F").unwrap().to_owned() + "%2F%2Fevil%2Eexample";
        assert_eq!(read(&led, at(1)).unwrap().next, "/");
    }
}
