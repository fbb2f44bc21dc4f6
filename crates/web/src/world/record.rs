//! The record of one person, as they or whoever leads them see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::access::Grant;
use evenkeel_model::evaluation;
use evenkeel_model::ids::{PersonId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::reading::{Missing, Subject};
use evenkeel_state::{Act, LookedAt, User};
use evenkeel_view::page::{
    Disputing, Links, LookLine, OwnDispute, Place, Reader, RecordDetail, RecordPage, RowsBehind, RowsOf,
};

use super::{ROWS, WantedRows, World, WorldError, recorded};
use crate::viewer::{Sight, Viewer};

/// What of a record is asked for.
pub(crate) struct WantedRecord<'a> {
    /// Whose it is.
    pub(crate) person: &'a PersonId,
    /// When. The unit is that person's identifier, as addresses have it.
    pub(crate) place: &'a Place,
    /// The measure whose rows are shown; the first that has any when none is named.
    pub(crate) measure: Option<&'a str>,
    /// How many of its rows come before.
    pub(crate) first: usize,
    /// Who sees it besides the person, in words.
    pub(crate) readers: Vec<String>,
    /// Who else looked.
    pub(crate) looks: Vec<LookLine>,
    /// What the person disputed.
    pub(crate) disputes: Vec<OwnDispute>,
    /// What it takes to dispute a row; none for whoever may not.
    pub(crate) disputing: Option<Disputing>,
    /// Recognition and development.
    pub(crate) acts: Vec<Act>,
    /// What was done.
    pub(crate) notice: Option<String>,
}

impl World {
    /// The person of whom the viewer has the record, whatever may be told in it.
    pub(crate) fn own_person(&self) -> Option<&PersonId> {
        self.sight.own.first()
    }

    /// The person of an identifier, for whoever may see their record. To everybody else there is none.
    pub(crate) fn person_of_record(&self, id: &str) -> Result<PersonId, WorldError> {
        let person = PersonId::new(id);
        let known = self.engine.directory().known_person(id).is_some();
        if known && self.may_see(&Subject::Person(person.clone())) { Ok(person) } else { Err(self.unknown(id)) }
    }

    /// Whether there are units of whose people the viewer may see the records.
    pub(crate) fn leads_people(&self) -> bool {
        self.project.people != PeoplePolicy::Off && self.sight.people.is_somewhere()
    }

    /// The people who are in units today of whose people the viewer may see the records: by the names of units and people.
    pub(crate) fn people_led(&self) -> Vec<(String, Vec<(PersonId, String)>)> {
        let organisation = self.engine.directory().organisation();
        let mut by_unit: BTreeMap<(String, UnitCode), Vec<(PersonId, String)>> = BTreeMap::new();
        for code in organisation.people() {
            let unit = organisation.unit_of(code, self.today()).filter(|unit| self.sight.people.holds(Some(*unit)));
            let Some(unit) = unit else { continue };
            let person = organisation.person_at(code).id.clone();
            let name = self.name_of(&Subject::Person(person.clone()));
            let unit_name = self.name_of(&Subject::Unit(organisation.unit_id(unit).clone()));
            by_unit.entry((unit_name, unit)).or_default().push((person, name));
        }
        let mut units: Vec<_> = by_unit.into_iter().map(|((name, _), people)| (name, people)).collect();
        for (_, people) in &mut units {
            people.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
        }
        units
    }

    /// Whom looks at a person are recorded of: the person, the people of the units around them, and everybody.
    pub(crate) fn looks_at(&self, person: &PersonId) -> Vec<LookedAt> {
        let organisation = self.engine.directory().organisation();
        let path = self.unit_today(person).map(|unit| organisation.path(unit, self.today())).unwrap_or_default();
        let units = path.iter().map(|unit| LookedAt::PeopleOf(organisation.unit_id(*unit).clone()));
        [LookedAt::Person(person.clone()), LookedAt::Everybody].into_iter().chain(units).collect()
    }

    pub(super) fn unit_today(&self, person: &PersonId) -> Option<UnitCode> {
        let organisation = self.engine.directory().organisation();
        organisation.person(person.as_str()).and_then(|code| organisation.unit_of(code, self.today()))
    }

    /// Who may see the record of a person on the pages, in words; from what users may do and what the project allows.
    pub(crate) fn readers_of(&self, person: &PersonId, users: &[User]) -> Vec<String> {
        let organisation = self.engine.directory().organisation();
        let (policy, unit) = (self.project.people, self.unit_today(person));
        let sight_of = |user: &User, grants: Vec<Grant>| {
            let viewer = Viewer::User { sign_in: user.sign_in.clone(), grants };
            Sight::new(&viewer, organisation, policy, self.today())
        };
        let mut readers = Vec::new();
        if policy == PeoplePolicy::Off {
            return readers;
        }
        for user in users.iter().filter(|user| user.active) {
            if user.grants.contains(&Grant::Own(person.clone())) {
                readers.push(format!("{}, whose record it is.", user.name));
                continue;
            }
            let through = user.grants.iter().find(|grant| sight_of(user, vec![(*grant).clone()]).people.holds(unit));
            if let Some(grant) = through {
                let over = self.name_of(&Subject::Unit(UnitId::new(grant.over())));
                readers.push(format!("{}, {} of {over}.", user.name, grant.role()));
            }
        }
        readers
    }

    /// The page of a person. The look is recorded before anything is told.
    pub(crate) async fn record_page(
        &self,
        wanted: WantedRecord<'_>,
        links: &(dyn Links + Sync),
    ) -> Result<RecordPage, WorldError> {
        let WantedRecord { person, place, .. } = wanted;
        let subject = Subject::Person(person.clone());
        self.allowed(&subject)?;
        let policy = self.project.people;
        let told = policy != PeoplePolicy::Off;
        let permitted = self.project.measures.values().filter(|measure| measure.levels.person && told);
        let store = self.store_for(place).await?;
        let question = self.question_about(&subject, place);
        let results: Vec<_> = permitted
            .map(|measure| evaluation::evaluate_measure(measure, &self.usage(&measure.id), &question, store))
            .collect();
        let with_rows = results.iter().find(|result| {
            let withheld = result.missing == Some(Missing::TooFew);
            result.reading.n > 0 && result.measure.formula.rows().is_some() && !withheld
        });
        let chosen: Option<Arc<Measure>> = match wanted.measure {
            Some(name) if told => Some(Arc::clone(self.measure(name)?)),
            _ => with_rows.map(|result| Arc::clone(&result.measure)),
        };
        if told {
            let period = place.period.id(self.project.fiscal_year);
            let with = chosen.as_ref().map_or_else(String::new, |measure| format!(" with rows of {}", measure.id));
            self.looked(&format!("record of {person}{with}, {period}"), &LookedAt::Person(person.clone())).await?;
        }
        let chosen = chosen.map(|measure| Arc::new(measure.in_force(place.period).unwrap_or(&measure).clone()));
        let rows = match &chosen {
            Some(measure) => Some(self.own_rows(measure, &subject, place, wanted.first).await?),
            None => None,
        };
        let ratings = if policy.allows_appraisal() && !self.project.standards.is_empty() {
            Some(self.rated(Some(person), place, links).await?)
        } else {
            None
        };
        let unit = self.question_unit(&question);
        let never = self.scorecard.measures().filter_map(|usage| self.measures.get(&usage.measure));
        let detail = RecordDetail {
            id: person.as_str(),
            name: self.name_of(&subject),
            unit,
            own: self.is_own(person),
            policy,
            results,
            ratings,
            rows: chosen.as_deref().zip(rows).map(|(measure, (rows, counts, keys))| RowsOf {
                measure,
                rows,
                counts,
                keys,
            }),
            readers: wanted.readers,
            looks: wanted.looks,
            disputes: wanted.disputes,
            disputing: wanted.disputing.filter(|_| told),
            acts: self.acts_of_person(person, &wanted.acts),
            notice: wanted.notice,
            never: never
                .filter(|measure| !measure.levels.person && told)
                .map(|measure| measure.title.clone())
                .collect(),
            charter_url: self.project.charter.as_ref().filter(|_| told).and_then(|_| links.charter(place, None)),
        };
        let context = self.context(place, links, if detail.own { "My record" } else { "People" }).await?;
        Ok(RecordPage::new(detail, &context))
    }

    /// The name of the unit that a question about a person is asked within.
    fn question_unit(&self, question: &evaluation::Question) -> Option<String> {
        question.path.first().map(|unit| self.name_of(&Subject::Unit(unit.clone())))
    }

    /// Rows of a person behind a measure, how each counts, and their keys where they can be disputed; of a look that is recorded already.
    async fn own_rows(
        &self,
        measure: &Arc<Measure>,
        subject: &Subject,
        place: &Place,
        first: usize,
    ) -> Result<(RowsBehind, Vec<String>, Vec<String>), WorldError> {
        let wanted = WantedRows { first, limit: ROWS, order: None };
        let (records, _) = self.found_records(measure, subject, place.period, &wanted, false).await?;
        let unit_name = |id: &str| self.name_of(&Subject::Unit(UnitId::new(id)));
        let reader = Reader {
            zone: &self.project.time_zone,
            year: self.today().year(),
            currency: &self.currency,
            unit_name: &unit_name,
            names_people: false,
        };
        let (rows, counts) = RowsBehind::with_counts(measure, &recorded(&records, first), &reader);
        let keys = super::disputes::keys(&records).map(|(_, keys)| keys).unwrap_or_default();
        Ok((rows, counts, keys))
    }
}
