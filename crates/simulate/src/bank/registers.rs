//! Registers that are exported whole: units, people, who sat where, opening hours, customers.

use crate::bank::faults::Faults;
use crate::bank::hours::Hours;
use crate::bank::network::{OFFICES, PLACES, parent};
use crate::bank::story::MOVE_MONTHS_BACK;
use crate::bank::{World, customers, names, staff};
use crate::clock::{Day, Month};
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const UNITS: Layout = Layout::csv(',', &["unit", "name", "kind", "parent", "hours", "from", "until"]);
const STAFF: Layout = Layout {
    missing: "n/a",
    ..Layout::csv(';', &["staff no", "name", "email", "job", "grade", "joined", "left", "reason", "weekly hours"])
};
const ASSIGNMENTS: Layout = Layout::csv(',', &["staff_no", "unit", "from", "until"]);
const OPENING: Layout = Layout::csv(',', &["calendar", "weekday", "opens", "closes"]);
const HOLIDAYS: Layout = Layout::csv(',', &["calendar", "day", "closed_from", "closed_to", "name"]);
const CUSTOMERS: Layout =
    Layout { missing: "?", ..Layout::csv(',', &["customer", "segment", "town", "branch", "since", "left"]) };
const MONTHS: Layout = Layout::csv(',', &["month", "last_day", "a_year_before"]);

/// The day from which everything that has no other date is valid.
const FOUNDED: &str = "2004-04-01";

pub(crate) fn write(
    sink: &mut dyn Sink,
    world: &World,
    written: &mut Vec<WrittenFile>,
    faults: &mut Faults,
) -> Result<(), Error> {
    units(sink, world)?.close(written)?;
    people(sink, world)?.close(written)?;
    assignments(sink, world)?.close(written)?;
    opening_hours(sink, world)?.close(written)?;
    holidays(sink, world)?.close(written)?;
    bank_customers(sink, world, faults)?.close(written)?;
    months(sink, world)?.close(written)
}

fn units(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/hr/units.csv", Form::Plain, UNITS)?;
    for office in &OFFICES {
        let hours = match office.id {
            "branch-network" => Some(Hours::Branch.name()),
            "contact-centre" => Some(Hours::ContactCentre.name()),
            "business-banking" => Some(Hours::Business.name()),
            _ => None,
        };
        file.row(
            world.first,
            &[
                Cell::Text(&office.id),
                Cell::Text(&office.name),
                Cell::Text(&office.kind),
                Cell::text(office.parent.as_ref()),
                Cell::text(hours.as_ref()),
                Cell::Text(&FOUNDED),
                Cell::Missing,
            ],
        )?;
    }
    for place in &PLACES {
        let mut stretch = |parent: &str, from: &str, until: Option<Day>| {
            file.row(
                world.first,
                &[
                    Cell::Text(&place.id),
                    Cell::Text(&place.name),
                    Cell::Text(&if place.is_branch() { "branch" } else { "team" }),
                    Cell::Text(&parent),
                    Cell::Text(&place.hours.name()),
                    Cell::Text(&from),
                    Cell::text(until.as_ref()),
                ],
            )
        };
        if place.id == "kingsford" {
            let moved = world.story.month_back(MOVE_MONTHS_BACK).first_day();
            stretch("business-banking", FOUNDED, Some(moved))?;
            stretch(parent(place), &moved.to_string(), None)?;
        } else {
            stretch(parent(place), FOUNDED, None)?;
        }
    }
    Ok(file)
}

fn people(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/hr/staff.csv", Form::Windows1252, STAFF)?;
    let slashed = |day: Day| {
        let (year, month, day) = day.parts();
        format!("{day:02}/{month:02}/{year}")
    };
    for (number, person) in world.staff.people.iter().enumerate() {
        file.row(
            world.first,
            &[
                Cell::Text(&staff::number(number)),
                Cell::Text(&person.name),
                Cell::Text(&format_args!("{}{}@northmere.example", names::plain(&person.name), number + 1)),
                Cell::Text(&person.job()),
                Cell::Text(&person.grade),
                Cell::Text(&slashed(person.joined)),
                Cell::text(person.left.map(|(left, _)| slashed(left)).as_ref()),
                Cell::text(person.left.map(|(_, reason)| reason).as_ref()),
                Cell::Number(&person.weekly_hours),
            ],
        )?;
    }
    Ok(file)
}

fn assignments(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/hr/assignments.csv", Form::Plain, ASSIGNMENTS)?;
    for (number, person) in world.staff.people.iter().enumerate() {
        for stint in &person.stints {
            file.row(
                world.first,
                &[
                    Cell::Text(&staff::number(number)),
                    Cell::Text(&stint.seat.unit()),
                    Cell::Text(&stint.from),
                    Cell::text(stint.until.as_ref()),
                ],
            )?;
        }
    }
    Ok(file)
}

/// Hours and minutes of a second of the day.
fn clock(second: i32) -> String {
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}

fn opening_hours(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/hr/opening_hours.csv", Form::Plain, OPENING)?;
    for hours in Hours::ALL {
        for weekday in 1..=7 {
            if let Some((opens, closes)) = hours.weekly(weekday) {
                file.row(
                    world.first,
                    &[
                        Cell::Text(&hours.name()),
                        Cell::Number(&weekday),
                        Cell::Text(&clock(opens)),
                        Cell::Text(&clock(closes)),
                    ],
                )?;
            }
        }
    }
    Ok(file)
}

fn holidays(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/hr/holidays.csv", Form::Plain, HOLIDAYS)?;
    for hours in Hours::ALL {
        for &(day, name) in world.opening.holidays() {
            let closed = match hours.on_holiday(name) {
                None => vec![(None, None)],
                Some((opens, closes)) => {
                    vec![(Some(clock(0)), Some(clock(opens))), (Some(clock(closes)), Some("24:00".to_owned()))]
                }
            };
            for (from, to) in closed {
                file.row(
                    world.first,
                    &[
                        Cell::Text(&hours.name()),
                        Cell::Text(&day),
                        Cell::text(from.as_ref()),
                        Cell::text(to.as_ref()),
                        Cell::Text(&name),
                    ],
                )?;
            }
        }
    }
    Ok(file)
}

fn bank_customers(sink: &mut dyn Sink, world: &World, faults: &mut Faults) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/core/customers.csv", Form::Plain, CUSTOMERS)?;
    let count = world.customers.until(world.last.month());
    // The first customer is exported twice, unchanged.
    for customer in (0..count).chain([0]) {
        let since = world.customers.since(customer);
        if since > world.last {
            continue;
        }
        let branch = world.customers.branch(customer);
        let known_town = customer % 41 != 0;
        let line = file.row(
            world.first,
            &[
                Cell::Text(&customers::number(customer)),
                Cell::Text(&world.customers.segment(customer)),
                Cell::text(known_town.then_some(PLACES[branch].name).as_ref()),
                Cell::Text(&PLACES[branch].id),
                Cell::Text(&since),
                Cell::text(world.customers.left(customer).filter(|&left| left <= world.last).as_ref()),
            ],
        )?;
        if customer == 0 && line > 2 {
            faults.repeat((file.path(world.first).to_owned(), line), "customers");
        }
    }
    Ok(file)
}

/// A sheet that Finance keeps: the last day of each month, and the same day a year before.
fn months(sink: &mut dyn Sink, world: &World) -> Result<Export, Error> {
    let mut file = Export::single(sink, "raw/core/months.csv", Form::Plain, MONTHS)?;
    let mut month: Month = world.first.month();
    while month.last_day() <= world.last {
        file.row(
            world.first,
            &[Cell::Text(&month), Cell::Text(&month.last_day()), Cell::Text(&month.plus(-12).last_day())],
        )?;
        month = month.plus(1);
    }
    Ok(file)
}
