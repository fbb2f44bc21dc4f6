//! Loading a file: choosing it, saying what its columns become, and watching its import.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::source::Source;
use evenkeel_spec::headings::{
    self, Answers, Becomes, Certainty, Column, Decision, Decisions, First, Form, Head, Length, Proposal, Question,
    Scale, Wish,
};
use evenkeel_view::number::counted;
use evenkeel_view::page::load::{file_words, headline};
use evenkeel_view::page::{
    LoadAnswer, LoadChoice, LoadColumn, LoadColumnsPage, LoadPage, LoadProgressPage, LoadRejected, LoadTrial,
};
use evenkeel_view::words::rejected::{meaning, shape};

use super::{answer_page, data, links};
use crate::asked::Asked;
use crate::error::Failure;
use crate::limits::LARGEST_FILE;
use crate::loading::{Draft, Failed, Loading, MOST_REJECTS, Said, Stage, Trial, by_reason, told};
use crate::server::State;
use crate::sources::safe_name;
use crate::visit::{LoadForm, LoadedFile, Loader, Pairs};

/// Where files are loaded.
pub(crate) const LOAD: &str = "/data/load";
/// The longest name of a file that is told.
const LONGEST_NAME: usize = 80;
/// How many cells of a column are shown.
const SAMPLES: usize = 3;
/// The longest cell that is shown.
const LONGEST_SAMPLE: usize = 40;
/// How many answers of customers are asked about.
const MOST_ANSWERS: usize = 12;
/// How often something is sent to whoever watches, so that nothing on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// In how many seconds a page that found no place may ask again.
const LATER: u64 = 10;
/// Lengths of time, as forms send them.
const LENGTHS: [(&str, &str, Length); 3] =
    [("s", "seconds", Length::Seconds), ("m", "minutes", Length::Minutes), ("h", "hours", Length::Hours)];
/// What an answer of a customer may mean, as forms send it.
const MEANINGS: [(&str, &str); 3] = [("", "no answer"), ("yes", "satisfied"), ("no", "not satisfied")];
/// Why cells are not shown.
const HIDDEN: &str = "not shown: figures about people are off in this project";

/// Choosing a file.
pub(crate) async fn choose(Shared(state): Shared<State>, loader: Loader) -> Result<Response, Failure> {
    choosing(&state, &loader, StatusCode::OK, None)
}

fn choosing(state: &State, loader: &Loader, status: StatusCode, error: Option<String>) -> Result<Response, Failure> {
    let project = state.project();
    let loaded = project.sources.iter().filter(|source| crate::sources::loaded_files(source).is_some());
    let page = LoadPage {
        frame: loader.world.frame("Load a file", &links(&loader.world), "Data"),
        error,
        most: format!("{} MB", LARGEST_FILE / 1024 / 1024),
        sources: loaded.map(|source| source.name.clone()).collect(),
        url: LOAD.to_owned(),
        data_url: "/data".to_owned(),
        form_token: loader.form_token(),
    };
    loader.kept(answer_page(status, &page)?)
}

/// Takes a file and proposes what its columns become.
pub(crate) async fn take(Shared(state): Shared<State>, file: LoadedFile) -> Result<Response, Failure> {
    let LoadedFile { loader, called, bytes } = file;
    let loading = loading(&state)?;
    let called = plain_name(&called);
    let refused = |why: String| choosing(&state, &loader, StatusCode::UNPROCESSABLE_ENTITY, Some(why));
    let head = match headings::read(&bytes, true) {
        Ok(head) => head,
        Err(why) => return refused(format!("“{called}” was not taken: {why}.")),
    };
    let draft = match loading.keep(&loader.by, called, &bytes, head) {
        Ok(draft) => draft,
        Err(error) => return refused(told(&error)),
    };
    let project = state.project();
    let readers = loading.readers(&project, &draft.head);
    let (name, known) = match readers.first() {
        Some(source) => (source.name.clone(), true),
        None => (free_name(&project.sources, &safe_name(draft.stem())), false),
    };
    let said = said(name, known, Decisions::default(), None);
    loading.say(&draft, said, &project, state.now()).await;
    Ok(Redirect::to(&format!("{LOAD}/{}", draft.id)).into_response())
}

/// What becomes of a file, or how far its import has come.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    loader: Loader,
    Asked(Path(id)): Asked<Path<String>>,
) -> Result<Response, Failure> {
    let draft = found(&state, &loader, &id)?;
    match draft.stage() {
        Stage::Said => columns(&state, &loader, &draft, StatusCode::OK, None),
        stage => progress(&state, &loader, &draft, stage),
    }
}

/// Takes what somebody says of a file, and imports it where they want that.
pub(crate) async fn say(
    Shared(state): Shared<State>,
    Asked(Path(id)): Asked<Path<String>>,
    form: LoadForm,
) -> Result<Response, Failure> {
    let LoadForm { loader, values } = form;
    let draft = found(&state, &loader, &id)?;
    let loading = loading(&state)?;
    let here = || Redirect::to(&format!("{LOAD}/{}", draft.id)).into_response();
    if draft.stage() != Stage::Said {
        return Ok(here());
    }
    let project = state.project();
    let before = draft.said();
    let new = read(&values, &draft, &project.sources);
    let (decided, zone) = (new.decisions == before.decisions, new.zone == before.zone);
    let as_before = decided && zone && (&new.name, new.known) == (&before.name, before.known);
    if !as_before || before.trial.is_err() {
        loading.say(&draft, new, &project, state.now()).await;
    }
    if values.one("do") != "import" || draft.said().trial.is_err() {
        return Ok(here());
    }
    match loading.begin(&draft, &state).await {
        Ok(_) => Ok(here()),
        Err(Failed::State(error)) => Err(error.into()),
        Err(Failed::NotAdded(error)) => {
            tracing::warn!(%error, "a file could not be taken into the project");
            columns(&state, &loader, &draft, StatusCode::CONFLICT, Some(told(&error)))
        }
        Err(Failed::GivenUp) => Err(Failure::failed(&Failed::GivenUp)),
        Err(Failed::Moved) => {
            let why = "Nothing was imported: `storage` or `pseudonyms` in evenkeel.yaml changed since the server was \
                       started. Start it again, and load the file then.";
            columns(&state, &loader, &draft, StatusCode::CONFLICT, Some(why.to_owned()))
        }
        Err(Failed::Mistakes) => {
            let why = "Nothing was imported: the files of the project have mistakes, which `evenkeel check` lists.";
            columns(&state, &loader, &draft, StatusCode::CONFLICT, Some(why.to_owned()))
        }
    }
}

/// The rows of a file that are put aside, as a file.
pub(crate) async fn rejected(
    Shared(state): Shared<State>,
    loader: Loader,
    Asked(Path(id)): Asked<Path<String>>,
) -> Result<Response, Failure> {
    let draft = found(&state, &loader, &id)?;
    let trial = draft.said().trial.clone().map_err(|_| Failure::no_page())?;
    let rejects = trial.rejects.iter().cloned().map(|mut reject| {
        reject.file = reject.file.map(|_| draft.called.clone());
        reject
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejected.csv\""),
    ];
    Ok((headers, data::told_as_csv(rejects)).into_response())
}

/// How far the import of a file comes: server-sent events.
pub(crate) async fn events(
    Shared(state): Shared<State>,
    loader: Loader,
    Asked(Path(id)): Asked<Path<String>>,
) -> Result<impl IntoResponse, Failure> {
    let draft = found(&state, &loader, &id)?;
    let full = || Failure::busy("Too many open pages listen. Load the page again to see how far it is.", LATER);
    let stream = state.live.follow(draft.watch(), event).ok_or_else(full)?;
    let events = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([(header::CACHE_CONTROL, "no-store")], events))
}

/// What whoever watches is told, and whether it is the last.
fn event(stage: &Stage) -> (Event, bool) {
    match stage {
        Stage::Importing(step) => (Event::default().event("progress").data(step.words()), false),
        Stage::Said | Stage::Done(_) | Stage::Failed(_) => (Event::default().event("end").data("end"), true),
    }
}

fn loading(state: &State) -> Result<&Arc<Loading>, Failure> {
    state.loading.as_ref().ok_or_else(Failure::no_page)
}

fn found(state: &State, loader: &Loader, id: &str) -> Result<Arc<Draft>, Failure> {
    loading(state)?.draft(&loader.by, id).ok_or_else(|| {
        Failure::not_found("This file is not kept any more, or was never sent. Begin again at /data/load.")
    })
}

/// What somebody said, before it is tried out.
fn said(name: String, known: bool, decisions: Decisions, zone: Option<String>) -> Said {
    Said { name, known, decisions, zone, trial: Err(String::new()) }
}

/// The name of a file as it is told: without folders and signs that nobody sees.
fn plain_name(called: &str) -> String {
    let last = called.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    if seen.trim().is_empty() { "export.csv".to_owned() } else { seen.trim().to_owned() }
}

/// A name that no source has.
fn free_name(sources: &[Source], name: &str) -> String {
    let taken = |name: &str| sources.iter().any(|source| source.name == name);
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// What a form says of a file.
fn read(values: &Pairs, draft: &Draft, sources: &[Source]) -> Said {
    let known = values.one("into").strip_prefix("source:");
    if let Some(known) = known.filter(|known| sources.iter().any(|source| source.name == *known)) {
        return said(known.to_owned(), true, Decisions::default(), None);
    }
    let name = safe_name(values.one("name"));
    let was_known = draft.said().known;
    let name = if was_known { free_name(sources, &name) } else { name };
    let first = match values.one("first") {
        "day" => Some(First::Day),
        "month" => Some(First::Month),
        _ => None,
    };
    let proposed = draft.proposals(&Decisions { first, ..Decisions::default() });
    let mut decisions = Decisions { first, ..Decisions::default() };
    for (number, (column, proposal)) in draft.head.columns.iter().zip(&proposed).enumerate() {
        let decision = decision(values, number, column, proposal);
        if decision != Decision::default() {
            decisions.columns.insert(column.heading.clone(), decision);
        }
    }
    let zone = values.one("zone");
    let zone = Some(zone).filter(|zone| !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_ok());
    said(name, false, decisions, zone.map(str::to_owned))
}

/// What a form says of a column, as far as it differs from what is proposed.
fn decision(values: &Pairs, number: usize, column: &Column, proposal: &Proposal) -> Decision {
    let wish = match values.one(&format!("becomes{number}")) {
        "" => None,
        "stays" => Some(Wish::Stays),
        code => code.parse().ok().and_then(|place: usize| Becomes::ALL.get(place).copied()).map(Wish::Becomes),
    };
    let proposed = proposal.becomes.map_or(Wish::Stays, Wish::Becomes);
    let length = values.one(&format!("length{number}"));
    let mut answers = Answers::default();
    for (place, text) in answers_of(column).into_iter().enumerate() {
        match values.one(&format!("answer{number}_{place}")) {
            "yes" => answers.satisfied.push(text),
            "no" => answers.dissatisfied.push(text),
            _ => {}
        }
    }
    Decision {
        wish: wish.filter(|wish| *wish != proposed),
        length: LENGTHS.iter().find(|(code, _, _)| *code == length).map(|(_, _, length)| *length),
        answers,
    }
}

/// The different answers of a column, in the order in which they come.
fn answers_of(column: &Column) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for cell in &column.cells {
        let cell = cell.trim();
        let sound = !cell.is_empty() && cell != "-" && !cell.chars().any(char::is_control);
        if sound && cell.chars().count() <= LONGEST_SAMPLE && !found.iter().any(|known| known == cell) {
            found.push(cell.to_owned());
            if found.len() == MOST_ANSWERS {
                break;
            }
        }
    }
    found
}

/// The page of what columns become.
fn columns(
    state: &State,
    loader: &Loader,
    draft: &Draft,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Failure> {
    let loading = loading(state)?;
    let project = state.project();
    let said = draft.said();
    let proposals = draft.proposals(&said.decisions);
    let into = into(&loading.readers(&project, &draft.head), &said);
    let reader = project.sources.iter().find(|source| said.known && source.name == said.name);
    let people = project.people != PeoplePolicy::Off;
    let trial = said.trial.as_ref().ok();
    let cases = trial.map_or(0, |trial| trial.taken.iter().find(|(table, _)| table == "cases").map_or(0, |one| one.1));
    let known = said
        .known
        .then(|| format!("“{}” reads it as it reads the files before, by sources/{}.yaml.", said.name, said.name));
    let rows = draft.head.columns.iter().zip(&proposals).enumerate();
    let shown = trial.map(|trial| shown(draft, trial));
    let headline = match &shown {
        Some(shown) => headline(cases, trial.map_or(0, |trial| trial.rejected), &shown.measures),
        None => "Say what the columns mean".to_owned(),
    };
    let page = LoadColumnsPage {
        frame: loader.world.frame("Load a file", &links(&loader.world), "Data"),
        headline,
        file: file(draft, &proposals, reader),
        error: error.or_else(|| said.trial.as_ref().err().cloned()),
        into,
        name: said.name.clone(),
        columns: rows
            .map(|(number, (column, proposal))| line(number, column, proposal, &said, people, reader))
            .collect(),
        first: if said.known { Vec::new() } else { firsts(&proposals, &said) },
        zones: if said.known { Vec::new() } else { zones(&proposals, &said, project.time_zone.iana_name()) },
        import: shown.as_ref().filter(|_| cases > 0).map(|_| format!("Import {}", counted(cases, "cases"))),
        trial: shown,
        known,
        url: format!("{LOAD}/{}", draft.id),
        other_url: LOAD.to_owned(),
        form_token: loader.form_token(),
    };
    loader.kept(answer_page(status, &page)?)
}

fn file(draft: &Draft, proposals: &[Proposal], reader: Option<&Source>) -> String {
    let Head { encoding, delimiter, columns, .. } = &draft.head;
    let is_recognised = |one: &&Proposal| match reader {
        Some(source) => crate::sources::reads(source, &one.heading),
        None => one.becomes.is_some() && one.question.is_none(),
    };
    let recognised = proposals.iter().filter(is_recognised).count();
    let written = crate::sources::written(encoding, *delimiter);
    file_words(&draft.called, draft.bytes, columns.len(), &written, recognised)
}

fn choice(value: &str, label: &str, current: bool) -> LoadChoice {
    LoadChoice { value: value.to_owned(), label: label.to_owned(), current }
}

/// By which source a file may be read.
fn into(readers: &[&Source], said: &Said) -> Vec<LoadChoice> {
    let known = readers.iter().map(|source| {
        let current = said.known && source.name == said.name;
        choice(&format!("source:{}", source.name), &format!("{}, as the files before", source.name), current)
    });
    known.chain([choice("new", "a new source", !said.known)]).collect()
}

/// Whether day or month comes first, where that is not told.
fn firsts(proposals: &[Proposal], said: &Said) -> Vec<LoadChoice> {
    let first = said.decisions.first;
    let is_open = proposals.iter().any(|proposal| proposal.question == Some(Question::DayOrMonth));
    if !is_open && first.is_none() {
        return Vec::new();
    }
    vec![
        choice("", "please choose", first.is_none()),
        choice("day", "the day comes first: 3 October", first == Some(First::Day)),
        choice("month", "the month comes first: March 10", first == Some(First::Month)),
    ]
}

/// Of which zone times are that name none, where there are any.
fn zones(proposals: &[Proposal], said: &Said, own: Option<&str>) -> Vec<LoadChoice> {
    let unzoned = |proposal: &Proposal| {
        proposal.becomes.is_some() && matches!(proposal.form, Form::Moment(written) if !written.zoned())
    };
    if !proposals.iter().any(unzoned) {
        return Vec::new();
    }
    let own = own.unwrap_or("UTC");
    let label = format!("{own}, the zone of this project");
    let mut choices = vec![choice("", &label, said.zone.is_none())];
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let others = names.iter().filter(|name| *name != own && (name.contains('/') || *name == "UTC"));
    choices.extend(others.map(|name| choice(name, name, said.zone.as_ref() == Some(name))));
    choices
}

/// A column with what is proposed for it.
fn line(
    number: usize,
    column: &Column,
    proposal: &Proposal,
    said: &Said,
    people: bool,
    reader: Option<&Source>,
) -> LoadColumn {
    let hidden = proposal.becomes == Some(Becomes::Agent) && !people;
    let mut samples: Vec<String> = Vec::new();
    for cell in column.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        let sample: String = cell.chars().filter(|sign| !sign.is_control()).take(LONGEST_SAMPLE).collect();
        if !samples.contains(&sample) {
            samples.push(sample);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    let becomes = Becomes::ALL
        .into_iter()
        .enumerate()
        .map(|(place, becomes)| choice(&place.to_string(), becomes.words(), proposal.becomes == Some(becomes)));
    let stays = choice("stays", "stays in your file", proposal.becomes.is_none());
    let decision = said.decisions.columns.get(&column.heading);
    let (certainty, icon) = match (proposal.becomes, proposal.question, proposal.certainty) {
        (_, Some(_), _) => ("please say more", "warning"),
        _ if hidden => ("kept out", "none"),
        (None, None, Certainty::ByHand) => (Certainty::ByHand.words(), "none"),
        (None, None, _) => ("not used", "none"),
        (Some(_), None, Certainty::Likely) => (Certainty::Likely.words(), "warning"),
        (Some(_), None, certainty) => (certainty.words(), "tick"),
    };
    let mut notes = Vec::new();
    if hidden {
        notes.push("left out: figures about people are off in this project".to_owned());
    }
    if let Form::Moment(written) = proposal.form
        && let Some(first) = written.first()
        && proposal.question.is_none()
    {
        notes.push(match first {
            First::Day => "the day comes first".to_owned(),
            First::Month => "the month comes first".to_owned(),
        });
    }
    if proposal.form == Form::Scale(Scale::OneToFive) {
        notes.push("from 1 to 5; 4 and 5 count as satisfied".to_owned());
    }
    let asks_length = proposal.question == Some(Question::LengthUnit);
    let length = decision.and_then(|decision| decision.length);
    let lengths = if !said.known && (asks_length || length.is_some()) {
        let known = LENGTHS.iter().map(|(code, words, one)| choice(code, words, length == Some(*one)));
        std::iter::once(choice("", "please choose", length.is_none())).chain(known).collect()
    } else {
        Vec::new()
    };
    let asks_answers =
        proposal.question == Some(Question::SatisfactionScale) || proposal.form == Form::Scale(Scale::Said);
    let answers = if asks_answers && !said.known { answers_of(column) } else { Vec::new() };
    let meant = |text: &String| {
        if proposal.answers.satisfied.contains(text) {
            "yes"
        } else if proposal.answers.dissatisfied.contains(text) {
            "no"
        } else {
            ""
        }
    };
    let answer = |(number, text): (usize, String)| LoadAnswer {
        number,
        means: MEANINGS.iter().map(|(code, words)| choice(code, words, meant(&text) == *code)).collect(),
        text,
    };
    LoadColumn {
        number,
        heading: column.heading.clone(),
        samples: if hidden { Vec::new() } else { samples },
        hidden: hidden.then_some(HIDDEN),
        as_before: reader.map(|source| {
            if crate::sources::reads(source, &column.heading) {
                "as in the files before"
            } else {
                "not read by this source"
            }
        }),
        becomes: std::iter::once(stays).chain(becomes).collect(),
        certainty,
        icon,
        counted: matches!(proposal.becomes, Some(Becomes::FirstAnswerTook | Becomes::SolutionTook | Becomes::Reopened)),
        notes,
        question: proposal.question.filter(|_| !said.known).map(|question| question.words().to_owned()),
        lengths,
        answers: answers.into_iter().enumerate().map(answer).collect(),
    }
}

/// What would come of a file.
fn shown(draft: &Draft, trial: &Trial) -> LoadTrial {
    let rejected = rejected_lines(trial);
    LoadTrial {
        taken: trial.taken.iter().map(|(table, rows)| counted(*rows, &table.replace('_', " "))).collect(),
        rejected_url: (!rejected.is_empty()).then(|| format!("{LOAD}/{}/rejected.csv", draft.id)),
        rejected,
        rejected_rows: counted(trial.rejected, "rows"),
        measures: trial.measures.clone(),
    }
}

fn rejected_lines(trial: &Trial) -> Vec<LoadRejected> {
    let complete = trial.rejected <= MOST_REJECTS as u64;
    let lines = by_reason(&trial.rejects).into_iter();
    lines
        .map(|(place, first, rows)| {
            let looks = shape(&first.table, first.column.as_deref(), first.value.as_deref());
            let line = first.line.map_or_else(|| "not known where".to_owned(), |line| format!("line {line}"));
            LoadRejected {
                place,
                meaning: meaning(&first.reason),
                rows: if complete { counted(rows, "rows") } else { format!("{} or more", counted(rows, "rows")) },
                example: match looks.filter(|looks| !looks.is_empty()) {
                    Some(looks) => format!("{line}: {looks}"),
                    None => line,
                },
            }
        })
        .collect()
}

/// How far the import of a file has come.
fn progress(state: &State, loader: &Loader, draft: &Draft, stage: Stage) -> Result<Response, Failure> {
    let (said, project) = (draft.said(), state.project());
    let reader = project.sources.iter().find(|source| said.known && source.name == said.name);
    let link = |label: &str, url: &str| (label.to_owned(), url.to_owned());
    let ended = vec![link("Scorecard", "/"), link("What the record holds", "/data"), link("Load another file", LOAD)];
    let mut page = LoadProgressPage {
        frame: loader.world.frame("Load a file", &links(&loader.world), "Data"),
        headline: format!("{} is being imported", draft.called),
        file: file(draft, &draft.proposals(&said.decisions), reader),
        state: String::new(),
        events_url: None,
        failed: None,
        taken: Vec::new(),
        rejected: Vec::new(),
        rejected_url: None,
        links: Vec::new(),
        url: format!("{LOAD}/{}", draft.id),
    };
    match stage {
        Stage::Said => {}
        Stage::Importing(step) => {
            page.state = step.words();
            page.events_url = Some(format!("{LOAD}/{}/events", draft.id));
        }
        Stage::Failed(why) => {
            page.headline = format!("{} could not be imported", draft.called);
            page.failed = Some(format!(
                "{}. The file is kept in the project, and the record is as it was. Whoever looks after the project runs \
                 `evenkeel import {}`, which says more.",
                evenkeel_view::words::capitalised(&why),
                said.name
            ));
            page.links = ended;
        }
        Stage::Done(tables) => {
            page.headline = format!("{} was imported", draft.called);
            page.taken = tables
                .iter()
                .map(|done| {
                    let table = done.table.replace('_', " ");
                    format!(
                        "{}: {} new, {} changed, {} as before",
                        evenkeel_view::words::capitalised(&table),
                        evenkeel_view::number::count(done.inserted),
                        evenkeel_view::number::count(done.updated),
                        evenkeel_view::number::count(done.unchanged)
                    )
                })
                .collect();
            if let Ok(trial) = &said.trial {
                page.rejected = rejected_lines(trial);
                page.rejected_url = (!page.rejected.is_empty()).then(|| format!("{LOAD}/{}/rejected.csv", draft.id));
            }
            page.links = ended;
        }
    }
    loader.kept(answer_page(StatusCode::OK, &page)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_told_without_folders_and_signs_that_nobody_sees() {
        for (called, told) in [
            ("tickets.csv", "tickets.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\Tickets (1).csv", "Tickets (1).csv"),
            ("a\u{0}b\u{1b}[31m.csv", "ab[31m.csv"),
            ("", "export.csv"),
            ("..//", "export.csv"),
        ] {
            assert_eq!(plain_name(called), told);
        }
        assert_eq!(plain_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }
}
