//! The service charter: what customers are promised, in their words, and whether it was kept.
//!
//! A promise is *proven* by one measure and a standard. Promises are never added up into one percentage: the result of
//! a charter is the number of promises that met their standard, out of those that could be judged. A promise that
//! nothing measures yet is part of the charter and is told as such.

use std::sync::Arc;

use jiff::civil::Date;

use crate::evaluation::{Readings, known};
use crate::ids::MeasureId;
use crate::measure::{Direction, Levels, Measure};
use crate::period::{FiscalYear, Grain, Period};
use crate::reading::{Missing, Reading, Subject};
use crate::scorecard::Scorecard;
use crate::scoring::{self, Status};

/// How many months a rolling result covers.
pub const ROLLING_MONTHS: usize = 12;

/// What an organisation promises to its customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Charter {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// What a customer can do when something went wrong.
    pub contact: Option<String>,
    /// What the public edition may tell.
    pub publication: Publication,
    /// Measures that tell whether figures come about as they seem to; they are shown beside the promises.
    pub integrity: Vec<Arc<Measure>>,
    /// What was and is promised, the earliest first.
    pub versions: Vec<Version>,
}

/// What the public edition may tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// A figure that rests on fewer than this is withheld.
    pub fewest: u32,
    /// The kind of unit below the organisation that may be told, for example `branch`; none unless named.
    pub kind: Option<String>,
    /// How long the periods are that are told. There is one length only: a month that is withheld would be the difference
    /// between a quarter and the other two months.
    pub every: Grain,
}

impl Publication {
    /// Fewer cases than these protect nobody, whatever a charter says.
    pub const LEAST: u32 = 3;

    /// The fewest cases that a figure has to rest on.
    #[must_use]
    pub fn fewest(&self) -> u32 {
        self.fewest.max(Self::LEAST)
    }

    /// Whether a period is told: one of the length that is published, and over. While a period goes on, each case that is
    /// added to it could be told from the difference between one day and the next.
    #[must_use]
    pub fn tells(&self, period: Period, today: Date) -> bool {
        period.grain() == self.every && !period.is_span() && period.end() <= today
    }

    /// The latest period that is told, up to the end of one that is asked for.
    #[must_use]
    pub fn latest(&self, period: Period, today: Date, fiscal: FiscalYear) -> Period {
        let last = period.last_day().min(today);
        let mut latest = Period::containing(last, self.every, fiscal);
        if latest.end() > period.end().min(today) {
            latest = latest.previous();
        }
        latest
    }

    /// Whether a figure rests on too few cases to be told.
    #[must_use]
    pub fn withholds(&self, proof: &Proof, result: &PromiseResult) -> bool {
        let few = result.reading.value.is_some() && proof.measure.rests_on(&result.reading) < f64::from(self.fewest());
        few || matches!(result.verdict, Verdict::NotMeasured(Unmeasured::NoFigure(Missing::TooFew)))
    }

    /// The periods that a longer stretch of time is made of, the earliest first; none where it is not made of whole ones.
    #[must_use]
    pub fn periods_of(&self, stretch: Period, fiscal: FiscalYear) -> Option<Vec<Period>> {
        let mut period = Period::containing(stretch.start(), self.every, fiscal);
        if period.start() < stretch.start() {
            return None;
        }
        let mut periods = Vec::new();
        while period.end() <= stretch.end() {
            periods.push(period);
            period = period.next();
        }
        (period.start() == stretch.end()).then_some(periods)
    }
}

/// What is promised from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The first day on which it holds.
    pub valid_from: Date,
    /// The day by which people look at the charter again.
    pub review: Option<Date>,
    /// The promises, in the order in which they are told.
    pub promises: Vec<Promise>,
}

/// One promise.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The identifier, the same in every version.
    pub id: String,
    /// The promise in the customer's words.
    pub words: String,
    /// When it holds, in the customer's words.
    pub conditions: Option<String>,
    /// What the customer gets when it was not kept.
    pub remedy: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What proves it; none while nothing does.
    pub proof: Option<Proof>,
    /// From when on it is to be measured, while nothing proves it.
    pub expected: Option<Period>,
    /// The internal standards that it rests on.
    pub served_by: Vec<InternalStandard>,
    /// For whom it is told.
    pub levels: Levels,
    /// A verdict needs at least so many cases.
    pub fewest: u32,
    /// Whether the public edition tells it.
    pub public: bool,
}

/// How it is shown that a promise was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The measure that is held against the standard: the one that the charter names, or what follows from it under the
    /// conditions of the promise.
    pub measure: Arc<Measure>,
    /// The measure that the charter names.
    pub named: MeasureId,
    /// Counts the cases that are past their time and still open, where the record can tell. They count as not kept.
    pub overdue: Option<Arc<Measure>>,
    /// Counts the cases beside the threshold, where there is one.
    pub beside_threshold: Option<BesideThreshold>,
    /// What has to be reached.
    pub standard: Standard,
}

/// Four intervals of one width beside a threshold, two within it and two beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct BesideThreshold {
    /// How wide each is, in stored units of the measure that the charter names.
    pub width: f64,
    /// Count the cases in each of them, from the lowest on.
    pub counts: [Arc<Measure>; 4],
}

/// How cases lie beside the threshold of a promise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// How many cases lie in each of the four intervals.
    pub counts: [u64; 4],
    /// How many times as many lie just within the threshold, against those just beyond it, as their neighbours let
    /// expect; none where there are too few to say.
    pub factor: Option<f64>,
    /// Whether that is more than chance explains.
    pub is_heaped: bool,
}

/// What has to be reached, in stored units of the measure that proves it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// The value that the measure has to reach; a share is a fraction.
    pub value: f64,
    /// Where the measure is the share of cases within a time or another threshold: that threshold, in stored units of
    /// the measure that the charter names.
    pub threshold: Option<f64>,
}

/// What people do inside so that a promise can be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct InternalStandard {
    /// The measure.
    pub measure: MeasureId,
    /// The value that it has to reach, in stored units; the target of the scorecard where none is given.
    pub standard: Option<f64>,
    /// Who keeps it: a role, a team, a department.
    pub kept_by: Option<String>,
}

/// Why a promise was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmeasured {
    /// No measure proves it yet.
    NothingProvesIt,
    /// It is not told of one person.
    NotForPeople,
    /// It is told of the organisation as a whole only.
    NotForUnits,
    /// It was promised, or promised otherwise, from this day on only: inside the period.
    PromisedSince(Date),
    /// The measure has no figure.
    NoFigure(Missing),
}

/// Whether a promise met its standard.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The figure reaches the standard; exactly on it counts.
    Kept(Certainty),
    /// The figure does not reach the standard.
    NotKept(Certainty),
    /// There are fewer cases than a verdict needs.
    TooFew,
    /// There is nothing to judge.
    NotMeasured(Unmeasured),
}

/// What the likely range says about a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The likely range lies on the same side of the standard as the figure.
    BeyondChance,
    /// The likely range includes the standard.
    WithinChance,
    /// No likely range is known.
    NotWeighed,
}

/// One promise held against the readings of a unit or person.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseResult {
    /// The stretch of time that was judged. It begins later than was asked for where the promise does.
    pub period: Period,
    /// The figure.
    pub reading: Reading,
    /// The interval that likely holds the true value.
    pub likely_range: Option<(f64, f64)>,
    /// How many cases are past their time and still open; none where the record cannot tell.
    pub overdue: Option<u64>,
    /// Whether the standard was met.
    pub verdict: Verdict,
}

impl PromiseResult {
    /// A result that is not told, because cases could be worked out from it.
    #[must_use]
    pub fn withheld(period: Period) -> Self {
        Self::unmeasured(period, Unmeasured::NoFigure(Missing::TooFew))
    }

    fn unmeasured(period: Period, why: Unmeasured) -> Self {
        Self { period, reading: Reading::EMPTY, likely_range: None, overdue: None, verdict: Verdict::NotMeasured(why) }
    }
}

/// How many promises there are of each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Kept, narrowly or not.
    pub kept: usize,
    /// Of those that were kept: the likely range includes the standard.
    pub kept_narrowly: usize,
    /// Not kept, narrowly or not.
    pub not_kept: usize,
    /// Of those that were not kept: the likely range includes the standard.
    pub not_kept_narrowly: usize,
    /// Too few cases for a verdict.
    pub too_few: usize,
    /// Not measured.
    pub not_measured: usize,
}

impl Tally {
    /// Counts verdicts.
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Kept(certainty) => {
                    tally.kept += 1;
                    tally.kept_narrowly += usize::from(*certainty == Certainty::WithinChance);
                }
                Verdict::NotKept(certainty) => {
                    tally.not_kept += 1;
                    tally.not_kept_narrowly += usize::from(*certainty == Certainty::WithinChance);
                }
                Verdict::TooFew => tally.too_few += 1,
                Verdict::NotMeasured(_) => tally.not_measured += 1,
            }
        }
        tally
    }

    /// How many promises could be judged.
    #[must_use]
    pub fn judged(&self) -> usize {
        self.kept + self.not_kept
    }

    /// How many promises there are.
    #[must_use]
    pub fn all(&self) -> usize {
        self.judged() + self.too_few + self.not_measured
    }
}

impl Proof {
    /// The measures that follow from the promise: the one that proves it, where no measure file defines that, and those
    /// that count cases beside it.
    pub fn own_measures(&self) -> impl Iterator<Item = &Arc<Measure>> {
        let own = (self.measure.id != self.named).then_some(&self.measure);
        let beside = self.beside_threshold.iter().flat_map(|beside| &beside.counts);
        own.into_iter().chain(&self.overdue).chain(beside)
    }
}

impl Charter {
    /// The version that holds on a day; none before the first one.
    #[must_use]
    pub fn version_on(&self, day: Date) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.valid_from <= day)
    }

    /// The first day from which on a promise has been held to what it is held to on `day`. Another wording, owner or
    /// remedy does not make it another promise; another measure, condition or standard does.
    #[must_use]
    pub fn same_since(&self, promise: &str, day: Date) -> Option<Date> {
        let mut versions = self.versions.iter().rev().skip_while(|version| version.valid_from > day);
        let holds = versions.next()?;
        let proof = &holds.promise(promise)?.proof;
        let mut since = holds.valid_from;
        for earlier in versions {
            match earlier.promise(promise) {
                Some(same) if same.proof == *proof => since = earlier.valid_from,
                _ => break,
            }
        }
        Some(since)
    }

    /// Every measure that figures are asked of and that the project may not have otherwise: those that follow from one of
    /// the project under the conditions of the charter, and those about integrity.
    pub fn own_measures(&self) -> impl Iterator<Item = &Arc<Measure>> {
        let promises = self.versions.iter().flat_map(|version| &version.promises);
        promises.filter_map(|promise| promise.proof.as_ref()).flat_map(Proof::own_measures).chain(&self.integrity)
    }

    /// The measures of the project that the charter names.
    pub fn named_measures(&self) -> impl Iterator<Item = &MeasureId> {
        let promises = self.versions.iter().flat_map(|version| &version.promises);
        promises.flat_map(|promise| {
            let proof = promise.proof.iter().map(|proof| &proof.named);
            proof.chain(promise.served_by.iter().map(|standard| &standard.measure))
        })
    }

    /// Holds a promise of the version in force against readings. What it was held to before it was promised like this
    /// is not judged by it.
    #[must_use]
    pub fn result(
        &self,
        promise: &Promise,
        subject: &Subject,
        is_whole: bool,
        period: Period,
        readings: &dyn Readings,
    ) -> PromiseResult {
        let unmeasured = |why| PromiseResult::unmeasured(period, why);
        let Some(proof) = &promise.proof else { return unmeasured(Unmeasured::NothingProvesIt) };
        match subject {
            Subject::Person(_) if !promise.levels.person => return unmeasured(Unmeasured::NotForPeople),
            Subject::Unit(_) if !promise.levels.unit && !is_whole => return unmeasured(Unmeasured::NotForUnits),
            _ => {}
        }
        if let Some(since) = self.same_since(&promise.id, period.last_day()).filter(|since| *since > period.start()) {
            return unmeasured(Unmeasured::PromisedSince(since));
        }
        let (reading, missing) = known(readings.reading(&proof.measure.id, subject, period));
        if let Some(missing) = missing {
            return unmeasured(Unmeasured::NoFigure(missing));
        }
        let likely_range = readings.likely_range(&proof.measure.id, subject, period);
        let overdue = proof.overdue.as_ref().map(|overdue| {
            let (count, _) = known(readings.reading(&overdue.id, subject, period));
            count.n
        });
        let verdict = verdict(proof, &reading, likely_range, promise.fewest);
        PromiseResult { period, reading, likely_range, overdue, verdict }
    }

    /// The twelve months up to the end of a period, or since the promise has been held to what it is held to now, where
    /// that is shorter. None where that is no more than the period itself.
    #[must_use]
    pub fn rolling(&self, promise: &Promise, period: Period, fiscal: FiscalYear) -> Option<Period> {
        let last = Period::containing(period.last_day(), Grain::Month, fiscal);
        // A month that goes on behind the period would tell of later days.
        let last = if last.end() > period.end() { last.previous() } else { last };
        let since = self.same_since(&promise.id, period.last_day())?;
        let mut months = last.trailing(ROLLING_MONTHS);
        months.retain(|month| month.start() >= since);
        let rolling = Period::spanning(*months.first()?, last)?;
        (rolling.start() < period.start()).then_some(rolling)
    }
}

impl Version {
    /// A promise by its identifier.
    #[must_use]
    pub fn promise(&self, id: &str) -> Option<&Promise> {
        self.promises.iter().find(|promise| promise.id == id)
    }

    /// The measures of a scorecard that no promise rests on, in the order of the scorecard, each with its leg: they
    /// neither prove a promise nor are they among the internal standards of one.
    #[must_use]
    pub fn without_promise<'a>(&self, scorecard: &'a Scorecard) -> Vec<(&'a str, &'a MeasureId)> {
        let serves = |measure: &MeasureId| {
            self.promises.iter().any(|promise| {
                promise.proof.as_ref().is_some_and(|proof| proof.named == *measure)
                    || promise.served_by.iter().any(|standard| standard.measure == *measure)
            })
        };
        let mut found = Vec::new();
        for leg in &scorecard.legs {
            for usage in leg.objectives.iter().flat_map(|objective| &objective.measures) {
                if !serves(&usage.measure) {
                    found.push((leg.title.as_str(), &usage.measure));
                }
            }
        }
        found
    }
}

/// Whether a figure meets a standard. This is the only place in which that is decided.
///
/// The figure decides alone, unrounded, and exactly on the standard counts as met; the likely range only says how sure
/// that is. With fewer cases than `fewest` there is no verdict.
#[must_use]
pub fn verdict(proof: &Proof, reading: &Reading, likely_range: Option<(f64, f64)>, fewest: u32) -> Verdict {
    if proof.measure.rests_on(reading) < f64::from(fewest) {
        return Verdict::TooFew;
    }
    let better = proof.measure.better;
    let certainty = |beyond: bool| match (likely_range, beyond) {
        (None, _) => Certainty::NotWeighed,
        (Some(_), true) => Certainty::BeyondChance,
        (Some(_), false) => Certainty::WithinChance,
    };
    match scoring::status(reading.value, likely_range, Some(proof.standard.value), better) {
        Status::Met => Verdict::Kept(certainty(true)),
        Status::MetPerhapsByChance => Verdict::Kept(certainty(false)),
        Status::MissedPerhapsByChance => Verdict::NotKept(certainty(false)),
        Status::Missed => Verdict::NotKept(certainty(true)),
        Status::NoTarget | Status::NoData => Verdict::NotMeasured(Unmeasured::NoFigure(Missing::NoRows)),
    }
}

/// Whether a measure can be held against a standard: higher or lower has to be better.
#[must_use]
pub fn can_prove(measure: &Measure) -> bool {
    matches!(measure.better, Direction::Higher | Direction::Lower)
}

#[cfg(test)]
mod tests;
