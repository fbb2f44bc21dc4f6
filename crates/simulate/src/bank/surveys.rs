//! Surveys: the text message after a contact, the relationship survey, and the pulse among employees.

use crate::bank::network::{PLACES, Reason};
use crate::bank::staff::{Seat, number as staff_number};
use crate::bank::{World, customers, streams};
use crate::clock::{Day, Moment, Month};
use crate::draw::{Draw, evenly};
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const SMS: Layout = Layout {
    missing: "n/a",
    ..Layout::csv(
        ';',
        &[
            "id",
            "sent",
            "answered",
            "about",
            "channel",
            "ticket",
            "contact",
            "customer",
            "staff",
            "unit",
            "satisfied",
            "easy",
            "comment",
        ],
    )
};
const RELATIONSHIP: Layout =
    Layout::csv(',', &["form", "wave", "sent", "answered", "customer", "branch", "recommend", "satisfied", "stay"]);
const PULSE: Layout = Layout { missing: "?", ..Layout::csv(',', &["form", "wave", "unit", "statement", "answer"]) };

/// The statements of the pulse, and how often they are agreed to. The last one is the overall satisfaction.
const STATEMENTS: [(&str, f64); 6] = [
    ("I know what is expected of me", 0.86),
    ("I have what I need to serve customers well", 0.705),
    ("My manager helps me to get better", 0.74),
    ("I would recommend this bank as a place to work", 0.70),
    ("I may do what is right for the customer", 0.72),
    ("All in all, I am satisfied with my work", 0.735),
];

const GOOD: [&str; 8] = [
    "Called back the same day.",
    "Quick and friendly; thank you",
    "She explained the rates twice, patiently.",
    "No queue at all",
    "Sorted in five minutes",
    "He said \"leave it with me\" and he did.",
    "Very helpful",
    "Clear answer, no jargon",
];
const BAD: [&str; 8] = [
    "Explained my case to three people.",
    "No one could tell me when I get my money.",
    "Waited ages; nobody came",
    "Was told \"come back tomorrow\"",
    "The letter and the adviser said different things",
    "Still not solved",
    "Cut off twice",
    "Too many forms",
];

/// A contact that has ended and may be asked about.
pub(crate) struct Served<'a> {
    pub(crate) reason: Reason,
    pub(crate) channel: &'static str,
    pub(crate) ticket: Option<&'a str>,
    pub(crate) contact: Option<&'a str>,
    pub(crate) customer: u64,
    pub(crate) person: usize,
    pub(crate) place: usize,
    pub(crate) ended: Moment,
    /// How much more often than otherwise the customer is satisfied.
    pub(crate) adjusted: f64,
}

/// The exports of the survey tool.
pub(crate) struct Surveys {
    sms: Export,
    sms_draw: Draw,
    relationship: Export,
    relationship_draw: Draw,
    pulse: Export,
    pulse_draw: Draw,
    sent: u64,
    /// The next message is written twice.
    pub(crate) repeat_next: bool,
    pub(crate) repeated: Vec<(String, u64)>,
}

impl Surveys {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World) -> Result<Self, Error> {
        Ok(Self {
            sms: Export::yearly(sink, "raw/survey/sms", "csv", world.years(), Form::Plain, SMS)?,
            sms_draw: Draw::new(world.seed, streams::MESSAGES),
            relationship: Export::single(sink, "raw/survey/relationship.csv", Form::Plain, RELATIONSHIP)?,
            relationship_draw: Draw::new(world.seed, streams::RELATIONSHIP),
            pulse: Export::single(sink, "raw/survey/pulse.csv", Form::Plain, PULSE)?,
            pulse_draw: Draw::new(world.seed, streams::PULSE),
            sent: 0,
            repeat_next: false,
            repeated: Vec::new(),
        })
    }

    /// Sends the text message, and perhaps an answer comes back.
    pub(crate) fn ask(&mut self, world: &World, served: &Served<'_>) -> Result<(), Error> {
        let draw = &mut self.sms_draw;
        let minutes = draw.between(20.0, 180.0);
        let sent = served.ended.plus(minutes * 60.0);
        if sent.day > world.last {
            return Ok(());
        }
        let answered = sent.plus(draw.skewed(2400.0, 1.4));
        let answers = draw.chance(0.36) && answered.day <= world.last;
        let satisfied = (served.reason.satisfied()
            + PLACES[served.place].like_for_like
            + world.staff.people[served.person].service
            + world.story.satisfaction(served.ended.day.month())
            + served.adjusted)
            .clamp(0.02, 0.98);
        let score = if draw.chance(satisfied) { 4 + u8::from(draw.chance(0.62)) } else { unsatisfied(draw) };
        let easy_at_all = draw.chance((satisfied - 0.03).clamp(0.02, 0.98));
        let easy = if easy_at_all { 5 + draw.below(3) } else { 1 + draw.below(4) };
        let easy = served.ticket.map(|_| easy);
        let comment: Option<&str> = draw.chance(0.12).then(|| *draw.one_of(if score >= 4 { &GOOD } else { &BAD }));
        self.sent += 1;
        let answered = answers.then_some(answered);
        let times = if std::mem::take(&mut self.repeat_next) { 2 } else { 1 };
        for time in 0..times {
            let line = self.sms.row(
                sent.day,
                &[
                    Cell::Text(&format!("S{:07}", self.sent)),
                    Cell::Text(&sent.day_first()),
                    Cell::text(answered.map(Moment::day_first).as_ref()),
                    Cell::Text(&served.reason.name()),
                    Cell::Text(&served.channel),
                    Cell::text(served.ticket.as_ref()),
                    Cell::text(served.contact.as_ref()),
                    Cell::Text(&customers::number(served.customer)),
                    Cell::Text(&staff_number(served.person)),
                    Cell::Text(&PLACES[served.place].id),
                    Cell::number(answers.then_some(score).as_ref()),
                    Cell::number(easy.filter(|_| answers).as_ref()),
                    comment.filter(|_| answers).map_or(Cell::Missing, Cell::Free),
                ],
            )?;
            if time > 0 {
                self.repeated.push((self.sms.path(sent.day).to_owned(), line));
            }
        }
        Ok(())
    }

    /// The relationship survey goes to a sample of customers in the first month of each quarter.
    pub(crate) fn relationship_wave(&mut self, world: &World, month: Month) -> Result<(), Error> {
        let draw = &mut self.relationship_draw;
        let wave = format!("{}-Q{}", month.first_day().year(), (month.of_year() + 2) / 3);
        let count = (2300.0 * world.scale) as u32;
        for form in 1..=count {
            let customer = world.customers.someone(None, month.first_day(), draw);
            let sent = month.first_day().plus(2 + draw.below(5) as i32).at(9 * 3600 + draw.below(600) as i32);
            let answered = sent.plus(draw.between(0.02, 18.0) * 86_400.0);
            let answers = draw.chance(0.366) && answered.day <= world.last;
            // One disposition behind the three answers: who recommends is mostly who stays.
            let disposition = draw.normal() + 1.5 * world.story.satisfaction(month);
            let recommend = recommendation(disposition + 0.45 * draw.normal() + 0.05);
            let satisfied = agreement(disposition + 0.5 * draw.normal() + 0.24);
            let stay = agreement(disposition + 0.5 * draw.normal() + 0.38);
            self.relationship.row(
                sent.day,
                &[
                    Cell::Text(&format!("R{}{:02}-{form:05}", month.first_day().year(), month.of_year())),
                    Cell::Text(&wave),
                    Cell::Text(&sent.local()),
                    Cell::text(answers.then(|| answered.local()).as_ref()),
                    Cell::Text(&customers::number(customer)),
                    Cell::Text(&PLACES[world.customers.branch(customer)].id),
                    Cell::number(answers.then_some(recommend).as_ref()),
                    Cell::number(answers.then_some(satisfied).as_ref()),
                    Cell::number(answers.then_some(stay).as_ref()),
                ],
            )?;
        }
        Ok(())
    }

    /// The pulse among employees. A form names the unit and nothing else; forms are numbered at random and written
    /// in that order, so that nobody can be told by the place in the file.
    pub(crate) fn pulse_wave(&mut self, world: &World, month: Month) -> Result<(), Error> {
        let day = month.first_day().plus(27);
        let mut forms = Vec::new();
        for (person, seat) in world.staff.on(day) {
            if self.pulse_draw.chance(0.86) {
                let answers = std::array::from_fn(|statement| self.answer(world, person, seat, month, statement));
                forms.push((self.pulse_draw.below(900_000) + 100_000, seat.unit(), answers));
            }
        }
        forms.sort_unstable();
        forms.dedup_by_key(|form| form.0);
        for (form, unit, answers) in forms {
            let answers: [Option<usize>; STATEMENTS.len()] = answers;
            for ((statement, _), answer) in STATEMENTS.iter().zip(answers) {
                self.pulse.row(
                    day,
                    &[
                        Cell::Text(&format!("{month}-{form}")),
                        Cell::Text(&month),
                        Cell::Text(&unit),
                        Cell::Free(statement),
                        Cell::number(answer.as_ref()),
                    ],
                )?;
            }
        }
        Ok(())
    }

    fn answer(&mut self, world: &World, person: usize, seat: Seat, month: Month, statement: usize) -> Option<usize> {
        let draw = &mut self.pulse_draw;
        if draw.chance(0.015) {
            return None;
        }
        let overall = statement + 1 == STATEMENTS.len();
        let in_contact_centre = matches!(seat, Seat::Place(place) if PLACES[place].calls > 0.0);
        let usual = STATEMENTS[statement].1 + world.staff.people[person].outlook;
        // The contact centre starts lower, so that its own rota has something to change.
        let usual = if overall && in_contact_centre { (usual - 0.12) * world.story.rota(month) } else { usual };
        let agrees = (usual + world.story.engagement(month)).clamp(0.03, 0.98);
        // Most answers follow a person's lasting view, so that one wave differs little from the next.
        let view =
            if draw.chance(0.75) { evenly(world.seed, 100 + statement as u64, person as u64) } else { draw.unit() };
        Some(if view < agrees {
            4 + usize::from(view < agrees * 0.35)
        } else {
            3 - usize::from(view > agrees + (1.0 - agrees) * 0.55) - usize::from(view > agrees + (1.0 - agrees) * 0.85)
        })
    }

    /// An answer that lies outside of the scale.
    pub(crate) fn broken_score(&mut self, day: Day, score: &str) -> Result<(String, u64), Error> {
        let mut cells = [Cell::Missing; SMS.columns.len()];
        let (sent, answered) = (day.at(50_000).day_first(), day.at(52_000).day_first());
        cells[0] = Cell::Text(&"S9999999");
        cells[1] = Cell::Text(&sent);
        cells[2] = Cell::Text(&answered);
        cells[9] = Cell::Text(&"ashgrove");
        cells[10] = Cell::Text(&score);
        let line = self.sms.row(day, &cells)?;
        Ok((self.sms.path(day).to_owned(), line))
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.sms.close(written)?;
        self.relationship.close(written)?;
        self.pulse.close(written)
    }
}

fn unsatisfied(draw: &mut Draw) -> u8 {
    3 - draw.weighted(&[0.45, 0.30, 0.25]) as u8
}

/// From a disposition to an answer from 0 to 10.
fn recommendation(disposition: f64) -> usize {
    const BOUNDS: [f64; 10] = [-2.6, -2.4, -2.2, -2.0, -1.8, -1.5, -0.95, -0.6, 0.02, 0.65];
    BOUNDS.iter().filter(|&&bound| disposition > bound).count()
}

/// From a disposition to an answer from 1 to 5.
fn agreement(disposition: f64) -> usize {
    const BOUNDS: [f64; 4] = [-2.1, -1.5, -0.8, 0.15];
    1 + BOUNDS.iter().filter(|&&bound| disposition > bound).count()
}
