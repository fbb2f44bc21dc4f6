//! Sales and offers.

use crate::bank::hours::Hours;
use crate::bank::network::PLACES;
use crate::bank::{World, customers, staff, streams};
use crate::clock::{Day, Month};
use crate::draw::Draw;
use crate::raw::{Cell, Export, Form, Layout, WrittenFile};
use crate::sink::{Error, Sink};

const ORDERS: Layout = Layout::csv(
    ';',
    &["contract", "signed", "customer", "branch", "staff_no", "product", "income", "cancelled", "paid back"],
);
const OFFERS: Layout = Layout::csv(',', &["month", "branch", "eligible", "accepted"]);

/// Contracts in a month at scale 1, and the middle of the first year's income from one, in pounds.
const CONTRACTS: f64 = 1700.0;
const INCOME: f64 = 930.0;
/// Offers to eligible customers in a month at scale 1, and how many accept.
const ELIGIBLE: f64 = 1500.0;
const ACCEPTED: f64 = 0.124;

const PRODUCTS: [&str; 5] = ["Mortgage", "Personal loan", "Insurance", "Credit card", "Savings plan"];

/// The exports of the sales system.
pub(crate) struct Sales {
    draw: Draw,
    orders: Export,
    offers: Export,
    signed: u64,
}

impl Sales {
    pub(crate) fn create(sink: &mut dyn Sink, world: &World) -> Result<Self, Error> {
        Ok(Self {
            draw: Draw::new(world.seed, streams::SALES),
            orders: Export::yearly(sink, "raw/sales/contracts", "csv", world.years(), Form::Plain, ORDERS)?,
            offers: Export::single(sink, "raw/sales/offers.csv", Form::Plain, OFFERS)?,
            signed: 0,
        })
    }

    pub(crate) fn day(&mut self, world: &World, day: Day) -> Result<(), Error> {
        // As many contracts are signed in a short month as in a long one.
        let days = (0..31).map(|days| day.month().first_day().plus(days)).filter(|other| other.month() == day.month());
        let month: f64 = days.map(|other| world.busy(Hours::Branch, other)).sum();
        for (position, place) in PLACES.iter().enumerate().filter(|(_, place)| place.is_branch()) {
            let Some((opens, closes)) = world.opening.on(place.hours, day) else { continue };
            let share = f64::from(place.customers) / 100.0 * world.busy(place.hours, day) / month;
            let count = self.draw.poisson(CONTRACTS * share * world.scale);
            for _ in 0..count {
                let draw = &mut self.draw;
                let signed = day.at(opens + draw.below((closes - opens) as usize) as i32);
                let customer = world.customers.someone(Some(position), day, draw);
                let person = world.staff.someone(position, day, draw);
                let income = draw.skewed(INCOME, 0.65);
                let cancelled = signed.plus(draw.between(1.0, 14.0) * 86_400.0);
                let cancels = draw.chance(0.021) && cancelled.day <= world.last;
                let product = *draw.one_of(&PRODUCTS);
                self.signed += 1;
                self.orders.row(
                    day,
                    &[
                        Cell::Text(&format!("N{:07}", self.signed)),
                        Cell::Text(&signed.day_first()),
                        Cell::Text(&customers::number(customer)),
                        Cell::Text(&place.id),
                        Cell::Text(&staff::number(person)),
                        Cell::Text(&product),
                        Cell::Number(&format_args!("{income:.2}")),
                        Cell::text(cancels.then(|| cancelled.day_first()).as_ref()),
                        Cell::number(cancels.then(|| format!("{income:.2}")).as_ref()),
                    ],
                )?;
            }
        }
        Ok(())
    }

    /// What the advisers of each branch offered in the month.
    pub(crate) fn month(&mut self, world: &World, month: Month) -> Result<(), Error> {
        for place in PLACES.iter().filter(|place| place.is_branch()) {
            let share = f64::from(place.customers) / 100.0;
            let eligible = self.draw.poisson(ELIGIBLE * share * world.scale);
            let accepted = self.draw.successes(eligible, ACCEPTED);
            self.offers.row(
                month.last_day(),
                &[Cell::Text(&month), Cell::Text(&place.id), Cell::Number(&eligible), Cell::Number(&accepted)],
            )?;
        }
        Ok(())
    }

    /// A contract whose income is no number.
    pub(crate) fn broken_order(&mut self, day: Day, income: &str) -> Result<(String, u64), Error> {
        let mut cells = [Cell::Missing; ORDERS.columns.len()];
        let signed = day.at(11 * 3600).day_first();
        cells[0] = Cell::Text(&"N9999999");
        cells[1] = Cell::Text(&signed);
        cells[3] = Cell::Text(&"ashgrove");
        cells[6] = Cell::Text(&income);
        let line = self.orders.row(day, &cells)?;
        Ok((self.orders.path(day).to_owned(), line))
    }

    pub(crate) fn close(self, written: &mut Vec<WrittenFile>) -> Result<(), Error> {
        self.orders.close(written)?;
        self.offers.close(written)
    }
}
