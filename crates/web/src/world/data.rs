//! What the record of a world holds: sources, freshness, coverage, rejected rows, versions.

use std::collections::BTreeMap;

use evenkeel_engine::EngineError;
use evenkeel_engine::contents::TableContents;
use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::{LakeError, Manifest, People};
use evenkeel_model::gaps::gaps;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::record;
use evenkeel_view::page::{
    Arrangement, DataDetail, DataPage, DataSheet, ImportState, LakeState, Links, PeopleInRecord, Place, Rejected,
    RejectedFiles, TableDifference, TableState,
};
use jiff::Timestamp;

use super::{World, WorldError};
use crate::links::Routes;
use crate::viewer::Reach;

/// What the record holds. It takes scans of all tables, so a world keeps it.
pub(super) struct Holdings {
    tables: Vec<TableContents>,
    rejected: Rejected,
    history: Vec<Manifest>,
}

impl World {
    /// The whole organisation in the latest period, or in the month of today where there are no data yet: a place for
    /// pages that are about no period.
    #[must_use]
    pub fn whole(&self) -> Place {
        let organisation = self.engine.directory().organisation();
        let month = || Period::containing(self.today(), Grain::Month, self.project.fiscal_year);
        let period = self.default_period().unwrap_or_else(|_| month());
        Place {
            unit: organisation.unit_id(organisation.root()).clone(),
            period,
            compare_with: period.previous(),
            arrangement: Arrangement::Legs,
        }
    }

    /// The page of what the record holds.
    pub async fn data_page(
        &self,
        imports: BTreeMap<String, ImportState>,
        links: &Routes,
    ) -> Result<DataPage, WorldError> {
        let files = || RejectedFiles { csv: Routes::rejected_file("csv"), ndjson: Routes::rejected_file("ndjson") };
        let files = self.may_read_rejected().is_ok().then(files);
        let definition = |measure: &Measure| evenkeel_view::page::LibraryLinks::definition(links, &measure.id);
        let sheet = self.data_sheet(files, imports, &definition, links).await?;
        Ok(DataPage::new(sheet, &self.context(&self.whole(), links, "Data").await?))
    }

    /// What the record holds. `imports` is what came of those that a server began; `definition` says where everything about a measure is.
    pub async fn data_sheet(
        &self,
        files: Option<RejectedFiles>,
        imports: BTreeMap<String, ImportState>,
        definition: &(dyn Fn(&Measure) -> String + Sync),
        links: &(dyn Links + Sync),
    ) -> Result<DataSheet, WorldError> {
        if !self.sees_the_record() {
            return Err(WorldError::NotTheRecord);
        }
        let holdings = self.holdings.get_or_try_init(|| self.look_through()).await?;
        let newest = holdings.history.first();
        let changed = newest.iter().flat_map(|manifest| &manifest.sources);
        let detail = DataDetail {
            sources: self.project.sources.iter().collect(),
            tables: holdings.tables.iter().map(|contents| self.table_state(contents)).collect(),
            changed: changed.map(|(source, at)| (source.clone(), self.local(*at))).collect(),
            imports,
            rejected: holdings.rejected.clone(),
            states: self.states(&holdings.history),
            people: match self.people() {
                People::Named => PeopleInRecord::Named,
                People::Apart(_) => PeopleInRecord::Apart,
                People::Unknown(_) => PeopleInRecord::Unknown,
            },
            earlier_states: holdings.history.last().is_some_and(|oldest| oldest.version > 1),
            measures: self.project.measures.values().map(AsRef::as_ref).collect(),
            rejected_files: files,
        };
        let context = self.context(&self.whole(), links, "Data").await?;
        Ok(DataSheet::new(&detail, &|measure| definition(measure), &context))
    }

    /// The rows that could not be read: of one source, or of all; `limit` of them at most.
    pub async fn rejected(&self, source: Option<&str>, limit: usize) -> Result<Vec<Reject>, WorldError> {
        self.may_read_rejected()?;
        let snapshot = self.engine.session().snapshot();
        Ok(rejects::list(snapshot, source, Some(limit)).await.map_err(EngineError::from)?)
    }

    /// How many rows could not be read: of one source, or of all.
    pub async fn rejected_count(&self, source: Option<&str>) -> Result<u64, WorldError> {
        self.may_read_rejected()?;
        let snapshot = self.engine.session().snapshot();
        Ok(rejects::count(snapshot, source).await.map_err(EngineError::from)?)
    }

    /// Rejected rows belong to no unit, so that only whoever sees the rows of all sees them.
    fn may_read_rejected(&self) -> Result<(), WorldError> {
        if self.sight.rows == Reach::Everywhere { Ok(()) } else { Err(WorldError::NoRows) }
    }

    async fn look_through(&self) -> Result<Holdings, WorldError> {
        let snapshot = self.engine.session().snapshot();
        let filled = |table: &&record::Table| {
            let held = snapshot.manifest().tables.get(table.name).is_some_and(|version| version.rows > 0);
            let mut mappings = self.project.sources.iter().flat_map(|source| &source.tables);
            held || mappings.any(|mapping| mapping.table == table.name)
        };
        let mut tables = Vec::new();
        for table in record::TABLES.iter().filter(filled) {
            tables.push(self.engine.contents(table).await?);
        }
        let mut rejected = Rejected::default();
        let count = |reject: Reject| {
            let Reject { source, table, column, value, reason, .. } = reject;
            rejected.count(source, table, column, value.as_deref(), reason);
        };
        let lake = |error: LakeError| WorldError::from(EngineError::from(error));
        rejects::each(snapshot, count).await.map_err(lake)?;
        let history = snapshot.history().await.map_err(lake)?;
        Ok(Holdings { tables, rejected, history })
    }

    fn table_state(&self, contents: &TableContents) -> TableState {
        TableState {
            table: contents.table,
            rows: contents.rows,
            by_source: contents.by_source.clone(),
            filled: contents.filled.clone(),
            gaps: gaps(&contents.days, self.today()),
        }
    }

    /// The states that are kept, each with what it changed.
    fn states(&self, history: &[Manifest]) -> Vec<LakeState> {
        let before = |place: usize| history.get(place + 1);
        let state = |(place, manifest): (usize, &Manifest)| LakeState {
            version: manifest.version,
            at: self.local(manifest.written_at),
            sources: brought_by(manifest, before(place)),
            // Before the first state there was nothing; before any other one that is the oldest there was something.
            changes: match before(place) {
                Some(before) => Some(differences(manifest, Some(before))),
                None => (manifest.version == 1).then(|| differences(manifest, None)),
            },
        };
        history.iter().enumerate().map(state).collect()
    }
}

/// The sources that brought what a state changed.
fn brought_by(manifest: &Manifest, before: Option<&Manifest>) -> Vec<String> {
    let same = |source: &String, at: &Timestamp| before.is_some_and(|before| before.sources.get(source) == Some(at));
    manifest.sources.iter().filter(|(source, at)| !same(source, at)).map(|(source, _)| source.clone()).collect()
}

/// The tables whose content two states do not share.
fn differences(manifest: &Manifest, before: Option<&Manifest>) -> Vec<TableDifference> {
    let empty = BTreeMap::new();
    let earlier = before.map_or(&empty, |before| &before.tables);
    let changed = manifest.tables.iter().filter_map(|(table, version)| {
        let old = earlier.get(table);
        let (rows, digest) = old.map_or((0, 0), |old| (old.rows, old.digest));
        let same = rows == version.rows && digest == version.digest;
        (!same).then(|| TableDifference { table: table.clone(), before: rows, after: version.rows })
    });
    changed.collect()
}
