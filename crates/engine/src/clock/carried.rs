//! Facts carried on from an earlier state: which cases something touches, and what is needed to work them out anew.
//!
//! What is known of a case changes when its row or its events do, and while it runs, as time goes by. Whether a customer
//! came back also changes with the other cases of that customer. All other facts stay what they were.

use std::collections::HashSet;
use std::path::Path;

use arrow::array::AsArray;
use evenkeel_lake::scan::{Form, Piece, difference};
use roaring::RoaringBitmap;

use super::events::{Events, Packed, case_hash, read_further, source_hash};
use super::gather::Cases;
use super::history::Recalled;
use super::promises::Promises;
use super::register::{self, Entry};
use super::store::State;
use crate::EngineError;
use crate::columns::{Translated, Words, codes_of, column};
use crate::organisation::Directory;

/// Facts lie in at most so many files before they are worked out as a whole again.
const MOST_PARTS: usize = 8;
/// Readers of events: those that were kept, and those that are new.
const KEPT: u8 = 0;
const NEW: u8 = 1;
/// The rows of facts are read as if they were rows of cases. Who held a case without events is its assignee.
const AS_CASES: &[(&str, &str)] = &[("assignee_id", "person_id")];

/// What the facts of some cases are worked out anew from.
pub(super) struct Touched {
    /// Rows that no longer hold, by part of the earlier state.
    pub(super) gone: Vec<RoaringBitmap>,
    /// The cases.
    pub(super) cases: Cases,
    /// Their events.
    pub(super) events: Events,
    /// Cases that are not among them and ask the same as one that is: what, and when they were opened.
    pub(super) others: Vec<(u128, i64)>,
    /// All events of the cases to which events were added, case by case.
    pub(super) retold: Vec<Packed>,
    /// The codes of people and units.
    pub(super) words: Words,
    /// Whether nothing was left out because it happens later.
    pub(super) complete: bool,
}

impl Touched {
    /// Finds out what became of the record since an earlier state. None when the facts have to be worked out as a whole.
    #[expect(clippy::too_many_arguments, reason = "all of it is needed, and only here")]
    pub(super) fn since(
        state: &State,
        folder: &Path,
        cases_now: &[Piece],
        events_now: &[Piece],
        as_of: i64,
        directory: &Directory,
        promises: Option<&Promises>,
        workers: usize,
    ) -> Result<Option<Self>, EngineError> {
        if !state.complete || state.as_of > as_of || state.parts.len() >= MOST_PARTS {
            return Ok(None);
        }
        let (Some(cases), Some(events)) =
            (difference(&state.cases, cases_now)?, difference(&state.events, events_now)?)
        else {
            return Ok(None);
        };
        // Events are told once; where a source changes them, their cases are not worth finding.
        if !events.removed.is_empty() {
            return Ok(None);
        }
        let words = Words::of(state.words.iter().map(String::as_str));
        let seed = state.seed;
        let for_promises = promises.is_some();
        let (news, new_texts) = read_further(&events.added, NEW, seed, &words, &state.identifiers, for_promises)?;
        let read = |pieces: Vec<Piece>| Cases::read(pieces, as_of, seed, directory, promises, &words, workers);
        let added = read(cases.added.clone())?;
        let changes = Changes {
            replaced: hashes(&cases.removed, seed)?,
            added: added.hashes().iter().copied().collect(),
            told: news.iter().map(Packed::case).collect(),
            ended: news.iter().filter(|event| event.is_deletion()).map(Packed::case).collect(),
            asked: added.asked().iter().copied().filter(|asked| *asked != 0).collect(),
        };
        let Some(found) = Found::among(state, folder, changes)? else { return Ok(None) };
        let mut wanted: Vec<u64> =
            found.hashes.iter().chain(&found.changes.added).chain(&found.changes.told).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let Some(kept) = recall(state, folder, wanted, workers)? else { return Ok(None) };
        let mut pieces = Vec::new();
        for (part, rows) in state.parts.iter().zip(&found.again) {
            let own = Piece::of_rows(folder.join(&part.facts.name), rows)?;
            pieces.extend(own.into_iter().map(|piece| piece.renamed(AS_CASES)));
        }
        pieces.extend(cases.added);
        let cases = read(pieces)?;
        let complete = !cases.left_out() && news.iter().all(|event| event.at() <= as_of);
        let told = &found.changes.told;
        let retold: Vec<Packed> =
            kept.events.iter().chain(&news).filter(|event| told.contains(&event.case())).copied().collect();
        let all = kept.events.into_iter().chain(news);
        let events = Events::of(all, vec![kept.texts, new_texts], state.identifiers.clone(), cases.division());
        let mut retold = retold;
        events.sort_all(&mut retold);
        let others = others(state, folder, &found, &cases)?;
        let gone = found.again.iter().zip(&found.replaced).map(|(again, replaced)| again | replaced).collect();
        Ok(Some(Self { gone, cases, events, others, retold, words, complete }))
    }
}

/// What changed in the record.
struct Changes {
    /// Cases whose rows are no longer there.
    replaced: HashSet<u64>,
    /// Cases with new rows.
    added: HashSet<u64>,
    /// Cases with new events.
    told: HashSet<u64>,
    /// Cases that a new event deletes.
    ended: HashSet<u64>,
    /// What customers asked in cases that are added, changed or deleted.
    asked: HashSet<u128>,
}

/// The rows of facts that no longer hold.
struct Found {
    changes: Changes,
    /// Rows of cases to be worked out again, by part.
    again: Vec<RoaringBitmap>,
    /// The hashes of these cases.
    hashes: Vec<u64>,
    /// Rows of cases whose own rows are no longer there, by part.
    replaced: Vec<RoaringBitmap>,
}

impl Found {
    /// None when so many rows no longer hold that all may as well be worked out, or two cases have one hash.
    fn among(state: &State, folder: &Path, mut changes: Changes) -> Result<Option<Self>, EngineError> {
        let mut again = vec![RoaringBitmap::new(); state.parts.len()];
        let mut replaced = again.clone();
        let mut alike = false;
        let mut rows = 0u64;
        each_row(state, folder, |part, row, entry| {
            rows += 1;
            if changes.replaced.contains(&entry.hash) {
                replaced[part].insert(row);
                changes.asked.insert(entry.asked);
            } else if changes.added.contains(&entry.hash) {
                alike = true;
            } else if entry.running || changes.told.contains(&entry.hash) {
                again[part].insert(row);
                if changes.ended.contains(&entry.hash) {
                    changes.asked.insert(entry.asked);
                }
            }
        })?;
        changes.asked.remove(&0);
        let mut hashes = Vec::new();
        each_row(state, folder, |part, row, entry| {
            if changes.asked.contains(&entry.asked) && !replaced[part].contains(row) {
                again[part].insert(row);
            }
            if again[part].contains(row) {
                hashes.push(entry.hash);
            }
        })?;
        let few = (hashes.len() as u64) * 2 <= rows;
        Ok((few && !alike).then_some(Self { changes, again, hashes, replaced }))
    }
}

/// Every row that holds, with its part.
fn each_row(state: &State, folder: &Path, mut take: impl FnMut(usize, u32, Entry)) -> Result<(), EngineError> {
    for (number, part) in state.parts.iter().enumerate() {
        register::each(&folder.join(&part.register), |row, entry| {
            if !part.facts.deleted.contains(row) {
                take(number, row, entry);
            }
        })?;
    }
    Ok(())
}

/// The cases that stay as they are and ask what one of these asks.
fn others(state: &State, folder: &Path, found: &Found, cases: &Cases) -> Result<Vec<(u128, i64)>, EngineError> {
    let asked: HashSet<u128> = cases.asked().iter().copied().filter(|asked| *asked != 0).collect();
    let mut others = Vec::new();
    each_row(state, folder, |part, row, entry| {
        let stays = !found.again[part].contains(row) && !found.replaced[part].contains(row);
        if stays && asked.contains(&entry.asked) {
            others.push((entry.asked, entry.opened));
        }
    })?;
    Ok(others)
}

/// The events that were kept of some cases. None when a file is not what it should be.
fn recall(state: &State, folder: &Path, mut wanted: Vec<u64>, workers: usize) -> Result<Option<Recalled>, EngineError> {
    let mut all = Recalled::default();
    // A later history tells all of a case that it tells anything of.
    for history in state.histories.iter().rev() {
        let Some(recalled) = history.recall(folder, &wanted, KEPT, workers)? else { return Ok(None) };
        let known: HashSet<u64> = recalled.events.iter().map(Packed::case).collect();
        wanted.retain(|case| !known.contains(case));
        all.append(recalled);
    }
    Ok(Some(all))
}

/// The hashes of the cases of some rows.
fn hashes(pieces: &[Piece], seed: u64) -> Result<HashSet<u64>, EngineError> {
    let mut hashes = HashSet::new();
    let mut sources = Translated::new();
    for piece in pieces {
        for batch in piece.read(&[("source", Form::Codes), ("case_id", Form::Plain)])? {
            let batch = batch?;
            let source_codes = codes_of(&batch, "source")?;
            sources.take(source_codes, |source| source_hash(seed, source));
            let ids = column(&batch, "case_id")?.as_string_view();
            for row in 0..batch.num_rows() {
                let source = sources.get(source_codes, row).unwrap_or(seed);
                hashes.insert(case_hash(source, ids.value(row)));
            }
        }
    }
    Ok(hashes)
}
