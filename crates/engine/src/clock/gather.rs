//! From the record to the facts of all cases: cases are read, then their events; each case is run through the clock.

use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, AsArray, DictionaryArray, RecordBatch, StringViewArray};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use evenkeel_lake::scan::{Form, Piece};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::events::{Division, Events, Sorted, case_hash, source_hash};
use super::history::Writer;
use super::hours::Hours;
use super::promises::{Case, Judged, Promises, Row, RowTexts};
use super::{CaseClock, CaseFacts, Story};
use crate::EngineError;
use crate::cells::NONE;
use crate::columns::{Met, Translated, Words, codes_of, column};
use crate::organisation::Directory;
use crate::side_by_side::{self, Queue};

const DAY: i64 = 86_400_000_000;
/// Within so long after it was solved, another case of the same customer on the same topic is a repeat.
const REPEAT_WITHIN: i64 = 7 * DAY;

/// What is known of all cases before their events are.
pub(crate) struct Cases {
    pieces: Vec<Piece>,
    as_of: i64,
    /// The number of the first case of each piece.
    first: Vec<usize>,
    hashes: Vec<u64>,
    opened: Vec<i64>,
    /// The word for the unit of each case.
    units: Vec<u32>,
    /// The code of the unit of each case in the directory.
    places: Vec<u32>,
    /// What stands for customer and topic together; 0 where one of them is not known.
    asked: Vec<u128>,
    /// What promises ask; empty where nothing is promised.
    rows: Vec<Row>,
    left_out: bool,
}

/// Columns that only promises ask for.
const FOR_PROMISES: [(&str, Form); 4] =
    [("priority", Form::Codes), ("channel", Form::Codes), ("assignee_id", Form::Codes), ("status", Form::Codes)];

const COLUMNS: [(&str, Form); 6] = [
    ("source", Form::Codes),
    ("case_id", Form::Plain),
    ("opened_at", Form::Plain),
    ("unit_id", Form::Codes),
    ("customer_id", Form::Plain),
    ("topic", Form::Codes),
];

impl Cases {
    /// Reads the cases that were opened up to an instant, in microseconds.
    pub(crate) fn read(
        pieces: Vec<Piece>,
        as_of: i64,
        seed: u64,
        directory: &Directory,
        promises: Option<&Promises>,
        words: &Words,
        workers: usize,
    ) -> Result<Self, EngineError> {
        let queue = Queue::new(pieces.len());
        let read = side_by_side::run(workers.min(pieces.len()), || {
            let mut own = Vec::new();
            while let Some(piece) = queue.take() {
                own.push((piece, Part::read(&pieces[piece], as_of, seed, directory, promises, words)?));
            }
            Ok(own)
        })?;
        let mut parts: Vec<(usize, Part)> = read.into_iter().flatten().collect();
        parts.sort_by_key(|(piece, _)| *piece);
        let mut cases = Self {
            pieces,
            as_of,
            first: Vec::with_capacity(parts.len()),
            hashes: Vec::new(),
            opened: Vec::new(),
            units: Vec::new(),
            places: Vec::new(),
            asked: Vec::new(),
            rows: Vec::new(),
            left_out: false,
        };
        for (_, part) in parts {
            cases.left_out |= part.left_out;
            cases.first.push(cases.hashes.len());
            cases.hashes.extend(part.hashes);
            cases.opened.extend(part.opened);
            cases.units.extend(part.units);
            cases.places.extend(part.places);
            cases.asked.extend(part.asked);
            cases.rows.extend(part.rows);
        }
        Ok(cases)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.hashes.len()
    }

    /// Whether rows were left out, because their cases are opened later.
    pub(crate) fn left_out(&self) -> bool {
        self.left_out
    }

    /// How their events are to be divided.
    pub(crate) fn division(&self) -> Division {
        Division::for_cases(self.count())
    }

    /// The hash of each.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// What each one's customer asked; 0 where customer or topic is not known.
    pub(crate) fn asked(&self) -> &[u128] {
        &self.asked
    }

    /// When each was opened, in microseconds.
    pub(crate) fn opened(&self) -> &[i64] {
        &self.opened
    }

    /// When the first one was opened.
    pub(crate) fn first_opened(&self) -> Option<i64> {
        self.opened.iter().copied().min()
    }

    /// The row groups that they were read from, each with the number of its first case.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&Piece, usize)> {
        self.pieces.iter().zip(self.first.iter().copied())
    }

    /// Whether a row is one of these cases.
    pub(crate) fn counts(&self, opened_at: &dyn Array, row: usize) -> bool {
        counts(opened_at, row, self.as_of)
    }

    /// Whether the unit of a case works by a calendar that is known.
    pub(crate) fn has_hours(&self, case: usize, hours: &Hours) -> bool {
        hours.of(someone(self.places[case])).is_some()
    }
}

fn someone(code: u32) -> Option<u32> {
    (code != NONE).then_some(code)
}

fn counts(opened_at: &dyn Array, row: usize, as_of: i64) -> bool {
    opened_at.is_valid(row) && opened_at.as_primitive::<TimestampMicrosecondType>().value(row) <= as_of
}

/// The cases of one piece.
#[derive(Default)]
struct Part {
    hashes: Vec<u64>,
    opened: Vec<i64>,
    units: Vec<u32>,
    places: Vec<u32>,
    asked: Vec<u128>,
    rows: Vec<Row>,
    left_out: bool,
}

impl Part {
    fn read(
        piece: &Piece,
        as_of: i64,
        seed: u64,
        directory: &Directory,
        promises: Option<&Promises>,
        words: &Words,
    ) -> Result<Self, EngineError> {
        let mut part = Self::default();
        let mut met = Met::default();
        let mut columns = COLUMNS.to_vec();
        if promises.is_some() {
            columns.extend(FOR_PROMISES);
        }
        let mut sources = Translated::new();
        let mut units = Translated::new();
        let mut places = Translated::new();
        for batch in piece.read(&columns)? {
            let batch: RecordBatch = batch?;
            let source_codes = codes_of(&batch, "source")?;
            sources.take(source_codes, |source| source_hash(seed, source));
            let unit_codes = codes_of(&batch, "unit_id")?;
            units.take(unit_codes, |unit| words.code(unit));
            if !directory.has_aliases() {
                places.take(unit_codes, |unit| directory.unit(None, unit));
            }
            let topics = codes_of(&batch, "topic")?;
            let topic_texts = topics.values().as_string::<i32>();
            let source_texts = source_codes.values().as_string::<i32>();
            let unit_texts = unit_codes.values().as_string::<i32>();
            let ids = column(&batch, "case_id")?.as_string_view();
            let customers = column(&batch, "customer_id")?.as_string_view();
            let said = match promises {
                Some(promises) => Some((promises, Said::of(&batch)?)),
                None => None,
            };
            let opened = column(&batch, "opened_at")?;
            let instants = opened.as_primitive::<TimestampMicrosecondType>();
            for row in 0..batch.num_rows() {
                if !counts(opened, row, as_of) {
                    part.left_out = true;
                    continue;
                }
                let source = sources.get(source_codes, row).unwrap_or(seed);
                part.hashes.push(case_hash(source, ids.value(row)));
                part.opened.push(instants.value(row));
                part.units.push(units.get(unit_codes, row).unwrap_or(NONE));
                part.places.push(match unit_codes.key(row) {
                    // What a source calls a unit may be a name of its own.
                    Some(unit) if directory.has_aliases() => {
                        let source = source_codes.key(row).map(|source| source_texts.value(source));
                        directory.unit(source, unit_texts.value(unit))
                    }
                    _ => places.get(unit_codes, row).unwrap_or(NONE),
                });
                if let Some((promises, said)) = &said {
                    part.rows.push(Row::new(&said.texts(row), promises, |text| met.code(words, text)));
                }
                part.asked.push(match topics.key(row) {
                    // 128 bits: two of a hundred million that are alike by chance are less likely than 1 in 10^22.
                    Some(topic) if customers.is_valid(row) => {
                        let length = customers.value(row).len() as u64;
                        let topic = xxh3_128_with_seed(topic_texts.value(topic).as_bytes(), length);
                        (xxh3_128_with_seed(customers.value(row).as_bytes(), 0) ^ topic.rotate_left(1)).max(1)
                    }
                    _ => 0,
                });
            }
        }
        Ok(part)
    }
}

/// The columns of cases that promises ask for.
struct Said<'a> {
    codes: [&'a DictionaryArray<Int32Type>; 6],
    customers: &'a StringViewArray,
}

impl<'a> Said<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, EngineError> {
        let codes = |name| codes_of(batch, name);
        let codes = [
            codes("source")?,
            codes("priority")?,
            codes("channel")?,
            codes("topic")?,
            codes("assignee_id")?,
            codes("status")?,
        ];
        Ok(Self { codes, customers: column(batch, "customer_id")?.as_string_view() })
    }

    fn texts(&self, row: usize) -> RowTexts<'a> {
        let text = |codes: &'a DictionaryArray<Int32Type>| {
            codes.key(row).map(|key| codes.values().as_string::<i32>().value(key))
        };
        let [source, priority, channel, topic, assignee, status] = self.codes.map(text);
        let customer = self.customers.is_valid(row).then(|| self.customers.value(row));
        RowTexts { source, priority, channel, topic, customer, assignee, status }
    }
}

/// What the clock says about every case.
pub(crate) struct Facts {
    division: Division,
    /// By bucket.
    told: Vec<Vec<Told>>,
    /// Where in its bucket each case stands.
    places: Vec<u32>,
    /// Whether the same customer opened another case with the same topic within seven days after this one was solved;
    /// none until seven days have passed, or when customer or topic is not known.
    repeats: Vec<Option<bool>>,
}

/// What the clock says about one case.
pub(crate) struct Told {
    /// None when the case was deleted.
    pub(crate) facts: Option<CaseFacts>,
    /// How promises about it stand; none where there are none.
    pub(crate) judged: Option<Box<Judged>>,
    /// Whether any event of it is known; else it is known by its own row alone.
    pub(crate) by_events: bool,
}

impl Facts {
    /// Runs every case through the clock; all events go to `keep`, where there is one. `events` are divided as
    /// [`Cases::division`] says. None when two cases have one hash; another seed is needed then.
    pub(crate) fn work_out(
        cases: &Cases,
        events: &Events,
        hours: &Hours,
        promises: Option<&Promises>,
        words: &Words,
        workers: usize,
        keep: Option<&Writer>,
    ) -> Result<Option<Self>, EngineError> {
        let division = cases.division();
        let words = if promises.is_some() { words.all() } else { Vec::new() };
        let judge = |case: u32, story: Option<&Story>| {
            let case = case as usize;
            let row = cases.rows.get(case)?;
            let hours = hours.of(someone(cases.places[case]));
            let of = Case { opened_at: cases.opened[case], unit: someone(cases.units[case]), row, story, hours };
            promises?.judge(&of, &words, cases.as_of).map(Box::new)
        };
        let (starts, order, places) = by_bucket(cases, division);
        let done: Vec<Mutex<Vec<Told>>> = (0..division.buckets()).map(|_| Mutex::default()).collect();
        let queue = Queue::new(division.buckets());
        let unlike = side_by_side::run(workers.min(division.buckets()), || {
            let mut sorted = Sorted::default();
            let mut hashes = Vec::new();
            while let Some(bucket) = queue.take() {
                let own = &order[starts[bucket]..starts[bucket + 1]];
                hashes.clear();
                hashes.extend(own.iter().map(|case| cases.hashes[*case as usize]));
                let clock = |case: u32| {
                    let case = case as usize;
                    let hours = hours.of(someone(cases.places[case]));
                    let clock = CaseClock::new(cases.opened[case], someone(cases.units[case]), hours);
                    if promises.is_some() { clock.telling() } else { clock }
                };
                let mut told: Vec<Told> = Vec::with_capacity(own.len());
                let plain = |case: u32| {
                    let facts = clock(case).finish(cases.as_of);
                    Told { facts, judged: judge(case, None), by_events: false }
                };
                let unlike = events.each_case(bucket, &hashes, &mut sorted, keep, |place, events| {
                    let events = &events[..events.partition_point(|event| event.at() <= cases.as_of)];
                    if events.is_empty() {
                        return;
                    }
                    // Cases in between have no events.
                    while told.len() < place {
                        told.push(plain(own[told.len()]));
                    }
                    let mut clock = clock(own[place]);
                    for event in events {
                        clock.apply(&event.event());
                    }
                    let (facts, judged) = match clock.finish_with_story(cases.as_of) {
                        Some((facts, story)) => (Some(facts), judge(own[place], Some(&story))),
                        None => (None, None),
                    };
                    told.push(Told { facts, judged, by_events: true });
                })?;
                if !unlike {
                    return Ok(false);
                }
                while told.len() < own.len() {
                    told.push(plain(own[told.len()]));
                }
                *done[bucket].lock().unwrap_or_else(PoisonError::into_inner) = told;
            }
            Ok(true)
        })?;
        if unlike.contains(&false) {
            return Ok(None);
        }
        let told = done.into_iter().map(|told| told.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
        Ok(Some(Self { division, told, places, repeats: Vec::new() }))
    }

    /// What the clock says about a case, by its number.
    pub(crate) fn of(&self, cases: &Cases, case: usize) -> &Told {
        &self.told[self.division.bucket(cases.hashes[case])][self.places[case] as usize]
    }

    /// Whether what is known of a case changes as time goes by: while it is not solved, a promise runs, or it is too early
    /// to tell whether its customer comes back. None when the case was deleted.
    pub(crate) fn is_running(&self, cases: &Cases, case: usize) -> Option<bool> {
        let told = self.of(cases, case);
        let facts = told.facts.as_ref()?;
        let promised = told.judged.as_deref().is_some_and(Judged::is_running);
        let may_repeat = cases.asked[case] != 0 && self.repeats[case].is_none();
        Some(facts.solved_at.is_none() || promised || may_repeat)
    }

    /// Whether the customer of a case came back; see `repeats`.
    pub(crate) fn repeat(&self, case: usize) -> Option<bool> {
        self.repeats[case]
    }

    /// Finds out which customers came back. `others` are cases beside these: what they ask, and when they were opened.
    pub(crate) fn find_repeats(
        &mut self,
        cases: &Cases,
        others: &[(u128, i64)],
        workers: usize,
    ) -> Result<(), EngineError> {
        self.repeats = self.repeats_among(cases, others, workers)?;
        Ok(())
    }

    fn repeats_among(
        &self,
        cases: &Cases,
        others: &[(u128, i64)],
        workers: usize,
    ) -> Result<Vec<Option<bool>>, EngineError> {
        // Divided by what was asked, so that threads share nothing.
        let parts = self.division.buckets();
        let mut asked: Vec<Vec<(u128, i64, u32)>> = vec![Vec::new(); parts];
        for (case, &key) in cases.asked.iter().enumerate() {
            if key != 0 && self.of(cases, case).facts.is_some() {
                let part = self.division.bucket((key >> 64) as u64);
                asked[part].push((key, cases.opened[case], case as u32));
            }
        }
        for &(key, opened) in others {
            asked[self.division.bucket((key >> 64) as u64)].push((key, opened, NONE));
        }
        let asked: Vec<Mutex<Vec<(u128, i64, u32)>>> = asked.into_iter().map(Mutex::new).collect();
        let queue = Queue::new(parts);
        let found = side_by_side::run(workers.min(parts), || {
            let mut found = Vec::new();
            while let Some(part) = queue.take() {
                let mut own = std::mem::take(&mut *asked[part].lock().unwrap_or_else(PoisonError::into_inner));
                own.sort_unstable();
                for alike in own.chunk_by(|a, b| a.0 == b.0) {
                    for &(_, _, case) in alike.iter().filter(|(_, _, case)| *case != NONE) {
                        let facts = self.of(cases, case as usize).facts.as_ref();
                        let Some(solved) = facts.and_then(|facts| facts.solved_at) else { continue };
                        if solved + REPEAT_WITHIN <= cases.as_of {
                            let after = alike.partition_point(|(_, opened, _)| *opened <= solved);
                            let next = alike.get(after).map(|(_, opened, _)| *opened);
                            found.push((case, next.is_some_and(|next| next <= solved + REPEAT_WITHIN)));
                        }
                    }
                }
            }
            Ok(found)
        })?;
        let mut repeats = vec![None; cases.count()];
        for (case, repeat) in found.into_iter().flatten() {
            repeats[case as usize] = Some(repeat);
        }
        Ok(repeats)
    }
}

/// The cases of each bucket: where they begin, their numbers, and the place of each case in its bucket.
fn by_bucket(cases: &Cases, division: Division) -> (Vec<usize>, Vec<u32>, Vec<u32>) {
    let mut starts = vec![0; division.buckets() + 1];
    let mut places = Vec::with_capacity(cases.count());
    for hash in &cases.hashes {
        let start = &mut starts[division.bucket(*hash) + 1];
        places.push(*start as u32);
        *start += 1;
    }
    for bucket in 0..division.buckets() {
        starts[bucket + 1] += starts[bucket];
    }
    let mut order = vec![0; cases.count()];
    for (case, hash) in cases.hashes.iter().enumerate() {
        order[starts[division.bucket(*hash)] + places[case] as usize] = case as u32;
    }
    (starts, order, places)
}
