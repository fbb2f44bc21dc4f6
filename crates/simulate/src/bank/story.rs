//! The planted truth: what was put into the simulated data, by month.
//!
//! Dates are counted back from the last month, so that the story is the same for every end.

use jiff::civil::Date;

use crate::bank::network::PLACES;
use crate::bank::staff::{self, Staff};
use crate::clock::{Day, Month};

/// What is true of the simulated bank. Whatever is worked out from its data can be held against this.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// What changed, where, when and by how much.
    pub effects: Vec<Effect>,
    /// What moves what.
    pub links: Vec<Link>,
    /// The branches that are truly better or worse, or only look it.
    pub branches: Vec<BranchTruth>,
    /// How people differ in customer satisfaction.
    pub people: Vec<PersonTruth>,
    /// Figures about which nothing was planted: their long-run values.
    pub stable: Vec<Stable>,
}

/// A change that was put into the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The measure that it shows in.
    pub measure: &'static str,
    /// The units that it touches; the whole bank when empty.
    pub units: Vec<&'static str>,
    /// The first day.
    pub from: Date,
    /// How large it is.
    pub change: Change,
    /// In words.
    pub about: &'static str,
}

/// How large a change is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// So much of the former value: −0.25 is a quarter less.
    Relative(f64),
    /// So many points of a hundred.
    Points(f64),
}

/// One measure moves another.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The measure that moves first.
    pub from: &'static str,
    /// The measure that follows.
    pub to: &'static str,
    /// How many months later.
    pub months: u32,
    /// By how many points for each point of the first.
    pub size: f64,
}

/// How a branch differs from the network in customer satisfaction.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchTruth {
    /// The unit.
    pub unit: &'static str,
    /// By how many points with the same matter.
    pub like_for_like: f64,
    /// Whether its mix of matters makes it look clearly worse than that.
    pub looks_worse_by_mix: bool,
}

/// How a person differs from others in customer satisfaction.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonTruth {
    /// The number of the person, as the raw files have it.
    pub person: String,
    /// By how many points with the same matter in the same place.
    pub like_for_like: f64,
}

/// A figure about which nothing was planted.
#[derive(Debug, Clone, PartialEq)]
pub struct Stable {
    /// The measure.
    pub measure: &'static str,
    /// Its long-run value as it is shown: per cent, pounds, points.
    pub value: f64,
}

/// Points by which the engagement pulse lies above its long-run value, month by month; the last entry is the last
/// month. It wanders by a point or two, dips for three months two years ago, and falls from the seventh month before the end.
const ENGAGEMENT: [f64; 40] = [
    1.1, -0.6, 1.7, 0.4, 2.2, 0.3, -1.5, -0.4, 2.0, 0.8, -1.7, 1.3, 2.5, -0.3, 1.0, 2.1, -3.4, -4.3, -3.8, -0.6, 1.5,
    0.3, 2.4, 1.1, -1.3, 0.7, 1.8, -0.4, 1.3, 2.2, 0.1, 1.7, 0.6, -3.0, -4.2, -4.7, -4.3, -5.1, -4.6, -5.3,
];

/// Points by which the share of coaching sessions held lies above its long-run value.
const COACHING: [f64; 40] = [
    1.0, -2.0, 0.5, 3.0, -1.0, 2.5, -3.5, 0.0, 1.5, 4.0, -2.5, -4.0, 1.0, 3.5, -1.5, 2.0, -3.0, -5.0, 0.5, 2.5, 4.5,
    -0.5, -3.5, 1.0, -2.0, 3.0, 0.0, 2.5, -4.5, 1.5, -1.0, 3.5, -2.5, 0.5, 4.0, -3.0, 1.0, -2.5, -0.5, 0.0,
];

/// How many points of customer satisfaction follow one point of engagement, and after how many months.
const ENGAGEMENT_TO_SATISFACTION: (f64, i32) = (0.5, 4);
/// How many points of product knowledge follow one point of coaching, and after how many months.
const COACHING_TO_KNOWLEDGE: (f64, i32) = (0.5, 1);
const GREETER_WAIT: f64 = -0.25;
const ROTA_SATISFACTION: f64 = 0.20;
const CHEAPER_CONTACTS: f64 = -0.09;

pub(crate) const GREETER_MONTHS_BACK: i32 = 22;
const ROTA_MONTHS_BACK: i32 = 13;
const CHEAPER_MONTHS_BACK: i32 = 5;
const FALL_MONTHS_BACK: i32 = 6;
/// When one branch moved from business banking to the branch network.
pub(crate) const MOVE_MONTHS_BACK: i32 = 18;
/// The day of the last month from which cards went to old addresses.
const READDRESSED_FROM: i32 = 6;
/// How much more often disputes come up after that.
pub(crate) const MORE_DISPUTES: f64 = 1.7;

/// The planted truth, tied to the last month.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story {
    last: Month,
}

impl Story {
    pub(crate) fn ending(last_day: Day) -> Self {
        Self { last: last_day.month() }
    }

    pub(crate) fn month_back(self, months: i32) -> Month {
        self.last.plus(-months)
    }

    fn path(self, path: &[f64; 40], month: Month) -> f64 {
        let back = (self.last.0 - month.0).clamp(0, 39) as usize;
        path[39 - back] / 100.0
    }

    /// How much more often answers of the pulse are favourable in this month.
    pub(crate) fn engagement(self, month: Month) -> f64 {
        self.path(&ENGAGEMENT, month)
    }

    /// How much more often customers are satisfied in this month, because of the pulse four months before.
    pub(crate) fn satisfaction(self, month: Month) -> f64 {
        let (size, lag) = ENGAGEMENT_TO_SATISFACTION;
        size * self.engagement(month.plus(-lag))
    }

    /// How much more often a planned coaching session is held in this month.
    pub(crate) fn coaching(self, month: Month) -> f64 {
        self.path(&COACHING, month)
    }

    /// How much more often a test is passed in this month, because of the coaching in the month before.
    pub(crate) fn knowledge(self, month: Month) -> f64 {
        let (size, lag) = COACHING_TO_KNOWLEDGE;
        size * self.coaching(month.plus(-lag))
    }

    /// What the wait at the counter is multiplied with.
    pub(crate) fn wait(self, greeter: bool, month: Month) -> f64 {
        if greeter && month >= self.month_back(GREETER_MONTHS_BACK) { 1.0 + GREETER_WAIT } else { 1.0 }
    }

    /// What the share of satisfied staff of the contact centre is multiplied with.
    pub(crate) fn rota(self, month: Month) -> f64 {
        if month >= self.month_back(ROTA_MONTHS_BACK) { 1.0 + ROTA_SATISFACTION } else { 1.0 }
    }

    /// What the cost of a contact is multiplied with.
    pub(crate) fn cost(self, month: Month) -> f64 {
        if month >= self.month_back(CHEAPER_MONTHS_BACK) { 1.0 + CHEAPER_CONTACTS } else { 1.0 }
    }

    /// Whether cards have gone to old addresses, which brings disputes.
    pub(crate) fn readdressed(self, day: Day) -> bool {
        day.month() == self.last && day.day_of_month() >= READDRESSED_FROM
    }

    pub(crate) fn truth(self, staff: &Staff) -> Truth {
        let date = |month: Month, day: i32| {
            let (year, month, _) = month.first_day().parts();
            Date::constant(year as i16, month as i8, day as i8)
        };
        let back = |months: i32| date(self.month_back(months), 1);
        let with_greeter = PLACES.iter().filter(|place| place.greeter).map(|place| place.id).collect();
        let effects = vec![
            Effect {
                measure: "counter_wait",
                units: with_greeter,
                from: back(GREETER_MONTHS_BACK),
                change: Change::Relative(GREETER_WAIT),
                about: "A greeter at the door: waits at the counter are a quarter shorter, and more customers are served within 10 minutes.",
            },
            Effect {
                measure: "esat",
                units: vec!["contact-centre"],
                from: back(ROTA_MONTHS_BACK),
                change: Change::Relative(ROTA_SATISFACTION),
                about: "The contact centre plans its own shifts: a fifth more of its people are satisfied.",
            },
            Effect {
                measure: "engagement",
                units: vec![],
                from: back(FALL_MONTHS_BACK),
                change: Change::Points(mean(&ENGAGEMENT[33..])),
                about: "The engagement pulse falls and stays low.",
            },
            Effect {
                measure: "csat",
                units: vec![],
                from: back(FALL_MONTHS_BACK - ENGAGEMENT_TO_SATISFACTION.1),
                change: Change::Points(ENGAGEMENT_TO_SATISFACTION.0 * mean(&ENGAGEMENT[33..36])),
                about: "Customer satisfaction follows engagement four months later.",
            },
            Effect {
                measure: "csat",
                units: vec![],
                from: date(self.last, READDRESSED_FROM),
                change: Change::Points(-0.8),
                about: "Cards sent to old addresses bring more disputes. Disputes are rated as always; their greater share pulls satisfaction down by almost a point.",
            },
            Effect {
                measure: "cost_contact",
                units: vec![],
                from: back(CHEAPER_MONTHS_BACK),
                change: Change::Relative(CHEAPER_CONTACTS),
                about: "A contact costs less than before.",
            },
        ];
        let branches = PLACES
            .iter()
            .filter(|place| place.is_branch())
            .map(|place| BranchTruth {
                unit: place.id,
                like_for_like: place.like_for_like * 100.0,
                looks_worse_by_mix: place.mix[3] > 0.2,
            })
            .collect();
        let link = |from, to, (size, months): (f64, i32)| Link { from, to, months: months as u32, size };
        let stable = |measure, value| Stable { measure, value };
        Truth {
            effects,
            links: vec![
                link("engagement", "csat", ENGAGEMENT_TO_SATISFACTION),
                link("coaching", "product_knowledge", COACHING_TO_KNOWLEDGE),
            ],
            branches,
            people: staff
                .people
                .iter()
                .enumerate()
                .map(|(position, person)| PersonTruth {
                    person: staff::number(position),
                    like_for_like: person.service * 100.0,
                })
                .collect(),
            stable: vec![
                stable("retention", 91.8),
                stable("attrition", 13.5),
                stable("upsell", 12.4),
                stable("fcr_repeat", 74.5),
                stable("complaint_in_time", 90.5),
            ],
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
