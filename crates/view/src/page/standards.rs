//! People rated against performance standards: levels with their evidence, by name and never by level.

use evenkeel_model::comparison::Standing;
use evenkeel_model::measure::Measure;
use evenkeel_model::performance::{Element, Level, Rated, Standard, Whole, level, whole};
use serde::Serialize;

use crate::number::{Figure, Format, Range};
use crate::page::context::Context;
use crate::words::period;
use crate::words::standards::{self, could_be, element_sentence, whole_sentence};

/// One person with what is known of each element.
#[derive(Debug, Clone)]
pub struct PersonRecord<'a> {
    /// The identifier.
    pub id: String,
    /// What people call the person.
    pub name: String,
    /// The role.
    pub role: Option<String>,
    /// For each element of the standard: its measure, and what the comparison says of the person.
    pub elements: Vec<(&'a Measure, Option<Standing>)>,
}

/// A standard and the people that it is for.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// Its people.
    pub people: Vec<PersonRecord<'a>>,
}

/// People rated against performance standards.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingSheet {
    /// What it is about: `Performance standards, October 2026`.
    pub title: String,
    /// How to read it.
    pub lead: Vec<String>,
    /// One list per standard.
    pub standards: Vec<RatedGroup>,
}

/// A standard and the people that it is for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatedGroup {
    /// The identifier of the standard.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The elements and their levels, in words.
    pub expected: Vec<String>,
    /// The people, by name.
    pub people: Vec<RatedPerson>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatedPerson {
    /// The identifier.
    pub id: String,
    /// What people call the person.
    pub name: String,
    /// The role.
    pub role: Option<String>,
    /// A name for the API: `fully-successful`, `not-rated`.
    pub level: &'static str,
    /// The words: `Fully Successful`, `Not rated`.
    pub words: &'static str,
    /// Why, where that does not follow from the elements at a glance.
    pub sentence: Option<String>,
    /// The elements.
    pub elements: Vec<RatedElement>,
}

/// One element of one person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatedElement {
    /// What it is called.
    pub title: String,
    /// Whether it is critical.
    pub critical: bool,
    /// The measure.
    pub measure: String,
    /// A name for the API.
    pub level: &'static str,
    /// The words.
    pub words: &'static str,
    /// What was counted.
    pub measured: Option<Figure>,
    /// How many observations.
    pub observations: f64,
    /// Like for like and pulled towards all.
    pub adjusted: Option<Figure>,
    /// Its likely range.
    pub likely_range: Option<Range>,
    /// The levels that the likely range allows, where it allows several.
    pub could_be: Option<String>,
    /// The sentence with the evidence.
    pub sentence: String,
}

impl RatingSheet {
    /// The sheet of some standards.
    #[must_use]
    pub fn new(groups: &[Group<'_>], context: &Context<'_>) -> Self {
        let mut standards: Vec<RatedGroup> = Vec::with_capacity(groups.len());
        for group in groups {
            let measures: Vec<&Measure> = group
                .people
                .first()
                .map(|one| one.elements.iter().map(|(measure, _)| *measure).collect())
                .unwrap_or_default();
            let expected = group.standard.elements.iter().zip(&measures);
            let mut people: Vec<RatedPerson> =
                group.people.iter().map(|record| person(group.standard, record, context)).collect();
            people.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id.clone()));
            standards.push(RatedGroup {
                id: group.standard.id.clone(),
                title: group.standard.title.clone(),
                expected: expected
                    .map(|(element, measure)| standards::expected(element, measure, &context.currency))
                    .collect(),
                people,
            });
        }
        Self {
            title: format!("Performance standards, {}", period::name(context.place.period, context.fiscal_year)),
            lead: standards::lead(groups.iter().filter_map(|group| group.standard.fixed_on).max()),
            standards,
        }
    }
}

fn person(standard: &Standard, record: &PersonRecord<'_>, context: &Context<'_>) -> RatedPerson {
    let mut elements = Vec::with_capacity(standard.elements.len());
    let mut rated = Vec::with_capacity(standard.elements.len());
    for (element, (measure, standing)) in standard.elements.iter().zip(&record.elements) {
        let adjusted = standing.as_ref().and_then(|standing| standing.adjusted);
        let reached = adjusted.map(|figure| level(figure, &element.thresholds, measure.better));
        rated.push(Rated { critical: element.critical, weight: element.weight, level: reached });
        elements.push(rated_element(element, measure, standing.as_ref(), reached, context));
    }
    let of_all = whole(&rated);
    let (code, name) = match of_all {
        Whole::Level(level) => (standards::code(Some(level)), standards::level(Some(level))),
        Whole::CriticalNotRated | Whole::TooLittleRated => (standards::code(None), standards::level(None)),
    };
    RatedPerson {
        id: record.id.clone(),
        name: record.name.clone(),
        role: record.role.clone(),
        level: code,
        words: name,
        sentence: whole_sentence(of_all, &rated),
        elements,
    }
}

fn rated_element(
    element: &Element,
    measure: &Measure,
    standing: Option<&Standing>,
    reached: Option<Level>,
    context: &Context<'_>,
) -> RatedElement {
    let format = Format::of(measure, &context.currency, Some(element.thresholds.fully_successful));
    let range = standing.and_then(|standing| standing.likely_range);
    let ends = range.map(|(low, high)| {
        let at = |figure: f64| level(figure, &element.thresholds, measure.better);
        (at(low).min(at(high)), at(low).max(at(high)))
    });
    RatedElement {
        title: element.title.clone(),
        critical: element.critical,
        measure: measure.id.to_string(),
        level: standards::code(reached),
        words: standards::level(reached),
        measured: standing.and_then(|standing| standing.figure).map(|figure| format.figure(figure)),
        observations: standing.map_or(0.0, |standing| standing.observations),
        adjusted: standing.and_then(|standing| standing.adjusted).map(|figure| format.figure(figure)),
        likely_range: range.map(|(low, high)| format.range(low, high)),
        could_be: ends.and_then(|(low, high)| could_be(low, high)),
        sentence: element_sentence(measure, standing, &format),
    }
}
