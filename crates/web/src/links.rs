//! Addresses of pages. Every address is made here, and the routes read them back.

use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::FiscalYear;
use evenkeel_view::page::{Arrangement, Chart, LibraryLinks, Links, Place, SearchForm};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a part of a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A part of a path.
pub(crate) fn part(text: &str) -> String {
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

impl Routes {
    /// Where one stands, as the fields of a form.
    fn standing(self, place: &Place) -> Vec<(&'static str, String)> {
        let mut fields = vec![("period", place.period.id(self.fiscal))];
        // A person has no pages in which something would be found.
        if !self.of_person {
            fields.insert(0, ("unit", place.unit.to_string()));
        }
        if place.compare_with != place.period.previous() {
            fields.push(("compare", place.compare_with.id(self.fiscal)));
        }
        if place.arrangement == Arrangement::Perspectives {
            fields.push(("view", "perspectives".to_owned()));
        }
        fields
    }

    /// The record of a person in the present period.
    pub(crate) fn record_of(person: &str) -> String {
        format!("/record/{}", part(person))
    }

    /// The rejected rows as a file of some form.
    pub(crate) fn rejected_file(form: &str) -> String {
        format!("/data/rejected.{form}")
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

    fn rows_in_order(&self, measure: &MeasureId, place: &Place, order: &str, first: u64) -> Option<String> {
        // A file of rows has the order of the record.
        if self.of_person {
            return None;
        }
        let from = if first == 0 { String::new() } else { format!("&from={first}") };
        Some(format!("{}&order={}{from}#rows", self.measure(measure, place), part(order)))
    }

    fn breakdown_form(&self, measure: &MeasureId, place: &Place) -> Option<(String, Vec<(&'static str, String)>)> {
        let mut fields = self.standing(place);
        fields.retain(|(name, _)| *name != "unit");
        Some((format!("/measure/{}/{}#by", part(measure.as_str()), part(place.unit.as_str())), fields))
    }

    fn rows_file(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        Some(format!("/rows/{}/{}{}", part(measure.as_str()), part(place.unit.as_str()), self.query(place)))
    }

    fn chart(&self, chart: &Chart<'_>, place: &Place) -> Option<String> {
        let (unit, query) = (part(place.unit.as_str()), self.query(place));
        Some(match chart {
            Chart::Course(measure) => format!("/measure/{}/{unit}/course.csv{query}", part(measure.as_str())),
            Chart::Way(measure) => format!("/measure/{}/{unit}/way.csv{query}", part(measure.as_str())),
            Chart::Funnel(measure, kind) => {
                format!("/compare/{}/{unit}/funnel.csv{query}&by={}", part(measure.as_str()), part(kind))
            }
            Chart::Map => format!("/map.csv{query}&unit={unit}"),
            Chart::Balance => format!("/scorecard/{unit}/balance.csv{query}"),
        })
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

    fn targets(&self, place: &Place) -> Option<String> {
        Some(format!("/targets/{}{}", part(place.unit.as_str()), self.query(place)))
    }

    fn today(&self, place: &Place) -> Option<String> {
        Some(format!("/today{}&unit={}", self.query(place), part(place.unit.as_str())))
    }

    fn map(&self, place: &Place) -> Option<String> {
        Some(format!("/map{}&unit={}", self.query(place), part(place.unit.as_str())))
    }

    fn initiatives(&self, place: &Place) -> Option<String> {
        Some(format!("/initiatives{}&unit={}", self.query(place), part(place.unit.as_str())))
    }

    fn initiative_form(&self) -> Option<String> {
        Some("/initiatives/new".to_owned())
    }

    fn initiative(&self, number: i64) -> Option<String> {
        Some(format!("/initiatives/{number}"))
    }

    fn note_form(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        let unit = part(place.unit.as_str());
        Some(format!("/measure/{}/{unit}/note{}", part(measure.as_str()), self.query(place)))
    }

    fn note_withdraw(&self, number: i64) -> Option<String> {
        Some(format!("/notes/{number}/withdraw"))
    }

    fn note_read(&self, number: i64) -> Option<String> {
        Some(format!("/notes/{number}/read"))
    }

    fn recommendation_form(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        let unit = part(place.unit.as_str());
        Some(format!("/measure/{}/{unit}/recommendation{}", part(measure.as_str()), self.query(place)))
    }

    fn recommendations(&self, chosen: &str) -> Option<String> {
        Some(if chosen == "all" {
            "/recommendations".to_owned()
        } else {
            format!("/recommendations?show={}", part(chosen))
        })
    }

    fn recommendation(&self, number: i64) -> Option<String> {
        Some(format!("/recommendations/{number}"))
    }

    fn recommendation_answer(&self, number: i64) -> Option<String> {
        Some(format!("/recommendations/{number}/answer"))
    }

    fn recommendation_outcome(&self, number: i64) -> Option<String> {
        Some(format!("/recommendations/{number}/outcome"))
    }

    fn dates(&self) -> Option<String> {
        Some("/calendar".to_owned())
    }

    fn call_backs(&self, chosen: &str) -> Option<String> {
        Some(if chosen.is_empty() { "/call-backs".to_owned() } else { format!("/call-backs?show={}", part(chosen)) })
    }

    fn call_back(&self, source: &str, response: &str) -> Option<String> {
        Some(format!("/call-backs/{}/{}", part(source), part(response)))
    }

    fn recognition(&self, place: &Place) -> Option<String> {
        Some(format!("/recognition{}&unit={}", self.query(place), part(place.unit.as_str())))
    }

    fn recognition_form(&self, measure: Option<&MeasureId>, place: &Place) -> Option<String> {
        let measure = measure.map(|measure| format!("&measure={}", part(measure.as_str()))).unwrap_or_default();
        Some(format!("/recognition/new{}&unit={}{measure}", self.query(place), part(place.unit.as_str())))
    }

    fn act_form(&self, person: &str, place: &Place, development: bool) -> Option<String> {
        let kind = if development { "development" } else { "recognition" };
        Some(format!("{}/act?period={}&kind={kind}", Self::record_of(person), place.period.id(self.fiscal)))
    }

    fn act(&self, number: i64, step: Option<&'static str>) -> Option<String> {
        Some(match step {
            Some(step) => format!("/acts/{number}/{step}"),
            None => format!("/acts/{number}"),
        })
    }

    fn acts_file(&self, person: &str) -> Option<String> {
        Some(format!("{}/acts.csv", Self::record_of(person)))
    }

    fn guide(&self, place: &Place) -> Option<String> {
        Some(format!("/guide{}&unit={}", self.query(place), part(place.unit.as_str())))
    }

    fn data(&self) -> Option<String> {
        Some("/data".to_owned())
    }

    fn search(&self, place: &Place) -> Option<SearchForm> {
        Some(SearchForm { action: "/search".to_owned(), fields: self.standing(place), asked: String::new() })
    }

    fn found(&self, asked: &str, place: &Place) -> Option<String> {
        let standing = self.standing(place).into_iter().map(|(name, value)| format!("&{name}={}", part(&value)));
        Some(format!("/search?q={}{}", part(asked), standing.collect::<String>()))
    }

    fn owed(&self) -> Option<String> {
        Some("/owed".to_owned())
    }

    fn administration(&self) -> Option<String> {
        Some("/administration".to_owned())
    }

    fn record(&self, person: &str, place: &Place, rows: Option<(&MeasureId, u64)>) -> Option<String> {
        let page = format!("{}?period={}", Self::record_of(person), place.period.id(self.fiscal));
        Some(match rows {
            None => page,
            Some((measure, 0)) => format!("{page}&rows={}#rows", part(measure.as_str())),
            Some((measure, first)) => format!("{page}&rows={}&from={first}#rows", part(measure.as_str())),
        })
    }

    fn disputes(&self) -> Option<String> {
        Some("/disputes".to_owned())
    }

    fn people(&self) -> Option<String> {
        Some("/people".to_owned())
    }

    fn own_record(&self) -> Option<String> {
        Some("/record".to_owned())
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

    fn choosing(&self) -> String {
        "/choose".to_owned()
    }

    fn rate(&self, measure: &MeasureId) -> String {
        format!("/choose/{}", part(measure.as_str()))
    }
}
