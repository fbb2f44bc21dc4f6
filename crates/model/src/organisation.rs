//! The organisation: units in a tree of any depth, people, and who belonged where when.
//!
//! Units and people move. Everything is therefore asked *at a day*: a fact counts for the unit that its person
//! belonged to on the day of the fact, and for the units above that unit on the same day.
//!
//! Units and people also have dense codes (`0..len`), so that the engine can work with arrays. Codes follow the
//! order of the identifiers; they are equal for equal data and mean nothing beyond one [`Organisation`].

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::ids::{PersonId, UnitId};

/// A unit during one stretch of time in which its name, kind and place held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitStretch {
    /// The unit.
    pub id: UnitId,
    /// What people call it.
    pub name: String,
    /// The kind of place, in free words: `branch`, `team`, `department` …
    pub kind: String,
    /// The unit above; none for the top.
    pub parent: Option<UnitId>,
    /// IANA name of its time zone, where it has its own.
    pub time_zone: Option<String>,
    /// The working calendar, where it has its own.
    pub calendar: Option<String>,
    /// First day on which this held.
    pub valid_from: Date,
    /// First day on which it no longer held; none while it holds.
    pub valid_to: Option<Date>,
}

/// An employee.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// Shown name; the identifier stands in where there is none.
    pub name: Option<String>,
}

/// A person in a unit, while it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub unit: UnitId,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer held.
    pub valid_to: Option<Date>,
}

/// Dense code of a unit within one [`Organisation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitCode(pub u32);

/// Dense code of a person within one [`Organisation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonCode(pub u32);

/// Something in the record that cannot be right, and what was assumed instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The unit above does not exist; the unit was put directly under the organisation.
    UnknownParent {
        /// The unit.
        unit: UnitId,
        /// The name that is not in the record.
        parent: UnitId,
    },
    /// Following the units above leads back to the unit; it was put directly under the organisation.
    Cycle {
        /// The unit at which the circle was cut.
        unit: UnitId,
    },
    /// Two memberships of one person overlap; the one that began later holds.
    OverlappingMemberships {
        /// The person.
        person: PersonId,
        /// A day that both cover.
        on: Date,
    },
    /// A membership names a unit that does not exist; it was left out.
    UnknownUnit {
        /// The person.
        person: PersonId,
        /// The name that is not in the record.
        unit: UnitId,
    },
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::UnknownParent { unit, parent } => {
                write!(
                    f,
                    "unit `{unit}` lies under `{parent}`, which is not in the units table; it was put directly under the organisation"
                )
            }
            Problem::Cycle { unit } => {
                write!(f, "the units above `{unit}` lead back to itself; it was put directly under the organisation")
            }
            Problem::OverlappingMemberships { person, on } => {
                write!(f, "`{person}` belongs to two units on {on}; the membership that began later was used")
            }
            Problem::UnknownUnit { person, unit } => {
                write!(
                    f,
                    "a membership of `{person}` names unit `{unit}`, which is not in the units table; it was left out"
                )
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Place {
    from: Date,
    to: Option<Date>,
    unit: UnitCode,
}

#[derive(Debug, Clone)]
struct UnitHistory {
    id: UnitId,
    stretches: Vec<UnitStretch>,
}

/// A stretch of days during which no unit moved in the tree.
#[derive(Debug, Clone)]
struct Epoch {
    from: Date,
    /// Per unit, the units from itself up to the organisation.
    path: Vec<Vec<UnitCode>>,
}

/// The units, people and memberships of one organisation, indexed.
#[derive(Debug, Clone)]
pub struct Organisation {
    units: Vec<UnitHistory>,
    people: Vec<Person>,
    places: Vec<Vec<Place>>,
    unit_codes: BTreeMap<UnitId, UnitCode>,
    person_codes: BTreeMap<PersonId, PersonCode>,
    epochs: Vec<Epoch>,
    root: UnitCode,
}

/// The identifier of the whole organisation where the record has no unit of its own for it.
pub const WHOLE: &str = "organisation";

impl Organisation {
    /// Indexes the record. Nothing is refused: what cannot be right is listed, with what was assumed.
    ///
    /// The top is the unit of kind `organisation` without a unit above; else the only unit without one; else a
    /// unit named [`WHOLE`] is made with `name`.
    #[must_use]
    pub fn build(
        name: &str,
        units: Vec<UnitStretch>,
        people: Vec<Person>,
        memberships: &[Membership],
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut by_id: BTreeMap<UnitId, Vec<UnitStretch>> = BTreeMap::new();
        for stretch in units {
            by_id.entry(stretch.id.clone()).or_default().push(stretch);
        }
        for stretches in by_id.values_mut() {
            stretches.sort_by_key(|stretch| stretch.valid_from);
        }
        let root_id = find_root(&by_id);
        by_id.entry(root_id.clone()).or_insert_with(|| {
            vec![UnitStretch {
                id: root_id.clone(),
                name: name.to_owned(),
                kind: WHOLE.to_owned(),
                parent: None,
                time_zone: None,
                calendar: None,
                valid_from: Date::MIN,
                valid_to: None,
            }]
        });

        let mut unit_codes = BTreeMap::new();
        let mut histories = Vec::new();
        for (id, stretches) in by_id {
            unit_codes.insert(id.clone(), UnitCode(histories.len() as u32));
            histories.push(UnitHistory { id, stretches });
        }
        let root = unit_codes.get(&root_id).copied().unwrap_or(UnitCode(0));
        let epochs = build_epochs(&histories, &unit_codes, root, &mut problems);

        let mut known: BTreeMap<PersonId, Person> = people.into_iter().map(|p| (p.id.clone(), p)).collect();
        for membership in memberships {
            known
                .entry(membership.person.clone())
                .or_insert_with(|| Person { id: membership.person.clone(), name: None });
        }
        let people: Vec<Person> = known.into_values().collect();
        let person_codes: BTreeMap<PersonId, PersonCode> =
            people.iter().enumerate().map(|(i, p)| (p.id.clone(), PersonCode(i as u32))).collect();
        let places = build_places(memberships, people.len(), &person_codes, &unit_codes, &mut problems);

        (Self { units: histories, people, places, unit_codes, person_codes, epochs, root }, problems)
    }

    /// The whole organisation.
    #[must_use]
    pub fn root(&self) -> UnitCode {
        self.root
    }

    /// How many units there are; codes run from zero to one less.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.units.len()
    }

    /// How many people there are; codes run from zero to one less.
    #[must_use]
    pub fn person_count(&self) -> usize {
        self.people.len()
    }

    /// All units, in the order of their identifiers.
    pub fn units(&self) -> impl Iterator<Item = UnitCode> + '_ {
        (0..self.units.len() as u32).map(UnitCode)
    }

    /// All people, in the order of their identifiers.
    pub fn people(&self) -> impl Iterator<Item = PersonCode> + '_ {
        (0..self.people.len() as u32).map(PersonCode)
    }

    /// The code of a unit; none when it is not in the record.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<UnitCode> {
        self.unit_codes.get(id).copied()
    }

    /// The code of a person; none when not in the record.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<PersonCode> {
        self.person_codes.get(id).copied()
    }

    /// The identifier of a unit.
    #[must_use]
    pub fn unit_id(&self, unit: UnitCode) -> &UnitId {
        &self.units[unit.0 as usize].id
    }

    /// The person behind a code.
    #[must_use]
    pub fn person_at(&self, person: PersonCode) -> &Person {
        &self.people[person.0 as usize]
    }

    /// What held for the unit on the day: the stretch that covers it, else the last one before, else the first.
    /// A fact on a day that no stretch covers still has a place that way.
    #[must_use]
    pub fn stretch(&self, unit: UnitCode, day: Date) -> &UnitStretch {
        let stretches = &self.units[unit.0 as usize].stretches;
        let after = stretches.partition_point(|stretch| stretch.valid_from <= day);
        &stretches[after.saturating_sub(1)]
    }

    /// The latest stretch of the unit: its present name and kind.
    #[must_use]
    pub fn latest(&self, unit: UnitCode) -> &UnitStretch {
        let stretches = &self.units[unit.0 as usize].stretches;
        &stretches[stretches.len() - 1]
    }

    /// Every stretch of the unit, oldest first.
    #[must_use]
    pub fn stretches(&self, unit: UnitCode) -> &[UnitStretch] {
        &self.units[unit.0 as usize].stretches
    }

    /// Whether the unit existed on any day of `from..to`.
    #[must_use]
    pub fn existed(&self, unit: UnitCode, from: Date, to: Date) -> bool {
        self.units[unit.0 as usize]
            .stretches
            .iter()
            .any(|stretch| stretch.valid_from < to && stretch.valid_to.is_none_or(|end| end > from))
    }

    /// The unit itself and the units above it on the day, up to the whole organisation.
    #[must_use]
    pub fn path(&self, unit: UnitCode, day: Date) -> &[UnitCode] {
        self.path_in(self.epoch_of(day), unit)
    }

    /// The unit directly above on the day.
    #[must_use]
    pub fn parent(&self, unit: UnitCode, day: Date) -> Option<UnitCode> {
        self.path(unit, day).get(1).copied()
    }

    /// The units directly below on the day that existed then, by name.
    #[must_use]
    pub fn children(&self, unit: UnitCode, day: Date) -> Vec<UnitCode> {
        let next_day = day.tomorrow().unwrap_or(Date::MAX);
        let mut children: Vec<UnitCode> = self
            .units()
            .filter(|&child| self.parent(child, day) == Some(unit) && self.existed(child, day, next_day))
            .collect();
        children.sort_by(|&a, &b| (&self.stretch(a, day).name, a).cmp(&(&self.stretch(b, day).name, b)));
        children
    }

    /// The unit that the person belonged to on the day.
    #[must_use]
    pub fn unit_of(&self, person: PersonCode, day: Date) -> Option<UnitCode> {
        let places = &self.places[person.0 as usize];
        let after = places.partition_point(|place| place.from <= day);
        let place = places.get(after.checked_sub(1)?)?;
        place.to.is_none_or(|end| day < end).then_some(place.unit)
    }

    /// Where the person was: stretches of `(first day, first day after, unit)`, oldest first, without overlaps.
    pub fn places(&self, person: PersonCode) -> impl Iterator<Item = (Date, Option<Date>, UnitCode)> + '_ {
        self.places[person.0 as usize].iter().map(|place| (place.from, place.to, place.unit))
    }

    /// The people who belonged to the unit, or to a unit below it, on the day.
    #[must_use]
    pub fn members(&self, unit: UnitCode, day: Date) -> Vec<PersonCode> {
        self.people()
            .filter(|&person| self.unit_of(person, day).is_some_and(|place| self.path(place, day).contains(&unit)))
            .collect()
    }

    /// The number of stretches of time in which no unit moved. The first reaches back without limit.
    #[must_use]
    pub fn epoch_count(&self) -> usize {
        self.epochs.len()
    }

    /// The first day of a stretch in which no unit moved.
    #[must_use]
    pub fn epoch_start(&self, epoch: usize) -> Date {
        self.epochs[epoch].from
    }

    /// Which stretch the day belongs to.
    #[must_use]
    pub fn epoch_of(&self, day: Date) -> usize {
        self.epochs.partition_point(|epoch| epoch.from <= day).saturating_sub(1)
    }

    /// The unit itself and the units above it during a stretch.
    #[must_use]
    pub fn path_in(&self, epoch: usize, unit: UnitCode) -> &[UnitCode] {
        &self.epochs[epoch].path[unit.0 as usize]
    }
}

fn find_root(units: &BTreeMap<UnitId, Vec<UnitStretch>>) -> UnitId {
    let mut top: Vec<&UnitId> = Vec::new();
    let mut declared: Vec<&UnitId> = Vec::new();
    for (id, stretches) in units {
        if stretches.iter().all(|stretch| stretch.parent.is_none()) {
            top.push(id);
            if stretches.iter().any(|stretch| stretch.kind == WHOLE) {
                declared.push(id);
            }
        }
    }
    match (declared.as_slice(), top.as_slice()) {
        ([only], _) | (_, [only]) => (*only).clone(),
        _ => UnitId::new(WHOLE),
    }
}

fn build_epochs(
    units: &[UnitHistory],
    codes: &BTreeMap<UnitId, UnitCode>,
    root: UnitCode,
    problems: &mut Vec<Problem>,
) -> Vec<Epoch> {
    let mut starts = vec![Date::MIN];
    for unit in units {
        for pair in unit.stretches.windows(2) {
            if pair[0].parent != pair[1].parent {
                starts.push(pair[1].valid_from);
            }
        }
        for stretch in &unit.stretches {
            if let Some(parent) = &stretch.parent
                && !codes.contains_key(parent)
            {
                let problem = Problem::UnknownParent { unit: unit.id.clone(), parent: parent.clone() };
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|from| Epoch { from, path: paths_on(from, units, codes, root, problems) }).collect()
}

fn paths_on(
    day: Date,
    units: &[UnitHistory],
    codes: &BTreeMap<UnitId, UnitCode>,
    root: UnitCode,
    problems: &mut Vec<Problem>,
) -> Vec<Vec<UnitCode>> {
    let parent_of = |unit: UnitCode| -> Option<UnitCode> {
        if unit == root {
            return None;
        }
        let stretches = &units[unit.0 as usize].stretches;
        let after = stretches.partition_point(|stretch| stretch.valid_from <= day);
        let parent = stretches[after.saturating_sub(1)].parent.as_ref();
        Some(parent.and_then(|parent| codes.get(parent).copied()).unwrap_or(root))
    };
    let mut paths = Vec::with_capacity(units.len());
    for code in 0..units.len() as u32 {
        let unit = UnitCode(code);
        let mut path = vec![unit];
        let mut at = unit;
        while let Some(parent) = parent_of(at) {
            if path.contains(&parent) {
                let problem = Problem::Cycle { unit: units[unit.0 as usize].id.clone() };
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
                path.truncate(1);
                path.push(root);
                break;
            }
            path.push(parent);
            at = parent;
        }
        paths.push(path);
    }
    paths
}

fn build_places(
    memberships: &[Membership],
    person_count: usize,
    person_codes: &BTreeMap<PersonId, PersonCode>,
    unit_codes: &BTreeMap<UnitId, UnitCode>,
    problems: &mut Vec<Problem>,
) -> Vec<Vec<Place>> {
    let mut places: Vec<Vec<Place>> = vec![Vec::new(); person_count];
    for membership in memberships {
        let Some(&unit) = unit_codes.get(&membership.unit) else {
            problems.push(Problem::UnknownUnit { person: membership.person.clone(), unit: membership.unit.clone() });
            continue;
        };
        if let Some(person) = person_codes.get(&membership.person) {
            places[person.0 as usize].push(Place { from: membership.valid_from, to: membership.valid_to, unit });
        }
    }
    for (person, code) in person_codes {
        let own = &mut places[code.0 as usize];
        own.sort_by_key(|place| (place.from, place.unit));
        for i in 1..own.len() {
            let next_from = own[i].from;
            let before = &mut own[i - 1];
            if before.to.is_none_or(|end| end > next_from) {
                // A membership that simply continues elsewhere often has no end; that is no contradiction.
                if before.to.is_some() {
                    problems.push(Problem::OverlappingMemberships { person: person.clone(), on: next_from });
                }
                before.to = Some(next_from);
            }
        }
        own.retain(|place| place.to.is_none_or(|end| end > place.from));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn unit(id: &str, parent: Option<&str>, from: Date, to: Option<Date>) -> UnitStretch {
        UnitStretch {
            id: id.into(),
            name: id.to_uppercase(),
            kind: "team".into(),
            parent: parent.map(UnitId::new),
            time_zone: None,
            calendar: None,
            valid_from: from,
            valid_to: to,
        }
    }

    fn member(person: &str, unit: &str, from: Date, to: Option<Date>) -> Membership {
        Membership { person: person.into(), unit: unit.into(), valid_from: from, valid_to: to }
    }

    fn names(organisation: &Organisation, codes: &[UnitCode]) -> Vec<String> {
        codes.iter().map(|&code| organisation.unit_id(code).to_string()).collect()
    }

    #[test]
    fn units_and_people_move() {
        let start = date(2024, 1, 1);
        let moved = date(2025, 7, 1);
        let (organisation, problems) = Organisation::build(
            "ABC",
            vec![
                unit("abc", None, start, None),
                unit("north", Some("abc"), start, None),
                unit("south", Some("abc"), start, None),
                unit("team-1", Some("north"), start, Some(moved)),
                unit("team-1", Some("south"), moved, None),
                unit("team-2", Some("south"), start, None),
            ],
            vec![],
            &[member("ann", "team-1", start, Some(date(2025, 3, 1))), member("ann", "team-2", date(2025, 3, 1), None)],
        );
        assert_eq!(problems, []);
        let team = organisation.unit("team-1").unwrap();
        assert_eq!(names(&organisation, organisation.path(team, date(2025, 6, 30))), ["team-1", "north", "abc"]);
        assert_eq!(names(&organisation, organisation.path(team, moved)), ["team-1", "south", "abc"]);
        assert_eq!(names(&organisation, organisation.path(team, date(2020, 1, 1))), ["team-1", "north", "abc"]);
        let ann = organisation.person("ann").unwrap();
        let place = |day| organisation.unit_of(ann, day).map(|unit| organisation.unit_id(unit).to_string());
        assert_eq!(place(date(2023, 12, 31)), None);
        assert_eq!(place(date(2025, 2, 28)).as_deref(), Some("team-1"));
        assert_eq!(place(date(2025, 3, 1)).as_deref(), Some("team-2"));
        let south = organisation.unit("south").unwrap();
        assert_eq!(names(&organisation, &organisation.children(south, date(2024, 6, 1))), ["team-2"]);
        assert_eq!(names(&organisation, &organisation.children(south, moved)), ["team-1", "team-2"]);
        assert_eq!(organisation.members(south, date(2025, 2, 1)), []);
        assert_eq!(organisation.members(south, date(2025, 4, 1)), [ann]);
    }

    #[test]
    fn what_cannot_be_right_is_listed_and_keeps_its_place() {
        let start = date(2024, 1, 1);
        let (organisation, problems) = Organisation::build(
            "ABC",
            vec![
                unit("a", Some("b"), start, None),
                unit("b", Some("a"), start, None),
                unit("lost", Some("nowhere"), start, None),
            ],
            vec![],
            &[
                member("ann", "a", start, Some(date(2025, 1, 1))),
                member("ann", "lost", date(2024, 6, 1), None),
                member("bob", "gone", start, None),
            ],
        );
        assert_eq!(organisation.unit_id(organisation.root()).as_str(), WHOLE);
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 5, "{texts:#?}");
        let lost = organisation.unit("lost").unwrap();
        assert_eq!(organisation.parent(lost, start), Some(organisation.root()));
        let ann = organisation.person("ann").unwrap();
        assert_eq!(organisation.unit_of(ann, date(2024, 7, 1)), Some(lost));
        for unit in organisation.units() {
            assert_eq!(organisation.path(unit, start).last(), Some(&organisation.root()));
        }
    }

    #[test]
    fn a_record_without_units_still_has_an_organisation() {
        let (organisation, problems) = Organisation::build("ABC", vec![], vec![], &[]);
        assert_eq!(problems, []);
        assert_eq!(organisation.unit_count(), 1);
        assert_eq!(organisation.latest(organisation.root()).name, "ABC");
    }
}
