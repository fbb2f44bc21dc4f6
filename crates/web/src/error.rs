//! Errors as answers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use evenkeel_engine::EngineError;
use evenkeel_model::measure::Measure;
use evenkeel_state::StateError;

use crate::WorldError;

/// In how many seconds to ask again when a database does not answer.
const AGAIN: u64 = 5;

/// An error as an answer: the status says whose fault it is, the text what is wrong and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    message: String,
    /// Where to go instead.
    to: Option<String>,
    /// In how many seconds to ask again.
    wait: Option<u64>,
    /// What to do about it.
    help: Option<String>,
}

/// What an error says, for whoever tells it in another form.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// What is wrong, and why.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl Failure {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), to: None, wait: None, help: None }
    }

    /// The same, with what to do about it.
    pub(crate) fn helped(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Something was sent that is well written and cannot be taken.
    pub(crate) fn unfit(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// Something was sent in a form that is not read here.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    }

    /// Something failed that the log tells of.
    pub(crate) fn failed(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "what was sent could not be taken");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "What was sent could not be taken; nothing was changed. The log of the server says why.",
        )
    }

    /// Somebody has to go elsewhere first.
    pub(crate) fn elsewhere(to: String) -> Self {
        Self { to: Some(to), ..Self::new(StatusCode::SEE_OTHER, "Sign in first.") }
    }

    /// Something that whoever asks may not do.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// Something is not as it was when it was seen.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// Nobody knows who asks.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// There is no answer in the form that is asked for.
    pub(crate) fn not_acceptable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, message)
    }

    /// Too many attempts.
    pub(crate) fn wait(message: impl Into<String>, seconds: u64) -> Self {
        Self { wait: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    /// More was sent than is taken here.
    pub(crate) fn too_large(most: usize) -> Self {
        let message =
            format!("What was sent is larger than the {} kB that are taken here. Nothing was changed.", most / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// What was to be sent does not arrive.
    pub(crate) fn too_slow(seconds: u64) -> Self {
        let message = format!("What was to be sent did not arrive within {seconds} seconds. Nothing was changed.");
        Self::new(StatusCode::REQUEST_TIMEOUT, message)
    }

    /// The server has too much to do.
    pub(crate) fn busy(message: impl Into<String>, seconds: u64) -> Self {
        Self { wait: Some(seconds), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) }
    }

    /// An address with nothing behind it, or nothing for whoever asks.
    pub(crate) fn no_page() -> Self {
        Self::not_found("There is no page at this address.")
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// An address that asks for something that cannot be.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// An address with parts that mean nothing, or that stand in it twice.
    pub(crate) fn unreadable() -> Self {
        let message = "This address cannot be read: a part of it means nothing here, or stands in it twice. \
                       Begin again at the first page, which is at /.";
        Self::bad(message)
    }

    /// A page of a measure that could not be made. Who asks for a person is told why this measure is of no use there,
    /// whether or not there is such a person.
    pub(crate) fn of_measure(error: WorldError, measure: &Measure) -> Self {
        let no_unit =
            matches!(error, WorldError::Person { .. } | WorldError::Engine(EngineError::UnknownSubject { .. }));
        let mut failure = Self::from(error);
        if no_unit && !measure.levels.person {
            failure.message = format!("{}\n{}.", failure.message, EngineError::not_for_people(measure));
        }
        failure
    }

    /// A page whose template failed.
    pub(crate) fn unwritten(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a page could not be written");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This page could not be written.")
    }
}

impl From<WorldError> for Failure {
    fn from(error: WorldError) -> Self {
        let error = match error {
            WorldError::State(error) => return error.into(),
            error => error,
        };
        let status = match &error {
            WorldError::NoData
            | WorldError::NoCharter
            | WorldError::NotPublished { .. }
            | WorldError::UnknownPromise { .. }
            | WorldError::Engine(
                EngineError::UnknownSubject { .. } | EngineError::UnknownMeasure { .. } | EngineError::NoOwnRows { .. },
            ) => StatusCode::NOT_FOUND,
            // What may be known about people is decided elsewhere; that it is not told here is no fault.
            WorldError::Engine(
                EngineError::NotForPeople { .. } | EngineError::NotForUnits { .. } | EngineError::TooFew { .. },
            ) => StatusCode::FORBIDDEN,
            WorldError::Person { .. }
            | WorldError::NoComparison { .. }
            | WorldError::NotCompared { .. }
            | WorldError::NotDivided { .. }
            | WorldError::Engine(EngineError::NotInOrder { .. })
            | WorldError::NoStandard => StatusCode::NOT_FOUND,
            WorldError::PeopleOff { .. }
            | WorldError::PeopleOnPages { .. }
            | WorldError::NoRows
            | WorldError::NotTheRecord
            | WorldError::Outside => StatusCode::FORBIDDEN,
            WorldError::Period(_) => StatusCode::BAD_REQUEST,
            WorldError::Engine(_)
            | WorldError::Measures(_)
            | WorldError::NoScorecard
            | WorldError::NotRecorded(_)
            | WorldError::State(_) => {
                tracing::error!(%error, "a page could not be made");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let message = match &error {
            // What went wrong inside is for the log; it may name files and columns.
            WorldError::Engine(_) | WorldError::NotRecorded(_) if status.is_server_error() => {
                "This page could not be made. The log of the server says why.".to_owned()
            }
            // Who works here is not told by a page: such a name is answered like one that nobody has.
            WorldError::Person { name } => EngineError::UnknownSubject { name: name.clone(), near: None }.to_string(),
            WorldError::NoData => "There are no data yet. Import a source: evenkeel import".to_owned(),
            _ => error.to_string(),
        };
        let help = match &error {
            // What else helps is done where the project lies, and not by whoever asks a server.
            WorldError::Engine(error) if !status.is_server_error() => error.help(),
            WorldError::NotDivided { .. } => error.help(),
            _ => None,
        };
        Self { help, ..Self::new(status, message) }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        tracing::error!(%error, "accounts cannot be used");
        if error.is_unreachable() {
            return Self::busy("The database of accounts does not answer. Try again in some seconds.", AGAIN);
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Accounts cannot be used. The log of the server says why.")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Some(to) = &self.to {
            return Redirect::to(to).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let mut response = (self.status, content_type, format!("{}\n", self.message)).into_response();
        if let Some(seconds) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Said { message: self.message, help: self.help });
        response
    }
}
