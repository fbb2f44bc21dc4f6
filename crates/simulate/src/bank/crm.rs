//! Exports of the customer relations system: tickets as they stand, and the log of everything that happened to them.

use std::collections::BTreeMap;

use crate::bank::cases::{self, Course, Matter, State};
use crate::bank::figures::Figures;
use crate::bank::hours::Hours;
use crate::bank::network::{PLACES, Reason};
use crate::bank::surveys::{Served, Surveys};
use crate::bank::{World, customers, staff, streams};
use crate::clock::{Day, Moment};
use crate::draw::Draw;
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const TICKETS: Layout = Layout {
    missing: "?",
    ..Layout::csv(
        ';',
        &[
            "number",
            "opened",
            "channel",
            "reason",
            "product",
            "priority",
            "customer",
            "unit",
            "owner",
            "state",
            "complaint",
            "tags",
            "revision",
        ],
    )
};
const LOG: Layout = Layout::ndjson(&["ticket", "seq", "at", "event", "by", "who", "public", "from", "to"]);

/// Of all cases, those that come back within a week are made from earlier ones.
const NEW_MATTERS: f64 = 0.75;

/// The exports of the customer relations system.
pub(crate) struct Crm {
    draw: Draw,
    tickets: Export,
    pub(crate) log: Export,
    opened: u64,
    today: Day,
    /// Matters that will come back, by the day on which they do.
    coming_back: BTreeMap<Day, Vec<Matter>>,
    /// The next ticket is exported twice: as it was at first, and as it is now.
    pub(crate) repeat_next: bool,
    pub(crate) repeated: Vec<(String, u64)>,
}

impl Crm {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World) -> Result<Self, Error> {
        Ok(Self {
            draw: Draw::new(world.seed, streams::CASES),
            tickets: Export::yearly(sink, "raw/crm/tickets", "csv", world.years(), Form::Plain, TICKETS)?,
            log: Export::yearly(sink, "raw/crm/log", "ndjson", world.years(), Form::Plain, LOG)?,
            opened: 0,
            today: world.first,
            coming_back: BTreeMap::new(),
            repeat_next: false,
            repeated: Vec::new(),
        })
    }

    /// Opens the cases of a day.
    pub(crate) fn day(
        &mut self,
        world: &World,
        day: Day,
        surveys: &mut Surveys,
        figures: &mut Figures,
    ) -> Result<(), Error> {
        self.today = day;
        let mut matters = self.coming_back.remove(&day).unwrap_or_default();
        for (position, place) in PLACES.iter().enumerate() {
            let busy = world.busy(place.hours, day);
            let count = self.draw.poisson(place.cases * NEW_MATTERS * world.scale / 30.4 * busy);
            for _ in 0..count {
                matters.push(new_matter(world, &mut self.draw, position, day));
            }
        }
        matters.retain(|matter| matter.opened.day <= world.last);
        matters.sort_by_key(|matter| matter.opened);
        for matter in matters {
            let course = cases::run(world, &mut self.draw, matter);
            self.export(world, &matter, &course, surveys)?;
            figures.count_contact(matter.place);
        }
        Ok(())
    }

    fn export(&mut self, world: &World, matter: &Matter, course: &Course, surveys: &mut Surveys) -> Result<(), Error> {
        self.opened += 1;
        let ticket = format!("T{}", 100_000 + self.opened);
        let known = course.events.partition_point(|event| event.at.day <= world.last);
        let events = &course.events[..known];
        let owner = events.iter().rev().find_map(|event| match event.action {
            cases::Action::Owner(_, to) => Some(to),
            _ => None,
        });
        let unit = events.iter().rev().find_map(|event| match event.action {
            cases::Action::Team(_, to) => Some(to),
            _ => None,
        });
        let state = events.iter().rev().find_map(|event| match event.action {
            cases::Action::State(_, to) => Some(to),
            _ => None,
        });
        let day = matter.opened.day;
        if std::mem::take(&mut self.repeat_next) {
            let line = self.ticket(day, &ticket, matter, (matter.place, None, State::New, 1))?;
            self.repeated.push((self.tickets.path(day).to_owned(), line));
        }
        let place = unit.unwrap_or(matter.place);
        self.ticket(day, &ticket, matter, (place, owner, state.unwrap_or(State::New), events.len()))?;
        for (position, event) in events.iter().enumerate() {
            let public = match event.action {
                cases::Action::Reply => Some(true),
                cases::Action::Note => Some(false),
                _ => None,
            };
            let (from, to) = event.action.change();
            self.log.row(
                day,
                &[
                    Cell::Text(&ticket),
                    Cell::Number(&(position + 1)),
                    Cell::Text(&event.at.utc()),
                    Cell::Text(&event.action.name()),
                    Cell::Text(&event.actor.kind()),
                    Cell::text(event.actor.id().as_ref()),
                    Cell::number(public.as_ref()),
                    Cell::text(from.as_ref()),
                    Cell::text(to.as_ref()),
                ],
            )?;
        }
        if course.solved.day <= world.last {
            self.follow_up(world, &ticket, matter, course, surveys)?;
        }
        Ok(())
    }

    fn ticket(
        &mut self,
        day: Day,
        ticket: &str,
        matter: &Matter,
        (place, owner, state, revision): (usize, Option<usize>, State, usize),
    ) -> Result<u64, Error> {
        let products = matter.reason.products();
        let product = products[(self.opened % products.len() as u64) as usize];
        let priority = if matter.complaint || matter.again { "High" } else { "Normal" };
        self.tickets.row(
            day,
            &[
                Cell::Text(&ticket),
                Cell::Text(&matter.opened.day_first()),
                Cell::Text(&matter.channel),
                Cell::Text(&matter.reason.name()),
                Cell::Text(&product),
                Cell::Text(&priority),
                Cell::text(matter.customer.map(customers::number).as_ref()),
                Cell::Text(&PLACES[place].id),
                Cell::text(owner.map(staff::number).as_ref()),
                Cell::Text(&state),
                Cell::Text(&if matter.complaint { "Y" } else { "N" }),
                Cell::text(matter.readdressed.then_some("card sent to old address").as_ref()),
                Cell::Number(&revision),
            ],
        )
    }

    /// What comes after a solution: a survey, or the customer again.
    fn follow_up(
        &mut self,
        world: &World,
        ticket: &str,
        matter: &Matter,
        course: &Course,
        surveys: &mut Surveys,
    ) -> Result<(), Error> {
        let Some(customer) = matter.customer else { return Ok(()) };
        let returns = self.draw.chance(cases::comes_back(matter, course));
        if returns {
            let opened = course.solved.plus(self.draw.between(0.2, 6.8) * 86_400.0);
            let hours = PLACES[course.place].hours;
            // The ticket opens when somebody is there to open it; a written one at any time.
            let written = matches!(matter.channel, "Email" | "Web");
            let opened = if written { opened } else { world.opening.after(hours, opened, 0.0) };
            if opened.since(course.solved) < 7 * 86_400 {
                let complaint = self.draw.chance(match matter.reason {
                    Reason::Dispute if !matter.readdressed => 0.3,
                    _ => 0.04,
                });
                let again = Matter { opened, complaint, place: course.place, again: true, ..*matter };
                self.coming_back.entry(opened.day.max(self.today.next())).or_default().push(again);
            }
        }
        if self.draw.chance(0.72) {
            let mut adjusted = 0.0;
            adjusted -= if returns { 0.08 } else { 0.0 };
            adjusted -= if course.reopened { 0.06 } else { 0.0 };
            surveys.ask(
                world,
                &Served {
                    reason: matter.reason,
                    channel: matter.channel,
                    ticket: Some(ticket),
                    contact: None,
                    customer,
                    person: course.solver,
                    place: course.place,
                    ended: course.solved,
                    adjusted,
                },
            )?;
        }
        Ok(())
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.tickets.close(written)?;
        self.log.close(written)
    }

    /// A row that no ticket system should have written.
    pub(crate) fn broken_ticket(&mut self, day: Day, number: &str, opened: &str) -> Result<(String, u64), Error> {
        let mut cells = [Cell::Missing; TICKETS.columns.len()];
        cells[0] = if number.is_empty() { Cell::Missing } else { Cell::Text(&number) };
        cells[1] = Cell::Text(&opened);
        cells[2] = Cell::Text(&"Email");
        cells[12] = Cell::Number(&1);
        let line = self.tickets.row(day, &cells)?;
        Ok((self.tickets.path(day).to_owned(), line))
    }

    /// A line that no log should have.
    pub(crate) fn broken_event(
        &mut self,
        at: Option<Moment>,
        day: Day,
        event: &str,
        by: &str,
    ) -> Result<(String, u64), Error> {
        let ticket = format!("T{}", 100_000 + self.opened.max(1));
        let line = self.log.row(
            day,
            &[
                Cell::Text(&ticket),
                Cell::Number(&(900 + event.len() + by.len())),
                Cell::text(at.map(Moment::utc).as_ref()),
                Cell::Text(&event),
                Cell::Text(&by),
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
            ],
        )?;
        Ok((self.log.path(day).to_owned(), line))
    }
}

fn new_matter(world: &World, draw: &mut Draw, position: usize, day: Day) -> Matter {
    let place = &PLACES[position];
    let mut mix = place.case_mix();
    let readdressed = world.story.readdressed(day);
    if readdressed {
        mix[3] *= super::story::MORE_DISPUTES;
    }
    let reason = Reason::ALL[draw.weighted(&mix)];
    let extra = readdressed && reason == Reason::Dispute && draw.chance(1.0 - 1.0 / super::story::MORE_DISPUTES);
    let channel = match place.hours {
        Hours::Branch => ["Branch", "Email", "Phone", "Web"][draw.weighted(&[0.66, 0.18, 0.10, 0.06])],
        Hours::ContactCentre => ["Branch", "Email", "Phone", "Web"][draw.weighted(&[0.0, 0.32, 0.42, 0.26])],
        Hours::Business => ["Branch", "Email", "Phone", "Web"][draw.weighted(&[0.10, 0.58, 0.32, 0.0])],
    };
    let written = matches!(channel, "Email" | "Web");
    let opened = match world.opening.on(place.hours, day) {
        Some((opens, closes)) if !written => day.at(opens + draw.below((closes - opens - 60) as usize) as i32),
        _ => day.at((draw.between(0.0, 1.0) * 16.0 * 3600.0) as i32 + 6 * 3600 + 1800),
    };
    let opened = if written { opened } else { world.opening.after(place.hours, opened, 0.0) };
    let branch = place.is_branch().then_some(position);
    let customer = (!draw.chance(0.03)).then(|| world.customers.someone(branch, day, draw));
    let complaint = draw.chance(match reason {
        _ if extra => 0.03,
        Reason::Dispute => 0.40,
        _ => 0.022,
    });
    Matter { place: position, reason, channel, customer, opened, complaint, readdressed: extra, again: false }
}
