//! ID tokens: what a provider says of whoever signed in there, signed by it (JSON Web Tokens).
//!
//! A token counts when one of the keys that the provider publishes signed it, in one of the ways listed here, for this
//! server, for this one sign-in, just now. Ways to sign with a shared secret, and not to sign at all, are not among them, so
//! that nobody signs with a key that everybody reads.

use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use evenkeel_model::signs::is_unseen;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// By how many seconds the clocks of provider and server may differ.
const APART: f64 = 60.0;
/// How old a token may be that was asked for just now, in seconds.
const OLDEST: f64 = 600.0;
/// The longest name by which a provider knows somebody.
const LONGEST_SUBJECT: usize = 255;
/// How many keys of a provider are looked at.
const MOST_KEYS: usize = 100;

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untrusted {
    /// It was signed with a key that is not known, which may be a new one.
    UnknownKey,
    /// Anything else, in words for the log.
    Because(&'static str),
}

/// How a signature is checked.
enum Check {
    Rsa(&'static RsaParameters),
    /// The kind of key, its curve, how many bytes a coordinate has, and the way.
    Point(&'static str, &'static str, usize, &'static dyn VerificationAlgorithm),
}

/// The ways to sign that count.
fn check(name: &str) -> Option<Check> {
    Some(match name {
        "RS256" => Check::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Check::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Check::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => Check::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => Check::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => Check::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => Check::Point("EC", "P-256", 32, &signature::ECDSA_P256_SHA256_FIXED),
        "ES384" => Check::Point("EC", "P-384", 48, &signature::ECDSA_P384_SHA384_FIXED),
        "EdDSA" => Check::Point("OKP", "Ed25519", 32, &signature::ED25519),
        _ => return None,
    })
}

/// The keys that a provider publishes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Keys {
    /// As they are written: keys of kinds that are not known stand among them.
    keys: Vec<Value>,
}

/// One of them (RFC 7517).
#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// Whether tokens that are signed in this way may be signed with it.
    fn fits(&self, name: &str, check: &Check) -> bool {
        let kind = match check {
            Check::Rsa(_) => self.kty == "RSA",
            Check::Point(kind, curve, ..) => self.kty == *kind && self.crv.as_deref() == Some(*curve),
        };
        kind && self.alg.as_deref().is_none_or(|own| own == name)
            && self.used_for.as_deref().is_none_or(|own| own == "sig")
    }

    /// Whether it made a signature.
    fn signed(&self, check: &Check, message: &[u8], signature: &[u8]) -> bool {
        let part = |part: &Option<String>| part.as_deref().and_then(bytes);
        match check {
            Check::Rsa(way) => {
                let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
                let plain = |number: Vec<u8>| -> Vec<u8> { number.into_iter().skip_while(|byte| *byte == 0).collect() };
                let key = RsaPublicKeyComponents { n: plain(n), e: plain(e) };
                key.verify(way, message, signature).is_ok()
            }
            Check::Point("EC", _, length, way) => {
                let (Some(x), Some(y)) = (part(&self.x), part(&self.y)) else { return false };
                if x.len() != *length || y.len() != *length {
                    return false;
                }
                // The sign before a point of which both coordinates are written.
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(*way, point).verify(message, signature).is_ok()
            }
            Check::Point(_, _, length, way) => {
                let Some(x) = part(&self.x).filter(|x| x.len() == *length) else { return false };
                UnparsedPublicKey::new(*way, x).verify(message, signature).is_ok()
            }
        }
    }
}

/// What a token has to be.
pub(super) struct Expected<'a> {
    /// Who made it.
    pub(super) issuer: &'a str,
    /// For whom.
    pub(super) client: &'a str,
    /// For which sign-in.
    pub(super) nonce: &'a str,
    /// At which instant.
    pub(super) now: Timestamp,
}

/// The head of a token.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    /// What has to be understood; nothing is.
    crit: Option<Value>,
}

/// One text, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

impl Texts {
    fn all(&self) -> &[String] {
        match self {
            Texts::One(text) => std::slice::from_ref(text),
            Texts::Several(texts) => texts,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Claims {
    iss: String,
    /// What the provider calls whoever signed in, for good.
    pub(super) sub: String,
    aud: Texts,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub(super) others: Map<String, Value>,
}

/// What a token says, if it counts.
pub(super) fn read(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Untrusted> {
    let unread = Untrusted::Because("it cannot be read");
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unread);
    };
    let signed = token.get(..head.len() + 1 + body.len()).ok_or(unread)?;
    let head: Head = bytes(head).and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(unread)?;
    if head.crit.is_some() {
        return Err(Untrusted::Because("it asks for something to be understood that is not"));
    }
    let check = check(&head.alg).ok_or(Untrusted::Because("it is not signed in a way that counts"))?;
    let signature = bytes(signature).ok_or(unread)?;
    let known: Vec<Key> = keys.keys.iter().take(MOST_KEYS).filter_map(|key| Key::deserialize(key).ok()).collect();
    let mut meant = known
        .iter()
        .filter(|key| head.kid.is_none() || key.kid == head.kid)
        .filter(|key| key.fits(&head.alg, &check))
        .peekable();
    if meant.peek().is_none() {
        return Err(Untrusted::UnknownKey);
    }
    if !meant.any(|key| key.signed(&check, signed.as_bytes(), &signature)) {
        // Without a name, the key may be one that is not known.
        let wrong = Untrusted::Because("its signature is not the provider's");
        return Err(if head.kid.is_none() { Untrusted::UnknownKey } else { wrong });
    }
    let claims = bytes(body).and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok()).ok_or(unread)?;
    claims.hold(expected).map_err(Untrusted::Because)?;
    Ok(claims)
}

impl Claims {
    /// Whether they are those that are expected.
    fn hold(&self, expected: &Expected<'_>) -> Result<(), &'static str> {
        let now = expected.now.as_second() as f64;
        let for_us = |name: &String| name == expected.client;
        let audience = self.aud.all();
        let wrong = if self.iss != expected.issuer {
            "it was made by another provider"
        } else if !audience.iter().any(for_us) {
            "it was made for another program"
        } else if audience.len() > 1 && self.azp.is_none() || !self.azp.as_ref().is_none_or(for_us) {
            "it was made at the wish of another program"
        } else if self.nonce.as_deref() != Some(expected.nonce) {
            "it was made for another sign-in"
        } else if self.exp + APART <= now {
            "it has ended"
        } else if self.iat > now + APART || self.nbf.is_some_and(|from| from > now + APART) {
            "it does not hold yet; the clocks of provider and server differ by more than a minute"
        } else if self.iat < now - OLDEST {
            "it is too old"
        } else if !is_subject(&self.sub) {
            "it does not say who signed in"
        } else {
            return Ok(());
        };
        Err(wrong)
    }
}

/// Whether this can be the name by which a provider knows somebody.
pub(super) fn is_subject(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_SUBJECT && !text.chars().any(is_unseen)
}

/// Bytes as tokens write them.
fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair as RsaKey, KeySize};
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    };
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use serde_json::json;
    use sha2::Sha256;

    use super::*;

    const ISSUER: &str = "https://id.example";

    fn text(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn now() -> Timestamp {
        "2026-11-02T06:10:00Z".parse().unwrap()
    }

    fn seconds() -> i64 {
        now().as_second()
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "sub": "s-1", "aud": "scorecard", "exp": seconds() + 300, "iat": seconds(), "nonce": "n",
            "email": "rosa@bank.example", "email_verified": true
        })
    }

    /// A token, of which `sign` makes the signature.
    fn token(head: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let signed = format!("{}.{}", text(head.to_string()), text(claims.to_string()));
        let signature = sign(signed.as_bytes());
        format!("{signed}.{}", text(signature))
    }

    fn point(key: &EcdsaKeyPair, name: &str) -> Value {
        let point = key.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "kid": name, "x": text(&point[1..33]), "y": text(&point[33..]) })
    }

    fn ec_signed(key: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
        key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    fn keys(keys: &[Value]) -> Keys {
        Keys { keys: keys.to_vec() }
    }

    fn read_now(token: &str, keys: &Keys) -> Result<Claims, Untrusted> {
        read(token, keys, &Expected { issuer: ISSUER, client: "scorecard", nonce: "n", now: now() })
    }

    fn ec() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
    }

    /// The modulus and the exponent of a key, from the form in which it is written down: a sequence of two numbers.
    fn rsa_parts(key: &RsaKey) -> (Vec<u8>, Vec<u8>) {
        fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
            let (length, rest) = match bytes[1] {
                0x82 => (usize::from(bytes[2]) << 8 | usize::from(bytes[3]), &bytes[4..]),
                0x81 => (usize::from(bytes[2]), &bytes[3..]),
                short => (usize::from(short), &bytes[2..]),
            };
            rest.split_at(length)
        }
        let (inside, _) = number(key.public_key().as_ref());
        let (n, rest) = number(inside);
        (n.to_vec(), number(rest).0.to_vec())
    }

    #[test]
    fn what_the_provider_signed_counts_in_every_way_that_is_listed() {
        let (key, random) = (ec(), SystemRandom::new());
        let head = json!({ "alg": "ES256", "kid": "a" });
        let read =
            read_now(&token(&head, &claims(), |text| ec_signed(&key, text)), &keys(&[point(&key, "a")])).unwrap();
        assert_eq!((read.sub.as_str(), &read.others["email"]), ("s-1", &json!("rosa@bank.example")));

        let rsa = RsaKey::generate(KeySize::Rsa2048).unwrap();
        let (n, e) = rsa_parts(&rsa);
        let published = keys(&[json!({ "kty": "RSA", "kid": "r", "use": "sig", "n": text(n), "e": text(e) })]);
        for (name, way) in
            [("RS256", &RSA_PKCS1_SHA256 as &'static dyn signature::RsaEncoding), ("PS256", &RSA_PSS_SHA256)]
        {
            let signed = token(&json!({ "alg": name }), &claims(), |text| {
                let mut signature = vec![0; rsa.public_modulus_len()];
                rsa.sign(way, &random, text, &mut signature).unwrap();
                signature
            });
            assert!(read_now(&signed, &published).is_ok(), "{name}");
        }

        let edwards = Ed25519KeyPair::generate().unwrap();
        let published = keys(&[json!({ "kty": "OKP", "crv": "Ed25519", "x": text(edwards.public_key().as_ref()) })]);
        let signed = token(&json!({ "alg": "EdDSA" }), &claims(), |text| edwards.sign(text).as_ref().to_vec());
        assert!(read_now(&signed, &published).is_ok());
    }

    #[test]
    fn what_others_signed_does_not_count() {
        let (key, other) = (ec(), ec());
        let published = keys(&[json!({ "kty": "new" }), json!(5), point(&key, "a")]);
        let said = |head: Value, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
            read_now(&token(&head, &claims(), sign), &published).map(|claims| claims.sub)
        };
        let own = |text: &[u8]| ec_signed(&key, text);
        assert!(said(json!({ "alg": "ES256", "kid": "a" }), &own).is_ok());
        assert!(said(json!({ "alg": "ES256" }), &own).is_ok());
        // Without a signature, in several ways of writing it.
        for none in ["none", "None", "NONE", ""] {
            let untrusted = said(json!({ "alg": none }), &|_| Vec::new()).unwrap_err();
            assert_eq!(untrusted, Untrusted::Because("it is not signed in a way that counts"), "{none}");
        }
        // Signed with what everybody reads, as if it were a shared secret.
        let read_by_all = key.public_key().as_ref().to_vec();
        for secret in [read_by_all.clone(), text(&read_by_all).into_bytes(), point(&key, "a").to_string().into_bytes()]
        {
            let shared = |text: &[u8]| {
                let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
                mac.update(text);
                mac.finalize().into_bytes().to_vec()
            };
            assert!(said(json!({ "alg": "HS256", "kid": "a" }), &shared).is_err());
        }
        // By another key, with and without the name of the right one.
        let foreign = |text: &[u8]| ec_signed(&other, text);
        let wrong = Untrusted::Because("its signature is not the provider's");
        assert_eq!(said(json!({ "alg": "ES256", "kid": "a" }), &foreign), Err(wrong));
        assert_eq!(said(json!({ "alg": "ES256" }), &foreign), Err(Untrusted::UnknownKey));
        assert_eq!(said(json!({ "alg": "ES256", "kid": "b" }), &own), Err(Untrusted::UnknownKey));
        // In another way than the key is for, with a key in the token, with something that has to be understood.
        assert_eq!(said(json!({ "alg": "ES384", "kid": "a" }), &own), Err(Untrusted::UnknownKey));
        assert!(said(json!({ "alg": "ES256", "kid": "a", "jwk": point(&other, "a") }), &foreign).is_err());
        assert!(said(json!({ "alg": "ES256", "kid": "a", "crit": ["b64"] }), &own).is_err());
        for empty in ["", "..", "a.b.c", "e30.e30.", "e30.e30.e30.e30"] {
            assert!(read_now(empty, &published).is_err(), "{empty}");
        }
        // A key that is for something else.
        let mut encrypting = point(&key, "a");
        encrypting["use"] = json!("enc");
        let signed = token(&json!({ "alg": "ES256", "kid": "a" }), &claims(), own);
        assert_eq!(read_now(&signed, &keys(&[encrypting])).unwrap_err(), Untrusted::UnknownKey);
        // Changed after it was signed.
        let (head, rest) = signed.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let mut changed = claims();
        changed["sub"] = json!("s-2");
        let changed = format!("{head}.{}.{signature}", text(changed.to_string()));
        assert_eq!(read_now(&changed, &published).unwrap_err(), wrong);
    }

    #[test]
    fn what_was_signed_for_something_else_does_not_count() {
        let key = ec();
        let published = keys(&[point(&key, "a")]);
        let said = |change: &[(&str, Value)]| {
            let mut claims = claims();
            for (name, value) in change {
                claims[*name] = value.clone();
            }
            let head = json!({ "alg": "ES256", "kid": "a" });
            read_now(&token(&head, &claims, |text| ec_signed(&key, text)), &published)
        };
        for fine in [
            &[][..],
            &[("aud", json!(["scorecard"]))],
            &[("aud", json!(["other", "scorecard"])), ("azp", json!("scorecard"))],
            &[("exp", json!(seconds() - 59)), ("iat", json!(seconds() + 59))],
            &[("exp", json!(seconds() as f64 + 0.5)), ("nbf", json!(seconds()))],
        ] {
            assert!(said(fine).is_ok(), "{fine:?}");
        }
        for (wrong, words) in [
            (&[("iss", json!("https://id.example.evil.example"))][..], "another provider"),
            (&[("iss", json!("https://id.example/"))], "another provider"),
            (&[("aud", json!("other"))], "another program"),
            (&[("aud", json!([]))], "another program"),
            (&[("aud", json!(["other", "scorecard"]))], "at the wish of another"),
            (&[("azp", json!("other"))], "at the wish of another"),
            (&[("nonce", json!("m"))], "another sign-in"),
            (&[("nonce", Value::Null)], "another sign-in"),
            (&[("exp", json!(seconds() - 60))], "it has ended"),
            (&[("iat", json!(seconds() + 61))], "does not hold yet"),
            (&[("nbf", json!(seconds() + 61))], "does not hold yet"),
            (&[("iat", json!(seconds() - 601))], "too old"),
            (&[("sub", json!(""))], "who signed in"),
            (&[("sub", json!("a\u{202e}b"))], "who signed in"),
            (&[("sub", json!("s".repeat(256)))], "who signed in"),
            (&[("sub", json!(5))], "cannot be read"),
            (&[("exp", Value::Null)], "cannot be read"),
            (&[("exp", json!("soon"))], "cannot be read"),
        ] {
            match said(wrong).unwrap_err() {
                Untrusted::Because(why) => assert!(why.contains(words), "{wrong:?}: {why}"),
                Untrusted::UnknownKey => panic!("{wrong:?}"),
            }
        }
    }
}
