//! Choosing measures: who is asked and who decides, what the record has of each candidate, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evenkeel_engine::needs::Need;
use evenkeel_engine::{EngineError, ReadingStore};
use evenkeel_model::access::{Grant, Role};
use evenkeel_model::choice::{Candidate, Chosen, Measurability, Opinions, Rating, concerns, is_noticed_by_customers};
use evenkeel_model::evaluation::Readings as _;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::{Missing, Subject};
use evenkeel_spec::chosen::scorecard_file;
use evenkeel_state::{MeasureRating, StateError, StateStore, User};
use evenkeel_view::page::choose::{
    CandidateDetail, ChoosingDetail, Consulted, Lack, MeasuredDetail, ScorecardFile, TypedChoice,
};
use evenkeel_view::page::{ChoosePage, RatePage};

use super::{World, WorldError};
use crate::catalogue::Catalogue;
use crate::links::Routes;
use crate::viewer::Viewer;

/// Where the scorecard file is had.
pub(crate) const FILE: &str = "/choose.yaml";
/// A measure has a figure when there is one in any of so many whole months before today.
const LATELY: usize = 12;
/// Over how many whole months figures are held against each other.
const COMPARED: usize = 36;
/// How many signs of a digest a form carries.
const MARK: usize = 16;

/// What the record has of all candidates. It takes scans of their tables, so a world keeps it.
pub(super) struct Candidates {
    catalogue: Catalogue,
    needs: BTreeMap<MeasureId, Vec<Need>>,
    store: ReadingStore,
    /// Whole months before today, the latest last.
    months: Vec<Period>,
}

/// What people said and chose.
pub(crate) struct Said {
    ratings: Vec<MeasureRating>,
    pub(crate) chosen: Vec<Chosen>,
    users: Vec<User>,
}

impl Said {
    /// Reads it.
    pub(crate) async fn read(store: &StateStore) -> Result<Self, StateError> {
        Ok(Self {
            ratings: store.measure_ratings().await?,
            chosen: store.chosen_measures().await?,
            users: store.users().await?,
        })
    }

    /// How a measure was chosen.
    pub(crate) fn of(&self, measure: &MeasureId) -> Option<&Chosen> {
        self.chosen.iter().find(|chosen| chosen.measure == *measure)
    }

    /// What somebody says of a measure.
    pub(crate) fn own(&self, measure: &MeasureId, sign_in: &str) -> Option<&Rating> {
        self.ratings.iter().find(|said| said.measure == *measure && said.by == sign_in).map(|said| &said.rating)
    }

    /// How many people of each kind have rated anything; somebody with several roles is the first of them.
    fn consulted(&self) -> Consulted {
        let raters: BTreeSet<&str> = self.ratings.iter().map(|said| said.by.as_str()).collect();
        let mut consulted = Consulted::default();
        for rater in raters {
            let user = self.users.iter().find(|user| user.sign_in == rater);
            let has = |role| user.is_some_and(|user| user.grants.iter().any(|grant| grant.role() == role));
            let count = if has(Role::Insights) {
                &mut consulted.analysts
            } else if has(Role::Executive) {
                &mut consulted.executives
            } else if has(Role::Manager) {
                &mut consulted.managers
            } else if has(Role::Agent) {
                &mut consulted.frontline
            } else {
                &mut consulted.others
            };
            *count += 1;
        }
        consulted
    }
}

/// By what a form knows again how a measure was chosen when its page was made; empty where it was not.
pub(crate) fn mark(chosen: Option<&Chosen>) -> String {
    let Some(Chosen { measure, leg, objective, key, for_people, serves }) = chosen else { return String::new() };
    let serves = serves.as_ref().map(|(id, months)| format!("{id} {months}")).unwrap_or_default();
    let texts = [measure.as_str(), leg, objective, &key.to_string(), &for_people.to_string(), &serves];
    blake3::hash(texts.join("\0").as_bytes()).to_hex().chars().take(MARK).collect()
}

impl World {
    /// Whether the viewer is asked what they think of measures: whoever analyses the record, sees the whole, leads a unit or
    /// serves customers.
    pub(crate) fn rates(&self) -> bool {
        let asked = [Role::Insights, Role::Executive, Role::Manager, Role::Agent];
        let organisation = self.engine.directory().organisation();
        // A role over a unit or a person that is there no more is none.
        let is_there = |grant: &Grant| match grant {
            Grant::Everywhere(_) => true,
            Grant::In(_, unit) => organisation.unit(unit.as_str()).is_some(),
            Grant::Own(person) => organisation.person(person.as_str()).is_some(),
        };
        match &self.viewer {
            Viewer::User { grants, .. } => {
                self.sight.inside && grants.iter().any(|grant| asked.contains(&grant.role()) && is_there(grant))
            }
            Viewer::Public | Viewer::Anybody | Viewer::Operator { .. } => false,
        }
    }

    /// Whether the viewer decides which measures are chosen: whoever analyses the record.
    pub(crate) fn chooses(&self) -> bool {
        self.is_signed_in() && self.sight.analyses
    }

    /// Whether there is anything about choosing for the viewer.
    pub(crate) fn sees_choosing(&self) -> bool {
        self.rates() || self.is_signed_in() && self.sees_the_record()
    }

    /// What the record has of all measures of the project and the library.
    async fn candidates(&self) -> Result<&Candidates, WorldError> {
        self.candidates.get_or_try_init(|| self.look_for_candidates()).await
    }

    async fn look_for_candidates(&self) -> Result<Candidates, WorldError> {
        let catalogue = Catalogue::of(&self.project);
        let measures: Vec<Arc<Measure>> = catalogue.measures().cloned().collect();
        let needs = self.engine.needs(&measures).await?;
        let has_rows = |measure: &&Arc<Measure>| {
            needs.get(&measure.id).is_some_and(|needs| needs.iter().all(|need| need.rows > 0))
        };
        let there: Vec<Arc<Measure>> = measures.iter().filter(has_rows).cloned().collect();
        let store = self.engine.store(there, Grain::Month).await?;
        let mut months = Vec::with_capacity(COMPARED);
        let mut month = Period::containing(self.today(), Grain::Month, self.project.fiscal_year);
        for _ in 0..COMPARED {
            month = month.previous();
            months.push(month);
        }
        months.reverse();
        Ok(Candidates { catalogue, needs, store, months })
    }

    /// The whole organisation, of which the figures are that candidates are judged by.
    fn everything(&self) -> Subject {
        let organisation = self.engine.directory().organisation();
        Subject::Unit(organisation.unit_id(organisation.root()).clone())
    }

    /// A candidate with what is said of it.
    fn candidate<'a>(&self, candidates: &'a Candidates, measure: &'a Measure, said: &Said) -> CandidateDetail<'a> {
        let own = said.ratings.iter().filter(|said| said.measure == measure.id);
        let ratings: Vec<Rating> = own.map(|said| said.rating.clone()).collect();
        CandidateDetail {
            measure,
            opinions: Opinions::of(&ratings),
            chosen: said.of(&measure.id).cloned(),
            rated: said.own(&measure.id, self.viewer.name()).is_some(),
            in_use: self.scorecard.measures().any(|usage| usage.measure == measure.id),
            measured: self.measured(candidates, measure),
        }
    }

    /// What the record has of a measure. How far its columns are filled is told to whoever sees what the record holds.
    fn measured(&self, candidates: &Candidates, measure: &Measure) -> MeasuredDetail {
        let whole = self.everything();
        let is_known = |month: &&Period| match candidates.store.reading(&measure.id, &whole, **month) {
            Ok(reading) => reading.value.is_some(),
            // It is there, and not told.
            Err(missing) => missing == Missing::TooFew,
        };
        let months = candidates.months.iter().rev().take(LATELY).filter(is_known).count();
        let needs = candidates.needs.get(&measure.id).map_or(&[][..], Vec::as_slice);
        let (mut there, mut of, mut lacking) = (0, 0, Vec::new());
        let mut least_filled: Option<(String, f64)> = None;
        for need in needs {
            of += 1 + need.columns.len();
            if need.rows == 0 {
                lacking.push(Lack::Table(need.table.clone()));
                continue;
            }
            there += 1;
            for (column, filled) in &need.columns {
                if *filled == 0 {
                    lacking.push(Lack::Column { table: need.table.clone(), column: column.clone() });
                    continue;
                }
                there += 1;
                let share = *filled as f64 / need.rows as f64;
                if least_filled.as_ref().is_none_or(|(_, least)| share < *least) {
                    least_filled = Some((column.clone(), share));
                }
            }
        }
        if lacking.is_empty() && months == 0 {
            lacking.push(Lack::Figure);
        }
        MeasuredDetail {
            measurability: Measurability::new(there, of, months > 0),
            lacking,
            months,
            least_filled: least_filled.filter(|_| self.sees_the_record()),
        }
    }

    /// The page of all candidates.
    pub(crate) async fn choose_page(&self, said: &Said, links: &Routes) -> Result<ChoosePage, WorldError> {
        let candidates = self.candidates().await?;
        let details: Vec<CandidateDetail<'_>> =
            candidates.catalogue.measures().map(|measure| self.candidate(candidates, measure, said)).collect();
        let seen: Vec<Candidate<'_>> = details
            .iter()
            .map(|one| Candidate { measure: one.measure, opinions: &one.opinions, chosen: one.chosen.as_ref() })
            .collect();
        // What goes together in the whole organisation is told to whoever sees its figures.
        let alike = if self.sees_the_record() {
            let chosen: Vec<MeasureId> = said.chosen.iter().map(|chosen| chosen.measure.clone()).collect();
            candidates.store.alike(&chosen, &self.everything(), &candidates.months)
        } else {
            Vec::new()
        };
        let consulted = said.consulted();
        let found = concerns(&seen, &alike, consulted.frontline);
        let file = self.chosen_file(said).await?;
        let frame = self.frame("Choosing measures", links, "Measures");
        Ok(ChoosePage::new(frame, details, consulted, &found, file, links))
    }

    /// The scorecard that comes of what was chosen; none where nothing was, and for whoever does not see the whole.
    pub(crate) async fn chosen_file(&self, said: &Said) -> Result<Option<ScorecardFile>, WorldError> {
        if !self.sees_the_record() {
            return Ok(None);
        }
        let candidates = self.candidates().await?;
        let mut details: Vec<CandidateDetail<'_>> = said
            .chosen
            .iter()
            .filter_map(|chosen| candidates.catalogue.measure(&chosen.measure))
            .map(|measure| self.candidate(candidates, measure, said))
            .collect();
        details.sort_by(|one, other| one.opinions.order(&other.opinions));
        let chosen: Vec<&Chosen> = details.iter().filter_map(|one| one.chosen.as_ref()).collect();
        if chosen.is_empty() {
            return Ok(None);
        }
        let later = details.iter().filter(|one| !one.measured.measurability.is_now());
        let later: BTreeSet<MeasureId> = later.map(|one| one.measure.id.clone()).collect();
        let id = self.free_name();
        Ok(Some(ScorecardFile {
            path: format!("scorecards/{id}.yaml"),
            text: scorecard_file(&id, &chosen, &later),
            url: FILE.to_owned(),
        }))
    }

    /// A name that no scorecard of the project has.
    fn free_name(&self) -> String {
        let is_free = |name: &String| self.project.scorecards.iter().all(|scorecard| scorecard.id != *name);
        let mut names = (1..).map(|number| if number == 1 { "chosen".to_owned() } else { format!("chosen-{number}") });
        names.find(is_free).unwrap_or_default()
    }

    /// The page on which somebody says what they think of a measure. `typed` is what they typed and was not taken.
    pub(crate) async fn rate_page(
        &self,
        name: &str,
        said: &Said,
        typed: (Option<Rating>, Option<TypedChoice>),
        links: &Routes,
    ) -> Result<RatePage, WorldError> {
        let candidates = self.candidates().await?;
        let measure = self.candidate_named(name).await?;
        let one = self.candidate(candidates, measure, said);
        let (rating, choice) = typed;
        let own = || said.own(&measure.id, self.viewer.name()).cloned().unwrap_or_default();
        let rating = self.rates().then(|| rating.unwrap_or_else(own));
        let linked = self.scorecard.links.iter().find(|link| link.from == measure.id);
        let linked = linked.map(|link| (&link.to, link.within_months));
        let choosing = self.chooses().then(|| {
            let present = one.chosen.as_ref();
            let noticed = candidates.catalogue.measures().filter(|other| is_noticed_by_customers(other));
            // A chain of internal measures leads there too, and a link of the scorecard may lead anywhere.
            let served = said.chosen.iter().filter_map(|chosen| candidates.catalogue.measure(&chosen.measure));
            let kept = present.and_then(|chosen| chosen.serves.as_ref()).map(|(id, _)| id);
            let kept = [kept, linked.map(|(id, _)| id)].into_iter().flatten();
            let kept = kept.filter_map(|id| candidates.catalogue.measure(id));
            let named: BTreeSet<(String, MeasureId)> =
                noticed.chain(served).chain(kept).map(|other| (other.title.clone(), other.id.clone())).collect();
            let mut objectives: Vec<String> = said.chosen.iter().map(|chosen| chosen.objective.clone()).collect();
            let present_ones = self.scorecard.legs.iter().flat_map(|leg| &leg.objectives);
            objectives.extend(present_ones.map(|objective| objective.title.clone()));
            objectives.sort();
            objectives.dedup();
            ChoosingDetail {
                typed: choice.unwrap_or_else(|| TypedChoice::of(measure, present, linked)),
                noticed: named.into_iter().map(|(title, id)| (id, title)).collect(),
                objectives,
                seen: mark(present),
            }
        });
        let frame = self.frame(&measure.title, links, "Measures");
        Ok(RatePage::new(frame, &one, rating.as_ref(), choosing, links))
    }

    /// A candidate of a name.
    pub(crate) async fn candidate_named(&self, name: &str) -> Result<&Arc<Measure>, WorldError> {
        let catalogue = &self.candidates().await?.catalogue;
        catalogue.measure(&MeasureId::new(name)).ok_or_else(|| {
            let near = evenkeel_engine::closest(name, catalogue.identifiers());
            EngineError::UnknownMeasure { name: name.to_owned(), near }.into()
        })
    }
}
