//! Figures that people type: what somebody owes, and what waits to be approved.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use evenkeel_model::collection::Typed;
use evenkeel_model::reading::Subject;
use evenkeel_model::typed_figure::{Checked, Entry, LONGEST_NUMBER};
use evenkeel_state::{Decided, FigureId, FigureKey, NewFigure, SeenFigure, TypedFigure, User};
use evenkeel_view::page::frame::Link;
use evenkeel_view::page::owed::{FileRow, Said, file_row, refusal};
use evenkeel_view::page::owed_matrix::{MatrixCell, MatrixPage};
use evenkeel_view::page::{ApprovalPage, OwedDetail, OwedPage, SentDetail, Telling};
use jiff::Timestamp;
use serde::Deserialize;

use super::{answer_page, html, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::publishing::publish_or_later;
use crate::server::State;
use crate::visit::{Filled, Typing, Typist};
use crate::world::World;
use crate::world::owed::{AskedNow, key_of};

/// Where what somebody owes is as a file.
const FILE: &str = "/owed.csv";
/// Where it stands who owes what.
const MATRIX: &str = "/owed/all";
/// How many figures a page asks for.
const ROWS: usize = 40;
/// How many figures that were sent are told.
const SENT: usize = 12;
/// How much of a digest tells one entry from another.
const MARK: usize = 16;
/// Where figures are typed.
pub(crate) const OWED: &str = "/owed";
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

/// What was kept of a figure and is still open; nothing where there is none.
fn open_entry(asked: &AskedNow<'_>) -> Entry {
    let open = asked.latest.as_ref().filter(|latest| matches!(latest.typed, Typed::Draft | Typed::Returned));
    open.map(entry_of).unwrap_or_default()
}

/// By what a form knows again what stood in the boxes of a figure when its page was made.
fn mark(entry: &Entry) -> String {
    // Browsers send ends of lines in their own way.
    let texts = [&entry.numerator, &entry.denominator, &entry.note, &entry.absence].map(|text| text.replace('\r', ""));
    blake3::hash(texts.join("\0").as_bytes()).to_hex().chars().take(MARK).collect()
}

/// What the page says of a number of figures.
fn figures(count: usize) -> String {
    if count == 1 { "1 figure was".to_owned() } else { format!("{count} figures were") }
}

impl Wanted {
    fn notice(&self) -> Option<String> {
        if (self.sent, self.kept) == (Some(0), Some(0)) {
            return Some("Nothing was changed: nothing was typed, or it was typed already.".to_owned());
        }
        let sent = self.sent.filter(|sent| *sent > 0).map(|sent| format!("{} sent.", figures(sent)));
        let kept = self.kept.filter(|kept| *kept > 0).map(|kept| format!("{} kept as draft.", figures(kept)));
        let told: Vec<String> = sent.into_iter().chain(kept).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }
}

/// What somebody owes.
pub(crate) async fn show(typist: Typist, Asked(Query(wanted)): Asked<Query<Wanted>>) -> Result<Response, Failure> {
    let said = Said { notice: wanted.notice(), ..Said::default() };
    page(&typist, StatusCode::OK, said, &BTreeMap::new(), wanted.correct.as_deref()).await
}

/// Keeps what was typed, and sends what is ready.
pub(crate) async fn take(
    Shared(state): Shared<State>,
    filled: Filled<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let (values, typist) = filled.by::<Typing>(&state)?;
    let send = values.get("do").is_some_and(|chosen| chosen == "send");
    let mut entries = entries(&values);
    let Processed { sent, kept, refused, passed_over } =
        process(&typist, &state, &entries, &shown(&values), send).await?;
    if refused.is_empty() {
        return Ok(Redirect::to(&format!("{OWED}?sent={sent}&kept={kept}")).into_response());
    }
    // What the boxes held when the page was made is not what holds now.
    entries.retain(|word, _| !passed_over.contains(word));
    let mut error = format!("{} not sent, and nothing that you typed is lost. Each says why.", figures(refused.len()));
    // What is wrong with a whole figure stands beside none of its boxes.
    for (_, _, reason) in refused.iter().filter(|(_, column, _)| column == "key") {
        error.push(' ');
        error.push_str(reason);
    }
    let said = Said {
        notice: Wanted { sent: Some(sent), ..Wanted::default() }.notice(),
        error: Some(error),
        rejected: Vec::new(),
    };
    page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said, &entries, None).await
}

/// What became of figures that were typed.
pub(crate) struct Processed {
    /// How many were sent.
    pub(crate) sent: usize,
    /// How many were kept as drafts.
    pub(crate) kept: usize,
    /// Those that could not be sent: the word that means each, the column, and why.
    pub(crate) refused: Vec<(String, String, String)>,
    /// The words of those whose boxes were left as they were while somebody else typed into theirs.
    pub(crate) passed_over: Vec<String>,
}

/// What is said of a figure that nobody asks of whoever typed it, whether or not it is asked of others.
const NOT_ASKED: &str = "This figure is not asked of you. Download the list again; it has every figure that is.";
/// What is said of a figure that cannot be typed now.
const NOT_NOW: &str = "This figure waits for approval, or a source brings it, so it cannot be typed.";

/// What is said of a figure that somebody else typed in the same moment.
const AT_ONCE: &str = "Somebody else typed this figure in the same moment, and what they typed is kept. Look at it, and send \
                       yours again if it is to take the place of that.";

/// Keeps figures, and sends those that are ready when they are to be sent. `shown` is what stood in the boxes of a page
/// when it was made: what somebody else typed since is not typed over unseen.
pub(crate) async fn process(
    typist: &Typist,
    state: &State,
    entries: &BTreeMap<String, Entry>,
    shown: &BTreeMap<String, String>,
    send: bool,
) -> Result<Processed, Failure> {
    let Typist { world, accounts, user, .. } = typist;
    let typed = accounts.store.figures().await?;
    let asked = world.asked_figures(&typed).await?;
    let mut new = Vec::new();
    let mut emptied = Vec::new();
    let by_word: BTreeMap<String, &AskedNow<'_>> =
        asked.iter().map(|asked| (word_of(&key_of(&asked.asked.slot)), asked)).collect();
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let mut done = Processed { sent: 0, kept: 0, refused: Vec::new(), passed_over: Vec::new() };
    for (word, entry) in entries {
        // What is not asked of them is not told apart from what is not asked at all.
        let Some(asked) = by_word.get(word.as_str()) else {
            done.refused.push((word.clone(), "key".to_owned(), NOT_ASKED.to_owned()));
            continue;
        };
        let (given, now) = (mark(entry), mark(&open_entry(asked)));
        let changed = shown.get(word).is_some_and(|shown| *shown != now);
        if shown.get(word) == Some(&given) && (changed || !may_be_typed(asked)) {
            done.passed_over.push(word.clone());
            continue;
        }
        if !may_be_typed(asked) {
            done.refused.push((word.clone(), "key".to_owned(), NOT_NOW.to_owned()));
            continue;
        }
        if changed && given != now {
            done.refused.push((word.clone(), "key".to_owned(), typed_meanwhile(world, asked)));
            continue;
        }
        let detail = detail(world, asked, word.clone(), entries).await?;
        let checked = detail.checked.clone();
        let key = key_of(&asked.asked.slot);
        if entry.is_empty() {
            emptied.push((key, seen(asked)));
            continue;
        }
        let ready = matches!(checked, Checked::Ready(_) | Checked::Absent(_));
        if send
            && !ready
            && let Some((column, reason)) = refusal(&detail, &telling)
        {
            done.refused.push((word.clone(), column.to_owned(), reason));
        }
        let stands = match (send && ready, asked.asked.collection.approval) {
            (false, _) => Typed::Draft,
            (true, true) => Typed::Waiting,
            (true, false) => Typed::Approved,
        };
        if stands == Typed::Draft {
            done.kept += 1;
        } else {
            done.sent += 1;
        }
        new.push(figure(asked, key, entry, &checked, stands));
    }
    accounts.store.forget_drafts(&emptied).await?;
    let change = accounts.change(&user.sign_in, "");
    for key in accounts.store.type_figures(&new, change).await? {
        // Somebody else typed it in the same moment.
        let was_draft = new.iter().any(|figure| figure.key == key && figure.typed == Typed::Draft);
        let counted = if was_draft { &mut done.kept } else { &mut done.sent };
        *counted = counted.saturating_sub(1);
        done.refused.push((word_of(&key), "key".to_owned(), AT_ONCE.to_owned()));
    }
    if new.iter().any(|figure| figure.typed == Typed::Approved) {
        publish_or_later(accounts, &state.lake).await;
    }
    Ok(done)
}

/// What is said of a figure into which somebody else typed after the page was made.
fn typed_meanwhile(world: &World, asked: &AskedNow<'_>) -> String {
    let unit = world.name_of(&Subject::Unit(asked.asked.slot.unit.clone()));
    let now = open_entry(asked);
    let stands = match (&*now.numerator, &*now.denominator) {
        ("", "") => "nothing".to_owned(),
        (above, "") => format!("“{above}”"),
        (above, below) => format!("“{above}” over “{below}”"),
    };
    format!(
        "“{}” of {unit} was typed by somebody else after this page was made, and {stands} is kept now. What you typed \
         stands below: send it again if it is to take the place of that.",
        asked.measure.title
    )
}

/// Whether a figure can be typed: nobody is to decide on it, and no source brings it.
fn may_be_typed(asked: &AskedNow<'_>) -> bool {
    let waits = asked.latest.as_ref().is_some_and(|latest| latest.typed == Typed::Waiting);
    !waits && !is_brought(asked)
}

/// Whether a source brings a figure, so that one which was typed would count beside it.
fn is_brought(asked: &AskedNow<'_>) -> bool {
    asked.from.iter().any(|source| source != evenkeel_lake::figures::SOURCE)
}

/// What stood in the boxes of figures when their page was made, by the words that mean them.
fn shown(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let keys = values.iter().filter_map(|(name, word)| Some((name.strip_prefix("key")?, word)));
    keys.filter_map(|(number, word)| Some((word.clone(), values.get(&format!("shown{number}"))?.clone()))).collect()
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

/// What is seen of a figure now, so that it is not changed once it is another.
fn seen(asked: &AskedNow<'_>) -> Option<SeenFigure> {
    let latest = asked.latest.as_ref()?;
    Some(SeenFigure { id: latest.id, typed: latest.typed, typed_at: latest.typed_at })
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
        seen: seen(asked),
    }
}

/// The page of what somebody owes; `typed` stands in the boxes in place of what was kept.
pub(crate) async fn page(
    typist: &Typist,
    status: StatusCode,
    said: Said,
    typed: &BTreeMap<String, Entry>,
    correct: Option<&str>,
) -> Result<Response, Failure> {
    let Typist { world, accounts, user, form_token, .. } = typist;
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
    let link = |label: String, url: &str| Link { label, url: url.to_owned() };
    let mut ways = vec![link(format!("Figures to be approved ({waiting})"), APPROVAL)];
    if world.analyses() {
        ways.push(link("Who owes what".to_owned(), MATRIX));
    }
    if total > 0 {
        ways.push(link("Download this list as a file".to_owned(), FILE));
    }
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let frame = world.frame("Figures", &links(world), "Figures");
    let page = OwedPage::new(frame, &details, total, &lines, &telling, said, ways);
    answer_page(status, &page.with_token(form_token.clone()))
}

async fn detail(
    world: &World,
    asked: &AskedNow<'_>,
    word: String,
    typed: &BTreeMap<String, Entry>,
) -> Result<OwedDetail, Failure> {
    let known = world.known_figure(asked).await?;
    let open = asked.latest.as_ref().filter(|latest| matches!(latest.typed, Typed::Draft | Typed::Returned));
    let kept = open_entry(asked);
    let shown = mark(&kept);
    let entry = typed.get(&word).cloned().unwrap_or(kept);
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
        shown,
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
    let said = Said { notice: notice.map(str::to_owned), ..Said::default() };
    approval_page(&typist, StatusCode::OK, said).await
}

async fn approval_page(typist: &Typist, status: StatusCode, said: Said) -> Result<Response, Failure> {
    let Typist { world, accounts, user, form_token, .. } = typist;
    let figures = accounts.store.figures().await?;
    let asked = world.asked_figures(&figures).await?;
    let is_waiting = |asked: &&AskedNow<'_>| asked.latest.as_ref().is_some_and(|latest| latest.typed == Typed::Waiting);
    let mut all: Vec<&AskedNow<'_>> = asked.iter().filter(is_waiting).collect();
    // What somebody typed themselves must not keep the rest from the page.
    all.sort_by_key(|asked| !waits_for(asked, user));
    let mut waiting = Vec::new();
    for asked in all.iter().take(ROWS) {
        waiting.extend(sent_detail(world, asked, user).await?);
    }
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let frame = world.frame("Figures to be approved", &links(world), "Figures");
    let page = ApprovalPage::new(frame, &waiting, all.len(), &telling, said, form_token.clone());
    answer_page(status, &page)
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
    let (decision, typist) = filled.by::<Typing>(&state)?;
    let Typist { world, accounts, user, .. } = &typist;
    let figures = accounts.store.figures().await?;
    let asked = world.asked_figures(&figures).await?;
    let is_meant = |asked: &&AskedNow<'_>| asked.latest.as_ref().is_some_and(|latest| latest.id == FigureId(id));
    let meant = asked.iter().find(is_meant);
    // A figure that is not theirs to decide on is answered like one that does not exist.
    let Some((meant, found)) = meant.and_then(|meant| Some((meant, meant.latest.as_ref()?))) else {
        return Err(Failure::not_found("There is no such figure."));
    };
    let reason = decision.reason.trim();
    let refused = |error: &str| Said { error: Some(error.to_owned()), ..Said::default() };
    let reason = match decision.chosen.as_str() {
        "approve" if is_brought(meant) => {
            let said = refused(
                "The figure was not approved: a source has brought this figure since it was typed, and two of them must \
                 not count. Send it back; what the source brought holds.",
            );
            return approval_page(&typist, StatusCode::CONFLICT, said).await;
        }
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
                publish_or_later(accounts, &state.lake).await;
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

/// The figures that somebody owes, as the rows of a file.
pub(crate) async fn details(typist: &Typist, most: usize) -> Result<Vec<FileRow>, Failure> {
    let Typist { world, accounts, .. } = typist;
    let figures = accounts.store.figures().await?;
    let telling = Telling { fiscal: world.project().fiscal_year, currency: world.currency() };
    let mut rows = Vec::new();
    let owed = world.asked_figures(&figures).await?;
    for asked in owed.iter().filter(|asked| asked.standing.is_owed()).take(most) {
        let word = word_of(&key_of(&asked.asked.slot));
        rows.push(file_row(&detail(world, asked, word, &BTreeMap::new()).await?, &telling));
    }
    Ok(rows)
}

/// Who owes what.
pub(crate) async fn matrix(typist: Typist) -> Result<Html<String>, Failure> {
    let Typist { world, accounts, .. } = &typist;
    if !world.analyses() {
        return Err(Failure::no_page());
    }
    let figures = accounts.store.figures().await?;
    let asked = world.asked_figures(&figures).await?;
    let cells: Vec<MatrixCell> = asked
        .iter()
        .map(|asked| MatrixCell {
            collection: asked.asked.collection.title.clone(),
            measure: asked.measure.title.clone(),
            unit: world.name_of(&Subject::Unit(asked.asked.slot.unit.clone())),
            period: asked.asked.slot.period,
            due: asked.asked.due,
            standing: asked.standing,
            late: asked.asked.is_late(world.today()),
        })
        .collect();
    let frame = world.frame("Who owes what", &links(world), "Figures");
    let page = MatrixPage::new(frame, &cells, world.project().fiscal_year);
    html(&page)
}
