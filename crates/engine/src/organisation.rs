//! The organisation as the record tells it: units, people, memberships, aliases.

use std::collections::BTreeMap;
use std::sync::Mutex;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::Date32Type;
use evenkeel_lake::People;
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::organisation::{Membership, Organisation, Person, PersonCode, Problem, UnitCode, UnitStretch};
use hashbrown::HashMap;
use jiff::civil::Date;

use crate::EngineError;
use crate::columns::{Texts, column};
use crate::local_time::{date_of, day_number};
use crate::session::Session;

fn day(column: &ArrayRef, row: usize) -> Option<Date> {
    let days = column.as_primitive_opt::<Date32Type>()?;
    days.is_valid(row).then(|| date_of(days.value(row)))
}

/// Who is who: the organisation, and identifiers that only facts speak of.
///
/// Where the lake has pseudonyms, this is where it is told who stands behind them: rows and whatever is kept beside the lake
/// speak of people as the lake does, everything behind the directory as sources do.
#[derive(Debug)]
pub struct Directory {
    organisation: Organisation,
    problems: Vec<Problem>,
    /// Who stands behind the people of the lake.
    behind: People,
    /// The codes of people, by what the lake has of them.
    people: HashMap<String, u32>,
    units: HashMap<String, u32>,
    /// Where each person was: first day, first day after, unit; days since 1970, oldest first.
    homes: Vec<Vec<(i32, i32, u32)>>,
    /// What a source calls a unit or person, by source, kind and its own identifier.
    aliases: BTreeMap<(String, &'static str, String), String>,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    people: Vec<String>,
    units: Vec<String>,
    people_codes: HashMap<String, u32>,
    unit_codes: HashMap<String, u32>,
}

impl Directory {
    /// Reads the record of one session.
    pub async fn load(session: &Session, name: &str) -> Result<Self, EngineError> {
        let behind = session.snapshot().people().clone();
        let units = load_units(session).await?;
        let people = load_people(session, &behind).await?;
        let memberships = load_memberships(session, &behind).await?;
        let aliases = load_aliases(session).await?;
        let (organisation, problems) = Organisation::build(name, units, people, &memberships);
        let homes = organisation
            .people()
            .map(|person| {
                let stretch = |(from, to, unit): (Date, Option<Date>, UnitCode)| {
                    (day_number(from), to.map_or(i32::MAX, day_number), unit.0)
                };
                organisation.places(person).map(stretch).collect()
            })
            .collect();
        let in_lake = |code: PersonCode| kept(&behind, organisation.person_at(code).id.as_str()).to_owned();
        let people = organisation.people().map(|code| (in_lake(code), code.0)).collect();
        let units = organisation.units().map(|code| (organisation.unit_id(code).to_string(), code.0)).collect();
        Ok(Self { organisation, problems, behind, people, units, homes, aliases, found: Mutex::default() })
    }

    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// What cannot be right in it.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether any source uses names of its own.
    #[must_use]
    pub fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }

    fn canonical<'a>(&'a self, source: Option<&str>, kind: &'static str, id: &'a str) -> &'a str {
        let Some(source) = source.filter(|_| self.has_aliases()) else { return id };
        self.aliases.get(&(source.to_owned(), kind, id.to_owned())).map_or(id, String::as_str)
    }

    /// Who stands behind the people of the lake.
    #[must_use]
    pub fn behind(&self) -> &People {
        &self.behind
    }

    /// The identifier of a person of whom the lake says this.
    #[must_use]
    pub fn revealed<'a>(&'a self, in_lake: &'a str) -> &'a str {
        revealed(&self.behind, in_lake)
    }

    /// What the lake says of a person of this identifier.
    #[must_use]
    pub fn kept<'a>(&'a self, person: &'a str) -> &'a str {
        kept(&self.behind, person)
    }

    /// The code of a person, of whom the lake says this. People of whom only facts speak get codes behind the known ones.
    #[must_use]
    pub fn person(&self, source: Option<&str>, id: &str) -> u32 {
        let id = self.canonical(source, "person", id);
        match self.people.get(id) {
            Some(code) => *code,
            None => {
                let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let Found { people, people_codes, .. } = &mut *found;
                find(people, people_codes, id, self.organisation.person_count())
            }
        }
    }

    /// The unit that a source means by a name, where the organisation knows it.
    #[must_use]
    pub fn unit_in_tree(&self, source: Option<&str>, id: &str) -> Option<UnitCode> {
        self.units.get(self.canonical(source, "unit", id)).copied().map(UnitCode)
    }

    /// The code of a unit. Units of which only facts speak get codes behind the known ones; they lie directly under
    /// the organisation.
    #[must_use]
    pub fn unit(&self, source: Option<&str>, id: &str) -> u32 {
        let id = self.canonical(source, "unit", id);
        match self.units.get(id) {
            Some(code) => *code,
            None => {
                let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let Found { units, unit_codes, .. } = &mut *found;
                find(units, unit_codes, id, self.organisation.unit_count())
            }
        }
    }

    /// The unit that a person belonged to on a day, in days since 1970; none for people of whom only facts speak.
    #[must_use]
    pub fn unit_of(&self, person: u32, day: i32) -> Option<u32> {
        let homes = self.homes.get(person as usize)?;
        // Few people were in more than two or three units.
        homes.iter().rev().find(|(from, _, _)| *from <= day).filter(|(_, to, _)| day < *to).map(|(_, _, unit)| *unit)
    }

    /// Calls `take` with the unit and each unit above it during a stretch of the tree.
    pub fn each_above(&self, epoch: usize, unit: u32, mut take: impl FnMut(u32)) {
        if (unit as usize) < self.organisation.unit_count() {
            for above in self.organisation.path_in(epoch, UnitCode(unit)) {
                take(above.0);
            }
        } else {
            take(unit);
            take(self.organisation.root().0);
        }
    }

    /// Whether a unit lies in another one (or is it) during a stretch of the tree.
    #[must_use]
    pub fn lies_in(&self, epoch: usize, unit: u32, other: u32) -> bool {
        let mut found = false;
        self.each_above(epoch, unit, |above| found |= above == other);
        found
    }

    /// Units of which only facts speak, by identifier.
    #[must_use]
    pub fn unknown_units(&self) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self.found_units().map(|(id, _)| id).collect();
        units.sort();
        units
    }

    /// Units of which only facts speak, with their codes. Workers find them side by side, so their order means nothing.
    fn found_units(&self) -> impl Iterator<Item = (UnitId, u32)> {
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let units: Vec<UnitId> = found.units.iter().map(UnitId::new).collect();
        units.into_iter().zip(self.organisation.unit_count() as u32..)
    }

    /// People of whom only facts speak, as the lake has them, with their codes.
    fn found_people(&self) -> impl Iterator<Item = (String, u32)> {
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let people: Vec<String> = found.people.clone();
        people.into_iter().zip(self.organisation.person_count() as u32..)
    }

    /// The code of a unit that is known, from the organisation or from facts.
    #[must_use]
    pub fn known_unit(&self, id: &str) -> Option<u32> {
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.units.get(id).or_else(|| found.unit_codes.get(id)).copied()
    }

    /// The code of a person who is known, from the organisation or from facts.
    #[must_use]
    pub fn known_person(&self, id: &str) -> Option<u32> {
        if self.behind.key().is_some_and(|key| key.behind(id).is_some()) {
            // Whoever has a name is not asked for by pseudonym.
            return None;
        }
        let id = self.kept(id);
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.people.get(id).or_else(|| found.people_codes.get(id)).copied()
    }

    /// All units: identifier, kind and code, by identifier. The kind is the latest one.
    #[must_use]
    pub fn all_units(&self) -> Vec<(UnitId, String, u32)> {
        let mut units: Vec<(UnitId, String, u32)> = self
            .organisation
            .units()
            .map(|code| (self.organisation.unit_id(code).clone(), self.organisation.latest(code).kind.clone(), code.0))
            .collect();
        units.extend(self.found_units().map(|(id, code)| (id, "unit".to_owned(), code)));
        units.sort();
        units
    }

    /// All people: identifier and code, by identifier.
    #[must_use]
    pub fn all_people(&self) -> Vec<(PersonId, u32)> {
        let mut people: Vec<(PersonId, u32)> =
            self.organisation.people().map(|code| (self.organisation.person_at(code).id.clone(), code.0)).collect();
        people.extend(self.found_people().map(|(id, code)| (PersonId::new(self.revealed(&id)), code)));
        people.sort();
        people
    }

    /// All people as the lake has them, with their codes; for what is kept beside the lake.
    pub(crate) fn people_in_lake(&self) -> Vec<(String, u32)> {
        let of = |code: PersonCode| (self.kept(self.organisation.person_at(code).id.as_str()).to_owned(), code.0);
        self.organisation.people().map(of).chain(self.found_people()).collect()
    }
}

/// The identifier of a person of whom the lake says this. Of whoever was erased, and where the key is not there, it is the
/// pseudonym.
fn revealed<'a>(behind: &'a People, in_lake: &'a str) -> &'a str {
    behind.key().and_then(|key| key.behind(in_lake)).map_or(in_lake, |known| known.person.as_str())
}

/// What the lake says of a person of this identifier.
fn kept<'a>(behind: &'a People, person: &'a str) -> &'a str {
    behind.key().and_then(|key| key.known(person)).map_or(person, |known| known.pseudonym.as_str())
}

fn find(names: &mut Vec<String>, codes: &mut HashMap<String, u32>, id: &str, first: usize) -> u32 {
    if let Some(code) = codes.get(id) {
        return *code;
    }
    let code = (first + names.len()) as u32;
    names.push(id.to_owned());
    codes.insert(id.to_owned(), code);
    code
}

async fn load_units(session: &Session) -> Result<Vec<UnitStretch>, EngineError> {
    let mut units = Vec::new();
    for batch in session.collect(session.table("units").await?).await? {
        let text = |name: &str| -> Result<Texts, EngineError> { Texts::of(column(&batch, name)?) };
        let (ids, names, kinds, parents) = (text("unit_id")?, text("name")?, text("kind")?, text("parent_id")?);
        let (zones, calendars) = (text("time_zone")?, text("calendar")?);
        let (from, to) = (column(&batch, "valid_from")?, column(&batch, "valid_to")?);
        for row in 0..batch.num_rows() {
            let Some(id) = ids.get(row) else { continue };
            units.push(UnitStretch {
                id: UnitId::new(id),
                name: names.get(row).unwrap_or(id).to_owned(),
                kind: kinds.get(row).unwrap_or("unit").to_owned(),
                parent: parents.get(row).map(UnitId::new),
                time_zone: zones.get(row).map(str::to_owned),
                calendar: calendars.get(row).map(str::to_owned),
                valid_from: day(from, row).unwrap_or(Date::MIN),
                valid_to: day(to, row),
            });
        }
    }
    // Rows come in any order; what is built from them must not depend on it.
    units.sort_by(|a, b| (&a.id, a.valid_from).cmp(&(&b.id, b.valid_from)));
    Ok(units)
}

/// What each person does, in the words of the record.
pub(crate) async fn roles(session: &Session) -> Result<BTreeMap<PersonId, String>, EngineError> {
    let query = session.table("people").await?.select_columns(&["person_id", "role"])?;
    let mut roles = BTreeMap::new();
    for batch in session.collect(query).await? {
        let (people, names) = (Texts::of(batch.column(0))?, Texts::of(batch.column(1))?);
        for row in 0..batch.num_rows() {
            if let (Some(person), Some(role)) = (people.get(row), names.get(row)) {
                roles.insert(PersonId::new(revealed(session.snapshot().people(), person)), role.to_owned());
            }
        }
    }
    Ok(roles)
}

async fn load_people(session: &Session, behind: &People) -> Result<Vec<Person>, EngineError> {
    let mut people = Vec::new();
    for batch in session.collect(session.table("people").await?).await? {
        let ids = Texts::of(column(&batch, "person_id")?)?;
        let names = Texts::of(column(&batch, "name")?)?;
        for row in 0..batch.num_rows() {
            if let Some(id) = ids.get(row) {
                people.push(match behind.key().and_then(|key| key.behind(id)) {
                    Some(known) => Person { id: PersonId::new(&known.person), name: known.name.clone() },
                    None => Person { id: PersonId::new(id), name: names.get(row).map(str::to_owned) },
                });
            }
        }
    }
    Ok(people)
}

async fn load_memberships(session: &Session, behind: &People) -> Result<Vec<Membership>, EngineError> {
    let mut memberships = Vec::new();
    for batch in session.collect(session.table("memberships").await?).await? {
        let people = Texts::of(column(&batch, "person_id")?)?;
        let units = Texts::of(column(&batch, "unit_id")?)?;
        let (from, to) = (column(&batch, "valid_from")?, column(&batch, "valid_to")?);
        for row in 0..batch.num_rows() {
            if let (Some(person), Some(unit)) = (people.get(row), units.get(row)) {
                memberships.push(Membership {
                    person: PersonId::new(revealed(behind, person)),
                    unit: UnitId::new(unit),
                    valid_from: day(from, row).unwrap_or(Date::MIN),
                    valid_to: day(to, row),
                });
            }
        }
    }
    memberships.sort_by(|a, b| (&a.person, a.valid_from, &a.unit).cmp(&(&b.person, b.valid_from, &b.unit)));
    Ok(memberships)
}

async fn load_aliases(session: &Session) -> Result<BTreeMap<(String, &'static str, String), String>, EngineError> {
    let mut aliases = BTreeMap::new();
    for batch in session.collect(session.table("aliases").await?).await? {
        let text = |name: &str| -> Result<Texts, EngineError> { Texts::of(column(&batch, name)?) };
        let (sources, kinds, ids, canonical) = (text("source")?, text("kind")?, text("id")?, text("canonical_id")?);
        for row in 0..batch.num_rows() {
            let kind = match kinds.get(row) {
                Some("unit") => "unit",
                Some("person") => "person",
                _ => continue,
            };
            if let (Some(source), Some(id), Some(canonical)) = (sources.get(row), ids.get(row), canonical.get(row)) {
                aliases.insert((source.to_owned(), kind, id.to_owned()), canonical.to_owned());
            }
        }
    }
    Ok(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_facts_speak_of_is_told_in_an_order_that_does_not_depend_on_who_found_it_first() {
        let told = |order: [&str; 3]| {
            let (organisation, problems) = Organisation::build("Whole", Vec::new(), Vec::new(), &[]);
            let directory = Directory {
                homes: Vec::new(),
                organisation,
                problems,
                behind: People::Named,
                people: HashMap::new(),
                units: HashMap::new(),
                aliases: BTreeMap::new(),
                found: Mutex::default(),
            };
            for name in order {
                let _ = (directory.unit(None, name), directory.person(None, name));
            }
            let names = |(id, _, code): (UnitId, String, u32)| (directory.known_unit(id.as_str()) == Some(code), id);
            let units: Vec<_> = directory.all_units().into_iter().map(names).filter(|(found, _)| *found).collect();
            let people: Vec<_> = directory
                .all_people()
                .into_iter()
                .map(|(id, code)| (directory.known_person(id.as_str()) == Some(code), id))
                .collect();
            (directory.unknown_units(), units, people)
        };
        let (unknown, units, people) = told(["c", "a", "b"]);
        assert_eq!(unknown, ["a", "b", "c"].map(UnitId::new));
        assert_eq!(units, ["a", "b", "c"].map(|id| (true, UnitId::new(id))));
        assert_eq!(people, ["a", "b", "c"].map(|id| (true, PersonId::new(id))));
        assert_eq!(told(["b", "c", "a"]), (unknown, units, people));
    }
}
