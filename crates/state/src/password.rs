//! Passwords: what is asked of one, and how it is kept.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::{Random, StateError};

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;
/// The most bytes of a password: enough for any sentence, and too few to keep the server busy.
const LONGEST_PASSWORD: usize = 256;
/// How many passwords are worked on at a time: each takes a processor and 19 MiB.
const AT_A_TIME: usize = 2;

/// A password that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnfitPassword {
    /// Too short.
    #[error(
        "the password has fewer than {SHORTEST_PASSWORD} characters; a few words in a row are easy to keep in mind"
    )]
    TooShort,
    /// Too long.
    #[error("the password is longer than {LONGEST_PASSWORD} bytes")]
    TooLong,
    /// Easy to guess.
    #[error("the password is easy to guess: it holds the name, or few different characters")]
    Guessable,
}

/// How much work a guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// 19 MiB and two passes, as OWASP recommends for argon2id.
    Recommended,
    /// As little as there can be; for tests.
    Least,
}

/// Hashes passwords and compares them.
#[derive(Clone)]
pub struct Passwords {
    argon: Argon2<'static>,
    random: Random,
    /// What is compared with where there is nobody of a name, so that the answer takes as long.
    nobody: Arc<str>,
    at_a_time: Arc<Semaphore>,
}

impl Passwords {
    /// Hashes with this effort.
    pub fn new(effort: Effort, random: Random) -> Result<Self, StateError> {
        let (memory, passes) = match effort {
            Effort::Recommended => (19 * 1024, 2),
            Effort::Least => (Params::MIN_M_COST, 1),
        };
        let params = Params::new(memory, passes, 1, None).map_err(|_| StateError::Hash)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hashed(&argon, &random()?, &random()?)?.into();
        Ok(Self { argon, random, nobody, at_a_time: Arc::new(Semaphore::new(AT_A_TIME)) })
    }

    /// Whether a password may be used by somebody of this name.
    pub fn check(password: &str, sign_in: &str) -> Result<(), UnfitPassword> {
        if password.len() > LONGEST_PASSWORD {
            return Err(UnfitPassword::TooLong);
        }
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(UnfitPassword::TooShort);
        }
        let lower = password.to_lowercase();
        let mut different: Vec<char> = lower.chars().collect();
        different.sort_unstable();
        different.dedup();
        let name = sign_in.split('@').next().unwrap_or_default().to_lowercase();
        if different.len() < 5 || (name.chars().count() > 3 && lower.contains(&name)) {
            return Err(UnfitPassword::Guessable);
        }
        Ok(())
    }

    /// The hash of a password, with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, StateError> {
        let salt = (self.random)()?;
        let argon = self.argon.clone();
        self.work(move || hashed(&argon, password.as_bytes(), &salt[..16])).await?
    }

    /// Whether a password is the one behind a hash. Without a hash it is not, which takes as long to find out.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, StateError> {
        let argon = self.argon.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let fits = move || {
            // A password that is too long is not looked at, whoever gives it.
            let password = if password.len() > LONGEST_PASSWORD { "" } else { &password };
            let parsed = PasswordHash::new(&hash);
            parsed.is_ok_and(|parsed| argon.verify_password(password.as_bytes(), &parsed).is_ok())
        };
        Ok(self.work(fits).await? && known)
    }

    /// Works beside the requests, a few at a time.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StateError> {
        let permit = Arc::clone(&self.at_a_time).acquire_owned().await.map_err(|_| StateError::Hash)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|_| StateError::Hash)
    }
}

fn hashed(argon: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<String, StateError> {
    let hash: PasswordHash = argon.hash_password_with_salt(password, salt).map_err(|_| StateError::Hash)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        let bytes = std::sync::atomic::AtomicU8::new(1);
        let next = move || Ok([bytes.fetch_add(1, std::sync::atomic::Ordering::Relaxed); 32]);
        Passwords::new(Effort::Least, Arc::new(next)).unwrap()
    }

    #[tokio::test]
    async fn only_the_password_itself_fits() {
        let passwords = passwords();
        let hash = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        let fits = |password: &str, hash: Option<&String>| passwords.verify(password.to_owned(), hash.cloned());
        assert!(fits("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!fits("correct horse batterY", Some(&hash)).await.unwrap());
        assert!(!fits("correct horse battery", None).await.unwrap());
        assert!(!fits("", Some(&hash)).await.unwrap());
        assert!(!fits(&"x".repeat(300), Some(&hash)).await.unwrap());
        assert!(!fits("anything", Some(&"no hash".to_owned())).await.unwrap());
        // The same password has another hash for somebody else.
        assert_ne!(hash, passwords.hash("correct horse battery".to_owned()).await.unwrap());
    }

    #[test]
    fn what_is_asked_of_a_password() {
        for (password, result) in [
            ("correct horse battery", Ok(())),
            ("Größe zählt nicht", Ok(())),
            ("short one", Err(UnfitPassword::TooShort)),
            ("aaaaaaaaaaaaaaaa", Err(UnfitPassword::Guessable)),
            ("Rosa.Anand-2026!", Err(UnfitPassword::Guessable)),
        ] {
            assert_eq!(Passwords::check(password, "rosa.anand@northmere.example"), result, "{password}");
        }
        assert_eq!(Passwords::check(&"abcdefgh".repeat(40), "x"), Err(UnfitPassword::TooLong));
    }
}
