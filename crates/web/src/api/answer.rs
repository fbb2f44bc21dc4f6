//! What programs are answered.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use evenkeel_engine::table::Table;
use evenkeel_view::page::About;
use serde::Serialize;
use serde_json::Value;

use super::caller::Form;
use crate::WorldError;
use crate::error::Failure;

/// An answer, whole.
pub(crate) struct Answer {
    content_type: &'static str,
    body: Vec<u8>,
    /// Where the part that follows is.
    next: Option<String>,
}

/// What a page shows, without what stands around it.
pub(crate) fn json<T: Serialize>(about: &About, data: &T) -> Result<Answer, Failure> {
    let written = |error: serde_json::Error| Failure::unwritten(&error);
    let mut data = serde_json::to_value(data).map_err(written)?;
    let next = data.get("next").and_then(Value::as_str).map(str::to_owned);
    if let Value::Object(fields) = &mut data {
        fields.remove("frame");
    }
    let body = serde_json::to_vec(&serde_json::json!({ "about": about, "data": data })).map_err(written)?;
    Ok(Answer { content_type: Form::Json.content_type(), body, next })
}

/// Rows and columns as text.
pub(crate) fn csv(text: String, next: Option<String>) -> Answer {
    Answer { content_type: "text/csv; charset=utf-8", body: text.into_bytes(), next }
}

/// Rows and columns in the form that is asked for: as a file of columns, or as text.
pub(crate) fn table(form: Form, table: &Table, next: Option<String>) -> Result<Answer, Failure> {
    let body = match form {
        Form::Parquet => table.parquet(),
        Form::ArrowStream => table.arrow_stream(),
        Form::Json | Form::Csv => return Ok(csv(table.csv(), next)),
    };
    Ok(Answer { content_type: form.content_type(), body: body.map_err(WorldError::from)?, next })
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Self { content_type, body, next } = self;
        // A digest of the answer itself and not of what it was made from: looks at people are recorded although the answer
        // is the same, and nothing that an answer may come to rest on one day can be forgotten.
        let tag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::ETAG, &tag),
            (header::VARY, "accept, authorization, cookie"),
        ];
        let mut response = (headers, body).into_response();
        if let Some(link) = next.and_then(|next| HeaderValue::try_from(format!("<{next}>; rel=\"next\"")).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
