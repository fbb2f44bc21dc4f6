//! Notes: which of them a viewer sees, who may be mentioned, and where they are marked.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Note, User};
use evenkeel_view::page::initiatives::Tick;
use evenkeel_view::page::today::Mentioned;
use evenkeel_view::page::{Arrangement, NoteCounts, NoteDetail, NoteEntry, NotesDetail, Place};

use super::World;
use crate::viewer::sees_figures;

impl World {
    /// The same world with what people wrote beside figures.
    #[must_use]
    pub fn with_notes(mut self, notes: Arc<[Note]>) -> Self {
        self.notes = notes;
        self
    }

    /// The notes of all units that the viewer sees.
    fn seen_notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| self.sees_unit(&note.unit))
    }

    /// The period or day that a note is about.
    fn period_of_note(&self, note: &Note) -> Period {
        let fiscal = self.project.fiscal_year;
        Period::parse(&note.period, fiscal).unwrap_or_else(|_| Period::containing(note.last_day, Grain::Day, fiscal))
    }

    /// Where the measure of a note is looked at: in the period that it is about, of at least a month.
    pub(crate) fn place_of_note(&self, note: &Note) -> Place {
        let on = self.period_of_note(note);
        let period = match on.grain() {
            Grain::Day | Grain::Week => Period::containing(note.last_day, Grain::Month, self.project.fiscal_year),
            Grain::Month | Grain::Quarter | Grain::Year => on,
        };
        Place { unit: note.unit.clone(), period, compare_with: period.previous(), arrangement: Arrangement::Legs }
    }

    /// A note that the viewer sees.
    pub(crate) fn note(&self, number: i64) -> Option<&Note> {
        self.seen_notes().find(|note| note.number == number)
    }

    /// How many notes there are about a period, by unit and measure.
    pub(super) fn note_counts(&self, period: Period) -> NoteCounts {
        let mut counts = NoteCounts::new();
        for note in self.seen_notes() {
            if note.withdrawn_at.is_none() && period.contains(note.last_day) {
                *counts.entry((note.unit.clone(), note.measure.clone())).or_default() += 1;
            }
        }
        counts
    }

    /// What people wrote beside a measure of a unit.
    pub(super) fn notes_beside(&self, measure: &MeasureId, unit: &UnitId, period: Period) -> NotesDetail {
        let organisation = self.engine.directory().organisation();
        let day = period.last_day();
        let mut below: BTreeMap<&UnitId, u64> = BTreeMap::new();
        let mut notes = Vec::new();
        for note in self.seen_notes().filter(|note| note.measure == *measure) {
            if note.unit == *unit {
                notes.push(self.note_detail(note));
            } else if note.withdrawn_at.is_none()
                && let Some(there) = organisation.unit(note.unit.as_str())
                && organisation.path(there, day).iter().any(|above| organisation.unit_id(*above) == unit)
            {
                *below.entry(&note.unit).or_default() += 1;
            }
        }
        let named = |(unit, count): (&UnitId, u64)| (unit.clone(), self.name_of(&Subject::Unit(unit.clone())), count);
        NotesDetail { notes, below: below.into_iter().map(named).collect(), may_write: self.is_signed_in() }
    }

    fn note_detail(&self, note: &Note) -> NoteDetail {
        let viewer = self.viewer.name();
        NoteDetail {
            number: note.number,
            on: self.period_of_note(note),
            text: note.text.clone(),
            by: note.by_name.clone(),
            at: self.local(note.at),
            mentions: note.mentions.iter().map(|mention| mention.name.clone()).collect(),
            withdrawn_at: note.withdrawn_at.map(|at| self.local(at)),
            own: note.by == viewer,
            unread: mentions_unread(note, viewer),
        }
    }

    /// The notes of all units that the viewer sees, as programs are told of them: those of one unit, or beside one measure,
    /// where they are named.
    pub(crate) fn note_entries(&self, unit: Option<&UnitId>, measure: Option<&MeasureId>) -> Vec<NoteEntry> {
        let viewer = self.viewer.name();
        self.seen_notes()
            .filter(|note| unit.is_none_or(|unit| note.unit == *unit))
            .filter(|note| measure.is_none_or(|measure| note.measure == *measure))
            .map(|note| NoteEntry {
                number: note.number,
                measure: note.measure.to_string(),
                unit: note.unit.to_string(),
                period: note.period.clone(),
                last_day: note.last_day,
                text: note.withdrawn_at.is_none().then(|| note.text.clone()),
                by: note.by_name.clone(),
                at: note.at,
                mentions: note.mentions.iter().map(|mention| mention.name.clone()).collect(),
                withdrawn_at: note.withdrawn_at,
                own: note.by == viewer,
            })
            .collect()
    }

    /// The notes that mention the viewer, who has not read them, the oldest first.
    pub(super) fn unread_mentions(&self) -> Vec<Mentioned> {
        let viewer = self.viewer.name();
        let mut unread: Vec<&Note> =
            self.seen_notes().filter(|note| note.withdrawn_at.is_none() && mentions_unread(note, viewer)).collect();
        unread.sort_by_key(|note| note.number);
        unread
            .into_iter()
            .map(|note| Mentioned {
                number: note.number,
                at: self.local(note.at),
                by: note.by_name.clone(),
                measure: note.measure.clone(),
                title: self.title_of(note.measure.as_str()),
                unit: self.name_of(&Subject::Unit(note.unit.clone())),
                on: self.period_of_note(note),
                place: self.place_of_note(note),
                text: note.text.clone(),
            })
            .collect()
    }

    /// Those among some users who see the figures of a unit, but for the viewer.
    pub(crate) fn who_sees<'a>(&self, unit: &UnitId, users: &'a [User]) -> Vec<&'a User> {
        let organisation = self.engine.directory().organisation();
        let sees = |user: &&User| {
            let is_other = user.active && user.sign_in != self.viewer.name();
            is_other && sees_figures(&user.grants, unit, organisation, self.today())
        };
        users.iter().filter(sees).collect()
    }

    /// The same people to choose from; those of whom `chosen` holds are ticked.
    pub(crate) fn people_to_tick(&self, unit: &UnitId, users: &[User], chosen: impl Fn(&str) -> bool) -> Vec<Tick> {
        let people = self.who_sees(unit, users).into_iter();
        people
            .map(|user| Tick {
                value: user.sign_in.clone(),
                label: user.name.clone(),
                depth: 0,
                chosen: chosen(&user.sign_in),
            })
            .collect()
    }
}

fn mentions_unread(note: &Note, viewer: &str) -> bool {
    note.mentions.iter().any(|mention| mention.sign_in == viewer && !mention.read)
}
