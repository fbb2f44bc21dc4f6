//! Fair comparison: from readings by case mix to the standing of each person or unit.
//!
//! [`strata`] reads the measure once, divided by the case mix; [`evidence`] puts together what each person or unit
//! achieved, beside what all would have achieved with the same cases; the statistics decide
//! ([`evenkeel_stats::compare`]), and here their answer is put into the words of the domain. All who are compared are the
//! reference, whoever looks: a state does not depend on which of them are shown.

mod evidence;
mod strata;

use std::collections::BTreeSet;
use std::sync::Arc;

use evenkeel_model::comparison::{
    Compared, Comparison, Family, Funnel, FunnelLimits, Lines, Peers, Position, Rules, Standing, State,
};
use evenkeel_model::ids::PersonId;
use evenkeel_model::measure::{Direction, Measure};
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_stats::compare as stats;
use evenkeel_stats::funnel::{self, Figure, Scale};
use evenkeel_stats::interval::Level;
use jiff::civil::Date;

use crate::local_time::day_number;
use crate::organisation::Directory;
use crate::readings::Who;
use crate::{Engine, EngineError};

use evidence::Histories;
pub use strata::Strata;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// Who of those that it names.
    pub peers: &'a Peers,
    /// The period.
    pub period: Period,
}

impl Engine {
    /// Compares all of one sort in a period. `strata` are those of the comparison's measure and case mix.
    pub fn compare(&self, strata: &Strata, question: &Question<'_>) -> Result<Compared, EngineError> {
        let measure = strata.measure();
        let Question { comparison, peers, period } = *question;
        let allowed = match peers {
            Peers::People => measure.levels.person,
            Peers::Units(_) => measure.levels.unit,
        };
        if !allowed {
            return Err(match peers {
                Peers::People => EngineError::not_for_people(measure),
                Peers::Units(_) => EngineError::NotForUnits { measure: measure.id.to_string() },
            });
        }
        let refused = || EngineError::NotComparable { measure: measure.id.to_string() };
        let family = Family::of(&measure.formula).ok_or_else(refused)?;
        let better = match measure.better {
            Direction::Higher => stats::Better::Higher,
            Direction::Lower => stats::Better::Lower,
            Direction::Within { .. } | Direction::Neither => return Err(refused()),
        };
        let day = period.last_day().min(self.today());
        let subjects = subjects(self.directory(), comparison, peers, day);
        let review_periods = review_periods(measure, period, comparison.rules.review_periods as usize);
        let mut histories = Histories::read(strata, family, &subjects, &review_periods, measure);
        histories.keep_those_with_any();
        let standard = standard(comparison.lines, better);
        let settings = settings(&comparison.rules);
        let mut compared = Compared {
            period,
            review_periods,
            standings: Vec::new(),
            of_all: histories.of_all(),
            spread: None,
            borrowed: None,
            dispersion: 1.0,
            process_first: false,
            funnel: None,
            changed_by_case_mix: None,
        };
        if histories.subjects.is_empty() {
            return Ok(compared);
        }
        let found = histories.compare(standard, &settings)?;
        compared.spread = found.mean.zip(found.spread);
        compared.borrowed = found.borrowed.filter(|weight| weight.is_finite());
        compared.dispersion = found.dispersion;
        compared.process_first = found.process_first;
        if !comparison.case_mix.is_empty() {
            let plain = histories.without_case_mix().compare(standard, &settings)?;
            let changed = found.standings.iter().zip(&plain.standings).filter(|(one, other)| one.state != other.state);
            compared.changed_by_case_mix = Some(changed.count() as u32);
        }
        let expected = histories.expected_now();
        let (funnel, positions) = match histories.scale()? {
            Some(scale) => funnel_of(scale, &found.standings),
            None => (None, vec![None; found.standings.len()]),
        };
        compared.funnel = funnel;
        for (((subject, standing), expected), position) in
            histories.subjects.iter().zip(&found.standings).zip(expected).zip(positions)
        {
            compared.standings.push(Standing {
                subject: subject.0.clone(),
                state: of_state(standing.state),
                observations: standing.observations,
                figure: standing.figure,
                expected,
                like_for_like: standing.like_for_like,
                adjusted: standing.estimate,
                likely_range: standing.interval.map(|interval| (interval.low, interval.high)),
                meets_recognition: standing.meets_recognition,
                meets_minimum: standing.meets_minimum,
                own_record: standing.own_record,
                periods_missed: standing.periods_missed as u32,
                position,
            });
        }
        compared.standings.sort_by(|one, other| (one.state, &one.subject).cmp(&(other.state, &other.subject)));
        Ok(compared)
    }

    /// Whether a unit or person belongs to a unit at the end of a period.
    #[must_use]
    pub fn belongs(&self, subject: &Subject, unit: &str, period: Period) -> bool {
        let day = period.last_day().min(self.today());
        let Some(wanted) = self.directory().known_unit(unit) else { return false };
        let own = match subject {
            Subject::Unit(id) => self.directory().known_unit(id.as_str()),
            Subject::Person(id) => self
                .directory()
                .known_person(id.as_str())
                .and_then(|code| self.directory().unit_of(code, day_number(day))),
        };
        let epoch = self.directory().organisation().epoch_of(day);
        wanted == self.directory().organisation().root().0
            || own.is_some_and(|own| self.directory().lies_in(epoch, own, wanted))
    }
}

impl Engine {
    /// Whether a person works in a unit, or below it, at the end of a period.
    #[must_use]
    pub fn is_at_work(&self, person: &PersonId, unit: &str, period: Period) -> bool {
        let day = day_number(period.last_day().min(self.today()));
        let directory = self.directory();
        let place = directory.known_person(person.as_str()).and_then(|code| directory.unit_of(code, day));
        place.is_some() && self.belongs(&Subject::Person(person.clone()), unit, period)
    }
}

/// The review periods, the period itself last. Those of another definition are another series.
fn review_periods(measure: &Measure, period: Period, count: usize) -> Vec<Period> {
    period.trailing(count).into_iter().filter(|other| measure.break_between(*other, period).is_none()).collect()
}

/// Everybody who is compared: below the unit of the comparison on a day.
fn subjects(directory: &Arc<Directory>, comparison: &Comparison, peers: &Peers, day: Date) -> Vec<(Subject, Who)> {
    let organisation = directory.organisation();
    let root = organisation.root().0;
    let below = comparison.below.as_ref().map_or(Some(root), |unit| directory.known_unit(unit.as_str()));
    let Some(below) = below else { return Vec::new() };
    let epoch = organisation.epoch_of(day);
    let inside = |unit: u32| below == root || directory.lies_in(epoch, unit, below);
    match peers {
        Peers::People => directory
            .all_people()
            .into_iter()
            .filter(|(_, code)| match directory.unit_of(*code, day_number(day)) {
                Some(unit) => inside(unit),
                None => below == root,
            })
            .map(|(id, code)| (Subject::Person(id), Who::Person(code)))
            .collect(),
        Peers::Units(kind) => directory
            .all_units()
            .into_iter()
            .filter(|(_, _, code)| *code != below && inside(*code))
            .filter(|(_, latest, code)| {
                let known = (*code as usize) < organisation.unit_count();
                let there = if known { organisation.stretch(UnitCode(*code), day).kind.as_str() } else { latest };
                there == kind
            })
            .map(|(id, _, code)| (Subject::Unit(id), Who::Unit(code)))
            .collect(),
    }
}

/// The kinds of unit that there are, for those who ask for one that is not there.
#[must_use]
pub fn kinds(directory: &Directory) -> BTreeSet<String> {
    directory.all_units().into_iter().map(|(_, kind, _)| kind).collect()
}

fn standard(lines: Lines, better: stats::Better) -> stats::Standard {
    stats::Standard { recognition: lines.recognition, minimum: lines.minimum, better }
}

fn settings(rules: &Rules) -> stats::Settings {
    stats::Settings {
        recognise_from: rules.recognise_from,
        develop_below: rules.develop_below,
        review_below: rules.review_below,
        review_periods: rules.review_periods as usize,
        false_discoveries: rules.false_discoveries,
        minimum_observations: rules.minimum_observations,
        ..stats::Settings::default()
    }
}

fn of_state(state: stats::State) -> State {
    match state {
        stats::State::Recognise => State::Recognise,
        stats::State::OnStandard => State::OnStandard,
        stats::State::Develop => State::Develop,
        stats::State::Review => State::Review,
        stats::State::NotEnoughData => State::NotEnoughData,
    }
}

/// How many steps a limit of the funnel is drawn in.
const STEPS: u32 = 40;

/// The funnel of the latest period's figures, and where each of them lies.
fn funnel_of(scale: Scale, standings: &[stats::Standing]) -> (Option<Funnel>, Vec<Option<Position>>) {
    let figure = |standing: &stats::Standing| {
        let size = standing.observations;
        Some(Figure { value: standing.like_for_like?, size: (size > 0.0).then_some(size)? })
    };
    let figures: Vec<Figure> = standings.iter().filter_map(figure).collect();
    // With fewer than three there is nothing to tell how units usually differ.
    let found = if figures.len() < 3 { None } else { funnel::of(scale, &figures, None).ok() };
    let Some(found) = found else { return (None, vec![None; standings.len()]) };
    let widened = found.tau_squared > 0.0;
    let position = |standing: &stats::Standing| {
        Some(match found.position(figure(standing)?, widened) {
            funnel::Position::Inside => Position::Inside,
            funnel::Position::Warning(_) => Position::BeyondInner,
            funnel::Position::Action(_) => Position::BeyondOuter,
        })
    };
    let positions = standings.iter().map(position).collect();
    let sizes = figures.iter().map(|figure| figure.size);
    let (least, most) = (sizes.clone().fold(f64::INFINITY, f64::min), sizes.fold(0.0, f64::max));
    let (from, to) = (least * 0.8, most * 1.08);
    // Observations are whole; exposure may be a part of one.
    let counts = !matches!(scale, Scale::Rates);
    let (from, to) = if counts { (from.max(1.0), to + 1.0) } else { (from, to) };
    let mut limits: Vec<FunnelLimits> = Vec::new();
    for step in 0..=STEPS {
        // Limits bend most where there are few, so steps are closer together there.
        let reached = from * (to / from).powf(f64::from(step) / f64::from(STEPS));
        let observations = if counts { reached.round() } else { reached };
        if limits.last().is_some_and(|last| last.observations >= observations) {
            continue;
        }
        let between = |level: Level| {
            let limits = found.limits(observations, level, widened);
            (limits.low, limits.high)
        };
        limits.push(FunnelLimits { observations, outer: between(Level::P998), inner: between(Level::P95) });
    }
    (Some(Funnel { centre: found.centre, widened, limits }), positions)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules of a project that says nothing are the settings that the simulations measure.
    #[test]
    fn the_default_rules_are_those_of_the_statistics() {
        assert_eq!(settings(&Rules::default()), stats::Settings::default());
    }
}
