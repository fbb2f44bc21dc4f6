//! Low answers that are called back: the list, one of them, and taking a step.

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_engine::attention::LowAnswer;
use evenkeel_model::call_back::{LONGEST_WORDS, Outcome, Step};
use evenkeel_state::{AnswerKey, CallBackSteps, NewStep, Stepped};
use evenkeel_view::page::call_backs::{Shown, refusal};
use evenkeel_view::page::{CallBackPage, CallBacksPage, Links};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Done, answer_page, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::server::State;
use crate::visit::{AnyTask, Filled, Pairs, Person};
use crate::world::call_backs::key;

/// How an instant is written in forms.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

/// What is said of what was done.
const DONE: &[(&str, &str)] = &[
    ("take", "You have taken it."),
    ("give_back", "You have given it back; somebody else may take it."),
    ("try", "The call is written down. The customer still waits."),
    ("call", "The call is written down. Now say what came of it."),
    ("say", "What came of it is written down. Close it when nothing is left to be done."),
    ("close", "It is closed."),
    ("undo", "The last step was taken back. It stays in the list of what was done."),
    ("overtaken", "Nothing was written down: somebody else did something meanwhile. Look at what was done below."),
];

/// Which answers are listed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    show: String,
}

/// The list.
pub(crate) async fn list(
    Shared(state): Shared<State>,
    reader: Person,
    Asked(Query(wanted)): Asked<Query<Wanted>>,
) -> Result<Html<String>, Failure> {
    let (world, links) = (&reader.world, links(&reader.world));
    if !world.sees_call_backs() {
        return Err(Failure::no_page());
    }
    let now = state.now();
    let answers = world.low_answers(world.listed_after(now)).await?;
    let keys: Vec<AnswerKey> = answers.iter().map(key).collect();
    let steps = reader.accounts.store.call_backs_about(&keys).await?;
    let details: Vec<_> =
        answers.iter().map(|answer| world.call_back_detail(answer, steps.get(&key(answer)), now)).collect();
    let within = world.project().call_back_within.to_string();
    let frame = world.frame("Low scores to call back", &links, "Today");
    let promise = (within.as_str(), world.clock_of(now));
    let mut page = CallBacksPage::new(frame, &details, Shown::parse(&wanted.show), promise, &links);
    page.measure = world.measure_of_call_backs(&links);
    html(&page)
}

/// One of them.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    reader: Person,
    Asked(Path((source, response))): Asked<Path<(String, String)>>,
    Asked(Query(done)): Asked<Query<Done>>,
) -> Result<Response, Failure> {
    let about = AnswerKey { source, response };
    let answer = seen(&reader, &about).await?;
    let steps = steps(&reader, &about).await?;
    page(&reader, StatusCode::OK, (&answer, &steps), state.now(), |page| page.notice = done.notice(DONE))
}

/// Takes a step about one.
pub(crate) async fn step(
    Shared(state): Shared<State>,
    Asked(Path((source, response))): Asked<Path<(String, String)>>,
    filled: Filled<Pairs>,
) -> Result<Response, Failure> {
    let (values, reader) = filled.by::<AnyTask>(&state)?;
    let about = AnswerKey { source, response };
    let answer = seen(&reader, &about).await?;
    let world = &reader.world;
    if !world.calls_back(&answer) {
        return Err(Failure::forbidden("Customers are called back by whoever leads the unit or works in it."));
    }
    let now = state.now();
    let words = values.text("words");
    let (word, step) = match asked(&values, &world.project().time_zone, &answer) {
        Ok(asked) if words.chars().count() <= LONGEST_WORDS => asked,
        Ok(_) => {
            return refused(&reader, &about, &answer, now, "That is longer than 2,000 characters; shorten it.", words)
                .await;
        }
        Err(wrong) => return refused(&reader, &about, &answer, now, wrong, words).await,
    };
    // A page that does not say what it showed showed what is not there.
    let seen = values.one("seen").parse().unwrap_or(usize::MAX);
    let told = format!("{} {}: {word}", about.source, about.response);
    let new = NewStep { about: &about, answered_at: answer.answered_at, seen, step, words: &words, now };
    let change = reader.accounts.change(&reader.user.sign_in, &told);
    let url = links(world).call_back(&about.source, &about.response).unwrap_or_default();
    Ok(match reader.accounts.store.step(new, change).await? {
        Stepped::Taken => Redirect::to(&format!("{url}?done={word}")).into_response(),
        Stepped::Overtaken => Redirect::to(&format!("{url}?done=overtaken")).into_response(),
        Stepped::Refused(why) => return refused(&reader, &about, &answer, now, &refusal(why), words).await,
    })
}

/// The step that a form asks for, with its word, or what is wrong with it.
fn asked(values: &Pairs, zone: &TimeZone, answer: &LowAnswer) -> Result<(&'static str, Step), &'static str> {
    let called_at = || -> Result<Timestamp, &'static str> {
        let text = values.one("at").trim();
        let at = DateTime::strptime(MINUTE, text).map_err(|_| "Say when you called, as in 2026-11-02T14:30.")?;
        let at = zone.to_ambiguous_zoned(at).compatible().map_err(|_| "There is no such time.")?.timestamp();
        // Forms know no seconds: the minute of the answer is not before it.
        let within = at < answer.answered_at && answer.answered_at.duration_since(at) < SignedDuration::from_mins(1);
        Ok(if within { answer.answered_at } else { at })
    };
    Ok(match values.one("step") {
        "take" => ("take", Step::Take),
        "give_back" => ("give_back", Step::GiveBack),
        "try" => ("try", Step::Try(called_at()?)),
        "call" => ("call", Step::Call(called_at()?)),
        "say" => ("say", Step::Say(Outcome::parse(values.one("outcome")).ok_or("Say what came of it.")?)),
        "close" => ("close", Step::Close),
        "undo" => ("undo", Step::Undo),
        _ => return Err("Say whether you reached the customer."),
    })
}

/// One that whoever reads sees; to everybody else there is none.
async fn seen(reader: &Person, about: &AnswerKey) -> Result<LowAnswer, Failure> {
    reader.world.low_answer(about).await?.ok_or_else(Failure::no_page)
}

/// What was done about one.
async fn steps(reader: &Person, about: &AnswerKey) -> Result<CallBackSteps, Failure> {
    let mut found = reader.accounts.store.call_backs_about(std::slice::from_ref(about)).await?;
    Ok(found.remove(about).unwrap_or_default())
}

/// The page of one with what is wrong with what was sent.
async fn refused(
    reader: &Person,
    about: &AnswerKey,
    answer: &LowAnswer,
    now: Timestamp,
    wrong: &str,
    typed: String,
) -> Result<Response, Failure> {
    let steps = steps(reader, about).await?;
    page(reader, StatusCode::UNPROCESSABLE_ENTITY, (answer, &steps), now, |page| {
        page.error = Some(format!("Nothing was written down. {wrong}"));
        page.typed = typed;
    })
}

/// The page of one, with something more about it.
fn page(
    reader: &Person,
    status: StatusCode,
    (answer, steps): (&LowAnswer, &CallBackSteps),
    now: Timestamp,
    more: impl FnOnce(&mut CallBackPage),
) -> Result<Response, Failure> {
    let (world, links) = (&reader.world, links(&reader.world));
    let detail = world.call_back_detail(answer, Some(steps), now);
    let mut page = CallBackPage::new(world.frame("A low score", &links, "Today"), &detail, world.clock_of(now), &links);
    page.form_token.clone_from(&reader.form_token);
    more(&mut page);
    answer_page(status, &page)
}
