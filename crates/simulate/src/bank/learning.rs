//! Learning and quality: certificates that expire, knowledge tests, reviews of calls, mystery shops.

use crate::bank::faults::Faults;
use crate::bank::network::{PLACES, Place};
use crate::bank::staff::{self, Seat};
use crate::bank::{World, streams};
use crate::clock::{Day, Month};
use crate::draw::{Draw, evenly};
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

/// Everybody needs these, and each is valid for a year.
const REQUIRED_COURSES: [&str; 2] = ["Anti-money laundering", "Data protection"];

const CERTIFICATES: Layout =
    Layout::csv(';', &["staff_no", "course", "completed", "expires", "hours", "score", "passed"]);
const TESTS: Layout = Layout::csv(',', &["test", "staff_no", "taken", "topic", "correct", "questions"]);
const REVIEWS: Layout = Layout::csv(
    ';',
    &["review", "reviewed", "staff_no", "reviewer", "section", "item", "points", "possible", "critical"],
);
const SHOPS: Layout = Layout::csv(',', &["shop", "branch", "visited", "section", "item", "points", "possible"]);

const TOPICS: [&str; 4] = ["Mortgages", "Cards", "Savings", "Fraud"];
const REVIEW_ITEMS: [(&str, &str, u32, bool); 5] = [
    ("Conversation", "Greets and listens", 10, false),
    ("Conversation", "Plain words", 10, false),
    ("Solution", "Finds the cause", 20, false),
    ("Solution", "Says what happens next", 10, false),
    ("Compliance", "Checks who is calling", 10, true),
];
const SHOP_ITEMS: [(&str, &str, u32); 6] = [
    ("Arrival", "Greeted within a minute", 10),
    ("Arrival", "Branch tidy, leaflets in place", 5),
    ("Advice", "Asked about needs", 15),
    ("Advice", "Explained costs", 15),
    ("Advice", "Answer was right", 20),
    ("Close", "Offered a next step", 10),
];

/// Who completed which course when.
pub(crate) struct Certificates {
    completed: Vec<(usize, &'static str, Day)>,
}

impl Certificates {
    /// People renew a certificate shortly before it expires; about one in four is late.
    pub(crate) fn new(world: &World) -> Self {
        let mut draw = Draw::new(world.seed, streams::LEARNING);
        let mut completed = Vec::new();
        let earliest = world.first.plus(-330);
        for (position, person) in world.staff.people.iter().enumerate() {
            let until = person.left.map_or(world.last, |(left, _)| left);
            for course in REQUIRED_COURSES {
                let mut day = person.joined.plus(2 + draw.below(20) as i32);
                if day < earliest {
                    day = earliest.plus(draw.below(330) as i32);
                }
                while day <= until {
                    completed.push((position, course, day));
                    let late = draw.chance(0.30);
                    day = day.plus(365 + if late { draw.below(80) as i32 } else { -(draw.below(30) as i32) });
                }
            }
        }
        Self { completed }
    }

    pub(crate) fn write(
        &self,
        sink: &mut dyn Sink,
        world: &World,
        written: &mut Vec<WrittenFile>,
        faults: &mut Faults,
    ) -> Result<(), Error> {
        let mut file = Export::single(sink, "raw/learning/certificates.csv", Form::Plain, CERTIFICATES)?;
        for &(person, course, day) in &self.completed {
            let score = 80 + (person as i32 * 7 + day.0) % 21;
            file.row(
                day,
                &[
                    Cell::Text(&staff::number(person)),
                    Cell::Text(&course),
                    Cell::Text(&slashed(day)),
                    Cell::Text(&slashed(day.plus(365))),
                    Cell::Number(&"1.5"),
                    Cell::Number(&score),
                    Cell::Text(&"yes"),
                ],
            )?;
        }
        // A course without the day on which it was completed cannot be told from another one.
        let line = file.row(
            world.last,
            &[
                Cell::Text(&"E1005"),
                Cell::Text(&REQUIRED_COURSES[0]),
                Cell::Missing,
                Cell::Missing,
                Cell::Number(&"1.5"),
                Cell::Missing,
                Cell::Missing,
            ],
        )?;
        faults.reject((file.path(world.last).to_owned(), line), ("trainings", "completed_on", "", "missing_key"));
        file.close(written)
    }

    /// Certificates in date and certificates required, by unit.
    pub(crate) fn on(&self, world: &World, day: Day) -> Vec<(&'static str, u32, u32)> {
        let mut current = vec![0u32; world.staff.people.len()];
        for &(person, _, completed) in &self.completed {
            current[person] += u32::from(completed <= day && day < completed.plus(365));
        }
        let mut units: Vec<(&'static str, u32, u32)> = Vec::new();
        for (person, seat) in world.staff.on(day) {
            let required = REQUIRED_COURSES.len() as u32;
            let held = current[person].min(required);
            match units.iter_mut().find(|unit| unit.0 == seat.unit()) {
                Some(unit) => {
                    unit.1 += held;
                    unit.2 += required;
                }
                None => units.push((seat.unit(), held, required)),
            }
        }
        units
    }
}

fn slashed(day: Day) -> String {
    let (year, month, day) = day.parts();
    format!("{day:02}/{month:02}/{year}")
}

/// The exports of tests, reviews and mystery shops.
pub(crate) struct Quality {
    draw: Draw,
    tests: Export,
    reviews: Export,
    shops: Export,
    count: u64,
}

impl Quality {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World) -> Result<Self, Error> {
        Ok(Self {
            draw: Draw::new(world.seed, streams::QUALITY),
            tests: Export::single(sink, "raw/learning/tests.csv", Form::Plain, TESTS)?,
            reviews: Export::single(sink, "raw/quality/reviews.csv", Form::Plain, REVIEWS)?,
            shops: Export::single(sink, "raw/quality/mystery_shops.csv", Form::Plain, SHOPS)?,
            count: 0,
        })
    }

    /// Everybody takes a test each month, the contact centre has two calls each reviewed, each branch is visited.
    pub(crate) fn month(&mut self, world: &World, month: Month) -> Result<(), Error> {
        let middle = month.first_day().plus(9);
        for (person, seat) in world.staff.on(middle) {
            let day = middle.plus(self.draw.below(14) as i32);
            if world.staff.people[person].seat(day) != Some(seat) || self.draw.chance(0.05) {
                continue;
            }
            self.test(world, person, day, month)?;
            if let Seat::Place(place) = seat
                && PLACES[place].calls > 0.0
            {
                self.review(world, person, day)?;
                self.review(world, person, day.next())?;
            }
        }
        for place in PLACES.iter().filter(|place| place.is_branch()) {
            self.shop(place, middle)?;
        }
        Ok(())
    }

    fn test(&mut self, world: &World, person: usize, day: Day, month: Month) -> Result<(), Error> {
        let passes = 0.875 + world.staff.people[person].knowledge + world.story.knowledge(month);
        let lasting = evenly(world.seed, 50, person as u64);
        let lot = if self.draw.chance(0.6) { lasting } else { self.draw.unit() };
        let right = if lot < passes { 16 + self.draw.below(5) } else { 9 + self.draw.below(7) };
        let topic: &&str = self.draw.one_of(&TOPICS);
        let second = 10 * 3600 + self.draw.below(18_000) as i32;
        self.count += 1;
        self.tests.row(
            day,
            &[
                Cell::Text(&format!("K{:06}", self.count)),
                Cell::Text(&staff::number(person)),
                Cell::Text(&day.at(second).local()),
                Cell::Text(topic),
                Cell::Number(&right),
                Cell::Number(&20),
            ],
        )?;
        Ok(())
    }

    fn review(&mut self, world: &World, person: usize, day: Day) -> Result<(), Error> {
        self.count += 1;
        let review = format!("Q{:06}", self.count);
        let reviewer = self.draw.below(4);
        for (section, item, of, critical) in REVIEW_ITEMS {
            let good = 0.83 + 2.0 * world.staff.people[person].service;
            let points = if critical {
                of * u32::from(self.draw.chance(0.97))
            } else {
                self.draw.successes(of, good.clamp(0.1, 0.98))
            };
            self.reviews.row(
                day,
                &[
                    Cell::Text(&review),
                    Cell::Text(&day.at(15 * 3600).day_first()),
                    Cell::Text(&staff::number(person)),
                    Cell::Text(&format!("reviewer-{}", reviewer + 1)),
                    Cell::Text(&section),
                    Cell::Free(item),
                    Cell::Number(&points),
                    Cell::Number(&of),
                    Cell::Text(&if critical { "yes" } else { "no" }),
                ],
            )?;
        }
        Ok(())
    }

    fn shop(&mut self, place: &Place, middle: Day) -> Result<(), Error> {
        self.count += 1;
        let shop = format!("M{:06}", self.count);
        let day = middle.plus(self.draw.below(5) as i32);
        let visited = day.at(11 * 3600 + self.draw.below(7200) as i32).local();
        for (section, item, of) in SHOP_ITEMS {
            let points = self.draw.successes(of, (0.84 + place.like_for_like).clamp(0.1, 0.98));
            self.shops.row(
                day,
                &[
                    Cell::Text(&shop),
                    Cell::Text(&place.id),
                    Cell::Text(&visited),
                    Cell::Text(&section),
                    Cell::Free(item),
                    Cell::Number(&points),
                    Cell::Number(&of),
                ],
            )?;
        }
        Ok(())
    }

    /// A test on a day that February does not have.
    pub(crate) fn broken_test(&mut self, day: Day, taken: &str) -> Result<(String, u64), Error> {
        let line = self.tests.row(
            day,
            &[
                Cell::Text(&"K999999"),
                Cell::Text(&"E1010"),
                Cell::Text(&taken),
                Cell::Text(&TOPICS[0]),
                Cell::Number(&18),
                Cell::Number(&20),
            ],
        )?;
        Ok((self.tests.path(day).to_owned(), line))
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.tests.close(written)?;
        self.reviews.close(written)?;
        self.shops.close(written)
    }
}
