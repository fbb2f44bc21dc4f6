//! Reading addresses as axum does, with refusals in plain words.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::error::Failure;

/// A part of an address. What cannot be read is refused without the words of the library.
pub(crate) struct Asked<E>(pub(crate) E);

impl<S, E> FromRequestParts<S> for Asked<E>
where
    S: Send + Sync,
    E: FromRequestParts<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match E::from_request_parts(parts, state).await {
            Ok(found) => Ok(Self(found)),
            Err(_) => Err(Failure::unreadable()),
        }
    }
}
