//! Putting figures into the record that come from here: those that were typed and hold, and how many low answers were
//! called back in time.

use std::collections::BTreeSet;

use evenkeel_lake::figures::{CALL_BACKS, SOURCE, TypedObservation};
use evenkeel_lake::import::Batch;
use evenkeel_lake::{Lake, LakeError};
use evenkeel_model::call_back::FIGURE;
use evenkeel_model::ids::UnitId;
use evenkeel_state::{FigureId, Random, Secret, StateError, Unrandom};
use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;
use tokio::runtime::Handle;

use crate::accounts::Accounts;
use crate::world::call_backs::CalledBack;
use crate::world::{World, WorldError};

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
    /// What is to be counted cannot be read.
    #[error(transparent)]
    World(#[from] WorldError),
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
                period: figure.key.first_day..=figure.key.last_day,
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

/// What was known when low answers were counted last, so that nothing is counted again that cannot have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    lake_version: u64,
    last_step: i64,
    next_due: Option<Timestamp>,
}

/// Puts how many low answers were called back in time into the record, or leaves it to the next round.
pub(crate) async fn count_or_later(
    accounts: &Accounts,
    lake: &Lake,
    world: &World,
    now: Timestamp,
    counted: &mut Option<Counted>,
) {
    match count(accounts, lake, world, now, *counted).await {
        Ok(present) => *counted = present,
        Err(error) => tracing::info!(%error, "calls about low scores are counted later"),
    }
}

async fn count(
    accounts: &Accounts,
    lake: &Lake,
    world: &World,
    now: Timestamp,
    counted: Option<Counted>,
) -> Result<Option<Counted>, Unpublished> {
    let Some((last_step, since)) = accounts.store.calling_back_since().await? else { return Ok(None) };
    let lake_version = world.lake_version();
    let same = |known: &Counted| {
        (known.lake_version, known.last_step) == (lake_version, last_step)
            && known.next_due.is_none_or(|due| now <= due)
    };
    if counted.as_ref().is_some_and(same) {
        return Ok(counted);
    }
    // Where people type the figure themselves, what they type holds.
    let typed = world.project().collections.iter().flat_map(|asked| &asked.figures).any(|asked| asked.figure == FIGURE);
    let steps = accounts.store.call_backs().await?;
    let found = if typed { CalledBack::default() } else { world.called_back(&steps, since, now).await? };
    let present = lake.snapshot().await?.figures_of(CALL_BACKS, FIGURE).await?;
    let figure = |unit: &str, day: Date, in_time: u32, due: u32| TypedObservation {
        measure: FIGURE.to_owned(),
        period: day.first_of_month()..=day.last_of_month(),
        period_on: day,
        unit: unit.to_owned(),
        numerator: f64::from(in_time),
        denominator: Some(f64::from(due)),
        note: None,
        entered_by: EVENKEEL.to_owned(),
        entered_at: now,
        approved_at: accounts.now(),
    };
    let is_there = |unit: &str, day: Date, in_time: u32, due: u32| {
        present.get(&(unit.to_owned(), day)) == Some(&(f64::from(in_time), Some(f64::from(due))))
    };
    let counts = found.counted.iter().map(|((unit, day), (in_time, due))| (unit.as_str(), *day, *in_time, *due));
    // What was counted and does not count any more: its row was decided not to count, or it is another one now.
    let gone = present.keys().filter(|(unit, day)| !found.counted.contains_key(&(UnitId::new(unit), *day)));
    let wanted: Vec<TypedObservation> = counts
        .chain(gone.map(|(unit, day)| (unit.as_str(), *day, 0, 0)))
        .filter(|(unit, day, in_time, due)| !is_there(unit, *day, *in_time, *due))
        .map(|(unit, day, in_time, due)| figure(unit, day, in_time, due))
        .collect();
    if !wanted.is_empty() {
        let overtaken = put(accounts, lake, wanted.clone()).await?;
        // Two sources must not count the same: what one has brought meanwhile takes the place of what was counted here.
        let doubled =
            wanted.iter().enumerate().filter(|(place, _)| overtaken.contains(place)).map(|(_, figure)| figure);
        let doubled = doubled.filter(|figure| present.contains_key(&(figure.unit.clone(), figure.period_on)));
        let nothing = |of: &TypedObservation| figure(&of.unit, of.period_on, 0, 0);
        let nothing: Vec<TypedObservation> = doubled.map(nothing).collect();
        if !nothing.is_empty() {
            put(accounts, lake, nothing).await?;
        }
    }
    Ok(Some(Counted { lake_version, last_step, next_due: found.next_due }))
}

/// Puts figures about calls into the record. Gives the places of those that a source has brought.
async fn put(accounts: &Accounts, lake: &Lake, figures: Vec<TypedObservation>) -> Result<BTreeSet<usize>, Unpublished> {
    let now = accounts.now();
    let id = batch_id(&accounts.random, now).map_err(StateError::from)?;
    let batch = Batch { id, source: CALL_BACKS.to_owned(), at: now };
    let (lake, runtime) = (lake.clone(), Handle::current());
    let import = move || runtime.block_on(lake.publish_figures(batch, &figures));
    Ok(tokio::task::spawn_blocking(import).await.map_err(LakeError::from)??.overtaken)
}
