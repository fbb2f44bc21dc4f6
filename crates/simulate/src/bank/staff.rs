//! The people of the bank: who works where and when, and how each differs from the others.

use crate::bank::names;
use crate::bank::network::{OFFICES, PLACES, Place};
use crate::clock::{Day, Month};
use crate::draw::Draw;

/// People who resign within a month; about 13.5 % in a year.
const RESIGNING: f64 = 0.0112;
/// People who leave for another reason within a month.
const RETIRING: f64 = 0.0011;
const CONTRACT_ENDING: f64 = 0.0011;
/// People who move to another place of the same kind within a month.
const MOVING: f64 = 0.004;
/// Months before the history in which people already come and go.
const RUN_UP: i32 = 6;

/// Where somebody sits: in one of the [`PLACES`] or in one of the [`OFFICES`] above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seat {
    Place(usize),
    Office(usize),
}

impl Seat {
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Seat::Place(place) => PLACES[place].id,
            Seat::Office(office) => OFFICES[office].id,
        }
    }
}

/// A stretch of time in one seat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stint {
    pub(crate) seat: Seat,
    pub(crate) from: Day,
    /// The first day on which it no longer held.
    pub(crate) until: Option<Day>,
}

impl Stint {
    fn covers(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// An employee.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) joined: Day,
    /// The last day, and why.
    pub(crate) left: Option<(Day, &'static str)>,
    /// The letter that HR uses: A is staff, D an executive.
    pub(crate) grade: char,
    pub(crate) weekly_hours: u32,
    pub(crate) stints: Vec<Stint>,
    /// How much more often than others' this person's customers are satisfied.
    pub(crate) service: f64,
    /// What the time for a piece of work is multiplied with.
    pub(crate) pace: f64,
    /// How much more often than others this person passes a test.
    pub(crate) knowledge: f64,
    /// How much more often than others this person answers a pulse favourably.
    pub(crate) outlook: f64,
}

impl Person {
    pub(crate) fn seat(&self, day: Day) -> Option<Seat> {
        self.stints.iter().find(|stint| stint.covers(day)).map(|stint| stint.seat)
    }

    fn last_stint(&mut self) -> &mut Stint {
        let last = self.stints.len() - 1;
        &mut self.stints[last]
    }

    pub(crate) fn job(&self) -> &'static str {
        match (self.grade, self.stints[0].seat) {
            ('D', _) => "Director",
            ('C', _) => "Area manager",
            ('B', Seat::Place(place)) if PLACES[place].is_branch() => "Branch manager",
            ('B', _) => "Team leader",
            (_, Seat::Place(place)) if PLACES[place].is_branch() => "Branch adviser",
            (_, Seat::Place(place)) if PLACES[place].calls > 0.0 => "Telephone adviser",
            _ => "Business adviser",
        }
    }
}

/// The number as it is written.
pub(crate) fn number(person: usize) -> String {
    format!("E{}", 1001 + person)
}

/// Everyone who worked for the bank at some time.
pub(crate) struct Staff {
    pub(crate) people: Vec<Person>,
    /// Everyone who was at a place at some time.
    members: Vec<Vec<usize>>,
}

impl Staff {
    pub(crate) fn new(seed: u64, scale: f64, first: Month, last_day: Day) -> Self {
        let mut draw = Draw::new(seed, super::streams::STAFF);
        let begin = first.plus(-RUN_UP);
        let mut people = Vec::new();
        let sit = |people: &mut Vec<Person>, seat: Seat, grade: char, draw: &mut Draw| {
            let joined = begin.first_day().plus(-(draw.between(20.0, 4000.0) as i32));
            people.push(hire(seat, grade, joined, draw));
        };
        for (position, office) in OFFICES.iter().enumerate() {
            for _ in 0..office.seats {
                let grade = if matches!(office.id, "northmere" | "retail") { 'D' } else { 'C' };
                sit(&mut people, Seat::Office(position), grade, &mut draw);
            }
        }
        for (position, place) in PLACES.iter().enumerate() {
            for seat in 0..seats(place, scale) {
                sit(&mut people, Seat::Place(position), if seat == 0 { 'B' } else { 'A' }, &mut draw);
            }
        }
        for month in 0..=last_day.month().0 - begin.0 {
            pass_month(&mut people, begin.plus(month), last_day, &mut draw);
        }
        let mut members = vec![Vec::new(); PLACES.len()];
        for (position, person) in people.iter().enumerate() {
            for stint in &person.stints {
                if let Seat::Place(place) = stint.seat {
                    members[place].push(position);
                }
            }
        }
        Self { people, members }
    }

    /// Whether the person works at the place on the day.
    pub(crate) fn works(&self, person: usize, place: usize, day: Day) -> bool {
        self.people[person].seat(day) == Some(Seat::Place(place))
    }

    /// Somebody who works at the place on the day.
    pub(crate) fn someone(&self, place: usize, day: Day, draw: &mut Draw) -> usize {
        let members = &self.members[place];
        for _ in 0..100 {
            let person = *draw.one_of(members);
            if self.works(person, place, day) {
                return person;
            }
        }
        members.iter().copied().find(|&person| self.works(person, place, day)).unwrap_or(members[0])
    }

    /// Everyone who sits somewhere on the day, with the seat.
    pub(crate) fn on(&self, day: Day) -> impl Iterator<Item = (usize, Seat)> + '_ {
        self.people.iter().enumerate().filter_map(move |(position, person)| Some((position, person.seat(day)?)))
    }
}

/// Seats of a place. Below scale 1 only volumes shrink: an organisation has a team or it does not.
fn seats(place: &Place, scale: f64) -> u32 {
    (f64::from(place.seats) * scale.max(1.0)) as u32
}

fn hire(seat: Seat, grade: char, joined: Day, draw: &mut Draw) -> Person {
    Person {
        name: names::name(draw),
        joined,
        left: None,
        grade,
        weekly_hours: *draw.one_of(&[35, 35, 35, 35, 28, 21]),
        stints: vec![Stint { seat, from: joined, until: None }],
        service: 0.022 * draw.normal(),
        pace: draw.skewed(1.0, 0.18),
        knowledge: 0.05 * draw.normal(),
        outlook: 0.12 * draw.normal(),
    }
}

/// A month goes by: some leave, and are followed by somebody new; some move to a place of the same kind. As many leave
/// in each month as should, and chance decides only who: what follows from leavers is stable, and known.
fn pass_month(people: &mut Vec<Person>, month: Month, last_day: Day, draw: &mut Draw) {
    let mut staying: Vec<usize> = (0..people.len())
        .filter(|&person| people[person].left.is_none() && people[person].joined.month() < month)
        .collect();
    let heads = staying.len() as f64;
    for (reason, share) in [("resigned", RESIGNING), ("retired", RETIRING), ("end of contract", CONTRACT_ENDING)] {
        for _ in 0..whole(heads * share, draw) {
            let leaver = staying.swap_remove(draw.below(staying.len()));
            let day = month.first_day().plus(draw.below(28) as i32);
            let joined = day.plus(5 + draw.below(40) as i32);
            if day <= last_day {
                let person = &mut people[leaver];
                person.left = Some((day, reason));
                let (seat, grade) = (person.last_stint().seat, person.grade);
                person.last_stint().until = Some(day.next());
                if joined <= last_day {
                    people.push(hire(seat, grade, joined, draw));
                }
            }
        }
    }
    for _ in 0..whole(heads * MOVING, draw) {
        let mover = *draw.one_of(&staying);
        let day = month.first_day().plus(draw.below(28) as i32);
        let person = &mut people[mover];
        let stint = person.last_stint();
        if let Seat::Place(place) = stint.seat
            && stint.from < month.first_day()
            && day <= last_day
            && person.grade == 'A'
        {
            let alike: Vec<usize> = (0..PLACES.len())
                .filter(|&other| other != place && PLACES[other].hours == PLACES[place].hours)
                .collect();
            // Nobody is hired for the empty seat: large places send more people than small ones and receive as many,
            // so none of them dies out.
            let seat = Seat::Place(*draw.one_of(&alike));
            person.last_stint().until = Some(day);
            person.stints.push(Stint { seat, from: day, until: None });
        }
    }
}

/// A whole number that is on average the given one.
fn whole(number: f64, draw: &mut Draw) -> u32 {
    (number + draw.unit()) as u32
}
