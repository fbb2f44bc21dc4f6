//! Cells kept beside the lake, and changed by the difference: what is added up once is not added up again.
//!
//! A file holds the cells of one program as of one instant, and says which rows of which data files they were filled
//! from. Later, the rows that went and those that came are found in the data files and added up by themselves; sums of
//! whole numbers can be taken back without a trace. The file can be removed at any time.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evenkeel_lake::scan::{self, Difference, FileRows, Piece};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::EngineError;
use crate::cells::{self, Cells, Context, FamilyCells, NONE};
use crate::columns::Words;
use crate::compile::Program;
use crate::in_use::{new_file, remove_unless_used};
use crate::organisation::Directory;
use crate::session::Session;

/// Raised with every change of what cells hold or of how they are kept.
const VERSION: u32 = 2;
/// How the names of files begin.
const PREFIX: &str = "cells-";
/// How the names of files begin that are still being written.
const UNFINISHED: &str = "unfinished-cells-";
/// How many files are kept.
const KEPT: usize = 6;
/// Cells are kept anew when more than one row in so many changed since.
const WORTH_KEEPING: u64 = 16;

/// What cells were filled from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Origin {
    /// The evaluation instant, in microseconds.
    as_of: i64,
    /// Whether anything was left out because it happens later.
    later: bool,
    /// The files of each table.
    tables: BTreeMap<String, Vec<FileRows>>,
}

/// Cells as they are kept. Codes of people and units come with their identifiers, because those of whom
/// only facts speak may get others another time.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    people: Vec<(u32, String)>,
    units: Vec<(u32, String)>,
    words: KeptWords,
    families: Vec<FamilyCells>,
    stocks: Vec<Vec<StockCell>>,
}

/// The values of distinct counts, one behind the other in the order of their codes, and how long each is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct KeptWords {
    text: String,
    lengths: Vec<u32>,
}

impl KeptWords {
    fn of(words: &[String]) -> Self {
        Self { text: words.concat(), lengths: words.iter().map(|word| word.len() as u32).collect() }
    }

    fn words(&self) -> Words {
        let mut rest = self.text.as_str();
        Words::of(self.lengths.iter().filter_map(|length| {
            let (word, behind) = rest.split_at_checked(*length as usize)?;
            rest = behind;
            Some(word)
        }))
    }
}

/// Unit, person, and what begins and ends there.
type StockCell = ((u32, u32), Vec<(i32, i64)>);

/// The tables of a program with their row groups.
pub(crate) type Tables = BTreeMap<String, Vec<Piece>>;

/// The cells of a program: from what was kept and what changed since, or from all rows. `about` tells everything that
/// they follow from besides the program and the tables. What is worth it is kept.
pub(crate) async fn fill(
    session: &Session,
    program: &Program,
    context: Context,
    tables: Tables,
    about: &str,
) -> Result<Cells, EngineError> {
    let key = xxh3_64(format!("{VERSION} {about} {:?} {:?}", program.families, program.stocks).as_bytes());
    let folder = session.snapshot().derived("");
    let files = tables.iter().map(|(name, pieces)| (name.clone(), scan::files(pieces))).collect();
    let now = Origin { as_of: context.as_of, later: false, tables: files };
    let found = find(&folder, key, now.as_of);
    let mut context = context;
    let mut kept = None;
    if let Some((origin, content)) = found {
        let is_same = origin.as_of == now.as_of && origin.tables == now.tables;
        if !is_same {
            context.names = content.words.words();
        }
        let cells = content.restore(&context.directory, origin.later);
        if is_same {
            return Ok(cells);
        }
        kept = Some((origin, cells));
    }
    let context = Arc::new(context);
    if let Some((origin, kept)) = kept {
        // What was left out may count by now.
        if (origin.as_of == now.as_of || !origin.later)
            && let Some(change) = Change::between(session, program, &context, &origin, &tables).await?
            && let Some(mut cells) = kept.changed(program, &change.removed, &change.added)
        {
            cells.settle();
            if change.rows * WORTH_KEEPING > tables.values().flatten().map(|piece| piece.rows() as u64).sum() {
                keep(&folder, key, now, &cells, &context);
            }
            return Ok(cells);
        }
    }
    let mut segments = cells::fill(session, program, &context, None, None).await?;
    let mut cells = segments.pop().map_or_else(|| Cells::new(program), |(_, cells)| cells);
    cells.settle();
    keep(&folder, key, now, &cells, &context);
    Ok(cells)
}

/// The cells of the rows that went and of those that came.
struct Change {
    removed: Cells,
    added: Cells,
    /// How many rows that were.
    rows: u64,
}

impl Change {
    /// None when the data files do not tell.
    async fn between(
        session: &Session,
        program: &Program,
        context: &Arc<Context>,
        origin: &Origin,
        tables: &Tables,
    ) -> Result<Option<Self>, EngineError> {
        let mut change = Self { removed: Cells::new(program), added: Cells::new(program), rows: 0 };
        for (table, pieces) in tables {
            let Some(before) = origin.tables.get(table) else { return Ok(None) };
            let Some(Difference { added, removed }) = scan::difference(before, pieces)? else { return Ok(None) };
            for (pieces, into) in [(removed, &mut change.removed), (added, &mut change.added)] {
                if !pieces.is_empty() {
                    change.rows += pieces.iter().map(|piece| piece.rows() as u64).sum::<u64>();
                    let columns = cells::columns(session, program, table).await?;
                    let seeing = session.seeing_some(table, &columns, &pieces).await?;
                    into.add_table(program, table, cells::of_some_rows(&seeing, program, context, table).await?);
                }
            }
        }
        Ok(Some(change))
    }
}

/// The latest cells of a key that are not of a later instant.
fn find(folder: &Path, key: u64, as_of: i64) -> Option<(Origin, Content)> {
    let start = format!("{PREFIX}{key:016x}-");
    let mut files: Vec<(i64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let instant = name.strip_prefix(&start).and_then(|rest| rest.rsplit_once('-')?.0.parse().ok());
        files.extend(instant.filter(|instant| *instant <= as_of).map(|instant| (instant, entry.path())));
    }
    files.sort_unstable();
    // Whatever keeps one from being read, cells can be filled anew.
    files.iter().rev().find_map(|(_, path)| unpack(&std::fs::read(path).ok()?))
}

/// Cells and what they were filled from, with a checksum.
fn pack(origin: &Origin, content: &Content) -> Option<Vec<u8>> {
    let mut packed = postcard::to_extend(&(origin, content), vec![0; size_of::<u64>()]).ok()?;
    let (sum, bytes) = packed.split_first_chunk_mut::<8>()?;
    *sum = xxh3_64(bytes).to_le_bytes();
    Some(packed)
}

fn unpack(packed: &[u8]) -> Option<(Origin, Content)> {
    let (sum, bytes) = packed.split_first_chunk::<8>()?;
    if u64::from_le_bytes(*sum) != xxh3_64(bytes) {
        return None;
    }
    postcard::from_bytes(bytes).ok()
}

/// Keeps cells. Where that cannot be done, they are filled anew another time.
fn keep(folder: &Path, key: u64, origin: Origin, cells: &Cells, context: &Context) {
    let start = format!("{PREFIX}{key:016x}-{}-", origin.as_of);
    let origin = Origin { later: cells.later, ..origin };
    let Some(packed) = pack(&origin, &Content::of(cells, context)) else { return };
    let _ = std::fs::create_dir_all(folder);
    let Ok(mut file) = new_file(folder, UNFINISHED, "") else { return };
    if file.write_all(&packed).is_err() {
        return;
    }
    let name = format!("{start}{:016x}", xxh3_64(&packed));
    if file.persist(folder.join(name)).is_ok() {
        remove_older(folder);
    }
}

/// Removes all but the newest files. They are read at once, so that none is taken away from anybody.
fn remove_older(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(UNFINISHED) {
            remove_unless_used(&entry.path());
        } else if name.to_string_lossy().starts_with(PREFIX)
            && let Ok(changed) = entry.metadata().and_then(|about| about.modified())
        {
            files.push((changed, entry.path()));
        }
    }
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, path) in files.into_iter().take(surplus) {
        let _ = std::fs::remove_file(path);
    }
}

impl Content {
    fn of(cells: &Cells, context: &Context) -> Self {
        let keys = cells.families.iter().flat_map(|family| &family.keys).map(|key| (key.unit, key.person));
        let stocks = cells.stocks.iter().flat_map(|stock| stock.keys().copied());
        let (mut units, mut people): (Vec<u32>, Vec<u32>) = keys.chain(stocks).unzip();
        let directory = &context.directory;
        let named = |codes: &mut Vec<u32>, known: Vec<(String, u32)>| {
            codes.sort_unstable();
            codes.dedup();
            let mut named: Vec<(u32, String)> = known.into_iter().map(|(id, code)| (code, id)).collect();
            named.retain(|(code, _)| codes.binary_search(code).is_ok());
            named.sort_unstable();
            named
        };
        let known_units = directory.all_units().into_iter().map(|(id, _, code)| (id.to_string(), code)).collect();
        let known_people = directory.people_in_lake();
        let stock = |stock: &cells::StockFlows| stock.iter().map(|(key, flows)| (*key, flows.clone())).collect();
        Self {
            people: named(&mut people, known_people),
            units: named(&mut units, known_units),
            words: KeptWords::of(&context.names.all()),
            families: cells.families.clone(),
            stocks: cells.stocks.iter().map(stock).collect(),
        }
    }

    fn restore(self, directory: &Directory, later: bool) -> Cells {
        let units = translation(&self.units, |id| directory.unit(None, id));
        let people = translation(&self.people, |id| directory.person(None, id));
        let new = |codes: &[u32], code: u32| codes.get(code as usize).copied().unwrap_or(code);
        let mut families = self.families;
        for key in families.iter_mut().flat_map(|family| &mut family.keys) {
            key.unit = new(&units, key.unit);
            key.person = new(&people, key.person);
        }
        let key = |(unit, person): (u32, u32)| (new(&units, unit), new(&people, person));
        let stock = |stock: Vec<StockCell>| stock.into_iter().map(|(of, flows)| (key(of), flows)).collect();
        Cells { families, stocks: self.stocks.into_iter().map(stock).collect(), later }
    }
}

/// The code that each code stands for now.
fn translation(known: &[(u32, String)], code: impl Fn(&str) -> u32) -> Vec<u32> {
    let mut codes: Vec<u32> = Vec::new();
    for (old, id) in known {
        let end = *old as usize + 1;
        if codes.len() < end {
            codes.resize(end, NONE);
        }
        codes[end - 1] = code(id);
    }
    codes
}
