//! Figures that people type into a sheet each month: costs, goodwill, coaching, certificates, leavers.

use crate::bank::learning::Certificates;
use crate::bank::network::PLACES;
use crate::bank::staff::Seat;
use crate::bank::{World, streams};
use crate::clock::{Day, Month};
use crate::draw::Draw;
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const FINANCE: Layout = Layout {
    preamble: &["Northmere Bank: service figures of the month", "Typed by Finance. Pounds; contacts handled"],
    ..Layout::csv(';', &["month", "figure", "unit", "numerator", "denominator", "note", "entered by", "entered on"])
};
const PEOPLE: Layout = Layout {
    missing: "?",
    ..Layout::csv(',', &["month", "figure", "unit", "numerator", "denominator", "note", "entered_on"])
};

/// Agreement of colleagues when they tell the story of the bank, in the four waves so far, the last one last.
const STORY_COHESION: [u32; 4] = [1922, 1877, 1909, 1810];
const STORY_PAIRS: u32 = 3528;

/// Goodwill payments per contact in pounds.
const GOODWILL: f64 = 0.061;

/// The sheets, and the contacts handled so far this month.
pub(crate) struct Figures {
    draw: Draw,
    finance: Export,
    people: Export,
    contacts: [u32; PLACES.len()],
}

impl Figures {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World) -> Result<Self, Error> {
        Ok(Self {
            draw: Draw::new(world.seed, streams::FIGURES),
            finance: Export::single(sink, "raw/figures/finance.csv", Form::Plain, FINANCE)?,
            people: Export::single(sink, "raw/figures/people.csv", Form::Plain, PEOPLE)?,
            contacts: [0; PLACES.len()],
        })
    }

    pub(crate) fn count_contact(&mut self, place: usize) {
        self.contacts[place] += 1;
    }

    /// Closes a month.
    pub(crate) fn month(&mut self, world: &World, month: Month, certificates: &Certificates) -> Result<(), Error> {
        let day = month.last_day();
        self.finance(world, month, day)?;
        self.coaching(world, month, day)?;
        for (unit, current, required) in certificates.on(world, day) {
            self.type_in(month, "certification", unit, Some(f64::from(current)), Some(f64::from(required)))?;
        }
        let months_back = world.story.month_back(0).0 - month.0;
        if months_back % 3 == 0 {
            self.leavers(world, month, day)?;
            if let Some(&agreeing) = STORY_COHESION.iter().rev().nth(months_back as usize / 3) {
                let pairs = Some(f64::from(STORY_PAIRS));
                self.type_in(month, "story_cohesion", "branch-network", Some(f64::from(agreeing)), pairs)?;
            }
        }
        self.contacts = [0; PLACES.len()];
        Ok(())
    }

    fn finance(&mut self, world: &World, month: Month, day: Day) -> Result<(), Error> {
        let common = 1.0 + 0.007 * self.draw.normal();
        for (place, contacts) in PLACES.iter().zip(self.contacts) {
            if contacts == 0 {
                continue;
            }
            let count = f64::from(contacts);
            let cost = count * place.cost * world.story.cost(month) * common * (1.0 + 0.012 * self.draw.normal());
            let goodwill = count * GOODWILL * (1.0 + 0.2 * self.draw.normal());
            for (figure, amount, note) in [("cost_contact", cost, "direct and shared"), ("concession", goodwill, "")] {
                self.finance.row(
                    day,
                    &[
                        Cell::Text(&month),
                        Cell::Text(&figure),
                        Cell::Text(&place.id),
                        Cell::Number(&format_args!("{amount:.2}")),
                        Cell::Number(&contacts),
                        Cell::Text(&note),
                        Cell::Text(&"p.quinn"),
                        Cell::Text(&day.at(17 * 3600 + 20 * 60).day_first()),
                    ],
                )?;
            }
        }
        Ok(())
    }

    fn coaching(&mut self, world: &World, month: Month, day: Day) -> Result<(), Error> {
        let held_share = 0.882 + world.story.coaching(month);
        for (position, place) in PLACES.iter().enumerate() {
            let heads = world.staff.on(day).filter(|&(_, seat)| seat == Seat::Place(position)).count();
            let planned = 3 * heads as u32;
            let held = self.draw.successes(planned, held_share);
            // One manager was away for two months and reported nothing.
            let silent = place.id == "glenside" && (8..=9).contains(&(world.story.month_back(0).0 - month.0));
            let held = (!silent).then_some(f64::from(held));
            self.type_in(month, "coaching", place.id, held, Some(f64::from(planned)))?;
        }
        Ok(())
    }

    /// Resignations of the last three months against a quarter of the people, counted once a quarter: that many in a year.
    fn leavers(&mut self, world: &World, month: Month, day: Day) -> Result<(), Error> {
        let since = month.plus(-2).first_day();
        let units = PLACES.iter().map(|place| place.id).chain(super::network::OFFICES.iter().map(|office| office.id));
        for unit in units {
            let heads = world.staff.on(day).filter(|(_, seat)| seat.unit() == unit).count();
            let resigned = world.staff.people.iter().filter(|person| {
                let here = person.stints.last().is_some_and(|stint| stint.seat.unit() == unit);
                here && person.left.is_some_and(|(left, why)| why == "resigned" && since <= left && left <= day)
            });
            let (leavers, people) = (resigned.count() as f64, heads as f64 / 4.0);
            self.type_in(month, "attrition", unit, Some(leavers), Some(people))?;
        }
        Ok(())
    }

    fn type_in(
        &mut self,
        month: Month,
        figure: &str,
        unit: &str,
        numerator: Option<f64>,
        denominator: Option<f64>,
    ) -> Result<(), Error> {
        self.people.row(
            month.last_day(),
            &[
                Cell::Text(&month),
                Cell::Text(&figure),
                Cell::Text(&unit),
                Cell::number(numerator.as_ref()),
                Cell::number(denominator.as_ref()),
                Cell::Text(&numerator.map_or("not reported", |_| "")),
                Cell::Text(&month.last_day()),
            ],
        )?;
        Ok(())
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.finance.close(written)?;
        self.people.close(written)
    }
}
