//! Who gets in with a work account.

use evenkeel_state::{Action, Attempt, Limits, NewUser, Secret, StateError, User, WorkAccount};

use super::Identity;
use crate::accounts::Accounts;

/// How many ways back may come to nothing from an address. Whoever makes them makes the provider work.
const LIMITS: Limits = Limits { of_name: 100, of_address: 100, within: jiff::SignedDuration::from_mins(15) };

/// What came of it.
pub(crate) enum Entered {
    /// They are in.
    In(Box<User>),
    /// No account here is theirs to use.
    Nobody {
        /// The name by which whoever looks after accounts can add them.
        name: String,
    },
    /// The one-time link that they came with cannot be used with this account.
    NoLink,
}

impl Accounts {
    /// Counts a way back before it is gone; for how many seconds to wait when there were too many.
    pub(crate) async fn comes_back(&self, address: &str) -> Result<Option<u64>, StateError> {
        let (name, place) = counted_as(address);
        Ok(match self.store.attempt(&name, &place, LIMITS, self.now()).await? {
            Attempt::Allowed { .. } => None,
            Attempt::Wait { until } => Some(self.seconds_until(until)),
        })
    }

    /// Lets somebody in who signed in at the provider: whoever the account is linked to, whoever was invited, or whoever was
    /// added by this name and has no account yet.
    pub(crate) async fn enter(
        &self,
        identity: &Identity,
        invitation: Option<&Secret>,
        admits: bool,
        address: &str,
    ) -> Result<Entered, StateError> {
        let Identity { account, .. } = identity;
        let linked = self.store.user_of_work_account(account).await?;
        let found = match (linked, invitation) {
            (Some(user), None) if user.active => Ok(user),
            (Some(user), None) => Err((Some(user), "deactivated")),
            (linked, Some(secret)) => {
                let Some(user) = self.store.invited(secret, self.now()).await? else { return Ok(Entered::NoLink) };
                let theirs = linked.as_ref().is_some_and(|linked| linked.id == user.id);
                let used = if theirs {
                    self.store.use_up(secret).await?
                } else {
                    self.store.redeem_with_work_account(secret, account, self.now()).await?.is_some()
                };
                if !used {
                    self.refused(&user.sign_in, account, "the one-time link cannot be used with it", address).await?;
                    return Ok(Entered::NoLink);
                }
                Ok(user)
            }
            (None, None) => self.by_name(identity, admits).await?,
        };
        match found {
            Ok(user) => {
                let (name, place) = counted_as(address);
                self.store.succeeded(&name, &place).await?;
                self.record(&user.sign_in, Action::SignedIn, &format!("{address}, with a work account")).await?;
                Ok(Entered::In(Box::new(user)))
            }
            Err((user, why)) => {
                let name = identity.sign_in.clone().unwrap_or_else(|| account.subject.clone());
                let who = user.map_or_else(|| name.to_lowercase(), |user| user.sign_in);
                self.refused(&who, account, why, address).await?;
                Ok(Entered::Nobody { name })
            }
        }
    }

    /// Links an account that is nobody's to whoever was added by its name, or adds them.
    async fn by_name(
        &self,
        identity: &Identity,
        admits: bool,
    ) -> Result<Result<User, (Option<User>, &'static str)>, StateError> {
        let Identity { account, sign_in, called } = identity;
        let Some(sign_in) = sign_in else { return Ok(Err((None, "the provider vouches for no name"))) };
        if let Some((user, _)) = self.store.user_by_sign_in(sign_in).await? {
            let linked = user.active && self.store.link_work_account(&user, account, self.now()).await?;
            let why = if user.active { "another work account is linked" } else { "deactivated" };
            return Ok(if linked { Ok(user) } else { Err((Some(user), why)) });
        }
        if !admits {
            return Ok(Err((None, "nobody was added by this name")));
        }
        let name = called.as_deref().filter(|name| name.chars().count() <= 100).unwrap_or(sign_in);
        let new = NewUser { name, sign_in, password: None, grants: Vec::new() };
        let admitted = self.store.admit(new, account, self.now()).await?;
        Ok(admitted.ok_or((None, "the name cannot be used here")))
    }

    async fn refused(&self, who: &str, account: &WorkAccount, why: &str, address: &str) -> Result<(), StateError> {
        let about = format!("{address}, with work account {} at {}: {why}", account.subject, account.issuer);
        self.record(who, Action::Refused, &about).await
    }
}

/// Not counted for the names and addresses of those who use passwords, so that neither keeps the other out.
fn counted_as(address: &str) -> (String, String) {
    (format!("work account from {address}"), format!("work account {address}"))
}
