//! What an answer for programs says of itself.

use evenkeel_model::ids::UnitId;
use evenkeel_model::reading::Subject;
use evenkeel_view::page::{About, Place};

use super::World;
use crate::viewer::Viewer;

impl World {
    /// What an answer is about, and what it was made from.
    pub(crate) fn about_answer(&self, place: Option<&Place>) -> About {
        let fiscal = self.project.fiscal_year;
        let unit = place.map(|place| &place.unit);
        About {
            unit: unit.map(ToString::to_string),
            unit_name: unit.map(|unit| self.name_of(&Subject::Unit(unit.clone()))),
            period: place.map(|place| place.period.id(fiscal)),
            compared_with: place.map(|place| place.compare_with.id(fiscal)),
            today: self.today().to_string(),
            complete_to: self.months.last_day().map(|last| last.min(self.today()).to_string()),
            loaded_at: self.loaded_at.map(|at| at.to_string()),
            data_version: self.versions.data.clone(),
            definitions_version: self.versions.definitions.clone(),
        }
    }

    /// Whether the viewer signed in.
    pub(crate) fn is_signed_in(&self) -> bool {
        matches!(self.viewer, Viewer::User { .. })
    }
}

/// The place of a unit or person: addresses name a person as they name a unit, by identifier.
pub(crate) fn place_of(subject: &Subject, place: &Place) -> Place {
    let unit = match subject {
        Subject::Unit(unit) => unit.clone(),
        Subject::Person(person) => UnitId::new(person.as_str()),
    };
    Place { unit, ..place.clone() }
}
