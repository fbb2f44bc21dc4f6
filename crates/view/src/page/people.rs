//! The people whose records somebody may see because they lead them.

use askama::Template;
use serde::Serialize;

use crate::number::counted;
use crate::page::frame::{Frame, Link};

/// The people that somebody leads, by unit.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// What stands around it.
    pub frame: Frame,
    /// How many there are.
    pub headline: String,
    /// What the page is for.
    pub lead: &'static str,
    /// The units with their people.
    pub groups: Vec<PeopleGroup>,
}

/// The people of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeopleGroup {
    /// What people call the unit.
    pub unit: String,
    /// How many people there are: `5 people`.
    pub count: String,
    /// Each with the way to the record.
    pub people: Vec<Link>,
}

impl PeoplePage {
    /// The page of some units with their people, in their order.
    #[must_use]
    pub fn new(frame: Frame, units: Vec<(String, Vec<Link>)>) -> Self {
        let total: usize = units.iter().map(|(_, people)| people.len()).sum();
        let group = |(unit, people): (String, Vec<Link>)| PeopleGroup {
            unit,
            count: counted(people.len() as u64, "people"),
            people,
        };
        Self {
            frame,
            headline: match total {
                0 => "Nobody is in your units today".to_owned(),
                _ => format!("{} in your units today", counted(total as u64, "people")),
            },
            lead: "The record of each: figures with their likely ranges, and every row behind them. Whoever it is of sees \
                   who looked. Names alone are not recorded as a look.",
            groups: units.into_iter().map(group).collect(),
        }
    }
}
