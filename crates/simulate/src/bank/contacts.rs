//! Counter visits and telephone calls, as ticket machines and the telephone system record them.

use crate::bank::figures::Figures;
use crate::bank::network::{PLACES, Reason};
use crate::bank::story::MORE_DISPUTES;
use crate::bank::surveys::{Served, Surveys};
use crate::bank::{World, customers, staff, streams};
use crate::clock::{Day, Moment};
use crate::draw::Draw;
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const VISITS: Layout = Layout {
    missing: "?",
    ..Layout::csv(
        ',',
        &["visit", "branch", "reason", "customer", "drawn", "called", "finished", "walked_out", "clerk", "passed_on"],
    )
};
const BRANCHES: Layout = Layout::csv(',', &["code", "unit"]);
const CALLS: Layout = Layout::csv(
    ',',
    &["call", "queue", "account", "offered", "answered", "ended", "abandoned", "hold", "wrap", "login", "transferred"],
);
const LOGINS: Layout = Layout::csv(',', &["login", "staff_no"]);
const QUEUES: Layout = Layout::csv(',', &["queue", "team"]);

/// The exports of the ticket machines in the branches.
pub(crate) struct Counters {
    draw: Draw,
    visits: Export,
    drawn: u64,
}

impl Counters {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World, written: &mut Vec<WrittenFile>) -> Result<Self, Error> {
        let mut codes = Export::single(sink, "raw/counter/branches.csv", Form::Plain, BRANCHES)?;
        for place in PLACES.iter().filter(|place| place.is_branch()) {
            codes.row(world.first, &[Cell::Text(&place.code), Cell::Text(&place.id)])?;
        }
        codes.close(written)?;
        let visits = Export::yearly(sink, "raw/counter/visits", "csv", world.years(), Form::Plain, VISITS)?;
        Ok(Self { draw: Draw::new(world.seed, streams::VISITS), visits, drawn: 0 })
    }

    pub(crate) fn day(
        &mut self,
        world: &World,
        day: Day,
        surveys: &mut Surveys,
        figures: &mut Figures,
    ) -> Result<(), Error> {
        for (position, place) in PLACES.iter().enumerate().filter(|(_, place)| place.is_branch()) {
            let Some((opens, closes)) = world.opening.on(place.hours, day) else { continue };
            let mean = place.visits * world.scale / 30.4 * world.busy(place.hours, day);
            let count = self.draw.poisson(mean);
            let mut arrivals: Vec<i32> = (0..count).map(|_| arrival(&mut self.draw, opens, closes, 45_000.0)).collect();
            arrivals.sort_unstable();
            for second in arrivals {
                self.visit(world, position, day.at(second), surveys, figures)?;
            }
        }
        Ok(())
    }

    fn visit(
        &mut self,
        world: &World,
        position: usize,
        drawn: Moment,
        surveys: &mut Surveys,
        figures: &mut Figures,
    ) -> Result<(), Error> {
        let place = &PLACES[position];
        let draw = &mut self.draw;
        let mut mix = place.mix;
        if world.story.readdressed(drawn.day) {
            mix[3] *= MORE_DISPUTES;
        }
        let reason = Reason::ALL[draw.weighted(&mix)];
        let noon = (41_400..48_600).contains(&drawn.second);
        let busy = if noon || drawn.day.weekday() == 6 { 1.25 } else { 0.92 };
        let wait = draw.skewed(255.0, 0.88) * busy * world.story.wait(place.greeter, drawn.day.month());
        let patience = draw.skewed(2400.0, 0.6);
        let customer = (!draw.chance(0.12)).then(|| world.customers.someone(Some(position), drawn.day, draw));
        self.drawn += 1;
        let visit = format!("V{:07}", self.drawn);
        if wait > patience {
            return self.write(
                &visit,
                position,
                reason,
                customer,
                (drawn, None, None, Some(drawn.plus(patience))),
                None,
            );
        }
        let person = world.staff.someone(position, drawn.day, draw);
        let minutes = match reason {
            Reason::Counter => 4.0,
            Reason::Dispute => 12.0,
            _ => 18.0,
        };
        let served = drawn.plus(wait);
        let finished = served.plus(draw.skewed(minutes * 60.0, 0.5) * world.staff.people[person].pace);
        let passed_on = draw.chance(0.05);
        let times = (drawn, Some(served), Some(finished), None);
        self.write(&visit, position, reason, customer, times, Some((person, passed_on)))?;
        figures.count_contact(position);
        if let Some(customer) = customer
            && self.draw.chance(0.6)
        {
            surveys.ask(
                world,
                &Served {
                    reason,
                    channel: "Branch",
                    ticket: None,
                    contact: Some(&visit),
                    customer,
                    person,
                    place: position,
                    ended: finished,
                    adjusted: if wait > 600.0 { -0.05 } else { 0.008 },
                },
            )?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        visit: &str,
        position: usize,
        reason: Reason,
        customer: Option<u64>,
        (drawn, served, finished, left): (Moment, Option<Moment>, Option<Moment>, Option<Moment>),
        clerk: Option<(usize, bool)>,
    ) -> Result<(), Error> {
        self.visits.row(
            drawn.day,
            &[
                Cell::Text(&visit),
                Cell::Text(&PLACES[position].code),
                Cell::Text(&reason.name()),
                Cell::text(customer.map(customers::number).as_ref()),
                Cell::Text(&drawn.local()),
                Cell::text(served.map(Moment::local).as_ref()),
                Cell::text(finished.map(Moment::local).as_ref()),
                Cell::text(left.map(Moment::local).as_ref()),
                Cell::text(clerk.map(|(person, _)| staff::number(person)).as_ref()),
                Cell::text(clerk.map(|(_, passed_on)| if passed_on { "yes" } else { "no" }).as_ref()),
            ],
        )?;
        Ok(())
    }

    /// A visit in a month that no calendar has.
    pub(crate) fn broken_visit(&mut self, day: Day, drawn: &str) -> Result<(String, u64), Error> {
        let mut cells = [Cell::Missing; VISITS.columns.len()];
        cells[0] = Cell::Text(&"V9999999");
        cells[1] = Cell::Text(&"BR01");
        cells[4] = Cell::Text(&drawn);
        let line = self.visits.row(day, &cells)?;
        Ok((self.visits.path(day).to_owned(), line))
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.visits.close(written)
    }
}

/// The exports of the telephone system.
pub(crate) struct Telephone {
    draw: Draw,
    calls: Export,
    offered: u64,
}

impl Telephone {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World, written: &mut Vec<WrittenFile>) -> Result<Self, Error> {
        let mut queues = Export::single(sink, "raw/phone/queues.csv", Form::Plain, QUEUES)?;
        for place in PLACES.iter().filter(|place| place.calls > 0.0) {
            queues.row(world.first, &[Cell::Text(&place.code), Cell::Text(&place.id)])?;
        }
        queues.close(written)?;
        let mut logins = Export::single(sink, "raw/phone/logins.csv", Form::Plain, LOGINS)?;
        for person in 0..world.staff.people.len() {
            logins.row(world.first, &[Cell::Text(&login(person)), Cell::Text(&staff::number(person))])?;
        }
        logins.close(written)?;
        let calls = Export::yearly(sink, "raw/phone/calls", "csv", world.years(), Form::Gzip, CALLS)?;
        Ok(Self { draw: Draw::new(world.seed, streams::CALLS), calls, offered: 0 })
    }

    pub(crate) fn day(
        &mut self,
        world: &World,
        day: Day,
        surveys: &mut Surveys,
        figures: &mut Figures,
    ) -> Result<(), Error> {
        for (position, place) in PLACES.iter().enumerate().filter(|(_, place)| place.calls > 0.0) {
            let Some((opens, closes)) = world.opening.on(place.hours, day) else { continue };
            let count = self.draw.poisson(place.calls * world.scale / 30.4 * world.busy(place.hours, day));
            let mut arrivals: Vec<i32> = (0..count).map(|_| arrival(&mut self.draw, opens, closes, 37_800.0)).collect();
            arrivals.sort_unstable();
            for second in arrivals {
                self.call(world, position, day.at(second), surveys, figures)?;
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        world: &World,
        position: usize,
        offered: Moment,
        surveys: &mut Surveys,
        figures: &mut Figures,
    ) -> Result<(), Error> {
        let draw = &mut self.draw;
        let mut mix = PLACES[position].mix;
        if world.story.readdressed(offered.day) {
            mix[3] *= MORE_DISPUTES;
        }
        let reason = Reason::ALL[draw.weighted(&mix)];
        let at_once = draw.chance(0.64);
        let wait = if at_once { draw.between(3.0, 11.0) } else { draw.skewed(24.0, 1.0) };
        let patience = draw.skewed(170.0, 0.9);
        let customer = (!draw.chance(0.08)).then(|| world.customers.someone(None, offered.day, draw));
        self.offered += 1;
        let call = format!("P{:07}", self.offered);
        let queue = PLACES[position].code;
        if wait > patience {
            let abandoned = offered.plus(patience);
            self.calls.row(
                offered.day,
                &[
                    Cell::Text(&call),
                    Cell::Text(&queue),
                    Cell::text(customer.map(customers::number).as_ref()),
                    Cell::Text(&offered.utc()),
                    Cell::Missing,
                    Cell::Missing,
                    Cell::Text(&abandoned.utc()),
                    Cell::Missing,
                    Cell::Missing,
                    Cell::Missing,
                    Cell::Missing,
                ],
            )?;
            return Ok(());
        }
        let person = world.staff.someone(position, offered.day, draw);
        let pace = world.staff.people[person].pace;
        let answered = offered.plus(wait);
        let hold = if draw.chance(0.22) { draw.skewed(48.0, 0.6) as u32 } else { 0 };
        let ended = answered.plus(draw.skewed(235.0, 0.55) * pace + f64::from(hold));
        let wrap = (draw.skewed(42.0, 0.5) * pace) as u32;
        let transferred = u8::from(draw.chance(0.09));
        let asked = draw.chance(0.5);
        self.calls.row(
            offered.day,
            &[
                Cell::Text(&call),
                Cell::Text(&queue),
                Cell::text(customer.map(customers::number).as_ref()),
                Cell::Text(&offered.utc()),
                Cell::Text(&answered.utc()),
                Cell::Text(&ended.utc()),
                Cell::Missing,
                Cell::Number(&hold),
                Cell::Number(&wrap),
                Cell::Text(&login(person)),
                Cell::Number(&transferred),
            ],
        )?;
        figures.count_contact(position);
        if let Some(customer) = customer
            && asked
        {
            surveys.ask(
                world,
                &Served {
                    reason,
                    channel: "Phone",
                    ticket: None,
                    contact: Some(&call),
                    customer,
                    person,
                    place: position,
                    ended,
                    adjusted: if wait > 120.0 { -0.06 } else { 0.0 },
                },
            )?;
        }
        Ok(())
    }

    /// A call whose time on hold is no number.
    pub(crate) fn broken_call(&mut self, at: Moment, hold: &str) -> Result<(String, u64), Error> {
        let mut cells = [Cell::Missing; CALLS.columns.len()];
        let offered = at.utc();
        cells[0] = Cell::Text(&"P9999999");
        cells[1] = Cell::Text(&"Q-CARDS");
        cells[3] = Cell::Text(&offered);
        cells[7] = Cell::Text(&hold);
        let line = self.calls.row(at.day, &cells)?;
        Ok((self.calls.path(at.day).to_owned(), line))
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.calls.close(written)
    }
}

/// The name under which somebody logs in to the telephone system.
fn login(person: usize) -> String {
    format!("agent{:04}", 4000 + person * 7)
}

/// A second of the opening hours: more often around the peak of the day than at other times.
fn arrival(draw: &mut Draw, opens: i32, closes: i32, peak: f64) -> i32 {
    let second = if draw.chance(0.5) {
        peak + 4500.0 * draw.normal()
    } else {
        draw.between(f64::from(opens), f64::from(closes))
    };
    // Those who come before the doors open, or after they close, come a little later or earlier.
    (second as i32).clamp(opens + draw.below(600) as i32, closes - 60 - draw.below(600) as i32)
}
