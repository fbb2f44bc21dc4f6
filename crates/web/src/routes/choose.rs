//! Choosing measures: the candidates, what somebody says of one, which are chosen, and the file that comes of it.

use axum::extract::{Path, Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::choice::{Chosen, Evidence, EvidenceKind, Factor, Mark, Rating};
use evenkeel_model::ids::MeasureId;
use evenkeel_view::page::LibraryLinks as _;
use evenkeel_view::page::choose::TypedChoice;
use evenkeel_view::words::choosing::{unfit_choice, unfit_rating};

use super::{Done, answer_page, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person};
use crate::world::choose::{Said, mark};

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("rated", "What you say is kept, beside what others say."),
    ("withdrawn", "What you said is taken back."),
    ("chosen", "The measure is chosen, and stands in the scorecard file."),
    ("dropped", "The measure is chosen no more. What people say of it stays."),
];

/// All candidates.
pub(crate) async fn list(reader: Person, Asked(Query(done)): Asked<Query<Done>>) -> Result<Html<String>, Failure> {
    let said = of(&reader).await?;
    let mut page = reader.world.choose_page(&said, &links(&reader.world)).await?;
    page.notice = done.notice(DONE);
    html(&page)
}

/// The scorecard that comes of what was chosen.
pub(crate) async fn file(reader: Person) -> Result<Response, Failure> {
    let said = of(&reader).await?;
    if !reader.world.sees_the_record() {
        return Err(Failure::no_page());
    }
    let none = || Failure::not_found("Nothing is chosen yet. The page /choose says how that is done.");
    let file = reader.world.chosen_file(&said).await?.ok_or_else(none)?;
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file.text).into_response())
}

/// One candidate.
pub(crate) async fn show(
    reader: Person,
    Asked(Path(measure)): Asked<Path<String>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    let said = of(&reader).await?;
    let notice = done.notice(DONE);
    page(&reader, &measure, &said, (None, None), notice, &[]).await
}

/// Takes down what somebody says of a measure.
pub(crate) async fn rate(
    Shared(state): Shared<State>,
    Asked(Path(measure)): Asked<Path<String>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, reader) = filled.by::<AnyTask>(&state)?;
    if !reader.world.rates() {
        return Err(Failure::no_page());
    }
    let id = reader.world.candidate_named(&measure).await?.id.clone();
    let (rating, mut wrong) = rating(&values);
    wrong.extend(rating.faults().into_iter().map(unfit_rating));
    if !wrong.is_empty() {
        let said = of(&reader).await?;
        return page(&reader, &measure, &said, (Some(rating), None), None, &wrong).await;
    }
    let accounts = &reader.accounts;
    // The trail has who rated what, and not what they said.
    let change = accounts.change(&reader.user.sign_in, id.as_str());
    accounts.store.rate_measure(&id, &rating, change).await?;
    Ok(to(&reader, &id, if rating.is_empty() { "withdrawn" } else { "rated" }))
}

/// Chooses a measure, or changes how it is chosen.
pub(crate) async fn choose(
    Shared(state): Shared<State>,
    Asked(Path(measure)): Asked<Path<String>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let (id, said) = chooser(&writer, &measure).await?;
    let typed = TypedChoice {
        leg: values.one("leg").to_owned(),
        objective: values.text("objective").replace('\n', " "),
        key: !values.one("key").is_empty(),
        for_people: !values.one("for_people").is_empty(),
        serves: values.one("serves").to_owned(),
        within: values.one("within").trim().to_owned(),
    };
    let mut wrong = Vec::new();
    let serves = MeasureId::new(&typed.serves);
    if !typed.serves.is_empty() && writer.world.candidate_named(&typed.serves).await.is_err() {
        wrong.push("There is no such measure that it could serve.".to_owned());
    }
    let chosen = Chosen {
        measure: id.clone(),
        leg: typed.leg.clone(),
        objective: typed.objective.clone(),
        key: typed.key,
        for_people: typed.for_people,
        // What is no number is as wrong as one that is too small.
        serves: (!typed.serves.is_empty()).then(|| (serves, typed.within.parse().unwrap_or(0))),
    };
    wrong.extend(chosen.faults().into_iter().map(unfit_choice));
    if !wrong.is_empty() {
        return page(&writer, &measure, &said, (None, Some(typed)), None, &wrong).await;
    }
    let present = said.of(&id);
    let accounts = &writer.accounts;
    let about = format!("{id}: {}, {}", chosen.leg, chosen.objective);
    let change = accounts.change(&writer.user.sign_in, &about);
    if values.one("seen") != mark(present) || !accounts.store.choose_measure(present, &chosen, change).await? {
        return Err(changed());
    }
    Ok(to(&writer, &id, "chosen"))
}

/// Chooses a measure no more.
pub(crate) async fn drop(
    Shared(state): Shared<State>,
    Asked(Path(measure)): Asked<Path<String>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, writer) = filled.by::<AnyTask>(&state)?;
    let (id, said) = chooser(&writer, &measure).await?;
    let Some(present) = said.of(&id).filter(|present| values.one("seen") == mark(Some(present))) else {
        return Err(changed());
    };
    let accounts = &writer.accounts;
    if !accounts.store.drop_measure(present, accounts.change(&writer.user.sign_in, id.as_str())).await? {
        return Err(changed());
    }
    Ok(to(&writer, &id, "dropped"))
}

/// What people said and chose, for whoever has a part in it.
async fn of(reader: &Person) -> Result<Said, Failure> {
    if !reader.world.sees_choosing() {
        return Err(Failure::no_page());
    }
    Ok(Said::read(&reader.accounts.store).await?)
}

/// The measure that is to be chosen, for whoever chooses.
async fn chooser(writer: &Person, measure: &str) -> Result<(MeasureId, Said), Failure> {
    if !writer.world.chooses() {
        return Err(Failure::no_page());
    }
    let id = writer.world.candidate_named(measure).await?.id.clone();
    Ok((id, Said::read(&writer.accounts.store).await?))
}

/// Somebody else has chosen otherwise meanwhile.
fn changed() -> Failure {
    Failure::conflict(
        "Nothing was changed: somebody has chosen this measure, or chosen it otherwise, after the page was made. Go back \
         and look at it as it is now.",
    )
}

/// The rating of a form, and what of it cannot be read.
fn rating(values: &Pairs) -> (Rating, Vec<String>) {
    let mut wrong = Vec::new();
    let mut mark = |factor: Factor| {
        let sent = values.one(factor.as_str()).trim();
        let mark = sent.parse().ok().and_then(Mark::new);
        if mark.is_none() && !sent.is_empty() {
            wrong.push(format!("The mark of {} is none from 0 to {}.", factor.as_str(), Mark::HIGHEST));
        }
        mark
    };
    let [importance, relevance, impact, usefulness] = Factor::ALL.map(&mut mark);
    let words = values.text("evidence");
    let kind = EvidenceKind::parse(values.one("evidence_kind"));
    if kind.is_none() && !words.is_empty() {
        wrong.push("Choose what the evidence comes from.".to_owned());
    }
    // What was typed is shown again, whatever is wrong with it.
    let evidence = match kind {
        None if words.is_empty() => None,
        kind => Some(Evidence { kind: kind.unwrap_or(EvidenceKind::Other), words }),
    };
    (Rating { importance, relevance, impact, usefulness, evidence }, wrong)
}

/// Where a candidate is, after something was done.
fn to(reader: &Person, id: &MeasureId, done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", links(&reader.world).rate(id))).into_response()
}

/// The page of a candidate with what was typed, and what is wrong with it.
async fn page(
    reader: &Person,
    measure: &str,
    said: &Said,
    typed: (Option<Rating>, Option<TypedChoice>),
    notice: Option<String>,
    wrong: &[String],
) -> Result<Response, Failure> {
    let mut page = reader.world.rate_page(measure, said, typed, &links(&reader.world)).await?;
    page.form_token.clone_from(&reader.form_token);
    page.notice = notice;
    page.error = (!wrong.is_empty()).then(|| format!("Nothing was changed. {}", wrong.join(" ")));
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    answer_page(status, &page)
}
