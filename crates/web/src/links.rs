//! Addresses of pages. Every address is made here, and the routes read them back.

use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::FiscalYear;
use evenkeel_view::page::{Arrangement, LibraryLinks, Links, Place};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a part of a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A part of a path.
fn part(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The addresses of this server.
#[derive(Debug, Clone, Copy)]
pub struct Routes {
    /// How periods are named.
    pub fiscal: FiscalYear,
    /// Whether places are those of a person, who has rows and no pages of measures.
    pub of_person: bool,
}

impl Routes {
    /// The part of the address that says which period is looked at, against which one, and how.
    fn query(self, place: &Place) -> String {
        let mut query = format!("?period={}", place.period.id(self.fiscal));
        if place.compare_with != place.period.previous() {
            query.push_str("&compare=");
            query.push_str(&place.compare_with.id(self.fiscal));
        }
        if place.arrangement == Arrangement::Perspectives {
            query.push_str("&view=perspectives");
        }
        query
    }
}

impl Links for Routes {
    fn scorecard(&self, place: &Place) -> String {
        if self.of_person {
            return "/".to_owned();
        }
        format!("/scorecard/{}{}", part(place.unit.as_str()), self.query(place))
    }

    fn measure(&self, measure: &MeasureId, place: &Place) -> String {
        if self.of_person {
            return self.definition(measure);
        }
        format!("/measure/{}/{}{}", part(measure.as_str()), part(place.unit.as_str()), self.query(place))
    }

    fn rows(&self, measure: &MeasureId, place: &Place, first: u64) -> String {
        if self.of_person {
            return format!("/rows/{}/{}{}", part(measure.as_str()), part(place.unit.as_str()), self.query(place));
        }
        let from = if first == 0 { String::new() } else { format!("&from={first}") };
        format!("{}{from}#rows", self.measure(measure, place))
    }

    fn rows_file(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        Some(format!("/rows/{}/{}{}", part(measure.as_str()), part(place.unit.as_str()), self.query(place)))
    }

    fn explain(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        Some(format!("/explain/{}/{}{}", part(measure.as_str()), part(place.unit.as_str()), self.query(place)))
    }

    fn compare(&self, measure: &MeasureId, place: &Place, by: Option<&str>) -> Option<String> {
        let by = by.map_or_else(String::new, |kind| format!("&by={}", part(kind)));
        Some(format!("/compare/{}/{}{}{by}", part(measure.as_str()), part(place.unit.as_str()), self.query(place)))
    }

    fn charter(&self, place: &Place, promise: Option<&str>) -> Option<String> {
        let unit = part(place.unit.as_str());
        let promise = promise.map(|promise| format!("&promise={}", part(promise))).unwrap_or_default();
        Some(format!("/charter{}&unit={unit}{promise}", self.query(place)))
    }

    fn charter_public(&self, place: &Place) -> Option<String> {
        Some(format!("/charter/public?period={}", place.period.id(self.fiscal)))
    }

    fn charter_public_data(&self, place: &Place) -> Option<String> {
        Some(format!("/charter/public.json?period={}", place.period.id(self.fiscal)))
    }

    fn administration(&self) -> Option<String> {
        Some("/administration".to_owned())
    }

    fn library(&self) -> Option<String> {
        Some(self.measures())
    }
}

impl LibraryLinks for Routes {
    fn measures(&self) -> String {
        "/measures".to_owned()
    }

    fn definition(&self, measure: &MeasureId) -> String {
        format!("/measures/{}", part(measure.as_str()))
    }
}
