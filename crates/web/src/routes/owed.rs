//! Figures that people type: what somebody owes, and what waits to be approved.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::collection::Typed;
use evenkeel_model::reading::Subject;
use evenkeel_model::typed_figure::{Checked, Entry, LONGEST_NUMBER};
use evenkeel_state::{Decided, FigureId, FigureKey, NewFigure, TypedFigure, User};
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::owed::Said;
use evenkeel_view::page::{ApprovalPage, OwedDetail, OwedPage, SentDetail, Telling, Template};
use jiff::Timestamp;
use serde::Deserialize;

use super::links;
use crate::accounts::Accounts;
use crate::asked::Asked;
use crate::error::Failure;
use crate::publishing::publish;
use crate::server::State;
use crate::visit::{Filled, Typist};
use crate::world::World;
use crate::world::owed::{AskedNow, key_of};

/// How many figures a page asks for.
const ROWS: usize = 40;
/// How many figures that were sent are told.
const SENT: usize = 12;
/// Where figures are typed.
const OWED: &str = "/owed";
/// Where figures are approved.
const APPROVAL: &str = "/owed/approval";

/// What was asked for, and what was done before.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// A figure that is to be typed again.
    correct: Option<String>,
    /// How many were sent.
    sent: Option<usize>,
    /// How many were kept.
    kept: Option<usize>,
    /// What was decided.
    done: Option<String>,
}

/// What a form says to mean a figure.
fn word_of(key: &FigureKey) -> String {
    format!("{}/{}/{}/{}", key.measure, key.first_day, key.last_day, key.unit)
}

/// What a figure was when it was typed.
fn entry_of(figure: &TypedFigure) -> Entry {
    Entry {
        numerator: figure.above_typed.clone(),
        denominator: figure.below_typed.clone(),
        note: figure.note.clone(),
        absence: figure.absence.clone(),
        sure: false,
    }
}

/// What the page says of a number of figures.
fn figures(count: usize) -> String {
    if count == 1 { "1 figure was".to_owned() } else { format!("{count} figures were") }
}

impl Wanted {
    fn notice(&self) -> Option<String> {
        let sent = self.sent.filter(|sent| *sent > 0).map(|sent| format!("{} sent.", figures(sent)));
        let kept = self.kept.filter(|kept| *kept > 0).map(|kept| format!("{} kept as draft.", figures(kept)));
        let told: Vec<String> = sent.into_iter().chain(kept).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }
}

/// What somebody owes.
pub(crate) async fn show(typist: Typist, Asked(Query(wanted)): Asked<Query<Wanted>>) -> Result<Response, Failure> {
    let said = Said { notice: wanted.notice(), error: None };
    page(&typist, StatusCode::OK, said, &BTreeMap::new(), wanted.correct.as_deref()).await
}

/// Keeps what was typed, and sends what is ready.
pub(crate) async fn take(
    Shared(state): Shared<State>,
    filled: Filled<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let (values, typist) = filled.by_typist(&state)?;
    let Typist { world, accounts, user, .. } = &typist;
    let send = values.get("do").is_some_and(|chosen| chosen == "send");
    let entries = entries(&values);
    let typed = accounts.store.figures().await?;
    let asked = world.asked_figures(&typed).await?;
    let mut new = Vec::new();
    let mut emptied = Vec::new();
    let (mut sent, mut kept, mut refused) = (0_usize, 0_usize, 0_usize);
    for (word, entry) in &entries {
        // What is not asked of them is not told apart from what is not asked at all.
        let Some(asked) = asked.iter().find(|asked| word_of(&key_of(&asked.asked.slot)) == *word) else {
            refused += 1;
            continue;
        };
        if !may_be_typed(asked) {
            refused += 1;
            continue;
        }
        let known = world.known_figure(asked).await?.known;
        let checked = entry.check(asked.asked.figure, &asked.measure, asked.asked.collection.note, &known);
        let key = key_of(&asked.asked.slot);
        if entry.is_empty() {
            emptied.push(key);
            continue;
        }
        let ready = matches!(checked, Checked::Ready(_) | Checked::Absent(_));
        if send && !ready && checked != Checked::Empty {
            refused += 1;
        }
        let stands = match (send && ready, asked.asked.collection.approval) {
            (false, _) => Typed::Draft,
            (true, true) => Typed::Waiting,
            (true, false) => Typed::Approved,
        };
        if stands == Typed::Draft {
            kept += 1;
        } else {
            sent += 1;
        }
        new.push(figure(asked, key, entry, &checked, stands));
    }
    accounts.store.forget_drafts(&emptied).await?;
    let change = accounts.change(&user.sign_in, "");
    let left = accounts.store.type_figures(&new, change).await?.len();
    sent = sent.saturating_sub(left);
    if new.iter().any(|figure| figure.typed == Typed::Approved) {
        publish_now(accounts, &state).await;
    }
    if refused + left == 0 {
        return Ok(Redirect::to(&format!("{OWED}?sent={sent}&kept={kept}")).into_response());
    }
    let said = Said {
        notice: Wanted { sent: Some(sent), ..Wanted::default() }.notice(),
        error: Some(format!(
            "{} not sent, and nothing that you typed is lost. Each says why.",
            figures(refused + left)
        )),
    };
    page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said, &entries, None).await
}

/// Whether a figure can be typed: nobody is to decide on it, and no source brings it.
fn may_be_typed(asked: &AskedNow<'_>) -> bool {
    let waits = asked.latest.as_ref().is_some_and(|latest| latest.typed == Typed::Waiting);
    !waits && asked.from.iter().all(|source| source == evenkeel_lake::figures::SOURCE)
}

/// What was typed, by the word that means the figure.
fn entries(values: &BTreeMap<String, String>) -> BTreeMap<String, Entry> {
    let keys = values.iter().filter_map(|(name, word)| Some((name.strip_prefix("key")?, word)));
    keys.map(|(number, word)| {
        let value = |name: &str| values.get(&format!("{name}{number}")).map(|text| text.trim().to_owned());
        let entry = Entry {
            numerator: value("numerator").unwrap_or_default(),
            denominator: value("denominator").unwrap_or_default(),
            note: value("note").unwrap_or_default(),
            absence: value("absence").unwrap_or_default(),
            sure: value("sure").is_some(),
        };
        (word.clone(), entry)
    })
    .collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn figure(asked: &AskedNow<'_>, key: FigureKey, entry: &Entry, checked: &Checked, typed: Typed) -> NewFigure {
    let amounts = match checked {
        Checked::Ready(amounts) | Checked::Unusual(amounts) => Some(*amounts),
        Checked::NoteMissing { amounts, .. } => *amounts,
        Checked::Empty | Checked::Impossible { .. } | Checked::Absent(_) => None,
    };
    let what = match (amounts, checked) {
        (Some(amounts), _) => match amounts.denominator {
            Some(below) => format!("{} over {below}", amounts.numerator),
            None => amounts.numerator.to_string(),
        },
        (None, Checked::Absent(reason)) => format!("none, {}", reason.as_str()),
        _ => "not a figure yet".to_owned(),
    };
    let about = format!("{} of {}, {} to {}: {what}", key.measure, key.unit, key.first_day, key.last_day);
    NewFigure {
        figure: asked.asked.figure.figure.clone(),
        above_typed: cut(&entry.numerator, LONGEST_NUMBER),
        below_typed: cut(&entry.denominator, LONGEST_NUMBER),
        note: cut(&entry.note, evenkeel_model::typed_figure::LONGEST_NOTE),
        absence: cut(&entry.absence, LONGEST_NUMBER),
        amounts,
        typed,
        about,
        key,
    }
}

async fn publish_now(accounts: &Accounts, state: &State) {
    if let Err(error) = publish(accounts, &state.lake).await {
        // The watch tries again.
        tracing::info!(%error, "typed figures are put into the record later");
    }
}

/// The page of what somebody owes; `typed` stands in the boxes in place of what was kept.
async fn page(
    typist: &Typist,
    status: StatusCode,
    said: Said,
    typed: &BTreeMap<String, Entry>,
    correct: Option<&str>,
) -> Result<Response, Failure> {
    let Typist { world, accounts, user, form_token } = typist;
    let figures = accounts.store.figures().await?;
    let asked = world.asked_figures(&figures).await?;
    let (mut owed, mut sent) = (Vec::new(), Vec::new());
    for asked in &asked {
        let word = word_of(&key_of(&asked.asked.slot));
        let again = correct == Some(word.as_str()) || typed.contains_key(&word);
        // A correction that was begun stays in sight until it is sent.
        let begun = asked.latest.as_ref().is_some_and(|latest| matches!(latest.typed, Typed::Draft | Typed::Returned));
        if may_be_typed(asked) && (asked.standing.is_owed() || again || begun) {
            owed.push((asked, word));
        }
        if asked.latest.as_ref().is_some_and(|latest| matches!(latest.typed, Typed::Waiting | Typed::Approved)) {
            sent.push(asked);
        }
    }
    let total = owed.len();
    let mut details = Vec::new();
    // What is corrected or was not sent comes first, so that it is on the page.
    owed.sort_by_key(|(_, word)| correct != Some(word.as_str()) && !typed.contains_key(word));
    for (asked, word) in owed.into_iter().take(ROWS.max(typed.len())) {
        details.push(detail(world, asked, word, typed).await?);
    }
    details.sort_by(|one, other| {
        (one.period.end(), &one.unit, one.due).cmp(&(other.period.end(), &other.unit, other.due))
    });
    sent.sort_by_key(|asked| std::cmp::Reverse(asked.latest.as_ref().map(|latest| latest.typed_at)));
    let mut lines = Vec::new();
    for asked in sent.into_iter().take(SENT) {
        lines.extend(sent_detail(world, asked, user).await?);
    }
    let waiting = asked.iter().filter(|asked| waits_for(asked, user)).count();
    let approval = Link { label: format!("Figures to be approved ({waiting})"), url: APPROVAL.to_owned() };
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let frame = world.frame("Figures", &links(world), "Figures");
    let page = OwedPage::new(frame, &details, total, &lines, &telling, said, vec![approval]);
    let html = page.with_token(form_token.clone()).render().map_err(|error| Failure::unwritten(&error))?;
    Ok((status, Html(html)).into_response())
}

async fn detail(
    world: &World,
    asked: &AskedNow<'_>,
    word: String,
    typed: &BTreeMap<String, Entry>,
) -> Result<OwedDetail, Failure> {
    let known = world.known_figure(asked).await?;
    let open = asked.latest.as_ref().filter(|latest| matches!(latest.typed, Typed::Draft | Typed::Returned));
    let entry = typed.get(&word).cloned().or_else(|| open.map(entry_of)).unwrap_or_default();
    let checked = entry.check(asked.asked.figure, &asked.measure, asked.asked.collection.note, &known.known);
    let returned = open.and_then(|open| Some((open.decided_by.clone()?, open.reason.clone()?)));
    Ok(OwedDetail {
        measure: asked.measure.clone(),
        below_the_line: asked.asked.figure.below_the_line,
        unit: world.name_of(&Subject::Unit(asked.asked.slot.unit.clone())),
        key: word,
        period: asked.asked.slot.period,
        due: asked.asked.due,
        late: asked.standing.is_owed() && asked.asked.is_late(world.today()),
        approval: asked.asked.collection.approval,
        entry,
        checked,
        known: known.known,
        before: known.before,
        returned,
    })
}

/// Whether a figure waits for the decision of somebody.
fn waits_for(asked: &AskedNow<'_>, user: &User) -> bool {
    asked.latest.as_ref().is_some_and(|latest| latest.typed == Typed::Waiting && latest.typed_by != user.sign_in)
}

async fn sent_detail(world: &World, asked: &AskedNow<'_>, user: &User) -> Result<Option<SentDetail>, Failure> {
    let Some(latest) = &asked.latest else { return Ok(None) };
    let known = world.known_figure(asked).await?.known;
    let at = latest.typed_at.to_zoned(world.project().time_zone.clone());
    let word = word_of(&key_of(&asked.asked.slot));
    let correct = percent_encoding::utf8_percent_encode(&word, percent_encoding::NON_ALPHANUMERIC).to_string();
    let held = asked.held.as_ref().filter(|held| held.id != latest.id).and_then(|held| held.amounts);
    Ok(Some(SentDetail {
        measure: asked.measure.clone(),
        unit: world.name_of(&Subject::Unit(asked.asked.slot.unit.clone())),
        period: asked.asked.slot.period,
        typed: latest.typed,
        amounts: latest.amounts,
        replaces: held,
        absence: latest.absence.clone(),
        note: latest.note.clone(),
        typed_by: latest.typed_by.clone(),
        typed_at: at.strftime("%-d %b %Y %H:%M").to_string(),
        decided_by: latest.decided_by.clone(),
        known,
        decide_url: waits_for(asked, user).then(|| format!("{APPROVAL}/{}", latest.id.0)),
        seen: latest.typed_at.as_millisecond().to_string(),
        correct_url: (latest.typed == Typed::Approved).then(|| format!("{OWED}?correct={correct}")),
    }))
}

/// What waits to be approved.
pub(crate) async fn approval(typist: Typist, Asked(Query(wanted)): Asked<Query<Wanted>>) -> Result<Response, Failure> {
    let notice = match wanted.done.as_deref() {
        Some("approved") => Some("The figure was approved. Pages show it in a moment."),
        Some("returned") => Some("The figure was sent back with your reason."),
        _ => None,
    };
    let said = Said { notice: notice.map(str::to_owned), error: None };
    approval_page(&typist, StatusCode::OK, said).await
}

async fn approval_page(typist: &Typist, status: StatusCode, said: Said) -> Result<Response, Failure> {
    let Typist { world, accounts, user, form_token } = typist;
    let figures = accounts.store.figures().await?;
    let mut waiting = Vec::new();
    for asked in &world.asked_figures(&figures).await? {
        if asked.latest.as_ref().is_some_and(|latest| latest.typed == Typed::Waiting) && waiting.len() < ROWS {
            waiting.extend(sent_detail(world, asked, user).await?);
        }
    }
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let frame = world.frame("Figures to be approved", &links(world), "Figures");
    let page = ApprovalPage::new(frame, &waiting, &telling, said, form_token.clone());
    let html = page.render().map_err(|error| Failure::unwritten(&error))?;
    Ok((status, Html(html)).into_response())
}

/// A decision on a figure.
#[derive(Deserialize)]
pub(crate) struct Decision {
    #[serde(rename = "do")]
    chosen: String,
    seen: String,
    #[serde(default)]
    reason: String,
}

/// Approves a figure or sends it back.
pub(crate) async fn decide(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<i64>>,
    filled: Filled<Decision>,
) -> Result<Response, Failure> {
    let (decision, typist) = filled.by_typist(&state)?;
    let Typist { world, accounts, user, .. } = &typist;
    let figures = accounts.store.figures().await?;
    let asked = world.asked_figures(&figures).await?;
    let found = asked.iter().filter_map(|asked| asked.latest.as_ref()).find(|latest| latest.id == FigureId(id));
    // A figure that is not theirs to decide on is answered like one that does not exist.
    let Some(found) = found else { return Err(Failure::not_found("There is no such figure.")) };
    let reason = decision.reason.trim();
    let refused = |error: &str| Said { notice: None, error: Some(error.to_owned()) };
    let reason = match decision.chosen.as_str() {
        "approve" => None,
        "return" if reason.is_empty() => {
            let said = refused("The figure was not sent back: say why, so that whoever typed it knows what to change.");
            return approval_page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said).await;
        }
        "return" => Some(cut(reason, evenkeel_model::typed_figure::LONGEST_NOTE)),
        _ => return Err(Failure::bad("Choose to approve the figure or to send it back.")),
    };
    let seen = decision.seen.parse().ok().and_then(|seen| Timestamp::from_millisecond(seen).ok());
    let seen = seen.ok_or_else(|| Failure::bad("This form cannot be read."))?;
    let key = &found.key;
    let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let about = format!("{} of {}, {} to {}{why}", key.measure, key.unit, key.first_day, key.last_day);
    let change = accounts.change(&user.sign_in, &about);
    match accounts.store.decide_figure(found.id, seen, reason.as_deref(), change).await? {
        Decided::Done => {
            if reason.is_none() {
                publish_now(accounts, &state).await;
            }
            let done = if reason.is_none() { "approved" } else { "returned" };
            Ok(Redirect::to(&format!("{APPROVAL}?done={done}")).into_response())
        }
        Decided::Own => {
            let said = refused("Nothing was decided: you typed this figure, so somebody else approves it.");
            approval_page(&typist, StatusCode::FORBIDDEN, said).await
        }
        Decided::Changed => {
            let said =
                refused("Nothing was decided: it was decided on or typed again meanwhile. Look at it as it is now.");
            approval_page(&typist, StatusCode::CONFLICT, said).await
        }
    }
}
