//! Rows that programs send.

use std::path::PathBuf;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use evenkeel_ingest::push::{self, Form, MOST_ROWS, PushError, Pushed, Taken};
use evenkeel_ingest::{IngestError, Request};
use evenkeel_lake::rejects::Reject;
use evenkeel_lake::{exclusions, figures};
use evenkeel_model::record::{self, Column, ColumnKind, Table, reference};
use evenkeel_state::{KeptAnswer, Origin, PushKey, PushState, StateError};
use evenkeel_view::page::{PushAnswer, PushReject};
use evenkeel_view::words::{capitalised, listed, rejected};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::caller::Sender;
use super::document::DEFINITIONS;
use super::operation::{Operation, Sends, fields_of, schema_of};
use super::question::Asked;
use crate::asked::Asked as Part;
use crate::error::Failure;
use crate::limits::LARGEST_PUSH;
use crate::publishing::batch_id;
use crate::server::State;

/// What a push may be called.
pub(super) const KEY_PATTERN: &str = "^[!-~]{1,100}$";
/// The header that says that an answer was given before.
pub(super) const REPLAYED: &str = "Idempotency-Replayed";
/// The longest name of a push and of a source.
const LONGEST: (usize, usize) = (100, 40);
/// The source of rows of which nothing else is said.
const USUAL: &str = "push";
/// How many rejects are told in an answer.
const TOLD: usize = 200;
/// How long a push waits for its turn among others.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it then waits before it looks again whether an import has ended.
const PAUSE: Duration = Duration::from_millis(250);
/// How often it looks: for ten seconds.
const LOOKS: u32 = 40;
/// After how many seconds whoever was refused may come again.
const AGAIN: u64 = 5;

/// What is said of a push in its address.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The source that the rows are of: one that the project declares, whose rows are then updated by key, or any other name
    /// of letters, digits, `-` and `_`. Without it `push`.
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]{1,40}$"))]
    source: Option<String>,
    /// The `Idempotency-Key` of an earlier push whose rejected rows these put right: they are forgotten.
    #[schemars(regex(pattern = KEY_PATTERN))]
    corrects: Option<String>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: "/api/v1/records/{table}",
        id: "push_records",
        summary: "takes rows into a table of the service record",
        says: "Rows have the columns of the table, and are read and checked as those of an import are: a row with a known key \
               takes the place of the one that was there. What fits is published in one step; what does not is put aside, \
               told in the answer, and listed on the page /data. Needs a token that sends rows. While an import runs, a push \
               waits some seconds and is then refused with 503.",
        query: fields_of::<Wanted>,
        data: schema_of::<PushAnswer>,
        table: false,
        sends: Some(Sends {
            rows,
            says: format!(
                "At most {MOST_ROWS} rows and {} kB: a JSON array of objects, or one object per line.",
                LARGEST_PUSH / 1024
            ),
            example: "curl -X POST -H 'Authorization: Bearer evk_…' -H 'Idempotency-Key: cases-2026-11-02-1' \\\n  \
                      -H 'Content-Type: application/json' \\\n  \
                      -d '[{\"case_id\": \"C-1\", \"opened_at\": \"2026-11-02T09:00:00Z\", \"topic\": \"card\"}]' \\\n  \
                      http://127.0.0.1:7070/api/v1/records/cases",
        }),
        answers: post(take),
    }
}

/// The tables that rows can be sent to. That a row does not count is decided by people.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    record::TABLES.iter().filter(|table| table.name != exclusions::TABLE)
}

/// Rows of the tables, each with a definition of its own.
fn rows(generator: &mut SchemaGenerator) -> Schema {
    let mut any = Vec::new();
    for table in tables() {
        let name = format!("RowOf_{}", table.name);
        any.push(json!({ "$ref": format!("{DEFINITIONS}{name}") }));
        generator.definitions_mut().insert(name, row(table));
    }
    json_schema!({
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ROWS,
        "items": { "type": "object", "description": "A row of the table that the address names.", "anyOf": any },
    })
}

/// What the document says of a row of a table: its columns, but for those that the server fills.
fn row(table: &Table) -> Value {
    let has_to_be = |column: &Column| column.required || table.key.contains(&column.name);
    let sent = || table.all_columns().filter(|column| !push::OURS.contains(&column.name));
    let columns: Map<String, Value> = sent().map(|column| (column.name.to_owned(), cell(table, column))).collect();
    let required: Vec<&str> =
        table.columns.iter().filter(|column| has_to_be(column)).map(|column| column.name).collect();
    json!({
        "type": "object",
        "description": format!("One row is {}.", table.row),
        "required": required,
        "properties": columns,
    })
}

/// What the document says of a cell. What is not known may be left out, or be null.
fn cell(table: &Table, column: &Column) -> Value {
    let (kind, format) = match column.kind {
        ColumnKind::Text => ("string", None),
        ColumnKind::Json => ("object", None),
        ColumnKind::Instant => ("string", Some("date-time")),
        ColumnKind::Day => ("string", Some("date")),
        ColumnKind::Number => ("number", None),
        ColumnKind::Whole => ("integer", None),
        ColumnKind::Flag => ("boolean", None),
    };
    let needed = column.required || table.key.contains(&column.name);
    let mut cell = json!({
        "type": if needed { json!(kind) } else { json!([kind, "null"]) },
        "description": reference::meaning(table.name, column.name),
    });
    if let Some(format) = format {
        cell["format"] = json!(format);
    }
    if !column.allowed.is_empty() {
        let nothing = (!needed).then_some(Value::Null);
        cell["enum"] = column.allowed.iter().map(|word| json!(word)).chain(nothing).collect();
    }
    cell
}

async fn take(
    Shared(state): Shared<State>,
    sender: Sender,
    Part(Path(table)): Part<Path<String>>,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let table = tables().find(|known| known.name == table).ok_or_else(|| {
        let known: Vec<&str> = tables().map(|table| table.name).collect();
        Failure::not_found(format!(
            "There is no table `{table}` that rows can be sent to; there are {}.",
            listed(&known)
        ))
    })?;
    let form = form_of(&headers)?;
    let pushed = pushed(&sender, table, wanted, &headers, form, body.to_vec())?;
    answered(state, sender, pushed).await
}

/// The answer to a push.
pub(super) async fn answered(state: State, sender: Sender, pushed: Pushed) -> Result<Response, Failure> {
    // Goes on when whoever asks has gone away: what was begun is ended, and its answer kept.
    let work = tokio::spawn(async move { work(&state, &sender, pushed).await });
    work.await.map_err(|error| Failure::failed(&error))?
}

/// What is to be taken, where everything that is said of it can be.
pub(super) fn pushed(
    sender: &Sender,
    table: &'static Table,
    Wanted { source, corrects }: Wanted,
    headers: &HeaderMap,
    form: Form,
    body: Vec<u8>,
) -> Result<Pushed, Failure> {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default());
    let key = key.ok_or_else(|| {
        Failure::bad("The header `Idempotency-Key` is missing.").helped(
            "send a name for this push that no other one has, and send it again with the push when you hear no answer",
        )
    })?;
    for name in [Some(key), corrects.as_deref()].into_iter().flatten() {
        if name.is_empty() || name.len() > LONGEST.0 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            let says = "The name of a push has 1 to 100 letters, digits and signs of ASCII, and no spaces.";
            return Err(Failure::bad(says));
        }
    }
    let source = source.unwrap_or_else(|| USUAL.to_owned());
    let declared = sender.world.project().sources.iter().find(|declared| declared.name == source);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let named = !source.is_empty() && source.len() <= LONGEST.1 && source.bytes().all(plain);
    if declared.is_none()
        && (!named || [figures::SOURCE, figures::CALL_BACKS, exclusions::SOURCE].contains(&source.as_str()))
    {
        let says = "`source` has 1 to 40 letters, digits, `-` and `_`, and is none of `typed`, `call_backs` and `disputes`, \
                    which are what people do here.";
        return Err(Failure::bad(says));
    }
    let mapping = declared.and_then(|source| source.tables.iter().find(|mapping| mapping.table == table.name));
    let version = mapping.and_then(|mapping| mapping.version.clone());
    Ok(Pushed { table, source, version, name: key.to_owned(), corrects, form, body })
}

/// How the rows are written.
pub(super) fn form_of(headers: &HeaderMap) -> Result<Form, Failure> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().trim().to_ascii_lowercase());
    if text(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Failure::unsupported("What was sent is compressed, which is not read here."));
    }
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(Form::Array),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Form::Lines),
        other => Err(Failure::unsupported(format!("What was sent is `{other}`, which is not read here."))),
    }
}

/// Takes the rows, or gives the answer that was given before.
async fn work(state: &State, sender: &Sender, pushed: Pushed) -> Result<Response, Failure> {
    // One at a time, so that a push that is sent twice at once is taken once.
    let turn = tokio::time::timeout(PATIENCE, state.pushing.lock()).await.map_err(|_| busy())?;
    let (accounts, digest) = (&sender.accounts, digest(&pushed));
    let key = PushKey { owner: sender.user.id, name: &pushed.name };
    let other = || {
        let says = format!("Other rows were sent as `{}` before. Nothing was changed.", pushed.name);
        Failure::unfit(says).helped("send other rows with another `Idempotency-Key`")
    };
    match accounts.store.begin_push(key, &digest, accounts.now()).await? {
        PushState::Answered(KeptAnswer { digest: before, answer }) if before == digest => {
            return Ok(([(REPLAYED, "true")], told(answer)).into_response());
        }
        // Another server of the same record has them.
        PushState::Elsewhere { digest: before } if before == digest => return Err(busy()),
        PushState::Answered(_) | PushState::Elsewhere { .. } => return Err(other()),
        PushState::Yours => {}
    }
    let taken = match put_into_record(state, sender, &pushed).await {
        Ok(taken) => taken,
        Err(failure) => {
            accounts.store.leave_push(key).await?;
            return Err(failure);
        }
    };
    let change = taken.change;
    let data = PushAnswer {
        table: pushed.table.name.to_owned(),
        source: pushed.source.clone(),
        rows: change.read + taken.rejected,
        added: change.inserted,
        changed: change.updated,
        unchanged: change.unchanged,
        repeated: change.repeated,
        outdated: change.outdated,
        rejected: taken.rejected,
        rejects: taken.rejects.into_iter().map(told_reject).collect(),
    };
    let answer = json!({ "data": data }).to_string();
    let about = format!(
        "{} of {}, source {}, as {}, by token {}",
        evenkeel_view::number::counted(data.rows, "rows").replace('\u{a0}', " "),
        data.table,
        data.source,
        pushed.name,
        sender.token
    );
    let mut change = accounts.change(&sender.user.sign_in, &about);
    change.origin = Origin::Programs;
    accounts.store.keep_answer(key, KeptAnswer { digest, answer: answer.clone() }, change).await?;
    drop(turn);
    Ok(told(answer))
}

fn busy() -> Failure {
    Failure::busy("The record is being written by an import or by another push. Nothing was changed.", AGAIN)
}

/// Puts the rows into the record.
async fn put_into_record(state: &State, sender: &Sender, pushed: &Pushed) -> Result<Taken, Failure> {
    let accounts = &sender.accounts;
    let now = accounts.now();
    let request = Request {
        root: PathBuf::new(),
        data_root: None,
        zone: sender.world.project().time_zone.clone(),
        now,
        batch_id: batch_id(&accounts.random, now).map_err(StateError::from)?,
    };
    // On a thread of its own: an import writes files, and must not keep requests waiting.
    let (lake, runtime, sent) = (state.lake.clone(), Handle::current(), pushed.clone());
    let import = move || {
        runtime.block_on(async {
            let mut looks = 0;
            loop {
                match push::push(&lake, &sent, &request, TOLD).await {
                    Err(error) if error.is_busy() && looks < LOOKS => looks += 1,
                    ended => return ended,
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
    };
    let taken = tokio::task::spawn_blocking(import).await.map_err(|error| Failure::failed(&error))?;
    taken.map_err(|error| if error.is_busy() { busy() } else { refused(&error) })
}

fn told(answer: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
}

/// A digest of all that says what a push is.
fn digest(pushed: &Pushed) -> String {
    let mut hasher = blake3::Hasher::new();
    let form = format!("{:?}", pushed.form);
    let corrects = pushed.corrects.as_deref().unwrap_or_default();
    for part in [pushed.table.name, &pushed.source, corrects, &form] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.update(&pushed.body).finalize().to_hex().to_string()
}

fn told_reject(reject: Reject) -> PushReject {
    let Reject { line, column, value, reason, message, .. } = reject;
    let next = capitalised(rejected::meaning(&reason));
    PushReject { line, column, value, reason, message, next }
}

/// Why nothing was taken.
fn refused(error: &PushError) -> Failure {
    let (says, help) = (format!("{}. Nothing was changed.", capitalised(&error.to_string())), error.help());
    let failure = match error {
        PushError::Unreadable(_) | PushError::Failed(IngestError::File { .. }) => Failure::bad(says),
        PushError::TooMany { .. } | PushError::NoRows | PushError::Column { .. } => Failure::unfit(says),
        PushError::Failed(_) => return Failure::failed(error),
    };
    match help {
        Some(help) => failure.helped(help),
        None => failure,
    }
}
