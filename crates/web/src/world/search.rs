//! What can be found in a world: everything that has a page, by what it is called. People are found by those alone who may
//! see their records.

use evenkeel_model::ids::PersonId;
use evenkeel_model::reading::Subject;
use evenkeel_model::scorecard::Scorecard;
use evenkeel_view::page::search::{Item, Kind};
use evenkeel_view::page::{Arrangement, LibraryLinks as _, Links as _, Place, SearchPage};
use evenkeel_view::words::capitalised;

use super::{World, WorldError};
use crate::catalogue::Catalogue;
use crate::links::Routes;

impl World {
    /// The page of what is found when something is asked for.
    pub async fn search_page(&self, asked: &str, place: &Place, links: &Routes) -> Result<SearchPage, WorldError> {
        self.inside()?;
        let context = self.context(place, links, "").await?;
        let mut items = self.findable_measures(place, *links);
        if self.sees_units() {
            self.allowed(&Subject::Unit(place.unit.clone()))?;
            items.extend(self.findable_units(place, *links));
            items.extend(self.findable_people(place, *links));
            items.extend(self.findable_promises(place, *links));
            items.extend(self.findable_groups(place, *links));
        }
        items.extend(context.navigation.iter().map(|entry| Item {
            kind: Kind::Page,
            title: entry.label.clone(),
            names: Vec::new(),
            said: Vec::new(),
            note: String::new(),
            url: Some(entry.url.clone()),
        }));
        Ok(SearchPage::new(asked, &items, &context))
    }

    /// Measures with figures in the place, and those of the library that could be used.
    fn findable_measures(&self, place: &Place, links: Routes) -> Vec<Item> {
        let catalogue = Catalogue::of(&self.project);
        let listed = catalogue.listed();
        let item = |measure: &evenkeel_model::measure::Measure| {
            let has_figures = self.sees_units() && self.project.measures.contains_key(&measure.id);
            let url = if has_figures { links.measure(&measure.id, place) } else { links.definition(&measure.id) };
            let about = &measure.about;
            let said = about.means.iter().chain(&about.moved_by).chain(&about.pitfalls);
            Item {
                kind: if has_figures { Kind::Measure } else { Kind::Library },
                title: capitalised(&measure.title),
                names: vec![measure.id.to_string(), measure.noun.clone()],
                said: said.cloned().collect(),
                note: about.means.clone().unwrap_or_default(),
                url: Some(url),
            }
        };
        listed.iter().map(|listed| item(listed.measure)).collect()
    }

    /// The units that there are in the period, each with what lies above it.
    fn findable_units(&self, place: &Place, links: Routes) -> Vec<Item> {
        let mut above: Vec<String> = Vec::new();
        let mut items = Vec::new();
        for unit in self.menu(place.period).iter() {
            above.truncate(unit.depth);
            let mut names = vec![unit.id.to_string()];
            names.extend(self.kind_of_unit(&unit.id, place.period));
            items.push(Item {
                kind: Kind::Unit,
                title: unit.name.clone(),
                names,
                said: Vec::new(),
                note: above.join(" / "),
                url: Some(links.scorecard(&place.in_unit(&unit.id))),
            });
            above.push(unit.name.clone());
        }
        items
    }

    /// The people whom the viewer leads, with the unit of each. Nothing is told of them but what they are called.
    fn findable_people(&self, place: &Place, links: Routes) -> Vec<Item> {
        let of_unit = |(unit, people): (String, Vec<(PersonId, String)>)| {
            people.into_iter().map(move |(person, name)| Item {
                kind: Kind::Person,
                title: name,
                names: vec![person.to_string()],
                said: Vec::new(),
                note: unit.clone(),
                url: links.record(person.as_str(), place, None),
            })
        };
        self.people_led().into_iter().flat_map(of_unit).collect()
    }

    /// The promises that hold in the period.
    fn findable_promises(&self, place: &Place, links: Routes) -> Vec<Item> {
        let charter = self.project.charter.as_ref();
        let version = charter.and_then(|charter| charter.version_on(place.period.last_day()));
        let promises = version.iter().flat_map(|version| &version.promises);
        let item = |promise: &evenkeel_model::charter::Promise| Item {
            kind: Kind::Promise,
            title: promise.words.clone(),
            names: vec![promise.id.clone()],
            said: Vec::new(),
            note: promise.owner.as_ref().map_or_else(String::new, |owner| format!("{owner} answers for it")),
            url: links.charter(place, Some(&promise.id)),
        };
        promises.map(item).collect()
    }

    /// Legs and perspectives, and the objectives in them.
    fn findable_groups(&self, place: &Place, links: Routes) -> Vec<Item> {
        let mut items = Vec::new();
        let arrangements = [(Arrangement::Legs, &self.scorecard), (Arrangement::Perspectives, &self.by_perspective)];
        for (arrangement, scorecard) in arrangements {
            let there = place.arranged(arrangement);
            for leg in &scorecard.legs {
                items.push(Item {
                    kind: Kind::Group,
                    title: leg.title.clone(),
                    names: vec![leg.id.clone()],
                    said: Vec::new(),
                    note: format!("{} of the scorecard", capitalised(arrangement.singular())),
                    url: Some(links.scorecard(&there)),
                });
            }
        }
        items.extend(objectives(&self.scorecard, &links.scorecard(&place.arranged(Arrangement::Legs))));
        items
    }
}

fn objectives(scorecard: &Scorecard, url: &str) -> Vec<Item> {
    let item = |leg: &str, objective: &evenkeel_model::scorecard::Objective| Item {
        kind: Kind::Group,
        title: objective.title.clone(),
        names: Vec::new(),
        said: Vec::new(),
        note: format!("Objective, {leg}"),
        url: Some(url.to_owned()),
    };
    let legs = scorecard.legs.iter();
    legs.flat_map(|leg| leg.objectives.iter().map(|objective| item(&leg.title, objective))).collect()
}
