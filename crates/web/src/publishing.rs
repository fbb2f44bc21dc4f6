//! Putting figures into the record that were typed and hold.

use evenkeel_lake::figures::{SOURCE, TypedObservation};
use evenkeel_lake::import::Batch;
use evenkeel_lake::{Lake, LakeError};
use evenkeel_state::{FigureId, Random, Secret, StateError, Unrandom};
use jiff::Timestamp;
use thiserror::Error;
use tokio::runtime::Handle;

use crate::accounts::Accounts;

/// How much of a secret tells one batch from another of the same second.
const TELLS_APART: usize = 8;

/// Who sends a figure back that a source has brought meanwhile.
const EVENKEEL: &str = "evenkeel";
/// Why it is sent back.
const OVERTAKEN: &str = "A source brought this figure before it was put into the record, and two of them must not count. \
                         What the source brought holds.";

/// Figures that could not be put into the record.
#[derive(Debug, Error)]
pub(crate) enum Unpublished {
    /// The figures cannot be read or noted.
    #[error(transparent)]
    State(#[from] StateError),
    /// The record cannot be written, or is being written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

/// Puts typed figures that hold into the record, or leaves it to the next round: an import may be running.
pub(crate) async fn publish_or_later(accounts: &Accounts, lake: &Lake) {
    if let Err(error) = publish(accounts, lake).await {
        tracing::info!(%error, "typed figures are put into the record later");
    }
}

/// A name that no other batch has.
pub(crate) fn batch_id(random: &Random, now: Timestamp) -> Result<String, Unrandom> {
    let unique = Secret::new(random)?.text();
    let unique = unique.get(..TELLS_APART).unwrap_or_default();
    Ok(format!("{}-{unique}", now.strftime("%Y%m%dT%H%M%SZ")))
}

/// Puts every figure into the record that holds and is not there. Doing it again changes nothing, so it may end anywhere.
async fn publish(accounts: &Accounts, lake: &Lake) -> Result<(), Unpublished> {
    let figures = accounts.store.unpublished_figures().await?;
    if figures.is_empty() {
        return Ok(());
    }
    let observations: Vec<(FigureId, TypedObservation)> = figures
        .iter()
        .filter_map(|figure| {
            let amounts = figure.amounts?;
            let observation = TypedObservation {
                measure: figure.figure.clone(),
                period_begins: figure.key.first_day,
                period_on: figure.key.last_day,
                unit: figure.key.unit.clone(),
                numerator: amounts.numerator,
                denominator: amounts.denominator,
                note: (!figure.note.is_empty()).then(|| figure.note.clone()),
                entered_by: figure.typed_by.clone(),
                entered_at: figure.typed_at,
                approved_at: figure.decided_at.unwrap_or(figure.typed_at),
            };
            Some((figure.id, observation))
        })
        .collect();
    let (ids, observations): (Vec<FigureId>, Vec<TypedObservation>) = observations.into_iter().unzip();
    let now = accounts.now();
    let batch =
        Batch { id: batch_id(&accounts.random, now).map_err(StateError::from)?, source: SOURCE.to_owned(), at: now };
    // On a thread of its own: an import holds files locked and writes them, and must not keep requests waiting.
    let (lake, runtime) = (lake.clone(), Handle::current());
    let import = move || runtime.block_on(lake.publish_figures(batch, &observations));
    let published = tokio::task::spawn_blocking(import).await.map_err(LakeError::from)??;
    let (overtaken, held): (Vec<_>, Vec<_>) =
        ids.into_iter().enumerate().partition(|(place, _)| published.overtaken.contains(place));
    let only_ids = |found: Vec<(usize, FigureId)>| -> Vec<FigureId> { found.into_iter().map(|(_, id)| id).collect() };
    accounts.store.figures_published(&only_ids(held)).await?;
    accounts.store.return_overtaken_figures(&only_ids(overtaken), OVERTAKEN, accounts.change(EVENKEEL, "")).await?;
    Ok(())
}
