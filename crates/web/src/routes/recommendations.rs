//! Recommendations: the register, sending one, answering it, and saying what came of it.

use std::sync::Arc;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::measure::Measure;
use evenkeel_model::reading::Subject;
use evenkeel_model::recommendation::{Answer, LONGEST_WHY, Outcome, faults};
use evenkeel_state::{NewRecommendation, Recommendation, User};
use evenkeel_view::page::recommendations::{Chosen, TypedRecommendation, fault};
use evenkeel_view::page::{Links, Place, RecommendPage, RecommendationPage, RecommendationsPage};
use jiff::ToSpan;
use serde::Deserialize;

use super::{Done, Looking, answer_page, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person};

/// How many days there are for an answer when nothing else is said.
const DAYS: i64 = 14;

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("sent", "The recommendation was sent. Whoever is asked finds it on their page of today."),
    ("accepted", "You have accepted it. What is done can be written down as an initiative."),
    ("declined", "You have declined it, and your reason is in the register."),
    ("followed", "What came of it is in the register."),
    ("already", "Nothing was changed: it was answered already."),
];

/// Which recommendations are listed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    show: String,
}

/// The register.
pub(crate) async fn list(
    Person { world, accounts, .. }: Person,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    if !world.sees_units() {
        return Err(Failure::no_page());
    }
    let links = links(&world);
    let all = accounts.store.recommendations().await?;
    let seen = all.iter().filter(|one| world.sees_recommendation(one));
    let details: Vec<_> = seen.map(|one| world.recommendation_detail(one)).collect();
    let frame = world.frame("Recommendations", &links, "Initiatives");
    let page = RecommendationsPage::new(frame, &details, Chosen::parse(&wanted.show), world.today(), &links);
    html(&page)
}

/// One of them.
pub(crate) async fn show(
    reader: Person,
    Asked(Path(number)): Asked<Path<i64>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    let one = seen(&reader, number).await?;
    page(&reader, StatusCode::OK, &one, |page| page.notice = done.notice(DONE))
}

/// An empty form.
pub(crate) async fn blank(
    writer: Person,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
) -> Result<Response, Failure> {
    let (measure, place) = about(&writer, &measure, &unit, &looking)?;
    let by = writer.world.today().saturating_add(DAYS.days());
    let typed = TypedRecommendation { decide_by: by.to_string(), ..TypedRecommendation::default() };
    let users = writer.accounts.store.users().await?;
    form(&writer, StatusCode::OK, (&measure, &place), typed, "", &users, &[]).await
}

/// Sends one.
pub(crate) async fn send(
    Shared(state): Shared<State>,
    Asked(Path((measure, unit))): Asked<Path<(String, String)>>,
    Asked(Query(looking)): Asked<Query<Looking>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let (measure, place) = about(&writer, &measure, &unit, &looking)?;
    let (world, accounts) = (&writer.world, &writer.accounts);
    let typed = TypedRecommendation {
        what: values.text("what").replace('\n', " "),
        why: values.text("why"),
        decide_by: values.one("decide_by").trim().to_owned(),
    };
    let owner = values.one("owner");
    let users = accounts.store.users().await?;
    let mut wrong = Vec::new();
    let decide_by = values.day("decide_by");
    let today = world.today();
    let unfit = faults(&typed.what, &typed.why, decide_by.unwrap_or(today), today);
    wrong.extend(unfit.into_iter().map(fault));
    if decide_by.is_none() {
        wrong.push("The day for an answer is no day; write it as 2026-11-17.".to_owned());
    }
    // Whoever does not see the unit was not offered, and is answered like somebody who does not exist.
    if !world.who_sees(&place.unit, &users).iter().any(|user| user.sign_in == owner) {
        wrong.push("Choose an owner among those who see this unit.".to_owned());
    }
    let (Some(decide_by), []) = (decide_by, wrong.as_slice()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(&writer, status, (&measure, &place), typed, owner, &users, &wrong).await;
    };
    let new = NewRecommendation {
        measure: measure.id.clone(),
        unit: place.unit.clone(),
        period: place.period.id(world.project().fiscal_year),
        what: typed.what,
        why: typed.why,
        evidence: world.evidence(&measure, &place, &links(world)).await?.join("\n"),
        owner: owner.to_owned(),
        decide_by,
    };
    let about = format!("{}, {}, to {owner} by {decide_by}: {}", new.measure, new.unit, new.what);
    let number = accounts.store.recommend(&new, accounts.change(&writer.user.sign_in, &about)).await?;
    Ok(to(number, "sent"))
}

/// Takes the answer of whoever is asked.
pub(crate) async fn answer(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, reader) = filled.by::<AnyTask>(&state)?;
    let one = seen(&reader, number).await?;
    if one.of.owner != reader.user.sign_in {
        return Err(Failure::forbidden("This recommendation is answered by whoever was asked."));
    }
    let reason = values.text("reason");
    let answer = match values.one("answer") {
        "accept" => Some(Answer::Accepted),
        "decline" => Some(Answer::Declined),
        _ => None,
    };
    let wrong = match answer {
        None => Some("Say whether you accept or decline."),
        Some(answer) if !answer.takes(&reason) => Some("Declining needs a reason."),
        Some(_) => too_long(&reason),
    };
    let (Some(answer), None) = (answer, wrong) else {
        return refused(&reader, &one, wrong.unwrap_or_default(), reason);
    };
    let accounts = &reader.accounts;
    let about = format!("{} ({number}): {reason}", one.of.what);
    let change = accounts.change(&reader.user.sign_in, &about);
    let taken = accounts.store.answer_recommendation(number, answer, &reason, change).await?;
    Ok(to(
        number,
        match (taken, answer) {
            (false, _) => "already",
            (true, Answer::Accepted) => "accepted",
            (true, Answer::Declined) => "declined",
        },
    ))
}

/// Takes down what came of one that was accepted.
pub(crate) async fn follow_up(
    Shared(state): Shared<State>,
    Asked(Path(number)): Asked<Path<i64>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, reader) = filled.by::<AnyTask>(&state)?;
    let one = seen(&reader, number).await?;
    if ![&one.of.owner, &one.asked_by].contains(&&reader.user.sign_in) {
        return Err(Failure::forbidden("What came of it is said by whoever asked or was asked."));
    }
    let result = values.text("result");
    let outcome = match values.one("outcome") {
        "done" => Some(Outcome::Done),
        "not_done" => Some(Outcome::NotDone),
        _ => None,
    };
    let on = values.day("on");
    let wrong = match (outcome, on) {
        (None, _) => Some("Say whether it was done."),
        (_, None) => Some("The day is no day; write it as 2026-11-17."),
        (_, Some(on)) if on > reader.world.today() => Some("That day is still to come."),
        _ => too_long(&result),
    };
    let (Some(outcome), Some(on), None) = (outcome, on, wrong) else {
        return refused(&reader, &one, wrong.unwrap_or_default(), result);
    };
    let accounts = &reader.accounts;
    let word = if outcome == Outcome::Done { "done" } else { "not done" };
    let about = format!("{} ({number}): {word}, {on}: {result}", one.of.what);
    let change = accounts.change(&reader.user.sign_in, &about);
    let taken = accounts.store.follow_up(number, (outcome, on), &result, change).await?;
    Ok(to(number, if taken { "followed" } else { "already" }))
}

fn too_long(text: &str) -> Option<&'static str> {
    (text.chars().count() > LONGEST_WHY).then_some("That is longer than 2,000 characters; shorten it.")
}

/// Where one is, after something was done.
fn to(number: i64, done: &str) -> Response {
    Redirect::to(&format!("/recommendations/{number}?done={done}")).into_response()
}

/// One that whoever reads sees; to everybody else there is none.
pub(super) async fn seen(reader: &Person, number: i64) -> Result<Recommendation, Failure> {
    let all = reader.accounts.store.recommendations().await?;
    let one = all.into_iter().find(|one| one.number == number && reader.world.sees_recommendation(one));
    one.ok_or_else(Failure::no_page)
}

/// The measure and the place of a form, for whoever sends recommendations.
fn about(writer: &Person, measure: &str, unit: &str, looking: &Looking) -> Result<(Arc<Measure>, Place), Failure> {
    let world = &writer.world;
    if !world.recommends() {
        return Err(Failure::no_page());
    }
    Ok((Arc::clone(world.measure(measure)?), looking.place(world, Some(unit))?))
}

/// The page of one with what is wrong with what was sent.
fn refused(reader: &Person, one: &Recommendation, wrong: &str, typed: String) -> Result<Response, Failure> {
    page(reader, StatusCode::UNPROCESSABLE_ENTITY, one, |page| {
        page.error = Some(format!("Nothing was changed. {wrong}"));
        page.typed = typed;
    })
}

/// The page of one, with something more about it.
fn page(
    reader: &Person,
    status: StatusCode,
    one: &Recommendation,
    more: impl FnOnce(&mut RecommendationPage),
) -> Result<Response, Failure> {
    let (world, links) = (&reader.world, links(&reader.world));
    let detail = world.recommendation_detail(one);
    let frame = world.frame("Recommendation", &links, "Initiatives");
    let mut page = RecommendationPage::new(frame, &detail, world.today(), world.project().fiscal_year, &links);
    let accepted = one.answer.as_ref().is_some_and(|(answer, ..)| *answer == Answer::Accepted);
    let may = world.writes_initiatives_for(std::slice::from_ref(&one.of.unit));
    page.initiative_url =
        links.initiative_form().filter(|_| accepted && may).map(|url| format!("{url}?recommendation={}", one.number));
    page.form_token.clone_from(&reader.form_token);
    more(&mut page);
    answer_page(status, &page)
}

/// The form with what was typed, and what is wrong with it.
async fn form(
    writer: &Person,
    status: StatusCode,
    (measure, place): (&Arc<Measure>, &Place),
    typed: TypedRecommendation,
    owner: &str,
    users: &[User],
    wrong: &[String],
) -> Result<Response, Failure> {
    let (world, links) = (&writer.world, links(&writer.world));
    let owners = world.people_to_tick(&place.unit, users, |name| name == owner);
    let title =
        format!("A recommendation about {}, {}", measure.title, world.name_of(&Subject::Unit(place.unit.clone())));
    let frame = world.frame("A recommendation", &links, "Initiatives");
    let stewards = world.stewards(measure);
    let page = RecommendPage {
        error: (!wrong.is_empty()).then(|| format!("Nothing was sent. {}", wrong.join(" "))),
        evidence: world.evidence(measure, place, &links).await?,
        stewards: (!stewards.is_empty()).then(|| evenkeel_view::words::listed(&stewards)),
        action: links.recommendation_form(&measure.id, place).unwrap_or_default(),
        back: links.measure(&measure.id, place),
        ..RecommendPage::new(frame, title, typed, owners, writer.form_token.clone())
    };
    answer_page(status, &page)
}
