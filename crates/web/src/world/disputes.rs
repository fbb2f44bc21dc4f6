//! Disputed rows: which of them can be, and who decides about them.

use std::sync::Arc;

use evenkeel_engine::rows::Records;
use evenkeel_lake::exclusions;
use evenkeel_model::ids::PersonId;
use evenkeel_model::measure::Measure;
use evenkeel_model::organisation::UnitCode;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_model::record;
use evenkeel_state::{Dispute, LookedAt, User};
use evenkeel_view::page::DisputeEntry;

use super::{WantedRows, World, WorldError};

/// The most rows among which a disputed one is looked for.
const MOST: usize = 1_000_000;

/// The table that a row is excluded from, and the keys of some rows; none for tables whose rows no source tells.
pub(super) fn keys(records: &Records) -> Option<(&'static str, Vec<String>)> {
    // A case that does not count leaves the facts.
    let name = if records.table == record::CASE_FACTS.name { "cases" } else { records.table.as_str() };
    let table = record::table(name).filter(|table| table.key.contains(&"source"))?;
    let place = |name: &&str| records.columns.iter().position(|column| column == name);
    let places: Vec<usize> = table.key.iter().map(place).collect::<Option<_>>()?;
    let key = |row: &Vec<Option<String>>| {
        exclusions::key(&places.iter().map(|place| row[*place].as_deref()).collect::<Vec<_>>())
    };
    Some((table.name, records.rows.iter().map(key).collect()))
}

impl World {
    /// Whether the record of a person is the viewer's own.
    pub(crate) fn is_own(&self, person: &PersonId) -> bool {
        self.sight.own.contains(person)
    }

    /// The table of a row that stands behind a measure of the viewer; none where there is no such row.
    pub(crate) async fn disputable(
        &self,
        measure: &Arc<Measure>,
        person: &PersonId,
        period: Period,
        key: &str,
    ) -> Result<Option<&'static str>, WorldError> {
        if !self.is_own(person) {
            return Ok(None);
        }
        let subject = Subject::Person(person.clone());
        let wanted = WantedRows { limit: MOST, ..WantedRows::default() };
        let (records, _) = self.found_records(measure, &subject, period, &wanted, false).await?;
        Ok(keys(&records).filter(|(_, keys)| keys.iter().any(|known| known == key)).map(|(table, _)| table))
    }

    /// The identifier of the unit that a person is in today; empty where there is none.
    pub(crate) fn unit_id_of(&self, person: &PersonId) -> String {
        let organisation = self.engine.directory().organisation();
        self.unit_today(person).map(|unit| organisation.unit_id(unit).to_string()).unwrap_or_default()
    }

    /// Whether the viewer decides about disputes of anybody.
    pub(crate) fn decides(&self) -> bool {
        self.project.people != PeoplePolicy::Off && self.sight.decides.is_somewhere()
    }

    /// Whether a dispute is among those that the viewer sees.
    pub(crate) fn sees_dispute(&self, dispute: &Dispute) -> bool {
        let person = PersonId::new(&dispute.of.person);
        self.decides() && self.sight.decides.holds(self.unit_today(&person))
    }

    /// Whether the viewer may decide a dispute: never their own.
    pub(crate) fn may_decide(&self, dispute: &Dispute) -> bool {
        let own = self.is_own(&PersonId::new(&dispute.of.person)) || self.viewer.name() == dispute.raised_by;
        self.sees_dispute(dispute) && !own
    }

    /// Whether it may be seen whose row it is.
    pub(crate) fn names_person(&self, person: &PersonId) -> bool {
        self.may_see(&Subject::Person(person.clone()))
    }

    /// Whether a person is in a unit, or below it, today.
    pub(crate) fn is_in(&self, person: &PersonId, unit: &str) -> bool {
        let organisation = self.engine.directory().organisation();
        let wanted: Option<UnitCode> = organisation.unit(unit);
        let path = self.unit_today(person).map(|unit| organisation.path(unit, self.today())).unwrap_or_default();
        wanted == Some(organisation.root()) || wanted.is_some_and(|wanted| path.contains(&wanted))
    }

    /// A dispute as programs are told of it. `users` are those who may have decided.
    pub(crate) fn dispute_entry(&self, dispute: &Dispute, users: &[User]) -> DisputeEntry {
        let person = PersonId::new(&dispute.of.person);
        let own = self.is_own(&person);
        let name = |sign_in: &String| {
            let known = users.iter().find(|user| user.sign_in == *sign_in);
            known.map_or_else(|| sign_in.clone(), |user| user.name.clone())
        };
        let decided = dispute.decided.as_ref();
        DisputeEntry {
            number: dispute.id,
            state: dispute.state.as_str().to_owned(),
            table: dispute.of.table.clone(),
            key: dispute.of.key.clone(),
            measure: dispute.of.measure.clone(),
            period: dispute.of.period.clone(),
            person: (own || self.names_person(&person)).then(|| person.to_string()),
            unit: Some(self.unit_id_of(&person)).filter(|unit| !unit.is_empty()),
            why: dispute.of.why.clone(),
            raised_at: dispute.raised_at,
            decided_by: decided.map(|(by, ..)| name(by)),
            decided_at: decided.map(|(_, at, _)| *at),
            reason: decided.map(|(_, _, reason)| reason.clone()),
            own,
        }
    }

    /// Records that disputes were looked at that say whose they are.
    pub(crate) async fn looked_at_disputes(&self, people: &[PersonId]) -> Result<(), WorldError> {
        for person in people {
            self.looked(&format!("disputes of {person}"), &LookedAt::Person(person.clone())).await?;
        }
        Ok(())
    }
}
