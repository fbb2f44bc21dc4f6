//! The places of the bank: its tree of units, what each place is asked for, and how good it truly is.

use crate::bank::hours::Hours;

/// Why a customer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Counter,
    Account,
    Lending,
    Dispute,
    Cards,
    Online,
}

impl Reason {
    pub(crate) const ALL: [Reason; 6] =
        [Reason::Counter, Reason::Account, Reason::Lending, Reason::Dispute, Reason::Cards, Reason::Online];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Reason::Counter => "Counter service",
            Reason::Account => "Account opening",
            Reason::Lending => "Lending and mortgages",
            Reason::Dispute => "Disputes and complaints",
            Reason::Cards => "Cards and payments",
            Reason::Online => "Online access",
        }
    }

    /// The share of customers who answer 4 or 5 when nothing else plays a part.
    pub(crate) fn satisfied(self) -> f64 {
        match self {
            Reason::Counter => 0.892,
            Reason::Account => 0.845,
            Reason::Lending => 0.79,
            Reason::Dispute => 0.655,
            Reason::Cards => 0.89,
            Reason::Online => 0.86,
        }
    }

    pub(crate) fn products(self) -> &'static [&'static str] {
        match self {
            Reason::Counter | Reason::Online => &["Current account", "Savings"],
            Reason::Account => &["Current account", "Savings", "Business account"],
            Reason::Lending => &["Mortgage", "Personal loan"],
            Reason::Dispute => &["Credit card", "Current account", "Personal loan"],
            Reason::Cards => &["Credit card", "Debit card"],
        }
    }
}

/// A place where customers are served: a branch, or a team.
pub(crate) struct Place {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// The code that the ticket machines or the telephone system use for it.
    pub(crate) code: &'static str,
    pub(crate) hours: Hours,
    /// Seats at scale 1.
    pub(crate) seats: u32,
    /// Counter visits, telephone calls and cases in a month at scale 1.
    pub(crate) visits: f64,
    pub(crate) calls: f64,
    pub(crate) cases: f64,
    /// What they are about, in the order of [`Reason::ALL`].
    pub(crate) mix: [f64; 6],
    /// How much more often customers are satisfied here with the same matter.
    pub(crate) like_for_like: f64,
    /// Whether a greeter was put at the door.
    pub(crate) greeter: bool,
    /// What a contact costs here in pounds.
    pub(crate) cost: f64,
    /// How many of 100 customers have their account here.
    pub(crate) customers: u32,
}

impl Place {
    pub(crate) fn is_branch(&self) -> bool {
        self.hours == Hours::Branch
    }

    /// What cases are about. Counter service is done with when the customer leaves; a branch opens cases for the rest.
    pub(crate) fn case_mix(&self) -> [f64; 6] {
        if !self.is_branch() {
            return self.mix;
        }
        let [_, account, lending, dispute, ..] = self.mix;
        [0.0, account, lending, dispute * 1.1, 0.05, 0.0]
    }
}

const fn branch(
    (id, name, code): (&'static str, &'static str, &'static str),
    seats: u32,
    share: f64,
    mix: [f64; 6],
    like_for_like: f64,
    greeter: bool,
) -> Place {
    Place {
        id,
        name,
        code,
        hours: Hours::Branch,
        seats,
        visits: 4400.0 * share,
        calls: 0.0,
        cases: 640.0 * share,
        mix,
        like_for_like,
        greeter,
        cost: 6.1,
        customers: (share * 100.0) as u32,
    }
}

const fn team(
    (id, name, code): (&'static str, &'static str, &'static str),
    seats: u32,
    calls: f64,
    cases: f64,
    mix: [f64; 6],
) -> Place {
    Place {
        id,
        name,
        code,
        hours: Hours::ContactCentre,
        seats,
        visits: 0.0,
        calls,
        cases,
        mix,
        like_for_like: 0.0,
        greeter: false,
        cost: 4.15,
        customers: 0,
    }
}

const fn business(
    (id, name, code): (&'static str, &'static str, &'static str),
    seats: u32,
    cases: f64,
    mix: [f64; 6],
) -> Place {
    Place { hours: Hours::Business, cost: 9.8, ..team((id, name, code), seats, 0.0, cases, mix) }
}

const USUAL: [f64; 6] = [0.52, 0.22, 0.19, 0.07, 0.0, 0.0];
/// A town with an old estate agent's row: much lending.
const LENDING: [f64; 6] = [0.46, 0.21, 0.26, 0.07, 0.0, 0.0];
/// Next to the court and the debt advice centre: the branch looks worse than it is.
const DISPUTES: [f64; 6] = [0.20, 0.13, 0.33, 0.34, 0.0, 0.0];
/// By the university: many new accounts.
const ACCOUNTS: [f64; 6] = [0.50, 0.29, 0.15, 0.06, 0.0, 0.0];

/// The twelve branches, the four teams of the contact centre, and the two of business banking.
pub(crate) const PLACES: [Place; 18] = [
    branch(("ashgrove", "Ashgrove", "BR01"), 11, 0.10, USUAL, 0.0, true),
    branch(("birchwood", "Birchwood", "BR02"), 8, 0.05, USUAL, 0.0, false),
    branch(("castlegate", "Castlegate", "BR03"), 16, 0.15, USUAL, 0.065, true),
    branch(("dunmore", "Dunmore", "BR04"), 6, 0.03, ACCOUNTS, 0.01, false),
    branch(("eastquay", "Eastquay", "BR05"), 10, 0.08, LENDING, -0.01, true),
    branch(("fairholm", "Fairholm", "BR06"), 15, 0.13, USUAL, 0.0, false),
    branch(("glenside", "Glenside", "BR07"), 7, 0.04, USUAL, 0.0, true),
    branch(("hartwell", "Hartwell", "BR08"), 9, 0.07, DISPUTES, 0.0, false),
    branch(("inverlea", "Inverlea", "BR09"), 5, 0.02, LENDING, -0.01, false),
    branch(("jubilee-street", "Jubilee Street", "BR10"), 20, 0.19, ACCOUNTS, 0.01, true),
    branch(("kingsford", "Kingsford", "BR11"), 8, 0.05, USUAL, 0.02, true),
    branch(("lakeside", "Lakeside", "BR12"), 11, 0.09, USUAL, -0.13, false),
    team(("cc-everyday", "Everyday banking", "Q-EVERYDAY"), 13, 950.0, 190.0, [0.0, 0.35, 0.05, 0.10, 0.40, 0.10]),
    team(("cc-cards", "Cards and payments", "Q-CARDS"), 12, 850.0, 170.0, [0.0, 0.02, 0.0, 0.18, 0.75, 0.05]),
    team(("cc-lending", "Lending support", "Q-LENDING"), 11, 400.0, 130.0, [0.0, 0.05, 0.80, 0.15, 0.0, 0.0]),
    team(("cc-digital", "Digital help", "Q-DIGITAL"), 12, 700.0, 180.0, [0.0, 0.05, 0.0, 0.05, 0.20, 0.70]),
    business(("relationship-managers", "Relationship managers", "RM"), 9, 80.0, [0.0, 0.25, 0.45, 0.08, 0.22, 0.0]),
    business(("lending-desk", "Lending desk", "LD"), 8, 60.0, [0.0, 0.05, 0.85, 0.10, 0.0, 0.0]),
];

/// A unit above the places: identifier, name, kind, the unit above, and how many people sit there.
pub(crate) struct Office {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) parent: Option<&'static str>,
    pub(crate) seats: u32,
}

const fn office(
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    parent: Option<&'static str>,
    seats: u32,
) -> Office {
    Office { id, name, kind, parent, seats }
}

/// The units above the places, from the top down.
pub(crate) const OFFICES: [Office; 5] = [
    office("northmere", "Northmere Bank", "organisation", None, 2),
    office("retail", "Retail", "business_unit", Some("northmere"), 1),
    office("branch-network", "Branch network", "department", Some("retail"), 3),
    office("contact-centre", "Contact centre", "department", Some("retail"), 1),
    office("business-banking", "Business banking", "business_unit", Some("northmere"), 1),
];

/// The unit above a place today.
pub(crate) fn parent(place: &Place) -> &'static str {
    match place.hours {
        Hours::Branch => "branch-network",
        Hours::ContactCentre => "contact-centre",
        Hours::Business => "business-banking",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(PLACES.iter().map(|place| place.customers).sum::<u32>(), 100);
        for place in &PLACES {
            assert!((place.mix.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", place.id);
        }
    }
}
