//! Who looks, and what they may see.
//!
//! A [`World`](crate::World) is always seen by one [`Viewer`]: what that viewer may not see is not in anything that the
//! world answers. A unit that may not be seen is answered like one that does not exist.

use std::collections::BTreeSet;

use async_trait::async_trait;
use evenkeel_model::access::{Grant, Role};
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::organisation::{Organisation, UnitCode};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_state::LookedAt;
use jiff::civil::Date;
use thiserror::Error;

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who did not sign in.
    Public,
    /// Whoever opens the pages of a server that asks nobody to sign in. Nobody knows who that is, so no people are shown.
    Anybody,
    /// Somebody who signed in.
    User {
        /// The name to sign in with; the audit trail has it.
        sign_in: String,
        /// What they may see.
        grants: Vec<Grant>,
    },
    /// Whoever runs commands, and so could read the files of the project as well: a user of the operating system.
    Operator {
        /// The name of the user.
        name: String,
    },
}

impl Viewer {
    /// Who it is, as the audit trail has it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Viewer::Public | Viewer::Anybody => "nobody",
            Viewer::User { sign_in, .. } => sign_in,
            Viewer::Operator { name } => name,
        }
    }
}

/// Some of the units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All of them, and those of which only facts speak.
    Everywhere,
    /// These.
    Only(BTreeSet<UnitCode>),
}

impl Reach {
    fn nowhere() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Whether there is any.
    pub(crate) fn is_somewhere(&self) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Only(units) => !units.is_empty(),
        }
    }

    /// Whether a unit is one of them; `unit` is none for one of which only facts speak.
    pub(crate) fn holds(&self, unit: Option<UnitCode>) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Only(units) => unit.is_some_and(|unit| units.contains(&unit)),
        }
    }
}

/// What a viewer may see of one state of the organisation. Who leads what today decides, for earlier periods too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The units whose figures are seen.
    pub(crate) figures: Reach,
    /// The units whose rows are seen.
    pub(crate) rows: Reach,
    /// The units of whose people single figures and names are seen.
    pub(crate) people: Reach,
    /// The units of whose people disputes are decided.
    pub(crate) decides: Reach,
    /// The people who are the viewer.
    pub(crate) own: BTreeSet<PersonId>,
    /// The highest units whose figures are seen, in the order in which they were granted.
    pub(crate) tops: Vec<UnitCode>,
    /// Whether there is anything but the public edition.
    pub(crate) inside: bool,
    /// Whether accounts are looked after.
    pub(crate) administers: bool,
    /// The units that are led.
    pub(crate) leads: Reach,
    /// Whether the record is analysed.
    pub(crate) analyses: bool,
}

impl Sight {
    /// What a viewer sees on a day.
    pub(crate) fn new(viewer: &Viewer, organisation: &Organisation, policy: PeoplePolicy, today: Date) -> Self {
        let nothing = Self {
            figures: Reach::nowhere(),
            rows: Reach::nowhere(),
            people: Reach::nowhere(),
            decides: Reach::nowhere(),
            own: BTreeSet::new(),
            tops: Vec::new(),
            inside: false,
            administers: false,
            leads: Reach::nowhere(),
            analyses: false,
        };
        let whole = Self {
            figures: Reach::Everywhere,
            rows: Reach::Everywhere,
            tops: vec![organisation.root()],
            inside: true,
            ..nothing.clone()
        };
        let grants = match viewer {
            Viewer::Public => return nothing,
            Viewer::Anybody => return whole,
            Viewer::Operator { .. } => return Self { people: Reach::Everywhere, ..whole },
            Viewer::User { grants, .. } => grants,
        };
        let mut sight = Self { inside: !grants.is_empty(), ..nothing };
        for grant in grants {
            match grant {
                Grant::Everywhere(role) => sight.add(*role, organisation.root(), organisation, policy, today),
                Grant::In(role, unit) => {
                    // A unit that is not there any more gives nothing to see.
                    if let Some(top) = organisation.unit(unit.as_str()) {
                        sight.add(*role, top, organisation, policy, today);
                    }
                }
                Grant::Own(person) => drop(sight.own.insert(person.clone())),
            }
        }
        let granted = sight.tops.clone();
        let has_none_above =
            |unit: &UnitCode| organisation.path(*unit, today).iter().skip(1).all(|above| !granted.contains(above));
        let mut known = BTreeSet::new();
        sight.tops.retain(|unit| has_none_above(unit) && known.insert(*unit));
        sight
    }

    /// Adds a role over a unit and all below it.
    fn add(&mut self, role: Role, top: UnitCode, organisation: &Organisation, policy: PeoplePolicy, today: Date) {
        self.administers |= role == Role::Administrator;
        self.tops.push(top);
        let whole = top == organisation.root();
        let is_below = |unit: &UnitCode| !whole && organisation.path(*unit, today).contains(&top);
        let below: Vec<UnitCode> = organisation.units().filter(is_below).collect();
        let widen = |reach: &mut Reach| match reach {
            Reach::Everywhere => {}
            reach @ Reach::Only(_) if whole => *reach = Reach::Everywhere,
            Reach::Only(units) => units.extend(below.iter().copied()),
        };
        widen(&mut self.figures);
        if role.sees_rows() {
            widen(&mut self.rows);
        }
        if role.leads() {
            widen(&mut self.leads);
        }
        self.analyses |= role == Role::Insights;
        // Whoever leads a team sees of its people what was agreed.
        let leads = role.leads() && policy.allows_comparison();
        if leads {
            widen(&mut self.people);
        }
        // Those who analyse the record decide without being told whose rows they are.
        if leads || role == Role::Insights {
            widen(&mut self.decides);
        }
    }
}

/// Whether grants let somebody see the figures of a unit on a day, without working out everything that they see.
pub(crate) fn sees_figures(grants: &[Grant], unit: &UnitId, organisation: &Organisation, today: Date) -> bool {
    let code = organisation.unit(unit.as_str());
    grants.iter().any(|grant| match grant {
        Grant::Everywhere(_) => true,
        Grant::In(_, top) => {
            let top = organisation.unit(top.as_str());
            code.zip(top).is_some_and(|(unit, top)| organisation.path(unit, today).contains(&top))
        }
        Grant::Own(_) => false,
    })
}

/// What could not be written into the audit trail.
#[derive(Debug, Clone, Error)]
#[error("the audit trail cannot be written, and what is not recorded is not shown: {0}")]
pub struct NotRecorded(pub String);

/// Takes down who looked at which people.
#[async_trait]
pub trait Trail: Send + Sync {
    /// Records a look and whom it was at, before anything is shown.
    async fn looked(&self, viewer: &Viewer, about: &str, at: &LookedAt) -> Result<(), NotRecorded>;
}

#[cfg(test)]
mod tests {
    use evenkeel_model::organisation::UnitStretch;
    use jiff::civil::date;

    use super::*;

    /// A bank with two branches, one with two teams.
    fn organisation() -> Organisation {
        let unit = |id: &str, parent: Option<&str>| UnitStretch {
            id: UnitId::new(id),
            name: id.to_uppercase(),
            kind: if parent.is_none() { "organisation" } else { "branch" }.to_owned(),
            parent: parent.map(UnitId::new),
            time_zone: None,
            calendar: None,
            valid_from: Date::MIN,
            valid_to: None,
        };
        let units = vec![
            unit("bank", None),
            unit("east", Some("bank")),
            unit("west", Some("bank")),
            unit("west-1", Some("west")),
            unit("west-2", Some("west")),
        ];
        Organisation::build("Bank", units, Vec::new(), &[]).0
    }

    fn sight(grants: &[(&str, &str)], policy: PeoplePolicy) -> String {
        let organisation = organisation();
        let grants = grants.iter().map(|(role, over)| Grant::new(role, over).unwrap()).collect();
        let viewer = Viewer::User { sign_in: "x".to_owned(), grants };
        let sight = Sight::new(&viewer, &organisation, policy, date(2026, 11, 2));
        let names = |units: &mut dyn Iterator<Item = UnitCode>| {
            units.map(|unit| organisation.unit_id(unit).to_string()).collect::<Vec<_>>().join(",")
        };
        let reach = |reach: &Reach| match reach {
            Reach::Everywhere => "all".to_owned(),
            Reach::Only(units) => names(&mut units.iter().copied()),
        };
        format!(
            "figures {}; rows {}; people {}; tops {}",
            reach(&sight.figures),
            reach(&sight.rows),
            reach(&sight.people),
            names(&mut sight.tops.iter().copied())
        )
    }

    #[test]
    fn who_sees_a_unit_is_told_alike_for_one_and_for_all() {
        let organisation = organisation();
        let today = date(2026, 11, 2);
        for grants in [
            &[][..],
            &[("administrator", "")],
            &[("executive", "")],
            &[("viewer", "west")],
            &[("manager", "west-2"), ("viewer", "east")],
            &[("manager", "bank")],
            &[("agent", "E1")],
            &[("viewer", "gone")],
        ] {
            let grants: Vec<Grant> = grants.iter().map(|(role, over)| Grant::new(role, over).unwrap()).collect();
            let viewer = Viewer::User { sign_in: "x".to_owned(), grants: grants.clone() };
            let sight = Sight::new(&viewer, &organisation, PeoplePolicy::Off, today);
            for unit in organisation.units() {
                let id = organisation.unit_id(unit);
                let seen = sight.figures.holds(Some(unit));
                assert_eq!(sees_figures(&grants, id, &organisation, today), seen, "{grants:?} {id}");
            }
        }
    }

    #[test]
    fn what_roles_see() {
        let off = PeoplePolicy::Off;
        let coaching = PeoplePolicy::Coaching;
        for (grants, policy, seen) in [
            (&[("administrator", "")][..], coaching, "figures all; rows ; people ; tops bank"),
            (&[("insights", "")], coaching, "figures all; rows all; people ; tops bank"),
            (&[("executive", "")], coaching, "figures all; rows ; people ; tops bank"),
            (&[("manager", "west")], off, "figures west,west-1,west-2; rows west,west-1,west-2; people ; tops west"),
            (&[("manager", "east")], PeoplePolicy::OwnRecord, "figures east; rows east; people ; tops east"),
            (&[("manager", "east")], coaching, "figures east; rows east; people east; tops east"),
            (&[("manager", "bank")], coaching, "figures all; rows all; people all; tops bank"),
            (&[("viewer", "west-1")], coaching, "figures west-1; rows ; people ; tops west-1"),
            (&[("agent", "E1")], coaching, "figures ; rows ; people ; tops "),
            (&[("viewer", "gone")], coaching, "figures ; rows ; people ; tops "),
            // Grants add up, in whatever order.
            (
                &[("viewer", "west-2"), ("viewer", "west"), ("manager", "east")],
                coaching,
                "figures east,west,west-1,west-2; rows east; people east; tops west,east",
            ),
            (&[("manager", "east"), ("executive", "")], coaching, "figures all; rows east; people east; tops bank"),
        ] {
            assert_eq!(sight(grants, policy), seen, "{grants:?} {policy}");
        }
    }
}
