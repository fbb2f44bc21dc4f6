//! The service charter of a world: its promises held against the readings of a unit or person.

use std::sync::Arc;

use evenkeel_engine::publication::{self, Cases};
use evenkeel_engine::{ReadingStore, integrity};
use evenkeel_model::charter::{
    Charter, Course, Promise, PromiseResult, Proof, Publication, Unmeasured, Verdict, Version,
};
use evenkeel_model::evaluation::{self, MeasureResult, Question, Readings as _};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::{Measure, ValueUnit};
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::Period;
use evenkeel_model::reading::{Missing, Subject};
use evenkeel_model::scorecard::MeasureUse;
use evenkeel_model::target::{Goal, TargetPlan};
use evenkeel_state::LookedAt;
use evenkeel_view::page::{
    ChainLink, CharterDetail, CharterPage, Links, Place, PromiseDetail, PublicCharter, PublicDetail, PublicPromise,
    PublicUnit, UnitLabel,
};

use super::{World, WorldError};

/// What a charter is looked at with.
struct Look<'a> {
    world: &'a World,
    charter: &'a Charter,
    store: &'a ReadingStore,
    place: &'a Place,
    subject: &'a Subject,
    question: Question,
}

impl World {
    /// The charter with the figures of a unit or person, and the chain of one promise: the one that is asked for, else
    /// the first that was not kept, else the first that is measured.
    pub async fn charter_page(
        &self,
        subject: &Subject,
        place: &Place,
        promise: Option<&str>,
        links: &(dyn Links + Sync),
    ) -> Result<CharterPage, WorldError> {
        let charter = self.project.charter.as_ref().ok_or(WorldError::NoCharter)?;
        self.allowed(subject)?;
        // What one person has kept is theirs first; whoever leads them sees it where that is agreed.
        let policy = self.project.people;
        if matches!(subject, Subject::Person(_)) && policy == PeoplePolicy::Off {
            return Err(WorldError::PeopleOff { what: "held to promises", policy });
        }
        if let Subject::Person(person) = subject {
            let period = place.period.id(self.project.fiscal_year);
            self.looked(&format!("charter of {person}, {period}"), &LookedAt::Person(person.clone())).await?;
        }
        let version = charter.version_on(place.period.last_day());
        let store = self.store_for(place).await?;
        let question = self.question_about(subject, place);
        let look = Look { world: self, charter, store, place, subject, question };
        let promises: Vec<PromiseDetail<'_>> =
            version.iter().flat_map(|version| &version.promises).map(|promise| look.promise(promise)).collect();
        let chosen = chosen(version, &promises, promise)?;
        let unserved = version.map(|version| version.without_promise(&self.scorecard)).unwrap_or_default();
        let without_promise = unserved.into_iter().map(|(leg, id)| {
            let title = self.measures.get(id).map_or_else(|| id.to_string(), |measure| measure.title.clone());
            (leg.to_owned(), title, id.clone())
        });
        let detail = CharterDetail {
            charter,
            version,
            subject: self.name_of(subject),
            chain: chosen.map(|promise| look.chain(promise)).unwrap_or_default(),
            chosen,
            courses: look.courses(&promises),
            integrity: look.integrity(),
            promises,
            without_promise: without_promise.collect(),
            published: charter.publication.latest(place.period, self.today(), self.project.fiscal_year),
        };
        let context = self.context(place, links, "Charter").await?;
        Ok(CharterPage::new(&detail, &context))
    }

    /// The public edition of the charter.
    pub async fn charter_public(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<PublicCharter, WorldError> {
        let charter = self.project.charter.as_ref().ok_or(WorldError::NoCharter)?;
        if !charter.publication.tells(place.period, self.today()) {
            return Err(WorldError::NotPublished {
                period: place.period.id(self.project.fiscal_year),
                every: charter.publication.every,
                latest: self.published(None)?.id(self.project.fiscal_year),
            });
        }
        let version = charter.version_on(place.period.last_day());
        let organisation = self.engine.directory().organisation();
        let whole = Place { unit: organisation.unit_id(organisation.root()).clone(), ..place.clone() };
        let subject = Subject::Unit(whole.unit.clone());
        let store = self.store_for(&whole).await?;
        let question = self.question_about(&subject, &whole);
        let look = Look { world: self, charter, store, place: &whole, subject: &subject, question };
        let public = version.iter().flat_map(|version| &version.promises).filter(|promise| promise.public);
        let mut promises: Vec<PublicPromise<'_>> = public.map(|promise| look.public(promise)).collect();
        without_differences(&mut promises, &charter.publication);
        let detail = PublicDetail { charter, version, promises };
        let context = self.context(&whole, links, "Charter").await?;
        Ok(PublicCharter::new(&detail, &context))
    }

    /// The period of the public edition: the one that is asked for, else the latest that is published.
    pub fn published(&self, text: Option<&str>) -> Result<Period, WorldError> {
        let charter = self.project.charter.as_ref().ok_or(WorldError::NoCharter)?;
        let fiscal = self.project.fiscal_year;
        match text {
            Some(_) => self.period(text),
            None => Ok(charter.publication.latest(self.default_period()?, self.today(), fiscal)),
        }
    }

    /// What is asked about a unit or person in a place; a person has the targets of the unit they are in.
    pub(super) fn question_about(&self, subject: &Subject, place: &Place) -> Question {
        // A promise is kept in a month or not, and a record says what is known of a person in the period.
        let question = Question { rolling_below: None, ..self.question(place) };
        match subject {
            Subject::Unit(_) => question,
            Subject::Person(_) => {
                let path = self.above(subject, place.period).into_iter().rev().map(|label| label.id).collect();
                Question { subject: subject.clone(), path, ..question }
            }
        }
    }

    /// The units from the top down to a unit, or to the one that a person is in at the end of the period.
    fn above(&self, subject: &Subject, period: Period) -> Vec<UnitLabel> {
        let organisation = self.engine.directory().organisation();
        let unit = match subject {
            Subject::Unit(unit) => unit.clone(),
            Subject::Person(person) => {
                let code = organisation.person(person.as_str());
                let unit = code.and_then(|code| organisation.unit_of(code, period.last_day()));
                organisation.unit_id(unit.unwrap_or(organisation.root())).clone()
            }
        };
        let label = |id: UnitId| UnitLabel { name: self.unit_name(&id, period), id };
        self.path(&unit, period).into_iter().rev().map(label).collect()
    }

    fn unit_name(&self, unit: &UnitId, period: Period) -> String {
        let organisation = self.engine.directory().organisation();
        match organisation.unit(unit.as_str()) {
            Some(code) => organisation.stretch(code, period.last_day()).name.clone(),
            None => unit.to_string(),
        }
    }

    /// What kind of place a unit is.
    pub(super) fn kind_of_unit(&self, unit: &UnitId, period: Period) -> Option<String> {
        let organisation = self.engine.directory().organisation();
        let code = organisation.unit(unit.as_str()).filter(|code| *code != organisation.root())?;
        Some(organisation.stretch(code, period.last_day()).kind.replace('_', " "))
    }
}

/// The promise of which the chain is told.
fn chosen<'a>(
    version: Option<&'a Version>,
    promises: &[PromiseDetail<'a>],
    asked: Option<&str>,
) -> Result<Option<&'a Promise>, WorldError> {
    if let Some(asked) = asked {
        let known = || version.iter().flat_map(|version| &version.promises).map(|promise| format!("`{}`", promise.id));
        let found = version.and_then(|version| version.promise(asked));
        let unknown = || WorldError::UnknownPromise { name: asked.to_owned(), known: known().collect() };
        return found.map(Some).ok_or_else(unknown);
    }
    let measured = || promises.iter().filter(|promise| promise.promise.proof.is_some());
    let missed = measured().find(|promise| matches!(promise.result.verdict, Verdict::NotKept(_)));
    Ok(missed.or_else(|| measured().next()).map(|promise| promise.promise))
}

impl<'a> Look<'a> {
    fn is_whole(&self, subject: &Subject) -> bool {
        let organisation = self.world.engine.directory().organisation();
        matches!(subject, Subject::Unit(unit) if unit == organisation.unit_id(organisation.root()))
    }

    fn result(&self, promise: &Promise, subject: &Subject, period: Period) -> PromiseResult {
        self.charter.result(promise, subject, self.is_whole(subject), period, self.store)
    }

    /// The twelve months up to the end of the period; where its figure is not known yet, those up to the one before.
    fn rolling(&self, promise: &Promise) -> Option<PromiseResult> {
        let until = |period: Period| {
            let stretch = self.charter.rolling(promise, period, self.world.project.fiscal_year)?;
            Some(self.result(promise, self.subject, stretch))
        };
        let result = until(self.place.period)?;
        match result.verdict {
            Verdict::NotMeasured(Unmeasured::NoFigure(Missing::KnownFrom(_))) => until(self.place.period.previous()),
            _ => Some(result),
        }
        .filter(|result| result.reading.value.is_some())
    }

    /// The measure with a standard in place of the targets of the scorecard; without one they hold.
    fn figures(&self, measure: &Arc<Measure>, standard: Option<f64>) -> MeasureResult {
        let usage = self.world.usage(&measure.id);
        let usage = match standard {
            None => usage,
            Some(value) => MeasureUse {
                plan: TargetPlan { target: Some(Goal::At(value)), ..TargetPlan::default() },
                units: std::collections::BTreeMap::new(),
                ..usage
            },
        };
        evaluation::evaluate_measure(measure, &usage, &self.question, self.store)
    }

    /// The units directly below the one that is looked at; a person has none.
    fn below(&self) -> Vec<UnitLabel> {
        match self.subject {
            Subject::Unit(unit) => self.world.children(unit, self.place.period),
            Subject::Person(_) => Vec::new(),
        }
    }

    fn promise(&self, promise: &'a Promise) -> PromiseDetail<'a> {
        let measures = &self.world.measures;
        let proof = promise.proof.as_ref();
        let of_unit = |unit: UnitLabel| {
            let result = self.result(promise, &Subject::Unit(unit.id.clone()), self.place.period);
            (unit, result)
        };
        let figures = proof.and_then(|proof| {
            let measure = measures.get(&proof.measure.id)?;
            Some(self.figures(measure, Some(proof.standard.value)))
        });
        let served_by = promise.served_by.iter().filter_map(|standard| {
            let measure = measures.get(&standard.measure)?;
            Some((standard, self.figures(measure, standard.standard)))
        });
        PromiseDetail {
            promise,
            named: proof.and_then(|proof| measures.get(&proof.named).cloned()),
            figures,
            result: self.result(promise, self.subject, self.place.period),
            rolling: self.rolling(promise),
            below: self.below().into_iter().map(of_unit).collect(),
            served_by: served_by.collect(),
        }
    }

    /// From the organisation down to what is looked at, and the units directly below it.
    fn chain(&self, promise: &Promise) -> Vec<ChainLink> {
        let period = self.place.period;
        let link = |label: UnitLabel| {
            let subject = Subject::Unit(label.id.clone());
            ChainLink {
                kind: self.world.kind_of_unit(&label.id, period),
                current: subject == *self.subject,
                is_person: false,
                result: self.result(promise, &subject, period),
                label,
            }
        };
        let seen = |label: &UnitLabel| self.world.sees_unit(&label.id);
        let above = self.world.above(self.subject, period).into_iter().filter(seen);
        let mut chain: Vec<ChainLink> = above.map(link).collect();
        if let Subject::Person(person) = self.subject {
            chain.push(ChainLink {
                label: UnitLabel { id: UnitId::new(person.as_str()), name: self.world.name_of(self.subject) },
                kind: Some("person".to_owned()),
                current: true,
                is_person: true,
                result: self.result(promise, self.subject, period),
            });
        }
        chain.extend(self.below().into_iter().map(link));
        chain
    }

    /// Measures about how figures come about; nothing of the kind is told of one person.
    fn integrity(&self) -> Vec<MeasureResult> {
        match self.subject {
            Subject::Unit(_) => {
                let measures = self.charter.integrity.iter().filter_map(|measure| self.world.measures.get(&measure.id));
                measures.map(|measure| self.figures(measure, None)).collect()
            }
            Subject::Person(_) => Vec::new(),
        }
    }

    /// How cases lie beside the thresholds of promises, over as long a time as there is; not told of one person either.
    fn courses(&self, promises: &[PromiseDetail<'a>]) -> Vec<(&'a Promise, Course)> {
        if matches!(self.subject, Subject::Person(_)) {
            return Vec::new();
        }
        let mut courses = Vec::new();
        for PromiseDetail { promise, result, rolling, .. } in promises {
            let Some(beside) = promise.proof.as_ref().and_then(|proof| proof.beside_threshold.as_ref()) else {
                continue;
            };
            if result.reading.value.is_none() {
                continue;
            }
            let period = rolling.as_ref().map_or(self.place.period, |rolling| rolling.period);
            let counts = [0, 1, 2, 3].map(|place| {
                let measure: &Arc<Measure> = &beside.counts[place];
                let (reading, _) = evaluation::known(self.store.reading(&measure.id, self.subject, period));
                reading.n
            });
            courses.push((*promise, integrity::course(counts)));
        }
        courses
    }

    fn public(&self, promise: &'a Promise) -> PublicPromise<'a> {
        let named = promise.proof.as_ref().and_then(|proof| self.world.measures.get(&proof.named));
        PublicPromise {
            promise,
            named: named.cloned(),
            result: self.result(promise, self.subject, self.place.period),
            rolling: self.rolling(promise).filter(|rolling| self.may_tell(promise, rolling)),
            units: self.public_units(promise),
        }
    }

    /// Whether a longer stretch of time may be told outside: where each period in it is told, so that none is the
    /// difference between the whole and the others. A period in which nothing was recorded holds nothing back.
    fn may_tell(&self, promise: &Promise, rolling: &PromiseResult) -> bool {
        let rules = &self.charter.publication;
        let (Some(proof), Some(periods)) =
            (&promise.proof, rules.periods_of(rolling.period, self.world.project.fiscal_year))
        else {
            return false;
        };
        let told = |period: &Period| !rules.withholds(proof, &self.result(promise, self.subject, *period));
        periods.iter().all(told) && !rules.withholds(proof, rolling)
    }

    /// The units that may be told outside, by name. Where one has too few cases, another one may be withheld with it.
    fn public_units(&self, promise: &Promise) -> Vec<PublicUnit> {
        let period = self.place.period;
        let rules = &self.charter.publication;
        let (Some(kind), Some(proof)) = (&rules.kind, &promise.proof) else { return Vec::new() };
        if !promise.levels.unit {
            return Vec::new();
        }
        let organisation = self.world.engine.directory().organisation();
        let is_told = |unit: &UnitCode| {
            organisation.existed(*unit, period.start(), period.end())
                && organisation.stretch(*unit, period.last_day()).kind == *kind
        };
        let mut units: Vec<(String, PromiseResult)> = organisation
            .units()
            .filter(is_told)
            .map(|unit| {
                let id = organisation.unit_id(unit).clone();
                (self.world.unit_name(&id, period), self.result(promise, &Subject::Unit(id), period))
            })
            .collect();
        // Where nothing was recorded there is nothing to withhold; what the measure itself withholds is.
        units.retain(|(_, result)| result.reading.value.is_some() || rules.withholds(proof, result));
        units.sort_by_key(|(name, _)| name.to_lowercase());
        let is_share = proof.measure.unit == ValueUnit::Percent;
        let cases = |result: &PromiseResult| Cases {
            all: cases_of(proof, result),
            yes: result.reading.numerator.filter(|_| is_share).map(|yes| yes.round() as u64),
        };
        let total = cases(&self.result(promise, self.subject, period));
        // What the measure withholds has no count here either. It is part of what is left of the total, which is protected
        // as a whole.
        let known = |result: &PromiseResult| result.reading.value.is_some();
        let counts: Vec<Cases> =
            units.iter().filter(|(_, result)| known(result)).map(|(_, result)| cases(result)).collect();
        let fewest = rules.fewest().max(proof.measure.withhold_below.unwrap_or_default());
        let mut told = publication::told(total, &counts, fewest).into_iter();
        let mut published = Vec::with_capacity(units.len());
        for (name, result) in units {
            let told = known(&result) && told.next() == Some(true);
            published.push(PublicUnit { name, result: told.then_some(result) });
        }
        published
    }
}

/// How many cases a promise rests on.
fn cases_of(proof: &Proof, result: &PromiseResult) -> u64 {
    proof.measure.rests_on(&result.reading).round() as u64
}

/// Whether a promise is about a part of the cases of the measure that it names.
fn is_part(promise: &PublicPromise<'_>) -> bool {
    let conditions = |measure: &Measure| measure.formula.rows().map_or(0, |rows| rows.conditions.len());
    let proof = promise.promise.proof.as_ref().zip(promise.named.as_ref());
    proof.is_some_and(|(proof, named)| conditions(&proof.measure) > conditions(named))
}

/// Withholds promises about a part of the cases of a measure where another promise about the same measure would tell of
/// too few by its difference. Beside others, such a promise tells no units.
fn without_differences(promises: &mut [PublicPromise<'_>], rules: &Publication) {
    let named: Vec<Option<MeasureId>> =
        promises.iter().map(|promise| promise.promise.proof.as_ref().map(|proof| proof.named.clone())).collect();
    for place in 0..promises.len() {
        // Each group of promises about one measure is looked at with the first of them.
        let Some(measure) = &named[place] else { continue };
        if named[..place].contains(&named[place]) {
            continue;
        }
        let group: Vec<usize> =
            (place..promises.len()).filter(|&other| named[other].as_ref() == Some(measure)).collect();
        let (parts, whole): (Vec<usize>, Vec<usize>) = group.into_iter().partition(|&other| is_part(&promises[other]));
        if parts.is_empty() || parts.len() + whole.len() < 2 {
            continue;
        }
        let cases = |other: usize| {
            let promise = &promises[other];
            promise.promise.proof.as_ref().map_or(0, |proof| cases_of(proof, &promise.result))
        };
        let counts: Vec<u64> = parts.iter().map(|&part| cases(part)).collect();
        let all = whole.iter().map(|&other| cases(other)).max();
        let told = publication::told_of_parts(all, &counts, rules.fewest());
        for (part, told) in parts.into_iter().zip(told) {
            let promise = &mut promises[part];
            promise.units.clear();
            if !told && promise.result.reading.value.is_some() {
                promise.result = PromiseResult::withheld(promise.result.period);
                promise.rolling = None;
            }
        }
    }
}
