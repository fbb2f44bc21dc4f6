//! The events of all cases, read once, divided by case and put in order.
//!
//! Nothing is looked up while events are read: each goes to the *bucket* of its case, which follows from a hash of the
//! case's identifier. A bucket holds few enough cases for its events to be sorted in the caches of one processor.

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use evenkeel_lake::scan::{Form, Piece};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::history::Writer;
use super::{Actor, Event, Status, What};
use crate::EngineError;
use crate::cells::NONE;
use crate::columns::{Met, Translated, Words, codes_of, column};
use crate::side_by_side::{self, Queue};

/// So many cases lie in one bucket, on average.
const CASES_PER_BUCKET: usize = 2048;
/// Events of a bucket are kept in blocks of so many, so that growing neither copies nor wastes much.
const BLOCK: usize = 256;

/// The hash that stands for a case. The 64 bits of one seed are enough to tell ten million cases apart in all but one of
/// 400,000 records; [`Events::each_case`] has a look, and another seed is
/// taken where two cases share one.
pub(crate) fn case_hash(source: u64, case: &str) -> u64 {
    xxh3_64_with_seed(case.as_bytes(), source)
}

/// What the hashes of a source's cases begin from.
pub(crate) fn source_hash(seed: u64, source: &str) -> u64 {
    xxh3_64(source.as_bytes()) ^ seed
}

/// How cases are divided into buckets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Division {
    bits: u32,
}

impl Division {
    pub(crate) fn for_cases(cases: usize) -> Self {
        let bits = (cases / CASES_PER_BUCKET).next_power_of_two().trailing_zeros();
        Self { bits }
    }

    pub(crate) fn buckets(self) -> usize {
        1 << self.bits
    }

    pub(crate) fn bucket(self, hash: u64) -> usize {
        // A shift by all 64 bits is none.
        hash.checked_shr(64 - self.bits).unwrap_or(0) as usize
    }
}

/// An event with what puts it in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed {
    case: u64,
    at: i64,
    /// See [`Identifiers`].
    id: u64,
    /// The person, unit or agent, or the status; which one, `kind` tells.
    who: u32,
    kind: Kind,
    actor: Actor,
    /// The thread that read it.
    reader: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opened,
    Message,
    Status(Status),
    Assignee,
    Unit,
    LeftUnit,
    LeftPriority,
    Escalated,
    Deleted,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Kind::Opened => 0,
            Kind::Message => 1,
            Kind::Assignee => 2,
            Kind::Unit => 3,
            Kind::LeftUnit => 4,
            Kind::LeftPriority => 5,
            Kind::Escalated => 6,
            Kind::Deleted => 7,
            Kind::Status(status) => 8 + status as u8,
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Kind::Opened,
            1 => Kind::Message,
            2 => Kind::Assignee,
            3 => Kind::Unit,
            4 => Kind::LeftUnit,
            5 => Kind::LeftPriority,
            6 => Kind::Escalated,
            7 => Kind::Deleted,
            status => Kind::Status(*Status::ALL.get(usize::from(status - 8))?),
        })
    }
}

impl Packed {
    /// So many bytes one of them takes in a file.
    pub(super) const BYTES: usize = 24;

    /// Its form in a file; which case it belongs to stands elsewhere.
    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.at.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.id.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.who.to_le_bytes());
        bytes[20] = self.kind.number();
        bytes[21] = self.actor as u8;
        bytes[22] = self.reader;
        bytes
    }

    /// From its form in a file. None when that cannot be right.
    pub(super) fn of_bytes(case: u64, bytes: &[u8]) -> Option<Self> {
        Some(Self {
            case,
            at: i64::from_le_bytes(*bytes.first_chunk()?),
            id: u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?),
            who: u32::from_le_bytes(*bytes.get(16..)?.first_chunk()?),
            kind: Kind::of_number(*bytes.get(20)?)?,
            actor: *[Actor::Customer, Actor::Agent, Actor::Bot, Actor::System].get(usize::from(*bytes.get(21)?))?,
            reader: *bytes.get(22)?,
        })
    }

    pub(super) fn case(&self) -> u64 {
        self.case
    }

    /// When it happened, in microseconds.
    pub(super) fn at(&self) -> i64 {
        self.at
    }

    pub(super) fn is_deletion(&self) -> bool {
        self.kind == Kind::Deleted
    }

    /// The place of the text of its identifier, and who read it, where it is kept as a text.
    pub(super) fn text(&self) -> Option<(u8, u64)> {
        (self.id & TEXT != 0).then_some((self.reader, self.id & !TEXT))
    }

    /// The same event, with its identifier at a place among the texts of a reader.
    pub(super) fn with_text(self, reader: u8, place: u64) -> Self {
        Self { id: TEXT | place, reader, ..self }
    }

    /// The same event, as if another thread had read it.
    pub(super) fn read_by(self, reader: u8) -> Self {
        Self { reader, ..self }
    }

    pub(crate) fn event(&self) -> Event {
        let someone = (self.who != NONE).then_some(self.who);
        let (what, agent) = match self.kind {
            Kind::Opened => (What::Opened, None),
            Kind::Message => (What::PublicMessage, someone),
            Kind::Status(status) => (What::Status(status), None),
            Kind::Assignee => (What::Assignee(someone), None),
            Kind::Unit => (What::Unit(someone), None),
            Kind::LeftUnit => (What::LeftUnit(someone), None),
            Kind::LeftPriority => (What::LeftPriority(someone), None),
            Kind::Escalated => (What::Escalated, None),
            Kind::Deleted => (What::Deleted, None),
        };
        Event { at: self.at, what, actor: self.actor, agent }
    }
}

/// Events at one instant stand in the order of the text of their identifiers. Most identifiers are one prefix and a
/// number of fixed length; such a one is kept as its number, others as the place of their text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identifiers {
    prefix: Vec<u8>,
    digits: usize,
}

/// Marks the place of a text.
const TEXT: u64 = 1 << 63;

impl Identifiers {
    /// The form of an identifier.
    fn like(id: &str) -> Self {
        let id = id.as_bytes();
        let digits = id.iter().rev().take_while(|byte| byte.is_ascii_digit()).count().min(18);
        Self { prefix: id[..id.len() - digits].to_vec(), digits }
    }

    fn pack(&self, id: &str, texts: &mut Vec<u8>) -> u64 {
        let bytes = id.as_bytes();
        if bytes.len() == self.prefix.len() + self.digits && bytes.starts_with(&self.prefix) {
            let mut number = 0;
            let mut plain = true;
            for byte in &bytes[self.prefix.len()..] {
                plain &= byte.is_ascii_digit();
                number = number * 10 + u64::from(byte.wrapping_sub(b'0') & 15);
            }
            if plain {
                return number;
            }
        }
        TEXT | put_text(texts, bytes)
    }

    fn text(&self, packed: u64, texts: &[u8]) -> Vec<u8> {
        if packed & TEXT == 0 {
            let mut text = self.prefix.clone();
            if self.digits > 0 {
                text.extend_from_slice(format!("{packed:0width$}", width = self.digits).as_bytes());
            }
            return text;
        }
        let place = (packed & !TEXT) as usize;
        let length = texts[place..].first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        texts[place + 4..place + 4 + length].to_vec()
    }
}

/// Adds the text of an identifier to others; gives its place.
pub(super) fn put_text(texts: &mut Vec<u8>, text: &[u8]) -> u64 {
    let place = texts.len() as u64;
    texts.extend_from_slice(&(text.len() as u32).to_le_bytes());
    texts.extend_from_slice(text);
    place
}

/// The events of one bucket that one thread read.
#[derive(Debug, Default)]
struct Blocks(Vec<Vec<Packed>>);

impl Blocks {
    fn push(&mut self, event: Packed) {
        match self.0.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(event),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(event);
                self.0.push(block);
            }
        }
    }
}

/// What one thread read.
struct Read {
    buckets: Vec<Blocks>,
    texts: Vec<u8>,
    last: Option<i64>,
}

/// All events, divided by case.
pub(crate) struct Events {
    /// By bucket; each is taken once.
    buckets: Vec<Mutex<Vec<Blocks>>>,
    /// By the thread that read them.
    texts: Vec<Vec<u8>>,
    identifiers: Identifiers,
    /// The latest of them.
    last: Option<i64>,
}

/// What was before; only promises ask.
const FROM: &str = "field_from";
const COLUMNS: [(&str, Form); 10] = [
    ("source", Form::Codes),
    ("case_id", Form::Plain),
    ("event_id", Form::Plain),
    ("at", Form::Plain),
    ("kind", Form::Codes),
    ("actor_kind", Form::Codes),
    ("actor_id", Form::Plain),
    ("public", Form::Plain),
    (FROM, Form::Codes),
    ("field_to", Form::Codes),
];

impl Events {
    /// Reads all events.
    pub(crate) fn read(
        pieces: &[Piece],
        seed: u64,
        division: Division,
        words: &Words,
        for_promises: bool,
        workers: usize,
    ) -> Result<Self, EngineError> {
        let columns = columns(for_promises);
        let identifiers = first_identifier(pieces)?.map(|id| Identifiers::like(&id)).unwrap_or_default();
        let queue = Queue::new(pieces.len());
        let readers = Queue::new(usize::from(u8::MAX));
        let read = side_by_side::run(workers.min(pieces.len()).min(usize::from(u8::MAX)), || {
            let reader = readers.take().unwrap_or_default() as u8;
            let mut reading = Reading::new(reader, seed, division, words, &identifiers, for_promises);
            while let Some(piece) = queue.take() {
                for batch in pieces[piece].read(&columns)? {
                    reading.take(&batch?)?;
                }
            }
            Ok((reader, reading.read))
        })?;
        let mut buckets: Vec<Vec<Blocks>> = (0..division.buckets()).map(|_| Vec::new()).collect();
        let mut texts = vec![Vec::new(); read.len()];
        let last = read.iter().filter_map(|(_, read)| read.last).max();
        for (reader, read) in read {
            for (bucket, blocks) in buckets.iter_mut().zip(read.buckets) {
                bucket.push(blocks);
            }
            texts[usize::from(reader)] = read.texts;
        }
        let buckets = buckets.into_iter().map(Mutex::new).collect();
        Ok(Self { buckets, texts, identifiers, last })
    }

    /// Events that are in memory. Those of each reader stand in order.
    pub(crate) fn of(
        events: impl Iterator<Item = Packed>,
        texts: Vec<Vec<u8>>,
        identifiers: Identifiers,
        division: Division,
    ) -> Self {
        let mut buckets: Vec<Blocks> = (0..division.buckets()).map(|_| Blocks::default()).collect();
        let mut last = None;
        for event in events {
            last = last.max(Some(event.at));
            buckets[division.bucket(event.case)].push(event);
        }
        let buckets = buckets.into_iter().map(|blocks| Mutex::new(vec![blocks])).collect();
        Self { buckets, texts, identifiers, last }
    }

    /// When the latest of them happened, in microseconds.
    pub(crate) fn last(&self) -> Option<i64> {
        self.last
    }

    /// What the numbers of identifiers mean.
    pub(crate) fn identifiers(&self) -> &Identifiers {
        &self.identifiers
    }

    /// The texts of identifiers that are no numbers, by reader.
    pub(crate) fn texts(&self) -> &[Vec<u8>] {
        &self.texts
    }

    /// Takes the events of a bucket out, and gives those of each of its cases in order. `cases` are the hashes of the
    /// cases; `take` gets the place of a case in that list. Events of cases that are not in it wait for their case. All
    /// of them go to `keep`, where there is one.
    ///
    /// False, and nothing is given, when two of the cases have one hash.
    pub(crate) fn each_case(
        &self,
        bucket: usize,
        cases: &[u64],
        sorted: &mut Sorted,
        keep: Option<&Writer>,
        mut take: impl FnMut(usize, &[Packed]),
    ) -> Result<bool, EngineError> {
        let blocks = std::mem::take(&mut *self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner));
        if !sorted.fill(cases, &blocks) {
            return Ok(false);
        }
        if let Some(keep) = keep {
            let mut waiting: Vec<Packed> = blocks
                .iter()
                .flat_map(|blocks| &blocks.0)
                .flatten()
                .zip(&sorted.places)
                .filter(|(_, place)| **place == NONE)
                .map(|(event, _)| *event)
                .collect();
            self.sort_all(&mut waiting);
            for case in 0..cases.len() {
                self.sort(sorted.of_mut(case));
            }
            let known = (0..cases.len()).map(|case| sorted.of(case)).filter(|events| !events.is_empty());
            keep.put(bucket, known.chain(waiting.chunk_by(|a, b| a.case == b.case)))?;
        }
        drop(blocks);
        for case in 0..cases.len() {
            if keep.is_none() {
                self.sort(sorted.of_mut(case));
            }
            if !sorted.of(case).is_empty() {
                take(case, sorted.of(case));
            }
        }
        Ok(true)
    }

    /// Puts events of any cases in order: by case, and in it as they happened.
    pub(crate) fn sort_all(&self, events: &mut [Packed]) {
        events.sort_unstable_by(|a, b| a.case.cmp(&b.case).then_with(|| self.compare(a, b)));
    }

    fn sort(&self, events: &mut [Packed]) {
        if events.len() > 32 {
            events.sort_unstable_by(|a, b| self.compare(a, b));
            return;
        }
        // Events arrive nearly in order, and there are few of a case.
        for end in 1..events.len() {
            let event = events[end];
            let mut place = end;
            while place > 0 && self.compare(&events[place - 1], &event) == Ordering::Greater {
                events[place] = events[place - 1];
                place -= 1;
            }
            events[place] = event;
        }
    }

    #[inline]
    fn compare(&self, a: &Packed, b: &Packed) -> Ordering {
        a.at.cmp(&b.at).then_with(|| {
            if (a.id | b.id) & TEXT == 0 {
                return a.id.cmp(&b.id);
            }
            let text = |event: &Packed| self.identifiers.text(event.id, &self.texts[usize::from(event.reader)]);
            text(a).cmp(&text(b))
        })
    }
}

/// Reads events that came later than others, as the reader of this number. Gives them in the order of their files, and
/// the texts of their identifiers.
pub(crate) fn read_further(
    pieces: &[Piece],
    reader: u8,
    seed: u64,
    words: &Words,
    identifiers: &Identifiers,
    for_promises: bool,
) -> Result<(Vec<Packed>, Vec<u8>), EngineError> {
    let mut reading = Reading::new(reader, seed, Division::for_cases(0), words, identifiers, for_promises);
    let columns = columns(for_promises);
    for piece in pieces {
        for batch in piece.read(&columns)? {
            reading.take(&batch?)?;
        }
    }
    let events = reading.read.buckets.into_iter().flat_map(|blocks| blocks.0).flatten().collect();
    Ok((events, reading.read.texts))
}

fn columns(for_promises: bool) -> Vec<(&'static str, Form)> {
    COLUMNS.into_iter().filter(|(name, _)| for_promises || *name != FROM).collect()
}

fn first_identifier(pieces: &[Piece]) -> Result<Option<String>, EngineError> {
    for piece in pieces {
        for batch in piece.read(&[("event_id", Form::Plain)])? {
            let batch = batch?;
            if let Some(id) = batch.column(0).as_string_view().iter().flatten().next() {
                return Ok(Some(id.to_owned()));
            }
        }
    }
    Ok(None)
}

/// One thread's reading.
struct Reading<'a> {
    reader: u8,
    seed: u64,
    division: Division,
    words: &'a Words,
    identifiers: &'a Identifiers,
    met: Met,
    sources: Translated<u64>,
    kinds: Translated<Option<Step>>,
    actors: Translated<Actor>,
    targets: Translated<Target>,
    origins: Translated<u32>,
    /// Whether what only promises ask is read, too.
    for_promises: bool,
    read: Read,
}

/// A kind of event, before its other columns are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Opened,
    Message,
    Status,
    Assignee,
    Unit,
    Priority,
    Escalated,
    Deleted,
}

impl Step {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "opened" => Step::Opened,
            "message" => Step::Message,
            "status" => Step::Status,
            "assignee" => Step::Assignee,
            "unit" => Step::Unit,
            "priority" => Step::Priority,
            "escalated" => Step::Escalated,
            "deleted" => Step::Deleted,
            // The clock passes over notes, ratings, merges.
            _ => return None,
        })
    }
}

/// What an event leads to: a status, or somebody.
#[derive(Debug, Clone, Copy)]
struct Target {
    status: Option<Status>,
    code: u32,
}

impl<'a> Reading<'a> {
    fn new(
        reader: u8,
        seed: u64,
        division: Division,
        words: &'a Words,
        identifiers: &'a Identifiers,
        for_promises: bool,
    ) -> Self {
        let buckets = (0..division.buckets()).map(|_| Blocks::default()).collect();
        Self {
            reader,
            seed,
            division,
            words,
            identifiers,
            met: Met::default(),
            sources: Translated::new(),
            kinds: Translated::new(),
            actors: Translated::new(),
            targets: Translated::new(),
            origins: Translated::new(),
            for_promises,
            read: Read { buckets, texts: Vec::new(), last: None },
        }
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let sources = codes_of(batch, "source")?;
        self.sources.take(sources, |source| source_hash(self.seed, source));
        let kinds = codes_of(batch, "kind")?;
        self.kinds.take(kinds, Step::of);
        let actors = codes_of(batch, "actor_kind")?;
        self.actors.take(actors, |actor| match actor {
            "customer" => Actor::Customer,
            "agent" => Actor::Agent,
            "bot" => Actor::Bot,
            _ => Actor::System,
        });
        let targets = codes_of(batch, "field_to")?;
        let (met, words) = (&mut self.met, self.words);
        self.targets.take(targets, |target| Target { status: Status::of(target), code: met.code(words, target) });
        let origins = if self.for_promises { Some(codes_of(batch, FROM)?) } else { None };
        if let Some(origins) = origins {
            self.origins.take(origins, |origin| met.code(words, origin));
        }
        let cases = column(batch, "case_id")?.as_string_view();
        let ids = column(batch, "event_id")?.as_string_view();
        let instants = column(batch, "at")?.as_primitive::<TimestampMicrosecondType>();
        let agents = column(batch, "actor_id")?.as_string_view();
        let public = column(batch, "public")?.as_boolean();
        for row in 0..batch.num_rows() {
            let at = instants.value(row);
            let Some(Some(step)) = self.kinds.get(kinds, row) else { continue };
            if instants.is_null(row) {
                continue;
            }
            let actor = self.actors.get(actors, row).unwrap_or(Actor::System);
            let target = self.targets.get(targets, row);
            let code = target.map_or(NONE, |target| target.code);
            let (kind, who) = match step {
                // Only customers and agents speak to each other; bots and the system do not count.
                Step::Message if !(public.is_valid(row) && public.value(row)) => continue,
                Step::Message => match actor {
                    Actor::Agent if agents.is_valid(row) => {
                        (Kind::Message, self.met.code(self.words, agents.value(row)))
                    }
                    Actor::Agent | Actor::Customer => (Kind::Message, NONE),
                    Actor::Bot | Actor::System => continue,
                },
                Step::Status => match target.and_then(|target| target.status) {
                    Some(status) => (Kind::Status(status), NONE),
                    None => continue,
                },
                Step::Opened => (Kind::Opened, NONE),
                Step::Assignee => (Kind::Assignee, code),
                Step::Unit => (Kind::Unit, code),
                // What a priority is now does not matter to any promise, only what it was.
                Step::Priority => match origins {
                    Some(origins) => (Kind::LeftPriority, self.origins.get(origins, row).unwrap_or(NONE)),
                    None => continue,
                },
                Step::Escalated => (Kind::Escalated, NONE),
                Step::Deleted => (Kind::Deleted, NONE),
            };
            let source = self.sources.get(sources, row).unwrap_or(self.seed);
            let case = case_hash(source, cases.value(row));
            let id = self.identifiers.pack(ids.value(row), &mut self.read.texts);
            let packed = Packed { case, at, id, who, kind, actor, reader: self.reader };
            self.read.last = self.read.last.max(Some(at));
            let bucket = &mut self.read.buckets[self.division.bucket(case)];
            bucket.push(packed);
            if let (Step::Unit, Some(origins)) = (step, origins) {
                let who = self.origins.get(origins, row).unwrap_or(NONE);
                bucket.push(Packed { who, kind: Kind::LeftUnit, ..packed });
            }
        }
        Ok(())
    }
}

/// The events of one bucket, side by side for each case. It is used for one bucket after the other.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// The place of a case in the list, by its hash: open addressing, one more than the place, 0 where there is none.
    table: Vec<u32>,
    events: Vec<Packed>,
    starts: Vec<u32>,
    next: Vec<u32>,
    /// The place of the case of each event, as they come.
    places: Vec<u32>,
}

impl Sorted {
    fn of(&self, case: usize) -> &[Packed] {
        &self.events[self.starts[case] as usize..self.starts[case + 1] as usize]
    }

    fn of_mut(&mut self, case: usize) -> &mut [Packed] {
        &mut self.events[self.starts[case] as usize..self.starts[case + 1] as usize]
    }

    /// False when two of the cases have one hash.
    fn fill(&mut self, cases: &[u64], blocks: &[Blocks]) -> bool {
        let size = (cases.len() * 2).next_power_of_two().max(2);
        self.table.clear();
        self.table.resize(size, 0);
        for (place, &hash) in cases.iter().enumerate() {
            let mut slot = hash as usize & (size - 1);
            while let Some(other) = (self.table[slot] as usize).checked_sub(1) {
                if cases[other] == hash {
                    return false;
                }
                slot = (slot + 1) & (size - 1);
            }
            self.table[slot] = place as u32 + 1;
        }
        let table = &self.table;
        let place = |hash: u64| {
            let mut slot = hash as usize & (size - 1);
            loop {
                let place = (table[slot] as usize).checked_sub(1)?;
                if cases[place] == hash {
                    return Some(place);
                }
                slot = (slot + 1) & (size - 1);
            }
        };
        self.starts.clear();
        self.starts.resize(cases.len() + 1, 0);
        let all = || blocks.iter().flat_map(|blocks| &blocks.0).flatten();
        self.places.clear();
        for event in all() {
            let place = place(event.case);
            if let Some(place) = place {
                self.starts[place + 1] += 1;
            }
            self.places.push(place.map_or(NONE, |place| place as u32));
        }
        for case in 0..cases.len() {
            self.starts[case + 1] += self.starts[case];
        }
        self.next.clear();
        self.next.extend_from_slice(&self.starts);
        let count = self.starts[cases.len()] as usize;
        let Some(any) = all().next() else {
            self.events.clear();
            return true;
        };
        self.events.resize(count, *any);
        for (event, place) in all().zip(&self.places) {
            if *place != NONE {
                let next = &mut self.next[*place as usize];
                self.events[*next as usize] = *event;
                *next += 1;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Packed identifiers compare as their texts do, whatever the first one was like.
        #[test]
        fn identifiers_keep_the_order_of_their_texts(
            first in "[A-C]{0,2}[0-9]{0,20}",
            ids in prop::collection::vec("[A-C]{0,2}[0-9]{0,20}|[ -~é]{0,6}", 1..20),
        ) {
            let identifiers = Identifiers::like(&first);
            let mut texts = Vec::new();
            let packed: Vec<u64> = ids.iter().map(|id| identifiers.pack(id, &mut texts)).collect();
            let events = Events { buckets: Vec::new(), texts: vec![texts.clone()], identifiers: identifiers.clone(), last: None };
            let event = |id| Packed { case: 0, at: 0, id, who: 0, kind: Kind::Opened, actor: Actor::Agent, reader: 0 };
            for (a, first) in packed.iter().zip(&ids) {
                prop_assert_eq!(identifiers.text(*a, &texts), first.as_bytes());
                for (b, second) in packed.iter().zip(&ids) {
                    prop_assert_eq!(events.compare(&event(*a), &event(*b)), first.as_bytes().cmp(second.as_bytes()));
                }
            }
        }
    }

    #[test]
    fn cases_with_one_hash_are_told() {
        assert!(Sorted::default().fill(&[1, 2, 1 << 40], &[]));
        assert!(!Sorted::default().fill(&[1, 2, 1], &[]));
    }

    #[test]
    fn buckets_cover_all_hashes() {
        for cases in [0, 1, 5000, 1_000_000] {
            let division = Division::for_cases(cases);
            assert_eq!(division.bucket(0), 0, "{cases}");
            assert_eq!(division.bucket(u64::MAX), division.buckets() - 1, "{cases}");
        }
    }
}
