//! Cases: what happens to a matter from the first message to its end.

use std::fmt;

use crate::bank::World;
use crate::bank::customers;
use crate::bank::hours::Hours;
use crate::bank::network::{PLACES, Reason};
use crate::bank::staff;
use crate::clock::Moment;
use crate::draw::Draw;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// Where a case stands, in the words of the customer relations system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    New,
    Open,
    WaitingCustomer,
    WaitingThirdParty,
    Resolved,
    Closed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::New => "New",
            State::Open => "Open",
            State::WaitingCustomer => "Waiting customer",
            State::WaitingThirdParty => "Waiting third party",
            State::Resolved => "Resolved",
            State::Closed => "Closed",
        })
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    Customer(u64),
    /// Somebody who is not known as a customer.
    Stranger,
    Agent(usize),
    Bot,
    System,
}

impl Actor {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Actor::Customer(_) | Actor::Stranger => "customer",
            Actor::Agent(_) => "agent",
            Actor::Bot => "bot",
            Actor::System => "system",
        }
    }

    pub(crate) fn id(self) -> Option<String> {
        match self {
            Actor::Customer(customer) => Some(customers::number(customer)),
            Actor::Agent(person) => Some(staff::number(person)),
            Actor::Bot => Some("assistant".to_owned()),
            Actor::Stranger | Actor::System => None,
        }
    }
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Created,
    Reply,
    Note,
    State(State, State),
    Owner(Option<usize>, usize),
    Team(usize, usize),
    Escalation,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Action::Created => "created",
            Action::Reply => "reply",
            Action::Note => "note",
            Action::State(..) => "state",
            Action::Owner(..) => "owner",
            Action::Team(..) => "team",
            Action::Escalation => "escalation",
        }
    }

    /// Before and after.
    pub(crate) fn change(self) -> (Option<String>, Option<String>) {
        match self {
            Action::Created => (None, Some(State::New.to_string())),
            Action::State(from, to) => (Some(from.to_string()), Some(to.to_string())),
            Action::Owner(from, to) => (from.map(staff::number), Some(staff::number(to))),
            Action::Team(from, to) => (Some(PLACES[from].id.to_owned()), Some(PLACES[to].id.to_owned())),
            Action::Reply | Action::Note | Action::Escalation => (None, None),
        }
    }
}

/// Something that happened to a case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) at: Moment,
    pub(crate) actor: Actor,
    pub(crate) action: Action,
}

/// A matter at the moment when it comes in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matter {
    pub(crate) place: usize,
    pub(crate) reason: Reason,
    pub(crate) channel: &'static str,
    pub(crate) customer: Option<u64>,
    pub(crate) opened: Moment,
    pub(crate) complaint: bool,
    pub(crate) readdressed: bool,
    /// Whether it is about something that was thought to be solved.
    pub(crate) again: bool,
}

/// The course of a case.
pub(crate) struct Course {
    pub(crate) events: Vec<Event>,
    pub(crate) solved: Moment,
    pub(crate) solver: usize,
    /// Where the solver works.
    pub(crate) place: usize,
    pub(crate) reopened: bool,
}

/// Times of a matter, in seconds of open time, and how often something special happens to it.
struct Effort {
    work: f64,
    third_party: f64,
    escalated: f64,
}

fn effort(matter: &Matter) -> Effort {
    let (work, third_party, escalated) = match matter.reason {
        Reason::Counter | Reason::Online => (1.2 * HOUR, 0.03, 0.03),
        Reason::Account => (2.0 * HOUR, 0.05, 0.03),
        Reason::Cards => (1.8 * HOUR, 0.06, 0.04),
        Reason::Lending => (6.0 * HOUR, 0.22, 0.06),
        Reason::Dispute => (6.5 * HOUR, 0.25, 0.14),
    };
    // A branch is open for 7 hours, the contact centre for 12: the same work takes fewer days there.
    let stretch = if PLACES[matter.place].hours == Hours::ContactCentre { 1.5 } else { 1.0 };
    Effort { work: work * stretch, third_party, escalated }
}

/// A case on its way.
struct Flow<'a> {
    world: &'a World,
    draw: &'a mut Draw,
    matter: Matter,
    place: usize,
    now: Moment,
    state: State,
    owner: usize,
    events: Vec<Event>,
}

impl Flow<'_> {
    fn push(&mut self, actor: Actor, action: Action) {
        self.events.push(Event { at: self.now, actor, action });
    }

    fn set(&mut self, actor: Actor, state: State) {
        self.push(actor, Action::State(self.state, state));
        self.state = state;
    }

    fn customer(&self) -> Actor {
        self.matter.customer.map_or(Actor::Stranger, Actor::Customer)
    }

    /// Lets open time pass. Whoever holds the case then acts; somebody else of the place when the holder has left.
    fn work(&mut self, median: f64, spread: f64) -> Actor {
        let seconds = self.draw.skewed(median, spread) * self.world.staff.people[self.owner].pace;
        self.now = self.world.opening.after(PLACES[self.place].hours, self.now, seconds);
        if !self.world.staff.works(self.owner, self.place, self.now.day) {
            let next = self.world.staff.someone(self.place, self.now.day, self.draw);
            self.push(Actor::System, Action::Owner(Some(self.owner), next));
            self.owner = next;
        }
        Actor::Agent(self.owner)
    }

    /// The case goes to another team, with a new holder.
    fn transfer(&mut self) {
        let agent = Actor::Agent(self.owner);
        let contact_centre: Vec<usize> =
            (0..PLACES.len()).filter(|&p| p != self.place && PLACES[p].hours == Hours::ContactCentre).collect();
        let to = *self.draw.one_of(&contact_centre);
        self.push(agent, Action::Team(self.place, to));
        let owner = self.world.staff.someone(to, self.now.day, self.draw);
        self.push(Actor::System, Action::Owner(Some(self.owner), owner));
        self.place = to;
        self.owner = owner;
    }

    fn wait_for_customer(&mut self) {
        let agent = self.work(20.0 * MINUTE, 0.7);
        self.push(agent, Action::Reply);
        self.set(agent, State::WaitingCustomer);
        self.now = self.now.plus(self.draw.skewed(7.0 * HOUR, 1.0));
        let customer = self.customer();
        self.push(customer, Action::Reply);
        self.set(Actor::System, State::Open);
    }

    fn wait_for_third_party(&mut self) {
        let agent = self.work(30.0 * MINUTE, 0.6);
        self.push(agent, Action::Note);
        self.set(agent, State::WaitingThirdParty);
        self.now = self.now.plus(self.draw.skewed(0.9 * DAY, 0.6));
        let agent = self.work(10.0 * MINUTE, 0.5);
        self.set(agent, State::Open);
    }

    fn solve(&mut self, agent: Actor) {
        self.push(agent, Action::Reply);
        self.set(agent, State::Resolved);
    }
}

/// Runs a matter from its beginning to the end, which may lie behind the last day of the history.
pub(crate) fn run(world: &World, draw: &mut Draw, matter: Matter) -> Course {
    let place = matter.place;
    let owner = world.staff.someone(place, matter.opened.day, draw);
    let mut flow = Flow {
        world,
        draw,
        matter,
        place,
        now: matter.opened,
        state: State::New,
        owner,
        events: Vec::with_capacity(12),
    };
    receive(&mut flow);
    let effort = effort(&matter);
    if flow.draw.chance(0.07) {
        flow.transfer();
    }
    if flow.draw.chance(effort.third_party) {
        flow.wait_for_third_party();
    }
    let questions = flow.draw.weighted(&[0.62, 0.28, 0.10]);
    for _ in 0..questions {
        flow.wait_for_customer();
    }
    // A complaint is looked into more thoroughly, and more evenly.
    let (work, spread) = if matter.complaint { (effort.work * 1.3, 0.65) } else { (effort.work, 0.8) };
    let agent = flow.work(work, spread);
    if flow.draw.chance(effort.escalated) {
        flow.push(agent, Action::Escalation);
        flow.work(1.5 * HOUR, 0.6);
    }
    let agent = Actor::Agent(flow.owner);
    if flow.draw.chance(0.15) {
        flow.push(agent, Action::Note);
    }
    flow.solve(agent);
    let reopened = flow.draw.chance(0.06);
    if reopened {
        flow.now = flow.now.plus(flow.draw.between(0.2 * DAY, 3.5 * DAY));
        let customer = flow.customer();
        flow.push(customer, Action::Reply);
        flow.set(Actor::System, State::Open);
        let agent = flow.work(2.0 * HOUR, 0.7);
        flow.solve(agent);
    }
    let (solved, solver, place) = (flow.now, flow.owner, flow.place);
    flow.now = flow.now.day.plus(14).at(6 * 3600 + 30 * 60);
    flow.set(Actor::System, State::Closed);
    Course { events: flow.events, solved, solver, place, reopened }
}

/// The matter arrives, is given to somebody, and is answered for the first time.
fn receive(flow: &mut Flow<'_>) {
    let written = matches!(flow.matter.channel, "Email" | "Web");
    if written {
        let customer = flow.customer();
        flow.push(customer, Action::Created);
        flow.push(customer, Action::Reply);
        if flow.draw.chance(0.4) {
            flow.now = flow.now.plus(15.0);
            flow.push(Actor::Bot, Action::Reply);
        }
        flow.now = flow.now.plus(flow.draw.between(30.0, 300.0));
        flow.push(Actor::System, Action::Owner(None, flow.owner));
        let agent = flow.work(50.0 * MINUTE, 0.9);
        flow.set(agent, State::Open);
        if flow.draw.chance(0.55) {
            flow.push(agent, Action::Reply);
        }
    } else {
        let agent = Actor::Agent(flow.owner);
        flow.push(agent, Action::Created);
        flow.push(agent, Action::Owner(None, flow.owner));
        flow.push(agent, Action::Note);
        flow.now = flow.now.plus(flow.draw.between(60.0, 600.0));
        flow.set(agent, State::Open);
    }
}

/// How likely it is that the customer comes back with the same matter within a week.
pub(crate) fn comes_back(matter: &Matter, course: &Course) -> f64 {
    let base = match matter.reason {
        Reason::Dispute => 0.335,
        Reason::Lending => 0.27,
        Reason::Online => 0.26,
        Reason::Account | Reason::Cards | Reason::Counter => 0.22,
    };
    base - 0.6 * PLACES[course.place].like_for_like
}
