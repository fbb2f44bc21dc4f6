//! Who may see what: roles, and the grants that give them to somebody.
//!
//! A grant gives one role over one part of the organisation. Several grants add up. Whoever has none sees what the public
//! sees.

use std::fmt;

use thiserror::Error;

use crate::ids::{PersonId, UnitId};

/// What somebody does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks after accounts. Sees the figures of all units.
    Administrator,
    /// Measures, analyses and reports: figures of all units and the rows behind them.
    Insights,
    /// Sees the figures of all units.
    Executive,
    /// Leads a unit: its figures and those of all below it, the rows behind them, and people as far as the people policy
    /// allows.
    Manager,
    /// Sees the own record.
    Agent,
    /// Sees the figures of a unit and of all below it.
    Viewer,
}

/// What a role is given over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The whole organisation.
    Everything,
    /// A unit and all below it.
    Unit,
    /// One person.
    Person,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] =
        [Role::Administrator, Role::Insights, Role::Executive, Role::Manager, Role::Agent, Role::Viewer];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Insights => "insights",
            Role::Executive => "executive",
            Role::Manager => "manager",
            Role::Agent => "agent",
            Role::Viewer => "viewer",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What it is given over.
    #[must_use]
    pub fn over(self) -> Over {
        match self {
            Role::Administrator | Role::Insights | Role::Executive => Over::Everything,
            Role::Manager | Role::Viewer => Over::Unit,
            Role::Agent => Over::Person,
        }
    }

    /// Whether whoever has it sees the rows behind figures.
    #[must_use]
    pub fn sees_rows(self) -> bool {
        matches!(self, Role::Insights | Role::Manager)
    }

    /// Whether whoever has it leads people, and so sees of them what the people policy allows.
    #[must_use]
    pub fn leads(self) -> bool {
        self == Role::Manager
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One role, and what it is given over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// A role over the whole organisation.
    Everywhere(Role),
    /// A role over a unit and all below it.
    In(Role, UnitId),
    /// The own record of a person.
    Own(PersonId),
}

/// A role without what it is given over, or with something else.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnfitGrant {
    /// There is no such role.
    #[error("there is no role `{role}`; there are administrator, insights, executive, manager, agent and viewer")]
    UnknownRole {
        /// What was asked for.
        role: String,
    },
    /// It is not said over which unit.
    #[error("the role `{role}` is given over a unit; say which")]
    NoUnit {
        /// The role.
        role: Role,
    },
    /// It is not said whose record.
    #[error("the role `agent` is given to one person of the record; say which, by identifier")]
    NoPerson,
    /// A unit that means nothing for the role.
    #[error("the role `{role}` holds for the whole organisation, and not for `{over}` alone")]
    NotOverUnits {
        /// The role.
        role: Role,
        /// What it was to be given over.
        over: String,
    },
}

impl Grant {
    /// The grant of a role over a unit or a person, whichever the role is given over; an empty text is none.
    pub fn new(role: &str, over: &str) -> Result<Self, UnfitGrant> {
        let role = Role::parse(role).ok_or_else(|| UnfitGrant::UnknownRole { role: role.to_owned() })?;
        let over = over.trim();
        match role.over() {
            Over::Everything if over.is_empty() => Ok(Grant::Everywhere(role)),
            Over::Everything => Err(UnfitGrant::NotOverUnits { role, over: over.to_owned() }),
            Over::Unit if over.is_empty() => Err(UnfitGrant::NoUnit { role }),
            Over::Unit => Ok(Grant::In(role, UnitId::new(over))),
            Over::Person if over.is_empty() => Err(UnfitGrant::NoPerson),
            Over::Person => Ok(Grant::Own(PersonId::new(over))),
        }
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Grant::Everywhere(role) | Grant::In(role, _) => *role,
            Grant::Own(_) => Role::Agent,
        }
    }

    /// The unit or person that it is given over; empty for the whole organisation.
    #[must_use]
    pub fn over(&self) -> &str {
        match self {
            Grant::Everywhere(_) => "",
            Grant::In(_, unit) => unit.as_str(),
            Grant::Own(person) => person.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_back() {
        for role in Role::ALL {
            let over = match role.over() {
                Over::Everything => "",
                Over::Unit => "lakeside",
                Over::Person => "E1042",
            };
            let grant = Grant::new(role.as_str(), over).unwrap();
            assert_eq!((grant.role(), grant.over()), (role, over));
            assert_eq!(Role::parse(&role.to_string()), Some(role));
        }
    }

    #[test]
    fn a_grant_says_over_what() {
        assert_eq!(Grant::new("manager", " "), Err(UnfitGrant::NoUnit { role: Role::Manager }));
        assert_eq!(Grant::new("agent", ""), Err(UnfitGrant::NoPerson));
        assert_eq!(Grant::new("king", ""), Err(UnfitGrant::UnknownRole { role: "king".to_owned() }));
        let role = Role::Insights;
        assert_eq!(Grant::new("insights", "x"), Err(UnfitGrant::NotOverUnits { role, over: "x".to_owned() }));
    }
}
