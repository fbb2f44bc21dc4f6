//! Northmere Bank: twelve branches, a contact centre and business banking, over three years.
//!
//! # The planted story
//!
//! Months are counted back from the last one, so the story is the same for every end of the history. With the
//! history ending in October 2026:
//!
//! - **Engagement falls from April 2026.** The employee pulse lies three to five points below its usual 75 from then
//!   on. It wandered by two points before, and dipped by four points from November 2024 to January 2025.
//! - **Customer satisfaction follows four months later**, by half a point for each point of engagement: from August
//!   2026. The dip of 2024 was followed in the same way.
//! - **Coaching moves product knowledge** in the month after, by half a point for each point.
//! - **Greeters in six branches since December 2024** cut the wait at the counter by a quarter, and raise the share
//!   served within ten minutes. The other six branches have none and serve as the comparison.
//! - **The contact centre plans its own shifts since September 2025**: a fifth more of its people are satisfied with
//!   their work.
//! - **Contacts cost nine per cent less since May 2026.**
//! - **Cards go to old addresses from 6 October 2026**: disputes come up 1.7 times as often. They are rated as before, and
//!   their greater share alone pulls satisfaction down by almost a point.
//! - **Lakeside is truly worse** and **Castlegate truly better**, like for like. **Hartwell only looks worse**: it
//!   handles far more disputes than the others.
//! - **Retention is stable** at 91.8 % over twelve months, and nothing was planted in complaints, first-contact
//!   solutions, offers or goodwill.
//! - **Kingsford moved** from business banking to the branch network in April 2025.
//!
//! [`Truth`] holds the same as data.
//!
//! # The raw files
//!
//! | folder | system | what is awkward about it |
//! |---|---|---|
//! | `raw/hr` | personnel | `staff.csv` is windows-1252 with `;`, `31/10/2026` and Windows line ends |
//! | `raw/core` | core banking | town `?` where unknown; one customer twice |
//! | `raw/crm` | customer relations | tickets with `;`, `31/10/2026 16:52` in local time and `?`; the log as NDJSON in UTC; a few tickets twice, in two states |
//! | `raw/counter` | ticket machines | local times without a zone, own branch codes |
//! | `raw/phone` | telephone system | UTC, own logins for people and own queues for teams |
//! | `raw/survey` | survey tool | one wide row per message; `n/a`; the pulse knows no people |
//! | `raw/learning`, `raw/quality` | courses, tests, reviews, mystery shops | two ways of writing dates |
//! | `raw/sales` | contracts and offers | a heading with a blank in it |
//! | `raw/figures` | sheets that people type | two lines above the headings |
//!
//! Past years of the large exports are compressed with gzip; the telephone system compresses all of them.

mod cases;
mod contacts;
mod crm;
mod customers;
mod faults;
mod figures;
mod hours;
mod learning;
mod names;
mod network;
mod registers;
mod sales;
mod staff;
mod story;
mod surveys;

use std::ops::RangeInclusive;

use jiff::civil::Date;

pub use faults::{ExpectedReject, RepeatedKey};
pub use story::{BranchTruth, Change, Effect, Link, PersonTruth, Stable, Truth};

use crate::bank::contacts::{Counters, Telephone};
use crate::bank::crm::Crm;
use crate::bank::customers::Customers;
use crate::bank::faults::Faults;
use crate::bank::figures::Figures;
use crate::bank::hours::{Hours, OpeningHours};
use crate::bank::learning::{Certificates, Quality};
use crate::bank::sales::Sales;
use crate::bank::staff::Staff;
use crate::bank::story::Story;
use crate::bank::surveys::Surveys;
use crate::clock::{Day, Month};
use crate::raw::WrittenFile;
use crate::sink::{Error, Sink};

/// Months of history.
const MONTHS: i32 = 36;

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Equal seeds, with equal other settings, give equal files.
    pub seed: u64,
    /// Multiplies volumes. 1 is a demonstration of about 52,000 cases; above 1 the staff grows too.
    pub scale: f64,
    /// The last day of the history, which begins 36 months before the end of its month.
    pub last_day: Date,
}

impl Settings {
    /// The bank of the worked example: scale 1, to the end of October 2026.
    #[must_use]
    pub fn demonstration() -> Self {
        Self { seed: 20, scale: 1.0, last_day: Date::constant(2026, 10, 31) }
    }
}

/// What was written, and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The files, in the order of their paths.
    pub files: Vec<WrittenFile>,
    /// The planted truth.
    pub truth: Truth,
    /// The rows that an import has to turn down; no others.
    pub rejects: Vec<ExpectedReject>,
    /// The rows whose key stands in another row too.
    pub repeated: Vec<RepeatedKey>,
}

/// Which stream of random draws belongs to which part.
mod streams {
    pub(super) const STAFF: u64 = 1;
    pub(super) const CASES: u64 = 2;
    pub(super) const MESSAGES: u64 = 3;
    pub(super) const VISITS: u64 = 4;
    pub(super) const CALLS: u64 = 5;
    pub(super) const LEARNING: u64 = 6;
    pub(super) const QUALITY: u64 = 7;
    pub(super) const SALES: u64 = 8;
    pub(super) const FIGURES: u64 = 9;
    pub(super) const RELATIONSHIP: u64 = 10;
    pub(super) const PULSE: u64 = 11;
}

/// Everything that the parts of the simulation have in common.
struct World {
    seed: u64,
    scale: f64,
    first: Day,
    last: Day,
    story: Story,
    opening: OpeningHours,
    staff: Staff,
    customers: Customers,
}

impl World {
    fn new(settings: &Settings) -> Result<Self, Error> {
        let outside = |setting, value: String, range| Err(Error::Setting { setting, value, range });
        if !(settings.scale > 0.0 && settings.scale <= 1000.0) {
            return outside("scale", settings.scale.to_string(), "0 (exclusive) to 1000");
        }
        if !(2010..=2100).contains(&settings.last_day.year()) {
            return outside("last day", settings.last_day.to_string(), "the years 2010 to 2100");
        }
        let last = Day::of(settings.last_day);
        let first_month = last.month().plus(1 - MONTHS);
        let first = first_month.first_day();
        Ok(Self {
            seed: settings.seed,
            scale: settings.scale,
            first,
            last,
            story: Story::ending(last),
            opening: OpeningHours::new(first.year()..=last.year() + 1),
            staff: Staff::new(settings.seed, settings.scale, first_month, last),
            customers: Customers::new(settings.seed, settings.scale, first_month),
        })
    }

    fn years(&self) -> RangeInclusive<i32> {
        self.first.year()..=self.last.year()
    }

    /// How busy a day is, against an average day: by weekday, season, and whether it is a holiday.
    fn busy(&self, hours: Hours, day: Day) -> f64 {
        const SEASON: [f64; 12] = [1.07, 1.0, 1.02, 1.0, 0.98, 0.98, 0.96, 0.93, 1.0, 1.02, 1.04, 1.0];
        let week = match hours {
            Hours::Branch => [1.32, 1.15, 1.09, 1.15, 1.38, 0.86, 0.05],
            Hours::ContactCentre => [1.42, 1.16, 1.10, 1.05, 1.05, 0.74, 0.48],
            Hours::Business => [1.58, 1.40, 1.31, 1.31, 1.20, 0.10, 0.10],
        };
        let weekday = if self.opening.on(hours, day).is_none() { 0.1 } else { week[day.weekday() as usize - 1] };
        let payday = if (24..=28).contains(&day.day_of_month()) { 1.08 } else { 0.985 };
        weekday * payday * SEASON[day.month().of_year() as usize - 1]
    }
}

/// Writes all raw files of the bank to the sink.
pub fn simulate(settings: &Settings, sink: &mut dyn Sink) -> Result<Outcome, Error> {
    let world = World::new(settings)?;
    let mut written = Vec::new();
    let mut faults = Faults::default();
    registers::write(sink, &world, &mut written, &mut faults)?;
    let certificates = Certificates::new(&world);
    certificates.write(sink, &world, &mut written, &mut faults)?;
    let mut bank = Systems {
        surveys: Surveys::create(sink, &world)?,
        figures: Figures::create(sink, &world)?,
        crm: Crm::create(sink, &world)?,
        counters: Counters::create(sink, &world, &mut written)?,
        telephone: Telephone::create(sink, &world, &mut written)?,
        sales: Sales::create(sink, &world)?,
        quality: Quality::create(sink, &world)?,
        certificates,
    };
    let mut day = world.first;
    while day <= world.last {
        bank.break_something(&world, day, &mut faults)?;
        bank.day(&world, day)?;
        if day == day.month().last_day() {
            bank.month(&world, day.month())?;
        }
        day = day.next();
    }
    let Faults { rejects, mut repeated } = faults;
    repeated.extend(bank.repeated());
    bank.close(&mut written)?;
    written.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Outcome { files: written, truth: world.story.truth(&world.staff), rejects, repeated })
}

/// The systems of the bank that record something every day or month.
struct Systems {
    surveys: Surveys,
    figures: Figures,
    crm: Crm,
    counters: Counters,
    telephone: Telephone,
    sales: Sales,
    quality: Quality,
    certificates: Certificates,
}

impl Systems {
    fn day(&mut self, world: &World, day: Day) -> Result<(), Error> {
        self.counters.day(world, day, &mut self.surveys, &mut self.figures)?;
        self.telephone.day(world, day, &mut self.surveys, &mut self.figures)?;
        self.crm.day(world, day, &mut self.surveys, &mut self.figures)?;
        self.sales.day(world, day)
    }

    fn month(&mut self, world: &World, month: Month) -> Result<(), Error> {
        self.quality.month(world, month)?;
        self.surveys.pulse_wave(world, month)?;
        if month.of_year() % 3 == 1 {
            self.surveys.relationship_wave(world, month)?;
        }
        self.sales.month(world, month)?;
        self.figures.month(world, month, &self.certificates)
    }

    /// Writes the rows that are broken on purpose, each some days before the end.
    fn break_something(&mut self, world: &World, day: Day, faults: &mut Faults) -> Result<(), Error> {
        match world.last.0 - day.0 {
            120 | 77 | 41 => self.crm.repeat_next = true,
            35 => self.surveys.repeat_next = true,
            28 => {
                let value = "31/02/2026 09:15";
                let place = self.crm.broken_ticket(day, "T999001", value)?;
                faults.reject(place, ("cases", "opened_at", value, "bad_instant"));
            }
            27 => {
                let place = self.crm.broken_ticket(day, "", &day.at(34_000).day_first().to_string())?;
                faults.reject(place, ("cases", "case_id", "", "missing_key"));
            }
            24 => {
                let place = self.crm.broken_event(Some(day.at(40_000)), day, "dictated", "agent")?;
                faults.reject(place, ("case_events", "kind", "dictated", "unknown_value"));
            }
            23 => {
                let place = self.crm.broken_event(None, day, "note", "agent")?;
                faults.reject(place, ("case_events", "at", "", "missing_value"));
            }
            22 => {
                let place = self.crm.broken_event(Some(day.at(41_000)), day, "reply", "robot")?;
                faults.reject(place, ("case_events", "actor_kind", "robot", "unknown_value"));
            }
            19 => {
                let value = "2026-13-05T10:00:00";
                let place = self.counters.broken_visit(day, value)?;
                faults.reject(place, ("calls", "offered_at", value, "bad_instant"));
            }
            16 => {
                let place = self.telephone.broken_call(day.at(45_000), "12s")?;
                faults.reject(place, ("calls", "hold_s", "12s", "bad_number"));
            }
            13 => {
                let place = self.surveys.broken_score(day, "11")?;
                faults.reject(place, ("responses", "score", "11", "out_of_scale"));
            }
            10 => {
                let value = "2026-02-30T11:00:00";
                let place = self.quality.broken_test(day, value)?;
                faults.reject(place, ("evaluations", "at", value, "bad_instant"));
            }
            7 => {
                let place = self.sales.broken_order(day, "about 900")?;
                faults.reject(place, ("orders", "amount", "about 900", "bad_number"));
            }
            _ => {}
        }
        Ok(())
    }

    fn repeated(&mut self) -> Vec<RepeatedKey> {
        let tickets = std::mem::take(&mut self.crm.repeated).into_iter().map(|place| (place, "cases"));
        let answers = std::mem::take(&mut self.surveys.repeated).into_iter().map(|place| (place, "responses"));
        tickets.chain(answers).map(|((file, line), table)| RepeatedKey { file, line, table }).collect()
    }

    fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.surveys.close(written)?;
        self.figures.close(written)?;
        self.crm.close(written)?;
        self.counters.close(written)?;
        self.telephone.close(written)?;
        self.sales.close(written)?;
        self.quality.close(written)
    }
}
