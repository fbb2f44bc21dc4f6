//! What a page has to know besides the figures: where it stands in the organisation and in time, and where its
//! links lead.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::period::{FiscalYear, Period};
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::assets;
use crate::number::Currency;
use crate::page::chart_file::Chart;

/// How the measures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// By the legs of the scorecard.
    #[default]
    Legs,
    /// By the four perspectives.
    Perspectives,
}

impl Arrangement {
    /// The word for all groups.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Arrangement::Legs => "legs",
            Arrangement::Perspectives => "perspectives",
        }
    }

    /// The word for one group.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Arrangement::Legs => "leg",
            Arrangement::Perspectives => "perspective",
        }
    }
}

/// What is looked at: a unit in a period, against another period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// The period.
    pub period: Period,
    /// The period it is compared with.
    pub compare_with: Period,
    /// How the measures are grouped.
    pub arrangement: Arrangement,
}

impl Place {
    /// The same place in another unit.
    #[must_use]
    pub fn in_unit(&self, unit: &UnitId) -> Self {
        Self { unit: unit.clone(), ..self.clone() }
    }

    /// The same place in another period. The distance to the compared period stays the same where it was the
    /// period before or the year before.
    #[must_use]
    pub fn in_period(&self, period: Period) -> Self {
        let compare_with =
            if self.compare_with == self.period.a_year_earlier() { period.a_year_earlier() } else { period.previous() };
        Self { period, compare_with, ..self.clone() }
    }

    /// The same place against another period.
    #[must_use]
    pub fn compared_with(&self, compare_with: Period) -> Self {
        Self { compare_with, ..self.clone() }
    }

    /// The same place with the measures grouped in another way.
    #[must_use]
    pub fn arranged(&self, arrangement: Arrangement) -> Self {
        Self { arrangement, ..self.clone() }
    }
}

/// Where links lead. The web server implements it with its routes, a static export with file names.
pub trait Links {
    /// The scorecard.
    fn scorecard(&self, place: &Place) -> String;

    /// The page of a measure.
    fn measure(&self, measure: &MeasureId, place: &Place) -> String;

    /// The rows behind a number, from row `first` (0 is the first) on.
    fn rows(&self, measure: &MeasureId, place: &Place, first: u64) -> String;

    /// The rows behind a number in an order (`topic`, or `-opened_at` for the latest first), from row `first` on; none
    /// where they are not put in order.
    fn rows_in_order(&self, _measure: &MeasureId, _place: &Place, _order: &str, _first: u64) -> Option<String> {
        None
    }

    /// Where a figure is divided by an attribute, and what a form sends along; none where that is not offered.
    fn breakdown_form(&self, _measure: &MeasureId, _place: &Place) -> Option<(String, Vec<(&'static str, String)>)> {
        None
    }

    /// All rows behind a number as a file; none where that is not offered.
    fn rows_file(&self, _measure: &MeasureId, _place: &Place) -> Option<String> {
        None
    }

    /// The figures of a chart as a file; none where that is not offered.
    fn chart(&self, _chart: &Chart<'_>, _place: &Place) -> Option<String> {
        None
    }

    /// How a number came about; none where that is not offered.
    fn explain(&self, _measure: &MeasureId, _place: &Place) -> Option<String> {
        None
    }

    /// The units of a place compared like for like by a measure, perhaps those of one kind; none where that is not
    /// offered.
    fn compare(&self, _measure: &MeasureId, _place: &Place, _by: Option<&str>) -> Option<String> {
        None
    }

    /// The service charter, with the chain of one promise; none where that is not offered.
    fn charter(&self, _place: &Place, _promise: Option<&str>) -> Option<String> {
        None
    }

    /// The public edition of the service charter; none where that is not offered.
    fn charter_public(&self, _place: &Place) -> Option<String> {
        None
    }

    /// The public edition for programs; none where that is not offered.
    fn charter_public_data(&self, _place: &Place) -> Option<String> {
        None
    }

    /// All targets of a place; none where that is not offered.
    fn targets(&self, _place: &Place) -> Option<String> {
        None
    }

    /// What asks for attention now; none where that is not offered.
    fn today(&self, _place: &Place) -> Option<String> {
        None
    }

    /// The strategy map; none where that is not offered.
    fn map(&self, _place: &Place) -> Option<String> {
        None
    }

    /// The guided reading of the scorecard of a place; none where that is not offered.
    fn guide(&self, _place: &Place) -> Option<String> {
        None
    }

    /// What is done to move the measures of a place; none where that is not offered.
    fn initiatives(&self, _place: &Place) -> Option<String> {
        None
    }

    /// Where one is written down; none where that is not offered.
    fn initiative_form(&self) -> Option<String> {
        None
    }

    /// Where one of them is changed; none where that is not offered.
    fn initiative(&self, _number: i64) -> Option<String> {
        None
    }

    /// Where a note is written beside a measure; none where that is not offered.
    fn note_form(&self, _measure: &MeasureId, _place: &Place) -> Option<String> {
        None
    }

    /// Where a note is taken back; none where that is not offered.
    fn note_withdraw(&self, _number: i64) -> Option<String> {
        None
    }

    /// Where somebody says that they have read a note that mentions them; none where that is not offered.
    fn note_read(&self, _number: i64) -> Option<String> {
        None
    }

    /// Where the owner of a measure is asked to do something; none where that is not offered.
    fn recommendation_form(&self, _measure: &MeasureId, _place: &Place) -> Option<String> {
        None
    }

    /// The recommendations that a word chooses; none where that is not offered.
    fn recommendations(&self, _chosen: &str) -> Option<String> {
        None
    }

    /// One of them; none where that is not offered.
    fn recommendation(&self, _number: i64) -> Option<String> {
        None
    }

    /// Where one is answered; none where that is not offered.
    fn recommendation_answer(&self, _number: i64) -> Option<String> {
        None
    }

    /// Where it is said what came of one; none where that is not offered.
    fn recommendation_outcome(&self, _number: i64) -> Option<String> {
        None
    }

    /// Dates that matter to whoever reads; none where that is not offered.
    fn dates(&self) -> Option<String> {
        None
    }

    /// Low answers that are called back, of these that are wanted; none where that is not offered.
    fn call_backs(&self, _chosen: &str) -> Option<String> {
        None
    }

    /// What was done about one of them, by its source and identifier; none where that is not offered.
    fn call_back(&self, _source: &str, _response: &str) -> Option<String> {
        None
    }

    /// What was recognised in the unit of a place and below it; none where that is not offered.
    fn recognition(&self, _place: &Place) -> Option<String> {
        None
    }

    /// Where a unit is recognised, perhaps for a measure; none where that is not offered.
    fn recognition_form(&self, _measure: Option<&MeasureId>, _place: &Place) -> Option<String> {
        None
    }

    /// Where a person is recognised, or development of theirs is written down; none where that is not offered.
    fn act_form(&self, _person: &str, _place: &Place, _development: bool) -> Option<String> {
        None
    }

    /// Where such an act is, or where a step is taken with it: `acknowledge`, `answer`, `follow-up`, `withdraw`; none where
    /// that is not offered.
    fn act(&self, _number: i64, _step: Option<&'static str>) -> Option<String> {
        None
    }

    /// A copy of everything that was written about a person, for them; none where that is not offered.
    fn acts_file(&self, _person: &str) -> Option<String> {
        None
    }

    /// What the record holds; none where that is not offered.
    fn data(&self) -> Option<String> {
        None
    }

    /// The form that finds things, in the period and unit of a place; none where that is not offered.
    fn search(&self, _place: &Place) -> Option<SearchForm> {
        None
    }

    /// What is found when something is asked for; none where that is not offered.
    fn found(&self, _asked: &str, _place: &Place) -> Option<String> {
        None
    }

    /// The figures that somebody types; none where that is not offered.
    fn owed(&self) -> Option<String> {
        None
    }

    /// The accounts and the audit trail; none where that is not offered.
    fn administration(&self) -> Option<String> {
        None
    }

    /// The record of a person, perhaps with its rows of a measure from some row on; none where that is not offered.
    fn record(&self, _person: &str, _place: &Place, _rows: Option<(&MeasureId, u64)>) -> Option<String> {
        None
    }

    /// Rows that somebody says are wrong; none where that is not offered.
    fn disputes(&self) -> Option<String> {
        None
    }

    /// The people whom whoever reads leads; none where that is not offered.
    fn people(&self) -> Option<String> {
        None
    }

    /// The record of whoever reads; none where that is not offered.
    fn own_record(&self) -> Option<String> {
        None
    }

    /// All measures that there are to choose from; none where that is not offered.
    fn library(&self) -> Option<String> {
        None
    }
}

/// The form that finds things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SearchForm {
    /// Where it leads.
    pub action: String,
    /// What it sends along, by name.
    pub fields: Vec<(&'static str, String)>,
    /// What was asked last.
    pub asked: String,
}

/// A unit by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLabel {
    /// The identifier.
    pub id: UnitId,
    /// What people call it.
    pub name: String,
}

/// A unit in the menu of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitNode {
    /// The identifier.
    pub id: UnitId,
    /// What people call it.
    pub name: String,
    /// How far below the top; 0 is the top.
    pub depth: usize,
    /// How many units lie directly below.
    pub below: u64,
    /// What kind of place those are, in the singular, where all are of one kind: `branch`.
    pub below_kind: Option<String>,
}

/// How far the figures reach and when they came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freshness {
    /// The first day that any record lies on, to the month.
    pub begins: Option<Date>,
    /// The last day for which the record is complete.
    pub complete_to: Option<Date>,
    /// When data were last loaded, on the clock of the project.
    pub loaded_at: Option<DateTime>,
}

/// An entry of the main navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NavigationEntry {
    /// The word.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// What the frame of a page says of whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitor {
    /// The name of whoever signed in, and what it takes to sign out.
    pub signed_in: Option<SignedIn>,
    /// What has to be said loudly on every page.
    pub strip: Option<String>,
    /// Where the page hears of newer data; none where it does not.
    pub live: Option<Listening>,
}

/// Where a page hears of newer data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The address of the events.
    pub url: String,
    /// The version of the data that the page was made of.
    pub version: u64,
}

/// Somebody who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// What people call them.
    pub name: String,
    /// Where the tokens of their programs are.
    pub tokens_url: String,
    /// Where the form to sign out leads.
    pub sign_out_url: String,
    /// What a form carries so that it is known to come from a page of theirs.
    pub form_token: String,
}

/// How many notes stand beside the measures of units.
pub type NoteCounts = BTreeMap<(UnitId, MeasureId), u64>;

/// What a page has to know besides the figures.
#[derive(Clone)]
pub struct Context<'a> {
    /// The name of the organisation.
    pub organisation: String,
    /// What is looked at.
    pub place: Place,
    /// The units from the top down to the one that is looked at, which comes last.
    pub path: Vec<UnitLabel>,
    /// All units that may be looked at, each after the one above it.
    pub units: Arc<[UnitNode]>,
    /// The period to step back to.
    pub earlier: Option<Period>,
    /// The period to step on to.
    pub later: Option<Period>,
    /// The periods to choose from for comparison.
    pub comparisons: Vec<Period>,
    /// The ways of grouping to choose from; nothing is offered with fewer than two.
    pub arrangements: Vec<Arrangement>,
    /// The day of the evaluation instant.
    pub today: Date,
    /// How far the figures reach.
    pub freshness: Freshness,
    /// Which data the figures were computed from.
    pub data_version: String,
    /// Which definitions they were computed with.
    pub definitions_version: String,
    /// The reporting currency.
    pub currency: Currency,
    /// When the fiscal year starts.
    pub fiscal_year: FiscalYear,
    /// The pages that exist.
    pub navigation: Vec<NavigationEntry>,
    /// How many notes there are about the period that is looked at.
    pub notes: Arc<NoteCounts>,
    /// A note for the foot of every page.
    pub footnote: Option<String>,
    /// Who reads it.
    pub visitor: Visitor,
    /// Where links lead.
    pub links: &'a dyn Links,
    /// Where style, scripts and icons lie.
    pub assets: assets::Urls,
    /// Whether rows tell the last periods of their measures in numbers and words. Whoever only draws them does without.
    pub tells_history: bool,
}

impl Context<'_> {
    /// Whether the period has begun and not yet ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.place.period.contains(self.today)
    }

    /// What the period is compared with: the same stretch of an earlier one while it is still running.
    #[must_use]
    pub fn compared(&self) -> Period {
        self.compared_to(self.place.compare_with)
    }

    /// What the period would be compared with, were another one asked for.
    #[must_use]
    pub fn compared_to(&self, other: Period) -> Period {
        self.place.period.like_for_like(other, self.place.period.reach(self.today, self.freshness.complete_to))
    }

    /// The name of the unit that is looked at.
    #[must_use]
    pub fn unit_name(&self) -> &str {
        self.path.last().map_or(self.organisation.as_str(), |unit| unit.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepping_keeps_the_kind_of_comparison() {
        let period = |text: &str| Period::parse(text, FiscalYear::default()).unwrap();
        let check = |compare_with: &str, stepped: &str| {
            let place = Place {
                unit: UnitId::new("bank"),
                period: period("2026-10"),
                compare_with: period(compare_with),
                arrangement: Arrangement::Legs,
            };
            assert_eq!(place.in_period(period("2026-09")).compare_with, period(stepped));
        };
        check("2026-09", "2026-08");
        check("2025-10", "2025-09");
        check("2024-01", "2026-08");
    }
}
