//! Recognition and development: what is listed of a unit, the forms, and what is added to what was written.

use axum::extract::{Path, Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_engine::export::quoted;
use evenkeel_model::act::{ActKind, AdditionKind, Draft, Evidence, LONGEST_WORDS, unfit_day};
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Act, NewAct, NewAddition};
use evenkeel_view::page::acts::fault;
use evenkeel_view::page::chart_file::plain;
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::{ActPage, Links, Place, Recipient, TypedAct};
use jiff::civil::Date;
use serde::Deserialize;

use super::administration::when;
use super::{Done, Looking, answer_page, html, links};
use crate::World;
use crate::asked::Asked;
use crate::error::Failure;
use crate::links::Routes;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person};

/// What is said of what was done.
pub(crate) const DONE: &[(&str, &str)] = &[
    ("recognised", "It was written down. Whoever sees the unit reads it."),
    ("written", "It was written down. The person reads it here, on the own record."),
    ("acknowledged", "Whoever wrote it reads that you have seen it."),
    ("answered", "Your answer stands beside it now. Whoever leads you reads it."),
    ("followed", "What came of it stands beside it now. The person reads it."),
    ("taken-back", "It was withdrawn. That there was something is still told."),
    ("unchanged", "Nothing was changed: it was withdrawn, has ended, or this was said before."),
];

/// The columns of the copy that a person gets.
const COLUMNS: [&str; 20] = [
    "entry",
    "kind",
    "written",
    "by",
    "about",
    "words",
    "reward",
    "measure",
    "period",
    "value",
    "count",
    "likely range",
    "change",
    "state",
    "look again",
    "kept until",
    "withdrawn",
    "added",
    "added by",
    "added words",
];

/// Which form is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    measure: String,
}

impl Wanted {
    fn is_development(&self) -> bool {
        self.kind == "development"
    }
}

/// What was recognised in a unit and below it.
pub(crate) async fn list(
    reader: Person,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    let (world, links) = (&reader.world, links(&reader.world));
    let place = looking.place_of_query(world)?;
    let acts = reader.accounts.store.acts_of_units(&world.recognised_units(&place)).await?;
    let mut page = world.recognition_page(&place, &acts, &links).await?;
    page.notice = done.notice(DONE);
    Ok(html(&page)?.into_response())
}

/// An empty form about a unit.
pub(crate) async fn blank_of_unit(
    writer: Person,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Response, Failure> {
    let about = of_unit(&writer.world, &looking)?;
    blank(&writer, &about, &wanted.measure).await
}

/// Recognises a unit.
pub(crate) async fn add_of_unit(
    Shared(state): Shared<State>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let about = of_unit(&writer.world, &looking)?;
    add(&state, &writer, &about, &values).await
}

/// An empty form about a person.
pub(crate) async fn blank_of_person(
    writer: Person,
    Asked(Path(person)): Asked<Path<String>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Response, Failure> {
    let about = of_person(&writer.world, &person, &looking, wanted.is_development())?;
    blank(&writer, &about, &wanted.measure).await
}

/// Recognises a person, or writes down what helps them on.
pub(crate) async fn add_of_person(
    Shared(state): Shared<State>,
    Asked(Path(person)): Asked<Path<String>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let about = of_person(&writer.world, &person, &looking, wanted.is_development())?;
    add(&state, &writer, &about, &values).await
}

/// Leads to where an act stands.
pub(crate) async fn show(reader: Person, Asked(Path(number)): Asked<Path<i64>>) -> Result<Redirect, Failure> {
    let act = seen(&reader, number).await?;
    Ok(Redirect::to(&address(&act, None)))
}

/// Takes an act back.
pub(crate) async fn withdraw(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Redirect, Failure> {
    let (_, writer) = filled.by::<AnyTask>(&state)?;
    let act = seen(&writer, number).await?;
    if act.by != writer.user.sign_in {
        return Err(Failure::forbidden("It is withdrawn by whoever wrote it."));
    }
    let (accounts, about) = (&writer.accounts, format!("{}, entry {number}", act.of.about));
    let done = accounts.store.withdraw_act(number, accounts.change(&writer.user.sign_in, &about)).await?;
    Ok(Redirect::to(&address(&act, Some(if done { "taken-back" } else { "unchanged" }))))
}

/// Takes down that a person has seen what was written about them.
pub(crate) async fn acknowledge(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Redirect, Failure> {
    let (_, reader) = filled.by::<AnyTask>(&state)?;
    let act = own(&reader, number).await?;
    let new = NewAddition { kind: AdditionKind::Acknowledged, words: String::new(), look_again: None };
    append(&reader, &act, new, "acknowledged").await
}

/// Takes down what a person says about it.
pub(crate) async fn answer(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Redirect, Failure> {
    let (values, reader) = filled.by::<AnyTask>(&state)?;
    let act = own(&reader, number).await?;
    if !act.of.kind.is_development() {
        return Err(Failure::forbidden("A recognition is acknowledged, and not answered."));
    }
    let new = NewAddition { kind: AdditionKind::Answered, words: said(&values, "the answer")?, look_again: None };
    append(&reader, &act, new, "answered").await
}

/// Takes down what came of it.
pub(crate) async fn follow_up(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Redirect, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let act = seen(&writer, number).await?;
    if !writer.world.acts_on(&act.of.about) {
        return Err(Failure::forbidden("What came of it is said by whoever leads the person."));
    }
    let words = said(&values, "what came of it")?;
    let look_again = values.day("look_again");
    if look_again.is_none() && !values.one("look_again").trim().is_empty() {
        return Err(Failure::bad(
            "Nothing was changed: the day is no day; write it as 2026-11-17. Go back and change it.",
        ));
    }
    if let Some(unfit) = look_again.and_then(|day| unfit_day(day, writer.world.today(), act.of.kept_until)) {
        return Err(Failure::bad(format!("Nothing was changed. {} Go back and change it.", fault(unfit))));
    }
    append(&writer, &act, NewAddition { kind: AdditionKind::FollowedUp, words, look_again }, "followed").await
}

/// A copy of everything that is kept about a person, for them; what was withdrawn is kept too, and stands in it.
pub(crate) async fn file(reader: Person, Asked(Path(person)): Asked<Path<String>>) -> Result<Response, Failure> {
    let (world, accounts) = (&reader.world, &reader.accounts);
    let person = world.person_of_record(&person)?;
    if !world.is_own(&person) || world.own_record().is_none() {
        return Err(Failure::no_page());
    }
    world.looked_at_acts(&person).await?;
    let acts = accounts.store.acts_about(&person).await?;
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for row in acts.iter().flat_map(|act| rows(act, world)) {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"entries-{}.csv\"", plain(person.as_str()))),
    ];
    // Spreadsheets take a file for UTF-8 by its mark.
    Ok((headers, format!("\u{feff}{text}")).into_response())
}

/// An act as rows of a file: itself, then a row for each thing that was added.
fn rows(act: &Act, world: &World) -> Vec<Vec<String>> {
    let of = &act.of;
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let figure =
        |part: fn(&Evidence) -> Option<&str>| of.evidence.as_ref().and_then(part).unwrap_or_default().to_owned();
    let written = vec![
        act.number.to_string(),
        of.kind.as_str().to_owned(),
        when(act.at, world),
        act.by_name.clone(),
        of.topic.clone(),
        of.words.clone(),
        of.reward.clone(),
        figure(|evidence| Some(&evidence.title)),
        figure(|evidence| Some(&evidence.period)),
        figure(|evidence| Some(&evidence.value)),
        figure(|evidence| evidence.count.as_deref()),
        figure(|evidence| evidence.likely_range.as_deref()),
        figure(|evidence| evidence.change.as_deref()),
        figure(|evidence| evidence.state.as_deref()),
        day(of.look_again),
        day(of.kept_until),
        act.withdrawn_at.map(|at| when(at, world)).unwrap_or_default(),
        String::new(),
        String::new(),
        String::new(),
    ];
    let added = act.additions.iter().map(|added| {
        let mut row = vec![String::new(); COLUMNS.len()];
        let cells = [
            (0, act.number.to_string()),
            (1, added.of.kind.as_str().to_owned()),
            (14, day(added.of.look_again)),
            (17, when(added.at, world)),
            (18, added.by_name.clone()),
            (19, added.of.words.clone()),
        ];
        for (place, cell) in cells {
            row[place] = cell;
        }
        row
    });
    [written].into_iter().chain(added).collect()
}

/// Whom or what a form is about.
struct About {
    subject: Subject,
    place: Place,
    /// Whether somebody is helped on, and not thanked.
    development: bool,
}

/// A unit, for whoever recognises it.
fn of_unit(world: &World, looking: &Looking) -> Result<About, Failure> {
    let place = looking.place_of_query(world)?;
    let subject = Subject::Unit(place.unit.clone());
    if world.acts_on(&subject) { Ok(About { subject, place, development: false }) } else { Err(Failure::no_page()) }
}

/// A person, for whoever leads them; to everybody else there is no form.
fn of_person(world: &World, person: &str, looking: &Looking, development: bool) -> Result<About, Failure> {
    let person = world.person_of_record(person)?;
    let subject = Subject::Person(person.clone());
    if !world.acts_on(&subject) {
        return Err(Failure::no_page());
    }
    let place = Place { unit: UnitId::new(person.as_str()), ..looking.place(world, None)? };
    Ok(About { subject, place, development })
}

/// An act that whoever reads sees; to everybody else there is none.
async fn seen(reader: &Person, number: i64) -> Result<Act, Failure> {
    let act = reader.accounts.store.act(number).await?;
    act.filter(|act| reader.world.sees_act(act)).ok_or_else(Failure::no_page)
}

/// The same, of whoever reads.
async fn own(reader: &Person, number: i64) -> Result<Act, Failure> {
    let act = seen(reader, number).await?;
    match &act.of.about {
        Subject::Person(person) if reader.world.is_own(person) => Ok(act),
        _ => Err(Failure::forbidden("This is done by the person whom it is about.")),
    }
}

/// Where an act stands.
fn address(act: &Act, done: Option<&str>) -> String {
    let done = |sign: char| done.map_or_else(String::new, |done| format!("{sign}done={done}"));
    match &act.of.about {
        Subject::Person(person) => format!("{}{}#act-{}", Routes::record_of(person.as_str()), done('?'), act.number),
        Subject::Unit(unit) => {
            format!("/recognition?unit={}{}#act-{}", crate::links::part(unit.as_str()), done('&'), act.number)
        }
    }
}

/// Words that have to be there and must not be too many.
fn said(values: &Pairs, what: &str) -> Result<String, Failure> {
    let words = values.text("words");
    if words.is_empty() {
        return Err(Failure::bad(format!("Nothing was changed: {what} is missing. Go back and write it.")));
    }
    if words.chars().count() > LONGEST_WORDS {
        return Err(Failure::bad(format!(
            "Nothing was changed: {what} is longer than {LONGEST_WORDS} characters. Go back and shorten it."
        )));
    }
    Ok(words)
}

/// Adds something to an act.
async fn append(writer: &Person, act: &Act, new: NewAddition, done: &str) -> Result<Redirect, Failure> {
    // The trail outlives what is about a person, so that it says of whom and never what.
    let about = format!("{}, entry {}", act.of.about, act.number);
    let change = writer.accounts.change(&writer.user.sign_in, &about);
    let taken = writer.accounts.store.add_to_act(act.number, &new, change).await?;
    Ok(Redirect::to(&address(act, Some(if taken { done } else { "unchanged" }))))
}

async fn blank(writer: &Person, about: &About, measure: &str) -> Result<Response, Failure> {
    let typed = TypedAct { measure: measure.to_owned(), ..TypedAct::default() };
    let figures = writer.world.figures_of(&about.subject, &about.place, &links(&writer.world)).await?;
    form(writer, StatusCode::OK, about, typed, &figures, &[])
}

/// Writes an act down.
async fn add(state: &State, writer: &Person, about: &About, values: &Pairs) -> Result<Response, Failure> {
    let (world, accounts) = (&writer.world, &writer.accounts);
    let kind = if about.development { ActKind::parse(values.one("kind")) } else { Some(ActKind::Recognition) };
    let kind = kind.filter(|kind| kind.is_development() == about.development);
    let typed = TypedAct {
        kind: kind.map(ActKind::as_str),
        topic: values.text("topic").replace('\n', " "),
        words: values.text("words"),
        reward: if about.development { String::new() } else { values.text("reward").replace('\n', " ") },
        look_again: values.one("look_again").trim().to_owned(),
        measure: values.one("measure").to_owned(),
    };
    let look_again = values.day("look_again").filter(|_| about.development);
    let kept_until = match about.subject {
        Subject::Person(_) => Some(world.kept_until(accounts.now())),
        Subject::Unit(_) => None,
    };
    let draft = Draft {
        kind: kind.unwrap_or(ActKind::Agreement),
        topic: &typed.topic,
        words: &typed.words,
        reward: &typed.reward,
        look_again,
    };
    let draft = if about.development { draft } else { Draft { kind: ActKind::Recognition, ..draft } };
    let mut wrong: Vec<String> = draft.faults(world.today(), kept_until).into_iter().map(fault).collect();
    if kind.is_none() {
        wrong.insert(0, "Say whether it is coaching, training or an agreement.".to_owned());
    }
    let figures = world.figures_of(&about.subject, &about.place, &links(world)).await?;
    let chosen = figures.iter().find(|evidence| evidence.measure.as_str() == typed.measure);
    if !typed.measure.is_empty() {
        match chosen {
            None => wrong.push("Choose one of the figures that are offered, or none.".to_owned()),
            Some(evidence) if evidence.data_version != values.one("shown") => wrong.push(
                "The figures have changed since this page was made. Look at them again; what is chosen now is kept."
                    .to_owned(),
            ),
            Some(_) => {}
        }
    }
    let (Some(kind), []) = (kind, wrong.as_slice()) else {
        return form(writer, StatusCode::UNPROCESSABLE_ENTITY, about, typed, &figures, &wrong);
    };
    let new = NewAct {
        kind,
        about: about.subject.clone(),
        topic: typed.topic,
        words: typed.words,
        reward: typed.reward,
        evidence: chosen.cloned(),
        look_again,
        kept_until,
    };
    // The trail outlives what is about a person, so that it says of whom and never what.
    let of = match &about.subject {
        Subject::Person(person) => format!("{person}, {}", kind.as_str()),
        Subject::Unit(unit) => format!("{unit}: {}", new.topic),
    };
    if let Subject::Person(person) = &about.subject {
        state.refuse_erased(person)?;
    }
    let number = accounts.store.add_act(&new, accounts.change(&writer.user.sign_in, &of)).await?;
    Ok(Redirect::to(&match &about.subject {
        Subject::Person(person) => format!("{}?done=written#act-{number}", Routes::record_of(person.as_str())),
        Subject::Unit(_) => {
            let list = links(world).recognition(&about.place).unwrap_or_default();
            format!("{list}&done=recognised#act-{number}")
        }
    })
    .into_response())
}

/// The form with what was typed, and what is wrong with it.
fn form(
    writer: &Person,
    status: StatusCode,
    about: &About,
    typed: TypedAct,
    figures: &[Evidence],
    wrong: &[String],
) -> Result<Response, Failure> {
    let (world, links) = (&writer.world, links(&writer.world));
    let name = world.name_of(&about.subject);
    let person = match &about.subject {
        Subject::Person(person) => Some(person),
        Subject::Unit(_) => None,
    };
    let (recipient, current) = match person {
        Some(_) => (Recipient::Person(&name, world.kept_until(writer.accounts.now())), "People"),
        None => (Recipient::Unit(&name), "Scorecard"),
    };
    let title = if about.development { "Development" } else { "Recognition" };
    let frame = world.frame(title, &links, current);
    let on = (about.place.period, world.project().fiscal_year);
    let page = ActPage {
        error: (!wrong.is_empty()).then(|| format!("Nothing was written down. {}", wrong.join(" "))),
        action: match person {
            Some(person) => links.act_form(person.as_str(), &about.place, about.development),
            None => links.recognition_form(None, &about.place),
        }
        .unwrap_or_default(),
        back: match person {
            Some(person) => Link { label: "Back to the record".to_owned(), url: record(person, &about.place, links) },
            None => Link {
                label: "Back to what was recognised".to_owned(),
                url: links.recognition(&about.place).unwrap_or_default(),
            },
        },
        form_token: writer.form_token.clone(),
        ..ActPage::new(frame, recipient, about.development, typed, figures, on)
    };
    answer_page(status, &page)
}

fn record(person: &PersonId, place: &Place, links: Routes) -> String {
    links.record(person.as_str(), place, None).unwrap_or_default()
}
