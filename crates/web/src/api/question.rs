//! Reading what programs ask.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use evenkeel_view::page::Place;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::World;
use crate::error::Failure;
use crate::routes::Looking;

/// The query of an address. What means nothing is refused and not passed over, so that a slip of the pen is noticed.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Err(Failure::bad(format!("The query of this address cannot be read: {why}.")))
            }
            Err(error) => Err(Failure::bad(format!("The query of this address cannot be read: {error}."))),
        }
    }
}

/// Nothing may be said.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// How measures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// By leg.
    Legs,
    /// By perspective.
    Perspectives,
}

/// A period: a year, quarter, month, week or day, a year to date, or the first and the last of several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct PeriodText(
    #[schemars(
        regex(
            pattern = r"^[1-8][0-9]{3}(-YTD|-Q[1-4]|-W(0[1-9]|[1-4][0-9]|5[0-2])|-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$"
        ),
        example = "2026-10"
    )]
    pub(crate) String,
);

/// What is looked at, where the path names the unit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InPeriod {
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
    /// The period to compare with. Without it the one before.
    compare: Option<PeriodText>,
    /// How measures are grouped. Without it by leg.
    view: Option<View>,
}

/// What is looked at, where the query names the unit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InUnit {
    /// The identifier or name of a unit. Without it the highest unit that whoever asks may see.
    unit: Option<String>,
    /// The period: `2026`, `2026-Q4`, `2026-10`, `2026-W41`, `2026-10-05`, or `2026-YTD` for the year up to now. Without
    /// it the last whole month.
    period: Option<PeriodText>,
    /// The period to compare with. Without it the one before.
    compare: Option<PeriodText>,
    /// How measures are grouped. Without it by leg.
    view: Option<View>,
}

/// What is looked at, as pages read it.
pub(crate) fn looking(period: Option<PeriodText>, compare: Option<PeriodText>, view: Option<View>) -> Looking {
    let text = |period: Option<PeriodText>| period.map(|PeriodText(text)| text);
    let view = view.map(|view| if view == View::Perspectives { "perspectives" } else { "legs" }.to_owned());
    Looking::new(text(period), text(compare), view)
}

impl InPeriod {
    /// The place that is meant in a unit.
    pub(crate) fn place(self, world: &World, unit: &str) -> Result<Place, crate::WorldError> {
        looking(self.period, self.compare, self.view).place(world, Some(unit))
    }
}

impl InUnit {
    /// The place that is meant.
    pub(crate) fn place(self, world: &World) -> Result<Place, crate::WorldError> {
        looking(self.period, self.compare, self.view).place(world, self.unit.as_deref())
    }
}
