//! Style, scripts and type. Their names hold a digest of their content, so they may be kept for ever.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use evenkeel_view::assets;

use crate::asked::Asked;
use crate::error::Failure;

pub(crate) async fn file(Asked(Path(name)): Asked<Path<String>>) -> Result<Response, Failure> {
    let asset = assets::at(&name).ok_or_else(|| Failure::not_found("There is no such file."))?;
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, Body::from(asset.bytes.to_vec())).into_response())
}
